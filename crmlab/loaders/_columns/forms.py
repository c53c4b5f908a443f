"""Write amounts of unusual forms plainly: other digits, hidden marks, no cents, and 3만 5천.

Few cells of few files hold them, so Python reads them; what it cannot read stays as it is.
"""

import re
import unicodedata
from decimal import Decimal

__all__ = ["simplify"]

# Units, the largest first: each counts what stands before it, and what follows is less than one.
_UNITS = {
    "조兆": 10**12, "억億亿": 10**8, "만万萬": 10**4, "천千": 1_000, "백百": 100, "십十": 10,
}  # fmt: skip
_ANY_UNIT = "".join(_UNITS)
_IN_UNITS = re.compile(rf"\d[\d,.\s]*[{_ANY_UNIT}][\d,.\s{_ANY_UNIT}]*")
_NUMBER = re.compile(r"[1-9]\d{0,2}(,\d{3})+|\d+(\.\d+)?")
# No cents, as in "5,-" and "5.–".
_NO_CENTS = re.compile(r"(?<=\d)[.,][-\u2010-\u2015\u2212]{1,2}(?![\d.,])")
# Marks of Arabic numbers, which mean one thing only.
_MARKS = {"٫": ".", "٬": "'"}


def simplify(written: str) -> str:
    """An amount in plain digits and marks, where it has one reading; else what was written.

    Examples
    --------
    >>> simplify("3만 5천원"), simplify("１２，０００"), simplify("CHF 5.–"), simplify("3만5")
    ('35000원', '12,000', 'CHF 5', '3만5')
    """
    text = "".join(map(_find_plain, written))
    return _IN_UNITS.sub(_write_out, _NO_CENTS.sub("", text))


def _find_plain(letter: str) -> str:
    """The plain form of a character that stands for it in full width, or in another script."""
    if letter.isascii():
        return letter
    if unicodedata.category(letter) == "Nd":
        return str(unicodedata.decimal(letter))
    # Marks that are not seen; but a soft hyphen may be a minus.
    if unicodedata.category(letter) == "Cf" and letter != "\u00ad":
        return ""
    if "！" <= letter <= "～":
        return chr(ord(letter) - 0xFEE0)
    return _MARKS.get(letter, letter)


def _write_out(match: re.Match[str]) -> str:
    number = _count_units("".join(match[0].split()))
    return match[0] if number is None or number != int(number) else str(int(number))


def _count_units(text: str) -> Decimal | None:
    """The number that is written in units, or None where it has two readings or none.

    3만5천 is 35,000; but 3만5 may be 35,000 or 30,005, so what follows a unit without one of its
    own must have three digits or all that there can be.
    """
    for letters, size in _UNITS.items():
        before, unit, after = _split(text, letters)
        if unit:
            head, tail = _count_units(before or "1"), _count_units(after or "0")
            short = after.isdigit() and len(after) < min(3, len(str(size)) - 1)
            if head is None or tail is None or short or tail >= size:
                return None
            return head * size + tail
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def _split(text: str, letters: str) -> tuple[str, str, str]:
    """What stands before the first of some letters, that letter, and what stands after it."""
    found = re.search(f"[{letters}]", text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")
