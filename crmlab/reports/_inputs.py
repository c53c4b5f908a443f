"""What a template reads: a bundled set by its name, or the files of its reader."""

from typing import Any

from crmlab._checks import check_count
from crmlab.datasets import TRANSACTION_SETS, load_company, load_transactions
from crmlab.loaders import TransactionAudit

__all__ = ["audit_lines", "company_tables", "orders_source"]


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


def audit_lines(audit: TransactionAudit, currency: str, *, decimals: int = 0) -> list[str]:
    """Say how many rows were read, what they come to, and how text was read."""
    check_count("decimals", decimals, minimum=0)
    lines = [
        f"{audit.rows_read:,} rows read = {audit.rows_valid:,} valid "
        f"+ {audit.rows_quarantined:,} left out"
    ]
    if audit.rows_valid:
        lines.append(
            f"{audit.n_customers:,} customer ids, {audit.first_date:%Y-%m-%d} to "
            f"{audit.last_date:%Y-%m-%d}, {currency} {audit.revenue:,.{decimals}f} in all"
        )
    return lines + [f"{name}: read as {reading}" for name, reading in audit.readings.items()]
