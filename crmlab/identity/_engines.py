"""Where splink runs: DuckDB in memory, a DuckDB connection of the caller, or Spark."""

import contextlib
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from crmlab._errors import InputTypeError
from crmlab._optional import need

__all__ = ["Engine", "open_engine"]

# `one_slip(left, right)` in the words of each engine: at most one letter differs, is missing or is
# added, or two neighbours are swapped. Spark knows no swaps, so it tries each place for one.
_ONE_SLIP = re.compile(r"one_slip\((\w+), (\w+)\)")
_DUCKDB_SLIP = r"damerau_levenshtein(\1, \2) <= 1"
_SPARK_SLIP = (
    r"(levenshtein(\1, \2) <= 1 OR (length(\1) = length(\2) AND levenshtein(\1, \2) = 2"
    r" AND exists(sequence(1, length(\1)), at -> \1 = concat(left(\2, at - 1),"
    r" substr(\2, at + 1, 1), substr(\2, at, 1), substr(\2, at + 2)))))"
)


class Engine:
    """Records registered with splink on one engine.

    Parameters
    ----------
    api : splink database API
        DuckDB or Spark.
    records : DataFrame
        Prepared records.
    names : dict of DataFrame
        How common names are, by column.
    spark : bool
        Whether it is Spark.
    """

    def __init__(
        self, api: Any, records: pd.DataFrame, names: dict[str, pd.DataFrame], *, spark: bool
    ) -> None:
        self.n_records = len(records)
        self._spark = spark
        self._api = api
        self._names = {column: api.register(table) for column, table in names.items()}
        self._table = self._register(records)

    def _register(self, records: pd.DataFrame) -> Any:
        if self._spark:
            return self._api.register(records)
        return self._api.register(_store(self._api.duckdb_con, records))

    def make_linker(self, settings: dict[str, Any], records: pd.DataFrame | None = None) -> Any:
        """Make a linker over the records, or over some of them, with these settings."""
        table = self._table if records is None else self._register(records)
        linker = need("splink", extra="identity").Linker(
            table, self._translate(settings), log_level=None, validate_settings=False
        )
        for column, names in self._names.items():
            linker.table_management.register_term_frequency_lookup(names, column)
        return linker

    def _translate(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Put `one_slip` into the words of the engine."""
        words = _SPARK_SLIP if self._spark else _DUCKDB_SLIP

        def translate(level: dict[str, Any]) -> dict[str, Any]:
            return level | {"sql_condition": _ONE_SLIP.sub(words, level["sql_condition"])}

        comparisons = [
            one | {"comparison_levels": [translate(level) for level in one["comparison_levels"]]}
            for one in settings["comparisons"]
        ]
        return settings | {"comparisons": comparisons}

    def count_pairs(self, rule: str) -> int:
        """Count the pairs of a blocking rule."""
        sql = (
            f"select count(*) as n from {self._table.physical_name} as l "
            f"inner join {self._table.physical_name} as r on {rule} where l.record < r.record"
        )
        found = self._api.query_sql(sql)
        n = int(found.as_record_list()[0]["n"])
        found.drop_table_from_database_and_remove_from_cache()
        return n

    def fetch(self, table: Any, columns: Sequence[str]) -> pd.DataFrame:
        """Fetch some columns of a splink table into pandas."""
        if self._spark:
            rows = table.as_spark_dataframe().select(*columns).toArrow()
        else:
            rows = table.as_duckdbpyrelation().select(*columns).to_arrow_table()
        return rows.to_pandas()

    def fetch_all(self, table: Any) -> pd.DataFrame:
        """Fetch all columns of a splink table into pandas."""
        return table.as_pandas_dataframe()


def _store(connection: Any, records: pd.DataFrame) -> str:
    """Copy the records into a temporary table: DuckDB reads its own faster than those of pandas."""
    name = f"crmlab_records_{uuid.uuid4().hex[:12]}"
    # As Arrow, since DuckDB takes the text of pandas value by value.
    connection.register(f"{name}_view", pa.Table.from_pandas(records, preserve_index=False))
    connection.execute(f"create temporary table {name} as select * from {name}_view")
    connection.unregister(f"{name}_view")
    return name


@contextlib.contextmanager
def open_engine(
    connection: Any, records: pd.DataFrame, names: dict[str, pd.DataFrame]
) -> Iterator[Engine]:
    """Open an engine with the records, and clean it up afterwards.

    Parameters
    ----------
    connection : None, duckdb connection or Spark session
        Where to run; None is DuckDB in memory.
    records : DataFrame
        Prepared records.
    names : dict of DataFrame
        How common names are, by column.

    Raises
    ------
    InputTypeError
        If `connection` is something else.
    """
    if connection is None:
        import duckdb

        with duckdb.connect(config={"preserve_insertion_order": False}) as own:
            own.execute("set enable_progress_bar = false")
            with _restored_after(_connect_duckdb(own), records, names, spark=False) as engine:
                yield engine
        return
    kind = type(connection).__module__.split(".")[0]
    if kind not in ("duckdb", "_duckdb", "pyspark"):
        raise InputTypeError(
            "`connection` must be None, a DuckDB connection or a Spark session; "
            f"got {type(connection).__name__}."
        )
    spark = kind == "pyspark"
    api = _connect_spark(connection) if spark else _connect_duckdb(connection)
    with _restored_after(api, records, names, spark=spark) as engine:
        yield engine


@contextlib.contextmanager
def _restored_after(
    api: Any, records: pd.DataFrame, names: dict[str, pd.DataFrame], *, spark: bool
) -> Iterator[Engine]:
    """Make an engine, and drop afterwards the tables that its connection did not have before."""
    tables, drop = (_list_spark, _drop_spark) if spark else (_list_duckdb, _drop_duckdb)
    before = tables(api)
    try:
        yield Engine(api, records, names, spark=spark)
    finally:
        for table in tables(api) - before:
            drop(api, table)


def _list_duckdb(api: Any) -> set[tuple[str, str]]:
    found = api.duckdb_con.execute(
        "select table_name, table_type from information_schema.tables"
    ).fetchall()
    return {(name, "view" if "VIEW" in kind else "table") for name, kind in found}


def _drop_duckdb(api: Any, what: tuple[str, str]) -> None:
    name, kind = what
    api.duckdb_con.execute(f'drop {kind} if exists "{name}"')


def _list_spark(api: Any) -> set[tuple[str, str]]:
    return {(table.name, "view") for table in api.spark.catalog.listTables() if table.isTemporary}


def _drop_spark(api: Any, what: tuple[str, str]) -> None:
    api.spark.catalog.uncacheTable(what[0])
    api.spark.catalog.dropTempView(what[0])


def _connect_duckdb(connection: Any) -> Any:
    return need("splink", extra="identity").DuckDBAPI(connection)


def _connect_spark(session: Any) -> Any:
    # Its functions in Java are not needed, so the session may be any. Steps are kept as files where
    # the session has a folder for that, else in memory.
    files = session.sparkContext._jsc.sc().getCheckpointDir().isDefined()
    return need("splink", extra="identity").SparkAPI(
        spark_session=session,
        register_udfs_automatically=False,
        break_lineage_method="parquet" if files else "persist",
    )
