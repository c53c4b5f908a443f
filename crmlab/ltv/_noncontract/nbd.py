"""NBD: purchases at random for ever, for bases in which nobody is seen to leave."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._noncontract.continuous_model import ContinuousModel
from crmlab.ltv._noncontract.count_likelihood import Gradient, Values, negative_binomial
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["NBD"]


class NBD(ContinuousModel):
    """NBD: buys at random for ever, at a rate that varies between customers as a gamma.

    The limit of the other models where nobody leaves, and the baseline against which dropout
    has to explain something.

    Parameters
    ----------
    purchase_covariates : list of str, default=()
        Columns that raise (positive coefficient) or lower the purchase rate.
    penalty : float, default=0
        L2 penalty per customer on the logs of the parameters and on coefficients.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of summaries that do not say it.

    Attributes
    ----------
    params_ : Series
        `r`, `alpha` (time), then coefficients.
    r_, alpha_ : float
        The same.
    standard_errors_, covariance_, log_likelihood_, n_customers_, gradient_norm_, unit_
        As for `BetaGeoNBD`.

    References
    ----------
    Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8(1).

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> NBD().fit(summary).params_.round(3).to_dict()
    {'r': 0.385, 'alpha': 12.072}
    """

    r_: float
    alpha_: float

    _NAMES = ("r", "alpha")
    _TIMES = ("alpha",)
    _BOUNDARIES = (
        (
            lambda at: at["r"] > 4,
            "purchase rates do not differ between customers (r and alpha grow together).",
        ),
        (lambda at: True, "almost nobody bought again (r goes to 0)."),
    )
    _BLOCKS: ClassVar = {"purchase": ("purchase", "alpha", -1.0)}
    _STARTS = ({"r": 0.5}, {"r": 2.0})

    dropout_covariates = ()

    def __init__(
        self,
        *,
        purchase_covariates: Sequence[str] = (),
        penalty: float = 0.0,
        unit: str | None = None,
    ) -> None:
        self.purchase_covariates = purchase_covariates
        self.penalty = penalty
        self.unit = unit

    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        r, alpha = values["r"], values["alpha"]
        shape = r + counts.x
        log_T = np.log(alpha + counts.T)
        likelihood = special.gammaln(shape) - special.gammaln(r) + r * np.log(alpha) - shape * log_T
        by_r = special.digamma(shape) - special.digamma(r) + np.log(alpha) - log_T
        return likelihood, {"r": r * by_r, "alpha": r - shape * alpha / (alpha + counts.T)}

    def _alive(self, values: Values, counts: Counts) -> Floats:
        return np.ones(len(counts))

    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        return (values["r"] + counts.x) / (values["alpha"] + counts.T) * horizon

    def _pace(self, values: Values, counts: Counts) -> Floats:
        return values["alpha"] + counts.T

    def _rate(self, values: Values, counts: Counts, ahead: Floats) -> Floats:
        return (values["r"] + counts.x) / (values["alpha"] + counts.T)

    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        shape = values["r"] + counts.x[:, None]
        return negative_binomial(n, shape, horizon / (values["alpha"] + counts.T[:, None]))

    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        scale = 1 / (values["alpha"] + counts.T)
        return rng.poisson(rng.gamma(values["r"] + counts.x, scale) * horizon)

    def _draw_past(
        self, values: Values, T: Floats, horizon: float, rng: np.random.Generator
    ) -> dict[str, NDArray[Any]]:
        rate = rng.gamma(values["r"], 1 / values["alpha"], len(T))
        x = rng.poisson(rate * T)
        last = np.where(x > 0, T * rng.random(len(T)) ** (1 / np.maximum(x, 1)), 0.0)
        later = rng.poisson(rate * horizon)
        return {"x": x, "tx": last, "alive": np.ones(len(T), dtype=bool), "future": later}
