"""What the rest of a file shows about the decimal mark of a column that does not tell it.

Other amounts show the mark itself. A semicolon between fields, a comma, days such as 31.12.2024 and
what is written in Korean or Japanese only tell which mark parts thousands: weights may have three
decimals in any file.
"""

import functools
import re
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
_DOTTED = rf"^{SPACE}*\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"


@dataclass(frozen=True)
class Clues:
    """A source, its columns of amounts and of days that are text, and who says its currency.

    `currency` is the code that the caller or the layout says, `column` the one of the owner's
    columns that says it for each row.
    """

    opened: Source
    amounts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
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
        """The decimal marks that separators, days and names show, and how."""
        marks = {one: _OF_SEPARATOR[one] for one in self.opened.separator if one in _OF_SEPARATOR}
        shown = {mark: f"as {one!r} parts the fields" for one, mark in marks.items()}
        if self._are_days(_DOTTED):
            shown.setdefault(",", "as days are written 31.12.2024")
        if re.search(_EASTERN, theirs):
            shown.setdefault(".", f"as usual where {theirs!r} is written")
        elif self._are_days(_EASTERN):
            shown.setdefault(".", "as usual where days are written like this")
        elif self._is_any(theirs, _TRIANGLE):
            shown.setdefault(".", "as usual where a triangle is a minus")
        return shown

    def _are_days(self, pattern: str) -> bool:
        """Whether most days of a column are written so."""
        return any(self._count_share(name, pattern) > 0.5 for name in self.days)

    def _is_any(self, name: str, pattern: str) -> bool:
        """Whether any cell of a column of text is written so."""
        return name in self.amounts and self._count_share(name, pattern) > 0

    def _count_share(self, name: str, pattern: str) -> float:
        text: Any = self.opened.table[name]
        found = text.re_search(pattern).cast("int64").mean().name("share").as_table()
        return float(execute(found)["share"].fillna(0)[0])


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
    return Clues(opened, list_text("number"), list_text("time"), currency or said or "", column)
