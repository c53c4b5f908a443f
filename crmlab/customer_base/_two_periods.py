"""Purchases of two periods side by side: the one up to a cut, and the one after it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_day
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._periods import Day
from crmlab._revenue.purchases import Purchases
from crmlab._types import Table
from crmlab.customer_base._days import read_purchases
from crmlab.customer_base._summary import reduce_days, summarise

__all__ = ["TwoPeriods", "read_two_periods"]

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class TwoPeriods:
    """Purchases from `start` to `cut`, and from the day after it to `end`."""

    purchases: Purchases
    start: dt.date
    cut: dt.date
    end: dt.date

    def within(self, table: Any) -> Any:
        """The rows of both periods, with ``later``: whether their ``day`` is after the cut."""
        table = table.filter(table.day >= ibis.date(str(self.start)))
        return table.mutate(later=table.day > ibis.date(str(self.cut)))

    def count(self) -> pd.DataFrame:
        """Purchases and money of each customer.

        Index ``customer_id``; columns ``n_before``, ``n_after``, ``revenue_before``,
        ``revenue_after``. Raises InputError where nobody bought in one of the periods.
        """
        days = self.within(self.purchases.days)
        days = days.filter(days.bought)
        by_period = {"before": ~days.later, "after": days.later}
        found = execute(
            days.group_by("customer_id")
            .aggregate(
                **{f"n_{name}": where.sum() for name, where in by_period.items()},
                **{
                    f"revenue_{name}": days.spent.sum(where=where)
                    for name, where in by_period.items()
                },
            )
            .order_by("customer_id")
        ).set_index("customer_id")
        counts = found.astype("float64").fillna(0.0)
        for name, (first, last) in self._bounds().items():
            if not counts[f"n_{name}"].sum():
                raise _nobody(first, last)
        return counts.astype({"n_before": "int64", "n_after": "int64"})

    def summaries(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The summary of each period, of its own purchases alone, at its last day."""
        days = self.within(self.purchases.days)
        found = []
        for first, last in self._bounds().values():
            counted = days.bought & (days.later == (last == self.end))
            reduced = days.group_by("customer_id").aggregate(**reduce_days(days, counted))
            bought = execute(reduced.filter(reduced.n > 0).order_by("customer_id"))
            if bought.empty:
                raise _nobody(first, last)
            found.append(summarise(bought, last, "D"))
        return found[0], found[1]

    def _bounds(self) -> dict[str, tuple[dt.date, dt.date]]:
        return {"before": (self.start, self.cut), "after": (self.cut + _ONE_DAY, self.end)}


def _nobody(first: dt.date, last: dt.date) -> InputError:
    return InputError(
        f"`transactions` must hold a purchase in each period; there is none from {first} to "
        f"{last}. Choose another `cut`, `start` or `observation_end`."
    )


def read_two_periods(
    transactions: Table, *, cut: Day, observation_end: Day | None, start: Day | None
) -> TwoPeriods:
    """Read the purchases of two periods; by default the earlier one is as long as the later."""
    last_before = check_day("cut", cut)
    if last_before is None:
        raise InputError("`cut` must be a date; got None.")
    begin = check_day("start", start)
    purchases, end = read_purchases(transactions, check_day("observation_end", observation_end))
    if end <= last_before:
        raise InputError(
            f"`cut` must lie before the end of observation, {end}; got {last_before}. "
            "It is the last day of the earlier period."
        )
    if begin is None:
        begin = last_before - (end - last_before) + _ONE_DAY
        _check_observed(purchases, begin, last_before, end)
    if begin > last_before:
        raise InputError(f"`start` must not lie after `cut`, {last_before}; got {begin}.")
    return TwoPeriods(purchases, begin, last_before, end)


def _check_observed(purchases: Purchases, begin: dt.date, cut: dt.date, end: dt.date) -> None:
    """Refuse an earlier period that would begin before the data: it would look too small."""
    lines = purchases.lines
    first = execute(lines.aggregate(first=lines.date.cast("timestamp").min()))["first"].iloc[0]
    if pd.isna(first) or begin < pd.Timestamp(first).date():
        found = "there is no line" if pd.isna(first) else f"the first line is of {first:%Y-%m-%d}"
        raise InputError(
            f"`cut` must leave a period before it as long as the one after it, "
            f"{(end - cut).days:,} days: it would begin on {begin}, and {found}. Choose a later "
            "`cut`, an earlier `observation_end`, or say in `start` when the period begins."
        )
