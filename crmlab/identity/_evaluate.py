"""Compare found people with the true ones, without listing pairs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.identity._inputs import KEY, match_records, with_clean_keys
from crmlab.identity._people import components

if TYPE_CHECKING:
    from crmlab.company import Truth
    from crmlab.identity._link import Linkage

__all__ = ["Clusters", "as_clusters", "check_linkage", "evaluate_links", "threshold_table"]

_COLUMNS = [*KEY, "person_id"]

Clusters = Union["Linkage", "Truth", pd.DataFrame]  # who is who, in `clusters` or `links`


def as_clusters(clusters: Clusters, name: str) -> pd.DataFrame:
    """Get the frame of records and people from a linkage, a truth with `links`, or a frame."""
    for attribute in ("clusters", "links"):
        clusters = getattr(clusters, attribute, clusters)
    if not isinstance(clusters, pd.DataFrame):
        raise InputTypeError(
            f"`{name}` must be a linkage or a DataFrame with source, source_id and person_id; "
            f"got {type(clusters).__name__}."
        )
    check_columns(clusters.columns, _COLUMNS, what=f"`{name}`")
    frame = clusters[_COLUMNS]
    missing = frame.isna().any()
    if missing.any():
        raise InputError(
            f"`{name}` must not miss {', '.join(map(repr, missing.index[missing]))}. "
            "Give every record its own person where nothing is known."
        )
    if frame.duplicated(KEY).any():
        raise InputError(
            f"`{name}` must hold each record once; {int(frame.duplicated(KEY).sum()):,} "
            "are repeated. Drop the copies."
        )
    return with_clean_keys(frame)


def check_linkage(linkage: Any) -> None:
    """Raise InputTypeError unless `linkage` is a result of `link_customers`."""
    if not callable(getattr(linkage, "at", None)):  # a frame has an `at`, which is not a function
        raise InputTypeError(
            f"`linkage` must be a result of `link_customers`; got {type(linkage).__name__}."
        )


def evaluate_links(clusters: Clusters, truth: Clusters) -> pd.DataFrame:
    """Precision, recall and F1 of a linkage against the truth.

    Parameters
    ----------
    clusters : Linkage or DataFrame
        Found people: ``source``, ``source_id``, ``person_id`` of every record.
    truth : DataFrame or object with ``links``
        True people in the same columns; the same records.

    Returns
    -------
    DataFrame
        Rows ``pairwise`` (of two records of one person), ``cluster`` (a person found with exactly
        the right records) and ``b_cubed`` (per record: which share of its group is right, and
        which share of its person was found). Columns ``precision``, ``recall``, ``f1`` in [0, 1],
        ``n_true``, ``n_found``, ``n_correct``: pairs, people, and for ``b_cubed`` records. A
        precision is 1 where nothing is found, a recall is 1 where there is nothing to find.

    Raises
    ------
    InputError
        If columns are missing, or the two do not hold the same records.
    InputTypeError
        If either is neither a linkage nor a DataFrame.

    References
    ----------
    Christen, P. (2012). *Data Matching*. Springer, section 7.2.
    Bagga, A. and Baldwin, B. (1998). Algorithms for scoring coreference chains. The First
    International Conference on Language Resources and Evaluation Workshop on Linguistics
    Coreference, 563-566.

    Examples
    --------
    >>> records = pd.DataFrame({"source": "web", "source_id": ["1", "2", "3", "4"]})
    >>> found = records.assign(person_id=["a", "a", "a", "b"])
    >>> truth = records.assign(person_id=["x", "x", "y", "z"])
    >>> evaluate_links(found, truth)[["n_true", "n_found", "n_correct"]]
              n_true  n_found  n_correct
    measure
    pairwise       1        3          1
    cluster        3        2          1
    b_cubed        4        4          4
    """
    found = as_clusters(clusters, "clusters")
    true = as_clusters(truth, "truth")
    both = _match_people(found, true)
    return _compare_groups(pd.factorize(both["found"])[0], pd.factorize(both["true"])[0])


def _match_people(found: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    return match_records(
        found.rename(columns={"person_id": "found"}),
        true.rename(columns={"person_id": "true"}),
        names=("clusters", "truth"),
    )


@dataclass(frozen=True)
class _Measure:
    """One row of `evaluate_links`."""

    precision: float
    recall: float
    n_true: int
    n_found: int
    n_correct: int

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def _compare_groups(found: np.ndarray, true: np.ndarray) -> pd.DataFrame:
    """Make the table for two numberings of the same records from 0."""
    n_found, n_true = np.bincount(found), np.bincount(true)
    width = len(n_true)
    cells, shared = np.unique(found.astype(np.int64) * width + true, return_counts=True)
    of_found, of_true = n_found[cells // width], n_true[cells % width]
    exact = int(((shared == of_found) & (shared == of_true)).sum())
    n = len(found)
    rows = {
        "pairwise": _measure_counts(_n_pairs(n_true), _n_pairs(n_found), _n_pairs(shared)),
        "cluster": _measure_counts(width, len(n_found), exact),
        "b_cubed": _Measure(
            precision=_share((shared**2 / of_found).sum(), n),
            recall=_share((shared**2 / of_true).sum(), n),
            n_true=n,
            n_found=n,
            n_correct=n,
        ),
    }
    table = pd.DataFrame(map(asdict, rows.values()), index=pd.Index(rows, name="measure"))
    table.insert(2, "f1", [row.f1 for row in rows.values()])
    return table


def _measure_counts(n_true: int, n_found: int, n_correct: int) -> _Measure:
    return _Measure(
        precision=_share(n_correct, n_found),
        recall=_share(n_correct, n_true),
        n_true=n_true,
        n_found=n_found,
        n_correct=n_correct,
    )


def _n_pairs(sizes: np.ndarray) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def threshold_table(
    linkage: "Linkage",
    truth: Clusters | None = None,
    *,
    thresholds: Sequence[float] = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999),
) -> pd.DataFrame:
    """What a stricter or looser threshold does.

    Parameters
    ----------
    linkage : Linkage
        Result of `link_customers`; nothing is compared again.
    truth : DataFrame or object with ``links``, optional
        True people; without it the measures are left out.
    thresholds : sequence of float
        Probabilities in (0, 1) from which a pair is linked.

    Returns
    -------
    DataFrame
        Index ``threshold``; ``n_records``, ``n_people``, and with `truth` ``n_true_people``,
        ``n_reached`` (true people reached by one mailing to each found person: those whose
        records were merged with somebody else's share one) and the pairwise ``precision``,
        ``recall``, ``f1``.

    Raises
    ------
    InputError
        If a threshold is outside (0, 1) or below the floor of the linkage, or there is none.
    InputTypeError
        If `linkage` is not a linkage, or `thresholds` not a sequence.
    """
    check_linkage(linkage)
    if not isinstance(thresholds, Iterable) or isinstance(thresholds, str):
        raise InputTypeError(f"`thresholds` must be a sequence of numbers; got {thresholds!r}.")
    thresholds = list(thresholds)
    if not thresholds:
        raise InputError("`thresholds` must hold at least one probability; got none.")
    rows = []
    true = None if truth is None else as_clusters(truth, "truth")
    for threshold in thresholds:
        threshold = check_fraction("thresholds", threshold, open_ends=True)
        clusters = linkage.at(threshold).clusters
        row: dict[str, Any] = {
            "threshold": threshold,
            "n_records": len(clusters),
            "n_people": clusters["person_id"].nunique(),
        }
        if true is not None:
            measured = evaluate_links(clusters, true).loc["pairwise"]
            row["n_true_people"] = true["person_id"].nunique()
            row["n_reached"] = _count_reached(_match_people(clusters, true))
            row |= {name: measured[name] for name in ("precision", "recall", "f1")}
        rows.append(row)
    return pd.DataFrame(rows).set_index("threshold")


def _count_reached(both: pd.DataFrame) -> int:
    """Count the true people who get a mailing when each found person gets one.

    In each connected group the number reached is the smaller of the two counts.
    """
    found = pd.factorize(both["found"])[0]
    true = pd.factorize(both["true"])[0]
    n_true, n_found = int(true.max()) + 1, int(found.max()) + 1
    tied = np.unique(np.column_stack([true, n_true + found]), axis=0)
    group = components(n_true + n_found, tied[:, 0], tied[:, 1])
    entries = np.bincount(group[n_true:], minlength=group.max() + 1)
    people = np.bincount(group[:n_true], minlength=group.max() + 1)
    return int(np.minimum(entries, people).sum())
