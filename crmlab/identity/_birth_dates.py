"""Read dates of birth: by the column reader of `loaders`, after what only people have.

A resident number starts with the day of birth, and people are born in the century that has been.
"""

import datetime as dt
import re

import ibis
import pandas as pd

from crmlab._engine import execute
from crmlab._korean import on_distinct
from crmlab.identity._normalise import clean_text, write_ascii_digits
from crmlab.identity._placeholders import is_unborn
from crmlab.loaders import read_date

__all__ = ["read_birth_dates"]

# The front of a resident number: the digit after the birth date tells the century.
_RESIDENT = re.compile(r"(\d{6})-?(\d)[\d*x]{0,6}")
_CENTURY = dict(zip("9012563478", ("18", "18", *["19"] * 4, *["20"] * 4), strict=True))
# Year, month and day in two digits each, as the resident number has them.
_SHORT = re.compile(r"(\d\d)(?:년 ?(\d\d?)월 ?(\d\d?)일|(\d\d)(\d\d))")
# Four digits of the year come first: it can be no other day, whatever the rest of the column is.
_LONG = re.compile(r"(\d{4})(?:[년./-] ?(\d\d?)[월./-] ?(\d\d?)[일.]?(?:[ t].*)?|(\d\d)(\d\d))")
_ISO = r"\d{4}-\d{2}-\d{2}"
# Two digits of a year are of somebody younger than that.
_OLDEST = 99


def read_birth_dates(values: pd.Series, sources: pd.Series | None = None) -> pd.Series:
    """Read dates of birth as eight digits, year month day.

    Text with the year last is read in one layout per system, as `loaders` reads it: where the dates
    of a system do not tell whether day or month comes first, those with two readings are missing.
    So are days to come and those that programs write for none, such as 1900-01-01.

    Parameters
    ----------
    values : Series
        Dates, or numbers or text that hold them.
    sources : Series of str, optional
        The system of each value; by default all are of one.

    Examples
    --------
    >>> days = ["2015-03-07", "2015-3-7", "150307", "150307-3******", "1900-01-01"]
    >>> read_birth_dates(pd.Series(days)).tolist()
    ['20150307', '20150307', '20150307', '20150307', nan]
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.dt.strftime("%Y%m%d").astype("str")
    else:
        text = on_distinct(clean_text(values), _write_year)
        one = pd.Series("", index=values.index) if sources is None else sources
        days = pd.concat([_read_column(part) for _, part in text.groupby(one.to_numpy())])
        days = days.loc[values.index] if values.index.is_unique else days
    return on_distinct(days, lambda digits: None if is_unborn(digits) else digits)


def _write_year(text: str) -> str:
    """Write days as an ISO date that can be read alone: the year is first, or in the number."""
    text = write_ascii_digits(text)
    resident = _RESIDENT.fullmatch(text)
    if resident and len(re.sub(r"\W", "", text)) in (7, 13):
        digits = _CENTURY[resident[2]] + resident[1]
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    found = _LONG.fullmatch(text) or _SHORT.fullmatch(text)
    if found:
        year, month, day = (part for part in found.groups() if part)
        if len(year) == 2:  # nobody is born after today
            year = ("20" if int(year) <= pd.Timestamp.now().year % 100 else "19") + year
        return f"{year}-{month:0>2}-{day:0>2}"
    return text


def _read_column(text: pd.Series) -> pd.Series:
    alone = text.str.fullmatch(_ISO).fillna(False).astype(bool)
    days = text.where(alone).str.replace("-", "")
    if (alone | text.isna()).all():
        return days
    codes, distinct = pd.factorize(text.mask(alone))
    table = ibis.memtable({"text": list(distinct), "at": range(len(distinct))})
    today = dt.date.today()
    lived = (dt.date(today.year - _OLDEST, 1, 1), today)
    cells = read_date("birth_date", table, "text", set(), span=lived)
    found = execute(cells.table.select(at="at", day=cells.value.strftime("%Y%m%d")))
    read = pd.array([*found.sort_values("at")["day"], None], dtype="str").take(codes)
    return days.fillna(pd.Series(read, index=text.index))
