"""The randomised and the biased campaign: types, potential outcomes, and what is seen of them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.simulate._marketing.contacts import CODE, RETURNED, Diary, draw_refusals, run_routine
from crmlab.simulate._marketing.members import Days, take_labels
from crmlab.simulate._marketing.plans import BOOKS, CAMP, Plan, campaign_plans

__all__ = ["TYPES", "run_campaigns", "run_experiment"]

TYPES = ("persuadable", "sure thing", "lost cause", "sleeping dog")
PERSUADABLE, SURE_THING, LOST_CAUSE, SLEEPING_DOG = range(4)

# Log odds of each type against a lost cause, per unit of the columns of `_visible_covariates`:
# youth, orders in the last year, days since the last order, subscriber.
PULL = np.array(
    [
        [0.6, 0.2, -0.2, 0.4],
        [0.2, 1.0, -0.5, 0.3],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.3, 0.4, 0.6],
    ]
)

FEWEST, MOST = 0.05, 0.9  # bounds of the probability that staff choose a customer


def run_campaigns(diary: Diary, rng: np.random.Generator) -> pd.DataFrame:
    """Run all campaigns in order.

    Parameters
    ----------
    diary : Diary
        Gets the contacts and the responses.
    rng : Generator

    Returns
    -------
    DataFrame
        True effects: customer_id, campaign_id, type, outcome_untreated, outcome_treated, effect.
    """
    effects = []
    for plan in campaign_plans(diary.settings):
        if plan.design == "routine":
            run_routine(plan, diary, rng)
        else:
            effects.append(run_experiment(plan, diary, rng))
    return pd.concat(effects, ignore_index=True)


def run_experiment(plan: Plan, diary: Diary, rng: np.random.Generator) -> pd.DataFrame:
    """Run a campaign with a control group, and return its true effects.

    Everybody who may be contacted is in one of two arms. An arm reveals one of the two
    potential outcomes; orders appear in the responses of both.

    Returns
    -------
    DataFrame
        Columns as of `run_campaigns`, one row per person in an arm.
    """
    members = diary.members
    everybody = np.arange(len(members))
    day = plan.start + rng.integers(0, plan.spread, len(members))
    person = everybody[
        (members.joined < plan.start) & diary.may_contact(plan.channel, everybody, day)
    ]
    day = day[person]
    kind = _draw_types(plan, diary, person, rng)
    treated = _assign_arms(plan, diary, person, rng)
    untreated_buys = (kind == SURE_THING) | (kind == SLEEPING_DOG)
    treated_buys = (kind == SURE_THING) | (kind == PERSUADABLE)
    buys = np.where(treated, treated_buys, untreated_buys)
    outcome = _draw_outcomes(plan, diary, person, day, kind, rng)
    outcome = np.where(treated, outcome, CODE["not_contacted"])
    diary.note_contacts(plan, person, day, outcome, treated=treated)
    # The same distribution in both arms, so that the dates reveal nothing either.
    bought = day + 1 + rng.integers(0, plan.window - plan.spread, len(person))
    diary.note_responses(plan, person[buys], bought[buys], "order", plan.price)
    return pd.DataFrame(
        {
            "customer_id": members.customer_id.array.take(person),
            "campaign_id": take_labels([plan.campaign_id], np.zeros(len(person), dtype=np.int64)),
            "type": take_labels(TYPES, kind),
            "outcome_untreated": untreated_buys.astype(np.int64),
            "outcome_treated": treated_buys.astype(np.int64),
            "effect": treated_buys.astype(np.int64) - untreated_buys,
        }
    )


def _assign_arms(
    plan: Plan, diary: Diary, person: Days, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose who is contacted: at random, or as staff do, by past orders."""
    if plan.design == "randomised":
        n_control = round(diary.settings.camp_control_share * len(person))
        return rng.permutation(len(person)) >= n_control
    past = diary.members.n_orders(before=plan.start)[person]
    return rng.random(len(person)) < np.clip(diary.settings.books_choice * past, FEWEST, MOST)


def _draw_types(plan: Plan, diary: Diary, person: Days, rng: np.random.Generator) -> Days:
    """Draw types from what an analyst can see; customers gone for good are lost causes."""
    kind = np.full(len(person), LOST_CAUSE)
    alive = diary.members.is_alive(person, plan.start)
    if alive.any():
        pull = _visible_covariates(plan, diary, person[alive]) @ PULL.T
        probability = _calibrate(pull, _planted_shares(plan, diary))
        draw = rng.random((alive.sum(), 1))
        kind[alive] = (draw > probability.cumsum(axis=1)[:, :3]).sum(axis=1)
    return kind


def _planted_shares(plan: Plan, diary: Diary) -> NDArray[np.float64]:
    """Shares of the types among those alive, in the order of TYPES."""
    prefix = {CAMP: "camp", BOOKS: "books"}[plan.name]
    names = ("persuadable", "sure_thing", "sleeping_dog")
    persuadable, sure, dog = (getattr(diary.settings, f"{prefix}_{name}") for name in names)
    lost = max(1 - persuadable - sure - dog, 0)  # rounding must not make it negative
    return np.array([persuadable, sure, lost, dog])


def _visible_covariates(plan: Plan, diary: Diary, person: Days) -> NDArray[np.float64]:
    """Four covariates known on the day the campaign starts, roughly centred."""
    members = diary.members
    year = (diary.settings.first_day + pd.Timedelta(days=plan.start)).year
    age = year - members.birth_year[person]
    orders = members.n_orders(before=plan.start, since=plan.start - 365)[person]
    since = plan.start - members.last_order(before=plan.start)[person]
    return np.column_stack(
        [
            np.clip((11 - age) / 4, -2, 2),
            np.log1p(orders) - 1,
            np.log1p(since) - 4.5,
            members.subscribes(plan.start)[person] - 0.5,
        ]
    )


def _calibrate(pull: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrate the types' probabilities: they follow `pull`, and their mean is `share`."""
    weight = np.exp(pull) * share
    for _ in range(25):
        probability = weight / weight.sum(axis=1, keepdims=True)
        # A share of zero stays zero.
        weight *= share / np.maximum(probability.mean(axis=0), 1e-300)
    return weight / weight.sum(axis=1, keepdims=True)


def _draw_outcomes(
    plan: Plan, diary: Diary, person: Days, day: Days, kind: Days, rng: np.random.Generator
) -> Days:
    """Draw what becomes of a contact, in accord with the type.

    A letter that comes back changes no decision: only lost causes and sure things have wrong
    addresses. Staff call until somebody answers; those who do not buy may refuse, sleeping dogs
    always do.
    """
    if plan.channel == "post":
        unmoved = (kind == LOST_CAUSE) | (kind == SURE_THING)
        back = unmoved & (rng.random(len(person)) < RETURNED)
        return np.where(back, CODE["returned"], CODE["delivered"])
    said = draw_refusals(diary, person, day, rng)
    said[(kind == PERSUADABLE) | (kind == SURE_THING)] = CODE["answered"]
    never = rng.random(len(person)) < diary.settings.do_not_call
    refusing = (kind == SLEEPING_DOG) & (said == CODE["answered"])
    return np.where(refusing, np.where(never, CODE["do_not_call"], CODE["refused"]), said)
