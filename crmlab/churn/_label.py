"""Who has left: by contract, or by a silence that is long for this customer."""

import datetime as dt
from typing import Any

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_day, check_fraction
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._revenue.purchases import Purchases
from crmlab._types import Day, Floats, Table
from crmlab.churn._clock import check_as_of, end_of_horizon, first_day, read_spells
from crmlab.churn._tenure import last_day
from crmlab.customer_base import read_lines, up_to

__all__ = ["label_churn"]

_EPOCH = dt.date(1970, 1, 1)


def label_churn(
    table: Table,
    *,
    as_of: Day,
    horizon: int,
    quantile: float = 0.9,
    min_gaps: int = 5,
    observation_end: Day | None = None,
) -> pd.DataFrame:
    """Say who left within a horizon after a day, of those who were customers on that day.

    *Contracts* (a table with `start` and `end`): a customer with an active subscription is at
    risk, and has churned if it ends within the horizon. A change of plan without a gap is not an
    end.

    *Silence* (transactions): a customer who has been silent for longer than most of the own
    intervals between purchases has stopped. The limit is the `quantile` of those intervals by
    `as_of`; with fewer than `min_gaps` of them it is that of all customers' intervals, in which
    each customer counts once. Who is within the limit is at risk, and has churned if the silence
    at the end of the horizon is beyond it. Where the horizon is too short to tell, since even
    without another purchase the limit would not be reached, there is no label.

    Limits and who is at risk use nothing after `as_of`; the label alone looks beyond it.

    Parameters
    ----------
    table : DataFrame or ibis.Table
        Canonical transactions, or subscriptions (a DataFrame with `customer_id`, `start`, `end`).
    as_of : date
        Day on which customers are looked at, its evening.
    horizon : int
        Days after it in which they may leave, at least 1.
    quantile : float, default=0.9
        Of the intervals between purchases, in (0, 1).
    min_gaps : int, default=5
        Intervals that a customer needs for a limit of the own.
    observation_end : date, optional
        Last day observed. Default: the last day in the table.

    Returns
    -------
    DataFrame
        Index `customer_id`, sorted; columns

        * `status` : "at risk", "gone before" or, for silence, "too early to tell"
        * `churned` : whether the customer left within the horizon; missing unless at risk
        * for contracts `tenure_days` : days from the start to `as_of`
        * for silence `days_since_last`, `limit_days` and `rule`, "own" or "pooled"

        Customers who had not begun by `as_of` are not in it.

    Raises
    ------
    InputError
        If `as_of` is outside the data, the horizon ends after them, or (for silence) no customer
        has two purchases by `as_of`.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> labels = label_churn(load_cdnow(sample=True), as_of="1997-09-30", horizon=240)
    >>> labels["status"].value_counts().to_dict()
    {'gone before': 1739, 'at risk': 618}
    >>> float(labels["churned"].mean().round(2))
    0.56
    """
    check_fraction("quantile", quantile, open_ends=True)
    check_count("min_gaps", min_gaps)
    check_count("horizon", horizon)
    end = check_day("observation_end", observation_end)
    if {"start", "end"} <= set(getattr(table, "columns", ())):
        return _label_contracts(table, as_of, horizon, end)
    return _label_silence(table, as_of, horizon, end, quantile, min_gaps)


def _label_contracts(table: Any, as_of: Day, horizon: int, end: dt.date | None) -> pd.DataFrame:
    spells = read_spells(table)
    last = end or last_day(spells)
    day = check_as_of(as_of, first=spells["start"].min().date(), last=last)
    until = pd.Timestamp(end_of_horizon(day, horizon, last))
    begun = spells[spells["start"] <= pd.Timestamp(day)]
    # A customer who came back is described by the latest subscription.
    begun = begun.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    gone = begun["end"] <= pd.Timestamp(day)
    churned = (begun["end"] <= until).astype("boolean").mask(gone)
    return pd.DataFrame(
        {
            "status": np.where(gone, "gone before", "at risk"),
            "churned": churned,
            "tenure_days": (pd.Timestamp(day) - begun["start"]).dt.days,
        }
    ).sort_index()


