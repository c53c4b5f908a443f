"""Limits of Qini curves and scores, by resampling customers."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_count
from crmlab._errors import InputError
from crmlab._intervals import check_resampling, interval_row
from crmlab._types import Floats
from crmlab.uplift._curves import Normalise, best_area, divide_qini
from crmlab.uplift._resampling import (
    make_grid,
    measure_qini,
    measure_totals,
    resample_areas,
    resample_totals,
)
from crmlab.uplift._steps import gain_qini, sort_trial
from crmlab.uplift._trial import Assignment, check_score, read_trial

__all__ = ["qini_band", "qini_score_interval", "read_limits"]


def qini_score_interval(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    normalise: Normalise = "perfect",
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Qini coefficient with a bootstrap interval over customers.

    Each resample draws each customer a Poisson number of times with mean 1 and measures the whole
    curve again, its best order included. Memory grows with the customers, not with the resamples;
    the order of the rows changes nothing.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    normalise : {"perfect", "none"}, default="perfect"
        As for `qini_score`; "perfect" needs outcomes of 0 and 1 and random assignment.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples; at least 40 at level 0.95.
    seed : int, default=0
        Seed of the random draws.

    Returns
    -------
    DataFrame
        One row: `estimate`, `lower`, `upper`, `level`. The limits are quantiles of the resamples.

    Raises
    ------
    InputError
        As `qini_score`; if an option is out of range; if "perfect" is asked for other outcomes.
    InputTypeError
        If an argument has the wrong type.

    Notes
    -----
    The limits hold the model and its scores as given: they say how sure the *test* is, not how
    much another training would change the order.

    References
    ----------
    Radcliffe (2007), as `qini_score`. Hanley, J. A. and MacGibbon, B. (2006). Creating
    non-parametric bootstrap samples using Poisson frequencies. Computer Methods and Programs in
    Biomedicine 83(1), 57-62.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> from crmlab.uplift import experiment_table
    >>> company = load_company()
    >>> test = experiment_table(company.contacts, company.responses, campaign_id="K06")
    >>> newest_first = test.index.str[1:].astype(int)
    >>> qini_score_interval(
    ...     test["outcome"], test["treated"], newest_first, assignment="random", n_resamples=200
    ... ).round(2)
       estimate  lower  upper  level
    0      0.03  -0.02    0.1   0.95
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    check_choice("normalise", normalise, ["perfect", "none"])
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    if normalise == "perfect" and not (trial.binary and trial.propensity is None):
        raise InputError(
            "`normalise` must be 'none' for an interval where outcomes are not 0 and 1 or chances "
            "differed; got 'perfect'. It is then in the unit of the outcome, per customer."
        )
    steps = sort_trial(trial, check_score(score, trial, outcome))
    estimate = divide_qini(measure_qini(steps), trial, normalise)
    del trial  # a copy of the outcomes, perhaps
    areas = resample_areas(steps, n_resamples, seed=seed)
    # In a tiny test a resample may lack an arm or a response: it says nothing, and is left out.
    with np.errstate(divide="ignore", invalid="ignore"):
        size = areas.totals[:, 0] ** 2 if normalise == "none" else best_area(areas.totals)
        drawn = areas.area / size
    return interval_row(estimate, *read_limits(drawn[np.isfinite(drawn)], level), level=level)


def read_limits(values: Floats, level: float) -> Floats:
    """Lower and upper limit of resampled values along their first axis."""
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)


def qini_band(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    n_points: int = 100,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Qini curve at even shares of the customers, with bootstrap limits.

    A share stands for a cut in the score, which is kept as the customers are drawn anew.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    n_points : int, default=100
        Steps from nobody to everybody.
    level, n_resamples, seed
        As for `qini_score_interval`.

    Returns
    -------
    DataFrame
        `customer_share`, in [0, 1]; `estimate`, `lower`, `upper`: outcome gained among the
        treated so far, as in `qini_curve`; `level`, of each point by itself.

    Raises
    ------
    InputError, InputTypeError
        As `qini_score_interval`.

    Examples
    --------
    >>> band = qini_band(
    ...     [1, 1, 1, 0] * 25, [1, 1, 0, 0] * 25, range(100, 0, -1), n_points=4,
    ...     assignment="random",
    ... )
    >>> band.round(2)[["customer_share", "estimate", "level"]]
       customer_share  estimate  level
    0            0.00      0.00   0.95
    1            0.25      6.50   0.95
    2            0.50     13.00   0.95
    3            0.75     18.49   0.95
    4            1.00     25.00   0.95
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    check_count("n_points", n_points)
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    n_customers = trial.outcome.size
    steps = sort_trial(trial, check_score(score, trial, outcome))
    del trial
    grid = make_grid(steps, n_points)
    drawn = resample_totals(steps, grid, n_resamples, seed=seed)
    gains = grid.read(gain_qini(drawn)) * (n_customers / np.maximum(drawn.customers[:, -1:], 1))
    estimate = grid.read(gain_qini(measure_totals(steps, grid)))
    lower, upper = read_limits(gains, level)
    return pd.DataFrame(
        {"customer_share": grid.share, "estimate": estimate, "lower": lower, "upper": upper}
    ).assign(level=level)
