"""The wheel in new environments: the bare core, each extra alone, and what a user's mypy sees."""

import ast
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import need

import crmlab

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]

# What a bare core says instead of an answer: the extra that is missing.
CALLS = {
    "crmlab.plots": "plots",
    "crmlab.widgets": "workbook",
    "crmlab.link_customers(crmlab.load_company().identities)": "identity",
    "crmlab.run_report('customer_base', data='company')": "reports",
    "crmlab.run_workbook()": "workbook",
    "crmlab.reports.key_figures({'customers': '5,000'})": "reports",
    "crmlab.read_transactions('orders.xlsx')": "excel",
    "crmlab.load_cdnow()": "data",
    "crmlab.load_donations()": "data",
    "crmlab.load_complete_journey('products')": "data",
    "crmlab.datasets.fetch_online_retail()": "data",
    "crmlab.datasets.load_telco_churn()": "samples",
}
# What each extra is for, in a word or two. Spark is left out: a download of 400 MB that is then
# built; tests of its own run it under the lock.
ROOMS = {
    "plots": "crmlab.plots.plot_lorenz(crmlab.lorenz_curve([3, 1])).figure.canvas.draw()",
    "identity": "import splink; crmlab.identity",
    "reports": "from crmlab.reports import _errors; _errors.load_extra(); crmlab.plots",
    "workbook": "import jupyterlab; crmlab.widgets; crmlab.load_cdnow(sample=True)",
    "excel": "import openpyxl; openpyxl.Workbook().save('o.xlsx')",
    "data": "crmlab.load_donations(); crmlab.load_complete_journey('coupons'); import pooch",
    "samples": "crmlab.datasets.load_telco_churn()",
}


