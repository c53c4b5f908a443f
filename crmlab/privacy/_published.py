"""The forms in which tables of counts come and go: crosstabs, columns of counts, tidy tables."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.privacy._linked import Grid, make_grid

__all__ = ["Published", "as_list", "blank_cells", "read"]


@dataclass(frozen=True)
class Published:
    """A table of counts taken apart: its cells row by row, and the amounts that go with them."""

    table: pd.DataFrame | pd.Series
    grid: Grid
    counts: Floats
    amounts: dict[str, Floats]


def as_list(table: Any) -> tuple[list[Any], bool]:
    """Tables in a list, and whether they were given as several."""
    several = isinstance(table, list | tuple)
    tables = list(table) if several else [table]
    if not tables:
        raise InputError("`table` must hold at least one table; got an empty list.")
    return tables, several


def read(
    table: Any, counts: Any, by: Sequence[str] | None, margins: str | None, *, several: bool
) -> Published:
    """Take one table apart."""
    if not isinstance(table, pd.DataFrame | pd.Series):
        raise InputTypeError(
            f"`table` must be a DataFrame or a Series of counts; got {type(table).__name__}."
        )
    if not table.size:
        raise InputError("`table` must hold at least one cell; it is empty.")
    if isinstance(counts, str):
        return _read_tidy(table, counts, by, margins)
    if by is not None:
        raise InputError("`by` must come with `counts`, the name of the column that holds counts.")
    if counts is None:
        return _read_crosstab(table, table, margins, several=several)
    alike = isinstance(counts, type(table)) and counts.index.equals(table.index)
    if not alike or (isinstance(table, pd.DataFrame) and not counts.columns.equals(table.columns)):
        raise InputError(
            "`counts` must be a table with the rows and columns of `table`, in the same order."
        )
    return _read_crosstab(table, counts, margins, several=several)


def _read_crosstab(
    table: pd.DataFrame | pd.Series,
    counts: pd.DataFrame | pd.Series,
    margins: str | None,
    *,
    several: bool,
) -> Published:
    axes = [table.index, *([table.columns] if isinstance(table, pd.DataFrame) else [])]
    names = [_names(axis, word) for axis, word in zip(axes, ("row", "column"), strict=False)]
    dimensions = [name for axis in names for name in axis]
    if several and any(name is None for axis in axes for name in axis.names):
        raise InputError(
            "Several tables must name what their rows and columns are, so that cells can be "
            "matched. Set the names with `.rename_axis(index='region', columns='plan')`."
        )
    if len(set(dimensions)) < len(dimensions):
        raise InputError("`table` must name its rows and columns differently; the names repeat.")
    rows = _tuples(axes[0])
    if len(axes) > 1:
        rows = [(*row, *column) for row in rows for column in _tuples(axes[1])]
    grid = make_grid(rows, dimensions, margins, axes=[axis.nlevels for axis in axes])
    amounts = {} if counts is table else {"table": _numbers(table)}
    return Published(table, grid, _numbers(counts), amounts)


def _read_tidy(table: Any, counts: str, by: Sequence[str] | None, margins: str | None) -> Published:
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError("`table` must be a DataFrame where `counts` names one of its columns.")
    if by is None:
        by = [
            name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name].dtype)
        ]
    by = [by] if isinstance(by, str) else list(by)
    if not by:
        raise InputError("`by` must name the columns that say what a row is about; got none.")
    check_columns(table.columns, [*by, counts], what="The table")
    rows = list(zip(*(table[name].tolist() for name in by), strict=True))
    others = [name for name in table.columns if name not in {*by, counts}]
    return Published(
        table,
        make_grid(rows, by, margins, axes=[1] * len(by)),
        _numbers(table[[counts]]),
        {name: _numbers(table[[name]]) for name in others},
    )


def _names(axis: pd.Index, word: str) -> list[Hashable]:
    if axis.nlevels == 1:
        return [word if axis.name is None else axis.name]
    return [
        f"{word} {level}" if name is None else name
        for level, name in enumerate(axis.names, start=1)
    ]


def _tuples(axis: pd.Index) -> list[tuple[Any, ...]]:
    return [label if axis.nlevels > 1 else (label,) for label in axis]


def _numbers(table: pd.DataFrame | pd.Series) -> Floats:
    """The numbers row by row, nan where missing."""
    try:
        return table.to_numpy(dtype=float, na_value=np.nan).ravel()
    except (TypeError, ValueError):
        raise InputTypeError(
            "`table` must hold numbers; some of its cells do not. Labels belong in the index, or, "
            "in a table with one row per cell, into `by`."
        ) from None


def blank_cells(published: Published, hidden: NDArray[np.bool_], counts: Any) -> Any:
    """The table with hidden cells missing; whole numbers stay whole."""
    table = published.table
    if isinstance(table, pd.Series):
        return _blank(table, hidden, whole=counts is None)
    shown = table.copy()
    tidy = isinstance(counts, str)
    cells = hidden.reshape(len(table), -1)
    labels = set(published.grid.dimensions) if tidy else set()
    for place, name in enumerate(table.columns):
        if not tidy or name not in labels:
            whole = counts is None or name == counts if tidy else counts is None
            column = cells[:, 0] if tidy else cells[:, place]
            shown.isetitem(place, _blank(table.iloc[:, place], column, whole=whole).array)
    return shown


def _blank(values: pd.Series, hidden: NDArray[np.bool_], *, whole: bool) -> pd.Series:
    whole = whole or pd.api.types.is_integer_dtype(values.dtype)
    return values.astype("Int64" if whole else "float64").mask(hidden)
