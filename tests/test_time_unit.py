"""The unit of time travels with the table: on every road a wrong one is refused."""

import io

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import InputError, load_cdnow, ltv, rfm_summary, sufficient_statistics
from crmlab._time_unit import find_unit, unit_column
from crmlab._units import UNIT_DAYS

TERMS = {"margin": 0.3, "horizon": 52.0, "discount_rate": 0.15}


@pytest.fixture(scope="module")
def orders():
    return load_cdnow(sample=True)


@pytest.fixture(scope="module")
def by_unit(orders):
    return {unit: rfm_summary(orders, unit=unit) for unit in "DWM"}


@pytest.fixture(scope="module")
def model(by_unit):
    return ltv.BetaGeoNBD().fit(by_unit["W"])


def through_csv(table):
    return pd.read_csv(io.StringIO(table.to_csv()), index_col="customer_id")


def through_duckdb(table, tmp_path):
    """Parquet that an engine has written anew: columns, and nothing else of the frame."""
    table.reset_index().to_parquet(tmp_path / "own.parquet")
    copy = f"COPY (FROM '{tmp_path / 'own.parquet'}') TO '{tmp_path / 'new.parquet'}'"
    duckdb.sql(f"{copy} (FORMAT parquet)")
    return pd.read_parquet(tmp_path / "new.parquet").set_index("customer_id")


def segment(table):
    return pd.DataFrame({"segment": "a", "age": 40.0}, index=table.index)


ROADS = {
    "as-it-is": lambda t, _: t,
    "join": lambda t, _: t.join(segment(t)),
    "merge": lambda t, _: t.merge(segment(t), left_index=True, right_index=True),
    "concat-columns": lambda t, _: pd.concat([t, segment(t)], axis=1),
    "concat-rows": lambda t, _: pd.concat([t.iloc[:900], t.iloc[900:]]),
    "csv": lambda t, _: through_csv(t),
    "csv-rounded": lambda t, _: through_csv(t.round({"recency": 1, "T": 1})),
    "csv-without-the-column": lambda t, _: through_csv(t.drop(columns="time_unit")),
    "rewritten-by-duckdb": through_duckdb,
    "selected-by-duckdb": lambda t, _: duckdb.sql("FROM t").df(),
    "only-what-is-measured": lambda t, _: pd.DataFrame(t[["frequency", "recency", "T",
                                                         "days_since_last"]].to_dict()),
}  # fmt: skip
road = pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)


@pytest.mark.slow
@road
def test_a_table_of_another_unit_is_refused_and_one_of_the_same_scored(
    road, by_unit, model, tmp_path
):
    weeks, days = (road(by_unit[unit], tmp_path) for unit in "WD")
    assert round(model.expected_purchases(weeks, 39).sum()) == pytest.approx(1517, abs=3)
    spend = ltv.GammaGamma().fit(by_unit["W"])
    for use in (
        model.probability_alive,
        lambda table: model.expected_purchases(table, 39),
        lambda table: model.expected_purchases(table, 39, level=0.9),
        lambda table: model.discounted_expected_purchases(table, discount_rate=0.1),
        lambda table: model.purchase_distribution(39, summary=table),
        lambda table: ltv.predictive_intervals(model, table, 39, total=True),
        lambda table: ltv.predictive_draws(model, table, 39),
        lambda table: ltv.frequency_calibration(model, table),
        lambda table: ltv.holdout_by_frequency(
            model, table.assign(frequency_holdout=1, duration_holdout=39.0)
        ),
        lambda table: ltv.score_table(model, table, horizon=39),
        ltv.BetaGeoNBD(unit="W").fit,
        lambda table: ltv.BetaGeoNBD().fit(table, unit="W"),
    ):
        with pytest.raises(InputError, match=r"model's unit 'W'; got 'D'|says 'D'"):
            use(days)
    if "monetary_value" in days:
        with pytest.raises(InputError, match="model's unit 'W'; got 'D'"):
            ltv.customer_lifetime_value(model, spend, days, **TERMS)


@road
@pytest.mark.parametrize("unit", ["D", "W", "M"])
def test_a_fit_knows_the_unit_by_every_road(road, by_unit, unit, tmp_path):
    table = road(by_unit[unit], tmp_path)
    assert find_unit(table) == unit
    assert ltv.NBD().fit(table).unit_ == unit


def test_tables_of_two_units_are_not_one_table(by_unit, model):
    mixed = pd.concat([by_unit["W"].iloc[:900], by_unit["D"].iloc[900:]])
    for table in (mixed, through_csv(mixed), mixed.drop(columns="time_unit")):
        with pytest.raises(InputError, match=r"`summary` must have (one unit|`days_since_last`)"):
            model.expected_purchases(table, 39)
        with pytest.raises(InputError, match=r"`summary` must have (one unit|`days_since_last`)"):
            ltv.BetaGeoNBD().fit(table)


def test_a_column_that_says_the_wrong_unit_is_found_out(by_unit, model):
    table = by_unit["D"].assign(time_unit="W")
    with pytest.raises(InputError, match=r"'time_unit' says 'W', days_since_last .* says 'D'"):
        model.expected_purchases(table, 39)


