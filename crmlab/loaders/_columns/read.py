"""Read each of the owner's columns as what the contract wants it to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from crmlab._engine import in_memory, is_spark, map_arrow
from crmlab.contracts import Column, Contract, ContractError
from crmlab.loaders._columns.amounts import AMOUNT_PROBLEMS, read_number
from crmlab.loaders._columns.clues import Clues, find_clues
from crmlab.loaders._columns.dates import DATE_PROBLEMS, read_date
from crmlab.loaders._columns.flags import FLAG_PROBLEMS, read_flag
from crmlab.loaders._columns.held import Held, read_held
from crmlab.loaders._columns.ids import ID_PROBLEMS, read_id
from crmlab.loaders._columns.text import Cells, is_blank, read_text, stage, trim
from crmlab.loaders._columns.words import WORD_PROBLEMS, find_words, read_word
from crmlab.loaders._header.find import Header
from crmlab.loaders._header.origin import Origin
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
    "word": WORD_PROBLEMS,
}


@dataclass(frozen=True)
class Columns:
    """The owner's table with our columns beside; those that may be unreadable; how text was read.

    A column of `doubtful` has a second one beside it with what is wrong with its values. `unknown`
    lists words without a meaning, by column; `currency` is the code of the sign amounts carry, and
    `formats` are those in which ambiguous dates can be read, by column. In a `wordless` column no
    line says a word, such as Total, in place of an id or a day; in one of `faultless`, though it
    is among the doubtful, nothing is wrong. What is `stored` has been read already; the rest is
    read again by every query.
    """

    table: Any
    names: tuple[str, ...]
    doubtful: tuple[str, ...]
    readings: dict[str, str]
    unknown: dict[str, tuple[str, ...]]
    currency: str = ""
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wordless: frozenset[str] = frozenset()
    faultless: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()


def read_columns(opened: Source, header: Header, contract: Contract, options: Options) -> Columns:
    """Read the columns that the header found, as `contract` wants them."""
    clues = find_clues(opened, header, contract, options.currency)
    table, held = _read_held(opened, header, contract, options, clues)
    doubtful: list[str] = []
    unknown, signs, formats = {}, {}, {}
    readings = header.readings | opened.readings
    for name, origin in header.origins.items():
        if name in held:
            cells = held[name].attach(table, name, origin.columns[0])
        else:
            cells = _read_origin(contract.column(name), table, origin, options, clues)
        table = cells.table.mutate(**{OURS + name: cells.value})
        if cells.problem is not None:
            table = table.mutate(**{OURS + name + PROBLEM: cells.problem})
            doubtful.append(name)
        if cells.reading:
            readings[name] = cells.reading
        if cells.unknown:
            unknown[name] = cells.unknown
        if cells.formats:
            formats[name] = cells.formats
        if cells.currency:
            signs[name] = cells.currency
    for name, (one, other) in header.products.items():
        table = table.mutate(**{OURS + name: table[OURS + one] * table[OURS + other]})
    names = (*header.products, *header.origins)
    added = [OURS + name for name in names] + [OURS + name + PROBLEM for name in doubtful]
    table = table.select(*opened.table.columns, *added)
    currency = next(iter(signs.values()), "")
    wordless = frozenset(name for name, one in held.items() if one.wordless)
    faultless = frozenset(name for name, one in held.items() if one.problem is None)
    return Columns(
        table, names, tuple(doubtful), readings, unknown, currency, formats, wordless, faultless,
        frozenset(held),
    )  # fmt: skip


def _read_held(
    opened: Source, header: Header, contract: Contract, options: Options, clues: Clues
) -> tuple[Any, dict[str, Held]]:
    """Read text columns of a table that is held in memory; return it with them beside."""
    if opened.held is None:
        return opened.table, {}
    rows, held = _load(opened.held), {}
    for name, origin in header.origins.items():
        column, theirs = contract.column(name), origin.columns[0]
        if origin.how != "plain" or column.personal or column.kind == "text":
            continue
        read = partial(_read_column, column, theirs=theirs, options=options, clues=clues)
        found = read_held(column.kind, rows, theirs, options, read)
        if found is not None:
            held[name] = found
    del rows  # and what was mapped of it
    stored = {key: one for name, found in held.items() for key, one in found.columns(name).items()}
    if not stored:
        return opened.table, held
    rows = _load(opened.held)
    for name, values in stored.items():
        rows = rows.append_column(name, values)
    return in_memory(rows), held


def _load(held: pa.Table | Path) -> pa.Table:
    """The rows of a source; what is mapped of a file goes with them."""
    return map_arrow(held) if isinstance(held, Path) else held


def _read_origin(
    column: Column, table: Any, origin: Origin, options: Options, clues: Clues
) -> Cells:
    """Read one of our columns from the owner's columns that make it."""
    first, written = origin.columns[0], clues.opened.table
    if origin.how == "among":
        words = [word.casefold() for word in origin.words]
        word = trim(table[first].cast("string")).lower()
        return Cells(table, word.isin(words).fill_null(False))
    if origin.how in ("less", "adjusted"):
        return _read_difference(column, table, origin, options, clues)
    if origin.how != "plain":
        table, made = _make_text(table, origin)
        first, written = made.get_name(), table
    return _read_column(column, table, first, options, clues, written)


