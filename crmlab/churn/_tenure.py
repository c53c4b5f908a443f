"""Subscriptions as times until an event, with what was not watched taken into account."""

import datetime as dt

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_day
from crmlab._errors import InputError
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab._types import Day, TimeUnit
from crmlab._units import UNIT_DAYS
from crmlab.churn._clock import read_spells

__all__ = ["last_day", "subscription_tenures"]


def subscription_tenures(
    subscriptions: pd.DataFrame,
    *,
    observation_start: Day | None = None,
    observation_end: Day | None = None,
    unit: TimeUnit = "M",
) -> pd.DataFrame:
    """Turn subscriptions into durations, events and entries, as survival analysis reads them.

    Rows of one customer that follow without a gap are one subscription, so that a change of plan
    is not a departure. Those that ended by the first day of observation are left out, as they
    would be in a table that was begun on that day; those that were running are watched from then
    on.

    Parameters
    ----------
    subscriptions : DataFrame
        One row per subscription: `customer_id`, `start` and `end` (dates; null while active).
    observation_start : date, optional
        First day of observation. Default: the first start, so that all are watched throughout.
    observation_end : date, optional
        Last day of observation; later ends are not known yet. Default: the latest start or end
        in the table.
    unit : {"D", "W", "M"}, default="M"
        Unit of time: days, weeks or months (of 30.4375 days).

    Returns
    -------
    DataFrame
        One row per subscription: the columns of the table, and

        * `duration` : from `start` to `end`, or to the end of observation, in `unit`
        * `event` : whether it ended by then (bool)
        * `entry` : from `start` to the first day of observation, 0 for those that began later
        * `time_unit` : `unit`, in every row

    Raises
    ------
    InputError, InputTypeError
        If columns are missing, dates are missing, unreadable or on several clocks, a subscription
        ends before it starts or overlaps another of the customer, or none was watched; if
        observation would end before it starts.

    Examples
    --------
    >>> gym = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "c"],
    ...         "start": pd.to_datetime(["2023-11-01", "2024-02-10", "2024-03-05"]),
    ...         "end": pd.to_datetime(["2024-03-31", None, None]),
    ...     }
    ... )
    >>> subscription_tenures(gym, observation_start="2024-01-01", unit="D")[
    ...     ["customer_id", "duration", "event", "entry"]
    ... ]
      customer_id  duration  event  entry
    0           a     151.0   True   61.0
    1           b      50.0  False    0.0
    2           c      26.0  False    0.0
    """
    check_choice("unit", unit, ["D", "W", "M"])
    table = read_spells(subscriptions)
    first = check_day("observation_start", observation_start) or table["start"].min().date()
    last = check_day("observation_end", observation_end) or last_day(table)
    if first > last:
        raise InputError(
            f"`observation_start` must not be after the end of observation, {last}; got {first}."
        )
    begin, until = pd.Timestamp(first), pd.Timestamp(last)
    watched = (table["start"] <= until) & ~(table["end"] <= begin)
    watched |= table["start"].between(begin, until)
    table = table[watched].reset_index(drop=True)
    if table.empty:
        raise InputError(
            f"`subscriptions` must hold one that was active from {first} to {last}; there is none."
        )
    event = table["end"].notna() & (table["end"] <= until)
    stop = table["end"].where(event, until)
    length = UNIT_DAYS[unit]
    table["duration"] = (stop - table["start"]).dt.days.to_numpy() / length
    table["event"] = event
    table["entry"] = np.maximum((begin - table["start"]).dt.days.to_numpy(), 0) / length
    table[TIME_UNIT] = unit_column(unit, len(table))
    return table


def last_day(spells: pd.DataFrame) -> dt.date:
    """The latest start or end of a table of subscriptions."""
    return max(spells["start"].max(), spells["end"].max() if spells["end"].notna().any()
               else spells["start"].max()).date()  # fmt: skip
