"""Scores of leaving: learnt, judged, turned into money and into a list of calls."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import parametrize_with_checks

from crmlab import InputError, InputTypeError
from crmlab.churn import (
    ChurnModel,
    churn_panel,
    expected_maximum_profit,
    feature_drift,
    gains_table,
    lift,
    maximum_profit,
    partial_defectors,
    retention_profit_curve,
    say_reasons,
    validate_churn,
    winback_list,
)

# --- gains and lift -------------------------------------------------------------------------------

outcomes = st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=4, max_size=40).filter(
    lambda rows: len({a for a, _ in rows}) == 2 and len({b for _, b in rows}) > 1
)


@given(outcomes, st.randoms(use_true_random=False))
def test_ties_make_gains_the_mean_over_orders_of_rows(rows, random):
    left, score = map(list, zip(*rows, strict=True))
    table = gains_table(left, score, n_groups=4)
    assert table["churners"].sum() == pytest.approx(sum(left))
    assert table["n_customers"].sum() == len(rows)
    shuffled = random.sample(rows, len(rows))
    other = gains_table(*map(list, zip(*shuffled, strict=True)), n_groups=4)
    pd.testing.assert_frame_equal(table, other)
    # Each customer counts as the mean of those with the same score.
    people = pd.DataFrame({"left": np.array(left, dtype=float), "score": score})
    people["left"] = people.groupby("score")["left"].transform("mean")
    running = people.sort_values("score", ascending=False)["left"].cumsum().to_numpy()
    found = running[table["n_customers"].cumsum() - 1]
    assert (table["gain"] * sum(left)).tolist() == pytest.approx(found.tolist())


def test_a_perfect_ranking_has_the_largest_lift():
    left = [1] * 20 + [0] * 80
    assert lift(left, range(100, 0, -1)) == 5.0
    assert lift(left, range(100)) == 0.0
    assert lift(left, range(100, 0, -1), top=0.5) == 2.0
    table = gains_table(left, range(100, 0, -1))
    assert table["gain"].tolist()[:3] == [0.5, 1.0, 1.0]
    assert table["lowest_score"].tolist()[:2] == [91, 81]
    assert table["highest_score"].tolist()[:2] == [100, 90]


@pytest.mark.parametrize("measure", [gains_table, lift, expected_maximum_profit, maximum_profit])
@pytest.mark.parametrize(
    ("left", "score", "message"),
    [
        pytest.param(
            [1, 1], [1, 2], "both classes, customers who left and who stayed; everybody", id="all"
        ),
        pytest.param(
            [0, 0], [1, 2], "both classes, customers who left and who stayed; nobody", id="none"
        ),
        pytest.param([0, 1], [3, 3], "`score` must differ between customers; all are 3", id="tied"),
        pytest.param([0, 1], [3], "`score` must have one entry per customer", id="length"),
        pytest.param([0, 2], [1, 3], "`churned` must be true or false", id="not-a-flag"),
    ],
)
def test_outcomes_and_scores_that_rank_nobody_are_refused(measure, left, score, message):
    with pytest.raises(InputError, match=message):
        measure(left, score)


def test_what_does_not_divide_goes_to_the_first_groups():
    table = gains_table([1, 0, 0, 0, 1, 0, 1, 0], range(8), n_groups=3)
    assert table["n_customers"].tolist() == [3, 3, 2]
    assert table["churners"].tolist() == [1, 1, 1]


def test_there_are_at_least_as_many_customers_as_groups():
    with pytest.raises(InputError, match="`n_groups` must be at most the number of customers, 2"):
        gains_table([0, 1], [1, 2])
    with pytest.raises(InputError, match="`top` must be above 0"):
        lift([0, 1], [1, 2], top=0)


# --- profit ---------------------------------------------------------------------------------------


def test_the_published_profit_of_a_perfect_ranking():
    # Verbraken et al. (2013), default parameters: 28.0 at the fraction .5.
    row = expected_maximum_profit([1] * 50 + [0] * 50, range(100, 0, -1)).iloc[0]
    assert row["profit"] == pytest.approx(28.0, abs=1e-6)
    assert row["fraction"] == pytest.approx(0.5, abs=1e-6)
    assert row[["n_contacted", "threshold"]].tolist() == [50, 51]


def integral(left, score, alpha, beta, value, offer, contact, n=400_000):
    """Mean over the share who accept of the best profit over every cut: midpoints, no hull."""
    accept = (np.arange(n) + 0.5) / n
    weight = beta_distribution.pdf(accept, alpha, beta) / n
    best, fraction = np.zeros(n), np.zeros(n)
    for cut in np.unique(score):
        kept = score >= cut
        churners, stayers = (left & kept).sum(), (~left & kept).sum()
        earned = churners * (accept * (value - offer) - contact) - stayers * (offer + contact)
        better = earned / left.size > best
        best = np.where(better, earned / left.size, best)
        fraction = np.where(better, kept.mean(), fraction)
    return (best * weight).sum(), (fraction * weight).sum()


@pytest.mark.parametrize("seed", range(4))
def test_expected_maximum_profit_equals_an_independent_integral(seed):
    rng = np.random.default_rng(seed)
    left = rng.random(60) < 0.3
    score = np.round(rng.normal(size=60) + left * seed / 2, 1)  # with ties
    options = [(6, 14, 200, 10, 1), (2, 3, 50, 5, 4), (1, 1, 100, 20, 0), (9, 2, 30, 1, 10)][seed]
    names = ["accept_alpha", "accept_beta", "value", "offer_cost", "contact_cost"]
    row = expected_maximum_profit(left, score, **dict(zip(names, options, strict=True))).iloc[0]
    profit, fraction = integral(left, score, *options)
    assert row["profit"] == pytest.approx(profit, abs=1e-6)
    assert row["fraction"] == pytest.approx(fraction, abs=1e-4)  # the midpoint rule at its steps


@given(outcomes)
def test_profit_ignores_row_order_and_scales_with_money(rows):
    left, score = map(list, zip(*rows, strict=True))
    row = expected_maximum_profit(left, score).iloc[0]
    other = expected_maximum_profit(
        left[::-1], [10 * s - 3 for s in score[::-1]], value=2000, offer_cost=100, contact_cost=10
    ).iloc[0]
    assert other["profit"] == pytest.approx(10 * row["profit"])
    assert other["fraction"] == pytest.approx(row["fraction"])
    assert row["profit"] >= -1e-9  # nobody may be contacted
    assert 0 <= row["fraction"] <= 1
    threshold = row["threshold"]
    assert row["n_contacted"] == sum(s >= threshold for s in score)


def test_a_known_response_is_the_limit_of_a_narrow_range():
    rng = np.random.default_rng(1)
    left, score = rng.random(200) < 0.4, rng.normal(size=200)
    score = score + left
    narrow = expected_maximum_profit(left, score, accept_alpha=3e6, accept_beta=7e6).iloc[0]
    known = maximum_profit(left, score, accept_rate=0.3).iloc[0]
    assert narrow["profit"] == pytest.approx(known["profit"], rel=1e-4)
    assert narrow["fraction"] == pytest.approx(known["fraction"], abs=1e-3)


def test_where_no_campaign_pays_nobody_is_contacted():
    options = {"value": 10.0, "offer_cost": 5.0, "contact_cost": 9.0}
    known = maximum_profit([1, 0], [2, 1], **options).iloc[0]
    assert known[["profit", "n_contacted"]].tolist() == [0, 0]
    assert known["threshold"] == np.inf
    unsure = expected_maximum_profit([1, 0], [2, 1], **options).iloc[0]
    assert unsure[["profit", "n_contacted"]].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"offer_cost": -1}, "`offer_cost` must be finite and at least 0", id="negative-offer"
        ),
        pytest.param(
            {"contact_cost": -1}, "`contact_cost` must be finite and at least 0", id="negative"
        ),
        pytest.param({"value": 0}, "`value` must be finite and above 0", id="worthless"),
        pytest.param(
            {"offer_cost": 200}, "`offer_cost` must be below `value`, 200; got 200", id="dear"
        ),
        pytest.param({"accept_alpha": 0}, "`accept_alpha` must be finite and above 0", id="alpha"),
    ],
)
def test_money_that_cannot_be_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        expected_maximum_profit([1, 0], [2, 1], **options)


def test_the_profit_curve_holds_every_cut():
    curve = retention_profit_curve([1, 0, 1, 0], [3, 2, 2, 1], accept_rate=0.5)
    assert curve["n_contacted"].tolist() == [0, 1, 3, 4]
    assert curve["profit"].tolist() == [0, 94, 94 + 94 - 11, 94 + 94 - 22]


# --- the model ------------------------------------------------------------------------------------


@pytest.mark.slow
@parametrize_with_checks([ChurnModel(), ChurnModel(method="boosting", n_trees=3)])
def test_the_model_is_a_classifier_of_scikit_learn(estimator, check):
    check(estimator)


def draw(n=2_000, seed=0, slope=1.5, drift=0.0):
    """Customers with one feature that matters, one that does not, in order of time."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"days_since_last": rng.gamma(2, 20, n), "T": rng.uniform(100, 500, n)})
    time = pd.Series(
        pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n) // 200 * 30, unit="D")
    )
    late = np.arange(n) >= n * 0.75
    odds = slope * (X["days_since_last"] - 40) / 28 * np.where(late, 1 - drift, 1.0) - 0.5
    return X, rng.random(n) < 1 / (1 + np.exp(-odds)), time


