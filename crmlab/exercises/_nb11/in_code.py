"""In code in notebook 11: earlier contacts, the best number, a lift, and waits by rank."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BEST_NUMBER", "EARLIER", "LIFT_OF", "WAITS"]

_FIRST = pd.Timestamp("2024-01-01")


# ---------------------------------------------------------------------------------------------
# Contacts in the days before


def earlier_contacts(contacts: pd.DataFrame, days: int) -> pd.Series:
    """Contacts of the same customer in the days before each, that day left out."""
    return _count(contacts, lambda ago: (ago > 0) & (ago <= days))


def _count(contacts: pd.DataFrame, counts: Any, *, same: bool = True) -> pd.Series:
    found = []
    day: pd.Timestamp
    for who, day in zip(contacts["customer_id"], contacts["date"], strict=True):
        counted = counts((day - contacts["date"]).dt.days)
        if same:
            counted &= contacts["customer_id"] == who
        found.append(int(counted.sum()))
    return pd.Series(found, index=contacts.index)


def _inputs_of_contacts(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "a", "b", "b", "c"],
            "date": [0, 30, 30, 60, 0, 31, 10],
        }
    )
    n = 50
    drawn = pd.DataFrame(
        {"customer_id": rng.choice(list("pqrst"), n), "date": rng.integers(0, 200, n)}
    )
    tables = [
        each.assign(date=_FIRST + pd.to_timedelta(each["date"], unit="D")) for each in (few, drawn)
    ]
    return [(tables[0], 30), (tables[0], 90), (tables[1], 45), (tables[1].iloc[::-1], 45)]


EARLIER = CodeExercise(
    key="11.1",
    objective=1,
    question="""\
Write `earlier_contacts`. `contacts` has the columns `customer_id` and `date`, one row per contact
in any order. Return a Series with the index of `contacts`: how many contacts the same customer had
in the `days` days before, the day of the contact itself not included. A contact exactly `days` days
before counts.""",
    starter='''\
def earlier_contacts(contacts, days):
    """Contacts of the same customer in the days before each."""
    ...''',
    answer=earlier_contacts,
    inputs=_inputs_of_contacts,
    unit="a Series of whole numbers with the index of `contacts`",
    right="This number, by customer and day, is what a rule on frequency needs.",
    hint="for each row: same customer, and 0 < days ago <= days.",
    mistakes=(
        WrongCode(
            lambda contacts, days: _count(contacts, lambda ago: (ago >= 0) & (ago <= days)),
            "The contact itself, or another of its day, was counted.",
        ),
        WrongCode(
            lambda contacts, days: _count(contacts, lambda ago: (ago > 0) & (ago < days)),
            "A contact exactly so many days before counts.",
        ),
        WrongCode(
            lambda contacts, days: _count(contacts, lambda ago: ago > 0),
            "All earlier contacts were counted, however long ago.",
        ),
        WrongCode(
            lambda contacts, days: _count(contacts, lambda ago: (ago.abs() <= days) & (ago != 0)),
            "Contacts after it were counted, too; nobody is tired by the future.",
        ),
        WrongCode(
            lambda contacts, days: _count(
                contacts, lambda ago: (ago > 0) & (ago <= days), same=False
            ),
            "Contacts of other customers were counted.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The best number of contacts


def best_number(rate: float, fatigue: float, margin: float, cost: float, most: int) -> int:
    """Number of contacts of highest profit."""
    return int(np.argmax(_profits(rate, fatigue, margin, cost, most)))


def _profits(rate: float, fatigue: float, margin: float, cost: float, most: int) -> Any:
    log = np.log(rate / (1 - rate)) + fatigue * np.arange(most)
    gains = margin / (1 + np.exp(-log)) - cost
    return np.concatenate([[0.0], gains.cumsum()])


def _inputs_of_numbers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn = (float(rng.uniform(0.3, 0.5)), float(rng.uniform(-0.5, -0.3)), 200.0, 30.0, 15)
    return [(0.35, -0.4, 150.0, 30.0, 12), (0.5, -0.5, 100.0, 8.0, 12), (0.2, -0.3, 100.0, 25.0, 9),
            (0.4, -0.2, 90.0, 12.0, 20), drawn]  # fmt: skip


def _best_at(rule: Any) -> Any:
    def wrong(rate: float, fatigue: float, margin: float, cost: float, most: int) -> int:
        return int(rule(rate, fatigue, margin, cost, most))

    return wrong


BEST_NUMBER = CodeExercise(
    key="11.3",
    objective=1,
    concepts=("G3",),
    question="""\
