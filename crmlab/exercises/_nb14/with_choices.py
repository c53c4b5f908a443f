"""In code in notebook 14: a belief brought up to date, regret, and what a table feeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BELIEF", "FED_BY", "REGRET"]


# ---------------------------------------------------------------------------------------------
# What is believed after a batch


def belief_after(a: float, b: float, orders: int, contacts: int) -> list[float]:
    """New parameters of the Beta distribution, and its mean."""
    return _tell_belief(a + orders, b + contacts - orders)


def _tell_belief(a: float, b: float) -> list[float]:
    return [float(a), float(b), a / (a + b)]


def _inputs_of_beliefs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    contacts = int(rng.integers(40, 200))
    drawn = (int(rng.integers(2, 9)), int(rng.integers(20, 60)), int(contacts * 0.2), contacts)
    return [(1, 1, 9, 100), (10, 92, 3, 20), (1, 1, 0, 0), drawn]


BELIEF = CodeExercise(
    key="14.6",
    objective=3,
    question="""\
Write `belief_after`. What is believed of the order rate of a letter is a Beta distribution with the
parameters `a` and `b`. A batch of `contacts` letters brought `orders` orders. Return a list of
three: the new `a`, the new `b`, and the mean of the new distribution, a / (a + b).""",
    starter='''\
def belief_after(a, b, orders, contacts):
    """New parameters of the Beta distribution, and its mean."""
    ...''',
    answer=belief_after,
    inputs=_inputs_of_beliefs,
    unit="a list of three numbers: a, b, mean",
    right="What is believed after one batch is where the next one begins.",
    hint="each order adds one to a, each letter without an order adds one to b.",
    mistakes=(
        WrongCode(
            lambda a, b, orders, contacts: _tell_belief(a + orders, b + contacts),
            "All letters were added to b; only those without an order belong there.",
        ),
        WrongCode(
            lambda a, b, orders, contacts: _tell_belief(1 + orders, 1 + contacts - orders),
            "What was believed before is forgotten; add to a and b.",
        ),
        WrongCode(
            lambda a, b, orders, contacts: _tell_belief(b + contacts - orders, a + orders),
            "The two are exchanged: a counts orders.",
        ),
        WrongCode(
            lambda a, b, orders, contacts: [
                float(a + orders), float(b + contacts - orders), orders / max(contacts, 1),
            ],
            "The mean is that of this batch alone; that of the belief is asked.",
        ),
        WrongCode(
            lambda a, b, orders, contacts: _tell_belief(a + orders, b),
            "Letters without an order teach something, too.",
        ),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------
# Regret of a sequence of choices


def regret_of(choices: Sequence[str], profit: Mapping[str, float]) -> list[float]:
    """Regret so far after each choice."""
    return _regret(choices, profit, max(profit.values()))


def _regret(choices: Sequence[str], profit: Mapping[str, float], best: float) -> list[float]:
    lost = 0.0
    path = []
    for choice in choices:
        lost += best - profit[choice]
        path.append(lost)
    return path


def _inputs_of_choices(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = {"plain": 1500.0, "camp": 7500.0, "books": 3300.0}
    names = list("pqrs")
    drawn = {name: float(100 * rng.integers(-20, 60) + at) for at, name in enumerate(names)}
    return [
        (["plain", "books", "camp", "camp", "plain"], few),
        (["books", "books", "plain"], few),
        ([str(each) for each in rng.choice(names, 12)] + names, drawn),
    ]


REGRET = CodeExercise(
    key="14.7",
    objective=3,
    question="""\
