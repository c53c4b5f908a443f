"""Recommendations, chains of them and their reward, against slow counts and known means."""

import math

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from crmlab.acquisition import (
    ResponseCurve,
    referral_value,
    referred_premium,
    reward_curve,
    simulate_referrals,
)
from crmlab.datasets import load_company

DAY = pd.Timestamp("2025-01-05")


def links(*pairs):
    return pd.DataFrame(pairs, columns=["referrer_id", "customer_id"]).assign(date=DAY)


# --- value of recommendations ---------------------------------------------------------------------


def slow_value(parents, worth, anyway, saved, reward, depth):
    """One customer's recommendations, walked down the tree: what they add, and how many."""
    children = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)

    def walk(who, left):
        if not left:
            return 0.0, 0
        added, number = 0.0, 0
        for child in children.get(who, []):
            more, below = walk(child, left - 1)
            added += (1 - anyway) * worth[child] + anyway * saved - reward + (1 - anyway) * more
            number += 1 + below
        return added, number

    return {who: walk(who, depth) for who in worth}


@st.composite
def forests(draw):
    n = draw(st.integers(2, 12))
    parents = {
        child: draw(st.integers(0, child - 1))
        for child in range(1, n)
        if draw(st.booleans()) or child == 1
    }
    worth = draw(st.lists(st.integers(-50, 200), min_size=n, max_size=n))
    return parents, {who: float(each) for who, each in enumerate(worth)}


@pytest.mark.slow
@settings(max_examples=40)
@given(forests(), st.floats(0, 1), st.integers(0, 60), st.integers(0, 60), st.integers(1, 12))
def test_value_is_that_of_a_walk_through_the_tree(forest, anyway, saved, reward, depth):
    parents, worth = forest
    table = links(*((parent, child) for child, parent in parents.items()))
    terms = {"anyway": anyway, "saved_cost": saved, "reward": reward}
    found = referral_value(table, pd.Series(worth), depth=depth, **terms)
    slow = slow_value(parents, worth, anyway, saved, reward, depth)
    assert found["referral_value"].tolist() == pytest.approx([slow[who][0] for who in worth])
    counted = found["n_direct"] + found["n_indirect"]
    assert counted.tolist() == [slow[who][1] for who in worth]
    np.testing.assert_allclose(found["direct"] + found["indirect"], found["referral_value"])


@pytest.mark.slow
@settings(max_examples=40)
@given(forests(), st.floats(0, 1), st.integers(0, 60), st.integers(0, 60))
def test_nothing_is_counted_twice(forest, anyway, saved, reward):
    """What is credited adds up to all value less rewards; `direct` to what the programme added."""
    parents, worth = forest
    table = links(*((parent, child) for child, parent in parents.items()))
    found = referral_value(
        table, pd.Series(worth), anyway=anyway, saved_cost=saved, reward=reward, depth=1
    )
    everything = sum(worth.values()) - reward * len(parents)
    assert found["credited"].sum() == pytest.approx(everything, abs=1e-6)
    alone = sum(each for who, each in worth.items() if who not in parents)
    without = alone + sum(anyway * (worth[child] - saved) for child in parents)
    assert found["direct"].sum() == pytest.approx(everything - without, abs=1e-6)


def test_each_may_have_a_probability_of_their_own():
    table = links(("a", "b"), ("a", "c"), ("b", "d"))
    worth = pd.Series({"a": 10.0, "b": 20, "c": 30, "d": 40})
    chance = pd.Series({"b": 0.5, "c": 1.0, "d": 0.0})
    found = referral_value(table, worth, anyway=chance, saved_cost=4)
    assert found["direct"].to_dict() == {"a": 10 + 2 + 4, "b": 40, "c": 0, "d": 0}
    assert found.loc["a", "indirect"] == 0.5 * 40


def test_nobody_recommended_is_no_fault():
    found = referral_value(links(), pd.Series({"a": 3.0}), anyway=0.2)
    assert found.loc["a", ["direct", "indirect", "credited"]].tolist() == [0, 0, 3]


@pytest.mark.slow
def test_an_engine_and_the_order_of_rows_do_not_matter():
    company = load_company()
    worth = pd.Series(1.0, index=company.customers["customer_id"])
    plain = referral_value(company.referrals, worth, anyway=0.3)
    turned = referral_value(ibis.memtable(company.referrals[::-1]), worth[::-1], anyway=0.3)
    pd.testing.assert_frame_equal(turned[::-1], plain)
    assert plain["n_direct"].sum() == len(company.referrals)
    assert plain["n_indirect"].max() > 5


# --- are they worth more --------------------------------------------------------------------------


def test_premium_is_the_ratio_of_means():
    row = referred_premium([30, 10, 20, 40, 15, 25], [1, 1, 0, 0, 0, 0]).iloc[0]
    assert row[["estimate", "mean_referred", "mean_other"]].tolist() == [0.8, 20, 25]
    assert row[["n_referred", "n_other"]].tolist() == [2, 4]
    assert row["lower"] < 0.8 < row["upper"]


