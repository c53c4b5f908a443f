"""Exercises of notebook 04 by hand: a mailing, a step of revenue, agreement, a treatment."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["AGREEMENT", "FREQUENCY_STEP", "GROUPS", "MAILING", "RISE_NEEDED"]

_CENT = 0.005
_DOLLAR = 0.5


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# A mailing


def _make_mailing(
    sizes: Sequence[int] = (1000, 2000, 5000),
    extra: Sequence[int] = (12, 4, 1),
    margin: int = 40,
    cost: int = 2,
) -> Exercise:
    names, each = "ABC", [margin * orders / 100 - cost for orders in extra]
    totals = [size * one for size, one in zip(sizes, each, strict=True)]
    mass, saved = sum(totals), -sum(totals[1:])
    unsent = sizes[1] + sizes[2]
    rows = "\n".join(
        f"| {name} | {size:,} | {orders} |"
        for name, size, orders in zip(names, sizes, extra, strict=True)
    )
    return Exercise(
        key="04.1",
        objective=4,
        concepts=("B1",),
        question=f"""\
A letter costs {cost} USD, and an order leaves a margin of {margin} USD. A test with a control group
found how many *extra* orders 100 letters bring in each segment:

| segment | customers | extra orders per 100 letters |
|---|---:|---:|
{rows}

The firm can write to everybody, or only to the segments that pay for their letters. How much more
does it earn by the second way? Whole USD.""",
        answer=float(saved),
        tolerance=_DOLLAR,
        unit="one amount in USD, without decimals, such as 1250",
        right="The gain is the loss that was not made: the good segment earns the same either way.",
        misconceptions=(
            _wrong(totals[0], "That is what segment A earns; compare the two ways."),
            _wrong(mass, "That is what the letter to everybody earns; compare the two ways."),
            _wrong(-totals[2], "Segment C is left out; B does not pay for its letters, either."),
            _wrong(-totals[1], "Segment B is left out; C does not pay for its letters, either."),
            _wrong(cost * unsent, "Those are the letters saved; some orders are lost with them."),
            _wrong(-saved, "The second way earns more, not less; mind the sign."),
        ),
        hint=f"a segment pays if {margin} USD times its extra orders is above 100 letters' cost.",
        solution=f"""\
100 letters cost {100 * cost} USD and must bring more than {100 * cost / margin:g} extra orders.
Only A does. A letter to B earns {each[1]:.2f} USD, to C {each[2]:.2f} USD.
Without them the firm keeps {-totals[1]:.0f} + {-totals[2]:.0f} = {saved:.0f} USD.""",
    )


def _draw_mailing(rng: np.random.Generator) -> dict[str, Any]:
    sizes = 500 * np.array([rng.integers(2, 5), rng.integers(3, 8), rng.integers(8, 15)])
    extra = rng.integers(9, 15), rng.integers(3, 5), rng.integers(1, 3)
    return {"sizes": tuple(map(int, sizes)), "extra": tuple(map(int, extra))}


MAILING = Drawn(_make_mailing, _draw_mailing)


# ---------------------------------------------------------------------------------------------
# A step of the revenue


def _make_frequency(
    purchases: Sequence[int] = (160, 200), spend: Sequence[int] = (35, 30)
) -> Exercise:
    (n_before, n_after), (s_before, s_after) = purchases, spend
    more, dearer = n_after - n_before, s_after - s_before
    step = more * (s_before + s_after) / 2
    return Exercise(
        key="04.5",
        objective=2,
        question=f"""\
The customers who bought in both periods made {n_before} purchases of {s_before} USD on average, and
then {n_after} of {s_after} USD. By how much did *frequency* change their revenue, if each step is
the difference of one factor times the mean of the other over both periods? USD, with its sign.""",
        answer=float(step),
        tolerance=_DOLLAR,
        unit="one amount in USD with its sign, such as -1250",
        right="With the step of order size it adds up to the whole change, without a rest.",
        misconceptions=(
            _wrong(more * s_before, "That takes the earlier spend; take the mean of both periods."),
            _wrong(more * s_after, "That takes the later spend; take the mean of both periods."),
            _wrong(
                dearer * (n_before + n_after) / 2, "That is the step of order size, not frequency."
            ),
            _wrong(
                n_after * s_after - n_before * s_before,
                "That is the whole change; order size has a part in it.",
            ),
            _wrong(-step, "The size is right; mind the sign: later less earlier."),
            _wrong(more, "That is a number of purchases; multiply it by the mean spend."),
        ),
        hint="the difference in purchases, times the mean of the two amounts.",
        solution=f"""\
Purchases changed by {more}; the mean spend of both periods is {(s_before + s_after) / 2:g} USD.
{more} * {(s_before + s_after) / 2:g} = {step:g} USD.
Order size: {dearer} * {(n_before + n_after) / 2:g} = {dearer * (n_before + n_after) / 2:g} USD.""",
    )


def _draw_frequency(rng: np.random.Generator) -> dict[str, Any]:
    purchases, spend = 10 * rng.choice(np.arange(8, 30), 2, replace=False), rng.integers(20, 45, 2)
    if abs(int(spend[0]) - int(spend[1])) < 4:
        return _draw_frequency(rng)
    return {"purchases": tuple(map(int, purchases)), "spend": tuple(map(int, spend))}


FREQUENCY_STEP = Drawn(_make_frequency, _draw_frequency)


# ---------------------------------------------------------------------------------------------
# Whether two groupings agree


def _make_agreement(first: str = "AAABBB", second: str = "XXYXXY") -> Exercise:
    pairs = list(itertools.combinations(zip(first, second, strict=True), 2))
    both = sum(one[0] == two[0] and one[1] == two[1] for one, two in pairs)
    neither = sum(one[0] != two[0] and one[1] != two[1] for one, two in pairs)
    share = (both + neither) / len(pairs)
    customers = ", ".join(map(str, range(1, len(first) + 1)))
    return Exercise(
        key="04.6",
        objective=2,
        question=f"""\
