"""Rules of tables: few columns, and narrow enough for a telephone.

A browser breaks text between words and never inside a number, so a column is at least as wide as
its longest word or number. The widths of letters are those of a usual sans-serif font, and a test
holds the sum to what Chromium lays out.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from bs4 import BeautifulSoup, Tag

from crmlab.course._form._layout import output_texts
from crmlab.course._form._subject import Subject

__all__ = ["RULES", "narrowest"]

_MOST_COLUMNS = 5  # beside the index
_ROOM = 350.0  # px: a page 400 wide, without its margins and a scroll bar
_FONT = 13.5  # px, and a cell's inner margins: page.css, narrow screens
_MARGINS = 11.0
# Widths in shares of the font size; all other letters of an alphabet are 0.6 wide, all signs 0.4.
_WIDTHS = {"ijlft.,:;'|()[]- ": 0.36, "mwMW%@—": 0.9}
_NUMBER = re.compile(r"[^\W\d_]{0,3}[\d\s.,()+\-−₩$€£¥:]*\d[\d\s.,():\-]*[%×x]?\)?")


def tables_fit_a_telephone(subject: Subject) -> Iterator[str]:
    """At most five columns beside the index, and no wider than 350 px."""
    for section in subject.sections:
        for cell in section.code():
            for html in output_texts(cell, "text/html"):
                for table in BeautifulSoup(html, "html.parser").find_all("table"):
                    yield from (f"below {section.title!r}: {fault}" for fault in _faults(table))


def _faults(table: Tag) -> Iterator[str]:
    rows = _rows(table)
    columns = max((sum(cell.name == "td" for cell in row) for row in rows), default=0)
    if columns > _MOST_COLUMNS:
        yield f"a table has {columns} columns beside its index; at most {_MOST_COLUMNS}"
    widths = narrowest(table)
    if sum(widths) > _ROOM:
        worst = max(range(len(widths)), key=widths.__getitem__)
        longest = max((_unbroken(row[worst]) for row in rows if worst < len(row)), key=len)
        yield (
            f"a table needs {sum(widths):.0f} px of {_ROOM:.0f} on a telephone; its widest column "
            f"holds {longest!r} ({widths[worst]:.0f} px). Shorten headers, drop columns"
        )


def narrowest(table: Tag) -> list[float]:
    """Estimate the least width of each column of a table, in pixels."""
    columns = zip_longest(*_rows(table))
    return [
        _MARGINS + max((_width(_unbroken(cell)) for cell in cells if cell is not None), default=0)
        for cells in columns
    ]


def _rows(table: Tag) -> Sequence[list[Tag]]:
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    most = max(map(len, rows), default=0)
    return [row for row in rows if len(row) == most]  # those with joined cells tell nothing


def _unbroken(cell: Tag) -> str:
    """The longest piece of a cell that stays on one line."""
    text = " ".join(cell.get_text().split())
    if _NUMBER.fullmatch(text):  # the pages keep it on one line
        return text
    return max(text.replace("-", "- ").split(), key=_width, default="")


def _width(text: str) -> float:
    return _FONT * sum(map(_letter, text))


def _letter(letter: str) -> float:
    for letters, width in _WIDTHS.items():
        if letter in letters:
            return width
    if ord(letter) > 0x1100 and letter.isalpha():  # Hangul fills a square
        return 1.0
    return 0.6 if letter.isalnum() else 0.45


RULES = (tables_fit_a_telephone,)
