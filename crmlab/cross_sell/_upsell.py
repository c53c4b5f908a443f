"""Who moves up: from one plan or price tier to the next, how often, and what a move is worth."""

import datetime as dt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_column, check_count, check_day, check_fraction
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Table
from crmlab.contracts import SUBSCRIPTIONS
from crmlab.cross_sell._goods import read_catalogue, read_goods

__all__ = ["clustered_share", "upsell_paths"]

NONE = "(none)"


def upsell_paths(
    table: Table,
    products: Table | None = None,
    *,
    horizon: int = 365,
    level: str = "category",
    tier: str | None = None,
    n_tiers: int = 3,
    margin: float | None = None,
    observation_end: Day | None = None,
    interval_level: float = 0.95,
) -> pd.DataFrame:
    """Count the moves between price tiers of an item, or between plans, and what they earn.

    After each purchase the next one of the same customer and item is looked for, within the
    horizon. Purchases that could not be followed so long are left out. After a subscription has
    started, the next one is looked for in the same way.

    Parameters
    ----------
    table : DataFrame or ibis.Table
        Canonical transactions with `product_id`; or canonical subscriptions, whose `plan` is the
        tier.
    products : DataFrame or ibis.Table, optional
        Needed with transactions: `product_id`, the columns named by `level` and `tier`, `price` of
        a unit in currency, and `cost` unless `margin` is given.
    horizon : int, default=365
        Days within which the next purchase counts, at least 1.
    level : str, default="category"
        Column of `products` within which products are versions of one another.
    tier : str, optional
        Column of `products` with the tier, such as basic or premium, ordered by the mean price.
        Default: the products of an item in `n_tiers` groups by price, named "1 of 3" and so on.
    n_tiers : int, default=3
        Groups by price, at least 2.
    margin : float, optional
        Margin as a share of revenue, at most 1; default (price - cost) / price of each product,
        or the monthly fee less the monthly cost.
    observation_end : date, optional
        Last day observed; default the last day in the table.
    interval_level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per tier and tier after it, in the order of the tiers, "(none)" last; columns

        * `tier`, `next_tier`, `move` : "up", "same", "down" or "none"
        * `n_customers`, `n_purchases` : who bought the tier, how often, followed long enough
        * `n_moves` : of those purchases, the ones followed by `next_tier`
        * `probability`, `lower`, `upper`, `level` : n_moves / n_purchases, with Wilson limits in
          which the purchases of one customer count together
        * `if_unrelated` : the probability if the next tier did not depend on this one
        * `median_days` : until the next purchase
        * `value` : margin of the next purchase less that of this one, mean of the moves, in
          currency (of a month, for plans); missing without a move
        * `expected_value` : probability times value

    Raises
    ------
    InputError
        If no purchase was followed long enough, products are missing or have one tier only, or an
        option is out of range.
    ContractError
        If the table breaks its contract.

    Notes
    -----
    Whoever bought the lowest tier can only move up, and whoever bought the highest only down. So
    many moves up from the lowest tier are no sign that customers climb: compare `probability` with
    `if_unrelated`. Where several tiers of an item are bought on one day, or several plans start,
    the highest counts.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small
    expected number of positive counts estimated from survey data. Survey Methodology 24(2),
    193-201: limits with an effective sample size.

    Examples
    --------
    >>> day = pd.to_datetime(["2024-01-05", "2024-03-01", "2024-01-09", "2025-06-30"])
    >>> courses = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b", "c"], "start": day, "end": pd.NaT,
    ...      "plan": ["basic", "premium", "basic", "premium"],
    ...      "monthly_fee": [30.0, 60, 30, 60], "monthly_cost": [20.0, 35, 20, 35]}
    ... )
    >>> paths = upsell_paths(courses)
    >>> paths[["tier", "next_tier", "n_purchases", "n_moves", "probability", "value"]]
          tier next_tier  n_purchases  n_moves  probability  value
    0    basic   premium            2        1          0.5   15.0
    1    basic    (none)            2        1          0.5    NaN
    2  premium   premium            1        0          0.0    NaN
    3  premium    (none)            1        1          1.0    NaN
    """
    horizon = check_count("horizon", horizon)
    check_count("n_tiers", n_tiers, minimum=2)
    check_fraction("interval_level", interval_level, open_ends=True)
    if tier is not None and not isinstance(tier, str):
        raise InputTypeError(f"`tier` must be the name of a column; got {tier!r}.")
    asked = check_day("observation_end", observation_end)
    if "plan" in getattr(table, "columns", []):
        events, tiers, end = _read_plans(table, asked)
    elif products is None:
        raise InputError("`products` must be given with transactions, to tell the tiers.")
    else:
        catalogue = _tiers_of(read_catalogue(products, level, margin, "price",
                                             *([tier] if tier else [])), tier, n_tiers)  # fmt: skip
        events, tiers, end = _read_orders(table, *catalogue, asked)
    pairs = _follow(events, horizon, end)
    return _count(pairs, tiers, interval_level)


