"""Gamma-gamma: what a customer spends at a purchase, and whether that depends on how often."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats, LogLikelihood, maximise
from crmlab.ltv._fitting.model import LikelihoodModel, check_penalty
from crmlab.ltv._noncontract.summary import check_rows, codes_of, numbers_of
from crmlab.ltv._spend.summary import Spend, correlation_row, read_spend, uncountable

__all__ = ["GammaGamma"]

# The one coefficient there can be, on log(1 + frequency).
_BLOCK, _COVARIATE = "spend", "log1p_frequency"
# An ordinary base, spend in units of its mean: where the penalty draws the parameters to. Its mean
# p v / (q - 1) is 1 and exists, which at p = q = v = 1 it would not.
_ORDINARY = np.log([4.0, 4.0, 0.75])
_STARTS = (_ORDINARY, np.log([1.0, 2.5, 1.5]), np.log([20.0, 10.0, 0.45]))
_SKETCH = 3_000  # rows on which the long way up is climbed


class GammaGamma(LikelihoodModel):
    """Spend per purchase: gamma around a customer's own mean, which varies between customers.

    Each purchase of a customer is gamma with shape `p` and rate nu; nu varies between customers as
    a gamma with shape `q` and rate `v`. The model holds only where spend does not depend on how
    often a customer buys; `fit` tests that.

    Spend here is what is in `monetary_value`, revenue as a rule. A margin is stated where a value
    is computed from it.

    Parameters
    ----------
    penalty : float, default=0
        L2 penalty per customer on the distance of log p, log q and log v from 4, 4 and 0.75 mean
        spends. A small one (0.001 to 0.1) gives an answer where the data alone have none.
    correlated : {"raise", "adjust", "ignore"}, default="raise"
        What `fit` does where frequency and spend are correlated: refuse; let `v`, and with it the
        level of spend, be proportional to ``(1 + frequency) ** coefficient``, estimated together
        with the rest; or go on as if they were not. "adjust" corrects the average at each
        frequency. It does not carry over to a frequency that will change: in the future a
        customer is taken to spend as customers with the same past frequency do.
    max_correlation : float, default=0.1
        `correlated` acts where the interval of `independence_test` excludes 0 and the correlation
        is larger than this, up or down. In a large base a correlation of 0.02 is sure, and
        harmless.
    nonpositive : {"raise", "exclude"}, default="raise"
        What to do with repeat buyers whose mean spend is zero or negative, for example after
        returns; gamma spend is positive. "exclude" leaves them out of the fit and counts them in
        `n_nonpositive_`; when scored, their past spend counts as 0, which pulls the expectation
        down but never below 0.

    Attributes
    ----------
    params_ : Series
        `p`, `q`, `v` (currency), and with "adjust" the coefficient ``spend:log1p_frequency``;
        `v` is then that of frequency 0.
    p_, q_, v_ : float
        The same.
    standard_errors_ : Series
        Of `params_`, from the observed information.
    covariance_ : DataFrame
        Of `params_`.
    log_likelihood_ : float
        Of the mean spends at the maximum, without the penalty. The likelihood of the total spends
        is lower by the sum of ``log(frequency)``; both are in print.
    correlation_ : DataFrame
        The row of `independence_test`.
    n_customers_ : float
        Customers in the fit.
    n_without_repeat_ : float
        Customers left out because they never bought again.
    n_nonpositive_ : float
        Customers left out because their mean spend is not positive.
    gradient_norm_ : float
        Length of the gradient per customer, on the log scale, where the search ended.

    References
    ----------
    Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025:
    likelihood (1a), conditional expectation (5).

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> cdnow = load_cdnow(sample=True)
    >>> summary = rfm_summary(cdnow, observation_end="1997-09-30", unit="W")
    >>> spend = GammaGamma().fit(summary)
    >>> spend.params_.round(2).to_dict()
    {'p': 6.25, 'q': 3.74, 'v': 15.44}
    >>> round(spend.log_likelihood_, 4)
    -4055.9177
    >>> spend.expected_spend(summary).head(3).round(2).to_list()
    [24.65, 35.17, 18.91]
    """

    _NAMES = ("p", "q", "v")

    correlation_: pd.DataFrame
    n_without_repeat_: float
    n_nonpositive_: float

    def __init__(
        self,
        *,
        penalty: float = 0.0,
        correlated: Literal["raise", "adjust", "ignore"] = "raise",
        max_correlation: float = 0.1,
        nonpositive: Literal["raise", "exclude"] = "raise",
    ) -> None:
        self.penalty = penalty
        self.correlated = correlated
        self.max_correlation = max_correlation
        self.nonpositive = nonpositive

    # ------------------------------------------------------------------------------------- fit

    def fit(self, summary: pd.DataFrame, y: object = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            One row per customer: `frequency` (repeat purchases) and `monetary_value` (their mean
            spend, in currency; 0 without a repeat purchase), as `customer_base.rfm_summary` gives
            them. A column `n_customers` holds how many customers a row stands for.
        y : None
            Not used; scikit-learn passes it.

        Returns
        -------
        GammaGamma

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters, or the mean of all customers does not
            exist (q <= 1); it names the cause and the remedy.
        ValueError, TypeError
            If the summary has impossible rows or lacks columns, if mean spends are not positive,
            or if frequency and spend are correlated.
        """
        penalty = check_penalty(self.penalty)
        self._check_options()
        everyone = self._read(summary)
        repeat, positive = everyone.x > 0, everyone.m > 0
        spend = everyone.telling().distinct()
        correlation = correlation_row(spend, level=0.95)
        self._check_telling(spend, penalty)
        self._check_independent(correlation)
        theta, covariance, gradient = self._search(spend, penalty)
        labels = [*self._NAMES, *self._coefficient_names()]
        params = pd.Series(np.concatenate([np.exp(theta[:3]), theta[3:]]), index=labels)
        self._keep(params, unit=None, covariance=covariance)
        self.log_likelihood_ = float(spend.weight @ _log_likelihood(theta, spend)[0])
        self.correlation_ = correlation
        self.n_customers_ = spend.n_customers
        self.n_without_repeat_ = float(everyone.weight[~repeat].sum())
        self.n_nonpositive_ = float(everyone.weight[repeat & ~positive].sum())
        self.gradient_norm_ = float(np.linalg.norm(gradient))
        return self

    def _check_options(self) -> None:
        check_choice("correlated", self.correlated, ["raise", "adjust", "ignore"])
        check_choice("nonpositive", self.nonpositive, ["raise", "exclude"])
        check_fraction("max_correlation", self.max_correlation)

    def _read(self, summary: pd.DataFrame) -> Spend:
        """The columns of a summary, checked."""
        return read_spend(summary, positive=self.nonpositive == "raise")

    def _check_telling(self, spend: Spend, penalty: float) -> None:
        """Raise where a look at the data already shows that no fit exists."""
        n = spend.n_customers
        if n < 1 or (n < 2 and penalty == 0):
            raise ConvergenceError(
                "Spend is learned from customers who bought again, and at least two; "
                f"got {n:,.0f}. Observe longer or pass more customers."
            )
        if penalty == 0 and np.ptp(spend.m) <= 1e-9 * spend.m.max():
            raise ConvergenceError(
                f"All {n:,.0f} repeat buyers have the same mean spend, {spend.m[0]:g}, so spend "
                "does not vary (p goes to infinity). Use that spend as it is, or set `penalty` "
                "(such as 0.01)."
            )
        if self.correlated == "adjust" and np.ptp(spend.x) == 0:
            raise ConvergenceError(
                f"All {n:,.0f} repeat buyers have the same `frequency`, so its effect on spend "
                "cannot be told. Set correlated='ignore'."
            )

    def _check_independent(self, correlation: pd.DataFrame) -> None:
        """Raise where spend depends on frequency and nothing is to be done about it."""
        row = correlation.iloc[0]
        sure = row["lower"] > 0 or row["upper"] < 0
        if self.correlated == "raise" and sure and abs(row["estimate"]) > self.max_correlation:
            raise ValueError(
                "`frequency` and `monetary_value` must be unrelated; they correlate by "
                f"{row['estimate']:.2f} (95 % interval {row['lower']:.2f} to {row['upper']:.2f}), "
                f"beyond max_correlation={self.max_correlation:g}. Set correlated='adjust' to let "
                "spend depend on frequency, or 'ignore'."
            )

    def _search(self, spend: Spend, penalty: float) -> tuple[Floats, Floats, Floats]:
        """Theta, its covariance, and the gradient at the end of the search.

        The search measures spend in its mean, and centres log(1 + frequency) at unit spread.
        """
        share = spend.weight / spend.n_customers
        money = float(share @ spend.m)
        centre, spread = 0.0, 1.0
        if self.correlated == "adjust":
            centre = float(share @ np.log1p(spend.x))
            spread = math.sqrt(float(share @ (np.log1p(spend.x) - centre) ** 2))
        n_more = len(self._coefficient_names())
        ordinary = np.append(_ORDINARY, np.zeros(n_more))

        def objective(rows: Spend) -> LogLikelihood:
            z = (np.log1p(rows.x) - centre) / spread if n_more else None
            parts = rows.weight / rows.n_customers
            scaled = Spend(rows.x, rows.m / money, rows.weight)

            def value(theta: Floats) -> tuple[float, Floats]:
                likelihood, slopes = _log_likelihood(theta, scaled, z)
                off = theta - ordinary
                gradient = np.array([float((parts * slope).sum()) for slope in slopes])
                total = float((parts * likelihood).sum()) - penalty * float(off @ off)
                return total, gradient - 2 * penalty * off

            return value

        sketch = objective(spend.sketch(_SKETCH)) if len(spend.x) > _SKETCH else None
        starts = [np.append(start, np.zeros(n_more)) for start in _STARTS]
        found = maximise(objective(spend), starts, sketch=sketch)
        self._check_found(found, spend.n_customers)
        turn = np.eye(3 + n_more)
        if n_more:
            turn[3, 3], turn[2, 3] = 1 / spread, -centre / spread
        theta = turn @ found.theta
        theta[2] += math.log(money)
        _check_mean_exists(float(np.exp(theta[1])))
        covariance = np.linalg.inv(found.information * spend.n_customers)
        return theta, turn @ covariance @ turn.T, found.gradient

    def _cause(self, theta: dict[str, float], flat: dict[str, float]) -> str:
        if theta["p"] > 5:
            return "a customer's purchases hardly vary in spend (p goes to infinity)."
        if theta["q"] > 4:
            return "customers do not differ in their spend (q and v grow together)."
        if theta["q"] < -2:
            return "spend differs without bound (q goes to 0); look for outliers."
        if theta["p"] < -2:
            return "a customer's purchases vary without bound (p goes to 0); look for outliers."
        loose = max(flat, key=lambda name: abs(flat[name]))
        return f"the data leave `{loose}` open; many values fit equally well."

    # -------------------------------------------------------------------------- the correction

    def _coefficient_names(self) -> list[str]:
        return [f"{_BLOCK}:{_COVARIATE}"] if self.correlated == "adjust" else []

    @classmethod
    def _with_coefficients(cls, coefficients: Mapping[str, Mapping[str, float]]) -> Self:
        if not coefficients:
            return cls()
        given = {block: list(values) for block, values in coefficients.items()}
        if given != {_BLOCK: [_COVARIATE]}:
            raise TypeError(
                f"`coefficients` must be {{{_BLOCK!r}: {{{_COVARIATE!r}: ...}}}}; got {given!r}."
            )
        return cls(correlated="adjust")

    def independence_test(self, summary: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
        """Test whether frequency and mean spend are unrelated among repeat buyers.

        The measure is Pearson's correlation, as in the literature: under the model the *mean* of
        spend is the same at every frequency, while its median and its logarithm are not, so ranks
        and logs would show a relation where there is none. The interval does not assume normal
        data.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; the model need not be fitted.
        level : float, default=0.95
            Level of the interval, in (0, 1).

        Returns
        -------
        DataFrame
            One row: `estimate` (the correlation), `lower`, `upper`, `level`, `p_value` (that of no
            correlation) and `n_customers`. With fewer than four repeat buyers, or all of one
            frequency or spend, nothing can be told: 0, from -1 to 1.

        Raises
        ------
        ValueError, TypeError
            If the summary has impossible rows or lacks columns.

        Examples
        --------
        >>> summary = pd.DataFrame({
        ...     "frequency": [1, 2, 3, 4, 5, 6], "monetary_value": [30.0, 10, 40, 10, 50, 9]
        ... })
        >>> GammaGamma().independence_test(summary)["estimate"].round(2).item()
        -0.05
        """
        check_fraction("level", level, open_ends=True)
        self._check_options()
        return correlation_row(self._read(summary).telling(), level=level)

    # ---------------------------------------------------------------------------- expectations

    def expected_spend(
        self, summary: pd.DataFrame, *, level: float | None = None
    ) -> pd.Series | pd.DataFrame:
        """Expected mean spend of each customer per purchase to come.

        A weighted average of the mean of all customers, ``p v / (q - 1)``, and the customer's own,
        which counts the more the more often it was seen. Without a repeat purchase it is the mean
        of all.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        level : float, optional
            If given, delta-method intervals of this level for the *expectation*.

        Returns
        -------
        Series or DataFrame
            Expected spend in currency, indexed as `summary`; with `level` the columns `estimate`,
            `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, the summary has impossible rows, or the expectation does
            not exist (p * frequency + q <= 1).
        """
        self._check_fitted()
        spend = self._read(summary)
        self._check_expectation_exists(spend.x)
        at, first = codes_of([spend.x, spend.m])
        x, m = spend.x[first], spend.m[first]
        if level is None:
            found = self._expected(self._theta, x, m)[at]
            return pd.Series(found, index=summary.index, name="expected_spend")
        table = self._delta(lambda theta: self._expected(theta, x, m), level=level)
        return table.iloc[at].set_axis(summary.index)

    def _check_expectation_exists(self, x: Floats) -> None:
        p, q = np.exp(self._theta[:2])
        check_rows(
            [
                (
                    p * x + q <= 1,
                    f"the expected spend must exist, which needs p * frequency + q > 1; q is {q:g}",
                    "Score repeat buyers only, or fit with `penalty` (such as 0.01).",
                )
            ],
            len(x),
        )

    def _expected(self, theta: Floats, x: Floats, m: Floats) -> Floats:
        """Expected spend per purchase; infinite where it does not exist."""
        p, q, v = np.exp(theta[:3])
        v = v * _level(theta, x)
        shape = p * x + q - 1
        return np.where(
            shape > 0, p * (v + x * np.maximum(m, 0)) / np.where(shape > 0, shape, 1.0), np.inf
        )

    def _posterior(self, theta: Floats, x: Floats, m: Floats) -> tuple[float, Floats, Floats]:
        """p, and shape and rate of the gamma of nu."""
        p, q, v = np.exp(theta[:3])
        return float(p), q + p * x, v * _level(theta, x) + x * np.maximum(m, 0)

    def spend_distribution(
        self, summary: pd.DataFrame, *, quantiles: Sequence[float] = (0.05, 0.5, 0.95)
    ) -> pd.DataFrame:
        """Quantiles of each customer's own mean spend, as far as the past tells it.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        quantiles : sequence of float, default=(0.05, 0.5, 0.95)
            Probabilities in (0, 1).

        Returns
        -------
        DataFrame
            Indexed as `summary`, one column per quantile, in currency.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, the summary has impossible rows, or a quantile is outside
            (0, 1).
        """
        self._check_fitted()
        spend = self._read(summary)
        chances = [check_fraction("quantiles", chance, open_ends=True) for chance in quantiles]
        p, shape, rate = self._posterior(self._theta, spend.x, spend.m)
        # The mean is p / nu, so its low quantiles are the high ones of nu.
        table = {chance: p * rate / special.gammainccinv(shape, chance) for chance in chances}
        return pd.DataFrame(table, index=summary.index)

    # ------------------------------------------------------------------------------ simulation

    def _draw_spend(
        self, theta: Floats, x: Floats, m: Floats, n_future: ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Total spend of `n_future` purchases of each customer, drawn given their past."""
        p, shape, rate = self._posterior(theta, x, m)
        n = np.asarray(n_future, dtype=float)
        nu = np.maximum(rng.gamma(shape, 1.0, n.shape), 1e-300) / rate
        return np.where(n > 0, rng.gamma(p * n) / nu, 0.0)

    def simulate(self, frequency: ArrayLike, *, seed: int = 0) -> pd.DataFrame:
        """Draw the mean spend of customers who bought again `frequency` times.

        Parameters
        ----------
        frequency : array-like of shape (n_customers,)
            Repeat purchases of each customer; whole, at least 0.
        seed : int, default=0
            Seed of the random draws.

        Returns
        -------
        DataFrame
            `frequency` and `monetary_value` (0 where `frequency` is 0), indexed as `frequency` if
            that is a Series.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted or an option is out of range.
        """
        self._check_fitted()
        check_count("seed", seed, minimum=0)
        series = frequency if isinstance(frequency, pd.Series) else pd.Series(frequency)
        frame = pd.DataFrame({"frequency": series})
        x = numbers_of(frame, "frequency")
        check_rows(uncountable(x), len(x))
        nothing = np.zeros(len(x))
        rng = np.random.default_rng(seed)
        theta = self._theta
        p, q, v = np.exp(theta[:3])
        nu = np.maximum(rng.gamma(q, 1.0, len(x)), 1e-300) / (v * _level(theta, x))
        total = np.where(x > 0, rng.gamma(p * x) / nu, nothing)
        return frame.assign(monetary_value=total / np.maximum(x, 1))


def _level(theta: Floats, x: Floats) -> Floats | float:
    """Level of spend at each frequency, 1 at frequency 0 or without a correction."""
    return np.exp(theta[3] * np.log1p(x)) if len(theta) > 3 else 1.0


def _log_likelihood(
    theta: Floats, spend: Spend, z: Floats | None = None
) -> tuple[Floats, list[Floats]]:
    """Log-likelihood of each row's mean spend, and its derivative by each entry of theta.

    `z` is the covariate of the fourth entry, log(1 + frequency) if it is not given.
    """
    if z is None and len(theta) > 3:
        z = np.log1p(spend.x)
    p, q, v = np.exp(theta[:3])
    if z is not None:
        v = v * np.exp(theta[3] * z)
    total = spend.x * spend.m
    # What depends on frequency alone is worked out once for each frequency.
    at, x = pd.factorize(spend.x)
    px = p * x
    both = special.digamma(px + q)
    # Each is a log(1 + ratio), not a difference of logs, which would lose digits.
    over_total, over_v = np.log1p(v / total), np.log1p(total / v)
    gammas = (special.gammaln(px + q) - special.gammaln(px) - special.gammaln(q))[at]
    likelihood = gammas - px[at] * over_total - q * over_v - np.log(spend.m)
    by_v = q - (px[at] + q) * v / (v + total)
    slopes = [
        px[at] * ((both - special.digamma(px))[at] - over_total),
        q * ((both - special.digamma(q))[at] - over_v),
        by_v,
    ]
    return likelihood, slopes if z is None else [*slopes, by_v * z]


def _check_mean_exists(q: float) -> None:
    if q <= 1:
        raise ConvergenceError(
            f"GammaGamma found q = {q:.3g}, and the mean spend of all customers exists only for "
            "q > 1: a few customers spend without measure. Look for outliers or mixed currencies, "
            "pass more customers, or set `penalty` (such as 0.01)."
        )
