"""In code in notebook 14: whom to contact, when learning is paid back, and a gain with limits."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["FILL_ROOM", "PAID_BACK", "PAIRED_GAIN"]


# ---------------------------------------------------------------------------------------------
# Whom to contact


def fill_room(groups: pd.DataFrame, room: int) -> pd.Series:
    """Contacts of each group, the best first, as long as they earn and there is room."""
    return _fill(groups, room, groups["worth"], groups["worth"] > 0)


def _fill(groups: pd.DataFrame, room: int, rank: pd.Series, wanted: pd.Series) -> pd.Series:
    contacts = pd.Series(0, index=groups.index)
    for group in rank.sort_values(ascending=False, kind="stable").index:
        if wanted[group]:
            contacts[group] = min(int(groups.loc[group, "customers"]), room)
            room -= contacts[group]
    return contacts


def _inputs_of_groups(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {"customers": [400, 250, 100, 300], "worth": [1200.0, -900.0, 5200.0, 2500.0]},
        index=["active", "quiet", "younger", "older"],
    )
    n = 6
    drawn = pd.DataFrame(
        {
            "customers": rng.integers(50, 400, n),
            "worth": rng.permutation(np.array([4100.0, 3000, 1900, 700, -400, -1800])),
        },
        index=rng.permutation(list("pqrstu")),
    )
    total = int(drawn["customers"].sum())
    return [(few, 250), (few, 550), (few, 5000), (few, 0), (drawn, total // 2), (drawn, total)]


FILL_ROOM = CodeExercise(
    key="14.2",
    objective=1,
    concepts=("F1", "F2"),
    question="""\
Write `fill_room`. `groups` has the columns `customers` and `worth` (won that a contact is believed
to earn, below 0 for a loss), one row per group in any order. At most `room` customers can be
contacted. Return a Series with the index of `groups`: how many of each group are contacted, the
groups of highest `worth` first, and none where a contact loses.""",
    starter='''\
def fill_room(groups, room):
    """Contacts of each group, the best first, as long as they earn."""
    ...''',
    answer=fill_room,
    inputs=_inputs_of_groups,
    unit="a Series of whole numbers with the index of `groups`",
    right="Analysis ranks the groups, and operations have room for some of them.",
    hint="go through the groups from the highest worth; give min(customers, room left).",
    mistakes=(
        WrongCode(
            lambda groups, room: _fill(groups, room, groups["worth"], groups["worth"] < np.inf),
            "Groups in which a contact loses were contacted.",
        ),
        WrongCode(
            lambda groups, room: _fill(groups, room, -groups["worth"], groups["worth"] > 0),
            "The groups of lowest worth came first.",
        ),
        WrongCode(
            lambda groups, room: _fill(
                groups, room, groups["worth"] * groups["customers"], groups["worth"] > 0
            ),
            "Large groups came first: room is short, so the worth of one contact counts.",
        ),
        WrongCode(
            lambda groups, room: groups["customers"].where(groups["worth"] > 0, 0),
            "There is room for so many only; the rest is not contacted.",
        ),
        WrongCode(
            lambda groups, room: _fill(
                groups,
                room,
                pd.Series(range(len(groups), 0, -1), index=groups.index),
                groups["worth"] > 0,
            ),
            "The groups were taken in the order of the table.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# When learning is paid back


def paid_back(closed: pd.Series, once: pd.Series) -> int:
    """First period from which on the sum so far of `closed` is never below that of `once`."""
    return _first_ahead((closed - once).cumsum() < 0)


def _first_ahead(behind: pd.Series) -> int:
    """Period after the last one that is behind; 0 if that is the last of all."""
    last = int(np.flatnonzero(behind)[-1]) + 1 if behind.any() else 0
    return 0 if last == len(behind) else last + 1


def _inputs_of_periods(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    def series(*values: float) -> pd.Series:
        return pd.Series(values, index=range(1, len(values) + 1), dtype=float)

    once = series(3, 8, 8, 7, 6, 6, 5, 5)
    behind_again = series(4, 6, 9, 5, 6, 7, 9, 9)
    drawn = series(*rng.integers(1, 12, 8))
    return [
        (series(3, 6, 7, 8, 8, 8, 9, 9), once),
        (behind_again, once),
        (series(3, 6, 7, 7, 6, 6, 5, 5), once),
        (series(3, 9, 9, 8, 8, 8, 8, 8), once),
        (drawn, drawn - series(0, 2, 1, -5, 1, 1, 2, 1)),
    ]


PAID_BACK = CodeExercise(
    key="14.3",
    objective=1,
    concepts=("B5", "F4"),
    question="""\
