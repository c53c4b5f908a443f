"""The decision memo of notebook 13: what to put right first, for how much, and how sure that is."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "Which failures does Haneul Learning put right this year, for how much, and what does it "
        "look at first in its own tables?"
    ),
    rubric=(
        (
            "Money",
            "Names what the first factors cost a year, with limits, and what is assumed of them.",
            2,
        ),
        (
            "Order",
            "Says which places of the ranking hold in most of the simulated firms and which do "
            "not.",
            2,
        ),
        (
            "Remedies",
            "Names the remedies within the budget, what they bring less their cost, and one that "
            "does not pay.",
            2,
        ),
        (
            "Own tables",
            "Names a signal of the company's own tables, with a number, and what it cannot tell.",
            2,
        ),
        (
            "Adding up",
            "Says that costs were priced one at a time, and where two remedies save the same.",
            1,
        ),
        (
            "The check",
            "Says what the answers give, and whether weights or missing answers turn it.",
            1,
        ),
    ),
    model="""\
REPLACE""",
)
