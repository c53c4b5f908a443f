"""The decision memo of notebook 10: what a customer may cost, the reward, the list, and a test."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "How are new customers to be won next year: where, at which cost, with which reward for a "
        "recommendation, and with the partner's list or without?"
    ),
    rubric=(("Decision", "To be written.", 2),),
    model="**Do.** To be written.",
)
