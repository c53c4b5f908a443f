"""Lifetime value: what a customer is worth, under contract or not, and how sure we are.

====================  =======================================================================
no contract           `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD`
spend per purchase    `GammaGamma`
under contract        `ShiftedBetaGeometric`, `BetaDiscreteWeibull`, `survivors`, `installed_base`
by arithmetic         `simple_ltv`, `markov_ltv`, `customer_equity`, `ltv_levers`
====================  =======================================================================
"""

from crmlab.ltv._arithmetic import simple_ltv
from crmlab.ltv._beta_discrete_weibull import BetaDiscreteWeibull
from crmlab.ltv._beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._equity import customer_equity
from crmlab.ltv._errors import ConvergenceError
from crmlab.ltv._gamma_gamma import GammaGamma
from crmlab.ltv._levers import ltv_levers
from crmlab.ltv._markov import markov_ltv
from crmlab.ltv._nbd import NBD
from crmlab.ltv._pareto import ParetoNBD
from crmlab.ltv._shifted_beta_geometric import ShiftedBetaGeometric
from crmlab.ltv._subscriptions import installed_base, survivors

__all__ = [
    "NBD",
    "BetaDiscreteWeibull",
    "BetaGeoNBD",
    "ConvergenceError",
    "GammaGamma",
    "ModifiedBetaGeoNBD",
    "ParetoNBD",
    "ShiftedBetaGeometric",
    "customer_equity",
    "installed_base",
    "ltv_levers",
    "markov_ltv",
    "simple_ltv",
    "survivors",
]
