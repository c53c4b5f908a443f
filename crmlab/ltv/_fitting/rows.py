"""Rows of a summary: checked columns, customers in each row, and which rows are alike."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_column, check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._fitting.maximum import Floats

__all__ = [
    "Positions",
    "Rule",
    "check_frame",
    "check_rows",
    "mostly_distinct",
    "number_column",
    "number_rows",
    "read_column",
    "read_weights",
    "sample_rows",
]

Positions = NDArray[np.intp]
# Who breaks it (an array of flags, or a column of an engine), the rule, the remedy.
Rule = tuple[Any, str, str]


def check_frame(summary: Any, columns: Iterable[str]) -> None:
    """Raise unless `summary` is a DataFrame with these columns and a row."""
    if not isinstance(summary, pd.DataFrame):
        raise InputTypeError(
            f"`summary` must be a DataFrame, one row per customer; got {type(summary).__name__}. "
            "`rfm_summary` makes one from transactions."
        )
    check_columns(summary.columns, columns, what="`summary`")
    if summary.empty:
        raise InputError("`summary` must hold at least one customer; got none.")


def read_column(summary: pd.DataFrame, name: str) -> Floats:
    """Return a column as finite floats."""
    return check_column(summary, name, negative=True, flags=True, what="`summary`")


def read_weights(summary: pd.DataFrame) -> Floats:
    """Return the customers of each row: the column `n_customers`, or one each."""
    if "n_customers" not in summary:
        return np.ones(len(summary))
    weight = read_column(summary, "n_customers")
    check_rows(
        [(weight < 0, "`n_customers` must not be negative", "It counts the customers of a row.")],
        len(weight),
    )
    if not weight.any():
        raise InputError("`n_customers` must have a positive sum; all rows count zero customers.")
    return weight


def check_rows(rules: Iterable[Rule], n_rows: int) -> None:
    """Raise InputError naming the first broken rule, how many rows break it, and the remedy."""
    for broken, rule, remedy in rules:
        if broken.any():
            raise InputError(f"{rule}; {broken.sum():,} of {n_rows:,} rows break this. {remedy}")


def sample_rows(weight: Floats, size: int) -> tuple[Positions, Floats]:
    """Draw rows of about `size` customers at even steps, and count the customers on each."""
    steps = (np.arange(size) + 0.5) / size * weight.sum()
    picked = np.searchsorted(np.cumsum(weight), steps).clip(max=len(weight) - 1)
    which, n_picked = np.unique(picked, return_counts=True)
    return which, n_picked.astype(float)


def mostly_distinct(columns: Sequence[Floats]) -> bool:
    """Whether almost all rows differ, judged from 2,000."""
    step = max(1, len(columns[0]) // 2_000)
    sample = np.column_stack([column[::step] for column in columns])
    return step > 1 and len(np.unique(sample, axis=0)) > 0.9 * len(sample)


def number_column(column: Floats) -> tuple[Positions, Floats]:
    """Return each entry's place among ascending values, which may hold others too."""
    # Counts and days are places by themselves, which saves looking each of them up.
    if len(column) and column.min() >= 0 and column.max() <= len(column):
        whole = column.astype("intp")
        if (whole == column).all():
            return whole, np.arange(whole.max() + 1.0)
    at, values = pd.factorize(column, sort=True)
    return at, np.asarray(values)


def number_rows(columns: Sequence[Floats]) -> tuple[Positions, Positions]:
    """Number the distinct rows in ascending order: each row's number, and a row of each number."""
    code = np.zeros(len(columns[0]), dtype="int64")
    size = 1
    for column in columns:
        at, values = number_column(column)
        if size * len(values) >= 2**62:
            code, kept = pd.factorize(code, sort=True)
            size = len(kept)
        code, size = code * len(values) + at, size * len(values)
    at, kept = pd.factorize(code, sort=True)
    first = np.empty(len(kept), dtype="intp")
    first[at[::-1]] = np.arange(len(at) - 1, -1, -1)
    return at, first
