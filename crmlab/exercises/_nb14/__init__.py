"""What notebook 14 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb14 import by_hand, in_code, with_choices
from crmlab.exercises._nb14.memo import MEMO
from crmlab.exercises._nb14.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        by_hand.ONE_TURN,
        in_code.FILL_ROOM,
        in_code.PAID_BACK,
        in_code.PAIRED_GAIN,
        by_hand.TOGETHER,
        with_choices.BELIEF,
        with_choices.REGRET,
        by_hand.TWO_TEAMS,
        with_choices.FED_BY,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