Two samples put the same {len(first)} customers into groups:

customers: {customers}
first sample: {", ".join(first)}
second sample: {", ".join(second)}

In which share of the {len(pairs)} pairs of customers do the two agree? They agree on a pair if both
put the two customers together, or both put them apart. Two decimals.""",
        answer=share,
        tolerance=_CENT,
        unit="one share of the pairs to two decimals, such as 0.25",
        right="Names of groups play no part. The adjusted index also takes off what chance gives.",
        misconceptions=(
            _wrong(both / len(pairs), "Pairs that both put apart are agreement, too; count those."),
            _wrong(
                neither / len(pairs),
                "Pairs that both put together are agreement, too; count those.",
            ),
            _wrong(1 - share, "That is the share of pairs on which they disagree."),
            _wrong(both + neither, "That is a number of pairs; divide it by all pairs."),
            _wrong(0.0, "Groups have other names, and no meaning in them; look at pairs."),
            Misconception(
                100 * share, "The share is right, but in percent; give a number from 0 to 1.", 0.5
            ),
        ),
        hint="go through the pairs 1-2, 1-3, ...: together or apart, in the first and second?",
        solution=f"""\
Both put {both} pairs together, and {neither} pairs apart.
({both} + {neither}) / {len(pairs)} = {share:.2f}, or {share:g}.""",
    )


def _draw_agreement(rng: np.random.Generator) -> dict[str, Any]:
    first = "".join(sorted(rng.choice(list("AB"), 6)))
    second = "".join(rng.choice(list("XY"), 6))
    if len(set(first)) < 2 or len(set(second)) < 2:
        return _draw_agreement(rng)
    return {"first": first, "second": second}


AGREEMENT = Drawn(_make_agreement, _draw_agreement)


# ---------------------------------------------------------------------------------------------
# How many groups


GROUPS = Exercise(
    key="04.8",
    objective=1,
    question="""\
A colleague tries 2 to 8 groups by k-means:

| groups | silhouette | stability |
|---:|---:|---:|
| 2 | 0.35 | 0.93 |
| 5 | 0.41 | 0.52 |
| 8 | 0.24 | 0.60 |

What should the colleague conclude?

a) Five groups exist, since their silhouette is the highest.
b) Two groups are repeatable; five are not, so other customers would have given other five groups.
c) Eight groups, since more segments allow a finer treatment.
d) Two groups exist in the market, and people were born into one of them.""",
    answer="b",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="Apart and repeatable are two questions. An answer needs both, and proves no nature.",
    misconceptions=(
        Misconception("a", "Far apart in this sample; with another sample the groups differ."),
        Misconception("c", "A finer treatment needs groups that are there again next time."),
        Misconception(
            "d", "The columns and the transform were chosen; other ones give other groups."
        ),
    ),
    hint="what does the second index say of five groups?",
    solution="""\
b. Five groups are the farthest apart, but two samples agree on them only to 0.52 of 1.
a looks at one index alone, c at neither, d takes a result of chosen columns for a fact.""",
)


# ---------------------------------------------------------------------------------------------
# What a treatment must earn


def _make_rise(cost: int = 6, money: int = 50, margin: int = 40) -> Exercise:
    rise = 100 * cost / (money * margin / 100)
    return Exercise(
        key="04.11",
        objective=4,
        concepts=("D4",),
        question=f"""\
A customer of a segment brings {money} USD in the next period without any treatment. The margin is
{margin} %, and a treatment costs {cost} USD a customer. By how many percent must it raise the
money of the segment to pay for itself? Whole percent.""",
        answer=rise,
        tolerance=0.5,
        unit="a number in percent, without decimals, such as 12",
        right="The less a segment brings, the higher the rise: it needs a cheaper treatment.",
        misconceptions=(
            _wrong(
                100 * cost / money, "Only the margin pays for the treatment, not all the money."
            ),
            _wrong(margin * cost / money, "The margin divides: a small one makes the rise larger."),
            Misconception(rise / 100, "The rise is right, but as a share; give percent."),
            _wrong(cost / (margin / 100), "That is the extra money in USD; divide by the money."),
            _wrong(
                money * margin / 100, "That is the margin without treatment, in USD, and no rise."
            ),
        ),
        hint="how much margin does the segment leave today, and what part of it is the cost?",
        solution=f"""\
Without treatment the margin is {money} * {margin / 100:g} = {money * margin / 100:g} USD.
The cost is {cost} / {money * margin / 100:g} = {rise / 100:.3f} of it: a rise of {rise:.0f} %,
or {rise:g} %.""",
    )


def _draw_rise(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "cost": int(rng.integers(3, 10)),
        "money": 10 * int(rng.integers(4, 15)),
        "margin": 5 * int(rng.integers(4, 11)),
    }


RISE_NEEDED = Drawn(_make_rise, _draw_rise)
