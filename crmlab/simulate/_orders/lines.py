"""What an order holds, line by line, for a total that is given; and what is sent back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from crmlab._types import Floats, Ints
from crmlab.company import CompanySettings
from crmlab.simulate._orders.catalogue import CATEGORIES, BasketLaw
from crmlab.simulate._orders.purchasing import Latent, Placed, number_within

__all__ = ["Lines", "Returned", "draw_lines", "draw_returns"]


_SIZE_WITH_SPEND = 0.6  # correlation of how much is spent and how many lines it is spread over
_MOST_OF_ONE = 2  # pieces of one product, unless even these do not reach what is spent
_BACK_FROM, _BACK_UNTIL = 3, 21  # days until goods come back


@dataclass(frozen=True)
class Lines:
    """Lines of orders, in the order of the orders."""

    order: Ints
    product: Ints
    quantity: Ints
    price: Ints  # won a piece
    cost: Ints  # won for the line


def draw_lines(
    placed: Placed,
    latent: Latent,
    products: pd.DataFrame,
    law: BasketLaw,
    settings: CompanySettings,
    spend_rng: np.random.Generator,
    basket_rng: np.random.Generator,
) -> Lines:
    """Draw the total of each order, and lines at list prices that come to it on average."""
    shape = settings.spend_p
    total = spend_rng.gamma(shape, latent.mean_spend[placed.person] / shape)
    order, category = _draw_baskets(_rank(total, settings), law, basket_rng)
    target, closing = _split_totals(order, category, total, basket_rng)
    shelves = _Shelves(products)
    product, quantity = shelves.draw(category, target, basket_rng)
    price = products["price"].to_numpy("int64")
    # The largest line takes what the others' prices left over, so that errors do not add up.
    others = np.where(closing, 0, price[product] * quantity)
    rest = total - np.bincount(order, others, len(total))
    product[closing], quantity[closing] = shelves.draw(category[closing], rest, basket_rng)
    cost = quantity * products["cost"].to_numpy("int64")[product]
    return Lines(order, product, quantity, price[product], cost)


def _rank(total: Floats, settings: CompanySettings) -> Floats:
    """Share of all orders with a smaller total: uniform on [0, 1]."""
    size = total / settings.spend_gamma
    return special.betainc(settings.spend_p, settings.spend_q, size / (1 + size))


def _draw_baskets(rank: Floats, law: BasketLaw, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw order and category of each line; large orders have more lines."""
    n = len(rank)
    size = law.holds.sum(axis=1)
    by_size = np.argsort(size, kind="stable")
    probability, size, holds = law.probability[by_size], size[by_size], law.holds[by_size]
    ends = np.append(0.0, probability.cumsum())
    ends[-1] = 1.0
    noise = np.sqrt(1 - _SIZE_WITH_SPEND**2) * rng.standard_normal(n)
    mixed = special.ndtr(_SIZE_WITH_SPEND * special.ndtri(np.clip(rank, 1e-12, 1 - 1e-12)) + noise)
    # `mixed` is uniform too: it chooses the number of lines, a fresh number chooses the set.
    edges = np.append(ends[np.flatnonzero(np.diff(size, prepend=0))], 1.0)
    of_size = np.searchsorted(edges, mixed, side="right").clip(1, len(edges) - 1)
    low, high = edges[of_size - 1], edges[of_size]
    basket = np.searchsorted(ends, low + (high - low) * rng.random(n), side="right") - 1
    basket = basket.clip(0, len(size) - 1)
    members = np.nonzero(holds)[1]
    first = size.cumsum() - size
    lines = size[basket]
    return np.repeat(np.arange(n), lines), members[
        np.repeat(first[basket], lines) + number_within(lines)
    ]


def _split_totals(
    order: Ints, category: Ints, total: Floats, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Split totals over lines; the largest line of an order takes the rest."""
    level = np.array([shelf.cheapest for shelf in CATEGORIES], dtype=float)
    weight = level[category] * rng.gamma(3.0, 1.0, len(order))
    starts = np.flatnonzero(np.diff(order, prepend=-1))
    target = weight / np.add.reduceat(weight, starts)[order] * total[order]
    closing = weight == np.maximum.reduceat(weight, starts)[order]
    return target, closing


class _Shelves:
    """Amounts a line of a category can have: one or two pieces of each of its products."""

    def __init__(self, products: pd.DataFrame) -> None:
        names = [category.name for category in CATEGORIES]
        shelf = pd.Index(names).get_indexer(pd.Index(products["category"]))
        price = products["price"].to_numpy("int64")
        pieces = np.repeat(np.arange(1, _MOST_OF_ONE + 1), len(price))
        product = np.tile(np.arange(len(price)), _MOST_OF_ONE)
        # One key for shelf and amount, so that one search serves all shelves. Of equal amounts
        # the one with fewer pieces stays.
        self._apart = int(price.max()) * (_MOST_OF_ONE + 1)
        key = shelf[product] * self._apart + pieces * price[product]
        self._key, first = np.unique(key, return_index=True)
        self._product, self._pieces = product[first], pieces[first]
        shelf_of = self._key // self._apart
        self._first = np.searchsorted(shelf_of, np.arange(len(names)))
        self._last = np.searchsorted(shelf_of, np.arange(len(names)), side="right") - 1

    def draw(self, category: Ints, target: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Draw product and pieces whose amount has the mean `target`, where one is so cheap."""
        base = category * self._apart
        wanted = base + np.clip(target, 0, self._apart - 1)
        first, last = self._first[category], self._last[category]
        above = np.searchsorted(self._key, wanted, side="right").clip(first + 1, last)
        low, high = self._key[above - 1], self._key[above]
        uniform = rng.random(len(target))
        at = np.where(uniform * (high - low) < wanted - low, above, above - 1)
        product, pieces = self._product[at], self._pieces[at]
        # Beyond the shelf: as many of the dearest as it takes.
        top = self._key[last] - base
        beyond = target > top
        each = (top / self._pieces[last])[beyond]
        product[beyond] = self._product[last][beyond]
        pieces[beyond] = np.floor(target[beyond] / each + uniform[beyond])
        return product, pieces


@dataclass(frozen=True)
class Returned:
    """Lines that come back: which, on what day, and the cost that is recovered."""

    line: Ints
    day: Ints
    recovered: Ints  # won


def draw_returns(
    lines: Lines, placed: Placed, settings: CompanySettings, rng: np.random.Generator
) -> Returned:
    """Draw which lines come back, and when: never on a day with an order of that customer."""
    n_orders = len(placed.person)
    line = np.flatnonzero(rng.random(len(lines.order)) < settings.returns)
    order = lines.order[line]
    day = placed.day[order] + rng.integers(_BACK_FROM, _BACK_UNTIL, len(line))
    # Days that have an order of that customer, as one sorted number each.
    apart = int(placed.day.max(initial=0)) + n_orders + _BACK_UNTIL
    taken = np.sort(placed.person * apart + placed.day)
    key = placed.person[order] * apart + day
    while True:
        at = np.searchsorted(taken, key).clip(max=n_orders - 1)
        clash = taken[at] == key
        if not clash.any():
            break
        key = key + clash
    recovered = np.round(lines.cost[line] * (1 - settings.return_loss)).astype("int64")
    return Returned(line, key % apart, recovered)
