"""The learners: who they are, where they live, and how the company came to know them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._korean import SURNAME_SPELLINGS, on_distinct, romanise
from crmlab.datasets import load_regions
from crmlab.simulate._people.names import ROADS, given_names, surnames
from crmlab.company import CompanySettings

__all__ = ["draw_addresses", "draw_distinct_numbers", "draw_people", "draw_phone_numbers"]

# Nobody joins in the last part of the window, so that everybody can be seen to behave.
_JOINING_SHARE = 0.85
_CHANNELS = {"search": 0.30, "referral": 0.25, "flyer": 0.20, "branch": 0.15, "tv": 0.10}
_DOMAINS = {
    "naver.com": 0.58,
    "gmail.com": 0.22,
    "hanmail.net": 0.09,
    "kakao.com": 0.06,
    "nate.com": 0.05,
}
# Most live within this many km of the middle of their district.
_RADIUS_KM = {"구": 2.0, "시": 4.0, "군": 6.0}
_KM_PER_DEGREE = 111.2
_SHARED_SYLLABLE = 0.5  # siblings' given names often have a syllable in common
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
_FOUR_DIGITS = pd.array([f"{number:04d}" for number in range(10_000)], dtype="str")


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
    learners["surname"] = _draw_by_share(*surnames(), household.max() + 1, rng)[household]
    learners["sex"] = np.where(rng.random(n) < 0.5, "F", "M")
    learners["given"] = _draw_given_names(learners, rng)
    learners["birth_date"], age = _draw_birth_dates(learners, settings, rng)
    learners = learners.assign(**_draw_contacts(learners, age, settings, rng))
    homes = draw_addresses(household.max() + 1, settings, rng)
    learners = learners.join(homes, on="household")
    learners["joined_day"] = _draw_joining_days(n, settings, rng)
    learners["channel"] = _draw_by_share(*_split_shares(_CHANNELS), n, rng)
    learners["satisfaction"] = rng.standard_normal(n)
    for column in ("joined_day", "channel"):  # twins join together
        learners[column] = _copy_first_twin(learners, column)
    return _number_by_joining(learners, rng)


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
    chance = (regions["province_population"] * within).to_numpy()
    row = _draw_by_share(np.arange(len(regions)), chance / chance.sum(), n, rng)
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


def draw_phone_numbers(n: int, rng: np.random.Generator) -> pd.Series:
    """Draw `n` mobile numbers "010-1234-5678", all different."""
    numbers = draw_distinct_numbers(n, 20_000_000, 100_000_000, rng)
    middle = pd.Series(_FOUR_DIGITS.take(numbers // 10_000))
    return "010-" + middle + "-" + pd.Series(_FOUR_DIGITS.take(numbers % 10_000))


def draw_distinct_numbers(n: int, low: int, high: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw `n` different whole numbers from `low` to below `high`, in random order."""
    numbers = np.empty(0, dtype=np.int64)
    while len(numbers) < n:
        more = rng.integers(low, high, n + n // 5 + 10)
        numbers = np.unique(np.concatenate([numbers, more]))
    return rng.permutation(numbers)[:n]


# --- Households ---------------------------------------------------------------------------------


def _draw_households(
    n: int, settings: CompanySettings, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Household of every learner, and their position in it."""
    second = rng.random(n) < settings.second_learner
    third = second & (rng.random(n) < settings.third_learner)
    size = 1 + second.astype(np.int64) + third
    household = np.repeat(np.arange(n), size)[:n]
    return household, np.arange(n) - (np.cumsum(size) - size)[household]


def _draw_adults(
    household: NDArray[np.int64], settings: CompanySettings, rng: np.random.Generator
) -> NDArray[np.bool_]:
    alone = (np.bincount(household) == 1)[household]
    chance = min(1.0, settings.adults / max(alone.mean(), 1e-9))
    return alone & (rng.random(len(household)) < chance)


def _draw_twins(
    learners: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> NDArray[np.bool_]:
    household = learners["household"].to_numpy()
    pair = rng.random(household.max() + 1) < settings.twins
    pair &= np.bincount(household) > 1
    return pair[household] & (learners["position"].to_numpy() < 2)


def _copy_first_twin(learners: pd.DataFrame, column: str) -> NDArray:
    """The column, with every second twin's value replaced by the first one's."""
    values = learners[column].to_numpy().copy()
    second = np.flatnonzero(learners["is_twin"] & (learners["position"] == 1))
    values[second] = values[second - 1]
    return values


# --- Names, ages, contacts ----------------------------------------------------------------------


def _split_shares(shares: dict[str, float]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    return np.array(list(shares)), np.array(list(shares.values()))


def _draw_by_share(values: NDArray, shares: NDArray, n: int, rng: np.random.Generator) -> NDArray:
    """Draw `n` of the values by their shares."""
    at = np.searchsorted(np.cumsum(shares), rng.random(n) * shares.sum(), side="right")
    return values[np.minimum(at, len(values) - 1)]


def _draw_given_names(learners: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.str_]:
    """Given names; siblings differ, and often share a syllable."""
    given = np.empty(len(learners), dtype="<U3")
    sex, adult = learners["sex"].to_numpy(), learners["is_adult"].to_numpy()
    for one in ("F", "M"):
        for generation, mask in (("child", ~adult), ("adult", adult)):
            who = mask & (sex == one)
            given[who] = _draw_by_share(*given_names(one, generation), who.sum(), rng)
    for position in (1, 2):
        later = np.flatnonzero(learners["position"] == position)
        given[later] = _draw_sibling_names(given[later - position], given[later], sex[later], rng)
        while len(same := later[_named_as_elder(given, later, position)]):
            for one in ("F", "M"):
                who = same[sex[same] == one]
                given[who] = _draw_by_share(*given_names(one, "child"), len(who), rng)
    return given


def _named_as_elder(
    given: NDArray[np.str_], later: NDArray[np.int64], position: int
) -> NDArray[np.bool_]:
    """Whether these children bear the name of a child before them in the household."""
    elder = [given[later] == given[later - back] for back in range(1, position + 1)]
    return np.logical_or.reduce(elder)


def _draw_sibling_names(
    first: NDArray[np.str_],
    given: NDArray[np.str_],
    sex: NDArray,
    rng: np.random.Generator,
) -> NDArray[np.str_]:
    """Names with a syllable of the first child's name in the same place, where chance has it so."""
    given = given.copy()
    at = rng.integers(0, 2, len(given))
    syllable = np.where(at == 0, first.astype("<U1"), _second_syllable(first))
    share = rng.random(len(given)) < _SHARED_SYLLABLE
    for one in ("F", "M"):
        names, chances = given_names(one, "child")
        parts = (names.astype("<U1"), _second_syllable(names))
        for place in (0, 1):
            who = share & (sex == one) & (at == place) & (syllable != "")
            for common in np.unique(syllable[who]):
                fits = parts[place] == common
                if fits.any():
                    these = np.flatnonzero(who & (syllable == common))
                    given[these] = _draw_by_share(names[fits], chances[fits], len(these), rng)
    return given


def _second_syllable(names: NDArray[np.str_]) -> NDArray[np.str_]:
    return pd.Series(names, dtype="str").str[1:2].to_numpy(dtype="<U1")


def _draw_birth_dates(
    learners: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Birth dates, and ages in years on the first day; siblings are one to four years apart."""
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


def _draw_contacts(
    learners: pd.DataFrame,
    age: NDArray[np.float64],
    settings: CompanySettings,
    rng: np.random.Generator,
) -> dict[str, pd.Series]:
    """Phones and e-mails: a parent's for a young child, a twin, and many an older child."""
    n, household = len(learners), learners["household"].to_numpy()
    own = (age >= 10) & ~learners["is_twin"].to_numpy() & (rng.random(n) < settings.own_phone)
    own |= learners["is_adult"].to_numpy()
    families = household.max() + 1
    phones = draw_phone_numbers(families + n, rng)
    parents = pd.DataFrame(
        {
            "surname": _draw_parent_surnames(learners, families, rng),
            "given": _draw_parent_given_names(families, rng),
        }
    )
    emails = _draw_emails(pd.concat([parents, learners[["surname", "given"]]], ignore_index=True), rng)
    held: dict[str, pd.Series] = {}
    for name, values in (("phone", phones), ("email", emails)):
        family = values.take(household).reset_index(drop=True)
        alone = values.iloc[families:].reset_index(drop=True)
        held[name] = alone.where(own, family)
        held[f"family_{name}"] = alone.where(learners["is_adult"], family)
    return held


def _draw_parent_surnames(learners: pd.DataFrame, families: int, rng: np.random.Generator) -> NDArray:
    """A father has the child's surname, a mother keeps her own."""
    fathers = learners.drop_duplicates("household")["surname"].to_numpy(dtype="<U2")
    return np.where(rng.random(families) < 0.3, fathers, _draw_by_share(*surnames(), families, rng))


def _draw_parent_given_names(n: int, rng: np.random.Generator) -> NDArray:
    mothers = _draw_by_share(*given_names("F", "adult"), n, rng)
    fathers = _draw_by_share(*given_names("M", "adult"), n, rng)
    return np.where(rng.random(n) < 0.7, mothers, fathers)


def _draw_emails(names: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Addresses made from names and a number, all different."""
    n = len(names)
    surname = on_distinct(names["surname"], lambda name: SURNAME_SPELLINGS.get(name, (name,))[0])
    surname, given = romanise(surname), romanise(names["given"])
    number = pd.Series(np.arange(10_000).astype(str)).astype("str")
    tail = number.take(np.floor(10 ** rng.uniform(0, 4, n)).astype(np.int64)).reset_index(drop=True)
    style = rng.choice(4, n, p=[0.4, 0.3, 0.15, 0.15])
    local = given + tail
    for which, text in enumerate(
        (surname + given, given + "." + surname, given + "_" + surname), 1
    ):
        local = local.where(style != which, text + tail)
    domain = pd.Series(_draw_by_share(*_split_shares(_DOMAINS), n, rng), dtype="str")
    email = local + "@" + domain
    while (again := email.duplicated()).any():
        local = local.where(~again, local + number.take(rng.integers(0, 100, n)).to_numpy())
        email = local + "@" + domain
    return email


# --- Homes and joining --------------------------------------------------------------------------


def _draw_streets(n: int, rng: np.random.Generator) -> pd.Series:
    """Street and number: "중앙로 34" or, in a side street, "중앙로12길 34"."""
    numbers = pd.Series(np.arange(200).astype(str)).astype("str")
    road = pd.Series(ROADS[rng.integers(0, len(ROADS), n)], dtype="str")
    side = numbers.take(rng.integers(1, 80, n)).reset_index(drop=True) + "길"
    house = numbers.take(rng.integers(1, 200, n)).reset_index(drop=True)
    return road + side.where(rng.random(n) < 0.6, "") + " " + house


def _draw_doors(n: int, rng: np.random.Generator) -> pd.Series:
    """Block and door: ", 101동 1203호" among flats, ", 302호" in a small house, or nothing."""
    numbers = pd.Series(np.arange(2_600).astype(str)).astype("str")
    block = numbers.take(100 + rng.integers(1, 30, n)).reset_index(drop=True)
    high = numbers.take(100 * rng.integers(1, 26, n) + rng.integers(1, 7, n)).reset_index(drop=True)
    low = numbers.take(100 * rng.integers(1, 5, n) + rng.integers(1, 5, n)).reset_index(drop=True)
    kind = rng.random(n)
    door = ", " + block + "동 " + high + "호"
    return door.where(kind < 0.65, (", " + low + "호").where(kind < 0.88, ""))


def _draw_joining_days(n: int, settings: CompanySettings, rng: np.random.Generator) -> NDArray[np.int64]:
    days = np.arange(max(1, int(_JOINING_SHARE * settings.n_days)))
    month = (settings.first_day + pd.to_timedelta(days, unit="D")).month
    weight = np.exp(settings.joining_growth * days / 365.25)
    return _draw_by_share(days, weight * np.where(month == 3, settings.march_peak, 1.0), n, rng)


def _number_by_joining(learners: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Sort by the day of joining, ties by chance; number learners and households afresh."""
    days = learners["joined_day"].to_numpy()
    order = np.lexsort([rng.random(len(learners)), days])
    learners = learners.take(order).reset_index(drop=True)
    numbers = pd.Series(np.arange(1, len(learners) + 1).astype(str)).astype("str")
    learners.insert(0, "customer_id", "C" + numbers.str.zfill(7))
    learners["household"] = pd.factorize(learners["household"])[0]
    for column in ("surname", "given", "sex", "channel"):
        learners[column] = learners[column].astype("str")
    return learners.drop(columns=["position", "is_adult"])[list(_COLUMNS)]
