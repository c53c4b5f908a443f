"""Customers ranked by a score, ties together: what every table of targeting starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crmlab._checks import check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Ranked", "rank_customers"]


@dataclass(frozen=True)
class Ranked:
    """Distinct scores, the highest first, with all customers at or above each.

    The first entry is nobody: `score` infinite, counts 0.
    """

    score: Floats
    customers: Floats
    churners: Floats

    @property
    def n(self) -> float:
        """Customers in all."""
        return float(self.customers[-1])

    @property
    def n_churned(self) -> float:
        """Customers in all who left."""
        return float(self.churners[-1])

    def churners_among(self, n: Floats) -> Floats:
        """Churners among the first `n`, ties shared out evenly: the mean over their orders."""
        return np.interp(n, self.customers, self.churners)

    def score_of(self, n: Floats) -> Floats:
        """Score of the n-th customer, for n from 1."""
        at = np.searchsorted(self.customers, np.asarray(n) - 1e-9)
        return self.score[np.minimum(at, len(self.score) - 1)]


def rank_customers(churned: ArrayLike, score: ArrayLike) -> Ranked:
    """Return checked outcomes and scores, ranked."""
    left = check_vector("churned", churned, flags=True)
    scores = check_vector("score", score, negative=True)
    if left.size != scores.size:
        raise InputError(
            f"`score` must have one entry per customer; got {scores.size:,} for {left.size:,}."
        )
    if not np.isin(left, (0.0, 1.0)).all():
        raise InputError("`churned` must be true or false, or 1 and 0.")
    if left.min() == left.max():
        said = "everybody" if left[0] else "nobody"
        raise InputError(
            f"`churned` must hold both classes, customers who left and who stayed; {said} left. "
            "Take a longer horizon, or more customers."
        )
    distinct, where = np.unique(-scores, return_inverse=True)
    if distinct.size == 1:
        raise InputError(
            f"`score` must differ between customers; all are {scores[0]:g}, which ranks nobody."
        )
    customers, churners = np.bincount(where), np.bincount(where, left)
    return Ranked(
        np.concatenate([[np.inf], -distinct]),
        np.concatenate([[0.0], customers.cumsum()]),
        np.concatenate([[0.0], churners.cumsum()]),
    )
