"""The tables of a watchlist: who is decided how, what that should bring, what it brought before."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.churn import gains_table
from crmlab.reviews._watch_calls import (
    CallTerms,
    Costs,
    choose_calls,
    find_costs,
    foretell_gain,
    measure_power,
    replay,
    value_at_risk,
)
from crmlab.reviews._watch_past import Known, Past, features_today, status_today

__all__ = ["TABLES", "WHY_NOT", "make_list"]

# Columns of the tables that have no rows where no list can be made.
TABLES = {
    "decided": ["decision", "place", "expected_gain", "kind", "probability", "value", "group"],
    "counts": ["n_customers", "expected_gain"],
    "scenarios": ["gain", "lower", "upper"],
    "past": ["called", "left", "expected_gain", "gain", "gain_dearest", "gain_random"],
    "judged": ["n_train", "n_test", "churn_rate", "mean_predicted", "auc", "lift_top_decile"],
    "gains": ["cumulative_customer_share", "gain"],
    "drift": ["psi", "drift"],
}
LISTED = "on the list"
WHY_NOT = {
    "no capacity": "worth a call, but beyond the capacity",
    "no gain": "a call costs more than it should bring",
    "no value": "costs more than it brings",
    "no consent": "has not agreed to be contacted",
    "too early to tell": "cannot be called silent by the end of the horizon",
    "gone before": "silent for too long already: gone",
}


def make_list(known: Known, past: Past, consents: Any, terms: CallTerms) -> dict[str, Any]:
    """Everything that a `ChurnWatchlist` shows where a list can be made, by its name there."""
    costs = find_costs(known, terms)
    features, status = features_today(known), status_today(known, past.horizon)["status"]
    decided = choose_calls(known, past, features, status, consents, terms, costs)
    called = decided[decided["group"] == "treat"]
    none = pd.DataFrame(columns=TABLES["drift"], index=pd.Index([], dtype="str"))
    at_risk = features.loc[status.reindex(features.index) == "at risk", past.features]
    probability = past.scores["probability"]
    if probability.min() < probability.max():
        gains = gains_table(past.scores["churned"], probability)
    else:  # a model that ranks nobody draws at random
        even = np.linspace(0.1, 1, 10)
        gains = pd.DataFrame({"cumulative_customer_share": even, "gain": even})
    return {
        "horizon": past.horizon,
        "days": list(past.days),
        "decided": decided,
        "counts": _count(decided, status),
        "scenarios": _imagine(called, past, terms, costs),
        "past": _replay_both(known, past, terms, costs),
        "judged": past.judged,
        "gains": gains,
        "drift": past.model.drift(at_risk) if len(at_risk) else none,
        "costs": costs,
        "power": measure_power(decided[decided["group"] != ""], terms.accept_rate),
    }


def _count(decided: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    """Every customer of the base once, by what was decided."""
    others = status[~status.index.isin(decided.index)]
    reasons = pd.concat([decided["decision"], others.astype("str")])
    names = reasons.map({"call": LISTED} | WHY_NOT)
    table = pd.DataFrame({"n_customers": names.value_counts()})
    table["expected_gain"] = decided["expected_gain"].groupby(names[decided.index]).sum()
    order = [name for name in (LISTED, *WHY_NOT.values()) if name in table.index]
    return table.loc[order].rename_axis("customers")


def _imagine(called: pd.DataFrame, past: Past, terms: CallTerms, costs: Costs) -> pd.DataFrame:
    """Total gain as assumed, and with one assumption changed at a time."""
    accept, judged = terms.accept_rate, past.judged.iloc[0]
    missed = judged["churn_rate"] / max(judged["mean_predicted"], 1e-9)
    cases: dict[str, dict[str, float]] = {
        "as assumed": {},
        "half as many accept": {"accept": accept / 2},
        "half as many again accept": {"accept": min(1.5 * accept, 1.0)},
        "probabilities wrong as in the test": {"scale": missed},
        "customers worth a quarter less": {"worth": 0.75},
    }
    rows = {
        name: foretell_gain(called, costs, **{"accept": accept, "level": terms.level, **changed})
        for name, changed in cases.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("assumption")


def _replay_both(known: Known, past: Past, terms: CallTerms, costs: Costs) -> pd.DataFrame:
    """The rule on the latest past day, and on random rows as is often done."""
    learnt = past.days[1]
    before = past.panel[past.panel["as_of"] == learnt]
    rows = {}
    for name, part in (("time-ordered", past.scores), ("random rows", past.optimistic)):
        value = value_at_risk(known, part, before, learnt, past.horizon, terms)
        rows[name] = replay(part, value, terms, costs)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("split")
