"""Exercises of notebook 05 that spend a budget: in blocks, and on whom."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BLOCKS", "WHOM"]

# ---------------------------------------------------------------------------------------------
# A budget in blocks


def blocks_for_keeping(win: list[float], keep: list[float], n_blocks: int) -> int:
    """Number of blocks of the budget that go into keeping."""
    in_winning = in_keeping = 0
    for _ in range(n_blocks):
        if keep[in_keeping] > win[in_winning]:
            in_keeping += 1
        else:
            in_winning += 1
    return in_keeping


def _inputs_of_blocks(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = [
        ([9.0, 8.0, 7.0, 2.0, 1.0], [10.0, 3.0, 2.5, 1.5, 0.5], 4),
        ([5.0, 1.0, 0.5, 0.2], [9.0, 8.0, 7.0, 0.1], 3),
        ([9.0, 8.0, 7.0, 6.0], [3.0, 2.0, 1.0, 0.5], 2),
        ([9.0, 8.0, 7.0, 1.0], [8.5, 7.5, 6.0, 0.5], 3),
    ]
    for n in (4, 6):
        win, keep = (np.sort(rng.gamma(2, 5, n + 1).round(1))[::-1].tolist() for _ in range(2))
        drawn.append((win, keep, n))
    return drawn


BLOCKS = CodeExercise(
    key="05.9",
    objective=4,
    concepts=("A5",),
    question="""\
Write `blocks_for_keeping`. A budget has `n_blocks` blocks of equal size. `win` lists what the
first, second, ... block adds in winning, `keep` what it adds in keeping, in money; both fall, and
both are longer than `n_blocks`. Give one block after another to the use in which it adds more, to
winning if both add the same. Return how many go into keeping.""",
    starter='''\
def blocks_for_keeping(win, keep, n_blocks):
    """Number of blocks of the budget that go into keeping."""
    ...''',
    answer=blocks_for_keeping,
    inputs=_inputs_of_blocks,
    unit="one whole number, from 0 to n_blocks",
    right="The same result as from the curves: what the next block adds decides, not the mean.",
    hint="keep two counters; compare win[first counter] with keep[second counter].",
    mistakes=(
        WrongCode(
            lambda win, keep, n_blocks: n_blocks if keep[0] > win[0] else 0,
            "That decides once; the next block of the same use adds less.",
        ),
        WrongCode(
            lambda win, keep, n_blocks: n_blocks - blocks_for_keeping(win, keep, n_blocks),
            "Those are the blocks for winning.",
        ),
        WrongCode(
            lambda win, keep, n_blocks: sum(
                b > a for a, b in zip(win[:n_blocks], keep[:n_blocks], strict=True)
            ),
            "That compares blocks of the same number; each use has a next block of its own.",
        ),
        WrongCode(
            lambda win, keep, n_blocks: round(
                n_blocks * sum(keep[:n_blocks]) / (sum(win[:n_blocks]) + sum(keep[:n_blocks]))
            ),
            "That splits in proportion to the sums; what counts is what the next block adds.",
        ),
        WrongCode(
            lambda win, keep, n_blocks: n_blocks // 2,
            "That is half for each, whatever the blocks add.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Whom to keep


def whom_to_keep(customers: pd.DataFrame, effect: float, cost: float) -> list[str]:
    """Ids of the customers whom the programme is worth, best first."""
    gain = effect * customers["leave"] * customers["value"] - cost
    return gain[gain > 0].sort_values(ascending=False).index.tolist()


def _order(customers: pd.DataFrame, gain: pd.Series, by: pd.Series) -> list[str]:
    return by[gain > 0].sort_values(ascending=False).index.tolist()


def _gain(customers: pd.DataFrame, effect: float, cost: float) -> pd.Series:
    return effect * customers["leave"] * customers["value"] - cost


def _inputs_of_whom(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    fixed = pd.DataFrame(
        {"leave": [0.9, 0.5, 0.2, 0.8, 0.05], "value": [100.0, 400.0, 900.0, -50.0, 1000.0]},
        index=list("abcde"),
    )
    n = 20
    drawn = pd.DataFrame(
        {"leave": rng.beta(1, 4, n), "value": rng.normal(200, 150, n)},
        index=[f"c{at:02d}" for at in range(n)],
    )
    return [(fixed, 0.3, 20.0), (drawn, 0.4, 8.0)]


WHOM = CodeExercise(
    key="05.10",
    objective=4,
    concepts=("C1",),
    question="""\
Write `whom_to_keep`. `customers` has a row for each customer, with the id as index: `leave` is the
probability to leave, `value` what the customer is worth if kept, which may be below 0. A programme
costs `cost` for each customer who gets it, and keeps the share `effect` of those who would leave.
Return a list of the ids whose expected gain is above 0, the highest gain first.""",
    starter='''\
def whom_to_keep(customers, effect, cost):
    """Ids of the customers whom the programme is worth, best first."""
    ...''',
    answer=whom_to_keep,
    inputs=_inputs_of_whom,
    unit="a list of ids, the highest gain first",
    right="Neither the most valuable nor the most likely to leave come first by themselves.",
    hint="expected gain = effect * leave * value - cost, one for each customer.",
    mistakes=(
        WrongCode(
            lambda customers, effect, cost: _order(
                customers, _gain(customers, effect, cost), customers["leave"]
            ),
            "Sorted by the probability to leave; sort by the gain.",
        ),
        WrongCode(
            lambda customers, effect, cost: _order(
                customers, _gain(customers, effect, cost), customers["value"]
            ),
            "Sorted by value; sort by the gain.",
        ),
        WrongCode(
            lambda customers, effect, cost: whom_to_keep(customers, effect, 0.0),
            "The cost is missing, so too many are in the list.",
        ),
        WrongCode(
            lambda customers, effect, cost: whom_to_keep(customers, 1.0, cost),
            "That keeps all who would leave; the programme keeps the share `effect` of them.",
        ),
        WrongCode(
            lambda customers, effect, cost: whom_to_keep(customers.assign(leave=1.0), effect, cost),
            "That counts everybody as leaving; multiply by the probability to leave.",
        ),
        WrongCode(
            lambda customers, effect, cost: whom_to_keep(customers, effect, cost)[::-1],
            "The order is turned round; the highest gain comes first.",
        ),
    ),
)
