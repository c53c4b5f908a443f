"""What text readers share: white space, words for "missing", and steps that run once."""

import itertools
from typing import Any

from crmlab.loaders._source import OURS

__all__ = ["SPACE", "is_blank", "is_untidy", "stage", "trim"]

_steps = itertools.count()

# Words that exports write for a missing value. A capital NA comes from R; "Na" may be a name.
_MISSING = ("", "null", "nan", "none", "nat", "<na>", "n/a", "#n/a")
# DuckDB and Java mean different things by \s, so the white space is spelled out.
SPACE = "[ \t\r\n\u00a0\u202f\u3000\ufeff]"


def trim(text: Any) -> Any:
    """Text without white space at either end, the no-break kinds included."""
    return text.re_replace(f"^{SPACE}+|{SPACE}+$", "")


def is_blank(text: Any) -> Any:
    """Whether trimmed text is null, empty, or a word that exports write for a missing value."""
    return (text.lower().isin(_MISSING) | (text == "NA")).fill_null(True)


def is_untidy(text: Any) -> Any:
    """Whether text may be blank, or have white space at its ends; in one pass."""
    words = "|".join([*_MISSING, "na"])
    return text.re_search(f"(?i)^{SPACE}|{SPACE}$|^({words})$")


def stage(table: Any, step: Any) -> tuple[Any, Any]:
    """Return the table with a step towards a result as a column, and that column.

    Engines repeat a step wherever a case expression uses it; a column they compute once.
    """
    name = f"{OURS}step {next(_steps)}"
    table = table.mutate(**{name: step})
    return table, table[name]
