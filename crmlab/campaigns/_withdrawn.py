"""The last look before a campaign goes out: who has withdrawn consent since the plan was made."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._checks import check_choice, check_column, check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Table
from crmlab.campaigns._allocation import Allocation
from crmlab.contracts import CHANNELS, PURPOSES
from crmlab.privacy import consent_status

__all__ = ["SendList", "drop_withdrawn"]


@dataclass(frozen=True)
class SendList:
    """What may be sent of a plan, and what may not.

    Attributes
    ----------
    plan : DataFrame
        Contacts that may be made, as they stand in the plan.
    withdrawn : DataFrame
        Those that may not, with `status` ("refused" or "no answer") and the `date` of the answer.
    n_withdrawn : int
        How many.
    value, cost : float
        Sums of what may be sent, in currency.
    """

    plan: pd.DataFrame
    withdrawn: pd.DataFrame
    n_withdrawn: int
    value: float
    cost: float

    def __repr__(self) -> str:
        return f"SendList({len(self.plan):,} contacts, {self.n_withdrawn:,} withdrawn)"


def drop_withdrawn(
    plan: Allocation | pd.DataFrame,
    consents: Table,
    *,
    on: Day | None = None,
    purpose: str = "marketing",
    withdrawn: str = "drop",
) -> SendList:
    """Take out of a plan the contacts that customers no longer consent to on the day of sending.

    Parameters
    ----------
    plan : Allocation or DataFrame
        What `allocate_contacts` returned, or its `plan`.
    consents : DataFrame or ibis.Table
        Canonical consents as of now.
    on : date, optional
        Day of sending; later answers do not count. Default: every answer counts.
    purpose : {"marketing", "service", "partner"}, default="marketing"
        What for.
    withdrawn : {"drop", "raise"}, default="drop"
        Whether to leave them out and count them, or to stop.

    Returns
    -------
    SendList
        What may be sent, what may not and why, and how many.

    Raises
    ------
    InputError
        If a channel is not one that consents are given for, a cell of the plan is empty,
        or consent was withdrawn and `withdrawn` is "raise".
    InputTypeError
        If `plan` is not a table.

    Examples
    --------
    >>> plan = pd.DataFrame(
    ...     {"customer_id": ["a", "b"], "offer": "camp", "channel": "email", "value": 9.0,
    ...      "cost": 1.0}
    ... )
    >>> consents = pd.DataFrame(
    ...     {"customer_id": ["a", "b", "b"], "channel": "email", "purpose": "marketing",
    ...      "granted": [True, True, False],
    ...      "date": pd.to_datetime(["2024-01-05", "2024-01-05", "2024-06-30"])}
    ... )
    >>> drop_withdrawn(plan, consents, on="2024-03-01")
    SendList(2 contacts, 0 withdrawn)
    >>> drop_withdrawn(plan, consents, on="2024-07-01").withdrawn["customer_id"].tolist()
    ['b']
    """
    table = plan.plan if isinstance(plan, Allocation) else plan
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(
            f"`plan` must be an Allocation or a DataFrame; got {type(plan).__name__}."
        )
    check_columns(table.columns, ["customer_id", "channel", "value", "cost"], what="`plan`")
    check_choice("withdrawn", withdrawn, ["drop", "raise"])
    check_choice("purpose", purpose, PURPOSES)
    _check_contacts(table)
    status = _status(table, consents, purpose, on)
    fine = (status["status"] == "granted").to_numpy()
    gone = table[~fine].assign(status=status["status"][~fine], date=status["date"][~fine])
    if withdrawn == "raise" and len(gone):
        raise InputError(
            f"`plan` must hold contacts with consent only; {len(gone):,} of {len(table):,} have "
            f"none on the day of sending, such as {gone['customer_id'].iloc[0]!r} by "
            f"{gone['channel'].iloc[0]}. Send only what withdrawn='drop' leaves."
        )
    kept = table[fine]
    return SendList(
        kept.reset_index(drop=True), gone.reset_index(drop=True), len(gone),
        float(kept["value"].sum()), float(kept["cost"].sum()),
    )  # fmt: skip


def _check_contacts(table: pd.DataFrame) -> None:
    for name in ("customer_id", "channel"):
        gaps = int(table[name].isna().sum())
        if gaps:
            raise InputError(
                f"`{name}` of the plan must not be missing; {gaps:,} of {len(table):,} are."
            )
    for name in ("value", "cost"):
        if len(table):
            check_column(table, name, what="`plan`", negative=name == "value")


def _status(table: pd.DataFrame, consents: Any, purpose: str, on: Any) -> pd.DataFrame:
    """The answer that counts, for each contact of the plan."""
    parts = []
    places = table[["customer_id", "channel"]].reset_index(drop=True)  # an index may repeat
    for channel, rows in places.groupby("channel", observed=True):
        if channel not in CHANNELS:
            raise InputError(
                f"`channel` of the plan must be one of {', '.join(map(repr, CHANNELS))}, for which "
                f"consents are given; got {channel!r}."
            )
        found = consent_status(
            rows["customer_id"].drop_duplicates(),
            consents,
            channel=str(channel),
            purpose=purpose,
            on=on,
        ).set_index("customer_id")
        parts.append(found.reindex(rows["customer_id"]).set_index(rows.index))
    if not parts:
        return pd.DataFrame({"status": pd.Series(dtype="str"), "date": pd.Series(dtype="M8[s]")})
    return pd.concat(parts).sort_index().set_index(table.index)
