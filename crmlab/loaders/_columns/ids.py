"""Read ids: text or whole numbers, never a float that has lost digits.

Two ways to write one id would make two customers of one. What cannot be part of an id, such as
zero-width characters or what guards a number from a spreadsheet, is taken away and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import execute
from crmlab._revenue.nobody import is_placeholder
from crmlab.contracts import ContractError
from crmlab.loaders._columns.compose import DECOMPOSED, compose
from crmlab.loaders._columns.text import (
    SPACE,
    UNTIDY,
    Cells,
    is_blank,
    profile_distinct,
    stage,
    trim,
)

__all__ = ["ID_PROBLEMS", "as_whole", "read_id"]

ID_PROBLEMS = ("damaged", "unreadable")

# Beyond this a float no longer holds every whole number, so an id in it is already damaged.
_EXACT = 2**53
# What a spreadsheet makes of a long number, 9.00719925474099E+18, and Java of one of 8 digits,
# 1.2345678E7. Without a sign and a fraction, 5E12 may be the code of a product.
_DAMAGED = r"^\d([.,]\d+)?[eE]\+\d+$|^\d[.,]\d+[eE]\d+$"
_WHOLE = r"^-?\d+(\.0+)?$"
# A whole number that was a float on the way.
_FLOAT = r"^-?\d+\.0+$"
_ZERO_WIDTH = "[\u00ad\u200b-\u200d\u2060\ufeff]"
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
_HALF = "".join(map(chr, range(0x21, 0x7F))) + " "
# What keeps a spreadsheet from reading 007 as a number: '007 and ="007". A name such as
# 't Hart has no digit, and a value in quotes on both sides is something else.
_GUARD = "^=\"[^\"]*\"$|^'[^']*[0-9][^']*$"
# An e-mail address with capitals; its provider does not tell them apart.
_CAPITALS = r"^[^@\s]*\p{Lu}[^@\s]*@[^@\s]+$|^[^@\s]+@[^@\s]*\p{Lu}[^@\s]*$"


@dataclass(frozen=True)
class _Form:
    """A way of writing that makes no other id of an id: in words, where it is, how it is mended."""

    words: str
    pattern: str
    mend: Callable[[Any], Any]

    def apply(self, table: Any, text: Any) -> tuple[Any, Any, Any]:
        """Return the table, its text in plain form, and where it was not."""
        table, found = stage(table, text.re_search(self.pattern))
        # Only what needs it: to translate a million ids takes engines ten seconds.
        table, plain = stage(table, ibis.ifelse(found, self.mend(text), text))
        return table, plain, found


# In this order: what comes first may hide what comes after it.
_FORMS = (
    _Form("with zero-width blanks", _ZERO_WIDTH, lambda text: text.re_replace(_ZERO_WIDTH, "")),
    _Form("with blanks around", f"^{SPACE}|{SPACE}$", trim),
    _Form("in full width", "[\uff01-\uff5e\u3000]", lambda text: text.translate(_WIDE, _HALF)),
    _Form(
        "guarded from a spreadsheet",
        _GUARD,
        lambda text: trim(text.re_replace('^(="|\')|"$', "")),
    ),
    _Form("with capitals in an e-mail address", _CAPITALS, lambda text: text.lower()),
)
# One pattern for whatever needs a closer look; most columns have nothing of it.
_CARE = "|".join([*(form.pattern for form in _FORMS), UNTIDY, _DAMAGED, _FLOAT, DECOMPOSED])


def read_id(name: str, table: Any, theirs: str, *, written: Any = None) -> Cells:
    """Read a column of ids.

    `written` is the same table without steps of other columns, which is faster to look through.
    """
    column = table[theirs]
    kind = column.type()
    if kind.is_decimal() and kind.scale != 0:  # NUMERIC(10, 2) holds whole numbers, too
        problem = ibis.ifelse(column != column.floor(), "unreadable", ibis.null("string"))
        text = column.cast("string").re_replace(r"\.0*$|(\.\d*[1-9])0+$", r"\1")
        return Cells(table, text, problem)
    if kind.is_uuid() or kind.is_decimal():
        column, kind = column.cast("string"), ibis.dtype("string")
    if kind.is_string():
        seen = column if written is None else written[theirs].cast("string")
        care = profile_distinct(seen, lambda text: {"n": text.re_search(_CARE).sum().fill_null(0)})
        # Without anything to mend is the usual case, and the fast one.
        return _read_text(table, column, seen) if care["n"] else Cells(table, column)
    if kind.is_floating():
        whole = as_whole(column)
        problem = ibis.cases(
            (column.isnull() | column.isnan(), ibis.null("string")),
            (column.abs() >= _EXACT, "damaged"),
            (whole.isnull(), "unreadable"),
        )
        return Cells(table, whole, problem)
    if not kind.is_integer():
        raise ContractError(
            f"`{name}` must hold text or whole numbers; it holds {kind}. Make it text first."
        )
    return Cells(table, column)


def _read_text(table: Any, column: Any, seen: Any) -> Cells:
    """Read ids of which some are written in a form to mend, and say which were."""
    counts = _count_forms(seen)
    said = [(int(counts[form.words]), form.words) for form in _FORMS]
    text = column
    for form in _FORMS:
        if counts[f"any {form.words}"]:
            table, text, _ = form.apply(table, text)
    if counts["decomposed"]:
        table, text, n_composed = compose(table, text)
        said.append((n_composed, "with letters in parts"))
    damaged = text.re_search(_DAMAGED)
    # Where all ids are whole numbers, it was a float that wrote some of them as 12.0.
    if counts["float"] and not counts["other"]:
        said.append((int(counts["float"]), "written as 12.0"))
        damaged |= text.re_search(_FLOAT) & (text.try_cast("float64").abs() >= _EXACT)
        table, damaged = stage(table, damaged)
        table, text = stage(table, ibis.ifelse(damaged, text, text.re_replace(r"\.0+$", "")))
    problem = ibis.ifelse(damaged, "damaged", ibis.null("string"))
    words = ", ".join(f"{n:,} {words}" for n, words in said if n)
    value = ibis.ifelse(is_blank(text), None, text)
    return Cells(table, value, problem, f"text, {words}" if words else "")


def _count_forms(column: Any) -> dict[str, Any]:
    """Count the different ids that are written in each form, in one query."""
    values = column.name("value").as_table().distinct()
    text, flags = values["value"], {}
    for form in _FORMS:
        values, text, found = form.apply(values, text)
        flags[form.words] = found.get_name()
    values, known = stage(values, ~is_blank(text))
    word = known & ~(text.re_search(_WHOLE) | text.re_search(_DAMAGED))
    counts = {words: (values[name] & known).sum() for words, name in flags.items()}
    # What is missing is mended as well, to be seen as missing, but is not spoken of.
    counts |= {f"any {words}": values[name].sum() for words, name in flags.items()}
    counts |= {
        "decomposed": text.re_search(DECOMPOSED).sum(),
        "float": text.re_search(_FLOAT).sum(),
        "other": ibis.ifelse(word, ~is_placeholder(text), False).sum(),
    }
    sums = {name: n.fill_null(0) for name, n in counts.items()}
    return {str(name): n for name, n in execute(values.aggregate(**sums)).iloc[0].items()}


def as_whole(number: Any) -> Any:
    """Floats as whole numbers; null where they are not whole, or too large to be exact."""
    exact = ibis.ifelse(number.abs() < _EXACT, number, None)
    return ibis.ifelse(exact == exact.floor(), exact, None).cast("int64")
