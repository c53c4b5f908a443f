"""The marketing side of the company: all its tables from the people and their orders."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab.company import CompanySettings
from crmlab.simulate._marketing.campaigns import run_campaigns
from crmlab.simulate._marketing.consents import build_consents, draw_consent_paths
from crmlab.simulate._marketing.contacts import OUTCOMES, Diary
from crmlab.simulate._marketing.coupons import issue_coupons
from crmlab.simulate._marketing.members import as_dates, gather_members, take_labels
from crmlab.simulate._marketing.plans import build_campaigns, campaign_plans
from crmlab.simulate._marketing.referrals import draw_referrals
from crmlab.simulate._marketing.spend import draw_spend
from crmlab.simulate._random import stream

__all__ = ["simulate_marketing"]


def simulate_marketing(
    people: pd.DataFrame,
    transactions: pd.DataFrame,
    subscriptions: pd.DataFrame,
    *,
    dropped_out: ArrayLike,
    dissatisfied_on: ArrayLike,
    settings: CompanySettings,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Simulate the tables of the marketing side, and the true effects of its two experiments.

    Parameters
    ----------
    people : DataFrame
        One row per customer in the order of `customer_id`; columns customer_id, joined_day,
        channel, satisfaction, birth_date.
    transactions : DataFrame
        Columns customer_id, date, amount, order_id; one row per line.
    subscriptions : DataFrame
        Columns customer_id, start, end.
    dropped_out, dissatisfied_on : array-like of shape (n_customers,)
        Dates in the order of `people`; missing where it did not happen.
    settings : CompanySettings
    seed : int

    Returns
    -------
    dict of DataFrame
        consents, campaigns, contacts, responses, coupons, referrals, spend; and effects, which
        belongs to the truth.

    Raises
    ------
    InputError
        If a column is missing.
    """
    members = gather_members(
        people, transactions, subscriptions,
        dropped_out=dropped_out, dissatisfied_on=dissatisfied_on, settings=settings,
    )  # fmt: skip
    paths = draw_consent_paths(members, settings, stream(seed, "consents"))
    diary = Diary(members, paths, settings)
    effects = run_campaigns(diary, stream(seed, "campaigns"))
    issued = issue_coupons(diary, stream(seed, "coupons"))
    return {
        "consents": build_consents(paths, diary.stops, members, settings),
        "campaigns": build_campaigns(settings),
        "contacts": _build_contacts(diary),
        "responses": _build_responses(diary),
        "coupons": issued,
        "referrals": draw_referrals(members, settings, stream(seed, "referrals")),
        "spend": draw_spend(diary, issued, stream(seed, "spend")),
        "effects": effects,
    }


def _build_contacts(diary: Diary) -> pd.DataFrame:
    """Build the table of contacts, with the controls of the experiments, by date and customer."""
    noted = _sort_notes(diary.contacts)
    plans = campaign_plans(diary.settings)
    campaign = noted["campaign"].to_numpy()
    channels = pd.array([plan.channel for plan in plans], dtype="str")
    return pd.DataFrame(
        _build_keys(noted, diary)
        | {
            "channel": channels.take(campaign),
            "treated": noted["treated"],
            "outcome": take_labels(OUTCOMES, noted["outcome"].to_numpy()),
            "cost": noted["cost"].astype(float),
        }
    )


def _build_responses(diary: Diary) -> pd.DataFrame:
    """Build the table of responses by date and customer; on one day, "open" precedes "click"."""
    noted = _sort_notes(diary.responses)
    return pd.DataFrame(
        _build_keys(noted, diary) | {"kind": noted["kind"].astype("str"), "amount": noted["amount"]}
    )


def _build_keys(noted: pd.DataFrame, diary: Diary) -> dict[str, object]:
    plans = campaign_plans(diary.settings)
    names = tuple(plan.campaign_id for plan in plans)
    return {
        "customer_id": diary.members.customer_id.array.take(noted["person"].to_numpy()),
        "campaign_id": take_labels(names, noted["campaign"].to_numpy()),
        "date": as_dates(noted["day"].to_numpy(), diary.settings),
    }


def _sort_notes(parts: list[pd.DataFrame]) -> pd.DataFrame:
    noted = pd.concat(parts, ignore_index=True)
    order = np.lexsort([noted["person"], noted["day"]])
    return noted.iloc[order].reset_index(drop=True)
