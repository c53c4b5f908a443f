"""Lifetime value of customers: expected money to come, discounted."""

import numpy as np
import pandas as pd
import pytest

from crmlab.customer_base import calibration_holdout, rfm_summary
from crmlab.datasets import load_cdnow
from crmlab.ltv import NBD, BetaGeoNBD, GammaGamma, ParetoNBD, customer_lifetime_value

TERMS = {"margin": 0.3, "horizon": 52.0, "discount_rate": 0.15}


@pytest.fixture(scope="module")
def cdnow():
    summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")
    return BetaGeoNBD().fit(summary), GammaGamma().fit(summary), summary


@pytest.mark.slow
def test_value_is_margin_times_spend_times_discounted_purchases(cdnow):
    model, spend, summary = cdnow
    table = customer_lifetime_value(model, spend, summary, **TERMS)
    purchases = model.discounted_expected_purchases(summary, discount_rate=0.15, horizon=52)
    np.testing.assert_allclose(
        table["estimate"], 0.3 * purchases * spend.expected_spend(summary), rtol=1e-12
    )
    assert (table["lower"] < table["estimate"]).all()
    assert (table["estimate"] < table["upper"]).all()
    assert table.index.equals(summary.index)


def test_value_equals_a_sum_over_days():
    """NBD buys at an even rate, so a customer's value is a plain sum over ten thousand steps."""
    model = NBD.from_params(r=0.5, alpha=10.0, unit="W")
    spend = GammaGamma.from_params(p=6.0, q=4.0, v=15.0)
    summary = pd.DataFrame(
        {
            "frequency": [4],
            "recency": [20.0],
            "T": [30.0],
            "monetary_value": [40.0],
            "time_unit": "W",
        }
    )
    step = 52 / 10_000
    moment = (np.arange(10_000) + 0.5) * step
    purchases = ((4.5 / 40) * step * 1.15 ** (-moment * 7 / 365.25)).sum()
    mean_spend = (6 * 15 + 6 * 4 * 40) / (6 * 4 + 4 - 1)
    table = customer_lifetime_value(model, spend, summary, **TERMS)
    assert table["estimate"].iloc[0] == pytest.approx(0.3 * mean_spend * purchases, rel=1e-7)
    assert list(table) == ["discounted_purchases", "expected_spend", "estimate"]


@pytest.mark.slow
def test_totals_add_up_and_their_limits_do_not(cdnow):
    model, spend, summary = cdnow
    each = customer_lifetime_value(model, spend, summary, **TERMS)
    tier = pd.Series(np.where(summary["frequency"] > 2, "often", "seldom"), index=summary.index)
    tiers = customer_lifetime_value(model, spend, summary, by=tier, **TERMS)
    whole = customer_lifetime_value(model, spend, summary, total=True, **TERMS)
    np.testing.assert_allclose(tiers["estimate"], each["estimate"].groupby(tier).sum())
    assert whole["estimate"].iloc[0] == pytest.approx(each["estimate"].sum())
    assert tiers["n_customers"].sum() == len(summary)
    half_width = (each["upper"] - each["lower"]).sum()
    assert (whole["upper"] - whole["lower"]).iloc[0] < half_width


def test_rows_of_several_customers_count_so_often_in_a_total(cdnow):
    model, spend, summary = cdnow
    few = summary.head(50)
    twice = customer_lifetime_value(model, spend, few.assign(n_customers=2), total=True, **TERMS)
    once = customer_lifetime_value(model, spend, few, total=True, **TERMS)
    assert twice["estimate"].iloc[0] == pytest.approx(2 * once["estimate"].iloc[0])


@pytest.mark.slow
def test_days_and_weeks_give_the_same_value():
    cdnow = load_cdnow(sample=True)
    values = []
    for unit, horizon in (("D", 364), ("W", 52)):
        summary = rfm_summary(cdnow, observation_end="1997-09-30", unit=unit)
        model, spend = BetaGeoNBD().fit(summary), GammaGamma().fit(summary)
        terms = TERMS | {"horizon": horizon}
        values.append(customer_lifetime_value(model, spend, summary, **terms))
    np.testing.assert_allclose(values[0], values[1], rtol=2e-4)  # two searches, one maximum


@pytest.mark.slow
def test_intervals_cover_the_expected_value_of_all_nine_times_in_ten():
    """The truth is known: parameters of a simulated base. 25 bases; 18 are far below chance."""
    truth = ParetoNBD.from_params(r=0.8, alpha=8.0, s=1.0, beta=20.0, unit="W")
    money = GammaGamma.from_params(p=5.0, q=5.0, v=20.0)
    covered = 0
    for seed in range(25):
        summary = truth.simulate(1000, T=52.0, seed=seed)
        drawn = money.simulate(summary["frequency"], seed=seed)
        summary["monetary_value"] = drawn["monetary_value"].to_numpy()
        known = customer_lifetime_value(truth, money, summary, total=True, **TERMS)
        model, spend = ParetoNBD().fit(summary), GammaGamma(correlated="ignore").fit(summary)
        row = customer_lifetime_value(model, spend, summary, total=True, level=0.9, **TERMS).iloc[0]
        covered += row["lower"] <= known["estimate"].iloc[0] <= row["upper"]
    assert 19 <= covered <= 24


@pytest.mark.slow
def test_spend_in_the_holdout_is_near_what_was_expected():
    table = calibration_holdout(load_cdnow(sample=True), calibration_end="1997-09-30", unit="W")
    model, spend = BetaGeoNBD().fit(table), GammaGamma().fit(table)
    expected = model.expected_purchases(table, 39) * spend.expected_spend(table)
    actual = table["frequency_holdout"] * table["monetary_value_holdout"]
    assert abs(expected.sum() / actual.sum() - 1) < 0.2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"margin": 30}, "`margin` must be in", id="percent"),
        pytest.param({"discount_rate": -1.0}, "above -1", id="discount"),
        pytest.param({"horizon": -1.0}, "`horizon` must be", id="horizon"),
        pytest.param(
            {"horizon": np.inf, "discount_rate": 0.0}, "infinite horizon", id="infinite value"
        ),
        pytest.param({"level": 0.0}, "`level` must be in", id="level"),
    ],
)
def test_bad_terms_are_refused(cdnow, change, message):
    with pytest.raises(ValueError, match=message):
        customer_lifetime_value(*cdnow, **(TERMS | change))


def test_a_model_without_a_unit_cannot_discount(cdnow):
    model = BetaGeoNBD.from_params(r=0.2, alpha=4, a=0.8, b=2.4)
    with pytest.raises(ValueError, match="unit of time"):
        customer_lifetime_value(model, *cdnow[1:], **TERMS)


def test_a_summary_without_spend_is_refused(cdnow):
    model, spend, summary = cdnow
    with pytest.raises(ValueError, match="monetary_value"):
        customer_lifetime_value(model, spend, summary.drop(columns="monetary_value"), **TERMS)
