"""Argument checks that every module shares: one wording for argument, rule, value, remedy."""

import datetime as dt
import numbers
from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab._errors import InputError, InputTypeError

__all__ = [
    "check_choice",
    "check_columns",
    "check_count",
    "check_day",
    "check_fraction",
    "check_vector",
]


def check_choice(name: str, value: object, allowed: Iterable[str]) -> None:
    """Raise InputError unless `value` is one of the `allowed` words; suggest the nearest."""
    allowed = list(allowed)
    if value not in allowed:
        folded = {word.casefold(): word for word in allowed}
        near = get_close_matches(str(value).casefold(), folded, n=1)
        hint = f" Did you mean {folded[near[0]]!r}?" if near else ""
        choices = ", ".join(map(repr, allowed))
        raise InputError(f"`{name}` must be one of {choices}; got {value!r}.{hint}")


def check_fraction(name: str, value: float, *, open_ends: bool = False) -> float:
    """Return `value` as a float in [0, 1], or in (0, 1) with `open_ends`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputTypeError(f"`{name}` must be a number; got {type(value).__name__}.")
    inside = 0 < value < 1 if open_ends else 0 <= value <= 1
    if not inside:
        bounds = "(0, 1)" if open_ends else "[0, 1]"
        raise InputError(f"`{name}` must be in {bounds}; got {value!r}.")
    return float(value)


def check_count(name: str, value: int, *, minimum: int = 1) -> int:
    """Return `value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputTypeError(f"`{name}` must be a whole number; got {value!r}.")
    if value < minimum:
        raise InputError(f"`{name}` must be at least {minimum}; got {value!r}.")
    return int(value)


def check_day(name: str, value: str | dt.date | pd.Timestamp | None) -> dt.date | None:
    """Return `value` as a day, or None where it is None."""
    if value is None:
        return None
    # A number would pass as nanoseconds since 1970.
    stamp = pd.NaT if isinstance(value, numbers.Number) else pd.to_datetime(value, errors="coerce")
    if not isinstance(stamp, pd.Timestamp):
        raise InputError(f"`{name}` must be a date such as '1997-09-30'; got {value!r}.")
    return stamp.date()


def check_vector(
    name: str, value: ArrayLike, *, negative: bool = False, remedy: str = ""
) -> NDArray[np.float64]:
    """Return `value` as a finite one-dimensional float array with at least one entry.

    Negative entries are refused unless `negative` is true; `remedy` says what to do about them.
    """
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputTypeError(f"`{name}` must hold numbers; {error}.") from error
    if array.ndim != 1:
        raise InputError(f"`{name}` must have one dimension; got {array.ndim}. Pass one column.")
    if array.size == 0:
        raise InputError(f"`{name}` must hold at least one customer; got none.")
    bad = ~np.isfinite(array)
    if bad.any():
        raise InputError(
            f"`{name}` must be finite and not missing; {bad.sum():,} of {array.size:,} are not. "
            "Drop or fill those customers first."
        )
    if not negative and (array < 0).any():
        raise InputError(
            f"`{name}` must not be negative; {(array < 0).sum():,} of {array.size:,} are."
            + (f" {remedy}" if remedy else "")
        )
    return array


def check_columns(present: Iterable[str], required: Iterable[str], *, what: str) -> None:
    """Raise InputError naming the `required` columns that are missing and those `present`."""
    present = list(present)
    missing = [name for name in required if name not in present]
    if missing:
        raise InputError(
            f"{what} lacks {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(repr, present)) or 'no columns'}."
        )
