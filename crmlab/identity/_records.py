"""Prepare records for comparison: normalised fields, and the keys that find candidates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._errors import InputError
from crmlab.identity import _normalise as normalise
from crmlab.identity._address import read_addresses
from crmlab.identity._birth_dates import read_birth_dates
from crmlab.identity._inputs import linkable_columns
from crmlab.identity._placeholders import mask_more_than, mask_shared

__all__ = [
    "BLOCKS",
    "LARGEST_BLOCK",
    "identifier_columns",
    "name_frequencies",
    "number_at_random",
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
_CONTACTS = ("phone", "email", "address")
_ABOUT_NAMES = ("given", "surname", "given_sound", "surname_sound", "sound", "shuffled")
# The field that a column of the records must have been read into.
_READ_INTO = {
    "name": "sound", "given_name": "given", "surname": "surname", "birth_date": "birth"
}  # fmt: skip


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
        present, and one ``block_i`` per blocking rule that applies, in which records
        of one block have one number.
    """
    fields = _mask_placeholders(_read_fields(records, exact), exact)
    _check_readable(records, fields, exact)
    blocks = [*BLOCKS, *((name,) for name in identifier_columns(exact))]
    limits = dict.fromkeys(blocks, LARGEST_BLOCK) | dict.fromkeys(WEAK_BLOCKS, LARGEST_WEAK_BLOCK)
    usable = [rule for rule in limits if all(name in fields for name in rule)]
    numbers = {
        name: pd.factorize(fields[name])[0].astype("int64") for rule in usable for name in rule
    }
    for at, rule in enumerate(usable):
        fields[f"block_{at}"] = _number_block([numbers[name] for name in rule], limits[rule])
    fields.insert(0, "record", range(len(fields)))
    fields.insert(1, "source", records["source"].to_numpy())
    return fields


def number_at_random(fields: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Number prepared records at random, by their content instead of by id and system.

    Training draws the records with the first numbers, so neither the names of the systems nor the
    engine changes what is learned. The index gives the position each record had.
    """
    held = fields.columns[~fields.columns.str.match("record$|source$|block_")]
    order = pd.util.hash_pandas_object(fields[held], index=False).argsort(kind="stable").to_numpy()
    # Records of the same content would be neighbours.
    order = order[np.random.default_rng(seed).permutation(len(order))]
    return fields.iloc[order].assign(record=range(len(fields)))


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
        days = read_birth_dates(records["birth_date"], records["source"])
        parts.append(days.rename("birth"))
    for name, ours in zip(exact, identifier_columns(exact), strict=True):
        parts.append(normalise.read_identifiers(records[name]).rename(ours))
    fields = pd.concat(parts, axis=1)
    for name in ("email", *identifier_columns(exact)):
        if name in fields and not fields[name].dropna().str.isascii().all():
            fields[f"spelled_{name}"] = normalise.encode_letters(fields[name])
    return fields


def _mask_placeholders(fields: pd.DataFrame, exact: Sequence[str]) -> pd.DataFrame:
    """Make missing what more records share than people could."""
    for name in (*_CONTACTS, *identifier_columns(exact)):
        if name in fields:
            fields[name] = mask_shared(fields[name], "contact")
    if "birth" in fields:
        fields["birth"] = mask_shared(fields["birth"], "birth")
    if "email" in fields:
        common = mask_more_than(fields["local"], LARGEST_BLOCK)
        fields["local"] = common.where(fields["email"].notna())
    if "building" in fields:
        fields["building"] = mask_more_than(fields["building"], LARGEST_BLOCK)
    if "sound" in fields:
        whole = fields["surname"].fillna("").str.cat(fields["given"].fillna(""), sep=" ")
        nobody = mask_shared(whole.where(fields["sound"].notna()), "name").isna()
        for name in _ABOUT_NAMES:
            fields[name] = fields[name].mask(nobody)
    return fields


def _check_readable(records: pd.DataFrame, fields: pd.DataFrame, exact: Sequence[str]) -> None:
    """Refuse a field that a system fills, but of which nothing can be read."""
    renamed = _READ_INTO | dict(zip(exact, identifier_columns(exact), strict=True))
    for name in linkable_columns(records, exact):
        read = fields[renamed.get(name, name)].notna()
        readable = read.groupby(records["source"]).any()
        for system in readable.index[~readable]:
            given = records.loc[records["source"] == system, name]
            example = given[normalise.clean_text(given).notna()]
            if len(example):
                raise InputError(
                    f"`{name}` of {system} has no value that can be read and that tells people "
                    f"apart, such as {example.iloc[0]!r}, so it cannot link anything. Pass the "
                    "records without this column, or with readable values."
                )


def _number_block(columns: list[NDArray[np.int64]], most: int) -> NDArray[np.int64]:
    """Number the blocks of records that agree in all columns; a record in none is one by itself.

    Missing values are below 0 in `columns`, and so are the numbers of records without a block.
    """
    missing = np.any([column < 0 for column in columns], axis=0)
    block = columns[0]
    for column in columns[1:]:
        block = np.unique(block * (column.max(initial=0) + 1) + column, return_inverse=True)[1]
    block = np.where(missing, -1, block)
    counts = np.bincount(block[~missing], minlength=1)
    alone = missing | (counts[block] > most) | (counts[block] < 2)
    return np.where(alone, -1 - np.arange(len(block)), block)
