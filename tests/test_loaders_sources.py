"""Frames, workbooks, Parquet, relations and engines: the same orders from everywhere."""

import datetime as dt
import decimal
import functools
import re
import zipfile

import duckdb
import ibis
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ENGINES, few_engines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loader_cases import (
    NAMES,
    STAMP,
    audited,
    broken_rules,
    orders,
    read,
    reasons,
    stored,
)

from crmlab.contracts import ContractError
from crmlab.customer_base import rfm_summary
from crmlab.loaders import audit_transactions, read_transactions

# --- frames ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "dates",
    [
        *(
            pytest.param(np.array(["2024-01-05", "2024-01-06"], f"datetime64[{u}]"), id=u)
            for u in ("s", "ms", "us", "ns")
        ),
        pytest.param([dt.date(2024, 1, 5), dt.date(2024, 1, 6)], id="date"),
        pytest.param([dt.datetime(2024, 1, 5), dt.date(2024, 1, 6)], id="date-and-datetime"),
        pytest.param([np.datetime64("2024-01-05"), STAMP("2024-01-06")], id="numpy-and-pandas"),
        pytest.param(pd.period_range("2024-01-05", periods=2, freq="D"), id="period"),
        pytest.param(pd.Categorical(["2024-01-05", "2024-01-06"]), id="category"),
        pytest.param([20240105, 20240106], id="whole-numbers"),
        pytest.param([20240105.0, 20240106.0], id="floats"),
        pytest.param(
            pd.array([dt.date(2024, 1, 5), dt.date(2024, 1, 6)], dtype=pd.ArrowDtype(pa.date32())),
            id="arrow",
        ),
        pytest.param(pd.array(["2024-01-05", "2024-01-06"], dtype="string"), id="text"),
        pytest.param([STAMP("2024-01-05"), "06/01/2024"], id="typed-beside-text"),
    ],
)
def test_dates_of_frames_are_read(dates):
    options = {"dayfirst": True} if isinstance(dates, list) and isinstance(dates[1], str) else {}
    table = read(orders(date=dates), **options)
    assert table["date"].tolist() == [STAMP("2024-01-05"), STAMP("2024-01-06")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "amounts",
    [
        pytest.param([decimal.Decimal("5.00"), decimal.Decimal("7.50")], id="decimal"),
        pytest.param(pd.array([5, 7.5], dtype="Float64"), id="nullable"),
        pytest.param(
            pd.array(
                [decimal.Decimal("5.00"), decimal.Decimal("7.50")],
                dtype=pd.ArrowDtype(pa.decimal128(9, 2)),
            ),
            id="arrow",
        ),
        pytest.param(np.array([5, 7.5], dtype="float16"), id="half-precision"),
        pytest.param(pd.arrays.SparseArray([5, 7.5]), id="sparse"),
        pytest.param(pd.Series([5, 7.5], dtype=object), id="objects"),
        pytest.param([5, "7.50"], id="typed-beside-text"),
    ],
)
def test_amounts_of_frames_are_read(amounts):
    assert read(orders(amount=amounts))["amount"].tolist() == [5.0, 7.5]


@pytest.mark.slow
def test_typed_cells_need_no_reading_whatever_the_text_beside_them():
    frame = pd.DataFrame(
        {
            "customer_id": list("abc"),
            "date": [STAMP("2024-01-05"), "13/01/2024", "05/01/2024"],
            "amount": [1.234, "12,5", "1.234,00"],
        }
    )
    report = audited(frame)
    table = report.valid.to_pandas().sort_values("customer_id")
    assert table["amount"].tolist() == [1.234, 12.5, 1234.0]
    assert table["date"].dt.day.tolist() == [5, 13, 5]
    assert list(table) == list(frame)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        pytest.param("date", [pd.NaT, STAMP("2024-01-05")], "date missing", id="not-a-time"),
        pytest.param("date", [None, 20240105], "date missing", id="number-missing"),
        pytest.param("date", [20240105.5, 20240105.0], "date unreadable", id="fraction"),
        pytest.param("date", [dt.time(5), "2024-01-05"], "date unreadable", id="time-of-day"),
        pytest.param("amount", [np.nan, 5], "amount missing", id="nan"),
        pytest.param("amount", [-np.inf, 5], "amount infinite", id="infinite"),
        pytest.param(
            "amount",
            [decimal.Decimal("NaN"), decimal.Decimal(5)],
            "amount missing",
            id="decimal-nan",
        ),
        pytest.param(
            "amount",
            [decimal.Decimal("Infinity"), decimal.Decimal(5)],
            "amount infinite",
            id="decimal-infinite",
        ),
        pytest.param("amount", [1 + 1j, "5"], "amount unreadable", id="complex"),
        pytest.param("amount", [True, "5"], "amount unreadable", id="truth"),
    ],
)
def test_cells_of_frames_that_cannot_be_used_are_set_aside(column, values, reason):
    assert reasons(audited(orders(**{column: values}))) == {"a": reason}


