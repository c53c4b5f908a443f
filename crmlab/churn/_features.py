"""What is known of a customer on a day, and a test that nothing later crept in."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_count, check_fraction
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Table
from crmlab.churn._clock import (
    check_as_of,
    first_day,
    open_orders,
    read_day_column,
    read_spells,
)
from crmlab.customer_base import read_days, read_lines, rfm_summary, up_to

__all__ = ["churn_features", "find_leaks", "partial_defectors"]

_SUMMARY = ["frequency", "recency", "T", "days_since_last", "mean_spend", "n_orders"]
_DECIMALS = 6  # of sums of money


def churn_features(
    orders: Table,
    *,
    as_of: Day,
    window: int = 90,
    complaints: pd.DataFrame | None = None,
    subscriptions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Describe each customer by what was known on a day, and nothing after it.

    A return that came after the day is not known on it either, where returns are rows of their
    own. Where a table carries `refunded` beside the order, nobody can tell when that was written.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    as_of : date
        Day on which customers are looked at, its evening; within the data.
    window : int, default=90
        Days that count as recent; the same number before them is what they are compared with.
    complaints : DataFrame, optional
        `customer_id`, `date`.
    subscriptions : DataFrame, optional
        `customer_id`, `start`, `end` (null while active).

    Returns
    -------
    DataFrame
        One row per customer with a purchase by `as_of`, sorted by the index `customer_id`:

        * `frequency`, `recency`, `T`, `days_since_last`, `mean_spend`, `n_orders` : as in
          `rfm_summary`, times in days
        * `silence_ratio` : days since the last purchase over the customer's mean interval; the
          mean of the base where there was one purchase only
        * `purchases_recent`, `purchases_before` : days with a purchase in the window and in the
          window before
        * `spend_recent`, `spend_before` : money spent in them, in currency
        * `spend_change` : (recent - before) / (recent + before), in [-1, 1]; 0 without either
        * with complaints: `n_complaints`, `complaints_recent`
        * with subscriptions: `subscribed` (0 or 1), `subscribed_days` in the latest one

    Raises
    ------
    InputError
        If `as_of` is outside the data, or tables have dates on several clocks.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> features = churn_features(load_cdnow(sample=True), as_of="1997-09-30")
    >>> features[["days_since_last", "silence_ratio", "spend_change"]].head(3).round(2)
                 days_since_last  silence_ratio  spend_change
    customer_id
    00004                     59           0.55           1.0
    00018                    269           4.14           0.0
    00021                    260          21.67           0.0
    """
    check_count("window", window)
    _compare_clocks(orders, complaints, subscriptions)
    orders = open_orders(orders)
    day = _check_day_within(orders, as_of)
    summary = rfm_summary(orders, observation_end=day, unit="D")
    table = summary[_SUMMARY].copy()
    table["silence_ratio"] = _silence_ratio(summary)
    table = table.join(_window_sums(orders, day, window))
    counts = ["purchases_recent", "purchases_before"]
    money = ["spend_recent", "spend_before"]
    table = table.fillna(dict.fromkeys([*counts, *money], 0.0))
    # Engines add up on all cores, in any order: the last digits would differ from run to run.
    table[money] = table[money].round(_DECIMALS)
    table[counts] = table[counts].astype("int64")
    both = table["spend_recent"] + table["spend_before"]
    gap = table["spend_recent"] - table["spend_before"]
    table["spend_change"] = (gap / both.where(both > 0, 1.0)).clip(-1, 1)
    if complaints is not None:
        table = table.join(_count_complaints(complaints, day, window)).fillna(
            {"n_complaints": 0, "complaints_recent": 0}
        )
        table = table.astype({"n_complaints": "int64", "complaints_recent": "int64"})
    if subscriptions is not None:
        table = table.join(_describe_contracts(subscriptions, day))
        table[["subscribed", "subscribed_days"]] = (
            table[["subscribed", "subscribed_days"]].fillna(0).astype("int64")
        )
    table.attrs = {}
    return table


def _compare_clocks(orders: Table, complaints: Any, subscriptions: Any) -> None:
    check_clocks(
        {
            "`orders`": date_column(orders, "date"),
            "`complaints`": date_column(complaints, "date"),
            "`subscriptions`": date_column(subscriptions, "start"),
        }
    )


