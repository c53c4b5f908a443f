"""Numbers in sentences."""

import pytest

from crmlab._words import count_words, money_words, name_money


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [
        pytest.param(0, ["customer"], "0 customers", id="none"),
        pytest.param(1, ["customer"], "1 customer", id="one"),
        pytest.param(23570, ["customer"], "23,570 customers", id="many"),
        pytest.param(2, ["person", "people"], "2 people", id="own-word"),
    ],
)
def test_one_is_not_many(number, words, expected):
    assert count_words(number, *words) == expected


def test_money_without_a_name_is_in_the_file_s_currency():
    assert name_money("") == "the file's currency"
    assert money_words(1234.5, "") == "1,234 in the file's currency"
    assert money_words(1234.5, "USD", decimals=2) == "USD 1,234.50"
