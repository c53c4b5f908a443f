"""Classical lifetime value against published numbers, slow sums and invariants."""

import itertools
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal, assert_series_equal

from crmlab.ltv import customer_equity, ltv_levers, markov_ltv, simple_ltv

PAYMENTS = ["advance", "renewal", "arrears"]

margins = st.floats(-1e4, 1e4)
retentions = st.floats(0, 0.99)
rates = st.floats(0, 1)


def slow_value(margin, retention, rate, payment, n_periods=10_000):
    """Add up the payments one by one."""
    total, alive = 0.0, 1.0  # alive: still a customer, times the discount factor
    for _ in range(n_periods):
        if payment == "advance":
            total += margin * alive
        elif payment == "renewal":
            total += margin * alive * retention / (1 + rate)
        else:
            total += margin * alive / (1 + rate)
        alive *= retention / (1 + rate)
    return total


# --- simple_ltv -----------------------------------------------------------------------------------


# Margin multiples of Gupta, Lehmann and Stuart (2004), by discount rate.
MULTIPLES = {
    0.60: [1.20, 1.15, 1.11, 1.07],
    0.70: [1.75, 1.67, 1.59, 1.52],
    0.80: [2.67, 2.50, 2.35, 2.22],
    0.90: [4.50, 4.09, 3.75, 3.46],
}


def test_simple_ltv_prints_the_multiples_of_gupta_lehmann_stuart():
    got = {
        retention: [
            round(simple_ltv(1, retention, discount_rate=rate), 2)
            for rate in [0.10, 0.12, 0.14, 0.16]
        ]
        for retention in MULTIPLES
    }
    assert got == MULTIPLES


def test_simple_ltv_of_the_example_of_gupta_lehmann_stuart():
    assert simple_ltv(100, 0.8, discount_rate=0.12) == pytest.approx(250)


@pytest.mark.parametrize("payment", PAYMENTS)
@pytest.mark.parametrize(
    ("margin", "retention", "rate"),
    [
        pytest.param(100, 0.8, 0.12, id="ordinary"),
        pytest.param(-30, 0.95, 0.05, id="loses-money"),
        pytest.param(100, 0.0, 0.1, id="nobody-stays"),
        pytest.param(100, 1.0, 0.1, id="everybody-stays"),
        pytest.param(100, 0.9, 0.0, id="no-discount"),
        pytest.param(100, 0.5, -0.2, id="negative-rate"),
    ],
)
def test_simple_ltv_equals_the_slow_sum_of_payments(margin, retention, rate, payment):
    got = simple_ltv(margin, retention, discount_rate=rate, payment=payment)
    assert got == pytest.approx(slow_value(margin, retention, rate, payment))


@pytest.mark.parametrize(
    ("retention", "rate"),
    [
        pytest.param(0.8, 0.12, id="ordinary"),
        pytest.param(1.0, 0.0, id="ratio-is-one"),
        pytest.param(0.9, -0.1, id="ratio-is-one-by-a-negative-rate"),
        pytest.param(1.0, 1e-12, id="ratio-is-almost-one"),
        pytest.param(1.0, -0.01, id="ratio-above-one"),
        pytest.param(0.0, 0.1, id="nobody-stays"),
    ],
)
def test_simple_ltv_counts_n_payments(retention, rate):
    for payment, n in itertools.product(PAYMENTS, [1, 2, 7, 1_000]):
        got = simple_ltv(10, retention, discount_rate=rate, payment=payment, n_periods=n)
        expected = slow_value(10, retention, rate, payment, n)
        assert got == pytest.approx(expected, rel=1e-10), (payment, n)


def test_simple_ltv_without_discount_and_churn_is_the_sum_of_margins_exactly():
    assert simple_ltv(10, 1, discount_rate=0, n_periods=36) == 360


def test_simple_ltv_approaches_the_value_without_an_end():
    endless = simple_ltv(100, 0.8, discount_rate=0.12)
    assert simple_ltv(100, 0.8, discount_rate=0.12, n_periods=10_000) == pytest.approx(endless)


@given(margins, retentions.filter(lambda r: r > 0.01), rates)
def test_simple_ltv_conventions_differ_by_the_first_payment(margin, retention, rate):
    by = {p: simple_ltv(margin, retention, discount_rate=rate, payment=p) for p in PAYMENTS}
    assert by["advance"] - by["renewal"] == pytest.approx(margin, abs=1e-6)
    assert by["advance"] == pytest.approx(by["arrears"] * (1 + rate))
    assert by["renewal"] == pytest.approx(by["arrears"] * retention)


