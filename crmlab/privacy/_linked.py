"""Published tables as one list of cells, and every sum that ties them together."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = [
    "TOTAL",
    "Grid",
    "Linked",
    "add_sums",
    "link",
    "looks_like_total",
    "make_grid",
]

# What a cell is about: (dimension, label) pairs. A total leaves its dimension out, so the cell of
# a region in one table is the total of that region in another.
Key = frozenset[tuple[Hashable, Hashable]]

_TOTAL_WORDS = ["all", "total", "sum", "subtotal", "grand total", "합계", "총계", "소계", "전체"]


class _Total:
    """Stands for the label of totals, whatever its name."""


TOTAL = _Total()
_MISSING = "crmlab:missing"


@dataclass(frozen=True)
class Grid:
    """The cells of one table in its order: labels by dimension, TOTAL for a total."""

    dimensions: list[Hashable]
    labels: list[tuple[Hashable, ...]]

    @property
    def keys(self) -> list[Key]:
        return [
            frozenset(
                (dimension, label)
                for dimension, label in zip(self.dimensions, labels, strict=True)
                if label is not TOTAL
            )
            for labels in self.labels
        ]


@dataclass(frozen=True)
class Linked:
    """Cells of all tables, and their sums.

    `relations` has a row for each sum: 1 at the total, -1 at the parts. Cells from number
    `n_published` on are sums that stand in no table but tie those that do. `places` holds the
    cell numbers of each table.
    """

    relations: sparse.csr_array
    n_published: int
    places: list[NDArray[np.int64]]


def make_grid(
    rows: Sequence[tuple[Any, ...]],
    dimensions: Sequence[Hashable],
    margins: str | None,
    *,
    axes: Sequence[int],
) -> Grid:
    """The cells named by `rows` of labels; `axes` says how many labels lie on each axis."""
    return Grid(list(dimensions), [_list_labels(row, margins, axes) for row in rows])


def _list_labels(
    row: tuple[Any, ...], margins: str | None, axes: Sequence[int]
) -> tuple[Hashable, ...]:
    labels: list[Hashable] = []
    start = 0
    for size in axes:
        axis = row[start : start + size]
        start += size
        # A crosstab writes the total of two nested levels as ("All", "").
        total = margins is not None and margins in [x for x in axis if isinstance(x, str)]
        for label in axis:
            if total and label in (margins, ""):
                labels.append(TOTAL)
            else:
                labels.append(_MISSING if pd.isna(label) else label)
    return tuple(labels)


def link(grids: Sequence[Grid]) -> Linked:
    """Number the cells of all tables, and find every sum among them.

    Raises
    ------
    InputError
        If one table names a cell twice.
    """
    number: dict[Key, int] = {}
    places = []
    for grid in grids:
        keys = grid.keys
        if len(set(keys)) < len(keys):
            raise InputError(
                "`table` must name each cell once; some labels are repeated. Add their counts up."
            )
        places.append(np.array([number.setdefault(key, len(number)) for key in keys]))
    n_published = len(number)
    sums = dict.fromkeys(one for grid in grids for one in _list_sums(grid, number))
    return Linked(_make_matrix(list(sums), len(number)), n_published, places)


def _list_sums(grid: Grid, number: dict[Key, int]) -> list[tuple[int, tuple[int, ...]]]:
    """Each total and its parts, dimension by dimension; totals that are nowhere get numbers."""
    known = dict.fromkeys(grid.keys)
    sums = []
    for dimension in grid.dimensions:
        parts: dict[Key, list[Key]] = defaultdict(list)
        for key in known:
            rest = frozenset(pair for pair in key if pair[0] != dimension)
            if rest != key:
                parts[rest].append(key)
        for total, members in parts.items():
            place = number.setdefault(total, len(number))
            sums.append((place, tuple(number[key] for key in members)))
        known |= dict.fromkeys(parts)
    return sums


def _make_matrix(sums: list[tuple[int, tuple[int, ...]]], n_cells: int) -> sparse.csr_array:
    rows = [row for row, (_, parts) in enumerate(sums) for _ in range(1 + len(parts))]
    columns = [cell for total, parts in sums for cell in (total, *parts)]
    signs = [sign for _, parts in sums for sign in (1.0, *(-1.0 for _ in parts))]
    return sparse.csr_array((signs, (rows, columns)), shape=(len(sums), n_cells))


def add_sums(
    linked: Linked, tables: Sequence[Floats], *, name: str, tolerance: float = 0.0
) -> Floats:
    """The numbers of all cells, those of unpublished sums included.

    Raises
    ------
    InputError
        If two tables disagree about a cell, or a total is not the sum of its parts.
    """
    numbers = np.full(linked.relations.shape[1], np.nan)
    for place, values in zip(linked.places, tables, strict=True):
        _check_equal(numbers[place], values, name, tolerance, "two tables disagree about a cell")
        numbers[place] = np.where(np.isnan(values), numbers[place], values)
    relations = linked.relations
    for row in range(relations.shape[0]):
        cells = relations.indices[relations.indptr[row] : relations.indptr[row + 1]]
        signs = relations.data[relations.indptr[row] : relations.indptr[row + 1]]
        total, parts = cells[signs > 0], cells[signs < 0]
        value = np.array([numbers[parts].sum()])
        _check_equal(numbers[total], value, name, tolerance, "a total is not the sum of its parts")
        numbers[total] = np.where(np.isnan(numbers[total]), value, numbers[total])
    return numbers


def _check_equal(one: Floats, other: Floats, name: str, tolerance: float, fault: str) -> None:
    apart = np.abs(one - other) > tolerance * np.maximum(np.abs(one), np.abs(other))
    if apart.any():
        first = int(np.flatnonzero(apart)[0])
        raise InputError(
            f"`{name}` must add up; {fault}: {one[first]:,.12g} and {other[first]:,.12g}. "
            "Give unrounded numbers of the same people, with all parts of each total."
        )


def looks_like_total(grid: Grid, counts: Floats) -> Hashable | None:
    """A label that seems to be a total under another name, or None."""
    for place, _ in enumerate(grid.dimensions):
        labels = [row[place] for row in grid.labels]
        if TOTAL in labels:
            continue
        for label in dict.fromkeys(labels):
            if isinstance(label, str) and label.strip().casefold() in _TOTAL_WORDS:
                return label
        half = _find_sums_of_others(grid, counts, place)
        if half.any():
            return list(dict.fromkeys(labels))[int(np.argmax(half))]
    return None


def _find_sums_of_others(grid: Grid, counts: Floats, place: int) -> NDArray[np.bool_]:
    """For each label of a dimension, whether it is the sum of the others all along.

    Small numbers add up by chance, so this must happen at least three times with two numbers or
    more to add. Totals of other dimensions repeat what their parts say, and do not count.
    """
    labels = _number_labels([row[place] for row in grid.labels])
    others = [row[:place] + row[place + 1 :] for row in grid.labels]
    table = np.zeros((len(set(others)), labels.max() + 1))
    table[_number_labels(others), labels] = counts
    table = table[[TOTAL not in other for other in dict.fromkeys(others)]]
    telling = (table > 0).sum(axis=1) > 2
    sums = (2 * table == table.sum(axis=1, keepdims=True)).all(axis=0)
    return sums & (telling.sum() >= 3)


def _number_labels(labels: Sequence[Hashable]) -> NDArray[np.int64]:
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in labels])
