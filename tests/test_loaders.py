"""Files, headers, options and messages: what is read, refused, or set aside and counted."""

import gzip
import pickle
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cases import HEADER, NAMES, ROW, STAMP, audited, csv, orders, read, stored

from crmlab.contracts import ContractError
from crmlab.customer_base import rfm_summary
from crmlab.loaders import QuarantineWarning, audit_transactions, read_transactions

# --- which files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["nowhere.csv", "no*.parquet", "~/no such file 7.csv", Path("nowhere/at/all.xlsx")]
)
def test_a_file_that_is_not_there_is_named(name):
    with pytest.raises(FileNotFoundError, match=r"`source` must name a file that exists; found"):
        read_transactions(name)


def test_a_folder_without_data_is_named(tmp_path):
    stored(tmp_path / "notes.md", "x")
    with pytest.raises(FileNotFoundError, match=r"the folder .* holds none"):
        read_transactions(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ORDERS.CSV", "o.txt", "o.gz", "o.csv.gz", "o.TSV"])
def test_the_end_of_a_name_says_the_kind(tmp_path, name):
    text = f"{HEADER}\n{ROW}\n".encode()
    stored(tmp_path / name, gzip.compress(text) if name.endswith("gz") else text)
    assert read(tmp_path / name)["amount"].tolist() == [5.0]


@pytest.mark.slow
def test_a_gzipped_file_may_have_been_unpacked_under_its_old_name(tmp_path):
    assert len(read(stored(tmp_path / "o.csv.gz", f"{HEADER}\n{ROW}\n"))) == 1


def test_files_of_different_kinds_are_not_one_table(tmp_path):
    orders().to_parquet(tmp_path / "o.parquet")
    with pytest.raises(ValueError, match="files of one kind; got parquet and text together"):
        read_transactions([csv(tmp_path, ROW), tmp_path / "o.parquet"])


@pytest.mark.slow
def test_files_are_matched_by_name_whatever_the_order_of_columns(tmp_path):
    one = csv(tmp_path, ROW, name="1.csv")
    other = csv(tmp_path, "7.5,b,2024-01-06", name="2.csv", header="amount,customer_id,date")
    pd.testing.assert_frame_equal(read([one, other]), read(orders()))


@pytest.mark.slow
def test_a_day_without_orders_among_other_files_is_no_error(tmp_path):
    empty = csv(tmp_path, name="monday.csv")
    assert len(read([empty, csv(tmp_path, ROW)])) == 1
    with pytest.raises(ContractError, match=r"monday\.csv has a header but no rows"):
        read_transactions([empty, csv(tmp_path, name="sunday.csv")])


@pytest.mark.slow
def test_a_name_may_hold_what_a_glob_would_read_as_a_pattern(tmp_path):
    (tmp_path / "[2024]").mkdir()
    assert len(read(stored(tmp_path / "[2024]" / "o*.csv", f"{HEADER}\n{ROW}\n"))) == 1


@pytest.mark.slow
def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    path = csv(tmp_path, ROW)
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    assert len(read("~/orders.csv")) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("o.csv", b"", r"o\.csv is empty", id="csv-empty"),
        pytest.param("o.csv.gz", gzip.compress(b""), "is empty", id="gz-empty"),
        pytest.param(
            "o.csv.gz", gzip.compress(b"a,b\n" * 900)[:-30], "not a complete gzip file", id="gz-cut"
        ),
        pytest.param(
            "o.csv.gz", b"\x1f\x8b" + b"x" * 50, "not a complete gzip file", id="gz-broken"
        ),
        pytest.param("o.csv", HEADER.encode(), "has a header but no rows", id="header-without-end"),
        pytest.param("o.csv", b"x" * 200_000, "header that cannot be split", id="no-table"),
        pytest.param("o.csv", b"\0" * 99, "is not text", id="nul"),
        pytest.param("o.csv", bytes(range(128, 256)), "neither UTF-8 nor Korean", id="no-text"),
        pytest.param(
            "o.csv",
            f'{HEADER},"note\n{ROW},x\n'.encode(),
            "opens a quotation mark",
            id="header-quote",
        ),
        pytest.param(
            "o.csv",
            b"customer_id,,crmlab:amount\n1,2,3\n",
            "names that begin with 'crmlab:' are taken",
            id="ours",
        ),
        pytest.param(
            "o.csv",
            b"customer_id,date,amount,note,Note\n1,2024-01-05,3,x,y\n",
            "'note' and 'Note' differ only in case",
            id="case",
        ),
        pytest.param("o.parquet", b"", "is empty", id="parquet-empty"),
        pytest.param(
            "o.parquet", b"PAR1 and more PAR1", "cannot be read as Parquet", id="parquet-broken"
        ),
        pytest.param("o.xlsx", b"", "is empty", id="excel-empty"),
        pytest.param("o.xlsx", b"PK and no zip", "cannot be read as an Excel", id="excel-broken"),
    ],
)
@pytest.mark.parametrize("reader", [read_transactions, audit_transactions])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path, name, content, message, reader
):
    with pytest.raises(ContractError, match=message):
        reader(stored(tmp_path / name, content))


