"""Exercises of notebook 06 that are answered by a number or a letter."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["LIFETIME", "OLD_CUSTOMER", "PAYMENT", "RATE", "SPEND"]

_MONEY = "one amount of money, exact to 0.5 or better, such as 87.5"
_TOLERANCE = 0.5


def _mistakes_in_payment(paid: int, cost: int, r: float, d: float) -> tuple[Misconception, ...]:
    margin, gap = paid - cost, 1 + d - r
    return (
        Misconception(paid * r / gap, "That is revenue; only the margin is earned."),
        Misconception(
            cost * r / gap, "That is the cost; take it from the payment to get the margin."
        ),
        Misconception(
            margin * r / (1 - r),
            "Nothing is discounted here; a payment next year is worth less.",
        ),
        Misconception(
            margin / (1 - r), "That is the margin times the mean lifetime, without discount."
        ),
        Misconception(
            margin * (1 + d) / gap,
            "That counts the payment just made; the next one is in a year.",
        ),
        Misconception(
            margin / gap,
            "That is paid by all who began the year; only those who renew pay here.",
        ),
        Misconception(
            margin * (1 - r) / (d + r),
            "That uses the share that leaves in place of the share that stays.",
        ),
        Misconception(float(margin), "That is the margin of one year; many years may follow."),
        Misconception(
            margin * r,
            "That is next year's payment only, not discounted; later years follow.",
        ),
        Misconception(
            margin * r / (1 + d), "That is next year's payment only; those who stay pay again."
        ),
    )


def _make_payment(paid: int = 200, cost: int = 140, stay: int = 75, rate: int = 20) -> Exercise:
    """A member who has just paid, valued without an end."""
    margin, r, d = paid - cost, stay / 100, rate / 100
    gap = 1 + d - r
    answer = round(margin * r / gap, 2)
    return Exercise(
        key="06.1",
        objective=1,
        question=f"""\
A club member pays {paid} a year, in advance. Goods and service cost the club {cost} of it.
{stay} % of the members renew each year. The discount rate is {rate} % a year.

A member has just paid for this year. That payment does not count any more: the next one is due in
one year, if the member renews. What is the member worth to the club today, without an end? Give
the amount exact to 0.5 or better.""",
        answer=answer,
        tolerance=_TOLERANCE,
        unit=_MONEY,
        right=f"{margin} a year, kept with {stay} % and discounted by {rate} %, is worth "
        f"{answer:g}.",
        misconceptions=_mistakes_in_payment(paid, cost, r, d),
        hint="the margin is what is left of a payment; those who renew pay it at the end of "
        "each year.",
        solution=f"""\
The margin is {paid} - {cost} = {margin} a year. Those who renew pay at the end of each year, so
the value is margin * retention / (1 + rate - retention):
{margin} * {r:g} / (1 + {d:g} - {r:g}) = {margin * r:g} / {gap:g} = {answer:g}.""",
    )


def _draw_payment(rng: np.random.Generator) -> Mapping[str, Any]:
    paid = 20 * int(rng.integers(8, 20))
    return {
        "paid": paid,
        "cost": paid - 10 * int(rng.integers(4, 9)),
        "stay": 5 * int(rng.integers(12, 18)),
        "rate": 5 * int(rng.integers(2, 5)),
    }


PAYMENT = Drawn(_make_payment, _draw_payment)


def _mistakes_in_lifetime(stay: int) -> tuple[Misconception, ...]:
    r = stay / 100
    leave = 1 - r
    return (
        Misconception(r / leave, "Those are the renewals; the first payment counts as well.", 0.05),
        Misconception(r, "That is the retention rate; a lifetime is counted in years.", 0.02 * r),
        Misconception(
            leave, "That is the share that leaves in a year; divide by it.", 0.02 * leave
        ),
        Misconception(1 / r, "Divide by the share that leaves, not by the share that stays.", 0.02),
        Misconception(
            1 / (100 - stay),
            "You divided by a percentage; divide by the share that leaves.",
            0.02 / (100 - stay),
        ),
        Misconception(
            float(100 - stay),
            "That is the percentage that leaves, not a number of payments.",
            0.05,
        ),
        Misconception(
            float(stay), "That is the percentage that stays, not a number of payments.", 0.5
        ),
        Misconception(
            math.log(0.5) / math.log(r),
            "That is when half of them have left; the mean is longer than the median.",
            0.02,
        ),
    )


def _make_lifetime(stay: int = 92) -> Exercise:
    """How many payments a new customer makes on average."""
    r = stay / 100
    leave = 1 - r
    answer = round(1 / leave, 4)
    return Exercise(
        key="06.2",
        objective=1,
        question=f"""\
{stay} % of the customers of a phone company stay from one year to the next, every year. How many
yearly payments does a new customer make on average, the first one included? Give the number exact
to 0.05 or better.""",
        answer=answer,
        tolerance=0.05,
        unit="one number of payments, exact to 0.05 or better, such as 4.55",
        right=f"Only {100 - stay} in 100 leave a year; if half as many did, it would be twice as "
        "large.",
        misconceptions=_mistakes_in_lifetime(stay),
        hint=f"1 + {r:g} + {r:g} * {r:g} + ... has a simple sum.",
        solution=f"""\
