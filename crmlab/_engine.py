"""The embedded engine: one DuckDB connection, its memory limit, its scratch folder.

Expressions are built with Ibis and run where their table lives. Data frames and files
without a home of their own run here.
"""

import atexit
import contextlib
import functools
import itertools
import os
import shutil
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError

__all__ = [
    "blames_query",
    "connection",
    "engine_errors",
    "execute",
    "in_memory",
    "is_spark",
    "map_arrow",
    "read_parquet",
    "run",
    "scratch_file",
    "store",
    "store_beside",
    "write_parquet",
]

# Leaves room for the pandas result of ten million customers inside 4 GiB.
_DEFAULT_MEMORY_LIMIT = "2.5GB"

# A DuckDB connection runs one query at a time, so threads take turns.
_turn = threading.RLock()
_numbers = itertools.count(1)
_forgotten: list[tuple[str, Path | None]] = []


@functools.cache
def _scratch_dir() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crmlab-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch_file(suffix: str) -> Path:
    """Return a new path in a folder that is removed when Python ends."""
    with _turn:
        return _scratch_dir() / f"{next(_numbers)}{suffix}"


def connection() -> Any:
    """Return the shared DuckDB backend of Ibis.

    Larger work than memory spills to disk. The limit is 2.5 GB, or what the environment
    variable ``CRMLAB_MEMORY_LIMIT`` says (such as ``8GB``).

    Raises
    ------
    InputError
        If ``CRMLAB_MEMORY_LIMIT`` is not a size.
    """
    with _turn:
        return _connect()


@functools.cache
def _connect() -> Any:
    import duckdb
    import ibis

    limit = os.environ.get("CRMLAB_MEMORY_LIMIT") or _DEFAULT_MEMORY_LIMIT
    wrong = f"`CRMLAB_MEMORY_LIMIT` must be a size such as '8GB'; got {limit!r}."
    if limit.startswith("-"):  # to DuckDB: no limit at all
        raise InputError(wrong)
    try:
        return ibis.duckdb.connect(
            memory_limit=limit,
            temp_directory=str(_scratch_dir() / "spill"),
            # Every result is sorted by key at the end, so the engine need not keep row order.
            preserve_insertion_order=False,
        )
    except duckdb.ParserException as error:
        raise InputError(wrong) from error


def in_memory(rows: Any, scratch: Path | None = None) -> Any:
    """Return a pyarrow table as an Ibis table of the shared connection, without a copy.

    A scratch file that the rows are mapped from goes when no expression uses the table any more.
    """
    with _turn:
        backend, name = _tidy()
        backend.con.register(name, rows)
        return _watch(backend.table(name), name, scratch)


def map_arrow(path: Path) -> Any:
    """Return the pyarrow table in an Arrow file; what of it is looked at comes into memory."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def read_parquet(*paths: Path, **options: Any) -> Any:
    """Return Parquet files as one Ibis table of the shared connection, columns matched by name.

    Options are those of DuckDB.
    """
    with _turn:
        backend, name = _tidy()
        files = [str(path) for path in paths]
        table = backend.read_parquet(
            files, table_name=name, union_by_name=len(files) > 1, **options
        )
        scratch = paths[0] if paths[0].parent == _scratch_dir() else None
        return _watch(table, name, scratch)


def store_beside(table: Any, rows: Any) -> Any:
    """Return a few rows as a table of the engine where another table lives, for a join."""
    import ibis

    held = ibis.memtable(rows)
    backend = table.get_backend()
    if not is_spark(table):
        return held
    # A view, since `execute` compiles for Spark without telling it what is in memory.
    view = backend.create_view(f"crmlab_{next(_numbers)}", held)
    weakref.finalize(view.op(), lambda _: None, held).atexit = False  # it lives as long as the view
    return view


def _watch(table: Any, name: str, scratch: Path | None = None) -> Any:
    """Note when no expression uses the table any more, so that its data can be removed."""
    # Garbage is collected at any moment, also in the middle of a query: it only leaves a note.
    weakref.finalize(table.op(), _forgotten.append, (name, scratch)).atexit = False
    return table


def _tidy() -> tuple[Any, str]:
    """Drop tables that nobody uses; return the shared connection and a name for a new table."""
    backend = connection()
    while _forgotten:
        name, scratch = _forgotten.pop()
        backend.con.unregister(name)
        backend.con.execute(f'DROP VIEW IF EXISTS "{name}"')
        if scratch is not None:
            with contextlib.suppress(OSError):  # what is still open elsewhere goes at the end
                scratch.unlink()
    return backend, f"crmlab_{next(_numbers)}"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Take the turn, and leave it to the engine to merge steps: Ibis would take longer over it."""
    import ibis

    with _turn:
        fused = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            yield
        finally:
            ibis.options.sql.fuse_selects = fused


def execute(expression: Any) -> pd.DataFrame:
    """Run a table expression once, where its data live, and return its rows."""
    with _alone():
        if not is_spark(expression):
            return run(expression).to_pandas()
        # Ibis would go through nanoseconds, which end in 2262; placeholders such as 9999 do not.
        backend = expression.get_backend()
        return backend.raw_sql(backend.compile(expression)).toArrow().to_pandas()


def run(expression: Any) -> Any:
    """Run a table expression of the shared connection once, and return its rows as Arrow."""
    with _turn:
        return expression.to_pyarrow()


def store(expression: Any) -> Path:
    """Run a table expression once, and return the Parquet file with its result.

    The file goes when no table reads it any more, so read it before anything else.
    """
    path = scratch_file(".parquet")
    with _alone():
        expression.to_parquet(path)
    return path


def write_parquet(expression: Any) -> Any:
    """Run a table expression once, and return its stored result as a table."""
    return read_parquet(store(expression))


def is_spark(table: Any) -> bool:
    """Say whether a table expression runs on Spark."""
    return table.get_backend().name == "pyspark"


def engine_errors() -> tuple[type[Exception], ...]:
    """Return what engines raise when they cannot run a query."""
    import duckdb
    import pyarrow as pa
    from ibis.common.exceptions import IbisError

    errors: list[type[Exception]] = [duckdb.Error, pa.ArrowException, IbisError]
    if "pyspark" in sys.modules:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        errors += [PySparkException, Py4JError]
    return tuple(errors)


def blames_query(error: Exception) -> bool:
    """Say whether DuckDB did not understand a query, which is our fault and not the data's."""
    import duckdb

    ours = (duckdb.BinderException, duckdb.InternalException, duckdb.ParserException)
    return isinstance(error, (*ours, duckdb.SyntaxException))
