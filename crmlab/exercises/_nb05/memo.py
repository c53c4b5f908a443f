"""The decision memo of notebook 05: how the budget is split, for whom, and what to find out."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "The budget of next year is to be split between winning and keeping customers. How, for "
        "whom, and what must be found out first?"
    ),
    rubric=(
        ("Decision", "States a split, or says why it stays as it is.", 2),
        (
            "The next customer",
            "Compares what the next customer won and kept costs, and not the ratio of averages.",
            2,
        ),
        (
            "Control group",
            "Leaves some customers alone by lot, to measure how many stay anyway, and says how "
            "exactly that is measured.",
            2,
        ),
        ("Whom to keep", "Names who gets care by expected gain, and who does not.", 1),
        ("Winning", "Names where customers may be won for less, and what to watch there.", 1),
        ("Doubt", "Gives the range of the best split, and says what was only assumed.", 1),
        (
            "What would change it",
            "Names a result or a number that would change the decision.",
            1,
        ),
    ),
    model="""\
MODEL""",
)
