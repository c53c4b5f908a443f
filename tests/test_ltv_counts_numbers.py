"""The formulas of the purchase models against slow integrals, differences and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ltv_cases import MODELS, customers, ordinary
from numpy.testing import assert_allclose
from scipy import special

from crmlab.ltv import NBD, BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD
from crmlab.ltv._noncontract.pareto_integral import left_integral
from crmlab.ltv._noncontract.summary import Counts

COINS = {BetaGeoNBD: 0, ModifiedBetaGeoNBD: 1}


def log_uniform(low, high):
    return st.floats(math.log(low), math.log(high)).map(math.exp)


shapes = log_uniform(0.01, 50)


@st.composite
def histories(draw, largest=300):
    """Frequency, recency and T of one customer."""
    T = draw(log_uniform(0.01, 1e4))
    x = draw(st.integers(0, largest))
    return x, (T * draw(st.floats(0, 1)) if x else 0.0), T


# --- gradients ------------------------------------------------------------------------------------


def counts_of(rng, n, n_covariates):
    T = rng.uniform(0.1, 3, n)
    x = rng.negative_binomial(0.5, 0.2, n).astype(float)
    x[:3] = [0, 1, 300]
    tx = np.where(x > 0, T * rng.random(n) ** 0.5, 0.0)
    tx[3] = T[3] if x[3] else 0.0
    return Counts(
        x, tx, T, rng.integers(1, 9, n).astype(float), rng.normal(0, 1, (n, n_covariates))
    )


def difference(function, at, move):
    """The derivative along `move` by central differences of fourth order."""
    near, far = ((function(at + k * move) - function(at - k * move)) / (2 * k) for k in (1, 2))
    return (4 * near - far) / 3


@pytest.mark.parametrize("with_covariates", [False, True], ids=["plain", "covariates"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(6))
def test_gradient_is_that_of_the_log_likelihood(model, with_covariates, seed):
    rng = np.random.default_rng(seed)
    named = {"purchase_covariates": ["u", "v"]} if with_covariates else {}
    if with_covariates and model is not NBD:
        named["dropout_covariates"] = ["v"]
    fitted = model(**named)
    rows = counts_of(rng, 60, 2 if with_covariates else 0)
    n = len(model._NAMES)
    theta = rng.normal(0, 0.3, n + len(fitted._coefficient_names()))
    theta[:n] = rng.uniform(-3, 3, n)

    def value(at):
        return fitted._total(at, rows)[0] / rows.n_customers

    step = 1e-3
    expected = [difference(value, theta, move) / step for move in step * np.eye(len(theta))]
    gradient = fitted._total(theta, rows)[1] / rows.n_customers
    assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


# --- the integral of the Pareto/NBD ---------------------------------------------------------------


def slow_integral(tx, T, alpha, power_alpha, beta, power_beta):
    """Log of the integral and its means, over 300 panels that grow from the first."""
    if tx == T:
        return -np.inf, None
    steepest = (alpha + tx) / power_alpha, (beta + tx) / power_beta
    first = min(1e-3 * min(steepest), (T - tx) / 2)
    edges = np.concatenate([[0], np.geomspace(first, T - tx, 300)])
    nodes, weights = np.polynomial.legendre.leggauss(16)
    width = np.diff(edges)[:, None]
    t = (edges[:-1, None] + width * (nodes + 1) / 2).ravel()
    mass = (width * weights / 2).ravel()
    mass = mass * np.exp(
        -power_alpha * np.log1p(t / (alpha + tx)) - power_beta * np.log1p(t / (beta + tx))
    )
    total = mass.sum()
    log = np.log(total) - power_alpha * np.log(alpha + tx) - power_beta * np.log(beta + tx)
    means = [
        mass @ np.log(alpha + tx + t), mass @ np.log(beta + tx + t),
        mass @ (1 / (alpha + tx + t)), mass @ (1 / (beta + tx + t)),
    ]  # fmt: skip
    return log, np.array(means) / total


GRID = [
    pytest.param(alpha, beta, id=f"alpha={alpha:g}-beta={beta:g}")
    for alpha in (1e-5, 0.01, 1.0, 30.0, 1e5)
    for beta in (1e-5, 0.01, 1.0, 30.0, 1e5)
]


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "beta"), GRID)
def test_left_integral_equals_the_sum_over_hundreds_of_panels(alpha, beta):
    for x in (0, 1, 7, 60, 500):
        for r in (1e-3, 0.5, 20.0):
            for s in (1e-3, 0.6, 30.0):
                tx = np.array([0.0, 1e-6, 0.3, 0.999, 1.0] if x else [0.0])
                T = np.ones(len(tx))
                found = left_integral(
                    tx, T, alpha=alpha, power_alpha=r + x, beta=beta, power_beta=s + 1
                )
                for at in range(len(tx)):
                    log, means = slow_integral(tx[at], 1.0, alpha, r + x, beta, s + 1)
                    # A difference of logs of 1e-9 is a relative error of 1e-9.
                    assert_allclose(found.log[at], log, rtol=1e-14, atol=1e-9)
                    if means is not None:
                        got = [found.log_alpha[at], found.log_beta[at],
                               found.per_alpha[at], found.per_beta[at]]  # fmt: skip
                        assert_allclose(got, means, rtol=1e-9, atol=1e-12)


@given(histories(500), shapes, log_uniform(1e-4, 1e6), shapes, log_uniform(1e-4, 1e6))
@settings(deadline=None, max_examples=60)
def test_left_integral_equals_the_slow_sum_anywhere(history, r, alpha, s, beta):
    x, tx, T = history
    found = left_integral(
        np.array([tx]), np.array([T]), alpha=alpha, power_alpha=r + x, beta=beta, power_beta=s + 1
    )
    log, _ = slow_integral(tx, T, alpha, r + x, beta, s + 1)
    assert_allclose(found.log[0], log, rtol=1e-13, atol=1e-9)


# --- expected purchases ---------------------------------------------------------------------------


def mean_over_beta(function, a, b):
    """Mean of a function of a chance that is beta-distributed, over many panels of its log-odds."""
    edges = np.concatenate([np.linspace(-600, -60, 110), np.linspace(-59.9, 59.9, 600)])
    edges = np.concatenate([edges, np.linspace(60, 600, 110)])
    nodes, weights = np.polynomial.legendre.leggauss(12)
    width = np.diff(edges)[:, None]
    odds = (edges[:-1, None] + width * (nodes + 1) / 2).ravel()
    log_p, log_q = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    mass = np.exp(a * log_p + b * log_q) * (width * weights / 2).ravel()
    chance = np.exp(log_p)
    # What is cut off: the function is constant there, the mass a power.
    ends = np.exp(-600 * a) / a, np.exp(-600 * b) / b
    values = function(np.append(chance, [np.exp(-600.0), 1.0]))
    return np.append(mass, ends) @ values / (mass.sum() + sum(ends))


def gamma_mean(function, shape, rate):
    """Mean of a function of a rate that is gamma-distributed, over many panels of its log."""
    edges = np.concatenate([np.linspace(-600, -60, 100), np.linspace(-59.9, 7, 500)])
    nodes, weights = np.polynomial.legendre.leggauss(12)
    width = np.diff(edges)[:, None]
    log = (edges[:-1, None] + width * (nodes + 1) / 2).ravel()
    mass = np.exp(shape * log - np.exp(log) - special.gammaln(shape + 1)) * shape
    mass *= (width * weights / 2).ravel()
    low = np.exp(-600 * shape - special.gammaln(shape + 1))  # what is cut off
    values = function(np.append(np.exp(log), np.exp(-600.0)) / rate)
    return np.append(mass, low) @ values


def slow_purchases_if_alive(model, params, x, T, horizon):
    """Expected purchases of someone alive at T, averaged over what is not known of the customer."""
    shape, rate = params["r"] + x, params["alpha"] + T
    if model is NBD:
        return shape / rate * horizon
    if model is ParetoNBD:
        s, beta = params["s"], params["beta"] + T

        def stays(leaving):
            return -np.expm1(-leaving * horizon / beta) / leaving

        total = gamma_mean(stays, s, 1.0)
        return shape / rate * beta * total

    def bought(chance):
        return -np.expm1(-shape * np.log1p(chance * horizon / rate)) / chance

    return mean_over_beta(bought, params["a"], params["b"] + x + COINS[model])


WIDE = [
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4}, id="bg-cdnow"),
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 1.0, "b": 2.4}, id="bg-a-is-1"),
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 1.0 + 3e-4, "b": 2.4}, id="bg-a-by-1"),
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 0.998, "b": 2.4}, id="bg-a-near-1"),
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 0.3, "b": 0.7}, id="bg-a+b-is-1"),
    pytest.param(
        BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 0.3, "b": 0.7 + 1e-5}, id="bg-a+b-by-1"
    ),
    pytest.param(BetaGeoNBD, {"r": 0.24, "alpha": 4.4, "a": 0.3, "b": 0.69}, id="bg-a+b-near-1"),
    pytest.param(BetaGeoNBD, {"r": 2.0, "alpha": 0.1, "a": 0.05, "b": 0.05}, id="bg-tiny-chances"),
    pytest.param(BetaGeoNBD, {"r": 9.0, "alpha": 50.0, "a": 40.0, "b": 90.0}, id="bg-alike"),
    pytest.param(BetaGeoNBD, {"r": 0.5, "alpha": 1e-3, "a": 2.0, "b": 1.0}, id="bg-tiny-alpha"),
    pytest.param(BetaGeoNBD, {"r": 0.5, "alpha": 9.0, "a": 2.0, "b": 2.0}, id="bg-a-is-2"),
    pytest.param(BetaGeoNBD, {"r": 0.5, "alpha": 9.0, "a": 3.0, "b": 0.01}, id="bg-b-tiny"),
    pytest.param(ModifiedBetaGeoNBD, {"r": 0.5, "alpha": 6.2, "a": 0.9, "b": 1.6}, id="mbg-cdnow"),
    pytest.param(ModifiedBetaGeoNBD, {"r": 0.5, "alpha": 6.2, "a": 1.0, "b": 1.6}, id="mbg-a-is-1"),
    pytest.param(ModifiedBetaGeoNBD, {"r": 3.0, "alpha": 0.2, "a": 0.02, "b": 5.0}, id="mbg-loyal"),
    pytest.param(ParetoNBD, {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7}, id="pareto-cdnow"),
    pytest.param(ParetoNBD, {"r": 0.55, "alpha": 10.6, "s": 1.0, "beta": 11.7}, id="pareto-s-is-1"),
    pytest.param(
        ParetoNBD, {"r": 0.55, "alpha": 10.6, "s": 1 + 1e-9, "beta": 11.7}, id="pareto-s-by-1"
    ),
    pytest.param(ParetoNBD, {"r": 9.0, "alpha": 0.1, "s": 0.02, "beta": 0.1}, id="pareto-extreme"),
    pytest.param(ParetoNBD, {"r": 9.0, "alpha": 0.1, "s": 20.0, "beta": 900.0}, id="pareto-alike"),
    pytest.param(NBD, {"r": 0.4, "alpha": 12.0}, id="nbd"),
]


@pytest.mark.parametrize(("model", "params"), WIDE)
def test_expected_purchases_equal_the_mean_over_the_posterior(model, params):
    fitted = model.from_params(**params, unit="W")
    x = [0, 1, 40, 300]
    history = customers(x, [0.0, 38.0, 38.0, 38.0], [38.9] * 4)
    alive = fitted.probability_alive(history)
    for horizon in (1e-6, 1.0, 39.0, 1e4, 1e8):
        if_alive = [slow_purchases_if_alive(model, params, each, 38.9, horizon) for each in x]
        found = fitted.expected_purchases(history, horizon)
        assert_allclose(found, alive * if_alive, rtol=1e-7, err_msg=f"horizon {horizon}")


@pytest.mark.parametrize(("model", "params"), WIDE)
def test_expected_purchases_of_a_new_customer_equal_the_mean_over_customers(model, params):
    at_start = 1.0
    if model is ModifiedBetaGeoNBD:  # survives the dropout draw of the first purchase
        at_start = params["b"] / (params["a"] + params["b"])
    fitted = model.from_params(**params, unit="W")
    for t in (0.0, 1e-9, 0.5, 52.0, 1e6):
        expected = at_start * slow_purchases_if_alive(model, params, 0, 0.0, t) if t else 0.0
        assert_allclose(fitted.expected_purchases_new(t), expected, rtol=1e-7, err_msg=f"t {t}")


@pytest.mark.slow
@given(
    st.sampled_from([BetaGeoNBD, ModifiedBetaGeoNBD]), histories(),
    shapes, log_uniform(1e-3, 1e4), shapes, shapes, log_uniform(1e-4, 1e6),
)  # fmt: skip
@settings(deadline=None, max_examples=80)
def test_beta_geometric_expectations_are_possible_anywhere(model, history, r, alpha, a, b, horizon):
    fitted = model.from_params(r=r, alpha=alpha, a=a, b=b, unit="W")
    summary = customers(*history)
    ahead = [fitted.expected_purchases(summary, h).iloc[0] for h in (0, horizon, 2 * horizon)]
    x, _, T = history
    assert ahead[0] == 0
    assert 0 <= ahead[1] <= ahead[2] * (1 + 1e-7)
    # Nobody buys more than those who never leave.
    assert ahead[1] <= (r + x) / (alpha + T) * horizon * (1 + 1e-7)
    assert 0 <= fitted.probability_alive(summary).iloc[0] <= 1


@pytest.mark.slow
@given(
    histories(), shapes, log_uniform(1e-3, 1e4), shapes, log_uniform(1e-3, 1e4),
    log_uniform(1e-4, 1e6),
)  # fmt: skip
@settings(deadline=None, max_examples=80)
def test_pareto_expectations_are_possible_anywhere(history, r, alpha, s, beta, horizon):
    fitted = ParetoNBD.from_params(r=r, alpha=alpha, s=s, beta=beta, unit="W")
    summary = customers(*history)
    ahead = [fitted.expected_purchases(summary, h).iloc[0] for h in (0, horizon, 2 * horizon)]
    x, _, T = history
    assert ahead[0] == 0
    assert 0 <= ahead[1] <= ahead[2] * (1 + 1e-12)
    assert ahead[1] <= (r + x) / (alpha + T) * horizon * (1 + 1e-12)
    assert 0 <= fitted.probability_alive(summary).iloc[0] <= 1


# --- the chance to be alive -----------------------------------------------------------------------


@pytest.mark.parametrize("model", [BetaGeoNBD, ModifiedBetaGeoNBD])
@pytest.mark.parametrize("x", [0, 1, 2, 9])
@pytest.mark.parametrize("tx", [0.5, 20.0, 38.0])
def test_probability_alive_of_beta_geometric_models_is_bayes_rule(model, x, tx):
    params = {"r": 1.6, "alpha": 4.4, "a": 1.3, "b": 2.4}
    tx = tx if x else 0.0
    coins = x + COINS[model]

    def chance(power, misses):
        return gamma_mean(lambda v: v**x * np.exp(-v * power), 1.6, 4.4), mean_over_beta(
            lambda p: (1 - p) ** misses * (p if misses < coins else np.ones_like(p)), 1.3, 2.4
        )

    stayed = math.prod(chance(39.0, coins))
    left = math.prod(chance(tx, coins - 1)) if coins else 0.0
    found = model.from_params(**params, unit="W").probability_alive(customers(x, tx, 39.0)).iloc[0]
    assert_allclose(found, stayed / (stayed + left), rtol=1e-7)


@pytest.mark.parametrize(("x", "tx"), [(0, 0.0), (1, 5.0), (4, 30.0), (4, 3.0)])
def test_probability_alive_of_pareto_is_bayes_rule(x, tx):
    T = 39.0

    def stayed(buying, leaving):
        return buying**x * math.exp(-(buying + leaving) * T)

    def left(buying, leaving):
        both = buying + leaving
        return buying**x * leaving / both * (math.exp(-both * tx) - math.exp(-both * T))

    # Gauss and Laguerre in both rates: s and r of 1 leave nothing singular.
    nodes, weights = special.roots_laguerre(150)
    buying, leaving = nodes / 10.0, nodes / 12.0
    masses = {
        each: sum(
            w * v * each(b, m) for b, w in zip(buying, weights, strict=True)
            for m, v in zip(leaving, weights, strict=True)
        )
        for each in (stayed, left)
    }  # fmt: skip
    fitted = ParetoNBD.from_params(r=1.0, alpha=10.0, s=1.0, beta=12.0, unit="W")
    found = fitted.probability_alive(customers(x, tx, T)).iloc[0]
    # What two times 150 nodes are good for.
    assert_allclose(found, masses[stayed] / (masses[stayed] + masses[left]), rtol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_probability_alive_is_the_share_alive_among_drawn_customers(model):
    drawn = ordinary(model).simulate(50_000, T=39.0, seed=3)
    chance = ordinary(model).probability_alive(drawn)
    groups = np.floor(chance * 10)
    for _, rows in drawn.assign(chance=chance).groupby(groups):
        error = math.sqrt(rows["chance"].mean() * (1 - rows["chance"].mean()) / len(rows))
        assert abs(rows["alive"].mean() - rows["chance"].mean()) <= 4 * error + 1e-9


# --- the distribution of purchases ----------------------------------------------------------------


@pytest.mark.parametrize(("model", "params"), WIDE)
@pytest.mark.parametrize("x", [0, 5])
def test_purchase_distribution_sums_to_one_and_has_the_expected_mean(model, params, x):
    fitted = model.from_params(**params, unit="W")
    history = customers(x, 30.0 if x else 0.0, 39.0)
    horizon = 20.0
    most = 400
    table = fitted.purchase_distribution(horizon, summary=history, max_purchases=most).iloc[0]
    mean = fitted.expected_purchases(history, horizon).iloc[0]
    assert (table >= 0).all()
    assert_allclose(table.sum(), 1, rtol=1e-9)
    assert_allclose(table @ table.index, mean, rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_purchase_distribution_of_new_customers_is_that_of_drawn_ones(model):
    drawn = ordinary(model).simulate(100_000, T=52.0, seed=5)
    found = ordinary(model).purchase_distribution(52.0, max_purchases=12)
    shares = drawn["frequency"].value_counts(normalize=True).reindex(found.index, fill_value=0)
    assert_allclose(shares, found, atol=4 * 0.5 / math.sqrt(100_000))
    assert_allclose(
        drawn["frequency"].mean(), ordinary(model).expected_purchases_new(52), rtol=0.02
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_purchases_after_T_are_those_of_drawn_customers_alike(model):
    drawn = ordinary(model).simulate(100_000, T=39.0, horizon=26.0, seed=6)
    expected = ordinary(model).expected_purchases(drawn, 26.0)
    pmf = ordinary(model).purchase_distribution(26.0, summary=drawn.head(20_000), max_purchases=6)
    for _, rows in drawn.assign(expected=expected).groupby(drawn["frequency"].clip(upper=8)):
        error = rows["frequency_holdout"].std() / math.sqrt(len(rows))
        assert abs(rows["frequency_holdout"].mean() - rows["expected"].mean()) < 4 * error
    shares = drawn["frequency_holdout"].head(20_000).value_counts(normalize=True)
    assert_allclose(shares.reindex(pmf.columns, fill_value=0), pmf.mean(), atol=0.013)


@pytest.mark.parametrize("model", MODELS)
def test_expectation_today_is_the_mean_of_expectations_after_more_observation(model):
    # Someone new, seen again after 10 weeks: what is then expected must average to what was.
    drawn = ordinary(model).simulate(100_000, T=10.0, seed=8)
    total = drawn["frequency"] + ordinary(model).expected_purchases(drawn, 30.0)
    error = total.std() / math.sqrt(len(total))
    assert abs(total.mean() - ordinary(model).expected_purchases_new(40.0)) < 4 * error


# --- discounting ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [520.0, math.inf])
@pytest.mark.parametrize(("model", "params"), WIDE)
def test_discounted_purchases_equal_the_integral_of_the_expectation(model, params, horizon):
    fitted = model.from_params(unit="W", **params)
    history = customers(6, 30.0, 39.0)
    force = math.log1p(0.15) * 7 / 365.25
    end = min(horizon, 45 / force)

    def expected(t):
        return fitted.expected_purchases(history, t).iloc[0]

    # By parts: what is bought by the end, and interest on all that came before.
    edges = np.concatenate([[0], np.geomspace(1e-4, end, 18)])
    nodes, weights = np.polynomial.legendre.leggauss(6)
    width = np.diff(edges)[:, None]
    times = (edges[:-1, None] + width * (nodes + 1) / 2).ravel()
    interest = force * np.exp(-force * times) * (width * weights / 2).ravel()
    earned = interest @ [expected(t) for t in times]
    expected_value = expected(end) * math.exp(-force * end) + earned
    found = fitted.discounted_expected_purchases(history, discount_rate=0.15, horizon=horizon)
    assert_allclose(found.iloc[0], expected_value, rtol=1e-6)


@pytest.mark.parametrize(("model", "params"), WIDE)
def test_without_interest_discounted_purchases_are_the_expected_ones(model, params):
    fitted = model.from_params(unit="W", **params)
    history = customers([0, 1, 6, 200], [0.0, 3.0, 30.0, 38.0], [39.0, 39.0, 39.0, 39.0])
    for horizon in (1.0, 100.0, 10_000.0):
        found = fitted.discounted_expected_purchases(history, discount_rate=0.0, horizon=horizon)
        assert_allclose(found, fitted.expected_purchases(history, horizon), rtol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_a_discount_rate_means_the_same_in_every_unit(model):
    params = ordinary(model).params_
    daily = {k: v * 7 if k in model._TIMES else v for k, v in params.items()}
    by_day = model.from_params(unit="D", **daily).discounted_expected_purchases(
        customers(3, 140.0, 280.0, unit="D"), discount_rate=0.2
    )
    by_week = ordinary(model).discounted_expected_purchases(
        customers(3, 20.0, 40.0), discount_rate=0.2
    )
    assert_allclose(by_day, by_week, rtol=1e-10)
