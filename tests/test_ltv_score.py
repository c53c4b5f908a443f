"""Scoring stored summaries: the models' own numbers from every engine, in chunks, or not at all."""

import threading

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ltv_cases import ordinary
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError

from crmlab import InputError
from crmlab.customer_base import rfm_summary
from crmlab.datasets import load_cdnow
from crmlab.ltv import (
    NBD,
    BetaGeoBetaBinomial,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    score_table,
)
from crmlab.ltv._forecasting.score import _open_file

HORIZON = 26.0
MODEL = ordinary(BetaGeoNBD)
SPEND = GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
VALUE = {"spend": SPEND, "margin": 0.3, "discount_rate": 0.15}


def base(n=300, *, seed=0, model=MODEL):
    """Customers whose times all differ, with an id that is text."""
    rng = np.random.default_rng(seed)
    summary = model.simulate(n, T=rng.uniform(10, 60, n), seed=seed).reset_index()
    summary["customer_id"] = [f"{n:05d}" for n in summary["customer_id"]]
    summary["monetary_value"] = np.where(
        summary["frequency"] > 0, rng.gamma(6.0, 6.0, len(summary)), 0.0
    )
    return summary.drop(columns="alive")


def by_hand(summary, model=MODEL, *, value=False):
    """The same from the models' methods, on the whole summary at once."""
    rows = summary.set_index("customer_id")
    scores = {
        "probability_alive": model.probability_alive(rows),
        "expected_purchases": model.expected_purchases(rows, HORIZON),
    }
    if value:
        discounted = model.discounted_expected_purchases(rows, discount_rate=0.15, horizon=HORIZON)
        scores["expected_spend"] = SPEND.expected_spend(rows)
        scores["customer_lifetime_value"] = 0.3 * scores["expected_spend"] * discounted
    return pd.DataFrame(scores).sort_index()


def pulled(result):
    """Scores as a frame with sorted customers, wherever they are."""
    for method in ("toPandas", "to_pandas"):
        if hasattr(result, method):
            result = getattr(result, method)()
    return result.set_index("customer_id").sort_index()


@pytest.fixture
def stored(tmp_path):
    """A summary as a Parquet file, and its folder."""
    path = tmp_path / "summary.parquet"
    base().to_parquet(path)
    return path


# --- the models' own numbers ----------------------------------------------------------------------


# Where every case is tried, beside the engine where a few are: data that are in memory already, and
# data that an engine holds.
IN_MEMORY_AND_HELD = pytest.mark.parametrize("engine", ["pandas", "duckdb"], indirect=True)


@pytest.mark.slow
@pytest.mark.parametrize("model", [BetaGeoNBD, ModifiedBetaGeoNBD, NBD])
@IN_MEMORY_AND_HELD
def test_scores_are_those_of_the_model(engine, model):
    assert_scores_are_those_of_the_model(engine, model)


@pytest.mark.slow
def test_scores_are_those_of_the_model_on_every_engine(engine):
    assert_scores_are_those_of_the_model(engine, ParetoNBD)


def assert_scores_are_those_of_the_model(engine, model):
    summary, model = base(), ordinary(model)
    result = score_table(model, engine(summary), horizon=HORIZON, chunk_size=70)
    # The Pareto/NBD integral sums in another order where rows stand elsewhere.
    assert_frame_equal(pulled(result), by_hand(summary, model), rtol=1e-13)


@pytest.mark.slow
def test_scores_do_not_differ_in_a_bit(engine):
    summary = base()
    result = score_table(MODEL, engine(summary), horizon=HORIZON, chunk_size=70, **VALUE)
    assert_frame_equal(pulled(result), by_hand(summary, value=True), check_exact=True)


