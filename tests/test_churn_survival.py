"""Survival, competing causes and hazards: published numbers, slow formulas, planted truth."""

import re

import numpy as np
import pandas as pd
import pytest
from churn_cases import aml, gehan, lung, ovarian, rossi
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import binomtest

from crmlab import InputError, InputTypeError
from crmlab.churn import (
    cox_hazards,
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    subscription_tenures,
    survival_time,
)

ROSSI = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]


def treated():
    patients = gehan()
    return patients[patients["group"] == "6-MP"]


# --- Kaplan-Meier ---------------------------------------------------------------------------------


def test_kaplan_meier_of_the_leukaemia_patients():
    # Collett (2003), Modelling Survival Data in Medical Research; R survival 3.5, survfit.
    curve = kaplan_meier(treated()["duration"], treated()["event"]).set_index("time")
    fell = curve.loc[[6, 7, 10, 13, 16, 22, 23]]
    assert fell["survival"].round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert fell["standard_error"].round(4).tolist() == [
        0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346,
    ]  # fmt: skip
    assert fell["n_at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    # lifelines 0.30.3, limits on the scale log(-log S).
    assert fell.loc[6, ["lower", "upper"]].tolist() == pytest.approx([0.619718, 0.951549], abs=1e-4)


def test_medians_and_log_rank_of_the_leukaemia_patients():
    # Gehan (1965): medians 23 and 8 weeks; log-rank 16.79.
    patients = gehan()
    medians = {
        name: survival_time(kaplan_meier(part["duration"], part["event"]))["estimate"].iloc[0]
        for name, part in patients.groupby("group")
    }
    assert medians == {"6-MP": 23, "placebo": 8}
    test = log_rank(patients["duration"], patients["event"], patients["group"]).iloc[0]
    assert (round(test["statistic"], 2), test["degrees_of_freedom"]) == (16.79, 1)


def test_survival_of_the_patients_in_the_documentation_of_r():
    # Therneau and Grambsch (2000), Modeling Survival Data; package survival, survfit of `aml`.
    parts = {name: kaplan_meier(part["duration"], part["event"])
             for name, part in aml().groupby("group")}  # fmt: skip
    steps = {name: part[part["n_events"] > 0] for name, part in parts.items()}
    assert steps["maintained"]["survival"].round(4).tolist() == [
        0.9091, 0.8182, 0.7159, 0.6136, 0.4909, 0.3682, 0.1841,
    ]  # fmt: skip
    assert steps["maintained"]["standard_error"].round(4).tolist() == [
        0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535,
    ]  # fmt: skip
    assert steps["not"]["survival"].round(4).tolist() == [
        0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0.0,
    ]  # fmt: skip
    medians = [survival_time(part)["estimate"].iloc[0] for part in parts.values()]
    assert medians == [31, 23]
    # survdiff and survfit of `lung` by sex: chi-squared 10.3, medians 270 and 426 days.
    patients = lung()
    for table, statistic in ((aml(), 3.4), (patients, 10.3)):
        found = log_rank(table["duration"], table["event"], table["group"]).iloc[0]
        assert round(found["statistic"], 1) == statistic
    for name, n, deaths, median in (("men", 138, 112, 270), ("women", 90, 53, 426)):
        part = patients[patients["group"] == name]
        assert (len(part), part["event"].sum()) == (n, deaths)
        assert survival_time(kaplan_meier(part["duration"], part["event"]))["estimate"].item() == (
            median
        )


def slow_curve(duration, event, entry, times):
    """Product over single customers' times, by the definition."""
    found = []
    for t in times:
        share = 1.0
        for s in np.unique(duration[event & (duration <= t)]):
            at_risk = ((entry < s) & (duration >= s)).sum()
            share *= 1 - (event & (duration == s)).sum() / at_risk
        found.append(share)
    return found


customers = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 3)), min_size=2, max_size=25
)


@given(customers)
def test_kaplan_meier_is_its_definition_with_delayed_entry_and_any_order(rows):
    duration = np.array([a + b for a, _, b in rows], dtype=float)
    event, entry = np.array([e for _, e, _ in rows]), np.array([b for *_, b in rows], dtype=float)
    entry[0] = 0.0
    duration[0], event[0] = 30.0, False  # watched throughout, so that the curve never reaches 0
    curve = kaplan_meier(duration, event, entry=entry)
    expected = slow_curve(duration, event, entry, curve["time"])
    assert curve["survival"].tolist() == pytest.approx(expected)
    assert (curve["lower"] <= curve["survival"] + 1e-12).all()
    assert (curve["survival"] <= curve["upper"] + 1e-12).all()
    turned = kaplan_meier(duration[::-1], event[::-1], entry=entry[::-1])
    pd.testing.assert_frame_equal(curve, turned)


