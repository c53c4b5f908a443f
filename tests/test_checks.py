"""Checks of arguments: what passes, and the one wording for what does not."""

import decimal
import fractions
import math

import numpy as np
import pandas as pd
import pytest

from crmlab import InputError, InputTypeError
from crmlab._checks import (
    check_column,
    check_count,
    check_encoding,
    check_fraction,
    check_number,
    check_vector,
    check_zone,
)

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        pytest.param(1, {"low": 1, "high": 1}, id="closed-ends"),
        pytest.param(-1e300, {}, id="no-bounds"),
        pytest.param(np.int8(3), {"low": 0}, id="numpy-int"),
        pytest.param(np.float32(0.5), {"low": 0}, id="numpy-float"),
        pytest.param(np.array(0.5), {"low": 0}, id="numpy-scalar"),
        pytest.param(decimal.Decimal("0.5"), {"low": 0}, id="decimal"),
        pytest.param(fractions.Fraction(1, 2), {"low": 0}, id="fraction"),
        pytest.param(INF, {"low": 0, "finite": False}, id="infinite-where-asked"),
    ],
)
def test_a_number_within_its_bounds_is_a_float(value, bounds):
    number = check_number("x", value, **bounds)
    assert type(number) is float
    assert number == float(value)


@pytest.mark.parametrize(
    ("value", "bounds", "rule"),
    [
        pytest.param(1.4, {"low": 0, "high": 1}, "in [0, 1]; got 1.4.", id="interval"),
        pytest.param(-0.1, {"low": 0, "high": 1}, "in [0, 1]; got -0.1.", id="below"),
        pytest.param(
            1, {"low": 0, "high": 1, "open_low": True, "open_high": True},
            "in (0, 1); got 1.", id="open-high",
        ),
        pytest.param(
            0, {"low": 0, "high": 1, "open_low": True}, "in (0, 1]; got 0.", id="open-low"
        ),
        pytest.param(-1, {"low": 0}, "finite and at least 0; got -1.", id="low"),
        pytest.param(0, {"low": 0, "open_low": True}, "finite and above 0; got 0.", id="positive"),
        pytest.param(4, {"high": 3}, "finite and at most 3; got 4.", id="high"),
        pytest.param(
            3, {"high": 3, "open_high": True}, "finite and below 3; got 3.", id="open-top"
        ),
        pytest.param(INF, {"low": 0}, "finite and at least 0; got inf.", id="infinite"),
        pytest.param(-INF, {}, "finite; got -inf.", id="infinite-without-bounds"),
        pytest.param(-1, {"low": 0, "finite": False}, "at least 0; got -1.", id="may-be-infinite"),
        pytest.param(NAN, {"low": 0, "high": 1}, "in [0, 1]; got nan.", id="nan"),
        pytest.param(NAN, {"finite": False}, "a number; got nan.", id="nan-without-bounds"),
        pytest.param(decimal.Decimal("NaN"), {}, "finite; got Decimal('NaN').", id="decimal-nan"),
        pytest.param(10**310, {"low": 0}, f"finite and at least 0; got {10**310}.", id="huge"),
        pytest.param(2, {"low": 1_000_000}, "finite and at least 1000000; got 2.", id="large-low"),
    ],
)  # fmt: skip
def test_a_number_beyond_its_bounds_is_refused_with_the_rule(value, bounds, rule):
    with pytest.raises(InputError) as caught:
        check_number("x", value, remedy="Ask.", **bounds)
    assert str(caught.value) == f"`x` must be {rule} Ask."
    assert not isinstance(caught.value, TypeError)


NO_NUMBERS = [
    pytest.param(True, "True", id="bool"),
    pytest.param(np.False_, "np.False_", id="numpy-bool"),
    pytest.param("0.5", "'0.5'", id="text"),
    pytest.param(None, "None", id="none"),
    pytest.param([1], "[1]", id="list"),
    pytest.param(1j, "1j", id="complex"),
    pytest.param(pd.NA, "<NA>", id="missing"),
    pytest.param(pd.DataFrame({"a": [1, 2]}), "DataFrame", id="table"),
]


@pytest.mark.parametrize(("value", "shown"), NO_NUMBERS)
@pytest.mark.parametrize(
    ("check", "kind"),
    [(check_number, "number"), (check_fraction, "number"), (check_count, "whole number")],
)
def test_what_is_not_a_number_is_a_wrong_type(check, kind, value, shown):
    with pytest.raises(InputTypeError) as caught:
        check("x", value)
    assert str(caught.value) == f"`x` must be a {kind}; got {shown}."


