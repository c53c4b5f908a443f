"""The decision memo of notebook 11. Replace it: it is that of the stub."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task="Replace this: the decision that the memo is about.",
    rubric=(
        ("Do", "Replace this: one action, with who and when.", 3),
        ("Cost", "Replace this: an amount, with its unit.", 2),
        ("Risk", "Replace this: what may go wrong, and how often.", 3),
        ("What would change it", "Replace this: a number that can be measured.", 2),
    ),
    model="""\
**Do.** Replace this memo.

**Cost.** Replace this.

**Risk.** Replace this.

**What would change my mind.** Replace this.""",
)
