"""How often each customer is drawn in a resample: Poisson with mean 1, a million in a millisecond.

Drawing each customer a Poisson number of times needs no list of all customers at once, so that
rows pass through in pieces; the number of customers drawn then varies a little around the real
one, which measures per customer do not notice (Hanley and MacGibbon 2006).
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crmlab._types import Ints

__all__ = ["Draw", "Once", "Weights"]

# Of 65,536 equal chances, those for 0, 1, 2 ... times: Poisson to the nearest chance but one, and
# with mean 1 and variance 1 exactly.
CHANCES = (24109, 24109, 12056, 4018, 1005, 200, 33, 5, 1)


class Draw(Protocol):
    """Says how often each customer counts."""

    dtype: np.dtype

    def draw(self, size: int, counts: Ints | None = None) -> NDArray[np.floating]:
        """Return numbers for `size` customers, or for rows of so many customers each."""


class Once:
    """Every customer counts once: the data as they are."""

    dtype = np.dtype(float)

    def draw(self, size: int, counts: Ints | None = None) -> NDArray[np.floating]:
        """Return ones, or the customers in each row."""
        return np.ones(size) if counts is None else counts.astype(float)


class Weights:
    """A stream of random numbers of times that customers are drawn.

    Parameters
    ----------
    seed : int
    dtype : dtype
        Of what is returned.
    """

    def __init__(self, seed: int, dtype: np.dtype) -> None:
        self._bits = np.random.SFC64(seed)
        self._rng = np.random.Generator(self._bits)
        self._times = np.repeat(np.arange(len(CHANCES)), CHANCES).astype(dtype)
        self.dtype = dtype

    def draw(self, size: int, counts: Ints | None = None) -> NDArray[np.floating]:
        """Draw for `size` customers, or for rows of so many customers each."""
        if counts is not None:
            return self._rng.poisson(counts).astype(self.dtype)
        chance = self._bits.random_raw((size + 3) // 4).view(np.uint16)[:size]
        return self._times.take(chance)
