"""A small problem to its end: branch and bound over linear programs.

Where few customers share a budget, a contact more or less matters, and the dual leaves a gap that
is no fault of the plan. Branching closes it; it stops after some programs with what it has.
"""

import heapq
from dataclasses import dataclass
from itertools import count

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from crmlab._types import Floats
from crmlab.campaigns._allocate._problem import Ints, Problem
from crmlab.campaigns._allocate._rounding import excess, exchange, used_by

__all__ = ["branch"]

_NODES = 150
_WHOLE = 1e-7


@dataclass(frozen=True)
class _Program:
    """The linear program of all contacts that are possible."""

    column: Ints
    row: Ints
    gain: Floats
    matrix: sp.csc_matrix
    most: Floats


def branch(
    problem: Problem, plan: Ints | None, bound: float, tolerance: float
) -> tuple[Ints | None, float]:
    """A better plan and a lower bound; None where whole contacts cannot keep the limits.

    Parameters
    ----------
    problem : Problem
    plan : int array of shape (contacts, n_customers), or None
        A plan that keeps the limits, where one is known.
    bound : float
        What no plan exceeds.
    tolerance : float
        In currency: it ends where plan and bound are as near.
    """
    program = _write(problem)
    known = _worth(problem, plan) if plan is not None else -np.inf
    order = count()
    free = np.ones(program.gain.size), np.zeros(program.gain.size)
    heap = [(-bound, next(order), *free)]
    for _ in range(_NODES):
        if not heap or -heap[0][0] <= known + tolerance:
            break
        _, _, high, low = heapq.heappop(heap)
        top, share = _solve(program, high, low)
        if share is None or top <= known + tolerance:
            continue
        candidate = _whole(problem, program, share)
        if not excess(problem, used_by(problem, candidate)).any():
            value = _worth(problem, candidate)
            if value > known:
                plan, known = candidate, value
        split = np.abs(share - np.round(share))
        at = int(split.argmax())
        if split[at] <= _WHOLE:
            continue
        ceiling, floor = high.copy(), low.copy()
        ceiling[at], floor[at] = 0.0, 1.0
        heapq.heappush(heap, (-top, next(order), ceiling, low))
        heapq.heappush(heap, (-top, next(order), high, floor))
    left = -heap[0][0] if heap else -np.inf
    return plan, min(bound, max(known, left))


def _worth(problem: Problem, plan: Ints) -> float:
    return float(problem.worth(np.arange(problem.n), plan.T).sum())


def _write(problem: Problem) -> _Program:
    """Limits, contacts per customer, and what excludes each other, as rows."""
    column, row = np.nonzero(np.isfinite(problem.profit))
    n, size = problem.n, column.size
    group = np.empty(problem.n_columns, dtype=int)
    for g, columns in enumerate(problem.groups):
        group[columns] = g
    use = problem.used(row, np.column_stack([column]))
    parts, most = [sp.csr_matrix(use.T)], [problem.limits.most]

    def add(kept: Ints, times: float) -> None:
        cells = np.ones(kept.size), (row[kept], kept)
        parts.append(sp.csr_matrix(cells, shape=(n, size)))
        most.append(np.full(n, times))

    add(np.arange(size), problem.contacts)
    if problem.contacts > 1:
        for g in range(len(problem.groups)):
            add(np.flatnonzero(group[column] == g), 1)
        for a, b in problem.apart():
            add(np.flatnonzero((group[column] == a) | (group[column] == b)), 1)
    matrix = sp.vstack(parts, format="csc")
    return _Program(column, row, problem.profit[column, row], matrix, np.concatenate(most))


def _solve(program: _Program, high: Floats, low: Floats) -> tuple[float, Floats | None]:
    done = linprog(
        -program.gain, A_ub=program.matrix, b_ub=program.most,
        bounds=np.column_stack([low, high]), method="highs",
    )  # fmt: skip
    return (-done.fun, done.x) if done.status == 0 else (-np.inf, None)


def _whole(problem: Problem, program: _Program, share: Floats) -> Ints:
    """The contacts that are whole in a solution, mended and improved by exchanges."""
    plan = np.full((problem.contacts, problem.n), problem.n_columns)
    filled = np.zeros(problem.n, dtype=int)
    for at in np.flatnonzero(share > 1 - 1e-6):
        i = program.row[at]
        plan[filled[i], i] = program.column[at]
        filled[i] += 1
    return exchange(problem, plan, np.arange(problem.n))
