"""Each fault that a base of customers can have, in every function that could meet it.

The pairs come from the signatures: a new public function with such a parameter needs a call here.
"""

import functools
import inspect
import re

import ibis
import numpy as np
import pandas as pd
import pytest
from churn_cases import orders as make_orders
from offer_cases import PRODUCTS, campers

from crmlab import (
    InputError,
    acquisition,
    campaigns,
    churn,
    closed_loop,
    contact,
    cross_sell,
    customer_base,
    readiness,
    retention,
    segmentation,
    uplift,
)

ROOMS = [
    acquisition,
    campaigns,
    churn,
    closed_loop,
    contact,
    cross_sell,
    readiness,
    retention,
    segmentation,
    uplift,
]
N = 60
rng = np.random.default_rng(0)
SCORE = rng.normal(size=N)
FLAG = np.arange(N) % 2 == 0
X = pd.DataFrame({"a": SCORE, "b": rng.normal(size=N)})
SUMMARY = pd.DataFrame(
    {"days_since_last": range(N), "frequency": range(N), "total_spend": SCORE + 9,
     "profit": SCORE, "loyalty": SCORE**2, "lifetime_value": rng.normal(size=N)}
)  # fmt: skip
ORDERS = make_orders(n=12)
SOLD = campers(60)
SPELLS = pd.DataFrame(
    {"customer_id": ["c000", "c001", "c002"], "start": pd.Timestamp("2024-02-01"),
     "end": pd.to_datetime(["2024-09-01", "2025-05-01", None]),
     "monthly_fee": 30.0, "monthly_cost": 5.0, "plan": "basic"}
)  # fmt: skip
PEOPLE = pd.DataFrame({"customer_id": ["a", "b"], "probability": 0.5, "value": 90.0})
CONSENTS = pd.DataFrame(
    {"customer_id": ["a"], "channel": "phone", "purpose": "marketing", "granted": True,
     "date": pd.Timestamp("2024-01-05")}
)  # fmt: skip
CONTACTS = pd.DataFrame(
    {"contact_id": ["1", "2"], "campaign_id": "K", "customer_id": ["a", "b"],
     "date": pd.Timestamp("2024-03-01"), "channel": "email", "treated": [True, False],
     "outcome": "delivered", "cost": 1.0}
)  # fmt: skip
RESPONSES = pd.DataFrame(
    {"response_id": ["1"], "campaign_id": "K", "customer_id": ["a"], "kind": "order",
     "date": pd.Timestamp("2024-03-05"), "amount": 9.0}
)  # fmt: skip
CURVE = acquisition.ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)

LEFT = {"churned": FLAG, "score": SCORE}
TRIAL = {"outcome": FLAG.astype(float), "treated": np.arange(N) % 3 == 0, "assignment": "random"}
RANKED = TRIAL | {"score": SCORE}
FEW = {"n_resamples": 40}
ARMS = {"treatment": TRIAL["treated"], "assignment": "random"}

LETTER = {"margin_per_response": 9.0, "cost_per_contact": 1.0, "cost_per_response": 1.0}

GAINS = [churn.gains_table, churn.lift, churn.expected_maximum_profit, churn.maximum_profit,
         churn.retention_profit_curve]  # fmt: skip
CURVES = [uplift.uplift_curve, uplift.qini_curve, uplift.uplift_score, uplift.qini_score,
          uplift.uplift_by_decile]  # fmt: skip

