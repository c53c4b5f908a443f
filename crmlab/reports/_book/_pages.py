"""The pages of the book: one for each chapter, the glossary, and the index."""

import html
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from crmlab._asked import find_exercises
from crmlab._notebooks import course_metadata, notebook_question
from crmlab.reports._book._chapter import Chapter
from crmlab.reports._book._shape import shape_page
from crmlab.reports._book._terms import Terms, glossary_body
from crmlab.reports._html import cells_html, page

__all__ = ["write_pages"]


def write_pages(chapters: Sequence[Chapter], folder: Path, destination: Path) -> list[str]:
    """Write a page per chapter, the glossary and the index; return their names."""
    terms = Terms()
    for position, chapter in enumerate(chapters):
        before = chapters[position - 1] if position else None
        after = chapters[position + 1] if position + 1 < len(chapters) else None
        body, contents = _chapter_body(chapter, terms)
        around = _navigation(before, after)
        text = page(chapter.title, body, header=around, footer=around, aside=contents)
        (folder / chapter.page).write_text(text, encoding="utf-8")
    glossary = page("Glossary", glossary_body(terms, chapters), header=_navigation(None, None))
    (folder / "glossary.html").write_text(glossary, encoding="utf-8")
    index = page("crmlab workbook", _index_body(chapters, destination, len(terms.rows)))
    (folder / "index.html").write_text(index, encoding="utf-8")
    return [*(chapter.page for chapter in chapters), "glossary.html", "index.html"]


def _navigation(before: Chapter | None, after: Chapter | None) -> str:
    previous = f"← {_link(before)}" if before else ""
    following = f"{_link(after)} →" if after else ""
    middle = '<a href="index.html">Contents</a> · <a href="glossary.html">Glossary</a>'
    return f"<nav><span>{previous}</span><span>{middle}</span><span>{following}</span></nav>"


def _link(chapter: Chapter) -> str:
    return f'<a href="{html.escape(chapter.page)}">{html.escape(chapter.title)}</a>'


def _chapter_body(chapter: Chapter, terms: Terms) -> tuple[str, str]:
    """The cells of a chapter, and the list of what is on its page."""
    notice = ""
    if chapter.failure:
        notice = (
            f'<p class="notice">This run stopped before the end, {html.escape(chapter.failure)}</p>'
        )
    if chapter.executed is None:
        return notice, ""
    cells = cells_html(chapter.executed, folder=chapter.path.parent, code=True)
    shaped = shape_page(cells, chapter.executed, find_exercises(chapter.number))
    body = terms.link(shaped.body, page=chapter.page, number=chapter.number)
    return notice + body, shaped.contents


def _index_body(chapters: Sequence[Chapter], destination: Path, n_terms: int) -> str:
    n_failed = sum(bool(chapter.failure) for chapter in chapters)
    ran = f"{len(chapters) - n_failed} of {len(chapters)} notebooks ran to the end"
    items = "\n".join(_index_item(chapter, destination) for chapter in chapters)
    return (
        "<h1>The crmlab workbook</h1>"
        f'<p class="quiet">{ran}, {datetime.now():%Y-%m-%d %H:%M}, crmlab {version("crmlab")}.</p>'
        f'<p><a href="glossary.html">Glossary</a>: {n_terms} terms, English and Korean.</p>'
        f'<ol class="contents">\n{items}\n</ol>'
    )


def _index_item(chapter: Chapter, destination: Path) -> str:
    course = course_metadata(chapter.source)
    question = html.escape(notebook_question(chapter.source))
    objectives = "".join(
        f"<li>{html.escape(str(text))}</li>" for text in course.get("objectives", [])
    )
    notes = [html.escape(str(course["time"]))] if "time" in course else []
    return (
        f'<li><span class="n">{html.escape(chapter.number)}</span><div>'
        f"<h3>{_link(chapter)}</h3>"
        + (f"<p>{question}</p>" if question else "")
        + (f"<ul>{objectives}</ul>" if objectives else "")
        + f'<p class="quiet">{" · ".join([*notes, _status(chapter, destination)])}</p></div></li>'
    )


def _status(chapter: Chapter, destination: Path) -> str:
    if not chapter.failure:
        seconds = chapter.executed.metadata.papermill.duration if chapter.executed else 0.0
        return f"ran in {seconds:.0f} s"
    last_good = f"{chapter.path.stem}.html"
    link = ""
    if (destination / last_good).exists():
        link = f' · <a href="{html.escape(last_good)}">the last good page</a>'
    return f'<span class="failed">failed {html.escape(chapter.failure)}</span>{link}'
