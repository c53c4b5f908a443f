"""Whether minimums can be kept at all, and if not, which limits stand against them."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.campaigns._allocate._problem import Ints, Limits, Problem

__all__ = ["check_possible", "refuse"]

_KINDS = 3000  # of customers at most; beyond, the prices tell
_SHORT = 1e-6


@dataclass(frozen=True)
class _Program:
    """Contacts of kinds of customers: those who may get the same at the same cost are one kind."""

    cost: Floats
    limits: sp.csr_matrix
    customers: sp.csr_matrix
    heads: Floats
    own: int  # rows of `customers` that are about a single offer or about all contacts


def check_possible(problem: Problem) -> bool:
    """Raise InputError where no plan keeps the minimums; tell whether that was answered.

    Where customers have costs of their own, the cheapest of a kind stands for all, and where
    exclusions overlap, pairs of offers stand for them: what is refused is impossible, and what
    passes may still be.
    """
    if not problem.limits.minimum.any():
        return True
    program = _write(problem)
    if program is None:
        return False
    short, prices = _shortfall(program, problem.limits)
    if short > _SHORT * (1 + np.abs(problem.limits.most).max()):
        least = _least_budget(program, problem.limits, prices)
        refuse(problem.limits, prices, least)
    return not problem.own_costs and problem.sets is None


def _write(problem: Problem) -> _Program | None:
    may = np.isfinite(problem.profit)
    code = np.zeros(problem.n, dtype=np.int64)
    if problem.n_columns > 62:
        return None
    for j, column in enumerate(may):
        code |= column.astype(np.int64) << j
    codes, kind, heads = np.unique(code, return_inverse=True, return_counts=True)
    if codes.size > _KINDS:
        return None
    of, column = np.nonzero((codes[:, None] >> np.arange(problem.n_columns)) & 1)
    use = problem.limits.use[:, column].copy()
    cost = _cheapest(problem, kind, codes.size)[of, column]
    if problem.limits.budget is not None:
        use[problem.limits.budget] = cost / problem.limits.unit[problem.limits.budget]
    rows, counts = _customer_rows(problem, of, column, heads)
    return _Program(cost, sp.csr_matrix(use), rows, counts, codes.size)


def _cheapest(problem: Problem, kind: Ints, n_kinds: int) -> Floats:
    if problem.cost.ndim == 1:
        return np.broadcast_to(problem.cost, (n_kinds, problem.n_columns))
    found = np.full((n_kinds, problem.n_columns), np.inf)
    for j, each in enumerate(problem.cost):
        np.minimum.at(found[:, j], kind, each)
    return found


def _customer_rows(
    problem: Problem, of: Ints, column: Ints, heads: Ints
) -> tuple[sp.csr_matrix, Floats]:
    """Contacts of a kind, at most so many; of each group, at most one a customer."""
    group = np.empty(problem.n_columns, dtype=int)
    for g, columns in enumerate(problem.groups):
        group[columns] = g
    sums = [np.ones(of.size, dtype=bool)]
    times = [problem.contacts]
    if problem.contacts > 1:
        sums += [group[column] == g for g in range(len(problem.groups))]
        sums += [(group[column] == a) | (group[column] == b) for a, b in problem.apart()]
        times += [1] * (len(sums) - 1)
    parts = [
        sp.csr_matrix(
            (np.ones(kept.sum()), (of[kept], np.flatnonzero(kept))), shape=(heads.size, of.size)
        )
        for kept in sums
    ]
    return sp.vstack(parts, format="csr"), np.concatenate([heads * each for each in times])


def _shortfall(program: _Program, limits: Limits) -> tuple[float, Floats]:
    """Contacts that minimums lack at least, and the price of each limit in them."""
    minimum = np.flatnonzero(limits.minimum)
    lack = sp.csr_matrix(
        (-np.ones(minimum.size), (minimum, np.arange(minimum.size))),
        shape=(limits.n, minimum.size),
    )
    none = sp.csr_matrix((program.heads.size, minimum.size))
    matrix = sp.bmat([[program.limits, lack], [program.customers, none]], format="csc")
    goal = np.concatenate([np.zeros(program.cost.size), np.ones(minimum.size)])
    most = np.concatenate([limits.most, program.heads])
    done = linprog(goal, A_ub=matrix, b_ub=most, method="highs-ds")
    return float(done.fun), -done.ineqlin.marginals[: limits.n]


def _least_budget(program: _Program, limits: Limits, prices: Floats) -> float | None:
    """What minimums cost at least, where the budget alone stands against them."""
    if limits.budget is None or not prices[limits.budget] > _SHORT:
        return None
    others = np.arange(limits.n) != limits.budget
    done = linprog(
        program.cost, A_ub=sp.vstack([program.limits[others], program.customers], format="csc"),
        b_ub=np.concatenate([limits.most[others], program.heads]), method="highs-ds",
    )  # fmt: skip
    return float(done.fun) if done.status == 0 else None


def refuse(limits: Limits, prices: Floats, least_budget: float | None = None) -> None:
    """Raise InputError naming the limits that have a price in the proof."""
    size = prices.max(initial=0.0)
    named = [int(i) for i in np.flatnonzero(prices > _SHORT * size)]
    asked = _join([_say(limits, i) for i in named if limits.minimum[i]])
    against = [i for i in named if not limits.minimum[i]]
    if least_budget is not None:
        got = float((limits.most * limits.unit)[limits.budget or 0])
        raise InputError(
            f"`budget` must be at least {_number(least_budget)} for `offer_min` {asked}; got "
            f"{_number(got)}. Raise it, or ask for fewer."
        )
    if not against:
        raise InputError(
            f"`offer_min` asks for more than the customers who may get it: {asked}. Ask for "
            "fewer, or let more customers have it."
        )
    within = _join([f"`{limits.names[i][0]}` {_say(limits, i)}".rstrip() for i in against])
    raise InputError(
        f"`offer_min` {asked} cannot be kept within {within}. Ask for fewer, or raise that limit."
    )


def _say(limits: Limits, i: int) -> str:
    kind, label = limits.names[i]
    number = _number(abs(limits.most[i]) * limits.unit[i])
    return number if kind == "budget" else f"{number} of {label!r}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < _SHORT else f"{value:,.2f}"


def _join(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
