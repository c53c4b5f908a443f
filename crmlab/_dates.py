"""How people write dates: the forms, as data, and the reading of one text by itself.

`loaders` reads whole columns in these forms, where the column decides between them. A single text,
such as an option, has no column: it is read where all forms that fit it mean the same day.

The patterns are of lower-case text and mean the same to Python, DuckDB and Java.
"""

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "CLOCK",
    "DAY",
    "EARLIEST",
    "HALF_DAY",
    "HOUR",
    "MIDNIGHT",
    "MONTH",
    "MONTHS",
    "MONTH_NAME",
    "NOON",
    "ODD_CHARACTERS",
    "OFFSET",
    "OFFSETS",
    "PLACEHOLDERS",
    "PLAIN_CHARACTERS",
    "TIMED",
    "WEEKDAY",
    "ZONED",
    "ZONES",
    "Form",
    "find_days",
    "list_forms",
]

# Nothing is bought before, as a rule: earlier days stand for an unknown one, or are typing errors.
EARLIEST = dt.date(1980, 1, 1)
# Days that programs write for none: of SQL Server, Excel, Unix, Java and others.
PLACEHOLDERS = tuple(
    map(
        dt.date.fromisoformat,
        ("0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01",
         "9999-12-31"),
    )
)  # fmt: skip

# Digits of other scripts, full-width marks, dashes and blanks, and what they mean; marks of
# direction, which come last, mean nothing.
_DIGITS = ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")
_MARKS = {
    "－": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "／": "/", "．": ".", "。": ".",
    "：": ":", "，": ",", "、": ",", "（": "(", "）": ")", "＋": "+", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "\u3000": " ", "\t": " ",
}  # fmt: skip
_NOTHING = "\u200b\u200e\u200f\u061c\ufeff"
ODD_CHARACTERS = "".join(_DIGITS) + "".join(_MARKS) + _NOTHING
PLAIN_CHARACTERS = "0123456789" * len(_DIGITS) + "".join(_MARKS.values())

# A day of the week says nothing that the date does not. 월 and 일 alone are month and day.
_WEEKDAYS = (
    "mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:r?s?|rsday)|fri(?:day)?|sat(?:urday)?|"
    "sun(?:day)?"
)
WEEKDAY = (
    rf"\(?\b(?:{_WEEKDAYS})\b\.?,?\)?|\(?[월화수목금토일]요일\)?|"
    r"\([월화수목금토일月火水木金土日]\)|[月火水木金土日]曜日?"
)

MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTH_NAME = (
    f"({'|'.join(MONTHS[at : at + 3] for at in range(0, 36, 3))})"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
)
MONTH, DAY = "(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"

HOUR, _SIXTY = r"[01]?\d|2[0-3]", r"[0-5]\d"
CLOCK = rf"((?:{HOUR}):{_SIXTY}(?::{_SIXTY})?)"
# 12 o'clock is noon with one of the former, midnight with one of the latter.
NOON, MIDNIGHT = r"pm|p\.m\.|오후|下午|午後", r"am|a\.m\.|오전|上午|午前"
HALF_DAY = f"(?:{NOON}|{MIDNIGHT})"
# Names of zones that mean one offset everywhere: CST, IST and BST, among others, do not.
ZONES = {
    "+00:00": ("z", "utc", "gmt"), "+01:00": ("cet",), "+02:00": ("cest", "eet"),
    "+03:00": ("eest", "msk"), "+08:00": ("sgt", "hkt", "awst"), "+09:00": ("kst", "jst"),
    "+10:00": ("aest",), "+11:00": ("aedt",), "-10:00": ("hst",), "-09:00": ("akst",),
    "-08:00": ("pst", "akdt"), "-07:00": ("mst", "pdt"), "-06:00": ("mdt",),
    "-05:00": ("est", "cdt"), "-04:00": ("edt",),
}  # fmt: skip
_ZONE_NAMES = "|".join(name for names in ZONES.values() for name in names)
OFFSETS = rf"[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}}|(?:{_ZONE_NAMES})\b"
OFFSET = f"(?:gmt|utc)?({OFFSETS})"
# A time of day, wherever it stands, and an offset behind it.
TIMED = r"\d:\d|\d{8}[t ]?\d{4}"
ZONED = rf"(?:\d:\d\d|\d{{8}}[t ]?\d{{4}}(?:\d\d)?)(?:[.,]\d+)? *{HALF_DAY}? *{OFFSET}"

