"""Which lines count, and what each of them is worth: status, totals and refunds of orders.

A file may say what became of an order in a status, price it as a whole, and note what was given
back of it beside the order or the line. `settle` turns all of that into the price of each line,
what was given back of it, and why it is left out.
"""

from collections.abc import Collection
from typing import Any, Literal

import ibis

from crmlab._revenue.refunds import NOTHING, is_return
from crmlab.contracts import TRANSACTIONS

__all__ = [
    "CONSUMED",
    "EXCESS",
    "FAULT",
    "FAULTS",
    "FURTHER_LINE",
    "LEFT_OUT",
    "SILENT",
    "Lines",
    "Worth",
    "may_be_at_fault",
    "needs_settling",
    "settle",
]

Worth = Literal["amount", "order_total"]

# Columns whose meaning is in the price of the lines and in what was given back, once settled.
CONSUMED = ("status", "order_refunded", "order_total", "order_paid", "is_test")
# Columns that are added: why a line is left out, what is wrong with its order, and what was given
# back above the price of the goods. Null or 0 where there is nothing to say.
LEFT_OUT, FAULT, EXCESS = "crmlab::left out", "crmlab::fault", "crmlab::excess"
# Whether an order is partly refunded and nothing says how much.
SILENT = "crmlab::silent"
# Steps on the way: engines do not nest windows, so each is a column.
_FURTHER, _PRICE, _BACK = "crmlab::further", "crmlab::price", "crmlab::back"
_OF_ORDER, _WEIGHT = "crmlab::of order", "crmlab::weight"
_COUNTS, _WHY = "crmlab::counts", "crmlab::why"
FURTHER_LINE = "further line of an order"

_DIFFERS = "order_total differs within an order"
_REFUNDS_DIFFER = "order_refunded differs within an order"
_CURRENCIES = "order in several currencies"
_TOO_MUCH = "refunded more than was paid"
# Label -> the column to blame, and what the owner of the data can do.
FAULTS = {
    _DIFFERS: ("order_total", "give an order one total, or map the price of its lines to `amount`"),
    _REFUNDS_DIFFER: (
        "order_refunded",
        "what was given back of an order is one amount; map what belongs to lines to `refunded`",
    ),
    _CURRENCIES: ("currency", "an order is paid in one currency: correct it at its source"),
    _TOO_MUCH: ("order_refunded", "correct what was paid or what was given back"),
}
_CENT = 0.01 + NOTHING


class Lines:
    """Our columns of a table under our names, whatever prefix they have in it."""

    def __init__(self, table: Any, names: Collection[str], prefix: str) -> None:
        self.table, self.columns, self._prefix = table, set(names), prefix

    def __getitem__(self, name: str) -> Any:
        return self.table[self._prefix + name]

    __getattr__ = __getitem__

    def add(self, **columns: Any) -> None:
        self.table = self.table.mutate(**{self._prefix + n: one for n, one in columns.items()})
        self.columns |= set(columns)

    def of_order(self, value: Any) -> Any:
        """The largest value within the order; a line that names none is an order of its own."""
        if "order_id" not in self.columns:
            return value
        return ibis.ifelse(
            self["order_id"].isnull(), value, value.max().over(group_by=self["order_id"])
        )

    def sum_of_order(self, value: Any) -> Any:
        """The sum within the order."""
        if "order_id" not in self.columns:
            return value
        return ibis.ifelse(
            self["order_id"].isnull(), value, value.sum().over(group_by=self["order_id"])
        )


def may_be_at_fault(names: Collection[str]) -> bool:
    """Whether orders of lines with these columns may have one of `FAULTS`."""
    return bool({"order_total", "order_refunded", "order_paid", "currency"} & set(names))


def needs_settling(names: Collection[str]) -> bool:
    """Whether lines with these columns may hold some that do not count, or are worth less."""
    return bool({*CONSUMED, "refunded"} & set(names))


def settle(
    table: Any,
    names: Collection[str],
    *,
    prefix: str = "",
    worth: Worth = "amount",
    left_out: Any = None,
    count: Collection[str] = (),
    net: bool = True,
) -> Any:
    """Decide which lines count and what each is worth.

    Parameters
    ----------
    table : ibis.Table
        Lines with our columns, as the contract of transactions has them.
    names : collection of str
        Which of our columns are there; their names in `table` begin with `prefix`.
    worth : {"amount", "order_total"}
        Which column holds the money. The total of an order is put on one of its lines; the others
        are left out as further lines.
    left_out : ibis text column, optional
        Why a line is left out for a reason known before; null where it is not.
    count : collection of str
        Statuses that count here: "pending", "partly paid".
    net : bool
        Whether what was given back is looked at.

    Returns
    -------
    ibis.Table
        With ``amount``, ``refunded``, and the columns `LEFT_OUT`, `FAULT` and `EXCESS`.
    """
    lines = Lines(table, names, prefix)
    for name in {"status", "currency"} & lines.columns:
        # Some exports write it on the first line of an order only.
        lines.add(**{name: lines[name].coalesce(lines.of_order(lines[name]))})
    reasons = [] if left_out is None else [(left_out.notnull(), left_out)]
    faults = []
    if worth == "order_total":
        lines.add(**{_FURTHER: _find_further_lines(lines)})
        reasons.append((lines[_FURTHER], FURTHER_LINE))
        faults.append((_differs_within_order(lines, lines["order_total"], _CENT), _DIFFERS))
        lines.add(amount=ibis.ifelse(lines[_FURTHER], None, lines["order_total"]))
    for rule in TRANSACTIONS.exclusions:
        if rule.column in lines.columns and rule.label.removeprefix("not counted: ") not in count:
            reasons.append((rule.broken(lines), rule.label))
    lines.add(**{LEFT_OUT: _name_first(reasons)})
    if {"status", "is_test"} & lines.columns and "order_id" in lines.columns:
        _leave_out_refunds(lines)
    if "currency" in lines.columns:
        code = ibis.ifelse(lines[LEFT_OUT].isnull(), lines["currency"], None)
        faults.append((_differs_within_order(lines, code), _CURRENCIES))
    if net:
        faults += _give_back(lines)
    lines.add(**{FAULT: _name_first(faults)})
    return lines.table


