"""Prose that another parameter may turn: a list for a reader, who judges each cell.

Whether a sentence still holds cannot be computed. Which sentences may not can: those with a number
or a comparison that stand below an output that changed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crmlab._notebooks import Notebook, course_metadata, has_tag
from crmlab._sections import Cell, split_sections

__all__ = ["Claim", "list_claims"]

_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve hundred thousand million half "
    "halves third thirds quarter quarters fifth fifths tenth tenths once twice double doubles "
    "triple only both neither none nobody everybody"
)
_COMPARISONS = (
    "more most less least fewer fewest above below higher highest lower lowest larger largest "
    "smaller smallest greater greatest better best worse worst longer longest shorter shortest "
    "earlier later faster slower older younger richer poorer cheaper stronger weaker wider "
    "narrower nearly almost hardly mainly mostly majority minority rises rise rose falls fall "
    "fell grows grow grew shrinks shrink shrank loses lose inside outside"
)
_WORD = re.compile(
    rf"\b({'|'.join((_NUMBERS + ' ' + _COMPARISONS).split())})\b|\d[\d.,:]*", re.IGNORECASE
)
# What is no claim: headings, code, addresses, and pointers to a place in the book.
_NO_CLAIM = re.compile(
    r"\[[^\]]*\]\([^)]*\)|`[^`]*`|^#.*$"
    r"|\b(?:notebooks?|sections?|exercises?) \d[\d.]*(?:(?:, | and |–)\d[\d.]*)*"
    r"|\b(?:table|figure|picture|cell|line|curve|text) (?:above|below)\b",
    re.MULTILINE | re.IGNORECASE,
)
_READ_LAST = ("Decision memo", "Assumptions", "What th")  # they speak of the whole notebook
_INJECTED = "injected-parameters"  # the cell that papermill adds
_ADDRESS = re.compile(r"0x[0-9a-f]+")


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

    Below means: later in the same section of level 2. The memo, the assumptions and the limits
    stand below everything.

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
    claims: list[Claim] = []
    chapter, below = "", False
    for section in split_sections(stored):
        if section.chapter != chapter:
            chapter, below = section.chapter, False
        below = below or (bool(changed) and chapter.startswith(_READ_LAST))
        for position, cell in enumerate(section.cells, start=section.first):
            below = below or position in changed
            if below and not section.exercise and _is_open(cell):
                words = _claiming_words(cell["source"])
                claims += [Claim(position, section.title, words, cell["source"])] if words else []
    return claims


def _is_open(cell: Cell) -> bool:
    """Whether a cell is prose that nobody has signed off."""
    return cell["cell_type"] == "markdown" and not course_metadata(cell).get("holds")


def _claiming_words(text: str) -> tuple[str, ...]:
    found = (word[0].lower().rstrip(".,:") for word in _WORD.finditer(_NO_CLAIM.sub("", text)))
    return tuple(dict.fromkeys(found))


def _changed_cells(stored: Notebook, runs: Sequence[Notebook]) -> set[int]:
    """Positions of the code cells of which the runs gave different outputs.

    Pictures are compared between runs only: the stored ones may have been drawn elsewhere.
    """
    cells = [[cell for cell in run["cells"] if not has_tag(cell, _INJECTED)] for run in runs]
    changed = set()
    for position, before in enumerate(stored["cells"]):
        now = [run[position] for run in cells]
        texts = {_shown(cell, pictures=False) for cell in (before, *now)}
        if len(texts) > 1 or len({_shown(cell, pictures=True) for cell in now}) > 1:
            changed.add(position)
    return changed


def _shown(cell: Cell, *, pictures: bool) -> tuple[str, ...]:
    """What the outputs of a cell show, without what every run has anew.

    What is printed is one text: a busy kernel sends it in several pieces.
    """
    outputs = cell.get("outputs", [])
    shown = ["".join("".join(output.get("text", "")) for output in outputs)]
    for output in outputs:
        data = output.get("data", {})
        kinds = [kind for kind in sorted(data) if kind.startswith(("text/", "image/"))]
        if not any("widget" in kind for kind in data):
            shown += ["".join(data[kind]) for kind in kinds if pictures or kind[:5] == "text/"]
    return tuple(_ADDRESS.sub("", text) for text in shown)
