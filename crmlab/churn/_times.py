"""Times until an event, some of them cut short: read, checked, and counted at each time."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import beta, norm

from crmlab._checks import check_column, check_columns, check_fraction, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = [
    "LIMITS",
    "Exposure",
    "Limits",
    "Times",
    "beta_product",
    "beta_product_of_cause",
    "count_from",
    "expose",
    "log_log_limits",
    "lowest_of_all",
    "numbers_of",
    "read_times",
]

Limits = Literal["log-log", "beta-product"]
LIMITS = ("log-log", "beta-product")


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


@dataclass(frozen=True)
class Exposure:
    """What beta products need at each time at which somebody left or watching ended.

    `lowest` is the smallest number at risk since somebody last left, which is `at_risk` unless
    customers entered late; `staying` are those at risk who did not leave at this time.
    """

    events: Floats
    at_risk: Floats
    lowest: Floats
    staying: Floats


def expose(times: Times, grid: Floats, events: Floats, after: float) -> Exposure:
    """Count customers at risk at the times of a curve, and the fewest between them."""
    entries = times.entry[times.entry > after]
    points = np.union1d(grid, entries)
    at = np.searchsorted(points, grid)
    left = np.zeros(points.size)
    left[at] = events
    # A time at which somebody leaves ends its stretch.
    since = np.cumsum(left > 0) - (left > 0).astype(int)
    risk = pd.Series(times.at_risk(points))
    lowest = risk.groupby(since).cummin().to_numpy(dtype="float64")[at]
    at_risk = np.asarray(risk, dtype="float64")[at]
    staying = np.where(events > 0, at_risk - events, lowest)
    return Exposure(events, at_risk, np.maximum(lowest, events), staying)


def beta_product(exposure: Exposure, level: float) -> tuple[Floats, Floats]:
    """Limits of a survival curve by the beta product confidence procedure.

    What stays of `n` at risk when `d` leave is Beta(n - d + 1, d); the lower limit supposes that
    the next one leaves at once. The product is taken as the beta of its mean and variance. Without
    censoring the limits are those of Clopper and Pearson.
    """
    tail = (1 - check_fraction("level", level, open_ends=True)) / 2
    d = exposure.events
    high = _log_moments(exposure.at_risk - d + 1, d)
    low = _log_moments(exposure.lowest - d + 1, d)
    next_one = _log_moments(exposure.staying, np.ones(d.size))
    lower = _beta_quantile(np.cumsum(low[0]) + next_one[0], np.cumsum(low[1]) + next_one[1], tail)
    upper = _beta_quantile(np.cumsum(high[0]), np.cumsum(high[1]), 1 - tail)
    return np.minimum.accumulate(lower), upper


def beta_product_of_cause(exposure: Exposure, own: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of the share who left for one cause, `own` of the events at each time.

    Its increments are parts of those of the beta product; the upper limit supposes that the next
    one leaves at once, for this cause. Without censoring the limits are Clopper and Pearson's.
    """
    tail = (1 - check_fraction("level", level, open_ends=True)) / 2
    low, low_squared, *_ = _add_up(exposure.at_risk, exposure.events, own)
    share, squared, still, crossed, still_squared = _add_up(exposure.lowest, exposure.events, own)
    n = exposure.staying
    one, two = 1 / (n + 1), 2 / ((n + 1) * (n + 2))  # mean and mean square of what the next takes
    high = squared + 2 * crossed * one + still_squared * two
    upper = _fit_quantile(share + still * one, high, 1 - tail)
    return _fit_quantile(low, low_squared, tail), np.maximum.accumulate(upper)


def lowest_of_all(n_customers: int, level: float) -> float:
    """Lower limit of the share that stays where none of some customers has left."""
    return float(((1 - level) / 2) ** (1 / n_customers)) if n_customers else 0.0


def _log_moments(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the mean of a beta, and of its mean square over the squared mean."""
    with np.errstate(divide="ignore"):
        return np.log(a / (a + b)), np.log1p(b / (a * (a + b + 1)))


def _beta_quantile(log_mean: Floats, log_square: Floats, q: float) -> Floats:
    inner = np.isfinite(log_mean) & (log_mean < 0)
    mean, spread = (np.where(inner, each, -1.0) for each in (log_mean, log_square))
    mean, rest, spread = np.exp(mean), -np.expm1(mean), np.expm1(np.where(inner, spread, 1.0))
    a = np.where(inner, (rest - mean * spread) / spread, 1.0)
    return np.where(inner, beta.ppf(q, a, a * rest / mean), np.where(log_mean < 0, 0.0, 1.0))


def _fit_quantile(mean: Floats, squared: Floats, q: float) -> Floats:
    inner = (mean > 0) & (mean < 1)
    variance = np.where(inner, squared - mean**2, 0.1)
    size = np.where(inner, mean * (1 - mean) / variance - 1, 1.0)
    share = np.where(inner, mean, 0.5)
    return np.where(inner, beta.ppf(q, share * size, (1 - share) * size), mean)


def _add_up(n: Floats, d: Floats, own: Floats) -> tuple[Any, ...]:
    """Moments of the share F gone for one cause and of the share S still there, at each time.

    Mean of F, of F squared, of S, of F times S, and of S squared.
    """
    k = n + 1  # what the d take is Beta(d, k - d); of it, the own ones take Beta(own, d - own)
    stay, stay_squared = (k - d) / k, (k - d) * (k - d + 1) / (k * (k + 1))
    still, still_squared = np.cumprod(stay), np.cumprod(stay_squared)
    before, before_squared = (np.append(1.0, each[:-1]) for each in (still, still_squared))
    take, take_squared = own / k, own * (own + 1) / (k * (k + 1))
    share = np.cumsum(before * take)
    crossed = still * np.cumsum(before_squared * own * (k - d) / (k * (k + 1)) / still)
    earlier = np.append(0.0, crossed[:-1])
    squared = np.cumsum(2 * earlier * take + before_squared * take_squared)
    return share, squared, still, crossed, still_squared


def numbers_of(table: Any, names: list[str], *, what: str) -> Floats:
    """Columns of a frame as one array of finite numbers, flags as 1 and 0."""
    check_columns(table.columns, names, what=f"`{what}`")
    columns = [check_column(table, name, negative=True, flags=True) for name in names]
    for name, column in zip(names, columns, strict=True):
        check_size(name, column)
    return np.column_stack(columns)
