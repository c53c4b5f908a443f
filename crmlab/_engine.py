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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError

__all__ = [
    "as_view",
    "blames_query",
    "connection",
    "engine_errors",
    "execute",
    "hold",
    "in_memory",
    "is_spark",
    "join_on",
    "list_columns",
    "map_arrow",
    "narrow",
    "quote",
    "read_parquet",
    "run",
    "runs_on",
    "scan_parquet",
    "scratch_file",
    "store",
    "store_beside",
    "view",
    "write_parquet",
]

# Leaves room for the pandas result of ten million customers inside 4 GiB.
_DEFAULT_MEMORY_LIMIT = "2.5GB"

# A DuckDB connection runs one query at a time, so threads take turns.
_turn = threading.RLock()
_numbers = itertools.count(1)
_forgotten: list[str | Path] = []
_held: "weakref.WeakValueDictionary[Path, _Hold]" = weakref.WeakValueDictionary()
_joined: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()


class _Hold:
    """Lives as long as a table reads a scratch file."""


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
        made = ibis.duckdb.connect(
            memory_limit=limit,
            temp_directory=str(_scratch_dir() / "spill"),
            # Every result is sorted by key at the end, so the engine need not keep row order.
            preserve_insertion_order=False,
        )
    except duckdb.ParserException as error:
        raise InputError(wrong) from error
    # In a notebook DuckDB shows one for each slow query, which would stay in the page.
    made.con.execute("set enable_progress_bar = false")
    return made


def in_memory(rows: Any, keep: Any = None) -> Any:
    """Return a pyarrow table as an Ibis table of the shared connection, without a copy.

    What is to `keep`, such as the file that the rows are mapped from, lives as long as it does.
    """
    with _turn:
        backend, name = _tidy()
        backend.con.register(name, rows)
        return _watch(backend.table(name), name, keep)


