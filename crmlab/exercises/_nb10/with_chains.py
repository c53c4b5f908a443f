"""Exercises of notebook 10 about chains of referrals: the best reward, a market that ends."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CHAIN", "REWARD"]

# ---------------------------------------------------------------------------------------------
# The best reward


def best_reward(offers: pd.DataFrame, brings: float, worth: float) -> float:
    """Reward with the largest gain through the whole chain."""
    m = offers["recommending"] * brings
    gain = m / (1 - m) * (worth - offers["reward"])
    return float(offers["reward"].iloc[gain.argmax()])


def _best(offers: pd.DataFrame, gain: pd.Series) -> float:
    return float(offers["reward"].iloc[gain.argmax()])


def _rates(offers: pd.DataFrame, brings: float) -> pd.Series:
    return offers["recommending"] * brings


def _inputs_of_rewards(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    # In each, the best by one step, by number, by the cheapest and by share differ from the best.
    fixed = pd.DataFrame(
        {"reward": [0.0, 10.0, 20.0, 40.0, 60.0, 90.0],
         "recommending": [0.1, 0.2, 0.34, 0.50, 0.58, 0.60]}
    )  # fmt: skip
    small = pd.DataFrame({"reward": [5.0, 15.0, 30.0], "recommending": [0.05, 0.16, 0.2]})
    even = pd.DataFrame({"reward": [0.0, 20.0, 30.0], "recommending": [0.3, 0.45, 0.5]})
    order = rng.permutation(6)
    return [(fixed.iloc[order], 1.5, 100.0), (small, 0.8, 60.0), (even, 1.0, 80.0)]


REWARD = CodeExercise(
    key="10.6",
    objective=4,
    concepts=("C3",),
    question="""\
Write `best_reward`. `offers` has a row for each possible offer: `reward`, paid for each success,
and `recommending`, the share of customers who recommend then. Who does brings `brings` customers on
average, and these do as the others did: with m brought by each customer, a chain brings m / (1 - m)
in all; m is below 1. A customer brought is worth `worth` before the reward. Return the reward with
the largest gain.""",
    starter='''\
def best_reward(offers, brings, worth):
    """Reward with the largest gain through the whole chain."""
    ...''',
    answer=best_reward,
    inputs=_inputs_of_rewards,
    unit="one amount, a value of the column `reward`",
    right="The chain speaks for a higher reward than the first step alone.",
    hint="m = recommending * brings; gain = m / (1 - m) * (worth - reward). Where is it largest?",
    mistakes=(
        WrongCode(
            lambda offers, brings, worth: _best(
                offers, _rates(offers, brings) * (worth - offers["reward"])
            ),
            "That is the first step only; those who come bring others.",
        ),
        WrongCode(
            lambda offers, brings, worth: _best(offers, _rates(offers, brings)),
            "That brings most customers, whatever they cost.",
        ),
        WrongCode(
            lambda offers, brings, worth: float(offers["reward"].min()),
            "The cheapest reward is not the one that earns most.",
        ),
        WrongCode(
            lambda offers, brings, worth: float(
                (
                    _rates(offers, brings)
                    / (1 - _rates(offers, brings))
                    * (worth - offers["reward"])
                ).max()
            ),
            "That is the gain; give the reward at which it is largest.",
        ),
    ),
)

# ---------------------------------------------------------------------------------------------
# A chain in a market that ends


def chain(n: float, m: float, market: float, generations: int) -> float:
    """Customers there are after so many generations."""
    total = new = n
    for _ in range(generations):
        new = new * m * (1 - total / market)
        total = total + new
    return total


def _last(n: float, m: float, market: float, generations: int) -> float:
    """Give the customers of the last generation only."""
    before = chain(n, m, market, generations - 1)
    return chain(n, m, market, generations) - before


def _all_bring(n: float, m: float, market: float, generations: int) -> float:
    """Let everybody bring customers in every generation."""
    total = n
    for _ in range(generations):
        total = total + total * m * (1 - total / market)
    return total


def _share_at_first(n: float, m: float, market: float, generations: int) -> float:
    """Leave the share of those who are customers already as it was at first."""
    return float(sum(n * (m * (1 - n / market)) ** at for at in range(generations + 1)))


def _inputs_of_chains(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (100.0, 0.5, 1000.0, 3),
        *(
            (float(rng.integers(50, 200)), round(float(rng.uniform(0.3, 1.3)), 2),
             float(rng.integers(1000, 3000)), int(rng.integers(2, 6)))
            for _ in range(4)
        ),
    ]  # fmt: skip


CHAIN = CodeExercise(
    key="10.7",
    objective=4,
    concepts=("C3",),
    question="""\
Write `chain`. There are `n` customers at first: generation 0. In each generation, the customers who
are *new* in it would bring `m` customers each in an untouched market. But of those, the share of
the `market` that are customers already (all so far) is lost. Return how many customers there are
after `generations` further generations, those at first included; not rounded.""",
    starter='''\
def chain(n, m, market, generations):
    """Customers there are after so many generations."""
    ...''',
    answer=chain,
    inputs=_inputs_of_chains,
    unit="one number of customers, not rounded",
    right="The same share of the market is lost for everybody, so large m slow down soonest.",
    hint="keep two numbers, new and total: new = new * m * (1 - total / market), then add it.",
    mistakes=(
        WrongCode(
            lambda n, m, market, generations: float(
                sum(n * m**at for at in range(generations + 1))
            ),
            "The market never ends there; those who are customers already are lost.",
        ),
        WrongCode(_all_bring, "All customers bring others again and again; only new ones do."),
        WrongCode(_last, "Those are the new ones of the last generation; give all."),
        WrongCode(
            lambda n, m, market, generations: chain(n, m, market, generations) - n,
            "Those at first are missing.",
        ),
        WrongCode(
            _share_at_first,
            "The share who are customers already grows with each generation.",
        ),
        WrongCode(
            lambda n, m, market, generations: chain(n, m, market, generations - 1),
            "That is one generation too few: those at first are generation 0.",
        ),
    ),
)
