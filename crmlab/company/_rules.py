"""Kinds of settings: each makes a dataclass field that carries its rule and its meaning."""

import math
import numbers
from collections.abc import Callable
from dataclasses import Field, dataclass, field
from typing import Any

from crmlab._checks import check_count, check_day

__all__ = [
    "PerSource",
    "Rule",
    "count",
    "day",
    "described",
    "fraction",
    "fractions_per_source",
    "log_effect",
    "meaning_of",
    "money",
    "number",
    "positive",
    "rule_of",
]

PerSource = tuple[float, float, float]  # for branch, web and call centre
_STRONGEST = 10


@dataclass(frozen=True)
class Rule:
    """What a setting may be: in words, and as a check that raises on anything else."""

    type: str
    words: str
    check: Callable[[str, object], object]


def fraction(default: float, meaning: str) -> float:
    """Make a field for a probability or a share."""
    return _setting(default, meaning, Rule("float", "in [0, 1]", _range(high=1.0)))


def number(
    default: float, meaning: str, *, low: float = 0.0, high: float = math.inf, remedy: str = ""
) -> float:
    """Make a field for a finite number from `low` to `high`."""
    words = f"at least {low:g}" + ("" if high == math.inf else f" and at most {high:g}")
    return _setting(default, meaning, Rule("float", words, _range(low, high, remedy=remedy)))


def positive(default: float, meaning: str, *, above: float = 0.0, remedy: str = "") -> float:
    """Make a field for a finite number above a limit: shapes and scales of distributions."""
    check = _range(above, is_open=True, remedy=remedy)
    return _setting(default, meaning, Rule("float", f"above {above:g}", check))


def log_effect(default: float, meaning: str) -> float:
    """Make a field for a strength on the log scale, where exp() of more says nothing."""
    remedy = "It counts on the log scale, where 1 is strong already."
    return number(default, meaning, high=_STRONGEST, remedy=remedy)


def money(default: float, meaning: str) -> float:
    """Make a field for an amount in won."""
    return _setting(default, meaning, Rule("float", "in won, at least 0", _range()))


def count(default: int, meaning: str, *, minimum: int) -> int:
    """Make a field for a whole number."""

    def check(name: str, value: object) -> None:
        check_count(name, value, minimum=minimum)  # type: ignore[arg-type]

    return _setting(default, meaning, Rule("int", f"at least {minimum}", check))


def day(default: str, meaning: str) -> str:
    """Make a field for a date without a time."""
    return _setting(default, meaning, Rule("str", "a date without a time", _check_whole_day))


def fractions_per_source(
    default: PerSource, meaning: str, *, some_above_zero: bool = False
) -> PerSource:
    """Make a field for three probabilities or shares: for branch, web and call centre."""
    words = "for branch, web and call centre, each in [0, 1]"
    if some_above_zero:
        words += ", at least one above 0"

    def check(name: str, value: object) -> None:
        _check_per_source(name, value)
        if some_above_zero and not any(value):  # type: ignore[arg-type]
            raise ValueError(f"`{name}` must hold a number above 0; got {value!r}.")

    return _setting(default, meaning, Rule("three floats", words, check))


def meaning_of(setting: "Field[Any]") -> str:
    """Meaning of a setting, a phrase without a full stop."""
    return str(setting.metadata["meaning"])


def rule_of(setting: "Field[Any]") -> Rule:
    """Rule of a setting."""
    rule: Rule = setting.metadata["rule"]
    return rule


def described(settings: "tuple[Field[Any], ...]") -> str:
    """Parameters section of a docstring, made from the settings themselves."""
    entries = [
        f"    {one.name} : {rule_of(one).type}, default={one.default!r}\n"
        f"        {meaning_of(one)}; {rule_of(one).words}."
        for one in settings
    ]
    return "\n".join(["    Parameters", "    ----------", *entries])


def _setting(default: Any, meaning: str, rule: Rule) -> Any:
    return field(default=default, metadata={"meaning": meaning, "rule": rule})


def _range(
    low: float = 0.0, high: float = math.inf, *, is_open: bool = False, remedy: str = ""
) -> Callable[[str, object], None]:
    """Make the check of a finite number; True and False count as 1 and 0, on and off."""

    def check(name: str, value: object) -> None:
        if not isinstance(value, numbers.Real) or not math.isfinite(value):
            raise ValueError(f"`{name}` must be a finite number; got {value!r}.")
        above = value > low if is_open else value >= low
        if above and value <= high:
            return
        ends = f" {remedy}" if remedy else ""
        raise ValueError(f"`{name}` must be {_bounds(low, high, is_open, value)}; got {value!r}.{ends}")

    return check
