"""What notebook 06 asks."""

from crmlab.exercises._items import Block
from crmlab.exercises._nb06 import by_hand

__all__ = ["BLOCK"]

BLOCK = Block(exercises=by_hand.EXERCISES)