@pytest.mark.slow
@given(st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_chunks_change_nothing(n, chunk_size):
    summary = base(n, seed=n)
    result = score_table(MODEL, summary, horizon=HORIZON, chunk_size=chunk_size, **VALUE)
    assert_frame_equal(pulled(result), by_hand(summary, value=True), check_exact=True)


def test_covariates_are_read(tmp_path):
    model = BetaGeoNBD.from_params(
        r=0.6, alpha=8, a=0.8, b=2.4, unit="W", coefficients={"purchase": {"age": 0.4}}
    )
    summary = base()
    summary["age"] = np.linspace(-1, 1, len(summary))
    summary.to_parquet(tmp_path / "s.parquet")
    result = score_table(model, tmp_path / "s.parquet", horizon=HORIZON)
    assert_frame_equal(pulled(result), by_hand(summary, model), check_exact=True)
    assert list(result.columns) == ["customer_id", "probability_alive", "expected_purchases"]


@pytest.mark.slow
def test_purchases_at_whole_opportunities_are_scored_and_checked(engine):
    model = BetaGeoBetaBinomial.from_params(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78, unit="Y")
    summary = model.simulate(200, n_periods=6, seed=1).reset_index().drop(columns="alive")
    found = pulled(score_table(model, engine(summary), horizon=5, chunk_size=70))
    rows = summary.set_index("customer_id").sort_index()
    # Sums over histories run in another order where rows stand elsewhere.
    for name, expected in {
        "probability_alive": model.probability_alive(rows),
        "expected_purchases": model.expected_purchases(rows, 5),
    }.items():
        assert found[name].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    summary.loc[[4, 100], "recency"] = 7
    with pytest.raises(ValueError, match="`recency` must be at most `n_periods`; 2 of 200 rows"):
        score_table(model, engine(summary), horizon=5, chunk_size=10)


def test_whole_numbers_and_decimals_are_numbers():
    connection = duckdb.connect()
    relation = connection.sql(
        "select 7 as customer_id, 2::utinyint as frequency, 12.50::decimal(5,2) as recency, "
        "30::bigint as \"T\", 'W' as time_unit"
    )
    result = score_table(MODEL, relation, horizon=HORIZON).to_pandas()
    known = pd.DataFrame({"frequency": [2], "recency": [12.5], "T": [30.0], "time_unit": "W"})
    assert result["customer_id"].tolist() == [7]
    assert result["expected_purchases"][0] == MODEL.expected_purchases(known, HORIZON)[0]


def test_frames_keep_index_order_and_themselves():
    summary = base().set_index("customer_id").iloc[::-1]
    before = summary.copy()
    result = score_table(MODEL, summary, horizon=HORIZON, columns=["T"], chunk_size=7)
    assert_frame_equal(summary, before)
    assert result.index.equals(summary.index)
    assert list(result.columns) == ["T", "probability_alive", "expected_purchases"]
    expected = MODEL.expected_purchases(summary, HORIZON)
    assert result["expected_purchases"].tolist() == expected.tolist()


# --- where it comes from and where it goes --------------------------------------------------------


@pytest.mark.parametrize("kind", ["folder", "glob", "list", "text"])
def test_many_files_are_one_table(tmp_path, kind):
    summary, folder = base(), tmp_path / "in"
    folder.mkdir()
    files = [folder / "a.parquet", folder / "b.parquet"]
    summary[:100].to_parquet(files[0])
    summary[100:].to_parquet(files[1])
    source = {"folder": folder, "glob": f"{folder}/*.parquet", "list": files, "text": str(folder)}
    result = score_table(MODEL, source[kind], horizon=HORIZON)
    assert_frame_equal(pulled(result), by_hand(summary), check_exact=True)


def test_columns_asked_for_are_kept(engine):
    summary = base()
    summary["region"] = "north"
    result = score_table(
        MODEL, engine(summary), horizon=HORIZON, columns=["region", "T", "customer_id"]
    )
    assert list(result.columns) == [
        "customer_id", "region", "T", "probability_alive", "expected_purchases"
    ]  # fmt: skip
    found = pulled(result)
    assert set(found["region"]) == {"north"}
    assert found["T"].tolist() == summary["T"].tolist()


def test_a_table_without_customer_ids_needs_another_name(tmp_path):
    summary = base().rename(columns={"customer_id": "household"})
    summary.to_parquet(tmp_path / "s.parquet")
    with pytest.raises(ValueError, match="`columns` must name what tells customers apart"):
        score_table(MODEL, tmp_path / "s.parquet", horizon=HORIZON)
    with pytest.raises(ValueError, match="`columns` must name what tells customers apart"):
        score_table(MODEL, summary, horizon=HORIZON, out=tmp_path / "o.parquet")
    found = score_table(MODEL, tmp_path / "s.parquet", horizon=HORIZON, columns=["household"])
    assert found.columns[0] == "household"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "frame", "indexed frame", "relation"])
