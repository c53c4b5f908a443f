"""The files of a firm, read under one mapping of columns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._errors import InputError, InputTypeError
from crmlab.contracts import CONTRACTS
from crmlab.loaders import TransactionAudit, audit_transactions, read_header, read_table

__all__ = ["Inputs", "read_inputs"]

# Columns of identities that the contract does not name and `link_customers` reads.
_PLACES = ("separator", "sheet", "header")  # options of where a table stands in a file
_PARTS = ("given_name", "surname", "postcode")


@dataclass(frozen=True)
class Inputs:
    """What was read.

    Attributes
    ----------
    audit : TransactionAudit
        Of the orders.
    tables : dict of str to DataFrame
        The other tables that there are, in canonical columns.
    """

    audit: TransactionAudit
    tables: dict[str, pd.DataFrame]

    def absent(self, *names: str) -> list[str]:
        """Those of the named tables that there are not."""
        return [name for name in names if name not in self.tables]


def read_inputs(
    orders: Any,
    sources: Mapping[str, Any],
    *,
    columns: Mapping[str, str],
    reading: Mapping[str, Any],
    **options: Any,
) -> Inputs:
    """Read the orders and every other table that is given.

    `reading` is for the orders alone. A column that `columns` maps may stand in one of them or in
    several; it is an error where none has it, or the name it maps to is not one of ours.
    """
    with _refuse_as("orders"):
        places = {name: reading[name] for name in _PLACES if name in reading}
        here = _columns_of(orders, columns, options["encoding"], **places)
        ours = {theirs: name for theirs, name in here.items() if name in _names("transactions")}
        audit = audit_transactions(orders, columns=ours, **options, **reading)
    used, tables = set(ours), {}
    for name, source in sources.items():
        if source is None:
            continue
        with _refuse_as(name):
            here = _columns_of(source, columns, options["encoding"])
            ours = {theirs: each for theirs, each in here.items() if each in _names(name)}
            parts = {theirs: each for theirs, each in here.items() if each in _PARTS}
            tables[name] = read_table(source, name, columns=ours, **options).rename(columns=parts)
        used |= {*ours, *parts}
    if "customers" in tables:
        CONTRACTS["customers"].require(tables["customers"])
    _check_used(columns, used)
    return Inputs(audit, tables)


@contextmanager
def _refuse_as(name: str) -> Iterator[None]:
    """Refuse what is not a table under the name by which it was given, not as a `source`."""
    try:
        yield
    except InputTypeError as error:
        raise InputTypeError(str(error).replace("`source`", f"`{name}`")) from None


def _names(table: str) -> list[str]:
    return CONTRACTS[table].names()


def _columns_of(
    source: Any, columns: Mapping[str, str], encoding: str | None, **places: Any
) -> dict[str, str]:
    """The part of a mapping that a source has columns for."""
    header = read_header(source, encoding=encoding, **places) if columns else []
    return {theirs: ours for theirs, ours in columns.items() if theirs in header}


def _check_used(columns: Mapping[str, str], used: set[str]) -> None:
    unused = sorted(set(columns) - used)
    if unused:
        raise InputError(
            f"`columns` names {', '.join(map(repr, unused))}, which no file has, or maps it to "
            "a name that is not one of ours. Correct it, or leave it out."
        )
