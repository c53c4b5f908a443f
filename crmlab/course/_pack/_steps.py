"""What a class does with a notebook, step by step, and how long each step takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from crmlab._notebooks import Notebook
from crmlab._sections import FIXED_END, Section, split_sections
from crmlab.exercises.rooms import Block, CodeExercise, vary

__all__ = ["DOING", "Step", "list_steps", "slide_type"]

# Minutes in class beside reading: assumptions, and said to be so on the page.
DOING = {"exercise by hand": 3.0, "exercise in code": 8.0, "memo": 10.0, "quiz": 8.0}
# The short path of a notebook whose teachers know it: beginnings of chapters, keys of exercises. Of
# any other notebook it is what is marked for slides.
_SHORT = {
    "02": (
        "02 ·", "Three claims", "The money first", "How sure", "Who counts", "How long",
        "Are they the same", "The other 80", "Exercise 02.1", "Exercise 02.5",
    ),
}  # fmt: skip
_MEMO, _REFERENCES = FIXED_END[0], FIXED_END[-1]


@dataclass(frozen=True)
class Step:
    """A section, an exercise, the memo or the quiz.

    Attributes
    ----------
    notebook : str
        Number of the notebook.
    chapter, title : str
        The heading of level 2 that it stands under, and its own.
    kind : str
        "section", or a key of `DOING`.
    minutes : float
        Reading, and doing what is asked.
    extra : bool
        Whether it may be left out.
    marked : bool
        Whether it is part of the short path.
    """

    notebook: str
    chapter: str
    title: str
    kind: str
    minutes: float
    extra: bool = False
    marked: bool = False


def list_steps(name: str, notebook: Notebook, block: Block) -> list[Step]:
    r"""Divide a notebook into what a class does one after the other.

    Parameters
    ----------
    name : str
        Its file name without ending, such as "02_pareto".
    notebook : mapping
        As `nbformat` or `json` reads it.
    block : Block
        What it asks.

    Returns
    -------
    list of Step
        Every section with a text but the references, and the quiz last, where there is one.

    Examples
    --------
    >>> cells = [
    ...     {"cell_type": "markdown", "metadata": {}, "source": text}
    ...     for text in ["# 02 Title", "## Who pays\n" + "word " * 140, "## Decision memo"]
    ... ]
    >>> page = {"metadata": {}, "cells": cells}
    >>> [(s.kind, s.minutes > 1) for s in list_steps("02_x", page, Block(exercises=()))]
    [('section', True), ('memo', True)]
    """
    kinds = _kinds_of_exercises(block)
    steps = [
        _step(name[:2], section, kinds)
        for section in split_sections(notebook)
        if not section.chapter.startswith(_REFERENCES) and not _is_bare(section)
    ]
    if block.quiz:
        steps.append(Step(name[:2], "Quiz", f"Quiz of {len(block.quiz)}", "quiz", DOING["quiz"]))
    return steps


def _kinds_of_exercises(block: Block) -> Mapping[str, str]:
    exercises = [vary(item, None) for item in block.exercises]
    return {
        one.key: "exercise in code" if isinstance(one, CodeExercise) else "exercise by hand"
        for one in exercises
    }


def _step(number: str, section: Section, kinds: Mapping[str, str]) -> Step:
    kind = kinds.get(section.exercise, "section")
    if section.level == 2 and section.title.startswith(_MEMO):
        kind = "memo"
    minutes = section.minutes() + DOING.get(kind, 0.0)
    chapter = section.chapter or section.title
    marked = _is_short(number, chapter, section)
    return Step(number, chapter, section.title, kind, minutes, section.extra, marked)


def _is_bare(section: Section) -> bool:
    """Whether it is a heading alone, above the sections that it is divided into."""
    return (
        len(section.cells) == 1
        and not any(line.strip() for line in section.cells[0]["source"].splitlines()[1:])
        and not section.title.startswith(_MEMO)
    )


def _is_short(number: str, chapter: str, section: Section) -> bool:
    """Whether a section is part of the short path."""
    if number not in _SHORT:
        return any(slide_type(cell) in ("slide", "subslide") for cell in section.cells)
    if section.exercise:
        return section.title in _SHORT[number]
    return chapter.startswith(_SHORT[number]) and not section.extra


def slide_type(cell: Mapping[str, object]) -> str:
    """What the metadata of a cell say about slides; "skip" where they say nothing.

    Examples
    --------
    >>> slide_type({"metadata": {"slideshow": {"slide_type": "slide"}}}), slide_type({})
    ('slide', 'skip')
    """
    metadata = cell.get("metadata", {})
    slideshow = metadata.get("slideshow", {}) if isinstance(metadata, Mapping) else {}
    found = slideshow.get("slide_type", "skip") if isinstance(slideshow, Mapping) else "skip"
    return str(found) or "skip"
