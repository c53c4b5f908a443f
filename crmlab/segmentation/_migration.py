"""Who moves between segments from one period to the next, in customers and in money."""

from typing import Any

import pandas as pd
from sklearn.base import clone

from crmlab._errors import InputTypeError
from crmlab._periods import Day
from crmlab._types import Table
from crmlab.customer_base import read_two_periods
from crmlab.segmentation._rfm import RFMSegmenter

__all__ = ["migration_matrix"]

_WON, _LOST = "(won)", "(lost)"


def migration_matrix(
    transactions: Table,
    segmenter: Any = None,
    *,
    cut: Day,
    observation_end: Day | None = None,
    start: Day | None = None,
) -> pd.DataFrame:
    """Follow customers from their segment in one period to that in the next, with their money.

    Customers are put into segments by what they bought in the period alone, at its last day. The
    segmenter learns from the earlier period, and the later one is put into the same segments: a
    move is a change of the customer.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    segmenter : estimator, optional
        With ``fit`` and ``predict`` of an `rfm_summary`; a copy is fitted. Default:
        ``RFMSegmenter()``.
    cut : date
        Last day of the earlier period; the later one starts the day after.
    observation_end : date, optional
        Last day of the later period. Default: the last day in the table.
    start : date, optional
        First day of the earlier period. By default it is as long as the later one, which must lie
        in the data; in periods of different length frequencies do not compare.

    Returns
    -------
    DataFrame
        One row per pair of segments, zeros included:

        ``before``, ``after``
            segments as ordered categories of text; before is "(won)" for customers who bought in
            the later period only, after "(lost)" for those who bought in the earlier only;
        ``n_customers``
            customers (int);
        ``revenue_before``, ``revenue_after``
            their revenue in each period, in currency.

        Both revenues add up to those of the periods, as `revenue_change` has them, and the rows
        "(won)" and "(lost)" to its steps of that name. ``attrs`` keeps the days as labels.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If a period lies outside the data, nobody bought in one, or the segmenter refuses it.

    See Also
    --------
    crmlab.customer_base.revenue_change : Why the revenue changed.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> moves = migration_matrix(load_cdnow(sample=True), cut="1997-12-31")
    >>> moves.groupby("before", observed=True)["n_customers"].sum().tail(2)
    before
    hibernating    189
    (won)          196
    Name: n_customers, dtype: int64
    """
    segmenter = RFMSegmenter() if segmenter is None else segmenter
    if not (hasattr(segmenter, "fit") and hasattr(segmenter, "predict")):
        raise InputTypeError(
            "`segmenter` must have the methods 'fit' and 'predict', as RFMSegmenter() has; got "
            f"{type(segmenter).__name__}."
        )
    periods = read_two_periods(transactions, cut=cut, observation_end=observation_end, start=start)
    before, after = periods.summaries()
    fitted = clone(segmenter).fit(before)
    found = pd.concat(
        {
            "before": _as_text(fitted.predict(before)),
            "after": _as_text(fitted.predict(after)),
            "revenue_before": before["total_spend"],
            "revenue_after": after["total_spend"],
        },
        axis="columns",
    )
    found = found.fillna(
        {"before": _WON, "after": _LOST, "revenue_before": 0.0, "revenue_after": 0.0}
    )
    present = {*found["before"], *found["after"]} - {_WON, _LOST}
    names = [*map(str, getattr(fitted, "segments_", sorted(present)))]
    for side, more in (("before", _WON), ("after", _LOST)):
        found[side] = pd.Categorical(found[side], [*names, more], ordered=True)
    sums = found.groupby(["before", "after"], observed=False).agg(
        n_customers=("revenue_before", "size"),
        revenue_before=("revenue_before", "sum"),
        revenue_after=("revenue_after", "sum"),
    )
    moves = sums.reset_index()
    moves = moves[(moves["before"] != _WON) | (moves["after"] != _LOST)].reset_index(drop=True)
    moves.attrs = {
        "start": str(periods.start), "cut": str(periods.cut), "observation_end": str(periods.end)
    }  # fmt: skip
    return moves


def _as_text(segments: pd.Series) -> pd.Series:
    return segments.astype("str").astype(object)
