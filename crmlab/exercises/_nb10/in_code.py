"""Exercises of notebook 10 in code: loaded cost, prospects, what referrals add."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["ADDED", "APPROACH", "LOADED"]

# ---------------------------------------------------------------------------------------------
# Cost with everything in it


def loaded_cost(spend: pd.Series, n_new: pd.Series, overhead: float, gift: float) -> pd.Series:
    """Cost per new customer with overhead and gift, by channel."""
    share = spend / spend.sum()
    return (spend + overhead * share) / n_new + gift


def _inputs_of_cost(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for names in (["tv", "branch"], ["flyer", "search", "tv", "referral"]):
        n = len(names)
        spend = pd.Series(rng.integers(100, 900, n).astype(float), index=names)
        came = pd.Series(rng.permutation(np.arange(3, 3 + 7 * n, 7)), index=names[::-1])
        drawn.append((spend, came, float(rng.integers(50, 400)), float(rng.integers(2, 20))))
    return drawn


LOADED = CodeExercise(
    key="10.1",
    objective=1,
    concepts=("D3",),
    question="""\
Write `loaded_cost`. `spend` is a Series by channel: money spent on it. `n_new` is a Series by
channel: new customers, in another order. `overhead` is money spent for all channels together;
spread it in proportion to `spend`. `gift` is what each new customer gets, in money. Return a Series
by channel: the cost of one new customer with all of this in it.""",
    starter='''\
def loaded_cost(spend, n_new, overhead, gift):
    """Cost per new customer with overhead and gift, by channel."""
    ...''',
    answer=loaded_cost,
    inputs=_inputs_of_cost,
    unit="a Series of amounts with the channel as its index",
    right="How overhead is spread is a choice: say which, beside the number.",
    hint="overhead of a channel = overhead * spend of the channel / all spend.",
    mistakes=(
        WrongCode(
            lambda spend, n_new, overhead, gift: spend / n_new + gift,
            "The overhead is missing.",
        ),
        WrongCode(
            lambda spend, n_new, overhead, gift: loaded_cost(spend, n_new, overhead, 0.0),
            "The gift is missing.",
        ),
        WrongCode(
            lambda spend, n_new, overhead, gift: (spend + overhead) / n_new + gift,
            "Each channel bears the whole overhead there; spread it.",
        ),
        WrongCode(
            lambda spend, n_new, overhead, gift: (spend + overhead / len(spend)) / n_new + gift,
            "That spreads the overhead in equal parts; spread it by spend.",
        ),
        WrongCode(
            lambda spend, n_new, overhead, gift: (
                (spend + overhead * n_new / n_new.sum()) / n_new + gift
            ),
            "That spreads the overhead by customers; spread it by spend.",
        ),
        WrongCode(
            lambda spend, n_new, overhead, gift: (
                (spend + overhead * spend / spend.sum() + gift) / n_new
            ),
            "One gift is shared by all customers there; each gets one.",
        ),
    ),
)

# ---------------------------------------------------------------------------------------------
# Whom to approach


def approach(prospects: pd.DataFrame, contact: float, gift: float) -> list[str]:
    """Ids of the prospects worth approaching, best first."""
    gain = prospects["chance"] * (prospects["value"] - gift) - contact
    return gain[gain > 0].sort_values(ascending=False).index.tolist()


def _order(prospects: pd.DataFrame, gain: pd.Series, by: pd.Series) -> list[str]:
    return by[gain > 0].sort_values(ascending=False).index.tolist()


def _gain(prospects: pd.DataFrame, contact: float, gift: float) -> pd.Series:
    return prospects["chance"] * (prospects["value"] - gift) - contact


def _inputs_of_prospects(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    fixed = pd.DataFrame(
        {"chance": [0.5, 0.02, 0.1, 0.4, 0.04, 0.05],
         "value": [30.0, 900.0, 100.0, -20.0, 260.0, 60.0]},
        index=list("abcdef"),
    )  # fmt: skip
    n = 25
    drawn = pd.DataFrame(
        {"chance": rng.beta(1, 8, n), "value": rng.normal(120, 90, n)},
        index=[f"p{at:02d}" for at in range(n)],
    )
    return [(fixed, 5.0, 15.0), (drawn, 6.0, 20.0)]


APPROACH = CodeExercise(
    key="10.3",
    objective=2,
    concepts=("D3",),
    question="""\
