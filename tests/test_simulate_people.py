"""The learners: shares as the settings say, households, twins, names and homes."""

import numpy as np
import pandas as pd
import pytest

from crmlab.company import CompanySettings
from crmlab.datasets import load_regions
from crmlab.simulate._people import draw_addresses, draw_distinct_numbers, draw_people
from crmlab.simulate._people.contacts import draw_phone_numbers
from crmlab.simulate._people.names import given_names, surnames
from crmlab.simulate._random import stream

N = 20_000
COLUMNS = {
    "customer_id": "str",
    "household": "int64",
    "surname": "str",
    "given": "str",
    "sex": "str",
    "birth_date": "datetime64[s]",
    "phone": "str",
    "email": "str",
    "road_address": "str",
    "region": "str",
    "district": "str",
    "longitude": "float64",
    "latitude": "float64",
    "joined_day": "int64",
    "channel": "str",
    "is_twin": "bool",
    "satisfaction": "float64",
    "family_phone": "str",
    "family_email": "str",
}


def drawn(n: int = N, seed: int = 1, **changes: float) -> pd.DataFrame:
    return draw_people(n, CompanySettings(**changes), stream(seed, "people"))


@pytest.fixture(scope="module")
def learners():
    return drawn()


def years(learners: pd.DataFrame) -> pd.Series:
    return (pd.Timestamp("2024-01-01") - learners["birth_date"]).dt.days / 365.25


def assert_share(hits: pd.Series, share: float) -> None:
    """Within four standard errors of a binomial: a right share fails once in 16,000 times."""
    assert abs(hits.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(hits))


@pytest.mark.slow
def test_frame_has_the_columns_and_types_everybody_builds_on(learners):
    assert learners.dtypes.astype(str).to_dict() == COLUMNS
    assert learners.index.equals(pd.RangeIndex(N))
    assert not learners.isna().any(axis=None)


@pytest.mark.slow
def test_same_seed_gives_the_same_people_and_another_seed_others(learners):
    pd.testing.assert_frame_equal(drawn(), learners)
    assert not drawn(seed=2).equals(learners)


@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_any_number_of_people_can_be_drawn(n):
    assert len(drawn(n)) == n


@pytest.mark.slow
def test_ids_ascend_with_the_day_of_joining(learners):
    assert learners["customer_id"].is_monotonic_increasing
    assert learners["customer_id"].str.fullmatch(r"C\d{7}").all()
    assert learners["joined_day"].is_monotonic_increasing
    assert learners["joined_day"].between(0, 0.85 * 728).all()


def test_household_sizes_follow_the_chances(learners):
    size = learners["household"].value_counts()
    assert_share(size >= 2, 0.28)
    assert_share(size[size >= 2] == 3, 0.15)
    assert size.max() == 3


def test_members_of_a_household_share_surname_and_home_and_differ_in_name(learners):
    shared = ["surname", "road_address", "district", "longitude", "family_phone", "family_email"]
    assert (
        len(learners[["household", *shared]].drop_duplicates()) == learners["household"].nunique()
    )
    assert not learners.duplicated(["household", "given"]).any()


def test_siblings_often_share_a_syllable(learners):
    siblings = learners.merge(learners, on="household")
    siblings = siblings[siblings["customer_id_x"] < siblings["customer_id_y"]]
    share = np.mean(
        [set(a) & set(b) != set() for a, b in siblings[["given_x", "given_y"]].to_numpy()]
    )
    strangers = np.mean(
        [
            set(a) & set(b) != set()
            for a, b in zip(learners["given"], learners["given"][1:], strict=False)
        ]
    )
    # Half of the later children are meant to; some find no other name with that syllable.
    assert share > strangers + 0.2


def test_twins_differ_in_the_given_name_only(learners):
    twins = learners[learners["is_twin"]]
    of_two = learners["household"].isin(learners["household"][learners.duplicated("household")])
    assert_share(
        twins.groupby("household").size().reindex(learners["household"][of_two].unique()).notna(),
        0.04,
    )
    same = [
        "household",
        "surname",
        "birth_date",
        "phone",
        "email",
        "road_address",
        "joined_day",
        "channel",
    ]
    pairs = twins[same].value_counts()
    assert (pairs == 2).all()
    assert not twins.duplicated(["household", "given"]).any()


def test_nobody_else_in_a_household_shares_a_birth_date(learners):
    others = learners[~learners["is_twin"]]
    assert not others.duplicated(["household", "birth_date"]).any()


def test_most_are_children_and_adults_are_alone(learners):
    age = years(learners)
    adult = age >= 18
    assert_share(adult, 0.06)
    assert age[~adult].between(3.99, 16).all()
    assert age[adult].between(19, 65.01).all()
    assert not learners["household"][adult].isin(learners["household"][~adult]).any()


