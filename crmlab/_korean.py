"""Hangul: syllables split into letters, and names written in Latin letters.

Everything works on distinct values, so a column of a million names takes about a second.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product

import pandas as pd
from numpy.typing import ArrayLike

__all__ = [
    "FINALS",
    "INITIALS",
    "SURNAME_SPELLINGS",
    "VOWELS",
    "compose",
    "jamo",
    "latin_key",
    "on_distinct",
    "romanise",
    "split_name",
]

# Letters in the order of Unicode, which numbers syllables (initial * 21 + vowel) * 28 + final.
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
FIRST_SYLLABLE, LAST_SYLLABLE = ord("가"), ord("힣")


def _words(text: str, separator: str | None = None) -> list[str]:
    return text.split(separator)


# Revised Romanisation of 2000: by syllable, since names ignore how sounds meet.
_LATIN_INITIALS = _words("g,kk,n,d,tt,r,m,b,pp,s,ss,,j,jj,ch,k,t,p,h", ",")
_LATIN_VOWELS = _words("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_LATIN_FINALS = _words(",k,k,k,n,n,n,t,l,k,m,l,l,l,p,l,m,p,p,t,t,ng,t,t,k,t,p,t", ",")

# How people often spell these syllables of their given name, against the rule.
GIVEN_SPELLINGS = dict(
    zip(
        "현영우수희경성주정건준선연은훈철순숙미구규기근명병석승운윤춘형혁",
        _words(
            "hyun young woo soo hee kyung sung joo jung gun joon sun yeon eun hoon chul soon sook "
            "mee koo kyu ki keun myung byung suk seung woon yoon choon hyung hyuk"
        ),
        strict=True,
    )
)

_LETTERS = dict(enumerate(map("".join, product(INITIALS, VOWELS, FINALS)), FIRST_SYLLABLE))
_LATIN = dict(
    enumerate(map("".join, product(_LATIN_INITIALS, _LATIN_VOWELS, _LATIN_FINALS)), FIRST_SYLLABLE)
)

_CUSTOMARY = _LATIN | {ord(syllable): latin for syllable, latin in GIVEN_SPELLINGS.items()}

# How families usually spell their surname; most common spelling first. The rest follow the rule.
SURNAME_SPELLINGS: dict[str, tuple[str, ...]] = {
    "김": ("kim", "gim"),
    "이": ("lee", "yi", "rhee", "i"),
    "박": ("park", "bak", "pak"),
    "최": ("choi", "choe"),
    "정": ("jung", "jeong", "chung", "cheong"),
    "강": ("kang", "gang"),
    "조": ("cho", "jo"),
    "윤": ("yoon", "yun"),
    "장": ("jang", "chang"),
    "임": ("lim", "im", "yim"),
    "오": ("oh", "o"),
    "서": ("seo", "suh"),
    "신": ("shin", "sin"),
    "권": ("kwon", "gwon"),
    "안": ("ahn", "an"),
    "전": ("jeon", "chun", "jun"),
    "유": ("yoo", "yu", "ryu"),
    "류": ("ryu", "yoo", "ryoo"),
    "고": ("ko", "go", "koh"),
    "문": ("moon", "mun"),
    "손": ("son", "sohn"),
    "배": ("bae", "pae"),
    "백": ("baek", "paik", "baik"),
    "허": ("heo", "hur", "huh"),
    "심": ("shim", "sim"),
    "노": ("noh", "no", "roh"),
    "곽": ("kwak", "gwak"),
    "성": ("sung", "seong"),
    "주": ("joo", "ju", "chu"),
    "우": ("woo", "u"),
    "구": ("koo", "gu", "ku"),
    "나": ("na", "ra"),
    "민": ("min",),
    "진": ("jin", "chin"),
    "엄": ("um", "eom"),
    "원": ("won",),
    "천": ("cheon", "chun"),
    "방": ("bang", "pang"),
    "공": ("kong", "gong"),
    "현": ("hyun", "hyeon"),
    "변": ("byun", "byeon"),
    "염": ("yeom", "yum"),
    "여": ("yeo", "yuh"),
    "추": ("choo", "chu"),
    "석": ("seok", "suk"),
    "선": ("sun", "seon"),
    "연": ("yeon", "youn"),
    "명": ("myung", "myeong"),
    "기": ("ki", "gi"),
    "금": ("keum", "geum"),
    "남궁": ("namkung", "namgung"),
    "선우": ("sunwoo", "seonu"),
    "황보": ("hwangbo",),
    "제갈": ("jegal",),
}
_TWO_SYLLABLE = ("남궁", "황보", "제갈", "독고", "사공", "선우", "서문")
# In three syllables, 선우진 and 서문영 are rather 선 + 우진 and 서 + 문영.
_TWO_OF_THREE = _TWO_SYLLABLE[:5]

_SYLLABLE = re.compile(f"([{INITIALS}])([{VOWELS}])(?:([{''.join(FINALS)}])(?![{VOWELS}]))?")
_HANGUL = re.compile("[가-힣]")
_SPOKEN = (
    "(?:kk|tt|pp|ss|jj|ch|sh|[gkndtrlmbpsjh])?[yw]?[aeiou]{1,2}h?(?:ng|[nmlkptgb](?![aeiouwy]))?"
)
# A surname of one syllable before a given name that is Korean by its sounds.
_LIKE_KOREAN = re.compile(f"{_SPOKEN} (?:{_SPOKEN} ?)+")

# Spellings of one sound, folded in this order on lower-case letters.
_FOLDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("(?<=[aeiou])h$", ""),  # Jin-ah
        ("sh", "s"),
        ("ch", "j"),
        ("kk?|c", "g"),
        ("tt?", "d"),
        ("pp?", "b"),
        ("ss", "s"),
        ("jj", "j"),
        ("dd", "d"),
        ("r|ll", "l"),
        ("[eo]u|oo|eo", "u"),
        ("wu", "u"),
        ("ee|ui|ie", "i"),
        ("ae|ai", "e"),
    )
)
# Further surnames, which families spell by the rule, and spellings read but not counted as usual.
_BY_RULE = "한황송홍양차하지도남마"
_ALSO_READ = {"you": "유", "namgoong": "남궁", "namkoong": "남궁", "seonwoo": "선우"}
_SURNAME_OF: dict[str, str] = {}
for _surname, _spellings in SURNAME_SPELLINGS.items():
    for _spelling in _spellings:
        _SURNAME_OF.setdefault(_spelling, _surname)
# Frequent surnames of other countries that stand first there.
_SURNAME_OF |= {word: word for word in _words("nguyen tran pham hoang huynh bui wang zhang li liu")}
for _surname in _BY_RULE:
    _SURNAME_OF.setdefault(_surname.translate(_LATIN), _surname)
for _spelling, _surname in _ALSO_READ.items():
    _SURNAME_OF.setdefault(_spelling, _surname)
# Surnames that are also usual syllables of given names.
_ALSO_GIVEN = "정윤유서성주우민진원선연명기석현하지도전나"


def jamo(text: ArrayLike | pd.Series) -> pd.Series:
    """Split Hangul syllables into their letters; everything else stays.

    Parameters
    ----------
    text : array-like or Series of str
        Text in composed syllables (Unicode NFC); missing stays missing.

    Returns
    -------
    Series
        The same text in compatibility letters, with the index of `text`.

    Examples
    --------
    >>> jamo(["김민준", "한글 1"]).tolist()
    ['ㄱㅣㅁㅁㅣㄴㅈㅜㄴ', 'ㅎㅏㄴㄱㅡㄹ 1']
    """
    return on_distinct(text, lambda value: value.translate(_LETTERS))


def compose(text: ArrayLike | pd.Series) -> pd.Series:
    """Join letters to syllables: undoes `jamo`.

    Parameters
    ----------
    text : array-like or Series of str
        Text with compatibility letters; missing stays missing.

    Returns
    -------
    Series
        Text in syllables; letters that make no syllable stay as they are.

    Examples
    --------
    >>> compose(["ㄱㅏㄱㅅㅏ", "ㄱㅏㄳㅇㅡㄴ ㅋㅋ"]).tolist()
    ['각사', '갃은 ㅋㅋ']
    """
    return on_distinct(text, lambda value: _SYLLABLE.sub(_syllable, value))


def romanise(
    text: ArrayLike | pd.Series, *, separator: str = "", customary: bool = False
) -> pd.Series:
    """Write Hangul in small Latin letters, syllable by syllable.

    Parameters
    ----------
    text : array-like or Series of str
        Text; characters that are not Hangul syllables stay, missing stays missing.
    separator : str, default=""
        What stands between two syllables.
    customary : bool, default=False
        Whether to spell syllables as people often do in given names ("hyun") instead of by the
        rule ("hyeon").

    Returns
    -------
    Series
        Text in Revised Romanisation, which for names ignores how neighbouring sounds change.

    Examples
    --------
    >>> romanise(["민준", "현우"], separator="-").tolist()
    ['min-jun', 'hyeon-u']
    >>> romanise(["민준", "현우"], customary=True).tolist()
    ['minjoon', 'hyunwoo']
    """
    table = _CUSTOMARY if customary else _LATIN
    if separator:
        between = re.compile("(?<=[가-힣])(?=[가-힣])")
        return on_distinct(text, lambda value: between.sub(separator, value).translate(table))
    return on_distinct(text, lambda value: value.translate(table))


def split_name(name: ArrayLike | pd.Series) -> pd.DataFrame:
    """Split Korean names into surname and given name.

    Parameters
    ----------
    name : array-like or Series of str
        Names in Hangul without spaces; missing stays missing.

    Returns
    -------
    DataFrame
        ``surname`` and ``given``; a known two-syllable surname is kept whole.

    Examples
    --------
    >>> split_name(["김민준", "남궁민수", "선우진"]).to_numpy().tolist()
    [['김', '민준'], ['남궁', '민수'], ['선', '우진']]
    """
    surname = on_distinct(name, lambda value: value[: _surname_length(value)])
    given = on_distinct(name, lambda value: value[_surname_length(value) :])
    return pd.DataFrame({"surname": surname, "given": given})


def latin_key(name: ArrayLike | pd.Series) -> pd.Series:
    """One key for a name in Hangul and for its usual spellings in Latin letters.

    Parameters
    ----------
    name : array-like or Series of str
        Names in either script, surname first or last; missing stays missing.

    Returns
    -------
    Series
        Surname and given name with equal-sounding spellings folded. Equal keys do not prove equal
        names: different Hangul may sound alike.

    Examples
    --------
    >>> latin_key(["김현우", "Kim Hyun-woo", "HYEONU KIM", "이 서연", "Seoyeon Rhee"]).tolist()
    ['gim hyunu', 'gim hyunu', 'gim hyunu', 'i suyun', 'i suyun']
    """
    return on_distinct(name, _key)


def on_distinct(text: ArrayLike | pd.Series, change: Callable[[str], str | None]) -> pd.Series:
    """Apply `change` once to every distinct text; missing stays missing, the index is kept."""
    series = text if isinstance(text, pd.Series) else pd.Series(text, dtype="str")
    codes, distinct = pd.factorize(series)
    changed = pd.array([*map(change, distinct.tolist()), None], dtype="str")
    return pd.Series(changed.take(codes), index=series.index, name=series.name)


def _syllable(letters: re.Match[str]) -> str:
    initial, vowel, final = letters.groups(default="")
    number = INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)
    return chr(FIRST_SYLLABLE + number * len(FINALS) + FINALS.index(final))


def _surname_length(name: str) -> int:
    known = _TWO_SYLLABLE if len(name) > 3 else _TWO_OF_THREE
    return 2 if len(name) > 2 and name.startswith(known) else 1


def _key(name: str) -> str:
    if _HANGUL.search(name):
        name = name.replace(" ", "")
        length = _surname_length(name)
        surname, given = name[:length], name[length:].translate(_LATIN)
    else:
        surname, given = _latin_parts(name)
    surname = "유" if surname == "류" else surname
    return f"{_fold(surname.translate(_LATIN))} {_fold(given)}"


def _latin_parts(name: str) -> tuple[str, str]:
    """Surname (in Hangul where its spelling is known) and given name of a name in Latin letters."""
    words = re.sub("[^a-z ]", "", name.lower()).split()
    if len(words) < 2:
        return "", "".join(words)
    if len(words) > 2 and len(_SURNAME_OF.get("".join(words[:2]), "")) == 2:
        words = ["".join(words[:2]), *words[2:]]
    surname = words.pop(_surname_at(words))
    return _SURNAME_OF.get(surname, surname), "".join(words)


def _surname_at(words: list[str]) -> int:
    """Where the surname stands: 0 or -1."""
    first, last = (_SURNAME_OF.get(words[at]) for at in (0, -1))
    if not (first or last):
        return 0 if _LIKE_KOREAN.fullmatch(" ".join(words)) else -1
    if not (first and last):
        return -1 if last else 0
    if len(words) > 2:  # a word for each syllable, as in Jung Hyun Woo and Seo Yeon Park
        return -1 if first in _ALSO_GIVEN and last not in _ALSO_GIVEN else 0
    # Where both are surnames, a given name is the longer, and then the rarer surname.
    ranks = list(_SURNAME_OF)
    return min((0, -1), key=lambda end: (len(words[end]), ranks.index(words[end])))


@lru_cache(maxsize=100_000)
def _fold(letters: str) -> str:
    for pattern, sound in _FOLDS:
        letters = pattern.sub(sound, letters)
    return letters
