"""Normalise personal fields, so that equal things are written equally.

Every function takes a column and returns one or more columns with its index. What cannot be read
becomes missing, and a missing value never links two records.
"""

import itertools
import re
import unicodedata

import pandas as pd

from crmlab._korean import jamo, latin_key, on_distinct, split_name
from crmlab.identity._placeholders import BLANKS, NO_PHONE, is_filler_mail, is_nobody

__all__ = [
    "clean_text",
    "encode_letters",
    "read_emails",
    "read_identifiers",
    "read_names",
    "read_phones",
    "read_split_names",
    "write_ascii_digits",
]

_HANGUL = "[가-힣ㄱ-ㅎㅏ-ㅣ]"


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
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    text = " ".join(text.split())
    return None if text in BLANKS else text


# DuckDB counts differing bytes and Spark differing characters, so what is compared letter by
# letter is written in signs of one byte. These do not occur in lower-case Latin text; where a
# column has some of them, or letters of many scripts, rarer ones serve.
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!$%&()*+,./:;<=>?@[]^_`{}|~\\\"'#-"
_SIGNS += "".join(map(chr, range(1, 28))) + "0123456789 "
_JAMO = [chr(code) for code in range(ord("ㄱ"), ord("ㅣ") + 1)]


def encode_letters(values: pd.Series) -> pd.Series:
    """Encode Hangul syllables by letter and other scripts by character, in signs of one byte.

    Latin letters without accents, digits and punctuation stay. Equal texts stay equal; beyond
    some forty letters of other scripts in a column, several share a sign.

    Examples
    --------
    >>> coded = encode_letters(pd.Series(["찬", "창", "kim", "é"]))
    >>> [len(text) for text in coded], coded[0][:2] == coded[1][:2], coded.str.isascii().all()
    ([3, 3, 3, 1], True, np.True_)
    """
    letters = jamo(values)
    found = set().union(*letters.dropna().unique())
    others = sorted(letter for letter in found if not letter.isascii())
    if not others:
        return letters
    free = [sign for sign in _SIGNS if sign not in found] or list(_SIGNS)
    # All letters of Hangul, so that they do not depend on those of them that occur.
    strange = [*_JAMO, *(letter for letter in others if letter not in _JAMO)]
    signs = str.maketrans(dict(zip(strange, itertools.cycle(free), strict=False)))
    return on_distinct(letters, lambda text: text.translate(signs))


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
    nobody = on_distinct(whole, lambda text: None if is_nobody(text) else text).isna()
    parts = parts.mask(nobody & whole.notna())
    whole = whole.mask(nobody).fillna(parts["surname"]).fillna(parts["given"])
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
    if is_nobody(text):
        return None
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


_NEXT = re.compile("[/,;]|내선|ext")
_NO_DIGIT = re.compile(r"\D")


def _read_phone(text: str) -> str | None:
    text = _NEXT.split(_write_out(text), maxsplit=1)[0]  # the first, without its extension
    digits = _NO_DIGIT.sub("", write_ascii_digits(text))[-7:]
    known = len(digits) == 7 and len(set(digits)) > 1 and digits != NO_PHONE
    return digits if known else None


# What spreadsheets and others make of a long number; 5e12, without a sign, may be a code.
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d+)")


def _write_out(text: str) -> str:
    """Write out a number that became a decimal one; nothing where digits are lost."""
    if text[-2:] in (".0", ",0") and text[:-2].isdecimal():
        return text[:-2]
    if "e" not in text:
        return text
    found = _SCIENTIFIC.fullmatch(text)
    if not found or not (found[2] or "+" in text):
        return text
    first, rest, power = found[1], found[2] or "", int(found[3])
    return first + rest if len(rest) == power else ""


def write_ascii_digits(text: str) -> str:
    """Write the digits of any script in ASCII.

    Examples
    --------
    >>> write_ascii_digits("٠١٠-1234")
    '010-1234'
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


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
    domain = domain.rstrip(".")
    if not (at and local and domain) or is_filler_mail(local, domain):
        return None
    return f"{local}@{domain}"


def read_identifiers(values: pd.Series) -> pd.Series:
    """Read the letters and digits of an identifier such as a member number.

    A number of which a spreadsheet has lost digits, such as 1.23457E+11, is missing.

    Examples
    --------
    >>> read_identifiers(pd.Series(["M-0012", "m 0012", "1.23457e+11"])).tolist()
    ['m0012', 'm0012', nan]
    """
    return on_distinct(clean_text(values), _read_identifier)


_NO_SIGN = re.compile(r"[\W_]")


def _read_identifier(text: str) -> str | None:
    return _NO_SIGN.sub("", write_ascii_digits(_write_out(text))) or None
