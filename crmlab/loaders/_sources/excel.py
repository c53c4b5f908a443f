"""Open Excel files: the sheets that a person sees, as one table where they are alike."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab._optional import need
from crmlab.contracts import ContractError
from crmlab.loaders._sources.frames import open_frame
from crmlab.loaders._sources.source import Source, check_names, check_same_names

__all__ = ["open_excel"]


def open_excel(paths: Sequence[Path], sheet: str | int | None) -> Source:
    """Return the table that the sheets of Excel files hold together, and say which they are.

    Without `sheet`, sheets with the columns of the first one that is not empty are read, hidden
    ones and those with other columns are not.
    """
    books = [_read_book(path, sheet) for path in paths]
    check_same_names({book.path: list(book.frame.columns) for book in books})
    frame = pd.concat([book.frame for book in books], ignore_index=True)
    opened = open_frame(frame, paths[0].name)
    words = "; ".join(dict.fromkeys(book.words() for book in books))
    left_out = list(dict.fromkeys(name for book in books for name in book.left_out))
    hint = f" Other sheets: {_list(left_out)}; read one with `sheet=`." if left_out else ""
    return replace(opened, readings={"sheet": words}, hint=opened.hint or hint)


@dataclass(frozen=True)
class _Book:
    """The rows of one file, the sheets they are from, and those that were left out."""

    path: Path
    frame: pd.DataFrame
    taken: list[str]
    left_out: list[str]

    def words(self) -> str:
        """Say which sheets were read, and which were not."""
        together = " together" if len(self.taken) > 1 else ""
        others = f", without {_list(self.left_out)}" if self.left_out else ""
        return _list(self.taken) + together + others


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _read_book(path: Path, sheet: str | int | None) -> _Book:
    pages, names = _read_pages(path, sheet)
    frames = {name: _as_frame(rows, path) for name, rows in pages.items() if rows}
    if not frames:
        raise ContractError(f"{path} is empty: its sheet has no header and no rows.")
    header = set(next(iter(frames.values())).columns)
    alike = {name: frame for name, frame in frames.items() if set(frame.columns) == header}
    left_out = [] if sheet is not None else [name for name in names if name not in alike]
    return _Book(path, pd.concat(alike.values(), ignore_index=True), list(alike), left_out)


def _as_frame(rows: list[tuple[Any, ...]], path: Path) -> pd.DataFrame:
    """The cells as Python objects; the first row is the header."""
    width = max(len(row) for row in rows)
    table = [(*row, *[None] * (width - len(row))) for row in rows]
    names, columns = [], []
    for number, (name, *cells) in enumerate(zip(*table, strict=True), 1):
        if name is not None or any(cell is not None for cell in cells):
            names.append(f"column {number}" if name is None else str(name).strip())
            columns.append(pd.Series(cells, dtype=object))
    check_names(names, path.name)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _read_pages(
    path: Path, sheet: str | int | None
) -> tuple[dict[str, list[tuple[Any, ...]]], list[str]]:
    """The rows that are not blank, by sheet, and the names of all sheets."""
    openpyxl = need("openpyxl", extra="excel")
    try:
        with contextlib.closing(
            openpyxl.load_workbook(path, read_only=True, data_only=True)
        ) as book:
            names = [page.title for page in book.worksheets]
            pages = _find_visible(book) if sheet is None else [_find_sheet(book, names, sheet)]
            return {page.title: _read_rows(page) for page in pages}, names
    except InputError:
        raise
    except Exception as error:  # whatever its parts happen to raise on broken XML
        raise ContractError(
            f"{path.name} cannot be read as an Excel file: {error}. Is it one, without a password?"
        ) from error


def _read_rows(page: Any) -> list[tuple[Any, ...]]:
    page.reset_dimensions()  # some programs store a wrong size
    rows = map(tuple, page.iter_rows(values_only=True))
    return [row for row in rows if any(cell is not None for cell in row)]


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
