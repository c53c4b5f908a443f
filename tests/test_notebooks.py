"""The numbered notebooks: built to one plan, stored as run, and sound with other parameters.

And the report templates, which only show what crmlab computes.
"""

import ast
import re

import nbformat
import pytest

from crmlab._notebooks import has_tag, headings
from crmlab._paths import notebooks_dir
from crmlab.concepts import load_concepts
from crmlab.reports._execute import execute
from crmlab._parameters import check_values, read_parameters

PATHS = {path.stem: path for path in sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb"))}
TEMPLATES = {path.stem: path for path in sorted((notebooks_dir() / "reports").glob("*.ipynb"))}

# Another value for every parameter of every notebook; a new notebook needs a line here.
ALTERNATES = {
    "00_start_here": {
        "observation_end": "1997-12-31",
        "top": 0.1,
        "card": "complete_journey",
        "customer": "00003",
        "usd_per_eur": 1.5,
        "tolerated": 0.5,
    },
    "02_pareto": {
        "top": 0.1,
        "level": 0.8,
        "calibration_end": "1997-12-31",
        "grocery_cut": "2017-08-31",
        "margin": 0.5,
        "service_cost": 2.0,
        "seed": 7,
    },
    "03_customer_data": {
        "threshold": 0.95,
        "cost_per_mailing": 900.0,
        "mailings": 6,
        "minimum": 8,
        "level": 0.9,
        "seed": 4,
    },
    "06_lifetime_value": {
        "calibration_end": "1997-12-31",
        "horizon": 104,
        "discount_rate": 0.15,
        "margin": 0.5,
        "level": 0.8,
        "n_customers": 600,
        "seed": 7,
    },
}
WITHOUT_EXPLORER = {"00_start_here"}  # may have one, need not

# Headings begin with these words, in this order.
LAST_SECTIONS = ["Exercises", "Decision memo", "Assumptions", "What th", "References"]
MEMO = ["Do", "Cost", "Risk", "What would change my mind"]
WIDGET = "application/vnd.jupyter.widget-view+json"

every_notebook = pytest.mark.parametrize("name", PATHS)
every_template = pytest.mark.parametrize("name", TEMPLATES)


@pytest.fixture(scope="module")
def read():
    """Read each notebook once."""
    paths = PATHS | TEMPLATES
    notebooks = {name: nbformat.read(path, as_version=4) for name, path in paths.items()}
    return notebooks.__getitem__


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def texts(notebook):
    """What the outputs say in words: streams, and the plain and HTML forms of results."""
    for output in outputs(notebook):
        yield output.get("text", "")
        yield from (text for kind, text in output.get("data", {}).items() if kind[:4] == "text")


def sections(notebook):
    return [text for source in prose(notebook) for level, text in headings(source) if level == 2]


def nodes(notebook, *kinds):
    """Nodes of the code of all cells, cell by cell."""
    for cell in code_cells(notebook):
        yield [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)]


def parameter_names(notebook):
    return [parameter.name for parameter in read_parameters(notebook, report="notebook")]


# ---------------------------------------------------------------------------------------------
# The plan


@every_notebook
def test_opens_with_title_question_time_and_prerequisites(read, name):
    first = prose(read(name))[0]
    assert re.match(rf"# {name[:2]} · \S.+\n\n> ", first)
    assert "**Time:** about" in first
    assert "**Prerequisites:**" in first
    assert 3 <= len(re.findall(r"^- ", first, re.MULTILINE)) <= 4  # objectives


@every_notebook
def test_metadata_name_concepts_question_objectives_and_time(read, name):
    notebook = read(name)
    course = notebook.metadata.crmlab
    assert course.concepts
    assert set(course.concepts) <= set(load_concepts()["id"])
    assert 3 <= len(course.objectives) <= 4
    assert course.time == f"{course.minutes} minutes"
    quoted = " ".join(prose(notebook)[0].replace("\n>", "").split())
    assert f" {course.question} " in quoted
    assert f"about {course.time}" in quoted


@every_notebook
def test_one_kernel_serves_all(read, name):
    kernel = read(name).metadata.kernelspec
    assert (kernel.name, kernel.display_name) == ("python3", "Python 3")


@every_notebook
def test_parameters_cell_declares_unit_and_meaning(read, name):
    notebook = read(name)
    tagged = [cell for cell in notebook.cells if has_tag(cell, "parameters")]
    assert len(tagged) == 1
    assert read_parameters(notebook, report=name)  # raises where a line is malformed
    for line in tagged[0].source.splitlines():
        assert re.fullmatch(r"\w+: [^=]+ = .+  # [^;]+; .+", line), line


@every_notebook
def test_every_parameter_is_used(read, name):
    notebook = read(name)
    loaded = {
        node.id
        for found in nodes(notebook, ast.Name)
        for node in found
        if isinstance(node.ctx, ast.Load)
    }
    assert set(parameter_names(notebook)) <= loaded


