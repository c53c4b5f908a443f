"""Exercises of notebook 07 by hand: a survival curve, a lift, a threshold, and fair use."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from crmlab.exercises._items import Drawn, Exercise, Misconception

__all__ = ["BREAK_EVEN", "FAIR", "LIFT", "SURVIVAL"]

_CENT = 0.005


def _wrong(answer: float, why: str) -> Misconception:
    """Recognise a number, and nothing that is far from it."""
    return Misconception(float(answer), why)


# ---------------------------------------------------------------------------------------------
# A survival curve


def _make_survival(months: Sequence[int] = (2, 3, 5, 6, 9), ended: str = "nenee") -> Exercise:
    """Customers in the order of their months; e is one who left, n one who is still there."""
    n = len(months)
    steps = [(n - at - 1, n - at) for at, how in enumerate(ended) if how == "e"][:2]
    at_time = [month for month, how in zip(months, ended, strict=True) if how == "e"][1]
    survival = float(np.prod([stay / there for stay, there in steps]))
    gone = sum(how == "e" and month <= at_time for month, how in zip(months, ended, strict=True))
    known = sum(how == "e" or month > at_time for month, how in zip(months, ended, strict=True))
    as_left = sum(month > at_time for month in months) / n
    last_stay, last_there = steps[-1]
    rows = "\n".join(
        f"| {name} | {month} | {'left' if how == 'e' else 'still there'} |"
        for name, month, how in zip("ABCDEFG", months, ended, strict=False)
    )
    return Exercise(
        key="07.2",
        objective=1,
        question=f"""\
Five subscribers were watched for so many months:

| subscriber | months | then |
|---|---:|---|
{rows}

Which share is still there after {at_time} months, by the Kaplan-Meier curve? Three decimals.""",
        answer=survival,
        tolerance=_CENT / 10,
        unit="one share to three decimals, such as 0.250",
        right="Each customer counts for as long as they were watched, and no longer.",
        misconceptions=(
            _wrong(as_left, "One who is still there was counted as if they had left."),
            _wrong(1 - gone / n, "One who was watched for less time was counted as staying."),
            _wrong(1 - survival, "That is the share who have left."),
            _wrong(
                last_stay / last_there, "That is the last step alone; multiply it by the first."
            ),
            _wrong((known - gone) / known, "One was left out altogether; they count until then."),
        ),
        hint="at each month in which one leaves: stay / watched just before; multiply the steps.",
        solution=f"""\
{" * ".join(f"{stay}/{there}" for stay, there in steps)} = {survival:.3f}. Who is still there
drops out of the number watched, and does not lower the curve.""",
    )


def _draw_survival(rng: np.random.Generator) -> dict[str, Any]:
    months = np.sort(rng.choice(np.arange(1, 24), 5, replace=False))
    ended = ("enene", "eneen", "nenee", "enenn", "neene")[int(rng.integers(5))]
    return {"months": tuple(map(int, months)), "ended": ended}


SURVIVAL = Drawn(_make_survival, _draw_survival)


# ---------------------------------------------------------------------------------------------
# Lift


def _make_lift(base: int = 2000, left: int = 240, top: int = 20, found: int = 96) -> Exercise:
    chosen = base * top // 100
    lift = found / chosen / (left / base)
    return Exercise(
        key="07.6",
        objective=2,
        question=f"""\
Of {base:,} customers {left:,} left. Among the {top} % with the highest scores were {found:,} of
those who left. What is the lift of this group? Two decimals.""",
        answer=lift,
        tolerance=_CENT,
        unit="one number to two decimals, such as 1.25",
        right="A random choice has a lift of 1; no list of this size can find more than all.",
        misconceptions=(
            _wrong(found / left, "That is the gain, the share of all who left; divide once more."),
            _wrong(found / chosen, "That is the share who left in the group; compare it with all."),
            _wrong(left / base, "That is the share who left of all; it is what to divide by."),
            _wrong(1 / lift, "That is the wrong way round: the group over all."),
            Misconception(100 * lift, "The lift is right, but in percent; give a factor.", 0.5),
        ),
        hint="share who left in the group, over the share who left of all.",
        solution=f"""\
