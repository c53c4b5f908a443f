"""A header below other rows and lines below the table, in text and in Excel files."""

import datetime as dt
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cases import HEADER, NAMES, ROW, audited, csv, orders, read, stored

from crmlab import InputError
from crmlab.contracts import ContractError
from crmlab.loaders import audit_transactions, read_header, read_table, read_transactions

ENCODINGS = ["utf-8", "utf-8-sig", "cp949", "utf-16"]


def table_lines(mark=",", *, width=5, n_rows=6):
    """A header and rows with `width` columns; the names and cells beyond three are Korean."""
    extra = [f"비고{number}" for number in range(width - 3)]
    rows = [
        [f"가{n % 3}", f"2024-01-{n + 1:02d}", str(n), *["메모"] * len(extra)]
        for n in range(n_rows)
    ]
    return [mark.join(row) for row in [[*NAMES, *extra], *rows]]


def write_excel(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


# --- below rows of title -----------------------------------------------------------------------


titles = st.one_of(
    st.sampled_from(["", "  ", "매출 보고서 2024", '"January 1 - December 31, 2024"', "Shop: A"]),
    st.sampled_from(["Example Shop Ltd§§§§", "§§§§", "기간§2024§§§"]),
)


@pytest.mark.slow
@settings(max_examples=10)
@given(
    st.lists(titles, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 60),
)
def test_the_header_is_found_below_titles_of_any_width(above, mark, encoding, end, n_rows):
    # All titles fill less than half of the five columns.
    table = table_lines(mark, n_rows=n_rows % 28 + 1)
    above = [line.replace("§", mark) for line in above]
    with tempfile.TemporaryDirectory() as folder:
        text = end.join([*above, *table]) + end
        report = audited(stored(Path(folder, "o.csv"), text, encoding))
    assert (report.rows_read, report.rows_valid) == (len(table) - 1,) * 2
    assert report.valid.columns == tuple(table[0].split(mark))
    first = next((n for n, line in enumerate(above) if line.strip()), None)
    n = len(above)
    said = f"line {n + 1}, below {n} line{'s' * (n > 1)} of title"
    assert report.readings.get("header") == (None if first is None else said)


@pytest.mark.slow
def test_a_title_beside_a_table_of_three_columns_is_skipped(tmp_path):
    path = stored(tmp_path / "o.csv", f"Sales, January\n{HEADER}\n{ROW}\n")
    assert audited(path).readings["header"] == "line 2, below 1 line of title"


@pytest.mark.slow
@pytest.mark.parametrize("quoted", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_line_that_excel_writes_names_the_separator(tmp_path, quoted):
    path = stored(tmp_path / "o.csv", f'{quoted}\n{HEADER.replace(",", ";")}\na;2024-01-05;"1,5"\n')
    report = audited(path, decimal=",")
    assert (report.revenue, report.readings["header"]) == (1.5, f"line 2, below {quoted!r}")


@pytest.mark.slow
def test_the_named_separator_wins_over_the_marks_of_the_header_and_loses_to_the_option(tmp_path):
    path = stored(
        tmp_path / "o.csv", "sep=:\ncustomer_id:date:amount:a,b,c,d,e\na:2024-01-05:5:x\n"
    )
    assert read(path)["a,b,c,d,e"].tolist() == ["x"]
    with pytest.raises(ContractError, match="it has 'customer_id:date:amount:a', 'b'"):
        read_transactions(path, separator=",")


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 9), st.integers(6, 60), st.integers(3, 8), st.booleans())
def test_one_long_line_moves_no_header(position, length, width, titled):
    header, *rows = table_lines(width=width, n_rows=10)
    rows.insert(position, ",".join(["x"] * (length + width)))
    with tempfile.TemporaryDirectory() as folder:
        lines = [*["Report"] * titled, header, *rows]
        report = audited(stored(Path(folder, "o.csv"), "\n".join(lines)))
    assert (report.rows_valid, report.rows_quarantined) == (10, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "n_valid"),
    [
        pytest.param(f"{HEADER},,,,,,\n" + "a,2024-01-05,5,x,y,z,u,v,w\n" * 5, 5, id="few-names"),
        pytest.param(
            "customer_id;date;amount;note\n" + "a;2024-01-05;5;red, green, blue, all\n" * 5,
            5, id="another-mark-in-a-note",
        ),
        pytest.param(f"{HEADER}\n" + f"{ROW},6,7,8\n" * 5 + f"{ROW}\n", 1, id="mostly-torn"),
        pytest.param(f"{HEADER}\n{ROW}\n\n" + "a,b,c,d,e,f,g\n" * 2, 1, id="words-below"),
        pytest.param(f"{HEADER}\n{ROW}\n", 1, id="one-row"),
        pytest.param(f"\n\ufeff\n{HEADER}\n{ROW}\n", 1, id="blank-lines-above"),
    ],
)  # fmt: skip
def test_a_header_on_top_stays_the_header(tmp_path, text, n_valid):
    report = audited(stored(tmp_path / "o.csv", text))
    assert report.rows_valid == n_valid
    assert "header" not in report.readings


