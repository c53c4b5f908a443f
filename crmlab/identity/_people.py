"""From linked pairs to people, with ids that last."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.identity._inputs import align_ids

__all__ = ["assign_person_ids", "components"]


def components(n_records: int, a: NDArray, b: NDArray) -> NDArray[np.int64]:
    """Number the groups of records that links connect, in the order of their first records."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n_records, n_records))
    _, label = connected_components(links, directed=False)
    return pd.factorize(label)[0].astype(np.int64)


def assign_person_ids(
    records: pd.DataFrame, groups: NDArray[np.int64], previous: pd.DataFrame | None
) -> pd.Series:
    """Assign ids of people, "P0000001" and so on, and keep those of an earlier run.

    Parameters
    ----------
    records : DataFrame
        ``source``, ``source_id`` in a fixed order.
    groups : array of int
        The group of each record, numbered from 0 by first record.
    previous : DataFrame, optional
        ``source``, ``source_id``, ``person_id`` of an earlier run.

    Returns
    -------
    Series
        A person id per record. A group keeps the id that most of its records had; where two
        groups claim an id, the one with more of its records gets it; ties go to the first record.
    """
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    if previous is None:
        ids = np.array([f"P{number:07d}" for number in range(1, n_groups + 1)], dtype=object)
        return pd.Series(ids[groups], index=records.index, dtype="str")
    kept = _keep_ids(records, groups, previous)
    start = _last_number(previous["person_id"])
    ids = np.empty(n_groups, dtype=object)
    ids[kept["group"].to_numpy()] = kept["person_id"].to_numpy()
    new = pd.isna(ids)
    ids[new] = [f"P{start + number:07d}" for number in range(1, int(new.sum()) + 1)]
    return pd.Series(ids[groups], index=records.index, dtype="str")


def _keep_ids(
    records: pd.DataFrame, groups: NDArray[np.int64], previous: pd.DataFrame
) -> pd.DataFrame:
    """Decide which groups keep an id of the earlier run: one row each, `group`, `person_id`."""
    here, before = align_ids(records, previous)
    known = here.assign(group=groups).merge(before, on=["source", "source_id"])
    votes = known.groupby(["group", "person_id"], as_index=False).size()
    votes = votes.sort_values(["size", "group", "person_id"], ascending=[False, True, True])
    kept = []
    while len(votes):
        # A pair ranked first in both its group and its id cannot lose to another.
        first = ~votes.duplicated("group") & ~votes.duplicated("person_id")
        won = votes[first]
        kept.append(won)
        votes = votes[
            ~votes["group"].isin(won["group"]) & ~votes["person_id"].isin(won["person_id"])
        ]
    return pd.concat(kept) if kept else votes


def _last_number(ids: pd.Series) -> int:
    numbers = ids.str.extract(r"^P(\d+)$")[0].dropna()
    return int(numbers.astype("int64").max()) if len(numbers) else 0
