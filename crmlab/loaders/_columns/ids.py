"""Read ids: text or whole numbers, never a float that has lost digits."""

from typing import Any

import ibis

from crmlab.contracts import ContractError
from crmlab.loaders._columns.text import Cells, is_blank, is_untidy, profile_distinct, stage, trim

__all__ = ["ID_PROBLEMS", "as_whole", "read_id"]

ID_PROBLEMS = ("damaged", "unreadable")

# Beyond this a float no longer holds every whole number, so an id in it is already damaged.
_EXACT = 2**53
# What a spreadsheet makes of a long number: 9.00719925474099E+18.
_DAMAGED = r"^\d([.,]\d+)?[eE]\+\d+$"


def read_id(name: str, table: Any, theirs: str, *, written: Any = None) -> Cells:
    """Read a column of ids.

    `written` is the same table without steps of other columns, which is faster to look through.
    """
    column = table[theirs]
    kind = column.type()
    if kind.is_uuid() or (kind.is_decimal() and not kind.scale):
        column, kind = column.cast("string"), ibis.dtype("string")
    if kind.is_string():
        seen = column if written is None else written[theirs]
        care = profile_distinct(seen, _count_untidy)
        if not care["n"]:  # the usual case, and the fast one
            return Cells(table, column)
        table, text = stage(table, trim(column))
        damaged = ibis.ifelse(text.re_search(_DAMAGED), "damaged", ibis.null("string"))
        return Cells(table, ibis.ifelse(is_blank(text), None, text), damaged)
    if kind.is_floating():
        whole = as_whole(column)
        problem = ibis.cases(
            (column.isnull() | column.isnan(), ibis.null("string")),
            (column.abs() >= _EXACT, "damaged"),
            (whole.isnull(), "unreadable"),
        )
        return Cells(table, whole, problem)
    if not kind.is_integer():
        raise ContractError(f"`{name}` must hold text or whole numbers; it holds {kind}.")
    return Cells(table, column)


def _count_untidy(text: Any) -> dict[str, Any]:
    return {"n": (is_untidy(text) | text.re_search(_DAMAGED)).sum().fill_null(0)}


def as_whole(number: Any) -> Any:
    """Floats as whole numbers; null where they are not whole, or too large to be exact."""
    exact = ibis.ifelse(number.abs() < _EXACT, number, None)
    return ibis.ifelse(exact == exact.floor(), exact, None).cast("int64")
