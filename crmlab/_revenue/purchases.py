"""What counts as a purchase: the one rule about what is given back, shared by all reductions."""

import functools
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import execute
from crmlab._revenue.refunds import (
    NOTHING,
    is_return,
    match_refunds,
    purchase_keys,
    total_orders,
)

__all__ = ["Purchases", "find_purchases", "purchase_days"]

_GOODS = ("product_id", "quantity")


@dataclass(frozen=True)
class Purchases:
    """The purchases among lines: by order and day, and by day.

    `returned` says whether lines give money back, so that nothing is looked for where none does.
    """

    lines: Any
    returned: bool

    @property
    def settled(self) -> bool:
        """Whether every line is a purchase as it stands: nothing was given back."""
        return not self.returned and "refunded" not in self.lines.columns

    @functools.cached_property
    def orders(self) -> Any:
        """One row per customer, order and day, what was given back with what it belongs to.

        Columns: ``customer_id``, ``currency`` where lines have one, ``order`` (text; empty where a
        line names none), ``day`` (date), ``gross``, ``refunded``, ``spent`` (what is left of it)
        in currency, ``n_lines`` and ``bought`` (whether it is a purchase: not all of it was given
        back).
        """
        if self.settled:
            orders = total_orders(self.lines, returned=False)
            return orders.mutate(spent=orders.gross, bought=True)
        orders = total_orders(self.lines, returned=self.returned)
        if self.returned:
            orders = self.refunds.apply(orders)
        left = orders.gross - orders.refunded
        back = orders.refunded > NOTHING
        # Rounding leaves 1e-17 of what was given back whole; a purchase is never below zero.
        orders = orders.mutate(bought=~(back & (left <= NOTHING)))
        spent = ibis.ifelse(back, ibis.greatest(left, 0.0), orders.gross)
        return orders.mutate(spent=ibis.ifelse(orders.bought, spent, 0.0))

    @functools.cached_property
    def refunds(self) -> Any:
        """Lines that give money back, matched to what they belong to."""
        return match_refunds(self.lines)

    @property
    def days(self) -> Any:
        """One row per customer and day, see `purchase_days`."""
        if self.settled:
            lines = self.lines.select("customer_id", "amount", day=self.lines.date.cast("date"))
            days = lines.group_by("customer_id", "day").aggregate(
                n_lines=lines.count(), spent=lines.amount.sum()
            )
            return days.mutate(bought=True)
        orders = self.orders
        return orders.group_by("customer_id", "day").aggregate(
            n_lines=orders.n_lines.sum(), spent=orders.spent.sum(), bought=orders.bought.any()
        )

    @property
    def goods(self) -> Any:
        """Lines that were sold and kept, one row each.

        Columns: ``customer_id``, ``day``, ``product_id`` and ``quantity`` where lines have them,
        and ``spent``. What was given back of an order is taken off all of its lines in proportion,
        off their quantity as off their money, so that a price stays as it was.
        """
        sold = self.lines.filter(~is_return(self.lines)) if self.returned else self.lines
        more = {name: sold[name] for name in _GOODS if name in sold.columns}
        goods = sold.select(**purchase_keys(sold), **more, spent=sold.amount)
        names = ["customer_id", "day", *more, "spent"]
        if self.settled:
            return goods.select(*names)
        keys = ["customer_id", "order", "day"]
        kept = self.orders.filter(self.orders.bought)
        kept = kept.group_by(keys).aggregate(spent=kept.spent.sum(), gross=kept.gross.sum())
        part = (kept.spent / kept.gross.nullif(0.0)).fill_null(1.0)
        goods = goods.join(kept.select(*keys, part=part), keys)
        scaled = {name: goods[name] * goods.part for name in ("quantity", "spent") if name in names}
        return goods.mutate(**scaled).select(*names)

    def count_orders(self) -> Any:
        """Count the orders of each customer: ``customer_id``, ``n_orders``.

        An order is a distinct ``order_id`` of a purchase; a day with purchases that name none is
        one order.
        """
        kept = self.orders.filter(self.orders.bought)
        return kept.group_by("customer_id").aggregate(
            n_orders=kept.order.nunique(where=kept.order != "")
            + kept.day.nunique(where=kept.order == "")
        )


def find_purchases(lines: Any, *, returned: bool | None = None) -> Purchases:
    """Find the purchases among canonical lines in one currency.

    `returned` says whether any line gives money back; without it one query looks.
    """
    if returned is None:
        found = execute(lines.aggregate(any=is_return(lines).any()))["any"].item()
        returned = bool(found) and found is not None
    return Purchases(lines, returned)


def purchase_days(lines: Any, *, returned: bool | None = None) -> Any:
    """One row per customer and day.

    Columns: ``customer_id``, ``day`` (date), ``n_lines``, ``spent`` (currency, less what was given
    back of it, whenever that was) and ``bought`` (whether the day is a purchase: not all of it was
    given back).
    """
    return find_purchases(lines, returned=returned).days
