"""What stands in baskets together, often enough to be worth a look."""

from collections.abc import Hashable
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from scipy import sparse

from crmlab._checks import check_count, check_number
from crmlab._types import Table
from crmlab.cross_sell._baskets import Lines, Source, read_lines
from crmlab.cross_sell._mining import (
    Numbers,
    Sets,
    count_bits,
    count_lines,
    find_sets,
    pack,
    worth_a_product,
)

__all__ = ["Frequent", "find_frequent", "itemsets", "least_count"]


def itemsets(
    baskets: Table,
    *,
    min_support: float,
    max_len: int | None = None,
    basket: str = "order_id",
    item: str = "product_id",
    products: Table | None = None,
    level: str | None = None,
    max_sets: int = 1_000_000,
) -> pd.DataFrame:
    """Find every set of items that stands together in a share of all baskets.

    A basket is an order with at least one line that is not a return; what it holds twice counts
    once. An item given back later was still chosen, so it stays in the basket it came from.

    Parameters
    ----------
    baskets : DataFrame or ibis.Table
        One row for each line, such as `read_transactions` returns: a column for the basket and one
        for the item. Lines with ``is_return``, or else with a negative ``amount`` or ``quantity``,
        are left out where there are such columns. A table of an engine is counted there: a short
        list of numbers for each basket comes back.
    min_support : float
        Smallest share of all baskets that hold the set, in (0, 1]. The share is compared as a
        whole number of baskets, so a set exactly at the threshold is in.
    max_len : int, optional
        Most items in a set. Default: no limit.
    basket, item : str, default="order_id", "product_id"
        Columns of the two.
    products : DataFrame or ibis.Table, optional
        One row for each `item`, with its groups.
    level : str, optional
        Column of `products` to count instead of the item, such as "category" or "department".
    max_sets : int, default=1,000,000
        More than so many are refused, since the number may explode as support falls.

    Returns
    -------
    DataFrame
        One row for each set, most frequent first, then shorter ones, then by name:

        * `items` : tuple, in order of the names
        * `n_items` : its length
        * `n_together` : baskets that hold all of them
        * `n_baskets` : all baskets, the denominator
        * `support` : `n_together / n_baskets`, in (0, 1]

    Raises
    ------
    InputError
        If a column is not there, a basket or item is missing, there is no line or only one item,
        an option is out of range, or there are more than `max_sets`.
    InputTypeError
        If an argument has the wrong type.

    References
    ----------
    Agrawal, R. and Srikant, R. (1994), "Fast algorithms for mining association rules", VLDB, for
    the question. Zaki, M. J. (2000), "Scalable algorithms for association mining", IEEE TKDE
    12(3), for items as rows of baskets, which are packed into bits here.

    Examples
    --------
    >>> lines = pd.DataFrame({
    ...     "order_id": [1, 1, 2, 2, 2, 3, 4, 4],
    ...     "product_id": ["pen", "ink", "pen", "ink", "pad", "pad", "pen", "ink"],
    ... })
    >>> itemsets(lines, min_support=0.5)
            items  n_items  n_together  n_baskets  support
    0      (ink,)        1           3          4     0.75
    1      (pen,)        1           3          4     0.75
    2  (ink, pen)        2           3          4     0.75
    3      (pad,)        1           2          4     0.50
    """
    source = Source(basket, item, products, level)
    found = find_frequent(baskets, source, min_support, max_len=max_len, max_sets=max_sets)
    n_together = np.concatenate([counts for _, counts in found.sets])
    n_items = np.concatenate([np.full(len(sets), sets.shape[1]) for sets, _ in found.sets])
    table = pd.DataFrame(
        {
            "items": [one for sets, _ in found.sets for one in found.name(sets)],
            "n_items": n_items,
            "n_together": n_together,
            "n_baskets": found.n_baskets,
            "support": n_together / found.n_baskets,
        }
    )
    # Those of one length are in order of their names already.
    order = np.lexsort((n_items, -n_together))
    return table.take(order).reset_index(drop=True)


@dataclass(frozen=True)
class Frequent:
    """Sets by length, as numbers of the sorted `names`; each length in order."""

    names: list[Hashable]
    sets: list[Sets]
    n_baskets: int

    def name(self, sets: Numbers) -> list[tuple[Hashable, ...]]:
        """Sets as tuples of names."""
        names = np.empty(len(self.names), dtype=object)
        names[:] = self.names
        return list(zip(*names[sets].T, strict=True)) if len(sets) else []


def find_frequent(
    baskets: Table, source: Source, min_support: float, *, max_len: int | None, max_sets: int
) -> Frequent:
    """Check the options, count, and sort what is found by name."""
    check_number(
        "min_support", min_support, low=0, high=1, open_low=True,
        remedy="It is a share of all baskets; 0 would ask for sets that no basket holds.",
    )  # fmt: skip
    longest = np.iinfo(np.int64).max if max_len is None else check_count("max_len", max_len)
    check_count("max_sets", max_sets)
    lines = read_lines(baskets, source, min_support=min_support)
    need = least_count(min_support, lines.n_baskets)
    n_lines = count_lines(lines.item, n_items=len(lines.names))
    row = np.where(n_lines >= need, np.cumsum(n_lines >= need) - 1, -1).astype(np.int32)
    bits = pack(lines.item, lines.basket, row, n_baskets=lines.n_baskets)
    support = count_bits(bits)
    order = np.argsort(support, kind="stable")
    order = order[support[order] >= need]
    names = [name for name, at in zip(lines.names, row, strict=True) if at >= 0]
    sizes = {"n_items": len(names), "n_baskets": lines.n_baskets}
    kept = int(n_lines[row >= 0].sum())
    by_basket = longest > 1 and worth_a_product(kept, **sizes)
    held = _hold(lines, row)[:, order] if by_basket else None
    n_baskets = lines.n_baskets
    del lines  # large, and not needed while sets are counted
    found = find_sets(
        bits[order], support[order], need=need, max_len=longest, max_sets=max_sets, held=held
    )
    return _sort_names([names[k] for k in order], found, n_baskets)


def _hold(lines: Lines, row: Numbers) -> sparse.csr_matrix:
    """Which basket holds which item, as a matrix of ones; items of row -1 are left out."""
    item = row[lines.item]
    here = item >= 0
    ones = np.ones(int(here.sum()), dtype=np.int32)
    shape = (lines.n_baskets, int(row.max() + 1))
    held = sparse.csr_matrix((ones, (lines.basket[here], item[here])), shape=shape)
    held.data[:] = 1  # a line that comes twice was added up
    return held


def least_count(share: float, n: int) -> int:
    """Fewest of `n` that are no less than a share, which is seldom a binary number."""
    return max(1, ceil(share * n - 1e-9))


def _sort_names(names: list[Hashable], found: list[Sets], n_baskets: int) -> Frequent:
    order = sorted(range(len(names)), key=names.__getitem__)  # type: ignore[arg-type]
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    result: list[Sets] = []
    for sets, counts in found:
        ranked = np.sort(rank[sets], axis=1)
        by_name = np.lexsort(ranked.T[::-1])
        result.append((ranked[by_name], counts[by_name]))
    return Frequent([names[k] for k in order], result, n_baskets)
