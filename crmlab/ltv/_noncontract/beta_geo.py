"""BG/NBD and MBG/NBD: after a purchase a customer may leave for good."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._noncontract.beta_means import purchases_until, rate_kept
from crmlab.ltv._noncontract.continuous_model import ContinuousModel
from crmlab.ltv._noncontract.count_likelihood import NOBODY_AGAIN, RATES_ALIKE, Gradient, Values
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["BetaGeoNBD", "ModifiedBetaGeoNBD"]


class _BetaGeometric(ContinuousModel):
    """Both models at once: they differ in whether dropout is possible after the first purchase.

    Purchases come at a rate that varies between customers as a gamma (shape `r`, rate `alpha`);
    at each dropout draw a customer leaves with a probability that varies as a beta (`a`, `b`).
    """

    r_: float
    alpha_: float
    a_: float
    b_: float

    _NAMES = ("r", "alpha", "a", "b")
    _TIMES = ("alpha",)
    _BOUNDARIES = (
        (
            lambda at: at["a"] < -4 and abs(at["a"] - at["b"]) < 6,
            "customers leave at the first opportunity or never (a and b go to 0).",
        ),
        (
            lambda at: at["a"] < -4 or at["b"] - at["a"] > 7,
            "no dropout is visible (a / (a + b) goes to 0). Use `NBD`, which has none.",
        ),
        (
            lambda at: at["a"] > 4 and at["b"] > 4,
            "probabilities of dropout do not differ between customers (a and b grow together).",
        ),
        RATES_ALIKE,
        (
            lambda at: at["b"] < -4 or at["a"] - at["b"] > 5,
            "almost everyone seems to leave at the first opportunity (a / (a + b) goes to 1).",
        ),
        NOBODY_AGAIN,
    )
    _BLOCKS: ClassVar = {
        "purchase": ("purchase", "alpha", -1.0),
        "dropout_a": ("dropout", "a", 1.0),
        "dropout_b": ("dropout", "b", 1.0),
    }
    _STARTS = (
        {"r": 0.5, "a": 1.0, "b": 3.0},
        {"r": 2.0, "a": 0.2, "b": 2.0},
        {"r": 0.1, "a": 3.0, "b": 1.0},
        {"r": 1.0, "a": 0.1, "b": 0.1},
        {"r": 1.0, "a": 0.5, "b": 0.05},
        {"r": 3.0, "a": 0.5, "b": 0.2},
    )
    _FIRST_DRAW: ClassVar[int] = 0
    _COSTLY = False

    def _log_odds_gone(self, values: Values, counts: Counts) -> Floats:
        """Log-odds that the dropout draw after the last purchase ended it; -inf without a draw."""
        r, alpha, a, b = (values[name] for name in self._NAMES)
        since = counts.on("T", lambda T: np.log(alpha + T), alpha) - counts.on(
            "tx", lambda tx: np.log(alpha + tx), alpha
        )

        def last_draw(x: Floats) -> Floats:
            draws = x + self._FIRST_DRAW
            return np.where(draws > 0, np.log(a) - np.log(b + np.maximum(draws, 1) - 1), -np.inf)

        return counts.on("x", last_draw, a, b) + (r + counts.x) * since

    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        r, alpha, a, b = (values[name] for name in self._NAMES)
        shape = r + counts.x
        draws = self._FIRST_DRAW
        log_T = counts.on("T", lambda T: np.log(alpha + T), alpha)
        log_tx = counts.on("tx", lambda tx: np.log(alpha + tx), alpha)
        per_T = counts.on("T", lambda T: alpha / (alpha + T), alpha)
        per_tx = counts.on("tx", lambda tx: alpha / (alpha + tx), alpha)
        odds = self._log_odds_gone(values, counts)
        small = np.exp(-np.abs(odds))
        gone = np.where(odds > 0, 1.0, small) / (1 + small)
        likelihood = (
            counts.on(
                "x",
                lambda x: (
                    special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
                    + special.gammaln(b + x + draws) - special.gammaln(b)
                    + special.gammaln(a + b) - special.gammaln(a + b + x + draws)
                ),
                r, alpha, a, b,
            )
            - shape * log_T + np.maximum(odds, 0) + np.log1p(small)
        )  # fmt: skip
        digamma = special.digamma
        return likelihood, {
            "r": r * (
                counts.on("x", lambda x: digamma(r + x) - digamma(r) + np.log(alpha), r, alpha)
                - log_T + gone * (log_T - log_tx)
            ),
            "alpha": r - shape * (per_T - gone * (per_T - per_tx)),
            "a": gone + counts.on(
                "x", lambda x: a * (digamma(a + b) - digamma(a + b + x + draws)), a, b
            ),
            "b": counts.on(
                "x",
                lambda x: b * (digamma(b + x + draws) - digamma(b)
                               + digamma(a + b) - digamma(a + b + x + draws)), a, b,
            ) - gone * counts.on("x", lambda x: b / (b + np.maximum(x + draws, 1) - 1), b),
        }  # fmt: skip

    def _alive(self, values: Values, counts: Counts) -> Floats:
        return special.expit(-self._log_odds_gone(values, counts))

    def _posterior(self, values: Values, counts: Counts) -> tuple[Any, Any, Any, Any]:
        """Gamma and beta parameters of a customer alive at T."""
        r, alpha, a, b = (values[name] for name in self._NAMES)
        return r + counts.x, alpha + counts.T, a, b + counts.x + self._FIRST_DRAW

    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        shape, rate, a, b = self._posterior(values, counts)
        return purchases_until(horizon / rate, shape, a, b)

    def _pace(self, values: Values, counts: Counts) -> Floats:
        shape, rate, _, _ = self._posterior(values, counts)
        return rate / (1 + shape)

    def _rate(self, values: Values, counts: Counts, ahead: Floats) -> Floats:
        shape, rate, a, b = self._posterior(values, counts)
        return (shape / rate) * rate_kept(ahead / rate, shape + 1, a, b)

    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        x, T = counts.x[:, None], counts.T[:, None]
        r, alpha, a, b = (values[name] for name in self._NAMES)
        shape, rate, b = r + x, alpha + T, b + x + self._FIRST_DRAW
        part = horizon / (rate + horizon)
        log_staying = special.betaln(a, b + n) - special.betaln(a, b)
        log_count = (
            special.gammaln(shape + n) - special.gammaln(shape) - special.gammaln(n + 1)
            + shape * np.log1p(-part) + special.xlogy(n, part)
        )  # fmt: skip
        stays = np.exp(log_staying + log_count)
        # The n-th purchase ends it, and the rate would have allowed n or more.
        k = np.maximum(n, 1)
        leaves = np.exp(special.betaln(a + 1, b + k - 1) - special.betaln(a, b))
        return stays + np.where(n > 0, leaves * special.betainc(k, shape, part), 0.0)

    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        shape, rate, a, b = self._posterior(values, counts)
        size = len(counts)
        could = rng.poisson(rng.gamma(shape, 1 / rate, size) * horizon)
        return np.minimum(could, _draw_dropout(a, b, size, rng))

    def _draw_past(
        self, values: Values, T: Floats, horizon: float, rng: np.random.Generator
    ) -> dict[str, NDArray[Any]]:
        r, alpha, a, b = (values[name] for name in self._NAMES)
        size = len(T)
        rate = rng.gamma(r, 1 / alpha, size)
        could = rng.poisson(rate * T)
        allowed = _draw_dropout(a, b, size, rng) - self._FIRST_DRAW
        x = np.minimum(could, allowed)
        # The x-th of `could` moments spread evenly over T.
        bought = x > 0
        last = np.zeros(size)
        last[bought] = T[bought] * rng.beta(x[bought], could[bought] - x[bought] + 1)
        later = np.minimum(rng.poisson(rate * horizon), allowed - x)
        return {"x": x, "tx": last, "alive": could < allowed, "future": later}


class BetaGeoNBD(_BetaGeometric):
    """BG/NBD: buys at random while a customer, and may leave after each repeat purchase.

    Someone who never bought again could not leave yet, so counts as alive.

    Parameters
    ----------
    purchase_covariates : list of str, default=()
        Columns that raise (positive coefficient) or lower the purchase rate:
        ``alpha_i = alpha * exp(-coefficient * value)``.
    dropout_covariates : list of str, default=()
        Columns that act on dropout, with two coefficients each: ``a_i = a * exp(...)`` and
        ``b_i = b * exp(...)``.
    penalty : float, default=0
        L2 penalty per customer on the logs of the parameters (time in units of the mean `T`) and
        on the coefficients of standardised covariates. A small one (0.001 to 0.1) gives an answer
        where the data alone have none.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of summaries that do not say it.

    Attributes
    ----------
    params_ : Series
        `r`, `alpha` (time), `a`, `b`, then coefficients such as ``purchase:age``.
    r_, alpha_, a_, b_ : float
        The same.
    standard_errors_ : Series
        Of `params_`, from the observed information.
    covariance_ : DataFrame
        Of `params_`.
    log_likelihood_ : float
        At the maximum, without the penalty.
    n_customers_ : float
        Customers in the fit.
    gradient_norm_ : float
        Length of the gradient per customer, on the log scale, where the search ended.
    unit_ : str or None
        Unit of time of the parameters.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2):
    likelihood (6), expectation (9), conditional expectation (10). Fader and Hardie (2007),
    "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models".

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> model = BetaGeoNBD().fit(summary)
    >>> model.params_.round(3).to_dict()
    {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}
    >>> round(model.log_likelihood_, 1)
    -9582.4
    >>> round(float(model.expected_purchases(summary, 39).iloc[0]), 3)
    1.226
    """


class ModifiedBetaGeoNBD(_BetaGeometric):
    """MBG/NBD: as `BetaGeoNBD`, but a customer may also leave right after the first purchase.

    Parameters
    ----------
    purchase_covariates, dropout_covariates, penalty, unit
        As for `BetaGeoNBD`.

    Attributes
    ----------
    params_, r_, alpha_, a_, b_, standard_errors_, covariance_, log_likelihood_, n_customers_, \
gradient_norm_, unit_
        As for `BetaGeoNBD`.

    References
    ----------
    Batislam, Denizel and Filiztekin (2007), "Empirical Validation and Comparison of Models for
    Customer Base Analysis", International Journal of Research in Marketing 24(3).

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> model = ModifiedBetaGeoNBD().fit(summary)
    >>> round(model.log_likelihood_, 1)
    -9582.1
    """

    _FIRST_DRAW = 1


def _draw_dropout(
    a: Floats | float, b: Floats | float, size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the number of the dropout draw at which each customer leaves, from 1."""
    # A probability of 0 or next to it would overflow; none of these customers leaves in our time.
    leaving = np.maximum(rng.beta(a, b, size), 1e-12)
    return rng.geometric(leaving)
