"""What notebook 13 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb13 import by_hand, in_code
from crmlab.exercises._nb13.memo import MEMO
from crmlab.exercises._nb13.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.SHARE_OF_FIRMS,
        by_hand.LETTERS_TWICE,
        in_code.SHARES_MADE,
        in_code.BEST_BY_BOTH,
        by_hand.SHARE_OF_CRM,
        by_hand.REALISED,
        by_hand.ANALYTICAL,
        in_code.SCORE_LIMITS,
        in_code.BEST_SET,
        by_hand.ALL_SEVEN,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
