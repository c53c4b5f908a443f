"""What notebook 10 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb10 import by_hand, in_code, with_chains
from crmlab.exercises._nb10.memo import MEMO
from crmlab.exercises._nb10.quiz import QUIZ

__all__ = ["BLOCK"]

BLOCK = Block(
    exercises=(
        in_code.LOADED,
        by_hand.PAYBACK,
        in_code.APPROACH,
        by_hand.SIXFOLD,
        in_code.ADDED,
        with_chains.REWARD,
        with_chains.CHAIN,
        by_hand.FEE,
        by_hand.LIST,
    ),
    quiz=QUIZ,
    memo=MEMO,
)
