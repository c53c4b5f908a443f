"""Open Excel files: the sheets that a person sees, as one table where they are alike."""

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab._optional import need
from crmlab.contracts import ContractError
from crmlab.loaders._sources.footer import is_stray, say_footer
from crmlab.loaders._sources.frames import open_frame
from crmlab.loaders._sources.sheets import (
    Formula,
    Merged,
    Span,
    add_formulas,
    fill_spans,
    look_at_sheet,
    place_spans,
)
from crmlab.loaders._sources.source import (
    Opened,
    Source,
    check_names,
    check_same_names,
    hint_at_header,
)
from crmlab.loaders._sources.titles import (
    SAMPLE,
    count_filled,
    find_header_row,
    find_named_row,
    find_width,
    is_blank,
    is_filled,
    say_header,
    say_once,
)

__all__ = ["open_excel"]

# The rows of a sheet that are not blank, by their numbers in Excel.
_Rows = dict[int, tuple[Any, ...]]


def open_excel(
    paths: Sequence[Path], sheet: str | int | None, header: int | None, named: Collection[str] = ()
) -> Opened:
    """Return the table that the sheets of Excel files hold together, and say which they are.

    Without `sheet`, sheets with the columns of the first one that holds a table are read, hidden
    ones and those with other columns are not.
    """
    books = [_read_book(path, sheet, header, named) for path in paths]
    check_same_names({book.path: list(book.frame.columns) for book in books})
    frame = pd.concat([book.frame for book in books], ignore_index=True)
    opened = open_frame(frame, paths[0].name)
    words = "; ".join(dict.fromkeys(book.words() for book in books))
    left_out = list(dict.fromkeys(name for book in books for name in book.left_out))
    hint = f" Other sheets: {_list(left_out)}; read one with `sheet=`." if left_out else ""
    parts = [part for book in books for part in book.parts]
    readings = {
        "sheet": words,
        "header": say_once(part.words for part in parts),
        "footer": say_footer([text for part in parts for text in part.footer], "row"),
    }
    said = {name: reading for name, reading in readings.items() if reading}
    spans = _join_spans(parts)

    def read(needed: Collection[str], keys: Collection[str]) -> Source:
        for name in needed:
            _check_calculated(name, frame, books)
        filled, words = fill_spans(frame, spans, keys)
        rows = open_frame(filled, paths[0].name).read(needed, keys)
        more = {"merged cells": words} if words else {}
        return replace(rows, readings=said | more, locate=partial(_locate, books))

    hint = opened.hint or hint or hint_at_header(opened.names)
    return replace(opened, read=read, hint=hint)


def _join_spans(parts: Sequence["_Part"]) -> list[Span]:
    """The cells that span several rows, by their places in the rows of all parts together."""
    spans, start = [], 0
    for part in parts:
        spans += [Span(span.column, start + span.first, start + span.last) for span in part.spans]
        start += len(part.numbers)
    return spans


def _check_calculated(name: str, frame: pd.DataFrame, books: Sequence["_Book"]) -> None:
    """Raise where cells hold formulas that no spreadsheet has calculated."""
    formulas = frame[name].map(lambda cell: isinstance(cell, Formula))
    if formulas.any():
        first = int(formulas.to_numpy().argmax())
        place = _locate(books, [first])[first]
        raise ContractError(
            f"{name!r} holds formulas without a result in {formulas.sum():,} cells, the first "
            f"{str(frame[name].iloc[first])!r} in {place}: a program wrote the file. Open it in "
            "Excel or LibreOffice, and save it."
        )


@dataclass(frozen=True)
class _Part:
    """The table of one sheet with the numbers of its rows, and what stands around it."""

    frame: pd.DataFrame
    numbers: list[int]
    words: str
    footer: list[str]
    spans: list[Span]


@dataclass(frozen=True)
class _Book:
    """The rows of one file, the sheets they are from, and those that were left out."""

    path: Path
    frame: pd.DataFrame
    parts: list[_Part]
    taken: list[str]
    left_out: list[str]

    def words(self) -> str:
        """Say which sheets were read, and which were not."""
        together = " together" if len(self.taken) > 1 else ""
        others = f", without {_list(self.left_out)}" if self.left_out else ""
        return _list(self.taken) + together + others


def _locate(books: Sequence[_Book], rows: Collection[int]) -> dict[int, str]:
    """Say in which row of which sheet they stand, as Excel counts rows."""
    places, start = {}, 0
    for book in books:
        for name, part in zip(book.taken, book.parts, strict=True):
            words = [book.path.name] * (len(books) > 1) + [repr(name)] * (len(book.taken) > 1)
            for row in rows:
                if start <= row < start + len(part.numbers):
                    places[row] = ", ".join([*words, f"row {part.numbers[row - start]:,}"])
            start += len(part.numbers)
    return places


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _read_book(
    path: Path, sheet: str | int | None, header: int | None, named: Collection[str]
) -> _Book:
    pages, names, merged = _read_pages(path, sheet)
    pages = {name: rows for name, rows in pages.items() if rows}
    if not pages:
        raise ContractError(f"{path} is empty: its sheet has no header and no rows.")
    if header is not None:
        pages = _choose_pages(pages, header)
    parts = {
        name: _read_part(rows, path, header, named, merged[name]) for name, rows in pages.items()
    }
    # A cover holds a title and a few words, and no table.
    tables = [part for part in parts.values() if len(part.frame) and part.frame.shape[1] > 1]
    columns = set((tables or list(parts.values()))[0].frame.columns)
    alike = {name: part for name, part in parts.items() if set(part.frame.columns) == columns}
    left_out = [] if sheet is not None else [name for name in names if name not in alike]
    frame = pd.concat([part.frame for part in alike.values()], ignore_index=True)
    return _Book(path, frame, list(alike.values()), list(alike), left_out)