@pytest.mark.slow
@pytest.mark.parametrize("column", ["customer_id", "date", "amount"])
@pytest.mark.parametrize("nothing", [None, np.nan], ids=["none", "nan"])
def test_a_column_full_of_nothing_leaves_no_valid_row(column, nothing):
    report = audited(orders(**{column: [nothing, nothing]}))
    assert set(report.quarantined["reason"]) == {f"{column} missing"}
    with pytest.raises(ContractError, match=f"{column} missing: 2 rows"):
        rfm_summary(orders(**{column: [nothing, nothing]}))


@pytest.mark.slow
@pytest.mark.parametrize(
    "extra",
    [
        pytest.param([None, None], id="nothing"),
        pytest.param([{"a": 1}, [1]], id="objects"),
        pytest.param(pd.interval_range(0, 2), id="intervals"),
        pytest.param(pd.to_timedelta([1, 2], unit="D"), id="durations"),
        pytest.param([1 + 1j, 2], id="complex"),
        pytest.param(np.array([1, 2], dtype="float16"), id="half-precision"),
        pytest.param(pd.Categorical(["x", "y"]), id="categories"),
        pytest.param([[1], [2, 3]], id="lists"),
        pytest.param([b"\xff", b"b"], id="bytes"),
        pytest.param([dt.time(1), dt.time(2)], id="times"),
    ],
)
def test_any_other_column_passes_through(extra):
    report = audited(orders(extra=extra, amount=["x", "5"]))
    assert "extra" in report.valid.columns
    assert "extra" in report.quarantined


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(pd.DataFrame(), "The frame has a header but no rows", id="empty"),
        pytest.param(orders().head(0), "The frame has a header but no rows", id="no-rows"),
        pytest.param(
            orders().set_index("customer_id"),
            r"lacks 'customer_id'.*The index holds 'customer_id': call `.reset_index\(\)`",
            id="index",
        ),
        pytest.param(
            pd.concat([orders(), orders()[["amount"]]], axis=1),
            "'amount' is there more than once",
            id="twice",
        ),
        pytest.param(orders(Date=1), "'date' and 'Date' differ only in case", id="case"),
        pytest.param(
            orders().T.set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])).T,
            r"it has \"\('a', 1\)\"",
            id="multi-index",
        ),
        pytest.param(
            orders(customer_id=[True, False]),
            "`customer_id` must hold text or whole numbers; it holds boolean",
            id="truth-as-id",
        ),
        pytest.param(
            orders(amount=[True, False]),
            "`amount` must hold numbers or amounts as text; it holds boolean",
            id="truth-as-amount",
        ),
        pytest.param(
            orders(date=[True, False]),
            "`date` must hold dates, timestamps or text; it holds boolean",
            id="truth-as-date",
        ),
        pytest.param(
            orders(is_return=pd.to_datetime(["2024-01-05"] * 2)),
            "`is_return` must hold true or false",
            id="date-as-truth",
        ),
        pytest.param(
            orders(**{"crmlab:x": 1}), "names that begin with 'crmlab:' are taken", id="ours"
        ),
    ],
)
def test_frames_that_are_no_order_table_are_refused(frame, message):
    with pytest.raises(ContractError, match=message):
        read_transactions(frame)


@pytest.mark.slow
def test_names_that_are_numbers_can_be_mapped_as_numbers_or_text():
    frame = orders().set_axis([0, 1, 2], axis=1)
    for names in ([0, 1, 2], ["0", "1", "2"]):
        columns = dict(zip(names, ["customer_id", "date", "amount"], strict=True))
        assert len(read(frame, columns=columns)) == 2


@pytest.mark.slow
def test_an_index_may_repeat_itself():
    assert len(read(orders().set_axis(["x", "x"]))) == 2


# --- Excel -----------------------------------------------------------------------------------


