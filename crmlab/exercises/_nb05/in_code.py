"""Exercises of notebook 05 in code: channels, mixed groups, points, tenure."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CHANNEL_COST", "MIXED_SURVIVAL", "POINTS_NEEDED", "SAME_CUSTOMERS"]

# ---------------------------------------------------------------------------------------------
# The cost of winning by channel


def channel_cost(spend: pd.DataFrame, customers: pd.DataFrame) -> pd.Series:
    """Cost of one new customer, by channel."""
    paid = spend[spend["purpose"] == "acquire"].groupby("channel")["amount"].sum()
    return paid / customers["channel"].value_counts()


def _divide(spend: pd.DataFrame, customers: pd.DataFrame, measure: str) -> pd.Series:
    paid = spend[spend["purpose"] == "acquire"].groupby("channel")["amount"]
    return getattr(paid, measure)() / customers["channel"].value_counts()


def _inputs_of_channels(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for months in (2, 5):
        names = ["tv", "branch", "search"]
        rows = [
            {"channel": name, "amount": float(rng.integers(200, 900)), "purpose": purpose}
            for name in names
            for purpose in ("acquire", "keep")
            for _ in range(months)
        ]
        came = rng.permutation(["tv"] * 3 + ["branch"] * 7 + ["search"] * int(rng.integers(9, 20)))
        spend = pd.DataFrame(rows).sample(frac=1, random_state=rng, ignore_index=True)
        drawn.append((spend, pd.DataFrame({"channel": came})))
    return drawn


CHANNEL_COST = CodeExercise(
    key="05.2",
    objective=1,
    concepts=("D3",),
    question="""\
Write `channel_cost`. `spend` has the columns `channel`, `amount` and `purpose` ("acquire" or
"keep"), several rows for each channel. `customers` has one row for each new customer, with
`channel`. Return a Series: by channel, what winning one of them cost on average.""",
    starter='''\
def channel_cost(spend, customers):
    """Cost of one new customer, by channel."""
    ...''',
    answer=channel_cost,
    inputs=_inputs_of_channels,
    unit="a Series of amounts with the channel as its index",
    right="An average: what the next customer of a channel costs, it does not say.",
    hint='sum the amounts with purpose "acquire" by channel; count the customers by channel.',
    mistakes=(
        WrongCode(
            lambda spend, customers: (
                spend.groupby("channel")["amount"].sum() / customers["channel"].value_counts()
            ),
            "Money spent on keeping is in it; take what was spent to acquire.",
        ),
        WrongCode(
            lambda spend, customers: _divide(spend, customers, "mean"),
            "That takes the mean of the rows; a channel's cost is their sum.",
        ),
        WrongCode(
            lambda spend, customers: 1 / channel_cost(spend, customers),
            "That is customers per unit of money; divide the other way.",
        ),
        WrongCode(
            lambda spend, customers: (
                channel_cost(spend, customers)
                * customers["channel"].value_counts()
                / len(customers)
            ),
            "That divides by all customers; divide by those of the channel.",
        ),
        WrongCode(
            lambda spend, customers: (
                channel_cost(spend, customers) * customers["channel"].value_counts()
            ),
            "That is the money of each channel; divide it by its customers.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Unlike customers


def mixed_survival(sizes: list[int], rates: list[float], t: int) -> float:
    """Share of all customers still there after t periods."""
    there = sum(size * rate**t for size, rate in zip(sizes, rates, strict=True))
    return there / sum(sizes)


def _mean_rate(sizes: list[int], rates: list[float]) -> float:
    return float(np.average(rates, weights=sizes))


def _inputs_of_mixed(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = [([500, 100], [0.9, 0.5], 1), ([100, 500], [0.9, 0.5], 4)]
    for n, t in ((2, 3), (3, 6)):
        sizes = [int(one) for one in rng.integers(50, 500, n)]
        drawn.append((sizes, [float(one) for one in rng.uniform(0.4, 0.97, n).round(2)], t))
    return drawn


MIXED_SURVIVAL = CodeExercise(
    key="05.4",
    objective=2,
    concepts=("A6",),
    question="""\
Write `mixed_survival`. A base consists of groups: `sizes` lists how many customers each has, and
`rates` the retention rate of each per period, which never changes. Return the share of *all*
customers who are still there after `t` periods.""",
    starter='''\
def mixed_survival(sizes, rates, t):
    """Share of all customers still there after t periods."""
    ...''',
    answer=mixed_survival,
    inputs=_inputs_of_mixed,
    unit="one share between 0 and 1",
    right="It is above what the mean rate gives after two periods or more, in every mixed base.",
    hint="how many of each group are there after t periods? Add them up, then divide.",
    mistakes=(
        WrongCode(
            lambda sizes, rates, t: _mean_rate(sizes, rates) ** t,
            "That gives all of them the mean rate; those who leave easily leave first.",
        ),
        WrongCode(
            lambda sizes, rates, t: float(np.mean(rates)) ** t,
            "That gives all the plain mean of the rates; groups differ in rate and in size.",
        ),
        WrongCode(
            lambda sizes, rates, t: float(np.mean([rate**t for rate in rates])),
            "Each group counts the same there; weigh it by its size.",
        ),
        WrongCode(
            lambda sizes, rates, t: 1 - mixed_survival(sizes, rates, t),
            "That is the share that has left.",
        ),
        WrongCode(
            lambda sizes, rates, t: mixed_survival(sizes, rates, t) * sum(sizes),
            "That is a number of customers; divide it by all.",
        ),
        WrongCode(
            lambda sizes, rates, t: mixed_survival(sizes, rates, 1),
            "That is one period only; the rate applies t times.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Points that pay


def points_needed(margin: float, retention: float, discount_rate: float, cost: float) -> float:
    """Rise in retention at which the programme pays for itself, as a share."""
    return cost / margin * (1 + discount_rate - retention)


def _once(margin: float, retention: float, discount_rate: float, cost: float) -> float:
    """Let the cost be paid once, and find the rise that brings it back."""
    worth = margin * (1 + discount_rate) / (1 + discount_rate - retention) + cost
    return 1 + discount_rate - margin * (1 + discount_rate) / worth - retention


def _inputs_of_points(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (100.0, 0.8, 0.1, 10.0),
        *(
            (float(rng.integers(50, 300)), round(float(rng.uniform(0.5, 0.9)), 2),
             round(float(rng.uniform(0.03, 0.2)), 2), float(rng.integers(2, 20)))
            for _ in range(4)
        ),
    ]  # fmt: skip


POINTS_NEEDED = CodeExercise(
    key="05.6",
    objective=3,
    concepts=("C1",),
    question="""\
