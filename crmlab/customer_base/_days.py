"""Customers' days as expressions, calendar periods, and the one place where a reduction runs."""

import datetime as dt
from typing import Any, Literal

import ibis
import pandas as pd

from crmlab._engine import execute
from crmlab._purchases import purchase_days
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, tally
from crmlab.loaders import read_transactions

__all__ = [
    "EPOCH",
    "NO_PURCHASE",
    "PERIODS",
    "Day",
    "Period",
    "index_of",
    "read_days",
    "read_lines",
    "read_observed",
    "run_sorted",
    "starts",
    "up_to",
    "with_period",
]

Day = str | dt.date | pd.Timestamp
Period = Literal["W", "M", "Q", "Y"]

EPOCH = dt.date(1970, 1, 1)
NO_PURCHASE = (
    "`transactions` must hold a purchase by {end}, the end of observation; there is none. "
    "Returns alone are no purchase; see also `observation_end`."
)


def read_lines(transactions: Any) -> tuple[Any, dt.date]:
    """The lines as an Ibis table that keeps the contract, and its last day.

    One aggregate query checks the table and finds that day.
    """
    rules: tuple[Rule, ...] = ()
    if not isinstance(transactions, ibis.Table):
        transactions = read_transactions(transactions)
    else:
        TRANSACTIONS.check_types(transactions)
        rules = TRANSACTIONS.rules
    counts = tally(transactions, rules, last=transactions.date.max())
    found = [f"{rule.label}: {counts[rule.label]:,}" for rule in rules if counts[rule.label]]
    if found:
        raise ContractError(
            f"The transactions have invalid lines ({'; '.join(found)}). Read them with "
            "`read_transactions(..., on_invalid='quarantine')`, or see `audit_transactions`."
        )
    if not counts["n_rows"]:
        raise ContractError("`transactions` has columns but no rows.")
    return transactions, pd.Timestamp(counts["last"]).date()


def up_to(table: Any, end: dt.date) -> Any:
    """The rows whose ``date`` is `end` or before."""
    return table.filter(
        table.date.cast("timestamp") < ibis.timestamp(f"{end + dt.timedelta(days=1)}")
    )


def read_observed(transactions: Any, end: dt.date | None) -> tuple[Any, dt.date]:
    """Read the lines up to the end of observation, as an expression, and that end."""
    lines, last = read_lines(transactions)
    return lines if end is None else up_to(lines, end), end or last


def read_days(transactions: Any, end: dt.date | None) -> tuple[Any, dt.date]:
    """Read the customers' days up to the end of observation, as an expression, and that end."""
    lines, end = read_observed(transactions, end)
    return purchase_days(lines), end


def run_sorted(query: Any, end: dt.date, *, by: list[str]) -> pd.DataFrame:
    """Run a reduction once, its rows in the order of `by`."""
    table = execute(query.order_by(by))
    if table.empty:
        raise ValueError(NO_PURCHASE.format(end=end))
    return table


# A period is numbered so that neighbours differ by one; day 4 of 1970-01 was the first Monday.
PERIODS = {
    "W": lambda day: day.delta(ibis.date("1969-12-29"), unit="day") // 7,
    "M": lambda day: day.year() * 12 + day.month() - 1,
    "Q": lambda day: day.year() * 4 + day.quarter() - 1,
    "Y": lambda day: day.year(),
}


def with_period(days: Any, period: Period) -> Any:
    return days.mutate(period=PERIODS[period](days.day).cast("int64"))


def index_of(day: dt.date, period: Period) -> int:
    """The number of the period a day lies in, as `PERIODS` counts."""
    return {
        "W": (day - dt.date(1969, 12, 29)).days // 7,
        "M": day.year * 12 + day.month - 1,
        "Q": day.year * 4 + (day.month - 1) // 3,
        "Y": day.year,
    }[period]


def starts(index: pd.Series, period: Period) -> pd.Series:
    """First days of numbered periods."""
    if period == "W":
        return pd.Timestamp("1969-12-29") + pd.to_timedelta(index * 7, unit="D")
    months = {"M": 1, "Q": 3, "Y": 12}[period]
    since_year_0 = index.to_numpy() * months
    stamps = (since_year_0 - 1970 * 12).astype("datetime64[M]").astype("datetime64[s]")
    return pd.Series(stamps, index=index.index)
