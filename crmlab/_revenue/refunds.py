"""Lines that give money back, and the purchases they belong to.

A refund belongs to its order where an order id says so; else to the latest earlier purchase of the
customer of which exactly so much is left; else to the latest of which enough is left; else it is
spread backwards over earlier ones. A purchase is an order, or the customer's day where lines name
none.
"""

import bisect
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from crmlab._engine import execute, store_beside

__all__ = [
    "ABOVE_GOODS",
    "NOTHING",
    "WITHOUT_PURCHASE",
    "Refunds",
    "is_return",
    "match_refunds",
    "purchase_keys",
    "total_orders",
]

# Half a thousandth of a cent: adding 0.1 and 0.2 and taking 0.3 back must leave nothing.
NOTHING = 5e-6

ABOVE_GOODS, WITHOUT_PURCHASE = "refund above the goods", "refund without purchase"


def is_return(lines: Any) -> Any:
    """Whether a line gives money back, never null: as its column says, else by its sign."""
    returned = (lines.amount < 0).fill_null(False)
    if "quantity" in lines.columns:
        returned = returned | (lines.quantity < 0).fill_null(False)
    if "is_return" in lines.columns:
        returned = lines.is_return.fill_null(returned)
    return returned


def purchase_keys(lines: Any) -> dict[str, Any]:
    """What tells purchases apart: the customer, the currency, the order, the day."""
    keys = {"customer_id": lines.customer_id}
    if "currency" in lines.columns:
        keys["currency"] = lines.currency
    named = "order_id" in lines.columns
    order = lines.order_id.cast("string").fill_null("") if named else ibis.literal("")
    return keys | {"order": order, "day": lines.date.cast("date")}


def total_orders(lines: Any, *, returned: bool) -> Any:
    """One row per customer, order and day: ``gross``, ``refunded`` (of its lines), ``n_lines``."""
    sold = lines.filter(~is_return(lines)) if returned else lines
    refunded = sold.refunded if "refunded" in lines.columns else ibis.literal(0.0)
    keyed = sold.select(**purchase_keys(sold), amount=sold.amount, refunded=refunded)
    keys = [name for name in keyed.columns if name not in ("amount", "refunded")]
    return keyed.group_by(keys).aggregate(
        gross=keyed.amount.sum(),
        refunded=keyed.refunded.sum().fill_null(0.0),
        n_lines=keyed.count(),
    )


@dataclass(frozen=True)
class Refunds:
    """What refunds give back of each purchase, and what found none.

    `given` has the keys of purchases and ``given_back``; `left` one row per refund of which
    something is left: ``currency`` where there is one, ``reason`` and ``amount``; `n_early` counts
    refunds that are booked before the order they name.
    """

    given: pd.DataFrame
    left: pd.DataFrame
    n_early: int

    def apply(self, orders: Any) -> Any:
        """Orders with what is given back of them added to ``refunded``."""
        if self.given.empty:
            return orders
        keys = [name for name in self.given.columns if name != "given_back"]
        given = _as_table(self.given, orders)
        joined = orders.left_join(given, [orders[key] == given[key] for key in keys])
        more = joined.given_back.fill_null(0.0)
        return joined.select(
            *(orders[name] for name in orders.columns if name != "refunded"),
            refunded=orders.refunded + more,
        )


def _as_table(frame: pd.DataFrame, like: Any) -> Any:
    """A frame as a table of the engine in which `like` lives, its columns in the same types."""
    table = store_beside(like, pa.Table.from_pandas(frame, preserve_index=False))
    schema = like.schema()
    return table.select(
        **{
            name: table[name].cast(schema[name]) if name in schema else table[name]
            for name in frame.columns
        }
    )


def match_refunds(lines: Any) -> Refunds:
    """Match each line that gives money back to the purchases it belongs to."""
    back = lines.filter(is_return(lines))
    refunds = back.select(**purchase_keys(back), date=back.date, amount=back.amount.abs())
    orders = total_orders(lines, returned=True)
    keys = [name for name in refunds.columns if name not in ("date", "amount")]
    who = [name for name in keys if name not in ("order", "day")]
    # Spark adds up 0.0, and any engine decimals, to Decimal, which is no partner of a float.
    sold = execute(orders.semi_join(refunds, "customer_id"))
    sold = sold.astype({"gross": "float64", "refunded": "float64"})
    sold = sold.sort_values([*who, "day", "order"], ignore_index=True)
    booked = (
        execute(refunds)
        .astype({"amount": "float64"})
        .sort_values(["date", "amount"], ascending=[True, False], kind="stable", ignore_index=True)
    )
    before = (sold["gross"] - sold["refunded"]).clip(lower=0.0)
    left, matched = _match(booked, sold, before.tolist(), who)
    given = sold[keys].assign(given_back=before - left)
    names = ["currency"] if "currency" in keys else []
    found = booked[names].assign(**matched)
    uncovered = found.drop(columns="early").query("amount > @NOTHING")
    return Refunds(given[given["given_back"] > 0], uncovered, int(found["early"].sum()))


def _match(
    booked: pd.DataFrame, sold: pd.DataFrame, left: list[float], who: list[str]
) -> tuple[list[float], dict[str, Any]]:
    """What is left of each purchase; of each refund, why, and whether its order is later."""
    by_order, by_customer = _group(sold, [*who, "order"]), _group(sold, who)
    day, booked_on, amount = sold["day"].tolist(), booked["day"].tolist(), booked["amount"].tolist()
    order, customer = _list_keys(booked, [*who, "order"]), _list_keys(booked, who)
    n = len(booked)
    rest, reason, early = list(amount), [WITHOUT_PURCHASE] * n, [False] * n
    # What an order id says is certain, so it comes before what is only likely.
    named = [at for at, key in enumerate(order) if key[-1] and key in by_order]
    for at in named:
        rest[at] = _take(left, by_order[order[at]], amount[at])
        reason[at] = ABOVE_GOODS
        early[at] = booked_on[at] < min(day[i] for i in by_order[order[at]])
    for at in sorted(set(range(n)) - set(named)):
        theirs = by_customer.get(customer[at], [])
        earlier = theirs[: bisect.bisect_right(theirs, booked_on[at], key=day.__getitem__)]
        rest[at] = _take(left, earlier, amount[at])
    return left, {"amount": rest, "reason": reason, "early": early}


def _list_keys(rows: pd.DataFrame, names: list[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name].tolist() for name in names), strict=True))


def _group(rows: pd.DataFrame, names: list[str]) -> dict[tuple[Any, ...], list[int]]:
    """Positions of the rows of each key, in their order."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for at, key in enumerate(_list_keys(rows, names)):
        groups.setdefault(key, []).append(at)
    return groups


def _take(left: list[float], candidates: list[int], amount: float) -> float:
    """Take an amount from what is left of purchases, in order of day; return what finds none."""
    latest = candidates[::-1]
    equal = [at for at in latest if abs(left[at] - amount) <= NOTHING]
    enough = equal or [at for at in latest if left[at] > amount]
    for at in enough[:1] or latest:
        taken = min(left[at], amount)
        left[at] -= taken
        amount -= taken
        if amount <= NOTHING:
            return 0.0
    return amount
