"""Expectations hang together also where customers leave within instants, or buy by the thousand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ltv_cases import customers

from crmlab.ltv import BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD

MODELS = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD]
every_model = pytest.mark.parametrize("kind", MODELS, ids=[kind.__name__ for kind in MODELS])
wide = st.floats(-3, 3).map(lambda power: 10**power)
WEEKLY = math.log(1.1) * 7 / 365.25


def customer(x, T):
    return customers([x], [T if x else 0.0], [T])


def model_of(kind, values):
    return kind.from_params(unit="W", **dict(zip(kind._NAMES, values, strict=True)))


@pytest.mark.slow
@every_model
@settings(max_examples=60, deadline=None)
@given(values=st.tuples(wide, wide, wide, wide), x=st.sampled_from([0, 1, 5, 500]), T=wide)
def test_discounted_purchases_lie_between_their_bounds(kind, values, x, T):
    model, row = model_of(kind, values), customer(x, T)
    total, year = (
        model.discounted_expected_purchases(row, discount_rate=0.1, horizon=horizon).iloc[0]
        for horizon in (math.inf, 52.0)
    )
    bought = model.expected_purchases(row, 52.0).iloc[0]
    assert year <= total * (1 + 1e-6)
    # Every purchase of the year is discounted by at most the year.
    assert math.exp(-WEEKLY * 52) * bought <= year * (1 + 1e-6) + 1e-12
    assert year <= bought * (1 + 1e-6) + 1e-12


def test_discounted_purchases_of_a_customer_who_leaves_at_once():
    """Against 240 panels on the logarithm of time, of the rate written out for the Pareto/NBD."""
    r, alpha, s, beta = 0.0332110, 0.00154108, 374.53416, 0.00178754
    model = ParetoNBD.from_params(r=r, alpha=alpha, s=s, beta=beta, unit="W")
    row = customer(500, 0.01)
    edges = np.linspace(-30, 10, 240)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    log_time = edges[:-1, None] + np.diff(edges)[:, None] * (nodes + 1) / 2
    time = np.exp(log_time)
    rate = (r + 500) / (alpha + 0.01) * (1 + time / (beta + 0.01)) ** -s
    panels = np.diff(edges)[:, None] / 2 * weights * time * rate * np.exp(-WEEKLY * time)
    expected = model.probability_alive(row).iloc[0] * panels.sum()
    found = model.discounted_expected_purchases(row, discount_rate=0.1).iloc[0]
    assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.slow
@every_model
@settings(max_examples=40, deadline=None)
@given(values=st.tuples(wide, wide, wide, wide), T=wide)
def test_the_distribution_has_the_expected_mean(kind, values, T):
    model, row = model_of(kind, values), customer(1, T)
    chances = model.purchase_distribution(6.0, summary=row, max_purchases=300).iloc[0]
    expected = model.expected_purchases(row, 6.0).iloc[0]
    if chances.sum() > 1 - 1e-10:  # else more than 300 purchases matter
        mean = float((chances * chances.index).sum())
        assert mean == pytest.approx(expected, rel=1e-5, abs=1e-7)