# A call of each function that works.
CALLS = {
    **dict.fromkeys(GAINS, LEFT),
    **dict.fromkeys(CURVES, RANKED),
    **dict.fromkeys((uplift.qini_score_interval, uplift.qini_band), RANKED | FEW),
    uplift.profit_curve: RANKED | FEW | {"value": 9, "cost": 1, "cost_per_response": 1},
    uplift.policy_profit: {"outcome": TRIAL["outcome"], **ARMS, "policies": {"a": SCORE > 0},
                           "costs": 1},
    uplift.choose_treatment: {"effects": pd.DataFrame({"letter": [0.1]}), "costs": 1},
    uplift.balance_table: {"features": X, "treated": TRIAL["treated"]},
    uplift.balance_test: {"features": X, "treated": TRIAL["treated"]},
    campaigns.ab_test: {"outcome": FLAG * 2.0, "arm": TRIAL["treated"]},
    campaigns.ab_tests: {"outcome": FLAG * 2.0, "arm": TRIAL["treated"], "campaign": ["K"] * N},
    campaigns.break_even_response_rate: LETTER,
    campaigns.roll_out: {"n_responses": {1: 2, 0: 1}, "n_customers": {1: 9, 0: 8}, **LETTER},
    campaigns.allocate_contacts: {"value": X, "cost": 1},
    campaigns.compare_targeting: TRIAL | {"value": SCORE, "cost": 1},
    closed_loop.explore: {"chance": [0.1, 0.2], "n_customers": 20, "batches": 2, "runs": 2},
    closed_loop.thompson_chances: {"orders": [1, 2], "contacts": [9, 9]},
    churn.feature_drift: {"reference": X, "current": X},
    churn.winback_list: {"customers": PEOPLE, "consents": CONSENTS, "channel": "phone"},
    churn.churn_features: {"orders": ORDERS, "as_of": "2025-01-31"},
    churn.label_churn: {"table": ORDERS, "as_of": "2025-01-31", "horizon": 30},
    **dict.fromkeys((acquisition.payback_period, acquisition.payback_curve),
                    FEW | {"margins": X, "cost": 9.0}),
    churn.find_leaks: {"orders": ORDERS, "as_of": "2025-01-31",
                       "make": lambda rows: rows.groupby("customer_id").agg(n=("date", "size"))},
    churn.churn_panel: {"orders": ORDERS, "as_of": ["2025-01-31"], "horizon": 30},
    **{offer: {"transactions": SOLD, "products": PRODUCTS, "as_of": "2024-08-31"}
       for offer in (cross_sell.next_best_offer, cross_sell.validate_offers)},
    cross_sell.upsell_paths: {"table": SOLD, "products": PRODUCTS, "horizon": 30, "n_tiers": 2},
    cross_sell.resupply: {"transactions": SOLD, "products": PRODUCTS, "as_of": "2024-08-31",
                          "min_gaps": 2},
    segmentation.rfm_scores: {"summary": SUMMARY},
    segmentation.value_tiers: {"customers": SUMMARY},
    retention.margin_by_tenure: {"table": SPELLS, "period": "Q", "acquisition_cost": 1},
    retention.retention_elasticity: {"margin": 9, "retention": 0.8, "discount_rate": 0.1},
    contact.contact_frequency: {"base_rate": 0.3, "fatigue": -0.4, "margin": 9, "cost": 1},
    contact.dissatisfaction_signals: {"customers": ["a", "b"], "as_of": "2024-03-02",
                                      "contacts": CONTACTS, "weights": "equal"},
    churn.ChurnModel.fit: {"self": churn.ChurnModel(), "X": X, "y": FLAG},
    **{model.fit: {"self": model(), "X": X, "y": FLAG, **ARMS}
       for model in (uplift.TwoModelUplift, uplift.DoublyRobustUplift)},
    segmentation.KMeansSegmenter.fit: {"self": segmentation.KMeansSegmenter(n_segments=2),
                                       "customers": X},
    segmentation.RFMSegmenter.fit: {"self": segmentation.RFMSegmenter(), "summary": SUMMARY},
}  # fmt: skip

