"""Provinces and districts of Korea: a small table that ships with crmlab."""

import pandas as pd

from crmlab._paths import data_dir

__all__ = ["load_regions"]


def load_regions() -> pd.DataFrame:
    """Load the provinces and districts of South Korea as of the end of 2023.

    Returns
    -------
    DataFrame
        One row per district (시·군·구), 250 in all, sorted by code. ``code`` (str, five digits),
        ``province``, ``district`` (official names in Hangul), ``longitude``, ``latitude``
        (degrees, WGS 84, a point inside the district) and ``province_population`` (registered
        residents of the whole province, so it repeats over its districts).

    See Also
    --------
    describe : ``describe("regions")`` tells the traps.

    Examples
    --------
    >>> regions = load_regions()
    >>> regions.loc[0, ["code", "province", "district"]].tolist()
    ['11110', '서울특별시', '종로구']
    >>> int(regions.drop_duplicates("province")["province_population"].sum())
    51325329
    """
    return pd.read_csv(
        data_dir() / "regions.csv",
        dtype={"code": str, "province": str, "district": str},
        encoding="utf-8",
    )
