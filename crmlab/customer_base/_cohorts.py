"""Customers followed by the period of their first purchase."""

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_day
from crmlab._periods import PERIODS, Day, Period, index_of, starts
from crmlab._types import Table
from crmlab.customer_base._days import read_days, run_sorted, with_period

__all__ = ["cohort_retention"]


def cohort_retention(
    transactions: Table, *, period: Period = "M", observation_end: Day | None = None
) -> pd.DataFrame:
    """Follow customers by the calendar period of their first purchase.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    period : {"W", "M", "Q", "Y"}, default="M"
        Calendar weeks (from Monday), months, quarters or years.
    observation_end : date, optional
        Last day observed; later lines are left out. Default: the last day in the table.

    Returns
    -------
    DataFrame
        One row per cohort and age, ages without a purchase included:

        ``cohort``
            first day of the period of the first purchase (Timestamp);
        ``age``
            periods since then, from 0 (int);
        ``n_customers``
            size of the cohort (int);
        ``n_active``
            of them, those with a purchase in the period (int);
        ``retention``
            ``n_active / n_customers``, in [0, 1];
        ``revenue``
            spent in the period less returns, in currency; what a customer gave back before
            the first purchase belongs to no cohort and is left out;
        ``complete``
            whether the period ends by the end of observation.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError
        If an option has a value it cannot have, or there is no purchase.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> cohorts = cohort_retention(load_cdnow(), period="Q")
    >>> cohorts[["cohort", "age", "n_customers", "n_active", "complete"]].head(3)
          cohort  age  n_customers  n_active  complete
    0 1997-01-01    0        23570     23570      True
    1 1997-01-01    1        23570      5376      True
    2 1997-01-01    2        23570      4263      True
    """
    check_choice("period", period, PERIODS)
    days, end = read_days(transactions, check_day("observation_end", observation_end))
    days = with_period(days, period)
    first = ibis.ifelse(days.bought, days.period, None).min().over(group_by=days.customer_id)
    days = days.mutate(cohort=first).filter(lambda t: t.cohort.notnull())
    table = run_sorted(
        days.group_by("cohort", "period").aggregate(
            n_active=days.customer_id.nunique(where=days.bought),
            revenue=days.spent.sum(),
        ),
        end,
        by=["cohort", "period"],
    )
    grid = _every_age(table, index_of(end, period))
    sizes = grid.loc[grid["age"] == 0].set_index("cohort")["n_active"]
    n_customers = grid["cohort"].map(sizes).astype("int64")
    after = starts(grid["cohort"] + grid["age"] + 1, period)
    cohorts = pd.DataFrame(
        {
            "cohort": starts(grid["cohort"], period),
            "age": grid["age"],
            "n_customers": n_customers,
            "n_active": grid["n_active"],
            "retention": grid["n_active"] / n_customers,
            "revenue": grid["revenue"],
            "complete": after <= pd.Timestamp(end) + pd.Timedelta("1D"),
        }
    )
    cohorts.attrs = {"period": period, "observation_end": end.isoformat()}
    return cohorts


def _every_age(table: pd.DataFrame, last: int) -> pd.DataFrame:
    """All ages of each cohort up to the last period, with zeros where nobody bought."""
    cohorts = np.sort(table["cohort"].unique()).astype("int64")
    ages = last - cohorts + 1
    cohort = np.repeat(cohorts, ages)
    age = np.concatenate([np.arange(n) for n in ages])
    grid = pd.DataFrame({"cohort": cohort, "age": age, "period": cohort + age})
    found = table[["cohort", "period", "n_active", "revenue"]]
    grid = grid.merge(found, on=["cohort", "period"], how="left").drop(columns="period")
    return grid.fillna({"n_active": 0, "revenue": 0.0}).astype({"n_active": "int64"})