# --- delimited text --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_header(tmp_path, mark):
    lines = [
        mark.join(["customer_id", "date", "amount", '"a, b; c, d, e"']),
        f"a{mark}2024-01-05{mark}5{mark}x",
    ]
    table = read(stored(tmp_path / "o.txt", "\n".join(lines)))
    assert table["a, b; c, d, e"].tolist() == ["x"]


@pytest.mark.slow
def test_semicolons_go_with_decimal_commas(tmp_path):
    text = "customer_id;date;amount\na;05.01.2024;1.234,56\nb;31.01.2024;12,5\n"
    assert read(stored(tmp_path / "o.csv", text))["amount"].tolist() == [1234.56, 12.5]


@pytest.mark.slow
def test_separator_overrules_the_header(tmp_path):
    path = stored(tmp_path / "o.csv", "customer_id:date:amount,of,it\na:2024-01-05:5\n")
    assert read(path, separator=":", columns={"amount,of,it": "amount"})["amount"].tolist() == [5]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
def test_ends_of_lines_and_blank_lines_do_not_matter(tmp_path, end):
    path = csv(
        tmp_path, ROW, "", "b,2024-01-06,7.5", "", "  ", header=f"{end}{end}{HEADER}", end=end
    )
    pd.testing.assert_frame_equal(read(path), read(orders()))


