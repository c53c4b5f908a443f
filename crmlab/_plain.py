"""Text that has one reading whatever stands beside it: days, amounts and ids in plain form.

Millions of cells written like this are read in a fraction of the time that patterns take. A column
with one cell in another form is none of these, and is left to the readers of `loaders`, who know
all forms; tests hold the two equal.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["are_plain_ids", "number_ids", "read_plain_amounts", "read_plain_days", "spell_ids"]

# C0012 and 12, but not C-12.
_NUMBERED = re.compile(r"(?P<word>([A-Za-z_-]*[A-Za-z_])?)[0-9]+")
_MOST_DIGITS = 18
# As many cells at once as the processor keeps at hand.
_PIECE = 65_536
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
    return any(all(_are_ids(chunk, marks) for chunk in column.chunks) for marks in _IN_ID)


def number_ids(column: pa.Array | pa.ChunkedArray) -> tuple[NDArray[np.int64], bool] | None:
    """The numbers of plain ids that differ in nothing else, such as 12 of C0012.

    And whether they sort as the texts do. None where the ids are others, or two of them may have
    the same number.
    """
    first = _NUMBERED.fullmatch(column[0].as_py() or "")
    if first is None:
        return None
    numbers = _number_as_long(column, first["word"].encode(), len(first[0]))
    if numbers is not None:
        return numbers, True
    if not pc.all(pc.starts_with(column, first["word"]), skip_nulls=False).as_py():
        return None
    digits = pc.binary_replace_slice(column.cast(pa.large_binary()), 0, len(first["word"]), b"")
    digits = digits.cast(pa.large_string())
    lengths = pc.binary_length(digits).to_numpy()
    if not pc.all(pc.ascii_is_decimal(digits)).as_py() or lengths.max() > _MOST_DIGITS:
        return None
    numbers = pc.cast(digits, pa.int64()).to_numpy()
    # With zeros in front, 7 and 07 are two ids.
    least = 10 ** np.maximum(lengths.astype("int64") - 1, 0)
    return None if (numbers < np.where(lengths == 1, 0, least)).any() else (numbers, False)


def _number_as_long(
    column: pa.Array | pa.ChunkedArray, word: bytes, length: int
) -> NDArray[np.int64] | None:
    """The numbers of ids that begin with a word, or None unless all are as long: bytes in a box."""
    if length - len(word) > _MOST_DIGITS:
        return None
    numbers, start = np.zeros(len(column), "int64"), 0
    for piece in _cut(column):
        bounds = _find_bounds(piece)
        if bounds is None or not (np.diff(bounds) == length).all():
            return None
        letters = _list_bytes(piece, bounds).reshape(-1, length)
        if (letters[:, : len(word)] != np.frombuffer(word, "uint8")).any():
            return None
        number = numbers[start : start + len(piece)]
        start += len(piece)
        for digit in (letters[:, len(word) :] - np.uint8(ord("0"))).T:
            if digit.max() > 9:
                return None
            number *= 10
            number += digit
    return numbers


def _cut(column: pa.Array | pa.ChunkedArray) -> Iterator[pa.Array]:
    """A column in pieces."""
    for chunk in getattr(column, "chunks", [column]):
        for start in range(0, len(chunk), _PIECE):
            yield chunk.slice(start, _PIECE)


def spell_ids(numbers: NDArray[np.int64], like: str) -> pa.Array:
    """The ids with these numbers, as long as one of them is, and with its letters."""
    word = like.rstrip(string.digits)
    digits = pc.cast(pa.array(numbers), pa.large_string())
    padded = pc.utf8_lpad(digits, len(like) - len(word), "0")
    ends = pa.scalar(word, pa.large_string()), pa.scalar("", pa.large_string())
    return pc.binary_join_element_wise(ends[0], padded, ends[1])


def _read_chunks(
    column: pa.ChunkedArray, read: Callable[[pa.Array], pa.Array | None], kind: pa.DataType
) -> pa.ChunkedArray | None:
    found = []
    for chunk in column.chunks:
        values = read(chunk)
        if values is None:
            return None
        found.append(values)
    return pa.chunked_array(found, kind)


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
