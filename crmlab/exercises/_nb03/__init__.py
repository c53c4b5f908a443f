"""What notebook 03 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb03 import by_hand, in_code, linking
from crmlab.exercises._nb03.memo import MEMO
from crmlab.exercises._nb03.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.PLAN,
        by_hand.MAILING,
        linking.WEIGHT,
        by_hand.PROBABILITY,
        in_code.FREQUENCY,
        in_code.MAILING_LIST,
        in_code.CONSENTED,
        by_hand.ATTACK,
        linking.PAIRS,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
