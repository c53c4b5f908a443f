"""Intervals and draws against what came: how often they held, and where outcomes fell."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from crmlab._checks import check_columns, check_count, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._formulas.arguments import common_index
from crmlab.ltv._validation.holdout import read_outcomes

__all__ = ["interval_coverage", "randomised_pit"]


def interval_coverage(
    intervals: pd.DataFrame, actual: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """Share of customers, or segments, whose interval held what really happened.

    Parameters
    ----------
    intervals : DataFrame
        As `predictive_intervals` returns it: `lower`, `upper` and one common `level`.
    actual : array-like of shape (n_rows,)
        What happened; a Series needs the index of `intervals`.
    level : float, default=0.95
        Probability of the Wilson interval around the share, in (0, 1). It takes the rows as
        independent.

    Returns
    -------
    DataFrame
        One row: `estimate` (share of intervals that held, ends included), `lower`, `upper`,
        `level` (of these two), `nominal` (the level of `intervals`) and `n` (number of them).
        Counts are whole numbers, so honest intervals for them cover more than `nominal`; for
        those look at `randomised_pit`.

    Raises
    ------
    InputTypeError, InputError
        If columns are missing, levels differ, entries are missing or no numbers, the index
        differs, or `level` is outside (0, 1).

    References
    ----------
    Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference", JASA
    22(158). Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion",
    Statistical Science 16(2).

    Examples
    --------
    >>> import pandas as pd
    >>> held = pd.DataFrame({"lower": [0, 1, 0, 2], "upper": [2, 4, 1, 6], "level": 0.9})
    >>> interval_coverage(held, [1, 4, 3, 5]).round(3)
       estimate  lower  upper  level  nominal  n
    0      0.75  0.301  0.954   0.95      0.9  4
    """
    check_fraction("level", level, open_ends=True)
    if not isinstance(intervals, pd.DataFrame):
        raise InputTypeError(f"`intervals` must be a DataFrame; got {type(intervals).__name__}.")
    check_columns(intervals.columns, ["lower", "upper", "level"], what="`intervals`")
    done = read_outcomes("actual", actual)
    common_index(intervals=intervals["lower"], actual=actual)
    lower, upper, nominal = (
        read_outcomes(name, intervals[name]) for name in ("lower", "upper", "level")
    )
    if np.ptp(nominal) > 0:
        raise InputError(
            "`intervals` must have one `level`; "
            f"got {', '.join(f'{each:g}' for each in np.unique(nominal))}. Evaluate each by itself."
        )
    share = float(((lower <= done) & (done <= upper)).mean())
    low, high = _wilson(share, len(done), level)
    return pd.DataFrame(
        {
            "estimate": [share],
            "lower": low,
            "upper": high,
            "level": float(level),
            "nominal": nominal[0],
            "n": len(done),
        }
    )


def _wilson(share: float, n: int, level: float) -> tuple[float, float]:
    z = float(norm.ppf((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def randomised_pit(draws: pd.DataFrame, actual: ArrayLike, *, seed: int = 0) -> pd.Series:
    """Where in its predictive distribution each outcome fell, ties broken at random.

    If the distributions are right, the values are uniform between 0 and 1, also for counts and
    for few draws: a heap in the middle says too wide, heaps at both ends too narrow, one at an
    end too low or too high.

    Parameters
    ----------
    draws : DataFrame of shape (n_customers, n_draws)
        As `predictive_draws` returns it.
    actual : array-like of shape (n_customers,)
        What happened; a Series needs the index of `draws`.
    seed : int, default=0
        Seed of the random tie-breaking.

    Returns
    -------
    Series
        Randomised probability-integral transform, in [0, 1], indexed as `draws`.

    Raises
    ------
    InputTypeError, InputError
        If `draws` has no rows or columns, entries are missing or no numbers, or the index
        differs.

    References
    ----------
    Czado, Gneiting and Held (2009), "Predictive Model Assessment for Count Data", Biometrics
    65(4).

    Examples
    --------
    >>> import pandas as pd
    >>> draws = pd.DataFrame([[0, 0, 0, 1], [2, 3, 5, 9]])
    >>> randomised_pit(draws, [1, 0]).between([0.6, 0.0], [1.0, 0.2]).tolist()
    [True, True]
    """
    if not isinstance(draws, pd.DataFrame):
        raise InputTypeError(f"`draws` must be a DataFrame; got {type(draws).__name__}.")
    if draws.empty:
        raise InputError("`draws` must have at least one row and one column; got none.")
    rng = np.random.default_rng(check_count("seed", seed, minimum=0))
    done = read_outcomes("actual", actual)
    common_index(draws=draws.iloc[:, 0], actual=actual)
    try:
        drawn = draws.to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputTypeError(f"`draws` must hold numbers; {error}.") from error
    if not np.isfinite(drawn).all():
        raise InputError("`draws` must be finite and not missing.")
    below = (drawn < done[:, None]).sum(axis=1)
    ties = (drawn == done[:, None]).sum(axis=1)
    # The outcome is one more draw: its rank among all of them, spread over its own place.
    place = (below + rng.random(len(done)) * (ties + 1)) / (drawn.shape[1] + 1)
    return pd.Series(place, index=draws.index, name="pit")
