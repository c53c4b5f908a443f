"""How the decision memo of notebook 06 is judged."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task="The CD shop asks: what may we pay at most to win a customer like these, and for whom is "
    "a letter worth its stamp?",
    rubric=(
        (
            "The limit for winning a customer",
            "Takes the lower limit of the interval, not its middle; adds the margin of the first "
            "order; takes off the cost of service, or says that it is unknown.",
            3,
        ),
        (
            "For whom a letter pays",
            "Compares one dollar with the value of each tenth, and names the rise that pays it.",
            2,
        ),
        (
            "What the numbers are",
            "Says that they are margin, discounted, for life or for a number of weeks, and that "
            "margin and discount rate are assumed.",
            1,
        ),
        (
            "Risk",
            "Says how far the forecast of the total was off, and that the customers are one "
            "cohort of early 1997.",
            2,
        ),
        (
            "Effect and value",
            "Does not take value for effect: asks for a control group.",
            1,
        ),
        (
            "What would change the decision",
            "Names a result that can be measured, and what would be done then.",
            1,
        ),
    ),
    model="""\
**Do.** Pay at most 45 dollars to win a customer, less what a customer costs to serve. That is
35.74, the lower end of the 90 % interval of the margin of repeat purchases (46.05 expected, for
life, discounted by 10 %), and 9.90, the margin of the first order. Write to the best tenth
first. Leave out the lower half.

**Cost.** A letter costs 1 dollar. In the best tenth (104.70 dollars of margin each in 156
weeks) it pays if it raises the value by 1.0 %, in the second tenth by 3.6 %, in the last by
20.7 %.

**Risk.** The margin of 30 % is assumed; all values move in proportion. The shop sold 1,882
times where the model expected 1,653, and the 90 % interval, 1,480 to 1,816, missed it: here the
error was in our favour, next time it may not be. All customers came in early 1997; later ones
may be worse.

**What would change my mind.** A letter to a random half of the best tenth, and no letter to the
other half: if after a quarter both halves bought the same, we stop. And a real cost of service:
above the margin of a year, about 15 dollars, we pay nothing to win customers.""",
)
