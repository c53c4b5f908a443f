"""What the unit of a parameter promises: a range, a list of words, a date, a file.

A unit that states two ends says where a notebook is tried: at the lowest value and at the highest.
"""

import datetime
import glob
import os
import re
from collections.abc import Callable
from typing import Any

from crmlab._checks import check_choice, check_day, check_encoding, check_number, check_zone
from crmlab._errors import InputError

__all__ = ["check_unit", "find_ends", "is_date"]

_BOUNDS = re.compile(r"\bin ([\[(])\s*([^\s,]+)\s*,\s*([^\s,]+?)\s*([\])])")
_CHOICES = re.compile(r"\bone of (.+)")
_DATE = re.compile(r"date(?= in [\[(]|$)")
_MARKS = ("|", " or ", ",")  # between the words of a choice; the first that is there divides them


def is_date(unit: str) -> bool:
    """Whether a unit asks for a date, with a range or without.

    Examples
    --------
    >>> is_date("date in [1997-06-30, 1998-03-31]"), is_date("date format")
    (True, False)
    """
    return _DATE.match(unit) is not None


def find_ends(kind: str, unit: str) -> tuple[Any, Any] | None:
    """Take the lowest and the highest value from a unit, in the declared type.

    Parameters
    ----------
    kind : str
        Declared type, without `| None`.
    unit : str
        Text before the first semicolon.

    Returns
    -------
    tuple or None
        The ends of a range closed on both sides, the first and the last of a list of words, False
        and True; None where the unit does not state both.

    Examples
    --------
    >>> find_ends("float", "share in [0.05, 0.25]"), find_ends("int", "weeks in [13, 520]")
    ((0.05, 0.25), (13, 520))
    >>> find_ends("str", "id, one of 00003 | 01234"), find_ends("float", "share in (0, 1)")
    (('00003', '01234'), None)
    """
    if kind == "bool":
        return False, True
    if kind == "str" and (choices := _choices(unit)):
        return choices[0], choices[-1]
    bounds = _BOUNDS.search(unit)
    if bounds is None or bounds[1] + bounds[4] != "[]" or kind not in ("int", "float", "str"):
        return None
    read: Callable[[str], Any] = {"int": int, "float": float}.get(kind, _iso)
    try:
        low, high = read(bounds[2]), read(bounds[3])
    except ValueError:
        return None
    return (low, high) if low < high else None


def _iso(text: str) -> str:
    """Return a date as it is written, so that its order as text is its order in time."""
    return datetime.date.fromisoformat(text).isoformat()


def check_unit(name: str, unit: str, value: Any) -> None:
    """Enforce what a unit promises.

    Raises
    ------
    InputError
        If the value is outside the range, is none of the words, or is no date, time zone, encoding
        or file where the unit asks for one.

    Examples
    --------
    >>> check_unit("calibration_end", "date in [1997-06-30, 1998-03-31]", "1999-12-31")
    Traceback (most recent call last):
    crmlab.InputError: `calibration_end` must be a date from 1997-06-30 to 1998-03-31; got ...
    """
    if isinstance(value, str):
        if is_date(unit):
            _check_date(name, unit, value)
        elif unit in _TEXT_RULES:
            _TEXT_RULES[unit](name, value)
        if choices := _choices(unit):
            check_choice(name, value, choices)
    elif type(value) is not bool and isinstance(value, int | float):
        _check_number(name, unit, value)


def _choices(unit: str) -> list[str]:
    found = _CHOICES.search(unit)
    if found is None:
        return []
    mark = next((mark for mark in _MARKS if mark in found[1]), ",")
    return [word.strip(" '\"") for word in found[1].split(mark)]


def _check_number(name: str, unit: str, value: float) -> None:
    bounds = _BOUNDS.search(unit)
    if bounds is None:
        check_number(name, value, finite=False)
        return
    left, low, high, right = bounds.groups()
    check_number(
        name,
        value,
        low=float(low),
        high=float(high),
        open_low=left == "(",
        open_high=right == ")",
    )


def _check_date(name: str, unit: str, text: str) -> None:
    day, bounds = check_day(name, text), _BOUNDS.search(unit)
    if bounds is None or day is None:
        return
    low, high = (datetime.date.fromisoformat(bounds[at]) for at in (2, 3))
    if not low <= day <= high:
        raise InputError(
            f"`{name}` must be a date from {low} to {high}; got {text!r}. "
            "Choose a day on which the data allow what the notebook computes."
        )


def _check_file(name: str, text: str) -> None:
    path = os.path.expanduser(text)
    found = text.strip() and (os.path.exists(path) or glob.glob(path, recursive=True))
    if not found:
        raise InputError(f"`{name}` must be a file that exists; got {text!r}.")


_TEXT_RULES: dict[str, Callable[[str, str], object]] = {
    "file": _check_file,
    "IANA name": check_zone,
    "encoding name": check_encoding,
}
