"""Customers who belong together: whether the groups last, and what they bring.

=====================  =======================================================================
by rank                `rfm_scores`: recency, frequency and money, each in bins of customers
by rule                `RFMSegmenter`: scores with names, from a table of rules (`RFM_RULES`)
by likeness            `KMeansSegmenter`: as many groups as the data hold apart
by what counts         `value_tiers`, `compare_rankings`: profit, loyalty or lifetime value
what they are          `profile_segments`
who moves              `migration_matrix`: between two periods, in customers and in money
do they last           `segment_stability`
=====================  =======================================================================

Scores and segments are also expressions: an Ibis table of customers, as `rfm_expression` makes it,
comes back with its scores, and nothing is pulled.
"""

from crmlab.segmentation._kmeans import KMeansSegmenter
from crmlab.segmentation._migration import migration_matrix
from crmlab.segmentation._profile import profile_segments
from crmlab.segmentation._rfm import RFMSegmenter
from crmlab.segmentation._rules import RFM_RULES
from crmlab.segmentation._scores import rfm_scores
from crmlab.segmentation._stability import segment_stability
from crmlab.segmentation._tiers import compare_rankings, value_tiers

__all__ = [
    "RFM_RULES",
    "KMeansSegmenter",
    "RFMSegmenter",
    "compare_rankings",
    "migration_matrix",
    "profile_segments",
    "rfm_scores",
    "segment_stability",
    "value_tiers",
]
