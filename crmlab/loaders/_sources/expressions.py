"""Open Ibis tables: on an engine that crmlab runs on as they are, from any other fetched."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from crmlab._engine import execute, runs_on
from crmlab.contracts import ContractError
from crmlab.loaders._sources.frames import open_arrow
from crmlab.loaders._sources.source import FIRST_ROWS, Opened, Source, check_names
from crmlab.loaders._sources.titles import count_things

__all__ = ["open_expression"]


def open_expression(table: Any) -> Opened:
    """Return an Ibis table as a source.

    On DuckDB and Spark its rows stay where they are, and as they have no numbers, all columns are
    read. From any other engine the columns that are needed are fetched.
    """
    check_names(table.columns, "The table")
    names = tuple(table.columns)
    if not runs_on(table):
        return _open_elsewhere(table, names)
    return Opened(
        names,
        lambda asked: execute(table.select(asked).limit(FIRST_ROWS)),
        lambda *_: Source(table, names),
    )


def _open_elsewhere(table: Any, names: tuple[str, ...]) -> Opened:
    """A table of an engine that crmlab does not run on."""
    engine = table.get_backend().name

    def look(asked: Sequence[str]) -> pd.DataFrame:
        return _fetch(table.select(asked).limit(FIRST_ROWS), engine).to_pandas()

    def read(needed: Collection[str], keys: Collection[str]) -> Source:
        kept = [name for name in names if name in needed]
        rows = open_arrow(_fetch(table.select(kept), engine)).read(kept, keys)
        n_left = len(names) - len(kept)
        left = f", {n_left:,} left there" if n_left else ""
        said = {"table": f"{count_things(len(kept), 'column')} fetched from {engine}{left}"}
        count = partial(_count_distinct, table, engine) if n_left else None
        return replace(rows, readings=said, count_distinct=count)

    return Opened(names, look, read)


def _fetch(table: Any, engine: str) -> pa.Table:
    casts = {name: cast for name, kind in table.schema().items() if (cast := _choose_cast(kind))}
    try:
        return table.cast(casts).to_pyarrow()
    except Exception as error:  # each driver has errors of its own
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise ContractError(
            f"`source` cannot be fetched from {engine}: {reason}. Leave such values out in "
            "the query, or cast them there."
        ) from error


def _choose_cast(kind: Any) -> str:
    """What a column is fetched as where drivers do not agree with Arrow on its type."""
    if kind.is_decimal():  # as text, 1.200 might be taken for 1,200
        return "" if kind.scale is not None else "decimal(38, 9)"
    odd = (kind.is_uuid(), kind.is_json(), kind.is_inet(), kind.is_macaddr(), kind.is_unknown())
    return "string" if any(odd) else ""


def _count_distinct(table: Any, engine: str) -> int:
    """How many rows differ in any column, the columns that were left included."""
    schema = table.schema()
    names = [
        name for name in table.columns if not (schema[name].is_json() or schema[name].is_map())
    ]
    count = table.select(names).distinct().aggregate(n=lambda rows: rows.count())
    return int(_fetch(count, engine)["n"][0].as_py())
