"""From a table as its owner wrote it to canonical columns, with a rule for every possible fault."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import is_spark, write_parquet
from crmlab._errors import InputError
from crmlab._purchases import is_return
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, breaks_any, infinite, violation
from crmlab.loaders._columns import NUMBERS, PROBLEM, problems_of, read_columns
from crmlab.loaders._options import Options
from crmlab.loaders._source import OURS, Source
from crmlab.loaders._sources import open_source

__all__ = ["MALFORMED", "Prepared", "check_claims", "check_mapping", "prepare"]

_REPEAT = "crmlab::repeat"
MALFORMED = ("fields do not fit the header", "quote fields that hold the separator")


@dataclass(frozen=True)
class Prepared:
    """The owner's columns, ours beside them, and the rules that every row must keep."""

    table: Any
    names: tuple[str, ...]
    header: dict[str, str]
    rules: tuple[Rule, ...]
    malformed: tuple[str, ...]
    options: Options
    readings: dict[str, str]

    def lines(self) -> Any:
        """The rows that keep every rule in canonical columns, returns not yet treated."""
        kept = self.table.filter(~breaks_any(self.table, self.rules))
        ours = dict.fromkeys([*TRANSACTIONS.names(required=True), *self.header])
        others = [name for name in self.names if name not in {*self.header.values(), *ours}]
        return kept.select(
            **{name: kept[OURS + name] for name in ours}, **{n: kept[n] for n in others}
        )

    def valid(self) -> Any:
        """The rows that keep every rule, with returns treated as asked."""
        lines = self.lines()
        if self.options.returns == "drop":
            return lines.filter(~is_return(lines))
        if self.options.returns == "keep":
            return lines.mutate(is_return=ibis.literal(False))
        if {"quantity", "is_return"} & set(lines.columns):
            # A negative quantity beside a positive amount gives that amount back.
            flipped = is_return(lines) & (lines.amount > 0)
            lines = lines.mutate(amount=ibis.ifelse(flipped, -lines.amount, lines.amount))
        return lines

    def distinct(self) -> Any:
        """The owner's rows, equal ones counted once."""
        schema = self.table.schema()
        return self.table.select(
            [name for name in self.names if not schema[name].is_map()]  # maps do not compare
        ).distinct()

    def quarantined(self) -> Any:
        """The owner's columns of the rows that break a rule, and the reason."""
        broken = self.table.filter(breaks_any(self.table, self.rules))
        shown = self.shown()
        return broken.select(
            **{shown[name]: broken[name] for name in self.names},
            reason=violation(broken, self.rules),
        )

    def shown(self) -> dict[str, str]:
        """The owner's names -> those in the quarantine, where `reason` and `text` are ours."""
        taken = {name.casefold() for name in self.names} | {"reason", "text"}
        shown = {}
        for name in self.names:
            shown[name] = name
            if name.casefold() == "reason" or (name.casefold() == "text" and self.malformed):
                while shown[name].casefold() in taken:
                    shown[name] += "_in_source"
        return shown


def prepare(source: Any, options: Options) -> Prepared:
    """Open a source, find its columns and how to read them, and collect the rules."""
    opened = open_source(
        source, encoding=options.encoding, separator=options.separator, sheet=options.sheet
    )
    header = _find_header(opened, options.columns or {})
    readings = {"encoding": opened.encoding} if opened.encoding else {}
    wide, ours = read_columns(opened.table, header, opened.zones, options, readings)
    if options.duplicates == "quarantine":
        repeat = ibis.row_number().over(group_by=list(opened.table.columns)) > 0
        wide = wide.mutate(**{_REPEAT: repeat})
    if PROBLEM in "".join(ours):
        # Text is parsed once; every later query reads numbers and timestamps.
        wide = _materialise(wide)
    rules = _list_rules(ours, options)
    return Prepared(wide, opened.names, header, rules, opened.malformed, options, readings)


def _materialise(wide: Any) -> Any:
    if is_spark(wide):
        return wide.cache()
    return write_parquet(wide) if wide.get_backend().name == "duckdb" else wide


# --- header -----------------------------------------------------------------------------------


def _find_header(opened: Source, columns: Mapping[str, str]) -> dict[str, str]:
    """Our name -> their name, for every canonical column that is there."""
    columns = {str(theirs): ours for theirs, ours in columns.items()}
    present, known = list(opened.names), TRANSACTIONS.names()
    check_mapping(columns, present, known)
    named = {name: columns.get(name, name) for name in present}
    header = {ours: theirs for theirs, ours in named.items() if ours in known}
    derived = {"quantity", "unit_price"} <= header.keys() and "amount" not in header
    found = [*header, "amount"] if derived else list(header)
    check_claims(named | ({"quantity × unit_price": "amount"} if derived else {}))
    try:
        TRANSACTIONS.check_header(named.values(), found=found)
    except ContractError as error:
        hint = opened.hint or _guess(present, found, columns)
        raise ContractError(f"{error}{hint}") from None
    return header


