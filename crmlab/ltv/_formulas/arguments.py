"""Numbers as they arrive, one or one per segment, checked and lined up."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_number, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Floats", "common_index", "count_bad", "label_like", "label_values", "read_numbers"]


def read_numbers(name: str, value: Any, *, negative: bool = False) -> Floats:
    """Return `value` as finite floats without a dimension, or with one.

    Negative numbers are refused unless `negative` is true.
    """
    if _is_column(value):
        return check_vector(name, value, negative=negative)
    return np.asarray(check_number(name, value, low=-np.inf if negative else 0.0))


def _is_column(value: Any) -> bool:
    try:
        return np.ndim(value) > 0
    except ValueError:  # lists of unequal length
        return True


def count_bad(array: Floats, bad: NDArray[np.bool_]) -> str:
    """Words for the first bad number and, of several, how many are bad."""
    first = f"got {float(array[bad][0])!r}"
    return first if array.ndim == 0 else f"{first} ({bad.sum():,} of {array.size:,} numbers)"


def common_index(**values: Any) -> pd.Index | None:
    """Return the index that the Series among `values` share, None without a Series.

    Raises InputError where lengths or indexes differ: values are never matched by position
    against their labels.
    """
    lengths = {name: len(value) for name, value in values.items() if np.ndim(value)}
    if len(set(lengths.values())) > 1:
        names = " and ".join(f"`{name}`" for name in lengths)
        sizes = " and ".join(f"{length:,}" for length in lengths.values())
        raise InputError(f"{names} must have the same length, or be one number; got {sizes}.")
    indexes = {name: v.index for name, v in values.items() if isinstance(v, pd.Series)}
    if not indexes:
        return None
    (first, index), *others = indexes.items()
    for name, other in others:
        if not index.equals(other):
            raise InputError(
                f"`{name}` must have the index of `{first}`, in the same order; it differs. "
                f"Use `{name}.loc[{first}.index]`."
            )
    return index


def label_like(result: Floats, index: pd.Index | None) -> float | pd.Series | Floats:
    """Return `result` as a float, a Series with the index, or an array."""
    if index is not None:
        return label_values(result, index)
    return float(result) if result.ndim == 0 else result


def label_values(values: Floats, index: pd.Index) -> pd.Series:
    """Return lifetime values as a Series."""
    return pd.Series(np.broadcast_to(values, len(index)).copy(), index=index, name="ltv")
