"""Learners in households: who they are, how old, and when they join."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings
from crmlab.simulate._people.contacts import draw_contacts
from crmlab.simulate._people.draws import draw_by_share, split_shares
from crmlab.simulate._people.homes import draw_addresses
from crmlab.simulate._people.names import surnames
from crmlab.simulate._people.siblings import draw_given_names

__all__ = ["draw_people"]

# Nobody joins in the last part of the window, so that everybody can be seen to behave.
_JOINING_SHARE = 0.85
_CHANNELS = {"search": 0.30, "referral": 0.25, "flyer": 0.20, "branch": 0.15, "tv": 0.10}
_COLUMNS = (
    "customer_id",
    "household",
    "surname",
    "given",
    "sex",
    "birth_date",
    "phone",
    "email",
    "road_address",
    "region",
    "district",
    "longitude",
    "latitude",
    "joined_day",
    "channel",
    "is_twin",
    "satisfaction",
    "family_phone",
    "family_email",
)


def draw_people(n: int, settings: CompanySettings, rng: np.random.Generator) -> pd.DataFrame:
    """Draw `n` learners in households; ids ascend with the day of joining.

    Parameters
    ----------
    n : int
        Learners.
    settings : CompanySettings
        Section "People and households".
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    DataFrame
        One row per learner: ``customer_id``, ``household``, ``surname``, ``given``, ``sex``,
        ``birth_date``, ``phone``, ``email``, ``road_address``, ``region``, ``district``,
        ``longitude``, ``latitude``, ``joined_day`` (days after the first), ``channel``,
        ``is_twin``, ``satisfaction`` (standard normal, never observed), and the household's
        ``family_phone`` and ``family_email``, a parent's.

    Examples
    --------
    >>> from crmlab.simulate._random import stream
    >>> learners = draw_people(1_000, CompanySettings(), stream(1, "people"))
    >>> learners["customer_id"].iloc[[0, -1]].tolist()
    ['C0000001', 'C0001000']
    """
    household, position = _draw_households(n, settings, rng)
    learners = pd.DataFrame({"household": household, "position": position})
    learners["is_adult"] = _draw_adults(household, settings, rng)
    learners["is_twin"] = _draw_twins(learners, settings, rng)
    learners["surname"] = draw_by_share(*surnames(), household.max() + 1, rng)[household]
    learners["sex"] = np.where(rng.random(n) < 0.5, "F", "M")
    learners["given"] = draw_given_names(learners, rng)
    learners["birth_date"], age = _draw_birth_dates(learners, settings, rng)
    learners = learners.assign(**draw_contacts(learners, age, settings, rng))
    homes = draw_addresses(household.max() + 1, settings, rng)
    learners = learners.join(homes, on="household")
    learners["joined_day"] = _draw_joining_days(n, settings, rng)
    learners["channel"] = draw_by_share(*split_shares(_CHANNELS), n, rng)
    learners["satisfaction"] = rng.standard_normal(n)
    for column in ("joined_day", "channel"):  # twins join together
        learners[column] = _copy_first_twin(learners, column)
    return _number_by_joining(learners, rng)


# --- Households ---------------------------------------------------------------------------------


def _draw_households(
    n: int, settings: CompanySettings, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the household of every learner, and the position in it."""
    second = rng.random(n) < settings.second_learner
    third = second & (rng.random(n) < settings.third_learner)
    size = 1 + second.astype(np.int64) + third
    household = np.repeat(np.arange(n), size)[:n]
    return household, np.arange(n) - (np.cumsum(size) - size)[household]


def _draw_adults(
    household: NDArray[np.int64], settings: CompanySettings, rng: np.random.Generator
) -> NDArray[np.bool_]:
    alone = (np.bincount(household) == 1)[household]
    probability = min(1.0, settings.adults / max(alone.mean(), 1e-9))
    return alone & (rng.random(len(household)) < probability)


def _draw_twins(
    learners: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> NDArray[np.bool_]:
    household = learners["household"].to_numpy()
    pair = rng.random(household.max() + 1) < settings.twins
    pair &= np.bincount(household) > 1
    return pair[household] & (learners["position"].to_numpy() < 2)


def _copy_first_twin(learners: pd.DataFrame, column: str) -> NDArray:
    """Copy the values of a column from every first twin to the second."""
    values = learners[column].to_numpy().copy()
    second = np.flatnonzero(learners["is_twin"] & (learners["position"] == 1))
    values[second] = values[second - 1]
    return values


# --- Ages and joining ---------------------------------------------------------------------------


def _draw_birth_dates(
    learners: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Draw birth dates, and ages in years on the first day; siblings differ by one to four."""
    n = len(learners)
    first_child = 4 + 11.9 * rng.beta(2.0, 2.3, n)
    household, position = learners["household"].to_numpy(), learners["position"].to_numpy()
    eldest = first_child[np.searchsorted(household, household)]
    age = eldest + _age_gaps(position, eldest, rng.uniform(1.2, 3.8, n))
    grown = 19 + 46 * rng.beta(1.2, 2.5, n)
    age = np.where(learners["is_adult"], grown, age)
    learners = learners.assign(days=np.round(age * 365.25).astype(np.int64))
    days = _copy_first_twin(learners, "days")
    birth = np.datetime64(settings.first_day, "D") - days
    return birth.astype("datetime64[s]"), days / 365.25


def _age_gaps(
    position: NDArray[np.int64], eldest: NDArray[np.float64], gap: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Years to add to the first child's age: later ones are younger where they are four or more."""
    apart = np.where(eldest - gap >= 4, -gap, gap) * (position == 1)
    third = np.flatnonzero(position == 2)
    far = gap[third] + 3.8  # beyond the second child
    older = np.where(apart[third - 1] < 0, gap[third], far)
    apart[third] = np.where(eldest[third] - far >= 4, -far, older)
    return apart


def _draw_joining_days(
    n: int, settings: CompanySettings, rng: np.random.Generator
) -> NDArray[np.int64]:
    days = np.arange(max(1, int(_JOINING_SHARE * settings.n_days)))
    month = (settings.first_day + pd.to_timedelta(days, unit="D")).month
    weight = np.exp(settings.joining_growth * days / 365.25)
    return draw_by_share(days, weight * np.where(month == 3, settings.march_peak, 1.0), n, rng)


def _number_by_joining(learners: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Sort by the day of joining, ties at random; number learners and households anew."""
    days = learners["joined_day"].to_numpy()
    order = np.lexsort([rng.random(len(learners)), days])
    learners = learners.take(order).reset_index(drop=True)
    numbers = pd.Series(np.arange(1, len(learners) + 1).astype(str)).astype("str")
    learners.insert(0, "customer_id", "C" + numbers.str.zfill(7))
    learners["household"] = pd.factorize(learners["household"])[0]
    for column in ("surname", "given", "sex", "channel"):
        learners[column] = learners[column].astype("str")
    return learners.drop(columns=["position", "is_adult"])[list(_COLUMNS)]
