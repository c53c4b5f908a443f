"""Reports and the workbook: checked before they run, published complete or not at all."""

import asyncio
import base64
import datetime
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from report_cases import as_notebook, code, write

from crmlab._notebooks import notebook_question, notebook_title, read_notebook
from crmlab._parameters import check_values, read_parameters
from crmlab.contracts import ContractError
from crmlab.reports import Parameter, ReportError, list_reports, run_report, run_workbook
from crmlab.reports._book import make_workbook
from crmlab.reports._orders import LeftOut
from crmlab.reports._publish import destination_folder, keep_failed, publish, staging
from crmlab.reports._report import make_report
from crmlab.reports._widgets import CAPTION, widget_snapshot

# A notebook needs a kernel, and starting one takes seconds: tests that only read share a run.

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
AWKWARD = ['it\'s "quoted"', "C:\\new\\table", "두 줄\n여기", "{braces}", "'''", "</script>", "\\"]


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def printed(path):
    """All standard output of an executed notebook."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def hidden_files(folder):
    return [path for path in folder.iterdir() if path.name.startswith(".")]


# ---------------------------------------------------------------------------------------------
# Parameters: parsed, never executed


DECLARATIONS = """\
data: str = "cdnow"  # name or path; orders
top: float = 0.2  # share in [0, 1]; customers counted as "top" # not a second comment
periods: int = 4  # months in [1, inf); length of the look back
unit: str = "W"  # one of D, W, M; length of a period
masked: bool = True  # yes or no; hide personal fields
since: str | None = None  # date; first day counted, or all
channels: list[str] = []  # names; empty means all
limits: list[float] = [
    0.1,
    0.2,
]  # shares in (0, 1); cut-offs
columns: dict[str, str] = {}  # theirs to ours; header names
zone: str = "UTC"  # IANA name; where a day begins
encoding: str | None = None  # encoding name; of a text file
rates: dict[str, float] | None = None  # money in (0, inf); of one unit
where: dict[str, list[str]] | None = None  # column=value|value; the rows that are kept
"""


@pytest.fixture(scope="module")
def declared():
    return read_parameters(as_notebook(code(DECLARATIONS, "parameters")), report="sample")


def test_read_parameters_finds_every_declaration_in_order(declared):
    assert [(p.name, p.type, p.default) for p in declared] == [
        ("data", "str", "cdnow"),
        ("top", "float", 0.2),
        ("periods", "int", 4),
        ("unit", "str", "W"),
        ("masked", "bool", True),
        ("since", "str | None", None),
        ("channels", "list[str]", []),
        ("limits", "list[float]", [0.1, 0.2]),
        ("columns", "dict[str, str]", {}),
        ("zone", "str", "UTC"),
        ("encoding", "str | None", None),
        ("rates", "dict[str, float] | None", None),
        ("where", "dict[str, list[str]] | None", None),
    ]
    assert declared[1].description.startswith('share in [0, 1]; customers counted as "top"')
    assert declared[7].description == "shares in (0, 1); cut-offs"


def test_read_parameters_of_a_template_without_any():
    assert read_parameters(as_notebook(code("x = 1")), report="sample") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            "top = 0.2  # share; top", "line 1 .*must read `name: type = value", id="no-type"
        ),
        pytest.param(
            "import os  # unit; x", "must read `name: type = value", id="not-a-declaration"
        ),
        pytest.param(
            "top: float = 0.2", "must end in a comment `# unit; meaning`", id="no-comment"
        ),
        pytest.param("top: Decimal = 1  # a; b", "a type among bool, int.*got Decimal", id="type"),
        pytest.param("out: str = ''  # a; b", "another name; `out` belongs to", id="reserved"),
        pytest.param(
            "top: float = 2.0  # in [0, 1]; b", r"default.*must be in \[0, 1\]", id="range"
        ),
        pytest.param("top: float = 'a'  # a; b", "default.*must be a float; got 'a'", id="default"),
        pytest.param("top: float = 1 / 5  # a; b", "default that cannot be used", id="derived"),
        pytest.param("top: float = ", "are not Python", id="syntax"),
    ],
)
def test_read_parameters_names_the_line_that_is_wrong(line, message):
    notebook = as_notebook(code(line, "parameters"))
    with pytest.raises(ValueError, match=message):
        read_parameters(notebook, report="sample")


def test_reading_parameters_executes_nothing(tmp_path):
    trap = tmp_path / "trap"
    line = f"x: str = open({str(trap)!r}, 'w').name  # path; a trap"
    with pytest.raises(ValueError, match="cannot be used"):
        read_parameters(as_notebook(code(line, "parameters")), report="sample")
    assert not trap.exists()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("top", "0.1", 0.1, id="float"),
        pytest.param("top", "1", 1.0, id="whole-number-as-float"),
        pytest.param("periods", "12", 12, id="int"),
        pytest.param("masked", "true", True, id="true"),
        pytest.param("masked", "No", False, id="no"),
        pytest.param("data", "true", "true", id="text-stays-text"),
        pytest.param("since", "1997-06-30", "1997-06-30", id="optional"),
        pytest.param("since", "none", None, id="none"),
        pytest.param("channels", "web, store", ["web", "store"], id="list"),
        pytest.param("channels", "", [], id="empty-list"),
        pytest.param("limits", "0.5,0.25", [0.5, 0.25], id="list-of-floats"),
        pytest.param(
            "columns",
            "고객=customer_id,a b=date,금액=원=amount",
            {"고객": "customer_id", "a b": "date", "금액=원": "amount"},
            id="dict",
        ),
        pytest.param("rates", "EUR=1.08, GBP=2", {"EUR": 1.08, "GBP": 2.0}, id="numbers-by-name"),
        pytest.param("rates", '{"EUR": 1}', {"EUR": 1.0}, id="numbers-as-json"),
        pytest.param("where", "", None, id="optional-dict"),
        pytest.param(
            "where",
            "status=paid | shipped, a=b=web",
            {"status": ["paid", "shipped"], "a=b": ["web"]},
            id="lists-by-name",
        ),
        pytest.param(
            "where",
            '{"status": ["paid, in part", "a|b"]}',
            {"status": ["paid, in part", "a|b"]},
            id="lists-as-json",
        ),
    ],
)
def test_a_value_from_the_command_line_is_read_by_declared_type(declared, name, text, expected):
    values = check_values(declared, {name: text}, report="sample", text=True)
    assert values == {name: expected}
    assert type(values[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("top", "abc", "`top` must be a float; got 'abc'", id="float"),
        pytest.param("top", "nan", r"`top` must be in \[0, 1\]; got nan", id="nan"),
        pytest.param("top", "1.4", r"`top` must be in \[0, 1\]; got 1.4", id="closed-range"),
        pytest.param("periods", "1.5", "`periods` must be an int; got '1.5'", id="int"),
        pytest.param("periods", "0", "`periods` must be finite and at least 1; got 0", id="open"),
        pytest.param("rates", "EUR=0", r"`rates` must be in \(0, inf\)|must be finite", id="rate"),
        pytest.param("rates", "EUR", "Write name=number, separated by commas", id="no-number"),
        pytest.param("where", '{"a": "b"}', r"Write column=value\|value", id="json-of-a-text"),
        pytest.param("where", '{"a": ', r"Write column=value\|value", id="torn-json"),
        pytest.param("limits", "0.5,1", r"`limits` must be in \(0, 1\); got 1.0", id="in-a-list"),
        pytest.param(
            "masked", "1", "`masked` must be a bool; got '1'. Write true or false", id="bool"
        ),
        pytest.param("unit", "Y", "`unit` must be one of 'D', 'W', 'M'; got 'Y'", id="choice"),
        pytest.param("limits", "a,b", "list.float.; got 'a,b'. Separate the items", id="list"),
        pytest.param("columns", "a", "got 'a'. Write theirs=ours", id="dict"),
        pytest.param(
            "since", "1997", "`since` must be a full date such as '2024-12-31'; got", id="year"
        ),
        pytest.param("since", "1997-13-45", "must be a full date", id="no-such-day"),
        pytest.param("since", "nat", "must be a full date", id="not-a-time"),
        pytest.param("zone", "Seoul", "must be an IANA time zone such as 'Asia/Seoul'", id="zone"),
        pytest.param("zone", "Asia", "must be an IANA time zone", id="half-a-zone"),
        pytest.param("zone", "../etc", "must be an IANA time zone", id="path-for-zone"),
        pytest.param("zone", "none", "must be an IANA time zone", id="zone-not-optional"),
        pytest.param(
            "encoding", "cp99999", "must be an encoding that Python knows, such as", id="encoding"
        ),
        pytest.param("encoding", "base64", "must be an encoding that", id="codec-of-bytes"),
    ],
)
def test_an_ill_typed_text_is_refused_with_a_remedy(declared, name, text, message):
    with pytest.raises(ValueError, match=message):
        check_values(declared, {name: text}, report="sample", text=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("top", 1, 1.0, id="int-for-float"),
        pytest.param("top", np.float64(0.5), 0.5, id="numpy-float"),
        pytest.param("periods", np.int64(3), 3, id="numpy-int"),
        pytest.param("masked", np.bool_(False), False, id="numpy-bool"),
        pytest.param("channels", ("web",), ["web"], id="tuple"),
        pytest.param("since", None, None, id="none"),
        pytest.param("since", datetime.date(1997, 6, 30), "1997-06-30", id="date"),
        pytest.param("since", pd.Timestamp("1997-06-30"), "1997-06-30", id="timestamp"),
        pytest.param("since", np.datetime64("1997-06-30", "ns"), "1997-06-30", id="numpy-date"),
        pytest.param(
            "since", pd.Timestamp("1997-06-30 12:00"), "1997-06-30T12:00:00", id="date-and-time"
        ),
        pytest.param("zone", "Asia/Seoul", "Asia/Seoul", id="zone"),
        pytest.param("encoding", "cp949", "cp949", id="encoding"),
    ],
)
def test_python_values_become_plain_ones(declared, name, value, expected):
    checked = check_values(declared, {name: value}, report="sample")[name]
    assert checked == expected
    assert type(checked) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("top", "0.1", "`top` must be a float; got '0.1'", id="text-for-number"),
        pytest.param("top", True, "`top` must be a float; got True", id="bool-for-number"),
        pytest.param("periods", True, "`periods` must be an int; got True", id="bool-for-int"),
        pytest.param("periods", 2.0, "`periods` must be an int; got 2.0", id="float-for-int"),
        pytest.param("masked", 1, "`masked` must be a bool; got 1", id="int-for-bool"),
        pytest.param("masked", None, "`masked` must be a bool; got None", id="none"),
        pytest.param("since", 1997, "must be a str or None; got 1997", id="optional"),
        pytest.param("channels", "web", "must be a list.str.; got 'web'", id="text-for-list"),
        pytest.param("data", datetime.date(1997, 6, 30), "must be a str", id="date-for-text"),
        pytest.param("columns", {"a": 1}, "must be a dict.str, str.", id="dict"),
    ],
)
def test_a_python_value_of_another_type_is_refused(declared, name, value, message):
    with pytest.raises(TypeError, match=message):
        check_values(declared, {name: value}, report="sample")


def test_an_unknown_parameter_lists_the_known_ones_and_the_nearest(declared):
    message = r"`tpo` is not a parameter of report 'sample'. Did you mean `top`\?"
    with pytest.raises(ValueError, match=message) as caught:
        check_values(declared, {"tpo": 0.1}, report="sample")
    assert "\n  periods: int = 4  (months in [1, inf); length of the look back)" in str(
        caught.value
    )


@given(st.text())
def test_any_text_passes_a_text_parameter_unchanged(text):
    assert Parameter("note", "str", "", "words; a note").parse(text) == text


@given(st.floats(allow_nan=False))
def test_a_float_survives_the_way_over_the_command_line(number):
    assert Parameter("x", "float", 0.0, "currency; a sum").parse(repr(number)) == number


# ---------------------------------------------------------------------------------------------
# What a notebook says about itself


@pytest.mark.parametrize(
    ("cells", "metadata", "expected"),
    [
        pytest.param(["# T\n\n> Who\n> pays?\n\nx"], {}, "Who pays?", id="quotation"),
        pytest.param(["# T\n\n*Who **pays**?*"], {}, "Who pays?", id="emphasised-line"),
        pytest.param(["# T", "_Who pays?_"], {}, "Who pays?", id="next-cell"),
        pytest.param(["# T\n> no"], {"crmlab": {"question": "Who?"}}, "Who?", id="metadata-first"),
        pytest.param(["# T\n\nPlain words with *one* stress."], {}, "", id="none"),
    ],
)
def test_notebook_question(cells, metadata, expected):
    assert notebook_question(as_notebook(*map(prose, cells), **metadata)) == expected


def test_notebook_title_is_no_comment_of_a_code_example():
    text = "```python\n# not a title\n```\n\n## The **real** [title](x.html)"
    assert notebook_title(as_notebook(prose(text))) == "The real title"


@pytest.mark.parametrize("content", ["", "[]", '{"worksheets": []}', "not json"])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"broken\.ipynb is not a notebook"):
        read_notebook(path)


# ---------------------------------------------------------------------------------------------
# One good run, looked at from all sides


TEMPLATE = [
    prose("# Customer base\n\n*Who are they?*\n\n![A pixel](pixel.png)"),
    code(
        'data: str = "cdnow"  # name or path; orders\n'
        "notes: list[str] = []  # words; anything\n"
        "flag: bool = False  # yes or no; a switch",
        "parameters",
    ),
    code(
        "import json, os, sys\nimport ipywidgets\nimport pandas as pd\n"
        'print("PARAMETERS", json.dumps([data, notes, flag]))\n'
        'print("COLUMNS", *pd.read_parquet(data).columns)\n'
        'print("PYTHON", sys.executable)\nprint("FOLDER", os.getcwd())'
    ),
    prose("## Segments\n\n| quantity | value |\n|---|---|\n| customers | 23,570 |"),
    code(
        'names = ["<script>alert(1)</script>", "김"]\n'
        'index = pd.Index(["a", "b"], name="id")\n'
        'pd.DataFrame({"customer": names, "sum": ["₩1,200", "(₩30)"]}, index=index)'
    ),
    code(
        "from IPython.display import HTML\n"
        "HTML('<script src=https://example.org/x.js></script><link href=https://example.org/s.css>'\n"
        "     '<img src=http://example.org/i.png alt=chart><i>kept</i>')"
    ),
    code('class Plain:\n    def __repr__(self):\n        return "<plain & simple>"\nPlain()'),
    code(
        f"picture = ipywidgets.Image(value={PIXEL!r}, format='png')\n"
        "slider = ipywidgets.FloatSlider(0.2, description='top share', readout_format='.0%')\n"
        "text = ipywidgets.HTML('<b>4,714</b> customers')\n"
        "ipywidgets.VBox([slider, text, picture])"
    ),
    code('from tqdm.notebook import tqdm\nfor _ in tqdm(range(2)):\n    pass'),
    prose("## References\n\n[Paper](https://example.org/paper)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A finished report on a table; a kernel called `python3` leads elsewhere meanwhile."""
    folder = tmp_path_factory.mktemp("good")
    elsewhere = folder / "jupyter" / "kernels" / "python3"
    elsewhere.mkdir(parents=True)
    spec = {
        "argv": ["/no/such/python", "{connection_file}"],
        "display_name": "x",
        "language": "python",
    }
    (elsewhere / "kernel.json").write_text(json.dumps(spec))
    write(folder / "templates", "sample", *TEMPLATE)
    (folder / "templates" / "pixel.png").write_bytes(PIXEL)
    table = pd.DataFrame({"amount": [1.5, 2.5]}, index=pd.Index(["007", "8"], name="customer_id"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        page = make_report(
            "sample",
            {"notes": AWKWARD, "flag": True},
            data=table,
            out=folder / "a {b} out",
            templates=folder / "templates",
        ).page
    html = page.read_text(encoding="utf-8")
    lines = printed(page.with_name("report.ipynb")).splitlines()
    return SimpleNamespace(
        page=page,
        html=html,
        soup=BeautifulSoup(html, "html.parser"),
        lines=dict(line.split(" ", 1) for line in lines),
    )


@pytest.mark.pages
def test_a_report_is_a_page_and_the_executed_notebook_and_nothing_else(good):
    assert good.page.name == "index.html"
    assert sorted(path.name for path in good.page.parent.iterdir()) == [
        "index.html",
        "report.ipynb",
    ]


@pytest.mark.pages
def test_values_reach_the_notebook_as_they_were_given(good):
    _, notes, flag = json.loads(good.lines["PARAMETERS"])
    assert (notes, flag) == (AWKWARD, True)


@pytest.mark.pages
def test_the_kernel_is_the_python_that_runs_crmlab(good):
    assert good.lines["PYTHON"] == sys.executable


@pytest.mark.pages
def test_the_notebook_runs_in_the_working_directory_of_the_caller(good):
    assert Path(good.lines["FOLDER"]) == Path.cwd()


@pytest.mark.pages
def test_a_table_is_handed_over_as_a_file_that_does_not_outlive_the_run(good):
    stored = json.loads(good.lines["PARAMETERS"])[0]
    assert stored.endswith("data.parquet")
    assert good.lines["COLUMNS"] == "customer_id amount"
    assert not Path(stored).exists()
    assert "a table of 2 rows" in good.soup.footer.get_text()


@pytest.mark.pages
def test_the_page_hides_code_and_shows_prose_and_settings(good):
    assert not good.soup.select(".code")
    assert "import json" not in good.soup.main.get_text()
    assert good.soup.h1.get_text() == good.soup.title.get_text() == "Customer base"
    assert "yes or no; a switch" in good.soup.footer.get_text()


@pytest.mark.pages
def test_the_page_loads_nothing_from_elsewhere(good):
    assert not good.soup.select("script, link, iframe, object, embed")
    sources = [tag["src"] for tag in good.soup.select("[src]")]
    assert len(sources) == 2
    assert all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"@import|url\(", good.html)
    assert "kept" in good.soup.main.i.get_text()
    links = {tag["href"] for tag in good.soup.select("[href]")}
    assert links == {"https://example.org/paper", "report.ipynb"}


@pytest.mark.pages
def test_the_page_forbids_scripts_and_foreign_content(good):
    policy = good.soup.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.pages
def test_customer_text_is_escaped(good):
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in good.html
    assert "&lt;plain &amp; simple&gt;" in good.html


@pytest.mark.pages
def test_tables_scroll_in_their_own_box_with_numbers_to_the_right(good):
    markdown, frame = good.soup.main.find_all("table")
    assert all("scroll" in table.parent["class"] for table in (markdown, frame))
    assert [cell.get_text() for cell in markdown.select(".number")] == ["value", "23,570"]
    assert [cell.get_text() for cell in frame.select(".number")] == ["sum", "₩1,200", "(₩30)"]
    headings = [[cell.get_text() for cell in row] for row in frame.select("thead tr")]
    assert [[text for text in row if text.strip()] for row in headings] == [
        ["id", "customer", "sum"]
    ]


@pytest.mark.pages
def test_a_widget_is_a_still_picture_with_a_caption(good):
    (explorer,) = good.soup.select("figure.explorer")
    assert explorer.select_one(".control").get_text() == "top share: 20%"
    assert explorer.b.get_text() == "4,714"
    assert base64.b64decode(explorer.img["src"].partition(",")[2]) == PIXEL
    assert explorer.figcaption.get_text() == CAPTION


@pytest.mark.pages
def test_no_raw_repr_of_a_widget_and_no_progress_bar_reaches_the_page(good):
    assert "VBox(" not in good.html
    assert "FloatProgress" not in good.html


# ---------------------------------------------------------------------------------------------
# Widgets whose state is partial


def widget_metadata(**models):
    state = {key: {"model_name": name, "state": values} for key, (name, values) in models.items()}
    return {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": state}}}


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        pytest.param(
            "DropdownModel",
            {"description": "unit:", "_options_labels": ["day", "week"], "index": 1},
            "unit: week",
            id="menu",
        ),
        pytest.param(
            "SelectMultipleModel",
            {"_options_labels": ["a", "b", "c"], "index": [0, 2]},
            "a, c",
            id="several",
        ),
        pytest.param(
            "IntRangeSliderModel",
            {"description": "months", "value": [2, 5]},
            "months: 2 to 5",
            id="range",
        ),
        pytest.param("CheckboxModel", {"description": "net", "value": True}, "net: yes", id="box"),
        pytest.param(
            "DatePickerModel",
            {"value": {"year": 1997, "month": 5, "date": 3}},
            "1997-06-03",
            id="date",
        ),
        pytest.param(
            "TextModel",
            {"description": "<b>", "value": "<i>"},
            "&lt;b&gt;: &lt;i&gt;",
            id="escaped",
        ),
        pytest.param(
            "FloatSliderModel", {"value": 0.25, "readout_format": "$,.3s"}, "0.25", id="d3-format"
        ),
    ],
)
def test_a_control_becomes_a_line(name, state, expected):
    still = widget_snapshot(widget_metadata(w=(name, state)), "w")
    assert f'<p class="control">{expected}</p>' in still


