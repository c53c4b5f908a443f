"""The calendar period that a table counts in: as told, or as its dates tell it."""

import pandas as pd

from crmlab._checks import check_choice
from crmlab._errors import InputError

__all__ = ["PERIOD_WORDS", "find_period", "name_periods"]

PERIOD_WORDS = {"W": "week", "M": "month", "Q": "quarter", "Y": "year"}
# Days from one period to the next.
_DAYS = {"W": (7, 7), "M": (28, 31), "Q": (90, 92), "Y": (365, 366)}


def find_period(period: str | None, name: str, apart: float) -> str:
    """Return the period asked for, or the one whose neighbours lie that many days apart.

    Parameters
    ----------
    period : {"W", "M", "Q", "Y"} or None
        As asked for.
    name : str
        Name of the table, for messages.
    apart : float
        Mean number of days between neighbouring periods of the table; missing if there are none.
    """
    if period is not None:
        check_choice("period", period, PERIOD_WORDS)
        return period
    for found, (fewest, most) in _DAYS.items():
        if fewest <= apart <= most:
            return found
    raise InputError(
        f"`period` must be given for this `{name}`, whose dates do not tell it. Pass one of "
        f"{', '.join(map(repr, PERIOD_WORDS))}."
    )


def name_periods(starts: pd.Index, period: str) -> list[str]:
    """Name periods by their first day, no longer than needed."""
    days = pd.DatetimeIndex(starts)
    if period == "Q":
        return [f"{day.year}-Q{day.quarter}" for day in days]
    return list(days.strftime({"Y": "%Y", "M": "%Y-%m", "W": "%Y-%m-%d"}[period]))
