"""The decision memo of notebook 01: which way of mailing, and what knowing may cost."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "By which way does Haneul Learning choose who gets its letters next year, and what may "
        "knowing cost?"
    ),
    rubric=(
        (
            "The way",
            "Names one way of choosing, and compares it with both others on the same base and "
            "budget.",
            2,
        ),
        (
            "In money",
            "Gives the profit of a year with its interval, and says of what it is one: the mean "
            "of firms like this.",
            2,
        ),
        (
            "Break-even",
            "Says what knowing each customer may cost a year, against the better of the other two.",
            2,
        ),
        (
            "When it turns",
            "Names what would turn the verdict: the cost of a letter, the budget, the size of the "
            "firm or of the trial.",
            2,
        ),
        (
            "The loop",
            "Keeps some customers without a letter, by lot, so that the next campaign can be "
            "better.",
            1,
        ),
        (
            "Assumptions",
            "Says that the costs of knowing and four campaigns alike are assumed.",
            1,
        ),
    ),
    model="""\
**Do.** Write by segments, subscribers and those who ordered lately first; a budget of 1.5 million
won pays for 1,000 letters a campaign. Keep a tenth of those chosen without a letter, by lot.

**Cost.** 6.0 million won a year for letters and 1.0 million for the segments. Expected profit 18.8
million, 17.5 to 20.2; mass mailing earns 11.2, and one-to-one 17.2 after 4.0 million for knowing.
Knowing each customer may cost 2.3 million a year, 1.2 to 3.5.

**Risk.** These limits are for the mean of firms like ours. One-to-one was ahead of segments in 5 of
20 companies. The costs of knowing and four campaigns alike are assumed.

**What would change my mind.** Knowing for less than 2.3 million. Money for letters to everybody:
then mass mailing is as good as any way. A trial four times as large, from which one-to-one may
gain most. Customers left without a letter who order as often.""",
)
