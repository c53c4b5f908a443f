"""What customers will really do: draws, intervals and their coverage."""

import numpy as np
import pandas as pd
import pytest

from crmlab.ltv import (
    NBD,
    BetaGeoBetaBinomial,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    interval_coverage,
    predictive_draws,
    predictive_intervals,
    randomised_pit,
)

BG = BetaGeoNBD.from_params(r=0.6, alpha=7.0, a=0.8, b=2.5, unit="W")
SPEND = GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
KNOWN = {"parameter_uncertainty": False}


def base(model, n, *, horizon=26.0, seed=0):
    """Customers of a model with spend, and what they spend later."""
    drawn = model.simulate(n, T=np.linspace(20, 60, n), horizon=horizon, seed=seed)
    rng = np.random.default_rng(seed + 1000)
    scale = 1 / rng.gamma(3.74, 1 / 15.44, n)

    def total(count):
        return np.where(count > 0, rng.gamma(6.25 * np.maximum(count, 1), scale), 0.0)

    x = drawn["frequency"].to_numpy()
    drawn["monetary_value"] = total(x) / np.maximum(x, 1)
    drawn["spend_holdout"] = total(drawn["frequency_holdout"].to_numpy())
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(BG, id="bg"),
        pytest.param(ModifiedBetaGeoNBD.from_params(r=0.6, alpha=7, a=0.8, b=2.5), id="mbg"),
        pytest.param(ParetoNBD.from_params(r=0.6, alpha=7, s=0.6, beta=12), id="pareto"),
        pytest.param(NBD.from_params(r=0.6, alpha=7), id="nbd"),
    ],
)
def test_the_mean_of_the_draws_is_the_expectation(model):
    summary = model.simulate(6, T=30, seed=3)
    draws = predictive_draws(model, summary, 26, n_draws=20_000, **KNOWN)
    expected = model.expected_purchases(summary, 26)
    error = draws.std(axis=1) / np.sqrt(draws.shape[1])
    assert ((draws.mean(axis=1) - expected).abs() < 4 * error + 1e-9).all()


@pytest.mark.slow
def test_discrete_opportunities_are_drawn_too():
    model = BetaGeoBetaBinomial.from_params(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8, unit="Y")
    summary = pd.DataFrame(
        {"frequency": [6, 0], "recency": [6, 0], "n_periods": 6, "time_unit": "Y"}
    )
    draws = predictive_draws(model, summary, 5, n_draws=20_000, **KNOWN)
    np.testing.assert_allclose(draws.mean(axis=1), model.expected_purchases(summary, 5), atol=0.05)
    with pytest.raises(ValueError, match="horizon"):
        predictive_intervals(model, summary, 2.5, **KNOWN)


@pytest.mark.slow
def test_money_is_purchases_times_expected_spend_times_margin():
    summary = base(BG, 5)
    draws = predictive_draws(BG, summary, 26, spend=SPEND, margin=0.3, n_draws=20_000, **KNOWN)
    expected = 0.3 * BG.expected_purchases(summary, 26) * SPEND.expected_spend(summary)
    error = draws.std(axis=1) / np.sqrt(draws.shape[1])
    assert ((draws.mean(axis=1) - expected).abs() < 4 * error + 1e-9).all()


def test_totals_add_up_customers_whatever_the_order():
    summary = base(BG, 60)
    segment = pd.Series(
        np.where(np.arange(60) % 3 == 0, "b", "a"), index=summary.index, name="tier"
    )
    draws = predictive_draws(BG, summary, 26, n_draws=200, **KNOWN)
    table = predictive_intervals(BG, summary, 26, by=segment, n_draws=200, **KNOWN)
    sums = draws.groupby(segment).sum()
    assert table.index.name == "tier"
    np.testing.assert_allclose(table["estimate"], sums.mean(axis=1))
    np.testing.assert_allclose(
        table["upper"], np.quantile(sums, 0.975, axis=1, method="inverted_cdf")
    )
    named = predictive_intervals(
        BG, summary.assign(tier=segment), 26, by="tier", n_draws=200, **KNOWN
    )
    pd.testing.assert_frame_equal(named, table)
    whole = predictive_intervals(BG, summary, 26, total=True, n_draws=200, **KNOWN)
    assert whole["estimate"].iloc[0] == pytest.approx(table["estimate"].sum())


