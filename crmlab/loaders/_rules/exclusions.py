"""Why a row is left out that is not at fault: a total row, a cancelled order, nobody's order."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import pandas as pd

from crmlab._errors import InputError
from crmlab._revenue.nobody import is_placeholder
from crmlab._revenue.settle import FURTHER_LINE, LEFT_OUT
from crmlab._text import list_names
from crmlab.loaders._columns.read import PROBLEM, Columns
from crmlab.loaders._header.find import Header
from crmlab.loaders._options import Options
from crmlab.loaders._sources.source import OURS, Source

__all__ = [
    "ANOTHER_CURRENCY",
    "NOT_ASKED",
    "NO_CUSTOMER",
    "STRUCTURAL",
    "exclude_orders",
    "exclude_rows",
]

TOTAL_ROW, HEADING_ROW, NOT_ASKED = "total row", "heading row", "left out by where"
NO_GOODS = "gift card, tip or shipping"
NO_CUSTOMER, ANOTHER_CURRENCY = "no customer", "in another currency"
# Rows without money of their own.
STRUCTURAL = (TOTAL_ROW, HEADING_ROW, FURTHER_LINE)

_TOTAL = (
    r"(?i)^\s*((grand |sub|sub-|sub )?totals?( for .*)?|(zwischen|gesamt)?summe|sum|"
    r"합 ?계|총 ?계|총 ?합 ?계|소 ?계|누 ?계|合計|小計|総計|总计|合计)\s*:?\s*$"
)


# The whole name of a line that is money and no goods, maybe with its amount: Gift card - $50.
_NO_GOODS = (
    r"(?i)^\s*((e-?)?gift ?(cards?|certificates?|vouchers?)|tips?|gratuity|shipping|delivery fee|"
    r"postage|상품권|(기프트|선물) ?카드|팁|배송비|택배비)"
    r"(\s*[-–:(]?\s*[$₩￦€£¥]?[\d,.]+\s*(원|won)?\)?)?\s*$"
)


def exclude_rows(opened: Source, header: Header, read: Columns, options: Options) -> Any:
    """Why a row is no line, or not asked for: a text column, null where it is one."""
    table = read.table
    reasons = [(_is_total(opened, header, read), TOTAL_ROW)]
    if any(origin.how == "filled_down" for origin in header.origins.values()):
        reasons.append((_is_blank(read, "date") & _is_blank(read, "amount"), HEADING_ROW))
    if "product_id" in read.names and header.worth == "amount":
        product = table[OURS + "product_id"].cast("string")
        reasons.append((product.re_search(_NO_GOODS).fill_null(False), NO_GOODS))
    for name, values in (options.where or {}).items():
        column = _find_column(opened, read, name)
        reasons.append((~_is_among(column, _list_values(name, values)), NOT_ASKED))
    return ibis.cases(*reasons)


def _is_total(opened: Source, header: Header, read: Columns) -> Any:
    """Whether a row holds the sum of others: it says so in place of a customer, order or date."""
    table, ours = read.table, {"customer_id", "order_id", "date"} & set(header.origins)
    columns = {column for name in ours for column in header.origins[name].columns}
    worded = {column for name in ours - read.wordless for column in header.origins[name].columns}
    flags = [_says_total(table[name]) for name in worded if table[name].type().is_string()]
    first = opened.names[0]
    named = "customer_id" in read.wordless  # by every row
    if first not in columns and not named and table[first].type().is_string():
        flags.append(_says_total(table[first]) & table[OURS + "customer_id"].isnull())
    return ibis.or_(*flags) if flags else ibis.literal(False)


def _says_total(text: Any) -> Any:
    return text.re_search(_TOTAL).fill_null(False)


def _is_blank(read: Columns, name: str) -> Any:
    """Whether a cell of ours is empty, rather than unreadable."""
    blank = read.table[OURS + name].isnull()
    return blank & read.table[OURS + name + PROBLEM].isnull() if name in read.doubtful else blank


def _find_column(opened: Source, read: Columns, name: str) -> Any:
    if name in read.names:
        return read.table[OURS + name]
    if name in opened.names:
        return read.table[name]
    raise InputError(
        f"`where` must name columns of the table; got {name!r}. It has "
        f"{list_names(dict.fromkeys([*read.names, *opened.names]))}."
    )


def _is_among(column: Any, values: Sequence[Any]) -> Any:
    """Whether a cell is one of these, as text; among numbers 5 is 5.0."""
    texts = [str(value) for value in values if value is not None]
    if column.type().is_boolean():
        texts = [text.lower() for text in texts]
    kept = column.cast("string").isin(texts)
    if column.type().is_timestamp():  # a day alone means all of it
        kept = kept | column.cast("date").cast("string").isin(texts)
    if len(texts) < len(values):
        kept = kept.fill_null(False) | column.isnull()
    if column.type().is_numeric():
        numbers = pd.to_numeric(pd.Series(texts), errors="coerce").dropna()
        kept = kept | column.cast("float64").isin(numbers.tolist())
    return kept.fill_null(False)


def _list_values(name: str, values: Any) -> Sequence[Any]:
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise InputError(
            f"`where` must list the values that are kept of each column, as {{{name!r}: ['web']}} "
            f"does; got {values!r}."
        )
    return values


def exclude_orders(
    table: Any, header: Header, read: Columns, options: Options, names: Mapping[str, Any] | set[str]
) -> Any:
    """The table, with orders of nobody and in other currencies left out besides."""
    reasons = [(table[OURS + LEFT_OUT].notnull(), table[OURS + LEFT_OUT])]
    wordless = "customer_id" in read.wordless
    nobody = _is_nobody(table[OURS + "customer_id"], options.guests, wordless=wordless)
    if header.layout is not None:
        nobody = nobody | table[OURS + "customer_id"].isnull()
    reasons.append((nobody, NO_CUSTOMER))
    if "currency" in names and options.currency is not None and options.rates is None:
        other = (table[OURS + "currency"] != options.currency).fill_null(False)
        reasons.append((other, ANOTHER_CURRENCY))
    return table.mutate(**{OURS + LEFT_OUT: ibis.cases(*reasons)})


def _is_nobody(customer: Any, guests: Sequence[str] | None, *, wordless: bool) -> Any:
    """Whether an id stands for nobody: a word for it, or one of the layout's or the caller's."""
    words = [word.casefold() for word in guests or ()]
    named = customer.cast("string").lower().isin(words) if words else ibis.literal(False)
    if customer.type().is_string() and not wordless:
        named = named | is_placeholder(customer)
    return named.fill_null(False)
