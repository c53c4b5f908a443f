"""Gather the tables of the systems into one, checked before anything is linked."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crmlab._checks import check_choice
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Table
from crmlab.identity._normalise import clean_text

__all__ = [
    "FIELDS",
    "KEY",
    "Tables",
    "align_ids",
    "gather_records",
    "linkable_columns",
    "match_records",
    "with_clean_keys",
]

KEY = ["source", "source_id"]
FIELDS = (
    "name",
    "given_name",
    "surname",
    "phone",
    "email",
    "address",
    "postcode",
    "birth_date",
)
Tables = Table | Mapping[str, Table] | Sequence[Table]  # by the names of systems, or with them


def gather_records(
    tables: Tables, *, columns: Mapping[str, str] | None = None, exact: Sequence[str] = ()
) -> pd.DataFrame:
    """Gather all records in one frame, under our names and in the order of `source`, `source_id`.

    Parameters
    ----------
    tables : DataFrame, Ibis table, mapping of system to table, or sequence of tables
        The records. A single table, and each table of a sequence, names the system in `source`.
    columns : mapping of str to str, optional
        Their header to ours; several of theirs for one of ours are joined by a space.
    exact : sequence of str, default=()
        Further columns to carry along.

    Returns
    -------
    DataFrame
        ``source``, ``source_id``, and of our fields, `exact` and ``updated`` those present.

    Raises
    ------
    InputError
        If a column or the system is missing, or ids are missing or given twice in a system.
    InputTypeError
        If a table is not a DataFrame or an Ibis table.
    """
    exact = _check_exact(exact)
    frames = {label: _to_pandas(table) for label, table in _label_tables(tables).items()}
    _check_no_duplicate_columns(frames)
    _check_mapping(columns or {}, frames, exact)
    wanted = [*KEY, *FIELDS, *exact, "updated"]
    parts = []
    for label, frame in frames.items():
        part = _rename_columns(frame, columns or {}, wanted)
        if isinstance(tables, Mapping):
            part["source"] = label
        parts.append(_check_key(part, label))
    _check_common(parts, list(frames), exact)
    _check_filled(parts, list(frames), exact)
    records = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    _check_ids(records)
    return records.sort_values(KEY, ignore_index=True)


def linkable_columns(frame: pd.DataFrame, exact: Sequence[str]) -> list[str]:
    """Columns of a frame that can show whether two records are the same person."""
    return [name for name in (*FIELDS, *exact) if name in frame.columns]


def _check_exact(exact: Sequence[str]) -> list[str]:
    if isinstance(exact, str):
        raise InputTypeError(
            f"`exact` must be a sequence of columns; got {exact!r}. Pass [{exact!r}]."
        )
    return list(exact)


def _check_no_duplicate_columns(frames: Mapping[str, pd.DataFrame]) -> None:
    for label, frame in frames.items():
        twice = frame.columns[frame.columns.duplicated()]
        if len(twice):
            raise InputError(
                f"{label} has the column {twice[0]!r} more than once. Rename or drop one of them."
            )


def _label_tables(tables: Tables) -> dict[str, Any]:
    if isinstance(tables, Mapping):
        labelled = {str(label): table for label, table in tables.items()}
    elif isinstance(tables, Sequence) and not isinstance(tables, str):
        labelled = {f"table {number}": table for number, table in enumerate(tables, 1)}
    else:
        labelled = {"the table": tables}
    if not labelled:
        raise InputError("`tables` must hold at least one table; got none.")
    return labelled


def _to_pandas(table: Any) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame):
        return table
    if hasattr(table, "get_backend"):
        return execute(table)
    raise InputTypeError(
        "`tables` must be a DataFrame or an Ibis table, or a mapping or sequence of them; "
        f"got {type(table).__name__}."
    )


def _check_mapping(
    columns: Mapping[str, str], frames: Mapping[str, pd.DataFrame], exact: list[str]
) -> None:
    if not isinstance(columns, Mapping):
        raise InputTypeError(
            "`columns` must be a mapping such as {'their name': 'our name'}; "
            f"got {type(columns).__name__}."
        )
    present = list(dict.fromkeys(name for frame in frames.values() for name in frame.columns))
    for theirs, ours in columns.items():
        if theirs not in present:
            raise InputError(
                f"`columns` names {theirs!r}, which no table has; "
                f"they have {', '.join(map(repr, present))}."
            )
        check_choice("columns", ours, [*KEY, *FIELDS, *exact, "updated"])
    known = {*present, *columns.values()}
    for name in exact:
        if name not in known:
            raise InputError(
                f"`exact` names {name!r}, which no table has; "
                f"they have {', '.join(map(repr, present))}."
            )


def _rename_columns(
    frame: pd.DataFrame, columns: Mapping[str, str], wanted: Sequence[str]
) -> pd.DataFrame:
    named = {}
    for ours in wanted:
        theirs = [name for name, target in columns.items() if target == ours and name in frame]
        if ours in frame and ours not in columns:
            theirs = [ours, *theirs]
        if len(theirs) == 1:
            named[ours] = frame[theirs[0]]
        elif theirs:
            named[ours] = _join_texts([frame[name].astype("str") for name in theirs])
    return pd.DataFrame(named, index=frame.index)


def _join_texts(columns: list[pd.Series]) -> pd.Series:
    joined = columns[0]
    for column in columns[1:]:
        both = joined.str.cat(column, sep=" ")
        joined = both.fillna(joined).fillna(column)
    return joined


def _check_key(part: pd.DataFrame, label: str) -> pd.DataFrame:
    for name, meaning in (("source", "the system"), ("source_id", "the id in its system")):
        if name not in part:
            raise InputError(
                f"{label} lacks {name!r}, {meaning} of a record; it has "
                f"{', '.join(map(repr, part.columns)) or 'no known column'}. Map your header with "
                "`columns={'your name': 'our name'}`"
                + (", or pass `tables={system: table}`." if name == "source" else ".")
            )
        missing = int(part[name].isna().sum())
        if missing:
            raise InputError(
                f"`{name}` must not be missing; it is in {missing:,} of {len(part):,} records "
                f"of {label}. Fill it in, or leave those records out."
            )
    return with_clean_keys(part)


def _check_common(parts: list[pd.DataFrame], labels: list[str], exact: list[str]) -> None:
    shared = set(linkable_columns(parts[0], exact)).intersection(
        *(linkable_columns(p, exact) for p in parts)
    )
    if shared:
        return
    has = "; ".join(
        f"{label} has {', '.join(linkable_columns(part, exact)) or 'none'}"
        for label, part in zip(labels, parts, strict=True)
    )
    raise InputError(
        "The tables have no common column to compare records by; of "
        f"{', '.join([*FIELDS, *exact])}, {has}. Map your header with `columns=`, or name "
        "identifiers in `exact=`."
    )


def _check_filled(parts: list[pd.DataFrame], labels: list[str], exact: list[str]) -> None:
    for label, part in zip(labels, parts, strict=True):
        for name in linkable_columns(part, exact):
            if len(part) and _is_empty(part[name]):
                raise InputError(
                    f"`{name}` is missing in all {len(part):,} records of {label}, so it cannot "
                    "link anything. Pass the table without this column."
                )


def _is_empty(values: pd.Series) -> bool:
    """Whether all values are missing, or placeholders such as an empty text."""
    different = values.dropna().drop_duplicates()
    # There are few placeholders, so a column of many different values is not empty.
    return len(different) <= 20 and bool(clean_text(different).isna().all())


def _check_ids(records: pd.DataFrame) -> None:
    if records.empty:
        raise InputError("`tables` must hold at least one record; got none.")
    if records["source_id"].dtype == object:  # whole numbers in one system, text in another
        records["source_id"] = records["source_id"].astype("str")
    twice = records.duplicated(KEY)
    if twice.any():
        source, example = records.loc[twice, KEY].iloc[0]
        here = twice & records["source"].eq(source)
        raise InputError(
            f"`source_id` must be unique within a system; {source!r} has {int(here.sum()):,} "
            f"records that reuse the id of another record, such as {example!r}. Give every record "
            "its own id, or drop the copies."
        )


def with_clean_keys(records: pd.DataFrame) -> pd.DataFrame:
    """Make `source` text, and `source_id` whole numbers where it can be (7.0 is 7), else text."""
    ids = records["source_id"]
    if pd.api.types.is_float_dtype(ids) and (ids % 1 == 0).all():
        ids = ids.astype("int64")
    elif not pd.api.types.is_integer_dtype(ids):
        ids = ids.astype("str")
    return records.assign(source_id=ids, source=records["source"].astype("str"))


def align_ids(*frames: pd.DataFrame) -> list[pd.DataFrame]:
    """Give frames a `source_id` that can be joined: whole numbers in all of them, or text."""
    if all(pd.api.types.is_integer_dtype(frame["source_id"]) for frame in frames):
        return list(frames)
    return [frame.assign(source_id=frame["source_id"].astype("str")) for frame in frames]


def match_records(
    left: pd.DataFrame, right: pd.DataFrame, *, names: tuple[str, str]
) -> pd.DataFrame:
    """Join two tables about the same records, by key; `names` are those of the arguments."""
    left, right = align_ids(left, right)
    both = left.merge(right, on=KEY, how="outer", indicator=True)
    only = both["_merge"].value_counts()
    if only["left_only"] or only["right_only"]:
        one, other = names
        raise InputError(
            f"`{one}` and `{other}` must hold the same records; {only['left_only']:,} are in "
            f"`{one}` only, {only['right_only']:,} in `{other}` only."
        )
    return both
