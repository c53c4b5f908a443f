"""In code in notebook 04: scores, rules, moves, and numbers that can be compared."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["FAULTY_CELLS", "SCORE", "STANDARDISE", "STAYED"]

# ---------------------------------------------------------------------------------------------
# Scores


def score(values: pd.Series, n_bins: int) -> pd.Series:
    """Score of each customer, 1 to n_bins; equal customers have equal scores."""
    worse = values.rank(method="min").astype(int) - 1
    return 1 + n_bins * worse // len(values)


def _score_by_rank(values: pd.Series, n_bins: int, method: Any) -> pd.Series:
    return 1 + n_bins * (values.rank(method=method).astype(int) - 1) // len(values)


def _inputs_of_score(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    ties = pd.Series([0, 0, 0, 0, 0, 0, 1, 1, 2, 7], index=list("abcdefghij"))
    money = pd.Series(rng.permutation(np.arange(1, 31)) * 2.5)
    orders = pd.Series(rng.poisson(1.2, size=40))
    return [(ties, 5), (ties[::-1], 2), (money, 5), (orders.sample(frac=1, random_state=rng), 4)]


SCORE = CodeExercise(
    key="04.2",
    objective=1,
    question="""\
Write `score`. `values` is a Series with one number per customer, more is better. Return a Series of
scores from 1 to `n_bins`: 1 + the whole part of `n_bins` times the share of customers who are
*strictly* worse. So equal customers have equal scores, whatever the order of the rows.""",
    starter='''\
def score(values, n_bins):
    """Score of each customer, 1 to n_bins; equal customers have equal scores."""
    ...''',
    answer=score,
    inputs=_inputs_of_score,
    unit="a Series of whole numbers with the index of values",
    right="It is the score of rfm_scores. Bins differ in size where many customers are equal.",
    hint='values.rank(method="min") - 1 is the number of customers who are strictly worse.',
    mistakes=(
        WrongCode(
            lambda values, n_bins: _score_by_rank(values, n_bins, "first"),
            "Equal customers get different scores, by the order of the rows.",
        ),
        WrongCode(
            lambda values, n_bins: _score_by_rank(values, n_bins, "max"),
            "That counts customers who are equal as worse; count those strictly worse.",
        ),
        WrongCode(
            lambda values, n_bins: n_bins + 1 - score(values, n_bins),
            "The scores are turned round: the best customers have the highest score.",
        ),
        WrongCode(
            lambda values, n_bins: score(values, n_bins) - 1,
            "The scores begin at 0; the lowest one is 1.",
        ),
        WrongCode(
            lambda values, n_bins: score(-values, n_bins),
            "That counts the customers who are better; count those who are worse.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Rules


def faulty_cells(rules: pd.DataFrame, n_bins: int) -> int:
    """Number of cells that no rule covers, or more than one."""
    covered = np.zeros((n_bins, n_bins), dtype=int)
    bounds = rules[["r_from", "r_to", "f_from", "f_to"]].to_numpy()
    for r_from, r_to, f_from, f_to in bounds:
        covered[r_from - 1 : r_to, f_from - 1 : f_to] += 1
    return int((covered != 1).sum())


def _cover(rules: pd.DataFrame, n_bins: int, last: int = 0) -> Any:
    covered = np.zeros((n_bins, n_bins), dtype=int)
    for r_from, r_to, f_from, f_to in rules[["r_from", "r_to", "f_from", "f_to"]].to_numpy():
        covered[r_from - 1 : r_to - last, f_from - 1 : f_to - last] += 1
    return covered


def _inputs_of_rules(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    columns = ["segment", "r_from", "r_to", "f_from", "f_to"]
    whole = pd.DataFrame(
        [("best", 3, 4, 3, 4), ("new", 3, 4, 1, 2), ("asleep", 1, 2, 1, 4)], columns=columns
    )
    moved = pd.DataFrame(
        [("best", 3, 4, 3, 4), ("new", 2, 4, 1, 2), ("asleep", 1, 2, 1, 3)], columns=columns
    )
    low = rng.integers(1, 4, size=(3, 2))
    high = low + rng.integers(0, 3, size=(3, 2))
    drawn = pd.DataFrame(
        {"segment": list("xyz"), "r_from": low[:, 0], "r_to": high[:, 0],
         "f_from": low[:, 1], "f_to": high[:, 1]}
    )  # fmt: skip
    return [(whole, 4), (moved, 4), (drawn, 5)]


FAULTY_CELLS = CodeExercise(
    key="04.3",
    objective=1,
    question="""\
