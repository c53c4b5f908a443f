"""Read each of the owner's columns as what the contract wants it to hold."""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.loaders import _amounts, _dates
from crmlab.loaders._options import Options
from crmlab.loaders._source import MOMENT, NUMBER, OURS
from crmlab.loaders._text import is_blank, is_untidy, stage, trim

__all__ = [
    "IDS",
    "NUMBERS",
    "PROBLEM",
    "problems_of",
    "read_columns",
    "read_date",
    "read_flag",
    "read_id",
    "read_number",
]

PROBLEM = ":problem"
IDS = ("customer_id", "order_id", "product_id")
NUMBERS = ("amount", "quantity", "unit_price", "cost")

# Beyond this a float no longer holds every whole number, so an id in it is already damaged.
_EXACT = 2**53
# What a spreadsheet makes of a long number: 9.00719925474099E+18.
_DAMAGED = r"^\d([.,]\d+)?[eE]\+\d+$"
_YES, _NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def read_columns(
    table: Any,
    header: Mapping[str, str],
    zones: Mapping[str, set[str]],
    options: Options,
    readings: dict[str, str],
) -> tuple[Any, list[str]]:
    """The table with our columns beside the owner's, and the names of ours.

    A column whose values may be unreadable gets a second one beside it with what is wrong with
    them. How a text column was read is noted in `readings`.
    """
    owners = table.columns
    for name, theirs in header.items():
        if name == "date":
            table = read_date(name, table, theirs, zones.get(theirs, set()), options, readings)
        elif name in NUMBERS:
            table = read_number(name, table, theirs, options, readings)
        elif name in IDS:
            table = read_id(name, table, theirs)
        elif name == "is_return":
            table = read_flag(name, table, theirs)
        else:
            text = table[theirs]
            table = _add_column(
                table, name, text if text.type().is_string() else text.cast("string")
            )
    if "amount" not in header:
        table = _add_column(table, "amount", table[OURS + "quantity"] * table[OURS + "unit_price"])
    names = ["amount", *header, *(name + PROBLEM for name in header)]
    ours = [name for name in dict.fromkeys(names) if OURS + name in table.columns]
    return table.select(*owners, *(OURS + name for name in ours)), ours


def _add_column(table: Any, name: str, value: Any, problem: Any = None) -> Any:
    columns = {OURS + name: value} | ({} if problem is None else {OURS + name + PROBLEM: problem})
    return table.mutate(**columns)


def problems_of(name: str) -> tuple[str, ...]:
    """What can be wrong with a value of a column, in words."""
    if name in IDS:
        return ("damaged", "unreadable")
    if name == "date":
        return _dates.DATE_PROBLEMS
    return _amounts.AMOUNT_PROBLEMS if name in NUMBERS else ("unreadable",)


