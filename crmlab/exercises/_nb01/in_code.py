"""In code in notebook 01: the next customer, a segment's mean, hits, profit, a sample."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BETWEEN_SHARE", "CAMPAIGN_PROFIT", "FEWEST_ANSWERS", "HIT_SHARE", "NEXT_COST"]


# ---------------------------------------------------------------------------------------------
# The next customer


def next_cost(spent: list[float], won: list[float]) -> list[float]:
    """Cost of a further customer at each step."""
    money = np.diff(np.concatenate([[0.0], spent]))
    return [float(each) for each in money / np.diff(np.concatenate([[0.0], won]))]


def _inputs_of_steps(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    spent = np.cumsum(rng.uniform(50, 150, 6)).round(1)
    won = (400 * (1 - np.exp(-spent / 300))).round(1)
    return [([100.0, 200.0, 300.0], [50.0, 80.0, 95.0]), ([60.0, 200.0], [30.0, 50.0]),
            (spent.tolist(), won.tolist())]  # fmt: skip


NEXT_COST = CodeExercise(
    key="01.1",
    objective=1,
    concepts=("A1",),
    question="""\
Write `next_cost`. A market is worked on in steps. `spent` is the money spent up to the end of each
step, all steps before it included, and `won` the customers won up to there. Return a list of the
same length: at each step, what a customer cost who was won *in that step*. Before the first step
both are 0.""",
    starter='''\
def next_cost(spent, won):
    """Cost of a customer won in each step, as a list."""
    ...''',
    answer=next_cost,
    inputs=_inputs_of_steps,
    unit="a list of amounts, as long as `spent`",
    right="The average hides it: the last step cost more than all before it, per customer.",
    hint="money of the step / customers of the step: differences of both lists, from 0.",
    mistakes=(
        WrongCode(
            lambda spent, won: [a / b for a, b in zip(spent, won, strict=True)],
            "That is the average of all customers so far; asked is the step alone.",
        ),
        WrongCode(
            lambda spent, won: [a / b for a, b in zip(np.diff(spent), np.diff(won), strict=True)],
            "The first step is missing: before it both are 0.",
        ),
        WrongCode(
            lambda spent, won: [1 / each for each in next_cost(spent, won)],
            "Those are customers per unit of money: the division is the wrong way round.",
        ),
        WrongCode(
            lambda spent, won: [
                a / (b - c) for a, b, c in zip(spent, won, [0.0, *won[:-1]], strict=True)
            ],
            "The customers are those of the step, and the money is that of all steps.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# How much a segment's mean tells


def between_share(value: pd.Series, segment: pd.Series) -> float:
    """Share of the variance that lies between the means of the segments."""
    mean = value.groupby(segment.reindex(value.index)).transform("mean")
    return float(((mean - value.mean()) ** 2).sum() / ((value - value.mean()) ** 2).sum())


def _inputs_of_segments(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.Series([1.0, 3.0, 10.0, 12.0, 14.0], index=list("vwxyz"))
    kinds = pd.Series(["a", "a", "b", "b", "b"], index=list("vwxyz"))
    ids = [f"k{at:02d}" for at in range(40)]
    drawn = pd.Series(rng.choice(list("abc"), 40, p=[0.5, 0.3, 0.2]), index=ids)
    money = drawn.map({"a": 10.0, "b": 14.0, "c": 25.0}) + rng.normal(0, 5, 40)
    return [(few, kinds), (few, kinds[::-1]), (money, drawn), (money, drawn.iloc[::-1])]


def _plain(value: pd.Series, segment: pd.Series) -> float:
    means = value.groupby(segment.reindex(value.index)).mean()
    return float(means.var(ddof=0) / value.var(ddof=0))


def _by_row(value: pd.Series, segment: pd.Series) -> float:
    there = pd.Series(segment.to_numpy(), index=value.index)
    return between_share(value, there)


BETWEEN_SHARE = CodeExercise(
    key="01.3",
    objective=2,
    concepts=("E2",),
    question="""\
