"""What counting models read of a summary: its distinct rows, and which rows cannot be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import (
    Positions,
    Rule,
    mostly_distinct,
    number_column,
    number_rows,
    sample_rows,
)

__all__ = ["Counts", "CustomerRows", "period_rules", "row_rules"]

_PART = 16_384  # rows
_FEW = 0.5  # a column with fewer distinct values than this share of its rows is worked on by value


@dataclass(frozen=True)
class Counts:
    """Repeat purchases, last purchase and time observed of each row.

    Attributes
    ----------
    x, tx, T : ndarray of shape (n_rows,)
        Repeat purchases; time of the last one and length of observation, in the model's unit.
    weight : ndarray of shape (n_rows,)
        Customers with these numbers.
    z : ndarray of shape (n_rows, n_covariates)
        Their covariates.
    """

    x: Floats
    tx: Floats
    T: Floats
    weight: Floats
    z: Floats
    _levels: dict[str, tuple[Floats, Positions] | None] = field(
        default_factory=dict, repr=False, compare=False, init=False
    )

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def n_customers(self) -> float:
        """Customers in all rows."""
        return float(self.weight.sum())

    def on(self, column: str, function: Callable[[Floats], Floats], *parameters: Any) -> Floats:
        """Apply a function of one column, once for each distinct value where that saves work.

        `parameters` are those the function uses; one that differs from row to row forces the
        long way.
        """
        levels = None if any(np.ndim(each) for each in parameters) else self._levels_of(column)
        if levels is None:
            return function(getattr(self, column))
        values, at = levels
        return function(values)[at]

    def _levels_of(self, column: str) -> tuple[Floats, Positions] | None:
        if column not in self._levels:
            entries = getattr(self, column)
            self._levels[column] = None
            if not mostly_distinct([entries]):
                at, values = number_column(entries)
                if len(values) <= _FEW * len(at):
                    self._levels[column] = (values, at)
        return self._levels[column]

    def rows(self, which: Any) -> Self:
        """Some of the rows."""
        return type(self)(
            self.x[which], self.tx[which], self.T[which], self.weight[which], self.z[which]
        )

    def scaled(self, time: float) -> Self:
        """The same with `time` as the unit of time."""
        return type(self)(self.x, self.tx / time, self.T / time, self.weight, self.z)

    def sample(self, size: int) -> Self:
        """About `size` customers at even steps through the rows, as distinct rows."""
        which, weight = sample_rows(self.weight, size)
        return replace(self.rows(which), weight=weight)

    def grouped(self) -> tuple[Self, Positions]:
        """As `distinct`, but every row by itself where almost all rows differ."""
        if mostly_distinct([self.x, self.tx, self.T, *self.z.T]):
            return self, np.arange(len(self))
        return self.distinct()

    @cached_property
    def parts(self) -> list[Self]:
        """The rows in parts that stay in the processor's cache while they are worked on."""
        if len(self) <= _PART:
            return [self]
        return [self.rows(slice(at, at + _PART)) for at in range(0, len(self), _PART)]

    def distinct(self) -> tuple[Self, Positions]:
        """The distinct rows in ascending order, with their customers, and where each row went."""
        at, first = number_rows([self.x, self.tx, self.T, *self.z.T])
        weight = np.bincount(at, weights=self.weight, minlength=len(first)).astype(float)
        return replace(self.rows(first), weight=weight), at


@dataclass(frozen=True)
class CustomerRows:
    """The customers of a summary: distinct rows, and each customer's place among them."""

    counts: Counts
    at: Positions

    @cached_property
    def each(self) -> Counts:
        """One row per customer."""
        return self.counts.rows(self.at)


def row_rules(x: Any, tx: Any, T: Any, *, fitting: bool = False) -> list[Rule]:
    """Rules on rows in continuous time, for arrays and for engines' columns."""
    rules = [
        (x < 0, "`frequency` must not be negative", "It counts purchases after the first."),
        (
            x % 1 != 0,
            "`frequency` must be whole numbers",
            "It counts purchases; a rate or an average will not do.",
        ),
        (tx < 0, "`recency` must not be negative", "It runs from first to last purchase."),
        (
            tx > T * (1 + 1e-9),
            "`recency` must be at most `T`",
            "Nobody buys after the end of observation: check it, and that both have one unit.",
        ),
        (
            (x == 0) & (tx > 0),
            "`recency` must be 0 where `frequency` is 0",
            "It runs from first to last purchase; time since the last one is `days_since_last`.",
        ),
    ]
    if fitting:
        rules.insert(
            0,
            (
                (T <= 0) & (x > 0),
                "`T` must be above 0 where `frequency` is",
                "It is the time from the first purchase to the end of observation.",
            ),
        )
    return rules


def period_rules(x: Any, tx: Any, n: Any, *, fitting: bool = False) -> list[Rule]:
    """Rules on rows of opportunities, for arrays and for engines' columns."""
    columns = {"frequency": x, "recency": tx, "n_periods": n}
    whole = [
        (
            (column < 0) | (column % 1 != 0),
            f"`{name}` must be whole numbers, at least 0",
            "It counts opportunities.",
        )
        for name, column in columns.items()
    ]
    rules = [
        (
            tx > n,
            "`recency` must be at most `n_periods`",
            "It is the number of the last opportunity taken, counted from 1.",
        ),
        (
            x > tx,
            "`frequency` must be at most `recency`",
            "Nobody takes more opportunities than there were up to the last one taken: count "
            "periods with a purchase, not purchases.",
        ),
        (
            (x == 0) & (tx > 0),
            "`recency` must be 0 where `frequency` is 0",
            "It is the number of the last opportunity taken, counted from 1.",
        ),
    ]
    if fitting:
        rules.append(
            (
                (n == 0) & (x > 0),
                "`n_periods` must be above 0 where `frequency` is",
                "It counts the opportunities of each customer.",
            )
        )
    return [*whole, *rules]
