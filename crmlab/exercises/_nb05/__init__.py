"""What notebook 05 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb05 import by_hand, in_code, with_budget
from crmlab.exercises._nb05.memo import MEMO
from crmlab.exercises._nb05.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.ADDITIONAL,
        in_code.CHANNEL_COST,
        by_hand.HALF,
        in_code.MIXED_SURVIVAL,
        by_hand.POINTS,
        in_code.POINTS_NEEDED,
        in_code.SAME_CUSTOMERS,
        by_hand.NEXT_MONEY,
        with_budget.BLOCKS,
        with_budget.WHOM,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
