"""Histories of opportunities taken or not, and how many more a customer will meet."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from crmlab.ltv._fitting.hypergeometric import hyp2f1_of_one
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import number_rows
from crmlab.ltv._noncontract.summary import Counts

__all__ = [
    "Histories",
    "Moments",
    "as_histories",
    "beta_binomial",
    "count_opportunities",
    "discount_forever",
    "draw_opportunities",
    "sum_moments",
]


@dataclass(frozen=True)
class Moments:
    """When each history may have ended: after any opportunity from the last purchase on.

    Histories that differ share most of these moments, so each is worked out once.

    Attributes
    ----------
    at : ndarray of shape (n_rows,)
        The distinct history of each row.
    start : ndarray of shape (n_histories,)
        Where each history's moments start in `pair`.
    size : ndarray of shape (n_histories,)
        How many it has.
    pair : ndarray of shape (n_moments,)
        Position of each moment in the arrays below.
    x, k, left : ndarray of shape (n_pairs,)
        Purchases, opportunities as a customer, and 1 if the customer left after them; 0 if the
        customer is there at the end.
    """

    at: NDArray[np.intp]
    start: NDArray[np.intp]
    size: NDArray[np.intp]
    pair: NDArray[np.intp]
    x: Floats
    k: Floats
    left: Floats


@dataclass(frozen=True)
class Histories(Counts):
    """Counts whose `T` is a number of opportunities."""

    def scaled(self, time: float) -> Self:
        return self  # opportunities have no unit

    @cached_property
    def moments(self) -> Moments:
        at, first = number_rows([self.x, self.tx, self.T])
        x, tx, n = self.x[first], self.tx[first], self.T[first]
        size = (n - tx + 1).astype("intp")
        start = np.concatenate([[0], size.cumsum()[:-1]]).astype("intp")
        k = np.arange(size.sum()) - np.repeat(start - tx, size)
        left = (k < np.repeat(n, size)).astype(float)
        columns = [np.repeat(x, size), k, left]
        pair, one = number_rows(columns)
        return Moments(at, start, size, pair, *(column[one] for column in columns))


def as_histories(counts: Counts) -> Histories:
    if isinstance(counts, Histories):
        return counts
    return Histories(counts.x, counts.tx, counts.T, counts.weight, counts.z)


def sum_moments(pairs: Floats, moments: Moments) -> tuple[Floats, Floats]:
    """Log of the sum over each history's moments, and each moment's share of it."""
    logs = pairs[moments.pair]
    top = np.maximum.reduceat(logs, moments.start)
    weights = np.exp(logs - np.repeat(top, moments.size))
    total = np.add.reduceat(weights, moments.start)
    return top + np.log(total), weights / np.repeat(total, moments.size)


def count_opportunities(g: float, d: Floats, horizon: Any, force: float) -> Floats:
    """Discounted number of the next `horizon` opportunities that a customer at the first meets."""
    at, first = number_rows([d])
    steps = np.arange(max(int(horizon.max()), 1))
    there = special.betaln(g, d[first][:, None] + steps) - special.betaln(g, d[first][:, None])
    sums = np.cumsum(np.exp(there - force * (steps + 1)), axis=1)
    return np.where(horizon > 0, sums[at, np.maximum(horizon.astype("intp"), 1) - 1], 0.0)


def discount_forever(g: float, d: Floats, force: float) -> Floats:
    """Discounted number of opportunities without an end: z 2F1(1, d; g + d; z), z = exp(-force)."""
    at, first = number_rows([d])
    d = d[first]
    return math.exp(-force) * hyp2f1_of_one(d, g + d, force)[at]


def beta_binomial(n: Floats, met: int, a: Floats, b: Floats) -> Floats:
    """Probability of each number of purchases at `met` opportunities."""
    few = np.minimum(n, met)
    ways = special.gammaln(met + 1) - special.gammaln(few + 1) - special.gammaln(met - few + 1)
    chance = np.exp(ways + special.betaln(a + few, b + met - few) - special.betaln(a, b))
    return np.where(n <= met, chance, 0.0)


def draw_opportunities(g: Any, d: Any, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw the number of the opportunity before which each customer leaves, from 1."""
    # A probability of 0 or next to it would overflow; none of these customers leaves in our time.
    return rng.geometric(np.maximum(rng.beta(g, d, size), 1e-12))