def test_values_below_a_short_line_are_no_header(tmp_path):
    path = stored(tmp_path / "o.csv", "Report\n" + "a,2024-01-05,5\n" * 3)
    with pytest.raises(ContractError, match="it has 'Report'"):
        read_transactions(path)


# --- where the caller says ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_line_of_the_header_is_counted_as_editors_do(tmp_path, encoding):
    text = f"year,month,day,week\n\n기간,2024,1,2\n{HEADER}\n{ROW}\n"
    path = stored(tmp_path / "o.csv", text, encoding)
    assert read(path, header=4)["amount"].tolist() == [5]
    assert audited(path, header=4).readings["header"] == "line 4, below 3 lines of title"
    with pytest.raises(ContractError, match="it has 'year', 'month', 'day', 'week'"):
        read_transactions(path, header=1)


@pytest.mark.slow
def test_the_separator_is_found_on_the_line_that_is_named(tmp_path):
    path = stored(
        tmp_path / "o.csv", "a,b,c,d\n" * 3 + "customer_id;date;amount\nx;2024-01-05;1,5\n"
    )
    assert read(path, header=4, decimal=",")["amount"].tolist() == [1.5]


def test_a_header_far_down_is_found_where_it_is_named(tmp_path):
    path = stored(tmp_path / "o.csv", "note\n" * 3000 + f"{HEADER}\n{ROW}\n")
    assert read_header(path, header=3001) == NAMES


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param(9, r"must be the number of the line .*got 9, and there are 4 lines\. Leave"),
        pytest.param(2, r"got 2, and line 2 is blank\. Leave it out"),
        pytest.param(0, "`header` must be at least 1; got 0"),
    ],
    ids=["beyond-the-end", "blank", "zero"],
)
def test_a_line_that_cannot_be_the_header_is_refused(tmp_path, header, message):
    path = stored(tmp_path / "o.csv", f"Report\n\n{HEADER}\n{ROW}\n")
    for reader in (read_transactions, audit_transactions, read_header):
        with pytest.raises(InputError, match=message):
            reader(path, header=header)


@pytest.mark.parametrize("header", ["2", 2.0, True])
def test_a_line_that_is_no_number_is_a_type_error(header):
    with pytest.raises(TypeError, match="`header` must be a whole number"):
        read_transactions(orders(), header=header)


def test_only_files_with_lines_have_a_line_of_the_header(tmp_path):
    orders().to_parquet(tmp_path / "o.parquet")
    with pytest.raises(
        InputError, match="`header` is for text and Excel files; got 2 with a table"
    ):
        read_transactions(orders(), header=2)
    with pytest.raises(InputError, match=r"got 2 with o\.parquet\. Leave it out"):
        read_transactions(tmp_path / "o.parquet", header=2)


def test_other_tables_are_read_below_titles_too(tmp_path):
    path = stored(tmp_path / "o.csv", "People\n\nsource,source_id,name\nweb,1,Kim\nweb,2,Lee\n")
    assert read_table(path, "identities")["name"].tolist() == ["Kim", "Lee"]
    assert read_table(path, "identities", header=3)["name"].tolist() == ["Kim", "Lee"]


# --- below the table ---------------------------------------------------------------------------


below = st.lists(
    st.sampled_from(["57,records", "-- end --", "Seller ID: example", "x", "a,b,c,d,e,f,g", ""]),
    min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=10)
@given(
    below, st.sampled_from(ENCODINGS), st.booleans(), st.sampled_from([1, 8, 300]), st.booleans()
)
def test_lines_after_a_blank_one_at_the_end_are_no_rows(lines, encoding, quoted, n_rows, torn):
    rows = [f"가{n},2024-01-05,{n}" for n in range(n_rows)]
    if quoted:  # a value that spans lines, with a blank line inside
        rows[-1] = '가,2024-01-05,"1\n\n"'
    text = "\n".join([HEADER, *["only,two"] * torn, *rows, *["torn,here"] * torn, "", *lines])
    with tempfile.TemporaryDirectory() as folder:
        report = audited(stored(Path(folder, "o.csv"), text, encoding))
    assert (report.rows_valid, report.rows_quarantined) == (n_rows, 2 * torn)
    n, first = sum(map(bool, lines)), next(filter(None, lines), "")
    said = f"{n} line{'s' * (n > 1)} below the table{', the first' if n > 1 else ':'} {first!r}"
    assert report.readings.get("footer") == (said if n else None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "below"),
    [
        pytest.param("-- end --", True, id="dashes"),
        pytest.param("(57 rows)", True, id="brackets"),
        pytest.param("End of report", True, id="sentence"),
        pytest.param("c57", False, id="cut-off-id"),
        pytest.param("Kim Min", False, id="cut-off-name"),
        pytest.param("c57,2024-01-05", False, id="cut-off-row"),
        pytest.param("c,2024-01-05,5,6", False, id="row-too-long"),
    ],
)
def test_without_a_blank_line_only_a_sentence_stands_below_the_table(tmp_path, last, below):
    report = audited(csv(tmp_path, ROW, last))
    assert report.rows_quarantined == (not below)
    assert ("footer" in report.readings) is below
    assert audited(csv(tmp_path, last, ROW)).rows_quarantined == 1  # in the middle it is torn


