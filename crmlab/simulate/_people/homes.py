"""Homes: provinces, districts, streets and doors, with a point on the map."""

import numpy as np
import pandas as pd

from crmlab.company import CompanySettings
from crmlab.datasets import load_regions
from crmlab.simulate._people.draws import draw_by_share
from crmlab.simulate._people.names import ROADS

__all__ = ["draw_addresses"]

# Most live within this many km of the middle of their district.
_RADIUS_KM = {"구": 2.0, "시": 4.0, "군": 6.0}
_KM_PER_DEGREE = 111.2


def draw_addresses(n: int, settings: CompanySettings, rng: np.random.Generator) -> pd.DataFrame:
    """Draw `n` homes: provinces by population, districts within, a street, a door, a point.

    Returns
    -------
    DataFrame
        ``road_address``, ``region``, ``district``, ``longitude``, ``latitude``.
    """
    regions = load_regions()
    kind = regions["district"].str[-1]
    weight = np.where(kind == "군", settings.county_weight, 1.0)
    within = weight / pd.Series(weight).groupby(regions["province"]).transform("sum")
    residents = (regions["province_population"] * within).to_numpy()
    row = draw_by_share(np.arange(len(regions)), residents / residents.sum(), n, rng)
    homes = regions.take(row).reset_index(drop=True).rename(columns={"province": "region"})
    distance = kind.map(_RADIUS_KM).to_numpy()[row] * np.sqrt(rng.random(n)) / _KM_PER_DEGREE
    angle = 2 * np.pi * rng.random(n)
    homes["latitude"] = (homes["latitude"] + distance * np.sin(angle)).round(5)
    narrowing = np.cos(np.radians(homes["latitude"]))
    homes["longitude"] = (homes["longitude"] + distance * np.cos(angle) / narrowing).round(5)
    place = homes["region"] + (" " + homes["district"]).where(
        homes["region"] != homes["district"], ""
    )
    homes["road_address"] = place + " " + _draw_streets(n, rng) + _draw_doors(n, rng)
    return homes[["road_address", "region", "district", "longitude", "latitude"]]


def _draw_streets(n: int, rng: np.random.Generator) -> pd.Series:
    """Draw street and number: "중앙로 34" or, in a side street, "중앙로12길 34"."""
    numbers = pd.Series(np.arange(200).astype(str)).astype("str")
    road = pd.Series(ROADS[rng.integers(0, len(ROADS), n)], dtype="str")
    side = numbers.take(rng.integers(1, 80, n)).reset_index(drop=True) + "길"
    house = numbers.take(rng.integers(1, 200, n)).reset_index(drop=True)
    return road + side.where(rng.random(n) < 0.6, "") + " " + house


def _draw_doors(n: int, rng: np.random.Generator) -> pd.Series:
    """Draw block and door: ", 101동 1203호" among flats, ", 302호" in a small house, or nothing."""
    numbers = pd.Series(np.arange(2_600).astype(str)).astype("str")
    block = numbers.take(100 + rng.integers(1, 30, n)).reset_index(drop=True)
    high = numbers.take(100 * rng.integers(1, 26, n) + rng.integers(1, 7, n)).reset_index(drop=True)
    low = numbers.take(100 * rng.integers(1, 5, n) + rng.integers(1, 5, n)).reset_index(drop=True)
    kind = rng.random(n)
    door = ", " + block + "동 " + high + "호"
    return door.where(kind < 0.65, (", " + low + "호").where(kind < 0.88, ""))
