"""Whom to call, what that should bring, how sure it is, and what the test can show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from crmlab._checks import check_choice, check_count, check_fraction, check_number
from crmlab._lots import draw_control
from crmlab._types import Floats
from crmlab.churn import partial_defectors, say_reasons, winback_list
from crmlab.contracts import CHANNELS
from crmlab.reviews._watch_past import Known, Past

__all__ = [
    "CallTerms", "Costs", "Power", "choose_calls", "find_costs", "foretell_gain", "measure_power",
    "replay", "size_of_pool", "value_at_risk",
]  # fmt: skip

_YEAR = 365.0
_OFFER, _CONTACT = 0.1, 0.05  # of a mean purchase, where no cost is given
_SURE = 0.05  # two-sided
_POWER = 0.8


@dataclass(frozen=True)
class CallTerms:
    """What is assumed of a call, and how many can be made."""

    channel: str
    capacity: int
    control: float
    margin: float
    value_days: int
    accept_rate: float
    offer_cost: float | None
    contact_cost: float | None
    serving_cost: float
    level: float
    seed: int

    def __post_init__(self) -> None:
        check_choice("channel", self.channel, CHANNELS)
        check_count("capacity", self.capacity)
        check_fraction("control", self.control, open_ends=True)
        check_fraction("margin", self.margin)
        check_count("value_days", self.value_days)
        check_fraction("accept_rate", self.accept_rate)
        for name in ("offer_cost", "contact_cost", "serving_cost"):
            if getattr(self, name) is not None:
                check_number(name, getattr(self, name), low=0)
        check_fraction("level", self.level, open_ends=True)
        check_count("seed", self.seed, minimum=0)


@dataclass(frozen=True)
class Costs:
    """Cost of an offer that is taken and of a call, in currency; which of them are assumed."""

    offer: float
    contact: float
    assumed: bool


@dataclass(frozen=True)
class Power:
    """What the comparison with the control group can show.

    Attributes
    ----------
    n_called, n_control : int
        Customers in each group.
    expected : float
        Fall of the share who leave that the assumptions promise, in [0, 1].
    detectable : float
        Smallest fall that one list shows with 80 % power, at 5 % two-sided; nan without a group.
    n_lists : float
        Lists like this one until `expected` would show; nan where nothing is expected.
    """

    n_called: int
    n_control: int
    expected: float
    detectable: float
    n_lists: float


def find_costs(known: Known, terms: CallTerms) -> Costs:
    """Costs as given, or parts of a mean purchase: no amount fits every currency."""
    mean = max(float(known.spent["spent"].mean()), 0.0)
    given = (terms.offer_cost, terms.contact_cost)
    offer, contact = (
        part * mean if cost is None else cost
        for cost, part in zip(given, (_OFFER, _CONTACT), strict=True)
    )
    return Costs(offer, contact, None in given)


def size_of_pool(capacity: int, control: float) -> int:
    """Customers on the list, so that those who are not left alone fill the capacity."""
    size = int(capacity / (1 - control)) + 2
    while size - round(control * size) > capacity:
        size -= 1
    return size


def value_at_risk(
    known: Known, rows: pd.DataFrame, past: pd.DataFrame, past_day: Any, horizon: int, terms: Any
) -> pd.Series:
    """Value that is lost if a customer leaves, or was lost in part already.

    What customers spent by the day so far, per day, foretells only in part what those who stay
    spend next: how far is learnt, by least squares, from customers who stayed on a past day.

    Parameters
    ----------
    known : Known
        The orders.
    rows : DataFrame
        Features of the customers to be valued.
    past : DataFrame
        Rows of the panel on the day to learn from.
    past_day : date
        That day.
    horizon : int
        Days after it whose spending is known.
    terms : CallTerms
        Margin, days of value and cost of serving.

    Returns
    -------
    Series
        Margin less the cost of serving, in currency, by the index of `rows`.
    """
    stayed = past[~past["churned"].astype(bool)]
    next_spend = known.spending(past_day, horizon).reindex(stayed.index).fillna(0.0) / horizon
    before = _spend_per_day(stayed)
    centre = before.mean()
    spread = float(((before - centre) ** 2).sum())
    lasting = float(((before - centre) * next_spend).sum()) / spread if spread > 0 else 0.0
    lasting = min(max(lasting, 0.0), 1.0)
    per_day = (next_spend.mean() + lasting * (_spend_per_day(rows) - centre)).clip(lower=0)
    value = per_day * terms.margin * terms.value_days
    return value - terms.serving_cost * terms.value_days / _YEAR


def _spend_per_day(features: pd.DataFrame) -> pd.Series:
    """Money a day since the first purchase, in which a customer of yesterday has had a month."""
    spent = features["mean_spend"] * (features["frequency"] + 1)
    return spent / features["T"].clip(lower=28)


def choose_calls(
    known: Known,
    past: Past,
    features: pd.DataFrame,
    status: pd.Series,
    consents: Any,
    terms: CallTerms,
    costs: Costs,
) -> pd.DataFrame:
    """Decide for each customer who is still one; those to call have a group drawn at random."""
    at_risk = features.index[status.reindex(features.index) == "at risk"]
    staying = features.index[status.reindex(features.index) == "too early to tell"]
    fallen = _find_fallen(features, known.window)
    fallen = fallen[fallen.index.isin(at_risk.union(staying))]
    kept = features.loc[features.index.isin(at_risk) | features.index.isin(fallen.index)]
    latest = past.days[0]
    rows = past.panel[past.panel["as_of"] == latest]
    value = value_at_risk(known, kept, rows, latest, past.horizon, terms)
    # A partial defector keeps a part of the value, and the rest is lost already.
    lost = value.clip(lower=0) * fallen["fall"].reindex(kept.index).fillna(0.0)
    # Whoever buys within the limit even without another purchase cannot leave by the horizon.
    sure = kept.index.isin(at_risk)
    probability = np.where(sure, past.model.predict_proba(kept[past.features])[:, 1], 0.0)
    why = _say_why(past, kept, fallen)
    table = pd.DataFrame(
        {"probability": probability, "value": value - lost, "lost_value": lost, "why": why},
        index=kept.index,
    )
    answers = _granted(table.index, terms.channel) if consents is None else consents
    decided = winback_list(
        table, answers, channel=terms.channel, accept_rate=terms.accept_rate,
        offer_cost=costs.offer, contact_cost=costs.contact,
        capacity=size_of_pool(terms.capacity, terms.control),
    )  # fmt: skip
    return _draw_group(decided, terms)


def _find_fallen(features: pd.DataFrame, window: int) -> pd.DataFrame:
    """Partial defectors; none where nobody spent in both windows."""
    known = features[(features["T"] >= 2 * window) & (features["spend_before"] > 0)]
    if not (known["spend_recent"] > 0).any():
        return pd.DataFrame({"fall": []}, index=features.index[:0], dtype=float)
    return partial_defectors(features, window=window)


def _say_why(past: Past, kept: pd.DataFrame, fallen: pd.DataFrame) -> pd.Series:
    why = say_reasons(past.model, kept[past.features])
    less = fallen["fall"].reindex(kept.index)
    said = "spends " + (100 * less).map("{:.0f}% less than was to be expected".format)
    return why.where(less.isna(), said)


def _granted(ids: pd.Index, channel: str) -> pd.DataFrame:
    """Where nobody's answer is known, all are kept, and the page says so."""
    return pd.DataFrame(
        {"customer_id": ids, "channel": channel, "purpose": "marketing", "granted": True,
         "date": pd.Timestamp("2000-01-01")}
    )  # fmt: skip


