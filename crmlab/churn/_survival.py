"""How long customers stay: the curve, its quantiles, and whether two groups differ."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2

from crmlab._checks import check_choice, check_columns, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._intervals import interval_row
from crmlab._types import Floats
from crmlab.churn._times import (
    LIMITS,
    Limits,
    Times,
    beta_product,
    count_from,
    expose,
    log_log_limits,
    lowest_of_all,
    read_times,
)

__all__ = ["kaplan_meier", "log_rank", "survival_time"]


def kaplan_meier(
    duration: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    after: float = 0.0,
    level: float = 0.95,
    limits: Limits = "log-log",
) -> pd.DataFrame:
    """Share of customers still there after each time, by the product-limit estimator.

    Customers who have not left yet count as long as they were watched. So do those who were
    there before watching began, from `entry` on: without it, the customers who left unseen would
    make the others look more loyal than they are (left truncation).

    Parameters
    ----------
    duration : array-like of shape (n_customers,)
        Time from the customer's beginning to the end or, for those still there, to the last day
        observed; at least 0, in any one unit.
    event : array-like of bool, of shape (n_customers,)
        Whether the customer left at `duration`.
    entry : array-like of shape (n_customers,), optional
        Time from the customer's beginning to the first day of watching; 0 for those watched from
        the beginning. Default: all of them were.
    after : float, default=0
        The curve starts here, among customers who were still there. Needed where hardly anybody
        was watched at an early age.
    level : float, default=0.95
        Level of the limits, in (0, 1).
    limits : {"log-log", "beta-product"}, default="log-log"
        How limits are made: as most packages do, on the scale log(-log S); or so that they hold
        for few customers too, which makes them wider.

    Returns
    -------
    DataFrame
        One row per time at which somebody left or watching ended, the first at `after`; columns

        * `time` : in the unit of `duration`
        * `n_at_risk` : customers watched just before this time
        * `n_events`, `n_censored` : of them, those who left then, and those last seen then
        * `survival` : share still there after this time, in [0, 1]
        * `standard_error` : by Greenwood's formula; 0 where the curve is 1 or 0
        * `lower`, `upper`, `level` : limits, pointwise; of "log-log", where the curve is 0 the
          upper limit is that of the row before

    Notes
    -----
    With few who left the default limits are too narrow. Until somebody leaves, both are 1
    whatever the number of customers, though of 30 whom nobody has left one in ten may leave by
    then: use ``limits="beta-product"`` there. Of simulated 95 % limits at a time these held:

    ================  ===========  ========  ============
    stay in truth     customers    log-log   beta-product
    ================  ===========  ========  ============
    95 %              15           47 %      99 %
    95 %              30           71 %      99 %
    95 %              100          96 %      97 %
    80 %              15           90 %      98 %
    50 %              15           95 %      97 %
    ================  ===========  ========  ============

    The beta product is exact where nobody was lost from sight, as Clopper and Pearson's limits
    are; where customers entered late, it counts the fewest at risk since somebody last left. The
    method of moments is off by up to 0.02 where hardly anybody is at risk any more.

    Raises
    ------
    InputError
        If columns differ in length, a duration is negative, an entry is not before its duration,
        or all customers at risk leave while others were not watched yet.
    InputTypeError
        If a column does not hold numbers or flags.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.
    JASA 53, 457-481. Limits: Kalbfleisch and Prentice (2002), The Statistical Analysis of
    Failure Time Data, eq. (1.13); Fay, M. P., Brittain, E. H. and Proschan, M. A. (2013).
    Pointwise confidence intervals for a survival distribution with small samples or heavy
    censoring. Biostatistics 14(4), 723-736, by the method of moments.

    Examples
    --------
    >>> curve = kaplan_meier([2, 3, 3, 5, 8], [True, True, False, True, False])
    >>> curve[["time", "n_at_risk", "n_events", "survival"]]
       time  n_at_risk  n_events  survival
    0   0.0          5         0       1.0
    1   2.0          5         1       0.8
    2   3.0          4         1       0.6
    3   5.0          2         1       0.3
    4   8.0          1         0       0.3
    """
    after = check_number("after", after, low=0)
    check_choice("limits", limits, LIMITS)
    times = count_from(after, read_times(duration, event, entry))
    grid, left = np.unique(times.duration, return_inverse=True)
    events = np.bincount(left, times.event).astype(float)
    at_risk = times.at_risk(grid)
    survival = np.cumprod(1 - events / at_risk).astype(float)
    _check_ahead(grid, survival, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)
    variance: Floats = np.cumsum(terms)
    if limits == "log-log":
        lower, upper = log_log_limits(survival, variance, level)
    else:
        lower, upper = beta_product(expose(times, grid, events, after), level)
    error = survival * np.sqrt(np.where(survival > 0, variance, 0.0))
    table = pd.DataFrame(
        {
            "time": grid,
            "n_at_risk": at_risk.astype("int64"),
            "n_events": events.astype("int64"),
            "n_censored": (np.bincount(left) - events).astype("int64"),
            "survival": survival,
            "standard_error": error,
            "lower": lower,
            "upper": upper,
        }
    )
    return _add_start(table, after, times, limits, level).assign(level=level)


def _add_start(
    table: pd.DataFrame, after: float, times: Times, limits: Limits, level: float
) -> pd.DataFrame:
    """The row from which the curve starts, where nobody left."""
    if table["time"].iloc[0] <= after:
        return table
    watched = int((times.entry <= after).sum())
    # Few may be watched at the start and more later: what is sure of a later time is sure here.
    first = float(table["lower"].iloc[0])
    lower = 1.0 if limits == "log-log" else max(lowest_of_all(watched, level), first)
    start = {"time": after, "n_at_risk": watched, "n_events": 0, "n_censored": 0,
             "survival": 1.0, "standard_error": 0.0, "lower": lower, "upper": 1.0}  # fmt: skip
    return pd.concat([pd.DataFrame([start]), table], ignore_index=True)


def _check_ahead(grid: Floats, survival: Floats, times: Times) -> None:
    """Raise where the curve falls to 0 and customers are still to come."""
    if survival.min() > 0:
        return
    fell = grid[survival.argmin()]
    if grid[-1] > fell:
        raise InputError(
            f"`after` must be at least {fell:g} here: all customers watched at {fell:g} left "
            f"then, while {int((times.duration > fell).sum()):,} others entered later, so that the "
            f"curve would be 0 for ever. Pass `after={fell:g}`, for those who stay longer."
        )


def survival_time(curve: pd.DataFrame, *, share: float = 0.5) -> pd.DataFrame:
    """Time at which only a share of customers is left, with limits.

    It is the first time at which the curve is at or below `share`. Where the curve stands at
    exactly that share for a while, R reports the middle of that stretch and lifelines, as here,
    its beginning.

    Parameters
    ----------
    curve : DataFrame
        As `kaplan_meier` returns it.
    share : float, default=0.5
        Share left, in (0, 1); 0.5 gives the median.

    Returns
    -------
    DataFrame
        One row: `estimate`, `lower`, `upper` in the unit of the curve, infinite where the curve
        or its limit does not come down so far; and `level`.

    Raises
    ------
    InputError
        If `share` is not in (0, 1) or a column is missing.

    References
    ----------
    Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time.
    Biometrics 38, 29-41.

    Examples
    --------
    >>> survival_time(kaplan_meier([2, 3, 3, 5], [1, 1, 0, 1]))
       estimate  lower  upper  level
    0       3.0    2.0    inf   0.95
    """
    check_fraction("share", share, open_ends=True)
    if not isinstance(curve, pd.DataFrame) or "survival" not in curve:
        raise InputTypeError("`curve` must be a table as `kaplan_meier` returns it.")
    check_columns(curve.columns, ["time", "lower", "upper", "level"], what="`curve`")
    time = curve["time"].to_numpy()

    def first_below(name: str) -> float:
        below = curve[name].to_numpy() <= share + 1e-12  # a product of shares is rounded
        return float(time[below.argmax()]) if below.any() else np.inf

    limits = first_below("lower"), first_below("upper")
    return interval_row(first_below("survival"), *limits, level=float(curve["level"].iloc[0]))


def log_rank(
    duration: ArrayLike, event: ArrayLike, group: ArrayLike, *, entry: ArrayLike | None = None
) -> pd.DataFrame:
    """Test whether customers of several groups leave at the same rate at all times.

    Parameters
    ----------
    duration, event, entry
        As in `kaplan_meier`.
    group : array-like of shape (n_customers,)
        Group of each customer, such as the plan; at least two.

    Returns
    -------
    DataFrame
        One row: `statistic` (chi-squared), `degrees_of_freedom`, `p_value`, `n_customers`.

    Raises
    ------
    InputError
        If there is one group only, a group is missing, nobody left, or times are wrong.

    References
    ----------
    Mantel, N. (1966). Evaluation of survival data and two new rank order statistics.

    Examples
    --------
    >>> log_rank([2, 3, 3, 5, 8, 9], [1, 1, 1, 1, 0, 0], list("aaabbb")).round(3)
       statistic  degrees_of_freedom  p_value  n_customers
    0      4.738                   1     0.03            6
    """
    times = read_times(duration, event, entry)
    codes, names = pd.factorize(np.asarray(group, dtype=object))
    if codes.size != times.duration.size or (codes < 0).any():
        raise InputError("`group` must name the group of every customer.")
    if len(names) < 2:
        raise InputError(f"`group` must have at least two groups; got {len(names)}.")
    if not times.event.any():
        raise InputError("`event` must be true for at least one customer; nobody left.")
    grid = np.unique(times.duration[times.event == 1])
    at_risk, events = (np.column_stack(parts) for parts in _by_group(times, codes, grid))
    total, left = at_risk.sum(axis=1), events.sum(axis=1)
    share = at_risk / total[:, None]
    gap = (events - share * left[:, None]).sum(axis=0)
    weight = left * np.where(total > 1, (total - left) / np.maximum(total - 1, 1), 0.0)
    covariance = np.diag(weight @ share) - (share * weight[:, None]).T @ share
    # The gaps add up to 0, so that one group says nothing new.
    statistic = float(gap[:-1] @ np.linalg.pinv(covariance[:-1, :-1]) @ gap[:-1])
    freedom = len(names) - 1
    return pd.DataFrame(
        {
            "statistic": [statistic],
            "degrees_of_freedom": [freedom],
            "p_value": [float(chi2.sf(statistic, freedom))],
            "n_customers": [times.duration.size],
        }
    )


def _by_group(times: Times, codes: np.ndarray, grid: Floats) -> tuple[list[Floats], list[Floats]]:
    """Customers at risk and customers who left, at each time, one array per group."""
    at_risk, events = [], []
    for code in range(codes.max() + 1):
        own = codes == code
        part = Times(times.duration[own], times.event[own], times.entry[own])
        at_risk.append(part.at_risk(grid))
        where = np.searchsorted(grid, part.duration[part.event == 1])
        events.append(np.bincount(where, minlength=grid.size).astype(float))
    return at_risk, events
