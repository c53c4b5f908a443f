"""Exercises of notebook 00: what counts as a purchase, and the three clocks of a customer."""

from crmlab.exercises._engine import Exercise, Misconception

__all__ = ["EXERCISES"]

_PURCHASES = Exercise(
    key="00.1",
    question="""\
An order file has five lines:

| customer | date | amount |
|---|---|---:|
| A | 2024-03-01 | 20 |
| A | 2024-03-01 | 15 |
| B | 2024-03-02 | 40 |
| A | 2024-03-08 | 25 |
| B | 2024-03-09 | 30 |

How many purchases does customer A have, the first one included, as this book counts them?""",
    answer=2.0,
    tolerance=0.001,
    unit="one number of purchases, such as 7",
    right="A purchase is a day with an order, so two orders on 1 March are one purchase.",
    misconceptions=(
        Misconception(3.0, "Those are order lines; here a purchase is a day."),
        Misconception(1.0, "That is `frequency`, which leaves out the first purchase."),
        Misconception(5.0, "Those are the lines of the whole file, with customer B."),
        Misconception(4.0, "Those are the days of the whole file, with customer B."),
    ),
    hint="look at the dates of customer A only, and ask how often A came.",
    solution="""\
A has three lines: 1 March, 1 March and 8 March.
The two of 1 March are one purchase of 20 + 15 = 35.
That leaves 2 purchases: 1 March and 8 March. `frequency`, the repeats, is 1.""",
)

_RECENCY = Exercise(
    key="00.2",
    question="""\
A customer's first purchase is on 2024-01-10, the last one on 2024-03-10.
The data end on 2024-04-30. What is the customer's `recency`, in days?""",
    answer=60.0,
    tolerance=0.001,
    unit="one number in days, such as 14",
    right="Here `recency` is the age at the last purchase: large means still buying late.",
    misconceptions=(
        Misconception(51.0, "That is `days_since_last`: from the last purchase to the data's end."),
        Misconception(111.0, "That is T: from the first purchase to the end of the data."),
        Misconception(60 / 7, "The span is the right one, but this is in weeks.", 0.1),
        Misconception(2.0, "The span is the right one, but this is in months.", 0.04),
        Misconception(59.0, "Almost: 2024 is a leap year."),
        Misconception(61.0, "Almost: this counts both the first and the last day."),
    ),
    hint="recency ends at the last purchase, wherever the data end.",
    solution="""\
From 10 January to 10 March 2024: 21 days left in January, 29 in February, 10 in March.
recency = 21 + 29 + 10 = 60 days.
T = 111 days runs on to the end of the data; days_since_last = 111 - 60 = 51 days.""",
)

_RETURNS = Exercise(
    key="00.3",
    question="""\
One customer's lines; a negative amount is a return:

| day | amount |
|---:|---:|
| 1 | 100 |
| 1 | -30 |
| 5 | 50 |
| 9 | -50 |
| 12 | 0 |

Under the default rule, `returns="net"`, on which days does this customer have a purchase?
Answer with a set of day numbers.""",
    answer=frozenset({"1", "5", "12"}),
    tolerance=0.0,
    unit="a set of day numbers, such as {2, 3}",
    right="A return lowers its own day; a day below zero is not a purchase, and it is counted.",
    misconceptions=(
        Misconception(
            frozenset({"1", "5", "9", "12"}),
            "Not every day with a line is a purchase: add up each day and look at its sign.",
        ),
        Misconception(
            frozenset({"1", "5"}),
            "An amount of zero is not below zero: a free item was still taken.",
        ),
        Misconception(
            frozenset({"1", "12"}),
            "A return is added to the day it happens on; it does not undo an earlier day.",
        ),
        Misconception(
            frozenset({"5", "12"}),
            "A return does not cancel its whole day: add up what the day brought in the end.",
        ),
        Misconception(
            frozenset({"1"}),
            "Two slips: a return does not undo an earlier day, and zero is not below zero.",
        ),
    ),
    hint="add up the amounts of each day, then drop the days whose sum is below zero.",
    solution="""\
Sums by day: day 1: 100 - 30 = 70; day 5: 50; day 9: -50; day 12: 0.
Only day 9 is below zero, so it is not a purchase.
Purchases are on days 1, 5 and 12; the return of day 9 stays visible in the quality report.""",
)

EXERCISES = (_PURCHASES, _RECENCY, _RETURNS)
