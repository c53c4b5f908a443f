"""Words that follow the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import InputError
from crmlab.prose import _FRACTIONS, about, compare, either, join, tell


@given(st.floats(0, 1))
def test_the_fraction_said_is_the_nearest(share):
    said = about(share)
    if said in {"none", "all"}:
        assert share == {"none": 0, "all": 1}[said]
    else:
        assert abs(share - _FRACTIONS[said]) == min(abs(share - f) for f in _FRACTIONS.values())


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_what_is_not_a_share_is_refused(share):
    with pytest.raises(InputError, match="`share` must be"):
        about(share)


def test_words_turn_with_the_numbers():
    words = ("above", "below", "equal to")
    assert [compare(n, 100, *words) for n in (101, 99, 100)] == list(words)
    assert [compare(n, 100, *words, within=0.05) for n in (106, 105, 95, 94)] == [
        "above", "equal to", "equal to", "below",
    ]  # fmt: skip
    assert [compare(n, -100, *words, within=0.05) for n in (-94, -105)] == ["above", "equal to"]
    assert either([], "yes", "no") == "no"


def test_a_notebook_shows_what_is_told_as_markdown_and_a_console_as_it_is():
    told = tell("  half of **them**.\n\nthe rest. ")
    assert told._repr_markdown_() == repr(told) == str(told) == "Half of **them**.\n\nThe rest."


def test_lists_read_as_in_a_sentence():
    assert [join(n) for n in ([], ["a"], ["a", "b"], [1, 2, 3])] == [
        "none", "a", "a and b", "1, 2 and 3",
    ]  # fmt: skip
