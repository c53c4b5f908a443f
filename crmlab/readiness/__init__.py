"""What goes wrong when the ground is not ready: each failure factor, measured.

One function per factor plays the failure through on a base of known truth and returns a tidy
table: what the firm would believe, what is true, and the bias between them. Read each as a
what-if, not as a forecast.

Customer data that are not integrated: `simulate_split_identities` opens several accounts for some
customers of a clean base; `identity_bias` measures the same where systems keep their own ids.

The check: `failure_factors` lists the seven factors, `readiness_questions` what a firm answers
before it begins, and `assess` says how ready it is by these answers. `rank_factors` puts the
factors in the order of their cost and says how far chance decides it, and `choose_remedies` what to
pay for within a budget.
"""

from crmlab.readiness._check.assess import Assessment, assess
from crmlab.readiness._check.factors import FAILURE_FACTORS, FailureFactor, failure_factors
from crmlab.readiness._check.questions import readiness_questions
from crmlab.readiness._identity.split import identity_bias, simulate_split_identities
from crmlab.readiness._rank import RankedFactors, RemedyChoice, choose_remedies, rank_factors

__all__ = [
    "FAILURE_FACTORS",
    "Assessment",
    "FailureFactor",
    "RankedFactors",
    "RemedyChoice",
    "assess",
    "choose_remedies",
    "failure_factors",
    "identity_bias",
    "rank_factors",
    "readiness_questions",
    "simulate_split_identities",
]
