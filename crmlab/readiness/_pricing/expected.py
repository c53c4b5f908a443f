"""What is to be expected: of a contact, and of several things that may go wrong at once."""

from collections.abc import Mapping
from itertools import product
from math import prod

import numpy as np
import pandas as pd

from crmlab._types import Floats, Ints

__all__ = [
    "choose_best",
    "expect_effect",
    "expect_over",
]

_CHILD = (6, 20)  # years; older customers are parents who learn themselves, and few


def expect_effect(people: pd.DataFrame) -> Floats:
    """Orders that a contact adds on average to customers who look alike to the firm.

    The true effect on one customer is -1, 0 or 1, and says little about the next campaign. A line
    through the true effects of all of them, along what can be seen, is steadier.
    """
    seen = np.column_stack(
        [
            np.ones(len(people)),
            people["age"].clip(*_CHILD),
            np.log1p(people["n_orders"]),
            np.log1p(people["days_since_last"].clip(lower=0)),
            people["subscriber"],
        ]
    ).astype(float)
    effect = people["effect"].to_numpy(dtype="float64")
    slopes = np.linalg.lstsq(seen, effect, rcond=None)[0]
    return np.asarray(seen @ slopes)


def choose_best(order: Floats, *, reach: float, group: Ints | None = None) -> Floats:
    """1 for the highest `reach` of each group, else 0; of equals, the first of the table."""
    score = pd.Series(order)
    by = np.zeros(len(score)) if group is None else group
    rank = score.groupby(by).rank(method="first", ascending=False)
    n = score.groupby(by).transform("size")
    chosen: Floats = (rank <= (reach * n).round()).to_numpy().astype("float64")
    return chosen


def expect_over(chance: Mapping[str, float], losses: Mapping[frozenset[str], Floats]) -> Floats:
    """Average loss where each thing goes wrong with its own chance, independent of the others.

    Parameters
    ----------
    chance : mapping of str to float
        That each thing goes wrong.
    losses : mapping of frozenset to ndarray of shape (n_customers,)
        What is lost on each customer when just these go wrong, for every set of them.
    """
    total = np.zeros_like(losses[frozenset()])
    for wrong in product((False, True), repeat=len(chance)):
        which = frozenset(name for name, is_wrong in zip(chance, wrong, strict=True) if is_wrong)
        weight = prod(p if name in which else 1 - p for name, p in chance.items())
        total = total + weight * losses[which]
    return total
