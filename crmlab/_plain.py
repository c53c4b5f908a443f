"""Text that has one reading whatever stands beside it: days, amounts and ids in plain form.

Millions of cells written like this are read in a fraction of the time that patterns take. A column
with one cell in another form is none of these, and is left to the readers of `loaders`, who know
all forms; tests hold the two equal.
"""

import os
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["NumberedIds", "are_plain_ids", "number_ids", "read_plain_amounts", "read_plain_days"]

# C0012 and 12, but not C-12.
_NUMBERED = re.compile(r"(?P<word>([A-Za-z_-]*[A-Za-z_])?)(?P<digits>[0-9]+)")
_MOST_DIGITS = 18
_ZERO_LETTER = np.uint8(ord("0"))
# So many ids at once stay in the cache of a core.
_AT_ONCE = 1 << 14
# 2024-01-05, with a time to the minute or the second.
_STAMP_LENGTHS = (10, 16, 19)
_FIRST_YEAR = np.datetime64("1900-01-01", "us")
# An id of zeros only that is as long as a UUID stands for nobody.
_LONG = 32


def _mark(values: Mapping[str, int], other: int = 0) -> NDArray[np.uint8]:
    """A table of all bytes with the values of some letters."""
    marks = np.full(256, other, "uint8")
    for letters, value in values.items():
        marks[[ord(letter) for letter in letters]] = value
    return marks


_IN_AMOUNT = _mark({string.digits + ".-": 1})
# What a byte says of the id it is in: nothing, that it has a digit, or one other than 0.
_ODD, _ZERO, _DIGIT = 255, 1, 2
_IN_ID = tuple(
    _mark({f"-_{letters}": 0, "0": _ZERO, "123456789": _DIGIT}, _ODD)
    for letters in (string.ascii_uppercase, string.ascii_lowercase)
)


