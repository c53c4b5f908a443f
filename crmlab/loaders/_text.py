"""What text readers share: white space, and the words that stand for nothing."""

from typing import Any

import ibis

__all__ = ["blank", "clean_id", "trimmed"]

_NOTHING = ("", "null", "nan", "none", "nat", "<na>", "n/a", "#n/a")
# DuckDB and Java mean different things by \s, so the white space is spelled out.
_SPACE = "[ \t\r\n\u00a0\u202f\u3000\ufeff]+"


def trimmed(text: Any) -> Any:
    """Text without white space at either end, the no-break kinds included."""
    return text.re_replace(f"^{_SPACE}|{_SPACE}$", "")


def blank(text: Any) -> Any:
    """Whether text is null, white space, or a word that exports write for nothing."""
    return trimmed(text).lower().isin(_NOTHING).fill_null(True)


def clean_id(column: Any) -> Any:
    """An id as it stands: text is trimmed and blanks become null; whole numbers stay."""
    if not column.type().is_string():
        return column
    return ibis.ifelse(blank(column), None, trimmed(column))
