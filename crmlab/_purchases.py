"""What counts as a purchase: the one rule about returns, shared by loaders and reductions."""

from typing import Any

import ibis

__all__ = ["count_orders", "is_return", "purchase_days"]

# Half a thousandth of a cent: adding 0.1 and 0.2 and taking 0.3 back must net to zero.
_NOTHING = 5e-6


def is_return(lines: Any) -> Any:
    """Whether a line gives money back: as its column says, else by its amount or quantity."""
    returned = lines.amount < 0
    if "quantity" in lines.columns:
        returned = returned | (lines.quantity < 0).fill_null(False)
    if "is_return" in lines.columns:
        returned = lines.is_return.fill_null(returned)
    return returned


def purchase_days(lines: Any) -> Any:
    """One row per customer and day: lines merged, returns netted.

    Columns: ``customer_id``, ``day`` (date), ``spent`` (currency, net), ``bought`` (whether the
    day is a purchase: it has a line that is not a return, and does not net to less than zero) and
    ``n_lines``.
    """
    returned = is_return(lines).fill_null(False)
    keyed = lines.select("customer_id", "amount", day=lines.date.cast("date"), returned=returned)
    days = keyed.group_by("customer_id", "day").aggregate(
        net=keyed.amount.sum(),
        n_lines=keyed.count(),
        n_returned=keyed.returned.cast("int64").sum(),
    )
    gives_back = (days.n_returned > 0) & (days.net < -_NOTHING)
    bought = ~gives_back & (days.n_returned < days.n_lines)
    # Rounding leaves -1e-17 on a day that nets to zero; a purchase is never worth less than that.
    spent = ibis.ifelse((days.n_returned > 0) & ~gives_back, ibis.greatest(days.net, 0.0), days.net)
    return days.select("customer_id", "day", "n_lines", spent=spent, bought=bought)


def count_orders(lines: Any, bought: Any) -> Any:
    """Count the orders of each customer: ``customer_id``, ``n_orders``.

    An order is a distinct ``order_id`` of lines that are no returns, on a day with a purchase; a
    day on which such lines have none is one order. `bought` holds those days, as `purchase_days`
    gives them, of lines that have a column ``order_id``.
    """
    kept = lines.filter(~is_return(lines).fill_null(False))
    kept = kept.select("customer_id", "order_id", day=kept.date.cast("date"))
    kept = kept.semi_join(bought, ["customer_id", "day"])
    nameless = kept.day.nunique(where=kept.order_id.isnull())
    return kept.group_by("customer_id").aggregate(n_orders=kept.order_id.nunique() + nameless)
