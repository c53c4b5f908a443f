"""The rules every line must keep: the contract's, and one for each way a value cannot be read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ibis
import pandas as pd

from crmlab._dates import PLACEHOLDERS
from crmlab._revenue.currency import UNRATED
from crmlab._revenue.settle import FAULT, FAULTS, LEFT_OUT, may_be_at_fault
from crmlab.contracts import STATUSES, TRANSACTIONS, Rule, infinite, never
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
    "perhaps swapped": (
        "a spreadsheet has taken days for months where it could: its typed days are all up to 12, "
        "its texts all above; open the original again with the column as text"
    ),
    "damaged": "the id became a float on export; export it as text",
    "unknown": "correct it at its source",
}
_OR_STATUS = " or ".join(repr(word) for word in STATUSES)
_UNREADABLE_DATE = "correct it at its source, or say how it is written with `date_format=`"


def list_rules(read: Columns, options: Options) -> tuple[Rule, ...]:
    """List what every line of transactions must keep, unless it is left out anyway."""
    kinds = {column.name: column.kind for column in TRANSACTIONS.columns}
    numbers = [name for name, kind in kinds.items() if kind == "number" and name in read.names]
    rules = [
        _problem_rule(name, words, read)
        for name in read.doubtful
        for words in PROBLEMS[kinds[name]]
    ]
    ours = TRANSACTIONS.rules_for(TRANSACTIONS.names(required=True))
    rules += [_apply_to_ours(rule, read) for rule in ours]
    rules += [_infinite_rule(name) for name in numbers if name != "amount"]
    rules += _day_rules(options.earliest, options.latest)
    rules += [_order_rule(label, read) for label in FAULTS]
    rules += _currency_rules(read)
    if options.duplicates == "quarantine":
        rules.append(Rule("line repeated", "keep one of the equal lines", lambda t: t[REPEAT]))
    return tuple(map(_unless_left_out, rules))


def _unless_left_out(rule: Rule) -> Rule:
    """The same rule, for rows that count if they keep it."""
    if rule.broken is never:
        return rule
    return replace(rule, broken=lambda t: t[OURS + LEFT_OUT].isnull() & rule.broken(t))


def _order_rule(label: str, read: Columns) -> Rule:
    column, remedy = FAULTS[label]
    rule = Rule(label, remedy, lambda t: (t[OURS + FAULT] == label).fill_null(False), column)
    names = [name.removeprefix(OURS) for name in read.table.columns if name.startswith(OURS)]
    return rule if may_be_at_fault(names) else replace(rule, broken=never)


def _currency_rules(read: Columns) -> list[Rule]:
    """A line that counts says its currency where others do, and has a rate where there are any."""
    missing = Rule(
        "currency missing",
        "fill in its code, such as KRW",
        lambda t: t[OURS + "currency"].isnull(),
        "currency",
    )
    unrated = Rule(
        "rate missing",
        "add a rate from that day on, or before it, to `rates`",
        lambda t: t[OURS + UNRATED].fill_null(False),
        "currency",
    )
    columns = {OURS + "currency": missing, OURS + UNRATED: unrated}
    return [rule for name, rule in columns.items() if name in read.table.columns]


def _problem_rule(column: str, words: str, read: Columns) -> Rule:
    name = OURS + column + PROBLEM
    remedy = _REMEDIES[words]
    if (column, words) == ("status", "unknown"):
        remedy = _ask_for_words(read.unknown.get("status", ()))
    if (column, words) == ("date", "unreadable"):
        remedy = _UNREADABLE_DATE
    if words == "ambiguous" and column in read.formats:
        remedy = "say how it is meant: " + " or ".join(
            f"date_format={one!r}" for one in read.formats[column]
        )
    rule = Rule(f"{column} {words}", remedy, lambda t: (t[name] == words).fill_null(False), column)
    return replace(rule, broken=never) if column in read.faultless else rule


def _ask_for_words(unknown: Sequence[str]) -> str:
    """Ask what the words mean, all of them in a dict that can be copied and corrected."""
    words = ", ".join(f"{word!r}: 'paid'" for word in unknown)
    return f"say what each means, {_OR_STATUS}: statuses={{{words}}}"


def _day_rules(earliest: pd.Timestamp, latest: pd.Timestamp) -> list[Rule]:
    """A line is of a day on which something may have been bought; `not_before` itself is one."""
    no_day = [day for day in PLACEHOLDERS if day != earliest.date()]

    def stands_for_none(table: Any) -> Any:
        return table[OURS + "date"].cast("date").isin([ibis.date(str(day)) for day in no_day])

    def is_beyond(table: Any, beyond: Any) -> Any:
        bad = beyond & ~stands_for_none(table) & ~infinite(table[OURS + "date"])
        return bad.fill_null(False)

    first, last = (ibis.timestamp(moment.isoformat()) for moment in (earliest, latest))
    return [
        Rule(
            "date a placeholder",
            "programs write this day where they know none: find the day of the order",
            lambda t: stands_for_none(t).fill_null(False),
            "date",
        ),
        Rule(
            "date too early",
            f"nothing may be earlier than {earliest:%Y-%m-%d}; see `not_before=`",
            lambda t: is_beyond(t, t[OURS + "date"] < first),
            "date",
        ),
        Rule(
            "date in the future",
            f"nothing may be later than {latest:%Y-%m-%d}; see `not_after=`",
            lambda t: is_beyond(t, t[OURS + "date"] > last),
            "date",
        ),
    ]


def _infinite_rule(name: str) -> Rule:
    remedy = _REMEDIES["unreadable"]
    return Rule(f"{name} infinite", remedy, lambda t: infinite(t[OURS + name]), name)


def _apply_to_ours(rule: Rule, read: Columns) -> Rule:
    """A contract rule read on our columns; what could not be read is not missing as well."""
    sources = [rule.column]
    if rule.column == "amount" and "amount" not in read.doubtful:
        sources = ["amount", "quantity", "unit_price", "order_total"]
    doubtful = set(read.doubtful) - read.faultless
    problems = [OURS + name + PROBLEM for name in sources if name in doubtful]

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