def _profile_distinct(text: Any, aggregates: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Aggregate over the distinct values of a text column, in one query."""
    values = text.name("value").as_table().distinct()
    counts = execute(values.aggregate(**aggregates(values.value))).iloc[0]
    return {str(name): value for name, value in counts.items()}


def _split(table: Any, theirs: str, prefix: str) -> tuple[Any, Any]:
    """The typed cells of a mixed column, or None, and the text of the others."""
    text = table[theirs]
    if prefix + theirs not in table.columns:
        return None, text
    typed = table[prefix + theirs]
    return typed, ibis.ifelse(typed.isnull(), text, None)


def read_number(
    name: str, table: Any, theirs: str, options: Options, readings: dict[str, str]
) -> Any:
    """The table with a column of numbers or amounts read, and what is wrong with them."""
    column = table[theirs]
    kind = column.type()
    if kind.is_string():
        typed, text = _split(table, theirs, NUMBER)
        reading = _amounts.choose(_profile_distinct(text, _amounts.profile), options.decimal)
        readings[name] = str(reading)
        table, value, problem = _amounts.read(table, text, reading)
        return _add_column(table, name, value if typed is None else typed.coalesce(value), problem)
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold numbers or amounts as text; it holds {kind}.")
    number = column.cast("float64")
    # pandas writes a missing number as nan, which no engine counts as null.
    return _add_column(table, name, ibis.ifelse(number.isnan(), None, number))


def read_id(name: str, table: Any, theirs: str) -> Any:
    """The table with a column of ids read, and what is wrong with them."""
    column = table[theirs]
    kind = column.type()
    if kind.is_uuid() or (kind.is_decimal() and not kind.scale):
        column, kind = column.cast("string"), ibis.dtype("string")
    if kind.is_string():
        care = _profile_distinct(column, _count_untidy)
        if not care["n"]:  # the usual case, and the fast one
            return _add_column(table, name, column)
        table, text = stage(table, trim(column))
        damaged = ibis.ifelse(text.re_search(_DAMAGED), "damaged", ibis.null("string"))
        return _add_column(table, name, ibis.ifelse(is_blank(text), None, text), damaged)
    if kind.is_floating():
        whole = _as_whole(column)
        problem = ibis.cases(
            (column.isnull() | column.isnan(), ibis.null("string")),
            (column.abs() >= _EXACT, "damaged"),
            (whole.isnull(), "unreadable"),
        )
        return _add_column(table, name, whole, problem)
    if not kind.is_integer():
        raise ContractError(f"`{name}` must hold text or whole numbers; it holds {kind}.")
    return _add_column(table, name, column)


def _count_untidy(text: Any) -> dict[str, Any]:
    return {"n": (is_untidy(text) | text.re_search(_DAMAGED)).sum().fill_null(0)}


def _as_whole(number: Any) -> Any:
    """Floats as whole numbers; null where they are not whole, or too large to be exact."""
    exact = ibis.ifelse(number.abs() < _EXACT, number, None)
    return ibis.ifelse(exact == exact.floor(), exact, None).cast("int64")


def read_date(
    name: str,
    table: Any,
    theirs: str,
    zones: set[str],
    options: Options,
    readings: dict[str, str],
) -> Any:
    """The table with a column of dates read as timestamps, and what is wrong with them."""
    date = table[theirs]
    kind = date.type()
    if "" in zones:
        raise ContractError(
            f"`{name}` must carry a time zone in all files or in none; got both. Store them alike."
        )
    if kind.is_timestamp() and kind.timezone:
        zone = options.timezone or _require_one_zone(name, zones or {kind.timezone})
        readings[name] = f"days in {zone}"
        return _add_column(table, name, _dates.to_zone(table, date, zone))
    if kind.is_timestamp() or kind.is_date():
        return _add_column(table, name, date.cast("timestamp"))
    typed, text = (
        _split(table, theirs, MOMENT) if kind.is_string() else (None, _as_digits(name, date))
    )
    asked = options.date_format, options.dayfirst
    counts = _profile_distinct(text, lambda values: _dates.profile(values, *asked))
    reading = _dates.choose(counts, *asked, options.timezone)
    readings[name] = str(reading)
    table, value, problem = _dates.read(table, text, reading)
    return _add_column(table, name, value if typed is None else typed.coalesce(value), problem)


def _as_digits(name: str, date: Any) -> Any:
    """A date written as a number, such as 20240105, as text."""
    kind = date.type()
    if kind.is_integer():
        return date.cast("string")
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold dates, timestamps or text; it holds {kind}.")
    number = date.cast("float64")  # the same beside missing ones
    text = _as_whole(number).cast("string").fill_null("?")
    return ibis.ifelse(number.isnull() | number.isnan(), None, text)


def _require_one_zone(name: str, zones: set[str]) -> str:
    if len(zones) > 1:
        raise ContractError(
            f"`{name}` must be in one time zone; got {', '.join(sorted(zones))}. "
            "Pass `timezone=`, the zone in which a day begins."
        )
    return next(iter(zones))


def read_flag(name: str, table: Any, theirs: str) -> Any:
    """The table with a column of flags read, and what is wrong with them."""
    column = table[theirs]
    kind = column.type()
    if kind.is_boolean():
        return _add_column(table, name, column)
    if kind.is_numeric():
        column = column.cast("int64").cast("string")
    elif not kind.is_string():
        raise ContractError(f"`{name}` must hold true or false; it holds {kind}.")
    word = trim(column).lower()
    known = word.isin([*_YES, *_NO])
    problem = ibis.ifelse(known | is_blank(trim(column)), ibis.null("string"), "unreadable")
    return _add_column(table, name, ibis.ifelse(known, word.isin(_YES), None), problem)
