"""Read dates written as text, in one layout for the whole column.

A layout is a pattern and what its groups hold. Text is split by the pattern, joined as an
ISO timestamp, and cast; 30 February therefore fails in the cast, on any engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis

from crmlab._engine import is_spark
from crmlab._errors import InputError
from crmlab.contracts import ContractError
from crmlab.loaders._columns.ids import as_whole
from crmlab.loaders._columns.text import (
    SPACE,
    Cells,
    is_blank,
    profile_distinct,
    split_typed,
    stage,
    trim,
)
from crmlab.loaders._sources.source import MOMENT

__all__ = ["DATE_PROBLEMS", "DateReading", "Formats", "check_format", "read_date", "say_iso"]

# One format of a whole column, several of which one is, or none, so that it is found.
Formats = str | tuple[str, ...] | None

DATE_PROBLEMS = ("unreadable", "in another layout", "ambiguous", "in mixed time zones")

_YEAR, _MONTH, _DAY = r"(\d{4})", "(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH_NAME = (
    f"({'|'.join(_MONTHS[at : at + 3] for at in range(0, 36, 3))})"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
)
_HALF_DAY = "(?:am|pm|오전|오후)"
_HOUR, _SIXTY = r"[01]?\d|2[0-3]", r"[0-5]\d"
_OFFSET = r"(z|utc|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_CLOCK = rf"((?:{_HOUR}):{_SIXTY}(?::{_SIXTY})?)"
_TIME = rf"(?:[ t]+{_HALF_DAY}? *{_CLOCK}(?:[.,]\d+)? *{_HALF_DAY}? *{_OFFSET}?)?"


@dataclass(frozen=True)
class _Layout:
    """A pattern of lower-case text, and the number of the group that holds each field."""

    name: str
    pattern: str
    groups: Mapping[str, int]
    short_year: bool = False
    named_month: bool = False

    def fits(self, text: Any) -> Any:
        return text.re_search(self.pattern)

    def offset(self, text: Any) -> Any:
        """The offset from UTC as in +09:00, or empty text."""
        if "offset" not in self.groups:
            return ibis.literal("")
        written = text.re_extract(self.pattern, self.groups["offset"])
        digits = written.replace(":", "") + "00"
        return ibis.cases(
            (written == "", ""),
            (written.isin(["z", "utc"]), "+00:00"),
            else_=written.left(3) + ":" + digits.substr(3, 2),
        )

    def wall_clock(self, text: Any) -> Any:
        """The timestamp as written, or null where the text does not fit or there is no such day."""
        return ibis.ifelse(self.fits(text), self._iso(text), None).try_cast("timestamp")

    def instant(self, text: Any, wall_clock: Any) -> Any:
        """The instant of text that carries an offset, else null."""
        offset = self.offset(text)
        stamp = ibis.ifelse(offset == "", None, wall_clock.cast("string") + offset)
        return stamp.try_cast("timestamp('UTC')")

    def _iso(self, text: Any) -> Any:
        """Text that fits as year, month, day and time; a name of a month is its first letters."""
        back = "$" if is_spark(text.as_table()) else "\\"
        field = {name: f"{back}{number}" for name, number in self.groups.items()}
        hour, minute, second = (field.get(name, "00") for name in ("hour", "minute", "second"))
        day = f"{field['day']} {field.get('clock', f'{hour}:{minute}:{second}')}"
        if not self.named_month:
            iso = text.re_replace(self.pattern, f"{field['year']}-{field['month']}-{day}").strip()
        else:
            year_end = 3 + (2 if self.short_year else 4)
            parts = text.re_replace(self.pattern, f"{field['month']}{field['year']}-{day}").strip()
            month = (ibis.literal(_MONTHS).find(parts.left(3)) // 3 + 1).cast("string")
            iso = parts.substr(3, year_end - 3) + "-" + month + parts.substr(year_end)
        if self.short_year:
            # POSIX: 69 to 99 are years of the last century.
            iso = ibis.ifelse(iso.left(2) >= "69", "19", "20") + iso
        return iso


def _layout(name: str, order: str, date: str, *, named_month: bool = False) -> _Layout:
    groups = {field: order.index(field[0]) + 1 for field in ("year", "month", "day")}
    groups |= {"clock": 4, "offset": 5}
    return _Layout(name, f"^{SPACE}*{date}{_TIME}{SPACE}*$", groups, named_month=named_month)


_DAY_FIRST = _layout("day/month/year", "dmy", f"{_DAY}[-/.] ?{_MONTH}[-/.] ?{_YEAR}")
_MONTH_FIRST = _layout("month/day/year", "mdy", f"{_MONTH}[-/.] ?{_DAY}[-/.] ?{_YEAR}")
# Where layouts fit equally often, the earlier one wins.
_LAYOUTS = (
    _layout("year-month-day", "ymd", rf"{_YEAR}[-/.] ?{_MONTH}[-/.] ?{_DAY}\.?"),
    _layout("yearmonthday", "ymd", r"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"),
    _layout("year년 month월 day일", "ymd", f"{_YEAR}년 ?{_MONTH}월 ?{_DAY}일"),
    _DAY_FIRST,
    _MONTH_FIRST,
    _layout(
        "day month-name year", "dmy", f"{_DAY}[- ]{_MONTH_NAME}[-, ]+{_YEAR}", named_month=True
    ),
    _layout("month-name day, year", "mdy", f"{_MONTH_NAME} {_DAY},? +{_YEAR}", named_month=True),
)
_ANY_LAYOUT = "|".join(f"(?:{layout.pattern})" for layout in _LAYOUTS)

_DIRECTIVES = {
    "Y": ("year", r"\d{4}"),
    "y": ("year", r"\d{2}"),
    "m": ("month", _MONTH[1:-1]),
    "d": ("day", _DAY[1:-1]),
    "b": ("month", _MONTH_NAME),
    "B": ("month", _MONTH_NAME),
    "H": ("hour", _HOUR),
    "I": ("hour", r"0?[1-9]|1[0-2]"),
    "M": ("minute", r"[0-5]?\d"),
    "S": ("second", r"[0-5]?\d"),
    "f": ("fraction", r"\d+"),
    "p": ("half of the day", _HALF_DAY),
    "z": ("offset", _OFFSET[1:-1]),
    "a": ("weekday", r"[a-z]+\.?"),
    "A": ("weekday", r"[a-z]+\.?"),
}


def check_format(date_format: str) -> None:
    """Raise InputError unless the `strptime` format names each of year, month and day once."""
    directives = re.findall("%(.?)", date_format.replace("%%", ""))
    for directive in directives:
        if directive not in _DIRECTIVES:
            raise InputError(
                f"`date_format` must use the directives %{', %'.join(_DIRECTIVES)}; "
                f"got %{directive} in {date_format!r}."
            )
    fields = [_DIRECTIVES[directive][0] for directive in directives]
    twice = sorted({field for field in fields if fields.count(field) > 1})
    if twice:
        raise InputError(
            f"`date_format` must name each field once; {date_format!r} names the {twice[0]} twice."
        )
    missing = [field for field in ("year", "month", "day") if field not in fields]
    if missing:
        raise InputError(
            f"`date_format` must name year, month and day, as '%d.%m.%Y' does; {date_format!r} "
            f"lacks the {' and the '.join(missing)}."
        )


def _compile_format(date_format: str) -> _Layout:
    """The layout of a `strptime` format; each directive is one group."""
    groups: dict[str, int] = {}
    pattern = ""
    for directive, literal in re.findall("%(.)|([^%]+)", date_format):
        if directive == "%":
            pattern += "%"
        elif directive:
            field, digits = _DIRECTIVES[directive]
            groups[field] = len(groups) + 1
            pattern += digits if digits is _MONTH_NAME else f"({digits})"
        else:
            pattern += re.sub(r"(\\ )+", " +", re.escape(literal.lower()))
    return _Layout(
        date_format,
        f"^{SPACE}*{pattern}{SPACE}*$",
        groups,
        short_year="%y" in date_format,
        named_month="%b" in date_format or "%B" in date_format,
    )


@dataclass(frozen=True)
class DateReading:
    """How a text column of dates is read.

    With `mixed`, dates that fit both orders of day and month are ambiguous. `half_days` says
    that some times are on a 12-hour clock; `offset` is the one that all times carry, if they do.
    """

    layout: _Layout
    mixed: bool = False
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


def say_iso(timezone: str | None) -> str:
    """Say how a column of ISO days without offsets is read."""
    return str(DateReading(_LAYOUTS[0], timezone=timezone))


def read_date(
    name: str,
    table: Any,
    theirs: str,
    zones: set[str],
    *,
    date_format: Formats = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
    as_written: bool = False,
    written: Any = None,
) -> Cells:
    """Read a column of dates as timestamps; `zones` are those that its values carry.

    Of several formats the one that fits most dates is taken, the earlier one where they tie.
    With `as_written` the offsets of text are not looked at. `written` is the same table without
    steps of other columns, which is faster to look through.
    """
    date = table[theirs]
    kind = date.type()
    if "" in zones:
        raise ContractError(
            f"`{name}` must carry a time zone in all files or in none; got both. Store them alike."
        )
    if kind.is_timestamp() and kind.timezone:
        zone = timezone or _require_one_zone(name, zones or {kind.timezone})
        return Cells(table, _to_zone(table, date, zone), reading=f"days in {zone}")
    if kind.is_timestamp() or kind.is_date():
        return Cells(table, date.cast("timestamp"))
    typed, text = _as_text(name, table, theirs)
    _, seen = _as_text(name, table if written is None else written, theirs)
    counts = profile_distinct(seen, lambda values: _profile(values, date_format, dayfirst))
    reading = _choose(counts, date_format, dayfirst, timezone, as_written=as_written)
    table, value, problem = _read(table, text, reading)
    value = value if typed is None else typed.coalesce(value)
    return Cells(table, value, problem, str(reading))


def _as_text(name: str, table: Any, theirs: str) -> tuple[Any, Any]:
    """The typed cells of a column, if it has some, and the text of the others."""
    date = table[theirs]
    if date.type().is_string():
        return split_typed(table, theirs, MOMENT)
    return None, _as_digits(name, date)


def _as_digits(name: str, date: Any) -> Any:
    """A date written as a number, such as 20240105, as text."""
    kind = date.type()
    if kind.is_integer():
        return date.cast("string")
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold dates, timestamps or text; it holds {kind}.")
    number = date.cast("float64")  # the same beside missing ones
    text = as_whole(number).cast("string").fill_null("?")
    return ibis.ifelse(number.isnull() | number.isnan(), None, text)


def _require_one_zone(name: str, zones: set[str]) -> str:
    if len(zones) > 1:
        raise ContractError(
            f"`{name}` must be in one time zone; got {', '.join(sorted(zones))}. "
            "Pass `timezone=`, the zone in which a day begins."
        )
    return next(iter(zones))


def _usable_layouts(date_format: Formats, dayfirst: bool | None) -> list[_Layout]:
    if date_format is not None:
        formats = (date_format,) if isinstance(date_format, str) else date_format
        return [_compile_format(one) for one in formats]
    unwanted = None if dayfirst is None else _MONTH_FIRST if dayfirst else _DAY_FIRST
    return [layout for layout in _LAYOUTS if layout is not unwanted]


def _profile(text: Any, date_format: Formats, dayfirst: bool | None) -> dict[str, Any]:
    """Aggregates that count how many dates fit each layout, and which offsets they carry."""
    text = trim(text).lower()
    layouts = _usable_layouts(date_format, dayfirst)
    fits = {layout.name: layout.fits(text) for layout in layouts}
    flags = {f"fit {name}": flag for name, flag in fits.items()}
    if _DAY_FIRST in layouts and _MONTH_FIRST in layouts:
        day, month = fits[_DAY_FIRST.name], fits[_MONTH_FIRST.name]
        flags |= {"day only": day & ~month, "month only": month & ~day}
    flags["half days"] = text.re_search(_HALF_DAY)
    # Any layout finds the offset, since all of the default ones end alike; a bare date needs none.
    zoned = layouts[0] if date_format else _Layout("", f"{_CLOCK}.*?{_OFFSET}$", {"offset": 2})
    offset = ibis.ifelse(is_blank(text) | ~text.contains(":"), None, zoned.offset(text))
    counts = {name: flag.sum().fill_null(0) for name, flag in flags.items()}
    return counts | {"zones": offset.nunique(), "offset": offset.max()}


def _choose(
    counts: Mapping[str, Any],
    date_format: Formats = None,
    dayfirst: bool | None = None,
    timezone: str | None = None,
    *,
    as_written: bool = False,
) -> DateReading:
    """Pick the layout that fits most dates, and note what stays ambiguous."""
    layouts = _usable_layouts(date_format, dayfirst)
    layout = max(layouts, key=lambda one: int(counts[f"fit {one.name}"]))
    mixed = False
    if layout in (_DAY_FIRST, _MONTH_FIRST) and "day only" in counts:
        day, month = int(counts["day only"]), int(counts["month only"])
        layout = _DAY_FIRST if day >= month else _MONTH_FIRST
        # Each order has dates that only it can read, or no date decides between them.
        mixed = (day > 0) == (month > 0)
    one_zone, several = int(counts["zones"]) == 1, int(counts["zones"]) > 1
    return DateReading(
        layout,
        mixed=mixed,
        half_days=bool(counts["half days"]),
        mixed_zones=several and timezone is None and not as_written,
        offset=counts["offset"] if one_zone else "",
        timezone=timezone,
        as_written=several and timezone is None and as_written,
    )


def _read(table: Any, written: Any, reading: DateReading) -> tuple[Any, Any, Any]:
    """Return the table, its timestamps and, beside them, a problem in words or null.

    The steps become columns of the table, so that each runs once.
    """
    layout = reading.layout
    table, text = stage(table, written.lower())
    value = layout.wall_clock(text)
    if reading.timezone is not None and "offset" in layout.groups:
        table, value = stage(table, value)
        there = _to_zone(table, layout.instant(text, value), reading.timezone)
        value = ibis.ifelse(layout.offset(text) == "", value, there)
    if reading.half_days:
        table, value = stage(table, value)
        value = _to_24_hours(text, value)
    table, value = stage(table, value)
    doubtful = zoned = ibis.literal(False)
    if reading.mixed:
        swapped = _MONTH_FIRST if layout is _DAY_FIRST else _DAY_FIRST
        # 05/05/2024 is the same day in either order.
        doubtful = (swapped.wall_clock(text) != layout.wall_clock(text)).fill_null(False)
    if reading.mixed_zones:
        zoned = text.contains(":")
    elsewhere = ~layout.fits(text) & text.re_search(_ANY_LAYOUT)
    problem = ibis.cases(
        (value.notnull() & doubtful, "ambiguous"),
        (value.notnull() & zoned, "in mixed time zones"),
        (value.notnull() | is_blank(trim(written)), ibis.null("string")),
        else_=ibis.ifelse(elsewhere, "in another layout", "unreadable"),
    )
    table, problem = stage(table, problem)
    return table, ibis.ifelse(problem.isnull(), value, None), problem


def _to_24_hours(text: Any, value: Any) -> Any:
    half = ibis.interval(hours=12)
    noon = text.re_search("pm|오후") & (value.hour() < 12)
    midnight = text.re_search("am|오전") & (value.hour() == 12)
    return ibis.cases((noon, value + half), (midnight, value - half), else_=value)


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _duckdb_timezone(zone, instant):  # type: ignore[no-untyped-def]
    """DuckDB's wall clock of an instant in a zone."""


@ibis.udf.scalar.builtin(
    name="convert_timezone", signature=(("string", "string", "timestamp"), "timestamp")
)
def _spark_convert_timezone(source, target, stamp):  # type: ignore[no-untyped-def]
    """Spark's wall clock in one zone of a wall clock in another."""


def _to_zone(table: Any, instant: Any, zone: str) -> Any:
    """The wall-clock timestamp of an instant in a zone, where the table lives."""
    if is_spark(table):
        return _spark_convert_timezone("UTC", zone, instant.cast("timestamp"))
    return _duckdb_timezone(zone, instant)