Write `points_needed`. A customer pays `margin` now and again in every year, while staying with
probability `retention` a year: worth margin * (1 + d) / (1 + d - r). A programme costs `cost` for
each customer, now and again in every year. Return by how much it must raise retention to leave the
value as it is: a share, so 0.03 for 3 points. As a test: with 100, 0.8, 0.1 and 10 it is 0.03.""",
    starter='''\
def points_needed(margin, retention, discount_rate, cost):
    """Rise in retention at which the programme pays for itself, as a share."""
    ...''',
    answer=points_needed,
    inputs=_inputs_of_points,
    unit="one number, 0.03 for 3 percentage points",
    right="At a high retention fewer points are needed: a customer kept stays for longer.",
    hint="set margin / (1 + d - r) equal to (margin - cost) / (1 + d - r - x), and solve for x.",
    mistakes=(
        WrongCode(
            _once,
            "That pays the cost once; it is due in every year while the customer stays.",
        ),
        WrongCode(
            lambda margin, retention, discount_rate, cost: cost / margin * (1 - retention),
            "The discount rate is missing.",
        ),
        WrongCode(
            lambda margin, retention, discount_rate, cost: (
                retention + points_needed(margin, retention, discount_rate, cost)
            ),
            "That is the retention after the rise; give the rise.",
        ),
        WrongCode(
            lambda margin, retention, discount_rate, cost: (
                100 * points_needed(margin, retention, discount_rate, cost)
            ),
            "Those are points; give a share, 0.03 for 3 points.",
        ),
        WrongCode(
            lambda margin, retention, discount_rate, cost: cost / margin,
            "That is the cost as a share of one margin; a customer kept pays in later years, too.",
        ),
        WrongCode(
            lambda margin, retention, discount_rate, cost: (
                points_needed(margin, retention, discount_rate, cost) / retention
            ),
            "That is the rise relative to retention; give the rise in points, as a share.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The same customers


def same_customers(margins: pd.DataFrame) -> float:
    """Change of the mean margin from first to last period, of those there in both."""
    stayed = margins.dropna()
    return stayed.iloc[:, -1].mean() - stayed.iloc[:, 0].mean()


def _inputs_of_margins(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for n, periods in ((8, 3), (30, 4)):
        level = rng.gamma(4, 5, n).round(1)
        table = pd.DataFrame(
            {str(at + 1): level + at * rng.integers(-1, 4, n) for at in range(periods)}
        )
        stay = np.where(level > np.median(level), rng.integers(2, periods + 1, n), 1)
        stay[np.argsort(level)[-3:]] = periods
        gone = np.arange(periods)[None, :] >= stay[:, None]
        drawn.append((table.mask(gone),))
    return drawn


SAME_CUSTOMERS = CodeExercise(
    key="05.7",
    objective=3,
    concepts=("D2",),
    question="""\
Write `same_customers`. `margins` has a row for each customer and a column for each period since
the customer came, in order; after a customer has left, the values are missing. Return by how much
the mean margin changed from the first to the last column, *of the same customers*: those there in
the last.""",
    starter='''\
def same_customers(margins):
    """Change of the mean margin from first to last period, of those there in both."""
    ...''',
    answer=same_customers,
    inputs=_inputs_of_margins,
    unit="one amount, below 0 for a fall",
    right="What the mean of all rises beyond this is selection: others left, with less margin.",
    hint="keep the customers without a missing value, then compare two columns.",
    mistakes=(
        WrongCode(
            lambda margins: margins.iloc[:, -1].mean() - margins.iloc[:, 0].mean(),
            "That compares other people: in the first column those who left later count, too.",
        ),
        WrongCode(
            lambda margins: (
                margins.fillna(0).iloc[:, -1].mean() - margins.fillna(0).iloc[:, 0].mean()
            ),
            "Those who left count as 0 there; compare those there in both.",
        ),
        WrongCode(
            lambda margins: -same_customers(margins), "The sign is turned round: last less first."
        ),
        WrongCode(
            lambda margins: (
                margins.dropna().iloc[:, -1].mean() / margins.dropna().iloc[:, 0].mean()
            ),
            "That is a ratio; give the difference.",
        ),
        WrongCode(
            lambda margins: (margins.dropna().iloc[:, -1] - margins.dropna().iloc[:, 0]).sum(),
            "That is a sum over the customers; give the mean.",
        ),
    ),
)
