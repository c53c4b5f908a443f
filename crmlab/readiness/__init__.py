"""What goes wrong when the ground is not ready: each failure factor, measured.

One function per factor plays the failure through on a base of known truth and returns a tidy
table: what the firm would believe, what is true, and the bias between them. Read each as a
what-if, not as a forecast.

Customer data that are not integrated: `simulate_split_identities` opens several accounts for some
customers of a clean base; `identity_bias` measures the same where systems keep their own ids.

Outsourcing without a checklist: `build_or_outsource` weighs both ways over the years,
`simulate_outsourcing` prices what nobody asked the provider. A process that stays as it was:
`simulate_unchanged_process`. Questions put to the wrong solution: `simulate_wrong_solution`. Split
identities in money: `price_split_identities`. Each has a signal that a firm can read in its own
tables: `sourcing_signal`, `process_signal`, `solution_signal`, `identity_signal`.
"""

from crmlab.readiness._identity.split import identity_bias, simulate_split_identities
from crmlab.readiness._pricing.build import Sourcing, build_or_outsource
from crmlab.readiness._pricing.checklist import (
    SOURCING_CHECKLIST,
    outsourced_share,
    sourcing_signal,
)
from crmlab.readiness._pricing.identities import price_split_identities
from crmlab.readiness._pricing.priced import Priced
from crmlab.readiness._pricing.process import process_signal, simulate_unchanged_process
from crmlab.readiness._pricing.records import identity_signal
from crmlab.readiness._pricing.solutions import (
    simulate_wrong_solution,
    solution_questions,
    solution_signal,
)
from crmlab.readiness._pricing.sourcing import simulate_outsourcing

__all__ = [
    "SOURCING_CHECKLIST",
    "Priced",
    "Sourcing",
    "build_or_outsource",
    "identity_bias",
    "identity_signal",
    "outsourced_share",
    "price_split_identities",
    "process_signal",
    "simulate_outsourcing",
    "simulate_split_identities",
    "simulate_unchanged_process",
    "simulate_wrong_solution",
    "solution_questions",
    "solution_signal",
    "sourcing_signal",
]