@pytest.mark.slow
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = stored(tmp_path / "o.csv", f"\ufeff{HEADER}\n{ROW}\n")
    for encoding in (None, "utf-8", "UTF8", "utf-8-sig"):
        assert len(read(path, encoding=encoding)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-16", "utf-16-le", "shift_jis"])
def test_encoding_overrules_what_the_bytes_look_like(tmp_path, encoding):
    text = f"{HEADER}\n{'김' if encoding != 'shift_jis' else '山'},2024-01-05,5\n"
    path = stored(tmp_path / "o.csv", text, encoding)
    assert read(path, encoding=encoding)["customer_id"].tolist() == [text[len(HEADER) + 1]]


def test_an_encoding_that_does_not_fit_is_refused(tmp_path):
    path = stored(tmp_path / "o.csv", f"{HEADER}\n{ROW}\n김,2024-01-05,5\n", "cp949")
    with pytest.raises(ContractError, match=r"o\.csv is not utf-8.*Pass another `encoding`"):
        read_transactions(path, encoding="utf-8")
    with pytest.raises(ContractError, match=r"o\.csv is not utf-16: UTF-16 stream does not start"):
        read_transactions(path, encoding="utf-16")
    with pytest.raises(ContractError, match=r"cut\.csv is not utf-16: truncated data"):
        read_transactions(stored(tmp_path / "cut.csv", HEADER.encode("utf-16") + b"\n"))


@pytest.mark.slow
def test_a_letter_late_in_the_file_decides_the_encoding(tmp_path):
    text = f"{HEADER}\n" + f"{ROW}\n" * 90_000 + "김하늘,2024-01-05,5\n"
    report = audit_transactions(stored(tmp_path / "o.csv", text, "cp949"))
    assert (report.rows_valid, report.readings["encoding"]) == (90_001, "cp949")


@pytest.mark.slow
def test_quoted_values_may_hold_separators_quotes_and_ends_of_lines(tmp_path):
    path = csv(
        tmp_path,
        '"O\'Brien, ""x""",2024-01-05,"1,000","two\r\nlines"',
        'b,2024-01-06,2,15" screen',
        header='customer_id,date,amount,"a ""note"""',
        end="\r\n",
    )
    table = read(path)
    assert table["customer_id"].tolist() == ['O\'Brien, "x"', "b"]
    assert table["amount"].tolist() == [1000.0, 2.0]
    assert table['a "note"'].tolist() == ["two\r\nlines", '15" screen']


@pytest.mark.slow
def test_a_quoted_name_may_span_lines(tmp_path):
    path = stored(tmp_path / "o.csv", f'{HEADER},"in two\nlines"\n{ROW},x\n')
    assert read(path)["in two\nlines"].tolist() == ["x"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "torn",
    [
        pytest.param('x,2024-01-05,"5', id="in-the-last-field"),
        pytest.param('x,"2024-01-05,5', id="in-the-middle"),
        pytest.param('"x,2024-01-05,5', id="in-the-first-field"),
        pytest.param("x,2024-01-05", id="too-few-fields"),
        pytest.param("x,2024-01-05,5,6", id="too-many-fields"),
        pytest.param("TOTAL", id="one-word"),
        pytest.param('x,2024-01-05,"5"6', id="text-after-a-quote"),
    ],
)
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "beside-quoted-values"])
def test_a_torn_line_is_set_aside_and_swallows_no_other(tmp_path, torn, quoted):
    good = '"b, c",2024-01-06,"1,500"' if quoted else "b,2024-01-06,1500"
    report = audited(csv(tmp_path, ROW, torn, good, good))
    assert (report.rows_read, report.rows_valid) == (4, 3)
    assert report.revenue == 3005.0
    assert report.quarantined["text"].tolist() == [torn]
    assert report.quarantined["reason"].tolist() == ["fields do not fit the header"]
    if not quoted:
        message = r"1 of 4 rows.*\n- fields do not fit the header: 1 row"
        with pytest.raises(ContractError, match=message):
            read_transactions(csv(tmp_path, ROW, torn, good, good))


@pytest.mark.slow
def test_only_torn_lines_leave_no_valid_row(tmp_path):
    report = audited(csv(tmp_path, "a,2024-01-05", "b,2024-01-05,5,6"))
    assert (report.rows_valid, report.n_customers, report.revenue) == (0, 0, 0.0)
    assert pd.isna(report.first_date)
    assert pd.isna(report.last_date)


@pytest.mark.slow
def test_a_long_torn_line_is_cut_in_the_message(tmp_path):
    with pytest.raises(ContractError, match=r"x,x\.\.\.'\); quote fields") as caught:
        read_transactions(csv(tmp_path, ROW, "x," * 5000))
    assert len(str(caught.value)) < 500


@pytest.mark.slow
def test_columns_without_a_name_get_a_number(tmp_path):
    path = csv(tmp_path, "0,a,2024-01-05,5,,", header=",customer_id,date,amount,,")
    assert [n for n in read(path) if n.startswith("column")] == ["column 1", "column 5", "column 6"]


@pytest.mark.slow
def test_a_nul_inside_a_value_is_kept(tmp_path):
    assert read(csv(tmp_path, "a\0b,2024-01-05,5"))["customer_id"].tolist() == ["a\0b"]


