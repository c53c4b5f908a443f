"""What the orders of a page come to, to be compared with the shop's own books."""

from collections.abc import Callable

import pandas as pd

from crmlab._words import name_money
from crmlab.loaders import TransactionAudit

__all__ = ["left_out_table", "orders_table"]

_Count = Callable[[float], str]


def orders_table(audit: TransactionAudit, currency: str) -> pd.DataFrame:
    """What the orders that count come to: what was sold, given back, and is left.

    Parameters
    ----------
    audit : TransactionAudit
        Of the orders.
    currency : str
        Name of the money; empty where it is not known.

    Returns
    -------
    DataFrame
        Text, one column per currency; index `all orders that count`. Lines that would be 0 for
        all of them are left out.
    """
    money = audit.by_currency
    names = [code or currency for code in money["currency"]]
    if len(money) == 1:
        names = [currency or f"in {name_money('')}"]
    dates = {"first day": money["first_day"], "last day": money["last_day"]}
    back = money["orders"] - money["purchases"]
    # Without numbers of orders, those of one customer and day are one.
    orders = "orders" if "order_id" in audit.valid.columns else "customer-days"
    counts = {
        "customers": money["customers"],
        "with a purchase": money["buyers"],
        orders: money["orders"],
        "given back whole": back,
    }
    sums = {"gross": money["gross"], "given back": money["refunded"], "revenue": money["revenue"]}
    lines = {
        **_format(counts, "{:,}".format),
        **_format(sums, "{:,.2f}".format),
        **{
            what: [f"{day:%Y-%m-%d}" for day in pd.to_datetime(days)]
            for what, days in dates.items()
        },
    }
    if not money["refunded"].any():
        lines = {what: line for what, line in lines.items() if what not in ("gross", "given back")}
    if (money["buyers"] == money["customers"]).all():
        del lines["with a purchase"]
    if not back.any():
        del lines["given back whole"]
    table = pd.DataFrame(lines, index=names).T
    return table.rename_axis(index="all orders that count")


def _format(columns: dict[str, pd.Series], write: _Count) -> dict[str, list[str]]:
    return {what: [write(value) for value in values] for what, values in columns.items()}


def left_out_table(audit: TransactionAudit, currency: str) -> pd.DataFrame:
    """What is no part of the revenue, and why, in rows and in money.

    Parameters
    ----------
    audit : TransactionAudit
        Of the orders.
    currency : str
        Name of the money where the orders name none; empty where it is not known.

    Returns
    -------
    DataFrame
        Text, one row per reason and currency; index `left out`. Without rows where nothing is.
    """
    out = audit.left_out
    worthless = (out["gross"].fillna(0) == 0) & (out["refunded"].fillna(0) == 0)
    several = len(set(out["currency"])) > 1
    table = pd.DataFrame(
        {
            "rows": out["n_rows"].map("{:,}".format),
            "orders": out["n_orders"].map("{:,}".format),
            "gross": out["gross"].map("{:,.2f}".format, na_action="ignore"),
            "given back": out["refunded"].map("{:,.2f}".format, na_action="ignore"),
            "of all money": out["share"].map("{:.1%}".format, na_action="ignore"),
        }
    ).astype("object")
    table.loc[worthless, table.columns != "rows"] = ""  # a line below an order is not an order
    if several:
        table.insert(0, "currency", out["currency"])
    if not out["refunded"].any():
        table = table.drop(columns="given back")
    name = name_money(currency)
    table = table.rename(columns={"gross": "gross" if several else f"gross, {name}"})
    table.index = pd.Index(out["reason"], name="left out, and why")
    return table.fillna("")
