"""How much of a customer's wallet is ours: own spend against that of similar customers."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_day, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab._intervals import check_resampling
from crmlab._types import Day, Floats, Ints, Table
from crmlab.cross_sell._goods import Goods, count_days, read_catalogue, read_goods, round_money

__all__ = ["share_of_wallet"]


def share_of_wallet(
    transactions: Table,
    products: Table,
    *,
    level: str = "category",
    by: Literal["customer", "item"] = "customer",
    segment: pd.Series | None = None,
    n_bands: int = 4,
    quantile: float = 0.8,
    start: Day | None = None,
    observation_end: Day | None = None,
    interval_level: float = 0.95,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare what customers spend on each item with what similar customers spend on it.

    The wallet of a customer for an item is what is spent on it by one who is well served among
    similar customers, the `quantile` of their spend; or the customer's own spend where that is
    more. The share of wallet is own spend over the sum of these.

    **What it cannot say**: nobody sees what is spent elsewhere. A small share may be a customer of
    a competitor or one who needs no more; and where all similar customers buy elsewhere too, the
    share looks large. The limits are about the comparison with others only.

    Parameters
    ----------
    transactions, products : DataFrame or ibis.Table
        Canonical transactions with `product_id`; `product_id` and the column named by `level`.
    level : str, default="category"
        Column of `products` with the parts of the wallet.
    by : {"customer", "item"}, default="customer"
        What a row is.
    segment : Series, optional
        Who is similar: a label by `customer_id`, such as a segment. Default: customers with about
        as many days with a purchase, in `n_bands` groups.
    n_bands : int, default=4
        Groups by days with a purchase, at least 1.
    quantile : float, default=0.8
        Of the spend of similar customers, those who spend nothing among them, in (0, 1).
    start, observation_end : date, optional
        First and last day that count; default all days.
    interval_level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples, seed : int, default=200, 0
        Bootstrap of the similar customers.

    Returns
    -------
    DataFrame
        With `by="customer"`, one row per customer with a purchase, sorted by the index
        `customer_id`: `segment` (or the band, from "1" for the fewest days), `n_peers` (similar
        customers, this one included), `n_owned` (items bought), `spent`, `wallet`, `open` (wallet
        less spent, in currency), `next_item` (the item with the most open; missing where there is
        none), and `estimate, lower, upper, level` of spent / wallet, in [0, 1].

        With `by="item"`, one row per item, the most open first: `item`; `n_owners`, `spent`,
        `wallet`, `open` and `estimate, lower, upper, level` over all customers.

    Raises
    ------
    InputError
        If nobody bought anything in the period, a customer has no segment, or an option is out of
        range.

    References
    ----------
    Perlich, C., Rosset, S., Lawrence, R. D. and Zadrozny, B. (2007). High-quantile modeling for
    customer wallet estimation and other applications. KDD '07, 977-985: a realistic wallet is a
    high quantile of what similar customers spend.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> wallets = share_of_wallet(company.transactions, company.products, start="2025-01-01")
    >>> wallets[["segment", "n_owned", "next_item"]].head(2)
                segment  n_owned  next_item
    customer_id
    C0000002          4        7  workbooks
    C0000005          2        4  workbooks
    """
    check_choice("by", by, ["customer", "item"])
    check_count("n_bands", n_bands)
    share = check_fraction("quantile", quantile, open_ends=True)
    check_fraction("interval_level", interval_level, open_ends=True)
    check_resampling(level=interval_level, n_resamples=n_resamples, seed=seed)
    begin, end = check_day("start", start), check_day("observation_end", observation_end)
    if begin and end and begin > end:
        raise InputError(f"`start` must not be after `observation_end`; got {begin} and {end}.")
    if segment is not None and not isinstance(segment, pd.Series):
        raise InputTypeError(
            f"`segment` must be a Series by `customer_id`; got {type(segment).__name__}."
        )
    goods = read_goods(transactions, read_catalogue(products, level, 0.0), end=end)
    rows = goods.known()
    rows = rows if begin is None else rows[rows["day"] >= pd.Timestamp(begin)]
    if rows.empty:
        raise InputError(f"`start` must leave purchases after it; the last is of {goods.last}.")
    spend, owned, ids, days = _spread(goods, rows)
    codes, names = _find_similar(segment, ids, days, n_bands)
    wallet = _wallets(spend, codes, share)
    draws = _resample(spend, codes, share, by, n_resamples, seed)
    tails = [(1 - interval_level) / 2, (1 + interval_level) / 2]
    if by == "item":
        return _by_item(
            goods, spend, owned, wallet, np.quantile(draws, tails, axis=0), interval_level
        )
    return _by_customer(
        goods, ids, names[codes], np.bincount(codes)[codes], spend, owned, wallet,
        np.quantile(draws, tails, axis=0), interval_level,
    )  # fmt: skip


