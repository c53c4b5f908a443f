"""What the right function and the typical mistakes give on the hidden inputs of an exercise."""

import inspect
import pickle
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crmlab.exercises._code._compare import same, show
from crmlab.exercises._code._forms import write_form
from crmlab.exercises._code._trial import Outcome, try_out
from crmlab.exercises._items import CodeExercise

__all__ = ["Reference", "agree", "refer"]


@dataclass(frozen=True)
class Reference:
    """Inputs, how each is shown, and the outcomes expected of them."""

    inputs: list[bytes]
    shown: list[str]
    expected: list[Outcome]
    mistakes: list[list[Outcome]]  # in the order of the exercise's

    def recognise(self, outcomes: list[Outcome], tolerance: float) -> int | None:
        """Find the mistake that gives the same wherever it differs from the right function."""
        for everywhere in (True, False):
            for at, mistake in enumerate(self.mistakes):
                tells = [
                    not agree(one, other, tolerance)
                    for one, other in zip(mistake, self.expected, strict=True)
                ]
                judged = [
                    agree(given, wrong, tolerance)
                    for given, wrong, tell in zip(outcomes, mistake, tells, strict=True)
                    if tell or everywhere
                ]
                if any(tells) and all(judged):
                    return at
        return None


def agree(one: Outcome, other: Outcome, tolerance: float) -> bool:
    """Whether two outcomes are alike: the same result, or an error of the same type."""
    if "raised" in one or "raised" in other:
        return one.get("raised") == other.get("raised")
    if "NoneType" in (one["type"], other["type"]):
        return bool(one["type"] == other["type"])
    return same(one["value"], other["value"], tolerance)


@lru_cache(maxsize=64)
def refer(exercise: CodeExercise, seed: int | None) -> Reference:
    """Draw the inputs, and try the right function and the mistakes on them, once for each seed."""
    rng = np.random.default_rng([seed or 0, *exercise.key.encode()])
    drawn = exercise.inputs(rng)
    inputs = [pickle.dumps(tuple(arguments)) for arguments in drawn]
    names = list(inspect.signature(exercise.answer).parameters)
    return Reference(
        inputs=inputs,
        shown=[
            ", ".join(
                f"{name} = {show(write_form(value))}"
                for name, value in zip(names, arguments, strict=False)
            )
            for arguments in drawn
        ],
        expected=try_out(exercise.answer, inputs),
        mistakes=[try_out(mistake.answer, inputs) for mistake in exercise.mistakes],
    )
