"""What the right function and the typical mistakes give on the hidden inputs of an exercise."""

import inspect
import pickle
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._code._compare import same, show, show_table
from crmlab.exercises._code._forms import write_form
from crmlab.exercises._code._trial import Outcome, try_out
from crmlab.exercises._items import CodeExercise

__all__ = ["Reference", "agree", "refer"]

_HEAD = 10  # rows, more than are shown
_UNLIKE = ({bool, int}, {bool, float})  # True is no 1, though Python takes it for one


@dataclass(frozen=True)
class Reference:
    """Inputs, how each is shown, and the outcomes expected of them."""

    inputs: list[bytes]
    shown: list[str]
    expected: list[Outcome]
    mistakes: list[list[Outcome]]  # in the order of the exercise's
    seconds: float  # that the right function takes

    def recognise(self, given: list[Outcome], tolerance: float) -> int | None:
        """Find the mistake that gives the same on all inputs, or on all on which it is wrong.

        Where only those that it gets wrong agree, they must be several and differ: one number, such
        as zero, is reached in many ways. A mistake that only changes what it is given is
        recognised by that.
        """
        on_all: list[int] = []
        where_wrong: list[int] = []
        for at, mistake in enumerate(self.mistakes):
            alike = [
                agree(one, wrong, tolerance) for one, wrong in zip(given, mistake, strict=True)
            ]
            tells = [
                not agree(wrong, right, tolerance)
                for wrong, right in zip(mistake, self.expected, strict=True)
            ]
            if all(alike) and (any(tells) or _changes(mistake) == _changes(given)):
                on_all.append(at)
            elif all(same for same, tell in zip(alike, tells, strict=True) if tell):
                wrong = [outcome for outcome, tell in zip(mistake, tells, strict=True) if tell]
                if any(not agree(wrong[0], other, tolerance) for other in wrong[1:]):
                    where_wrong.append(at)
        return next(iter(on_all + where_wrong), None)


def _changes(outcomes: list[Outcome]) -> bool:
    return any(outcome["changed"] for outcome in outcomes)


def agree(one: Outcome, other: Outcome, tolerance: float) -> bool:
    """Whether two outcomes are alike: the same result, or an error of the same type."""
    if "raised" in one or "raised" in other:
        return one.get("raised") == other.get("raised")
    if "NoneType" in (one["type"], other["type"]):
        return bool(one["type"] == other["type"])
    if {type(one["value"]), type(other["value"])} in _UNLIKE:
        return False
    return same(one["value"], other["value"], tolerance)


def _show_argument(value: Any) -> str:
    """Show an input; of a long table only its first rows are looked at."""
    if isinstance(value, pd.DataFrame):
        return f"{len(value):,} rows {show_table(write_form(value.head(_HEAD)))}"
    return show(write_form(value.head(_HEAD) if isinstance(value, pd.Series) else value))


@lru_cache(maxsize=64)
def refer(exercise: CodeExercise, seed: int | None) -> Reference:
    """Draw the inputs, and try the right function and the mistakes on them, once for each seed."""
    rng = np.random.default_rng([seed or 0, *exercise.key.encode()])
    drawn = exercise.inputs(rng)
    inputs = [pickle.dumps(tuple(arguments)) for arguments in drawn]
    names = list(inspect.signature(exercise.answer).parameters)
    start = time.perf_counter()
    expected = try_out(exercise.answer, inputs)
    seconds = time.perf_counter() - start
    return Reference(
        inputs=inputs,
        shown=[
            ", ".join(
                f"{name} = {_show_argument(value)}"
                for name, value in zip(names, arguments, strict=False)
            )
            for arguments in drawn
        ],
        expected=expected,
        mistakes=[try_out(mistake.answer, inputs) for mistake in exercise.mistakes],
        seconds=seconds,
    )
