"""Calendar months: renewals fall on the day of the month a subscription began."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings

__all__ = ["Days", "anniversary", "calendar_months", "last_day_of"]

Days = NDArray[np.datetime64]
_DAY = np.timedelta64(1, "D")


def calendar_months(settings: CompanySettings) -> Days:
    """Calendar months from that of the first day to that of the last day."""
    periods = pd.period_range(settings.first_day, settings.last_day, freq="M")
    months: Days = periods.to_timestamp().to_numpy().astype("datetime64[M]")
    return months


def last_day_of(month: Days) -> Days:
    """Last day of each month."""
    following: Days = (month + 1).astype("datetime64[D]")
    last: Days = following - _DAY
    return last


def anniversary(start: Days, months: NDArray[np.int64]) -> Days:
    """Day so many calendar months after `start`.

    The same day of the month or, where the month is too short, its last day.

    Examples
    --------
    >>> anniversary(np.array(["2024-01-31"], "datetime64[D]"), np.array([1])).tolist()
    [datetime.date(2024, 2, 29)]
    """
    begun: Days = start.astype("datetime64[M]")
    month: Days = begun + months
    due = month.astype("datetime64[D]") + (start - begun.astype("datetime64[D]"))
    return np.minimum(due, last_day_of(month))