Write `between_share`. `value` is a Series of money per customer and `segment` a Series of their
segments; both have customer ids as index, perhaps in another order. Give each customer the mean of
that customer's segment. Return the share of the variance of `value` that these means have: the sum
of their squared distances from the mean of all customers, over that of the values themselves.""",
    starter='''\
def between_share(value, segment):
    """Share of the variance that lies between segments, 0 to 1."""
    ...''',
    answer=between_share,
    inputs=_inputs_of_segments,
    unit="one number from 0 to 1",
    right="What is left is the difference between customers of the same segment.",
    hint='value.groupby(segment).transform("mean"), with the same index in both.',
    mistakes=(
        WrongCode(
            lambda value, segment: 1 - between_share(value, segment),
            "That is the share within the segments.",
        ),
        WrongCode(_plain, "Each segment counts once there; count each customer."),
        WrongCode(_by_row, "Join by customer id: the rows of the two are in another order."),
        WrongCode(
            lambda value, segment: between_share(value, segment) ** 0.5,
            "That is a ratio of standard deviations; the variance is asked for.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Offers that hit


def hit_share(offers: pd.DataFrame, bought: pd.DataFrame) -> float:
    """Share of the offers whose item this customer bought."""
    return _hits(offers, bought, ["customer_id", "item"]) / len(offers)


def _hits(offers: pd.DataFrame, bought: pd.DataFrame, on: list[str]) -> int:
    return len(offers.merge(bought[on].drop_duplicates(), on=on))


def _inputs_of_offers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    offers = pd.DataFrame({"customer_id": list("aabbc"), "item": ["tea", "milk"] * 2 + ["tea"]})
    bought = pd.DataFrame(
        {
            "customer_id": list("aaabccd"),
            "item": ["tea", "tea", "jam", "milk", "milk", "jam", "rice"],
        }
    )
    ids, items = list("pqrstuv"), ["tea", "milk", "jam", "rice", "eggs"]
    pairs = [(who, item) for who in ids for item in rng.choice(items, 2, replace=False)]
    drawn = pd.DataFrame(pairs, columns=["customer_id", "item"])
    later = pd.DataFrame({"customer_id": rng.choice(ids[:-1], 16), "item": rng.choice(items, 16)})
    return [(offers, bought), (offers, bought.iloc[::-1]), (drawn, later)]


HIT_SHARE = CodeExercise(
    key="01.4",
    objective=3,
    concepts=("B1",),
    question="""\
Write `hit_share`. `offers` has one row per offer, with `customer_id` and `item`. `bought` has one
row per line that was bought later, with the same columns; a customer may have bought an item
several times. Return the share of the offers whose item *this* customer bought.""",
    starter='''\
def hit_share(offers, bought):
    """Share of the offers that hit, 0 to 1."""
    ...''',
    answer=hit_share,
    inputs=_inputs_of_offers,
    unit="one number from 0 to 1",
    right="One number for each way of offering, on the same customers and days.",
    hint="merge the offers with the distinct pairs that were bought; count the rows.",
    mistakes=(
        WrongCode(
            lambda offers, bought: float(offers["item"].isin(bought["item"]).mean()),
            "An item that anybody bought is counted; it must be this customer.",
        ),
        WrongCode(
            lambda offers, bought: (
                len(offers.merge(bought, on=["customer_id", "item"])) / len(offers)
            ),
            "An item bought twice counts twice; an offer hits once.",
        ),
        WrongCode(
            lambda offers, bought: (
                _hits(offers, bought, ["customer_id", "item"]) / len(bought.drop_duplicates())
            ),
            "That is the share of what was bought; the share of the offers is asked for.",
        ),
        WrongCode(
            lambda offers, bought: (
                offers.merge(bought, on=["customer_id", "item"])["customer_id"].nunique()
                / offers["customer_id"].nunique()
            ),
            "Those are customers with a hit; count offers.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What a way of choosing earns


def campaign_profit(
    score: pd.Series, effect: pd.Series, margin: float, cost: float, letters: int
) -> float:
    """Profit of letters to the customers with the highest scores that pay."""
    return _profit(score, effect, margin, cost, letters)


def _profit(
    score: pd.Series,
    effect: pd.Series,
    margin: float,
    cost: float,
    letters: int,
    *,
    by: pd.Series | None = None,
    pays: bool = True,
    ascending: bool = False,
) -> float:
    ranked = (score if by is None else by).sort_values(ascending=ascending)
    if pays:
        ranked = ranked[ranked * margin > cost]
    chosen = ranked.index[:letters]
    return float((effect[chosen] * margin - cost).sum())


def _inputs_of_scores(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    score = pd.Series([0.30, 0.20, 0.10, 0.04, 0.01], index=list("abcde"))
    effect = pd.Series([0, 1, 1, 0, 1], index=list("abcde"))
    ids = [f"k{at:02d}" for at in range(60)]
    drawn = pd.Series(rng.permutation(np.linspace(-0.1, 0.4, 60)), index=ids)
    real = pd.Series(rng.choice([-1, 0, 1], 60, p=[0.05, 0.65, 0.3]), index=ids)
    mixed = real.sample(frac=1, random_state=rng)
    return [(score, effect, 40.0, 2.0, 3), (score, effect[::-1], 40.0, 2.0, 9),
            (drawn, mixed, 50.0, 5.0, 12), (drawn, mixed, 50.0, 9.0, 50)]  # fmt: skip


Rule = Callable[[pd.Series, pd.Series, float, float, int], float]


def _with(**options: Any) -> Rule:
    def wrong(
        score: pd.Series, effect: pd.Series, margin: float, cost: float, letters: int
    ) -> float:
        return _profit(score, effect, margin, cost, letters, **options)

    return wrong


CAMPAIGN_PROFIT = CodeExercise(
    key="01.5",
    objective=3,
    concepts=("B1",),
    question="""\
