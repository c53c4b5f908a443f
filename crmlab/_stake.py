"""What is at stake in a campaign of the company: who could be reached, what it would really add."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._experiment import experiment_table
from crmlab.company import Company
from crmlab.customer_base import rfm_summary
from crmlab.uplift import TwoModelUplift

__all__ = ["KNOWN", "ORDER_COLUMNS", "Stake", "Terms", "read_stake", "read_terms", "share_reading"]

_SHARED: ContextVar[dict[tuple[int, str], tuple[Company, pd.DataFrame]] | None] = ContextVar(
    "shared", default=None
)
ORDER_COLUMNS = ["customer_id", "date", "amount", "order_id"]  # fewer are read faster
KNOWN = ["n_orders", "days_since_last", "total_spend", "tenure", "age", "subscriber"]


@dataclass(frozen=True)
class Terms:
    """A campaign's plan and money, without a look at its people.

    Attributes
    ----------
    plan : Series
        The campaign's row of `company.campaigns`.
    margin : float
        Margin of an order, in currency, before the cost of contact.
    cost_per_contact : float
        In currency.
    scale : float
        Customers of the firm for each of the company's; sums of money are times this.
    """

    plan: pd.Series
    margin: float
    cost_per_contact: float
    scale: float


@dataclass(frozen=True)
class Stake(Terms):
    """A campaign, the customers it may reach, and what contacting each of them really adds.

    Attributes
    ----------
    people : DataFrame
        By `customer_id`, those who may be contacted. Known to the firm before the campaign:
        `n_orders`, `days_since_last`, `total_spend` (currency), `tenure` (days since joining),
        `age` (years), `subscriber` (0 or 1). What a lot decided and what came of it: `treated`,
        `outcome` (0 or 1). What only the truth knows: `outcome_untreated`, `outcome_treated`,
        `effect` (orders that a contact adds: -1, 0 or 1), `value` (margin to be expected in the
        year after the last day, currency), `satisfaction`.
    """

    people: pd.DataFrame

    @property
    def gain(self) -> pd.Series:
        """What contacting a customer really earns, in currency, by `customer_id`."""
        return self.people["effect"] * self.margin - self.cost_per_contact

    def scores(self, *, seed: int = 0) -> pd.Series:
        """Orders that a contact is expected to add, by `customer_id`.

        Learned from the trial of the other half of the customers, so that nobody's own outcome is
        in the score. Which half a customer is in is drawn by lot with `seed`.
        """
        X = self.people[KNOWN]
        half = np.random.default_rng([seed, 7]).permutation(len(X)) % 2
        parts = []
        for fold in (0, 1):
            learn = self.people[half != fold]
            if learn["outcome"].nunique() < 2:
                raise InputError(
                    "`company` must have customers with and without an order in each half of the "
                    "trial; it is too small, or lacks responses. Take a larger one."
                )
            model = TwoModelUplift().fit(
                learn[KNOWN], learn["outcome"], treatment=learn["treated"], assignment="random"
            )
            parts.append(model.predict(X[half == fold]))
        return pd.concat(parts).reindex(X.index).rename("score")


def read_stake(
    company: Company,
    *,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
) -> Stake:
    """Read who could be reached by a campaign of a simulated company, and what it would add.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    campaign_id : str, default="K06"
        A campaign whose contacts were drawn by lot.
    margin, cost_per_contact : float, optional
        Money of another firm, in currency. Default: as in `company.campaigns`.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.

    Returns
    -------
    Stake

    Raises
    ------
    InputError
        If the campaign has no control group drawn by lot, or a number is out of range.
    InputTypeError
        If `company` is not a simulated company.
    """
    terms = read_terms(
        company,
        campaign_id=campaign_id,
        margin=margin,
        cost_per_contact=cost_per_contact,
        n_customers=n_customers,
    )
    return Stake(**vars(terms), people=_read_once(company, terms.plan))


def read_terms(
    company: Company,
    *,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
) -> Terms:
    """Read the plan and the money of a campaign, as `read_stake` does, but not its people."""
    if not isinstance(company, Company):
        raise InputTypeError(
            f"`company` must be a simulated company; got {type(company).__name__}. Call "
            "crmlab.datasets.load_company() or crmlab.simulate.simulate_company()."
        )
    plan = _read_plan(company, campaign_id)
    given = {"margin": margin, "cost_per_contact": cost_per_contact}
    money = {
        name: _read_money(name, float(plan[name]) if value is None else value)
        for name, value in given.items()
    }
    size = len(company.customers)
    if not size:
        raise InputError("`company` must have customers; it has none.")
    wanted = size if n_customers is None else check_count("n_customers", n_customers)
    check_size("n_customers", wanted)
    return Terms(plan, scale=wanted / size, **money)


@contextmanager
def share_reading() -> Iterator[None]:
    """Read the people of each campaign once, for all who ask while this is open.

    What is shared must not be changed, and neither may the company's tables.
    """
    token = _SHARED.set({})
    try:
        yield
    finally:
        _SHARED.reset(token)


def _read_once(company: Company, plan: pd.Series) -> pd.DataFrame:
    shared = _SHARED.get()
    if shared is None:
        return _read_people(company, plan)
    key = id(company), str(plan["campaign_id"])
    if key not in shared:
        shared[key] = company, _read_people(company, plan)  # the company lives on, and so its id
    return shared[key][1]


def _read_plan(company: Company, campaign_id: str) -> pd.Series:
    plans = company.campaigns
    if plans.empty:
        raise InputError("`company` must have a campaign drawn by lot; it has no campaigns.")
    drawn = plans.loc[plans["design"] == "randomised", "campaign_id"].tolist()
    check_choice("campaign_id", campaign_id, drawn)
    return plans[plans["campaign_id"] == campaign_id].iloc[0]


def _read_money(name: str, value: float) -> float:
    number = check_number(name, value, low=0)
    check_size(name, number)
    return number


def _read_people(company: Company, plan: pd.Series) -> pd.DataFrame:
    """Customers of the campaign: what was known the day before, the trial, the truth."""
    eve = plan["start"] - pd.Timedelta(days=1)
    trial = experiment_table(company.contacts, company.responses, campaign_id=plan["campaign_id"])
    orders = company.transactions
    orders = orders.loc[orders["date"] <= eve, ORDER_COLUMNS]
    summary = rfm_summary(orders, observation_end=eve, unit="D")
    customers = company.customers.set_index("customer_id")
    people = trial[["treated", "outcome"]].join(
        summary[["n_orders", "days_since_last", "total_spend"]]
    )
    people["tenure"] = (eve - customers["joined"]).dt.days.reindex(people.index)
    people["age"] = eve.year - customers["birth_year"].reindex(people.index)
    held = company.subscriptions
    held = held[(held["start"] <= eve) & ~(held["end"] <= eve)]
    people["subscriber"] = people.index.isin(held["customer_id"]).astype(int)
    people[["n_orders", "total_spend"]] = people[["n_orders", "total_spend"]].fillna(0)
    people["days_since_last"] = people["days_since_last"].fillna(people["tenure"])
    effects = company.truth.effects
    effects = effects[effects["campaign_id"] == plan["campaign_id"]].set_index("customer_id")
    people = people.join(effects[["outcome_untreated", "outcome_treated", "effect"]])
    truth = company.truth.people.reindex(people.index)
    people["value"] = truth["expected_next_year_margin"]
    people["satisfaction"] = truth["satisfaction"]
    return people
