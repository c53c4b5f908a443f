"""How unevenly value is spread over customers, and how sure we are of it.

Every measure takes one number per customer over one period, in currency. A share is scale free,
so the currency and its unit do not matter. Customers without a purchase count as zeros: whether
they belong to the base is the analyst's decision, and it changes every answer. Anything that is
not numbers is an InputTypeError.
"""

from crmlab.concentration._arithmetic import top_share_of as top_share_of  # for rooms above
from crmlab.concentration._shares import gini, lorenz_curve, share_needed, top_share
from crmlab.concentration._tables import decile_table, whale_curve
from crmlab.concentration._uncertainty import gini_interval, top_share_interval

__all__ = [
    "decile_table",
    "gini",
    "gini_interval",
    "lorenz_curve",
    "share_needed",
    "top_share",
    "top_share_interval",
    "whale_curve",
]
