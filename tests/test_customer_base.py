import contextlib
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from conftest import few_engines
from hypothesis import given, settings
from hypothesis import strategies as st
from refund_cases import is_purchase, settle_slowly

from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.customer_base import (
    _in_memory,
    calibration_holdout,
    cohort_retention,
    customer_flows,
    rfm_summary,
    sufficient_statistics,
)
from crmlab.customer_base._in_memory import reduce_in_memory
from crmlab.loaders import read_transactions

SUMMARY = ["frequency", "recency", "T", "monetary_value"]


def lines(*rows):
    """Lines from (customer, day, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return frame.assign(
        date=pd.to_datetime(frame["date"], format="ISO8601"), amount=frame["amount"].astype(float)
    )


def simulated(n_customers, seed=7):
    """A Poisson buyer with gamma rate and spend, a year long, several lines on some days."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(rng.gamma(1.2, 3, n_customers)) + 1
    customer = np.repeat(np.arange(n_customers), n)
    day = rng.integers(0, 365, len(customer))
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:06d}" for i in customer],
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(day, unit="D"),
            "amount": rng.gamma(2, 15, len(customer)).round(2),
        }
    )
    return frame.sample(frac=1, random_state=3, ignore_index=True)


def with_returns(n_customers=300):
    """Simulated lines of which some give money back."""
    frame = simulated(n_customers)
    back = frame.sample(frac=0.15, random_state=1)
    back = back.assign(amount=-back["amount"], date=back["date"] + pd.Timedelta("3D"))
    return pd.concat([frame, back, frame.head(20).assign(amount=0.0)], ignore_index=True)


@pytest.fixture(scope="module")
def oracle():
    return pytest.importorskip("lifetimes.utils")


