"""The options of reading, checked before anything is opened."""

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from crmlab._checks import check_choice, check_count, check_encoding, check_zone
from crmlab._errors import InputError, InputTypeError
from crmlab.loaders._columns.dates import check_format

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """How a source is read; `read_transactions` explains each."""

    columns: Mapping[str, str] | None = None
    returns: Literal["net", "drop", "keep"] = "net"
    duplicates: Literal["keep", "quarantine"] = "keep"
    date_format: str | None = None
    dayfirst: bool | None = None
    timezone: str | None = None
    not_after: str | dt.date | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | int | None = None
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
        for name in ("date_format", "timezone", "encoding", "separator"):
            _check_text(name, getattr(self, name))
        if isinstance(self.sheet, bool) or not isinstance(self.sheet, str | int | None):
            raise InputTypeError(f"`sheet` must be a name or a number; got {self.sheet!r}.")
        if self.header is not None:
            check_count("header", self.header)
        self._check_values()
        _ = self.latest

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

    @functools.cached_property
    def latest(self) -> pd.Timestamp:
        """The last moment that is not in the future."""
        if self.not_after is None:
            return pd.Timestamp.now("UTC").tz_localize(None) + pd.Timedelta(hours=14)
        wrong = f"`not_after` must be a date such as '2024-12-31'; got {self.not_after!r}."
        try:
            last = pd.Timestamp(self.not_after)
        except (TypeError, ValueError):
            raise InputError(wrong) from None
        if pd.isna(last):
            raise InputError(wrong)
        return last.tz_localize(None).normalize() + pd.Timedelta("1D") - pd.Timedelta("1us")


def _check_text(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise InputTypeError(f"`{name}` must be text; got {value!r}.")
