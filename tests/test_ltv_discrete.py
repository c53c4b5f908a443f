"""BG/BB against published numbers, exact quadrature, the archived fitter and simulation."""

import pickle
import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal, assert_series_equal
from scipy.special import roots_sh_jacobi
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from crmlab.datasets import load_donations
from crmlab.ltv import BetaGeoBetaBinomial, ConvergenceError
from crmlab.ltv._noncontract.opportunities import discount_forever

PUBLISHED = BetaGeoBetaBinomial.from_params(
    alpha=1.204, beta=0.750, gamma=0.657, delta=2.783, unit="Y"
)


@pytest.fixture(scope="module")
def donors():
    return load_donations()


@pytest.fixture(scope="module")
def fitted(donors):
    return BetaGeoBetaBinomial(unit="Y").fit(donors)


def frame(frequency, recency, n_periods, **more):
    columns = {"frequency": frequency, "recency": recency, "n_periods": n_periods}
    columns["time_unit"] = "Y"
    return pd.DataFrame(columns | more)


def histories(n):
    """Every possible history of n opportunities: a frame, and how many patterns have it."""
    rows = list(product([0, 1], repeat=n))
    summary = frame(
        [sum(row) for row in rows],
        [max((at + 1 for at, bought in enumerate(row) if bought), default=0) for row in rows],
        n,
    )
    return summary.groupby([*summary]).size().rename("patterns").reset_index()


class Slow:
    """The same by quadrature, exact as all is polynomial in the two chances of a customer."""

    def __init__(self, model):
        self.p, by_p = self.nodes(model.alpha_, model.beta_)
        self.leave, by_leave = self.nodes(model.gamma_, model.delta_)
        self.p, self.leave = self.p[:, None], self.leave[None, :]
        self.mass = by_p[:, None] * by_leave[None, :]

    @staticmethod
    def nodes(a, b):
        at, weight = roots_sh_jacobi(40, a + b - 1, a)
        return at, weight / weight.sum()

    def past(self, x, tx, n):
        """Chance of one pattern, and of that pattern with a customer who is still there."""
        while_there = self.p**x
        there = while_there * (1 - self.p) ** (n - x) * (1 - self.leave) ** n
        gone = sum(
            while_there * (1 - self.p) ** (k - x) * (1 - self.leave) ** k * self.leave
            for k in range(tx, n)
        )
        return self.mass * (there + gone), self.mass * there

    def alive(self, x, tx, n):
        seen, there = self.past(x, tx, n)
        return (there * (1 - self.leave)).sum() / seen.sum()

    def expected(self, x, tx, n, horizon, rate=0.0):
        seen, there = self.past(x, tx, n)
        buys = sum(
            (there * (1 - self.leave) ** k * self.p).sum() / (1 + rate) ** k
            for k in range(1, horizon + 1)
        )
        return buys / seen.sum()

    def distribution(self, x, tx, n, horizon):
        """Forward in time: the chance of each number of purchases, there or gone."""
        seen, there = self.past(x, tx, n)
        out = {0: seen - there}
        now = {0: there}
        for _ in range(horizon):
            new: dict = {}
            for count, chance in now.items():
                out[count] = out.get(count, 0) + chance * self.leave
                stays = chance * (1 - self.leave)
                new[count] = new.get(count, 0) + stays * (1 - self.p)
                new[count + 1] = new.get(count + 1, 0) + stays * self.p
            now = new
        total = [np.sum(out.get(k, 0)) + np.sum(now.get(k, 0)) for k in range(horizon + 1)]
        return np.array(total) / seen.sum()


# --- published numbers ----------------------------------------------------------------------------


def test_fit_gives_the_published_parameters(fitted):
    """Fader, Hardie and Shang (2010), 11,104 donors, 6 opportunities."""
    assert fitted.n_customers_ == 11_104
    assert fitted.log_likelihood_ == pytest.approx(-33225.58, abs=0.005)
    assert_allclose(fitted.params_[["alpha", "beta"]], [1.204, 0.750], atol=5e-4)
    # A ridge: the printed third digit is where their search stopped.
    assert_allclose(fitted.params_[["gamma", "delta"]], [0.657, 2.783], atol=5e-4)


def test_expected_gifts_of_all_donors(fitted, donors):
    gifts = fitted.expected_purchases(donors, 5) @ donors["n_customers"]
    assert gifts == pytest.approx(12_884.2, abs=0.05)


