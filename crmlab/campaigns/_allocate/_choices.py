"""What each customer takes when the limits have prices, and how close the next choice is."""

from dataclasses import dataclass

import numpy as np

from crmlab._types import Floats
from crmlab.campaigns._allocate._problem import Flags, Ints, Problem

__all__ = ["Choices", "choose"]

_ROWS = 8192  # customers at once: their numbers stay in the cache of a processor


@dataclass(frozen=True)
class Choices:
    """The best bundle of each customer at given prices, and the next best.

    Parameters
    ----------
    prices : float array of shape (n_limits,)
    bound : float
        Value of the dual: no plan that keeps the limits earns more.
    used : float array of shape (n_limits,)
        What the best bundles use.
    chosen, other : int array of shape (contacts, n_customers)
        Columns; the number of columns stands for no contact.
    regret : float array of shape (n_customers,)
        How much worse the other is.
    """

    prices: Floats
    bound: float
    used: Floats
    chosen: Ints
    other: Ints
    regret: Floats


def choose(problem: Problem, prices: Floats) -> Choices:
    """Let each customer take the best bundle at these prices."""
    n, k, limits = problem.n, problem.contacts, problem.limits
    fixed = prices @ limits.use
    each = None
    if problem.own_costs:
        each = prices[limits.budget] / limits.unit[limits.budget]
        fixed = fixed - prices[limits.budget] * limits.use[limits.budget]
    chosen = np.empty((k, n), dtype=np.int16)
    other = np.empty((k, n), dtype=np.int16)
    regret, total = np.empty(n), 0.0
    pick = _pick_one if k == 1 else _pick_sets if problem.sets else _pick_groups
    with np.errstate(invalid="ignore"):  # -inf less -inf, where neither may be had
        for start in range(0, n, _ROWS):
            part = slice(start, min(start + _ROWS, n))
            net = problem.profit[:, part] - fixed[:, None]
            if each is not None:
                net -= each * problem.cost[:, part]
            best = pick(problem, net, chosen[:, part], other[:, part], regret[part])
            total += float(best.sum())
    used = _count(problem, chosen)
    bound = float(prices @ limits.most) + total
    return Choices(prices, bound, used, chosen, other, regret)


def _count(problem: Problem, chosen: Ints) -> Floats:
    """What the chosen bundles use of each limit."""
    columns = problem.n_columns
    counts = sum(np.bincount(slot, minlength=columns + 1)[:columns] for slot in chosen)
    used = problem.limits.use @ counts
    if problem.own_costs:
        i = problem.limits.budget
        used[i] = problem.used(np.arange(problem.n), chosen.T)[:, i].sum()
    return used


def _largest(net: Floats, floor: float | None = None) -> tuple[Floats, Ints]:
    """Largest of each column and its place; `floor` stands after the last place."""
    if floor is None:
        best, place = net[0].copy(), np.zeros(net.shape[1], dtype=np.int16)
        rest = range(1, len(net))
    else:
        best = np.full(net.shape[1], floor)
        place = np.full(net.shape[1], len(net), dtype=np.int16)
        rest = range(len(net))
    above = np.empty(net.shape[1], dtype=bool)
    for j in rest:
        np.greater(net[j], best, out=above)
        np.copyto(best, net[j], where=above)
        np.copyto(place, np.int16(j), where=above)
    return best, place


def _pick_one(problem: Problem, net: Floats, chosen: Ints, other: Ints, regret: Floats) -> Floats:
    """One contact at most."""
    best, place = _largest(net, 0.0)
    took = np.flatnonzero(place < len(net))
    net[place[took], took] = -np.inf
    second, after = _largest(net, -np.inf)
    nothing = (place < len(net)) & (second <= 0)  # no contact is the next best
    second[nothing], after[nothing] = 0.0, len(net)
    chosen[0], other[0] = place, after
    np.subtract(best, second, out=regret)
    return best