def _make_text(table: Any, origin: Origin) -> tuple[Any, Any]:
    """The text that several columns, or several rows, make together, as a step of the table."""
    texts = [trim(table[name].cast("string")) for name in origin.columns]
    filled = [ibis.ifelse(is_blank(text), None, text) for text in texts]
    if origin.how == "first":
        return stage(table, ibis.coalesce(*filled))
    if origin.how == "joined":
        return stage(table, ibis.literal(" ").join(filled))
    return _fill_down(table, filled[0])


def _fill_down(table: Any, text: Any) -> tuple[Any, Any]:
    """The last text at or above each row, as rows follow each other in the source."""
    if is_spark(table):
        raise ContractError(
            "Rows of a Spark table have no order, so what stands above them is not known. Read the "
            "file itself."
        )
    table, name = stage(table, text)
    table, place = stage(table, ibis.row_number())
    # Engines differ on the last value that is not null: the place of that value is the same.
    filled = ibis.ifelse(table[name.get_name()].notnull(), place, None)
    table, heading = stage(table, filled.max().over(order_by=place, rows=(None, 0)))
    return stage(table, table[name.get_name()].max().over(group_by=heading))


def _read_difference(
    column: Column, table: Any, origin: Origin, options: Options, clues: Clues
) -> Cells:
    """Read a first amount, less others; or how far the first was adjusted down, if it was."""
    values, problems = [], []
    for theirs in origin.columns:
        read = read_number(
            column.name, table, theirs, options.decimal, clues, written=clues.opened.table
        )
        table, value = stage(read.table, read.value)
        values.append(value.get_name())
        if read.problem is not None:
            table, problem = stage(table, read.problem)
            problems.append(problem.get_name())
    first, *others = (table[name] for name in values)
    if origin.how == "less":
        value = first
        for other in others:
            value = value - other.fill_null(0.0)
    else:
        adjusted = (others[0] > 0) & (others[0] < first)
        value = ibis.ifelse(adjusted, first - others[0], 0.0)
    problem = ibis.coalesce(*(table[name] for name in problems)) if problems else None
    return Cells(table, value, problem)


def _read_column(
    column: Column, table: Any, theirs: str, options: Options, clues: Clues, written: Any = None
) -> Cells:
    written = table if written is None else written
    if column.personal or column.kind == "text":
        return read_text(table, theirs, as_written=column.personal)
    if column.kind == "time":
        zones = clues.opened.zones.get(theirs, set())
        return read_date(
            column.name, table, theirs, zones, date_format=options.date_format or options.formats,
            dayfirst=options.dayfirst, timezone=options.timezone, as_written=options.as_written,
            span=(options.earliest.date(), options.latest.date()), written=written,
        )  # fmt: skip
    if column.kind == "number":
        return read_number(column.name, table, theirs, options.decimal, clues, written=written)
    if column.kind == "id":
        return read_id(column.name, table, theirs, written=written)
    if column.kind == "word":
        more = options.statuses or {} if column.name == "status" else {}
        return read_word(column.name, table, theirs, find_words(column.name, more), written=written)
    return read_flag(column.name, table, theirs)