@pytest.mark.parametrize(
    ("x", "tx", "alive", "expected", "discounted"),
    [
        (6, 6, 0.9304, 3.7525, 5.9099),
        (4, 5, 0.6968, 2.0300, 3.1971),
        (3, 4, 0.4396, 1.0346, 1.6294),
        (1, 1, 0.0695, 0.0857, 0.1350),
        (0, 0, 0.1081, 0.0729, 0.1148),
    ],
)
def test_published_table(fitted, x, tx, alive, expected, discounted):
    row = frame([x], [tx], [6])
    # To all four printed digits.
    assert fitted.probability_alive(row).item() == pytest.approx(alive, abs=5.1e-5)
    assert fitted.expected_purchases(row, 5).item() == pytest.approx(expected, abs=5.1e-5)
    value = fitted.discounted_expected_purchases(row, discount_rate=0.1).item()
    assert value == pytest.approx(discounted, abs=5.1e-5)


# --- exact quadrature -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5])
def test_chances_of_all_histories_add_up_to_one(n):
    table = histories(n)
    counts = PUBLISHED.read(table).each
    values = PUBLISHED._values(PUBLISHED.theta_, counts)
    likelihood, _ = PUBLISHED._log_likelihood(values, counts)
    assert np.exp(likelihood) @ table["patterns"] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param((1.2, 0.75, 0.66, 2.8), id="donors"),
        pytest.param((0.3, 2.0, 1.0, 4.0), id="gamma-is-1"),
        pytest.param((5.0, 3.0, 4.0, 0.5), id="most-leave"),
    ],
)
def test_history_by_history_as_exact_quadrature_says(params):
    model = BetaGeoBetaBinomial.from_params(
        **dict(zip(["alpha", "beta", "gamma", "delta"], params, strict=True)), unit="Y"
    )
    slow, table = Slow(model), histories(4)
    rows = [(int(r.frequency), int(r.recency), 4) for r in table.itertuples()]
    counts = model.read(table).each
    likelihood, _ = model._log_likelihood(model._values(model.theta_, counts), counts)
    assert_allclose(np.exp(likelihood), [slow.past(*row)[0].sum() for row in rows], rtol=1e-9)
    assert_allclose(model.probability_alive(table), [slow.alive(*r) for r in rows], rtol=1e-9)
    found = model.expected_purchases(table, 7)
    assert_allclose(found, [slow.expected(*row, 7) for row in rows], rtol=1e-9)
    found = model.discounted_expected_purchases(table, discount_rate=0.2, horizon=7)
    assert_allclose(found, [slow.expected(*row, 7, 0.2) for row in rows], rtol=1e-9)
    found = model.purchase_distribution(6, summary=table, max_purchases=6)
    assert_allclose(found, [slow.distribution(*row, 6) for row in rows], rtol=1e-9, atol=1e-14)


def test_new_customer_as_exact_quadrature_says():
    slow = Slow(PUBLISHED)
    found = PUBLISHED.expected_purchases_new([0, 1, 5])
    assert list(found.index) == [0, 1, 5]
    assert_allclose(found, [slow.expected(0, 0, 0, t) for t in (0, 1, 5)], rtol=1e-9)
    chances = PUBLISHED.purchase_distribution(5, max_purchases=8)
    assert_allclose(chances.iloc[:6], slow.distribution(0, 0, 0, 5), rtol=1e-9)
    assert (chances.iloc[6:] == 0).all()
    assert PUBLISHED.expected_purchases_new(5) == pytest.approx(chances @ chances.index)


@pytest.mark.parametrize("gamma", [0.001, 0.657, 1.0, 2.0, 50.0, 1000.0])
@pytest.mark.parametrize("delta", [0.01, 9.783, 1000.0])
@pytest.mark.parametrize("force", [2.6e-4, 0.0018, 0.0953, 3.0], ids=["day", "week", "year", "3"])
def test_endless_sum_equals_adding_up(gamma, delta, force):
    steps = np.arange(int(45 / force))
    stays = np.concatenate([[0], np.log1p(-gamma / (gamma + delta + steps)).cumsum()[:-1]])
    slow = np.exp(stays - force * (steps + 1)).sum()
    found = discount_forever(gamma, np.array([delta, delta]), force)
    assert_allclose(found, slow, rtol=1e-10)


