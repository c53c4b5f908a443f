"""The trainer's pack: what a teacher would otherwise make by hand, as pages that open offline."""

import html
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from crmlab._notebooks import notebook_question, notebook_title
from crmlab._paths import notebooks_dir
from crmlab.course._pack._answers import answers_body
from crmlab.course._pack._slides import LICENCE, slides_body
from crmlab.course._pack._steps import Step, list_steps
from crmlab.course._pack._times import minutes_body, paths_body
from crmlab.course._pack._words import markdown
from crmlab.exercises.rooms import Block, load_blocks
from crmlab.reports.pages import destination_folder, page, publish, staging

__all__ = ["make_pack"]


@dataclass(frozen=True)
class _Chapter:
    """A numbered notebook and what it asks."""

    path: Path
    notebook: Any
    block: Block

    @property
    def number(self) -> str:
        return self.path.stem[:2]

    @property
    def title(self) -> str:
        return notebook_title(self.notebook)

    @property
    def steps(self) -> list[Step]:
        return list_steps(self.path.stem, self.notebook, self.block)


def make_pack(
    *,
    out: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    notebooks: Path | None = None,
    blocks: dict[str, Block] | None = None,
) -> Path:
    """Write the pages of the pack; see `crmlab.course.write_pack`."""
    folder = notebooks_dir() if notebooks is None else notebooks
    blocks = load_blocks() if blocks is None else blocks
    chapters = [
        _Chapter(path, _read(path), blocks.get(path.stem[:2], Block(exercises=())))
        for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    ]
    destination = destination_folder(out, Path("trainer"))
    pages = _make_pages(chapters, seed)
    with staging(destination) as staged:
        for name, text in pages.items():
            (staged / name).write_text(text, encoding="utf-8", newline="\n")
        publish(staged, destination, pages)
    return destination / "index.html"


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _make_pages(chapters: list[_Chapter], seed: int | None) -> dict[str, str]:
    steps = {chapter.title: chapter.steps for chapter in chapters}
    pages = {
        "minutes.html": _frame("Minutes per section", minutes_body(steps)),
        "paths.html": _frame("Paths", paths_body(steps)),
    }
    for chapter in chapters:
        answers = answers_body(chapter.title, chapter.block, seed)
        slides = slides_body(chapter.notebook, chapter.path.parent)
        pages[f"answers_{chapter.number}.html"] = _frame(f"Answers: {chapter.title}", answers)
        pages[f"slides_{chapter.number}.html"] = page(f"Slides: {chapter.title}", slides)
    pages["index.html"] = _frame("Trainer's pack", _index(chapters, seed))
    return pages


def _frame(title: str, body: str) -> str:
    back = (
        '<nav><span></span><span><a href="index.html">Trainer\'s pack</a></span><span></span></nav>'
    )
    footer = f"{markdown(LICENCE)}<p>crmlab {version('crmlab')}</p>"
    return page(title, body, header=back, footer=footer)


def _index(chapters: list[_Chapter], seed: int | None) -> str:
    which = "the numbers of the book" if seed is None else f"the variants of seed {seed}"
    items = "\n".join(_item(chapter) for chapter in chapters)
    return (
        "<h1>Trainer's pack</h1>"
        f"<p>For teachers: the answers are in it. The keys are for {which}.</p>"
        '<p><a href="paths.html">Paths</a> for 90 minutes, half a day and two days · '
        '<a href="minutes.html">Minutes per section</a></p>'
        f'<ol class="contents">{items}</ol>'
    )


def _item(chapter: _Chapter) -> str:
    exercises, quiz = len(chapter.block.exercises), len(chapter.block.quiz)
    memo = "a rubric and a model memo" if chapter.block.memo else "no rubric yet"
    number = chapter.number
    return (
        f'<li><span class="n">{number}</span><div><h3>{html.escape(chapter.title)}</h3>'
        f"<p>{html.escape(notebook_question(chapter.notebook))}</p>"
        f'<p><a href="answers_{number}.html">Answers</a> · '
        f'<a href="slides_{number}.html">Slides</a></p>'
        f'<p class="quiet">{exercises} exercises, {quiz} quiz items, {memo}.</p></div></li>'
    )
