"""A new notebook has the form of the others, and does not claim to be done."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmlab import InputError
from crmlab.course._stub import make_stub

ROOT = Path(__file__).parents[1]

CHECK = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
from code_cells import cell
from exercise_cases import CASES
from crmlab._notebooks import read_notebook
from crmlab.course import concept_faults
from crmlab.course._form import list_faults, read_subject
from crmlab.exercises import check
from crmlab.exercises.rooms import load_blocks

def read(answer):
    if not isinstance(answer, str):
        return answer
    return cell(answer)

if __name__ == "__main__":
    path = Path("notebooks/98_trial.ipynb")
    block = load_blocks()["98"]
    print("faults", list_faults(read_subject(path)))
    print("concepts", concept_faults(read_notebook(path), path.stem, block))
    print("items", len(block.exercises), len(block.quiz), block.memo is not None)
    for key in [key for key in CASES if key.startswith("98.")]:
        for answer in CASES[key].right:
            result = check(key, read(answer))
            print(key, "right", result.right)
        for answer, why in CASES[key].wrong:
            result = check(key, read(answer))
            print(key, "wrong", why in result.message)
"""


@pytest.fixture
def checkout(tmp_path):
    """The parts of a checkout that a new notebook needs, without the notebooks of the book."""
    skip = shutil.ignore_patterns("__pycache__", "_data", "_notebooks")
    shutil.copytree(ROOT / "crmlab", tmp_path / "crmlab", ignore=skip)
    shutil.copytree(ROOT / "tests" / "exercise_cases", tmp_path / "tests" / "exercise_cases",
                    ignore=skip)  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "code_cells.py", tmp_path / "tests")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder)}, timeout=300,
    )  # fmt: skip


@pytest.mark.pages
@pytest.mark.slow
def test_a_new_notebook_passes_every_structural_test(checkout):
    made = run(checkout, "-m", "crmlab", "new-notebook", "98_trial")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[0] == str(checkout / "notebooks" / "98_trial.ipynb")
    assert len(made.stdout.splitlines()) == 7
    (checkout / "check.py").write_text(CHECK)
    checked = run(checkout, "check.py")
    assert checked.returncode == 0, checked.stderr
    said = [line for line in checked.stdout.splitlines() if ": " not in line[:7]]
    assert said[:3] == ["faults []", "concepts []", "items 3 6 True"]
    assert len(said) == 14
    assert not [line for line in said if line.endswith("False")]
    again = run(checkout, "-m", "crmlab", "new-notebook", "98_other")
    assert again.returncode == 2
    assert "number 98 is taken by notebooks/98_trial.ipynb" in again.stderr
    ruff = run(checkout, "-m", "ruff", "check", "crmlab/exercises/_nb98", "tests/exercise_cases")
    assert ruff.returncode == 0, ruff.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(name, "the name must read NN_name in lower case", id=name or "empty")
        for name in ["", "trial", "4_trial", "98", "98_", "98_Trial", "98-trial", "98_a b",
                     "98_../x", "98_trial.ipynb"]
    ] + [pytest.param("02_more", "number 02 is taken by notebooks/02_pareto", id="taken")],
)  # fmt: skip
def test_names_that_cannot_be_are_refused(name, message):
    with pytest.raises(InputError, match=message):
        make_stub(name, ROOT)


@pytest.mark.parametrize(
    "left", ["crmlab/exercises/_nb97/by_hand.py", "tests/exercise_cases/nb97.py"]
)
def test_what_is_left_of_a_notebook_is_not_overwritten(tmp_path, left):
    for part in ("pyproject.toml", "notebooks/x", left, "tests/exercise_cases/case.py",
                 "crmlab/exercises/x"):  # fmt: skip
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).touch()
    with pytest.raises(InputError, match=r"number 97 is taken by (crmlab|tests)/"):
        make_stub("97_trial", tmp_path)


def test_elsewhere_than_in_a_checkout_it_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"in a checkout of crmlab only.* Clone the repository"):
        make_stub("98_trial", tmp_path)


def test_a_stub_does_not_claim_to_be_done():
    folder = ROOT / "crmlab" / "course" / "_stub"
    notebook = (folder / "notebook.txt").read_text(encoding="utf-8")
    prose = notebook.split("=== markdown")[1:]
    headed = [part for part in prose if re.search(r"^#{1,2} ", part, re.MULTILINE)]
    for part in headed:
        assert re.search("replace|{TASK}", part, re.IGNORECASE), part
    for name in ("by_hand", "in_code", "quiz", "memo", "cases"):
        text = (folder / f"{name}.txt").read_text(encoding="utf-8")
        assert "Replace" in text.partition("\n")[0], name
    assert json.dumps(notebook).count("eplace") > 20
