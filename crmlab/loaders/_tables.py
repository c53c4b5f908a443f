"""Read canonical tables other than transactions: every column as what its contract wants."""

from collections.abc import Mapping
from typing import Any

import ibis
import pandas as pd

from crmlab._checks import check_choice
from crmlab._engine import execute
from crmlab._types import TableSource
from crmlab.contracts import CONTRACTS, Column, Contract, ContractError
from crmlab.loaders._canonical import check_claims, check_mapping
from crmlab.loaders._columns import PROBLEM, read_date, read_flag, read_id, read_number
from crmlab.loaders._options import Options
from crmlab.loaders._source import OURS, Source
from crmlab.loaders._sources import open_source
from crmlab.loaders._text import is_blank, trim

__all__ = ["read_header", "read_table"]


def read_header(
    source: TableSource,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
) -> list[str]:
    """Names of the columns of a file or table, as its owner wrote them.

    Parameters
    ----------
    source, encoding, separator, sheet
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
    options = Options(encoding=encoding, separator=separator, sheet=sheet)
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
    sheet: str | int = 0,
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
    columns, date_format, dayfirst, timezone, decimal, encoding, separator, sheet
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
        columns=columns, date_format=date_format, dayfirst=dayfirst, timezone=timezone,
        decimal=decimal, encoding=encoding, separator=separator, sheet=sheet,  # type: ignore[arg-type]
    )  # fmt: skip
    opened = _open(source, options)
    contract = CONTRACTS[name]
    header = _find_header(opened, contract, columns or {})
    table = opened.table
    for column in contract.columns:
        if column.name in header:
            zones = opened.zones.get(header[column.name], set())
            table = _read_column(column, table, header[column.name], zones, options)
    others = [theirs for theirs in opened.names if theirs not in header.values()]
    found = execute(table.select(*[c for c in table.columns if c.startswith(OURS)], *others))
    _check_read(found, contract)
    ours = {OURS + column: column for column in header}
    return found[[*ours, *others]].rename(columns=ours)


def _open(source: Any, options: Options) -> Source:
    opened = open_source(
        source, encoding=options.encoding, separator=options.separator, sheet=options.sheet
    )
    if opened.malformed:  # not shown: the line may hold a person's name
        raise ContractError(
            f"{len(opened.malformed):,} lines of `source` do not fit its header. "
            "Quote fields that hold the separator."
        )
    return opened


def _find_header(opened: Source, contract: Contract, columns: Mapping[str, str]) -> dict[str, str]:
    """Our name -> their name, in the order of the contract."""
    check_mapping(columns, list(opened.names), contract.names())
    named = {theirs: columns.get(theirs, theirs) for theirs in opened.names}
    check_claims(named)
    try:
        contract.check_header(opened.names, found=named.values())
    except ContractError as error:
        raise ContractError(f"{error} Or map them with `columns=`.") from None
    theirs = {ours: name for name, ours in named.items()}
    return {ours: theirs[ours] for ours in contract.names() if ours in theirs}


def _read_column(column: Column, table: Any, theirs: str, zones: set[str], options: Options) -> Any:
    """The table with one column of the contract beside the owner's."""
    name, kind = column.name, table[theirs].type()
    if column.personal or column.kind == "text":
        value = table[theirs]
        if kind.is_string():
            value = ibis.ifelse(is_blank(trim(value)), None, trim(value))
        return table.mutate(**{OURS + name: value})
    if column.kind == "time":
        return read_date(name, table, theirs, zones, options, {})
    if column.kind == "number":
        return read_number(name, table, theirs, options, {})
    return read_id(name, table, theirs) if column.kind == "id" else read_flag(name, table, theirs)


def _check_read(found: pd.DataFrame, contract: Contract) -> None:
    for column in contract.names():
        problem = found.get(OURS + column + PROBLEM)
        if problem is not None and problem.notna().any():
            words = problem.dropna()
            raise ContractError(
                f"`{column}` of {contract.name} cannot be read in {len(words):,} of "
                f"{len(found):,} rows: {words.iloc[0]}. Correct it at its source; options such as "
                "`dayfirst`, `date_format` and `decimal` say how values are written."
            )
