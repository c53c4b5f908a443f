"""Exercises of notebook 02: concentration by hand, on bases small enough to check."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception, in_percent
from crmlab.prose import join

__all__ = ["CLAIM", "GINI", "SHARE_NEEDED", "TOP_SHARE", "WHALE"]

_TOLERANCE = 0.005  # answers are asked to two decimals
_SHARE = "one share to two decimals, where 1 means all, such as 0.25"


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


def _tens(rng: np.random.Generator, low: int, high: int, size: int) -> list[int]:
    """Draw amounts that differ, in tens."""
    return [10 * int(ten) for ten in rng.choice(np.arange(low, high), size, replace=False)]


def _make_top_share(
    spent: Sequence[int] = (90, 0, 480, 0, 70, 0, 240, 0, 120, 0),
) -> Exercise:
    total, ranked = sum(spent), sorted(spent, reverse=True)
    best, second = ranked[:2]
    share = (best + second) / total
    return Exercise(
        key="02.1",
        objective=1,
        concepts=("A4",),
        question=f"""\
Ten customers, and what each spent after the first purchase (USD):

{", ".join(map(str, spent))}

What share of this money do the top 20 % of the ten customers hold? Two decimals.""",
        answer=share,
        tolerance=_TOLERANCE,
        unit=_SHARE,
        right=f"Two of ten customers hold {share:.0%} of the money. Compare it with form 1.",
        misconceptions=(
            in_percent(share, _TOLERANCE),
            _wrong(best / total, "That is the top 20 % of the repeat buyers; all ten count."),
            _wrong(best + second, "That is money; divide it by what all customers spent."),
            _wrong(
                sum(spent[:2]) / total,
                "Those are the first two in the list; sort the customers first.",
            ),
            _wrong(0.2, "That is their share of the customers, not of the money."),
            _wrong(0.8, "That is the number in the claim; this base is its own case, so add up."),
        ),
        hint="sort the ten amounts, largest first, and count how many customers 20 % are.",
        solution=f"""\
20 % of ten customers are two: the largest, {best} and {second}.
They hold {best} + {second} = {best + second} of {total}, which is {share:.2f}.""",
    )


def _draw_top_share(rng: np.random.Generator) -> dict[str, Any]:
    spent = [*_tens(rng, 3, 20, 3), *_tens(rng, 22, 60, 2), 0, 0, 0, 0, 0]
    return {"spent": tuple(int(amount) for amount in rng.permutation(spent))}


TOP_SHARE = Drawn(_make_top_share, _draw_top_share)

CLAIM = Exercise(
    key="02.5",
    objective=2,
    concepts=("A4",),
    question="""\
"The top 20 % of our customers brought 80 % of last year's revenue." Suppose this is true.
Which statement follows from it alone?

a) The same customers will bring about 80 % of next year's revenue.
b) Without the other 80 % of the customers, the firm would earn at least as much profit.
c) A customer in the top group brought, on average, 16 times as much as one outside it.
d) The top 20 % of the customers brought 80 % of the profit.""",
    answer="c",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="80 / 20 = 4 times the average against 20 / 80 = 0.25 times: 4 / 0.25 = 16.",
    misconceptions=(
        Misconception(
            "a", "Luck and need change from year to year; one year says nothing of the next."
        ),
        Misconception("b", "Small customers may still pay their costs and grow; no cost is given."),
        Misconception("d", "Revenue is not profit; large customers can be costly to serve."),
    ),
    hint="one statement needs no more than the two percentages; the others need new facts.",
    solution="""\
c. Say 100 customers brought 100: the top 20 brought 80, 4 each; the other 80 brought 20,
0.25 each; 4 / 0.25 = 16.
a needs a second year, b and d need costs: the sentence holds neither.""",
)


def _make_share_needed(brought: Sequence[int] = (400, 300, 200, 60, 40)) -> Exercise:
    total, n = sum(brought), len(brought)
    goal, held = 0.8 * total, [0, *itertools.accumulate(brought)]
    whole = max(k for k in range(n + 1) if held[k] < goal)
    part = (goal - held[whole]) / brought[whole]
    needed, last = whole + part, brought[-1]
    from_smallest = n - np.interp(total - goal, held, range(n + 1))
    return Exercise(
        key="02.6",
        objective=1,
        question=f"""\
{n} customers brought {join(brought)} USD. What fraction of the customers, the best first,
brings 80 % of the money? A cut that falls inside a customer takes the part that is needed.
Two decimals.""",
        answer=needed / n,
        tolerance=_TOLERANCE,
        unit="one fraction of the customers to two decimals, where 1 means all, such as 0.25",
        right=f"{needed:.2f} of {n} customers: here the claim would be {100 * needed / n:.0f}:80.",
        misconceptions=(
            in_percent(needed / n, _TOLERANCE),
            _wrong(
                (whole + 1) / n, "That takes the last customer whole; only a part of it is needed."
            ),
            _wrong(whole / n, "That stops a customer too early: it does not reach 80 % yet."),
            _wrong(needed, "That is a number of customers; divide it by all of them."),
            _wrong(whole + 1, "That is a number of whole customers; a fraction of all is asked."),
            _wrong(
                (total - last) / total,
                "That is the money of the top 80 %; here 80 % of the money is given.",
            ),
            _wrong(
                float(from_smallest) / n,
                "That starts with the smallest customer; start with the best.",
            ),
        ),
        hint=f"add up {brought[0]}, {brought[1]}, ... and find in which customer 80 % is passed.",
        solution=f"""\