@given(st.floats(0.01, 1e4), retentions, rates, st.integers(1, 50), st.sampled_from(PAYMENTS))
def test_simple_ltv_grows_with_the_horizon_and_scales_with_money(m, r, d, n, payment):
    def value(margin, n_periods):
        return simple_ltv(margin, r, discount_rate=d, payment=payment, n_periods=n_periods)

    assert value(m, n) <= value(m, n + 1) * (1 + 1e-12) <= value(m, None) * (1 + 1e-9)
    assert value(-3 * m, n) == pytest.approx(-3 * value(m, n))


def test_simple_ltv_takes_acquisition_off():
    assert simple_ltv(100, 0.8, discount_rate=0.12, acquisition_cost=260) == pytest.approx(-10)


def test_simple_ltv_of_a_month_takes_the_yearly_rate():
    got = simple_ltv(10, 0.95, discount_rate=0.2, period="M", payment="advance")
    expected = slow_value(10, 0.95, 1.2 ** (1 / 12) - 1, "advance", 2_000)
    assert got == pytest.approx(expected)
    same = simple_ltv(
        10, 0.95, discount_rate=1.2 ** (1 / 12) - 1, period="M", per="M", payment="advance"
    )
    assert got == pytest.approx(same)


def test_simple_ltv_returns_what_it_is_given():
    index = pd.Index(["gold", "silver"], name="segment")
    margin, retention = [100.0, 40.0], [0.8, 0.9]
    expected = [simple_ltv(m, r, discount_rate=0.1) for m, r in zip(margin, retention, strict=True)]
    assert all(isinstance(value, float) for value in expected)
    as_list = simple_ltv(margin, retention, discount_rate=0.1)
    assert isinstance(as_list, np.ndarray)
    assert_allclose(as_list, expected)
    assert_allclose(simple_ltv(np.array(margin), 0.8, discount_rate=0.1)[0], expected[0])
    as_series = simple_ltv(pd.Series(margin, index=index), retention, discount_rate=0.1)
    assert_series_equal(as_series, pd.Series(expected, index=index, name="ltv"))
    one_series = simple_ltv(100, pd.Series(0.8, index=index), discount_rate=0.1)
    assert_series_equal(one_series, pd.Series(expected[0], index=index, name="ltv"))


@pytest.mark.parametrize(
    "margin",
    [
        pytest.param(np.array(100.0), id="array-without-dimension"),
        pytest.param(np.float32(100), id="float32"),
        pytest.param(np.int64(100), id="int64"),
        pytest.param(Decimal(100), id="decimal"),
    ],
)
def test_simple_ltv_takes_any_number_for_a_number(margin):
    got = simple_ltv(margin, 0.8, discount_rate=0.12)
    assert isinstance(got, float)
    assert got == pytest.approx(250)


@pytest.mark.parametrize(
    "margin",
    [
        pytest.param([100, 40], id="list-of-ints"),
        pytest.param([Decimal(100), Decimal(40)], id="decimals-of-a-database"),
        pytest.param(pd.array([100, 40], dtype="Int64"), id="nullable"),
        pytest.param(range(100, 39, -60), id="range"),
    ],
)
def test_simple_ltv_takes_any_column_of_numbers(margin):
    got = simple_ltv(margin, 0.8, discount_rate=0.12)
    assert_allclose(got, [250, 100])


def test_simple_ltv_does_not_change_its_arguments():
    margin = pd.Series([1.0, 2.0])
    value = simple_ltv(margin, 0.5, discount_rate=0.1, acquisition_cost=margin)
    value.iloc[0] = 99
    assert margin.tolist() == [1.0, 2.0]


