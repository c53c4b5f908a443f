"""Exercises of notebook 06: lifetime value by hand, and how sure one can be of it."""

from crmlab.exercises._items import Exercise, Misconception

__all__ = ["EXERCISES"]

_PAYMENT = Exercise(
    key="06.1",
    objective=1,
    question="""\
A club member pays 200 a year, in advance. Goods and service cost the club 140 of it. 75 % of the
members renew each year. The discount rate is 20 % a year.

A member has just paid for this year. That payment does not count any more: the next one is due in
one year, if the member renews. What is the member worth to the club today, without an end?""",
    answer=100.0,
    tolerance=0.5,
    unit="one amount of money, such as 87.5",
    right="60 a year, kept with 75 % and discounted by 20 %, is worth no more than 100.",
    misconceptions=(
        Misconception(1000 / 3, "That is revenue; only the margin is earned."),
        Misconception(700 / 3, "That is the cost; take it from the payment to get the margin."),
        Misconception(180.0, "Nothing is discounted here; a payment next year is worth less."),
        Misconception(240.0, "That is the margin times the mean lifetime, without discount."),
        Misconception(160.0, "That counts the payment just made; the next one is in a year."),
        Misconception(
            400 / 3, "That is paid by all who began the year; only those who renew pay here."
        ),
        Misconception(
            300 / 19, "That uses the share that leaves in place of the share that stays."
        ),
        Misconception(60.0, "That is the margin of one year; many years may follow."),
    ),
    hint="the margin is what is left of a payment; those who renew pay it at the end of each year.",
    solution="""\
The margin is 200 - 140 = 60 a year. Those who renew pay at the end of each year, so
the value is margin * retention / (1 + rate - retention):
60 * 0.75 / (1 + 0.2 - 0.75) = 45 / 0.45 = 100.""",
)

_LIFETIME = Exercise(
    key="06.2",
    objective=1,
    question="""\
92 % of the customers of a phone company stay from one year to the next, every year. How many yearly
payments does a new customer make on average, the first one included?""",
    answer=12.5,
    tolerance=0.05,
    unit="one number of payments, such as 4.5",
    right="Only 8 in 100 leave a year; if 4 did, the number would be twice as large.",
    misconceptions=(
        Misconception(11.5, "Those are the renewals; the first payment counts as well."),
        Misconception(0.92, "That is the retention rate; a lifetime is counted in years."),
        Misconception(0.08, "That is the share that leaves in a year; divide by it."),
        Misconception(1 / 0.92, "Divide by the share that leaves, not by the share that stays."),
        Misconception(8.0, "That is the percentage that leaves, not a number of payments."),
        Misconception(92.0, "That is the percentage that stays, not a number of payments.", 0.5),
        Misconception(
            8.31, "That is when half of them have left; the mean is longer than the median.", 0.02
        ),
    ),
    hint="1 + 0.92 + 0.92 * 0.92 + ... has a simple sum.",
    solution="""\
Payment 1 is made by all, payment 2 by 92 %, payment 3 by 92 % of those, and so on:
1 + 0.92 + 0.92^2 + ... = 1 / (1 - 0.92) = 1 / 0.08 = 12.5.""",
)

_CLOCK = Exercise(
    key="06.3",
    objective=3,
    question="""\
A customer first bought on Saturday 2 March 2024, then on 30 March and, for the last time, on 22
June 2024. The data end on 28 December 2024. The unit is the week. What are this customer's
frequency, recency and T?

a) frequency 3, recency 16, T 43
b) frequency 2, recency 27, T 43
c) frequency 2, recency 43, T 16
d) frequency 2, recency 16, T 43
e) frequency 2, recency 112, T 301""",
    answer="d",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c", "d" or "e"',
    right="Two repeats in the first 16 of 43 weeks, then 27 weeks of silence: that is what counts.",
    misconceptions=(
        Misconception("a", "The first purchase makes a customer; frequency counts the repeats."),
        Misconception(
            "b", "That is the time since the last purchase; recency starts at the first."
        ),
        Misconception("c", "T and recency are swapped: recency can not be longer than T."),
        Misconception("e", "Those are days; the unit is the week."),
    ),
    hint="recency and T start on the same day; one ends at the last purchase, one with the data.",
    solution="""\
d. Repeats: 30 March and 22 June, so frequency is 2.
From 2 March to 22 June are 112 days, 16 weeks: recency.
From 2 March to 28 December are 301 days, 43 weeks: T.""",
)

