"""What is wrong in which system: fields that are missing or differ from the golden record."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlab.identity import _normalise as normalise
from crmlab.identity._address import read_addresses
from crmlab.identity._birth_dates import read_birth_dates
from crmlab.identity._evaluate import Clusters, as_clusters
from crmlab.identity._golden import golden_records
from crmlab.identity._inputs import FIELDS, KEY, Tables, align_ids, gather_records

__all__ = ["field_agreement"]


def field_agreement(
    clusters: Clusters, tables: Tables, *, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Count by system and field what is missing, and what differs from the golden record.

    A value differs where its meaning differs, and not where the same is only written in another
    way. A person with a single record cannot disagree with anything, so the counts are a lower
    limit; and the golden record is a choice among the values of the systems, which may be wrong
    itself.

    Parameters
    ----------
    clusters : Linkage or DataFrame
        Which record is whom: ``source``, ``source_id``, ``person_id``.
    tables, columns
        The records, as `link_customers` takes them.

    Returns
    -------
    DataFrame
        One row per system and field; columns

        * `source`, `field`
        * `n_records` : records of the system
        * `missing` : records in which the field is empty or cannot be read
        * `compared` : records with a value, of people with another record that has one, too
        * `differs` : those of them whose value is not that of the golden record
        * `written` : those that write the same in another way, such as with an old phone prefix

    Raises
    ------
    InputError, InputTypeError
        If the tables are not those of the linkage, or as in `link_customers`.

    Examples
    --------
    >>> records = pd.DataFrame(
    ...     {
    ...         "source": ["branch", "web", "web"],
    ...         "source_id": ["1", "1", "2"],
    ...         "phone": ["010-1234-5678", "01012345678", None],
    ...         "email": ["a@example.com", "b@example.com", None],
    ...         "updated": pd.to_datetime(["2024-03-01", "2025-06-01", "2025-06-01"]),
    ...     }
    ... )
    >>> people = records[["source", "source_id"]].assign(person_id=["P1", "P1", "P2"])
    >>> field_agreement(people, records)[["source", "field", "missing", "differs", "written"]]
       source  field  missing  differs  written
    0  branch  phone        0        0        1
    1  branch  email        0        1        0
    2     web  phone        1        0        0
    3     web  email        1        0        0
    """
    golden = golden_records(clusters, tables, columns=columns, provenance=True)
    raw = gather_records(tables, columns=columns)
    raw, known = align_ids(raw, as_clusters(clusters, "clusters"))
    people = raw[KEY].merge(known, on=KEY, how="left")["person_id"]
    parts = []
    for name in (field for field in FIELDS if field in golden):
        parts.append(_compare_field(name, raw, people, golden))
    table = pd.concat(parts).groupby(["source", "field"], sort=False).sum().reset_index()
    order = {name: at for at, name in enumerate(FIELDS)}
    return table.sort_values(
        ["source", "field"], key=lambda one: one.replace(order) if one.name == "field" else one,
        ignore_index=True,
    )  # fmt: skip


def _compare_field(
    name: str, raw: pd.DataFrame, people: pd.Series, golden: pd.DataFrame
) -> pd.DataFrame:
    form = _normalise_field(raw[name], raw["source"])
    # Each system writes in its way, so the chosen value is read where it was written.
    origin = golden[[f"{name}_{key}" for key in KEY]].dropna()
    read = form.set_axis(pd.MultiIndex.from_frame(raw[KEY])).reindex(
        pd.MultiIndex.from_frame(origin)
    )
    chosen_form = people.map(read.set_axis(origin.index))
    known = form.notna()
    several = known.groupby(people).transform("sum") > 1
    compared = known & several & chosen_form.notna()
    same = form == chosen_form
    as_written = normalise.clean_text(raw[name]) == normalise.clean_text(people.map(golden[name]))
    about = raw[["source"]].assign(field=name)
    return about.assign(
        n_records=1,
        missing=(~known).astype("int64"),
        compared=compared.astype("int64"),
        differs=(compared & ~same).astype("int64"),
        written=(compared & same & ~as_written).astype("int64"),
    )


def _normalise_field(values: pd.Series, sources: pd.Series) -> pd.Series:
    """Normalise the values of a field, so that equal things are written equally."""
    name: Any = values.name
    if name in ("name", "given_name", "surname"):
        return normalise.read_names(values)["sound"]
    if name == "phone":
        return normalise.read_phones(values)
    if name == "email":
        return normalise.read_emails(values)["email"]
    if name == "address":
        return read_addresses(values)["address"]
    if name == "birth_date":
        return read_birth_dates(values, sources)
    return normalise.read_identifiers(values)