def _choose_pages(pages: dict[str, _Rows], header: int) -> dict[str, _Rows]:
    """The sheets that have something in the row that the caller says the header is in."""
    chosen = {name: rows for name, rows in pages.items() if header in rows}
    if chosen:
        return chosen
    name, rows = next(iter(pages.items()))
    last = max(rows)
    fault = (
        f"row {header:,} of {name!r} is blank"
        if header < last
        else f"{name!r} ends at row {last:,}"
    )
    raise InputError(
        f"`header` must be the number of the row that holds the names, from 1; got {header}, and "
        f"{fault}. Leave it out to have the header found, or name another `sheet`."
    )


def _read_part(
    rows: _Rows, path: Path, header: int | None, named: Collection[str], merged: Sequence[Merged]
) -> _Part:
    numbers = list(rows)
    if header is None:
        above = [_strip_end(row) for row in list(rows.values())[:SAMPLE]]
        found = find_named_row(above, named)
        header = numbers[find_header_row(above, find_width(above)) if found is None else found]
    words = say_header(header, "row") if header > numbers[0] else ""
    table = {number: row for number, row in rows.items() if number >= header}
    footer = _find_footer(table)
    kept = [number for number in table if number not in footer]
    frame, positions = _as_frame([table[number] for number in kept], path)
    spans = place_spans(merged, kept[1:], positions)
    return _Part(frame, kept[1:], words, list(footer.values()), spans)


def _strip_end(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row without the empty cells at its end, which sheets have as many of as they like."""
    filled = [number for number, cell in enumerate(row, 1) if is_filled(cell)]
    return row[: filled[-1]]


def _find_footer(table: _Rows) -> dict[int, str]:
    """The rows at the end with one cell, after a blank row: their numbers, and what they say."""
    end: dict[int, str] = {}
    (header, names), *below = table.items()
    before = header
    for number, row in below:
        gap, before = number > before + 1, number
        if not is_stray(row, count_filled(names)):
            end = {}
        elif end or gap:
            end[number] = next(str(cell) for cell in row if is_filled(cell)).strip()
    return end


def _as_frame(rows: list[tuple[Any, ...]], path: Path) -> tuple[pd.DataFrame, dict[int, str]]:
    """The cells as Python objects below the header, and the names of columns by their numbers."""
    width = max(len(row) for row in rows)
    table = [(*row, *[None] * (width - len(row))) for row in rows]
    names, columns = dict[int, str](), []
    for number, (name, *cells) in enumerate(zip(*table, strict=True), 1):
        if name is not None or any(cell is not None for cell in cells):
            names[number] = f"column {number}" if name is None else str(name).strip()
            columns.append(pd.Series(cells, dtype=object))
    check_names(names.values(), path.name)
    return pd.DataFrame(dict(zip(names.values(), columns, strict=True))), names


def _read_pages(
    path: Path, sheet: str | int | None
) -> tuple[dict[str, _Rows], list[str], dict[str, list[Merged]]]:
    """The rows that are not blank, by sheet, the names of all sheets, and the merged cells."""
    openpyxl = need("openpyxl", extra="excel")
    try:
        with (
            path.open("rb") as file,  # a path would have to end in .xlsx
            contextlib.closing(
                openpyxl.load_workbook(file, read_only=True, data_only=True)
            ) as book,
        ):
            names = [page.title for page in book.worksheets]
            pages = _find_visible(book) if sheet is None else [_find_sheet(book, names, sheet)]
            marks = {page.title: look_at_sheet(path, page) for page in pages}
            rows = {
                page.title: add_formulas(_read_rows(page), marks[page.title].formulas)
                for page in pages
            }
        return rows, names, {name: mark.merged for name, mark in marks.items()}
    except InputError:
        raise
    except Exception as error:  # whatever its parts happen to raise on broken XML
        raise ContractError(
            f"{path.name} cannot be read as an Excel file: {error}. "
            "Open it in Excel or LibreOffice, and save it anew."
        ) from error


def _read_rows(page: Any) -> _Rows:
    page.reset_dimensions()  # some programs store a wrong size
    rows = enumerate(map(tuple, page.iter_rows(values_only=True)), 1)
    return {number: row for number, row in rows if not is_blank(row)}


def _find_visible(book: Any) -> list[Any]:
    visible = [page for page in book.worksheets if page.sheet_state == "visible"]
    return visible or list(book.worksheets)


def _find_sheet(book: Any, names: list[str], sheet: str | int) -> Any:
    if sheet in names:
        return book[sheet]
    if isinstance(sheet, str) and sheet.isdecimal():  # from a command line
        sheet = int(sheet)
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return book.worksheets[sheet]
    raise InputError(
        f"`sheet` must be one of {_list(names)}, or a number from 0 to {len(names) - 1}; "
        f"got {sheet!r}."
    )
