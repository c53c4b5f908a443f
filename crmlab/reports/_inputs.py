"""What a template reads: a bundled set by its name, or the files of its reader."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlab._words import count_words, money_words
from crmlab.contracts import CONTRACTS
from crmlab.datasets import TRANSACTION_SETS, load_company, load_transactions
from crmlab.loaders import TransactionAudit, audit_transactions, read_table
from crmlab.reports._orders import keep_own, require_orders

__all__ = [
    "audit_lines",
    "company_tables",
    "name_currency",
    "orders_source",
    "read_beside",
    "read_consents",
    "read_orders",
]


def orders_source(data: str) -> Any:
    """The bundled orders of that name, or else the file or pattern itself."""
    return load_transactions(data) if data in TRANSACTION_SETS else data


def company_tables(data: str, **given: Any) -> dict[str, Any]:
    """Tables beside the orders: those given, and with the simulated company all of its own.

    Parameters
    ----------
    data : str
        The orders, as the template takes them.
    **given : path or None
        A table by its name; None is filled from the company, if the orders are the company's.

    Returns
    -------
    dict
        The tables by name, and all tables of the company as `tables`.
    """
    if data != "company":
        return given
    tables = load_company().tables
    own = {name: tables[name] if source is None else source for name, source in given.items()}
    return own | {"tables": tables}


def read_consents(
    data: str, consents: str | None, *, columns: Mapping[str, str], **reading: Any
) -> Any:
    """Read the answers of customers to being contacted; None where none are given.

    Parameters
    ----------
    data : str
        The orders, as the template takes them; with the simulated company its own answers count.
    consents : str or None
        The file.
    columns : mapping
        Their header to our name; those that the file has and that are about answers count.
    **reading
        `encoding`, `dayfirst` and `date_format` of `read_table`.

    Returns
    -------
    DataFrame or None

    Raises
    ------
    ContractError
        If columns are missing.
    """
    return read_beside(data, columns=columns, consents=consents, **reading)["consents"]


def read_beside(
    data: str,
    *,
    columns: Mapping[str, str],
    encoding: str | None = None,
    dayfirst: bool | None = None,
    date_format: str | None = None,
    **given: str | None,
) -> dict[str, Any]:
    """Read tables that stand beside the orders: contacts, responses, campaigns, answers ....

    Parameters
    ----------
    data : str
        The orders, as the template takes them; with the simulated company its own tables count.
    columns : mapping
        Their header to our name; those that a file has and that its table knows count.
    encoding, dayfirst, date_format
        As for `read_table`.
    **given : str or None
        The file of a table, by the table's name.

    Returns
    -------
    dict
        The tables by name; None where no file is given.

    Raises
    ------
    ContractError
        If columns are missing.
    """
    found = {}
    for name, source in company_tables(data, **given).items():
        if name not in given or source is None or isinstance(source, pd.DataFrame):
            found[name] = source
            continue
        own = keep_own(source, {"columns": columns, "encoding": encoding}, CONTRACTS[name])
        found[name] = read_table(
            source, name, columns=own, encoding=encoding, dayfirst=dayfirst,
            date_format=date_format,
        )  # fmt: skip
    return {name: found[name] for name in given}


def read_orders(data: str, *, currency: str | None = None, **reading: Any) -> TransactionAudit:
    """Read and audit the orders of a page; those of one currency, which adds up.

    Parameters
    ----------
    data : str
        A bundled set by its name, or a file or pattern.
    currency : str, optional
        Code of the currency that is kept, or converted to, where the orders say theirs. The
        bundled sets do not: there it is only a name.
    **reading
        Further options of `audit_transactions`.

    Returns
    -------
    TransactionAudit

    Raises
    ------
    ContractError
        If none of the orders counts, or they are in several currencies.
    """
    kept = None if data in TRANSACTION_SETS else currency
    audit = audit_transactions(orders_source(data), currency=kept, **reading)
    require_orders(audit, one_currency=True)
    return audit


def name_currency(audit: TransactionAudit, data: str, currency: str | None) -> str:
    """The name of the money on a page: as asked, as read, or that of a bundled set; else empty."""
    return audit.currency or currency or TRANSACTION_SETS.get(data, "")


def audit_lines(audit: TransactionAudit, currency: str) -> list[str]:
    """Say how many rows were read, what they come to, and how text was read."""
    lines = [
        f"{count_words(audit.rows_read, 'row')} read: {audit.rows_valid:,} "
        f"{'counts' if audit.rows_valid == 1 else 'count'}, {audit.rows_left_out:,} left out, "
        f"{audit.rows_quarantined:,} at fault"
    ]
    if audit.rows_valid:
        lines.append(
            f"{count_words(audit.n_customers, 'customer id')}, {audit.first_date:%Y-%m-%d} to "
            f"{audit.last_date:%Y-%m-%d}{_on_revenue(audit, currency)}"
        )
    return lines + [f"{name}: read as {reading}" for name, reading in audit.readings.items()]


def _on_revenue(audit: TransactionAudit, currency: str) -> str:
    """Revenue by currency: amounts in several do not add up."""
    sums = [
        money_words(money, code or currency, decimals=2)
        for code, money in audit.by_currency[["currency", "revenue"]].to_numpy()
    ]
    return f", {' + '.join(sums)} in all" if sums else ""