def _draw_group(decided: pd.DataFrame, terms: CallTerms) -> pd.DataFrame:
    called = decided.index[decided["decision"] == "call"]
    n_control = round(terms.control * len(called))
    group = pd.Series("", index=decided.index, dtype="str")
    group[called] = draw_control(called, n_control, seed=terms.seed)
    return decided.assign(group=group)


def foretell_gain(
    called: pd.DataFrame, costs: Costs, *, accept: float, level: float, scale: float = 1.0,
    worth: float = 1.0,
) -> dict[str, float]:  # fmt: skip
    """Total gain of the calls, and the range in which chance alone leaves it.

    Who leaves and who accepts are drawn for each customer on their own, so means, variances and
    third moments add up; the sum of many is near a normal distribution that is skewed a little.
    """
    p = np.clip(called["probability"].to_numpy() * scale, 0, 1)
    value, lost = (worth * called[name].to_numpy() for name in ("value", "lost_value"))
    # Four ends: leaves or stays, and accepts or not. Who stays takes the offer all the same.
    ends = [
        (p * accept, value + lost - costs.offer),
        (p * (1 - accept), np.zeros(len(p))),
        ((1 - p) * accept, lost - costs.offer),
        ((1 - p) * (1 - accept), np.full(len(p), -costs.offer)),
    ]
    mean = _moment(ends, 1, np.zeros(len(p)))
    variance = float(_moment(ends, 2, mean).sum())
    skewness = float(_moment(ends, 3, mean).sum()) / max(variance, 1e-12) ** 1.5
    total = float(mean.sum()) - costs.contact * len(p)
    z = norm.ppf([0.5 - level / 2, 0.5 + level / 2])
    # Few large gains among many small losses are skewed; Cornish and Fisher's first term.
    low, high = total + np.sqrt(variance) * (z + (z**2 - 1) * skewness / 6)
    return {"gain": total, "lower": float(low), "upper": float(high)}


