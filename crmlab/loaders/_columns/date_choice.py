"""Choose the layout in which a column of dates is read, and note what stays ambiguous.

Every distinct value says which layouts it fits. A layout is taken because most values fit it. That
another one, which fits some of them too, is not meant must be shown by a fair share of the values:
one slip of the keyboard never decides for a thousand, nor puts them all in doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from crmlab import _dates
from crmlab._engine import execute
from crmlab.loaders._columns.date_layouts import Layout, Written, read_offset, tidy
from crmlab.loaders._columns.text import is_blank, trim

__all__ = ["DateReading", "choose", "is_timed", "profile_dates"]

# Of the values that fit both of two layouts or the better one only: those that must fit only that;
# where they are several, half as many will do.
_DECIDE, _SEVERAL = 0.1, 5
# To one value that fits only the better one: how many may fit only the other, as typing errors.
_ERRORS = 0.05
# 25.01.15 is of 2025 where the last number takes this many values and the first few of them: no
# shop that is so old sells on a few days of the month only.
_DAYS_OF_MONTH, _PER_YEAR = 20, 4


@dataclass(frozen=True)
class DateReading:
    """How a text column of dates is read.

    Dates that one of the `rivals` reads as another day are ambiguous. `untidy` says that the text
    must be tidied first, `half_days` that some times are on a 12-hour clock; `offset` is the one
    that all times carry, if they do.
    """

    layout: Layout
    rivals: tuple[Layout, ...] = ()
    untidy: bool = False
    half_days: bool = False
    mixed_zones: bool = False
    offset: str = ""
    timezone: str | None = None
    as_written: bool = False

    def __str__(self) -> str:
        """Say the reading in words."""
        if self.as_written:
            return f"{self.layout.name}, each day as written in its own zone"
        zone = self.timezone or (self.offset and f"UTC{self.offset}")
        return self.layout.name + (f", days in {zone}" if zone else "")


def is_timed(text: Any) -> Any:
    """Whether text has a time of day, so that its day depends on a zone."""
    return text.re_search(_dates.TIMED)


def profile_dates(text: Any, layouts: Sequence[Layout], *, formatted: bool) -> pd.DataFrame:
    """Count the distinct values of a text column by the layouts that they fit, in one query.

    Parameters
    ----------
    text : column of str
        The values.
    layouts : sequence of Layout
        What they may fit.
    formatted : bool
        Whether the layouts are formats of the caller, which see the text as it is.

    Returns
    -------
    DataFrame
        ``fits`` (bit i set for layout i), ``zone`` (offset of a time, empty for none, missing
        without a time), ``n``, ``half`` and ``untidy`` (whether any is on a 12-hour clock, or must
        be tidied), ``first`` and ``last`` (how many first and last numbers of a date there are).
    """
    plain = trim(text).lower()
    if not formatted:
        # The times of a column are many, its days few.
        plain = plain.re_replace(rf"[t ]{_dates.CLOCK}(?:[.,]\d+)?", " 0:00")
    values = plain.name("value").as_table().distinct()
    values = values.filter(~is_blank(values.value))
    values = values.mutate(tidied=values.value if formatted else tidy(values.value))
    tidied = values.tidied
    bits = [
        ibis.ifelse(layout.fits(tidied).fill_null(False), 1 << place, 0).cast("int64")
        for place, layout in enumerate(layouts)
    ]
    offset = layouts[0].offset(tidied) if formatted else _find_offset(tidied)
    values = values.mutate(
        fits=sum(bits[1:], bits[0]), zone=ibis.ifelse(is_timed(tidied), offset, None)
    )
    groups = values.group_by("fits", "zone").aggregate(
        n=values.count(),
        half=values.tidied.re_search(_dates.HALF_DAY).any(),
        untidy=(values.tidied != values.value).any(),
        first=values.tidied.re_extract(_NUMBERS, 1).nunique(),
        last=values.tidied.re_extract(_NUMBERS, 3).nunique(),
    )
    return execute(groups)


_NUMBERS = r"^(\d+)[-/.] ?(\d+)[-/.] ?(\d+)"


def _find_offset(text: Any) -> Any:
    return read_offset(text.re_extract(_dates.ZONED, 1))


def choose(
    groups: pd.DataFrame,
    layouts: Sequence[Layout],
    timezone: str | None = None,
    *,
    as_written: bool = False,
) -> DateReading:
    """Pick the layout that fits most dates, and note what stays ambiguous."""
    totals = [_count(groups, fits=1 << place) for place in range(len(layouts))]
    leading = [place for place, total in enumerate(totals) if total == max(totals)]
    found = {place: _find_rivals(groups, place, layouts) for place in leading}
    best = min(leading, key=lambda place: len(found[place]))
    layout, rivals = layouts[best], found[best]
    zones = groups["zone"].dropna().unique().tolist()
    own = "" if isinstance(layout, Written) else layout.zone
    several = len(zones) > 1
    return DateReading(
        layout,
        rivals=rivals,
        untidy=bool(groups["untidy"].any()),
        half_days=bool(groups["half"].any()),
        mixed_zones=several and timezone is None and not as_written,
        offset=own or (zones[0] if len(zones) == 1 else ""),
        timezone=timezone,
        as_written=several and timezone is None and as_written,
    )


def _count(groups: pd.DataFrame, *, fits: int, fits_not: int = 0) -> int:
    """Count the distinct values that fit some layouts and not others, both as bits."""
    mask = groups["fits"].to_numpy()
    chosen = (mask & fits == fits) & (mask & fits_not == 0)
    return int(groups["n"].to_numpy()[chosen].sum())


def _find_rivals(groups: pd.DataFrame, best: int, layouts: Sequence[Layout]) -> tuple[Layout, ...]:
    """The other layouts that may be meant where one is taken."""
    return tuple(
        layout
        for place, layout in enumerate(layouts)
        if place != best and not _is_ruled_out(groups, place, best, layouts)
    )


def _is_ruled_out(groups: pd.DataFrame, rival: int, best: int, layouts: Sequence[Layout]) -> bool:
    """Whether the column shows that a layout, which some of its values fit, is not meant."""
    one, other = 1 << best, 1 << rival
    both = _count(groups, fits=one | other)
    if not both:
        return True
    for_best = _count(groups, fits=one, fits_not=other)
    against = _count(groups, fits=other, fits_not=one)
    if against > _ERRORS * for_best:
        return False
    share = _DECIDE / 2 if for_best >= _SEVERAL else _DECIDE
    if for_best >= share * (both + for_best):
        return True
    return _reads_years_as_days(groups, one | other, layouts[rival], layouts[best])


def _reads_years_as_days(groups: pd.DataFrame, fits: int, rival: Layout, best: Layout) -> bool:
    """Whether a rival would take the few years of a column for days, and its days for years."""
    if not (isinstance(rival, Written) and isinstance(best, Written)):
        return False
    contested = groups[groups["fits"] & fits == fits]
    first, last = contested["first"], contested["last"]
    # Groups differ in whether the first number may be a month, or in their zone: each count is at
    # most the sum of those in the groups, and at least the largest.
    ends = (best.form.order[0] + best.form.order[-1], rival.form.order[0] + rival.form.order[-1])
    if ends == ("yd", "dy"):
        years, days = first.sum(), last.max()
    elif ends == ("dy", "yd"):
        years, days = last.sum(), first.groupby(contested["fits"]).max().sum()
    else:
        return False
    return bool(days >= _DAYS_OF_MONTH and years * _PER_YEAR <= days)