@pytest.mark.parametrize("timed", [True, False], ids=["time-ordered", "by-folds"])
@pytest.mark.parametrize("method", ["logistic", pytest.param("boosting", marks=pytest.mark.slow)])
def test_probabilities_are_calibrated_on_customers_not_seen(method, timed):
    X, left, time = draw()
    model = ChurnModel(method=method, n_trees=150, random_state=0)
    model.fit(X, left, **({"time": time} if timed else {}))
    new, truth, _ = draw(n=8_000, seed=1)
    p = pd.Series(model.predict_proba(new)[:, 1])
    near = {"logistic": 0.06, "boosting": 0.1}[method]  # trees are rough at the ends
    for _, part in p.groupby(pd.qcut(p, 5)):
        assert part.mean() == pytest.approx(truth[part.index].mean(), abs=near)
    if method == "boosting":
        assert model.calibration_slope_ < 0.9  # too sure of itself, and put right
        raw = 1 / (1 + np.exp(-model.base_.decision_function(new.to_numpy())))
        assert log_loss(truth, p) < log_loss(truth, raw)


def test_calibration_learns_from_the_latest_days_only():
    X, left, time = draw(drift=1.0)
    aware = ChurnModel().fit(X, left, time=time)
    # On the latest days the feature says nothing any more.
    assert abs(aware.calibration_slope_) < 0.3
    assert ChurnModel(random_state=0).fit(X, left).calibration_slope_ > 0.8


