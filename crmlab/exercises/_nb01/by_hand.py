"""Exercises of notebook 01 by hand: rivals, what knowing may cost, a lesson, and a cut of cost."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["CUT", "KNOWING", "LESSON", "RIVALS"]


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# How many rivals halve a share


def _make_rivals(times: int = 4, now: int = 3) -> Exercise:
    total = times + 2 * now
    more = total - now
    return Exercise(
        key="01.2",
        objective=1,
        concepts=("A2",),
        question=f"""\
A brand is {times} times as attractive as each rival. Customers choose in proportion to
attractiveness, and there are {now} rivals. How many *more* rivals of the same kind must come until
the brand's share is half of today's?""",
        answer=float(more),
        tolerance=0.01,
        unit="one whole number, such as 4",
        right="The share is halved when all that can be chosen has doubled, the brand included.",
        misconceptions=(
            _wrong(now, "Twice the rivals do not halve the share: the brand itself stays."),
            _wrong(total, "Those are all rivals then; asked is how many come in addition."),
            _wrong(times, "That is how attractive the brand is; write both shares down first."),
            _wrong(2 * (times + now), "That is the attractiveness of all then, brand included."),
        ),
        hint="share = times / (times + rivals). Halve it, and solve for the rivals.",
        solution=f"""\
Today {times}/({times} + {now}) = {times / (times + now):.3f}. Half of it needs
{times} + n = {2 * (times + now)}, so n = {total} rivals: {total} - {now} = {more} more.""",
    )


def _draw_rivals(rng: np.random.Generator) -> dict[str, Any]:
    return {"times": int(rng.integers(2, 9)), "now": int(rng.integers(2, 12))}


RIVALS = Drawn(_make_rivals, _draw_rivals)


# ---------------------------------------------------------------------------------------------
# What knowing may cost


def _make_knowing(
    campaigns: int = 4,
    mass: float = 2.5,
    segment: float = 4.0,
    each: float = 4.6,
    paid: float = 1.0,
) -> Exercise:
    answer = round(campaigns * (each - segment) + paid, 1)
    return Exercise(
        key="01.6",
        objective=3,
        concepts=("B1",),
        question=f"""\
A campaign earns {mass:.1f} million won with letters to everybody, {segment:.1f} million by segments
and {each:.1f} million one by one, before what it costs to know the customers. There are
{campaigns} campaigns a year. Keeping the segments costs {paid:.1f} million a year. What may
knowing each one cost at most a year, for one-to-one to earn as much as the *better* of the other
two? In million won, one decimal.""",
        answer=answer,
        tolerance=0.05,
        unit="one amount in million won, such as 5.5",
        right="The rival is the best way without it, and that is seldom mailing everybody.",
        misconceptions=(
            _wrong(campaigns * (each - mass), "That is against mass; segments earn more."),
            _wrong(
                campaigns * (each - segment),
                "The segments cost something, too; that money is saved.",
            ),
            _wrong(each - segment + paid, "The campaigns of one year count, not one alone."),
            _wrong(campaigns * (each - segment) - paid, "What segments cost has the wrong sign."),
        ),
        hint="profit of the segments = campaigns * gain - cost; knowing may cost the difference.",
        solution=f"""\
Segments: {campaigns} * {segment:.1f} - {paid:.1f} = {campaigns * segment - paid:.1f}; mass
{campaigns * mass:.1f}. One-to-one {campaigns} * {each:.1f} = {campaigns * each:.1f}, so at most
{campaigns * each:.1f} - {campaigns * segment - paid:.1f} = {answer:.1f} million won.""",
    )


def _draw_knowing(rng: np.random.Generator) -> dict[str, Any]:
    segment = float(rng.integers(35, 60)) / 10
    return {
        "campaigns": int(rng.integers(3, 9)),
        "mass": segment - float(rng.integers(11, 20)) / 10,
        "segment": segment,
        "each": segment + float(rng.integers(4, 9)) / 10,
        "paid": float(rng.integers(5, 12)) / 10,
    }


KNOWING = Drawn(_make_knowing, _draw_knowing)


# ---------------------------------------------------------------------------------------------
# A lesson, and what the next response earns by it


def _make_lesson(
    letters: int = 1000, share: int = 40, first: int = 7, other: int = 1, margin: int = 40
) -> Exercise:
    mean = (share * first + (100 - share) * other) / 100
    extra = letters * (first - mean) / 100 * margin
    return Exercise(
        key="01.7",
        objective=3,
        concepts=("B3",),
        question=f"""\
