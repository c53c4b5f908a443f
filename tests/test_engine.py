import gc
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from crmlab import _engine
from crmlab._engine import connection, execute, in_memory, read_parquet, write_parquet
from crmlab.loaders import read_transactions

LIMIT = "from crmlab._engine import connection; print(connection().con.sql(\"select current_setting('memory_limit')\").fetchone()[0])"  # noqa: E501


def run(code, **environment):
    environment = {k: v for k, v in os.environ.items() if k != "CRMLAB_MEMORY_LIMIT"} | environment
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "limit"),
    [
        pytest.param({}, "2.3 GiB", id="default"),
        pytest.param({"CRMLAB_MEMORY_LIMIT": ""}, "2.3 GiB", id="blank"),
        pytest.param({"CRMLAB_MEMORY_LIMIT": "1GiB"}, "1.0 GiB", id="given"),
    ],
)
def test_the_environment_sets_the_memory_limit(environment, limit):
    assert run(LIMIT, **environment).stdout.strip() == limit


def test_a_slow_query_shows_no_progress_bar_in_a_notebook():
    asked = "select current_setting('enable_progress_bar')"
    assert connection().con.execute(asked).fetchone() == (False,)


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["lots", "0", "-1GB", "50%"])
def test_a_memory_limit_that_is_no_size_is_refused(limit):
    done = run(LIMIT, CRMLAB_MEMORY_LIMIT=limit)
    last = done.stderr.strip().splitlines()[-1]
    said = f"`CRMLAB_MEMORY_LIMIT` must be a size such as '8GB'; got '{limit}'."
    assert last == f"crmlab.InputError: {said}"


@pytest.mark.slow
def test_scratch_files_are_gone_when_python_ends(tmp_path):
    (tmp_path / "o.csv").write_text("customer_id,date,amount\na,2024-01-05,5\n")
    code = (
        "from crmlab import _engine; from crmlab.loaders import read_transactions;"
        f"table = read_transactions({str(tmp_path / 'o.csv')!r});"
        "folder = _engine._scratch_dir(); print(folder, len(list(folder.iterdir())))"
    )
    folder, n_files = run(code, TMPDIR=str(tmp_path)).stdout.split()
    assert int(n_files) > 0
    assert Path(folder).parent == tmp_path
    assert not Path(folder).exists()


@pytest.mark.slow
def test_what_nobody_uses_any_more_is_let_go(tmp_path):
    (tmp_path / "o.csv").write_text("customer_id,date,amount\na,2024-01-05,5\n")
    kept = read_transactions(tmp_path / "o.csv")
    for _ in range(3):
        read_transactions(tmp_path / "o.csv")
    gc.collect()
    in_memory(pa.table({"a": [1]}))
    before = len(list(_engine._scratch_dir().glob("*.parquet"))), len(connection().list_tables())
    for _ in range(3):
        read_transactions(tmp_path / "o.csv")
    gc.collect()
    in_memory(pa.table({"a": [1]}))
    after = len(list(_engine._scratch_dir().glob("*.parquet"))), len(connection().list_tables())
    assert after == before
    assert kept.count().to_pyarrow().as_py() == 1


def test_tables_in_memory_and_stored_ones_are_the_same():
    rows = pa.table({"a": [1, None, 3], "b": ["x", "y", None]})
    table = in_memory(rows)
    stored = write_parquet(table.filter(table.a.notnull()))
    pd.testing.assert_frame_equal(execute(table), rows.to_pandas())
    assert execute(stored)["a"].tolist() == [1, 3]


def test_parquet_files_are_matched_by_name(tmp_path):
    for number, names in enumerate((["a", "b"], ["b", "a"])):
        pd.DataFrame([["x", "x"]], columns=names).to_parquet(tmp_path / f"{number}.parquet")
    pd.DataFrame({"b": ["y"], "a": ["z"]}).to_parquet(tmp_path / "2.parquet")
    table = execute(read_parquet(*sorted(tmp_path.glob("*.parquet"))))
    assert sorted(zip(table["a"], table["b"], strict=True)) == [("x", "x"), ("x", "x"), ("z", "y")]