@every_notebook
def test_cells_are_short_and_end_without_a_semicolon(read, name):
    for cell in code_cells(read(name)):
        assert len(cell.source.splitlines()) <= 15, cell.source
        assert not cell.source.rstrip().endswith(";"), cell.source


@every_notebook
def test_imports_stand_in_one_cell(read, name):
    assert sum(bool(found) for found in nodes(read(name), ast.Import, ast.ImportFrom)) == 1


@every_notebook
def test_no_algorithm_is_defined_in_a_notebook(read, name):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While)
    assert not any(nodes(read(name), *kinds))


@every_notebook
def test_needs_no_network_and_no_file_beside_it(read, name):
    code = "\n".join(cell.source for cell in code_cells(read(name)))
    assert not re.search(r"https?:|fetch_\w+\(|read_csv\(\s*['\"]|open\(\s*['\"]", code)


@every_notebook
def test_ends_with_exercises_memo_assumptions_limits_and_references(read, name):
    found = sections(read(name))
    at = [
        next((i for i, text in enumerate(found) if text.startswith(start)), None)
        for start in LAST_SECTIONS
    ]
    assert None not in at, f"{dict(zip(LAST_SECTIONS, at, strict=True))} in {found}"
    assert at == sorted(at)


@every_notebook
def test_decision_memo_says_what_to_do_and_what_would_change_it(read, name):
    memo = "\n".join(prose(read(name))).partition("## Decision memo")[2].partition("\n## ")[0]
    starts = [memo.find(f"**{word}") for word in MEMO]
    assert -1 not in starts
    assert starts == sorted(starts)


@every_notebook
def test_assumptions_are_a_table(read, name):
    after = "\n".join(prose(read(name))).partition("## Assumptions")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\|.+\|$", after, re.MULTILINE)) >= 4  # heading, rule and two rows


@every_notebook
def test_three_to_six_exercises_wait_for_an_answer(read, name):
    checked = [cell for cell in code_cells(read(name)) if "exercises.check(" in cell.source]
    assert 3 <= len(checked) <= 6
    for cell in checked:
        key = re.search(rf'exercises\.check\("({name[:2]}\.\d)", answer\)', cell.source)[1]
        assert cell.source.startswith("answer = ...\n")
        assert [output.text.startswith(f"{key}: not attempted") for output in cell.outputs] == [
            True
        ]


@every_notebook
def test_one_explorer_with_its_state(read, name):
    notebook = read(name)
    shown = [
        output.data[WIDGET]["model_id"]
        for output in outputs(notebook)
        if WIDGET in output.get("data", {})
    ]
    assert len(shown) == 1 or (not shown and name in WITHOUT_EXPLORER)
    for model in shown:
        saved = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
        assert model in saved


# ---------------------------------------------------------------------------------------------
# Templates: what is decided is decided in crmlab, where it is typed and tested

DECISIONS = (
    ast.If, ast.IfExp, ast.Match, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef,
)  # fmt: skip


@every_template
def test_a_template_decides_nothing(read, name):
    for found in nodes(read(name), *DECISIONS, ast.comprehension):
        conditions = [node for node in found if not isinstance(node, ast.comprehension)]
        conditions += [test for node in found for test in getattr(node, "ifs", [])]
        assert not conditions, ast.unparse(conditions[0])


@every_template
def test_a_template_has_short_cells_beside_its_parameters(read, name):
    for cell in code_cells(read(name)):
        if not has_tag(cell, "parameters"):
            assert len(cell.source.splitlines()) <= 12, cell.source


# ---------------------------------------------------------------------------------------------
# What is stored


@every_notebook
def test_is_stored_as_run_from_top_to_bottom(read, name):
    counts = [cell.execution_count for cell in code_cells(read(name))]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_no_cell_failed_or_warned(read, name):
    kinds = {output.get("name", output.output_type) for output in outputs(read(name))}
    assert not kinds & {"error", "stderr"}


@every_notebook
def test_outputs_are_rounded_and_hold_no_raw_objects(read, name):
    for text in texts(read(name)):
        assert not re.search(r"\d\.\d{7}", text), text
        assert not re.search(r" at 0x[0-9a-f]+>|\bAxes\(|np\.float64\(", text), text


# ---------------------------------------------------------------------------------------------
# Other parameters


def test_every_notebook_has_another_parameter_set():
    assert sorted(ALTERNATES) == sorted(PATHS)


@every_notebook
def test_the_other_set_changes_every_parameter(read, name):
    parameters = read_parameters(read(name), report=name)
    given = check_values(parameters, ALTERNATES[name], report=name)
    assert list(given) == [parameter.name for parameter in parameters]
    assert all(given[parameter.name] != parameter.default for parameter in parameters)


@pytest.mark.pages
@every_notebook
def test_runs_with_other_parameters(read, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a notebook may not depend on the folder it starts in
    executed = execute(PATHS[name], tmp_path / "run.ipynb", parameters=ALTERNATES[name])
    assert "stderr" not in {output.get("name") for output in outputs(executed)}
    assert list(texts(executed)) != list(texts(read(name)))  # the parameters reach the results
