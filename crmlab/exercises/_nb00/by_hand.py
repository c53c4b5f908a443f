"""By hand in notebook 00: refunds, the clock called recency, and what CRM is measured by."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["MEANING", "RECENCY", "REFUNDS"]

REFUNDS = Exercise(
    key="00.3",
    objective=3,
    question="""\
One customer's lines; a negative amount is a refund, and no line names its order:

| day | amount |
|---:|---:|
| 1 | 100 |
| 1 | -30 |
| 5 | 50 |
| 9 | -50 |
| 12 | 0 |

By the rules of this book, on which days does this customer have a purchase?
Answer with a set of day numbers.""",
    answer=frozenset({"1", "12"}),
    tolerance=0.0,
    unit="a set of day numbers, such as {2, 3}",
    right="A refund belongs to its purchase; one given back whole is none, one for nothing is.",
    misconceptions=(
        Misconception(
            frozenset({"1", "5", "9", "12"}),
            "Not every day with a line is a purchase: ask what each refund gives back.",
        ),
        Misconception(
            frozenset({"1", "5", "12"}),
            "A refund is not taken off its own day: look for a purchase of that price before it.",
        ),
        Misconception(
            frozenset({"1"}),
            "A price of zero without a refund is a purchase: the customer took something.",
        ),
        Misconception(
            frozenset({"5", "12"}),
            "A refund in part leaves a purchase; and see what the later one gives back.",
        ),
        Misconception(
            frozenset({"12"}),
            "A refund in part leaves a purchase of the rest.",
        ),
        Misconception(
            frozenset({"1", "5"}),
            "Two slips: zero is a purchase, and each refund undoes a purchase before it.",
        ),
        Misconception(
            frozenset({"1", "5", "9"}),
            "A line that gives money back is not a purchase, and a line of zero can be one.",
        ),
        Misconception(
            frozenset({"1", "9", "12"}),
            "A line that only gives money back is a refund, and no purchase.",
        ),
        Misconception(
            frozenset({"9"}),
            "That is the day of a refund; the question asks for purchases that are left.",
        ),
        Misconception(
            frozenset({"5"}),
            "Look again at that day: was its price given back later?",
        ),
    ),
    hint="for each refund, look for a purchase before it of exactly that price.",
    solution="""\
The 30 of day 1 is part of the 100: that purchase keeps 70.
The 50 of day 9 is the price of day 5: given back whole, so day 5 is not a purchase.
Day 12 cost nothing and nothing was given back: a purchase.
Purchases are on days 1 and 12.""",
)


def _make_recency(
    first: date = date(2024, 1, 10), last: date = date(2024, 3, 10), end: date = date(2024, 4, 30)
) -> Exercise:
    recency, age = (last - first).days, (end - first).days
    silent = age - recency
    return Exercise(
        key="00.5",
        objective=3,
        question=f"""\
A customer's first purchase is on {first}, the last one on {last}.
The data end on {end}. What is the customer's `recency`, in whole days?""",
        answer=float(recency),
        tolerance=0.001,
        unit="one whole number of days, such as 14",
        right="Here `recency` is the age at the last purchase: large means still buying late.",
        misconceptions=(
            Misconception(
                float(silent),
                "That is `days_since_last`: from the last purchase to the data's end.",
            ),
            Misconception(float(age), "That is T: from the first purchase to the end of the data."),
            Misconception(recency / 7, "The span is the right one, but this is in weeks.", 0.1),
            Misconception(
                recency / 30.4375, "The span is the right one, but this is in months.", 0.04
            ),
            Misconception(
                float(recency - 1), "One day too few: 2024 is a leap year, or a day got lost."
            ),
            Misconception(
                float(recency + 1), "Almost: this counts both the first and the last day."
            ),
        ),
        hint="recency ends at the last purchase, wherever the data end.",
        solution=f"""\
From {first} to {last}: pd.Timestamp("{last}") - pd.Timestamp("{first}").
recency = {recency} days.
T = {age} days runs on to the end of the data; days_since_last = {age} - {recency} = {silent}.""",
    )


def _draw_recency(rng: np.random.Generator) -> Mapping[str, date]:
    first = date(2024, 1, 2) + timedelta(days=int(rng.integers(0, 40)))
    last = first + timedelta(days=int(rng.integers(45, 90)))
    return {"first": first, "last": last, "end": last + timedelta(days=int(rng.integers(20, 40)))}


RECENCY = Drawn(make=_make_recency, draw=_draw_recency)

MEANING = Exercise(
    key="00.7",
    objective=4,
    concepts=("B2", "B7"),
    question="""\
A shop says "we do CRM". It has bought software, mailed coupons and opened a fan page. Which number
tells whether it does CRM in the sense of this book?

a) the number of employees who can log in to the software
b) the share of the coupons that were used
c) the money per customer among those who were mailed, against a group that was not
d) the number of fans of the page""",
    answer="c",
    tolerance=0.0,
    unit='one letter in quotes, such as "a"',
    right="It is about a customer's behaviour, an action, and whether the action helped in money.",
    misconceptions=(
        Misconception("a", "That is the trade press's view: a product. It says nothing of money."),
        Misconception(
            "b", "An answer is a sign of Communication; the users might have bought anyway."
        ),
        Misconception(
            "d", "A sign of Community at best: fans need not be customers, nor bring any."
        ),
    ),
    hint="look for the sentence that says what CRM means in this book, and its three parts.",
    solution="""\
c. Learn, act, measure in money: only c compares the customers of an action with others.
a is a product, b is an answer without a comparison, d counts people who may never buy.""",
)
