"""The lines of a source with the rules they must keep: what counts, and what is left out."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis

from crmlab._engine import as_view, execute, is_spark, join_on, quote, write_parquet
from crmlab._revenue.currency import Rates, convert, find_target
from crmlab._revenue.refunds import is_return
from crmlab._revenue.settle import CONSUMED, LEFT_OUT, needs_settling, settle
from crmlab._text import name_others
from crmlab.contracts import TRANSACTIONS, ContractError, Rule, breaks_any, infinite, violation
from crmlab.loaders._columns.read import Columns
from crmlab.loaders._header.find import Header
from crmlab.loaders._options import Options
from crmlab.loaders._rules.exclusions import exclude_orders, exclude_rows
from crmlab.loaders._rules.rules import REPEAT, list_rules
from crmlab.loaders._sources.source import OURS, ROW, Source
from crmlab.loaders._sources.stored import MARK, Rest

__all__ = ["Prepared", "apply_rules"]

# Why a row is left out before its order is looked at.
_SET_ASIDE = f"{OURS}set aside"


# Currencies that are written with a plain $.
_DOLLARS = {
    "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "FJD", "GYD", "HKD",
    "JMD", "KYD", "LRD", "MXN", "NAD", "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "XCD",
}  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """The owner's columns, ours beside them, and the rules that every row must keep.

    `ours` are our columns that there are, `rest` has the owner's columns that are not in `table`;
    it is None where all are. `currency` is the one of all lines where no column says it, `locate`
    says where rows stand in the source. With `plain_ids` no customer is a placeholder, and no two
    differ in letter case or blanks only. With `all_count` it is known that every row counts, so
    that nothing has to be filtered. `unjudged` has the same rows without the marks of the rules,
    where these change nothing else: DuckDB works some out even where nobody reads them.
    """

    table: Any
    names: tuple[str, ...]
    header: Header
    ours: tuple[str, ...]
    rules: tuple[Rule, ...]
    malformed: tuple[str, ...]
    options: Options
    readings: dict[str, str]
    currency: str = ""
    plain_ids: bool = False
    all_count: bool = False
    unjudged: Any = None
    rest: Rest | None = None
    count_distinct: Callable[[], int] | None = None
    locate: Callable[[Collection[int]], dict[int, str]] = Source.locate

    @property
    def left_out(self) -> Any:
        """Why each row is left out without being at fault; null where it is not."""
        return self.table[OURS + LEFT_OUT]

    @property
    def numbered(self) -> bool:
        """Whether the rows have an order, and numbers that say it."""
        return ROW in self.table.columns

    def lines(self, *, numbered: bool = False) -> Any:
        """The rows that count in our columns alone, with returns treated as asked."""
        return self._treat_returns(self.raw_lines(numbered=numbered))

    def raw_lines(self, *, numbered: bool = False) -> Any:
        """The rows that count in our columns alone, returns not yet treated."""
        rows = self.counted()
        number = rows[ROW] if self.numbered else ibis.null("int64")
        ours = {name: rows[OURS + name] for name in self.ours if name not in CONSUMED}
        return rows.select(**ours, **({ROW: number} if numbered else {}))

    def counted(self) -> Any:
        """The rows that count."""
        if self.all_count:
            return self.table if self.unjudged is None else self.unjudged
        return self.table.filter(self.left_out.isnull() & ~breaks_any(self.table, self.rules))

    def valid(self) -> Any:
        """The rows that count, with returns treated as asked, and the owner's other columns."""
        ours = [name for name in self.ours if name not in CONSUMED]
        others = name_others(
            (name for name in self.names if name not in self.header.used),
            {*ours, *self.header.origins},
        )
        rows = self.counted()
        there = {shown: rows[name] for name, shown in others.items() if name in rows.columns}
        lines = rows.select(
            **{name: rows[OURS + name] for name in ours},
            **there,
            **({ROW: rows[ROW]} if self.rest else {}),
        )
        lines = self._treat_returns(lines)
        return lines if self.rest is None else self._join(lines, self.rest, others)

    def _treat_returns(self, lines: Any) -> Any:
        """Lines with returns treated as asked."""
        if self.options.returns != "net" and "refunded" in lines.columns:
            lines = lines.drop("refunded")  # not looked at here, nor later
        if self.options.returns == "drop":
            return lines.filter(~is_return(lines))
        if self.options.returns == "keep":
            return lines.mutate(is_return=ibis.literal(False))
        if {"quantity", "is_return"} & set(lines.columns):
            # A negative quantity beside a positive amount gives that amount back.
            flipped = is_return(lines) & (lines.amount > 0)
            lines = lines.mutate(amount=ibis.ifelse(flipped, -lines.amount, lines.amount))
        return lines

    def count_repeats(self, n_rows: int) -> int:
        """Count the rows that are equal to an earlier one in each of the owner's columns."""
        read = [name for name in self.names if name in self.table.columns]
        n_repeats = _count_repeats(self.table, read, n_rows)
        if n_repeats and self.count_distinct is not None:
            return n_rows - self.count_distinct()
        if not n_repeats or self.rest is None:
            return n_repeats
        # Only rows that are alike in the columns that were read are compared in the others.
        names = _list_comparable(self.table, read)
        groups = self.table.group_by(names).aggregate(n=self.table.count())
        several = groups.filter(groups.n > 1)
        same = [self.table[name].identical_to(several[name]) for name in names]
        # Stored, so that the engine knows how few they are, and looks up no others.
        alike = write_parquet(self.table.semi_join(several, same).select(*read, ROW))
        return _count_repeats(alike.join(self.rest.marks, ROW), [*read, MARK])

    def quarantined(self) -> Any:
        """The owner's columns of the rows that break a rule, and the reason."""
        broken = self.table.filter(breaks_any(self.table, self.rules))
        return self._show(broken, violation(broken, self.rules))

    def excluded(self) -> Any:
        """The owner's columns of the rows that are left out without a fault, and the reason."""
        rows = self.table.filter(self.left_out.notnull())
        return self._show(rows, rows[OURS + LEFT_OUT])

    def _show(self, rows: Any, reason: Any) -> Any:
        shown = self.shown()
        there = {name: rows[name] for name in self.names if name in rows.columns}
        there = {shown[name]: _without_infinity(cell) for name, cell in there.items()}
        if self.rest is None:
            return rows.select(**there, reason=reason)
        rows = rows.select(ROW, **there, reason=reason)
        return self._join(rows, self.rest, shown, last=["reason"])

    @staticmethod
    def _join(rows: Any, rest: Rest, shown: dict[str, str], last: Sequence[str] = ()) -> Any:
        """Numbered rows, with the owner's other columns among them under the names to show."""
        read = {one: f"mine.{quote(one)}" for one in rows.columns if one != ROW}
        theirs = {one: read.get(one, f"rest.{quote(name)}") for name, one in shown.items()}
        first = {one: sql for one, sql in read.items() if one not in {*theirs, *last}}
        return join_on(rows, rest.scan, ROW, first | theirs | {one: read[one] for one in last})

    def shown(self) -> dict[str, str]:
        """The owner's names -> those in the quarantine, where `reason` and `text` are ours."""
        return name_others(self.names, {"reason", "text"} if self.malformed else {"reason"})


