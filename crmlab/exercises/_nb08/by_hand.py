"""Exercises of notebook 08 by hand: those who were followed, moves up, wallets, three levers."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["FOLLOWED", "LEVERS", "TRUTH", "UNRELATED", "WALLET"]

_CENT = 0.005


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# Who could be followed


def _make_followed(
    buyers: int = 600, recent: int = 150, had: int = 50, later: int = 90
) -> Exercise:
    followed = buyers - recent - had
    share = later / followed
    return Exercise(
        key="08.3",
        objective=1,
        concepts=("C5",),
        question=f"""\
{buyers:,} customers have bought a tent. {recent:,} of them did so less than half a year ago. Of the
others {had:,} had a barbecue before the tent. {later:,} of those who remain bought their first
barbecue within half a year after the tent. Which share buys the barbecue later? Two decimals.""",
        answer=share,
        tolerance=_CENT,
        unit="one share to two decimals, such as 0.25",
        right="Only who could be followed, and could still buy it for the first time, is counted.",
        misconceptions=(
            _wrong(later / buyers, "The recent buyers are counted as if they would never come."),
            _wrong(
                later / (buyers - recent), "Who has a barbecue already cannot buy the first one."
            ),
            _wrong(later / (buyers - had), "The recent buyers were not watched for half a year."),
            _wrong(1 - share, "That is the share who do not."),
            Misconception(100 * share, "The size is right, but in percent; give a share.", 0.5),
        ),
        hint="take off all who could not be seen to buy the first one within half a year.",
        solution=f"""\
{buyers:,} - {recent:,} - {had:,} = {followed:,} could be followed; {later:,} / {followed:,} = \
{share:.4g}.""",
    )


def _draw_followed(rng: np.random.Generator) -> dict[str, Any]:
    buyers = 100 * int(rng.integers(4, 20))
    recent = int(buyers * rng.uniform(0.22, 0.35)) // 10 * 10
    had = int(buyers * rng.uniform(0.12, 0.2)) // 10 * 10
    later = int((buyers - recent - had) * rng.uniform(0.25, 0.4))
    return {"buyers": buyers, "recent": recent, "had": had, "later": later}


FOLLOWED = Drawn(_make_followed, _draw_followed)


# ---------------------------------------------------------------------------------------------
# Moves up


def _make_unrelated(
    start: int = 900, up: int = 180, again: int = 600, other: int = 1400, other_up: int = 300
) -> Exercise:
    expected = (up + other_up) / (again + other) * again
    ratio = up / expected
    return Exercise(
        key="08.6",
        objective=3,
        concepts=("C6",),
        question=f"""\
{start:,} purchases were of the basic version; {again:,} of them were followed by another purchase,
{up:,} times of the premium one. After all other purchases {other:,} more followed, {other_up:,}
times of the premium version. How many times as often do buyers of basic move to premium as they
would if the next version did not depend on this one? Two decimals.""",
        answer=ratio,
        tolerance=_CENT,
        unit="one number to two decimals, such as 1.25",
        right="A move up means something only beside what unrelated purchases would show.",
        misconceptions=(
            _wrong(up / start, "That is the share of all purchases; compare it."),
            _wrong(up / again, "That is the share who move up; compare it with what is usual."),
            _wrong(
                (up + other_up) / (again + other), "That is what is usual; divide the share by it."
            ),
            _wrong(1 / ratio, "That is the wrong way round."),
            _wrong(
                up / start / ((up + other_up) / (again + other)),
                "Without a next purchase there is no move: divide by those that had one.",
            ),
        ),
        hint="share of premium among all next purchases; then among those after basic.",
        solution=f"""\
Of all next purchases ({up:,} + {other_up:,}) / ({again:,} + {other:,}) = \
{(up + other_up) / (again + other):.3f} are premium.
After basic it is {up:,} / {again:,} = {up / again:.3f}; the ratio is {ratio:.4g}.""",
    )


def _draw_unrelated(rng: np.random.Generator) -> dict[str, Any]:
    start = 100 * int(rng.integers(6, 15))
    again = int(start * rng.uniform(0.5, 0.8)) // 10 * 10
    up = int(again * rng.uniform(0.2, 0.45))
    other = 100 * int(rng.integers(8, 20))
    return {
        "start": start, "again": again, "up": up, "other": other,
        "other_up": int(other * rng.uniform(0.2, 0.45)),
    }  # fmt: skip


UNRELATED = Drawn(_make_unrelated, _draw_unrelated)


# ---------------------------------------------------------------------------------------------
# Share of wallet


def _make_wallet(
    own: tuple[int, ...] = (60, 40, 0), well: tuple[int, ...] = (50, 80, 20)
) -> Exercise:
    best = [max(pair) for pair in zip(own, well, strict=True)]
    share = sum(own) / sum(best)
    rows = "\n".join(
        f"| {name} | {mine} | {theirs} |"
        for name, mine, theirs in zip(("books", "kits", "supplies"), own, well, strict=True)
    )
    return Exercise(
        key="08.8",
        objective=4,
        concepts=("E5",),
        question=f"""\
