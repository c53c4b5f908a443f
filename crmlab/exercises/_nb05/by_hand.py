"""Exercises of notebook 05 by hand: an additional customer, a half-life, 5 points, a budget."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["ADDITIONAL", "HALF", "NEXT_MONEY", "POINTS"]


def _wrong(answer: float, why: str, tolerance: float | None = None) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why, tolerance)


# ---------------------------------------------------------------------------------------------
# One additional customer kept


def _make_additional(cost: int = 12, stayed: int = 70, anyway: int = 64) -> Exercise:
    extra = stayed - anyway
    return Exercise(
        key="05.1",
        objective=1,
        concepts=("A5",),
        question=f"""\
A club drew half of its customers by lot and spent {cost} USD on each of them, to keep them:
{stayed} % stayed. The other half was left alone: there {anyway} % stayed. What did one *additional*
customer who stayed cost? Whole USD.""",
        answer=round(100 * cost / extra, 2),
        tolerance=0.5,
        unit="one amount in USD, without decimals, such as 125",
        right="Only a control group shows how many stay because of the money.",
        misconceptions=(
            _wrong(
                100 * cost / stayed,
                "That divides by all who stayed; most would have done so anyway.",
            ),
            _wrong(100 * cost / anyway, "That divides by those who stay without any spending."),
            _wrong(cost, "That is the cost of one customer, whether or not the money kept them."),
            _wrong(
                100 * cost / (100 - anyway),
                "That divides by all who leave without spending; not all of them were kept.",
            ),
            _wrong(
                cost * extra / 100,
                "The additional share divides; a small one makes each expensive.",
            ),
        ),
        hint="of 100 customers, how many stay more than without the money, and what do 100 cost?",
        solution=f"""\
100 customers cost {100 * cost} USD. {stayed} - {anyway} = {extra} of them stay because of it.
{100 * cost} / {extra} = {round(100 * cost / extra, 2):g} USD for each.""",
    )


def _draw_additional(rng: np.random.Generator) -> dict[str, Any]:
    stayed = int(rng.integers(60, 85))
    return {"cost": int(rng.integers(5, 30)), "stayed": stayed,
            "anyway": stayed - int(rng.integers(3, 12))}  # fmt: skip


ADDITIONAL = Drawn(_make_additional, _draw_additional)


# ---------------------------------------------------------------------------------------------
# Half in so many years


def _make_half(years: int = 5) -> Exercise:
    kept = 0.5 ** (1 / years)
    lost = 100 * (1 - kept)
    return Exercise(
        key="05.3",
        objective=2,
        concepts=("A6",),
        question=f"""\
A firm loses half of its customers in {years} years, the same share of those still there each year.
Which percentage of them does it lose in one year? One decimal.""",
        answer=round(lost, 2),
        tolerance=0.05,
        unit="a number in percent to one decimal, such as 7.5",
        right="Shares of those still there multiply; they do not add up.",
        misconceptions=(
            _wrong(
                50 / years,
                "That adds up equal parts of the first base; the base shrinks each year.",
            ),
            _wrong(100 * kept, "That is what stays in a year."),
            _wrong(lost / 100, "The share is right, but give it in percent."),
            _wrong(
                100 / years, "That would make the mean stay, not the half-life, that many years."
            ),
            _wrong(50.0, "Half leave in all those years together, not in one."),
        ),
        hint=f"which rate, multiplied by itself {years} times, gives 0.5?",
        solution=f"""\
0.5^(1/{years}) = {kept:.4f} stay in a year, so {100 * kept:.1f} %.
100 - {100 * kept:.2f} = {lost:.2f} % leave.""",
    )


def _draw_half(rng: np.random.Generator) -> dict[str, Any]:
    return {"years": int(rng.integers(3, 11))}


HALF = Drawn(_make_half, _draw_half)


# ---------------------------------------------------------------------------------------------
# Five points more


def _make_points(margin: int = 60, retention: int = 80, cost: int = 100) -> Exercise:
    base, rate = 1.1 * margin, retention / 100
    before, after = base / (1.1 - rate) - cost, base / (1.05 - rate) - cost
    relative = base / (1.1 - 1.05 * rate) - cost
    gain = 100 * (after / before - 1)
    return Exercise(
        key="05.5",
        objective=3,
        concepts=("C1",),
        question=f"""\