@pytest.mark.slow
def test_names_and_values_may_be_hostile(tmp_path):
    names = ["'; drop table orders; --", "<script>alert(1)</script>", "😀", "a`b", "x.y", "%s{}"]
    values = ['=HYPERLINK("http://x")', "<img onerror=1>", "🎁", "'", "\\", "{0}"]
    quoted = [",".join('"' + v.replace('"', '""') + '"' for v in row) for row in (names, values)]
    path = csv(
        tmp_path, f"{ROW},{quoted[1]}", f"b,soon,5,{quoted[1]}", header=f"{HEADER},{quoted[0]}"
    )
    report = audited(path)
    assert report.valid.to_pandas()[names].iloc[0].tolist() == values
    assert report.quarantined[names].iloc[0].tolist() == values


# --- header ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "columns", "error", "message"),
    [
        pytest.param(
            orders().rename(columns={"amount": "금액"}),
            {"amount": "금액"},
            ContractError,
            "'amount', which the table lacks.*not the other way",
            id="reversed",
        ),
        pytest.param(
            orders().rename(columns={"amount": "Sales"}),
            {"sales": "amount"},
            ContractError,
            "Did you mean 'Sales'",
            id="near",
        ),
        pytest.param(
            orders(),
            {"nope": "amount"},
            ContractError,
            r"'nope', which the table lacks; it has 'customer_id', 'date', 'amount'\.$",
            id="unknown",
        ),
        pytest.param(
            orders(x=1),
            {"x": "amount", "amount": "amount"},
            ContractError,
            "both claim to be 'amount'",
            id="two-to-one",
        ),
        pytest.param(
            orders(quantity=1, unit_price=1).rename(columns={"amount": "Amount"}),
            None,
            ContractError,
            "both claim to be 'amount'",
            id="derived-onto-case",
        ),
        pytest.param(
            orders(x=1),
            {"x": "quantiti"},
            ValueError,
            "`columns` must map to customer_id.*got 'quantiti'. Did you mean 'quantity'",
            id="misspelt",
        ),
        pytest.param(
            orders(x=1),
            {"x": "note"},
            ValueError,
            "got 'note'. Other columns keep their names",
            id="not-ours",
        ),
        pytest.param(orders(), {"amount": None}, ValueError, "got None", id="none"),
        pytest.param(
            orders(),
            {"amount": "cost"},
            ContractError,
            "lacks 'amount'; it has 'customer_id', 'date', 'cost'",
            id="mapped-away",
        ),
        pytest.param(
            orders(),
            ["amount"],
            TypeError,
            "`columns` must map their header to ours.*got list",
            id="list",
        ),
        pytest.param(orders(), "amount", TypeError, "got str", id="text"),
        pytest.param(
            orders(quantity=1).drop(columns="amount"),
            None,
            ContractError,
            "lacks 'amount'",
            id="quantity-alone",
        ),
        pytest.param(
            orders().set_axis(["Customer ID", "DATE", "Amount "], axis=1),
            None,
            ContractError,
            "Did you mean columns={'Customer ID': 'customer_id', 'DATE': 'date', 'Amount '",
            id="suggested",
        ),
    ],
)
def test_a_header_that_does_not_fit_says_how_to_map_it(frame, columns, error, message):
    with pytest.raises(error, match=message):
        read_transactions(frame, columns=columns)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "amount"),
    [
        pytest.param({}, [5.0, 7.5], id="empty"),
        pytest.param({"amount": "amount"}, [5.0, 7.5], id="onto-itself"),
        pytest.param({"amount": "quantity", "quantity": "amount"}, [1.0, 2.0], id="swapped"),
        pytest.param({"amount": "unit_price", "x": "amount"}, [3.0, 4.0], id="replaced"),
    ],
)
def test_columns_maps_names(columns, amount):
    table = read(orders(quantity=[1, 2], x=[3, 4]), columns=columns)
    assert table["amount"].tolist() == amount


