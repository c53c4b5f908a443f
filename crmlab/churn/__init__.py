"""Who leaves, when and why; what it costs; and whom to win back.

How long customers stay is measured with those who have not left yet counted for as long as they
were watched. Who will leave is foretold from what was known on a day (`as_of`) and judged on later
days. What a score is worth is counted in money. Read `docs/fair_use.md` before you act on a score.
"""

from crmlab.churn._competing import cumulative_incidence
from crmlab.churn._cox import cox_hazards
from crmlab.churn._drift import feature_drift
from crmlab.churn._features import churn_features, find_leaks, partial_defectors
from crmlab.churn._gains import gains_table, lift
from crmlab.churn._label import label_churn
from crmlab.churn._model import ChurnModel
from crmlab.churn._profit import (
    expected_maximum_profit,
    maximum_profit,
    retention_profit_curve,
)
from crmlab.churn._survival import kaplan_meier, log_rank, survival_time
from crmlab.churn._tenure import subscription_tenures
from crmlab.churn._validate import churn_panel, validate_churn
from crmlab.churn._winback import say_reasons, winback_list

__all__ = [
    "ChurnModel",
    "churn_features",
    "churn_panel",
    "cox_hazards",
    "cumulative_incidence",
    "expected_maximum_profit",
    "feature_drift",
    "find_leaks",
    "gains_table",
    "kaplan_meier",
    "label_churn",
    "lift",
    "log_rank",
    "maximum_profit",
    "partial_defectors",
    "retention_profit_curve",
    "say_reasons",
    "subscription_tenures",
    "survival_time",
    "validate_churn",
    "winback_list",
]