def map_arrow(path: Path) -> Any:
    """Return the pyarrow table in an Arrow file; what of it is looked at comes into memory."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def read_parquet(*paths: Path, columns: Mapping[str, str] | None = None, **options: Any) -> Any:
    """Return Parquet files as one Ibis table of the shared connection, columns matched by name.

    `columns` are the names of those to read, each with the words of DuckDB that make it; by
    default all as they are. Options are those of DuckDB.
    """
    return view(scan_parquet(paths, **options), hold(paths[0]), columns)


def view(scan: str, keep: Any = None, columns: Mapping[str, str] | None = None) -> Any:
    """Return what DuckDB reads from `scan` as an Ibis table; `keep` lives as long as it does.

    `columns` are names, each with the words of DuckDB that make it; by default all as they are.
    """
    with _turn:
        backend, name = _tidy()
        made = ", ".join(f"{sql} AS {quote(one)}" for one, sql in (columns or {}).items())
        backend.con.execute(f'CREATE VIEW "{name}" AS SELECT {made or "*"} FROM {scan}')
        return _watch(_open_view(backend, name), name, keep)


def _open_view(backend: Any, name: str) -> Any:
    """Return a view as an Ibis table; Ibis would parse the type of each column anew."""
    import ibis
    import ibis.expr.operations as ops

    described = backend.con.execute(f'DESCRIBE "{name}"').fetchall()
    parse = functools.cache(backend.compiler.type_mapper.from_string)
    schema = ibis.schema({column: parse(kind) for column, kind, *_ in described})
    return ops.DatabaseTable(name, schema=schema, source=backend).to_expr()


def as_view(table: Any) -> Any:
    """Return a table of the shared connection as a view, so that what makes it is written once.

    Every query of a table writes all its steps anew, for which Ibis takes longer than the engine
    to run them on a few rows. Tables of other engines stay as they are.
    """
    import ibis.expr.operations as ops

    if table.get_backend() is not connection():
        return table
    with _alone():
        backend, name = _tidy()
        backend.con.execute(f'CREATE VIEW "{name}" AS {backend.compile(table)}')
        made = ops.DatabaseTable(name, schema=table.schema(), source=backend).to_expr()
        return _watch(made, name, table)


def list_columns(*paths: Path) -> list[str]:
    """Return the columns of Parquet files, those that the names of their folders say included."""
    with _turn:
        found = connection().con.execute(f"SELECT * FROM {scan_parquet(paths)} LIMIT 0")
        return [column[0] for column in found.description]


def scan_parquet(paths: Sequence[Path], **options: Any) -> str:
    """Parquet files as DuckDB is asked for them."""
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    given = {"union_by_name": len(paths) > 1, **options}
    return f"read_parquet([{files}], {', '.join(f'{key} = {given[key]}' for key in given)})"


def quote(name: str) -> str:
    """Return the name of a column as DuckDB wants it written."""
    return '"' + name.replace('"', '""') + '"'


def hold(path: Path) -> "_Hold | None":
    """Return what keeps a scratch file, which goes when nobody has that any more."""
    if path.parent != _scratch_dir():
        return None
    held = _held.get(path)
    if held is None:
        held = _held[path] = _Hold()
        weakref.finalize(held, _forgotten.append, path).atexit = False
    return held


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


def _watch(table: Any, name: str, keep: Any = None) -> Any:
    """Note when no expression uses the table any more, so that its data can be removed.

    What is to `keep` lives until then.
    """
    # Garbage is collected at any moment, also in the middle of a query: it only leaves a note.
    weakref.finalize(table.op(), lambda _: _forgotten.append(name), keep).atexit = False
    return table


def _tidy() -> tuple[Any, str]:
    """Drop tables that nobody uses; return the shared connection and a name for a new table."""
    backend = connection()
    while _forgotten:
        gone = _forgotten.pop()
        if isinstance(gone, Path):
            with contextlib.suppress(OSError):  # what is still open elsewhere goes at the end
                gone.unlink()
        else:
            backend.con.unregister(gone)
            backend.con.execute(f'DROP VIEW IF EXISTS "{gone}"')
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


def join_on(mine: Any, rest: tuple[str, Any], key: str, columns: Mapping[str, str]) -> Any:
    """Return rows of `mine` beside those of `rest` with the same `key`, as a view.

    `rest` is what DuckDB reads and what lives as long; `columns` are names, each with the words
    that make it of the two. An expression of many columns takes Ibis longer to write than the
    engine to run; `narrow` returns the rows alone where no column of `rest` is wanted.
    """
    scan, keep = rest
    with _alone():
        rows = mine.get_backend().compile(mine)
        joined = f"({rows}) AS mine JOIN {scan} AS rest USING ({quote(key)})"
        made = view(joined, (mine, keep), columns)
    _joined[made.op()] = mine
    return made


def narrow(table: Any, names: Sequence[str]) -> Any:
    """Return columns of a table; without the join that made it, where they do not need it."""
    rows = _joined.get(table.op())
    if rows is not None and set(names) <= set(rows.columns):
        return rows.select(*names)
    return table.select(*names)


def execute(expression: Any) -> pd.DataFrame:
    """Run a table expression once, where its data live, and return its rows."""
    if not is_spark(expression):
        return run(expression).to_pandas()
    with _alone():
        # Ibis would go through nanoseconds, which end in 2262; placeholders such as 9999 do not.
        backend = expression.get_backend()
        found = backend.raw_sql(backend.compile(expression)).toArrow().to_pandas()
    # Moments come with the zone of the session, in which Ibis takes them for local times.
    kinds = expression.schema()
    zoned = [name for name in found.columns if isinstance(found[name].dtype, pd.DatetimeTZDtype)]
    local = [name for name in zoned if kinds[name].timezone is None]
    return found.assign(**{name: found[name].dt.tz_localize(None) for name in local})


def run(expression: Any) -> Any:
    """Run a table expression of the shared connection once, and return its rows as Arrow."""
    with _alone():
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


def runs_on(table: Any) -> bool:
    """Say whether a table expression lives on an engine that crmlab runs its queries on."""
    return table.get_backend().name in ("duckdb", "pyspark")


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
