"""In code in notebook 09: what flips a decision, a coupon, a roll-out, and an offer for each."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["COUPON", "FLIPS", "OWN_OFFERS", "ROLL_OUT"]

# ---------------------------------------------------------------------------------------------
# The value that flips a decision


def flips_at(table: pd.DataFrame) -> pd.Series:
    """Value of each assumption at which the profit is 0, where its range holds one."""
    share = -table["profit_low"] / (table["profit_high"] - table["profit_low"])
    at = table["low"] + share * (table["high"] - table["low"])
    return at[share.between(0, 1)]


def _flips_anywhere(table: pd.DataFrame) -> pd.Series:
    """Beyond the range as well."""
    share = -table["profit_low"] / (table["profit_high"] - table["profit_low"])
    return table["low"] + share * (table["high"] - table["low"])


def _flips_in_the_middle(table: pd.DataFrame) -> pd.Series:
    at = (table["low"] + table["high"]) / 2
    return at[table["profit_low"] * table["profit_high"] < 0]


def _flips_from_the_high_end(table: pd.DataFrame) -> pd.Series:
    share = -table["profit_low"] / (table["profit_high"] - table["profit_low"])
    return (table["high"] - share * (table["high"] - table["low"]))[share.between(0, 1)]


def _inputs_of_flips(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "low": [0.1, 2.0, 0.2, 1.0],
            "high": [0.5, 6.0, 0.9, 4.0],
            "profit_low": [-30.0, 40.0, 25.0, -50.0],
            "profit_high": [50.0, 10.0, -10.0, -5.0],
        },
        index=["response", "cost", "anyway", "price"],
    )
    n = 8
    drawn = pd.DataFrame(
        {
            "low": rng.uniform(0, 2, n),
            "high": rng.uniform(3, 6, n),
            "profit_low": rng.choice([-1, 1], n) * rng.uniform(5, 90, n),
            "profit_high": rng.choice([-1, 1], n) * rng.uniform(95, 180, n),
        },
        index=list("pqrstuvw"),
    )
    return [(few,), (drawn,)]


FLIPS = CodeExercise(
    key="09.2",
    objective=1,
    concepts=("H3",),
    question="""\
Write `flips_at`. `table` has one row per assumption, with its name as the index: `low` and `high`,
the ends of its range, and `profit_low` and `profit_high`, the profit at these ends if all other
assumptions stay. In between the profit is a straight line. Return a Series: the value of the
assumption at which the profit is 0, for those alone whose range holds it.""",
    starter='''\
def flips_at(table):
    """Value of each assumption at which the profit is 0, where its range holds one."""
    ...''',
    answer=flips_at,
    inputs=_inputs_of_flips,
    unit="a Series of values by assumption, those that flip the decision only",
    right="Those are the numbers to find out before the money is spent.",
    hint="which share of the way from low to high is it until the profit is 0?",
    mistakes=(
        WrongCode(_flips_anywhere, "Some of these lie outside their range: leave them out."),
        WrongCode(_flips_in_the_middle, "The profit need not be 0 in the middle of the range."),
        WrongCode(_flips_from_the_high_end, "The way is measured from the low end."),
        WrongCode(
            lambda table: flips_at(table)[table["profit_high"] > table["profit_low"]],
            "Some are missing: the profit may also fall, as it does with a cost.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What a coupon earns


def coupon_profit(
    n: int, redeemed: float, anyway: float, margin: float, face_value: float, cost: float
) -> float:
    """Profit of sending n coupons, compared with sending none."""
    won = redeemed * (1 - anyway) * margin
    return n * (won - redeemed * face_value - cost)


def _inputs_of_coupons(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (100_000, 0.24, 0.5, 35.0, 2.0, 3.0),
        (20_000, 0.045, 0.9, 35.0, 2.0, 0.1),
        (
            int(rng.integers(1_000, 9_000)),
            round(float(rng.uniform(0.1, 0.3)), 3),
            round(float(rng.uniform(0.3, 0.8)), 2),
            round(float(rng.uniform(20, 60)), 2),
            round(float(rng.uniform(1, 5)), 2),
            round(float(rng.uniform(0.2, 1)), 2),
        ),
    ]


COUPON = CodeExercise(
    key="09.3",
    objective=2,
    concepts=("H2",),
    question="""\
