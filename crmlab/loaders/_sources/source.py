"""A table as its owner wrote it, and what its header may look like."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from crmlab.contracts import ContractError

__all__ = [
    "FIRST_ROWS",
    "MOMENT",
    "NUMBER",
    "OURS",
    "ROW",
    "TORN",
    "Opened",
    "Source",
    "check_names",
    "check_same_names",
    "hint_at_header",
    "name_rows",
    "split_names",
    "zones_of",
]

# Columns that reading adds beside the owner's begin like this, and are never shown.
OURS = "crmlab:"
# Where a column mixes text and typed cells, as Excel's do, these hold the typed ones.
NUMBER, MOMENT = f"{OURS}number:", f"{OURS}moment:"
# The number of each row, from 0, where the source has an order; and what stands for the first of
# the lines that were set aside.
ROW, TORN = f"{OURS}row", -1
# So many of the first rows are looked at to tell what a column holds.
FIRST_ROWS = 200


@dataclass(frozen=True)
class Opened:
    """What is known of a table before its rows are read: the names of its owner's columns.

    `look` returns the first rows of some columns; `read` reads the rows and those columns, and
    no others where they can be had later. It is told which of them are keys, such as ids and days:
    a cell that spans several rows stands for each of them. `hint` says what may help where columns
    are missing.
    """

    names: tuple[str, ...]
    look: Callable[[Sequence[str]], pd.DataFrame]
    read: Callable[[Collection[str], Collection[str]], "Source"]
    hint: str = ""

    def read_all(self) -> "Source":
        """Read all columns."""
        return self.read(self.names, ())

    def say(self, topic: str, words: str) -> "Opened":
        """The same, with a reading besides: what its owner should know of how it is read."""
        if not words:
            return self

        def read(needed: Collection[str], keys: Collection[str]) -> Source:
            rows = self.read(needed, keys)
            return replace(rows, readings={topic: words} | rows.readings)

        return replace(self, read=read)


@dataclass(frozen=True)
class Source:
    """The rows of a table in the columns that were asked for, and lines that do not fit the header.

    `rest` has the owner's other columns, see `stored.Rest`; it is None where there are none.
    `count_distinct` counts the rows that differ in any column, where the others are elsewhere.
    `zones` holds the time zones of columns whose values carry one, `readings` how the source was
    read. `locate` takes numbers of rows and says where they stand, as in "line 12"; it may leave
    some out. `separator` has each mark that parts the fields of text files. `held`
    are the rows of `table` as Arrow, or a file with them, in their order, where there is that.
    """

    table: Any
    names: tuple[str, ...]
    rest: Any = None
    count_distinct: Callable[[], int] | None = None
    malformed: tuple[str, ...] = ()
    zones: dict[str, set[str]] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    locate: Callable[[Collection[int]], dict[int, str]] = lambda rows: {}
    separator: str = ""
    held: pa.Table | Path | None = None


def hint_at_header(names: Sequence[str]) -> str:
    """Point out that the header may be further down, where most columns have no name."""
    nameless = sum(name.startswith("column ") for name in names)
    return (
        " Is the header further down? Say where with `header=`."
        if 2 * nameless > len(names)
        else ""
    )


def split_names(names: Sequence[str], needed: Collection[str]) -> tuple[list[str], list[str]]:
    """The columns that are needed, and the others; one at least is read, so that rows are."""
    read = [name for name in names if name in needed] or list(names[:1])
    return read, [name for name in names if name not in read]


def name_rows(rows: Collection[int]) -> dict[int, str]:
    """Say which rows of a frame these are, from 0 as `.iloc` counts."""
    return {row: f"row {row:,}" for row in rows}


def check_names(names: Iterable[str], where: str) -> None:
    """Raise ContractError where two columns have one name, as engines see it, or one of ours."""
    seen: dict[str, str] = {}
    for name in names:
        if name.casefold().startswith(OURS):
            raise ContractError(
                f"{where} must not name a column {name!r}: names that begin with {OURS!r} are "
                "taken. Rename it."
            )
        if name.casefold() in seen:
            first = seen[name.casefold()]
            fault = f"{name!r} is there more than once"
            if first != name:
                fault = f"{first!r} and {name!r} differ only in case, which engines do not see"
            raise ContractError(f"{where} must name each column once; {fault}. Rename one of them.")
        seen[name.casefold()] = name


def check_same_names(headers: Mapping[Path, list[str]]) -> None:
    """Raise ContractError unless all files have the same columns, in whatever order."""
    first, *rest = headers
    for path in rest:
        odd = sorted(set(headers[path]) ^ set(headers[first]))
        if odd:
            raise ContractError(
                f"{path.name} and {first.name} must have the same columns; they differ in "
                f"{', '.join(map(repr, odd))}."
            )


def zones_of(*schemas: pa.Schema) -> dict[str, set[str]]:
    """The time zones of each column with instants, in words that engines know; "" for none."""
    zones: dict[str, set[str]] = {}
    for schema in schemas:
        for one in schema:
            if pa.types.is_timestamp(one.type) or pa.types.is_date(one.type):
                zone = getattr(one.type, "tz", None) or ""
                zones.setdefault(one.name, set()).add(re.sub("^(?=[+-])", "UTC", zone))
    return {name: found for name, found in zones.items() if found != {""}}
