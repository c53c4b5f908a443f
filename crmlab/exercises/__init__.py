"""Exercises of the workbook: answers are checked, and typical mistakes are recognised.

`check`, `hint` and `solution` print. They take any object as an answer and never raise.

What one notebook asks is one private room, ``_nbNN``, with its ``BLOCK``. To add a notebook, write
its room, which is found by its name, and give each key its cases in ``tests/exercise_cases``.
"""

import os

from crmlab.exercises import _tally, _variants
from crmlab.exercises._engine import judge
from crmlab.exercises._items import CodeExercise, Drawn, Exercise
from crmlab.exercises._keys import check_seed, explain_key
from crmlab.exercises._result import Result
from crmlab.exercises.rooms import load_blocks
from crmlab.prose import Told

__all__ = ["check", "hint", "progress", "solution", "variant"]

_BLOCKS = tuple(load_blocks().values())
_ITEMS: dict[str, Exercise | Drawn | CodeExercise] = {
    (item.make() if isinstance(item, Drawn) else item).key: item
    for block in _BLOCKS
    for item in block.exercises
}
_EXERCISES = {key: _variants.vary(item, None) for key, item in _ITEMS.items()}


def check(key: str, answer: object, *, seed: int | None = None) -> Result:
    """Print whether an answer is right and, where it is not, which mistake leads to it.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints which one may be meant.
    answer : object
        A number, the letter of a choice, a set of labels, or a function, as the exercise asks;
        ``...`` means not attempted. A function runs in a process of its own, on inputs that it
        does not know.
    seed : int, optional
        For the exercise that `variant` shows for this seed.

    Returns
    -------
    Result
        With `right`, `message` and `key`; it is true where the answer is right. A notebook does
        not show it, since the sentence is printed.

    Examples
    --------
    >>> result = check("02.1", ...)
    02.1: not attempted yet. Put your answer in place of ... and run the cell again.
    >>> result = check("02.1", 0.48)
    02.1: not yet. That is the top 20 % of the repeat buyers; all ten count.
    >>> result.right
    False
    """
    exercise = _find(key, seed)
    if isinstance(exercise, str):
        _print(exercise)
        return Result(key if type(key) is str else "", False, exercise, attempted=False)
    result = judge(exercise, answer, seed)
    _print(f"{_name(exercise, seed)}: {result.message}")
    _tally.keep(result, seed)
    return result


def hint(key: str, *, seed: int | None = None) -> None:
    """Print the first step of an exercise.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints which one may be meant.
    seed : int, optional
        For the exercise that `variant` shows for this seed.

    Examples
    --------
    >>> hint("02.1")
    02.1, hint: sort the ten amounts, largest first, and count how many customers 20 % are.
    """
    exercise = _find(key, seed)
    if isinstance(exercise, str):
        _print(exercise)
    else:
        _print(f"{_name(exercise, seed)}, hint: {exercise.hint}")


def solution(key: str, *, seed: int | None = None) -> None:
    """Print the way to the answer of an exercise, step by step.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1". An unknown key prints which one may be meant.
    seed : int, optional
        For the exercise that `variant` shows for this seed.

    Examples
    --------
    >>> solution("02.1")
    02.1, solution:
    20 % of ten customers are two: the largest, 480 and 240.
    They hold 480 + 240 = 720 of 1000, which is 0.72.
    """
    exercise = _find(key, seed)
    if isinstance(exercise, str):
        _print(exercise)
    else:
        _print(f"{_name(exercise, seed)}, solution:\n{_variants.solve(exercise, seed)}")


def variant(key: str, *, seed: int) -> Told:
    """Show an exercise with other numbers, so that each learner of a class has another one.

    A choice has its options in another order; a function is tried on other inputs.

    Parameters
    ----------
    key : str
        Number of the exercise, such as "02.1".
    seed : int
        Which variant, from 0 on; the same seed gives the same variant on every computer.

    Returns
    -------
    Told
        The question, which a notebook shows as Markdown, with the call that checks the answer.

    Examples
    --------
    >>> print(variant("02.1", seed=7).splitlines()[-1])
    `exercises.check("02.1", answer, seed=7)`
    """
    exercise = _find(key, seed)
    return Told(exercise if isinstance(exercise, str) else _variants.ask(_ITEMS[key], seed))


def progress(folder: str | os.PathLike[str] | None = None) -> None:
    """Print how many exercises of each notebook are right, and which are open.

    Answers are kept only where the environment variable CRMLAB_PROGRESS names a folder, as in
    notebooks that `crmlab lab` opens.

    Parameters
    ----------
    folder : path, optional
        Where the answers are kept, or where the learner runs `crmlab lab`. Default: the folder of
        CRMLAB_PROGRESS, or else ``crmlab-notebooks``, or else the working directory.

    Examples
    --------
    >>> progress("no-such-folder")
    No answers are kept in no-such-folder yet. They are when a notebook of `crmlab lab` runs.
    """
    _print(_tally.summarise(_tally.find_folder(folder), _EXERCISES))


def _find(key: object, seed: object) -> Exercise | CodeExercise | str:
    """Find an exercise, or say what is wrong with the key or the seed."""
    if type(key) is not str or key not in _ITEMS:  # an object may raise when it is asked more
        return explain_key(key, _ITEMS)
    return check_seed(seed) or _variants.vary(_ITEMS[key], seed)  # type: ignore[arg-type]


def _name(exercise: Exercise | CodeExercise, seed: int | None) -> str:
    return exercise.key if seed is None else f"{exercise.key}, seed {seed}"


def _print(text: str) -> None:
    """Print a text, with question marks for letters that a console lacks."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(text.encode("ascii", "replace").decode())
