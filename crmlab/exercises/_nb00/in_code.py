"""In code in notebook 00: a published count, a weighted mean, a revenue, and two clocks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlab.datasets import load_cdnow, load_donations
from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CLOCKS", "GROUPED", "PUBLISHED", "REVENUE"]


# ---------------------------------------------------------------------------------------------
# 00.1


def repeat_purchases(orders: pd.DataFrame, last_day: str) -> int:
    """Number of repeat purchases of all customers up to and including `last_day`."""
    seen = orders[orders["date"] <= pd.Timestamp(last_day)]
    days = seen.drop_duplicates(["customer_id", "date"])
    return len(days) - days["customer_id"].nunique()


def _draw_orders(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    sample = load_cdnow(sample=True)[["customer_id", "date", "amount"]]
    few = pd.DataFrame(
        [("A", 1), ("A", 1), ("A", 8), ("B", 2), ("B", 31), ("C", 5), ("C", 40), ("D", 40)],
        columns=["customer_id", "day"],
    )
    few["date"] = pd.Timestamp("2023-12-31") + pd.to_timedelta(few["day"], unit="D")
    few["amount"] = rng.integers(5, 90, len(few)).astype(float)
    return [(few[["customer_id", "date", "amount"]], "2024-01-31"), (sample, "1997-09-30")]


PUBLISHED = CodeExercise(
    key="00.1",
    objective=1,
    question="""\
Compute a published number yourself. `orders` has one row per order line, with `customer_id`, `date`
and `amount`. Write `repeat_purchases(orders, last_day)`: how many *repeat* purchases all customers
made up to and including `last_day`, a text such as `"1997-09-30"`. A purchase is a customer's day;
the first one of each customer is not a repeat. (With the sample of CDNOW and that day it must be
the 2,457 of the literature.)""",
    starter='''\
def repeat_purchases(orders, last_day):
    """Number of repeat purchases of all customers up to and including last_day."""
    ...''',
    answer=repeat_purchases,
    inputs=_draw_orders,
    mistakes=(
        WrongCode(
            lambda orders, last_day: (
                (orders["date"] <= last_day).sum()
                - orders.loc[orders["date"] <= last_day, "customer_id"].nunique()
            ),
            "You count order lines; two lines of one customer on one day are one purchase.",
        ),
        WrongCode(
            lambda orders, last_day: len(
                orders[orders["date"] <= last_day].drop_duplicates(["customer_id", "date"])
            ),
            "Those are all purchases; take away the first one of each customer.",
        ),
        WrongCode(
            lambda orders, last_day: repeat_purchases(orders[orders["date"] < last_day], last_day),
            "The last day itself belongs to it: up to and including.",
        ),
        WrongCode(
            lambda orders, last_day: repeat_purchases(orders, "2100-01-01"),
            "You count purchases after `last_day` as well.",
        ),
        WrongCode(
            lambda orders, last_day: int(
                orders[orders["date"] <= last_day]
                .drop_duplicates(["customer_id", "date"])["customer_id"]
                .value_counts()
                .gt(1)
                .sum()
            ),
            "Those are the customers who came back; count how often they did.",
        ),
    ),
    unit="one whole number of purchases",
    right="Your own code gives the published count, so your installation and the rule agree.",
    hint="leave out later lines, keep one line per customer and day, take the customers away.",
)


# ---------------------------------------------------------------------------------------------
# 00.2


def mean_frequency(groups: pd.DataFrame) -> float:
    """Mean `frequency` of a person, where a row stands for `n_customers` people."""
    return float((groups["frequency"] * groups["n_customers"]).sum() / groups["n_customers"].sum())


def _draw_groups(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame({"frequency": [0, 1, 4], "n_customers": rng.integers(1, 4, 3) * [60, 9, 1]})
    donations = load_donations()[["frequency", "n_customers"]].reset_index(drop=True)
    return [(few,), (donations,)]


GROUPED = CodeExercise(
    key="00.2",
    objective=2,
    question="""\
