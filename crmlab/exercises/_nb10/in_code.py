"""Exercises of notebook 10 in code: loaded cost, prospects, what referrals add, a reward."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["ADDED", "APPROACH", "CHAIN", "LOADED", "REWARD"]

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

# ---------------------------------------------------------------------------------------------
# The best reward


def best_reward(offers: pd.DataFrame, brings: float, worth: float) -> float:
    """Reward with the largest gain through the whole chain."""
    m = offers["recommending"] * brings
    gain = m / (1 - m) * (worth - offers["reward"])
    return float(offers["reward"].iloc[gain.argmax()])


def _best(offers: pd.DataFrame, gain: pd.Series) -> float:
    return float(offers["reward"].iloc[gain.argmax()])


def _rates(offers: pd.DataFrame, brings: float) -> pd.Series:
    return offers["recommending"] * brings


def _inputs_of_rewards(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    # In each, the best by one step, by number, by the cheapest and by share differ from the best.
    fixed = pd.DataFrame(
        {"reward": [0.0, 10.0, 20.0, 40.0, 60.0, 90.0],
         "recommending": [0.1, 0.2, 0.34, 0.50, 0.58, 0.60]}
    )  # fmt: skip
    small = pd.DataFrame({"reward": [5.0, 15.0, 30.0], "recommending": [0.05, 0.16, 0.2]})
    even = pd.DataFrame({"reward": [0.0, 20.0, 30.0], "recommending": [0.3, 0.45, 0.5]})
    order = rng.permutation(6)
    return [(fixed.iloc[order], 1.5, 100.0), (small, 0.8, 60.0), (even, 1.0, 80.0)]


REWARD = CodeExercise(
    key="10.6",
    objective=4,
    concepts=("C3",),
    question="""\
Write `best_reward`. `offers` has a row for each possible offer: `reward`, paid for each success,
and `recommending`, the share of customers who recommend then. Who does brings `brings` customers on
average, and these do as the others did: with m brought by each customer, a chain brings m / (1 - m)
in all; m is below 1. A customer brought is worth `worth` before the reward. Return the reward with
the largest gain.""",
    starter='''\
def best_reward(offers, brings, worth):
    """Reward with the largest gain through the whole chain."""
    ...''',
    answer=best_reward,
    inputs=_inputs_of_rewards,
    unit="one amount, a value of the column `reward`",
    right="The chain speaks for a higher reward than the first step alone.",
    hint="m = recommending * brings; gain = m / (1 - m) * (worth - reward). Where is it largest?",
    mistakes=(
        WrongCode(
            lambda offers, brings, worth: _best(
                offers, _rates(offers, brings) * (worth - offers["reward"])
            ),
            "That is the first step only; those who come bring others.",
        ),
        WrongCode(
            lambda offers, brings, worth: _best(offers, _rates(offers, brings)),
            "That brings most customers, whatever they cost.",
        ),
        WrongCode(
            lambda offers, brings, worth: float(offers["reward"].min()),
            "The cheapest reward is not the one that earns most.",
        ),
        WrongCode(
            lambda offers, brings, worth: float(
                (
                    _rates(offers, brings)
                    / (1 - _rates(offers, brings))
                    * (worth - offers["reward"])
                ).max()
            ),
            "That is the gain; give the reward at which it is largest.",
        ),
    ),
)

# ---------------------------------------------------------------------------------------------
# A chain in a market that ends


def chain(n: float, m: float, market: float, generations: int) -> float:
    """Customers there are after so many generations."""
    total = new = n
    for _ in range(generations):
        new = new * m * (1 - total / market)
        total = total + new
    return total


def _last(n: float, m: float, market: float, generations: int) -> float:
    """Give the customers of the last generation only."""
    before = chain(n, m, market, generations - 1)
    return chain(n, m, market, generations) - before


def _all_bring(n: float, m: float, market: float, generations: int) -> float:
    """Let everybody bring customers in every generation."""
    total = n
    for _ in range(generations):
        total = total + total * m * (1 - total / market)
    return total


def _share_at_first(n: float, m: float, market: float, generations: int) -> float:
    """Leave the share of those who are customers already as it was at first."""
    return float(sum(n * (m * (1 - n / market)) ** at for at in range(generations + 1)))


def _inputs_of_chains(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (100.0, 0.5, 1000.0, 3),
        *(
            (float(rng.integers(50, 200)), round(float(rng.uniform(0.3, 1.3)), 2),
             float(rng.integers(1000, 3000)), int(rng.integers(2, 6)))
            for _ in range(4)
        ),
    ]  # fmt: skip


CHAIN = CodeExercise(
    key="10.7",
    objective=4,
    concepts=("C3",),
    question="""\
Write `chain`. There are `n` customers at first: generation 0. In each generation, the customers who
are *new* in it would bring `m` customers each in an untouched market. But of those, the share of
the `market` that are customers already (all so far) is lost. Return how many customers there are
after `generations` further generations, those at first included; not rounded.""",
    starter='''\
def chain(n, m, market, generations):
    """Customers there are after so many generations."""
    ...''',
    answer=chain,
    inputs=_inputs_of_chains,
    unit="one number of customers, not rounded",
    right="The same share of the market is lost for everybody, so large m slow down soonest.",
    hint="keep two numbers, new and total: new = new * m * (1 - total / market), then add it.",
    mistakes=(
        WrongCode(
            lambda n, m, market, generations: float(
                sum(n * m**at for at in range(generations + 1))
            ),
            "The market never ends there; those who are customers already are lost.",
        ),
        WrongCode(_all_bring, "All customers bring others again and again; only new ones do."),
        WrongCode(_last, "Those are the new ones of the last generation; give all."),
        WrongCode(
            lambda n, m, market, generations: chain(n, m, market, generations) - n,
            "Those at first are missing.",
        ),
        WrongCode(
            _share_at_first,
            "The share who are customers already grows with each generation.",
        ),
        WrongCode(
            lambda n, m, market, generations: chain(n, m, market, generations - 1),
            "That is one generation too few: those at first are generation 0.",
        ),
    ),
)
