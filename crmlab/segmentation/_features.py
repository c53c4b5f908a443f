"""From customers to points in space: logs, standard scores, categories as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_column, check_columns
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Scaling", "count_unseen", "learn_scaling", "read_numbers"]


@dataclass(frozen=True)
class Scaling:
    """How customers become points, as learned from some of them.

    `levels` are the known values of each column of categories, `means` and `scales` those of all
    columns of numbers and then of one column of 0 and 1 per known value.
    """

    log: bool
    levels: dict[str, list[Any]]
    means: Floats
    scales: Floats

    def apply(self, numbers: Floats, customers: Any) -> Floats:
        """The points of customers; a value that is not known counts as the mean of all."""
        points = _spread(numbers, customers, log=self.log, levels=self.levels)
        return np.nan_to_num((points - self.means) / self.scales, copy=False, nan=0.0)


def learn_scaling(
    numbers: Floats, customers: Any, *, names: Sequence[str], categories: Sequence[str], log: bool
) -> Scaling:
    """Learn logs, means and spreads; refuse a column in which all customers are equal."""
    levels = {name: _levels_of(customers[name]) for name in categories}
    points = _spread(numbers, customers, log=log, levels=levels)
    means, spread = points.mean(axis=0), points.std(axis=0)
    for at, name in enumerate(names):
        # A column of one value may have a spread that is only rounding.
        if numbers[:, at].min() == numbers[:, at].max():
            raise _constant(name)
    scales = spread.copy()
    at = len(names)
    for name, known in levels.items():
        if len(known) < 2:
            raise _constant(name)
        columns = slice(at, at + len(known))
        scales[columns] = np.sqrt((spread[columns] ** 2).sum())
        at += len(known)
    return Scaling(log, levels, means, scales)


def read_numbers(
    customers: pd.DataFrame, names: Sequence[str], categories: Sequence[str]
) -> Floats:
    """The columns of numbers, checked; those of categories must be there."""
    check_columns(customers.columns, [*names, *categories], what="`customers`")
    if not len(names):
        return np.empty((len(customers), 0))
    columns = [check_column(customers, name, negative=True, flags=True) for name in names]
    return np.column_stack(columns)


def count_unseen(customers: pd.DataFrame, levels: dict[str, list[Any]]) -> pd.DataFrame:
    """Values of categories that are not known, missing ones too, with their customers."""
    rows = []
    for name, known in levels.items():
        values = customers[name]
        strange = values[~values.isin(known)]
        rows += [(name, value, n) for value, n in strange.value_counts().items()]
        if n_missing := int(strange.isna().sum()):
            rows.append((name, None, n_missing))
    found = pd.DataFrame(rows, columns=["column", "value", "n_customers"])
    return found.astype({"value": object, "n_customers": "int64"})


def _levels_of(column: pd.Series) -> list[Any]:
    if column.isna().any():
        raise InputError(
            f"`{column.name}` must not be missing; {column.isna().sum():,} of {len(column):,} are. "
            "Give those a word of their own, such as 'unknown'."
        )
    return sorted(column.astype(object).unique(), key=str)


def _spread(numbers: Floats, customers: Any, *, log: bool, levels: dict[str, list[Any]]) -> Floats:
    """Numbers, as logs where asked for, then 0 and 1 per level; nan where no level is known."""
    logs = np.sign(numbers) * np.log1p(np.abs(numbers)) if log else numbers
    blocks = [logs]
    for name, known in levels.items():
        code = pd.Index(known).get_indexer(pd.Index(customers[name].astype(object)))
        flags = np.eye(len(known))[code]
        flags[code < 0] = np.nan
        blocks.append(flags)
    return np.hstack(blocks)


def _constant(name: str) -> InputError:
    return InputError(
        f"`{name}` must differ between customers; it is the same for all of them. Leave it out "
        "of `columns` or `categories`."
    )
