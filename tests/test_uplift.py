"""Curves, limits and profit of uplift: published toys, slow formulas, and what must not matter."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind

from crmlab import InputError
from crmlab.datasets import load_company
from crmlab.uplift import (
    balance_table,
    balance_test,
    choose_treatment,
    experiment_table,
    policy_profit,
    profit_curve,
    qini_band,
    qini_curve,
    qini_score,
    qini_score_interval,
    uplift_by_decile,
    uplift_curve,
    uplift_score,
)
from crmlab.uplift._resampling import measure_qini, resample_areas
from crmlab.uplift._steps import add_up, gain_qini, measure_area, sort_trial
from crmlab.uplift._trial import read_trial
from crmlab.uplift._weights import CHANCES, Weights

LOT = {"assignment": "random"}


def trial(n=2000, *, seed=1, ties=False, money=False):
    """A test in which only customers of high score respond to the treatment."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n)
    treated = rng.random(n) < 0.4
    outcome = (rng.random(n) < 0.1 + 0.2 * treated * (score > 0)).astype(float)
    if money:
        outcome = outcome * rng.gamma(2, 500.0, n)
    return outcome, treated, np.round(score, 1) if ties else score


def slow_curve(outcome, treated, score, *, qini):
    """The definitions, one threshold after another."""
    points = [(0, 0.0)]
    for cut in sorted(set(score), reverse=True):
        inside = [i for i in range(len(score)) if score[i] >= cut]
        arms = [[outcome[i] for i in inside if bool(treated[i]) is arm] for arm in (True, False)]
        won, lost = (sum(arm) for arm in arms)
        n_t, n_c = (len(arm) for arm in arms)
        if qini:
            gain = won - (lost * n_t / n_c if n_c else 0)
        else:
            means = (won / n_t if n_t else 0) - (lost / n_c if n_c else 0)
            gain = means * len(inside)
        points.append((len(inside), gain))
    return np.array(points)


