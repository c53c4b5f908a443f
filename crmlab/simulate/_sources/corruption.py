"""Errors in the records of a person: one function for each kind of change, on whole columns."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._korean import (
    FINALS,
    FIRST_SYLLABLE,
    INITIALS,
    SURNAME_SPELLINGS,
    VOWELS,
    on_distinct,
    romanise,
)

__all__ = [
    "abbreviate_addresses",
    "change_digit",
    "mistype_dates",
    "mistype_email",
    "mistype_name",
    "reformat_phones",
    "restore_old_prefix",
    "romanise_names",
    "swap_syllables",
]

# Adjacent keys of the two-set keyboard; a compound letter loses its second stroke.
_NEAR_KEYS = (
    "ㅂㅈㅁ ㅈㅂㄷㅁㄴ ㄷㅈㄱㄴㅇ ㄱㄷㅅㅇㄹ ㅅㄱㄹㅎ ㅁㅂㅈㄴㅋ ㄴㅁㅇㅈㄷㅋㅌ ㅇㄴㄹㄷㄱㅌㅊ "
    "ㄹㅇㅎㄱㅅㅊㅍ ㅎㄹㅅㅍ ㅋㅁㄴㅌ ㅌㄴㅇㅋㅊ ㅊㅇㄹㅌㅍ ㅍㄹㅎㅊ ㄲㄱ ㄸㄷ ㅃㅂ ㅆㅅ ㅉㅈ "
    "ㅛㅕㅗ ㅕㅛㅑㅗㅓ ㅑㅕㅐㅓㅏ ㅐㅑㅔㅏㅣ ㅔㅐㅣ ㅗㅛㅕㅓㅠ ㅓㅗㅏㅕㅑㅠㅜ ㅏㅓㅣㅑㅐㅜㅡ "
    "ㅣㅏㅐㅔㅡ ㅠㅗㅓㅜ ㅜㅓㅏㅠㅡ ㅡㅏㅣㅜ ㅒㅐ ㅖㅔ ㅘㅗ ㅙㅚ ㅚㅗ ㅝㅜ ㅞㅝ ㅟㅜ ㅢㅡ "
    "ㄳㄱ ㄵㄴ ㄶㄴ ㄺㄹ ㄻㄹ ㄼㄹ ㄽㄹ ㄾㄹ ㄿㄹ ㅀㄹ ㅄㅂ"
)
_NEAR = {keys[0]: keys[1:] for keys in _NEAR_KEYS.split()}
# By the digit after 010: the prefix its number had before.
_OLD = "011 011 019 016 018 011 017 011 019 011"
_OLD_PREFIXES = np.array(_OLD.split())
_SHORT_PROVINCES = {
    "충청북도": "충북",
    "충청남도": "충남",
    "전라북도": "전북",
    "전라남도": "전남",
    "경상북도": "경북",
    "경상남도": "경남",
}


# --- Names --------------------------------------------------------------------------------------


def mistype_name(names: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.str_]:
    """Replace one letter of one syllable by its neighbour on the keyboard, or drop a final.

    Examples
    --------
    >>> str(mistype_name(np.array(["김민준"]), np.random.default_rng(2))[0])
    '딤민준'
    """
    codes = _as_codes(names)
    row = np.arange(len(codes))
    at = (rng.random(len(codes)) * (codes > 0).sum(axis=1)).astype(np.int64)
    syllable = codes[row, at] - FIRST_SYLLABLE
    initial, vowel, final = syllable // 588, syllable // 28 % 21, syllable % 28
    part, pick = rng.random(len(codes)), rng.integers(0, _PICKS, len(codes))
    in_final = (part >= 0.75) & (final > 0)
    in_initial = part < 0.35
    initial = np.where(in_initial, _NEAR_INITIALS[initial, pick], initial)
    final = np.where(in_final, _NEAR_FINALS[final, pick], final)
    vowel = np.where(in_initial | in_final, vowel, _NEAR_VOWELS[vowel, pick])
    codes[row, at] = FIRST_SYLLABLE + (initial * 21 + vowel) * 28 + final
    return _as_text(codes)


def swap_syllables(names: NDArray[np.str_]) -> NDArray[np.str_]:
    """Swap the last two syllables of names of three and more; shorter ones stay.

    Examples
    --------
    >>> swap_syllables(np.array(["김민준", "이건"])).tolist()
    ['김준민', '이건']
    """
    codes = _as_codes(names)
    length = (codes > 0).sum(axis=1)
    row = np.flatnonzero(length > 2)
    last = length[row] - 1
    codes[row, last], codes[row, last - 1] = codes[row, last - 1], codes[row, last]
    return _as_text(codes)


def romanise_names(
    surname: pd.Series, given: pd.Series, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Write names in Latin letters: "Kim Min-jun", "KIM MINJUN" or "Minjun Kim".

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> romanise_names(pd.Series(["김"] * 4), pd.Series(["민준"] * 4), rng).tolist()
    ['KIM MINJUN', 'GIM MINJUN', 'Kim Min-joon', 'Gim Min-jun']
    """
    n = len(surname)
    usual = on_distinct(surname, lambda name: SURNAME_SPELLINGS.get(name, (name,))[0])
    other = on_distinct(surname, lambda name: SURNAME_SPELLINGS.get(name, (name,))[:2][-1])
    family = romanise(usual.where(rng.random(n) < 0.8, other)).str.capitalize()
    by_rule = rng.random(n) < 0.6
    own = romanise(given, separator="-").where(
        by_rule, romanise(given, separator="-", customary=True)
    )
    joined = own.str.replace("-", "")
    style = rng.integers(0, 3, n)
    text = family + " " + own.str.capitalize()
    text = text.where(style != 1, (family + " " + joined).str.upper())
    return text.where(style != 2, joined.str.capitalize() + " " + family).to_numpy(dtype=object)