def test_long_horizon_approaches_the_endless_one(donors):
    finite = PUBLISHED.discounted_expected_purchases(donors, discount_rate=0.1, horizon=500)
    endless = PUBLISHED.discounted_expected_purchases(donors, discount_rate=0.1)
    assert_allclose(finite, endless, rtol=1e-12)


def unlabelled(table):
    """The same numbers, without a word on their unit of time."""
    return table.drop(columns="time_unit")


def test_the_donations_are_discounted_as_they_come(donors):
    fitted = BetaGeoBetaBinomial().fit(donors)
    assert fitted.unit_ == "Y"
    best = fitted.discounted_expected_purchases(donors, discount_rate=0.1).iloc[-1]
    assert best == pytest.approx(5.9099, abs=5e-4)  # published for (6, 6)


def test_rate_is_per_year_whatever_the_unit(donors):
    monthly = BetaGeoBetaBinomial.from_params(
        alpha=1.204, beta=0.750, gamma=0.657, delta=2.783, unit="M"
    )
    ours = monthly.discounted_expected_purchases(
        unlabelled(donors), discount_rate=1.1**12 - 1, unit="M"
    )
    theirs = PUBLISHED.discounted_expected_purchases(donors, discount_rate=0.1)
    assert_allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize(
    "params", [(1.2, 0.75, 0.66, 2.8), (0.02, 5.0, 30.0, 0.1)], ids=["donors", "far-out"]
)
def test_gradient_is_that_of_finite_differences(params):
    model, table = PUBLISHED, histories(5)
    counts = model.read(table).each
    theta = np.log(params)
    _, slopes = model._log_likelihood(model._values(theta, counts), counts)
    for move, name in zip(1e-5 * np.eye(4), model._NAMES, strict=True):
        up, down = (
            model._log_likelihood(model._values(theta + sign * move, counts), counts)[0]
            for sign in (1, -1)
        )
        assert_allclose((up - down) / 2e-5, slopes[name], rtol=1e-6, atol=1e-8)


# --- the archived fitter --------------------------------------------------------------------------