def _label_silence(
    table: Table, as_of: Day, horizon: int, end: dt.date | None, quantile: float, min_gaps: int
) -> pd.DataFrame:
    lines, last, returned = read_lines(table)
    day = check_as_of(as_of)
    if day > (end or last):
        check_as_of(day, first=first_day(lines), last=end or last)
    until = end_of_horizon(day, horizon, end or last)
    known = _bought_days(Purchases(up_to(lines, day), returned))
    seen = _find_limits(known, quantile)
    if seen.empty:
        check_as_of(day, first=first_day(lines), last=end or last)
        raise InputError(
            f"`table` must hold a purchase by `as_of`, {day}; until then goods were only given "
            "back. Take a later day."
        )
    offset = (day - _EPOCH).days
    later = _bought_days(Purchases(up_to(lines, until), returned))
    finally_seen = later.group_by("customer_id").aggregate(final=later.number.max())
    final = execute(finally_seen).set_index("customer_id")["final"].reindex(seen.index)
    pooled = _pooled_limit(known, quantile, day)
    own = (seen["n_gaps"] >= min_gaps).to_numpy()
    limit = np.where(own, seen["own_limit"].fillna(0.0), pooled)
    silent = (offset - seen["last"]).to_numpy()
    # What was bought by `as_of` and given back after it was a purchase on that day.
    newest = np.fmax(final.to_numpy(dtype=float), seen["last"].to_numpy(dtype=float))
    beyond = (offset + horizon - newest) > limit
    status = _say_status(silent, limit, horizon)
    return pd.DataFrame(
        {
            "status": status,
            "churned": pd.array(beyond, dtype="boolean"),
            "days_since_last": silent,
            "limit_days": limit,
            "rule": np.where(own, "own", "pooled"),
        },
        index=seen.index,
    ).assign(churned=lambda t: t["churned"].mask(t["status"] != "at risk"))


def _say_status(silent: Floats, limit: Floats, horizon: int) -> Any:
    too_short = silent + horizon <= limit
    return np.select([silent > limit, too_short], ["gone before", "too early to tell"], "at risk")


def _bought_days(purchases: Purchases) -> Any:
    """Days with a purchase, each with its number since 1970."""
    days = purchases.days
    number = days.day.delta(ibis.date(str(_EPOCH)), unit="day").cast("int64")
    return days.filter(days.bought).select("customer_id", number=number)


def _gaps(days: Any) -> Any:
    """Days between purchases, ranked within the customer, with how many the customer has."""
    before = days.number.lag().over(group_by=days.customer_id, order_by=days.number)
    gaps = days.mutate(gap=days.number - before)
    gaps = gaps.filter(gaps.gap.notnull())
    window = ibis.window(group_by=gaps.customer_id)
    ordered = ibis.window(group_by=gaps.customer_id, order_by=[gaps.gap, gaps.number])
    return gaps.mutate(n=gaps.gap.count().over(window), rank=ibis.row_number().over(ordered))


def _find_limits(days: Any, quantile: float) -> pd.DataFrame:
    """Last purchase, number of gaps and their quantile, one row per customer."""
    gaps = _gaps(days)
    # The quantile lies between two neighbours by rank, each of which has a part in it.
    # Spark takes 0.9 for a decimal, and would round: all is cast to floating point.
    place = (gaps.n - 1).cast("float64") * ibis.literal(quantile, type="float64")
    near = (gaps.rank.cast("float64") - place).abs()
    part = ibis.ifelse(near < 1, (1 - near).cast("float64"), ibis.literal(0.0, type="float64"))
    own = gaps.group_by("customer_id").aggregate(
        n_gaps=gaps.gap.count(), own_limit=(gaps.gap.cast("float64") * part).sum().cast("float64")
    )
    everybody = days.group_by("customer_id").aggregate(last=days.number.max())
    query = everybody.left_join(own, "customer_id").drop("customer_id_right")
    seen = execute(query.order_by("customer_id")).set_index("customer_id")
    return seen.assign(n_gaps=seen["n_gaps"].fillna(0).astype("int64"))


def _pooled_limit(days: Any, quantile: float, day: dt.date) -> float:
    """Quantile of all intervals, in which each customer has the same weight."""
    gaps = _gaps(days)
    found = execute(
        gaps.group_by("gap")
        .aggregate(weight=(1 / gaps.n.cast("float64")).sum().cast("float64"))
        .order_by("gap")
    )
    if found.empty:
        raise InputError(
            f"At least one customer must have two purchases by {day}: the usual interval is not "
            "known otherwise. Take a later `as_of`, or more customers."
        )
    share = found["weight"].cumsum() / found["weight"].sum()
    return float(found["gap"].iloc[int((share >= quantile - 1e-12).to_numpy().argmax())])
