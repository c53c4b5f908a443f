"""A calibrated model of who leaves, that says why and notices when it has grown old."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from crmlab._checks import check_choice, check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.churn._clock import read_moments
from crmlab.churn._drift import cut_bins, group_features, measure_alone, say_drift

if TYPE_CHECKING:  # scikit-learn has no types: without these a model would be anything

    class BaseEstimator:
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...

    class ClassifierMixin:
        n_features_in_: int
else:
    from sklearn.base import BaseEstimator, ClassifierMixin

__all__ = ["ChurnModel"]

_FOLDS = 5
_N_BINS = 10
_FEW = 100_000  # rows
_METHODS = ("logistic", "boosting")


class ChurnModel(ClassifierMixin, BaseEstimator):
    """Probability of leaving, calibrated on customers whom the model has not seen.

    Two methods of scikit-learn: logistic regression on standardised features, or gradient
    boosting. Their log odds are then calibrated with a line (Platt), so that of the customers with
    20 % about 20 % leave. With `time` in `fit` the model learns from the earlier customers and is
    calibrated on the latest; without it, by cross-validation over customers.

    Parameters
    ----------
    method : {"logistic", "boosting"}, default="logistic"
        How the ranking is learnt.
    calibration_share : float, default=0.25
        Share of the customers, the latest, kept for calibration where `time` is given; in (0, 1).
    penalty : float, default=1.0
        Strength of the ridge penalty of logistic regression, on standardised features; at least 0.
    n_trees : int, default=100
        Trees of gradient boosting, at least 1.
    random_state : int, optional
        Seed of the folds and of gradient boosting.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Labels; the second means that the customer left.
    base_ : estimator
        The fitted model below the calibration.
    calibration_slope_, calibration_intercept_ : float
        Calibrated log odds are slope * log odds + intercept. A slope well below 1 says that the
        model was too sure of itself.
    ranks_ : bool
        Whether customers whom the model had not seen left the sooner the higher it put them. Where
        they did not, what was learnt is of no use: `calibration_slope_` is 0, and all customers
        have the same probability, that of the customers kept for calibration. No ranking is turned
        round in silence.
    medians_ : ndarray of shape (n_features_in_,)
        Medians of the training features, with which `contributions` compares.
    bins_ : list of Bins
        Distribution of each feature in training, for `drift`; no customer can be read from it.
    groups_ : ndarray of int, of shape (n_features_in_,)
        The group of each feature: those that rise and fall together have one.
    alone_ : ndarray of shape (n_features_in_,)
        What each feature says without the others, in [-1, 1]: how much more often who left is
        above who stayed than below. In the model its sign may be turned by a feature like it.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines. Niculescu-Mizil, A. and
    Caruana, R. (2005). Predicting good probabilities with supervised learning. ICML.

    Examples
    --------
    >>> from crmlab.churn import churn_panel
    >>> from crmlab.datasets import load_cdnow
    >>> panel = churn_panel(
    ...     load_cdnow(sample=True), as_of=["1997-06-30", "1997-09-30"], horizon=180
    ... )
    >>> X = panel.drop(columns=["as_of", "churned"])
    >>> model = ChurnModel().fit(X, panel["churned"], time=panel["as_of"])
    >>> float(model.predict_proba(X)[:, 1].mean().round(2))
    0.48
    """

    def __init__(
        self,
        *,
        method: str = "logistic",
        calibration_share: float = 0.25,
        penalty: float = 1.0,
        n_trees: int = 100,
        random_state: int | None = None,
    ) -> None:
        self.method = method
        self.calibration_share = calibration_share
        self.penalty = penalty
        self.n_trees = n_trees
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, *, time: Any = None) -> Self:
        """Learn who leaves.

        Parameters
        ----------
        X : DataFrame or array of shape (n_customers, n_features)
            Finite numbers, such as `churn_features` returns; no column may be constant.
        y : array-like of shape (n_customers,)
            Who left: two classes, such as true and false.
        time : array-like of shape (n_customers,), optional
            Day of each row, such as its `as_of`; at least two different ones.

        Returns
        -------
        ChurnModel

        Raises
        ------
        InputError
            If there is one class only, a feature is constant, customers are too few, or `time`
            is of no use.
        """
        self._check_options()
        with _naming():
            x, y = validate_data(self, X, _drop_extension(y), dtype=float, ensure_min_samples=2)
            check_classification_targets(y)
        self.classes_, left = np.unique(y, return_inverse=True)
        self._check_classes()
        check_size("X", x)
        self._check_constant(x)
        self.medians_ = np.median(x, axis=0)
        self.bins_ = [cut_bins(column, min(_N_BINS, len(x))) for column in x.T]
        self.groups_, self.alone_ = group_features(x), measure_alone(x, left)
        # On few rows the threads of trees wait for each other longer than they work.
        with threadpool_limits(1 if len(x) < _FEW else None, user_api="openmp"):
            odds, left = self._learn(x, left, time)
        platt = LogisticRegression(C=np.inf).fit(odds[:, None], left)
        slope, intercept = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        self.ranks_ = slope > 0
        if not self.ranks_:  # the best line that does not turn the ranking round is level
            share = left.mean()
            slope, intercept = 0.0, float(np.log(share / (1 - share)))
        self.calibration_slope_, self.calibration_intercept_ = slope, intercept
        return self

    def _learn(self, x: Floats, left: Any, time: Any) -> tuple[Floats, Any]:
        """Fit the base; return log odds and outcomes of customers it has not seen."""
        if time is None:
            odds = self._score_out_of_fold(x, left)
            self.base_ = self._make_base().fit(x, left)
            return odds, left
        later = self._find_later(time, len(x), left)
        self.base_ = self._make_base().fit(x[~later], left[~later])
        return self.base_.decision_function(x[later]), left[later]

    def decision_function(self, X: Any) -> Floats:
        """Calibrated log odds of leaving, one per customer."""
        return self._log_odds(self._read(X))

    def predict_proba(self, X: Any) -> Floats:
        """Probability of staying and of leaving, of shape (n_customers, 2)."""
        left = 1 / (1 + np.exp(-np.clip(self.decision_function(X), -500, 500)))
        return np.column_stack([1 - left, left])

    def predict(self, X: Any) -> Any:
        """Return the likelier class. A campaign wants a threshold by profit instead.

        See `expected_maximum_profit`.
        """
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def contributions(self, X: Any, *, by: Literal["feature", "group"] = "feature") -> pd.DataFrame:
        """How much each feature of a customer raises the log odds of leaving.

        The log odds as they are, less those with this one feature at the median of the training.
        For logistic regression these add up to the difference from the median customer; for
        gradient boosting, where features act together, they need not. Features that say nearly
        the same share their weight by chance, and one of them may have the wrong sign: what they
        say together is sure, and is what `by` "group" gives.

        Parameters
        ----------
        X : DataFrame or array of shape (n_customers, n_features)
            As in `fit`.
        by : {"feature", "group"}, default="feature"
            Which features are put to their medians at a time: one, or all of its group in
            `groups_`, whose contribution each of them then has.

        Returns
        -------
        DataFrame
            One row per customer, one column per feature; log odds, positive where it raises the
            risk.
        """
        check_choice("by", by, ("feature", "group"))
        x = self._read(X)
        full = self._log_odds(x)
        group = self.groups_ if by == "group" else np.arange(x.shape[1])
        moved = {}
        for j, name in enumerate(self._names()):
            usual = np.where(group == group[j], self.medians_, x)
            moved[name] = full - self._log_odds(usual)
        return pd.DataFrame(moved, index=X.index if isinstance(X, pd.DataFrame) else None)

    def drift(self, X: Any) -> pd.DataFrame:
        """Measure how far customers differ from those of the training, feature by feature.

        Parameters
        ----------
        X : DataFrame or array of shape (n_customers, n_features)
            Customers of today.

        Returns
        -------
        DataFrame
            Index `feature`, the largest first: `psi` (population stability index) and `drift` in
            words, as in `feature_drift`.

        Raises
        ------
        InputError
            If `X` has fewer customers than bins, ten at most.
        """
        x = self._read(X)
        n_bins = max(len(bins.share) for bins in self.bins_)
        if len(x) < n_bins:
            raise InputError(
                f"`X` must hold at least as many customers as there are bins, {n_bins}; got "
                f"{len(x):,}."
            )
        index = [bins.stability(column) for bins, column in zip(self.bins_, x.T, strict=True)]
        table = pd.DataFrame(
            {"psi": index, "drift": [say_drift(each) for each in index]},
            index=pd.Index(self._names(), name="feature"),
        )
        return table.sort_values("psi", ascending=False, kind="stable")

    def _read(self, X: Any) -> Floats:
        """Customers of today as numbers, with the features of the training."""
        check_is_fitted(self)
        with _naming():
            x = np.asarray(validate_data(self, X, dtype=float, reset=False))
        check_size("X", x)
        return x

    def _names(self) -> list[str]:
        known = getattr(self, "feature_names_in_", None)
        return list(known) if known is not None else [f"x{j}" for j in range(self.n_features_in_)]

    def _log_odds(self, x: Floats) -> Floats:
        return self.calibration_slope_ * self.base_.decision_function(x) + (
            self.calibration_intercept_
        )

    def _make_base(self) -> Any:
        if self.method == "boosting":
            return HistGradientBoostingClassifier(
                max_iter=self.n_trees, early_stopping=False, random_state=self.random_state
            )
        strength = np.inf if self.penalty == 0 else 1 / self.penalty
        return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))

    def _score_out_of_fold(self, x: Floats, left: Any) -> Floats:
        """Log odds of each customer by models that have not seen the customer."""
        folds = min(_FOLDS, int(np.bincount(left).min()))
        if folds < 2:
            raise InputError(
                "`y` must hold each class at least twice, to learn from one part of the customers "
                f"and calibrate on another; got {int(np.bincount(left).min())}. Take more."
            )
        split = StratifiedKFold(folds, shuffle=True, random_state=self.random_state)
        odds = cross_val_predict(self._make_base(), x, left, cv=split, method="decision_function")
        return np.asarray(odds)

    def _find_later(self, time: Any, n: int, left: Any) -> Any:
        """Which customers are kept for calibration: whole days, the latest."""
        days = read_moments(time)
        if len(days) != n:
            raise InputError(f"`time` must have one entry per row; got {len(days):,} for {n:,}.")
        if days.isna().any() or days.nunique() < 2:
            raise InputError(
                "`time` must be known for each row and have at least two different days; got "
                f"{days.nunique()}. Leave it out to calibrate by cross-validation."
            )
        cut = days.sort_values().iloc[int(np.ceil(n * (1 - self.calibration_share))) - 1]
        later = (days > cut).to_numpy()
        if not later.any():  # the latest day has more rows than the share
            later = (days == days.max()).to_numpy()
        for name, part in (("earlier", left[~later]), ("later", left[later])):
            if np.unique(part).size < 2:
                raise InputError(
                    f"`y` must hold both classes among the {name} rows; all {len(part):,} are of "
                    "one class. Take more customers or other days."
                )
        return later

    def _check_options(self) -> None:
        check_choice("method", self.method, _METHODS)
        check_fraction("calibration_share", self.calibration_share, open_ends=True)
        check_number("penalty", self.penalty, low=0)
        check_count("n_trees", self.n_trees)
        if self.random_state is not None and not isinstance(
            self.random_state, np.random.RandomState
        ):
            check_count("random_state", self.random_state, minimum=0)

    def _check_classes(self) -> None:
        if len(self.classes_) > 2:
            raise InputError(
                "Only binary classification is supported: `y` must say who left and who stayed; "
                f"got {len(self.classes_)} classes."
            )
        if len(self.classes_) < 2:
            raise InputError(
                "`y` must hold two classes, customers who left and who stayed; got one class, "
                f"{self.classes_.tolist()[0]!r}. Take a longer horizon or more customers."
            )

    def _check_constant(self, x: Floats) -> None:
        flat = np.ptp(x, axis=0) == 0
        if flat.any():
            names = [repr(name) for name, same in zip(self._names(), flat, strict=True) if same]
            raise InputError(
                f"`X` must vary in every feature; {', '.join(names)} is the same for all customers "
                "and says nothing. Leave it out."
            )


@contextmanager
def _naming() -> Iterator[None]:
    """Refusals of scikit-learn as those of crmlab, in its words."""
    try:
        yield
    except InputError:
        raise
    except TypeError as error:
        raise InputTypeError(f"`X` and `y` must be numbers and labels. {error}") from error
    except ValueError as error:
        raise InputError(f"`X` and `y` must be finite numbers and labels. {error}") from error


def _drop_extension(y: Any) -> Any:
    """Labels as numpy has them: pandas' own flags would be objects to scikit-learn."""
    if isinstance(y, pd.Series) and isinstance(y.dtype, pd.BooleanDtype):
        if y.isna().any():
            raise InputError(
                f"`y` must be known; {int(y.isna().sum()):,} of {len(y):,} are missing. Keep the "
                "customers at risk: those with a label."
            )
        return y.to_numpy(dtype=bool)
    if isinstance(y, str):
        raise InputTypeError(f"`y` must be labels, one per customer; got {y!r}.")
    return y
