"""Dates of several tables: all must be read off one clock, or days do not compare."""

from collections.abc import Mapping
from typing import Any

import ibis
import pandas as pd

from crmlab._errors import InputError

__all__ = ["check_clocks", "date_column"]


def check_clocks(columns: Mapping[str, Any]) -> None:
    """Raise unless the dates of all tables are local times, or all of one time zone.

    Each value is a pandas column or one of an engine; its key is what messages call it. What is
    None is left out: a table that is not there, or a column that cannot be named.
    """
    given = {name: column for name, column in columns.items() if column is not None}
    zones = {name: _find_zone(column) for name, column in given.items()}
    if len(set(zones.values())) > 1:
        said = ", ".join(f"{name} in {zone or 'local time'}" for name, zone in zones.items())
        raise InputError(
            f"Dates must be on one clock in all tables; got {said}. A day begins at another moment "
            "in each: convert them with `.dt.tz_convert('Asia/Seoul').dt.tz_localize(None)`."
        )


def date_column(table: Any, name: str) -> Any:
    """A column of dates of a frame or an Ibis table, or None where it tells nothing."""
    if isinstance(table, ibis.Table):
        return table[name] if name in table.columns else None
    if not isinstance(table, pd.DataFrame) or name not in table.columns:
        return None
    return table[name] if table[name].notna().any() else None


def _find_zone(column: Any) -> str | None:
    if isinstance(column, pd.Series):
        zone = getattr(column.dtype, "tz", None)
        return None if zone is None else str(zone)
    kind = column.type()
    return kind.timezone if kind.is_timestamp() else None
