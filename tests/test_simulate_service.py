"""Branches, instructors, satisfaction and subscriptions: planted truths are found again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from scipy import optimize, special

from crmlab import InputError
from crmlab.company import CompanySettings
from crmlab.contracts import CONTRACTS
from crmlab.datasets import load_regions
from crmlab.ltv import ShiftedBetaGeometric, survivors
from crmlab.simulate._service import simulate_service
from crmlab.simulate._service.branches import find_nearest_branch, open_branches
from crmlab.simulate._service.months import anniversary

N = 20_000
TABLES = ("branches", "instructors", "subscriptions", "visits", "complaints", "truth")
COLUMNS = {
    "branches": ["branch_id", "name", "region", "district", "longitude", "latitude", "opened"],
    "instructors": ["instructor_id", "branch_id", "joined", "left"],
    "subscriptions": [
        "customer_id",
        "start",
        "end",
        "plan",
        "monthly_fee",
        "monthly_cost",
        "instructor_id",
    ],
    "visits": ["customer_id", "instructor_id", "month", "planned", "held"],
    "complaints": ["customer_id", "date", "kind", "resolved_days"],
    "truth": ["churn_chance", "satisfaction", "dissatisfied_on", "complained"],
}


def people(n=N, seed=0):
    """Customers spread over the districts as residents are, with what the service side reads."""
    rng = np.random.default_rng(seed)
    regions = load_regions()
    weight = regions["province_population"] / regions["province"].map(
        regions["province"].value_counts()
    )
    home = regions.iloc[rng.choice(len(regions), size=n, p=weight / weight.sum())]
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:07d}" for number in range(1, n + 1)],
            "longitude": home["longitude"].to_numpy() + rng.normal(0, 0.02, n),
            "latitude": home["latitude"].to_numpy() + rng.normal(0, 0.02, n),
            "joined_day": rng.integers(0, 620, n),
            "satisfaction": rng.normal(size=n),
        }
    )


@pytest.fixture(scope="module")
def settings():
    return CompanySettings()


@pytest.fixture(scope="module")
def company(settings):
    return simulate_service(people(), settings, seed=1)


@pytest.fixture(scope="module")
def lessons(company):
    """Visits with the subscription and the instructor they belong to."""
    table = company.visits.merge(company.subscriptions, on="customer_id", suffixes=("", "_first"))
    return table.merge(company.instructors, on="instructor_id")


def km_between(here, there):
    """Great circle distance of two tables, row by row, by the haversine formula."""
    lat, lat2 = np.radians(here["latitude"].to_numpy()), np.radians(there["latitude"].to_numpy())
    lon = np.radians(there["longitude"].to_numpy() - here["longitude"].to_numpy())
    half = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin(lon / 2) ** 2
    return 2 * 6371 * np.arcsin(np.sqrt(half))


def close_to_chance(hits, n, chance):
    """Whether a count lies within 4 standard deviations of what independent tosses give."""
    return abs(hits - n * chance) < 4 * np.sqrt(n * chance * (1 - chance))


# --- the planted hazard, from what the tables show ----------------------------------------------


def renewals(made, settings):
    """Of each subscription, the renewals of each kind that came up, and the kind of the last.

    Kinds: 0 without a recent event, 1 instructor left, 2 dissatisfied, 3 both.
    """
    table = made.subscriptions
    start, end = pd.DatetimeIndex(table["start"]), pd.DatetimeIndex(table["end"])
    bad = pd.DatetimeIndex(made.truth["dissatisfied_on"].loc[table["customer_id"]])
    gone = made.visits.merge(made.instructors.dropna(subset="left"), on="instructor_id")
    gone = gone[gone["left"].dt.to_period("M") == gone["month"].dt.to_period("M")]
    left = gone.pivot_table(index="customer_id", columns="month", values="left", aggfunc="max")
    left = left.reindex(table["customer_id"]).to_numpy()
    count, last = np.zeros((len(table), 4)), np.zeros(len(table), dtype=int)
    for k in range(1, 26):
        due, before = (start + pd.DateOffset(months=step) for step in (k, k - 3))
        came_up = (due <= settings.last_day) & (end.isna() | (due <= end))
        lost = (left < due.to_numpy()[:, None]) & (left >= before.to_numpy()[:, None])
        kind = lost.any(axis=1) + 2 * ((bad < due) & (bad >= before))
        count[came_up, kind[came_up]] += 1
        last = np.where(came_up, kind, last)
    return count, last


def minus_log_likelihood(theta, data, ended, multiple):
    """Of ends and renewals; survival is B(alpha, beta + sum of exp(effects)) / B(alpha, beta)."""
    alpha, beta = np.exp(theta[0]), np.exp(theta[1]) * multiple
    exposure = np.exp([0.0, theta[2], theta[3], theta[2] + theta[3]])
    count, last = data
    total = count @ exposure
    stay = special.betaln(alpha, beta + total) - special.betaln(alpha, beta)
    gone, begun = total[ended] - exposure[last[ended]], beta[ended]
    earlier = special.betaln(alpha, begun + gone) - special.betaln(alpha, begun)
    leave = earlier + np.log(-np.expm1(stay[ended] - earlier))
    return -(stay[~ended].sum() + leave.sum())


def information(function, theta, step=1e-3):
    """Second derivatives by central differences."""
    shift = step * np.eye(len(theta))
    return np.array(
        [
            [
                (
                    function(theta + a + b)
                    - function(theta + a - b)
                    - function(theta - a + b)
                    + function(theta - a - b)
                )
                / (4 * step**2)
                for b in shift
            ]
            for a in shift
        ]
    )


def deviations(made, settings):
    """Maximum likelihood less truth, in standard errors: alpha, beta (in logs), the effects."""
    multiples = {"basic": settings.basic_beta, "standard": 1.0, "premium": settings.premium_beta}
    multiple = made.subscriptions["plan"].map(multiples).to_numpy(dtype=float)
    ended = made.subscriptions["end"].notna().to_numpy()
    data = renewals(made, settings)

    def function(theta):
        return minus_log_likelihood(theta, data, ended, multiple)

    found = optimize.minimize(function, [0.0, 2.0, 0.0, 0.0], method="BFGS", options={"gtol": 0.05})
    planted = [
        np.log(settings.churn_alpha),
        np.log(settings.churn_beta),
        settings.instructor_effect,
        settings.dissatisfaction_effect,
    ]
    covariance = np.linalg.inv(information(function, found.x))
    return (found.x - planted) / np.sqrt(np.diag(covariance))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "changes"),
    [
        pytest.param(2, {}, id="defaults"),
        pytest.param(
            2, {"instructor_effect": 0.4, "dissatisfaction_effect": 1.6}, id="other-effects"
        ),
        pytest.param(2, {"churn_alpha": 0.7, "churn_beta": 5.0}, id="other-chances"),
    ],
)
def test_hazard_is_recovered_within_its_95_percent_intervals(seed, changes):
    settings = CompanySettings(**changes)
    made = simulate_service(people(seed=seed), settings, seed=seed)
    assert (np.abs(deviations(made, settings)) < 1.96).all()


@pytest.mark.slow
def test_estimates_scatter_around_the_truth_as_their_intervals_say(settings):
    seeds = range(11, 19)
    found = [
        deviations(simulate_service(people(seed=seed), settings, seed=seed), settings)
        for seed in seeds
    ]
    # Means of eight standard normal numbers; 27 or fewer of 32 covered has a chance of 2 %.
    assert (np.abs(np.mean(found, axis=0)) < 3 / np.sqrt(len(found))).all()
    assert (np.abs(found) < 1.96).sum() > 27


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "multiple"), [("basic", "basic_beta"), ("standard", None), ("premium", "premium_beta")]
)
def test_without_effects_each_plan_is_shifted_beta_geometric(plan, multiple):
    settings = CompanySettings(instructor_effect=0, dissatisfaction_effect=0)
    table = simulate_service(people(seed=5), settings, seed=5).subscriptions
    model = ShiftedBetaGeometric(period="M", observation_end=settings.last_day)
    model.fit(table[table["plan"] == plan])
    beta = settings.churn_beta * (getattr(settings, multiple) if multiple else 1.0)
    truth = np.array([settings.churn_alpha, beta])
    # Of a skewed estimate the logarithm is nearer to normal.
    error = model.standard_errors_ / model.params_
    assert (np.abs(np.log(model.params_ / truth)) < 1.96 * error).all()


def test_churn_chance_is_drawn_by_plan(company, settings):
    table = company.subscriptions.set_index("customer_id")
    chance = company.truth["churn_chance"].dropna()
    multiples = {"basic": settings.basic_beta, "standard": 1.0, "premium": settings.premium_beta}
    for plan, values in chance.groupby(table["plan"].reindex(chance.index)):
        beta = settings.churn_beta * multiples[plan]
        mean = settings.churn_alpha / (settings.churn_alpha + beta)
        assert abs(values.mean() - mean) < 4 * values.std() / np.sqrt(len(values))


# --- subscriptions ------------------------------------------------------------------------------


@pytest.mark.parametrize("table", COLUMNS)
def test_tables_have_their_columns_and_keep_their_contract(company, table):
    frame = getattr(company, table)
    assert list(frame.columns) == COLUMNS[table]
    if table != "truth":
        assert_array_equal(frame.index, np.arange(len(frame)))
        CONTRACTS[table].require(frame)


@pytest.mark.parametrize("table", COLUMNS)
def test_text_is_text_and_days_are_days(company, table):
    for name, column in getattr(company, table).items():
        if pd.api.types.is_datetime64_any_dtype(column):
            assert column.dt.tz is None
            assert (column.dropna() == column.dropna().dt.normalize()).all()
        else:
            assert column.dtype == "str" or column.dtype.kind in "ifb", name


def test_one_subscription_each_in_order_of_start(company):
    table = company.subscriptions
    assert table["customer_id"].is_unique
    assert_frame_equal(table, table.sort_values(["start", "customer_id"], ignore_index=True))


@pytest.mark.slow
def test_subscriptions_end_on_a_renewal_day_within_the_window(company, settings):
    ended = company.subscriptions.dropna(subset="end")
    later = (ended["end"].dt.to_period("M") - ended["start"].dt.to_period("M")).map(lambda m: m.n)
    assert (later >= 1).all()
    due = [
        start + pd.DateOffset(months=months)
        for start, months in zip(ended["start"], later, strict=True)
    ]
    assert_array_equal(ended["end"], np.array(due, dtype="datetime64[s]"))
    assert ended["end"].max() <= settings.last_day


def test_lifetime_models_accept_the_table(company, settings):
    table = survivors(company.subscriptions, period="M", observation_end=settings.last_day)
    ended = company.subscriptions["end"].notna().sum()
    assert (table["at_risk"] - table["alive"]).sum() == ended


def test_start_on_the_joining_day_or_later_and_within_the_window(company, settings):
    someone = people().set_index("customer_id").loc[company.subscriptions["customer_id"]]
    joined = settings.first_day + pd.to_timedelta(someone["joined_day"].to_numpy(), unit="D")
    wait = (pd.DatetimeIndex(company.subscriptions["start"]) - joined).days.to_numpy()
    assert wait.min() == 0
    assert company.subscriptions["start"].max() <= settings.last_day
    assert close_to_chance((wait == 0).sum(), len(wait), settings.start_at_once)
    # Rounded up to whole days, an exponential of mean 21 is geometric with mean 21.5.
    waited = wait[wait > 0]
    assert waited.mean() == pytest.approx(21.5, abs=4 * 21 / np.sqrt(len(waited)))


def test_shares_of_subscribers_and_plans(company, settings):
    table = company.subscriptions
    # Of those who join 620 days or less after the first, hardly one waits beyond day 728.
    assert close_to_chance(len(table), N, settings.subscriber_share)
    plans = table["plan"].value_counts()
    assert set(plans.index) == {"basic", "standard", "premium"}
    for plan in ("basic", "premium"):
        share = getattr(settings, f"{plan}_share")
        assert close_to_chance(plans[plan], len(table), share)


def test_fees_are_those_of_the_plan():
    settings = CompanySettings(basic_fee=1_000.0, standard_fee=2_000.0, premium_fee=3_000.0)
    table = simulate_service(people(300), settings, seed=1).subscriptions
    fee = table["plan"].map({"basic": 1_000, "standard": 2_000, "premium": 3_000})
    assert_array_equal(table["monthly_fee"], fee)


def test_cost_is_instructor_and_travel(company, settings):
    table = company.subscriptions
    home = people().set_index("customer_id").loc[table["customer_id"]]
    all_km = [
        km_between(home, company.branches.iloc[[row] * len(home)])
        for row in range(len(company.branches))
    ]
    plan = {"basic": settings.basic_cost, "standard": 18_000.0, "premium": 28_000.0}
    cost = table["plan"].map(plan) + settings.travel_cost * np.min(all_km, axis=0)
    # A flat earth is wrong by less than 0.2 % within Korea, and money is rounded to won.
    assert_allclose(table["monthly_cost"], cost, rtol=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_remote_pupils_cost_more_than_they_pay(seed, settings):
    table = simulate_service(people(5_000, seed=seed), settings, seed=seed).subscriptions
    profit = table["monthly_fee"] - table["monthly_cost"]
    assert 0.03 < (profit < 0).mean() < 0.08
    assert profit[profit > 0].sum() > 1.02 * profit.sum()


# --- instructors and visits ---------------------------------------------------------------------


def test_instructors_teach_only_while_there(lessons):
    month_end = lessons["month"] + pd.offsets.MonthEnd(0)
    assert (lessons["joined"] <= lessons["month"]).all()
    assert (lessons["left"].isna() | (lessons["left"] >= month_end)).all()


def test_pupils_stay_with_an_instructor_of_their_branch_until_who_leaves(lessons):
    lessons = lessons.sort_values(["customer_id", "month"])
    follows = lessons["customer_id"].eq(lessons["customer_id"].shift())
    changed = follows & lessons["instructor_id"].ne(lessons["instructor_id"].shift())
    left = lessons["left"].dt.to_period("M").shift() == lessons["month"].dt.to_period("M").shift()
    assert changed.sum() > 100
    assert_array_equal(changed, follows & left)
    assert len(lessons.drop_duplicates(["customer_id", "branch_id"])) == len(
        lessons.drop_duplicates("customer_id")
    )


def test_pupils_belong_to_the_nearest_branch(company, lessons):
    one = lessons.drop_duplicates("customer_id")
    home = people().set_index("customer_id").loc[one["customer_id"]]
    own = company.branches.set_index("branch_id").loc[one["branch_id"]]
    for row in range(len(company.branches)):
        other = company.branches.iloc[[row] * len(home)]
        # 0.2 %: a flat earth may mix up two branches that are equally far.
        assert (km_between(home, own) <= 1.002 * km_between(home, other)).all()


def test_first_instructor_is_the_one_of_the_first_visit(lessons):
    first = lessons.sort_values("month").drop_duplicates("customer_id")
    assert_array_equal(first["instructor_id"], first["instructor_id_first"])


def test_posts_are_filled_on_the_next_day(company, settings):
    table = company.instructors
    for month in pd.date_range(settings.first_day, settings.last_day, freq="MS"):
        there = (table["joined"] <= month) & ~(table["left"] < month)
        count = table[there].groupby("branch_id").size()
        if month == settings.first_day:
            expected = count
        assert_array_equal(count, expected)


def test_instructors_leave_at_month_ends_at_the_rate_set():
    settings = CompanySettings(pupils_per_instructor=1)
    company = simulate_service(people(5_000), settings, seed=1)
    left = company.instructors["left"].dropna()
    assert (left == left + pd.offsets.MonthEnd(0)).all()
    assert left.max() <= settings.last_day
    posts = (company.instructors["joined"] < settings.first_day).sum()
    # 23 month ends lie between 2024-01-01 and 2025-12-28.
    assert close_to_chance(len(left), 23 * posts, settings.instructor_leaving)


def test_nobody_leaves_where_nobody_may():
    made = simulate_service(people(500), CompanySettings(instructor_leaving=0), seed=1)
    assert made.instructors["left"].isna().all()


def test_one_row_of_visits_per_pupil_and_month_in_order(company):
    table = company.visits
    assert not table.duplicated(["customer_id", "month"]).any()
    assert_frame_equal(table, table.sort_values(["month", "customer_id"], ignore_index=True))


@pytest.mark.slow
def test_visits_are_planned_every_seven_days_of_the_subscription(company, settings):
    some = company.subscriptions.sample(200, random_state=1)
    planned = company.visits.set_index(["customer_id", "month"])["planned"]
    for row in some.itertuples():
        last = settings.last_day if pd.isna(row.end) else row.end - pd.Timedelta(days=1)
        days = pd.Series(pd.date_range(row.start, last, freq="7D"))
        expected = days.dt.to_period("M").value_counts().sort_index()
        assert_array_equal(planned.loc[row.customer_id], expected)
    assert company.visits["planned"].sum() > 0


def test_fewer_visits_are_held_in_the_last_month_of_an_instructor(lessons, settings):
    last = lessons["left"].dt.to_period("M") == lessons["month"].dt.to_period("M")
    assert lessons["held"].between(0, lessons["planned"]).all()
    for part, chance in ((last, settings.last_visits_held), (~last, settings.visits_held)):
        total = lessons.loc[part, ["held", "planned"]].sum()
        assert close_to_chance(total["held"], total["planned"], chance)


# --- satisfaction -------------------------------------------------------------------------------


def test_bad_experiences_come_at_the_planted_rate(company, settings):
    someone = people()
    rate = settings.bad_experiences * np.exp(-settings.satisfaction_slope * someone["satisfaction"])
    chance = -np.expm1(-rate * (settings.n_days - someone["joined_day"]) / 365.25)
    hit = company.truth["dissatisfied_on"].notna().to_numpy()
    noise = np.sqrt((chance * (1 - chance)).sum())
    assert abs(hit.sum() - chance.sum()) < 4 * noise
    # The score of the slope: zero on average only at the planted one.
    score = someone["satisfaction"] * (hit - chance)
    assert abs(score.sum()) < 4 * np.sqrt((someone["satisfaction"] ** 2 * chance).sum())


def test_bad_experiences_fall_between_joining_and_the_last_day(company, settings):
    bad = company.truth["dissatisfied_on"]
    day = (bad - settings.first_day).dt.days.to_numpy()
    joined = people()["joined_day"].to_numpy()
    known = bad.notna().to_numpy()
    assert (day[known] >= joined[known]).all()
    assert bad.max() <= settings.last_day


def test_most_stay_silent_and_some_complain_without_reason(company, settings):
    bad = company.truth["dissatisfied_on"]
    # Whoever had a bad experience in the last week may complain after the last day.
    early = bad < settings.last_day - pd.Timedelta(days=7)
    complained = company.truth["complained"]
    assert close_to_chance(complained[early].sum(), early.sum(), settings.complaint_share)
    content = bad.isna()
    assert close_to_chance(complained[content].sum(), content.sum(), settings.grumble_share)


def test_complaints_are_those_of_the_truth(company, settings):
    table = company.complaints
    assert_frame_equal(table, table.sort_values(["date", "customer_id"], ignore_index=True))
    assert sorted(table["customer_id"]) == list(company.truth.index[company.truth["complained"]])
    bad = company.truth["dissatisfied_on"].loc[table["customer_id"]].to_numpy()
    delay = (table["date"] - bad).dt.days.dropna()
    assert delay.between(0, 7).all()
    assert table["date"].between(settings.first_day, settings.last_day).all()


def test_only_pupils_complain_of_an_instructor(company):
    table = company.complaints.merge(company.subscriptions, on="customer_id", how="left")
    taught = (table["start"] <= table["date"]) & ~(table["end"] <= table["date"])
    assert set(table.loc[taught, "kind"]) == {"instructor", "delivery", "billing", "content"}
    assert set(table.loc[~taught, "kind"]) == {"delivery", "billing", "content"}
    of_instructor = table.loc[taught, "kind"].eq("instructor")
    assert close_to_chance(of_instructor.sum(), len(of_instructor), 0.35)


def test_open_complaints_have_no_days_yet(company, settings):
    table = company.complaints
    days = table["resolved_days"]
    done = table["date"] + pd.to_timedelta(days, unit="D")
    assert done.max() <= settings.last_day
    assert days.min() == 1
    early = table["date"] < settings.last_day - pd.Timedelta(days=100)
    assert days[early].mean() == pytest.approx(settings.resolving_days, rel=0.1)  # 1,000 draws
    assert 0 < days.isna().sum() < 0.1 * len(table)


# --- the truth, seeds, settings -----------------------------------------------------------------


def test_truth_has_a_row_per_person(company):
    assert list(company.truth.index) == list(people()["customer_id"])
    assert_array_equal(company.truth["satisfaction"], people()["satisfaction"])
    known = company.truth["churn_chance"].dropna()
    assert sorted(known.index) == sorted(company.subscriptions["customer_id"])
    assert known.between(0, 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_same_seed_same_tables_and_another_seed_others(table, settings):
    first, again, other = (
        getattr(simulate_service(people(500), settings, seed=seed), table) for seed in (7, 7, 8)
    )
    assert_frame_equal(first, again)
    assert not first.equals(other)


def test_people_are_not_changed(settings):
    someone = people(200)
    before = someone.copy()
    simulate_service(someone, settings, seed=1)
    assert_frame_equal(someone, before)


@pytest.mark.slow
@pytest.mark.parametrize("effect", ["instructor_effect", "dissatisfaction_effect"])
def test_an_effect_changes_nothing_but_what_follows_from_it(effect):
    plain, moved = (
        simulate_service(people(2_000), CompanySettings(**{effect: size}), seed=1)
        for size in (0.0, 2.0)
    )
    for table in ("branches", "instructors", "truth"):
        assert_frame_equal(getattr(plain, table), getattr(moved, table))
    same = plain.subscriptions.columns.drop("end")
    assert_frame_equal(plain.subscriptions[same], moved.subscriptions[same])
    # With the same draws, a higher chance to leave only brings ends forward.
    ends = [
        made.subscriptions["end"].fillna(pd.Timestamp.max.floor("D")) for made in (plain, moved)
    ]
    assert (ends[1] <= ends[0]).all()
    assert (ends[1] < ends[0]).any()


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"start": "2023-06-15", "weeks": 30}, id="mid-month"),
        pytest.param({"weeks": 26, "start": "2024-02-01"}, id="half-a-year"),
        pytest.param({"subscriber_share": 0}, id="nobody-subscribes"),
        pytest.param({"bad_experiences": 0, "grumble_share": 0}, id="nobody-complains"),
        pytest.param({"complaint_share": 1, "bad_experiences": 50.0}, id="everybody-complains"),
        pytest.param({"n_branches": 1}, id="one-branch"),
        pytest.param({"basic_share": 1, "premium_share": 0}, id="one-plan"),
        pytest.param({"churn_alpha": 1e-3, "churn_beta": 1e-3}, id="leave-at-once-or-never"),
        pytest.param({"instructor_leaving": 1}, id="all-instructors-leave"),
        pytest.param({"resolving_days": 1.0}, id="resolved-at-once"),
        pytest.param({"start_wait": 0}, id="no-wait"),
    ],
)
def test_unusual_settings_give_the_same_kinds_of_tables(changes):
    settings = CompanySettings(**changes)
    someone = people(400)
    someone["joined_day"] %= int(0.85 * settings.n_days)
    made, usual = (
        simulate_service(someone, settings, seed=1),
        simulate_service(people(400), CompanySettings(), seed=1),
    )
    for table in TABLES:
        assert_frame_equal(getattr(made, table).iloc[:0], getattr(usual, table).iloc[:0])
    assert (made.subscriptions["end"].dropna() <= settings.last_day).all()
    assert (
        made.visits["month"]
        .isin(pd.date_range(settings.first_day.replace(day=1), settings.last_day, freq="MS"))
        .all()
    )


def test_more_branches_than_city_districts_are_refused():
    with pytest.raises(InputError, match=r"`n_branches` must be at most \d+; got 1000"):
        simulate_service(people(10), CompanySettings(n_branches=1_000), seed=1)


# --- branches and the calendar ------------------------------------------------------------------


@pytest.mark.parametrize("n_branches", [15, 100])
def test_branches_stand_in_different_city_districts(n_branches):
    table = open_branches(CompanySettings(n_branches=n_branches), np.random.default_rng(1))
    place = ["region", "district", "longitude", "latitude"]
    assert len(table) == n_branches
    assert table["branch_id"].is_unique
    assert table["name"].is_unique
    known = load_regions().rename(columns={"province": "region"})[place]
    assert len(table[place].merge(known)) == n_branches
    assert not table["district"].str.endswith("군").any()
    assert len(table.drop_duplicates(place)) == n_branches


def test_places_of_branches_do_not_depend_on_the_seed(settings):
    one, two = (open_branches(settings, np.random.default_rng(seed)) for seed in (1, 2))
    assert_frame_equal(one.drop(columns="opened"), two.drop(columns="opened"))
    assert (one["opened"] < settings.first_day).all()


@pytest.mark.slow
def test_each_branch_adds_most_residents_within_reach(settings):
    regions = load_regions()
    n = regions.groupby("province")["code"].transform("size")
    left = (regions["province_population"] / n).to_numpy().copy()
    for row in range(4):
        branch = open_branches(settings, np.random.default_rng(1)).iloc[[row]]
        reached = {}
        for place, at in regions.iterrows():
            near = km_between(regions.loc[[place] * len(regions)], regions) <= 15
            reached[at["district"], at["longitude"]] = left[near].sum()
        city = {key: value for key, value in reached.items() if not key[0].endswith("군")}
        best = max(city, key=city.get)
        assert best == (branch["district"].iloc[0], branch["longitude"].iloc[0])
        left[km_between(branch.iloc[[0] * len(regions)], regions) <= 15] = 0


def test_nearest_branch_of_a_branch_is_itself(company):
    row, km = find_nearest_branch(company.branches, company.branches)
    assert_array_equal(row, np.arange(15))
    assert_array_equal(km, 0)


@given(
    st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2040-12-31").date()),
    st.integers(-5, 40),
)
def test_anniversaries_are_those_of_the_calendar(day, months):
    found = anniversary(np.array([day], dtype="datetime64[D]"), np.array([months]))[0]
    assert pd.Timestamp(found) == pd.Timestamp(day) + pd.DateOffset(months=months)
