"""Rules of tables: few columns, and narrow enough for a telephone.

A browser breaks text between words and never inside a number, so a column is at least as wide as
its longest word or number. The widths of letters are those of a usual sans-serif font, and a test
holds the sum to what Chromium lays out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bs4 import BeautifulSoup, Tag

from crmlab._sections import Cell as NotebookCell
from crmlab._sections import markdown_texts, output_texts
from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_MOST_COLUMNS = 5  # beside the index
_ROOM = 350.0  # px: a page 400 wide, without its margins and a scroll bar
_FONT = 13.5  # px, and a cell's inner margins: page.css, narrow screens
_MARGINS = 11.0
_BOLD = 1.08  # of a heading
# Widths in shares of the font size, of a wide font; other letters are 0.62 wide, other signs 0.45.
_WIDTHS = {"ijlft.,:;'|()[]- ": 0.36, "mwMW%@—": 0.9, "0123456789": 0.64}
_NUMBER = re.compile(r"[^\W\d_]{0,3}[\d\s.,()+\-−₩$€£¥:]*\d[\d\s.,():\-]*[%×x]?\)?")


@dataclass(frozen=True)
class _Cell:
    text: str
    heading: bool

    @property
    def unbroken(self) -> str:
        """The longest piece that stays on one line."""
        text = " ".join(self.text.split())
        if _NUMBER.fullmatch(text):  # the pages keep it on one line
            return text
        return max(text.replace("-", "- ").split(), key=_width, default="")

    @property
    def width(self) -> float:
        return _width(self.unbroken) * (_BOLD if self.heading else 1)


_Table = Sequence[Sequence[_Cell]]


def tables_fit_a_telephone(subject: Subject) -> Iterator[str]:
    """At most five columns beside the index, and no wider than 350 px."""
    for section in subject.sections:
        for cell in section.cells:
            for table in _tables(cell):
                yield from (f"below {section.title!r}: {fault}" for fault in _faults(table))


def _tables(cell: NotebookCell) -> Iterator[_Table]:
    """Tables in the outputs of a cell, and in its Markdown."""
    for html in output_texts(cell, "text/html"):
        for table in BeautifulSoup(html, "html.parser").find_all("table"):
            yield _read_html(table)
    for text in markdown_texts(cell):
        for lines in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
            yield _read_markdown(lines)


def _read_html(table: Tag) -> _Table:
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    most = max(map(len, rows), default=0)
    return [  # rows with joined cells tell nothing
        [_Cell(cell.get_text(), cell.name == "th") for cell in row]
        for row in rows
        if len(row) == most
    ]


def _read_markdown(lines: str) -> _Table:
    bare = re.sub(r"\]\([^)]*\)|[*`\[\]]", "", lines)
    rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in bare.splitlines()]
    text = [row for row in rows if set("".join(row)) - set(" :-")]
    return [[_Cell(cell, at == 0) for cell in row] for at, row in enumerate(text)]


def _faults(table: _Table) -> Iterator[str]:
    columns = max(map(len, table), default=1) - 1
    if columns > _MOST_COLUMNS:
        yield f"a table has {columns} columns beside its index; at most {_MOST_COLUMNS}"
    widths = narrowest(table)
    if sum(widths) > _ROOM:
        worst = max(range(len(widths)), key=widths.__getitem__)
        longest = max((row[worst].unbroken for row in table if worst < len(row)), key=len)
        yield (
            f"a table needs {sum(widths):.0f} px of {_ROOM:.0f} on a telephone; its widest column "
            f"holds {longest!r} ({widths[worst]:.0f} px). Shorten headers, drop columns"
        )


def narrowest(table: _Table) -> list[float]:
    """Estimate the least width of each column of a table, in pixels."""
    return [
        _MARGINS + max((cell.width for cell in cells if cell is not None), default=0)
        for cells in zip_longest(*table)
    ]


def _width(text: str) -> float:
    return _FONT * sum(map(_letter, text))


def _letter(letter: str) -> float:
    for letters, width in _WIDTHS.items():
        if letter in letters:
            return width
    if ord(letter) > 0x1100 and letter.isalpha():  # Hangul fills a square
        return 1.0
    return 0.62 if letter.isalnum() else 0.45


RULES = (tables_fit_a_telephone,)
