"""In code in notebook 07: silence, competing causes, what was known, and what to learn from."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["INCIDENCE", "KNOWN", "LEARN_ROWS", "SILENCE"]

_FIRST = pd.Timestamp("2024-01-01")


def _some_orders(rng: np.random.Generator) -> pd.DataFrame:
    """Orders of a year, with two on one day and some after any day that is asked."""
    few = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "a", "b", "b", "b", "c", "d", "d", "e"],
            "date": [0, 30, 30, 40, 0, 20, 200, 60, 10, 60, 200],
            "amount": [20.0, 5, 8, 11, 30, 12, 9, 50, 7, 6, 40],
        }
    )
    n = 60
    drawn = pd.DataFrame(
        {
            "customer_id": rng.choice(list("pqrstuvw"), n),
            "date": rng.integers(0, 250, n),
            "amount": rng.gamma(2, 10, n).round(2),
        }
    )
    both = pd.concat([few, drawn], ignore_index=True)
    return both.assign(date=_FIRST + pd.to_timedelta(both["date"], unit="D"))


def _day(number: int) -> pd.Timestamp:
    return _FIRST + pd.Timedelta(days=number)


# ---------------------------------------------------------------------------------------------
# Silence in a customer's own interval


def silence(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Days since the last purchase, in mean intervals of the customer."""
    known = orders[orders["date"] <= as_of]
    days = known.groupby("customer_id")["date"].agg(["min", "max", "nunique"])
    days = days[days["nunique"] > 1]
    mean = (days["max"] - days["min"]).dt.days / (days["nunique"] - 1)
    return (as_of - days["max"]).dt.days / mean


