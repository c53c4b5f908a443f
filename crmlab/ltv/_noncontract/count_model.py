"""What a fitted model of repeat purchases expects of customers, new and old."""

import math
from collections.abc import Mapping, Sequence
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_columns, check_count, check_vector
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.discounting import find_force
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._noncontract.count_likelihood import CountLikelihood, Values
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["CountModel"]


class CountModel(CountLikelihood):
    """Base of all models of repeat purchases without a contract."""

    def probability_alive(self, summary: pd.DataFrame, *, unit: str | None = None) -> pd.Series:
        """Probability that each customer is still a customer at the end of observation.

        Parameters
        ----------
        summary : DataFrame
            As in `fit`; every row is one answer.
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of a summary that does not say it.

        Returns
        -------
        Series
            Probability in [0, 1], indexed as `summary`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or the summary has impossible rows.
        """
        rows = self._read_checked(summary, unit)
        alive = self.alive(self.theta_, rows)
        return pd.Series(alive, index=summary.index, name="probability_alive")

    @overload
    def expected_purchases(
        self, summary: pd.DataFrame, horizon: float, *, level: None = None, unit: str | None = None
    ) -> pd.Series: ...
    @overload
    def expected_purchases(
        self, summary: pd.DataFrame, horizon: float, *, level: float, unit: str | None = None
    ) -> pd.DataFrame: ...
    def expected_purchases(
        self,
        summary: pd.DataFrame,
        horizon: float,
        *,
        level: float | None = None,
        unit: str | None = None,
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
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of a summary that does not say it.

        Returns
        -------
        Series or DataFrame
            Expected number of purchases, indexed as `summary`; with `level` the columns
            `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, the summary has impossible rows, or `horizon` is negative.
        """
        horizon = self.check_horizon(horizon)
        rows = self._read_checked(summary, unit)

        def expected(theta: Floats) -> Floats:
            return self.purchases(theta, rows, horizon)

        return self._answer("expected_purchases", expected, summary.index, level)

    def _read_times(self, t: float | ArrayLike) -> Floats:
        """Check times since the first purchase, one or several."""
        return check_vector("t", np.atleast_1d(t))

    @overload
    def expected_purchases_new(
        self, t: float, *, covariates: Mapping[str, float] | None = None
    ) -> float: ...
    @overload
    def expected_purchases_new(
        self,
        t: Sequence[float] | Floats | pd.Series,
        *,
        covariates: Mapping[str, float] | None = None,
    ) -> pd.Series: ...
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
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, a time is negative, or a covariate is missing.
        """
        times = self._read_times(t)
        rows = self._newcomers(np.zeros(len(times)), covariates)
        values = self._values(self.theta_, rows)
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

    @overload
    def discounted_expected_purchases(
        self,
        summary: pd.DataFrame,
        *,
        discount_rate: float,
        horizon: float = ...,
        per: str = ...,
        level: None = None,
        unit: str | None = None,
    ) -> pd.Series: ...
    @overload
    def discounted_expected_purchases(
        self,
        summary: pd.DataFrame,
        *,
        discount_rate: float,
        horizon: float = ...,
        per: str = ...,
        level: float,
        unit: str | None = None,
    ) -> pd.DataFrame: ...
    def discounted_expected_purchases(
        self,
        summary: pd.DataFrame,
        *,
        discount_rate: float,
        horizon: float = math.inf,
        per: str = "Y",
        level: float | None = None,
        unit: str | None = None,
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
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of a summary that does not say it.

        Returns
        -------
        Series or DataFrame
            Discounted expected residual transactions, indexed as `summary`; with `level` the
            columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or has no unit, the summary has impossible rows, or the sum
            is infinite.

        References
        ----------
        Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base
        Analysis", Journal of Marketing Research 42(4), equation 2.
        """
        self._check_fitted()
        horizon = self.check_horizon(horizon, finite=False)
        force = find_force(self.unit_, discount_rate, per, horizon)
        rows = self._read_checked(summary, unit)

        def discounted(theta: Floats) -> Floats:
            return self.discounted(theta, rows, force, horizon)

        return self._answer("discounted_expected_purchases", discounted, summary.index, level)

    def purchase_distribution(
        self,
        horizon: float,
        *,
        summary: pd.DataFrame | None = None,
        max_purchases: int = 10,
        covariates: Mapping[str, float] | None = None,
        unit: str | None = None,
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
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of a summary that does not say it.

        Returns
        -------
        Series or DataFrame
            Probabilities, indexed by number of purchases 0, 1, …; with `summary` one row per
            customer and one column per number.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted, the summary has impossible rows, or an option is out of
            range.
        """
        horizon = self.check_horizon(horizon)
        n = np.arange(check_count("max_purchases", max_purchases, minimum=0) + 1.0)
        if unit is not None:
            check_choice("unit", unit, UNIT_DAYS)
        if summary is None:
            rows, at = self._newcomers(np.zeros(1), covariates), np.zeros(1, dtype="intp")
        else:
            customers = self._read_checked(summary, unit)
            rows, at = customers.counts.grouped()
            at = at[customers.at]
        values = self._values(self.theta_, rows)
        alive = self._alive(values, rows)[:, None]
        table = alive * self._future_pmf(_columns(values), rows, horizon, n)
        table[:, 0] += 1 - alive[:, 0]
        counted = pd.RangeIndex(len(n), name="purchases")
        if summary is None:
            return pd.Series(table[0], index=counted, name="probability")
        return pd.DataFrame(table[at], index=summary.index, columns=counted)


def _columns(values: Values) -> Values:
    """Parameters of rows as columns, to meet a row of numbers."""
    return {name: value[:, None] if np.ndim(value) else value for name, value in values.items()}
