"""What notebook 02 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb02 import by_hand, in_code, with_profit
from crmlab.exercises._nb02.memo import MEMO
from crmlab.exercises._nb02.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.TOP_SHARE,
        in_code.SHARE_OF_TOP,
        in_code.LIMITS,
        in_code.REPEAT_SPEND,
        by_hand.CLAIM,
        by_hand.SHARE_NEEDED,
        by_hand.GINI,
        in_code.SPENT_BY,
        in_code.ON_TOP_AGAIN,
        by_hand.WHALE,
        with_profit.WHALE_PEAK,
        with_profit.LOSS_BY_KIND,
        with_profit.SLOW_MONEY,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
