"""Kinds of settings: each makes a dataclass field that carries its rule and its meaning."""

import math
import numbers
import textwrap
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from typing import Any

import pandas as pd

from crmlab._checks import check_count, check_day
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
    return _setting(default, meaning, _numeric(words, lambda value: low <= value <= high, remedy))


def positive(default: float, meaning: str, *, above: float = 0.0, remedy: str = "") -> float:
    """Make a field for a finite number above a limit: the shapes and scales of distributions."""
    return _setting(
        default, meaning, _numeric(f"above {above:g}", lambda value: value > above, remedy)
    )


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
    return _setting(
        default,
        meaning,
        _Rule("int", f"at least {minimum}", lambda name, n: check_count(name, n, minimum=minimum)),
    )


def day(default: str, meaning: str) -> str:
    """Make a field for a date."""
    return _setting(default, meaning, _Rule("str", "a day without a time", _check_whole_day))


def per_source(
    default: tuple[float, float, float], meaning: str, *, need_one: bool = False
) -> tuple[float, float, float]:
    """Make a field for a probability in each source system; `need_one` refuses all 0."""

    def check(name: str, value: Any) -> None:
        _check_per_source(name, value)
        if need_one and not any(value):
            raise InputError(f"`{name}` must hold a number above 0; got {value!r}.")

    words = "for branch, web and call centre, each in [0, 1]" + ", not all 0" * need_one
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
    return (
        f"    {one.name} : {rule.type}, default={one.default!r}\n{textwrap.indent(text, ' ' * 8)}"
    )


def _setting(default: Any, meaning: str, rule: _Rule) -> Any:
    return field(default=default, metadata={"meaning": meaning, "rule": rule})


def _numeric(words: str, accepts: Callable[[float], bool], remedy: str) -> _Rule:
    """Rule of a finite number; True and False count as 1 and 0, on and off."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, numbers.Real):
            raise InputTypeError(f"`{name}` must be a number {words}; got {value!r}.")
        if not (math.isfinite(value) and accepts(float(value))):
            raise InputError(f"`{name}` must be {words}; got {value!r}. {remedy}".rstrip())

    return _Rule("float", words, check)


def _check_whole_day(name: str, value: Any) -> None:
    parsed = check_day(name, value)
    if parsed is None or pd.Timestamp(value) != pd.Timestamp(parsed):
        raise InputError(
            f"`{name}` must be a day such as '2024-01-01', without a time; got {value!r}."
        )


def _check_per_source(name: str, value: Any) -> None:
    triple = value if isinstance(value, tuple) and len(value) == 3 else (-1,)
    if all(isinstance(one, numbers.Real) and 0 <= float(one) <= 1 for one in triple):
        return
    raise InputError(
        f"`{name}` must be a tuple of three numbers in [0, 1], for branch, web and call centre; "
        f"got {value!r}."
    )
