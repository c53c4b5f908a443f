"""After a campaign: whom the next wave should reach, judged on the test of this one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab._errors import InputError
from crmlab._lots import draw_control
from crmlab._types import Floats
from crmlab._words import count_words
from crmlab.campaigns import compare_targeting
from crmlab.contracts import CHANNELS
from crmlab.customer_base import rfm_summary
from crmlab.privacy import consented
from crmlab.reviews._scores import score_base
from crmlab.uplift import TwoModelUplift, balance_table, balance_test

__all__ = ["Test", "WaveTerms", "compare_ways", "make_wave", "read_features", "weigh_balance"]

_FEATURES = ["frequency", "recency", "T", "total_spend", "mean_spend", "days_since_last"]
_LEAST = 50  # responders in each arm that a model of effects learns from
LISTED = "in the next wave"


@dataclass(frozen=True)
class WaveTerms:
    """Who may be in the next wave, and how it is tested."""

    channel: str
    capacity: int | None
    control: float
    level: float
    seed: int

    def __post_init__(self) -> None:
        check_choice("channel", self.channel, CHANNELS)
        if self.capacity is not None:
            check_count("capacity", self.capacity)
        check_fraction("control", self.control, open_ends=True)
        check_fraction("level", self.level, open_ends=True)
        check_count("seed", self.seed, minimum=0)


@dataclass(frozen=True)
class Test:
    """The customers of a campaign: what came of each, and what was known of them on its eve.

    Parameters
    ----------
    table : DataFrame
        As `experiment_table` returns it.
    features : DataFrame or None
        By the same index; None where nothing was known.
    segment : Series
        RFM segment on the eve; "new" where there is none.
    gain, cost : float
        Margin of a response and cost of a contact, in currency.
    """

    table: pd.DataFrame
    features: pd.DataFrame | None
    segment: pd.Series
    gain: float
    cost: float

    @property
    def effect(self) -> float:
        """Response rate of the treated less that of the controls."""
        by_arm = self.table.groupby("treated")["outcome"].mean()
        return float(by_arm[True] - by_arm[False])


def read_features(orders: Any, day: Any, ids: pd.Index | None = None) -> pd.DataFrame | None:
    """What orders tell of customers on the evening of a day; None where they tell nothing yet."""
    try:
        summary = rfm_summary(orders, observation_end=day)
    except InputError:  # no purchase by that day
        return None
    summary = summary.join(score_base(summary))
    return summary if ids is None else summary.reindex(ids)


def weigh_balance(test: Test) -> tuple[pd.DataFrame, float]:
    """How unlike the arms were before, and the probability that a lot makes them so unlike."""
    columns = ["feature", "mean_treated", "mean_control", "standardised_difference", "p_value"]
    if test.features is None:
        return pd.DataFrame(columns=columns).set_index("feature"), float("nan")
    known, treated = test.features[_FEATURES], test.table["treated"]
    return balance_table(known, treated).set_index("feature"), balance_test(known, treated)


def compare_ways(test: Test, share: float, level: float) -> pd.DataFrame:
    """Profit of mass, segment and one-to-one in the test, each customer judged by the other half.

    Index `policy`; without rows where too few responded to tell one customer from another.
    """
    table, treated = test.table, test.table["treated"]
    responders = table.groupby("treated")["outcome"].sum()
    if test.features is None or responders.min() < _LEAST:
        return pd.DataFrame(columns=_WAYS, index=pd.Index([], name="policy", dtype="str"))
    half = draw_control(table.index, len(table) // 2) == "control"
    halves = [np.flatnonzero(half), np.flatnonzero(~half)]
    score = np.zeros(len(table))
    by_segment = np.zeros(len(table))
    for learn, judge in (halves, halves[::-1]):
        score[judge] = _predict(test, learn, test.features.iloc[judge])
        by_segment[judge] = _mean_effects(test, learn).reindex(
            test.segment.iloc[judge]
        ).fillna(test.effect)  # fmt: skip
    given: dict[str, Any] = {
        "cost": test.cost, "budget": test.cost * len(table) * share, "outcome": table["outcome"],
        "treated": treated, "outcome_value": test.gain, "assignment": "random", "level": level,
    }  # fmt: skip
    ways = compare_targeting(score * test.gain, **given)
    segment = compare_targeting(by_segment * test.gain, **given).iloc[[-1]]
    ways = pd.concat([ways.iloc[[0]], segment.assign(policy="segment"), ways.iloc[[-1]]])
    return ways.set_index("policy")[_WAYS]


_WAYS = ["n_contacted", "cost", "estimate", "lower", "upper", "level", "over_mass",
         "over_mass_lower", "over_mass_upper"]  # fmt: skip


def _predict(test: Test, learn: Any, features: pd.DataFrame) -> Floats:
    assert test.features is not None
    rows = test.table.iloc[learn]
    model = TwoModelUplift().fit(
        test.features[_FEATURES].iloc[learn], rows["outcome"], treatment=rows["treated"],
        assignment="random",
    )  # fmt: skip
    return np.asarray(model.predict(features[_FEATURES]), dtype=float)


def _mean_effects(test: Test, learn: Any) -> pd.Series:
    """Effect in each segment; those with one arm only are left out."""
    rows = test.table.iloc[learn]
    means = rows.groupby([test.segment.iloc[learn], rows["treated"]])["outcome"].mean().unstack()
    return (means[True] - means[False]).dropna()


def make_wave(
    test: Test, base: pd.DataFrame, way: str, consents: Any, terms: WaveTerms, currency: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The next wave, the largest expected gain first, and why the others are not in it.

    Parameters
    ----------
    test : Test
    base : DataFrame
        What is known of every customer today: as `read_features` returns it.
    way : {"mass", "segment", "one-to-one"}
    consents : DataFrame, ibis.Table or None
        Answers to being contacted; None where none are known.
    terms : WaveTerms
    currency : str

    Returns
    -------
    tuple of DataFrame
        The wave, index `customer_id`, and numbers of customers, index in words.
    """
    agreed = base
    if consents is not None:
        agreed = consented(base, consents, channel=terms.channel, purpose="marketing")
    expected, why = _expect(test, agreed, way)
    gain = expected * test.gain - test.cost
    order = np.argsort(-gain, kind="stable") if way != "mass" else _by_lot(agreed.index, terms.seed)
    worth = [row for row in order if gain[row] > 0]
    size = len(worth) if terms.capacity is None else _size_of_pool(terms)
    kept = np.array(worth[:size], dtype=int)
    wave = pd.DataFrame(
        {
            "why": np.asarray(why, dtype=object)[kept],
            "group": draw_control(
                agreed.index[kept], round(terms.control * len(kept)), seed=terms.seed + 1
            ),
            "place": np.arange(1, len(kept) + 1),
            "expected_gain": gain[kept].round(2),
            "currency": currency,
            "expected_effect": expected[kept].round(4),
            "consent": "not known: ask first" if consents is None else "given",
            "days_since_last": agreed["days_since_last"].to_numpy()[kept],
        },
        index=agreed.index[kept].rename("customer_id"),
    )
    do = wave["group"].map({"treat": "contact", "control": "leave alone: control group"})
    wave.insert(1, "what_to_do", do)
    counts = {
        LISTED: len(kept),
        "worth a contact, but beyond the capacity": len(worth) - len(kept),
        "a contact costs more than it should bring": len(agreed) - len(worth),
        "has not agreed to be contacted": len(base) - len(agreed),
    }
    table = pd.DataFrame({"n_customers": counts}).rename_axis("customers")
    scores = agreed[["r_score", "f_score", "m_score", "rfm", "segment"]]
    return wave.join(scores), table[table["n_customers"] > 0]


