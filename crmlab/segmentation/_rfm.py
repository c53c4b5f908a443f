"""Named segments of customers by their scores of recency, frequency and money."""

from typing import TYPE_CHECKING, Any, TypeVar

import ibis
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from crmlab._types import Ints, Table
from crmlab.segmentation._measures import (
    SCORES,
    Money,
    check_scoring,
    check_spread,
    check_spread_in_engine,
    name_measures,
    read_expressions,
    read_measures,
)
from crmlab.segmentation._ranks import bin_by_edges, find_edges, find_edges_in_engine
from crmlab.segmentation._rules import Rules, read_rules
from crmlab.segmentation._scores import name_cells, name_cells_in_engine

if TYPE_CHECKING:
    from typing import Self

__all__ = ["RFMSegmenter"]

Customers = TypeVar("Customers", pd.DataFrame, "ibis.Table")


class RFMSegmenter(BaseEstimator):
    """Named segments by recency, frequency and money: every customer in exactly one.

    `fit` learns where the bins end, and later customers, or the same ones later, are scored by
    these ends. So a move from one segment to another is a change of the customer, and not of the
    others. What is scored, and how equal customers stay together, is said in `rfm_scores`; the
    scores of the customers that were fitted are its independent ones.

    Parameters
    ----------
    n_bins : int, default=5
        Bins of each measure, from 2 to 100.
    monetary : {"total_spend", "mean_spend", "monetary_value"}, default="total_spend"
        Which money is scored.
    rules : DataFrame, optional
        One row per box of scores: ``segment`` (its name), and the bounds ``r_from``, ``r_to``,
        ``f_from``, ``f_to``, ``m_from``, ``m_to``, both included, from 1 to `n_bins`; bounds that
        are not there are none. A segment may have several boxes. Together they must cover every
        cell of scores once, which `fit` checks. Default: `RFM_RULES`, ten segments by recency and
        frequency, for five bins.

    Attributes
    ----------
    edges_ : DataFrame
        The ends of the bins, one row per bin but the last; columns as scored. A customer is in
        the next bin with *more* frequency or money, or *fewer* days, than the end.
    segments_ : list of str
        Names in the order of the rules.
    n_customers_ : int
        Customers who were fitted.
    feature_names_in_ : ndarray of str
        The columns that are scored.

    See Also
    --------
    migration_matrix : Who moves between segments.
    profile_segments : What they are and bring.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30")
    >>> segmenter = RFMSegmenter().fit(summary)
    >>> segmenter.predict(summary).value_counts(sort=False).head(4)
    segment
    champions              335
    loyal                  161
    potential loyalists    312
    new                      0
    Name: count, dtype: int64
    """

    def __init__(
        self,
        *,
        n_bins: int = 5,
        monetary: Money = "total_spend",
        rules: pd.DataFrame | None = None,
    ) -> None:
        self.n_bins = n_bins
        self.monetary = monetary
        self.rules = rules

    def fit(self, summary: Table, y: Any = None) -> "Self":
        """Learn where the bins end.

        Parameters
        ----------
        summary : DataFrame or ibis.Table
            One row per customer, as `rfm_summary` or `rfm_expression` returns it. Of an Ibis
            table only the ends of the bins are pulled.
        y : None
            Not used.

        Returns
        -------
        RFMSegmenter

        Raises
        ------
        InputError
            If an option has a value it cannot have, rules leave out a cell or cover one twice, a
            column is missing or not finite, there are fewer customers than bins, or a measure
            is the same for all.
        """
        check_scoring(self.n_bins, self.monetary)
        rules = read_rules(self.rules, self.n_bins)
        if isinstance(summary, ibis.Table):
            columns = read_expressions(summary, self.monetary)
            n_customers = check_spread_in_engine(summary, columns, self.n_bins)
            edges = {
                name: find_edges_in_engine(column.name("value"), n_customers, self.n_bins)
                for name, column in columns.items()
            }
        else:
            found = read_measures(summary, self.monetary)
            check_spread(found, self.n_bins)
            n_customers = len(summary)
            edges = {name: find_edges(value, self.n_bins) for name, value in found.items()}
        self.edges_ = pd.DataFrame(edges, index=pd.RangeIndex(1, self.n_bins, name="bin"))
        self.edges_["days_since_last"] *= -1
        self.segments_ = rules.segments
        self.n_customers_ = n_customers
        self.feature_names_in_ = np.array(name_measures(self.monetary), dtype=object)
        self._rules = rules
        return self

    def predict(self, summary: Table) -> Any:
        """Return the segment of each customer.

        Parameters
        ----------
        summary : DataFrame or ibis.Table
            As in `fit`; other customers than those that were fitted, too.

        Returns
        -------
        Series or ibis column
            Of a frame a Series ``segment`` of categories, in the order of `segments_`, with its
            index. Of an Ibis table a column of text.

        Raises
        ------
        NotFittedError, InputError
            If nothing was fitted, or a column is missing or not finite.
        """
        check_is_fitted(self)
        if isinstance(summary, ibis.Table):
            return self.transform(summary).segment
        return self._name(self._score(summary), summary.index)

    def fit_predict(self, summary: Table, y: Any = None) -> Any:
        """Learn where the bins end, and return the segment of each customer."""
        return self.fit(summary).predict(summary)

    def transform(self, summary: Customers) -> Customers:
        """Return the scores and the segment of each customer.

        Parameters
        ----------
        summary : DataFrame or ibis.Table
            As in `fit`; other customers than those that were fitted, too.

        Returns
        -------
        DataFrame or ibis.Table
            Of a frame, one with its index: ``r_score``, ``f_score``, ``m_score`` (int, 1 to
            `n_bins`, which is best), ``rfm`` and ``segment``. Of an Ibis table, the table with
            these columns added, not run yet.

        Raises
        ------
        NotFittedError, InputError
            If nothing was fitted, or a column is missing or not finite.
        """
        check_is_fitted(self)
        if isinstance(summary, ibis.Table):
            return self._transform_in_engine(summary)
        scores = self._score(summary)
        table = pd.DataFrame(dict(zip(SCORES, scores, strict=True)), index=summary.index)
        return table.assign(
            rfm=name_cells(scores, self.n_bins), segment=self._name(scores, summary.index)
        )

    def fit_transform(self, summary: Customers, y: Any = None) -> Customers:
        """Learn where the bins end, and return the scores and the segment of each customer."""
        return self.fit(summary).transform(summary)

    def _turned_edges(self) -> dict[str, list[float]]:
        """Ends of the bins in the direction in which more is better."""
        sign = {"days_since_last": -1}
        return {
            name: (self.edges_[name] * sign.get(name, 1)).tolist()
            for name in name_measures(self.monetary)
        }

    def _score(self, summary: pd.DataFrame) -> list[Ints]:
        found = read_measures(summary, self.monetary)
        return [
            bin_by_edges(found[name], np.array(edges))
            for name, edges in self._turned_edges().items()
        ]

    def _name(self, scores: list[Ints], index: pd.Index) -> pd.Series:
        rules: Rules = self._rules
        names = pd.Categorical.from_codes(rules.look_up(scores), pd.Index(rules.segments))
        return pd.Series(names, index=index, name="segment")

    def _transform_in_engine(self, customers: Any) -> Any:
        columns = read_expressions(customers, self.monetary)
        scores = {}
        for score, (name, edges) in zip(SCORES, self._turned_edges().items(), strict=True):
            above = [(columns[name] > edge).cast("int64") for edge in edges]
            scores[score] = sum(above, start=ibis.literal(1, "int64"))
        scored = customers.mutate(**scores)
        return scored.mutate(
            rfm=name_cells_in_engine(scored, self.n_bins), segment=self._rules.expression(scored)
        )
