"""What notebook 00 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb00 import by_hand

__all__ = ["BLOCK"]

BLOCK = Block(exercises=by_hand.EXERCISES)