def _by_lot(ids: pd.Index, seed: int) -> Any:
    """Places of customers in the order of a number drawn for each id."""
    return np.argsort(pd.util.hash_array(np.array([f"{seed}:{one}" for one in ids], dtype=object)))


def _size_of_pool(terms: WaveTerms) -> int:
    """Customers in the wave, so that those who are not left alone fill the capacity."""
    capacity = terms.capacity or 0
    size = int(capacity / (1 - terms.control)) + 2
    while size - round(terms.control * size) > capacity:
        size -= 1
    return size


def _expect(test: Test, base: pd.DataFrame, way: str) -> tuple[Floats, list[str]]:
    """Effect to be expected of a contact, and the reason in words."""
    n = len(base)
    if way == "one-to-one" and n:
        effect = _predict(test, np.arange(len(test.table)), base)
        return effect, [f"a contact should add {100 * each:.1f} orders in 100" for each in effect]
    if way == "segment":
        means = _mean_effects(test, np.arange(len(test.table)))
        named = base["segment"].astype("str")
        effect = named.map(means).fillna(test.effect).to_numpy(dtype=float)
        return effect, [
            f"segment {name}: a contact should add {100 * each:.1f} orders in 100"
            for name, each in zip(named, effect, strict=True)
        ]
    words = f"drawn by lot among {count_words(n, 'customer')} who may be contacted"
    return np.full(n, test.effect), [words] * n