def test_without_censoring_the_curve_is_the_share_left():
    curve = kaplan_meier([3, 1, 2, 2], [1, 1, 1, 1])
    assert curve["survival"].tolist() == [1.0, 0.75, 0.25, 0.0]
    assert curve[["n_at_risk", "n_events", "n_censored"]].iloc[2].tolist() == [3, 2, 0]
    # Where the curve is 0 Greenwood's sum has no value: the limits stay finite.
    assert curve["lower"].iloc[-1] == 0
    assert curve["upper"].iloc[-1] == curve["upper"].iloc[-2]


def test_a_curve_that_dies_before_others_enter_says_where_to_start():
    args = [2, 9, 10], [1, 1, 0]
    with pytest.raises(InputError, match=r"`after` must be at least 2 here: all customers watched"):
        kaplan_meier(*args, entry=[0, 5, 5])
    assert kaplan_meier(*args, entry=[0, 5, 5], after=2)["survival"].tolist() == [1, 0.5, 0.5]


def test_after_conditions_on_staying():
    duration, event = treated()["duration"], treated()["event"]
    whole = kaplan_meier(duration, event).set_index("time")["survival"]
    later = kaplan_meier(duration, event, after=10).set_index("time")["survival"]
    assert later.loc[23] == pytest.approx(whole.loc[23] / whole.loc[10])
    assert later.index[0] == 10


def test_a_median_that_is_not_reached_is_infinite():
    row = survival_time(kaplan_meier([1, 2, 3], [1, 0, 0])).iloc[0]
    assert row["estimate"] == np.inf
    assert row["upper"] == np.inf


