"""Link the records of several systems to people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab._optional import need
from crmlab.identity._engines import open_engine
from crmlab.identity._evaluate import Clusters, as_clusters
from crmlab.identity._explain import explain_pair
from crmlab.identity._inputs import KEY, Tables, gather_records, linkable_columns
from crmlab.identity._model import Model, score_pairs, silence_splink, train_model
from crmlab.identity._people import assign_person_ids, components
from crmlab.identity._records import name_frequencies, number_at_random, prepare_records

__all__ = ["Linkage", "link_customers"]

# Pairs below this are not kept: no sensible threshold is lower.
_FLOOR = 0.01


@dataclass(frozen=True, repr=False)
class Linkage:
    """Which records are one person, and why.

    Parameters
    ----------
    clusters : DataFrame
        ``source``, ``source_id``, ``person_id``: every record and the person it belongs to.
    threshold : float
        Probability from which a pair was linked, in (0, 1).
    prior : float
        Probability that two records drawn at random are the same person.

    Notes
    -----
    It holds no open connection and can be pickled. It does hold personal fields: keep it as you
    keep the tables.
    """

    clusters: pd.DataFrame
    threshold: float
    prior: float
    _pairs: pd.DataFrame
    _fields: pd.DataFrame
    _raw: pd.DataFrame
    _model: Model
    _within: bool
    _previous: pd.DataFrame | None

    def __repr__(self) -> str:
        return (
            f"Linkage({len(self.clusters):,} records, "
            f"{self.clusters['person_id'].nunique():,} people, threshold={self.threshold})"
        )

    @property
    def pairs(self) -> pd.DataFrame:
        """Scored pairs with a probability of at least 1 %.

        ``source_a``, ``source_id_a``, ``source_b``, ``source_id_b``, ``match_weight`` (bits, prior
        included) and ``probability``; the likeliest first.
        """
        table = self._pairs.sort_values(["match_weight", "a", "b"], ascending=[False, True, True])
        sides = {
            f"{name}_{side}": self.clusters[name].to_numpy()[table[side]]
            for side in "ab"
            for name in KEY
        }
        return pd.DataFrame(sides).assign(
            match_weight=table["match_weight"].to_numpy(),
            probability=table["probability"].to_numpy(),
        )

    def at(self, threshold: float) -> "Linkage":
        """The same linkage at another threshold; nothing is compared again.

        Parameters
        ----------
        threshold : float
            Probability in [0.01, 1) from which a pair is linked.

        Returns
        -------
        Linkage
        """
        threshold = _check_threshold(threshold)
        clusters = _build_clusters(
            self.clusters[KEY], self._pairs, threshold, self._within, self._previous
        )
        return replace(self, clusters=clusters, threshold=threshold)

    def explain(self, a: tuple[str, Any], b: tuple[str, Any]) -> pd.DataFrame:
        """Explain why two records are, or are not, considered the same person.

        Parameters
        ----------
        a, b : tuple of (source, source_id)
            Any two records, also a pair that was never a candidate.

        Returns
        -------
        DataFrame
            A row ``prior``, one row per comparison, and a row ``total``: ``value_a``, ``value_b``
            as given, the ``level`` of agreement reached, its ``match_weight`` in bits (+1 doubles
            the odds), and the ``probability`` after it. The weights add up to the total.

        Raises
        ------
        InputError
            If there is no such record, or both are the same.
        InputTypeError
            If `a` or `b` is not a pair of system and id.
        """
        one, other = self._find("a", a), self._find("b", b)
        if one == other:
            raise InputError(f"`b` must be another record than `a`; got {b!r} for both.")
        return explain_pair(self._model, self._raw, self._fields, one, other)

    def _find(self, name: str, key: tuple[str, Any]) -> int:
        if not isinstance(key, tuple | list) or len(key) != 2:
            raise InputTypeError(f"`{name}` must be a pair (source, source_id); got {key!r}.")
        keys = self.clusters[KEY]
        here = (keys["source"] == str(key[0])) & (keys["source_id"].astype("str") == str(key[1]))
        if not here.any():
            raise InputError(
                f"`{name}` must be a record of the linkage, as (source, source_id); got {key!r}."
            )
        return int(np.flatnonzero(here)[0])


def link_customers(
    tables: Tables,
    *,
    columns: Mapping[str, str] | None = None,
    exact: Sequence[str] = (),
    threshold: float = 0.9,
    within: bool | None = None,
    previous: Clusters | None = None,
    connection: Any = None,
    seed: int = 1,
) -> Linkage:
    """Find out which records of several systems are the same person.

    Names, phones, e-mail and postal addresses and birth dates are brought to one form (Hangul
    split into letters, Latin spellings folded by sound), candidate pairs are those that share
    enough, and a probabilistic model weighs agreement against coincidence. It learns from the
    records alone. What fills a form counts as missing: names such as 고객 or John Doe, mails such
    as none@none.com, days such as 1900-01-01, and values that more records share than people could.
    The people are the same on every engine.

    Parameters
    ----------
    tables : DataFrame, Ibis table, mapping of system to table, or sequence of tables
        The records. ``source`` names the system (not needed in a mapping), ``source_id`` the
        record in it. Compared are, where present, ``name`` (or ``given_name`` and ``surname``),
        ``phone``, ``email``, ``address``, ``postcode``, ``birth_date`` and the columns `exact`.
    columns : mapping of str to str, optional
        Their header to ours, such as ``{"고객명": "name"}``. Several of theirs for one of ours
        are joined.
    exact : sequence of str, default=()
        Columns with identifiers that two people never share, such as a member number.
    threshold : float, default=0.9
        Probability from which two records are linked, in [0.01, 1).
    within : bool, optional
        Whether two records of one system may be the same person. By default they may, but there
        must be several systems; True also takes a single one, False links across systems only.
    previous : Linkage or DataFrame, optional
        An earlier result (``source``, ``source_id``, ``person_id``), whose ids are kept.
    connection : DuckDB connection or Spark session, optional
        Where to compare; by default DuckDB in memory.
    seed : int, default=1
        Of the random pairs from which the probability of a coincidence is estimated.

    Returns
    -------
    Linkage
        ``.clusters`` (``source``, ``source_id``, ``person_id``), ``.pairs``, ``.at(threshold)``
        and ``.explain(a, b)``.

    Raises
    ------
    InputError
        If there is no common column, a column is missing throughout or a system fills it with
        nothing that can be read, there is only one system or one record, ids are missing or given
        twice in a system, or an option is out of range.
    InputTypeError
        If a table is not a DataFrame or an Ibis table, `connection` is not a connection, or an
        option has another type.

    References
    ----------
    Fellegi, I. P. and Sunter, A. B. (1969). A theory for record linkage. Journal of the American
    Statistical Association 64(328), 1183-1210.
    Linacre, R. et al. (2022). Splink: free software for probabilistic record linkage at scale.
    International Journal of Population Data Science 7(3).

    Examples
    --------
    >>> branch = pd.DataFrame(
    ...     {"source_id": ["1", "2"], "name": ["김민준", "이서연"],
    ...      "phone": ["010-1234-5678", "010-2222-3456"]}
    ... )
    >>> web = pd.DataFrame(
    ...     {"source_id": ["a", "b"], "name": ["박도윤", "Minjun Kim"],
    ...      "phone": ["010-9876-1234", "+82 10-1234-5678"]}
    ... )
    >>> linkage = link_customers({"branch": branch, "web": web})
    >>> linkage.clusters["person_id"].tolist()
    ['P0000001', 'P0000002', 'P0000003', 'P0000001']
    >>> linkage.explain(("branch", "1"), ("web", "b")).loc["given_name", "level"]
    'same in Latin letters'
    """
    threshold = _check_threshold(threshold)
    check_count("seed", seed, minimum=0)
    if within not in (None, True, False):
        raise InputTypeError(f"`within` must be True, False or None; got {within!r}.")
    need("splink", extra="identity")
    raw = gather_records(tables, columns=columns, exact=exact)
    exact = list(exact)
    _check_systems(raw, within)
    earlier = None if previous is None else as_clusters(previous, "previous")
    fields = prepare_records(raw, exact)
    numbered = number_at_random(fields, seed)
    with silence_splink(), open_engine(connection, numbered, name_frequencies(fields)) as engine:
        model = train_model(engine, numbered, exact, within=within is not False)
        pairs = score_pairs(engine, model, numbered.index.to_numpy(), floor=_FLOOR)
    clusters = _build_clusters(raw[KEY], pairs, threshold, within is not False, earlier)
    shown = raw[linkable_columns(raw, exact)]
    return Linkage(
        clusters, threshold, model.prior, pairs, fields, shown, model, within is not False, earlier
    )


def _check_threshold(threshold: float) -> float:
    threshold = check_fraction("threshold", threshold, open_ends=True)
    if threshold < _FLOOR:
        raise InputError(
            f"`threshold` must be at least {_FLOOR}; got {threshold}. "
            "Less likely pairs are not kept."
        )
    return threshold


def _check_systems(records: pd.DataFrame, within: bool | None) -> None:
    systems = records["source"].unique()
    if len(systems) == 1 and within is not True:
        raise InputError(
            f"`tables` must hold records of at least two systems; got {systems[0]!r} only. "
            "Pass `within=True` to look for duplicates inside one system."
        )
    if len(records) == 1:
        raise InputError("`tables` must hold at least two records to compare; got 1.")


def _build_clusters(
    keys: pd.DataFrame,
    pairs: pd.DataFrame,
    threshold: float,
    within: bool,
    previous: pd.DataFrame | None,
) -> pd.DataFrame:
    linked = pairs[pairs["probability"] >= threshold]
    groups: NDArray[np.int64] = components(
        len(keys), linked["a"].to_numpy(), linked["b"].to_numpy()
    )
    return keys.assign(person_id=assign_person_ids(keys, groups, previous))
