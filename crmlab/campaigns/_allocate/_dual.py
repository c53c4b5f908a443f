"""Prices of the limits: the minimum of the Lagrangian dual, by damped Newton steps.

The dual is convex and made of as many pieces as there are ways to choose. Over many customers it is
nearly smooth: its curvature is the number of customers who would change their mind when prices
move a little, and those are counted.
"""

import numpy as np
from scipy.optimize import nnls

from crmlab._types import Floats
from crmlab.campaigns._allocate._choices import Choices, choose
from crmlab.campaigns._allocate._problem import Problem

__all__ = ["find_prices", "minimise"]

_SAMPLE = 10_000  # customers on whom prices are sought first
_SHARE = 0.08  # of the customers, those nearest to another choice tell the curvature
_FEWEST = 40
_TRIES = 6  # steps that gain nothing before it ends: pieces are too large to smooth over


def find_prices(problem: Problem, *, tolerance: float, seed: int, floor: float) -> Choices:
    """Choices at prices near the minimum of the dual, sought on some customers first.

    It ends early where the bound is below `floor`: then limits cannot be kept.
    """
    start = np.zeros(problem.limits.n)
    if problem.n > 3 * _SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(problem.n, _SAMPLE, replace=False))
        start = minimise(problem.sample(rows), start, steps=40, tolerance=1e-5).prices
    return minimise(problem, start, steps=60, tolerance=tolerance, floor=floor)


def minimise(
    problem: Problem, start: Floats, *, steps: int, tolerance: float, floor: float = -np.inf
) -> Choices:
    """Choices at prices near the minimum of the dual.

    Parameters
    ----------
    problem : Problem
    start : float array of shape (n_limits,)
        Prices to begin with.
    steps : int
        Most evaluations of the dual.
    tolerance : float
        A share of the bound: it ends where the next step promises less.
    floor : float
        It ends where the bound is lower.
    """
    best = choose(problem, start)
    if not problem.limits.n:
        return best
    scale, stiff = _scale(problem, best)
    share, damping, failed = _SHARE, 1.0, 0
    for _ in range(steps):
        curvature = _curvature(problem, best, share, scale)
        gradient = problem.limits.most - best.used
        ridge = damping * stiff * np.eye(problem.limits.n)
        prices = _step(curvature + ridge, gradient, best.prices)
        move = prices - best.prices
        promised = -(gradient @ move + 0.5 * move @ curvature @ move)
        if not promised > tolerance * abs(best.bound):
            break
        found = choose(problem, prices)
        kept = (best.bound - found.bound) / promised
        failed += int(kept < 0.05)
        damping = max(damping / 8, 1e-6) if kept > 0.6 else damping * 5 if kept < 0.2 else damping
        if kept > 0:
            best, share = found, max(share * 0.7, _SHARE / 20)
        if failed >= _TRIES or best.bound < floor:
            break
    return best


def _scale(problem: Problem, at: Choices) -> tuple[float, float]:
    """What a contact is worth, and the curvature if prices as large would move everybody."""
    taken = max(int((at.chosen[0] < problem.n_columns).sum()), 1)
    worth = max(at.bound - float(at.prices @ problem.limits.most), 1e-12)
    return worth / taken, taken**2 / worth


def _curvature(problem: Problem, at: Choices, share: float, scale: float) -> Floats:
    """Second derivative of the dual where pieces are smoothed over."""
    n = problem.n
    few = min(n, max(_FEWEST, int(share * n)))
    width = float(np.partition(at.regret, few - 1)[few - 1])
    if not np.isfinite(width):
        width = float(np.max(at.regret, where=np.isfinite(at.regret), initial=0.0))
    width = max(width, 0.05 * share * scale)  # many customers may be alike
    near = np.flatnonzero(at.regret <= width)
    change = problem.used(near, at.other[:, near].T) - problem.used(near, at.chosen[:, near].T)
    return change.T @ change / (2 * width)


def _step(curvature: Floats, gradient: Floats, prices: Floats) -> Floats:
    """Prices of at least 0 where the quadratic model is least."""
    root = np.linalg.cholesky(curvature)
    target = np.linalg.solve(root, curvature @ prices - gradient)
    return nnls(root.T, target)[0]
