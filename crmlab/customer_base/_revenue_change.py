"""From the revenue of one period to that of the next: who, how often, how much, at what price."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab._engine import execute
from crmlab._periods import Day
from crmlab._types import Floats, Table
from crmlab.customer_base._two_periods import TwoPeriods, read_two_periods

__all__ = ["revenue_change"]


def revenue_change(
    transactions: Table,
    *,
    cut: Day,
    observation_end: Day | None = None,
    start: Day | None = None,
) -> pd.DataFrame:
    """Take the change of revenue from one period to the next apart, so that it adds up.

    Each step is the difference in one factor times the mean, over both periods, of the others:
    Bennet's indicator, which leaves no rest, and turns its sign when the periods change places.
    Factors of a customer who bought in both periods are split one after another:

    * revenue = units times price; the difference of prices, product by product, is *price*;
    * units of each product = all units times the product's share; the difference of shares is
      *mix*, positive where dearer products take a larger part;
    * all units = purchases times units per purchase: *frequency* and *order size*.

    A product that a customer bought in one period only has, in the other, the mean price that all
    customers paid; where nobody bought it, its price counts as unchanged, and the product as mix.

    Without ``quantity`` on the lines, revenue is purchases times mean spend: *frequency* and
    *order size*, in which price and mix are. With quantities but without ``product_id``, the mean
    price of a unit is one step, *price and mix*. A customer of whom some lines lack a product or
    a positive quantity is taken apart as if all did; `n_customers` of *price* and *mix* does not
    count these.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency); for prices
        ``product_id`` and ``quantity``.
    cut : date
        Last day of the earlier period; the later one starts the day after.
    observation_end : date, optional
        Last day of the later period. Default: the last day in the table.
    start : date, optional
        First day of the earlier period. By default it is as long as the later one, which must lie
        in the data.

    Returns
    -------
    DataFrame
        One row per step:

        ``step``
            "last period", "lost" (bought in the earlier period only), "won" (in the later only),
            the steps of those who bought in both, "this period";
        ``amount``
            in currency: revenue of the two periods, changes between them;
        ``n_customers``
            whose revenue the row is about (int);
        ``running``
            revenue after the step, in currency.

        The changes add up to the difference of the two revenues. Revenue is that of purchases,
        less what was given back of them by `observation_end`, in the period in which they were
        made: that of `customer_flows`. A purchase is a customer's day. ``attrs`` keeps the days
        as labels.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If a period lies outside the data, or nobody bought in one of them.

    References
    ----------
    Bennet, T. L. (1920). The theory of measurement of changes in cost of living. Journal of the
    Royal Statistical Society, 83(3), 455-462.

    Diewert, W. E. (2005). Index number theory using differences rather than ratios. American
    Journal of Economics and Sociology, 64(1), 311-360: why this indicator
    is to be preferred.

    See Also
    --------
    crmlab.plots.plot_revenue_change : The picture.

    Examples
    --------
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "b", "b", "c"],
    ...     "date": ["2024-01-10", "2024-01-20", "2024-02-10", "2024-02-20"],
    ...     "amount": [10.0, 20.0, 33.0, 5.0],
    ...     "product_id": ["tea", "tea", "tea", "tea"],
    ...     "quantity": [1, 2, 3, 1],
    ... })
    >>> revenue_change(orders, cut="2024-01-31", start="2024-01-01")
              step  amount  n_customers  running
    0  last period    30.0            2     30.0
    1         lost   -10.0            1     20.0
    2          won     5.0            1     25.0
    3    frequency     0.0            1     25.0
    4   order size    10.5            1     35.5
    5        price     2.5            1     38.0
    6          mix     0.0            1     38.0
    7  this period    38.0            2     38.0
    """
    periods = read_two_periods(transactions, cut=cut, observation_end=observation_end, start=start)
    customers = periods.count()
    bought = {name: customers[f"n_{name}"] > 0 for name in ("before", "after")}
    kept = customers[bought["before"] & bought["after"]]
    found = [
        ("lost", -customers.loc[~bought["after"], "revenue_before"]),
        ("won", customers.loc[~bought["before"], "revenue_after"]),
        *_explain(kept, periods).items(),
    ]
    before = customers.loc[bought["before"], "revenue_before"]
    after = customers.loc[bought["after"], "revenue_after"]
    rows = [("last period", before), *found, ("this period", after)]
    change = pd.DataFrame(
        [(step, part.sum(), len(part)) for step, part in rows],
        columns=["step", "amount", "n_customers"],
    )
    change["running"] = [*change["amount"].cumsum()[:-1], after.sum()]
    change.attrs = {
        "start": str(periods.start), "cut": str(periods.cut), "observation_end": str(periods.end)
    }  # fmt: skip
    return change


def _explain(kept: pd.DataFrame, periods: TwoPeriods) -> dict[str, pd.Series]:
    """The change of each customer who stayed, by step; a customer without a step is not in it."""
    named = "product_id" in periods.purchases.lines.columns
    if "quantity" not in periods.purchases.lines.columns:
        return _by_spend(kept)
    goods = _read_goods(periods, named=named)
    whole = ~kept.index.isin(goods.loc[goods["n_unknown"] > 0, "customer_id"])
    units, spend = _by_units(kept[whole], goods), _by_spend(kept[~whole])
    if not named:  # of one kind of goods there is no mix
        units = units.drop(columns="mix").rename(columns={"price": "price and mix"})
    parts = {str(step): part for step, part in units.items()}
    return parts | {step: pd.concat([parts[step], part]) for step, part in spend.items()}


def _by_spend(kept: pd.DataFrame) -> dict[str, pd.Series]:
    """Change by purchases and by mean spend of each."""
    n0, n1 = kept["n_before"], kept["n_after"]
    s0, s1 = kept["revenue_before"] / n0, kept["revenue_after"] / n1
    return {
        "frequency": (n1 - n0) * (s0 + s1) / 2,
        "order size": (s1 - s0) * (n0 + n1) / 2,
    }


def _read_goods(periods: TwoPeriods, *, named: bool) -> pd.DataFrame:
    """Units and money by customer, product and period, and lines that do not tell both."""
    goods = periods.within(periods.purchases.goods)
    known = (goods.quantity > 0).fill_null(False)
    known = known & (goods.quantity < float("inf"))  # not so of nan
    if named:
        known = known & goods.product_id.notnull()
    keys = ["customer_id", "product_id", "later"] if named else ["customer_id", "later"]
    found = execute(
        goods.group_by(keys).aggregate(
            units=goods.quantity.sum(), spent=goods.spent.sum(), n_unknown=(~known).sum()
        )
    )
    found = found.astype({"units": "float64", "spent": "float64", "n_unknown": "int64"})
    return found if named else found.assign(product_id=0)


def _by_units(kept: pd.DataFrame, goods: pd.DataFrame) -> pd.DataFrame:
    """Change of each customer by purchases, units of each, prices and mix."""
    known = goods[goods["n_unknown"] == 0]
    customer = pd.Index(kept.index).get_indexer(pd.Index(known["customer_id"]))
    product = pd.factorize(known["product_id"])[0]
    cell, row = np.unique(
        np.stack([customer, product])[:, customer >= 0], axis=1, return_inverse=True
    )
    mine, later = customer >= 0, known["later"].to_numpy(dtype=bool)
    units, spent = (known[name].to_numpy() for name in ("units", "spent"))
    q = [_add(row, units[mine], later[mine] == after, cell.shape[1]) for after in (False, True)]
    v = [_add(row, spent[mine], later[mine] == after, cell.shape[1]) for after in (False, True)]
    usual = [_mean_prices(product, units, spent, later == after) for after in (False, True)]
    p = _fill_prices(q, v, [prices[cell[1]] for prices in usual])

    def per_customer(value: Floats) -> Floats:
        return np.bincount(cell[0], value, minlength=len(kept)).astype(float)

    total = [per_customer(one) for one in q]
    share = [one / whole[cell[0]] for one, whole in zip(q, total, strict=True)]
    mean_price = (p[0] + p[1]) / 2
    of_unit = per_customer((share[0] + share[1]) / 2 * mean_price)
    n = [kept[name].to_numpy(dtype=float) for name in ("n_before", "n_after")]
    size = [whole / number for whole, number in zip(total, n, strict=True)]
    parts = {
        "frequency": (n[1] - n[0]) * (size[0] + size[1]) / 2 * of_unit,
        "order size": (size[1] - size[0]) * (n[0] + n[1]) / 2 * of_unit,
        "price": per_customer((p[1] - p[0]) * (q[0] + q[1]) / 2),
        "mix": (total[0] + total[1]) / 2 * per_customer((share[1] - share[0]) * mean_price),
    }
    return pd.DataFrame(parts, index=kept.index)


def _add(row: Any, value: Floats, where: Any, n_rows: int) -> Floats:
    return np.bincount(row[where], value[where], minlength=n_rows).astype(float)


def _mean_prices(product: Any, units: Floats, spent: Floats, where: Any) -> Floats:
    """Mean price of a unit of each product in one period; nan where nobody bought it."""
    n_products = int(product.max(initial=-1)) + 1
    sold = _add(product, units, where, n_products)
    with np.errstate(invalid="ignore"):
        return _add(product, spent, where, n_products) / np.where(sold > 0, sold, np.nan)


def _fill_prices(q: list[Floats], v: list[Floats], usual: list[Floats]) -> list[Floats]:
    """A customer's own price of each product, else the usual one, else that of the other period."""
    own = [one / np.where(units > 0, units, np.nan) for one, units in zip(v, q, strict=True)]
    known = [np.where(np.isnan(a), b, a) for a, b in zip(own, usual, strict=True)]
    return [np.where(np.isnan(a), b, a) for a, b in zip(known, known[::-1], strict=True)]
