"""Whom may be contacted: the answers in force, and where they contradict each other."""

from dataclasses import dataclass, field

import pandas as pd

from crmlab._words import count_words
from crmlab.contracts import CHANNELS, PURPOSES
from crmlab.data_quality._linked import LinkedRecords
from crmlab.data_quality._tables import without_rows
from crmlab.privacy import consent_status

__all__ = ["Base", "Contact", "count_consents"]

_ABSENT = (
    "Not checked: there is no file of `consents`. It has one row an answer: `customer_id`, "
    f"`channel` ({', '.join(CHANNELS)}), `purpose` ({', '.join(PURPOSES)}), `granted`, `date`."
)
_STATUS = {"granted": "granted", "refused": "refused", "no answer": "no_answer"}
_WHOSE = {
    "accounts": "The ids of the answers are accounts of the systems, and were joined to the people "
    "found.",
    "foreign ids": "The answers stand under the customer ids of an integrated base. They are not "
    "joined to the people found above, since the systems do not know these ids.",
    "customer ids": "The answers stand under customer ids. Whether two are one person is not "
    "known.",
}
_ABOUT = ["customer_id", "channel", "purpose"]


@dataclass(frozen=True)
class Base:
    """Customers whose answers are counted: their ids, as text, and who they are, in words."""

    ids: pd.Series
    who: str


@dataclass(frozen=True)
class Contact:
    """Whom may be contacted, by purpose and channel.

    Attributes
    ----------
    reason : str
        Why it is not known; empty where it is.
    by_channel : DataFrame
        Index `purpose`; `channel`, customers who `granted`, `refused` and gave `no_answer`, and
        the `share` who granted.
    n_customers : int
        Customers counted.
    who : str
        Who they are, in words.
    n_never_answered : int
        Of them, those who never answered on marketing.
    n_contradicting : int
        Customers with a yes and a no in force for one channel and purpose: of one day, or of two
        accounts.
    n_changed : int
        Customers who changed their mind at least once.
    n_unknown : int
        Ids of answers that are not among the customers.
    ids_are : {"", "accounts", "foreign ids", "customer ids"}
        What the answers stand under: accounts of the people found, ids that the systems do not
        know, or customer ids where no systems are given.
    """

    reason: str = _ABSENT
    by_channel: pd.DataFrame = field(
        default_factory=without_rows(
            "purpose", "channel", "granted", "refused", "no_answer", "share"
        ),
        repr=False,
    )
    n_customers: int = 0
    who: str = ""
    n_never_answered: int = 0
    n_contradicting: int = 0
    n_changed: int = 0
    n_unknown: int = 0
    ids_are: str = ""

    def n_granted(self, channel: str) -> int:
        """Customers who may be sent marketing through a channel."""
        table = self.by_channel
        here = (table.index == "marketing") & (table["channel"] == channel)
        return int(table.loc[here, "granted"].sum())

    def share_granted(self, channel: str) -> float:
        """Share of the customers who may be sent marketing through a channel."""
        return self.n_granted(channel) / max(self.n_customers, 1)

    def notes(self) -> list[str]:
        """What was counted, and what the counts of the table do not show; none without answers."""
        if self.reason:
            return []
        return [
            f"Counted: {count_words(self.n_customers, 'customer')}, {self.who}. "
            f"{_WHOSE[self.ids_are]}",
            f"Never answered on marketing: {self.n_never_answered:,}",
            f"Contradicting answers in force: {count_words(self.n_contradicting, 'customer')}",
            f"Changed their mind at least once: {count_words(self.n_changed, 'customer')}",
            f"Answered, but are not among the customers: {self.n_unknown:,}",
        ]


def count_consents(consents: pd.DataFrame, base: Base, linked: LinkedRecords | None) -> Contact:
    """Count whose answer in force is yes, no or missing.

    Where most answers stand under accounts of the systems, they are joined to the people found.
    """
    answers = consents.assign(customer_id=consents["customer_id"].astype("str"))
    answers["account"] = answers["customer_id"]
    ids_are = "customer ids"
    if linked is not None:
        ids_are = "foreign ids"
        owner = _owners(linked)
        if answers["account"].isin(owner.index).mean() > 0.5:
            ids_are = "accounts"
            answers["customer_id"] = answers["account"].map(owner).fillna(answers["account"])
            base = Base(linked.people["person_id"], "everybody found in the systems")
    ids = base.ids.drop_duplicates()
    status = _status_by_channel(ids, answers)
    return Contact(
        reason="",
        by_channel=_count_status(status),
        n_customers=len(ids),
        who=base.who,
        n_never_answered=_count_silent(status),
        n_contradicting=_count_mixed(answers[_is_in_force(answers)]),
        n_changed=_count_mixed(answers),
        n_unknown=int((~answers["customer_id"].drop_duplicates().isin(ids)).sum()),
        ids_are=ids_are,
    )


def _owners(linked: LinkedRecords) -> pd.Series:
    """The person of each account whose id no other system uses."""
    accounts = linked.linkage.clusters.drop_duplicates("source_id", keep=False)
    return accounts.set_index(accounts["source_id"].astype("str"))["person_id"]


def _status_by_channel(ids: pd.Series, answers: pd.DataFrame) -> pd.DataFrame:
    """The answer in force of each customer, a column for each purpose and channel."""
    status = {
        (purpose, channel): consent_status(
            ids, answers, channel=channel, purpose=purpose
        ).set_index("customer_id")["status"]
        for purpose in PURPOSES
        for channel in CHANNELS
    }
    return pd.concat(status, axis="columns")


def _count_status(status: pd.DataFrame) -> pd.DataFrame:
    counts = status.apply(lambda answers: answers.value_counts()).fillna(0).astype(int).T
    counts = counts.reindex(columns=list(_STATUS), fill_value=0).rename(columns=_STATUS)
    counts = counts.rename_axis(["purpose", "channel"]).reset_index("channel")
    return counts.assign(share=counts["granted"] / len(status))


def _count_silent(status: pd.DataFrame) -> int:
    """Customers without an answer on marketing, whatever the channel."""
    unknown = pd.DataFrame({name: status["marketing", name] == "no answer" for name in CHANNELS})
    return int(unknown.all(axis="columns").sum())


def _is_in_force(answers: pd.DataFrame) -> pd.Series:
    """Whether an answer is of the last day of its account: one day may say yes and no."""
    day = answers["date"].dt.normalize()
    about = [answers[name] for name in [*_ABOUT, "account"]]
    return day == day.groupby(about).transform("max")


def _count_mixed(answers: pd.DataFrame) -> int:
    """Customers with a yes and a no on the same channel and purpose."""
    n_different = answers.groupby(_ABOUT)["granted"].nunique().reset_index()
    return n_different.loc[n_different["granted"] > 1, "customer_id"].nunique()
