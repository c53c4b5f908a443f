"""Calendar periods and the days in them, for expressions and for numbers alike."""

import datetime as dt
from typing import Literal

import ibis
import pandas as pd

from crmlab._types import Day

__all__ = ["PERIODS", "Day", "Period", "index_of", "starts"]

Period = Literal["W", "M", "Q", "Y"]

_FIRST_MONDAY = dt.date(1969, 12, 29)
_MONTHS = {"M": 1, "Q": 3, "Y": 12}

# Day of an expression -> number of its period; neighbours differ by one.
PERIODS = {
    "W": lambda day: day.delta(ibis.literal(_FIRST_MONDAY), unit="day") // 7,
    "M": lambda day: day.year() * 12 + day.month() - 1,
    "Q": lambda day: day.year() * 4 + day.quarter() - 1,
    "Y": lambda day: day.year(),
}


def index_of(day: dt.date, period: Period) -> int:
    """Number of the period a day lies in, as `PERIODS` counts.

    Examples
    --------
    >>> index_of(dt.date(1970, 1, 5), "W"), index_of(dt.date(1970, 1, 5), "Q")
    (1, 7880)
    """
    if period == "W":
        return (day - _FIRST_MONDAY).days // 7
    return (day.year * 12 + day.month - 1) // _MONTHS[period]


def starts(index: pd.Series, period: Period) -> pd.Series:
    """First days of numbered periods.

    Examples
    --------
    >>> starts(pd.Series([1, 2]), "W").dt.strftime("%Y-%m-%d").tolist()
    ['1970-01-05', '1970-01-12']
    """
    if period == "W":
        return pd.Timestamp(_FIRST_MONDAY) + pd.to_timedelta(index * 7, unit="D")
    since_1970 = index.to_numpy() * _MONTHS[period] - 1970 * 12
    stamps = since_1970.astype("datetime64[M]").astype("datetime64[s]")
    return pd.Series(stamps, index=index.index)
