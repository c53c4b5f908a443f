"""Read flags: yes and no in the words of exports."""

from typing import Any

import ibis

from crmlab.contracts import ContractError
from crmlab.loaders._columns.text import Cells, is_blank, trim

__all__ = ["FLAG_PROBLEMS", "read_flag"]

FLAG_PROBLEMS = ("unreadable",)

_YES, _NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def read_flag(name: str, table: Any, theirs: str) -> Cells:
    """Read a column of flags."""
    column = table[theirs]
    kind = column.type()
    if kind.is_boolean():
        return Cells(table, column)
    if kind.is_numeric():
        column = column.cast("int64").cast("string")
    elif not kind.is_string():
        raise ContractError(f"`{name}` must hold true or false; it holds {kind}.")
    word = trim(column).lower()
    known = word.isin([*_YES, *_NO])
    problem = ibis.ifelse(known | is_blank(trim(column)), ibis.null("string"), "unreadable")
    return Cells(table, ibis.ifelse(known, word.isin(_YES), None), problem)