def test_a_ranking_that_later_customers_turn_round_ranks_nobody_and_says_so():
    X, left, time = draw(drift=2.0)  # who left first among the earlier leaves last among the later
    model = ChurnModel().fit(X, left, time=time)
    assert not model.ranks_
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], left[-400:].mean(), rtol=1e-4)
    assert (model.contributions(X.head()) == 0).all(axis=None)
    with pytest.raises(InputError, match="`score` must differ between customers"):
        gains_table(left, model.predict_proba(X)[:, 1])
    judged = validate_churn(ChurnModel(), X, left, time=time, horizon=30).loc["time-ordered"]
    assert judged[["auc", "lift_top_decile"]].tolist() == [0.5, 1.0]


def test_contributions_of_logistic_regression_add_up_to_the_difference_from_the_usual_customer():
    X, left, _ = draw(n=400)
    model = ChurnModel(random_state=0).fit(X, left)
    usual = pd.DataFrame([model.medians_], columns=X.columns)
    gap = model.decision_function(X) - model.decision_function(usual)
    assert model.contributions(X).sum(axis=1).tolist() == pytest.approx(gap.tolist())


def test_reasons_are_words_for_what_raises_the_risk():
    X, left, _ = draw(n=400)
    model = ChurnModel(random_state=0).fit(X, left)
    at = pd.DataFrame({"days_since_last": [150.0, 1.0], "T": model.medians_[1]}, index=["a", "b"])
    said = say_reasons(model, at)
    assert said["a"] == f"days since the last purchase 150 (usually {model.medians_[0]:.3g})"
    assert said["b"] == "nothing unusual"


def draw_collinear(seed, n=600):
    """Customers who leave when spend falls; two features say spend nearly alike."""
    rng = np.random.default_rng(seed)
    spend = rng.normal(size=n)
    silence = rng.normal(size=n)
    left = rng.random(n) < 1 / (1 + np.exp(spend - silence))
    X = pd.DataFrame(
        {"spend_recent": 50 + 10 * (spend + rng.normal(0, 0.05, n)),
         "purchases_recent": 5 + (spend + rng.normal(0, 0.05, n)),
         "days_since_last": 40 + 10 * silence}
    )  # fmt: skip
    return X, left


