"""Segments of customers who are alike, by k-means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from crmlab._checks import check_choice, check_columns, check_count, check_fraction, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats, Ints
from crmlab.segmentation._choice import choose, compare_counts, find_centres, nearest
from crmlab.segmentation._features import count_unseen, learn_scaling, read_numbers
from crmlab.segmentation._names import check_names

if TYPE_CHECKING:
    from typing import Self

__all__ = ["KMeansSegmenter"]

_SUMMARY = ["days_since_last", "frequency", "mean_spend"]


class KMeansSegmenter(ClusterMixin, BaseEstimator):
    """Groups of customers who are alike, numbered from the most valuable.

    Columns of numbers become ``sign(x) log(1 + |x|)`` where `log` is set, and are then
    standardised: less their mean, over their standard deviation. A column of categories becomes
    one column of 0 and 1 per value, scaled so that all of them together vary as much as one column
    of numbers. Missing numbers are refused.

    The number of segments is chosen by two questions. Are the groups apart (mean silhouette)? Would
    other customers have given the same groups (adjusted Rand index between the groups that two
    bootstrap samples make of the same customers, its mean over `n_resamples` pairs)? Of the numbers
    with a stability of `min_stability` or more, the one with the highest silhouette is taken; if
    none is so stable, the most stable one, and `stable_` is false: such groups are a way to cut
    customers up, not groups that the data hold.

    Parameters
    ----------
    n_segments : int or "auto", default="auto"
        Number of segments; "auto" chooses from 2 to `max_segments`.
    columns : sequence of str, optional
        Columns of numbers. Default: ``days_since_last``, ``frequency`` and ``mean_spend`` where
        the frame has them, as an `rfm_summary`; else all that are no `categories`.
    categories : sequence of str, default=()
        Columns of categories.
    log : bool, default=True
        Whether numbers are put on a log scale; spend and frequency are skewed.
    order_by : str, optional
        Column of numbers by whose mean segments are numbered, the highest first. Default: the
        last of `columns`.
    max_segments : int, default=8
        Most segments that "auto" considers.
    min_stability : float, default=0.8
        Stability that "auto" asks for, in [0, 1].
    n_resamples : int, default=10
        Pairs of bootstrap samples per number of segments.
    sample_size : int, default=20_000
        Most customers from whom centres are learned, drawn by `seed`; every customer is then put
        to the nearest centre. Silhouette and stability look at 2,000 of them at most.
    unseen : {"raise", "average"}, default="raise"
        What to do with customers who have a category that was not there in `fit`: refuse, naming
        them; or take them as average in that column, so that the other columns decide.
        `count_unseen` tells which.
    seed : int, default=0
        Seed of everything random; the same seed gives the same segments.

    Attributes
    ----------
    n_segments_ : int
        Number of segments.
    segments_ : list of int
        Their numbers from 0, the most valuable.
    labels_ : ndarray of int
        Segment of each customer that was fitted.
    selection_ : DataFrame
        One row per number of segments considered: ``n_segments``, ``silhouette``, ``stability``
        (both at most 1) and ``chosen``. Empty where the number was given.
    stable_ : bool or None
        Whether the number that "auto" chose reaches `min_stability`.
    centres_ : ndarray of shape (n_segments_, n_features)
        Centres on the transformed scale.
    categories_ : dict of str to list
        Known values of each column of categories.
    feature_names_in_ : ndarray of str
        Columns of numbers, where a frame was fitted.

    References
    ----------
    Dolnicar, S. and Leisch, F. (2010). Evaluation of structure and reproducibility of cluster
    solutions using the bootstrap. Marketing Letters, 21(1), 83-101.

    Rousseeuw, P. J. (1987). Silhouettes. Journal of Computational and Applied Mathematics, 20.

    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification, 2.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30")
    >>> segmenter = KMeansSegmenter(n_segments=3).fit(summary)
    >>> segmenter.predict(summary).value_counts(sort=False).to_list()
    [462, 1082, 813]
    """

    def __init__(
        self,
        *,
        n_segments: int | Literal["auto"] = "auto",
        columns: Sequence[str] | None = None,
        categories: Sequence[str] = (),
        log: bool = True,
        order_by: str | None = None,
        max_segments: int = 8,
        min_stability: float = 0.8,
        n_resamples: int = 10,
        sample_size: int = 20_000,
        unseen: Literal["raise", "average"] = "raise",
        seed: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.columns = columns
        self.categories = categories
        self.log = log
        self.order_by = order_by
        self.max_segments = max_segments
        self.min_stability = min_stability
        self.n_resamples = n_resamples
        self.sample_size = sample_size
        self.unseen = unseen
        self.seed = seed

    def fit(self, customers: Any, y: Any = None) -> "Self":
        """Find the segments.

        Parameters
        ----------
        customers : DataFrame or array-like of shape (n_customers, n_features)
            One row per customer; of an array all columns are numbers.
        y : None
            Not used.

        Returns
        -------
        KMeansSegmenter

        Raises
        ------
        InputError
            If an option has a value it cannot have, a column is missing, not finite or the same
            for all, or there are more segments than different customers.
        """
        self._check_options()
        names = self._choose_columns(customers)
        numbers = self._read(customers, names, reset=True)
        value = self._value_column(names)
        self._scaling = learn_scaling(
            numbers, customers, names=names, categories=self._categories(), log=bool(self.log)
        )
        points = self._scaling.apply(numbers, customers)
        sample = self._draw(points)
        k = self._count_segments(sample)
        centres = find_centres(sample, k, seed=self.seed)
        self.centres_ = centres[_order(nearest(points, centres), numbers, value, k)]
        self.labels_ = nearest(points, self.centres_)
        self.n_segments_ = k
        self.segments_ = list(range(k))
        self.categories_ = self._scaling.levels
        return self

    def predict(self, customers: Any) -> Any:
        """Return the segment whose centre is nearest to each customer.

        Parameters
        ----------
        customers : DataFrame or array-like of shape (n_customers, n_features)
            As in `fit`; other customers than those that were fitted, too.

        Returns
        -------
        Series or ndarray of int
            Segments from 0, the most valuable. Of a frame a Series ``segment`` with its index.

        Raises
        ------
        NotFittedError, InputError
            If nothing was fitted, a column is missing or not finite, or a category was not there
            in `fit` and `unseen` is "raise".
        """
        check_is_fitted(self)
        if self.categories_ and self.unseen == "raise":
            _refuse_unseen(self.count_unseen(customers))
        numbers = self._read(customers, self._names, reset=False)
        labels = nearest(self._scaling.apply(numbers, customers), self.centres_)
        if isinstance(customers, pd.DataFrame):
            return pd.Series(labels, index=customers.index, name="segment")
        return labels

    def count_unseen(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Count customers with a category that was not there in `fit`.

        Parameters
        ----------
        customers : DataFrame
            As in `predict`.

        Returns
        -------
        DataFrame
            One row per column and value: ``column``, ``value`` (empty where it is missing),
            ``n_customers`` (int). Empty where all are known.

        Raises
        ------
        NotFittedError, InputError
            If nothing was fitted, or a column is missing.
        """
        check_is_fitted(self)
        check_columns(customers.columns, self.categories_, what="`customers`")
        return count_unseen(customers, self.categories_)

    # ------------------------------------------------------------------------------- what is read

    def _check_options(self) -> None:
        if self.n_segments != "auto":
            if isinstance(self.n_segments, str):
                raise InputError(
                    f"`n_segments` must be a whole number or 'auto'; got {self.n_segments!r}."
                )
            check_count("n_segments", self.n_segments)
        check_count("max_segments", self.max_segments, minimum=2)
        check_fraction("min_stability", self.min_stability)
        check_count("n_resamples", self.n_resamples)
        check_count("sample_size", self.sample_size, minimum=2)
        check_count("seed", self.seed, minimum=0)
        check_choice("unseen", self.unseen, ("raise", "average"))

    def _categories(self) -> list[str]:
        return check_names("categories", self.categories)

    def _choose_columns(self, customers: Any) -> list[str]:
        """The columns of numbers of a frame; of an array their positions, as text."""
        categories = self._categories()
        if not isinstance(customers, pd.DataFrame):
            if categories or self.columns is not None:
                raise InputTypeError(
                    "`customers` must be a DataFrame where `columns` or `categories` are given; "
                    f"got {type(customers).__name__}."
                )
            return [str(at) for at in range(np.shape(customers)[-1] if np.ndim(customers) else 0)]
        if self.columns is not None:
            return check_names("columns", self.columns)
        if set(_SUMMARY) <= set(customers.columns):
            return _SUMMARY
        return [name for name in customers.columns if name not in categories]

    def _read(self, customers: Any, names: list[str], *, reset: bool) -> Floats:
        if reset:
            self._names = names
        if isinstance(customers, pd.DataFrame):
            if reset or set(names) <= set(customers.columns):
                numbers = read_numbers(customers, names, self._categories())
                customers = pd.DataFrame(numbers, columns=names)
            if not names:  # categories alone
                self.n_features_in_ = 0
                return np.empty((len(customers), 0))
        try:
            numbers = validate_data(
                self, customers, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1
            )
        except TypeError as error:
            raise InputTypeError(f"`customers` must hold numbers. {error}") from error
        except ValueError as error:
            raise InputError(f"`customers` must hold numbers. {error}") from error
        check_size("customers", numbers)
        return np.asarray(numbers)

    def _value_column(self, names: list[str]) -> int | None:
        """Position of the column by which segments are numbered."""
        if self.order_by is None:
            return len(names) - 1 if names else None
        if self.order_by not in names:
            raise InputError(
                f"`order_by` must be one of the columns of numbers, "
                f"{', '.join(map(repr, names)) or 'of which there are none'}; "
                f"got {self.order_by!r}."
            )
        return names.index(self.order_by)

    # ----------------------------------------------------------------------------- how many there

    def _draw(self, points: Floats) -> Floats:
        """The customers from whom centres are learned, in random order."""
        order = np.random.default_rng(self.seed).permutation(len(points))
        return points[order[: self.sample_size]]

    def _count_segments(self, sample: Floats) -> int:
        n_distinct = len(np.unique(sample, axis=0))
        self.selection_ = pd.DataFrame(columns=["n_segments", "silhouette", "stability", "chosen"])
        self.stable_ = None
        if self.n_segments != "auto":
            if self.n_segments > n_distinct:
                raise InputError(
                    f"`n_segments` must be at most the number of different customers, "
                    f"{n_distinct:,}; got {self.n_segments:,}. Ask for fewer."
                )
            return int(self.n_segments)
        counts = list(range(2, min(self.max_segments, n_distinct, len(sample) - 1) + 1))
        if not counts:
            raise InputError(
                "`customers` must hold at least three customers, two of them different, for "
                f"`n_segments` 'auto'; got {len(sample):,}. Give the number of segments."
            )
        found = compare_counts(sample, counts, n_resamples=self.n_resamples, seed=self.seed)
        chosen = choose(found, min_stability=self.min_stability)
        found["chosen"] = found["n_segments"] == chosen
        self.selection_ = found
        self.stable_ = bool(found.loc[found["chosen"], "stability"].item() >= self.min_stability)
        return chosen


def _order(labels: Ints, numbers: Floats, value: int | None, k: int) -> Ints:
    """Segments by their mean value, the highest first; by size where there is no value."""
    size = np.bincount(labels, minlength=k)
    if value is None:
        return np.argsort(-size, kind="stable")
    total = np.bincount(labels, numbers[:, value], minlength=k)
    return np.argsort(-total / np.maximum(size, 1), kind="stable")


def _refuse_unseen(unseen: pd.DataFrame) -> None:
    if len(unseen):
        column, value, _ = unseen.iloc[0]
        raise InputError(
            f"`{column}` must hold values that were there in `fit`; {value!r} was not "
            f"({unseen['n_customers'].sum():,} customers in all). Fit again, or set "
            "unseen='average'."
        )
