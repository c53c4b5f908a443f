"""Exercises of notebook 08 by hand. Replace them: they are those of the stub."""

from crmlab.exercises._items import Exercise, Misconception, in_percent

__all__ = ["EXERCISES"]

_BEST = Exercise(
    key="08.1",
    objective=1,
    question="""\
Replace this question. Four customers spent 10, 20, 30 and 40. Which share of the money did the best
one bring? Two decimals.""",
    answer=0.4,
    tolerance=0.005,
    unit="one share to two decimals, where 1 means all, such as 0.25",
    right="Replace this: what the right answer means.",
    misconceptions=(
        in_percent(0.4, 0.005),
        Misconception(2 / 3, "That is divided by the other customers; divide by all."),
        Misconception(0.25, "That is a share of the customers, not of the money."),
    ),
    hint="add up what all four spent.",
    solution="""\
All four spent 10 + 20 + 30 + 40 = 100.
The best one brought 40 of 100, which is 0.4.""",
    concepts=("A1",),
)

EXERCISES = (_BEST,)