@pytest.mark.slow
def test_where_nothing_tells_the_unit_it_must_be_said(by_unit, model):
    plain = by_unit["W"][["frequency", "recency", "T", "monetary_value"]]
    with pytest.raises(InputError, match=r"must say its unit of time.*pass unit='W'"):
        model.expected_purchases(plain, 39)
    expected = model.expected_purchases(by_unit["W"], 39)
    assert model.expected_purchases(plain, 39, unit="W").equals(expected)
    with pytest.raises(InputError, match="model's unit 'W'; got 'D'"):
        model.expected_purchases(plain, 39, unit="D")
    spend = ltv.GammaGamma().fit(plain)
    value = ltv.customer_lifetime_value(model, spend, plain, unit="W", **TERMS)
    assert value["estimate"].sum() > 0
    nameless = ltv.BetaGeoNBD().fit(plain)
    assert nameless.unit_ is None
    assert nameless.expected_purchases(plain, 39).equals(expected)
    with pytest.raises(InputError, match="Fit it with `unit`"):
        ltv.customer_lifetime_value(nameless, spend, plain, **TERMS)
    assert ltv.BetaGeoNBD().fit(plain, unit="W").unit_ == "W"


def test_a_missing_or_unknown_unit_is_refused(by_unit, model):
    weeks = by_unit["W"]
    with pytest.raises(InputError, match="`time_unit` must be one of 'D', 'W'"):
        model.expected_purchases(weeks.assign(time_unit="weeks"), 39)
    gap = weeks.assign(time_unit=weeks["time_unit"].astype(object).where(weeks["T"] > 70))
    with pytest.raises(InputError, match="must have one unit in all rows of 'time_unit'"):
        model.expected_purchases(gap, 39)


@pytest.mark.slow
def test_counted_customers_keep_the_unit(orders, model):
    counted = sufficient_statistics(orders, unit="D")
    with pytest.raises(InputError, match="model's unit 'W'; got 'D'"):
        model.expected_purchases(through_csv(counted.rename_axis("customer_id")), 39)
    assert ltv.NBD().fit(counted).unit_ == "D"


@pytest.mark.spark
def test_the_unit_survives_spark(by_unit, model, spark):
    for unit in "WD":
        table = by_unit[unit].reset_index().astype({"time_unit": str})
        source = spark.createDataFrame(table)
        assert find_unit(source.toPandas()) == unit
        if unit == "W":
            total = (
                ltv.score_table(model, source, horizon=39).toPandas()["expected_purchases"].sum()
            )
            assert round(total) == 1517
        else:
            with pytest.raises(InputError, match="model's unit 'W'; got 'D'"):
                ltv.score_table(model, source, horizon=39)


@pytest.mark.slow
@given(
    st.sampled_from(list(UNIT_DAYS)),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 900)), min_size=1, max_size=20),
    st.sampled_from([None, 1, 2]),
)
@settings(deadline=None)
def test_days_since_the_last_purchase_tell_the_unit(unit, rows, digits):
    last, silent = np.array(rows).T
    table = pd.DataFrame(
        {
            "recency": last / UNIT_DAYS[unit],
            "T": (last + silent) / UNIT_DAYS[unit],
            "days_since_last": silent,
        }
    )
    if digits is not None:
        table = table.round(digits)
        # A gap that rounding makes nearly nothing tells nothing.
        if (silent < 0.6 * UNIT_DAYS[unit]).any():
            return
    assert find_unit(table) == unit
    assert find_unit(table.assign(time_unit=unit_column(unit, len(table)))) == unit


def test_a_model_that_knows_no_unit_refuses_a_table_that_says_one(by_unit):
    plain = by_unit["W"][["frequency", "recency", "T"]]
    nameless = ltv.BetaGeoNBD().fit(plain)
    assert nameless.expected_purchases(plain, 39).sum() > 0
    for unit in "WD":
        with pytest.raises(InputError, match=rf"to score a table in '{unit}'; it does not"):
            nameless.expected_purchases(by_unit[unit], 39)
        with pytest.raises(InputError, match=rf"fit\(summary, unit='{unit}'\)"):
            ltv.score_table(nameless, by_unit[unit], horizon=39)


def test_a_column_that_stands_twice_is_refused(by_unit, model):
    table = pd.concat([by_unit["W"], by_unit["D"][["time_unit"]]], axis=1)
    with pytest.raises(InputError, match="one column 'time_unit'; it has several"):
        model.expected_purchases(table, 39)


@pytest.mark.parametrize("unit", [pd.Series(["W"]), pd.NA, 7, ["W"]], ids=str)
def test_a_unit_that_is_not_a_word_is_refused(by_unit, model, unit):
    with pytest.raises(InputError, match="`unit` must be one of 'D', 'W'"):
        model.expected_purchases(by_unit["W"], 39, unit=unit)


def test_what_rounding_has_blurred_tells_no_unit():
    months = pd.DataFrame({"recency": [10.0], "T": [10.1], "days_since_last": [2]})
    assert find_unit(months) is None


def test_a_column_of_another_kind_tells_no_unit_on_an_engine(by_unit, model, tmp_path):
    table = by_unit["W"].reset_index().astype({"days_since_last": str})
    table.to_parquet(tmp_path / "s.parquet")
    scores = ltv.score_table(model, tmp_path / "s.parquet", horizon=39)
    assert round(scores.expected_purchases.sum().execute()) == 1517
