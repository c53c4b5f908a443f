"""Every set of items that enough baskets hold, counted on packed bits.

One row of bits for each item, one bit for each basket: the baskets that hold several items are
what their rows share. Rarest items come first, and what goes with an item is counted within the
baskets that hold it, packed anew, so that rows get shorter as sets get rarer (the vertical layout
of Zaki 2000 with the cut of Zaki and Gouda 2003).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from crmlab._errors import InputError

__all__ = [
    "Bits",
    "Numbers",
    "Sets",
    "count_bits",
    "count_lines",
    "find_sets",
    "pack",
    "worth_a_product",
]

Numbers = NDArray[np.integer]

Bits = NDArray[np.uint64]
Sets = tuple[Numbers, Numbers]  # (n_sets, length) numbers of items, and baskets that hold each set

_WORDS = 2**17  # looked at in one go: 1 MiB, which stays near the core
_LINES = 2**20  # packed in one go
_CELLS = 2**22  # of a table of pairs, at one time
# Words of bits that take as long as one step of a sparse product, and as one line of its matrix;
# measured on 127 to 3,847 items and 155,659 to 5 million baskets.
_STEP, _LINE = 12, 60
_CUT = 2  # and as long as cutting one basket out of one row


def count_lines(item: Numbers, *, n_items: int) -> Numbers:
    """Lines of each item; in pieces, since the count is made of whole copies in 64 bits."""
    counts = np.zeros(n_items, dtype=np.int64)
    for start in range(0, len(item), _LINES):
        counts += np.bincount(item[start : start + _LINES], minlength=n_items)
    return counts


def pack(item: Numbers, basket: Numbers, row: Numbers, *, n_baskets: int) -> Bits:
    """Set bit `basket` in the `row` of its item, for every line; items of row -1 are left out.

    A line that comes twice sets one bit.
    """
    width = -(-n_baskets // 64) * 8  # bytes of a row
    rows = np.zeros(int(row.max() + 1) * width, dtype=np.uint8)
    for start in range(0, len(item), _LINES):
        part = slice(start, start + _LINES)
        to = row[item[part]]
        here = to >= 0
        bit = basket[part][here]
        byte = to[here].astype(np.int64) * width + (bit >> 3)
        np.bitwise_or.at(rows, byte, np.left_shift(1, bit & 7).astype(np.uint8))
    return rows.reshape(-1, width).view(np.uint64)


def count_bits(bits: Bits) -> Numbers:
    """Bits set in each row, in pieces of a few rows."""
    step = max(1, _WORDS // max(bits.shape[1], 1))
    parts = [
        np.bitwise_count(bits[start : start + step]).sum(axis=1, dtype=np.uint32)
        for start in range(0, len(bits), step)
    ]
    return np.concatenate([np.empty(0, np.uint32), *parts]).astype(np.int64)


def worth_a_product(n_lines: int, *, n_items: int, n_baskets: int) -> bool:
    """Whether pairs are counted sooner basket by basket than by the bits of every two items."""
    n_steps = 2 * n_lines**2 / n_baskets  # squares of sizes, as uneven as baskets tend to be
    return _STEP * n_steps + _LINE * n_lines < n_items**2 / 2 * (n_baskets / 64)


def find_sets(
    bits: Bits,
    support: Numbers,
    *,
    need: int,
    max_len: int,
    max_sets: int,
    held: sparse.csr_matrix | None = None,
) -> list[Sets]:
    """Find all sets of at least `need` baskets, by length; rows of `bits` are in rising `support`.

    `held`, a matrix of baskets by the same items, is asked for the pairs where it is given.

    Raises
    ------
    InputError
        If there are more than `max_sets`.
    """
    singles = (np.arange(len(bits), dtype=np.int32)[:, None], support)
    found: dict[int, list[Sets]] = {1: [singles]}
    n_sets = len(bits)
    for sets, counts in _find_longer(bits, held, need, max_len):
        found.setdefault(sets.shape[1], []).append((sets, counts))
        n_sets += len(sets)
        if n_sets > max_sets:
            raise InputError(
                f"`min_support` must leave at most {max_sets:,} itemsets; got more. "
                "Ask for more support, shorter sets (`max_len`), or allow more (`max_sets`)."
            )
    return [
        (np.concatenate([sets for sets, _ in parts]), np.concatenate([n for _, n in parts]))
        for _, parts in sorted(found.items())
    ]


def _find_longer(
    bits: Bits, held: sparse.csr_matrix | None, need: int, max_len: int
) -> Iterator[Sets]:
    if max_len < 2:
        return
    pairs = np.zeros((len(bits), len(bits)), dtype=bool)
    for first, counts in _count_pairs(bits, held):
        often = counts >= need
        pairs[first, first + 1 :] = often
        second = np.flatnonzero(often) + first + 1
        sets = np.column_stack([np.full_like(second, first), second]).astype(np.int32)
        yield sets, counts[often]
    if max_len < 3:
        return
    n_baskets = count_bits(bits)
    for first in range(len(bits) - 2):
        second = np.flatnonzero(pairs[first])
        n_joins = int(np.count_nonzero(pairs[np.ix_(second, second)]))
        if n_joins:
            sets = np.column_stack([np.full_like(second, first), second]).astype(np.int32)
            saved = n_joins * (bits.shape[1] - n_baskets[first] / 64)
            if max_len > 3 or saved > _CUT * len(second) * n_baskets[first]:
                within = _cut_out(bits, second, bits[first])
            else:
                within = bits[second] & bits[first]
            level = _Level(sets, within, np.full(len(sets), len(sets)))
            yield from _grow(level, pairs, need, max_len)


def _count_pairs(bits: Bits, held: sparse.csr_matrix | None) -> Iterator[tuple[int, Numbers]]:
    """Each item but the last, and the baskets that it shares with each of those behind it."""
    if held is None:
        for first in range(len(bits) - 1):
            yield first, _count_meets(bits[first + 1 :], bits[first])
        return
    turned = held.T.tocsr()
    step = max(1, _CELLS // len(bits))
    for start in range(0, len(bits) - 1, step):
        block = (turned[start : start + step] @ held).toarray()
        for first, counts in enumerate(block[: len(bits) - 1 - start], start):
            yield first, counts[first + 1 :].astype(np.int64)


def _count_meets(rows: Bits, row: Bits) -> Numbers:
    """Bits that each of the rows shares with one row."""
    step = max(1, _WORDS // max(len(row), 1))
    parts = [
        np.bitwise_count(rows[start : start + step] & row).sum(axis=1, dtype=np.uint32)
        for start in range(0, len(rows), step)
    ]
    return np.concatenate(parts).astype(np.int64)


def _cut_out(bits: Bits, wanted: Numbers, row: Bits) -> Bits:
    """Pack the wanted rows anew, with the baskets of `row` only."""
    where = np.flatnonzero(np.unpackbits(row.view(np.uint8), bitorder="little"))
    byte, bit = where >> 3, np.left_shift(1, where & 7).astype(np.uint8)
    made = np.zeros((len(wanted), -(-len(where) // 64) * 8), dtype=np.uint8)
    step = max(1, 8 * _WORDS // len(where))
    for start in range(0, len(wanted), step):
        rows = bits[wanted[start : start + step]].view(np.uint8)
        packed = np.packbits(rows.take(byte, axis=1) & bit, axis=1, bitorder="little")
        made[start : start + step, : packed.shape[1]] = packed
    return made.view(np.uint64)


@dataclass(frozen=True)
class _Level:
    """Sets of one length whose extensions are looked for."""

    sets: Numbers  # sorted, so that those with all but the last item in common are neighbours
    bits: Bits
    stop: Numbers  # where these neighbours end


def _grow(level: _Level, pairs: NDArray[np.bool_], need: int, max_len: int) -> Iterator[Sets]:
    """Join each set with its neighbours behind it, go on with what is often enough."""
    waiting = [level]
    while waiting:
        level = waiting.pop()
        last = level.sets[:, -1]
        for left, right in _pieces(level):
            often = pairs[last[left], last[right]]
            left, right = left[often], right[often]
            meets = level.bits[left] & level.bits[right]
            counts = np.bitwise_count(meets).sum(axis=1, dtype=np.uint32)
            keep = np.flatnonzero(counts >= need)
            if not len(keep):
                continue
            left, right = left[keep], right[keep]
            sets = np.column_stack([level.sets[left], last[right]])
            yield sets, counts[keep].astype(np.int64)
            if sets.shape[1] < max_len and len(sets) > 1:
                stop = np.searchsorted(left, left, side="right")
                waiting.append(_Level(sets, meets[keep], stop))


def _pieces(level: _Level) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs of neighbours, as two arrays of rows, in pieces of whole first rows."""
    rows = np.arange(len(level.sets))
    n_behind = level.stop - rows - 1
    total = np.cumsum(n_behind)
    size = max(1, _WORDS // max(level.bits.shape[1], 4))
    start = 0
    while start < len(rows):
        done = total[start] - n_behind[start]
        stop = max(start + 1, int(np.searchsorted(total, done + size, side="right")))
        left = np.repeat(rows[start:stop], n_behind[start:stop])
        if len(left):
            yield left, np.arange(len(left)) + (left + 1 - (total[left] - n_behind[left] - done))
        start = stop
