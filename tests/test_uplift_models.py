"""Models of effects: as estimators, on tests with a known truth, and on the company."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from uplift_cases import camp_test, policy_money

from crmlab.simulate import simulate_company
from crmlab.uplift import DoublyRobustUplift, TwoModelUplift

MODELS = [TwoModelUplift, DoublyRobustUplift]
LOT = {"assignment": "random"}


def trial(n=4000, *, seed=1):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"age": rng.uniform(20, 70, n), "spend": rng.gamma(2, 50, n)})
    treated = rng.random(n) < 0.5
    young = X["age"] < 45
    bought = rng.random(n) < np.where(treated & young, 0.4, 0.1)
    return X, bought.astype(int), treated, 0.3 * young


class Lot:
    """A lot of its own, so that scikit-learn's checks, which know of none, can call `fit`."""

    def fit(self, X, y):
        n = len(y) if np.ndim(y) else 0
        return super().fit(X, y, treatment=np.arange(n) % 2 == 0, assignment="random")


class TwoModelByLot(Lot, TwoModelUplift):
    pass


class DoublyRobustByLot(Lot, DoublyRobustUplift):
    pass


@pytest.mark.slow
@parametrize_with_checks(
    [TwoModelByLot(LinearRegression()),
     DoublyRobustByLot(LinearRegression(), effect_estimator=LinearRegression(), n_folds=2)]
)  # fmt: skip
def test_models_keep_the_rules_of_estimators(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_models_find_the_planted_effect(model):
    X, bought, treated, effect = trial()
    found = model().fit(X, bought, treatment=treated, **LOT).predict(X)
    assert found.index.equals(X.index)
    assert found.name == "effect"
    assert np.corrcoef(found, effect)[0, 1] > 0.85
    assert found.mean() == pytest.approx(effect.mean(), abs=0.04)  # three standard errors


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_models_clone_pickle_and_repeat_themselves(model):
    X, bought, treated, _ = trial(400)
    fitted = model(LinearRegression()).fit(X, bought, treatment=treated, **LOT)
    again = clone(fitted).fit(X, bought, treatment=treated, **LOT)
    stored = pickle.loads(pickle.dumps(fitted))
    for other in (again, stored):
        pd.testing.assert_series_equal(fitted.predict(X), other.predict(X))
    np.testing.assert_allclose(
        again.fit(X.to_numpy(), bought, treatment=treated, **LOT).predict(X.to_numpy()),
        fitted.predict(X).to_numpy(),
        atol=1e-12,
    )


def test_two_linear_models_are_one_regression_with_interactions():
    X, bought, treated, _ = trial(500)
    found = TwoModelUplift(LinearRegression()).fit(X, bought, treatment=treated, **LOT).predict(X)
    crossed = pd.concat([X, X.mul(treated, axis=0).add_suffix("_t")], axis=1).assign(t=treated)
    joint = LinearRegression().fit(crossed.to_numpy(float), bought)
    expected = X.to_numpy() @ joint.coef_[2:4] + joint.coef_[4]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_average_effect_is_right_though_the_models_are_wrong():
    """Chances that depend on age, and models of the outcome that know nothing."""
    rng = np.random.default_rng(7)
    age = rng.uniform(20, 70, 20_000)
    chance = np.where(age > 45, 0.8, 0.2)
    treated = rng.random(age.size) < chance
    outcome = age + 5 * treated + rng.normal(size=age.size)
    X = pd.DataFrame({"noise": rng.normal(size=age.size)})
    model = DoublyRobustUplift(LinearRegression(), effect_estimator=LinearRegression())
    row = model.fit(X, outcome, treatment=treated, propensity=chance).average_effect().iloc[0]
    assert row["lower"] < 5 < row["upper"]
    assert outcome[treated].mean() - outcome[~treated].mean() > 15


@pytest.mark.slow
def test_average_effect_holds_the_truth_as_often_as_it_says():
    held = []
    for seed in range(30):
        X, bought, treated, _ = trial(1000, seed=seed)
        model = DoublyRobustUplift(LinearRegression(), effect_estimator=LinearRegression())
        row = model.fit(X, bought, treatment=treated, **LOT).average_effect().iloc[0]
        held.append(row["lower"] < 0.15 < row["upper"])
    assert np.mean(held) >= 0.83  # three standard errors below 0.95


@pytest.mark.parametrize("model", MODELS)
def test_several_treatments_have_a_column_each(model):
    rng = np.random.default_rng(8)
    X = pd.DataFrame({"a": rng.normal(size=3000)})
    got = rng.choice(["none", "letter", "call"], 3000)
    money = 10.0 + 5 * (got == "call") + X["a"] * (got == "letter") + rng.normal(size=3000)
    options = {"effect_estimator": LinearRegression()} if model is DoublyRobustUplift else {}
    fitted = model(LinearRegression(), control="none", **options)
    effects = fitted.fit(X, money, treatment=got, **LOT).predict(X)
    assert effects.columns.tolist() == ["call", "letter"]
    assert effects["call"].mean() == pytest.approx(5, abs=0.15)
    assert np.corrcoef(effects["letter"], X["a"])[0, 1] > 0.99


@pytest.mark.slow
def test_a_seed_decides_and_any_learner_serves():
    X, bought, treated, _ = trial(300)
    forest = RandomForestRegressor(5, random_state=0)
    options = {"effect_estimator": LinearRegression()}
    found = [
        DoublyRobustUplift(forest, random_state=seed, **options)
        .fit(X, bought, treatment=treated, **LOT)
        .predict(X)
        for seed in (0, 0, 1)
    ]
    pd.testing.assert_series_equal(found[0], found[1])
    assert not found[0].equals(found[2])


def test_an_arm_in_which_nobody_responds_is_no_error():
    X, _, treated, _ = trial(300)
    bought = (treated & (X["age"] < 45)).astype(int)
    model = TwoModelUplift(make_pipeline(StandardScaler(), LogisticRegression()))
    found = model.fit(X, bought, treatment=treated, **LOT).predict(X)
    assert found.between(0, 1).all()


@pytest.mark.parametrize("model", MODELS)
def test_features_that_are_the_same_for_all_are_named_and_move_nothing(model):
    X, bought, treated, _ = trial(300)
    plain = model().fit(X, bought, treatment=treated, **LOT)
    more = model().fit(X.assign(currency=1.0), bought, treatment=treated, **LOT)
    assert (plain.constant_features_, more.constant_features_) == ([], ["currency"])
    effects = [more.predict(X.assign(currency=value)) for value in (1.0, 9.0)]
    for found in effects:
        np.testing.assert_allclose(found, plain.predict(X), atol=1e-12)


X, BOUGHT, TREATED, _ = trial(300)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"treatment": TREATED}, "`assignment` must be told; got None"),
        (LOT, "`treatment` must be given"),
        ({"treatment": np.where(TREATED, "letter", "call"), **LOT},
         "`control` must be what those left alone got, one of 'call', 'letter'; got False"),
        ({"treatment": TREATED, "X": X * 0, **LOT}, "`X` must tell customers apart"),
        ({"treatment": np.zeros(300, bool), **LOT}, "`treatment` must hold both arms"),
        ({"treatment": TREATED, "y": np.zeros(300), **LOT}, "`y` must differ between customers"),
        ({"treatment": X["age"] > 45, **LOT}, "`assignment` must be true: a lot would give arms"),
        ({"treatment": TREATED, "X": X.assign(town="Seoul"), **LOT},
         "`X` must hold numbers; 'town' are not"),
        ({"treatment": TREATED[:9], **LOT}, "All columns must have one row per customer"),
        ({"treatment": [None, *TREATED[1:]], **LOT}, "`treatment` must not be missing; 1 of 300"),
        ({"treatment": TREATED, "y": pd.Series(BOUGHT, index=range(1, 301)), **LOT},
         "`y` must have the index of `X`"),
    ],
)  # fmt: skip
def test_what_nothing_can_be_learned_from_is_refused(options, message):
    data = {"X": X, "y": BOUGHT} | options
    with pytest.raises(ValueError, match=message):
        TwoModelUplift().fit(**data)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (DoublyRobustUplift(n_folds=1), "`n_folds` must be at least 2; got 1"),
        (DoublyRobustUplift(n_folds=200), "`n_folds` must be at most the customers of the small"),
        (DoublyRobustUplift(LinearRegression(), effect_estimator=LogisticRegression()),
         "`effect_estimator` must be a regressor"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X, BOUGHT, treatment=TREATED, **LOT)