@pytest.mark.parametrize("metadata", [{}, widget_metadata(other=("HTMLModel", {"value": "x"}))])
def test_a_widget_without_saved_state_leaves_only_its_caption(metadata):
    still = widget_snapshot(metadata, "w")
    assert still == f'<figure class="explorer"><figcaption>{CAPTION}</figcaption></figure>'


# ---------------------------------------------------------------------------------------------
# Refused before anything runs


@pytest.fixture
def templates(tmp_path):
    folder = tmp_path / "templates"
    write(folder, "with_data", code('data: str = "cdnow"  # name; orders', "parameters"))
    write(folder, "without_data", code("n: int = 1  # count; rows", "parameters"))
    return folder


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        pytest.param(
            "with_dta", {}, ValueError, "got 'with_dta'. Did you mean 'with_data'", id="name"
        ),
        pytest.param(
            "../x", {}, ValueError, "one of the reports .'with_data', 'without_data'", id="path"
        ),
        pytest.param(
            "with_data",
            {"data": "no.csv"},
            FileNotFoundError,
            "there is no file '/.*no.csv'",
            id="file",
        ),
        pytest.param(
            "with_data", {"data": "no*.csv"}, FileNotFoundError, "there is no file", id="glob"
        ),
        pytest.param(
            "with_data",
            {"data": "."},
            IsADirectoryError,
            r"is a folder. Write '.*\*.csv'",
            id="folder",
        ),
        pytest.param(
            "with_data", {"data": 5}, TypeError, "a DataFrame or one of cdnow, .*got int", id="type"
        ),
        pytest.param(
            "without_data", {"data": "cdnow"}, ValueError, "`data` is not a parameter", id="no-data"
        ),
        pytest.param(
            "without_data",
            {"parameters": {"m": 1}},
            ValueError,
            "`m` is not a parameter",
            id="unknown",
        ),
        pytest.param(
            "without_data",
            {"parameters": {"n": "x"}},
            TypeError,
            "`n` must be an int",
            id="type-of-value",
        ),
    ],
)
def test_wrong_use_is_refused_and_leaves_no_trace(
    tmp_path, monkeypatch, templates, name, options, error, message
):
    monkeypatch.chdir(tmp_path)
    parameters = options.pop("parameters", {})
    with pytest.raises(error, match=message):
        make_report(name, parameters, templates=templates, **options)
    assert not (tmp_path / "reports").exists()


