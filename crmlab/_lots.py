"""A random control group that stays nearly the same from one list to the next."""

import hashlib
from collections.abc import Iterable

import numpy as np

__all__ = ["SEED", "draw_control"]

SEED = 1


def draw_control(ids: Iterable[object], n_control: int, *, seed: int = SEED) -> np.ndarray:
    """Draw who is left alone: those with the smallest numbers, one drawn for each id.

    The order in which the customers stand does not matter, and who is in the list again next week
    is, as a rule, in the same group again.

    Parameters
    ----------
    ids : iterable
        Ids of customers, each once.
    n_control : int
        How many are left alone, at most all.
    seed : int, default=1
        Other seeds draw other groups.

    Returns
    -------
    ndarray of str
        "treat" or "control", in the order of the ids.

    Examples
    --------
    >>> sorted(draw_control(["a", "b", "c"], 1).tolist())
    ['control', 'treat', 'treat']
    """
    drawn = [hashlib.sha256(f"{seed}:{one}".encode()).digest() for one in ids]
    order = sorted(range(len(drawn)), key=drawn.__getitem__)
    group = np.full(len(drawn), "treat", dtype=object)
    group[order[:n_control]] = "control"
    return group
