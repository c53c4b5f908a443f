"""When to contact: hours or weekdays compared without trusting small numbers."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import betaln, expit

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab._errors import InputError
from crmlab._types import Floats, Table
from crmlab.contact._records import mark_event, read_contacts
from crmlab.contact._response import Response

__all__ = ["best_hour"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DRAWS = 4000
_GRID = 100
_ZOOMS = 2


def best_hour(
    contacts: Table,
    responses: Table | None = None,
    *,
    response: Response = "answered",
    by: Literal["hour", "weekday"] = "hour",
    window: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the hours of the day, or the weekdays, at which contacts are answered.

    The best of many hours is often the luckiest of few contacts. So each share is drawn towards
    that of all hours, the more so the fewer its contacts and the more alike the hours are, and
    what counts is the probability that an hour is the best. Whom somebody calls when is seldom
    left to a lot: workers called in the evening differ from others.

    Parameters
    ----------
    contacts, responses, response, window
        As for `contact_response`; for hours, `date` must hold the time of day.
    by : {"hour", "weekday"}, default="hour"
        What is compared.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the draws from the posterior distribution.

    Returns
    -------
    DataFrame
        One row per hour (0 to 23) or weekday ("Monday" to "Sunday") with contacts, in their
        order; columns `hour` or `weekday`, `n_contacts`, `n_responses`, `share` observed, the
        pooled share `estimate, lower, upper, level`, and `best_probability`, that it is highest.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError
        If dates hold no time of day and hours are asked for, there is one slot only, or as
        `contact_response`.

    Notes
    -----
    Shares of slots come from a beta distribution, whose two parameters have the prior (a +
    b)^(-5/2), as for the rat tumours in Gelman et al.; computed on a grid.

    References
    ----------
    Gelman, A., Carlin, J. B., Stern, H. S., Dunson, D. B., Vehtari, A. and Rubin, D. B. (2013).
    Bayesian Data Analysis, 3rd edition, section 5.3.

    Examples
    --------
    >>> calls = pd.DataFrame(
    ...     {"customer_id": [str(i) for i in range(90)], "campaign_id": "K", "channel": "phone",
    ...      "date": [pd.Timestamp(f"2024-03-04 {hour}:15") for hour in (10, 15, 19)] * 30,
    ...      "treated": True, "outcome": ["no_answer", "no_answer", "answered"] * 30, "cost": 1.0}
    ... )
    >>> best_hour(calls)[["hour", "n_contacts", "share", "best_probability"]].round(2)
       hour  n_contacts  share  best_probability
    0    10          30    0.0               0.0
    1    15          30    0.0               0.0
    2    19          30    1.0               1.0
    """
    check_choice("by", by, ["hour", "weekday"])
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    if window is not None:
        check_count("window", window)
    rows = mark_event(read_contacts(contacts, responses), responses, response, window=window)
    if by == "hour" and (rows["date"] == rows["date"].dt.normalize()).all():
        raise InputError(
            "`contacts` must hold the time of day in `date`; all are at midnight. Ask by "
            "'weekday', or record the time."
        )
    slot = rows["date"].dt.hour if by == "hour" else rows["date"].dt.day_of_week
    sums = rows.groupby(slot.rename(by))["hit"].agg(["size", "sum"])
    if len(sums) < 2:
        raise InputError(f"`contacts` must be of two slots at least; all are of one {by}.")
    hits, n = sums["sum"].to_numpy(dtype=float), sums["size"].to_numpy(dtype=float)
    drawn = _draw_shares(hits, n, np.random.default_rng(seed))
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    best = np.bincount(drawn.argmax(axis=1), minlength=len(sums)) / len(drawn)
    names = sums.index if by == "hour" else [_DAYS[day] for day in sums.index]
    return pd.DataFrame(
        {
            by: names,
            "n_contacts": n.astype("int64"),
            "n_responses": hits.astype("int64"),
            "share": hits / n,
            "estimate": drawn.mean(axis=0),
            "lower": lower,
            "upper": upper,
            "level": level,
            "best_probability": best,
        }
    )


def _draw_shares(hits: Floats, n: Floats, rng: np.random.Generator) -> Floats:
    """Draws of all shares together from their posterior distribution."""
    pooled = (hits.sum() + 0.5) / (n.sum() + 1)
    centre = np.log(pooled / (1 - pooled))
    odds = np.linspace(centre - 8, centre + 8, _GRID)
    size = np.linspace(np.log(0.1), np.log(100 * n.sum()), _GRID)
    for _ in range(_ZOOMS):
        near = np.asarray(_log_posterior(odds, size, hits, n) > -30)
        odds, size = _zoom(odds, np.any(near, 1)), _zoom(size, np.any(near, 0))
    log = _log_posterior(odds, size, hits, n)
    a, b = _parameters(odds, size)
    weight = np.exp(log).ravel()
    at = rng.choice(weight.size, size=_DRAWS, p=weight / weight.sum())
    first, second = a.ravel()[at][:, None], b.ravel()[at][:, None]
    return rng.beta(first + hits, second + n - hits)


def _parameters(odds: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Parameters of the beta distribution, by log odds of its mean and log of their sum."""
    mean = expit(odds)[:, None]
    return mean * np.exp(size), (1 - mean) * np.exp(size)


def _log_posterior(odds: Floats, size: Floats, hits: Floats, n: Floats) -> Floats:
    """Log density over the grid, 0 at its highest; every slot has parameters in common."""
    a, b = _parameters(odds, size)
    # The prior of a and b, times what turns their area into one of log odds and log size.
    log: Floats = -2.5 * size + np.log(a) + np.log(b)
    for x, many in zip(hits, n, strict=True):
        log = log + betaln(a + x, b + many - x) - betaln(a, b)
    return log - log.max()


def _zoom(axis: Floats, near: Any) -> Floats:
    """The same number of points over the part that matters, and one step to each side."""
    at = np.flatnonzero(near)
    low, high = max(at[0] - 1, 0), min(at[-1] + 1, len(axis) - 1)
    return np.linspace(axis[low], axis[high], len(axis))
