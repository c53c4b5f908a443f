"""Seasons of the orders, and the change of time that puts them into a process without seasons."""

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike

from crmlab._types import Floats
from crmlab.company import CompanySettings

__all__ = ["OperationalTime", "season_curve"]


# Month and day of 설날 and 추석 in Korea, each the middle one of three holidays.
_LUNAR: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {
    2015: ((2, 19), (9, 27)),
    2016: ((2, 8), (9, 15)),
    2017: ((1, 28), (10, 4)),
    2018: ((2, 16), (9, 24)),
    2019: ((2, 5), (9, 13)),
    2020: ((1, 25), (10, 1)),
    2021: ((2, 12), (9, 21)),
    2022: ((2, 1), (9, 10)),
    2023: ((1, 22), (9, 29)),
    2024: ((2, 10), (9, 17)),
    2025: ((1, 29), (10, 6)),
    2026: ((2, 17), (9, 25)),
    2027: ((2, 7), (9, 15)),
    2028: ((1, 27), (10, 3)),
    2029: ((2, 13), (9, 22)),
    2030: ((2, 3), (9, 12)),
    2031: ((1, 23), (10, 1)),
    2032: ((2, 11), (9, 19)),
    2033: ((1, 31), (9, 8)),
    2034: ((2, 19), (9, 27)),
    2035: ((2, 8), (9, 16)),
}

# Month, day, spread in days, and height on the log scale of what every year brings.
_YEARLY = (
    (3, 5, 9.0, 0.35),  # the school year starts
    (7, 31, 12.0, -0.35),  # families are away
    (8, 28, 8.0, 0.30),  # the second term starts
)
# Days from a lunar holiday, spread in days, and height on the log scale.
_BEFORE = (-9.0, 4.0, 0.35)  # presents
_HOLIDAY = -1.2  # log intensity of each of the three holidays


def season_curve(first_day: dt.date, n_days: int, strength: float = 1.0) -> Floats:
    """Intensity of orders per day, with a mean of exactly 1 in each calendar year.

    High before 설날 and 추석 and at the start of both school terms, low on the holidays and in
    the summer break. 설날 and 추석 follow the moon and are known for 2015 to 2035; other years
    have the school seasons only.

    Parameters
    ----------
    first_day : date
        Day of the first entry.
    n_days : int
        Length of the curve.
    strength : float, default=1
        The seasons are multiplied by it on the log scale; 0 is flat.

    Returns
    -------
    ndarray of shape (n_days,)
        Positive. A curve that covers a calendar year in part is a part of that year's curve.

    Examples
    --------
    >>> curve = season_curve(dt.date(2024, 1, 1), 366)
    >>> round(float(curve.mean()), 12)
    1.0
    >>> bool(curve[40] < 0.5)  # 2024-02-10 is 설날
    True
    """
    last_day = first_day + dt.timedelta(days=n_days - 1)
    years = [_curve_of_year(year, strength) for year in range(first_day.year, last_day.year + 1)]
    start = (first_day - dt.date(first_day.year, 1, 1)).days
    return np.concatenate(years)[start : start + n_days]


def _curve_of_year(year: int, strength: float) -> Floats:
    """The curve of a calendar year."""
    january = dt.date(year, 1, 1)
    day = np.arange((dt.date(year + 1, 1, 1) - january).days, dtype=float)
    height = np.zeros(len(day))
    for month, of_month, spread, top in _YEARLY:
        middle = (dt.date(year, month, of_month) - january).days
        height += _bump(day - middle, spread, top)
    for month, of_month in _LUNAR.get(year, ()):
        away = day - (dt.date(year, month, of_month) - january).days
        ahead, spread, top = _BEFORE
        height += np.where(away < -1, _bump(away - ahead, spread, top), 0.0)
        height += np.where(np.abs(away) <= 1, _HOLIDAY, 0.0)
    curve = np.exp(strength * height)
    return curve / curve.mean()


def _bump(away: Floats, spread: float, top: float) -> Floats:
    return top * np.exp(-0.5 * (away / spread) ** 2)


class OperationalTime:
    """A time scale that runs fast in season: on it the orders of a customer have no seasons.

    A process drawn on this scale and read on the calendar has the intensity of the season curve,
    and its yearly totals have the distribution without seasons. Both clocks are in days, start at
    0 on the first day observed, and never stop.

    Parameters
    ----------
    settings : CompanySettings
        First day and strength of the seasons.
    n_days : int
        Days from the first one that the clock covers.

    Examples
    --------
    >>> clock = OperationalTime(CompanySettings(seasonality=0), 700)
    >>> clock.from_calendar([0, 12.5]).tolist()
    [0.0, 12.5]
    """

    def __init__(self, settings: CompanySettings, n_days: int) -> None:
        strength = float(settings.seasonality)
        curve = season_curve(settings.first_day.date(), n_days, strength)
        self._calendar = np.arange(n_days + 1, dtype=float)
        self._operational = np.concatenate([[0.0], curve.cumsum()])
        if strength == 0:
            # The mean of 366 ones may round: without seasons both clocks are the same.
            self._operational = self._calendar

    def from_calendar(self, days: ArrayLike) -> Floats:
        """Operational time at moments of the calendar, both in days."""
        return np.interp(np.asarray(days, dtype=float), self._calendar, self._operational)

    def to_calendar(self, time: ArrayLike) -> Floats:
        """Moments of the calendar at operational times, both in days: the inverse."""
        return np.interp(np.asarray(time, dtype=float), self._operational, self._calendar)