A customer's spend, and what a well-served one among similar customers spends, in thousand won:

| category | this customer | well served |
|---|---:|---:|
{rows}

The wallet for a category is the larger of the two. Which share of the wallet is ours? Two
decimals.""",
        answer=share,
        tolerance=_CENT,
        unit="one share to two decimals, such as 0.25",
        right="Each category is compared by itself: too much of one makes up for nothing.",
        misconceptions=(
            _wrong(
                sum(own) / sum(well),
                "Where this customer spends more, the wallet is the own spend.",
            ),
            _wrong(
                sum(own) / sum(b for b, mine in zip(best, own, strict=True) if mine),
                "A category in which nothing is bought yet belongs to the wallet.",
            ),
            _wrong(1 - share, "That is the share that is open."),
            Misconception(100 * share, "The size is right, but in percent; give a share.", 0.5),
        ),
        hint="the larger number of each row, added up; own spend over that.",
        solution=f"""\
{" + ".join(map(str, best))} = {sum(best)}. {sum(own)} / {sum(best)} = {share:.3f}.""",
    )


def _draw_wallet(rng: np.random.Generator) -> dict[str, Any]:
    first, second = (int(each) for each in 5 * rng.integers(6, 20, 2))
    return {
        "own": (first, second, 0),
        "well": (first - 5 * int(rng.integers(2, 5)), second + 5 * int(rng.integers(3, 12)),
                 5 * int(rng.integers(3, 9))),
    }  # fmt: skip


WALLET = Drawn(_make_wallet, _draw_wallet)


# ---------------------------------------------------------------------------------------------
# Three levers


def _make_levers(orders: int = 20, price: int = 10, longer: int = 30) -> Exercise:
    raised = [1 + each / 100 for each in (orders, price, longer)]
    gain = round(float(100 * (np.prod(raised) - 1)), 6)
    return Exercise(
        key="08.9",
        objective=4,
        concepts=("D1",),
        question=f"""\
The value of a customer is orders a year times margin an order times years. Cross-selling brings
{orders} % more orders, up-selling {price} % more margin an order, and better service {longer} %
more years. The number of customers stays. By how many percent does the value of the base rise? One
decimal.""",
        answer=gain,
        tolerance=0.05,
        unit="one percentage to one decimal, such as 12.5",
        right="Levers multiply, so each is worth more beside the others.",
        misconceptions=(
            _wrong(orders + price + longer, "The levers multiply; they do not add up."),
            _wrong(float(np.prod([orders, price, longer])) / 1e4, "Multiply what is left of each."),
            _wrong((orders + price + longer) / 3, "That is the mean of the three; multiply them."),
            _wrong(gain + 100, "That is the new value in percent of the old; give the rise."),
            Misconception(gain / 100, "The size is right, but as a share; give percent.", 0.0005),
        ),
        hint="(1 + a) * (1 + b) * (1 + c) - 1, in percent.",
        solution=f"""\
{" * ".join(f"{each:.2f}" for each in raised)} = {np.prod(raised):.4f}, a rise of {gain:.4g} %.""",
    )


def _draw_levers(rng: np.random.Generator) -> dict[str, Any]:
    a, b, c = (int(each) for each in rng.choice([10, 15, 20, 25, 30, 35, 40], 3, replace=False))
    return {"orders": a, "price": b, "longer": c}


LEVERS = Drawn(_make_levers, _draw_levers)


# ---------------------------------------------------------------------------------------------
# What rules cannot say


TRUTH = Exercise(
    key="08.10",
    objective=2,
    concepts=("C5",),
    question="""\
Science kits and board games stand together 1.8 times as often as by chance; chance alone does not
explain it. What does Haneul Learning know about offering board games to buyers of science kits?

a) Such an offer sells 1.8 times as many board games.
b) Buyers of board games want science kits, and not the other way round.
c) That the two go together; what an offer adds, a test with a control group must show.
d) That every buyer of a science kit will buy a board game later.""",
    answer="c",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="A rule finds whom to ask; only a trial finds what asking changes.",
    misconceptions=(
        Misconception("a", "Many who hold both had them without any offer."),
        Misconception("b", "The lift is the same in both directions."),
        Misconception("d", "A lift is about the same basket, and most of them hold one alone."),
    ),
    hint="the baskets were filled without an offer.",
    solution="""\
c. The lift says that the two stand together, in both directions alike, in baskets that were filled
without an offer. What an offer adds is a difference, and needs customers without one.""",
)