GOOD = {"margin": 100.0, "retention": 0.8, "discount_rate": 0.1}
TWO = pd.Series([1.0, 2.0], index=["a", "b"])


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"retention": 1.2}, ValueError, r"`retention` must be in \[0, 1\]; got 1.2. Write 80 %"),
        ({"retention": -0.1}, ValueError, r"`retention` must be in \[0, 1\]; got -0.1"),
        ({"retention": [0.5, 80]}, ValueError, r"got 80.0 \(1 of 2 numbers\)"),
        (
            {"retention": math.nan},
            ValueError,
            "`retention` must be finite; got nan",
        ),
        (
            {"retention": 1, "discount_rate": 0},
            ValueError,
            "`retention` must be below 1 .* infinite",
        ),
        (
            {"retention": 0.9, "discount_rate": -0.2},
            ValueError,
            "per period, 0.8; got 0.9, .* infin",
        ),
        ({"retention": "0.8"}, TypeError, "`retention` must be a number; got '0.8'"),
        ({"margin": [1.0, math.nan]}, ValueError, r"`margin` .*; 1 of 2 are not, such as nan"),
        ({"margin": [None, None]}, ValueError, r"`margin` must be finite .* 2 of 2"),
        ({"margin": math.inf}, ValueError, "`margin` must be finite"),
        ({"margin": True}, TypeError, "`margin` must be a number; got True"),
        ({"margin": None}, TypeError, "`margin` must be a number; got None"),
        ({"margin": {"a": 1}}, TypeError, "`margin` must be a number; got {'a': 1}"),
        ({"margin": ["1", "2"]}, TypeError, "`margin` must hold numbers; got string"),
        ({"margin": [True, False]}, TypeError, "`margin` must hold numbers; got boolean"),
        ({"margin": []}, ValueError, "`margin` must hold at least one number; got none"),
        ({"margin": [[1, 2]]}, ValueError, "`margin` must have one dimension; got 2"),
        ({"margin": [[1, 2], [3]]}, ValueError, "`margin` must have one dimension"),
        ({"margin": 1e308, "retention": 0.99}, ValueError, "The value overflows"),
        ({"margin": [1, 2], "retention": [0.5] * 3}, ValueError, "same length.*; got 2 and 3"),
        ({"margin": TWO, "retention": TWO[::-1] / 4}, ValueError, "`retention.loc.margin.index.`"),
        (
            {"acquisition_cost": -1},
            ValueError,
            "`acquisition_cost` must be .*at least 0; got -1",
        ),
        ({"acquisition_cost": [1, 2], "margin": [1] * 3}, ValueError, "must have the same length"),
        ({"discount_rate": -1}, ValueError, "`discount_rate` must be finite and above -1"),
        ({"discount_rate": math.nan}, ValueError, "`discount_rate` must be finite"),
        ({"discount_rate": "10%"}, TypeError, "`discount_rate` must be a number"),
        ({"payment": "arears"}, ValueError, "`payment` must be one of .* Did you mean 'arrears'"),
        ({"n_periods": 0}, ValueError, "`n_periods` must be at least 1; got 0"),
        ({"n_periods": 2.5}, TypeError, "`n_periods` must be a whole number"),
        ({"period": "year"}, ValueError, "`period` must be one of 'D', 'W', 'M', 'Q', 'Y'"),
        ({"per": "year"}, ValueError, "`per` must be one of"),
    ],
)
def test_simple_ltv_names_bad_input(change, error, match):
    given_ = {**GOOD, **change}
    with pytest.raises(error, match=match):
        simple_ltv(given_.pop("margin"), given_.pop("retention"), **given_)


# --- markov_ltv -----------------------------------------------------------------------------------


STATES = ["1", "2", "3", "4", "former"]


def by_recency(orders=(0.3, 0.2, 0.15, 0.05)):
    """The chain of Pfeifer and Carraway (2000): an order leads back to state 1."""
    moves = np.zeros((5, 5))
    for i, p in enumerate(orders):
        moves[i, 0] = p
        moves[i, i + 1] = 1 - p
    moves[4, 4] = 1
    return pd.DataFrame(moves, index=STATES, columns=STATES)


# An order earns 40 on arrival in state 1; whoever is not given up is mailed for 4.
REWARD = np.array([36, -4, -4, -4, 0])


def power_sum(transition, reward, rate, n_periods=10_000):
    """Rewards one after the other: customers by state, discounted, times their rewards."""
    step, where = np.asarray(transition, dtype=float), np.eye(len(reward))
    value = np.zeros(len(reward))
    for _ in range(n_periods):
        value += where @ reward
        where = where @ step / (1 + rate)
    return value


def test_markov_ltv_of_pfeifer_and_carraway_without_discount():
    value = markov_ltv(by_recency(), REWARD, discount_rate=0)
    assert round(value["1"], 2) == 64.25
    assert value["former"] == 0


@pytest.mark.parametrize("rate", [0, 0.01, 0.2, 3.0, -0.05])
def test_markov_ltv_equals_the_sum_of_rewards(rate):
    value = markov_ltv(by_recency(), REWARD, discount_rate=rate)
    assert value.index.tolist() == STATES
    expected = power_sum(by_recency(), REWARD, rate)
    assert_allclose(value, expected, rtol=1e-9, atol=1e-12)