def run(*command, **options):
    """Run a command that must succeed; what it printed."""
    # Not from the checkout: only what is installed there is to be found.
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MYPYPATH"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(command, env=env, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@functools.cache
def uv():
    beside = Path(sys.executable).parent
    found = shutil.which("uv", path=str(beside)) or shutil.which("uv")
    need(found is not None, "uv is not installed, which makes environments in seconds")
    return found


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    return folder / run(sys.executable, "-c", code, cwd=ROOT).split()[-1]


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """The Python of a new environment, one for all tests: what is compiled once stays compiled."""
    folder = tmp_path_factory.mktemp("environment")
    run(uv(), "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture(scope="session")
def install(wheel, environment, tmp_path_factory):
    """A function that leaves the wheel with one extra in the environment, and nothing else."""
    folder = tmp_path_factory.mktemp("asked")
    there = None

    def make(extra="", *more):
        nonlocal there
        wanted = "\n".join([f"crmlab[{extra}] @ {wheel.as_uri()}", *more])
        if wanted != there:
            asked, pinned = folder / "asked.in", folder / "pinned.txt"
            asked.write_text(wanted)
            known = ["--python", environment, "--constraints", ROOT / "requirements.txt"]
            fetch("compile", asked, "--output-file", pinned, *known)
            fetch("sync", pinned, "--python", environment)
            there = wanted
        return environment

    return make


def fetch(*command):
    """Run a command of uv that may ask the package registry."""
    command = [uv(), "pip", *command, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    need("Failed to" not in done.stderr, "no package registry can be reached")
    assert done.returncode == 0, done.stderr


def readme_core():
    """The Python of the README that needs no extra: its blocks marked `python core`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```python core\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_the_core_alone_runs_the_lines_of_the_readme(install, tmp_path):
    first, *others = readme_core()
    assert "load_company" in first
    assert "customer_lifetime_value" in "".join(others)
    run(install(), "-I", "-W", "error", "-c", first + "".join(others), cwd=tmp_path)


def test_the_core_alone_opens_every_room_but_two(install, tmp_path):
    rooms = [f"crmlab.{name}" for name in crmlab.__all__ if name not in ("plots", "widgets")]
    lines = ["import crmlab", "crmlab.datasets.load_regions()", *rooms]
    run(install(), "-I", "-W", "error", "-c", "\n".join(lines), cwd=tmp_path)
    command = install().with_name("crmlab")
    assert "customer_base" in run(command, "report", "--list", cwd=tmp_path)


def test_the_core_alone_names_the_extra_that_is_missing(install, tmp_path):
    (tmp_path / "orders.xlsx").write_bytes(b"PK")
    ask = f"""
        import json, crmlab
        said = {{}}
        for call in {list(CALLS)!r}:
            try:
                eval(call)
            except ImportError as error:
                said[call] = error.extra
                assert f'pip install "crmlab[{{error.extra}}]"' in str(error)
        print(json.dumps(said))
    """
    said = run(install(), "-I", "-c", textwrap.dedent(ask), cwd=tmp_path)
    assert json.loads(said) == CALLS


def test_a_command_refuses_to_run_without_its_extra(install, tmp_path):
    done = subprocess.run(
        [install().with_name("crmlab"), "lab"], cwd=tmp_path, capture_output=True, text=True
    )
    assert 'pip install "crmlab[workbook]"' in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("extra", ROOMS)
def test_an_extra_alone_brings_what_its_room_needs(install, tmp_path, extra):
    run(install(extra), "-I", "-c", f"import crmlab; {ROOMS[extra]}", cwd=tmp_path)


def test_a_report_on_data_that_are_not_installed_is_refused_before_it_runs(install, tmp_path):
    command = install("reports").with_name("crmlab")
    done = subprocess.run(
        [command, "report", "customer_base"], cwd=tmp_path, capture_output=True, text=True
    )
    assert 'pip install "crmlab[data]"' in done.stderr
    assert done.returncode == 2


# --- types ------------------------------------------------------------------------------------

USER = ROOT / "tests" / "typed_user.py"
# They return a table of Ibis, which carries no types yet.
IBIS = {"crmlab.read_transactions"}


class Revealed(ast.NodeTransformer):
    """Each call inside `reveal_type`, which returns what it is given."""

    def visit_Call(self, node):
        self.generic_visit(node)
        return ast.Call(ast.Name("reveal_type", ast.Load()), [node], [])


def revealed_calls(code):
    """The calls inside `reveal_type`: what is called, by line and column of the call."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    inside = [node.args[0] for node in calls if ast.unparse(node.func) == "reveal_type"]
    plain = [re.sub(r"reveal_type", "", ast.unparse(call.func)) for call in inside]
    return {(c.lineno, c.col_offset + 1): name for c, name in zip(inside, plain, strict=True)}


def is_any(kind):
    """Whether a type, or one of several it may be, is Any; `Series[Any]` is a Series."""
    while (shorter := re.sub(r"\[[^\[\]]*\]", "", kind)) != kind:
        kind = shorter
    return re.search(r"\bAny\b", kind) is not None


@pytest.mark.parametrize(
    ("kind", "known"),
    [("Any", False), ("A | Any", False), ("A[Any]", True), ("A[str, B[Any]]", True)],
)
def test_any_is_told_from_what_holds_it(kind, known):
    assert is_any(kind) is not known


def test_mypy_knows_what_every_call_of_a_user_returns(install, tmp_path):
    python = install("plots", "pandas-stubs")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--show-column-numbers"]
    mypy += ["--python-executable", python, "--cache-dir", tmp_path / "cache"]
    run(*mypy, USER, cwd=tmp_path)

    script = Revealed().visit(ast.parse(USER.read_text("utf-8")))
    code = ast.unparse(ast.fix_missing_locations(script))
    (tmp_path / "revealed.py").write_text(code, "utf-8")
    done = subprocess.run(
        [*mypy, "--no-pretty", "revealed.py"], cwd=tmp_path, capture_output=True, text=True
    )
    notes = re.findall(r':(\d+):(\d+): note: Revealed type is "(.+)"$', done.stdout, re.MULTILINE)
    kinds = {(int(line), int(column)): kind for line, column, kind in notes}
    calls = revealed_calls(code)
    assert {line for line, _ in kinds} == {line for line, _ in calls}  # mypy says nothing twice
    assert {calls[place] for place, kind in kinds.items() if is_any(kind)} == IBIS
