"""Numbers, and names of kinds, as a reader writes them."""

import math

__all__ = ["name_kind", "show_number"]

_GREAT, _SMALL = 1e18, 1e-4


def show_number(number: float) -> str:
    """Write a number with six digits at least, with commas between thousands.

    Examples
    --------
    >>> show_number(5e6), show_number(1 / 3), show_number(1234.5), show_number(float("nan"))
    ('5,000,000', '0.333333', '1,234.5', 'nan')
    """
    if not math.isfinite(number):
        return str(number)
    if number == int(number) and abs(number) < _GREAT:
        return f"{int(number):,}"
    if not _SMALL <= abs(number) < _GREAT:
        return f"{number:.6g}"
    digits = max(0, 6 - len(str(int(abs(number)))) + (abs(number) < 1))
    shown = f"{number:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if digits else shown


def name_kind(kind: str) -> str:
    """Put the article before the name of a type.

    Examples
    --------
    >>> name_kind("int"), name_kind("list"), name_kind("ndarray")
    ('an int', 'a list', 'an ndarray')
    """
    # The letters of ndarray are spelt, so that a vowel is heard first.
    return f"{'an' if kind[:1] in 'aeioAEIO' or kind.startswith('nd') else 'a'} {kind}"
