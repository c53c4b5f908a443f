"""Contacts as records: who was contacted when, how often before, and what came of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice
from crmlab._clocks import check_clocks, date_column
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._types import Ints, Table
from crmlab.contracts import CONTACTS, RESPONSES

__all__ = [
    "EVENTS",
    "OUTCOMES",
    "Event",
    "count_earlier",
    "days_of",
    "localise",
    "mark_event",
    "read_contacts",
]

# What may come of a contact.
_ABSENT = ("bounced", "returned")  # the address is wrong: nobody was asked
_SPOKE = ("answered", "refused", "do_not_call")
OUTCOMES = ("not_contacted", "delivered", *_ABSENT, "unsubscribed", "no_answer", *_SPOKE)


@dataclass(frozen=True)
class Event:
    """What is counted among contacts.

    Parameters
    ----------
    base : tuple of str
        Outcomes of the contacts it may come from; empty for all that reached an address.
    outcomes : tuple of str
        Outcomes that are the event; empty where responses tell.
    channel : str
        The only channel where it is known, if there is one.
    """

    base: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    channel: str = ""


EVENTS = {
    "open": Event(channel="email"),
    "click": Event(channel="email"),
    "redeem": Event(),
    "order": Event(),
    "answered": Event(base=("no_answer", *_SPOKE), outcomes=_SPOKE),
    "refused": Event(base=_SPOKE, outcomes=("refused", "do_not_call")),
    "stopped": Event(outcomes=("unsubscribed", "do_not_call")),
}


def read_contacts(contacts: Table, responses: Table | None = None) -> pd.DataFrame:
    """Read contacts and controls, in order of customer and date; dates lose their zone.

    Raises ContractError, or InputError where nobody was contacted, outcomes are unknown words, or
    the two tables are not on one clock.
    """
    tables = {"contacts": contacts, "responses": responses}
    check_clocks({f"`{name}`": date_column(table, "date") for name, table in tables.items()})
    rows = localise(execute(CONTACTS.require(contacts)))
    rows["treated"] = rows["treated"].astype(bool)
    if not rows["treated"].any():
        raise InputError("`contacts` must hold a contact that was made; got none.")
    unknown = sorted(set(rows["outcome"].astype("str")) - set(OUTCOMES))
    if unknown:
        raise InputError(
            f"`contacts` must have known words as `outcome`; got {', '.join(map(repr, unknown))}. "
            f"Known are {', '.join(OUTCOMES)}: rename yours."
        )
    keys = ["customer_id", "date", "campaign_id"]
    return rows.sort_values(keys, kind="stable", ignore_index=True)


def localise(rows: pd.DataFrame) -> pd.DataFrame:
    """Dates as local times without a zone."""
    dates = pd.to_datetime(rows["date"])
    zone = getattr(dates.dtype, "tz", None)
    return rows.assign(date=dates if zone is None else dates.dt.tz_localize(None))


def days_of(dates: pd.Series) -> Ints:
    """Whole days since 1970."""
    return dates.dt.normalize().to_numpy().astype("datetime64[D]").astype("int64")


def count_earlier(contacts: pd.DataFrame, *, within: int) -> Ints:
    """Contacts made to the same customer in the days before each, that day left out."""
    who = pd.factorize(contacts["customer_id"])[0].astype("int64")
    day = days_of(contacts["date"])
    day = day - day.min() + within
    stride = int(day.max()) + 1
    key = who * stride + day
    made = np.sort(key[contacts["treated"].to_numpy()])
    until = np.searchsorted(made, key, side="left")
    return until - np.searchsorted(made, key - within, side="left")


def mark_event(
    contacts: pd.DataFrame, responses: Table | None, response: str, *, window: int | None
) -> pd.DataFrame:
    """Keep the contacts made from which the event could come, and say in `hit` whether it did.

    A response belongs to the last contact of its customer and campaign on or before its day.
    """
    check_choice("response", response, EVENTS)
    event = EVENTS[response]
    said = contacts["outcome"].astype("str")
    asked = contacts["treated"] & ~said.isin(_ABSENT)
    if event.base:
        asked &= said.isin(event.base)
    if event.channel:
        asked &= contacts["channel"] == event.channel
    kept = contacts[asked]
    if kept.empty:
        raise InputError(
            f"`contacts` must hold contacts from which {response!r} could come; got none. "
            f"Ask for another `response`: {', '.join(EVENTS)}."
        )
    if event.outcomes:
        return kept.assign(hit=said[asked].isin(event.outcomes).to_numpy())
    if responses is None:
        raise InputError(f"`responses` must be given to count {response!r}; got None.")
    return kept.assign(hit=_responded(kept, responses, response, window))


def _responded(contacts: pd.DataFrame, responses: Table, kind: str, window: int | None) -> Any:
    """Whether each contact was the last one before a response of its customer and campaign."""
    table = RESPONSES.require(responses)
    came = localise(execute(table.filter(table.kind == kind)))
    keys = ["customer_id", "campaign_id"]
    both = pd.concat([contacts[keys], came[keys]], ignore_index=True).astype("str")
    pair = pd.factorize(both["customer_id"] + "\x00" + both["campaign_id"])[0].astype("int64")
    mine, theirs = pair[: len(contacts)], pair[len(contacts) :]
    start, end = days_of(contacts["date"]), days_of(came["date"])
    first = min(start.min(), end.min(initial=start.min()))
    stride = int(max(start.max(), end.max(initial=start.max())) - first) + 1
    key, wanted = mine * stride + start - first, theirs * stride + end - first
    order = np.argsort(key, kind="stable")
    at = np.searchsorted(key[order], wanted, side="right") - 1
    found = order[at.clip(min=0)]
    fits = (at >= 0) & (mine[found] == theirs)
    if window is not None:
        fits &= end - start[found] < window
    hit = np.zeros(len(contacts), dtype=bool)
    hit[found[fits]] = True
    return hit
