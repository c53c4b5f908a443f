"""In code in notebook 07, where scores meet money: what a test says, and whom to call."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CALL_LIST", "EARNED"]

# ---------------------------------------------------------------------------------------------
# What acting on a score earns, by a test


def earned(test: pd.DataFrame, score: pd.Series, n: int, value: float, cost: float) -> float:
    """Profit of treating the n customers of highest score, by a test with controls."""
    best = test.loc[score.nlargest(n).index]
    rates = best.groupby("treated")["outcome"].mean()
    return n * (value * (rates[True] - rates[False]) - cost)


def _rate(test: pd.DataFrame, score: pd.Series, n: int, treated: bool) -> float:
    best = test.loc[score.nlargest(n).index]
    return float(best.loc[best["treated"] == treated, "outcome"].mean())


def _inputs_of_tests(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    names = [f"c{at}" for at in range(8)]
    few = pd.DataFrame(
        {"treated": [True, False] * 4, "outcome": [1, 0, 1, 1, 0, 0, 0, 1]}, index=names
    )
    by = pd.Series([8.0, 7, 6, 5, 4, 3, 2, 1], index=names)
    n = 60
    drawn = pd.DataFrame({"treated": np.arange(n) % 2 == 0, "outcome": rng.integers(0, 2, n)})
    score = pd.Series(rng.permutation(n) * 0.5)
    sure = pd.Series(10.0 * drawn["treated"] * drawn["outcome"]) + score / 100
    return [
        (few, by, 4, 60.0, 2.0),
        (few, -by, 6, 60.0, 3.0),
        (drawn, score[::-1], 40, 100.0, 5.0),
        (drawn, sure.sample(frac=1, random_state=rng), 45, 100.0, 5.0),
    ]


EARNED = CodeExercise(
    key="07.8",
    objective=3,
    question="""\
Write `earned`. `test` has one row per customer of a random test: `treated` (flag) and `outcome`
(1 with an order, else 0). `score` is a Series with the same customers as its index, in any order;
no two are equal. An order leaves `value`, treating a customer costs `cost`. Take the `n`
customers of highest score. Return what treating *all* of these `n` would earn more than treating
none of them.""",
    starter='''\
def earned(test, score, n, value, cost):
    """Profit of treating the n customers of highest score, by a test with controls."""
    ...''',
    answer=earned,
    inputs=_inputs_of_tests,
    unit="one amount in currency, below 0 for a loss",
    right="With the score of a risk or of an effect, it says which of the two to act on.",
    hint="among the n: share with an order of the treated less that of the controls, times n.",
    mistakes=(
        WrongCode(
            lambda test, score, n, value, cost: n * (value * _rate(test, score, n, True) - cost),
            "The controls are missing: part of the orders would have come anyway.",
        ),
        WrongCode(
            lambda test, score, n, value, cost: (
                value * (_rate(test, score, n, True) - _rate(test, score, n, False)) - cost
            ),
            "That is the profit per customer; all n are asked.",
        ),
        WrongCode(
            lambda test, score, n, value, cost: earned(test, -score, n, value, cost),
            "Those are the customers of lowest score.",
        ),
        WrongCode(
            lambda test, score, n, value, cost: earned(test, score, len(test), value, cost),
            "That is everybody; take the n of highest score.",
        ),
        WrongCode(
            lambda test, score, n, value, cost: (
                n * value * (_rate(test, score, n, True) - _rate(test, score, n, False))
            ),
            "The cost of treating them is missing.",
        ),
        WrongCode(
            lambda test, score, n, value, cost: earned(
                test, pd.Series(score.to_numpy(), test.index), n, value, cost
            ),
            "The score stands in another order; join by customer, not by position.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Whom to call


def call_list(customers: pd.DataFrame, capacity: int) -> list[str]:
    """Customers to call, the largest expected gain first."""
    fit = customers[customers["consent"] & (customers["value"] > 0) & (customers["gain"] > 0)]
    return fit.sort_values("gain", ascending=False).index[:capacity].tolist()


def _call(customers: pd.DataFrame, capacity: int, fit: Any, by: str = "gain") -> list[str]:
    return customers[fit].sort_values(by, ascending=False).index[:capacity].tolist()


def _inputs_of_customers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "risk": [0.9, 0.8, 0.3, 0.7, 0.95, 0.4, 0.2],
            "value": [20.0, 90.0, 400.0, -50.0, 60.0, 300.0, 10.0],
            "gain": [2.0, 30.0, 25.0, 8.0, 40.0, 20.0, -3.0],
            "consent": [True, True, True, True, False, True, True],
        },
        index=list("abcdefg"),
    )
    n = 40
    drawn = pd.DataFrame(
        {
            "risk": rng.permutation(n) / n,
            "value": rng.permutation(n) * 10.0 - 55,
            "gain": rng.permutation(n) * 3.0 - 31,
            "consent": rng.random(n) < 0.6,
        },
        index=[f"k{at:02d}" for at in range(n)],
    )
    return [(few, 2), (few, 10), (drawn, 5), (drawn, 40)]


CALL_LIST = CodeExercise(
    key="07.9",
    objective=4,
    concepts=("C2",),
    question="""\
Write `call_list`. `customers` is a table by customer id with `risk`, `value`, `gain` (expected
from a call) and `consent` (flag). Return the list of ids to call, the largest gain first, at most
`capacity` of them. Nobody without consent is called, nobody with a value of 0 or less, and nobody
whose call is not expected to gain anything. No two gains are equal.""",
    starter='''\
def call_list(customers, capacity):
    """Customers to call, the largest expected gain first."""
    ...''',
    answer=call_list,
    inputs=_inputs_of_customers,
    unit="a list of ids in the order of the calls",
    right="First who may and should be called, then the order, and the capacity last.",
    hint="filter by the three conditions, sort by gain, take the first ones.",
    mistakes=(
        WrongCode(
            lambda customers, capacity: _call(
                customers, capacity, (customers["value"] > 0) & (customers["gain"] > 0)
            ),
            "Somebody who refused is on the list.",
        ),
        WrongCode(
            lambda customers, capacity: _call(
                customers, capacity, customers["consent"] & (customers["gain"] > 0)
            ),
            "Somebody who costs more than they bring is on the list.",
        ),
        WrongCode(
            lambda customers, capacity: _call(
                customers, capacity, customers["consent"] & (customers["value"] > 0)
            ),
            "A call that is expected to lose money is on the list.",
        ),
        WrongCode(
            lambda customers, capacity: _call(
                customers,
                capacity,
                customers["consent"] & (customers["value"] > 0) & (customers["gain"] > 0),
                "risk",
            ),
            "The order is by risk; the highest risk need not bring the largest gain.",
        ),
        WrongCode(
            lambda customers, capacity: call_list(customers.nlargest(capacity, "gain"), capacity),
            "The capacity was used up before those were left out who may not be called.",
        ),
        WrongCode(
            lambda customers, capacity: call_list(customers, len(customers)),
            "The list is longer than the capacity.",
        ),
        WrongCode(
            lambda customers, capacity: call_list(customers, capacity)[::-1],
            "The smallest gain comes first.",
        ),
    ),
)