def test_survival_time_at_exactly_the_share_is_the_first_such_time():
    # R reports 2.5, the middle of the flat stretch.
    assert survival_time(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]))["estimate"].iloc[0] == 2


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        pytest.param(
            ([1, 2], [1]), {}, "`event` must have one entry per customer; got 1", id="length"
        ),
        pytest.param(([1, 2], [1, 2]), {}, "`event` must be true or false", id="not-a-flag"),
        pytest.param(([-1, 2], [1, 0]), {}, "`duration` must not be negative", id="negative"),
        pytest.param(
            ([1, 2], [1, 0]), {"entry": [1, 0]}, "`entry` must be before `duration`", id="entry"
        ),
        pytest.param(
            ([1, 2], [1, 0]), {"after": 2}, "`after` must be below the longest", id="after"
        ),
        pytest.param(([], []), {}, "`duration` must hold at least one number", id="nobody"),
    ],
)
def test_times_that_cannot_be_are_refused(args, options, message):
    with pytest.raises(InputError, match=re.escape(message)):
        kaplan_meier(*args, **options)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(([1, 2], [1, 0], ["a", "a"]), "at least two groups; got 1", id="one-group"),
        pytest.param(([1, 2], [1, 0], ["a", None]), "group of every customer", id="missing"),
        pytest.param(([1, 2], [0, 0], ["a", "b"]), "nobody left", id="nobody-left"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(args, message):
    with pytest.raises(InputError, match=message):
        log_rank(*args)


# --- competing causes -----------------------------------------------------------------------------

CAUSES = (
    [1, 2, 2, 2, 3, 3, 4, 5],
    ["price", "moved", "price", None, "moved", "price", None, "price"],
)


def test_incidences_are_exact_where_customers_leave_together():
    # By hand: S = 1, 7/8, 7/8 * 5/7, then * 2/4, then * 0; 8, 7, 4 and 1 were at risk.
    table = cumulative_incidence(*CAUSES).set_index(["cause", "time"])["incidence"]
    price = [1 / 8, 1 / 8 + 7 / 8 / 7, 1 / 4 + 5 / 8 / 4, 1 / 4 + 5 / 32 + 5 / 16]
    assert table["price"].loc[[1, 2, 3, 5]].tolist() == pytest.approx(price)
    assert table["moved"].loc[[2, 3]].tolist() == pytest.approx([1 / 8, 1 / 8 + 5 / 32])
    again = cumulative_incidence(*CAUSES).set_index(["cause", "time"])["incidence"]
    assert (table == again).all()


@given(customers)
def test_shares_of_all_causes_and_of_those_still_there_add_up_to_one(rows):
    duration = np.array([a for a, *_ in rows], dtype=float)
    cause = pd.Series([f"cause {c}" if e else None for _, e, c in rows], dtype=object)
    cause.iloc[0] = "cause 0"
    table = cumulative_incidence(duration, cause)
    total = table.groupby("time")["incidence"].sum()
    curve = kaplan_meier(duration, cause.notna()).set_index("time")["survival"]
    assert (total + curve).tolist() == pytest.approx([1.0] * len(curve))
    assert table["incidence"].between(0, 1 + 1e-12).all()
    assert (table["lower"] <= table["upper"] + 1e-12).all()


def test_with_one_cause_the_error_is_greenwoods():
    duration, event = gehan()["duration"], gehan()["event"]
    table = cumulative_incidence(duration, event.map({True: "left", False: None}))
    curve = kaplan_meier(duration, event)
    assert table["incidence"].tolist() == pytest.approx((1 - curve["survival"]).tolist())
    assert table["standard_error"].tolist() == pytest.approx(curve["standard_error"].tolist())


def test_errors_of_incidences_are_those_of_r():
    # R's survfit(Surv(d, factor(cause)) ~ 1) by the package `survival` 2.0.0 on the same rows.
    rng = np.random.default_rng(0)
    duration = rng.integers(2, 30, 300)
    event = (rng.random(300) < 0.6).astype(int)
    rng.integers(0, 15, 300), rng.normal(size=300), rng.integers(0, 2, 300)
    cause = np.where(event == 1, rng.integers(1, 3, 300), 0)
    table = cumulative_incidence(duration, np.where(cause == 0, np.nan, cause))
    at = table.set_index(["cause", "time"]).loc[[(1, 10), (2, 10), (1, 20), (2, 20)]]
    assert at["incidence"].tolist() == pytest.approx(
        [0.0758841414, 0.0831579270, 0.2074187385, 0.2149190182], abs=1e-9
    )
    assert at["standard_error"].tolist() == pytest.approx(
        [0.0159474199, 0.0166465390, 0.0265108618, 0.0264937569], abs=1e-9
    )


def test_a_cause_is_needed():
    with pytest.raises(InputError, match="`cause` must be given for at least one customer"):
        cumulative_incidence([1, 2], [None, None])


# --- Cox ------------------------------------------------------------------------------------------


def test_cox_on_the_released_prisoners():
    # Fox (2002), Cox proportional-hazards regression; lifelines and R agree (Efron).
    found = cox_hazards(rossi(), ROSSI, duration="week", event="arrest")
    assert found["coefficient"].round(4).tolist() == [
        -0.3794, -0.0574, 0.3139, -0.1498, -0.4337, -0.0849, 0.0915,
    ]  # fmt: skip
    assert found["standard_error"].round(4).tolist() == [
        0.1914, 0.0220, 0.3080, 0.2122, 0.3819, 0.1958, 0.0286,
    ]  # fmt: skip
    assert found["log_likelihood"].round(4).unique().tolist() == [-658.7477]
    # cox.zph of R 3.x, transform "km".
    assert found["proportional_p"].round(4).tolist() == [
        0.8027, 0.0145, 0.1504, 0.0398, 0.3147, 0.8921, 0.4706,
    ]  # fmt: skip
    assert found.loc["age", "proportional"].startswith("the ratio falls with time (p 0.015)")
    assert found.loc["fin", "proportional"] == "no sign that it changes (p = 0.80)"


@pytest.mark.parametrize(
    ("table", "covariate", "coefficient", "error"),
    [
        # coxph of R's package survival (Therneau and Grambsch 2000), as its documentation has it;
        # the 6-MP trial: Venables and Ripley (2002), MASS, `gehan`.
        pytest.param(aml, "not", 0.9155, 0.5119, id="aml"),
        pytest.param(lung, "women", -0.5310, 0.1672, id="lung"),
        pytest.param(gehan, "placebo", 1.5721, 0.4124, id="gehan"),
        pytest.param(ovarian, "age", 0.1616, 0.0497, id="ovarian"),
    ],
)
def test_hazards_of_the_patients_in_the_documentation_of_r(table, covariate, coefficient, error):
    table = table()
    if covariate != "age":
        table[covariate] = table["group"] == covariate
    row = cox_hazards(table, [covariate]).iloc[0]
    assert row[["coefficient", "standard_error"]].round(4).tolist() == [coefficient, error]


def slow_likelihood(beta, duration, event, entry, x):
    """Efron's partial likelihood, one tied customer after another."""
    total = 0.0
    for t in np.unique(duration[event]):
        risk = (entry < t) & (duration >= t)
        left = event & (duration == t)
        weight = np.exp(x @ beta)
        total += (x[left] @ beta).sum()
        for k in range(left.sum()):
            total -= np.log(weight[risk].sum() - k / left.sum() * weight[left].sum())
    return total


def test_cox_with_ties_and_delayed_entry_is_the_top_of_its_likelihood():
    rng = np.random.default_rng(5)
    n = 60
    entry = rng.integers(0, 4, n).astype(float)
    duration = entry + rng.integers(1, 6, n)
    event = rng.random(n) < 0.7
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    table = pd.DataFrame({"d": duration, "e": event, "since": entry, "a": x[:, 0], "b": x[:, 1]})
    found = cox_hazards(table, ["a", "b"], duration="d", event="e", entry="since")
    args = duration, event, np.where(entry == 0, -1, entry), x
    top = minimize(lambda b: -slow_likelihood(b, *args), np.zeros(2), tol=1e-10)
    assert found["coefficient"].tolist() == pytest.approx(top.x.tolist(), abs=1e-5)
    assert found["log_likelihood"].iloc[0] == pytest.approx(-top.fun)
    step = 1e-4  # curvature by differences
    e = np.eye(2) * step

    def height(i, j, signs):
        return slow_likelihood(top.x + signs[0] * e[i] + signs[1] * e[j], *args)

    corners = {(1, 1): 1, (1, -1): -1, (-1, 1): -1, (-1, -1): 1}
    hessian = [
        [sum(s * height(i, j, at) for at, s in corners.items()) / (4 * step**2) for j in range(2)]
        for i in range(2)
    ]
    error = np.sqrt(np.diag(np.linalg.inv(-np.array(hessian))))
    assert found["standard_error"].tolist() == pytest.approx(error.tolist(), rel=1e-3)


def test_hazard_ratios_do_not_depend_on_scale_or_order():
    people = rossi()
    changed = people.assign(age=people["age"] * 12 + 5).iloc[::-1]
    one = cox_hazards(people, ["age", "fin"], duration="week", event="arrest")
    other = cox_hazards(changed, ["age", "fin"], duration="week", event="arrest")
    assert other.loc["age", "coefficient"] * 12 == pytest.approx(one.loc["age", "coefficient"])
    assert other.loc["fin", "p_value"] == pytest.approx(one.loc["fin", "p_value"])


def small(**columns):
    table = {"duration": [3, 5, 6, 8, 9, 12], "event": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 1, 0, 0]}
    return pd.DataFrame(table | columns)