def test_a_file_cannot_be_the_destination(tmp_path, templates):
    (tmp_path / "page").write_text("mine")
    with pytest.raises(NotADirectoryError, match=r"`out` must be a folder; '.*page' is a file"):
        make_report("without_data", {}, out=tmp_path / "page", templates=templates)
    assert (tmp_path / "page").read_text() == "mine"


@pytest.mark.slow
def test_a_table_that_cannot_be_stored_is_refused(tmp_path, templates):
    mixed = pd.DataFrame({"customer_id": [1, "b", object()]})
    with pytest.raises(ValueError, match=r"`data` cannot be stored as Parquet; .*one type"):
        make_report("with_data", {}, data=mixed, out=tmp_path / "out", templates=templates)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.pages
def test_a_table_of_any_make_reaches_the_kernel_as_text_where_it_mixes_types(tmp_path):
    write(
        tmp_path,
        "echo",
        code('data: str = "cdnow"  # name; orders', "parameters"),
        code("import pandas as pd\nprint(pd.read_parquet(data).to_dict('list'))"),
    )
    table = pd.DataFrame(
        {
            "customer_id": pd.Series(["007", 8, 9.0, np.int64(10)], dtype=object),
            "date": pd.Series([datetime.date(2024, 1, 5), "6.1.2024"] * 2, dtype=object),
            "amount": [Decimal("1.50")] * 4,
        }
    )
    table.attrs["connection"] = threading.Lock()  # cannot be copied
    page = make_report("echo", {}, data=table, out=tmp_path / "out", templates=tmp_path).page
    assert printed(page.with_name("report.ipynb")).strip() == str(
        {
            "customer_id": ["007", "8", "9", "10"],
            "date": ["2024-01-05", "6.1.2024"] * 2,
            "amount": [Decimal("1.50")] * 4,
        }
    )
    assert list(table.attrs) == ["connection"]
    assert pd.DataFrame(table)["customer_id"].tolist() == ["007", 8, 9.0, 10]


