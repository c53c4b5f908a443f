"""What notebook 06 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb06 import by_hand, in_code, with_models
from crmlab.exercises._nb06.memo import MEMO
from crmlab.exercises._nb06.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.PAYMENT,
        by_hand.LIFETIME,
        in_code.MULTIPLE,
        in_code.RETENTION,
        by_hand.OLD_CUSTOMER,
        in_code.SUMMARY,
        in_code.ALIVE,
        by_hand.SPEND,
        by_hand.RATE,
        with_models.TEN_BEST,
        with_models.COVERAGE,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