def _leave_out_refunds(lines: Lines) -> None:
    """Leave out what gives back an order of which no line counts, for the same reason."""
    back, why = is_return(lines), lines[LEFT_OUT]
    lines.add(**{_COUNTS: (~back & why.isnull()).cast("int8")})
    lines.add(**{_WHY: ibis.ifelse(is_return(lines), None, lines[LEFT_OUT])})
    orphaned = is_return(lines) & (lines.of_order(lines[_COUNTS]) == 0)
    reason = ibis.ifelse(orphaned, lines.of_order(lines[_WHY]), None)
    lines.add(**{LEFT_OUT: lines[LEFT_OUT].coalesce(reason)})


def _name_first(found: list[tuple[Any, Any]]) -> Any:
    """The label of the first condition that holds, or null."""
    return ibis.cases(*found) if found else ibis.null("string")


def _find_further_lines(lines: Lines) -> Any:
    """Whether another line of the order carries its total."""
    if "order_id" not in lines.columns:
        return ibis.literal(False)
    total, order = lines["order_total"], lines["order_id"]
    place = ibis.row_number().over(group_by=order, order_by=total.isnull())
    return order.notnull() & (place > 0) & lines.of_order(total).notnull()


def _differs_within_order(lines: Lines, value: Any, tolerance: float | None = None) -> Any:
    """Whether the lines of an order say different things, those without a word aside."""
    if "order_id" not in lines.columns:
        return ibis.literal(False)
    order = lines["order_id"]
    lowest, highest = value.min().over(group_by=order), value.max().over(group_by=order)
    apart = highest != lowest if tolerance is None else highest - lowest > tolerance
    return order.notnull() & apart.fill_null(False)


def _give_back(lines: Lines) -> list[tuple[Any, Any]]:
    """Add what was given back of each line, and what that leaves unexplained; find faults."""
    if not {"status", "refunded", "order_refunded"} & lines.columns:
        return []
    priced = ~is_return(lines) & (lines["amount"] > 0).fill_null(False)
    priced = priced & (lines[LEFT_OUT].fill_null("") != FURTHER_LINE)
    lines.add(**{_PRICE: ibis.ifelse(priced, lines["amount"].cast("float64"), 0.0)})
    back = lines[_PRICE] * 0.0
    if "refunded" in lines.columns:  # a line that gives back says so itself
        back = ibis.ifelse(is_return(lines), 0.0, lines["refunded"].abs().fill_null(0.0))
    lines.add(**{_BACK: back})
    if "order_refunded" in lines.columns:
        _add_share_of_order(lines)
    if "status" in lines.columns:
        _add_whole(lines)
    faults = []
    if "order_refunded" in lines.columns:
        amount = lines["order_refunded"].abs()
        amount = ibis.ifelse(amount > NOTHING, amount, None)
        faults.append((_differs_within_order(lines, amount, _CENT), _REFUNDS_DIFFER))
    if "order_paid" in lines.columns:
        paid = lines.of_order(lines["order_paid"])
        above = lines.sum_of_order(lines[_BACK]) > paid + _CENT
        faults.append((above.fill_null(False), _TOO_MUCH))
    given = ibis.least(lines[_BACK], lines[_PRICE])
    lines.add(**{"refunded": given, EXCESS: lines[_BACK] - given})
    return faults


def _add_share_of_order(lines: Lines) -> None:
    """Share what was given back of an order among those of its lines that count."""
    order_refunded = lines.of_order(lines["order_refunded"].abs()).fill_null(0.0)
    counts = ibis.ifelse(lines[LEFT_OUT].isnull(), lines[_PRICE], 0.0)
    lines.add(**{_OF_ORDER: order_refunded, _WEIGHT: counts})
    # Where no line counts, what is left out is worth so much less; where nothing was paid for
    # the goods, every line takes a part, and all of it is above them.
    for other in (lines[_PRICE], lines[_PRICE] * 0.0 + 1.0):
        weight = ibis.ifelse(lines.sum_of_order(lines[_WEIGHT]) > 0, lines[_WEIGHT], other)
        lines.add(**{_WEIGHT: weight})
    share = lines[_WEIGHT] / lines.sum_of_order(lines[_WEIGHT])
    lines.add(**{_BACK: lines[_BACK] + lines[_OF_ORDER] * share})


def _add_whole(lines: Lines) -> None:
    """A status that says refunded without any amount gives back the whole line."""
    booked = lines.of_order(is_return(lines).cast("int8")) > 0  # as a line of its own
    silent = (lines[_BACK] <= NOTHING) & ~booked
    whole = (lines["status"] == "refunded").fill_null(False) & silent
    lines.add(**{_BACK: ibis.ifelse(whole, lines[_PRICE], lines[_BACK])})
    partly = (lines["status"] == "partly refunded").fill_null(False) & ~booked
    lines.add(**{SILENT: partly & (lines.sum_of_order(lines[_BACK]) <= NOTHING)})
