"""What may be published: who stands alone, and a table of counts without small ones."""

from dataclasses import dataclass, field

import pandas as pd

from crmlab.data_quality._tables import without_rows
from crmlab.privacy import k_anonymity, suppress_small_cells

__all__ = ["Publication", "count_to_publish"]

_ABSENT = "Not checked: there is no file of `customers` with `region`, `birth_year` or `sex`."
_KNOWN_TO_OTHERS = ("region", "birth_year", "sex")


@dataclass(frozen=True)
class Publication:
    """What can be known of a customer, and a table of counts as it may be published.

    Attributes
    ----------
    reason : str
        Why nobody could be looked for; empty where it was done.
    alone : DataFrame
        As `privacy.k_anonymity` returns it for what is there of region, birth year and sex.
    counts_of : str
        What is counted in the table to be published, in words.
    counts : DataFrame
        The table with its totals; a number that must not be published is missing.
    n_small, n_hidden : int
        Numbers of the table below the minimum (0 aside), and numbers hidden.
    """

    reason: str = _ABSENT
    alone: pd.DataFrame = field(
        default_factory=without_rows(
            "", "columns", "n_groups", "n_unique", "n_below", "share_below"
        ),
        repr=False,
    )
    counts_of: str = ""
    counts: pd.DataFrame = field(default_factory=without_rows(""), repr=False)
    n_small: int = 0
    n_hidden: int = 0


def count_to_publish(
    customers: pd.DataFrame | None, subscriptions: pd.DataFrame | None, *, minimum: int
) -> Publication:
    """Look for customers who stand alone, and make a table of counts safe."""
    if customers is None:
        return Publication()
    known = [name for name in _KNOWN_TO_OTHERS if name in customers]
    if not known:
        return Publication()
    alone = k_anonymity(customers, known, k=minimum)
    counts_of, counts = _counts(customers, subscriptions)
    if counts.empty:
        return Publication(reason="", alone=alone)
    safe = suppress_small_cells(counts, minimum=minimum)
    return Publication(
        reason="",
        alone=alone,
        counts_of=counts_of,
        counts=safe.rename_axis(columns=None),
        n_small=int(((counts > 0) & (counts < minimum)).sum().sum()),
        n_hidden=int(safe.isna().sum().sum()),
    )


def _counts(
    customers: pd.DataFrame, subscriptions: pd.DataFrame | None
) -> tuple[str, pd.DataFrame]:
    """A table of counts worth publishing, with totals; empty where the columns for it lack."""
    if subscriptions is not None and "region" in customers:
        active = subscriptions[subscriptions["end"].isna()].merge(customers, on="customer_id")
        counts = pd.crosstab(active["region"], active["plan"], margins=True)
        return "active subscriptions", counts
    if not {"birth_year", "sex"} <= set(customers):
        return "", pd.DataFrame()
    who = customers.dropna(subset=["birth_year", "sex"])
    decade = (who["birth_year"] // 10 * 10).astype(int).astype(str) + "s"
    return "customers", pd.crosstab(decade.rename("born"), who["sex"], margins=True)
