"""What is spent on customers whom another department has just contacted."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_count, check_fraction, check_number, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats, Ints

__all__ = ["DuplicatedSpend", "duplicated_spend"]


@dataclass(frozen=True)
class DuplicatedSpend:
    """Contacts that repeat one of another department, and what it earns to stop them.

    Attributes
    ----------
    contacts : DataFrame
        One row per repeated contact: `customer_id`, `person` (the cluster, or the customer),
        `date`, `department`, `cost` (in currency), and `first_department`, `first_date` of the
        contact that it repeats.
    pairs : DataFrame
        By `first_department` and `department`: `n_contacts`, `cost`; the dearest first.
    n_contacts : int
        All contacts looked at.
    n_repeated : int
        Those that repeat another.
    n_repeated_unlinked : int
        Those that would have been found without `clusters`.
    interval : DataFrame
        One row, what stopping them earns, in currency: `estimate`, `lower`, `upper`, `level`.
    break_even_margin : float
        Margin per repeated contact above which stopping them loses, in currency; missing where
        none repeats another.
    """

    contacts: pd.DataFrame
    pairs: pd.DataFrame
    n_contacts: int
    n_repeated: int
    n_repeated_unlinked: int
    interval: pd.DataFrame
    break_even_margin: float

    def __repr__(self) -> str:
        return (
            f"DuplicatedSpend({self.n_repeated:,} of {self.n_contacts:,} contacts, "
            f"{self.interval['estimate'].iloc[0]:,.2f})"
        )


def duplicated_spend(
    contacts: pd.DataFrame,
    *,
    within: int | str = "30D",
    department: str = "campaign_id",
    clusters: pd.Series | pd.DataFrame | None = None,
    margin_lost: float = 0.0,
    level: float = 0.95,
) -> DuplicatedSpend:
    """Find contacts that repeat one of another department, and what stopping them earns.

    Contacts of a customer are read in the order of their dates. One that comes within some days of
    the last that was kept, and from another department, repeats it. What the same department sends
    again is meant, and stays.

    Parameters
    ----------
    contacts : DataFrame
        Canonical contacts: `customer_id`, `date`, `cost` (in currency, 0 or more) and the column
        named by `department`. Where there is a column `treated`, controls are passed over.
    within : int or str, default="30D"
        Days after a contact in which another is one too many, at least 0: a number, or a length
        of time such as "30D".
    department : str, default="campaign_id"
        Column that says who paid for the contact.
    clusters : Series or DataFrame, optional
        Who is one person: a Series by `customer_id`, or columns `customer_id` and `cluster_id`.
        Customers that are not there stand for themselves.
    margin_lost : float, default=0.0
        Margin that a repeated contact would have added, in currency. Nothing in a list of contacts
        tells it; a test that leaves the second contact out by lot does.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DuplicatedSpend
        The contacts, the pairs of departments, what stopping them earns, with limits.

    Raises
    ------
    InputError
        If a column is missing, has gaps, a row repeats another in all columns, or a number is out
        of range.
    InputTypeError
        If a table or option has the wrong type.

    Notes
    -----
    Limits are normal, for persons drawn from a large population. Of several departments that
    contact on one day the one listed first is kept.

    Examples
    --------
    >>> contacts = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b", "c"], "campaign_id": ["cars", "vans", "cars", "vans"],
    ...      "date": pd.to_datetime(["2024-03-01", "2024-03-09", "2024-03-01", "2024-03-05"]),
    ...      "cost": [2.0, 3.0, 2.0, 3.0]}
    ... )
    >>> duplicated_spend(contacts)
    DuplicatedSpend(1 of 4 contacts, 3.00)
    >>> linked = pd.Series({"b": "person 1", "c": "person 1"})
    >>> duplicated_spend(contacts, clusters=linked).pairs
      first_department department  n_contacts  cost
    0             cars       vans           2   6.0
    """
    days = _read_within(within)
    lost = check_number("margin_lost", margin_lost, low=0)
    check_fraction("level", level, open_ends=True)
    table = _read_contacts(contacts, department)
    person = _read_clusters(table["customer_id"], clusters)
    repeats = _repeats(table, person, days)
    found = table.loc[repeats >= 0].copy()
    kept = table.iloc[repeats[repeats >= 0]]
    found.insert(1, "person", person[repeats >= 0])
    found["first_department"] = kept["department"].to_numpy()
    found["first_date"] = kept["date"].to_numpy()
    unlinked = repeats
    if clusters is not None:
        unlinked = _repeats(table, table["customer_id"].to_numpy(), days)
    saved = np.where(repeats >= 0, table["cost"].to_numpy() - lost, 0.0)
    return DuplicatedSpend(
        found.reset_index(drop=True),
        _count_pairs(found),
        len(table),
        len(found),
        int((unlinked >= 0).sum()),
        _interval(saved, person, level),
        float(found["cost"].mean()) if len(found) else float("nan"),
    )


def _read_within(within: Any) -> pd.Timedelta:
    if isinstance(within, str):
        found = pd.to_timedelta(within, errors="coerce")
        if pd.isna(found) or found < pd.Timedelta(0):
            raise InputError(f"`within` must be a length of time such as '30D'; got {within!r}.")
        return found
    return pd.Timedelta(days=min(check_count("within", within, minimum=0), 36_500))


def _read_contacts(contacts: Any, department: Any) -> pd.DataFrame:
    """The contacts that were made, with the columns in use."""
    if not isinstance(contacts, pd.DataFrame):
        raise InputTypeError(f"`contacts` must be a DataFrame; got {type(contacts).__name__}.")
    if not isinstance(department, str):
        raise InputTypeError(f"`department` must name a column; got {department!r}.")
    check_columns(contacts.columns, ["customer_id", "date", "cost", department], what="`contacts`")
    rows = contacts
    if "treated" in rows.columns:
        rows = rows[check_vector("treated", rows["treated"], flags=True) == 1]
    if rows.empty:
        raise InputError("`contacts` must hold at least one contact that was made; got none.")
    table = pd.DataFrame(
        {"customer_id": rows["customer_id"].to_numpy(), "date": _local(rows["date"]),
         "department": rows[department].to_numpy(),
         "cost": check_vector("cost", rows["cost"], remedy="A cost is written positive.")}
    )  # fmt: skip
    if not pd.api.types.is_datetime64_any_dtype(table["date"]):
        raise InputTypeError("`date` must hold dates. Convert it with pandas.to_datetime.")
    for name in ("customer_id", "date", "department"):
        gaps = int(table[name].isna().sum())
        if gaps:
            column = department if name == "department" else name
            raise InputError(f"`{column}` must not be missing; {gaps:,} of {len(table):,} are.")
    _refuse_repeats(rows[table.duplicated(keep=False).to_numpy()], len(rows))
    return table


def _refuse_repeats(alike: pd.DataFrame, n: int) -> None:
    """Raise where rows that agree in the columns in use agree in all others, too."""
    n_again = int(alike.astype("str").duplicated().sum())
    if n_again:
        raise InputError(
            f"`contacts` must hold each contact once; {n_again:,} of {n:,} rows repeat another in "
            "all columns, so what they cost would count twice. Drop them with `drop_duplicates()`, "
            "or number them in a column if each was made."
        )


def _local(dates: pd.Series) -> Any:
    """Dates as a clock on the wall shows them."""
    zone = getattr(dates.dtype, "tz", None)
    return (dates if zone is None else dates.dt.tz_localize(None)).to_numpy()


def _read_clusters(customers: pd.Series, clusters: Any) -> Any:
    """The person behind each contact."""
    if clusters is None:
        return customers.to_numpy()
    if isinstance(clusters, pd.DataFrame):
        check_columns(clusters.columns, ["customer_id", "cluster_id"], what="`clusters`")
        clusters = clusters.set_index("customer_id")["cluster_id"]
    if not isinstance(clusters, pd.Series):
        raise InputTypeError(
            f"`clusters` must be a Series or a DataFrame; got {type(clusters).__name__}."
        )
    if not clusters.index.is_unique:
        twice = clusters.index[clusters.index.duplicated()][0]
        raise InputError(f"`clusters` must name a customer once; {twice!r} is there twice.")
    kinds = {pd.api.types.infer_dtype(ids, skipna=True) for ids in (customers, clusters.index)}
    if kinds == {"string", "integer"}:
        raise InputError(
            "`customer_id` must be alike in `contacts` and `clusters`: text in both, or whole "
            "numbers in both. As they are, no customer would be found."
        )
    found = customers.map(clusters)
    # So written, no customer outside of all clusters shares a name with one of them.
    alone = "customer " + customers.astype("str")
    return np.where(found.isna(), alone, found.astype("str"))


def _repeats(table: pd.DataFrame, person: Any, within: pd.Timedelta) -> Ints:
    """Place of the contact that each one repeats, or -1."""
    who = pd.factorize(person)[0]
    tied = [table["cost"].to_numpy(), pd.factorize(table["department"].astype("str"), sort=True)[0]]
    order = np.lexsort((*tied, table["date"].to_numpy(), who))  # whatever the order of the rows
    day = table["date"].to_numpy()[order].astype("datetime64[ns]").astype(np.int64)
    department = pd.factorize(table["department"])[0][order]
    who = who[order]
    repeats = np.full(len(table), -1)
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    size = np.diff(np.r_[starts, who.size])
    last = starts.copy()
    for turn in range(1, int(size.max())):  # the next contact of every person at once
        active = np.flatnonzero(size > turn)
        now, kept = starts[active] + turn, last[active]
        again = (day[now] - day[kept] <= within.value) & (department[now] != department[kept])
        repeats[order[now[again]]] = order[kept[again]]
        last[active[~again]] = now[~again]
    return repeats


def _count_pairs(found: pd.DataFrame) -> pd.DataFrame:
    pairs = found.groupby(["first_department", "department"], observed=True)["cost"]
    table = pairs.agg(n_contacts="size", cost="sum").reset_index()
    return table.sort_values("cost", ascending=False, kind="stable").reset_index(drop=True)


def _interval(saved: Floats, person: Any, level: float) -> pd.DataFrame:
    """What is earned, with limits for other persons like these."""
    sums = np.bincount(pd.factorize(person)[0], weights=saved)
    error = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(sums.size * sums.var())
    total = float(saved.sum())
    return pd.DataFrame(
        {"estimate": [total], "lower": [total - error], "upper": [total + error], "level": [level]}
    )
