"""Exercises of notebook 00: purchases, refunds, revenue, and the three clocks of a customer."""

from crmlab.exercises._items import Exercise, Misconception

__all__ = ["EXERCISES"]

_PURCHASES = Exercise(
    key="00.1",
    objective=4,
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
    objective=4,
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

_REFUNDS = Exercise(
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
    ),
    hint="for each refund, look for a purchase before it of exactly that price.",
    solution="""\
The 30 of day 1 is part of the 100: that purchase keeps 70.
The 50 of day 9 is the price of day 5: given back whole, so day 5 is not a purchase.
Day 12 cost nothing and nothing was given back: a purchase.
Purchases are on days 1 and 12.""",
)

_REVENUE = Exercise(
    key="00.4",
    objective=3,
    question="""\
A shop's export, one row per order:

| order | customer | status | currency | goods | given back |
|---|---|---|---|---:|---:|
| 1 | kim | paid | USD | 60 | 0 |
| 2 | lee | partly refunded | USD | 80 | 20 |
| 3 | guest | paid | USD | 50 | 0 |
| 4 | kim | cancelled | USD | 70 | 0 |
| 5 | park | refunded | USD | 40 | 40 |
| 6 | lee | pending | USD | 30 | 0 |
| 7 | choi | paid | EUR | 90 | 0 |

What is the revenue in USD, by the default rules of this book?""",
    answer=120.0,
    tolerance=0.001,
    unit="one number in USD, such as 75",
    right="Revenue is what known customers paid for goods, less what they were given back.",
    misconceptions=(
        Misconception(420.0, "That is every amount in the file, in two currencies."),
        Misconception(360.0, "Refunds are off, but two currencies and every status are in it."),
        Misconception(330.0, "Those are all dollars written down, paid or not."),
        Misconception(270.0, "Some of these dollars never came, and one customer is nobody."),
        Misconception(210.0, "Dollars and euros are not added up."),
        Misconception(180.0, "That is gross: take off what was given back."),
        Misconception(170.0, "One of these orders is of nobody."),
        Misconception(160.0, "An order given back whole brings nothing."),
        Misconception(150.0, "A pending order is left out by default."),
        Misconception(190.0, "A cancelled order never counts."),
    ),
    hint="go order by order: ask what its status means, who bought, and in which currency.",
    solution="""\
Order 1 brings 60, order 2 brings 80 - 20 = 60, order 5 brings 40 - 40 = 0.
Left out: 3 (nobody), 4 (cancelled), 6 (pending), 7 (another currency).
Revenue: 120 USD, of 3 orders and 2 purchases.""",
)

EXERCISES = (_PURCHASES, _RECENCY, _REFUNDS, _REVENUE)
