"""Actual and expected purchases through time: how a model tracks sales it has not seen."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_day
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._periods import PERIODS, Day, Period, index_of, starts
from crmlab._types import Table
from crmlab._units import UNIT_DAYS
from crmlab.customer_base import read_days
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._forecasting.protocols import NewCustomerModel, check_repeat_model

__all__ = ["tracking_table"]


def tracking_table(
    model: NewCustomerModel,
    transactions: Table,
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    period: Period = "W",
) -> pd.DataFrame:
    """Follow actual and expected repeat purchases through calibration and holdout.

    Only customers whose first purchase is by `calibration_end` count, on both sides: a model of
    repeat purchases says nothing about customers still to be won.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD or NBD
        Fitted to the same customers up to `calibration_end`. It must know its unit of time, and
        have no covariates.
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount``.
    calibration_end : date
        Last day of the calibration period.
    observation_end : date, optional
        Last day of the holdout. Default: the last day in the table.
    period : {"W", "M", "Q", "Y"}, default="W"
        Weeks, counted in both directions from `calibration_end`, or calendar months, quarters
        or years; one in which calibration ends is cut there.

    Returns
    -------
    DataFrame
        One row per period, from the first purchase on:

        ``period``, ``end``
            first and last day (Timestamp);
        ``actual``
            repeat purchases, that is days on which a customer bought again (int);
        ``expected``
            what the model expects of new customers, from the day each was won (float);
        ``cumulative_actual``, ``cumulative_expected``
            both added up;
        ``holdout``
            whether the period lies after `calibration_end`;
        ``complete``
            whether it has its full length: the first, the last and one cut in two may not.

        ``attrs`` keeps, as labels, ``period``, ``calibration_end`` and ``n_customers``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    NotFittedError, InputTypeError, InputError
        If the model is not fitted, has no unit or has covariates, or a date is out of order.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    figures 2 and 3.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> orders = load_cdnow(sample=True)
    >>> model = BetaGeoNBD().fit(rfm_summary(orders, observation_end="1997-09-30", unit="W"))
    >>> track = tracking_table(model, orders, calibration_end="1997-09-30", period="Q")
    >>> track[["actual", "expected", "cumulative_actual", "holdout"]].round(1)
       actual  expected  cumulative_actual  holdout
    0     812     695.3                812    False
    1     920    1022.1               1732    False
    2     725     776.5               2457    False
    3     731     640.1               3188     True
    4     656     540.9               3844     True
    5     495     485.6               4339     True
    """
    check_choice("period", period, PERIODS)
    unit = _find_unit(model)
    cut = check_day("calibration_end", calibration_end)
    if cut is None:
        raise InputError("`calibration_end` must be a date; got None.")
    daily, end = _count_daily(transactions, cut, check_day("observation_end", observation_end))
    day = daily["day"].to_numpy(dtype="datetime64[D]")
    first, last, complete = _cut_periods(pd.Timestamp(day[0]).date(), cut, end, period)
    repeat = np.concatenate([[0], daily["repeat"].to_numpy(dtype="int64").cumsum()])
    actual = repeat[np.searchsorted(day, last, side="right")]
    expected = _expect_by(model, day, daily["born"].to_numpy(dtype="int64"), last, unit)
    table = pd.DataFrame(
        {
            "period": first.astype("datetime64[s]"),
            "end": last.astype("datetime64[s]"),
            "actual": np.diff(actual, prepend=0),
            "expected": np.diff(expected, prepend=0.0),
            "cumulative_actual": actual,
            "cumulative_expected": expected,
            "holdout": first > np.datetime64(cut),
            "complete": complete,
        }
    )
    table.attrs = {
        "period": period,
        "calibration_end": cut.isoformat(),
        "n_customers": int(daily["born"].sum()),
    }
    return table


def _find_unit(model: NewCustomerModel) -> str:
    """Return the unit of a fitted model that can follow new customers through time."""
    check_repeat_model(model, new_customers=True)
    if "T" not in model.columns:
        raise InputTypeError(
            "`model` must be a model of purchases in continuous time to be tracked; "
            f"got {type(model).__name__}."
        )
    covariates = [name for name in model.columns if name not in ("frequency", "recency", "T")]
    if covariates:
        raise InputError(
            "`model` must have no covariates to be tracked; it has "
            f"{', '.join(covariates)}. Fit one without them."
        )
    if model.unit_ is None:
        raise InputError(
            "`model` must know its unit of time to be tracked by the calendar; it does not. "
            "Fit it with `unit`, such as fit(summary, unit='W')."
        )
    return model.unit_


def _count_daily(
    transactions: Table, cut: dt.date, asked: dt.date | None
) -> tuple[pd.DataFrame, dt.date]:
    """Count customers born and repeat purchases by day, of customers born by `cut`; and the end."""
    days, end = read_days(transactions, asked)
    if end < cut:
        raise InputError(
            f"`calibration_end` must not lie after the end of observation, {end}; got {cut}."
        )
    days = days.filter(days.bought)
    days = days.mutate(first=days.day.min().over(group_by=days.customer_id))
    days = days.filter(days.first <= cut)
    daily = execute(
        days.group_by("day")
        .aggregate(born=(days.day == days.first).sum(), repeat=(days.day > days.first).sum())
        .order_by("day")
    )
    if daily.empty:
        raise InputError(f"`calibration_end` must lie on or after the first purchase; got {cut}.")
    return daily, end


def _cut_periods(
    first: dt.date, cut: dt.date, end: dt.date, period: Period
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64], NDArray[np.bool_]]:
    """First and last day of each period, and whether it has its full length."""
    if period == "W":
        before = -((cut - first).days // 7 + 1)
        ends = np.datetime64(cut) + 7 * np.arange(before, (end - cut).days // 7 + 2)
    else:
        index = pd.Series(range(index_of(first, period), index_of(end, period) + 2))
        ends = starts(index, period).to_numpy(dtype="datetime64[D]") - 1
    edges = np.array([first - dt.timedelta(1), cut, end], dtype="datetime64[D]")
    inside = ends[(ends >= edges[0]) & (ends <= edges[2])]
    last = np.unique(np.concatenate([edges, inside]))
    whole = np.isin(last, ends)
    return last[:-1] + 1, last[1:], whole[:-1] & whole[1:]


def _expect_by(
    model: NewCustomerModel,
    born_on: NDArray[np.datetime64],
    born: NDArray[np.int64],
    last: NDArray[np.datetime64],
    unit: str,
) -> Floats:
    """Repeat purchases expected by the end of each day in `last`, of customers born on days."""
    age = np.maximum((last[:, None] - born_on).astype("int64"), 0)
    ages, at = np.unique(age, return_inverse=True)
    each = model.expected_purchases_new(ages / UNIT_DAYS[unit]).to_numpy()
    return each[at.reshape(age.shape)] @ born