Write `coupon_profit`. `n` coupons are sent, at `cost` each. The share `redeemed` of them is
redeemed, and each of these takes `face_value` off the price. Of the buyers who redeem, the share
`anyway` would have bought without a coupon. A purchase leaves `margin`, before the coupon. Return
the profit compared with sending no coupon.""",
    starter='''\
def coupon_profit(n, redeemed, anyway, margin, face_value, cost):
    """Profit of sending n coupons, compared with sending none."""
    ...''',
    answer=coupon_profit,
    inputs=_inputs_of_coupons,
    unit="one amount in currency, below 0 for a loss",
    right="Who would have bought anyway brings nothing new, and takes the face value.",
    hint="which buyers are new, and which buyers take the face value?",
    mistakes=(
        WrongCode(
            lambda n, redeemed, anyway, margin, face_value, cost: (
                n * (redeemed * (margin - face_value) - cost)
            ),
            "Part of these buyers would have bought anyway; they are not earned.",
        ),
        WrongCode(
            lambda n, redeemed, anyway, margin, face_value, cost: (
                n * (redeemed * (1 - anyway) * (margin - face_value) - cost)
            ),
            "Who would have bought anyway takes the face value as well.",
        ),
        WrongCode(
            lambda n, redeemed, anyway, margin, face_value, cost: (
                n * (redeemed * (1 - anyway) * margin - cost)
            ),
            "The face value is missing.",
        ),
        WrongCode(
            lambda n, redeemed, anyway, margin, face_value, cost: (
                n * redeemed * ((1 - anyway) * margin - face_value - cost)
            ),
            "Every coupon that is sent costs, redeemed or not.",
        ),
        WrongCode(
            lambda n, redeemed, anyway, margin, face_value, cost: (
                n * ((redeemed - anyway) * margin - redeemed * face_value - cost)
            ),
            "`anyway` is a share of those who redeem, not of all who get a coupon.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Roll-out


def paying_cells(cells: pd.DataFrame, margin: float, cost: float, weight: float) -> pd.Series:
    """Expected profit of a contact in cells that pay, by rates drawn together."""
    overall = cells["responses"].sum() / cells["n"].sum()
    rate = (cells["responses"] + weight * overall) / (cells["n"] + weight)
    profit = margin * rate - cost
    return profit[profit > 0]


def _inputs_of_cells(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame({"n": [20, 400, 50, 1000], "responses": [4, 44, 3, 95]}, index=list("ABCD"))
    n = rng.integers(15, 400, 12)
    responses = rng.binomial(n, 0.11)
    responses[0] = n[0] // 3
    drawn = pd.DataFrame({"n": n, "responses": responses}, index=list("ghijklmnopqr"))
    return [(few, 30.0, 3.0, 100.0), (few, 30.0, 3.0, 10.0), (drawn, 20.0, 2.2, 60.0)]


ROLL_OUT = CodeExercise(
    key="09.8",
    objective=4,
    question="""\
