"""Who may be contacted: the last answer of each customer, by channel and purpose."""

import dataclasses
from collections.abc import Mapping, Sequence, Set
from typing import Any, overload

import ibis
import pandas as pd

from crmlab._checks import check_choice, check_day
from crmlab._engine import execute
from crmlab._errors import InputTypeError
from crmlab._types import Day, Table
from crmlab.contracts import (
    CHANNELS,
    CONSENTS,
    PURPOSES,
    Column,
    Contract,
    ContractError,
    as_table,
)

__all__ = ["consent_status", "consented"]

# Two answers of one day are a conflict that is settled here, and not a broken table.
_RULES = dataclasses.replace(
    CONSENTS, rules=tuple(rule for rule in CONSENTS.rules if "repeated" not in rule.label)
)
_CUSTOMERS = Contract("customers", (Column("customer_id", "id", "whom", required=True),), ())


Ids = pd.Series | pd.Index | Sequence[str] | Sequence[int]


@overload
def consented(
    customers: pd.DataFrame, consents: Table, *, channel: str, purpose: str, on: Day | None = None
) -> pd.DataFrame: ...
@overload
def consented(
    customers: Ids, consents: Table, *, channel: str, purpose: str, on: Day | None = None
) -> pd.Series: ...
@overload
def consented(
    customers: "ibis.Table", consents: Table, *, channel: str, purpose: str, on: Day | None = None
) -> "ibis.Table": ...
def consented(
    customers: Table | Ids,
    consents: Table,
    *,
    channel: str,
    purpose: str,
    on: Day | None = None,
) -> Any:
    """Keep the customers who may be contacted through a channel for a purpose.

    The last answer of a customer for this channel and purpose counts, as `consent_status` shows
    for everybody, those left out included. A customer who never answered has not consented.
    Consent to another channel or purpose says nothing here.

    Parameters
    ----------
    customers : DataFrame, ibis.Table, Series, Index or list
        A table with `customer_id` as a column (or as the index of a DataFrame), or the ids.
        Several rows of one customer are kept or left out together.
    consents : DataFrame or ibis.Table
        Canonical consents: ``customer_id``, ``channel``, ``purpose``, ``granted``, ``date``.
    channel : {"email", "phone", "post"}
        By what they shall be contacted.
    purpose : {"marketing", "service", "partner"}
        What for.
    on : date, optional
        Day of the contact; later answers do not count. Default: every answer in the table
        counts.

    Returns
    -------
    DataFrame, ibis.Table or Series
        The rows that may be used, as they stand in `customers`, in their order (an Ibis table has
        none). Ids come back as a Series.

    Raises
    ------
    ContractError
        If `consents` breaks its contract, ids are missing as a column, or are text in one table
        and numbers in the other, or an engine holds dates as instants.
    InputTypeError
        If `customers` is neither a table nor ids in an order.
    InputError
        If `channel` or `purpose` is not one of the known words, or `on` is not a date.

    See Also
    --------
    consent_status : the answer that counts, and its day, for each customer.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "A", "B"],
    ...         "channel": "email",
    ...         "purpose": "marketing",
    ...         "granted": [True, False, True],
    ...         "date": pd.to_datetime(["2024-01-05", "2024-06-30", "2024-02-01"]),
    ...     }
    ... )
    >>> consented(["A", "B", "C"], answers, channel="email", purpose="marketing").tolist()
    ['B']
    >>> consented(
    ...     ["A", "B", "C"], answers, channel="email", purpose="marketing", on="2024-03-01"
    ... ).tolist()
    ['A', 'B']
    """
    answers = _find_answers(consents, channel, purpose, on)
    granted = answers.loc[answers["granted"], ["customer_id"]]
    if isinstance(customers, ibis.Table):
        _check_kind(customers, answers)
        return customers.semi_join(ibis.memtable(granted), "customer_id")
    ids = _read_ids(customers)
    _check_ids(ids, answers)
    kept = ids.isin(granted["customer_id"]).to_numpy()
    rows = customers if isinstance(customers, pd.DataFrame) else ids
    return rows[kept]


