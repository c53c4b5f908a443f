"""Answers read, whatever a notebook holds: numbers, letters and sets of labels.

What cannot be read raises `Unread` with the sentence that says what to do instead.
"""

import re
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._show import name_kind

__all__ = ["Unread", "read_choice", "read_labels", "read_number"]

_MOST_LABELS = 1_000  # an answer that never ends must not hang the notebook
_SPANS = (timedelta, np.timedelta64)  # a Timedelta of pandas is one, too
_DAY = pd.Timedelta(days=1)

_WITH_TEXT = re.compile(r"\s*\(?([A-Za-z])[).:]\s*\w.{2,}")
_NO_NUMBER = "This cannot be read as one number; leave out quotes, units and % signs."


class Unread(Exception):
    """An answer of another kind than the exercise asks for; the message is for the learner."""


def read_number(answer: Any) -> float:
    """Read one number, also the only one of a collection; a length of time in days.

    Examples
    --------
    >>> read_number([0.5]), read_number(pd.Timestamp("2024-03-10") - pd.Timestamp("2024-01-10"))
    (0.5, 60.0)
    >>> read_number((4, 500, 0))
    Traceback (most recent call last):
    crmlab.exercises._read.Unread: Leave out the commas in 4,500,000.
    """
    answer = _take_only(answer)
    if isinstance(answer, bool | np.bool_):
        raise Unread("This is True or False, not a number.")
    if isinstance(answer, str | bytes):
        raise Unread("This is text, not a number; leave out quotes, units and % signs.")
    if answer is None:
        raise Unread("This is None: the code before it gives nothing; print, too, gives nothing.")
    if isinstance(answer, _SPANS) and not pd.isna(answer):
        return pd.Timedelta(answer) / _DAY
    if not isinstance(answer, Real | Decimal):
        raise Unread(_NO_NUMBER)
    return float(answer)


def _take_only(answer: Any) -> Any:
    """Take the only item out of a list, set, array, Series or table."""
    if isinstance(answer, tuple) and len(answer) > 1:
        raise Unread(_name_commas(answer))
    if isinstance(answer, list | tuple | set | frozenset) and len(answer) == 1:
        return _take_only(next(iter(answer)))
    if isinstance(answer, pd.DataFrame | pd.Series | pd.Index | np.ndarray) and answer.size == 1:
        # Not by `item`, which gives a length of time in nanoseconds.
        return np.asarray(answer).reshape(-1)[0]
    plain = isinstance(answer, str | bytes | Real | Decimal | np.generic | timedelta)
    return answer if plain or not hasattr(answer, "item") else answer.item()


def _name_commas(numbers: tuple[Any, ...]) -> str:
    """Python reads 4,500,000 as three numbers, and 0,36 as two."""
    if not all(type(number) is int and number >= 0 for number in numbers):
        return "These are several values; give one number."
    first, *others = numbers
    if 0 < first < 1_000 and all(number == 0 or 100 <= number < 1_000 for number in others):
        return f"Leave out the commas in {first},{','.join(f'{n:03}' for n in others)}."
    if len(others) == 1:
        return f"Write a point in place of the comma in {first},{others[0]}."
    return "These are several numbers; give one."


def read_choice(answer: Any) -> str:
    """Read a letter in any of the forms a, A, "a)", "(a)", "a) with its text", "a." and ["a"].

    Examples
    --------
    >>> read_choice("(C)")
    'c'
    """
    if isinstance(answer, list | tuple | set | frozenset) and len(answer) == 1:
        answer = next(iter(answer))
    if not isinstance(answer, str):
        kind = "None" if answer is None else name_kind(type(answer).__name__)
        raise Unread(f"This is {kind}, not a letter; put one letter in quotes.")
    written = _WITH_TEXT.match(answer)
    return (written[1] if written else answer.strip(" \t\n().:,'\"")).casefold()


def read_labels(answer: Any) -> frozenset[str]:
    """Read the distinct labels of a collection; neither order nor type matters.

    Examples
    --------
    >>> sorted(read_labels([5, 12.0, " 5 "]))
    ['12', '5']
    """
    if isinstance(answer, str | bytes) or not isinstance(answer, Collection | np.ndarray):
        raise Unread("This cannot be read as a set; put the labels in braces.")
    return frozenset(_read_label(item) for item in islice(answer, _MOST_LABELS))


def _read_label(item: Any) -> str:
    """Write 5, 5.0 and " 5 " alike."""
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return str(item).strip().casefold()
