"""What the rest of a file shows about the decimal mark of a column that does not tell it.

Other amounts show the mark itself. A semicolon between fields, a comma, days such as 31.12.2024,
12/31/2024 or 31 December 2024 and what is written in Korean or Japanese only tell which mark parts
thousands: weights may have three decimals in any file.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmlab._engine import execute
from crmlab.contracts import Contract
from crmlab.loaders._columns.amounts import look_through
from crmlab.loaders._columns.marks import Clue, Decimal, find_mark
from crmlab.loaders._columns.text import SPACE
from crmlab.loaders._columns.words import find_meanings, find_words
from crmlab.loaders._header.find import Header
from crmlab.loaders._sources.source import Source

__all__ = ["Clues", "find_clues"]

_OF_SEPARATOR: dict[str, Decimal] = {";": ",", ",": "."}
# Korean, Japanese and Chinese: a comma parts thousands wherever they are written.
_EASTERN = "[가-힣ぁ-ヿ一-鿿]"
_TRIANGLE = "[△▲]"  # a minus in the books of these countries
_FIRST, _SECOND = rf"^{SPACE}*(0?[1-9]|1[0-2])/", r"(1[3-9]|2\d|3[01])"
# Not behind a weekday, as in e-mails, whose months are English in every country.
_MONTH = rf"^{SPACE}*(\d{{1,2}}[- ])?"
# How days may be written, in lower case.
_DAYS = {
    "dotted": rf"^{SPACE}*\d{{1,2}}\.\d{{1,2}}\.\d{{4}}",
    "eastern": _EASTERN,
    "month first": rf"{_FIRST}{_SECOND}/\d",
    "day first": rf"^{SPACE}*{_SECOND}/(0?[1-9]|1[0-2])/\d",
    "named": rf"{_MONTH}[a-z]{{3}}",
    "january": rf"{_MONTH}(january|february|march|june|july|october|december)\b",
    # English has both of a pair; Dutch, Spanish, Romanian and others have one at most.
    "may": rf"{_MONTH}may\b",
    "apr": rf"{_MONTH}(jan|apr|aug|dec)\b",
    "oct": rf"{_MONTH}oct\b",
    "jan": rf"{_MONTH}jan\b",
}
# A slip, such as one day that somebody typed in English, is no clue.
_SOME = 0.1


@dataclass(frozen=True)
class Clues:
    """A source, its columns of amounts, days and ids that are text, and who says its currency.

    `currency` is the code that the caller or the layout says, `column` the one of the owner's
    columns that says it for each row.
    """

    opened: Source
    amounts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    currency: str = ""
    column: str = ""

    @functools.cached_property
    def currencies(self) -> frozenset[str]:
        """Those that amounts without a sign are in; none where nobody says."""
        if self.currency or not self.column:
            return frozenset({self.currency} - {""})
        column = self.opened.table[self.column]
        meant = find_meanings("currency", column, find_words("currency", {}))
        return frozenset(code for code in meant.values() if code)

    def find(self, theirs: str) -> Clue | None:
        """What the file shows about the column `theirs`; None where it shows two things."""
        others = {}
        for name in self.amounts:
            mark = None if name == theirs else find_mark(look_through(self.opened.table, name))
            if mark is not None:
                others[mark] = name
        if others:
            mark, name = others.popitem()
            return None if others else Clue(mark, f"as in {name!r}", sure=True)
        shown = self._list_shown(theirs)
        return Clue(*shown.popitem()) if len(shown) == 1 else None

    def contradicts(self, theirs: str, mark: Decimal) -> bool:
        """Whether something shows another decimal mark of the column `theirs`."""
        return bool(self._list_shown(theirs).keys() - {mark})

    def _list_shown(self, theirs: str) -> dict[Decimal, str]:
        """The decimal marks that separators, days, ids and names show, and how."""
        marks = {one: _OF_SEPARATOR[one] for one in self.opened.separator if one in _OF_SEPARATOR}
        shown = {mark: f"as {one!r} parts the fields" for one, mark in marks.items()}
        for name in self.days:
            for mark, where in _list_habits(self._count_shares(name, _DAYS)):
                shown.setdefault(mark, where)
        eastern = [name for name in (theirs, *self.opened.names) if re.search(_EASTERN, name)]
        if eastern:
            shown.setdefault(".", f"as usual where {eastern[0]!r} is written")
        elif any(self._count_shares(name, {"": _EASTERN})[""] > 0.5 for name in self.ids):
            shown.setdefault(".", "as usual where ids are written like this")
        elif theirs in self.amounts and self._count_shares(theirs, {"": _TRIANGLE})[""]:
            shown.setdefault(".", "as usual where a triangle is a minus")
        return shown

    def _count_shares(self, name: str, patterns: Mapping[str, str]) -> dict[str, float]:
        """Which part of a column of text is written in which way."""
        table: Any = self.opened.table
        text = table[name].lower()
        found = {
            way: text.re_search(pattern).cast("int64").mean() for way, pattern in patterns.items()
        }
        shares = execute(table.aggregate(**{f"way {way}": one for way, one in found.items()}))
        return {way: float(shares[f"way {way}"].fillna(0)[0]) for way in patterns}


def _list_habits(days: Mapping[str, float]) -> list[tuple[Decimal, str]]:
    """The decimal marks of countries where days are written so, in parts of all days."""
    habits: list[tuple[Decimal, str]] = []
    if days["dotted"] > 0.5:
        habits.append((",", "as days are written 31.12.2024"))
    if days["eastern"] > 0.5:
        habits.append((".", "as usual where days are written like this"))
    if days["month first"] >= _SOME and not days["day first"]:
        habits.append((".", "as days are written 12/31/2024"))
    pairs = (("may", "apr"), ("oct", "jan"))
    english = days["january"] >= _SOME or any(min(days[a], days[b]) >= _SOME for a, b in pairs)
    if english and days["named"] > 0.5:
        habits.append((".", "as months are in English"))
    return habits


def find_clues(opened: Source, header: Header, contract: Contract, currency: str | None) -> Clues:
    """Gather what may show how amounts are written; `currency` is what the caller says."""
    schema = opened.table.schema()

    def list_text(kind: str) -> tuple[str, ...]:
        origins = [
            one for name, one in header.origins.items() if contract.column(name).kind == kind
        ]
        names = dict.fromkeys(name for origin in origins for name in origin.columns)
        return tuple(name for name in names if schema[name].is_string())

    column = header.theirs.get("currency", "")
    said = "" if column or header.layout is None else header.layout.currency
    amounts, days, ids = map(list_text, ("number", "time", "id"))
    return Clues(opened, amounts, days, ids, currency or said or "", column)
