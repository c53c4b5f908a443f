"""What each customer brought in and cost."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_day
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._periods import Day
from crmlab._revenue.purchases import Purchases
from crmlab._types import Table
from crmlab._units import months_between
from crmlab.contracts import CONTACTS, SUBSCRIPTIONS, ContractError
from crmlab.customer_base._days import read_purchases, up_to

__all__ = ["customer_profit", "refuse_negative_costs"]

_COLUMNS = ["sales", "margin", "fees", "service_cost", "contact_cost"]


def customer_profit(
    transactions: Table,
    *,
    subscriptions: Table | None = None,
    contacts: Table | None = None,
    observation_end: Day | None = None,
) -> pd.DataFrame:
    """Add up what each customer brought in and cost.

    A month of a subscription is paid when it starts: on the day the subscription starts, and on
    the same day of each later month or, where the month is too short, on its last day. A
    subscription that ends on such a day does not pay the month that would start there. What
    serving the month costs counts on the same day.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions with a cost: ``customer_id``, ``date``, ``amount`` and ``cost``
        (both currency, for the line). Both are added up as they stand, so that a return takes its
        amount back, and its cost where that is negative.
    subscriptions : DataFrame or ibis.Table, optional
        One row per subscription: ``customer_id``, ``start``, ``end`` (empty while active),
        ``plan``, ``monthly_fee`` and ``monthly_cost`` (currency).
    contacts : DataFrame or ibis.Table, optional
        Canonical contacts, of which ``customer_id``, ``date`` and ``cost`` (currency) count.
    observation_end : date, optional
        Last day observed; later lines, months and contacts are left out. Default: the last day in
        `transactions`.

    Returns
    -------
    DataFrame
        One row per customer of any of the tables, sorted by its index ``customer_id``, in
        currency, 0 where there is nothing:

        ``sales``
            amounts, less what was given back;
        ``margin``
            `sales` less the cost of the lines;
        ``fees``
            months of subscriptions paid, times the fee;
        ``service_cost``
            the same months, times what a month costs;
        ``contact_cost``
            what contacting the customer cost;
        ``profit``
            ``margin + fees - service_cost - contact_cost``.

        ``attrs`` keeps ``observation_end``.

    Raises
    ------
    ContractError
        If a table breaks its contract, a cost is missing or negative, or ids are text in one
        table and numbers in another.
    InputError
        If nothing happened by `observation_end`, or tables have dates on several clocks.

    See Also
    --------
    crmlab.concentration.whale_curve : How the profit adds up over customers.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-31")
    >>> orders = pd.DataFrame(
    ...     {"customer_id": ["a", "a"], "date": day, "amount": [10.0, 5.0], "cost": [6.0, 2.0]}
    ... )
    >>> courses = pd.DataFrame(
    ...     {"customer_id": ["b"], "start": [day], "end": [pd.Timestamp("2024-03-31")],
    ...      "plan": ["basic"], "monthly_fee": [30.0], "monthly_cost": [35.0]}
    ... )
    >>> customer_profit(orders, subscriptions=courses, observation_end="2024-12-31")
                 sales  margin  fees  service_cost  contact_cost  profit
    customer_id
    a             15.0     7.0   0.0           0.0           0.0     7.0
    b              0.0     0.0  60.0          70.0           0.0   -10.0
    """
    asked = check_day("observation_end", observation_end)
    check_clocks(
        {
            "`transactions`": date_column(transactions, "date"),
            "`start`": date_column(subscriptions, "start"),
            "`end`": date_column(subscriptions, "end"),
            "`contacts`": date_column(contacts, "date"),
        }
    )
    purchases, end = read_purchases(transactions, asked)
    parts = {"transactions": _of_lines(purchases)}
    if subscriptions is not None:
        parts["subscriptions"] = _of_subscriptions(subscriptions, end)
    if contacts is not None:
        parts["contacts"] = _of_contacts(contacts, end)
    table = _joined(parts)
    if table.empty:
        raise InputError(
            f"There is nothing to add up by {end}, the end of observation. See `observation_end`."
        )
    table["profit"] = (
        table["margin"] + table["fees"] - table["service_cost"] - table["contact_cost"]
    )
    table.attrs = {"observation_end": end.isoformat()}
    return table


def _of_lines(purchases: Purchases) -> pd.DataFrame:
    """Sales and margin of each customer, added up where the lines live."""
    lines = purchases.lines
    _need_cost(lines.columns, "cost", "transactions", "what the goods on the line cost")
    known = lines.cost.abs() < float("inf")  # not so of null, nan and the infinite
    costs = lines.group_by("customer_id").aggregate(
        spent=lines.cost.sum(),
        n_unknown=(~known.fill_null(False)).sum(),
        n_negative=((lines.cost < 0) & (lines.amount > 0)).sum(),
    )
    days = purchases.days
    sales = days.group_by("customer_id").aggregate(sales=days.spent.sum())
    found = execute(costs.left_join(sales, "customer_id").drop("customer_id_right"))
    refuse_negative_costs(found["n_negative"])
    found["sales"] = found["sales"].fillna(0.0)
    n_unknown = int(found["n_unknown"].sum())
    if n_unknown:
        raise _unknown_cost(n_unknown, "cost", "lines of the transactions")
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "sales": found["sales"].astype("float64"),
            "margin": found["sales"].astype("float64") - found["spent"].astype("float64"),
        }
    )


def _of_subscriptions(subscriptions: Any, end: dt.date) -> pd.DataFrame:
    """Fees and service cost of each customer over the months that started."""
    held = SUBSCRIPTIONS.require(subscriptions)
    _need_cost(held.columns, "monthly_cost", "subscriptions", "what serving a month costs")
    terms = execute(held.select("customer_id", "start", "end", "monthly_fee", "monthly_cost"))
    n_unknown = int(terms["monthly_cost"].isna().sum())
    if n_unknown:
        raise _unknown_cost(n_unknown, "monthly_cost", "subscriptions")
    until = np.datetime64(end, "D")
    start = terms["start"].to_numpy().astype("datetime64[D]")
    # The day before the end counts, for who ends on a day of payment does not pay.
    eve = terms["end"].to_numpy().astype("datetime64[D]") - np.timedelta64(1, "D")
    months = np.maximum(months_between(start, np.fmin(eve, until)) + 1, 0)
    paid = pd.DataFrame(
        {
            "customer_id": terms["customer_id"],
            "fees": months * terms["monthly_fee"].astype("float64"),
            "service_cost": months * terms["monthly_cost"].astype("float64"),
        }
    )
    return paid[start <= until].groupby("customer_id", as_index=False).sum()


def _of_contacts(contacts: Any, end: dt.date) -> pd.DataFrame:
    """Cost of the contacts of each customer, added up where the contacts live."""
    made = up_to(CONTACTS.require(contacts), end)
    found = execute(made.group_by("customer_id").aggregate(contact_cost=made.cost.sum()))
    return found.astype({"contact_cost": "float64"})


def _joined(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per customer of any part, zero where a part does not know the customer."""
    whole = {
        name: pd.api.types.is_integer_dtype(part["customer_id"])
        for name, part in parts.items()
        if len(part)
    }
    if len(set(whole.values())) > 1:
        kinds = [f"{'whole numbers' if w else 'text'} in {name}" for name, w in whole.items()]
        raise ContractError(
            f"`customer_id` must be of one type in all tables; it holds {', '.join(kinds)}. "
            "Convert the numbers to text."
        )
    frames = [part.set_index("customer_id") for name, part in parts.items() if name in whole]
    if not frames:
        return pd.DataFrame()
    table = pd.concat(frames, axis="columns").reindex(columns=_COLUMNS)
    return table.fillna(0.0).sort_index().rename_axis("customer_id")


def _need_cost(present: tuple[str, ...], column: str, table: str, meaning: str) -> None:
    if column not in present:
        raise ContractError(
            f"The {table} lack {column!r}, {meaning}, so profit cannot be known; they have "
            f"{', '.join(map(repr, present))}. Add it, or measure sales instead."
        )


def refuse_negative_costs(n_negative: pd.Series) -> None:
    """Raise where goods that were sold cost less than nothing; of what came back, the cost may."""
    n_rows = int(n_negative.fillna(0).sum())
    if n_rows:
        raise ContractError(
            f"`cost` must not be negative where `amount` is positive; it is on {n_rows:,} lines of "
            "the transactions. A cost lowers the profit: write it positive."
        )


def _unknown_cost(n_rows: int, column: str, where: str) -> ContractError:
    return ContractError(
        f"`{column}` must be known to know the profit; it is missing or infinite in {n_rows:,} "
        f"{where}. Fill it in, with 0 where there was none."
    )