# --- Phones and e-mails -------------------------------------------------------------------------


def change_digit(phones: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.str_]:
    """Replace one of the last eight digits of "010-1234-5678" by another."""
    codes = _as_codes(phones)
    row = np.arange(len(codes))
    at = np.array([4, 5, 6, 7, 9, 10, 11, 12])[rng.integers(0, 8, len(codes))]
    digit = codes[row, at] - ord("0")
    codes[row, at] = ord("0") + (digit + rng.integers(1, 10, len(codes))) % 10
    return _as_text(codes)


def restore_old_prefix(phones: pd.Series) -> pd.Series:
    """Write numbers as they were when every operator had a prefix and three digits followed.

    Examples
    --------
    >>> restore_old_prefix(pd.Series(["010-3234-5678"])).tolist()
    ['016-234-5678']
    """
    prefix = _OLD_PREFIXES[phones.str[4].astype("int64").to_numpy()]
    return pd.Series(prefix, index=phones.index, dtype="str") + "-" + phones.str[5:]


def reformat_phones(phones: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Write the same numbers without hyphens, with dots, with spaces, or with the country's code.

    Examples
    --------
    >>> sorted(set(reformat_phones(pd.Series(["010-1234-5678"] * 20), np.random.default_rng(1))))
    ['+82 10-1234-5678', '010 1234 5678', '010.1234.5678', '01012345678']
    """
    style = rng.choice(4, len(phones), p=[0.5, 0.2, 0.1, 0.2])
    text = phones.str.replace("-", "")
    for which, mark in ((1, "."), (2, " ")):
        text = text.where(style != which, phones.str.replace("-", mark))
    return text.where(style != 3, "+82 " + phones.str[1:])


def mistype_email(emails: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.str_]:
    """Replace one character before the @ by the one beside it on the keyboard."""
    codes = _as_codes(emails)
    local = (codes == ord("@")).argmax(axis=1)
    row, at = np.arange(len(codes)), (rng.random(len(codes)) * local).astype(np.int64)
    codes[row, at] = _NEXT_KEY[codes[row, at]]
    return _as_text(codes)


# --- Addresses and dates ------------------------------------------------------------------------


def abbreviate_addresses(
    address: pd.Series, region: pd.Series, rng: np.random.Generator
) -> pd.Series:
    """Abbreviate province names; write some also without comma, or "101-1203" for block and door.

    Examples
    --------
    >>> home = pd.Series(["서울특별시 노원구 중앙로 34, 101동 1203호"] * 30)
    >>> region = pd.Series(["서울특별시"] * 30)
    >>> for text in sorted(set(abbreviate_addresses(home, region, np.random.default_rng(1)))):
    ...     print(text)
    서울 노원구 중앙로 34 101-1203
    서울 노원구 중앙로 34 101동 1203호
    서울 노원구 중앙로 34, 101동 1203호
    """
    text = address.copy()
    for name in region.unique():
        here = region == name
        short = _SHORT_PROVINCES.get(name, name[:2])
        text[here] = short + text[here].str[len(name) :]
    style = rng.integers(0, 3, len(text))
    text = text.where(style == 0, text.str.replace(",", ""))
    return text.where(style != 2, text.str.replace(r"(\d+)동 (\d+)호", r"\1-\2", regex=True))


def mistype_dates(
    dates: NDArray[np.datetime64], rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Mistype dates: a wrong century (or decade), day and month swapped, or ten days off.

    Examples
    --------
    >>> born = np.array(["2015-03-04"] * 30, dtype="datetime64[s]")
    >>> [str(day)[:10] for day in np.unique(mistype_dates(born, np.random.default_rng(1)))]
    ['1915-03-04', '2015-03-14', '2015-04-03']
    """
    months = dates.astype("datetime64[M]")
    day = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    year, month = 1970 + months.astype(np.int64) // 12, months.astype(np.int64) % 12 + 1
    kind = rng.integers(0, 3, len(dates))
    swap = (kind == 1) & (day <= 12) & (day != month)
    off = (kind == 2) | ((kind == 1) & ~swap)
    year = np.where(kind == 0, np.where(year >= 2000, year - 100, year - 10), year)
    month, day = np.where(swap, day, month), np.where(swap, month, day)
    day = np.where(off, np.where(day > 10, day - 10, day + 10), day)
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    return (first + (day - 1)).astype("datetime64[s]")


# --- Texts as numbers ---------------------------------------------------------------------------


def _as_codes(texts: NDArray[np.str_]) -> NDArray[np.int64]:
    """Code points, one row a text, filled with zeros."""
    texts = np.ascontiguousarray(texts)
    return texts.view(np.uint32).reshape(len(texts), texts.itemsize // 4).astype(np.int64)


def _as_text(codes: NDArray[np.int64]) -> NDArray[np.str_]:
    width = codes.shape[1]
    return np.ascontiguousarray(codes, dtype=np.uint32).view(f"<U{width}").ravel()


_PICKS = 12  # divisible by every number of neighbours but five, so all are as likely


def _neighbours(letters: str | tuple[str, ...], dropped: bool = False) -> NDArray[np.int64]:
    """Numbers of the neighbours of each letter, repeated to `_PICKS`."""
    rows = []
    for letter in letters:
        near = [letters.index(key) for key in _NEAR.get(letter, "") if key in letters]
        rows.append(np.resize([*near, 0] if dropped else near, _PICKS))
    return np.array(rows)


_NEAR_INITIALS, _NEAR_VOWELS = _neighbours(INITIALS), _neighbours(VOWELS)
_NEAR_FINALS = _neighbours(FINALS, dropped=True)

_NEXT_KEY = np.full(128, ord("x"))
for _row in ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "._-"):
    for _key, _beside in zip(_row, _row[1:] + _row[-2], strict=True):
        _NEXT_KEY[ord(_key)] = ord(_beside)