@pytest.mark.slow
def test_a_model_whose_parameters_are_in_doubt_gives_wider_totals():
    summary = base(BG, 300)
    model = BetaGeoNBD().fit(summary)
    sure, unsure = (
        predictive_intervals(model, summary, 26, total=True, parameter_uncertainty=doubt)
        for doubt in (False, True)
    )
    width = [float((table["upper"] - table["lower"]).iloc[0]) for table in (sure, unsure)]
    assert width[1] > 1.2 * width[0]


@pytest.mark.slow
def test_coverage_at_nominal_90_percent_for_totals_money_and_customers():
    """Fitted, with parameters in doubt: 30 bases; a total's coverage may be off by 3 errors."""
    n_bases, covered, customers, pits = 30, {"count": 0, "money": 0}, [], []
    for seed in range(n_bases):
        both = base(BG, 400, seed=seed)
        model = BetaGeoNBD().fit(both)
        spend = GammaGamma(correlated="ignore").fit(both)
        for name, extra in (("count", None), ("money", spend)):
            truth = both["frequency_holdout" if extra is None else "spend_holdout"].sum()
            row = predictive_intervals(
                model, both, 26, spend=extra, total=True, level=0.9, n_draws=200, seed=seed
            ).iloc[0]
            covered[name] += row["lower"] <= truth <= row["upper"]
        if seed < 10:
            table = predictive_intervals(model, both, 26, level=0.9, n_draws=200, seed=seed)
            customers.append(interval_coverage(table, both["frequency_holdout"])["estimate"])
            draws = predictive_draws(model, both, 26, n_draws=200, seed=seed)
            pits.append(randomised_pit(draws, both["frequency_holdout"], seed=seed))
    error = np.sqrt(0.9 * 0.1 / n_bases)
    assert all(abs(count / n_bases - 0.9) < 3 * error for count in covered.values())
    assert np.mean(customers) >= 0.87
    shares = np.histogram(np.concatenate(pits), bins=10, range=(0, 1))[0] / 4000
    assert np.abs(shares - 0.1).max() < 0.025


def test_the_same_seed_gives_the_same_draws():
    summary = base(BG, 20)
    one, two, three = (
        predictive_draws(BG, summary, 26, n_draws=100, seed=seed, **KNOWN) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(three)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"level": 1.2}, "`level` must be in", id="level"),
        pytest.param({"n_draws": 10}, "`n_draws` must be at least 100", id="draws"),
        pytest.param({"margin": 30}, "`margin` must be in", id="margin"),
        pytest.param({"by": "tier"}, "`by` must be one of", id="unknown column"),
        pytest.param({"by": pd.Series(["a"])}, "must have the index of `summary`", id="index"),
        pytest.param(
            {"by": pd.Series(["a", None, "b"], index=pd.RangeIndex(3, name="customer_id"))},
            "1 of 3 have none",
            id="missing segment",
        ),
        pytest.param({"by": "T", "total": True}, "exclude each other", id="both"),
        pytest.param({"parameter_uncertainty": True}, "Fit it for intervals", id="not fitted"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        predictive_intervals(BG, BG.simulate(3, T=30), 26, **(KNOWN | options))


def test_rows_that_stand_for_several_customers_are_refused():
    with pytest.raises(ValueError, match="one row per customer"):
        predictive_intervals(BG, BG.simulate(3, T=30).assign(n_customers=2), 26, **KNOWN)


def test_by_must_be_a_name_or_a_series():
    with pytest.raises(TypeError, match="column name or a Series; got list"):
        predictive_intervals(BG, BG.simulate(2, T=30), 26, by=["a", "b"], **KNOWN)