@pytest.mark.parametrize("method", ["logistic", "boosting"])
def test_a_reason_raises_the_risk_alone_too_though_the_model_turned_its_sign(method):
    turned = 0
    for seed in range(6):
        X, left = draw_collinear(seed)
        model = ChurnModel(method=method, random_state=0, penalty=0, n_trees=20).fit(X, left)
        assert model.groups_[0] == model.groups_[1] != model.groups_[2]
        assert (model.alone_ < 0).tolist() == [True, True, False]
        by_feature = model.contributions(X)
        turned += int((by_feature[X.gt(X.median())] > 1)[["spend_recent"]].any(axis=None))
        rich = X.assign(spend_recent=X["spend_recent"] + 40, purchases_recent=9.0)
        assert not say_reasons(model, rich).str.contains("recent spend|recent purchases").any()
        poor = X.assign(spend_recent=20.0, purchases_recent=2.0, days_since_last=40.0)
        said = say_reasons(model, poor)
        assert said.str.contains("recent spend 20|recent purchases 2").all()
        assert not (said.str.contains("recent spend") & said.str.contains("purchases")).any()
    assert method == "boosting" or turned  # what the old way would have said


def test_features_that_rise_together_are_counted_together():
    X, left = draw_collinear(0)
    model = ChurnModel(random_state=0).fit(X, left)
    alone, joint = model.contributions(X), model.contributions(X, by="group")
    pair = ["spend_recent", "purchases_recent"]
    for name in pair:  # of a linear model, what each adds
        assert joint[name].tolist() == pytest.approx(alone[pair].sum(axis=1).tolist())
    assert joint["days_since_last"].tolist() == pytest.approx(alone["days_since_last"].tolist())
    # 2 AUC - 1, by the pairs.
    spend = X["spend_recent"].to_numpy()
    above = np.sign(spend[left][:, None] - spend[~left]).mean()
    assert model.alone_[0] == pytest.approx(above)
    with pytest.raises(InputError, match="`by` must be one of 'feature', 'group'"):
        model.contributions(X, by="customer")


def test_drift_since_training_is_measured():
    X, left, time = draw()
    model = ChurnModel().fit(X, left, time=time)
    assert (model.drift(X)["drift"] == "little").all()
    moved = X.assign(T=X["T"] + 400)
    table = model.drift(moved)
    assert table.index[0] == "T"
    assert table["drift"].tolist() == ["large: train anew", "little"]
    assert table["psi"].tolist() == pytest.approx(feature_drift(X, moved)["psi"].tolist())


def test_a_model_is_saved_without_its_customers_and_cloned():
    X, left, _ = draw(n=5_000)
    model = ChurnModel(random_state=0).fit(X, left)
    stored = pickle.dumps(model)
    assert len(stored) < 20_000  # 5,000 customers would need 80,000
    again = pickle.loads(stored)
    assert again.predict_proba(X).tolist() == model.predict_proba(X).tolist()
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        clone(model).predict(X)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"left": np.ones(400)}, "`y` must hold two classes, .*got one class", id="one-class"
        ),
        pytest.param({"T": 7.0}, "`X` must vary in every feature; 'T' is the same", id="constant"),
        pytest.param(
            {"left": np.arange(400) % 3}, "Only binary classification is supported", id="three"
        ),
        pytest.param({"left": np.arange(400) == 0}, "each class at least twice", id="too-few"),
        pytest.param(
            {"time": ["2024-01-01"] * 400}, "at least two different days; got 1", id="one-day"
        ),
        pytest.param(
            {"time": ["2024-01-01"]}, "`time` must have one entry per row; got 1", id="length"
        ),
        pytest.param(
            {"time": np.arange(400), "left": np.arange(400) < 100},
            "both classes among the later",
            id="late",
        ),
    ],
)
def test_what_teaches_nothing_is_refused(change, message):
    X, left, _ = draw(n=400)
    left = change.get("left", left)
    if "T" in change:
        X = X.assign(T=change["T"])
    with pytest.raises(InputError, match=message):
        ChurnModel(random_state=0).fit(X, left, time=change.get("time"))


def test_missing_labels_are_named():
    X, left, _ = draw(n=400)
    labels = pd.Series(left).astype("boolean")
    labels.iloc[3] = pd.NA
    with pytest.raises(
        InputError, match=r"`y` must be known; 1 of 400 are missing\. Keep the customers"
    ):
        ChurnModel().fit(X, labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"method": "forest"}, "`method` must be one of 'logistic', 'boosting'", id="method"
        ),
        pytest.param({"calibration_share": 1.0}, "`calibration_share` must be in", id="share"),
        pytest.param({"penalty": -1}, "`penalty` must be finite and at least 0", id="penalty"),
        pytest.param(
            {"n_trees": 0}, "`n_trees` must be finite|`n_trees` must be at least 1", id="trees"
        ),
    ],
)
def test_options_are_checked_where_the_model_learns(options, message):
    X, left, _ = draw(n=400)
    with pytest.raises(InputError, match=message):
        ChurnModel(**options).fit(X, left)


