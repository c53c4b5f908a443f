"""In code in notebook 03: weigh the evidence of a field, and judge a linkage."""

from typing import Any

import numpy as np

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["PAIRS", "WEIGHT"]


# ---------------------------------------------------------------------------------------------
# 03.3


def match_weight(m: float, u: float, agrees: bool) -> float:
    """Weight of a field: log2 of how likely the observation is, one person against two."""
    if agrees:
        return float(np.log2(m / u))
    return float(np.log2((1 - m) / (1 - u)))


def _draw_weights(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    inputs: list[tuple[Any, ...]] = [(0.95, 0.01, True), (0.95, 0.01, False), (0.6, 0.3, False)]
    for agrees in (True, False):
        u, m = np.sort(rng.uniform(0.05, 0.95, 2)).round(3)
        inputs.append((float(m) + 0.01, float(u), agrees))
    return inputs


WEIGHT = CodeExercise(
    key="03.3",
    objective=2,
    concepts=("Q4",),
    question="""\
In one field, two records of one person agree with probability `m`, two records of different people
with probability `u`. Write `match_weight(m, u, agrees)`: the weight of what was observed, to base
2. `agrees` is True where the field agrees and False where it differs.""",
    starter='''\
def match_weight(m, u, agrees):
    """Weight of a field, to base 2: positive where it speaks for one person."""
    ...''',
    answer=match_weight,
    inputs=_draw_weights,
    mistakes=(
        WrongCode(
            lambda m, u, agrees: np.log2(m / u),
            "That is the weight of agreeing; two records that differ have a weight of their own.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(m / u) if agrees else -np.log2(m / u),
            "Differing is not the mirror image of agreeing; use the chances of differing.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(m / u) if agrees else 0.0,
            "A field that differs is evidence too, against one person.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log(m / u) if agrees else np.log((1 - m) / (1 - u)),
            "The ratio is right, the base is not: use np.log2.",
        ),
        WrongCode(
            lambda m, u, agrees: m / u if agrees else (1 - m) / (1 - u),
            "That is the ratio; the weight is its logarithm to base 2.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(u / m) if agrees else np.log2((1 - u) / (1 - m)),
            "The sign is wrong: m, the chance in one person, goes on top.",
        ),
    ),
    unit="one number, the logarithm to base 2",
    right="A weight compares what one person and what two people would show, in either case.",
    hint="if two records of one person agree with probability m, with which do they differ?",
)


# ---------------------------------------------------------------------------------------------
# 03.9


def precision_recall(found: list[str], true: list[str]) -> tuple[float, float]:
    """Precision and recall of pairs; one person id per record, found and true."""
    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
    linked = {(a, b) for a, b in pairs if found[a] == found[b]}
    real = {(a, b) for a, b in pairs if true[a] == true[b]}
    correct = len(linked & real)
    return correct / len(linked), correct / len(real)


def _draw_people(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    inputs: list[tuple[Any, ...]] = [(list("aabbcc"), list("xxxyzz"))]
    for _ in range(2):
        true = [f"p{number}" for number in sorted(rng.integers(0, 6, 14))]
        found = true.copy()
        found[2], found[9], found[12] = "q1", true[0], true[4]
        inputs.append((["q2", "q2", "q2", *found], ["x", "x", "y", *true]))
    return inputs


def _count_records(found: list[str], true: list[str]) -> tuple[float, float]:
    groups = [
        {frozenset(at for at in range(len(ids)) if ids[at] == one) for one in set(ids)}
        for ids in (found, true)
    ]
    correct = len(groups[0] & groups[1])
    return correct / len(groups[0]), correct / len(groups[1])


def _with_itself(found: list[str], true: list[str]) -> tuple[float, float]:
    places = range(len(found))
    linked = {(a, b) for a in places for b in places if found[a] == found[b]}
    real = {(a, b) for a in places for b in places if true[a] == true[b]}
    return len(linked & real) / len(linked), len(linked & real) / len(real)


def _accuracy(found: list[str], true: list[str]) -> tuple[float, float]:
    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
    right = [(found[a] == found[b]) == (true[a] == true[b]) for a, b in pairs]
    return sum(right) / len(right), sum(right) / len(right)


PAIRS = CodeExercise(
    key="03.9",
    objective=2,
    concepts=("Q4",),
    question="""\
`found` and `true` are two lists of the same length: for each record the person that the program
found, and the person that it really is. The names of the persons differ in the two lists; what
counts is which records stand *together*. Write `precision_recall(found, true)`: of the pairs of
records that the program put together, the share that is right; and of the true pairs, the share
that it found. Return both as a tuple.""",
    starter='''\
def precision_recall(found, true):
    """Pairwise (precision, recall); two lists with one person per record."""
    ...''',
    answer=precision_recall,
    inputs=_draw_people,
    mistakes=(
        WrongCode(
            lambda found, true: precision_recall(true, found),
            "You give (recall, precision): precision divides by the pairs that were found.",
        ),
        WrongCode(
            _count_records, "You count people who are exactly right; count pairs of records."
        ),
        WrongCode(_with_itself, "A record with itself is not a pair: it is right by itself."),
        WrongCode(
            _accuracy,
            "You count pairs rightly kept apart; those are nearly all, so that hides mistakes.",
        ),
    ),
    unit="a tuple of two shares between 0 and 1: (precision, recall)",
    right="Precision falls when strangers are merged, recall when copies stay apart.",
    hint="list all pairs of two different records, then ask in which list they stand together.",
)
