"""From a table as it stands to canonical columns, with a rule for everything that can be wrong."""

import datetime as dt
import difflib
import zoneinfo
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import pandas as pd

from crmlab._checks import check_choice
from crmlab._engine import connection, scratch_file
from crmlab._purchases import is_return
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, breaks_any, violation
from crmlab.loaders import _amounts, _dates
from crmlab.loaders._sources import Source, open_source
from crmlab.loaders._text import clean_id

__all__ = ["Options", "Prepared", "prepare"]

# Columns that the reader adds beside the owner's; taken away again before anyone sees them.
_OURS, _PROBLEM, _REPEAT = "crmlab:", ":problem", "crmlab::repeat"
# Beyond this a float no longer holds every whole number, so an id in it is already damaged.
_EXACT = 2**53
_IDS = ("customer_id", "order_id", "product_id")
_NUMBERS = ("amount", "quantity", "unit_price", "cost")


@dataclass(frozen=True)
class Options:
    """How a source is read; `read_transactions` explains each."""

    columns: Mapping[str, str] | None = None
    returns: Literal["net", "drop", "keep"] = "net"
    duplicates: Literal["keep", "quarantine"] = "keep"
    date_format: str | None = None
    dayfirst: bool | None = None
    timezone: str | None = None
    not_after: str | dt.date | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | int = 0

    def __post_init__(self) -> None:
        """Refuse values no option can have."""
        check_choice("returns", self.returns, ["net", "drop", "keep"])
        check_choice("duplicates", self.duplicates, ["keep", "quarantine"])
        if self.decimal is not None:
            check_choice("decimal", self.decimal, [".", ","])
        if self.date_format is not None and self.dayfirst is not None:
            raise ValueError(
                "Pass `date_format` or `dayfirst`, not both; the format says the order."
            )
        if self.timezone is not None and self.timezone not in zoneinfo.available_timezones():
            raise ValueError(
                f"`timezone` must be an IANA name such as 'Asia/Seoul'; got {self.timezone!r}."
            )

    def latest(self) -> pd.Timestamp:
        """The last moment that is not in the future."""
        if self.not_after is None:
            return pd.Timestamp.now("UTC").tz_localize(None) + pd.Timedelta(hours=14)
        return pd.Timestamp(self.not_after).normalize() + pd.Timedelta("1D") - pd.Timedelta("1us")


@dataclass(frozen=True)
class Prepared:
    """The owner's columns, ours beside them, and the rules that every row must keep."""

    table: Any
    header: dict[str, str]
    rules: tuple[Rule, ...]
    malformed: tuple[str, ...]
    options: Options
    readings: dict[str, str]

    def _owners(self) -> list[str]:
        return [name for name in self.table.columns if not name.startswith(_OURS)]

    def lines(self) -> Any:
        """The rows that keep every rule in canonical columns, returns not yet treated."""
        kept = self.table.filter(~breaks_any(self.table, self.rules))
        names = dict.fromkeys([*TRANSACTIONS.names(required=True), *self.header])
        others = [name for name in self._owners() if name not in {*self.header.values(), *names}]
        return kept.select(
            **{name: kept[_OURS + name] for name in names}, **{n: kept[n] for n in others}
        )

    def valid(self) -> Any:
        """The rows that keep every rule, with returns treated as asked."""
        lines = self.lines()
        if self.options.returns == "drop":
            return lines.filter(~is_return(lines))
        if self.options.returns == "keep":
            return lines.mutate(is_return=ibis.literal(False))
        if "quantity" in lines.columns:
            # A negative quantity beside a positive amount gives that amount back.
            flipped = (lines.quantity < 0).fill_null(False) & (lines.amount > 0)
            lines = lines.mutate(amount=ibis.ifelse(flipped, -lines.amount, lines.amount))
        return lines

    def distinct(self) -> Any:
        """The owner's rows, equal ones counted once."""
        return self.table.select(self._owners()).distinct()

    def quarantined(self) -> Any:
        """The owner's columns of the rows that break a rule, and the reason."""
        broken = self.table.filter(breaks_any(self.table, self.rules))
        owners = {name: name for name in self._owners()}
        if "reason" in owners:
            owners = {"reason_in_source" if n == "reason" else n: n for n in owners}
        return broken.select(
            **{ours: broken[theirs] for ours, theirs in owners.items()},
            reason=violation(broken, self.rules),
        )