# --- rfm_summary ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # lifetimes is archived
@pytest.mark.parametrize(
    "make", [pytest.param(None, id="cdnow"), pytest.param(20_000, id="simulated")]
)
def test_rfm_summary_equals_lifetimes_in_days(cdnow, oracle, make):
    transactions = cdnow if make is None else simulated(make)
    expected = oracle.summary_data_from_transaction_data(
        transactions,
        "customer_id",
        "date",
        monetary_value_col="amount",
        include_first_transaction=False,
    )
    got = rfm_summary(transactions)
    pd.testing.assert_frame_equal(
        got[SUMMARY].astype(float), expected[SUMMARY], rtol=0, atol=1e-9, check_index_type=False
    )
    # Over all purchases lifetimes changes frequency as well; the money is the mean of daily sums.
    daily = transactions.groupby(["customer_id", "date"])["amount"].sum().groupby("customer_id")
    np.testing.assert_allclose(got["mean_spend"], daily.mean(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(got["total_spend"], daily.sum(), rtol=0, atol=1e-9)
    total = got["mean_spend"] * (got["frequency"] + 1)
    np.testing.assert_allclose(got["total_spend"], total, rtol=1e-12)
    assert got["n_orders"].equals(got["frequency"] + 1)
    days = transactions.groupby("customer_id")["date"].agg(["min", "max"])
    assert (got["first_purchase"] == days["min"]).all()
    assert (got["last_purchase"] == days["max"]).all()


def test_rfm_summary_counts_of_fader_hardie_lee_2005(cdnow_sample):
    summary = rfm_summary(cdnow_sample, observation_end="1997-09-30", unit="W")
    assert len(summary) == 2357
    assert summary["frequency"].sum() == 2457
    counts = summary["frequency"].clip(upper=7).value_counts().sort_index()
    assert counts.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert summary["frequency"].gt(0).sum() == 946
    first = summary.loc[cdnow_sample["customer_id"].iloc[0]]
    assert first["frequency"] == 2
    assert [round(first["recency"], 2), round(first["T"], 2)] == [30.43, 38.86]


@pytest.mark.parametrize(("unit", "days"), [("D", 1), ("W", 7), ("M", 30.4375)])
def test_rfm_summary_unit_scales_times_and_nothing_else(cdnow_sample, unit, days):
    in_days = rfm_summary(cdnow_sample)
    other = rfm_summary(cdnow_sample, unit=unit)
    assert set(other["time_unit"]) == {unit}
    np.testing.assert_allclose(other["recency"] * days, in_days["recency"], atol=1e-9)
    np.testing.assert_allclose(other["T"] * days, in_days["T"], atol=1e-9)
    same = [name for name in other if name not in ("recency", "T", "time_unit")]
    pd.testing.assert_frame_equal(other[same], in_days[same])


@pytest.fixture(scope="module")
def reduced():
    """Lines with returns, and what each way to reduce them makes of them in memory."""
    frame = with_returns()
    ways = {
        rfm_summary: {"unit": "W"},
        calibration_holdout: {"calibration_end": "2023-09-30", "observation_end": "2023-12-01"},
        sufficient_statistics: {"observation_end": "2023-07-31", "unit": "M"},
        cohort_retention: {},
        customer_flows: {},
    }
    return frame, [(reduce, how, reduce(frame, **how)) for reduce, how in ways.items()]


@pytest.mark.slow
@few_engines
def test_lines_are_reduced_alike_on_every_engine(engine, reduced):
    frame, ways = reduced
    table = read_transactions(engine(frame))
    for reduce, how, expected in ways:
        # Sums in another order.
        pd.testing.assert_frame_equal(reduce(table, **how), expected, rtol=1e-12, atol=1e-9)


def slow_summary(frame, end):
    """The definition in plain Python, refunds taken off one after the other."""
    end = pd.Timestamp(end)
    seen = frame[frame["date"] <= end]
    cents = (seen["amount"] * 100).round().astype(int)
    lines = zip(seen["customer_id"], seen["date"], cents, strict=True)
    gross, left, _ = settle_slowly([(*line, "") for line in lines])
    spent = {}
    for customer, order, day in left:
        if is_purchase(gross, left, (customer, order, day)):
            spent.setdefault(customer, {})[day] = left[customer, order, day] / 100
    rows = {}
    for customer, bought in spent.items():
        days = sorted(bought)
        repeat = [bought[day] for day in days[1:]]
        rows[customer] = {
            "frequency": len(days) - 1,
            "recency": (days[-1] - days[0]).days,
            "T": (end - days[0]).days,
            "monetary_value": sum(repeat) / len(repeat) if repeat else 0.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@pytest.mark.slow
def test_rfm_summary_nets_returns_as_defined():
    frame = with_returns()
    end = frame["date"].max()
    got = rfm_summary(frame)
    expected = slow_summary(frame, end)
    assert (frame["amount"] < 0).sum() > 100
    np.testing.assert_allclose(got[SUMMARY], expected.loc[got.index, SUMMARY], atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("returns", "frequency", "money"),
    [
        pytest.param("net", 2, 30.0, id="net-takes-it-off-what-was-bought"),
        pytest.param("drop", 2, 40.0, id="drop-ignores-the-lines"),
        pytest.param("keep", 2, 14.5, id="keep-counts-every-day"),
    ],
)
def test_returns_option_decides_what_a_purchase_is(returns, frequency, money):
    # Buys 100; buys 50 and gives 20 back; buys 30 and gives 31 back.
    frame = lines(
        ("a", "2024-01-01", 100),
        ("a", "2024-01-02", 50),
        ("a", "2024-01-02", -20),
        ("a", "2024-01-03", 30),
        ("a", "2024-01-03", -31),
    )
    summary = rfm_summary(read_transactions(frame, returns=returns))
    assert summary["frequency"].item() == frequency
    assert summary["monetary_value"].item() == pytest.approx(money)


@pytest.mark.slow
def test_a_zero_amount_is_a_purchase_and_rounding_leaves_none():
    frame = lines(
        ("a", "2024-01-01", 5),
        ("a", "2024-01-02", 0),
        ("a", "2024-01-03", 0.1),
        ("a", "2024-01-03", 0.2),
        ("a", "2024-01-03", -0.3),
    )
    summary = rfm_summary(frame)
    assert summary["frequency"].item() == 1
    assert summary["monetary_value"].item() == 0.0


@pytest.mark.slow
def test_a_negative_quantity_gives_a_positive_amount_back():
    frame = lines(("a", "2024-01-01", 10), ("a", "2024-01-01", 4)).assign(quantity=[1, -1])
    assert rfm_summary(frame)["mean_spend"].item() == 6.0


# Three lines on two days by the ids of their orders, and how many orders they are.
ORDERS = {
    "one on each day": (["o1", "o1", "o2"], 2),
    "one over two days": (["o3", "o3", "o3"], 1),
    "lines without an order": (["o4", None, None], 3),
}


def three_lines(customer, ids):
    days = ["2024-01-01", "2024-01-01", "2024-01-02"]
    return pd.DataFrame({"customer_id": customer, "date": days, "amount": 5, "order_id": ids})


@pytest.mark.slow
def test_orders_are_counted_by_their_ids_on_every_engine(engine):
    each = [three_lines(customer, ids) for customer, (ids, _) in ORDERS.items()]
    late = three_lines("late", "o9").tail(1).assign(date="2024-01-03")
    frame = pd.concat([*each, late], ignore_index=True).astype({"date": "datetime64[us]"})
    expected = {customer: n for customer, (_, n) in ORDERS.items()}
    lines = engine(frame)
    counted = rfm_summary(lines)["n_orders"]
    assert counted.to_dict() == expected | {"late": 1}
    early = calibration_holdout(lines, calibration_end="2024-01-02")
    assert early["n_orders"].to_dict() == expected


@pytest.mark.slow
def test_orders_may_have_numbers():
    assert rfm_summary(three_lines("a", [1, 1, 2]))["n_orders"].tolist() == [2]


@pytest.mark.slow
def test_what_is_given_back_whole_is_no_order():
    frame = lines(("a", "2024-01-01", 5), ("a", "2024-01-02", 4), ("a", "2024-01-02", -9))
    summary = rfm_summary(frame.assign(order_id=["o1", "o2", "o2"]))
    assert summary["n_orders"].tolist() == [1]


@pytest.mark.slow
def test_customers_who_only_returned_are_counted_in_attrs():
    summary = rfm_summary(lines(("a", "2024-01-01", 5), ("b", "2024-01-05", -5)))
    assert list(summary.index) == ["a"]
    assert summary.attrs["n_without_purchase"] == 1
    assert summary["T"].item() == 4


def test_one_customer_on_one_day_is_a_summary():
    summary = rfm_summary(lines(("a", "2024-01-01", 5)))
    assert summary.to_dict("records") == [
        {
            "frequency": 0, "recency": 0.0, "T": 0.0, "monetary_value": 0.0, "mean_spend": 5.0,
            "total_spend": 5.0, "n_orders": 1, "first_purchase": pd.Timestamp("2024-01-01"),
            "last_purchase": pd.Timestamp("2024-01-01"), "days_since_last": 0, "time_unit": "D",
        }
    ]  # fmt: skip


def test_times_of_day_do_not_matter():
    frame = lines(
        ("a", "2024-01-01 00:00", 5), ("a", "2024-01-01 23:59", 5), ("a", "2024-01-02", 1)
    )
    summary = rfm_summary(frame, observation_end="2024-01-02")
    assert summary["frequency"].item() == 1
    assert summary["monetary_value"].item() == 1.0


def test_observation_end_includes_its_whole_day_and_nothing_later():
    frame = lines(("a", "2024-01-01", 5), ("a", "2024-01-10 18:00", 5), ("a", "2024-01-11", 5))
    summary = rfm_summary(frame, observation_end="2024-01-10")
    assert (summary["frequency"].item(), summary["recency"].item(), summary["T"].item()) == (
        1,
        9,
        9,
    )


# Clean lines take a short cut in memory; what decides is whether an engine says the same.
@contextlib.contextmanager
def in_the_engine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_in_memory, "MOST_LINES", -1)
        yield


names = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 5),
)
words = st.sampled_from(
    ["a", "b ", " b", "b", "nan", "NULL", "n/a", "null-stelle", "007", "7", "가"]
)
codes = st.sampled_from(["C7", "C12", "C120", "C13"])
mixed_codes = st.sampled_from(["C7", "C07", "c7", "D7", "C-7", "C"])
ids_of_a_kind = [names, words, codes, mixed_codes]


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(st.data())
def test_rfm_summary_in_memory_equals_the_engine(data):
    rows = data.draw(st.integers(1, 15))
    ids = data.draw(
        st.lists(data.draw(st.sampled_from(ids_of_a_kind)), min_size=rows, max_size=rows)
    )
    cents = st.one_of(st.integers(0, 900), st.integers(-300, 900))
    frame = pd.DataFrame(
        {
            "customer_id": ids,
            "date": pd.Timestamp("1989-12-25")
            + pd.to_timedelta(
                data.draw(st.lists(st.integers(0, 500), min_size=rows, max_size=rows)), unit="h"
            ),
            "amount": np.array(data.draw(st.lists(cents, min_size=rows, max_size=rows))) / 100,
        }
    )
    kind = data.draw(st.sampled_from(["M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "str"]))
    frame = frame.astype({"date": kind})
    if (order := data.draw(st.sampled_from([None, st.integers(-2, 3), codes, words]))) is not None:
        frame["order_id"] = data.draw(st.lists(order, min_size=rows, max_size=rows))
    options = {
        "observation_end": data.draw(st.sampled_from([None, "1989-12-31", "1990-01-05"])),
    }
    outcomes = []
    for read, way in (
        (read_transactions, in_the_engine()), (lambda f: f, contextlib.nullcontext()),
        (read_transactions, contextlib.nullcontext()),
    ):  # fmt: skip
        try:
            with way:
                outcomes.append(rfm_summary(read(frame), **options))
        except ValueError as error:
            outcomes.append(str(error))
    engine, *short_cuts = outcomes
    for short_cut in short_cuts:
        if isinstance(engine, str):
            assert short_cut == engine
        else:
            pd.testing.assert_frame_equal(short_cut, engine, rtol=1e-12, atol=1e-12)
            assert short_cut.attrs == engine.attrs


def said_by(call):
    with pytest.raises(ContractError) as caught:
        call()
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"customer_id": ["9.1E+18", "b"]}, "customer_id damaged", id="customer"),
        pytest.param({"customer_id": ["9e+15", "b"]}, "customer_id damaged", id="lower-case"),
        pytest.param({"customer_id": ["1,5E+7", "b"]}, "customer_id damaged", id="comma"),
        pytest.param({"order_id": ["9.1E+18", "b"]}, "order_id damaged", id="order"),
        pytest.param({"order_id": [1.5, 2.0]}, "order_id unreadable", id="order-half"),
        pytest.param({"product_id": [2.0**60, 2.0]}, "product_id damaged", id="product-float"),
        pytest.param({"quantity": [1.0, np.inf]}, "quantity infinite", id="quantity"),
        pytest.param({"quantity": ["1", "two"]}, "quantity unreadable", id="quantity-text"),
        pytest.param({"quantity": [True, False]}, "`quantity` must hold numbers", id="flags"),
        pytest.param({"unit_price": [1.0, np.inf]}, "unit_price infinite", id="price"),
        pytest.param({"cost": [1.0, -np.inf]}, "cost infinite", id="cost"),
        pytest.param({"cost": ["1", "free"]}, "cost unreadable", id="cost-text"),
        pytest.param({"Amount": [1.0, 2.0]}, "differ only in case", id="case"),
        pytest.param({"note": [1, 2], "NOTE": [1, 2]}, "differ only in case", id="case-others"),
        pytest.param({1: [1, 2], "1": [1, 2]}, "more than once", id="a-number-and-its-text"),
        pytest.param({"crmlab:amount": [1, 2]}, "begin with 'crmlab:'", id="our-prefix"),
        pytest.param({"CRMlab:x": [1, 2]}, "begin with 'crmlab:'", id="our-prefix-in-capitals"),
    ],
)
def test_a_frame_in_memory_is_refused_as_the_reader_refuses_it(change, message):
    frame = lines(("a", "2024-01-01", 5), ("b", "2024-02-01", 5)).assign(unused=0)
    frame = pd.concat([frame.drop(columns=change, errors="ignore"), pd.DataFrame(change)], axis=1)
    said = said_by(lambda: rfm_summary(frame))
    assert message in said
    assert said == said_by(lambda: read_transactions(frame))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"quantity": [1.0, np.nan]}, id="quantity-missing"),
        pytest.param({"cost": [-1.0, np.nan], "unit_price": [5, 5]}, id="cost-below-zero"),
        pytest.param({"order_id": ["x", None], "product_id": [1, 2]}, id="order-missing"),
        pytest.param({"channel": ["web", "9.1E+18"], "note": ["1E+5", "b"]}, id="text"),
        pytest.param({"customer_id": ["\ufeffa", "a"]}, id="byte-order-mark"),
    ],
)
def test_a_frame_in_memory_with_more_columns_is_reduced_as_the_reader_reads_it(change):
    frame = lines(("a", "2024-01-01", 5), ("b", "2024-02-01", 5)).assign(**change)
    read = read_transactions(frame)
    with in_the_engine():
        expected = rfm_summary(read)
    pd.testing.assert_frame_equal(rfm_summary(frame), expected)
    pd.testing.assert_frame_equal(rfm_summary(read), expected)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["customer_id", "order_id", "product_id"])
