"""Subscriptions: how often each one was renewed, and how many renewed of those who could."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_columns, check_day
from crmlab._errors import InputError, InputTypeError
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab._types import Day
from crmlab._units import months_between
from crmlab.loaders import read_dates

__all__ = ["MONTHS", "Day", "Term", "installed_base", "survivors"]

Term = Literal["M", "Q", "Y"]

MONTHS = {"M": 1, "Q": 3, "Y": 12}

Stamps = NDArray[np.datetime64]
Whole = NDArray[np.int64]


def survivors(
    subscriptions: pd.DataFrame,
    *,
    period: Term,
    observation_end: Day | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Count who renewed, of those who could, at each renewal.

    A subscription comes up for its k-th renewal on the k-th anniversary of its start: so many
    months, quarters or years later on the calendar, on the same day of the month or, where the
    month is too short, on its last day. One that ends on that day or before did not renew; one
    that ends later, or not at all, did. A renewal counts only once its day has come, for those
    who left before it too: else those who leave early would be counted and those who stay not.

    A row that begins on the day another one of the same customer ends, or on the next day,
    continues it: a change of plan, or a renewal that is booked as a row of its own. A customer
    who comes back later starts anew.

    Parameters
    ----------
    subscriptions : DataFrame
        One row per subscription: `customer_id`, `start` and `end` (dates; `end` is null while
        active). Times of day do not count.
    period : {"M", "Q", "Y"}
        Time from one renewal to the next.
    observation_end : date, optional
        Last day of observation; later ends are not known yet, and later starts are left out.
        Default: the latest start or end in the table.
    by : str, optional
        Column whose values are the cohorts, such as ``"plan"``; ``"start"`` makes a cohort of each
        calendar period of starting. Default: one cohort, ``"all"``.

    Returns
    -------
    DataFrame
        Columns `cohort`; `period` (renewals, 0 at the start); `at_risk` (those who came up for
        this renewal); `alive` (those of them who renewed); `survival` (share still a customer,
        the product of alive / at_risk up to here). Period 0 holds the size of the cohort.
        `time_unit` is the length of a period. `ShiftedBetaGeometric` fits it as it is.

    Raises
    ------
    InputError, InputTypeError
        If columns are missing, a date is missing or unreadable, a subscription ends before it
        starts, subscriptions of a customer overlap, or an option is unknown.

    References
    ----------
    Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", JASA 53.

    Examples
    --------
    >>> gym = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "c"],
    ...         "start": pd.to_datetime(["2024-01-31", "2024-02-10", "2024-03-05"]),
    ...         "end": pd.to_datetime(["2024-03-31", None, None]),
    ...     }
    ... )
    >>> survivors(gym, period="M", observation_end="2024-04-20")
      cohort  period  at_risk  alive  survival time_unit
    0    all       0        3      3       1.0         M
    1    all       1        3      3       1.0         M
    2    all       2        2      1       0.5         M
    """
    terms = _count_terms(subscriptions, period=period, observation_end=observation_end, extra=by)
    if by is None:
        cohort = pd.Series("all", index=terms.index)
    elif by == "start":
        cohort = terms["start"].dt.to_period(period).astype("str")
    else:
        cohort = terms[by]
    if cohort.isna().any():
        raise InputError(
            f"Column {by!r} must not be missing; {cohort.isna().sum():,} of {len(cohort):,} "
            "subscriptions lack it. Fill it first."
        )
    parts = [
        _count_survivors(name, group["came_up"].to_numpy(), group["renewals"].to_numpy())
        for name, group in terms.groupby(cohort.to_numpy(), sort=True)
    ]
    table = pd.concat(parts, ignore_index=True)
    table[TIME_UNIT] = unit_column(period, len(table))
    return table


def _count_survivors(cohort: Any, came_up: Whole, renewals: Whole) -> pd.DataFrame:
    """The table of one cohort."""
    last = int(came_up.max())
    # The customers with k or more, for each k.
    at_risk, alive = (
        np.bincount(count, minlength=last + 1)[::-1].cumsum()[::-1] for count in (came_up, renewals)
    )
    return pd.DataFrame(
        {
            "cohort": cohort,
            "period": np.arange(last + 1),
            "at_risk": at_risk,
            "alive": alive,
            "survival": np.cumprod(alive / at_risk),
        }
    )


def installed_base(
    subscriptions: pd.DataFrame, *, period: Term, observation_end: Day | None = None
) -> pd.DataFrame:
    """Count the customers active at the end of observation by the renewals they have made.

    Parameters
    ----------
    subscriptions, period, observation_end
        As for `survivors`.

    Returns
    -------
    DataFrame
        Columns `renewals` (made), `customers` (who made so many) and `time_unit`, the length of
        a period; ready for `value_installed_base`.

    Raises
    ------
    InputError, InputTypeError
        As for `survivors`.

    Examples
    --------
    >>> gym = pd.DataFrame({"customer_id": ["a", "b"], "start": ["2024-01-31", "2024-02-10"]})
    >>> gym["end"] = pd.Series([None, None], dtype="datetime64[s]")
    >>> installed_base(gym, period="M", observation_end="2024-04-20")
       renewals  customers time_unit
    0         2          2         M
    """
    terms = _count_terms(subscriptions, period=period, observation_end=observation_end)
    renewals = terms.loc[terms["active"], "renewals"]
    counted = renewals.value_counts().sort_index()
    base = counted.rename_axis("renewals").rename("customers").reset_index()
    base[TIME_UNIT] = unit_column(period, len(base))
    return base


