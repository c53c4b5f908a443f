"""Read text that is held in memory: in plain form at once, else by its distinct values.

Five million lines have a thousand different days. The readers of this room see each of them once,
decide what the column means as they would for all lines, and what they say is handed back to every
line. A column of mostly different values in no plain form is left to them as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmlab._engine import in_memory, run
from crmlab._plain import are_plain_ids, read_plain_amounts, read_plain_days
from crmlab.loaders._columns.amounts import AmountReading
from crmlab.loaders._columns.dates import say_iso
from crmlab.loaders._columns.text import TIMES, Cells
from crmlab.loaders._options import Options
from crmlab.loaders._sources.source import MOMENT, NUMBER, OURS

__all__ = ["Held", "read_held"]

# So few different values are read by themselves, however few lines there are.
_FEW = 20_000
_SAMPLE = 200_000
_PLACE = f"{OURS}place"
# Of files, and of pandas since its third version.
_TEXT = (pa.string(), pa.large_string())


@dataclass(frozen=True)
class Held:
    """A column that was read: values and problems of every line, and how it was read.

    Without values, text is what it should be already; without problems, none has one. In a
    `wordless` column no line says a word, such as Total, in place of an id or a day.
    """

    said: Cells
    value: Any = None
    problem: Any = None
    wordless: bool = True

    def columns(self, name: str) -> dict[str, Any]:
        """What is stored beside the owner's columns."""
        found = {f"{OURS}value {name}": self.value, f"{OURS}problem {name}": self.problem}
        return {key: column for key, column in found.items() if column is not None}

    def attach(self, table: Any, name: str, theirs: str) -> Cells:
        """The cells of the column in the table that its values and problems are stored in."""
        value = table[theirs if self.value is None else f"{OURS}value {name}"]
        problem = self.said.problem
        if problem is not None:
            stored = self.problem is not None
            problem = table[f"{OURS}problem {name}"] if stored else ibis.null("string")
        return replace(self.said, table=table, value=value, problem=problem)


def read_held(
    kind: str, rows: pa.Table, theirs: str, options: Options, read: Callable[[Any], Cells]
) -> Held | None:
    """Read a text column; None where a reader should look at every line.

    `read` reads the column of a table.
    """
    typed = {NUMBER + theirs, MOMENT + theirs} & set(rows.column_names)
    if typed or not rows.num_rows or rows[theirs].type not in _TEXT:
        return None
    return _read_plain(kind, rows[theirs], options) or _read_by_value(kind, rows, theirs, read)


def _read_plain(kind: str, column: pa.ChunkedArray, options: Options) -> Held | None:
    """Read days, amounts and ids that have one reading whatever stands beside them."""
    doubtful = Cells(None, None, problem=ibis.null("string"))
    if kind == "time" and not (options.date_format or options.formats):
        days = read_plain_days(column)
        said = replace(doubtful, reading=say_iso(options.timezone))
        return None if days is None else Held(said, days)
    if kind == "number" and options.decimal != ",":
        amounts = read_plain_amounts(column)
        said = replace(doubtful, reading=str(AmountReading(".")))
        return None if amounts is None else Held(said, amounts)
    if kind == "id" and are_plain_ids(column):
        return Held(Cells(None, None))
    return None


def _read_by_value(
    kind: str, rows: pa.Table, theirs: str, read: Callable[[Any], Cells]
) -> Held | None:
    """Read each distinct value once."""
    column = rows[theirs]
    if _differ(column.slice(0, _SAMPLE)):
        return None
    if column.null_count and column.num_chunks > 1:  # whose values Arrow cannot bring together
        column = pa.chunked_array([column.cast(pa.large_string()).combine_chunks()])
    encoded = column.dictionary_encode(null_encoding="encode").unify_dictionaries()
    values = encoded.chunk(0).dictionary
    n = len(values)
    times = sum(np.bincount(chunk.indices, minlength=n) for chunk in encoded.chunks)
    places = {_PLACE: pa.array(np.arange(n)), TIMES: pa.array(times)}
    cells = read(in_memory(pa.table({theirs: values, **places})))
    answers = {"value": cells.value}
    if cells.problem is not None:
        answers["problem"] = cells.problem
    found = run(cells.table.select(_PLACE, **answers)).sort_by(_PLACE)
    value, problem = (
        _hand_back(found[name], encoded) if name in answers else None
        for name in ("value", "problem")
    )
    if problem is not None and problem.null_count == len(problem):
        problem = None
    return Held(cells, value, problem, wordless=kind == "time" and problem is None)


def _differ(column: pa.ChunkedArray) -> bool:
    """Whether most values are different ones, and many."""
    return len(column) > _FEW and len(pc.unique(column)) > max(_FEW, len(column) // 2)


def _hand_back(answer: pa.ChunkedArray, encoded: pa.ChunkedArray) -> pa.ChunkedArray:
    """What was answered for each distinct value, for every line."""
    answers = answer.combine_chunks()
    return pa.chunked_array([answers.take(chunk.indices) for chunk in encoded.chunks], answers.type)
