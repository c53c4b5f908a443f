"""One row per customer: recency, frequency, money, and what was bought after a cut.

And one row per kind of customer, where customers are too many for a row each.
"""

import datetime as dt
from typing import Any

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_day
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._periods import Day
from crmlab._revenue.purchases import Purchases
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab._types import Table, TimeUnit
from crmlab._units import UNIT_DAYS
from crmlab.customer_base._days import (
    EPOCH,
    NO_PURCHASE,
    read_days,
    read_purchases,
    run_sorted,
    up_to,
)
from crmlab.customer_base._in_memory import reduce_in_memory

__all__ = [
    "calibration_holdout",
    "reduce_days",
    "reduce_purchases",
    "rfm_summary",
    "sufficient_statistics",
    "summarise",
]

_UNITS = ("D", "W", "M")
_DAY = 24 * 60 * 60  # in seconds


def rfm_summary(
    transactions: Table, *, observation_end: Day | None = None, unit: TimeUnit = "D"
) -> pd.DataFrame:
    """Reduce transactions to the recency, frequency and money of each customer.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.
    unit : {"D", "W", "M"}, default="D"
        Unit of times: days, weeks (days / 7) or months (days / 30.4375).

    Returns
    -------
    DataFrame
        One row per customer with a purchase, sorted by its index ``customer_id``:

        ``frequency``
            repeat purchases, that is days with a purchase less one (int);
        ``recency``
            first to last purchase, in `unit`: *not* the time since the last one;
        ``T``
            first purchase to the end of observation, in `unit`;
        ``monetary_value``
            mean of the repeat purchases in currency, 0 without one; what the gamma-gamma model
            reads;
        ``mean_spend``
            mean of all purchases in currency, the first one too;
        ``total_spend``
            their sum, ``mean_spend * (frequency + 1)``;
        ``n_orders``
            orders, by distinct ``order_id`` where there is one, else days with a purchase (int);
        ``first_purchase``, ``last_purchase``
            their days (Timestamp);
        ``days_since_last``
            last purchase to the end of observation, always in days (int);
        ``time_unit``
            `unit`, in every row: models read it, and refuse a table in another one.

        ``attrs`` keeps, as labels, ``observation_end`` and ``n_without_purchase``, the customers
        who only gave goods back.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have, or nothing happened by `observation_end`.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    section 3: x, t_x and T.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "a", "a", "b"],
    ...     "date": ["2024-01-01", "2024-01-08", "2024-01-08", "2024-01-02"],
    ...     "amount": [10.0, 20.0, 5.0, 7.0],
    ... })
    >>> summary = rfm_summary(orders, observation_end="2024-01-31")
    >>> summary[["frequency", "recency", "T", "monetary_value", "mean_spend"]]
                 frequency  recency     T  monetary_value  mean_spend
    customer_id
    a                    1      7.0  30.0            25.0        17.5
    b                    0      0.0  29.0             0.0         7.0
    """
    check_choice("unit", unit, _UNITS)
    asked = check_day("observation_end", observation_end)
    seen, end = reduce_in_memory(transactions, asked) or _reduce_by_engine(transactions, asked)
    has_bought = (seen["n"] > 0).to_numpy(dtype=bool)
    bought = seen if has_bought.all() else seen[has_bought]
    if bought.empty:
        raise InputError(NO_PURCHASE.format(end=end))
    summary = summarise(bought, end, unit)
    summary.attrs |= {"n_without_purchase": len(seen) - len(bought)}
    return summary


def _reduce_by_engine(transactions: Any, end: dt.date | None) -> tuple[pd.DataFrame, dt.date]:
    purchases, end = read_purchases(transactions, end)
    query = reduce_purchases(purchases)
    if purchases.returned:  # who only gave back has no purchase, and is counted
        everybody = purchases.lines.select("customer_id").distinct()
        query = everybody.left_join(query, "customer_id").drop("customer_id_right")
    return run_sorted(query, end, by=["customer_id"]), end


