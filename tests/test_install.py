"""The wheel in new environments: the bare core, each extra alone, and what a user's mypy sees."""

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
    "reports": "from crmlab.reports import _extra; _extra.load_extra(); crmlab.plots",
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
def install(wheel, tmp_path_factory):
    """A function that installs the wheel in an environment of its own; the Python there."""
    pinned = ["--constraints", ROOT / "requirements.txt"]

    @functools.cache
    def make(extra="", *more):
        folder = tmp_path_factory.mktemp(extra or "core")
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        run(uv(), "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder)
        asked = [f"crmlab[{extra}] @ {wheel.as_uri()}", *more]
        done = subprocess.run(
            [uv(), "pip", "install", "--quiet", "--python", python, *asked, *pinned],
            capture_output=True,
            text=True,
        )
        need("Failed to" not in done.stderr, "no package registry can be reached")
        assert done.returncode == 0, done.stderr
        return python

    return make


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
