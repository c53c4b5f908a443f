"""The customers a loop plays on: groups by what the firm knows, and what is true of each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._errors import InputError
from crmlab._stake import read_terms
from crmlab._types import Floats
from crmlab.company import Company

__all__ = ["CHANNELS", "Market", "read_market"]

CHANNELS = ("post", "phone", "email")
MOST = 10**9  # customers, whose sums are still whole numbers
YOUNG, ACTIVE = 11, 90  # years of age at most, days since the last order at most


@dataclass(frozen=True)
class Market:
    """Groups of customers, and the money of a campaign.

    Attributes
    ----------
    groups : DataFrame
        By `group`, what the firm knows: `customers` who may be contacted, mean `spend` so far
        (currency a customer). What only the truth knows: `untreated` and `treated`, the chance of
        an order without and with a letter, in [0, 1].
    margin : float
        Of an order, in currency, before the cost of contact.
    cost : dict of str to float
        Of a contact, in currency, by channel.
    """

    groups: pd.DataFrame
    margin: float
    cost: dict[str, float]

    @property
    def n(self) -> np.ndarray:
        """Customers by group."""
        return self.groups["customers"].to_numpy()


def read_market(
    company: Company,
    *,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
) -> Market:
    """Read the groups of those whom a campaign drawn by lot may reach.

    A group is told by three things that the firm knows the day before: whether the learner is at
    most 11 years old, ordered in the last 90 days, and subscribes. The campaign's own channel costs
    what the campaign paid, another channel what the dearest campaign by it did.
    """
    terms = read_terms(
        company,
        campaign_id=campaign_id,
        margin=margin,
        cost_per_contact=cost_per_contact,
        n_customers=n_customers,
    )
    if terms.scale * len(company.customers) > MOST:
        raise InputError(f"`n_customers` must be at most {MOST:,}; got {n_customers:,}.")
    people = _read_people(company, terms.plan)
    if people.empty:
        raise InputError(
            f"`company` must have customers whom campaign {terms.plan['campaign_id']!r} may reach; "
            "it has none."
        )
    table = people.groupby("group").agg(
        customers=("effect", "size"),
        spend=("spend", "mean"),
        untreated=("outcome_untreated", "mean"),
        treated=("outcome_treated", "mean"),
    )
    table["customers"] = np.maximum(np.rint(table["customers"] * terms.scale), 1).astype(int)
    paid = company.campaigns.groupby("channel")["cost_per_contact"].max()
    own = terms.cost_per_contact
    cost = {channel: float(paid.get(channel, own)) for channel in CHANNELS}
    return Market(table, terms.margin, cost | {terms.plan["channel"]: own})


def _read_people(company: Company, plan: pd.Series) -> pd.DataFrame:
    effects = company.truth.effects
    people = effects[effects["campaign_id"] == plan["campaign_id"]].set_index("customer_id")
    eve = plan["start"] - pd.Timedelta(days=1)
    orders = company.transactions[company.transactions["date"] <= eve]
    by_customer = orders.groupby("customer_id")
    silent = (eve - by_customer["date"].max().reindex(people.index)).dt.days
    born = company.customers.set_index("customer_id")["birth_year"].reindex(people.index)
    held = company.subscriptions
    held = held[(held["start"] <= eve) & ~(held["end"] <= eve)]
    words: list[Floats] = [
        np.where(eve.year - born <= YOUNG, "younger", "older"),
        np.where(silent <= ACTIVE, "active", "quiet"),
        np.where(people.index.isin(held["customer_id"]), "subscriber", "buyer"),
    ]
    group = pd.Series([" ".join(each) for each in zip(*words, strict=True)], index=people.index)
    spend = by_customer["amount"].sum().reindex(people.index).fillna(0.0)
    return people.assign(group=group, spend=spend)
