"""Dates, time zones, amounts and ids, as people write them."""

import datetime as dt
import decimal
import functools
import unicodedata
import uuid

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import few_engines
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cases import (
    STAMP,
    audited,
    csv,
    orders,
    read,
    reasons,
)

from crmlab.contracts import ContractError
from crmlab.loaders import read_table, read_transactions

# --- dates -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_two_digit_year_that_no_date_decides_is_ambiguous_with_formats_that_work():
    frame = orders(date=["26.01.24", "05.01.24"])
    offered = "date_format='%y.%m.%d' or date_format='%d.%m.%y'"
    with pytest.raises(ContractError, match=f"ambiguous: 2 .*'26.01.24'.*{offered}"):
        read_transactions(frame)
    assert read(frame, date_format="%d.%m.%y")["date"].dt.year.tolist() == [2024, 2024]
    assert read(frame, date_format="%y.%m.%d")["date"].dt.day.tolist() == [24, 24]


@pytest.mark.slow
def test_two_orders_of_day_and_month_in_one_column_are_not_trusted():
    dates = ["25/01/2024", "01/26/2024", "05/01/2024", "06/06/2024"]
    frame = pd.DataFrame({"customer_id": list("abcd"), "date": dates, "amount": 1})
    assert reasons(audited(frame)) == {"b": "date in another layout", "c": "date ambiguous"}
    month_first = audited(frame, dayfirst=False)
    assert reasons(month_first) == {"a": "date in another layout"}


@pytest.mark.slow
def test_date_format_leaves_other_layouts_aside():
    frame = orders(date=["05.01.2024", "2024-01-05"])
    assert reasons(audited(frame, date_format="%d.%m.%Y")) == {"b": "date in another layout"}


def test_typed_dates_need_no_format():
    frame = orders(date=pd.to_datetime(["2024-01-05", "2024-01-06"]))
    assert len(read(frame, date_format="%d.%m.%Y")) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "not_after", ["2024-01-05", dt.date(2024, 1, 5), STAMP("2024-01-05 03:00")]
)
def test_not_after_keeps_its_whole_day(not_after):
    frame = orders(date=["2024-01-05 23:59:59", "2024-01-06"])
    assert reasons(audited(frame, not_after=not_after)) == {"b": "date in the future"}


@pytest.mark.slow
def test_tomorrow_somewhere_on_earth_is_not_the_future():
    now = pd.Timestamp.now("UTC").tz_localize(None)
    frame = orders(date=[now + pd.Timedelta("13h"), now + pd.Timedelta("16h")])
    assert reasons(audited(frame)) == {"b": "date in the future"}


# --- time zones ------------------------------------------------------------------------------


@pytest.mark.slow
@few_engines
def test_the_first_and_last_moment_are_local_on_every_engine(engine):
    report = audited(engine(orders(date=pd.to_datetime(["2024-01-05 23:30", "2024-02-01 03:00"]))))
    assert (report.first_date, report.last_date) == (
        STAMP("2024-01-05 23:30"), STAMP("2024-02-01 03:00"),
    )  # fmt: skip


@pytest.mark.slow
def test_one_offset_is_the_zone_of_the_days(tmp_path):
    report = audited(csv(tmp_path, "a,2024-01-05T23:30:00+09:00,5", "b,2024-01-06T00:10+0900,5"))
    assert report.first_date == STAMP("2024-01-05 23:30")
    assert report.readings["date"] == "year-month-day, days in UTC+09:00"


@pytest.mark.slow
def test_ways_to_write_one_offset_are_one_zone():
    frame = orders(date=["2024-01-05T10:00Z", "2024-01-05 11:00 UTC"])
    more = orders(date=["2024-01-05T10:00+00:00", "2024-01-05T10:00:00.5+00"])
    assert audited(pd.concat([frame, more])).rows_valid == 4


@pytest.mark.slow
def test_mixed_offsets_are_set_aside_until_a_zone_is_given():
    dates = ["2024-01-05T23:30+09:00", "2024-01-05T20:00Z", "2024-01-05 20:00-05", "2024-01-07"]
    frame = pd.DataFrame({"customer_id": list("abcd"), "date": dates, "amount": 1})
    trouble = "date in mixed time zones"
    assert reasons(audited(frame)) == dict.fromkeys("abc", trouble)  # a bare day needs no zone
    with pytest.raises(ContractError, match=r"mixed time zones: 3 .*`timezone=`"):
        read_transactions(frame)
    local = [pd.Timestamp(d).tz_convert("Asia/Seoul").tz_localize(None) for d in dates[:3]]
    assert read(frame, timezone="Asia/Seoul")["date"].tolist() == [*local, STAMP("2024-01-07")]


