"""The quiz of a notebook: questions in the terminal, a reason after each, a score at the end."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np

from crmlab._checks import check_count
from crmlab._errors import InputError
from crmlab.course._copies import read_number
from crmlab.exercises.rooms import QuizItem, load_blocks

__all__ = ["Option", "Question", "ask_quiz", "draw_quiz", "load_quiz", "print_quiz"]

_WIDTH = 88
_STOP = "q"


@dataclass(frozen=True)
class Option:
    """An answer to choose, under the letter it is shown with."""

    letter: str
    text: str
    why: str
    right: bool


@dataclass(frozen=True)
class Question:
    """A quiz item with its options in the order in which they are shown."""

    text: str
    options: tuple[Option, ...]
    concepts: tuple[str, ...] = ()

    @property
    def right(self) -> Option:
        """The option that is right."""
        return next(option for option in self.options if option.right)


def load_quiz(number: str) -> tuple[QuizItem, ...]:
    """Load the quiz of a notebook.

    Parameters
    ----------
    number : str
        Number of the notebook, such as "02"; its name, such as "02_pareto", is taken, too.

    Returns
    -------
    tuple of QuizItem

    Raises
    ------
    InputError
        If there is no such notebook, or it has no quiz.

    Examples
    --------
    >>> load_quiz("98")
    Traceback (most recent call last):
    ...
    crmlab.InputError: there is no quiz of notebook '98'; there are ...
    """
    blocks = load_blocks()
    block = blocks.get(read_number(number) or "")
    if block is None or not block.quiz:
        having = ", ".join(key for key, block in blocks.items() if block.quiz) or "none yet"
        raise InputError(f"there is no quiz of notebook {number!r}; there are {having}.")
    return block.quiz


def draw_quiz(items: Sequence[QuizItem], *, seed: int | None = None) -> list[Question]:
    """Put the options of each item in an order that is drawn.

    Parameters
    ----------
    items : sequence of QuizItem
        The first option of each is the right one.
    seed : int, optional
        The same seed gives the same order. Default: another order each time.

    Returns
    -------
    list of Question

    Raises
    ------
    InputError
        If `seed` is not a whole number from 0 on.

    Examples
    --------
    >>> item = QuizItem("How many?", (("one", "It says one."), ("two", "One is not two.")))
    >>> (question,) = draw_quiz([item], seed=1)
    >>> sorted(option.letter for option in question.options), question.right.text
    (['a', 'b'], 'one')
    """
    chosen = None if seed is None else check_count("seed", seed, minimum=0)
    rng = np.random.default_rng(chosen)
    return [_draw(item, rng) for item in items]


def _draw(item: QuizItem, rng: np.random.Generator) -> Question:
    order = rng.permutation(len(item.options))
    options = tuple(
        Option(letter, text, why, right=bool(position == 0))
        for letter, position in zip(ascii_lowercase, order, strict=False)
        for text, why in [item.options[position]]
    )
    return Question(item.question, options, item.concepts)


def ask_quiz(
    questions: Sequence[Question], *, read: Callable[[str], str], write: Callable[[str], object]
) -> int:
    """Ask the questions one by one, and say after each why an answer is right or wrong.

    Parameters
    ----------
    questions : sequence of Question
        As `draw_quiz` gives them.
    read : callable
        Takes a prompt, returns what was typed, such as `input`. EOFError ends the quiz.
    write : callable
        Shows a text, such as `print`.

    Returns
    -------
    int
        Number of right answers.

    Examples
    --------
    >>> item = QuizItem("How many?", (("one", "It says one."), ("two", "One is not two.")))
    >>> ask_quiz(draw_quiz([item], seed=1), read=lambda prompt: "q", write=print)
    1 of 1. How many?
      a) ...
      b) ...
    The quiz ends here: 0 of 0 answered are right.
    0
    """
    right = 0
    for count, question in enumerate(questions, start=1):
        write(_lay_out(question, f"{count} of {len(questions)}."))
        chosen = _read_letter(question, read, write)
        if chosen is None:
            write(f"The quiz ends here: {right} of {count - 1} answered are right.")
            return right
        right += chosen.right
        write(_judge(question, chosen))
    write(f"{right} of {len(questions)} are right.")
    return right


def print_quiz(questions: Sequence[Question], write: Callable[[str], object]) -> None:
    """Show the questions, and for each option whether and why it is right."""
    for count, question in enumerate(questions, start=1):
        write(_wrap(f"{count}. {question.text}"))
        for option in question.options:
            verdict = "right" if option.right else "wrong"
            write(_wrap(f"{option.letter}) {option.text}", indent=2))
            write(_wrap(f"{verdict}: {option.why}", indent=5))
        write("")


def _lay_out(question: Question, number: str) -> str:
    options = [_wrap(f"{option.letter}) {option.text}", indent=2) for option in question.options]
    return "\n".join([_wrap(f"{number} {question.text}"), *options])


def _read_letter(
    question: Question, read: Callable[[str], str], write: Callable[[str], object]
) -> Option | None:
    """Read until a letter of the question is typed; None where the learner stops."""
    letters = {option.letter: option for option in question.options}
    while True:
        try:
            typed = read(f"Your letter ({_STOP} ends the quiz): ").strip(" \t().").casefold()
        except EOFError:
            write("")  # the prompt has no line end of its own
            return None
        if typed == _STOP:
            return None
        if typed in letters:
            return letters[typed]
        write(f"Type one letter: {', '.join(letters)}.")


def _judge(question: Question, chosen: Option) -> str:
    if chosen.right:
        said = chosen.why if chosen.why.startswith("Right") else f"Right. {chosen.why}"
        return _wrap(said) + "\n"
    answer = f"The answer is {question.right.letter}). {question.right.why}"
    return _wrap(f"Not right. {chosen.why}") + "\n" + _wrap(answer) + "\n"


def _wrap(text: str, *, indent: int = 0) -> str:
    start = " " * indent
    more = start + "   " if indent else ""
    return textwrap.fill(text, _WIDTH, initial_indent=start, subsequent_indent=more)
