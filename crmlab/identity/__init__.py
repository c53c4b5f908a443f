"""Which records are the same person: linked across systems, judged, and explained."""

from crmlab.identity._evaluate import evaluate_links, threshold_table
from crmlab.identity._link import Linkage, link_customers

__all__ = ["Linkage", "evaluate_links", "link_customers", "threshold_table"]
