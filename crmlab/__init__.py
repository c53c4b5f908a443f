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

from crmlab._lazy import attach_stub

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
