"""What goes wrong when the ground is not ready: each failure factor, measured.

One function per factor plays the failure through on a company of known truth and says what it
costs in a year, with limits, and what its remedy is worth. Read each as a what-if, not as a
forecast. Beside it stands the signal by which a firm would notice, a function of its own tables.

== ============================== =============================== ====================
P1 no common strategy             `simulate_overlap`              `overlap_signal`
P2 staff do not enter data        `simulate_missing_entries`      `entry_signal`
P3 profit, loyalty or value       `simulate_wrong_ranking`        `ranking_signal`
P4 outsourcing, no checklist      `simulate_outsourcing`          `sourcing_signal`
P5 a process that stays           `simulate_unchanged_process`    `process_signal`
P6 the wrong solution             `simulate_wrong_solution`       `solution_signal`
P7 customers not integrated       `price_split_identities`        `identity_signal`
== ============================== =============================== ====================

`rankings`, `build_or_outsource`, `simulate_split_identities` and `identity_bias` look at one of
them more closely.

The check: `failure_factors` lists the seven factors, `readiness_questions` what a firm answers
before it begins, and `assess` says how ready it is by these answers. `rank_factors` puts the
factors in the order of their cost and says how far chance decides it, `choose_remedies` what to pay
for within a budget, and `review_readiness` all of this for one firm.
"""

from crmlab.readiness._check.assess import Assessment, assess
from crmlab.readiness._check.factors import FAILURE_FACTORS, FailureFactor, failure_factors
from crmlab.readiness._check.questions import readiness_questions
from crmlab.readiness._identity.split import identity_bias, simulate_split_identities
from crmlab.readiness._pricing.build import Sourcing, build_or_outsource
from crmlab.readiness._pricing.checklist import (
    SOURCING_CHECKLIST,
    outsourced_share,
    sourcing_signal,
)
from crmlab.readiness._pricing.entered import entry_signal
from crmlab.readiness._pricing.entries import simulate_missing_entries
from crmlab.readiness._pricing.identities import price_split_identities
from crmlab.readiness._pricing.overlap import overlap_signal, simulate_overlap
from crmlab.readiness._pricing.priced import Priced
from crmlab.readiness._pricing.process import process_signal, simulate_unchanged_process
from crmlab.readiness._pricing.ranking import ranking_signal, rankings, simulate_wrong_ranking
from crmlab.readiness._pricing.records import identity_signal
from crmlab.readiness._pricing.solutions import (
    simulate_wrong_solution,
    solution_questions,
    solution_signal,
)
from crmlab.readiness._pricing.sourcing import simulate_outsourcing
from crmlab.readiness._rank import RankedFactors, RemedyChoice, choose_remedies, rank_factors
from crmlab.readiness._review import ReadinessReview, review_readiness

__all__ = [
    "FAILURE_FACTORS",
    "SOURCING_CHECKLIST",
    "Assessment",
    "FailureFactor",
    "Priced",
    "RankedFactors",
    "ReadinessReview",
    "RemedyChoice",
    "Sourcing",
    "assess",
    "build_or_outsource",
    "choose_remedies",
    "entry_signal",
    "failure_factors",
    "identity_bias",
    "identity_signal",
    "outsourced_share",
    "overlap_signal",
    "price_split_identities",
    "process_signal",
    "rank_factors",
    "ranking_signal",
    "rankings",
    "readiness_questions",
    "review_readiness",
    "simulate_missing_entries",
    "simulate_outsourcing",
    "simulate_overlap",
    "simulate_split_identities",
    "simulate_unchanged_process",
    "simulate_wrong_ranking",
    "simulate_wrong_solution",
    "solution_questions",
    "solution_signal",
    "sourcing_signal",
]
