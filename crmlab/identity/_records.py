"""Records as the linkage compares them: normalised fields, and the keys that find candidates."""

from collections.abc import Sequence

import pandas as pd

from crmlab.identity import _normalise as normalise
from crmlab.identity._address import addresses

__all__ = [
    "BLOCKS",
    "LARGEST_BLOCK",
    "by_content",
    "comparable",
    "frequencies",
    "identifier_columns",
]

# A phone number, mailbox or address under which more records stand is a placeholder or an office,
# and a combination of fields shared by more tells nothing: neither makes candidates.
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
# What strangers often share makes candidates only where few records do: this finds more in small
# tables, and keeps the number of pairs in step with the records in large ones.
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


def comparable(records: pd.DataFrame, exact: Sequence[str] = ()) -> pd.DataFrame:
    """The fields of gathered records in the form the linkage compares.

    Parameters
    ----------
    records : DataFrame
        Result of `gathered`.
    exact : sequence of str, default=()
        Identifier columns.

    Returns
    -------
    DataFrame
        One row per record: ``record`` (its position), ``source``, the normalised fields that are
        there, and one ``block_i`` per blocking rule that applies.
    """
    fields = _fields(records, exact)
    for name in _SHARED:
        if name in fields:
            fields[name] = _without_crowds(fields[name], LARGEST_BLOCK)
    blocks = [*BLOCKS, *((name,) for name in identifier_columns(exact))]
    limits = dict.fromkeys(blocks, LARGEST_BLOCK) | dict.fromkeys(WEAK_BLOCKS, LARGEST_WEAK_BLOCK)
    usable = [rule for rule in limits if all(name in fields for name in rule)]
    for number, rule in enumerate(usable):
        fields[f"block_{number}"] = _without_crowds(_together(fields, rule), limits[rule])
    fields.insert(0, "record", range(len(fields)))
    fields.insert(1, "source", records["source"].to_numpy())
    return fields


def by_content(fields: pd.DataFrame) -> pd.DataFrame:
    """Comparable records, numbered by what they hold and not by ids or systems.

    The random pairs that training draws follow these numbers, so other names of the systems teach
    the same. The index says where each record was.
    """
    held = fields.columns[~fields.columns.str.match("record$|source$|block_")]
    order = pd.util.hash_pandas_object(fields[held], index=False).argsort(kind="stable")
    return fields.iloc[order.to_numpy()].assign(record=range(len(fields)))


def frequencies(fields: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """How common each given name and surname is, for two rare names to count more than two common.

    In small tables a name seen twice is not yet common: the shares are drawn towards typical ones.
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


def _fields(records: pd.DataFrame, exact: Sequence[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame | pd.Series] = []
    if "name" in records:
        parts.append(normalise.names(records["name"]))
    elif "given_name" in records or "surname" in records:
        nobody = pd.Series(None, index=records.index, dtype="str")
        parts.append(
            normalise.names_apart(records.get("surname", nobody), records.get("given_name", nobody))
        )
    if "phone" in records:
        parts.append(normalise.phones(records["phone"]).rename("phone"))
    if "email" in records:
        parts.append(normalise.emails(records["email"]))
    if "address" in records:
        parts.append(addresses(records["address"]))
    if "postcode" in records:
        parts.append(normalise.identifiers(records["postcode"]).rename("postcode"))
    if "birth_date" in records:
        parts.append(normalise.birth_days(records["birth_date"]).rename("birth"))
    for name, ours in zip(exact, identifier_columns(exact), strict=True):
        parts.append(normalise.identifiers(records[name]).rename(ours))
    return pd.concat(parts, axis=1)


def _without_crowds(values: pd.Series, most: int) -> pd.Series:
    codes, distinct = pd.factorize(values)
    counts = pd.Series(codes).value_counts().reindex(range(len(distinct)), fill_value=0)
    crowded = counts.to_numpy() > most
    return values.mask(crowded[codes] & (codes >= 0)) if crowded.any() else values


def _together(fields: pd.DataFrame, rule: Sequence[str]) -> pd.Series:
    key = fields[rule[0]]
    for name in rule[1:]:
        key = key.str.cat(fields[name], sep="|")
    return key
