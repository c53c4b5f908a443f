"""Customers under contract against print, slow loops, an independent search and simulation."""

import calendar
import datetime as dt
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal, assert_series_equal
from scipy import optimize, special
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from crmlab import InputError
from crmlab.ltv import (
    BetaDiscreteWeibull,
    ConvergenceError,
    ShiftedBetaGeometric,
    installed_base,
    survivors,
)

# Fader and Hardie (2007), table 1, in thousandths: years 0 to 12.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]

MODELS = [
    pytest.param(ShiftedBetaGeometric, id="sBG"),
    pytest.param(BetaDiscreteWeibull, id="BdW"),
]

shapes = st.floats(0.05, 20)
powers = st.floats(0.3, 2)
rates = st.floats(0.02, 1)


def published(**options):
    return ShiftedBetaGeometric.from_params(alpha=3.80, beta=15.20, unit="Y", **options)


def slow_survival(t, alpha, beta, c=1.0):
    return np.exp(special.betaln(alpha, beta + t**c) - special.betaln(alpha, beta))


def slow_log_likelihood(params, cohorts):
    """Add up log P(lost in t) and log S(t) of those left, cohort by cohort."""
    total = 0.0
    for alive in cohorts:
        for t in range(1, len(alive)):
            chance = slow_survival(t - 1.0, *params) - slow_survival(t, *params)
            total += (alive[t - 1] - alive[t]) * np.log(chance)
        total += alive[-1] * np.log(slow_survival(len(alive) - 1, *params))
    return total


def slow_residual(renewals, rate, *params, n_terms=6_000):
    """Add up the discounted payments after `renewals` renewals one by one."""
    t = np.arange(renewals + 1.0, renewals + 1 + n_terms)
    paid = slow_survival(t, *params) / slow_survival(float(renewals), *params)
    return float((paid * (1 + rate) ** (renewals + 1 - t)).sum())


def tidy(cohorts):
    return pd.DataFrame(
        [
            (f"cohort {number}", period, alive)
            for number, cohort in enumerate(cohorts)
            for period, alive in enumerate(cohort)
        ],
        columns=["cohort", "period", "alive"],
    )


# --- the fit --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alive", "alpha", "beta", "log_likelihood", "year_12"),
    [
        pytest.param(REGULAR, 0.704, 1.182, -1680.2652, 0.1700, id="regular"),
        # The text of the paper prints alpha .688 in one place, its figure .668.
        pytest.param(HIGH_END, 0.668, 3.806, -1611.158, 0.3780, id="high-end"),
    ],
)
def test_sbg_of_seven_renewals_is_the_printed_one(alive, alpha, beta, log_likelihood, year_12):
    model = ShiftedBetaGeometric().fit(alive[:8])
    assert model.alpha_ == pytest.approx(alpha, abs=5e-4)
    assert model.beta_ == pytest.approx(beta, abs=5e-4)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=5e-4)
    assert model.survival(12) == pytest.approx(year_12, abs=5e-5)
    assert model.gradient_norm_ < 1e-6
    assert model.n_customers_ == 1000


COHORTS = {
    "regular": [REGULAR[:8]],
    "high-end": [HIGH_END[:8]],
    "three-cohorts-of-different-length": [HIGH_END[:10], [400, 330, 290, 270], [90, 75]],
}


@pytest.mark.slow
@pytest.mark.parametrize("cohorts", [pytest.param(c, id=name) for name, c in COHORTS.items()])
@pytest.mark.parametrize(
    ("model", "start"),
    [
        pytest.param(ShiftedBetaGeometric, [0.0, 1.0], id="sBG"),
        pytest.param(BetaDiscreteWeibull, [0.0, 1.0, 0.0], id="BdW"),
    ],
)
def test_fit_is_the_maximum_that_a_slow_search_finds(model, start, cohorts):
    found = optimize.minimize(
        lambda theta: -slow_log_likelihood(np.exp(theta), cohorts),
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4_000, "maxfev": 4_000},
    )
    fitted = model().fit(tidy(cohorts))
    assert fitted.log_likelihood_ == pytest.approx(-found.fun, abs=1e-7)
    # A simplex search stops where the top is flat to 1e-10 of the log-likelihood.
    assert_allclose(fitted.params_, np.exp(found.x), rtol=1e-4)
    assert fitted.log_likelihood_ == pytest.approx(
        slow_log_likelihood(fitted.params_.to_numpy(), cohorts), abs=1e-8
    )


@pytest.mark.parametrize("alive", [REGULAR[:8], HIGH_END[:8]], ids=["regular", "high-end"])
def test_bdw_nests_sbg(alive):
    simple, rich = ShiftedBetaGeometric().fit(alive), BetaDiscreteWeibull().fit(alive)
    assert rich.log_likelihood_ >= simple.log_likelihood_
    same = BetaDiscreteWeibull.from_params(**simple.params_, c=1.0)
    assert_allclose(same.survival(range(50)), simple.survival(range(50)), rtol=1e-12)
    assert_allclose(same.retention_rate([1, 9]), simple.retention_rate([1, 9]), rtol=1e-12)


