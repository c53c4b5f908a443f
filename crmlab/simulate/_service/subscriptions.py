"""Worksheet subscriptions: starts, renewals, instructors in charge, visits and costs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings
from crmlab.simulate._service.instructors import Staff
from crmlab.simulate._service.months import Days, anniversary, calendar_months, last_day_of

__all__ = [
    "PLANS",
    "Renewals",
    "Starts",
    "build_subscriptions",
    "draw_starts",
    "draw_visits",
    "run_renewals",
]

PLANS = ("basic", "standard", "premium")  # 기본, 표준, 프리미엄
_DAY = np.timedelta64(1, "D")
_WINDOW = 3  # months in which a bad event counts
_NEVER = -1_000  # month before any other


@dataclass(frozen=True)
class Starts:
    """Subscriptions at their start, one array entry each, in the order of people.

    Attributes
    ----------
    person : ndarray of int
        Row in people.
    start : ndarray of datetime64[D]
        First day.
    plan : ndarray of int
        Place in `PLANS`.
    churn_chance : ndarray of float
        Probability to end at a renewal without any effect.
    """

    person: NDArray[np.intp]
    start: Days
    plan: NDArray[np.intp]
    churn_chance: NDArray[np.float64]


@dataclass(frozen=True)
class Renewals:
    """How the renewals of each subscription went.

    Attributes
    ----------
    end : ndarray of datetime64[D]
        Renewal day on which it was not renewed; NaT while active.
    instructor : ndarray of shape (n_subscriptions, n_months)
        Row of the instructor in charge in each calendar month; -1 where there is none.
    """

    end: Days
    instructor: NDArray[np.int32]


def draw_starts(
    people: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> Starts:
    """Draw who subscribes, when, on which plan, and with what probability of leaving.

    Parameters
    ----------
    people : DataFrame
        `joined_day`, days after the first day.
    settings : CompanySettings
        Shares, waiting time and churn parameters count.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    Starts
        Those who start by the last day.
    """
    n = len(people)
    wants = rng.random(n) < settings.subscriber_share
    waits = rng.random(n) >= settings.start_at_once
    wait = np.ceil(rng.exponential(settings.start_wait, size=n)).astype(np.int64)
    day = people["joined_day"].to_numpy(dtype=np.int64) + np.where(waits, wait, 0)
    edges = [settings.basic_share, 1 - settings.premium_share]
    plan = np.searchsorted(edges, rng.random(n), side="right")
    beta = settings.churn_beta * np.array([settings.basic_beta, 1.0, settings.premium_beta])
    churn = rng.beta(settings.churn_alpha, beta[plan])
    person = np.flatnonzero(wants & (day < settings.n_days))
    start = np.datetime64(settings.first_day, "D") + day[person]
    return Starts(person, start, plan[person], churn[person])


def run_renewals(
    starts: Starts,
    dissatisfied_on: Days,
    branch: NDArray[np.intp],
    staff: Staff,
    settings: CompanySettings,
    rng: np.random.Generator,
) -> Renewals:
    """Draw each month's renewals, and give pupils of a leaving instructor another one.

    A renewal falls on the monthly anniversary of the start. The probability to end there is
    1 - (1 - churn_chance) ** exp(effects), where an effect adds if its event, the leaving of the
    instructor in charge or the first bad experience, happened before this day and not before the
    anniversary three months earlier. Pupils of an instructor who leaves at the end of a month have
    another one of the branch from the next day.

    Parameters
    ----------
    starts : Starts
        Subscriptions.
    dissatisfied_on : ndarray of datetime64[D]
        First bad experience of each subscriber, NaT if none.
    branch : ndarray of int
        Branch of each subscriber.
    staff : Staff
        Who teaches where.
    settings : CompanySettings
        The two effects count.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    Renewals
        Ends, and who taught when.
    """
    months = calendar_months(settings)
    begins = (starts.start.astype("datetime64[M]") - months[0]).astype(np.int64)
    end = np.full(len(begins), np.datetime64("NaT", "D"))
    instructor = np.full((len(begins), len(months)), -1, dtype=np.int32)
    post = staff.draw_post(branch, rng)
    lost_in = np.full(len(begins), _NEVER)  # month at whose end the last instructor left
    for month in range(len(months)):
        there = (begins <= month) & np.isnat(end)
        instructor[there, month] = staff.holder[post[there], month]
        up, due, unhappy = _find_renewals(
            starts.start, there, month - begins, dissatisfied_on, settings
        )
        effect = float(settings.dissatisfaction_effect) * unhappy
        effect += settings.instructor_effect * (lost_in[up] >= month - _WINDOW)
        leaving = 1 - (1 - starts.churn_chance[up]) ** np.exp(effect)
        # Drawn for all, so that the same seed with other effects gives the counterfactual.
        gone = rng.random(len(begins))[up] < leaving
        end[up[gone]] = due[gone]
        lost = there & np.isnat(end) & staff.leaves[post, month]
        lost_in[lost] = month
        post = np.where(lost, staff.draw_post(branch, rng), post)
    return Renewals(end, instructor)


def _find_renewals(
    start: Days,
    there: NDArray[np.bool_],
    age: NDArray[np.int64],
    dissatisfied_on: Days,
    settings: CompanySettings,
) -> tuple[NDArray[np.intp], Days, NDArray[np.bool_]]:
    """Find subscriptions up for renewal, the day, and whether a bad experience is recent."""
    up = np.flatnonzero(there & (age > 0))
    due = anniversary(start[up], age[up])
    seen = due <= np.datetime64(settings.last_day, "D")
    up, due = up[seen], due[seen]
    bad = dissatisfied_on[up]
    return up, due, (bad < due) & (bad >= anniversary(start[up], age[up] - _WINDOW))


def build_subscriptions(
    people: pd.DataFrame,
    starts: Starts,
    renewals: Renewals,
    km: NDArray[np.float64],
    staff: Staff,
    settings: CompanySettings,
) -> pd.DataFrame:
    """Build the table of subscriptions with fee and cost.

    Parameters
    ----------
    people : DataFrame
        `customer_id`.
    starts, renewals : Starts, Renewals
        Subscriptions and how they went.
    km : ndarray of float
        Distance of each subscriber to the nearest branch.
    staff : Staff
        Instructors.
    settings : CompanySettings
        Fees and costs count.

    Returns
    -------
    DataFrame
        `customer_id`, `start`, `end` (NaT while active), `plan`, `monthly_fee`, `monthly_cost`
        (whole won; instructor by plan plus travel by distance), `instructor_id` (the first one);
        sorted by `start` and `customer_id`.
    """
    fee = np.array([settings.basic_fee, settings.standard_fee, settings.premium_fee])
    cost = np.array([settings.basic_cost, settings.standard_cost, settings.premium_cost])
    months = calendar_months(settings)
    begins = (starts.start.astype("datetime64[M]") - months[0]).astype(np.int64)
    first = renewals.instructor[np.arange(len(begins)), begins]
    spent = cost[starts.plan] + settings.travel_cost * km
    table = pd.DataFrame(
        {
            "customer_id": people["customer_id"].take(starts.person).array,
            "start": starts.start,
            "end": renewals.end,
            "plan": pd.array(PLANS, dtype="str").take(starts.plan),
            "monthly_fee": np.rint(fee[starts.plan]).astype(np.int64),
            "monthly_cost": np.rint(spent).astype(np.int64),
            "instructor_id": staff.table["instructor_id"].take(first).array,
        }
    )
    return table.sort_values(["start", "customer_id"], ignore_index=True)


def draw_visits(
    people: pd.DataFrame,
    starts: Starts,
    renewals: Renewals,
    staff: Staff,
    settings: CompanySettings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the weekly visits planned and held in each month of each subscription.

    The first visit is on the day of the start, the next ones every seven days until the day before
    the end.

    Parameters
    ----------
    people, starts, renewals, staff, settings
        As for `subscriptions`.
    rng : numpy.random.Generator
        Source of the visits held.

    Returns
    -------
    DataFrame
        `customer_id`, `instructor_id` (in charge in this month), `month` (its first day),
        `planned`, `held` (visits; at least one planned, at most as many held); sorted by `month`
        and `customer_id`.
    """
    months = calendar_months(settings)
    stop = np.datetime64(settings.last_day, "D") + _DAY
    until = np.where(np.isnat(renewals.end), stop, renewals.end)
    row, month = np.nonzero(renewals.instructor >= 0)
    order = np.argsort(month, kind="stable")
    row, month = row[order], month[order]
    start, opens = starts.start[row], months[month].astype("datetime64[D]")
    closes = np.minimum(last_day_of(months[month]) + _DAY, until[row])
    planned = _started_weeks(start, closes) - _started_weeks(start, np.maximum(start, opens))
    some = planned > 0
    row, month, planned = row[some], month[some], planned[some]
    instructor = renewals.instructor[row, month]
    left = staff.table["left"].to_numpy().astype("datetime64[M]")
    is_last = left[instructor] == months[month]
    held = np.where(is_last, settings.last_visits_held, settings.visits_held)
    return pd.DataFrame(
        {
            "customer_id": people["customer_id"].take(starts.person[row]).array,
            "instructor_id": staff.table["instructor_id"].take(instructor).array,
            "month": months[month].astype("datetime64[D]"),
            "planned": planned,
            "held": rng.binomial(planned, held),
        }
    )


def _started_weeks(start: Days, day: Days) -> NDArray[np.int64]:
    """Visits from `start` until the day before `day`: the started weeks."""
    return -((start - day) // _DAY // 7)
