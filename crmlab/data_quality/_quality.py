"""An assessment of data quality: its sections, and what they say in words."""

from dataclasses import dataclass, field

import pandas as pd

from crmlab._words import count_words, name_money
from crmlab.contracts import CHANNELS
from crmlab.data_quality._contact import Contact
from crmlab.data_quality._pairs import Pairs
from crmlab.data_quality._people import People
from crmlab.data_quality._publication import Publication
from crmlab.data_quality._settings import Settings
from crmlab.data_quality._systems import Ages, Fields
from crmlab.loaders import TransactionAudit

__all__ = ["DataQuality"]


@dataclass(frozen=True)
class DataQuality:
    """How far the data of a firm can be trusted, section by section.

    A section whose input is absent has empty tables, zeros, and a `reason`.

    Attributes
    ----------
    audit : TransactionAudit
        Of the orders.
    people : People
        How many people the records are, and what letters to duplicates cost.
    fields : Fields
        What is missing or wrong in which system.
    pairs : Pairs
        Pairs of records for people to judge.
    ages : Ages
        How long ago records were updated.
    contact : Contact
        Whom may be contacted.
    publication : Publication
        Who stands alone, and a table of counts that may be published.
    repairs : DataFrame
        What to repair first: index `repair`; `n`, `unit` and `yearly_cost` (currency; 0 where
        these data do not tell it), the dearest first.
    to_do : DataFrame
        The people on file several times or with a field missing, one row each, index
        `customer_id` (system and id of one record): `why`, `what_to_do`, `tested`, `yearly_cost`
        (currency), `currency` and `other_records`.
    missing : DataFrame
        Index `input`: the tables that were not given; `unknown`: what is not known without them.
    n_checked : int
        Further tables that were checked against their contracts.
    broken_rules : DataFrame
        Index `table`; the `rule` it breaks, and `n_rows` that do.
    n_ids : int
        Customer ids in the orders.
    n_unknown_ids : int
        Of them, those that the customers table does not hold; 0 where there is none.
    currency : str
        Name written beside amounts; empty where it is not known.
    settings : Settings
        What it was made with.
    """

    audit: TransactionAudit
    people: People
    fields: Fields
    pairs: Pairs
    ages: Ages
    contact: Contact
    publication: Publication
    repairs: pd.DataFrame = field(repr=False)
    to_do: pd.DataFrame = field(repr=False)
    missing: pd.DataFrame = field(repr=False)
    n_ids: int
    n_unknown_ids: int
    currency: str
    settings: Settings
    n_checked: int
    broken_rules: pd.DataFrame = field(repr=False)

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        return _write_key_figures(self)

    def findings(self) -> list[str]:
        """What the tables say, in sentences that begin with their subject in bold Markdown."""
        return _write_findings(self)

    def notes(self) -> list[str]:
        """What was found about the orders' ids and the further tables; none if neither is known."""
        notes = []
        if "customers" not in self.missing.index:
            notes.append(
                f"ids in the orders that are not in the customers table: {self.n_unknown_ids:,}"
            )
        if self.n_checked:
            n_sound = self.n_checked - self.broken_rules.index.nunique()
            notes.append(
                "tables of the company that keep every rule of their contract: "
                f"{n_sound} of {self.n_checked}"
            )
        return notes


def _write_key_figures(found: DataQuality) -> dict[str, str]:
    """What each figure at the head of the page means, and the figure as it is read."""
    people, contact, ages, audit = found.people, found.contact, found.ages, found.audit
    figures = {}
    if not people.reason:
        figures[f"records in {people.n_systems} systems"] = f"{people.n_records:,}"
        figures["people they belong to"] = f"{people.n_people:,}"
        label = f"a year for letters to duplicates, in {found.money_name}"
        figures[label] = f"{people.yearly_cost:,.0f}"
    if not contact.reason:
        label = f"of {contact.n_customers:,} may be sent marketing by post"
        figures[label] = f"{contact.share_granted('post'):.0%}"
    if not ages.reason:
        label = f"of records not updated for {found.settings.old_after:,} days"
        figures[label] = f"{ages.n_old / people.n_records:.0%}"
    if people.reason:
        what = "customer id in the orders" if found.n_ids == 1 else "customer ids in the orders"
        figures[what] = f"{found.n_ids:,}"
    lines = count_words(audit.rows_read, "order line")
    figures[f"of {lines} at fault"] = f"{audit.rows_quarantined:,}"
    return figures


def _write_findings(found: DataQuality) -> list[str]:
    """Say what the tables show, the subject of each sentence in bold Markdown."""
    return [
        *_on_people(found),
        _on_contact(found),
        _on_orders(found),
        *_on_missing(found),
    ]


def _on_people(found: DataQuality) -> list[str]:
    people, settings = found.people, found.settings
    if people.reason:
        return [
            "**How many customers there are.** The orders name "
            f"{count_words(found.n_ids, 'customer id')}. Whether several ids are one person cannot "
            "be seen in orders: give the records of your systems as `identities`."
        ]
    name = f"{found.currency} " if found.currency else ""
    unnamed = "" if found.currency else f", in {found.money_name}"
    strict_and_loose = people.by_threshold.loc[[0.5, 0.99], "people"]
    return [
        f"**How many customers there are.** {count_words(people.n_records, 'record')} of "
        f"{count_words(people.n_systems, 'system')} belong to about "
        f"{count_words(people.n_people, 'person', 'people')}. Whoever counts records has "
        f"{people.n_records / people.n_people - 1:.0%} too many. Stricter or looser linking gives "
        f"{strict_and_loose.min():,} to {strict_and_loose.max():,} people.",
        f"**What it costs.** {people.n_spare_letters:,} letters of every mailing go to somebody "
        f"who gets one already. At {name}{settings.cost_per_mailing:,.0f} a letter and "
        f"{count_words(settings.mailings, 'mailing')} that is {name}{people.yearly_cost:,.0f} a "
        f"year{unnamed}. It ends when every mailing uses the linked list.",
    ]


def _on_contact(found: DataQuality) -> str:
    contact = found.contact
    if contact.reason:
        return (
            "**Whom we may contact.** Not known here: give the answers as `consents`. Until then, "
            "treat nobody as having agreed."
        )
    shares = ", ".join(f"{contact.share_granted(name):.0%} by {name}" for name in CHANNELS)
    silent = f"{contact.n_never_answered:,} never answered on marketing and may not be contacted. "
    conflict = (
        f"Answers of {contact.n_contradicting:,} contradict each other."
        if contact.n_contradicting
        else "No two answers in force contradict each other."
    )
    return (
        f"**Whom we may contact.** Of {contact.n_customers:,} ({contact.who}), these may be sent "
        f"marketing: {shares}. {silent if contact.n_never_answered else ''}{conflict}"
    )


def _on_orders(found: DataQuality) -> str:
    audit, n_read = found.audit, found.audit.rows_read
    faulty, out = audit.rows_quarantined, audit.rows_left_out
    others = (
        f" {out:,} more count for nothing, such as cancelled orders and orders of nobody."
        if out
        else ""
    )
    return (
        f"**Whether the orders can be used.** {faulty:,} of {count_words(n_read, 'line')} "
        f"({faulty / n_read:.1%}) had to be left out.{others}"
    )


def _on_missing(found: DataQuality) -> list[str]:
    if found.missing.empty:
        return []
    return [
        f"**What could not be checked.** There is no {' and no '.join(found.missing.index)} file. "
        "The sections below say what each would show."
    ]