@pytest.mark.parametrize(
    ("treated", "uplift", "qini"),
    [pytest.param([0, 1, 0], -4 / 3, -0.5, id="first"),
     pytest.param([1, 0, 1], 4 / 3, 0.75, id="second")],
)  # fmt: skip
def test_toys_of_scikit_uplift(treated, uplift, qini):
    data = [0, 1, 2], treated, [0.1, 0.3, 0.9]
    assert uplift_score(*data, **LOT) == pytest.approx(uplift, abs=1e-12)
    assert qini_score(*data, **LOT) == pytest.approx(qini, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("money", [False, True])
def test_curves_equal_their_definitions(ties, money):
    data = trial(120, ties=ties, money=money)
    for curve, qini in ((uplift_curve, False), (qini_curve, True)):
        table = curve(*data, **LOT)
        expected = slow_curve(*data, qini=qini)
        np.testing.assert_allclose(table[["n_customers", "gain"]].to_numpy(), expected, atol=1e-9)


rows = st.lists(
    st.tuples(st.integers(0, 1), st.booleans(), st.integers(0, 5)), min_size=4, max_size=40
).filter(
    lambda r: (
        len({t for _, t, _ in r}) == 2
        and len({s for *_, s in r}) > 1
        and len({y for y, *_ in r}) == 2
    )
)


@pytest.mark.slow
@given(rows, st.randoms(use_true_random=False))
def test_no_order_of_rows_moves_an_answer(found, rng):
    shuffled = found.copy()
    rng.shuffle(shuffled)
    one, two = (list(zip(*each, strict=True)) for each in (found, shuffled))
    for measure in (uplift_curve, qini_curve, uplift_by_decile):
        extra = {"n_groups": 3} if measure is uplift_by_decile else {}
        pd.testing.assert_frame_equal(measure(*one, **LOT, **extra), measure(*two, **LOT, **extra))
    assert qini_score(*one, **LOT) == pytest.approx(qini_score(*two, **LOT), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_no_order_of_rows_moves_a_limit(ties):
    data = trial(500, ties=ties)
    order = np.random.default_rng(2).permutation(500)
    shuffled = [column[order] for column in data]
    for measure in (qini_score_interval, qini_band):
        first, second = (measure(*d, n_resamples=40, **LOT) for d in (data, shuffled))
        pd.testing.assert_frame_equal(first, second)


def test_perfect_order_scores_one_and_its_reverse_less():
    outcome, treated, _ = trial(300)
    best = outcome * (2 * treated - 1)
    assert qini_score(outcome, treated, best, **LOT) == pytest.approx(1)
    assert qini_score(outcome, treated, -best, **LOT) < 0


def test_money_scales_the_curve_and_leaves_the_coefficient():
    data = trial(300, money=True)
    dear = data[0] * 1000, *data[1:]
    np.testing.assert_allclose(
        qini_curve(*dear, **LOT)["gain"], 1000 * qini_curve(*data, **LOT)["gain"]
    )
    assert qini_score(*dear, **LOT) == pytest.approx(qini_score(*data, **LOT))
    per_head = [qini_score(*each, normalise="none", **LOT) for each in (dear, data)]
    assert per_head[0] == pytest.approx(1000 * per_head[1])


def test_equal_propensities_say_the_same_as_a_lot():
    data = trial(300)
    chance = np.full(300, data[1].mean())
    pd.testing.assert_frame_equal(
        uplift_curve(*data, **LOT), uplift_curve(*data, propensity=chance)
    )


@pytest.mark.slow
def test_propensities_put_a_biased_assignment_right():
    rng = np.random.default_rng(3)
    n = 40_000
    keen = rng.random(n) < 0.5
    chance = np.where(keen, 0.8, 0.2)
    treated = rng.random(n) < chance
    outcome = rng.random(n) < np.where(keen, 0.5, 0.1) + 0.1 * treated
    score = rng.normal(size=n)
    end = [
        uplift_curve(outcome, treated, score, **how)["gain"].iloc[-1] / n
        for how in ({"propensity": chance}, LOT)
    ]
    assert end[0] == pytest.approx(0.1, abs=0.015)  # three standard errors
    assert end[1] > 0.3


# --- limits ---------------------------------------------------------------------------------------


def test_chances_of_being_drawn_have_mean_and_variance_one():
    times, chances = np.arange(len(CHANCES)), np.array(CHANCES)
    assert chances.sum() == 65_536
    assert times @ chances == 65_536
    assert times**2 @ chances == 2 * 65_536


@pytest.mark.parametrize("size", [7, 100, pytest.param(40_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("money", [False, True])
def test_area_in_pieces_is_the_area_of_the_repeated_rows(size, money):
    outcome, treated, score = trial(size, money=money)
    outcome[:2], treated[:2] = 1, [True, False]
    steps = sort_trial(read_trial(outcome, treated, propensity=None, **LOT), score)
    found = resample_areas(steps, 2, seed=5)
    times = replay(steps, 2, seed=5)
    for area, drawn in zip(found.area, times, strict=True):
        totals = add_up(steps, drawn)
        expected = measure_area(totals.customers, gain_qini(totals))
        scale = totals.customers[-1] * np.abs(gain_qini(totals)).max()
        assert abs(area - expected) < 1e-6 * scale  # whole numbers are added in single precision
    whole = add_up(steps, steps.weights())
    assert measure_qini(steps) == pytest.approx(measure_area(whole.customers, gain_qini(whole)))


def replay(steps, n_resamples, *, seed):
    """The weights that `resample_areas` draws, in the order of the rows."""
    deep, wide = 32, min(1024, -(-steps.n_rows // 32))
    weights = Weights(seed, steps.adds.dtype)
    times = np.zeros((n_resamples, -(-steps.n_rows // (deep * wide)) * deep * wide))
    for start in range(0, steps.n_rows, deep * wide):
        for i in range(n_resamples):
            drawn = weights.draw(deep * wide).reshape(deep, wide)
            times[i, start : start + deep * wide] = drawn.T.ravel()
    return times[:, : steps.n_rows]


@pytest.mark.slow
@pytest.mark.parametrize("ties", [False, True])
def test_limits_agree_with_a_plain_bootstrap(ties):
    data = trial(3000, ties=ties)
    found = qini_score_interval(*data, n_resamples=2000, **LOT).iloc[0]
    rng = np.random.default_rng(0)
    plain = []
    for _ in range(400):
        rows = rng.integers(0, 3000, 3000)
        plain.append(qini_score(*(column[rows] for column in data), **LOT))
    lower, upper = np.quantile(plain, [0.025, 0.975])
    width = upper - lower
    # Limits of 400 resamples vary by a tenth of the width.
    assert found["lower"] == pytest.approx(lower, abs=0.12 * width)
    assert found["upper"] == pytest.approx(upper, abs=0.12 * width)


@pytest.mark.slow
def test_limits_hold_the_truth_as_often_as_they_say():
    held = []
    big = qini_score(*trial(400_000, seed=99), normalise="none", **LOT)
    for seed in range(50):
        row = qini_score_interval(
            *trial(1500, seed=seed), normalise="none", n_resamples=200, **LOT
        ).iloc[0]
        held.append(row["lower"] <= big <= row["upper"])
    assert 0.86 <= np.mean(held) <= 1  # three standard errors below 0.95


def test_band_starts_at_nothing_and_holds_the_curve():
    data = trial(1000, ties=True)
    band = qini_band(*data, n_points=20, n_resamples=100, **LOT)
    curve = qini_curve(*data, **LOT)
    np.testing.assert_allclose(
        band["estimate"], np.interp(band["customer_share"], curve["customer_share"], curve["gain"])
    )
    assert (band.iloc[0][["estimate", "lower", "upper"]] == 0).all()
    assert (band["lower"] <= band["estimate"]).all()
    assert (band["estimate"] <= band["upper"]).all()


# --- groups, profit, policies ---------------------------------------------------------------------


def test_limits_of_a_small_test_of_money_are_those_of_welch():
    spent = np.array([3.0, 5, 4, 8, 1, 2, 2, 3, 2, 2])
    treated = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    row = uplift_by_decile(spent, treated, np.arange(10), n_groups=1, level=0.9, **LOT).iloc[0]
    peer = ttest_ind(spent[treated == 1], spent[treated == 0], equal_var=False)
    np.testing.assert_allclose(row[["lower", "upper"]].astype(float), peer.confidence_interval(0.9))
    one_arm_alike = uplift_by_decile(spent * treated, treated, np.arange(10), n_groups=1, **LOT)
    assert one_arm_alike["estimate"].item() == 5
    assert one_arm_alike[["lower", "upper"]].isna().all(axis=None)


def test_deciles_are_plain_differences_of_means():
    outcome, treated, score = trial(1000)
    table = uplift_by_decile(outcome, treated, score, **LOT)
    order = np.argsort(-score)
    for at, part in enumerate(np.array_split(order, 10)):
        arms = [outcome[part][treated[part] == arm] for arm in (True, False)]
        assert table.loc[at, "estimate"] == pytest.approx(arms[0].mean() - arms[1].mean())
        assert table.loc[at, "n_treated"] == len(arms[0])
    assert table["n_customers"].tolist() == [100.0] * 10


def test_limits_of_a_group_are_newcombes():
    # Newcombe (1998), example (a), method 10: 56/70 against 48/80, 0.0524 to 0.3339.
    outcome = [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32
    treated = [1] * 70 + [0] * 80
    row = uplift_by_decile(outcome, treated, range(150), n_groups=1, **LOT).iloc[0]
    assert row[["estimate", "lower", "upper"]].round(4).tolist() == [0.2, 0.0524, 0.3339]


def test_a_group_without_an_arm_has_no_effect():
    table = uplift_by_decile([1, 0, 1, 0], [1, 1, 0, 0], [4, 3, 2, 1], n_groups=2, **LOT)
    assert table[["estimate", "lower", "upper"]].isna().all(axis=None)


def test_profit_is_value_times_gain_less_cost():
    data = trial(1000)
    curve = profit_curve(*data, value=50, cost=4, n_points=10, n_resamples=40, **LOT)
    gain = uplift_curve(*data, **LOT)
    expected = 50 * gain["gain"] - 4 * gain["n_customers"]
    at = np.interp(curve["customer_share"], gain["customer_share"], expected)
    np.testing.assert_allclose(curve["estimate"], at)
    double = profit_curve(
        *data, value=50, cost=4, n_points=10, n_resamples=40, n_customers=2000, **LOT
    )
    np.testing.assert_allclose(double["estimate"], 2 * curve["estimate"])
    assert curve["chance_best"].sum() == pytest.approx(1)


def test_a_coupon_costs_what_the_treated_redeem():
    outcome, treated, score = trial(1000)
    options = {"value": 50, "cost": 4, "n_points": 1, "n_resamples": 40, **LOT}
    plain, coupon = (
        profit_curve(outcome, treated, score, cost_per_response=each, **options)["estimate"].iloc[1]
        for each in (0, 10)
    )
    assert plain - coupon == pytest.approx(10 * 1000 * outcome[treated].mean())


def test_policy_profit_is_the_difference_inside_those_treated():
    outcome, treated, score = trial(2000)
    act = score > 0
    row = policy_profit(outcome, treated, {"high": act}, costs=4, value=50, **LOT).iloc[0]
    effect = outcome[act & treated].mean() - outcome[act & ~treated].mean()
    assert row["estimate"] == pytest.approx(act.sum() * (50 * effect - 4))
    assert row["cost"] == pytest.approx(4 * act.sum())


def test_limits_of_a_policy_are_those_of_a_difference_of_means():
    outcome, treated, score = trial(2000)
    act = score > 0
    row = policy_profit(outcome, treated, {"high": act}, costs=4, value=50, **LOT).iloc[0]
    arms = [outcome[act & treated], outcome[act & ~treated]]
    error = np.sqrt(sum(arm.var(ddof=1) / arm.size for arm in arms))
    expected = 1.959964 * 50 * act.sum() * error
    assert row["upper"] - row["estimate"] == pytest.approx(expected, rel=1e-6)


def test_several_treatments_each_have_their_cost():
    rng = np.random.default_rng(4)
    got = rng.choice(["none", "letter", "call"], 3000)
    outcome = rng.random(3000) < np.select([got == "letter", got == "call"], [0.2, 0.3], 0.1)
    table = policy_profit(
        outcome, got, {"letters": np.full(3000, "letter"), "calls": np.full(3000, "call")},
        costs={"letter": 1, "call": 9}, value=50, control="none", **LOT,
    ).set_index("policy")  # fmt: skip
    for name, arm, cost in (("letters", "letter", 1), ("calls", "call", 9)):
        effect = outcome[got == arm].mean() - outcome[got == "none"].mean()
        assert table.loc[name, "estimate"] == pytest.approx(3000 * (50 * effect - cost))


def test_a_choice_takes_the_best_and_keeps_to_its_budget():
    effects = pd.DataFrame({"letter": [0.02, 0.05, -0.1], "call": [0.01, 0.09, 0.0]})
    free = choose_treatment(effects, costs={"letter": 1, "call": 3}, value=100)
    assert free["treatment"].tolist() == ["letter", "call", "control"]
    assert free["expected_gain"].tolist() == pytest.approx([1, 6, 0])
    kept = choose_treatment(effects, costs={"letter": 1, "call": 3}, value=100, budget=3)
    assert kept["treatment"].tolist() == ["control", "call", "control"]


# --- a lot or none --------------------------------------------------------------------------------


def test_balance_sees_a_planted_difference_and_no_other():
    rng = np.random.default_rng(5)
    known = pd.DataFrame({"age": rng.normal(40, 10, 4000), "plan": rng.choice(["a", "b"], 4000)})
    lot = rng.random(4000) < 0.3
    assert balance_test(known, lot) > 0.001
    chosen = rng.random(4000) < 1 / (1 + np.exp(-(known["age"] - 40) / 20))
    assert balance_test(known, chosen) < 1e-9
    assert balance_table(known, chosen).loc[0, "feature"] == "age"


def test_balance_is_kept_by_the_chances_that_were_meant():
    rng = np.random.default_rng(10)
    known = pd.DataFrame({"age": rng.normal(40, 10, 4000)})
    chance = 1 / (1 + np.exp(-(known["age"] - 45) / 10))
    treated = rng.random(4000) < chance
    assert balance_test(known, treated, propensity=chance) > 0.001
    assert balance_test(known, treated, propensity=np.full(4000, treated.mean())) < 1e-9


@pytest.mark.slow
def test_balance_is_wrong_as_often_as_it_says():
    rng = np.random.default_rng(6)
    known = pd.DataFrame({"a": rng.gamma(1, size=300), "b": rng.normal(size=300)})
    p = [balance_test(known, rng.permutation(300) < 90) for _ in range(300)]
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.052)  # three standard errors


# --- what is refused ------------------------------------------------------------------------------

GOOD = {"outcome": [1, 0, 1, 0], "treated": [1, 0, 0, 1], "score": [4.0, 3.0, 2.0, 1.0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assignment": None}, "`assignment` must be told; got None. Effects cannot be told"),
        ({"assignment": "yes"}, "`assignment` must be one of 'random'; got 'yes'"),
        ({"propensity": [0.5] * 4}, "`assignment` and `propensity` must not both be given"),
        ({"assignment": None, "propensity": [0.5, 0.5, 0.5, 1]},
         r"`propensity` must be in \(0, 1\); 1 of 4 are not, such as 1"),
        ({"treated": [1, 1, 1, 1]}, "`treated` must hold both arms; all 4 customers are treated"),
        ({"treated": [0, 0, 0, 0]}, "all 4 customers are controls"),
        ({"treated": [0, 1, 2, 1]}, "`treated` must be true or false, 1 or 0; got 2. With several"),
        ({"score": [1, 1, 1, 1]}, "`score` must tell customers apart; all 4 have 1"),
        ({"score": [1, 2, 3]}, "All columns must have one row per customer; got `outcome` 4, `sc"),
        ({"outcome": [1, 0, np.nan, 0]}, "`outcome` must be finite and not missing; 1 of 4"),
        ({"outcome": [1, 1, 1, 1], "treated": [1, 0, 1, 0]},
         "`outcome` must differ between customers"),
    ],
)  # fmt: skip
def test_what_no_score_can_be_told_from_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        qini_score(**(GOOD | LOT | change))


def test_series_of_other_rows_are_refused():
    outcome = pd.Series([1, 0, 1, 0], index=list("abcd"))
    score = pd.Series([1.0, 2, 3, 4], index=list("abdc"))
    with pytest.raises(ValueError, match="`score` must have the index of `outcome`"):
        qini_curve(outcome, [1, 0, 0, 1], score, **LOT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uplift_by_decile(**GOOD, **LOT), "`n_groups` must be at most the number of cust"),
        (lambda: profit_curve(**GOOD, **LOT, cost=-1), "`cost` must be finite and at least 0"),
        (lambda: qini_score_interval(**(GOOD | {"outcome": [1, 0, 5, 0]}), **LOT),
         "`normalise` must be 'none' for an interval"),
        (lambda: policy_profit([1, 0], [True, False], {"p": [True, True]}, costs=-1, **LOT),
         "`costs` must be finite and at least 0"),
        (lambda: policy_profit([1, 0], ["a", "b"], {"p": ["a", "a"]}, costs={}, control="b", **LOT),
         "`costs` must name every treatment; it lacks 'a'"),
        (lambda: policy_profit([1, 0], [True, False], {"p": ["x", "x"]}, costs=1, **LOT),
         "`policies` must name what somebody in the test got"),
        (lambda: policy_profit([1, 0], [True, False], {"p": [True, True]}, costs=1, **LOT),
         "`policies` must treat groups of whom at least two got"),
        (lambda: policy_profit([1, 0], [True, False], [True, True], costs=1, **LOT),
         "`policies` must be a mapping"),
        (lambda: policy_profit([1, 0], ["a", "b"], {}, costs=1, control="c", **LOT),
         "`control` must be what those left alone got, one of 'a', 'b'; got 'c'"),
        (lambda: policy_profit([1, 0], ["a", "a"], {}, costs=1, control="a", **LOT),
         "`treatment` must hold both arms; all 2 customers got 'a'"),
        (lambda: choose_treatment(pd.Series([0.1]), costs=-2), "`costs` must be finite and at l"),
        (lambda: choose_treatment([0.1], costs=2), "`effects` must be a DataFrame or a Series"),
        (lambda: choose_treatment(pd.DataFrame({"control": [1.0]}), costs=2),
         "`control` must not be a treatment"),
        (lambda: balance_table([1, 2], [1, 0]), "`features` must be a DataFrame"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- tables of a campaign -------------------------------------------------------------------------


def contacts(**change):
    table = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "campaign_id": "K", "date": pd.Timestamp("2025-03-03"),
         "channel": "post", "treated": [True, False, True],
         "outcome": ["delivered", "not_contacted", "delivered"], "cost": [9.0, 0.0, 9.0]}
    )  # fmt: skip
    return table.assign(**change)


def responses(**change):
    table = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "campaign_id": "K", "kind": "order",
         "date": pd.to_datetime(["2025-03-04", "2025-03-20", "2025-03-05"]),
         "amount": [10.0, 5.0, 7.0]}
    )  # fmt: skip
    return table.assign(**change)


@pytest.mark.slow
def test_a_campaign_becomes_one_row_per_customer():
    orders = pd.DataFrame(
        {"customer_id": ["a", "a", "c"], "amount": [100.0, 40.0, 30.0],
         "date": pd.to_datetime(["2025-03-01", "2025-03-06", "2025-03-12"])}
    )  # fmt: skip
    test = experiment_table(contacts(), responses(), campaign_id="K", window_days=8, orders=orders)
    assert test["treated"].tolist() == [True, False, True]
    assert test["outcome"].tolist() == [1, 1, 0]
    assert test["value"].tolist() == [10.0, 7.0, 0.0]
    assert test["cost"].tolist() == [9.0, 0.0, 9.0]
    assert test["spent"].tolist() == [40.0, 0.0, 0.0]


@pytest.mark.slow
def test_tables_of_an_engine_say_the_same_as_frames():
    company = load_company()
    tables = company.contacts, company.responses
    options = {"campaign_id": "K06", "window_days": 28}
    held = [ibis.memtable(table) for table in tables]
    found = experiment_table(*held, **options, orders=ibis.memtable(company.transactions))
    expected = experiment_table(*tables, **options, orders=company.transactions)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert expected["spent"].sum() > 0


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((contacts(), responses(date=pd.Timestamp("2025-03-01"))),
         "`responses` must not come before the contact; 3 of 3 to 'K' do: a treatment after"),
        ((contacts(date=pd.Timestamp("2025-03-03", tz="Asia/Seoul")), responses()),
         "Dates must be on one clock in all tables; got `contacts` in Asia/Seoul, `responses` in"),
        ((contacts(customer_id=["a", "a", "c"]), responses()),
         "`contacts` must hold a customer in one arm of a campaign; 1 of 2 in 'K' are both"),
        ((contacts(), responses(customer_id="z")),
         "`responses` must come from customers in `contacts`; 3 of 3 to 'K' do not, such as 'z'"),
        ((contacts(campaign_id="L"), responses()), "`campaign_id` must have contacts; 'K' has no"),
    ],
)  # fmt: skip
def test_tables_that_tell_no_effect_are_refused(tables, message):
    with pytest.raises(ValueError, match=message):
        experiment_table(*tables, campaign_id="K")


def test_t_limits_of_a_profit_are_the_spread_of_the_resamples_times_a_quantile():
    rng = np.random.default_rng(4)
    treated = np.repeat([1, 0], 30)
    spent = np.where(rng.random(60) < 0.3, rng.gamma(2, 20, 60), 0)
    args = {"treated": treated, "score": rng.permutation(60), "cost": 1.0, "n_points": 2}
    found = profit_curve(spent, **args, limits="t", n_resamples=4000, assignment="random").iloc[-1]
    # The spread of a difference of means, by the formula, and the 29 degrees of the smaller arm.
    error = 60 * np.sqrt(sum(spent[treated == arm].var() / 30 for arm in (0, 1)))
    half = student.ppf(0.975, 29) * error
    assert (found["upper"] - found["lower"]) / 2 == pytest.approx(half, rel=0.08)  # by lot
    assert (found["upper"] + found["lower"]) / 2 == pytest.approx(found["estimate"])
    nobody = profit_curve(spent, **args, limits="t", assignment="random").iloc[0]
    assert nobody[["estimate", "lower", "upper"]].tolist() == [0, 0, 0]
    with pytest.raises(InputError, match="`limits` must be one of 'percentile', 't'"):
        profit_curve(spent, **args, limits="normal", assignment="random")
