"""The signal of staff who do not enter data: planned entries that exist, and whose are missing."""

from math import nan
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from crmlab._checks import check_columns, check_fraction, check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.readiness._pricing.signals import (
    check_alike,
    share_beyond,
    signal_row,
    signal_table,
)

__all__ = ["entry_signal"]

_UNKNOWN = (nan, nan, nan)  # value and limits that the table cannot tell


def entry_signal(
    table: pd.DataFrame,
    *,
    by: str = "instructor_id",
    planned: str | None = "planned",
    made: str = "held",
    period: str | None = "month",
    level: float = 0.95,
) -> pd.DataFrame:
    """Look for entries that were planned and do not exist, and for staff who make few.

    Neither shares nor their spread need to know what a missing entry would have said. Whether
    the missing ones differ from the others no table of entries can tell; that busy months have
    fewer is a sign.

    Parameters
    ----------
    table : DataFrame
        Visits or contacts, a row for each piece of work that should leave entries.
    by : str, default="instructor_id"
        Column that says whose entry it is.
    planned : str, optional
        Column with the number of entries due, at least 0. With None each row is one.
    made : str, default="held"
        Column with the number of those that exist. Without `planned`, any column: an entry exists
        where it is filled, or true
        in a column of true and false.
    period : str, optional
        Column with the time in which a person is busy or not. With None, or where the table lacks
        it, busy staff are compared with others.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per signal: `signal`, `value`, `lower`, `upper`, `level`, `n` (what it is counted
        over) and `reading`, a sentence. "entries made" is a share of those planned; "spread
        between staff", the standard deviation of the persons' shares beyond chance; "busy against
        quiet", the share where more than the median is planned less the share elsewhere. Values
        that the table cannot tell are missing.

    Raises
    ------
    InputError
        If a column is missing, has gaps or negative numbers, ids are text here and numbers there,
        nothing is planned, or more exists than was planned.
    InputTypeError
        If the table or an option has the wrong type.

    Notes
    -----
    Limits of shares allow for the likeness of one person's entries; where all or none exist, each
    person counts once. Those of the spread come from
    the moments of the chi-squared statistic (DerSimonian and Laird's estimate).

    References
    ----------
    DerSimonian, R. and Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
    Trials 7, 177-188.

    See Also
    --------
    simulate_missing_entries : What it costs.

    Examples
    --------
    >>> visits = pd.DataFrame({"instructor_id": ["a", "b"], "planned": [40, 60], "held": [39, 21]})
    >>> entry_signal(visits)[["signal", "value", "n"]].round(2)
                     signal  value    n
    0          entries made   0.60  100
    1  spread between staff   0.44    2
    2    busy against quiet  -0.62  100
    """
    check_fraction("level", level, open_ends=True)
    work = _read_work(table, by, planned, made, period)
    z = NormalDist().inv_cdf((1 + level) / 2)
    staff = work.groupby("by")[["due", "made"]].sum()
    rows = [_made_row(staff, z, level), _spread_row(staff, level), _busy_row(work, z)]
    return signal_table(rows, level=level)


def _read_work(
    table: Any, by: str, planned: str | None, made: str, period: str | None
) -> pd.DataFrame:
    """By row: whose entries, in which time, how many are due and made."""
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(f"`table` must be a DataFrame; got {type(table).__name__}.")
    for option, name in (("by", by), ("planned", planned), ("made", made), ("period", period)):
        optional = option in ("planned", "period")
        if not (isinstance(name, str) or (optional and name is None)):
            raise InputTypeError(f"`{option}` must name a column; got {name!r}.")
    check_columns(table.columns, [by, made, *([planned] if planned else [])], what="`table`")
    if table.empty:
        raise InputError("`table` must have at least one row; got none.")
    if table[by].isna().any():
        gaps = int(table[by].isna().sum())
        raise InputError(f"`{by}` must not be missing; {gaps:,} of {len(table):,} are.")
    due = np.ones(len(table)) if planned is None else check_vector(planned, table[planned])
    exist = _fill(table[made]) if planned is None else check_vector(made, table[made])
    check_size(planned or "planned", due)
    check_alike(by, table[by])
    if (exist > due).any():
        raise InputError(
            f"`{made}` must not exceed `{planned}`; it does in {int((exist > due).sum()):,} rows."
        )
    if not due.sum():
        raise InputError(f"`{planned}` must be above 0 somewhere; no entries are due.")
    work = pd.DataFrame({"by": table[by].to_numpy(), "due": due, "made": exist})
    timed = period is not None and period in table.columns
    work["period"] = table[period].to_numpy() if timed else 0
    return work[work["due"] > 0]


