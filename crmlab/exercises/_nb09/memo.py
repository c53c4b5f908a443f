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
**Do.** TO BE WRITTEN.

**Cost.** TO BE WRITTEN.

**Risk.** TO BE WRITTEN.

**What would change my mind.** TO BE WRITTEN.""",
)
