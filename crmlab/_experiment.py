"""From the tables of a campaign to one row per customer of its test."""

from typing import Any

import pandas as pd

from crmlab._checks import check_choice, check_count, check_size
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._types import Table
from crmlab.contracts import CONTACTS, RESPONSES
from crmlab.customer_base import read_days

__all__ = ["experiment_table"]


def experiment_table(
    contacts: Table,
    responses: Table,
    *,
    campaign_id: str,
    kind: str = "order",
    window_days: int | None = None,
    orders: Table | None = None,
) -> pd.DataFrame:
    """One row per customer of a campaign with controls: who was treated, and what came of it.

    Parameters
    ----------
    contacts : DataFrame or ibis.Table
        Canonical contacts; controls stand among them with `treated` false.
    responses : DataFrame or ibis.Table
        Canonical responses, of both arms.
    campaign_id : str
        The campaign.
    kind : {"open", "click", "redeem", "order"}, default="order"
        The response that counts.
    window_days : int, optional
        Days from a customer's first contact, its day included, in which responses and orders
        count. Default: all that are known.
    orders : DataFrame or ibis.Table, optional
        Canonical transactions, for what customers spend beside the campaign.

    Returns
    -------
    DataFrame
        By ``customer_id``, sorted: `treated` (bool); `date` of the first contact; `outcome`, 1
        with a response, else 0; `value`, amount of the responses, in currency; `cost` of the
        contacts, in currency; with `orders`, `spent`, what was bought in the same days.

    Raises
    ------
    InputError
        If the campaign has no contacts or one arm only, a customer is in both arms, a response
        comes before the contact or from nobody contacted, money is in several currencies, or dates
        have a time zone in one table only or another one.
    ContractError
        If a table breaks its contract.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> test = experiment_table(company.contacts, company.responses, campaign_id="K06")
    >>> test.groupby("treated")[["outcome", "value"]].mean().round(3)
             outcome      value
    treated
    False      0.104  24983.607
    True       0.180  43081.967
    """
    check_choice("kind", kind, ["open", "click", "redeem", "order"])
    if window_days is not None:
        check_count("window_days", window_days)
    tables = {"contacts": contacts, "responses": responses, "orders": orders}
    check_clocks({f"`{name}`": date_column(table, "date") for name, table in tables.items()})
    arms = _read_arms(contacts, campaign_id)
    found = _pick(RESPONSES.require(responses), campaign_id)
    found = found[found["kind"] == kind]
    if len(strangers := found[~found["customer_id"].isin(arms.index)]):
        raise InputError(
            f"`responses` must come from customers in `contacts`; {len(strangers):,} of "
            f"{len(found):,} to {campaign_id!r} do not, such as "
            f"{strangers['customer_id'].iloc[0]!r}. Add the missing contacts, or controls."
        )
    since = _days_since(found["date"], found["customer_id"], arms)
    if (since < 0).any():
        raise InputError(
            f"`responses` must not come before the contact; {(since < 0).sum():,} of "
            f"{len(found):,} to {campaign_id!r} do: a treatment after the outcome has no effect "
            "on it. Check the dates."
        )
    if window_days is not None:
        found = found[since < window_days]
    sums = found.groupby("customer_id")["amount"].agg(["size", "sum"]).reindex(arms.index)
    arms.insert(2, "outcome", (sums["size"].fillna(0) > 0).astype("int64"))
    arms.insert(3, "value", sums["sum"].fillna(0.0).astype("float64"))
    check_size("amount", arms["value"])
    check_size("cost", arms["cost"])
    if orders is not None:
        arms["spent"] = _money_after(orders, arms, window_days)
    return arms


def _pick(table: Any, campaign_id: str) -> pd.DataFrame:
    """The rows of a campaign."""
    found = execute(table.filter(table.campaign_id.cast("string") == str(campaign_id)))
    codes = sorted(found["currency"].dropna().unique()) if "currency" in found.columns else []
    if len(codes) > 1:
        raise InputError(
            f"Contacts and responses must be in one currency; those of {campaign_id!r} are in "
            f"{', '.join(map(repr, codes))}, which do not add up. Convert them first."
        )
    dates = pd.to_datetime(found["date"])
    zone = getattr(dates.dtype, "tz", None)
    return found.assign(date=dates if zone is None else dates.dt.tz_localize(None))


def _read_arms(contacts: Table, campaign_id: str) -> pd.DataFrame:
    """Customers of the campaign: treated, date of the first contact, cost."""
    rows = _pick(CONTACTS.require(contacts), campaign_id)
    if rows.empty:
        raise InputError(f"`campaign_id` must have contacts; {campaign_id!r} has none.")
    rows["treated"] = rows["treated"].astype(bool)
    arms = rows.groupby("customer_id").agg(
        treated=("treated", "max"), n=("treated", "nunique"), date=("date", "min"),
        cost=("cost", "sum"),
    )  # fmt: skip
    both = int((arms.pop("n") > 1).sum())
    if both:
        raise InputError(
            f"`contacts` must hold a customer in one arm of a campaign; {both:,} of {len(arms):,} "
            f"in {campaign_id!r} are both treated and controls. Drop them or repair the arms."
        )
    if arms["treated"].nunique() < 2:
        who = "treated" if arms["treated"].iloc[0] else "controls"
        raise InputError(
            f"`contacts` must hold both arms of a campaign; all {len(arms):,} customers of "
            f"{campaign_id!r} are {who}. Without the other arm nobody knows what would have "
            "happened."
        )
    return arms


def _days_since(dates: pd.Series, customers: pd.Series, arms: pd.DataFrame) -> pd.Series:
    start = customers.map(arms["date"]).dt.normalize()
    return (dates.dt.normalize() - start).dt.days


def _money_after(orders: Table, arms: pd.DataFrame, window_days: int | None) -> Any:
    """What each customer spent from the first contact on."""
    days, _ = read_days(orders, None)
    first = arms["date"].min().date()
    bought = execute(days.filter(days.day >= first).select("customer_id", "day", "spent"))
    bought = bought[bought["customer_id"].isin(arms.index)]
    since = _days_since(pd.to_datetime(bought["day"]), bought["customer_id"], arms)
    kept = since >= 0
    if window_days is not None:
        kept &= since < window_days
    spent = bought[kept].groupby("customer_id")["spent"].sum()
    return spent.reindex(arms.index).fillna(0.0).astype("float64").to_numpy()
