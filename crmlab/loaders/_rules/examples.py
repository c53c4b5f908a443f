"""An example of each fault: the first row that has it, where that stands and what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crmlab._engine import execute
from crmlab.contracts import TRANSACTIONS, Rule, shown
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.rules import MALFORMED
from crmlab.loaders._sources.source import OURS, ROW, TORN

__all__ = ["find_examples"]


def find_examples(
    prepared: Prepared, counts: pd.Series, kept: Mapping[str, tuple[str, int]] | None = None
) -> dict[str, str]:
    """Find an example of each rule that is broken, in two queries; in none where nothing is.

    Parameters
    ----------
    prepared : Prepared
        The lines and their rules.
    counts : Series
        How many break each rule.
    kept : mapping of str to tuple, optional
        Further labels -> the column of ours to show, and the number of the row.

    Returns
    -------
    dict of str to str
        Label -> a place and a value, as in "line 12: '?'"; only the place of what is missing or
        personal, only the value where rows have no order.
    """
    broken = [rule for rule in prepared.rules if counts[rule.label]]
    columns = {rule.label: _list_columns(prepared, rule) for rule in broken}
    if not prepared.numbered:
        found = _find_values(prepared, broken, columns)
        if prepared.malformed:
            found[MALFORMED[0]] = shown(prepared.malformed[0])
        return found
    rows = _find_first_rows(prepared, broken)
    for label, (name, row) in (kept or {}).items():
        rows[label], columns[label] = row, _list_origin(prepared, name)
    values = _read_values(prepared, rows, columns)
    if prepared.malformed:
        rows[MALFORMED[0]], values[MALFORMED[0]] = TORN, shown(prepared.malformed[0])
    places = prepared.locate(set(rows.values())) if rows else {}
    said = {label: (places.get(row, ""), values.get(label, "")) for label, row in rows.items()}
    return {label: ": ".join(filter(None, words)) for label, words in said.items()}


def _list_columns(prepared: Prepared, rule: Rule) -> Sequence[str]:
    """The owner's columns whose values a rule may show."""
    if not rule.column or rule.label.endswith("missing"):
        return ()
    return () if TRANSACTIONS.column(rule.column).personal else _list_origin(prepared, rule.column)


def _list_origin(prepared: Prepared, name: str) -> Sequence[str]:
    origin = prepared.header.origins.get(name)
    return origin.columns if origin is not None else ()


def _mark(prepared: Prepared, rules: Sequence[Rule]) -> tuple[Any, dict[str, Any]]:
    """The table with a column that says whether a row breaks a rule, for each of `rules`."""
    # Engines refuse a window inside an aggregate, so the marks become columns first.
    names = {rule.label: f"{OURS}broken {number}" for number, rule in enumerate(rules)}
    marks = {names[rule.label]: rule.broken(prepared.table) for rule in rules}
    marked = prepared.table.mutate(**marks) if marks else prepared.table
    return marked, {label: marked[name] for label, name in names.items()}


def _find_first_rows(prepared: Prepared, rules: Sequence[Rule]) -> dict[str, int]:
    if not rules:
        return {}
    marked, marks = _mark(prepared, rules)
    first = {label: marked[ROW].min(where=mark) for label, mark in marks.items()}
    return {
        str(label): int(row) for label, row in execute(marked.aggregate(**first)).iloc[0].items()
    }


def _read_values(
    prepared: Prepared, rows: Mapping[str, int], columns: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """What stands in the columns to show, by label; nothing where they are empty."""
    names = list(dict.fromkeys(name for label in rows for name in columns[label]))
    if not names:
        return {}
    table = prepared.table
    picked = table.filter(table[ROW].isin(sorted(set(rows.values()))))
    texts = {name: picked[name].cast("string") for name in names}
    found = execute(picked.select(ROW, **texts)).set_index(ROW)
    cells = {label: found.loc[row, list(columns[label])].dropna() for label, row in rows.items()}
    return {label: shown(" ".join(map(str, texts))) for label, texts in cells.items() if len(texts)}


def _find_values(
    prepared: Prepared, rules: Sequence[Rule], columns: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The first value in the order of the alphabet, where rows have none of their own."""
    marked, marks = _mark(prepared, [rule for rule in rules if columns[rule.label]])
    if not marks:
        return {}
    firsts = {
        label: marked[columns[label][0]].cast("string").min(where=mark)
        for label, mark in marks.items()
    }
    found = execute(marked.aggregate(**firsts)).iloc[0].dropna()
    return {str(label): shown(value) for label, value in found.items()}
