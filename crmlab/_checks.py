"""Argument checks that every module shares: one wording for argument, rule, value, remedy."""

import codecs
import datetime as dt
import math
import numbers
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._dates import find_days
from crmlab._errors import InputError, InputTypeError

__all__ = [
    "check_choice",
    "check_column",
    "check_columns",
    "check_count",
    "check_day",
    "check_encoding",
    "check_fraction",
    "check_number",
    "check_size",
    "check_vector",
    "check_zone",
    "name_type",
]

_LARGEST = 1e150  # whose square, times the customers of any base, is still a number
_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}


def check_choice(name: str, value: object, allowed: Iterable[str]) -> None:
    """Raise InputError unless `value` is one of the `allowed` words; suggest the nearest."""
    allowed = list(allowed)
    if not isinstance(value, str) or value not in allowed:
        folded = {word.casefold(): word for word in allowed}
        near = get_close_matches(str(value).casefold(), folded, n=1)
        hint = f" Did you mean {folded[near[0]]!r}?" if near else ""
        choices = ", ".join(map(repr, allowed))
        raise InputError(f"`{name}` must be one of {choices}; got {_written(value)}.{hint}")


def check_number(
    name: str,
    value: Any,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    open_low: bool = False,
    open_high: bool = False,
    finite: bool = True,
    remedy: str = "",
) -> float:
    """Return one number as a float between `low` and `high`; nan is always refused.

    Numbers of numpy, decimals and fractions pass; booleans and text do not. Each bound may be
    left out of its range (`open_low`, `open_high`). Without `finite`, infinity passes where no
    bound is in its way. `remedy` says what else the caller should know.

    Examples
    --------
    >>> check_number("discount_rate", 0.1, low=-1, open_low=True)
    0.1
    >>> check_number("horizon", -3, low=0, remedy="It is a length of time.")
    Traceback (most recent call last):
    crmlab.InputError: `horizon` must be finite and at least 0; got -3. It is a length of time.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise InputTypeError(f"`{name}` must be a number; got {_written(value)}.")
    number = _as_float(value)
    above = number > low if open_low else number >= low
    below = number < high if open_high else number <= high
    if not (above and below) or (finite and math.isinf(number)):
        rule = _range_words(low, high, open_low, open_high, finite)
        raise InputError(f"`{name}` must be {rule}; got {value!r}." + _follow(remedy))
    return number


def check_fraction(name: str, value: Any, *, open_ends: bool = False) -> float:
    """Return `value` as a float in [0, 1], or in (0, 1) with `open_ends`."""
    return check_number(name, value, low=0, high=1, open_low=open_ends, open_high=open_ends)


def check_count(name: str, value: Any, *, minimum: int = 1) -> int:
    """Return `value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputTypeError(f"`{name}` must be a whole number; got {_written(value)}.")
    check_number(name, value, low=minimum, finite=False)
    if abs(int(value)) > _LARGEST:
        raise InputError(f"`{name}` must be at most {_LARGEST:g}; got {_written(value)}.")
    return int(value)


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond all floats
        return math.inf if value > 0 else -math.inf


def _range_words(low: float, high: float, open_low: bool, open_high: bool, finite: bool) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f"in {'[('[open_low]}{low:.15g}, {high:.15g}{'])'[open_high]}"
    words = ["finite"] if finite else []
    if low > -math.inf:
        words.append(f"{'above' if open_low else 'at least'} {low:.15g}")
    if high < math.inf:
        words.append(f"{'below' if open_high else 'at most'} {high:.15g}")
    return " and ".join(words) or "a number"


def _written(value: object) -> str:
    """A value as Python writes it, or its type where that would not fit into a message."""
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else type(value).__name__


def name_type(value: object) -> str:
    """Name of the type of a value, with the library that it comes from.

    Examples
    --------
    >>> name_type([]), name_type(np.array([1]))
    ('list', 'ndarray of numpy')
    """
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    return kind.__name__ if library == "builtins" else f"{kind.__name__} of {library}"


def _follow(remedy: str) -> str:
    return f" {remedy}" if remedy else ""


def check_day(name: str, value: str | dt.date | pd.Timestamp | None) -> dt.date | None:
    """Return `value` as a day, or None where it is None; a time of day is left out.

    A text must name year, month and day in one of the forms that `loaders` reads in files, and mean
    one day by itself: there is no column that would tell 5 April from 4 May.

    Examples
    --------
    >>> check_day("on", "31.12.2024")
    datetime.date(2024, 12, 31)
    >>> check_day("on", "01.12.2024")
    Traceback (most recent call last):
    crmlab.InputError: `on` must mean one day; '01.12.2024' may be 2024-01-12 or 2024-12-01. ...
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _read_day(name, value)
    # A number would pass as nanoseconds since 1970, and a month as its first day.
    dated = isinstance(value, dt.date) or (
        isinstance(value, np.datetime64) and np.datetime_data(value)[0] not in ("Y", "M", "generic")
    )
    stamp = pd.to_datetime(value, errors="coerce") if dated else pd.NaT
    if not isinstance(stamp, pd.Timestamp):
        raise InputError(_not_a_day(name, value))
    return stamp.date()


def _read_day(name: str, text: str) -> dt.date:
    days, short = find_days(text)
    if len(days) == 1:
        return days.pop()
    if days:
        raise InputError(
            f"`{name}` must mean one day; {text!r} may be "
            f"{' or '.join(map(str, sorted(days)))}. Write that."
        )
    remedy = " Write the year with four digits." if short else ""
    raise InputError(_not_a_day(name, text) + remedy)


def _not_a_day(name: str, value: object) -> str:
    return f"`{name}` must be a full date such as '2024-12-31'; got {_written(value)}."


def check_zone(name: str, value: str) -> None:
    """Raise InputError unless `value` names a time zone."""
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, impossible as a name, a folder of names
        raise InputError(
            f"`{name}` must be an IANA time zone such as 'Asia/Seoul'; got {value!r}."
        ) from None


def check_encoding(name: str, value: str) -> None:
    """Raise InputError unless `value` names an encoding in which text can be read bit by bit."""
    try:
        "".encode(value)  # unlike a look-up, this refuses codecs of other things, such as base64
        codecs.getincrementaldecoder(value)
    except (LookupError, ValueError):
        raise InputError(
            f"`{name}` must be an encoding that Python knows, such as 'utf-8' or 'cp949'; "
            f"got {value!r}."
        ) from None


def check_vector(
    name: str,
    value: Any,
    *,
    negative: bool = False,
    missing: bool = False,
    flags: bool = False,
    remedy: str = "",
) -> NDArray[np.float64]:
    """Return numbers as a one-dimensional float array with at least one entry, all finite.

    Text is never a number. Negative entries pass with `negative`, missing ones as nan with
    `missing`, true and false as 1 and 0 with `flags`. `remedy` says what to do about negative
    entries. The array may share its memory with `value`: it must not be changed.

    Examples
    --------
    >>> check_vector("margin", [0.3, -0.1], negative=True).tolist()
    [0.3, -0.1]
    >>> check_vector("margin", [0.3, -0.1])
    Traceback (most recent call last):
    crmlab.InputError: `margin` must not be negative; 1 of 2 are, such as -0.1.
    """
    dimensions = _count_dimensions(name, value)
    if dimensions != 1:
        raise InputError(f"`{name}` must have one dimension; got {dimensions}. Pass one column.")
    array = _read_floats(name, value, flags=flags)
    if not array.size:
        raise InputError(f"`{name}` must hold at least one number; got none.")
    bad = np.isinf(array) if missing else ~np.isfinite(array)
    if bad.any():
        rule = "finite" if missing else "finite and not missing"
        raise InputError(
            f"`{name}` must be {rule}; {_count_bad(array, bad, 'are not')}. "
            "Fill or drop those first."
        )
    if not negative and (array < 0).any():
        found = _count_bad(array, array < 0, "are")
        raise InputError(f"`{name}` must not be negative; {found}." + _follow(remedy))
    return array


def check_column(
    table: pd.DataFrame, name: str, *, what: str = "The table", **rules: Any
) -> NDArray[np.float64]:
    """Return the numbers of one column of a table, by the `rules` of `check_vector`.

    Examples
    --------
    >>> check_column(pd.DataFrame({"recency": [3, None]}), "recency")
    Traceback (most recent call last):
    crmlab.InputError: `recency` must be finite and not missing; 1 of 2 are not, such as nan. ...
    >>> check_column(pd.DataFrame({"recency": [3, 4]}), "T", what="`summary`")
    Traceback (most recent call last):
    crmlab.InputError: `summary` lacks 'T'; it has 'recency'.
    """
    check_columns(table.columns, [name], what=what)
    return check_vector(name, table[name], **rules)


def check_size(name: str, value: Any, *, remedy: str = "Change the unit.") -> None:
    """Raise InputError where squares or sums would be beyond all floating-point numbers.

    Examples
    --------
    >>> check_size("margin", [1e200])
    Traceback (most recent call last):
    crmlab.InputError: `margin` must hold numbers of at most 1e+150; got 1e+200. Change the unit.
    """
    numbers = np.asarray(value, dtype="float64")
    highest = np.fmax.reduce(numbers, axis=None, initial=0.0)  # leaves out what is missing
    largest = max(float(highest), -float(np.fmin.reduce(numbers, axis=None, initial=0.0)))
    if largest > _LARGEST:
        raise InputError(
            f"`{name}` must hold numbers of at most {_LARGEST:g}; got {largest:g}. {remedy}"
        )


def _count_dimensions(name: str, value: Any) -> int:
    try:
        return np.ndim(value)
    except ValueError as error:  # lists of unequal length
        raise InputError(f"`{name}` must have one dimension; {error}.") from error


def _read_floats(name: str, value: Any, *, flags: bool) -> NDArray[np.float64]:
    if getattr(value, "dtype", None) == np.float64:  # the usual case, without a copy
        return np.asarray(value)
    series = pd.Series(value)
    kind = pd.api.types.infer_dtype(series, skipna=True)
    known = _NUMERIC | {"boolean"} if flags else _NUMERIC
    # A column in which nothing stands has no kind of its own: it is missing, not wrong.
    if kind not in known and series.notna().any():
        raise InputTypeError(f"`{name}` must hold numbers; got {kind}.")
    try:
        return series.to_numpy(dtype="float64", na_value=np.nan)
    except OverflowError as error:
        raise InputError(f"`{name}` must hold numbers that are not too large; {error}.") from error


def _count_bad(array: NDArray[np.float64], bad: NDArray[np.bool_], verb: str) -> str:
    """How many entries are bad, with the first of them."""
    return f"{bad.sum():,} of {array.size:,} {verb}, such as {float(array[bad][0])!r}"


def check_columns(present: Iterable[str], required: Iterable[str], *, what: str) -> None:
    """Raise InputError naming the `required` columns that are missing and those `present`.

    A column that is there twice is refused as well: nobody can tell which of them counts.
    """
    present, required = list(present), list(required)
    missing = [name for name in required if name not in present]
    if missing:
        raise InputError(
            f"{what} lacks {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(repr, present)) or 'no columns'}."
        )
    twice = [name for name in required if present.count(name) > 1]
    if twice:
        raise InputError(
            f"{what} must name each column once; {twice[0]!r} is there more than once. Rename or "
            "drop one of them."
        )