Payment 1 is made by all, payment 2 by {stay} %, payment 3 by {stay} % of those, and so on:
1 + {r:g} + {r:g}^2 + ... = 1 / (1 - {r:g}) = 1 / {leave:.2g} = {answer:g}.""",
    )


def _draw_lifetime(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"stay": int(rng.integers(80, 97))}


LIFETIME = Drawn(_make_lifetime, _draw_lifetime)

OLD_CUSTOMER = Exercise(
    key="06.5",
    objective=2,
    question="""\
In a club the retention rate of a cohort rises from 63 % at the first renewal to 92 % at the
seventh. The sBG model fits well. One member comes up for the first renewal, another one for the
eighth. Which statement follows?

a) Members grow more loyal each year; that is why the second is worth more.
b) The second is worth more and is the one most likely to leave now, so spend on the second first.
c) The second is worth more: members with a high probability of leaving left before.
d) Both are worth the same, since in the sBG no member ever changes.

Write the letter in quotes, such as "a".""",
    answer="c",
    tolerance=0.0,
    unit='one letter in quotes: "a", "b", "c" or "d"',
    right="Those who are still there after seven renewals are the ones who seldom leave.",
    misconceptions=(
        Misconception("a", "In the sBG nobody changes; it is who remains that changes."),
        Misconception(
            "b", "The second is worth more, but leaves with the lower probability of the two."
        ),
        Misconception(
            "d", "No member changes, but members differ, and those who leave early are gone."
        ),
    ),
    hint="think of two kinds of members, one that leaves easily and one that does not.",
    solution="""\
c. Each member keeps one probability of leaving. Those with a high one leave first, so the group
that remains after seven renewals leaves seldom and has many payments to come. It does not follow
that the budget belongs there: at each renewal it has less to lose, and what an action changes
only a control group can tell.""",
)


def _mistakes_in_spend(p: int, q: int, v: int, m: int) -> tuple[Misconception, ...]:
    everyone, weight = p * v / (q - 1), p / (p + q - 1)
    return (
        Misconception(float(m), "That is what was seen once; part of a large purchase is luck."),
        Misconception(everyone, "That is the mean of all; what this customer spent counts, too."),
        Misconception(
            (m + everyone) / 2,
            "That weighs both means alike; the model weighs them by p x and q - 1.",
        ),
        Misconception(
            (1 - weight) * m + weight * everyone,
            "The weights are swapped; the own mean counts with p x of p x + q - 1.",
        ),
        Misconception(p * (v + m) / (p + q), "The denominator is p x + q - 1, not p x + q."),
        Misconception(float(v + m), "The denominator is p x + q - 1, not p."),
    )


def _make_spend(p: int = 6, q: int = 4, v: int = 20, m: int = 130) -> Exercise:
    """What a customer with one repeat purchase spends in future."""
    everyone, weight = p * v / (q - 1), p / (p + q - 1)
    answer = round(weight * m + (1 - weight) * everyone, 2)
    return Exercise(
        key="06.8",
        objective=3,
        question=f"""\