def _tiers_of(
    catalogue: pd.DataFrame, tier: str | None, n_tiers: int
) -> tuple[pd.DataFrame, list[str]]:
    """The catalogue with `tier`, a place in the names that are returned, lowest first."""
    price = check_column(catalogue, "price", what="`products`")
    if tier is None:
        place = pd.Series(price, index=catalogue.index).groupby(catalogue["item"])
        rank, size = place.rank(method="average"), place.transform("size")
        if n_tiers > size.max():
            raise InputError(
                f"`n_tiers` must be at most the products of an item, {size.max():,.0f}; got "
                f"{n_tiers:,}."
            )
        at = np.minimum(np.floor((rank - 0.5) / size * n_tiers), n_tiers - 1)
        names = [f"{k + 1} of {n_tiers}" for k in range(n_tiers)]
    else:
        named = catalogue[tier].astype("str").where(catalogue[tier].notna())
        order = pd.Series(price, index=catalogue.index).groupby(named).mean()
        order = order.sort_values(kind="stable")
        names = [str(each) for each in order.index]
        at = named.map({name: k for k, name in enumerate(names)}).astype(float)
    known = catalogue["item"].notna() & at.notna()
    found = catalogue.loc[known, ["product_id", "item", "rate"]]
    found = found.assign(tier=at[known].astype("int64"))
    if found["tier"].nunique() < 2:
        raise InputError(
            "`products` must have two tiers at least within an item; there is one. Nobody can move "
            "from one to another."
        )
    return found, names


def _read_orders(
    table: Table, catalogue: pd.DataFrame, names: list[str], asked: dt.date | None
) -> tuple[pd.DataFrame, list[str], dt.date]:
    """Purchases of items by day, the highest tier of each day."""
    goods = read_goods(table, catalogue, end=asked)
    rows = goods.known().sort_values(["customer", "item", "day", "tier"], kind="stable")
    rows = rows.drop_duplicates(["customer", "item", "day"], keep="last")
    return rows[["customer", "item", "day", "tier", "margin"]], names, asked or goods.last


def _read_plans(table: Table, asked: dt.date | None) -> tuple[pd.DataFrame, list[str], dt.date]:
    """Starts of subscriptions as if they were purchases, with the margin of a month."""
    check_clocks({f"`{name}`": date_column(table, name) for name in ("start", "end")})
    held = SUBSCRIPTIONS.require(table)
    if "monthly_cost" not in held.columns:
        raise InputError(
            "The subscriptions lack 'monthly_cost', without which no margin is known; fill it in, "
            "with 0 where there is none."
        )
    names = ["customer_id", "start", "end", "plan", "monthly_fee", "monthly_cost"]
    terms = execute(held.select(*names))
    fee, cost = (check_column(terms, name) for name in names[4:])
    day = terms["start"].to_numpy().astype("datetime64[D]").astype("datetime64[s]")
    last = max(day.max(), pd.to_datetime(terms["end"]).fillna(pd.Timestamp(day.max())).max())
    end = asked or pd.Timestamp(last).date()
    order = pd.Series(fee).groupby(terms["plan"].astype("str")).mean().sort_values(kind="stable")
    plans = [str(each) for each in order.index]
    events = pd.DataFrame(
        {"customer": pd.factorize(terms["customer_id"])[0], "item": 0, "day": day,
         "tier": terms["plan"].astype("str").map({each: k for k, each in enumerate(plans)}),
         "margin": fee - cost}
    )  # fmt: skip
    # Two plans of one day: the highest counts, as with orders, whatever the order of rows.
    keys = ["customer", "item", "day"]
    events = events[events["day"] <= pd.Timestamp(end)].sort_values([*keys, "tier", "margin"])
    return events.drop_duplicates(keys, keep="last"), plans, end


