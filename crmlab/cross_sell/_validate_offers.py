"""Are offers any better than the best-seller? Judged on what customers bought afterwards."""

import datetime as dt
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab._types import Day, Floats, Ints, Table
from crmlab.cross_sell._chances import Chances, Moment, learn_chances, look_at
from crmlab.cross_sell._goods import (
    Goods,
    check_as_of,
    check_consumables,
    read_catalogue,
    read_goods,
)
from crmlab.cross_sell._offers import check_history, rank_items, refuse_too_many

__all__ = ["validate_offers"]

METHODS = ("next best offer", "most probable", "popularity", "repeat")


def validate_offers(
    transactions: Table,
    products: Table,
    *,
    as_of: Day,
    horizon: int = 90,
    n_offers: int = 1,
    level: str = "category",
    margin: float | None = None,
    consumables: bool | Sequence[str] = False,
    n_bands: int = 4,
    interval_level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Compare offers made on a past day with what customers then bought.

    Four ways to choose: the *next best offer*, the item with the largest expected margin; the
    *most probable* item; *popularity*, the item that most customers bought in the horizon before,
    as far as the customer does not own it; *repeat*, what the customer bought most often, owned
    or not. *Time-ordered*: only what was known on the evening of `as_of` is used. *Random
    customers*: the others' purchases after `as_of` are learnt from, as where rows are split at
    random. That number knows the future, and is usually the better one.

    A hit is a customer who buys an offered item within the horizon. Nobody was sent an offer: so
    hits are purchases made anyway, and *repeat* shows how easily those are foretold.

    Parameters
    ----------
    transactions, products, horizon, n_offers, level, margin, consumables, n_bands
        As in `next_best_offer`.
    as_of : date
        Day of the offers; the horizon after it must have been observed.
    interval_level : float, default=0.95
        Probability between the limits, in (0, 1).
    random_state : int, default=0
        Seed of the halves of customers.

    Returns
    -------
    DataFrame
        Columns

        * `split` : "time-ordered" or "random customers"
        * `method` : as above
        * `measure` : "hit rate", a share of customers; "margin", of the offered items bought,
          in currency per customer
        * `n_customers` : customers with a purchase by `as_of`, offered anything or not
        * `foretold` : what the probabilities said; missing for the last two methods
        * `estimate`, `lower`, `upper` : with normal limits over customers
        * `gain`, `gain_lower`, `gain_upper` : above popularity on the same customers
        * `level`

    Raises
    ------
    InputError
        As in `next_best_offer`, and if the horizon ends after the data.

    References
    ----------
    Ji, Y., Sun, A., Zhang, J. and Li, C. (2023). A critical study on data leakage in recommender
    system offline evaluation. ACM Transactions on Information Systems 41(3), article 75.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> table = validate_offers(
    ...     company.transactions, company.products, as_of="2025-06-30", horizon=180,
    ...     level="product_id",
    ... )
    >>> table.query("split == 'time-ordered'").pivot(
    ...     index="method", columns="measure", values="estimate"
    ... ).round(2)
    measure          hit rate  margin
    method
    most probable        0.06  675.87
    next best offer      0.05  952.07
    popularity           0.06  657.49
    repeat               0.05  512.30
    """
    horizon, wanted = check_count("horizon", horizon), check_count("n_offers", n_offers)
    check_count("n_bands", n_bands)
    check_fraction("interval_level", interval_level, open_ends=True)
    check_count("random_state", random_state, minimum=0)
    check_as_of(as_of)
    goods = read_goods(transactions, read_catalogue(products, level, margin))
    day = check_as_of(as_of, goods)
    _check_end(goods, day, horizon)
    refuse_too_many(goods)
    again = check_consumables(consumables, goods.items)
    before, now = check_history(goods, day, horizon), look_at(goods, day, horizon)
    chances = learn_chances(before, n_bands=n_bands)
    by_method = _judge_all(chances, now, again, wanted)
    rows = _summarise("time-ordered", by_method, now.known, interval_level)
    half = _halve(now.known, random_state)
    by_half = [
        (part, _judge_all(learn_chances(now, n_bands=n_bands, chosen=~part), now, again, wanted))
        for part in (half, ~half)
    ]
    mixed = {
        name: tuple(
            np.where(half, first, second)
            for first, second in zip(by_half[0][1][name], by_half[1][1][name], strict=True)
        )
        for name in METHODS
    }
    rows += _summarise("random customers", mixed, now.known, interval_level)
    return pd.DataFrame(rows)


def _halve(known: Any, seed: int) -> Any:
    """Customers in one of two halves by lot, each with somebody who is known."""
    half = np.random.default_rng(seed).random(len(known)) < 0.5
    n_known = int(known.sum())
    if n_known < 2:
        raise InputError(
            "`transactions` must hold two customers at least with a purchase by `as_of`; there is "
            f"{'one' if n_known else 'none'}. One half of them is judged by the other."
        )
    if not (known & half).any() or not (known & ~half).any():
        half[np.argmax(known)] ^= True
    return half


def _check_end(goods: Goods, day: dt.date, horizon: int) -> None:
    end = day + dt.timedelta(days=horizon)
    if end > goods.last:
        raise InputError(
            f"`horizon` must end within the data, by {goods.last}; {horizon:,} days after {day} "
            f"is {end}. Take an earlier `as_of` or a shorter horizon."
        )


Judged = tuple[Floats, ...]  # hit, margin, hit foretold, margin foretold


def _judge_all(chances: Chances, now: Moment, again: Any, wanted: int) -> dict[str, Judged]:
    """What each way to choose would have brought, customer by customer."""
    chance, *_ = chances.of(now)
    margin = chances.margin_of(now.state)
    may = (now.state == 0) | again
    popular = np.broadcast_to(chances.popularity(), chance.shape)
    often = np.where(now.often > 0, now.often + popular / 2, -np.inf)  # ties by popularity
    values = {
        "next best offer": np.where(may, chance * margin, -np.inf),
        "most probable": np.where(may, chance, -np.inf),
        "popularity": np.where(may, popular, -np.inf),
        "repeat": often,
    }
    values["next best offer"][values["next best offer"] <= 0] = -np.inf  # nobody offers a loss
    foretold = ("next best offer", "most probable")
    return {
        name: _judge(value, now, wanted, chance, margin, told=name in foretold)
        for name, value in values.items()
    }


def _judge(
    value: Floats, now: Moment, wanted: int, chance: Floats, margin: Floats, *, told: bool
) -> Judged:
    best: Ints = rank_items(value, wanted)
    row = np.arange(len(value))[:, None]
    offered = np.isfinite(value[row, best])
    hit = (now.bought[row, best] & offered).any(axis=1).astype(float)
    earned = np.where(offered, now.earned[row, best], 0.0).sum(axis=1)
    if not told:
        return hit, earned, np.full(len(hit), np.nan), np.full(len(hit), np.nan)
    p = np.where(offered, chance[row, best], 0.0)
    return hit, earned, 1 - (1 - p).prod(axis=1), (p * margin[row, best]).sum(axis=1)


def _summarise(
    split: str, judged: dict[str, Judged], known: Any, level: float
) -> list[dict[str, Any]]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    n = int(known.sum())
    usual = judged["popularity"]
    rows = []
    for method, of in judged.items():
        for at, measure in enumerate(("hit rate", "margin")):
            found = of[at][known]
            over = found - usual[at][known]
            half, half_over = (z * each.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
                               for each in (found, over))  # fmt: skip
            rows.append(
                {"split": split, "method": method, "measure": measure, "n_customers": n,
                 "foretold": of[at + 2][known].mean(), "estimate": found.mean(),
                 "lower": found.mean() - half, "upper": found.mean() + half,
                 "gain": over.mean(), "gain_lower": over.mean() - half_over,
                 "gain_upper": over.mean() + half_over, "level": level}
            )  # fmt: skip
    return rows