COSTS = ["cost", "costs", "offer_cost", "contact_cost", "cost_per_response", "acquisition_cost"]
ONE_CLASS = [np.zeros(N), np.ones(N)]
CONSTANT = [X * 0 + 3]
# What may be wrong with a parameter of this name.
FAULTS = {
    "churned": ONE_CLASS,
    "outcome": ONE_CLASS,
    "y": ONE_CLASS,
    "treated": [FLAG | True, FLAG & False],
    "treatment": [FLAG | True, FLAG & False],
    "score": [np.full(N, 0.7)],
    "n_groups": [N + 1],
    "n_bins": [99],
    "n_tiers": [N + 1],
    "X": CONSTANT,
    "as_of": ["1999-12-31", "2031-01-01"],
    **{name: [-0.01] for name in COSTS},
}
# A fault in a column of a table.
COLUMNS = {
    (segmentation.rfm_scores, "summary"): SUMMARY.assign(frequency=4),
    (segmentation.RFMSegmenter.fit, "summary"): SUMMARY.assign(frequency=4),
    (segmentation.value_tiers, "customers"): SUMMARY.assign(loyalty=4),
    (segmentation.KMeansSegmenter.fit, "customers"): X.assign(a=4),
}
NAMED = {
    (segmentation.KMeansSegmenter.fit, "customers"): "`a`",
    (segmentation.value_tiers, "customers"): "`loyalty`",
    (uplift.choose_treatment, "costs"): "`costs",
    (churn.find_leaks, "as_of"): "as_of",
    (churn.feature_drift, "n_bins"): "there are bins, 99",
    **{(model, "summary"): "`frequency`" for model in (segmentation.rfm_scores,
                                                       segmentation.RFMSegmenter.fit)},
}  # fmt: skip

# Where nobody responds in either arm, their difference still has limits.
ANSWERED = {(f, "outcome") for f in (uplift.uplift_by_decile, campaigns.ab_test,
                                     campaigns.ab_tests)}  # fmt: skip

PAIRS = [
    (f, name, value)
    for f, call in CALLS.items()
    for name in inspect.signature(f).parameters
    for value in FAULTS.get(name, [])
    if name in call or inspect.signature(f).parameters[name].default is not None
    if (f, name) not in ANSWERED
] + [(f, name, value) for (f, name), value in COLUMNS.items()]


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [pytest.param(*pair, id=f"{pair[0].__qualname__}-{pair[1]}-{at}")
     for at, pair in enumerate(PAIRS)],
)  # fmt: skip
def test_a_fault_is_named_wherever_it_may_come(call, name, value):
    given = dict(CALLS[call])
    if name == "as_of" and call is churn.churn_panel:
        value = [value]
    with pytest.raises(InputError, match=re.escape(NAMED.get((call, name), f"`{name}`"))):
        call(**given | {name: value})


def test_every_public_function_with_such_a_parameter_is_called():
    public = [getattr(room, name) for room in ROOMS for name in room.__all__]
    methods = [each.fit for each in public if inspect.isclass(each) and hasattr(each, "fit")]
    functions = [each for each in public if inspect.isfunction(each)]
    elsewhere = {churn.validate_churn, churn.say_reasons}  # tests of their own
    for each in {*functions, *methods} - elsewhere:
        met = FAULTS.keys() & inspect.signature(each).parameters
        assert not met or each in CALLS, (each.__qualname__, met)


@pytest.mark.slow
def test_calls_without_a_fault_work():
    for call in {f for f, *_ in PAIRS}:
        call(**CALLS[call])


# --- time zones -----------------------------------------------------------------------------------


def aware(table, *columns, zone="Asia/Seoul"):
    return table.assign(**{name: table[name].dt.tz_localize(zone) for name in columns})


