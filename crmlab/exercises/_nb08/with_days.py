"""In code in notebook 08: hits on later days, and who is due."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["DUE", "HIT_RATE"]

_FIRST = pd.Timestamp("2024-01-01")


def _day(number: int) -> pd.Timestamp:
    return _FIRST + pd.Timedelta(days=number)


# ---------------------------------------------------------------------------------------------
# Hits


def hit_rate(offers: pd.Series, lines: pd.DataFrame, as_of: pd.Timestamp, horizon: int) -> float:
    """Share of customers who bought the item they were to be offered."""
    end = as_of + pd.Timedelta(days=horizon)
    later = lines[(lines["date"] > as_of) & (lines["date"] <= end)]
    bought = set(zip(later["customer_id"], later["item"], strict=True))
    return float(np.mean([pair in bought for pair in offers.items()]))


def _hits(offers: pd.Series, rows: pd.DataFrame) -> pd.Series:
    bought = set(zip(rows["customer_id"], rows["item"], strict=True))
    return pd.Series([pair in bought for pair in offers.items()], offers.index)


def _after(lines: pd.DataFrame, as_of: pd.Timestamp, horizon: int) -> pd.DataFrame:
    end = as_of + pd.Timedelta(days=horizon)
    return lines[(lines["date"] > as_of) & (lines["date"] <= end)]


def _draw_hits(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c", "c", "d", "e", "e", "g"],
            "item": ["pen", "pen", "ink", "pad", "pen", "ink", "pad", "pad", "ink"],
            "date": [10, 20, 10, 5, 70, 40, 12, 40, 15],
        }
    )
    wanted = ["pen", "ink", "pen", "ink", "pen", "ink", "pad"]
    offers = pd.Series(wanted, index=list("abcdefg"))
    n = 150
    drawn = pd.DataFrame(
        {
            "customer_id": rng.choice(list("abcdefghijkl"), n),
            "item": rng.choice(["pen", "ink", "pad"], n, p=[0.2, 0.3, 0.5]),
            "date": rng.integers(0, 100, n),
        }
    )
    other = pd.Series(rng.choice(["pen", "ink", "pad"], 12), index=list("lkjihgfedcba"))
    few, drawn = (
        t.assign(date=_FIRST + pd.to_timedelta(t["date"], unit="D")) for t in (few, drawn)
    )
    return [(offers, few, _day(10), 30), (offers, few, _day(9), 60), (other, drawn, _day(40), 15)]


HIT_RATE = CodeExercise(
    key="08.5",
    objective=2,
    question="""\
