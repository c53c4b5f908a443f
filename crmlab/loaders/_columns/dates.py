"""Read dates, typed or written as text in one layout for the whole column."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import ibis

from crmlab import _dates
from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.loaders._columns.date_choice import DateReading, choose, is_timed, profile_dates
from crmlab.loaders._columns.date_formats import Formats, compile_formats, suggest_formats
from crmlab.loaders._columns.date_layouts import Layout, Written, list_layouts, tidy
from crmlab.loaders._columns.ids import as_whole
from crmlab.loaders._columns.text import Cells, is_blank, split_typed, stage, trim
from crmlab.loaders._columns.zones import to_zone
from crmlab.loaders._sources.source import MOMENT

__all__ = ["DATE_PROBLEMS", "read_date", "say_iso"]

DATE_PROBLEMS = (
    "unreadable",
    "in another layout",
    "ambiguous",
    "in mixed time zones",
    "perhaps swapped",
)
# Where as many typed dates, all of days that are months as well, stand beside as many texts, none
# of which is, a spreadsheet has taken the days of the typed ones for months.
_EACH, _MONTHS = 5, 12
_SPAN = (_dates.EARLIEST, dt.date(2068, 12, 31))


def say_iso(timezone: str | None) -> str:
    """Say how a column of ISO days without offsets is read."""
    return str(DateReading(list_layouts(*_SPAN)[0], timezone=timezone))


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
    span: tuple[dt.date, dt.date] = _SPAN,
    written: Any = None,
) -> Cells:
    """Read a column of dates as timestamps; `zones` are those that its values carry.

    Of several formats the one that fits most dates is taken, the earlier one where they tie.
    With `as_written` the offsets of text are not looked at. Two-digit years, and numbers that count
    from a day, are of the years of `span`. `written` is the same table without steps of other
    columns, which is faster to look through.
    """
    date = table[theirs]
    kind = date.type()
    if "" in zones:
        raise ContractError(
            f"`{name}` must carry a time zone in all files or in none; got both. Store them alike."
        )
    if kind.is_timestamp() and kind.timezone:
        zone = timezone or _require_one_zone(name, zones or {kind.timezone})
        return Cells(table, to_zone(table, date, zone), reading=f"days in {zone}")
    if kind.is_timestamp() or kind.is_date():
        return Cells(table, date.cast("timestamp"))
    typed, text = _as_text(name, table, theirs)
    source = table if written is None else written
    moments, seen = _as_text(name, source, theirs)
    layouts = list_layouts(*span, dayfirst) if date_format is None else compile_formats(date_format)
    groups = profile_dates(seen, layouts, formatted=date_format is not None)
    reading = choose(groups, layouts, timezone, as_written=as_written)
    swapped = moments is not None and _is_swapped(source, moments, seen, reading)
    table, value, problem = _read(table, text, reading)
    if typed is not None:
        value = typed.coalesce(value)
        doubt = typed.notnull() & swapped
        table, problem = stage(table, ibis.ifelse(doubt, "perhaps swapped", problem))
        value = ibis.ifelse(doubt, None, value)
    return Cells(table, value, problem, str(reading), formats=_offer_formats(seen, reading))


def _as_text(name: str, table: Any, theirs: str) -> tuple[Any, Any]:
    """The typed cells of a column, if it has some, and the text of the others."""
    date = table[theirs]
    if date.type().is_string():
        return split_typed(table, theirs, MOMENT)
    return None, _as_digits(name, date)


def _as_digits(name: str, date: Any) -> Any:
    """A date written as a number, such as 20240105 or 45296.5, as text."""
    kind = date.type()
    if kind.is_integer():
        return date.cast("string")
    if not kind.is_numeric() or kind.is_boolean():
        raise ContractError(f"`{name}` must hold dates, timestamps or text; it holds {kind}.")
    number = date.cast("float64")  # the same beside missing ones
    text = as_whole(number).cast("string").coalesce(number.cast("string"))
    return ibis.ifelse(number.isnull() | number.isnan(), None, text)


def _require_one_zone(name: str, zones: set[str]) -> str:
    if len(zones) > 1:
        raise ContractError(
            f"`{name}` must be in one time zone; got {', '.join(sorted(zones))}. "
            "Pass `timezone=`, the zone in which a day begins."
        )
    return next(iter(zones))


def _is_swapped(table: Any, moments: Any, text: Any, reading: DateReading) -> bool:
    """Whether typed dates and text tell that a spreadsheet turned day and month where it could."""
    if not (isinstance(reading.layout, Written) and reading.layout.form.bare):
        return False
    day = reading.layout.wall_clock(tidy(text)).day()
    found = execute(
        table.aggregate(
            n_typed=moments.count(),
            latest=moments.day().max(),
            n_text=day.count(),
            earliest=day.min(),
        )
    ).iloc[0]
    enough = min(found["n_typed"], found["n_text"]) >= _EACH
    return bool(enough and found["latest"] <= _MONTHS < found["earliest"])


def _offer_formats(text: Any, reading: DateReading) -> tuple[str, ...]:
    """The formats that fit a date which is ambiguous, for a message."""
    layouts = [reading.layout, *reading.rivals]
    forms = [layout.form for layout in layouts if isinstance(layout, Written)]
    if len(forms) < 2:
        return ()
    values = trim(text).name("value").as_table()
    plain = tidy(values.value)
    contested = values.filter(_is_contested(plain, reading))
    example = execute(contested.aggregate(example=contested.value.min()))["example"].iloc[0]
    return tuple(suggest_formats(example, forms)) if isinstance(example, str) else ()


def _is_contested(text: Any, reading: DateReading) -> Any:
    """Whether a rival reads text as another day: 05/05/2024 is the same one in either order."""
    value = reading.layout.wall_clock(text)
    return ibis.or_(
        *((rival.wall_clock(text) != value).fill_null(False) for rival in reading.rivals)
    )


def _read(table: Any, written: Any, reading: DateReading) -> tuple[Any, Any, Any]:
    """Return the table, its timestamps and, beside them, a problem in words or null.

    The steps become columns of the table, so that each runs once.
    """
    layout = reading.layout
    table, text = stage(table, tidy(written) if reading.untidy else trim(written).lower())
    value = layout.wall_clock(text)
    if reading.timezone is not None:
        table, value = stage(table, value)
        value = _move(table, text, value, layout, reading.timezone)
    if reading.half_days:
        table, value = stage(table, value)
        value = _to_24_hours(text, value)
    table, value = stage(table, value)
    doubtful = _is_contested(text, reading) if reading.rivals else ibis.literal(False)
    zoned = is_timed(text) if reading.mixed_zones else ibis.literal(False)
    elsewhere = ~layout.fits(text) & _fits_any(text)
    problem = ibis.cases(
        (value.notnull() & doubtful, "ambiguous"),
        (value.notnull() & zoned, "in mixed time zones"),
        (value.notnull() | is_blank(trim(written)), ibis.null("string")),
        else_=ibis.ifelse(elsewhere, "in another layout", "unreadable"),
    )
    table, problem = stage(table, problem)
    return table, ibis.ifelse(problem.isnull(), value, None), problem


def _move(table: Any, text: Any, value: Any, layout: Layout, timezone: str) -> Any:
    """The wall clock in a zone of the times that carry an offset; the others are in it."""
    offset = layout.offset(text)
    stamp = ibis.ifelse(offset == "", None, value.cast("string") + offset)
    there = to_zone(table, stamp.try_cast("timestamp('UTC')"), timezone)
    return ibis.ifelse(offset == "", value, there)


def _fits_any(text: Any) -> Any:
    """Whether text is a date in any layout."""
    layouts: Sequence[Layout] = list_layouts(_dates.EARLIEST, dt.date(2068, 12, 31))
    pattern = "|".join(one.form.pattern for one in layouts if isinstance(one, Written))
    counts = [one.fits(text) for one in layouts if not isinstance(one, Written)]
    return ibis.or_(text.re_search(pattern), *counts)


def _to_24_hours(text: Any, value: Any) -> Any:
    half = ibis.interval(hours=12)
    noon = text.re_search(_dates.NOON) & (value.hour() < 12)
    midnight = text.re_search(_dates.MIDNIGHT) & (value.hour() == 12)
    return ibis.cases((noon, value + half), (midnight, value - half), else_=value)
