"""Values written in a plain form, which JSON can carry and which says only what matters.

A number is a number, whether float or numpy; a missing value is None; dtypes and the names of an
index are left out. What is no plain value is a mapping with one telling key, such as "list",
"series" or "time". So nothing of the process that runs a learner's code is ever unpickled.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Form", "write_form"]

Form = None | bool | int | float | str | dict[str, Any]

_MOST_ITEMS = 200_000
_DEEPEST = 20
_LONGEST = 100_000  # letters
_GREATEST = 2**63

_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_LISTS: tuple[type, ...] = (
    *(list, tuple, range, deque, *_VIEWS),
    *(pd.Index, pd.api.extensions.ExtensionArray),
)


class _TooLarge(Exception):
    """More items than anybody compares."""


def write_form(value: object) -> Form:
    """Write any value in its plain form; what has none is named by its type.

    Examples
    --------
    >>> write_form(np.float64(0.5)), write_form({3, 1}), write_form(pd.Series([1, None], [7, 8]))
    (0.5, {'set': [1, 3]}, {'series': [7, 8], 'values': [1.0, None]})
    """
    try:
        return _Writer().write(value)
    except _TooLarge:
        return {"large": _MOST_ITEMS}
    except Exception:  # an object of a learner's own class may raise anything
        return {"other": type(value).__name__}


class _Writer:
    """Writes one value, and counts its items."""

    def __init__(self) -> None:
        self._items = 0
        self._depth = 0
        self._writers: dict[type, Callable[[_Writer, Any], Form]] = {}

    def write(self, value: Any) -> Form:
        """Write a value by the first of the kinds that it is of."""
        if value is None or value is pd.NaT or value is pd.NA:
            return None
        kind = type(value)
        if kind not in self._writers:
            self._writers[kind] = _find_writer(kind)
        return self._writers[kind](self, value)

    def write_all(self, values: Iterable[Any]) -> list[Form]:
        """Write each item, unless there are too many or they lie too deep."""
        written: list[Form] = []
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooLarge
        for value in values:
            self._count(1)
            written.append(self.write(value))
        self._depth -= 1
        return written

    def write_plain(self, values: np.ndarray) -> list[Form]:
        """Write an array of numbers, or of True and False."""
        self._count(len(values))
        return [None if number != number else number for number in values.tolist()]  # nan

    def _count(self, items: int) -> None:
        self._items += items
        if self._items > _MOST_ITEMS:
            raise _TooLarge


def _find_writer(kind: type) -> Callable[["_Writer", Any], Form]:
    for kinds, write in _KINDS:
        if issubclass(kind, kinds):
            return write
    return lambda _, value: {"other": kind.__name__}


def _write_number(_: _Writer, value: Any) -> Form:
    if isinstance(value, int | np.integer) and abs(int(value)) < _GREATEST:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(number) else number


def _write_moment(_: _Writer, value: Any) -> Form:
    try:
        moment = pd.Timestamp(value)
        return {"time": (moment.tz_convert("UTC") if moment.tzinfo else moment).isoformat()}
    except ValueError:  # before 1677 or after 2262, and none of pandas
        return {"time": str(value)}


def _write_array(writer: _Writer, value: np.ndarray) -> Form:
    return writer.write(value[()]) if value.ndim == 0 else {"list": writer.write_all(value)}


def _write_column(writer: _Writer, values: Any) -> list[Form]:
    """Write the values of a Series or of a column; plain numbers all at once."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufb":
        return writer.write_plain(np.asarray(values))
    return writer.write_all(values)


def _write_pairs(writer: _Writer, value: dict[Any, Any]) -> Form:
    return {"map": writer.write_all(value.keys()), "values": writer.write_all(value.values())}


def _write_set(writer: _Writer, value: Iterable[Any]) -> Form:
    return {"set": sorted(writer.write_all(value), key=repr)}


def _write_series(writer: _Writer, value: pd.Series) -> Form:
    return {"series": writer.write_all(value.index), "values": _write_column(writer, value.array)}


def _write_table(writer: _Writer, value: pd.DataFrame) -> Form:
    return {
        "table": writer.write_all(value.columns),
        "labels": writer.write_all(value.index),
        "values": [_write_column(writer, value.iloc[:, at].array) for at in range(value.shape[1])],
    }


# The first kind that fits: True is an int, a Timestamp is a date, and a Series is not a list.
_KINDS: tuple[tuple[Any, Callable[[_Writer, Any], Form]], ...] = (
    (bool | np.bool_, lambda _, value: bool(value)),
    (pd.Timedelta | timedelta | np.timedelta64,
     lambda _, value: {"span": pd.Timedelta(value) / pd.Timedelta(days=1)}),
    (Real | Decimal | np.number, _write_number),
    (str, lambda _, value: str(value)[:_LONGEST]),
    (date | np.datetime64, _write_moment),
    (pd.Period | pd.Interval, lambda _, value: str(value)),
    (np.ndarray, _write_array),
    (pd.Series, _write_series),
    (pd.DataFrame, _write_table),
    (dict, _write_pairs),
    (set | frozenset, _write_set),
    (_LISTS, lambda writer, value: {"list": writer.write_all(value)}),
)  # fmt: skip
