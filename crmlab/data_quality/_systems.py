"""What is wrong in which system, and how old its records are."""

from dataclasses import dataclass, field

import pandas as pd

from crmlab.data_quality._linked import LinkedRecords
from crmlab.data_quality._tables import without_rows
from crmlab.identity import field_agreement

__all__ = ["Ages", "Fields", "compare_fields", "measure_ages"]

_ABSENT = "Not checked: this needs `identities`."


@dataclass(frozen=True)
class Fields:
    """What is missing or wrong, by system and field.

    Attributes
    ----------
    reason : str
        Why nothing could be compared; empty where it was.
    by_system : DataFrame
        As `identity.field_agreement` returns it: `source`, `field` (in words), `n_records`,
        `missing`, `compared`, `differs` (from the golden record) and `written` (otherwise).
    empty_columns : tuple of str
        Columns in which no record has a value, and which were left out.
    """

    reason: str = _ABSENT
    by_system: pd.DataFrame = field(
        default_factory=without_rows(
            "", "source", "field", "n_records", "missing", "compared", "differs", "written"
        ),
        repr=False,
    )
    empty_columns: tuple[str, ...] = ()

    @property
    def by_field(self) -> pd.DataFrame:
        """Index `field`; `missing` and `differs`, of all systems together."""
        return self.by_system.groupby("field")[["missing", "differs"]].sum()

    def note(self) -> str:
        """Name the columns that were left out; empty where there are none."""
        if not self.empty_columns:
            return ""
        return f"empty in every record, and left out: {', '.join(self.empty_columns)}"


def compare_fields(linked: LinkedRecords) -> Fields:
    """Compare each record with the golden record of its person."""
    table = field_agreement(linked.linkage, linked.records)
    table["field"] = table["field"].str.replace("_", " ")
    return Fields("", table, tuple(linked.empty_columns))


@dataclass(frozen=True)
class Ages:
    """How long ago records were updated.

    Attributes
    ----------
    reason : str
        Why no age is known; empty where it is.
    by_system : DataFrame
        Index `system`; `records`, `median` and `oldest` (days since the last update), `old`
        (records over the limit) and `unknown` (records without a date).
    last_day : Timestamp
        The last day in the orders and records, from which ages are counted; else not-a-time.
    """

    reason: str = _ABSENT
    by_system: pd.DataFrame = field(
        default_factory=without_rows("system", "records", "median", "oldest", "old", "unknown"),
        repr=False,
    )
    last_day: pd.Timestamp = pd.NaT  # type: ignore[assignment]

    def note(self) -> str:
        """What is counted, and from which day; empty where no age is known."""
        if self.reason:
            return ""
        day = f"{self.last_day:%d %B %Y}"
        return f"Days since a record was updated, on {day}, the last day in the data."

    @property
    def n_old(self) -> int:
        """Records over the limit, in all systems."""
        return int(self.by_system["old"].sum())


def measure_ages(linked: LinkedRecords, last_order: pd.Timestamp, *, old_after: int) -> Ages:
    """Count the days since each record was updated, up to the last day in the data."""
    people = linked.people
    if "updated" not in people:
        return Ages(reason="Not checked: the `identities` do not say when a record was `updated`.")
    last_day = pd.Series([last_order, people["updated"].max()]).max()
    days = (last_day.normalize() - people["updated"]).dt.days
    by = days.groupby(people["source"])
    table = pd.DataFrame(
        {
            "records": by.size(),
            "median": by.median(),
            "oldest": by.max(),
            "old": (days > old_after).groupby(people["source"]).sum(),
            "unknown": days.isna().groupby(people["source"]).sum(),
        }
    )
    return Ages("", table.rename_axis("system"), last_day)
