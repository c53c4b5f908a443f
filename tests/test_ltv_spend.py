"""Gamma-gamma spend against published numbers, the archived fitter, slow code and simulation."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal, assert_series_equal
from scipy import integrate, stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from crmlab.customer_base import rfm_summary
from crmlab.ltv import ConvergenceError, GammaGamma
from crmlab.ltv._spend.density import log_likelihood
from crmlab.ltv._spend.summary import Spend

TRUE = GammaGamma.from_params(p=4.0, q=3.5, v=18.0)


@pytest.fixture(scope="module")
def summary(cdnow_sample):
    return rfm_summary(cdnow_sample, observation_end="1997-09-30", unit="W")


@pytest.fixture(scope="module")
def fitted(summary):
    return GammaGamma().fit(summary)


def base(n=400, *, seed=0, model=TRUE):
    """A simulated summary, one customer in four without a repeat purchase."""
    rng = np.random.default_rng(seed)
    return model.simulate(rng.geometric(0.3, n) * (rng.random(n) < 0.75), seed=seed)


def frame(frequency, spend, **more):
    return pd.DataFrame({"frequency": frequency, "monetary_value": spend} | more)


# --- published numbers ----------------------------------------------------------------------------


def test_fit_gives_the_published_parameters(fitted):
    """Fader and Hardie (2013), 946 repeat buyers of the CDNOW sample."""
    assert fitted.n_customers_ == 946
    assert fitted.n_without_repeat_ == 2357 - 946
    assert fitted.n_nonpositive_ == 0
    assert fitted.params_.round(2).to_dict() == {"p": 6.25, "q": 3.74, "v": 15.44}
    assert fitted.log_likelihood_ == pytest.approx(-4055.9177, abs=5e-5)


def test_likelihood_of_totals_is_the_other_printed_number(fitted, summary):
    repeat = summary[summary["frequency"] > 0]
    total = fitted.log_likelihood_ - np.log(repeat["frequency"]).sum()
    assert total == pytest.approx(-4659.3, abs=0.05)


def test_expected_spend_gives_the_published_column(fitted, summary):
    """The same note, customers 1 to 10, at the unrounded parameters."""
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    spend = fitted.expected_spend(summary)
    assert {24.65, 18.91, 35.17, 71.46} <= set(spend.head(10).round(2))
    for value in published:
        assert (spend.round(2) == value).any()


def test_expected_spend_is_the_weighted_average_of_all_and_own():
    model = GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    x, m = 2, 22.35
    weight = 6.25 * x / (6.25 * x + 3.74 - 1)
    everyone = 6.25 * 15.44 / (3.74 - 1)
    found = model.expected_spend(frame([x, 0], [m, 0.0]))
    assert_allclose(found, [(1 - weight) * everyone + weight * m, everyone])


# --- the archived fitter, and slow code -----------------------------------------------------------


def test_fit_agrees_with_lifetimes(summary, fitted):
    lifetimes = pytest.importorskip("lifetimes")
    repeat = summary[summary["frequency"] > 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is archived, and warns of what numpy deprecated
        theirs = lifetimes.GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
        expected = theirs.conditional_expected_average_profit(
            repeat["frequency"], repeat["monetary_value"]
        )
    assert fitted.log_likelihood_ / 946 >= -theirs._negative_log_likelihood_ - 1e-9
    # Its search stops a little short: parameters to 1e-3, predictions to 1e-4.
    assert_allclose(fitted.params_, theirs.params_[["p", "q", "v"]], rtol=1e-3)
    assert_allclose(fitted.expected_spend(repeat), expected, rtol=1e-4)


def spend_of(x, m):
    """Rows of spend as the density reads them."""
    x, m = (np.asarray(column, dtype=float) for column in (x, m))
    return Spend(x, m, np.ones(len(x)), np.log1p(x))


@pytest.mark.parametrize("x", [1, 4], ids=["one-purchase", "four-purchases"])
def test_density_of_the_mean_spend_integrates_to_one(x):
    theta = np.log([4.0, 3.5, 18.0])

    def density(m):
        row = spend_of([float(x)], [m])
        return float(np.exp(log_likelihood(theta, row)[0][0]))

    assert integrate.quad(density, 0, np.inf)[0] == pytest.approx(1, abs=1e-6)


def test_density_is_the_mixture_of_gammas():
    x, m, (p, q, v) = 3, 22.0, (4.0, 3.5, 18.0)

    def given_rate(nu):
        return stats.gamma.pdf(m, p * x, scale=1 / (nu * x)) * stats.gamma.pdf(nu, q, scale=1 / v)

    row = spend_of([float(x)], [m])
    found = np.exp(log_likelihood(np.log([p, q, v]), row)[0][0])
    assert found == pytest.approx(integrate.quad(given_rate, 0, 5)[0], rel=1e-6)


@pytest.mark.parametrize(
    "theta",
    [
        pytest.param([0.3, 0.2, -0.5], id="plain"),
        pytest.param([0.3, 0.2, -0.5, 0.4], id="adjusted"),
        pytest.param([4.0, -2.0, 3.0], id="far-out"),
    ],
)
def test_gradient_is_that_of_finite_differences(theta):
    rows = spend_of([1.0, 3, 200], [2.0, 0.5, 80])
    theta = np.array(theta)
    _, slopes = log_likelihood(theta, rows)
    for move, slope in zip(1e-5 * np.eye(len(theta)), slopes, strict=True):
        up, down = (log_likelihood(theta + sign * move, rows)[0] for sign in (1, -1))
        assert_allclose((up - down) / 2e-5, slope, rtol=1e-6, atol=1e-7)


def test_covariance_is_the_inverse_of_the_second_differences(fitted, summary):
    repeat = summary[summary["frequency"] > 0]
    rows = spend_of(repeat["frequency"], repeat["monetary_value"])
    at = fitted.params_.to_numpy()

    def gradient(params):
        theta = np.log(params)
        return np.array([s.sum() for s in log_likelihood(theta, rows)[1]]) / params

    steps = np.diag(1e-5 * at)
    rows_of = [(gradient(at - s) - gradient(at + s)) / (2 * s.sum()) for s in steps]
    assert_allclose(fitted.covariance_, np.linalg.inv(np.array(rows_of)), rtol=1e-4)
    assert (fitted.covariance_ == fitted.covariance_.T).all(axis=None)
    assert_allclose(fitted.standard_errors_**2, np.diag(fitted.covariance_))


# --- invariants -----------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.floats(1e-6, 1e9))
def test_currency_scales_v_and_spend_only(rate):
    here = base()
    there = here.assign(monetary_value=here["monetary_value"] * rate)
    ours, theirs = GammaGamma().fit(here), GammaGamma().fit(there)
    assert_allclose(theirs.params_, ours.params_ * [1, 1, rate], rtol=1e-6)
    assert_allclose(theirs.expected_spend(there), ours.expected_spend(here) * rate, rtol=1e-6)
    assert theirs.log_likelihood_ == pytest.approx(
        ours.log_likelihood_ - ours.n_customers_ * np.log(rate), rel=1e-9, abs=1e-6
    )


def test_rows_in_another_order_give_the_same_fit():
    here = base()
    shuffled = here.sample(frac=1, random_state=1)
    assert_series_equal(GammaGamma().fit(shuffled).params_, GammaGamma().fit(here).params_)


@pytest.mark.parametrize("correlated", ["ignore", "adjust"])
def test_weights_are_repeated_rows(correlated):
    here = base().assign(n_customers=lambda f: 1 + np.arange(len(f)) % 3)
    repeated = here.loc[here.index.repeat(here["n_customers"])].drop(columns="n_customers")
    model = GammaGamma(correlated=correlated)
    ours, theirs = clone(model).fit(here), clone(model).fit(repeated)
    assert_allclose(ours.params_, theirs.params_, rtol=1e-9)
    assert_allclose(ours.covariance_, theirs.covariance_, rtol=1e-6)
    assert_frame_equal(ours.correlation_, theirs.correlation_)
    counts = ["n_customers_", "n_without_repeat_", "log_likelihood_"]
    assert_allclose([getattr(ours, c) for c in counts], [getattr(theirs, c) for c in counts])


def test_rows_of_nobody_change_nothing():
    nobody = frame([7], [100.0], n_customers=0)
    alike = frame([2, 2, 2, 2, 2], [3.0, 5, 9, 4, 12], n_customers=1)
    row = GammaGamma().independence_test(pd.concat([alike, nobody]))
    assert_frame_equal(row, GammaGamma().independence_test(alike))
    here = base().assign(n_customers=1)
    model = GammaGamma().fit(pd.concat([here, nobody]))
    assert_series_equal(model.params_, GammaGamma().fit(here).params_)


def test_large_base_is_searched_on_a_subsample_and_finished_on_all():
    here = base(20_000)
    model = GammaGamma().fit(here)
    assert model.gradient_norm_ < 1e-5
    intervals = model.parameter_intervals(level=0.999)
    assert (intervals["lower"] < TRUE.params_).all()
    assert (TRUE.params_ < intervals["upper"]).all()


def test_input_stays_as_it_is(summary):
    before = summary.copy(deep=True)
    GammaGamma().fit(summary).expected_spend(summary)
    assert_frame_equal(summary, before)


@given(st.integers(0, 50), st.floats(0.01, 1e4), st.floats(0.01, 1e4))
def test_expected_spend_grows_with_past_spend(x, one, other):
    low, high = sorted([one, other])
    seen = np.array([low, high]) * (x > 0)
    lower, upper = TRUE.expected_spend(frame([x, x], seen))
    assert lower <= upper
    assert min(low, 25.2) * (1 - 1e-9) <= lower
    assert upper <= max(high, 28.8 + 1e-9) * (1 + 1e-9)


def test_model_survives_pickle_and_clone(fitted, summary):
    again = pickle.loads(pickle.dumps(fitted))
    assert_series_equal(again.expected_spend(summary), fitted.expected_spend(summary))
    model = clone(GammaGamma(penalty=0.1, correlated="adjust", max_correlation=0.3))
    assert model.get_params() == {
        "penalty": 0.1, "correlated": "adjust", "max_correlation": 0.3, "nonpositive": "raise"
    }  # fmt: skip


# --- simulation -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_parameter_and_expectation_intervals_cover_as_often_as_they_say():
    """50 bases; at 90 % the number covered is 45 +- 2, so 38 is far below chance."""
    x = np.random.default_rng(5).geometric(0.3, 400)
    new = frame([0, 3], [0.0, 50.0])
    truth = TRUE.expected_spend(new).to_numpy()
    hits, means = np.zeros(3), np.zeros(2)
    for seed in range(50):
        model = GammaGamma(correlated="ignore").fit(TRUE.simulate(x, seed=seed))
        rows = model.parameter_intervals(level=0.9)
        hits += ((rows["lower"] < TRUE.params_) & (TRUE.params_ < rows["upper"])).to_numpy()
        spend = model.expected_spend(new, level=0.9)
        means += ((spend["lower"] < truth) & (truth < spend["upper"])).to_numpy()
    assert ((hits >= 39) & (hits <= 49)).all(), hits
    assert ((means >= 39) & (means <= 49)).all(), means


def test_simulated_spend_has_the_model_mean_and_is_reproducible():
    drawn = TRUE.simulate(np.full(200_000, 2), seed=1)
    assert drawn["monetary_value"].mean() == pytest.approx(4 * 18 / 2.5, rel=0.01)  # noise
    assert_frame_equal(drawn, TRUE.simulate(np.full(200_000, 2), seed=1))
    assert not drawn.equals(TRUE.simulate(np.full(200_000, 2), seed=2))


def test_simulate_keeps_the_index_and_gives_nothing_to_those_without_a_repeat():
    frequency = pd.Series([0, 3], index=pd.Index(["007", "008"], name="customer_id"))
    drawn = TRUE.simulate(frequency)
    assert drawn.index.equals(frequency.index)
    assert drawn.loc["007", "monetary_value"] == 0 < drawn.loc["008", "monetary_value"]


@pytest.mark.parametrize(("x", "m"), [(0, 0.0), (3, 60.0)], ids=["new", "known"])
def test_drawn_totals_have_the_expected_mean_and_spread(x, m):
    rng = np.random.default_rng(2)
    size, n = 400_000, 5
    past = spend_of(np.full(size, float(x)), np.full(size, m))
    totals = TRUE.draw(TRUE.theta_, past, np.full(size, n), rng)
    expected = TRUE.expected_spend(frame([x], [m])).item()
    assert totals.mean() == pytest.approx(n * expected, rel=0.01)  # noise of the draws
    # By hand: Var = E[p n / nu^2] + Var(p n / nu), nu a posteriori gamma.
    shape, rate = 3.5 + 4 * x, 18 + x * m
    second = rate**2 / ((shape - 1) * (shape - 2))
    variance = 4 * n * second + (4 * n) ** 2 * (second - (rate / (shape - 1)) ** 2)
    assert totals.std() == pytest.approx(np.sqrt(variance), rel=0.05)  # heavy tails


def test_no_future_purchase_costs_nothing():
    rng = np.random.default_rng(2)
    assert TRUE.draw(TRUE.theta_, spend_of([0, 0], [0, 0]), np.zeros(2), rng).sum() == 0


@pytest.mark.slow
def test_spend_distribution_holds_the_true_means():
    """The share of customers below their own quantile is the quantile."""
    rng = np.random.default_rng(3)
    nu = rng.gamma(3.5, 1 / 18, 100_000)
    x = rng.integers(0, 5, len(nu)).astype(float)
    mean = np.where(x > 0, rng.gamma(4 * np.maximum(x, 1)) / nu / np.maximum(x, 1), 0)
    table = TRUE.spend_distribution(frame(x, mean), quantiles=(0.1, 0.5, 0.9))
    for chance in table:
        # Standard error 0.0016.
        assert (4 / nu < table[chance]).mean() == pytest.approx(chance, abs=0.006)


# --- spend that depends on frequency --------------------------------------------------------------


def related(n=3_000, elasticity=0.5):
    model = GammaGamma.from_params(
        p=4.0, q=3.5, v=18.0, coefficients={"spend": {"log1p_frequency": elasticity}}
    )
    return base(n, model=model)


def test_correlation_is_that_of_pearson(summary, fitted):
    repeat = summary[summary["frequency"] > 0]
    row = fitted.correlation_.iloc[0]
    assert row["estimate"] == pytest.approx(
        stats.pearsonr(repeat["frequency"], repeat["monetary_value"]).statistic
    )
    assert row["lower"] < row["estimate"] < row["upper"]
    assert row["n_customers"] == 946
    assert_frame_equal(GammaGamma().independence_test(summary), fitted.correlation_)


def test_correlation_interval_and_p_value_say_the_same():
    row = GammaGamma().independence_test(base(300, seed=4), level=0.8).iloc[0]
    edge = GammaGamma().independence_test(base(300, seed=4), level=1 - row["p_value"]).iloc[0]
    assert min(abs(edge["lower"]), abs(edge["upper"])) == pytest.approx(0, abs=1e-9)
    assert row["level"] == 0.8


@pytest.mark.slow
def test_correlation_interval_is_as_wide_as_the_jackknife_says():
    # Tails light enough for both to be near their limit, and a correlation far from 0.
    rng = np.random.default_rng(8)
    x = rng.geometric(0.3, 2_000)
    rows = frame(x, x * rng.gamma(4, 1, len(x)))
    x, m = rows["frequency"].to_numpy(float), rows["monetary_value"].to_numpy()
    n = len(rows)
    left_out = [
        np.arctanh(np.corrcoef(np.delete(x, at), np.delete(m, at))[0, 1]) for at in range(n)
    ]
    error = np.sqrt((n - 1) * np.var(left_out))
    row = GammaGamma().independence_test(rows, level=0.95).iloc[0]
    width = np.arctanh(row["upper"]) - np.arctanh(row["lower"])
    assert width == pytest.approx(2 * 1.96 * error, rel=0.03)  # equal in large bases


@pytest.mark.slow
def test_independence_test_is_right_as_often_as_it_says():
    """Of 120 unrelated bases 6 are rejected at 5 %, give or take 2.4."""
    x = np.random.default_rng(6).geometric(0.3, 500)
    low = [
        GammaGamma().independence_test(TRUE.simulate(x, seed=seed))["p_value"].item() < 0.05
        for seed in range(120)
    ]
    assert 1 <= sum(low) <= 13


def test_related_spend_is_refused():
    with pytest.raises(ValueError, match=r"must be unrelated; they correlate by 0\.\d\d \(95 %"):
        GammaGamma().fit(related())


@pytest.mark.parametrize(
    "model",
    [GammaGamma(correlated="ignore"), GammaGamma(max_correlation=0.9)],
    ids=["ignored", "allowed"],
)
def test_related_spend_is_fitted_when_asked_to(model):
    model.fit(related())
    assert model.correlation_["lower"].item() > 0
    assert list(model.params_.index) == ["p", "q", "v"]


def test_adjusted_fit_finds_how_spend_depends_on_frequency():
    model = GammaGamma(correlated="adjust").fit(related())
    rows = model.parameter_intervals(level=0.999)
    truth = [4.0, 3.5, 18.0, 0.5]
    assert list(rows.index) == ["p", "q", "v", "spend:log1p_frequency"]
    assert ((rows["lower"] < truth) & (truth < rows["upper"])).all()


@pytest.mark.slow
def test_adjusted_fit_predicts_each_frequency_where_the_plain_one_does_not():
    past = related(40_000)
    errors = {}
    for how in ("adjust", "ignore"):
        model = GammaGamma(correlated=how).fit(past)
        for x in (1, 8):
            group = past[past["frequency"] == x]
            ratio = model.expected_spend(group).mean() / group["monetary_value"].mean()
            errors[how, x] = abs(ratio - 1)
    assert errors["adjust", 1] < 0.02 < 0.1 < errors["ignore", 1]
    assert errors["adjust", 8] < 0.02


def test_adjusted_model_draws_and_expects_alike():
    model = GammaGamma.from_params(
        p=4.0, q=3.5, v=18.0, coefficients={"spend": {"log1p_frequency": 0.5}}
    )
    assert model.correlated == "adjust"
    x = np.full(300_000, 3.0)
    past, rng = spend_of(x, x * 10), np.random.default_rng(0)
    totals = model.draw(model.theta_, past, np.ones(len(x)), rng)
    expected = model.expected_spend(frame([3], [30.0])).item()
    assert totals.mean() == pytest.approx(expected, rel=0.01)  # noise
    assert model.simulate(x)["monetary_value"].mean() == pytest.approx(
        4 * 18 * 4**0.5 / 2.5, rel=0.01
    )


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(frame([2, 2, 2, 2, 2], [1.0, 2, 3, 4, 5]), id="one-frequency"),
        pytest.param(frame([1, 2, 3, 4, 5], [7.0] * 5), id="one-spend"),
        pytest.param(frame([1, 2, 3], [1.0, 5, 2]), id="three-customers"),
        pytest.param(frame([0, 0], [0.0, 0]), id="no-repeat"),
    ],
)
def test_correlation_that_cannot_be_told_could_be_anything(rows):
    row = GammaGamma().independence_test(rows).iloc[0]
    assert row[["estimate", "lower", "upper", "p_value"]].to_list() == [0, -1, 1, 1]


# --- returns and negative margins -----------------------------------------------------------------


def test_spend_that_is_not_positive_is_refused_with_its_count():
    rows = base().assign(monetary_value=lambda f: f["monetary_value"])
    rows.loc[rows.index[rows["frequency"] > 0][:3], "monetary_value"] = [0.0, -5.0, -0.01]
    with pytest.raises(ValueError, match=r"must be above 0 where `frequency` is; 3 of 400 rows"):
        GammaGamma().fit(rows)
    with pytest.raises(ValueError, match=r"nonpositive='exclude'"):
        TRUE.expected_spend(rows)


def test_spend_that_is_not_positive_can_be_left_out():
    good = base()
    bad = frame([2, 3], [0.0, -20.0], n_customers=[1, 4])
    rows = pd.concat([good.assign(n_customers=1), bad], ignore_index=True)
    model = GammaGamma(nonpositive="exclude").fit(rows)
    assert model.n_nonpositive_ == 5
    assert_allclose(model.params_, GammaGamma().fit(good).params_, rtol=1e-9)
    # Their spend counts as 0: p v / (p x + q - 1), between 0 and the mean of all.
    p, q, v = model.params_
    assert_allclose(model.expected_spend(bad), p * v / (p * np.array([2, 3]) + q - 1))


# --- fits without an answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(frame([0, 0], [0.0, 0.0]), "at least two; got 0", id="nobody-came-back"),
        pytest.param(frame([0, 3], [0.0, 9.0]), "at least two; got 1", id="one-repeat-buyer"),
        pytest.param(frame([1, 2, 5], [9.0] * 3), "same mean spend, 9", id="constant-spend"),
    ],
)
def test_data_without_an_answer_name_the_cause(rows, message):
    with pytest.raises(ConvergenceError, match=message):
        GammaGamma().fit(rows)


def test_customers_who_do_not_differ_are_named():
    # Means get more alike with purchases than chance alone would make them.
    quantiles = stats.norm.ppf((np.arange(100) + 0.5) / 100)
    x = np.repeat([1, 2, 4, 8], 100)
    spend = 20 * np.exp(0.3 * np.tile(quantiles, 4) / x)
    with pytest.raises(ConvergenceError, match="do not differ in their spend"):
        GammaGamma(correlated="ignore").fit(frame(x, spend))


def heavy(seed=0, n=2_000):
    return base(n, seed=seed, model=GammaGamma.from_params(p=4.0, q=0.8, v=4.0))


def test_mean_that_does_not_exist_is_named():
    with pytest.raises(ConvergenceError, match=r"found q = 0\.\d+, .* only for q > 1"):
        GammaGamma(correlated="ignore").fit(heavy())


def test_penalty_gives_a_mean_where_the_data_have_none():
    model = GammaGamma(correlated="ignore", penalty=1.0).fit(heavy())
    assert model.q_ > 1


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(frame([1, 2, 5], [9.0] * 3), id="constant-spend"),
        pytest.param(frame([3], [9.0]), id="one-repeat-buyer"),
    ],
)
def test_penalty_gives_an_answer_on_little_data(rows):
    model = GammaGamma(penalty=0.1).fit(rows)
    assert model.q_ > 1
    assert np.isfinite(model.expected_spend(rows)).all()


def test_adjusting_needs_more_than_one_frequency():
    rows = base().query("frequency == 1")
    with pytest.raises(ConvergenceError, match="have the same `frequency`"):
        GammaGamma(correlated="adjust").fit(rows)


def test_outlier_does_not_stop_the_search():
    rows = base(500)
    rows.loc[rows.index[rows["frequency"] > 0][0], "monetary_value"] = 1e5
    assert GammaGamma(correlated="ignore").fit(rows).gradient_norm_ < 1e-5


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        pytest.param([1, 2], TypeError, "must be a DataFrame", id="no-frame"),
        pytest.param(frame([], []), ValueError, "at least one customer", id="empty"),
        pytest.param(
            pd.DataFrame({"frequency": [1]}), ValueError, "lacks 'monetary_value'", id="column"
        ),
        pytest.param(
            frame([-1, 1], [1.0, 2]), ValueError, "negative; 1 of 2 rows", id="negative-frequency"
        ),
        pytest.param(
            frame([1.5, 1], [1.0, 2]), ValueError, "whole numbers; 1 of 2", id="broken-frequency"
        ),
        pytest.param(
            frame([1, 1], [np.nan, 2]), ValueError, "`monetary_value` must be finite", id="missing"
        ),
        pytest.param(
            frame([1, 1], [np.inf, 2]), ValueError, "`monetary_value` must be finite", id="infinite"
        ),
        pytest.param(
            frame([1, 1], ["a", "b"]), TypeError, "`monetary_value` must hold numbers", id="text"
        ),
        pytest.param(
            frame([0, 1], [5.0, 2]), ValueError, "mean of repeat purchases", id="first-included"
        ),
        pytest.param(
            frame([1, 1], [5.0, 2], n_customers=[-1, 1]), ValueError, "n_customers", id="weights"
        ),
    ],
)
def test_bad_summaries_are_refused(rows, error, message):
    for use in (GammaGamma().fit, TRUE.expected_spend, GammaGamma().independence_test):
        with pytest.raises(error, match=message):
            use(rows)


def test_means_over_all_purchases_are_refused(cdnow_sample):
    rows = rfm_summary(cdnow_sample, unit="W")
    with pytest.raises(ValueError, match="The mean of all purchases is `mean_spend`"):
        GammaGamma().fit(rows.assign(monetary_value=rows["mean_spend"]))


def test_a_join_changes_no_parameter(cdnow_sample):
    rows = rfm_summary(cdnow_sample, unit="W").query("frequency > 0")
    joined = rows.join(pd.DataFrame({"segment": "a"}, index=rows.index))
    options = {"nonpositive": "exclude", "correlated": "ignore"}
    found = GammaGamma(**options).fit(joined)
    assert_series_equal(found.params_, GammaGamma(**options).fit(rows).params_)
    assert_allclose(found.params_, [4.68, 4.19, 24.39], atol=0.005)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"penalty": -1.0}, ValueError, "`penalty` must be finite and at least 0"),
        ({"penalty": "a"}, TypeError, "`penalty` must be a number"),
        ({"correlated": "adjsut"}, ValueError, "Did you mean 'adjust'"),
        ({"nonpositive": "drop"}, ValueError, "`nonpositive` must be one of"),
        ({"max_correlation": 2.0}, ValueError, r"`max_correlation` must be in \[0, 1\]"),
    ],
    ids=["penalty", "penalty-type", "correlated", "nonpositive", "max-correlation"],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        GammaGamma(**options).fit(base())


def test_unfitted_use_is_refused():
    for use in (GammaGamma().expected_spend, GammaGamma().spend_distribution):
        with pytest.raises(NotFittedError, match="no parameters yet"):
            use(base())
    with pytest.raises(NotFittedError, match="no parameters yet"):
        GammaGamma().simulate([1, 2])


def test_expectation_that_does_not_exist_is_refused():
    model = GammaGamma.from_params(p=2.0, q=0.9, v=5.0)
    repeat = frame([1, 2], [5.0, 8.0])
    assert np.isfinite(model.expected_spend(repeat)).all()
    with pytest.raises(ValueError, match=r"q is 0\.9; 1 of 2 rows"):
        model.expected_spend(frame([0, 2], [0.0, 8.0]))


def test_given_parameters_have_no_intervals():
    with pytest.raises(ValueError, match="made from given parameters"):
        TRUE.expected_spend(base(), level=0.9)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: TRUE.simulate([1.5]), ValueError, "whole numbers"),
        (lambda: TRUE.simulate([-1]), ValueError, "must not be negative"),
        (lambda: TRUE.simulate([1], seed=-1), ValueError, "`seed` must be at least 0"),
        (lambda: TRUE.spend_distribution(base(), quantiles=[2.0]), ValueError, "`quantiles`"),
        (lambda: GammaGamma().independence_test(base(), level=1.0), ValueError, "`level`"),
        (
            lambda: GammaGamma.from_params(p=1, q=2, v=3, coefficients={"spend": {"age": 1.0}}),
            TypeError,
            "log1p_frequency",
        ),
        (lambda: GammaGamma.from_params(p=1, q=2), TypeError, "missing v"),
    ],
    ids=["broken", "negative", "seed", "quantile", "level", "coefficient", "parameter"],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