def test_bdw_sees_the_chance_to_leave_rise_in_the_high_end():
    model = BetaDiscreteWeibull().fit(HIGH_END[:8])
    assert model.parameter_intervals(level=0.9).loc["c", "lower"] > 1


def test_bdw_survives_powers_beyond_all_numbers():
    model = BetaDiscreteWeibull.from_params(alpha=0.01, beta=2.0, c=90.0)
    # B(alpha, x) is Gamma(alpha) x^-alpha for large x; 5,000^90 has 333 digits.
    ends = special.gammaln(2.01) - special.gammaln(2.0)
    assert model.survival(5_000) == pytest.approx(np.exp(ends - 0.01 * 90 * np.log(5_000)))


@pytest.mark.parametrize("model", MODELS)
@given(st.floats(-8, 8), st.floats(-8, 8), st.floats(-2, 2))
def test_gradients_are_exact(model, alpha, beta, c):
    theta = np.array([alpha, beta, c][: len(model._NAMES)])
    at = np.array([1.0, 2.0, 3.0, 17.0, 120.0])
    step = 1e-5
    slopes = model()._retention_slopes(theta, at)
    for row, move in zip(slopes, step * np.eye(len(theta)), strict=True):
        up, down = (model()._log_retention(theta + s * move, at) for s in (1, -1))
        # Differences of log-beta functions lose digits that the exact slope keeps.
        assert_allclose(row, (up - down) / (2 * step), rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("model", MODELS)
def test_standard_errors_come_from_the_curvature(model):
    fitted = model().fit(HIGH_END[:8])
    theta, size = np.log(fitted.params_.to_numpy()), len(fitted.params_)
    step = 1e-3 * np.eye(size)

    def value(shift):
        return slow_log_likelihood(np.exp(theta + shift), [HIGH_END[:8]])

    information = -np.array(
        [
            [
                value(a + b) - value(a - b) - value(b - a) + value(-a - b)
                for b in step
            ]
            for a in step
        ]
    ) / 4e-6  # fmt: skip
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    # Second differences of a log-likelihood of -1611 carry about four digits.
    assert_allclose(fitted.standard_errors_ / fitted.params_, expected, rtol=1e-3)
    assert_frame_equal(fitted.covariance_, fitted.covariance_.T)


@pytest.mark.slow
def test_intervals_of_parameters_and_survival_cover_at_their_level():
    truth = ShiftedBetaGeometric.from_params(alpha=0.7, beta=2.5)
    expected = np.append(truth.params_, truth.survival([1, 12]))
    hits = []
    for seed in range(200):
        model = ShiftedBetaGeometric().fit(truth.simulate(1_500, periods=8, seed=seed))
        table = pd.concat(
            [model.parameter_intervals(level=0.9), model.survival([1, 12], level=0.9)]
        )
        hits.append((table["lower"] <= expected) & (expected <= table["upper"]))
    # Three standard errors of a share of 0.9 in 200 replications are 0.064.
    assert_allclose(np.mean(hits, axis=0), 0.9, atol=0.064)


# --- what goes in ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(np.array(HIGH_END), id="array"),
        pytest.param(tuple(HIGH_END), id="tuple"),
        pytest.param(pd.Series(HIGH_END), id="series"),
        pytest.param(tidy([HIGH_END]), id="table"),
        pytest.param(tidy([HIGH_END]).sample(frac=1, random_state=1), id="shuffled"),
        pytest.param(tidy([HIGH_END]).astype({"alive": "Int64", "period": "float"}), id="nullable"),
    ],
)
def test_fit_reads_survivors_in_any_shape(model, data):
    assert_series_equal(model().fit(data).params_, model().fit(HIGH_END).params_)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_cohorts_alike_are_one_large_cohort(model):
    halves = tidy([REGULAR, REGULAR]).sample(frac=1, random_state=5)
    one, two = model().fit([2 * alive for alive in REGULAR]), model().fit(halves)
    assert_series_equal(one.params_, two.params_)
    assert one.log_likelihood_ == pytest.approx(two.log_likelihood_)
    assert two.n_customers_ == 2000


def test_a_cohort_without_renewals_changes_nothing_but_the_count():
    with_new = ShiftedBetaGeometric().fit(tidy([REGULAR, [500]]))
    assert_allclose(with_new.params_, ShiftedBetaGeometric().fit(REGULAR).params_, rtol=1e-7)
    assert with_new.n_customers_ == 1500


def test_unit_comes_from_the_model_or_the_data():
    assert ShiftedBetaGeometric().fit(REGULAR).unit_ is None
    assert ShiftedBetaGeometric(period="Q").fit(REGULAR).unit_ == "Q"
    drawn = published().simulate(500, periods=6).reset_index().assign(cohort="all")
    assert ShiftedBetaGeometric().fit(drawn).unit_ is None
    drawn["time_unit"] = "Y"
    assert ShiftedBetaGeometric().fit(drawn).unit_ == "Y"
    with pytest.raises(InputError, match=r"counted per `period` 'M' of the model; theirs is 'Y'"):
        ShiftedBetaGeometric(period="M").fit(drawn)