def read_plain_days(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """ISO days, with a time or without, as timestamps; None where a cell is anything else."""
    return _read_chunks(column, _read_days, pa.timestamp("us"))


def read_plain_amounts(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Digits with a point or without as floats; None where a cell is anything else.

    With three digits after the point, the point may stand between thousands.
    """
    return _read_chunks(column, _read_amounts, pa.float64())


def are_plain_ids(column: pa.ChunkedArray) -> bool:
    """Whether all are digits, with letters of one case, `-` and `_`.

    Nothing in them has to be mended, no spreadsheet has damaged them, no two differ in case or
    blanks only, and none is a word for nobody, for nothing, or for a total.
    """
    return any(all(_map_chunks(partial(_are_ids, marks=marks), column.chunks)) for marks in _IN_ID)


@dataclass(frozen=True)
class NumberedIds:
    """Ids that are one word and a number each: the numbers, and what to write before them.

    With a `width` all numbers have as many digits, with zeros in front: they sort as the ids do.
    """

    number: NDArray[np.int64]
    word: str
    width: int

    @property
    def sorted(self) -> bool:
        """Whether the numbers sort as the ids do."""
        return self.width > 0

    def write(self, number: NDArray[np.int64]) -> pa.Array:
        """The ids with these numbers."""
        if not self.width:
            text = pc.cast(pa.array(number), pa.large_string())
            word, nothing = (pa.scalar(one, pa.large_string()) for one in (self.word, ""))
            return pc.binary_join_element_wise(word, text, nothing)
        before = np.frombuffer(self.word.encode(), "uint8")
        letters = np.empty((len(number), len(before) + self.width), "uint8")
        letters[:, : len(before)] = before
        for place in range(letters.shape[1] - 1, len(before) - 1, -1):
            rest = number // 10
            letters[:, place] = number - 10 * rest + _ZERO_LETTER
            number = rest
        bounds = np.arange(0, letters.size + 1, letters.shape[1])
        buffers = [None, pa.py_buffer(bounds), pa.py_buffer(letters)]
        return pa.Array.from_buffers(pa.large_string(), len(letters), buffers)


def number_ids(column: pa.Array) -> NumberedIds | None:
    """Plain ids by the numbers in which alone they differ, such as 12 of C0012.

    None where the ids are others, or two of them may have the same number.
    """
    bounds = _find_bounds(column)
    first = None if bounds is None else _NUMBERED.fullmatch(column[0].as_py())
    if bounds is None or first is None or len(first["digits"]) > _MOST_DIGITS:
        return None
    word, width = first["word"], bounds[1] - bounds[0]
    if (np.diff(bounds) == width).all():
        letters = _list_bytes(column, bounds).reshape(len(column), width)
        number, width = _number_rows(letters, word.encode()), len(first["digits"])
    else:
        number, width = _number_texts(column, word), 0
    return None if number is None else NumberedIds(number, word, width)


def _number_rows(letters: NDArray[np.uint8], word: bytes) -> NDArray[np.int64] | None:
    """The number behind a word in each row of letters; None where there is something else."""
    before = np.frombuffer(word, "uint8")[:, None]
    number = np.empty(len(letters), "int64")
    for start in range(0, len(letters), _AT_ONCE):
        part = letters[start : start + _AT_ONCE].T.copy()  # a row of each place
        digits = part[len(before) :] - _ZERO_LETTER  # others than digits turn into large numbers
        if digits.max() > 9 or (part[: len(before)] != before).any():
            return None
        found = number[start : start + _AT_ONCE]
        found[:] = digits[0]
        for digit in digits[1:]:
            found *= 10
            found += digit
    return number


def _number_texts(column: pa.Array, word: str) -> NDArray[np.int64] | None:
    """The number behind a word in texts of several lengths; None where there is something else."""
    if not pc.all(pc.starts_with(column, word)).as_py():
        return None
    digits = pc.binary_replace_slice(column.cast(pa.large_binary()), 0, len(word), b"")
    digits = digits.cast(pa.large_string())
    lengths = pc.binary_length(digits).to_numpy()
    if not pc.all(pc.ascii_is_decimal(digits)).as_py() or lengths.max() > _MOST_DIGITS:
        return None
    number = pc.cast(digits, pa.int64()).to_numpy()
    # With zeros in front, 7 and 07 are two ids.
    least = 10 ** np.maximum(lengths.astype("int64") - 1, 0)
    return None if (number < np.where(lengths == 1, 0, least)).any() else number


def _read_chunks(
    column: pa.ChunkedArray, read: Callable[[pa.Array], pa.Array | None], kind: pa.DataType
) -> pa.ChunkedArray | None:
    found = []
    for values in _map_chunks(read, column.chunks):
        if values is None:
            return None
        found.append(values)
    return pa.chunked_array(found, kind)


def _map_chunks(work: Callable[[pa.Array], Any], chunks: Sequence[pa.Array]) -> Iterator[Any]:
    """What work makes of each chunk, on all cores.

    The first is worked on alone: a column in another form mostly shows it there.
    """
    yield from map(work, chunks[:1])
    if len(chunks) > 1:
        with ThreadPoolExecutor(min(len(chunks), os.cpu_count() or 1)) as pool:
            try:
                yield from pool.map(work, chunks[1:])
            finally:
                pool.shutdown(cancel_futures=True)


def _read_days(chunk: pa.Array) -> pa.Array | None:
    bounds = _find_bounds(chunk)
    if bounds is None or not np.isin(np.diff(bounds), _STAMP_LENGTHS).all():
        return None
    stamps = _cast(chunk, pa.timestamp("us"))
    if stamps is None or (stamps.to_numpy() < _FIRST_YEAR).any():
        return None
    return stamps


def _read_amounts(chunk: pa.Array) -> pa.Array | None:
    bounds = _find_bounds(chunk)
    if bounds is None:
        return None
    letters = _list_bytes(chunk, bounds)
    # In a shorter cell this is the first one, as good as any.
    fourth = np.maximum(bounds[1:] - 4, bounds[:-1]) - bounds[0]
    if not _IN_AMOUNT[letters].all() or (letters[fourth] == ord(".")).any():
        return None
    amounts = _cast(chunk, pa.float64())
    return amounts if amounts is not None and np.isfinite(amounts.to_numpy()).all() else None


def _are_ids(chunk: pa.Array, marks: NDArray[np.uint8]) -> bool:
    bounds = _find_bounds(chunk)
    if bounds is None:
        return False
    found = np.maximum.reduceat(marks[_list_bytes(chunk, bounds)], bounds[:-1] - bounds[0])
    zeros = (found == _ZERO) & (np.diff(bounds) >= _LONG)
    return bool(((found == _DIGIT) | (found == _ZERO)).all() and not zeros.any())


def _find_bounds(chunk: pa.Array) -> NDArray[Any] | None:
    """Where each cell begins and the last one ends; None where one is empty or missing."""
    kinds = {pa.string(): "int32", pa.large_string(): "int64"}
    if chunk.type not in kinds or chunk.null_count or not len(chunk):
        return None
    starts = np.frombuffer(chunk.buffers()[1], kinds[chunk.type])
    bounds = starts[chunk.offset : chunk.offset + len(chunk) + 1]
    return bounds if (np.diff(bounds) > 0).all() else None


def _list_bytes(chunk: pa.Array, bounds: NDArray[Any]) -> NDArray[np.uint8]:
    return np.frombuffer(chunk.buffers()[2], "uint8")[bounds[0] : bounds[-1]]


def _cast(chunk: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        return pc.cast(chunk, kind)
    except pa.ArrowInvalid:
        return None
