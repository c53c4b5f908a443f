"""What all models of repeat purchases share: the fit, and what is to be expected."""

import math
import numbers
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from crmlab._checks import check_choice, check_columns, check_count
from crmlab._units import UNIT_DAYS, force_of_interest
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats, Maximum, maximise
from crmlab.ltv._fitting.model import check_penalty
from crmlab.ltv._noncontract.covariates import CovariateModel, Values
from crmlab.ltv._noncontract.summary import Counts, codes_of, few_alike, read_counts

__all__ = ["CountModel", "Gradient", "Values", "check_horizon", "negative_binomial"]

Gradient = dict[str, Floats]

_SKETCH = 3_000  # customers on whom the long way up is climbed


class CountModel(CovariateModel):
    """Base of all models of repeat purchases without a contract.

    A subclass supplies the likelihood of a row with its gradient, the chance to be alive, and
    what a customer who is alive does next.
    """

    _TIMES: ClassVar[tuple[str, ...]] = ()  # parameters that are measured in time
    # Whether a chance to be alive costs more than finding out which customers are alike.
    _COSTLY: ClassVar[bool] = True

    unit: str | None
    penalty: float

    # ------------------------------------------------------------------ what subclasses supply

    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        """Log-likelihood of each row, and its derivative by the log of each parameter."""
        raise NotImplementedError

    def _alive(self, values: Values, counts: Counts) -> Floats:
        """Chance that each row's customer is still a customer at T."""
        raise NotImplementedError

    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        """Expected purchases within `horizon` after T of a customer alive at T."""
        raise NotImplementedError

    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        """Chance of each number of purchases within `horizon` after T, if alive at T."""
        raise NotImplementedError

    def _starts(self, rows: Counts) -> list[Floats]:
        """Points from which to search, as theta on the scale of the search."""
        raise NotImplementedError

    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Purchases within `horizon` after T, drawn for customers alive at T."""
        raise NotImplementedError

    def _counts(self, summary: pd.DataFrame, unit: str | None, *, fitting: bool) -> Counts:
        """Check a summary and take from it what this model uses."""
        names = self._covariates()
        return read_counts(summary, unit=unit, covariates=names, fitting=fitting)

    # ------------------------------------------------------------------------------------- fit

    def fit(self, summary: pd.DataFrame, y: object = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            One row per customer, as `customer_base.rfm_summary` gives it: `frequency`, `recency`,
            `T`, and the covariates. A column `n_customers` holds how many customers a row stands
            for, as in `customer_base.sufficient_statistics`.
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
            If the summary has impossible rows, lacks columns or has another unit.
        """
        penalty = check_penalty(self.penalty)
        unit = self.unit
        if unit is not None:
            check_choice("unit", unit, UNIT_DAYS)
        rows, _ = self._counts(summary, unit, fitting=True).distinct()
        self._check_telling(rows, penalty)
        self._check_covariates(rows)
        scale = _Scale(self, rows)
        found = self._climb(scale, penalty)
        self._check_found(found, rows.n_customers)
        theta, covariance = scale.natural(found, rows.n_customers)
        labels = [*self._NAMES, *self._coefficient_names()]
        n = len(self._NAMES)
        params = pd.Series(np.concatenate([np.exp(theta[:n]), theta[n:]]), index=labels)
        self._keep(params, unit=unit or summary.attrs.get("unit"), covariance=covariance)
        likelihood, _ = self._log_likelihood(self._values(theta, rows), rows)
        self.log_likelihood_ = float(rows.weight @ likelihood)
        self.n_customers_ = rows.n_customers
        self.gradient_norm_ = float(np.linalg.norm(found.gradient))
        return self

    def _climb(self, scale: "_Scale", penalty: float) -> Maximum:
        def objective(rows: Counts) -> Any:
            def value(theta: Floats) -> tuple[float, Floats]:
                return self._objective(theta, rows, penalty)

            return value

        rows = scale.rows
        sketch = objective(rows.sketch(_SKETCH)) if len(rows) > _SKETCH else None
        return maximise(objective(rows), self._starts(rows), sketch=sketch)

    def _objective(self, theta: Floats, rows: Counts, penalty: float) -> tuple[float, Floats]:
        """Penalised log-likelihood per customer, and its gradient."""

        def contribution(part: Counts) -> tuple[float, Floats]:
            likelihood, slopes = self._log_likelihood(self._values(theta, part), part)
            share = part.weight / rows.n_customers
            # Summed without BLAS, whose threads wait for each other on vectors of this size.
            slope = [float((share * slopes[name]).sum()) for name in self._NAMES]
            for _, parameter, sign, columns in self._blocks():
                slope.extend(sign * ((share * slopes[parameter]) @ part.z[:, columns]))
            return float((share * likelihood).sum()), np.array(slope)

        found = [contribution(part) for part in rows.parts]
        value = sum(value for value, _ in found) - penalty * float(theta @ theta)
        return value, sum(slope for _, slope in found) - 2 * penalty * theta

    def _check_telling(self, rows: Counts, penalty: float) -> None:
        """Raise where a look at the data already shows that no fit exists."""
        if penalty > 0:
            return
        if rows.n_customers <= 1:
            raise ConvergenceError(
                "One customer says nothing about how customers differ. "
                "Pass more customers, or set `penalty` (such as 0.01)."
            )
        if not rows.x.any():
            raise ConvergenceError(
                "Nobody bought again (`frequency` is 0 for all), so purchase rates cannot be told. "
                "Observe longer, pass more customers, or set `penalty` (such as 0.01)."
            )

    # ---------------------------------------------------------------------------- expectations

    def _read(self, summary: pd.DataFrame) -> tuple[Counts, NDArray[np.intp]]:
        """The rows of a summary to be scored, and each customer's place among them."""
        self._check_fitted()
        counts = self._counts(summary, self.unit_, fitting=False)
        if len(counts) != len(summary):
            raise ValueError(
                "`n_customers` must be above 0 in a summary to be scored; "
                f"{len(summary) - len(counts):,} of {len(summary):,} rows count nobody."
            )
        return counts.grouped() if self._COSTLY else (counts, np.arange(len(counts)))

    def probability_alive(self, summary: pd.DataFrame) -> pd.Series:
        """Chance that each customer is still a customer at the end of observation.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.

        Returns
        -------
        Series
            Probability in [0, 1], indexed as `summary`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted or the summary has impossible rows.
        """
        rows, at = self._read(summary)
        alive = self._alive(self._values(self._theta, rows), rows)[at]
        return pd.Series(alive, index=summary.index, name="probability_alive")

    def expected_purchases(
        self, summary: pd.DataFrame, horizon: float, *, level: float | None = None
    ) -> pd.Series | pd.DataFrame:
        """Expected purchases of each customer in the time to come.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        horizon : float
            Length of the time to come, in the summary's unit, at least 0.
        level : float, optional
            If given, delta-method intervals of this level for the *expectation*; for what a
            customer will really do see `ltv.predictive_intervals`.

        Returns
        -------
        Series or DataFrame
            Expected number of purchases, indexed as `summary`; with `level` the columns
            `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, the summary has impossible rows, or `horizon` is negative.
        """
        horizon = self._check_horizon(horizon)
        rows, at = self._read(summary)

        def expected(theta: Floats) -> Floats:
            values = self._values(theta, rows)
            return self._alive(values, rows) * self._by_pair(values, rows, horizon)

        if level is None:
            found = expected(self._theta)[at]
            return pd.Series(found, index=summary.index, name="expected_purchases")
        return self._delta(expected, level=level).iloc[at].set_axis(summary.index)

    def _check_horizon(self, horizon: float, *, finite: bool = True) -> float:
        """The horizon as a number that this model understands."""
        return check_horizon(horizon, finite=finite)

    def _check_times(self, times: Floats) -> None:
        """Raise unless `t` holds times that this model understands."""
        if not (np.isfinite(times) & (times >= 0)).all():
            raise ValueError(f"`t` must be finite and not negative; got {times.min():g}.")

    def _by_pair(self, values: Values, rows: Counts, horizon: float) -> Floats:
        """`_future`, once for each distinct pair of frequency and T."""
        if rows.z.shape[1] and any(np.ndim(value) for value in values.values()):
            return self._future(values, rows, horizon)
        if few_alike([rows.x, rows.T]):
            return self._future(values, rows, horizon)
        at, first = codes_of([rows.x, rows.T])
        return self._future(values, rows.rows(first), horizon)[at]

    def expected_purchases_new(
        self, t: float | ArrayLike, *, covariates: Mapping[str, float] | None = None
    ) -> float | pd.Series:
        """Expected repeat purchases of a new customer in the time `t` after the first purchase.

        Parameters
        ----------
        t : float or array-like
            Time since the first purchase, in the model's unit, at least 0.
        covariates : dict, optional
            Value of each covariate; needed if the model has covariates.

        Returns
        -------
        float or Series
            Expected number of purchases; for several times a Series indexed by `t`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, a time is negative, or a covariate is missing.
        """
        times = np.atleast_1d(np.asarray(t, dtype=float))
        self._check_times(times)
        rows = self._newcomers(np.zeros(len(times)), covariates)
        values = self._values(self._theta, rows)
        expected = self._alive(values, rows) * self._future(values, rows, times)
        if np.ndim(t) == 0:
            return float(expected[0])
        return pd.Series(expected, index=pd.Index(times, name="t"), name="expected_purchases")

    def _newcomers(self, T: Floats, covariates: Mapping[str, float] | None) -> Counts:
        """Rows of customers who have just bought for the first time."""
        self._check_fitted()
        given = dict(covariates or {})
        check_columns(given, self._covariates(), what="`covariates`")
        z = np.tile([float(given[name]) for name in self._covariates()], (len(T), 1))
        nothing = np.zeros(len(T))
        return Counts(nothing, nothing, T, np.ones(len(T)), z.reshape(len(T), -1))

    def discounted_expected_purchases(
        self,
        summary: pd.DataFrame,
        *,
        discount_rate: float,
        horizon: float = math.inf,
        per: str = "Y",
        level: float | None = None,
    ) -> pd.Series | pd.DataFrame:
        """Present value of one currency unit for each purchase to come (DERT).

        Purchases are discounted continuously from the end of observation.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        discount_rate : float
            Effective rate per `per`; above 0 for an infinite horizon.
        horizon : float, default=inf
            Length of the time to come, in the summary's unit.
        per : {"Y", "Q", "M", "W", "D"}, default="Y"
            Unit of `discount_rate`; the summary's unit is converted to it.
        level : float, optional
            If given, delta-method intervals of this level.

        Returns
        -------
        Series or DataFrame
            Discounted expected residual transactions, indexed as `summary`; with `level` the
            columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted or has no unit, the summary has impossible rows, or the sum
            is infinite.

        References
        ----------
        Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base
        Analysis", Journal of Marketing Research 42(4), equation 2.
        """
        horizon = self._check_horizon(horizon, finite=False)
        rows, at = self._read(summary)
        force = self._force(discount_rate, per, horizon)

        def discounted(theta: Floats) -> Floats:
            values = self._values(theta, rows)
            return self._alive(values, rows) * self._discounted(values, rows, force, horizon)

        if level is None:
            found = discounted(self._theta)[at]
            return pd.Series(found, index=summary.index, name="discounted_expected_purchases")
        return self._delta(discounted, level=level).iloc[at].set_axis(summary.index)

    def _force(self, discount_rate: float, per: str, horizon: float) -> float:
        """The discount rate as a force of interest per unit of the model."""
        if self.unit_ is None:
            raise ValueError(
                "The model must know its unit of time to discount by the year; it does not. "
                "Set summary.attrs['unit'] before fitting, or `unit` of the model."
            )
        force = force_of_interest(discount_rate, self.unit_, per=per)
        if math.isinf(horizon) and force <= 0:
            raise ValueError(
                f"`discount_rate` must be above 0 for an infinite horizon; got {discount_rate!r}. "
                "Give a finite `horizon`."
            )
        return force

    def _discounted(self, values: Values, rows: Counts, force: float, horizon: float) -> Floats:
        """Integral of the discounted purchase rate of a customer alive at T."""
        if any(np.ndim(value) for value in values.values()):
            return self._discounted_rows(values, rows, force, horizon)
        if few_alike([rows.x, rows.T]):
            return self._discounted_rows(values, rows, force, horizon)
        at, first = codes_of([rows.x, rows.T])
        return self._discounted_rows(values, rows.rows(first), force, horizon)[at]

    def _discounted_rows(
        self, values: Values, rows: Counts, force: float, horizon: float
    ) -> Floats:
        """Discounted purchases within `horizon` of customers alive at T."""
        raise NotImplementedError

    def purchase_distribution(
        self,
        horizon: float,
        *,
        summary: pd.DataFrame | None = None,
        max_purchases: int = 10,
        covariates: Mapping[str, float] | None = None,
    ) -> pd.Series | pd.DataFrame:
        """Probability of each number of purchases within `horizon`.

        Parameters
        ----------
        horizon : float
            Length of time, in the model's unit: from the first purchase of a new customer, or
            from the end of observation of the customers in `summary`.
        summary : DataFrame, optional
            As in `fit`. Default: a new customer.
        max_purchases : int, default=10
            Largest number listed; the probabilities of larger ones are what is missing from 1.
        covariates : dict, optional
            Value of each covariate of a new customer.

        Returns
        -------
        Series or DataFrame
            Probabilities, indexed by number of purchases 0, 1, …; with `summary` one row per
            customer and one column per number.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            If the model is not fitted, the summary has impossible rows, or an option is out of
            range.
        """
        horizon = self._check_horizon(horizon)
        n = np.arange(check_count("max_purchases", max_purchases, minimum=0) + 1.0)
        if summary is None:
            rows, at = self._newcomers(np.zeros(1), covariates), np.zeros(1, dtype="intp")
        else:
            rows, place = self._read(summary)
            rows, at = rows.grouped()
            at = at[place]
        values = self._values(self._theta, rows)
        alive = self._alive(values, rows)[:, None]
        table = alive * self._future_pmf(_columns(values), rows, horizon, n)
        table[:, 0] += 1 - alive[:, 0]
        counted = pd.RangeIndex(len(n), name="purchases")
        if summary is None:
            return pd.Series(table[0], index=counted, name="probability")
        return pd.DataFrame(table[at], index=summary.index, columns=counted)