def reduce_purchases(purchases: Purchases) -> Any:
    """One row per customer, as an expression."""
    days = purchases.days
    customers = days.group_by("customer_id").aggregate(**reduce_days(days, days.bought))
    if "order_id" not in purchases.lines.columns:
        return customers
    return customers.left_join(purchases.count_orders(), "customer_id").drop("customer_id_right")


def calibration_holdout(
    transactions: Table,
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    unit: TimeUnit = "D",
) -> pd.DataFrame:
    """Summarise customers up to a day, and what they bought after it.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    calibration_end : date
        Last day of the calibration period; the holdout starts the day after.
    observation_end : date, optional
        Last day of the holdout. Default: the last day in the table.
    unit : {"D", "W", "M"}, default="D"
        As in `rfm_summary`.

    Returns
    -------
    DataFrame
        The `rfm_summary` at `calibration_end` of customers who had bought by then, and

        ``frequency_holdout``
            purchases in the holdout (int);
        ``monetary_value_holdout``
            their mean in currency, 0 where there are none;
        ``duration_holdout``
            length of the holdout, in `unit`, the same for all.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have, or one of the periods is empty.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> split = calibration_holdout(
    ...     load_cdnow(sample=True), calibration_end="1997-09-30", unit="W"
    ... )
    >>> len(split), int(split["frequency"].sum()), int(split["frequency_holdout"].sum())
    (2357, 2457, 1882)
    """
    check_choice("unit", unit, _UNITS)
    cut = check_day("calibration_end", calibration_end)
    if cut is None:
        raise InputError("`calibration_end` must be a date; got None.")
    purchases, end = read_purchases(transactions, check_day("observation_end", observation_end))
    if end <= cut:
        raise InputError(
            f"`calibration_end` must lie before the end of observation, {end}; got {cut}."
        )
    # What was given back in the holdout was not known at the cut.
    known = reduce_purchases(Purchases(up_to(purchases.lines, cut), purchases.returned))
    query = known.left_join(_reduce_later(purchases.days, cut), "customer_id")
    seen = execute(query.drop("customer_id_right").order_by("customer_id"))
    bought = seen[seen["n"] > 0]
    if bought.empty:
        raise InputError(f"`calibration_end` must lie on or after the first purchase; got {cut}.")
    summary = summarise(bought, cut, unit)
    n_after = bought["n_after"].fillna(0).to_numpy(dtype="int64")
    spent_after = bought["spent_after"].fillna(0.0).to_numpy(dtype="float64")
    summary["frequency_holdout"] = n_after
    summary["monetary_value_holdout"] = spent_after / np.maximum(n_after, 1)
    summary["duration_holdout"] = (end - cut).days / UNIT_DAYS[unit]
    summary.attrs |= {"calibration_end": cut.isoformat(), "observation_end": end.isoformat()}
    return summary


def _reduce_later(days: Any, cut: dt.date) -> Any:
    """Purchases of each customer after a day, and what they come to."""
    later = days.filter(days.bought & (days.day > cut))
    return later.group_by("customer_id").aggregate(
        n_after=later.count(), spent_after=later.spent.sum()
    )


