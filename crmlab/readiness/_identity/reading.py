"""Transactions under several ids: read once, and summarised under each of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from crmlab._checks import check_columns, check_day
from crmlab._engine import execute, in_memory
from crmlab._errors import InputError, InputTypeError
from crmlab._revenue.purchases import purchase_days
from crmlab.customer_base import rfm_summary
from crmlab.loaders import read_transactions

__all__ = [
    "Names",
    "find_last_day",
    "list_id_columns",
    "make_keys",
    "pair_ids",
    "pair_records",
    "read_lines",
    "read_purchases",
    "summarise",
]

Names = str | Sequence[str]

_BETWEEN = "\x1f"  # made to stand between fields, so no id holds it


def read_lines(transactions: Any) -> Any:
    """Transactions as an Ibis table."""
    return transactions if isinstance(transactions, ibis.Table) else read_transactions(transactions)


def find_last_day(lines: Any, observation_end: Any) -> dt.date:
    """The last day observed: as asked for, or the last in the table."""
    asked = check_day("observation_end", observation_end)
    if asked is not None:
        return asked
    last = execute(lines.aggregate(last=lines.date.max()))["last"].item()
    return pd.Timestamp(last).date()


def summarise(lines: Any, key: Any, end: dt.date) -> pd.DataFrame:
    """One row per customer with that key as its id."""
    return rfm_summary(lines.mutate(customer_id=key), observation_end=end, unit="W")


def read_purchases(lines: Any, people: pd.DataFrame, end: dt.date) -> pd.DataFrame:
    """One row per purchase: position of the person, date, amount."""
    days = purchase_days(lines)
    kept = days.filter(days.bought & (days.day <= ibis.date(end.isoformat())))
    bought = execute(
        kept.select("customer_id", date=kept.day.cast("timestamp"), amount=kept.spent).order_by(
            "customer_id", "date"
        )
    )
    person = people.index.get_indexer(pd.Index(bought.pop("customer_id")))
    return bought.assign(person=person)


def list_id_columns(views: Mapping[str, Names], truth: Names) -> list[list[str]]:
    """The columns of the true ids, then those of each view."""
    if not isinstance(views, Mapping):
        raise InputTypeError(
            "`views` must map a name to its id columns, such as "
            f"{{'linked': 'person_id'}}; got {type(views).__name__}."
        )
    if not views:
        raise InputError("`views` must name at least one way of telling customers apart; got none.")
    named = {"`truth`": truth} | {f"`views[{name!r}]`": names for name, names in views.items()}
    columns = []
    for what, names in named.items():
        each = [names] if isinstance(names, str) else names
        if not isinstance(each, Sequence) or not each or {type(name) for name in each} != {str}:
            raise InputTypeError(f"{what} must be one column name or several; got {names!r}.")
        columns.append(list(each))
    return columns


def make_keys(table: Any, columns: list[list[str]], *, what: str) -> list[Any]:
    """Each way's id as one text; a missing column or an id that is not filled is an error."""
    names = list(dict.fromkeys(name for each in columns for name in each))
    check_columns(table.columns, names, what=what)
    n_empty = [table[name].isnull().sum().name(f"n{at}") for at, name in enumerate(names)]
    counted = execute(table.aggregate(n_empty)).iloc[0]
    for name, n in zip(names, counted, strict=True):
        if n:
            raise InputError(
                f"{what} must have `{name}` filled on every row; {int(n):,} are empty. "
                "Give each of them an id of its own, or leave the rows out of all views."
            )
    return [_join_names(table, names) for names in columns]


def _join_names(table: Any, names: list[str]) -> Any:
    key = table[names[0]].cast("string")
    for name in names[1:]:
        key = key + _BETWEEN + table[name].cast("string")
    return key


def pair_ids(table: Any, keys: list[Any]) -> pd.DataFrame:
    """The ids that occur together, a column each: the true one first."""
    named = {f"id{at}": key for at, key in enumerate(keys)}
    return execute(table.select(**named).distinct())


def pair_records(records: Any, columns: list[list[str]]) -> pd.DataFrame:
    """The ids that occur together in the records of the systems, buyers or not."""
    if isinstance(records, pd.DataFrame):
        records = in_memory(pa.Table.from_pandas(records, preserve_index=False))
    if not isinstance(records, ibis.Table):
        raise InputTypeError(
            f"`records` must be a DataFrame or an Ibis table; got {type(records).__name__}."
        )
    return pair_ids(records, make_keys(records, columns, what="`records`"))