def _follow(events: pd.DataFrame, horizon: int, end: dt.date) -> pd.DataFrame:
    """Each event that was followed for the horizon, with what came next; -1 is nothing."""
    rows = events.sort_values(["customer", "item", "day"], kind="stable").reset_index(drop=True)
    after = rows.shift(-1)
    days = (after["day"] - rows["day"]).dt.days
    same = (after["customer"] == rows["customer"]) & (after["item"] == rows["item"])
    came = (same & (days <= horizon)).to_numpy()
    pairs = pd.DataFrame(
        {"customer": rows["customer"], "tier": rows["tier"].astype("int64"),
         "next": np.where(came, after["tier"], -1).astype("int64"),
         "days": days.where(came), "value": (after["margin"] - rows["margin"]).where(came)}
    )  # fmt: skip
    kept = pairs[rows["day"] <= pd.Timestamp(end) - pd.Timedelta(days=horizon)]
    if kept.empty:
        raise InputError(
            f"`horizon` must leave purchases that were followed so long; none was, for "
            f"{horizon:,} days until {end}. Take a shorter one."
        )
    return kept


def _count(pairs: pd.DataFrame, tiers: list[str], level: float) -> pd.DataFrame:
    came = pairs[pairs["next"] >= 0]
    usual = came["next"].value_counts(normalize=True)
    rows = []
    for at in sorted(pairs["tier"].unique()):
        start = pairs[pairs["tier"] == at]
        again = float((start["next"] >= 0).mean())
        for to in [*sorted(came["next"].unique()), -1]:
            moved = start[start["next"] == to]
            if to < 0 or len(moved) or usual[to]:
                share = usual.get(to, 0.0) * again if to >= 0 else 1 - again
                rows.append(_row(at, to, tiers, start, moved, share, level))
    return pd.DataFrame(rows)


def _row(
    at: int, to: int, tiers: list[str], start: pd.DataFrame, moved: pd.DataFrame,
    unrelated: float, level: float,
) -> dict[str, Any]:  # fmt: skip
    hit = (start["next"] == to).to_numpy()
    p, lower, upper = clustered_share(hit, start["customer"].to_numpy(), level)
    value = float(moved["value"].mean()) if to >= 0 and len(moved) else np.nan
    days = float(moved["days"].median()) if to >= 0 and len(moved) else np.nan
    move = "none" if to < 0 else ("same", "up", "down")[int(np.sign(to - at))]
    return {
        "tier": tiers[at], "next_tier": tiers[to] if to >= 0 else NONE, "move": move,
        "n_customers": int(start["customer"].nunique()), "n_purchases": len(start),
        "n_moves": len(moved), "probability": p, "lower": lower, "upper": upper, "level": level,
        "if_unrelated": unrelated, "median_days": days, "value": value,
        "expected_value": p * value,
    }  # fmt: skip


def clustered_share(hit: Any, cluster: Any, level: float) -> tuple[float, float, float]:
    """A share with Wilson limits for as many independent rows as the clusters are worth."""
    codes = pd.factorize(cluster)[0]
    size = np.bincount(codes).astype(float)
    n, n_clusters = float(size.sum()), len(size)
    p = float(np.mean(hit))
    effective = float(n_clusters)
    if 0 < p < 1 and n_clusters > 1:
        residual = np.bincount(codes, weights=hit) - p * size
        variance = float(residual @ residual) * n_clusters / (n_clusters - 1) / n**2
        if variance > 0:
            effective = min(max(p * (1 - p) / variance, 1.0), n)
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = (p + z2 / (2 * effective)) / (1 + z2 / effective)
    half = np.sqrt(z2 * (p * (1 - p) / effective + z2 / (4 * effective**2))) / (1 + z2 / effective)
    return p, max(middle - half, 0.0), min(middle + half, 1.0)