A trap: the donations have 22 rows, and each row stands for many people. `groups` has a column
`frequency` (years with a gift) and `n_customers` (people with that history). Write
`mean_frequency(groups)`: the mean frequency of a *person*.""",
    starter='''\
def mean_frequency(groups):
    """Mean frequency of a person; a row stands for n_customers people."""
    ...''',
    answer=mean_frequency,
    inputs=_draw_groups,
    mistakes=(
        WrongCode(
            lambda groups: float(groups["frequency"].mean()),
            "That is the mean of the rows: a row of one person counts as much as one of thousands.",
        ),
        WrongCode(
            lambda groups: float((groups["frequency"] * groups["n_customers"]).mean()),
            "You weigh each row, but divide by the number of rows, not of people.",
        ),
        WrongCode(
            lambda groups: float(groups["frequency"].sum() / groups["n_customers"].sum()),
            "Each history must be counted as often as there are people who have it.",
        ),
        WrongCode(
            lambda groups: float((groups["frequency"] * groups["n_customers"]).sum()),
            "That is the sum over all people; divide by their number.",
        ),
    ),
    unit="one number: years with a gift per person",
    right="What a row stands for decides what a mean is a mean of.",
    hint="weigh each row by its people, add up, and divide by all people.",
)


# ---------------------------------------------------------------------------------------------
# 00.4


def revenue(export: pd.DataFrame, currency: str) -> float:
    """Revenue of known customers in one currency, by the default rules of the book."""
    counts = ~export["status"].isin(["pending", "cancelled"])
    known = export["customer"].notna()
    rows = export[counts & known & (export["currency"] == currency)]
    return float((rows["goods"] - rows["given_back"]).sum())


def _draw_exports(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    export = pd.DataFrame(
        [
            ("kim", "paid", "USD", 60, 0),
            ("lee", "partly refunded", "USD", 80, 20),
            (None, "paid", "USD", 50, 0),
            ("kim", "cancelled", "USD", 70, 0),
            ("park", "refunded", "USD", 40, 40),
            ("lee", "pending", "USD", 30, 0),
            ("choi", "paid", "EUR", 90, 0),
            ("choi", "partly refunded", "EUR", 35, 5),
            (None, "partly refunded", "EUR", 45, 15),
        ],
        columns=["customer", "status", "currency", "goods", "given_back"],
    )
    export["goods"] += rng.integers(0, 7, len(export)) * (export["status"] != "refunded")
    return [(export, "USD"), (export, "EUR")]


_LEFT_OUT = ["pending", "cancelled"]


def _counted(export: pd.DataFrame, *statuses: str) -> pd.DataFrame:
    """Rows of known customers whose status is not one of these."""
    return export[export["customer"].notna() & ~export["status"].isin(statuses)]


def _net(rows: pd.DataFrame) -> float:
    return float((rows["goods"] - rows["given_back"]).sum())


REVENUE = CodeExercise(
    key="00.4",
    objective=3,
    concepts=("Q4",),
    question="""\