Write `best_number`. Contacts of one season tire: the first is responded to with the probability
`rate`, and each one before changes the log odds by `fatigue` (below 0). A response brings `margin`,
a contact costs `cost`. Return how many contacts, from 0 to `most`, earn most in all.""",
    starter='''\
def best_number(rate, fatigue, margin, cost, most):
    """Number of contacts of highest profit, from 0 to most."""
    ...''',
    answer=best_number,
    inputs=_inputs_of_numbers,
    unit="one whole number from 0 to `most`",
    right="Stop where the next contact earns nothing, and not where all of them still do.",
    hint="contact i (0, 1, ...) has log odds ln(rate / (1 - rate)) + fatigue * i.",
    mistakes=(
        WrongCode(
            _best_at(lambda r, f, m, c, most: most if r * m > c else 0),
            "Fatigue is missing: that takes all contacts to be like the first.",
        ),
        WrongCode(
            _best_at(
                lambda r, f, m, c, most: int(np.flatnonzero(_profits(r, f, m, c, most) >= 0)[-1])
            ),
            "That goes on until the first ones have paid for the last; stop where one loses.",
        ),
        WrongCode(
            _best_at(lambda r, f, m, c, most: best_number(r, f, m, 0.0, most)),
            "The cost of a contact is missing.",
        ),
        WrongCode(
            _best_at(
                lambda r, f, m, c, most: np.argmax(
                    np.concatenate([[0.0], (m * r * np.exp(f * np.arange(most)) - c).cumsum()])
                )
            ),
            "Fatigue lowers the log odds, and not the probability by a factor.",
        ),
        WrongCode(
            _best_at(lambda r, f, m, c, most: max(best_number(r, f, m, c, most) - 1, 0)),
            "Off by one: the first contact has none before it.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What a signal finds


def lift_of(shown: pd.Series, event: pd.Series) -> float:
    """Share with the event among those who show the signal, over that of all."""
    both = event.reindex(shown.index)
    return float(both[shown].mean() / both.mean())


def _inputs_of_signals(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    names = list("abcdefgh")
    few = pd.Series([True, True, True, False, False, False, False, False], index=names)
    happened = pd.Series([True, True, False, True, False, False, False, True], index=names)
    n = 80
    ids = [f"k{at:02d}" for at in range(n)]
    event = pd.Series(rng.random(n) < 0.25, index=ids)
    shown = pd.Series(rng.random(n) < np.where(event, 0.5, 0.15), index=ids)
    mixed = event.sample(frac=1, random_state=rng)
    return [(few, happened), (few, happened[::-1]), (shown, event), (shown, mixed)]


LIFT_OF = CodeExercise(
    key="11.5",
    objective=3,
    concepts=("E3",),
    question="""\
