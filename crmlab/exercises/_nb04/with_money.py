"""In code in notebook 04, where segments meet money: clubs, rankings, and a control half."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CLUBS", "GAIN", "MISSED"]

# ---------------------------------------------------------------------------------------------
# Segments by need


def clubs(spend: pd.DataFrame, least: float) -> pd.Series:
    """Club of each household: baby, diet or rest."""
    club = pd.Series("rest", index=spend.index)
    club[spend["diet"] >= least] = "diet"
    club[spend["baby"] >= least] = "baby"
    return club


def _name_clubs(spend: pd.DataFrame, baby: Any, diet: Any) -> pd.Series:
    return pd.Series(np.select([baby, diet], ["baby", "diet"], "rest"), index=spend.index)


def _inputs_of_clubs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    index = [f"h{at}" for at in range(1, 7)]
    few = pd.DataFrame(
        {"baby": [0.0, 15.0, 20.0, 3.0, 0.0, 14.0], "diet": [0.0, 0.0, 60.0, 15.0, 40.0, 14.0]},
        index=index,
    )
    drawn = pd.DataFrame(rng.gamma(0.5, 20, size=(30, 2)).round(2), columns=["baby", "diet"])
    return [(few, 15.0), (few, 14.0), (drawn, 10.0)]


CLUBS = CodeExercise(
    key="04.9",
    objective=1,
    concepts=("H1",),
    question="""\
Write `clubs`. `spend` is a table with one row per household and the columns `baby` and `diet`, in
USD. A household that spent at least `least` on baby goods belongs to the club "baby"; of the
others, one that spent at least `least` on diet goods to "diet"; all others to "rest". Every
household is in exactly one club.""",
    starter='''\
def clubs(spend, least):
    """Club of each household: baby, diet or rest."""
    ...''',
    answer=clubs,
    inputs=_inputs_of_clubs,
    unit="a Series of texts with the index of spend",
    right="The order of the rules decides where both needs are there; state it with the result.",
    hint="set all to rest, then overwrite: the rule that wins is written last.",
    mistakes=(
        WrongCode(
            lambda spend, least: _name_clubs(spend, spend["baby"] > least, spend["diet"] > least),
            "A household that spent exactly the least amount belongs to the club.",
        ),
        WrongCode(
            lambda spend, least: pd.Series(
                np.select(
                    [spend["diet"] >= least, spend["baby"] >= least], ["diet", "baby"], "rest"
                ),
                index=spend.index,
            ),
            "Where both needs are there, baby comes first.",
        ),
        WrongCode(
            lambda spend, least: _name_clubs(
                spend,
                (spend["baby"] >= least) & (spend["baby"] >= spend["diet"]),
                spend["diet"] >= least,
            ),
            "The larger of the two does not decide; the rule for baby comes first.",
        ),
        WrongCode(
            lambda spend, least: clubs(spend, least).loc[lambda club: club != "rest"],
            "The households of the rest are missing; every household has a club.",
        ),
        WrongCode(
            lambda spend, least: _name_clubs(
                spend, spend["baby"] + spend["diet"] >= least, spend["diet"] >= least
            ),
            "The two needs are added up; each has to reach the least amount alone.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Profit, loyalty or lifetime value


def missed(customers: pd.DataFrame, ranked_by: str, money: str, top: float) -> float:
    """Money that the best by one column hold less than the best by that money."""
    n = round(top * len(customers))
    chosen = customers.nlargest(n, ranked_by)[money].sum()
    return customers[money].nlargest(n).sum() - chosen


def _held(customers: pd.DataFrame, ranked_by: str, money: str, top: float) -> Any:
    return customers.nlargest(round(top * len(customers)), ranked_by)[money].sum()


def _inputs_of_rankings(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    n = 40
    customers = pd.DataFrame(
        {
            "profit": rng.permutation(np.arange(n)) * 7.0 - 50,
            "loyalty": rng.permutation(np.arange(n)) * 3.0,
            "lifetime_value": rng.permutation(np.arange(n)) * 11.0 + 5,
        },
        index=[f"c{at}" for at in rng.permutation(n)],
    )
    few = pd.DataFrame(
        {"profit": [90.0, 40, 10, -20, 5], "loyalty": [1.0, 5, 4, 2, 3],
         "lifetime_value": [10.0, 0, 70, 50, 20]}, index=list("abcde"),
    )  # fmt: skip
    return [
        (few, "loyalty", "profit", 0.4),
        (few, "profit", "lifetime_value", 0.2),
        (customers, "loyalty", "lifetime_value", 0.25),
        (customers, "lifetime_value", "profit", 0.5),
    ]


MISSED = CodeExercise(
    key="04.10",
    objective=3,
    concepts=("P3",),
    question="""\
