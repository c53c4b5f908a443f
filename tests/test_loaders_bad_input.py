"""Orders as people export them: read, refused with a reason, or set aside and counted."""

import gzip

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.contracts import ContractError
from crmlab.customer_base import rfm_summary
from crmlab.loaders import QuarantineWarning, audit_transactions, read_transactions

KOREAN = {"고객": "customer_id", "일자": "date", "금액": "amount"}


def table(**columns):
    """A frame of one customer buying for 5 on 5 January, with the given columns instead."""
    n_rows = max((len(values) for values in columns.values()), default=1)
    plain = {
        "customer_id": ["a"] * n_rows,
        "date": ["2024-01-05"] * n_rows,
        "amount": ["5"] * n_rows,
    }
    return pd.DataFrame(plain | columns)


def csv(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def accounts(report):
    """The identity that must hold whatever was read."""
    assert report.rows_read == report.rows_valid + report.rows_quarantined
    assert len(report.quarantined) == report.rows_quarantined
    assert report.quarantined["reason"].str.len().gt(0).all()
    return report


# --- amounts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "amounts"),
    [
        pytest.param(["₩12,000", "₩1,500"], [12000, 1500], id="won"),
        pytest.param(["￦12,000", "1,500원"], [12000, 1500], id="won-words"),
        pytest.param(["1.234,56 €", "12,50 €"], [1234.56, 12.5], id="euro"),
        pytest.param(["(12.00)", "3.50"], [-12, 3.5], id="accounting-brackets"),
        pytest.param(["12.00-", "−3.50"], [-12, -3.5], id="minus-signs"),
        pytest.param(["1,234,567", "8"], [1234567, 8], id="two-groups"),
        pytest.param(["1 234,50", "12,25"], [1234.5, 12.25], id="spaces"),
        pytest.param(["1'234.50", "2.25"], [1234.5, 2.25], id="apostrophe"),
        pytest.param(["1.5e3", "2.25"], [1500, 2.25], id="exponent"),
        pytest.param(["0", "-0.0"], [0, 0], id="zero"),
    ],
)
def test_amounts_are_read_where_one_reading_fits(texts, amounts):
    read = read_transactions(table(amount=texts)).to_pandas()
    assert sorted(read["amount"]) == sorted(amounts)


@pytest.mark.parametrize(
    ("texts", "reason", "left_out"),
    [
        pytest.param(["1,234", "1.234"], "amount ambiguous", 2, id="comma-beside-point"),
        pytest.param(["1.234 €", "5 €"], "amount ambiguous", 1, id="euro-thousand-or-not"),
        pytest.param(["inf", "5"], "amount infinite", 1, id="inf"),
        pytest.param(["1e999", "5"], "amount infinite", 1, id="overflow"),
        pytest.param(["five", "5"], "amount unreadable", 1, id="words"),
        pytest.param(["", "5"], "amount missing", 1, id="blank"),
        pytest.param(["$5", "€6", "$7"], "amount in another currency", 1, id="two-currencies"),
    ],
)
def test_amounts_without_a_reading_are_set_aside(texts, reason, left_out):
    report = accounts(audit_transactions(table(amount=texts)))
    assert report.rows_quarantined == left_out
    assert set(report.quarantined["reason"]) == {reason}
    with pytest.raises(ContractError, match=reason):
        read_transactions(table(amount=texts))


def test_decimal_decides_where_the_column_cannot():
    read = read_transactions(table(amount=["1,234", "1.234"]), decimal=".").to_pandas()
    assert sorted(read["amount"]) == [1.234, 1234.0]
    report = accounts(audit_transactions(table(amount=["1.234", "5"]), decimal=","))
    assert report.valid.to_pandas()["amount"].sum() == 1239


def test_amount_is_quantity_times_unit_price_where_it_is_absent():
    frame = table(quantity=["2", "-1"], unit_price=["1.50", "4.00"]).drop(columns="amount")
    assert sorted(read_transactions(frame).to_pandas()["amount"]) == [-4.0, 3.0]


# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        pytest.param(["2024-01-05", "2024/1/6"], ["2024-01-05", "2024-01-06"], id="iso"),
        pytest.param(["20240105", "20240106"], ["2024-01-05", "2024-01-06"], id="compact"),
        pytest.param(["13/01/2024", "05/01/2024"], ["2024-01-13", "2024-01-05"], id="day-first"),
        pytest.param(["01/13/2024", "01/05/2024"], ["2024-01-13", "2024-01-05"], id="month-first"),
        pytest.param(
            ["2024년 1월 5일", "2024년 12월 31일"], ["2024-01-05", "2024-12-31"], id="korean"
        ),
        pytest.param(["5-Jan-2024", "17 March 2024"], ["2024-01-05", "2024-03-17"], id="names"),
        pytest.param(
            ["2024-01-05 오후 11:59", "2024-01-06T00:00:01"],
            ["2024-01-05", "2024-01-06"],
            id="times",
        ),
    ],
)
def test_dates_are_read_in_one_layout(texts, days):
    read = read_transactions(table(date=texts)).to_pandas()["date"]
    assert sorted(read.dt.strftime("%Y-%m-%d")) == sorted(days)


@pytest.mark.parametrize(
    ("texts", "reasons"),
    [
        pytest.param(["2024-02-30", "2024-01-05"], ["date unreadable"], id="no-such-day"),
        pytest.param(["soon", "2024-01-05"], ["date unreadable"], id="words"),
        pytest.param(["2099-01-01", "2024-01-05"], ["date in the future"], id="future"),
        pytest.param([None, "2024-01-05"], ["date missing"], id="missing"),
        pytest.param(
            ["2024-01-05", "2024-01-06", "05/01/2024"],
            ["date in another layout"],
            id="mixed-layouts",
        ),
        pytest.param(["05/01/2024", "06/01/2024"], ["date ambiguous"] * 2, id="day-or-month"),
        pytest.param(
            ["2024-01-05T23:30:00Z", "2024-01-05T23:30:00+09:00"],
            ["date in mixed time zones"] * 2,
            id="mixed-zones",
        ),
    ],
)
def test_dates_that_cannot_be_trusted_are_set_aside(texts, reasons):
    report = accounts(audit_transactions(table(date=texts)))
    assert report.quarantined["reason"].tolist() == reasons
    with pytest.raises(ContractError, match=reasons[0]):
        read_transactions(table(date=texts))


@pytest.mark.parametrize(
    ("options", "text", "day"),
    [
        pytest.param({"dayfirst": True}, "05/01/2024", "2024-01-05", id="dayfirst"),
        pytest.param({"dayfirst": False}, "05/01/2024", "2024-05-01", id="monthfirst"),
        pytest.param({"date_format": "%d.%m.%y"}, "05.01.24", "2024-01-05", id="format"),
        pytest.param({"date_format": "%d.%m.%y"}, "05.01.97", "1997-01-05", id="last-century"),
        pytest.param(
            {"date_format": "%m/%d/%Y %I:%M %p"}, "1/5/2024 11:30 PM", "2024-01-05", id="12-hours"
        ),
        pytest.param({"timezone": "Asia/Seoul"}, "2024-01-05T16:00:00Z", "2024-01-06", id="zone"),
        pytest.param({"not_after": "2200-01-01"}, "2099-01-01", "2099-01-01", id="not-after"),
    ],
)
def test_options_decide_how_a_date_is_meant(options, text, day):
    read = read_transactions(table(date=[text]), **options).to_pandas()["date"]
    assert read.dt.strftime("%Y-%m-%d").tolist() == [day]


def test_a_zoned_column_keeps_the_days_of_its_own_zone(tmp_path):
    late = pd.to_datetime(["2024-01-05 23:30"]).tz_localize("Asia/Seoul")
    frame = pd.DataFrame({"customer_id": ["a"], "date": late, "amount": [5.0]})
    frame.to_parquet(tmp_path / "zoned.parquet")
    for source in (frame, tmp_path / "zoned.parquet"):
        assert rfm_summary(read_transactions(source)).attrs["observation_end"] == "2024-01-05"


