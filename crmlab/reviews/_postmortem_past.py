"""A campaign that is over: which one, how it was drawn, and all that a post-mortem shows of it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_fraction
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab.campaigns import Campaign, incremental_result, sample_size, tipping_points
from crmlab.contracts import CAMPAIGNS, CHANNELS, CONTACTS, RESPONSES
from crmlab.customer_base import read_lines
from crmlab.reviews._postmortem_next import (
    Test,
    WaveTerms,
    compare_ways,
    make_wave,
    read_features,
    weigh_balance,
)
from crmlab.uplift import experiment_table

__all__ = ["judge_campaign"]

_SURE = 0.9  # power of a test that would see the effect
_AGAIN = 0.5  # share left alone where the next wave is a test
_WAVE = [
    "why", "what_to_do", "group", "place", "expected_gain", "currency", "expected_effect",
    "consent", "days_since_last", "r_score", "f_score", "m_score", "rfm", "segment",
]  # fmt: skip
_NONE: dict[str, Any] = {
    "result": ["unit", "treated", "control", "estimate", "lower", "upper", "level"],
    "balance": ["mean_treated", "mean_control", "standardised_difference", "p_value"],
    "tips": ["base", "tips_at", "change", "pays_if"],
    "ways": ["n_contacted", "cost", "estimate", "lower", "upper", "level", "over_mass",
             "over_mass_lower", "over_mass_upper"],
    "counts": ["n_customers"],
    "wave": _WAVE,
}  # fmt: skip


def judge_campaign(
    contacts: Any,
    responses: Any,
    orders: Any,
    campaigns: Any,
    consents: Any,
    *,
    campaign_id: str | None,
    channel: str | None,
    margin: float | None,
    window_days: int | None,
    assignment: str | None,
    capacity: int | None,
    control: float,
    level: float,
    seed: int,
    currency: str,
) -> dict[str, Any]:
    """Everything that a `CampaignPostmortem` shows, by its name there."""
    if channel is not None:
        check_choice("channel", channel, CHANNELS)
    terms = WaveTerms(channel or "post", capacity, control, level, seed)
    if margin is not None:
        check_fraction("margin", margin)
    sent, plans = _read_contacts(contacts), _read_plans(campaigns)
    name = _pick(sent, plans, campaign_id, assignment)
    rows = sent[sent["campaign_id"] == name]
    treated = rows[rows["treated"]]
    plan = plans[plans["campaign_id"] == name].iloc[0] if name in set(plans["campaign_id"]) else {}
    by = treated["channel"].mode()
    terms = replace(
        terms,
        channel=channel or (by.iloc[0] if len(by) and by.iloc[0] in CHANNELS else "post"),
        capacity=capacity or int(treated["customer_id"].nunique()),
    )
    _, last, _ = read_lines(orders)
    common = {
        "campaign_id": name,
        "name": str(plan.get("name", "") or ""),
        "n_contacted": int(treated["customer_id"].nunique()),
        "n_responders": _count_responders(responses, name, treated["customer_id"]),
        "first_day": rows["date"].min(),
        "last_day": pd.Timestamp(last),
    }
    problem = _find_problem(rows, plan, name, assignment)
    if problem:
        empty = {key: pd.DataFrame(columns=names) for key, names in _NONE.items()}
        empty["wave"] = empty["wave"].rename_axis("customer_id")
        return common | empty | {
            "problem": problem, "decision": "", "chance_of_lot": np.nan, "way": "", "n_tested": 0,
            "n_needed": None, "terms": terms,
        }  # fmt: skip
    result = incremental_result(
        contacts, responses, campaigns, campaign_id=name, margin=margin,
        window_days=window_days, assignment=assignment, level=level,  # type: ignore[arg-type]
    ).set_index("measure")  # fmt: skip
    table = experiment_table(contacts, responses, campaign_id=name, window_days=window_days)
    test = _describe(table, orders, result)
    return common | {"problem": "", "result": result} | _look_ahead(
        test, orders, last, result, consents, terms, currency
    )  # fmt: skip


def _read_contacts(contacts: Any) -> pd.DataFrame:
    table = CONTACTS.require(contacts)
    rows = execute(table.select("customer_id", "campaign_id", "date", "channel", "treated"))
    dates = pd.to_datetime(rows["date"])
    if getattr(dates.dtype, "tz", None) is not None:
        dates = dates.dt.tz_localize(None)
    return rows.assign(
        campaign_id=rows["campaign_id"].astype("str"), treated=rows["treated"].astype(bool),
        date=dates,
    )  # fmt: skip


def _read_plans(campaigns: Any) -> pd.DataFrame:
    if campaigns is None:
        return pd.DataFrame({"campaign_id": []}, dtype="str")
    rows = execute(CAMPAIGNS.require(campaigns))
    return rows.assign(campaign_id=rows["campaign_id"].astype("str"))


def _pick(
    sent: pd.DataFrame, plans: pd.DataFrame, campaign_id: str | None, assignment: str | None
) -> str:
    """The campaign as asked, or the latest whose controls a lot drew."""
    if campaign_id is not None:
        if str(campaign_id) in set(sent["campaign_id"]):
            return str(campaign_id)
        known = ", ".join(map(repr, sorted(sent["campaign_id"].unique())[:9]))
        raise InputError(
            f"`campaign_id` must have contacts; {campaign_id!r} has none. Known are {known}."
        )
    both = sent.groupby("campaign_id")["treated"].nunique()
    drawn = set(both.index[both == 2])
    if assignment != "random":
        design = plans.get("design", pd.Series(dtype="str"))
        drawn &= set(plans.loc[design.reindex(plans.index) == "randomised", "campaign_id"])
    if not drawn:
        raise InputError(
            "`campaign_id` must be told; no campaign is known to have controls drawn by lot. Say "
            "so in `campaigns`, as design 'randomised', or pass assignment='random'."
        )
    latest = sent[sent["campaign_id"].isin(drawn)].groupby("campaign_id")["date"].min()
    return str(latest.idxmax())


def _find_problem(rows: pd.DataFrame, plan: Any, name: str, assignment: str | None) -> str:
    """Why no effect can be told; empty where there is one."""
    if rows["treated"].all():
        return f"All customers of {name} were contacted: nobody was left alone to compare with."
    if not rows["treated"].any():
        return f"No customer of {name} was contacted: all are controls."
    design = plan.get("design")
    if assignment != "random" and design not in (None, "randomised") and not pd.isna(design):
        return (
            f"The design of {name} is {design!r}: no lot drew those who were left alone, so they "
            "differ from those contacted in more than the contact, and a plain comparison would "
            "be wrong by an unknown amount."
        )
    return ""


def _count_responders(responses: Any, name: str, contacted: pd.Series) -> int:
    table = RESPONSES.require(responses)
    found = execute(table.filter(table.campaign_id.cast("string") == name, table.kind == "order"))
    return int(found.loc[found["customer_id"].isin(contacted), "customer_id"].nunique())


def _describe(table: pd.DataFrame, orders: Any, result: pd.DataFrame) -> Test:
    """The test with what was known on its eve, and the money of a response."""
    eve = (table["date"].min() - pd.Timedelta(days=1)).date()
    features = read_features(orders, eve, table.index)
    if features is None or features["T"].isna().all():
        features, segment = None, pd.Series("new", index=table.index)
    else:
        segment = features["segment"].astype("object").fillna("new")
    came, cost = result.loc["responders", "treated"], result.loc["cost", "estimate"]
    money = result.loc["margin", "treated"] - result.loc["discount", "treated"]
    return Test(
        table, features, segment,
        gain=float(money / came) if came else 0.0,
        cost=float(cost / table["treated"].sum()),
    )  # fmt: skip


def _look_ahead(
    test: Test,
    orders: Any,
    last: dt.date,
    result: pd.DataFrame,
    consents: Any,
    terms: WaveTerms,
    currency: str,
) -> dict[str, Any]:
    """What the test says of the next wave."""
    profit = result.loc["profit"]
    decision = "repeat" if profit["lower"] > 0 else "stop" if profit["upper"] < 0 else "test"
    if decision == "test":
        terms = replace(terms, control=_AGAIN)
    base = read_features(orders, last)
    assert base is not None
    share = min(1.0, (terms.capacity or 1) / len(base))
    payable = test.cost > 0 and test.gain > 0
    ways = compare_ways(test, share, terms.level) if payable else _empty("ways", "policy")
    way = str(ways["estimate"].idxmax()) if len(ways) else "mass"
    balance, chance = weigh_balance(test)
    wave, counts = make_wave(test, base, way, consents, terms, currency)
    if decision == "stop":
        wave = wave.head(0)
        counts = pd.DataFrame({"n_customers": [len(base)]}, index=["no next wave"])
    return {
        "decision": decision,
        "balance": balance,
        "chance_of_lot": chance,
        "tips": _tip(test, result),
        "ways": ways,
        "way": way,
        "n_tested": len(test.table),
        "n_needed": _need(result, test),
        "wave": wave[_WAVE],
        "counts": counts.rename_axis("customers"),
        "terms": terms,
    }


def _empty(table: str, index: str) -> pd.DataFrame:
    return pd.DataFrame(columns=_NONE[table], index=pd.Index([], name=index, dtype="str"))


def _tip(test: Test, result: pd.DataFrame) -> pd.DataFrame:
    """What would have turned the profit, one number at a time."""
    rate = result.loc["response_rate"]
    campaign = Campaign(
        n_contacted=int(test.table["treated"].sum()),
        response_rate=rate["treated"],
        baseline_rate=rate["control"],
        margin_per_response=test.gain,
        cost_per_contact=test.cost,
    )
    return tipping_points(campaign).set_index("assumption")


def _need(result: pd.DataFrame, test: Test) -> int | None:
    """Customers of both arms of a test that sees the effect found."""
    rate = result.loc["response_rate"]
    if rate["treated"] == rate["control"]:
        return None
    treated = test.table["treated"]
    size = sample_size(
        baseline_rate=rate["control"], rate=rate["treated"], power=_SURE,
        ratio=float(treated.sum() / (~treated).sum()),
    )  # fmt: skip
    return int(size["n_total"].iloc[0])