def _fill(column: pd.Series) -> Floats:
    """Where an entry exists: a column of yes and no says so itself, another one is filled."""
    there = column.notna()
    if pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        there &= column.eq(True)
    else:
        there &= column.astype("str").str.strip() != ""
    return np.asarray(there, dtype="float64")


def _made_row(staff: pd.DataFrame, z: float, level: float) -> dict[str, Any]:
    share, error = _ratio(staff, z)
    due = int(staff["due"].sum())
    text = f"Of {due:,} planned entries {share:.0%} exist."
    if len(staff) < 2:
        error = nan
        text += " With one person the table cannot tell how far that would hold for others."
    elif share in (0.0, 1.0):  # then nobody differs, which does not make it certain
        error = share_beyond(len(staff), level=level)
    low, high = np.maximum(share - error, 0.0), np.minimum(share + error, 1.0)
    return signal_row("entries made", share, low, high, due, text)


def _ratio(groups: pd.DataFrame, z: float) -> tuple[float, float]:
    """Share made of what was due, and half the width of limits over groups."""
    due, made = groups["due"].to_numpy(), groups["made"].to_numpy()
    share = float(made.sum() / due.sum())
    beyond = ((made - share * due) ** 2).sum() * len(groups) / max(len(groups) - 1, 1)
    return share, z * float(np.sqrt(beyond)) / float(due.sum())


def _spread_row(staff: pd.DataFrame, level: float) -> dict[str, Any]:
    """How far staff differ beyond the chance of so many entries each."""
    name, k = "spread between staff", len(staff)
    due: Floats = staff["due"].to_numpy()
    share = float(staff["made"].sum() / due.sum())
    if k < 2:
        text = "There is one person, so the table cannot tell how staff differ."
        return signal_row(name, *_UNKNOWN, k, text)
    if share in (0.0, 1.0):
        text = f"Nobody differs: {'all' if share else 'none'} of the planned entries exist."
        apart = min(share_beyond(k, level=level), 0.5)
        return signal_row(name, 0.0, 0.0, np.sqrt(apart * (1 - apart)), k, text)
    each = staff["made"].to_numpy() / due
    weight = due / (share * (1 - share))
    statistic = float((weight * (each - share) ** 2).sum())
    room = float((weight * (weight.sum() - weight)).sum() / weight.sum())
    tail = (1 - level) / 2
    points = [float(k - 1), chi2.ppf(1 - tail, k - 1), chi2.ppf(tail, k - 1)]
    # The statistic is its expectation times a chi-squared number over k - 1.
    excess = [statistic * (k - 1) / point - (k - 1) for point in points]
    value, low, high = (float(np.sqrt(max(over, 0.0) / room)) for over in excess)
    text = f"Shares of staff differ by {100 * value:.0f} points (standard deviation) beyond chance."
    if low == 0:
        text = "Staff differ no more than chance would make them, as far as the table can tell."
    return signal_row(name, value, low, min(high, 1.0), k, text)


def _busy_row(work: pd.DataFrame, z: float) -> dict[str, Any]:
    name = "busy against quiet"
    load = work.groupby(["by", "period"])[["due", "made"]].sum().reset_index()
    border = load["due"].median()
    busy = load["due"] > border
    n = int(work["due"].sum())
    if not busy.any() or busy.all():
        text = "All have as much to enter, so the table cannot tell what a busy time does."
        return signal_row(name, *_UNKNOWN, n, text)
    (much, _), (little, _) = _ratio(load[busy], z), _ratio(load[~busy], z)
    off = load["made"] - load["due"] * np.where(busy, much, little)
    part: pd.Series = off / np.where(
        busy, load.loc[busy, "due"].sum(), -load.loc[~busy, "due"].sum()
    )
    sums: Floats = part.groupby(load["by"]).sum().to_numpy()
    error = z * float(np.sqrt((sums**2).sum() * sums.size / max(sums.size - 1, 1)))
    gap = much - little
    fewer = "fewer" if gap < 0 else "more"
    text = f"Where more than {border:,.0f} are due, {100 * abs(gap):.1f} of 100 {fewer} exist."
    if sums.size < 3:
        text, error = "There are too few staff to tell what a busy time does.", nan
    elif abs(gap) <= error:
        text = "Busy and quiet times differ no more than chance would make them."
    return signal_row(name, gap, gap - error, gap + error, n, text)
