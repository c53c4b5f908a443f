"""In code in notebook 13: how sure a rank is, entries, two rankings, a check, and a budget."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BEST_BY_BOTH", "BEST_SET", "SCORE_LIMITS", "SHARES_MADE", "SHARE_OF_FIRMS"]


# ---------------------------------------------------------------------------------------------
# How sure the first place is


def share_of_firms(costs: pd.DataFrame) -> float:
    """Share of the firms in which the factor that costs most on average costs most."""
    dearest = costs.mean().idxmax()
    return float((costs.idxmax(axis=1) == dearest).mean())


def _inputs_of_costs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {"P1": [3.0, 9.0, 3.0, 3.0, 1.0], "P2": [4.0, 1.0, 4.0, 4.0, 1.0],
         "P3": [1.0, 2.0, 3.5, 5.0, 2.5]}
    )  # fmt: skip
    n = 20
    drawn = pd.DataFrame(
        {name: rng.normal(mean, 1.0, n) for name, mean in (("P4", 5.0), ("P5", 5.6), ("P6", 4.4))}
    )
    drawn["P4"] = drawn["P4"].clip(upper=6.0)
    return [(few,), (few[["P3", "P2", "P1"]],), (drawn,)]


SHARE_OF_FIRMS = CodeExercise(
    key="13.1",
    objective=4,
    question="""\
Write `share_of_firms`. `costs` has a row for each simulated firm and a column for each factor: what
it costs there. Take the factor that costs most on average. Return the share of the firms in which
this factor costs most.""",
    starter='''\
def share_of_firms(costs):
    """Share of the firms in which the factor dearest on average costs most."""
    ...''',
    answer=share_of_firms,
    inputs=_inputs_of_costs,
    unit="a share in [0, 1]",
    right="A first place held in few firms is a place that chance gave.",
    hint="costs.mean().idxmax() is the factor; costs.idxmax(axis=1) the dearest of each firm.",
    mistakes=(
        WrongCode(
            lambda costs: float(costs.idxmax(axis=1).value_counts(normalize=True).iloc[0]),
            "That is the factor that comes first most often; take the one dearest on average.",
        ),
        WrongCode(
            lambda costs: float((costs.idxmin(axis=1) == costs.mean().idxmax()).mean()),
            "That counts the firms in which it costs least.",
        ),
        WrongCode(
            lambda costs: float(costs.mean().max() / costs.mean().sum()),
            "That is its share of the money, not of the firms.",
        ),
        WrongCode(
            lambda costs: float((costs.idxmax(axis=1) == costs.mean().idxmax()).sum()),
            "That is a number of firms; divide by how many there are.",
        ),
        WrongCode(
            lambda costs: float((costs[costs.mean().idxmax()] > costs.mean().max()).mean()),
            "That compares the factor with its own mean, and not with the other factors.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Entries that were made


def shares_made(visits: pd.DataFrame) -> pd.Series:
    """Share of the planned entries that exist, by instructor."""
    total = visits.groupby("instructor_id")[["planned", "held"]].sum()
    return total["held"] / total["planned"]


def _mean_of_ratios(visits: pd.DataFrame) -> pd.Series:
    ratio = visits["held"] / visits["planned"]
    return ratio.groupby(visits["instructor_id"]).mean()


def _by_rows(visits: pd.DataFrame) -> pd.Series:
    return (visits["held"] >= visits["planned"]).groupby(visits["instructor_id"]).mean()


def _missing(visits: pd.DataFrame) -> pd.Series:
    return 1 - shares_made(visits)


def _of_all(visits: pd.DataFrame) -> pd.Series:
    return visits.groupby("instructor_id")["held"].sum() / visits["planned"].sum()


def _inputs_of_visits(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {"instructor_id": ["a", "a", "b", "b", "c", "c"], "planned": [1, 9, 4, 6, 5, 4],
         "held": [1, 3, 4, 5, 3, 4]}
    )  # fmt: skip
    n = 40
    planned = rng.integers(1, 12, n)
    drawn = pd.DataFrame(
        {
            "instructor_id": np.array(list("pqrst"))[np.arange(n) % 5],
            "planned": planned,
            "held": rng.binomial(planned, np.linspace(0.4, 0.95, 5)[np.arange(n) % 5]),
        }
    )
    return [(few,), (few.iloc[::-1].reset_index(drop=True),), (drawn,)]


SHARES_MADE = CodeExercise(
    key="13.3",
    objective=2,
    concepts=("P2",),
    question="""\