A new customer pays a margin of {margin} USD now and again each year, while staying; {retention} %
stay from one year to the next. The discount rate is 10 %, and winning the customer costs {cost}
USD. So the value is 1.1 * {margin} / (1.1 - r) - {cost}, with r = {rate:g}. Retention rises by 5
percentage *points*, at no cost. By how many percent does the value rise? Whole percent.""",
        answer=round(gain, 2),
        tolerance=0.5,
        unit="a number in percent, without decimals, such as 12",
        right="The cost of winning is a fixed part, so the rest moves more in percent.",
        misconceptions=(
            _wrong(
                100 * (0.05 / (1.05 - rate)),
                "The cost of winning is not taken off; the value is net.",
            ),
            _wrong(
                100 * (relative / before - 1),
                f"That raises {retention} % by 5 percent of itself, not by 5 points.",
            ),
            _wrong(after - before, "That is the gain in USD; divide it by the value before."),
            _wrong(gain / 100, "The rise is right, but as a share; give percent."),
            _wrong(
                100 * (1 - before / after),
                "That divides the gain by the value after; take before.",
            ),
        ),
        hint="put r and r + 0.05 into the formula, and compare the two values.",
        solution=f"""\
Before: {base:g} / {1.1 - rate:.2f} - {cost} = {before:.2f} USD.
After: {base:g} / {1.05 - rate:.2f} - {cost} = {after:.2f} USD.
{after:.2f} / {before:.2f} = {after / before:.3f}: {gain:.0f} % more, or {round(gain, 2):g}.""",
    )


def _draw_points(rng: np.random.Generator) -> dict[str, Any]:
    return {"margin": 10 * int(rng.integers(5, 10)), "retention": int(rng.integers(70, 88)),
            "cost": 10 * int(rng.integers(5, 11))}  # fmt: skip


POINTS = Drawn(_make_points, _draw_points)


# ---------------------------------------------------------------------------------------------
# The next money


def _make_next(win: Sequence[int] = (100, 60, 30), keep: Sequence[int] = (80, 40, 10)) -> Exercise:
    ways = [sum(win[:at]) + sum(keep[: 3 - at]) for at in range(4)]
    best = max(ways)
    rows = "\n".join(
        f"| {10 * (at + 1)} | {sum(win[: at + 1])} | {sum(keep[: at + 1])} |" for at in range(3)
    )
    others = [
        (ways[3], "That puts all into winning; its last part brings less than a first in keeping."),
        (ways[0], "That puts all into keeping; its last part brings less than a first in winning."),
        *(
            (one, "That split is not the best; compare what each next 10 thousand bring.")
            for one in ways[1:3]
            if one != best
        ),
        (
            ways[3] + ways[0],
            "That spends 30 thousand on each; the budget is 30 thousand in all.",
        ),
        (best / 3, "That is the mean for 10 thousand USD; give the whole number."),
    ]
    return Exercise(
        key="05.8",
        objective=4,
        question=f"""\
A firm has 30 thousand USD, to be spent in parts of 10 thousand on winning or on keeping. All
customers are worth the same. From tests it knows how many the money brings in all:

| thousand USD | new | additionally kept |
|---:|---:|---:|
{rows}

How many customers, new and additionally kept together, does the best split bring?""",
        answer=float(best),
        tolerance=0.5,
        unit="a number of customers, such as 75",
        right="Each part goes where it brings most, so the last parts bring about the same.",
        misconceptions=tuple(_wrong(one, why) for one, why in others),
        hint="what does each further 10 thousand bring in each column?",
        solution=f"""\
The parts bring {", ".join(map(str, win))} in winning and {", ".join(map(str, keep))} in keeping.
The three largest of these six are {", ".join(map(str, sorted([*win, *keep])[:-4:-1]))}: {best}.""",
    )


def _draw_next(rng: np.random.Generator) -> dict[str, Any]:
    numbers = 10 * rng.choice(np.arange(1, 14), 6, replace=False)
    win, keep = sorted(map(int, numbers[:3]))[::-1], sorted(map(int, numbers[3:]))[::-1]
    if win[2] > keep[0] or keep[2] > win[0]:  # then all goes into one
        return _draw_next(rng)
    return {"win": tuple(win), "keep": tuple(keep)}


NEXT_MONEY = Drawn(_make_next, _draw_next)
