"""Prose that another parameter may turn: a list for a reader, who judges each cell.

Whether a sentence still holds cannot be computed. Which sentences may not can: those with a number
or a comparison that stand below an output that changed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmlab._notebooks import Notebook, course_metadata, has_tag
from crmlab.course._form._layout import Cell, Section, split_sections

__all__ = ["Claim", "list_claims"]

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve hundred thousand million "
    "half halves third thirds quarter quarters fifth fifths tenth tenths "
    "once twice double doubles triple times first second last only both neither none all no nobody "
    "everybody every each never always"
)
_COMPARISONS = (
    "more most less least fewer fewest above below over under higher highest lower lowest larger "
    "largest smaller smallest greater greatest better best worse worst longer longest shorter "
    "shortest earlier later faster slower older younger richer poorer cheaper dearer stronger "
    "weaker wider narrower nearly almost hardly about mainly mostly majority minority equal same "
    "rises rise rose falls fall fell grows grow grew shrinks shrink shrank gains gain loses lose "
    "inside outside"
)
_WORD = re.compile(
    rf"\b({'|'.join((_NUMBERS + ' ' + _COMPARISONS).split())})\b|\d[\d.,:]*", re.IGNORECASE
)
_SAID_BY_DIGIT = re.compile(r"\[[^\]]*\]\([^)]*\)|`[^`]*`|^#.*$", re.MULTILINE)
_CHANGING = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True)
class Claim:
    """A prose cell that a reader must judge.

    Attributes
    ----------
    position : int
        Of the cell in the notebook, from 0.
    section : str
        Heading that it stands below.
    words : tuple of str
        The numbers and comparisons in it.
    text : str
        The cell.
    """

    position: int
    section: str
    words: tuple[str, ...]
    text: str


def list_claims(stored: Notebook, *runs: Notebook) -> list[Claim]:
    """List the prose that stands below an output that is not the same in every run.

    Parameters
    ----------
    stored : mapping
        The notebook as it is committed; its cells are the ones that are named.
    *runs : mapping
        The same notebook, executed with other parameters. Cells that papermill added are skipped.

    Returns
    -------
    list of Claim
        In the order of the notebook; without cells that are signed off in their metadata,
        ``{"crmlab": {"holds": "why it is true whatever the parameters"}}``, and without
        questions of exercises, which bring their own data.
    """
    changed = _changed_cells(stored, runs)
    return [
        claim
        for section in split_sections(stored)
        if not section.exercise
        for claim in _claims_of(section, changed)
    ]


def _changed_cells(stored: Notebook, runs: Sequence[Notebook]) -> set[int]:
    """Positions of the code cells of which some run gave another output."""
    expected = [_shown(cell) for cell in stored["cells"]]
    return {
        position
        for run in runs
        for position, (cell, shown) in enumerate(zip(_own_cells(run), expected, strict=True))
        if _shown(cell) != shown
    }


def _own_cells(run: Notebook) -> list[Cell]:
    return [cell for cell in run["cells"] if not has_tag(cell, "injected-parameters")]


def _shown(cell: Cell) -> list[object]:
    """What the outputs of a cell show; pictures and texts, without what every run has anew."""
    shown: list[object] = []
    for output in cell.get("outputs", []):
        shown.append(_steady(output.get("text", "")))
        for kind, data in sorted(output.get("data", {}).items()):
            if "widget" not in kind:
                shown.append((kind, _steady(data)))
    return shown


def _steady(text: object) -> str:
    whole = text if isinstance(text, str) else "".join(map(str, text if text else ()))  # type: ignore[call-overload]
    return _CHANGING.sub("", whole)


def _claims_of(section: Section, changed: set[int]) -> Iterator[Claim]:
    """Claims of the cells that stand below a changed output, up to the next heading."""
    below = False
    for position, cell in enumerate(section.cells, start=section.first):
        if position in changed:
            below = True
        elif below and cell["cell_type"] == "markdown" and not course_metadata(cell).get("holds"):
            words = _judged_words(cell["source"])
            if words:
                yield Claim(position, section.title, words, cell["source"])


def _judged_words(text: str) -> tuple[str, ...]:
    found = (word[0].lower() for word in _WORD.finditer(_SAID_BY_DIGIT.sub("", text)))
    return tuple(dict.fromkeys(found))