Write `shares_made`. `visits` has the columns `instructor_id`, `planned` (entries due, at least 1)
and `held` (entries that exist), a row for each subscriber and month. Return a Series by
`instructor_id`: the share of all entries due from an instructor that exist.""",
    starter='''\
def shares_made(visits):
    """Share of the planned entries that exist, by instructor."""
    ...''',
    answer=shares_made,
    inputs=_inputs_of_visits,
    unit="a Series of shares by `instructor_id`",
    right="This can be shown to each team; why entries are missing it does not say.",
    hint="sum both columns by instructor first, and divide then.",
    mistakes=(
        WrongCode(
            _mean_of_ratios,
            "A month with one entry due counts as much as one with nine; add up first.",
        ),
        WrongCode(_by_rows, "That is the share of months without a gap, not of entries."),
        WrongCode(_missing, "That is the share that is missing."),
        WrongCode(_of_all, "Divide by what was due from the same instructor, not from all."),
    ),
)


# ---------------------------------------------------------------------------------------------
# Best by both


def best_by_both(one: pd.Series, other: pd.Series, n: int) -> float:
    """Share of the n best by one ranking who are among the n best by the other."""
    both = set(one.nlargest(n).index) & set(other.nlargest(n).index)
    return len(both) / n


def _inputs_of_rankings(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    ids = list("abcdefgh")
    one = pd.Series([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], index=ids)
    other = pd.Series([5.0, 8.0, 4.0, 7.0, 3.0, 6.0, 2.0, 1.0], index=ids)
    n = 60
    names = [f"k{at:02d}" for at in range(n)]
    first = pd.Series(rng.normal(size=n), index=names)
    second = (first + pd.Series(rng.normal(size=n), index=names)).sample(frac=1, random_state=rng)
    return [(one, other, 4), (one, other.iloc[::-1], 3), (first, second, 15)]


BEST_BY_BOTH = CodeExercise(
    key="13.4",
    objective=2,
    concepts=("P3",),
    question="""\
Write `best_by_both`. `one` and `other` are Series by customer id, of the same customers in any
order: what each ranking counts, higher is better, no two alike. Return the share of the `n` best by
`one` who are among the `n` best by `other`.""",
    starter='''\
def best_by_both(one, other, n):
    """Share of the n best by one ranking who are best by the other, too."""
    ...''',
    answer=best_by_both,
    inputs=_inputs_of_rankings,
    unit="a share in [0, 1]",
    right="By lot the share would be n over all customers; compare with that.",
    hint="Series.nlargest(n).index gives the ids of the best.",
    mistakes=(
        WrongCode(
            lambda one, other, n: best_by_both(-one, -other, n),
            "Those are the lowest; higher is better.",
        ),
        WrongCode(
            lambda one, other, n: n * best_by_both(one, other, n) / len(one),
            "Divide by the best, and not by all customers.",
        ),
        WrongCode(
            lambda one, other, n: 1 / (2 / best_by_both(one, other, n) - 1),
            "That divides by all who are best by either; the best by one are asked for.",
        ),
        WrongCode(
            lambda one, other, n: n * best_by_both(one, other, n),
            "That is a number of customers; the share is asked for.",
        ),
        WrongCode(
            lambda one, other, n: 1 - best_by_both(one, other, n),
            "That is the share who are best by one ranking only.",
        ),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------
# What missing answers leave open


def score_limits(answers: Mapping[str, Any]) -> list[float]:
    """Lowest and highest score that the answers allow, whatever the missing ones are."""
    worth = {"yes": 1.0, "partly": 0.5, "no": 0.0}
    low = [worth.get(each, 0.0) for each in answers.values()]
    high = [worth.get(each, 1.0) for each in answers.values()]
    return [sum(low) / len(low), sum(high) / len(high)]


def _limits(answers: Mapping[str, Any], low: float, high: float) -> list[float]:
    worth = {"yes": 1.0, "partly": 0.5, "no": 0.0}
    ends = ([worth.get(each, gap) for each in answers.values()] for gap in (low, high))
    return [sum(each) / len(each) for each in ends]


def _left_out(answers: Mapping[str, Any]) -> list[float]:
    given = {name: each for name, each in answers.items() if each is not None}
    return score_limits(given)


def _over_given(answers: Mapping[str, Any]) -> list[float]:
    n_given = sum(each is not None for each in answers.values())
    return [each * len(answers) / n_given for each in score_limits(answers)]


def _inputs_of_answers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = {"a": "yes", "b": "partly", "c": "no", "d": None, "e": "yes", "f": None, "g": "partly"}
    words = ["yes", "partly", "no", None]
    drawn = {f"q{at:02d}": words[each] for at, each in enumerate(rng.integers(0, 4, 12))}
    drawn |= {"x": None, "y": "partly", "z": "yes"}
    return [(few,), (drawn,), ({"a": "no", "b": None, "c": "partly"},)]


SCORE_LIMITS = CodeExercise(
    key="13.8",
    objective=4,
    concepts=("P8",),
    question="""\
