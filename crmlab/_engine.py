"""The embedded engine: one DuckDB connection, its memory limit, its scratch folder.

Expressions are built with Ibis and run where their table lives. Data frames and files
without a home of their own run here.
"""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["connection", "execute", "is_spark", "scratch_file"]

# Leaves room for the pandas result of ten million customers inside 4 GiB.
_DEFAULT_MEMORY_LIMIT = "2.5GB"


@functools.cache
def _scratch_dir() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crmlab-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_n_files = 0


def scratch_file(suffix: str) -> Path:
    """Return a new path in a folder that is removed when Python ends."""
    global _n_files
    _n_files += 1
    return _scratch_dir() / f"{_n_files}{suffix}"


@functools.cache
def connection() -> Any:
    """Return the shared DuckDB backend of Ibis.

    Larger work than memory spills to disk. The limit is 2.5 GB, or what the environment
    variable ``CRMLAB_MEMORY_LIMIT`` says (such as ``8GB``).
    """
    import ibis

    return ibis.duckdb.connect(
        memory_limit=os.environ.get("CRMLAB_MEMORY_LIMIT", _DEFAULT_MEMORY_LIMIT),
        temp_directory=str(_scratch_dir() / "spill"),
        # Every result is sorted by key at the end, so the engine need not keep row order.
        preserve_insertion_order=False,
    )


def execute(expression: Any) -> pd.DataFrame:
    """Run a table expression once, where its data live, and return its rows."""
    return expression.to_pyarrow().to_pandas()


def is_spark(table: Any) -> bool:
    """Say whether a table expression runs on Spark."""
    return table.get_backend().name == "pyspark"
