"""Curves and areas of resampled trials, exactly, a piece of the rows at a time.

A resample weights the rows, so the order is found once: what is left are running totals. Rows pass
in pieces that fit the processor's cache, each through all resamples, so that memory does not grow
with the number of resamples and little beyond the sorted rows is needed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from crmlab._types import Floats, Ints
from crmlab.uplift._steps import Steps, Totals, add_up, gain_qini, measure_area
from crmlab.uplift._weights import Draw, Once, Weights

__all__ = [
    "Areas",
    "Grid",
    "make_grid",
    "measure_qini",
    "measure_totals",
    "resample_areas",
    "resample_totals",
]

_DEEP, _WIDE = 32, 1024  # a piece: running totals go down its columns
_BATCH, _PIECE = 2**18, 2**15  # weights drawn at once, and of how many rows

Sums = NDArray[np.floating]


@dataclass(frozen=True)
class Areas:
    """Qini areas of resamples.

    Parameters
    ----------
    area : float array of shape (n_resamples,)
        Between the curve and the line of a random order.
    totals : float array of shape (n_resamples, 5)
        Customers, treated, controls, and the outcomes of both.
    """

    area: Floats
    totals: Floats


def resample_areas(steps: Steps, n_resamples: int, *, seed: int) -> Areas:
    """Qini areas of Poisson resamples."""
    return _find_areas(steps, n_resamples, Weights(seed, steps.adds.dtype))


def measure_qini(steps: Steps) -> float:
    """Qini area of the customers as they are."""
    return float(_find_areas(steps, 1, Once()).area[0])


def _find_areas(steps: Steps, n_resamples: int, weights: Draw) -> Areas:
    if steps.ends is None:
        return _areas_in_pieces(steps.adds, n_resamples, weights)
    areas, ends = np.empty(n_resamples), np.empty((n_resamples, 5))
    for i in range(n_resamples):
        drawn = weights.draw(steps.n_rows, steps.counts)
        totals = add_up(steps, drawn.astype(float, copy=False))
        areas[i] = measure_area(totals.customers, gain_qini(totals))
        ends[i] = [column[-1] for column in vars(totals).values()]
    return Areas(areas, ends)


def _areas_in_pieces(adds: Sums, n_resamples: int, weights: Draw) -> Areas:
    """Areas where no two scores are equal."""
    n_rows = adds.shape[1]
    room = _Room(min(_WIDE, -(-n_rows // _DEEP)), weights.dtype)
    carried = np.zeros((n_resamples, 4))
    gain, area, drawn = np.zeros((3, n_resamples))
    for start in range(0, n_rows, room.size):
        room.fill(adds[:, start : start + room.size])
        for i in range(n_resamples):
            times = room.lay_out(weights.draw(room.size))
            drawn[i] += times.sum()  # of few whole numbers: exact in single precision too
            grown, gain[i] = room.measure(times, carried[i], gain[i])
            area[i] += grown
    return Areas(area - drawn * gain / 2, np.column_stack([drawn, carried]))


class _Room:
    """Memory for one piece, in which row `k` of column `j` is customer `j * _DEEP + k`.

    So running totals are sums of whole rows, many customers at once.
    """

    def __init__(self, wide: int, dtype: np.dtype) -> None:
        self.size = _DEEP * wide
        self.adds = np.zeros((_DEEP, 4, wide), dtype)
        self.totals = np.empty_like(self.adds)
        self.gain = np.zeros((_DEEP, wide), dtype)
        self.before = np.empty((4, wide), dtype)
        self.real: NDArray[np.bool_] | None = None

    def fill(self, piece: Sums) -> None:
        """Lay out a piece; what is short of a whole one is nobody."""
        length = piece.shape[1]
        padded = np.zeros((4, self.size), self.adds.dtype)
        padded[:, :length] = piece
        self.adds[:] = padded.reshape(4, -1, _DEEP).transpose(2, 0, 1)
        if length < self.size:
            self.real = (np.arange(self.size) < length).reshape(-1, _DEEP).T

    def lay_out(self, times: Sums) -> Sums:
        """Random numbers as a piece; their order means nothing."""
        times = times.reshape(_DEEP, -1)
        return times if self.real is None else times * self.real

    def measure(self, times: Sums, carried: Floats, last: float) -> tuple[float, float]:
        """Area under the curve over this piece, and the gain at its end; `carried` moves on."""
        nobody_yet = carried[1] == 0
        self._accumulate(times, carried)
        gain = self._find_gain(nobody_yet)
        area = np.vdot(times, gain) + np.vdot(times[1:], gain[:-1])
        area += np.vdot(times[0, 1:], gain[-1, :-1]) + times[0, 0] * last
        return float(area) / 2, float(gain[-1, -1])

    def _accumulate(self, times: Sums, carried: Floats) -> None:
        totals = self.totals
        np.multiply(self.adds, times[:, None, :], out=totals)
        for k in range(1, _DEEP):
            np.add(totals[k], totals[k - 1], out=totals[k])
        ends = np.cumsum(totals[-1], axis=1, dtype=float) + carried[:, None]
        self.before[:, 0] = carried
        self.before[:, 1:] = ends[:, :-1]
        np.add(totals, self.before, out=totals)
        carried[:] = ends[:, -1]

    def _find_gain(self, nobody_yet: bool) -> Sums:
        """`gain_qini` at each row, in place."""
        treated, control, outcome, lost = (self.totals[:, i] for i in range(4))
        if nobody_yet:  # no controls at first: nothing to take off
            self.gain.fill(0)
            np.divide(treated, control, out=self.gain, where=control > 0)
        else:
            np.divide(treated, control, out=self.gain)
        np.multiply(self.gain, lost, out=self.gain)
        return np.subtract(outcome, self.gain, out=self.gain)


@dataclass(frozen=True)
class Grid:
    """Places on a curve: even shares of the customers.

    Parameters
    ----------
    share : float array of shape (n_points,)
        Share of customers, from 0 to 1.
    rows : int array
        Numbers of rows at which totals are needed, ascending, from 0 to all.
    below, above : int arrays of shape (n_points,)
        Places in `rows` between which the share lies.
    part : float array of shape (n_points,)
        How far it is from `below` to `above`.
    """

    share: Floats
    rows: Ints
    below: Ints
    above: Ints
    part: Floats

    def read(self, values: Floats) -> Floats:
        """Values at the shares; they stand at `rows` along the last axis."""
        low, high = values[..., self.below], values[..., self.above]
        return low + (high - low) * self.part


def make_grid(steps: Steps, n_points: int) -> Grid:
    """Find `n_points` even steps from nobody to everybody, across groups of equal scores."""
    ends = np.arange(steps.n_rows) if steps.ends is None else steps.ends
    rows = np.concatenate([[0], ends + 1])
    customers = rows if steps.counts is None else np.append(0, np.cumsum(steps.counts))[rows]
    share = np.linspace(0, 1, n_points + 1)
    target = share * customers[-1]
    above = np.minimum(np.searchsorted(customers, target - 1e-9), rows.size - 1)
    below = np.maximum(above - 1, 0)
    gap = np.maximum(customers[above] - customers[below], 1)
    part = np.clip((target - customers[below]) / gap, 0, 1)
    kept, at = np.unique(np.concatenate([below, above]), return_inverse=True)
    return Grid(share, rows[kept], at[: below.size], at[below.size :], part)


def resample_totals(steps: Steps, grid: Grid, n_resamples: int, *, seed: int) -> Totals:
    """Running totals of Poisson resamples at the rows of a grid.

    Returns
    -------
    Totals
        Arrays of shape (n_resamples, n_rows of the grid).
    """
    return _find_totals(steps, grid, n_resamples, Weights(seed, steps.adds.dtype))


def measure_totals(steps: Steps, grid: Grid) -> Totals:
    """Running totals of the customers as they are, at the rows of a grid."""
    found = _find_totals(steps, grid, 1, Once())
    return Totals(*(column[0] for column in vars(found).values()))


def _find_totals(steps: Steps, grid: Grid, n_resamples: int, weights: Draw) -> Totals:
    sums = np.zeros((5, n_resamples, grid.rows.size))
    with threadpool_limits(limits=1, user_api="blas"):
        for at, (start, stop) in enumerate(pairwise(grid.rows), start=1):
            for first in range(start, stop, _PIECE):
                rows = slice(first, min(first + _PIECE, stop))
                _add_rows(steps, rows, weights, sums[:, :, at])
    return Totals(*np.cumsum(sums, axis=2))


def _add_rows(steps: Steps, rows: slice, weights: Draw, sums: Floats) -> None:
    """Add some rows, drawn anew for each resample, to `sums` of shape (5, n_resamples)."""
    n_rows, n_resamples = rows.stop - rows.start, sums.shape[1]
    counts = None if steps.counts is None else steps.counts[rows]
    adds = np.vstack([np.ones(n_rows, steps.adds.dtype), steps.adds[:, rows]]).T
    step = max(_BATCH // n_rows, 1)
    for first in range(0, n_resamples, step):
        n = min(step, n_resamples - first)
        each = None if counts is None else np.tile(counts, n)
        times = weights.draw(n * n_rows, each).reshape(n, n_rows)
        sums[:, first : first + n] += (times @ adds).T
