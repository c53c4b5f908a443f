"""The exact minimum of the dual: a linear program of the few customers who waver.

At good prices all but a handful of customers know what they want. A linear program decides for
those who waver, the others keep their choice; its prices show who else wavers, until nobody does.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from crmlab._types import Floats, Ints
from crmlab.campaigns._allocate._choices import Choices, choose
from crmlab.campaigns._allocate._problem import Problem

__all__ = ["Fraction", "settle"]

_ROUNDS = 12
_MOST = 4000  # customers of a program at most


@dataclass(frozen=True)
class Fraction:
    """What the linear program says about the customers who waver.

    Parameters
    ----------
    rows : int array of shape (n_pairs,)
        Customer of each pair of a customer and a bundle.
    bundles : int array of shape (n_pairs, contacts)
    share : float array of shape (n_pairs,)
        How much of the bundle the customer gets.
    """

    rows: Ints
    bundles: Ints
    share: Floats


def settle(problem: Problem, start: Choices, *, tolerance: float) -> tuple[Choices, Fraction]:
    """Best choices found, and the linear program behind them.

    Parameters
    ----------
    problem : Problem
    start : Choices
        At prices near the minimum.
    tolerance : float
        Share of the bound by which the program may fall short of it.
    """
    best, base = start, start.chosen
    rows, bundles = _waverers(problem, start, start)
    for _ in range(_ROUNDS):
        value, prices, share = _solve(problem, base, rows, bundles)
        found = choose(problem, prices)
        if found.bound < best.bound:
            best = found
        if best.bound - value <= tolerance * abs(best.bound) or np.unique(rows).size > _MOST:
            break
        more = _waverers(problem, start, found)
        size = rows.size
        rows, bundles = _merge(rows, bundles, *more)
        if rows.size == size:
            break
    return best, Fraction(rows, bundles, share)


def _waverers(problem: Problem, start: Choices, now: Choices) -> tuple[Ints, Ints]:
    """Pairs of a customer and a bundle that the program must know.

    Those who choose otherwise than at the start, and as many of those who nearly do.
    """
    moved = np.flatnonzero((now.chosen != start.chosen).any(axis=0))
    imbalance = np.abs(problem.limits.most - now.used)[now.prices > 0].sum()
    few = int(np.clip(imbalance, 3 * problem.limits.n + 10, _MOST // 2))
    if moved.size > few:  # the prices went astray: take those who moved least
        moved = moved[np.argpartition(now.regret[moved], few - 1)[:few]]
    few = min(problem.n, few)
    near = np.argpartition(now.regret, few - 1)[:few]
    near = near[np.isfinite(now.regret[near])]
    rows = np.concatenate([moved, moved, near, near])
    bundles = np.concatenate(
        [start.chosen[:, moved].T, now.chosen[:, moved].T, now.chosen[:, near].T,
         now.other[:, near].T]
    )  # fmt: skip
    # All but the first are options beside what a customer has, and beside no contact.
    own = np.unique(rows)
    rows = np.concatenate([rows, own])
    bundles = np.concatenate([bundles, start.chosen[:, own].T])
    empty = rows[:0], bundles[:0]
    return _merge(*empty, rows, bundles)


def _merge(rows: Ints, bundles: Ints, more: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Pairs without those that stand there twice; the columns of a bundle have no order."""
    every = np.column_stack(
        [np.concatenate([rows, more]), np.sort(np.concatenate([bundles, others]), axis=1)]
    ).astype(np.int64)
    every = np.unique(every, axis=0)
    return every[:, 0], every[:, 1:]


def _solve(
    problem: Problem, base: Ints, rows: Ints, bundles: Ints
) -> tuple[float, Floats, Floats]:
    """Value, prices and shares of the program; what cannot be kept is bought at a high price."""
    limits = problem.limits
    customers, place = np.unique(rows, return_inverse=True)
    kept = np.ones(problem.n, dtype=bool)
    kept[customers] = False
    fixed = np.flatnonzero(kept)
    rest = limits.most - problem.used(fixed, base[:, fixed].T).sum(axis=0)
    worth, used = problem.worth(rows, bundles), problem.used(rows, bundles)
    dear = 10 * (1 + np.abs(worth).max()) * np.ones(limits.n)
    shared = sp.hstack([sp.csr_matrix(used.T), -sp.identity(limits.n)])
    each = sp.csr_matrix(
        (np.ones(rows.size), (place, np.arange(rows.size))),
        shape=(customers.size, rows.size + limits.n),
    )
    done = linprog(
        np.concatenate([-worth, dear]), A_ub=shared.tocsc(), b_ub=rest, A_eq=each.tocsc(),
        b_eq=np.ones(customers.size), method="highs-ds",
    )  # fmt: skip
    total = float(problem.worth(fixed, base[:, fixed].T).sum()) - done.fun
    return total, np.maximum(-done.ineqlin.marginals, 0.0), done.x[: rows.size]
