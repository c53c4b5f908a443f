"""crmlab: customer analytics that is small, exact, and says what is wrong with the data.

The names below are the ones most often needed; each comes from a module that answers one
business question. Nothing heavy is imported until a name is used.

==================  =========================================================================
orders in           `read_transactions`, `audit_transactions`
one row a customer  `rfm_summary`, `calibration_holdout`
customers alike     `sufficient_statistics`
the base over time  `cohort_retention`, `customer_flows`
concentration       `lorenz_curve`, `gini`, `top_share`, `share_needed`, `decile_table`,
                    `whale_curve`
lifetime value      `BetaGeoNBD`, `GammaGamma`, `customer_lifetime_value`; more in `ltv`
one view            `link_customers`, `evaluate_links`; more in `identity` and `privacy`
data to learn on    `load_cdnow`, `load_donations`, `load_complete_journey`, `load_company`,
                    `simulate_company`, `describe`
pages               `run_report`, `run_workbook`
what is refused     `InputError`, `InputTypeError`: the base of all errors that are not crmlab's
==================  =========================================================================

Examples
--------
>>> import crmlab
>>> summary = crmlab.rfm_summary(crmlab.load_cdnow(), unit="W")
>>> round(crmlab.top_share(summary["frequency"] * summary["monetary_value"]), 2)
0.84
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "BetaGeoNBD": "ltv",
    "GammaGamma": "ltv",
    "InputError": "_errors",
    "InputTypeError": "_errors",
    "audit_transactions": "loaders",
    "calibration_holdout": "customer_base",
    "cohort_retention": "customer_base",
    "customer_flows": "customer_base",
    "customer_lifetime_value": "ltv",
    "decile_table": "concentration",
    "describe": "datasets",
    "evaluate_links": "identity",
    "gini": "concentration",
    "link_customers": "identity",
    "load_cdnow": "datasets",
    "load_company": "datasets",
    "load_complete_journey": "datasets",
    "load_donations": "datasets",
    "lorenz_curve": "concentration",
    "read_transactions": "loaders",
    "rfm_summary": "customer_base",
    "run_report": "reports",
    "run_workbook": "reports",
    "share_needed": "concentration",
    "simulate_company": "simulate",
    "sufficient_statistics": "customer_base",
    "top_share": "concentration",
    "whale_curve": "concentration",
}
_MODULES = [
    "concentration",
    "concepts",
    "contracts",
    "customer_base",
    "datasets",
    "exercises",
    "identity",
    "loaders",
    "ltv",
    "plots",
    "privacy",
    "readiness",
    "reports",
    "simulate",
    "widgets",
]

__all__ = sorted([*_HOMES, *_MODULES])


def __getattr__(name: str) -> Any:
    """Import a name or a module of the catalogue at its first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"crmlab.{_HOMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"crmlab.{name}")
    raise AttributeError(f"module 'crmlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
