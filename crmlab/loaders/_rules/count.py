"""Count what a source holds and what is wrong with it; make the audit, or the refusal."""

from typing import Any

import pandas as pd

from crmlab._engine import execute
from crmlab._revenue.refunds import ABOVE_GOODS, WITHOUT_PURCHASE, is_return
from crmlab.contracts import ContractError, faults, tally
from crmlab.loaders._rules.audit import TransactionAudit
from crmlab.loaders._rules.examples import find_examples
from crmlab.loaders._rules.people import find_doubts
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.rules import MALFORMED
from crmlab.loaders._rules.totals import Totals, find_totals, total_left_out
from crmlab.loaders._sources.source import OURS, ROW

__all__ = ["count_rows", "explain", "make_audit", "refuse_several"]


def count_rows(prepared: Prepared) -> pd.Series:
    """Count rows and what is wrong with them, in one query; a source without rows is refused."""
    more = {"n_left_out": prepared.left_out.notnull().sum().fill_null(0)}
    if "currency" in prepared.ours:
        code = prepared.table[OURS + "currency"]
        more["n_currencies"] = code.nunique(where=prepared.left_out.isnull())
    counts = tally(prepared.table, prepared.rules, **more)
    if not counts["n_rows"] and not prepared.malformed:
        raise ContractError("`source` has a header but no rows.")
    return counts


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


def refuse_several(prepared: Prepared, counts: pd.Series) -> None:
    """Raise where the orders that count are in several currencies, and say what each comes to."""
    if counts.get("n_currencies", 0) < 2:
        return
    lines = prepared.valid()
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
    counts = count_rows(prepared)
    n_malformed = len(prepared.malformed)
    n_rows, n_broken = int(counts["n_rows"]), int(counts["n_broken"])
    n_left_out = int(counts["n_left_out"])
    valid = prepared.valid()
    totals = find_totals(prepared, valid)
    rules = [
        (rule.label, int(counts[rule.label]), "quarantined", rule.remedy) for rule in prepared.rules
    ]
    rules.append((MALFORMED[0], n_malformed, "quarantined", MALFORMED[1]))
    kept, firsts = _count_kept(prepared, n_rows, totals)
    by_rule = pd.DataFrame(rules + kept, columns=["rule", "n_rows", "treatment", "remedy"])
    examples = find_examples(prepared, counts, firsts)
    by_rule["example"] = [examples.get(rule, "") for rule in by_rule["rule"]]
    span = execute(
        valid.aggregate(
            n_customers=valid.customer_id.nunique(),
            first_date=valid.date.min(),
            last_date=valid.date.max(),
        )
    ).iloc[0]
    return TransactionAudit(
        rows_read=n_rows + n_malformed,
        rows_valid=n_rows - n_broken - n_left_out,
        rows_left_out=n_left_out,
        rows_quarantined=n_broken + n_malformed,
        by_currency=totals.by_currency,
        left_out=total_left_out(prepared, totals),
        by_rule=by_rule,
        quarantined=_collect_quarantined(prepared, n_broken),
        n_customers=int(span["n_customers"]),
        n_buyers=int(totals.overall["buyers"]),
        first_date=pd.Timestamp(span["first_date"]),
        last_date=pd.Timestamp(span["last_date"]),
        readings=prepared.readings,
        valid=valid,
        excluded=prepared.excluded(),
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


def _count_kept(
    prepared: Prepared, n_rows: int, totals: Totals
) -> tuple[list[tuple[str, int, str, str]], dict[str, tuple[str, int]]]:
    """Count valid rows that deserve a look: returns, zero amounts, repeats, odd ids.

    Returns what is looked for; and the first rows that were found, with the column to look at.
    """
    lines = prepared.lines(numbered=True)
    marks = {_RETURN: is_return(lines), _ZERO: ~is_return(lines) & (lines.amount == 0)}
    counts, firsts = _count_marks(lines, marks)
    returns = prepared.options.returns
    found = [(_RETURN, counts[_RETURN], _RETURNS[returns], "see `returns=`")]
    if returns == "net":
        unmatched = totals.unmatched.groupby("reason")["n_rows"].sum()
        found += [
            (reason, int(unmatched.get(reason, 0)), "no revenue", remedy)
            for reason, remedy in _UNMATCHED.items()
        ]
    found.append((_ZERO, counts[_ZERO], "kept, a purchase", "check gifts and samples"))
    if prepared.options.duplicates == "keep":
        distinct = prepared.distinct()
        n_repeats = n_rows - _read_count(distinct.aggregate(n=distinct.count()))
        found.append(("line repeated", n_repeats, "kept", "see `duplicates=`"))
    return found + find_doubts(lines), {label: ("amount", row) for label, row in firsts.items()}


def _count_marks(lines: Any, marks: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    """How many lines have each mark, and the number of the first where lines have numbers."""
    sums = {label: mark.sum().fill_null(0) for label, mark in marks.items()}
    firsts = {f"first {label}": lines[ROW].min(where=mark) for label, mark in marks.items()}
    counts = execute(lines.aggregate(**sums, **firsts)).iloc[0]
    rows = {label: counts[f"first {label}"] for label in marks}
    return (
        {label: int(counts[label]) for label in marks},
        {label: int(row) for label, row in rows.items() if pd.notna(row)},
    )


def _read_count(count: Any) -> int:
    """The one number of a query."""
    return int(execute(count)["n"].item())


def _collect_quarantined(prepared: Prepared, n_broken: int) -> pd.DataFrame:
    rows = prepared.quarantined()
    frame = execute(rows if n_broken else rows.limit(0))
    if prepared.malformed:
        torn = pd.DataFrame({"text": list(prepared.malformed), "reason": MALFORMED[0]})
        frame = pd.concat([frame, torn], ignore_index=True)
    return frame
