"""The audit in words: first what a manager asks, then how it was read, then what was found."""

from typing import Any

import pandas as pd

from crmlab._text import plain_table

__all__ = ["describe_audit"]


def describe_audit(audit: Any) -> str:
    """What the orders come to, what is left out and why, how it was read, what was found."""
    blocks = [
        [line for _, money in audit.by_currency.iterrows() for line in _describe_orders(money)],
        [_count_rows(audit), *(f"{n}: read as {words}" for n, words in audit.readings.items())],
        _describe_left_out(audit.left_out),
        _describe_rules(audit.by_rule),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _describe_orders(money: pd.Series) -> list[str]:
    """What the orders in one currency come to, to compare with the shop's own books."""
    code = f" {money['currency']}" if money["currency"] else ""
    lines = [f"  customers         {money['customers']:>12,}"]
    if money["buyers"] < money["customers"]:
        lines.append(f"  with a purchase   {money['buyers']:>12,}")
    lines.append(f"  orders            {money['orders']:>12,}")
    if money["refunded"]:
        lines += [
            f"  not given back    {money['purchases']:>12,}",
            f"  gross             {money['gross']:>12,.2f}{code}",
            f"  given back        {money['refunded']:>12,.2f}{code}",
        ]
    lines.append(f"  revenue           {money['revenue']:>12,.2f}{code}")
    if not money["orders"]:
        return lines
    return [
        *lines,
        f"  first day           {money['first_day']:%Y-%m-%d}",
        f"  last day            {money['last_day']:%Y-%m-%d}",
    ]


def _count_rows(audit: Any) -> str:
    rows = "row" if audit.rows_read == 1 else "rows"
    counts = "counts" if audit.rows_valid == 1 else "count"
    return (
        f"{audit.rows_read:,} {rows} read: {audit.rows_valid:,} {counts}, "
        f"{audit.rows_left_out:,} left out, {audit.rows_quarantined:,} at fault."
    )


def _describe_left_out(left_out: pd.DataFrame) -> list[str]:
    if left_out.empty:
        return []
    table = left_out.drop(columns="treatment")
    table["share"] = table["share"].map("{:.1%}".format, na_action="ignore")
    for name in ("gross", "refunded"):
        table[name] = table[name].map("{:,.2f}".format, na_action="ignore")
    return ["Left out:", plain_table(table.astype("object").fillna(""))]


def _describe_rules(by_rule: pd.DataFrame) -> list[str]:
    seen = by_rule[by_rule["n_rows"] > 0]
    if seen.empty:
        return [f"{len(by_rule)} rules looked for, nothing found."]
    return [f"Found, of {len(by_rule)} looked for:", plain_table(seen)]
