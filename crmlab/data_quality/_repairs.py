"""What to repair first: what costs money, then what concerns most records or people."""

import pandas as pd

from crmlab.data_quality._contact import Contact
from crmlab.data_quality._pairs import Pairs
from crmlab.data_quality._people import People
from crmlab.data_quality._settings import Settings
from crmlab.data_quality._systems import Ages, Fields

__all__ = ["rank_repairs"]

_MOST_REPAIRS = 8
_COLUMNS = ["repair", "n", "unit", "yearly_cost"]

Repair = tuple[str, int, str, float]


def rank_repairs(
    people: People,
    fields: Fields,
    pairs: Pairs,
    ages: Ages,
    contact: Contact,
    *,
    n_left_out: int,
    settings: Settings,
) -> pd.DataFrame:
    """Rank what is to be repaired.

    Only letters have a price: those to the same person again, and, once each person gets one,
    those to people who have not agreed to marketing by post.

    Returns
    -------
    DataFrame
        Index `repair`, at most eight; `n` (how many), `unit` (of what) and `yearly_cost` (in
        currency, 0 where it is not known).
    """
    old = f"Confirm records over {settings.old_after:,} days old"
    repairs: list[Repair] = [
        ("Write once to each person", people.n_spare_letters, "letters a mailing",
         people.yearly_cost),
        ("Look at doubtful pairs", pairs.n_doubtful, "pairs of records", 0.0),
        *_field_repairs(fields),
        (old, ages.n_old, "records", 0.0),
        *_contact_repairs(contact, settings),
        ("Correct order lines left out", n_left_out, "lines", 0.0),
    ]  # fmt: skip
    table = pd.DataFrame(repairs, columns=_COLUMNS).query("n > 0")
    table = table.sort_values(["yearly_cost", "n"], ascending=False)
    return table.head(_MOST_REPAIRS).set_index("repair")


def _field_repairs(fields: Fields) -> list[Repair]:
    repairs: list[Repair] = []
    for name, total in fields.by_field.iterrows():
        repairs.append((f"Correct the {name}", int(total["differs"]), "records", 0.0))
        repairs.append((f"Ask for the {name}", int(total["missing"]), "records", 0.0))
    return repairs


def _contact_repairs(contact: Contact, settings: Settings) -> list[Repair]:
    n_not_agreed = contact.n_customers - contact.n_granted("post")
    cost = settings.yearly_cost(n_not_agreed)
    return [
        ("Write only to those who agreed", n_not_agreed, "people", cost),
        ("Ask whether marketing is welcome", contact.n_never_answered, "people", 0.0),
        ("Settle contradicting answers", contact.n_contradicting, "people", 0.0),
        ("Find out who answered under unknown ids", contact.n_unknown, "ids", 0.0),
    ]