def prepare(source: Any, options: Options) -> Prepared:
    """Open a source, find its columns and their readings, and line up the rules."""
    opened = open_source(
        source, encoding=options.encoding, separator=options.separator, sheet=options.sheet
    )
    table = opened.table
    header = _header(list(table.columns), options.columns or {})
    readings = {"encoding": opened.encoding} if opened.encoding else {}
    parsed = _parsed(table, header, opened, options, readings)
    wide = table.mutate(**{_OURS + name: column for name, column in parsed.items()})
    if options.duplicates == "quarantine":
        repeat = ibis.row_number().over(group_by=list(table.columns)) > 0
        wide = wide.mutate(**{_REPEAT: repeat})
    if _PROBLEM in "".join(parsed) and table.get_backend().name == "duckdb":
        # Text is parsed once; every later query reads numbers and timestamps.
        path = scratch_file(".parquet")
        wide.to_parquet(path)
        wide = connection().read_parquet(str(path))
    rules = _rules(parsed, options)
    return Prepared(wide, header, rules, opened.malformed, options, readings)


def _header(present: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Our name -> their name, for every canonical column that is there."""
    unknown = [theirs for theirs in columns if theirs not in present]
    if unknown:
        swapped = [ours for ours in columns.values() if ours in present]
        hint = " `columns` maps their header to ours, not the other way." if swapped else ""
        raise ContractError(
            f"`columns` names {', '.join(map(repr, unknown))}, which the table lacks; it has "
            f"{', '.join(map(repr, present))}.{hint}"
        )
    strange = [ours for ours in columns.values() if ours not in TRANSACTIONS.names()]
    if strange:
        raise ValueError(
            f"`columns` must map to {', '.join(TRANSACTIONS.names())}; got {strange[0]!r}."
        )
    own = [name for name in present if name in TRANSACTIONS.names() and name not in columns]
    twice = [name for name, n in Counter([*columns.values(), *own]).items() if n > 1]
    if twice:
        raise ContractError(
            f"Two columns claim to be {twice[0]!r}: map one of them only, and rename the other."
        )
    header = {ours: theirs for theirs, ours in columns.items()} | {name: name for name in own}
    known = {"amount"} if {"quantity", "unit_price"} <= header.keys() else set()
    found = {*header, *known}
    try:
        TRANSACTIONS.check_header(present, found=found)
    except ContractError as error:
        raise ContractError(f"{error}{_guess(present, found)}") from None
    return header


def _guess(present: list[str], have: set[str]) -> str:
    """A suggestion where a header differs only in case or spelling."""
    folded = {name.lower().replace(" ", "_"): name for name in present}
    pairs = {}
    for ours in TRANSACTIONS.names(required=True):
        close = difflib.get_close_matches(ours, folded, n=1, cutoff=0.8)
        if ours not in have and close:
            pairs[folded[close[0]]] = ours
    return f" Did you mean columns={pairs}?" if pairs else ""


def _parsed(
    table: Any, header: dict[str, str], opened: Source, options: Options, readings: dict[str, str]
) -> dict[str, Any]:
    """Canonical columns, and for those that were text a column of problems beside each."""
    date = table[header["date"]]
    if date.type().is_integer():
        date = date.cast("string")
    parsed: dict[str, Any] = {}
    for name, theirs in header.items():
        column = date if name == "date" else table[theirs]
        if name == "date":
            parsed |= _read_date(column, opened.zones.get(theirs), options, readings)
        elif name in _NUMBERS:
            parsed |= _read_number(name, column, options, readings)
        elif name in _IDS:
            parsed |= _read_id(name, column)
        else:
            parsed[name] = column
    if "amount" not in parsed:
        parsed["amount"] = parsed["quantity"] * parsed["unit_price"]
    return parsed


def _profiled(text: Any, aggregates: Callable[[Any], dict[str, Any]]) -> dict[str, int]:
    """The aggregates over the distinct values of a text column, in one query."""
    values = text.name("value").as_table().distinct()
    return values.aggregate(**aggregates(values.value)).to_pyarrow().to_pylist()[0]


def _read_number(
    name: str, column: Any, options: Options, readings: dict[str, str]
) -> dict[str, Any]:
    kind = column.type()
    if kind.is_string():
        reading = _amounts.choose(_profiled(column, _amounts.profile), options.decimal)
        readings[name] = str(reading)
        value, problem = _amounts.read(column, reading)
        return {name: value, name + _PROBLEM: problem}
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold numbers or amounts as text; it holds {kind}.")
    number = column.cast("float64")
    # pandas writes a missing number as nan, which no engine counts as null.
    return {name: ibis.ifelse(number.isnan(), None, number)}


def _read_id(name: str, column: Any) -> dict[str, Any]:
    kind = column.type()
    if kind.is_floating():
        whole = (column == column.floor()) & (column.abs() < _EXACT)
        problem = ibis.cases(
            (column.isnull() | column.isnan(), ibis.null("string")),
            (column.abs() >= _EXACT, "damaged"),
            (~whole, "unreadable"),
        )
        return {name: ibis.ifelse(whole, column, None).cast("int64"), name + _PROBLEM: problem}
    if not (kind.is_string() or kind.is_integer()):
        raise ContractError(f"`{name}` must hold text or whole numbers; it holds {kind}.")
    return {name: clean_id(column)}


def _read_date(
    date: Any, zone: str | None, options: Options, readings: dict[str, str]
) -> dict[str, Any]:
    kind = date.type()
    if kind.is_string():
        asked = options.date_format, options.dayfirst
        counts = _profiled(date, lambda text: _dates.profile(text, *asked))
        reading = _dates.choose(counts, *asked, options.timezone)
        readings["date"] = str(reading)
        value, problem = _dates.read(date, reading)
        return {"date": value, "date" + _PROBLEM: problem}
    if kind.is_timestamp() and kind.timezone:
        zone = options.timezone or zone or kind.timezone
        readings["date"] = f"days in {zone}"
        return {"date": _dates.in_zone(date, zone)}
    if kind.is_timestamp() or kind.is_date():
        return {"date": date.cast("timestamp")}
    raise ContractError(f"`date` must hold dates, timestamps or text; it holds {kind}.")


_REMEDIES = {
    "unreadable": "correct the value at its source",
    "ambiguous": "say how it is meant: `dayfirst=` for dates, `decimal=` for amounts",
    "in another currency": "convert to one currency first",
    "infinite": "correct the price of the line",
    "in another layout": "write all dates alike, or pass `date_format=`",
    "in mixed time zones": "pass `timezone=`, the zone in which a day begins",
    "damaged": "an id beyond 2**53 became a float; read it as text at its source",
}


def _rules(parsed: Mapping[str, Any], options: Options) -> tuple[Rule, ...]:
    """The contract's rules on our columns, and one for each way a value can fail to be read."""
    problems = dict.fromkeys(_IDS, ("damaged", "unreadable")) | {"date": _dates.DATE_PROBLEMS}
    rules = []
    for name in parsed:
        if name.endswith(_PROBLEM):
            column = name.removesuffix(_PROBLEM)
            for words in problems.get(column, _amounts.AMOUNT_PROBLEMS):
                rules.append(_problem_rule(column, words))
    for rule in TRANSACTIONS.rules:
        rules.append(_on_ours(rule, parsed))
    latest = ibis.timestamp(options.latest().isoformat())
    rules.append(
        Rule(
            "date in the future",
            f"nothing may be later than {options.latest():%Y-%m-%d}; see `not_after=`",
            lambda t: (t[_OURS + "date"] > latest).fill_null(False),
            "date",
        )
    )
    if options.duplicates == "quarantine":
        rules.append(Rule("line repeated", "keep one of the equal lines", lambda t: t[_REPEAT]))
    return tuple(rules)


def _problem_rule(column: str, words: str) -> Rule:
    name = _OURS + column + _PROBLEM
    return Rule(
        f"{column} {words}", _REMEDIES[words], lambda t: (t[name] == words).fill_null(False), column
    )


def _on_ours(rule: Rule, parsed: Mapping[str, Any]) -> Rule:
    """A contract rule read on our columns; what could not be read is not missing as well."""
    sources = [rule.column]
    if rule.column == "amount" and "amount" + _PROBLEM not in parsed:
        sources = ["amount", "quantity", "unit_price"]
    problems = [_OURS + name + _PROBLEM for name in sources if name + _PROBLEM in parsed]

    def broken(table: Any) -> Any:
        flag = rule.broken(_View(table))
        for name in problems:
            flag = flag & table[name].isnull()
        return flag

    return Rule(rule.label, rule.remedy, broken, rule.column)


class _View:
    """Our columns of a wide table under their canonical names."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return self._table[_OURS + name]
