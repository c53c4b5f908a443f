"""Exercises of notebook 06 that fit a model, or ask whether one keeps its promise."""

# mypy: disable-error-code="no-untyped-def"

from typing import Any

import numpy as np
import pandas as pd

from crmlab import ltv
from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.exercises._nb06 import _wrong_code as wrong

__all__ = ["COVERAGE", "TEN_BEST"]


def ten_best(summary, horizon):
    """Return the expected purchases of the ten customers with most, largest first."""
    model = ltv.BetaGeoNBD().fit(summary)
    expected = model.expected_purchases(summary, horizon)
    return expected.nlargest(10)


def _draw_shops(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Customers of two shops, none with the history of another, and how far to look ahead."""
    truth = ltv.BetaGeoNBD.from_params(r=0.9, alpha=9.0, a=0.9, b=2.4, unit="W")
    drawn: list[tuple[Any, ...]] = []
    for ahead in (26, 52):
        watched = rng.uniform(27, 39, 250).round(2)
        shop = truth.simulate(250, T=watched, horizon=1.0, seed=int(rng.integers(10**6)))
        drawn.append((shop[["frequency", "recency", "T", "time_unit"]], ahead))
    return drawn


TEN_BEST = CodeExercise(
    key="06.10",
    objective=3,
    question="""\
Write `ten_best(summary, horizon)`. It fits a BG/NBD to the summary, as section 3 does, and returns
a Series: the purchases expected in the next `horizon` weeks of the ten customers with most,
largest first. Its index are the customers. (Try it on `shop`.)""",
    starter='''\
def ten_best(summary, horizon):
    """Return the expected purchases of the ten customers with most, largest first."""
    ...''',
    answer=ten_best,
    inputs=_draw_shops,
    mistakes=(
        WrongCode(
            wrong.ranks_by_the_past,
            "Those are the ten with most purchases in the past; some of them are probably gone.",
        ),
        WrongCode(
            wrong.gives_the_past, "Those are purchases already made; give those expected next."
        ),
        WrongCode(wrong.takes_the_ten_lowest, "Those are the ten with fewest; sort the other way."),
        WrongCode(wrong.gives_everybody, "Those are all customers; keep the ten best."),
        WrongCode(
            wrong.gives_the_probability,
            "That is the probability of being alive; give the expected purchases.",
        ),
    ),
    unit="a Series of ten numbers of purchases, largest first, with the customers as index",
    right="A fitted model ranks by what is to come, and the past is only its evidence.",
    hint="ltv.BetaGeoNBD().fit(summary), then expected_purchases(summary, horizon), then nlargest.",
    tolerance=1e-3,
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
