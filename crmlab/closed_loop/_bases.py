"""Customers of several simulated companies, with what a trial tells of each and what is true."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crmlab._stake import KNOWN, Stake, read_stake
from crmlab.company import Company
from crmlab.simulate import simulate_company
from crmlab.uplift import TwoModelUplift

__all__ = ["make_bases"]

_RECENT = 90  # days since the last order
_OWN = ["customer_id", "order_id", "contact_id", "response_id"]  # ids that companies share


def make_bases(
    n_customers: int, seeds: Sequence[int], learned: Sequence[float]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Simulate companies, score their customers, and read the money of their campaign.

    Returns
    -------
    bases : DataFrame
        As `Targeting.bases`.
    money : dict
        `margin` and `cost_per_contact` of the campaign, in currency.

    Notes
    -----
    The companies are joined before they are read: one query of many is faster than many of one.
    """
    companies = [simulate_company(n_customers, seed=each) for each in seeds]
    stake = read_stake(_join(companies, seeds))
    money = {"margin": stake.margin, "cost_per_contact": stake.cost_per_contact}
    return _read_bases(stake, learned), money


def _join(companies: Sequence[Company], numbers: Sequence[int]) -> Company:
    """Join companies into one base, each customer with the number of the company in front."""
    tables = ("transactions", "customers", "contacts", "responses", "subscriptions")

    def join(parts: list[pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([_number(part, n) for part, n in zip(parts, numbers, strict=True)])

    truth = replace(
        companies[0].truth,
        effects=join([each.truth.effects for each in companies]),
        people=join([each.truth.people for each in companies]),
    )
    return replace(
        companies[0],
        truth=truth,
        **{name: join([getattr(each, name) for each in companies]) for name in tables},
    )


def _number(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """Put the number of its company in front of each customer, and of what a customer did."""
    if table.index.name in _OWN:
        return table.rename(index=f"{number}-{{}}".format)
    named = {name: f"{number}-" + table[name].astype("str") for name in _OWN if name in table}
    return table.assign(**named)


def _read_bases(stake: Stake, learned: Sequence[float]) -> pd.DataFrame:
    """Score and group the customers of each company apart."""
    people = stake.people
    label = people.index.str.split("-", n=1)
    number = label.str[0].astype(int)
    recent = people["days_since_last"] <= _RECENT
    people = people.assign(
        segment=np.where(people["subscriber"] == 1, "subscriber", "no subscriber")
        + np.where(recent, ", ordered lately", ", not lately")
    )
    people = people.assign(customer_id=label.str[1])
    parts = [
        people.loc[number == each, ["customer_id", "segment", "effect"]].assign(
            seed=int(each), learned=share, score=_score(people[number == each], share, int(each))
        )
        for share in learned
        for each in sorted(number.unique())
    ]
    columns = ["seed", "customer_id", "learned", "score", "segment", "effect"]
    return pd.concat(parts, ignore_index=True)[columns]


def _score(people: pd.DataFrame, learned: float, seed: int) -> pd.Series:
    """Orders that a contact is expected to add, learned from a part of the other half's trial."""
    lot = np.random.default_rng([seed, 7]).permutation(len(people))
    half, rank = lot % 2, lot // 2
    taken = rank < learned * (len(people) / 2)
    parts = []
    for fold in (0, 1):
        learn = people[(half != fold) & taken]
        model = TwoModelUplift().fit(
            learn[KNOWN], learn["outcome"], treatment=learn["treated"], assignment="random"
        )
        parts.append(model.predict(people.loc[half == fold, KNOWN]))
    return pd.concat(parts).reindex(people.index)
