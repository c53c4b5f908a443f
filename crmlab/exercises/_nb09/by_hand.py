"""Exercises of notebook 09 by hand: a break-even, a comparison, a size, and whom to leave out."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["BREAK_EVEN", "LEFT_OUT", "REDEEMED", "SAMPLE_SIZE"]


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# Break-even


def _make_break_even(
    n: int = 50_000, contact: float = 0.8, fixed: int = 20_000, margin: int = 40, gift: int = 5
) -> Exercise:
    each = contact + fixed / n
    even = round(each / (margin - gift), 4)
    return Exercise(
        key="09.1",
        objective=1,
        concepts=("H3",),
        question=f"""\
A newsletter goes to {n:,} households. Printing and posting cost {contact:.2f} USD each,
writing it {fixed:,} USD in all. A household that responds brings a margin of {margin} USD, and gets
a gift that costs {gift} USD. At which response rate is the profit 0? Give a share with four
decimals.""",
        answer=even,
        tolerance=0.00011,
        unit="one share to four decimals, such as 0.0125",
        right="The more households share the fixed cost, the lower the rate.",
        misconceptions=(
            _wrong(contact / (margin - gift), "Writing it costs as well; spread it over all."),
            _wrong(each / margin, "The gift is missing: each response costs it."),
            _wrong(each / (margin + gift), "The gift lowers what a response brings."),
            _wrong((contact * n + fixed) / (margin - gift), "That is a number of responses."),
            Misconception(100 * even, "The size is right, but in percent; give a share.", 0.011),
        ),
        hint="cost per household, the share of the fixed cost included / (margin - gift).",
        solution=f"""\
A household costs {contact:.2f} + {fixed:,} / {n:,} = {each:.2f} USD. A response brings
{margin} - {gift} = {margin - gift} USD. {each:.2f} / {margin - gift} = {even:g}.""",
    )


def _draw_break_even(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "n": 10_000 * int(rng.integers(3, 9)),
        "contact": round(float(rng.choice([0.6, 0.7, 0.9, 1.0])), 2),
        "fixed": 5_000 * int(rng.integers(3, 8)),
        "margin": 5 * int(rng.integers(6, 11)),
        "gift": int(rng.integers(4, 9)),
    }


BREAK_EVEN = Drawn(_make_break_even, _draw_break_even)


# ---------------------------------------------------------------------------------------------
# Those who redeem


REDEEMED = Exercise(
    key="09.4",
    objective=2,
    concepts=("H2",),
    question="""\
1,000 households get a coupon, and 150 redeem it. While it is valid, those 150 spend 30 USD a week,
the other 850 spend 15. In the eight weeks *before* it was sent, the 150 had spent 29 USD a week and
the 850 had spent 15. Nobody was left without a coupon. What can be said?

a) The coupon doubled the spending of those who redeemed it: 30 against 15.
b) The coupon raised spending by 1 USD a week, since the 850 did not change.
c) Those who redeem were the better customers before; the effect of the coupon is unknown.
d) The coupon worked for 15 % of the households, the share who redeemed.""",
    answer="c",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="Redeeming is a choice of the customer, and a control group is drawn by lot.",
    misconceptions=(
        Misconception("a", "They spent about twice as much before they had the coupon."),
        Misconception("b", "Who chose to redeem may have planned to buy more; nobody drew a lot."),
        Misconception("d", "To redeem is not to buy more; the purchase may have been planned."),
    ),
    hint="who decided which households are among the 150?",
    solution="""\
c. The 150 chose themselves, and they were the better customers before. Even the rise of 1 USD may
be a purchase that was planned, and then a coupon was used for it. Only households drawn by lot that
get no coupon would show what the coupon changes.""",
)


# ---------------------------------------------------------------------------------------------
# Size of a test


def _make_size(cost: int = 3_000, margin: int = 60_000, base: int = 10) -> Exercise:
    p, d = base / 100, cost / margin
    n = 16 * p * (1 - p) / d**2
    return Exercise(
        key="09.7",
        objective=3,
        question=f"""\
A call costs {cost:,} won, and an order leaves {margin:,}. Without a call {base} % of the customers
order. You want to see an effect d that just pays for the call. A usual rule for the number of
customers in *each* of two groups is 16 × p × (1 − p) / d², where p is the share who order without a
call. How many are that? Give a whole number.""",
        answer=float(n),
        tolerance=max(1.0, n / 250),
        unit="one number of customers for each group, such as 1200",
        right="Half the effect needs four times as many customers.",
        misconceptions=(
            _wrong(16 * p * (1 - p) / d, "The effect d is squared."),
            _wrong(2 * n, "That is for both groups together."),
            _wrong(16 * p / d**2, "The factor 1 - p is missing."),
            _wrong(16 * p * (1 - p) / p**2, "d is the effect, and not the share who order."),
            _wrong(n / 1e4, "d is a share here, not a number of percentage points."),
        ),
        hint="d = cost of a call / margin of an order, as a share.",
        solution=f"""\
d = {cost:,} / {margin:,} = {d:.3g}. 16 * {p:g} * {1 - p:.2f} / {d:.3g}^2 = {n:,.0f} in each
group. A smaller effect would not pay, so the test need not see it.""",
    )


def _draw_size(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "cost": 500 * int(rng.integers(3, 8)),
        "margin": 10_000 * int(rng.integers(4, 10)),
        "base": int(rng.choice([12, 15, 20, 25])),
    }


SAMPLE_SIZE = Drawn(_make_size, _draw_size)


# ---------------------------------------------------------------------------------------------
# Whom to leave out


LEFT_OUT = Exercise(
    key="09.10",
    objective=4,
    concepts=("C2", "D5"),
    question="""\
A win-back letter costs 1,500 won, and an order leaves 60,000. A test by lot found for the
customers silent for more than a year an effect of 0.5 orders in 100 letters (at most 2), for
those who still come but spend half as much 5 in 100. 300 customers of both groups got a call from
another department last week. Who gets a letter?

a) All: each letter may win an order that leaves 60,000 won.
b) The customers silent for more than a year, since only they have left.
c) The half-leavers, except those called last week and a random part kept as control.
d) The half-leavers, called or not; two contacts are surer than one.""",
    answer="c",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="A letter pays from 2.5 orders in 100, and money spent twice is saved first.",
    misconceptions=(
        Misconception("a", "An order that may come is not one: 2.5 in 100 are needed."),
        Misconception("b", "They hardly respond; at most 2 in 100 do not pay for the letters."),
        Misconception("d", "Two departments pay for one customer, who is disturbed twice."),
    ),
    hint="1,500 / 60,000 is the effect that pays.",
    solution="""\
c. A letter pays from 1,500 / 60,000 = 2.5 orders in 100 on. The half-leavers are above it, those
silent for a year below it even at the upper limit. Who was called last week waits, and a part drawn
by lot gets no letter, so that next time the effect is known again.""",
)
