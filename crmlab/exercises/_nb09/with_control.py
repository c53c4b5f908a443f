"""In code in notebook 09, with a control group: what a campaign earned, drawn by lot or not."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["EARNED", "LIKE_WITH_LIKE"]

# ---------------------------------------------------------------------------------------------
# What a test says in money


def earned(customers: pd.DataFrame, margin: float) -> pd.Series:
    """Profit that a campaign added, with its 95 % limits."""
    arms = customers.groupby("treated")["ordered"].agg(["size", "mean"])
    n, rate = arms["size"], arms["mean"]
    lift = rate[True] - rate[False]
    error = 1.96 * (rate * (1 - rate) / n).sum() ** 0.5
    ends = np.array([lift, lift - error, lift + error])
    profit = n[True] * margin * ends - customers["cost"].sum()
    return pd.Series(profit, index=["estimate", "lower", "upper"])


def _earned(
    customers: pd.DataFrame,
    margin: float,
    *,
    control: float = 1.0,
    spend: float = 1.0,
    everybody: bool = False,
    wide: float = 1.96,
) -> pd.Series:
    """The right answer with one thing changed."""
    arms = customers.groupby("treated")["ordered"].agg(["size", "mean"])
    n, rate = arms["size"], arms["mean"]
    lift = rate[True] - control * rate[False]
    error = wide * (rate * (1 - rate) / n).sum() ** 0.5
    heads = n.sum() if everybody else n[True]
    ends = np.array([lift, lift - error, lift + error])
    profit = heads * margin * ends - spend * customers["cost"].sum()
    return pd.Series(profit, index=["estimate", "lower", "upper"])


def _earned_by_counts(customers: pd.DataFrame, margin: float) -> pd.Series:
    """The difference of the numbers of orders, though the arms differ in size."""
    arms = customers.groupby("treated")["ordered"].agg(["size", "mean", "sum"])
    n, rate, orders = arms["size"], arms["mean"], arms["sum"]
    error = 1.96 * n[True] * (rate * (1 - rate) / n).sum() ** 0.5
    gained = orders[True] - orders[False]
    ends = np.array([gained, gained - error, gained + error])
    return pd.Series(margin * ends - customers["cost"].sum(), index=["estimate", "lower", "upper"])


def _inputs_of_tests(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "treated": [True] * 6 + [False] * 4,
            "ordered": [1, 1, 0, 0, 1, 0, 0, 1, 0, 0],
            "cost": [2.0] * 6 + [0.0] * 4,
        }
    )
    n = 90
    treated = rng.permutation(n) % 3 > 0
    drawn = pd.DataFrame(
        {
            "treated": treated,
            "ordered": (rng.random(n) < 0.15 + 0.2 * treated).astype(int),
            "cost": 1.5 * treated,
        }
    )
    drawn.loc[drawn.index[treated][0], "ordered"] = 1
    drawn.loc[drawn.index[~treated][:2], "ordered"] = [0, 1]
    return [(few, 30.0), (drawn, 40.0), (drawn.iloc[::-1], 12.0)]


EARNED = CodeExercise(
    key="09.5",
    objective=3,
    question="""\
Write `earned`. `customers` has one row per customer of a campaign drawn by lot: `treated` (flag),
`ordered` (1 or 0) and `cost` (of the contact, 0 for the control group). The groups differ in size.
An order leaves `margin`. Return a Series with `estimate`, `lower` and `upper`: the profit that the
treated brought because they were treated. The standard error of a difference of two shares p and q
is the root of p (1 − p) / n + q (1 − q) / m; take 1.96 of them.""",
    starter='''\
def earned(customers, margin):
    """Profit that a campaign added, with its 95 % limits."""
    ...''',
    answer=earned,
    inputs=_inputs_of_tests,
    unit="a Series with estimate, lower and upper, amounts in currency",
    right="If the lower limit is above 0, the campaign has paid, but for bad luck of 1 in 40.",
    hint="the difference of the two shares, times those treated, times margin, less the costs.",
    mistakes=(
        WrongCode(
            lambda customers, margin: _earned(customers, margin, control=0.0),
            "The control group is missing: part of the orders would have come anyway.",
        ),
        WrongCode(
            _earned_by_counts, "The groups differ in size: compare shares, not numbers of orders."
        ),
        WrongCode(
            lambda customers, margin: _earned(customers, margin, spend=0.0),
            "The cost of the contacts is missing.",
        ),
        WrongCode(
            lambda customers, margin: _earned(customers, margin, everybody=True),
            "Only the treated were contacted; the control group earns nothing.",
        ),
        WrongCode(
            lambda customers, margin: _earned(customers, margin, wide=1.0),
            "The limits are 1.96 standard errors away, not one.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Like with like


def like_with_like(customers: pd.DataFrame) -> float:
    """Difference of the shares who order, between customers of the same group."""
    rates = customers.groupby(["group", "treated"])["ordered"].mean().unstack().dropna()
    weight = customers[customers["treated"]].groupby("group").size()[rates.index]
    return float(np.average(rates[True] - rates[False], weights=weight))


def _like(customers: pd.DataFrame, weigh: str) -> float:
    rates = customers.groupby(["group", "treated"])["ordered"].mean().unstack().dropna()
    kept = customers[~customers["treated"]] if weigh == "controls" else customers
    weight = kept.groupby("group").size()[rates.index]
    if weigh == "groups":
        weight = weight * 0 + 1
    return float(np.average(rates[True] - rates[False], weights=weight))


def _plain(customers: pd.DataFrame) -> float:
    rates = customers.groupby("treated")["ordered"].mean()
    return float(rates[True] - rates[False])


def _inputs_of_groups(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "group": ["few"] * 7 + ["many"] * 6 + ["most"] * 2,
            "treated": [True, True] + [False] * 5 + [True] * 4 + [False] * 2 + [True] * 2,
            "ordered": [1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1],
        }
    )
    n = 120
    group = np.array(["a", "b", "c"])[np.arange(n) % 3]
    chance = pd.Series({"a": 0.2, "b": 0.5, "c": 0.8})[group].to_numpy()
    drawn = pd.DataFrame({"group": group, "treated": rng.random(n) < chance})
    drawn["ordered"] = (rng.random(n) < 0.1 + 0.5 * chance + 0.1 * drawn["treated"]).astype(int)
    return [(few,), (pd.concat([few, drawn], ignore_index=True),)]


LIKE_WITH_LIKE = CodeExercise(
    key="09.6",
    objective=3,
    question="""\
Write `like_with_like`. Staff chose whom to call, mostly customers with many orders. `customers` has
`group` (by past orders), `treated` (flag) and `ordered` (1 or 0). Take the difference of the shares
who order, treated less untreated, *within* each group, and average it with the numbers of treated
as weights. A group with treated or untreated customers alone is left out.""",
    starter='''\
def like_with_like(customers):
    """Difference of the shares who order, between customers of the same group."""
    ...''',
    answer=like_with_like,
    inputs=_inputs_of_groups,
    unit="one difference of shares, such as 0.04",
    right="It repairs what the groups explain, and nothing that they do not hold.",
    hint='groupby(["group", "treated"]), mean, unstack, dropna.',
    mistakes=(
        WrongCode(_plain, "That compares all; those called had more orders before."),
        WrongCode(lambda customers: _like(customers, "groups"), "The groups differ in weight."),
        WrongCode(
            lambda customers: _like(customers, "all"),
            "Weigh by the treated of each group, not by all its customers.",
        ),
        WrongCode(
            lambda customers: _like(customers, "controls"),
            "Weigh by the treated of each group, not by the untreated.",
        ),
    ),
)
