"""Intervals in the one shape every module returns: a row `estimate, lower, upper, level`."""

from collections.abc import Callable
from math import ceil, isnan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError

__all__ = ["Statistic", "bootstrap_interval", "check_resampling", "interval_row"]

# Takes the distinct values in ascending order and the number of customers with each; a number may
# be zero. Returns nan where the measure has no meaning, such as a share of a total of zero.
Statistic = Callable[[NDArray[np.float64], NDArray[np.int64]], float]

# Draws allowed for each resample asked for: an end to redrawing where the measure never exists.
_DRAWS_PER_RESAMPLE = 10


def interval_row(estimate: float, lower: float, upper: float, *, level: float) -> pd.DataFrame:
    """Return one row with columns `estimate, lower, upper, level`."""
    return pd.DataFrame(
        {"estimate": [estimate], "lower": [lower], "upper": [upper], "level": [level]}, dtype=float
    )


def bootstrap_interval(
    value: NDArray[np.float64],
    statistic: Statistic,
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Percentile bootstrap interval of a measure over customers.

    Customers with equal values are exchangeable, so drawing how often each distinct value occurs
    has the same distribution as drawing customers with replacement. Time and memory then grow
    with the number of distinct values: ten million customers who spend in whole cents hold a few
    hundred thousand.

    Parameters
    ----------
    value : ndarray of shape (n_customers,)
        Checked value per customer; at least two customers.
    statistic : callable
        Takes (distinct values ascending, customers with each), returns a float. A resample for
        which it returns nan is drawn again.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples; at least one must fall outside each limit: 40 at level 0.95.
    seed : int, default=0
        Seed of the random draws; the same seed gives the same limits.

    Returns
    -------
    DataFrame
        One row: `estimate` (of the data as they are), `lower`, `upper`, `level`.

    Raises
    ------
    InputError
        If there is one customer only, if an option is out of range, or if the measure has no
        meaning in nearly all resamples.
    InputTypeError
        If an option has the wrong type.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> import numpy as np
    >>> def mean(values, counts):
    ...     return float(np.average(values, weights=counts))
    >>> bootstrap_interval(np.array([1.0, 2.0, 2.0, 3.0]), mean)
       estimate  lower  upper  level
    0       2.0   1.25   2.75   0.95
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    if value.size < 2:
        raise InputError(
            "`value` must hold at least two customers for an interval; got 1. "
            "One customer says nothing about how customers differ: pass more, "
            "or report the estimate alone."
        )
    values, counts = np.unique(value, return_counts=True)
    replicates = _draw_replicates(values, counts, statistic, n_resamples=n_resamples, seed=seed)
    lower, upper = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return interval_row(statistic(values, counts), lower, upper, level=level)


def check_resampling(*, level: float, n_resamples: int, seed: int) -> None:
    """Raise unless limits at this level can be read off this many resamples."""
    check_fraction("level", level, open_ends=True)
    check_count("n_resamples", n_resamples)
    check_count("seed", seed, minimum=0)
    # Rounded first, so that 2 / (1 - 0.9) = 20.000000000000004 asks for 20.
    needed = ceil(round(2 / (1 - level), 6))
    if n_resamples < needed:
        raise InputError(
            f"`n_resamples` must be at least {needed:,} for level {level:g}; got {n_resamples:,}. "
            "Ask for more resamples or a lower level."
        )


def _draw_replicates(
    values: NDArray[np.float64],
    counts: NDArray[np.int64],
    statistic: Statistic,
    *,
    n_resamples: int,
    seed: int,
) -> NDArray[np.float64]:
    """`statistic` of `n_resamples` resamples for which it is not nan."""
    rng = np.random.default_rng(seed)
    n_customers = int(counts.sum())
    probabilities = counts / n_customers
    found: list[float] = []
    n_draws = _DRAWS_PER_RESAMPLE * n_resamples
    for _ in range(n_draws):
        replicate = statistic(values, rng.multinomial(n_customers, probabilities))
        if not isnan(replicate):
            found.append(replicate)
        if len(found) == n_resamples:
            return np.array(found)
    raise InputError(
        f"`value` must give the measure a meaning in most resamples; got {len(found):,} of "
        f"{n_draws:,}. Pass more customers."
    )
