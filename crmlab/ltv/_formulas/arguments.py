"""Numbers as they arrive, one or one per segment, checked and lined up."""

import numbers as abstract
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Floats", "common_index", "got", "like", "number", "numbers", "series_of"]

Floats = NDArray[np.float64]

_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}


def numbers(name: str, value: Any, *, negative: bool = False) -> Floats:
    """Return `value` as finite floats without a dimension, or with one.

    Negative numbers are refused unless `negative` is true. Text and booleans are no numbers.
    """
    if _dimensions(name, value) == 0:
        array = np.asarray(_scalar(name, value))
    else:
        array = _column(name, value)
    bad = ~np.isfinite(array)
    if bad.any():
        raise ValueError(
            f"`{name}` must be finite and not missing; {got(array, bad)}. "
            "Fill or drop what is missing first."
        )
    if not negative and (array < 0).any():
        raise ValueError(f"`{name}` must not be negative; {got(array, array < 0)}.")
    return array


def got(array: Floats, bad: NDArray[np.bool]) -> str:
    """Words for the first bad number and, of several, how many are bad."""
    first = f"got {float(array[bad][0])!r}"
    return first if array.ndim == 0 else f"{first} ({bad.sum():,} of {array.size:,} numbers)"


def number(name: str, value: Any, *, negative: bool = False) -> float:
    """Return `value` as one finite float."""
    if _dimensions(name, value) != 0:
        raise TypeError(f"`{name}` must be one number; got {type(value).__name__}.")
    return float(numbers(name, value, negative=negative))


def common_index(**values: Any) -> pd.Index | None:
    """Return the index that the Series among `values` share, None without a Series.

    Raises ValueError where lengths or indexes differ: values are never matched by position
    against their labels.
    """
    lengths = {name: len(value) for name, value in values.items() if np.ndim(value)}
    if len(set(lengths.values())) > 1:
        names = " and ".join(f"`{name}`" for name in lengths)
        sizes = " and ".join(f"{length:,}" for length in lengths.values())
        raise ValueError(f"{names} must have the same length, or be one number; got {sizes}.")
    indexes = {name: v.index for name, v in values.items() if isinstance(v, pd.Series)}
    if not indexes:
        return None
    (first, index), *others = indexes.items()
    for name, other in others:
        if not index.equals(other):
            raise ValueError(
                f"`{name}` must have the index of `{first}`, in the same order; it differs. "
                f"Use `{name}.loc[{first}.index]`."
            )
    return index


def like(result: Floats, index: pd.Index | None) -> float | pd.Series | Floats:
    """Return `result` as a float, a Series with the index, or an array."""
    if index is not None:
        return series_of(result, index)
    return float(result) if result.ndim == 0 else result


def series_of(values: Floats, index: pd.Index) -> pd.Series:
    """Lifetime values as a Series."""
    return pd.Series(np.broadcast_to(values, len(index)).copy(), index=index, name="ltv")


def _dimensions(name: str, value: Any) -> int:
    try:
        return np.ndim(value)
    except ValueError as error:  # lists of unequal length
        raise ValueError(f"`{name}` must have one dimension; {error}.") from error


def _scalar(name: str, value: Any) -> float:
    if isinstance(value, np.ndarray):
        value = value.item()
    if isinstance(value, bool | np.bool) or not isinstance(value, abstract.Real | Decimal):
        raise TypeError(f"`{name}` must be a number; got {value!r}.")
    return float(value)


def _column(name: str, value: Any) -> Floats:
    if np.ndim(value) > 1:
        raise ValueError(
            f"`{name}` must have one dimension; got {np.ndim(value)}. Pass one column."
        )
    series = pd.Series(value)
    if series.empty:
        raise ValueError(f"`{name}` must hold at least one number; got none.")
    # An all-missing column has no kind of its own: the caller reports it as missing.
    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind not in _NUMERIC and series.notna().any():
        raise TypeError(f"`{name}` must hold numbers; got {kind}.")
    return series.to_numpy(dtype="float64", na_value=np.nan)
