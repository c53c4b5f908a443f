"""Two items of one customer: which came first, how often, and how many days lay between."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._types import Floats, Ints

__all__ = ["First", "count_pairs"]

_PIECE = 2**22  # pairs looked at in one go
_SPARSE = 8  # cells of a table for each pair in it, beyond which sorting is sooner done


@dataclass(frozen=True)
class First:
    """First days as numbers, one row per customer and item bought, customers together."""

    customer: Ints
    item: Ints
    day: Ints


def count_pairs(first: First, start: Ints, horizon: int) -> pd.DataFrame:
    """Count, after the rows `start`, what the same customers bought before and in the horizon.

    Columns `antecedent`, `consequent`, `n_before` (that day included), `n_later` (within the
    horizon), and `lag_lower`, `lag_median`, `lag_upper`, quartiles of the days in between.
    """
    n_items = int(first.item.max()) + 1
    begin = np.flatnonzero(np.diff(first.customer, prepend=-1))
    size = np.diff(np.append(begin, len(first.customer)))
    place = np.cumsum(np.diff(first.customer, prepend=first.customer[0]) != 0)
    start = start[np.argsort(first.item[start], kind="stable")]
    parts = []
    for rows in _pieces(first.item[start], size[place[start]]):
        mine = start[rows]
        n_other = size[place[mine]]
        left = np.repeat(mine, n_other)
        done = np.cumsum(n_other) - n_other
        right = np.arange(len(left)) + np.repeat(begin[place[mine]] - done, n_other)
        other = left != right
        left, right = left[other], right[other]
        lag = np.clip(first.day[right] - first.day[left], 0, horizon + 1)
        parts.append(_tally(first.item[left], first.item[right], lag, n_items, horizon + 2))
    return pd.concat(parts, ignore_index=True)


def _pieces(item: Ints, n_pairs: Ints) -> Iterator[slice]:
    """Rows of whole items, together about as many pairs as are looked at in one go."""
    edges = np.append(np.flatnonzero(np.diff(item, prepend=-1)), len(item))
    total = np.append(0, np.cumsum(n_pairs))[edges]
    at = 0
    while at < len(edges) - 1:
        stop = int(np.searchsorted(total, total[at] + _PIECE, side="right")) - 1
        stop = max(stop, at + 1)
        yield slice(edges[at], edges[stop])
        at = stop


def _tally(left: Ints, right: Ints, lag: Ints, n_items: int, width: int) -> pd.DataFrame:
    """One row for each pair of items; a lag of 0 is "before", the highest is "too late"."""
    low = int(left.min()) if len(left) else 0
    key = ((left - low) * n_items + right) * width + lag
    n_cells = (int(left.max()) - low + 1) * n_items * width if len(left) else 0
    if n_cells <= max(_SPARSE * len(key), 1):
        counts = np.bincount(key, minlength=n_cells)
        key = np.flatnonzero(counts)
        counts = counts[key]
    else:
        key, counts = np.unique(key, return_counts=True)
    pair, lag = np.divmod(key, width)
    begin = np.flatnonzero(np.diff(pair, prepend=-1))
    in_time = np.where((lag > 0) & (lag < width - 1), counts, 0)
    n_later = _sum_by(in_time, begin)
    quartiles = _quartiles(lag, np.cumsum(in_time), begin, n_later)
    return pd.DataFrame(
        {"antecedent": pair[begin] // n_items + low, "consequent": pair[begin] % n_items,
         "n_before": _sum_by(np.where(lag == 0, counts, 0), begin), "n_later": n_later,
         **dict(zip(("lag_lower", "lag_median", "lag_upper"), quartiles, strict=True))}
    )  # fmt: skip


def _sum_by(counts: Ints, begin: Ints) -> Ints:
    return np.add.reduceat(counts, begin) if len(begin) else counts


def _quartiles(lag: Ints, upto: Ints, begin: Ints, n: Ints) -> list[Floats]:
    """Quartiles of lags that come so often, interpolated; missing where there is none."""
    before = np.cumsum(n) - n
    found = []
    for share in (0.25, 0.5, 0.75):
        at = share * np.maximum(n - 1, 0)
        low, high = (
            lag[np.minimum(np.searchsorted(upto, before + k, side="right"), len(lag) - 1)]
            for k in (np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64))
        )
        found.append(np.where(n > 0, low + (high - low) * (at - np.floor(at)), np.nan))
    return found
