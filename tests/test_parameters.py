"""The declared ends of parameters: read, enforced, and inside each other."""

import json
import re

import pytest
from report_cases import as_notebook, code

from crmlab._parameters import Parameter, check_values, read_parameters

DECLARED = {
    "share in [0.05, 0.25]": ("float", 0.2, (0.05, 0.25)),
    "share a year, in [0.02, 0.3]": ("float", 0.1, (0.02, 0.3)),
    "weeks in [13, 520]": ("int", 156, (13, 520)),
    "date in [1997-06-30, 1998-03-31]": ("str", "1997-09-30", ("1997-06-30", "1998-03-31")),
    "id, one of 00003 | 00004 | 01234": ("str", "00004", ("00003", "01234")),
    "one of D, W, M": ("str", "W", ("D", "M")),
    "one of . or ,": ("str", ",", (".", ",")),
    "yes or no": ("bool", False, (False, True)),
    # Without two ends
    "share in (0, 1)": ("float", 0.5, None),
    "share in (0, 1]": ("float", 0.5, None),
    "lines in [1, inf)": ("int", 1, None),
    "whole number in [1, inf]": ("int", 1, None),
    "share in [0.3, 0.3]": ("float", 0.3, None),
    "money": ("float", 1.0, None),
    "date": ("str", "1997-09-30", None),
    "name": ("str", "cdnow", None),
}


@pytest.mark.parametrize("unit", DECLARED)
def test_ends_are_those_of_the_unit(unit):
    kind, default, ends = DECLARED[unit]
    parameter = Parameter("p", kind, default, f"{unit}; meaning")
    assert parameter.ends == ends
    if ends is not None:
        assert [type(end) for end in ends] == [type(default)] * 2
        assert [parameter.check(end) for end in ends] == list(ends)


@pytest.mark.parametrize(
    ("unit", "value", "message"),
    [
        ("share in [0.05, 0.25]", 0.3, "`p` must be .*0.05.*0.25.*; got 0.3"),
        ("weeks in [13, 520]", 12, "`p` must be .*13.*520.*; got 12"),
        (
            "date in [1997-06-30, 1998-03-31]",
            "1999-12-31",
            "`p` must be a date from 1997-06-30 to 1998-03-31; got '1999-12-31'. Choose a day",
        ),
        ("date in [1997-06-30, 1998-03-31]", "soon", "`p` must be a full date"),
        ("id, one of 00003 | 01234", "99999", "`p` must be one of '00003', '01234'; got '99999'"),
        ("one of . or ,", ";", "`p` must be one of '.', ','; got ';'"),
    ],
)
def test_a_value_outside_is_refused_with_the_rule(unit, value, message):
    kind = {int: "int", float: "float", str: "str"}[type(value)]
    with pytest.raises(ValueError, match=message):
        Parameter("p", kind, None, f"{unit}; meaning").check(value)


def test_a_default_outside_its_own_range_is_refused():
    line = 'until: str = "1999-01-01"  # date in [1997-06-30, 1998-03-31]; last day'
    with pytest.raises(ValueError, match="default that cannot be used: `until` must be a date"):
        read_parameters(as_notebook(code(line, "parameters")), report="nb")


def test_ends_pass_as_values_of_a_notebook():
    source = "\n".join(
        f"p{at}: {kind} = {json.dumps(default) if kind != 'bool' else default}  # {unit}; meaning"
        for at, (unit, (kind, default, ends)) in enumerate(DECLARED.items())
        if ends
    )
    declared = read_parameters(as_notebook(code(source, "parameters")), report="nb")
    for end in (0, 1):
        values = {parameter.name: parameter.ends[end] for parameter in declared}
        assert check_values(declared, values, report="nb") == values
        assert not re.search("None", str(values))
