"""Units of time, and what a yearly rate of interest means in each of them."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_number

__all__ = ["UNIT_DAYS", "Unit", "force_of_interest", "months_between", "rate_per"]

Unit = Literal["D", "W", "M", "Q", "Y"]

# Days in one unit. A month is the mean month, 365.25 / 12, not a page of the calendar.
UNIT_DAYS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Q": 91.3125, "Y": 365.25}


def rate_per(discount_rate: float, unit: str, *, per: str = "Y") -> float:
    """Convert an effective discount rate per `per` to the effective rate per `unit`.

    Parameters
    ----------
    discount_rate : float
        Effective rate per `per`, above -1: 0.1 makes 100 today worth 110 one `per` later.
    unit : {"D", "W", "M", "Q", "Y"}
        Unit of the result.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`; a year has 365.25 days.

    Returns
    -------
    float
        Effective rate per `unit`.

    Raises
    ------
    InputError
        If the rate is -1 or less or not finite, or a unit is unknown.
    InputTypeError
        If the rate is not a number.

    Examples
    --------
    >>> round(rate_per(0.15, "W"), 6)
    0.002682
    """
    return math.expm1(force_of_interest(discount_rate, unit, per=per))


def force_of_interest(discount_rate: float, unit: str, *, per: str = "Y") -> float:
    """Continuously compounded rate per `unit` of an effective `discount_rate` per `per`.

    Parameters, errors: as `rate_per`.

    Examples
    --------
    >>> round(force_of_interest(0.15, "W"), 6)
    0.002679
    """
    rate = check_number(
        "discount_rate",
        discount_rate,
        low=-1,
        open_low=True,
        remedy=f"It is an effective rate per {per!r}: 0.1 means 10 %.",
    )
    check_choice("unit", unit, UNIT_DAYS)
    check_choice("per", per, UNIT_DAYS)
    return math.log1p(rate) * UNIT_DAYS[unit] / UNIT_DAYS[per]


def months_between(start: NDArray[np.datetime64], day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Whole calendar months from `start` to `day`, both arrays of days.

    The last monthly anniversary of `start` that is not after `day`: on the same day of the month
    or, where the month is too short, on its last day. Negative where `day` is before `start`.

    Examples
    --------
    >>> days = np.array(["2024-02-28", "2024-02-29", "2024-04-29"], dtype="datetime64[D]")
    >>> months_between(np.full(3, np.datetime64("2024-01-31")), days)
    array([0, 1, 2])
    """
    month, start_month = day.astype("datetime64[M]"), start.astype("datetime64[M]")
    one = np.timedelta64(1, "D")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")) // one
    day_of_month = (day - month) // one + 1
    due = np.minimum((start - start_month) // one + 1, length)
    return (month - start_month).astype("int64") - (day_of_month < due)