Write `approach`. `prospects` has a row for each person, with the id as index: `chance`, the
probability that they become a customer if approached (and 0 if not), and `value`, what they are
worth then, which may be below 0. Approaching anybody costs `contact`; who becomes a customer gets a
`gift`, in money. Return the list of ids whose expected gain is above 0, the highest gain first.""",
    starter='''\
def approach(prospects, contact, gift):
    """Ids of the prospects worth approaching, best first."""
    ...''',
    answer=approach,
    inputs=_inputs_of_prospects,
    unit="a list of ids, the highest gain first",
    right="Neither those easiest to win nor those worth most come first by themselves.",
    hint="expected gain = chance * (value - gift) - contact, one for each person.",
    mistakes=(
        WrongCode(
            lambda prospects, contact, gift: _order(
                prospects, _gain(prospects, contact, gift), prospects["chance"]
            ),
            "Sorted by chance; sort by the gain.",
        ),
        WrongCode(
            lambda prospects, contact, gift: _order(
                prospects, _gain(prospects, contact, gift), prospects["value"]
            ),
            "Sorted by value; sort by the gain.",
        ),
        WrongCode(
            lambda prospects, contact, gift: approach(prospects, contact, 0.0),
            "The gift is missing.",
        ),
        WrongCode(
            lambda prospects, contact, gift: approach(prospects, 0.0, gift),
            "The cost of approaching is missing, so too many are in the list.",
        ),
        WrongCode(
            lambda prospects, contact, gift: approach(prospects.assign(chance=1.0), contact, gift),
            "That counts everybody as won; only the share `chance` of them is.",
        ),
        WrongCode(
            lambda prospects, contact, gift: approach(prospects, contact, gift)[::-1],
            "The order is turned round; the highest gain comes first.",
        ),
    ),
)

# ---------------------------------------------------------------------------------------------
# What recommendations add


def added(referrals: pd.DataFrame, anyway: float, saved: float, reward: float) -> pd.Series:
    """What each referrer's own recommendations add, by referrer."""
    gain = (1 - anyway) * referrals["value"] + anyway * saved - reward
    return gain.groupby(referrals["referrer_id"]).sum()


def _by_referrer(referrals: pd.DataFrame, gain: pd.Series) -> pd.Series:
    return gain.groupby(referrals["referrer_id"]).sum()


def _inputs_of_referrals(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn: list[tuple[Any, ...]] = []
    for n in (6, 20):
        table = pd.DataFrame(
            {"referrer_id": [f"c{at}" for at in rng.integers(0, n // 2, n)],
             "customer_id": [f"n{at}" for at in range(n)],
             "value": rng.normal(100, 60, n).round(1)}
        )  # fmt: skip
        table["referrer_id"] = table["referrer_id"].where(
            table.index != 1, table["referrer_id"][0]
        )  # who brings two
        terms = round(float(rng.uniform(0.1, 0.8)), 2), 10.0 * int(rng.integers(3, 6))
        drawn.append((table, *terms, float(rng.integers(5, 25))))
    return drawn


ADDED = CodeExercise(
    key="10.5",
    objective=3,
    concepts=("C3",),
    question="""\
Write `added`. `referrals` has a row for each customer who was recommended: `referrer_id`,
`customer_id` and `value`, what that customer is worth. The share `anyway` of them would have come
without it: of those only the cost of winning, `saved`, is gained. The `reward` is paid for each
success. Return a Series: by referrer, what their own recommendations are expected to add.""",
    starter='''\
def added(referrals, anyway, saved, reward):
    """What each referrer's own recommendations add, by referrer."""
    ...''',
    answer=added,
    inputs=_inputs_of_referrals,
    unit="a Series of amounts with the referrer as its index",
    right="The share who would have come anyway decides, and no table of referrals holds it.",
    hint="a gain for each row first: (1 - anyway) * value + anyway * saved - reward.",
    mistakes=(
        WrongCode(
            lambda referrals, anyway, saved, reward: _by_referrer(
                referrals, referrals["value"] - reward
            ),
            "All count as won by the recommendation; some would have come anyway.",
        ),
        WrongCode(
            lambda referrals, anyway, saved, reward: added(referrals, anyway, 0.0, reward),
            "The cost of winning those who come anyway is saved; count it.",
        ),
        WrongCode(
            lambda referrals, anyway, saved, reward: added(referrals, anyway, saved, 0.0),
            "The reward is missing.",
        ),
        WrongCode(
            lambda referrals, anyway, saved, reward: _by_referrer(
                referrals, (1 - anyway) * (referrals["value"] - reward) + anyway * saved
            ),
            "The reward is paid also for those who would have come anyway.",
        ),
        WrongCode(
            lambda referrals, anyway, saved, reward: _by_referrer(
                referrals, (1 - anyway) * referrals["value"] + saved - reward
            ),
            "Nothing is saved on those who would not have come; nobody would have paid for them.",
        ),
        WrongCode(
            lambda referrals, anyway, saved, reward: added(referrals, 1 - anyway, saved, reward),
            "The shares are turned round: `anyway` is who would have come without it.",
        ),
    ),
)
