"""The rules every line must keep: the contract's, and one for each way a value cannot be read."""

from typing import Any

import ibis
import pandas as pd

from crmlab.contracts import TRANSACTIONS, Rule, infinite
from crmlab.loaders._columns.read import PROBLEM, PROBLEMS, Columns
from crmlab.loaders._options import Options
from crmlab.loaders._sources.source import OURS

__all__ = ["MALFORMED", "REPEAT", "list_rules"]

MALFORMED = ("fields do not fit the header", "quote fields that hold the separator")
REPEAT = "crmlab::repeat"

_REMEDIES = {
    "unreadable": "correct the value at its source",
    "ambiguous": "say how it is meant: `dayfirst=` for dates, `decimal=` for amounts",
    "in another currency": "convert to one currency first",
    "in another layout": "write all dates alike, or pass `date_format=`",
    "in mixed time zones": "pass `timezone=`, the zone in which a day begins",
    "damaged": "the id became a float on export; export it as text",
}
_UNREADABLE_DATE = "correct it at its source, or say how it is written with `date_format=`"


def list_rules(read: Columns, options: Options) -> tuple[Rule, ...]:
    """List what every line of transactions must keep."""
    kinds = {column.name: column.kind for column in TRANSACTIONS.columns}
    numbers = [name for name, kind in kinds.items() if kind == "number" and name in read.names]
    rules = [
        _problem_rule(name, words) for name in read.doubtful for words in PROBLEMS[kinds[name]]
    ]
    rules += [_apply_to_ours(rule, read) for rule in TRANSACTIONS.rules]
    rules += [_infinite_rule(name) for name in numbers if name != "amount"]
    rules.append(_future_rule(options.latest))
    if options.duplicates == "quarantine":
        rules.append(Rule("line repeated", "keep one of the equal lines", lambda t: t[REPEAT]))
    return tuple(rules)


def _problem_rule(column: str, words: str) -> Rule:
    name = OURS + column + PROBLEM
    remedy = _REMEDIES[words]
    if (column, words) == ("date", "unreadable"):
        remedy = _UNREADABLE_DATE
    return Rule(f"{column} {words}", remedy, lambda t: (t[name] == words).fill_null(False), column)


def _future_rule(latest: pd.Timestamp) -> Rule:
    moment = ibis.timestamp(latest.isoformat())
    return Rule(
        "date in the future",
        f"nothing may be later than {latest:%Y-%m-%d}; see `not_after=`",
        lambda t: (t[OURS + "date"] > moment).fill_null(False),
        "date",
    )


def _infinite_rule(name: str) -> Rule:
    remedy = _REMEDIES["unreadable"]
    return Rule(f"{name} infinite", remedy, lambda t: infinite(t[OURS + name]), name)


def _apply_to_ours(rule: Rule, read: Columns) -> Rule:
    """A contract rule read on our columns; what could not be read is not missing as well."""
    sources = [rule.column]
    if rule.column == "amount" and "amount" not in read.doubtful:
        sources = ["amount", "quantity", "unit_price"]
    problems = [OURS + name + PROBLEM for name in sources if name in read.doubtful]

    def broken(table: Any) -> Any:
        flag = rule.broken(_View(table))
        for name in problems:
            flag = flag & table[name].isnull()
        return flag

    return Rule(rule.label, rule.remedy, broken, rule.column)


class _View:
    """Our columns of a wide table under their canonical names."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __getitem__(self, name: str) -> Any:
        return self._table[OURS + name]