Write `hit_rate`. `offers` is a Series by customer with the item to be offered. `lines` has the
columns `customer_id`, `item` and `date`. Offers are of the evening of `as_of`. Return the share
of the customers with an offer who bought the offered item in the `horizon` days after that day.""",
    starter='''\
def hit_rate(offers, lines, as_of, horizon):
    """Share of customers who bought the item they were to be offered."""
    ...''',
    answer=hit_rate,
    inputs=_draw_hits,
    unit="one share, 0 to 1",
    right="A hit is a purchase that was made anyway; what an offer adds is another question.",
    hint="rows after as_of and up to as_of + horizon; then pairs of customer and item.",
    mistakes=(
        WrongCode(
            lambda offers, lines, as_of, horizon: float(
                _hits(offers, _after(lines, as_of - pd.Timedelta(days=1), horizon + 1)).mean()
            ),
            "A purchase on the day itself was made before the offer.",
        ),
        WrongCode(
            lambda offers, lines, as_of, horizon: float(
                _hits(offers, _after(lines, as_of, 10_000)).mean()
            ),
            "Purchases after the horizon are counted.",
        ),
        WrongCode(
            lambda offers, lines, as_of, horizon: float(
                offers.index.isin(_after(lines, as_of, horizon)["customer_id"]).mean()
            ),
            "Any purchase is counted; it must be of the offered item.",
        ),
        WrongCode(
            lambda offers, lines, as_of, horizon: float(
                _hits(offers, _after(lines, as_of, horizon))[
                    offers.index.isin(_after(lines, as_of, horizon)["customer_id"])
                ].mean()
            ),
            "Customers who bought nothing had an offer too; divide by all who had one.",
        ),
        WrongCode(
            lambda offers, lines, as_of, horizon: int(
                _hits(offers, _after(lines, as_of, horizon)).sum()
            ),
            "That is a number of customers; divide it by those with an offer.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Who is due


def due(lines: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    """Customers whose usual interval is over, in the order of their names."""
    known = lines[lines["date"] <= as_of].drop_duplicates(["customer_id", "date"])
    days = known.sort_values("date").groupby("customer_id")["date"]
    usual = days.agg(lambda each: each.diff().dt.days.median())
    since = (as_of - days.max()).dt.days
    return sorted(since.index[usual.notna() & (since >= usual)])


def _due(
    lines: pd.DataFrame,
    as_of: pd.Timestamp,
    *,
    by_rows: bool = False,
    pooled: bool = False,
    mean: bool = False,
    once: bool = False,
) -> list[str]:
    known = lines[lines["date"] <= as_of]
    known = known if by_rows else known.drop_duplicates(["customer_id", "date"])
    days = known.sort_values("date").groupby("customer_id")["date"]
    usual = days.agg(lambda each: each.diff().dt.days.agg("mean" if mean else "median"))
    since = (as_of - days.max()).dt.days
    several = usual.notna()
    usual = usual * 0 + usual.median() if pooled else usual
    return sorted(since.index[(since >= usual) & several | (once & ~several)])


def _draw_due(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "customer_id": [*"aaaa", *"bbb", "c", *"dddd", *"eee", *"ffff", *"gggg"],
            "date": [0, 10, 20, 60, 0, 30, 60, 50, 0, 40, 40, 80, 10, 50, 60,
                     0, 5, 10, 62, 0, 30, 60, 95],
        }
    )  # fmt: skip
    n = 80
    drawn = pd.DataFrame(
        {"customer_id": rng.choice(list("pqrstuvwxyz"), n), "date": rng.integers(0, 200, n)}
    )
    both = pd.concat([few, drawn.assign(date=drawn["date"] // 2)], ignore_index=True)
    few, both = (t.assign(date=_FIRST + pd.to_timedelta(t["date"], unit="D")) for t in (few, both))
    return [(few, _day(70)), (few, _day(90)), (both.iloc[::-1], _day(85)), (few, _day(60))]


DUE = CodeExercise(
    key="08.7",
    objective=3,
    concepts=("C6",),
    question="""\
Write `due`. `lines` has the columns `customer_id` and `date`; several lines of a customer on one
day are one purchase. Use the purchases up to the day `as_of`, that day included. Return the
sorted list of the customers for whom at least as many days have passed since the last purchase as
the median of their own intervals between purchases. Customers with one purchase are not in it.""",
    starter='''\
def due(lines, as_of):
    """Customers whose usual interval is over, in the order of their names."""
    ...''',
    answer=due,
    inputs=_draw_due,
    unit="a sorted list of customer ids",
    right="The moment is the customer's own; one date for all is wrong for most.",
    hint="purchase days in order, their differences, the median; then days since the last one.",
    mistakes=(
        WrongCode(
            lambda lines, as_of: due(lines[lines["date"] < as_of], as_of),
            "A purchase on the day itself counts.",
        ),
        WrongCode(
            lambda lines, as_of: due(lines, lines["date"].max()),
            "That looks at the last day of the file; later purchases are not known yet.",
        ),
        WrongCode(
            lambda lines, as_of: _due(lines, as_of, by_rows=True),
            "Two lines on one day are one purchase.",
        ),
        WrongCode(
            lambda lines, as_of: _due(lines, as_of, pooled=True),
            "That is the interval of everybody; take the customer's own.",
        ),
        WrongCode(
            lambda lines, as_of: _due(lines, as_of, mean=True),
            "That is the mean; one long pause moves it, and not the median.",
        ),
        WrongCode(
            lambda lines, as_of: _due(lines, as_of, once=True),
            "One purchase has no interval.",
        ),
    ),
)
