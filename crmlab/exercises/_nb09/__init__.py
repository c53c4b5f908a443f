"""What notebook 09 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb09 import by_hand, in_code, with_control
from crmlab.exercises._nb09.memo import MEMO
from crmlab.exercises._nb09.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.BREAK_EVEN,
        in_code.FLIPS,
        in_code.COUPON,
        by_hand.REDEEMED,
        with_control.EARNED,
        with_control.LIKE_WITH_LIKE,
        by_hand.SAMPLE_SIZE,
        in_code.ROLL_OUT,
        in_code.OWN_OFFERS,
        by_hand.LEFT_OUT,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
