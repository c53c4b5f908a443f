"""Lifetime value: what a customer is worth, under contract or not, and how sure we are.

====================  =======================================================================
no contract           `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD`,
                      `BetaGeoBetaBinomial`
spend per purchase    `GammaGamma`
under contract        `ShiftedBetaGeometric`, `BetaDiscreteWeibull`, `survivors`, `installed_base`
value                 `customer_lifetime_value` of customers, segments, all
what really happens   `predictive_intervals`, `predictive_draws`
judging a model       `tracking_table`, `frequency_calibration`, `holdout_by_frequency`,
                      `holdout_deciles`, `top_decile_captured`, `interval_coverage`,
                      `randomised_pit`; `backtest` against naive rivals
at scale              `score_table`
kept for later        `save_model`, `load_model`
by arithmetic         `simple_ltv`, `markov_ltv`, `customer_equity`, `ltv_levers`
====================  =======================================================================
"""

from crmlab.ltv._formulas.arithmetic import simple_ltv
from crmlab.ltv._validation.backtest import backtest
from crmlab.ltv._contract.beta_discrete_weibull import BetaDiscreteWeibull
from crmlab.ltv._noncontract.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._noncontract.beta_geo_beta_binomial import BetaGeoBetaBinomial
from crmlab.ltv._validation.coverage import interval_coverage, randomised_pit
from crmlab.ltv._formulas.equity import customer_equity
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._spend.gamma_gamma import GammaGamma
from crmlab.ltv._validation.holdout import (
    frequency_calibration,
    holdout_by_frequency,
    holdout_deciles,
    top_decile_captured,
)
from crmlab.ltv._formulas.levers import ltv_levers
from crmlab.ltv._formulas.markov import markov_ltv
from crmlab.ltv._noncontract.nbd import NBD
from crmlab.ltv._noncontract.pareto import ParetoNBD
from crmlab.ltv._forecasting.predict import predictive_draws, predictive_intervals
from crmlab.ltv._forecasting.score import score_table
from crmlab.ltv._contract.shifted_beta_geometric import ShiftedBetaGeometric
from crmlab.ltv._forecasting.storage import load_model, save_model
from crmlab.ltv._contract.subscriptions import installed_base, survivors
from crmlab.ltv._validation.tracking import tracking_table
from crmlab.ltv._forecasting.value import customer_lifetime_value

__all__ = [
    "NBD",
    "BetaDiscreteWeibull",
    "BetaGeoBetaBinomial",
    "BetaGeoNBD",
    "ConvergenceError",
    "GammaGamma",
    "ModifiedBetaGeoNBD",
    "ParetoNBD",
    "ShiftedBetaGeometric",
    "backtest",
    "customer_equity",
    "customer_lifetime_value",
    "frequency_calibration",
    "holdout_by_frequency",
    "holdout_deciles",
    "installed_base",
    "interval_coverage",
    "load_model",
    "ltv_levers",
    "markov_ltv",
    "predictive_draws",
    "predictive_intervals",
    "randomised_pit",
    "save_model",
    "score_table",
    "simple_ltv",
    "survivors",
    "top_decile_captured",
    "tracking_table",
]
