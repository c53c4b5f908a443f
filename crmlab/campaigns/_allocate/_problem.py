"""A problem of sharing contacts out, as arrays: profit, cost, and limits that customers share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from crmlab._types import Floats

__all__ = ["Flags", "Ints", "Limits", "Problem"]

Flags = NDArray[np.bool_]
Ints = NDArray[np.integer]  # columns fit into 16 bits


@dataclass(frozen=True)
class Limits:
    """Limits that all customers share, each written as: use of it is at most `most`.

    A minimum is written with its sign turned. The budget is counted in mean costs of a contact,
    so that prices of all limits are of one size.

    Parameters
    ----------
    names : list of (kind, label)
        Such as ("budget", "") or ("offer_min", "letter").
    use : float array of shape (n_limits, n_columns)
        What a contact uses; where costs differ between customers, their mean.
    most : float array of shape (n_limits,)
    unit : float array of shape (n_limits,)
        What one unit of `use` is in the words of the caller.
    """

    names: list[tuple[str, object]]
    use: Floats
    most: Floats
    unit: Floats

    @property
    def n(self) -> int:
        """How many limits."""
        return len(self.names)

    @property
    def minimum(self) -> Flags:
        """Which limits are minimums."""
        return np.array([kind == "offer_min" for kind, _ in self.names], dtype=bool)

    @property
    def budget(self) -> int | None:
        """Place of the budget."""
        return next((i for i, (kind, _) in enumerate(self.names) if kind == "budget"), None)


@dataclass(frozen=True)
class Problem:
    """Who may get what, what it earns and uses, and what a customer may get at most.

    Parameters
    ----------
    profit : float array of shape (n_columns, n_customers)
        Value less cost of a contact; -inf where the customer may not get it.
    cost : float array of shape (n_columns,) or (n_columns, n_customers)
    limits : Limits
    contacts : int
        Most contacts to one customer.
    groups : sequence of int arrays
        Columns of which a customer gets one at most; they do not overlap.
    sets : list of tuple of int, or None
        Where exclusions overlap: every set of groups that goes together, the empty one first.
    """

    profit: Floats
    cost: Floats
    limits: Limits
    contacts: int
    groups: Sequence[Ints]
    sets: list[tuple[int, ...]] | None = None

    @property
    def n(self) -> int:
        """How many customers."""
        return self.profit.shape[1]

    @property
    def n_columns(self) -> int:
        """How many pairs of an offer and a channel."""
        return self.profit.shape[0]

    @property
    def own_costs(self) -> bool:
        """Whether costs differ between customers and count against a budget."""
        return self.cost.ndim == 2 and self.limits.budget is not None

    def apart(self) -> list[tuple[int, int]]:
        """Pairs of groups that exclude each other."""
        if self.sets is None:
            return []
        together = {frozenset(pair) for part in self.sets for pair in combinations(part, 2)}
        every = combinations(range(len(self.groups)), 2)
        return [pair for pair in every if frozenset(pair) not in together]

    def sample(self, rows: Ints) -> "Problem":
        """The problem of some customers, with their share of the limits."""
        limits = replace(self.limits, most=self.limits.most * (rows.size / self.n))
        cost = self.cost if self.cost.ndim == 1 else self.cost[:, rows]
        profit = np.ascontiguousarray(self.profit[:, rows])
        return replace(self, profit=profit, cost=cost, limits=limits)

    def worth(self, rows: Ints, bundles: Ints) -> Floats:
        """Profit of one bundle of columns for each of some customers.

        `bundles` has the shape (n_rows, contacts); the number of columns stands for no contact.
        """
        found = np.zeros(rows.size)
        for slot in bundles.T:
            real = slot < self.n_columns
            found[real] += self.profit[slot[real], rows[real]]
        return found

    def used(self, rows: Ints, bundles: Ints) -> Floats:
        """What bundles use of each limit, of shape (n_rows, n_limits)."""
        limits, columns = self.limits, self.n_columns
        table = np.vstack([limits.use.T, np.zeros(limits.n)])
        found = table[bundles].sum(axis=1)
        if self.own_costs:
            i, money = limits.budget, np.zeros(rows.size)
            for slot in bundles.T:
                real = slot < columns
                money[real] += self.cost[slot[real], rows[real]]
            found[:, i] = money / limits.unit[i]
        return found