def _without_infinity(column: Any) -> Any:
    """A column without days that frames cannot hold; its reason says that there was one."""
    if column.type().is_timestamp() or column.type().is_date():
        return ibis.ifelse(infinite(column), None, column)
    return column


def apply_rules(opened: Source, header: Header, read: Columns, options: Options) -> Prepared:
    """Decide which lines count and what each is worth, and collect the rules they must keep."""
    # A column, since later steps give columns that it looks at another meaning.
    rows = {_SET_ASIDE: exclude_rows(opened, header, read, options)}
    unjudged, _ = _name_currency(read, header, options)
    read = replace(read, table=read.table.mutate(**rows))
    table, names = _name_currency(read, header, options)
    if options.rates is not None:
        table = _convert(table, names, options.rates, options.currency)
    table = settle(
        table, names, prefix=OURS, worth=header.worth, left_out=table[_SET_ASIDE],
        count=options.count, net=options.returns == "net",
    )  # fmt: skip
    table = exclude_orders(table, header, read, options, names)
    if options.duplicates == "quarantine":
        table = table.mutate(**{REPEAT: _repeats(table, opened)})
    if _is_slow(read) or needs_settling(names) or options.rates is not None:
        # Text is parsed once; every later query reads numbers and timestamps.
        table, unjudged = _materialise(table), None
    else:
        table = as_view(table)
    ours = _list_ours(table)
    prepared = Prepared(
        table, opened.names, header, ours, list_rules(replace(read, table=table), options),
        opened.malformed, options, read.readings, read.currency,
        plain_ids="customer_id" in read.wordless, rest=opened.rest,
        unjudged=unjudged, count_distinct=opened.count_distinct, locate=opened.locate,
    )  # fmt: skip
    if header.layout is None and header.worth == "amount" and "order_total" in names:
        _compare_totals(prepared)
    return prepared