A first campaign goes to a random half of all customers. It teaches that a letter adds {first}
orders per 100 to subscribers, {share} % of the customers, and {other} to the others. The next
campaign has {letters:,} letters; there are more subscribers than that. An order leaves {margin}
thousand won. How much *more* does the next campaign earn by writing to subscribers alone, instead
of to {letters:,} customers drawn by lot? In thousand won.""",
        answer=float(round(extra)),
        tolerance=max(1.0, 1e-3 * extra),
        unit="one amount in thousand won, such as 900",
        right="The letters cost the same both ways; the lesson is worth the better orders.",
        misconceptions=(
            _wrong(letters * first / 100 * margin, "Letters by lot bring orders as well; compare."),
            _wrong(
                letters * (first - other) / 100 * margin,
                "A lot draws subscribers, too: mix both groups by their shares.",
            ),
            _wrong(
                letters * (first - (first + other) / 2) / 100 * margin,
                "The two groups are not equally large.",
            ),
            _wrong(letters * (first - mean) / 100, "Those are orders; each leaves a margin."),
            _wrong(letters * mean / 100 * margin, "That is what letters by lot bring."),
        ),
        hint="orders by lot per 100 = the mean of both groups, weighted by their shares.",
        solution=f"""\
By lot {share} % * {first} + {100 - share} % * {other} = {mean:g} per 100; by the lesson {first}.
{letters:,} * ({first} - {mean:g})/100 * {margin} = {extra:.0f} thousand won.""",
    )


def _draw_lesson(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "letters": 100 * int(rng.integers(8, 25)),
        "share": int(rng.choice([20, 25, 30, 35, 40])),
        "first": int(rng.integers(5, 10)),
        "other": int(rng.integers(1, 3)),
        "margin": 10 * int(rng.integers(3, 8)),
    }


LESSON = Drawn(_make_lesson, _draw_lesson)


# ---------------------------------------------------------------------------------------------
# A cut of the cost of a contact


def _make_cut(cut: int = 43, budget: int = 1500) -> Exercise:
    more = 100 * cut / (100 - cut)
    return Exercise(
        key="01.9",
        objective=4,
        concepts=("A9",),
        question=f"""\
A letter becomes {cut} % cheaper. The budget stays at {budget:,} thousand won a campaign. By how
many percent does the number of letters rise? One decimal.""",
        answer=round(more, 1),
        tolerance=0.1,
        unit="one number in percent to one decimal, such as 25.0",
        right="A lower price is multiplied, and so the number of letters rises by more.",
        misconceptions=(
            _wrong(cut, "The price falls by that; letters are budget over price."),
            _wrong(100 + more, "That is the number of letters in percent of before, not its rise."),
            _wrong(100 - cut, "That is what is left of the price."),
            _wrong(more / 100, "That is a share; percent is asked for."),
        ),
        hint="letters = budget / price, before and after.",
        solution=f"""\
The price is {(100 - cut) / 100:g} of before, so letters are 1/{(100 - cut) / 100:g} =
{100 / (100 - cut):.3f} times as many: {more:.1f} % more.""",
    )


def _draw_cut(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "cut": int(rng.choice([20, 25, 30, 35, 43, 45])),
        "budget": 100 * int(rng.integers(5, 40)),
    }


CUT = Drawn(_make_cut, _draw_cut)
