"""Tables of counts that can be published: small cells hidden, and safe from subtraction."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_count
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.privacy._attack import Protection, interval
from crmlab.privacy._linked import TOTAL, Linked, add_sums, link, looks_like_total
from crmlab.privacy._published import Published, as_list, blank_cells, read

__all__ = ["cell_bounds", "suppress_small_cells"]

_ROUNDING = 1e-6  # of an amount: sums of unrounded floats differ by far less


Counts = pd.DataFrame | pd.Series
# One table or several: what is published is of the kind that was given.
Given = TypeVar("Given", pd.DataFrame, pd.Series, list[pd.DataFrame], list[pd.Series], list[Counts])


def suppress_small_cells(
    table: Given,
    *,
    minimum: int = 5,
    counts: str | Counts | Sequence[Counts] | None = None,
    by: Sequence[str] | None = None,
    margins: str | None = "All",
    zeros: str = "publish",
) -> Given:
    """Hide small counts in a table, and what else must be hidden so that nobody can work them out.

    A hidden cell of a row with a published total is the total less the rest, so hiding it alone
    hides nothing. Further cells are hidden, those with the fewest customers first, until this
    holds, whatever is added up and subtracted: for each small count the published numbers allow
    another table of counts in which it is `minimum` or more, and every other hidden cell has at
    least two possible values. `cell_bounds` shows how far each can lie.

    Totals stay where the cells of a row or column suffice; where they do not (a row of one cell,
    a total that is small itself), totals are hidden as well. So every table can be protected.

    Not covered: what a reader knows from elsewhere (tables published separately; who is in a
    cell), guesses at this very procedure, and that tables which share dimensions in a ring
    (region by plan, plan by age, region by age) must come from one table of them all, which now
    and then narrows a hidden count further. Publish tables of the same people by one call.

    Parameters
    ----------
    table : DataFrame, Series, or list of them
        Counts, in one of three forms: a crosstab (nested rows or columns allowed), a Series by
        its index, or a tidy table with one row per cell and `counts` the name of the column.
        Tables in a list are protected together: a cell of one that is a total in another is one
        number. Their axes must be named then.
    minimum : int, default=5
        Smallest count that may be published, at least 2.
    counts : str, DataFrame or Series, optional
        Of a tidy table: the column of counts; its other numeric columns are amounts. Of a
        crosstab of amounts: the crosstab of counts with the same labels (a list where `table` is
        one). Amounts are hidden where counts are, and also protected against subtraction: each
        could be at least twice what it is, or larger by the mean per customer.
    by : sequence of str, optional
        Of a tidy table: the columns that say what a row is about. Default: those that hold no
        numbers.
    margins : str or None, default="All"
        Label of totals, in whichever dimensions have them (subtotals included). None says that
        no row or column is a total of others.
    zeros : {"publish", "suppress"}, default="publish"
        Whether a count of 0 is safe, or small.

    Returns
    -------
    DataFrame, Series or list
        As given, hidden cells missing; counts are of type Int64. Small cells and those hidden to
        protect them look alike.

    Raises
    ------
    InputTypeError
        If a table holds other things than numbers.
    InputError
        If counts are negative, missing or not whole, totals are not the sums of their parts, a
        row or column seems to be a total under another name, or labels repeat.

    References
    ----------
    Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 4.

    Kelly, J. P., Golden, B. L. and Assad, A. A. (1992). Cell suppression: disclosure protection
    for sensitive tabular data. Networks, 22(4), 397-417.

    Examples
    --------
    >>> plans = pd.DataFrame(
    ...     {"basic": [20, 40, 60], "plus": [3, 30, 33], "All": [23, 70, 93]},
    ...     index=["Jeju", "Seoul", "All"],
    ... )
    >>> suppress_small_cells(plans)
           basic  plus  All
    Jeju    <NA>  <NA>   23
    Seoul   <NA>  <NA>   70
    All       60    33   93
    """
    minimum = check_count("minimum", minimum, minimum=2)
    check_choice("zeros", zeros, ["publish", "suppress"])
    published, given, several = _read_all(table, counts, by, margins)
    for one in published:
        _check_counts(one.counts)
        _check_amounts(one.amounts)
        _check_totals_named(one, margins)
    linked = link([one.grid for one in published])
    hidden = _hide_cells(linked, published, minimum, zeros)
    shown: Any = [
        blank_cells(one, hidden[place], its)
        for one, place, its in zip(published, linked.places, given, strict=True)
    ]
    return shown if several else shown[0]


def cell_bounds(
    published: Counts | Sequence[Counts],
    *,
    counts: str | None = None,
    by: Sequence[str] | None = None,
    margins: str | None = "All",
    whole: bool = True,
) -> pd.DataFrame:
    """Lowest and highest count each hidden cell can have, given everything that is published.

    The attack that `suppress_small_cells` protects from, exact: two integer programs per cell.

    Parameters
    ----------
    published : DataFrame, Series, or list of them
        Counts with hidden cells missing, in the forms of `suppress_small_cells`.
    counts, by, margins
        As in `suppress_small_cells`; `counts` is the column of a tidy table only.
    whole : bool, default=True
        Whether the numbers are counts. False for amounts, which then must not be negative.

    Returns
    -------
    DataFrame
        One row per hidden cell, in the order of the table; columns

        * `table` : number of the table, from 0, only where a list was given
        * one column per dimension, with the cell's labels
        * `lower`, `upper` : least and greatest possible value; `upper` is infinite where no total
          limits it

    Raises
    ------
    InputTypeError
        If a table holds other things than numbers.
    InputError
        If no numbers from zero up agree with what is published, or labels repeat.

    Examples
    --------
    >>> plans = pd.DataFrame(
    ...     {"basic": [None, 40, 60], "plus": [None, None, 33], "All": [23, 70, 93]},
    ...     index=["Jeju", "Seoul", "All"],
    ... )
    >>> cell_bounds(plans)
         row column  lower  upper
    0   Jeju  basic   20.0   20.0
    1   Jeju   plus    3.0    3.0
    2  Seoul   plus   30.0   30.0
    """
    tables, _, several = _read_all(published, counts, by, margins)
    linked = link([one.grid for one in tables])
    numbers = np.full(linked.relations.shape[1], np.nan)
    for one, place in zip(tables, linked.places, strict=True):
        known = ~np.isnan(one.counts)
        numbers[place[known]] = one.counts[known]
    found: dict[int, tuple[float, float]] = {}
    rows = []
    for number, (one, place) in enumerate(zip(tables, linked.places, strict=True)):
        for entry, cell in enumerate(place):
            if np.isnan(numbers[cell]):
                if cell not in found:
                    found[cell] = interval(linked.relations, numbers, cell, whole=whole)
                labels = [margins if label is TOTAL else label for label in one.grid.labels[entry]]
                row = dict(zip(one.grid.dimensions, labels, strict=True))
                low, high = found[cell]
                rows.append({"table": number, **row, "lower": low, "upper": high})
    dimensions = dict.fromkeys(name for one in tables for name in one.grid.dimensions)
    columns = [*(["table"] if several else []), *dimensions, "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


def _read_all(
    table: Any, counts: Any, by: Sequence[str] | None, margins: str | None
) -> tuple[list[Published], list[Any], bool]:
    """Every table taken apart, the counts that go with each, and whether a list was given."""
    tables, several = as_list(table)
    given, several_counts = as_list(counts)
    if not several_counts:
        given = given * len(tables)
    if len(given) != len(tables) or (several_counts and not several):
        raise InputError(
            f"`counts` must hold one table for each of `table`; got {len(given)} for {len(tables)}."
        )
    parts = []
    for one, its in zip(tables, given, strict=True):
        names = by
        if several and by is not None and isinstance(one, pd.DataFrame):
            names = [name for name in by if name in one.columns]
        parts.append(read(one, its, names, margins, several=several))
    return parts, given, several


def _check_counts(counts: Floats) -> None:
    wrong = ~np.isfinite(counts) | (counts < 0) | (counts != np.round(counts))
    if wrong.any():
        raise InputError(
            f"Counts must be whole numbers from 0 up, and not missing; {wrong.sum():,} of "
            f"{counts.size:,} are not. Fill empty cells with 0; for amounts give `counts`."
        )


def _check_amounts(amounts: dict[str, Floats]) -> None:
    for name, values in amounts.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"Amounts must be finite and not missing; {name!r} has others. Fill empty cells "
                "with 0. Means and shares are computed from the published table afterwards."
            )


def _check_totals_named(one: Published, margins: str | None) -> None:
    label = None if margins is None else looks_like_total(one.grid, one.counts)
    if label is not None:
        raise InputError(
            f"`margins` must be the label of the totals; {label!r} looks like one. "
            f"Give `margins={label!r}`, or `margins=None` if nothing is a total."
        )


def _hide_cells(
    linked: Linked, published: Sequence[Published], minimum: int, zeros: str
) -> NDArray[np.bool_]:
    """Which cells to hide: first for the counts, then what amounts need beyond that."""
    counts = add_sums(linked, [one.counts for one in published], name="counts")
    n_published = linked.n_published
    small = (counts < minimum) & ((counts > 0) | (zeros == "suppress"))
    small[n_published:] = False
    hidden = small.copy()
    hidden[n_published:] = True
    # By the customers hidden; one more, so that of empty cells few are hidden.
    cost = (counts + 1) / (counts[:n_published] + 1).mean()
    protection = Protection(linked.relations, counts, cost, whole=True)
    need = {int(cell): minimum - counts[cell] for cell in np.flatnonzero(small)}
    hidden = protection.hide(need, hidden)
    for name in dict.fromkeys(name for one in published for name in one.amounts):
        hidden = _hide_amounts(linked, published, name, counts, small, cost, hidden)
    return hidden


def _hide_amounts(
    linked: Linked,
    published: Sequence[Published],
    name: str,
    counts: Floats,
    small: NDArray[np.bool_],
    cost: Floats,
    hidden: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Hide what one amount needs; a table without that amount says nothing about it."""
    unknown = np.full(len(counts), np.nan)
    columns = [
        one.amounts.get(name, unknown[place])
        for one, place in zip(published, linked.places, strict=True)
    ]
    amounts = add_sums(linked, columns, name=name, tolerance=_ROUNDING)
    known = ~np.isnan(amounts[: linked.n_published])
    # What a reader does not know may rise; sums that stand nowhere move as their parts do.
    room = np.nan_to_num(amounts)
    if (room < 0).any():
        room[:] = np.inf  # then negative amounts cannot be ruled out
    room[linked.n_published :] = np.inf
    cells = np.flatnonzero(known)
    typical = np.abs(amounts[cells]).sum() / max(counts[cells].sum(), 1) or 1.0
    need = {int(cell): max(abs(amounts[cell]), typical) for cell in cells if small[cell]}
    return Protection(linked.relations, room, cost, whole=False).hide(need, hidden)