@pytest.mark.parametrize(
    ("table", "names", "message"),
    [
        pytest.param(small(x=1), ["x"], "`covariates` must vary; 'x' is the same", id="constant"),
        pytest.param(
            small(y=[2, 1, 2, 2, 1, 1]), ["x", "y"], "must not say the same twice", id="twice"
        ),
        pytest.param(small(event=0), ["x"], "`event` must be true for more customers", id="nobody"),
        pytest.param(
            small(x=[9, 8, 0, 7, 6, 0]), ["x"], "'x' separates the customers", id="separated"
        ),
        pytest.param(
            small(x=[1, None, 1, 1, 0, 0]),
            ["x"],
            "`x` must be finite and not missing",
            id="missing",
        ),
        pytest.param(small(), ["z"], "`table` lacks 'z'", id="column"),
    ],
)
def test_covariates_that_give_no_answer_are_refused(table, names, message):
    with pytest.raises(InputError, match=re.escape(message)):
        cox_hazards(table, names)


def test_cox_wants_a_frame_and_a_list():
    with pytest.raises(InputTypeError, match="`table` must be a DataFrame"):
        cox_hazards([1], ["x"])
    with pytest.raises(InputTypeError, match="`covariates` must be a list of columns"):
        cox_hazards(small(), "x")


# --- subscriptions --------------------------------------------------------------------------------


def subscriptions(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "start", "end"])
    return table.assign(start=pd.to_datetime(table["start"]), end=pd.to_datetime(table["end"]))