def test_ids_in_memory_mean_what_the_reader_takes_them_for(column):
    """Words for nobody, totals, gift cards, and two ways to write one id."""
    kinds = [
        ["guest", "비회원", "walk-in"],
        ["0" * 32, "00000000-0000-0000-0000-000000000000"],
        ["Total", "Grand Total", "합계"],
        ["7.0", "7"],
        ["ki\u200bm", "kim"],
        ["Ｋim", "kim"],
        ["'007", '="007"', "007"],
        ["Lee@x.com", "lee@x.com"],
        ["e\u0301", "\u00e9"],
        ["gift card", "tip"],
    ]
    for ids in kinds:
        rows = [("kim", day, 5.0) for day in ["2024-01-01", "2024-02-01", "2024-03-01"]]
        frame = lines(*rows, *[("lee", "2024-04-01", 7.0)] * (len(ids) * 2))
        frame[column] = [*("a", "b", "c"), *ids, *ids]
        # What is not reduced in memory goes to the reader itself.
        if reduce_in_memory(frame, None) is not None or ids is kinds[0]:
            read = read_transactions(frame)
            with in_the_engine():
                expected = rfm_summary(read)
            pd.testing.assert_frame_equal(rfm_summary(frame), expected)
            pd.testing.assert_frame_equal(rfm_summary(read), expected)


