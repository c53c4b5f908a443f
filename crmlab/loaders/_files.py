"""Find the files a path or glob names, and open Parquet and Excel ones."""

import contextlib
import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from crmlab._engine import read_parquet
from crmlab._errors import InputError
from crmlab._optional import need
from crmlab.contracts import ContractError
from crmlab.loaders._delimited import open_text
from crmlab.loaders._frames import open_frame
from crmlab.loaders._source import Source, check_names, check_same_names, zones_of

__all__ = ["expand", "open_files"]

_KINDS = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


def expand(path: str | os.PathLike[str]) -> list[Path]:
    """List the files that a path or glob names; a folder means the data files in it."""
    text = os.fspath(path)
    if not text:  # an empty variable of a shell would mean this folder
        raise InputError("`source` must name a file or a folder; got an empty text.")
    one = Path(text).expanduser()
    if one.is_file():
        return [one]
    if one.is_dir():
        found = sorted(
            p for p in one.rglob("*") if p.is_file() and _kind(p) and p.name[0] not in "._~"
        )
        if not found:
            raise FileNotFoundError(
                f"`source` must name data files; the folder {text!r} holds none."
            )
        return found
    found = sorted(Path(p) for p in glob.glob(str(one), recursive=True) if Path(p).is_file())
    if not found:
        raise FileNotFoundError(
            f"`source` must name a file that exists; found none at {text!r} "
            f"(looked from {os.getcwd()})."
        )
    return found


def _kind(path: Path) -> str | None:
    """Text, Excel or Parquet; text may be gzipped."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        inner = Path(path.stem).suffix.lower()
        return "text" if _KINDS.get(inner, "text" if not inner else None) == "text" else None
    return _KINDS.get(suffix)


def open_files(
    paths: Sequence[Path], encoding: str | None, separator: str | None, sheet: str | int
) -> Source:
    """Return the table that files of one kind hold together."""
    odd = [path.name for path in paths if _kind(path) is None]
    if odd:
        raise InputError(
            f"`source` must end in {', '.join(_KINDS)} or, gzipped, .csv.gz; got {odd[0]!r}."
        )
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise InputError(
            f"`source` must name files of one kind; got {' and '.join(sorted(map(str, kinds)))} "
            "together."
        )
    for path in paths:
        if path.stat().st_size == 0:
            raise ContractError(f"{path} is empty: it has no header and no rows.")
    kind = kinds.pop()
    if kind == "parquet":
        return _open_parquet(paths)
    if kind == "excel":
        frames = {path: _read_excel(path, sheet) for path in paths}
        check_same_names({path: list(frame.columns) for path, frame in frames.items()})
        return open_frame(pd.concat(frames.values(), ignore_index=True), paths[0].name)
    return open_text(paths, encoding, separator)


# --- Parquet ----------------------------------------------------------------------------------


def _open_parquet(paths: Sequence[Path]) -> Source:
    schemas = {path: _read_schema(path) for path in paths}
    for path, schema in schemas.items():
        check_names(schema.names, path.name)
    check_same_names({path: schema.names for path, schema in schemas.items()})
    table = read_parquet(*paths)
    return Source(table, tuple(table.columns), zones=zones_of(*schemas.values()))


def _read_schema(path: Path) -> pa.Schema:
    try:
        return pyarrow.parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise ContractError(f"{path.name} cannot be read as Parquet: {error}") from error


# --- Excel ------------------------------------------------------------------------------------


def _read_excel(path: Path, sheet: str | int) -> pd.DataFrame:
    """The cells of a sheet as Python objects; its first row that is not blank is the header."""
    rows = [row for row in _read_cells(path, sheet) if any(cell is not None for cell in row)]
    if not rows:
        raise ContractError(f"{path} is empty: its sheet has no header and no rows.")
    width = max(len(row) for row in rows)
    table = [(*row, *[None] * (width - len(row))) for row in rows]
    names, columns = [], []
    for number, (name, *cells) in enumerate(zip(*table, strict=True), 1):
        if name is not None or any(cell is not None for cell in cells):
            names.append(f"column {number}" if name is None else str(name).strip())
            columns.append(pd.Series(cells, dtype=object))
    check_names(names, path.name)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _read_cells(path: Path, sheet: str | int) -> list[tuple[Any, ...]]:
    openpyxl = need("openpyxl", extra="excel")
    try:
        with contextlib.closing(
            openpyxl.load_workbook(path, read_only=True, data_only=True)
        ) as book:
            page = _find_sheet(book, sheet)
            page.reset_dimensions()  # some programs store a wrong size
            return [tuple(row) for row in page.iter_rows(values_only=True)]
    except InputError:
        raise
    except Exception as error:  # whatever its parts happen to raise on broken XML
        raise ContractError(
            f"{path.name} cannot be read as an Excel file: {error}. Is it one, without a password?"
        ) from error


def _find_sheet(book: Any, sheet: str | int) -> Any:
    names = [page.title for page in book.worksheets]
    if sheet in names:
        return book[sheet]
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return book.worksheets[sheet]
    raise InputError(
        f"`sheet` must be one of {', '.join(map(repr, names))}, or a number from 0 to "
        f"{len(names) - 1}; got {sheet!r}."
    )