@pytest.mark.slow
def test_a_zone_knows_summer_time():
    frame = orders(date=["2024-01-05T23:30+01:00", "2024-07-05T23:30+02:00"])
    assert read(frame, timezone="Europe/Berlin")["date"].dt.hour.tolist() == [23, 23]


@pytest.mark.slow
@pytest.mark.parametrize(
    "dates",
    [
        pytest.param(
            [STAMP("2024-01-05 23:00", tz="Asia/Seoul"), STAMP("2024-01-05 23:00", tz="UTC")],
            id="two-zones",
        ),
        pytest.param(
            [STAMP("2024-01-05 23:00", tz="Asia/Seoul"), STAMP("2024-01-05 23:00")],
            id="one-without",
        ),
    ],
)
def test_objects_of_several_zones_are_set_aside(dates):
    frame = orders(date=pd.Series(dates, dtype=object))
    assert set(reasons(audited(frame)).values()) == {"date in mixed time zones"}
    assert len(read(frame, timezone="Asia/Seoul")) == 2


def test_objects_of_one_zone_are_one_zone_in_summer_and_winter():
    dates = [
        STAMP("2024-01-05 23:00", tz="Europe/Berlin"),
        STAMP("2024-07-05 23:00", tz="Europe/Berlin"),
    ]
    assert read(orders(date=pd.Series(dates, dtype=object)))["date"].dt.hour.tolist() == [23, 23]


def zoned_sources(tmp_path):
    moments = pd.to_datetime(["2024-01-05 23:00", "2024-01-06 00:30"]).tz_localize("Asia/Seoul")
    frame = orders(date=moments)
    frame.to_parquet(tmp_path / "zoned.parquet")
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Seoul'")
    return {
        "frame": frame,
        "arrow": pa.Table.from_pandas(frame),
        "parquet": tmp_path / "zoned.parquet",
        "relation": connection.from_df(frame),
        "ibis": ibis.memtable(frame),
        "fixed": orders(date=moments.tz_convert("+09:00")),
        "arrow-dtype": frame.astype({"date": pd.ArrowDtype(pa.timestamp("us", "Asia/Seoul"))}),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", ["frame", "arrow", "parquet", "relation", "ibis", "fixed", "arrow-dtype"]
)
def test_instants_keep_the_days_of_their_zone_or_of_another(tmp_path, source):
    table = zoned_sources(tmp_path)[source]
    assert read(table)["date"].tolist() == [STAMP("2024-01-05 23:00"), STAMP("2024-01-06 00:30")]
    there = read(table, timezone="America/New_York")["date"]
    assert there.tolist() == [STAMP("2024-01-05 09:00"), STAMP("2024-01-05 10:30")]


@pytest.mark.slow
def test_files_of_several_zones_need_one_to_be_given(tmp_path):
    for zone in ("Asia/Seoul", "UTC"):
        moments = pd.to_datetime(["2024-01-05 23:00", "2024-01-06 00:30"]).tz_localize(zone)
        orders(date=moments).to_parquet(tmp_path / f"{zone[:3]}.parquet")
    with pytest.raises(ContractError, match=r"one time zone; got Asia/Seoul, UTC\. Pass `timez"):
        read_transactions(tmp_path)
    assert len(read(tmp_path, timezone="UTC")) == 4
    orders(date=pd.to_datetime(["2024-01-05", "2024-01-06"])).to_parquet(tmp_path / "no.parquet")
    with pytest.raises(ContractError, match="a time zone in all files or in none"):
        read_transactions(tmp_path, timezone="UTC")


# --- amounts, of which test_loaders_amounts.py has the forms -----------------------------------


@pytest.mark.slow
def test_a_rule_is_counted_once_in_the_report():
    by_rule = audited(orders(amount=["inf", "1"])).by_rule
    assert by_rule["rule"].is_unique
    assert by_rule.set_index("rule")["n_rows"]["amount infinite"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        pytest.param("quantity", ["2", "?"], "quantity unreadable", id="quantity-text"),
        pytest.param("quantity", [1.0, np.inf], "quantity infinite", id="quantity-infinite"),
        pytest.param("unit_price", ["2", "1.234,5"], "unit_price unreadable", id="price"),
        pytest.param("cost", ["2", "x"], "cost unreadable", id="cost"),
        pytest.param("is_return", ["yes", "perhaps"], "is_return unreadable", id="flag"),
        pytest.param("order_id", ["C536", "5.36E+11"], "order_id damaged", id="order"),
        pytest.param("product_id", [7.0, 7.5], "product_id unreadable", id="product"),
    ],
)
def test_optional_columns_are_read_as_strictly(column, values, reason):
    assert reasons(audited(orders(**{column: values}), decimal=".")) == {"b": reason}