# --- ids --------------------------------------------------------------------------------------


def test_leading_zeros_and_nineteen_digits_survive_every_file(tmp_path):
    ids = ["007", "7", "9007199254740993001", "9007199254740993002"]
    frame = table(customer_id=ids)
    frame.to_csv(tmp_path / "o.csv", index=False)
    frame.to_csv(tmp_path / "o.csv.gz", index=False)
    frame.to_excel(tmp_path / "o.xlsx", index=False)
    frame.to_parquet(tmp_path / "o.parquet")
    for path in sorted(tmp_path.iterdir()):
        assert sorted(read_transactions(path).to_pandas()["customer_id"]) == sorted(ids), path.name


def test_ids_that_pandas_made_floats_become_whole_again():
    frame = pd.DataFrame(
        {"customer_id": [7.0, np.nan], "date": ["2024-01-05"] * 2, "amount": [5, 6]}
    )
    report = accounts(audit_transactions(frame))
    assert report.valid.to_pandas()["customer_id"].tolist() == [7]
    assert report.quarantined["reason"].tolist() == ["customer_id missing"]
    large = frame.assign(customer_id=[9007199254740993000.0, 7.0])
    assert accounts(audit_transactions(large)).quarantined["reason"].tolist() == [
        "customer_id damaged"
    ]