def _silence_of_all(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """The mean interval of everybody instead of the own."""
    known = orders[orders["date"] <= as_of]
    days = known.groupby("customer_id")["date"].agg(["min", "max", "nunique"])
    days = days[days["nunique"] > 1]
    mean = (days["max"] - days["min"]).dt.days / (days["nunique"] - 1)
    return (as_of - days["max"]).dt.days / mean.mean()


def _silence_by_rows(orders: pd.DataFrame, as_of: pd.Timestamp, take: int) -> pd.Series:
    """Intervals counted in rows, or in purchases."""
    known = orders[orders["date"] <= as_of]
    days = known.groupby("customer_id")["date"].agg(["min", "max", "nunique", "size"])
    days = days[days["nunique"] > 1]
    n = days["nunique"] if take else days["size"] - 1
    return (as_of - days["max"]).dt.days / ((days["max"] - days["min"]).dt.days / n)


def _inputs_of_silence(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    orders = _some_orders(rng)
    return [(orders, _day(60)), (orders, _day(120)), (orders.iloc[::-1], _day(199))]


SILENCE = CodeExercise(
    key="07.1",
    objective=1,
    concepts=("E4",),
    question="""\
Write `silence`. `orders` has the columns `customer_id` and `date`; several orders of a customer on
one day are one purchase. Use the purchases up to the day `as_of`, that day included. Return a
Series by customer: days from the last purchase to `as_of`, divided by the customer's own mean
interval between purchases. Customers with one purchase are left out.""",
    starter='''\
def silence(orders, as_of):
    """Days since the last purchase, in mean intervals of the customer."""
    ...''',
    answer=silence,
    inputs=_inputs_of_silence,
    unit="a Series of numbers by customer_id",
    right="The same silence is long for one customer and short for another.",
    hint="mean interval = days from first to last purchase / (purchase days - 1).",
    mistakes=(
        WrongCode(
            lambda orders, as_of: silence(orders[orders["date"] < as_of], as_of),
            "A purchase on the day itself counts.",
        ),
        WrongCode(
            lambda orders, as_of: silence(orders, orders["date"].max()),
            "That looks at the last day of the file; later orders are not known yet.",
        ),
        WrongCode(
            lambda orders, as_of: _silence_by_rows(orders, as_of, 0),
            "Two orders on one day are one purchase.",
        ),
        WrongCode(
            lambda orders, as_of: _silence_by_rows(orders, as_of, 1),
            "Three purchases have two intervals between them.",
        ),
        WrongCode(_silence_of_all, "That is the interval of everybody; take the customer's own."),
    ),
)


# ---------------------------------------------------------------------------------------------
# Competing causes


def incidence(duration: pd.Series, cause: pd.Series, way: str, by: float) -> float:
    """Share of customers who have left by one way until a time."""
    there, left_by_way = 1.0, 0.0
    for time in sorted(duration[cause.notna() & (duration <= by)].unique()):
        watched = (duration >= time).sum()
        now = duration == time
        left_by_way += there * (now & (cause == way)).sum() / watched
        there *= 1 - (now & cause.notna()).sum() / watched
    return left_by_way


def _incidence_alone(duration: pd.Series, cause: pd.Series, way: str, by: float) -> float:
    """One minus the curve of one way, as if the others did not exist."""
    there = 1.0
    for time in sorted(duration[(cause == way) & (duration <= by)].unique()):
        now = (duration == time) & (cause == way)
        there *= 1 - now.sum() / (duration >= time).sum()
    return 1 - there


def _incidence_after(duration: pd.Series, cause: pd.Series, way: str, by: float) -> float:
    """The share still there after the time, instead of before it."""
    there, left_by_way = 1.0, 0.0
    for time in sorted(duration[cause.notna() & (duration <= by)].unique()):
        watched = (duration >= time).sum()
        now = duration == time
        there *= 1 - (now & cause.notna()).sum() / watched
        left_by_way += there * (now & (cause == way)).sum() / watched
    return left_by_way


def _inputs_of_ways(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    duration = pd.Series([1, 2, 2, 3, 4, 5, 5, 8])
    cause = pd.Series(["price", "moved", "price", None, "price", None, "moved", None], dtype=object)
    n = 60
    drawn = pd.Series(rng.integers(1, 15, n))
    causes = pd.Series(rng.choice(np.array(["price", "moved", None], dtype=object), n))
    return [
        (duration, cause, "price", 4.0),
        (duration, cause, "moved", 5.0),
        (drawn, causes, "price", 9.0),
    ]


INCIDENCE = CodeExercise(
    key="07.3",
    objective=1,
    question="""\
Write `incidence`. `duration` is a Series of months, `cause` a Series with the same index: the way
by which the customer left, missing for those still there. Return the share who have left by the
way `way` up to and including month `by`. At each month in which somebody leaves, add: share still
there just before, times those who leave by this way, over those watched (`duration` at least that
month).""",
    starter='''\
def incidence(duration, cause, way, by):
    """Share of customers who have left by one way until a time."""
    ...''',
    answer=incidence,
    inputs=_inputs_of_ways,
    unit="one share from 0 to 1",
    right="The shares of all ways and the share still there add up to 1.",
    hint="go through the months in order; keep the share still there, lowered by *all* ways.",
    mistakes=(
        WrongCode(
            _incidence_alone,
            "That is one minus the curve of one way alone; the other ways take customers, too.",
        ),
        WrongCode(
            lambda duration, cause, way, by: ((cause == way) & (duration <= by)).mean(),
            "Those still there were not watched to the end, so they cannot stay in the divisor.",
        ),
        WrongCode(
            lambda duration, cause, way, by: (
                ((cause == way) & (duration <= by)).sum() / cause.notna().sum()
            ),
            "Those still there are missing; that is a share of those who left.",
        ),
        WrongCode(_incidence_after, "Take the share still there just *before* the month."),
        WrongCode(
            lambda duration, cause, way, by: incidence(duration, cause, way, by - 1),
            "Those who leave in the last month count, too.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What was known on a day


def known(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Orders, money and days since the last order, as known on a day."""
    past = orders[orders["date"] <= as_of]
    by = past.groupby("customer_id")
    return pd.DataFrame(
        {
            "n_orders": by.size(),
            "spent": by["amount"].sum(),
            "days_since_last": (as_of - by["date"].max()).dt.days,
        }
    )


def _known_with(orders: pd.DataFrame, as_of: pd.Timestamp, column: str) -> pd.DataFrame:
    """One column from the whole file."""
    right, leaky = known(orders, as_of), known(orders, orders["date"].max())
    return right.assign(**{column: leaky[column].reindex(right.index)})


def _inputs_of_known(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    orders = _some_orders(rng)
    return [(orders, _day(60)), (orders.iloc[::-1], _day(100)), (orders, _day(199))]


KNOWN = CodeExercise(
    key="07.4",
    objective=2,
    question="""\
Write `known`. `orders` has the columns `customer_id`, `date` and `amount`. Return a table by
customer with `n_orders`, `spent` (sum of the amounts) and `days_since_last` (days from the last
order to `as_of`), all as they were known on the evening of `as_of`. Only customers with an order by
then are in it.""",
    starter='''\
def known(orders, as_of):
    """Orders, money and days since the last order, as known on a day."""
    ...''',
    answer=known,
    inputs=_inputs_of_known,
    unit="a table by customer_id with the columns n_orders, spent and days_since_last",
    right="The same table comes out if later rows are deleted first: that is the test for a leak.",
    hint="cut the orders at as_of first, and make everything from what is left.",
    mistakes=(
        WrongCode(
            lambda orders, as_of: known(orders, orders["date"].max()),
            "That is the whole file: orders after the day were not known.",
        ),
        WrongCode(
            lambda orders, as_of: _known_with(orders, as_of, "n_orders"),
            "The number of orders leaks: it counts orders after the day.",
        ),
        WrongCode(
            lambda orders, as_of: _known_with(orders, as_of, "spent"),
            "The money leaks: it holds orders after the day.",
        ),
        WrongCode(
            lambda orders, as_of: known(orders[orders["date"] < as_of], as_of),
            "What was ordered on the day itself is known on its evening.",
        ),
        WrongCode(
            lambda orders, as_of: known(orders, as_of).reindex(
                sorted(orders["customer_id"].unique())
            ),
            "Customers whose first order comes later were not known on that day.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What to learn from


def learn_rows(days: pd.Series, horizon: int) -> pd.Series:
    """Whether the outcome of each row was known by the latest day."""
    return days + pd.Timedelta(days=horizon) <= days.max()


def _inputs_of_days(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    days = pd.Series([_day(n) for n in (0, 30, 60, 90, 120, 120, 30)])
    drawn = pd.Series([_day(int(n)) for n in rng.integers(0, 200, 30)])
    return [(days, 60), (days, 90), (drawn, 75), (pd.concat([days, drawn], ignore_index=True), 30)]


LEARN_ROWS = CodeExercise(
    key="07.5",
    objective=2,
    question="""\
Write `learn_rows`. `days` is a Series with the day of each row of a panel. The rows of the latest
day are to be forecast. Return a Series of flags: from which rows may the model learn, because their
outcome, `horizon` days after their day, was known by the latest day, that day included?""",
    starter='''\
def learn_rows(days, horizon):
    """Whether the outcome of each row was known by the latest day."""
    ...''',
    answer=learn_rows,
    inputs=_inputs_of_days,
    unit="a Series of flags with the index of days",
    right="A row of yesterday has features today, and no outcome yet.",
    hint="days + pd.Timedelta(days=horizon) is when the outcome of a row is known.",
    mistakes=(
        WrongCode(
            lambda days, horizon: days < days.max(),
            "Earlier is not enough: the outcome of some of these rows was not known yet.",
        ),
        WrongCode(
            lambda days, horizon: days + pd.Timedelta(days=horizon) < days.max(),
            "An outcome that is known on the latest day itself counts.",
        ),
        WrongCode(
            lambda days, horizon: days + pd.Timedelta(days=horizon) > days.max(),
            "Those are the rows that must be left out.",
        ),
        WrongCode(
            lambda days, horizon: days <= days.min() + pd.Timedelta(days=horizon),
            "Count back from the latest day, not on from the first.",
        ),
    ),
)
