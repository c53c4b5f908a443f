"""A model from outside the package: the one in the documentation, run as it stands there."""

import inspect
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from crmlab import InputError, InputTypeError, load_cdnow, ltv, rfm_summary

PAGE = Path(__file__).parents[1] / "docs" / "your_own_model.md"
MODEL, USE = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
TERMS = {"margin": 0.3, "horizon": 52.0, "discount_rate": 0.15}


@pytest.fixture(scope="module")
def own():
    names = {}
    exec(MODEL, names)
    return names["BuysForEver"]


@pytest.fixture(scope="module")
def summary():
    return rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")


@pytest.fixture(scope="module")
def fitted(own, summary):
    """The model in the documentation, and the same model of the package."""
    return own().fit(summary), ltv.NBD().fit(summary), ltv.GammaGamma().fit(summary)


@pytest.mark.slow
def test_the_page_runs_as_it_stands():
    assert sum(bool(line.strip()) for line in MODEL.splitlines()) <= 40
    exec(MODEL + USE, {})


def test_a_model_of_ones_own_gets_the_value_ours_gets(fitted, summary):
    own, ours, spend = fitted
    table = ltv.customer_lifetime_value(own, spend, summary, **TERMS)
    expected = ltv.customer_lifetime_value(ours, spend, summary, **TERMS)
    np.testing.assert_allclose(table["estimate"], expected["estimate"], rtol=1e-4)
    # Its covariance is the rough one of the search.
    np.testing.assert_allclose(table["upper"], expected["upper"], rtol=0.05)


@pytest.mark.slow
def test_a_model_of_ones_own_gets_intervals_and_scores(fitted, summary):
    own, ours, spend = fitted
    for options in ({}, {"spend": spend}):
        pair = [
            ltv.predictive_intervals(model, summary, 39, total=True, n_draws=200, **options)
            for model in (own, ours)
        ]
        assert pair[0]["estimate"].item() == pytest.approx(pair[1]["estimate"].item(), rel=0.02)
    scores = ltv.score_table(own, summary, horizon=39, spend=spend, chunk_size=500)
    expected = ours.expected_purchases(summary, 39)
    np.testing.assert_allclose(scores["expected_purchases"], expected, rtol=1e-4)
    with pytest.raises(InputError, match="`T` must be above 0; 2,357 of 2,357 rows"):
        ltv.score_table(own, summary.assign(T=0.0, days_since_last=0), horizon=39)


@pytest.mark.slow
def test_a_model_of_ones_own_is_backtested(own):
    models = {"own": own(), "ours": ltv.NBD()}
    table = ltv.backtest(load_cdnow(sample=True), models, horizon=13, n_origins=1)
    rows = table.set_index("model")
    assert rows.loc["own", "rmse"] == pytest.approx(rows.loc["ours", "rmse"], rel=1e-4)
    assert not hasattr(models["own"], "theta_")  # a copy was fitted


def test_a_model_of_ones_own_is_kept_to_its_unit(fitted, summary):
    own, _, spend = fitted
    days = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="D")
    joined = days.join(pd.DataFrame({"segment": "a"}, index=days.index))
    for use in (
        lambda: ltv.customer_lifetime_value(own, spend, joined, **TERMS),
        lambda: ltv.predictive_intervals(own, joined, 39, total=True),
        lambda: ltv.score_table(own, joined, horizon=39),
        lambda: ltv.holdout_by_frequency(
            own, joined.assign(frequency_holdout=1, duration_holdout=7.0)
        ),
    ):
        with pytest.raises(InputError, match="in the model's unit 'W'; got 'D'"):
            use()


def changed(own, **members):
    """A fitted model of one's own with other members."""
    model = type("Changed", (own,), members)()
    return model.fit(rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W"))


def test_a_model_may_answer_with_series_and_read_other_columns(own, fitted, summary):
    spend = fitted[2]
    expected = ltv.customer_lifetime_value(fitted[0], spend, summary, **TERMS)
    answers = changed(
        own,
        columns=("T", "frequency"),
        discounted=lambda self, *a: pd.Series(own.discounted(self, *a)),
    )
    table = ltv.customer_lifetime_value(answers, spend, summary, **TERMS)
    assert table["discounted_purchases"].tolist() == expected["discounted_purchases"].tolist()
    scores = ltv.score_table(answers, summary, horizon=39)
    assert scores["expected_purchases"].notna().all()


def test_fractions_that_a_model_draws_stay_fractions(own, summary):
    halves = changed(own, draw=lambda self, theta, rows, *_: np.full(len(rows[0]), 0.5))
    total = ltv.predictive_intervals(halves, summary, 39, total=True, n_draws=100)
    assert total["estimate"].item() == len(summary) / 2


def test_a_model_without_a_covariance_is_backtested_without_intervals(own):
    class Sure(own):
        def fit(self, summary):
            super().fit(summary)
            self.theta_covariance_ = None  # and returns nothing

    table = ltv.backtest(load_cdnow(sample=True), {"sure": Sure()}, horizon=13, n_origins=1)
    row = table.set_index("model").loc["sure"]
    assert row["rmse"] > 0
    assert np.isnan(row["total_coverage"])


def test_an_answer_of_another_length_is_refused(own, summary):
    short = changed(own, purchases=lambda self, *_: np.ones(3))
    with pytest.raises(InputError, match=r"`purchases` of the model must give one number per cust"):
        ltv.score_table(short, summary, horizon=39)
    with pytest.raises(InputTypeError, match=r"`model.columns` must be a list"):
        ltv.score_table(changed(own, columns="T"), summary, horizon=39)
    model = changed(own)
    model.unit_ = "weeks"
    with pytest.raises(InputError, match=r"`model.unit_` must be one of"):
        ltv.predictive_intervals(model, summary, 39)


def test_what_a_model_lacks_is_named(own, fitted, summary):
    spend = fitted[2]
    with pytest.raises(InputTypeError, match=r"members of `ltv.RepeatModel`; got object, .*'draw'"):
        ltv.predictive_intervals(object(), summary, 39)
    with pytest.raises(InputTypeError, match="got BuysForEver, a class"):
        ltv.predictive_intervals(own, summary, 39)
    with pytest.raises(NotFittedError, match=r"This BuysForEver has no `theta_` yet\. Call `fit`"):
        ltv.customer_lifetime_value(own(), spend, summary, **TERMS)
    with pytest.raises(InputTypeError, match=r"`ltv.SpendModel`; got BuysForEver, .*'expected'"):
        ltv.customer_lifetime_value(fitted[0], fitted[0], summary, **TERMS)
    with pytest.raises(InputTypeError, match="lacks 'expected_purchases_new', 'purchase_dist"):
        ltv.frequency_calibration(fitted[0], summary)


@pytest.mark.parametrize("protocol", [ltv.RepeatModel, ltv.NewCustomerModel, ltv.SpendModel])
def test_our_models_have_every_member(protocol):
    models = [ltv.GammaGamma] if protocol is ltv.SpendModel else [
        ltv.BetaGeoNBD, ltv.ModifiedBetaGeoNBD, ltv.ParetoNBD, ltv.NBD, ltv.BetaGeoBetaBinomial
    ]  # fmt: skip
    asked = [name for name in dir(protocol) if name.strip("_") == name]
    assert len(asked) >= 7
    for model in models:
        for name in asked:
            assert hasattr(model, name), (model, name)
            wanted = getattr(protocol, name)
            if inspect.isfunction(wanted):
                given = inspect.signature(getattr(model, name)).parameters
                assert set(inspect.signature(wanted).parameters) <= set(given), (model, name)
