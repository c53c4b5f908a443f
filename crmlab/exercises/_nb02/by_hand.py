"""Exercises of notebook 02: concentration by hand, on bases small enough to check."""

from crmlab.exercises._items import Exercise, Misconception, in_percent

__all__ = ["EXERCISES"]

_SHARE = "one share, where 1 means all, such as 0.25"

_TOP_SHARE = Exercise(
    key="02.1",
    objective=1,
    question="""\
Ten customers, and what each spent after the first purchase:

90, 0, 480, 0, 70, 0, 240, 0, 120, 0

What share of this money do the top 20 % of the ten customers hold?""",
    answer=0.72,
    tolerance=0.005,
    unit=_SHARE,
    right="Two customers of ten hold 72 % of the money: concentrated, yet not quite 20:80.",
    misconceptions=(
        in_percent(0.72, 0.005),
        Misconception(0.48, "That is the top 20 % of the repeat buyers; all ten count here."),
        Misconception(720.0, "That is money; divide it by what all customers spent."),
        Misconception(0.09, "Those are the first two in the list; sort the customers first."),
        Misconception(0.2, "That is their share of the customers, not of the money."),
        Misconception(0.8, "That is the rule of thumb; this base is its own case, so add it up."),
    ),
    hint="sort the ten amounts, largest first, and count how many customers 20 % are.",
    solution="""\
20 % of ten customers are two: the largest, 480 and 240.
They hold 480 + 240 = 720 of 1000, which is 0.72.""",
)

_GINI = Exercise(
    key="02.2",
    objective=1,
    question="""\
Five customers spent 10, 20, 30, 60 and 80. What is the Gini coefficient of their spending,
in the uncorrected form that this book uses?""",
    answer=0.36,
    tolerance=0.005,
    unit="one number from 0, all alike, to 1, such as 0.25",
    right="0 would be equal spending; with five customers this form can reach 0.8 at most.",
    misconceptions=(
        Misconception(
            0.45, "That is the form corrected for small samples, with the factor n / (n - 1)."
        ),
        Misconception(0.18, "That is the area below the diagonal; the triangle holds only half."),
        Misconception(0.72, "Half of the mean difference belongs here, not the whole of it."),
        Misconception(0.64, "That is twice the area under the curve, not above it."),
        Misconception(0.40, "That is the share of the top customer, not the Gini coefficient."),
        Misconception(36.0, "The Gini coefficient lies between 0 and 1; this is in percent.", 0.5),
    ),
    hint="average |a - b| over all 25 pairs (a, b), divide by the mean, then by 2.",
    solution="""\
The 25 differences |a - b| add up to 2 * (10+20+50+70 + 10+40+60 + 30+50 + 20) = 720.
Their mean is 720 / 25 = 28.8; the mean spending is 200 / 5 = 40.
Gini = 28.8 / (2 * 40) = 0.36. The corrected form would be 0.36 * 5 / 4 = 0.45.""",
)

_SHARE_NEEDED = Exercise(
    key="02.3",
    objective=1,
    question="""\
Five customers brought 400, 300, 200, 60 and 40. What fraction of the customers, the best first,
brings 80 % of the money? A cut that falls inside a customer takes the part that is needed.""",
    answer=0.5,
    tolerance=0.005,
    unit="one fraction of the customers, where 1 means all, such as 0.25",
    right="Two and a half of five customers: on this base the rule would read 50:80.",
    misconceptions=(
        in_percent(0.5, 0.005),
        Misconception(0.6, "That takes the last customer whole; only a part of it is needed."),
        Misconception(0.4, "That stops a customer too early: it does not reach 80 % yet."),
        Misconception(2.5, "That is a number of customers; divide it by all of them."),
        Misconception(3.0, "That is a number of whole customers; a fraction of all is asked."),
        Misconception(0.96, "That is the money of the top 80 %; here 80 % of the money is given."),
        Misconception(0.9, "That starts with the smallest customer; start with the best."),
    ),
    hint="add up 400, 300, ... and find the customer in whom the sum passes 800.",
    solution="""\
All five brought 1000, so 800 is needed. The first two bring 700.
100 more are missing, half of the third customer's 200: 2.5 customers.
2.5 of 5 customers are 0.5.""",
)

_WHALE = Exercise(
    key="02.4",
    objective=4,
    question="""\
A year's revenue and profit of five customers:

| customer | revenue | profit |
|---|---:|---:|
| A | 400 | 120 |
| B | 350 | 60 |
| C | 250 | 30 |
| D | 100 | -20 |
| E | 300 | -50 |

The whale curve adds up profit, the most profitable customer first. How high does it rise, as a
multiple of the total profit (1 means the total)?""",
    answer=1.5,
    tolerance=0.005,
    unit="one multiple of the total profit, such as 1.1",
    right="Three customers earn 150 % of the profit, and the other two hand a third of it back.",
    misconceptions=(
        Misconception(1.0, "With the loss-makers left out it cannot pass 1; they count as well."),
        Misconception(5 / 7, "That is revenue; the whale curve adds up profit."),
        Misconception(9 / 7, "That is sorted by revenue; sort the customers by profit."),
        Misconception(210.0, "That is the peak in money; divide it by the total profit."),
        Misconception(150.0, "The height is right, but in percent; 1 means the total.", 0.5),
        Misconception(0.75, "A loss lowers the total that you divide by; keep its sign."),
        Misconception(0.5, "That is what is lost behind the peak, not the peak."),
    ),
    hint="add up profit from the best customer on until the next one would lower the sum.",
    solution="""\
By profit: 120, 180, 210, then 190 and 140. The peak is 210, after A, B and C.
The total profit is 140, with the losses of D and E.
210 / 140 = 1.5: the curve rises to 150 % and falls back to 100 %.""",
)

_CLAIM = Exercise(
    key="02.5",
    objective=2,
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

EXERCISES = (_TOP_SHARE, _GINI, _SHARE_NEEDED, _WHALE, _CLAIM)
