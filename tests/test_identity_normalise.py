"""Fields in one form: what people write differently becomes equal, what differs stays apart."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab.identity import _normalise as normalise
from crmlab.identity._address import read_addresses
from crmlab.identity._birth_dates import read_birth_dates


def one(function, *values):
    """The distinct results for some spellings."""
    return function(pd.Series(values, dtype="str")).drop_duplicates()


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("이서연", "Seoyeon Lee"),
        ("이서연", "YI SEO-YEON"),
        ("박지우", "Park Jiwoo"),
        ("최영희", "Younghee Choi"),
        ("정현우", "Jung Hyunwoo"),
        ("김민준", "Kim, Min-joon"),
        ("남궁민수", "Namkung Minsu"),
    ],
)
def test_a_name_sounds_alike_in_both_scripts(hangul, latin):
    assert len(one(lambda x: normalise.read_names(x)["sound"], hangul, latin)) == 1


def test_a_comma_follows_the_surname():
    read = normalise.read_names(
        pd.Series(["Smith, Sarah Jane", "Sarah Jane Smith", "JUNG, HYUN WOO"])
    )
    assert read["surname"].tolist()[:2] == ["smidh"] * 2
    assert read["given"].iloc[0] == read["given"].iloc[1]
    assert read["sound"].iloc[2] == normalise.read_names(pd.Series(["정현우"]))["sound"].iloc[0]


def test_names_ignore_spaces_titles_and_capitals():
    read = normalise.read_names(pd.Series(["김민준", "김 민준", " 김민준님", "김민준(학부모)"]))
    assert read["given"].nunique() == read["surname"].nunique() == 1
    assert read["spelled"].tolist() == [4] * 4


def test_names_that_sound_alike_keep_their_letters():
    read = normalise.read_names(pd.Series(["김서연", "김수연"]))
    assert read["given"].nunique() == 2


def test_letters_take_one_byte_each():
    coded = normalise.encode_letters(pd.Series(["가나다라마바사아자차카타파하", "꽭뷁쑓휇"]))
    assert all(text.isascii() for text in coded)
    assert coded.str.len().tolist() == [28, 12]


@given(st.text(alphabet="가각간나난다라힣ㄱㅏ", min_size=1, max_size=6))
def test_letters_lose_nothing(text):
    other = text + "가"
    assert normalise.encode_letters(pd.Series([text, other])).nunique() == 2


def test_parts_of_a_name_may_be_missing():
    read = normalise.read_split_names(pd.Series(["waller", None]), pd.Series([None, "luke"]))
    assert read["surname"].isna().tolist() == [False, True]
    assert read["given"].isna().tolist() == [True, False]
    assert read["sound"].notna().all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("010-1234-5678", "2345678"),
        ("+82 10 1234 5678", "2345678"),
        ("011-234-5678", "2345678"),
        ("02) 234-5678", "2345678"),
        ("123", None),
        ("000-0000-0000", None),
        ("없음", None),
        ("010-1234-5678 내선 3", "2345678"),
        ("010-1234-5678 / 02-987-6543", "2345678"),
        ("٠١٠-١٢٣٤-٥٦٧٨", "2345678"),
        ("０１０１２３４５６７８", "2345678"),
        ("1.012345678E+9", "2345678"),
        ("1.01234568E+10", None),
        ("1.0123457e9", None),
        ("1012345678.0", "2345678"),
        ("010-123-4567", None),
    ],
)
def test_phones(text, expected):
    found = normalise.read_phones(pd.Series([text], dtype="str")).iloc[0]
    assert found == expected if expected else pd.isna(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Min.Kim@Example.COM", "min.kim@example.com"),
        ("min.kim+shop@example.com ", "min.kim@example.com"),
        ("min.kim at example", None),
        ("@example.com", None),
        ("none@none.com", None),
        ("a@a.com", None),
        ("test123@naver.com", None),
        ("aaaa@naver.com", None),
        ("a@example.com", "a@example.com"),
        ("lee@lee.kr", "lee@lee.kr"),
        ("testa@naver.com", "testa@naver.com"),
    ],
)
def test_emails(text, expected):
    found = normalise.read_emails(pd.Series([text], dtype="str"))["email"].iloc[0]
    assert found == expected if expected else pd.isna(found)


# What is read, by what is written in the other rows of its column.
BIRTHS = {
    "iso": {"2015-03-07": "20150307", "1985-12-31": "19851231", "2015-02-30": None},
    "year-first": {"2015.3.7": "20150307", "2015/03/07": "20150307", "2015-03": None},
    "korean": {"2015년 3월 7일": "20150307", "15년 3월 7일": "20150307", "3월": None},
    "digits": {"20150307": "20150307", "19081209": "19081209"},
    "resident": {
        "150307": "20150307",
        "850307": "19850307",
        "150307-3": "20150307",
        "150307-4******": "20150307",
        "1503073012345": "20150307",
        "850307-2012345": "19850307",
    },
    "day-first": {"27/03/2015": "20150327", "03/07/2015": "20150703"},
    "month-first": {"03/27/2015": "20150327", "03/07/2015": "20150307"},
    "undecided": {"03/07/2015": None, "05/05/2015": "20150505"},
    "other-digits": {"٢٠١٥-٠٣-٠٧": "20150307"},
    "no-day-of-birth": {
        "2015-03-07": "20150307",
        **dict.fromkeys(("1900-01-01", "1970-01-01", "1899-12-30", "9999-12-31", "2999-01-01")),
    },
}


@pytest.mark.parametrize("column", [pytest.param(BIRTHS[kind], id=kind) for kind in BIRTHS])
def test_birth_days(column):
    found = read_birth_dates(pd.Series(list(column), dtype="str"))
    assert found.astype(object).where(found.notna(), None).tolist() == list(column.values())


def test_each_system_writes_birth_days_in_its_way():
    days = pd.Series(["27/03/2015", "03/27/2015", "03/07/2015", "03/07/2015"], index=[4, 7, 1, 2])
    found = read_birth_dates(days, pd.Series(["a", "b", "a", "b"]))
    assert found.to_dict() == {4: "20150327", 7: "20150327", 1: "20150703", 2: "20150307"}


def test_birth_days_of_dates_and_of_numbers_with_gaps():
    dates = read_birth_dates(pd.Series(pd.to_datetime(["2015-03-07", None])))
    numbers = read_birth_dates(pd.Series([20150307.0, None]))
    assert dates.iloc[0] == numbers.iloc[0] == "20150307"
    assert dates.isna().iloc[1]
    assert numbers.isna().iloc[1]


def test_whole_numbers_beside_text_keep_their_digits():
    """As where one system holds numbers with gaps and another text."""
    mixed = pd.Series([1012345678.0, "010-1234-5678", None], dtype="object")
    assert normalise.read_phones(mixed).tolist()[:2] == ["2345678", "2345678"]
    assert normalise.read_identifiers(pd.Series([12.0, "12"], dtype="object")).tolist() == [
        "12",
        "12",
    ]


HOME = "서울특별시 노원구 중앙로12길 34, 101동 1203호"


@pytest.mark.parametrize(
    "written",
    [
        "서울 노원구 중앙로12길 34 101-1203",
        "서울시 노원구  중앙로12길 34, 101동1203호",
        "서울특별시 노원구 중앙로12길 34 (상계동) 101동 1203호",
        "서울 노원구 중앙로12길 34 제101동 제1203호",
        "서울 노원구 중앙로12길 34, 101동 12층 1203호",
        "대한민국 서울특별시 노원구 중앙로12길 34, 101동 1203호",
        "[01234] 서울 노원구 중앙로12길 34 101동 1203호",
    ],
)
def test_one_address_written_in_several_ways(written):
    assert len(one(lambda x: read_addresses(x)["address"], HOME, written)) == 1


def test_an_address_without_the_flat_is_the_same_building():
    read = read_addresses(pd.Series([HOME, "서울 노원구 중앙로12길 34"]))
    assert read["building"].iloc[0] == read["building"].iloc[1]
    assert read["address"].iloc[0] != read["address"].iloc[1]
    assert read["district"].tolist() == ["서울노원구"] * 2


@pytest.mark.parametrize(
    "other",
    [
        "서울특별시 노원구 중앙로12길 34, 101동 1204호",
        "서울특별시 노원구 중앙로1길 234, 101동 1203호",
        "부산광역시 노원구 중앙로12길 34, 101동 1203호",
    ],
)
def test_different_addresses_stay_apart(other):
    assert len(one(lambda x: read_addresses(x)["address"], HOME, other)) == 2


def test_a_town_of_the_name_of_a_city_keeps_its_province():
    read = read_addresses(pd.Series(["경기도 광주시 중앙로 3", "광주광역시 북구 중앙로 3"]))
    assert read["district"].tolist() == ["경기광주시", "광주북구"]


@pytest.mark.parametrize(
    ("written", "building"),
    [
        pytest.param("서울 노원구 중앙로12길 3-4", "서울노원구중앙로12길3-4", id="road"),
        pytest.param("서울 노원구 상계동 123-45번지", "서울노원구상계동123-45", id="quarter"),
        pytest.param(
            "서울 노원구 중앙로12길 3-4 101-203", "서울노원구중앙로12길3-4", id="and-flat"
        ),
    ],
)
def test_two_numbers_after_a_street_are_the_building(written, building):
    assert read_addresses(pd.Series([written]))["building"].tolist() == [building]


def test_a_city_without_districts_has_flats():
    written = ["세종특별자치시 한누리대로 21, 101동 203호", "세종시 한누리대로 21 101-203"]
    read = read_addresses(pd.Series(written))
    assert read["address"].iloc[0] == read["address"].iloc[1]
    assert read["district"].tolist() == ["세종"] * 2


def test_a_ward_tells_the_city_from_the_town_of_its_name():
    read = read_addresses(
        pd.Series(["광주시 북구 중앙로 3", "광주 북구 중앙로 3", "광주시 중앙로 3"])
    )
    assert read["district"].tolist()[:2] == ["광주북구"] * 2
    assert read["address"].iloc[2].startswith("광주시")


def test_addresses_from_small_to_large_have_no_district():
    read = read_addresses(pd.Series(["12 Herschel Circuit, Lawrence"]))
    assert pd.isna(read["district"].iloc[0])
    assert read["numbers"].iloc[0] == "12"
