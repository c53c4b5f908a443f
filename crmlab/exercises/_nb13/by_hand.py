"""Exercises of notebook 13 by hand: letters sent twice, a quoted share, a lift, and all at once."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["ALL_SEVEN", "ANALYTICAL", "LETTERS_TWICE", "REALISED", "SHARE_OF_CRM"]


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# What letters to the same people cost


def _make_letters(
    each: int = 1_000, both: int = 200, per_hundred: int = 8, margin: int = 60_000, cost: int = 1500
) -> Exercise:
    orders = both * per_hundred / 100
    answer = orders * margin
    return Exercise(
        key="13.2",
        objective=1,
        concepts=("P1",),
        question=f"""\
Two departments send {each:,} letters each. {both} of the second department's letters go to people
who have the first one already; so {both} others get none. A letter costs {cost:,} won. To
somebody without one it adds {per_hundred} orders per 100, of {margin:,} won margin; a second letter
adds nothing. One common plan would send as many letters, one to each. What does the overlap
cost?""",
        answer=answer,
        tolerance=1.0,
        unit="one amount in won, such as 500000",
        right="Letters cost the same either way; what is lost are the orders of those left out.",
        misconceptions=(
            _wrong(both * cost, "That is what the second letters cost; the plan sends as many."),
            _wrong(
                answer + both * cost,
                "The plan pays for as many letters, so that their cost cancels.",
            ),
            _wrong(
                answer - both * cost,
                "Those left out save no letter: it went to somebody else.",
            ),
            _wrong(2 * each * per_hundred / 100 * margin, "That is the gain of all the letters."),
            _wrong(both * margin, "Not each letter brings an order."),
            _wrong(orders, "Those are orders; the question asks for money."),
        ),
        hint="who would have got a letter by the plan and does not? What would it have added?",
        solution=f"""\
{both} people without a letter; {both} * {per_hundred}/100 = {orders:.0f} orders missed;
{orders:.0f} * {margin:,} = {answer:.0f} won. Both ways send {2 * each:,} letters.""",
    )


def _draw_letters(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "each": 500 * int(rng.integers(2, 7)),
        "both": 50 * int(rng.integers(3, 9)),
        "per_hundred": int(rng.choice([4, 6, 8, 10])),
        "margin": 10_000 * int(rng.integers(3, 9)),
        "cost": 100 * int(rng.integers(8, 20)),
    }


LETTERS_TWICE = Drawn(_make_letters, _draw_letters)


# ---------------------------------------------------------------------------------------------
# What a quoted share says


def _make_share(part: int = 64, sold: int = 500, market: int = 3600) -> Exercise:
    answer = part * sold / market
    return Exercise(
        key="13.5",
        objective=3,
        concepts=("P4",),
        question=f"""\
{part} % of what application service providers sold was CRM. Say they sold for {sold:,} million
dollars in that year, and {market:,} million were spent on CRM software. How much of what was spent
on CRM was outsourced, in percent, to one decimal?""",
        answer=round(answer, 1),
        tolerance=0.06,
        unit="a percentage to one decimal, such as 12.5",
        right="A large part of a small market; the size of that market decides, and is not told.",
        misconceptions=(
            _wrong(part, "That is CRM's part of what providers sold, not their part of CRM."),
            _wrong(100 * sold / market, "Not all that the providers sold was CRM."),
            _wrong(part * sold / 100, "Those are million dollars; divide by what CRM cost in all."),
            _wrong(answer / 100, "That is a share; the question asks for percent."),
            _wrong(100 - part, "That is what else the providers sold."),
        ),
        hint="CRM sold by providers, in million dollars, over all that was spent on CRM.",
        solution=f"""\
{part} % of {sold:,} = {part * sold / 100:,.0f} million; over {market:,} million that is
{answer:.1f} %.""",
    )


def _draw_share(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "part": int(rng.integers(45, 80)),
        "sold": 50 * int(rng.integers(4, 20)),
        "market": 100 * int(rng.integers(25, 60)),
    }


SHARE_OF_CRM = Drawn(_make_share, _draw_share)


# ---------------------------------------------------------------------------------------------
# Lift found and lift realised


def _make_realised(
    lift: int = 5, contacts: int = 3_000, held: int = 40, branches: int = 3, margin: int = 60_000
) -> Exercise:
    planned = lift / 100 * contacts * margin
    answer = planned * held / 100
    return Exercise(
        key="13.6",
        objective=1,
        concepts=("P5",),
        question=f"""\
