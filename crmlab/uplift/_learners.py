"""Models of effects: two models, and cross-fitted doubly robust scores."""

from statistics import NormalDist
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone, is_classifier
from sklearn.model_selection import StratifiedKFold

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.uplift._arms import Arms
from crmlab.uplift._outcomes import (
    UpliftModel,
    default_learner,
    few_threads,
    fit_outcome,
    predict_outcome,
    take_rows,
)
from crmlab.uplift._trial import Assignment

__all__ = ["DoublyRobustUplift", "TwoModelUplift"]


class TwoModelUplift(UpliftModel):
    """Effects as the difference of two models: one of the treated, one of the controls.

    The simplest learner: each arm gets a model of its outcome, and the effect on a customer is
    what they say differently. Errors of the two add up, so that small effects drown where the
    outcome itself is hard to predict.

    Parameters
    ----------
    estimator : estimator of scikit-learn, optional
        Model of the outcome in an arm: a classifier with ``predict_proba`` for outcomes of 0 and
        1, or a regressor. Its seed is its own. Default: cubic splines of each feature, gaps
        filled with the median and marked, in ``LogisticRegression`` (C=0.3) for outcomes of 0
        and 1, else in ``RidgeCV``. It draws nothing at random.
    control : bool, int or str, default=False
        What leaving alone is called in `treatment`.

    Attributes
    ----------
    treatments_ : ndarray
        Treatments, in the order of the columns of `predict`.
    models_ : dict
        The fitted model of each arm, by what it is called; the control's too.
    constant_features_ : list
        Features (names, or places in an array) that were the same for all customers learned from.
        They say nothing, and the default models do not look at them.
    n_features_in_ : int
    feature_names_in_ : ndarray
        If `X` is a DataFrame.

    References
    ----------
    Künzel, S. R., Sekhon, J. S., Bickel, P. J. and Yu, B. (2019). Metalearners for estimating
    heterogeneous treatment effects using machine learning. PNAS 116(10), 4156-4165: T-learner.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame({"age": rng.uniform(20, 70, 4000)})
    >>> treated = rng.random(4000) < 0.5
    >>> bought = rng.random(4000) < np.where(treated & (X["age"] < 45), 0.4, 0.1)
    >>> model = TwoModelUplift().fit(X, bought, treatment=treated, assignment="random")
    >>> model.predict(pd.DataFrame({"age": [30.0, 45.0]})).round(1)
    0    0.3
    1    0.1
    Name: effect, dtype: float64
    """

    def __init__(self, estimator: Any = None, *, control: Any = False) -> None:
        self.estimator = estimator
        self.control = control

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        *,
        treatment: ArrayLike | None = None,
        assignment: Assignment | None = None,
        propensity: ArrayLike | pd.DataFrame | None = None,
    ) -> Self:
        """Fit a model for each arm.

        Parameters
        ----------
        X : DataFrame or array of shape (n_customers, n_features)
            What was known before the treatment.
        y : array-like of shape (n_customers,)
            What happened after: 0 or 1, or an amount such as money over a horizon.
        treatment : array-like of shape (n_customers,)
            What each customer got: true or false, or the name of the treatment.
        assignment : {"random"}, optional
            "random": a lot decided, with the same chances for all. Refused where the features of
            the arms differ as by chance they would once in a million tests.
        propensity : array-like or DataFrame, optional
            Probability of being treated that each customer had; with several treatments a
            column for each. This learner does not use it beyond the check.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If it is not said how customers were assigned, or the arms contradict it; if there is
            one arm or one outcome only; if lengths or indexes differ.
        InputTypeError
            If a column does not hold numbers.
        """
        X, arms = self._read(X, y, treatment, assignment, propensity)
        learner = self._learner(arms)
        with few_threads(len(X)):
            self.models_ = {
                name: fit_outcome(learner, X, arms.outcome, np.flatnonzero(arms.code == code))
                for code, name in enumerate(arms.names)
            }
        return self

    def predict(self, X: Any) -> Any:
        """Predict the effect of each treatment on each customer.

        Parameters
        ----------
        X : DataFrame or array of shape (n_customers, n_features)

        Returns
        -------
        Series, DataFrame or ndarray
            Expected outcome if treated less if left alone, in the unit of the outcome: a Series
            named ``effect``, with several treatments a DataFrame with a column for each; arrays
            where `X` is an array.
        """
        checked = self._features(X)
        with few_threads(len(checked)):
            alone, *treated = [predict_outcome(each, checked) for each in self.models_.values()]
        return self._label(np.column_stack(treated) - alone[:, None], checked)


