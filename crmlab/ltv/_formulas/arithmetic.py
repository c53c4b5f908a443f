"""Lifetime value from a margin and a retention rate that stay as they are."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_count
from crmlab._errors import InputError
from crmlab._units import UNIT_DAYS, rate_per
from crmlab.ltv._formulas.arguments import Floats, common_index, count_bad, label_like, read_numbers

__all__ = [
    "PAYMENTS",
    "Payment",
    "Period",
    "annuity",
    "check_finite",
    "check_retention",
    "find_rate",
    "simple_ltv",
]

Payment = Literal["advance", "renewal", "arrears"]
Period = Literal["D", "W", "M", "Q", "Y"]

PAYMENTS = ("advance", "renewal", "arrears")


def simple_ltv(
    margin: ArrayLike,
    retention: ArrayLike,
    *,
    discount_rate: float,
    payment: Payment = "renewal",
    n_periods: int | None = None,
    acquisition_cost: ArrayLike = 0.0,
    period: Period = "Y",
    per: Period = "Y",
) -> "float | pd.Series | Floats":
    """Present value of a customer with a constant margin and retention rate.

    Three conventions are in use, and they differ by as much as a whole payment. With margin m,
    retention r and discount rate d per period, and no end:

    * "advance", m (1 + d) / (1 + d - r): paid at the start of each period, the first one now and
      for certain. A new subscriber.
    * "renewal", m r / (1 + d - r): paid at the end of each period by those who are then retained.
      A subscriber who has just paid.
    * "arrears", m / (1 + d - r): paid at the end of each period by all who began it. A bill that
      follows the service.

    Parameters
    ----------
    margin : float or array-like of shape (n_segments,)
        Margin per customer and period, in currency; may be negative.
    retention : float or array-like of shape (n_segments,)
        Probability of staying from one period to the next, in [0, 1].
    discount_rate : float
        Effective rate per `per`, above -1.
    payment : {"advance", "renewal", "arrears"}, default="renewal"
        When the margin is paid; see above.
    n_periods : int, optional
        Number of payments counted, at least 1. Default: no end.
    acquisition_cost : float or array-like of shape (n_segments,), default=0.0
        Cost of winning the customer, in currency, paid now; taken off the value.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `margin`, `retention` and `n_periods`.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    float, Series or ndarray of shape (n_segments,)
        Value per customer today, in currency: a Series where an argument is one, an array where
        one is array-like, else a float.

    Raises
    ------
    InputError
        If a number is missing or out of range, lengths or indexes differ, or the value is
        infinite: without an end, retention must be below 1 + the discount rate per period.
    InputTypeError
        If an argument is not a number.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18 ("renewal").

    Examples
    --------
    >>> round(simple_ltv(100, 0.8, discount_rate=0.12), 2)
    250.0
    >>> round(simple_ltv(100, 0.8, discount_rate=0.12, payment="advance"), 2)
    350.0
    >>> segments = pd.DataFrame({"margin": [100.0, 40.0], "retention": [0.8, 0.9]})
    >>> segments.index = ["gold", "silver"]
    >>> simple_ltv(segments["margin"], segments["retention"], discount_rate=0.12).round(2)
    gold      250.00
    silver    163.64
    Name: ltv, dtype: float64
    """
    check_choice("payment", payment, PAYMENTS)
    rate = find_rate(discount_rate, period, per)
    horizon = None if n_periods is None else check_count("n_periods", n_periods)
    paid = read_numbers("margin", margin, negative=True)
    stay = check_retention(retention)
    spent = read_numbers("acquisition_cost", acquisition_cost)
    index = common_index(margin=margin, retention=retention, acquisition_cost=acquisition_cost)
    with np.errstate(over="ignore", invalid="ignore"):
        value = paid * annuity(stay, rate, payment=payment, n_periods=horizon) - spent
    check_finite(value)
    return label_like(value, index)


def find_rate(discount_rate: float, period: str, per: str) -> float:
    """Return the discount rate per `period`; check the units by the names callers know."""
    check_choice("period", period, UNIT_DAYS)
    return rate_per(discount_rate, period, per=per)


def check_retention(retention: Any) -> Floats:
    """Return retention rates as floats in [0, 1]."""
    stay = read_numbers("retention", retention, negative=True)
    outside = (stay < 0) | (stay > 1)
    if outside.any():
        raise InputError(
            f"`retention` must be in [0, 1]; {count_bad(stay, outside)}. Write 80 % as 0.8."
        )
    return stay


def annuity(
    retention: Floats, rate: float, *, payment: str, n_periods: int | None = None
) -> Floats:
    """Present value of one unit of margin per period: the margin multiple."""
    # One less than the ratio of the geometric series, without the cancellation of ratio - 1.
    excess = (retention - 1 - rate) / (1 + rate)
    total = _endless(retention, rate, excess) if n_periods is None else _partial(excess, n_periods)
    first: dict[str, Any] = {
        "advance": 1.0,
        "renewal": retention / (1 + rate),
        "arrears": 1 / (1 + rate),
    }
    return first[payment] * total


def _endless(retention: Floats, rate: float, excess: Floats) -> Floats:
    infinite = excess >= 0
    if infinite.any():
        raise InputError(
            f"`retention` must be below 1 + the discount rate per period, {1 + rate:.6g}; "
            f"{count_bad(retention, infinite)}, and the value would be infinite. "
            "Set `n_periods` or a higher `discount_rate`."
        )
    return -1 / excess


def _partial(excess: Floats, n_periods: int) -> Floats:
    """Sum of the first terms of a geometric series, also where its ratio is one."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        summed = np.expm1(n_periods * np.log1p(excess)) / excess
    return np.where(excess == 0, float(n_periods), summed)


def check_finite(value: Floats) -> None:
    """Raise InputError where arithmetic has overflowed."""
    if not np.isfinite(value).all():
        raise InputError(
            "The value overflows. Use a larger unit of money, fewer periods or a higher "
            "`discount_rate`."
        )
