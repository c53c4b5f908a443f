"""The unit in which a table counts time: kept as data, read from data, checked by models."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._units import UNIT_DAYS

__all__ = [
    "TELL_UNIT",
    "TIME_UNIT",
    "check_unit",
    "find_unit",
    "unit_column",
]

TIME_UNIT = "time_unit"
_MEASURED = ("days_since_last", "T", "recency")
TELL_UNIT = (TIME_UNIT, *_MEASURED)  # columns that tell the unit of a table
_UNIT_TYPE = pd.CategoricalDtype(list(UNIT_DAYS))
_WRITTEN, _RATIO = "column 'time_unit'", "days_since_last / (T - recency)"
# What rounding in a file can do to days: T and recency with one digit, in this unit.
_ROUNDING = 0.11
_DRIFT = 0.02


def unit_column(unit: str, n_rows: int) -> pd.Categorical:
    """A column `time_unit` that says the same for every row."""
    codes = np.full(n_rows, list(UNIT_DAYS).index(unit), dtype="int8")
    return pd.Categorical.from_codes(codes, dtype=_UNIT_TYPE)


def find_unit(table: pd.DataFrame, *, unit: str | None = None, what: str = "summary") -> str | None:
    """Return the unit in which a table counts time, or None where nothing tells it.

    It is read from the column `time_unit`, from `days_since_last / (T - recency)`, and from what
    the caller says. These are data: they survive joins, files and engines.

    Parameters
    ----------
    table : DataFrame
        Perhaps with `time_unit`, or with `days_since_last`, `T` and `recency`.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        What the caller says.
    what : str, default="summary"
        Name of the table in messages.

    Raises
    ------
    InputError
        If the three do not say the same, or rows differ.

    Examples
    --------
    >>> find_unit(pd.DataFrame({"recency": [0.0], "T": [4.0], "days_since_last": [28]}))
    'W'
    """
    if unit is not None:
        check_choice("unit", unit, UNIT_DAYS)
    twice = [name for name in TELL_UNIT if list(table.columns).count(name) > 1]
    if twice:
        raise InputError(f"`{what}` must have one column {twice[0]!r}; it has several. Keep one.")
    return _agree(
        {
            "unit=": unit,
            _WRITTEN: _written_unit(table, what),
            _RATIO: _measured_unit(table, what),
        },
        what,
    )


def _find_in_engine(table: Any, *, unit: str | None, what: str) -> str | None:
    """Return the unit of a table that an engine holds, as `find_unit` does: in one query."""
    if unit is not None:
        check_choice("unit", unit, UNIT_DAYS)
    asked: dict[str, Any] = {}
    if TIME_UNIT in table.columns:
        word = table[TIME_UNIT].cast("string")
        asked |= {"lowest": word.min(), "highest": word.max(), "n_silent": word.isnull().sum()}
    if all(name in table.columns and table[name].type().is_numeric() for name in _MEASURED):
        days, until, last = (table[name].cast("float64") for name in _MEASURED)
        telling = (days > 0) & (until - last > 0)
        asked["n_telling"] = telling.sum()
        for each in UNIT_DAYS:
            off, beyond = _misfits(days, until - last, each)
            asked[f"off_{each}"] = off.sum(where=telling)
            asked[f"misfits_{each}"] = (beyond & telling).sum()
    found = execute(table.aggregate(n=table.count(), **asked)).iloc[0]
    written = measured = None
    if not found["n"]:
        raise InputError(f"`{what}` must hold at least one customer; got none.")
    if "lowest" in asked:
        words = dict.fromkeys([found["lowest"], found["highest"]])
        written = _check_one_unit([*words, *([None] if found["n_silent"] else [])], what)
    if asked.get("n_telling") is not None and found["n_telling"]:
        measured = _nearest_unit(
            {each: float(found[f"off_{each}"]) for each in UNIT_DAYS},
            {each: int(found[f"misfits_{each}"]) for each in UNIT_DAYS},
            what,
        )
    return _agree({"unit=": unit, _WRITTEN: written, _RATIO: measured}, what)


def _agree(said: Mapping[str, str | None], what: str) -> str | None:
    """Return the unit that all say who say one; raise if they differ."""
    known = {source: each for source, each in said.items() if each is not None}
    if len(set(known.values())) > 1:
        listed = ", ".join(f"{source} says {each!r}" for source, each in known.items())
        raise InputError(
            f"`{what}` must count time in one unit; {listed}. "
            "Build it anew, or leave out what is wrong."
        )
    return next(iter(known.values()), None)


def check_unit(
    table: Any, model_unit: str | None, *, unit: str | None = None, what: str = "summary"
) -> None:
    """Raise unless a frame, or a table of an engine, is in a model's unit, where it has one."""
    if model_unit is not None:
        check_choice("model.unit_", model_unit, UNIT_DAYS)
    find = find_unit if isinstance(table, pd.DataFrame) else _find_in_engine
    found = find(table, unit=unit, what=what)
    if model_unit is None:
        if found is not None:
            raise InputError(
                f"The model must know its unit of time to score a table in {found!r}; it does not. "
                f"Make it with `unit`, such as fit(summary, unit={found!r})."
            )
        return
    if found is None:
        raise InputError(
            f"`{what}` must say its unit of time, as the model's is {model_unit!r}; it has no "
            f"column {TIME_UNIT!r}. If its times are in that unit, pass unit={model_unit!r}."
        )
    if found != model_unit:
        raise InputError(
            f"`{what}` must be in the model's unit {model_unit!r}; got {found!r}. "
            f"Build it with rfm_summary(..., unit={model_unit!r})."
        )