Write `missed`. `customers` is a table of numbers, one row per customer. Take the best share `top`
of them by the column `ranked_by`, and as many by the column `money`. Return how much more `money`
the second group holds. `top` times the number of customers is a whole number, and no two customers
are equal.""",
    starter='''\
def missed(customers, ranked_by, money, top):
    """Money that the best by one column hold less than the best by that money."""
    ...''',
    answer=missed,
    inputs=_inputs_of_rankings,
    unit="one amount, in the currency of the column, not below 0",
    right="This is the price of ranking by what does not count for the decision.",
    hint="customers.nlargest(n, column) takes the best n rows; add up the money of both groups.",
    mistakes=(
        WrongCode(_held, "That is what the chosen hold; take it off what the best hold."),
        WrongCode(
            lambda customers, ranked_by, money, top: -missed(customers, ranked_by, money, top),
            "The difference is turned round: the best by the money hold more.",
        ),
        WrongCode(
            lambda customers, ranked_by, money, top: (
                customers[money].sum() - _held(customers, ranked_by, money, top)
            ),
            "That is what all others hold; compare with the best of the same number.",
        ),
        WrongCode(
            lambda customers, ranked_by, money, top: (
                missed(customers, ranked_by, money, top) / _held(customers, money, money, top)
            ),
            "That is a share; the amount is asked.",
        ),
        WrongCode(
            lambda customers, ranked_by, money, top: missed(
                customers.assign(ranked=-customers[ranked_by]), "ranked", money, top
            ),
            "Those are the worst customers by the column; more is better.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# A control half


def gain(money: pd.Series, treated: pd.Series, margin: float, cost: float) -> float:
    """Profit that a treatment adds per treated customer, in currency."""
    effect = money[treated].mean() - money[~treated].mean()
    return margin * effect - cost


def _inputs_of_halves(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    treated = pd.Series([True, False, True, False, False])
    money = pd.Series([50.0, 20.0, 70.0, 40.0, 0.0])
    half = pd.Series(rng.random(60) < 0.5)
    half.iloc[:3] = [True, False, True]
    spent = pd.Series(rng.gamma(0.5, 40, 60).round(2)) + 4.0 * half
    return [(money, treated, 0.3, 2.0), (money, ~treated, 0.5, 1.5), (spent, half, 0.4, 1.0)]


GAIN = CodeExercise(
    key="04.12",
    objective=4,
    concepts=("C1", "D4"),
    question="""\
Write `gain`. `money` is a Series of what each customer of a segment spent in the next period,
`treated` a Series of flags with the same index: a random half was treated, the others are the
control. `margin` is the share of money that is margin, `cost` what treating one customer costs.
Return the profit that the treatment *adds* per treated customer.""",
    starter='''\
def gain(money, treated, margin, cost):
    """Profit that a treatment adds per treated customer, in currency."""
    ...''',
    answer=gain,
    inputs=_inputs_of_halves,
    unit="one amount per treated customer, below 0 for a loss",
    right="What the control spent would have come anyway, so it is no result of the treatment.",
    hint="the effect is a difference of two means; margin and cost come after it.",
    mistakes=(
        WrongCode(
            lambda money, treated, margin, cost: margin * money[treated].mean() - cost,
            "The control half is missing: part of the money would have come anyway.",
        ),
        WrongCode(
            lambda money, treated, margin, cost: (
                money[treated].mean() - money[~treated].mean() - cost
            ),
            "Money is not profit; take the margin of the effect.",
        ),
        WrongCode(
            lambda money, treated, margin, cost: (
                margin * (money[treated].sum() - money[~treated].sum()) - cost
            ),
            "Sums of two groups of different size do not compare; take means.",
        ),
        WrongCode(
            lambda money, treated, margin, cost: (
                margin * (money[treated].mean() - money[~treated].mean() - cost)
            ),
            "The cost is paid in full; take it off after the margin.",
        ),
        WrongCode(
            lambda money, treated, margin, cost: (
                margin * (money[treated].mean() - money[~treated].mean())
            ),
            "The cost of the treatment is missing.",
        ),
    ),
)
