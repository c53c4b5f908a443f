"""Where each concept is taught and asked: sections of the notebooks, exercises and quiz items."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from crmlab import concepts
from crmlab._notebooks import Notebook
from crmlab.exercises.rooms import Block, CodeExercise, Drawn, Exercise, load_blocks

__all__ = ["book_exercises", "concept_faults", "concept_homes"]


def concept_homes(
    notebooks: str | Path | None = None, *, blocks: Mapping[str, Block] | None = None
) -> pd.DataFrame:
    """List the notebook, the section, and the exercises that teach each concept.

    Parameters
    ----------
    notebooks : path, optional
        Folder with the numbered notebooks; see `crmlab.concepts.concept_homes`.
    blocks : mapping of str to Block, optional
        What each notebook asks, by its number. Default: that of the workbook.

    Returns
    -------
    DataFrame
        As `crmlab.concepts.concept_homes` gives it, with a column `exercise`: keys of exercises and
        numbers of quiz items of that notebook, such as "02.3, quiz 4"; empty where none is.

    Examples
    --------
    >>> concept_homes().columns.to_list()
    ['id', 'kind', 'title', 'notebook', 'section', 'exercise']
    """
    blocks = load_blocks() if blocks is None else blocks
    homes = concepts.concept_homes(notebooks)
    asked = {number: _find_questions(block) for number, block in blocks.items()}
    exercise = [
        ", ".join(asked.get(notebook[:2], {}).get(concept, []))
        for concept, notebook in homes[["id", "notebook"]].to_numpy().tolist()
    ]
    return homes.assign(exercise=pd.Series(exercise, index=homes.index, dtype="str"))


def concept_faults(notebook: Notebook, name: str, block: Block) -> list[str]:
    """Say which concepts a notebook claims, and does not really teach.

    Parameters
    ----------
    notebook : mapping
        As `nbformat` or `json` reads it.
    name : str
        Its file name without ending, such as "02_pareto".
    block : Block
        What it asks.

    Returns
    -------
    list of str
        One sentence per fault, none where each claimed id has a section whose cell marks it and an
        exercise or quiz item, and where no section and no question has an id that is not claimed.

    Examples
    --------
    >>> page = {"metadata": {"crmlab": {"concepts": ["A4"]}}, "cells": []}
    >>> for fault in concept_faults(page, "02_pareto", Block(exercises=())):
    ...     print(fault)
    02_pareto claims A4, but no cell marks a section with it.
    02_pareto claims A4, but no exercise and no quiz item has it.
    """
    claimed = concepts.claimed_concepts(notebook, name)
    marked = {concept for concept, _ in concepts.marked_sections(notebook, name)}
    asked = _find_questions(block)
    known = set(concepts.load_concepts()["id"])
    faults = [f"{name} claims {one}, which does not exist." for one in claimed if one not in known]
    for one in claimed:
        if one not in marked:
            faults.append(f"{name} claims {one}, but no cell marks a section with it.")
        if one not in asked:
            faults.append(f"{name} claims {one}, but no exercise and no quiz item has it.")
    for one in sorted(marked.difference(claimed)):
        faults.append(f"{name} marks a section with {one}, but does not claim it.")
    for one in sorted(set(asked).difference(claimed)):
        faults.append(f"{name} asks for {one} in {', '.join(asked[one])}, but does not claim it.")
    return faults


def book_exercises(block: Block) -> Iterator[Exercise | CodeExercise]:
    """Give the exercises of a block with the numbers of the book."""
    for exercise in block.exercises:
        yield exercise.make() if isinstance(exercise, Drawn) else exercise


def _find_questions(block: Block) -> dict[str, list[str]]:
    """Keys of exercises and numbers of quiz items, by the concept that they ask for."""
    asked = [(exercise.key, exercise.concepts) for exercise in book_exercises(block)]
    asked += [(f"quiz {n}", item.concepts) for n, item in enumerate(block.quiz, start=1)]
    found: dict[str, list[str]] = {}
    for question, ids in asked:
        for concept in ids:
            found.setdefault(concept, []).append(question)
    return found
