"""From a problem to a plan: prices, shares, whole contacts, and a bound."""

import numpy as np

from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.campaigns._allocate._columns import settle
from crmlab.campaigns._allocate._dual import find_prices
from crmlab.campaigns._allocate._exact import branch
from crmlab.campaigns._allocate._possible import refuse
from crmlab.campaigns._allocate._problem import Ints, Problem
from crmlab.campaigns._allocate._rounding import excess, round_off, used_by

__all__ = ["solve"]

_SMALL = 600  # possible contacts of a problem that is branched upon


def solve(problem: Problem, sure: bool) -> tuple[Ints, float, Floats]:
    """A plan of shape (contacts, n_customers), a bound on profit, and prices of the limits.

    Parameters
    ----------
    problem : Problem
    sure : bool
        Whether it is known that minimums can be kept.
    """
    floor = -np.inf if sure else _floor(problem)
    tolerance = 0.02 / problem.n
    at = find_prices(problem, tolerance=tolerance, seed=0, floor=floor)
    if at.bound < floor:
        refuse(problem.limits, at.prices)
    at, fraction = settle(problem, at, tolerance=tolerance)
    if at.bound < floor - 1e-9 * (1 + abs(floor)):
        refuse(problem.limits, at.prices)
    rounded = round_off(problem, at, fraction)
    kept = not excess(problem, used_by(problem, rounded)).any()
    plan = rounded if kept else None
    profit = float(problem.worth(np.arange(problem.n), rounded.T).sum()) if kept else -np.inf
    bound = at.bound
    near = 1e-9 * (1 + abs(bound))
    if bound - profit > near and np.isfinite(problem.profit).sum() <= _SMALL:
        plan, bound = branch(problem, plan, bound, near)
    if plan is None:
        asked = [label for kind, label in problem.limits.names if kind == "offer_min"]
        raise InputError(
            f"`offer_min` of {', '.join(map(repr, asked))} must leave some room: no plan of whole "
            "contacts was found that keeps every limit. Ask for a few less, or raise a limit."
        )
    return plan, bound, at.prices


def _floor(problem: Problem) -> float:
    """Profit that even the worst plan exceeds."""
    worst = np.min(problem.profit, axis=0, where=np.isfinite(problem.profit), initial=0.0)
    return float(worst.sum()) * problem.contacts
