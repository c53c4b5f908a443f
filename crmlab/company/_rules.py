"""Kinds of settings: each makes a dataclass field that carries its rule and its meaning."""

import datetime as dt
import math
import re
import textwrap
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from functools import partial
from typing import Any

import pandas as pd

from crmlab._checks import check_count, check_day, check_fraction, check_number
from crmlab._dates import TIMED
from crmlab._errors import InputError, InputTypeError

__all__ = [
    "check_settings",
    "count",
    "day",
    "describe_settings",
    "fraction",
    "log_effect",
    "money",
    "number",
    "per_source",
    "positive",
]


@dataclass(frozen=True)
class _Rule:
    """What a setting may be: in words, and as a check that raises on anything else."""

    type: str
    words: str
    check: Callable[[str, Any], object]


def number(
    default: float, meaning: str, *, low: float = 0.0, high: float = math.inf, remedy: str = ""
) -> float:
    """Make a field for a finite number from `low` to `high`."""
    words = f"at least {low:g}" if high == math.inf else f"in [{low:g}, {high:g}]"
    return _numeric(default, meaning, words, low=low, high=high, remedy=remedy)


def positive(default: float, meaning: str, *, above: float = 0.0, remedy: str = "") -> float:
    """Make a field for a finite number above a limit: the shapes and scales of distributions."""
    return _numeric(default, meaning, f"above {above:g}", low=above, open_low=True, remedy=remedy)


def fraction(default: float, meaning: str) -> float:
    """Make a field for a probability or a share."""
    return number(default, meaning, high=1)


def log_effect(default: float, meaning: str) -> float:
    """Make a field for a strength on the log scale; exp() of more than 10 only overflows."""
    remedy = "It counts on the log scale, where 1 is strong already."
    return number(default, meaning, high=10, remedy=remedy)


def money(default: float, meaning: str) -> float:
    """Make a field for an amount of money."""
    return number(default, f"{meaning}, in won")


def count(default: int, meaning: str, *, minimum: int) -> int:
    """Make a field for a whole number."""
    check = partial(check_count, minimum=minimum)
    return _setting(default, meaning, _Rule("int", f"at least {minimum}", check))


def day(default: str, meaning: str) -> str:
    """Make a field for a date."""
    return _setting(default, meaning, _Rule("str", "a day without a time", _check_whole_day))


def per_source(
    default: tuple[float, float, float], meaning: str, *, need_one: bool = False
) -> tuple[float, float, float]:
    """Make a field for a probability in each source system; `need_one` refuses all 0."""
    words = "for branch, web and call centre, each in [0, 1]" + ", not all 0" * need_one
    check = partial(_check_per_source, need_one=need_one)
    return _setting(default, meaning, _Rule("three floats", words, check))


def check_settings(settings: Any) -> None:
    """Raise InputError for the first field whose value breaks the rule of that field."""
    for one in fields(settings):
        one.metadata["rule"].check(one.name, getattr(settings, one.name))


def describe_settings(settings: type) -> str:
    """Write the Parameters section of a docstring from the fields."""
    entries = [_describe(one) for one in fields(settings)]
    return "\n".join(["    Parameters", "    ----------", *entries])


def _describe(one: "Field[Any]") -> str:
    rule, meaning = one.metadata["rule"], one.metadata["meaning"]
    text = textwrap.fill(f"{meaning}; {rule.words}.", 92)
    entry = f"{one.name} : {rule.type}, default={one.default!r}\n{textwrap.indent(text, '    ')}"
    return textwrap.indent(entry, "    ")


def _setting(default: Any, meaning: str, rule: _Rule) -> Any:
    return field(default=default, metadata={"meaning": meaning, "rule": rule})


def _numeric(default: float, meaning: str, words: str, **bounds: Any) -> float:
    def check(name: str, value: Any) -> None:
        # True and False switch an effect on and off: as 1 and 0.
        check_number(name, float(value) if isinstance(value, bool) else value, **bounds)

    return _setting(default, meaning, _Rule("float", words, check))


def _check_whole_day(name: str, value: Any) -> None:
    parsed = check_day(name, value)
    if parsed is None or _has_time(value, parsed):
        raise InputError(
            f"`{name}` must be a day such as '2024-01-01', without a time; got {value!r}."
        )


def _has_time(value: Any, day: dt.date) -> bool:
    """Whether a day is given with a time after midnight."""
    if isinstance(value, str):
        return re.search(TIMED, value) is not None
    return pd.Timestamp(value) != pd.Timestamp(day)


def _check_per_source(name: str, value: Any, *, need_one: bool) -> None:
    if not isinstance(value, tuple) or len(value) != 3:
        raise InputTypeError(
            f"`{name}` must be a tuple of three numbers, for branch, web and call centre; "
            f"got {value!r}."
        )
    for position, one in enumerate(value):
        check_fraction(f"{name}[{position}]", one)
    if need_one and not any(value):
        raise InputError(f"`{name}` must not be 0 in all three source systems.")
