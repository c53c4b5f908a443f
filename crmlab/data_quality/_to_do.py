"""The people about whom something is to be done: on file twice, or with a field missing."""

import pandas as pd

from crmlab._words import count_words
from crmlab.data_quality._linked import LinkedRecords
from crmlab.data_quality._settings import Settings
from crmlab.privacy import mask

__all__ = ["list_people", "nobody"]

_FIELDS = {"name": "name", "phone": "phone", "email": "email", "address": "address",
           "birth_date": "birth date"}  # fmt: skip
_COLUMNS = ["why", "what_to_do", "tested", "yearly_cost", "currency", "other_records"]


def nobody() -> pd.DataFrame:
    """The list without rows, where no people are known."""
    return pd.DataFrame(columns=_COLUMNS, index=pd.Index([], name="customer_id"))


def list_people(linked: LinkedRecords, settings: Settings, currency: str) -> pd.DataFrame:
    """One row a person with several records, or with a field that no record fills.

    Returns
    -------
    DataFrame
        Index `customer_id`, the system and id of one record; `other_records` of the person,
        `why` and `what_to_do` in words, `tested` (no half is left alone) and `yearly_cost` of
        letters to the same person again, in `currency`; the dearest first.
    """
    people = linked.people.sort_values(["person_id", "source", "source_id"])
    written = people["source_id"].astype("str")
    if not settings.show_personal:
        written = mask(written.to_frame("id"), columns={"id": "identifier"})["id"]
    owner = people["person_id"]
    records = (people["source"] + " " + written).groupby(owner)
    letters = linked.addressed.groupby("person_id").size().reindex(records.first().index)
    n_spare = (letters.fillna(0) - 1).clip(lower=0)
    found = pd.DataFrame(
        {
            "customer_id": records.first(),
            "n_records": records.size(),
            "missing": _name_missing(people).groupby(owner).first(),
            "yearly_cost": n_spare * settings.yearly_cost(1),
            "currency": currency,
            "other_records": records.agg(lambda each: " / ".join(each.iloc[1:])),
            "tested": False,
        }
    )
    found = found[(found["n_records"] > 1) | (found["missing"] != "")]
    found = found.sort_values("yearly_cost", ascending=False, kind="stable")
    return _say_why(found).set_index("customer_id")[_COLUMNS]


def _name_missing(people: pd.DataFrame) -> pd.Series:
    """The fields that no record of the person fills, in words; of those that a system has."""
    names = pd.Series("", index=people.index)
    for column, name in _FIELDS.items():
        if column in people:
            filled = people[column].notna().groupby(people["person_id"]).transform("any")
            added = names.where(names == "", names + ", ") + name
            names = names.where(filled, added)
    return names


def _say_why(found: pd.DataFrame) -> pd.DataFrame:
    """Add the reason and the action, in words: those on file twice, those without a field."""
    pairs = list(zip(found["n_records"], found["missing"], strict=True))
    why = [
        [f"{count_words(n, 'record')} of one person"] * (n > 1) + [f"without {field}"] * bool(field)
        for n, field in pairs
    ]
    do = [["write once"] * (n > 1) + [f"ask for {field}"] * bool(field) for n, field in pairs]
    return found.assign(why=list(map("; ".join, why)), what_to_do=list(map("; ".join, do)))
