"""Curves that judge an order of customers by what acting on it brings, and their scores."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.uplift._resampling import measure_qini
from crmlab.uplift._steps import (
    Totals,
    add_up,
    gain_qini,
    gain_uplift,
    measure_area,
    sort_trial,
)
from crmlab.uplift._trial import Assignment, Trial, check_score, read_trial

__all__ = [
    "Normalise",
    "best_area",
    "divide_qini",
    "qini_curve",
    "qini_score",
    "uplift_curve",
    "uplift_score",
]

Normalise = Literal["perfect", "none"]


def uplift_curve(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Uplift curve: what is gained if the customers of highest score are treated.

    At each score, (mean outcome of the treated - mean outcome of the controls) x customers,
    among those who score so high or higher. Customers of equal score enter together: the curve
    is straight across them, whatever the order of the rows. An arm without a customer yet counts
    as a mean of 0.

    Parameters
    ----------
    outcome : array-like of shape (n_customers,)
        What happened after: 0 or 1, or an amount such as money over a horizon.
    treated : array-like of shape (n_customers,)
        Whether the customer was treated; 1 or 0, true or false.
    score : array-like of shape (n_customers,)
        Who would be treated first: the highest. From a model that has not seen these outcomes.
    assignment : {"random"}, optional
        How customers were assigned to the arms: "random", by lot with equal chances.
    propensity : array-like of shape (n_customers,), optional
        Probability of being treated that each customer had, in (0, 1), where chances differed.
        One of the two must be given.

    Returns
    -------
    DataFrame
        From nobody to everybody, one row per distinct score; columns

        * `customer_share` : fraction of customers so far, in [0, 1]
        * `n_customers`, `n_treated`, `n_control` : customers so far; with propensities, weighted
        * `gain` : outcome gained, in the unit of `outcome`, if all of them are treated rather
          than none

    Raises
    ------
    InputError
        If it is not said how customers were assigned, there is one arm only, all scores are
        equal, lengths or indexes differ, or numbers are missing or out of range.
    InputTypeError
        If a column does not hold numbers.

    See Also
    --------
    qini_curve : per treated customer.
    uplift_score : the area in one number.

    References
    ----------
    Gutierrez, P. and Gérardy, J.-Y. (2017). Causal inference and uplift modelling: a review of
    the literature. Proceedings of Machine Learning Research 67, section 4.2.

    Examples
    --------
    >>> uplift_curve([1, 0, 1, 0], [1, 0, 0, 1], [0.9, 0.9, 0.2, 0.1], assignment="random")
       customer_share  n_customers  n_treated  n_control  gain
    0            0.00          0.0        0.0        0.0   0.0
    1            0.50          2.0        1.0        1.0   2.0
    2            0.75          3.0        1.0        2.0   1.5
    3            1.00          4.0        2.0        2.0   0.0
    """
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    totals = _accumulate(trial, check_score(score, trial, outcome))
    return _frame(totals, gain_uplift(totals))


