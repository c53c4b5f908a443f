"""What notebook 07 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb07 import by_hand, in_code, with_money
from crmlab.exercises._nb07.memo import MEMO
from crmlab.exercises._nb07.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.SILENCE,
        by_hand.SURVIVAL,
        in_code.INCIDENCE,
        in_code.KNOWN,
        in_code.LEARN_ROWS,
        by_hand.LIFT,
        by_hand.BREAK_EVEN,
        with_money.EARNED,
        with_money.CALL_LIST,
        by_hand.FAIR,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