def test_markov_ltv_is_the_mean_of_simulated_customers():
    rng = np.random.default_rng(1)
    order = np.array([0.3, 0.2, 0.15, 0.05, 0.0])
    state = np.zeros(40_000, dtype=int)
    total = np.zeros(len(state))
    for t in range(120):
        total += REWARD[state] / 1.2**t
        orders = rng.random(len(state)) < order[state]
        state = np.where(orders, 0, np.minimum(state + 1, 4))
    error = total.std() / math.sqrt(len(total))
    value = markov_ltv(by_recency(), REWARD, discount_rate=0.2)
    assert abs(total.mean() - value["1"]) < 4 * error


@pytest.mark.parametrize("n_periods", [1, 2, 5, 1_000])
@pytest.mark.parametrize("rate", [0, 0.2, -0.1])
def test_markov_ltv_counts_n_rewards(n_periods, rate):
    moves = [[0.6, 0.4], [0.3, 0.7]]
    got = markov_ltv(moves, [10, -1], discount_rate=rate, n_periods=n_periods)
    assert_allclose(got, power_sum(moves, [10, -1], rate, n_periods), rtol=1e-9)


@pytest.mark.slow
@given(st.floats(-100, 100), retentions, rates.filter(lambda d: d > 0.001))
def test_markov_ltv_of_two_states_is_simple_ltv_in_advance(margin, retention, rate):
    moves = [[retention, 1 - retention], [0, 1]]
    value = markov_ltv(moves, [margin, 0], discount_rate=rate)
    expected = simple_ltv(margin, retention, discount_rate=rate, payment="advance")
    assert value.iloc[0] == pytest.approx(expected)


@pytest.mark.slow
@given(st.integers(1, 6), st.integers(0, 10_000), st.floats(0.01, 1))
def test_markov_ltv_satisfies_its_equation_in_any_order_of_states(n_states, seed, rate):
    rng = np.random.default_rng(seed)
    moves = rng.dirichlet(np.full(n_states, 0.3), size=n_states)
    reward = rng.normal(size=n_states)
    value = markov_ltv(moves, reward, discount_rate=rate)
    assert_allclose(value, reward + moves @ value / (1 + rate), atol=1e-9)
    order = rng.permutation(n_states)
    shuffled = markov_ltv(moves[np.ix_(order, order)], reward[order], discount_rate=rate)
    assert_allclose(shuffled, value.to_numpy()[order], atol=1e-9)


