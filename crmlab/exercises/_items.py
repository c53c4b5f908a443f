"""What a notebook asks: numbers and choices, code, a quiz, and a memo to be judged.

Every text that is printed is plain ASCII, so that any console can show it; questions are Markdown.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = [
    "Answer",
    "Block",
    "CodeExercise",
    "Drawn",
    "Exercise",
    "Memo",
    "Misconception",
    "QuizItem",
    "WrongCode",
    "in_percent",
]

_WIDEST = 0.05  # of a wrong answer: who is further away has made another mistake
_MOST_DRAWS = 200

Answer = float | str | frozenset[str]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that a typical mistake leads to.

    Attributes
    ----------
    answer : float, str or frozenset of str
        The wrong answer, of the same kind as the right one.
    why : str
        One short sentence that names the mistake and does not give the answer away.
    tolerance : float, optional
        Half-width of the recognised interval, at most 5 % of the wrong answer; default: the
        exercise's own, or those 5 % where that is more.
    """

    answer: Answer
    why: str
    tolerance: float | None = None

    def width(self, usual: float) -> float:
        """Half-width of the interval, where `usual` is the tolerance of the exercise."""
        if self.tolerance is not None or not isinstance(self.answer, float):
            return self.tolerance or 0.0
        return min(usual, _WIDEST * abs(self.answer))


@dataclass(frozen=True)
class Exercise:
    """A question with its own data, its answer, and what each typical mistake gives.

    Attributes
    ----------
    key : str
        Number of the notebook and of the exercise in it, such as "02.1".
    objective : int
        Which of the notebook's objectives it practises, counted from 1.
    question : str
        Markdown, the data included, as the notebook shows it.
    answer : float, str or frozenset of str
        A number; the letter of a choice; or a set of labels, in lower case.
    tolerance : float
        Largest distance from a numeric answer that counts as right, in its unit.
    unit : str
        What kind of answer is expected, with its unit, precision and an example.
    right : str
        One sentence on what the right answer means.
    misconceptions : tuple of Misconception
        At least two; for a choice, one per wrong letter.
    hint : str
        The first step.
    solution : str
        The whole way to the answer.
    concepts : tuple of str
        Ids of the concepts that it practises.
    """

    key: str
    objective: int
    question: str
    answer: Answer
    tolerance: float
    unit: str
    right: str
    misconceptions: tuple[Misconception, ...]
    hint: str
    solution: str
    concepts: tuple[str, ...] = ()

    def clashes(self) -> list[str]:
        """Values within reach of two of the answer and the mistakes, and mistakes too wide.

        A learner who gives such a value would be told of a mistake that was not made.
        """
        known: list[tuple[Answer, float]] = [(self.answer, self.tolerance)]
        found = []
        for wrong in self.misconceptions:
            width = wrong.width(self.tolerance)
            if isinstance(wrong.answer, float) and width > _WIDEST * abs(wrong.answer):
                found.append(f"{self.key}: {wrong.answer} within {width} is more than 5 % of it")
            found += [
                f"{self.key}: {wrong.answer} within {width} meets {other} within {reach}"
                for other, reach in known
                if _meet(wrong.answer, width, other, reach)
            ]
            known.append((wrong.answer, width))
        return found


def _meet(one: Answer, width: float, other: Answer, reach: float) -> bool:
    """Whether some value is within reach of both."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= width + reach
    return one == other


@dataclass(frozen=True)
class Drawn:
    """An exercise whose numbers can be drawn anew, so that every learner of a class has others.

    Attributes
    ----------
    make : callable
        Builds the exercise from the numbers; without any, that of the book. Its answer, mistakes
        and texts follow from the numbers.
    draw : callable
        Draws the numbers, ``draw(rng)``, as keyword arguments of `make`. It is called again where
        they are those of the book, or two of the answer and the mistakes meet.
    """

    make: Callable[..., Exercise]
    draw: Callable[[np.random.Generator], Mapping[str, Any]]

    def another(self, rng: np.random.Generator) -> Exercise:
        """Build the exercise from other numbers than the book's, of which no two give one value."""
        book = self.make()
        for _ in range(_MOST_DRAWS):
            exercise = self.make(**self.draw(rng))
            if exercise.question != book.question and not exercise.clashes():
                return exercise
        return book


@dataclass(frozen=True)
class WrongCode:
    """Code that a typical mistake leads to: a function that does the wrong thing well.

    Attributes
    ----------
    answer : callable
        Takes the same arguments as the right one.
    why : str
        One short sentence that names the mistake and does not give the answer away.
    """

    answer: Callable[..., Any]
    why: str


@dataclass(frozen=True)
class CodeExercise:
    """A task whose answer is a function: it is judged by what it returns on hidden inputs.

    Attributes
    ----------
    key, objective, question, right, hint, concepts
        As in `Exercise`.
    starter : str
        What the cell holds before it is answered: the ``def`` line, a docstring of one line that
        says what it takes and returns, and a body of ``...``.
    answer : callable
        The right function, of the name in `starter`, plain enough to be shown as the solution.
    inputs : callable
        Draws hidden inputs, ``inputs(rng)``: a list of tuples of arguments. The edge cases that
        tell the mistakes apart are among them, whatever is drawn.
    mistakes : tuple of WrongCode
        At least two; on some input each returns something else than `answer` and than each other.
    unit : str
        What the function must return, with its unit and type.
    tolerance : float
        Largest relative distance of numbers that counts as right.
    """

    key: str
    objective: int
    question: str
    starter: str
    answer: Callable[..., Any]
    inputs: Callable[[np.random.Generator], list[tuple[Any, ...]]]
    mistakes: tuple[WrongCode, ...]
    unit: str
    right: str
    hint: str
    tolerance: float = 1e-6
    concepts: tuple[str, ...] = ()

    @property
    def solution(self) -> str:
        """The right function, as it is written."""
        return inspect.getsource(self.answer).rstrip()


@dataclass(frozen=True)
class QuizItem:
    """A question on what was read, with the reason for or against each option.

    Attributes
    ----------
    question : str
        One sentence or two.
    options : tuple of (str, str)
        Each option and why it is right or wrong; the first one is right. They are shown in an
        order that is drawn.
    concepts : tuple of str
        Ids of the concepts that it asks about.
    """

    question: str
    options: tuple[tuple[str, str], ...]
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Memo:
    """How a decision memo is judged, and one that would be accepted.

    Attributes
    ----------
    task : str
        The decision, as the notebook asks for it.
    rubric : tuple of (str, str, int)
        What is looked for, what is enough, and its points.
    model : str
        A memo that gets all points, in Markdown: do, cost, risk, what would change my mind.
    """

    task: str
    rubric: tuple[tuple[str, str, int], ...]
    model: str


@dataclass(frozen=True)
class Block:
    """All that one notebook asks.

    Attributes
    ----------
    exercises : tuple
        In the order of their keys.
    quiz : tuple of QuizItem
        Six.
    memo : Memo, optional
        How the decision memo is judged.
    """

    exercises: tuple[Exercise | Drawn | CodeExercise, ...]
    quiz: tuple[QuizItem, ...] = field(default=())
    memo: Memo | None = None


def in_percent(share: float, tolerance: float) -> Misconception:
    """Recognise a share given in percent."""
    return Misconception(
        100 * share,
        "A share lies between 0 and 1; this is in percent.",
        100 * min(tolerance, _WIDEST * abs(share)),
    )
