"""Exercises of notebook 11 by hand: a contact that tires, a response caused, and agents."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["AGENTS", "CAUSED", "TIRED"]

_CENT = 0.005


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# By how much a contact tires


def _make_tired(n: int = 800, after: int = 200, rested: int = 280) -> Exercise:
    odds = [hits / (n - hits) for hits in (after, rested)]
    change = float(np.log(odds[1] / odds[0]))
    return Exercise(
        key="11.2",
        objective=1,
        concepts=("G3",),
        question=f"""\
A lot decided which {n:,} customers got a letter and which {n:,} did not. A month later all got the
same e-mail. Of those with the letter {after:,} opened it, of the others {rested:,}. By how much did
the letter lower the log odds of opening? Natural logarithm, two decimals, above 0.""",
        answer=round(change, 2),
        tolerance=_CENT,
        unit="one number to two decimals, above 0 where contacts tire, such as 0.25",
        right="A lot decided, so nothing but the letter explains the difference, chance apart.",
        misconceptions=(
            _wrong((rested - after) / n, "That is the difference of the shares, not of log odds."),
            _wrong(rested / after, "That is the ratio of the shares; odds are hits over misses."),
            _wrong(odds[1] / odds[0], "That is the ratio of the odds; take its logarithm."),
            _wrong(-change, "The sign says that the letter refreshed them; who opened more?"),
            _wrong(float(np.log(rested / after)), "That is the log of shares; odds are wanted."),
        ),
        hint="odds = opened / not opened, in each arm; ln of (odds without letter / odds with).",
        solution=f"""\
Odds with the letter {after}/{n - after} = {odds[0]:.3f}, without {rested}/{n - rested} =
{odds[1]:.3f}; ln({odds[1]:.3f} / {odds[0]:.3f}) = {change:.2f}.""",
    )


def _draw_tired(rng: np.random.Generator) -> dict[str, Any]:
    n = 100 * int(rng.integers(5, 16))
    rested = int(n * rng.uniform(0.28, 0.45))
    return {"n": n, "rested": rested, "after": int(rested * rng.uniform(0.65, 0.85))}


TIRED = Drawn(_make_tired, _draw_tired)


# ---------------------------------------------------------------------------------------------
# What a response costs that was caused


def _make_caused(n: int = 2000, cost: int = 900, with_: int = 240, without: int = 160) -> Exercise:
    spent = n * cost
    answer = float(round(spent / (with_ - without)))
    return Exercise(
        key="11.4",
        objective=2,
        question=f"""\
{n:,} customers, drawn by lot, got a letter for {cost:,} won each; {n:,} others got none. Of those
with the letter {with_:,} ordered, of those without {without:,}. What does an order cost that the
letter caused? In won.""",
        answer=answer,
        tolerance=max(1.0, answer * 1e-3),
        unit="one amount in won, such as 12000",
        right="It is dearer than a response, since some would have ordered anyway.",
        misconceptions=(
            _wrong(spent / with_, "That is per response; some of these would have come anyway."),
            _wrong(spent / without, "That is per order without a letter; those cost nothing."),
            _wrong(spent / (with_ + without), "Controls' orders are to be taken off, not added."),
            _wrong(cost, "That is the cost of a letter; divide by what letters caused."),
            _wrong(
                2 * answer, "Only the letters cost money; the controls got none, and cost nothing."
            ),
        ),
        hint="all letters' cost / (orders with letter - orders of as many without).",
        solution=f"""\
{n:,} * {cost:,} = {spent:,} won; {with_:,} - {without:,} = {with_ - without:,} orders caused;
{spent:,} / {with_ - without:,} = {answer:.0f} won.""",
    )


def _draw_caused(rng: np.random.Generator) -> dict[str, Any]:
    without = int(rng.integers(60, 220))
    return {
        "n": 500 * int(rng.integers(3, 9)),
        "cost": 100 * int(rng.integers(5, 20)),
        "without": without,
        "with_": int(without * rng.uniform(1.3, 1.8)),
    }


CAUSED = Drawn(_make_caused, _draw_caused)


# ---------------------------------------------------------------------------------------------
# The fewest agents


def _make_agents(calls: int = 90, minutes: int = 30, handling: int = 4) -> Exercise:
    work = calls * handling
    load = work / minutes
    return Exercise(
        key="11.6",
        objective=4,
        concepts=("G2",),
        question=f"""\
In {minutes} minutes {calls} calls come, which take {handling} minutes each with the work after
them. Nobody hangs up. How many agents must be at work at least, so that the queue does not grow
without end?""",
        answer=load + 1,
        tolerance=0.01,
        unit="one whole number, such as 8",
        right="With this number nearly every call waits long; a promise needs more.",
        misconceptions=(
            _wrong(load, "That is the load itself: calls come at random, and a backlog stays."),
            _wrong(work, "Those are minutes of work; divide by the minutes of an agent."),
            _wrong(calls / handling, "Calls times their length is the work, not calls over it."),
            _wrong(work / 60, "That takes an hour; the calls come in less than one."),
            _wrong(calls / minutes, "Those are calls per minute; each keeps an agent busy longer."),
        ),
        hint="load in erlangs = calls * minutes each / minutes; the agents must be above it.",
        solution=f"""\
{calls} * {handling} / {minutes} = {load:.0f} erlangs. Exactly as many agents would never work off
a backlog, so {load + 1:.0f}.""",
    )


def _draw_agents(rng: np.random.Generator) -> dict[str, Any]:
    minutes = int(rng.choice([15, 30]))
    handling = int(rng.integers(3, 7))
    load = int(rng.integers(7, 30))
    whole = load * minutes % handling == 0
    return {"calls": load * minutes // handling if whole else load * 5, "minutes": minutes,
            "handling": handling if whole else minutes // 5}  # fmt: skip


AGENTS = Drawn(_make_agents, _draw_agents)