The group has {chosen:,} customers, of whom {found / chosen:.3f} left; of all {left / base:.3f}.
{found / chosen:.3f} / {left / base:.3f} = {lift:.2f}. The gain is {found / left:.2f}.""",
    )


def _draw_lift(rng: np.random.Generator) -> dict[str, Any]:
    base = 1000 * int(rng.integers(1, 9))
    left = base * int(rng.integers(8, 30)) // 100
    top = int(rng.choice([10, 20, 25]))
    found = int(left * top / 100 * rng.uniform(1.3, 2.6))
    return {"base": base, "left": left, "top": top, "found": found}


LIFT = Drawn(_make_lift, _draw_lift)


# ---------------------------------------------------------------------------------------------
# The threshold of a campaign


def _make_threshold(kept: int = 76, offer: int = 8, contact: int = 2, accept: int = 25) -> Exercise:
    share = accept / 100
    even = (offer + contact) / (share * (kept - offer) + offer)
    no_offer = contact / (share * (kept - offer))
    only_leavers = (offer + contact) / (share * (kept - offer))
    return Exercise(
        key="07.7",
        objective=3,
        question=f"""\
A contact costs {contact} USD. A customer who would leave accepts the offer with a chance of
{accept} % and then brings {kept} USD less the offer, which costs {offer} USD. A customer who
would stay takes the offer all the same. From which probability of leaving on does a contact pay?
Two decimals.""",
        answer=even,
        tolerance=_CENT,
        unit="one probability to two decimals, such as 0.25",
        right="The threshold comes from money. The cheaper the offer, the lower it is.",
        misconceptions=(
            _wrong(0.5, "The likelier class is no reason to call; set the gain to zero."),
            _wrong(no_offer, "Customers who would stay take the offer, too, and that costs."),
            _wrong(only_leavers, "Leavers who do not accept take no offer; mind both parts."),
            _wrong(contact / (share * kept), "The cost of the offer is missing, on both sides."),
            _wrong(1 - even, "That is the probability of staying."),
            Misconception(100 * even, "The size is right, but in percent; give a share.", 0.5),
        ),
        hint="gain = p * accept * (kept - offer) - (1 - p) * offer - contact; set it to zero.",
        solution=f"""\
p * {share:g} * {kept - offer} - (1 - p) * {offer} - {contact} = 0
p * ({share * (kept - offer):g} + {offer}) = {offer + contact}, so p = {even:.3g}.""",
    )


def _draw_threshold(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "kept": 10 * int(rng.integers(5, 13)),
        "offer": int(rng.integers(5, 12)),
        "contact": int(rng.integers(1, 4)),
        "accept": int(rng.choice([20, 25, 30, 40])),
    }


BREAK_EVEN = Drawn(_make_threshold, _draw_threshold)


# ---------------------------------------------------------------------------------------------
# Fair use


FAIR = Exercise(
    key="07.10",
    objective=4,
    concepts=("C2",),
    question="""\
A list of 500 calls is ready. 60 of the customers on it have refused calls for marketing, and
their expected gain is the highest of all. The model is a year old, and many features have
drifted. What is right?

a) Call the 60 as well: the gain shows that the offer is in their interest.
b) Take the 60 off, train the model anew, and leave a random part of the list without a call.
c) Take the 60 off and call all others at once; a control group would waste part of the gain.
d) Send the 60 the same offer as a service message, for which they gave their consent.""",
    answer="b",
    tolerance=0.0,
    unit='one letter as text: "a", "b", "c" or "d"',
    right="Consent comes before gain, and a gain that nobody tests is a hope.",
    misconceptions=(
        Misconception("a", "A refusal holds whatever the gain; the customer decides."),
        Misconception("c", "Without a control group nobody will know whether calling works."),
        Misconception("d", "Consent is for a purpose; an offer is marketing, whatever its name."),
    ),
    hint="who decides about calls, and who could say afterwards that they worked?",
    solution="""\
b. Who refused is not called, and not under another name either. A drifted model is trained anew. A
random part without a call shows what the calls change.""",
)