@pytest.mark.slow
def test_a_long_line_below_the_table_is_not_quoted(tmp_path):
    report = audited(csv(tmp_path, ROW, "", "x " * 100))
    assert report.readings["footer"] == "1 line below the table"


@pytest.mark.slow
def test_where_no_line_fits_they_are_torn_and_not_below_the_table(tmp_path):
    assert audited(csv(tmp_path, "", "a,2024-01-05", "b,2024-01-05")).rows_quarantined == 2
    with pytest.raises(ContractError, match="has a header but no rows"):
        read_transactions(csv(tmp_path, "", "No orders found"))


@pytest.mark.slow
@settings(max_examples=10)
@given(
    st.lists(st.sampled_from([ROW, ",,", " , ,", ",", ",,,,,", '"","",""', "\t", ""]), max_size=8),
    st.booleans(),
)
def test_rows_of_nothing_are_empty_lines(lines, care):
    lines = ['"x ""y""",2024-01-05,"1\n"' if care else ROW, *lines]
    with tempfile.TemporaryDirectory() as folder:
        report = audited(csv(Path(folder), *lines))
    assert report.rows_read == report.rows_valid == lines.count(ROW) + care


# --- one separator more ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "rows", "names"),
    [
        pytest.param(HEADER, [f"{ROW},"] * 3, NAMES, id="rows"),
        pytest.param(HEADER, [f"{ROW}, ", ""], NAMES, id="a-blank"),
        pytest.param(f"{HEADER},", [ROW] * 3, NAMES, id="header"),
        pytest.param(f"{HEADER},", [f"{ROW},"] * 3, [*NAMES, "column 4"], id="both"),
        pytest.param(f"Report\n{HEADER}", [f"{ROW},"] * 3, NAMES, id="below-a-title"),
    ],
)
def test_one_separator_more_at_the_end_is_no_field(tmp_path, header, rows, names):
    report = audited(csv(tmp_path, *rows, header=header))
    assert report.rows_valid == report.rows_read == sum(map(bool, rows))
    assert list(report.valid.columns) == names


@pytest.mark.slow
def test_a_field_more_that_holds_something_is_torn(tmp_path):
    report = audited(csv(tmp_path, *[f"{ROW},"] * 60, f"{ROW},x"))
    assert (report.rows_valid, report.rows_quarantined) == (60, 1)
    assert audited(csv(tmp_path, ROW, f"{ROW},")).rows_quarantined == 1  # not on each row


# --- Excel -------------------------------------------------------------------------------------


JANUARY = dt.datetime(2024, 1, 5)
LINE = ["가", JANUARY, 5, "x", "y"]
COLUMNS = [*NAMES, "비고", "note"]


@pytest.mark.slow
@settings(max_examples=6)
@given(
    st.lists(st.sampled_from([[], ["notice"], [None, None, "notice"], ["기간", 2024]]), max_size=4),
    st.lists(st.sampled_from([[], ["57 records"], [None, "end"]]), max_size=3),
)
def test_excel_rows_around_the_table_are_set_aside(above, below):
    with tempfile.TemporaryDirectory() as folder:
        rows = [*above, COLUMNS, LINE, [], LINE, [], *below]
        report = audited(write_excel(Path(folder, "o.xlsx"), rows))
        named = audited(Path(folder, "o.xlsx"), header=len(above) + 1)
    assert (report.rows_read, report.rows_valid, report.revenue) == (2, 2, 10)
    assert named.readings == report.readings
    n = len(above)
    said = f"row {n + 1}, below {n} row{'s' * (n > 1)} of title"
    assert report.readings.get("header") == (said if any(above) else None)
    n = sum(map(bool, below))
    footer = report.readings.get("footer", "")
    assert footer.startswith(f"{n} row{'s' * (n > 1)} below the table") if n else not footer


@pytest.mark.slow
def test_excel_rows_with_one_cell_inside_the_table_stay_rows(tmp_path):
    path = write_excel(tmp_path / "o.xlsx", [COLUMNS, [], ["가"], LINE, ["나"]])
    assert audited(path).rows_quarantined == 2


def test_excel_rows_that_cannot_be_the_header_are_refused(tmp_path):
    path = write_excel(tmp_path / "o.xlsx", [["notice"], [], COLUMNS, LINE])
    with pytest.raises(InputError, match=r"row .* from 1; got 2, and row 2 of 'Sheet' is blank"):
        read_transactions(path, header=2)
    with pytest.raises(InputError, match=r"got 9, and 'Sheet' ends at row 4\. Leave it out"):
        read_transactions(path, header=9)


@pytest.mark.slow
def test_a_named_row_chooses_the_sheets_that_have_it(tmp_path):
    path = write_excel(tmp_path / "o.xlsx", [["notice"]])
    with pd.ExcelWriter(path, mode="a") as writer:
        orders().to_excel(writer, sheet_name="Data", startrow=3, index=False)
    report = audited(path, header=4)
    assert (report.rows_valid, report.readings["sheet"]) == (2, "'Data', without 'Sheet'")
