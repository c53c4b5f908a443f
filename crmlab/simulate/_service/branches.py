"""Branches of the company: where most pupils can be reached."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._errors import InputError
from crmlab.company import CompanySettings
from crmlab.datasets import load_regions

__all__ = ["find_nearest_branch", "open_branches"]

_REACH = 15.0  # km a branch is meant to serve
_KM_PER_DEGREE = 111.195  # of a great circle, on a sphere of radius 6371 km


def open_branches(settings: CompanySettings, rng: np.random.Generator) -> pd.DataFrame:
    """Open one branch after the other in the city district that adds most residents within 15 km.

    The places are the same for every seed; the days of opening are drawn. A district counts with
    an equal part of its province's residents, since only those are known.

    Parameters
    ----------
    settings : CompanySettings
        `n_branches` and `start` count.
    rng : numpy.random.Generator
        Source of the days of opening.

    Returns
    -------
    DataFrame
        `branch_id`, `name`, `region` (province), `district`, `longitude`, `latitude` (degrees),
        `opened` (date, 6 to 20 years before the first day); sorted by `branch_id`.

    Raises
    ------
    InputError
        If `n_branches` exceeds the city districts.

    Examples
    --------
    >>> table = open_branches(CompanySettings(n_branches=2), np.random.default_rng(1))
    >>> table[["branch_id", "name", "region"]].values.tolist()
    [['B01', '서울 중구 지점', '서울특별시'], ['B02', '경기 군포시 지점', '경기도']]
    """
    regions = load_regions()
    places = regions.iloc[_choose_places(regions, settings.n_branches)].reset_index(drop=True)
    before = rng.integers(6 * 365, 20 * 365, size=len(places))
    return pd.DataFrame(
        {
            "branch_id": [f"B{number:02d}" for number in range(1, len(places) + 1)],
            "name": places["province"].map(_short_name) + " " + places["district"] + " 지점",
            "region": places["province"],
            "district": places["district"],
            "longitude": places["longitude"],
            "latitude": places["latitude"],
            "opened": settings.first_day.as_unit("s") - pd.to_timedelta(before, unit="D"),
        }
    ).astype({"opened": "datetime64[s]"})


def _short_name(province: str) -> str:
    """Common short name: 서울특별시 is 서울, 경상남도 is 경남."""
    return province[0] + province[2] if len(province) == 4 else province[:2]


def _choose_places(regions: pd.DataFrame, n_branches: int) -> list[int]:
    """Choose districts, in the order of their opening, as rows of `regions`."""
    city = np.flatnonzero(~regions["district"].str.endswith("군").to_numpy())
    if n_branches > len(city):
        raise InputError(f"`n_branches` must be at most {len(city)}; got {n_branches}.")
    districts = regions["province"].map(regions["province"].value_counts())
    residents = (regions["province_population"] / districts).to_numpy()
    where = regions[["longitude", "latitude"]]
    near = _distance_km(where, where.iloc[city]) <= _REACH
    chosen: list[int] = []
    for _ in range(n_branches):
        gain = residents @ near
        gain[chosen] = -1.0
        best = int(gain.argmax())
        chosen.append(best)
        residents = np.where(near[:, best], 0.0, residents)
    return city[chosen].tolist()


def find_nearest_branch(
    people: pd.DataFrame, branches: pd.DataFrame
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find the row of each person's nearest branch, and the km to it in a straight line."""
    km = _distance_km(people, branches)
    nearest = km.argmin(axis=1)
    return nearest, km[np.arange(len(km)), nearest]


def _distance_km(here: pd.DataFrame, there: pd.DataFrame) -> NDArray[np.float64]:
    """Km from each row of `here` to each row of `there`; in Korea a plane is exact enough."""
    north = here["latitude"].to_numpy()[:, None] - there["latitude"].to_numpy()
    middle = np.radians(here["latitude"].to_numpy()[:, None] + there["latitude"].to_numpy()) / 2
    east = here["longitude"].to_numpy()[:, None] - there["longitude"].to_numpy()
    return _KM_PER_DEGREE * np.hypot(north, east * np.cos(middle))