@pytest.mark.slow
def test_the_quarantine_speaks_the_owners_language():
    frame = pd.DataFrame(
        {
            "고객": ["007", None],
            "일자": ["2024-01-05", "soon"],
            "금액": ["₩1", "?"],
            "지점": ["서울", "부산"],
        }
    )
    columns = {"고객": "customer_id", "일자": "date", "금액": "amount"}
    report = audited(frame, columns=columns)
    assert list(report.quarantined) == [*frame, "reason"]
    assert report.quarantined.iloc[0, 1:4].tolist() == ["soon", "?", "부산"]
    reason = "date unreadable; amount unreadable; customer_id missing"
    assert sorted(report.quarantined["reason"][0].split("; ")) == sorted(reason.split("; "))
    assert list(report.valid.columns) == ["customer_id", "date", "amount", "지점"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reason", "Reason", "text", "TEXT"])
def test_an_owners_column_may_have_a_name_of_the_quarantine(tmp_path, name):
    header = f"{HEADER},{name},{name}_in_source"
    report = audited(csv(tmp_path, f"{ROW},x,y", "b,soon,5,x,y", "torn", header=header))
    assert report.valid.to_pandas()[name].tolist() == ["x"]
    kept = f"{name}_in_source_in_source"
    row = report.quarantined.iloc[0]
    assert (row["reason"], row[kept], row[f"{name}_in_source"]) == ("date unreadable", "x", "y")
    assert report.quarantined["text"].iloc[1] == "torn"


# --- returns and repeats ---------------------------------------------------------------------


RETURNS = pd.DataFrame(
    {
        "customer_id": ["a", "a", "a", "b", "b"],
        "date": ["2024-01-05", "2024-01-05", "2024-01-06", "2024-01-06", "2024-01-07"],
        "amount": [10.0, 4.0, -3.0, 5.0, 0.0],
        "quantity": [1, -1, 1, -1, 1],
    }
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("returns", "lines", "counts"),
    [
        pytest.param(
            "net",
            [10, -4, -3, -5, 0],
            {"return line": 3, "refund without purchase": 1, "zero amount": 1},
            id="net",
        ),
        pytest.param("drop", [10, 0], {"return line": 3, "zero amount": 1}, id="drop"),
        pytest.param("keep", [10, 4, -3, 5, 0], {"return line": 3, "zero amount": 1}, id="keep"),
    ],
)
def test_returns_are_negative_amounts_or_quantities(returns, lines, counts):
    report = audited(RETURNS, returns=returns)
    assert sorted(report.valid.to_pandas()["amount"]) == sorted(map(float, lines))
    assert report.rows_valid == 5
    # The 5 were given back by somebody who had bought nothing.
    assert report.revenue == sum(lines) + (5 if returns == "net" else 0)
    found = report.by_rule.set_index("rule")["n_rows"]
    assert {rule: found[rule] for rule in found.index if found[rule]} == counts


@pytest.mark.slow
def test_a_day_of_returns_is_no_purchase_unless_they_are_kept():
    bought = {
        r: rfm_summary(read_transactions(RETURNS, returns=r)) for r in ("net", "drop", "keep")
    }
    assert {r: s["frequency"].tolist() for r, s in bought.items()} == {
        "net": [0, 0],
        "drop": [0, 0],
        "keep": [1, 1],
    }


@pytest.mark.slow
@pytest.mark.parametrize("marks", [[True, False], ["yes", "no"], [1, 0], ["T", ""], [1.0, None]])
def test_a_line_marked_as_a_return_gives_its_amount_back(marks):
    table = read(orders(is_return=marks))
    assert table["amount"].tolist() == [-5.0, 7.5]


@pytest.mark.slow
def test_what_was_read_can_be_read_again():
    for returns in ("net", "keep"):
        once = read_transactions(RETURNS, returns=returns)
        pd.testing.assert_frame_equal(read(once), read(RETURNS, returns=returns))


@pytest.mark.slow
def test_repeats_are_lines_equal_in_every_column_nothing_included():
    frame = pd.concat([orders(note=[None, "x"])] * 3, ignore_index=True)
    frame.loc[5, "note"] = "y"
    found = audited(frame).by_rule.set_index("rule")["n_rows"]
    assert found["line repeated"] == 3
    report = audited(frame, duplicates="quarantine")
    assert report.quarantined["reason"].tolist() == ["line repeated"] * 3
    assert sorted(report.valid.to_pandas()["note"].fillna("")) == ["", "x", "y"]


@pytest.mark.slow
def test_a_repeat_can_be_wrong_in_another_way_too():
    report = audited(pd.concat([orders(amount=["x", "5"])] * 2), duplicates="quarantine")
    assert sorted(report.quarantined["reason"]) == [
        "amount unreadable",
        "amount unreadable; line repeated",
        "line repeated",
    ]


# --- options and messages --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param(
            {"date_format": 5}, TypeError, "`date_format` must be text; got 5", id="format-type"
        ),
        pytest.param(
            {"date_format": ""},
            ValueError,
            "lacks the year and the month and the day",
            id="format-empty",
        ),
        pytest.param(
            {"date_format": "%Y-%m-%d %Y"}, ValueError, "names the year twice", id="format-twice"
        ),
        pytest.param(
            {"date_format": "%Y-%m-%d%"},
            ValueError,
            "must use the directives .*got %",
            id="format-end",
        ),
        pytest.param(
            {"dayfirst": "yes"},
            TypeError,
            "`dayfirst` must be True, False or None; got 'yes'",
            id="dayfirst",
        ),
        pytest.param({"timezone": 9}, TypeError, "`timezone` must be text; got 9", id="zone-type"),
        pytest.param(
            {"timezone": "KST"},
            ValueError,
            "IANA time zone such as 'Asia/Seoul'; got 'KST'",
            id="zone",
        ),
        pytest.param({"timezone": "../etc"}, ValueError, "IANA time zone", id="zone-path"),
        pytest.param(
            {"not_after": "soon"},
            ValueError,
            "`not_after` must be a full date such as '2024-12-31'; got 'soon'",
            id="not-after",
        ),
        pytest.param(
            {"not_after": [1]}, ValueError, "`not_after` must be a full date", id="not-after-type"
        ),
        pytest.param(
            {"not_after": pd.NaT}, ValueError, "`not_after` must be a full date", id="not-after-nat"
        ),
        pytest.param(
            {"encoding": "klingon"},
            ValueError,
            "`encoding` must be an encoding that Python knows.*got 'klingon'",
            id="encoding",
        ),
        pytest.param(
            {"encoding": "rot13"},
            ValueError,
            "`encoding` must be an encoding that Python knows",
            id="no-text-encoding",
        ),
        pytest.param(
            {"separator": ";;"},
            ValueError,
            "`separator` must be one character.*got ';;'",
            id="separator",
        ),
        pytest.param(
            {"separator": '"'},
            ValueError,
            "`separator` must be one character",
            id="separator-quote",
        ),
        pytest.param({"separator": 5}, TypeError, "`separator` must be text", id="separator-type"),
        pytest.param(
            {"sheet": True}, TypeError, "`sheet` must be a name or a number; got True", id="sheet"
        ),
        pytest.param({"sheet": 0}, ValueError, "`sheet` is for Excel files; got 0", id="sheet-of"),
        pytest.param({"sheet": [0]}, TypeError, "`sheet` must be a name or a number", id="sheets"),
        pytest.param(
            {"duplicates": "drop"},
            ValueError,
            "`duplicates` must be one of 'keep', 'quarantine'; got 'drop'",
            id="duplicates",
        ),
    ],
)
@pytest.mark.parametrize("reader", [read_transactions, audit_transactions])
def test_an_option_that_cannot_be_meant_is_refused_before_anything_is_read(
    reader, options, error, message
):
    with pytest.raises(error, match=message):
        reader(orders(), **options)


