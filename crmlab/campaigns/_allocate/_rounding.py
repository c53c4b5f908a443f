"""From shares to whole contacts: choose for those who are split, mend, and improve by exchanges."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from crmlab._types import Floats
from crmlab.campaigns._allocate._choices import Choices
from crmlab.campaigns._allocate._columns import Fraction
from crmlab.campaigns._allocate._problem import Flags, Ints, Problem

__all__ = ["excess", "exchange", "goes_together", "round_off", "used_by"]

_COMBINATIONS = 20_000
_NEAR = 300  # customers whose contacts may be exchanged
_MANY = 5000  # where those few cannot mend a plan
_PAIRS = 200  # exchanges that are tried two at a time
_WHOLE = 1e-6
_EPS = 1e-9


def excess(problem: Problem, used: Floats) -> Floats:
    """By how much limits are overrun; what floating-point sums are off by is none."""
    most = problem.limits.most
    over = used - most
    return np.where(over > _EPS * (1 + np.abs(most)), over, 0.0)


def round_off(problem: Problem, at: Choices, fraction: Fraction) -> Ints:
    """A plan of whole contacts, of shape (contacts, n_customers); it may still overrun a limit."""
    plan = fraction.base.copy()
    _choose_whole(problem, plan, fraction)
    plan = exchange(problem, plan, _nearest(problem, at, fraction, _NEAR))
    if excess(problem, used_by(problem, plan)).any():
        plan = exchange(problem, plan, _nearest(problem, at, fraction, _MANY))
    return plan


def used_by(problem: Problem, plan: Ints) -> Floats:
    """What a plan uses of each limit."""
    counts = np.bincount(plan.ravel(), minlength=problem.n_columns + 1)[: problem.n_columns]
    used = problem.limits.use @ counts
    if problem.own_costs:
        i = problem.limits.budget
        used[i] = problem.used(np.arange(problem.n), plan.T)[:, i].sum()
    return used


def _choose_whole(problem: Problem, plan: Ints, fraction: Fraction) -> None:
    """Write into `plan` whole bundles, and the best combination for those who are split."""
    split, kinds = _write_whole(problem, plan, fraction)
    options = [_options(problem, fraction, kind) for kind in kinds]
    size = 1
    few = [i for i, found in enumerate(options) if (size := size * len(found)) <= _COMBINATIONS]
    if not few:
        return
    rest = problem.limits.most - used_by(problem, plan)
    worth, used = np.zeros(1), np.zeros((1, problem.limits.n))
    for i in few:
        each = np.full(len(options[i]), split[i])
        worth = (worth[:, None] + problem.worth(each, options[i])).ravel()
        used = (used[:, None] + problem.used(each, options[i])).reshape(-1, problem.limits.n)
    over = np.maximum(used - rest - _EPS * (1 + np.abs(problem.limits.most)), 0).sum(axis=1)
    best = np.lexsort((-worth, over))[0]
    picked = np.unravel_index(best, [len(options[i]) for i in few])
    for i, place in zip(few, picked, strict=True):
        plan[:, split[i]] = options[i][place]


def _write_whole(problem: Problem, plan: Ints, fraction: Fraction) -> tuple[Ints, Ints]:
    """Give as many customers of a kind a bundle as there are whole; return the others."""
    whole = np.floor(fraction.share + _WHOLE).astype(np.int64)
    n_kinds = int(fraction.kind[-1]) + 1 if fraction.kind.size else 0
    given = np.bincount(fraction.kind_of, weights=whole, minlength=n_kinds)
    starts = np.searchsorted(fraction.kind, np.arange(n_kinds))
    place = np.arange(fraction.kind.size) - starts[fraction.kind]
    gets = place < given[fraction.kind]
    plan[:, fraction.customers[gets]] = np.repeat(fraction.bundles, whole, axis=0).T
    split = fraction.customers[~gets]
    plan[:, split] = problem.n_columns
    return split, fraction.kind[~gets]


def _options(problem: Problem, fraction: Fraction, kind: int) -> Ints:
    """Bundles of one kind that are split, and no contact."""
    part = fraction.share - np.floor(fraction.share + _WHOLE) > _WHOLE
    bundles = fraction.bundles[(fraction.kind_of == kind) & part]
    nothing = np.full((1, problem.contacts), problem.n_columns)
    return np.unique(np.concatenate([bundles, nothing]), axis=0)


def _nearest(problem: Problem, at: Choices, fraction: Fraction, few: int) -> Ints:
    """Customers who decide with little regret, and those of the program."""
    few = min(few, problem.n)
    near = np.argpartition(at.regret, few - 1)[:few]
    return np.union1d(near, fraction.customers[:few])


@dataclass
class _Moves:
    """Exchanges of one contact of one customer for another, or for none.

    Parameters
    ----------
    row : int array of shape (n_moves,)
        Customer, as a place in `plan`.
    slot, column : int array of shape (n_moves,)
        Which contact, and by what it is replaced.
    gain : float array of shape (n_moves,)
    use : float array of shape (n_moves, n_limits)
        Change of what is used.
    """

    row: Ints
    slot: Ints
    column: Ints
    gain: Floats
    use: Floats


def _list_moves(problem: Problem, plan: Ints, rows: Ints) -> _Moves:
    """Every exchange that some customers may make by themselves."""
    k, none = problem.contacts, problem.n_columns
    row, slot, column = (
        part.ravel() for part in np.meshgrid(rows, np.arange(k), np.arange(none + 1), indexing="ij")
    )
    old = plan[slot, row]
    after = plan[:, row].T.copy()
    after[np.arange(row.size), slot] = column
    kept = (old != column) & goes_together(problem, after)
    real = np.flatnonzero(kept & (column < none))
    kept[real] &= np.isfinite(problem.profit[column[real], row[real]])
    row, slot, column, after = row[kept], slot[kept], column[kept], after[kept]
    before = plan[:, row].T
    gain = problem.worth(row, after) - problem.worth(row, before)
    use = problem.used(row, after) - problem.used(row, before)
    return _Moves(row, slot, column, gain, use)


def goes_together(problem: Problem, bundles: Ints) -> Flags:
    """Which bundles hold one contact of a group at most, and no groups that exclude each other."""
    if problem.contacts == 1:
        return np.ones(len(bundles), dtype=bool)
    group = np.full(problem.n_columns + 1, -1)
    for g, columns in enumerate(problem.groups):
        group[columns] = g
    found = np.sort(group[bundles], axis=1)
    fine: Flags = np.all((np.diff(found, axis=1) > 0) | (found[:, 1:] < 0), axis=1)
    size = len(problem.groups)
    may = np.ones((size + 1, size + 1), dtype=bool)  # the last one: no contact
    for a, b in problem.apart():
        may[a, b] = may[b, a] = False
    for a, b in combinations(range(problem.contacts), 2):
        fine &= may[found[:, a], found[:, b]]
    return fine


def exchange(problem: Problem, plan: Ints, rows: Ints) -> Ints:
    """Mend what overruns a limit at the least loss, then improve by one or two exchanges."""
    plan = plan.copy()
    used, most = used_by(problem, plan), problem.limits.most
    tolerance = _EPS * (1 + np.abs(most))
    moves = _list_moves(problem, plan, rows)
    for _ in range(20 * problem.limits.n + 200):
        found = _mend(moves, used - most, tolerance) or _improve(moves, most - used + tolerance)
        if not found:
            break
        for m in found:
            plan[moves.slot[m], moves.row[m]] = moves.column[m]
            used = used + moves.use[m]
        moves = _renew(problem, plan, moves, moves.row[list(found)])
    return plan


def _renew(problem: Problem, plan: Ints, moves: _Moves, rows: Ints) -> _Moves:
    """The exchanges after some customers made one."""
    kept = ~np.isin(moves.row, rows)
    fresh = _list_moves(problem, plan, np.unique(rows))
    names = ("row", "slot", "column", "gain", "use")
    return _Moves(
        *(np.concatenate([getattr(moves, name)[kept], getattr(fresh, name)]) for name in names)
    )


def _mend(moves: _Moves, over: Floats, tolerance: Floats) -> tuple[int, ...]:
    """The exchange that lessens what is overrun at the least loss for it, if there is one."""
    if not (over > tolerance).any():
        return ()
    before = np.maximum(over, 0.0).sum()
    less = before - np.maximum(over + moves.use, 0.0).sum(axis=1)
    helps = np.flatnonzero(less > _EPS)
    if not helps.size:
        return ()
    return (int(helps[np.argmax(moves.gain[helps] / less[helps])]),)


def _improve(moves: _Moves, room: Floats) -> tuple[int, ...]:
    """One exchange that earns more within the limits, else two of different customers."""
    if (room < 0).any() or not moves.gain.size:
        return ()
    fits = (moves.use <= room).all(axis=1)
    gain = np.where(fits, moves.gain, -np.inf)
    best = int(gain.argmax())
    small = 1e-12 * (1 + np.abs(moves.gain[np.isfinite(moves.gain)]).max())
    if gain[best] > small:
        return (best,)
    return _improve_two(moves, room, small)


def _improve_two(moves: _Moves, room: Floats, small: float) -> tuple[int, ...]:
    """Two exchanges, one of which makes room for the other."""
    ups = np.flatnonzero(moves.gain > small)
    downs = np.flatnonzero((moves.gain <= 0) & (moves.use < 0).any(axis=1))
    ups = ups[np.argsort(moves.use[ups].clip(0).sum(axis=1) - moves.gain[ups])][:_PAIRS]
    downs = downs[np.argsort(-moves.gain[downs], kind="stable")][:_PAIRS]
    if not (ups.size and downs.size):
        return ()
    gain = moves.gain[ups][:, None] + moves.gain[downs]
    fits = (gain > small) & (moves.row[ups][:, None] != moves.row[downs])
    for need_up, need_down, free in zip(moves.use[ups].T, moves.use[downs].T, room, strict=True):
        fits &= need_up[:, None] + need_down <= free
    if not fits.any():
        return ()
    best = np.unravel_index(np.where(fits, gain, -np.inf).argmax(), gain.shape)
    return int(ups[best[0]]), int(downs[best[1]])
