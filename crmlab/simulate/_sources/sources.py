"""Three source systems, branch, web and call centre, with overlapping copies of the same people."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._errors import InputError
from crmlab.company import CompanySettings
from crmlab.simulate._people import draw_addresses, draw_distinct_numbers
from crmlab.simulate._sources import corruption

__all__ = ["SOURCES", "book_accounts", "copy_people"]

SOURCES = ("branch", "web", "call_centre")
_FIELDS = ("name", "phone", "email", "address", "birth_date")
_BASE36 = np.array(list("0123456789abcdefghijklmnopqrstuvwxyz"))


@dataclass(frozen=True)
class _DraftRecords:
    """Records to be written: owner, system, and random draws."""

    person: NDArray[np.int64]  # row in people
    system: NDArray[np.int64]  # position in SOURCES
    settings: CompanySettings
    rng: np.random.Generator

    def draw_hits(self, setting: str) -> NDArray[np.bool_]:
        """Draw which records a kind of change affects."""
        probability = np.array(getattr(self.settings, setting))[self.system]
        return self.rng.random(len(self.system)) < probability


def copy_people(
    people: pd.DataFrame, settings: CompanySettings, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Copy people into the source systems, with the errors and conventions of each.

    Parameters
    ----------
    people : DataFrame
        As `draw_people` returns it.
    settings : CompanySettings
        Section "Sources".
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    identities : DataFrame
        One row per record, in random order: ``source``, ``source_id`` (unique within the source),
        ``name``, ``phone``, ``email``, ``address``, ``birth_date``, ``updated`` (the day the record
        was last confirmed). Earlier addresses and old numbers are in records that are older than
        the person's other ones.
    links : DataFrame
        One row per record, in the same order: ``source``, ``source_id``, ``person_id``,
        ``n_altered`` (fields whose text is not the person's own in its standard form, a missing one
        too), ``n_wrong`` (those that differ in more than format) and ``altered`` (their names,
        joined by commas).

    Examples
    --------
    >>> from crmlab.simulate._people import draw_people
    >>> from crmlab.simulate._random import stream
    >>> settings = CompanySettings()
    >>> learners = draw_people(1_000, settings, stream(1, "people"))
    >>> identities, links = copy_people(learners, settings, stream(1, "sources"))
    >>> links["person_id"].nunique(), len(identities) == len(links)
    (1000, True)
    """
    person, system = _draw_memberships(len(people), settings, rng)
    drafts = _DraftRecords(person, system, settings, rng)
    own = people.take(person).reset_index(drop=True)
    true = pd.DataFrame(
        {
            "name": own["surname"] + own["given"],
            "phone": own["phone"],
            "email": own["email"],
            "address": own["road_address"],
            "birth_date": own["birth_date"],
        }
    )
    name, name_text = _write_names(own, true["name"], drafts)
    phone, phone_text, is_old = _write_phones(own, drafts)
    address, address_text, has_moved = _write_addresses(own, drafts)
    content = pd.DataFrame(
        {
            "name": name,
            "phone": phone,
            "email": _write_emails(own, drafts),
            "address": address,
            "birth_date": _write_birth_dates(own, drafts),
        }
    )
    identities = content.assign(name=name_text, phone=phone_text, address=address_text)
    identities["updated"] = _draw_update_days(own, is_old | has_moved, drafts)
    identities.insert(0, "source", pd.Series(np.array(SOURCES)[system], dtype="str"))
    identities.insert(1, "source_id", _draw_source_ids(identities["updated"], drafts))
    links = identities[["source", "source_id"]].assign(
        person_id=own["customer_id"], **_count_alterations(identities, content, true)
    )
    order = rng.permutation(len(links))
    return identities.take(order).reset_index(drop=True), links.take(order).reset_index(drop=True)