@pytest.mark.slow
def test_fit_and_predictions_agree_with_lifetimes(fitted, donors):
    lifetimes = pytest.importorskip("lifetimes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is archived, and warns of what pandas deprecated
        columns = [donors[c] for c in ("frequency", "recency", "n_periods", "n_customers")]
        theirs = lifetimes.BetaGeoBetaBinomFitter().fit(*columns)
        alive = theirs.conditional_probability_alive(1, *columns[:3])
        expected = theirs.conditional_expected_number_of_purchases_up_to_time(5, *columns[:3])
    assert fitted.log_likelihood_ / 11_104 == pytest.approx(
        -theirs._negative_log_likelihood_, abs=1e-9
    )
    # Along the ridge its search stops a little elsewhere: 1e-4.
    assert_allclose(fitted.probability_alive(donors), alive, rtol=1e-4)
    assert_allclose(fitted.expected_purchases(donors, 5), expected, rtol=1e-4)


# --- invariants -----------------------------------------------------------------------------------


def test_weights_are_repeated_rows_in_any_order(fitted, donors):
    repeated = donors.loc[donors.index.repeat(donors["n_customers"])].drop(columns="n_customers")
    shuffled = repeated.sample(frac=1, random_state=0)
    model = BetaGeoBetaBinomial().fit(shuffled)
    assert_series_equal(model.params_, fitted.params_, rtol=1e-9)
    assert_allclose(model.covariance_, fitted.covariance_, rtol=1e-6)
    assert (model.covariance_ == model.covariance_.T).all(axis=None)


def test_rows_of_nobody_change_nothing(fitted, donors):
    more = pd.concat([donors, frame([2], [3], [6], n_customers=[0])], ignore_index=True)
    assert_series_equal(BetaGeoBetaBinomial().fit(more).params_, fitted.params_)


def test_input_stays_as_it_is(fitted, donors):
    before = donors.copy(deep=True)
    BetaGeoBetaBinomial().fit(donors)
    fitted.expected_purchases(donors, 2, level=0.9)
    assert_frame_equal(donors, before)


def test_model_survives_pickle_and_clone(fitted, donors):
    again = pickle.loads(pickle.dumps(fitted))
    assert_series_equal(again.probability_alive(donors), fitted.probability_alive(donors))
    assert clone(BetaGeoBetaBinomial(penalty=0.1, unit="Y")).get_params() == {
        "penalty": 0.1, "unit": "Y"
    }  # fmt: skip


positive = st.floats(0.05, 50)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(positive, positive, positive, positive, st.integers(0, 40), st.integers(0, 12))
def test_predictions_stay_in_bounds_and_agree(alpha, beta, gamma, delta, n, horizon):
    model = BetaGeoBetaBinomial.from_params(
        alpha=alpha, beta=beta, gamma=gamma, delta=delta, unit="Y"
    )
    table = frame([0, n, n // 2], [0, n, n - n // 3 if n > 1 else n // 2], n)
    alive = model.probability_alive(table)
    expected = model.expected_purchases(table, horizon)
    chances = model.purchase_distribution(horizon, summary=table, max_purchases=12)
    assert alive.between(0, 1).all()
    assert expected.between(0, horizon).all()
    assert_allclose(chances.sum(axis=1), 1, rtol=1e-9)
    assert_allclose(chances @ chances.columns, expected, rtol=1e-7, atol=1e-12)
    discounted = model.discounted_expected_purchases(table, discount_rate=0.1, horizon=horizon)
    endless = model.discounted_expected_purchases(table, discount_rate=0.1)
    assert (discounted <= expected * (1 + 1e-12)).all()
    assert (discounted <= endless * (1 + 1e-9)).all()


def test_many_opportunities_do_not_overflow():
    table = frame([0, 600, 1000], [0, 900, 1000], 1000)
    assert PUBLISHED.probability_alive(table).between(0, 1).all()
    assert PUBLISHED.expected_purchases(table, 2000).between(0, 2000).all()


# --- simulation -----------------------------------------------------------------------------------


def test_simulated_base_gives_back_its_parameters():
    drawn = PUBLISHED.simulate(40_000, n_periods=12, seed=2)
    assert set(drawn["time_unit"]) == {"Y"}
    rows = BetaGeoBetaBinomial().fit(drawn).parameter_intervals(level=0.999)
    assert ((rows["lower"] < PUBLISHED.params_) & (PUBLISHED.params_ < rows["upper"])).all()


@pytest.mark.slow
def test_intervals_cover_as_often_as_they_say():
    """25 bases, nominal 90 %: 22.5 +- 1.5 are covered, so 18 is far below chance.

    In small bases gamma and delta lie on a ridge, and their intervals cover more than they say.
    """
    truth, hits, means = PUBLISHED, np.zeros(4), np.zeros(3)
    who = frame([0, 3, 8], [0, 6, 8], 8)
    right = truth.expected_purchases(who, 4).to_numpy()
    for seed in range(25):
        model = BetaGeoBetaBinomial().fit(truth.simulate(12_000, n_periods=10, seed=seed))
        rows = model.parameter_intervals(level=0.9)
        hits += ((rows["lower"] < truth.params_) & (truth.params_ < rows["upper"])).to_numpy()
        table = model.expected_purchases(who, 4, level=0.9)
        means += ((table["lower"] < right) & (right < table["upper"])).to_numpy()
    assert ((hits >= 19) & (hits <= 24)).all(), hits
    assert ((means >= 19) & (means <= 24)).all(), means


def test_simulated_customers_do_what_the_model_expects():
    drawn = PUBLISHED.simulate(100_000, n_periods=5, horizon=4, seed=3)
    assert (drawn["duration_holdout"] == 4).all()
    # Standard errors of a mean of 100,000 are below 0.005.
    assert drawn["frequency"].mean() == pytest.approx(PUBLISHED.expected_purchases_new(5), abs=0.02)
    alive = PUBLISHED.probability_alive(drawn)
    assert alive.mean() == pytest.approx(drawn["alive"].mean(), abs=0.005)
    expected = PUBLISHED.expected_purchases(drawn, 4)
    assert expected.mean() == pytest.approx(drawn["frequency_holdout"].mean(), abs=0.015)
    group = drawn["recency"] == 3
    assert expected[group].mean() == pytest.approx(
        drawn.loc[group, "frequency_holdout"].mean(), abs=0.05
    )


def test_drawn_futures_follow_the_distribution():
    row = frame([3], [4], [6])
    counts = PUBLISHED.read(row).each
    many = counts.rows(np.zeros(200_000, dtype="intp"))
    values = PUBLISHED._values(PUBLISHED.theta_, many)
    drawn = PUBLISHED._draw_future(values, many, 5, np.random.default_rng(4))
    alive = PUBLISHED.probability_alive(row).item()
    chances = PUBLISHED.purchase_distribution(5, summary=row, max_purchases=5).iloc[0]
    shares = alive * np.bincount(drawn, minlength=6) / len(drawn)
    shares[0] += 1 - alive
    assert_allclose(shares, chances, atol=0.004)  # four standard errors


def test_simulation_is_reproducible_and_takes_differing_observation():
    n = np.tile([0, 3, 9], 50)
    one, other = (PUBLISHED.simulate(150, n_periods=n, seed=5) for _ in range(2))
    assert_frame_equal(one, other)
    assert one["n_periods"].tolist() == n.tolist()
    assert (one["recency"] <= one["n_periods"]).all()
    assert (one["frequency"] <= one["recency"]).all()
    assert not one.equals(PUBLISHED.simulate(150, n_periods=n, seed=6))


# --- fits without an answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(frame([3], [4], [6]), "One customer says nothing", id="one-customer"),
        pytest.param(frame([0, 0], [0, 0], 6), "Nobody bought again", id="no-repeat"),
        pytest.param(frame([0, 1, 2], [0, 1, 2], 2), "at most 2, too few", id="two-periods"),
        pytest.param(frame([6, 6, 6], [6, 6, 6], 6), "no maximum inside", id="all-always"),
        pytest.param(
            frame([1, 2, 3, 4, 5], 6, 6, n_customers=[10, 20, 30, 20, 10]),
            "no dropout is visible",
            id="nobody-left",
        ),
    ],
)
def test_data_without_an_answer_name_the_cause(rows, message):
    with pytest.raises(ConvergenceError, match=message):
        BetaGeoBetaBinomial().fit(rows)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(frame([3], [4], [6]), id="one-customer"),
        pytest.param(frame([0, 0], [0, 0], 6), id="no-repeat"),
        pytest.param(frame([0, 1, 2], [0, 1, 2], 2), id="two-periods"),
        pytest.param(frame([6, 6, 6], [6, 6, 6], 6), id="all-always"),
    ],
)
def test_penalty_gives_an_answer_on_little_data(rows):
    model = BetaGeoBetaBinomial(penalty=0.05).fit(rows)
    assert model.gradient_norm_ < 1e-5
    assert model.expected_purchases(rows, 3).between(0, 3).all()


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        pytest.param([1, 2], TypeError, "must be a DataFrame", id="no-frame"),
        pytest.param(frame([], [], []), ValueError, "at least one customer", id="empty"),
        pytest.param(
            pd.DataFrame({"frequency": [1], "recency": [1]}),
            ValueError,
            "lacks 'n_periods'",
            id="column",
        ),
        pytest.param(frame([7], [6], [6]), ValueError, "at most `recency`; 1 of 1", id="too-many"),
        pytest.param(frame([2], [7], [6]), ValueError, "at most `n_periods`; 1 of 1", id="late"),
        pytest.param(
            frame([3, 1], [2, 1], 6), ValueError, "at most `recency`; 1 of 2", id="more-than-room"
        ),
        pytest.param(frame([0, 1], [2, 1], 6), ValueError, "`recency` must be 0", id="no-purchase"),
        pytest.param(frame([-1], [0], [6]), ValueError, "`frequency` must be whole", id="negative"),
        pytest.param(frame([1.5], [2], [6]), ValueError, "`frequency` must be whole", id="broken"),
        pytest.param(frame([1], [1.5], [6]), ValueError, "`recency` must be whole", id="recency"),
        pytest.param(frame([1], [1], [6.5]), ValueError, "`n_periods` must be whole", id="periods"),
        pytest.param(frame([np.nan], [1], [6]), ValueError, "`frequency` must be finite", id="nan"),
        pytest.param(frame(["a"], [1], [6]), TypeError, "must hold numbers", id="text"),
    ],
)
def test_bad_summaries_are_refused(rows, error, message):
    for use in (BetaGeoBetaBinomial().fit, PUBLISHED.probability_alive):
        with pytest.raises(error, match=message):
            use(rows)


