"""One budget for winning and keeping: what each way to split it brings."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_number, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.acquisition._optimal import check_curve
from crmlab.acquisition._response import ResponseCurve

__all__ = ["budget_split"]


def budget_split(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    *,
    budget: float,
    n_prospects: float,
    n_customers: float,
    value_won: float,
    value_kept: float | None = None,
    shares: ArrayLike | None = None,
) -> pd.DataFrame:
    """Split a period's budget between winning prospects and keeping customers, in every way.

    What counts is the value of the customers who are there at the end, whoever they are, less the
    budget. Customers who would have stayed anyway (the floor of `retention`) count too; since they
    are the same for every split, they do not move the best one.

    Parameters
    ----------
    acquisition : ResponseCurve
        Share of prospects won, by money spent on each.
    retention : ResponseCurve
        Share of customers kept, by money spent on each.
    budget : float
        To be spent in the period, in currency; 0 or more.
    n_prospects, n_customers : float
        People the money can be spent on; above 0.
    value_won : float
        Of a customer won, from the end of the period on, in currency; above 0.
    value_kept : float, optional
        Of a customer kept, likewise. Default: that of a customer won.
    shares : array-like, optional
        Shares of the budget for keeping, in [0, 1]. Default: 0, 0.05, ..., 1.

    Returns
    -------
    DataFrame
        One row per share; columns

        * `share` : of the budget that goes into keeping
        * `acquisition_spend`, `retention_spend` : in currency, in all
        * `n_won`, `n_kept` : customers expected, without rounding
        * `equity` : value of those customers less the budget, in currency
        * `next_won`, `next_kept` : value that one more unit of currency adds in winning, and in
          keeping; below 1 it does not come back
        * `best` : share for keeping at which `equity` is largest, the same in every row

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If a curve is not a `ResponseCurve`.

    Notes
    -----
    Closed form. Where both get money, the next unit brings the same in both: with slopes k, j and
    room c, e between floor and ceiling, k c v exp(-k A / n) = j e w exp(-j R / m), which is linear
    in A and R, and A + R is the budget. Otherwise all goes where the next unit brings more.

    References
    ----------
    Blattberg, R. C. and Deighton, J. (1996). Manage marketing by the customer equity test.
    Harvard Business Review 74(4), 136-144, for the curves. Reinartz, W., Thomas, J. S. and Kumar,
    V. (2005). Balancing acquisition and retention resources to maximize customer profitability.
    Journal of Marketing 69(1), 63-79, for the question.

    Examples
    --------
    >>> winning = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
    >>> keeping = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.5)
    >>> table = budget_split(
    ...     winning, keeping, budget=30_000, n_prospects=2_000, n_customers=500, value_won=200,
    ...     shares=[0, 0.5, 1],
    ... )
    >>> table[["share", "n_won", "n_kept", "equity", "next_won", "next_kept", "best"]].round(2)
       share   n_won  n_kept    equity  next_won  next_kept  best
    0    0.0  143.56  250.00  48712.91      0.83       1.15  0.29
    1    0.5   76.68  320.10  49355.72      0.95       0.75  0.29
    2    1.0    0.00  365.62  43125.00      1.09       0.49  0.29
    """
    check_curve("acquisition", acquisition)
    check_curve("retention", retention)
    money = check_number("budget", budget, low=0)
    sizes = {"n_prospects": n_prospects, "n_customers": n_customers, "value_won": value_won}
    n, m, v = (check_number(name, one, low=0, open_low=True) for name, one in sizes.items())
    w = v if value_kept is None else check_number("value_kept", value_kept, low=0, open_low=True)
    share = _read_shares(shares)
    win, keep = money * (1 - share), money * share
    won, kept = n * acquisition.rate(win / n), m * retention.rate(keep / m)
    return pd.DataFrame(
        {
            "share": share,
            "acquisition_spend": win,
            "retention_spend": keep,
            "n_won": won,
            "n_kept": kept,
            "equity": won * v + kept * w - money,
            "next_won": _next(acquisition, win / n, v),
            "next_kept": _next(retention, keep / m, w),
            "best": _best(acquisition, retention, money, (n, m), (v, w)),
        }
    )


def _read_shares(shares: ArrayLike | None) -> Floats:
    if shares is None:
        return np.linspace(0, 1, 21)
    read = check_vector("shares", shares)
    if read.max(initial=0.0) > 1:
        raise InputError(f"`shares` must be in [0, 1]; got {read.max():g}.")
    return read


def _next(curve: ResponseCurve, spend: Floats, value: float) -> Floats:
    """Value that one more unit of currency adds."""
    return np.asarray(value * curve.slope * curve.room * np.exp(-curve.slope * spend))


def _best(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    budget: float,
    people: tuple[float, float],
    values: tuple[float, float],
) -> float:
    """Share for keeping at which the next unit brings the same in both, within [0, 1]."""
    if budget == 0:
        return float("nan")
    win, keep = acquisition.slope / people[0], retention.slope / people[1]
    first = math.log(acquisition.slope * acquisition.room * values[0])
    other = math.log(retention.slope * retention.room * values[1])
    kept = (other - first + win * budget) / (win + keep)
    return min(max(kept / budget, 0.0), 1.0)
