"""What the first rows of an owner's columns look like: dates, money, pieces, ids."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from crmlab._engine import engine_errors
from crmlab.contracts import Column
from crmlab.loaders._sources.source import Opened

__all__ = ["Contents", "look_into"]

# Of the filled cells; the rest may be totals, notes and typing errors.
_MOST = 0.8
_MISSING = ("", "null", "nan", "none", "nat", "<na>", "n/a", "#n/a", "-")

_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez"
_DATE = re.compile(
    r"\D{0,12}(\d{4}[-/.년年] ?\d{1,2}[-/.월月]|\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4}\b"
    rf"|\d{{1,2}}[-. ]+({_MONTH_NAMES})|({_MONTH_NAMES})[a-z]*[-. ]+\d{{1,2}}"
    r"|(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6})?$)"
)
_CODE = "krw|usd|eur|gbp|jpy|cny|chf|cad|aud|mxn|brl|inr|twd|sek|nok|dkk|pln|try|zar"
_SIGN = re.compile(rf"[$€£¥₩￦원円元]|\b({_CODE})\b")
_NUMBER = re.compile(
    rf"\W{{0,3}}((?:{_CODE}|us|r|kr|rs\.?)(?=[\s$]))?\W{{0,3}}\d[\d.,'\s]*\D{{0,5}}"
)
_CENTS = re.compile(r"[.,]\d*[1-9]\d*\D*$|[.,]\d{2}\D*$")
_FLAG = re.compile(r"true|false|t|f|yes|no|y|n|[01](\.0)?|예|아니오|ja|nein")


@dataclass(frozen=True)
class Contents:
    """What most of the filled cells of a column are; a column not looked into is `filled` only.

    `share` of the cells are filled. `pieces` are small whole numbers, as of things bought; `money`
    has cents or the sign of a currency; `stamps` may be days as spreadsheets or clocks count them.
    """

    filled: bool = True
    share: float = 1.0
    seen: bool = False
    dates: bool = False
    numbers: bool = False
    stamps: bool = False
    pieces: bool = False
    money: bool = False
    flags: bool = False
    repeats: bool = False
    numbered: bool = False
    few: bool = False

    def allow(self, column: Column) -> bool:
        """Whether the cells may be what a column of ours holds."""
        if not self.seen:
            return self.filled
        if column.kind == "time":
            return self.dates or self.stamps or (self.numbered and not self.numbers)
        if column.kind == "number":
            return self.numbers and not self.dates
        if column.kind == "flag":
            return self.flags or (self.few and not self.dates and not self.numbers)
        if column.kind == "id":
            return not self.dates and not self.money
        return not self.dates and (column.personal or not self.numbers)

    def show(self, column: Column) -> bool:
        """Whether the cells tell by themselves what they are."""
        if not self.seen:
            return False
        if column.kind == "time":
            return self.dates
        if column.kind == "number":
            return self.money and not self.dates
        if column.kind == "id":
            return self.repeats and not (self.dates or self.money or self.pieces or self.few)
        return column.kind == "flag" and self.flags and not self.numbers


def look_into(opened: Opened, names: Iterable[str]) -> dict[str, Contents]:
    """Look into the first rows of columns; where that fails, names must do."""
    names = list(names)
    try:
        sample = opened.look(names)
    except engine_errors():
        return dict.fromkeys(names, Contents())
    cells = {name: _list_cells(sample[name]) for name in names}
    if not any(map(len, cells.values())):
        return dict.fromkeys(names, Contents())
    return {name: _describe(texts, len(sample)) for name, texts in cells.items()}


def _list_cells(column: pd.Series) -> list[str]:
    """The filled cells as text in small letters."""
    written = [str(value).strip().casefold() for value in column.astype(object)]
    return [text for text in written if text not in _MISSING]


def _describe(texts: list[str], n_rows: int) -> Contents:
    if not texts:
        return Contents(filled=False)
    n_distinct = len(set(texts))
    numbers = _most(bool(_NUMBER.fullmatch(text)) for text in texts)
    values = [_as_number(text) for text in texts] if numbers else []
    return Contents(
        share=len(texts) / n_rows,
        seen=True,
        dates=_most(bool(_DATE.match(text)) for text in texts),
        numbers=numbers,
        stamps=_most(_is_stamp(value) for value in values),
        pieces=_are_pieces(texts, values),
        money=numbers and _has_cents(texts),
        flags=all(_FLAG.fullmatch(text) for text in texts),
        repeats=n_distinct < len(texts),
        numbered=_most(any(map(str.isdigit, text)) for text in texts),
        few=n_distinct <= max(2, len(texts) // 20),
    )


def _most(flags: Iterable[bool]) -> bool:
    found = list(flags)
    return bool(found) and sum(found) >= _MOST * len(found)


def _as_number(text: str) -> float:
    digits = re.sub(r"[^\d.]", "", text).strip(".")
    return float(digits) if digits.count(".") <= 1 and digits.strip(".") else float("inf")


def _is_stamp(value: float) -> bool:
    """Days since 1900, as in 1995 to 2050, or seconds or milliseconds since 1970, from 2001."""
    return any(low <= value < 2 * low for low in (1e9, 1e12)) or 34_700 <= value < 55_000


def _are_pieces(texts: list[str], values: list[float]) -> bool:
    """Whether numbers are small and whole, as counts of pieces are."""
    whole = _most(value.is_integer() for value in values)
    return whole and not _has_cents(texts) and sorted(values)[len(values) // 2] <= 5


def _has_cents(texts: list[str]) -> bool:
    """Whether some have cents, or most the sign of a currency."""
    signs = _most(bool(_SIGN.search(text)) for text in texts)
    return signs or sum(bool(_CENTS.search(text)) for text in texts) > 0.1 * len(texts)
