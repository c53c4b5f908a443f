"""Money, size and limits of campaigns: published values, slow formulas, and planted truth."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, norm, ttest_ind

from crmlab import InputError, InputTypeError
from crmlab.campaigns import (
    Campaign,
    ab_test,
    ab_test_counts,
    ab_tests,
    break_even_response_rate,
    campaign_profit,
    coupon_economics,
    detectable_effect,
    incremental_result,
    internal_rate_of_return,
    power,
    response_shrinkage,
    roll_out,
    sample_size,
    tipping_points,
)
from crmlab.campaigns._contrasts import adjust_p, always_critical
from crmlab.campaigns._shrinkage import _fit
from crmlab.datasets import load_company

LETTER = {"n_contacted": 10_000, "margin_per_response": 40, "cost_per_contact": 0.6}


def read(table, key="measure", value="estimate"):
    return table.set_index(key)[value]


# --- money ------------------------------------------------------------------------------------


def test_profit_is_counted_customer_by_customer():
    plan = Campaign(
        n_contacted=50, n_responses=20, margin_per_response=30, cost_per_contact=2, fixed_cost=40,
        cost_per_response=5, baseline_rate=0.1, revenue_per_response=100,
    )  # fmt: skip
    came, anyway, money = 20, 5, 0
    for customer in range(50):
        money -= 2
        if customer < came:
            money += (30 if customer >= anyway else 0) - 5
    money -= 40
    found = read(campaign_profit(plan))
    assert found["profit"] == pytest.approx(money) == 210
    assert found["cost"] == 240
    assert found["return"] == pytest.approx(210 / 240)
    assert found["revenue"] == 2000
    assert found["incremental_responses"] == pytest.approx(15)


money = st.floats(0.01, 1000)
rates = st.floats(0.001, 0.4)


@given(money, money, money, rates, st.integers(1, 10**6), st.floats(0, 1e5))
def test_profit_is_zero_at_the_break_even_rate(margin, contact, each, base, n, fixed):
    plan = {
        "margin_per_response": margin + each, "cost_per_contact": contact * 1e-3,
        "cost_per_response": each, "baseline_rate": base * 0.01, "fixed_cost": fixed * 1e-6,
        "n_contacted": n,
    }  # fmt: skip
    try:
        rate = break_even_response_rate(**plan)
    except InputError:
        return
    found = read(campaign_profit(Campaign(**plan, response_rate=rate)))
    assert found["profit"] == pytest.approx(0, abs=1e-9 * n * (margin + each + contact))
    assert found["break_even_rate"] == pytest.approx(rate)


def test_no_currency_moves_rates_and_returns():
    plan = {"margin_per_response": 40.0, "cost_per_contact": 0.6, "fixed_cost": 500.0}
    dear = {name: value * 1300 for name, value in plan.items()}
    one, other = (campaign_profit(Campaign(n_contacted=9000, n_responses=150, **each))
                  for each in (plan, dear))  # fmt: skip
    scale = np.where(one["unit"] == "currency", 1300, 1)
    np.testing.assert_allclose(other["estimate"], one["estimate"] * scale)
    np.testing.assert_allclose(other["upper"], one["upper"] * scale)


def test_limits_of_the_profit_are_those_of_the_rate():
    # Wilson (1927): (p + z²/2n ± z sqrt(p q/n + z²/4n²)) / (1 + z²/n)
    n, x, z = 10_000, 180, norm.ppf(0.975)
    p = x / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    ends = [(p + z * z / 2 / n + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
    table = campaign_profit(Campaign(**LETTER, n_responses=180)).set_index("measure")
    assert table.loc["profit", ["lower", "upper"]].tolist() == pytest.approx(
        [n * end * 40 - 6000 for end in ends]
    )
    planned = campaign_profit(Campaign(**LETTER, response_rate=0.018))
    assert planned["lower"].isna().all()


def test_where_each_response_loses_the_limits_still_stand_in_order():
    table = campaign_profit(
        Campaign(n_contacted=100, n_responses=10, margin_per_response=3, cost_per_contact=1,
                 cost_per_response=5)
    )  # fmt: skip
    found = table.set_index("measure").loc["profit"]
    assert found["lower"] < found["estimate"] < found["upper"]
    assert read(table)["break_even_rate"] == math.inf


@pytest.mark.parametrize(
    ("margins", "payback"),
    [((70, 0, 0), 0), ((10, 30, 40), 2), ((10, 30, 1), math.inf), ((60,), 0)],
)
def test_payback_is_the_first_period_that_covers_the_cost(margins, payback):
    plan = Campaign(n_contacted=100, response_rate=0.1, margin_per_response=margins,
                    cost_per_contact=6)  # fmt: skip
    assert read(campaign_profit(plan))["payback"] == payback


def test_discounting_takes_the_later_margins_down():
    plan = Campaign(n_contacted=100, response_rate=0.1, margin_per_response=[10, 11, 12.1],
                    cost_per_contact=1)  # fmt: skip
    assert read(campaign_profit(plan, discount_rate=0.1))["margin"] == pytest.approx(300)


@given(rates, rates, money, money, money, money)
def test_at_each_tipping_point_the_profit_is_zero(rate, base, margin, contact, each, fixed):
    numbers = {
        "response_rate": rate,
        "baseline_rate": base,
        "margin_per_response": margin,
        "cost_per_contact": contact,
        "cost_per_response": each,
        "fixed_cost": fixed,
    }
    scale = 1000 * (margin + contact + each) + fixed
    for row in tipping_points(Campaign(n_contacted=1000, **numbers)).itertuples():
        if math.isnan(row.tips_at) or row.tips_at > 1e9:
            continue
        name = "response_rate" if row.assumption == "rate" else row.assumption
        there = Campaign(n_contacted=1000, **numbers | {name: row.tips_at})
        at = read(campaign_profit(there))["profit"]
        assert at == pytest.approx(0, abs=1e-7 * (scale + 1000 * row.tips_at))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_contacted": 0}, "`n_contacted` must be at least 1; got 0"),
        (
            {"n_responses": 10_001},
            "`n_responses` must be at most `n_contacted`, 10,000; got 10,001",
        ),
        ({"response_rate": 0.1}, "One of `n_responses` and `response_rate` .* got both"),
        ({"n_responses": None}, "got none. Pass the count"),
        ({"n_responses": None, "response_rate": 1.2}, r"`response_rate` must be in \[0, 1\]"),
        ({"cost_per_contact": -1}, "`cost_per_contact` .* write it positive"),
        ({"baseline_rate": -0.1}, "`baseline_rate` must be"),
        ({"margin_per_response": []}, "`margin_per_response` must hold at least one number"),
        ({"margin_per_response": 1e200}, "`margin_per_response` must hold numbers of at most"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        Campaign(**LETTER | {"n_responses": 180} | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost_per_response": 40}, "`margin_per_response` must be above `cost_per_response`, 40"),
        ({"cost_per_contact": 50}, "125% would have to respond. Not even everybody"),
        ({"fixed_cost": 5}, "`n_contacted` must be given where there is a `fixed_cost`"),
    ],
)
def test_where_no_rate_pays_the_reason_is_named(change, message):
    plan = {"margin_per_response": 40, "cost_per_contact": 0.6}
    with pytest.raises(InputError, match=message):
        break_even_response_rate(**plan | change)


def test_a_table_is_not_a_campaign():
    with pytest.raises(InputTypeError, match="`campaign` must be a Campaign; got dict"):
        campaign_profit(LETTER)


COUPON = {"n_coupons": 1000, "face_value": 2.0, "redemption_rate": 0.1, "baseline_rate": 0.04,
          "margin": 7.0}  # fmt: skip


def slow_coupon(*, lost, returned):
    """Coupon by coupon: 100 handed in, of them some without purchase, 40 by sure buyers."""
    profit = -1000 * 0.05 - 30
    for coupon in range(100):
        profit -= 0.1
        if coupon < lost:
            profit -= 2
            continue
        sure = coupon < lost + 40
        for share, kept in ((1 - returned, True), (returned, False)):
            profit -= share * 2 * kept
            if not sure:
                profit += share * (7 if kept else -3)
    return profit


@pytest.mark.parametrize(("lost", "returned"), [(0, 0), (10, 0), (0, 0.2), (20, 0.25)])
def test_a_coupon_is_counted_one_by_one(lost, returned):
    table = coupon_economics(
        **COUPON, cost_per_coupon=0.05, cost_per_redemption=0.1, fixed_cost=30,
        misredemption=lost / 100, return_rate=returned, cost_per_return=3,
    )  # fmt: skip
    found = read(table)
    assert found["profit"] == pytest.approx(slow_coupon(lost=lost, returned=returned))
    assert found["new_buyers"] == pytest.approx(60 - lost)
    parts = found["margin"] - found["discount"] - found["misredemption"] - found["costs"]
    assert parts == pytest.approx(found["profit"])
    at = COUPON | {"baseline_rate": found["break_even_share"] * (100 - lost) / 1000}
    again = coupon_economics(
        **at, cost_per_coupon=0.05, cost_per_redemption=0.1, fixed_cost=30,
        misredemption=lost / 100, return_rate=returned, cost_per_return=3,
    )  # fmt: skip
    assert read(again)["profit"] == pytest.approx(0, abs=1e-9)


def test_more_sure_buyers_than_buyers_are_refused():
    with pytest.raises(InputError, match="`baseline_rate` must be at most the rate of purchases"):
        coupon_economics(**COUPON | {"baseline_rate": 0.11})


# --- rate of return -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flows", "rate"),
    [([-100, 110], 0.1), ([-1000, 0, 0, 1331], 0.1), ([-100, 60], -0.4), ([0, -50, 50], 0)],
)
def test_one_rate_of_return_is_found(flows, rate):
    assert internal_rate_of_return(flows) == pytest.approx(rate, abs=1e-12)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=9))
def test_a_rate_of_return_makes_the_value_zero_and_is_the_only_one(flows):
    flows = np.round(flows, 2)
    try:
        rate = internal_rate_of_return(flows)
    except InputError:
        return
    spread = np.concatenate([[rate], np.geomspace(1e-3, 1e3, 2001) - 1])
    value = [(flows / (1 + each) ** np.arange(flows.size)).sum() for each in spread]
    size = [(np.abs(flows) / (1 + each) ** np.arange(flows.size)).sum() for each in spread]
    assert abs(value[0]) <= 1e-9 * size[0]
    clear = np.sign(value)[np.abs(value) > 1e-9 * np.array(size)]
    assert (np.diff(clear[1:]) != 0).sum() <= 1


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        ([-1600, 10_000, -10_000], "got 2: 25.0 %, 400.0 %. Compare present values"),  # Lorie 1955
        ([-100, 230, -132], "got 2: 10.0 %, 20.0 %"),
        ([-1000, 3000, -3000], "got none"),
        ([-1, 4, -4], "got none"),  # touches zero at 100 %
        ([5, 6], "`cash_flows` must go out and come in; all are 0 or more"),
        ([-5, 0], "all are 0 or less"),
        ([0, 0], "all are 0."),
        ([100, -110], "begin with what is spent; got 100. Money that comes in first is a loan, at"),
        ([1.0] * 241, "at most 240 periods; got 241"),
    ],
)
def test_flows_without_one_rate_are_refused(flows, message):
    with pytest.raises(InputError, match=message):
        internal_rate_of_return(flows)


# --- size of a test ---------------------------------------------------------------------------


def test_power_of_the_manual_of_r():
    # ?power.prop.test and ?power.t.test of R
    assert power(50, baseline_rate=0.5, rate=0.75) == pytest.approx(0.740, abs=5e-4)
    half = {"baseline_rate": 0.5, "rate": 0.75, "power": 0.9}
    assert sample_size(**half)["exact"].item() == pytest.approx(76.7, abs=0.05)
    assert power(20, difference=1, sd=1) == pytest.approx(0.8689528, abs=1e-6)
    shift = {"difference": 1, "sd": 1, "power": 0.9}
    assert sample_size(**shift)["exact"].item() == pytest.approx(22.02110, abs=1e-4)
    one = sample_size(**shift, alternative="one-sided")
    assert one["exact"].item() == pytest.approx(17.84713, abs=1e-4)


@pytest.mark.parametrize(
    "asked",
    [{"baseline_rate": 0.05, "rate": 0.07}, {"difference": -3.0, "sd": 20.0, "ratio": 0.25},
     {"baseline_rate": 0.3, "rate": 0.1, "alternative": "one-sided", "ratio": 3.0}],
)  # fmt: skip
def test_size_power_and_effect_are_one_relation(asked):
    found = sample_size(**asked, power=0.8)
    exact = found["exact"].item()
    assert power(exact, **asked) == pytest.approx(0.8, abs=1e-9)
    assert found["n_treated"].item() == math.ceil(exact * asked.get("ratio", 1))
    if asked.get("rate", 1) > asked.get("baseline_rate", 0):
        rest = {k: v for k, v in asked.items() if k not in ("rate", "difference")}
        effect = asked["rate"] - asked["baseline_rate"] if "rate" in asked else 3.0
        assert detectable_effect(exact, **rest) == pytest.approx(effect, rel=1e-6)


def test_past_spend_saves_the_share_it_explains():
    plain, known = (
        sample_size(difference=1, sd=30, correlation=r)["exact"].item() for r in (0, 0.6)
    )
    assert known / plain == pytest.approx(0.64, rel=1e-3)


@pytest.mark.slow
def test_power_is_how_often_the_test_finds_the_effect():
    rng = np.random.default_rng(5)
    p, q, n = 0.08, 0.14, 400
    found = [
        ab_test_counts({1: int(x), 0: int(y)}, {1: n, 0: n})["p_value"].item() <= 0.05
        for x, y in zip(rng.binomial(n, q, 300), rng.binomial(n, p, 300), strict=True)
    ]
    # 0.06: 2.6 standard errors of 300 draws
    assert np.mean(found) == pytest.approx(power(n, baseline_rate=p, rate=q), abs=0.06)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Either `baseline_rate` and `rate` must be given, .* got none"),
        ({"rate": 0.1, "sd": 3, "difference": 1}, "got both"),
        ({"rate": 0.1}, "`baseline_rate` must be given with the other rate"),
        ({"sd": 3}, "`difference` must be given"),
        ({"baseline_rate": 0.1, "rate": 0.1}, "`rate` must differ from `baseline_rate`, 0.1"),
        ({"difference": 0, "sd": 1}, "`difference` must not be 0"),
        ({"difference": 1, "sd": 0}, "`sd` must be finite and above 0"),
        ({"difference": 1, "sd": 1, "power": 0.04}, "`power` must be above `alpha`, 0.05"),
        ({"difference": 1e-9, "sd": 1}, "`difference` must be far enough from no effect"),
    ],
)
def test_a_question_of_size_that_cannot_be_is_refused(asked, message):
    with pytest.raises(InputError, match=message):
        sample_size(**asked)


def test_a_test_too_small_to_see_anything_says_so():
    with pytest.raises(InputError, match=r"`n` must be large enough .* misses even a rate of 1"):
        detectable_effect(2, baseline_rate=0.7)


# --- one test ---------------------------------------------------------------------------------


def test_published_limits_of_two_rates():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, 56/70 against 48/80
    row = ab_test_counts({"a": 56, "control": 48}, {"a": 70, "control": 80}).iloc[0]
    assert [row["estimate"], row["lower"], row["upper"]] == pytest.approx(
        [0.2, 0.0528, 0.3382], abs=5e-5
    )


counts = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.integers(0, n[1]), st.just(n[0]), st.just(n[1]))
)


@given(counts)
def test_limits_of_rates_stand_wherever_responses_are(found):
    x, y, n, m = found
    row = ab_test_counts({1: x, 0: y}, {1: n, 0: m}).iloc[0]
    assert -1 <= row["lower"] <= row["estimate"] <= row["upper"] <= 1
    assert row["lower_always"] <= row["lower"] < row["upper"] <= row["upper_always"]
    assert (row["p_value"] < 0.05) == (row["lower"] > 0 or row["upper"] < 0)
    assert (row["p_always"] < 0.05) == (row["lower_always"] > 0 or row["upper_always"] < 0)
    other = ab_test_counts({1: y, 0: x}, {1: m, 0: n}).iloc[0]
    assert [-other["upper"], -other["lower"]] == pytest.approx(
        [row["lower"], row["upper"]], abs=1e-9
    )
    none = ab_test_counts({1: n - x, 0: m - y}, {1: n, 0: m}).iloc[0]
    assert [-none["upper"], -none["lower"]] == pytest.approx([row["lower"], row["upper"]], abs=1e-9)


@settings(max_examples=40)
@given(counts, st.floats(0.01, 0.9), st.sampled_from([-1, 1]))
def test_limits_of_rates_are_where_the_score_says(found, size, sign):
    """Slow: the variance at each difference, by searching the most likely rates on a grid."""
    gap = size * sign
    x, y, n, m = found
    second = np.linspace(max(0, -gap), min(1, 1 - gap), 5_001)
    first = np.clip(second + gap, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = ((x, first), (n - x, 1 - first), (y, second), (m - y, 1 - second))
        log = [np.where(k > 0, k * np.log(p), 0) for k, p in pairs]
    at = np.argmax(sum(log))
    p, q = first[at], second[at]
    variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
    distance = abs(x / n - y / m - gap)
    row = ab_test_counts({1: x, 0: y}, {1: n, 0: m}).iloc[0]
    if not 0.99 < distance / math.sqrt(variance + 1e-12) / 1.959964 < 1.01:
        assert (row["lower"] <= gap <= row["upper"]) == (distance**2 <= 1.959964**2 * variance)


def test_the_p_value_is_that_of_a_table_of_four():
    row = ab_test_counts({1: 30, 0: 14}, {1: 200, 0: 190}).iloc[0]
    chi = chi2_contingency([[30, 170], [14, 176]], correction=False).statistic
    assert row["p_value"] == pytest.approx(2 * norm.sf(math.sqrt(chi * 389 / 390)))


def spenders(n=400, seed=0, effect=0.0):
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    past = rng.gamma(1.0, 50.0, n)
    amount = 0.8 * past + rng.gamma(2.0, 15.0, n) + effect * treated
    return amount, treated, past


def test_means_are_compared_as_by_welch():
    amount, treated, _ = spenders(effect=8)
    row = ab_test(amount, treated).iloc[0]
    welch = ttest_ind(amount[treated], amount[~treated], equal_var=False)
    limits = welch.confidence_interval(0.95)
    assert [row["p_value"], row["lower"], row["upper"]] == pytest.approx(
        [welch.pvalue, limits.low, limits.high]
    )


def test_no_order_of_rows_and_no_currency_moves_a_test():
    amount, treated, past = spenders()
    order = np.random.default_rng(3).permutation(amount.size)
    one = ab_test(amount, treated, covariate=past)
    two = ab_test(amount[order] * 1300, treated[order], covariate=past[order] * 1300)
    money = ["mean", "mean_control", "estimate", "lower", "upper", "lower_always", "upper_always"]
    np.testing.assert_allclose(two[money], one[money] * 1300, rtol=1e-9)
    np.testing.assert_allclose(
        two[["p_value", "p_always", "variance_saved"]],
        one[["p_value", "p_always", "variance_saved"]], rtol=1e-8,
    )  # fmt: skip


def test_past_spend_sharpens_a_test_as_a_regression_with_all_interactions():
    amount, treated, past = spenders(effect=8)
    row = ab_test(amount, treated, covariate=past).iloc[0]
    # Lin (2013): treatment, past, and their product with past centred.
    centred = past - past.mean()
    design = np.column_stack([np.ones(400), treated, centred, centred * treated])
    found, *_ = np.linalg.lstsq(design, amount, rcond=None)
    assert row["estimate"] == pytest.approx(found[1])
    left = amount - design @ found
    inverse = np.linalg.inv(design.T @ design)
    robust = inverse @ (design * left[:, None] ** 2).T @ design @ inverse
    width = (row["upper"] - row["lower"]) / 2 / 1.966
    assert width == pytest.approx(math.sqrt(robust[1, 1]), rel=0.03)  # sandwich, no small-sample
    plain = ab_test(amount, treated).iloc[0]
    narrower = (row["upper"] - row["lower"]) ** 2 / (plain["upper"] - plain["lower"]) ** 2
    assert row["variance_saved"] == pytest.approx(1 - narrower, abs=0.01)
    assert row["variance_saved"] > 0.6


def test_the_boundary_is_that_of_a_normal_mixture():
    """Slow: the mixture of likelihoods over effects is 1 / alpha at the boundary."""
    n, planned, alpha = 700, 2000, 0.05
    z = always_critical(n, planned, alpha)
    grid = np.linspace(0.1, 50, 9999)
    best = grid[np.argmin((1 + 1 / grid) * np.log((1 + grid) / alpha**2))]  # at the planned size
    spread = math.sqrt(best / planned)  # of effects in standard deviations, per customer
    effects = np.linspace(-12 * spread, 12 * spread, 40_001)
    total = z * math.sqrt(n)
    likelihood = np.exp(effects * total - n * effects**2 / 2) * norm.pdf(effects, scale=spread)
    assert np.trapezoid(likelihood, effects) == pytest.approx(1 / alpha, rel=1e-3)


@pytest.mark.slow
def test_limits_hold_as_often_as_they_say():
    held = []
    for seed in range(250):
        rng = np.random.default_rng(seed)
        treated = rng.random(800) < 0.5
        rows = [
            ab_test((rng.random(800) < 0.06 + 0.03 * treated).astype(float), treated),
            ab_test(spenders(seed=seed, effect=5)[0], spenders(seed=seed)[1]),
            ab_test(*spenders(seed=seed, effect=5)[:2], covariate=spenders(seed=seed)[2]),
        ]
        held.append([row["lower"].item() <= effect <= row["upper"].item()
                     for row, effect in zip(rows, (0.03, 5, 5), strict=True)])  # fmt: skip
    # 250 draws: standard error .014
    assert (np.abs(np.mean(held, axis=0) - 0.95) < 0.04).all()


@pytest.mark.slow
def test_only_always_valid_limits_stand_daily_peeking():
    stopped = np.zeros((60, 2), bool)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        treated, bought = rng.random(3000) < 0.5, rng.random(3000) < 0.05
        for n in range(150, 3001, 150):
            arms = treated[:n], ~treated[:n]
            row = ab_test_counts(
                {a: int(bought[:n][arm].sum()) for a, arm in zip((1, 0), arms, strict=True)},
                {a: int(arm.sum()) for a, arm in zip((1, 0), arms, strict=True)},
                planned_size=3000,
            ).iloc[0]
            stopped[seed] |= [row["p_value"] < 0.05, row["p_always"] < 0.05]
    fixed, always = stopped.mean(axis=0)
    assert fixed > 0.2
    assert always <= 0.05


def test_an_outcome_of_nobody_is_a_rate_and_not_a_mean():
    treated = [1, 0] * 20
    row = ab_test([0] * 40, treated).iloc[0]
    assert row["method"] == "score"
    assert 0 < row["upper"] < 0.2
    with pytest.raises(InputError, match="`outcome` must differ between customers of an arm"):
        ab_test([0] * 40, treated, kind="mean")


def test_arms_by_name_are_compared_with_the_one_left_alone():
    arm = ["none"] * 50 + ["mail", "call"] * 50
    bought = np.arange(150) % 3 == 0
    table = ab_test(bought, arm, control="none")
    assert table["arm"].tolist() == ["call", "mail"]
    assert (table["n_control"] == 50).all()
    assert (table["p_adjusted"] >= table["p_value"]).all()
    assert (table["lower_adjusted"] < table["lower"]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ab_test([1, 0], [1, 1]),
            "`arm` must hold a control and a treated arm; got 1 only",
        ),
        (lambda: ab_test([1, 0], ["a", "b"]), "`control` must be told; the arms are 'a', 'b'"),
        (lambda: ab_test([1, 0], ["a", "b"], control="c"), "one of the arms, 'a', 'b'; got 'c'"),
        (lambda: ab_test([1, 0], [1]), "`arm` must have one row per outcome, 2; got 1"),
        (lambda: ab_test([1, 0], [1, None]), "`arm` must not be missing; 1 of 2 are"),
        (lambda: ab_test([1, 0], "ab"), "`arm` must be one column; got str"),
        (
            lambda: ab_test([2, 0], [1, 0], kind="rate"),
            "`outcome` must be 0 or 1 for a rate; got 2",
        ),
        (lambda: ab_test([2, 0], [1, 0]), "at least 2 customers in each arm; one has 1"),
        (lambda: ab_test([2, 0, 1, 4], [1, 0, 1, 0], covariate=[1, 2]), "one row per customer, 4"),
        (lambda: ab_test([2, 0, 1, 4], [1, 0, 1, 0], covariate=[7] * 4), "all have 7. It says"),
        (
            lambda: ab_test(pd.Series([1, 0]), pd.Series([1, 0], index=[4, 5])),
            "`arm` must have the index of `outcome`",
        ),
        (
            lambda: ab_test([1, 0], pd.Categorical(["a", "control"], ["a", "b", "control"])),
            "`arm` must have customers in each category; 'b' has none",
        ),
        (
            lambda: ab_test_counts({1: 0, 0: 3}, {1: 0, 0: 9}),
            "`n_customers` must be at least 1 in each arm; 1 has 0",
        ),
        (lambda: ab_test_counts({1: 4, 0: 3}, {1: 3, 0: 9}), "`n_responses` must be at most"),
        (lambda: ab_test_counts({1: 4}, {1: 3, 0: 9}), "must name the arms of `n_customers`, 1, 0"),
        (
            lambda: ab_tests([1, 0, 1], [1, 0, 1], ["A", "A", "B"]),
            "Campaign 'B': `arm` must hold a control and a treated arm",
        ),
    ],
)
def test_a_test_that_cannot_be_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_counts_in_a_list_are_refused():
    with pytest.raises(InputTypeError, match="`n_responses` must be a mapping or a Series by arm"):
        ab_test_counts([1, 2], [10, 10])


# --- many tests ---------------------------------------------------------------------------------

# Benjamini and Hochberg (1995), section 4: 15 p-values; at .05 Bonferroni (and Holm) find 3,
# their procedure 4.
P = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
              0.4262, 0.5719, 0.6528, 0.7590, 1.0])  # fmt: skip


@pytest.mark.parametrize(("correction", "n_found"), [("none", 9), ("holm", 3), ("bh", 4)])
def test_published_p_values_are_corrected(correction, n_found):
    order = np.random.default_rng(0).permutation(P.size)
    adjusted = adjust_p(P[order], correction)
    assert (adjusted <= 0.05).sum() == n_found
    assert (np.sort(adjusted) == adjusted[np.argsort(P[order])]).all()


def test_campaigns_are_corrected_together_and_their_limits_with_them():
    rng = np.random.default_rng(4)
    campaign = np.repeat(["A", "B", "C", "D"], 400)
    arm = rng.random(1600) < 0.5
    bought = rng.random(1600) < 0.1 + 0.12 * arm * np.isin(campaign, ["B", "D"])
    tables = {
        how: ab_tests(bought, arm, campaign, correction=how) for how in ("holm", "bh", "none")
    }
    strict, milder, none = tables["holm"], tables["bh"], tables["none"]
    assert (none["p_adjusted"] == none["p_value"]).all()
    assert (strict["p_adjusted"] >= milder["p_adjusted"]).all()
    found = int((milder["p_adjusted"] <= 0.05).sum())
    assert found == 2
    rows = campaign == "B"
    again = ab_test(bought[rows], arm[rows], level=1 - 0.05 * found / 4).iloc[0]
    assert milder.loc[1, "lower_adjusted"] == pytest.approx(again["lower"])
    again = ab_test(bought[rows], arm[rows], level=1 - 0.05 / 4).iloc[0]
    assert strict.loc[1, "upper_adjusted"] == pytest.approx(again["upper"])


# --- cells --------------------------------------------------------------------------------------

# Tarone (1982): tumours among 71 groups of rats; Gelman et al. (2013), table 5.1.
RATS = """0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20
1/19 1/19 1/18 1/18 2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49
7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46
12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14"""


def test_the_beta_distribution_of_a_published_table():
    x, n = np.array([cell.split("/") for cell in RATS.split()], float).T
    assert len(x) == 71
    found = _fit(x, n)
    # Gelman et al. (2013), section 5.3: posterior means of alpha and beta, 2.4 and 14.3
    assert found.alpha @ found.weight == pytest.approx(2.4, abs=0.06)
    assert found.beta @ found.weight == pytest.approx(14.3, abs=0.35)


CELLS = {"A": 9, "B": 12, "C": 2, "D": 30}, {"A": 300, "B": 1000, "C": 100, "D": 2000}


def test_cells_are_drawn_to_the_common_rate_the_more_the_smaller_they_are():
    found = response_shrinkage(*CELLS)
    pooled = 53 / 3400
    assert found["estimate"].between(found["rate"].min(), found["rate"].max()).all()
    assert (found["weight"].rank() == found["n_customers"].rank()).all()
    assert pooled < found["estimate"][0] < found["rate"][0]
    assert (found["lower"] < found["estimate"]).all()
    assert (found["estimate"] < found["upper"]).all()
    one, other = (dict(reversed(list(each.items()))) for each in CELLS)
    again = response_shrinkage(one, other).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, again)


def test_where_cells_do_not_differ_the_common_rate_stands():
    sizes = dict.fromkeys(range(40), 1000)
    found = response_shrinkage(dict.fromkeys(range(40), 50), sizes)
    assert found["estimate"].to_numpy() == pytest.approx(np.full(40, 0.05), abs=0.0005)
    assert found["weight"].max() < 0.35


@pytest.mark.slow
def test_limits_of_cells_hold_and_the_best_cell_is_not_overrated():
    held, raw, drawn = [], [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rate, n = rng.beta(3, 97, 15), rng.integers(100, 800, 15)
        x = rng.binomial(n, rate)
        found = response_shrinkage(pd.Series(x), pd.Series(n))
        held += ((found["lower"] <= rate) & (rate <= found["upper"])).tolist()
        best, expected = found["rate"].idxmax(), found["estimate"].idxmax()
        raw.append(found["rate"][best] / rate[best])
        drawn.append(found["estimate"][expected] / rate[expected])
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)  # 600 cells
    assert np.mean(raw) > 1.15
    assert np.mean(drawn) == pytest.approx(1, abs=0.06)


def test_a_roll_out_is_priced_by_what_is_to_be_expected():
    plan = {"margin_per_response": 40, "cost_per_contact": 0.7, "fixed_cost": 100,
            "n_contacts": {"A": 5000, "B": 1000, "C": 1000, "D": 1000}}  # fmt: skip
    found = roll_out(*CELLS, **plan).set_index("cell")
    rates = response_shrinkage(*CELLS).set_index("cell")
    expected = 5000 * (rates.loc["A", "estimate"] * 40 - 0.7) - 100
    assert found.loc["A", "estimate"] == pytest.approx(expected)
    assert found.loc["A", "apparent_profit"] == pytest.approx(5000 * (0.03 * 40 - 0.7) - 100)
    assert found.loc["A", "break_even_rate"] == pytest.approx((0.7 + 100 / 5000) / 40)
    assert (found["roll_out"] == (found["estimate"] > 0)).all()
    sure = roll_out(*CELLS, margin_per_response=40, cost_per_contact=0.0)
    assert sure["chance_pays"].to_numpy() == pytest.approx(np.ones(4))


@pytest.mark.parametrize(
    ("responses", "customers", "message"),
    [
        ({"A": 1}, {"A": 9}, "at least two cells; got 1"),
        ({"A": 1, "B": 1}, {"A": 9, "C": 9}, "must name the cells of `n_customers`; '[BC]' stands"),
        ({"A": 1, "B": 0}, {"A": 9, "B": 0}, "`n_customers` must be at least 1 in each cell; 'B'"),
        ({"A": 1, "B": 10}, {"A": 9, "B": 9}, "`n_responses` must be at most `n_customers`; 'B'"),
        ({"A": 0, "B": 0}, {"A": 9, "B": 9}, "nobody of 18 did"),
        ({"A": 9, "B": 9}, {"A": 9, "B": 9}, "everybody of 18 did"),
    ],
)
def test_cells_that_tell_nothing_are_refused(responses, customers, message):
    with pytest.raises(InputError, match=message):
        response_shrinkage(responses, customers)


def test_a_roll_out_that_never_pays_is_refused():
    with pytest.raises(InputError, match="Each response loses money, so that no cell pays"):
        roll_out(*CELLS, margin_per_response=4, cost_per_contact=1, cost_per_response=4)
    with pytest.raises(InputError, match="`n_contacts` must name each cell; 'B' is not there"):
        roll_out(*CELLS, margin_per_response=4, cost_per_contact=1, n_contacts={"A": 9})


# --- a campaign -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company():
    return load_company()


def tables(company):
    return company.contacts, company.responses, company.campaigns


def test_the_planted_effect_lies_between_the_limits(company):
    found = incremental_result(*tables(company), campaign_id="K06").set_index("measure")
    effects = company.truth.effects.query("campaign_id == 'K06'")
    treated = company.contacts.query("campaign_id == 'K06' and treated")["customer_id"]
    planted = effects.set_index("customer_id").loc[treated, "effect"].sum()
    row = found.loc["responders"]
    assert row["lower"] < planted < row["upper"]
    assert found.loc["profit", "estimate"] == pytest.approx(60_000 * row["estimate"] - 1_830_000)
    assert found.loc["return", "estimate"] == pytest.approx(
        found.loc["profit", "estimate"] / 1_830_000
    )
    assert (found["estimate"] - (found["treated"] - found["control"])).drop(
        "return"
    ).abs().max() < 1


def test_the_biased_campaign_is_wrong_by_what_was_planted(company):
    found = incremental_result(*tables(company), campaign_id="K09", assignment="random")
    row = found.set_index("measure").loc["response_rate"]
    effects = company.truth.effects.query("campaign_id == 'K09'").set_index("customer_id")
    arms = company.contacts.query("campaign_id == 'K09'").set_index("customer_id")["treated"]
    treated = effects.loc[arms.index[arms]]
    controls = effects.loc[arms.index[~arms]]
    bias = treated["outcome_untreated"].mean() - controls["outcome_untreated"].mean()
    assert row["estimate"] == pytest.approx(treated["effect"].mean() + bias)
    assert row["lower"] > treated["effect"].mean()


def test_past_spend_sharpens_the_money_and_moves_it_little(company):
    before = (
        company.transactions.query("date < '2025-06-02'").groupby("customer_id")["amount"].sum()
    )
    who = company.contacts.query("campaign_id == 'K06'")["customer_id"]
    known = before.reindex(who).fillna(0)
    plain, sharp = (
        incremental_result(*tables(company), campaign_id="K06", covariate=each).set_index("measure")
        for each in (None, known)
    )
    width = [each.loc["revenue", "upper"] - each.loc["revenue", "lower"] for each in (plain, sharp)]
    assert width[1] < width[0]
    assert sharp.loc["response_rate"].equals(plain.loc["response_rate"])


def test_discounts_and_contacts_are_taken_off():
    contacts = pd.DataFrame(
        {"customer_id": list("abcd"), "campaign_id": "K", "date": pd.Timestamp("2024-03-01"),
         "channel": "email", "treated": [True, True, False, False], "outcome": "delivered",
         "cost": [1.0, 1.0, 0.0, 0.0]}
    )  # fmt: skip
    responses = pd.DataFrame(
        {"customer_id": list("aad"), "campaign_id": "K", "date": pd.Timestamp("2024-03-05"),
         "kind": ["order", "redeem", "order"], "amount": [50.0, 4.0, 20.0]}
    )  # fmt: skip
    found = incremental_result(
        contacts, responses, campaign_id="K", margin=0.4, assignment="random"
    ).set_index("measure")
    assert found["estimate"].drop(["response_rate", "responders"]).to_dict() == pytest.approx(
        {"revenue": 30, "margin": 12, "discount": 4, "cost": 2, "profit": 6, "return": 3}
    )
    assert found.loc["cost", "lower"] == 2


@pytest.mark.parametrize(
    ("campaign", "change", "message"),
    [
        ("K09", {}, "whose controls a lot drew; 'K09' is 'biased'"),
        ("K01", {}, "'K01' is 'routine'"),
        ("K01", {"assignment": "random"}, "`contacts` must hold both arms"),
        ("K77", {}, "`campaign_id` must be in `campaigns`; 'K77' is not"),
        ("K06", {"campaigns": None}, "`assignment` must be told"),
        ("K06", {"campaigns": None, "assignment": "random"}, "`margin` must be told"),
        ("K06", {"margin": 1.5}, "`margin` must be"),
        ("K06", {"covariate": pd.Series([1.0], ["C0000001"])}, "`covariate` must hold every"),
    ],
)
def test_a_campaign_that_shows_no_effect_is_refused(company, campaign, change, message):
    named = dict(zip(("contacts", "responses", "campaigns"), tables(company), strict=True))
    with pytest.raises(InputError, match=message):
        incremental_result(**named | change, campaign_id=campaign)
