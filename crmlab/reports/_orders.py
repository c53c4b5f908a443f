"""The orders of a report, read once before its cells run: what is refused costs no kernel."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crmlab.contracts import TRANSACTIONS
from crmlab.datasets import TRANSACTION_SETS, load_transactions
from crmlab.loaders import audit_transactions, read_header
from crmlab.reports._parameters import Parameter

__all__ = ["count_left_out"]

_OPTIONS = set(inspect.signature(audit_transactions).parameters) - {"source"}


def count_left_out(declared: Sequence[Parameter], values: Mapping[str, Any], data: Any) -> int:
    """Count the rows of the orders that a report will leave out as faulty.

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
    int
        Rows; 0 for the data sets that come with crmlab.

    Raises
    ------
    ContractError, InputError, OSError, ImportError
        If the orders cannot be read, or come with an extra that is not installed.
    """
    settings = {one.name: values.get(one.name, one.default) for one in declared}
    files = [one.name for one in declared if one.unit.startswith("file") and settings[one.name]]
    source = data if isinstance(data, pd.DataFrame) else settings.get("data")
    if isinstance(source, str) and source in TRANSACTION_SETS:
        load_transactions(source)  # which names the extra, or the file, that is missing
        return 0
    if "data" not in files:
        return 0
    options = {name: settings[name] for name in _OPTIONS & settings.keys()}
    if len(files) > 1:  # the names of columns may belong to another file
        options["columns"] = _keep_own(options["columns"], source, options.get("encoding"))
    return audit_transactions(source, **options).rows_quarantined


def _keep_own(columns: Mapping[str, str], source: Any, encoding: str | None) -> dict[str, str]:
    header, known = read_header(source, encoding=encoding), TRANSACTIONS.names()
    return {theirs: ours for theirs, ours in columns.items() if theirs in header and ours in known}
