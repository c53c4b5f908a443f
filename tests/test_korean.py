"""Hangul letters against Unicode's own decomposition; Latin spellings of known names."""

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import _korean
from crmlab._korean import compose, jamo, latin_key, on_distinct, romanise, split_name

SYLLABLES = st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣"))
MIXED = st.text(SYLLABLES | st.sampled_from("aZ09 -.가힣"), max_size=12)


@given(text=MIXED)
def test_jamo_and_back_gives_the_same_text(text):
    assert compose(jamo([text])).tolist() == [text]


@given(syllable=SYLLABLES)
def test_jamo_are_the_letters_unicode_decomposes_a_syllable_into(syllable):
    """Both as Unicode names say: HANGUL LETTER X against CHOSEONG, JUNGSEONG or JONGSEONG X."""

    def last_word(letter: str) -> str:
        return unicodedata.name(letter).rpartition(" ")[2]

    theirs = [last_word(letter) for letter in unicodedata.normalize("NFD", syllable)]
    assert [last_word(letter) for letter in jamo([syllable])[0]] == theirs


def test_compose_leaves_letters_that_make_no_syllable():
    assert compose(["ㅋㅋ ㅏ", "ㄱㅏㄱㅅㅏ", "ㄱㅏㄳㅇㅏ"]).tolist() == ["ㅋㅋ ㅏ", "각사", "갃아"]


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        # Examples of the Revised Romanisation of 2000, by syllable.
        pytest.param("홍길동", "honggildong", id="hong-gildong"),
        pytest.param("민용하", "minyongha", id="min-yongha"),
        pytest.param("송나리", "songnari", id="song-nari"),
        pytest.param("한복남", "hanboknam", id="sounds-that-meet-are-ignored"),
        pytest.param("최빛나", "choebitna", id="silent-final"),
        pytest.param("의왕", "uiwang", id="compound-vowels"),
        pytest.param("깎쌓", "kkakssat", id="double-letters"),
    ],
)
def test_romanise_follows_the_revised_romanisation(name, latin):
    assert romanise([name]).tolist() == [latin]


def test_romanise_separates_syllables_and_leaves_the_rest():
    assert romanise(["이 민준 2세"], separator="-").tolist() == ["i min-jun 2se"]
    assert romanise(["abc"], separator="-").tolist() == ["abc"]


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        pytest.param("김민준", "KIM MINJUN", id="capitals"),
        pytest.param("김민준", "Kim Min-jun", id="hyphen"),
        pytest.param("김민준", "Minjun Kim", id="surname-last"),
        pytest.param("김민준", "Kim Min Jun", id="three-words"),
        pytest.param("이서연", "Rhee Seoyeon", id="customary-surname"),
        pytest.param("최현우", "Hyunwoo Choi", id="customary-given"),
        pytest.param("임수희", "Lim Soohee", id="l-surname"),
        pytest.param("류정훈", "Yoo Junghoon", id="two-surnames-of-one-sound"),
        pytest.param("진수", "Su Jin", id="given-looks-like-a-surname"),
        pytest.param("남궁민수", "Namkung Minsu", id="two-syllable-surname"),
        pytest.param("박 지영", "Park Ji-young", id="space-in-hangul"),
        pytest.param("권경숙", "Kwon Gyeongsuk", id="k-or-g"),
        pytest.param("정현우", "Jung Hyun Woo", id="three-words-that-are-surnames"),
        pytest.param("정현우", "JUNG, HYUN WOO", id="comma"),
        pytest.param("박서연", "Seo Yeon Park", id="three-words-surname-last"),
        pytest.param("고민서", "Min Seo Ko", id="three-words-last-is-no-given-name"),
        pytest.param("하지원", "Ha Ji Won", id="surname-that-begins-given-names"),
        pytest.param("한지원", "Ji Won Han", id="surname-by-the-rule"),
        pytest.param("남궁민수", "Nam Gung Min Su", id="two-syllable-surname-in-two-words"),
        pytest.param("선우진아", "Seonwoo Jin-ah", id="silent-h"),
    ],
)
def test_latin_key_is_one_for_a_name_and_its_usual_spellings(hangul, latin):
    keys = latin_key([hangul, latin])
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        pytest.param("Anna Meyer", "anna", id="surname-last"),
        pytest.param("Tom Meyer", "tom", id="short-given-name"),
        pytest.param("Sarah Jane Smith", "sarahjane", id="two-given-names"),
        pytest.param("Nguyen Thi Lan", "thilan", id="surname-first-elsewhere"),
        pytest.param("Pyo Minjun", "minjun", id="rare-korean-surname"),
    ],
)
def test_latin_key_finds_the_given_name(name, given):
    """Children of a family differ in it alone."""
    key, expected = latin_key([name, f"Kim {given}"])
    assert key.split(" ")[1] == expected.split(" ")[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("김민준", "김민서", id="given"),
        pytest.param("김민준", "박민준", id="surname"),
        pytest.param("김민준", "Kim Minjae", id="across-scripts"),
    ],
)
def test_latin_key_differs_for_different_names(one, other):
    assert latin_key([one]).item() != latin_key([other]).item()


def test_every_customary_surname_is_understood():
    """But for a spelling of two surnames, which is understood as the first of them."""
    spellings = _korean.SURNAME_SPELLINGS
    first = {}
    for surname, words in spellings.items():
        for word in words:
            assert first.setdefault(word, surname) == surname or len(spellings[first[word]]) > 1
    same = {"류": "유"}
    korean = latin_key([f"{same.get(surname, surname)}서현" for surname in first.values()])
    latin = latin_key([f"{word} seohyeon" for word in first])
    assert latin.tolist() == korean.tolist()


def test_latin_key_of_one_word_has_no_surname():
    assert latin_key(["Minjun", ""]).tolist() == [" minjun", " "]


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        pytest.param("김민준", "김", "민준", id="usual"),
        pytest.param("김건", "김", "건", id="short"),
        pytest.param("남궁민", "남궁", "민", id="two-of-three"),
        pytest.param("선우진", "선", "우진", id="rather-one-of-three"),
        pytest.param("선우진아", "선우", "진아", id="two-of-four"),
        pytest.param("남궁", "남", "궁", id="two-in-all"),
        pytest.param("", "", "", id="empty"),
    ],
)
def test_split_name_finds_the_surname(name, surname, given):
    assert split_name([name]).iloc[0].tolist() == [surname, given]


@pytest.mark.parametrize("function", [jamo, compose, romanise, latin_key])
def test_missing_stays_missing_and_the_index_is_kept(function):
    text = pd.Series(["가", None, "가"], index=[7, 3, 5], dtype="str", name="name")
    changed = function(text)
    assert changed.index.tolist() == [7, 3, 5]
    assert changed.isna().tolist() == [False, True, False]
    assert changed[7] == changed[5]
    assert changed.dtype == "str"
    assert changed.name == "name"


def test_nothing_gives_nothing():
    assert jamo([]).tolist() == []
    assert split_name(np.array([], dtype=str)).shape == (0, 2)


def test_on_distinct_changes_every_distinct_text_once():
    seen = []
    on_distinct(["a", "b", "a", None], lambda text: seen.append(text) or text)
    assert seen == ["a", "b"]
