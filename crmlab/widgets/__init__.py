"""Explorers for the notebooks: move a slider, read a sentence, see the picture.

Each explorer is a thin skin over a pure function that needs no browser. Callbacks write only to
the `value` of HTML and Image widgets, so that a notebook's stored output stays the same.
"""

from crmlab._optional import needing

with needing("workbook"):
    from crmlab.widgets._break_even import (
        BreakEvenView,
        break_even_explorer,
        break_even_view,
    )
    from crmlab.widgets._churn import ChurnView, churn_explorer, churn_view
    from crmlab.widgets._contact import ContactView, contact_explorer, contact_view
    from crmlab.widgets._levers import LeverView, lever_explorer, lever_view
    from crmlab.widgets._linkage import LinkageView, linkage_explorer, linkage_view
    from crmlab.widgets._loop import LoopView, loop_explorer, loop_view
    from crmlab.widgets._pareto import ParetoView, pareto_explorer, pareto_view
    from crmlab.widgets._readiness import (
        ReadinessView,
        readiness_explorer,
        readiness_view,
    )
    from crmlab.widgets._referral import ReferralView, referral_explorer, referral_view
    from crmlab.widgets._rules import RuleView, rule_explorer, rule_view
    from crmlab.widgets._split import SplitView, split_explorer, split_view
    from crmlab.widgets._targeting import (
        TargetingView,
        targeting_explorer,
        targeting_view,
    )
    from crmlab.widgets._tiers import TierView, tier_explorer, tier_view
    from crmlab.widgets._uplift import UpliftView, uplift_explorer, uplift_view

__all__ = [
    "BreakEvenView",
    "ChurnView",
    "ContactView",
    "LeverView",
    "LinkageView",
    "LoopView",
    "ParetoView",
    "ReadinessView",
    "ReferralView",
    "RuleView",
    "SplitView",
    "TargetingView",
    "TierView",
    "UpliftView",
    "break_even_explorer",
    "break_even_view",
    "churn_explorer",
    "churn_view",
    "contact_explorer",
    "contact_view",
    "lever_explorer",
    "lever_view",
    "linkage_explorer",
    "linkage_view",
    "loop_explorer",
    "loop_view",
    "pareto_explorer",
    "pareto_view",
    "readiness_explorer",
    "readiness_view",
    "referral_explorer",
    "referral_view",
    "rule_explorer",
    "rule_view",
    "split_explorer",
    "split_view",
    "targeting_explorer",
    "targeting_view",
    "tier_explorer",
    "tier_view",
    "uplift_explorer",
    "uplift_view",
]
