"""What winning customers costs, when it comes back, and how much to spend on winning or keeping."""

from crmlab.acquisition._branching import reward_curve, simulate_referrals
from crmlab.acquisition._cost import acquisition_cost
from crmlab.acquisition._cost_ratio import cost_ratio
from crmlab.acquisition._optimal import optimal_spend, spend_curve
from crmlab.acquisition._partner import partner_list_value
from crmlab.acquisition._payback import margin_panel, payback_curve, payback_period
from crmlab.acquisition._referral import referral_value, referred_premium
from crmlab.acquisition._response import ResponseCurve
from crmlab.acquisition._split import budget_split

__all__ = [
    "ResponseCurve",
    "acquisition_cost",
    "budget_split",
    "cost_ratio",
    "margin_panel",
    "optimal_spend",
    "partner_list_value",
    "payback_curve",
    "payback_period",
    "referral_value",
    "referred_premium",
    "reward_curve",
    "simulate_referrals",
    "spend_curve",
]
