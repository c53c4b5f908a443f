"""Which pairs people should check, to validate a linkage without a known truth."""

from itertools import pairwise

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_count
from crmlab._errors import InputError
from crmlab.identity._evaluate import check_linkage
from crmlab.identity._inputs import KEY, align_ids
from crmlab.identity._link import Linkage

__all__ = ["sample_pairs", "side_by_side"]

# Upper ends of the strata above the threshold: the last one holds the practically certain pairs.
_ENDS = (0.99, 0.999, 1.0)


def sample_pairs(linkage: Linkage, *, n_pairs: int = 50, seed: int = 1) -> pd.DataFrame:
    """Draw scored pairs to be checked by hand, as many doubtful as certain ones.

    The share found right in a stratum estimates the share of its pairs that are right, and the
    mean of the linked strata weighted by `n_stratum` estimates the precision of the linkage.

    Parameters
    ----------
    linkage : Linkage
        Result of `link_customers`.
    n_pairs : int, default=50
        Pairs to draw; all where there are fewer.
    seed : int, default=1
        Of the draw.

    Returns
    -------
    DataFrame
        The columns of `linkage.pairs`, and `linked`, `stratum` (its probabilities in words),
        `n_stratum` (pairs in it) and `expected_right` (of all its pairs, in the model's own
        view); the least likely stratum first.

    Raises
    ------
    InputError
        If `n_pairs` is below 1 or `seed` below 0.
    InputTypeError
        If `linkage` is not a linkage.
    """
    check_linkage(linkage)
    n_pairs = check_count("n_pairs", n_pairs)
    seed = check_count("seed", seed, minimum=0)
    pairs = linkage.pairs
    strata = _assign_strata(pairs["probability"], linkage.threshold)
    pairs["linked"] = pairs["probability"] >= linkage.threshold
    pairs["stratum"] = strata.astype("str")
    by = pairs.groupby("stratum")["probability"]
    pairs["n_stratum"] = by.transform("size")
    pairs["expected_right"] = by.transform("sum")
    order = np.random.default_rng(seed).permutation(len(pairs))
    # The first of every stratum, then the second, and so on, until there are enough.
    turn = pd.Series(order, index=pairs.index).groupby(strata, observed=True).rank()
    drawn = turn.sort_values(kind="stable").index[:n_pairs]
    return pairs.loc[drawn].sort_values("probability", kind="stable", ignore_index=True)


def side_by_side(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Put both records of each pair in one row, to be compared by eye.

    Parameters
    ----------
    pairs : DataFrame
        ``source_a``, ``source_id_a``, ``source_b``, ``source_id_b``, as `Linkage.pairs` and
        `sample_pairs` return them.
    records : DataFrame
        ``source``, ``source_id`` and the columns to show, masked where needed.

    Returns
    -------
    DataFrame
        The rows and the index of `pairs`; for each column of `records` beside the key ``<name>_a``
        and ``<name>_b``.

    Raises
    ------
    InputError
        If a column is missing, or `records` lacks a record or has it twice.

    Examples
    --------
    >>> pair = pd.DataFrame(
    ...     {"source_a": ["web"], "source_id_a": ["7"], "source_b": ["web"], "source_id_b": ["9"]}
    ... )
    >>> people = pd.DataFrame(
    ...     {"source": "web", "source_id": ["7", "8", "9"], "name": ["김*준", "이*", "김*준"]}
    ... )
    >>> side_by_side(pair, people)
      name_a name_b
    0    김*준    김*준
    """
    check_columns(
        pairs.columns, [f"{name}_{side}" for side in "ab" for name in KEY], what="`pairs`"
    )
    check_columns(records.columns, KEY, what="`records`")
    sides = []
    for side in "ab":
        wanted = pd.DataFrame({name: pairs[f"{name}_{side}"] for name in KEY})
        wanted, known = align_ids(wanted, records)
        if known.duplicated(KEY).any():
            raise InputError("`records` must hold each record once; drop the copies.")
        found = wanted.merge(known, on=KEY, how="left", indicator=True).set_axis(pairs.index)
        n_missing = int((found["_merge"] == "left_only").sum())
        if n_missing:
            raise InputError(
                f"`records` must hold every record of `pairs`; {n_missing:,} are missing. "
                "Pass the records that were linked."
            )
        sides.append(found.drop(columns=[*KEY, "_merge"]).add_suffix(f"_{side}"))
    names = [name for name in records.columns if name not in KEY]
    both = pd.concat(sides, axis="columns")
    return both[[f"{name}_{side}" for name in names for side in "ab"]]


def _assign_strata(probability: pd.Series, threshold: float) -> pd.Series:
    ends = [threshold, *(end for end in _ENDS if end > threshold)]
    names = [f"below {threshold:g}"]
    names += [f"{low:g} to {high:g}" for low, high in pairwise(ends)]
    edges = [-np.inf, *ends[:-1], np.inf]
    return pd.cut(probability, edges, right=False, labels=names)
