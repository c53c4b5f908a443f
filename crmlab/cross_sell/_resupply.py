"""When a customer needs more, or a new one: the moment of resupply or wear."""

import datetime as dt
from statistics import NormalDist

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab._types import Day, Floats, Table
from crmlab.cross_sell._goods import check_as_of, read_catalogue, read_goods

__all__ = ["resupply"]


def resupply(
    transactions: Table,
    products: Table,
    *,
    as_of: Day,
    level: str = "category",
    min_gaps: int = 30,
    interval_level: float = 0.5,
) -> pd.DataFrame:
    """Say for each customer and item when the next purchase is to be expected, and who is due.

    The median interval of a customer is pulled towards that of all customers of the item, the
    more so the fewer intervals the customer has shown. Days with several purchases count once.

    Parameters
    ----------
    transactions, products : DataFrame or ibis.Table
        Canonical transactions with `product_id`; `product_id` and the column named by `level`.
    as_of : date
        Evening on which customers are looked at; within the data.
    level : str, default="category"
        Column of `products` that says what is bought again.
    min_gaps : int, default=30
        Intervals that an item must show over all customers, at least 2; others are left out.
    interval_level : float, default=0.5
        Probability that an interval lies between the limits, in (0, 1): at 0.5, the middle half.

    Returns
    -------
    DataFrame
        One row per customer and item bought by `as_of`, sorted by both; columns

        * `customer_id`, `item`
        * `status` : "due" (between the limits), "not yet" (before) or "overdue" (after): the
          customer has perhaps gone elsewhere
        * `last_purchase` : day
        * `days_since_last` : from it to `as_of`
        * `n_gaps` : intervals of this customer; 0 where the item was bought once
        * `median_days`, `lower`, `upper`, `level` : the expected interval and its limits, in days
        * `due` : day on which `median_days` are over

    Raises
    ------
    InputError
        If `as_of` is outside the data, no item shows enough intervals, or an option is out of
        range.

    Notes
    -----
    Logarithms of intervals are taken as normal, with a mean of each customer that is normal among
    customers; the moments of the data tell both variances. Only intervals that ended are seen, so
    customers who never came back are not in the median: it is the time until the next purchase
    *if there is one*, and too short where few intervals fit into the data.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> moments = resupply(company.transactions, company.products, as_of="2025-06-30")
    >>> moments["status"].value_counts().to_dict()
    {'overdue': 9736, 'due': 5076, 'not yet': 1404}
    """
    least = check_count("min_gaps", min_gaps, minimum=2)
    check_fraction("interval_level", interval_level, open_ends=True)
    check_as_of(as_of)
    catalogue = read_catalogue(products, level, 0.0)
    goods = read_goods(transactions, catalogue)
    day = check_as_of(as_of, goods)
    rows = goods.known()
    rows = rows[rows["day"] <= pd.Timestamp(day)].drop_duplicates(["customer", "item", "day"])
    rows = rows.sort_values(["customer", "item", "day"], kind="stable")
    gap = rows.groupby(["customer", "item"])["day"].diff().dt.days
    gaps = rows.assign(log=np.log(gap.astype(float)))
    table = gaps.groupby(["customer", "item"], as_index=False).agg(
        last_purchase=("day", "max"), n_gaps=("log", "count"), mean=("log", "mean")
    )
    law = _learn(gaps.dropna(subset=["log"]), len(goods.items))
    enough = law["n"].to_numpy()[table["item"].to_numpy()] >= least
    if not enough.any():
        raise InputError(
            f"`min_gaps` must be reached by some item; the most intervals of one are "
            f"{int(law['n'].max()):,}. Take fewer, or a wider `level`."
        )
    table = table[enough].reset_index(drop=True)
    table.insert(0, "customer_id", goods.customers.to_numpy()[table.pop("customer").to_numpy()])
    place = table["item"].to_numpy()
    table["item"] = pd.Series(goods.items.to_numpy()[place], dtype="str")
    return _foretell(table, law.iloc[place].reset_index(drop=True), day, interval_level)


def _learn(gaps: pd.DataFrame, n_items: int) -> pd.DataFrame:
    """Mean and both variances of the logarithms of intervals, item by item."""
    by = gaps.groupby(["item", "customer"])["log"].agg(["size", "mean", "var"]).reset_index()
    by["inside"] = by["var"].fillna(0.0) * (by["size"] - 1)
    rows = {}
    for item, each in by.groupby("item"):
        n, k = float(each["size"].sum()), len(each)
        grand = float((each["size"] * each["mean"]).sum() / n)
        inside = float(each["inside"].sum() / max(n - k, 1.0))
        apart = float((each["size"] * (each["mean"] - grand) ** 2).sum())
        spread = n - float((each["size"] ** 2).sum()) / n
        between = max((apart - (k - 1) * inside) / spread, 0.0) if spread > 0 else 0.0
        if n == k:  # nobody shows two: all of the variance is within customers
            inside, between = apart / max(k - 1, 1), 0.0
        rows[item] = {"n": n, "grand": grand, "inside": inside, "between": between}
    empty = {"n": 0.0, "grand": 0.0, "inside": 1.0, "between": 0.0}
    return pd.DataFrame([rows.get(item, empty) for item in range(n_items)])


def _foretell(table: pd.DataFrame, law: pd.DataFrame, day: dt.date, level: float) -> pd.DataFrame:
    n = table["n_gaps"].to_numpy(dtype=float)
    own = table.pop("mean").fillna(0.0).to_numpy()
    grand, inside, between = (law[name].to_numpy() for name in ("grand", "inside", "between"))
    whole = inside + n * between
    weight: Floats = np.divide(n * between, whole, out=np.zeros(len(n)), where=whole > 0)
    mean = weight * own + (1 - weight) * grand
    spread = np.sqrt(inside + between * (1 - weight))
    half = NormalDist().inv_cdf((1 + level) / 2) * spread
    median, lower, upper = np.exp(mean), np.exp(mean - half), np.exp(mean + half)
    since = (pd.Timestamp(day) - table["last_purchase"]).dt.days
    status = np.select([since < lower, since > upper], ["not yet", "overdue"], "due")
    table.insert(2, "status", pd.Series(status, dtype="str"))
    table.insert(4, "days_since_last", since.astype("int64"))
    table = table.assign(median_days=median, lower=lower, upper=upper, level=level)
    # An interval may be longer than any calendar; a century is as good as never.
    ahead = pd.to_timedelta(np.minimum(np.round(median), 36_525), unit="D")
    table["due"] = (table["last_purchase"] + ahead).astype("datetime64[s]")
    return table