@pytest.mark.slow
def test_limits_of_the_premium_hold_the_true_ratio():
    rng = np.random.default_rng(1)
    held = []
    flag = np.arange(400) < 120
    for seed in range(150):
        value = rng.gamma(1.0, np.where(flag, 13.0, 10.0))
        row = referred_premium(value, flag, n_resamples=100, seed=seed).iloc[0]
        held.append(row["lower"] <= 1.3 <= row["upper"])
    assert 0.89 <= np.mean(held) <= 0.99  # 95 %, less the noise of 150 draws


# --- chains ---------------------------------------------------------------------------------------

TELL = {"recommending": 0.5, "told": 5, "conversion": 0.2}  # reproduction .5


@pytest.mark.parametrize(("n", "m"), [(50, 0.25), (50, 0.5), (10, 0.8)])
def test_a_chain_brings_what_theory_says(n, m):
    """Harris (1963): the mean total is n / (1 - m), its variance n s2 / (1 - m)^3."""
    table = simulate_referrals(
        n, recommending=0.5, told=5, conversion=m / 2.5, n_generations=60, n_runs=4000, seed=2
    )
    last = table.iloc[-1]
    # Offspring: with probability .5 Poisson of mean 2 m, so the variance is m + m^2.
    deviation = math.sqrt(n * (m + m**2) / (1 - m) ** 3)
    assert last["n_total"] == pytest.approx(n / (1 - m), abs=4 * deviation / math.sqrt(4000))
    assert last["died_out"] > 0.98
    assert table["reproduction"].tolist() == pytest.approx([m] * 61)
    normal = n / (1 - m) + np.array([-1.96, 1.96]) * deviation
    if n == 50:  # for ten the distribution leans
        assert [last["lower"], last["upper"]] == pytest.approx(normal, rel=0.1)


def test_each_generation_is_m_times_the_one_before():
    table = simulate_referrals(1000, **TELL, n_generations=4, n_runs=500)
    assert table["n_new"].tolist() == pytest.approx([1000 * 0.5**g for g in range(5)], rel=0.02)
    np.testing.assert_allclose(table["n_total"], table["n_new"].cumsum())
    assert (table["estimate"] == table["n_total"]).all()


def test_some_chains_die_though_each_customer_brings_more_than_one():
    """Extinction solves q = 1 - .5 + .5 exp(-2.4 (1 - q)), for reproduction 1.2."""
    q = 0.0
    for _ in range(5000):
        q = 0.5 + 0.5 * math.exp(-2.4 * (1 - q))
    table = simulate_referrals(
        1, recommending=0.5, told=12, conversion=0.2, n_generations=40, n_runs=4000
    )
    assert table["reproduction"].iloc[0] == pytest.approx(1.2)
    assert table["died_out"].iloc[-1] == pytest.approx(q, abs=0.03)  # four deviations


@pytest.mark.parametrize("m", [0.5, 1.5, 4.0])
def test_a_market_ends_where_the_final_size_says(m):
    """Kermack and McKendrick: Z / N = 1 + W(-(1 - s) m exp(-m)) / m."""
    n, size = 100, 10_000
    closed = 1 + lambertw(-(1 - n / size) * m * math.exp(-m)).real / m
    table = simulate_referrals(
        n, recommending=1.0, told=5, conversion=m / 5, market=size, n_generations=80, n_runs=60
    )
    # A chain-binomial run lies within a few percent of its limit, and below it by chance.
    assert table["n_total"].iloc[-1] == pytest.approx(closed * size, rel=0.03)
    all_do = ResponseCurve(1.0, 0.1, floor=0.999999)
    curve = reward_curve(
        [0],
        recommending=all_do,
        told=5,
        conversion=m / 5,
        value=9,
        anyway=0,
        n_start=n,
        market=size,
    )
    assert curve["n_brought"].iloc[0] == pytest.approx(closed * size - n, rel=1e-5)


def test_nobody_beyond_the_market_and_the_same_seed_the_same_runs():
    options = {"market": 300, "n_generations": 30, "n_runs": 50, "seed": 4}
    one = simulate_referrals(100, recommending=1.0, told=50, conversion=1.0, **options)
    assert one["upper"].max() <= 300
    assert one["n_total"].iloc[-1] == 300
    pd.testing.assert_frame_equal(
        one, simulate_referrals(100, recommending=1.0, told=50, conversion=1.0, **options)
    )


def test_a_reward_moves_the_share_who_recommend():
    asked = ResponseCurve(0.5, 0.05, floor=0.2)
    table = simulate_referrals(10, recommending=asked, told=5, conversion=0.1, reward=10)
    assert table["reproduction"].iloc[0] == pytest.approx((0.5 - 0.3 * math.exp(-0.5)) * 0.5)


# --- the reward -----------------------------------------------------------------------------------

ASKED = ResponseCurve(0.5, 0.05, floor=0.2)
PAY = {
    "recommending": ASKED, "told": 5, "conversion": 0.1, "value": 100, "anyway": 0.3,
    "saved_cost": 20, "n_start": 1000,
}  # fmt: skip


