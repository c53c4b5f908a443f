"""Rolling origins against slow code, and the choice of a model on bases made to decide it."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from crmlab.customer_base import calibration_holdout, rfm_summary
from crmlab.loaders import read_transactions
from crmlab.ltv import (
    NBD,
    BetaGeoBetaBinomial,
    BetaGeoNBD,
    ConvergenceError,
    GammaGamma,
    ModifiedBetaGeoNBD,
    backtest,
    interval_coverage,
)
from crmlab.ltv._forecasting.predict import predictive_intervals

BASELINES = ["everyone average", "same as last period", "class means"]
ORIGINS = ["1997-09-30", "1997-12-30", "1998-03-31"]


class Scaled(BetaGeoNBD):
    """BG/NBD whose forecasts are multiplied by a factor."""

    def __init__(self, *, factor=1.0, penalty=0.0, unit=None):
        super().__init__(penalty=penalty, unit=unit)
        self.factor = factor

    def purchases(self, theta, rows, horizon):
        return self.factor * super().purchases(theta, rows, horizon)


class Fussy(BetaGeoNBD):
    """BG/NBD that finds no answer before a customer has been seen for so many weeks."""

    def __init__(self, *, weeks=0.0, penalty=0.0, unit=None):
        super().__init__(penalty=penalty, unit=unit)
        self.weeks = weeks

    def fit(self, summary, y=None):
        if summary["T"].max() < self.weeks:
            raise ConvergenceError("Too short to tell. Observe longer.")
        return super().fit(summary)


def orders(rng, rate, *, days=364, first=28):
    """Customers won within `first` days who then buy at random, each at a rate per day."""
    rows = []
    for customer, own in enumerate(rate):
        born = int(rng.integers(0, first))
        later = born + 1 + np.flatnonzero(rng.random(days - born - 1) < own)
        rows += [(f"c{customer:04d}", day) for day in (born, *later)]
    frame = pd.DataFrame(rows, columns=["customer_id", "day"])
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "date": pd.Timestamp("2023-01-02") + pd.to_timedelta(frame["day"], unit="D"),
            "amount": 5.0,
        }
    )


@pytest.fixture(scope="module")
def detail(cdnow_sample):
    return backtest(cdnow_sample, {"BG/NBD": BetaGeoNBD()}, horizon=13, by_origin=True)


@pytest.fixture(scope="module")
def table(cdnow_sample):
    return backtest(cdnow_sample, {"BG/NBD": BetaGeoNBD()}, horizon=13)


# --- what is forecast -----------------------------------------------------------------------------


def slow_baselines(frame, origin, weeks=13):
    """The naive forecasts for customers known at an origin, one customer at a time."""
    now, step = pd.Timestamp(origin), pd.Timedelta(weeks=weeks)
    days = {c: sorted(set(own["date"])) for c, own in frame.groupby("customer_id")}

    def state(day):
        """Customers known by then: rate, days since the last purchase, purchases after."""
        found = {}
        for customer, own in days.items():
            seen = [each for each in own if each <= day]
            if seen and seen[0] < day:
                time = max((day - seen[0]).days / 7, weeks)
                after = sum(day < each <= day + step for each in own)
                found[customer] = ((len(seen) - 1) / time, (day - seen[-1]).days, after)
        return pd.DataFrame.from_dict(found, orient="index", columns=["rate", "ago", "after"])

    before, current = state(now - step), state(now)
    last = {c: sum(now - step < each <= now for each in days[c]) for c in current.index}
    classes = {}
    for table_name, each in (("before", before), ("current", current)):
        named = pd.Series("", index=each.index)
        for column in ("rate", "ago"):
            edges = sorted(set(np.quantile(before[column], [0.2, 0.4, 0.6, 0.8])))
            named += [f"/{sum(value > edge for edge in edges)}" for value in each[column]]
        classes[table_name] = named
    means = before["after"].groupby(classes["before"]).mean()
    average = before["after"].mean()
    return current["after"], {
        "everyone average": pd.Series(average, index=current.index),
        "same as last period": pd.Series(last).astype(float),
        "class means": classes["current"].map(means).fillna(average).astype(float),
    }


@pytest.mark.slow
@pytest.mark.parametrize("origin", ORIGINS)
def test_baselines_equal_counting_one_customer_at_a_time(cdnow_sample, detail, origin):
    actual, baselines = slow_baselines(cdnow_sample, origin)
    rows = detail[detail["origin"] == origin].set_index("model")
    for name, expected in baselines.items():
        error = expected - actual
        assert rows.loc[name, "mae"] == pytest.approx(error.abs().mean())
        assert rows.loc[name, "rmse"] == pytest.approx(np.sqrt((error**2).mean()))
        assert rows.loc[name, "total_error"] == pytest.approx(error.sum() / actual.sum())
    assert rows["actual_total"].tolist() == [actual.sum()] * 4


def test_classes_count_a_horizon_at_least_for_new_customers():
    # Won over eight months: many have been seen for less than a horizon, some for days.
    rate = np.random.default_rng(8).gamma(0.8, 0.05, 150).clip(max=0.5)
    frame = orders(np.random.default_rng(7), rate, first=240)
    origin = frame["date"].max() - pd.Timedelta(weeks=13)
    actual, baselines = slow_baselines(frame, origin)
    rows = backtest(frame, {}, horizon=13, n_origins=1, by_origin=True).set_index("model")
    for name, expected in baselines.items():
        assert rows.loc[name, "expected_total"] == pytest.approx(expected.sum())
        assert rows.loc[name, "mae"] == pytest.approx((expected - actual).abs().mean())


@pytest.mark.slow
@pytest.mark.parametrize("origin", ORIGINS)
def test_a_model_is_fitted_to_what_was_known(cdnow_sample, detail, origin):
    end = pd.Timestamp(origin) + pd.Timedelta(weeks=13)
    split = calibration_holdout(cdnow_sample, calibration_end=origin, observation_end=end, unit="W")
    expected = BetaGeoNBD().fit(split).expected_purchases(split, 13)
    actual = split["frequency_holdout"]
    row = detail[(detail["origin"] == origin) & (detail["model"] == "BG/NBD")].iloc[0]
    assert row["n_customers"] == 2357
    assert row["expected_total"] == pytest.approx(expected.sum())
    assert row["mae"] == pytest.approx((expected - actual).abs().mean())
    assert row["correlation"] == pytest.approx(expected.corr(actual))


@pytest.mark.slow
def test_nothing_after_an_origin_leaks_into_its_forecast(cdnow_sample, detail):
    late = cdnow_sample["date"] > "1998-04-30"
    cut = cdnow_sample[~(late & (cdnow_sample["customer_id"] > "10000"))]
    changed = backtest(
        cut, {"BG/NBD": BetaGeoNBD()}, horizon=13, observation_end="1998-06-30", by_origin=True
    )
    assert_allclose(changed["expected_total"], detail["expected_total"])
    assert (changed["actual_total"] < detail["actual_total"]).sum() == 4


def test_origins_end_one_horizon_before_the_end(detail):
    assert detail["origin"].dt.strftime("%Y-%m-%d").unique().tolist() == ORIGINS
    assert detail.attrs["origins"] == ORIGINS
    assert detail.attrs["observation_end"] == "1998-06-30"
    assert {key: detail.attrs[key] for key in ("horizon", "unit", "target", "level")} == {
        "horizon": 13.0,
        "unit": "W",
        "target": "purchases",
        "level": 0.9,
    }


@pytest.mark.slow
def test_the_unit_changes_no_error(cdnow_sample, detail):
    days = backtest(
        cdnow_sample, {"BG/NBD": BetaGeoNBD()}, horizon=91, unit="D", n_origins=1, by_origin=True
    )
    last = detail[detail["origin"] == ORIGINS[-1]]
    assert_allclose(days["rmse"], last["rmse"], rtol=1e-5)  # two searches, two scales
    assert_allclose(days["total_error"], last["total_error"], rtol=1e-4)


def test_who_first_bought_on_the_origin_is_left_out_and_counted():
    frame = orders(np.random.default_rng(3), np.full(60, 0.03), days=112)
    origin = frame["date"].max() - pd.Timedelta(days=28)
    extra = pd.DataFrame(
        {"customer_id": ["new1", "new2"], "date": origin, "amount": 5.0},
    )
    table = backtest(
        pd.concat([frame, extra], ignore_index=True), {}, horizon=4, n_origins=1, by_origin=True
    )
    assert table["n_left_out"].tolist() == [2, 2, 2]
    assert table["n_customers"].tolist() == [60, 60, 60]
    assert table.attrs["n_left_out"] == [2]


def test_an_order_given_back_whole_after_an_origin_counts_as_nothing_bought_then():
    frame = orders(np.random.default_rng(3), np.full(60, 0.03), days=112)
    end = frame["date"].max()
    given_back = pd.DataFrame(
        {
            "customer_id": "gone",
            "date": [end - pd.Timedelta(days=40), end - pd.Timedelta(days=5)],
            "amount": [5.0, -5.0],
        }
    )
    both = pd.concat([frame, given_back], ignore_index=True)
    with_it, without = (
        backtest(each, {}, horizon=4, n_origins=1, by_origin=True).set_index("model")
        for each in (both, frame)
    )
    assert with_it["n_customers"].tolist() == [61, 61, 61]
    assert_allclose(with_it["actual_total"], without["actual_total"])


def test_baselines_without_a_previous_origin_take_the_period_just_past():
    frame = orders(np.random.default_rng(3), np.full(60, 0.05), days=56, first=14)
    table = backtest(frame, {}, horizon=4, n_origins=1, min_history=3, by_origin=True)
    rows = table.set_index("model")
    last = rows.loc["same as last period", "expected_total"]
    assert_allclose(rows["expected_total"], last)
    assert rows.loc["class means", "rmse"] == rows.loc["everyone average", "rmse"]


@pytest.mark.slow
def test_spend_is_forecast_in_currency(cdnow_sample):
    spend_given = GammaGamma(correlated="ignore")
    table = backtest(
        cdnow_sample,
        {"BG/NBD": BetaGeoNBD()},
        horizon=13,
        n_origins=1,
        target="spend",
        spend=spend_given,
        by_origin=True,
    ).set_index("model")
    origin, end = pd.Timestamp("1998-03-31"), pd.Timestamp("1998-06-30")
    date = cdnow_sample["date"]
    spent = cdnow_sample.loc[(date > origin) & (date <= end), "amount"].sum()
    before = cdnow_sample.loc[
        (date > origin - pd.Timedelta(days=91)) & (date <= origin), "amount"
    ].sum()
    assert_allclose(table["actual_total"], spent)
    assert table.loc["same as last period", "expected_total"] == pytest.approx(before)
    known = rfm_summary(cdnow_sample, observation_end=origin, unit="W")
    spend = GammaGamma(correlated="ignore").fit(known)
    purchases = BetaGeoNBD().fit(known).expected_purchases(known, 13)
    expected = purchases * spend.expected_spend(known)
    assert table.loc["BG/NBD", "expected_total"] == pytest.approx(expected.sum())
    assert not hasattr(spend_given, "params_")


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_table_averages_over_origins(table, detail):
    by_model = detail.groupby("model")
    rows = table.set_index("model")
    for column in ("mae", "total_error", "top_decile_captured", "customer_coverage"):
        assert_allclose(rows[column], by_model[column].mean()[rows.index])
    squared = (detail["rmse"] ** 2).groupby(detail["model"]).mean()
    assert_allclose(rows["rmse"], np.sqrt(squared)[rows.index])
    absolute = detail["total_error"].abs().groupby(detail["model"]).mean()
    assert_allclose(rows["abs_total_error"], absolute[rows.index])
    assert (table["origins"] == 3).all()


@pytest.mark.slow
def test_the_table_is_ranked_and_marks_one_row(table):
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["rmse"].is_monotonic_increasing
    assert table["use"].sum() == 1
    assert sorted(table["model"]) == sorted([*BASELINES, "BG/NBD"])
    assert table.set_index("model").loc["BG/NBD", "use"]


def test_only_models_have_intervals(table):
    naive = table["kind"] == "naive"
    covered = ["total_coverage", "customer_coverage"]
    assert table.loc[naive, covered].isna().all(axis=None)
    assert table.loc[~naive, covered].notna().all(axis=None)


def test_the_average_ranks_nobody(table):
    row = table.set_index("model").loc["everyone average"]
    assert row["top_decile_captured"] == pytest.approx(0.1)
    assert np.isnan(row["correlation"])


@pytest.mark.slow
def test_intervals_cover_what_the_model_itself_bought():
    rate = np.random.default_rng(1).gamma(0.8, 0.05, 400).clip(max=0.5)
    table = backtest(
        orders(np.random.default_rng(2), rate), {"NBD": NBD()}, horizon=8, n_origins=3
    ).set_index("model")
    assert table.loc["NBD", "customer_coverage"] >= 0.87
    assert table.loc["NBD", "total_coverage"] >= 2 / 3


@pytest.mark.slow
def test_coverage_is_that_of_the_predictive_intervals():
    rate = np.random.default_rng(1).gamma(0.8, 0.05, 300).clip(max=0.5)
    frame = orders(np.random.default_rng(2), rate)
    table = backtest(frame, {"NBD": NBD()}, horizon=8, n_origins=1, level=0.5, seed=4)
    cut = frame["date"].max() - pd.Timedelta(weeks=8)
    split = calibration_holdout(frame, calibration_end=cut, unit="W")
    held = predictive_intervals(NBD().fit(split), split, 8, level=0.5, n_draws=200, seed=4)
    coverage = interval_coverage(held, split["frequency_holdout"])["estimate"].item()
    assert table.set_index("model").loc["NBD", "customer_coverage"] == pytest.approx(coverage)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table_in_any_row_order_and_on_an_engine(cdnow_sample, table):
    shuffled = cdnow_sample.sample(frac=1, random_state=1, ignore_index=True)
    again = backtest(read_transactions(shuffled), {"BG/NBD": BetaGeoNBD()}, horizon=13)
    assert_frame_equal(again, table)


@pytest.mark.slow
def test_the_models_given_are_not_fitted(cdnow_sample):
    models = {"mine": BetaGeoNBD()}
    backtest(cdnow_sample, models, horizon=13, n_origins=1)
    assert not hasattr(models["mine"], "params_")


@pytest.mark.slow
def test_three_models_by_default(cdnow_sample):
    table = backtest(cdnow_sample, horizon=13, n_origins=1)
    models = table.loc[table["kind"] == "model", "model"]
    assert set(models) == {"BG/NBD", "MBG/NBD", "Pareto/NBD"}


# --- which to use ---------------------------------------------------------------------------------


def used(table):
    return table.loc[table["use"], "model"].item()


@pytest.mark.slow
def test_customers_like_clockwork_need_no_model():
    days = [(f"c{i}", day) for i in range(40) for day in range(i % 7, 364, 7 * (1 + i % 4))]
    frame = pd.DataFrame(days, columns=["customer_id", "day"])
    frame["date"] = pd.Timestamp("2023-01-02") + pd.to_timedelta(frame.pop("day"), unit="D")
    table = backtest(frame.assign(amount=1.0), {"NBD": NBD(penalty=0.01)}, horizon=12)
    assert used(table) == "same as last period"
    assert table["rmse"].iloc[0] == 0
    assert "Use same as last period: 12 weeks ahead it was off by 0.00" in table.attrs["sentence"]


@pytest.mark.slow
def test_customers_all_alike_need_only_their_average():
    frame = orders(np.random.default_rng(4), np.full(300, 0.04))
    table = backtest(frame, {"NBD": NBD(penalty=0.001)}, horizon=8)
    assert used(table) == "everyone average"


@pytest.mark.slow
def test_a_model_as_good_as_another_comes_after_it(cdnow_sample):
    forwards = {"BG": BetaGeoNBD(), "MBG": ModifiedBetaGeoNBD()}
    backwards = dict(reversed(forwards.items()))
    assert used(backtest(cdnow_sample, forwards, horizon=13, n_origins=1)) == "BG"
    assert used(backtest(cdnow_sample, backwards, horizon=13, n_origins=1)) == "MBG"


@pytest.mark.slow
def test_a_total_far_off_decides_between_equal_errors(cdnow_sample):
    # In the last quarter BG/NBD expects a quarter too much, and so does 0.88 of it, by a tenth.
    models = {"too much": Scaled(factor=0.88), "about right": Scaled(factor=0.8)}
    table = backtest(cdnow_sample, models, horizon=13, n_origins=1)
    rows = table.set_index("model")
    assert rows.loc["too much", "rmse"] < 1.01 * rows.loc["about right", "rmse"]
    gap = rows["abs_total_error"]["too much"] - rows["abs_total_error"]["about right"]
    assert gap > 0.05
    assert used(table) == "about right"


def test_the_sentence_says_what_to_use_and_what_else_there_is(table):
    sentence = table.attrs["sentence"]
    rows = table.set_index("model")
    baseline = table.loc[table["kind"] == "naive", "model"].iloc[0]
    assert sentence.startswith("Use BG/NBD: 13 weeks ahead it was off by 0.6")
    assert f"{rows.loc['BG/NBD', 'rmse']:.2f} purchases per customer" in sentence
    assert f"the best naive baseline, {baseline}, by {rows.loc[baseline, 'rmse']:.2f}" in sentence


@pytest.mark.slow
def test_a_model_that_fails_is_told_and_not_used(cdnow_sample):
    models = {"never": Fussy(weeks=999.0), "late": Fussy(weeks=50.0), "always": BetaGeoNBD()}
    table = backtest(cdnow_sample, models, horizon=13)
    rows = table.set_index("model")
    assert rows["failed"][list(models)].tolist() == [3, 1, 0]
    assert rows["origins"][list(models)].tolist() == [0, 2, 3]
    assert rows["reason"][list(models)].tolist() == ["Too short to tell. Observe longer."] * 2 + [
        ""
    ]
    assert rows["rank"][["late", "never"]].tolist() == [5, 6]
    assert np.isnan(rows.loc["never", "rmse"])
    assert used(table) == "always"
    assert table.attrs["sentence"].endswith("; could not always be fitted: late, never.")


def test_where_all_models_fail_a_baseline_is_used(cdnow_sample):
    table = backtest(cdnow_sample, {"never": Fussy(weeks=999.0)}, horizon=13)
    assert used(table) in BASELINES
    detail = backtest(cdnow_sample, {"never": Fussy(weeks=999.0)}, horizon=13, by_origin=True)
    assert detail.loc[detail["model"] == "never", "failed"].all()
    assert not detail.loc[detail["model"] != "never", "failed"].any()


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        pytest.param(
            {"horizon": 0},
            ValueError,
            r"`horizon` must be at least one day; got 0 'W'",
            id="horizon-0",
        ),
        pytest.param(
            {"horizon": -1}, ValueError, "`horizon` must be at least one", id="horizon-negative"
        ),
        pytest.param({"horizon": np.inf}, ValueError, "`horizon` must be finite", id="horizon-inf"),
        pytest.param(
            {"horizon": "13"}, TypeError, "`horizon` must be a number; got '13'", id="horizon-text"
        ),
        pytest.param({"n_origins": 0}, ValueError, "`n_origins` must be at least 1", id="origins"),
        pytest.param({"unit": "Q"}, ValueError, "`unit` must be one of 'D', 'W', 'M'", id="unit"),
        pytest.param(
            {"target": "profit"},
            ValueError,
            "`target` must be one of 'purchases', 'spend'",
            id="target",
        ),
        pytest.param({"level": 1}, ValueError, r"`level` must be in \(0, 1\)", id="level"),
        pytest.param({"seed": -1}, ValueError, "`seed` must be at least 0", id="seed"),
        pytest.param(
            {"min_history": 0},
            ValueError,
            "`min_history` must be at least one",
            id="history",
        ),
        pytest.param(
            {"spend": GammaGamma()},
            ValueError,
            "`spend` is used with target='spend' only",
            id="spend",
        ),
        pytest.param(
            {"target": "spend", "spend": NBD()},
            TypeError,
            "`spend` must be a model such as GammaGamma.*; got NBD",
            id="spend-type",
        ),
        pytest.param(
            {"models": [BetaGeoNBD()]},
            TypeError,
            "`models` must be a dict of models by name",
            id="list",
        ),
        pytest.param(
            {"models": {"BG": BetaGeoNBD}},
            TypeError,
            "got BetaGeoNBD, a class",
            id="class",
        ),
        pytest.param(
            {"models": {"BG": BetaGeoBetaBinomial()}},
            TypeError,
            "purchases in continuous time; got BetaGeoBetaBinomial",
            id="opportunities",
        ),
        pytest.param(
            {"models": {"class means": NBD()}},
            ValueError,
            "must not use the name of a baseline; got 'class means'",
            id="name",
        ),
        pytest.param(
            {"horizon": 26, "n_origins": 2},
            ValueError,
            "must hold 182 days before the first of 2 origins and 182 days after each; they "
            "run from 1997-01-01 to 1998-06-30, enough for 1. Ask for fewer origins",
            id="too-short",
        ),
        pytest.param(
            {"horizon": 60, "n_origins": 1, "min_history": 60},
            ValueError,
            "enough for 0",
            id="far-too-short",
        ),
    ],
)
def test_backtest_refuses(cdnow_sample, options, error, match):
    with pytest.raises(error, match=match):
        backtest(cdnow_sample, **({"models": {}, "horizon": 13} | options))


def test_a_horizon_without_a_purchase_is_refused():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "date": pd.to_datetime(["2024-01-01", "2024-01-20", "2024-02-28"]),
            "amount": 1.0,
        }
    )
    with pytest.raises(ValueError, match="Nobody known on 2024-02-14 bought in the horizon after"):
        backtest(frame, {}, horizon=2, n_origins=1)
