"""The exact minimum of the dual: a linear program of the few customers who waver.

At good prices all but a handful of customers know what they want. A linear program decides for
those who waver, the others keep their choice; its prices show who else wavers, until nobody does.
Customers with the same options and the same differences between them are one kind and one row.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from crmlab._types import Floats
from crmlab.campaigns._allocate._choices import Choices, choose
from crmlab.campaigns._allocate._problem import Ints, Problem

__all__ = ["Fraction", "settle"]

_ROUNDS = 20
_MOST = 8000  # kinds of customers in a program at most
_EQUAL = 1e-9  # differences of worth that are none, as a share of the largest


@dataclass(frozen=True)
class Fraction:
    """What the linear program says about the customers who waver.

    Parameters
    ----------
    base : int array of shape (contacts, n_customers)
        What all others get.
    customers, kind : int array of shape (n_wavering,)
        Who wavers, by kind, and the kind.
    kind_of : int array of shape (n_options,)
        Kind of each option, ascending.
    bundles : int array of shape (n_options, contacts)
    share : float array of shape (n_options,)
        How many customers of the kind get it; not whole.
    """

    base: Ints
    customers: Ints
    kind: Ints
    kind_of: Ints
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
    nobody = np.zeros(0, dtype=np.int64)
    nothing = np.zeros((0, problem.contacts), dtype=np.int64)
    best = start
    fraction = Fraction(start.chosen, nobody, nobody, nobody, nothing, np.zeros(0))
    if not problem.limits.n:
        return best, fraction
    rows, bundles, radius = _waverers(problem, start, start)
    for _ in range(_ROUNDS):
        base = best
        value, prices, fraction, inside = _solve(problem, base, rows, bundles, radius)
        found = choose(problem, prices)
        kept = base.bound - found.bound
        best = found if kept > 0 else best
        if inside and best.bound - value <= tolerance * abs(best.bound):
            break
        more, others, width = _waverers(problem, base, found)
        if kept > 0:  # those who are far from another choice by now need no row
            close = best.regret[rows] <= 4 * radius
            rows, bundles = rows[close], bundles[close]
        rows, bundles = _merge(rows, bundles, more, others)
        if kept <= 0:
            radius /= 3
        elif not inside and kept > 0.5 * (base.bound - value):
            radius *= 3
        else:
            radius = max(radius, width)
        if fraction.kind_of.size and fraction.kind_of[-1] >= _MOST:
            break
    return best, fraction


def _waverers(problem: Problem, base: Choices, now: Choices) -> tuple[Ints, Ints, float]:
    """Pairs of a customer and a bundle that the program must know, and how near they are.

    Those who choose otherwise than in `base`, and as many of those who nearly do, with all who are
    as near as they.
    """
    moved = np.flatnonzero((now.chosen != base.chosen).any(axis=0))
    imbalance = np.abs(problem.limits.most - now.used)[now.prices > 0].sum()
    few = min(problem.n, int(np.clip(imbalance, 3 * problem.limits.n + 10, 2000)))
    width = float(np.partition(now.regret, few - 1)[few - 1])
    near = np.flatnonzero(now.regret <= width)
    if near.size > 2 * few:  # many are alike: prices move at least to where others are
        beyond = now.regret[now.regret > width * (1 + _EQUAL) + _EQUAL]
        width = float(beyond.min(initial=np.inf))
        near = np.flatnonzero(now.regret <= width * (1 + _EQUAL))
    near = near[np.isfinite(now.regret[near])]
    if not np.isfinite(width):
        width = float(now.regret[near].max(initial=0.0)) + abs(now.bound) / problem.n
    rows = np.concatenate([near, near, near, moved, moved])
    bundles = np.concatenate(
        [now.chosen[:, near].T, now.other[:, near].T, base.chosen[:, near].T,
         base.chosen[:, moved].T, now.chosen[:, moved].T]
    )  # fmt: skip
    return (*_merge(rows[:0], bundles[:0], rows, bundles), width)


def _merge(rows: Ints, bundles: Ints, more: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Pairs without those that stand there twice, by customer; columns of a bundle ascend."""
    rows = np.concatenate([rows, more]).astype(np.int64)
    bundles = np.sort(np.concatenate([bundles, others]), axis=1).astype(np.int64)
    order = np.lexsort((*bundles.T, rows))
    rows, bundles = rows[order], bundles[order]
    new = np.ones(rows.size, dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (bundles[1:] != bundles[:-1]).any(axis=1)
    return rows[new], bundles[new]


def _kinds(
    rows: Ints, bundles: Ints, worth: Floats, used: Floats
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Kind of each customer in turn, customers of each kind, and the options of one of each."""
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    size = np.diff(np.r_[starts, rows.size])
    excess = worth - np.repeat(worth[starts], size)  # a constant of a customer decides nothing
    parts = [excess, *used.T]
    mixed = np.zeros(rows.size, dtype=np.uint64)
    for part in bundles.T:
        mixed = _mix(mixed ^ part.astype(np.uint64))
    for part in parts:
        unit = _EQUAL * max(np.abs(part).max(), 1e-300)
        mixed = _mix(mixed ^ np.round(part / unit).astype(np.int64).view(np.uint64))
    found = np.add.reduceat(mixed, starts)
    _, first, kind, heads = np.unique(
        found, return_index=True, return_inverse=True, return_counts=True
    )
    shown = np.zeros(starts.size, dtype=bool)
    shown[first] = True
    return kind, heads, np.repeat(shown, size)


def _mix(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter the bits of a number (the finaliser of SplitMix64)."""
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def _solve(
    problem: Problem, base: Choices, rows: Ints, bundles: Ints, radius: float
) -> tuple[float, Floats, Fraction, bool]:
    """Value, prices and shares of the program, and whether its prices are free.

    Prices stay within `radius` of those of `base`: beyond them limits may be overrun, or left
    unused, for that price.
    """
    limits = problem.limits
    customers = rows[np.r_[True, rows[1:] != rows[:-1]]]
    now = base.chosen[:, customers].T
    rest = limits.most - base.used + problem.used(customers, now).sum(axis=0)
    worth, used = problem.worth(rows, bundles), problem.used(rows, bundles)
    kind, heads, shown = _kinds(rows, bundles, worth, used)
    of = kind[np.searchsorted(customers, rows[shown])]
    order = np.argsort(of, kind="stable")
    options, of = np.flatnonzero(shown)[order], of[order]
    dear, cheap = base.prices + radius, np.maximum(base.prices - radius, 0.0)
    eye = sp.identity(limits.n, format="csr")
    shared = sp.hstack([sp.csr_matrix(used[options].T), -eye, eye], format="csc")
    each = sp.csc_matrix(
        (np.ones(of.size), (of, np.arange(of.size))), shape=(heads.size, of.size + 2 * limits.n)
    )
    done = linprog(
        np.concatenate([-worth[options], dear, -cheap]), A_ub=shared, b_ub=rest, A_eq=each,
        b_eq=heads.astype(float), method="highs-ds",
    )  # fmt: skip
    # What the others earn, and by how much customers differ from the one of their kind.
    first = worth[np.searchsorted(rows, customers)]
    model = worth[options][np.searchsorted(of, np.arange(heads.size))]
    fixed = base.bound - base.prices @ (limits.most - base.used) + (first - model[kind]).sum()
    fixed -= problem.worth(customers, now).sum()
    slack = done.x[of.size :].reshape(2, -1)
    inside = not (slack[0] > 1e-9).any() and not ((slack[1] > 1e-9) & (cheap > 0)).any()
    by = np.argsort(kind, kind="stable")
    fraction = Fraction(
        base.chosen, customers[by], kind[by], of, bundles[options], done.x[: of.size]
    )
    return fixed - done.fun, np.maximum(-done.ineqlin.marginals, 0.0), fraction, inside
