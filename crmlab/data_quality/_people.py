"""How many people the records of several systems are, and what letters to duplicates cost."""

from dataclasses import dataclass, field

import pandas as pd

from crmlab.data_quality._linked import LinkedRecords
from crmlab.data_quality._settings import Settings
from crmlab.data_quality._tables import without_rows

__all__ = ["People", "count_people"]

_THRESHOLDS = {0.5, 0.8, 0.9, 0.95, 0.99}  # tried beside the one asked for
_ABSENT = (
    "Not checked: there is no file of `identities`. It has one row a record of each system "
    "(branch, web, call centre), with `source`, `source_id` and what is there of `name`, `phone`, "
    "`email`, `address`, `birth_date` and `updated`."
)
_MOST_RECORDS = 6  # of one person that are told apart


@dataclass(frozen=True)
class People:
    """How many people there are behind the records.

    Without records all numbers are 0 and all tables empty.

    Attributes
    ----------
    reason : str
        Why nothing could be counted; empty where it was.
    n_records, n_people, n_systems : int
        Records, the people they belong to, and the systems they come from.
    n_spare_letters : int
        Letters of every mailing to somebody who gets one already.
    yearly_cost : float
        What these cost, in currency a year.
    by_system : DataFrame
        Index `system`, the last row "all"; `records`, `people`, `records_too_many` (of people with
        several in this system) and `people_only_here`.
    by_size : DataFrame
        Index `records` ("1", ..., "6 or more": of one person); `people` and their `share`.
    by_threshold : DataFrame
        Index `threshold` (probability from which two records count as one person); `people`,
        `yearly_cost` (of letters to duplicates, in currency), `records_per_person` and `used`
        (whether it is the threshold of the other tables).
    """

    reason: str = _ABSENT
    n_records: int = 0
    n_people: int = 0
    n_systems: int = 0
    n_spare_letters: int = 0
    yearly_cost: float = 0.0
    by_system: pd.DataFrame = field(
        default_factory=without_rows(
            "system", "records", "people", "records_too_many", "people_only_here"
        ),
        repr=False,
    )
    by_size: pd.DataFrame = field(
        default_factory=without_rows("records", "people", "share"), repr=False
    )
    by_threshold: pd.DataFrame = field(
        default_factory=without_rows(
            "threshold", "people", "yearly_cost", "records_per_person", "used"
        ),
        repr=False,
    )


def count_people(linked: LinkedRecords, settings: Settings) -> People:
    """Count records, people and letters to duplicates."""
    people = linked.people
    n_spare = linked.count_spare_letters(linked.linkage)
    return People(
        reason="",
        n_records=len(people),
        n_people=people["person_id"].nunique(),
        n_systems=people["source"].nunique(),
        n_spare_letters=n_spare,
        yearly_cost=settings.yearly_cost(n_spare),
        by_system=_count_by_system(people),
        by_size=_count_by_size(people),
        by_threshold=_try_thresholds(linked, settings),
    )


def _count_by_system(people: pd.DataFrame) -> pd.DataFrame:
    by = people.groupby("source")["person_id"]
    n_systems = people.groupby("person_id")["source"].nunique()
    alone = people[people["person_id"].map(n_systems) == 1].groupby("source")["person_id"]
    systems = pd.DataFrame({"records": by.size(), "people": by.nunique()})
    systems["records_too_many"] = systems["records"] - systems["people"]
    systems["people_only_here"] = alone.nunique().reindex(systems.index, fill_value=0)
    n_records, n_people = len(people), len(n_systems)
    systems.loc["all"] = [n_records, n_people, n_records - n_people, int((n_systems == 1).sum())]
    return systems.rename_axis(index="system")


def _count_by_size(people: pd.DataFrame) -> pd.DataFrame:
    sizes = people["person_id"].value_counts().clip(upper=_MOST_RECORDS)
    counts = sizes.value_counts().sort_index()
    names = [f"{n} or more" if n == _MOST_RECORDS else f"{n}" for n in counts.index]
    table = pd.DataFrame({"people": counts.to_numpy()}, index=pd.Index(names, name="records"))
    return table.assign(share=table["people"] / table["people"].sum())


def _try_thresholds(linked: LinkedRecords, settings: Settings) -> pd.DataFrame:
    chosen = linked.linkage.threshold
    rows = []
    for threshold in sorted(_THRESHOLDS | {chosen}):
        linkage = linked.linkage.at(threshold)
        n_people = linkage.clusters["person_id"].nunique()
        cost = settings.yearly_cost(linked.count_spare_letters(linkage))
        per_person = len(linkage.clusters) / n_people
        rows.append((threshold, n_people, cost, per_person, threshold == chosen))
    columns = ["threshold", "people", "yearly_cost", "records_per_person", "used"]
    return pd.DataFrame(rows, columns=columns).set_index("threshold")
