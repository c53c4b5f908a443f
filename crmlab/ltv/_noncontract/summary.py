"""The summary that counting models read: checked, and its distinct rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_columns
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.maximum import Floats

__all__ = [
    "Counts",
    "check_rows",
    "check_unit",
    "codes_of",
    "covariate_matrix",
    "every_few",
    "few_alike",
    "impossible",
    "read_counts",
]

Positions = NDArray[np.intp]
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
            if not few_alike([entries]):
                at, values = _numbered(entries)
                if len(values) <= _FEW * len(at):
                    self._levels[column] = (values, at)
        return self._levels[column]

    def rows(self, which: Any) -> "Counts":
        """Some of the rows."""
        return Counts(
            self.x[which], self.tx[which], self.T[which], self.weight[which], self.z[which]
        )

    def scaled(self, time: float) -> "Counts":
        """The same with `time` as the unit of time."""
        return Counts(self.x, self.tx / time, self.T / time, self.weight, self.z)

    def sketch(self, size: int) -> "Counts":
        """About `size` customers at even steps through the rows, as distinct rows."""
        which, weight = every_few(self.weight, size)
        return replace(self.rows(which), weight=weight)

    def grouped(self) -> tuple["Counts", Positions]:
        """As `distinct`, but every row by itself where hardly two are alike."""
        if few_alike([self.x, self.tx, self.T, *self.z.T]):
            return self, np.arange(len(self))
        return self.distinct()

    @cached_property
    def parts(self) -> list["Counts"]:
        """The rows in parts that stay in the processor's cache while they are worked on."""
        if len(self) <= _PART:
            return [self]
        return [self.rows(slice(at, at + _PART)) for at in range(0, len(self), _PART)]

    def distinct(self) -> tuple["Counts", Positions]:
        """The distinct rows in ascending order, with their customers, and where each row went."""
        at, first = codes_of([self.x, self.tx, self.T, *self.z.T])
        weight = np.bincount(at, weights=self.weight, minlength=len(first)).astype(float)
        return replace(self.rows(first), weight=weight), at


def every_few(weight: Floats, size: int) -> tuple[Positions, Floats]:
    """Rows of about `size` customers at even steps, and how many customers fell on each."""
    steps = (np.arange(size) + 0.5) / size * weight.sum()
    picked = np.searchsorted(np.cumsum(weight), steps).clip(max=len(weight) - 1)
    which, n_picked = np.unique(picked, return_counts=True)
    return which, n_picked.astype(float)