COMPLAINTS = pd.DataFrame({"customer_id": ["c001"], "date": pd.Timestamp("2024-05-05")})
PAID = ORDERS.assign(cost=1.0)
features = functools.partial(churn.churn_features, as_of="2025-01-31")
experiment = functools.partial(uplift.experiment_table, campaign_id="K")
HALF = [pd.Timestamp("2024-01-01", tz="UTC")] * 30 + [pd.Timestamp("2024-06-01")] * 30
ON_TWO_CLOCKS = {
    "features, orders": lambda: features(aware(ORDERS, "date"), complaints=COMPLAINTS),
    "features, complaints": lambda: features(ORDERS, complaints=aware(COMPLAINTS, "date")),
    "features, contracts": lambda: features(ORDERS, subscriptions=aware(SPELLS, "start", "end")),
    "features, one zone and another": lambda: features(
        aware(ORDERS, "date"), complaints=aware(COMPLAINTS, "date", zone="UTC")
    ),
    "features, an engine": lambda: features(
        ibis.memtable(ORDERS), complaints=aware(COMPLAINTS, "date")
    ),
    "labels": lambda: churn.label_churn(aware(SPELLS, "end"), as_of="2024-06-01", horizon=30),
    "tenures": lambda: churn.subscription_tenures(aware(SPELLS, "start")),
    "contacts, responses": lambda: contact.contact_response(CONTACTS, aware(RESPONSES, "date")),
    "signals": lambda: contact.dissatisfaction_signals(
        ["a"], as_of="2024-03-02", contacts=CONTACTS, complaints=aware(COMPLAINTS, "date")
    ),
    "experiment, responses": lambda: experiment(CONTACTS, aware(RESPONSES, "date")),
    "experiment, orders": lambda: experiment(CONTACTS, RESPONSES, orders=aware(ORDERS, "date")),
    "experiment, an engine": lambda: experiment(
        ibis.memtable(aware(CONTACTS, "date")), ibis.memtable(RESPONSES)
    ),
    "margins": lambda: retention.margin_by_tenure(aware(SPELLS, "end")),
    "profit, contracts": lambda: customer_base.customer_profit(
        PAID, subscriptions=aware(SPELLS, "start", "end")
    ),
    "profit, contacts": lambda: customer_base.customer_profit(
        aware(PAID, "date"), contacts=CONTACTS
    ),
    "model": lambda: churn.ChurnModel().fit(X, FLAG, time=HALF),
    "validation": lambda: churn.validate_churn(churn.ChurnModel(), X, FLAG, time=HALF, horizon=9),
}


@pytest.mark.parametrize("call", ON_TWO_CLOCKS.values(), ids=ON_TWO_CLOCKS.keys())
def test_dates_on_two_clocks_are_named(call):
    with pytest.raises(InputError, match="on one clock"):
        call()


# --- what is in no signature ----------------------------------------------------------------------

OTHERS = {
    "treatment after the outcome": (
        lambda: experiment(CONTACTS.assign(date=pd.Timestamp("2024-04-01")), RESPONSES),
        "`responses` must not come before the contact; 1 of 1",
    ),
    "one arm": (
        lambda: experiment(CONTACTS.head(1), RESPONSES),
        "`contacts` must hold both arms of a campaign; all 1 customers of 'K' are treated",
    ),
    "k above the distinct points": (
        lambda: segmentation.KMeansSegmenter(n_segments=3).fit(pd.DataFrame({"a": FLAG * 1.0})),
        "`n_segments` must be at most the number of different customers, 2; got 3",
    ),
    "one class to validate": (
        lambda: churn.validate_churn(
            churn.ChurnModel(), X, FLAG & False, time=["2024-01-01"] * 30 + ["2024-06-01"] * 30,
            horizon=9,
        ),
        "`y` must hold both classes among the rows to learn from",
    ),
    "drift of a few": (
        lambda: churn.ChurnModel().fit(X, FLAG).drift(X.head(3)),
        "`X` must hold at least as many customers as there are bins, 10; got 3",
    ),
    "nobody to score": (
        lambda: churn.ChurnModel().fit(X, FLAG).predict_proba(X.head(0)),
        "`X` and `y` must be finite numbers and labels. Found array with 0 sample",
    ),
    "nobody to treat": (
        lambda: uplift.TwoModelUplift().fit(X, FLAG, **ARMS).predict(X.head(0)),
        "`X` must hold at least one customer",
    ),
    "an infinite feature": (
        lambda: churn.ChurnModel().fit(X.assign(a=np.inf), FLAG), "Input X contains infinity"
    ),
    "a caller without a name": (
        lambda: churn.winback_list(
            PEOPLE.assign(customer_id=["a", None]), CONSENTS, channel="phone"
        ),
        "`customer_id` must not be missing; 1 of 2 are",
    ),
    "watching ends before it begins": (
        lambda: churn.subscription_tenures(SPELLS, observation_start="2031-01-01"),
        "`observation_start` must not be after the end of observation",
    ),
    "goods that cost less than nothing": (
        lambda: customer_base.customer_profit(ORDERS.assign(cost=-1.0)),
        "`cost` must not be negative where `amount` is positive",
    ),
    "the same by tenure": (
        lambda: retention.margin_by_tenure(ORDERS.assign(cost=-1.0)),
        "`cost` must not be negative where `amount` is positive",
    ),
    "half a curve": (
        lambda: churn.survival_time(pd.DataFrame({"survival": [1.0]})), "`curve` lacks 'time'"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), OTHERS.values(), ids=OTHERS.keys())