def test_young_children_have_a_parents_phone_and_older_ones_often_their_own(learners):
    age, own = years(learners), learners["phone"] != learners["family_phone"]
    assert (own == (learners["email"] != learners["family_email"])).all()
    assert not own[age < 9.99].any()
    assert not own[learners["is_twin"]].any()
    assert_share(own[(age >= 10.01) & (age < 18) & ~learners["is_twin"]], 0.45)


def test_phones_and_emails_belong_to_one_household(learners):
    for name in ("phone", "email"):
        assert learners.groupby(name)["household"].nunique().max() == 1
    assert learners["phone"].str.fullmatch(r"010-[2-9]\d{3}-\d{4}").all()
    assert learners["email"].str.fullmatch(r"[a-z._]+\d+@[a-z]+\.(com|net)").all()


def test_homes_follow_the_population_of_the_provinces(learners):
    homes = learners.drop_duplicates("household")
    population = load_regions().drop_duplicates("province").set_index("province")
    share = population["province_population"] / population["province_population"].sum()
    for province in share.index:
        assert_share(homes["region"] == province, share[province])


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_counties_are_drawn_by_their_weight(weight):
    homes = draw_addresses(N, CompanySettings(county_weight=weight), stream(3, "homes"))
    here = load_regions().query("province == '전라남도'")
    n_counties = here["district"].str.endswith("군").sum()
    share = weight * n_counties / (weight * n_counties + len(here) - n_counties)
    homes = homes[homes["region"] == "전라남도"]
    counties = homes["district"].str.endswith("군")
    if weight:
        assert_share(counties, share)
    else:
        assert not counties.any()


def test_homes_lie_near_the_middle_of_their_district(learners):
    place = learners.merge(
        load_regions(), left_on=["region", "district"], right_on=["province", "district"]
    )
    assert len(place) == N
    north = 111.2 * (place["latitude_x"] - place["latitude_y"])
    east = (
        111.2
        * np.cos(np.radians(place["latitude_y"]))
        * (place["longitude_x"] - place["longitude_y"])
    )
    # The radius is 2, 4 or 6 km; 20 m for rounding and the earth's curve.
    radius = place["district"].str[-1].map({"구": 2.0, "시": 4.0, "군": 6.0})
    assert (np.hypot(north, east) <= radius + 0.02).all()
    assert (north.abs() / radius).max() > 0.98
    assert (east.abs() / radius).max() > 0.98


def test_addresses_begin_with_province_and_district(learners):
    pattern = r"[가-힣]+로(\d+길)? \d+(, (\d{3}동 )?\d+호)?"
    start = np.where(
        learners["region"] == learners["district"],
        learners["region"],
        learners["region"] + " " + learners["district"],
    )
    rest = [
        address.removeprefix(head)
        for address, head in zip(learners["road_address"], start, strict=True)
    ]
    assert pd.Series(rest).str.fullmatch(" " + pattern).all()


@pytest.mark.slow
def test_march_and_growth_shape_joining():
    grown = drawn(march_peak=1.0, joining_growth=0.0)
    assert_share(grown["joined_day"] < 309, 309 / 618)
    # 31 of 366 days in March 2024 count twice, 31 of 252 in 2025.
    peaked = drawn(march_peak=2.0, joining_growth=0.0)
    month = (pd.Timestamp("2024-01-01") + pd.to_timedelta(peaked["joined_day"], unit="D")).dt.month
    assert_share(month == 3, 2 * 62 / (618 + 62))
    growing = drawn(march_peak=1.0, joining_growth=1.0)
    year = 618 / 365.25
    assert_share(growing["joined_day"] < 309, (np.exp(year / 2) - 1) / (np.exp(year) - 1))


def test_names_are_many_and_as_frequent_as_in_the_census(learners):
    families = learners.drop_duplicates("household")
    words, shares = surnames()
    for name in ("김", "이", "박", "최"):
        assert_share(families["surname"] == name, shares[words == name].item())
    full = learners["surname"] + learners["given"]
    assert full.nunique() > N / 2
    assert full.value_counts().max() < N / 200


@pytest.mark.parametrize("sex", ["F", "M"])
@pytest.mark.parametrize("generation", ["child", "adult"])
def test_name_lists_hold_distinct_names_and_shares_that_add_up(sex, generation):
    names, shares = given_names(sex, generation)
    assert len(set(names)) == len(names) >= 120
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()


def test_surnames_are_distinct():
    names, shares = surnames()
    assert len(set(names)) == len(names) >= 60
    assert shares.sum() == pytest.approx(1)


def test_satisfaction_is_standard_normal(learners):
    assert abs(learners["satisfaction"].mean()) < 4 / np.sqrt(N)
    assert learners["satisfaction"].std() == pytest.approx(1, abs=0.03)


def test_distinct_numbers_stay_inside_and_differ():
    numbers = draw_distinct_numbers(90, 10, 100, stream(1, "numbers"))
    assert sorted(numbers.tolist()) == list(range(10, 100))
    assert numbers.tolist() != sorted(numbers.tolist())
    assert draw_phone_numbers(5, stream(1, "phones")).is_unique