def test_nineteen_digit_ids_stay_apart():
    ids = [9007199254740993001, 9007199254740993002]
    frame = lines((ids[0], "2024-01-01", 5), (ids[1], "2024-01-01", 5))
    assert rfm_summary(frame).index.tolist() == ids


@pytest.mark.slow
def test_an_ibis_table_of_days_is_reduced_like_timestamps(cdnow_sample):
    import ibis

    table = ibis.memtable(cdnow_sample)
    days = table.mutate(date=table.date.cast("date"))
    options = {"observation_end": "1997-09-30"}
    for reduce in (rfm_summary, sufficient_statistics, cohort_retention, customer_flows):
        pd.testing.assert_frame_equal(reduce(days, **options), reduce(table, **options))


@pytest.mark.slow
@pytest.mark.parametrize(
    "reduce",
    [
        rfm_summary,
        cohort_retention,
        customer_flows,
        sufficient_statistics,
        lambda orders: calibration_holdout(orders, calibration_end="1997-09-30"),
    ],
)
def test_results_keep_their_notes_in_a_parquet_file(reduce, cdnow_sample, tmp_path):
    result = reduce(cdnow_sample)
    result.to_parquet(tmp_path / "result.parquet")
    assert pd.read_parquet(tmp_path / "result.parquet").attrs == result.attrs