def few_alike(columns: Sequence[Floats]) -> bool:
    """Whether hardly two rows are alike, judged by 2,000 of them."""
    step = max(1, len(columns[0]) // 2_000)
    sample = np.column_stack([column[::step] for column in columns])
    return step > 1 and len(np.unique(sample, axis=0)) > 0.9 * len(sample)


def _numbered(column: Floats) -> tuple[Positions, Floats]:
    """Each entry's place among ascending values, which hold all entries and perhaps others."""
    # Counts and days are places by themselves, which saves looking each of them up.
    if len(column) and column.min() >= 0 and column.max() <= len(column):
        whole = column.astype("intp")
        if (whole == column).all():
            return whole, np.arange(whole.max() + 1.0)
    at, values = pd.factorize(column, sort=True)
    return at, np.asarray(values)


def codes_of(columns: Sequence[Floats]) -> tuple[Positions, Positions]:
    """Number the distinct rows in ascending order: each row's number, and a row of each number."""
    code = np.zeros(len(columns[0]), dtype="int64")
    size = 1
    for column in columns:
        at, values = _numbered(column)
        if size * len(values) >= 2**62:
            code, kept = pd.factorize(code, sort=True)
            size = len(kept)
        code, size = code * len(values) + at, size * len(values)
    at, kept = pd.factorize(code, sort=True)
    first = np.empty(len(kept), dtype="intp")
    first[at[::-1]] = np.arange(len(at) - 1, -1, -1)
    return at, first


def read_counts(
    summary: pd.DataFrame,
    *,
    unit: str | None,
    covariates: Iterable[str] = (),
    fitting: bool = False,
) -> Counts:
    """Check a summary and take from it what counting models use.

    Raises
    ------
    TypeError
        If `summary` is no DataFrame or a column holds no numbers.
    ValueError
        If columns are missing, a row is impossible, or the unit is another than the model's.
    """
    covariates = list(covariates)
    check_frame(summary, ["frequency", "recency", "T", *covariates])
    check_unit(summary, unit)
    x, tx, T = (numbers_of(summary, name) for name in ("frequency", "recency", "T"))
    check_rows(impossible(x, tx, T, fitting=fitting), len(x))
    weight = weights_of(summary)
    z = covariate_matrix(summary, covariates)
    counts = Counts(x, np.minimum(tx, T), T, weight, z)
    return counts if weight.all() else counts.rows(weight > 0)


def check_frame(summary: Any, columns: Iterable[str]) -> None:
    """Raise unless `summary` is a DataFrame with these columns and a row."""
    if not isinstance(summary, pd.DataFrame):
        raise TypeError(
            f"`summary` must be a DataFrame, one row per customer; got {type(summary).__name__}. "
            "`rfm_summary` makes one from transactions."
        )
    check_columns(summary.columns, columns, what="`summary`")
    if summary.empty:
        raise ValueError("`summary` must hold at least one customer; got none.")


def check_unit(summary: pd.DataFrame, unit: str | None) -> None:
    """Raise if the summary says another unit of time than the model's."""
    found = summary.attrs.get("unit")
    if found is None:
        return
    check_choice("summary.attrs['unit']", found, UNIT_DAYS)
    if unit is not None and found != unit:
        raise ValueError(
            f"`summary` must be in the model's unit {unit!r}; got {found!r}. "
            f"Build it with rfm_summary(..., unit={unit!r})."
        )


def numbers_of(summary: pd.DataFrame, name: str) -> Floats:
    """A column as finite floats."""
    try:
        values = summary[name].to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`{name}` must hold numbers; {error}.") from error
    finite = np.isfinite(values)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite and not missing; {(~finite).sum():,} of {len(values):,} rows "
            "are not. Leave those customers out or repair them."
        )
    return values


def weights_of(summary: pd.DataFrame) -> Floats:
    """Customers per row: the column `n_customers`, or one each."""
    if "n_customers" not in summary:
        return np.ones(len(summary))
    weight = numbers_of(summary, "n_customers")
    check_rows(
        [(weight < 0, "`n_customers` must not be negative", "It counts the customers of a row.")],
        len(weight),
    )
    if not weight.any():
        raise ValueError("`n_customers` must have a positive sum; all rows count zero customers.")
    return weight


def impossible(x: Any, tx: Any, T: Any, *, fitting: bool = False) -> list[tuple[Any, str, str]]:
    """Rules on rows: who breaks it, the rule, the remedy; for arrays and for engines' columns."""
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
                T <= 0,
                "`T` must be above 0",
                "Who first bought on the last day shows nothing yet: summary[summary['T'] > 0].",
            ),
        )
    return rules


def check_rows(rules: Iterable[tuple[NDArray[np.bool_], str, str]], n_rows: int) -> None:
    """Raise ValueError naming the first broken rule, how many rows break it, and the remedy."""
    for broken, rule, remedy in rules:
        if broken.any():
            raise ValueError(f"{rule}; {broken.sum():,} of {n_rows:,} rows break this. {remedy}")


def covariate_matrix(summary: pd.DataFrame, names: Sequence[str]) -> Floats:
    """The covariates as one column each."""
    if not names:
        return np.empty((len(summary), 0))
    return np.column_stack([numbers_of(summary, name) for name in names])