Write `paying_cells`. `cells` has one row per cell of a test: `n` customers contacted and
`responses`. Draw each rate to that of all cells together, as if the cell had `weight` customers
more, who respond at the rate of all. A response brings `margin`, a contact costs `cost`. Return a
Series by cell: the expected profit of a contact, for those cells alone where it is above 0.""",
    starter='''\
def paying_cells(cells, margin, cost, weight):
    """Expected profit of a contact in cells that pay, by rates drawn together."""
    ...''',
    answer=paying_cells,
    inputs=_inputs_of_cells,
    unit="a Series of amounts by cell, those above 0 only",
    right="A small cell is believed little, a large one much.",
    hint="rate of all = all responses / all n; (responses + weight * rate) / (n + weight).",
    mistakes=(
        WrongCode(
            lambda cells, margin, cost, weight: paying_cells(cells, margin, cost, 0.0),
            "Those are the rates as they were; small cells are lucky or unlucky.",
        ),
        WrongCode(
            lambda cells, margin, cost, weight: _pays(
                (cells["responses"] + weight * (cells["responses"] / cells["n"]).mean())
                / (cells["n"] + weight),
                margin,
                cost,
            ),
            "The rate of all is not the mean of the rates: large cells count more.",
        ),
        WrongCode(
            lambda cells, margin, cost, weight: _pays(
                cells["responses"] / (cells["n"] + weight), margin, cost
            ),
            "The customers who are added respond, too: at the rate of all.",
        ),
        WrongCode(
            lambda cells, margin, cost, weight: paying_cells(cells, margin, 0.0, weight),
            "The cost of a contact is missing.",
        ),
        WrongCode(
            lambda cells, margin, cost, weight: _pays(
                (cells["responses"] + weight * cells["responses"].sum() / cells["n"].sum())
                / (cells["n"] + weight),
                margin,
                cost,
                above=-np.inf,
            ),
            "Leave out the cells that lose money.",
        ),
    ),
)


def _pays(rate: pd.Series, margin: float, cost: float, *, above: float = 0.0) -> pd.Series:
    profit = margin * rate - cost
    return profit[profit > above]


# ---------------------------------------------------------------------------------------------
# An offer for each group


def own_offers(margin: pd.DataFrame, cost: pd.Series) -> pd.Series:
    """Offer that gains most in each group, for the groups that gain from any."""
    gain = margin - cost
    return gain.idxmax(axis=1)[gain.max(axis=1) > 0]


def _one_for_all(margin: pd.DataFrame, cost: pd.Series) -> pd.Series:
    gain = margin - cost
    best = gain.sum().idxmax()
    return pd.Series(best, margin.index)[gain[best] > 0]


def _inputs_of_offers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    offers = ["coupon", "diet club", "children's club"]
    few = pd.DataFrame(
        [[0.54, 1.40, 0.60], [0.54, 0.66, 1.30], [0.50, 0.55, 0.52], [0.10, 0.20, 0.15]],
        index=["diet", "children", "rest", "silent"],
        columns=offers,
    )
    cost = pd.Series([0.35, 0.95, 0.95], index=offers)
    drawn = pd.DataFrame(rng.uniform(0, 2, (7, 3)).round(3), list("klmnopq"), offers)
    drawn.loc["k"] = [0.2, 0.3, 0.1]
    drawn.loc["l"] = [1.2, 0.3, 1.5]
    return [(few, cost), (few, cost[::-1]), (drawn, cost)]


OWN_OFFERS = CodeExercise(
    key="09.9",
    objective=4,
    concepts=("H1", "D3"),
    question="""\
Write `own_offers`. `margin` is a table with one row per group and one column per offer: what a
household of the group brings with the offer, on average, in USD. `cost` is a Series by offer, in
any order: USD a household. Return a Series by group: the offer that gains most after its cost.
Groups in which no offer gains anything get none and are left out. No two gains are equal.""",
    starter='''\
def own_offers(margin, cost):
    """Offer that gains most in each group, for the groups that gain from any."""
    ...''',
    answer=own_offers,
    inputs=_inputs_of_offers,
    unit="a Series of names of offers by group",
    right="A group without an offer is a decision, too: nothing is given away.",
    hint="margin - cost lines up the offers by name.",
    mistakes=(
        WrongCode(
            lambda margin, cost: own_offers(margin, 0 * cost),
            "That is the offer that brings most before its cost.",
        ),
        WrongCode(
            lambda margin, cost: (margin - cost).idxmax(axis=1),
            "A group in which every offer loses gets none.",
        ),
        WrongCode(_one_for_all, "That is one offer for all; each group has its own best."),
        WrongCode(
            lambda margin, cost: own_offers(-margin, -cost - 9),
            "Those are the offers that gain least.",
        ),
    ),
)
