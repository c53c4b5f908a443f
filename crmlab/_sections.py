"""How a notebook is laid out: its sections, which of them are core, and what they take to read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmlab._notebooks import Notebook, has_tag, headings

__all__ = [
    "EXERCISE",
    "FIXED_END",
    "Cell",
    "Section",
    "code_lines",
    "core_minutes",
    "markdown_texts",
    "output_texts",
    "round_minutes",
    "split_sections",
]

# The sections that every notebook ends with begin with these words, in this order.
FIXED_END = ("Decision memo", "Assumptions", "What th", "References")
EXERCISE = re.compile(r"Exercise (\d\d\.\d+)(?: \(extra\))?")

_WORDS_A_MINUTE = 130
_LINES_A_MINUTE = 10

Cell = Mapping[str, Any]  # of format 4, its source one text


@dataclass(frozen=True)
class Section:
    """A heading, and the cells below it up to the next heading of any level.

    Attributes
    ----------
    level : int
        1 to 6.
    title : str
        The heading, without markup.
    chapter : str
        The heading of level 2 that it belongs to; its own at level 2, none above.
    extra : bool
        Whether it may be left out: itself or a section that it stands in is tagged so.
    cells : sequence of mapping
        From the cell with the heading on.
    first : int
        Position of that cell in the notebook.
    """

    level: int
    title: str
    chapter: str
    extra: bool
    first: int
    cells: list[Cell] = field(default_factory=list)

    @property
    def fixed(self) -> bool:
        """Whether it is part of the end that every notebook has."""
        return self.chapter.startswith(FIXED_END)

    @property
    def exercise(self) -> str:
        """Key of the exercise that it asks, or an empty text."""
        found = EXERCISE.fullmatch(self.title)
        return found[1] if found else ""

    def code(self) -> list[Cell]:
        """Its code cells."""
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    def minutes(self) -> float:
        """Reading time at 130 words and 10 lines of visible code a minute."""
        words = sum(_count_words(text) for cell in self.cells for text in markdown_texts(cell))
        lines = sum(code_lines(cell) for cell in self.code() if not has_tag(cell, "hide-input"))
        return words / _WORDS_A_MINUTE + lines / _LINES_A_MINUTE


def split_sections(notebook: Notebook) -> list[Section]:
    """Divide a notebook at its headings; a cell belongs to the first heading in it.

    Examples
    --------
    >>> cells = ["# 02 · Title", "## Who pays", "### Why (extra)", "Text.", "### Exercise 02.1"]
    >>> notebook = {"cells": [
    ...     {"cell_type": "markdown", "source": text,
    ...      "metadata": {"tags": ["extra"] if "extra" in text else []}} for text in cells]}
    >>> [(section.title, section.extra) for section in split_sections(notebook)][1:]
    [('Who pays', False), ('Why (extra)', True), ('Exercise 02.1', False)]
    """
    sections = [Section(0, "", "", False, 0)]
    extra_above = 7  # level of the heading that made what follows extra; none is so deep
    for position, cell in enumerate(notebook["cells"]):
        heading = next(headings(cell["source"]), None) if cell["cell_type"] == "markdown" else None
        if heading is not None:
            level, title = heading
            if level <= extra_above:
                extra_above = level if has_tag(cell, "extra") else 7
            chapter = title if level == 2 else sections[-1].chapter if level > 2 else ""
            sections.append(Section(level, title, chapter, extra_above < 7, position))
        sections[-1].cells.append(cell)
    return [section for section in sections if section.cells]


def core_minutes(sections: Sequence[Section]) -> float:
    """Add up what the sections that are not extra take."""
    return sum(section.minutes() for section in sections if not section.extra)


def round_minutes(minutes: float) -> int:
    """Round up to five minutes.

    Examples
    --------
    >>> round_minutes(50.0), round_minutes(50.2)
    (50, 55)
    """
    return int(-(-round(minutes, 6) // 5) * 5)


def code_lines(cell: Cell) -> int:
    """Count the lines of a code cell that are not blank."""
    return sum(bool(line.strip()) for line in cell["source"].splitlines())


def output_texts(cell: Cell, kind: str) -> Iterator[str]:
    """Texts of one kind, such as `text/html`, in a cell's outputs."""
    for output in cell.get("outputs", []):
        text = output.get("data", {}).get(kind)
        if text is not None:
            yield "".join(text)


def markdown_texts(cell: Cell) -> Iterator[str]:
    """Markdown of a cell, written or told by its code; both are read."""
    if cell["cell_type"] == "markdown":
        yield cell["source"]
    elif cell["cell_type"] == "code":
        yield from output_texts(cell, "text/markdown")


def _count_words(text: str) -> int:
    without_links = re.sub(r"\]\([^)]*\)", "]", text)
    return len(re.findall(r"\S*\w\S*", without_links))