ORDERS = pd.DataFrame(
    {"date": ["2024-01-05", "?"], "amount": [1.5, 2]}, index=pd.Index([1, 2], name="customer_id")
)


@pytest.fixture
def on_orders(tmp_path):
    cells = [
        code('data: str = "cdnow"  # file, pattern or set; the orders', "parameters"),
        code("print(data)"),
    ]
    write(tmp_path / "templates", "on_orders", *cells)
    return {"out": tmp_path / "out", "templates": tmp_path / "templates"}


@pytest.mark.slow
def test_orders_in_a_table_are_read_before_a_run_and_faulty_rows_counted(on_orders):
    made = make_report("on_orders", {}, data=ORDERS, **on_orders)
    assert made.left_out == LeftOut(1, "date unreadable 1")
    assert make_report("on_orders", {}, data="cdnow", **on_orders).left_out == LeftOut()


def test_orders_that_cannot_be_read_are_refused_and_leave_no_trace(on_orders):
    with pytest.raises(ContractError, match="lacks 'amount'"):
        make_report("on_orders", {}, data=ORDERS.drop(columns="amount"), **on_orders)
    assert not on_orders["out"].exists()


@pytest.mark.parametrize("option", ["data", "out"])
def test_an_empty_text_is_no_place(tmp_path, monkeypatch, templates, option):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=f"`{option}` must not be empty. "):
        make_report("with_data", {}, templates=templates, **{option: " "})
    assert not (tmp_path / "reports").exists()


