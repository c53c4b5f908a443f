"""What a notebook asks, as the book and the course show it: with the numbers of the book."""

from typing import Protocol

import crmlab.exercises as _rooms

__all__ = ["Asked", "find_exercises", "is_code"]


class Asked(Protocol):
    """What exercises of every kind have."""

    @property
    def key(self) -> str:
        """Number of the exercise, such as "02.1"."""

    @property
    def objective(self) -> int:
        """Which of the notebook's objectives it practises, counted from 1."""

    @property
    def question(self) -> str:
        """Markdown, as the notebook shows it."""

    @property
    def hint(self) -> str:
        """The first step."""

    @property
    def solution(self) -> str:
        """The whole way to the answer; of a task in code, the right function."""


def find_exercises(number: str) -> list[Asked]:
    """List the exercises of one notebook, in the order of their keys.

    Parameters
    ----------
    number : str
        Two digits, such as "02".

    Examples
    --------
    >>> find_exercises("02")[0].key
    '02.1'
    """
    items = [item for block in _rooms._BLOCKS for item in block.exercises]
    made = [item.make() if hasattr(item, "make") else item for item in items]
    return [item for item in made if item.key.startswith(f"{number}.")]


def is_code(exercise: Asked) -> bool:
    """Whether the answer is a function that the learner writes."""
    return hasattr(exercise, "starter")
