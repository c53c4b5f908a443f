"""The audit in words: first what a manager asks, then what is left out, how it was read, faults."""

from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from crmlab._text import plain_table, printable

__all__ = ["Block", "list_blocks", "write_html", "write_text"]


@dataclass(frozen=True)
class Block:
    """A line, and a table of text below it; of one without a head the names are not shown.

    `numbers` are the columns that stand to the right.
    """

    title: str
    table: pd.DataFrame
    numbers: Collection[str] = ()
    head: bool = True


def list_blocks(audit: Any) -> list[Block]:
    """What the orders come to, what is left out and why, how it was read, what was found."""
    blocks = [
        _describe_orders(audit.by_currency),
        _describe_left_out(_count_rows(audit), audit.left_out, audit.by_currency),
        _describe_readings(audit.readings),
        _describe_rules(audit.by_rule),
    ]
    return [block for block in blocks if block.title or len(block.table)]


def _describe_orders(by_currency: pd.DataFrame) -> Block:
    """What the orders come to, to compare with the shop's own books: a row for each currency."""
    table = _name_facts(by_currency)
    if len(table) > 1:
        table.insert(0, "currency", by_currency["currency"].replace("", "(not said)"))
        return Block("", table, numbers=table.columns[1:])
    facts = [
        (name, values.iloc[0], by_currency["currency"].iloc[0] if name in _MONEY else "")
        for name, values in table.items()
        if len(values)
    ]
    columns = ["fact", "value", "currency"]
    return Block("", pd.DataFrame(facts, columns=columns), numbers=["value"], head=False)


_MONEY = ("gross", "given back", "revenue")


def _name_facts(money: pd.DataFrame) -> pd.DataFrame:
    """The facts of each currency as text; those that say nothing new are left out."""
    facts = {"customers": _write_counts(money["customers"])}
    if (money["buyers"] < money["customers"]).any():
        facts["with a purchase"] = _write_counts(money["buyers"])
    facts["orders"] = _write_counts(money["orders"])
    if money["refunded"].any():
        facts["not given back"] = _write_counts(money["purchases"])
        facts["gross"] = _write_money(money["gross"])
        facts["given back"] = _write_money(money["refunded"])
    facts["revenue"] = _write_money(money["revenue"])
    for name in ("first_day", "last_day"):
        days = money[name].map("{:%Y-%m-%d}".format, na_action="ignore")
        if days.notna().any():
            facts[name.replace("_", " ")] = days.astype("object").fillna("")
    return pd.DataFrame(facts)


def _write_counts(counts: pd.Series) -> pd.Series:
    return counts.map("{:,}".format).astype("object")


def _write_money(amounts: pd.Series) -> pd.Series:
    return amounts.map("{:,.2f}".format, na_action="ignore").astype("object").fillna("")


def _count_rows(audit: Any) -> str:
    rows = "row" if audit.rows_read == 1 else "rows"
    counts = "counts" if audit.rows_valid == 1 else "count"
    return (
        f"{audit.rows_read:,} {rows} read: {audit.rows_valid:,} {counts}, "
        f"{audit.rows_left_out:,} left out, {audit.rows_quarantined:,} at fault."
    )


def _describe_left_out(counted: str, left_out: pd.DataFrame, by_currency: pd.DataFrame) -> Block:
    """Say how many rows count, and what the others come to: their share of all money."""
    shares = left_out["share"].map("{:.1%}".format, na_action="ignore")
    table = pd.DataFrame(
        {
            "left out": left_out["reason"],
            "currency": left_out["currency"],
            "rows": _write_counts(left_out["n_rows"]),
            "orders": _write_counts(left_out["n_orders"]),
            "gross": _write_money(left_out["gross"]),
            "given back": _write_money(left_out["refunded"]),
            "share": shares.astype("object").fillna(""),
        }
    )
    if len({*left_out["currency"], *by_currency["currency"]}) < 2:
        table = table.drop(columns="currency")
    if not left_out["refunded"].fillna(0).any():
        table = table.drop(columns="given back")
    numbers = [name for name in table.columns if name not in ("left out", "currency")]
    return Block(counted, table, numbers=numbers)


def _describe_readings(readings: dict[str, str]) -> Block:
    rows = [(f"{name}:", f"read as {words}") for name, words in readings.items()]
    return Block("", pd.DataFrame(rows, columns=["column", "reading"]), head=False)


def _describe_rules(by_rule: pd.DataFrame) -> Block:
    found = by_rule[by_rule["n_rows"] > 0]
    table = pd.DataFrame(
        {
            "found": found["rule"],
            "rows": _write_counts(found["n_rows"]),
            "example": found["example"],
            "treatment": found["treatment"],
            "remedy": found["remedy"],
        }
    )
    if not (found["example"] != "").any():
        table = table.drop(columns="example")
    n_found = f"{len(found):,} found something:" if len(found) else "nothing found."
    return Block(f"{len(by_rule)} rules looked for, {n_found}", table, numbers=["rows"])


def write_text(blocks: Collection[Block]) -> str:
    """The blocks in plain text, one below the other."""
    return "\n\n".join("\n".join(_write_lines(block)) for block in blocks)


def _write_lines(block: Block) -> list[str]:
    lines = [block.title] if block.title else []
    if len(block.table):
        lines.append(plain_table(block.table, right=block.numbers, head=block.head))
    return lines


_TABLE = "border-collapse: collapse; margin: 0 0 1em; font-size: 0.9em"
_CELL = "padding: 0.15em 0.8em 0.15em 0; vertical-align: top; text-align: "
_TEXT, _NUMBER = f"{_CELL}left", f"{_CELL}right; white-space: nowrap"


def write_html(blocks: Collection[Block]) -> str:
    """The blocks as tables of HTML that need no style sheet; wide ones scroll by themselves."""
    parts = []
    for block in blocks:
        if block.title:
            parts.append(f"<p>{_escape(block.title)}</p>")
        if len(block.table):
            parts.append(f'<div style="overflow-x: auto">{_write_table(block)}</div>')
    return f"<div>{''.join(parts)}</div>"


def _write_table(block: Block) -> str:
    styles = [_NUMBER if name in block.numbers else _TEXT for name in block.table.columns]
    rows = [_write_row("td", cells, styles) for cells in block.table.to_numpy()]
    if block.head:
        head = _write_row("th", block.table.columns, styles)
        rows.insert(0, f"<thead>{head}</thead>")
    return f'<table style="{_TABLE}">{"".join(rows)}</table>'


def _write_row(tag: str, cells: Collection[Any], styles: Collection[str]) -> str:
    written = (
        f'<{tag} style="{style}">{_escape(cell)}</{tag}>'
        for cell, style in zip(cells, styles, strict=True)
    )
    return f"<tr>{''.join(written)}</tr>"


def _escape(text: Any) -> str:
    return escape(printable(text))
