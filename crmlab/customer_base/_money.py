"""Margin by customer and day, of orders and of subscriptions, for rooms that follow it in time."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._types import Table
from crmlab._units import months_between
from crmlab.contracts import SUBSCRIPTIONS
from crmlab.customer_base._days import read_purchases
from crmlab.customer_base._profit import refuse_negative_costs

__all__ = ["margin_of_lines", "margin_of_months"]

Days = Any


def margin_of_lines(table: Table, asked: dt.date | None) -> tuple[pd.DataFrame, pd.Series, Days]:
    """Revenue and margin by customer and day, the day each came, and the last day."""
    purchases, end = read_purchases(table, asked)
    lines = purchases.lines
    _need(lines.columns, ["cost"], "transactions")
    lines = lines.mutate(day=lines.date.cast("date"))
    costs = execute(
        lines.group_by("customer_id", "day").aggregate(
            spent_on=lines.cost.sum(),
            n_unknown=lines.cost.isnull().sum(),
            n_negative=((lines.cost < 0) & (lines.amount > 0)).sum(),
        )
    )
    refuse_negative_costs(costs.pop("n_negative"))
    _refuse_unknown(int(costs.pop("n_unknown").sum()), "cost")
    bought = purchases.days
    sales = execute(bought.select("customer_id", "day", "spent", "bought"))
    if sales.empty:
        raise InputError(f"`table` must hold a purchase by {end}; it holds none.")
    # What comes back on a later day has its cost there and its amount on the day of the purchase.
    days = sales.merge(costs, on=["customer_id", "day"], how="outer")
    days = days.fillna({"spent": 0.0, "spent_on": 0.0}).assign(
        day=pd.to_datetime(days["day"]).astype("datetime64[s]"),
        bought=days["bought"].fillna(False).astype(bool),
    )
    revenue = days["spent"].astype("float64")
    days = days.assign(revenue=revenue, margin=revenue - days["spent_on"].astype("float64"))
    came = days[days["bought"]].groupby("customer_id")["day"].min()
    return _since(days, came, np.datetime64(end, "D"))


def _since(days: pd.DataFrame, came: pd.Series, end: Days) -> tuple[pd.DataFrame, pd.Series, Days]:
    """Money with the day its customer came, and that day of each customer."""
    if came.empty:
        raise InputError(f"`table` must hold a purchase by {end}; it holds none.")
    days = days[days["customer_id"].isin(came.index)]
    days = days.assign(came=came.loc[days["customer_id"]].to_numpy())
    for name in ("day", "came"):
        days[name] = days[name].astype("datetime64[s]")
    kept = days[["customer_id", "day", "came", "revenue", "margin"]]
    return kept, pd.Series(came.to_numpy().astype("datetime64[D]"), index=came.index), end


def margin_of_months(table: Table, asked: dt.date | None) -> tuple[pd.DataFrame, pd.Series, Days]:
    """Months of subscriptions that were paid, as if they were orders."""
    check_clocks({f"`{name}`": date_column(table, name) for name in ("start", "end")})
    held = SUBSCRIPTIONS.require(table)
    _need(held.columns, ["monthly_fee", "monthly_cost"], "subscriptions")
    terms = execute(held.select("customer_id", "start", "end", "monthly_fee", "monthly_cost"))
    for name in ("monthly_fee", "monthly_cost"):
        _refuse_unknown(int(terms[name].isna().sum()), name)
    start, stop = (terms[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    last = np.fmax(start.max(), np.fmax.reduce(stop))
    end = last if asked is None else np.datetime64(asked, "D")
    eve = np.fmin(stop - np.timedelta64(1, "D"), end)
    months = np.where(start <= end, np.maximum(months_between(start, eve) + 1, 0), 0)
    rows = np.repeat(np.arange(len(terms)), months)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(months) - months, months)
    paid = terms.iloc[rows]
    fee, cost = (paid[name].to_numpy(dtype=float) for name in ("monthly_fee", "monthly_cost"))
    day = _add_months(start[rows], number)
    days = pd.DataFrame(
        {"customer_id": paid["customer_id"].to_numpy(), "day": day, "revenue": fee,
         "margin": fee - cost}
    )  # fmt: skip
    days = days[days["day"] <= end].reset_index(drop=True)
    return _since(days, days.groupby("customer_id")["day"].min(), end)


def _add_months(start: Days, number: Any) -> Days:
    """The same day of a later month, or its last day where the month is too short."""
    first = start.astype("datetime64[M]")
    month = first + number
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
    day = (start - first.astype("datetime64[D]")).astype(int)
    return month.astype("datetime64[D]") + np.minimum(day, length - 1)


def _need(present: Any, columns: list[str], table: str) -> None:
    missing = [name for name in columns if name not in present]
    if missing:
        raise InputError(
            f"The {table} lack {', '.join(map(repr, missing))}, without which no margin is known; "
            f"they have {', '.join(map(repr, present))}."
        )


def _refuse_unknown(n_unknown: int, column: str) -> None:
    if n_unknown:
        raise InputError(
            f"`{column}` must not be missing; {n_unknown:,} rows lack it. Fill it in, with 0 where "
            "there was none."
        )
