"""sBG: at every renewal a toss of the customer's own coin; coins differ between customers."""

import numpy as np

from crmlab.ltv._contract.contract_likelihood import LEAVING
from crmlab.ltv._contract.contract_model import ContractModel
from crmlab.ltv._fitting.hypergeometric import hyp2f1_of_one
from crmlab.ltv._fitting.maximum import Floats

__all__ = ["ShiftedBetaGeometric"]


class ShiftedBetaGeometric(ContractModel):
    """Shifted beta-geometric: each customer renews with a chance of their own, the same each time.

    The chance to leave varies between customers as a beta (`alpha`, `beta`). Those with a high one
    go first, so the retention rate of a cohort rises although no customer changes.

    Parameters
    ----------
    period : {"M", "Q", "Y"}, optional
        Time from one renewal to the next; needed for subscriptions, and to discount.
    observation_end : date, optional
        Last day of observation of subscriptions. Default: their latest start or end.
    penalty : float, default=0
        L2 penalty per customer on the logs of the parameters. A small one (0.001 to 0.1) gives an
        answer where the data alone have none.

    Attributes
    ----------
    params_ : Series
        `alpha`, `beta`. The mean chance to leave is alpha / (alpha + beta); the smaller the sum,
        the more customers differ.
    alpha_, beta_ : float
        The same.
    standard_errors_ : Series
        Of `params_`, from the observed information.
    covariance_ : DataFrame
        Of `params_`.
    log_likelihood_ : float
        At the maximum, without the penalty.
    n_customers_ : float
        Customers at the start of all cohorts.
    gradient_norm_ : float
        Length of the gradient per customer, on the log scale, where the search ended.
    unit_ : str or None
        Length of a period.

    References
    ----------
    Fader and Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing
    21(1). Fader and Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils
    of Ignoring Heterogeneity", Marketing Science 29(1), equation 6.

    Examples
    --------
    Years 0 to 7 of the "Regular" customers of Fader and Hardie (2007), projected to year 12:

    >>> regular = [1000, 631, 468, 382, 326, 289, 262, 241]
    >>> model = ShiftedBetaGeometric(period="Y").fit(regular)
    >>> model.params_.round(3).to_dict()
    {'alpha': 0.704, 'beta': 1.182}
    >>> round(model.survival(12), 3)
    0.17
    >>> model.retention_rate([1, 2, 12]).round(2).tolist()
    [0.63, 0.76, 0.95]
    >>> round(model.discounted_expected_residual_lifetime(7, discount_rate=0.1), 2)
    6.84
    """

    alpha_: float
    beta_: float

    _NAMES = ("alpha", "beta")
    _BOUNDARIES = (
        (
            lambda at: at["alpha"] > 2 and at["beta"] > 2,
            "customers do not differ in their probability to leave (alpha and beta grow "
            "together); retention does not rise from renewal to renewal. `BetaDiscreteWeibull` "
            "lets the probability of each customer change.",
        ),
        *LEAVING,
    )

    # Both are ratios here, exact to the last digit.

    def _log_retention(self, theta: Floats, t: Floats) -> Floats:
        alpha, beta = np.exp(theta)
        return -np.log1p(alpha / (beta + (t - 1)))

    def _retention_slopes(self, theta: Floats, t: Floats) -> Floats:
        alpha, beta = np.exp(theta)
        before = beta + (t - 1)
        share = alpha / (alpha + before)
        return np.array([-share, share * beta / before])

    def _residual(self, theta: Floats, renewals: Floats, force: float) -> Floats:
        """The closed form, equation 6 of Fader and Hardie (2010)."""
        alpha, beta = np.exp(theta)
        before = beta + renewals
        series = hyp2f1_of_one(before + 1, alpha + before + 1, force)
        return before / (alpha + before) * series
