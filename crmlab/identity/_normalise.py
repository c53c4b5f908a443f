"""Normalise personal fields, so that equal things are written equally.

Every function takes a column and returns one or more columns with its index. What cannot be read
becomes missing, and a missing value never links two records.
"""

import re
import unicodedata

import pandas as pd

from crmlab._korean import jamo, latin_key, on_distinct, split_name

__all__ = [
    "clean_text",
    "encode_letters",
    "read_birth_dates",
    "read_emails",
    "read_identifiers",
    "read_names",
    "read_phones",
    "read_split_names",
]

_HANGUL = "[가-힣ㄱ-ㅎㅏ-ㅣ]"
# What systems write in place of a missing value.
_PLACEHOLDERS = frozenset(
    {"", "-", ".", "?", "nan", "none", "null", "n/a", "nat", "unknown", "없음", "미상"}
)


def clean_text(values: pd.Series) -> pd.Series:
    """Clean text: one Unicode form, lower case and single spaces; placeholders become missing.

    Examples
    --------
    >>> clean_text(pd.Series([" Kim  MINJUN ", "없음", "-"])).tolist()
    ['kim minjun', nan, nan]
    """
    if pd.api.types.is_float_dtype(values):  # whole numbers beside gaps: 19081209.0 is 19081209
        whole = (values.dropna() % 1 == 0).all()
        values = values.astype("Int64") if whole else values
    elif values.dtype == object:  # the same, where another system holds text
        values = values.map(_drop_decimals)
    return on_distinct(values.astype("str"), _clean)