def _check_day_within(orders: Table, as_of: Day) -> dt.date:
    lines, last, _ = read_lines(orders)
    return check_as_of(as_of, first=first_day(lines), last=last)


def _silence_ratio(summary: pd.DataFrame) -> pd.Series:
    """Days since the last purchase in intervals of the customer's own."""
    repeated = summary["frequency"] > 0
    own = summary["recency"] / summary["frequency"].where(repeated, 1)
    usual = own[repeated].mean() if repeated.any() else 1.0
    return summary["days_since_last"] / own.where(repeated, usual)


def _window_sums(orders: Table, day: dt.date, window: int) -> pd.DataFrame:
    """Purchases and money of two windows that end on a day, in one query."""
    days, _ = read_days(orders, day)
    middle, start = (day - dt.timedelta(days=each * window) for each in (1, 2))
    recent = days.bought & (days.day > ibis.date(str(middle)))
    before = days.bought & ~recent & (days.day > ibis.date(str(start)))
    query = days.group_by("customer_id").aggregate(
        purchases_recent=recent.sum(),
        purchases_before=before.sum(),
        spend_recent=days.spent.sum(where=recent),
        spend_before=days.spent.sum(where=before),
    )
    return execute(query).set_index("customer_id")


def _count_complaints(complaints: Any, day: dt.date, window: int) -> pd.DataFrame:
    _check_frame("complaints", complaints, ["customer_id", "date"])
    when = read_day_column(complaints, "date", what="complaints")
    known = when <= pd.Timestamp(day)
    recent = when > pd.Timestamp(day) - pd.Timedelta(days=window)
    counted = pd.DataFrame(
        {"customer_id": complaints["customer_id"], "n_complaints": 1,
         "complaints_recent": recent.astype(int)}
    )  # fmt: skip
    return counted[known].groupby("customer_id").sum()


def _describe_contracts(subscriptions: Any, day: dt.date) -> pd.DataFrame:
    spells = read_spells(subscriptions)
    known = spells[spells["start"] <= pd.Timestamp(day)]
    latest = known.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    gone = latest["end"] <= pd.Timestamp(day)
    until = latest["end"].where(gone, pd.Timestamp(day))
    return pd.DataFrame(
        {"subscribed": (~gone).astype("int64"),
         "subscribed_days": (until - latest["start"]).dt.days}
    )  # fmt: skip


def _check_frame(name: str, table: Any, columns: list[str]) -> None:
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(f"`{name}` must be a DataFrame; got {type(table).__name__}.")
    check_columns(table.columns, columns, what=f"`{name}`")


def find_leaks(make: Callable[[Any], pd.DataFrame], orders: Table, *, as_of: Day) -> pd.DataFrame:
    """Find features that know what happened after a day.

    They are made twice: from all rows, and from the rows up to that day. What differs was made
    with later rows, and a model that learns from it looks better than it can ever be.

    Parameters
    ----------
    make : callable
        Takes orders, returns one row per customer; such as
        ``lambda orders: churn_features(orders, as_of="2024-06-30")``.
    orders : DataFrame or ibis.Table
        Rows with a column ``date``, some of them after `as_of`.
    as_of : date
        Day after which nothing may be used.

    Returns
    -------
    DataFrame
        Index `feature`; `n_differing` (customers for whom it differs, or who are in one table
        only), `n_customers`, `leaks` (bool). The first row, "customer_id", is about who is in the
        table at all.

    Raises
    ------
    InputError
        If no row is later than `as_of`, so that nothing could be found, or all are.
    InputTypeError
        If `make` does not return a DataFrame.

    Examples
    --------
    >>> orders = pd.DataFrame(
    ...     {"customer_id": ["a", "b", "a"], "amount": [5.0, 6.0, 7.0],
    ...      "date": pd.to_datetime(["2024-01-05", "2024-02-01", "2024-08-01"])}
    ... )
    >>> find_leaks(
    ...     lambda rows: rows.groupby("customer_id").agg(total=("amount", "sum")),
    ...     orders, as_of="2024-06-30",
    ... )
                 n_differing  n_customers  leaks
    feature
    customer_id            0            2  False
    total                  1            2   True
    """
    day = check_as_of(as_of)
    if isinstance(orders, ibis.Table):
        known = up_to(orders, day)
        n_rows, n_known = (
            int(execute(table.aggregate(n=table.count()))["n"].iloc[0]) for table in (orders, known)
        )
        n_later = n_rows - n_known
    else:
        _check_frame("orders", orders, ["date"])
        inside = read_day_column(orders, "date", what="orders") <= pd.Timestamp(day)
        known, n_later, n_rows = orders[inside], int((~inside).sum()), len(orders)
    if not n_later:
        raise InputError(
            f"`orders` must hold rows after {day}, or no leak could show; there is none. Take an "
            "earlier `as_of`."
        )
    if n_later == n_rows:
        raise InputError(f"`as_of` must lie within the data; no row is of {day} or before.")
    return _compare(make(orders), make(known))


