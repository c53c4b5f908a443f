"""What notebook 01 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb01 import by_hand, in_code
from crmlab.exercises._nb01.memo import MEMO
from crmlab.exercises._nb01.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.NEXT_COST,
        by_hand.RIVALS,
        in_code.BETWEEN_SHARE,
        in_code.HIT_SHARE,
        in_code.CAMPAIGN_PROFIT,
        by_hand.KNOWING,
        by_hand.LESSON,
        in_code.FEWEST_ANSWERS,
        by_hand.CUT,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
