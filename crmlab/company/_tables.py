"""The simulated company: its tables, and the truth that no real company knows."""

from dataclasses import dataclass, fields

import pandas as pd

from crmlab.company._settings import CompanySettings
from crmlab.contracts import CONTRACTS

__all__ = ["Company", "Truth", "tables_of"]


@dataclass(frozen=True, repr=False)
class Truth:
    """What made the tables, and what happens after them.

    Money is in won. "The year after" is the 52 weeks after the last day observed.

    Attributes
    ----------
    people : DataFrame
        Per customer, index `customer_id`: `purchase_rate` (add-on orders a week), `dropout_chance`
        (of stopping after each repeat order), `mean_spend` (an order), `margin_rate` (share of
        spend), `alive` (on the evening of the last day), `dropped_out` (date; empty if not),
        `next_year_orders`, `next_year_amount`, `next_year_margin` (what happens in the year after),
        `expected_next_year_margin` (what was to be expected of it), `remaining_value` (expected,
        discounted by 10 % a year), `churn_chance` (of a subscriber, a month), `satisfaction`
        (standard normal), `dissatisfied_on` (date; empty if never), `complained`.
    effects : DataFrame
        Per `customer_id` and `campaign_id`: `type` ("persuadable", "sure thing", "lost cause",
        "sleeping dog"), `outcome_untreated` and `outcome_treated` (0 or 1: orders or not),
        `effect` (the difference).
    links : DataFrame
        Per record of a source system, `source` and `source_id`: `person_id` (the `customer_id` it
        belongs to), `n_altered` (fields altered in that copy), `n_wrong` (those that differ in
        more than format), `altered` (their names, joined by commas).
    pairs : DataFrame
        Planted pairs of the catalogue: `category_a`, `category_b`, `kind` ("complement",
        "substitute"), `lift` (how many times as often as by chance they stand in one basket).
    settings : CompanySettings
        The settings it was made with.
    """

    people: pd.DataFrame
    effects: pd.DataFrame
    links: pd.DataFrame
    pairs: pd.DataFrame
    settings: CompanySettings

    def __repr__(self) -> str:
        return _describe(self)


@dataclass(frozen=True, repr=False)
class Company:
    """One simulated company: a DataFrame per canonical table, and `truth`.

    Money is in won, dates are days. Nothing in a table but `truth` tells what no real company
    would know. The card, ``describe("company")``, says how it comes about.

    Attributes
    ----------
    transactions : DataFrame
        A row per line of an add-on order: `customer_id`, `date`, `amount` (of the line),
        `order_id`, `product_id`, `quantity`, `unit_price`, `cost` (of the line), `channel`,
        `source`, `source_id` (system and account it was booked in), `is_return`.
    products : DataFrame
        A row per product: `product_id`, `department`, `category`, `product_name`, `price`, `cost`
        (of one unit).
    customers : DataFrame
        A row per learner: `customer_id`, `joined`, `channel` (what brought the customer),
        `region`, `district`, `birth_year`, `sex`, `household_id`, `longitude`, `latitude`.
    identities : DataFrame
        A row per record of a source system, without `customer_id`: `source`, `source_id`, `name`,
        `phone`, `email`, `address`, `birth_date`, `updated`. The only table with personal fields.
    consents : DataFrame
        A row per answer, the last counts: `customer_id`, `channel`, `purpose`, `granted`, `date`.
    campaigns : DataFrame
        A row per campaign: `campaign_id`, `name`, `channel`, `start`, `window_days`, `design`,
        `offer`, `price` (of the offer), `margin` (an order), `cost_per_contact`.
    contacts : DataFrame
        A row per customer chosen for a campaign, controls too: `customer_id`, `campaign_id`,
        `date`, `channel`, `treated`, `outcome`, `cost`.
    responses : DataFrame
        A row per response: `customer_id`, `campaign_id`, `date`, `kind`, `amount`. What a campaign
        sells stands here and not in `transactions`.
    coupons : DataFrame
        A row per coupon: `coupon_id`, `customer_id`, `campaign_id`, `issued`, `expires`,
        `face_value`, `redeemed` (empty if not).
    referrals : DataFrame
        A row per customer who was referred: `referrer_id`, `customer_id`, `date`.
    complaints : DataFrame
        A row per complaint: `customer_id`, `date`, `kind`, `resolved_days`.
    spend : DataFrame
        A row per marketing expense: `date`, `channel`, `amount`, `purpose`.
    subscriptions : DataFrame
        A row per worksheet subscription: `customer_id`, `start`, `end` (empty while active),
        `plan`, `monthly_fee`, `monthly_cost`, `instructor_id` (the first).
    instructors : DataFrame
        A row per instructor: `instructor_id`, `branch_id`, `joined`, `left` (empty while there).
    visits : DataFrame
        A row per subscriber, instructor and month: `customer_id`, `instructor_id`, `month`,
        `planned`, `held`.
    branches : DataFrame
        A row per branch: `branch_id`, `name`, `region`, `district`, `longitude`, `latitude`,
        `opened`.
    truth : Truth
        What made the tables, and what happens after them.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> len(company.check())
    0
    """

    transactions: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    identities: pd.DataFrame
    consents: pd.DataFrame
    campaigns: pd.DataFrame
    contacts: pd.DataFrame
    responses: pd.DataFrame
    coupons: pd.DataFrame
    referrals: pd.DataFrame
    complaints: pd.DataFrame
    spend: pd.DataFrame
    subscriptions: pd.DataFrame
    instructors: pd.DataFrame
    visits: pd.DataFrame
    branches: pd.DataFrame
    truth: Truth

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every observable table by its name."""
        return tables_of(self)

    def check(self) -> pd.DataFrame:
        """Count the rows that break the contract of their table.

        Returns
        -------
        DataFrame
            One row per broken rule: ``table``, ``rule``, ``n_rows``. Empty where all is well.

        Raises
        ------
        ContractError
            If a table lacks a required column, or a column has a wrong type.
        """
        counts = [
            CONTRACTS[name].check(frame).assign(table=name) for name, frame in self.tables.items()
        ]
        found = pd.concat(counts, ignore_index=True)[["table", "rule", "n_rows"]]
        return found[found["n_rows"] > 0].reset_index(drop=True)

    def __repr__(self) -> str:
        return _describe(self)


def tables_of(holder: Company | Truth) -> dict[str, pd.DataFrame]:
    """Every DataFrame a company or a truth holds, by its name."""
    values = {field.name: getattr(holder, field.name) for field in fields(holder)}
    return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}


def _describe(holder: Company | Truth) -> str:
    sizes = ", ".join(f"{table}: {len(frame):,}" for table, frame in tables_of(holder).items())
    return f"{type(holder).__name__}({sizes})"
