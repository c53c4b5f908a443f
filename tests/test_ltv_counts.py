"""BG/NBD, MBG/NBD, Pareto/NBD and NBD: published numbers, lifetimes as oracle, bad input."""

import math
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ltv_cases import MODELS, ORDINARY, customers, ordinary
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal, assert_series_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from crmlab.customer_base import calibration_holdout, rfm_summary, sufficient_statistics
from crmlab.ltv import NBD, BetaGeoNBD, ConvergenceError, ModifiedBetaGeoNBD, ParetoNBD

FITTERS = {
    BetaGeoNBD: "BetaGeoFitter",
    ModifiedBetaGeoNBD: "ModifiedBetaGeoFitter",
    ParetoNBD: "ParetoNBDFitter",
}


@pytest.fixture(scope="module")
def weeks(cdnow_sample):
    """CDNOW, every tenth customer: 39 weeks to fit, 39 weeks to come."""
    return calibration_holdout(cdnow_sample, calibration_end="1997-09-30", unit="W")


@pytest.fixture(scope="module")
def fitted(weeks):
    return {model: model().fit(weeks) for model in MODELS}


@pytest.fixture(scope="module")
def drawn():
    """A base of each model in weeks."""
    T = np.linspace(20, 60, 3_000)
    return {model: ordinary(model).simulate(3_000, T=T, seed=11) for model in MODELS}


# --- published numbers ----------------------------------------------------------------------------


def test_cdnow_has_the_published_customers_and_purchases(weeks):
    assert len(weeks) == 2357
    assert weeks["frequency"].sum() == 2457
    assert weeks["frequency_holdout"].sum() == 1882
    counts = weeks["frequency"].clip(upper=7).value_counts().sort_index()
    assert counts.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert weeks.loc[weeks["frequency"] == 0, "frequency_holdout"].sum() == 334