@pytest.mark.slow
def test_blank_optional_values_are_no_fault():
    frame = orders(quantity=["", "2"], cost=[None, "1"], is_return=["", "no"], order_id=[None, "7"])
    assert len(read(frame)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quantity", "unit_price", "expected"),
    [
        pytest.param([2, -1], [5.0, 5.0], {"a": 10.0, "b": -5.0}, id="numbers"),
        pytest.param(["2", "x"], ["₩5", "₩5"], {"a": 10.0, "b": "quantity unreadable"}, id="text"),
        pytest.param([2, None], [5.0, 5.0], {"a": 10.0, "b": "amount missing"}, id="missing"),
        pytest.param([2, 1e200], [5.0, 1e200], {"a": 10.0, "b": "amount infinite"}, id="overflow"),
    ],
)
def test_amount_is_quantity_times_price_where_it_is_absent(quantity, unit_price, expected):
    report = audited(orders(quantity=quantity, unit_price=unit_price).drop(columns="amount"))
    found = report.valid.to_pandas().set_index("customer_id")["amount"].to_dict()
    assert found | reasons(report) == expected


# --- ids -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ids_stand_as_they_are(tmp_path):
    ids = ["007", "7", "9007199254740993001", "9007199254740993002", "1.0", "C536379", "Na", "박"]
    table = read(csv(tmp_path, *(f"{one},2024-01-05,5" for one in ids)))
    assert sorted(table["customer_id"]) == sorted(ids)