def test_out_holds_the_scores_and_what_they_mean(tmp_path, stored, kind):
    summary, out = base(), tmp_path / "scores.parquet"
    source = {
        "file": stored,
        "frame": summary,
        "indexed frame": summary.set_index("customer_id"),
        "relation": duckdb.connect().from_df(summary),
    }
    result = score_table(MODEL, source[kind], horizon=HORIZON, out=out, chunk_size=70)
    assert isinstance(result, ibis.Table)
    assert_frame_equal(pulled(result), by_hand(summary), check_exact=True)
    read = pd.read_parquet(out)
    assert_frame_equal(pulled(read), by_hand(summary), check_exact=True, check_column_type=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scores.parquet", "summary.parquet"]


def test_no_more_rows_than_a_chunk_are_ever_handed_over(stored, tmp_path, monkeypatch):
    seen = []
    own = BetaGeoNBD.read
    monkeypatch.setattr(BetaGeoNBD, "read", lambda m, s: seen.append(len(s)) or own(m, s))
    for source in (stored, base()):
        seen.clear()
        score_table(MODEL, source, horizon=HORIZON, chunk_size=64, out=tmp_path / "o.parquet")
        assert seen[0] == 1  # a customer to try the options on
        assert max(seen) <= 64
        assert sum(seen[1:]) == 300


def test_memory_does_not_grow_with_the_file(tmp_path):
    path, rng = tmp_path / "many.parquet", np.random.default_rng(0)
    table = pa.table({name: rng.random(400_000) for name in "abc"})
    pa.parquet.write_table(table, path, row_group_size=10_000)
    del table
    before, held = pa.total_allocated_bytes(), []
    with _open_file(path) as file:
        held = [pa.total_allocated_bytes() - before for _ in file.iter_batches(10_000)]
    assert max(held) < path.stat().st_size / 10


def fail_on_the_third_chunk(monkeypatch, error):
    calls = []
    own = BetaGeoNBD.purchases

    def failing(model, theta, rows, horizon):
        calls.append(1)
        if len(calls) > 3:
            raise error
        return own(model, theta, rows, horizon)

    monkeypatch.setattr(BetaGeoNBD, "purchases", failing)


@pytest.mark.parametrize("error", [RuntimeError("power cut"), KeyboardInterrupt()], ids=repr)
def test_a_failure_leaves_the_older_file_as_it_was(stored, tmp_path, monkeypatch, error):
    out = tmp_path / "scores.parquet"
    score_table(MODEL, stored, horizon=1, out=out)
    before = out.read_bytes()
    fail_on_the_third_chunk(monkeypatch, error)
    with pytest.raises(type(error)):
        score_table(MODEL, stored, horizon=HORIZON, out=out, chunk_size=50)
    assert out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scores.parquet", "summary.parquet"]


def test_a_second_run_replaces_the_first(stored, tmp_path):
    out = tmp_path / "scores.parquet"
    score_table(MODEL, stored, horizon=1, out=out)
    again = score_table(MODEL, stored, horizon=HORIZON, out=out)
    assert_frame_equal(pulled(again), by_hand(base()), check_exact=True)


@pytest.mark.slow
def test_results_stay_while_others_are_made(stored):
    first = score_table(MODEL, stored, horizon=HORIZON)
    for horizon in (1, 2, 3):
        score_table(MODEL, stored, horizon=horizon)
    assert_frame_equal(pulled(first), by_hand(base()), check_exact=True)


@pytest.mark.slow
def test_threads_do_not_disturb_each_other(stored, tmp_path):
    def work(at):
        score_table(MODEL, stored, horizon=HORIZON, chunk_size=20, out=tmp_path / f"{at}.parquet")

    threads = [threading.Thread(target=work, args=[at]) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for at in range(4):
        found = pulled(pd.read_parquet(tmp_path / f"{at}.parquet"))
        assert_frame_equal(found, by_hand(base()), check_exact=True)


# --- Spark ----------------------------------------------------------------------------------------


@pytest.mark.spark
def test_spark_in_spark_out_and_nothing_computed_before_asked(spark):
    frame = spark.createDataFrame(base())
    result = score_table(MODEL, frame, horizon=HORIZON, columns=["T"])
    assert type(result) is type(frame)
    assert result.dtypes == [
        ("customer_id", "string"), ("T", "double"),
        ("probability_alive", "double"), ("expected_purchases", "double"),
    ]  # fmt: skip
    assert result.where("customer_id = '00007'").count() == 1


@pytest.mark.spark
def test_an_ibis_table_on_spark_gives_an_ibis_table_on_spark(spark):
    session = spark.newSession()
    session.createDataFrame(base()).createTempView("summaries")
    table = ibis.pyspark.connect(session).table("summaries")
    result = score_table(MODEL, table.filter(table["T"] > 30), horizon=HORIZON, **VALUE)
    assert isinstance(result, ibis.Table)
    summary = base()
    expected = by_hand(summary[summary["T"] > 30], value=True)
    assert_frame_equal(pulled(result), expected, check_exact=True)


@pytest.mark.spark
def test_spark_writes_its_own_files(spark, tmp_path):
    with pytest.raises(ValueError, match="`out` must be None for a Spark table"):
        score_table(
            MODEL, spark.createDataFrame(base()), horizon=1, out=tmp_path / "scores.parquet"
        )


# --- rows that no customer can have ---------------------------------------------------------------


BROKEN = {
    "recency beyond T": {"recency": 99.0},
    "negative frequency": {"frequency": -1},
    "half a purchase": {"frequency": 1.5},
    "negative recency": {"recency": -1.0},
    "recency without a repeat": {"frequency": 0, "recency": 3.0},
    "missing T": {"T": np.nan},
    "infinite T": {"T": np.inf},
}
BROKEN_SPEND = {
    "spend without a repeat": {"frequency": 0, "recency": 0.0, "monetary_value": 5.0},
    "nothing spent on repeats": {"frequency": 2, "recency": 3.0, "monetary_value": 0.0},
}


def damaged(values, rows=(3, 150, 299)):
    summary = base().astype({"frequency": "float64"})
    for name, value in values.items():
        summary.loc[list(rows), name] = value
    return summary


@pytest.mark.parametrize("case", BROKEN)
@IN_MEMORY_AND_HELD
def test_impossible_rows_are_counted_over_the_whole_table(engine, case):
    assert_counted(engine, case)


@pytest.mark.parametrize("case", ["missing T", "infinite T"])
def test_engines_differ_in_missing_and_infinite_times_and_count_them_alike(engine, case):
    assert_counted(engine, case)


def assert_counted(engine, case):
    summary = damaged(BROKEN[case])
    with pytest.raises(ValueError, match=r"3 of 300 (rows|are not)") as ours:
        score_table(MODEL, engine(summary), horizon=HORIZON, chunk_size=10)
    with pytest.raises(ValueError, match=r"3 of 300 (rows|are not)") as models:
        MODEL.expected_purchases(summary, HORIZON)
    assert str(ours.value).split(";")[0] == str(models.value).split(";")[0]


@pytest.mark.parametrize("case", BROKEN_SPEND)
def test_impossible_spend_is_counted_over_the_whole_table(engine, case):
    summary = damaged(BROKEN_SPEND[case])
    with pytest.raises(ValueError, match=r"3 of 300 (rows|are not)") as ours:
        score_table(MODEL, engine(summary), horizon=HORIZON, spend=SPEND, chunk_size=10)
    with pytest.raises(ValueError, match=r"3 of 300 (rows|are not)") as models:
        SPEND.expected_spend(summary)
    assert str(ours.value) == str(models.value)


def test_spend_that_is_left_out_of_a_fit_is_scored():
    lenient = GammaGamma(nonpositive="exclude")
    lenient._keep(SPEND.params_, unit=None)
    summary = damaged(BROKEN_SPEND["nothing spent on repeats"])
    result = score_table(MODEL, summary, horizon=HORIZON, spend=lenient)
    assert result["expected_spend"].tolist() == lenient.expected_spend(summary).tolist()


def test_nothing_is_written_for_impossible_rows(tmp_path):
    damaged({"recency": 99.0}).to_parquet(tmp_path / "summary.parquet")
    with pytest.raises(ValueError, match="`recency` must be at most `T`"):
        score_table(MODEL, tmp_path / "summary.parquet", horizon=1, out=tmp_path / "scores.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["summary.parquet"]


# --- units ----------------------------------------------------------------------------------------


def in_unit(unit):
    """The base in days or weeks, or without a word on its unit."""
    summary = base().drop(columns="time_unit")
    return summary if unit is None else summary.assign(time_unit=unit)


def kept_as(kind, summary, folder):
    """The same summary in a frame, a file, a relation: whatever can be scored."""
    if kind == "frame":
        return summary
    if kind == "relation":
        return duckdb.connect().from_df(summary)
    summary.to_parquet(folder / "s.parquet")
    if kind == "file":
        return folder / "s.parquet"
    # Written by an engine, which keeps columns and nothing else.
    copy = folder / "q.parquet"
    duckdb.sql(f"COPY (SELECT * FROM '{folder / 's.parquet'}') TO '{copy}' (FORMAT parquet)")
    return copy


KINDS = pytest.mark.parametrize("kind", ["frame", "file", "rewritten", "relation"])


@KINDS
def test_another_unit_than_the_models_is_refused(tmp_path, kind):
    source = kept_as(kind, in_unit("D"), tmp_path)
    with pytest.raises(InputError, match="`source` must be in the model's unit 'W'; got 'D'"):
        score_table(MODEL, source, horizon=HORIZON)
    with pytest.raises(InputError, match="unit= says 'W', column 'time_unit' says 'D'"):
        score_table(MODEL, source, horizon=HORIZON, unit="W")


@pytest.mark.slow
@KINDS
def test_a_unit_is_measured_where_no_column_says_it(tmp_path, kind):
    daily = rfm_summary(load_cdnow(sample=True), unit="D").head(200).reset_index()
    source = kept_as(kind, daily.drop(columns="time_unit"), tmp_path)
    with pytest.raises(InputError, match="`source` must be in the model's unit 'W'; got 'D'"):
        score_table(MODEL, source, horizon=HORIZON)
    wrong = kept_as(kind, daily.assign(time_unit="W"), tmp_path)
    with pytest.raises(InputError, match=r"'time_unit' says 'W', days_since_last .* says 'D'"):
        score_table(MODEL, wrong, horizon=HORIZON)


@pytest.mark.slow
@KINDS
def test_a_unit_that_nothing_tells_must_be_said(tmp_path, kind):
    source = kept_as(kind, in_unit(None), tmp_path)
    with pytest.raises(InputError, match=r"must say its unit of time.*pass unit='W'"):
        score_table(MODEL, source, horizon=HORIZON)
    with pytest.raises(InputError, match="`source` must be in the model's unit 'W'; got 'D'"):
        score_table(MODEL, source, horizon=HORIZON, unit="D")
    with pytest.raises(InputError, match="`unit` must be one of"):
        score_table(MODEL, source, horizon=HORIZON, unit="weeks")
    result = score_table(MODEL, source, horizon=HORIZON, unit="W")
    assert_frame_equal(pulled(result), by_hand(base()), check_exact=True)


def test_files_of_several_units_are_refused(tmp_path):
    for unit in "DW":
        in_unit(unit).to_parquet(tmp_path / f"{unit}.parquet")
    with pytest.raises(InputError, match="must have one unit in all rows of 'time_unit'; got"):
        score_table(MODEL, tmp_path, horizon=HORIZON)


def test_a_model_without_a_unit_takes_any(tmp_path):
    model = ordinary(BetaGeoNBD, unit=None)
    source = kept_as("file", in_unit(None), tmp_path)
    result = score_table(model, source, horizon=HORIZON)
    assert_frame_equal(pulled(result), by_hand(base()), check_exact=True)
    with pytest.raises(InputError, match="must know its unit of time"):
        score_table(model, source, horizon=HORIZON, **VALUE)


def test_means_of_all_purchases_are_refused(tmp_path):
    summary = base()
    summary.loc[summary["frequency"] == 0, "monetary_value"] = 5.0
    for kind in ("frame", "file"):
        table = kept_as(kind, summary, tmp_path)
        score_table(MODEL, table, horizon=HORIZON)
        with pytest.raises(InputError, match="must be the mean of repeat purchases"):
            score_table(MODEL, table, horizon=HORIZON, spend=SPEND)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"horizon": -1}, ValueError, "`horizon` must be finite and at least 0; got -1"),
        ({"horizon": np.inf}, ValueError, "`horizon` must be finite"),
        ({"horizon": "1"}, TypeError, "`horizon` must be a number"),
        ({"chunk_size": 0}, ValueError, "`chunk_size` must be at least 1; got 0"),
        ({"chunk_size": 1.5}, TypeError, "`chunk_size` must be a whole number"),
        ({"margin": 0.3}, ValueError, "`margin` and `discount_rate` must be given together"),
        ({"discount_rate": 0.1}, ValueError, "`margin` and `discount_rate` must be given together"),
        ({"margin": 0.3, "discount_rate": 0.1}, ValueError, "`spend` must be given with `margin`"),
        (VALUE | {"margin": 30}, ValueError, r"`margin` must be in \[0, 1\]; got 30"),
        (VALUE | {"discount_rate": -1}, ValueError, "`discount_rate` must be finite and above -1"),
        (VALUE | {"per": "year"}, ValueError, "`per` must be one of"),
        ({"spend": MODEL}, TypeError, "`spend` must be a model such as GammaGamma"),
        ({"spend": GammaGamma()}, NotFittedError, "has no parameters yet"),
        ({"columns": "T"}, TypeError, "`columns` must be a list"),
        ({"columns": ["probability_alive"]}, ValueError, "must not hold names of the result"),
        ({"columns": ["nowhere"]}, ValueError, "`source` lacks 'nowhere'; it has 'customer_id'"),
        ({"out": 3}, TypeError, "`out` must be a path; got int"),
        ({"out": "scores.csv"}, ValueError, "`out` must end in .parquet; got 'scores.csv'"),
        ({"out": "no/such/s.parquet"}, FileNotFoundError, "in a folder that exists; 'no/such'"),
    ],
)  # fmt: skip
def test_bad_options_are_named(stored, options, error, message):
    for source in (stored, base()):
        with pytest.raises(error, match=message):
            score_table(MODEL, source, **{"horizon": HORIZON} | options)


