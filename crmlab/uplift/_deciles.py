"""Observed effects in groups of customers by score."""

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.uplift._trial import Assignment, Trial, read_score, read_trial

__all__ = ["uplift_by_decile"]


def uplift_by_decile(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    n_groups: int = 10,
    level: float = 0.95,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Effect observed in groups of equal size, the highest score first.

    A model that is worth anything has its effects in falling order. Where customers of equal
    score stand across a cut, each of them belongs to both groups in part, so that the order of
    the rows changes nothing.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    n_groups : int, default=10
        Number of groups, from 1 to the number of customers.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per group; columns

        * `decile` : 1 (highest score) to `n_groups`
        * `n_customers`, `n_treated`, `n_control` : customers, perhaps in parts
        * `mean_treated`, `mean_control` : mean outcome of either arm
        * `estimate`, `lower`, `upper`, `level` : their difference, in the unit of the outcome;
          missing where an arm is empty. Limits by Newcombe's method for outcomes of 0 and 1
          drawn by lot, which stays honest where nobody responds; else by Welch's, which are
          missing where the same came of a whole arm
        * `lowest_score`, `highest_score` : range inside the group

    Raises
    ------
    InputError
        As `uplift_curve`, and if there are fewer customers than groups.
    InputTypeError
        As `uplift_curve`.

    Notes
    -----
    Trust limits in money only where some ten customers or more of *each* arm in a group bought
    anything; else ask for fewer groups, or judge whether they bought. Of simulated 95 % limits,
    with 12 % and 5 % who bought for amounts of log standard deviation 1, 94 % held with 200
    customers in either arm of a group, 90 % with 40, and 80 % with 40 against 360.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions. Statistics in Medicine 17, 873-890, method 10.
    Welch, B. L. (1947). The generalization of Student's problem when several different population
    variances are involved. Biometrika 34, 28-35.

    Examples
    --------
    >>> table = uplift_by_decile(
    ...     [1, 0] * 20 + [0, 1] * 20, [1, 0] * 40, range(80, 0, -1), n_groups=2,
    ...     assignment="random",
    ... )
    >>> table[["decile", "n_treated", "n_control", "estimate", "lower", "upper"]].round(2)
       decile  n_treated  n_control  estimate  lower  upper
    0       1       20.0       20.0       1.0   0.77   1.00
    1       2       20.0       20.0      -1.0  -1.00  -0.77
    """
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    check_fraction("level", level, open_ends=True)
    ranked = read_score(score, outcome)
    n_customers = ranked.size
    if check_count("n_groups", n_groups) > n_customers:
        raise InputError(
            f"`n_groups` must be at most the number of customers, {n_customers:,}; got "
            f"{n_groups:,}. Ask for fewer groups."
        )
    cuts = np.arange(n_groups + 1, dtype=float) * n_customers / n_groups
    sums = _cut(trial, ranked, cuts)
    arms = [_Arm(*sums[at : at + 5]) for at in (1, 6)]
    newcombe = trial.binary and trial.propensity is None
    lower, upper = (_newcombe if newcombe else _welch)(arms[0], arms[1], level)
    falling = np.sort(ranked)[::-1]
    first, last = np.floor(cuts[:-1] + 1e-9).astype(int), np.ceil(cuts[1:] - 1e-9).astype(int) - 1
    return pd.DataFrame(
        {
            "decile": np.arange(1, n_groups + 1),
            "n_customers": sums[0],
            "n_treated": arms[0].count,
            "n_control": arms[1].count,
            "mean_treated": arms[0].mean,
            "mean_control": arms[1].mean,
            "estimate": arms[0].mean - arms[1].mean,
            "lower": lower,
            "upper": upper,
            "level": level,
            "lowest_score": falling[last],
            "highest_score": falling[first],
        }
    )


class _Arm:
    """Weighted moments of one arm in each group."""

    def __init__(
        self, count: Floats, squares: Floats, total: Floats, first: Floats, second: Floats
    ) -> None:
        some = np.where(count > 0, count, np.nan)
        self.count = count
        self.mean = total / some
        # Of the weighted mean: sum of w² (y - mean)² over the square of the sum of w.
        spread = np.maximum(second - self.mean * (2 * first - squares * self.mean), 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            real = count**2 / squares  # customers that equal weights would need
            self.freedom = np.where(real > 1, real - 1, np.nan)
            self.variance = spread / some**2 * real / self.freedom


def _cut(trial: Trial, score: Floats, cuts: Floats) -> Floats:
    """Sums of eleven measures between the cuts, ties in proportion."""
    values, group = np.unique(-score, return_inverse=True)
    rows = [np.ones(score.size)]
    for weight in trial.weights():
        outcome = weight * trial.outcome
        rows += [weight, weight**2, outcome, weight * outcome, outcome**2]
    running = [
        np.concatenate([[0.0], np.cumsum(np.bincount(group, row, minlength=values.size))])
        for row in rows
    ]
    return np.array([np.diff(np.interp(cuts, running[0], total)) for total in running])


def _welch(treated: _Arm, control: _Arm, level: float) -> tuple[Floats, Floats]:
    """Limits of a difference of means, wider where an arm is small (Welch-Satterthwaite)."""
    variance = treated.variance + control.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = treated.variance**2 / treated.freedom + control.variance**2 / control.freedom
        half = stdtrit(variance**2 / parts, (1 + level) / 2) * np.sqrt(variance)
    # An arm in which the same came of all says nothing of its spread: no limit is honest.
    half = np.where((treated.variance > 0) & (control.variance > 0), half, np.nan)
    middle = treated.mean - control.mean
    return middle - half, middle + half


def _newcombe(treated: _Arm, control: _Arm, level: float) -> tuple[Floats, Floats]:
    """Limits of a difference from Wilson's limits of either share."""
    low_t, high_t = _wilson(treated, level)
    low_c, high_c = _wilson(control, level)
    middle = treated.mean - control.mean
    below = np.hypot(treated.mean - low_t, high_c - control.mean)
    above = np.hypot(high_t - treated.mean, control.mean - low_c)
    return middle - below, middle + above


def _wilson(arm: _Arm, level: float) -> tuple[Floats, Floats]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    count = np.where(arm.count > 0, arm.count, np.nan)
    middle = (arm.mean + z**2 / (2 * count)) / (1 + z**2 / count)
    root = np.sqrt(arm.mean * (1 - arm.mean) / count + z**2 / (4 * count**2))
    half = z * root / (1 + z**2 / count)
    return middle - half, middle + half
