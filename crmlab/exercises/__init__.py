"""Exercises of the workbook: answers are checked, and typical mistakes are recognised.

These functions print. They take any object as an answer and never raise.

What one notebook asks is one private room, ``_nbNN``, with its ``BLOCK``. To add a notebook, write
its room, name it in `_BLOCKS` below, and give each key its cases in ``tests/exercise_cases``.
"""

from collections.abc import Callable

from crmlab.exercises import _nb00, _nb02, _nb03, _nb06
from crmlab.exercises._engine import judge
from crmlab.exercises._items import CodeExercise, Drawn, Exercise
from crmlab.exercises._result import Result

__all__ = ["check", "hint", "solution"]

_BLOCKS = (_nb00.BLOCK, _nb02.BLOCK, _nb03.BLOCK, _nb06.BLOCK)
_ITEMS = tuple(exercise for block in _BLOCKS for exercise in block.exercises)
_EXERCISES: dict[str, Exercise | CodeExercise] = {
    exercise.key: exercise
    for exercise in (item.make() if isinstance(item, Drawn) else item for item in _ITEMS)
}


def check(key: str, answer: object) -> Result:
    """Print whether an answer is right and, where it is not, which mistake leads to it.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints those that exist.
    answer : object
        A number, the letter of a choice, a set of labels, or a function, as the exercise asks;
        ``...`` means not attempted. A function runs in a process of its own, on inputs that it
        does not know.

    Returns
    -------
    Result
        With `right`, `message` and `key`; it is true where the answer is right. A notebook does
        not show it, since the sentence is printed.

    Examples
    --------
    >>> result = check("00.2", ...)
    00.2: not attempted yet. Put your answer in place of ... and run the cell again.
    >>> result = check("00.2", 111)
    00.2: not yet. That is T: from the first purchase to the end of the data.
    >>> result.right
    False
    """
    exercise = _find(key)
    if exercise is None:
        return Result(str(key), False, "There is no such exercise.", attempted=False)
    result = judge(exercise, answer)
    print(f"{result.key}: {result.message}")
    return result


def hint(key: str) -> None:
    """Print the first step of an exercise.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints those that exist.

    Examples
    --------
    >>> hint("00.2")
    00.2, hint: recency ends at the last purchase, wherever the data end.
    """
    _say(key, lambda exercise: f"{exercise.key}, hint: {exercise.hint}")


def solution(key: str) -> None:
    """Print the way to the answer of an exercise, step by step.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints those that exist.

    Examples
    --------
    >>> solution("02.1")
    02.1, solution:
    20 % of ten customers are two: the largest, 480 and 240.
    They hold 480 + 240 = 720 of 1000, which is 0.72.
    """
    _say(key, lambda exercise: f"{exercise.key}, solution:\n{exercise.solution}")


def _say(key: object, text: Callable[[Exercise | CodeExercise], str]) -> None:
    exercise = _find(key)
    if exercise is not None:
        print(text(exercise))


def _find(key: object) -> Exercise | CodeExercise | None:
    """Find an exercise, or print which keys exist where there is none of that key."""
    exercise = _EXERCISES.get(key) if isinstance(key, str) else None
    if exercise is None:
        print(f"There is no exercise with this key. There are: {', '.join(_EXERCISES)}.")
    return exercise
