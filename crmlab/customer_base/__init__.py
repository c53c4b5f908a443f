"""From transactions to one row per customer, to their profit, and to cohorts and flows.

Every function takes a canonical transactions table: a pandas frame (read and checked on the way
in), or an Ibis table of any engine, as `read_transactions` returns it. The engine reduces it; one
query runs, and what comes back is pandas.

A *purchase* is a customer's day: lines of one day are merged, less what was given back of them,
whenever that was. A day of which all was given back is no purchase.
"""

from crmlab.customer_base._cohorts import cohort_retention
from crmlab.customer_base._days import read_days as read_days  # for rooms above, not for users
from crmlab.customer_base._days import read_lines as read_lines
from crmlab.customer_base._days import read_purchases as read_purchases  # likewise
from crmlab.customer_base._days import up_to as up_to
from crmlab.customer_base._expression import rfm_expression
from crmlab.customer_base._flows import customer_flows
from crmlab.customer_base._money import margin_of_lines as margin_of_lines  # likewise
from crmlab.customer_base._money import margin_of_months as margin_of_months
from crmlab.customer_base._profit import customer_profit
from crmlab.customer_base._profit import refuse_negative_costs as refuse_negative_costs  # likewise
from crmlab.customer_base._revenue_change import revenue_change
from crmlab.customer_base._summary import (
    calibration_holdout,
    rfm_summary,
    sufficient_statistics,
)
from crmlab.customer_base._two_periods import read_two_periods as read_two_periods  # likewise

__all__ = [
    "calibration_holdout",
    "cohort_retention",
    "customer_flows",
    "customer_profit",
    "revenue_change",
    "rfm_expression",
    "rfm_summary",
    "sufficient_statistics",
]
