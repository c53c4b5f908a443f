"""Layouts of dates on engines: text that fits a form, and numbers that count from a day.

Text is split by the pattern of its form, joined as an ISO timestamp, and cast; 30 February
therefore fails in the cast, on any engine.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab import _dates
from crmlab._dates import Form
from crmlab._engine import is_spark
from crmlab.loaders._columns.text import trim

__all__ = ["Counted", "Layout", "Written", "list_layouts", "read_offset", "tidy"]


def tidy(text: Any) -> Any:
    """Text in lower case and plain characters, without the day of the week."""
    text = text.translate(_dates.ODD_CHARACTERS, _dates.PLAIN_CHARACTERS).lower()
    return trim(text.re_replace(_dates.WEEKDAY, " "))


def read_offset(written: Any) -> Any:
    """The offset from UTC as in +09:00 of what stands behind a time; empty where nothing does."""
    digits = written.replace(":", "") + "00"
    named = [(written.isin(names), offset) for offset, names in _dates.ZONES.items()]
    return ibis.cases(
        (written == "", ""), *named, else_=written.left(3) + ":" + digits.substr(3, 2)
    )


@dataclass(frozen=True)
class Written:
    """Text in a form."""

    form: Form

    @property
    def name(self) -> str:
        """How the text is written, in words."""
        return self.form.name

    def fits(self, text: Any) -> Any:
        """Whether text has the form."""
        return text.re_search(self.form.pattern)

    def offset(self, text: Any) -> Any:
        """The offset from UTC as in +09:00, or empty text."""
        if "offset" not in self.form.groups:
            return ibis.literal("")
        return read_offset(text.re_extract(self.form.pattern, self.form.groups["offset"]))

    def wall_clock(self, text: Any) -> Any:
        """The timestamp as written, or null where the text does not fit or there is no such day."""
        return ibis.ifelse(self.fits(text), self._iso(text), None).try_cast("timestamp")

    def _iso(self, text: Any) -> Any:
        """Text that fits as year, month, day and time; a name of a month is its first letters."""
        form = self.form
        back = "$" if is_spark(text.as_table()) else "\\"
        field = {name: f"{back}{number}" for name, number in form.groups.items()}
        hour, minute, second = (field.get(name, "00") for name in ("hour", "minute", "second"))
        day = f"{field['day']} {field.get('clock', f'{hour}:{minute}:{second}')}"
        if not form.named_month:
            iso = trim(text.re_replace(form.pattern, f"{field['year']}-{field['month']}-{day}"))
        else:
            year_end = 3 + (2 if form.short_year else 4)
            parts = trim(text.re_replace(form.pattern, f"{field['month']}{field['year']}-{day}"))
            month = (ibis.literal(_dates.MONTHS).find(parts.left(3)) // 3 + 1).cast("string")
            iso = parts.substr(3, year_end - 3) + "-" + month + parts.substr(year_end)
        if form.short_year:
            # POSIX: 69 to 99 are years of the last century.
            iso = ibis.ifelse(iso.left(2) >= "69", "19", "20") + iso
        return iso


@dataclass(frozen=True)
class Counted:
    """Numbers that count days, or parts of a second, from a day on; those of `first` to `last`."""

    name: str
    per_day: float
    origin: dt.date
    zone: str
    first: dt.date
    last: dt.date

    def fits(self, text: Any) -> Any:
        """Whether text is a number whose day is one of those."""
        low, high = ((day - self.origin).days * self.per_day for day in (self.first, self.last))
        return _as_number(text).between(low, high).fill_null(False)

    def offset(self, text: Any) -> Any:
        """The offset from UTC that the count has by itself, or empty text."""
        return ibis.literal(self.zone)

    def wall_clock(self, text: Any) -> Any:
        """The timestamp to the second, or null where the text does not fit."""
        number = ibis.ifelse(self.fits(text), _as_number(text), None)
        seconds = (number * (86_400 / self.per_day)).round().cast("int64")
        day = seconds // 86_400 + (self.origin - dt.date(1970, 1, 1)).days
        # Spark counts seconds over a change to summer time, and days by the calendar.
        start = ibis.timestamp("1970-01-01 00:00:00") + day.cast("int32").as_interval("D")
        return start + (seconds % 86_400).as_interval("s")


Layout = Written | Counted

_NUMBER = r"^\d+(?:[.,]\d+)?(?:e\+?\d+)?$"
# What counts, how many there are in a day, the day 0, and the zone in which that begins.
_UNIX = dt.date(1970, 1, 1)
_COUNTS = (
    ("days since 1899-12-30, as Excel counts them", 1.0, dt.date(1899, 12, 30), ""),
    ("seconds since 1970", 86_400.0, _UNIX, "+00:00"),
    ("milliseconds since 1970", 86_400e3, _UNIX, "+00:00"),
    ("microseconds since 1970", 86_400e6, _UNIX, "+00:00"),
    ("nanoseconds since 1970", 86_400e9, _UNIX, "+00:00"),
)


def _as_number(text: Any) -> Any:
    number = ibis.ifelse(text.re_search(_NUMBER), text.replace(",", "."), None)
    return number.try_cast("float64")


def list_layouts(first: dt.date, last: dt.date, dayfirst: bool | None = None) -> list[Layout]:
    """List the layouts of dates from one day to another, which bound short years and counts.

    `dayfirst` says which order of numbers alone is meant where several may be.
    """
    unwanted = {None: (), True: ("mdy", "ymd"), False: ("dmy", "ymd")}[dayfirst]
    forms = _dates.list_forms(first.year, last.year)
    written = [Written(form) for form in forms if not (form.bare and form.order in unwanted)]
    return [*written, *(Counted(*count, first, last) for count in _COUNTS)]
