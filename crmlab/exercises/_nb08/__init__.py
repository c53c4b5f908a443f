"""What notebook 08 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb08 import by_hand, in_code, with_days
from crmlab.exercises._nb08.memo import MEMO
from crmlab.exercises._nb08.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.LIFT_OF,
        in_code.PAIRS,
        by_hand.FOLLOWED,
        in_code.BEST_OFFER,
        with_days.HIT_RATE,
        by_hand.UNRELATED,
        with_days.DUE,
        by_hand.WALLET,
        by_hand.LEVERS,
        by_hand.TRUTH,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
