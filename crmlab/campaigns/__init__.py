"""Whether a campaign pays, and whom the next one should reach.

A response is not a result: some customers would have bought anyway. So what a campaign earned is
asked of a test with a control group, each answer comes with its interval, and money is the last
word: profit, break-even response, and the best use of a budget.
"""

from crmlab.campaigns._allocation import Allocation, allocate_contacts
from crmlab.campaigns._duplicates import DuplicatedSpend, duplicated_spend
from crmlab.campaigns._targeting import compare_targeting
from crmlab.campaigns._withdrawn import SendList, drop_withdrawn

__all__ = [
    "Allocation",
    "DuplicatedSpend",
    "SendList",
    "allocate_contacts",
    "compare_targeting",
    "drop_withdrawn",
    "duplicated_spend",
]
