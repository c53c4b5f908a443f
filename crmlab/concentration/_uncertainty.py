"""Measures of share with limits: the customers as a sample from a larger population."""

from functools import partial

import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_fraction
from crmlab._intervals import bootstrap_interval
from crmlab.concentration._arithmetic import gini_of, scale_to_highest, top_share_of

__all__ = ["gini_interval", "top_share_interval"]


def top_share_interval(
    value: ArrayLike,
    *,
    top: float = 0.2,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Share held by the most valuable customers, with bootstrap limits.

    The limits answer: had other customers come from the same larger population, how different
    could the share have been? They say nothing of another period, another market or bad data. If
    the base is everyone of interest, the estimate is exact and needs no limits.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives; at least two customers.
    top : float, default=0.2
        Fraction of customers counted as "top", in [0, 1].
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples, at least 2 / (1 - level).
    seed : int, default=0
        Seed of the random draws; the same seed gives the same limits.

    Returns
    -------
    DataFrame
        One row; columns `estimate`, `lower`, `upper` (shares in [0, 1]) and `level`.

    Raises
    ------
    InputError
        As for `top_share`; also for one customer only, `level` outside (0, 1) or too few
        resamples.

    Notes
    -----
    The percentile bootstrap is weak for few customers and heavy tails: a sample seldom holds the
    rare giants of its population, so it understates concentration, and both limits come out too
    low. For log-normal spend, limits at level 0.95 held the true top-20 % share this often:

    =========================  ====  ====  =====  ======
    customers                    50   200  1,000  10,000
    =========================  ====  ====  =====  ======
    sigma 1.0 (share 0.56)     0.81  0.90   0.93    0.94
    sigma 1.5 (share 0.74)     0.75  0.85   0.91    0.92
    sigma 2.0 (share 0.88)     0.67  0.78   0.86    0.91
    =========================  ====  ====  =====  ======

    (Simulated; standard errors are 0.01, and 0.02 in the last column.) Up to 1,000 customers
    nine misses in ten had the truth above `upper`. The Gini coefficient does worse: 0.64, 0.80,
    0.90 and 0.93 for sigma 1.5. Read the limits as too low and too narrow below some thousands
    of customers.

    A resample in which nobody spent anything is drawn again.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> top_share_interval([80, 10, 5, 3, 2, 60, 4, 4, 1, 1]).round(2)
       estimate  lower  upper  level
    0      0.82   0.36   0.88   0.95
    """
    top = check_fraction("top", top)
    return bootstrap_interval(
        scale_to_highest(value),
        partial(top_share_of, top=top),
        level=level,
        n_resamples=n_resamples,
        seed=seed,
    )


def gini_interval(
    value: ArrayLike, *, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Gini coefficient with bootstrap limits.

    The limits have the meaning, and the weakness, described for `top_share_interval`.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives; at least two customers.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples, at least 2 / (1 - level).
    seed : int, default=0
        Seed of the random draws; the same seed gives the same limits.

    Returns
    -------
    DataFrame
        One row; columns `estimate`, `lower`, `upper` (Gini coefficients) and `level`.

    Raises
    ------
    InputError
        As for `gini`; also for one customer only, `level` outside (0, 1) or too few resamples.

    See Also
    --------
    top_share_interval : what the limits mean and how often they hold.

    Examples
    --------
    >>> gini_interval([80, 10, 5, 3, 2, 60, 4, 4, 1, 1]).round(2)
       estimate  lower  upper  level
    0      0.69    0.3   0.73   0.95
    """
    return bootstrap_interval(
        scale_to_highest(value), gini_of, level=level, n_resamples=n_resamples, seed=seed
    )