def test_a_level_that_leaves_no_tail_is_not_below_one():
    assert check_fraction("level", 1 - 2**-52, open_ends=True) < 1
    with pytest.raises(InputError, match=r"`level` must be in .0, 1.; .* but for rounding"):
        check_fraction("level", 1 - 2**-53, open_ends=True)


def test_a_count_is_whole_and_exact():
    assert check_count("n", np.int64(3)) == 3
    assert check_count("n", 10**100) == 10**100
    with pytest.raises(InputError, match="`n` must be at most 1e"):
        check_count("n", 10**400)
    with pytest.raises(InputTypeError, match=r"`n` must be a whole number; got 3\.0"):
        check_count("n", 3.0)
    with pytest.raises(InputError, match="`n` must be at least 26; got 25"):
        check_count("n", 25, minimum=26)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([1, 2.5], id="list"),
        pytest.param(np.array([1, 2], dtype="int8"), id="integers"),
        pytest.param(pd.Series([1, 2.5]), id="series"),
        pytest.param(pd.Series([1, 2], dtype="Int64"), id="nullable"),
        pytest.param(pd.Series([1.5, 2], dtype="float64[pyarrow]"), id="arrow"),
        pytest.param([decimal.Decimal("1.5"), decimal.Decimal(2)], id="decimals"),
    ],
)
def test_a_column_of_numbers_is_an_array_of_floats(value):
    array = check_vector("x", value)
    assert (array.dtype, array.shape) == (np.float64, (2,))
    assert array.tolist() == [float(each) for each in value]


def test_a_column_of_floats_is_not_copied():
    values = np.array([1.0, 2.0])
    assert np.shares_memory(check_vector("x", values), values)


@pytest.mark.parametrize(
    ("value", "rules", "error", "message"),
    [
        (["1", "2"], {}, InputTypeError, "`x` must hold numbers; got string."),
        ([True], {}, InputTypeError, "`x` must hold numbers; got boolean."),
        ([1j], {}, InputTypeError, "`x` must hold numbers; got complex."),
        (
            [1.0, None],
            {},
            InputError,
            "`x` must be finite and not missing; 1 of 2 are not, such as nan. "
            "Fill or drop those first.",
        ),
        (
            [INF, None],
            {"missing": True},
            InputError,
            "`x` must be finite; 1 of 2 are not, such as inf. Fill or drop those first.",
        ),
        (
            [2, -1, -3],
            {"remedy": "Drop returns."},
            InputError,
            "`x` must not be negative; 2 of 3 are, such as -1.0. Drop returns.",
        ),
        ([], {}, InputError, "`x` must hold at least one number; got none."),
        ([[1], [2]], {}, InputError, "`x` must have one dimension; got 2. Pass one column."),
        (5, {}, InputError, "`x` must have one dimension; got 0. Pass one column."),
    ],
)
def test_a_column_that_is_refused_names_the_rule_and_how_many_break_it(
    value, rules, error, message
):
    with pytest.raises(error) as caught:
        check_vector("x", value, **rules)
    assert str(caught.value) == message


def test_lists_of_unequal_length_are_not_a_column():
    with pytest.raises(InputError, match="`x` must have one dimension; "):
        check_vector("x", [[1], [2, 3]])


def test_a_column_may_be_negative_missing_or_flags_where_that_is_asked_for():
    assert check_vector("x", [-1], negative=True).tolist() == [-1.0]
    assert np.isnan(check_vector("x", [None, 1], missing=True)[0])
    assert check_vector("x", [True, False], flags=True).tolist() == [1.0, 0.0]


def test_a_column_of_a_table_is_checked_by_its_name():
    table = pd.DataFrame({"T": [1, -1]})
    assert check_column(table, "T", negative=True).tolist() == [1.0, -1.0]
    with pytest.raises(InputError, match="`T` must not be negative; 1 of 2 are"):
        check_column(table, "T")
    with pytest.raises(InputError, match="`summary` lacks 'recency'; it has 'T'"):
        check_column(table, "recency", what="`summary`")


@pytest.mark.parametrize("zone", ["KST", "Asia", "../etc", ""])
def test_a_time_zone_has_an_iana_name(zone):
    with pytest.raises(InputError, match="`zone` must be an IANA time zone such as"):
        check_zone("zone", zone)
    check_zone("zone", "Asia/Seoul")


@pytest.mark.parametrize("encoding", ["klingon", "base64", "utf\0-8"])
def test_an_encoding_is_one_of_text(encoding):
    with pytest.raises(InputError, match="`encoding` must be an encoding that Python knows"):
        check_encoding("encoding", encoding)
    check_encoding("encoding", "cp949")