# --- subscriptions --------------------------------------------------------------------------------


def anniversary(start, months):
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day)


def slow_counts(rows, end_of_observation, months):
    """Walk through the anniversaries of each subscription: who came up, who renewed."""
    came_up, renewed, active = {}, {}, {}
    for start, end in rows:
        if start > end_of_observation:
            continue
        made = 0
        while anniversary(start, (made + 1) * months) <= end_of_observation:
            due = anniversary(start, (made + 1) * months)
            came_up[made + 1] = came_up.get(made + 1, 0) + 1
            if end is not None and end <= due:
                break
            made += 1
            renewed[made] = renewed.get(made, 0) + 1
        if end is None or end > end_of_observation:
            active[made] = active.get(made, 0) + 1
    return came_up, renewed, active


def as_subscriptions(rows):
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(rows))],
            "start": pd.to_datetime([start for start, _ in rows]),
            "end": pd.to_datetime(pd.Series([end for _, end in rows], dtype="object")),
        }
    )


FIRST = dt.date(2022, 11, 25)
days = st.integers(0, 800).map(lambda n: FIRST + dt.timedelta(days=n))
subscriptions_rows = st.lists(
    st.tuples(days, st.none() | st.integers(0, 900)).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + dt.timedelta(days=pair[1]))
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(subscriptions_rows, days, st.sampled_from([("M", 1), ("Q", 3), ("Y", 12)]))
def test_survivors_are_what_a_walk_through_the_calendar_counts(rows, until, term):
    period, months = term
    started = sum(start <= until for start, _ in rows)
    if not started:
        return
    came_up, renewed, active = slow_counts(rows, until, months)
    table = survivors(as_subscriptions(rows), period=period, observation_end=until)
    assert table["alive"].tolist() == [
        started,
        *(renewed.get(k, 0) for k in range(1, len(table))),
    ]
    assert table["at_risk"].tolist() == [
        started,
        *(came_up.get(k, 0) for k in range(1, len(table))),
    ]
    assert len(table) == max(came_up, default=0) + 1
    base = installed_base(as_subscriptions(rows), period=period, observation_end=until)
    assert dict(zip(base["renewals"], base["customers"], strict=True)) == active


@pytest.mark.parametrize(
    ("end", "at_risk", "alive"),
    [
        pytest.param(None, [1, 1, 1], [1, 1, 1], id="active"),
        pytest.param("2024-02-28", [1, 1], [1, 0], id="a-day-before-the-anniversary"),
        pytest.param("2024-02-29", [1, 1], [1, 0], id="on-the-anniversary"),
        pytest.param("2024-03-01", [1, 1, 1], [1, 1, 0], id="a-day-after"),
        pytest.param("2024-01-31", [1, 1], [1, 0], id="on-the-first-day"),
        pytest.param("2024-04-05", [1, 1, 1], [1, 1, 1], id="left-before-the-next-renewal-came"),
        pytest.param("2024-09-30", [1, 1, 1], [1, 1, 1], id="will-end-later"),
    ],
)
def test_a_renewal_falls_on_the_anniversary(end, at_risk, alive):
    one = pd.DataFrame({"customer_id": [7], "start": ["2024-01-31"], "end": [end]})
    table = survivors(one, period="M", observation_end="2024-04-10")
    assert table["at_risk"].tolist() == at_risk
    assert table["alive"].tolist() == alive


def test_times_of_day_do_not_count():
    one = pd.DataFrame(
        {
            "customer_id": [7],
            "start": pd.to_datetime(["2024-01-31 23:50"]).tz_localize("Asia/Seoul"),
            "end": pd.to_datetime(["2024-02-29 23:59"]).tz_localize("Asia/Seoul"),
        }
    )
    table = survivors(one, period="M", observation_end="2024-04-10 09:00")
    assert table["alive"].tolist() == [1, 0]


def test_rows_that_continue_each_other_are_one_subscription():
    rows = pd.DataFrame(
        {
            "customer_id": ["a", "b", "a", "a"],
            "start": ["2023-01-01", "2023-03-01", "2024-01-01", "2025-06-01"],
            "end": ["2023-12-31", None, "2025-01-01", None],
            "plan": ["basic", "plus", "plus", "basic"],
        }
    )
    table = survivors(rows, period="Y", observation_end="2026-12-31")
    # a: two years, then another start; b: three years.
    assert table["at_risk"].tolist() == [3, 3, 2, 1]
    assert table["alive"].tolist() == [3, 3, 1, 1]
    by_plan = survivors(rows, period="Y", observation_end="2026-12-31", by="plan")
    assert by_plan.groupby("cohort")["at_risk"].first().to_dict() == {"basic": 2, "plus": 1}


