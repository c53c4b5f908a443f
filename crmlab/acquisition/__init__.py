"""What winning customers costs, beside keeping them, and how much to spend on either."""

from crmlab.acquisition._cost_ratio import cost_ratio
from crmlab.acquisition._optimal import optimal_spend, spend_curve
from crmlab.acquisition._response import ResponseCurve
from crmlab.acquisition._split import budget_split

__all__ = ["ResponseCurve", "budget_split", "cost_ratio", "optimal_spend", "spend_curve"]
