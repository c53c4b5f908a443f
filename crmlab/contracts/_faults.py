"""Kinds of rules that several tables share, one function each."""

from collections.abc import Sequence
from typing import Any

from crmlab.contracts._rules import Rule, infinite, missing

__all__ = [
    "early",
    "infinite_day",
    "infinitely_large",
    "left_out",
    "negative",
    "outside",
    "repeated",
    "uncounted",
    "unknown",
]

_FILL = "fill it in, or leave the row out"
_NO_DAY = "a database writes infinity for an open or unknown day: leave it empty, or find the day"


def left_out(name: str, remedy: str = _FILL) -> Rule:
    """A value that is missing."""
    return Rule(f"{name} missing", remedy, lambda t: missing(t[name]), name)


def infinitely_large(name: str, remedy: str = "correct the number") -> Rule:
    """A number, or a day, that is infinite."""
    return Rule(f"{name} infinite", remedy, lambda t: infinite(t[name]), name)


def infinite_day(name: str) -> Rule:
    """A day that no calendar has."""
    return infinitely_large(name, _NO_DAY)


def negative(name: str, remedy: str = "correct the sign") -> Rule:
    """A number below zero."""
    return Rule(f"{name} negative", remedy, lambda t: (t[name] < 0).fill_null(False), name)


def outside(name: str, lowest: float, highest: float, remedy: str) -> Rule:
    """A number outside a range."""

    def broken(table: Any) -> Any:
        number = table[name]
        # To engines nan is larger than any number.
        beyond = (number < lowest) | (number > highest)
        return beyond.fill_null(False) & ~missing(number)

    return Rule(f"{name} outside [{lowest}, {highest}]", remedy, broken, name)


def unknown(name: str, words: Sequence[str]) -> Rule:
    """A word that is not one of those the table may hold."""

    def broken(table: Any) -> Any:
        return ~table[name].cast("string").isin(words).fill_null(True)

    return Rule(f"{name} unknown", f"use one of {', '.join(map(repr, words))}", broken, name)


def early(later: str, earlier: str) -> Rule:
    """A date before the one that it must follow."""

    def broken(table: Any) -> Any:
        return (table[later] < table[earlier]).fill_null(False)

    return Rule(f"{later} before {earlier}", "correct one of the dates", broken, later, (earlier,))


def repeated(*key: str) -> Rule:
    """A key that is in more than one row; each of them breaks the rule."""

    def broken(table: Any) -> Any:
        import ibis

        alike = ibis.window(group_by=[table[name] for name in key])
        known = ibis.and_(*(table[name].notnull() for name in key))
        return (table.count().over(alike) > 1) & known

    # The id says more than a source or a date would.
    shown = next((name for name in key if name.endswith("_id")), key[0])
    return Rule(f"{', '.join(key)} repeated", "keep one of the rows", broken, shown, key)


def uncounted(word: str) -> Rule:
    """An order whose status says that it is no sale, or not yet one."""
    remedy = "it is no sale" if word == "cancelled" else f"count=[{word!r}] counts it"
    return Rule(
        f"not counted: {word}", remedy, lambda t: (t["status"] == word).fill_null(False), "status"
    )
