"""What the models of customers under contract share: fit, survival, value, simulation."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlab._checks import check_columns, check_count, check_fraction
from crmlab._units import force_of_interest
from crmlab.ltv._contract.renewals import Renewals, read_renewals, whole_numbers
from crmlab.ltv._contract.subscriptions import Day, Term
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats, Maximum, maximise
from crmlab.ltv._fitting.model import LikelihoodModel, check_penalty
from crmlab.ltv._formulas.arguments import number, numbers

__all__ = ["ContractModel"]

_FAR = 300.0  # log of a stretched time beyond which a beta function is a power to the last digit
_LARGE = 50.0  # beyond, Stirling's series is exact to the last digits
_TERMS = 10_000_000  # longest sum of discounted survival
_LEAST_FORCE = 1e-7  # of interest per period
_DRAWS = 4_000  # of parameters and of fates, for predictive intervals


class ContractModel(LikelihoodModel):
    """Base of `ShiftedBetaGeometric` and `BetaDiscreteWeibull`.

    Survival after t renewals is B(alpha, beta + t^c) / B(alpha, beta); without a parameter c it
    is 1. Given who came up for a renewal, who renews is binomial: that is the whole likelihood.
    """

    period: Term | None
    observation_end: Day | None
    penalty: float

    def __init__(
        self,
        *,
        period: Term | None = None,
        observation_end: Day | None = None,
        penalty: float = 0.0,
    ) -> None:
        self.period = period
        self.observation_end = observation_end
        self.penalty = penalty

    # ------------------------------------------------------------------------------ likelihood

    def _parameters(self, theta: Floats) -> tuple[Any, Any, Any]:
        """The values of alpha, beta and c; arrays if theta holds many."""
        alpha, beta, *c = np.exp(theta)
        return alpha, beta, c[0] if c else 1.0

    def _log_survival(self, theta: Floats, t: Floats) -> Floats:
        """Log of the chance to make t renewals."""
        alpha, beta, c = self._parameters(theta)
        stretched, beyond = _stretched(t, c)
        rise = _log_gamma_gap(beta + stretched, alpha) - _log_gamma_gap(beta, alpha)
        return -rise - alpha * beyond

    def _survival_slopes(self, theta: Floats, t: Floats) -> Floats:
        """Derivatives of the log of survival by theta, one row for each parameter."""
        alpha, beta, c = self._parameters(theta)
        stretched, beyond = _stretched(t, c)
        fall = _digamma_gap(beta + stretched, alpha)
        by_alpha = (
            special.digamma(alpha + beta) - special.digamma(alpha + beta + stretched) - beyond
        )
        slopes = [alpha * by_alpha, beta * (_digamma_gap(beta, alpha) - fall)]
        log_t = np.log(np.maximum(t, 1.0))
        slopes.append(-fall * stretched * c * log_t)
        return np.array(slopes[: len(self._NAMES)])

    def _log_retention(self, theta: Floats, t: Floats) -> Floats:
        """Log of the chance of the t-th renewal."""
        # A chance that rounds to 1 would make one loss impossible.
        rounded = self._log_survival(theta, t) - self._log_survival(theta, t - 1)
        return np.minimum(rounded, -1e-100)

    def _retention_slopes(self, theta: Floats, t: Floats) -> Floats:
        """Derivatives of the log of retention by theta, one row for each parameter."""
        return self._survival_slopes(theta, t) - self._survival_slopes(theta, t - 1)

    def _log_likelihood(self, theta: Floats, renewals: Renewals) -> tuple[float, Floats]:
        """Log-likelihood of all customers, and its gradient."""
        log_stay = self._log_retention(theta, renewals.t)
        log_leave = np.log(-np.expm1(log_stay))
        value = renewals.renewed @ log_stay + renewals.lost @ log_leave
        weight = renewals.renewed - renewals.lost * np.exp(log_stay - log_leave)
        return float(value), self._retention_slopes(theta, renewals.t) @ weight

    # ------------------------------------------------------------------------------------- fit

    def fit(self, data: Any, y: object = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        data : array-like of shape (n_renewals + 1,) or DataFrame
            One of three: the survivors of one cohort at each renewal, beginning with its size; a
            table `cohort`, `period` (0 is the start), `alive`, with cohorts of different length
            where some were observed for less time, as `survivors` gives it; or subscriptions,
            `customer_id`, `start`, `end` (null while active), read as `survivors` says.
        y : None
            Not used; scikit-learn passes it.

        Returns
        -------
        fitted model

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters; it names the cause and the remedy.
        ValueError, TypeError
            If the data are impossible, lack columns, or do not go with the options.
        """
        penalty = check_penalty(self.penalty)
        renewals = read_renewals(data, period=self.period, observation_end=self.observation_end)
        self._check_telling(renewals, penalty)
        found = self._climb(renewals, penalty)
        self._check_found(found, renewals.n_customers)
        params = pd.Series(np.exp(found.theta), index=list(self._NAMES))
        covariance = np.asarray(
            np.linalg.inv(found.information * renewals.n_customers), dtype=float
        )
        self._keep(params, unit=renewals.unit, covariance=covariance)
        self.log_likelihood_ = self._log_likelihood(found.theta, renewals)[0]
        self.n_customers_ = renewals.n_customers
        self.gradient_norm_ = float(np.linalg.norm(found.gradient))
        return self

    def _climb(self, renewals: Renewals, penalty: float) -> Maximum:
        def objective(theta: Floats) -> tuple[float, Floats]:
            value, gradient = self._log_likelihood(theta, renewals)
            value = value / renewals.n_customers - penalty * float(theta @ theta)
            return value, gradient / renewals.n_customers - 2 * penalty * theta

        return maximise(objective, self._starts(renewals))

    def _starts(self, renewals: Renewals) -> list[Floats]:
        """Customers much, somewhat and hardly different; the first renewal as observed."""
        stay = (renewals.renewed[0] + 0.5) / (renewals.at_risk[0] + 1)
        powers = [[]] if len(self._NAMES) == 2 else [[0.0], [0.5], [-0.5]]
        return [
            np.array([*np.log([size * (1 - stay), size * stay]), *power])
            for size in (0.5, 3.0, 30.0)
            for power in powers
        ]

    def _check_telling(self, renewals: Renewals, penalty: float) -> None:
        """Raise where a look at the data already shows that no fit exists."""
        if penalty > 0:
            return
        needed, seen = len(self._NAMES), len(renewals.at_risk)
        if renewals.n_customers <= 1:
            cause = "One customer says nothing about how customers differ."
        elif not renewals.lost.any():
            cause = "Nobody was lost, so the chance to leave cannot be told."
        elif not renewals.renewed.any():
            cause = "Everyone was lost at the first renewal, so nothing is seen of who stays."
        elif seen < needed:
            cause = (
                f"{type(self).__name__} has {needed} parameters, and customers came up for "
                f"{seen} renewal{'s' if seen > 1 else ''} only."
            )
        else:
            return
        raise ConvergenceError(
            f"{cause} Pass more customers or cohorts, observe longer, or set `penalty` "
            "(such as 0.01)."
        )

    # -------------------------------------------------------------------------------- survival

    def survival(
        self, t: float | ArrayLike, *, level: float | None = None
    ) -> float | pd.Series | pd.DataFrame:
        """Share of a cohort that is still there after `t` renewals.

        Parameters
        ----------
        t : int or array-like of int
            Renewals, at least 0.
        level : float, optional
            If given, delta-method intervals of this level, on the scale of the log-odds.

        Returns
        -------
        float, Series or DataFrame
            Share in [0, 1]; for several `t` a Series indexed by `t`; with `level` a table indexed
            by `t` with columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, or `t` is negative or not whole.
        """
        self._check_fitted()
        return self._share("survival", t, whole_numbers("t", t), self._log_survival, level)

    def retention_rate(
        self, t: float | ArrayLike, *, level: float | None = None
    ) -> float | pd.Series | pd.DataFrame:
        """Share of those who come up for the `t`-th renewal that renew.

        Parameters
        ----------
        t : int or array-like of int
            Which renewal, from 1.
        level : float, optional
            As for `survival`.

        Returns
        -------
        float, Series or DataFrame
            As for `survival`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, or `t` is below 1 or not whole.
        """
        self._check_fitted()
        times = whole_numbers("t", t, minimum=1)
        return self._share("retention_rate", t, times, self._log_retention, level)

    def _share(self, name: str, t: Any, times: Floats, log_share: Any, level: float | None) -> Any:
        """A share as a float, a Series, or with intervals that stay in [0, 1]."""
        at = np.atleast_1d(times)
        index = pd.Index(at.astype("int64"), name="t")
        if level is None:
            found = np.exp(log_share(self._theta, at))
            return float(found[0]) if np.ndim(t) == 0 else pd.Series(found, index=index, name=name)

        def odds(theta: Floats) -> Floats:
            logs = np.minimum(log_share(theta, at), -1e-100)  # survival at 0 is certain
            return np.exp(logs) / -np.expm1(logs)

        table = self._delta(odds, level=level).set_axis(index)
        for column in ("estimate", "lower", "upper"):
            with np.errstate(divide="ignore"):  # odds of 0 are a share of 0
                table[column] = special.expit(np.log(table[column].to_numpy()))
        return table

    # ----------------------------------------------------------------------------------- value

    def discounted_expected_lifetime(
        self, *, discount_rate: float, per: str = "Y", level: float | None = None
    ) -> float | pd.DataFrame:
        """Present value of one currency unit per period from a new customer (DEL).

        The first payment is made now and for certain, the next ones at each renewal.

        Parameters
        ----------
        discount_rate : float
            Effective rate per `per`, above 0.
        per : {"Y", "Q", "M", "W", "D"}, default="Y"
            Unit of `discount_rate`; the model's period is converted to it.
        level : float, optional
            If given, delta-method intervals of this level.

        Returns
        -------
        float or DataFrame
            Discounted number of payments, at least 1; with `level` one row with columns
            `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted or does not know the length of a period, or the rate is
            not above 0.
        """
        force = self._force(discount_rate, per)

        def expected(theta: Floats) -> Floats:
            return 1 + np.exp(-force) * self._residual(theta, np.zeros(1), force)

        if level is None:
            return float(expected(self._theta)[0])
        return self._delta(expected, level=level)

    def discounted_expected_residual_lifetime(
        self,
        renewals: float | ArrayLike,
        *,
        discount_rate: float,
        per: str = "Y",
        level: float | None = None,
    ) -> float | pd.Series | pd.DataFrame:
        """Present value of one currency unit per period from a customer about to renew (DERL).

        The customer has made `renewals` renewals and comes up for the next one now: who renews
        pays at once. Right after a renewal what is still to come is worth one period's discount
        less: divide the value at the next point of renewal by 1 + the rate per period.

        Parameters
        ----------
        renewals : int or array-like of int
            Renewals made, at least 0; a customer in the n-th period has made n - 1.
        discount_rate, per, level
            As for `discounted_expected_lifetime`.

        Returns
        -------
        float, Series or DataFrame
            Discounted number of payments to come; for several `renewals` a Series indexed by
            them; with `level` a table with columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            As for `discounted_expected_lifetime`; also if `renewals` is negative or not whole.

        References
        ----------
        Fader and Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of
        Ignoring Heterogeneity", Marketing Science 29(1), equation 6, with n = renewals + 1.
        """
        force = self._force(discount_rate, per)
        made = np.atleast_1d(whole_numbers("renewals", renewals))
        index = pd.Index(made.astype("int64"), name="renewals")
        distinct, at = np.unique(made, return_inverse=True)

        def expected(theta: Floats) -> Floats:
            return self._residual(theta, distinct, force)[at]

        if level is not None:
            return self._delta(expected, level=level).set_axis(index)
        found = expected(self._theta)
        if np.ndim(renewals) == 0:
            return float(found[0])
        return pd.Series(found, index=index, name="discounted_expected_residual_lifetime")

    def _force(self, discount_rate: float, per: str) -> float:
        """The discount rate as a force of interest per period."""
        self._check_fitted()
        if self.unit_ is None:
            raise ValueError(
                "The model must know how long a period is to discount by the year; it does not. "
                "Set `period` of the model before fitting, or `unit` in `from_params`."
            )
        force = force_of_interest(discount_rate, self.unit_, per=per)
        if force < _LEAST_FORCE:
            raise ValueError(
                f"`discount_rate` must be above 0, by more than rounding; got {discount_rate!r}. "
                "Without discount the lifetime of customers who differ may have no end."
            )
        return force

    def _residual(self, theta: Floats, renewals: Floats, force: float) -> Floats:
        """Discounted payments after `renewals` renewals: a sum, until no more than 1e-12 is left.

        Survival falls, so what is left after a term is at most that term times the discounted
        value of 1 for ever.
        """
        made = renewals[:, None]
        survived = self._log_survival(theta, made)
        for_ever = 1 / np.expm1(force)
        total = np.zeros(len(renewals))
        start, size = 0, 256
        while start < _TERMS:
            ahead = np.arange(start, start + size, dtype=float)
            terms = np.exp(self._log_survival(theta, made + 1 + ahead) - survived - force * ahead)
            total += terms.sum(axis=1)
            if (terms[:, -1] * for_ever <= 1e-12 * total).all():
                return total
            start += size
            size = max(256, min(2 * size, 1_000_000 // len(renewals)))
        raise ValueError(
            f"`discount_rate` must not be so close to 0; after {_TERMS:,} periods the sum has "
            "not settled. Use a higher rate."
        )

    def value_installed_base(
        self,
        active: pd.Series | pd.DataFrame,
        *,
        margin: float,
        discount_rate: float,
        per: str = "Y",
    ) -> pd.DataFrame:
        """Present value of the customers under contract, by the renewals they have made.

        All of them are taken to be about to renew, as in
        `discounted_expected_residual_lifetime`.

        Parameters
        ----------
        active : Series or DataFrame
            Customers, indexed by renewals made, as `installed_base` gives them; or a table with
            columns `renewals` and `customers`.
        margin : float
            Margin per customer and period, in currency; may be negative.
        discount_rate, per
            As for `discounted_expected_lifetime`.

        Returns
        -------
        DataFrame
            Columns `renewals`, `customers`, `value_per_customer` and `value` (currency), in the
            order of `active`. The sum of `value` is the value of the base.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            As for `discounted_expected_residual_lifetime`; also if customers are negative or
            missing.
        """
        self._check_fitted()
        renewals, customers = _base_of(active, self.unit_)
        paid = number("margin", margin, negative=True)
        expected = self.discounted_expected_residual_lifetime(
            renewals, discount_rate=discount_rate, per=per
        )
        each = paid * np.asarray(expected)
        return pd.DataFrame(
            {
                "renewals": renewals.astype("int64"),
                "customers": customers,
                "value_per_customer": each,
                "value": each * customers,
            }
        )

    def expected_survivors(
        self,
        active: pd.Series | pd.DataFrame,
        periods: int,
        *,
        level: float | None = None,
        seed: int = 0,
    ) -> pd.Series | pd.DataFrame:
        """Customers of today's base that will be left after each of the next renewals.

        Parameters
        ----------
        active : Series or DataFrame
            As for `value_installed_base`.
        periods : int
            Number of renewals to come, at least 1.
        level : float, optional
            If given, predictive intervals of this level for the number that will be counted: the
            parameters are uncertain, and who leaves is chance.
        seed : int, default=0
            Seed of the draws behind the intervals.

        Returns
        -------
        Series or DataFrame
            Expected customers, indexed by `ahead` = 1, 2, … `periods`; with `level` a table with
            columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, the base is empty, has negative or missing numbers or, with
            `level`, numbers that are not whole, or an option is out of range.
        """
        self._check_fitted()
        renewals, customers = _base_of(active, self.unit_)
        ahead = np.arange(1.0, check_count("periods", periods) + 1)
        index = pd.RangeIndex(1, len(ahead) + 1, name="ahead")
        made = renewals[:, None]
        logs = self._log_survival(self._theta, made + ahead) - self._log_survival(self._theta, made)
        expected = customers @ np.exp(logs)
        if level is None:
            return pd.Series(expected, index=index, name="expected_survivors")
        check_fraction("level", level, open_ends=True)
        whole = whole_numbers("customers", customers).astype("int64")
        check_count("seed", seed, minimum=0)
        drawn = self._drawn_survivors(renewals, whole, ahead, np.random.default_rng(seed))
        ends = np.quantile(
            drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf"
        ).astype(float)
        table = {"estimate": expected, "lower": ends[0], "upper": ends[1], "level": float(level)}
        return pd.DataFrame(table, index=index)

    def _drawn_survivors(
        self, made: Floats, customers: Any, ahead: Floats, rng: np.random.Generator
    ) -> Floats:
        """Total survivors, one row for each draw of the parameters and of who leaves."""
        thetas = rng.multivariate_normal(
            self._theta, self._theta_covariance(), size=_DRAWS, method="eigh"
        )
        left = np.tile(customers, (_DRAWS, 1))
        totals = np.empty((_DRAWS, len(ahead)))
        for step, later in enumerate(ahead):
            chances = np.exp(self._log_retention(thetas.T[:, :, None], made + later))
            left = rng.binomial(left, chances)
            totals[:, step] = left.sum(axis=1)
        return totals

    # ------------------------------------------------------------------------------ simulation

    def simulate(self, n_customers: int, *, periods: int, seed: int = 0) -> pd.Series:
        """Draw the survivors of a new cohort.

        Parameters
        ----------
        n_customers : int
            Size of the cohort.
        periods : int
            Number of renewals, at least 1.
        seed : int, default=0
            Seed of the draws.

        Returns
        -------
        Series
            Survivors, indexed by `period` = 0, 1, … `periods`, ready for `fit`;
            ``attrs["unit"]`` is the model's unit.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted or an option is out of range.
        """
        self._check_fitted()
        alive = [check_count("n_customers", n_customers)]
        t = np.arange(1.0, check_count("periods", periods) + 1)
        rng = np.random.default_rng(check_count("seed", seed, minimum=0))
        # Of those who come up for a renewal each one renews with the same chance, as seen from
        # outside: whoever differs has been drawn already.
        for chance in np.exp(self._log_retention(self._theta, t)):
            alive.append(int(rng.binomial(alive[-1], chance)))
        drawn = pd.Series(alive, index=pd.RangeIndex(len(alive), name="period"), name="alive")
        if self.unit_:
            drawn.attrs["unit"] = self.unit_
        return drawn


def _base_of(active: Any, unit: str | None) -> tuple[Floats, Floats]:
    """Renewals made and customers of an installed base, checked."""
    if isinstance(active, pd.DataFrame):
        check_columns(active.columns, ["renewals", "customers"], what="`active`")
        renewals, customers = active["renewals"], active["customers"]
    elif isinstance(active, pd.Series):
        renewals, customers = active.index.to_series(), active
    else:
        raise TypeError(
            "`active` must be a Series of customers indexed by renewals made, or a table "
            f"`renewals`, `customers`; got {type(active).__name__}."
        )
    found = active.attrs.get("unit")
    if None not in (found, unit) and found != unit:
        raise ValueError(
            f"`active` must count renewals in the model's unit {unit!r}; got {found!r}."
        )
    if active.empty:
        raise ValueError("`active` must hold at least one row; got none.")
    return whole_numbers("renewals", renewals.to_numpy()), numbers(
        "customers", customers.to_numpy()
    )


def _stretched(t: Floats, c: Any) -> tuple[Floats, Floats]:
    """The time t^c, and the log of what it exceeds the largest ordinary number by."""
    if np.ndim(c) == 0 and c == 1:
        return t, np.zeros_like(t)
    log = c * np.log(np.maximum(t, 1.0))
    return np.where(t > 0, np.exp(np.minimum(log, _FAR)), 0.0), np.maximum(log - _FAR, 0.0)


# Where x is large, gamma functions of x and x + step are large and their ratio is not: then
# Stirling's series, in which what is large has been taken away, keeps the last digits.


def _log_gamma_gap(x: Any, step: Any) -> Floats:
    """Log of Gamma(x + step) / Gamma(x)."""
    y = x + step
    p, q = 1 / y, 1 / x
    rest = (p - q) / 12 - (p**3 - q**3) / 360 + (p**5 - q**5) / 1260
    series = (x - 0.5) * np.log1p(step / x) + step * (np.log(y) - 1) + rest
    return np.where(x >= _LARGE, series, special.gammaln(y) - special.gammaln(x))


def _digamma_gap(x: Any, step: Any) -> Floats:
    """Digamma(x + step) - digamma(x)."""
    y = x + step
    p, q = 1 / y, 1 / x
    rest = (p**4 - q**4) / 120 - (p**2 - q**2) / 12
    series = np.log1p(step / x) + step * p * q / 2 + rest
    return np.where(x >= _LARGE, series, special.digamma(y) - special.digamma(x))