def test_other_faults_are_named(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()


# Squares of these are beyond all floats; before, they leaked RuntimeWarnings and infinite answers.
FAR = 1e200
MONEY = TRIAL | {"outcome": SCORE * FAR}
TOO_LARGE = {
    "churn features": ("X", lambda: churn.ChurnModel().fit(X * FAR, FLAG)),
    "hazards": (
        "a", lambda: churn.cox_hazards(X.assign(duration=1.0, event=FLAG, a=SCORE * FAR), ["a"])
    ),
    "campaign": ("value", lambda: churn.maximum_profit(**LEFT, value=FAR)),
    "drift": ("a", lambda: churn.feature_drift(X, X * FAR)),
    "k-means": (
        "customers", lambda: segmentation.KMeansSegmenter(n_segments=2, log=False).fit(X * FAR)
    ),
    "rankings": ("profit", lambda: segmentation.compare_rankings(SUMMARY * FAR)),
    "tiers": ("profit", lambda: segmentation.value_tiers(SUMMARY * FAR)),
    "scores": ("total_spend", lambda: segmentation.rfm_scores(SUMMARY * FAR)),
    "profiles": (
        "total_spend", lambda: segmentation.profile_segments((SUMMARY * FAR).assign(segment="a"))
    ),
    "uplift features": ("X", lambda: uplift.TwoModelUplift().fit(X * FAR, FLAG, **ARMS)),
    "uplift features to predict": (
        "X", lambda: uplift.TwoModelUplift().fit(X, FLAG, **ARMS).predict(X * FAR)
    ),
    "uplift money": ("outcome", lambda: uplift.DoublyRobustUplift().fit(X, SCORE * FAR, **ARMS)),
    "balance": ("a", lambda: uplift.balance_table(X * FAR, TRIAL["treated"])),
    "groups": ("outcome", lambda: uplift.uplift_by_decile(**MONEY, score=SCORE)),
    "profit value": ("value", lambda: uplift.profit_curve(**RANKED, value=FAR, cost=1)),
    "profit cost": ("cost", lambda: uplift.profit_curve(**RANKED, cost=FAR)),
    "policy money": (
        "outcome",
        lambda: uplift.policy_profit(SCORE * FAR, policies={"a": SCORE > 0}, costs=1, **ARMS),
    ),
    "policy product": (
        "value x outcome",
        lambda: uplift.policy_profit(
            SCORE * 1e100, policies={"a": SCORE > 0}, costs=1, value=1e100, **ARMS
        ),
    ),
    "choices": ("effects", lambda: uplift.choose_treatment(X * FAR, costs=1)),
    "choice costs": ("costs", lambda: uplift.choose_treatment(X, costs=FAR)),
}  # fmt: skip


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(("name", "call"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_numbers_beyond_squares_are_refused_everywhere_in_one_wording(name, call):
    with pytest.raises(InputError, match=f"^`{name}` must hold numbers of at most 1e.150; got"):
        call()
