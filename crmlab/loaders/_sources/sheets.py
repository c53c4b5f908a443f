"""What the values of an Excel sheet do not tell: merged cells, and formulas without a result."""

import html
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = [
    "Formula",
    "Merged",
    "Span",
    "add_formulas",
    "fill_spans",
    "look_at_sheet",
    "place_spans",
]

# No formula is longer than the overlap.
_CHUNK, _OVERLAP = 1 << 20, 1 << 14
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# A cell with a formula and then no value, an empty one, or the 0 that some programs write; an empty
# text, of type str, is a result.
_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"(?![^>]*\bt="str")[^>]*>\s*<f(?:[^>]*/>|[^>]*>([^<]*)</f>)\s*'
    rb"(?:</c>|<v\s*/>|<v></v>|(<v>0</v>))"
)
# What programs write that leave all formulas to the spreadsheet.
_LEFT = re.compile(rb'<calcPr[^>]*fullCalcOnLoad="(1|true)"')


class Formula(str):
    """What stands in a cell that no spreadsheet has calculated."""

    __slots__ = ()


@dataclass(frozen=True)
class Merged:
    """A cell that spans several rows of a sheet, and columns, by their numbers from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Span:
    """A cell that spans several rows of a table, by their places from 0."""

    column: str
    first: int
    last: int


@dataclass(frozen=True)
class Marks:
    """The merged cells of a sheet, and the formulas without a result by row and column from 1."""

    merged: list[Merged]
    formulas: dict[tuple[int, int], Formula]


def look_at_sheet(path: Path, page: Any) -> Marks:
    """Find what the values of a sheet do not tell."""
    merged, formulas = dict[Merged, None](), dict[tuple[int, int], Formula]()
    with zipfile.ZipFile(path) as archive:
        left = _LEFT.search(archive.read("xl/workbook.xml")) is not None
        for text in _read_chunks(archive, page._worksheet_path):
            for column, row, formula, zero in _UNCALCULATED.findall(text):
                if left or not zero:
                    words = html.unescape(formula.decode(errors="replace"))
                    formulas[int(row), _number_column(column)] = Formula(f"={words}")
            for first, top, last, bottom in _MERGED.findall(text):
                if int(bottom) > int(top):
                    columns = _number_column(first), _number_column(last)
                    merged[Merged(int(top), int(bottom), *columns)] = None
    return Marks(list(merged), formulas)


def _read_chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The text of a sheet in pieces, which overlap."""
    tail = b""
    with archive.open(name.lstrip("/")) as file:
        while chunk := file.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _number_column(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def add_formulas(
    rows: dict[int, tuple[Any, ...]], formulas: Mapping[tuple[int, int], Formula]
) -> dict[int, tuple[Any, ...]]:
    """The rows with formulas in the cells that have no result."""
    if not formulas:
        return rows
    changed = {number: list(row) for number, row in rows.items()}
    for (number, column), formula in formulas.items():
        row = changed.setdefault(number, [])
        row += [None] * (column - len(row))
        row[column - 1] = formula
    return {number: tuple(changed[number]) for number in sorted(changed)}


def place_spans(
    merged: Sequence[Merged], numbers: Sequence[int], columns: Mapping[int, str]
) -> list[Span]:
    """Find the merged cells among the rows of a table and its columns, by their numbers."""
    places = {number: place for place, number in enumerate(numbers)}
    spans = []
    for cell in merged:
        rows = [places[n] for n in range(cell.first_row, cell.last_row + 1) if n in places]
        if len(rows) > 1 and cell.first_row in places and cell.first_column in columns:
            spans.append(Span(columns[cell.first_column], rows[0], rows[-1]))
    return spans


def fill_spans(
    frame: pd.DataFrame, spans: Sequence[Span], keys: Collection[str]
) -> tuple[pd.DataFrame, str]:
    """Write what a merged cell of a key says into each of its rows, and say that.

    Of other columns, such as amounts, it is meant once.
    """
    found = [span for span in spans if span.column in keys]
    if not found:
        return frame, ""
    columns = {span.column: frame[span.column].tolist() for span in found}
    for span in found:
        cells = columns[span.column]
        cells[span.first : span.last + 1] = [cells[span.first]] * (span.last + 1 - span.first)
    filled = {name: pd.Series(cells, frame.index, dtype=object) for name, cells in columns.items()}
    names = ", ".join(map(repr, columns))
    return frame.assign(**filled), f"{len(found):,} of {names}, each for all of its rows"