def test_rfm_summary_does_not_change_its_input(cdnow_sample):
    before = cdnow_sample.copy()
    rfm_summary(cdnow_sample)
    pd.testing.assert_frame_equal(cdnow_sample, before)


orders = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 40),
        st.integers(-500, 2000).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(orders, st.randoms(use_true_random=False))
def test_rfm_summary_matches_the_definition_whatever_the_row_order(rows, random):
    frame = lines(*[(c, pd.Timestamp("2024-01-01") + pd.Timedelta(days=d), x) for c, d, x in rows])
    expected = slow_summary(frame, frame["date"].max())
    shuffled = frame.sample(frac=1, random_state=random.randrange(1000))
    if expected.empty:
        with pytest.raises(ValueError, match="must hold a purchase"):
            rfm_summary(shuffled)
        return
    got = rfm_summary(shuffled)
    assert got.index.tolist() == sorted(expected.index)
    np.testing.assert_allclose(got[SUMMARY], expected.loc[got.index, SUMMARY], atol=1e-9)


# --- calibration_holdout ----------------------------------------------------------------------


@pytest.mark.slow
def test_calibration_holdout_counts_of_fader_hardie_lee_2005(cdnow_sample):
    split = calibration_holdout(cdnow_sample, calibration_end="1997-09-30", unit="W")
    assert split["frequency_holdout"].sum() == 1882
    assert split.loc[split["frequency"] == 0, "frequency_holdout"].sum() == 334
    assert split["duration_holdout"].unique().tolist() == [39.0]


