"""Text on its way out: terminals and spreadsheets."""

import io
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab._text import plain_table, printable, safe_for_spreadsheet


@given(st.text())
def test_printable_leaves_nothing_that_steers_a_terminal(text):
    kinds = {unicodedata.category(character) for character in printable(text) if character != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("김민지 Zoë", "김민지 Zoë", id="names-stay"),
        pytest.param("a\tb\xa0c", "a b c", id="white-space-is-a-blank"),
        pytest.param("two\nlines", "two\nlines", id="line-break-stays"),
        pytest.param("\x1b]0;owned\x07ok", "]0;ownedok", id="escape-sequence-is-disarmed"),
        pytest.param("abc\u202etxt", "abctxt", id="no-reversed-text"),
    ],
)
def test_printable_known_texts(text, expected):
    assert printable(text) == expected


def test_plain_table_aligns_korean_and_leaves_missing_values_blank():
    frame = pd.DataFrame(
        {"이름": ["김", None, "Lee\nAnn"], "n": [12000, 7, 1], "x": [0.5, np.nan, 2]}
    )
    assert plain_table(frame).splitlines() == [
        "이름          n    x",
        "김       12,000  0.5",
        "              7",
        "Lee Ann       1  2.0",
    ]


def test_plain_table_of_no_rows_is_its_heading():
    assert plain_table(pd.DataFrame({"id": [], "title": []})) == "id  title"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠"])
def test_safe_for_spreadsheet_puts_an_apostrophe_before_a_formula(start):
    frame = pd.DataFrame({"name": [f"{start}cmd()", "Kim", None]})
    assert safe_for_spreadsheet(frame)["name"].tolist()[:2] == [f"'{start}cmd()", "Kim"]


def test_safe_for_spreadsheet_lets_no_carriage_return_open_a_row():
    frame = pd.DataFrame({"name": ["\r=cmd()", "a\r\nb"]})
    assert safe_for_spreadsheet(frame)["name"].tolist() == ["'\n=cmd()", "a\nb"]


@pytest.mark.parametrize("number", ["-12.00", "+821012345678", "-1,234.56"])
def test_safe_for_spreadsheet_leaves_signed_numbers_readable(number):
    assert safe_for_spreadsheet(pd.DataFrame({"amount": [number]}))["amount"].tolist() == [number]


@pytest.mark.parametrize("formula", ["-2+3", "+1|cmd", "-12.00-A1"])
def test_safe_for_spreadsheet_is_not_fooled_by_a_leading_number(formula):
    assert safe_for_spreadsheet(pd.DataFrame({"a": [formula]}))["a"].tolist() == [f"'{formula}"]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pd.Series(["=A1", "b"], dtype="str"), id="str"),
        pytest.param(pd.Series(["=A1", "b"], dtype=object), id="object"),
        pytest.param(pd.Series(["=A1", "b"], dtype="category"), id="category"),
    ],
)
def test_safe_for_spreadsheet_reaches_text_of_any_dtype(column):
    assert safe_for_spreadsheet(column.to_frame("a"))["a"].tolist() == ["'=A1", "b"]


def test_safe_for_spreadsheet_reaches_index_and_headings():
    index = pd.MultiIndex.from_tuples([("=A1", 1), ("b", 2)], names=["@who", "n"])
    safe = safe_for_spreadsheet(pd.DataFrame({"=cmd": [1, 2]}, index=index))
    assert safe.columns.tolist() == ["'=cmd"]
    assert safe.index.tolist() == [("'=A1", 1), ("b", 2)]
    assert safe.index.names == ["'@who", "n"]


def test_safe_for_spreadsheet_keeps_numbers_dates_and_its_argument():
    frame = pd.DataFrame({"n": [-1.5], "date": pd.to_datetime(["2024-01-05"]), "t": ["=A1"]})
    before = frame.copy()
    safe = safe_for_spreadsheet(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(safe[["n", "date"]], frame[["n", "date"]])


@pytest.mark.slow
@given(st.lists(st.text(alphabet="=+-@ab1,\"'\n\r", max_size=6), min_size=1))
def test_no_cell_of_an_exported_file_starts_like_a_formula(cells):
    buffer = io.StringIO(newline="")
    safe_for_spreadsheet(pd.DataFrame({"a": cells})).to_csv(buffer, index=False)
    buffer.seek(0)
    read = pd.read_csv(buffer, dtype="str", keep_default_na=False, skip_blank_lines=False)
    starts = [text for text in read["a"] if text.startswith(("=", "@", "\n", "\r"))]
    assert not starts
