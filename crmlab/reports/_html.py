"""An executed notebook as a page that opens without a network.

nbconvert renders the cells through the small template in `page/`; the frame around them is ours.
Nothing is loaded from elsewhere, and the page's security policy forbids scripts, so customer text
that slipped through unescaped could not run. There is no TeX: notebooks write formulas in words.
"""

import copy
import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from crmlab._notebooks import PAPERMILL_ERROR, has_tag, headings
from crmlab.reports._widgets import widget_snapshot

__all__ = ["cells_html", "page"]

_FOLDER = Path(__file__).resolve().parent
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_SHOWN = [
    "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain",
]  # fmt: skip
_NUMBER = re.compile(
    r"[(+\-−]?\s?[₩$€£¥]?\s?[\d.,]*\d[\d.,]*\s?[%×x]?\)?"  # 1,204 · (12.00) · -4.1 % · ₩9,000
    r"|\d{4}-\d{2}(-\d{2})?( \d{2}:\d{2}(:\d{2})?)?"  # dates line up like numbers
)
_BLANK = {"", "-", "–", "—", "nan", "NaN", "None", "NaT", "<NA>"}


def cells_html(notebook: NotebookNode, *, folder: Path, code: bool) -> str:
    """Render the cells of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs and widget state; it is not changed.
    folder : Path
        Where images named in Markdown cells are looked up, to be embedded.
    code : bool
        Whether code is shown; outputs and prose always are.

    Returns
    -------
    str
        HTML without script: a `div.cell` per cell, which names its position in the notebook
        (`data-cell`); each table in a box that scrolls, its numbers to the right.
    """
    exporter = HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(_FOLDER)],
        exclude_input=not code,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_raw=True,
        exclude_anchor_links=True,
        embed_images=True,
        config=Config({"NbConvertBase": {"display_data_priority": _SHOWN}}),
    )
    resources = {"metadata": {"path": str(folder)}}
    body, _ = exporter.from_notebook_node(_prepare(notebook), resources=resources)
    return _polish(body)


def _prepare(notebook: NotebookNode) -> NotebookNode:
    """Copy a notebook, with outputs only of the kinds a page can show."""
    prepared = copy.deepcopy(notebook)
    for position, cell in enumerate(prepared.cells):
        cell.metadata["position"] = position
    prepared.cells = [cell for cell in prepared.cells if not has_tag(cell, PAPERMILL_ERROR)]
    section = ""
    for cell in prepared.cells:
        if cell.cell_type == "markdown":
            section = ([section] + [text for _, text in headings(cell.source)])[-1]
        if cell.cell_type == "code":
            cell.outputs = list(_outputs(cell.outputs, notebook.metadata, section))
    prepared.metadata.pop("widgets", None)
    return prepared


def _outputs(
    outputs: Sequence[NotebookNode], metadata: NotebookNode, section: str
) -> Iterator[NotebookNode]:
    for output in outputs:
        data = output.get("data")
        if data is not None and _WIDGET_VIEW in data:
            still = widget_snapshot(metadata, data[_WIDGET_VIEW]["model_id"])
            if still:
                yield nbformat.v4.new_output("display_data", data={"text/html": still})
        elif data is None or any(kind in data for kind in _SHOWN):
            if data is not None:
                output.metadata.setdefault("alt", f"Figure: {section}" if section else "Figure")
            yield output


def _polish(body: str) -> str:
    """Drop what a page must not hold, and lay out the tables."""
    soup = BeautifulSoup(body, "html.parser")
    for unwanted in soup.select("script, link, iframe, object, embed, style[scoped]"):
        unwanted.decompose()  # `style[scoped]` is how pandas right-aligns every heading
    for image in soup.select("img:not([src^='data:'])"):
        image.replace_with(str(image.get("alt", "")))  # the page could not load it
    for table in soup.find_all("table"):
        _join_headings(table)
        _align(table)
        box = soup.new_tag("div", attrs={"class": "scroll", "tabindex": "0"})
        table.wrap(box)
    return str(soup)


def _join_headings(table: Tag) -> None:
    """Move the names of the index, which pandas puts into a row of their own, up by one row."""
    rows = table.select("thead > tr")
    if len(rows) != 2:
        return
    above, names = (row.find_all("th", recursive=False) for row in rows)
    pairs = list(zip(above, names, strict=False))
    if len(above) == len(names) and not any(_text(a) and _text(b) for a, b in pairs):
        for upper, lower in pairs:
            if _text(lower):
                upper.string = _text(lower)
        rows[1].decompose()


def _text(cell: Tag) -> str:
    return cell.get_text(strip=True)


def _align(table: Tag) -> None:
    """Mark the columns that hold nothing but numbers."""
    del table["border"]
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    data = [[cell for cell in row if cell.name == "td"] for row in rows]
    width = max(map(len, data), default=0)
    body = [cells for cells in data if len(cells) == width and width]
    numeric = [_is_numeric([cells[column] for cells in body]) for column in range(width)]
    for row, cells in zip(rows, data, strict=True):
        heading = not cells and len(row) >= width
        for cell, number in zip(row[-width:] if heading else cells, numeric, strict=False):
            if number:
                cell["class"] = " ".join([*(cell.get("class") or []), "number"])
        if row and row[0].parent is not None:
            del row[0].parent["style"]  # pandas writes text-align into the row of headings


def _is_numeric(cells: Sequence[Tag]) -> bool:
    filled = [text for text in map(_text, cells) if text not in _BLANK]
    return bool(filled) and all(_NUMBER.fullmatch(text) for text in filled)


@cache
def _style() -> str:
    return (_FOLDER / "page" / "page.css").read_text(encoding="utf-8")


def page(title: str, body: str, *, header: str = "", footer: str = "", aside: str = "") -> str:
    """Put a complete HTML document together.

    Parameters
    ----------
    title : str
        Plain text for the browser's tab.
    body, header, footer : str
        HTML.
    aside : str
        HTML that stands beside the body of a wide page and above it on a narrow one.

    Returns
    -------
    str
        The document, its style included.
    """
    main = f"<main>\n{body}\n</main>"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>
{_style()}
</style>
</head>
<body>
<header>{header}</header>
{_beside(aside, main)}
<footer>{footer}</footer>
</body>
</html>
"""


def _beside(aside: str, main: str) -> str:
    return f'<div class="beside">\n{aside}\n{main}\n</div>' if aside else main