Write `regret_of`. `choices` lists the letter that each customer got, in order; `profit` is a
dict of what each letter is to be expected to earn, by its name. Return a list: the regret so far
after each customer, against the letter that earns most.""",
    starter='''\
def regret_of(choices, profit):
    """Regret so far after each choice."""
    ...''',
    answer=regret_of,
    inputs=_inputs_of_choices,
    unit="a list of amounts, one per choice",
    right="Where the curve lies flat, the best letter has been found.",
    hint="add up best - profit[choice], where best is the largest of all letters.",
    mistakes=(
        WrongCode(
            lambda choices, profit: [max(profit.values()) - profit[each] for each in choices],
            "That is the regret of each choice alone; add up what was lost so far.",
        ),
        WrongCode(
            lambda choices, profit: _regret(
                choices, profit, sum(profit.values()) / len(profit)
            ),
            "That compares with the mean of all letters; compare with the best one.",
        ),
        WrongCode(
            lambda choices, profit: [
                each / at for at, each in enumerate(regret_of(choices, profit), start=1)
            ],
            "That is the mean regret of a customer; the sum is asked.",
        ),
        WrongCode(
            lambda choices, profit: [-each for each in regret_of(choices, profit)],
            "Regret is what was lost, above 0.",
        ),
        WrongCode(
            lambda choices, profit: _regret(choices, profit, profit[choices[0]]),
            "That compares with the first letter; compare with the one that earns most.",
        ),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------
# What a table feeds


def fed_by(flow: pd.DataFrame, table: str) -> list[str]:
    """Names of all that gets data of a table, directly or through others; sorted."""
    return _follow(flow, table, rounds=len(flow))


def _follow(flow: pd.DataFrame, start: str, rounds: int, *, back: bool = False) -> list[str]:
    source, target = ("target", "source") if back else ("source", "target")
    found = {start}
    for _ in range(rounds):
        found |= set(flow.loc[flow[source].isin(found), target])
    return sorted(found - {start})


def _inputs_of_flows(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        [
            ("visits", "contact"), ("orders", "base"), ("base", "value"), ("value", "offer"),
            ("offer", "contacts"), ("contacts", "contact"), ("base", "churn"), ("churn", "offer"),
            ("contact", "contacts"),
        ],
        columns=["source", "target"],
    )  # fmt: skip
    names = list("abcdefgh")
    pairs = [(names[at], names[at + 1]) for at in range(6)]
    pairs += [(str(one), str(other)) for one, other in rng.choice(names[:4], (4, 2)) if one < other]
    drawn = pd.DataFrame([*pairs, ("c", "h")], columns=["source", "target"])
    drawn = drawn.sample(frac=1, random_state=rng, ignore_index=True)
    return [(few, "orders"), (few, "contacts"), (few, "visits"), (drawn, "b"), (drawn, "h")]


FED_BY = CodeExercise(
    key="14.9",
    objective=4,
    concepts=("F6",),
    question="""\
Write `fed_by`. `flow` has the columns `source` and `target`, one row per arrow, in any
order. Return a sorted list of the names of all that gets data of `table`, directly or through
others. Leave out `table` itself, even if data come back to it.""",
    starter='''\
def fed_by(flow, table):
    """Names of all that gets data of a table, directly or through others."""
    ...''',
    answer=fed_by,
    inputs=_inputs_of_flows,
    unit="a sorted list of names",
    right="A fault in this table reaches all of them.",
    hint="start with {table}; add all targets of what you have, until nothing is new.",
    mistakes=(
        WrongCode(
            lambda flow, table: _follow(flow, table, rounds=1),
            "Only direct arrows were followed; what gets them passes them on.",
        ),
        WrongCode(
            lambda flow, table: _follow(flow, table, rounds=2),
            "Two steps were followed; go on until nothing is new.",
        ),
        WrongCode(
            lambda flow, table: _follow(flow, table, rounds=len(flow), back=True),
            "Arrows were followed backwards: that is where the table comes from.",
        ),
        WrongCode(
            lambda flow, table: sorted({*fed_by(flow, table), table}),
            "The table itself is to be left out.",
        ),
        WrongCode(
            lambda flow, table: sorted({*flow["source"], *flow["target"]} - {table}),
            "Not everything is fed by this table; follow its arrows.",
        ),
    ),
)
