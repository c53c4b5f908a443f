"""Features of the training: how far customers have moved from them, and which go together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from crmlab._checks import check_columns, check_count
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats, Ints
from crmlab.churn._times import numbers_of

__all__ = ["Bins", "cut_bins", "feature_drift", "group_features", "measure_alone", "say_drift"]

_LARGE, _SOME = 0.25, 0.1  # the usual limits of the index, by convention and not by a test
_TOGETHER = 0.6  # mean rank correlation from which features count as one group


@dataclass(frozen=True)
class Bins:
    """A distribution kept as a few numbers, and no customer with it."""

    edges: Floats
    share: Floats

    def stability(self, values: Floats) -> float:
        """Population stability index of other values: 0 where they are spread the same."""
        other = _share(values, self.edges)
        return float(((other - self.share) * np.log(other / self.share)).sum())

    def place(self, values: Floats) -> Floats:
        """Share of the training below each value, to half a bin."""
        middle = np.cumsum(self.share) - self.share / 2
        return np.asarray(middle[np.searchsorted(self.edges, values, side="left")])


def cut_bins(values: Floats, n_bins: int) -> Bins:
    """Cut at quantiles; values that many customers share make a bin of their own or join one."""
    inner = np.quantile(values, np.arange(1, n_bins) / n_bins)
    edges = np.unique(inner)
    return Bins(edges, _share(values, edges))


def _share(values: Floats, edges: Floats) -> Floats:
    """Share of the values in each bin; half a customer is added to each, so that none is 0."""
    count = np.bincount(np.searchsorted(edges, values, side="left"), minlength=edges.size + 1)
    return (count + 0.5) / (count.sum() + 0.5 * count.size)


def group_features(x: Floats) -> Ints:
    """Number the groups of features that rise and fall together, by rank correlation."""
    if x.shape[1] == 1:
        return np.zeros(1, dtype="int64")
    distance = 1 - np.abs(np.corrcoef(rankdata(x, axis=0), rowvar=False))
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0, 1), checks=False), "average")
    return np.asarray(fcluster(tree, 1 - _TOGETHER, "distance"), dtype="int64") - 1


def measure_alone(x: Floats, left: Any) -> Floats:
    """What each feature says alone: how much likelier who left is above who stayed than below."""
    n_left = int(left.sum())
    mean_rank = rankdata(x, axis=0)[left == 1].mean(axis=0)
    return np.asarray(2 * (mean_rank - (n_left + 1) / 2) / (len(x) - n_left) - 1)


def say_drift(index: float) -> str:
    """The conventional reading of the index."""
    if index >= _LARGE:
        return "large: train anew"
    return "some: watch it" if index >= _SOME else "little"


def feature_drift(
    reference: pd.DataFrame, current: pd.DataFrame, *, n_bins: int = 10
) -> pd.DataFrame:
    """Measure by feature how far the customers of today differ from those of the training.

    Parameters
    ----------
    reference, current : DataFrame
        Features of the customers then and now; the columns of `reference` are compared.
    n_bins : int, default=10
        Bins of the index, cut at the quantiles of `reference`; at least 2.

    Returns
    -------
    DataFrame
        Index `feature`, the largest index first; columns

        * `psi` : population stability index, 0 where nothing changed; half a customer is added
          to each bin
        * `ks` : Kolmogorov-Smirnov distance, the largest gap of the two distributions, in [0, 1]
        * `drift` : "little" below 0.1, "some: watch it", "large: train anew" from 0.25
        * `reference_median`, `current_median`

    Raises
    ------
    InputError
        If a column is missing or holds missing values, or a table has fewer rows than bins.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards, Wiley (the index and its limits).

    Examples
    --------
    >>> then = pd.DataFrame({"days_since_last": range(100)})
    >>> now = pd.DataFrame({"days_since_last": range(30, 130)})
    >>> feature_drift(then, now)[["psi", "ks", "drift"]].round(2)
                      psi   ks              drift
    feature
    days_since_last  1.26  0.3  large: train anew
    """
    check_count("n_bins", n_bins, minimum=2)
    for name, table in (("reference", reference), ("current", current)):
        if not isinstance(table, pd.DataFrame):
            raise InputTypeError(f"`{name}` must be a DataFrame; got {type(table).__name__}.")
        if len(table) < n_bins:
            raise InputError(
                f"`{name}` must have at least as many customers as there are bins, {n_bins}; "
                f"got {len(table):,}."
            )
    names = list(reference.columns)
    check_columns(current.columns, names, what="`current`")
    old, new = (
        numbers_of(reference, names, what="reference"),
        numbers_of(current, names, what="current"),
    )
    rows: list[dict[str, Any]] = []
    for j in range(len(names)):
        index = cut_bins(old[:, j], n_bins).stability(new[:, j])
        rows.append(
            {"psi": index, "ks": _distance(old[:, j], new[:, j]), "drift": say_drift(index),
             "reference_median": np.median(old[:, j]), "current_median": np.median(new[:, j])}
        )  # fmt: skip
    table = pd.DataFrame(rows, index=pd.Index(names, name="feature"))
    return table.sort_values("psi", ascending=False, kind="stable")


def _distance(old: Floats, new: Floats) -> float:
    """Largest gap between two distribution functions."""
    grid = np.unique(np.concatenate([old, new]))
    below = [np.searchsorted(np.sort(each), grid, side="right") / each.size for each in (old, new)]
    return float(np.abs(below[0] - below[1]).max())