Write `campaign_profit`. `score` and `effect` are Series by customer id, perhaps in another order:
the orders that a letter is *expected* to add, and those that it really adds. An order leaves
`margin`, a letter costs `cost`. Letters go to the customers with the highest scores, as long as the
expected margin is above the cost, and to `letters` customers at most. Return what they earn, the
cost of the letters taken off.""",
    starter='''\
def campaign_profit(score, effect, margin, cost, letters):
    """Profit of letters to the best by score, judged by the effect."""
    ...''',
    answer=campaign_profit,
    inputs=_inputs_of_scores,
    unit="one amount",
    right="The score chooses and the effect pays; a score that pays itself is always right.",
    hint="sort by score, keep score * margin > cost, take the first; sum effect * margin - cost.",
    mistakes=(
        WrongCode(
            lambda score, effect, margin, cost, letters: _profit(
                score, effect, margin, cost, letters, by=effect
            ),
            "That chooses by the effect, which nobody knows before the letters are sent.",
        ),
        WrongCode(
            _with(pays=False), "Letters also go to customers who are not expected to pay for them."
        ),
        WrongCode(
            lambda score, effect, margin, cost, letters: _profit(
                score, score, margin, cost, letters
            ),
            "That counts what was expected; count what the letters really add.",
        ),
        WrongCode(
            lambda score, effect, margin, cost, letters: (
                _profit(score, effect, margin, cost, letters)
                + cost * min(letters, int((score * margin > cost).sum()))
            ),
            "The cost of the letters is missing.",
        ),
        WrongCode(
            lambda score, effect, margin, cost, letters: _profit(
                score, effect, margin, cost, len(score)
            ),
            "The limit on the number of letters is missing.",
        ),
        WrongCode(_with(ascending=True), "The lowest scores come first; take the highest."),
    ),
)


# ---------------------------------------------------------------------------------------------
# How many must be asked


def fewest_answers(before: float, after: float) -> int:
    """Fewest answers in each of two surveys for a difference beyond chance."""
    return _fewest(before * (1 - before) + after * (1 - after), after - before)


def _fewest(variance: float, difference: float, *, z: float = 1.96) -> int:
    return int(z**2 * variance / difference**2) + 1


def _inputs_of_surveys(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn = round(float(rng.uniform(0.2, 0.4)), 3)
    return [(0.3, 0.4), (0.55, 0.48), (0.1, 0.13), (drawn, round(drawn + 0.057, 3))]


FEWEST_ANSWERS = CodeExercise(
    key="01.8",
    objective=4,
    concepts=("A3",),
    question="""\
Write `fewest_answers`. Two surveys ask different firms, equally many in both, and find the shares
`before` and `after`. Their difference is beyond chance where it is above 1.96 standard errors; the
squared standard error is p(1 - p)/n of the one, plus that of the other. Return the smallest
whole number n of answers in each survey for which that is so.""",
    starter='''\
def fewest_answers(before, after):
    """Smallest number of answers in each survey, a whole number."""
    ...''',
    answer=fewest_answers,
    inputs=_inputs_of_surveys,
    unit="one whole number",
    right="A quoted change without the number of answers cannot be told from chance.",
    hint="solve difference = 1.96 * sqrt(variances / n) for n, and take the next whole number.",
    mistakes=(
        WrongCode(
            lambda before, after: fewest_answers(before, after) - 1,
            "With so many it is not beyond chance yet: take the next whole number.",
        ),
        WrongCode(
            lambda before, after: _fewest(before * (1 - before), after - before),
            "The second survey varies as well; add its part.",
        ),
        WrongCode(
            lambda before, after: _fewest(
                ((before * (1 - before)) ** 0.5 + (after * (1 - after)) ** 0.5) ** 2,
                after - before,
            ),
            "Standard errors are added squared, not as they are.",
        ),
        WrongCode(
            lambda before, after: _fewest(
                before * (1 - before) + after * (1 - after), after - before, z=1.0
            ),
            "That is one standard error; 1.96 are asked for.",
        ),
    ),
)