`export` holds a shop's orders, one row each: `customer` (missing for a guest), `status` (paid,
partly refunded, refunded, pending or cancelled), `currency`, `goods` (their price) and
`given_back`. Write `revenue(export, currency)`: the revenue of known customers in that currency, by
the default rules of this book.""",
    starter='''\
def revenue(export, currency):
    """Revenue of known customers in one currency, a number."""
    ...''',
    answer=revenue,
    inputs=_draw_exports,
    mistakes=(
        WrongCode(
            lambda export, currency: _net(_counted(export, *_LEFT_OUT)),
            "You add up two currencies.",
        ),
        WrongCode(
            lambda export, currency: float(
                _counted(export, *_LEFT_OUT).query("currency == @currency")["goods"].sum()
            ),
            "That is gross: take off what was given back.",
        ),
        WrongCode(
            lambda export, currency: _net(
                export[~export["status"].isin(_LEFT_OUT) & (export["currency"] == currency)]
            ),
            "Orders of guests are revenue of the shop, but of no known customer.",
        ),
        WrongCode(
            lambda export, currency: _net(
                _counted(export, "cancelled").query("currency == @currency")
            ),
            "A pending order is left out by default.",
        ),
        WrongCode(
            lambda export, currency: _net(_counted(export).query("currency == @currency")),
            "Some of these orders never brought money: look at the status.",
        ),
        WrongCode(
            lambda export, currency: _net(
                _counted(export).query("currency == @currency and status == 'paid'")
            ),
            "An order refunded in part keeps the rest of its price.",
        ),
    ),
    unit="one number in the currency",
    right="Revenue is what known customers paid for goods, less what they were given back.",
    hint="leave out by status, then by customer, then by currency; then goods less given_back.",
)


# ---------------------------------------------------------------------------------------------
# 00.6


def clocks(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    """Recency and T of a customer, in days, as seen at `observation_end`."""
    end = pd.Timestamp(observation_end)
    days = pd.to_datetime(pd.Series(dates))
    days = days[days <= end]
    return (days.max() - days.min()).days, (end - days.min()).days


def _draw_dates(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    days = pd.Timestamp("2024-02-05") + pd.to_timedelta(rng.integers(0, 90, 5), unit="D")
    mixed = [f"{day:%Y-%m-%d}" for day in days]
    return [
        (["2024-03-10", "2024-01-10", "2024-02-01"], "2024-04-30"),
        (["2024-01-10", "2024-03-10", "2024-05-20"], "2024-04-30"),  # one after the end
        (["2024-02-29"], "2024-03-31"),
        (["2024-06-30", "2024-02-28", "2024-03-01"], "2024-06-30"),
        ([*mixed, "2024-05-10"], "2024-05-12"),
    ]


def _shifted(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    recency, age = clocks(dates, observation_end)
    return recency + 1, age + 1


def _since_last(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    recency, age = clocks(dates, observation_end)
    return age - recency, age


def _in_file_order(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    end = pd.Timestamp(observation_end)
    days = pd.to_datetime(pd.Series(dates))
    days = days[days <= end]
    return (days.iloc[-1] - days.iloc[0]).days, (end - days.iloc[0]).days


def _with_later(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    days = pd.to_datetime(pd.Series(dates))
    return (days.max() - days.min()).days, (pd.Timestamp(observation_end) - days.min()).days


def _swapped(dates: Sequence[str], observation_end: str) -> tuple[int, int]:
    recency, age = clocks(dates, observation_end)
    return age, recency


CLOCKS = CodeExercise(
    key="00.6",
    objective=3,
    question="""\
`dates` holds the days on which one customer bought, as texts such as `"2024-03-10"`, in any order;
`observation_end` is the last day that is looked at. Later days are not known yet. Write
`clocks(dates, observation_end)`: `recency` and `T` of this customer, both in whole days, as a
tuple. Two days that follow each other are 1 day apart.""",
    starter='''\
def clocks(dates, observation_end):
    """(recency, T) of one customer, in days."""
    ...''',
    answer=clocks,
    inputs=_draw_dates,
    mistakes=(
        WrongCode(_shifted, "One day too many: you count both ends of the span."),
        WrongCode(_since_last, "Your first number is `days_since_last`, not `recency`."),
        WrongCode(_in_file_order, "The dates are in any order: take the earliest and the latest."),
        WrongCode(_with_later, "A purchase after `observation_end` is not known yet."),
        WrongCode(_swapped, "The order is (recency, T): first the span to the last purchase."),
    ),
    unit="a tuple of two whole numbers of days: (recency, T)",
    right="recency ends at the last purchase, T at the end of observation.",
    hint="drop later days, then subtract the earliest day from the latest and from the end.",
)