class _Scale:
    """The scale of the search: time in mean observations, covariates centred and of unit spread.

    There all parameters are of ordinary size, whatever the data's unit.
    """

    def __init__(self, model: CountModel, rows: Counts) -> None:
        share = rows.weight / rows.n_customers
        self.time = float(share @ rows.T) if model._TIMES else 1.0
        self.centre = share @ rows.z
        spread = np.sqrt(share @ (rows.z - self.centre) ** 2)
        self.spread = np.where(spread > 0, spread, 1.0)
        self.rows = replace(rows.scaled(self.time), z=(rows.z - self.centre) / self.spread)
        self.model = model

    def natural(self, found: Maximum, n_customers: float) -> tuple[Floats, Floats]:
        """Theta and its covariance on the scale of the data."""
        names = list(self.model._NAMES)
        size = len(found.theta)
        turn, shift = np.eye(size), np.zeros(size)
        for name in self.model._TIMES:
            shift[names.index(name)] = math.log(self.time)
        at = len(names)
        for _, parameter, sign, columns in self.model._blocks():
            for column in columns:
                turn[at, at] = 1 / self.spread[column]
                turn[names.index(parameter), at] = -sign * self.centre[column] / self.spread[column]
                at += 1
        covariance = np.linalg.inv(found.information * n_customers)
        return turn @ found.theta + shift, turn @ covariance @ turn.T


def _columns(values: Values) -> Values:
    """Parameters of rows as columns, to meet a row of numbers."""
    return {name: value[:, None] if np.ndim(value) else value for name, value in values.items()}


def check_horizon(horizon: float, *, finite: bool = True) -> float:
    """Return `horizon` as a float of at least 0."""
    if isinstance(horizon, bool) or not isinstance(horizon, numbers.Real):
        raise TypeError(f"`horizon` must be a number; got {horizon!r}.")
    if not horizon >= 0 or (finite and math.isinf(horizon)):
        limit = "finite and at least 0" if finite else "at least 0"
        raise ValueError(
            f"`horizon` must be {limit}; got {horizon!r}. It is a length of time in the unit of "
            "the summary."
        )
    return float(horizon)


def negative_binomial(n: Any, shape: Any, ratio: Any) -> Floats:
    """Chance of n purchases at a gamma-distributed rate; shape x ratio are expected."""
    part = ratio / (1 + ratio)
    return np.exp(
        special.gammaln(shape + n) - special.gammaln(shape) - special.gammaln(n + 1)
        + special.xlogy(n, part) - shape * np.log1p(ratio)
    )  # fmt: skip