@pytest.mark.slow
def test_calibration_holdout_is_the_summary_at_its_end(cdnow_sample):
    split = calibration_holdout(cdnow_sample, calibration_end="1997-09-30", unit="W")
    summary = rfm_summary(cdnow_sample, observation_end="1997-09-30", unit="W")
    pd.testing.assert_frame_equal(split[list(summary)], summary)


@pytest.mark.slow
def test_calibration_holdout_money_is_the_mean_of_days(cdnow_sample):
    split = calibration_holdout(cdnow_sample, calibration_end="1997-09-30")
    later = cdnow_sample[cdnow_sample["date"] > "1997-09-30"]
    daily = later.groupby(["customer_id", "date"])["amount"].sum().groupby("customer_id").mean()
    expected = daily.reindex(split.index, fill_value=0.0)
    np.testing.assert_allclose(split["monetary_value_holdout"], expected, atol=1e-9)


# --- sufficient_statistics --------------------------------------------------------------------

TRIPLE = ["frequency", "recency", "T"]


def grouped(summary):
    """The summary's customers, counted by what they share."""
    counted = summary.groupby(TRIPLE).size().reset_index(name="n_customers")
    return counted.assign(time_unit=summary["time_unit"].iloc[0]).astype(
        {"time_unit": summary["time_unit"].dtype}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frame", "end", "unit"),
    [
        pytest.param(simulated(300), "2023-07-31", "D", id="clean-to-july-in-days"),
        pytest.param(with_returns(), None, "D", id="returns-to-the-last-day-in-days"),
        pytest.param(with_returns(), "2023-07-31", "W", id="returns-to-july-in-weeks"),
        pytest.param(with_returns(), "2023-07-31", "M", id="returns-to-july-in-months"),
    ],
)
def test_sufficient_statistics_are_the_grouped_summary(frame, end, unit):
    options = {"observation_end": end, "unit": unit}
    got = sufficient_statistics(frame, **options)
    summary = rfm_summary(frame, **options)
    pd.testing.assert_frame_equal(got, grouped(summary), check_exact=True)
    assert got["n_customers"].sum() == len(summary) < len(frame)
    assert got.attrs == {"observation_end": summary.attrs["observation_end"]}


def test_sufficient_statistics_of_fader_hardie_lee_2005(cdnow_sample):
    counted = sufficient_statistics(cdnow_sample, observation_end="1997-09-30", unit="W")
    assert counted["n_customers"].sum() == 2357
    assert (counted["n_customers"] * counted["frequency"]).sum() == 2457
    by_frequency = counted.groupby(counted["frequency"].clip(upper=7))["n_customers"].sum()
    assert by_frequency.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(orders, st.sampled_from([None, "2024-01-20"]))
def test_sufficient_statistics_match_the_definition(rows, end):
    frame = lines(*[(c, pd.Timestamp("2024-01-01") + pd.Timedelta(days=d), x) for c, d, x in rows])
    expected = slow_summary(frame, end or frame["date"].max())
    if expected.empty:
        with pytest.raises(ValueError, match="must hold a purchase"):
            sufficient_statistics(frame, observation_end=end)
        return
    got = sufficient_statistics(frame, observation_end=end)
    count = Counter(tuple(map(float, row)) for row in expected[TRIPLE].to_numpy())
    assert got.to_numpy().tolist() == [[*key, count[key], "D"] for key in sorted(count)]


def test_sufficient_statistics_pull_a_row_per_kind_of_customer(monkeypatch):
    frame = lines(*[(f"c{i}", "2024-01-01", 5) for i in range(999)], ("d", "2024-01-02", 5))
    pulled = []

    def counting(query):
        pulled.append(execute(query))
        return pulled[-1]

    monkeypatch.setattr("crmlab.customer_base._days.execute", counting)
    counted = sufficient_statistics(read_transactions(frame))
    assert counted["n_customers"].tolist() == [1, 999]
    assert max(map(len, pulled)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frame", "options"),
    [
        pytest.param(lines(("a", "2024-01-01", 5)), {"unit": "Y"}, id="unit"),
        pytest.param(lines(("a", "2024-01-01", 5)), {"observation_end": 20240108}, id="no-date"),
        pytest.param(lines(("a", "2024-01-01", 5)), {"observation_end": "2023-01-01"}, id="early"),
        pytest.param(lines(("a", "2024-01-01", -5)), {}, id="returns-only"),
        pytest.param(lines((None, "2024-01-01", 5)), {}, id="no-customer"),
        pytest.param(lines(("9.1E+18", "2024-01-01", 5)), {}, id="damaged"),
        pytest.param(lines(("a", "2024-01-01", 5)).drop(columns="amount"), {}, id="header"),
        pytest.param(lines(("a", "2024-01-01", 5)).head(0), {}, id="empty"),
        pytest.param([1, 2], {}, id="a-list"),
    ],
)
def test_sufficient_statistics_refuse_what_rfm_summary_refuses(frame, options):
    said = []
    for reduce in (rfm_summary, sufficient_statistics):
        with pytest.raises((TypeError, ValueError)) as caught:
            reduce(frame, **options)
        said.append((caught.type, str(caught.value)))
    assert said[0] == said[1]


