"""Exercises of notebook 08 in code. Replace them: they are those of the stub."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["EXERCISES"]


def share_of_best(spend: pd.Series) -> float:
    """Share of the money that the best customer brought, 0 to 1."""
    return float(spend.max() / spend.sum())


def share_back(days: pd.Series) -> float:
    """Share of the customers with more than one day of purchase, 0 to 1."""
    return float((days > 1).mean())


def _draw_spend(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    sizes = (3, 5, 8)
    return [(pd.Series(rng.integers(1, 100, size).astype(float)),) for size in sizes]


def _draw_days(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    fixed = pd.Series([1, 1, 2, 5])  # tells days from customers, whatever is drawn
    return [(fixed,), *((pd.Series(rng.integers(1, 4, size)),) for size in (6, 9))]


_SHARE_OF_BEST = CodeExercise(
    key="08.2",
    objective=2,
    question="""\
Replace this question. Write `share_of_best`. `spend` is a Series of money per customer. Return the
share of all money that the best customer brought.""",
    starter='''\
def share_of_best(spend):
    """Share of the money that the best customer brought, 0 to 1."""
    ...''',
    answer=share_of_best,
    inputs=_draw_spend,
    mistakes=(
        WrongCode(lambda spend: 100 * share_of_best(spend), "That is in percent; return a share."),
        WrongCode(lambda spend: float(spend.max()), "That is money; divide it by what all spent."),
    ),
    unit="a share between 0 and 1, as a float",
    right="Replace this: what the right answer means.",
    hint="the largest amount, and the sum of all.",
    concepts=("A1",),
)

_SHARE_BACK = CodeExercise(
    key="08.3",
    objective=3,
    question="""\
Replace this question. Write `share_back`. `days` is a Series with the number of days on which each
customer bought. Return the share of the customers who bought on more than one day.""",
    starter='''\
def share_back(days):
    """Share of the customers with more than one day of purchase, 0 to 1."""
    ...''',
    answer=share_back,
    inputs=_draw_days,
    mistakes=(
        WrongCode(
            lambda days: float((days > 2).mean()), "A second day is enough; two are more than one."
        ),
        WrongCode(lambda days: int((days > 1).sum()), "That is a number of customers; divide it."),
    ),
    unit="a share between 0 and 1, as a float",
    right="Replace this: what the right answer means.",
    hint="compare each number of days with 1.",
    concepts=("A1",),
)

EXERCISES = (_SHARE_OF_BEST, _SHARE_BACK)
