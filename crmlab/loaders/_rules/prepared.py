"""The lines of a source with the rules they must keep: what is valid, and what is left out."""

from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import is_spark, write_parquet
from crmlab._purchases import is_return
from crmlab.contracts import TRANSACTIONS, Rule, breaks_any, violation
from crmlab.loaders._columns.read import Columns
from crmlab.loaders._header.find import Header
from crmlab.loaders._options import Options
from crmlab.loaders._rules.rules import REPEAT, list_rules
from crmlab.loaders._sources.source import OURS, Source

__all__ = ["Prepared", "apply_rules"]


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
    others: dict[str, str]

    def lines(self) -> Any:
        """The rows that keep every rule in canonical columns, returns not yet treated."""
        kept = self.table.filter(~breaks_any(self.table, self.rules))
        ours = dict.fromkeys([*TRANSACTIONS.names(required=True), *self.header])
        return kept.select(
            **{name: kept[OURS + name] for name in ours},
            **{shown: kept[name] for name, shown in self.others.items()},
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


def apply_rules(opened: Source, header: Header, read: Columns, options: Options) -> Prepared:
    """Collect the rules that every line must keep."""
    table = read.table
    if options.duplicates == "quarantine":
        repeat = ibis.row_number().over(group_by=list(opened.table.columns)) > 0
        table = table.mutate(**{REPEAT: repeat})
    if read.doubtful:
        # Text is parsed once; every later query reads numbers and timestamps.
        table = _materialise(table)
    return Prepared(
        table, opened.names, header.theirs, list_rules(read, options), opened.malformed, options,
        read.readings, header.others,
    )  # fmt: skip


def _materialise(wide: Any) -> Any:
    if is_spark(wide):
        return wide.cache()
    return write_parquet(wide) if wide.get_backend().name == "duckdb" else wide
