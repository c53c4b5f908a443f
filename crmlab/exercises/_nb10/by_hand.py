"""Exercises of notebook 10 by hand: payback, a sixfold profit, a fee, a partner's list."""

from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["FEE", "LIST", "PAYBACK", "SIXFOLD"]


def _wrong(answer: float | str, why: str, tolerance: float | None = None) -> Misconception:
    """Recognise an answer, and nothing that is far from it."""
    return Misconception(answer if isinstance(answer, str) else float(answer), why, tolerance)


# ---------------------------------------------------------------------------------------------
# When the money is back


def _make_payback(cost: int = 70, first: int = 30, later: int = 16, left: int = 50) -> Exercise:
    mean = later * left / 100
    answer = 1 + (cost - first) / mean
    return Exercise(
        key="10.2",
        objective=1,
        concepts=("D3",),
        question=f"""\
Winning a customer costs {cost} USD. In the first month each new customer brings a margin of {first}
USD. After it {100 - left} % leave for good; the other {left} % stay and bring {later} USD in each
further month. After how many months has the average new customer brought the cost back? A part of a
month counts in proportion. One decimal.""",
        answer=round(answer, 3),
        tolerance=0.05,
        unit="a number of months to one decimal, such as 7.5",
        right="Those who left count as 0: they had to be won as well.",
        misconceptions=(
            _wrong(
                1 + (cost - first) / later,
                "That looks only at those who stay; all who were won cost money.",
            ),
            _wrong(cost / mean, "That takes the later margin for the first month, too."),
            _wrong((cost - first) / mean, "The first month is missing in the count."),
            _wrong(cost / first, "That takes the first margin for every month."),
            _wrong(
                answer - 1 + cost / first,
                "The cost is counted twice; what the first month brought is taken off it.",
            ),
        ),
        hint="what does the average of all who were won bring in month 1, and in each later one?",
        solution=f"""\
Month 1 brings {first} USD, so {cost - first} USD are left.
Each later month brings {left} % of {later} = {mean:g} USD for each customer won.
1 + {cost - first} / {mean:g} = {round(answer, 3):g} months.""",
    )


def _draw_payback(rng: np.random.Generator) -> dict[str, Any]:
    return {"cost": int(rng.integers(50, 100)), "first": int(rng.integers(20, 40)),
            "later": int(rng.integers(10, 20)), "left": 5 * int(rng.integers(6, 16))}  # fmt: skip


PAYBACK = Drawn(_make_payback, _draw_payback)


# ---------------------------------------------------------------------------------------------
# Six times the profit


def _make_sixfold(told: int = 5, times: int = 6) -> Exercise:
    answer = 100 * (1 - 1 / times) / told
    return Exercise(
        key="10.4",
        objective=3,
        concepts=("A7",),
        question=f"""\
Every customer tells {told} people, and a share of them become customers, who tell {told} people
each as well, and so on. Nobody is told twice. Each customer brings the same profit. Which share of
those told must become customers, so that one customer and all who come through them bring {times}
times the profit of that one? In percent, one decimal.""",
        answer=round(answer, 3),
        tolerance=0.05,
        unit="a number in percent to one decimal, such as 7.5",
        right="The chain does most of the work; in a market that ends it would slow down.",
        misconceptions=(
            _wrong(
                100 * (times - 1) / told,
                "That counts one step only; those who come tell others as well.",
            ),
            _wrong(100 / told, "Then each customer brings one, and the chain never ends."),
            _wrong(
                100 * (1 - 1 / times),
                f"That is how many customers each brings, in percent; divide it by the {told}.",
            ),
            _wrong(answer / 100, "The share is right, but give it in percent."),
            _wrong(
                100 * (1 - 1 / (times + 1)) / told,
                f"That brings {times} others; the first customer is one of the {times}.",
            ),
        ),
        hint=f"with m brought by each, 1 + m + m^2 + ... = 1 / (1 - m). Set it to {times}.",
        solution=f"""\
1 / (1 - m) = {times}, so m = 1 - 1/{times} = {1 - 1 / times:.4f} customers by each.
Each tells {told}: {1 - 1 / times:.4f} / {told} = {answer / 100:.4f}, or {round(answer, 3):g} %.""",
    )


