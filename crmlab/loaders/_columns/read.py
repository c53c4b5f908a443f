"""Read each of the owner's columns as what the contract wants it to hold."""

from dataclasses import dataclass
from typing import Any

from crmlab.contracts import Column, Contract
from crmlab.loaders._columns.amounts import AMOUNT_PROBLEMS, read_number
from crmlab.loaders._columns.dates import DATE_PROBLEMS, read_date
from crmlab.loaders._columns.flags import FLAG_PROBLEMS, read_flag
from crmlab.loaders._columns.ids import ID_PROBLEMS, read_id
from crmlab.loaders._columns.text import Cells, read_text
from crmlab.loaders._header.find import Header
from crmlab.loaders._options import Options
from crmlab.loaders._sources.source import OURS, Source

__all__ = ["PROBLEM", "PROBLEMS", "Columns", "read_columns"]

PROBLEM = ":problem"
# What can be wrong with a value, by the kind of its column.
PROBLEMS = {
    "id": ID_PROBLEMS,
    "time": DATE_PROBLEMS,
    "number": AMOUNT_PROBLEMS,
    "flag": FLAG_PROBLEMS,
    "text": (),
}


@dataclass(frozen=True)
class Columns:
    """The owner's table with our columns beside; those that may be unreadable; how text was read.

    A column of `doubtful` has a second one beside it with what is wrong with its values.
    """

    table: Any
    names: tuple[str, ...]
    doubtful: tuple[str, ...]
    readings: dict[str, str]


def read_columns(opened: Source, header: Header, contract: Contract, options: Options) -> Columns:
    """Read the columns that the header found, as `contract` wants them."""
    table, doubtful = opened.table, []
    readings = opened.readings | header.readings
    for name, theirs in header.theirs.items():
        zones = opened.zones.get(theirs, set())
        cells = _read_column(contract.column(name), table, theirs, zones, options)
        table = cells.table.mutate(**{OURS + name: cells.value})
        if cells.problem is not None:
            table = table.mutate(**{OURS + name + PROBLEM: cells.problem})
            doubtful.append(name)
        if cells.reading:
            readings[name] = cells.reading
    for name, (one, other) in header.products.items():
        table = table.mutate(**{OURS + name: table[OURS + one] * table[OURS + other]})
    names = (*header.products, *header.theirs)
    added = [OURS + name for name in names] + [OURS + name + PROBLEM for name in doubtful]
    return Columns(table.select(*opened.table.columns, *added), names, tuple(doubtful), readings)


def _read_column(
    column: Column, table: Any, theirs: str, zones: set[str], options: Options
) -> Cells:
    if column.personal or column.kind == "text":
        return read_text(table, theirs, as_written=column.personal)
    if column.kind == "time":
        return read_date(
            column.name, table, theirs, zones, date_format=options.date_format,
            dayfirst=options.dayfirst, timezone=options.timezone,
        )  # fmt: skip
    if column.kind == "number":
        return read_number(column.name, table, theirs, options.decimal)
    if column.kind == "id":
        return read_id(column.name, table, theirs)
    return read_flag(column.name, table, theirs)