def test_markov_ltv_without_discount_needs_only_the_rewards_of_what_can_be_left():
    # Two closed classes, one of them a pair of states, none of which earns anything.
    moves = [[0.5, 0.25, 0.25, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    assert_allclose(markov_ltv(moves, [10, 0, 0, 0], discount_rate=0), [20, 0, 0, 0])
    assert_allclose(markov_ltv([[1.0]], [0], discount_rate=0), [0])


def test_markov_ltv_of_states_never_left_of_which_only_one_earns():
    moves, reward = [[0.5, 0.5, 0], [0, 0, 1], [0, 1, 0]], [1, 0, 5]
    value = markov_ltv(moves, reward, discount_rate=0.1)
    assert_allclose(value, power_sum(moves, reward, 0.1))
    with pytest.raises(ValueError, match="earn or cost money for ever: 1, 2"):
        markov_ltv(moves, reward, discount_rate=0)


def test_markov_ltv_at_a_rate_near_zero_is_a_perpetuity():
    assert_allclose(markov_ltv([[1.0]], [2.0], discount_rate=1e-14), [2e14], rtol=1e-6)


def test_markov_ltv_reads_rounding_left_in_a_row_as_zero():
    rest = 1 - 0.7 - 0.3  # not quite zero
    assert rest != 0
    moves = [[0.7, 0.3 + rest], [abs(rest), 1 - abs(rest)]]
    assert_allclose(markov_ltv(moves, [3, 0], discount_rate=0), [10, 0])


def test_markov_ltv_takes_its_states_from_the_frame_the_reward_or_the_position():
    reward = pd.Series(REWARD, index=STATES)
    named = markov_ltv(by_recency(), REWARD, discount_rate=0.2)
    assert_series_equal(markov_ltv(by_recency(), reward, discount_rate=0.2), named)
    assert_series_equal(markov_ltv(by_recency().to_numpy(), reward, discount_rate=0.2), named)
    bare = markov_ltv(by_recency().to_numpy(), REWARD, discount_rate=0.2)
    assert bare.index.tolist() == [0, 1, 2, 3, 4]
    assert_allclose(bare, named)


def test_markov_ltv_of_months_takes_the_yearly_rate():
    monthly = markov_ltv(by_recency(), REWARD, discount_rate=0.2, period="M")
    expected = power_sum(by_recency(), REWARD, 1.2 ** (1 / 12) - 1, 3_000)
    assert_allclose(monthly, expected, rtol=1e-9)


TWO_STATES = [[0.5, 0.5], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("transition", "change", "error", "match"),
    [
        ([[0.5, 0.4], [0, 1]], {}, ValueError, "add up to one; row 0 adds up to 0.9. Add the st"),
        (
            pd.DataFrame([[0.5, 0.5], [0.2, 0.9]], index=["in", "out"], columns=["in", "out"]),
            {}, ValueError, "row 'out' adds up to 1.1",
        ),
        ([[1.5, -0.5], [0, 1]], {}, ValueError, r"in \[0, 1\]; row 0 is \[1.5, -0.5\]"),
        ([[0.5, math.nan], [0, 1]], {}, ValueError, "`transition` must be finite"),
        ([["a", "b"], ["c", "d"]], {}, TypeError, "`transition` must hold numbers"),
        ([[0.5, 0.5]], {}, ValueError, r"square table .*; got shape \(1, 2\)"),
        ([[1, 0], [1]], {}, ValueError, "square table"),
        ([], {}, ValueError, "square table"),
        ([[]], {}, ValueError, "square table"),
        (
            pd.DataFrame(TWO_STATES, index=["a", "b"], columns=["b", "a"]),
            {}, ValueError, "same states in rows and columns, .*`transition.transition.index.`",
        ),
        (
            pd.DataFrame(TWO_STATES, index=["a", "a"], columns=["a", "a"]),
            {}, ValueError, "name each state once; 'a' comes twice",
        ),
        (
            pd.DataFrame(TWO_STATES, index=["a", "b"], columns=["a", "b"]),
            {"reward": TWO[::-1]}, ValueError, "`reward` must have the states of .*reward.loc",
        ),
        (TWO_STATES, {"reward": [1]}, ValueError, "one number per state, 2; got 1"),
        (TWO_STATES, {"reward": 1.0}, ValueError, "one number per state, 2; got 1"),
        (TWO_STATES, {"reward": [1, math.nan]}, ValueError, "`reward` must be finite"),
        (TWO_STATES, {"reward": ["1", "0"]}, TypeError, "`reward` must hold numbers"),
        (TWO_STATES, {"reward": [1, 2], "discount_rate": 0}, ValueError, "for ever: 1. Set `n_per"),
        (TWO_STATES, {"discount_rate": -0.5}, ValueError, "`discount_rate` must be higher: at -0"),
        (TWO_STATES, {"discount_rate": -1}, ValueError, "`discount_rate` must be finite and above"),
        (TWO_STATES, {"n_periods": 0}, ValueError, "`n_periods` must be at least 1"),
        (TWO_STATES, {"reward": [1e308, 0], "discount_rate": 0}, ValueError, "The value overflows"),
        (TWO_STATES, {"period": "X"}, ValueError, "`period` must be one of"),
    ],
)  # fmt: skip
def test_markov_ltv_names_bad_input(transition, change, error, match):
    given_ = {"reward": [1.0, 0.0], "discount_rate": 0.1, **change}
    with pytest.raises(error, match=match):
        markov_ltv(transition, given_.pop("reward"), **given_)


# --- customer_equity ------------------------------------------------------------------------------


def test_customer_equity_is_customers_times_value():
    got = customer_equity([400.0, -100.0, 0.0])
    expected = pd.DataFrame(
        {
            "part": ["existing", "total"],
            "n_customers": [3.0, 3.0],
            "value_per_customer": [100.0, 100.0],
            "equity": [300.0, 300.0],
        }
    )
    assert_frame_equal(got, expected)


def test_customer_equity_weighs_segments_by_their_customers():
    one_by_one = customer_equity([5.0] * 3 + [-1.0] * 2)
    segments = pd.Index(["a", "b"])
    by_segment = customer_equity(
        pd.Series([5.0, -1.0], index=segments), n_customers=pd.Series([3, 2], index=segments)
    )
    assert_frame_equal(by_segment, one_by_one)
    alike = customer_equity(2.0, n_customers=5)
    assert_frame_equal(alike, customer_equity([2.0] * 5))
    assert_frame_equal(customer_equity(2.0, n_customers=[4, 1]), alike)


def test_customer_equity_adds_cohorts_as_gupta_lehmann_and_stuart_do():
    n_new, worth, cost, rate = [100, 80, 0, 50.5], [30.0, 31.0, 32.0, 33.0], 40.0, 0.12
    got = customer_equity(
        [250.0] * 10, n_new=n_new, value_new=worth, acquisition_cost=cost, discount_rate=rate
    ).set_index("part")
    future = sum(
        n * (v - cost) / (1 + rate) ** k
        for k, (n, v) in enumerate(zip(n_new, worth, strict=True), start=1)
    )
    assert got.loc["future", "equity"] == pytest.approx(future)
    assert got.loc["future", "n_customers"] == pytest.approx(230.5)
    assert got.loc["total", "equity"] == pytest.approx(2500 + future)
    assert got.index.tolist() == ["existing", "future", "total"]


def test_customer_equity_of_steady_growth_equals_a_perpetuity():
    # 10 customers every period for ever are worth 10 v / d today.
    got = customer_equity(
        [0.0], n_new=[10] * 2_000, value_new=5.0, acquisition_cost=2.0, discount_rate=0.1
    )
    assert got["equity"].iloc[1] == pytest.approx(10 * 3 / 0.1)


def test_customer_equity_of_quarters_takes_the_yearly_rate():
    got = customer_equity(
        [0.0],
        n_new=[0, 0, 0, 1],
        value_new=110.0,
        acquisition_cost=0,
        discount_rate=0.1,
        period="Q",
    )
    assert got["equity"].iloc[1] == pytest.approx(100)


worths = st.lists(st.floats(-1e6, 1e6), min_size=1)


@pytest.mark.slow
@given(worths, worths, rates)
def test_customer_equity_reconciles(value, value_new, rate):
    got = customer_equity(
        value, n_new=[2.5] * len(value_new), value_new=value_new, acquisition_cost=1.0,
        discount_rate=rate,
    )  # fmt: skip
    total = got.set_index("part").loc["total"]
    parts = got.loc[got["part"] != "total"]
    assert total["equity"] == pytest.approx(parts["equity"].sum())
    assert total["n_customers"] == parts["n_customers"].sum()
    assert_allclose(got["n_customers"] * got["value_per_customer"], got["equity"], atol=1e-6)


FUTURE = {"n_new": [1, 2], "value_new": 5.0, "acquisition_cost": 1.0, "discount_rate": 0.1}


@pytest.mark.parametrize(
    ("value", "change", "error", "match"),
    [
        ([], {}, ValueError, "`value` must hold at least one number"),
        ([1, math.nan], {}, ValueError, "`value` must be finite"),
        (["a"], {}, TypeError, "`value` must hold numbers"),
        (250.0, {}, ValueError, "`value` must hold one number per customer; got 250.0. Say with"),
        ([1e308, 1e308], {}, ValueError, "The value overflows"),
        ([1, 2], {"n_customers": [1]}, ValueError, "`value` and `n_customers` must have the same"),
        (TWO, {"n_customers": TWO[::-1]}, ValueError, "`n_customers` must have the index of"),
        ([1, 2], {"n_customers": [0, 0]}, ValueError, "`n_customers` must not be zero throughout"),
        ([1], {"n_customers": [-1]}, ValueError, "`n_customers` must not be negative"),
        ([1], {**FUTURE, "n_new": [0, 0]}, ValueError, "`n_new` must not be zero throughout"),
        ([1], {**FUTURE, "n_new": [1, -1]}, ValueError, "`n_new` must not be negative"),
        (
            [1],
            {**FUTURE, "n_new": 100},
            TypeError,
            "`n_new` must hold one number per future period",
        ),
        ([1], {**FUTURE, "value_new": [1, 2, 3]}, ValueError, "`n_new` and `value_new` must have"),
        (
            [1], {**FUTURE, "value_new": [1, 2], "acquisition_cost": [1] * 3},
            ValueError, "same length.*; got 2 and 2 and 3",
        ),
        ([1], {**FUTURE, "acquisition_cost": -1}, ValueError, "`acquisition_cost` must be finite"),
        ([1], {**FUTURE, "discount_rate": -1}, ValueError, "`discount_rate` must be finite"),
        ([1], {**FUTURE, "discount_rate": None}, ValueError, "`n_new` needs `discount_rate` too"),
        ([1], {"n_new": [1]}, ValueError, "needs `value_new` and `acquisition_cost` and `discount"),
        ([1], {"discount_rate": 0.1}, ValueError, "`discount_rate` is about new customers; give"),
        ([1], {**FUTURE, "period": "X"}, ValueError, "`period` must be one of"),
    ],
)  # fmt: skip
def test_customer_equity_names_bad_input(value, change, error, match):
    with pytest.raises(error, match=match):
        customer_equity(value, **change)


# --- ltv_levers -----------------------------------------------------------------------------------


LEVERS = ["frequency", "price", "tenure", "margin", "service_cost", "acquisition_cost"]
BASE = {
    "price": 50.0, "frequency": 4.0, "margin": 0.3, "retention": 0.8, "service_cost": 10.0,
    "acquisition_cost": 60.0, "discount_rate": 0.12,
}  # fmt: skip


def value_of(lever=None, factor=1.0, payment="advance", base=BASE):
    """Value per customer with one lever multiplied, from the definition."""
    b = {**base, "tenure": 1 / (1 - base["retention"])}
    if lever:
        b[lever] *= factor
    contribution = b["price"] * b["frequency"] * b["margin"] - b["service_cost"]
    value = slow_value(contribution, 1 - 1 / b["tenure"], b["discount_rate"], payment, 1_000)
    return value - b["acquisition_cost"]


@pytest.mark.parametrize("payment", PAYMENTS)
def test_ltv_levers_equal_the_definition(payment):
    table = ltv_levers(**BASE, payment=payment, n_customers=1_000, change=0.2)
    assert table["lever"].tolist() == LEVERS
    before = value_of(payment=payment)
    assert table["value_before"].tolist() == pytest.approx([before] * len(table))
    for row in table.itertuples():
        factor = 0.8 if "cost" in row.lever else 1.2
        assert row.changed == pytest.approx(row.base * factor)
        assert row.value == pytest.approx(value_of(row.lever, factor, payment))
        assert row.gain == pytest.approx(row.value - before)
        assert row.gain_total == pytest.approx(1_000 * row.gain)
        # Central difference of a hundredth of a percent.
        slope = value_of(row.lever, 1.0001, payment) - value_of(row.lever, 0.9999, payment)
        assert row.elasticity == pytest.approx(slope / 0.0002 / before, rel=1e-6)


def test_ltv_levers_show_the_three_classical_ones_first():
    table = ltv_levers(**BASE)
    assert table["lever"].tolist()[:3] == ["frequency", "price", "tenure"]
    assert table["base"].tolist()[:2] == [4, 50]
    assert table["base"].iloc[2] == pytest.approx(5)


def test_ltv_levers_elasticity_of_retention_follows_from_that_of_tenure():
    tenure = ltv_levers(**BASE).set_index("lever").loc["tenure", "elasticity"]
    up, down = ({**BASE, "retention": 0.8 * factor} for factor in (1.0001, 0.9999))
    slope = (value_of(base=up) - value_of(base=down)) / 0.0002 / value_of()
    assert tenure * 0.8 / 0.2 == pytest.approx(slope, rel=1e-6)


def test_ltv_levers_a_price_rise_at_the_same_unit_cost_brings_more():
    gain = ltv_levers(**BASE).set_index("lever").loc["price", "gain"]
    unit_cost = 50 * 0.7
    dearer = {**BASE, "price": 55.0, "margin": (55 - unit_cost) / 55}
    assert value_of(base=dearer) - value_of() == pytest.approx(gain / 0.3)


def test_ltv_levers_keep_units_and_settings_with_the_table():
    table = ltv_levers(**BASE, period="M", n_customers=7)
    rate = 1.12 ** (1 / 12) - 1
    assert table.attrs["discount_rate"] == pytest.approx(rate)
    before = value_of(base={**BASE, "discount_rate": rate})
    assert table["value_before"].tolist() == pytest.approx([before] * 6)
    assert set(table["change"]) == {0.1}
    others = {"n_customers": 7, "payment": "advance", "period": "M"}
    assert table.attrs.items() >= others.items()


@pytest.mark.parametrize(
    ("change", "lever", "value"),
    [
        pytest.param({"margin": 0.95, "change": 0.2}, "margin", 1.0, id="margin-at-one"),
        pytest.param({"retention": 0.1, "change": -0.5}, "tenure", 1.0, id="tenure-one-period"),
        pytest.param({"change": 1.0}, "service_cost", 0.0, id="cost-at-zero"),
        pytest.param({"service_cost": 0.0}, "service_cost", 0.0, id="no-cost-to-begin-with"),
    ],
)
def test_ltv_levers_stop_where_they_can_not_go_on(change, lever, value):
    table = ltv_levers(**{**BASE, **change}).set_index("lever")
    assert table.loc[lever, "changed"] == value


def test_ltv_levers_without_change_gain_nothing():
    table = ltv_levers(**BASE, change=0.0)
    assert_allclose(table["gain"], 0, atol=1e-12)
    assert table["elasticity"].notna().all()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"acquisition_cost": 500.0}, id="loss"),
        pytest.param({"price": 0.0, "service_cost": 0.0, "acquisition_cost": 0.0}, id="zero"),
    ],
)
def test_ltv_levers_of_a_loss_have_gains_and_no_elasticity(change):
    table = ltv_levers(**{**BASE, **change})
    assert (table["value_before"] <= 0).all()
    assert table["elasticity"].isna().all()
    assert table.drop(columns="elasticity").notna().all(axis=None)
    assert (table["gain"] >= 0).all()