Write `lift_of`. `shown` and `event` are Series of flags by customer id, in any order, of the same
customers: who shows a signal, and who is dissatisfied, as a survey says. Return how many times as
many of those who show the signal are dissatisfied as of all customers.""",
    starter='''\
def lift_of(shown, event):
    """Share dissatisfied among those with the signal, over that of all."""
    ...''',
    answer=lift_of,
    inputs=_inputs_of_signals,
    unit="one factor such as 1.5",
    right="1 would mean that the signal says nothing.",
    hint="mean of `event` among those with the signal / mean of `event` of all; join by id.",
    mistakes=(
        WrongCode(
            lambda shown, event: float(event.reindex(shown.index)[shown].mean()),
            "That is the share among those with the signal; compare it with all.",
        ),
        WrongCode(
            lambda shown, event: float(event.reindex(shown.index)[shown].sum() / event.sum()),
            "That is the share of the dissatisfied who show it: how many are found.",
        ),
        WrongCode(
            lambda shown, event: float(
                event.reindex(shown.index)[shown].mean() / event.reindex(shown.index)[~shown].mean()
            ),
            "That compares with those who do not show it; all customers are asked.",
        ),
        WrongCode(
            lambda shown, event: lift_of(shown, pd.Series(event.to_numpy(), shown.index)),
            "The two stand in another order; join by customer, not by position.",
        ),
        WrongCode(
            lambda shown, event: 1 / lift_of(shown, event),
            "That is the wrong way round.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# What each class waits


def waits(loads: Sequence[float], agents: int, handling: float, delay: float) -> list[float]:
    """Mean wait of each class, the first put through first."""
    return _waits(loads, agents, handling, delay, lambda below, upto: (1 - below) * (1 - upto))


def _waits(
    loads: Sequence[float], agents: int, handling: float, delay: float, by: Any
) -> list[float]:
    taken = np.concatenate([[0.0], np.cumsum(loads)]) / agents
    spare = [by(taken[at], taken[at + 1]) for at in range(len(loads))]
    return [float(delay * handling / (agents * each)) for each in spare]


def _inputs_of_queues(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn = [float(each) for each in rng.uniform(1, 4, 3).round(2)]
    return [
        ([2.0, 2.0, 1.0], 6, 60.0, 0.59),
        ([1.0, 9.0], 12, 180.0, 0.45),
        (drawn, 14, 200.0, float(rng.uniform(0.2, 0.6))),
    ]


WAITS = CodeExercise(
    key="11.7",
    objective=4,
    concepts=("G5",),
    question="""\
Write `waits`. `loads` lists the load of each class of callers in erlangs, the class put through
first at the front. `delay` is the probability that all `agents` are busy when a call comes;
`handling` is the mean time of a call. With s the load of the classes up to this one over the
agents, and t the same without this one, a class waits delay × handling / (agents × (1 − t) ×
(1 − s)) on average. Return the list of mean waits.""",
    starter='''\
def waits(loads, agents, handling, delay):
    """Mean wait of each class, the first put through first."""
    ...''',
    answer=waits,
    inputs=_inputs_of_queues,
    unit="a list of times, one per class",
    right="The first class hardly waits, and the last one pays for it.",
    hint="s = cumulated loads / agents; t = the same, one class earlier (0 for the first).",
    mistakes=(
        WrongCode(
            lambda loads, agents, handling, delay: [
                delay * handling / (agents - sum(loads)) for _ in loads
            ],
            "That is the wait in order of arrival; the rank is missing.",
        ),
        WrongCode(
            lambda loads, agents, handling, delay: _waits(
                loads, agents, handling, delay, lambda below, upto: 1 - upto
            ),
            "The factor of the classes before is missing.",
        ),
        WrongCode(
            lambda loads, agents, handling, delay: _waits(
                loads, agents, handling, delay, lambda below, upto: (1 - upto) ** 2
            ),
            "The class itself is in both factors; one is of those before it.",
        ),
        WrongCode(
            lambda loads, agents, handling, delay: waits(loads[::-1], agents, handling, delay)[
                ::-1
            ],
            "The last class was put through first.",
        ),
        WrongCode(
            lambda loads, agents, handling, delay: [
                each / delay for each in waits(loads, agents, handling, delay)
            ],
            "Not every call waits: the probability of that is missing.",
        ),
    ),
)