class DoublyRobustUplift(UpliftModel):
    """Effects learned from doubly robust scores, made without a customer's own fold.

    Models of the outcome, and the known chances of being treated, make a score for each customer
    whose mean is the average effect even where the models are wrong, since the chances are
    right. Each score uses models of the other folds only. A last model learns the scores.

    Parameters
    ----------
    estimator : estimator of scikit-learn, optional
        Model of the outcome in an arm; default as of `TwoModelUplift`.
    effect_estimator : regressor of scikit-learn, optional
        Model of the effect. Default: the splines of `TwoModelUplift` in ``RidgeCV``.
    n_folds : int, default=5
        Folds, at least 2.
    control : bool, int or str, default=False
        What leaving alone is called in `treatment`.
    random_state : int, default=0
        Seed of the folds.

    Attributes
    ----------
    treatments_ : ndarray
        Treatments, in the order of the columns of `predict`.
    models_ : dict
        The fitted model of each treatment's effect.
    scores_ : ndarray of shape (n_customers, n_treatments)
        Doubly robust scores of the customers learned from.
    constant_features_ : list
        Features (names, or places in an array) that were the same for all customers learned from.
        They say nothing, and the default models do not look at them.
    n_features_in_ : int
    feature_names_in_ : ndarray
        If `X` is a DataFrame.

    References
    ----------
    Kennedy, E. H. (2023). Towards optimal doubly robust estimation of heterogeneous causal
    effects. Electronic Journal of Statistics 17(2), 3008-3049: algorithm 1. Chernozhukov, V. et
    al. (2018). Double/debiased machine learning. Econometrics Journal 21, C1-C68: cross-fitting.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame({"age": rng.uniform(20, 70, 4000)})
    >>> treated = rng.random(4000) < 0.5
    >>> bought = rng.random(4000) < np.where(treated & (X["age"] < 45), 0.4, 0.1)
    >>> model = DoublyRobustUplift().fit(X, bought, treatment=treated, assignment="random")
    >>> model.average_effect().round(2)  # 0.15 in truth
       treatment  estimate  lower  upper  level
    0       True      0.16   0.13   0.18   0.95
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        effect_estimator: Any = None,
        n_folds: int = 5,
        control: Any = False,
        random_state: int | None = 0,
    ) -> None:
        self.estimator = estimator
        self.effect_estimator = effect_estimator
        self.n_folds = n_folds
        self.control = control
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        *,
        treatment: ArrayLike | None = None,
        assignment: Assignment | None = None,
        propensity: ArrayLike | pd.DataFrame | None = None,
    ) -> Self:
        """Score each customer from the other folds, then learn the scores.

        Parameters
        ----------
        X, y, treatment, assignment, propensity
            As for `TwoModelUplift.fit`; the propensities are used.

        Returns
        -------
        self

        Raises
        ------
        InputError
            As `TwoModelUplift.fit`, and if an arm has fewer customers than there are folds.
        InputTypeError
            As `TwoModelUplift.fit`.
        """
        n_folds = check_count("n_folds", self.n_folds, minimum=2)
        if self.random_state is not None:
            check_count("random_state", self.random_state, minimum=0)
        X, arms = self._read(X, y, treatment, assignment, propensity)
        smallest = int(np.bincount(arms.code).min())
        if smallest < n_folds:
            raise InputError(
                f"`n_folds` must be at most the customers of the smallest arm, {smallest:,}; got "
                f"{n_folds}. Use fewer folds or a larger test."
            )
        learner = self._learner(arms)
        effect = self.effect_estimator
        if effect is None:
            effect = default_learner(binary=False)
        if is_classifier(effect):
            raise InputError("`effect_estimator` must be a regressor; got a classifier.")
        with few_threads(len(X)):
            self.scores_ = self._score(X, arms, learner, n_folds)
            self.models_ = {
                name: clone(effect).fit(X, self.scores_[:, at])
                for at, name in enumerate(arms.treatments)
            }
        return self

    def _score(self, X: Any, arms: Arms, learner: Any, n_folds: int) -> Floats:
        """Doubly robust scores: what the models say, put right by what they miss."""
        expected = np.empty((len(arms.outcome), len(arms.names)))
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=self.random_state)
        for train, held in folds.split(expected, arms.code):
            there = take_rows(X, held)
            for code in range(len(arms.names)):
                model = fit_outcome(learner, X, arms.outcome, train[arms.code[train] == code])
                expected[held, code] = predict_outcome(model, there)
        got = arms.code[:, None] == np.arange(len(arms.names))
        right = expected + got * (arms.outcome[:, None] - expected) / arms.chance
        return right[:, 1:] - right[:, :1]

    def predict(self, X: Any) -> Any:
        """Predict the effect of each treatment on each customer.

        Parameters, returns: as `TwoModelUplift.predict`.
        """
        checked = self._features(X)
        with few_threads(len(checked)):
            effects = [model.predict(checked) for model in self.models_.values()]
        return self._label(np.column_stack(effects), checked)

    def average_effect(self, *, level: float = 0.95) -> pd.DataFrame:
        """Average effect on the customers learned from, with normal limits.

        Parameters
        ----------
        level : float, default=0.95
            Probability between the limits, in (0, 1).

        Returns
        -------
        DataFrame
            One row per treatment: `treatment`, `estimate`, `lower`, `upper`, `level`, in the
            unit of the outcome.
        """
        check_fraction("level", level, open_ends=True)
        mean = self.scores_.mean(axis=0)
        error = self.scores_.std(axis=0, ddof=1) / np.sqrt(len(self.scores_))
        half = NormalDist().inv_cdf((1 + level) / 2) * error
        return pd.DataFrame(
            {"treatment": self.treatments_, "estimate": mean, "lower": mean - half,
             "upper": mean + half, "level": level}
        )  # fmt: skip