def test_no_opportunity_says_nothing_and_can_be_scored(donors):
    fresh = frame([0], [0], [0])
    fitted = BetaGeoBetaBinomial().fit(pd.concat([donors, fresh.assign(n_customers=1)]))
    pd.testing.assert_series_equal(fitted.params_, BetaGeoBetaBinomial().fit(donors).params_)
    with pytest.raises(ValueError, match=r"`n_periods` must be above 0; 1 of 1 rows"):
        BetaGeoBetaBinomial().fit(fresh)
    found = PUBLISHED.expected_purchases(fresh, 3).item()
    assert found == pytest.approx(PUBLISHED.expected_purchases_new(3))


def test_another_unit_is_refused(donors):
    monthly = donors.assign(time_unit="M")
    with pytest.raises(ValueError, match="must be in the model's unit 'Y'; got 'M'"):
        PUBLISHED.probability_alive(monthly)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, d: m.expected_purchases(d, 2.5), ValueError, r"whole number .*; got 2\.5"),
        (lambda m, d: m.expected_purchases(d, -1), ValueError, "`horizon` must be finite"),
        (lambda m, d: m.expected_purchases(d, "2"), TypeError, "`horizon` must be a number"),
        (lambda m, d: m.purchase_distribution(1.5), ValueError, "whole number"),
        (lambda m, d: m.expected_purchases_new(1.5), ValueError, "`t` must be whole numbers"),
        (lambda m, d: m.expected_purchases_new(-1), ValueError, "`t` must not be negative"),
        (
            lambda m, d: m.discounted_expected_purchases(d, discount_rate=0.1, horizon=1.5),
            ValueError,
            "whole number",
        ),
        (
            lambda m, d: m.discounted_expected_purchases(d, discount_rate=0.0),
            ValueError,
            "above 0 for an infinite horizon",
        ),
        (
            lambda m, d: m.discounted_expected_purchases(d, discount_rate=-1.0),
            ValueError,
            "`discount_rate` must be finite and above -1",
        ),
        (lambda m, d: m.expected_purchases(d, 2, level=0.9), ValueError, "given parameters"),
        (lambda m, d: m.simulate(0, n_periods=3), ValueError, "`n_customers` must be at least 1"),
        (lambda m, d: m.simulate(2, n_periods=3.5), ValueError, "`n_periods` must be whole"),
        (lambda m, d: m.simulate(2, n_periods=3, horizon=0.5), ValueError, "whole number"),
        (lambda m, d: m.simulate(2, n_periods=3, seed=-1), ValueError, "`seed`"),
    ],
    ids=[
        "horizon-broken", "horizon-negative", "horizon-text", "pmf-horizon", "t-broken",
        "t-negative", "discounted-horizon", "no-discount", "discount", "no-covariance",
        "customers", "periods", "simulated-horizon", "seed",
    ],
)  # fmt: skip
def test_bad_arguments_are_refused(donors, call, error, message):
    with pytest.raises(error, match=message):
        call(PUBLISHED, donors)


