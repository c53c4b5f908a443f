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

_NEXT_TO_NOTHING = 1e-4  # of the standard deviation of a customer's money
_SURE = 0.9  # power of a test that would see the effect
_NO_LOT = 0.001  # probability of arms so unlike: no lot drew them
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
    known = plans[plans["campaign_id"] == name]
    plan = known.iloc[0] if len(known) else pd.Series(dtype=object)
    terms = _fill(terms, rows, channel)
    _, last, _ = read_lines(orders)
    common = _describe_campaign(rows, plan, name, contacts, responses) | {
        "last_day": pd.Timestamp(last)
    }
    problem = _find_problem(rows, plan, name, assignment)
    if problem:
        return common | _nothing(problem, terms)
    _refuse_strangers(rows["customer_id"], orders)
    result = incremental_result(
        contacts, responses, campaigns, campaign_id=name, margin=margin,
        window_days=window_days, assignment=assignment, level=level,
    ).set_index("measure")  # fmt: skip
    table = experiment_table(contacts, responses, campaign_id=name, window_days=window_days)
    test = _describe_test(table, orders, result)
    balance, chance = weigh_balance(test)
    problem = _doubt_test(table, chance, name)
    if problem:
        return common | _nothing(problem, terms)
    ahead = _look_ahead(test, orders, last, result, consents, terms, currency)
    return common | ahead | {
        "problem": "", "result": result, "balance": balance, "chance_of_lot": chance
    }  # fmt: skip


def _fill(terms: WaveTerms, rows: pd.DataFrame, channel: str | None) -> WaveTerms:
    """The channel and the capacity of the campaign, where none are asked for."""
    treated = rows[rows["treated"]]
    by = [name for name in treated["channel"].mode() if name in CHANNELS]
    n = max(int(treated["customer_id"].nunique()), 1)
    return replace(
        terms, channel=channel or (by[0] if by else "post"), capacity=terms.capacity or n
    )


def _describe_campaign(
    rows: pd.DataFrame, plan: pd.Series, name: str, contacts: Any, responses: Any
) -> dict[str, Any]:
    came = RESPONSES.require(responses)
    contacted = rows.loc[rows["treated"], "customer_id"]
    called = plan.get("name")
    return {
        "campaign_id": name,
        "name": "" if pd.isna(called) else str(called),
        "n_contacted": int(contacted.nunique()),
        "n_responders": _count_responders(responses, name, contacted),
        "first_day": rows["date"].min(),
        "n_repeated": _count_repeated(CONTACTS.require(contacts), name),
        "n_repeated_orders": _count_repeated(came.filter(came.kind == "order"), name),
    }


def _nothing(problem: str, terms: WaveTerms) -> dict[str, Any]:
    """What is shown where no effect can be told."""
    index = {"wave": "customer_id", "result": "measure", "balance": "feature",
             "tips": "assumption", "ways": "policy", "counts": "customers"}  # fmt: skip
    return {name: _empty(name, label) for name, label in index.items()} | {
        "problem": problem, "decision": "", "chance_of_lot": np.nan, "way": "", "n_tested": 0,
        "n_needed": None, "terms": terms,
    }  # fmt: skip


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


def _find_problem(rows: pd.DataFrame, plan: pd.Series, name: str, assignment: str | None) -> str:
    """Why no effect can be told; empty where there is one."""
    if rows["treated"].all():
        return f"All customers of {name} were contacted: nobody was left alone to compare with."
    if not rows["treated"].any():
        return f"No customer of {name} was contacted: all are controls."
    design = plan.get("design")
    if assignment != "random" and not pd.isna(design) and design != "randomised":
        return (
            f"The design of {name} is {design!r}: no lot drew those who were left alone, so they "
            "differ from those contacted in more than the contact, and a plain comparison would "
            "be wrong by an unknown amount."
        )
    return ""


def _doubt_test(table: pd.DataFrame, chance: float, name: str) -> str:
    """Why the customers of a test tell no effect, or nothing."""
    if not table["outcome"].any():
        return (
            f"No order to {name} is known in the days that count, so nothing tells what one is "
            "worth. Check `responses` and `window_days`."
        )
    if chance < _NO_LOT:
        return (
            f"Before the campaign the arms of {name} differed as a lot makes them differ with "
            f"probability {chance:.1g}: no lot drew them, whatever was said."
        )
    return ""


def _refuse_strangers(customers: pd.Series, orders: Any) -> None:
    """Raise where no customer of the campaign is in the orders: ids are written in another way."""
    lines, _, _ = read_lines(orders)
    known = execute(lines.select("customer_id").distinct())["customer_id"]
    if not customers.astype("str").isin(known.astype("str")).any():
        raise InputError(
            "`orders` must hold some customers of the campaign; none is there. `contacts` name "
            f"them as {customers.iloc[0]!r}, `orders` as {known.min()!r}. Write ids alike."
        )


def _count_repeated(table: Any, name: str) -> int:
    """Rows of a campaign that repeat another in all columns."""
    rows = execute(table.filter(table.campaign_id.cast("string") == name))
    return int(rows.astype("str").duplicated().sum())


def _count_responders(responses: Any, name: str, contacted: pd.Series) -> int:
    table = RESPONSES.require(responses)
    found = execute(table.filter(table.campaign_id.cast("string") == name, table.kind == "order"))
    return int(found.loc[found["customer_id"].isin(contacted), "customer_id"].nunique())


def _describe_test(table: pd.DataFrame, orders: Any, result: pd.DataFrame) -> Test:
    """The test with what was known on its eve, and the money of a response."""
    eve = (table["date"].min() - pd.Timedelta(days=1)).date()
    features = read_features(orders, eve, table.index)
    if features is None or features["T"].isna().all():
        features, segment = None, pd.Series("new", index=table.index)
    else:
        segment = features["segment"].astype("object").fillna("new")
    of_treated = result["treated"]
    came, cost = float(of_treated["responders"]), float(of_treated["cost"])
    money = float(of_treated["margin"]) - float(of_treated["discount"])
    return Test(
        table, features, segment,
        gain=money / came if came else 0.0,
        cost=cost / int(table["treated"].sum()),
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
    wave, counts = make_wave(test, base, way, consents, terms, currency)
    if decision == "stop":
        wave = wave.head(0)
        counts = pd.DataFrame({"n_customers": [len(base)]}, index=["no next wave"])
    return {
        "decision": decision,
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
    campaign = Campaign(
        n_contacted=int(test.table["treated"].sum()),
        response_rate=float(result["treated"]["response_rate"]),
        baseline_rate=float(result["control"]["response_rate"]),
        margin_per_response=test.gain,
        cost_per_contact=test.cost,
    )
    return tipping_points(campaign).set_index("assumption")


def _need(result: pd.DataFrame, test: Test) -> int | None:
    """Customers of both arms of a test that tells such a profit from none."""
    n = int(test.table["treated"].sum())
    profit = float(result["estimate"]["profit"]) / n
    sd = test.gain * float(test.table.groupby("treated")["outcome"].std().max())
    if sd <= 0 or abs(profit) < _NEXT_TO_NOTHING * sd:
        return None
    size = sample_size(difference=profit, sd=sd, power=_SURE, ratio=n / (len(test.table) - n))
    return int(size["n_total"].iloc[0])
