"""How alone a person stands in a table, by what others may know of them."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_columns, check_count
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Table

__all__ = ["k_anonymity"]

_MOST = 8  # columns; all their combinations are counted
_SIZE = "crmlab:n_rows"


def k_anonymity(table: Table, quasi_identifiers: Sequence[str], *, k: int = 5) -> pd.DataFrame:
    """Count rows that few others share, for each combination of columns somebody may know.

    A table is k-anonymous in some columns where each combination of their values stands in at
    least k rows. A missing value counts as a value of its own, shared by all who miss it.

    Parameters
    ----------
    table : DataFrame or ibis.Table
        One row per person.
    quasi_identifiers : sequence of str
        Columns that others may know about a person, such as district, birth year and sex; at
        most 8.
    k : int, default=5
        Group size that is thought safe, at least 2.

    Returns
    -------
    DataFrame
        One row per combination of columns, single columns first, the worst of each size first;
        columns

        * `columns` : the combination, joined by ", "
        * `n_columns` : how many they are
        * `k` : rows in the smallest group
        * `n_groups` : different combinations of values
        * `n_unique`, `share_unique` : rows that stand alone, and their share in [0, 1]
        * `n_below`, `share_below` : rows in groups smaller than `k`, and their share in [0, 1]

        The last row is all columns together. Worst means most rows below `k`, then most alone.

    Raises
    ------
    InputError
        If a column is missing, there are more than 8 or none, or the table has no rows.

    References
    ----------
    Sweeney, L. (2002). k-anonymity: a model for protecting privacy. International Journal of
    Uncertainty, Fuzziness and Knowledge-Based Systems, 10(5), 557-570.

    Examples
    --------
    >>> people = pd.DataFrame({"district": list("AAAB"), "birth_year": [1980, 1980, 1991, 1991]})
    >>> table = k_anonymity(people, ["district", "birth_year"], k=2)
    >>> table[["columns", "k", "n_unique", "n_below"]]
                    columns  k  n_unique  n_below
    0              district  1         1        1
    1            birth_year  2         0        0
    2  district, birth_year  1         2        2
    """
    k = check_count("k", k, minimum=2)
    names = _check_names(table, quasi_identifiers)
    groups = _count_groups(table, names)
    if groups.empty:
        raise InputError("`table` must have rows; it has none.")
    rows = [
        _count_alone(groups, list(chosen), k)
        for size in range(1, len(names) + 1)
        for chosen in combinations(names, size)
    ]
    order = ["n_columns", "n_below", "n_unique", "n_groups"]
    found = pd.DataFrame(rows).sort_values(
        order, ascending=[True, False, False, False], kind="stable", ignore_index=True
    )
    return found[list(rows[0])]


def _check_names(table: Any, names: Sequence[str]) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    if not isinstance(table, pd.DataFrame | ibis.Table):
        raise InputTypeError(
            f"`table` must be a DataFrame or an Ibis table; got {type(table).__name__}."
        )
    if not 1 <= len(set(names)) == len(names) <= _MOST:
        raise InputError(
            f"`quasi_identifiers` must name 1 to {_MOST} different columns; got {len(names)}. "
            "Take those that others are most likely to know."
        )
    check_columns(table.columns, names, what="The table")
    return names


def _count_groups(table: Any, names: list[str]) -> pd.DataFrame:
    """Each combination of values with its number of rows: small, whatever the table."""
    if isinstance(table, pd.DataFrame):
        # Codes stand for values, so that a missing value is a group in every type of column.
        codes = {name: pd.factorize(table[name])[0] for name in names}
        return pd.DataFrame(codes).groupby(names).size().reset_index(name=_SIZE)
    groups = execute(table.group_by(names).aggregate(table.count().name(_SIZE)))
    return groups.assign(**{name: pd.factorize(groups[name])[0] for name in names})


def _count_alone(groups: pd.DataFrame, chosen: list[str], k: int) -> dict[str, Any]:
    sizes = groups.groupby(chosen)[_SIZE].sum()
    n_rows = int(sizes.sum())
    n_unique, n_below = int((sizes == 1).sum()), int(sizes[sizes < k].sum())
    return {
        "columns": ", ".join(chosen),
        "n_columns": len(chosen),
        "k": int(sizes.min()),
        "n_groups": len(sizes),
        "n_unique": n_unique,
        "share_unique": n_unique / n_rows,
        "n_below": n_below,
        "share_below": n_below / n_rows,
    }
