"""Customers' days as expressions, and the one place where a reduction runs."""

import datetime as dt
from typing import Any

import ibis
import pandas as pd

from crmlab._engine import execute, narrow, runs_on
from crmlab._errors import InputError
from crmlab._periods import PERIODS, Period
from crmlab._revenue.purchases import Purchases
from crmlab._revenue.refunds import is_return
from crmlab._revenue.settle import FAULT, FAULTS, LEFT_OUT, needs_settling, settle
from crmlab._types import Table
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, tally
from crmlab.loaders import read_transactions

__all__ = [
    "EPOCH",
    "NO_PURCHASE",
    "read_days",
    "read_lines",
    "read_purchases",
    "run_sorted",
    "up_to",
    "with_period",
]

EPOCH = dt.date(1970, 1, 1)
NO_PURCHASE = (
    "`transactions` must hold a purchase by {end}, the end of observation; there is none. "
    "Returns alone are not a purchase; see also `observation_end`."
)


def read_lines(transactions: Table) -> tuple[Any, dt.date, bool]:
    """The lines as an Ibis table that keeps the contract, its last day, and whether any gives back.

    One aggregate query checks the table and finds both.
    """
    rules: tuple[Rule, ...] = ()
    if not isinstance(transactions, ibis.Table) or not runs_on(transactions):
        transactions = read_transactions(transactions)
    else:
        TRANSACTIONS.check_types(transactions)
        # Every step on a column that nobody needs takes time.
        known = [name for name in TRANSACTIONS.names() if name in transactions.columns]
        transactions, rules = _settle(narrow(transactions, known))
    last = transactions.date.cast("timestamp").max()  # infinite days have no Python date
    more = {"last": last, "returned": is_return(transactions).any()}
    if "currency" in transactions.columns:
        more["n_currencies"] = transactions.currency.nunique()
    counts = tally(transactions, rules, **more)
    found = [f"{rule.label}: {counts[rule.label]:,}" for rule in rules if counts[rule.label]]
    if found:
        raise ContractError(
            f"The transactions have invalid lines ({'; '.join(found)}). Read them with "
            "`read_transactions(..., on_invalid='quarantine')`, or see `audit_transactions`."
        )
    if not counts["n_rows"]:
        raise ContractError("`transactions` has columns but no rows.")
    if counts.get("n_currencies", 0) > 1:
        raise ContractError(
            f"The transactions are in {counts['n_currencies']} currencies, which do not add up. "
            "Keep one, or read them with `read_transactions(..., rates=...)`."
        )
    return transactions, pd.Timestamp(counts["last"]).date(), bool(counts["returned"])


def _settle(table: Any) -> tuple[Any, tuple[Rule, ...]]:
    """The lines of a table that count, what was given back beside them, and the rules they keep.

    What `read_transactions` returns is settled already.
    """
    rules = TRANSACTIONS.rules_for(table.columns)
    if not needs_settling(table.columns):
        return table, tuple(rules)
    settled = settle(table, table.columns)
    lines = settled.filter(settled[LEFT_OUT].isnull())
    rules += [_order_rule(label, remedy) for label, (_, remedy) in FAULTS.items()]
    return lines, tuple(rules)


def _order_rule(label: str, remedy: str) -> Rule:
    return Rule(label, remedy, lambda t: (t[FAULT] == label).fill_null(False))


def up_to(table: Any, end: dt.date) -> Any:
    """The rows whose ``date`` is `end` or before."""
    return table.filter(
        table.date.cast("timestamp") < ibis.timestamp(f"{end + dt.timedelta(days=1)}")
    )


def read_purchases(transactions: Table, end: dt.date | None) -> tuple[Purchases, dt.date]:
    """Read the purchases up to the end of observation, and that end.

    What was given back after it is not known yet.
    """
    lines, last, returned = read_lines(transactions)
    lines = lines if end is None else up_to(lines, end)
    return Purchases(lines, returned), end or last


def read_days(transactions: Table, end: dt.date | None) -> tuple[Any, dt.date]:
    """Read the customers' days up to the end of observation, as an expression, and that end."""
    purchases, end = read_purchases(transactions, end)
    return purchases.days, end


def run_sorted(query: Any, end: dt.date, *, by: list[str]) -> pd.DataFrame:
    """Run a reduction once, its rows in the order of `by`."""
    table = execute(query.order_by(by))
    if table.empty:
        raise InputError(NO_PURCHASE.format(end=end))
    return table


def with_period(days: Any, period: Period) -> Any:
    """The days with the number of the period they lie in."""
    return days.mutate(period=PERIODS[period](days.day).cast("int64"))