def _is_slow(read: Columns) -> bool:
    """Whether text would be parsed, or looked through for words, by every query."""
    worded = {"customer_id", "order_id", "date"} & set(read.names) - read.wordless
    return bool(read.doubtful) and not (set(read.doubtful) <= read.stored and not worded)


def _count_repeats(table: Any, names: Sequence[str], n_rows: int | None = None) -> int:
    distinct = table.select(_list_comparable(table, names)).distinct()
    counts = {"n": distinct.count()}
    if n_rows is None:
        counts["n_rows"] = table.count().as_scalar()
    found = execute(distinct.aggregate(**counts)).iloc[0]
    return int(found.get("n_rows", n_rows) - found["n"])


def _list_comparable(table: Any, names: Iterable[str]) -> list[str]:
    """The columns whose values compare, which maps do not."""
    schema = table.schema()
    return [name for name in names if not schema[name].is_map()]


def _repeats(table: Any, opened: Source) -> Any:
    """Whether a line is equal to an earlier one, or, without an order of rows, to another."""
    alike = [table[name] for name in opened.table.columns if name != ROW]
    order = table[ROW] if ROW in table.columns else None
    return ibis.row_number().over(group_by=alike, order_by=order) > 0


def _list_ours(table: Any) -> tuple[str, ...]:
    """Our columns that there are, the required ones first."""
    there = {name.removeprefix(OURS) for name in table.columns if name.startswith(OURS)}
    required = TRANSACTIONS.names(required=True)
    return tuple(n for n in dict.fromkeys([*required, *TRANSACTIONS.names()]) if n in there)


def _name_currency(read: Columns, header: Header, options: Options) -> tuple[Any, set[str]]:
    """The table with the currency of each line, where anybody says which that is."""
    table, names = read.table, set(read.names)
    default = header.layout and header.layout.currency
    if "currency" not in names:
        _check_sign(read.currency, options.currency)
        default = options.currency or default
    if default:
        written = table[OURS + "currency"] if "currency" in names else ibis.null("string")
        table = table.mutate(**{OURS + "currency": written.fill_null(default)})
    return table, names | ({"currency"} if default else set())


def _check_sign(sign: str, asked: str | None) -> None:
    """Refuse a currency that amounts contradict; many countries write $ for their own."""
    if sign and asked and sign != asked and not (sign == "USD" and asked in _DOLLARS):
        raise ContractError(
            f"`currency` is {asked!r}, but the amounts carry the sign of {sign}. Leave it out, or "
            "convert them with a column that says the currency and `rates=`."
        )


def _convert(table: Any, names: set[str], rates: Rates, currency: str | None) -> Any:
    if "currency" not in names:
        raise ContractError(
            "`rates` need a column that says the currency of each line; the table has none. "
            "Map one with `columns=`."
        )
    found = execute(table.select(code=table[OURS + "currency"]).distinct())["code"].dropna()
    target = find_target(found.tolist(), rates, currency)
    return convert(table, names, rates, target, prefix=OURS)


def _compare_totals(prepared: Prepared) -> None:
    """Refuse lines and totals of orders that say different things, without a word which counts."""
    table = prepared.table
    kept = table.filter(prepared.left_out.isnull())
    total, amount = kept[OURS + "order_total"], kept[OURS + "amount"].cast("float64")
    sold = ibis.ifelse(amount > 0, amount, 0.0)
    if "order_id" in prepared.ours:
        orders = kept.group_by(order=kept[OURS + "order_id"]).aggregate(
            lines=sold.sum(), total=total.max()
        )
    else:
        orders = kept.select(lines=sold, total=total)
    apart = orders.filter((orders.lines - orders.total).abs() > 0.01 + 1e-9)
    found = execute(
        orders.aggregate(lines=orders.lines.sum(), total=orders.total.sum()).mutate(
            n=apart.count().as_scalar()
        )
    ).iloc[0]
    if found["n"]:
        raise ContractError(
            f"`amount` adds up to {found['lines']:,.2f} and `order_total` to "
            f"{found['total']:,.2f}; they differ in {int(found['n']):,} orders. Map only the one "
            "that is the money, after discounts and without shipping."
        )


def _materialise(wide: Any) -> Any:
    if is_spark(wide):
        return wide.cache()
    return write_parquet(wide) if wide.get_backend().name == "duckdb" else wide