By the list {contacts:,} contacts bring {lift} orders per 100 more than by the old way, at
{margin:,} won margin an order. {branches} of 10 branches go on as before; they are large and make
{held} % of the contacts. How much of the gain is lost, in won?""",
        answer=answer,
        tolerance=1.0,
        unit="one amount in won, such as 500000",
        right="The analysis is as good as before; the gain comes where the work has changed.",
        misconceptions=(
            _wrong(planned, "That is the whole gain, as if nobody worked by the list."),
            _wrong(planned * (1 - held / 100), "That is what is realised; what is lost is asked."),
            _wrong(
                planned * branches / 10,
                "Branches are not alike: what counts is the share of the contacts they make.",
            ),
            _wrong(answer / margin, "Those are orders; the question asks for money."),
            _wrong(contacts * margin * held / 100, "Not each contact brings an order more."),
        ),
        hint="gain if all worked by the list, times the share of contacts made as before.",
        solution=f"""\
{contacts:,} * {lift}/100 = {lift / 100 * contacts:.0f} orders, {planned:,.0f} won if all worked by
the list; {held} % of that is {answer:.0f} won.""",
    )


def _draw_realised(rng: np.random.Generator) -> dict[str, Any]:
    branches = int(rng.integers(2, 5))
    return {
        "lift": int(rng.integers(3, 8)),
        "contacts": 500 * int(rng.integers(3, 10)),
        "branches": branches,
        "held": 10 * branches + int(rng.choice([4, 6, 8])),
        "margin": 10_000 * int(rng.integers(3, 9)),
    }


REALISED = Drawn(_make_realised, _draw_realised)


# ---------------------------------------------------------------------------------------------
# Which solution answers which question

ANALYTICAL = Exercise(
    key="13.7",
    objective=3,
    concepts=("P6", "F1"),
    question="""\
A firm asks six questions. Which of them go to an *analytical* solution?

| number | question |
|---:|---|
| 1 | Who would order because of a call, and not anyway? |
| 2 | Was today's call made, and what came of it? |
| 3 | What will a customer bring in the next five years? |
| 4 | Which agent takes the call that comes in now? |
| 5 | Has this customer withdrawn consent since yesterday? |
| 6 | Which customers belong together, by what they buy? |

Answer with a set of numbers.""",
    answer=frozenset({"1", "3", "6"}),
    tolerance=0.0,
    unit="a set of numbers, such as {2, 4}",
    right="It learns from many customers at once; but the records it learns from come first.",
    misconceptions=(
        Misconception(
            frozenset({"2", "5"}), "Those are carried out and recorded: operational questions."
        ),
        Misconception(
            frozenset({"2", "4", "5"}), "Those are about the work of the moment, at the front."
        ),
        Misconception(frozenset({"1", "3"}), "One is missing: it takes all customers at once."),
        Misconception(
            frozenset({"1", "3", "4", "6"}),
            "Who takes a call is decided while it rings, where channels meet: collaborative.",
        ),
        Misconception(
            frozenset({"1", "3", "5", "6"}),
            "A warehouse holds yesterday's copy; consent must be looked up where it is kept.",
        ),
        Misconception(
            frozenset({"1", "2", "3", "6"}),
            "That a call was made is written down by the system that carries it out.",
        ),
        Misconception(frozenset({"3", "6"}), "One is missing: it needs customers left alone."),
        Misconception(frozenset({"1", "6"}), "One is missing: a forecast is learned, too."),
    ),
    hint="analytical: learned from many customers' records; not: carried out, or decided at once.",
    solution="""\
1, 3 and 6 are learned from the records of many customers. 2 and 5 are carried out and recorded
(operational); 4 joins customer and channel in real time (collaborative).""",
)


# ---------------------------------------------------------------------------------------------
# All seven at once


def _make_all(share: int = 85, factors: int = 7) -> Exercise:
    good = share / 100
    answer = good**factors
    return Exercise(
        key="13.10",
        objective=4,
        concepts=("D6",),
        question=f"""\
In a certain trade {share} % of the firms have put the first of {factors} failure factors right, as
many the second, and so on. If the factors were independent, which share of the firms would have put
all of them right? To two decimals.""",
        answer=round(answer, 2),
        tolerance=0.005,
        unit="a share between 0 and 1 to two decimals, such as 0.35",
        right="Each looks easy, and all at once is rare; where they go together it is less so.",
        misconceptions=(
            _wrong(good, "That would be so if the same firms put everything right."),
            _wrong(1 - answer, "That is the share with at least one failure."),
            _wrong((1 - good) ** factors, "That is the share that put nothing right."),
            _wrong(100 * answer, "A share lies between 0 and 1; this is in percent."),
            _wrong(good / factors, "The share is multiplied once for each factor, not divided."),
        ),
        hint="independent: multiply the share once for each factor.",
        solution=f"{good} ** {factors} = {answer:.2f}.",
    )


def _draw_all(rng: np.random.Generator) -> dict[str, Any]:
    return {"share": int(rng.choice([70, 75, 90])), "factors": int(rng.integers(4, 9))}


ALL_SEVEN = Drawn(_make_all, _draw_all)
