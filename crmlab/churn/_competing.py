"""Several ways to leave: how many will have left in each of them."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from crmlab._checks import check_choice, check_fraction, check_number
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.churn._survival import _check_ahead
from crmlab.churn._times import (
    LIMITS,
    Limits,
    beta_product_of_cause,
    count_from,
    expose,
    lowest_of_all,
    read_times,
)

__all__ = ["cumulative_incidence"]


def cumulative_incidence(
    duration: ArrayLike,
    cause: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    after: float = 0.0,
    level: float = 0.95,
    limits: Limits = "log-log",
) -> pd.DataFrame:
    """Share of customers who have left for each cause, by the Aalen-Johansen estimator.

    One minus a Kaplan-Meier curve of one cause alone says how many would leave if the other
    causes did not exist, which is too many. Here the shares of all causes and the share still
    there add up to 1. Customers who leave at the same time are counted together as they are: no
    random numbers are added to their times.

    Parameters
    ----------
    duration : array-like of shape (n_customers,)
        As in `kaplan_meier`.
    cause : array-like of shape (n_customers,)
        Why the customer left, such as "price" or "moved"; missing (None or nan) for those still
        there.
    entry, after, level, limits
        As in `kaplan_meier`.

    Returns
    -------
    DataFrame
        One row per cause and time at which somebody left or watching ended, first the start;
        columns

        * `cause`, `time`
        * `n_at_risk`, `n_events` : customers watched just before; of them, those who left for
          this cause then
        * `incidence` : share who have left for this cause by then, in [0, 1]
        * `standard_error` : delta method; with one cause, that of Greenwood
        * `lower`, `upper`, `level` : limits, pointwise, in [0, 1]

    Raises
    ------
    InputError
        If nobody left, or times are wrong as in `kaplan_meier`.

    Notes
    -----
    With few who left for a cause its default limits are too narrow. Until somebody does, both
    are 0, which is not a certainty: use ``limits="beta-product"`` there. Where 3 % left in truth,
    simulated 95 % limits held for 43 % of tables of 20 customers, 78 % of 50 and 97 % of 200, those
    of beta products for 97 %, 98 % and 97 %. A cause that nobody has left for is not in the table.
    The beta product here shares out, by cause, what leaves in that of the curve, which is exact
    where nobody was lost from sight.

    References
    ----------
    Aalen, O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov
    chains. Scandinavian Journal of Statistics 5, 141-150. Variance: Marubini and Valsecchi (1995),
    Analysing Survival Data from Clinical Trials, eq. (10.12). Beta products: as `kaplan_meier`.

    Examples
    --------
    >>> left = cumulative_incidence([1, 2, 2, 3, 4], ["price", "moved", "price", None, None])
    >>> left[left["time"] == 2][["cause", "n_at_risk", "n_events", "incidence"]]
       cause  n_at_risk  n_events  incidence
    2  moved          4         1        0.2
    7  price          4         1        0.4
    """
    after = check_number("after", after, low=0)
    check_fraction("level", level, open_ends=True)
    check_choice("limits", limits, LIMITS)
    labels = pd.Series(cause).reset_index(drop=True)
    known = labels.notna()
    everyone = read_times(duration, known.to_numpy(), entry, what="cause")
    late = everyone.duration > after if after > 0 else np.ones(len(labels), dtype=bool)
    times = count_from(after, everyone)
    labels, known = labels[late], known[late]
    if not known.any():
        raise InputError("`cause` must be given for at least one customer; nobody left.")
    grid, where = np.unique(times.duration, return_inverse=True)
    at_risk = times.at_risk(grid)
    events: Floats = np.bincount(where, times.event).astype(float)
    survival = np.cumprod(1 - events / at_risk).astype(float)
    _check_ahead(grid, survival, times)
    before = np.concatenate([[1.0], survival[:-1]])
    exposure = expose(times, grid, events, after)
    watched = int((times.entry <= after).sum())
    most = 0.0 if limits == "log-log" else 1 - lowest_of_all(watched, level)
    parts = []
    for name in sorted(labels[known].unique(), key=lambda each: (str(type(each)), each)):
        own: Floats = np.bincount(where, (labels == name).astype(float)).astype(float)
        incidence = np.cumsum(before * own / at_risk)
        error = np.sqrt(_variance(incidence, before, at_risk, events, own))
        if limits == "log-log":
            lower, upper = _limits(incidence, error, level)
        else:
            lower, upper = beta_product_of_cause(exposure, own, level)
        part = {"cause": name, "time": grid, "n_at_risk": at_risk.astype("int64"),
                "n_events": own.astype("int64"), "incidence": incidence,
                "standard_error": error, "lower": lower, "upper": upper}  # fmt: skip
        start = {"cause": name, "time": after, "n_at_risk": watched, "n_events": 0,
                 "incidence": 0.0, "standard_error": 0.0, "lower": 0.0,
                 "upper": min(most, float(upper[0]))}  # fmt: skip
        parts += [pd.DataFrame([start])] if grid[0] > after else []
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True).assign(level=level)


def _variance(
    incidence: Floats, before: Floats, at_risk: Floats, events: Floats, own: Floats
) -> Floats:
    """Variance of the incidence at each time: sums over earlier times, each in one pass."""
    with np.errstate(divide="ignore"):
        spread = np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0.0)
    mixed = before * own / at_risk**2
    # sum of (I(t) - I(s))^2 a(s) is I(t)^2 A - 2 I(t) B + C, with running sums A, B, C.
    total, first, second = (np.cumsum(spread * incidence**k) for k in (0, 1, 2))
    past = incidence**2 * total - 2 * incidence * first + second
    present = np.cumsum(before**2 * own * (at_risk - own) / at_risk**3)
    both = incidence * np.cumsum(mixed) - np.cumsum(mixed * incidence)
    return np.maximum(past + present - 2 * both, 0.0)


def _limits(share: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    z = norm.ppf((1 + level) / 2)
    inner = (share > 0) & (share < 1)
    log_share = np.log(np.where(inner, share, 0.5))
    spread = z * error / np.where(inner, share, 1.0) / np.abs(log_share)
    lower, upper = (np.exp(log_share * np.exp(sign * spread)) for sign in (1, -1))
    return np.where(inner, lower, share), np.where(inner, upper, share)
