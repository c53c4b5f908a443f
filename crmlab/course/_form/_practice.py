"""Rules of practice: an exercise in every section of the core, for every objective, in code."""

import re
from collections.abc import Iterator, Sequence

from crmlab._asked import Asked, is_code
from crmlab._notebooks import has_tag
from crmlab._sections import Cell, Section
from crmlab.course._form._subject import Subject

__all__ = ["RULES", "is_answer_cell"]

_FREE = ("Explore",)  # sections of the core that need no exercise begin with these words
_LEAST = {"02": 8, "06": 8}  # exercises of the notebooks that hold most ideas
_CHECK = "exercises.check("


def is_answer_cell(cell: Cell) -> bool:
    """Whether a code cell waits for an answer."""
    return _CHECK in cell["source"]


def headings_name_the_exercises(subject: Subject) -> Iterator[str]:
    """`### Exercise NN.k`, in the order of `crmlab.exercises`, each with its cell."""
    asked = [section.exercise for section in subject.sections if section.exercise]
    there = [exercise.key for exercise in subject.exercises]
    if asked != there:
        yield f"the headings `### Exercise NN.k` are {asked}; crmlab.exercises has {there}"
    for section in subject.sections:
        if section.exercise and section.level != 3:
            yield f"{section.title!r} must be a heading of level 3"
        held = [re.findall(r'exercises\.check\("([^"]+)"', cell["source"]) for cell in section.cells
                if cell["cell_type"] == "code" and is_answer_cell(cell)]  # fmt: skip
        expected = [[section.exercise]] if section.exercise else []
        if held != expected:
            yield f"below {section.title!r} the cells check {held}, expected {expected}"


def answers_wait(subject: Subject) -> Iterator[str]:
    """The cell holds what the learner replaces, and was run without an answer."""
    cells = {section.exercise: section.code() for section in subject.sections if section.exercise}
    for exercise in subject.exercises:
        waiting = [cell for cell in cells.get(exercise.key, []) if is_answer_cell(cell)]
        for cell in waiting:
            form, pattern = _answer_form(exercise)
            if not re.fullmatch(pattern, cell["source"].strip()):
                yield f"the cell of exercise {exercise.key} must read: {form}"
            said = ["".join(output.get("text", "")) for output in cell.get("outputs", [])]
            if len(said) != 1 or not said[0].startswith(f"{exercise.key}: not attempted"):
                yield f"the stored output of exercise {exercise.key} must be 'not attempted yet'"


def _answer_form(exercise: Asked) -> tuple[str, str]:
    """What an answer cell reads, for people and as a pattern."""
    if is_code(exercise):
        start = str(getattr(exercise, "starter", "")).strip()
        name = (re.findall(r"^def (\w+)\(", start, re.MULTILINE) or ["its function"])[-1]
    else:
        choice = isinstance(getattr(exercise, "answer", None), str)
        start, name = ('answer = "..."' if choice else "answer = ..."), "answer"
    check = f'{_CHECK}"{exercise.key}", {name})'
    return f"{start}\\n\\n{check}", rf"{re.escape(start)}\n+{re.escape(check)}"


def sections_end_in_an_exercise(subject: Subject) -> Iterator[str]:
    """Every section of the core that computes something asks for something, at its end."""
    chapters: dict[str, list[Section]] = {}
    for section in subject.core:
        if section.chapter and not section.fixed and not section.chapter.startswith(_FREE):
            chapters.setdefault(section.chapter, []).append(section)
    for title, sections in chapters.items():
        if not any(_computes(cell) for section in sections for cell in section.code()):
            continue
        asks = [bool(section.exercise) for section in sections]
        if not any(asks):
            yield f"section {title!r} has code and no exercise"
        elif asks != sorted(asks):
            yield f"section {title!r} goes on after its exercise; the exercise must end it"


def _computes(cell: Cell) -> bool:
    """Whether a code cell is part of the lesson: no parameters, imports or answers."""
    lines = [line for line in cell["source"].splitlines() if line[:1] not in ("", " ", ")", "#")]
    imports = all(line.startswith(("import ", "from ", "%")) for line in lines)
    return not (has_tag(cell, "parameters") or is_answer_cell(cell) or imports)


def every_objective_is_practised(subject: Subject) -> Iterator[str]:
    """Each objective has an exercise, and no exercise one that is not there."""
    objectives: Sequence[str] = subject.course.get("objectives", [])
    practised = {exercise.objective for exercise in subject.exercises}
    for number, objective in enumerate(objectives, start=1):
        if number not in practised:
            yield f"objective {number} has no exercise: {objective}"
    unknown = sorted(practised - set(range(1, len(objectives) + 1)))
    if unknown:
        yield f"exercises practise objectives that are not there: {unknown}"


def half_is_code(subject: Subject) -> Iterator[str]:
    """At least half of the exercises ask for a function; two notebooks have eight or more."""
    total, code = len(subject.exercises), sum(map(is_code, subject.exercises))
    if 2 * code < total or not total:
        yield f"{code} of {total} exercises are code; at least half must be"
    least = _LEAST.get(subject.number, 1)
    if total < least:
        yield f"it has {total} exercises; at least {least}"


RULES = (
    headings_name_the_exercises,
    answers_wait,
    sections_end_in_an_exercise,
    every_objective_is_practised,
    half_is_code,
)
