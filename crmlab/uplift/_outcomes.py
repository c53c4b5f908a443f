"""Models of the outcome inside an arm, by any learner of scikit-learn."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from crmlab._checks import check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats, Ints
from crmlab.uplift._arms import Arms, read_arms
from crmlab.uplift._balance import as_numbers, chance_of_imbalance
from crmlab.uplift._trial import Trial

__all__ = [
    "UpliftModel",
    "default_learner",
    "few_threads",
    "fit_outcome",
    "predict_outcome",
    "take_rows",
]

_MANY = 200_000  # customers from whom on several threads pay
_NO_LOT = 1e-6  # probability of arms so unlike, below which no lot drew them


def default_learner(*, binary: bool) -> Any:
    """Curves of each feature added up: cubic splines, shrunken towards none.

    Effects are small beside the noise of single outcomes, so a smooth model that ignores
    interactions finds more of them than one that can follow anything.
    """
    model = LogisticRegression(C=0.3, max_iter=1000) if binary else RidgeCV(np.logspace(-1, 4, 11))
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        FunctionTransformer(np.arcsinh, feature_names_out="one-to-one"),  # tames long tails
        SplineTransformer(n_knots=4),
        model,
    )


class _Constant:
    """A model of an outcome that is the same for all."""

    def __init__(self, value: float) -> None:
        self.value = value

    def predict(self, X: Any) -> Floats:
        return np.full(len(X), self.value)


def fit_outcome(learner: Any, X: Any, outcome: Floats, rows: Ints) -> Any:
    """Fit a copy of a learner on some rows."""
    part = outcome[rows]
    if (part == part[0]).all():  # classifiers refuse a single class
        return _Constant(float(part[0]))
    target = part.astype(int) if is_classifier(learner) else part
    return clone(learner).fit(take_rows(X, rows), target)


def predict_outcome(model: Any, X: Any) -> Floats:
    """Expected outcome: a probability where the model is a classifier."""
    if not isinstance(model, _Constant) and is_classifier(model):
        return model.predict_proba(X)[:, 1]
    return np.asarray(model.predict(X), dtype=float)


def few_threads(n_rows: int) -> Any:
    """One thread for a small base: many that wait for each other take thirty times the work."""
    return threadpool_limits(limits=1 if n_rows < _MANY else None)


def take_rows(X: Any, rows: Ints) -> Any:
    """Some rows of an array or a DataFrame."""
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]


class UpliftModel(BaseEstimator):
    """What models of effects share: reading a test, and effects by treatment."""

    estimator: Any
    control: Any

    def _read(
        self, X: Any, y: Any, treatment: Any, assignment: Any, propensity: Any
    ) -> tuple[Any, Arms]:
        """Check features and test; a lot that was none is refused."""
        if treatment is None:
            raise InputError(
                "`treatment` must be given: what each customer got, such as "
                "`fit(X, y, treatment=treated, assignment='random')`."
            )
        X, y = self._check(X, y)
        arms = read_arms(
            y, treatment, control=self.control, assignment=assignment, propensity=propensity
        )
        if len(arms.outcome) != len(X):
            raise InputError(f"`X` must have one row per customer; got {len(X):,}.")
        if (arms.outcome == arms.outcome[0]).all():
            raise InputError(
                f"`y` must differ between customers; all {len(X):,} are {arms.outcome[0]:g}. "
                "Nothing can be learned from one class only."
            )
        _check_sizes(X)
        self.constant_features_ = _find_constant(X)
        if assignment is not None:
            _check_lot(X, arms)
        self.treatments_ = np.array(arms.treatments)
        return X, arms

    def _check(self, X: Any, y: Any) -> tuple[Any, Any]:
        frame = isinstance(X, pd.DataFrame)
        if not frame:
            return validate_data(
                self, X, y, ensure_all_finite="allow-nan", ensure_min_samples=2, y_numeric=True
            )
        validate_data(self, X, skip_check_array=True)
        if self.estimator is None:
            check_numeric(X)
        if isinstance(y, pd.Series) and not y.index.equals(X.index):
            raise InputError("`y` must have the index of `X`, in the same order; it differs.")
        return X, y

    def _learner(self, arms: Arms) -> Any:
        learner = self.estimator
        if learner is None:
            return default_learner(binary=arms.binary)
        if is_classifier(learner) and not arms.binary:
            raise InputError(
                f"`estimator` must be a regressor for outcomes other than 0 and 1; got "
                f"{type(learner).__name__}."
            )
        return learner

    def _features(self, X: Any) -> Any:
        check_is_fitted(self)
        if not len(X):
            raise InputError("`X` must hold at least one customer; got none.")
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=False, skip_check_array=True)
        else:
            X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        _check_sizes(X)
        return X

    def _label(self, effects: Floats, X: Any) -> Any:
        """Effects as a Series for one treatment, a DataFrame for several; arrays for arrays."""
        one = effects.shape[1] == 1
        if not isinstance(X, pd.DataFrame):
            return effects[:, 0] if one else effects
        if one:
            return pd.Series(effects[:, 0], index=X.index, name="effect")
        return pd.DataFrame(effects, index=X.index, columns=list(self.treatments_))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        learners = [self.estimator, getattr(self, "effect_estimator", None)]
        tags.input_tags.allow_nan = all(
            each is None or get_tags(each).input_tags.allow_nan for each in learners
        )
        return tags


def _find_constant(X: Any) -> list[Any]:
    """Features that are the same for all customers; raise where no feature tells them apart."""
    table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
    same = [name for name in table if table[name].nunique(dropna=False) < 2]
    if len(same) == table.shape[1]:
        raise InputError(
            "`X` must tell customers apart; every feature is the same for all of them. Add one, "
            "or compare the arms with `uplift_by_decile(..., n_groups=1)`."
        )
    return same


def _check_sizes(X: Any) -> None:
    """Raise where a number is so large that models would compute with infinity."""
    table = X.select_dtypes("number") if isinstance(X, pd.DataFrame) else X
    check_size("X", pd.DataFrame(table).to_numpy(dtype="float64", na_value=np.nan))


def check_numeric(X: pd.DataFrame) -> None:
    """Raise InputTypeError where a column is not numbers."""
    words = [str(name) for name in X.columns if not pd.api.types.is_numeric_dtype(X[name])]
    if words:
        raise InputTypeError(
            f"`X` must hold numbers; {', '.join(map(repr, words))} are not. Encode them, or pass "
            "an `estimator` that does, such as a pipeline."
        )


def _check_lot(X: Any, arms: Arms) -> None:
    """Raise InputError where arms that a lot should have drawn differ beyond chance."""
    table = as_numbers(X if isinstance(X, pd.DataFrame) else pd.DataFrame(X))
    if len(table) < 20 * table.shape[1]:
        return
    for code, name in enumerate(arms.treatments, start=1):
        rows = np.flatnonzero((arms.code == code) | (arms.code == 0))
        trial = Trial(arms.outcome[rows], arms.code[rows] == code, None)
        chance = chance_of_imbalance(table.iloc[rows], trial)
        if chance < _NO_LOT:
            raise InputError(
                f"`assignment` must be true: a lot would give arms as unlike as {name!r} and "
                f"{arms.control!r} with probability {chance:.1g}. Look at `balance_table`: leave "
                "out features measured after the treatment, or pass `propensity`."
            )