@pytest.mark.slow
def test_a_refusal_lists_every_rule_with_examples_and_what_to_do(tmp_path):
    path = csv(
        tmp_path, "a,2024-02-30,5", "b,2023-02-30,5", "c,soon,5", "d,2022-02-30,5", ",2024-01-05,x"
    )
    with pytest.raises(ContractError) as caught:
        read_transactions(path)
    assert str(caught.value).splitlines() == [
        "5 of 5 rows break the contract of transactions:",
        "- date unreadable: 4 rows (for example line 2: '2024-02-30'); correct it at its "
        "source, or say how it is written with `date_format=`",
        "- amount unreadable: 1 rows (for example line 6: 'x'); correct the value at its source",
        "- customer_id missing: 1 rows (for example line 6); find who bought, or leave the line "
        "out",
        "Correct them, or pass on_invalid='quarantine' to go on without them; "
        "`audit_transactions(source).quarantined` lists each with its reason.",
    ]


@pytest.mark.slow
def test_the_warning_of_the_quarantine_points_at_the_caller():
    with pytest.warns(QuarantineWarning, match="1 of 2 rows") as caught:
        read_transactions(orders(amount=["x", "5"]), on_invalid="quarantine")
    (warning,) = (one for one in caught if one.category is QuarantineWarning)
    assert warning.filename == __file__


