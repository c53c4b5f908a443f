"""Chances that a customer buys an item soon: counted, and shrunk towards popularity.

Three steps, each pulled towards the one before as far as the data ask for it: how many of all
customers bought the item (its popularity), how many of equally active ones, and how many of those
who own one certain item. How far is estimated from the counts themselves.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln

from crmlab._types import Floats, Ints
from crmlab.cross_sell._goods import Goods, count_days

__all__ = ["STATES", "Chances", "Moment", "learn_chances", "look_at"]

# What a customer has of an item: never bought, not in the last horizon, once in it, more often.
STATES = 4
_WEIGHTS = np.exp(np.linspace(0.0, 14.0, 29))  # customers that the step before may count for
_LEAST = 1e-9
_ABOVE = 1e3  # puts every lift above 1 before all below
_CLEAR = 1.96  # standard errors from 1 at which a lift counts


@dataclass(frozen=True)
class Moment:
    """Customers on an evening, and what they bought after it.

    `state` (customers x items), `active` (days with a purchase in the horizon before), `known`
    (bought anything by then), `bought` (customers x items) and `earned` (margin, likewise).
    """

    state: Ints
    active: Ints
    known: Any
    bought: Any
    earned: Floats
    often: Ints


def look_at(goods: Goods, day: dt.date, horizon: int) -> Moment:
    """What was known of customers on an evening, and what came in the horizon after it."""
    rows, n = goods.rows, len(goods.customers)
    when = rows["day"].to_numpy().astype("datetime64[D]")
    now, step = np.datetime64(day, "D"), np.timedelta64(horizon, "D")
    past, named = when <= now, (rows["item"] >= 0).to_numpy()
    recent, later = past & (when > now - step), (when > now) & (when <= now + step)
    shape = (n, len(goods.items))

    def tally(chosen: Any, weight: str | None = None) -> Floats:
        at = rows.loc[chosen & named, ["customer", "item"]].to_numpy()
        flat = np.ravel_multi_index((at[:, 0], at[:, 1]), shape)
        by = None if weight is None else rows.loc[chosen & named, weight].to_numpy()
        found = np.bincount(flat, weights=by, minlength=n * shape[1])
        return np.asarray(found, dtype="float64").reshape(shape)

    ever, lately = tally(past).astype(np.int64), tally(recent)
    state = np.where(ever == 0, 0, 1 + np.minimum(lately, 2)).astype(np.int64)
    known = np.bincount(rows.loc[past, "customer"], minlength=n) > 0
    active = count_days(rows[recent], n)
    return Moment(state, active, known, tally(later) > 0, tally(later, "margin"), ever)


@dataclass(frozen=True)
class Chances:
    """Counts of one past moment, and the probabilities made of them.

    By activity, state and item: `base` and its `base_n`; by state and item `counted`, customers and
    buyers. By owned item and item, among customers
    who had never bought the latter: `n_alike`, `n_bought`, `lift` (of the intensity) and
    `lift_variance` (of its logarithm).
    """

    edges: Floats
    base: Floats
    base_n: Floats
    counted: Floats
    n_alike: Floats
    n_bought: Floats
    lift: Floats
    lift_variance: Floats
    margin: Floats

    def new_counts(self) -> tuple[Floats, Floats]:
        """Customers who had never bought each item, and those of them who then did."""
        n, k = self.counted
        return n[0], k[0]

    def margin_of(self, state: Ints) -> Floats:
        """Margin of a buyer: those new to an item spend less on it than those who have it."""
        return np.where(state == 0, self.margin[0], self.margin[1])

    def popularity(self) -> Floats:
        """Customers who bought each item in the horizon."""
        return self.counted[1].sum(axis=0)

    def had_counts(self) -> tuple[Floats, Floats]:
        """Customers who had bought each item before, and those of them who did again."""
        n, k = self.counted
        return n[1:].sum(axis=0), k[1:].sum(axis=0)

    def bands(self, active: Ints) -> Ints:
        """The activity of customers, as a place in `base`."""
        return np.searchsorted(self.edges, active, side="right")

    def of(self, moment: Moment) -> tuple[Floats, Ints, Floats]:
        """Probabilities (customers x items), the owned item behind each, and variances.

        The item behind is that with the highest lift, or -1 where none is clearly off 1. The
        variances are of the logarithm of the intensity.
        """
        band = self.bands(moment.active)
        items = np.arange(self.base.shape[2])
        base = self.base[band[:, None], moment.state, items]
        n = self.base_n[band[:, None], moment.state, items]
        behind = self._strongest(moment.state > 0)
        new = (moment.state == 0) & (behind >= 0)
        lift = np.where(new, self.lift[behind, items], 1.0)
        chance = -np.expm1(lift * np.log1p(-base))
        variance = variance_of_intensity(base, n) + np.where(
            new, self.lift_variance[behind, items], 0.0
        )
        return chance, np.where(new, behind, -1), variance

    def _strongest(self, owned: Any) -> Ints:
        """For each customer and item, the owned item with the highest clear lift.

        Only where no lift is above 1, the lowest below it: an item that few buyers of another own
        has a low lift itself, which says nothing of customers who own both.
        """
        log = np.log(self.lift)
        clear = np.abs(log) > _CLEAR * np.sqrt(self.lift_variance)
        rank = np.where(clear, np.where(log > 0, _ABOVE + log, -log), 0.0)
        order = np.argsort(-rank, axis=0, kind="stable")
        behind = np.full(owned.shape, -1)
        for at in order[::-1]:  # the strongest is written last
            counts = rank[at, np.arange(len(at))] > 0
            if counts.any():
                behind = np.where(owned[:, at] & counts, at, behind)
        return behind


def learn_chances(moment: Moment, *, n_bands: int, chosen: Any = None) -> Chances:
    """Count what customers bought after a past moment, and shrink what is counted."""
    known = moment.known if chosen is None else moment.known & chosen
    state, bought = moment.state[known], moment.bought[known]
    cuts = np.quantile(moment.active[known], np.arange(1, n_bands) / n_bands)
    edges = np.unique(cuts)
    band = np.searchsorted(edges, moment.active[known], side="right")
    base, base_n, counted = _learn_base(state, bought, band, len(edges) + 1)
    owned, new = (state > 0).astype(float), (state == 0).astype(float)
    items = np.arange(state.shape[1])
    expected = owned.T @ (new * base[band[:, None], 0, items])
    n_alike, n_bought = owned.T @ new, owned.T @ (new * bought)
    mean = np.divide(expected, n_alike, out=np.zeros_like(expected), where=n_alike > 0)
    together, counts_for = shrink(n_bought, n_alike, mean)
    n_total = np.minimum(counts_for, np.maximum(new.sum(axis=0), 1.0))
    lift = np.ones_like(mean)
    usable = (mean > _LEAST) & (together < 1)
    lift[usable] = np.log1p(-together[usable]) / np.log1p(-mean[usable])
    variance = np.where(usable, variance_of_intensity(together, n_total), 0.0)
    bought_new = (moment.state == 0) & moment.bought & known[:, None]
    bought_again = (moment.state > 0) & moment.bought & known[:, None]
    margin = np.array([_margin_of_buyers(moment, b) for b in (bought_new, bought_again)])
    return Chances(edges, base, base_n, counted, n_alike, n_bought, lift, variance, margin)


def _learn_base(
    state: Ints, bought: Any, band: Ints, n_bands: int
) -> tuple[Floats, Floats, Floats]:
    """Chances by activity and state: popularity, times what activity does, times what is left."""
    k, n = np.zeros((2, n_bands, STATES, state.shape[1]))
    for g in range(n_bands):
        for s in range(STATES):
            there = (band == g)[:, None] & (state == s)
            n[g, s], k[g, s] = there.sum(axis=0), (there & bought).sum(axis=0)
    # A customer more than were there, who buys as all items of the state are bought.
    usual = (k.sum(axis=(0, 2)) + 0.5) / (n.sum(axis=(0, 2)) + 1)
    popular = (k.sum(axis=0) + usual[:, None]) / (n.sum(axis=0) + 1)
    parent = np.empty_like(n)
    for s in range(STATES):
        for g in range(n_bands):
            parent[g, s] = _scale(popular[s], k[g, s].sum(), n[g, s])
    chance, n_total = np.empty_like(n), np.empty_like(n)
    for s in range(STATES):
        chance[:, s], counts_for = shrink(k[:, s], n[:, s], parent[:, s])
        # However strong the pull, nothing is known better than from all customers of the state.
        n_total[:, s] = np.minimum(counts_for, np.maximum(n[:, s].sum(axis=0), 1.0))
    return np.clip(chance, 0, 1 - _LEAST), n_total, np.array([n.sum(axis=0), k.sum(axis=0)])


def _scale(popular: Floats, bought: float, n: Floats) -> Floats:
    """Popularity with one intensity for all items, so that as many are bought as were."""
    hazard = -np.log1p(-np.clip(popular, 0, 1 - _LEAST))
    if bought <= 0 or not n.any():
        return -np.expm1(-hazard * (0.5 / max(float(n @ popular), 0.5) if n.any() else 1.0))
    low, high = np.log(1e-6), np.log(1e6)
    for _ in range(60):
        middle = (low + high) / 2
        if float(n @ -np.expm1(-hazard * np.exp(middle))) < bought:
            low = middle
        else:
            high = middle
    return -np.expm1(-hazard * np.exp((low + high) / 2))


def shrink(bought: Floats, n: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Shares pulled towards `mean`, and for how many customers each counts.

    The pull is the weight, in customers, at which the counts are most likely (beta-binomial).
    """
    inside = (n > 0) & (mean > _LEAST) & (mean < 1 - _LEAST)
    k, m, p = bought[inside], n[inside], mean[inside]
    weight = _WEIGHTS[-1]
    if k.size:
        likely = [
            float((betaln(k + w * p, m - k + w * (1 - p)) - betaln(w * p, w * (1 - p))).sum())
            for w in _WEIGHTS
        ]
        weight = _WEIGHTS[int(np.argmax(np.round(likely, 6)))]
    return (bought + weight * mean) / (n + weight), n + weight


