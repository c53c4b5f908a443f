"""Draws that every part of a person needs."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["draw_by_share", "draw_distinct_numbers", "split_shares"]


def split_shares(shares: dict[str, float]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    return np.array(list(shares)), np.array(list(shares.values()))


def draw_by_share(values: NDArray, shares: NDArray, n: int, rng: np.random.Generator) -> NDArray:
    """Draw `n` of the values by their shares."""
    at = np.searchsorted(np.cumsum(shares), rng.random(n) * shares.sum(), side="right")
    return values[np.minimum(at, len(values) - 1)]


def draw_distinct_numbers(
    n: int, low: int, high: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw `n` different whole numbers from `low` to below `high`, in random order."""
    numbers = np.empty(0, dtype=np.int64)
    while len(numbers) < n:
        more = rng.integers(low, high, n + n // 5 + 10)
        numbers = np.unique(np.concatenate([numbers, more]))
    return rng.permutation(numbers)[:n]
