"""What the orders of a source come to by currency, and what is left out of that and why."""

from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from crmlab._engine import execute
from crmlab._revenue.purchases import Purchases
from crmlab._revenue.refunds import ABOVE_GOODS, NOTHING, is_return
from crmlab._revenue.settle import EXCESS, LEFT_OUT
from crmlab.contracts import breaks_any, violation
from crmlab.loaders._rules.exclusions import STRUCTURAL
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.rules import MALFORMED
from crmlab.loaders._sources.source import OURS

__all__ = ["Totals", "find_totals", "total_left_out", "total_rows_left_out"]

_COLUMNS = ["reason", "treatment", "currency", "n_rows", "n_orders", "gross", "refunded", "share"]


@dataclass(frozen=True)
class Totals:
    """The orders that count, in all and by currency, and refunds that belong to none of them."""

    overall: pd.Series
    by_currency: pd.DataFrame
    unmatched: pd.DataFrame
    n_early: int = 0


def find_totals(prepared: Prepared, lines: Any, *, returned: bool) -> Totals:
    """Add up the orders that count, from valid lines, of which some give back if `returned`."""
    if prepared.options.returns != "net":
        lines = lines.mutate(is_return=ibis.literal(False)).drop(*{"refunded"} & set(lines.columns))
        returned = False
    purchases = Purchases(lines, returned)
    orders = purchases.orders
    named = "currency" in orders.columns
    overall = execute(orders.aggregate(**_count_orders(orders))).iloc[0]
    if named:
        groups = orders.group_by("currency").aggregate(**_count_orders(orders))
        found = execute(groups.order_by("currency"))
    else:
        found = overall.to_frame().T.infer_objects()
        found.insert(0, "currency", prepared.currency)
    if not overall["orders"]:
        found = found.iloc[:0]
    unmatched = _find_unmatched(prepared, purchases)
    found = _add_unsold(found, unmatched)
    found.insert(7, "revenue", found["gross"] - found["refunded"])
    n_early = purchases.refunds.n_early if returned else 0
    return Totals(overall, found, unmatched, n_early)


def _add_unsold(found: pd.DataFrame, unmatched: pd.DataFrame) -> pd.DataFrame:
    """Add the currencies in which money was given back, and nothing was sold."""
    codes = sorted(set(unmatched["currency"]) - set(found["currency"]))
    if found.empty or not codes:
        return found.reset_index(drop=True)
    numbers = found.select_dtypes("number").columns
    unsold = pd.DataFrame({"currency": codes}).reindex(columns=found.columns)
    unsold[numbers] = 0
    unsold = unsold.astype(found.dtypes.to_dict())
    return pd.concat([found, unsold]).sort_values("currency", ignore_index=True)


def _count_orders(orders: Any) -> dict[str, Any]:
    """Orders and what they come to; one that names no number is a customer's day."""
    nameless = orders.order == ""
    number = ibis.ifelse(nameless, None, orders.order)
    back = ibis.ifelse(orders.refunded > NOTHING, orders.gross - orders.spent, 0.0)
    return {
        "customers": orders.customer_id.nunique(),
        "buyers": orders.customer_id.nunique(where=orders.bought),
        "orders": number.nunique() + nameless.sum().fill_null(0),
        "purchases": number.nunique(where=orders.bought)
        + (nameless & orders.bought).sum().fill_null(0),
        "gross": orders.gross.sum().cast("float64").fill_null(0.0),
        "refunded": back.sum().fill_null(0.0),
        "first_day": orders.day.min(),
        "last_day": orders.day.max(),
    }


def _find_unmatched(prepared: Prepared, purchases: Purchases) -> pd.DataFrame:
    """What was given back and is no revenue lost: by reason and currency, rows and money."""
    found = [purchases.refunds.left] if purchases.returned else []
    if OURS + EXCESS in prepared.table.columns:
        kept = prepared.counted()
        excess = kept.filter(kept[OURS + EXCESS] > NOTHING)
        names = {"amount": excess[OURS + EXCESS]}
        if "currency" in prepared.ours:
            names["currency"] = excess[OURS + "currency"]
        found.append(execute(excess.select(**names)).assign(reason=ABOVE_GOODS))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    if rows.empty:
        return pd.DataFrame(columns=["reason", "currency", "n_rows", "refunded"])
    if "currency" not in rows:
        rows["currency"] = prepared.currency
    rows["currency"] = rows["currency"].fillna("")
    groups = rows.groupby(["reason", "currency"], sort=True)["amount"]
    return groups.agg(n_rows="size", refunded="sum").reset_index()


def total_left_out(prepared: Prepared, totals: Totals) -> pd.DataFrame:
    """What is left out of the revenue, by reason and currency, with its share of all money."""
    found = [] if prepared.all_count else [total_rows_left_out(prepared)]
    if prepared.malformed:
        torn = {"reason": MALFORMED[0], "treatment": "quarantined", "currency": ""}
        found.append(pd.DataFrame([torn | {"n_rows": len(prepared.malformed), "n_orders": 0}]))
    if len(totals.unmatched):
        found.append(totals.unmatched.assign(treatment="no revenue", n_orders=0, gross=0.0))
    found = [one for one in found if len(one)]
    if not found:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(found, ignore_index=True).reindex(columns=_COLUMNS)
    worth = (table["gross"] - table["refunded"]).abs()
    counted = totals.by_currency.set_index("currency")["revenue"]
    whole = worth.groupby(table["currency"]).sum().add(counted, fill_value=0.0)
    of = table["currency"].map(whole).astype("float64")
    table["share"] = worth / of.where(of > 0)
    table.loc[table["reason"].isin(STRUCTURAL), "share"] = 0.0
    return table.astype({"n_rows": "int64", "n_orders": "int64"})


def total_rows_left_out(prepared: Prepared) -> pd.DataFrame:
    """Rows, orders and money of what is left out or at fault, by reason and currency."""
    table = prepared.table
    out = prepared.left_out
    rows = table.filter(out.notnull() | breaks_any(table, prepared.rules))
    reason = rows[OURS + LEFT_OUT]
    ours = [
        name
        for name in ("order_id", "amount", "quantity", "is_return", "refunded", "currency")
        if OURS + name in table.columns
    ]
    lines = rows.select(
        reason=reason.coalesce(violation(rows, prepared.rules)),
        treatment=ibis.ifelse(reason.notnull(), "left out", "quarantined"),
        **{name: rows[OURS + name] for name in ours},
    )
    if "currency" not in ours:
        lines = lines.mutate(currency=ibis.literal(prepared.currency))
    lines = lines.mutate(currency=lines.currency.fill_null(""), back=is_return(lines))
    money = ~lines.reason.isin(STRUCTURAL) & lines.amount.notnull()
    amount = lines.amount.cast("float64")
    refunded = lines.refunded.fill_null(0.0) if "refunded" in ours else ibis.literal(0.0)
    sold = ~lines.back
    number = lines.order_id.nunique(where=sold) if "order_id" in ours else sold.sum()
    groups = lines.group_by("reason", "treatment", "currency").aggregate(
        n_rows=lines.count(),
        n_orders=number,
        gross=ibis.ifelse(money & sold, amount, 0.0).sum(),
        refunded=ibis.ifelse(money, ibis.ifelse(sold, refunded, amount.abs()), 0.0).sum(),
    )
    order = [ibis.desc("treatment"), ibis.desc("n_rows"), "reason", "currency"]
    found = execute(groups.order_by(order))
    # Quarantined first, then what a rule leaves out.
    return found.astype({"gross": "float64", "refunded": "float64"})
