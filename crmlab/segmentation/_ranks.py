"""Bins of customers by rank, equal customers together: one rule for frames and engines.

A customer's bin is ``1 + floor(n_bins * worse / n)``, `worse` being the number of the `n`
customers who are strictly worse. Whole numbers only, so that no rounding decides, and the same
rule as "above how many of the edges", the k-th edge being the value at place ceil(k n / n_bins).
"""

from typing import Any

import ibis
import numpy as np

from crmlab._engine import execute
from crmlab._types import Floats, Ints

__all__ = ["bin_by_edges", "bin_expression", "bin_within", "find_edges", "find_edges_in_engine"]


def _places(n: int, n_bins: int) -> Ints:
    """Places of the edges among `n` values in ascending order, from 0."""
    return -(-np.arange(1, n_bins) * n // n_bins) - 1


def find_edges(value: Floats, n_bins: int) -> Floats:
    """The highest value of each bin but the last."""
    return np.sort(value)[_places(len(value), n_bins)]


def find_edges_in_engine(value: Any, n: int, n_bins: int) -> Floats:
    """The same of a column of an engine, by one query."""
    rows = value.as_table().rename(value=value.get_name())
    rows = rows.mutate(place=ibis.row_number().over(order_by=rows.value))
    places = _places(n, n_bins)
    wanted = np.unique(places)
    found = execute(rows.filter(rows.place.isin(wanted.tolist())).order_by("place"))
    values = found["value"].to_numpy(dtype="float64")
    return values[np.searchsorted(wanted, places)]


def bin_by_edges(value: Floats, edges: Floats) -> Ints:
    """The bin of each value: 1, and one more for each edge it is above."""
    found = np.ones(len(value), dtype="int64")
    for edge in edges:
        found += value > edge
    return found


def bin_within(value: Floats, group: Ints, n_bins: int) -> Ints:
    """The bin of each value among those of its group."""
    order = np.lexsort((value, group))
    ordered, of = value[order], group[order]
    place = np.arange(len(value))
    opens = np.diff(of, prepend=of[0] - 1) != 0
    first = np.maximum.accumulate(np.where(opens, place, 0))
    differs = opens | (np.diff(ordered, prepend=np.nan) != 0)
    worse = np.maximum.accumulate(np.where(differs, place, 0)) - first
    sizes = np.diff(np.append(np.flatnonzero(opens), len(value)))
    found = np.empty(len(value), dtype="int64")
    found[order] = 1 + n_bins * worse // np.repeat(sizes, sizes)
    return found


def bin_expression(value: Any, group: list[Any], n_bins: int) -> Any:
    """The same rule as an expression."""
    worse = ibis.rank().over(ibis.window(group_by=group, order_by=value))
    n = value.count().over(ibis.window(group_by=group))
    return (1 + worse * n_bins // n).cast("int64")