def test_rewards_are_paid_to_all_and_the_money_adds_up():
    table = reward_curve([0, 10, 40], **PAY)
    m = 0.5 * (0.5 - 0.3 * np.exp(-0.05 * np.array([0, 10, 40])))
    brought = 1000 * m / (1 - m)
    np.testing.assert_allclose(table["n_brought"], brought)
    np.testing.assert_allclose(table["gain"], brought * (0.7 * 100 + 0.3 * 20) - table["paid"])
    np.testing.assert_allclose(table["paid"], brought * [0, 10, 40])
    np.testing.assert_allclose(table["extra"], table["gain"] - table["gain"][0])


@pytest.mark.slow
@pytest.mark.parametrize("market", [None, 5_000.0])
@pytest.mark.parametrize("anyway", [0.0, 0.5, 0.9])
def test_the_best_reward_is_the_one_found_by_search(anyway, market):
    rewards = np.linspace(0, 80, 4001)
    table = reward_curve(rewards, **PAY | {"anyway": anyway, "market": market})
    assert table["best"].iloc[0] == pytest.approx(rewards[table["gain"].argmax()], abs=0.02)


def test_where_all_would_have_come_anyway_only_the_saved_cost_speaks_for_a_reward():
    free = reward_curve([0, 10], **PAY | {"anyway": 1.0, "saved_cost": 0.0})
    assert free["best"].iloc[0] == 0
    assert free["gain"].tolist() == pytest.approx([0, -free["paid"][1]])


def test_money_in_another_currency_has_the_same_best_reward():
    won = PAY | {"value": 100 * 1300, "saved_cost": 20 * 1300,
                 "recommending": ResponseCurve(0.5, 0.05 / 1300, floor=0.2)}  # fmt: skip
    one, other = reward_curve([0, 40], **PAY), reward_curve([0, 40 * 1300], **won)
    assert other["best"].iloc[0] == pytest.approx(one["best"].iloc[0] * 1300, rel=1e-4)
    np.testing.assert_allclose(other["gain"], one["gain"] * 1300)


# --- refusals -------------------------------------------------------------------------------------

PAIR, WORTH = links(("a", "b")), pd.Series({"a": 1.0, "b": 2.0})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: referral_value(PAIR, WORTH, anyway=1.2), r"`anyway` must be in \[0, 1\]; got 1.2"),
        (lambda: referral_value(PAIR, WORTH, anyway=pd.Series({"b": 1.2})), "`anyway` must be in"),
        (lambda: referral_value(PAIR, WORTH, anyway=pd.Series({"a": 0.2})),
         "`anyway` must have a probability for everybody.*1 have none, such as 'b'"),
        (lambda: referral_value(PAIR, WORTH[:1], anyway=0), "`value` must have everybody.*'b'"),
        (lambda: referral_value(PAIR, [1.0, 2], anyway=0), "`value` must be a Series"),
        (lambda: referral_value(PAIR, pd.Series([1.0, 2], index=["a", "a"]), anyway=0),
         "`value` must have one value for each"),
        (lambda: referral_value(PAIR, WORTH, anyway=0, depth=0), "`depth` must be at least 1"),
        (lambda: referral_value(links(("a", "b"), ("b", "a")), WORTH, anyway=0),
         "`referrals` must lead back.*goes in a circle"),
        (lambda: referral_value(links(("a", "a")), WORTH, anyway=0), "referrer is the customer"),
        (lambda: referred_premium([1, 2, 3], [1, 1, 0]), "two customers who were not recommended"),
        (lambda: referred_premium([1, 2, 3], [0, 1, 0]), "two customers who were recommended"),
        (lambda: referred_premium([1, 2], [0, 1, 0]), "`value` and `referred` must have the same"),
        (lambda: referred_premium([1, 2, 3, 4], [0, 2, 1, 0]), "`referred` must be true or false"),
        (lambda: referred_premium([1, 2, -3, 0], [1, 1, 0, 0]), "`value` must have a mean above 0"),
        (lambda: simulate_referrals(0, **TELL), "`n_start` must be at least 1"),
        (lambda: simulate_referrals(9, **TELL, market=5), "`market` must be at least 9"),
        (lambda: simulate_referrals(9, **TELL | {"recommending": 2}), r"`recommending` must be in"),
        (lambda: simulate_referrals(9, **TELL | {"told": 50}, n_generations=30),
         "`market` must be given where each customer brings 5"),
        (lambda: reward_curve([0, 900], **PAY | {"told": 60}),
         "`market` must be given: with a reward of 0 each customer brings 1.2"),
        (lambda: reward_curve([0], **PAY | {"recommending": 0.5}), "`recommending` must be a Resp"),
        (lambda: reward_curve([-1], **PAY), "`rewards` must not be negative"),
        (lambda: reward_curve([1], **PAY, market=10), "`market` must be finite and at least 1000"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
