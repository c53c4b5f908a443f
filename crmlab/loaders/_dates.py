"""Read dates written as text, in one layout for the whole column.

A layout is a pattern and the fields its groups hold. Text is taken apart by the pattern, put
together as an ISO timestamp, and cast; 30 February therefore fails in the cast, on any engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import is_spark
from crmlab.loaders._text import blank, trimmed

__all__ = ["DATE_PROBLEMS", "DateReading", "choose", "in_zone", "profile", "read"]

DATE_PROBLEMS = ("unreadable", "in another layout", "ambiguous", "in mixed time zones")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = "(?:" + "|".join(_MONTHS) + r")[a-z]*\.?"
_HALF_DAY = "(?:am|pm|오전|오후)"
_OFFSET = r"z|utc|[+-]\d{2}:?\d{2}|[+-]\d{2}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_TIME = rf"(?:[ t]+{_HALF_DAY}? *({_CLOCK})(?:[.,]\d+)? *{_HALF_DAY}? *(?:{_OFFSET})?)?$"
_ZONED = rf"{_CLOCK}(?:[.,]\d+)? *{_HALF_DAY}? *({_OFFSET})$"


@dataclass(frozen=True)
class _Layout:
    """A pattern on lower-case text, and how its groups make an ISO timestamp.

    Where months are names, `named` is what the text must look like before the names become
    numbers; `century` picks the dates of the last century where years have two digits.
    """

    name: str
    pattern: str
    iso: str
    named: str = ""
    century: str = ""

    def stamp(self, text: Any) -> Any:
        """The wall-clock timestamp, or null where the text does not fit or is no date."""
        return self._text_as_iso(text).try_cast("timestamp")

    def instant(self, text: Any) -> Any:
        """The instant in UTC of text that carries an offset, else null."""
        full = text.re_replace(r"(z|utc)$", "+00:00").re_replace(r"([+-]\d{2})(\d{2})$", r"\1:\2")
        offset = full.re_extract(r"([+-]\d{2}(?::\d{2})?)$", 1)
        return (self._text_as_iso(text) + offset).try_cast("timestamp('UTC')")

    def _text_as_iso(self, text: Any) -> Any:
        numbered = text
        if self.named:
            for number, month in enumerate(_MONTHS, 1):
                numbered = numbered.re_replace(month + r"[a-z]*\.?", f"{number:02d}")
        iso = numbered.re_replace(self.pattern, self.iso)
        if self.century:
            last = numbered.re_replace(self.pattern, self.iso.replace("20", "19", 1))
            iso = ibis.ifelse(text.re_search(self.century), last, iso)
        return ibis.ifelse(text.re_search(self.named or self.pattern), iso.strip(), None)


def _layout(name: str, date: str, iso: str, named: str = "") -> _Layout:
    return _Layout(name, f"^{date}{_TIME}", iso + r" \4", named and f"^{named}{_TIME}")


_SLASHED = r"(\d{1,2})[-/.] ?(\d{1,2})[-/.] ?(\d{4})"
_DAY_FIRST = _layout("day/month/year", _SLASHED, r"\3-\2-\1")
_MONTH_FIRST = _layout("month/day/year", _SLASHED, r"\3-\1-\2")
# Where layouts fit equally often, the earlier one wins.
_LAYOUTS = (
    _layout("year-month-day", r"(\d{4})[-/.] ?(\d{1,2})[-/.] ?(\d{1,2})\.?", r"\1-\2-\3"),
    _layout("yearmonthday", r"(\d{4})(\d{2})(\d{2})", r"\1-\2-\3"),
    _layout("year년 month월 day일", r"(\d{4})년 ?(\d{1,2})월 ?(\d{1,2})일", r"\1-\2-\3"),
    _DAY_FIRST,
    _MONTH_FIRST,
    _layout(
        "day month-name year",
        r"(\d{1,2})[- ](\d{2})[-, ]+(\d{4})",
        r"\3-\2-\1",
        named=rf"\d{{1,2}}[- ]{_MONTH_NAME}[-, ]+\d{{4}}",
    ),
    _layout(
        "month-name day, year",
        r"(\d{2}) (\d{1,2}),? +(\d{4})",
        r"\3-\1-\2",
        named=rf"{_MONTH_NAME} \d{{1,2}},? +\d{{4}}",
    ),
)

_DIRECTIVES = {
    "Y": ("year", r"\d{4}"),
    "y": ("year", r"\d{2}"),
    "m": ("month", r"\d{1,2}"),
    "d": ("day", r"\d{1,2}"),
    "b": ("month", _MONTH_NAME),
    "B": ("month", _MONTH_NAME),
    "H": ("hour", r"\d{1,2}"),
    "I": ("hour", r"\d{1,2}"),
    "M": ("minute", r"\d{2}"),
    "S": ("second", r"\d{2}"),
    "f": ("fraction", r"\d+"),
    "p": ("half", _HALF_DAY),
    "z": ("offset", _OFFSET),
}


def _compiled(date_format: str) -> _Layout:
    """The layout of a `strptime` format."""
    parts = re.findall("%(.)|([^%]+)", date_format)
    unknown = [directive for directive, _ in parts if directive and directive not in _DIRECTIVES]
    if unknown:
        raise ValueError(
            f"`date_format` must use the directives %{', %'.join(_DIRECTIVES)}; "
            f"got %{unknown[0]} in {date_format!r}."
        )
    fields = [_DIRECTIVES[directive][0] for directive, _ in parts if directive]
    if missing := {"year", "month", "day"} - set(fields):
        raise ValueError(
            f"`date_format` must name year, month and day, as '%d.%m.%Y' does; {date_format!r} "
            f"lacks the {', '.join(sorted(missing))}."
        )

    def pattern(**other: str) -> str:
        return (
            "^"
            + "".join(
                f"({other.get(directive, _DIRECTIVES[directive][1])})"
                if directive
                else re.escape(literal.lower())
                for directive, literal in parts
            )
            + "$"
        )

    group = {field: rf"\{number}" for number, field in enumerate(fields, 1)}
    short = "%y" in date_format
    clock = ":".join(group.get(field, "00") for field in ("hour", "minute", "second"))
    iso = f"{'20' if short else ''}{group['year']}-{group['month']}-{group['day']} {clock}"
    named = "%b" in date_format or "%B" in date_format
    return _Layout(
        date_format,
        pattern(b=r"\d{2}", B=r"\d{2}"),
        iso,
        named=pattern() if named else "",
        # POSIX: 69 to 99 are years of the last century.
        century=pattern(y=r"69|[7-9]\d") if short else "",
    )


@dataclass(frozen=True)
class DateReading:
    """How a text column of dates is read.

    With `mixed`, dates that fit both orders of day and month cannot be trusted. `half_days` says
    that some times are on a 12-hour clock.
    """

    layout: _Layout
    mixed: bool = False
    half_days: bool = False
    mixed_zones: bool = False
    timezone: str | None = None

    def __str__(self) -> str:
        """Say the reading in words."""
        return self.layout.name + (f", days in {self.timezone}" if self.timezone else "")


def _usable(date_format: str | None, dayfirst: bool | None) -> list[_Layout]:
    if date_format is not None:
        return [_compiled(date_format)]
    unwanted = None if dayfirst is None else _MONTH_FIRST if dayfirst else _DAY_FIRST
    return [layout for layout in _LAYOUTS if layout is not unwanted]


def profile(text: Any, date_format: str | None, dayfirst: bool | None) -> dict[str, Any]:
    """Aggregates that count how many dates fit each layout, and which offsets they carry."""
    text = trimmed(text).lower()
    layouts = _usable(date_format, dayfirst)
    fits = {layout.name: layout.stamp(text).notnull() for layout in layouts}
    flags = {f"fit {name}": flag for name, flag in fits.items()}
    if _DAY_FIRST in layouts and _MONTH_FIRST in layouts:
        day, month = fits[_DAY_FIRST.name], fits[_MONTH_FIRST.name]
        flags |= {"day only": day & ~month, "month only": month & ~day}
    flags["half days"] = text.re_search(_HALF_DAY)
    zones = ibis.ifelse(blank(text), None, text.re_extract(_ZONED, 1)).nunique()
    return {name: flag.sum().fill_null(0) for name, flag in flags.items()} | {"zones": zones}


def choose(
    counts: Mapping[str, int],
    date_format: str | None = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
) -> DateReading:
    """Pick the layout that fits most dates, and say what stays in doubt."""
    layouts = _usable(date_format, dayfirst)
    layout = max(layouts, key=lambda one: int(counts[f"fit {one.name}"]))
    mixed = False
    if layout in (_DAY_FIRST, _MONTH_FIRST) and "day only" in counts:
        day, month = int(counts["day only"]), int(counts["month only"])
        layout = _DAY_FIRST if day >= month else _MONTH_FIRST
        # Each order has dates that only it can read, or no date decides between them.
        mixed = (day > 0) == (month > 0)
    return DateReading(
        layout,
        mixed=mixed,
        half_days=bool(counts["half days"]),
        mixed_zones=int(counts["zones"]) > 1 and timezone is None,
        timezone=timezone,
    )


def read(text: Any, reading: DateReading) -> tuple[Any, Any]:
    """Return the timestamps and, beside them, a problem in words or null."""
    text = trimmed(text).lower()
    value = reading.layout.stamp(text)
    if reading.timezone is not None:
        there = in_zone(reading.layout.instant(text), reading.timezone)
        value = ibis.ifelse(text.re_search(_ZONED), there, value)
    if reading.half_days:
        value = _on_24_hours(text, value)
    fits_another = ibis.or_(
        *(one.stamp(text).notnull() for one in _LAYOUTS if one is not reading.layout)
    )
    doubtful = ibis.literal(False)
    if reading.mixed:
        swapped = _MONTH_FIRST if reading.layout is _DAY_FIRST else _DAY_FIRST
        doubtful = swapped.stamp(text).notnull()
    problem = ibis.cases(
        (blank(text), ibis.null("string")),
        (value.isnull(), ibis.ifelse(fits_another, "in another layout", "unreadable")),
        (doubtful, "ambiguous"),
        (ibis.literal(reading.mixed_zones), "in mixed time zones"),
    )
    return ibis.ifelse(problem.isnull(), value, None), problem


def _on_24_hours(text: Any, value: Any) -> Any:
    half = ibis.interval(hours=12)
    noon = text.re_search("pm|오후") & (value.hour() < 12)
    midnight = text.re_search("am|오전") & (value.hour() == 12)
    return ibis.cases((noon, value + half), (midnight, value - half), else_=value)


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _duckdb_timezone(zone, instant):  # type: ignore[no-untyped-def]
    """DuckDB's wall clock of an instant in a zone."""


@ibis.udf.scalar.builtin(
    name="from_utc_timestamp", signature=(("timestamp", "string"), "timestamp")
)
def _spark_from_utc(instant, zone):  # type: ignore[no-untyped-def]
    """Spark's wall clock of a UTC timestamp in a zone."""


def in_zone(instant: Any, zone: str) -> Any:
    """The wall-clock timestamp of an instant in a zone."""
    if is_spark(instant.as_table()):
        return _spark_from_utc(instant.cast("timestamp"), zone)
    return _duckdb_timezone(zone, instant)
