"""What systems write where they know nothing: words, and values that too many records share.

A placeholder says nothing about who somebody is, so it becomes missing before records are compared.
"""

import datetime as dt
import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._dates import PLACEHOLDERS
from crmlab._revenue.nobody import PLACEHOLDERS as NOBODY

__all__ = [
    "BLANKS",
    "NO_PHONE",
    "is_filler_mail",
    "is_nobody",
    "is_unborn",
    "mask_more_than",
    "mask_shared",
]

BLANKS = frozenset(
    {"", "-", ".", "?", "nan", "none", "null", "n/a", "nat", "unknown", "없음", "미상"}
)
# Names of nobody beside those words that shops write for an id; folded, in either order.
_NAMES = """
    홍길동 길동홍 아무개 테스터 테스트고객 테스트계정 회원 회원님 신규회원 성명 성함 이름 관리자
    johndoe doejohn janedoe doejane maxmustermann mustermannmax erikamustermann mustermannerika
    tester testtest administrator admin asdf qwer qwerty abc xxx name noname
"""
_NO_NAMES = NOBODY | frozenset(_NAMES.split())
# What stands before the @ of an address that nobody has.
_MAILBOXES = """
    none no nomail noemail noreply no-reply donotreply null nil nan na n/a nobody unknown
    anonymous test tester testtest testuser asdf qwer qwerty xxx email mail guest empty
    notprovided 없음 이메일없음 테스트
"""
_NO_MAILBOXES = frozenset(_MAILBOXES.split())
# The last digits of 010-123-4567, which fills forms.
NO_PHONE = "1234567"
# A value is nobody's where it has more than so many records, more than that share of all records,
# and five times as many as values usually have. A contact has at most so many, however large the
# table: a household is small, but a name or a day of birth can be anybody's.
_MOST: dict[str, tuple[int, float, float]] = {
    "name": (10, 0.05, float("inf")),
    "birth": (10, 0.01, float("inf")),
    "contact": (20, 0.01, 100),
}


def is_nobody(name: str) -> bool:
    """Whether a clean name is a word for nobody.

    Examples
    --------
    >>> [is_nobody(name) for name in ("고객", "john doe", "[test]", "고객진", "김민준")]
    [True, True, True, False, False]
    """
    return re.sub(r"[\s_\-()<>\[\]{}.,*0-9]", "", name) in _NO_NAMES


def is_filler_mail(local: str, domain: str) -> bool:
    """Whether an e-mail address only fills a form: none@none.com, a@a.com, test@naver.com.

    Examples
    --------
    >>> [is_filler_mail(*mail.split("@")) for mail in ("a@a.com", "none@naver.com", "lee@lee.kr")]
    [True, True, False]
    """
    label = domain.partition(".")[0]
    same_key = len(set(local)) == 1 and len(local) > 2
    twice = local == label and len(local) < 3
    return local.rstrip("0123456789") in _NO_MAILBOXES or same_key or twice


def is_unborn(digits: str) -> bool:
    """Whether nobody was born on a day: it is to come, is no day, or stands for none."""
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return True
    return day in PLACEHOLDERS or day > dt.date.today()


def mask_shared(values: pd.Series, kind: str) -> pd.Series:
    """Make values missing that more records share than people could.

    Parameters
    ----------
    values : Series of str
        Normalised values.
    kind : {"name", "birth", "contact"}
        What they are.

    Examples
    --------
    >>> phones = pd.Series(["2345678"] * 30 + [f"{number:07}" for number in range(70)])
    >>> int(mask_shared(phones, "contact").isna().sum())
    30
    """
    fewest, share, most = _MOST[kind]
    codes, counts = _count(values)
    if not len(counts):
        return values
    usual = 5 * float(np.median(counts))
    return _mask(values, codes, counts > min(max(fewest, share * counts.sum(), usual), most))


def mask_more_than(values: pd.Series, most: float) -> pd.Series:
    """Make values missing that more than so many records share."""
    codes, counts = _count(values)
    return _mask(values, codes, counts > most)


def _count(values: pd.Series) -> tuple[NDArray, NDArray]:
    """Number the values, missing ones -1, and count each."""
    codes, distinct = pd.factorize(values)
    return codes, np.bincount(codes[codes >= 0], minlength=len(distinct))


def _mask(values: pd.Series, codes: NDArray, which: NDArray) -> pd.Series:
    return values.mask(which[codes] & (codes >= 0)) if which.any() else values
