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
    base : int array of shape (contacts, n_customers)
        What all others get.
    rows : int array of shape (n_pairs,)
        Customer of each pair of a customer and a bundle.
    bundles : int array of shape (n_pairs, contacts)
    share : float array of shape (n_pairs,)
        How much of the bundle the customer gets.
    """

    base: Ints
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
    if not problem.limits.n:
        nobody = np.zeros(0, dtype=int)
        bundles = np.zeros((0, problem.contacts), dtype=int)
        return start, Fraction(start.chosen, nobody, bundles, np.zeros(0))
    best = start
    rows, bundles, radius = _waverers(problem, start, start)
    for _ in range(_ROUNDS):
        base = best
        value, prices, share, inside = _solve(problem, base, rows, bundles, radius)
        fraction = Fraction(base.chosen, rows, bundles, share)
        found = choose(problem, prices)
        if found.bound < best.bound:
            best = found
        else:
            radius /= 2
        if inside and best.bound - value <= tolerance * abs(best.bound):
            break
        more, others, width = _waverers(problem, base, found)
        rows, bundles = _merge(rows, bundles, more, others)
        radius = max(radius, width) if inside or best is found else radius
        if np.unique(rows).size > _MOST:
            break
    return best, fraction


def _waverers(problem: Problem, base: Choices, now: Choices) -> tuple[Ints, Ints, float]:
    """Pairs of a customer and a bundle that the program must know, and how near they are.

    Those who choose otherwise than in `base`, and as many of those who nearly do.
    """
    moved = np.flatnonzero((now.chosen != base.chosen).any(axis=0))
    imbalance = np.abs(problem.limits.most - now.used)[now.prices > 0].sum()
    few = min(problem.n, int(np.clip(imbalance, 3 * problem.limits.n + 10, _MOST // 2)))
    if moved.size > few:  # the prices went astray: take those who moved least
        moved = moved[np.argpartition(now.regret[moved], few - 1)[:few]]
    near = np.argpartition(now.regret, few - 1)[:few]
    near = near[np.isfinite(now.regret[near])]
    width = float(now.regret[near].max()) if near.size else 0.0
    rows = np.concatenate([near, near, near, moved, moved])
    bundles = np.concatenate(
        [now.chosen[:, near].T, now.other[:, near].T, base.chosen[:, near].T,
         base.chosen[:, moved].T, now.chosen[:, moved].T]
    )  # fmt: skip
    return (*_merge(rows[:0], bundles[:0], rows, bundles), width)


def _merge(rows: Ints, bundles: Ints, more: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Pairs without those that stand there twice; the columns of a bundle have no order."""
    every = np.column_stack(
        [np.concatenate([rows, more]), np.sort(np.concatenate([bundles, others]), axis=1)]
    ).astype(np.int64)
    every = np.unique(every, axis=0)
    return every[:, 0], every[:, 1:]


def _solve(
    problem: Problem, base: Choices, rows: Ints, bundles: Ints, radius: float
) -> tuple[float, Floats, Floats, bool]:
    """Value, prices and shares of the program, and whether its prices are free.

    Prices stay within `radius` of those of `base`: beyond them limits may be overrun, or left
    unused, for that price.
    """
    limits = problem.limits
    customers, place = np.unique(rows, return_inverse=True)
    now = base.chosen[:, customers].T
    rest = limits.most - base.used + problem.used(customers, now).sum(axis=0)
    worth, used = problem.worth(rows, bundles), problem.used(rows, bundles)
    dear, cheap = base.prices + radius, np.maximum(base.prices - radius, 0.0)
    eye = sp.identity(limits.n, format="csr")
    shared = sp.hstack([sp.csr_matrix(used.T), -eye, eye], format="csc")
    each = sp.csc_matrix(
        (np.ones(rows.size), (place, np.arange(rows.size))),
        shape=(customers.size, rows.size + 2 * limits.n),
    )
    done = linprog(
        np.concatenate([-worth, dear, -cheap]), A_ub=shared, b_ub=rest, A_eq=each,
        b_eq=np.ones(customers.size), method="highs-ds",
    )  # fmt: skip
    fixed = base.bound - base.prices @ (limits.most - base.used) - problem.worth(customers, now).sum()
    slack = done.x[rows.size :].reshape(2, -1)
    inside = not (slack[0] > 1e-9).any() and not ((slack[1] > 1e-9) & (cheap > 0)).any()
    prices = np.maximum(-done.ineqlin.marginals, 0.0)
    return fixed - done.fun, prices, done.x[: rows.size], inside
