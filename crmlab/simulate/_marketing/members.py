"""What the marketing side knows of each customer, as arrays of days after the first day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_columns
from crmlab.company import CompanySettings

__all__ = ["NEVER", "Days", "Members", "as_dates", "as_days", "gather_members", "take_labels"]

Days = NDArray[np.int64]

NEVER = 1 << 30  # a day that does not come

PEOPLE = ["customer_id", "joined_day", "channel", "satisfaction", "birth_date"]


@dataclass(frozen=True)
class Members:
    """Customers by position, 0 to n-1, in the order of `people`.

    Parameters
    ----------
    customer_id : Series of str
    joined, left, dissatisfied : array of shape (n_customers,)
        Days after the first day; `NEVER` where it did not happen.
    satisfaction : array of shape (n_customers,)
        Standard normal.
    birth_year : array of shape (n_customers,)
    channel : Series of str
        How the customer was won.
    order_person, order_day : array of shape (n_orders,)
        One entry per order, without returns, sorted by both.
    paid_person, paid_from, paid_to : array of shape (n_subscriptions,)
        Who subscribes, from which day, and the first day without.
    """

    customer_id: pd.Series
    joined: Days
    left: Days
    dissatisfied: Days
    satisfaction: NDArray[np.float64]
    birth_year: Days
    channel: pd.Series
    order_person: Days
    order_day: Days
    paid_person: Days
    paid_from: Days
    paid_to: Days

    def __len__(self) -> int:
        return len(self.joined)

    def n_orders(self, *, before: int, since: int = -NEVER) -> Days:
        """Orders of each customer from day `since` to the day before `before`."""
        inside = (self.order_day < before) & (self.order_day >= since)
        return np.bincount(self.order_person[inside], minlength=len(self))

    def last_order(self, *, before: int) -> Days:
        """Day of the last order earlier than `before`; the day of joining where there is none."""
        last = self.joined.copy()
        inside = self.order_day < before
        # Days rise within a person, so the last one written is the latest.
        last[self.order_person[inside]] = self.order_day[inside]
        return last

    def next_order(self, person: Days, day: Days) -> Days:
        """Day of the first order later than `day`, or `NEVER`."""
        if not self.order_day.size:
            return np.full(len(person), NEVER)
        stride = int(self.order_day.max()) + 2
        key = self.order_person * stride + self.order_day
        last_day = np.minimum(day, stride - 1)
        spot = np.searchsorted(key, person * stride + last_day, side="right")
        held = np.minimum(spot, len(key) - 1)
        found = (spot < len(key)) & (self.order_person[held] == person)
        return np.where(found, self.order_day[held], NEVER)

    def subscribes(self, day: int) -> NDArray[np.bool_]:
        """Whether each customer has a subscription on `day`."""
        running = (self.paid_from <= day) & (self.paid_to > day)
        return np.bincount(self.paid_person[running], minlength=len(self)) > 0

    def is_upset(self, person: Days, day: Days) -> NDArray[np.bool_]:
        """Whether `person` had a bad experience in the half year up to `day`."""
        since = day - self.dissatisfied[person]
        return (since >= 0) & (since < 183)

    def is_alive(self, person: Days, day: Days | int) -> NDArray[np.bool_]:
        """Whether `person` has not stopped buying for good by the end of `day`."""
        return self.left[person] > day


def as_days(dates: ArrayLike, settings: CompanySettings) -> Days:
    """Whole days after the first day; `NEVER` for a missing date."""
    whole = np.asarray(dates).astype("datetime64[D]")
    days = (whole - np.datetime64(settings.first_day, "D")).astype(np.int64)
    return np.where(np.isnat(whole), NEVER, days)


def as_dates(days: Days, settings: CompanySettings) -> pd.DatetimeIndex:
    """Dates of `days` after the first day; missing for `NEVER`."""
    first = np.datetime64(settings.first_day, "D")
    dates = (first + days.astype("timedelta64[D]")).astype("datetime64[s]")
    return pd.DatetimeIndex(np.where(days == NEVER, np.datetime64("NaT", "s"), dates))


def take_labels(words: Sequence[str], codes: Days) -> pd.api.extensions.ExtensionArray:
    """Take strings of a small vocabulary by position."""
    return pd.array(list(words), dtype="str").take(codes)


def gather_members(
    people: pd.DataFrame,
    transactions: pd.DataFrame,
    subscriptions: pd.DataFrame,
    *,
    dropped_out: ArrayLike,
    dissatisfied_on: ArrayLike,
    settings: CompanySettings,
) -> Members:
    """Gather what marketing needs from the tables made before it.

    Parameters
    ----------
    people : DataFrame
        One row per customer, in the order of `customer_id`.
    transactions : DataFrame
        Columns customer_id, date, amount and order_id, one row per line; negative lines are
        returns, which are not orders.
    subscriptions : DataFrame
        Columns customer_id, start and end.
    dropped_out, dissatisfied_on : array-like of shape (n_customers,)
        Dates in the order of `people`; missing where it did not happen.
    settings : CompanySettings

    Returns
    -------
    Members

    Raises
    ------
    InputError
        If a column is missing.
    """
    check_columns(people.columns, PEOPLE, what="The people frame")
    order_person, order_day = _read_orders(people, transactions, settings)
    return Members(
        customer_id=people["customer_id"],
        joined=people["joined_day"].to_numpy(np.int64),
        left=as_days(dropped_out, settings),
        dissatisfied=as_days(dissatisfied_on, settings),
        satisfaction=people["satisfaction"].to_numpy(float),
        birth_year=people["birth_date"].dt.year.to_numpy(np.int64),
        channel=people["channel"],
        order_person=order_person,
        order_day=order_day,
        paid_person=_find_positions(people, subscriptions["customer_id"]),
        paid_from=as_days(subscriptions["start"], settings),
        paid_to=as_days(subscriptions["end"], settings),
    )


def _read_orders(
    people: pd.DataFrame, transactions: pd.DataFrame, settings: CompanySettings
) -> tuple[Days, Days]:
    needed = ["customer_id", "date", "amount", "order_id"]
    check_columns(transactions.columns, needed, what="The transactions table")
    bought = transactions.loc[transactions["amount"].to_numpy() >= 0, needed]
    orders = bought[~bought["order_id"].duplicated()]
    person = _find_positions(people, orders["customer_id"])
    day = as_days(orders["date"], settings)
    order = np.lexsort([day, person])
    return person[order], day[order]


def _find_positions(people: pd.DataFrame, customer_id: pd.Series) -> Days:
    return pd.Index(people["customer_id"]).get_indexer(customer_id).astype(np.int64)
