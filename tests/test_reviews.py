"""What the pages on a customer base say: the numbers behind them, and their sentences."""

import numpy as np
import pandas as pd
import pytest
from review_cases import base, lines

from crmlab.concentration import top_share
from crmlab.customer_base import customer_flows, rfm_summary
from crmlab.datasets import load_cdnow
from crmlab.ltv import BetaGeoNBD, ConvergenceError, GammaGamma, customer_lifetime_value
from crmlab.reviews import review_customer_base, review_customer_value
from crmlab.segmentation import RFMSegmenter


def finding(review, subject):
    return next(text for text in review.findings() if text.startswith(f"**{subject}"))


# --- review_customer_base -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow_review(cdnow_sample):
    return review_customer_base(cdnow_sample, currency="USD", quiet_after=90, top=0.1)


@pytest.mark.slow
def test_revenue_and_flows_are_those_of_the_base(cdnow_review, cdnow_sample):
    review = cdnow_review
    assert review.net_revenue == pytest.approx(cdnow_sample["amount"].sum())
    assert review.customers["revenue"].sum() == pytest.approx(review.net_revenue)
    pd.testing.assert_frame_equal(review.flows, customer_flows(cdnow_sample))
    assert review.reconcile(cdnow_sample["amount"].sum()) == []
    money = review.revenue_by_period
    assert len(money) == 6
    assert money["all"].tolist() == pytest.approx(money.drop(columns="all").sum(axis=1).tolist())


@pytest.mark.slow
def test_the_best_and_the_quiet_are_counted(cdnow_review):
    review, revenue = cdnow_review, cdnow_review.customers["revenue"]
    assert review.n_best == round(0.1 * len(review.customers))
    assert (review.quiet["days_since_last"] > 90).all()
    assert review.quiet["revenue"].is_monotonic_decreasing
    assert review.quiet["revenue"].min() >= revenue.nlargest(review.n_best).min()
    assert f"{len(review.quiet):,} have not bought for more than 90 days" in finding(
        review, "Whom to win back"
    )
    share = top_share(revenue, top=0.1)
    assert f"The best 10% of customers bring {share:.1%} of spending" in finding(
        review, "How dependent"
    )


def test_the_grid_counts_everybody_once(cdnow_review):
    grid, customers = cdnow_review.grid, cdnow_review.customers
    assert len(grid) == 25
    assert grid["n_customers"].sum() == len(customers)
    assert grid["share"].sum() == pytest.approx(1)
    cell = grid[(grid["purchases"] == "3 to 4") & (grid["silence"] == "31 to 90")].iloc[0]
    there = customers["frequency"].isin([2, 3]) & customers["days_since_last"].between(31, 90)
    assert cell["n_customers"] == there.sum()
    assert grid["purchases"].iloc[0] == "10 and more"


@pytest.mark.slow
def test_customers_are_listed_only_where_asked_for():
    options = {"observation_end": "2025-01-01"}
    assert review_customer_base(lines(20, 3), **options).listed.empty
    listed = review_customer_base(lines(60, 3), **options, show_customers=True).listed
    assert listed.index.tolist() == [f"c{i}" for i in range(59, 49, -1)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_customers", "n_days"),
    [
        pytest.param(1, 1, id="one-customer-one-day"),
        pytest.param(12, 1, id="one-day"),
        pytest.param(1, 70, id="one-customer"),
    ],
)
def test_a_tiny_base_is_reviewed(n_customers, n_days):
    review = review_customer_base(lines(n_customers, n_days))
    figures = list(review.key_figures().items())
    who = "customer who bought" if n_customers == 1 else "customers who bought"
    assert figures[0] == (who, f"{n_customers:,}")
    assert len(figures) == (3 if n_customers == 1 else 6)  # shares of one customer say nothing
    assert bool(review.problem) == (n_customers < 10)
    assert review.lorenz.empty == review.deciles.empty == (n_customers < 10)
    assert any(text.startswith("**Coming or going") for text in review.findings()) == (n_days > 60)