Write `score_limits`. `answers` maps questions to "yes" (1), "partly" (0.5), "no" (0) or None, where
nobody answered. The score is the mean over all questions. Return a list of two: the lowest and the
highest score that the missing answers leave possible.""",
    starter='''\
def score_limits(answers):
    """Lowest and highest score, whatever the missing answers are."""
    ...''',
    answer=score_limits,
    inputs=_inputs_of_answers,
    unit="a list of two numbers in [0, 1], the lower first",
    right="If both ends lead to the same verdict, the missing answers do not matter.",
    hint="count each missing answer as 0 for the lower end, and as 1 for the upper one.",
    mistakes=(
        WrongCode(_left_out, "That leaves the missing answers out; the score is over all."),
        WrongCode(
            lambda answers: _limits(answers, 0.5, 0.5),
            "A missing answer is not a partly; nobody knows what it is.",
        ),
        WrongCode(
            lambda answers: score_limits(answers)[::-1],
            "The higher one stands first.",
        ),
        WrongCode(
            lambda answers: _limits(answers, 0.0, 0.5),
            "At best a missing answer is a yes, and not a partly.",
        ),
        WrongCode(
            _over_given,
            "Divide by all questions, not by those that were answered.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Remedies within a budget


def best_set(cost: Mapping[str, float], worth: Mapping[str, float], budget: float) -> list[str]:
    """Names of the remedies that bring most within the budget, in alphabetical order."""
    names = sorted(cost)
    sets = [each for size in range(len(names) + 1) for each in combinations(names, size)]
    allowed = [each for each in sets if sum(cost[name] for name in each) <= budget]
    return list(max(allowed, key=lambda each: sum(worth[name] for name in each)))


def _take(cost: Mapping[str, float], order: list[str], budget: float) -> list[str]:
    """Go through the remedies in this order and take what still fits."""
    taken, spent = [], 0.0
    for name in order:
        if spent + cost[name] <= budget:
            taken.append(name)
            spent += cost[name]
    return sorted(taken)


def _by(rule: Any) -> Any:
    def wrong(cost: Mapping[str, float], worth: Mapping[str, float], budget: float) -> list[str]:
        useful = [name for name in cost if worth[name] > 0]
        return _take(cost, sorted(useful, key=lambda name: rule(cost, worth, name)), budget)

    return wrong


def _spend_all(cost: Mapping[str, float], worth: Mapping[str, float], budget: float) -> list[str]:
    """The most expensive set that fits, whatever it brings."""
    return best_set(cost, cost, budget)


def _whatever_budget(
    cost: Mapping[str, float], worth: Mapping[str, float], budget: float
) -> list[str]:
    return best_set(cost, worth, sum(cost.values()))


def _subtract_again(
    cost: Mapping[str, float], worth: Mapping[str, float], budget: float
) -> list[str]:
    return best_set(cost, {name: worth[name] - cost[name] for name in cost}, budget)


def _inputs_of_remedies(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cost = {"P1": 10.0, "P4": 2.0, "P5": 6.0, "P6": 5.0, "P7": 3.0}
    worth = {"P1": 11.0, "P4": 3.0, "P5": 8.0, "P6": 6.5, "P7": -1.0}
    names = [f"P{at}" for at in range(1, 8)]
    prices = dict(zip(names, (float(each) for each in rng.integers(2, 12, 7)), strict=True))
    gains = {name: round(float(rng.uniform(-3, 14)), 2) for name in names}
    small = ({"P2": 4.0, "P3": 5.0}, {"P2": 1.5, "P3": 2.5}, 9.0)
    books = [(cost, worth, budget) for budget in (11.0, 9.0, 7.0, 0.5)]
    return [*books, small, (prices, gains, 19.0)]


BEST_SET = CodeExercise(
    key="13.9",
    objective=4,
    question="""\
Write `best_set`. `cost` and `worth` map remedies to what each costs a year and to what it brings
*less* its cost, which may be below 0. Return the sorted list of the remedies that together bring
most, where their costs together stay within `budget`. Try every set: seven have only 128.""",
    starter='''\
def best_set(cost, worth, budget):
    """Remedies that bring most within the budget, as a sorted list."""
    ...''',
    answer=best_set,
    inputs=_inputs_of_remedies,
    unit="a sorted list of names",
    right="The best set need not hold the best remedy: it may eat the whole budget.",
    hint="itertools.combinations(sorted(cost), size) for every size; max by the sum of worth.",
    mistakes=(
        WrongCode(
            _by(lambda cost, worth, name: -worth[name]),
            "The best remedy first may leave no budget for two that bring more together.",
        ),
        WrongCode(
            _by(lambda cost, worth, name: -worth[name] / cost[name]),
            "Worth per won, from the top down, may leave a part of the budget idle.",
        ),
        WrongCode(
            _by(lambda cost, worth, name: cost[name]),
            "Cheap ones first is a habit, not the best set.",
        ),
        WrongCode(_spend_all, "That spends as much as fits; ask for what it brings."),
        WrongCode(_whatever_budget, "The budget is not kept."),
        WrongCode(_subtract_again, "The cost was taken off twice; `worth` is without it already."),
    ),
)