# Parameters to the digits printed, and log-likelihood: Fader, Hardie and Lee (2005), Table 2;
# MBG/NBD and NBD: documentation of the R package BTYDplus.
PUBLISHED = [
    pytest.param(
        BetaGeoNBD, {"r": ".2426", "alpha": "4.4136", "a": ".7929", "b": "2.4259"}, -9582.4292,
        id="bg",
    ),
    pytest.param(
        ParetoNBD, {"r": ".5533", "alpha": "10.578", "s": ".6062", "beta": "11.669"}, -9594.9762,
        id="pareto",
    ),
    pytest.param(
        ModifiedBetaGeoNBD, {"r": ".5248", "alpha": "6.1831", "a": ".8914", "b": "1.6140"},
        -9582.1357, id="mbg",
    ),
    pytest.param(NBD, {"r": ".3848", "alpha": "12.072"}, -9763.6576, id="nbd"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("model", "params", "log_likelihood"), PUBLISHED)
def test_fit_to_cdnow_prints_the_published_numbers(fitted, model, params, log_likelihood):
    found = fitted[model]
    for name, printed in params.items():
        digits = len(printed.split(".")[1])
        assert round(found.params_[name], digits) == float(printed), name
    assert round(found.log_likelihood_, 4) == log_likelihood
    assert found.gradient_norm_ < 1e-7
    assert found.n_customers_ == 2357
    assert found.unit_ == "W"


def test_bg_expectations_of_cdnow_are_the_published_ones(fitted, weeks):
    bg = fitted[BetaGeoNBD]
    first = weeks.iloc[0]
    assert (first["frequency"], round(first["recency"], 2), round(first["T"], 2)) == (
        2,
        30.43,
        38.86,
    )
    assert round(bg.expected_purchases(weeks, 39).iloc[0], 3) == 1.226
    new = bg.expected_purchases_new([0.1429, 1, 3, 31.8571, 32])
    assert new.round(4).tolist() == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    ahead = bg.expected_purchases(weeks, 39)
    assert round(np.corrcoef(ahead, weeks["frequency_holdout"])[0, 1], 3) == 0.626


def test_pareto_expectations_of_cdnow_are_the_published_ones(fitted):
    nobody = customers(0, 0.0, 39.0)
    assert round(fitted[ParetoNBD].probability_alive(nobody).iloc[0], 3) == 0.294
    assert round(fitted[ParetoNBD].expected_purchases_new(52), 4) == 1.4734
    # The estimates of the R package BTYD, elsewhere on the same flat ridge.
    ridge = ParetoNBD.from_params(
        r=0.5533971, alpha=10.5801985, s=0.6060625, beta=11.6562237, unit="W"
    )
    assert round(ridge.probability_alive(nobody).iloc[0], 4) == 0.2942


# --- lifetimes as oracle --------------------------------------------------------------------------


def by_lifetimes(model, summary):
    """The fit of lifetimes and its log-likelihood in the summary's own unit, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifetimes is archived
        import lifetimes

        try:
            theirs = getattr(lifetimes, FITTERS[model])().fit(
                summary["frequency"], summary["recency"], summary["T"]
            )
        except lifetimes.utils.ConvergenceError:
            return None
    each = 1 if model is ParetoNBD else len(summary)  # Pareto/NBD: the sum, others the mean
    value = -theirs._negative_log_likelihood_ * each
    # It measures time in the longest T.
    return theirs, value + summary["frequency"].sum() * math.log(theirs._scale)


def agree(model, summary):
    """Compare fits, then predictions at the parameters of lifetimes."""
    found = by_lifetimes(model, summary)
    if found is None:
        return False
    theirs, value = found
    assert model().fit(summary).log_likelihood_ >= value - 1e-4
    ours = model.from_params(**theirs.params_, unit="W")
    columns = summary["frequency"], summary["recency"], summary["T"]
    alive = theirs.conditional_probability_alive(*columns)
    assert_allclose(ours.probability_alive(summary), alive, atol=1e-7)
    ahead = theirs.conditional_expected_number_of_purchases_up_to_time(30, *columns)
    assert_allclose(ours.expected_purchases(summary, 30), ahead, rtol=1e-4)
    new = theirs.expected_number_of_purchases_up_to_time(30)
    assert_allclose(ours.expected_purchases_new(30), new, rtol=1e-6)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("model", list(FITTERS))
def test_cdnow_agrees_with_lifetimes(weeks, model):
    assert agree(model, weeks)


@pytest.mark.slow
@pytest.mark.parametrize("model", list(FITTERS))
def test_drawn_bases_agree_with_lifetimes(drawn, model):
    assert agree(model, drawn[model].head(600))


@pytest.mark.slow
@pytest.mark.parametrize("model", list(FITTERS))
def test_predictions_of_both_fits_agree(weeks, fitted, model):
    theirs, value = by_lifetimes(model, weeks)
    # Nelder and Mead stop early on the ridge of the Pareto/NBD.
    assert_allclose(fitted[model].log_likelihood_, value, atol=1e-4)
    columns = weeks["frequency"], weeks["recency"], weeks["T"]
    ahead = theirs.conditional_expected_number_of_purchases_up_to_time(39, *columns)
    assert_allclose(fitted[model].expected_purchases(weeks, 39), ahead, rtol=1e-3)


# --- what must not change a fit -------------------------------------------------------------------


def assert_same_fit(one, other, rtol=1e-8):
    assert_allclose(one.params_, other.params_, rtol=rtol)
    assert_allclose(one.log_likelihood_, other.log_likelihood_, rtol=1e-10)
    assert_allclose(one.standard_errors_, other.standard_errors_, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_row_order_does_not_matter(drawn, model):
    shuffled = drawn[model].sample(frac=1, random_state=1)
    assert_same_fit(model().fit(shuffled), model().fit(drawn[model]))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_weights_equal_repeated_rows(drawn, model):
    some = drawn[model].head(400)
    weights = np.random.default_rng(2).integers(0, 5, len(some))
    repeated = some.loc[np.repeat(some.index, weights)]
    assert_same_fit(model().fit(some.assign(n_customers=weights)), model().fit(repeated))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_sufficient_statistics_fit_as_the_summary_does(cdnow_sample, model):
    statistics = sufficient_statistics(cdnow_sample, observation_end="1997-09-30", unit="W")
    summary = rfm_summary(cdnow_sample, observation_end="1997-09-30", unit="W")
    assert_same_fit(model().fit(statistics), model().fit(summary))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_days_and_weeks_give_the_same_model(drawn, model):
    weekly = drawn[model]
    daily = weekly.assign(recency=weekly["recency"] * 7, T=weekly["T"] * 7)
    daily["time_unit"] = "D"
    by_week, by_day = model().fit(weekly), model().fit(daily)
    for name in model._NAMES:
        factor = 7 if name in model._TIMES else 1
        # The recency of the two differs by rounding.
        assert_allclose(by_day.params_[name], by_week.params_[name] * factor, rtol=1e-6)
    assert_allclose(
        by_day.expected_purchases(daily, 70), by_week.expected_purchases(weekly, 10), rtol=1e-6
    )
    assert_allclose(
        by_day.discounted_expected_purchases(daily, discount_rate=0.1),
        by_week.discounted_expected_purchases(weekly, discount_rate=0.1),
        rtol=1e-6,
    )


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1), st.sampled_from(MODELS))
@settings(deadline=None, max_examples=25)
def test_scores_of_a_customer_do_not_depend_on_the_others(seed, model):
    summary = ordinary(model).simulate(40, T=30.0, seed=seed)
    some = summary.sample(frac=0.5, random_state=seed)
    for score in (
        ordinary(model).probability_alive,
        lambda rows: ordinary(model).expected_purchases(rows, 10),
        lambda rows: ordinary(model).discounted_expected_purchases(rows, discount_rate=0.1),
    ):
        assert_series_equal(score(summary).loc[some.index], score(some))


# --- as an estimator ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_models_pickle(drawn, model):
    fit = model(penalty=0.01).fit(drawn[model])
    again = pickle.loads(pickle.dumps(fit))
    assert_series_equal(again.params_, fit.params_)
    assert_frame_equal(again.covariance_, fit.covariance_)
    assert_series_equal(
        again.expected_purchases(drawn[model], 5), fit.expected_purchases(drawn[model], 5)
    )


@pytest.mark.parametrize("model", MODELS)
def test_models_clone_and_know_their_options(model):
    made = model(purchase_covariates=["age"], penalty=0.5, unit="W")
    copy = clone(made)
    assert copy.get_params() == made.get_params()
    assert copy.get_params()["penalty"] == 0.5
    assert copy.set_params(penalty=0.1).penalty == 0.1
    assert not hasattr(clone(ordinary(model)), "params_")


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_inputs_are_left_as_they_were(drawn, model):
    before = drawn[model].copy()
    model().fit(drawn[model]).expected_purchases(drawn[model], 3)
    assert_frame_equal(drawn[model], before)


@pytest.mark.parametrize("model", MODELS)
def test_from_params_says_what_is_missing_or_wrong(model):
    params = ORDINARY[model]
    with pytest.raises(TypeError, match="missing r"):
        model.from_params(**{k: v for k, v in params.items() if k != "r"})
    with pytest.raises(TypeError, match="unknown gamma"):
        model.from_params(**params, gamma=1.0)
    with pytest.raises(ValueError, match="`alpha` must be finite and above 0; got -1"):
        model.from_params(**(params | {"alpha": -1}))
    with pytest.raises(ValueError, match="`unit` must be one of"):
        model.from_params(**params, unit="week")


# --- bad input ------------------------------------------------------------------------------------

GOOD = {
    "frequency": [2, 0, 1], "recency": [5.0, 0.0, 3.0], "T": [9.0, 9.0, 8.0], "time_unit": "W",
}  # fmt: skip
ROWS = [
    pytest.param("recency", [5.0, 0.0, 8.1], "`recency` must be at most `T`; 1 of 3", id="late"),
    pytest.param("recency", [-5.0, 0.0, -3.0], "`recency` must not be negative; 2", id="early"),
    pytest.param("frequency", [2, 0, -1], "`frequency` must not be negative; 1 of 3", id="less"),
    pytest.param("recency", [5.0, 2.0, 3.0], "`recency` must be 0 where `frequency` is 0; 1 of 3",
                 id="recency-without-purchase"),
    pytest.param("frequency", [2, 0.5, 1], "`frequency` must be whole numbers; 1 of 3", id="half"),
    pytest.param("frequency", [2, np.nan, 1], "`frequency` must be finite and not missing; 1 of 3",
                 id="missing"),
    pytest.param("T", [9.0, np.inf, 8.0], "`T` must be finite and not missing; 1 of 3", id="inf"),
    pytest.param("T", ["a", "b", "c"], "`T` must hold numbers", id="text"),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("column", "values", "message"), ROWS)
def test_impossible_rows_are_counted_and_refused(model, column, values, message):
    bad = pd.DataFrame(GOOD | {column: values})
    for use in (
        model().fit,
        ordinary(model).probability_alive,
        lambda rows: ordinary(model).expected_purchases(rows, 1),
        lambda rows: ordinary(model).discounted_expected_purchases(rows, discount_rate=0.1),
        lambda rows: ordinary(model).purchase_distribution(1, summary=rows),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            use(bad)


@pytest.mark.parametrize("model", MODELS)
def test_customers_of_the_last_day_say_nothing_and_can_be_scored(model, weeks):
    new = customers([0], [0.0], [0.0])
    assert np.isfinite(ordinary(model).expected_purchases(new, 4.0)).all()
    with pytest.raises(ValueError, match=r"`T` must be above 0; 1 of 1 rows .* observe longer"):
        model().fit(new)
    with pytest.raises(ValueError, match="`T` must be above 0 where `frequency` is; 1 of 1 rows"):
        model().fit(customers([2], [0.0], [0.0]))
    old = weeks.head(300)
    fitted = [model(penalty=0.01).fit(rows).params_ for rows in (old, pd.concat([old, new]))]
    pd.testing.assert_series_equal(*fitted)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("summary", "error", "message"),
    [
        pytest.param([[1, 2, 3]], TypeError, "must be a DataFrame.*got list", id="list"),
        pytest.param(pd.DataFrame({"T": [1]}), ValueError, "lacks 'frequency'", id="few"),
        pytest.param(pd.DataFrame(GOOD).head(0), ValueError, "at least one customer", id="empty"),
        pytest.param(
            pd.DataFrame(GOOD | {"n_customers": [1, -1, 1]}), ValueError,
            "`n_customers` must not be negative; 1 of 3", id="negative-weight",
        ),
        pytest.param(
            pd.DataFrame(GOOD | {"n_customers": [0, 0, 0]}), ValueError,
            "`n_customers` must have a positive sum", id="no-weight",
        ),
    ],
)  # fmt: skip
def test_what_is_no_summary_is_refused(model, summary, error, message):
    with pytest.raises(error, match=message):
        model().fit(summary)


@pytest.mark.parametrize("model", MODELS)
def test_a_summary_in_another_unit_is_refused(drawn, model):
    daily = drawn[model].head(50).copy()
    daily["time_unit"] = "D"
    by_week = model(penalty=0.1).fit(drawn[model].head(200))
    with pytest.raises(ValueError, match=r"model's unit 'W'; got 'D'.*rfm_summary\(..., unit='W'"):
        by_week.expected_purchases(daily, 4)
    with pytest.raises(ValueError, match="model's unit 'W'; got 'D'"):
        model(unit="W").fit(daily)
    daily["time_unit"] = "fortnight"
    with pytest.raises(ValueError, match="must be one of 'D', 'W'"):
        model().fit(daily)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("bad", [-1, -1e-9, math.nan, math.inf], ids=str)
def test_a_horizon_is_finite_and_not_negative(model, bad):
    with pytest.raises(ValueError, match=r"`horizon` must be finite and at least 0; got"):
        ordinary(model).expected_purchases(pd.DataFrame(GOOD), bad)
    with pytest.raises(ValueError, match="`horizon` must be"):
        ordinary(model).purchase_distribution(bad)
    with pytest.raises(ValueError, match=r"`t` must .*; 1 of 1 (is|are)"):
        ordinary(model).expected_purchases_new(bad)
    with pytest.raises(TypeError, match="`t` must hold numbers"):
        ordinary(model).expected_purchases_new("x")
    with pytest.raises(TypeError, match="`horizon` must be a number"):
        ordinary(model).expected_purchases(pd.DataFrame(GOOD), "4")


@pytest.mark.parametrize("model", MODELS)
def test_discount_rates_are_checked(model):
    summary = pd.DataFrame(GOOD)
    for bad in (-1, -1.5, math.nan):
        with pytest.raises(ValueError, match=r"`discount_rate` must be finite and above -1"):
            ordinary(model).discounted_expected_purchases(summary, discount_rate=bad)
    with pytest.raises(
        ValueError, match=r"above 0 for an infinite horizon; got 0.*finite `horizon`"
    ):
        ordinary(model).discounted_expected_purchases(summary, discount_rate=0)
    with pytest.raises(ValueError, match="must know its unit of time"):
        ordinary(model, unit=None).discounted_expected_purchases(summary, discount_rate=0.1)


@pytest.mark.parametrize("model", MODELS)
def test_an_unfitted_model_says_so(model):
    summary = pd.DataFrame(GOOD)
    for use in (
        lambda: model().probability_alive(summary),
        lambda: model().expected_purchases(summary, 1),
        lambda: model().expected_purchases_new(1),
        lambda: model().discounted_expected_purchases(summary, discount_rate=0.1),
        lambda: model().purchase_distribution(1),
        lambda: model().simulate(3, T=1.0),
        lambda: model().parameter_intervals(),
    ):
        with pytest.raises(NotFittedError, match=r"no parameters yet. Call `fit`"):
            use()


@pytest.mark.parametrize("model", MODELS)
def test_given_parameters_have_no_intervals(model):
    with pytest.raises(ValueError, match=r"does not know how sure they are. Fit it"):
        ordinary(model).expected_purchases(pd.DataFrame(GOOD), 1, level=0.9)
    with pytest.raises(ValueError, match=r"does not know how sure they are. Fit it"):
        ordinary(model).parameter_intervals()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_lies_between_0_and_1(drawn, model, level):
    with pytest.raises(ValueError, match=r"`level` must be in \(0, 1\)"):
        model(penalty=0.1).fit(drawn[model]).parameter_intervals(level=level)


@pytest.mark.parametrize("model", MODELS)
def test_options_out_of_range_are_refused(model):
    with pytest.raises(ValueError, match="`penalty` must be finite and at least 0; got -1"):
        model(penalty=-1).fit(pd.DataFrame(GOOD))
    with pytest.raises(TypeError, match="`penalty` must be a number"):
        model(penalty="much").fit(pd.DataFrame(GOOD))
    with pytest.raises(ValueError, match="`max_purchases` must be at least 0"):
        ordinary(model).purchase_distribution(1, max_purchases=-1)
    with pytest.raises(ValueError, match="`n_customers` must be at least 1"):
        ordinary(model).simulate(0, T=1)
    with pytest.raises(ValueError, match="`T` must be finite and not negative"):
        ordinary(model).simulate(2, T=-1)
    with pytest.raises(ValueError, match="`n_customers` must be above 0 in a summary to be scored"):
        ordinary(model).probability_alive(pd.DataFrame(GOOD | {"n_customers": [1, 0, 1]}))


# --- no maximum -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("summary", "message"),
    [
        pytest.param(customers(3, 5.0, 9.0), "One customer says nothing.*`penalty`", id="one"),
        pytest.param(
            customers([0] * 9, [0.0] * 9, [9.0] * 9),
            "Nobody bought again.*Observe longer",
            id="none",
        ),
    ],
)
def test_data_that_say_nothing_are_named(model, summary, message):
    with pytest.raises(ConvergenceError, match=message):
        model().fit(summary)
    assert np.isfinite(model(penalty=0.01).fit(summary).params_).all()


@pytest.mark.slow
@pytest.mark.parametrize("model", [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD])
def test_without_dropout_the_remedy_is_the_nbd(model):
    loyal = NBD.from_params(r=2.0, alpha=4.0).simulate(2_000, T=50.0, seed=3)
    with pytest.raises(ConvergenceError, match=r"no dropout is visible .* Use `NBD`"):
        model().fit(loyal)
    assert NBD().fit(loyal).gradient_norm_ < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_customers_all_alike_have_no_maximum(model):
    alike = customers([4] * 200, [8.0] * 200, [10.0] * 200)
    with pytest.raises(ConvergenceError, match=r"has no maximum inside: .* set `penalty`"):
        model().fit(alike)
