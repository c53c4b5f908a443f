"""The form of a notebook: what each must have, as rules that list the faults of one.

`python -m crmlab.course._form notebooks/02_pareto.ipynb` prints the minutes of each section and
the faults. The tests hold the notebooks of the book to the same rules, and a new notebook passes
them as it is made.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from crmlab._asked import Asked, find_exercises
from crmlab._notebooks import Notebook, read_notebook
from crmlab._sections import Section, core_minutes, round_minutes, split_sections
from crmlab.course._form import _code, _load, _plan, _practice, _stored, _tables, _terms
from crmlab.course._form._claims import Claim, list_claims
from crmlab.course._form._subject import Subject, Term
from crmlab.glossary import load_glossary

__all__ = [
    "RULES",
    "Claim",
    "Section",
    "Subject",
    "Term",
    "core_minutes",
    "describe_minutes",
    "list_claims",
    "list_faults",
    "read_subject",
    "round_minutes",
    "split_sections",
    "subject_of",
]

_ROOMS = (_plan, _load, _practice, _terms, _code, _stored, _tables)

RULES: dict[str, Callable[[Subject], Iterator[str]]] = {
    rule.__name__: rule for room in _ROOMS for rule in room.RULES
}


def subject_of(
    name: str,
    notebook: Notebook,
    *,
    exercises: Sequence[Asked] | None = None,
    terms: Sequence[Term] | None = None,
) -> Subject:
    """Put a notebook together with its exercises and the glossary.

    Parameters
    ----------
    name : str
        File name without ending; its first two letters are the notebook's number.
    notebook : mapping
        As `read_notebook` or nbformat read it.
    exercises : sequence of Asked, optional
        Default: those of `crmlab.exercises`.
    terms : sequence of Term, optional
        Default: the glossary.
    """
    if exercises is None:
        exercises = find_exercises(name[:2])
    if terms is None:
        rows = load_glossary().itertuples()
        terms = [Term(str(row.term), str(row.korean), str(row.taught)) for row in rows]
    return Subject(name, notebook, exercises, terms)


def list_faults(subject: Subject) -> list[str]:
    """List what a notebook lacks, rule by rule; empty for a sound one."""
    return [f"{name}: {fault}" for name, rule in RULES.items() for fault in rule(subject)]


def describe_minutes(subject: Subject) -> str:
    """Write the minutes of each section, and of the core."""
    lines = []
    for section in subject.sections:
        mark = "extra" if section.extra else ""
        title = "  " * max(section.level - 1, 0) + section.title
        lines.append(f"{section.minutes():5.1f}  {mark:5}  {title}")
    minutes = core_minutes(subject.sections)
    lines.append(f"{minutes:5.1f}         core: {round_minutes(minutes)} minutes, rounded up to 5")
    return "\n".join(lines)


def read_subject(path: Path) -> Subject:
    """Read a notebook file."""
    return subject_of(path.stem, read_notebook(path))
