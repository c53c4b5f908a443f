"""Distinct values with their number of customers: the arithmetic below every measure."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_vector
from crmlab._errors import InputError

__all__ = [
    "accumulate_from_top",
    "check_spend",
    "check_total",
    "count_distinct",
    "gini_of",
    "running_total",
    "scale_to_highest",
    "top_share_of",
]


def check_total(name: str, array: NDArray[np.float64]) -> None:
    """Raise InputError where adding up the numbers overflows."""
    with np.errstate(over="ignore"):
        total = np.abs(array).sum()
    if not np.isfinite(total):
        raise InputError(
            f"`{name}` must have a finite total; it overflows. Use a larger unit, such as millions."
        )


def check_spend(value: ArrayLike) -> NDArray[np.float64]:
    """Value per customer as a checked array with a positive total."""
    array = check_vector(
        "value", value, remedy="Use `whale_curve` for profit, which may be negative."
    )
    if not array.any():
        raise InputError(
            f"`value` must have a positive total; all {array.size:,} customers have zero. "
            "Choose a period in which someone bought."
        )
    return array


def scale_to_highest(value: ArrayLike) -> NDArray[np.float64]:
    """Check and return value per customer as a fraction of the highest.

    A share is free of scale; at this one a small currency unit does not underflow.
    """
    array = check_spend(value)
    return array / array.max()


def count_distinct(value: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distinct relative values, ascending, and the number of customers with each."""
    return np.unique(scale_to_highest(value), return_counts=True)


def running_total(amounts: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Cumulative sum that starts at zero."""
    return np.concatenate([[0.0], np.cumsum(amounts)])


def accumulate_from_top(
    values: NDArray[np.float64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum up customers and value from the highest value down, starting at (0, 0)."""
    return running_total(counts[::-1]), running_total((values * counts)[::-1])


def gini_of(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Integral of F(1 - F) over value, by the mean; nan without value.

    A sum of non-negative terms: no cancellation, never below zero, and exactly zero for equals.
    """
    n_customers = counts.sum()
    mean = values @ counts / n_customers
    if mean == 0:
        return float("nan")
    below = np.cumsum(counts)[:-1]
    weight = (below / n_customers) * ((n_customers - below) / n_customers)
    return float(np.diff(values) @ weight / mean)


def top_share_of(values: NDArray[np.float64], counts: NDArray[np.int64], *, top: float) -> float:
    """Interpolated share of the first `top` of customers; nan without value."""
    customers, held = accumulate_from_top(values, counts)
    if held[-1] == 0:
        return float("nan")
    return float(np.interp(top * customers[-1], customers, held) / held[-1])
