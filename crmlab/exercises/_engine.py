"""How an answer to an exercise is judged."""

from collections.abc import Callable, Collection
from decimal import Decimal
from itertools import islice
from numbers import Real
from typing import Any

from crmlab.exercises import _code
from crmlab.exercises._items import Answer, CodeExercise, Exercise
from crmlab.exercises._result import Result

__all__ = ["judge"]

_MOST_LABELS = 1_000  # an answer that never ends must not hang the notebook


def judge(exercise: Exercise | CodeExercise, answer: object, seed: int | None = None) -> Result:
    """Judge any object as an answer; a function on the hidden inputs of a seed."""
    if isinstance(exercise, CodeExercise):
        said = _code.verdict(exercise, answer, seed)
    else:
        said = _verdict(exercise, answer)
    return Result(exercise.key, said.startswith("right."), said, not said.startswith("not attemp"))


def _verdict(exercise: Exercise, answer: object) -> str:
    """Judge any object as an answer: not attempted, right, or not yet with the reason."""
    if answer is ...:
        return "not attempted yet. Put your answer in place of ... and run the cell again."
    read, unreadable = _KINDS[type(exercise.answer)]
    try:
        return _judge(exercise, read(answer))
    except Exception:  # a learner's object may raise anything; no traceback helps here
        return f"not yet. {unreadable} Expected: {exercise.unit}."


def _judge(exercise: Exercise, given: Answer) -> str:
    """Compare an answer of the right kind with the right one, then with the typical mistakes."""
    if _is_close(given, exercise.answer, exercise.tolerance):
        return f"right. {exercise.right}"
    for wrong in exercise.misconceptions:
        if _is_close(given, wrong.answer, wrong.width(exercise.tolerance)):
            return f"not yet. {wrong.why}"
    echo = f"{given:.6g} is not it. " if isinstance(given, float) else ""
    return (
        f"not yet. {echo}Expected: {exercise.unit}. "
        f'The first step is in exercises.hint("{exercise.key}").'
    )


def _is_close(given: Answer, target: Answer, tolerance: float) -> bool:
    """Tell whether two answers of one kind agree; numbers within the tolerance."""
    if isinstance(given, float) and isinstance(target, float):
        return abs(given - target) <= tolerance
    return given == target


def _read_number(answer: Any) -> float:
    """Read one number, also from an array or a Series that holds just one; text is none."""
    if not isinstance(answer, Real | Decimal):
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real | Decimal):
        raise TypeError("not a number")
    return float(answer)


def _read_choice(answer: Any) -> str:
    """Read a letter in any of the forms a, A, "a)" and "(a)"."""
    if not isinstance(answer, str):
        raise TypeError("not text")
    return answer.strip(" \t\n().").casefold()


def _read_labels(answer: Any) -> frozenset[str]:
    """Read the distinct labels of a collection; neither order nor type matters."""
    if isinstance(answer, str | bytes) or not isinstance(answer, Collection):
        raise TypeError("not a collection")
    return frozenset(_read_label(item) for item in islice(answer, _MOST_LABELS))


def _read_label(item: Any) -> str:
    """Write 5, 5.0 and " 5 " alike."""
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return str(item).strip().casefold()


# How an answer of each kind is read, and what is said of one that cannot be.
_KINDS: dict[type, tuple[Callable[[Any], Answer], str]] = {
    float: (
        _read_number,
        "This cannot be read as one number; leave out quotes, units and % signs.",
    ),
    str: (_read_choice, "This cannot be read as a letter; put one letter in quotes."),
    frozenset: (_read_labels, "This cannot be read as a set; put the labels in braces."),
}
