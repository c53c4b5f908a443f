"""Phones and e-mails of learners, most of them a parent's."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._korean import SURNAME_SPELLINGS, on_distinct, romanise
from crmlab.company import CompanySettings
from crmlab.simulate._people.draws import draw_by_share, draw_distinct_numbers, split_shares
from crmlab.simulate._people.names import given_names, surnames

__all__ = ["draw_contacts", "draw_phone_numbers"]

_DOMAINS = {
    "naver.com": 0.58,
    "gmail.com": 0.22,
    "hanmail.net": 0.09,
    "kakao.com": 0.06,
    "nate.com": 0.05,
}
_FOUR_DIGITS = pd.array([f"{number:04d}" for number in range(10_000)], dtype="str")


def draw_contacts(
    learners: pd.DataFrame,
    age: NDArray[np.float64],
    settings: CompanySettings,
    rng: np.random.Generator,
) -> dict[str, pd.Series]:
    """Draw phones and e-mails: a parent's for a young child, a twin, and many an older child."""
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
    emails = _draw_emails(
        pd.concat([parents, learners[["surname", "given"]]], ignore_index=True), rng
    )
    held: dict[str, pd.Series] = {}
    for name, values in (("phone", phones), ("email", emails)):
        family = values.take(household).reset_index(drop=True)
        alone = values.iloc[families:].reset_index(drop=True)
        held[name] = alone.where(own, family)
        held[f"family_{name}"] = alone.where(learners["is_adult"], family)
    return held


def _draw_parent_surnames(
    learners: pd.DataFrame, families: int, rng: np.random.Generator
) -> NDArray:
    """Draw surnames: a father has the child's, a mother keeps her own."""
    fathers = learners.drop_duplicates("household")["surname"].to_numpy(dtype="<U2")
    return np.where(rng.random(families) < 0.3, fathers, draw_by_share(*surnames(), families, rng))


def _draw_parent_given_names(n: int, rng: np.random.Generator) -> NDArray:
    mothers = draw_by_share(*given_names("F", "adult"), n, rng)
    fathers = draw_by_share(*given_names("M", "adult"), n, rng)
    return np.where(rng.random(n) < 0.7, mothers, fathers)


def draw_phone_numbers(n: int, rng: np.random.Generator) -> pd.Series:
    """Draw `n` mobile numbers "010-1234-5678", all different."""
    numbers = draw_distinct_numbers(n, 20_000_000, 100_000_000, rng)
    middle = pd.Series(_FOUR_DIGITS.take(numbers // 10_000))
    return "010-" + middle + "-" + pd.Series(_FOUR_DIGITS.take(numbers % 10_000))


def _draw_emails(names: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Draw e-mail addresses made from names and a number, all different."""
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
    domain = pd.Series(draw_by_share(*split_shares(_DOMAINS), n, rng), dtype="str")
    email = local + "@" + domain
    while (again := email.duplicated()).any():
        local = local.where(~again, local + number.take(rng.integers(0, 100, n)).to_numpy())
        email = local + "@" + domain
    return email