@pytest.mark.slow
def test_a_report_can_be_stored_without_its_table():
    report = audited(orders(amount=["x", "5"]))
    again = pickle.loads(pickle.dumps((report.by_rule, report.quarantined, report.readings)))
    pd.testing.assert_frame_equal(again[0], report.by_rule)


@pytest.mark.slow
def test_the_readings_say_how_text_was_read(tmp_path):
    path = csv(tmp_path, "a,13.01.2024,₩5", header="customer_id,date,amount")
    assert audited(path).readings == {
        "encoding": "utf-8",
        "date": "day/month/year",
        "amount": "decimal point, KRW",
    }


# --- nothing is changed, nothing is left -----------------------------------------------------


@pytest.mark.slow
def test_reading_changes_no_option_and_no_input(tmp_path):
    frame = orders(
        customer_id=pd.Categorical(["a", None]),
        date=pd.Series([STAMP("2024-01-05"), "x"], dtype=object),
    )
    before = frame.copy(deep=True)
    shown = {
        name: pd.get_option(name)
        for name in ("display.width", "future.infer_string", "display.max_rows")
    }
    filters = list(warnings.filters)
    backend = ibis.options.default_backend
    path = csv(tmp_path, ROW)
    content = path.read_bytes()
    audited(frame)
    audited(path)
    pd.testing.assert_frame_equal(frame, before)
    assert path.read_bytes() == content
    assert ibis.options.default_backend is backend
    assert {name: pd.get_option(name) for name in shown} == shown
    assert warnings.filters == filters


@pytest.mark.slow
def test_another_default_backend_of_ibis_does_not_matter(monkeypatch):
    monkeypatch.setattr(ibis.options, "default_backend", object())
    assert len(read(orders())) == 2


@pytest.mark.slow
def test_reading_twice_gives_the_same(tmp_path):
    path = csv(tmp_path, ROW, "b,2024-01-06,7.5")
    pd.testing.assert_frame_equal(read(path), read(path))


@pytest.mark.slow
def test_a_table_outlives_its_source_file(tmp_path):
    path = csv(tmp_path, ROW)
    table = read_transactions(path)
    path.unlink()
    read_transactions(orders())
    assert table.to_pandas()["amount"].tolist() == [5.0]


@pytest.mark.slow
def test_threads_read_at_once(tmp_path):
    sources = [orders(), csv(tmp_path, ROW, "b,2024-01-06,7.5"), orders(amount=["5", "7.5"])]
    expected = rfm_summary(orders())

    def summarise(number):
        return rfm_summary(read_transactions(sources[number % 3]))

    with ThreadPoolExecutor(4) as pool:
        for summary in pool.map(summarise, range(12)):
            pd.testing.assert_frame_equal(summary, expected)


