"""Read amounts written as text, where one reading fits the whole column.

`1,234` is more than a thousand in Seoul and less than two in Berlin. The column decides: the
aggregates of `_profile` count which values fit only one reading, `_choose` picks the reading, and
`_read` turns text into numbers and says for each value it could not read what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from crmlab.contracts import ContractError
from crmlab.loaders._columns.text import (
    SPACE,
    Cells,
    is_blank,
    profile_distinct,
    split_typed,
    stage,
    trim,
)
from crmlab.loaders._sources.source import NUMBER

__all__ = ["AMOUNT_PROBLEMS", "AmountReading", "read_number"]

AMOUNT_PROBLEMS = ("unreadable", "ambiguous", "in another currency")

# Sign or word of a currency -> its code. Letters next to a sign ("nt$") are left over and refused.
_CURRENCIES = {
    "KRW": "₩|￦|원|krw",
    "USD": r"\$|usd",
    "EUR": "€|eur",
    "GBP": "£|gbp",
    "JPY": "¥|￥|円|jpy",
    "CNY": "元|cny|rmb",
    "CHF": "chf",
}
_ANY_CURRENCY = "|".join(_CURRENCIES.values())
_GROUP = "[ \u00a0\u202f'’]"
_MINUS, _SIGN = "[-−]", "[-−+]"
# A sign is on one side only, brackets on both; a currency is never between digits.
_WHOLE = rf"^(\([^()]*\)|{_SIGN}?[^()]*[^-−()]|[^-−+()][^()]*)$"
_NEGATIVE = rf"^(\(|{_MINUS})|{_MINUS}$"
_AROUND = rf"^\({SPACE}*|{SPACE}*\)$|^{_SIGN}{SPACE}*|{SPACE}*{_MINUS}$"
_BETWEEN = rf"\d{SPACE}*({_ANY_CURRENCY}){SPACE}*\d"
_EXPONENT = r"(e[+-]?\d+)?"
# What fits a decimal point, and a decimal comma. A group of thousands never starts with 0.
_GROUPED = rf"[1-9]\d{{0,2}}({_GROUP}\d{{3}})+"
_POINT = rf"^((\d+|[1-9]\d{{0,2}}(,\d{{3}})+|{_GROUPED})(\.\d*)?|\.\d+){_EXPONENT}$"
_COMMA = rf"^((\d+|[1-9]\d{{0,2}}(\.\d{{3}})+|{_GROUPED})(,\d*)?|,\d+){_EXPONENT}$"
_INFINITE = "^inf(inity)?$"

Decimal = Literal[".", ","]
_PATTERN = {".": _POINT, ",": _COMMA}


@dataclass(frozen=True)
class AmountReading:
    """How a text column of amounts is read.

    `decimal` is the decimal mark. With `mixed`, some values fit only the other mark, so values
    that fit both are ambiguous. With `refuse`, values with one of those marks before three
    digits cannot be told apart from thousands.
    """

    decimal: Decimal
    mixed: bool = False
    refuse: tuple[str, ...] = ()
    currency: str | None = None

    def __str__(self) -> str:
        """Say the reading in words."""
        mark = "point" if self.decimal == "." else "comma"
        return f"decimal {mark}" + (f", {self.currency}" if self.currency else "")


def read_number(
    name: str, table: Any, theirs: str, decimal: Decimal | None, *, written: Any = None
) -> Cells:
    """Read a column of numbers, or of amounts written as text.

    `written` is the same table without steps of other columns, which is faster to look through.
    """
    column = table[theirs]
    kind = column.type()
    if kind.is_string():
        typed, text = split_typed(table, theirs, NUMBER)
        _, seen = split_typed(table if written is None else written, theirs, NUMBER)
        reading = _choose(profile_distinct(seen, _profile), decimal)
        table, value, problem = _read(table, text, reading)
        value = value if typed is None else typed.coalesce(value)
        return Cells(table, value, problem, str(reading), currency=reading.currency or "")
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold numbers or amounts as text; it holds {kind}.")
    number = column.cast("float64")
    # pandas writes a missing number as nan, which no engine counts as null.
    return Cells(table, ibis.ifelse(number.isnan(), None, number))


def _strip_currency(text: Any) -> Any:
    """Lower-case text without currency and white space around it."""
    return text.lower().re_replace(f"{SPACE}*({_ANY_CURRENCY}){SPACE}*|^{SPACE}+|{SPACE}+$", "")


def _strip_sign(bare: Any) -> Any:
    """The digits and marks, without sign and accounting brackets."""
    return bare.re_replace(_AROUND, "")


def _profile(text: Any) -> dict[str, Any]:
    """Aggregates that count the values which decide the reading."""
    digits = _strip_sign(_strip_currency(text))
    point, comma = digits.re_search(_POINT), digits.re_search(_COMMA)
    both = point & comma & digits.re_search("[.,]")
    counts = {
        "point_only": point & ~comma,
        "comma_only": comma & ~point,
        "point_fine": point & ~comma & digits.re_search(r"\.\d{3,}$"),
        "comma_fine": comma & ~point & digits.re_search(r",\d{3,}$"),
        "comma_either": both & digits.contains(","),
        "point_either": both & digits.contains("."),
    }
    for code, pattern in _CURRENCIES.items():
        counts[code] = text.lower().re_search(pattern)
    return {name: flag.sum().fill_null(0) for name, flag in counts.items()}


def _choose(counts: Mapping[str, int], decimal: Decimal | None = None) -> AmountReading:
    """Pick the reading from the counts of `_profile`; `decimal` overrules them."""
    signs = {code: int(counts[code]) for code in _CURRENCIES if counts[code]}
    currency = max(signs, key=lambda code: signs[code]) if signs else None
    point, comma = int(counts["point_only"]), int(counts["comma_only"])
    if decimal is not None:
        return AmountReading(decimal, currency=currency)
    either = bool(counts["comma_either"] and counts["point_either"])
    if point or comma:
        best: Decimal = "." if point >= comma else ","
        # `1.234` beside `1,234` and `12.50` is only a number where others have three decimals.
        fine = counts["point_fine" if best == "." else "comma_fine"]
        refuse = (best,) if either and not fine else ()
        return AmountReading(best, bool(point and comma), refuse, currency)
    if either:
        return AmountReading(".", refuse=(",", "."), currency=currency)
    if counts["point_either"] and currency:
        # "1.234 €" is a thousand to those who write the sign, and 1.234 to a spreadsheet.
        return AmountReading(".", refuse=(".",), currency=currency)
    return AmountReading(".", currency=currency)


def _read(table: Any, written: Any, reading: AmountReading) -> tuple[Any, Any, Any]:
    """Return the table, its numbers and, beside them, a problem in words or null.

    The steps become columns of the table, so that each runs once. An infinite amount is a number
    here; that nothing costs that much is a rule of the contract.
    """
    table, bare = stage(table, _strip_currency(written))
    table, digits = stage(table, _strip_sign(bare))
    fits = digits.re_search(_PATTERN[reading.decimal])
    other = digits.re_search(_PATTERN["," if reading.decimal == "." else "."])
    table, size = stage(
        table,
        ibis.cases(
            (~bare.re_search(_WHOLE), ibis.null("float64")),
            (fits, _to_plain(digits, reading.decimal).try_cast("float64")),
            (digits.re_search(_INFINITE), ibis.literal(float("inf"))),
        ),
    )
    signed = written.lower().re_search(_ANY_CURRENCY)
    foreign, ambiguous = ibis.literal(False), ibis.literal(False)
    if reading.currency:
        foreign = signed & ~written.lower().re_search(_CURRENCIES[reading.currency])
    if reading.mixed:
        ambiguous = other & digits.re_search("[.,]")
    elif reading.refuse:
        ambiguous = fits & other & digits.re_search(f"[{''.join(reading.refuse)}]")
    problem = ibis.cases(
        (foreign, "in another currency"),
        (ambiguous, "ambiguous"),
        (signed & written.lower().re_search(_BETWEEN), "unreadable"),
        (size.notnull() | is_blank(trim(written)), ibis.null("string")),
        else_="unreadable",
    )
    table, problem = stage(table, problem)
    value = ibis.ifelse(bare.re_search(_NEGATIVE), -size, size)
    return table, ibis.ifelse(problem.isnull(), value, None), problem


def _to_plain(digits: Any, decimal: Decimal) -> Any:
    """Digits with a decimal point and without marks between thousands."""
    group = "," if decimal == "." else "."
    return digits.re_replace(_GROUP, "").replace(group, "").replace(decimal, ".")