@pytest.mark.slow
def test_money_that_is_given_back_is_reconciled():
    back = lines(20, 1).assign(amount=-50.0, date=pd.Timestamp("2024-02-01"))
    orders = pd.concat([lines(20, 3), back], ignore_index=True)
    review = review_customer_base(orders)
    # Each spent 3, 6, ... 60 and got 50 back, but no more than was spent.
    assert review.net_revenue == pytest.approx(1 + 4 + 7 + 10)
    assert review.customers["revenue"].sum() == pytest.approx(review.net_revenue)
    assert review.reconcile(22.0) == []
    assert review.reconcile(122.0) == ["of which after the last day reviewed: 100.00"]


@pytest.mark.slow
def test_nobody_who_spends_is_a_problem_and_said():
    review = review_customer_base(lines(12, 2).assign(amount=0.0))
    assert review.problem.startswith("Shares need spending")
    assert [text[:20] for text in review.findings()] == ["**Nobody to win back"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"top": 1.0}, "`top` must be in", id="top"),
        pytest.param({"quiet_after": 0}, "`quiet_after` must be", id="quiet"),
        pytest.param({"period": "D"}, "`period` must be one of", id="period"),
    ],
)
def test_an_option_out_of_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        review_customer_base(lines(20, 3), **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("period", "n_months", "expected"),
    [
        pytest.param("M", 24, "M", id="few-months"),
        pytest.param("M", 25, "Q", id="many-months"),
        pytest.param("M", 80, "Y", id="more-months-than-quarters-help"),
        pytest.param("W", 7, "M", id="many-weeks"),
        pytest.param("Y", 400, "Y", id="years-stay"),
    ],
)
def test_many_cohorts_go_by_a_longer_period(period, n_months, expected):
    days = pd.date_range("1990-01-15", periods=n_months, freq="MS") + pd.Timedelta(days=14)
    orders = pd.DataFrame({"customer_id": range(n_months), "date": days, "amount": 1.0})
    review = review_customer_base(orders, period=period)
    assert review.cohort_period == expected
    assert review.cohorts["cohort"].nunique() <= (24 if expected != "Y" else n_months)
    assert ("so this map goes by" in review.on_cohorts) == (period != expected)
    assert len(review.flows["period"].unique()) >= n_months / (12 if period == "Y" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_orders_are_counted_beside_customer_days_where_they_have_numbers(seed):
    rng = np.random.default_rng(seed)
    orders = lines(12, 4).sample(80, replace=True, random_state=seed)
    numbers = [f"o{i}" for i in rng.integers(0, 10**6, len(orders))]
    n_days = len(orders[["customer_id", "date"]].drop_duplicates())
    figures = review_customer_base(orders.assign(order_id=numbers)).key_figures()
    label = f"orders not given back, on {n_days:,} customer-days"
    assert figures[label] == f"{len(set(numbers)):,}"
    assert review_customer_base(orders).key_figures()["purchases"] == f"{n_days:,}"


@pytest.mark.slow
def test_money_without_a_name_is_said_in_plain_words():
    review = review_customer_base(lines(20, 3), observation_end="2025-01-01")
    assert "revenue in the file's currency, less what was given back" in review.key_figures()
    assert "in the file's currency, " in finding(review, "Whom to win back")
    assert review.money_name == "the file's currency"


@pytest.mark.slow
def test_the_list_holds_the_quiet_best_with_the_reason(cdnow_review):
    listed, quiet = cdnow_review.to_do, cdnow_review.quiet
    assert listed.index.tolist() == quiet.index.tolist()
    assert listed["spent"].tolist() == pytest.approx(quiet["revenue"].tolist(), abs=0.005)
    days = listed["why"].str.extract(r"no purchase for (\d+) days")[0].astype(int)
    assert days.tolist() == quiet["days_since_last"].tolist()
    assert listed["tested"].all()
    assert set(listed["currency"]) == {"USD"}
    assert review_customer_base(lines(20, 3)).to_do.empty


@pytest.mark.slow
def test_lists_carry_the_scores_and_the_segment_of_the_whole_base(cdnow_review, cdnow_value):
    summary = rfm_summary(load_cdnow(sample=True), unit="D")
    scored = RFMSegmenter().fit_transform(summary)
    listed = cdnow_review.to_do
    expected = scored.loc[listed.index].astype({"rfm": "str", "segment": "str"})
    pd.testing.assert_frame_equal(listed[list(scored)], expected)
    assert cdnow_value.to_do[list(scored)].notna().all(axis=None)
    tiny = review_customer_base(lines(3, 1), observation_end="2025-01-01").to_do
    assert tiny[list(scored)].isna().all(axis=None)


# --- review_customer_value ----------------------------------------------------------------------

TERMS = {"margin": 0.4, "horizon": 52, "discount_rate": 0.15, "level": 0.8}


@pytest.fixture(scope="module")
def cdnow_value():
    return review_customer_value(
        load_cdnow(sample=True), observation_end="1998-03-31", model="bg_nbd", currency="USD",
        **TERMS,
    )  # fmt: skip


@pytest.mark.slow
def test_the_value_is_that_of_the_models_fitted_directly(cdnow_value):
    summary = rfm_summary(load_cdnow(sample=True), observation_end="1998-03-31", unit="W")
    models = BetaGeoNBD().fit(summary), GammaGamma(nonpositive="exclude").fit(summary)
    each = customer_lifetime_value(*models, summary, **TERMS)["estimate"]
    value = customer_lifetime_value(*models, summary, total=True, **TERMS).iloc[0]
    pd.testing.assert_series_equal(cdnow_value.customers["value"], each, check_names=False)
    assert cdnow_value.worth["estimate"] == pytest.approx(value["estimate"])
    assert f"in the 52 weeks after 31 March 1998 is worth USD {value['estimate']:,.0f}" in finding(
        cdnow_value, "What the base"
    )
    assert f"{value['lower']:,.0f} to {value['upper']:,.0f}" in finding(cdnow_value, "What the")
    assert "Model: BG/NBD." in cdnow_value.notes()[0]


@pytest.mark.slow
def test_tiers_bands_and_scenarios_add_up(cdnow_value):
    review = cdnow_value
    total, n_customers = review.customers["value"].sum(), len(review.customers)
    assert review.tiers["n_customers"].sum() == n_customers
    assert review.tiers["estimate"].sum() == pytest.approx(total)
    assert review.tiers["share"].sum() == pytest.approx(1)
    assert review.bands["n_customers"].sum() == n_customers
    assert review.bands["value"].sum() == pytest.approx(total)
    once = review.customers["purchases"] == 1
    assert review.bands.loc["bought once", "n_customers"] == once.sum()
    assert review.scenarios.loc["margin a tenth lower", "change"] == pytest.approx(-0.1)
    assert review.scenarios.loc["as assumed", "value"] == pytest.approx(review.worth["estimate"])
    assert review.scenarios.index[-1] == "other model: MBG/NBD"


@pytest.mark.slow
def test_those_who_may_have_left_are_ranked_by_what_is_at_stake(cdnow_value):
    doubtful = cdnow_value.doubtful
    assert doubtful["alive"].between(0.2, 0.8).all()
    assert doubtful["at_stake"].is_monotonic_decreasing
    sure = doubtful["value"] / doubtful["alive"]
    np.testing.assert_allclose(doubtful["value"] + doubtful["at_stake"], sure)
    assert f"{len(doubtful):,} customers are still ours" in finding(cdnow_value, "Whom we may")


@pytest.mark.slow
def test_the_past_is_forecast_in_the_same_way(cdnow_value):
    past = cdnow_value.backtest
    assert len(past) == 2
    misses = " and ".join(f"{error:+.1%}" for error in past["total_error"])
    assert f"were missed by {misses}" in finding(cdnow_value, "How far to trust")


@pytest.mark.slow
def test_customers_of_the_last_day_and_free_goods_are_counted_apart():
    orders = base()
    last = orders["date"].max()
    new = pd.DataFrame({"customer_id": ["n1", "n2"], "date": last, "amount": 5.0})
    days = [last - pd.Timedelta(days=90), last]
    free = pd.DataFrame({"customer_id": "z1", "date": days, "amount": 0.0})
    notes = review_customer_value(pd.concat([orders, new, free])).notes()
    assert any(text.endswith("valued but left out of the fit: 2.") for text in notes)
    assert any(text.endswith("left out of the fit of spending: 1.") for text in notes)


@pytest.mark.slow
def test_the_list_holds_those_who_may_have_left_and_those_who_hold_the_value(cdnow_value):
    review, listed = cdnow_value, cdnow_value.to_do
    contact = listed[listed["what_to_do"] == "contact, for less than is at stake"]
    assert contact.index.tolist() == review.doubtful.index.tolist()
    assert contact["tested"].all()
    assert contact["at_stake"].tolist() == pytest.approx(
        review.doubtful["at_stake"].tolist(), abs=0.005
    )
    serve = listed[listed["what_to_do"] == "serve first"]
    assert not serve["tested"].any()
    dearest = review.customers["value"].nlargest(review.n_needed).index
    assert set(dearest) <= set(listed.index)
    assert set(listed.index) == set(dearest) | set(review.doubtful.index)
    assert f"one of the {review.n_needed:,} customers who hold" in serve["why"].iloc[0]
    assert len(review.actions) == 4


def unfitted(models, **_):
    """A backtest in which BG/NBD has no fit at the first origin and NBD misses by a tenth."""
    name = next(iter(models))
    return pd.DataFrame(
        {
            "origin": pd.to_datetime(["2024-01-01", "2024-04-01"]),
            "model": name,
            "failed": [name != "NBD", name != "NBD"],
            "reason": "no maximum inside: no dropout is visible.",
            "total_error": 0.1,
            "total_coverage": 1.0,
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", ["auto", "bg_nbd"])
def test_a_model_that_failed_its_test_is_chosen_again_or_the_reason_said(model, monkeypatch):
    monkeypatch.setattr(
        "crmlab.reviews._valuation.backtest", lambda orders, models, **_: unfitted(models)
    )
    review = review_customer_value(load_cdnow(sample=True), model=model)
    trust = finding(review, "How far to trust")
    if model == "auto":
        assert "were missed by +10.0% and +10.0%. Their interval held 2 of 2 times." in trust
    else:
        assert (
            "fitted to what was known earlier, no maximum inside: no dropout is visible." in trust
        )
        assert ".." not in trust
        assert review.backtest.empty


@pytest.mark.slow
def test_spending_that_follows_frequency_is_adjusted_and_said():
    orders = base(slope=2000.0, seed=3)
    summary = rfm_summary(orders, unit="W")
    with pytest.raises(ValueError, match="must be unrelated"):
        GammaGamma(nonpositive="exclude").fit(summary[summary["T"] > 0])
    notes = review_customer_value(orders).notes()
    assert "Spending was let depend on how often somebody buys." in notes
    assert any("number and size of purchases correlate by +0." in text for text in notes)


@pytest.mark.slow
def test_a_base_nobody_leaves_is_valued_by_nbd_and_said():
    orders = base(stay=1.0, seed=2)
    review = review_customer_value(orders)
    assert review.models.name == "NBD"
    assert "BG/NBD sees nobody leave in these data, so the page uses NBD." in review.notes()[1]
    assert "sees next to nobody leave" in finding(review, "Whom we may")
    # No section, tile, action or list rests on customers who leave.
    assert review.on_dropout == ""
    assert review.shown_bands.empty
    assert len(review.key_figures()) == 5
    assert not review.actions.index.str.contains("20%").any()
    assert set(review.to_do["what_to_do"]) == {"serve first"}
    asked = review_customer_value(orders, model="nbd")
    assert asked.notes()[1].startswith("In NBD nobody ever leaves")
    with pytest.raises(ConvergenceError, match="no dropout is visible"):
        review_customer_value(orders, model="bg_nbd")


@pytest.mark.slow
def test_a_base_that_does_not_determine_the_model_is_held_and_said():
    review = review_customer_value(base(stay=0.0))  # everyone leaves after the first repeat
    assert review.models.name == "BG/NBD, held"
    assert any(text.startswith("These data alone do not determine") for text in review.notes())


@pytest.mark.slow
def test_a_short_and_small_history_is_valued_untested():
    review = review_customer_value(base(40, days=100))
    assert review.backtest.empty
    assert "it is not tested here" in finding(review, "How far to trust")
    assert any(text.startswith("Fewer than 100 customers") for text in review.notes())


def test_too_few_repeat_buyers_are_refused():
    orders = base(200).drop_duplicates("customer_id").head(5)
    with pytest.raises(ValueError, match="at least 10; 0 of 5 did"):
        review_customer_value(orders)


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="`model` must be one of 'auto'"):
        review_customer_value(base(40), model="arima")
