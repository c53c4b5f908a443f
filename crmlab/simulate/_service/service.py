"""The service side of the company: branches, instructors, satisfaction, subscriptions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab.company import CompanySettings
from crmlab.simulate._random import stream
from crmlab.simulate._service.branches import find_nearest_branch, open_branches
from crmlab.simulate._service.instructors import hire_instructors
from crmlab.simulate._service.satisfaction import draw_complaints, simulate_satisfaction
from crmlab.simulate._service.subscriptions import (
    build_subscriptions,
    draw_starts,
    draw_visits,
    run_renewals,
)

__all__ = ["Service", "simulate_service"]

_ACTIVE = 0.5  # share of all subscriptions that staff is hired for


@dataclass(frozen=True)
class Service:
    """Tables of the service side, and their truth.

    Attributes
    ----------
    branches, instructors, subscriptions, visits, complaints : DataFrame
        What the company sees.
    truth : DataFrame
        Index `customer_id` in the order of people: `churn_chance` (monthly, without effects; NaN
        for customers without a subscription), `satisfaction`, `dissatisfied_on` (NaT if never),
        `complained`.
    """

    branches: pd.DataFrame
    instructors: pd.DataFrame
    subscriptions: pd.DataFrame
    visits: pd.DataFrame
    complaints: pd.DataFrame
    truth: pd.DataFrame


def simulate_service(people: pd.DataFrame, settings: CompanySettings, *, seed: int) -> Service:
    """Simulate branches, instructors, satisfaction, subscriptions, visits and complaints.

    Parameters
    ----------
    people : DataFrame
        One row per customer, sorted by `customer_id`: `customer_id`, `longitude`, `latitude`
        (degrees), `joined_day` (days after the first day), `satisfaction` (standard normal).
    settings : CompanySettings
        Its section on subscriptions, instructors and satisfaction counts.
    seed : int
        Same tables for the same seed.

    Returns
    -------
    Service
        Five tables and the truth.
    """
    places = open_branches(settings, stream(seed, "branches"))
    felt = simulate_satisfaction(people, settings, stream(seed, "satisfaction"))
    branch, km = find_nearest_branch(people, places)
    share = settings.subscriber_share * _ACTIVE
    pupils = share * np.bincount(branch, minlength=len(places)).astype(float)
    staff = hire_instructors(places, pupils, settings, stream(seed, "instructors"))
    starts = draw_starts(people, settings, stream(seed, "subscribers"))
    bad = felt["dissatisfied_on"].to_numpy().astype("datetime64[D]")[starts.person]
    person = starts.person
    renewals = run_renewals(starts, bad, branch[person], staff, settings, stream(seed, "renewals"))
    table = build_subscriptions(people, starts, renewals, km[person], staff, settings)
    churn = np.full(len(people), np.nan)
    churn[person] = starts.churn_chance
    truth = felt.drop(columns="complained_on").set_index("customer_id")
    truth.insert(0, "churn_chance", churn)
    return Service(
        branches=places,
        instructors=staff.table,
        subscriptions=table,
        visits=draw_visits(people, starts, renewals, staff, settings, stream(seed, "visits")),
        complaints=draw_complaints(felt, table, settings, stream(seed, "complaints")),
        truth=truth,
    )
