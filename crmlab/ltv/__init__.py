"""Lifetime value: what a customer is worth, under contract or not, and how sure we are.

====================  =======================================================================
no contract           `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD`, `BetaGeoBetaBinomial`
spend per purchase    `GammaGamma`
under contract        `ShiftedBetaGeometric`, `BetaDiscreteWeibull`, `survivors`, `installed_base`
judging a model       `tracking_table`, `frequency_calibration`, `holdout_by_frequency`,
                      `holdout_deciles`, `top_decile_captured`, `interval_coverage`,
                      `randomised_pit`; `backtest` against naive rivals
at scale              `score_table`
by arithmetic         `simple_ltv`, `markov_ltv`, `customer_equity`, `ltv_levers`
====================  =======================================================================
"""

from crmlab.ltv._arithmetic import simple_ltv
from crmlab.ltv._backtest import backtest
from crmlab.ltv._beta_discrete_weibull import BetaDiscreteWeibull
from crmlab.ltv._beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._beta_geo_beta_binomial import BetaGeoBetaBinomial
from crmlab.ltv._coverage import interval_coverage, randomised_pit
from crmlab.ltv._equity import customer_equity
from crmlab.ltv._errors import ConvergenceError
from crmlab.ltv._gamma_gamma import GammaGamma
from crmlab.ltv._judge import (
    frequency_calibration,
    holdout_by_frequency,
    holdout_deciles,
    top_decile_captured,
)
from crmlab.ltv._levers import ltv_levers
from crmlab.ltv._markov import markov_ltv
from crmlab.ltv._nbd import NBD
from crmlab.ltv._pareto import ParetoNBD
from crmlab.ltv._score import score_table
from crmlab.ltv._shifted_beta_geometric import ShiftedBetaGeometric
from crmlab.ltv._subscriptions import installed_base, survivors
from crmlab.ltv._tracking import tracking_table

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
    "frequency_calibration",
    "holdout_by_frequency",
    "holdout_deciles",
    "installed_base",
    "interval_coverage",
    "ltv_levers",
    "markov_ltv",
    "randomised_pit",
    "score_table",
    "simple_ltv",
    "survivors",
    "top_decile_captured",
    "tracking_table",
]
