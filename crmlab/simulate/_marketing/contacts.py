"""Contacts by e-mail, phone and post: whom one may approach, and what comes of it."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab.company import CompanySettings
from crmlab.contracts import CHANNELS
from crmlab.simulate._marketing.consents import ConsentPaths
from crmlab.simulate._marketing.members import NEVER, Days, Members
from crmlab.simulate._marketing.plans import Plan

__all__ = ["OUTCOMES", "REACHED", "Diary", "draw_refusals", "run_routine"]

OUTCOMES = (
    "not_contacted",
    "delivered",
    "bounced",
    "unsubscribed",
    "returned",
    "answered",
    "no_answer",
    "refused",
    "do_not_call",
)
CODE = {name: code for code, name in enumerate(OUTCOMES)}
STOPS = (CODE["unsubscribed"], CODE["do_not_call"])
REACHED = (CODE["delivered"], CODE["answered"])

BOUNCED, RETURNED = 0.02, 0.03  # probability that the address of an e-mail, a letter is wrong


@dataclass
class Diary:
    """All contacts so far and the responses to them; grows contact by contact.

    Parameters
    ----------
    members : Members
    paths : ConsentPaths
    settings : CompanySettings
    """

    members: Members
    paths: ConsentPaths
    settings: CompanySettings
    stops: Days = field(init=False)
    contacts: list[pd.DataFrame] = field(default_factory=list)
    responses: list[pd.DataFrame] = field(default_factory=list)
    _days: list[Days] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stops = np.full((len(self.members), len(CHANNELS)), NEVER)

    def may_contact(self, channel: str, person: Days, day: Days) -> NDArray[np.bool_]:
        """Whether consent was in force on the evening before `day` and the person is a customer."""
        open_until = self.stops[person, CHANNELS.index(channel)]
        joined = self.members.joined[person] < day
        return joined & self.paths.in_force(channel, person, day) & (open_until >= day)

    def n_recent(self, person: Days, day: Days) -> Days:
        """Contacts of `person` in the `fatigue_days` before `day`, by all channels."""
        count = np.zeros(len(person), dtype=np.int64)
        for days in self._days:
            ago = day - days[person]
            count += (ago > 0) & (ago <= self.settings.fatigue_days)
        return count

    def probability_heard(
        self, without_fatigue: float, person: Days, day: Days
    ) -> NDArray[np.float64]:
        """Probability that a contact is heard, lowered by recent contacts."""
        if without_fatigue in (0, 1):
            return np.full(len(person), float(without_fatigue))
        drop = self.settings.contact_fatigue * self.n_recent(person, day)
        return 1 / (1 + (1 - without_fatigue) / without_fatigue * np.exp(drop))

    def note_contacts(
        self, plan: Plan, person: Days, day: Days, outcome: Days, *, treated: ArrayLike = True
    ) -> None:
        """Write contacts down; "unsubscribed" and "do not call" end the channel that day."""
        treated = np.broadcast_to(treated, person.shape)
        cost = np.where(treated, plan.cost, 0)
        columns = {"person": person, "day": day, "outcome": outcome}
        extra = {"campaign": plan.number, "treated": treated, "cost": cost}
        self.contacts.append(pd.DataFrame(columns | extra))
        latest = np.full(len(self.members), -NEVER)
        latest[person[treated]] = day[treated]
        self._days.append(latest)
        stopping = np.isin(outcome, STOPS)
        self.stops[person[stopping], CHANNELS.index(plan.channel)] = day[stopping]

    def note_responses(
        self, plan: Plan, person: Days, day: Days, kind: str, amount: float = 0
    ) -> None:
        """Write responses down; one after the last day is not seen."""
        seen = day < self.settings.n_days
        columns = {"person": person[seen], "day": day[seen], "amount": float(amount)}
        extra = {"campaign": plan.number, "kind": kind}
        self.responses.append(pd.DataFrame(columns | extra))


def run_routine(plan: Plan, diary: Diary, rng: np.random.Generator) -> None:
    """Run a routine campaign: a share `plan.reach` of those who may be contacted.

    Parameters
    ----------
    plan : Plan
    diary : Diary
        Gets the contacts and the responses.
    rng : Generator
    """
    n = len(diary.members)
    person = np.flatnonzero(rng.random(n) < plan.reach)
    day = plan.start + rng.integers(0, plan.spread, n)[person]
    run = {"email": _send_emails, "post": _send_letters, "phone": _make_calls}[plan.channel]
    run(plan, diary, person, day, rng)


def _send_emails(
    plan: Plan, diary: Diary, person: Days, day: Days, rng: np.random.Generator
) -> None:
    """Send e-mails: delivered, bounced or unsubscribed; then opened, clicked, ordered."""
    settings = diary.settings
    may = diary.may_contact("email", person, day)
    person, day = person[may], day[may]
    upset = diary.members.is_upset(person, day)
    leaving = np.where(upset, settings.unsubscribe_dissatisfied, settings.unsubscribe)
    draw = rng.random(len(person))
    outcome = np.full(len(person), CODE["delivered"])
    outcome[draw < BOUNCED] = CODE["bounced"]
    outcome[(draw >= BOUNCED) & (draw < BOUNCED + leaving)] = CODE["unsubscribed"]
    heard = diary.probability_heard(settings.open_chance, person, day)
    opened = (outcome == CODE["delivered"]) & (rng.random(len(person)) < heard)
    diary.note_contacts(plan, person, day, outcome)
    person, day = person[opened], day[opened] + rng.integers(0, 4, opened.sum())
    diary.note_responses(plan, person, day, "open")
    clicked = rng.random(len(person)) < settings.click_chance
    person, day = person[clicked], day[clicked]
    diary.note_responses(plan, person, day, "click")
    _draw_orders(plan, diary, person, day, rng)


def _send_letters(
    plan: Plan, diary: Diary, person: Days, day: Days, rng: np.random.Generator
) -> None:
    """Send letters: delivered or returned; some who got one order."""
    may = diary.may_contact("post", person, day)
    person, day = person[may], day[may]
    back = rng.random(len(person)) < RETURNED
    diary.note_contacts(plan, person, day, np.where(back, CODE["returned"], CODE["delivered"]))
    _draw_orders(plan, diary, person[~back], day[~back] + 1, rng)


def _make_calls(
    plan: Plan, diary: Diary, person: Days, day: Days, rng: np.random.Generator
) -> None:
    """Call up to `plan.attempts` times, `plan.spread` days apart, until somebody answers."""
    for _ in range(plan.attempts):
        may = diary.may_contact("phone", person, day)
        person, day = person[may], day[may]
        heard = diary.probability_heard(diary.settings.answer_chance, person, day)
        reached = rng.random(len(person)) < heard
        outcome = np.full(len(person), CODE["no_answer"])
        outcome[reached] = draw_refusals(diary, person[reached], day[reached], rng)
        diary.note_contacts(plan, person, day, outcome)
        talked = outcome == CODE["answered"]
        _draw_orders(plan, diary, person[talked], day[talked], rng)
        person, day = person[~reached], day[~reached] + plan.spread


def draw_refusals(diary: Diary, person: Days, day: Days, rng: np.random.Generator) -> Days:
    """Draw the outcome of calls that are answered: answered, refused or do not call."""
    settings = diary.settings
    upset = diary.members.is_upset(person, day)
    refused = rng.random(len(person)) < np.where(
        upset, settings.refusal_dissatisfied, settings.refusal
    )
    never = rng.random(len(person)) < settings.do_not_call
    said = np.where(never, CODE["do_not_call"], CODE["refused"])
    return np.where(refused, said, CODE["answered"])


def _draw_orders(
    plan: Plan, diary: Diary, person: Days, day: Days, rng: np.random.Generator
) -> None:
    """Let a share `plan.order_rate` of those still buying take the offer within the window."""
    buys = rng.random(len(person)) < plan.order_rate
    buys &= diary.members.is_alive(person, day)
    person, day = person[buys], day[buys]
    left = np.maximum(plan.start + plan.window - day, 1)
    diary.note_responses(plan, person, day + rng.integers(0, left), "order", plan.price)
