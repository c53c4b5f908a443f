"""Times until an event, some of them cut short: read, checked, and counted at each time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from crmlab._checks import check_column, check_columns, check_fraction, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Times", "count_from", "log_log_limits", "numbers_of", "read_times"]


@dataclass(frozen=True)
class Times:
    """Customers as survival analysis sees them.

    `entry` is the time from which a customer was watched: minus infinity where always.
    """

    duration: Floats
    event: Floats  # 1 where the customer left at `duration`, 0 where still there
    entry: Floats

    def at_risk(self, times: Floats) -> Floats:
        """Customers who were watched just before each time and had not left."""
        inside = np.searchsorted(np.sort(self.entry), times, side="left")
        gone = np.searchsorted(np.sort(self.duration), times, side="left")
        return (inside - gone).astype(float)


def read_times(
    duration: ArrayLike, event: ArrayLike, entry: ArrayLike | None, *, what: str = "event"
) -> Times:
    """Return checked times of all customers; `what` is the name of the column of events."""
    ended = check_vector("duration", duration)
    left = check_vector(what, event, flags=True)
    _check_length(what, left, ended)
    if not np.isin(left, (0.0, 1.0)).all():
        odd = left[~np.isin(left, (0.0, 1.0))][0]
        raise InputError(
            f"`{what}` must be true or false, or 1 and 0; got {odd:g}. True means that the "
            "customer left at `duration`."
        )
    return Times(ended, left, _read_entry(entry, ended))


def _read_entry(entry: ArrayLike | None, ended: Floats) -> Floats:
    if entry is None:
        return np.full(ended.size, -np.inf)
    since = check_vector("entry", entry)
    _check_length("entry", since, ended)
    # Nobody can be seen to leave at the moment at which watching begins; 0 is the beginning.
    late = since >= np.where(since == 0, np.inf, ended)
    if late.any():
        raise InputError(
            f"`entry` must be before `duration`; {late.sum():,} of {ended.size:,} are not, such "
            f"as entry {since[late][0]:g} with duration {ended[late][0]:g}. Leave out customers "
            "who left before watching began."
        )
    return np.where(since == 0, -np.inf, since)


def _check_length(name: str, array: Floats, ended: Floats) -> None:
    if array.size != ended.size:
        raise InputError(
            f"`{name}` must have one entry per customer; got {array.size:,} for {ended.size:,} "
            "durations."
        )


def count_from(after: float, times: Times) -> Times:
    """The customers who were still there after a time, as if watching had begun then."""
    if after <= 0:
        return times
    kept = times.duration > after
    if not kept.any():
        raise InputError(
            f"`after` must be below the longest duration, {times.duration.max():g}; got {after:g}."
        )
    entry = np.maximum(times.entry[kept], after)
    return Times(times.duration[kept], times.event[kept], entry)


def log_log_limits(survival: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of a survival curve on the scale log(-log S), which stay inside [0, 1].

    `variance` is Greenwood's sum, the variance of log S. Where S is 1 nothing happened yet and
    both limits are 1; where it is 0 the sum has no value, and the upper limit is that before.
    """
    z = norm.ppf((1 + check_fraction("level", level, open_ends=True)) / 2)
    inner = (survival > 0) & (survival < 1)
    log_s = np.log(np.where(inner, survival, 0.5))
    spread = z * np.sqrt(np.where(inner, variance, 0.0)) / np.abs(log_s)
    lower: Floats = np.where(
        inner, np.exp(log_s * np.exp(spread)), np.where(survival > 0, 1.0, 0.0)
    )
    upper: Floats = np.where(
        inner, np.exp(log_s * np.exp(-spread)), np.where(survival > 0, 1.0, np.nan)
    )
    return lower, pd.Series(upper).ffill().fillna(1.0).to_numpy().astype("float64")


def numbers_of(table: Any, names: list[str], *, what: str) -> Floats:
    """Columns of a frame as one array of finite numbers, flags as 1 and 0."""
    check_columns(table.columns, names, what=f"`{what}`")
    columns = [check_column(table, name, negative=True, flags=True) for name in names]
    for name, column in zip(names, columns, strict=True):
        check_size(name, column)
    return np.column_stack(columns)
