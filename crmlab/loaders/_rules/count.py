"""Count what a source holds and what is wrong with it; make the audit, or the refusal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ibis
import numpy as np
import pandas as pd

from crmlab._engine import execute
from crmlab._revenue.refunds import ABOVE_GOODS, WITHOUT_PURCHASE, is_return
from crmlab._revenue.settle import CONSUMED, LEFT_OUT, SILENT, Lines
from crmlab.contracts import BROKEN, ContractError, faults, tally
from crmlab.loaders._rules.audit import TransactionAudit
from crmlab.loaders._rules.examples import find_examples
from crmlab.loaders._rules.people import find_doubts
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.rules import MALFORMED
from crmlab.loaders._rules.totals import Totals, find_totals, total_left_out
from crmlab.loaders._sources.source import OURS, ROW

__all__ = ["count_rows", "explain", "make_audit", "refuse_nothing", "refuse_several"]


def count_rows(
    prepared: Prepared, more: Mapping[str, Callable[[Any], Any]] | None = None
) -> tuple[Prepared, pd.Series]:
    """Count rows and what is wrong with them, in one query; a source without rows is refused.

    `more` is counted beside, see `tally`. Returns what was counted, knowing whether every row
    counts, and the counts.
    """
    more = {"n_left_out": lambda t: t[OURS + LEFT_OUT].notnull().sum().fill_null(0), **(more or {})}
    if "currency" in prepared.ours:
        more["n_currencies"] = lambda t: t[OURS + "currency"].nunique(where=_count(t))
    counts = tally(prepared.table, prepared.rules, **more)
    if not counts["n_rows"] and not prepared.malformed:
        raise ContractError("`source` has a header but no rows.")
    all_count = not counts["n_broken"] and not counts["n_left_out"]
    return replace(prepared, all_count=all_count), counts


def explain(prepared: Prepared, counts: pd.Series) -> str:
    """Say in words which rows break rules, with an example and a remedy; nothing if none does."""
    n_bad = int(counts["n_broken"]) + len(prepared.malformed)
    if not n_bad:
        return ""
    n_rows = int(counts["n_rows"]) + len(prepared.malformed)
    examples = find_examples(prepared, counts)
    columns = prepared.header.theirs
    lines = [
        f"{n_bad:,} of {n_rows:,} rows break the contract of transactions:",
        *faults(prepared.table, prepared.rules, counts, columns=columns, examples=examples),
    ]
    if prepared.malformed:
        label, remedy = MALFORMED
        lines.append(
            f"- {label}: {len(prepared.malformed):,} rows (for example {examples[label]}); {remedy}"
        )
    return "\n".join(lines)


def refuse_nothing(prepared: Prepared, counts: pd.Series) -> None:
    """Raise where no row counts, and say why."""
    n_out = int(counts["n_left_out"])
    if n_out < counts["n_rows"]:
        return
    reasons = execute(prepared.left_out.name("reason").value_counts(name="n"))
    said = ", ".join(f"{n:,} {reason}" for reason, n in reasons.itertuples(index=False, name=None))
    raise ContractError(
        f"No row of `source` counts: {said}. `audit_transactions` says what they come to, and "
        "`count`, `currency`, `where` and `guests` what is left out."
    )


def refuse_several(prepared: Prepared, counts: pd.Series) -> None:
    """Raise where the orders that count are in several currencies, and say what each comes to."""
    if counts.get("n_currencies", 0) < 2:
        return
    lines = prepared.lines()
    worth = lines.amount.cast("float64")
    if "refunded" in lines.columns:
        worth = worth - lines.refunded
    sums = execute(
        lines.group_by("currency")
        .aggregate(worth=worth.sum(), n=lines.count())
        .order_by("currency")
    )
    said = ", ".join(f"{code} {money:,.2f} in {n:,} lines" for code, money, n in sums.to_numpy())
    first, *others = sums["currency"]
    rates = ", ".join(f"{code!r}: ..." for code in others)
    raise ContractError(
        f"The orders are in several currencies, which do not add up: {said}. Keep one with "
        f"currency={first!r}, or convert the others to it with rates={{{rates}}}."
    )


def make_audit(prepared: Prepared) -> TransactionAudit:
    """Count, describe and collect what is left out, in a handful of queries."""
    prepared, counts = count_rows(prepared, _look_at_lines(prepared))
    n_malformed = len(prepared.malformed)
    n_rows, n_broken = int(counts["n_rows"]), int(counts["n_broken"])
    n_left_out = int(counts["n_left_out"])
    totals = find_totals(prepared, prepared.lines(), returned=bool(counts["returned"]))
    rules = [
        (rule.label, int(counts[rule.label]), "quarantined", rule.remedy) for rule in prepared.rules
    ]
    rules.append((MALFORMED[0], n_malformed, "quarantined", MALFORMED[1]))
    rules += _count_kept(prepared, counts, totals)
    by_rule = pd.DataFrame(rules, columns=["rule", "n_rows", "treatment", "remedy"])
    examples = find_examples(prepared, counts, _list_first(counts))
    by_rule["example"] = [examples.get(rule, "") for rule in by_rule["rule"]]
    return TransactionAudit(
        rows_read=n_rows + n_malformed,
        rows_valid=n_rows - n_broken - n_left_out,
        rows_left_out=n_left_out,
        rows_quarantined=n_broken + n_malformed,
        by_currency=totals.by_currency,
        left_out=total_left_out(prepared, totals),
        by_rule=by_rule,
        quarantined=_collect_quarantined(prepared, n_broken),
        n_customers=int(counts["n_customers"]),
        n_buyers=int(totals.overall["buyers"]),
        first_date=pd.Timestamp(counts["first_date"]),
        last_date=pd.Timestamp(counts["last_date"]),
        readings=prepared.readings,
        personal=prepared.header.layout.personal if prepared.header.layout else (),
        _prepared=prepared,
    )


_RETURNS = {
    "net": "taken off its purchase",
    "drop": "ignored",
    "keep": "kept as it is",
}


_UNMATCHED = {
    WITHOUT_PURCHASE: "its purchase is not among the orders",
    ABOVE_GOODS: "shipping or tax, as a rule",
}


_RETURN, _ZERO = "return line", "zero amount"


def _look_at_lines(prepared: Prepared) -> dict[str, Callable[[Any], Any]]:
    """Count lines that give back or cost nothing, and customers; find the span."""

    def lines(table: Any) -> Any:
        return Lines(table, {*prepared.ours} - {*CONSUMED}, OURS)

    def returned(table: Any) -> Any:
        return _count(table) & is_return(lines(table))

    def zero(table: Any) -> Any:
        return _count(table) & ~is_return(lines(table)) & (lines(table).amount == 0)

    def kept(table: Any) -> Any:
        drop = prepared.options.returns == "drop"
        return _count(table) & ~is_return(lines(table)) if drop else _count(table)

    def first(table: Any, which: Any) -> Any:
        return table[ROW].min(where=which) if prepared.numbered else ibis.null("int64")

    found = {
        "returned": lambda t: returned(t).sum().fill_null(0),
        "zero": lambda t: zero(t).sum().fill_null(0),
        "first_returned": lambda t: first(t, returned(t)),
        "first_zero": lambda t: first(t, zero(t)),
        "n_customers": lambda t: lines(t).customer_id.nunique(where=kept(t)),
        "first_date": lambda t: lines(t).date.min(where=kept(t)),
        "last_date": lambda t: lines(t).date.max(where=kept(t)),
    }
    if OURS + SILENT in prepared.table.columns:
        found["silent"] = lambda t: (_count(t) & t[OURS + SILENT]).sum().fill_null(0)
    return found


def _count(table: Any) -> Any:
    """Whether each row counts, in what `tally` gives."""
    return table[OURS + LEFT_OUT].isnull() & ~table[BROKEN]


def _list_first(counts: pd.Series) -> dict[str, tuple[str, int]]:
    """The first line with what was seen, where lines have numbers, and the column to look at."""
    rows = {_RETURN: counts["first_returned"], _ZERO: counts["first_zero"]}
    return {label: ("amount", int(row)) for label, row in rows.items() if pd.notna(row)}


def _count_kept(
    prepared: Prepared, counts: pd.Series, totals: Totals
) -> list[tuple[str, int, str, str]]:
    """Count valid rows that deserve a look: returns, zero amounts, repeats, odd ids."""
    returns = prepared.options.returns
    found = [(_RETURN, int(counts["returned"]), _RETURNS[returns], "see `returns=`")]
    if returns == "net":
        early = "correct one of the days; the order id decides"
        found.append(("refund before its order", totals.n_early, _RETURNS[returns], early))
        if "silent" in counts:
            how_much = "map the column that says how much to `refunded`"
            silent = "partly refunded without an amount"
            found.append((silent, int(counts["silent"]), "kept whole", how_much))
        unmatched = totals.unmatched.groupby("reason")["n_rows"].sum()
        found += [
            (reason, int(unmatched.get(reason, 0)), "no revenue", remedy)
            for reason, remedy in _UNMATCHED.items()
        ]
    found.append((_ZERO, int(counts["zero"]), "kept, a purchase", "check gifts and samples"))
    if prepared.options.duplicates == "keep":
        n_repeats = prepared.count_repeats(int(counts["n_rows"]))
        found.append(("line repeated", n_repeats, "kept", "see `duplicates=`"))
    lines, n_ids = prepared.raw_lines(), int(counts["n_customers"])
    return found + find_doubts(lines, n_ids, plain=prepared.plain_ids)


def _collect_quarantined(prepared: Prepared, n_broken: int) -> pd.DataFrame:
    columns = [*prepared.shown().values(), "reason"]
    nothing = np.empty((0, len(columns)), dtype=object)  # pandas would make many columns slowly
    frame = execute(prepared.quarantined()) if n_broken else pd.DataFrame(nothing, columns=columns)
    if prepared.malformed:
        torn = pd.DataFrame({"text": list(prepared.malformed), "reason": MALFORMED[0]})
        frame = pd.concat([frame, torn], ignore_index=True)
    return frame
