"""Slides of a notebook, from the metadata of its cells: one page, one screen a slide, no script."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from crmlab._notebooks import Notebook, headings, notebook_question, notebook_title
from crmlab.course._pack._steps import slide_type
from crmlab.course._pack._words import fold, markdown
from crmlab.reports.pages import cells_html

__all__ = ["LICENCE", "slides_body"]

_MOST_WORDS = 60  # of a paragraph on a slide; what is longer goes into the notes
LICENCE = (
    "Text, code and figures are part of crmlab, under the MIT licence. The figures are pictures "
    "that crmlab drew from its data sets; the card of each set names its source and licence: "
    "`crmlab datasets describe NAME`. No font, script, style or picture of anybody else is in "
    "these pages: they are shown in the fonts of the computer that opens them."
)
_STYLE = """<style>
html { scroll-snap-type: y proximity; }
header, main, footer { max-width: none; }
main { padding: 0; border: 0; border-radius: 0; box-shadow: none; }
.slide {
  display: flex; flex-direction: column; justify-content: center;
  min-height: 100vh; padding: 3vh 6vw; scroll-snap-align: start;
  border-bottom: 1px solid var(--line); font-size: clamp(1rem, .8rem + .8vw, 1.5rem);
}
.slide > * { width: 100%; max-width: 72rem; margin-left: auto; margin-right: auto; }
.slide .cell { display: block; }
.slide .prose > p, .slide .prose > ul, .slide .prose > ol { max-width: none; }
.slide > h3 { margin-top: 0; font-size: 1.1em; color: var(--quiet); }
.slide h1 { font-size: 2em; margin: 0 0 .5em; }
.slide h2, .slide .prose h3, .slide h4 {
  font-size: 1.5em; margin-top: 0; margin-bottom: .5em; padding: 0; border: 0;
}
.slide img { display: block; margin: 0 auto; max-width: 100%; max-height: 68vh; width: auto; }
.slide table { font-size: .9em; }
.slide pre { font-size: .8em; white-space: pre-wrap; }
.slide details { font-size: .7em; color: var(--quiet); margin-top: 1em; }
.slide .count { margin-top: 1.5em; font-size: .6em; color: var(--quiet); text-align: right; }
@page { size: A4 landscape; margin: 10mm; }
@media print {
  .slide { min-height: 0; height: 185mm; padding: 0; border: 0; break-after: page;
           break-inside: avoid; font-size: 14pt; }
  .slide img { max-height: 125mm; }
  .slide details, header, footer { display: none; }
}
</style>"""


@dataclass
class _Slide:
    """Cells of a slide, and what the teacher says.

    `section` is the heading that it stands under, where no cell of it has one.
    """

    section: str = ""
    cells: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def slides_body(notebook: Any, folder: Path) -> str:
    """Make the slides of a notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With the outputs that are stored in it.
    folder : Path
        Where pictures named in Markdown cells are.

    Returns
    -------
    str
        HTML: a title, one `section.slide` per slide, and the licence.
    """
    slides = [_render(slide, notebook, folder) for slide in _collect(notebook)]
    if not slides:
        slides = ["<p>No cell of this notebook is marked for slides yet.</p>"]
    pages = [_title(notebook), *slides, f"<h2>Licence</h2>{markdown(LICENCE)}"]
    count = len(pages)
    return _STYLE + "\n".join(
        f'<section class="slide" id="slide-{number}">{page}'
        f'<p class="count">{number} of {count}</p></section>'
        for number, page in enumerate(pages, start=1)
    )


def _title(notebook: Notebook) -> str:
    title, question = notebook_title(notebook), notebook_question(notebook)
    return f"<h1>{html.escape(title)}</h1><blockquote><p>{html.escape(question)}</p></blockquote>"


def _collect(notebook: Mapping[str, Any]) -> Iterator[_Slide]:
    """Divide the marked cells into slides; a cell that says nothing is on none."""
    slide: _Slide | None = None
    section = ""
    for cell in notebook["cells"][1:]:  # the first has the title, which has a slide of its own
        kind = slide_type(cell)
        found = [text for _, text in headings(cell["source"])] if _is_prose(cell) else []
        section = found[-1] if found else section
        if kind in ("slide", "subslide") or (kind in ("fragment", "-") and slide is None):
            if slide is not None:
                yield slide
            slide = _Slide("" if found else section)
        if slide is not None and kind != "skip":
            _put(cell, slide, notes=kind == "notes")
    if slide is not None:
        yield slide


def _is_prose(cell: Mapping[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def _put(cell: Mapping[str, Any], slide: _Slide, *, notes: bool) -> None:
    """Add a cell to a slide; of a long text the end goes into the notes."""
    if notes:
        slide.notes.append(cell["source"])
    elif _is_prose(cell):
        shown, rest = split_long(cell["source"])
        slide.notes += [rest] if rest else []
        slide.cells.append({**cell, "source": shown})
    else:
        slide.cells.append(cell)


def split_long(source: str) -> tuple[str, str]:
    r"""Keep the head of a long text for the slide; the rest is for the notes.

    Examples
    --------
    >>> split_long("## Who pays\n\nA few. " + "Many do not. " * 30)[0].count("Many")
    19
    """
    shown: list[str] = []
    left = _MOST_WORDS
    blocks = re.split(r"\n\s*\n", source.strip())
    for position, block in enumerate(blocks):
        words = 0 if block.startswith(("#", "|")) else len(block.split())
        if words > left:
            head, tail = _split_sentences(block, left)
            rest = [tail, *blocks[position + 1 :]]
            return "\n\n".join([*shown, *([head] if head else [])]), "\n\n".join(rest)
        left -= words
        shown.append(block)
    return "\n\n".join(shown), ""


def _split_sentences(block: str, words: int) -> tuple[str, str]:
    """Divide a paragraph after the last sentence that fits into so many words."""
    sentences = re.split(r"(?<=[.!?])\s+", block)
    if block.startswith(("-", "*", ">", "1.")):  # a list or a quotation stays whole
        return "", block
    taken = 0
    for count, sentence in enumerate(sentences):
        taken += len(sentence.split())
        if taken > words:
            return " ".join(sentences[:count]), " ".join(sentences[count:])
    return block, ""


def _render(slide: _Slide, notebook: Any, folder: Path) -> str:
    part = nbformat.from_dict({**notebook, "cells": slide.cells})
    above = f"<h3>{html.escape(slide.section)}</h3>" if slide.section else ""
    shown = above + cells_html(part, folder=folder, code=False)
    notes = "\n\n".join(slide.notes)
    return shown + (fold("Notes", markdown(notes)) if notes else "")