def _draw_sixfold(rng: np.random.Generator) -> dict[str, Any]:
    return {"told": int(rng.integers(3, 13)), "times": int(rng.integers(2, 9))}


SIXFOLD = Drawn(_make_sixfold, _draw_sixfold)


# ---------------------------------------------------------------------------------------------
# The price of a name


def _make_fee(
    response: int = 20, overlap: int = 10, value: int = 90, gift: int = 12, sending: int = 4
) -> Exercise:
    """`response` per 1,000, `overlap` in percent, `sending` in tenths of USD."""
    rate, ours, sent = response / 1000, overlap / 100, sending / 10
    answer = rate * ((1 - ours) * value - gift) - sent
    return Exercise(
        key="10.8",
        objective=4,
        concepts=("C4",),
        question=f"""\
A partner writes to its members on our behalf. {overlap} % of them are our customers already, and
nobody takes them out. Of all who get the letter, {response} in 1,000 take the offer, ours as often
as the others, and each of them gets a gift of {gift} USD. A new customer is worth {value} USD;
sending costs {sent:g} USD a letter. What may the partner ask for a name, at most, before we lose
money? USD, two decimals.""",
        answer=round(answer, 4),
        tolerance=0.004,
        unit="an amount in USD to two decimals, such as 0.25",
        right="Each name is paid for, ours too, and so is each gift.",
        misconceptions=(
            _wrong(
                rate * (value - gift) - sent,
                "All who take the offer count as new there; some are our customers already.",
            ),
            _wrong(
                rate * (1 - ours) * (value - gift) - sent,
                "Our own customers who take the offer get a gift, too.",
            ),
            _wrong(rate * ((1 - ours) * value - gift), "The cost of sending is missing."),
            _wrong(rate * (1 - ours) * value - sent, "The gifts are missing."),
            _wrong(1000 * answer, "That is for 1,000 names; give the price of one."),
        ),
        hint="what do 1,000 letters bring, what do gifts and sending cost, and what is left?",
        solution=f"""\
Of 1,000 letters {response} are answered: {response * (1 - ours):g} by new customers.
They bring {response * (1 - ours):g} * {value} = {response * (1 - ours) * value:g} USD.
{response} gifts cost {response * gift} USD, sending {1000 * sent:g} USD.
What is left, {1000 * answer:g} USD, is {round(answer, 4):g} USD a name.""",
    )


def _draw_fee(rng: np.random.Generator) -> dict[str, Any]:
    return {"response": int(rng.integers(15, 40)), "overlap": 5 * int(rng.integers(2, 7)),
            "value": 10 * int(rng.integers(7, 15)), "gift": int(rng.integers(8, 20)),
            "sending": int(rng.integers(2, 6))}  # fmt: skip


FEE = Drawn(_make_fee, _draw_fee)

LIST = Exercise(
    key="10.9",
    objective=4,
    concepts=("C4",),
    question="""\
An English academy offers its members' names, and asks for a list of your customers in exchange.
Your customers agreed to e-mails about *your* offers; one in six agreed, besides, to offers of
partners. What is right?

a) Exchange the two lists: all of them agreed to e-mails.
b) Each firm writes to those of its own members who agreed to offers of partners; no list changes
   hands.
c) Exchange lists with names taken out, and e-mail addresses only: then they are not personal.
d) Give the academy those who did not answer the question about partners; they did not refuse.""",
    answer="b",
    tolerance=0,
    unit="one letter: a, b, c or d",
    right="The purpose counts: consent to your e-mails is not consent to a partner's offers.",
    misconceptions=(
        _wrong("a", "They agreed to offers of yours, not to those of anybody else."),
        _wrong("c", "An address that reaches a person is personal, with or without a name."),
        _wrong("d", "No answer is not a consent."),
    ),
    hint="who agreed to what: by which channel, for which purpose, from whom?",
    solution="""\
a) is another purpose than the one agreed to. c) an e-mail address is personal data.
d) takes silence for consent. b) keeps each list where it is, and to the purpose agreed to.""",
)