economics = st.fixed_dictionaries(
    {
        "price": st.floats(0, 1e3),
        "frequency": st.floats(0, 50),
        "margin": st.floats(-0.2, 1),
        "retention": st.floats(0, 0.98),
        "service_cost": st.floats(0, 100),
        "acquisition_cost": st.floats(0, 1e3),
        "discount_rate": st.floats(0.001, 0.5),
        "payment": st.sampled_from(PAYMENTS),
        "change": st.floats(-0.9, 1),
    }
)


@pytest.mark.slow
@given(economics)
def test_ltv_levers_are_finite_and_ignore_the_currency(given_):
    table = ltv_levers(**given_)
    assert np.isfinite(table[["base", "changed", "value", "gain", "gain_total"]]).all(axis=None)
    money = ["price", "service_cost", "acquisition_cost"]
    rescaled = ltv_levers(**{**given_, **{name: 1000 * given_[name] for name in money}})
    scale = max(1.0, table["value"].abs().max())
    assert_allclose(rescaled["gain"], 1000 * table["gain"], atol=1e-7 * scale)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"retention": 1.0}, ValueError, r"`retention` must be in \[0, 1\); got 1.0.*at 1 tenure"),
        ({"retention": 1.1}, ValueError, r"`retention` must be in \[0, 1\); got 1.1"),
        ({"retention": [0.8, 0.9]}, TypeError, r"`retention` must be a number; got \[0.8"),
        ({"retention": math.nan}, ValueError, r"`retention` must be in \[0, 1\); got nan"),
        ({"retention": 0.9, "discount_rate": -0.2}, ValueError, "the value would be infinite"),
        ({"price": -1}, ValueError, "`price` must be finite and at least 0; got -1"),
        ({"price": "50"}, TypeError, "`price` must be a number; got '50'"),
        ({"frequency": math.inf}, ValueError, "`frequency` must be finite"),
        ({"frequency": -1}, ValueError, "`frequency` must be finite and at least 0"),
        (
            {"margin": 30},
            ValueError,
            "`margin` must be .*at most 1; got 30.*write 30 %",
        ),
        ({"service_cost": -1}, ValueError, "`service_cost` must be finite and at least 0"),
        ({"acquisition_cost": None}, TypeError, "`acquisition_cost` must be a number; got None"),
        ({"discount_rate": -1}, ValueError, "`discount_rate` must be finite and above -1"),
        ({"payment": "late"}, ValueError, "`payment` must be one of"),
        ({"n_customers": 0}, ValueError, "`n_customers` must be at least 1"),
        ({"change": 10}, ValueError, r"`change` must be in \(-1, 1\]; got 10. Write 10 % as 0.1"),
        ({"change": -1}, ValueError, "`change` must be in"),
        ({"price": 1e308}, ValueError, "The value overflows"),
        ({"period": "X"}, ValueError, "`period` must be one of"),
    ],
)
def test_ltv_levers_name_bad_input(change, error, match):
    with pytest.raises(error, match=match):
        ltv_levers(**{**BASE, **change})
