"""Pareto/NBD: a customer may leave at any moment, whether buying or not."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._noncontract.continuous_model import ContinuousModel, over_time
from crmlab.ltv._noncontract.count_likelihood import (
    NOBODY_AGAIN,
    RATES_ALIKE,
    Gradient,
    Values,
    negative_binomial,
)
from crmlab.ltv._noncontract.pareto_integral import LeftIntegral, left_integral
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["ParetoNBD"]


class ParetoNBD(ContinuousModel):
    """Pareto/NBD: buys at random while a customer, and may leave at any moment.

    Purchase rates vary between customers as a gamma (shape `r`, rate `alpha`), rates of leaving
    as another (`s`, `beta`).

    Parameters
    ----------
    purchase_covariates : list of str, default=()
        Columns that raise (positive coefficient) or lower the purchase rate:
        ``alpha_i = alpha * exp(-coefficient * value)``.
    dropout_covariates : list of str, default=()
        The same for the rate of leaving: ``beta_i = beta * exp(-coefficient * value)``.
    penalty : float, default=0
        L2 penalty per customer on the logs of the parameters (time in units of the mean `T`) and
        on the coefficients of standardised covariates.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of summaries that do not say it.

    Attributes
    ----------
    params_ : Series
        `r`, `alpha` (time), `s`, `beta` (time), then coefficients such as ``purchase:age``.
    r_, alpha_, s_, beta_ : float
        The same.
    standard_errors_, covariance_, log_likelihood_, n_customers_, gradient_norm_, unit_
        As for `BetaGeoNBD`.

    Notes
    -----
    In many bases `s` and `beta` lie on a flat ridge: the ratio s / beta, the mean rate of leaving,
    is known far better than either.

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will
    They Do Next?", Management Science 33(1). Fader and Hardie (2005), "A Note on Deriving the
    Pareto/NBD Model and Related Expressions".

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> model = ParetoNBD().fit(summary)
    >>> round(model.log_likelihood_, 1)
    -9595.0
    >>> round(model.expected_purchases_new(52), 2)
    1.47
    """

    r_: float
    alpha_: float
    s_: float
    beta_: float

    _NAMES = ("r", "alpha", "s", "beta")
    _TIMES = ("alpha", "beta")
    _BOUNDARIES = (
        (
            lambda at: at["s"] - at["beta"] < -5 or at["s"] < -5,
            "no dropout is visible (s / beta goes to 0). Use `NBD`, which has none.",
        ),
        (
            lambda at: at["s"] > 4 and at["beta"] > 3,
            "rates of leaving do not differ between customers (s and beta grow together).",
        ),
        RATES_ALIKE,
        NOBODY_AGAIN,
        (lambda at: at["beta"] < -5, "almost everyone seems to leave at once (beta goes to 0)."),
    )
    _BLOCKS: ClassVar = {
        "purchase": ("purchase", "alpha", -1.0),
        "dropout": ("dropout", "beta", -1.0),
    }
    _STARTS = (
        {"r": 0.5, "s": 0.5, "beta": 0.5},
        {"r": 2.0, "s": 0.2, "beta": 0.5},
        {"r": 1.0, "s": 2.0, "beta": 2.0},
        {"r": 0.4, "s": 0.5, "beta": 0.01},
    )

    def _integral(self, values: Values, counts: Counts) -> LeftIntegral:
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        return left_integral(
            counts.tx, counts.T, alpha=alpha, power_alpha=r + counts.x, beta=beta, power_beta=s + 1
        )

    def _log_odds_gone(self, values: Values, counts: Counts, left: LeftIntegral) -> Floats:
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        return (
            np.log(s) + left.log
            + (r + counts.x) * np.log(alpha + counts.T) + s * np.log(beta + counts.T)
        )  # fmt: skip

    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        left = self._integral(values, counts)
        odds = self._log_odds_gone(values, counts, left)
        shape = r + counts.x
        log_alpha, log_beta = np.log(alpha + counts.T), np.log(beta + counts.T)
        likelihood = (
            special.gammaln(shape) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
            - shape * log_alpha - s * log_beta + np.logaddexp(0, odds)
        )  # fmt: skip
        gone = special.expit(odds)
        here = 1 - gone
        return likelihood, {
            "r": r * (
                special.digamma(shape) - special.digamma(r) + np.log(alpha)
                - here * log_alpha - gone * left.log_alpha
            ),
            "alpha": r - shape * alpha * (here / (alpha + counts.T) + gone * left.per_alpha),
            "s": s * (np.log(beta) - here * log_beta - gone * left.log_beta) + gone,
            "beta": s - beta * (here * s / (beta + counts.T) + gone * (s + 1) * left.per_beta),
        }  # fmt: skip

    def _alive(self, values: Values, counts: Counts) -> Floats:
        return special.expit(-self._log_odds_gone(values, counts, self._integral(values, counts)))

    def _posterior(self, values: Values, counts: Counts) -> tuple[Any, Any, Any, Any]:
        """Gamma parameters of both rates of a customer alive at T."""
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        return r + counts.x, alpha + counts.T, s, beta + counts.T

    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        shape, rate, s, beta = self._posterior(values, counts)
        # Mean time as a customer within the horizon: (1 - k^(s-1)) / (s-1), a logarithm at s = 1.
        log_growth = np.log1p(horizon / beta)
        return shape / rate * beta * log_growth * special.exprel(-(s - 1) * log_growth)

    def _pace(self, values: Values, counts: Counts) -> Floats:
        _, _, s, beta = self._posterior(values, counts)
        return beta / (1 + s)

    def _rate(self, values: Values, counts: Counts, ahead: Floats) -> Floats:
        shape, rate, s, beta = self._posterior(values, counts)
        return shape / rate * (1 + ahead / beta) ** -s

    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        shape, rate, beta = (
            r + counts.x[:, None],
            alpha + counts.T[:, None],
            beta + counts.T[:, None],
        )
        stay = (1 + horizon / beta) ** -s
        table = stay * negative_binomial(n, shape, horizon / rate)
        pace = np.minimum(beta / (1 + s), rate / (1 + shape))
        for moment, weight in over_time(pace, horizon):
            leaving = s / beta * (1 + moment / beta) ** (-s - 1)
            table += weight * leaving * negative_binomial(n, shape, moment / rate)
        return table

    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        shape, rate, s, beta = self._posterior(values, counts)
        size = len(counts)
        leaving = rng.gamma(s, 1 / beta, size)
        stay = np.minimum(rng.exponential(1, size) / np.maximum(leaving, 1e-300), horizon)
        return rng.poisson(rng.gamma(shape, 1 / rate, size) * stay)

    def _draw_past(
        self, values: Values, T: Floats, horizon: float, rng: np.random.Generator
    ) -> dict[str, NDArray[Any]]:
        r, alpha, s, beta = (values[name] for name in self._NAMES)
        size = len(T)
        rate = rng.gamma(r, 1 / alpha, size)
        leaving = np.maximum(rng.gamma(s, 1 / beta, size), 1e-300)
        life = rng.exponential(1, size) / leaving
        seen = np.minimum(life, T)
        x = rng.poisson(rate * seen)
        # The last of x moments spread evenly over the time seen.
        last = np.where(x > 0, seen * rng.random(size) ** (1 / np.maximum(x, 1)), 0.0)
        later = rng.poisson(rate * np.clip(life - T, 0, horizon))
        return {"x": x, "tx": last, "alive": life > T, "future": later}
