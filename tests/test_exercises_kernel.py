"""Exercises in a notebook, as learners meet them."""

import inspect
import json
import time
from pathlib import Path

import nbformat
import pytest
from test_exercises_process import is_running

from crmlab.reports._execute import execute

CELLS = [
    f"""
    import sys
    import pandas as pd
    import numpy as np
    from crmlab import exercises
    sys.path.append({str(Path(__file__).parent)!r})
    import code_block
    exercises._ITEMS["99.1"] = code_block.SHARE
    orders = pd.DataFrame({{"amount": [1.0]}})
    """,
    """
    def share(part, whole):
        return part / whole
    """,
    """
    def share_of_top(spend, top):
        print("so far", len(spend))
        return share(spend.nlargest(round(top * len(spend))).sum(), spend.sum())

    exercises.check("99.1", share_of_top)
    """,
    """
    def share_of_top(spend, top):
        return orders["amount"].sum()

    exercises.check("99.1", share_of_top)
    """,
    """
    def share_of_top(spend, top):
        return np.sum(spend.iloc[: round(top * len(spend))]) / spend.sum()

    exercises.check("99.1", share_of_top)
    """,
    """
    def share_of_top(spend, top):
        \"\"\"Share of the money that the top customers hold.\"\"\"
        ...

    exercises.check("99.1", share_of_top)
    """,
    """
    answer = 0.72
    exercises.check("02.1", answer)
    """,
    'exercises.variant("02.1", seed=7)',
    "from crmlab.exercises._code import _process; print(_process._workers[0]._process.pid)",
]


@pytest.mark.pages
def test_cell_with_a_check_prints_one_line_and_shows_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(inspect.cleandoc(source)) for source in CELLS]
    )
    nbformat.write(notebook, tmp_path / "own.ipynb")
    executed = execute(
        tmp_path / "own.ipynb",
        tmp_path / "run.ipynb",
        environment={"CRMLAB_PROGRESS": str(tmp_path / "kept")},
    )
    outputs = [cell["outputs"] for cell in executed["cells"]]
    *checked, (shown,), (told,) = outputs[2:]
    lines = [output["text"] for (output,) in checked]
    assert [output["name"] for (output,) in checked] == ["stdout"] * 5
    assert lines[0] == "99.1: right. So it is.\n"
    assert lines[1].startswith("99.1: not yet. share_of_top uses `orders` of the notebook; take it")
    assert lines[2] == "99.1: not yet. Sort the customers first.\n"
    assert lines[3].startswith("99.1: not attempted yet. ")
    assert lines[4].startswith("02.1: right. ")
    assert shown["data"]["text/markdown"].startswith("**Exercise 02.1, seed 7**")
    kept = (tmp_path / "kept" / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line)["right"] for line in kept] == [True, False, False, True]
    until = time.monotonic() + 20
    while is_running(int(told["text"])) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(int(told["text"])), "it outlives the kernel"
