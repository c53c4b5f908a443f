"""Profit by the share of customers treated: where to stop."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import t

from crmlab._checks import check_choice, check_count, check_number, check_size
from crmlab._intervals import check_resampling
from crmlab._types import Floats
from crmlab.uplift._bands import read_limits
from crmlab.uplift._resampling import Grid, make_grid, measure_totals, resample_totals
from crmlab.uplift._steps import Totals, gain_uplift, sort_trial
from crmlab.uplift._trial import Assignment, check_score, read_trial

__all__ = ["profit_curve"]


def profit_curve(
    outcome: ArrayLike,
    treated: ArrayLike,
    score: ArrayLike,
    *,
    value: float = 1.0,
    cost: float,
    cost_per_response: float = 0.0,
    n_customers: int | None = None,
    n_points: int = 100,
    level: float = 0.95,
    limits: Literal["percentile", "t"] = "percentile",
    n_resamples: int = 1000,
    seed: int = 0,
    assignment: Assignment | None = None,
    propensity: ArrayLike | None = None,
) -> pd.DataFrame:
    """Profit of treating the customers of highest score, by how many are treated.

    profit = value x outcome gained - cost x customers treated - cost per response x responses of
    the treated, against treating nobody.

    Parameters
    ----------
    outcome, treated, score, assignment, propensity
        As for `uplift_curve`.
    value : float, default=1.0
        Margin of one unit of `outcome`, in currency: of an order where `outcome` is 0 or 1; the
        margin rate where it is sales; 1 where it is margin already; below 0 where the outcome is a
        loss, such as leaving.
    cost : float
        Cost of treating a customer, in currency; 0 or more.
    cost_per_response : float, default=0.0
        Cost of each unit of outcome of the treated, in currency, such as the coupon that sure
        buyers redeem too; 0 or more.
    n_customers : int, optional
        Size of the base the profit is told for. Default: the customers of the test.
    n_points : int, default=100
        Steps from nobody to everybody.
    limits : {"percentile", "t"}, default="percentile"
        Quantiles of the resamples; or the estimate and their spread times a quantile of Student's
        t, with the customers of the smaller arm as degrees of freedom, which holds for fewer
        customers.
    level, n_resamples, seed
        As for `qini_score_interval`; with ``n_resamples=1000`` a million customers take seconds.

    Returns
    -------
    DataFrame
        `customer_share`, in [0, 1]; `n_customers`, treated at this share; `score`, the lowest
        among them (missing for nobody); `estimate`, `lower`, `upper`: profit in currency;
        `level`, of each point by itself; `chance_best`: fraction of the resamples in which this
        share earns most.

    Raises
    ------
    InputError
        As `uplift_curve`, and if a cost is negative.
    InputTypeError
        As `uplift_curve`.

    Notes
    -----
    The highest point of an estimated curve is too high on average, since chance helped to choose
    it. Choose the share on one part of the customers and read its profit on another. Limits from
    few buyers are too narrow. Of simulated 95 % limits of money that 12 % and 5 % of the arms
    spent, in a test of 60 customers 83 % held, by "t" 91 %, and where half were treated 76 % and
    82 %; in one of 200, 93 % and 94 %, and 89 % and 94 %. BCa and bootstrap-t limits held less
    often than either.

    Examples
    --------
    >>> curve = profit_curve(
    ...     [1, 0] * 20 + [0, 0] * 20, [1, 0] * 40, range(80, 0, -1), value=10, cost=3,
    ...     n_points=4, assignment="random",
    ... )
    >>> curve[["customer_share", "n_customers", "score", "estimate"]]
       customer_share  n_customers  score  estimate
    0            0.00          0.0    NaN       0.0
    1            0.25         20.0   61.0     140.0
    2            0.50         40.0   41.0     280.0
    3            0.75         60.0   21.0     220.0
    4            1.00         80.0    1.0     160.0
    """
    prices = [
        check_number("value", value),
        check_number("cost", cost, low=0, remedy="A cost lowers the profit: write it positive."),
        check_number("cost_per_response", cost_per_response, low=0),
    ]
    for name, price in zip(("value", "cost", "cost_per_response"), prices, strict=True):
        check_size(name, price)
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    check_count("n_points", n_points)
    check_choice("limits", limits, ("percentile", "t"))
    trial = read_trial(outcome, treated, assignment=assignment, propensity=propensity)
    ranked = check_score(score, trial, outcome)
    size = ranked.size
    heads = size if n_customers is None else check_count("n_customers", n_customers)
    steps = sort_trial(trial, ranked)
    grid = make_grid(steps, n_points)
    drawn = _earn(resample_totals(steps, grid, n_resamples, seed=seed), grid, prices)
    totals = measure_totals(steps, grid)
    estimate = _earn(totals, grid, prices) * heads
    if limits == "percentile":
        lower, upper = read_limits(drawn * heads, level)
    else:
        smaller = grid.read(np.minimum(totals.treated, totals.control))
        times = t.ppf((1 + level) / 2, np.maximum(smaller - 1, 1))
        half = times * drawn.std(axis=0, ddof=1) * heads
        lower, upper = estimate - half, estimate + half
    falling = np.sort(ranked)[::-1]
    lowest = falling[np.maximum(np.ceil(grid.share * size - 1e-9).astype(int) - 1, 0)]
    return pd.DataFrame(
        {
            "customer_share": grid.share,
            "n_customers": grid.share * heads,
            "score": np.where(grid.share > 0, lowest, np.nan),
            "estimate": estimate,
            "lower": lower,
            "upper": upper,
            "level": level,
            "chance_best": np.bincount(drawn.argmax(axis=1), minlength=grid.share.size)
            / n_resamples,
        }
    )


def _earn(totals: Totals, grid: Grid, prices: list[float]) -> Floats:
    """Profit per customer of the base at the shares of the grid."""
    value, cost, cost_per_response = prices
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nan_to_num(totals.outcome_treated / totals.treated)
    spent = cost * totals.customers + cost_per_response * mean * totals.customers
    return grid.read(value * gain_uplift(totals) - spent) / np.maximum(
        totals.customers[..., -1:], 1
    )