def _drop_decimals(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _clean(text: str) -> str | None:
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return None if text in _PLACEHOLDERS else text


# DuckDB counts differing bytes, of which a Hangul letter has three: each gets a sign of one byte
# that does not occur in lower-case Latin text.
_JAMO = [chr(code) for code in range(ord("ㄱ"), ord("ㅣ") + 1)]
_SIGNS = str.maketrans(
    dict(zip(_JAMO, "ABCDEFGHIJKLMNOPQRSTUVWXYZ!$%&()*+,./:;<=>?@[]^_`{}", strict=True))
)


def encode_letters(values: pd.Series) -> pd.Series:
    """Encode Hangul syllables by letter, one sign of one byte each; the rest stays.

    Examples
    --------
    >>> coded = encode_letters(pd.Series(["찬", "창", "kim"]))
    >>> [len(text) for text in coded], coded[0][:2] == coded[1][:2]
    ([3, 3, 3], True)
    """
    return on_distinct(jamo(values), lambda text: text.translate(_SIGNS))


def read_names(name: pd.Series) -> pd.DataFrame:
    """Read whole names, in Hangul (surname first) or in Latin letters (either order).

    Returns
    -------
    DataFrame
        ``surname`` and ``given`` letters (Hangul by `encode_letters`, Latin folded by sound),
        ``surname_sound`` and ``given_sound``, ``sound`` of the whole (the same for a Hangul name
        and its usual spellings, in either order), ``shuffled``, the letters in alphabetical order,
        ``hangul`` (whether it is written so), and ``spelled``, how many records write the given
        name like this.

    Examples
    --------
    >>> read = read_names(pd.Series(["김 민준", "Minjun KIM"]))
    >>> read[["sound", "hangul"]].to_numpy().tolist()
    [['gim minjun', True], ['gim minjun', False]]
    """
    whole = _read_words(name)
    hangul = _is_hangul(whole)
    korean = split_name(whole.str.replace(" ", "").where(hangul))
    key = latin_key(whole).str.strip()
    # A single word in Latin letters counts as a given name.
    sounds = key.where(key.str.contains(" "), " " + key).str.partition(" ")[[0, 2]]
    sounds.columns = pd.Index(["surname", "given"])
    return _combine_names(korean, sounds, key, hangul)


def read_split_names(surname: pd.Series, given_name: pd.Series) -> pd.DataFrame:
    """Read names from separate columns into the columns of `read_names`.

    Examples
    --------
    >>> read_split_names(pd.Series(["van Dyk"]), pd.Series(["Anna-Lena"]))["sound"].tolist()
    ['annalena vandyg']
    """
    parts = pd.DataFrame({"surname": surname, "given": given_name})
    parts = parts.apply(lambda part: _read_words(part).str.replace(" ", ""))
    whole = parts["surname"].str.cat(parts["given"], sep=" ")
    whole = whole.fillna(parts["surname"]).fillna(parts["given"])
    sounds = parts.apply(lambda part: latin_key(part).str.strip())
    return _combine_names(parts, sounds, latin_key(whole).str.strip(), _is_hangul(whole))


def _is_hangul(words: pd.Series) -> pd.Series:
    return words.str.contains(_HANGUL).fillna(False).astype(bool)


def _combine_names(
    korean: pd.DataFrame, sounds: pd.DataFrame, key: pd.Series, hangul: pd.Series
) -> pd.DataFrame:
    read = sounds.add_suffix("_sound")
    for part in ("surname", "given"):
        read[part] = encode_letters(korean[part]).where(hangul, sounds[part])
    read["sound"] = on_distinct(key, lambda text: " ".join(sorted(text.split())))
    whole = read["surname"].str.cat(read["given"])
    read["shuffled"] = on_distinct(whole, lambda text: "".join(sorted(text)))
    read = read.replace("", None)
    read["hangul"] = hangul
    read["spelled"] = read.groupby("given")["given"].transform("size").fillna(0).astype("int64")
    return read


def _read_words(values: pd.Series) -> pd.Series:
    return on_distinct(clean_text(values), _keep_letters)


def _keep_letters(text: str) -> str | None:
    text = re.sub(r"\(.*?\)|\s*(고객|회원)?님$", "", text)
    if re.search(_HANGUL, text):
        return re.sub(f"[^{_HANGUL[1:-1]}]", "", text) or None
    surname, comma, given = text.partition(",")
    if comma:  # as on lists: Meyer, Anna Lena
        text = f"{given.replace(' ', '')} {surname}"
    text = unicodedata.normalize("NFD", text.replace("-", "").replace("'", ""))
    return " ".join(re.sub("[^a-z ]", " ", _drop_accents(text)).split()) or None


def _drop_accents(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def read_phones(values: pd.Series) -> pd.Series:
    """Read the last seven digits of phone numbers, which a change of prefix leaves as they are.

    Country code, area and carrier prefixes come and go (011-234-5678 became 010-5234-5678), so
    they are left out. Fewer than seven digits, or one digit repeated, are not a number.

    Examples
    --------
    >>> read_phones(pd.Series(["+82 10-1234-5678", "010.1234.5678", "011-234-5678", "1"])).tolist()
    ['2345678', '2345678', '2345678', nan]
    """
    return on_distinct(clean_text(values), _read_phone)


def _read_phone(text: str) -> str | None:
    text = re.split("[/,;]|내선|ext", text)[0]  # the first number, without its extension
    digits = re.sub(r"\D", "", text)[-7:]
    return digits if len(digits) == 7 and len(set(digits)) > 1 else None


def read_emails(values: pd.Series) -> pd.DataFrame:
    """Read e-mail addresses in lower case without tags: ``email``, and ``local`` before the @.

    Examples
    --------
    >>> read_emails(pd.Series(["Min.Kim+news@Example.com", "no mail"])).to_numpy().tolist()
    [['min.kim@example.com', 'min.kim'], [nan, nan]]
    """
    email = on_distinct(clean_text(values), _read_email)
    return pd.DataFrame({"email": email, "local": on_distinct(email, lambda x: x.split("@")[0])})


def _read_email(text: str) -> str | None:
    local, at, domain = text.replace(" ", "").rpartition("@")
    local = local.split("+")[0]
    return f"{local}@{domain.rstrip('.')}" if at and local and domain else None


def read_birth_dates(values: pd.Series) -> pd.Series:
    """Read dates of birth as eight digits, year month day.

    Examples
    --------
    >>> read_birth_dates(pd.Series(["2015-03-07", "2015년 3월 7일", "150307", "150307-3"])).tolist()
    ['20150307', '20150307', '20150307', '20150307']
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y%m%d").astype("str")
    return on_distinct(clean_text(values), _read_birth_date)


# The front of a resident number: the digit after the birth date tells the century.
_RESIDENT = re.compile(r"(\d{6})-?(\d)[\d*x]{0,6}")
_CENTURY = dict(zip("9012563478", ("18", "18", *["19"] * 4, *["20"] * 4), strict=True))


def _read_birth_date(text: str) -> str | None:
    resident = _RESIDENT.fullmatch(text)
    if resident and len(re.sub(r"\W", "", text)) in (7, 13):
        return _CENTURY[resident[2]] + resident[1]
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 2:  # a month, or a day without a year
        return None
    if len(numbers) >= 3:
        year, month, day = numbers[:3]
        if len(day) == 4:  # year last: the month first, unless it cannot be one
            year, month, day = (day, month, year) if int(year) > 12 else (day, year, month)
        digits = f"{year:0>2}{month:0>2}{day:0>2}"
    else:
        digits = "".join(numbers)
    if len(digits) == 6:  # year in two digits: nobody is born after today
        this_year = pd.Timestamp.now().year % 100
        digits = ("20" if int(digits[:2]) <= this_year else "19") + digits
    return digits[:8] if len(digits) >= 8 and digits[:4] != "0000" else None


def read_identifiers(values: pd.Series) -> pd.Series:
    """Read the letters and digits of an identifier such as a member number.

    Examples
    --------
    >>> read_identifiers(pd.Series(["M-0012", "m 0012"])).tolist()
    ['m0012', 'm0012']
    """
    return on_distinct(clean_text(values), lambda text: re.sub(r"[\W_]", "", text) or None)