def test_a_change_of_plan_is_no_departure_and_a_return_is_a_new_beginning():
    table = subscriptions(
        [("a", "2024-01-01", "2024-02-01"), ("a", "2024-02-01", "2024-03-01"),
         ("b", "2024-01-01", "2024-02-01"), ("b", "2024-05-01", None)]
    )  # fmt: skip
    found = subscription_tenures(table, observation_end="2024-06-01", unit="D")
    assert found["duration"].tolist() == [60, 31, 31]
    assert found["event"].tolist() == [True, True, False]


def test_those_who_began_before_watching_enter_late_and_those_who_had_gone_are_left_out():
    table = subscriptions(
        [("early", "2024-01-01", "2024-03-01"), ("gone", "2024-01-01", "2024-02-01"),
         ("new", "2024-02-11", None)]
    )  # fmt: skip
    found = subscription_tenures(table, observation_start="2024-02-01", unit="D")
    assert found["customer_id"].tolist() == ["early", "new"]
    assert found["entry"].tolist() == [31, 0]


def test_what_happens_after_the_last_day_is_not_known():
    table = subscriptions([("a", "2024-01-01", "2024-03-01"), ("b", "2024-04-01", None)])
    found = subscription_tenures(table, observation_end="2024-02-01", unit="D")
    assert found[["duration", "event"]].to_numpy().tolist() == [[31, False]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(
            [("a", "2024-03-01", "2024-02-01")], "`end` must not be before `start`", id="early"
        ),
        pytest.param([("a", None, "2024-02-01")], "`start` must not be missing", id="missing"),
        pytest.param(
            [("a", "2024-01-01", None), ("a", "2024-02-01", None)], "must not overlap", id="overlap"
        ),
    ],
)
def test_subscriptions_that_cannot_be_are_refused(rows, message):
    with pytest.raises(InputError, match=message):
        subscription_tenures(subscriptions(rows))


def test_dates_of_two_clocks_in_one_table_are_refused():
    table = subscriptions([("a", "2024-01-01", "2024-02-01")])
    table["end"] = table["end"].dt.tz_localize("Asia/Seoul")
    with pytest.raises(
        InputError, match=r"one clock in all tables; got `start` in local time, `end`"
    ):
        subscription_tenures(table)


@pytest.fixture(scope="module")
def planted():
    """Subscriptions of a company whose chances of leaving are known, without other effects."""
    from crmlab.simulate import simulate_company

    company = simulate_company(3_000, seed=3, instructor_effect=0.0, dissatisfaction_effect=0.0)
    chance = company.truth.people["churn_chance"]
    return company.subscriptions.assign(chance=company.subscriptions["customer_id"].map(chance))


@pytest.mark.slow
@pytest.mark.parametrize("begin", [None, "2024-09-01"], ids=["from-the-start", "left-truncated"])
def test_the_planted_hazards_of_the_company_are_recovered(planted, begin):
    tenures = subscription_tenures(planted, observation_start=begin)
    for _, part in tenures.groupby(pd.qcut(tenures["chance"], 3)):
        curve = kaplan_meier(part["duration"], part["event"], entry=part["entry"], level=0.999)
        for months in (3, 6, 12):
            row = curve[curve["time"] <= months + 0.3].iloc[-1]
            # Those who began, wherever they are now: the mean of (1 - chance)^k over them.
            began = planted.loc[
                planted["chance"].between(part["chance"].min(), part["chance"].max())
            ]
            truth = ((1 - began["chance"]) ** months).mean()
            assert row["lower"] < truth < row["upper"]
    # A hazard by month is -log(1 - chance): its logarithm has the coefficient 1.
    tenures["log_hazard"] = np.log(-np.log1p(-tenures["chance"]))
    tenures["months"] = (tenures["duration"] + 0.3).round()
    tenures["since"] = np.floor(tenures["entry"])
    tenures = tenures[tenures["since"] < tenures["months"]]
    row = cox_hazards(tenures, ["log_hazard"], duration="months", entry="since", level=0.99).iloc[0]
    assert np.log(row["lower"]) < 1 < np.log(row["upper"])
    assert row["proportional_p"] > 0.001


@pytest.mark.slow
def test_without_delayed_entry_the_truncated_company_looks_more_loyal(planted):
    tenures = subscription_tenures(planted, observation_start="2024-09-01")
    right = kaplan_meier(tenures["duration"], tenures["event"], entry=tenures["entry"])
    wrong = kaplan_meier(tenures["duration"], tenures["event"])
    at = [table.loc[table["time"] <= 6.3, "survival"].iloc[-1] for table in (right, wrong)]
    assert at[1] > at[0] + 0.02


# --- Limits that hold for few customers -----------------------------------------------------------


