"""Read amounts written as text, where one reading fits the whole column.

`1,234` is a thousand in Seoul and one and a bit in Berlin. The column decides: the aggregates of
`profile` count which values fit only one reading, `choose` picks the reading, and `read` turns
text into numbers and says for each value it could not read what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from crmlab.loaders._text import blank, trimmed

__all__ = ["AMOUNT_PROBLEMS", "AmountReading", "choose", "profile", "read"]

AMOUNT_PROBLEMS = ("unreadable", "ambiguous", "in another currency", "infinite")

# Sign or word of a currency -> its code. Letters next to a sign ("NT$") are left over and refused.
_CURRENCIES = {
    "KRW": "₩|￦|원|krw",
    "USD": r"\$|usd",
    "EUR": "€|eur",
    "GBP": "£|gbp",
    "JPY": "¥|￥|円|jpy",
    "CNY": "元|cny|rmb",
    "CHF": "chf",
}
_ANY_CURRENCY = "(?i)" + "|".join(_CURRENCIES.values())
_SPACES = " \u00a0\u202f"
_GROUP = f"[{_SPACES}'’]"
_EXPONENT = r"([eE][+-]?\d+)?"
# What fits a decimal point, and a decimal comma. A group of thousands never starts with 0.
_GROUPED = rf"[1-9]\d{{0,2}}({_GROUP}\d{{3}})+"
_POINT = rf"^(\d+|[1-9]\d{{0,2}}(,\d{{3}})+|{_GROUPED})(\.\d*)?{_EXPONENT}$|^\.\d+$"
_COMMA = rf"^(\d+|[1-9]\d{{0,2}}(\.\d{{3}})+|{_GROUPED})(,\d*)?$|^,\d+$"
_INFINITE = r"(?i)^[+-]?inf(inity)?$"

Decimal = Literal[".", ","]


@dataclass(frozen=True)
class AmountReading:
    """How a text column of amounts is read.

    `decimal` is the decimal mark. With `mixed`, some values fit only the other mark, so values
    that fit both cannot be trusted. With `refuse`, values with that one mark before three
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


def _unsigned(text: Any) -> Any:
    """The digits and marks: without currency, sign and accounting brackets."""
    bare = trimmed(text.re_replace(_ANY_CURRENCY, ""))
    inner = trimmed(bare.re_replace(r"^\((.*)\)$", r"\1"))
    return trimmed(inner.re_replace("^[-−+]|[-−]$", ""))


def _negative(text: Any) -> Any:
    bare = trimmed(text.re_replace(_ANY_CURRENCY, ""))
    return bare.re_search(r"^\(.*\)$|^[-−]|[-−]$")


def profile(text: Any) -> dict[str, Any]:
    """Aggregates that count the values which decide the reading."""
    digits = _unsigned(text)
    point, comma = digits.re_search(_POINT), digits.re_search(_COMMA)
    marked = digits.re_search("[.,]")
    both = point & comma & marked
    counts = {
        "point_only": point & ~comma,
        "comma_only": comma & ~point,
        "comma_either": both & digits.contains(","),
        "point_either": both & digits.contains("."),
    }
    for code, pattern in _CURRENCIES.items():
        counts[code] = text.re_search("(?i)" + pattern)
    return {name: flag.sum().fill_null(0) for name, flag in counts.items()}


def choose(counts: Mapping[str, int], decimal: Decimal | None = None) -> AmountReading:
    """Pick the reading from the counts of `profile`; `decimal` overrules them."""
    signs = {code: int(counts[code]) for code in _CURRENCIES if counts[code]}
    currency = max(signs, key=lambda code: signs[code]) if signs else None
    point, comma = int(counts["point_only"]), int(counts["comma_only"])
    if decimal is not None:
        return AmountReading(decimal, currency=currency)
    if point or comma:
        best: Decimal = "." if point >= comma else ","
        both_ways = bool(point and comma)
        return AmountReading(best, mixed=both_ways, currency=currency)
    refuse: tuple[str, ...] = ()
    if counts["comma_either"] and counts["point_either"]:
        refuse = (",", ".")
    elif counts["point_either"] and currency:
        # "1.234 €" is a thousand to those who write the sign, and 1.234 to a spreadsheet.
        refuse = (".",)
    return AmountReading(".", refuse=refuse, currency=currency)


def read(text: Any, reading: AmountReading) -> tuple[Any, Any]:
    """Return the numbers and, beside them, a problem in words or null."""
    digits = _unsigned(text)
    fits, other = (_POINT, _COMMA) if reading.decimal == "." else (_COMMA, _POINT)
    group = "," if reading.decimal == "." else "."
    plain = digits.re_replace(_GROUP, "").replace(group, "").replace(reading.decimal, ".")
    size = ibis.ifelse(digits.re_search(fits), plain, None).try_cast("float64")
    value = ibis.ifelse(_negative(text), -size, size)

    ambiguous = ibis.literal(False)
    if reading.mixed:
        ambiguous = digits.re_search(other) & digits.re_search("[.,]")
    for mark in reading.refuse:
        ambiguous = ambiguous | (digits.contains(mark) & digits.re_search(_COMMA))
    foreign = ibis.literal(False)
    if reading.currency:
        foreign = text.re_search(_ANY_CURRENCY) & ~text.re_search(
            "(?i)" + _CURRENCIES[reading.currency]
        )
    infinite = text.strip().re_search(_INFINITE) | value.isinf()
    problem = ibis.cases(
        (blank(text), ibis.null("string")),
        (foreign, "in another currency"),
        (infinite, "infinite"),
        (ambiguous, "ambiguous"),
        (value.isnull(), "unreadable"),
    )
    return ibis.ifelse(problem.isnull(), value, None), problem
