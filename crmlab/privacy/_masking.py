"""Personal fields as a screen may show them: recognisable to someone who knows the person only."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_columns
from crmlab._errors import InputError, InputTypeError

__all__ = ["mask"]

_HIDDEN = "***"
# A name as 김민준 has no capital letters; one with them is cut word by word.
_PROVINCES = (
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
    "|충청북|충청남|전라북|전라남|경상북|경상남"
)
_PROVINCE = re.compile(rf"(?:{_PROVINCES})(?:특별자치시|특별자치도|특별시|광역시|시|도)?")
_CITY = re.compile("[가-힣]{1,4}시")
_DISTRICT = re.compile("[가-힣]{1,4}[군구]")
_YEAR = re.compile(r"((?:18|19|20)\d{2})(?:\D.*|\d{4}|)", re.DOTALL)
_PHONE = re.compile(r"(02|050\d|0\d\d)(\d{3,4})(\d{4})")
# A number with this many digits behind a leading 0 or +82 is dialled, and not counted.
_PHONE_AS_ID = re.compile(r"(\+82|0)[\d .()-]{8,15}")


def mask(
    table: pd.DataFrame, *, columns: Sequence[str] | Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Hide most of each personal field, for a page or a screen.

    ==================  ==========================================  =====================
    kind                shown                                       example
    ==================  ==========================================  =====================
    name                first and last syllable, or initials        김*준, 김*, M*** K***
    phone               prefix and the last four digits             010-****-5678
    email               first letter and domain                     m***@example.com
    address             down to the city or district                서울특별시 노원구
    birth_date          the year                                    1985
    identifier          all, unless it is a phone number or mail    A-1017, 010-****-5678
    ==================  ==========================================  =====================

    What does not look like its kind is hidden whole. The result is for reading: it is not an
    anonymous table (see `k_anonymity`) and cannot be joined (see `pseudonymise`).

    Parameters
    ----------
    table : DataFrame
        Any table; it is not changed.
    columns : sequence of str or mapping of column to kind, optional
        Columns to mask. A mapping such as ``{"고객명": "name"}`` says what columns of another name
        hold. Default: the columns of the table named after a kind, and ``given_name`` and
        ``surname`` (names) and ``postcode`` (an address).

    Returns
    -------
    DataFrame
        Same shape and index; masked columns are text, and missing values stay missing.

    Raises
    ------
    InputTypeError
        If `table` is not a DataFrame.
    InputError
        If a column is missing, or its kind is not known.

    Examples
    --------
    >>> phones = ["010-1234-5678", "+82 2 345 6789"]
    >>> people = pd.DataFrame({"name": ["김민준", None], "phone": phones})
    >>> mask(people)
       name          phone
    0   김*준  010-****-5678
    1   NaN   02-****-6789
    """
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(
            f"`table` must be a DataFrame; got {type(table).__name__}. "
            "Bring the rows to be shown to pandas first."
        )
    kinds = _find_kinds(table, columns)
    check_columns(table.columns, kinds, what="The table")
    masked = table.copy()
    for position, name in enumerate(table.columns):
        if name in kinds:
            hide = _MASKS[kinds[name]]
            masked.isetitem(position, _mask_values(table.iloc[:, position], hide).array)
    return masked


def _find_kinds(
    table: pd.DataFrame, columns: Sequence[str] | Mapping[str, str] | None
) -> Mapping[str, str]:
    if columns is None:
        return {name: _KINDS[name] for name in table.columns if name in _KINDS}
    if isinstance(columns, str):
        columns = [columns]
    if isinstance(columns, Mapping):
        for kind in columns.values():
            check_choice("columns", kind, _MASKS)
        return columns
    unknown = [name for name in columns if name not in _KINDS]
    if unknown:
        raise InputError(
            f"`columns` must say what {unknown[0]!r} holds; only {', '.join(map(repr, _KINDS))} "
            f"are known by name. Give a mapping such as {{{unknown[0]!r}: 'name'}}."
        )
    return {name: _KINDS[name] for name in columns}


def _mask_values(values: pd.Series, hide: Callable[[Any], str]) -> pd.Series:
    number, different = pd.factorize(values)
    shown = np.array([*map(hide, different), np.nan], dtype=object)
    return pd.Series(shown[number], index=values.index, name=values.name, dtype="str")


def _normalise(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # numbers beside a missing one: ".0" is not one of their digits
    # Full-width digits and letters are the same digits and letters.
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def _mask_name(value: Any) -> str:
    text = _normalise(value)
    if any(letter.isupper() or letter.islower() for letter in text):
        return " ".join(f"{word[0]}{_HIDDEN}" if word[1:] else _HIDDEN for word in text.split())
    syllables = text.replace(" ", "")
    if any(letter.isdigit() for letter in syllables):
        return _HIDDEN  # something else stands in the field
    if len(syllables) < 3:
        return syllables[:1] + "*" if syllables[1:] else _HIDDEN
    return syllables[0] + "*" * (len(syllables) - 2) + syllables[-1]


def _mask_phone(value: Any) -> str:
    text = _normalise(value)
    digits = re.sub(r"\D", "", text)
    if digits.startswith("82") and len(digits) > 9:
        digits = "0" + digits[2:].removeprefix("0")
    found = _PHONE.fullmatch(digits)
    if found:
        return f"{found[1]}-****-{found[3]}"
    return f"****-{digits[-4:]}" if len(digits) > 8 else "****"


def _mask_email(value: Any) -> str:
    user, _, domain = _normalise(value).rpartition("@")
    if not user or not domain or "@" in user or " " in user + domain:
        return _HIDDEN
    return f"{user[0] if user[1:] else ''}{_HIDDEN}@{domain}"


def _mask_address(value: Any) -> str:
    words = _normalise(value).replace(",", " ").split()
    shown = []
    if words and _PROVINCE.fullmatch(words[0]):
        shown.append(words.pop(0))
    elif words and (start := _PROVINCE.match(words[0])) and not _CITY.fullmatch(words[0]):
        return start[0]  # written without blanks: the district cannot be told from the road
    for level in (_CITY, _DISTRICT):
        if words and level.fullmatch(words[0]):
            shown.append(words.pop(0))
    return " ".join(shown) or _HIDDEN


def _mask_birth_date(value: Any) -> str:
    if isinstance(value, dt.date | np.datetime64):
        return str(pd.Timestamp(value).year)
    found = _YEAR.fullmatch(_normalise(value))
    return found[1] if found else "****"


def _mask_identifier(value: Any) -> str:
    text = _normalise(value)
    if "@" in text:
        return _mask_email(text)
    return _mask_phone(text) if _PHONE_AS_ID.fullmatch(text) else text


_MASKS: dict[str, Callable[[Any], str]] = {
    "name": _mask_name,
    "phone": _mask_phone,
    "email": _mask_email,
    "address": _mask_address,
    "birth_date": _mask_birth_date,
    "identifier": _mask_identifier,
}
# What a column holds, by its name.
_KINDS = {kind: kind for kind in _MASKS} | {
    "given_name": "name",
    "surname": "name",
    "postcode": "address",
}
