"""The shape of a page: what may be left out is folded, and a list says what is on it.

Folded parts are `<details>`, which a keyboard opens and closes; a page needs no script.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag

from crmlab._asked import Asked
from crmlab._notebooks import has_tag
from crmlab._sections import Section, code_lines, split_sections
from crmlab.reports._book._answers import show_answers

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Shaped", "shape_page"]

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]


@dataclass(frozen=True)
class Shaped:
    """The cells of a page, folded, and the list of its sections."""

    body: str
    contents: str


def shape_page(body: str, notebook: "NotebookNode", exercises: Sequence[Asked]) -> Shaped:
    """Fold layout code, extra sections and answers, and list the sections.

    Parameters
    ----------
    body : str
        The cells as `cells_html` renders them.
    notebook : NotebookNode
        The executed notebook.
    exercises : sequence of Asked
        Those that it asks.
    """
    soup = BeautifulSoup(body, "html.parser")
    cells = {int(str(cell["data-cell"])): cell for cell in soup.select("div.cell")}
    _name_headings(soup)
    by_key = {exercise.key: exercise for exercise in exercises}
    for position, cell in cells.items():
        if has_tag(notebook.cells[position], "hide-input"):
            _fold_code(soup, cell, code_lines(notebook.cells[position]))
        show_answers(cell, by_key)
    sections = split_sections(notebook)
    for group in _extra_groups(sections):
        _fold_group(soup, group, cells)
    contents = _contents(soup)
    for cell in cells.values():
        del cell["data-cell"]
    return Shaped(str(soup), contents)


def _name_headings(soup: BeautifulSoup) -> None:
    """Give each heading an id of its own; those that Jupyter gives are kept, links use them."""
    taken: set[str] = set()
    for heading in soup.find_all(_HEADINGS):
        name = str(heading.get("id") or re.sub(r"\W+", "-", heading.get_text()).strip("-"))
        unique = name if name not in taken else f"{name}-{len(taken)}"
        taken.add(unique)
        heading["id"] = unique


def _fold_code(soup: BeautifulSoup, cell: Tag, lines: int) -> None:
    code = cell.select_one(".code")
    if code is None:
        return
    details = soup.new_tag("details", attrs={"class": "fold"})
    code.wrap(details)
    summary = soup.new_tag("summary")
    summary.string = f"Layout code ({lines} line{'s' if lines != 1 else ''})"
    details.insert(0, summary)


def _extra_groups(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Sections that may be left out, each with the ones that stand inside it."""
    group: list[Section] = []
    for section in sections:
        inside = group and section.level > group[0].level
        if group and not (section.extra and inside):
            yield group
            group = []
        if section.extra:
            group.append(section)
    if group:
        yield group


def _fold_group(soup: BeautifulSoup, group: Sequence[Section], cells: Mapping[int, Tag]) -> None:
    first, last = group[0], group[-1]
    inside = range(first.first, last.first + len(last.cells))
    parts = [cells[position] for position in inside if position in cells]
    heading = parts[0].find(_HEADINGS) if parts else None
    if not isinstance(heading, Tag):
        return
    minutes = max(1, round(sum(section.minutes() for section in group)))
    details = soup.new_tag("details", attrs={"class": "fold extra"})
    parts[0].insert_before(details)
    summary = soup.new_tag("summary")
    note = soup.new_tag("span", attrs={"class": "quiet"})
    note.string = f" about {minutes} minute{'s' if minutes != 1 else ''}"
    summary.extend([heading.extract(), note])
    details.append(summary)
    for part in parts:
        details.append(part.extract())


def _contents(soup: BeautifulSoup) -> str:
    """List the headings of levels 2 and 3 twice: beside the page, and folded above it.

    Which one is seen depends on the width of the window.
    """
    items = "".join(_item(heading) for heading in soup.find_all(["h2", "h3"]))
    if not items:
        return ""
    listed = f"<ol>{items}</ol>"
    return (
        '<nav class="toc" aria-label="On this page">'
        f'<details class="fold narrow"><summary>On this page</summary>{listed}</details>'
        f'<div class="wide"><p class="quiet">On this page</p>{listed}</div></nav>'
    )


def _item(heading: Tag) -> str:
    text = heading.get_text(" ", strip=True)
    kinds = [heading.name]
    kinds += ["exercise"] if text.startswith("Exercise ") else []
    kinds += ["extra"] if heading.find_parent("details") else []
    address = html.escape(f"#{heading['id']}")
    return f'<li class="{" ".join(kinds)}"><a href="{address}">{html.escape(text)}</a></li>'
