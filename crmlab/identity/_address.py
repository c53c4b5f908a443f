"""Normalise addresses: the whole, its building, its numbers, its district."""

import re

import pandas as pd

from crmlab.identity._normalise import clean_text, encode_letters

__all__ = ["read_addresses"]

# Provinces by the two or more ways they are written; the first syllables decide.
_PROVINCES = (
    ("서울", "서울(?:특별)?시?"),
    ("부산", "부산(?:광역)?시?"),
    ("대구", "대구(?:광역)?시?"),
    ("인천", "인천(?:광역)?시?"),
    ("광주", r"광주(?:광역시|시(?=\s+[동서남북]구|\s+광산구))"),  # 광주시 alone is a town in 경기
    ("대전", "대전(?:광역)?시?"),
    ("울산", "울산(?:광역)?시?"),
    ("세종", r"세종(?:특별자치)?시?(?:\s+세종시)?"),
    ("경기", "경기도?"),
    ("강원", "강원(?:특별자치)?도?"),
    ("충북", "충북|충청북도"),
    ("충남", "충남|충청남도"),
    ("전북", "전북(?:특별자치도)?|전라북도"),
    ("전남", "전남|전라남도"),
    ("경북", "경북|경상북도"),
    ("경남", "경남|경상남도"),
    ("제주", "제주(?:특별자치)?도?"),
)
_PROVINCE = re.compile(
    "(?:" + "|".join(f"(?P<{short}>{long})" for short, long in _PROVINCES) + r")(?=\s)"
)
# What only some write: the country, a postcode in front, 제 before a number, the floor.
_SURPLUS = re.compile(
    r"^\W*(?:(?:\d{5}|\d{3}-\d{3})\W+(?=[가-힣])|대한민국\s+)+"
    r"|제\s?(?=\w{1,6}\s?[동호])(?=\d)|\d+층\s*(?=\w{1,6}\s?호)|(?<=\d)번지"
)
# Two numbers after a street or a quarter are the building, not the flat.
_UNIT = re.compile(
    r"(?:(?:(\w{1,5})\s?동)?\s?(\w{1,6})\s?호"
    r"|(?<![로길동리가산])(?<![로길동리가산]\s)(?<!\d)(\d{1,4})-(\d{1,5}))\s*$"
)
_COLUMNS = ["address", "building", "street", "numbers", "district"]
_DISTRICT = re.compile(r"^(?:세종(?=\s)|\S+\s+(?:(\S+시)\s+)?(\S+[시군구])(?=\s|$))")


def read_addresses(values: pd.Series) -> pd.DataFrame:
    """Split addresses into what can be compared.

    Parameters
    ----------
    values : Series of str
        Addresses in one line, from the large to the small (Korean) or from the small to the large.

    Returns
    -------
    DataFrame
        ``address`` without spaces and punctuation, the province short, the flat as "number-number";
        ``spelled_address``, the same by `encode_letters`; ``building``, the same without the flat;
        ``street``, its words by `encode_letters`;
        ``numbers``, all its numbers in order; ``district``, province with city, county or ward
        (missing where there is none).

    Examples
    --------
    >>> homes = ["서울특별시 노원구 중앙로12길 34, 101동 3호", "서울 노원구 중앙로12길 34 101-3"]
    >>> read = read_addresses(pd.Series(homes))
    >>> read[["address", "district"]].drop_duplicates().to_numpy().tolist()
    [['서울노원구중앙로12길34#101-3', '서울노원구']]
    """
    text = clean_text(values)
    codes, distinct = pd.factorize(text)
    rows = [_split_address(value) for value in distinct]
    table = pd.DataFrame([*rows, (None,) * 5], columns=_COLUMNS)
    read = table.astype("str").take(codes)
    read.index = values.index
    return read.assign(
        spelled_address=encode_letters(read["address"]), street=encode_letters(read["street"])
    )


_BRACKETS = re.compile(r"\(.*?\)")
_SURPLUS_SIGNS = ("제", "층", "번지", "대한민국")
_BETWEEN = re.compile(r"[\s.\-_/·]+(?=\D)|(?<=\D)[\s.\-_/·]+")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+")
_NO_LETTER = re.compile(r"[\W\d_]")


def _split_address(text: str) -> tuple[str | None, ...]:
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    text = text.replace(",", " ").strip()
    if not "가" <= text[:1] <= "힣" or any(sign in text for sign in _SURPLUS_SIGNS):
        text = _SURPLUS.sub("", text)
    province = _PROVINCE.match(text)
    if province:
        text = f"{province.lastgroup}{text[province.end() :]}"
    found = _DISTRICT.match(text)
    district = _SPACES.sub("", found.group()) if found else None
    building, unit = text, ""
    if found:  # only Korean addresses end with the flat
        flat = _UNIT.search(text)
        if flat:
            building = text[: flat.start()]
            unit = "#" + "-".join(part for part in flat.groups() if part)
    building = _SPACES.sub("-", _BETWEEN.sub("", building.strip()))
    numbers = "-".join(_NUMBER.findall(building + unit)) or None
    street = _NO_LETTER.sub("", building) or None
    return building + unit or None, building or None, street, numbers, district