def book_accounts(
    transactions: pd.DataFrame,
    links: pd.DataFrame,
    settings: CompanySettings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Add where each order was placed, and on which account of the person it was booked.

    An order is booked in the system of its channel; where the person has no account there, on one
    of those the person has. Several accounts in one system share its orders at random.

    Parameters
    ----------
    transactions : DataFrame
        With ``customer_id`` and ``order_id``; the lines of an order stay together.
    links : DataFrame
        As `copy_people` returns it; every customer must be in it.
    settings : CompanySettings
        ``ordered_in``.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    DataFrame
        The transactions with ``channel``, ``source`` and ``source_id``.

    Raises
    ------
    InputError
        If a customer has no account.
    """
    system = pd.Index(SOURCES).get_indexer(pd.Index(links["source"]))
    person, persons = pd.factorize(links["person_id"], sort=True)
    by_person = np.lexsort((system, person))
    n_accounts = np.zeros((len(persons), len(SOURCES)), dtype=np.int64)
    np.add.at(n_accounts, (person, system), 1)
    first = np.cumsum(n_accounts.ravel()).reshape(n_accounts.shape) - n_accounts
    order, orders = pd.factorize(transactions["order_id"])
    buyer = np.empty(len(orders), dtype=np.int64)
    buyer[order] = persons.get_indexer(pd.Index(transactions["customer_id"]))
    if (buyer < 0).any():
        raise InputError(
            f"`links` must hold every customer; {(buyer < 0).sum():,} orders have none."
        )
    share = np.cumsum(settings.ordered_in) / np.sum(settings.ordered_in)
    channel = np.searchsorted(share[:-1], rng.random(len(orders)), side="right")
    there = n_accounts[buyer, channel]
    start = np.where(there > 0, first[buyer, channel], first[buyer, 0])
    many = np.where(there > 0, there, n_accounts.sum(axis=1)[buyer])
    account = by_person[start + (rng.random(len(orders)) * many).astype(np.int64)]
    booked = links[["source", "source_id"]].take(account[order]).set_axis(transactions.index)
    placed = pd.Series(np.array(SOURCES)[channel], dtype="str").take(order)
    return transactions.assign(
        channel=placed.set_axis(transactions.index),
        source=booked["source"],
        source_id=booked["source_id"],
    )


# --- Who is where -------------------------------------------------------------------------------


def _draw_memberships(
    n: int, settings: CompanySettings, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw person and system of every record, second ones in the same system included."""
    probabilities = np.array(settings.in_system)
    inside = rng.random((n, len(SOURCES))) < probabilities
    nowhere = np.flatnonzero(~inside.any(axis=1))
    share = np.cumsum(probabilities) / probabilities.sum()
    inside[nowhere, np.searchsorted(share[:-1], rng.random(len(nowhere)), side="right")] = True
    again = inside & (rng.random(inside.shape) < np.array(settings.second_record))
    person, system = np.nonzero(inside)
    second_person, second_system = np.nonzero(again)
    return np.concatenate([person, second_person]), np.concatenate([system, second_system])


def _draw_source_ids(updated: pd.Series, drafts: _DraftRecords) -> pd.Series:
    """Draw ids in the form of each system: "B0001234", "w_83k2aa", "2024-001234"."""
    rng = drafts.rng
    ids = pd.Series("", index=updated.index, dtype="str")
    branch, web, call = (np.flatnonzero(drafts.system == at) for at in range(len(SOURCES)))
    ids.iloc[branch] = "B" + _shuffle_numbers(len(branch), 7, rng)
    digits = draw_distinct_numbers(len(web), 36**5, 36**6, rng)[:, None] // 36 ** np.arange(6) % 36
    ids.iloc[web] = "w_" + pd.Series(_BASE36[digits].view("<U6").ravel(), dtype="str")
    year = updated.iloc[call].dt.year.astype("str").reset_index(drop=True)
    ids.iloc[call] = year + "-" + _shuffle_numbers(len(call), 6, rng)
    return ids


def _shuffle_numbers(n: int, width: int, rng: np.random.Generator) -> pd.Series:
    """Put 1 to `n` in random order, with leading zeros."""
    return pd.Series(rng.permutation(n) + 1).astype("str").str.zfill(width)


def _draw_update_days(
    own: pd.DataFrame, is_outdated: NDArray[np.bool_], drafts: _DraftRecords
) -> pd.Series:
    """Draw the last confirmation, after joining; outdated records precede a person's others."""
    n, rng, settings = len(own), drafts.rng, drafts.settings
    n_people = drafts.person.max() + 1
    has_outdated = (
        np.bincount(drafts.person, weights=is_outdated, minlength=n_people)[drafts.person] > 0
    )
    turn = rng.uniform(0.3, 0.8, n_people)[drafts.person]
    low = np.where(has_outdated & ~is_outdated, turn, 0.0)
    high = np.where(is_outdated, turn, 1.0)
    joined = own["joined_day"].to_numpy()
    days_left = settings.n_days - 1 - joined
    day = joined + np.floor(days_left * (low + (high - low) * rng.random(n))).astype(np.int64)
    return pd.Series((np.datetime64(settings.first_day, "D") + day).astype("datetime64[s]"))


# --- Fields: the content, and the text it is stored as ------------------------------------------


def _write_names(
    own: pd.DataFrame, names: pd.Series, drafts: _DraftRecords
) -> tuple[pd.Series, pd.Series]:
    rng = drafts.rng
    written = names.to_numpy(dtype="<U5")
    hit = drafts.draw_hits("name_swapped") & (own["given"].str.len() == 2).to_numpy()
    written[hit] = corruption.swap_syllables(written[hit])
    hit = drafts.draw_hits("name_typing")
    written[hit] = corruption.mistype_name(written[hit], rng)
    content = pd.Series(written, dtype="str")
    two = own["surname"].str.len() == 2
    surname = content.str[:1].where(~two, content.str[:2])
    given = content.str[1:].where(~two, content.str[2:])
    text = content.where(~drafts.draw_hits("name_spaced"), surname + " " + given)
    hit = drafts.draw_hits("name_romanised")
    text[hit] = corruption.romanise_names(surname[hit], given[hit], rng)
    return content, text


def _write_phones(
    own: pd.DataFrame, drafts: _DraftRecords
) -> tuple[pd.Series, pd.Series, NDArray[np.bool_]]:
    rng = drafts.rng
    content = own["phone"].where(~drafts.draw_hits("phone_family"), own["family_phone"])
    hit = drafts.draw_hits("phone_digit")
    content[hit] = corruption.change_digit(content[hit].to_numpy(dtype="<U13"), rng)
    is_old = drafts.draw_hits("phone_old")
    content[is_old] = corruption.restore_old_prefix(content[is_old])
    missing = drafts.draw_hits("phone_missing")
    hit = drafts.draw_hits("phone_format")
    text = content.copy()
    text[hit] = corruption.reformat_phones(content[hit], rng)
    return content.mask(missing), text.mask(missing), is_old


def _write_emails(own: pd.DataFrame, drafts: _DraftRecords) -> pd.Series:
    email = own["email"].where(~drafts.draw_hits("email_family"), own["family_email"])
    hit = drafts.draw_hits("email_typing")
    wrong = email[hit].to_numpy()
    width = max(map(len, wrong), default=1)
    email[hit] = corruption.mistype_email(wrong.astype(f"<U{width}"), drafts.rng)
    return email.mask(drafts.draw_hits("email_missing"))


def _write_addresses(
    own: pd.DataFrame, drafts: _DraftRecords
) -> tuple[pd.Series, pd.Series, NDArray[np.bool_]]:
    """Write addresses; members of a household share the one they moved from."""
    earlier = draw_addresses(int(own["household"].max()) + 1, drafts.settings, drafts.rng)
    earlier = earlier.take(own["household"].to_numpy()).reset_index(drop=True)
    moved = drafts.draw_hits("address_earlier")
    content = own["road_address"].where(~moved, earlier["road_address"])
    region = own["region"].where(~moved, earlier["region"])
    hit = drafts.draw_hits("address_no_door")
    content[hit] = content[hit].str.replace(",.*", "", regex=True)
    hit = drafts.draw_hits("address_coarse")
    # The street is the last two words before the comma.
    content[hit] = content[hit].str.replace(" [^ ]+ [0-9]+(,.*)?$", "", regex=True)
    hit = drafts.draw_hits("address_abbreviated")
    text = content.copy()
    text[hit] = corruption.abbreviate_addresses(content[hit], region[hit], drafts.rng)
    return content, text, moved


def _write_birth_dates(own: pd.DataFrame, drafts: _DraftRecords) -> pd.Series:
    dates = own["birth_date"].to_numpy().copy()
    hit = drafts.draw_hits("birth_slip")
    dates[hit] = corruption.mistype_dates(dates[hit], drafts.rng)
    return pd.Series(dates).mask(drafts.draw_hits("birth_missing"))


def _count_alterations(
    identities: pd.DataFrame, content: pd.DataFrame, true: pd.DataFrame
) -> dict[str, NDArray | pd.Series]:
    """Count the fields that differ from the person's own, in text and in content."""
    text = np.column_stack([(identities[name] != true[name]).to_numpy() for name in _FIELDS])
    wrong = np.column_stack([(content[name] != true[name]).to_numpy() for name in _FIELDS])
    sets = [
        ",".join(name for at, name in enumerate(_FIELDS) if code >> at & 1)
        for code in range(2 ** len(_FIELDS))
    ]
    code = text @ (2 ** np.arange(len(_FIELDS)))
    return {
        "n_altered": text.sum(axis=1),
        "n_wrong": wrong.sum(axis=1),
        "altered": pd.Series(sets, dtype="str").take(code).reset_index(drop=True),
    }