def _compare(full: Any, known: Any) -> pd.DataFrame:
    """How many customers differ in each column of two tables."""
    for table in (full, known):
        if not isinstance(table, pd.DataFrame):
            raise InputTypeError(
                f"`make` must return a DataFrame, one row per customer; got {type(table).__name__}."
            )
    n_apart = len(full.index.symmetric_difference(known.index))
    shared = full.index.intersection(known.index)
    found = {"customer_id": n_apart}
    for name in dict.fromkeys([*full.columns, *known.columns]):
        if name in full.columns and name in known.columns:
            found[name] = int(_differ(full.loc[shared, name], known.loc[shared, name]).sum())
        else:
            found[name] = len(shared)
    table = pd.DataFrame({"n_differing": pd.Series(found, dtype="int64")})
    table["n_customers"] = len(full.index.union(known.index))
    table["leaks"] = table["n_differing"] > 0
    return table.rename_axis("feature")


def _differ(one: pd.Series, other: pd.Series) -> Any:
    both_missing = one.isna() & other.isna()
    if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
        left, right = one.to_numpy(dtype=float), other.to_numpy(dtype=float)
        return ~(np.isclose(left, right, rtol=1e-9, atol=1e-9) | both_missing.to_numpy())
    return ~((one.astype(object) == other.astype(object)) | both_missing).to_numpy()


def partial_defectors(
    features: pd.DataFrame, *, fall: float = 0.5, window: int = 90
) -> pd.DataFrame:
    """List customers who still come but spend much less than they did.

    They have not left, so a model of leaving passes them by. What they spent before is brought to
    the recent season by the change of the whole base, so that a quiet season alone makes nobody a
    defector.

    Parameters
    ----------
    features : DataFrame
        As `churn_features` returns it: `T`, `spend_recent`, `spend_before`.
    fall : float, default=0.5
        Least fall that counts, as a share of what was to be expected, in (0, 1].
    window : int, default=90
        The window, in days, with which the features were made: customers need two of them.

    Returns
    -------
    DataFrame
        Index `customer_id`, the largest loss first; in currency `spend_before`, `spend_recent`,
        `expected_spend` and `lost_spend` (expected less recent), and `fall` in [0, 1].

    Raises
    ------
    InputError
        If a column is missing, `fall` is outside (0, 1], or nobody spent in both windows.

    Examples
    --------
    >>> features = pd.DataFrame(
    ...     {"T": 400.0, "spend_before": [100.0, 100, 80], "spend_recent": [100.0, 20, 0]},
    ...     index=pd.Index(["a", "b", "c"], name="customer_id"),
    ... )
    >>> partial_defectors(features).round(2)
                 spend_before  spend_recent  expected_spend  lost_spend  fall
    customer_id
    b                   100.0          20.0            60.0        40.0  0.67
    """
    share = check_fraction("fall", fall)
    if share == 0:
        raise InputError("`fall` must be above 0; got 0: every customer would be listed.")
    check_count("window", window)
    _check_frame("features", features, ["T", "spend_before", "spend_recent"])
    known = features[(features["T"] >= 2 * window) & (features["spend_before"] > 0)]
    coming = known[known["spend_recent"] > 0]
    if coming.empty:
        raise InputError(
            "`features` must hold customers who spent in both windows; there is none. Take a "
            "longer `window`."
        )
    trend = coming["spend_recent"].sum() / coming["spend_before"].sum()
    table = coming[["spend_before", "spend_recent"]].copy()
    table["expected_spend"] = table["spend_before"] * trend
    table["lost_spend"] = table["expected_spend"] - table["spend_recent"]
    table["fall"] = table["lost_spend"] / table["expected_spend"]
    kept = table[table["fall"] >= share]
    return kept.sort_values("lost_spend", ascending=False, kind="stable")
