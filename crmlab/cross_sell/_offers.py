"""What to offer whom next: probability times margin, what is owned and not allowed left out."""

import datetime as dt
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_fraction, check_number
from crmlab._errors import InputError
from crmlab._types import Day, Floats, Ints, Table
from crmlab.contracts import PURPOSES
from crmlab.cross_sell._chances import Chances, Moment, learn_chances, look_at
from crmlab.cross_sell._goods import (
    Goods,
    check_as_of,
    check_consumables,
    read_catalogue,
    read_goods,
)
from crmlab.privacy import consented

__all__ = ["check_history", "next_best_offer", "refuse_too_many"]

_MOST_ITEMS = 2_000  # items by items are held in memory


def next_best_offer(
    transactions: Table,
    products: Table,
    *,
    as_of: Day,
    horizon: int = 90,
    n_offers: int = 1,
    level: str = "category",
    margin: float | None = None,
    consumables: bool | Sequence[str] = False,
    consents: Table | None = None,
    channel: str | None = None,
    purpose: str = "marketing",
    min_margin: float = 0.0,
    n_bands: int = 4,
    interval_level: float = 0.95,
) -> pd.DataFrame:
    """Say what to offer each customer next: what they probably buy, times what it earns.

    The customers of `horizon` days ago, and what they bought since, tell the probabilities: how
    popular an item is, how active the customer was, and what else the customer owned. Each step
    is pulled towards the one before as far as the counts ask for it, so that without evidence the
    most popular item is offered. What is owned is left out, except for consumables.

    It is the probability of a purchase, and not what an offer changes: those who would have
    bought anyway are in it. Test that with a control group.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions with `product_id`, in one currency.
    products : DataFrame or ibis.Table
        `product_id`, the column named by `level`, and `price` and `cost` of a unit unless `margin`
        is given.
    as_of : date
        Evening on which customers are looked at; within the data.
    horizon : int, default=90
        Days after `as_of` that the probability is about. It is learnt from as many days before.
    n_offers : int, default=1
        Offers per customer at most, at least 1.
    level : str, default="category"
        Column of `products` that says what an item is: "category", "department", "product_id".
    margin : float, optional
        Margin as a share of revenue, at most 1, for all items; by default (price - cost) / price
        of each product.
    consumables : bool or sequence of str, default=False
        Items that may be offered to those who have them: all, none or these. Their probability
        then also counts by how lately the customer bought them.
    consents : DataFrame or ibis.Table, optional
        Canonical consents, as in `privacy.consented`; who did not consent gets no offer.
    channel, purpose : str
        By what and what for customers are contacted, as in `privacy.consented`; `channel` is
        needed with `consents`.
    min_margin : float, default=0
        Least expected margin of an offer, in currency; such as the cost of a contact.
    n_bands : int, default=4
        Groups of customers by days with a purchase in the horizon before, at least 1.
    interval_level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        Every customer with a purchase by `as_of`, sorted by `customer_id` and `place`; one row per
        offer, or one that says why there is none. Columns

        * `customer_id`
        * `decision` : "offer", "no consent", "nothing left" (all is owned) or "too little margin"
        * `place` : 1, 2, ...; missing without an offer, as is all that follows
        * `item`
        * `because` : the owned item that clearly raises the probability, and most, or else lowers
          it; "popular" where none does, "bought before" of a consumable
        * `probability`, `lower`, `upper`, `level` : of a purchase within the horizon; the limits
          are of the average of such customers, not of one
        * `n_alike`, `n_bought` : the evidence; customers who owned `because` and not the item,
          and those of them who bought it. All who did not own it where it is "popular", all who
          had it where "bought before"
        * `margin` : of one who buys the item within the horizon, in currency; for those who do
          not own it, that of buyers who were new to it
        * `expected_margin` : probability times margin

    Raises
    ------
    InputError
        If `as_of` is outside the data or there is no horizon before it, an option is out of range,
        or there are more than 2,000 items.
    ContractError
        If a table breaks its contract, or money is in several currencies.

    See Also
    --------
    validate_offers : whether such offers are any good.

    Notes
    -----
    Chances are combined as intensities, -log(1 - p): activity and ownership multiply them. The
    pull of each step is the weight at which its counts are most likely under a beta-binomial
    distribution. Of the items a customer owns, the one with the highest lift counts, if that is
    two standard errors from 1, and no product of several: owned items go together. Only where no
    lift is above 1, the lowest counts. Averages of
    margins are pulled as well, towards that of all items.

    References
    ----------
    DuMouchel, W. (1999). Bayesian data mining in large frequency tables. The American
    Statistician 53(3), 177-190: counts of pairs shrunk towards what is expected without them.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> offers = next_best_offer(
    ...     company.transactions, company.products, as_of="2025-06-30",
    ...     consents=company.consents, channel="email", min_margin=300,
    ... )
    >>> offers["decision"].value_counts().to_dict()
    {'offer': 2762, 'no consent': 1436, 'nothing left': 133, 'too little margin': 31}
    """
    horizon, wanted = check_count("horizon", horizon), check_count("n_offers", n_offers)
    least = check_number("min_margin", min_margin, low=0)
    check_count("n_bands", n_bands)
    check_fraction("interval_level", interval_level, open_ends=True)
    check_choice("purpose", purpose, PURPOSES)
    check_as_of(as_of)
    if (consents is None) != (channel is None):
        raise InputError("`consents` and `channel` must be given together, or neither.")
    goods = read_goods(transactions, read_catalogue(products, level, margin))
    day = check_as_of(as_of, goods)
    refuse_too_many(goods)
    again = check_consumables(consumables, goods.items)
    chances = learn_chances(check_history(goods, day, horizon), n_bands=n_bands)
    now = look_at(goods, day, horizon)
    ids = goods.customers[now.known]
    allowed = np.ones(len(ids), dtype=bool)
    if consents is not None:
        kept = consented(ids, consents, channel=str(channel), purpose=purpose, on=day)
        allowed = ids.isin(kept)
    table = _rank(goods, chances, now, again, wanted, interval_level)
    return _decide(table, ids, allowed, least)


