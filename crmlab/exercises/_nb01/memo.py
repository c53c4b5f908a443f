"""The decision memo of notebook 01: which way of mailing, and what knowing may cost."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task="By which way does Haneul Learning choose who gets its letters next year, and what may knowing cost?",
    rubric=(),
    model="",
)