def test_unknown_report_of_the_public_function_names_the_known_ones():
    with pytest.raises(ValueError, match="`name` must be one of the reports"):
        run_report("no_such_report")


def test_default_destination_is_reports_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert destination_folder(None, Path("reports") / "x") == tmp_path / "reports" / "x"


def test_list_reports_reads_every_template_that_comes_with_crmlab():
    listed = list_reports()
    columns = ["report", "title", "parameter", "type", "default", "description"]
    assert listed.columns.tolist() == columns
    assert not listed.isna().any(axis=None)


# ---------------------------------------------------------------------------------------------
# Files given as data


@pytest.mark.pages
def test_a_relative_file_and_a_pattern_reach_the_notebook_as_absolute_paths(tmp_path, monkeypatch):
    write(
        tmp_path / "templates",
        "echo",
        code('data: str = "cdnow"  # name; orders', "parameters"),
        code("import glob\nprint(sorted(glob.glob(data)))"),
    )
    for name in ("2024-1.csv", "2024-2.csv"):
        (tmp_path / name).write_text("customer_id\n")
    monkeypatch.chdir(tmp_path)
    make_report("echo", {}, data="2024-*.csv", templates=Path("templates"))
    expected = [str(tmp_path / "2024-1.csv"), str(tmp_path / "2024-2.csv")]
    assert printed(tmp_path / "reports" / "echo" / "report.ipynb").strip() == str(expected)


