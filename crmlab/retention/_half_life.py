"""How long until half of the customers have left."""

import math

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number

__all__ = ["constant_survival", "half_life", "retention_for_half_life"]


def half_life(retention: float) -> float:
    """Periods until half of the customers have left, at one retention rate.

    Parameters
    ----------
    retention : float
        Probability of staying from one period to the next, in [0, 1].

    Returns
    -------
    float
        Periods, ln(0.5) / ln(retention): 0 where nobody stays, infinite where nobody leaves.

    Raises
    ------
    InputError
        If `retention` is outside [0, 1].
    InputTypeError
        If it is not a number.

    See Also
    --------
    retention_for_half_life : the inverse.

    Notes
    -----
    In a base of unlike customers those who are likely to leave go first, so that retention rises
    and the second half takes longer than the first. Then read the median off
    ``ltv.ShiftedBetaGeometric`` rather than off the average rate.

    Examples
    --------
    >>> round(half_life(0.8), 2)
    3.11
    """
    stay = check_fraction("retention", retention)
    if stay in (0, 1):
        return math.inf if stay else 0.0
    return math.log(0.5) / math.log(stay)


def retention_for_half_life(periods: float) -> float:
    """Retention rate at which half of the customers leave in so many periods.

    Parameters
    ----------
    periods : float
        Periods until half have left; above 0.

    Returns
    -------
    float
        Probability of staying from one period to the next, in (0, 1).

    Raises
    ------
    InputError
        If `periods` is not above 0.
    InputTypeError
        If it is not a number.

    References
    ----------
    Reichheld, F. F. (1996). The Loyalty Effect. Harvard Business School Press: on average US
    firms lose half of their customers in five years.

    Examples
    --------
    "Half in five years" keeps 87 of 100 customers a year, and loses 13.

    >>> round(retention_for_half_life(5), 4)
    0.8706
    """
    length = check_number("periods", periods, low=0, open_low=True)
    return 0.5 ** (1 / length)


def constant_survival(retention: float, *, n_periods: int = 10) -> pd.DataFrame:
    """Share of a base that is still there after each period, at one retention rate.

    Parameters
    ----------
    retention : float
        Probability of staying from one period to the next, in [0, 1].
    n_periods : int, default=10
        Periods, at least 1.

    Returns
    -------
    DataFrame
        `t`, from 0 to `n_periods`; `survival`, in [0, 1]; `half_life`, periods until half have
        left, the same in every row.

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If one is not a number.

    Examples
    --------
    >>> constant_survival(0.8, n_periods=2).round(2)
       t  survival  half_life
    0  0      1.00       3.11
    1  1      0.80       3.11
    2  2      0.64       3.11
    """
    t = np.arange(check_count("n_periods", n_periods) + 1)
    half = half_life(retention)
    return pd.DataFrame({"t": t, "survival": float(retention) ** t, "half_life": half})
