"""Open pandas frames and pyarrow tables, every column in a type that engines store."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crmlab._engine import in_memory, quote
from crmlab.contracts import ContractError
from crmlab.loaders._sources.source import (
    FIRST_ROWS,
    MOMENT,
    NUMBER,
    ROW,
    Opened,
    Source,
    check_names,
    name_rows,
    split_names,
    zones_of,
)
from crmlab.loaders._sources.stored import Rest, name_columns

__all__ = ["open_arrow", "open_frame"]

# Beyond this a float no longer holds every whole number, and is not written as one.
_EXACT = 2**53


def open_frame(frame: pd.DataFrame, where: str = "The frame") -> Opened:
    """Return a pandas frame as a source; it is not changed, and hardly copied."""
    names = [str(name) for name in frame.columns]
    check_names(names, where)
    if not len(frame):
        raise ContractError(f"{where} has a header but no rows.")
    index = [repr(name) for name in frame.index.names if name is not None]
    hint = f" The index holds {', '.join(index)}: call `.reset_index()` first." if index else ""
    frame = frame.copy(deep=False)  # what its owner changes later is not seen
    numbers = {name: number for number, name in enumerate(names)}

    def convert(asked: Sequence[str], rows: slice = slice(None)) -> pa.Table:
        columns: dict[str, pa.Array] = {}
        for name in asked:
            columns |= _to_arrow(name, frame.iloc[rows, numbers[name]])
        return pa.table(columns)

    return _open_columns(names, convert, hint)


def open_arrow(table: pa.Table) -> Opened:
    """Return a pyarrow table as a source."""
    check_names(table.column_names, "The table")
    if not table.num_rows:
        raise ContractError("The table has a header but no rows.")

    def convert(asked: Sequence[str], rows: slice = slice(None)) -> pa.Table:
        picked = table.select(asked)
        picked = picked if rows.stop is None else picked.slice(0, rows.stop)
        return pa.table({name: as_engine_type(picked[name]) for name in asked})

    return _open_columns(table.column_names, convert)


def _open_columns(names: Sequence[str], convert: Callable[..., pa.Table], hint: str = "") -> Opened:
    """A source whose columns are converted when they are asked for."""

    def look(asked: Sequence[str]) -> pd.DataFrame:
        return convert(asked, slice(FIRST_ROWS)).select(asked).to_pandas()

    def read(needed: Collection[str], _: Collection[str]) -> Source:
        wanted, others = split_names(names, needed)
        held = _number_rows(convert(wanted))

        def find() -> tuple[str, Any]:
            rest = in_memory(_number_rows(convert(others).select(others)))
            return quote(rest.get_name()), rest

        rest = Rest(name_columns(others), find) if others else None
        return Source(
            in_memory(held), tuple(names), rest, zones=zones_of(held.schema), locate=name_rows,
            held=held,
        )  # fmt: skip

    return Opened(tuple(names), look, read, hint)


def _number_rows(table: pa.Table) -> pa.Table:
    return table.append_column(ROW, pa.array(np.arange(table.num_rows)))


def as_engine_type(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """The column in a type that Ibis and DuckDB store; as text where they have none like it."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_engine_type(_decode(column))
    if pa.types.is_run_end_encoded(kind):
        return as_engine_type(pc.run_end_decode(column))
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal256(kind):
        return _shorten_decimal(column)
    if _is_bytes(kind) or kind == pa.string_view():  # DuckDB cannot filter rows with views
        return _as_utf8(column)
    if _is_stored(kind):
        return column
    values = [None if value is None else str(value) for value in column.to_pylist()]
    return pa.array(values, pa.string())


def _decode(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """The values of a dictionary; pyarrow has no cast for each kind of text."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    kind = column.type.value_type
    kind = pa.string() if kind == pa.string_view() else kind
    return pa.chunked_array([one.dictionary.cast(kind).take(one.indices) for one in chunks], kind)


def _shorten_decimal(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """A decimal of 256 bits in the 128 that engines know, or as text."""
    try:
        return column.cast(pa.decimal128(38, column.type.scale))
    except pa.ArrowInvalid:
        return column.cast(pa.string())


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or kind == pa.binary_view()


def _as_utf8(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Bytes as text where they are, as some programs store it."""
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return column


def _is_stored(kind: pa.DataType) -> bool:
    """Whether engines have a type, with all types in it, that is like it."""
    odd = (
        pa.types.is_duration, pa.types.is_interval, pa.types.is_union, pa.types.is_dictionary,
        pa.types.is_run_end_encoded, pa.types.is_decimal256, pa.types.is_float16, pa.types.is_null,
    )  # fmt: skip
    if isinstance(kind, pa.BaseExtensionType) or any(is_odd(kind) for is_odd in odd):
        return False
    return all(_is_stored(kind.field(number).type) for number in range(kind.num_fields))


def _to_arrow(name: str, column: pd.Series) -> dict[str, Any]:
    """A column as Arrow; beside it the typed cells where it mixes them with text."""
    if isinstance(column.dtype, pd.SparseDtype):
        column = pd.Series(np.asarray(column))
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if isinstance(column.dtype, pd.ArrowDtype):
        return {name: as_engine_type(pa.chunked_array(column.array.__arrow_array__()))}
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if column.dtype == object:
        settled = _unify_kind(column)
        if settled is None:
            return _split_mixture(name, column)
        column = settled
    try:
        return {name: as_engine_type(pa.array(column, from_pandas=True))}
    except (pa.ArrowException, TypeError):
        return {name: _to_text(column)}


def _unify_kind(column: pd.Series) -> pd.Series | None:
    """Objects of one kind as that kind, or None where they are a mixture."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    there = column.dropna()
    if kind == "period":
        return pd.Series(pd.PeriodIndex(column).to_timestamp(), column.index)
    if kind == "decimal" and all(value.is_finite() and value % 1 == 0 for value in there):
        # Databases return whole numbers like this.
        whole = [None if pd.isna(value) else int(value) for value in column]
        column, there, kind = pd.Series(whole, dtype=object), there.map(int), "integer"
    if kind in ("string", "empty"):
        return column.astype("str")
    if kind == "integer" and all(abs(value) < 2**63 for value in there):
        return column.astype("Int64")
    if kind in ("floating", "mixed-integer-float", "decimal"):
        return column.astype("float64")
    if kind == "boolean":
        return column.astype("boolean")
    if kind in ("datetime", "datetime64", "date"):
        zones = {str(getattr(value, "tzinfo", None)) for value in there}
        if len(zones) == 1:
            return pd.to_datetime(column)
    return None


def _split_mixture(name: str, column: pd.Series) -> dict[str, Any]:
    """A mixture as text, and the numbers and moments in it, which need no reading."""
    columns = {name: _to_text(column)}
    if column.map(lambda value: isinstance(value, str)).any():
        numbers = column.map(_as_number)
        if numbers.notna().any():
            columns[NUMBER + name] = pa.array(numbers.astype("float64"), from_pandas=True)
        moments = column.map(_as_moment)
        if moments.notna().any():
            columns[MOMENT + name] = pa.array(pd.to_datetime(moments).astype("datetime64[us]"))
    return columns


def _as_number(value: Any) -> float:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return float(value) if number else np.nan


def _as_moment(value: Any) -> Any:
    if not isinstance(value, dt.date) or getattr(value, "tzinfo", None) is not None:
        return pd.NaT
    return value


def _to_text(column: pd.Series) -> pa.Array:
    return pa.array(column.map(_as_text, na_action="ignore").astype("str"), from_pandas=True)


def _as_text(value: Any) -> str:
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < _EXACT else repr(number)
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