All {n} brought {total}, so {goal:g} is needed. The first {whole} bring {held[whole]}.
{goal - held[whole]:g} more is missing, {part:.2f} of the next customer's {brought[whole]}.
{whole} + {part:.2f} = {needed:.2f} customers of {n} are {needed / n:.2f}, or {needed / n:g}.""",
    )


def _draw_share_needed(rng: np.random.Generator) -> dict[str, Any]:
    return {"brought": tuple(sorted(_tens(rng, 3, 45, 5), reverse=True))}


SHARE_NEEDED = Drawn(_make_share_needed, _draw_share_needed)


def _make_gini(spent: Sequence[int] = (10, 20, 30, 60, 80)) -> Exercise:
    n, mean = len(spent), sum(spent) / len(spent)
    total = sum(abs(a - b) for a, b in itertools.product(spent, repeat=2))
    difference = total / n**2
    gini = difference / (2 * mean)
    return Exercise(
        key="02.7",
        objective=1,
        question=f"""\
{n} customers spent {join(spent)} USD. What is the Gini coefficient of their spending,
in the uncorrected form that this book uses? Three decimals.""",
        answer=gini,
        tolerance=0.002,
        unit="one number from 0, all alike, to 1, to three decimals, such as 0.255",
        right=f"0 would be equal spending; with {n} customers this form can reach {1 - 1 / n:g}.",
        misconceptions=(
            _wrong(
                gini * n / (n - 1),
                "That is the form corrected for small samples, with the factor n / (n - 1).",
            ),
            _wrong(
                gini * (n - 1) / n,
                "Divide the mean difference by twice the mean, and by nothing else.",
            ),
            _wrong(
                gini / 2, "That is the area between line and curve; divide it by the triangle, 1/2."
            ),
            _wrong(2 * gini, "Half of the mean difference belongs here, not the whole of it."),
            _wrong(1 - gini, "That is twice the area under the curve, not above it."),
            _wrong(
                max(spent) / sum(spent),
                "That is the share of the top customer, not the Gini coefficient.",
            ),
            _wrong(difference, "That is the mean difference, in money; divide by twice the mean."),
            Misconception(
                100 * gini, "The Gini coefficient lies between 0 and 1; this is in percent.", 0.2
            ),
        ),
        hint=f"average |a - b| over all {n * n} pairs (a, b), divide by the mean, then by 2.",
        solution=f"""\
The {n * n} differences |a - b|, each pair in both orders, add up to {total}.
Their mean is {total} / {n * n} = {difference:g}; the mean spending is {mean:g}.
Gini = {difference:g} / (2 * {mean:g}) = {gini:.3f}, or {gini:g}.""",
    )


def _draw_gini(rng: np.random.Generator) -> dict[str, Any]:
    return {"spent": tuple(sorted(_tens(rng, 1, 13, 5)))}


GINI = Drawn(_make_gini, _draw_gini)


def _make_whale(
    revenue: Sequence[int] = (400, 350, 250, 100, 380),
    profit: Sequence[int] = (120, 60, 30, -20, -50),
) -> Exercise:
    rows = "\n".join(
        f"| {name} | {sold} | {earned} |"
        for name, sold, earned in zip("ABCDE", revenue, profit, strict=True)
    )
    total, gains = sum(profit), [earned for earned in profit if earned > 0]
    peak, losses = sum(gains), sum(profit) - sum(gains)
    by_revenue = [earned for _, earned in sorted(zip(revenue, profit, strict=True), reverse=True)]
    return Exercise(
        key="02.10",
        objective=4,
        question=f"""\
A year's revenue and profit of five customers (USD):

| customer | revenue | profit |
|---|---:|---:|
{rows}

The whale curve adds up profit, the most profitable customer first. How high does it rise, as a
multiple of the total profit (1 means the total)? Two decimals.""",
        answer=peak / total,
        tolerance=_TOLERANCE,
        unit="one multiple of the total profit to two decimals, such as 1.15",
        right=f"{len(gains)} customers earn {peak / total:.0%} of the profit; two lose some of it.",
        misconceptions=(
            _wrong(1.0, "With the loss-makers left out it cannot pass 1; they count as well."),
            _wrong(
                sum(revenue[: len(gains)]) / sum(revenue),
                "That is revenue; the whale curve adds up profit.",
            ),
            _wrong(
                max(itertools.accumulate(by_revenue)) / total,
                "That is sorted by revenue; sort the customers by profit.",
            ),
            _wrong(
                sum(gains[:-1]) / total,
                "That stops one customer too early; the next one still earns something.",
            ),
            _wrong(gains[0] / total, "That is the best customer only; add up the next ones."),
            _wrong(peak, "That is the peak in money; divide it by the total profit."),
            Misconception(
                100 * peak / total, "The height is right, but in percent; 1 means the total.", 0.5
            ),
            _wrong(
                peak / (peak - losses), "A loss lowers the total that you divide by; keep its sign."
            ),
            _wrong(-losses / total, "That is what is lost behind the peak, not the peak."),
        ),
        hint="add up profit from the best customer on until the next one would lower the sum.",
        solution=f"""\
By profit the sums are {join(list(itertools.accumulate(sorted(profit, reverse=True))))}.
The peak is {peak}, after {len(gains)} customers. The total, with the losses, is {total}.
{peak} / {total} = {peak / total:.2f}, or {peak / total:g}.""",
    )


def _draw_whale(rng: np.random.Generator) -> dict[str, Any]:
    gains = sorted(_tens(rng, 2, 15, 3), reverse=True)
    losses = [-loss for loss in sorted(_tens(rng, 1, 6, 2))]
    total = sum(gains) + sum(losses)
    if total < 50:
        return _draw_whale(rng)
    return {"revenue": tuple(_tens(rng, 10, 50, 5)), "profit": (*gains, *losses)}


WHALE = Drawn(_make_whale, _draw_whale)