@pytest.mark.slow
def test_what_a_spreadsheet_made_of_long_ids_is_damaged(tmp_path):
    report = audited(
        csv(tmp_path, "9.00719925474099E+18,2024-01-05,5", "9007199254740993001,2024-01-05,5")
    )
    assert reasons(report) == {"9.00719925474099E+18": "customer_id damaged"}
    with pytest.raises(ContractError, match=r"customer_id damaged: 1 .*export it as text"):
        read_transactions(orders(customer_id=["1E+15", "7"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        pytest.param(
            [9007199254740993001, 9007199254740993002],
            [9007199254740993001, 9007199254740993002],
            id="int64",
        ),
        pytest.param(
            pd.array([9007199254740993001, 7], dtype="Int64"),
            [7, 9007199254740993001],
            id="nullable",
        ),
        pytest.param(np.array([2**64 - 1, 7], dtype="uint64"), [7, 2**64 - 1], id="uint64"),
        pytest.param([90071992547409930010, 7], ["7", "90071992547409930010"], id="beyond-64-bits"),
        pytest.param(
            [decimal.Decimal("9007199254740993001"), decimal.Decimal("7")],
            [7, 9007199254740993001],
            id="decimal",
        ),
        pytest.param([7, "007"], ["007", "7"], id="mixed"),
        pytest.param([7.0, "x"], ["7", "x"], id="mixed-floats"),
        pytest.param(
            [uuid.UUID(int=1), uuid.UUID(int=2)],
            [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))],
            id="uuid",
        ),
        pytest.param([b"a", b"b"], ["a", "b"], id="bytes"),
        pytest.param(pd.Categorical([7, 8]), [7, 8], id="categories-of-numbers"),
        pytest.param(pd.Categorical(["007", "x"]), ["007", "x"], id="categories-of-text"),
        pytest.param(pd.Categorical([7, "x"]), ["7", "x"], id="categories-of-both"),
        pytest.param(
            pd.array(["a", "b"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
            ["a", "b"],
            id="arrow-dictionary",
        ),
        pytest.param(
            pd.array(["a", "b"], dtype=pd.ArrowDtype(pa.large_string())),
            ["a", "b"],
            id="arrow-large",
        ),
        pytest.param([" a\u3000", "b"], ["a", "b"], id="white-space-around"),
    ],
)
def test_ids_of_frames_are_text_or_whole_numbers(ids, expected):
    assert read(orders(customer_id=ids))["customer_id"].tolist() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        pytest.param([None, "b"], "missing", id="none"),
        pytest.param([np.nan, 7], "missing", id="nan"),
        pytest.param(pd.array([None, 7], dtype="Int64"), "missing", id="nullable"),
        pytest.param(pd.Categorical([None, 7]), "missing", id="category"),
        pytest.param(["NA", "b"], "missing", id="from-r"),
        pytest.param(["\u00a0", "b"], "missing", id="white-space"),
        pytest.param([2.0**53, 7], "damaged", id="large-float"),
        pytest.param([np.inf, 7], "damaged", id="infinite"),
        pytest.param([9007199254740993001.0, "b"], "damaged", id="large-float-beside-text"),
        pytest.param([7.5, 7], "unreadable", id="fraction"),
    ],
)
def test_ids_that_name_nobody_are_set_aside(ids, reason):
    report = audited(orders(customer_id=ids))
    assert report.quarantined["reason"].tolist() == [f"customer_id {reason}"]
    assert report.valid.to_pandas()["amount"].tolist() == [7.5]


ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def respelled(rng, plain):
    """An id as some program may write it."""
    text = unicodedata.normalize("NFD", plain) if rng.random() < 0.5 else plain
    if text.isascii() and rng.random() < 0.3:
        text = "".join(chr(ord(letter) + 0xFEE0) for letter in text)
    elif rng.random() < 0.5:
        text = rng.choice(["'", '="']) + text
        text += '"' if text[0] == "=" else ""
    for _ in range(rng.integers(3)):
        at = rng.integers(len(text) + 1)
        text = text[:at] + rng.choice(list(ZERO_WIDTH)) + text[at:]
    return " " * rng.integers(2) + text + "\u00a0" * rng.integers(2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_an_id_is_one_however_programs_write_it(seed):
    rng = np.random.default_rng(seed)
    letters = list("abcXYZ019-_") + list("가힣각김é")
    plain = ["".join(rng.choice(letters, 6)) + str(rng.integers(10)) for _ in range(150)]
    frame = pd.DataFrame({"customer_id": [respelled(rng, one) for one in plain], "plain": plain})
    table = read(frame.assign(date="2024-01-05", amount=1.0))
    assert table["customer_id"].tolist() == table["plain"].tolist()


@pytest.mark.slow
def test_every_letter_has_one_form():
    letters = [chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000]
    written = [f"a{one}b" for one in letters if not unicodedata.is_normalized("NFC", f"a{one}b")]
    written += [f"b{unicodedata.normalize('NFD', one)}" for one in letters[: 0xD800 - 0x80]]
    written = sorted({one for one in written if not unicodedata.is_normalized("NFC", one)})
    frame = pd.DataFrame({"customer_id": written, "written": written})
    table = read(frame.assign(date="2024-01-05", amount=1.0))
    expected = [unicodedata.normalize("NFC", one) for one in table["written"]]
    assert table["customer_id"].tolist() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "expected", "words"),
    [
        pytest.param(["12346.0", "12346"], ["12346"] * 2, "1 written as 12.0", id="float"),
        pytest.param(["007.00", "-1"], ["-1", "007"], "1 written as 12.0", id="decimals"),
        pytest.param(["7.0", "guest"], ["7"], "1 written as 12.0", id="beside-guests"),
        pytest.param(["1.0", "C536379"], ["1.0", "C536379"], "", id="beside-codes"),
        pytest.param(["1.0", "1.5"], ["1.0", "1.5"], "", id="beside-versions"),
        pytest.param(["A1\u200b", "A1"], ["A1"] * 2, "1 with zero-width blanks", id="zero-width"),
        pytest.param([" x", "y"], ["x", "y"], "1 with blanks around", id="blanks"),
        pytest.param(["Ａ１", "ａ　ｂ"], ["A1", "a b"], "2 in full width", id="full-width"),
        pytest.param(["ｱ1", "①²"], ["①²", "ｱ1"], "", id="other-forms-stay"),
        pytest.param(["'007", "x"], ["007", "x"], "1 guarded from a spreadsheet", id="apostrophe"),
        pytest.param(['="0"', "x"], ["0", "x"], "1 guarded from a spreadsheet", id="formula"),
        pytest.param(["'t Hart", "'7'"], ["'7'", "'t Hart"], "", id="names-and-quotes-stay"),
        pytest.param(
            ["Kim@X.com", "b@x.com"], ["b@x.com", "kim@x.com"],
            "1 with capitals in an e-mail address", id="e-mail",
        ),
        pytest.param(["@Kim", "A@B@C"], ["@Kim", "A@B@C"], "", id="other-at-signs-stay"),
        pytest.param(["5E12", "1E5"], ["1E5", "5E12"], "", id="codes-of-products"),
        pytest.param(["e\u0301", "é"], ["é", "é"], "1 with letters in parts", id="accent"),
    ],
)  # fmt: skip
def test_ids_are_mended_and_it_is_said(ids, expected, words):
    report = audited(orders(customer_id=ids))
    assert sorted(report.valid.to_pandas()["customer_id"]) == sorted(expected)
    assert report.readings.get("customer_id", "") == (f"text, {words}" if words else "")


