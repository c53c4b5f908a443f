"""What notebook 04 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb04 import by_hand, in_code, with_money
from crmlab.exercises._nb04.memo import MEMO
from crmlab.exercises._nb04.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.MAILING,
        in_code.SCORE,
        in_code.FAULTY_CELLS,
        in_code.STAYED,
        by_hand.FREQUENCY_STEP,
        by_hand.AGREEMENT,
        in_code.STANDARDISE,
        by_hand.GROUPS,
        with_money.CLUBS,
        with_money.MISSED,
        by_hand.RISE_NEEDED,
        with_money.GAIN,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
