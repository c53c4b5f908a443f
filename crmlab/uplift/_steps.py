"""A trial in the order of its score: what each row adds to the running totals of the two arms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmlab._types import Floats, Ints
from crmlab.uplift._trial import Trial

__all__ = ["Steps", "Totals", "add_up", "gain_qini", "gain_uplift", "measure_area", "sort_trial"]

_EXACT = 2.0**22  # whole numbers up to here have room to spare in single precision


@dataclass(frozen=True)
class Steps:
    """Rows by score, highest first.

    Parameters
    ----------
    adds : array of shape (4, n_rows)
        Per customer: counted as treated, counted as control, and their outcomes.
    counts : int array or None
        Customers in a row; None where each row is one.
    ends : int array or None
        Last row of each group of equal scores; None where no two scores are equal.
    """

    adds: NDArray[np.floating]
    counts: Ints | None
    ends: Ints | None

    @property
    def n_rows(self) -> int:
        """Rows."""
        return self.adds.shape[1]

    def weights(self) -> Floats:
        """Customers in each row."""
        return np.ones(self.n_rows) if self.counts is None else self.counts.astype(float)


@dataclass(frozen=True)
class Totals:
    """Running totals at the end of each group of equal scores, from nobody on.

    Parameters
    ----------
    customers, treated, control, outcome_treated, outcome_control : float arrays
    """

    customers: Floats
    treated: Floats
    control: Floats
    outcome_treated: Floats
    outcome_control: Floats


def sort_trial(trial: Trial, score: Floats) -> Steps:
    """Order a trial by score; rows that are alike become one."""
    order = np.argsort(score)[::-1]
    if _all_differ(score[order]):
        return Steps(_stack(trial, order), None, None)
    # Within a tie the order of the rows must not matter, not even to random draws.
    chance = () if trial.propensity is None else (trial.propensity,)
    keys = (trial.outcome, *chance, trial.treated, -score)
    order = np.lexsort(keys)
    fresh = np.zeros(order.size, dtype=bool)
    fresh[0] = True
    for key in keys:
        sorted_key = key[order]
        fresh[1:] |= sorted_key[1:] != sorted_key[:-1]
    first = np.flatnonzero(fresh)
    counts = np.diff(np.append(first, order.size))
    ranked = score[order[first]]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), first.size - 1)
    return Steps(_stack(trial, order[first]), counts if first.size < order.size else None, ends)


def _all_differ(ranked: Floats) -> bool:
    return bool((ranked[1:] != ranked[:-1]).all())


def _stack(trial: Trial, order: Ints) -> NDArray[np.floating]:
    """What each row adds, in this order; in single precision where that loses nothing."""
    outcome = trial.outcome
    adds: NDArray[np.floating]
    if trial.propensity is None and _is_small(outcome):
        adds = np.empty((4, order.size), dtype=np.float32)
        treated = trial.treated[order]
        adds[:2] = treated, ~treated
        np.take(outcome.astype(np.float32), order, out=adds[3], mode="clip")
    else:
        adds = np.empty((4, order.size))
        for row, weight in enumerate(trial.weights()):
            adds[row] = weight[order]
        np.take(outcome, order, out=adds[3], mode="clip")
    # In the mode "raise" take would keep a second copy.
    np.multiply(adds[0], adds[3], out=adds[2])
    np.multiply(adds[1], adds[3], out=adds[3])
    return adds


def _is_small(outcome: Floats) -> bool:
    """Whether all running totals are whole numbers that single precision holds."""
    if outcome.size >= _EXACT or not (outcome == np.rint(outcome)).all():
        return False
    return bool(np.abs(outcome).sum() < _EXACT)


def add_up(steps: Steps, weights: Floats) -> Totals:
    """Running totals with so many customers in each row."""
    starts = None if steps.ends is None else np.concatenate([[0], steps.ends[:-1] + 1])
    totals = []
    for sums in (weights, *(row * weights for row in steps.adds)):
        parts = sums if starts is None else np.add.reduceat(sums, starts)
        totals.append(np.concatenate([[0.0], np.cumsum(parts, dtype=float)]))
    return Totals(*totals)


def _mean(total: Floats, count: Floats) -> Floats:
    """Mean of an arm; 0 while nobody is in it."""
    return np.divide(total, count, out=np.zeros_like(total), where=count > 0)


def gain_uplift(totals: Totals) -> Floats:
    """Difference of the arms' means, times the customers so far."""
    treated = _mean(totals.outcome_treated, totals.treated)
    return (treated - _mean(totals.outcome_control, totals.control)) * totals.customers


def gain_qini(totals: Totals) -> Floats:
    """Outcome of the treated less that of as many controls."""
    ratio = _mean(totals.treated, totals.control)
    return totals.outcome_treated - totals.outcome_control * ratio


def measure_area(customers: Floats, gain: Floats) -> float:
    """Area between a curve and the straight line to its end."""
    return float(np.trapezoid(gain, customers) - customers[-1] * gain[-1] / 2)
