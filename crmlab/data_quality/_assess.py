"""From what a firm has to every table and sentence of its assessment."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlab._engine import execute
from crmlab._errors import InputTypeError
from crmlab._types import TableSource
from crmlab.contracts import CONTRACTS
from crmlab.data_quality._contact import Base, Contact, count_consents
from crmlab.data_quality._inputs import Inputs, read_inputs
from crmlab.data_quality._linked import LinkedRecords, link_records
from crmlab.data_quality._pairs import Pairs, choose_pairs
from crmlab.data_quality._people import People, count_people
from crmlab.data_quality._publication import count_to_publish
from crmlab.data_quality._quality import DataQuality
from crmlab.data_quality._repairs import rank_repairs
from crmlab.data_quality._settings import Settings
from crmlab.data_quality._systems import Ages, Fields, compare_fields, measure_ages
from crmlab.data_quality._to_do import list_people, nobody
from crmlab.loaders import TransactionAudit

__all__ = ["assess_data_quality"]

# What is not known without a table.
_NEEDED_FOR = {
    "identities": "how many people there are, what duplicates cost, what is wrong in which system",
    "consents": "whom the firm may contact",
    "customers": "who stands alone in what is published",
}


def assess_data_quality(
    orders: TableSource,
    *,
    identities: TableSource | None = None,
    consents: TableSource | None = None,
    customers: TableSource | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    columns: Mapping[str, str] | None = None,
    dayfirst: bool | None = None,
    date_format: str | None = None,
    encoding: str | None = None,
    reading: Mapping[str, Any] | None = None,
    threshold: float = 0.9,
    cost_per_mailing: float,
    mailings: int = 1,
    old_after: int = 365,
    minimum: int = 5,
    currency: str | None = None,
    show_personal: bool = False,
) -> DataQuality:
    """Find out how many customers there really are, what duplicates cost and what to repair first.

    Parameters
    ----------
    orders : path, glob, DataFrame or other source
        Whatever `audit_transactions` reads.
    identities, consents, customers : path, DataFrame or other source, optional
        Whatever `read_table` reads: records of people by system, their answers, one row per
        customer. What rests on an absent one is empty and has a reason.
    tables : mapping of str to DataFrame, optional
        Further canonical tables by name, to be checked against their contracts; subscriptions
        among them are what is counted for publication.
    columns : mapping of str to str, optional
        Their header to ours, in whichever of the sources it stands.
    dayfirst, date_format, encoding
        See `read_transactions`.
    reading : mapping, optional
        Further options of `audit_transactions`, for the orders: ``{"layout": "shopify"}``.
    threshold : float, default=0.9
        Probability in [0.01, 1) from which two records count as one person.
    cost_per_mailing : float
        Cost of one letter, in currency.
    mailings : int, default=1
        Letters a year to every address on file.
    old_after : int, default=365
        Days; a record not updated for longer is old.
    minimum : int, default=5
        People; a smaller group is not published.
    currency : str, optional
        Name written beside amounts. Default: the one the orders are marked with; empty where it
        is not known.
    show_personal : bool, default=False
        Whether the pairs to be judged show names, phones and ids as they are.

    Returns
    -------
    DataQuality

    Raises
    ------
    ContractError
        If a table breaks its contract in a way that no row can be left out for.
    FileNotFoundError
        If there is no such file.
    InputError, InputTypeError
        If an option is out of range or of the wrong type, or `columns` names what no source has.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["c1", "c2"], "date": "2024-01-05", "amount": 5})
    >>> found = assess_data_quality(orders, cost_per_mailing=1_500)
    >>> found.people.n_people, found.people.reason
    (0, 'Not checked: there is no file of `identities`. ...')
    >>> print(found.findings()[-2])
    **Whether the orders can be used.** 0 of 2 lines (0.0%) had to be left out.
    """
    for name, given in {"tables": tables, "columns": columns, "reading": reading}.items():
        if given is not None and not isinstance(given, Mapping):
            raise InputTypeError(f"`{name}` must be a mapping; got {type(given).__name__}.")
    settings = Settings(threshold, cost_per_mailing, mailings, old_after, minimum, show_personal)
    sources = {"identities": identities, "consents": consents, "customers": customers}
    inputs = read_inputs(
        orders, sources, columns=columns or {},
        reading=reading or {}, dayfirst=dayfirst, date_format=date_format, encoding=encoding,
    )  # fmt: skip
    return _assess(inputs, tables or {}, settings, currency or inputs.audit.currency)


def _assess(
    inputs: Inputs, others: Mapping[str, pd.DataFrame], settings: Settings, currency: str
) -> DataQuality:
    audit, customers = inputs.audit, inputs.tables.get("customers")
    bought = _buyers(audit)
    linked = None
    people, fields, pairs, ages = People(), Fields(), Pairs(), Ages()
    to_do = nobody()
    if "identities" in inputs.tables:
        linked = link_records(inputs.tables["identities"], threshold=settings.threshold)
        people, fields = count_people(linked, settings), compare_fields(linked)
        pairs = choose_pairs(linked, show_personal=settings.show_personal)
        ages = measure_ages(linked, audit.last_date, old_after=settings.old_after)
        to_do = list_people(linked, settings, currency)
    contact = _assess_contact(inputs, bought, linked)
    repairs = rank_repairs(
        people, fields, pairs, ages, contact,
        n_left_out=audit.rows_quarantined, settings=settings,
    )  # fmt: skip
    return DataQuality(
        audit=audit,
        people=people,
        fields=fields,
        pairs=pairs,
        ages=ages,
        contact=contact,
        publication=count_to_publish(
            customers, others.get("subscriptions"), minimum=settings.minimum
        ),
        repairs=repairs,
        to_do=to_do,
        missing=_list_missing(inputs),
        n_ids=len(bought),
        n_unknown_ids=_count_unknown(bought, customers),
        currency=currency,
        settings=settings,
        n_checked=len(others),
        broken_rules=_list_broken_rules(others),
    )


def _buyers(audit: TransactionAudit) -> pd.Series:
    """The different customer ids in the orders, as text."""
    ids = execute(audit.valid.select("customer_id").distinct())["customer_id"]
    return ids.astype("str")


def _assess_contact(inputs: Inputs, bought: pd.Series, linked: LinkedRecords | None) -> Contact:
    if "consents" not in inputs.tables:
        return Contact()
    base = Base(bought, "everybody who bought")
    if "customers" in inputs.tables:
        ids = inputs.tables["customers"]["customer_id"].astype("str")
        base = Base(ids, "everybody in the customers table")
    return count_consents(inputs.tables["consents"], base, linked)


def _list_missing(inputs: Inputs) -> pd.DataFrame:
    missing = {name: need for name, need in _NEEDED_FOR.items() if name not in inputs.tables}
    return pd.DataFrame({"unknown": missing}).rename_axis("input")


def _count_unknown(bought: pd.Series, customers: pd.DataFrame | None) -> int:
    if customers is None:
        return 0
    return int((~bought.isin(customers["customer_id"].astype("str"))).sum())


def _list_broken_rules(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    counts = [CONTRACTS[name].check(table).assign(table=name) for name, table in tables.items()]
    if not counts:
        return pd.DataFrame(columns=["rule", "n_rows"], index=pd.Index([], name="table"))
    return pd.concat(counts).query("n_rows > 0").set_index("table")