def consent_status(
    customers: Table | Ids,
    consents: Table,
    *,
    channel: str,
    purpose: str,
    on: Day | None = None,
) -> pd.DataFrame:
    """Say for each customer which answer counts, so that nobody is left out in silence.

    Answers count by the day, which begins in the time zone of the column if it has one. Where two
    of one day contradict each other, the refusal counts, whatever their time.

    Parameters
    ----------
    customers, consents, channel, purpose, on
        As in `consented`.

    Returns
    -------
    DataFrame
        One row per customer, in the order of first appearance; columns

        * `customer_id`
        * `status` : "granted", "refused" (never granted, or withdrawn) or "no answer"
        * `date` : day of the answer that counts, missing where there is none

    Raises
    ------
    ContractError, TypeError, ValueError
        As in `consented`.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "B"],
    ...         "channel": "email",
    ...         "purpose": "marketing",
    ...         "granted": [True, False],
    ...         "date": pd.to_datetime(["2024-01-05", "2024-06-30"]),
    ...     }
    ... )
    >>> consent_status(["A", "B", "C"], answers, channel="email", purpose="marketing")
      customer_id     status       date
    0           A    granted 2024-01-05
    1           B    refused 2024-06-30
    2           C  no answer        NaT
    """
    answers = _find_answers(consents, channel, purpose, on)
    if isinstance(customers, ibis.Table):
        _check_kind(customers, answers)
        distinct = execute(customers.select("customer_id").distinct().order_by("customer_id"))
        ids = distinct["customer_id"]
    else:
        ids = _read_ids(customers)
        _check_ids(ids, answers)
    ids = ids.drop_duplicates().reset_index(drop=True)
    found = answers.set_index("customer_id").reindex(pd.Index(ids))
    status = found["granted"].map({True: "granted", False: "refused"}).fillna("no answer")
    return pd.DataFrame(
        {
            "customer_id": ids,
            "status": status.astype("str").array,
            "date": found["date"].array,
        }
    )


def _find_answers(consents: Any, channel: str, purpose: str, on: Day | None) -> pd.DataFrame:
    """The answer that counts, one row per customer who gave one: a single query."""
    check_choice("channel", channel, CHANNELS)
    check_choice("purpose", purpose, PURPOSES)
    until = check_day("on", on)
    _RULES.require(consents)
    table = as_table(consents, {column.name: column.kind for column in CONSENTS.columns})
    _refuse_instants(table)
    rows = table.filter(table.channel == channel, table.purpose == purpose)
    rows = rows.select("customer_id", "granted", date=rows.date.cast("timestamp").date())
    if until is not None:
        rows = rows.filter(rows.date <= ibis.date(until.isoformat()))
    rows = rows.mutate(last=rows.date.max().over(group_by=rows.customer_id))
    rows = rows.filter(rows.date == rows.last)
    answers = execute(
        rows.group_by("customer_id").aggregate(granted=rows.granted.all(), date=rows.date.max())
    )
    return answers.assign(
        granted=answers["granted"].astype(bool), date=answers["date"].astype("datetime64[s]")
    )


def _refuse_instants(table: Any) -> None:
    """Raise ContractError for dates of an engine that do not say where a day begins."""
    kind = table.date.type()
    if kind.is_timestamp() and kind.timezone:
        raise ContractError(
            f"`date` must hold days or local times; it holds instants ({kind}), and a day begins "
            "elsewhere in another zone. Convert it to local time in the engine first."
        )


def _read_ids(customers: Any) -> pd.Series:
    """The ids of a pandas table, or of ids alone, in their order."""
    if isinstance(customers, pd.DataFrame):
        if "customer_id" in customers.columns:
            return customers["customer_id"]
        if customers.index.name == "customer_id":
            return customers.index.to_series()
        _CUSTOMERS.check_header(customers.columns)
    if isinstance(customers, str) or not pd.api.types.is_list_like(customers):
        raise InputTypeError(
            "`customers` must be a table or ids; got "
            f"{type(customers).__name__}. A single id goes into a list."
        )
    if isinstance(customers, Set | Mapping):
        raise InputTypeError(
            f"`customers` must be a table or ids in an order; got {type(customers).__name__}. "
            "Make a list of it."
        )
    if isinstance(customers, pd.Series):
        return customers
    return pd.Series(customers, name="customer_id")


def _check_ids(ids: pd.Series, answers: pd.DataFrame) -> None:
    if not ids.isna().all():
        _check_kind(as_table(pd.DataFrame({"customer_id": ids}), {"customer_id": "id"}), answers)


def _check_kind(table: Any, answers: pd.DataFrame) -> None:
    """Raise ContractError where ids are not ids, or cannot equal those of the answers."""
    _CUSTOMERS.check_types(table)
    as_text = table.schema()["customer_id"].is_string()
    if len(answers) and as_text == pd.api.types.is_integer_dtype(answers["customer_id"]):
        kinds = ["whole numbers", "text"]
        raise ContractError(
            f"`customer_id` must be alike in both tables; it is {kinds[as_text]} in the customers "
            f"and {kinds[not as_text]} in the consents. Convert one: no customer would be found."
        )