def drawn_subscriptions(n=3_000, seed=3):
    """Monthly contracts over two years, of an sBG with alpha .7 and beta 4."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")
    renewals = rng.geometric(rng.beta(0.7, 4.0, n)).clip(max=500)
    end = [s + pd.DateOffset(months=int(k)) for s, k in zip(start, renewals, strict=True)]
    table = pd.DataFrame({"customer_id": np.arange(n), "start": start, "end": end})
    table["plan"] = np.where(rng.random(n) < 0.5, "basic", "plus")
    return table.assign(end=table["end"].where(table["end"] <= "2024-12-31"))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_fit_of_subscriptions_is_that_of_their_survivors(model):
    table = drawn_subscriptions()
    options = {"period": "M", "observation_end": "2024-12-31"}
    fitted = model(**options).fit(table)
    assert_series_equal(
        model(**options).fit(table.sample(frac=1, random_state=2)).params_, fitted.params_
    )
    for by in (None, "plan", "start"):
        counted = survivors(table, **options, by=by)
        again = model().fit(counted.sample(frac=1, random_state=3))
        assert_allclose(again.params_, fitted.params_, rtol=1e-6)
        assert again.unit_ == fitted.unit_ == "M"
        assert again.n_customers_ == fitted.n_customers_ == len(table)
    repeated = pd.concat([table, table.assign(customer_id=table["customer_id"] + len(table))])
    assert_allclose(model(**options).fit(repeated).params_, fitted.params_, rtol=1e-6)


def test_fit_of_subscriptions_finds_the_truth():
    intervals = (
        ShiftedBetaGeometric(period="M", observation_end="2024-12-31")
        .fit(drawn_subscriptions())
        .parameter_intervals(level=0.99)
    )
    assert intervals.loc["alpha", "lower"] < 0.7 < intervals.loc["alpha", "upper"]
    assert intervals.loc["beta", "lower"] < 4.0 < intervals.loc["beta", "upper"]


def test_leaving_early_does_not_count_before_the_day_of_renewal():
    # Half leave, all on the day after they started; yearly contracts of staggered starts.
    start = pd.date_range("2023-01-01", "2024-12-31", freq="D")
    half = np.arange(len(start)) % 2 == 0
    table = pd.DataFrame({"customer_id": np.arange(len(start)), "start": start})
    table["end"] = (start + pd.Timedelta(days=1)).where(half)
    counted = survivors(table, period="Y", observation_end="2024-12-31").set_index("period")
    assert counted.loc[1, "survival"] == pytest.approx(0.5, abs=2e-3)  # an odd number of days


def test_survival_in_the_table_is_kaplan_meier():
    table = survivors(drawn_subscriptions(), period="M", observation_end="2024-12-31")
    curve, share = [], 1.0
    for at_risk, alive in zip(table["at_risk"], table["alive"], strict=True):
        share *= alive / at_risk
        curve.append(share)
    assert_allclose(table["survival"], curve)
    model = ShiftedBetaGeometric().fit(table)
    # 3,000 customers tell the survival of a year within 0.03.
    assert_allclose(model.survival(range(13)), curve[:13], atol=0.03)


# --- what comes out -------------------------------------------------------------------------------


def test_derl_is_the_printed_one():
    got = published().discounted_expected_residual_lifetime(range(5), discount_rate=0.1)
    assert got.round(2).tolist() == [3.31, 3.45, 3.59, 3.72, 3.84]
    assert got.index.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(shapes, shapes, powers, rates, st.integers(0, 60))
def test_residual_lifetimes_are_slow_sums(alpha, beta, c, rate, renewals):
    options = {"discount_rate": rate}
    simple = ShiftedBetaGeometric.from_params(alpha=alpha, beta=beta, unit="Y")
    rich = BetaDiscreteWeibull.from_params(alpha=alpha, beta=beta, c=c, unit="Y")
    for model, params in ((simple, (alpha, beta)), (rich, (alpha, beta, c))):
        slow = slow_residual(renewals, rate, *params)
        got = model.discounted_expected_residual_lifetime(renewals, **options)
        assert got == pytest.approx(slow, rel=1e-8)
        new = 1 + slow_residual(0, rate, *params) / (1 + rate)
        assert model.discounted_expected_lifetime(**options) == pytest.approx(new, rel=1e-8)


@pytest.mark.parametrize(
    ("alpha", "beta", "renewals"),
    [
        pytest.param(2.0, 0.09, 205, id="whole-alpha-many-renewals"),
        pytest.param(2e-4, 2300.0, 30, id="almost-nobody-leaves"),
        pytest.param(5.0, 393.0, 29, id="large-beta"),
        pytest.param(1e-300, 1e-300, 0, id="all-or-nothing"),
    ],
)
def test_the_closed_form_holds_where_the_usual_function_does_not(alpha, beta, renewals):
    model = ShiftedBetaGeometric.from_params(alpha=alpha, beta=beta, unit="Y")
    got = model.discounted_expected_residual_lifetime(renewals, discount_rate=0.05)
    slow = 0.0
    for t in range(renewals + 2_000, renewals, -1):
        before = beta + (t - 1)
        slow = before / (alpha + before) * (1 + slow / 1.05)
    assert got == pytest.approx(slow, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_the_discount_rate_is_per_year_whatever_the_period(model):
    extra = {"c": 0.8} if model is BetaDiscreteWeibull else {}
    monthly = model.from_params(alpha=0.7, beta=9.0, unit="M", **extra)
    yearly = model.from_params(alpha=0.7, beta=9.0, unit="Y", **extra)
    per_month = 1.15 ** (1 / 12) - 1
    expected = yearly.discounted_expected_residual_lifetime(3, discount_rate=per_month)
    for options in ({"discount_rate": 0.15}, {"discount_rate": per_month, "per": "M"}):
        got = monthly.discounted_expected_residual_lifetime(3, **options)
        assert got == pytest.approx(expected)


@pytest.mark.slow
@given(shapes, shapes, powers)
def test_survival_falls_and_retention_of_sbg_rises(alpha, beta, c):
    simple = ShiftedBetaGeometric.from_params(alpha=alpha, beta=beta, unit="Y")
    rich = BetaDiscreteWeibull.from_params(alpha=alpha, beta=beta, c=c)
    for model in (simple, rich):
        curve = model.survival(range(61))
        assert curve.iloc[0] == 1
        assert (curve >= 0).all()
        assert (curve.diff().iloc[1:] <= 0).all()
        share = model.retention_rate(range(1, 61))
        assert share.between(0, 1).all()
        assert_allclose(share.cumprod(), curve.iloc[1:], rtol=1e-9)
    assert (simple.retention_rate(range(1, 61)).diff().iloc[1:] > 0).all()
    residual = simple.discounted_expected_residual_lifetime(range(20), discount_rate=0.1)
    assert (residual.diff().iloc[1:] > 0).all()


def test_results_are_floats_series_or_tables():
    model = published()
    assert isinstance(model.survival(3), float)
    assert isinstance(model.retention_rate(3), float)
    assert isinstance(model.discounted_expected_residual_lifetime(3, discount_rate=0.1), float)
    assert model.survival([2, 0]).index.tolist() == [2, 0]
    assert model.survival([2, 0]).tolist() == [model.survival(2), 1.0]


@pytest.mark.parametrize("model", MODELS)
def test_intervals_hold_the_estimate_and_stay_in_bounds(model):
    fitted = model(period="Y").fit([40, 25, 19, 16, 14])
    tables = {
        "survival": fitted.survival([0, 1, 5, 500], level=0.99),
        "retention_rate": fitted.retention_rate([1, 2, 500], level=0.99),
    }
    for name, table in tables.items():
        assert_allclose(table["estimate"], getattr(fitted, name)(table.index))
        assert ((table["lower"] >= 0) & (table["lower"] <= table["estimate"])).all()
        assert ((table["estimate"] <= table["upper"]) & (table["upper"] <= 1)).all()
    assert tables["survival"].loc[0].tolist() == [1, 1, 1, 0.99]
    residual = fitted.discounted_expected_residual_lifetime([0, 4], discount_rate=0.1, level=0.9)
    assert (residual["lower"] < residual["estimate"]).all()
    assert residual.index.name == "renewals"
    new = fitted.discounted_expected_lifetime(discount_rate=0.1, level=0.9)
    assert new["estimate"].item() == fitted.discounted_expected_lifetime(discount_rate=0.1)


BASE = pd.Series([700, 300, 100], index=[0, 1, 5])


def test_value_of_the_base_adds_up():
    table = published().value_installed_base(BASE, margin=120, discount_rate=0.1)
    assert table.columns.tolist() == ["renewals", "customers", "value_per_customer", "value"]
    slow = [120 * slow_residual(k, 0.1, 3.8, 15.2) for k in (0, 1, 5)]
    assert_allclose(table["value_per_customer"], slow)
    assert table["value"].sum() == pytest.approx(np.dot(slow, BASE))
    as_table = BASE.rename("customers").rename_axis("renewals").reset_index()
    again = published().value_installed_base(as_table, margin=120, discount_rate=0.1)
    assert_frame_equal(again, table)
    loss = published().value_installed_base(BASE, margin=-120, discount_rate=0.1)
    assert_allclose(loss["value"], -table["value"])


def test_expected_survivors_are_the_base_times_survival():
    model = published()
    got = model.expected_survivors(BASE, 3)
    slow = [
        sum(
            n * slow_survival(k + j, 3.8, 15.2) / slow_survival(k, 3.8, 15.2)
            for k, n in BASE.items()
        )
        for j in (1, 2, 3)
    ]
    assert_allclose(got, slow)
    assert got.index.tolist() == [1, 2, 3]


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_predictive_intervals_cover_the_survivors_that_come(model):
    extra = {"c": 1.2} if model is BetaDiscreteWeibull else {}
    truth = model.from_params(alpha=0.9, beta=2.5, **extra)
    hits = []
    for seed in range(40):
        drawn = truth.simulate(4_000, periods=9, seed=seed)
        fitted = model().fit(drawn.iloc[:7])
        base = pd.Series([drawn[6]], index=[6])
        table = fitted.expected_survivors(base, 3, level=0.9, seed=seed)
        actual = drawn[7:].to_numpy()
        hits.append((table["lower"] <= actual) & (actual <= table["upper"]))
    # Whole numbers cover a little more; three standard errors of 40 replications are 0.14.
    assert (np.mean(hits, axis=0) >= 0.76).all()
    assert np.mean(hits) <= 0.98


def test_predictive_intervals_repeat_with_their_seed():
    fitted = ShiftedBetaGeometric().fit(REGULAR)
    one, two = (fitted.expected_survivors(BASE, 2, level=0.9, seed=4) for _ in range(2))
    assert_frame_equal(one, two)
    assert (one["lower"] < one["estimate"]).all()
    assert (one["estimate"] < one["upper"]).all()
    assert_allclose(one["estimate"], fitted.expected_survivors(BASE, 2))


@pytest.mark.parametrize("model", MODELS)
def test_simulated_cohorts_follow_the_model(model):
    extra = {"c": 1.4} if model is BetaDiscreteWeibull else {}
    truth = model.from_params(alpha=0.9, beta=2.5, unit="Q", **extra)
    drawn = truth.simulate(200_000, periods=10, seed=1)
    # Five standard errors of a share in 200,000.
    assert_allclose(drawn / 200_000, truth.survival(range(11)), atol=0.006)
    assert drawn.index.tolist() == list(range(11))
    assert_series_equal(drawn, truth.simulate(200_000, periods=10, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_models_pickle_and_clone(model):
    fitted = model(period="Y", penalty=0.001).fit(REGULAR)
    again = pickle.loads(pickle.dumps(fitted))
    assert_series_equal(again.survival(range(9)), fitted.survival(range(9)))
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError, match=r"has no parameters yet. Call `fit`"):
        fresh.survival(1)
    assert_series_equal(fresh.fit(REGULAR).params_, fitted.params_)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_penalty_pulls_the_logs_towards_zero(model):
    free = np.log(model().fit(HIGH_END).params_)
    held = np.log(model(penalty=0.1).fit(HIGH_END).params_)
    assert np.linalg.norm(held) < np.linalg.norm(free)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_random_cohorts_are_fitted_or_refused(model):
    rng = np.random.default_rng(11)
    fitted = 0
    for seed in range(60):
        shape = {"alpha": np.exp(rng.uniform(-3, 4)), "beta": np.exp(rng.uniform(-3, 5))}
        extra = {"c": np.exp(rng.uniform(-1, 1))} if model is BetaDiscreteWeibull else {}
        truth = model.from_params(**shape, **extra)
        size = int(np.exp(rng.uniform(0, 10)))
        drawn = truth.simulate(size, periods=int(rng.integers(1, 40)), seed=seed)
        try:
            found = model().fit(drawn)
        except ConvergenceError:
            continue
        fitted += 1
        assert found.gradient_norm_ < 1e-5
        assert np.isfinite(found.standard_errors_).all()
        reached = slow_log_likelihood(truth.params_, [drawn.to_numpy(dtype=float)])
        assert found.log_likelihood_ >= reached - 1e-6
    assert fitted >= 15


# --- no answer, and wrong questions ---------------------------------------------------------------

EVEN = [10_000, 9_000, 8_100, 7_290, 6_561]  # 90 % renew, always

UNTELLING = {
    "nobody-lost": ([100, 100, 100, 100, 100], "Nobody was lost"),
    "everyone-lost-at-once": ([100, 0, 0, 0], "Everyone was lost at the first renewal"),
    "one-customer": ([1, 1, 1, 0], "One customer says nothing about how customers differ"),
    "one-renewal": ([100, 60], r"parameters, and customers came up for 1 renewal only"),
    "lost-at-the-second": ([100, 60, 0, 0, 0], "has no maximum|came up for 2 renewals only"),
    "all-alike": (EVEN, "do not differ in their probability to leave"),
    "falling-retention": (
        [1000, 950, 850, 650, 300],
        "do not differ in their probability to leave",
    ),
    "some-at-once-then-nobody": ([100, 60, 60, 60, 60], "has no maximum inside"),
}


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("data", "message"), [pytest.param(*case, id=name) for name, case in UNTELLING.items()]
)
def test_data_without_an_answer_say_why_and_what_helps(model, data, message):
    with pytest.raises(ConvergenceError, match=message) as caught:
        model().fit(data)
    assert "or set `penalty`" in str(caught.value)
    with_penalty = model(penalty=0.01).fit(data)
    assert np.isfinite(with_penalty.standard_errors_).all()
    assert with_penalty.gradient_norm_ < 1e-5


def test_renewals_that_nobody_lived_to_see_tell_nothing():
    with pytest.raises(
        ConvergenceError, match="3 parameters, and customers came up for 2 renewals"
    ):
        BetaDiscreteWeibull().fit([100, 60, 0, 0, 0])


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        pytest.param(
            [100, 60, 70], ValueError, r"must not increase; cohort 'all' has 70 after 60 in period "
            "2", id="rising",
        ),
        pytest.param([100, -60], ValueError, r"whole numbers of at least 0; got -60", id="below-0"),
        pytest.param([100, np.nan], ValueError, r"`survivors` must be finite", id="nan"),
        pytest.param([100, 63.1], ValueError, r"got 63.1. It counts; a share", id="percent"),
        pytest.param([100], ValueError, r"one renewal; they hold no renewal", id="size-only"),
        pytest.param([], ValueError, r"`survivors` must hold at least one number", id="empty"),
        pytest.param([0, 0], ValueError, r"begin with its size, above 0", id="size-zero"),
        pytest.param([[9, 5], [8, 4]], ValueError, r"must have one dimension", id="two-dimensions"),
        pytest.param(["a", "b"], TypeError, r"`survivors` must hold numbers", id="text-list"),
        pytest.param("1000", TypeError, r"`data` must be the survivors of a cohort", id="text"),
        pytest.param(5, TypeError, r"or subscriptions; got int", id="number"),
        pytest.param(tidy([[9, 5]])[["period", "alive"]], ValueError, r"lacks 'cohort'", id="col"),
        pytest.param(tidy([[9, 5]])[:0], ValueError, r"at least one cohort", id="no-rows"),
        pytest.param(
            tidy([[9, 5]]).assign(period=[0, 2]), ValueError, r"'cohort 0' lacks period 1", id="gap"
        ),
        pytest.param(
            tidy([[9, 5, 4]])[1:], ValueError, r"'cohort 0' lacks period 0", id="no-size"
        ),
        pytest.param(
            tidy([[9, 5]]).assign(period=0), ValueError, r"1 rows repeat one", id="period-twice"
        ),
        pytest.param(
            tidy([[9, 5]]).assign(period=[0, 0.5]), ValueError, r"`period` must be whole",
            id="period-half",
        ),
        pytest.param(
            tidy([[9, 5]]).assign(cohort=None), ValueError, r"`cohort` must not be missing",
            id="cohort-missing",
        ),
        pytest.param(
            tidy([[9, 5, 4]]).assign(at_risk=[9, 9, 7]), ValueError,
            r"`at_risk` must lie between `alive` and .* has 7 in period 2", id="at-risk",
        ),
        pytest.param(
            pd.DataFrame({"customer_id": [1], "end": [None]}), ValueError, r"lacks 'start'",
            id="subscriptions-without-start",
        ),
    ],
)  # fmt: skip
def test_impossible_survivors_are_refused(data, error, message):
    with pytest.raises(error, match=message):
        ShiftedBetaGeometric().fit(data)


GYM = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b"],
        "start": ["2024-01-10", "2024-06-10", "2024-02-01"],
        "end": ["2024-03-10", None, None],
    }
)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param({"end": "2023-01-01"}, ValueError, r"`end` must not be before `start`; 3 of 3",
                     id="end-before-start"),
        pytest.param({"start": "2024-02-10"}, ValueError,
                     r"must not overlap; 1 of 3 begin before an earlier one has ended, such as one "
                     "of 'a'", id="overlap"),
        pytest.param({"end": None}, ValueError, r"must not overlap", id="overlap-without-an-end"),
        pytest.param({"start": ["2024-01-10", None, "2024-02-01"]}, ValueError,
                     r"`start` must not be missing; 1 of 3", id="no-start"),
        pytest.param({"customer_id": ["a", None, "b"]}, ValueError,
                     r"`customer_id` must not be missing; 1 of 3", id="no-id"),
        pytest.param({"start": 3}, TypeError, r"`start` must hold dates; got int64", id="number"),
        pytest.param({"start": "soon"}, ValueError, r"`start` must hold dates such", id="text"),
        pytest.param({"start": "03/04/2024"}, ValueError, r"'03/04/2024' is ambiguous",
                     id="day-or-month-first"),
    ],
)  # fmt: skip
def test_impossible_subscriptions_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        ShiftedBetaGeometric(period="M").fit(GYM.assign(**change))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, r"`period` must be 'M', 'Q' or 'Y' to fit subscriptions", id="no-period"),
        pytest.param({"period": "W"}, r"`period` must be one of 'M', 'Q', 'Y'; got 'W'", id="week"),
        pytest.param({"period": "M", "observation_end": "soon"}, r"a full date", id="no-date"),
        pytest.param({"period": "M", "observation_end": 20240101}, r"a full date", id="number"),
        pytest.param({"period": "M", "observation_end": "2020-01-01"},
                     r"must hold one that starts by 2020-01-01", id="too-early"),
        pytest.param({"period": "Y"}, r"they hold no renewal. Observe longer", id="no-renewal-yet"),
        pytest.param({"period": "M", "penalty": -1}, r"`penalty` must be", id="penalty"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_with_subscriptions_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ShiftedBetaGeometric(**options).fit(GYM)


def test_survivors_refuse_what_is_no_table():
    with pytest.raises(TypeError, match=r"`subscriptions` must be a DataFrame"):
        survivors([1, 2], period="M")
    with pytest.raises(ValueError, match=r"`subscriptions` lacks 'end'"):
        survivors(GYM.drop(columns="end"), period="M")
    with pytest.raises(ValueError, match=r"lacks 'plan'"):
        survivors(GYM, period="M", by="plan")
    with pytest.raises(ValueError, match=r"'plan' must not be missing; 1 of 3 subscriptions"):
        survivors(GYM.assign(plan=["x", "y", None]), period="M", by="plan")
    with pytest.raises(ValueError, match=r"at least one subscription"):
        survivors(GYM[:0], period="M")
    with pytest.raises(ValueError, match=r"`observation_end` goes with subscriptions only"):
        ShiftedBetaGeometric(observation_end="2024-12-31").fit(REGULAR)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        pytest.param(lambda m: m.survival(-1), ValueError, r"`t` must be whole .* -1", id="t<0"),
        pytest.param(lambda m: m.survival(1.5), ValueError, r"`t` must be whole .* 1.5", id="t"),
        pytest.param(lambda m: m.survival("x"), TypeError, r"`t` must be a number", id="t-text"),
        pytest.param(lambda m: m.retention_rate(0), ValueError, r"at least 1; got 0", id="t-zero"),
        pytest.param(lambda m: m.survival(1, level=0.9), ValueError, r"made from given parameters",
                     id="no-covariance"),
        pytest.param(lambda m: m.discounted_expected_lifetime(discount_rate=-1), ValueError,
                     r"`discount_rate` must be finite and above -1", id="discount"),
        pytest.param(lambda m: m.discounted_expected_lifetime(discount_rate=0), ValueError,
                     r"`discount_rate` must be above 0", id="no-discount"),
        pytest.param(lambda m: m.discounted_expected_lifetime(discount_rate=0.1, per="year"),
                     ValueError, r"`per` must be one of", id="per"),
        pytest.param(lambda m: m.discounted_expected_residual_lifetime(-1, discount_rate=0.1),
                     ValueError, r"`renewals` must be whole", id="renewals"),
        pytest.param(lambda m: m.value_installed_base([1], margin=1, discount_rate=0.1), TypeError,
                     r"`active` must be a Series", id="active"),
        pytest.param(lambda m: m.value_installed_base(-BASE, margin=1, discount_rate=0.1),
                     ValueError, r"`customers` must not be negative", id="customers"),
        pytest.param(lambda m: m.value_installed_base(BASE[:0], margin=1, discount_rate=0.1),
                     ValueError, r"`active` must hold at least one row", id="base-empty"),
        pytest.param(
            lambda m: m.value_installed_base(BASE.to_frame("n"), margin=1, discount_rate=0.1),
            ValueError, r"`active` lacks 'renewals', 'customers'", id="base-columns"),
        pytest.param(lambda m: m.value_installed_base(BASE, margin=np.nan, discount_rate=0.1),
                     ValueError, r"`margin` must be finite", id="margin"),
        pytest.param(lambda m: m.expected_survivors(BASE, 0), ValueError, r"`periods` must be at",
                     id="periods"),
        pytest.param(lambda m: m.expected_survivors(BASE, 1, level=2), ValueError,
                     r"`level` must be in \(0, 1\)", id="level"),
        pytest.param(lambda m: m.expected_survivors(BASE + 0.5, 1, level=0.9), ValueError,
                     r"`customers` must be whole", id="half-customers"),
        pytest.param(lambda m: m.simulate(0, periods=3), ValueError, r"`n_customers` must be",
                     id="simulate-none"),
        pytest.param(lambda m: m.simulate(5, periods=0), ValueError, r"`periods` must", id="none"),
    ],
)  # fmt: skip
def test_wrong_questions_are_refused(ask, error, message):
    with pytest.raises(error, match=message):
        ask(published())


def test_without_a_unit_nothing_is_discounted():
    model = ShiftedBetaGeometric().fit(REGULAR)
    with pytest.raises(ValueError, match=r"Set `period` of the model before fitting"):
        model.discounted_expected_lifetime(discount_rate=0.1)


def test_a_base_in_another_unit_is_refused():
    base = installed_base(GYM, period="M", observation_end="2024-12-31")
    with pytest.raises(ValueError, match=r"renewals in the model's unit 'Y'; got 'M'"):
        published().value_installed_base(base, margin=1, discount_rate=0.1)


@pytest.mark.slow
def test_rates_next_to_zero_are_refused_where_the_sum_is_too_long():
    rich = BetaDiscreteWeibull.from_params(alpha=1e-4, beta=1.0, c=1.0, unit="Y")
    with pytest.raises(ValueError, match=r"must not be so close to 0"):
        rich.discounted_expected_lifetime(discount_rate=3e-7)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda m: m.survival(1), id="survival"),
        pytest.param(lambda m: m.retention_rate(1), id="retention_rate"),
        pytest.param(lambda m: m.discounted_expected_lifetime(discount_rate=0.1), id="del"),
        pytest.param(
            lambda m: m.value_installed_base(BASE, margin=1, discount_rate=0.1), id="value"
        ),
        pytest.param(lambda m: m.expected_survivors(BASE, 1), id="expected_survivors"),
        pytest.param(lambda m: m.simulate(5, periods=1), id="simulate"),
        pytest.param(lambda m: m.parameter_intervals(), id="parameter_intervals"),
    ],
)
def test_an_unfitted_model_says_so(ask):
    with pytest.raises(NotFittedError, match=r"This ShiftedBetaGeometric has no parameters yet"):
        ask(ShiftedBetaGeometric())
