"""Read canonical tables other than transactions: every column as what its contract wants."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_choice
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._text import name_others
from crmlab._types import TableSource
from crmlab.contracts import CONTRACTS, Contract, ContractError
from crmlab.loaders._columns.dates import read_date
from crmlab.loaders._columns.read import PROBLEM, read_columns
from crmlab.loaders._header.find import find_header
from crmlab.loaders._options import Options
from crmlab.loaders._sources.frames import open_frame
from crmlab.loaders._sources.open import open_source
from crmlab.loaders._sources.source import OURS, ROW, Opened

__all__ = ["read_dates", "read_header", "read_table"]


def read_header(
    source: TableSource,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
) -> list[str]:
    """Names of the columns of a file or table, as its owner wrote them.

    Parameters
    ----------
    source, encoding, separator, sheet, header
        As in `read_transactions`.

    Returns
    -------
    list of str

    Raises
    ------
    ContractError, FileNotFoundError, InputError
        As in `read_transactions`.

    Examples
    --------
    >>> read_header(pd.DataFrame({"고객": [1], "금액": [5]}))
    ['고객', '금액']
    """
    options = Options(encoding=encoding, separator=separator, sheet=sheet, header=header)
    return list(_open(source, options).names)


def read_table(
    source: TableSource,
    name: str,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
) -> pd.DataFrame:
    """Read a canonical table, such as identities or consents, from what its owner has.

    Names, phones, dates of birth and whatever else is personal come back as they are written:
    `identity.link_customers` reads them by itself. The rules of the contract are not checked
    here, see `contracts.CONTRACTS`.

    Parameters
    ----------
    source : path, glob, list of paths, DataFrame, Arrow table, DuckDB relation, Ibis table or \
Spark table
        As in `read_transactions`, and so are the options.
    name : str
        Name of the table, one of `contracts.CONTRACTS`; transactions have `read_transactions`.
    columns, date_format, dayfirst, timezone, decimal, encoding, separator, sheet, header
        See `read_transactions`.

    Returns
    -------
    DataFrame
        The contract's columns that are there, and all others under their own names.

    Raises
    ------
    ContractError
        If a required column is missing, a line does not fit the header, or a value cannot be
        read as its column wants it.
    FileNotFoundError
        If there is no such file.
    InputError
        If an option has a value or a type it cannot have, or `source` is not a table.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {"고객": ["007"], "channel": ["post"], "purpose": ["service"], "granted": ["Y"],
    ...      "date": ["2024.1.5"]}
    ... )
    >>> read_table(answers, "consents", columns={"고객": "customer_id"})
      customer_id channel  purpose  granted       date
    0         007    post  service     True 2024-01-05
    """
    check_choice("name", name, [one for one in CONTRACTS if one != "transactions"])
    options = Options(
        not_after=dt.date(2068, 12, 31),  # contracts end in the future
        columns=columns, date_format=date_format, dayfirst=dayfirst, timezone=timezone,
        decimal=decimal, encoding=encoding, separator=separator, sheet=sheet, header=header,  # type: ignore[arg-type]
    )  # fmt: skip
    contract = CONTRACTS[name]
    opened = _open(source, options, list(columns or contract.names(required=True)))
    matched = find_header(opened, contract, columns or {})
    rows = opened.read_all()
    if rows.malformed:  # not shown: the line may hold a person's name
        raise ContractError(
            f"{len(rows.malformed):,} lines of `source` do not fit its header. "
            "Quote fields that hold the separator."
        )
    read = read_columns(rows, matched, contract, options)
    others = name_others(
        (theirs for theirs in opened.names if theirs not in matched.used), matched.origins
    )
    added = [column for column in read.table.columns if column.startswith(OURS)]
    found = execute(read.table.select(*added, *others))
    _check_read(found, contract, read.formats)
    ours = {OURS + name: name for name in contract.names() if name in read.names}
    return found[[*ours, *others]].rename(columns=ours | others)


def read_dates(
    column: pd.Series, name: str, *, timezone: str | None = None, as_written: bool = False
) -> pd.Series:
    """Read a column of a frame as dates, as in files.

    Parameters
    ----------
    column : Series
        Dates, or text in one form.
    name : str
        What messages call it.
    timezone : str, optional
        Zone to which times with an offset are moved.
    as_written : bool, default=False
        Whether each day is that of its own offset.

    Returns
    -------
    Series of datetime64
        Local times, missing where nothing is written.

    Raises
    ------
    InputError
        If a value is not a date, or may be one or another; the message has an example.

    Examples
    --------
    >>> read_dates(pd.Series(["15/06/2024", "01/12/2024"]), "updated").tolist()
    [Timestamp('2024-06-15 00:00:00'), Timestamp('2024-12-01 00:00:00')]
    """
    if column.empty or column.isna().all():
        return column.astype("datetime64[us]")
    opened = open_frame(pd.DataFrame({name: column.array})).read_all()
    cells = read_date(
        name, opened.table, name, opened.zones.get(name, set()), timezone=timezone,
        as_written=as_written,
    )  # fmt: skip
    problem = ibis.null("string") if cells.problem is None else cells.problem
    found = execute(cells.table.select(ROW, value=cells.value, problem=problem))
    found = found.sort_values(ROW).set_axis(column.index)
    wrong = found["problem"].notna()
    if wrong.any():
        said = " or ".join(map(repr, cells.formats))
        remedy = f"write the format {said}" if said else "give the format of your dates"
        raise InputError(
            f"`{name}` must hold dates such as '2024-12-31', all written alike; "
            f"{column[wrong].iloc[0]!r} is {found.loc[wrong, 'problem'].iloc[0]}, and "
            f"{int(wrong.sum()):,} of {len(column):,} are like that. Convert them with "
            f"`pd.to_datetime(..., format=)`: {remedy}."
        )
    return pd.Series(found["value"].array, index=column.index, name=column.name)


def _open(source: Any, options: Options, named: Collection[str] = ()) -> Opened:
    return open_source(
        source,
        encoding=options.encoding,
        separator=options.separator,
        sheet=options.sheet,
        header=options.header,
        named=named,
    )


def _check_read(
    found: pd.DataFrame, contract: Contract, formats: Mapping[str, tuple[str, ...]]
) -> None:
    for column in contract.names():
        problem = found.get(OURS + column + PROBLEM)
        if problem is not None and problem.notna().any():
            words = problem.dropna()
            offered = " or ".join(f"date_format={one!r}" for one in formats.get(column, ()))
            raise ContractError(
                f"`{column}` of {contract.name} cannot be read in {len(words):,} of "
                f"{len(found):,} rows: {words.iloc[0]}. Correct it at its source; options such as "
                "`dayfirst`, `date_format` and `decimal` say how values are written"
                + (f": {offered}." if offered else ".")
            )