# --- validation in time order ---------------------------------------------------------------------


def test_a_random_split_is_optimistic_where_the_world_changes():
    X, left, _ = draw(n=4_000, drift=0.8)
    days = pd.to_timedelta(np.arange(4_000) // 1_000 * 90, unit="D")
    time = pd.Series(pd.Timestamp("2024-01-01") + days)
    table = validate_churn(ChurnModel(random_state=0), X, left, time=time, horizon=60)
    assert table["n_test"].tolist() == [1_000, 1_000]
    assert table.loc["random rows", "auc"] > table.loc["time-ordered", "auc"] + 0.05
    assert table.loc["random rows", "log_loss"] < table.loc["time-ordered", "log_loss"]


def test_what_was_not_known_on_the_latest_day_is_not_learnt():
    X, left, time = draw(n=400)  # 200 rows a day, 30 days apart
    table = validate_churn(ChurnModel(random_state=0), X, left, time=time, horizon=30)
    assert table.loc["time-ordered", "n_train"] == 200
    with pytest.raises(
        InputError, match="`time` must hold days at least 31 days before the latest"
    ):
        validate_churn(ChurnModel(), X, left, time=time, horizon=31)


# --- drift ----------------------------------------------------------------------------------------


def test_drift_is_zero_for_the_same_and_agrees_with_scipy():
    from scipy.stats import ks_2samp

    rng = np.random.default_rng(0)
    one = pd.DataFrame({"a": rng.normal(size=500), "b": rng.integers(0, 3, 500)})
    other = pd.DataFrame({"a": rng.normal(0.7, 1, 300), "b": rng.integers(0, 3, 300)})
    table = feature_drift(one, other)
    for name in ("a", "b"):
        expected = ks_2samp(one[name], other[name]).statistic
        assert table.loc[name, "ks"] == pytest.approx(expected)
    assert feature_drift(one, one)["psi"].tolist() == [0, 0]
    assert table.index[0] == "a"
    # By hand: ten bins, half a customer added to each.
    cuts = np.quantile(one["a"], np.arange(1, 10) / 10)
    edges = [-np.inf, *np.nextafter(cuts, np.inf), np.inf]
    old, new = (np.histogram(each["a"], edges)[0] + 0.5 for each in (one, other))
    old, new = old / old.sum(), new / new.sum()
    assert table.loc["a", "psi"] == pytest.approx(((new - old) * np.log(new / old)).sum())


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        pytest.param(
            range(5), range(50), "`reference` must have at least as many customers", id="few"
        ),
        pytest.param([None] * 20, range(50), "`a` must be finite and not missing", id="missing"),
    ],
)
def test_drift_of_too_little_is_refused(one, other, message):
    with pytest.raises(InputError, match=message):
        feature_drift(pd.DataFrame({"a": one}), pd.DataFrame({"a": other}))


# --- the list of calls ----------------------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {
        "customer_id": ["rich", "poor", "loss", "silent", "safe", "partial"],
        "probability": [0.5, 0.5, 0.9, 0.9, 0.01, 0.05],
        "value": [1000.0, 100.0, -20.0, 5000.0, 100.0, 200.0],
        "lost_value": [None, None, None, None, None, 300.0],
    }
)
CONSENTS = pd.DataFrame(
    {
        "customer_id": [*PEOPLE["customer_id"], "silent"],
        "channel": "phone",
        "purpose": "marketing",
        "granted": [True] * 6 + [False],
        "date": pd.to_datetime(["2024-01-01"] * 6 + ["2024-02-01"]),
    }
)
CALL = {"channel": "phone", "offer_cost": 10.0, "contact_cost": 2.0}


def test_everybody_has_a_decision_and_those_to_call_come_by_gain():
    table = winback_list(PEOPLE, CONSENTS, **CALL)
    assert table["decision"].to_dict() == {
        "rich": "call", "partial": "call", "poor": "call", "safe": "no gain", "loss": "no value",
        "silent": "no consent",
    }  # fmt: skip
    assert table["place"].tolist() == [1, 2, 3, pd.NA, pd.NA, pd.NA]
    # p a (V + L - d) + (1 - p) (a L - d) - f
    assert table.loc["rich", "expected_gain"] == pytest.approx(0.5 * 0.3 * 990 - 0.5 * 10 - 2)
    partial = 0.05 * 0.3 * 490 + 0.95 * (0.3 * 300 - 10) - 2
    assert table.loc["partial", "expected_gain"] == pytest.approx(partial)
    assert table.loc["partial", "kind"] == "partial defector"


