"""What notebook 11 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb11 import by_hand, in_code
from crmlab.exercises._nb11.memo import MEMO
from crmlab.exercises._nb11.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.EARLIER,
        by_hand.TIRED,
        in_code.BEST_NUMBER,
        by_hand.CAUSED,
        in_code.LIFT_OF,
        by_hand.AGENTS,
        in_code.WAITS,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
