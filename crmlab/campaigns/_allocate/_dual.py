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

__all__ = ["minimise"]

_SHARE = 0.08  # of the customers, those nearest to another choice tell the curvature
_FEWEST = 40
_TRIES = 7  # steps in a row that fail before it ends


def minimise(problem: Problem, start: Floats, *, steps: int, tolerance: float) -> Choices:
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
    """
    best = choose(problem, start)
    share, damping, failed = _SHARE, 1e-2, 0
    for _ in range(steps):
        curvature, typical = _curvature(problem, best, share)
        gradient = problem.limits.most - best.used
        ridge = damping * typical * np.eye(problem.limits.n)
        prices = _step(curvature + ridge, gradient, best.prices)
        move = prices - best.prices
        promised = -(gradient @ move + 0.5 * move @ curvature @ move)
        if not promised > tolerance * abs(best.bound):
            break
        found = choose(problem, prices)
        if found.bound < best.bound:
            failed = 0 if best.bound - found.bound > 0.1 * promised else failed + 1
            share = max(share * 0.6, 0.005)
            damping = max(damping / 4, 1e-6)
            best = found
        else:
            failed += 1
            damping = min(damping * 6, 1e6)
        if failed >= _TRIES:
            break
    return best


def _curvature(problem: Problem, at: Choices, share: float) -> tuple[Floats, float]:
    """Second derivative of the dual where pieces are smoothed over, and its typical size."""
    n = problem.n
    few = min(n, max(_FEWEST, int(share * n)))
    width = np.partition(at.regret, few - 1)[few - 1]
    if not np.isfinite(width):
        width = np.max(at.regret, where=np.isfinite(at.regret), initial=0.0)
    near = np.flatnonzero(at.regret <= width)
    change = problem.used(near, at.other[:, near].T) - problem.used(near, at.chosen[:, near].T)
    if not width > 0:
        width = 1e-9 * (1 + abs(at.bound) / n)
    curvature = change.T @ change / (2 * width)
    typical = max(float(np.trace(curvature)) / problem.limits.n, 1e-12 * n / width)
    return curvature, typical


def _step(curvature: Floats, gradient: Floats, prices: Floats) -> Floats:
    """Prices of at least 0 where the quadratic model is least."""
    root = np.linalg.cholesky(curvature)
    target = np.linalg.solve(root, curvature @ prices - gradient)
    return nnls(root.T, target)[0]
