"""What notebook 08 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb08 import by_hand, in_code, memo, quiz

__all__ = ["BLOCK"]

BLOCK = Block(exercises=by_hand.EXERCISES + in_code.EXERCISES, quiz=quiz.QUIZ, memo=memo.MEMO)