@pytest.mark.parametrize("nobody", [None, "", "  ", "NULL", "nan", "N/A"])
def test_a_customer_without_an_id_is_set_aside(nobody):
    report = accounts(audit_transactions(table(customer_id=["a", nobody])))
    assert report.quarantined["reason"].tolist() == ["customer_id missing"]


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("\n\n", "is empty", id="blank-lines"),
        pytest.param("customer_id,date,amount\n", "has a header but no rows", id="header-only"),
        pytest.param(
            "who,when,how\na,2024-01-05,5\n",
            "lacks 'customer_id', 'date', 'amount'; it has 'who'",
            id="wrong-names",
        ),
        pytest.param(
            "Customer_ID,Date,Amount\na,2024-01-05,5\n", "Did you mean columns=", id="case"
        ),
        pytest.param(
            "customer_id,date,date,amount\na,2024-01-05,2024-01-05,5\n",
            "'date' stands there more than once",
            id="twice",
        ),
    ],
)
def test_a_file_that_is_no_order_table_is_refused(tmp_path, content, message):
    with pytest.raises(ContractError, match=message):
        read_transactions(csv(tmp_path / "orders.csv", content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"found none at .*nowhere\.csv"):
        read_transactions(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp949", pytest.param("utf-16", id="utf-16")]
)
def test_korean_text_is_read_in_any_usual_encoding(tmp_path, encoding):
    text = '고객,일자,금액\n김하늘,2024-01-05,"12,000원"\n이하늘,2024-01-06,"9,000원"\n'
    read = read_transactions(csv(tmp_path / "o.csv", text, encoding), columns=KOREAN).to_pandas()
    assert sorted(read["customer_id"]) == ["김하늘", "이하늘"]
    assert read["amount"].sum() == 21000


def test_a_western_file_is_not_taken_for_korean(tmp_path):
    text = "customer_id;date;amount\nMüller;2024-01-05;1.234,56\nCafé;2024-01-06;2,50\n"
    path = csv(tmp_path / "o.csv", text, "cp1252")
    with pytest.raises(ContractError, match=r"neither UTF-8 nor Korean.*encoding='cp1252'"):
        read_transactions(path)
    read = read_transactions(path, encoding="cp1252").to_pandas()
    assert sorted(read["customer_id"]) == ["Café", "Müller"]
    assert read["amount"].sum() == pytest.approx(1237.06)


def test_rows_that_do_not_fit_the_header_are_kept_aside(tmp_path):
    text = "customer_id,date,amount\na,2024-01-05,5\nb,2024-01-05\nc,2024-01-05,5,6\n"
    report = accounts(audit_transactions(csv(tmp_path / "o.csv", text)))
    assert (report.rows_read, report.rows_valid) == (3, 1)
    assert set(report.quarantined["text"].str.strip()) == {"b,2024-01-05", "c,2024-01-05,5,6"}


def test_values_may_hold_separators_quotes_and_line_ends(tmp_path):
    text = 'customer_id,date,amount,note\r\n"a, b",2024-01-05,5,"say ""hi""\r\nthere"\r\n'
    read = read_transactions(csv(tmp_path / "o.csv", text)).to_pandas()
    assert read["customer_id"].tolist() == ["a, b"]
    assert read["note"].str.contains('say "hi"').all()


def test_many_files_are_one_table(tmp_path):
    for month in (1, 2):
        table(date=[f"2024-0{month}-05"]).to_csv(tmp_path / f"2024-{month}.csv", index=False)
    for source in (str(tmp_path / "2024-*.csv"), tmp_path, sorted(tmp_path.iterdir())):
        assert len(read_transactions(source).to_pandas()) == 2
    with gzip.open(tmp_path / "2024-3.csv.gz", "wt") as file:
        file.write("customer_id,date,price\na,2024-01-05,5\n")
    with pytest.raises(ContractError, match="must have the same columns"):
        read_transactions(tmp_path)


def test_cells_of_excel_keep_their_type(tmp_path):
    frame = pd.DataFrame(
        {
            "customer_id": [7, "007", 9],
            "date": [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-06 10:00"), "2024-01-07"],
            "amount": [5, 2.5, "1,000"],
        }
    )
    frame.to_excel(tmp_path / "o.xlsx", index=False)
    read = read_transactions(tmp_path / "o.xlsx").to_pandas()
    assert sorted(read["customer_id"].astype(str)) == ["007", "7", "9"]
    assert read["amount"].sum() == 1007.5
    assert read["date"].dt.day.sum() == 18


# --- header -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        pytest.param(
            {"customer_id": "고객"}, ValueError, "not the other way|must map to", id="reversed"
        ),
        pytest.param(
            {"nobody": "customer_id"},
            ContractError,
            "'nobody', which the table lacks",
            id="unknown-theirs",
        ),
        pytest.param(
            {"customer_id": "client"}, ValueError, "`columns` must map to", id="unknown-ours"
        ),
        pytest.param({"note": "amount"}, ContractError, "claim to be 'amount'", id="two-claim"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(columns, error, message):
    with pytest.raises(error, match=message):
        read_transactions(table(note=["x"]), columns=columns)


def test_other_columns_pass_through_and_a_column_may_be_called_reason():
    frame = table(
        customer_id=["a", None], reason=["gift", "none given"], **{"이름 <b>": ["x", "y"]}
    )
    report = accounts(audit_transactions(frame))
    assert report.valid.to_pandas()["이름 <b>"].tolist() == ["x"]
    assert report.quarantined["reason"].tolist() == ["customer_id missing"]
    assert "none given" in report.quarantined.to_numpy()


# --- returns and repeats ----------------------------------------------------------------------


def test_repeated_lines_are_counted_and_set_aside_when_asked():
    frame = table(customer_id=["a", "a", "a", "b"])
    counted = accounts(audit_transactions(frame)).by_rule.set_index("rule").loc["line repeated"]
    assert (counted["n_rows"], counted["treatment"]) == (2, "kept")
    report = accounts(audit_transactions(frame, duplicates="quarantine"))
    assert (report.rows_valid, report.rows_quarantined) == (2, 2)


@pytest.mark.parametrize(
    ("returns", "total", "n_lines"), [("net", 6.0, 3), ("drop", 15.0, 2), ("keep", 6.0, 3)]
)
def test_returns_are_netted_dropped_or_kept(returns, total, n_lines):
    frame = table(amount=["10", "5", "-9"])
    read = read_transactions(frame, returns=returns).to_pandas()
    assert (read["amount"].sum(), len(read)) == (total, n_lines)
    report = accounts(audit_transactions(frame, returns=returns))
    assert report.rows_valid == 3
    assert report.by_rule.set_index("rule").loc["return line", "n_rows"] == 1


# --- every source, every outcome --------------------------------------------------------------


def test_text_reads_the_same_on_every_engine(engine):
    frame = pd.DataFrame(
        {
            "customer_id": ["007", " 7 ", None, "nan", "c"],
            "date": ["05/01/2024", "13/01/2024", "14/01/2024", "31/01/2024", "30/02/2024"],
            "amount": ["₩12,000", "(₩900)", "₩1", "₩2", "₩3"],
        }
    )
    report = accounts(audit_transactions(engine(frame)))
    assert (report.rows_read, report.rows_valid) == (5, 2)
    read = report.valid.to_pandas().sort_values("customer_id")
    assert read["customer_id"].tolist() == ["007", "7"]
    assert read["amount"].tolist() == [12000.0, -900.0]
    assert read["date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-05", "2024-01-13"]


def test_a_duckdb_relation_and_an_arrow_table_are_sources():
    import pyarrow as pa

    frame = table(customer_id=["a", "b"])
    for source in (duckdb.connect().from_df(frame), pa.Table.from_pandas(frame)):
        assert len(read_transactions(source).to_pandas()) == 2


def test_quarantine_goes_on_with_a_warning_that_counts():
    frame = table(date=["2024-01-05", "2024-02-30"])
    with pytest.warns(QuarantineWarning, match="1 of 2 rows break the contract"):
        read = read_transactions(frame, on_invalid="quarantine")
    assert len(read.to_pandas()) == 1


def test_a_refusal_names_the_count_an_example_and_the_remedy():
    with pytest.raises(ContractError, match=r"date unreadable: 1.*'2024-02-30'") as caught:
        read_transactions(table(date=["2024-01-05", "2024-02-30"]))
    assert "on_invalid='quarantine'" in str(caught.value)


def test_all_rows_may_be_invalid():
    report = accounts(audit_transactions(table(amount=["x", "y"])))
    assert (report.rows_valid, report.n_customers) == (0, 0)
    assert len(report.valid.to_pandas()) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"on_invalid": "skip"}, "`on_invalid` must be one of", id="on-invalid"),
        pytest.param({"returns": "ignore"}, "`returns` must be one of", id="returns"),
        pytest.param({"decimal": ";"}, "`decimal` must be one of", id="decimal"),
        pytest.param({"timezone": "Seoul"}, "`timezone` must be", id="zone"),
        pytest.param({"date_format": "%Y-%m"}, "lacks the day", id="format-lacks-day"),
        pytest.param({"date_format": "%Y-%m-%d %Q"}, "got %Q", id="format-unknown"),
        pytest.param({"date_format": "%d/%m/%Y", "dayfirst": True}, "not both", id="both"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        read_transactions(table(), **options)


corruptions = st.sampled_from(
    [("customer_id", ""), ("date", "2024-02-30"), ("date", ""), ("amount", "x"), ("amount", ""),
     ("date", "2999-01-01"), ("amount", "inf")]
)  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(st.lists(st.one_of(st.none(), corruptions), min_size=1, max_size=12))
def test_every_row_is_either_valid_and_unchanged_or_set_aside_as_it_was(faults):
    frame = table(
        customer_id=[f"c{i}" for i in range(len(faults))],
        amount=[f"{i + 0.25}" for i in range(len(faults))],
    )
    for row, fault in enumerate(faults):
        if fault:
            frame.loc[row, fault[0]] = fault[1]
    bad = [row for row, fault in enumerate(faults) if fault]
    before = frame.copy()
    report = accounts(audit_transactions(frame))
    pd.testing.assert_frame_equal(frame, before)
    assert report.rows_quarantined == len(bad)
    good = report.valid.to_pandas().sort_values("customer_id")
    expected = frame.drop(index=bad).sort_values("customer_id")
    assert good["customer_id"].tolist() == expected["customer_id"].tolist()
    assert good["amount"].tolist() == expected["amount"].astype(float).tolist()
    aside = report.quarantined.drop(columns="reason").fillna("")
    assert sorted(map(tuple, aside.to_numpy())) == sorted(map(tuple, before.loc[bad].to_numpy()))