@pytest.mark.slow
def test_the_default_bears_gaps_constants_and_long_tails():
    rng = np.random.default_rng(9)
    rough = X.assign(same=1.0, gap=np.nan, tail=np.exp(5 * rng.normal(size=300)))
    rough.loc[::7, "age"] = np.nan
    for outcome in (BOUGHT, BOUGHT * 12.5):
        for model in (TwoModelUplift(), DoublyRobustUplift()):
            found = model.fit(rough, outcome, treatment=TREATED, **LOT).predict(rough)
            assert np.isfinite(found).all()


def test_a_classifier_does_not_learn_money():
    with pytest.raises(ValueError, match="`estimator` must be a regressor for outcomes other"):
        TwoModelUplift(LogisticRegression()).fit(X, BOUGHT * 5.0, treatment=TREATED, **LOT)


@pytest.fixture(scope="module")
def company():
    return simulate_company(20_000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_deciles_of_the_company_rank_by_their_true_effect(company, model):
    test, features = camp_test(company)
    effects = company.truth.effects.query("campaign_id == 'K06'").set_index("customer_id")
    score = cross_val_predict(
        model(), features, test["outcome"], cv=KFold(5, shuffle=True, random_state=0),
        params={"treatment": test["treated"], **LOT},
    )  # fmt: skip
    decile = pd.Series(score, test.index).rank(ascending=False, method="first")
    decile = np.ceil(decile * 10 / len(test))
    truth = effects["effect"].reindex(test.index).groupby(decile).mean()
    assert spearmanr(-truth.index, truth).statistic >= 0.8


@pytest.mark.slow
def test_acting_on_uplift_earns_more_than_acting_on_response_or_risk():
    """Twenty companies of 20,000 are in benchmarks/uplift.py; here five smaller ones."""
    policies = ["uplift", "response"]
    money = [policy_money(6_000, seed, 0.2, policies=policies) for seed in range(4)]
    money.append(policy_money(6_000, 7, 0.2))
    gap = np.array([each["uplift"] - each["response"] for each in money])
    assert gap.mean() > 2.78 * gap.std(ddof=1) / np.sqrt(len(gap))  # 95 %, t with 4
    assert money[-1]["uplift"] > money[-1]["risk"]  # by 5.7 million of 7.8 in the twenty