def _spread(goods: Goods, rows: pd.DataFrame) -> tuple[Floats, Any, pd.Index, Ints]:
    """Spend and ownership (customers x items) of those who bought, their ids and days."""
    shape = len(goods.customers), len(goods.items)
    at = np.ravel_multi_index((rows["customer"], rows["item"]), shape)
    size = shape[0] * shape[1]
    spent = np.bincount(at, weights=rows["spent"], minlength=size)
    spend = np.asarray(spent, dtype="float64").reshape(shape)
    owned = np.bincount(at, minlength=size).reshape(shape) > 0
    there: Any = owned.any(axis=1)
    days = count_days(rows, shape[0])
    return spend[there], owned[there], goods.customers[there], days[there]


def _find_similar(
    segment: pd.Series | None, ids: pd.Index, days: Ints, n_bands: int
) -> tuple[Ints, Any]:
    if segment is None:
        edges = np.unique(np.quantile(days, np.arange(1, n_bands) / n_bands))
        codes, found = np.unique(np.searchsorted(edges, days, side="left"), return_inverse=True)
        return found, np.array([str(k + 1) for k in range(len(codes))], dtype=object)
    if segment.index.duplicated().any():
        raise InputError("`segment` must have one label per customer; some have several.")
    labels = segment.reindex(ids)
    n_missing = int(labels.isna().sum())
    if n_missing:
        raise InputError(
            f"`segment` must hold every customer who bought; {n_missing:,} of {len(ids):,} have "
            f"none, such as {ids[labels.isna().to_numpy()][0]!r}."
        )
    codes, names = pd.factorize(labels, sort=True)
    return codes, np.asarray(names, dtype=object)


def _wallets(spend: Floats, codes: Ints, quantile: float) -> Floats:
    """For each customer and item, the own spend or that of one well served, if more."""
    groups = range(int(codes.max()) + 1)
    bar = np.array([np.quantile(spend[codes == g], quantile, axis=0) for g in groups])
    return np.maximum(spend, bar[codes])


def _resample(
    spend: Floats, codes: Ints, quantile: float, by: str, n_resamples: int, seed: int
) -> Floats:
    """Shares of wallet with similar customers drawn anew: draws x customers, or x items."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(codes == g) for g in range(int(codes.max()) + 1)]
    axis = 1 if by == "customer" else 0
    own = spend.sum(axis=axis)
    draws = np.empty((n_resamples, len(own)))
    order = [np.argsort(spend[each], axis=0, kind="stable") for each in rows]
    ranked = [np.sort(spend[each], axis=0) for each in rows]
    for draw in range(n_resamples):
        bar = np.array(
            [_drawn_quantile(*each, quantile, rng) for each in zip(ranked, order, strict=True)]
        )
        whole = np.maximum(spend, bar[codes]).sum(axis=axis)
        draws[draw] = np.divide(own, whole, out=np.ones(len(own)), where=whole > 0)
    return draws


def _drawn_quantile(
    ranked: Floats, order: Ints, quantile: float, rng: np.random.Generator
) -> Floats:
    """A quantile of each column, of as many rows drawn with replacement.

    A row counts as often as it was drawn, so that nothing needs to be sorted anew.
    """
    n, k = ranked.shape
    drawn = rng.multinomial(n, np.full(n, 1 / n))
    below = np.cumsum(drawn[order], axis=0)
    at = (below < quantile * (n - 1) + 1 - 1e-9).sum(axis=0)
    return ranked[np.minimum(at, n - 1), np.arange(k)]


def _by_customer(
    goods: Goods, ids: pd.Index, names: Any, n_peers: Ints, spend: Floats, owned: Any,
    wallet: Floats, limits: Floats, level: float,
) -> pd.DataFrame:  # fmt: skip
    gap = round_money("amount", wallet - spend)
    best = gap.argmax(axis=1)
    more = gap[np.arange(len(gap)), best] > 0
    spent, whole = spend.sum(axis=1), wallet.sum(axis=1)
    named = pd.Series(goods.items.to_numpy()[best], index=ids, dtype="str").where(more)
    return pd.DataFrame(
        {"segment": names, "n_peers": n_peers, "n_owned": owned.sum(axis=1), "spent": spent,
         "wallet": whole, "open": whole - spent, "next_item": named,
         "estimate": _divide(spent, whole), "lower": limits[0], "upper": limits[1],
         "level": level},
        index=ids,
    )  # fmt: skip


def _by_item(
    goods: Goods, spend: Floats, owned: Any, wallet: Floats, limits: Floats, level: float
) -> pd.DataFrame:
    spent, whole = spend.sum(axis=0), wallet.sum(axis=0)
    table = pd.DataFrame(
        {"n_owners": owned.sum(axis=0), "spent": spent, "wallet": whole, "open": whole - spent,
         "estimate": _divide(spent, whole), "lower": limits[0], "upper": limits[1],
         "level": level},
        index=goods.items.rename("item"),
    )  # fmt: skip
    table = table[table["n_owners"] > 0].sort_values("open", ascending=False, kind="stable")
    return table.reset_index()


def _divide(spent: Floats, whole: Floats) -> Floats:
    """Own spend over the wallet; all of nothing is ours."""
    return np.divide(spent, whole, out=np.ones(len(spent)), where=whole > 0)