def variance_of_intensity(share: Floats, n: Floats) -> Floats:
    """Variance of log(-log(1 - share)), by the delta method."""
    p = np.clip(share, _LEAST, 1 - _LEAST)
    hazard = -np.log1p(-p)
    return p / ((1 - p) * hazard**2 * (n + 1))


def _margin_of_buyers(moment: Moment, buyers: Any) -> Floats:
    """Margin of one who buys an item in the horizon, on average.

    The average of an item is pulled towards that of all items by how much buyers of one item
    differ, against how much items do.
    """
    earned = np.where(buyers, moment.earned, 0.0)
    n, total = buyers.sum(axis=0).astype(float), earned.sum(axis=0)
    if n.sum() < 2:
        return np.full(len(n), total.sum() / max(n.sum(), 1.0))
    mean = np.divide(total, n, out=np.zeros(len(n)), where=n > 0)
    overall = total.sum() / n.sum()
    within = float((np.where(buyers, earned - mean, 0.0) ** 2).sum())
    within /= max(float((n - 1).clip(0).sum()), 1.0)
    spread = float((n * (mean - overall) ** 2).sum()) - within * max(int((n > 0).sum()) - 1, 0)
    between = max(spread, 0.0) / n.sum()
    pull = within / (within + n * between) if within > 0 else np.where(n > 0, 0.0, 1.0)
    return pull * overall + (1 - pull) * mean
