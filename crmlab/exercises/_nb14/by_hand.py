"""Exercises of notebook 14 by hand: one turn of the loop, parts together, and two teams."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["ONE_TURN", "TOGETHER", "TWO_TEAMS"]


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# One turn of the loop


def _make_turn(n: int = 120, with_: int = 30, without: int = 18, size: int = 400) -> Exercise:
    margin, cost = 60_000, 1_500
    added = (with_ - without) / n
    answer = size * (added * margin - cost)
    return Exercise(
        key="14.1",
        objective=1,
        concepts=("B3", "F4"),
        question=f"""\
A lot drew {n} customers of a group who got a letter and {n} who got none. Of those with a letter
{with_} ordered, of those without {without}. An order leaves {margin:,} won, a letter costs {cost:,}
won. Next period the firm writes to all {size} customers of the group. By how much does it expect
its profit to change, against writing to none of them? In won; below 0 for a loss.""",
        answer=float(round(answer)),
        tolerance=max(1.0, abs(answer) * 1e-3),
        unit="one amount in won, such as 250000",
        right="Act, measure, learn: this number decides whether the firm writes again.",
        misconceptions=(
            _wrong(
                size * (with_ / n * margin - cost),
                "Some would have ordered without a letter; take those off first.",
            ),
            _wrong(size * added * margin, "The letters of the next period cost something."),
            _wrong(
                n * (added * margin - cost), "That is for as many as in the test; more get it next."
            ),
            _wrong(added * margin - cost, "That is for one letter; how many are written?"),
            _wrong(
                size * (added * margin + cost),
                "The cost of a letter is to be taken off, not added.",
            ),
        ),
        hint="orders that a letter adds = share with - share without; times margin, less cost.",
        solution=f"""\
{with_}/{n} - {without}/{n} = {added:.4f} orders a letter; {added:.4f} * {margin:,} - {cost:,} =
{added * margin - cost:,.0f} won a letter; times {size} = {answer:.0f} won.""",
    )


def _draw_turn(rng: np.random.Generator) -> dict[str, Any]:
    n = 20 * int(rng.integers(4, 10))
    without = int(n * rng.uniform(0.05, 0.2))
    return {
        "n": n,
        "without": without,
        "with_": without + int(n * rng.uniform(0.04, 0.12)) + 1,
        "size": 50 * int(rng.integers(5, 16)),
    }


ONE_TURN = Drawn(_make_turn, _draw_turn)


# ---------------------------------------------------------------------------------------------
# Parts that use each other


def _make_together(none: int = 10, one: int = 18, other: int = 14, both: int = 30) -> Exercise:
    answer = both - one - other + none
    return Exercise(
        key="14.5",
        objective=2,
        concepts=("F1", "F3"),
        question=f"""\
A firm earns {none} million won with neither analytical nor collaborative CRM, {one} with the
analytical part alone, {other} with the collaborative part alone, and {both} with both. For each
part it notes what is lost if that part alone is taken away from both, and adds the two losses up.
By how much is this sum more than what the two parts bring together? In million won.""",
        answer=float(answer),
        tolerance=0.01,
        unit="one amount in million won, such as 3",
        right="What they bring only together is counted twice: once in each loss.",
        misconceptions=(
            _wrong(both - none, "That is what both bring together; compare the sum with it."),
            _wrong(
                2 * both - one - other,
                "That is the sum of the two losses; take off what both bring.",
            ),
            _wrong(-answer, "The sum of the losses is the larger of the two here."),
            _wrong(one + other - 2 * none, "Those are the gains of each part alone, added up."),
            _wrong(both, "That is all the firm earns; what does it earn without the parts?"),
        ),
        hint="losses: both - other alone, both - one alone; together they bring both - neither.",
        solution=f"""\
Without the analytical part {both} - {other} = {both - other} is lost, without the collaborative
part {both} - {one} = {both - one}: {2 * both - one - other} in all. Together they bring {both} -
{none} = {both - none}. The sum is {answer} more.""",
    )


def _draw_together(rng: np.random.Generator) -> dict[str, Any]:
    none = int(rng.integers(5, 20))
    one, other = (none + int(each) for each in rng.integers(3, 15, 2))
    return {
        "none": none,
        "one": one,
        "other": other,
        "both": one + other - none + int(rng.integers(3, 12)),
    }


TOGETHER = Drawn(_make_together, _draw_together)


# ---------------------------------------------------------------------------------------------
# Two teams


def _make_teams(
    bought: int = 20, anyway: int = 18, moved: int = 9, few: int = 3, letters: int = 500
) -> Exercise:
    margin, cost = 60_000, 1_500
    facts = letters * ((bought - anyway) / 100 * margin - cost)
    linked = letters * ((moved - few) / 100 * margin - cost)
    answer = linked - facts
    return Exercise(
        key="14.8",
        objective=4,
        concepts=("F5",),
        question=f"""\
In a trial {bought} of 100 customers of group A ordered with a letter and {anyway} of 100 without;
in group B {moved} of 100 with a letter and {few} of 100 without. There are {letters} letters at
{cost:,} won; an order leaves {margin:,} won. The analysts, alone, write to the group that orders
most with a letter. With the firm's goal, profit that letters add, they write to the other. Each
group has more customers than there are letters. How much
more does the linked team expect to earn? In won.""",
        answer=float(round(answer)),
        tolerance=max(1.0, abs(answer) * 1e-3),
        unit="one amount in won, such as 250000",
        right="Facts without the goal find those who buy anyway.",
        misconceptions=(
            _wrong(
                linked,
                "That is what the linked team earns; take off what the analysts earn or lose.",
            ),
            _wrong(facts, "That is what the analysts earn alone; compare the two teams."),
            _wrong(-answer, "Who earns more? Orders that come anyway are not the letter's."),
            _wrong(
                letters * (moved - bought) / 100 * margin,
                "Those are all orders with a letter; take off those without one.",
            ),
            _wrong(
                answer - letters * cost,
                "Both teams write as many letters, so their cost is in both.",
            ),
        ),
        hint="each team: letters * ((share with - share without) * margin - cost).",
        solution=f"""\
Analysts: {letters} * (({bought} - {anyway}) / 100 * {margin:,} - {cost:,}) = {facts:,.0f} won.
Linked: {letters} * (({moved} - {few}) / 100 * {margin:,} - {cost:,}) = {linked:,.0f} won.
Difference: {answer:.0f} won.""",
    )


def _draw_teams(rng: np.random.Generator) -> dict[str, Any]:
    bought = int(rng.integers(18, 30))
    few = int(rng.integers(2, 5))
    return {
        "bought": bought,
        "anyway": bought - int(rng.integers(1, 4)),
        "few": few,
        "moved": few + int(rng.integers(5, 10)),
        "letters": 50 * int(rng.integers(4, 20)),
    }


TWO_TEAMS = Drawn(_make_teams, _draw_teams)