def test_out_must_be_neither_folder_nor_source(stored, tmp_path):
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(ValueError, match=r"`out` must be a file; .* is a folder"):
        score_table(MODEL, stored, horizon=1, out=tmp_path / "folder.parquet")
    for source in (stored, tmp_path):
        with pytest.raises(ValueError, match="`out` must not be a file of the source"):
            score_table(MODEL, source, horizon=1, out=stored)


@pytest.mark.parametrize("model", [SPEND, "BG/NBD", BetaGeoNBD], ids=["spend", "text", "class"])
def test_what_is_no_model_of_purchases_is_refused(stored, model):
    with pytest.raises(TypeError, match="`model` must be a model such as BetaGeoNBD"):
        score_table(model, stored, horizon=1)


def test_a_model_must_be_fitted(stored):
    with pytest.raises(NotFittedError, match="This BetaGeoNBD has no parameters yet"):
        score_table(BetaGeoNBD(), stored, horizon=1)


def test_missing_columns_and_customers_are_named(engine):
    with pytest.raises(ValueError, match="`source` lacks 'recency', 'T'; it has 'customer_id'"):
        score_table(MODEL, engine(base().drop(columns=["recency", "T"])), horizon=1)
    without_spend = base().drop(columns="monetary_value")
    with pytest.raises(ValueError, match="`source` lacks 'monetary_value'"):
        score_table(MODEL, engine(without_spend), horizon=1, spend=SPEND)


def test_an_empty_table_is_refused(tmp_path):
    base()[:0].to_parquet(tmp_path / "s.parquet")
    for source in (tmp_path / "s.parquet", base()[:0]):
        with pytest.raises(ValueError, match="`source` must hold at least one customer"):
            score_table(MODEL, source, horizon=1)


def test_text_is_no_number(tmp_path):
    base().to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(TypeError, match="`frequency` must hold numbers; got string"):
        score_table(MODEL, tmp_path / "s.csv", horizon=1)


def test_sources_that_do_not_exist_or_are_no_tables(tmp_path):
    with pytest.raises(FileNotFoundError, match="`source` must name a file that exists"):
        score_table(MODEL, tmp_path / "nowhere.parquet", horizon=1)
    with pytest.raises(TypeError, match="`source` must be a path"):
        score_table(MODEL, 3, horizon=1)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(ValueError, match=r"broken\.parquet cannot be read as Parquet"):
        score_table(MODEL, tmp_path / "broken.parquet", horizon=1)