@pytest.fixture
def excel(tmp_path):
    """A function that stores sheets of rows as a workbook, and returns the path."""

    def write(*sheets, name="orders.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            page = book.create_sheet(title)
            for row in rows:
                page.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


JANUARY = dt.datetime(2024, 1, 5)


def test_excel_numbers_are_ids_and_dates_are_dates(excel):
    table = read(excel(("s", [NAMES, [7, JANUARY, 5], [8, JANUARY, 7.5]])))
    assert table["customer_id"].tolist() == [7, 8]
    assert table["date"].tolist() == [STAMP(JANUARY)] * 2


@pytest.mark.slow
def test_excel_rows_and_columns_that_are_blank_are_none(excel):
    rows = [[None], [None, *NAMES], [None, "007", JANUARY, 5], [None], [None, 8, JANUARY, 6], []]
    report = audited(excel(("s", rows)))
    assert (report.rows_read, list(report.valid.columns)) == (2, NAMES)
    assert sorted(report.valid.to_pandas()["customer_id"]) == ["007", "8"]


@pytest.mark.slow
def test_excel_numbers_that_lost_digits_are_damaged(excel):
    # A cell keeps 15 digits: these two ids are one number in the file.
    path = excel(
        (
            "s",
            [
                NAMES,
                [9007199254740993001, JANUARY, 5],
                [9007199254740993002, JANUARY, 6],
                [7, JANUARY, 1],
            ],
        )
    )
    report = audited(path)
    assert report.quarantined["reason"].tolist() == ["customer_id damaged"] * 2


@pytest.mark.slow
def test_excel_errors_are_set_aside(excel):
    rows = [
        NAMES,
        ["a", JANUARY, "#DIV/0!"],
        ["b", JANUARY, "#N/A"],
        ["d", JANUARY, 1],
    ]
    found = reasons(audited(excel(("s", rows))))
    assert found == dict.fromkeys("ab", "amount missing")


@pytest.mark.slow
def test_excel_sheets_are_asked_for_by_name_or_number(excel):
    path = excel(("첫째", [NAMES, ["a", JANUARY, 1]]), ("second", [NAMES, ["b", JANUARY, 2]]))
    assert read(path, sheet=0)["customer_id"].tolist() == ["a"]
    for second in ("second", 1, "1"):
        assert read(path, sheet=second)["customer_id"].tolist() == ["b"]
    for wrong in ("third", 2, -1, "2"):
        with pytest.raises(
            ValueError, match="`sheet` must be one of '첫째', 'second', or a number"
        ):
            read_transactions(path, sheet=wrong)


@pytest.mark.slow
def test_a_sheet_whose_name_is_a_number_is_found_by_its_name(excel):
    path = excel(("1", [NAMES, ["a", JANUARY, 1]]), ("0", [NAMES, ["b", JANUARY, 2]]))
    assert read(path, sheet="0")["customer_id"].tolist() == ["b"]
    assert read(path, sheet=0)["customer_id"].tolist() == ["a"]


def hide(path, *titles, state="hidden"):
    book = openpyxl.load_workbook(path)
    for title in titles:
        book[title].sheet_state = state
    book.active = next(i for i, name in enumerate(book.sheetnames) if name not in titles)
    book.save(path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_excel_sheets_that_nobody_sees_are_not_read_and_named(excel, state):
    sheets = [("old", [NAMES, ["x", JANUARY, 999]]), ("Orders", [NAMES, ["a", JANUARY, 10]])]
    report = audited(hide(excel(*sheets), "old", state=state))
    assert (report.rows_read, report.revenue) == (1, 10)
    assert report.readings["sheet"] == "'Orders', without 'old'"
    assert read(hide(excel(*sheets), "old", state=state), sheet="old")["amount"].tolist() == [999]


@pytest.mark.slow
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.permutations(NAMES))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_excel_sheets_with_the_same_columns_are_read_together(excel, sizes, order):
    sheets = [("first", [NAMES, ["a", JANUARY, 1]])]
    for number, size in enumerate(sizes):
        row = dict(zip(NAMES, [f"b{number}", JANUARY, 2], strict=True))
        sheets.append((f"sheet {number}", [order, *[[row[name] for name in order]] * size]))
    report = audited(excel(*sheets, ("notes", [["read me"], ["thanks"]])))
    assert (report.rows_read, report.revenue) == (1 + sum(sizes), 1 + 2 * sum(sizes))
    names = ", ".join(repr(title) for title, _ in sheets)
    assert report.readings["sheet"] == f"{names} together, without 'notes'"


@pytest.mark.slow
@pytest.mark.parametrize("cover", [[["Sales 2024"], ["by Kim"]], [["Made by the shop"]]])
def test_a_cover_sheet_is_passed_over_and_named(excel, cover):
    path = excel(("Cover", cover), ("Data", [NAMES, ["a", JANUARY, 1]]))
    report = audited(path)
    assert report.valid.to_pandas()["customer_id"].tolist() == ["a"]
    assert report.readings["sheet"] == "'Data', without 'Cover'"


def test_a_first_sheet_with_another_table_is_an_error_that_names_the_others(excel):
    path = excel(("Plan", [["a", "b"], [1, 2]]), ("Data", [NAMES, ["a", JANUARY, 1]]))
    with pytest.raises(ContractError, match=r"Other sheets: 'Data'; read one with `sheet=`"):
        read_transactions(path)
    assert read(path, sheet="Data")["customer_id"].tolist() == ["a"]


def test_other_sheets_do_not_hide_the_guess_at_a_header(excel):
    path = excel(("s", [["Customer_ID", *NAMES[1:]], ["a", JANUARY, 1]]), ("notes", [["x"]]))
    with pytest.raises(
        ContractError, match=r"Did you mean .*'Customer_ID'.* Other sheets: 'notes'"
    ):
        read_transactions(path)


@pytest.mark.slow
def test_a_column_of_text_that_holds_numbers_becomes_text():
    frame = pd.DataFrame(dict(zip(NAMES, [["a"], [JANUARY], [1]], strict=True)) | {"channel": [7]})
    table = read_transactions(frame)
    assert table.to_pandas()["channel"].tolist() == ["7"]
    assert len(rfm_summary(table)) == 1


@pytest.mark.slow
def test_files_name_their_sheets_each_once(excel):
    one = excel(("2023", [NAMES, ["a", JANUARY, 1]]), name="one.xlsx")
    two = excel(("2024", [NAMES, ["a", JANUARY, 1]]), name="two.xlsx")
    assert audited([one, two]).readings["sheet"] == "'2023'; '2024'"


def test_a_sheet_of_a_text_file_is_refused(tmp_path):
    path = stored(tmp_path / "orders.csv", f"{','.join(NAMES)}\na,2024-01-05,1\n".encode())
    with pytest.raises(ValueError, match=r"`sheet` is for Excel files; got 0 with orders\.csv"):
        read_transactions(path, sheet=0)


def test_excel_sheets_without_rows_are_refused(excel):
    with pytest.raises(ContractError, match="its sheet has no header and no rows"):
        read_transactions(excel(("s", [])))
    with pytest.raises(ContractError, match=r"orders\.xlsx has a header but no rows"):
        read_transactions(excel(("s", [NAMES])))
    with pytest.raises(ContractError, match="'amount' is there more than once"):
        read_transactions(excel(("s", [[*NAMES, "amount"], ["a", JANUARY, 1, 2]])))


@pytest.mark.slow
def test_excel_files_may_be_wrong_about_their_size(excel, tmp_path):
    path = excel(("s", [NAMES, ["a", JANUARY, 5], ["b", JANUARY, 7.5]]))
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut:
        for name in whole.namelist():
            part = whole.read(name)
            cut.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', part))
    assert read(tmp_path / "cut.xlsx")["amount"].tolist() == [5.0, 7.5]


@pytest.mark.slow
def test_several_workbooks_are_one_table(excel):
    one = excel(("s", [NAMES, [7, JANUARY, 1]]), name="1.xlsx")
    other = excel(("s", [NAMES, ["x", JANUARY, 2]]), name="2.xlsx")
    assert read([one, other])["customer_id"].tolist() == ["7", "x"]


# --- Parquet ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_parquet_files_may_store_a_column_differently(tmp_path):
    orders().to_parquet(tmp_path / "1.parquet")
    orders(
        customer_id=[7, 8], amount=["1,200", "5"], date=pd.to_datetime(["2024-01-05"] * 2)
    ).to_parquet(tmp_path / "2.parquet")
    table = read(tmp_path)
    assert table["customer_id"].tolist() == ["7", "8", "a", "b"]
    assert table["amount"].tolist() == [1200.0, 5.0, 5.0, 7.5]


@pytest.mark.slow
def test_parquet_partitions_are_columns(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        orders().to_parquet(tmp_path / f"year={year}" / "part.parquet")
    assert sorted(read(tmp_path)["year"]) == [2023, 2023, 2024, 2024]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param(
            {"customer_id": pa.array([b"a"])},
            "must hold text or whole numbers; it holds binary",
            id="binary-id",
        ),
        pytest.param(
            {"Amount": pa.array([1])}, "'amount' and 'Amount' differ only in case", id="case"
        ),
        pytest.param({"amount": pa.array([[1.0]])}, "`amount` must hold numbers", id="list"),
    ],
)
def test_parquet_files_of_other_types_are_refused(tmp_path, columns, message):
    table = {
        "customer_id": pa.array(["a"]),
        "date": pa.array(["2024-01-05"]),
        "amount": pa.array([5.0]),
    }
    pq.write_table(pa.table(table | columns), tmp_path / "o.parquet")
    with pytest.raises(ContractError, match=message):
        read_transactions(tmp_path / "o.parquet")


