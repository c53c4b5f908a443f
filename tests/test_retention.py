"""Half-life, elasticity and margin by tenure: claims, derivatives, and slow counting."""

import math

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import InputError
from crmlab.customer_base import customer_profit
from crmlab.datasets import load_company
from crmlab.ltv import simple_ltv
from crmlab.retention import (
    half_life,
    margin_by_tenure,
    retention_elasticity,
    retention_for_half_life,
)

ECONOMICS = {"margin": 100.0, "retention": 0.8, "discount_rate": 0.12, "acquisition_cost": 50.0}


def test_half_in_five_years():
    assert retention_for_half_life(5) == 0.5 ** (1 / 5)
    assert half_life(0.5 ** (1 / 5)) == pytest.approx(5)
    assert (half_life(0), half_life(1)) == (0, math.inf)


@given(st.floats(0.01, 0.999))
def test_half_life_and_retention_are_inverse(retention):
    assert retention_for_half_life(half_life(retention)) == pytest.approx(retention)
    assert retention ** half_life(retention) == pytest.approx(0.5)


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.5), st.floats(0, 0.9))
def test_elasticities_are_derivatives_of_the_value(retention, rate, cost_share):
    worth = simple_ltv(100, retention, discount_rate=rate)
    base = {"margin": 100.0, "retention": retention, "discount_rate": rate,
            "acquisition_cost": cost_share * worth}  # fmt: skip
    table = retention_elasticity(**base, change=1e-6).set_index("driver")
    numeric = table["gain_share"] / 1e-6
    # A step of a millionth leaves an error of its size times the curvature, and rounding.
    np.testing.assert_allclose(numeric, table["elasticity"], rtol=2e-3, atol=1e-5)


def test_value_is_that_of_simple_ltv_and_retention_beats_the_discount_rate():
    table = retention_elasticity(**ECONOMICS).set_index("driver")
    moved = simple_ltv(100, 0.808, discount_rate=0.12, acquisition_cost=50)
    assert table.loc["retention", "value"] == pytest.approx(moved)
    ratio = table.loc["retention", "elasticity"] / table.loc["discount_rate", "elasticity"]
    assert ratio == pytest.approx(1.12 / 0.12)


def test_a_yearly_rate_becomes_a_monthly_one():
    monthly = retention_elasticity(**(ECONOMICS | {"retention": 0.98}), period="M")
    assert monthly.loc[2, "base"] == pytest.approx(1.12 ** (1 / 12) - 1, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: half_life(1.2), r"`retention` must be in \[0, 1\]; got 1.2"),
        (lambda: retention_for_half_life(0), "`periods` must be finite and above 0; got 0"),
        (lambda: retention_elasticity(**(ECONOMICS | {"retention": 1})),
         r"`retention` must be in \(0, 1\); got 1"),
        (lambda: retention_elasticity(**(ECONOMICS | {"discount_rate": 0})),
         "`discount_rate` must be finite and above 0"),
        (lambda: retention_elasticity(**(ECONOMICS | {"acquisition_cost": 250})),
         "`acquisition_cost` must be below the value of the margins, 250.00; got 250.00"),
        (lambda: retention_elasticity(**(ECONOMICS | {"acquisition_cost": -1})),
         "`acquisition_cost` must be finite and at least 0"),
        (lambda: margin_by_tenure(ORDERS.drop(columns="cost")), "The transactions lack 'cost'"),
        (lambda: margin_by_tenure(ORDERS.assign(cost=np.nan)), "`cost` must not be missing; 4"),
        (lambda: margin_by_tenure(ORDERS, observation_end="2022-06-01"),
         "`table` must show a customer through a whole period 'Y' by 2022-06-01"),
        (lambda: margin_by_tenure(ORDERS, observation_end="2000-06-01"),
         "`table` must hold a purchase by 2000-06-01"),
        (lambda: margin_by_tenure(ORDERS, acquisition_cost=-3),
         "`acquisition_cost` must be finite and at least 0"),
        (lambda: margin_by_tenure(ORDERS, period="W"), "`period` must be one of 'M', 'Q', 'Y'"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


ORDERS = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", "b"],
        "date": pd.to_datetime(["2022-01-10", "2023-02-01", "2022-03-05", "2024-06-30"]),
        "amount": [100.0, 80, 60, 40],
        "cost": [70.0, 50, 45, 25],
    }
)


@pytest.mark.slow
def test_a_tenure_counts_those_seen_through_all_of_it():
    # a's second year ends on 2024-01-09, b's on 2024-03-04; the third of neither by 2024-06-30.
    table = margin_by_tenure(ORDERS)
    assert table["n_customers"].tolist() == [2, 2]
    assert table["n_active"].tolist() == [2, 1]
    assert table["revenue"].tolist() == [160.0, 80.0]
    assert table["margin"].tolist() == [45.0, 30.0]
    last_day = margin_by_tenure(ORDERS, observation_end="2023-01-09")
    assert last_day["n_customers"].tolist() == [1]
    with pytest.raises(ValueError, match="whole period"):
        margin_by_tenure(ORDERS, observation_end="2023-01-08")


@pytest.mark.slow
def test_winning_costs_the_first_tenure_only():
    plain, paid = margin_by_tenure(ORDERS), margin_by_tenure(ORDERS, acquisition_cost=20)
    assert (plain["margin"] - paid["margin"]).tolist() == [40.0, 0.0]
    assert paid.loc[0, "margin_per_customer"] == pytest.approx(2.5)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["orders", "subscriptions"])
