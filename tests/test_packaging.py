"""The files that say what is installed agree with each other."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCK = (ROOT / "requirements.txt").read_text()
WORKBOOK_LOCK = (ROOT / "requirements-workbook.txt").read_text()
ENVIRONMENT = (ROOT / "environment.yml").read_text()


def core():
    return [Requirement(line) for line in PROJECT["project"]["dependencies"]]


def brought(*extras):
    """What some extras ask for beyond the core; an extra may include others of crmlab's."""
    asked = []
    for requirement in (Requirement(line) for extra in extras for line in EXTRAS[extra]):
        included = requirement.name == "crmlab"
        asked += brought(*requirement.extras) if included else [requirement]
    return asked


def developers():
    return [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]


def entries(lock):
    """Each pin with its marker and hashes, without what asked for it and which extras."""
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    lines = [re.sub(r"^([\w.-]+)\[.*?\]==", r"\1==", line) for line in lines]
    return re.split(r"\n(?=[A-Za-z0-9])", "\n".join(lines).strip())


def pins(lock):
    """Versions by name; some differ by Python, where markers tell them apart."""
    found = {}
    for entry in entries(lock):
        name, version = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", entry).groups()
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def unmet(requirements, lock):
    pinned = pins(lock)
    return [
        str(requirement)
        for requirement in requirements
        for version in pinned.get(canonicalize_name(requirement.name), ["none"])
        if version == "none" or not requirement.specifier.contains(version)
    ]


def test_the_lock_pins_what_pyproject_asks_for():
    assert unmet([*core(), *brought(*EXTRAS), *developers()], LOCK) == []


def test_the_lock_of_the_workbook_is_the_part_without_spark_and_developers_tools():
    assert set(entries(WORKBOOK_LOCK)) < set(entries(LOCK))
    wanted = [*core(), *brought(*set(EXTRAS) - {"all", "spark"})]
    assert unmet(wanted, WORKBOOK_LOCK) == []
    others = {one.name for one in [*brought("spark"), *developers()]} - {one.name for one in wanted}
    assert "pyspark" in others
    assert others.isdisjoint(pins(WORKBOOK_LOCK))


@pytest.mark.parametrize("lock", [LOCK, WORKBOOK_LOCK], ids=["all", "workbook"])
def test_every_pin_has_a_hash_and_the_lock_names_no_index(lock):
    assert all("--hash=sha256:" in entry for entry in entries(lock))
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_core_is_small_and_the_extras_add_up():
    assert len(core()) <= 10
    assert {str(one) for one in brought(*EXTRAS)}.isdisjoint(map(str, core()))
    assert set(Requirement(EXTRAS["all"][0]).extras) == set(EXTRAS) - {"all"}


def test_the_conda_environment_installs_the_lock_on_the_locked_python():
    assert "python=3.11" in ENVIRONMENT
    assert "-r requirements-workbook.txt" in ENVIRONMENT
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert "--python-version 3.11" in (ROOT / "Makefile").read_text()


def test_ci_runs_the_commands_of_the_readme():
    run = (ROOT / ".ci" / "run").read_text()
    assert run.rstrip().endswith("make lint\nmake test")
    assert "make test" in (ROOT / "README.md").read_text()
    assert "bash .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def test_versions_agree():
    import crmlab

    assert crmlab.__version__ == PROJECT["project"]["version"]
    assert f"## {crmlab.__version__}" in (ROOT / "CHANGELOG.md").read_text()


HEAVY = ("matplotlib", "pandas", "numpy", "ibis", "duckdb", "pyarrow", "pyspark", "lifelines")


def test_importing_crmlab_loads_nothing_heavy():
    code = f"import sys, crmlab; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_importing_every_module_changes_nothing_global():
    code = """
import warnings, matplotlib, pandas as pd, ibis, duckdb, scipy.stats, IPython.display
def state():
    options = {name: pd.get_option(name) for name in ("display.max_rows", "display.precision")}
    return dict(matplotlib.rcParams), options, list(warnings.filters), ibis.options.interactive
before = state()
import crmlab
for name in crmlab.__all__:
    getattr(crmlab, name)
after = state()
print([b == a for b, a in zip(before, after)])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, True, True, True]", done.stdout + done.stderr


@pytest.mark.slow
def test_the_wheel_carries_data_cards_notebooks_and_concepts(tmp_path):
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {
        "crmlab/_data/cdnow.md",
        "crmlab/_data/samples/naver.csv",
        "crmlab/loaders/layouts/naver.toml",
        "crmlab/_notebooks/reports/customer_base.ipynb",
        "crmlab/_docs/fair_use.md",
        "crmlab/concepts.csv",
        "crmlab/reports/page/page.css",
    } <= set(names)