def exact(left, n, level=0.95):
    return binomtest(int(left), n).proportion_ci(level, "exact")


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_beta_products_are_the_limits_of_clopper_and_pearson_without_censoring(level):
    duration = np.array([1, 2, 2, 3, 5, 5, 5, 9, 9, 9], dtype=float)
    event = np.arange(10) < 7
    curve = kaplan_meier(duration, event, limits="beta-product", level=level)
    for row in curve.itertuples():
        low, high = exact((event & (duration <= row.time)).sum(), 10, level)
        assert (row.lower, row.upper) == pytest.approx((1 - high, 1 - low))
    cause = np.where(event, np.where(duration == 2, "price", "moved"), None)
    cause[4] = "price"  # at one time for both
    table = cumulative_incidence(duration, cause, limits="beta-product", level=level)
    for row in table.itertuples():
        own = (cause == row.cause) & (duration <= row.time)
        assert (row.lower, row.upper) == pytest.approx(tuple(exact(own.sum(), 10, level)))


def test_beta_products_are_quantiles_of_products_of_betas():
    # Fay, Brittain and Proschan (2013): here drawn, where crmlab takes two moments of them.
    patients = treated()
    curve = kaplan_meier(patients["duration"], patients["event"], limits="beta-product")
    rng = np.random.default_rng(0)
    product = np.ones(200_000)
    for row in curve.itertuples():
        if row.n_events:
            product = product * rng.beta(row.n_at_risk - row.n_events + 1, row.n_events, 200_000)
        staying = row.n_at_risk - row.n_events
        lower = np.quantile(product * (rng.beta(staying, 1, 200_000) if staying else 0), 0.025)
        upper = np.quantile(product, 0.975)
        # Two moments do not hold the tail of a product to which few contribute.
        near = 0.006 if row.n_at_risk >= 10 else 0.02
        assert (row.lower, row.upper) == pytest.approx((lower, upper), abs=near)


def test_beta_products_of_one_cause_are_those_of_the_curve():
    patients = treated()
    curve = kaplan_meier(patients["duration"], patients["event"], limits="beta-product")
    cause = patients["event"].map({True: "left", False: None})
    table = cumulative_incidence(patients["duration"], cause, limits="beta-product")
    assert table["lower"].tolist() == pytest.approx((1 - curve["upper"]).tolist())
    assert table["upper"].tolist() == pytest.approx((1 - curve["lower"]).tolist())


@given(customers)
def test_beta_products_hold_the_estimate_and_shares_of_late_entrants(rows):
    duration = np.array([a + b for a, _, b in rows] + [30], dtype=float)
    event = np.array([e for _, e, _ in rows] + [False])
    entry = np.array([b for *_, b in rows] + [0], dtype=float)
    curve = kaplan_meier(duration, event, entry=entry, limits="beta-product")
    assert (curve["lower"] <= curve["survival"]).all()
    assert (curve["survival"] <= curve["upper"]).all()
    assert (curve["lower"].diff().dropna() <= 1e-12).all()
    late = kaplan_meier(duration, event, limits="beta-product").set_index("time")["lower"]
    assert curve["lower"].iloc[0] <= late.iloc[0]  # fewer were watched then


@pytest.mark.slow
def test_limits_of_few_customers_hold_by_beta_products_only():
    # 95 % stay, 15 customers; 3 % leave for a cause, 20 customers. Monte Carlo error 1.5 points.
    rng = np.random.default_rng(1)
    held = {"log-log": np.zeros(2), "beta-product": np.zeros(2)}
    for _ in range(200):
        stays, leaves = rng.random(15) < 0.95, rng.random(20) < 0.03
        for limits, counts in held.items():
            row = kaplan_meier(np.where(stays, 2.0, 1), ~stays, limits=limits).iloc[-1]
            counts[0] += row["lower"] <= 0.95 <= row["upper"]
            cause = np.where(leaves, "price", "moved")
            table = cumulative_incidence(np.ones(20), cause, limits=limits)
            own = table[table["cause"] == "price"].tail(1)
            counts[1] += len(own) and own["lower"].item() <= 0.03 <= own["upper"].item()
    assert (held["beta-product"] >= [190, 80]).all()  # a cause nobody left for has no row
    assert held["log-log"][0] < 120


def test_limits_are_of_two_kinds():
    for call in (kaplan_meier, cumulative_incidence):
        with pytest.raises(InputError, match=r"`limits` must be one of .log-log., .beta-product."):
            call([1, 2], [1, 1], limits="exact")
