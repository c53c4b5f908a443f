"""The numbered notebooks: of one form, stored as run, and true for every parameter.

And the report templates, which only show what crmlab computes. The rules of the form are in
`crmlab.course._form`; `test_form.py` shows that each can fail.
"""

import ast

import nbformat
import pytest

from crmlab._asked import find_exercises, is_code
from crmlab._notebooks import has_tag, read_notebook
from crmlab._paths import notebooks_dir
from crmlab.course._form import RULES, list_claims, read_subject
from crmlab.reports._execute import execute

PATHS = {path.stem: path for path in sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb"))}
TEMPLATES = {path.stem: path for path in sorted((notebooks_dir() / "reports").glob("*.ipynb"))}
ENDS = {"low": 0, "high": 1}

every_notebook = pytest.mark.parametrize("name", PATHS)
every_template = pytest.mark.parametrize("name", TEMPLATES)
# The two runs of a notebook and what is read in them stay on one machine's core.
every_notebook_run = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"ends {name}")) for name in PATHS]
)


@pytest.fixture(scope="module")
def subject():
    """Read each notebook once."""
    subjects = {name: read_subject(path) for name, path in PATHS.items()}
    return subjects.__getitem__


@pytest.mark.parametrize("rule", RULES)
@every_notebook
def test_keeps_the_form(subject, name, rule):
    faults = list(RULES[rule](subject(name)))
    assert not faults, "\n".join([f"{name} ({RULES[rule].__doc__})", *faults])


@every_notebook
def test_a_function_that_a_learner_writes_has_a_name_of_its_own(subject, name):
    notebook = nbformat.read(PATHS[name], as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    asked = {item.answer.__name__ for item in find_exercises(name[:2]) if is_code(item)}
    used = {
        getattr(node, "id", None) or node.asname or node.name
        for cell in cells
        if "exercises.check(" not in cell
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Name | ast.alias)
    }
    assert not asked & used, "a cell that is run again would meet the learner's function"


# ---------------------------------------------------------------------------------------------
# Other parameters


def ends(subject, end):
    """All parameters at one end of their ranges."""
    return {each.name: each.ends[ENDS[end]] for each in subject.parameters if each.ends}


@pytest.fixture(scope="module")
def run_at(subject, tmp_path_factory):
    """Run a notebook with all parameters at one end; once, whoever asks."""
    runs = {}

    def run(name, end):
        if (name, end) not in runs:
            folder = tmp_path_factory.mktemp("ends")
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)  # a notebook may not depend on the folder it starts in
                values = ends(subject(name), end)
                runs[name, end] = execute(PATHS[name], folder / "run.ipynb", parameters=values)
        return runs[name, end]

    return run


def outputs(notebook):
    return [each for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs]


def texts(notebook):
    """What the outputs say in words: streams, and the plain and HTML forms of results."""
    for output in outputs(notebook):
        yield output.get("text", "")
        yield from (text for kind, text in output.get("data", {}).items() if kind[:4] == "text")


@pytest.mark.slow
@pytest.mark.pages
@pytest.mark.parametrize("end", ENDS)
@every_notebook_run
def test_runs_at_the_ends_of_its_parameters(subject, run_at, name, end):
    changed = {n for n, value in ends(subject(name), end).items()}
    assert changed == {parameter.name for parameter in subject(name).parameters}
    executed = run_at(name, end)
    assert "stderr" not in {output.get("name") for output in outputs(executed)}


@pytest.mark.slow
@pytest.mark.pages
@every_notebook_run
def test_parameters_reach_the_results(run_at, name):
    assert list(texts(run_at(name, "low"))) != list(texts(run_at(name, "high")))


@pytest.mark.slow
@pytest.mark.pages
@every_notebook_run
def test_prose_that_a_parameter_may_turn_is_told_or_signed_off(run_at, name):
    claims = list_claims(read_notebook(PATHS[name]), run_at(name, "low"), run_at(name, "high"))
    listed = [f"[{c.position}] {c.section}: {', '.join(c.words)}" for c in claims]
    assert not claims, "\n".join([f"benchmarks/prose_claims.py {name} shows them whole:", *listed])


# ---------------------------------------------------------------------------------------------
# Templates: what is decided is decided in crmlab, where it is typed and tested

DECISIONS = (
    ast.If, ast.IfExp, ast.Match, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef,
)  # fmt: skip


def template_cells(name):
    notebook = nbformat.read(TEMPLATES[name], as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@every_template
def test_a_template_decides_nothing(name):
    nodes = [node for cell in template_cells(name) for node in ast.walk(ast.parse(cell.source))]
    decisions = [node for node in nodes if isinstance(node, DECISIONS)]
    decisions += [test for node in nodes for test in getattr(node, "ifs", [])]
    assert not decisions, ast.unparse(decisions[0])


@every_template
def test_a_template_has_short_cells_beside_its_parameters(name):
    for cell in template_cells(name):
        if not has_tag(cell, "parameters"):
            assert len(cell.source.splitlines()) <= 12, cell.source
