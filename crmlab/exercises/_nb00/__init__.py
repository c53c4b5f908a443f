"""What notebook 00 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb00 import by_hand, in_code
from crmlab.exercises._nb00.memo import MEMO
from crmlab.exercises._nb00.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.PUBLISHED,
        in_code.GROUPED,
        by_hand.REFUNDS,
        in_code.REVENUE,
        by_hand.RECENCY,
        in_code.CLOCKS,
        by_hand.MEANING,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
