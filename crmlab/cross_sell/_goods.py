"""What customers bought, by item and day, and what it earned: read once, where the lines live."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_day, check_number, check_size, name_type
from crmlab._engine import execute, store_beside
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Ints, Table
from crmlab.customer_base import read_purchases

__all__ = [
    "OTHER",
    "Goods",
    "check_as_of",
    "check_consumables",
    "count_days",
    "read_catalogue",
    "read_goods",
    "round_money",
]

OTHER = "(other)"  # the item of lines whose product is not in the catalogue, or has no item there
_LOSS = 1e6  # most that is lost on a unit of revenue
_DIGITS = 12  # of sums of money: engines add up in any order


@dataclass(frozen=True)
class Goods:
    """Purchases by customer, item and day.

    `rows` has ``customer`` and ``item`` (places in `customers` and `items`; -1 is `OTHER`),
    ``day`` (datetime64), ``spent`` and ``margin`` (currency) and, where a catalogue has it,
    ``tier``.
    """

    rows: pd.DataFrame
    customers: pd.Index
    items: pd.Index
    first: dt.date
    last: dt.date

    def known(self) -> pd.DataFrame:
        """The rows whose item is known."""
        return self.rows[self.rows["item"] >= 0]


def read_catalogue(products: Table, level: str, margin: float | None, *more: str) -> pd.DataFrame:
    """One row per product: ``product_id``, ``item`` (text or missing), ``rate``, and `more`.

    ``rate`` is the margin as a share of the price: that of the product, or `margin` for all.
    """
    if not isinstance(level, str):
        raise InputTypeError(f"`level` must be the name of a column; got {level!r}.")
    if margin is not None:
        check_number("margin", margin, low=-_LOSS, high=1)
    needed = ["product_id", level, *([] if margin is not None else ["price", "cost"]), *more]
    needed = list(dict.fromkeys(needed))
    if not isinstance(products, pd.DataFrame | ibis.Table):
        raise InputTypeError(
            f"`products` must be a pandas frame or an Ibis table; got {name_type(products)}."
        )
    _check_catalogue(products, needed, margin)
    table = products[needed] if isinstance(products, pd.DataFrame) else execute(
        products.select(*needed)
    )  # fmt: skip
    if table["product_id"].isna().any() or table["product_id"].duplicated().any():
        raise InputError("`products` must have one row per `product_id`, and none without it.")
    named = table[level].astype("str").where(table[level].notna())
    rate = margin if margin is not None else _margin_rate(table)
    found = pd.DataFrame({"product_id": table["product_id"], "item": named, "rate": rate})
    if not found["item"].notna().any():
        raise InputError(f"`products` must name a {level} for some product; it names none.")
    return found.assign(**{name: table[name] for name in more})


def _check_catalogue(products: Any, needed: list[str], margin: float | None) -> None:
    missing = [name for name in needed if name not in products.columns]
    if margin is None and set(missing) & {"price", "cost"}:
        raise InputError(
            f"`products` lacks {', '.join(map(repr, missing))}, without which no margin is known. "
            "Give `margin`, a share of revenue."
        )
    check_columns(products.columns, needed, what="`products`")


def _margin_rate(table: pd.DataFrame) -> pd.Series:
    price, cost = (
        pd.to_numeric(table[name], errors="coerce").astype("float64") for name in ("price", "cost")
    )
    bad = ~((price > 0) & (cost >= 0) & np.isfinite(price) & np.isfinite(cost))
    if bad.any():
        raise InputError(
            "`products` must have a `price` above 0 and a `cost` of at least 0; "
            f"{int(bad.sum()):,} of {len(table):,} have not, such as "
            f"{table.loc[bad, 'product_id'].iloc[0]!r}. Give `margin`, a share of revenue."
        )
    return 1 - cost / price


def read_goods(
    transactions: Table, catalogue: pd.DataFrame, *, end: dt.date | None = None
) -> Goods:
    """Reduce what was sold and kept to customers, items and days, in one query."""
    purchases, last = read_purchases(transactions, end)
    if "product_id" not in purchases.lines.columns:
        check_columns(purchases.lines.columns, ["product_id"], what="`transactions`")
    goods = purchases.goods
    kinds = {goods.product_id.type().is_string(), pd.api.types.is_string_dtype(
        catalogue["product_id"])}  # fmt: skip
    if len(kinds) > 1:
        raise InputError(
            "`product_id` must be alike in `transactions` and `products`: text in both, or whole "
            "numbers in both."
        )
    rows = _reduce(goods, catalogue)
    if rows.empty:
        raise InputError(f"`transactions` must hold a purchase by {last}; there is none.")
    items = pd.Index(np.sort(catalogue["item"].dropna().unique()), dtype="str", name="item")
    item = items.get_indexer(rows.pop("item"))
    if (item < 0).all():
        raise InputError(
            "`products` must describe what was bought; no line of `transactions` has an item there."
        )
    # Sorting numbers takes a tenth of the time of sorting text.
    customer, ids = pd.factorize(rows.pop("customer_id"), sort=True)
    rows = rows.assign(item=item, customer=customer)
    order = np.lexsort((np.where(item < 0, len(items), item), rows["day"], customer))
    rows = rows.iloc[order].reset_index(drop=True)
    first = rows["day"].min().date()
    return Goods(rows, pd.Index(ids, name="customer_id"), items, first, last)


def _reduce(goods: Any, catalogue: pd.DataFrame) -> pd.DataFrame:
    more = [name for name in catalogue.columns if name not in ("product_id", "item", "rate")]
    beside = store_beside(goods, catalogue)
    joined = goods.left_join(beside, "product_id")
    earned = joined.spent.cast("float64")
    keys = ["customer_id", "day", "item", *more]
    query = joined.group_by(keys).aggregate(
        spent=earned.sum(), margin=(earned * joined.rate.fill_null(0.0)).sum()
    )
    rows = execute(query)
    rows["day"] = pd.to_datetime(rows["day"]).astype("datetime64[s]")
    for name in ("spent", "margin"):
        rows[name] = round_money("amount", rows[name].to_numpy(dtype="float64"))
    return rows


def round_money(what: str, money: Any) -> Any:
    """Leave out digits that are nothing beside the largest of the amounts."""
    check_size(what, money)
    largest = float(np.abs(money).max(initial=0.0))
    return np.round(money, _DIGITS - math.ceil(math.log10(largest))) if largest else money


def check_as_of(as_of: Day, goods: Goods | None = None) -> dt.date:
    """Return the day on which customers are looked at; it must lie within the data."""
    day = check_day("as_of", as_of)
    if day is None:
        raise InputError("`as_of` must be a date such as '2024-12-31'; got None.")
    if goods is not None and not goods.first <= day <= goods.last:
        raise InputError(
            f"`as_of` must lie within the data, {goods.first} to {goods.last}; got {day}."
        )
    return day


def check_consumables(consumables: Any, items: pd.Index) -> np.ndarray:
    """Return which items may be offered to those who bought them before."""
    if isinstance(consumables, bool):
        return np.full(len(items), consumables)
    if isinstance(consumables, str) or not pd.api.types.is_list_like(consumables):
        raise InputTypeError(
            f"`consumables` must be True, False or a list of items; got {consumables!r}."
        )
    named = [str(each) for each in consumables]
    unknown = [each for each in named if each not in items]
    if unknown:
        raise InputError(
            f"`consumables` must name items of `products`; {unknown[0]!r} is not one. There are "
            f"{', '.join(map(repr, list(items)[:6]))}{' ...' if len(items) > 6 else ''}."
        )
    return np.asarray(items.isin(named))


def count_days(rows: pd.DataFrame, n_customers: int) -> Ints:
    """Days with a purchase of each customer."""
    days = rows.drop_duplicates(["customer", "day"])
    return np.bincount(days["customer"], minlength=n_customers)