Every customer in exactly one segment: write `faulty_cells`, which checks it. `rules` is a table
with the columns `segment`, `r_from`, `r_to`, `f_from` and `f_to`; a rule takes all cells with
scores between its bounds, *both included*. Return how many of the `n_bins` times `n_bins` cells of
a recency and a frequency score no rule covers, or more than one.""",
    starter='''\
def faulty_cells(rules, n_bins):
    """Number of cells that no rule covers, or more than one."""
    ...''',
    answer=faulty_cells,
    inputs=_inputs_of_rules,
    unit="one whole number of cells",
    right="Zero means: exhaustive and disjoint. RFMSegmenter refuses rules where it is not zero.",
    hint="for each cell count the rules that cover it; every count but 1 is a fault.",
    mistakes=(
        WrongCode(
            lambda rules, n_bins: int((_cover(rules, n_bins) == 0).sum()),
            "Those are the cells without a rule; a cell with two rules is a fault, too.",
        ),
        WrongCode(
            lambda rules, n_bins: int((_cover(rules, n_bins) > 1).sum()),
            "Those are the cells with two rules; a cell without one is a fault, too.",
        ),
        WrongCode(
            lambda rules, n_bins: int((_cover(rules, n_bins, 1) != 1).sum()),
            "The upper bounds belong to the rules; in Python a range ends before its last number.",
        ),
        WrongCode(
            lambda rules, n_bins: abs(n_bins**2 - int(_cover(rules, n_bins).sum())),
            "A gap and an overlap cancel each other in a sum; look at each cell.",
        ),
        WrongCode(
            lambda rules, n_bins: int((_cover(rules, n_bins) == 1).sum()),
            "Those are the cells that are in order; count the others.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Who moves


def stayed(before: pd.Series, after: pd.Series) -> pd.Series:
    """Share of each earlier segment that is in the same segment later, 0 to 1."""
    same = before == after.reindex(before.index)
    return same.groupby(before).mean()


def _stayed_of_buyers(before: pd.Series, after: pd.Series) -> pd.Series:
    again = before[before.index.isin(after.index)]
    return stayed(again, after)


def _stayed_by_place(before: pd.Series, after: pd.Series) -> pd.Series:
    there = after[after.index.isin(before.index)].to_list()
    missing = [None] * (len(before) - len(there))
    return (before == [*there, *missing]).groupby(before).mean()


def _came_from(before: pd.Series, after: pd.Series) -> pd.Series:
    same = after == before.reindex(after.index)
    return same.groupby(after).mean()


def _inputs_of_moves(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    before = pd.Series(["good", "good", "good", "weak", "weak"], index=list("abcde"))
    after = pd.Series(["weak", "good", "good", "good"], index=list("ebza"))
    names = [f"c{at}" for at in range(30)]
    one = pd.Series(rng.choice(["good", "weak", "new"], 30), index=names)
    two = pd.Series(rng.choice(["good", "weak", "new"], 30), index=names)
    two = two.sample(frac=0.6, random_state=rng)
    back = pd.Series(["new", "good", "weak"], index=["x", "y", "z"])
    return [(before, after), (one, pd.concat([back, two]))]


STAYED = CodeExercise(
    key="04.4",
    objective=2,
    question="""\
Write `stayed`. `before` and `after` are Series with the segment of each customer in two periods,
indexed by customer, in any order. Customers who bought no more are missing in `after`, and
customers who came later are missing in `before`. Return for each earlier segment the share of *all*
its customers who are in the same segment later.""",
    starter='''\
def stayed(before, after):
    """Share of each earlier segment that is in the same segment later, 0 to 1."""
    ...''',
    answer=stayed,
    inputs=_inputs_of_moves,
    unit="a Series of shares indexed by the earlier segment",
    right="This is the diagonal of the picture above, where a row adds up to 100 %.",
    hint="after.reindex(before.index) has the customers of `before`; the lost ones are missing.",
    mistakes=(
        WrongCode(
            _stayed_of_buyers,
            "Customers who bought no more are left out; they belong to their earlier segment.",
        ),
        WrongCode(_stayed_by_place, "The Series have another order; match the customers by index."),
        WrongCode(
            _came_from,
            "That is the share of each later segment; start from the earlier one.",
        ),
        WrongCode(
            lambda before, after: (before == after.reindex(before.index)).mean(),
            "That is one share for all; group by the earlier segment.",
        ),
        WrongCode(
            lambda before, after: (before == after.reindex(before.index)).groupby(before).sum(),
            "Those are numbers of customers; divide by the size of the segment.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Numbers that can be compared


def standardise(customers: pd.DataFrame) -> pd.DataFrame:
    """Logs of each column, then less their mean, over their standard deviation."""
    logs = np.log1p(customers)
    return (logs - logs.mean()) / logs.std(ddof=0)


def _inputs_of_columns(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame({"orders": [0.0, 1.0, 2.0, 9.0], "spend": [10.0, 0.0, 250.0, 40.0]})
    many = pd.DataFrame(
        {"days": rng.integers(0, 90, 25).astype(float), "spend": rng.lognormal(3, 1, 25).round(2)}
    )
    return [(few,), (many,)]


STANDARDISE = CodeExercise(
    key="04.7",
    objective=1,
    question="""\
Write `standardise`, which prepares columns for k-means. `customers` is a table of numbers from 0
up. Replace each number x by log(1 + x). Then, *column by column*, take off the mean and divide by
the standard deviation with divisor n (`ddof=0`).""",
    starter='''\
def standardise(customers):
    """Logs of each column, then less their mean, over their standard deviation."""
    ...''',
    answer=standardise,
    inputs=_inputs_of_columns,
    unit="a table with the same index and columns",
    right="Every column now has the same weight in a distance, and the largest spender less.",
    hint="np.log1p(x) is log(1 + x), and works on a whole table.",
    mistakes=(
        WrongCode(
            lambda customers: (customers - customers.mean()) / customers.std(ddof=0),
            "The logs are missing; a few very large numbers would decide all distances.",
        ),
        WrongCode(
            lambda customers: (
                (np.log1p(customers) - np.log1p(customers).mean()) / np.log1p(customers).std()
            ),
            "That divides by the standard deviation with divisor n - 1; set ddof.",
        ),
        WrongCode(
            lambda customers: np.log1p(customers) - np.log1p(customers).mean(),
            "The columns are centred, and not yet divided by their standard deviation.",
        ),
        WrongCode(np.log1p, "Those are the logs alone; mean and standard deviation are to follow."),
        WrongCode(
            lambda customers: (
                (np.log1p(customers) - np.log1p(customers).to_numpy().mean())
                / np.log1p(customers).to_numpy().std()
            ),
            "One mean was taken for the whole table; each column has its own.",
        ),
    ),
)
