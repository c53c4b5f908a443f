"""The decision memo of notebook 09: which campaign is sent again, to whom, and how to know."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "Which of Haneul Learning's campaigns is repeated, who gets it, and how will the firm know "
        "that it paid?"
    ),
    rubric=(
        ("Decision", "Names the campaign that is repeated, to whom, and the one that is not.", 2),
        ("By test", "Goes by the difference from a control group drawn by lot, not response.", 2),
        ("Money", "States cost, effect that just pays, and profit with its interval.", 2),
        ("Who is left out", "Leaves out who is not moved, and who was contacted just before.", 1),
        ("Next test", "Draws a control group by lot, large enough for the effect that pays.", 2),
        ("Change of mind", "Names a number that would turn the decision.", 1),
    ),
    model="""\
**Do.** Send the letter of the summer camp again next June: a lot drew who got it, and it paid. Of
2,440 customers 813, drawn by lot, get none. The calls for the book set stop until a lot has drawn
whom to call: staff chose, and the profit of 2.4 million won that the report claims is that of
better customers. Of second campaigns to a household within 30 days of another, half are left out
by lot, since nobody knows what they add.

**Cost.** 1,627 letters at 1,500 won, 2.4 million won. An order leaves 60,000 won, so that 2.5 more
orders in 100 letters just pay. The test found 7.5 (95 %: 4.8 to 10.3). If that comes again, the
letters add 4.9 million won (2.2 to 7.6), and 813 customers left alone give up 2.5 million.

**Risk.** One summer is one summer. The letter pays for those who bought in the last 90 days; for
those gone, or half gone, it is open, and they get it as part of the test only. With this control
group the test can be expected to show effects from 4.0 in 100 on. It is read once, after 28 days.

**What would change my mind.** An upper limit below 2.5 in 100, for all or for a group: then its
letters stop. A camp that leaves less than 13 % of its price: the lower limit would not pay.""",
)
