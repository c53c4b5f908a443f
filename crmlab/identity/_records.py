"""Prepare records for comparison: normalised fields, and the keys that find candidates."""

from collections.abc import Sequence

import pandas as pd

from crmlab.identity import _normalise as normalise
from crmlab.identity._address import read_addresses

__all__ = [
    "BLOCKS",
    "LARGEST_BLOCK",
    "identifier_columns",
    "name_frequencies",
    "order_by_content",
    "prepare_records",
]

# A phone number, mailbox or address that more records share is a placeholder or an office, and
# agreement in a combination of fields that more share is not evidence: neither makes candidates.
LARGEST_BLOCK = 100
# Two records become a candidate pair where they agree on all fields of at least one of these.
BLOCKS: tuple[tuple[str, ...], ...] = (
    ("sound", "birth"),
    ("phone",),
    ("local",),
    ("address",),
    ("sound", "district"),
    ("sound", "building"),
    ("sound", "postcode"),
    ("given_sound", "birth"),
    ("surname", "birth", "district"),
    ("surname", "birth", "postcode"),
    ("birth", "building"),
    ("birth", "postcode"),
)
# What strangers often share makes candidates only where few records share it: this finds more in
# small tables, and keeps the number of pairs proportional to the records in large ones.
WEAK_BLOCKS: tuple[tuple[str, ...], ...] = (
    ("sound",),
    ("birth",),
    ("street",),
    ("surname", "postcode"),
    ("given", "postcode"),
)
LARGEST_WEAK_BLOCK = 10
_TYPICAL_SHARES = {"given": 0.005, "surname": 0.05}
_PRIOR_NAMES = 100
_SHARED = ("phone", "email", "local", "address", "building")


def prepare_records(records: pd.DataFrame, exact: Sequence[str] = ()) -> pd.DataFrame:
    """Prepare the fields of gathered records for comparison.

    Parameters
    ----------
    records : DataFrame
        Result of `gather_records`.
    exact : sequence of str, default=()
        Identifier columns.

    Returns
    -------
    DataFrame
        One row per record: ``record`` (its position), ``source``, the normalised fields that are
        present, and one ``block_i`` per blocking rule that applies.
    """
    fields = _read_fields(records, exact)
    for name in _SHARED:
        if name in fields:
            fields[name] = _mask_oversized_blocks(fields[name], LARGEST_BLOCK)
    blocks = [*BLOCKS, *((name,) for name in identifier_columns(exact))]
    limits = dict.fromkeys(blocks, LARGEST_BLOCK) | dict.fromkeys(WEAK_BLOCKS, LARGEST_WEAK_BLOCK)
    usable = [rule for rule in limits if all(name in fields for name in rule)]
    for number, rule in enumerate(usable):
        fields[f"block_{number}"] = _mask_oversized_blocks(_join_fields(fields, rule), limits[rule])
    fields.insert(0, "record", range(len(fields)))
    fields.insert(1, "source", records["source"].to_numpy())
    return fields


def order_by_content(fields: pd.DataFrame) -> pd.DataFrame:
    """Number prepared records by their content instead of by id and system.

    The random pairs that training draws follow these numbers, so renaming the systems does not
    change what is learned. The index gives the position each record had.
    """
    held = fields.columns[~fields.columns.str.match("record$|source$|block_")]
    order = pd.util.hash_pandas_object(fields[held], index=False).argsort(kind="stable")
    return fields.iloc[order.to_numpy()].assign(record=range(len(fields)))


def name_frequencies(fields: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """How common each given name and surname is, so that rare names are stronger evidence.

    In small tables a name seen twice is not yet common: the shares are shrunk towards typical ones.
    """
    tables = {}
    for name, typical in _TYPICAL_SHARES.items():
        if name in fields:
            counts = fields[name].value_counts()
            share = (counts + _PRIOR_NAMES * typical) / (counts.sum() + _PRIOR_NAMES)
            tables[name] = share.rename(f"tf_{name}").rename_axis(name).reset_index()
    return tables


def identifier_columns(exact: Sequence[str]) -> list[str]:
    """Names of the identifier columns in the comparable records."""
    return [f"id_{number}" for number, _ in enumerate(exact)]


def _read_fields(records: pd.DataFrame, exact: Sequence[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame | pd.Series] = []
    if "name" in records:
        parts.append(normalise.read_names(records["name"]))
    elif "given_name" in records or "surname" in records:
        empty = pd.Series(None, index=records.index, dtype="str")
        parts.append(
            normalise.read_split_names(
                records.get("surname", empty), records.get("given_name", empty)
            )
        )
    if "phone" in records:
        parts.append(normalise.read_phones(records["phone"]).rename("phone"))
    if "email" in records:
        parts.append(normalise.read_emails(records["email"]))
    if "address" in records:
        parts.append(read_addresses(records["address"]))
    if "postcode" in records:
        parts.append(normalise.read_identifiers(records["postcode"]).rename("postcode"))
    if "birth_date" in records:
        parts.append(normalise.read_birth_dates(records["birth_date"]).rename("birth"))
    for name, ours in zip(exact, identifier_columns(exact), strict=True):
        parts.append(normalise.read_identifiers(records[name]).rename(ours))
    return pd.concat(parts, axis=1)


def _mask_oversized_blocks(values: pd.Series, most: int) -> pd.Series:
    codes, distinct = pd.factorize(values)
    counts = pd.Series(codes).value_counts().reindex(range(len(distinct)), fill_value=0)
    oversized = counts.to_numpy() > most
    return values.mask(oversized[codes] & (codes >= 0)) if oversized.any() else values


def _join_fields(fields: pd.DataFrame, rule: Sequence[str]) -> pd.Series:
    key = fields[rule[0]]
    for name in rule[1:]:
        key = key.str.cat(fields[name], sep="|")
    return key
