"""Measures of share: free of currency and of row order."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_fraction
from crmlab.concentration._arithmetic import (
    accumulate_from_top,
    count_distinct,
    gini_of,
    running_total,
    top_share_of,
)

__all__ = ["gini", "lorenz_curve", "share_needed", "top_share"]


def lorenz_curve(value: ArrayLike) -> pd.DataFrame:
    """Lorenz curve: share of value held by the least valuable customers.

    The curve is straight between customers of equal value, so one point per distinct value draws
    it exactly, however large the base.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.

    Returns
    -------
    DataFrame
        From (0, 0) to (1, 1), smallest customers first; columns

        * `customer_share` : fraction of customers counted so far, in [0, 1]
        * `value_share` : fraction of total value they hold, in [0, 1]

    Raises
    ------
    InputError
        If `value` is empty, all zeros, or has a negative or missing entry.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association, 9(70), 209-219.

    Examples
    --------
    >>> lorenz_curve([6, 2, 2])
       customer_share  value_share
    0        0.000000          0.0
    1        0.666667          0.4
    2        1.000000          1.0
    """
    values, counts = count_distinct(value)
    customers = running_total(counts)
    held = running_total(values * counts)
    return pd.DataFrame(
        {"customer_share": customers / customers[-1], "value_share": held / held[-1]}
    )


def gini(value: ArrayLike) -> float:
    """Gini coefficient: 0 when all customers are equal, near 1 when one holds everything.

    The uncorrected population form: twice the area between the Lorenz curve and the diagonal, or
    half the mean difference between two customers relative to the mean.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.

    Returns
    -------
    float
        In [0, (n_customers - 1) / n_customers].

    Raises
    ------
    InputError
        If `value` is empty, all zeros, or has a negative or missing entry.

    See Also
    --------
    gini_interval : the same with limits.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.

    Examples
    --------
    >>> gini([1, 1, 1, 1])
    0.0
    >>> gini([0, 0, 0, 8])
    0.75
    """
    return gini_of(*count_distinct(value))


def top_share(value: ArrayLike, *, top: float = 0.2) -> float:
    """Share of total value held by the most valuable customers.

    A cut-off inside a customer is interpolated, so the result moves smoothly with `top`.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.
    top : float, default=0.2
        Fraction of customers counted as "top", in [0, 1].

    Returns
    -------
    float
        Share in [0, 1].

    Raises
    ------
    InputError
        If `top` is outside [0, 1], or `value` is empty, all zeros, or has a negative or missing
        entry.

    See Also
    --------
    share_needed : the inverse.
    top_share_interval : the same with limits.

    References
    ----------
    Schmittlein, D. C., Cooper, L. G. and Morrison, D. G. (1993). Truth in concentration in the
    land of (80/20) laws. Marketing Science, 12(2).

    Examples
    --------
    >>> top_share([80, 10, 5, 3, 2])
    0.8
    >>> top_share([6, 2], top=0.25)
    0.375
    """
    top = check_fraction("top", top)
    return top_share_of(*count_distinct(value), top=top)


def share_needed(value: ArrayLike, *, share: float = 0.8) -> float:
    """Smallest fraction of customers that holds a given share of total value.

    The inverse of `top_share`: a cut-off inside a customer is interpolated.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.
    share : float, default=0.8
        Share of total value to be held, in [0, 1].

    Returns
    -------
    float
        Fraction of customers in [0, 1].

    Raises
    ------
    InputError
        If `share` is outside [0, 1], or `value` is empty, all zeros, or has a negative or
        missing entry.

    See Also
    --------
    top_share : the inverse.

    Examples
    --------
    >>> share_needed([80, 10, 5, 3, 2])
    0.2
    >>> share_needed([5, 5, 0, 0], share=1)
    0.5
    """
    share = check_fraction("share", share)
    values, counts = count_distinct(value)
    customers, held = accumulate_from_top(values, counts)
    # Customers with zero add nothing: without the last point they are never needed.
    last = customers.size - int(values[0] == 0)
    needed = np.interp(share * held[-1], held[:last], customers[:last])
    return float(needed / customers[-1])
