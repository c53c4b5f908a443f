"""Scores of recency, frequency and money by rank among all customers."""

from typing import Any, Literal, TypeVar

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_choice
from crmlab._types import Ints
from crmlab.segmentation._measures import (
    SCORES,
    Money,
    check_scoring,
    check_spread,
    check_spread_in_engine,
    read_expressions,
    read_measures,
)
from crmlab.segmentation._ranks import bin_by_edges, bin_expression, bin_within, find_edges

__all__ = ["name_cells", "name_cells_in_engine", "rfm_scores"]

Method = Literal["independent", "nested"]
Customers = TypeVar("Customers", pd.DataFrame, "ibis.Table")


def rfm_scores(
    summary: Customers,
    *,
    n_bins: int = 5,
    method: Method = "independent",
    monetary: Money = "total_spend",
) -> Customers:
    """Score recency, frequency and money from 1 to `n_bins`, `n_bins` being best.

    A score of 4 of 5 says: at least three fifths of the customers are worse. Recency is scored by
    ``days_since_last``, where fewer days are better; the ``recency`` of `rfm_summary` is the time
    from first to last purchase, and not meant. Equal customers have equal scores, always, whatever
    the order of the rows. So where many are equal, bins differ in size: if 60 % never bought again,
    all of them score 1 in frequency, the next score 4, and nobody has 2 or 3. Amounts that differ
    by less than 0.00001 count as equal.

    Parameters
    ----------
    summary : DataFrame or ibis.Table
        One row per customer, as `rfm_summary` or `rfm_expression` returns it; read are
        ``days_since_last`` (days), ``frequency`` (repeat purchases) and the column `monetary`.
    n_bins : int, default=5
        Bins of each measure, from 2 to 100 and to the number of customers.
    method : {"independent", "nested"}, default="independent"
        Whether each measure is ranked among all customers; or frequency among those of one
        recency score, and money among those of one recency and frequency score, which fills the
        cells evenly. Nested scores of customers in different cells do not compare.
    monetary : {"total_spend", "mean_spend", "monetary_value"}, default="total_spend"
        Which money is scored, in currency: all of it, the mean of all purchases, or that of
        the repeat purchases.

    Returns
    -------
    DataFrame or ibis.Table
        Of a frame, a frame with its index and the columns ``r_score``, ``f_score``, ``m_score``
        (int, 1 to `n_bins`) and ``rfm``, the three as one word ("535"; "10-3-5" from ten bins
        on). Of an Ibis table, the table with these columns added, not run yet.

    Raises
    ------
    InputError
        If an option has a value it cannot have, a column is missing or not finite, there are
        fewer customers than bins, or a measure is the same for all of them.

    References
    ----------
    Hughes, A. M. (1994). Strategic Database Marketing. Chicago: Probus. Quintiles of recency,
    frequency and money, nested.

    Examples
    --------
    >>> summary = pd.DataFrame(
    ...     {"days_since_last": [5, 90, 30, 5], "frequency": [3, 0, 0, 3],
    ...      "total_spend": [80.0, 10.0, 30.0, 80.0]}, index=["a", "b", "c", "d"],
    ... )
    >>> rfm_scores(summary, n_bins=4)
       r_score  f_score  m_score  rfm
    a        3        3        3  333
    b        1        1        1  111
    c        2        1        2  212
    d        3        3        3  333
    """
    check_scoring(n_bins, monetary)
    check_choice("method", method, ("independent", "nested"))
    nested = method == "nested"
    if isinstance(summary, ibis.Table):
        return _score_in_engine(summary, n_bins, monetary, nested=nested)
    found = read_measures(summary, monetary)
    check_spread(found, n_bins)
    scores: list[Ints] = []
    group = np.zeros(len(summary), dtype="int64")
    for value in found.values():
        if nested and scores:
            group = group * n_bins + scores[-1] - 1
            scores.append(bin_within(value, group, n_bins))
        else:
            scores.append(bin_by_edges(value, find_edges(value, n_bins)))
    table = pd.DataFrame(dict(zip(SCORES, scores, strict=True)), index=summary.index, copy=False)
    table["rfm"] = name_cells(scores, n_bins)
    return table


def _score_in_engine(customers: Any, n_bins: int, monetary: Money, *, nested: bool) -> Any:
    found = read_expressions(customers, monetary)
    check_spread_in_engine(customers, found, n_bins)
    for at, (score, name) in enumerate(zip(SCORES, found, strict=True)):
        value = read_expressions(customers, monetary)[name]
        group = [customers[one] for one in SCORES[:at]] if nested else []
        customers = customers.mutate(**{score: bin_expression(value, group, n_bins)})
    return customers.mutate(rfm=name_cells_in_engine(customers, n_bins))


def name_cells(scores: list[Ints], n_bins: int) -> Any:
    """The three scores of each customer as one word."""
    r, f, m = (score - 1 for score in scores)
    cell = (r * n_bins + f) * n_bins + m
    present = np.flatnonzero(np.bincount(cell))
    code = np.searchsorted(present, np.arange(present[-1] + 1))[cell]
    cells = np.unravel_index(present, (n_bins, n_bins, n_bins))
    words = [_joint(n_bins).join(str(one + 1) for one in cell) for cell in zip(*cells, strict=True)]
    return pd.Categorical.from_codes(code, pd.Index(words))


def name_cells_in_engine(customers: Any, n_bins: int) -> Any:
    """The same as an expression."""
    r, f, m = (customers[name].cast("string") for name in SCORES)
    return r + _joint(n_bins) + f + _joint(n_bins) + m


def _joint(n_bins: int) -> str:
    return "" if n_bins < 10 else "-"
