"""Wall clocks of instants, on each engine."""

from typing import Any

import ibis

from crmlab._engine import is_spark

__all__ = ["to_zone"]


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _duckdb_timezone(zone, instant):  # type: ignore[no-untyped-def]
    """DuckDB's wall clock of an instant in a zone."""


@ibis.udf.scalar.builtin(
    name="convert_timezone", signature=(("string", "string", "timestamp"), "timestamp")
)
def _spark_convert_timezone(source, target, stamp):  # type: ignore[no-untyped-def]
    """Spark's wall clock in one zone of a wall clock in another."""


def to_zone(table: Any, instant: Any, zone: str) -> Any:
    """The wall-clock timestamp of an instant in a zone, where the table lives."""
    if is_spark(table):
        return _spark_convert_timezone("UTC", zone, instant.cast("timestamp"))
    return _duckdb_timezone(zone, instant)
