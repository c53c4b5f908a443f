"""The purchase models on random bases: no failure, truth recovered, intervals that cover."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ltv_cases import MODELS, ORDINARY, benchmark, customers, ordinary
from numpy.testing import assert_allclose

from crmlab.ltv import NBD, BetaGeoNBD, ConvergenceError, ModifiedBetaGeoNBD, ParetoNBD

robustness = benchmark("ltv_robustness")
WITH_DROPOUT = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD]
CAUSES = (
    r"One customer says nothing|Nobody bought again|has no maximum inside: \w.*\. .*set `penalty`"
)


def assert_possible(model, summary):
    """Every answer of a fitted model is finite and possible."""
    horizon = float(summary["T"].max())
    alive = model.probability_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    ahead = model.expected_purchases(summary, horizon)
    assert (np.isfinite(ahead) & (ahead >= 0)).all()
    pmf = model.purchase_distribution(horizon, summary=summary.head(50), max_purchases=20)
    assert (np.isfinite(pmf) & (pmf >= 0)).all(axis=None)
    assert (pmf.sum(axis=1) <= 1 + 1e-9).all()
    worth = model.discounted_expected_purchases(
        summary.head(200), discount_rate=0.1, horizon=horizon
    )
    assert (np.isfinite(worth) & (worth >= 0)).all()
    # Discounting takes away, and not much of a horizon of some days.
    assert (worth <= ahead.head(200) * (1 + 1e-6) + 1e-12).all()


# --- a sample of benchmarks/ltv_robustness.py -----------------------------------------------------


@pytest.fixture(scope="module")
def random_bases():
    return [robustness.random_base(seed, largest=2_000)[1] for seed in range(12)]


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_random_base_fits_or_says_why_not(random_bases, model):
    for summary in random_bases:
        assert_fits_or_says_why_not(model, summary.assign(time_unit="D"))


def assert_fits_or_says_why_not(model, summary):
    try:
        fit = model().fit(summary)
    except ConvergenceError as error:
        if not re.search(CAUSES, str(error)):
            raise
        # The remedy named works.
        fit = model(penalty=0.01).fit(summary)
    assert fit.gradient_norm_ < 1e-5
    covariance = fit.covariance_.to_numpy()
    assert (covariance == covariance.T).all()
    assert np.linalg.eigvalsh(fit.theta_covariance_)[0] > 0
    assert_allclose(fit.standard_errors_**2, np.diag(covariance))
    assert_possible(fit, summary)


@pytest.mark.slow
@pytest.mark.parametrize("model", WITH_DROPOUT)
def test_no_random_start_finds_a_higher_top(model):
    rng = np.random.default_rng(4)
    for seed in (14, 22, 31, 55):
        _, summary = robustness.random_base(seed, largest=1_000)
        try:
            fit = model().fit(summary)
        except ConvergenceError:
            continue
        for _ in range(20):
            params = fit.params_ * np.exp(rng.normal(0, rng.choice([0.01, 0.3, 2]), 4))
            rival = model.from_params(**params)
            assert log_likelihood(rival, summary) <= fit.log_likelihood_ + 1e-6


def log_likelihood(model, summary):
    """Log-likelihood of a base at the parameters of a model."""
    rows = model.read(summary)
    return model._total(model.theta_, rows.each)[0]


@pytest.mark.slow
@given(
    st.sampled_from(MODELS),
    st.lists(
        st.tuples(st.integers(0, 12), st.floats(0.05, 1), st.floats(0.5, 40)),
        min_size=1,
        max_size=15,
    ),
)
@settings(deadline=None, max_examples=30)
def test_any_handful_of_customers_fits_with_a_penalty(model, rows):
    x, share, T = map(list, zip(*rows, strict=True))
    tx = [part * end if count else 0.0 for count, part, end in zip(x, share, T, strict=True)]
    summary = customers(x, tx, T)
    fit = model(unit="W", penalty=0.05).fit(summary)
    assert fit.gradient_norm_ < 1e-5
    assert_possible(fit, summary)


# --- truth recovered ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_large_base_recovers_the_parameters(model):
    T = np.linspace(50, 150, 20_000)
    fit = model().fit(ordinary(model).simulate(20_000, T=T, seed=21))
    ends = fit.parameter_intervals(level=0.999)
    truth = pd.Series(ORDINARY[model])
    assert ((ends["lower"] < truth) & (truth < ends["upper"])).all()
    assert_allclose(ends["estimate"], fit.params_)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_parameter_intervals_cover_as_often_as_they_say(model):
    n_bases, low = {NBD: (150, 0.82), ParetoNBD: (60, 0.79)}.get(model, (30, 0.74))
    covered = []
    for seed in range(n_bases):
        T = np.linspace(50, 150, 1_500)
        fit = model().fit(ordinary(model).simulate(1_500, T=T, seed=seed))
        ends = fit.parameter_intervals(level=0.9)
        truth = pd.Series(ORDINARY[model])
        covered.append((ends["lower"] <= truth) & (truth <= ends["upper"]))
    # Of 150, 60 or 30 bases the share has a standard error of 2.4, 3.9 or 5.5 points.
    shares = pd.DataFrame(covered).mean()
    assert (shares > low).all(), shares.to_dict()
    assert shares.mean() < 0.97, shares.to_dict()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_intervals_of_expectations_contain_the_estimate_and_narrow_with_more_customers(model):
    few, many = (model().fit(ordinary(model).simulate(n, T=100.0, seed=5)) for n in (1_000, 16_000))
    who = customers([0, 2, 9], [0.0, 40.0, 95.0], [100.0, 100.0, 100.0])
    wide, narrow = (fit.expected_purchases(who, 26.0, level=0.9) for fit in (few, many))
    for table, fit in ((wide, few), (narrow, many)):
        assert list(table.columns) == ["estimate", "lower", "upper", "level"]
        assert_allclose(table["estimate"], fit.expected_purchases(who, 26.0))
        assert ((table["lower"] < table["estimate"]) & (table["estimate"] < table["upper"])).all()
        assert (table["level"] == 0.9).all()
    assert ((narrow["upper"] - narrow["lower"]) < (wide["upper"] - wide["lower"]) / 2).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_penalty_pulls_towards_ordinary_values(model):
    summary = ordinary(model).simulate(500, T=50.0, seed=8)
    free, firm = model().fit(summary), model(penalty=1.0).fit(summary)
    assert free.log_likelihood_ > firm.log_likelihood_
    assert abs(np.log(firm.params_["r"])) < abs(np.log(free.params_["r"]))


# --- covariates -----------------------------------------------------------------------------------

# Coefficients planted, by block.
PLANTED = {
    BetaGeoNBD: {
        "purchase": {"age": 0.5, "club": -0.4}, "dropout_a": {"age": 0.3},
        "dropout_b": {"age": -0.2},
    },
    ModifiedBetaGeoNBD: {
        "purchase": {"age": 0.5, "club": -0.4}, "dropout_a": {"age": 0.3},
        "dropout_b": {"age": -0.2},
    },
    ParetoNBD: {"purchase": {"age": 0.5, "club": -0.4}, "dropout": {"age": 0.6}},
    NBD: {"purchase": {"age": 0.5, "club": -0.4}},
}  # fmt: skip


def who(n, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"age": rng.normal(3, 1, n), "club": rng.integers(0, 2, n) * 1.0})


def planted(model, n, seed=0):
    truth = model.from_params(unit="W", coefficients=PLANTED[model], **ORDINARY[model])
    return truth, truth.simulate(n, T=np.linspace(50, 150, n), covariates=who(n), seed=seed)


def asking(model, **extra):
    """The model with the covariates that were planted."""
    dropout = {} if model is NBD else {"dropout_covariates": ["age"]}
    return model(purchase_covariates=["age", "club"], **dropout, **extra)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_covariates_recover_planted_effects(model):
    truth, summary = planted(model, 12_000)
    fit = asking(model).fit(summary)
    assert list(fit.params_.index) == list(truth.params_.index)
    ends = fit.parameter_intervals(level=0.999)
    assert ((ends["lower"] < truth.params_) & (truth.params_ < ends["upper"])).all()
    assert fit.log_likelihood_ > model().fit(summary).log_likelihood_ + 100
    assert fit.gradient_norm_ < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_covariates_in_another_unit_only_rescale_their_coefficients(model):
    _, summary = planted(model, 2_000)
    months = summary.assign(age=summary["age"] * 12 + 7)
    one, other = asking(model).fit(summary), asking(model).fit(months)
    assert_allclose(other.log_likelihood_, one.log_likelihood_, rtol=1e-9)
    assert_allclose(other.params_["purchase:age"] * 12, one.params_["purchase:age"], rtol=1e-5)
    assert_allclose(
        other.expected_purchases(months, 10), one.expected_purchases(summary, 10), rtol=1e-5
    )


@pytest.mark.parametrize("model", MODELS)
def test_a_customer_with_covariates_is_one_whose_parameters_are_shifted(model):
    truth, _ = planted(model, 10)
    params = dict(ORDINARY[model])
    age, club = 2.0, 1.0
    params["alpha"] *= np.exp(-(0.5 * age - 0.4 * club))
    if model is ParetoNBD:
        params["beta"] *= np.exp(-0.6 * age)
    elif model is not NBD:
        params["a"] *= np.exp(0.3 * age)
        params["b"] *= np.exp(-0.2 * age)
    plain = model.from_params(unit="W", **params)
    history = customers([0, 3], [0.0, 20.0], [30.0, 30.0])
    known = history.assign(age=age, club=club)
    assert_allclose(truth.probability_alive(known), plain.probability_alive(history))
    assert_allclose(truth.expected_purchases(known, 9), plain.expected_purchases(history, 9))
    assert_allclose(
        truth.discounted_expected_purchases(known, discount_rate=0.1),
        plain.discounted_expected_purchases(history, discount_rate=0.1),
    )
    assert_allclose(
        truth.purchase_distribution(9, summary=known),
        plain.purchase_distribution(9, summary=history),
    )
    new = truth.expected_purchases_new(9, covariates={"age": age, "club": club})
    assert_allclose(new, plain.expected_purchases_new(9))


@pytest.mark.parametrize("model", MODELS)
def test_covariates_that_cannot_work_are_named(model):
    _, summary = planted(model, 300)
    fit = asking(model)
    with pytest.raises(ValueError, match="lacks 'club'; it has"):
        fit.fit(summary.drop(columns="club"))
    with pytest.raises(ValueError, match="Covariate 'club' is constant over all 300 customers"):
        fit.fit(summary.assign(club=1.0))
    with pytest.raises(ValueError, match="`age` must be finite and not missing; 1 of 300"):
        fit.fit(summary.assign(age=summary["age"].where(summary.index > 0)))
    with pytest.raises(TypeError, match="`club` must hold numbers"):
        fit.fit(summary.assign(club="gold"))
    with pytest.raises(TypeError, match=r"lists of column names.*Write \['age'\]"):
        model(purchase_covariates="age").fit(summary)
    with pytest.raises(ValueError, match="`summary` lacks 'age', 'club'"):
        planted(model, 10)[0].expected_purchases(summary[["frequency", "recency", "T"]], 3)
    with pytest.raises(ValueError, match="`covariates` lacks 'club'"):
        planted(model, 10)[0].expected_purchases_new(3, covariates={"age": 2.0})


@pytest.mark.parametrize("penalty", [0.0, 0.1])
@pytest.mark.parametrize("model", MODELS)
def test_covariates_that_say_the_same_are_named(model, penalty):
    _, summary = planted(model, 300)
    doubled = summary.assign(club=summary["age"] * -2 + 1)
    with pytest.raises(ValueError, match=r"Covariate 'club' follows from 'age'.*Leave it out"):
        asking(model, penalty=penalty).fit(doubled)
    three = summary.assign(both=summary["age"] + summary["club"])
    with pytest.raises(ValueError, match="Covariate 'both' follows from 'age', 'club'"):
        model(purchase_covariates=["age", "club", "both"], penalty=penalty).fit(three)


@pytest.mark.parametrize("model", MODELS)
def test_a_covariate_asked_for_twice_is_refused(model):
    _, summary = planted(model, 300)
    with pytest.raises(ValueError, match="`purchase_covariates` names 'age' twice"):
        model(purchase_covariates=["age", "age"]).fit(summary)


def test_nothing_warns_when_a_customer_bought_very_often():
    often = customers([5_000, 0, 3], [99.0, 0.0, 50.0], [100.0, 100.0, 100.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in MODELS:
            assert_possible(ordinary(model), often)