def _moment(ends: list[tuple[Floats, Floats]], power: int, centre: Floats) -> Floats:
    """Moment of each customer's gain about a centre."""
    terms = (chance * (gain - centre) ** power for chance, gain in ends)
    return sum(terms, np.zeros(len(centre)))


def replay(rows: pd.DataFrame, value: pd.Series, terms: CallTerms, costs: Costs) -> dict[str, Any]:
    """What the same rule would have earned among customers whose outcome is known.

    Those who would have been called, as many as the capacity; the gain that was expected, the gain
    with what they really did, and that of as many called at random. How many accept is assumed
    here, too: nobody was called.
    """
    p, left = rows["probability"].to_numpy(), rows["churned"].to_numpy(dtype=bool)
    accept, worth = terms.accept_rate, value.to_numpy()
    if_leaves = accept * (worth - costs.offer) - costs.contact
    if_stays = -costs.offer - costs.contact
    hoped = p * if_leaves + (1 - p) * if_stays
    earned = np.where(left, if_leaves, if_stays)
    best = np.argsort(-hoped, kind="stable")[: terms.capacity]
    best = best[hoped[best] > 0]
    dear = np.argsort(-worth, kind="stable")[: len(best)]
    return {
        "called": len(best),
        "left": float(left[best].mean()) if len(best) else float("nan"),
        "expected_gain": float(hoped[best].sum()),
        "gain": float(earned[best].sum()),
        "gain_dearest": float(earned[dear].sum()),
        "gain_random": float(earned.mean() * len(best)),
    }


def measure_power(called: pd.DataFrame, accept: float) -> Power:
    """What one list can show, from the usual formula for two shares."""
    n_control = int((called["group"] == "control").sum())
    n_called = len(called) - n_control
    p = float(called["probability"].mean()) if len(called) else float("nan")
    expected = accept * p
    if not n_called or not n_control:
        return Power(n_called, n_control, expected, float("nan"), float("nan"))
    need = norm.ppf(1 - _SURE / 2) + norm.ppf(_POWER)
    detectable = float(need * np.sqrt(p * (1 - p) * (1 / n_called + 1 / n_control)))
    n_lists = np.ceil((detectable / expected) ** 2) if expected > 0 else float("nan")
    return Power(n_called, n_control, expected, detectable, float(n_lists))
