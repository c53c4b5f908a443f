"""The records of all systems, linked: what every section on people counts."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from crmlab.identity import Linkage, link_customers

__all__ = ["KEY", "LinkedRecords", "link_records"]

KEY = ["source", "source_id"]


@dataclass(frozen=True)
class LinkedRecords:
    """Records of several systems, and the person that each belongs to.

    Attributes
    ----------
    records : DataFrame
        As given, without the columns in which nothing stands.
    empty_columns : list of str
        Those columns.
    linkage : Linkage
        Of these records.
    """

    records: pd.DataFrame
    empty_columns: list[str]
    linkage: Linkage

    @cached_property
    def people(self) -> pd.DataFrame:
        """The records with their `person_id`; ids are text or numbers as in the linkage."""
        clusters = self.linkage.clusters
        kinds = {"source": "str", "source_id": clusters["source_id"].dtype}
        return clusters.merge(self.records.astype(kinds), on=KEY)

    @cached_property
    def addressed(self) -> pd.DataFrame:
        """The records that get letters: those with an address, or all if no system has any."""
        if "address" not in self.people:
            return self.people
        return self.people[self.people["address"].notna()]

    def count_spare_letters(self, at: Linkage) -> int:
        """Letters of a mailing to people who get one already, at another threshold of linking."""
        owner = at.clusters.set_index(KEY)["person_id"]
        sent = owner.loc[self.addressed.set_index(KEY).index]
        return len(sent) - sent.nunique()


def link_records(identities: pd.DataFrame, *, threshold: float) -> LinkedRecords:
    """Link the records of one or several systems to people."""
    records = identities.dropna(axis="columns", how="all")
    empty = [str(name) for name in identities if name not in records]
    linkage = link_customers(records, threshold=threshold, within=True)
    return LinkedRecords(records, empty, linkage)
