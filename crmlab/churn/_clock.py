"""Days of a study: checked against the data, and on one clock in all tables."""

import datetime as dt
from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_columns, check_count, check_day
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute, narrow
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day
from crmlab.customer_base import read_lines
from crmlab.loaders import read_dates, read_transactions

__all__ = [
    "check_as_of",
    "end_of_horizon",
    "first_day",
    "open_orders",
    "read_day_column",
    "read_moments",
    "read_spells",
]


def check_as_of(
    as_of: Day, *, first: dt.date | None = None, last: dt.date | None = None
) -> dt.date:
    """Return the day on which customers are looked at; it must lie within the data."""
    day = check_day("as_of", as_of)
    if day is None:
        raise InputError("`as_of` must be a date such as '2024-12-31'; got None.")
    if (first and day < first) or (last and day > last):
        raise InputError(
            f"`as_of` must lie within the data, {first or '...'} to {last or '...'}; got {day}."
        )
    return day


def first_day(lines: Any) -> dt.date:
    """The first day of transactions."""
    first = execute(lines.aggregate(first=lines.date.cast("timestamp").min()))["first"].iloc[0]
    return pd.Timestamp(first).date()


def end_of_horizon(as_of: dt.date, horizon: Any, last: dt.date) -> dt.date:
    """Return the last day of the horizon, which must have been observed."""
    end = as_of + dt.timedelta(days=check_count("horizon", horizon))
    if end > last:
        raise InputError(
            f"`horizon` must end within the data, by {last}; {horizon:,} days after {as_of} is "
            f"{end}. Take an earlier `as_of` or a shorter horizon: who left is not known yet."
        )
    return end


_BOUGHT = ["customer_id", "date", "amount", "order_id"]


def open_orders(orders: Any) -> Any:
    """Transactions as an Ibis table: a frame is read once, however often it is asked.

    Where nothing was given back, the other columns decide nothing, and each query is spared them.
    """
    table = orders if isinstance(orders, ibis.Table) else read_transactions(orders)
    if set(table.columns) <= set(_BOUGHT):
        return table
    lines, _, returned = read_lines(table)
    if returned or "refunded" in lines.columns:
        return table
    return narrow(lines, [name for name in _BOUGHT if name in lines.columns])


def read_moments(time: Any) -> pd.Series:
    """Days of rows, given one by one, as dates that compare."""
    given = pd.Series(time).reset_index(drop=True)
    try:
        return pd.to_datetime(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"`time` must hold days such as '2024-12-31', all on one clock. {error}"
        ) from error


def read_day_column(table: pd.DataFrame, name: str, *, what: str) -> pd.Series:
    """Days of a column of a frame, without times of day."""
    check_columns(table.columns, [name], what=f"`{what}`")
    column = table[name]
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if not pd.api.types.is_datetime64_dtype(column.dtype):
        column = read_dates(column, name)
    return column.dt.normalize()


def read_spells(subscriptions: Any) -> pd.DataFrame:
    """Subscriptions without gaps: a row that begins as another ends, or the day after, goes on.

    Columns `customer_id`, `start`, `end` (missing while active) and those of the first row.
    """
    if not isinstance(subscriptions, pd.DataFrame):
        raise InputTypeError(
            "`subscriptions` must be a DataFrame, one row per subscription; "
            f"got {type(subscriptions).__name__}."
        )
    names = ["customer_id", "start", "end"]
    check_columns(subscriptions.columns, names, what="`subscriptions`")
    if subscriptions.empty:
        raise InputError("`subscriptions` must hold at least one subscription; got none.")
    check_clocks({f"`{name}`": date_column(subscriptions, name) for name in ("start", "end")})
    days = {name: read_day_column(subscriptions, name, what="subscriptions")
            for name in ("start", "end")}  # fmt: skip
    table = subscriptions.assign(**days)
    for name in ("customer_id", "start"):
        missing = int(table[name].isna().sum())
        if missing:
            raise InputError(f"`{name}` must not be missing; {missing:,} of {len(table):,} are.")
    early = table["end"] < table["start"]
    if early.any():
        raise InputError(
            f"`end` must not be before `start`; it is in {int(early.sum()):,} of {len(table):,} "
            f"subscriptions, such as that of {table.loc[early, 'customer_id'].iloc[0]!r}."
        )
    return _join(table.sort_values(["customer_id", "start"], kind="stable", ignore_index=True))


def _join(table: pd.DataFrame) -> pd.DataFrame:
    """Join rows of a customer that follow one another without a gap."""
    before = table.groupby("customer_id", sort=False)["end"].shift()
    same = table["customer_id"].eq(table["customer_id"].shift())
    overlap = same & ~(table["start"] >= before)  # the one before is still active, or ends later
    if overlap.any():
        raise InputError(
            "Subscriptions of one customer must not overlap; those of "
            f"{table.loc[overlap, 'customer_id'].iloc[0]!r} do. End one before the next begins."
        )
    goes_on = same & (table["start"] - before <= pd.Timedelta("1D"))
    spell = (~goes_on).cumsum().to_numpy()
    first = table[~goes_on].reset_index(drop=True)
    last = table["end"].groupby(spell).agg(lambda ends: ends.iloc[-1]) if goes_on.any() else None
    return first if last is None else first.assign(end=last.to_numpy())
