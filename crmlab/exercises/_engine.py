"""How an answer to an exercise is judged."""

from collections.abc import Callable
from typing import Any

from crmlab.exercises import _code
from crmlab.exercises._items import Answer, CodeExercise, Exercise
from crmlab.exercises._read import Unread, read_choice, read_labels, read_number
from crmlab.exercises._result import Result
from crmlab.exercises._show import show_number

__all__ = ["call", "judge"]

_CLOSE = 0.01  # of the answer: nearer than this, it was rounded too early
_EXACT = 1e-9  # 0.63 is 0.005 from 0.625, and a little more in binary


def judge(exercise: Exercise | CodeExercise, answer: object, seed: int | None = None) -> Result:
    """Judge any object as an answer; a function on the hidden inputs of a seed."""
    help_ = f"The first step is in exercises.hint({call(exercise.key, seed)})."
    if isinstance(exercise, CodeExercise):
        said = _code.verdict(exercise, answer, seed=seed, help_=help_)
    else:
        said = _verdict(exercise, answer, help_)
    right = said.startswith("right.")
    return Result(exercise.key, right, said, attempted=right or said.startswith("not yet."))


def call(key: str, seed: int | None) -> str:
    """The arguments by which an exercise is called, as a learner writes them."""
    return f'"{key}"' if seed is None else f'"{key}", seed={seed}'


def _verdict(exercise: Exercise, answer: object, help_: str) -> str:
    """Say "not attempted", "right", or "not yet" with the reason."""
    if answer is ... or (type(answer) is str and answer.strip() == "..."):
        return "not attempted yet. Put your answer in place of ... and run the cell again."
    read, unreadable = _KINDS[type(exercise.answer)]
    try:
        return _judge(exercise, read(answer), help_)
    except Unread as reason:
        return f"not yet. {reason} Expected: {exercise.unit}."
    except Exception:  # a learner's object may raise anything; no traceback helps here
        return f"not yet. {unreadable} Expected: {exercise.unit}."


def _judge(exercise: Exercise, given: Answer, help_: str) -> str:
    """Compare an answer of the right kind with the right one, then with the typical mistakes."""
    if _is_close(given, exercise.answer, exercise.tolerance):
        return f"right. {exercise.right}"
    for wrong in exercise.misconceptions:
        if _is_close(given, wrong.answer, wrong.width(exercise.tolerance)):
            return f"not yet. {wrong.why}"
    return f"not yet. {_echo(given, exercise.answer)}Expected: {exercise.unit}. {help_}"


def _echo(given: Answer, answer: Answer) -> str:
    """Repeat a number, and say where it is nearly right."""
    if not isinstance(given, float) or not isinstance(answer, float):
        return ""
    if _is_close(given, answer, _CLOSE * abs(answer)):
        return f"{show_number(given)} is close, but not it; round only at the end. "
    return f"{show_number(given)} is not it. "


def _is_close(given: Answer, target: Answer, tolerance: float) -> bool:
    """Tell whether two answers of one kind agree; numbers within the tolerance."""
    if isinstance(given, float) and isinstance(target, float):
        return abs(given - target) <= tolerance + _EXACT * abs(target)
    return given == target


# How an answer of each kind is read, and what is said of one that raises while it is read.
_KINDS: dict[type, tuple[Callable[[Any], Answer], str]] = {
    float: (
        read_number,
        "This cannot be read as one number; leave out quotes, units and % signs.",
    ),
    str: (read_choice, "This cannot be read as a letter; put one letter in quotes."),
    frozenset: (read_labels, "This cannot be read as a set; put the labels in braces."),
}