def _check_one_unit(units: Iterable[object], what: str) -> str:
    """Return the one unit that a column `time_unit` holds."""
    found = list(units)
    missing = sum(bool(pd.isna(each)) for each in found)  # type: ignore[call-overload]
    if missing or len(found) != 1:
        got = ", ".join(repr(each) for each in found[:5])
        raise InputError(
            f"`{what}` must have one unit in all rows of {TIME_UNIT!r}; got {got}. "
            "Bring the times into one unit."
        )
    check_choice(TIME_UNIT, found[0], UNIT_DAYS)
    return str(found[0])


def _misfits(days: Any, gap: Any, unit: str) -> tuple[Any, Any]:
    """How far rows are from a unit: the days off, and whether that is beyond rounding.

    For arrays and for engines' columns: `days` since the last purchase, and `gap`, `T - recency`.
    """
    off = days - gap * UNIT_DAYS[unit]
    off = off.abs() if hasattr(off, "abs") else np.abs(off)
    return off, off > days * _DRIFT + _ROUNDING * UNIT_DAYS[unit]


def _nearest_unit(off: Mapping[str, float], misfits: Mapping[str, int], what: str) -> str | None:
    """Return the unit that the days fit best; raise if they fit none in some rows."""
    best = min(off, key=lambda unit: off[unit])
    exact = off[best] <= 1e-6 * max(off.values())
    if not exact and sum(count == 0 for count in misfits.values()) > 1:
        return None  # rounded, and too near to the last purchase to tell
    if misfits[best]:
        raise InputError(
            f"`{what}` must have `days_since_last`, in days, that goes with `T - recency`; "
            f"{misfits[best]:,} rows are in no one unit with the others. Bring the times into one "
            "unit, with the digits they had, or drop `days_since_last` if it means something else."
        )
    return best


def _written_unit(table: pd.DataFrame, what: str) -> str | None:
    if TIME_UNIT not in table.columns or table.empty:
        return None
    return _check_one_unit(table[TIME_UNIT].astype(object).unique(), what)


def _measured_unit(table: pd.DataFrame, what: str) -> str | None:
    """The unit in which the time since the last purchase is what it is in days."""
    if not set(_MEASURED) <= set(table.columns):
        return None
    days, until, last = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        for name in _MEASURED
    )
    gap = until - last
    telling = (days > 0) & (gap > 0)
    if not telling.any():
        return None
    fit = {unit: _misfits(days[telling], gap[telling], unit) for unit in UNIT_DAYS}
    return _nearest_unit(
        {unit: float(off.sum()) for unit, (off, _) in fit.items()},
        {unit: int(beyond.sum()) for unit, (_, beyond) in fit.items()},
        what,
    )