A gamma-gamma model of spend has p = {p}, q = {q} and v = {v}. With it the mean of all customers is
p v / (q - 1) = {everyone:g} per purchase. A customer made one repeat purchase, of {m}. What does
the model expect this customer to spend per purchase in future? Give the amount exact to 0.5 or
better.

expected spend = p (v + x m) / (p x + q - 1), with x repeat purchases of m on average""",
        answer=answer,
        tolerance=_TOLERANCE,
        unit=_MONEY.replace("money", "money per purchase"),
        right=f"The own mean counts {weight:.0%}, the mean of all the rest: part of {m} was luck.",
        misconceptions=_mistakes_in_spend(p, q, v, m),
        hint=f"put x = 1 and m = {m} into the formula.",
        solution=f"""\
{p} * ({v} + 1 * {m}) / ({p} * 1 + {q} - 1) = {p * (v + m)} / {p + q - 1} = {answer:g}.
Or as a weighted mean: {p}/{p + q - 1} of {m} and {q - 1}/{p + q - 1} of {everyone:g} give
{weight * m:.2f} + {(1 - weight) * everyone:.2f} = {answer:g}.""",
    )


def _draw_spend(rng: np.random.Generator) -> Mapping[str, Any]:
    p, q = int(rng.integers(4, 9)), int(rng.integers(3, 6))
    v, m = int(rng.integers(4, 9)) * (q - 1), 10 * int(rng.integers(9, 20))
    return {"p": p, "q": q, "v": v, "m": m}


SPEND = Drawn(_make_spend, _draw_spend)


def _mistakes_in_rate(margin: int, d: float) -> tuple[Misconception, ...]:
    year = 52.18
    return (
        Misconception(
            margin / (1 + d) ** year,
            f"That takes {100 * d:g} % off for every week; the rate is per year.",
        ),
        Misconception(
            margin / (1 + d / year) ** year,
            "Per week the rate is the 52.18th root of 1 + rate, less 1; not the rate / 52.",
            0.15,
        ),
        Misconception(
            margin * (1 - d), "A discount divides by 1 + rate; it does not take the rate off."
        ),
        Misconception(
            margin * (1 + d),
            "That is its worth in a year if it came today; go the other way.",
        ),
        Misconception(float(margin), "Nothing is discounted here; money in a year is worth less."),
    )


def _make_rate(margin: int = 300, rate: int = 10) -> Exercise:
    """A yearly rate and a model that counts weeks."""
    d, year = rate / 100, 52.18
    answer = round(margin / (1 + d), 2)
    weekly = (1 + d) ** (1 / year) - 1
    return Exercise(
        key="06.9",
        objective=1,
        question=f"""\
A model counts time in weeks. It expects {margin} of margin from a customer, all of it in exactly
one year, which is 52.18 weeks. The discount rate is {rate} % a year. What is this margin worth
today? Give the amount exact to 0.5 or better.""",
        answer=answer,
        tolerance=_TOLERANCE,
        unit=_MONEY,
        right=f"A rate per year needs time in years; per week the same rate is {weekly:.2%}.",
        misconceptions=_mistakes_in_rate(margin, d),
        hint="bring the time and the rate to the same unit first.",
        solution=f"""\
52.18 weeks are one year, and the rate is per year: {margin} / {1 + d:g} = {answer:g}.
In weeks: the weekly rate is {1 + d:g}^(1/52.18) - 1 = {weekly:.5f}, and
{margin} / {1 + weekly:.5f}^52.18 = {answer:g}.""",
    )


def _draw_rate(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"margin": 20 * int(rng.integers(12, 25)), "rate": int(rng.integers(8, 16))}


RATE = Drawn(_make_rate, _draw_rate)