def check_history(goods: Goods, day: dt.date, horizon: int) -> Moment:
    """Return the moment one horizon before; customers must have bought before and after it."""
    start = day - dt.timedelta(days=horizon)
    if start < goods.first:
        raise InputError(
            f"`horizon` must leave purchases before it to learn from; {horizon:,} days before "
            f"{day} is {start}, and the first purchase is of {goods.first}. Take a later `as_of` "
            "or a shorter horizon."
        )
    return look_at(goods, start, horizon)


def refuse_too_many(goods: Goods) -> None:
    """Raise InputError where a table of items by items would not fit."""
    if len(goods.items) > _MOST_ITEMS:
        raise InputError(
            f"`level` must have at most {_MOST_ITEMS:,} different values; got "
            f"{len(goods.items):,}. Take a wider one, such as the category."
        )


def rank_items(value: Floats, n: int) -> Ints:
    """The places of the `n` best items of each customer; those at -inf are no offers."""
    return np.argsort(-value, axis=1, kind="stable")[:, :n]


def _rank(
    goods: Goods, chances: Chances, now: Moment, again: Any, wanted: int, level: float
) -> pd.DataFrame:
    """The best items of each customer, with the evidence for each."""
    chance, behind, variance = chances.of(now)
    chance, behind, variance = chance[now.known], behind[now.known], variance[now.known]
    state = now.state[now.known]
    may = (state == 0) | again
    margin = chances.margin_of(state)
    worth = np.where(may, chance * margin, -np.inf)
    best = rank_items(worth, wanted)
    row = np.arange(len(worth))[:, None]
    p, item = chance[row, best], best
    half = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(variance[row, best])
    hazard = -np.log1p(-np.clip(p, 0, 1 - 1e-12))
    why, n_alike, n_bought = _explain(goods, chances, state[row, best], behind[row, best], item)
    flat = {
        "customer": np.broadcast_to(row, best.shape),
        "place": np.broadcast_to(np.arange(best.shape[1]) + 1, best.shape),
        "may": may[row, best], "item": goods.items.to_numpy()[item], "because": why,
        "probability": p, "lower": -np.expm1(-hazard * np.exp(-half)),
        "upper": -np.expm1(-hazard * np.exp(half)), "level": np.full(best.shape, level),
        "n_alike": n_alike, "n_bought": n_bought, "margin": margin[row, best],
        "expected_margin": worth[row, best],
    }  # fmt: skip
    return pd.DataFrame({name: np.asarray(values).ravel() for name, values in flat.items()})


def _explain(
    goods: Goods, chances: Chances, state: Ints, behind: Ints, item: Ints
) -> tuple[Any, Floats, Floats]:
    """Why each item is offered, and how many customers say so."""
    names = goods.items.to_numpy().astype(object)
    told = behind >= 0
    why = np.where(state > 0, "bought before", np.where(told, names[behind], "popular"))
    new_n, new_k = chances.new_counts()
    had_n, had_k = chances.had_counts()
    n = np.where(told, chances.n_alike[behind, item], new_n[item])
    k = np.where(told, chances.n_bought[behind, item], new_k[item])
    return why, np.where(state > 0, had_n[item], n), np.where(state > 0, had_k[item], k)


def _decide(table: pd.DataFrame, ids: pd.Index, allowed: Any, least: float) -> pd.DataFrame:
    """One row per offer, and one for each customer without any."""
    table.loc[~table["may"], "expected_margin"] = np.nan
    left = table.groupby("customer")["may"].any().to_numpy()
    good = table["may"] & (table["expected_margin"] >= least) & (table["expected_margin"] > 0)
    good &= allowed[table["customer"].to_numpy()]
    offers = table[good].assign(decision="offer")
    offers["place"] = offers.groupby("customer").cumcount() + 1
    without = np.setdiff1d(np.arange(len(ids)), offers["customer"].to_numpy())
    reason = np.select(
        [~allowed[without], ~left[without]], ["no consent", "nothing left"], "too little margin"
    )
    none = pd.DataFrame({"customer": without, "decision": reason})
    found = pd.concat([offers, none], ignore_index=True) if len(none) else offers
    found = found.sort_values(["customer", "place"], kind="stable").reset_index(drop=True)
    found["customer_id"] = ids.to_numpy()[found["customer"].to_numpy()]
    for name in ("place", "n_alike", "n_bought"):
        found[name] = found[name].round().astype("Int64")
    for name in ("decision", "item", "because"):
        found[name] = found[name].astype("str")
    columns = ["customer_id", "decision", "place", "item", "because", "probability", "lower"]
    columns += ["upper", "level", "n_alike", "n_bought", "margin", "expected_margin"]
    return found[columns]
