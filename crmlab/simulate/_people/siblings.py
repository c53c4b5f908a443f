"""Given names of the children of a household, who differ and often share a syllable."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.simulate._people.draws import draw_by_share
from crmlab.simulate._people.names import given_names

__all__ = ["draw_given_names"]

_SHARED_SYLLABLE = 0.5  # siblings' given names often have a syllable in common


def draw_given_names(learners: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.str_]:
    """Draw given names; siblings differ, and often share a syllable."""
    given = np.empty(len(learners), dtype="<U3")
    sex, adult = learners["sex"].to_numpy(), learners["is_adult"].to_numpy()
    for one in ("F", "M"):
        for generation, mask in (("child", ~adult), ("adult", adult)):
            rows = mask & (sex == one)
            given[rows] = draw_by_share(*given_names(one, generation), rows.sum(), rng)
    for position in (1, 2):
        later = np.flatnonzero(learners["position"] == position)
        given[later] = _draw_sibling_names(given[later - position], given[later], sex[later], rng)
        while len(same := later[_named_as_elder(given, later, position)]):
            for one in ("F", "M"):
                rows = same[sex[same] == one]
                given[rows] = draw_by_share(*given_names(one, "child"), len(rows), rng)
    return given


def _named_as_elder(
    given: NDArray[np.str_], later: NDArray[np.int64], position: int
) -> NDArray[np.bool_]:
    """Whether these children have the name of an elder child of the household."""
    elder = [given[later] == given[later - back] for back in range(1, position + 1)]
    return np.logical_or.reduce(elder)


def _draw_sibling_names(
    first: NDArray[np.str_],
    given: NDArray[np.str_],
    sex: NDArray,
    rng: np.random.Generator,
) -> NDArray[np.str_]:
    """Draw names; a random half has a syllable of the first child's in the same place."""
    given = given.copy()
    at = rng.integers(0, 2, len(given))
    syllable = np.where(at == 0, first.astype("<U1"), _second_syllable(first))
    share = rng.random(len(given)) < _SHARED_SYLLABLE
    for one in ("F", "M"):
        names, shares = given_names(one, "child")
        parts = (names.astype("<U1"), _second_syllable(names))
        for place in (0, 1):
            rows = share & (sex == one) & (at == place) & (syllable != "")
            for common in np.unique(syllable[rows]):
                fits = parts[place] == common
                if fits.any():
                    these = np.flatnonzero(rows & (syllable == common))
                    given[these] = draw_by_share(names[fits], shares[fits], len(these), rng)
    return given


def _second_syllable(names: NDArray[np.str_]) -> NDArray[np.str_]:
    return pd.Series(names, dtype="str").str[1:2].to_numpy(dtype="<U1")