# --- cohorts and flows ------------------------------------------------------------------------


@pytest.mark.slow
def test_cohort_retention_of_cdnow_has_three_cohorts(cdnow):
    cohorts = cohort_retention(cdnow)
    sizes = cohorts.groupby("cohort")["n_customers"].first()
    first = cdnow.groupby("customer_id")["date"].min().dt.to_period("M")
    assert sizes.tolist() == first.value_counts().sort_index().tolist()
    assert (cohorts.loc[cohorts["age"] == 0, "retention"] == 1).all()
    assert cohorts["revenue"].sum() == pytest.approx(cdnow["amount"].sum())


@pytest.mark.slow
@pytest.mark.parametrize("period", ["W", "M", "Q", "Y"])
def test_cohort_retention_counts_what_pandas_counts(cdnow_sample, period):
    own = cdnow_sample.assign(period=cdnow_sample["date"].dt.to_period(period))
    own["cohort"] = own.groupby("customer_id")["period"].transform("min")
    expected = own.groupby(["cohort", "period"])["customer_id"].nunique().reset_index()
    expected["age"] = [
        (p - c).n for p, c in zip(expected["period"], expected["cohort"], strict=True)
    ]
    expected["cohort"] = expected["cohort"].dt.start_time
    got = cohort_retention(cdnow_sample, period=period)
    found = got[got["n_active"] > 0].merge(expected, on=["cohort", "age"], how="outer")
    assert (found["n_active"] == found["customer_id"]).all()


def test_cohort_retention_marks_the_period_that_is_cut_off(cdnow_sample):
    cohorts = cohort_retention(cdnow_sample, observation_end="1997-06-15")
    cut = cohorts["cohort"].dt.to_period("M") + cohorts["age"] == pd.Period("1997-06")
    assert (cohorts["complete"] == ~cut).all()


def slow_flows(frame, lapse_after):
    """Who is what in each month, one customer and one month at a time."""
    months = pd.period_range(frame["date"].min(), frame["date"].max(), freq="M")
    count = {}
    for _, own in frame.groupby("customer_id"):
        bought = sorted(set(own["date"].dt.to_period("M")))
        for month in months:
            before = [m for m in bought if m < month]
            gap = (month - before[-1]).n if before else None
            if month in bought:
                flow = "new" if gap is None else "active" if gap <= lapse_after else "reactivated"
            elif gap == lapse_after:
                flow = "lapsed"
            else:
                continue
            count[month, flow] = count.get((month, flow), 0) + 1
    return count


@pytest.mark.slow
@pytest.mark.parametrize("lapse_after", [1, 3])
def test_customer_flows_count_what_the_definition_says(lapse_after):
    frame = simulated(200)
    flows = customer_flows(frame, lapse_after=lapse_after)
    expected = slow_flows(frame, lapse_after)
    for row in flows[flows["flow"] != "returns"].itertuples():
        assert row.n_customers == expected.get((row.period.to_period("M"), row.flow), 0)


def revenue_by_month(frame):
    """What is left of the purchases of each month, by its first day."""
    cents = (frame["amount"] * 100).round().astype(int)
    lines = zip(frame["customer_id"], frame["date"], cents, strict=True)
    _, left, _ = settle_slowly([(*line, "") for line in lines])
    days = pd.Series([day for *_, day in left])
    return pd.Series(left.values()).groupby(days.dt.to_period("M").dt.start_time).sum() / 100