@pytest.mark.slow
def test_parquet_types_that_fit_are_read(tmp_path):
    table = {
        "customer_id": pa.array(["007"]).dictionary_encode(),
        "date": pa.array([dt.date(2024, 1, 5)]),
        "amount": pa.array([decimal.Decimal("5.10")], pa.decimal128(18, 2)),
        "tags": pa.array([["x"]]),
        "nothing": pa.nulls(1),
    }
    pq.write_table(pa.table(table), tmp_path / "o.parquet")
    assert read(tmp_path / "o.parquet")[["customer_id", "amount"]].to_numpy().tolist() == [
        ["007", 5.1]
    ]


def test_parquet_that_breaks_in_the_middle_is_one_plain_error(tmp_path):
    orders().to_parquet(tmp_path / "o.parquet")
    content = bytearray((tmp_path / "o.parquet").read_bytes())
    content[20:80] = bytes(60)
    with pytest.raises(ContractError, match=r"`source` cannot be read to its end: .* See that it"):
        audit_transactions(stored(tmp_path / "o.parquet", bytes(content)))


def test_a_query_that_the_engine_does_not_understand_is_not_blamed_on_the_data(monkeypatch):
    def misspelled(*_):
        duckdb.sql("SELEKT 1")

    monkeypatch.setattr("crmlab.loaders.apply_rules", misspelled)
    for reader in (read_transactions, audit_transactions):
        with pytest.raises(duckdb.ParserException):
            reader(orders())