def check_mapping(columns: Mapping[str, str], present: list[str], known: list[str]) -> None:
    """Raise unless each of their names is there and each of ours is a canonical one."""
    unknown = [theirs for theirs in columns if theirs not in present]
    if unknown:
        hint = ""
        if any(name in known and columns[name] in present for name in unknown):
            hint = " `columns` maps their header to ours, not the other way."
        elif close := _find_close(unknown[0], present):
            hint = f" Did you mean {close!r}?"
        raise ContractError(
            f"`columns` names {', '.join(map(repr, unknown))}, which the table lacks; it has "
            f"{', '.join(map(repr, present))}.{hint}"
        )
    for ours in columns.values():
        if ours not in known:
            close = _find_close(str(ours), known)
            raise InputError(
                f"`columns` must map to {', '.join(known)}; got {ours!r}. "
                + (f"Did you mean {close!r}?" if close else "Other columns keep their names.")
            )


def check_claims(named: Mapping[str, str]) -> None:
    """Raise where two columns end up with one name, as engines see it."""
    claims: dict[str, str] = {}
    for theirs, ours in named.items():
        first = claims.setdefault(ours.casefold(), theirs)
        if first != theirs:
            raise ContractError(
                f"{first!r} and {theirs!r} both claim to be {ours.casefold()!r}: map one of them "
                "only, and rename the other."
            )


def _find_close(name: str, names: list[str]) -> str | None:
    """The name that differs only in case or spelling, if there is one."""
    folded = {_fold(one): one for one in names}
    close = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.8)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _guess(present: list[str], found: list[str], columns: Mapping[str, str]) -> str:
    """A suggestion where a header differs only in case or spelling."""
    free = [name for name in present if name not in columns]
    missing = [ours for ours in TRANSACTIONS.names(required=True) if ours not in found]
    pairs = {close: ours for ours in missing if (close := _find_close(ours, free))}
    return f" Did you mean columns={pairs}?" if pairs else ""


# --- rules ------------------------------------------------------------------------------------

_REMEDIES = {
    "unreadable": "correct the value at its source",
    "ambiguous": "say how it is meant: `dayfirst=` for dates, `decimal=` for amounts",
    "in another currency": "convert to one currency first",
    "in another layout": "write all dates alike, or pass `date_format=`",
    "in mixed time zones": "pass `timezone=`, the zone in which a day begins",
    "damaged": "the id became a float on export; export it as text",
}
_UNREADABLE_DATE = "correct it at its source, or say how it is written with `date_format=`"


def _list_rules(ours: Sequence[str], options: Options) -> tuple[Rule, ...]:
    """The contract's rules on our columns, and one for each way a value can fail to be read."""
    rules = []
    for name in ours:
        if name.endswith(PROBLEM):
            column = name.removesuffix(PROBLEM)
            rules += [_problem_rule(column, words) for words in problems_of(column)]
    rules += [_apply_to_ours(rule, ours) for rule in TRANSACTIONS.rules]
    rules += [_infinite_rule(name) for name in NUMBERS if name in ours and name != "amount"]
    rules.append(_future_rule(options))
    if options.duplicates == "quarantine":
        rules.append(Rule("line repeated", "keep one of the equal lines", lambda t: t[_REPEAT]))
    return tuple(rules)


def _problem_rule(column: str, words: str) -> Rule:
    name = OURS + column + PROBLEM
    remedy = _REMEDIES[words]
    if (column, words) == ("date", "unreadable"):
        remedy = _UNREADABLE_DATE
    return Rule(f"{column} {words}", remedy, lambda t: (t[name] == words).fill_null(False), column)


def _future_rule(options: Options) -> Rule:
    latest = options.latest()
    moment = ibis.timestamp(latest.isoformat())
    return Rule(
        "date in the future",
        f"nothing may be later than {latest:%Y-%m-%d}; see `not_after=`",
        lambda t: (t[OURS + "date"] > moment).fill_null(False),
        "date",
    )


def _infinite_rule(name: str) -> Rule:
    remedy = _REMEDIES["unreadable"]
    return Rule(f"{name} infinite", remedy, lambda t: infinite(t[OURS + name]), name)


def _apply_to_ours(rule: Rule, ours: Sequence[str]) -> Rule:
    """A contract rule read on our columns; what could not be read is not missing as well."""
    sources = [rule.column]
    if rule.column == "amount" and "amount" + PROBLEM not in ours:
        sources = ["amount", "quantity", "unit_price"]
    problems = [OURS + name + PROBLEM for name in sources if name + PROBLEM in ours]

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

    def __getitem__(self, name: str) -> Any:
        return self._table[OURS + name]
