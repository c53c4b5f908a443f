from crmlab.ltv._contract.beta_discrete_weibull import BetaDiscreteWeibull as BetaDiscreteWeibull
from crmlab.ltv._contract.shifted_beta_geometric import ShiftedBetaGeometric as ShiftedBetaGeometric
from crmlab.ltv._contract.subscriptions import installed_base as installed_base
from crmlab.ltv._contract.subscriptions import survivors as survivors
from crmlab.ltv._fitting.errors import ConvergenceError as ConvergenceError
from crmlab.ltv._forecasting.predict import predictive_draws as predictive_draws
from crmlab.ltv._forecasting.predict import predictive_intervals as predictive_intervals
from crmlab.ltv._forecasting.protocols import NewCustomerModel as NewCustomerModel
from crmlab.ltv._forecasting.protocols import RepeatModel as RepeatModel
from crmlab.ltv._forecasting.protocols import SpendModel as SpendModel
from crmlab.ltv._forecasting.score import score_table as score_table
from crmlab.ltv._forecasting.storage import load_model as load_model
from crmlab.ltv._forecasting.storage import save_model as save_model
from crmlab.ltv._forecasting.value import customer_lifetime_value as customer_lifetime_value
from crmlab.ltv._formulas.arithmetic import simple_ltv as simple_ltv
from crmlab.ltv._formulas.equity import customer_equity as customer_equity
from crmlab.ltv._formulas.levers import ltv_levers as ltv_levers
from crmlab.ltv._formulas.markov import markov_ltv as markov_ltv
from crmlab.ltv._noncontract.beta_geo import BetaGeoNBD as BetaGeoNBD
from crmlab.ltv._noncontract.beta_geo import ModifiedBetaGeoNBD as ModifiedBetaGeoNBD
from crmlab.ltv._noncontract.beta_geo_beta_binomial import (
    BetaGeoBetaBinomial as BetaGeoBetaBinomial,
)
from crmlab.ltv._noncontract.nbd import NBD as NBD
from crmlab.ltv._noncontract.pareto import ParetoNBD as ParetoNBD
from crmlab.ltv._spend.gamma_gamma import GammaGamma as GammaGamma
from crmlab.ltv._validation.backtest import backtest as backtest
from crmlab.ltv._validation.coverage import interval_coverage as interval_coverage
from crmlab.ltv._validation.coverage import randomised_pit as randomised_pit
from crmlab.ltv._validation.holdout import frequency_calibration as frequency_calibration
from crmlab.ltv._validation.holdout import holdout_by_frequency as holdout_by_frequency
from crmlab.ltv._validation.holdout import holdout_deciles as holdout_deciles
from crmlab.ltv._validation.holdout import top_decile_captured as top_decile_captured
from crmlab.ltv._validation.tracking import tracking_table as tracking_table