@pytest.mark.slow
@pytest.mark.parametrize("lapse_after", [1, 2, 6])
def test_customer_flows_reconcile_to_revenue_and_to_the_base(lapse_after):
    frame = with_returns()
    flows = customer_flows(frame, lapse_after=lapse_after)
    revenue = flows.groupby("period")["revenue"].sum()
    expected = revenue_by_month(frame).reindex(revenue.index, fill_value=0.0)
    np.testing.assert_allclose(revenue, expected, atol=1e-6)  # sums of thousands of cents
    returns = flows[flows["flow"] == "returns"]
    assert (returns["n_customers"] > 0).any()
    assert (returns["revenue"] == 0).all()
    wide = flows.pivot(index="period", columns="flow", values="n_customers")
    base = (wide["new"] + wide["reactivated"] - wide["lapsed"]).cumsum()
    if lapse_after == 1:
        assert (base == wide["new"] + wide["active"] + wide["reactivated"]).all()
    assert (base >= 0).all()


# --- bad input --------------------------------------------------------------------------------

GOOD = lines(("a", "2024-01-01", 5), ("a", "2024-02-01", 5))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(
            lambda: rfm_summary(GOOD, unit="Y"),
            ValueError,
            "`unit` must be one of 'D', 'W', 'M'; got 'Y'",
            id="unit",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD, observation_end=20240108),
            ValueError,
            "`observation_end` must be a full date such as '2024-12-31'; got 20240108",
            id="a-number-for-a-date",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD, observation_end="soon"),
            ValueError,
            "`observation_end` must be a full date",
            id="no-date",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD, observation_end="2023-01-01"),
            ValueError,
            "must hold a purchase by 2023-01-01",
            id="end-before-start",
        ),
        pytest.param(
            lambda: rfm_summary(lines(("a", "2024-01-01", -5))),
            ValueError,
            "Returns alone are not a purchase",
            id="returns-only",
        ),
        pytest.param(
            lambda: calibration_holdout(GOOD, calibration_end="2024-02-01"),
            ValueError,
            "`calibration_end` must lie before",
            id="no-holdout",
        ),
        pytest.param(
            lambda: calibration_holdout(GOOD, calibration_end=None),
            ValueError,
            "`calibration_end` must be a date; got None",
            id="no-cut",
        ),
        pytest.param(
            lambda: calibration_holdout(GOOD, calibration_end="2023-12-01"),
            ValueError,
            "`calibration_end` must lie on or after",
            id="no-calibration",
        ),
        pytest.param(
            lambda: cohort_retention(GOOD, period="D"),
            ValueError,
            "`period` must be one of",
            id="cohort-period",
        ),
        pytest.param(
            lambda: customer_flows(GOOD, lapse_after=0),
            ValueError,
            "`lapse_after` must be at least 1; got 0",
            id="lapse-zero",
        ),
        pytest.param(
            lambda: customer_flows(GOOD, lapse_after=1.5),
            TypeError,
            "`lapse_after` must be a whole number",
            id="lapse-float",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD.rename(columns={"amount": "Amount"})),
            ContractError,
            r"lacks 'amount'.*\nDid you mean",
            id="header",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD.assign(customer_id=[None, "a"])),
            ContractError,
            "customer_id missing: 1 rows",
            id="null-id",
        ),
        pytest.param(
            lambda: rfm_summary(GOOD.assign(amount=[np.inf, 1])),
            ContractError,
            "amount infinite: 1 rows",
            id="inf",
        ),
        pytest.param(
            lambda: rfm_summary([1, 2]), TypeError, "`source` must be a path", id="a-list"
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        pytest.param("customer_id", None, "customer_id missing", id="customer"),
        pytest.param("date", pd.NaT, "date missing", id="date"),
        pytest.param("amount", None, "amount missing", id="amount"),
        pytest.param("amount", float("inf"), "amount infinite", id="infinite"),
    ],
)
@pytest.mark.parametrize(
    "reduce", [rfm_summary, sufficient_statistics, cohort_retention, customer_flows]
)
def test_an_ibis_table_nobody_checked_is_caught_on_the_way(reduce, column, value, message):
    import ibis

    rows = pd.concat([GOOD, GOOD.head(1).assign(**{column: [value]})], ignore_index=True)
    rows = rows.astype({"customer_id": "str"}) if column != "customer_id" else rows
    table = ibis.duckdb.connect().create_table("orders", rows)
    with pytest.raises(ContractError, match=message):
        reduce(table)


def test_an_ibis_table_of_text_is_sent_to_the_reader():
    import ibis

    with pytest.raises(ContractError, match=r"`date` must hold dates.*read_transactions"):
        rfm_summary(ibis.memtable(GOOD.assign(date=["2024-01-01", "2024-01-02"])))