def sufficient_statistics(
    transactions: Table, *, observation_end: Day | None = None, unit: TimeUnit = "D"
) -> pd.DataFrame:
    """Count the customers who share frequency, recency and T.

    Models of buying and dropping out see nothing else of a customer, so they fit these rows as
    they fit the `rfm_summary`. The engine counts; the customers themselves are never pulled.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.
    unit : {"D", "W", "M"}, default="D"
        Unit of times: days, weeks (days / 7) or months (days / 30.4375).

    Returns
    -------
    DataFrame
        One row per combination that occurs, sorted by ``frequency``, ``recency``, ``T``:

        ``frequency``
            repeat purchases, that is days with a purchase less one (int);
        ``recency``
            first to last purchase, in `unit`: *not* the time since the last one;
        ``T``
            first purchase to the end of observation, in `unit`;
        ``n_customers``
            customers with these three, at least 1 (int); they add up to the rows of the
            `rfm_summary`;
        ``time_unit``
            `unit`, in every row.

        ``attrs`` keeps ``observation_end`` as a label.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have, or nothing happened by `observation_end`.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2):
    (x, t_x, T) are the sufficient statistics of the BG/NBD model.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> counted = sufficient_statistics(
    ...     load_cdnow(sample=True), observation_end="1997-09-30", unit="W"
    ... )
    >>> len(counted), int(counted["n_customers"].sum())
    (1016, 2357)
    >>> counted.head(3).round(2)
       frequency  recency      T  n_customers time_unit
    0          0      0.0  27.00           13         W
    1          0      0.0  27.14           20         W
    2          0      0.0  27.29           16         W
    """
    check_choice("unit", unit, _UNITS)
    days, end = read_days(transactions, check_day("observation_end", observation_end))
    seen = days.group_by("customer_id").aggregate(**_visits(days, days.bought))
    bought = seen.filter(seen.n > 0)
    alike = bought.group_by("n", "first", "last").aggregate(n_customers=bought.count())
    found = run_sorted(alike, end, by=["n", "first", "last"])
    counted = pd.DataFrame(
        _times(found, end, unit) | {"n_customers": found["n_customers"].to_numpy(dtype="int64")},
        copy=False,
    ).sort_values(["frequency", "recency", "T"], ignore_index=True)
    counted[TIME_UNIT] = unit_column(unit, len(counted))
    counted.attrs = {"observation_end": end.isoformat()}
    return counted


def _number_days(days: Any) -> Any:
    """Count days since 1970, which keep the result small."""
    return days.day.delta(ibis.date(str(EPOCH)), unit="day").cast("int32")


def _visits(days: Any, counted: Any) -> dict[str, Any]:
    """How many days of one customer count, and the first and last of them."""
    number = _number_days(days)
    return {
        "n": counted.sum(),
        "first": number.min(where=counted),
        "last": number.max(where=counted),
    }


def reduce_days(days: Any, counted: Any) -> dict[str, Any]:
    """Aggregate one customer's days."""
    return _visits(days, counted) | {
        "spent": days.spent.sum(where=counted),
        "spent_first": days.spent.argmin(_number_days(days), where=counted),
    }


def _times(bought: pd.DataFrame, end: dt.date, unit: TimeUnit) -> dict[str, Any]:
    """Frequency, recency and T from the number of days, the first and the last."""
    first = bought["first"].to_numpy(dtype="int64")
    return {
        "frequency": bought["n"].to_numpy(dtype="int64") - 1,
        "recency": (bought["last"].to_numpy(dtype="int64") - first) / UNIT_DAYS[unit],
        "T": ((end - EPOCH).days - first) / UNIT_DAYS[unit],
    }


def _money(bought: pd.DataFrame) -> dict[str, Any]:
    """Mean of the repeat purchases, mean of all, and their sum."""
    n = bought["n"].to_numpy(dtype="int64")
    spent = bought["spent"].to_numpy(dtype="float64")
    repeat = spent - bought["spent_first"].to_numpy(dtype="float64")
    return {
        "monetary_value": np.where(n > 1, repeat / np.maximum(n - 1, 1), 0.0),
        "mean_spend": spent / n,
        "total_spend": spent,
    }


def summarise(bought: pd.DataFrame, end: dt.date, unit: TimeUnit) -> pd.DataFrame:
    """The summary's columns from the reduced days of customers with a purchase."""
    last = bought["last"].to_numpy(dtype="int64")
    n_orders = bought["n_orders" if "n_orders" in bought else "n"].to_numpy(dtype="int64")
    summary = pd.DataFrame(
        _times(bought, end, unit)
        | _money(bought)
        | {
            "n_orders": n_orders,
            "first_purchase": _as_days(bought["first"].to_numpy(dtype="int64")),
            "last_purchase": _as_days(last),
            "days_since_last": (end - EPOCH).days - last,
            TIME_UNIT: unit_column(unit, len(bought)),
        },
        index=pd.Index(bought["customer_id"], name="customer_id"),
        copy=False,
    )
    summary.attrs = {"observation_end": end.isoformat()}
    return summary


def _as_days(number: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Days from their numbers since 1970."""
    return (number * _DAY).view("datetime64[s]")