# ---------------------------------------------------------------------------------------------
# Failed runs


@pytest.fixture
def published(tmp_path):
    """A destination that holds a good report."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("index.html", "report.ipynb"):
        (folder / name).write_text(f"last good {name}")
    return folder


def untouched(folder):
    return all(
        (folder / name).read_text() == f"last good {name}"
        for name in ("index.html", "report.ipynb")
    )


@pytest.mark.pages
@pytest.mark.parametrize(
    ("cell", "message"),
    [
        pytest.param(
            "# a comment\nmargin = 1 / 0",
            r"report 'broken' failed in cell 4 \(`margin = 1 / 0`\), section 'Margins': "
            "ZeroDivisionError: division by zero.",
            id="exception",
        ),
        pytest.param(
            'raise KeyError("two\\nlines \\x1b[31mred")',
            r"cell 4 .*: KeyError: 'two\\nlines \\x1b\[31mred'",
            id="message-on-one-line",
        ),
        pytest.param(
            "import os; os.kill(os.getpid(), 9)",
            r"failed in cell 4 \(`import os; os.kill.*`\), section 'Margins': DeadKernelError: "
            "the kernel died; out of memory",
            id="dead-kernel",
        ),
        pytest.param("raise SystemExit(0)", r"cell 4 .*: SystemExit: 0", id="early-exit"),
    ],
)
def test_a_run_that_fails_names_the_cell_and_keeps_the_last_good_report(
    tmp_path, published, cell, message
):
    write(
        tmp_path,
        "broken",
        prose("# Title"),
        code("n: int = 1  # count; rows", "parameters"),
        prose("## Margins"),
        code(cell),
        prose("## Never reached"),
        code("print('never')"),
    )
    with pytest.raises(ReportError, match=message) as caught:
        make_report("broken", {"n": 2}, out=published, templates=tmp_path)
    assert "\n" not in str(caught.value)
    assert untouched(published)
    assert not hidden_files(published)
    (kept,) = (published / "failed").iterdir()
    assert str(kept) in str(caught.value)
    assert "never" not in printed(kept)


@pytest.mark.pages
def test_a_notebook_that_never_starts_is_a_failed_run_too(tmp_path, published):
    path = write(tmp_path, "odd", code("1"))
    notebook = json.loads(path.read_text())
    notebook["nbformat"] = 99
    path.write_text(json.dumps(notebook))
    with pytest.raises(ReportError, match=r"report 'odd' failed before its first cell: .*99"):
        make_report("odd", {}, out=published, templates=tmp_path)
    assert untouched(published)


@pytest.mark.pages
def test_papermill_is_quiet_during_a_run_and_as_it_was_afterwards(tmp_path, caplog):
    declarations = "n: int | None = 1  # count; rows\nm: dict[str, str] = {}  # words; names"
    write(tmp_path, "typed", code(declarations, "parameters"))
    make_report("typed", {"n": 2, "m": {"a": "b"}}, out=tmp_path / "out", templates=tmp_path)
    assert [record.getMessage() for record in caplog.records] == []
    for name in ("papermill", "papermill.translators"):
        logging.getLogger(name).warning("of another caller")
    assert caplog.messages == ["of another caller"] * 2


def test_publishing_replaces_the_index_last(tmp_path):
    staged, destination = tmp_path / "staged", tmp_path / "out"
    for folder, text in ((staged, "new"), (destination, "old")):
        folder.mkdir()
        (folder / "index.html").write_text(text)
    with pytest.raises(FileNotFoundError):
        publish(staged, destination, ["index.html", "page-that-was-not-written.html"])
    assert (destination / "index.html").read_text() == "old"


def _interrupted(destination):
    with staging(destination) as folder:
        (folder / "half a page").write_text("x")
        raise KeyboardInterrupt


def test_staging_is_private_to_a_run_and_gone_after_an_interrupt(tmp_path):
    with staging(tmp_path) as first, staging(tmp_path) as second:
        assert first != second
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_next_run_removes_what_a_killed_one_left_and_nothing_else(tmp_path):
    program = (
        "import os\nfrom pathlib import Path\nfrom crmlab.reports._publish import staging\n"
        "with staging(Path('.')) as folder:\n"
        "    (folder / 'data.parquet').touch()\n    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    (killed,) = tmp_path.iterdir()
    assert (killed / "data.parquet").exists()

    elsewhere = tmp_path / ".run-another_machine-1-x"
    nameless, old = tmp_path / ".run-x", tmp_path / ".run-old"
    for folder in (elsewhere, nameless, old):
        folder.mkdir()
    two_days_ago = time.time() - 2 * 86400
    os.utime(old, (two_days_ago, two_days_ago))
    with staging(tmp_path) as running, staging(tmp_path) as second:
        assert set(tmp_path.iterdir()) == {elsewhere, nameless, running, second}


def test_the_ten_newest_failures_of_a_notebook_are_kept(tmp_path):
    (tmp_path / "failed").mkdir()
    another = tmp_path / "failed" / "01_other-2020-01-01T000000.000000.ipynb"
    another.touch()
    kept = []
    for _ in range(12):
        (tmp_path / "x.ipynb").touch()
        kept.append(keep_failed(tmp_path / "x.ipynb", tmp_path, label="00_start-"))
    assert sorted((tmp_path / "failed").iterdir()) == sorted([*kept[2:], another])


@pytest.mark.pages
def test_two_runs_of_one_report_at_once_leave_one_whole_report(tmp_path):
    write(
        tmp_path,
        "slow",
        code("n: int = 1  # count; rows", "parameters"),
        code('import time\ntime.sleep(0.5)\nprint("RUN", n)'),
    )
    out, pages = tmp_path / "out", []

    def run(n):
        pages.append(make_report("slow", {"n": n}, out=out, templates=tmp_path).page)

    threads = [threading.Thread(target=run, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages == [out / "index.html"] * 2
    assert sorted(os.listdir(out)) == ["index.html", "report.ipynb"]
    assert re.search("RUN [12]", (out / "index.html").read_text())
    assert printed(out / "report.ipynb").strip() in ("RUN 1", "RUN 2")


@pytest.mark.pages
def test_a_report_can_be_run_where_an_event_loop_runs_already_as_in_a_notebook(tmp_path):
    write(tmp_path, "tiny", code("print('ran')"))

    async def cell():
        return make_report("tiny", {}, out=tmp_path / "out", templates=tmp_path).page

    assert "ran" in asyncio.run(cell()).read_text()


# ---------------------------------------------------------------------------------------------
# The workbook


def write_series(folder, *, second):
    write(
        folder,
        "00_start",
        prose("# Start & go\n\n> Is my installation sound?"),
        code("x = 1 + 1\nprint(x)"),
        crmlab={"objectives": ["open a notebook"], "time": "20 minutes"},
    )
    write(folder, "01_middle", prose("# Middle\n\n## Part"), code(second))
    write(folder, "02_end", prose("# 02 · End"), code("print('the end')"))
    write(folder, "draft", code("1 / 0"))


@pytest.mark.pages
def test_the_workbook_is_a_book_and_a_failure_keeps_the_last_good_page(tmp_path, capsys):
    notebooks, out = tmp_path / "notebooks", tmp_path / "book"
    write_series(notebooks, second="print('good')")
    index = make_workbook(notebooks, out=out, progress=True)

    pages = ["00_start.html", "01_middle.html", "02_end.html", "glossary.html", "index.html"]
    assert index == out / "index.html"
    assert sorted(os.listdir(out)) == pages
    assert "3/3" in capsys.readouterr().err
    contents = BeautifulSoup(index.read_text(), "html.parser")
    first, *_ = contents.select(".contents > li")
    for words in ("00", "Start & go", "Is my installation sound?", "open a notebook", "20 minutes"):
        assert words in first.get_text()
    assert re.search(r"ran in \d+ s", first.get_text())
    assert [link["href"] for link in contents.select("h3 a")] == pages[:3]
    assert [link.get_text() for link in contents.select("h3 a")] == ["Start & go", "Middle", "End"]
    middle = BeautifulSoup((out / "01_middle.html").read_text(), "html.parser")
    links = [link["href"] for link in middle.header.select("a")]
    assert links == ["00_start.html", "index.html", "glossary.html", "02_end.html"]
    assert "print('good')" in middle.select_one(".code").get_text()

    write_series(notebooks, second="print('so far')\nraise ValueError('bad luck')")
    message = (
        r"1 of 3 notebooks failed.*\n  01_middle.ipynb failed in cell 2 .*ValueError: bad luck"
    )
    with pytest.raises(ReportError, match=message):
        make_workbook(notebooks, out=out)
    assert "good" in (out / "01_middle.html").read_text()
    broken = (out / "01_middle.failed.html").read_text()
    assert "so far" in broken
    assert "papermill" not in broken
    contents = BeautifulSoup(index.read_text(), "html.parser")
    _, failed, last = contents.select(".contents > li")
    assert "failed in cell 2" in failed.get_text()
    assert [link["href"] for link in failed.select("a")] == [
        "01_middle.failed.html",
        "01_middle.html",
    ]
    assert "ran in" in last.get_text()
    assert len(list((out / "failed").iterdir())) == 1
    assert not hidden_files(out)

    write_series(notebooks, second="print('mended')")
    make_workbook(notebooks, out=out)
    assert not (out / "01_middle.failed.html").exists()


@pytest.mark.pages
def test_an_interrupted_workbook_stops_at_the_next_cell_and_leaves_nothing(tmp_path):
    step = "import time, pathlib\npathlib.Path('started').touch()\ntime.sleep(1)"
    for name in ("00_slow", "01_slow", "02_waits"):
        write(tmp_path, name, *(code(step) for _ in range(60)))
    program = (
        "from pathlib import Path\nfrom crmlab.reports._book import make_workbook\n"
        "make_workbook(Path('.'), out='book')"
    )
    run = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stderr=subprocess.PIPE)
    wait_until((tmp_path / "started").exists)
    run.send_signal(signal.SIGINT)
    _, message = run.communicate(timeout=120)
    assert message.decode().strip().endswith("KeyboardInterrupt")
    assert list((tmp_path / "book").iterdir()) == []


def wait_until(condition, *, seconds=120):
    for _ in range(10 * seconds):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("waited in vain")


def test_a_folder_without_numbered_notebooks_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no numbered notebooks \(NN_name.ipynb\) in"):
        make_workbook(tmp_path, out=tmp_path / "book")
    assert not (tmp_path / "book").exists()


def test_the_public_workbook_refuses_a_file_as_destination(tmp_path):
    (tmp_path / "book").write_text("mine")
    with pytest.raises(NotADirectoryError, match="`out` must be a folder"):
        run_workbook(out=tmp_path / "book", progress=False)


def test_key_figures_escape_what_they_show():
    from crmlab.reports import key_figures

    shown = key_figures({"<b>customers</b>": "<script>7"}).data
    assert "<dt>&lt;b&gt;customers&lt;/b&gt;</dt><dd>&lt;script&gt;7</dd>" in shown
