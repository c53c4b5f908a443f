"""Exercises of notebook 06 on what a model forecasts, and whether it keeps its promise."""

# mypy: disable-error-code="no-untyped-def"

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.exercises._nb06 import _wrong_code as wrong

__all__ = ["COVERAGE", "TEN_BEST"]


def ten_best(ahead, spend, margin, discount_rate):
    """Return the value today of the ten customers with most, largest first."""
    value = 0 * spend
    for year in ahead.columns:
        value += margin * ahead[year] * spend / (1 + discount_rate) ** year
    return value.nlargest(10)


def _draw_forecasts(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Customers with what a model expects of them; their spend stands in another order."""
    drawn: list[tuple[Any, ...]] = []
    for size, n_years in ((14, 2), (25, 3), (40, 4)):
        names = pd.Index([f"c{i:02d}" for i in range(size)], name="customer_id")
        first_year, stay = rng.gamma(1.0, 3.0, size) + 0.1, rng.uniform(0.2, 0.9, size)
        years = range(1, n_years + 1)
        ahead = pd.DataFrame({t: first_year * stay ** (t - 1) for t in years}, names).round(2)
        spend = pd.Series(rng.gamma(4.0, 10.0, size).round(2) + 1, names)
        rates = round(rng.uniform(0.2, 0.6), 2), round(rng.uniform(0.05, 0.2), 2)
        drawn.append((ahead, spend.iloc[rng.permutation(size)], *rates))
    return drawn


TEN_BEST = CodeExercise(
    key="06.10",
    objective=3,
    concepts=("D1",),
    question="""\
Write `ten_best(ahead, spend, margin, discount_rate)`. `ahead` has a row per customer, and a column
per year, named 1, 2, 3 ...: the purchases expected in that year. `spend` is a Series of the
dollars expected per purchase, with the same customers, perhaps in another order. The margin of a
year counts as received at its end. Return a Series: the value today of the ten customers with
most, largest first, with the customers as its index.""",
    starter='''\
def ten_best(ahead, spend, margin, discount_rate):
    """Return the value today of the ten customers with most, largest first."""
    ...''',
    answer=ten_best,
    inputs=_draw_forecasts,
    mistakes=(
        WrongCode(wrong.gives_revenue, "That is revenue; only the margin is earned."),
        WrongCode(
            wrong.does_not_wait, "Nothing is discounted; the margin of year 2 is worth less today."
        ),
        WrongCode(
            wrong.waits_a_year_less,
            "The margin of year 1 comes at its end: divide it by 1 + discount_rate once.",
        ),
        WrongCode(
            wrong.waits_equally_long,
            "Every year is discounted alike; year t is divided by (1 + discount_rate)**t.",
        ),
        WrongCode(
            wrong.trusts_the_order_of_spend,
            "The order may differ; multiply Series, which match their labels, not arrays.",
        ),
        WrongCode(
            wrong.ranks_by_purchases,
            "Those are the ten with most purchases; rank by value, spend counts as well.",
        ),
        WrongCode(wrong.takes_the_ten_lowest, "Those are the ten with least; sort the other way."),
        WrongCode(wrong.gives_everybody, "Those are all customers; keep the ten best."),
    ),
    unit="a Series of ten values, largest first, with the customers as index",
    right="Value is purchases times spend times margin, each year brought to today.",
    hint="for each year: margin * ahead[year] * spend / (1 + discount_rate)**year; add up, then "
    "nlargest.",
)


def share_held(intervals, actual):
    """Return the share of intervals that hold what happened, between 0 and 1."""
    actual = actual.loc[intervals.index]
    held = (intervals["lower"] <= actual) & (actual <= intervals["upper"])
    return held.mean()


def _draw_intervals(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    known = pd.DataFrame({"lower": [0, 4, 2, 3], "upper": [2, 6, 5, 9]}, list("uvwx"))
    came = pd.Series([9, 1, 4, 2], list("xwvu"))  # in another order; two lie on a limit
    drawn: list[tuple[Any, ...]] = [(known, came)]
    for size in (6, 30):
        names = pd.Index([f"c{i}" for i in range(size)])
        lower = rng.poisson(3.0, size)
        table = pd.DataFrame({"lower": lower, "upper": lower + rng.integers(2, 6, size)}, names)
        actual = pd.Series(rng.poisson(5.0, size), names)
        actual.iloc[:3] = [table["lower"].iloc[0], table["upper"].iloc[1], 0]  # limits count
        table.loc["c2", "lower"] = 2
        drawn.append((table, actual))
        drawn.append((table, actual[::-1]))  # another order of the same customers
    return drawn


COVERAGE = CodeExercise(
    key="06.11",
    objective=4,
    question="""\
Write `share_held(intervals, actual)`. `intervals` has the columns `lower` and `upper`, one row per
forecast. `actual` is a Series of what happened, with the same labels, perhaps in another order.
Return the share of intervals, between 0 and 1, that hold what happened. The limits themselves
belong to the interval.""",
    starter='''\
def share_held(intervals, actual):
    """Return the share of intervals that hold what happened, between 0 and 1."""
    ...''',
    answer=share_held,
    inputs=_draw_intervals,
    mistakes=(
        WrongCode(
            wrong.leaves_the_limits_out, "The limits belong to the interval: use <= and not <."
        ),
        WrongCode(wrong.counts_the_intervals, "That is a number of intervals; give their share."),
        WrongCode(wrong.gives_percent, "A share lies between 0 and 1; this is in percent."),
        WrongCode(
            wrong.forgets_the_index,
            "The order may differ; match the labels, as with actual.loc[intervals.index].",
        ),
        WrongCode(
            wrong.asks_one_side_only, "An interval has two limits; what is below the lower is out."
        ),
    ),
    unit="one share between 0 and 1",
    right="Compare it with the level that was promised, and count only independent forecasts.",
    hint="two comparisons joined by &, then the mean of the truth values.",
)