Write `paid_back`. `closed` and `once` are Series of profit by period (1, 2, ...): of a closed loop,
and of one that learns once. Return the first period from which on the sum so far of `closed` is
never below that of `once` again; 0 if it is below at the end.""",
    starter='''\
def paid_back(closed, once):
    """First period from which on the closed loop is not behind again; 0 if never."""
    ...''',
    answer=paid_back,
    inputs=_inputs_of_periods,
    unit="one whole number: a period, or 0",
    right="Before this period learning has cost more than it brought.",
    hint="(closed - once).cumsum(); look for the last period in which it is below 0.",
    mistakes=(
        WrongCode(
            lambda closed, once: _first_ahead(closed - once < 0),
            "A period's own profit is compared; add up what was earned so far.",
        ),
        WrongCode(
            lambda closed, once: int(np.argmax((closed - once).cumsum() >= 0)) + 1,
            "That is the first time it is not behind; it may fall behind again.",
        ),
        WrongCode(
            lambda closed, once: max(paid_back(closed, once) - 1, 0),
            "Off by one: the last period behind is not yet paid back; count from 1.",
        ),
        WrongCode(
            lambda closed, once: _first_ahead((closed - once).cumsum() <= 0),
            "As much as the other is not behind.",
        ),
        WrongCode(
            lambda closed, once: paid_back(once, closed),
            "The two loops are the wrong way round.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# A gain with limits


def paired_gain(full: pd.Series, without: pd.Series, factor: float) -> list[float]:
    """Mean gain over firms, and its lower and upper limit."""
    gain = full - without.reindex(full.index)
    return _limits(gain, factor * float(gain.std(ddof=1)) / len(gain) ** 0.5)


def _limits(gain: pd.Series, half: float) -> list[float]:
    mean = float(gain.mean())
    return [mean, mean - half, mean + half]


def _unpaired(full: pd.Series, without: pd.Series, factor: float) -> list[float]:
    error = ((full.var() + without.var()) / len(full)) ** 0.5
    return _limits(full - without.reindex(full.index), factor * float(error))


def _inputs_of_firms(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    names = ["a", "b", "c", "d", "e"]
    full = pd.Series([60.0, 25, 64, 48, 31], index=names)
    without = pd.Series([55.0, 26, 58, 49, 24], index=names)
    n = 12
    base = pd.Series(rng.normal(50, 15, n), index=[f"f{at}" for at in range(n)])
    drawn = base + rng.normal(4, 3, n)
    mixed = base.sample(frac=1, random_state=rng)
    return [(full, without, 2.78), (full, without[::-1], 2.78), (drawn, mixed, 2.2)]


PAIRED_GAIN = CodeExercise(
    key="14.4",
    objective=1,
    concepts=("F4",),
    question="""\
Write `paired_gain`. `full` and `without` are Series of profit by firm, in any order, of the same
firms: with a part of CRM, and without it. Return a list of three: the mean gain over firms, its
lower and its upper limit. The limits are `factor` standard errors of this mean away, where `factor`
comes from Student's t.""",
    starter='''\
def paired_gain(full, without, factor):
    """Mean gain over firms, and its lower and upper limit."""
    ...''',
    answer=paired_gain,
    inputs=_inputs_of_firms,
    unit="a list of three amounts: mean, lower, upper",
    right="Each firm is its own comparison, so what firms differ in is not in the limits.",
    hint="gain = full - without by firm; standard error = std(ddof=1) / sqrt(number of firms).",
    mistakes=(
        WrongCode(
            _unpaired,
            "The firms were compared as if they were others; take the gain of each firm first.",
        ),
        WrongCode(
            lambda full, without, factor: _limits(
                full - without.reindex(full.index),
                factor * float((full - without.reindex(full.index)).std()),
            ),
            "That is how far single firms spread; the mean of many is known better.",
        ),
        WrongCode(
            lambda full, without, factor: paired_gain(
                full, pd.Series(without.to_numpy(), full.index), factor
            ),
            "The two stand in another order; join by firm, not by position.",
        ),
        WrongCode(
            lambda full, without, factor: paired_gain(
                full, without, factor * (1 - 1 / len(full)) ** 0.5
            ),
            "The standard deviation of a sample divides by one firm less (ddof=1).",
        ),
        WrongCode(
            lambda full, without, factor: paired_gain(without, full, factor),
            "That is what the firms lose by it; the gain is with less without.",
        ),
    ),
)