def _pick_groups(
    problem: Problem, net: Floats, chosen: Ints, other: Ints, regret: Floats
) -> Floats:
    """Several contacts, from each group one at most: the best of each, then the best of those."""
    k, none, rows = problem.contacts, problem.n_columns, np.arange(net.shape[1])
    tops, places, seconds, nexts = _tops(problem, net)
    total = np.zeros(net.shape[1])
    regret.fill(np.inf)
    slot_out = np.zeros(net.shape[1], dtype=np.int16)
    column_in = np.full(net.shape[1], none, dtype=np.int16)
    before = np.zeros(net.shape[1])
    for slot in range(k + 1):
        value, group = _largest(tops)
        took = value > 0
        if slot:  # the last one taken may give way to this one, or to none
            last = before > 0 if slot == k else (before > 0) & ~took
            _closer(regret, slot_out, column_in, before - np.maximum(value, 0.0), slot - 1,
                    np.where(took, places[group, rows], none), last)  # fmt: skip
        if slot == k:
            break
        _closer(regret, slot_out, column_in, -value, slot, places[group, rows], ~took)
        _closer(regret, slot_out, column_in, value - seconds[group, rows], slot,
                nexts[group, rows], took)  # fmt: skip
        chosen[slot] = np.where(took, places[group, rows], none)
        total += np.where(took, value, 0.0)
        tops[group, rows] = -np.inf
        before = value
    other[:] = chosen
    other[slot_out, rows] = column_in
    return total


def _closer(
    regret: Floats, slot_out: Ints, column_in: Ints, loss: Floats, slot: int, column: Ints,
    where: Flags,
) -> None:  # fmt: skip
    """Keep the exchange that loses least."""
    better = where & (loss < regret)
    regret[better] = loss[better]
    slot_out[better] = slot
    column_in[better] = column[better]


def _tops(problem: Problem, net: Floats) -> tuple[Floats, Ints, Floats, Ints]:
    """The best and the second column of each group, and what they bring."""
    shape = len(problem.groups), net.shape[1]
    tops, seconds = np.empty(shape), np.full(shape, -np.inf)
    places = np.empty(shape, dtype=np.int16)
    nexts = np.full(shape, problem.n_columns, dtype=np.int16)
    for g, columns in enumerate(problem.groups):
        part = net[columns]
        tops[g], place = _largest(part)
        places[g] = columns[place]
        if columns.size > 1:
            part[place, np.arange(shape[1])] = -np.inf
            seconds[g], place = _largest(part)
            nexts[g] = columns[place]
    return tops, places, seconds, nexts


def _pick_sets(problem: Problem, net: Floats, chosen: Ints, other: Ints, regret: Floats) -> Floats:
    """Several contacts where exclusions overlap: the best of all sets that go together."""
    tops, places, _, _ = _tops(problem, net)
    best, first = np.zeros(net.shape[1]), np.zeros(net.shape[1], dtype=np.int16)
    second, after = np.full(net.shape[1], -np.inf), np.zeros(net.shape[1], dtype=np.int16)
    sets = problem.sets or [()]
    for s, members in enumerate(sets[1:], start=1):
        value = tops[members[0]].copy()
        for g in members[1:]:
            value += tops[g]
        wins, close = value > best, value > second
        close &= ~wins
        second[close], after[close] = value[close], s
        second[wins], after[wins] = best[wins], first[wins]
        best[wins], first[wins] = value[wins], s
    table = np.full((len(sets), problem.contacts), len(places), dtype=np.int16)
    for s, members in enumerate(sets):
        table[s, : len(members)] = members
    places = np.vstack([places, np.full(net.shape[1], problem.n_columns, dtype=np.int16)])
    rows = np.arange(net.shape[1])
    for slot in range(problem.contacts):
        chosen[slot] = places[table[first, slot], rows]
        other[slot] = places[table[after, slot], rows]
    np.subtract(best, second, out=regret)
    return best