def test_discounting_needs_a_unit(donors):
    model = BetaGeoBetaBinomial().fit(unlabelled(donors))
    with pytest.raises(ValueError, match="must know its unit of time"):
        model.discounted_expected_purchases(unlabelled(donors), discount_rate=0.1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"penalty": -1}, ValueError, "`penalty` must be finite"),
        ({"penalty": None}, TypeError, "`penalty` must be a number"),
        ({"unit": "years"}, ValueError, "`unit` must be one of"),
    ],
    ids=["penalty", "penalty-type", "unit"],
)
def test_bad_options_are_refused(donors, options, error, message):
    with pytest.raises(error, match=message):
        BetaGeoBetaBinomial(**options).fit(donors)


def test_unfitted_use_is_refused(donors):
    with pytest.raises(NotFittedError, match="no parameters yet"):
        BetaGeoBetaBinomial().probability_alive(donors)
    with pytest.raises(NotFittedError, match="no parameters yet"):
        BetaGeoBetaBinomial().simulate(2, n_periods=3)


def test_from_params_takes_no_covariates():
    with pytest.raises(TypeError, match=r"`coefficients` must have blocks \(none\)"):
        BetaGeoBetaBinomial.from_params(
            alpha=1, beta=1, gamma=1, delta=1, coefficients={"purchase": {"age": 1.0}}
        )
