"""Whether a campaign pays, and whom the next one should reach.

A response is not a result: some customers would have bought anyway. So what a campaign earned is
asked of a test with a control group, each answer comes with its interval, and money is the last
word: profit, break-even response, and the best use of a budget.
"""

from crmlab.campaigns._ab_test import ab_test, ab_test_counts, ab_tests
from crmlab.campaigns._allocation import Allocation, allocate_contacts
from crmlab.campaigns._campaign import (
    Campaign,
    break_even_response_rate,
    campaign_profit,
    tipping_points,
)
from crmlab.campaigns._cases import case_campaign, case_flips, published_cases
from crmlab.campaigns._coupons import coupon_economics
from crmlab.campaigns._duplicates import DuplicatedSpend, duplicated_spend
from crmlab.campaigns._incremental import incremental_result
from crmlab.campaigns._power import detectable_effect, power, sample_size
from crmlab.campaigns._returns import internal_rate_of_return
from crmlab.campaigns._shrinkage import response_shrinkage, roll_out
from crmlab.campaigns._targeting import compare_targeting
from crmlab.campaigns._withdrawn import SendList, drop_withdrawn

__all__ = [
    "Allocation",
    "Campaign",
    "DuplicatedSpend",
    "SendList",
    "ab_test",
    "ab_test_counts",
    "ab_tests",
    "allocate_contacts",
    "break_even_response_rate",
    "campaign_profit",
    "case_campaign",
    "case_flips",
    "compare_targeting",
    "coupon_economics",
    "detectable_effect",
    "drop_withdrawn",
    "duplicated_spend",
    "incremental_result",
    "internal_rate_of_return",
    "power",
    "published_cases",
    "response_shrinkage",
    "roll_out",
    "sample_size",
    "tipping_points",
]
