"""Pandas frames as tables of the engine, in the columns that a contract names."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlab._engine import in_memory
from crmlab._errors import InputTypeError
from crmlab.contracts._errors import ContractError

__all__ = ["as_table"]

# Types of a column without a single value, as Arrow and as Ibis name them.
_EMPTY = {
    "id": ("string", "string"),
    "time": ("timestamp[us]", "timestamp"),
    "number": ("float64", "float64"),
    "text": ("string", "string"),
    "word": ("string", "string"),
    "flag": ("bool", "boolean"),
}


def as_table(table: Any, kinds: Mapping[str, str]) -> Any:
    """Return a table as an Ibis table: of a frame the columns named in `kinds` that are there.

    Parameters
    ----------
    table : DataFrame or ibis.Table
        The rows.
    kinds : mapping of str to str
        Name of a column -> its kind, see `Column`; a column without a single value gets its type
        from it.

    Returns
    -------
    ibis.Table

    Raises
    ------
    ContractError
        If a column is there twice, or holds several kinds of values.
    InputTypeError
        If `table` is neither.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["007"], "note": ["?"], "end": [None]})
    >>> as_table(orders, {"customer_id": "id", "end": "time"}).schema()
    ibis.Schema {
      customer_id  string
      end          timestamp(6)
    }
    """
    import ibis

    if isinstance(table, ibis.Table):
        empty = [name for name in kinds if name in table.columns and table[name].type().is_null()]
        if not empty:
            return table
        return table.mutate(**{name: table[name].cast(_EMPTY[kinds[name]][1]) for name in empty})
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(
            f"`table` must be a pandas frame or an Ibis table; got {type(table).__name__}."
        )
    return _register_frame(table, kinds)


def _register_frame(frame: pd.DataFrame, kinds: Mapping[str, str]) -> Any:
    import pyarrow as pa

    columns = {}
    for name in (name for name in kinds if name in frame.columns):
        column = frame[name]
        if isinstance(column, pd.DataFrame):
            raise ContractError(f"`{name}` is there more than once. Rename one of them.")
        try:
            values = pa.array(column, from_pandas=True)
        except (pa.ArrowException, TypeError) as error:
            raise ContractError(f"`{name}` must hold one kind of value; {error}.") from None
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_timestamp(values.type) and values.type.tz:
            # A day begins where the column's clock says; the engine would begin it in UTC.
            values = pa.array(values.to_pandas().dt.tz_localize(None), from_pandas=True)
        if pa.types.is_null(values.type):
            values = values.cast(pa.type_for_alias(_EMPTY[kinds[name]][0]))
        columns[name] = values
    return in_memory(pa.table(columns))