def qini_curve(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Qini curve: outcomes that the treated have above as many controls, by score.

    At each score, outcome of the treated - outcome of the controls x treated / controls, among
    those who score so high or higher. Ties, arms without a customer and arguments as in
    `uplift_curve`.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.

    Returns
    -------
    DataFrame
        As of `uplift_curve`, where `gain` is the outcome gained among the treated so far.

    Raises
    ------
    InputError, InputTypeError
        As `uplift_curve`.

    See Also
    --------
    qini_score : the area in one number.
    qini_band : with limits.

    References
    ----------
    Radcliffe, N. J. (2007). Using control groups to target on predicted lift: building and
    assessing uplift models. Direct Marketing Analytics Journal 1, 14-21.

    Examples
    --------
    >>> qini_curve([1, 0, 1, 0], [1, 0, 0, 1], [0.9, 0.9, 0.2, 0.1], assignment="random")
       customer_share  n_customers  n_treated  n_control  gain
    0            0.00          0.0        0.0        0.0   0.0
    1            0.50          2.0        1.0        1.0   1.0
    2            0.75          3.0        1.0        2.0   0.5
    3            1.00          4.0        2.0        2.0   0.0
    """
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    totals = _accumulate(trial, check_score(score, trial, outcome))
    return _frame(totals, gain_qini(totals))


def qini_score(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    normalise: Normalise = "perfect",
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> float:
    """Qini coefficient: area between the Qini curve and the line of a random order.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    normalise : {"perfect", "none"}, default="perfect"
        "perfect" divides by the same area of the best order there is in hindsight: treated by
        their outcome, then controls by theirs, lowest first (of outcomes 0 and 1: treated who
        respond first, controls who respond last, so that harm is allowed for). "none" divides
        by the square of the number of customers: the outcome gained per customer over the
        random order, averaged over all shares treated.

    Returns
    -------
    float
        0 for an order no better than chance; at most 1 with "perfect" and outcomes 0 and 1.

    Raises
    ------
    InputError
        As `uplift_curve`, and if `normalise` is another word or no order is better than
        another, since all outcomes are equal.
    InputTypeError
        As `uplift_curve`.

    See Also
    --------
    qini_score_interval : the same with limits.

    Notes
    -----
    Packages divide by different things, so compare orders within one package only. This is the
    ``qini_auc_score`` of scikit-uplift with ``negative_effect=True``.

    References
    ----------
    Radcliffe, N. J. (2007). Using control groups to target on predicted lift: building and
    assessing uplift models. Direct Marketing Analytics Journal 1, 14-21: the coefficient Q.

    Examples
    --------
    >>> qini_score([0, 1, 2], [1, 0, 1], [0.1, 0.3, 0.9], assignment="random")
    0.75
    """
    check_choice("normalise", normalise, ["perfect", "none"])
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    steps = sort_trial(trial, check_score(score, trial, outcome))
    return divide_qini(measure_qini(steps), trial, normalise)


def divide_qini(area: float, trial: Trial, normalise: str) -> float:
    """Divide an area by what `normalise` says."""
    if normalise == "none":
        return area / trial.outcome.size**2
    if trial.binary and trial.propensity is None:
        arms = [trial.treated.sum(), (~trial.treated).sum()]
        won = [trial.outcome[trial.treated].sum(), trial.outcome[~trial.treated].sum()]
        best = best_area(np.array([trial.outcome.size, *arms, *won], dtype=float))
        return _divide(area, float(best), trial)
    hindsight = np.where(trial.treated, trial.outcome, -trial.outcome)
    return _divide(area, measure_qini(sort_trial(trial, hindsight)), trial)


def best_area(totals: Floats) -> Floats:
    """Area of the best order of outcomes 0 and 1: treated who respond first, such controls last.

    `totals` holds customers, treated, controls, and the responses of both, along its last axis.
    """
    customers, treated, control, won, lost = np.moveaxis(totals, -1, 0)
    end = won - lost * treated / control
    under = won**2 / 2 + won * (customers - lost - won) + (won + end) / 2 * lost
    return under - customers * end / 2


def uplift_score(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    normalise: Normalise = "perfect",
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> float:
    """Area between the uplift curve and the line of a random order.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    normalise : {"perfect", "none"}, default="perfect"
        "perfect" divides by the same area of an order made in hindsight for outcomes of 0 and 1,
        as scikit-uplift's ``uplift_auc_score`` does: customers whose outcome agrees with their
        arm (treated 1, control 0) first. With other outcomes that order is not the best, and the
        result may exceed 1: use "none", which divides by the square of the number of customers.

    Returns
    -------
    float
        0 for an order no better than chance.

    Raises
    ------
    InputError, InputTypeError
        As `qini_score`.

    References
    ----------
    Gutierrez, P. and Gérardy, J.-Y. (2017). Causal inference and uplift modelling: a review of
    the literature. Proceedings of Machine Learning Research 67, section 4.2.

    Examples
    --------
    >>> score = [0.1, 0.3, 0.9]
    >>> round(uplift_score([0, 1, 2], [1, 0, 1], score, assignment="random"), 4)
    1.3333
    """
    check_choice("normalise", normalise, ["perfect", "none"])
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    totals = _accumulate(trial, check_score(score, trial, outcome))
    area = measure_area(totals.customers, gain_uplift(totals))
    if normalise == "none":
        return area / trial.outcome.size**2
    best = _accumulate(trial, _agreement(trial))
    return _divide(area, measure_area(best.customers, gain_uplift(best)), trial)


def _agreement(trial: Trial) -> Floats:
    """Order made in hindsight: outcome like the arm first, then the larger other group last."""
    lost = ((trial.outcome == 1) & (trial.treated == 0)).sum()
    idle = ((trial.outcome == 0) & (trial.treated == 1)).sum()
    rest = trial.outcome if lost > idle else trial.treated
    return 2.0 * (trial.outcome == trial.treated) + rest


def _divide(area: float, best: float, trial: Trial) -> float:
    if not best or (trial.outcome == trial.outcome[0]).all():
        raise InputError(
            "`outcome` must differ between customers for a share of the best order; every order "
            "is the same here. Use normalise='none', or wait for outcomes."
        )
    return area / best


def _accumulate(trial: Trial, score: Floats) -> Totals:
    steps = sort_trial(trial, score)
    return add_up(steps, steps.weights())


def _frame(totals: Totals, gain: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_share": totals.customers / totals.customers[-1],
            "n_customers": totals.customers,
            "n_treated": totals.treated,
            "n_control": totals.control,
            "gain": gain,
        }
    )
