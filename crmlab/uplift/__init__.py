"""Whom does it pay to approach? The effect of a treatment, customer by customer.

A customer who buys anyway, and one who never will, are not worth a letter, however likely the
first or lost the second. What counts is the difference that the letter makes, its *uplift*, and
that is known from tests only: some customers, chosen by lot, are left alone.

So every function asks how customers were assigned: ``assignment="random"`` where a lot decided,
or `propensity`, the probability of being treated that each one had. An outcome is 0 or 1, or an
amount such as money over a horizon.
"""

from crmlab._experiment import experiment_table
from crmlab.uplift._balance import balance_table, balance_test
from crmlab.uplift._bands import qini_band, qini_score_interval
from crmlab.uplift._curves import qini_curve, qini_score, uplift_curve, uplift_score
from crmlab.uplift._deciles import uplift_by_decile
from crmlab.uplift._learners import DoublyRobustUplift, TwoModelUplift
from crmlab.uplift._policies import choose_treatment, policy_profit
from crmlab.uplift._profit import profit_curve

__all__ = [
    "DoublyRobustUplift",
    "TwoModelUplift",
    "balance_table",
    "balance_test",
    "choose_treatment",
    "experiment_table",
    "policy_profit",
    "profit_curve",
    "qini_band",
    "qini_curve",
    "qini_score",
    "qini_score_interval",
    "uplift_by_decile",
    "uplift_curve",
    "uplift_score",
]