# A letter in braces is a field: two-digit years are y, padded months and days n and e.
_FIELDS = {
    "Y": ("year", r"(\d{4})"),
    "m": ("month", MONTH),
    "n": ("month", "(0[1-9]|1[0-2])"),
    "b": ("month", MONTH_NAME),
    "d": ("day", DAY),
    "e": ("day", r"(0[1-9]|[12]\d|3[01])"),
    "H": ("hour", r"([01]\d|2[0-3])"),
    "M": ("minute", f"({_SIXTY})"),
    "S": ("second", f"({_SIXTY})"),
    "c": ("clock", CLOCK),
    "o": ("offset", OFFSET),
}
_ZONE = r" *(?:{o}(?: *\([^()]*\))?)?"
_TIME = rf"(?:(?:t| at |[ ,]) *{HALF_DAY}? *{{c}}(?:[.,]\d+)? *{HALF_DAY}?{_ZONE})?"
_MARK = "[-/.] ?"
# Where forms fit equally often, the earlier one wins.
_FORMS = {
    "year-month-day": rf"{{Y}}{_MARK}{{m}}{_MARK}{{d}}\.?{_TIME}",
    "yearmonthday": rf"{{Y}}{{n}}{{e}}{_TIME}",
    "year년 month월 day일": rf"{{Y}}[년年] ?{{m}}[월月] ?{{d}}[일日]{_TIME}",
    "day/month/year": rf"{{d}}{_MARK}{{m}}{_MARK}{{Y}}{_TIME}",
    "month/day/year": rf"{{m}}{_MARK}{{d}}{_MARK}{{Y}}{_TIME}",
    "day month-name year": rf"{{d}}(?:st|nd|rd|th)?[-/. ]{{b}}[-/, ]+{{Y}}{_TIME}",
    "month-name day, year": rf"{{b}}[-/ ]+{{d}}(?:st|nd|rd|th)?(?:, *|[-/ ]+){{Y}}{_TIME}",
    "year month-name day": rf"{{Y}}[-/. ]{{b}}[-/. ]{{d}}{_TIME}",
    "month-name day time year": rf"{{b}} +{{d}} +{{c}}{_ZONE} +{{Y}}",
    "yearmonthdayhourminutesecond": rf"{{Y}}{{n}}{{e}}[t ]?{{H}}{{M}}{{S}}(?:[.,]\d+)?{_ZONE}",
    "yearmonthdayhourminute": rf"{{Y}}{{n}}{{e}}[t ]?{{H}}{{M}}{_ZONE}",
    "year-month-day, two-digit years": rf"{{y}}{_MARK}{{m}}{_MARK}{{d}}\.?{_TIME}",
    "year년 month월 day일, two-digit years": rf"{{y}}[년年] ?{{m}}[월月] ?{{d}}[일日]{_TIME}",
    "day/month/year, two-digit years": rf"{{d}}{_MARK}{{m}}{_MARK}{{y}}{_TIME}",
    "month/day/year, two-digit years": rf"{{m}}{_MARK}{{d}}{_MARK}{{y}}{_TIME}",
    "day month-name year, two-digit years": rf"{{d}}[-/. ]{{b}}[-/, ]+{{y}}{_TIME}",
    "month-name day, year, two-digit years": rf"{{b}}[-/ ]+{{d}}(?:, *|[-/ ]+){{y}}{_TIME}",
}


@dataclass(frozen=True)
class Form:
    """A pattern of a date and maybe a time, and the number of the group that holds each field.

    A `bare` form is of numbers and marks that do not say which is the year, month or day.
    """

    name: str
    pattern: str
    groups: Mapping[str, int]
    short_year: bool = False
    named_month: bool = False
    bare: bool = False

    @property
    def order(self) -> str:
        """The order of year, month and day, as in "ymd"."""
        fields = sorted(("year", "month", "day"), key=lambda field: self.groups[field])
        return "".join(field[0] for field in fields)


@functools.cache
def list_forms(first_year: int = 1969, last_year: int = 2068) -> tuple[Form, ...]:
    """List the forms of dates; two-digit years are those from one year to another.

    By the rule of POSIX 69 to 99 are years of the last century, and there are no others.
    """
    years = range(max(first_year, 1969), min(last_year, 2068) + 1)
    short = "(" + "|".join(f"{year % 100:02d}" for year in years) + ")"
    fields = _FIELDS | {"y": ("year", short)}
    return tuple(_make_form(name, written, fields) for name, written in _FORMS.items())


def _make_form(name: str, written: str, fields: Mapping[str, tuple[str, str]]) -> Form:
    letters = re.findall("{([A-Za-z])}", written)
    pattern = re.sub("{([A-Za-z])}", lambda field: fields[field[1]][1], written)
    groups = {fields[letter][0]: place for place, letter in enumerate(letters, 1)}
    bare = name.partition(",")[0] in ("day/month/year", "month/day/year") or "{y}[-" in written
    return Form(name, f"^{pattern}$", groups, "y" in letters, "b" in letters, bare)


def find_days(text: str) -> tuple[set[dt.date], set[dt.date]]:
    """The days that a text by itself may mean: with its year in full, and with two digits of it.

    Examples
    --------
    >>> find_days("31.12.2024")
    ({datetime.date(2024, 12, 31)}, set())
    >>> sorted(map(str, find_days("05/04/2024")[0]))
    ['2024-04-05', '2024-05-04']
    >>> find_days("2024-12")
    (set(), set())
    """
    plain = str.maketrans(ODD_CHARACTERS.removesuffix(_NOTHING), PLAIN_CHARACTERS, _NOTHING)
    text = re.sub(WEEKDAY, " ", text.translate(plain).lower()).strip()
    days: tuple[set[dt.date], set[dt.date]] = (set(), set())
    for form in list_forms():
        found = re.match(form.pattern, text, re.ASCII)
        if found:
            days[form.short_year].update(_as_day(form, found))
    return days


def _as_day(form: Form, found: re.Match[str]) -> list[dt.date]:
    """The day that a match means, or none where there is no such day."""
    year, month, day = (found[form.groups[field]] for field in ("year", "month", "day"))
    if form.short_year:
        year = f"{'19' if year >= '69' else '20'}{year}"
    if form.named_month:
        month = str(MONTHS.index(month) // 3 + 1)
    try:
        return [dt.date(int(year), int(month), int(day))]
    except ValueError:
        return []
