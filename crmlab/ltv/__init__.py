"""Lifetime value: what a customer is worth, under contract or not, and how sure we are.

====================  =======================================================================
no contract           `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD`,
                      `BetaGeoBetaBinomial`
spend per purchase    `GammaGamma`
under contract        `ShiftedBetaGeometric`, `BetaDiscreteWeibull`, `survivors`, `installed_base`
value                 `customer_lifetime_value` of customers, segments, all
what really happens   `predictive_intervals`, `predictive_draws`
validation            `tracking_table`, `frequency_calibration`, `holdout_by_frequency`,
                      `holdout_deciles`, `top_decile_captured`, `interval_coverage`,
                      `randomised_pit`; `backtest` against naive baselines
at scale              `score_table`
kept for later        `save_model`, `load_model`
a model of your own   `RepeatModel`, `SpendModel`, `NewCustomerModel`: what it needs
by arithmetic         `simple_ltv`, `markov_ltv`, `customer_equity`, `ltv_levers`
====================  =======================================================================
"""

from crmlab._lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
