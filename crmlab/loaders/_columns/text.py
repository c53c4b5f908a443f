"""What readers of text share: white space, words for "missing", steps that run once."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from crmlab._engine import execute, store_beside
from crmlab.loaders._sources.source import OURS

__all__ = [
    "SPACE",
    "TIMES",
    "UNTIDY",
    "Cells",
    "is_blank",
    "profile_distinct",
    "read_text",
    "rewrite",
    "split_typed",
    "stage",
    "trim",
]

_steps = itertools.count()

# In a table of distinct values, how many cells hold each.
TIMES = f"{OURS}times"

# What spreadsheets write where a formula fails, in English, German and Korean.
_ERRORS = (
    *("#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!"),
    *("#field!", "#blocked!", "#connect!", "#busy!", "#unknown!", "#getting_data", "#error!"),
    *("#nv", "#bezug!", "#wert!", "#zahl!", "#überlauf!", "#kalk!", "#분산!"),
)
# Words that exports write for a missing value. A capital NA comes from R; "Na" may be a name.
_MISSING = ("", "null", "nan", "none", "nat", "<na>", "n/a", *_ERRORS)
# DuckDB and Java mean different things by \s, so the white space is spelled out.
SPACE = "[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000\ufeff]"
# Text that may be blank, or has white space at its ends. Java's (?i) knows ASCII letters only.
_WORDS = "|".join(re.escape(word) for word in [*_MISSING, "na", "#ÜBERLAUF!"])
UNTIDY = f"^{SPACE}|{SPACE}$|^(?i:{_WORDS})$"


@dataclass(frozen=True)
class Cells:
    """A column that was read: its table with steps added, values, problems, and how, in words.

    `unknown` lists words that a column of words has and that mean nothing to crmlab; `currency` is
    the code of the sign that amounts carry, `formats` those in which ambiguous dates can be read.
    """

    table: Any
    value: Any
    problem: Any = None
    reading: str = ""
    unknown: tuple[str, ...] = ()
    currency: str = ""
    formats: tuple[str, ...] = ()


def trim(text: Any) -> Any:
    """Text without white space at either end, the no-break kinds included."""
    return text.re_replace(f"^{SPACE}+|{SPACE}+$", "")


def is_blank(text: Any) -> Any:
    """Whether trimmed text is null, empty, or a word that exports write for a missing value."""
    return (text.lower().isin(_MISSING) | (text == "NA")).fill_null(True)


def stage(table: Any, step: Any) -> tuple[Any, Any]:
    """Return the table with a step towards a result as a column, and that column.

    Engines repeat a step wherever a case expression uses it; a column they compute once.
    """
    name = f"{OURS}step {next(_steps)}"
    table = table.mutate(**{name: step})
    return table, table[name]


def profile_distinct(text: Any, aggregates: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Aggregate over the distinct values of a text column, in one query."""
    values = text.name("value").as_table().distinct()
    counts = execute(values.aggregate(**aggregates(values.value))).iloc[0]
    return {str(name): value for name, value in counts.items()}


def rewrite(
    table: Any, text: Any, pattern: str, change: Callable[[str], str]
) -> tuple[Any, Any, int]:
    """Return the table, its text with what a pattern finds changed, and how many values that are.

    For what no function of all engines does: the few values that need it are changed here and
    joined to the table. `text` is a column of the table.
    """
    values = text.name("written").as_table().distinct()
    found = execute(values.filter(values.written.re_search(pattern)))["written"].astype(object)
    changed = found.map(change)
    pairs = pd.DataFrame({OURS + "written": found, OURS + "changed": changed})[found != changed]
    if pairs.empty:
        return table, text, 0
    other = store_beside(table, pairs)
    joined = table.left_join(other, table[text.get_name()] == other[OURS + "written"])
    value = joined[OURS + "changed"].coalesce(joined[text.get_name()])
    joined, value = stage(joined, value)
    return joined.drop(OURS + "written", OURS + "changed"), value, len(pairs)


def split_typed(table: Any, theirs: str, prefix: str) -> tuple[Any, Any]:
    """Return the typed cells of a mixed column, or None, and the text of the others."""
    text = table[theirs]
    if prefix + theirs not in table.columns:
        return None, text
    typed = table[prefix + theirs]
    return typed, ibis.ifelse(typed.isnull(), text, None)


def read_text(table: Any, theirs: str, *, as_written: bool = False) -> Cells:
    """Read a column as text; with `as_written`, dates and numbers stay what they are."""
    value = table[theirs]
    if not value.type().is_string() and not as_written:
        value = value.cast("string")
    if value.type().is_string():
        value = ibis.ifelse(is_blank(trim(value)), None, trim(value))
    return Cells(table, value)
