"""Bad experiences, complaints about them, and silence."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings

__all__ = ["draw_complaints", "simulate_satisfaction"]

_DAYS_A_YEAR = 365.25
_KINDS = np.array(["instructor", "delivery", "billing", "content"])
_KIND_SHARES = np.array([0.35, 0.25, 0.2, 0.2])
_LONGEST_DELAY = 7  # days from a bad experience to the complaint


def simulate_satisfaction(
    people: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw each customer's first bad experience, and the day of a complaint if there is one.

    Bad experiences come at a constant rate from the joining day, `bad_experiences` a year times
    exp(-`satisfaction_slope` * satisfaction). Of those who have one, `complaint_share` complain
    within a week; of the others, `grumble_share` complain on any day.

    Parameters
    ----------
    people : DataFrame
        `customer_id`, `joined_day` (days after the first day), `satisfaction` (latent, mean 0 and
        standard deviation 1).
    settings : CompanySettings
        The four numbers named above count.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    DataFrame
        One row per person, in the same order: `customer_id`, `satisfaction`, `dissatisfied_on`
        (day of the first bad experience, NaT if none by the last day), `complained` (bool),
        `complained_on` (date, NaT if never).

    Examples
    --------
    >>> someone = pd.DataFrame({"customer_id": ["C1"], "joined_day": [3], "satisfaction": [0.0]})
    >>> often = CompanySettings(bad_experiences=1_000.0, complaint_share=1.0)
    >>> simulate_satisfaction(someone, often, np.random.default_rng(1))["dissatisfied_on"].tolist()
    [Timestamp('2024-01-04 00:00:00')]
    """
    n = len(people)
    joined = people["joined_day"].to_numpy(dtype=np.int64)
    latent = people["satisfaction"].to_numpy(dtype=float)
    rate = settings.bad_experiences / _DAYS_A_YEAR * np.exp(-settings.satisfaction_slope * latent)
    ever = settings.n_days + 1.0  # beyond the last day, whatever the rate
    wait = rng.exponential(size=n) / np.maximum(rate, 1e-12)
    bad_day = joined + np.minimum(wait, ever).astype(np.int64)
    dissatisfied = bad_day < settings.n_days
    delayed = bad_day + rng.integers(0, _LONGEST_DELAY + 1, size=n)
    grumbled = joined + (rng.random(n) * (settings.n_days - joined)).astype(np.int64)
    share = np.where(dissatisfied, settings.complaint_share, settings.grumble_share)
    day = np.where(dissatisfied, delayed, grumbled)
    complained = (rng.random(n) < share) & (day < settings.n_days)
    return pd.DataFrame(
        {
            "customer_id": people["customer_id"].to_numpy(),
            "satisfaction": latent,
            "dissatisfied_on": _as_dates(bad_day, dissatisfied, settings),
            "complained": complained,
            "complained_on": _as_dates(day, complained, settings),
        }
    ).astype({"customer_id": "str"})


def _as_dates(
    day: NDArray[np.int64], known: NDArray[np.bool_], settings: CompanySettings
) -> NDArray[np.datetime64]:
    """Dates so many days after the first; NaT where not `known`."""
    dates = np.datetime64(settings.first_day, "D") + day
    return np.where(known, dates, np.datetime64("NaT", "D"))


def draw_complaints(
    felt: pd.DataFrame,
    subscriptions: pd.DataFrame,
    settings: CompanySettings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the complaints; only customers who have an instructor complain about one.

    Parameters
    ----------
    felt : DataFrame
        What `simulate_satisfaction` returns.
    subscriptions : DataFrame
        `customer_id` (once each), `start`, `end`.
    settings : CompanySettings
        `resolving_days` counts.
    rng : numpy.random.Generator
        Source of kinds and days.

    Returns
    -------
    DataFrame
        `customer_id`, `date`, `kind` ("instructor", "delivery", "billing" or "content"),
        `resolved_days` (days until it was resolved, at least 1; NaN if not by the last day);
        sorted by `date` and `customer_id`.
    """
    rows = felt.loc[felt["complained"], ["customer_id", "complained_on"]]
    rows = rows.merge(subscriptions[["customer_id", "start", "end"]], on="customer_id", how="left")
    date = rows["complained_on"]
    taught = (rows["start"] <= date) & (rows["end"].isna() | (date < rows["end"]))
    # The lowest draws are complaints about instructors: without one, draw above them.
    draw = rng.random(len(rows))
    draw = np.where(taught, draw, _KIND_SHARES[0] + draw * (1 - _KIND_SHARES[0]))
    kind = np.searchsorted(np.cumsum(_KIND_SHARES)[:-1], draw, side="right")
    days = rng.geometric(1 / settings.resolving_days, size=len(rows)).astype(float)
    days_left = (settings.last_day - date).dt.days.to_numpy()
    table = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "date": date,
            "kind": pd.Series(_KINDS, dtype="str").take(kind).to_numpy(),
            "resolved_days": np.where(days <= days_left, days, np.nan),
        }
    ).astype({"kind": "str"})
    return table.sort_values(["date", "customer_id"], ignore_index=True)