@pytest.mark.slow
def test_parquet_without_rows_is_refused(tmp_path):
    orders().head(0).to_parquet(tmp_path / "o.parquet")
    for reader in (read_transactions, audit_transactions):
        with pytest.raises(ContractError, match="`source` has a header but no rows"):
            reader(tmp_path / "o.parquet")


# --- relations, expressions, Arrow -----------------------------------------------------------


class FromAnotherLibrary:
    """What polars and others offer: an Arrow stream, and no name we know."""

    def __init__(self, frame):
        self._table = pa.Table.from_pandas(frame)

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.slow
def test_whatever_streams_arrow_is_a_source():
    expected = read(orders())
    table = pa.Table.from_pandas(orders())
    for source in (FromAnotherLibrary(orders()), table, table.to_batches()[0], table.to_reader()):
        pd.testing.assert_frame_equal(read(source), expected)


@pytest.mark.slow
def test_a_relation_keeps_what_parquet_would_round():
    relation = duckdb.sql(
        "select 9007199254740993001::hugeint as customer_id, date '2024-01-05' as date, "
        "5::hugeint as amount, interval 1 day as wait, uuid() as order_id, '101'::bit as bits"
    )
    table = read(relation)
    assert table["customer_id"].tolist() == ["9007199254740993001"]
    assert table["amount"].tolist() == [5.0]


def test_an_expression_is_read_where_it_lives():
    backend = ibis.duckdb.connect()
    table = backend.create_table("orders", orders(date=pd.to_datetime(["2024-01-05"] * 2)))
    valid = read_transactions(table.filter(table.amount > 6).mutate(note=ibis.literal("x")))
    assert valid.get_backend() is backend
    assert valid.to_pandas()["customer_id"].tolist() == ["b"]