_RATE = Exercise(
    key="06.4",
    objective=1,
    question="""\
A model counts time in weeks. It expects 300 of margin from a customer, all of it in exactly one
year, which is 52.18 weeks. The discount rate is 10 % a year. What is this margin worth today?""",
    answer=272.73,
    tolerance=0.1,
    unit="one amount of money, such as 87.5",
    right="A rate per year needs time in years; per week the same rate is 0.18 %.",
    misconceptions=(
        Misconception(2.08, "That takes 10 % off for every week; the rate is per year.", 0.05),
        Misconception(
            271.43, "Per week that is 1.10 to the power 1/52.18, less 1; not 10 % / 52.", 0.15
        ),
        Misconception(270.0, "A discount divides by 1.10; it does not take 10 % off."),
        Misconception(330.0, "That is its worth in a year if it came today; go the other way."),
        Misconception(300.0, "Nothing is discounted here; money in a year is worth less."),
    ),
    hint="bring the time and the rate to the same unit first.",
    solution="""\
52.18 weeks are one year, and the rate is per year: 300 / 1.10 = 272.73.
In weeks: the weekly rate is 1.10^(1/52.18) - 1 = 0.00183, and 300 / 1.00183^52.18 = 272.73.""",
)

_SPEND = Exercise(
    key="06.5",
    objective=3,
    question="""\
A gamma-gamma model of spend has p = 6, q = 4 and v = 20. With it the mean of all customers is
p v / (q - 1) = 40 per purchase. A customer made one repeat purchase, of 130. What does the model
expect this customer to spend per purchase in future?

expected spend = p (v + x m) / (p x + q - 1), with x repeat purchases of m on average""",
    answer=100.0,
    tolerance=0.5,
    unit="one amount of money per purchase, such as 87.5",
    right="Two thirds of the own mean and one third of the mean of all: the rest of 130 was luck.",
    misconceptions=(
        Misconception(130.0, "That is what was seen once; part of a large purchase is luck."),
        Misconception(40.0, "That is the mean of all; this customer has shown to spend more."),
        Misconception(
            85.0, "That weighs both means alike; the model weighs them by p x and q - 1."
        ),
        Misconception(
            70.0, "The weights are swapped; the own mean counts with p x of p x + q - 1."
        ),
        Misconception(90.0, "The denominator is p x + q - 1, not p x + q."),
    ),
    hint="put x = 1 and m = 130 into the formula.",
    solution="""\
6 * (20 + 1 * 130) / (6 * 1 + 4 - 1) = 900 / 9 = 100.
Or as a weighted mean: 6/9 of 130 and 3/9 of 40 give 86.67 + 13.33 = 100.""",
)

_INTERVAL = Exercise(
    key="06.6",
    objective=4,
    question="""\
A model says of a customer: 2.0 expected purchases next year, 95 % interval of the expectation 1.9
to 2.1. Suppose the model is right. Which statement follows?

a) With 95 % probability this customer will make between 1.9 and 2.1 purchases.
b) The mean of very many customers like this one is well known; what this one does is not.
c) 100 customers like this one make, with 95 % probability, between 190 and 210 purchases in all.
d) This customer will make two purchases, since the interval is so narrow.""",
    answer="b",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="More data make an expectation sure; they do not make one customer predictable.",
    misconceptions=(
        Misconception(
            "a", "Only 2 lies in there; this customer may well buy nothing, or five times."
        ),
        Misconception("c", "Luck does not cancel in full; a total needs a predictive interval."),
        Misconception(
            "d", "The interval tells how well a mean is known, not what one person does."
        ),
    ),
    hint="ask of each number what it is about: a mean, one customer, or a total.",
    solution="""\
b. The interval holds the doubt about the parameters only. What a customer does also depends
on how often that customer buys, on whether they leave, and on luck. If purchases alone were
random, the total of 100 would already vary by 2 * sqrt(200) = 28 to either side of 200.""",
)

EXERCISES = (_PAYMENT, _LIFETIME, _CLOCK, _RATE, _SPEND, _INTERVAL)
