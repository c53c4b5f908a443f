"""What was known on past days, what came after, and what anyone could have forecast then."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from crmlab._errors import InputError
from crmlab._periods import Day
from crmlab._types import Table
from crmlab.customer_base import rfm_summary
from crmlab.ltv._fitting.maximum import Floats

__all__ = [
    "BASELINES",
    "Origin",
    "Target",
    "find_days",
    "forecast_naively",
    "make_origins",
    "summarise_on",
]

Target = Literal["purchases", "spend"]

EVERYONE, LAST, CLASSES = "everyone average", "same as last period", "class means"
BASELINES = (EVERYONE, LAST, CLASSES)  # from simple to less so
_QUINTILES = [0.2, 0.4, 0.6, 0.8]


@dataclass(frozen=True)
class Origin:
    """What was known on a day, and what came after it.

    Attributes
    ----------
    day : date
        Last day known.
    horizon : float
        Length of a horizon, in the unit of the summaries.
    known : DataFrame
        Summary of customers who first bought before that day.
    past : DataFrame
        The same one horizon earlier; perhaps without a row.
    since, last, actual : ndarray
        What customers in `past` brought from then to `day`; what those in `known` brought in the
        same time, first purchases included; and what these brought in the horizon after it.
    n_left_out : int
        Customers who first bought on the day itself.
    """

    day: dt.date
    horizon: float
    known: pd.DataFrame
    past: pd.DataFrame
    since: Floats
    last: Floats
    actual: Floats
    n_left_out: int


def find_days(
    transactions: Table, observation_end: Day | None, length: int, history: int, n_origins: int
) -> tuple[dt.date, list[dt.date]]:
    """The first day; one horizon before the first origin, the origins, and the end."""
    everyone = rfm_summary(transactions, observation_end=observation_end, unit="D")
    silent = pd.to_timedelta(everyone["days_since_last"], unit="D")
    end = (everyone["last_purchase"] + silent).max().date()
    first = end - dt.timedelta(int(everyone["T"].max()))
    fitting = max(((end - first).days - history) // length, 0)
    if fitting < n_origins:
        raise InputError(
            f"`transactions` must hold {history:,} days before the first of {n_origins:,} "
            f"origins and {length:,} days after each; they run from {first} to {end}, enough for "
            f"{fitting:,}. Ask for fewer origins or a shorter horizon."
        )
    return first, [end - dt.timedelta(length * back) for back in range(n_origins + 1, -1, -1)]


def summarise_on(
    transactions: Table, day: dt.date, unit: Any, target: Target, first: dt.date
) -> pd.DataFrame:
    """The summary on a day with a column `brought`, purchases or currency to date."""
    if day < first:
        return pd.DataFrame(columns=["T", "brought"], dtype=float)
    summary = rfm_summary(transactions, observation_end=day, unit=unit)
    brought = summary["total_spend"] if target == "spend" else summary["frequency"] + 1.0
    return summary.assign(brought=brought)


def make_origins(
    tables: list[pd.DataFrame], days: list[dt.date], horizon: float
) -> Iterator[Origin]:
    """The origins in order of time, from the summaries of all days."""
    for day, past, now, after in zip(days[1:], tables, tables[1:], tables[2:], strict=False):
        known, before = now[now["T"] > 0], past[past["T"] > 0]
        actual = _count_brought(after, now, known.index)
        if not actual.any():
            raise InputError(
                f"Nobody known on {day} bought in the horizon after it, so there is nothing to "
                "compare with. Ask for a longer horizon or fewer origins."
            )
        yield Origin(
            day,
            horizon,
            known,
            before,
            since=_count_brought(now, past, before.index),
            last=_count_brought(now, past, known.index),
            actual=actual,
            n_left_out=len(now) - len(known),
        )


def _count_brought(later: pd.DataFrame, sooner: pd.DataFrame, customers: pd.Index) -> Floats:
    """What customers brought between two days; what is given back was mostly bought before them."""
    # A customer is not known yet, or not any more: all that was bought has been given back.
    after, before = (each["brought"].reindex(customers).fillna(0.0) for each in (later, sooner))
    # Rounding: differences of sums of money would leave -1e-14 where nothing was bought.
    between = (after - before).round(6)
    return between.clip(lower=0.0).to_numpy(dtype=float)


def forecast_naively(origin: Origin) -> dict[str, Floats]:
    """Make the naive forecasts, by name."""
    has_past = len(origin.past) > 0
    average = float(origin.since.mean() if has_past else origin.last.mean())
    everyone = np.full(len(origin.known), average)
    return {
        EVERYONE: everyone,
        LAST: origin.last,
        CLASSES: _mean_by_class(origin, average) if has_past else everyone,
    }


def _mean_by_class(origin: Origin, average: float) -> Floats:
    """What customers of the same class at the previous origin brought since."""
    then, now = _score(origin.past, origin.horizon), _score(origin.known, origin.horizon)
    edges = [np.unique(np.quantile(score, _QUINTILES)) for score in then]
    before, current = (
        pd.MultiIndex.from_arrays(list(map(np.searchsorted, edges, scores)))
        for scores in (then, now)
    )
    means = pd.Series(origin.since, index=before).groupby(level=[0, 1]).mean()
    return np.asarray(means.reindex(current).fillna(average), dtype="float64")


def _score(summary: pd.DataFrame, horizon: float) -> list[Floats]:
    """How often, and how recently, customers bought; comparable between origins."""
    # Two purchases in a customer's first week are no rate yet: time counts a horizon at least.
    time = np.maximum(summary["T"].to_numpy(dtype="float64"), horizon)
    often = summary["frequency"].to_numpy(dtype="float64") / time
    return [often, summary["days_since_last"].to_numpy(dtype="float64")]
