"""Say by logging what reading leaves out, and which ids may not be one customer each."""

import logging
from typing import Any

import pandas as pd

from crmlab.loaders._rules.exclusions import ANOTHER_CURRENCY, NOT_ASKED, STRUCTURAL
from crmlab.loaders._rules.people import find_doubts
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.totals import total_rows_left_out

__all__ = ["tell_doubts", "tell_left_out"]

_log = logging.getLogger("crmlab.loaders")


def tell_left_out(prepared: Prepared, counts: pd.Series) -> None:
    """Say in one line what a rule leaves out: a warning where it is money nobody asked to leave."""
    if not counts["n_left_out"]:
        return
    found = total_rows_left_out(prepared)
    found = found[found["treatment"] == "left out"]
    found = found.assign(worth=found["gross"] - found["refunded"])
    meant = found["reason"].isin([*STRUCTURAL, NOT_ASKED, ANOTHER_CURRENCY])
    level = logging.WARNING if found.loc[~meant, "worth"].any() else logging.INFO
    said = [
        f"{reason} {' and '.join(_say_money(row) for row in rows.itertuples())}"
        for reason, rows in found.groupby("reason", sort=False)
    ]
    _log.log(level, "left out: %s", "; ".join(said))


def _say_money(row: Any) -> str:
    """Orders and money of one reason in one currency; rows where it is no order."""
    money = row.reason not in STRUCTURAL
    n, thing = (row.n_orders, "order") if row.n_orders and money else (row.n_rows, "row")
    words = f"{n:,} {thing}{'' if n == 1 else 's'}"
    if not money:
        return words
    return f"{words}, {f'{row.currency} {row.worth:,.2f}'.strip()}"


def tell_doubts(prepared: Prepared, counts: pd.Series) -> None:
    """Point out ids that may not be one customer each, in a line for each kind of doubt."""
    lines, most = prepared.raw_lines(), int(counts["n_rows"])
    for label, n_lines, _, remedy in find_doubts(lines, most, plain=prepared.plain_ids):
        if n_lines:
            _log.warning("%s: %s lines; %s", label, f"{n_lines:,}", remedy)