@pytest.mark.slow
def test_ids_of_several_files_are_one_column(tmp_path):
    paths = [
        csv(tmp_path, "12346.0,2024-01-01,1", ",2024-01-02,3", name="gaps.csv"),
        csv(tmp_path, "12346,2024-02-01,5", name="whole.csv"),
    ]
    assert set(audited(paths).valid.to_pandas()["customer_id"]) == {"12346"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["1.23E11", "1.2345678E7", "9,1e+18", "1E+15", "9007199254740993.0"]
)
def test_ids_that_were_floats_are_damaged(text):
    assert reasons(audited(orders(customer_id=[text, "7"]))) == {text: "customer_id damaged"}


ERRORS = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"]
ERRORS += ["#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#ÜBERLAUF!", "#분산!", "#n/a"]


@pytest.mark.slow
@pytest.mark.parametrize("column", ["customer_id", "date", "amount"])
def test_errors_of_spreadsheets_are_missing(column):
    frame = pd.DataFrame({"customer_id": "a", "date": "2024-01-05", "amount": "5", "line": ERRORS})
    frame[column] = [f" {error}" for error in ERRORS]
    frame.loc[len(ERRORS)] = ["a", "2024-01-05", "5", "a line without errors"]
    report = audited(frame)
    assert report.quarantined["reason"].tolist() == [f"{column} missing"] * len(ERRORS)


@pytest.mark.slow
def test_errors_of_spreadsheets_are_missing_text():
    answers = pd.DataFrame({"customer_id": list("ab"), "channel": ["#REF!", "post"]})
    answers = answers.assign(purpose="service", granted="Y", date="2024-01-05")
    assert read_table(answers, "consents")["channel"].isna().tolist() == [True, False]


@functools.cache
def orders_to_mend():
    """Orders with ids of every kind, and their audit."""
    ids = ["12\u200b", "e\u0301", unicodedata.normalize("NFD", "김"), " b", "Ａ", "'007", '="08"']
    ids += ["Kim@X.com", "1.5E11", "#REF!", "#ÜBERLAUF!", "NA", "plain"]
    orders = [f"{n}.0" for n in range(len(ids))]
    frame = pd.DataFrame({"customer_id": ids, "order_id": orders})
    frame = frame.assign(date="2024-01-05", amount="5")
    return frame, audited(frame)


@pytest.mark.slow
@few_engines
def test_ids_are_mended_the_same_on_every_engine(engine):
    frame, expected = orders_to_mend()
    report = audited(engine(frame))
    assert report.readings == expected.readings
    assert reasons(report) == reasons(expected)
    found = report.valid.to_pandas().set_index("order_id")["customer_id"].sort_index().to_dict()
    assert found == {
        "0": "12", "1": "é", "2": "김", "3": "b", "4": "A", "5": "007", "6": "08",
        "7": "kim@x.com", "12": "plain",
    }  # fmt: skip


# --- invariants ------------------------------------------------------------------------------


layouts = st.sampled_from(
    [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d %b %Y",
        "%B %d, %Y",
        "%Y년 %m월 %d일",
        "%Y-%m-%d %H:%M",
        "%d/%m/%Y %I:%M %p",
        "%d/%m/%y",
        "%d-%b-%y",
        "%a, %d %b %Y %H:%M:%S +0900",
        "%a %b %d %H:%M:%S KST %Y",
        "%Y%m%d%H%M%S",
    ]
)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(
    st.lists(st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2024, 1, 1)), max_size=15), layouts
)
def test_dates_come_back_however_they_are_written(dates, layout):
    dates = [*dates, dt.datetime(2001, 12, 31, 23, 59)]  # a day that decides the order
    texts = [date.strftime(layout) for date in dates]
    zoneless = layout.replace(" +0900", "").replace(" KST", "")
    expected = [dt.datetime.strptime(date.strftime(zoneless), zoneless) for date in dates]
    frame = pd.DataFrame({"customer_id": range(len(texts)), "date": texts, "amount": 1})
    valid = read_transactions(frame).to_pandas().sort_values("customer_id")
    assert valid["date"].tolist() == expected
