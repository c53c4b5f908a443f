"""The options of reading, checked before anything is opened."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from crmlab._checks import check_choice, check_count, check_day, check_encoding, check_zone
from crmlab._dates import EARLIEST
from crmlab._errors import InputError, InputTypeError
from crmlab._revenue.currency import check_rates
from crmlab.contracts import STATUSES
from crmlab.loaders._columns.date_formats import Formats, check_format
from crmlab.loaders._header.layouts import Layout

__all__ = ["Options"]


# Statuses of orders about which the shop decides.
COUNTABLE = ("pending", "partly paid")


@dataclass(frozen=True)
class Options:
    """How a source is read; `read_transactions` explains each."""

    columns: Mapping[str, str] | None = None
    returns: Literal["net", "drop", "keep"] = "net"
    duplicates: Literal["keep", "quarantine"] = "keep"
    date_format: str | None = None
    dayfirst: bool | None = None
    timezone: str | None = None
    not_before: str | dt.date | None = None
    not_after: str | dt.date | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | int | None = None
    layout: str | Path | None = None
    count: Sequence[str] | str = ()
    statuses: Mapping[str, str] | None = None
    guests: Sequence[str] | None = None
    currency: str | None = None
    rates: Mapping[str, float] | pd.DataFrame | None = None
    where: Mapping[str, Sequence[Any]] | None = None
    as_written: bool = False
    formats: Formats = None
    header: int | None = None

    def __post_init__(self) -> None:
        """Refuse values no option can have."""
        check_choice("returns", self.returns, ["net", "drop", "keep"])
        check_choice("duplicates", self.duplicates, ["keep", "quarantine"])
        if self.decimal is not None:
            check_choice("decimal", self.decimal, [".", ","])
        if self.columns is not None and not isinstance(self.columns, Mapping):
            raise InputTypeError(
                "`columns` must map their header to ours, as {'고객': 'customer_id'} does; "
                f"got {type(self.columns).__name__}."
            )
        if self.dayfirst is not None and not isinstance(self.dayfirst, bool):
            raise InputTypeError(f"`dayfirst` must be True, False or None; got {self.dayfirst!r}.")
        for name in ("date_format", "timezone", "encoding", "separator", "currency"):
            _check_text(name, getattr(self, name))
        if self.statuses is not None:
            _check_statuses(self.statuses)
        # Settled once: a stage of reading does not come back here.
        object.__setattr__(self, "count", _list_words("count", self.count))
        for word in self.count:
            check_choice("count", word, COUNTABLE)
        if self.guests is not None:
            object.__setattr__(self, "guests", _list_words("guests", self.guests))
        if self.rates is not None:
            check_rates(self.rates)
        if self.where is not None and not isinstance(self.where, Mapping):
            raise InputTypeError(
                "`where` must map a column to the values that are kept, as "
                f"{{'channel': ['web']}} does; got {type(self.where).__name__}."
            )
        if isinstance(self.sheet, bool) or not isinstance(self.sheet, str | int | None):
            raise InputTypeError(f"`sheet` must be a name or a number; got {self.sheet!r}.")
        if self.header is not None:
            check_count("header", self.header)
        self._check_values()
        formats = (self.formats,) if isinstance(self.formats, str) else self.formats or ()
        for one in formats:
            check_format(one)
        if self.currency is not None:
            object.__setattr__(self, "currency", self.currency.strip().upper())
        _ = self.earliest, self.latest

    def _check_values(self) -> None:
        if self.date_format is not None:
            check_format(self.date_format)
            if self.dayfirst is not None:
                raise InputError(
                    "Pass `date_format` or `dayfirst`, not both; the format says the order."
                )
        if self.timezone is not None:
            check_zone("timezone", self.timezone)
        if self.encoding is not None:
            check_encoding("encoding", self.encoding)
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise InputError(
                f"`separator` must be one character, such as ';'; got {self.separator!r}."
            )

    def under(self, layout: Layout | None) -> "Options":
        """These options, with what the layout says where the caller says nothing."""
        if layout is None:
            return self
        told = self.date_format is not None or self.dayfirst is not None
        return replace(
            self,
            formats=self.date_format if told else layout.date_format,
            dayfirst=self.dayfirst if told else layout.dayfirst,
            decimal=self.decimal or layout.decimal,  # type: ignore[arg-type]
            timezone=self.timezone or layout.timezone,
            statuses={**layout.statuses, **(self.statuses or {})},
            guests=(*layout.guests, *(self.guests or ())),
            as_written=layout.offsets == "as written",
        )

    @functools.cached_property
    def latest(self) -> pd.Timestamp:
        """The last moment that is not in the future."""
        if self.not_after is None:
            return pd.Timestamp.now("UTC").tz_localize(None) + pd.Timedelta(hours=14)
        last = pd.Timestamp(str(check_day("not_after", self.not_after)))
        return last + pd.Timedelta("1D") - pd.Timedelta("1us")

    @functools.cached_property
    def earliest(self) -> pd.Timestamp:
        """The first day on which something may have been bought."""
        return pd.Timestamp(check_day("not_before", self.not_before) or EARLIEST)


def _check_text(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise InputTypeError(f"`{name}` must be text; got {value!r}.")


def _list_words(name: str, words: object) -> tuple[str, ...]:
    """One word or several, as several."""
    several = (words,) if isinstance(words, str) else words
    if not isinstance(several, Sequence) or not all(isinstance(word, str) for word in several):
        raise InputTypeError(f"`{name}` must be a word or a list of words; got {words!r}.")
    return tuple(several)


def _check_statuses(statuses: object) -> None:
    if not isinstance(statuses, Mapping):
        raise InputTypeError(
            "`statuses` must map their word to ours, as {'배송중': 'paid'} does; "
            f"got {type(statuses).__name__}."
        )
    for ours in statuses.values():
        check_choice("statuses", ours, STATUSES)
