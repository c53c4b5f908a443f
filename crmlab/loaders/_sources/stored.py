"""Store rows, and read needed columns of them; the others when somebody asks for them."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crmlab._engine import (
    hold,
    in_memory,
    map_arrow,
    quote,
    read_parquet,
    scan_parquet,
    scratch_file,
    view,
)
from crmlab.loaders._sources.source import OURS, ROW, Source, split_names

__all__ = ["MARK", "Rest", "Stage", "name_columns", "read_stored"]

MARK, _LIST = f"{OURS}mark", f"{OURS}list"
# More columns than these are stored as one.
_MANY = 100
# Each file has its own numbers, so far apart that they never meet.
_FAR = 10**12
_MADE = {"file_row_number", "file_index"}


@dataclass(frozen=True)
class Rest:
    """The owner's columns that were not read, of rows that have numbers.

    `columns` are their names, each with the words of DuckDB that make it; `find` returns what
    DuckDB reads them from, with what must live as long. `row` makes the number of a row, and `all`
    one value of all columns.
    """

    columns: dict[str, str]
    find: Callable[[], tuple[str, Any]]
    row: str = quote(ROW)
    all: str = ""

    @cached_property
    def scan(self) -> tuple[str, Any]:
        """The numbers of the rows and all columns, as DuckDB reads them, with what must live."""
        return self._select(self.columns)

    @cached_property
    def marks(self) -> Any:
        """The numbers of the rows and a mark, equal where all columns are: a hash of 64 bits."""
        return view(*self._select({MARK: f"hash({self.all or ', '.join(self.columns.values())})"}))

    def _select(self, columns: dict[str, str]) -> tuple[str, Any]:
        scan, keep = self._found
        made = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
        return f"(SELECT {made}, {self.row} AS {quote(ROW)} FROM {scan})", keep

    @cached_property
    def _found(self) -> tuple[str, Any]:
        return self.find()


def name_columns(names: Iterable[str]) -> dict[str, str]:
    """Columns as they are stored, in the words of DuckDB."""
    return {name: quote(name) for name in names}


def read_stored(
    paths: Sequence[Path], names: Sequence[str], needed: Collection[str], **more: Any
) -> Source:
    """Return needed columns of Parquet files with the numbers of their rows, and what says where.

    The engine makes up the numbers when a query asks for them.
    """
    if _MADE & {name.casefold() for name in names}:  # the files have columns of these names
        return Source(read_parquet(*paths, columns=name_columns(names)), tuple(names), **more)
    row = "file_row_number" if len(paths) == 1 else f"file_index * {_FAR} + file_row_number"
    read, others = split_names(names, needed)
    table = read_parquet(*paths, columns=name_columns(read) | {ROW: row}, file_row_number=True)
    scan = scan_parquet(paths, file_row_number=True)
    rest = Rest(name_columns(others), lambda: (scan, table), row) if others else None
    where = {"locate": partial(_name_rows, paths)} | more
    return Source(table, tuple(names), rest=rest, **where)


class Stage:
    """Where rows of text are written to, with their numbers: needed columns, and the others apart.

    The needed ones are read again by every query, from a file that is mapped into memory as it is.
    A file of many columns takes long to open, each time, so many others become one, of lists.
    """

    def __init__(self, names: Sequence[str], needed: Collection[str]) -> None:
        self.names, self.n_rows = tuple(names), 0
        self.read_first, self.others = split_names(names, needed)
        self.listed = len(self.others) > _MANY

    def __enter__(self) -> "Stage":
        """Open the files."""
        with contextlib.ExitStack() as stack:
            self._path = scratch_file(".arrow")
            schema = _number_rows(dict.fromkeys(self.read_first, pa.string()))
            self._main = stack.enter_context(pa.ipc.new_file(str(self._path), schema))
            if self.others:
                texts = dict.fromkeys(self.others, pa.string())
                lists = {_LIST: pa.list_(pa.string())}
                self._rest = _start(stack, lists if self.listed else texts)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._stack.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows of text."""
        numbers = pa.array(np.arange(self.n_rows, self.n_rows + batch.num_rows))
        self.n_rows += batch.num_rows
        main = batch.select(self.read_first)
        self._main.write_batch(main.append_column(ROW, numbers))
        if self.others:
            rest = batch.select(self.others)
            rest = _list_cells(rest) if self.listed else rest
            self._rest[1].write_batch(rest.append_column(ROW, numbers))

    def read(self, **more: Any) -> Source:
        """Return what was written; the others are opened when somebody asks for them."""
        rest = None
        if self.others:
            path = self._rest[0]
            keep = hold(path)
            columns = name_columns(self.others)
            if self.listed:
                columns = {name: f"{quote(_LIST)}[{n}]" for n, name in enumerate(self.others, 1)}
            every = quote(_LIST) if self.listed else ""
            rest = Rest(columns, lambda: (scan_parquet([path]), keep), all=every)
        table = in_memory(map_arrow(self._path), hold(self._path))
        return Source(table, self.names, rest=rest, held=self._path, **more)


def _start(
    stack: contextlib.ExitStack, columns: dict[str, pa.DataType]
) -> tuple[Path, pq.ParquetWriter]:
    path = scratch_file(".parquet")
    writer = pq.ParquetWriter(path, _number_rows(columns), compression="zstd")
    return path, stack.enter_context(writer)


def _number_rows(columns: dict[str, pa.DataType]) -> pa.Schema:
    return pa.schema([*columns.items(), (ROW, pa.int64())])


def _list_cells(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The cells of each row as one list."""
    n_rows, n_columns = batch.num_rows, batch.num_columns
    order = np.arange(n_rows * n_columns).reshape(n_columns, n_rows).T.ravel()
    cells = pa.concat_arrays(batch.columns).take(pa.array(order))
    ends = pa.array(np.arange(n_rows + 1, dtype="int32") * n_columns)
    return pa.RecordBatch.from_arrays([pa.ListArray.from_arrays(ends, cells)], names=[_LIST])


def _name_rows(paths: Sequence[Path], rows: Collection[int]) -> dict[int, str]:
    """Say which rows of which file these are, from 0 as `.iloc` counts."""
    places = {}
    for row in rows:
        name = f"{paths[row // _FAR].name}, " if len(paths) > 1 else ""
        places[row] = f"{name}row {row % _FAR:,}"
    return places
