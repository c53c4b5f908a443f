"""Customers' days as expressions, and the one place where a reduction runs."""

import datetime as dt
from typing import Any

import ibis
import pandas as pd

from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._periods import PERIODS, Period
from crmlab._purchases import purchase_days
from crmlab._types import Table
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, tally
from crmlab.loaders import read_transactions

__all__ = [
    "EPOCH",
    "NO_PURCHASE",
    "read_days",
    "read_lines",
    "read_observed",
    "run_sorted",
    "up_to",
    "with_period",
]

EPOCH = dt.date(1970, 1, 1)
NO_PURCHASE = (
    "`transactions` must hold a purchase by {end}, the end of observation; there is none. "
    "Returns alone are not a purchase; see also `observation_end`."
)


def read_lines(transactions: Table) -> tuple[Any, dt.date]:
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


def read_observed(transactions: Table, end: dt.date | None) -> tuple[Any, dt.date]:
    """Read the lines up to the end of observation, as an expression, and that end."""
    lines, last = read_lines(transactions)
    return lines if end is None else up_to(lines, end), end or last


def read_days(transactions: Table, end: dt.date | None) -> tuple[Any, dt.date]:
    """Read the customers' days up to the end of observation, as an expression, and that end."""
    lines, end = read_observed(transactions, end)
    return purchase_days(lines), end


def run_sorted(query: Any, end: dt.date, *, by: list[str]) -> pd.DataFrame:
    """Run a reduction once, its rows in the order of `by`."""
    table = execute(query.order_by(by))
    if table.empty:
        raise InputError(NO_PURCHASE.format(end=end))
    return table


def with_period(days: Any, period: Period) -> Any:
    """The days with the number of the period they lie in."""
    return days.mutate(period=PERIODS[period](days.day).cast("int64"))
