"""What text readers share: white space, and the words that stand for nothing."""

from typing import Any

import ibis

__all__ = ["SPACE", "blank", "trimmed", "without_blanks"]

# Words that exports write for nothing. A capital NA comes from R; "Na" may be a name.
_NOTHING = ("", "null", "nan", "none", "nat", "<na>", "n/a", "#n/a")
# DuckDB and Java mean different things by \s, so the white space is spelled out.
SPACE = "[ \t\r\n\u00a0\u202f\u3000\ufeff]"


def trimmed(text: Any) -> Any:
    """Text without white space at either end, the no-break kinds included."""
    return text.re_replace(f"^{SPACE}+|{SPACE}+$", "")


def blank(text: Any) -> Any:
    """Whether trimmed text is null, empty, or a word that exports write for nothing."""
    return (text.lower().isin(_NOTHING) | (text == "NA")).fill_null(True)


def without_blanks(column: Any) -> Any:
    """Trimmed text, with null where there is nothing."""
    text = trimmed(column)
    return ibis.ifelse(blank(text), None, text)
