"""The orders of a report, read once before its cells run: what is refused costs no kernel."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._parameters import Parameter
from crmlab._words import count_words
from crmlab.contracts import TRANSACTIONS, Contract, ContractError
from crmlab.datasets import TRANSACTION_SETS, load_transactions
from crmlab.loaders import TransactionAudit, audit_transactions, read_header

__all__ = ["LeftOut", "check_orders", "keep_own", "require_orders"]

_OPTIONS = set(inspect.signature(audit_transactions).parameters) - {"source"}
_PLACES = ("encoding", "separator", "sheet", "header")  # options of where a table stands in a file
# The unit of a `currency` that is the only one kept; elsewhere it is a name and no option.
_ONLY_CURRENCY = "currency code"


@dataclass(frozen=True)
class LeftOut:
    """Rows at fault that a report leaves out, and why: reason and number, in words."""

    n_rows: int = 0
    reasons: str = ""


def check_orders(declared: Sequence[Parameter], values: Mapping[str, Any], data: Any) -> LeftOut:
    """Read the orders of a report as its cells will, and count what it leaves out as faulty.

    Parameters
    ----------
    declared : sequence of Parameter
        What the template takes. Without a parameter `data` for a file there is nothing to read;
        parameters with the name of an option of `audit_transactions` are passed on to it.
    values : mapping
        Those that are given, checked.
    data : str, path, DataFrame or None
        The orders as they were given.

    Returns
    -------
    LeftOut
        Nothing for the data sets that come with crmlab.

    Raises
    ------
    ContractError, InputError, OSError, ImportError
        If the orders cannot be read, none of them counts, they are in several currencies and the
        report takes one only, or they come with an extra that is not installed.
    """
    units = {one.name: one.unit for one in declared}
    settings = {one.name: values.get(one.name, one.default) for one in declared}
    files = [name for name, unit in units.items() if unit.startswith("file") and settings[name]]
    source = data if isinstance(data, pd.DataFrame) else settings.get("data")
    options = {name: settings[name] for name in _OPTIONS & settings.keys()}
    if units.get("currency") != _ONLY_CURRENCY:
        options.pop("currency", None)
    if isinstance(source, str) and source in TRANSACTION_SETS:
        # Loading it names the extra, or the file, that is missing.
        _try_options(load_transactions(source), {**options, "currency": None}, declared)
        return LeftOut()
    if "data" not in files:
        return LeftOut()
    if len(files) > 1:  # the names of columns may belong to another file
        options["columns"] = keep_own(source, options)
    audit = audit_transactions(source, **options)
    require_orders(audit, one_currency=units.get("currency") == _ONLY_CURRENCY)
    return LeftOut(audit.rows_quarantined, _list_faults(audit))


def _try_options(
    orders: pd.DataFrame, options: Mapping[str, Any], declared: Sequence[Parameter]
) -> None:
    """Read one line of a bundled set, whose values are known, with options that are not default."""
    default = {one.name: one.default for one in declared}
    if any(value != default.get(name) for name, value in options.items()):
        audit_transactions(orders.head(1), **options)


def keep_own(
    source: Any, options: Mapping[str, Any], contract: Contract = TRANSACTIONS
) -> dict[str, str]:
    """Names of `options["columns"]` that the header of this source has and its contract knows."""
    places = {name: options[name] for name in _PLACES if name in options}
    header, known = read_header(source, **places), contract.names()
    return {
        theirs: ours
        for theirs, ours in options["columns"].items()
        if theirs in header and ours in known
    }


def require_orders(audit: TransactionAudit, *, one_currency: bool) -> None:
    """Raise ContractError unless orders are left to report on, in one currency if asked."""
    if not audit.rows_valid:
        raise ContractError(
            f"No order is left to report on, of {count_words(audit.rows_read, 'row')} read:\n"
            f"{_list_reasons(audit)}"
        )
    if one_currency and len(audit.by_currency) > 1:
        money = audit.by_currency[["currency", "revenue", "orders"]].to_numpy()
        sums = ", ".join(f"{code} {worth:,.2f} in {n:,} orders" for code, worth, n in money)
        codes = audit.by_currency.sort_values("orders", ascending=False)["currency"].tolist()
        rates = ", ".join(f"{code!r}: ..." for code in codes[1:])
        raise ContractError(
            f"The orders are in several currencies, which do not add up: {sums}. Keep one with "
            f"currency={codes[0]!r}, or convert the others to it with rates={{{rates}}}."
        )


def _list_reasons(audit: TransactionAudit) -> str:
    """Why rows are left out, one reason a line: the faults with their remedies, then the rest."""
    faults = audit.by_rule.query("treatment == 'quarantined' and n_rows > 0")
    lines = [
        f"- {rule}: {count_words(n, 'row')}; {remedy}"
        for rule, n, remedy in faults[["rule", "n_rows", "remedy"]].to_numpy()
    ]
    others = audit.left_out.query("treatment == 'left out'").groupby("reason")["n_rows"].sum()
    lines += [f"- {reason}: {count_words(n, 'row')}" for reason, n in others.items()]
    return "\n".join(lines)


def _list_faults(audit: TransactionAudit) -> str:
    faults = audit.by_rule.query("treatment == 'quarantined' and n_rows > 0")
    return ", ".join(f"{rule} {n:,}" for rule, n in faults[["rule", "n_rows"]].to_numpy())
