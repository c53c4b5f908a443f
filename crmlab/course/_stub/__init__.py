"""A new notebook: a stub that has the form of the others, and says that all is to be replaced."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import crmlab
from crmlab._errors import InputError
from crmlab._optional import need
from crmlab._sections import core_minutes, round_minutes, split_sections
from crmlab.concepts import concept_homes

__all__ = ["make_stub"]

_HERE = Path(__file__).parent
_QUESTION = re.compile(r'question="""\\\n(.*?)"""', re.DOTALL)
_STARTER = re.compile(r"starter='''\\\n(.*?)'''", re.DOTALL)
_TASK = re.compile(r'task="(.*?)"')


def make_stub(name: str, root: Path | None = None) -> list[Path]:
    """Write a stub into a checkout; see `crmlab.course.write_notebook`."""
    root = Path(crmlab.__file__).resolve().parents[1] if root is None else root
    _check_checkout(root)
    number = _check_name(name, root)
    texts = _fill(number, _choose_concept(root))
    room = root / "crmlab" / "exercises" / f"_nb{number}"
    files = {
        room / "__init__.py": texts["room"],
        room / "by_hand.py": texts["by_hand"],
        room / "in_code.py": texts["in_code"],
        room / "quiz.py": texts["quiz"],
        room / "memo.py": texts["memo"],
        root / "tests" / "exercise_cases" / f"nb{number}.py": texts["cases"],
    }
    notebook = _compose(texts["notebook"], _choose_concept(root))
    try:
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        target = root / "notebooks" / f"{name}.ipynb"
        text = _execute(notebook, root)
    except BaseException:  # half a stub would be refused as an existing number the next time
        shutil.rmtree(room, ignore_errors=True)
        (root / "tests" / "exercise_cases" / f"nb{number}.py").unlink(missing_ok=True)
        raise
    target.write_text(text, encoding="utf-8", newline="\n")
    return [target, *files]


def _check_checkout(root: Path) -> None:
    needed = ("pyproject.toml", "notebooks", "crmlab/exercises", "tests/exercise_cases")
    if not all((root / part).exists() for part in needed):
        raise InputError(
            f"new-notebook works in a checkout of crmlab only, and {root} is none. "
            "Clone the repository, install it with `pip install -e .`, and call it there."
        )


def _check_name(name: str, root: Path) -> str:
    """Return the number of the new notebook."""
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise InputError(
            f"the name must read NN_name in lower case, such as 04_segmentation; got {name!r}."
        )
    number = name[:2]
    taken = [
        *root.glob(f"notebooks/{number}_*.ipynb"),
        *root.glob(f"crmlab/exercises/_nb{number}"),
        *root.glob(f"tests/exercise_cases/nb{number}.py"),
    ]
    if taken:
        found = taken[0].relative_to(root).as_posix()
        raise InputError(f"number {number} is taken by {found}; choose another number.")
    return number


def _choose_concept(root: Path) -> str:
    """The first concept that no notebook teaches yet; the author names others."""
    homes = concept_homes(root / "notebooks")
    open_ones = homes.loc[homes["notebook"] == "", "id"]
    return str(open_ones.iloc[0] if len(open_ones) else homes["id"].iloc[0])


def _fill(number: str, concept: str) -> dict[str, str]:
    """Read the templates, and put the number and the concept in."""
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        .replace("{NN}", number)
        .replace("{CONCEPT}", concept)
        for path in _HERE.glob("*.txt")
    }
    questions = _QUESTION.findall(texts["by_hand"]) + _QUESTION.findall(texts["in_code"])
    starters = _STARTER.findall(texts["in_code"])
    values = {
        **{f"{{QUESTION_{at}}}": text for at, text in enumerate(questions, start=1)},
        **{f"{{STARTER_{at}}}": text for at, text in enumerate(starters, start=2)},
        "{TASK}": _TASK.findall(texts["memo"])[0],
    }
    for mark, text in values.items():
        texts["notebook"] = texts["notebook"].replace(mark, text)
    return texts


def _compose(text: str, concept: str) -> dict[str, Any]:
    """Make the notebook of its text; its minutes are those that its sections take."""
    cells = [_cell(part) for part in text.split("=== ")[1:]]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    minutes = round_minutes(core_minutes(split_sections(notebook)))
    for count, cell in enumerate(cells):
        cell["id"] = f"stub-{count:02d}"
        cell["source"] = cell["source"].replace("{MINUTES}", str(minutes))
    first = cells[0]["source"]
    question = re.findall(r"^> (.*)$", first, re.MULTILINE)[0]
    objectives = [line.rstrip(";.") for line in re.findall(r"^- (.*)$", first, re.MULTILINE)]
    notebook["metadata"] = {
        "crmlab": {
            "concepts": [concept],
            "minutes": minutes,
            "objectives": objectives,
            "question": question,
            "time": f"{minutes} minutes",
        },
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def _cell(part: str) -> dict[str, Any]:
    head, _, source = part.partition("\n")
    kind, _, metadata = head.partition(" ")
    cell = {"cell_type": kind, "metadata": json.loads(metadata), "source": source.strip("\n")}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _execute(notebook: Mapping[str, Any], root: Path) -> str:
    """Run the notebook from top to bottom on the checkout, as stored notebooks are."""
    nbformat = need("nbformat", extra="reports")
    client = need("nbclient", extra="reports")
    node = nbformat.from_dict(notebook)
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        runner = client.NotebookClient(node, timeout=300, record_timing=False, resources=resources)
        runner.execute(env=environment)
    return str(nbformat.writes(node)) + "\n"