def test_consent_counts_on_the_day_of_the_call():
    table = winback_list(PEOPLE, CONSENTS, **CALL, on="2024-01-15")
    assert table.loc["silent", ["decision", "place"]].tolist() == ["call", 1]


def test_capacity_keeps_the_best_and_counts_the_others():
    table = winback_list(PEOPLE, CONSENTS, **CALL, capacity=1)
    assert table["decision"].value_counts().to_dict() == {
        "call": 1, "no capacity": 2, "no gain": 1, "no value": 1, "no consent": 1,
    }  # fmt: skip
    assert table.index[0] == "rich"


def test_the_gain_of_the_list_is_the_profit_of_the_score():
    left, score = np.array([1, 1, 0, 1, 0]), np.array([5, 4, 3, 2, 1])
    people = pd.DataFrame({"customer_id": list("abcde"), "probability": left * 1.0, "value": 200.0})
    consents = CONSENTS.iloc[:5].assign(customer_id=list("abcde"), channel="post")
    table = winback_list(people, consents, channel="post", offer_cost=10, contact_cost=1)
    everybody = retention_profit_curve(left, score)["profit"].iloc[-1]
    assert table["expected_gain"].sum() == pytest.approx(everybody)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        pytest.param(PEOPLE.drop(columns="value"), "`customers` lacks 'value'", id="column"),
        pytest.param(
            PEOPLE.assign(probability=1.2), "`probability` must be in [0, 1]; got 1.2", id="p"
        ),
        pytest.param(pd.concat([PEOPLE, PEOPLE]), "'rich' is there more than once", id="twice"),
        pytest.param(
            PEOPLE.drop(columns="customer_id"), "`customers` lacks 'customer_id'", id="id"
        ),
    ],
)
def test_customers_that_cannot_be_listed_are_refused(people, message):
    with pytest.raises(InputError, match=re.escape(message)):
        winback_list(people, CONSENTS, **CALL)
    with pytest.raises(InputTypeError, match="`customers` must be a DataFrame"):
        winback_list([1], CONSENTS, **CALL)


@pytest.mark.slow
def test_from_orders_to_a_list_of_calls_on_the_company():
    from crmlab.churn import churn_features
    from crmlab.datasets import load_company
    from crmlab.loaders import read_transactions

    company = load_company()
    held = read_transactions(company.transactions)
    panel = churn_panel(held, as_of=["2025-02-01"], horizon=150)
    X = panel.drop(columns=["as_of", "churned"])
    model = ChurnModel(random_state=0).fit(X, panel["churned"])
    today = churn_features(held, as_of="2025-12-28")
    recent = today[today["silence_ratio"] < 5]
    customers = pd.DataFrame(
        {"probability": model.predict_proba(recent)[:, 1], "value": recent["mean_spend"] * 2 * 0.4,
         "why": say_reasons(model, recent)}, index=recent.index,
    )  # fmt: skip
    lost = partial_defectors(today)["lost_spend"] * 0.4
    customers["lost_value"] = lost.reindex(customers.index)
    table = winback_list(
        customers, company.consents, channel="phone", offer_cost=3_000, contact_cost=1_000,
        capacity=100,
    )  # fmt: skip
    assert len(table) == len(recent)
    called = table[table["decision"] == "call"]
    assert len(called) == 100
    assert called["expected_gain"].is_monotonic_decreasing
    assert (called["kind"] == "partial defector").any()
    assert called["why"].str.contains("usually").mean() > 0.5


@pytest.mark.slow
def test_on_cdnow_a_random_split_promises_more_than_the_future_keeps(cdnow):
    panel = churn_panel(cdnow, as_of=["1997-04-30", "1997-06-30", "1997-12-31"], horizon=180)
    X = panel.drop(columns=["as_of", "churned"])
    table = validate_churn(ChurnModel(), X, panel["churned"], time=panel["as_of"], horizon=180)
    assert table.loc["random rows", "auc"] > table.loc["time-ordered", "auc"] + 0.05
    assert table.loc["random rows", "brier"] < table.loc["time-ordered", "brier"] - 0.03