def test_decimal_ids_of_warehouses_stay_exact():
    backend = ibis.duckdb.connect()
    table = backend.sql(
        "select 90071992547409930012::decimal(38, 0) as customer_id, "
        "date '2024-01-05' as date, 5.1::decimal(9, 2) as amount"
    )
    assert read(table)[["customer_id", "amount"]].to_numpy().tolist() == [
        ["90071992547409930012", 5.1]
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda: duckdb.sql(
                "select x::int as customer_id, '2024-01-05' as date, 5 as amount "
                "from (values ('7'), ('x')) t(x)"
            ),
            "Could not convert string 'x'",
            id="relation",
        ),
        pytest.param(
            lambda: ibis.memtable(orders()).mutate(customer_id=ibis._.customer_id.cast("int64")),
            "Could not convert string 'a'",
            id="expression",
        ),
        pytest.param(
            lambda: ibis.table({"customer_id": "string", "date": "string", "amount": "float64"}),
            "unbound",
            id="unbound",
        ),
        pytest.param(
            lambda: duckdb.sql("select 1 as customer_id, 2 as date, 3 as amount, 4 as amount"),
            "'amount' is there more than once",
            id="twice",
        ),
        pytest.param(
            lambda: pa.table([pa.array([1])] * 4, ["customer_id", "date", "amount", "amount"]),
            "'amount' is there more than once",
            id="arrow-twice",
        ),
        pytest.param(
            lambda: pa.Table.from_pandas(orders()).slice(0, 0),
            "has a header but no rows",
            id="arrow-empty",
        ),
        pytest.param(
            lambda: duckdb.sql("select 1 as customer_id, 2 as date, 3 as amount where false"),
            "has a header but no rows",
            id="relation-empty",
        ),
    ],
)
def test_no_error_of_an_engine_comes_through(make, message):
    with pytest.raises(ContractError, match=message):
        audit_transactions(make())


@pytest.mark.parametrize(
    ("source", "name"),
    [
        pytest.param(None, "NoneType", id="none"),
        pytest.param(5, "int", id="number"),
        pytest.param(b"orders.csv", "bytes", id="bytes"),
        pytest.param([], "list", id="empty-list"),
        pytest.param([pd.DataFrame()], "list", id="list-of-frames"),
        pytest.param({"a": [1]}, "dict", id="dict"),
        pytest.param(np.zeros((2, 2)), "numpy.ndarray", id="array"),
        pytest.param(pd.Series([1]), "pandas.Series", id="series"),
        pytest.param(pa.chunked_array([[1]]), "pyarrow.ChunkedArray", id="arrow-column"),
        pytest.param(ibis.memtable({"a": [1]}).a, "ibis.IntegerColumn", id="ibis-column"),
        pytest.param(duckdb.connect(), "DuckDBPyConnection", id="connection"),
    ],
)
def test_what_is_no_table_is_a_type_error(source, name):
    with pytest.raises(TypeError, match=rf"`source` must be a path, .*; got .*{name}\."):
        read_transactions(source)


# --- the same on every engine ----------------------------------------------------------------


@functools.cache
def typed_orders():
    """Orders whose columns have types, and their audit."""
    frame = pd.DataFrame(
        {
            "customer_id": ["007", "7", None, "d", "e", "f"],
            "date": pd.to_datetime(
                ["2024-01-05 23:59", "2024-01-06", "2024-01-06", None, "2999-01-01", "2024-01-07"],
                format="ISO8601",
            ),
            "amount": [5.0, -2.5, 1.0, 1.0, np.inf, np.nan],
            "quantity": [1.0, 1.0, 2.0, 2.0, 1.0, 1.0],
            "note": ["x", None, "y", "y", "z", "z"],
        }
    )
    return frame, audited(frame)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES[1:], indirect=True)
def test_typed_columns_read_the_same_on_every_engine(engine):
    frame, expected = typed_orders()
    report = audited(engine(frame))
    assert broken_rules(report) == broken_rules(expected)
    assert sorted(report.quarantined["reason"]) == [
        "amount infinite; date in the future",
        "amount missing",
        "customer_id missing",
        "date missing",
    ]
    table = report.valid.to_pandas().sort_values("customer_id")
    assert table["date"].tolist() == [STAMP("2024-01-05 23:59"), STAMP("2024-01-06")]
    assert table["amount"].tolist() == [5.0, -2.5]
    assert report.last_date == expected.last_date