def _count_terms(
    subscriptions: Any, *, period: str, observation_end: Day | None, extra: str | None = None
) -> pd.DataFrame:
    """One row per subscription: `start`, `renewals` made, renewals it `came_up` for, `active`."""
    check_choice("period", period, MONTHS)
    table = _join_rows(_check_subscriptions(subscriptions, extra))
    start = table["start"].to_numpy().astype("datetime64[D]")
    end = table["end"].to_numpy().astype("datetime64[D]")
    until = _find_end(observation_end, start, end)
    known = start <= until
    if not known.any():
        raise InputError(
            f"`subscriptions` must hold one that starts by {until}, the end of observation; "
            "there is none. Check `observation_end`."
        )
    table, start, end = table[known].copy(), start[known], end[known]
    could = months_between(start, np.full_like(start, until)) // MONTHS[period]
    ended = ~np.isnat(end)
    # Anniversaries strictly before the end were passed, so the day before the end counts.
    eve = np.where(ended, end - np.timedelta64(1, "D"), until)
    passed = np.maximum(months_between(start, eve), 0) // MONTHS[period]
    table["renewals"] = np.where(ended, np.minimum(passed, could), could)
    table["came_up"] = np.where(ended, np.minimum(passed + 1, could), could)
    table["active"] = ~ended | (end > until)
    return table


def _check_subscriptions(subscriptions: Any, extra: str | None) -> pd.DataFrame:
    """The columns that count, dates without times of day."""
    if not isinstance(subscriptions, pd.DataFrame):
        raise InputTypeError(
            "`subscriptions` must be a DataFrame, one row per subscription; "
            f"got {type(subscriptions).__name__}."
        )
    names = list(dict.fromkeys(["customer_id", "start", "end", *([extra] if extra else [])]))
    check_columns(subscriptions.columns, names, what="`subscriptions`")
    if subscriptions.empty:
        raise InputError("`subscriptions` must hold at least one subscription; got none.")
    table = subscriptions[names].copy()
    for name in ("start", "end"):
        table[name] = _read_days(table[name], name)
    for name in ("customer_id", "start"):
        missing = int(table[name].isna().sum())
        if missing:
            raise InputError(
                f"`{name}` must not be missing; {missing:,} of {len(table):,} subscriptions "
                "lack it. Repair them or leave them out."
            )
    backwards = int((table["end"] < table["start"]).sum())
    if backwards:
        raise InputError(
            f"`end` must not be before `start`; {backwards:,} of {len(table):,} subscriptions "
            "break this. Check which column is which."
        )
    return table


def _read_days(column: pd.Series, name: str) -> pd.Series:
    """A column of dates, by the calendar day."""
    if pd.api.types.is_numeric_dtype(column) and column.notna().any():
        # A number would pass as nanoseconds since 1970.
        raise InputTypeError(f"`{name}` must hold dates; got {column.dtype}. Use `pd.to_datetime`.")
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = read_dates(column, name, as_written=True)
    if column.dt.tz is not None:
        column = column.dt.tz_localize(None)
    return column.dt.normalize()


def _join_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Subscriptions with rows that continue each other made one; refuse overlapping ones."""
    if not table["customer_id"].duplicated().any():
        return table
    # Nothing follows a row without an end; among rows of one day the shorter comes first.
    table = table.assign(code=pd.factorize(table["customer_id"])[0])
    table = table.sort_values(["code", "start", "end"], kind="stable", na_position="last")
    same = table["code"].eq(table["code"].shift()).to_numpy()
    gap = (table["start"] - table["end"].shift()).dt.days.to_numpy(dtype=float, na_value=-1.0)
    overlap = same & (gap < 0)
    if overlap.any():
        first = table["customer_id"].to_numpy()[overlap][0]
        raise InputError(
            "Subscriptions of one `customer_id` must not overlap; "
            f"{overlap.sum():,} of {len(table):,} begin before an earlier one has ended, such as "
            f"one of {first!r}. End the earlier one, or make an id of customer and product."
        )
    chain = np.cumsum(~(same & (gap <= 1)))
    joined = table.groupby(chain).first()
    joined["end"] = table["end"].groupby(chain).last(skipna=False)
    return joined.reset_index(drop=True)


def _find_end(value: Day | None, start: Stamps, end: Stamps) -> np.datetime64:
    if value is None:
        return np.fmax(start.max(), np.fmax.reduce(end))
    return np.datetime64(check_day("observation_end", value), "D")
