"""Open anything that holds a table: files, a frame, a relation, an expression, a Spark table."""

import functools
import os
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from crmlab._engine import quote, scratch_file
from crmlab._errors import InputError, InputTypeError
from crmlab.loaders._sources.expressions import open_expression
from crmlab.loaders._sources.files import expand, open_files
from crmlab.loaders._sources.frames import open_arrow, open_frame
from crmlab.loaders._sources.source import FIRST_ROWS, Opened, Source, check_names, zones_of
from crmlab.loaders._sources.stored import read_stored

__all__ = ["names_files", "open_source"]

# Types of DuckDB that Parquet or Ibis cannot carry over exactly, and text can.
_AS_TEXT = {"hugeint", "uhugeint", "bignum", "varint", "uuid", "interval", "bit"}


def open_source(
    source: Any,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    named: Collection[str] = (),
) -> Opened:
    """Return what is known at once of the table behind a path, a glob, a frame or a relation.

    `named` are columns that it should have, by which a header below titles is found.
    """
    if names_files(source):
        files = list(dict.fromkeys(file for path in _list_paths(source) for file in expand(path)))
        return open_files(files, encoding, separator, sheet, header, named)
    if sheet is not None:
        raise InputError(f"`sheet` is for Excel files; got {sheet!r} with a table.")
    if header is not None:
        raise InputError(
            f"`header` is for text and Excel files; got {header} with a table. Leave it out."
        )
    if isinstance(source, pd.DataFrame):
        return open_frame(source)
    kind = _kind(source)
    if kind in ("duckdb.DuckDBPyRelation", "_duckdb.DuckDBPyRelation"):
        return _open_relation(source)
    if kind == "pyspark.DataFrame":
        return _open_spark(source)
    if kind in ("ibis.Table", "ibis.CachedTable"):
        return open_expression(source)
    if kind == "polars.LazyFrame":
        raise InputTypeError("`source` is a polars.LazyFrame, not a table yet: call `.collect()`.")
    if kind == "polars.DataFrame":
        source = _write_long(source)
    if hasattr(source, "__arrow_c_stream__") and not kind.startswith("ibis."):
        return open_arrow(_to_arrow(source))
    raise _unknown_source(source)


def names_files(source: Any) -> bool:
    """Say whether a source is a path, a pattern, or several."""
    paths = _list_paths(source)
    return bool(paths) and all(isinstance(path, str | os.PathLike) for path in paths)


def _list_paths(source: Any) -> list[Any]:
    return list(source) if isinstance(source, list | tuple) else [source]


def _kind(source: Any) -> str:
    """The library and the class of an object, as in pandas.Series."""
    return f"{type(source).__module__.split('.')[0]}.{type(source).__name__}"


def _unknown_source(source: Any) -> InputTypeError:
    return InputTypeError(
        "`source` must be a path, a glob, a list of paths, a pandas frame, an Arrow table, a "
        "DuckDB relation, an Ibis table or a Spark table; "
        f"got {_kind(source).removeprefix('builtins.')}."
    )


def _write_long(frame: Any) -> Any:
    """A polars frame with whole numbers of 128 bits as text, which Arrow has no type for."""
    kinds = {"Int128", "UInt128"}
    long = [name for name, kind in frame.schema.items() if str(kind) in kinds]
    return frame.with_columns(*(frame.get_column(name).cast(str) for name in long))


def _to_arrow(source: Any) -> pa.Table:
    try:
        return pa.table(source)
    except (pa.ArrowException, TypeError) as error:  # one column is a stream, too, and not a table
        raise _unknown_source(source) from error


def _open_relation(relation: Any) -> Opened:
    check_names(relation.columns, "The relation")
    exact = relation.project(
        ", ".join(
            f"CAST({name} AS VARCHAR) AS {name}" if kind.id in _AS_TEXT else name
            for name, kind in zip(map(quote, relation.columns), relation.types, strict=True)
        )
    )

    def look(asked: Sequence[str]) -> pd.DataFrame:
        return (
            exact.project(", ".join(map(quote, asked)))
            .limit(FIRST_ROWS)
            .to_arrow_table()
            .to_pandas()
        )

    def read(needed: Collection[str], _: Collection[str]) -> Source:
        zones = zones_of(exact.limit(0).to_arrow_table().schema)
        path = scratch_file(".parquet")
        exact.write_parquet(str(path))
        return read_stored([path], relation.columns, needed, zones=zones)

    return Opened(tuple(relation.columns), look, read)


# --- Spark ------------------------------------------------------------------------------------


@functools.cache
def _own_session(session: Any) -> tuple[Any, Any]:
    """A session beside the owner's, and Ibis on it: Ibis sets its session's time zone to UTC."""
    import ibis

    own = session.newSession()
    return own, ibis.pyspark.connect(own)


def _open_spark(frame: Any) -> Opened:
    """Return a Spark table; its timestamps become the wall clock of the owner's session."""
    from pyspark.sql import functions
    from pyspark.sql.types import TimestampType

    check_names(frame.columns, "The table")
    columns = []
    for column in frame.schema.fields:
        value = functions.col("`" + column.name.replace("`", "``") + "`")
        if isinstance(column.dataType, TimestampType):
            value = value.cast("timestamp_ntz").alias(column.name)
        columns.append(value)
    session = frame.sparkSession
    own, backend = _own_session(session)
    view = f"crmlab_{scratch_file('').name}"
    # Only a global view is seen from one session in another; nothing stays in the owner's.
    frame.select(*columns).createGlobalTempView(view)
    own.table(f"global_temp.{view}").createTempView(view)
    session.catalog.dropGlobalTempView(view)
    return open_expression(backend.table(view))