def test_all_tenures_add_up_to_the_profit_of_the_company(kind):
    """Where everybody's tenures are whole: customers of the first day, to the end of a month."""
    company = load_company()
    first = company.customers.loc[
        company.customers["joined"] == company.customers["joined"].min(), "customer_id"
    ]
    if kind == "orders":
        lines = company.transactions
        lines = lines[lines["customer_id"].isin(first) & (lines["amount"] >= 0)]
        came = lines.groupby("customer_id")["date"].transform("min")
        lines = lines[came == came.min()]
        end = came.min() + pd.DateOffset(months=20) - pd.Timedelta(days=1)
        table, profit = lines, customer_profit(lines, observation_end=end)
        revenue, margin = profit["sales"].sum(), profit["margin"].sum()
    else:
        table = company.subscriptions
        table = table[table["start"] == table["start"].min()]
        end = table["start"].min() + pd.DateOffset(months=20) - pd.Timedelta(days=1)
        some = company.transactions.head(1).assign(customer_id="C1")
        profit = customer_profit(some, subscriptions=table, observation_end=end)
        revenue = profit["fees"].sum()
        margin = revenue - profit["service_cost"].sum()
    found = margin_by_tenure(table, period="M", observation_end=end)
    assert found["tenure"].tolist() == list(range(1, 21))
    assert found["revenue"].sum() == pytest.approx(revenue)
    assert found["margin"].sum() == pytest.approx(margin)


@pytest.mark.slow
def test_limits_of_a_margin_agree_with_a_bootstrap():
    rng = np.random.default_rng(1)
    amount = rng.gamma(1.5, 60, 300)
    orders = pd.DataFrame({"customer_id": range(300), "date": pd.Timestamp("2022-01-01")})
    orders = orders.assign(amount=amount, cost=amount * rng.uniform(0.5, 0.9, 300))
    row = margin_by_tenure(orders, observation_end="2022-12-31").iloc[0]
    margin = (orders["amount"] - orders["cost"]).to_numpy()
    drawn = rng.integers(0, 300, (4000, 300))
    share = margin[drawn].sum(axis=1) / amount[drawn].sum(axis=1)
    assert row["upper"] - row["lower"] == pytest.approx(2 * 1.96 * share.std(), rel=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["transactions", "subscriptions"])
def test_tables_of_an_engine_say_the_same_as_frames(name):
    table = getattr(load_company(), name)
    found = margin_by_tenure(ibis.memtable(table), period="Q")
    pd.testing.assert_frame_equal(found, margin_by_tenure(table, period="Q"))


def orders_of(revenue, margin):
    """One order a customer, and a last day on which all were seen for a year."""
    n = len(revenue)
    table = pd.DataFrame(
        {"customer_id": [f"c{i:03}" for i in range(n)], "date": pd.Timestamp("2022-01-01"),
         "amount": revenue, "cost": revenue - margin}
    )  # fmt: skip
    return table, {"observation_end": "2023-06-30"}


def test_bootstrap_t_limits_of_a_ratio_are_those_of_a_slow_loop():
    rng = np.random.default_rng(0)
    revenue = np.exp(rng.normal(3, 1.2, 25))
    margin = revenue * rng.uniform(0.1, 0.6, 25)
    orders, until = orders_of(revenue, margin)
    found = margin_by_tenure(orders, **until, limits="bootstrap-t", n_resamples=4000).iloc[0]

    def ratio(m, x):
        share = m.sum() / x.sum()
        return share, np.sqrt(((m - share * x) ** 2).sum() * 25 / 24) / x.sum()

    share, error = ratio(margin, revenue)
    drawn = []
    for _ in range(4000):
        rows = rng.integers(0, 25, 25)
        other, spread = ratio(margin[rows], revenue[rows])
        drawn.append((other - share) / spread)
    below, above = np.quantile(drawn, [0.025, 0.975])
    expected = share - above * error, share - below * error
    assert found["estimate"] == pytest.approx(share)
    assert (found["lower"], found["upper"]) == pytest.approx(expected, abs=0.25 * error)  # by lot
    tripled, _ = orders_of(3 * revenue, 3 * margin)
    again = margin_by_tenure(
        tripled.sample(frac=1, random_state=1), **until, limits="bootstrap-t", n_resamples=4000
    ).iloc[0]
    limits = ["estimate", "lower", "upper"]
    assert again[limits].tolist() == pytest.approx(found[limits].tolist())


def test_bootstrap_t_limits_are_missing_where_nothing_spreads():
    for n in (1, 2):
        orders, until = orders_of(np.full(n, 10.0), np.full(n, 4.0))
        row = margin_by_tenure(orders, **until, limits="bootstrap-t").iloc[0]
        assert row["estimate"] == pytest.approx(0.4)
        assert row[["lower", "upper"]].isna().all()
    with pytest.raises(InputError, match="`limits` must be one of 'normal', 'bootstrap-t'"):
        margin_by_tenure(orders, limits="t")
    with pytest.raises(InputError, match="`n_resamples` must be at least 40"):
        margin_by_tenure(orders, **until, limits="bootstrap-t", n_resamples=20)


@pytest.mark.slow
def test_limits_of_few_unlike_customers_hold_more_often_by_bootstrap_t():
    rng = np.random.default_rng(2)
    many = np.exp(rng.normal(0, 1.2, 2_000_000))
    truth = (many * (0.4 + 0.05 * np.log(many))).sum() / many.sum()
    held = dict.fromkeys(["normal", "bootstrap-t"], 0)
    for _ in range(60):
        revenue = np.exp(rng.normal(0, 1.2, 20))
        margin = revenue * (0.4 + 0.05 * np.log(revenue) + rng.normal(0, 0.05, 20))
        orders, until = orders_of(revenue, margin)
        for limits in held:
            row = margin_by_tenure(orders, **until, limits=limits, n_resamples=400).iloc[0]
            held[limits] += row["lower"] <= truth <= row["upper"]
    assert held["bootstrap-t"] > held["normal"]
