"""One record per person from all records of that person."""

from collections.abc import Mapping, Sequence

import pandas as pd

from crmlab._checks import check_choice
from crmlab._errors import InputError, InputTypeError
from crmlab._korean import on_distinct
from crmlab.identity._evaluate import Clusters, as_clusters
from crmlab.identity._inputs import KEY, Tables, gather_records, linkable_columns, match_records
from crmlab.identity._normalise import clean_text
from crmlab.identity._placeholders import is_nobody
from crmlab.loaders import read_dates

__all__ = ["golden_records"]

RULES = ("latest", "most_frequent", "longest", "most_trusted")
# What changes during a life is taken from the latest record, the rest from most records.
_LATEST = ("phone", "email", "address", "postcode")


def golden_records(
    clusters: Clusters,
    tables: Tables,
    *,
    columns: Mapping[str, str] | None = None,
    exact: Sequence[str] = (),
    rules: Mapping[str, str] | None = None,
    trust: Sequence[str] | None = None,
    provenance: bool = False,
) -> pd.DataFrame:
    """One record per person: for every field the value that a rule of survivorship picks.

    Parameters
    ----------
    clusters : Linkage or DataFrame
        Which record is whom: ``source``, ``source_id``, ``person_id``.
    tables, columns, exact
        The records, as `link_customers` takes them.
    rules : mapping of str to str, optional
        Rule per field: "latest" (of the record last `updated`), "most_frequent" (spaces and
        capitals aside), "longest", or "most_trusted" (of the first system in `trust`). By default
        phone, e-mail, address and postcode are the latest, where the records have `updated`, and
        everything else the most frequent.
    trust : sequence of str, optional
        Systems from the most to the least trusted; by default in alphabetical order.
    provenance : bool, default=False
        Whether to say which record each value is from, in ``<field>_source`` and
        ``<field>_source_id``.

    Returns
    -------
    DataFrame
        Index ``person_id``; the fields, ``n_records`` and ``n_sources``. A missing value never
        survives a value. Ties go to the record updated later, then to the more trusted system,
        then to the smaller id, so the result does not depend on the order of rows.

    Raises
    ------
    InputError
        If a rule or its field is unknown, "latest" is asked for without `updated`, `updated` holds
        something that is not a date, `trust` does not name every system, or `clusters` and
        `tables` do not hold the same records.
    InputTypeError
        If `rules` is not a mapping, or a table is not a DataFrame or an Ibis table.

    Examples
    --------
    >>> records = pd.DataFrame(
    ...     {
    ...         "source": ["branch", "web"],
    ...         "source_id": ["1", "1"],
    ...         "name": ["김민준", "김 민준"],
    ...         "phone": ["010-1234-5678", "010-8765-4321"],
    ...         "updated": pd.to_datetime(["2024-03-01", "2025-06-01"]),
    ...     }
    ... )
    >>> people = records[["source", "source_id"]].assign(person_id="P1")
    >>> golden_records(people, records)[["phone", "n_records"]].to_numpy().tolist()
    [['010-8765-4321', 2]]
    """
    records = gather_records(tables, columns=columns, exact=exact)
    exact = list(exact)
    if "updated" in records:
        records["updated"] = _read_updated(records["updated"])
    people = as_clusters(clusters, "clusters")
    both = match_records(people, records, names=("clusters", "tables"))
    both["order"] = both["source"].map(_rank_sources(both["source"], trust))
    fields = linkable_columns(records, exact)
    chosen = _choose_rules(fields, rules or {}, dated="updated" in records)
    grouped = both.groupby("person_id")
    golden = pd.DataFrame(index=grouped.size().index)
    for field in fields:
        best = _pick_survivors(both, field, chosen[field]).set_index("person_id")
        golden[field] = best[field]
        if provenance:
            for name in KEY:
                golden[f"{field}_{name}"] = best[name]
    return golden.assign(n_records=grouped.size(), n_sources=grouped["source"].nunique())


def _read_updated(updated: pd.Series) -> pd.Series:
    """Read when records were updated: dates in one form, or increasing numbers."""
    if pd.api.types.is_numeric_dtype(updated) or pd.api.types.is_datetime64_any_dtype(updated):
        return updated
    return read_dates(updated, "updated", timezone="UTC")


def _rank_sources(sources: pd.Series, trust: Sequence[str] | None) -> dict[str, int]:
    present = sorted(sources.unique())
    order = present if trust is None else list(trust)
    missing = [name for name in present if name not in order]
    if missing:
        raise InputError(
            f"`trust` must name every system; {', '.join(map(repr, missing))} "
            f"{'is' if len(missing) == 1 else 'are'} not in {order!r}."
        )
    return {name: place for place, name in enumerate(order)}


def _choose_rules(fields: list[str], asked: Mapping[str, str], *, dated: bool) -> dict[str, str]:
    if not isinstance(asked, Mapping):
        raise InputTypeError(
            "`rules` must be a mapping of field to rule, such as {'phone': 'longest'}; "
            f"got {type(asked).__name__}."
        )
    for field, rule in asked.items():
        check_choice("rules", field, fields)
        check_choice(f"rules[{field!r}]", rule, RULES)
        if rule == "latest" and not dated:
            raise InputError(
                f"`rules` asks for the latest {field!r}, but no record says when it was `updated`. "
                "Pass tables with that column, or another rule."
            )
    default = {
        field: "latest" if field in _LATEST and dated else "most_frequent" for field in fields
    }
    return default | dict(asked)


def _pick_survivors(records: pd.DataFrame, field: str, rule: str) -> pd.DataFrame:
    """Pick for every person the record whose value of a field survives."""
    there = records[_is_known(records[field])]
    if rule == "most_frequent":
        alike = clean_text(there[field]).str.replace(" ", "")
        merit = there.groupby(["person_id", alike])[field].transform("size")
    elif rule == "longest":
        merit = there[field].astype("str").str.len()
    elif rule == "most_trusted":
        merit = -there["order"]
    else:
        merit = there["updated"]
    ranked = there.assign(merit=merit)
    by, rising = ["merit", "order", "source_id"], [False, True, True]
    if "updated" in there and rule != "latest":
        by, rising = ["merit", "updated", *by[1:]], [False, *rising]
    return ranked.sort_values(["person_id", *by], ascending=[True, *rising]).drop_duplicates(
        "person_id"
    )


def _is_known(values: pd.Series) -> pd.Series:
    """Whether a value is there, and is no word for a missing one or for nobody."""
    text = clean_text(values)
    if values.name in ("name", "given_name", "surname"):
        text = on_distinct(text, lambda name: None if is_nobody(name) else name)
    return text.notna()