@functools.cache
def orders_in_text():
    """Orders whose columns are text, and their audit."""
    rows = [
        ("007", "2024-01-05", "₩12,000", "yes"),
        ("008", "2024-02-30", "(₩900)", "no"),
        ("\u00a0", "2024-01-05", "1,234", ""),
        ("9", "05/01/2024", "5", "no"),
        ("10", "2024-01-05T10:00:00", "$3", "no"),
        ("11", "2999-01-01", "-inf", "no"),
        ("12", "2024년 1월 5일", "x", "no"),
        ("13", None, None, None),
        ("14", "2024-01-05 오후 3:05", "-5", "no"),
        ("15", "2024-1-5", "(5)", "no"),
        ("9.1E+18", "2024-01-05 24:00", "1e3", "maybe"),
        ("16", "2024-01-05 00:00:00.5", "₩7", "F"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount", "is_return"])
    return frame, audited(frame)


@pytest.mark.slow
@few_engines
def test_text_columns_read_the_same_on_every_engine(engine):
    frame, expected = orders_in_text()
    report = audited(engine(frame))
    assert counted(report).equals(counted(expected))
    assert report.readings == expected.readings
    assert reasons(report) == reasons(expected)
    # What says that it is no return is a line, whatever its sign; ₩12,000 had no purchase.
    assert (report.rows_valid, report.revenue) == (4, -5 - 5 + 7)


def counted(report):
    """What was found, without examples: rows of some engines have no place to name."""
    return report.by_rule.drop(columns="example")


@pytest.mark.slow
def test_zones_read_the_same_on_every_engine(engine):
    dates = [
        "2024-01-05T23:30:00+09:00",
        "2024-01-05 20:00:00Z",
        "2024-01-06",
        "2024-01-05 20:00-0530",
    ]
    frame = pd.DataFrame({"customer_id": list("abcd"), "date": dates, "amount": ["1"] * 4})
    table = read(engine(frame), timezone="Asia/Seoul")
    assert table["date"].astype(str).tolist() == [
        "2024-01-05 23:30:00",
        "2024-01-06 05:00:00",
        "2024-01-06 00:00:00",
        "2024-01-06 10:30:00",
    ]


@pytest.mark.parametrize(
    ("date_format", "text"),
    [("%d %b %y", "5 Jan 24"), ("%d.%m.%y", "05.01.24"), (None, "January 5, 2024")],
)
@pytest.mark.spark
def test_spark_reads_names_of_months_and_short_years(spark, date_format, text):
    frame = spark.createDataFrame(orders(date=[text, text]))
    assert read(frame, date_format=date_format)["date"].tolist() == [STAMP("2024-01-05")] * 2


@pytest.mark.spark
def test_spark_keeps_the_session_of_its_owner(spark):
    before, tables = spark.conf.get("spark.sql.session.timeZone"), spark.catalog.listTables()
    spark.conf.set("spark.sql.session.timeZone", "Asia/Seoul")
    try:
        instants = spark.sql(
            "select 'a' as customer_id, timestamp '2024-01-05 23:30:00' as date, 5 as amount"
        )
        assert read(instants)["date"].tolist() == [STAMP("2024-01-05 23:30")]
        summary = rfm_summary(read_transactions(instants))
        assert STAMP(summary.attrs["observation_end"]) == STAMP("2024-01-05")
        assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Seoul"
        assert spark.catalog.listTables() == tables
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)


@pytest.mark.spark
def test_spark_types_and_names_are_read(spark):
    table = spark.sql(
        "select cast('90071992547409930012' as decimal(38, 0)) as customer_id, "
        "date '2024-01-05' as date, cast(5.10 as decimal(9, 2)) as amount, "
        "array(1) as list, map('a', 1) as `a map`, true as `x.y`"
    )
    report = audited(table)
    assert report.valid.to_pandas()["customer_id"].tolist() == ["90071992547409930012"]
    assert report.revenue == 5.1


@pytest.mark.spark
@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "select cast('x' as int) as customer_id, '2024-01-05' as date, 1 as amount",
            "CAST_INVALID_INPUT",
        ),
        (
            "select 1 as customer_id, '2024-01-05' as date, 1 as amount, 2 as Amount",
            "differ only in case",
        ),
        ("select 1 as customer_id, '2024-01-05' as date, 1 as amount where false", "no rows"),
    ],
)
def test_no_error_of_spark_comes_through(spark, query, message):
    with pytest.raises(ContractError, match=message):
        audit_transactions(spark.sql(query))
