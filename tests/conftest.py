"""Fixtures that several test files share: real data once, and every engine."""

import importlib.util
import os
import shutil
import sys

import duckdb
import hypothesis
import pandas as pd
import pytest
from warm_kernels import pytest_configure  # noqa: F401

from crmlab.datasets import load_cdnow, load_company
from crmlab.identity import link_customers

# No test is timed: a busy machine is no defect.
hypothesis.settings.register_profile("crmlab", deadline=None, max_examples=50)
hypothesis.settings.load_profile("crmlab")

# A script of a user, for the type checker.
collect_ignore = ["typed_user.py"]

ENGINES = ["pandas", "parquet", "duckdb", "ibis", pytest.param("spark", marks=pytest.mark.spark)]


def need(condition: bool, reason: str) -> None:
    """Skip with a reason where something is not installed; fail where all must be (CI)."""
    if condition:
        return
    if os.environ.get("CRMLAB_REQUIRE_ALL") == "1":
        pytest.fail(f"CRMLAB_REQUIRE_ALL=1, but {reason}")
    pytest.skip(reason)


def pytest_itemcollected(item):
    """Share the tests out: one Java machine, each file's fixtures once, pages freely.

    At this early moment, since pytest-xdist reads the groups before any hook on the whole list.
    """
    if item.get_closest_marker("spark"):
        item.add_marker(pytest.mark.xdist_group("spark"))
    elif not any(map(item.get_closest_marker, ["xdist_group", "pages"])):
        item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    return load_cdnow()


@pytest.fixture(scope="session")
def cdnow_sample() -> pd.DataFrame:
    return load_cdnow(sample=True)


@pytest.fixture(scope="session")
def linked_company():
    """The people of the company, linked once: `xdist_group("company")` keeps tests together."""
    return link_customers(load_company().identities)


@pytest.fixture(scope="session")
def spark():
    need(shutil.which("java") is not None, "Spark needs Java, which is not on the path")
    need(importlib.util.find_spec("pyspark") is not None, "Spark needs pyspark: crmlab[spark]")
    from pyspark.sql import SparkSession

    # Workers run this Python, and not whichever comes first on the path.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        # A handful of rows is read sooner than code for them is compiled.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.adaptive.enabled", "false")  # nor planned anew after every stage
        # Of a deep expression more conditions are derived than a handful of rows repays.
        .config("spark.sql.constraintPropagation.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield session
    session.stop()


# For long tests beside a frame in memory: of those that DuckDB reads, a file and a table of another
# connection tell of the rest, too.
few_engines = pytest.mark.parametrize(
    "engine", [one for one in ENGINES if one not in ("pandas", "duckdb")], indirect=True
)


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    """A function that puts a pandas frame where one engine reads it."""
    if request.param == "pandas":
        return lambda frame: frame
    if request.param == "parquet":
        path = tmp_path / "orders.parquet"
        return lambda frame: frame.to_parquet(path) or path
    if request.param == "duckdb":
        connection = duckdb.connect()
        return lambda frame: connection.from_df(frame)
    if request.param == "ibis":
        import ibis

        return lambda frame: ibis.duckdb.connect().create_table("orders", frame)
    session = request.getfixturevalue("spark")
    return lambda frame: session.createDataFrame(frame)
