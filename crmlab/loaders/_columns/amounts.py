"""Read amounts written as text, where one reading fits what most of the column shows.

`_look` counts how cells are written, `marks` chooses the reading from that, and `_read` turns text
into numbers and says for each value it could not read what is wrong with it.
"""

import re
from collections.abc import Iterable
from typing import Any

import ibis

from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.loaders._columns.forms import simplify
from crmlab.loaders._columns.marks import (
    UNCOUNTED,
    AmountReading,
    Decimal,
    Rest,
    Seen,
    choose_reading,
)
from crmlab.loaders._columns.text import (
    SPACE,
    TIMES,
    Cells,
    is_blank,
    rewrite,
    split_typed,
    stage,
    trim,
)
from crmlab.loaders._columns.words import find_words
from crmlab.loaders._sources.source import NUMBER

__all__ = ["AMOUNT_PROBLEMS", "look_through", "read_number"]

AMOUNT_PROBLEMS = ("unreadable", "ambiguous", "in another currency")

# Sign or word of a currency -> its code; crowns are those of several countries.
_WORDS = find_words("currency", {}) | {"kr": "", "kr.": ""}
_CODES = {word.replace(" ", ""): code for word, code in _WORDS.items()}


def _match_any(words: Iterable[str]) -> str:
    """A pattern of any of some words, of which longer ones come first."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\$", r" ?\$") for word in longest)


_SIGN = _match_any(_WORDS)
_CODE = _match_any(word for word, code in _WORDS.items() if word == code.lower())
_GROUP = "[ \u00a0\u2000-\u200a\u202f'’]"
_DASH = "-\u2010-\u2015\u2212"
_PLUS_MINUS = f"[{_DASH}△▲+]"
# A sign is on one side only, brackets on both; a currency is never between digits.
_WHOLE = rf"^(\([^()]*\)|{_PLUS_MINUS}?[^()]*[^{_DASH}()]|[^{_DASH}△▲+()][^()]*)$"
_NEGATIVE = rf"^[{_DASH}△▲(]|[{_DASH}]$"
_AROUND = rf"^\({SPACE}*|{SPACE}*\)$|^{_PLUS_MINUS}{SPACE}*|{SPACE}*[{_DASH}]$"
_BETWEEN = rf"\d{SPACE}*({_SIGN}){SPACE}*\d"
# What fits a decimal point, and a decimal comma. A group of thousands never starts with 0.
_GROUPED = rf"[1-9]\d{{0,2}}({_GROUP}\d{{3}})+"
_MARKS: dict[Decimal, str] = {".": r"\.", ",": ","}
_FITS = {
    decimal: rf"^((\d+|[1-9]\d{{0,2}}({group}\d{{3}})+|{_GROUPED})({mark}\d*)?|{mark}\d+"
    rf"|\d+({mark}\d*)?e[+-]?\d+)$"
    for (decimal, mark), group in zip(_MARKS.items(), (",", r"\."), strict=True)
}
_LAKHS = r"^[1-9]\d?(,\d\d)+,\d{3}(\.\d*)?$"
_INFINITE = "^inf(inity)?$"
# What Python has to write plainly first: see `forms`.
_USUAL = "".join(sorted({letter for letter in "".join(_WORDS) if not letter.isascii()}))
_UNUSUAL = rf"[^ -~\t\r\n’△▲{_DASH[1:]}{SPACE[1:-1]}{_USUAL}]|[.,][{_DASH}]"


def read_number(
    name: str, table: Any, theirs: str, decimal: Decimal | None, rest: Rest, *, written: Any = None
) -> Cells:
    """Read a column of numbers, or of amounts written as text.

    `rest` says what the rest of the file shows. `written` is the same table without steps of other
    columns, which is faster to look through.
    """
    column = table[theirs]
    kind = column.type()
    if kind.is_string():
        typed, text = split_typed(table, theirs, NUMBER)
        seen = look_through(table if written is None else written, theirs)
        if seen.ways["unusual"]:
            table, text = stage(table, text)
            table, text, _ = rewrite(table, text, _UNUSUAL, simplify)
            seen = _look(table, text)
        reading = choose_reading(seen, _CODES, decimal, theirs, rest)
        table, value, problem = _read(table, text, reading)
        value = value if typed is None else typed.coalesce(value)
        return Cells(table, value, problem, str(reading), currency=reading.currency)
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold numbers or amounts as text; it holds {kind}.")
    number = column.cast("float64")
    # pandas writes a missing number as nan, which no engine counts as null.
    return Cells(table, ibis.ifelse(number.isnan(), None, number))


def look_through(table: Any, theirs: str) -> Seen:
    """Count how the cells of a text column are written."""
    return _look(table, split_typed(table, theirs, NUMBER)[1])


def _strip_currency(text: Any, sign: str) -> Any:
    """Lower-case text without the currencies that a pattern finds, and white space around it."""
    sign = f"{SPACE}*({sign}){SPACE}*|" if sign else ""
    return text.lower().re_replace(f"{sign}^{SPACE}+|{SPACE}+$", "")


def _strip_sign(bare: Any) -> Any:
    """The digits and marks, without sign and accounting brackets."""
    return bare.re_replace(_AROUND, "")


def _find_sign(text: Any) -> Any:
    """The first currency that is written beside an amount, or nothing."""
    return text.lower().re_extract(f"({_SIGN})", 0).fill_null("").replace(" ", "")


def _find_code(text: Any) -> Any:
    """The code of a currency beside an amount, which tells more than a sign: "$5 CAD"."""
    return text.lower().re_extract(f"(^|[^a-z])({_CODE})([^a-z]|$)", 2).fill_null("")


def _look(table: Any, text: Any) -> Seen:
    """Count in one query, over distinct values, how many cells are written in which way."""
    times = table[TIMES] if TIMES in table.columns else ibis.literal(1)
    values = table.select(value=text, n=times).group_by("value").aggregate(n=lambda t: t.n.sum())
    values = values.filter(values.value.notnull())
    values = values.mutate(digits=_strip_sign(_strip_currency(values.value, _SIGN)))
    written = {"sign": _find_sign(values.value), "code": _find_code(values.value)}
    values = values.select("n", way=_find_way(values), **written)
    found = execute(values.group_by("way", "sign", "code").aggregate(n=values.n.sum()))
    seen = Seen()
    columns = found[["way", "sign", "code", "n"]]
    for way, sign, code, number in columns.itertuples(index=False, name=None):
        seen.ways[way] += int(number)
        if sign and way not in UNCOUNTED:
            seen.signs[code or sign] += int(number)
            seen.words.update({sign, code} - {""})
    return seen


def _find_way(values: Any) -> Any:
    """In which way each value is written, in the words of `Seen`."""
    digits = values.digits
    ways = [(values.value.re_search(_UNUSUAL), "unusual")]
    ways.append((values.value.lower().re_search(_BETWEEN), "torn"))
    for decimal, mark in _MARKS.items():
        ways += [
            (digits.re_search(rf"^[1-9]\d{{0,2}}{mark}\d00$"), "round" + decimal),
            (digits.re_search(rf"^[1-9]\d{{0,2}}{mark}\d{{3}}$"), "three" + decimal),
        ]
    plain = digits.re_search(_FITS["."]) & digits.re_search(_FITS[","])
    ways.append((plain, "plain"))
    for (decimal, mark), group in zip(_MARKS.items(), (",", r"\."), strict=True):
        fits = digits.re_search(_FITS[decimal])
        ways += [
            (fits & digits.re_search(rf"{mark}\d{{3,}}(e|$)"), "fine" + decimal),
            (fits & digits.re_search(rf"^[^{mark}]*({group}\d{{3}}){{2}}$"), "large" + decimal),
            (fits, "only" + decimal),
        ]
    return ibis.cases(*ways, (digits.re_search(_LAKHS), "lakhs"), else_="unread")


def _read(table: Any, written: Any, reading: AmountReading) -> tuple[Any, Any, Any]:
    """Return the table, its numbers and, beside them, a problem in words or null.

    The steps become columns of the table, so that each runs once. An infinite amount is a number
    here; that nothing costs that much is a rule of the contract.
    """
    sign = _match_any(word for word in _WORDS if word.replace(" ", "") in reading.words)
    table, bare = stage(table, _strip_currency(written, sign))
    table, digits = stage(table, _strip_sign(bare))
    fits = digits.re_search(_FITS[reading.decimal])
    if reading.lakhs and reading.decimal == ".":
        fits = fits | digits.re_search(_LAKHS)
    table, size = stage(
        table,
        ibis.cases(
            (~bare.re_search(_WHOLE), ibis.null("float64")),
            (fits, _to_plain(digits, reading.decimal).try_cast("float64")),
            (digits.re_search(_INFINITE), ibis.literal(float("inf"))),
        ),
    )
    problem = ibis.cases(
        *_find_faults(written, digits, size, reading),
        (size.notnull() | is_blank(trim(written)), ibis.null("string")),
        else_="unreadable",
    )
    table, problem = stage(table, problem)
    value = ibis.ifelse(bare.re_search(_NEGATIVE), -size, size)
    return table, ibis.ifelse(problem.isnull(), value, None), problem


def _find_faults(
    written: Any, digits: Any, size: Any, reading: AmountReading
) -> list[tuple[Any, str]]:
    """What may be wrong with amounts that look like numbers, as the column gives cause."""
    faults = []
    if reading.foreign:
        code = _find_code(written)
        sign = ibis.ifelse(code != "", code, _find_sign(written))
        faults.append((size.notnull() & sign.isin(reading.foreign), "in another currency"))
    if reading.refuse:
        three = rf"^[1-9]\d{{0,2}}[{reading.refuse}]\d{{3}}$"
        faults.append((digits.re_search(three), "ambiguous"))
    if reading.mixed:
        other = digits.re_search(_FITS["," if reading.decimal == "." else "."])
        faults.append((size.isnull() & other, "ambiguous"))
    if reading.doubted:
        mark = _MARKS[reading.decimal]
        faults.append((size.notnull() & digits.re_search(rf"{mark}\d*(e[+-]?\d+)?$"), "ambiguous"))
    if reading.whole:
        cents = digits.re_search(rf"{_MARKS[reading.decimal]}\d*[1-9]\d*$")
        faults.append((cents & size.notnull(), "unreadable"))
    if reading.torn:
        faults.append((written.lower().re_search(_BETWEEN), "unreadable"))
    return faults


def _to_plain(digits: Any, decimal: Decimal) -> Any:
    """Digits with a decimal point and without marks between thousands."""
    group = "," if decimal == "." else "."
    return digits.re_replace(_GROUP, "").replace(group, "").replace(decimal, ".")