# --- every line is accounted for -------------------------------------------------------------


faults = st.sampled_from(
    [
        None,
        None,
        None,
        ("customer_id", ""),
        ("customer_id", "NULL"),
        ("customer_id", "9.1E+18"),
        ("date", "2024-02-30"),
        ("date", "31/12/2023"),
        ("date", ""),
        ("date", "2999-01-01"),
        ("amount", "x"),
        ("amount", ""),
        ("amount", "inf"),
        ("amount", "5%"),
        "fewer",
        "more",
        "unclosed",
        "repeat",
        "blank",
    ]
)


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(st.lists(faults, min_size=1, max_size=15), st.booleans())
def test_every_line_of_a_file_is_valid_and_unchanged_or_set_aside_as_it_was(faults, quoted):
    lines, good, bad = [HEADER + ",line"], {}, []
    for number, fault in enumerate(faults):
        row = {
            "customer_id": f"c{number}",
            "date": "2024-01-05",
            "amount": f"${number}.25",
            "line": str(number),
        }
        if fault == "blank":
            lines.append("")
            continue
        if isinstance(fault, tuple):
            row[fault[0]] = fault[1]
            bad.append(tuple(row.values()))
        text = ",".join(f'"{value}"' if quoted else value for value in row.values())
        if fault in ("fewer", "more", "unclosed"):
            text = {"fewer": f"c{number},x", "more": text + ",z", "unclosed": f'"c{number},x,y,z'}[
                fault
            ]
            bad.append(text)
        elif not isinstance(fault, tuple):
            good[str(number)] = (row["customer_id"], number + 0.25)
        lines.append(text)
        if fault == "repeat":
            lines.append(text)
    if bad:  # after a blank line at the very end, a torn one would stand below the table
        lines.append("last,2024-01-05,$999.25,999")
        good["999"] = ("last", 999.25)
    n_repeats = sum(fault == "repeat" for fault in faults)
    with tempfile.TemporaryDirectory() as folder:
        path = stored(Path(folder) / "orders.csv", "\n".join(lines) + "\n")
        if not good and not bad:
            with pytest.raises(ContractError, match="has a header but no rows"):
                audit_transactions(path)
            return
        report = audited(path, date_format="%Y-%m-%d", duplicates="quarantine")
    assert report.rows_valid == len(good)
    assert report.rows_quarantined == len(bad) + n_repeats
    valid = report.valid.to_pandas().set_index("line")
    assert {
        k: tuple(v) for k, v in valid[["customer_id", "amount"]].T.to_dict("list").items()
    } == good
    aside = report.quarantined[report.quarantined["reason"] != "line repeated"]
    rows = [tuple(row) for row in aside[[*NAMES, "line"]].dropna().to_numpy()]
    torn = aside["text"].dropna().tolist() if "text" in aside else []
    assert sorted(rows) == sorted(row for row in bad if isinstance(row, tuple))
    assert sorted(torn) == sorted(row for row in bad if isinstance(row, str))


# --- TransactionAudit ---------------------------------------------------------------------------


def test_the_former_name_of_the_audit_still_works_with_a_warning():
    from crmlab import loaders

    with pytest.warns(DeprecationWarning, match="`DataQualityReport` is now .*TransactionAudit"):
        assert loaders.DataQualityReport is loaders.TransactionAudit
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchName'"):
        _ = loaders.NoSuchName


@pytest.mark.slow
@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        pytest.param("₩12,000", "KRW", id="won"),
        pytest.param("$5.50", "USD", id="dollar"),
        pytest.param("12,000.00", "", id="no-mark"),
        pytest.param(5.0, "", id="number"),
    ],
)
def test_the_audit_names_the_currency_that_amounts_are_marked_with(amount, currency):
    orders = pd.DataFrame({"customer_id": ["1"], "date": ["2024-01-05"], "amount": [amount]})
    assert audit_transactions(orders).currency == currency
