"""Every number a company is made with: what is refused, by name and with the rule."""

import dataclasses
import inspect
import re

import pandas as pd
import pytest

from crmlab import InputError
from crmlab.company import CompanySettings
from crmlab.simulate import simulate_company

SETTINGS = {setting.name: setting for setting in dataclasses.fields(CompanySettings)}
PER_SOURCE = [name for name, one in SETTINGS.items() if isinstance(one.default, tuple)]


def refusals(name: str, values: list) -> list[str]:
    """What is said of each value; a value that passes fails the test."""
    said = []
    for value in values:
        with pytest.raises(InputError) as caught:
            CompanySettings(**{name: value})
        said.append(str(caught.value))
    return said


@pytest.mark.slow
def test_every_setting_refuses_what_no_setting_can_be_and_names_itself():
    for name, setting in SETTINGS.items():
        values = [None, "much", [], float("nan"), float("inf"), -1, (0.1, 0.2)]
        if isinstance(setting.default, tuple):
            values += [(0.1, 0.2, bad) for bad in (1.2, -0.2, float("nan"), "0.2")]
        assert all(said.startswith(f"`{name}") for said in refusals(name, values)), name


def probabilities() -> list[str]:
    """Settings that are called a probability or a share; "The same" is what the one before is."""
    names, before = [], False
    for name, setting in SETTINGS.items():
        meaning = setting.metadata["meaning"]
        if not meaning.startswith("The same"):
            before = meaning.startswith(("Probability", "Share"))
        names += [name] * before
    return names


def test_what_is_called_a_probability_or_a_share_is_at_most_one():
    assert len(probabilities()) == 38
    for name in probabilities():
        assert CompanySettings(**{name: 0})
        assert refusals(name, [1.01]) == [f"`{name}` must be in [0, 1]; got 1.01."]


def test_every_setting_stands_in_the_docstring_with_default_meaning_and_rule():
    text = " ".join(inspect.getdoc(CompanySettings).split())
    for name, setting in SETTINGS.items():
        meaning, rule = setting.metadata["meaning"], setting.metadata["rule"]
        assert f"{name} : {rule.type}, default={setting.default!r} {meaning}; {rule.words}." in text
    assert re.search(r"\n\nParameters\n-+\nstart : .*\n\nExamples\n-+\n",
                     inspect.getdoc(CompanySettings), flags=re.DOTALL)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": "soon"}, "`start` must be a full date such as"),
        ({"start": ""}, "`start` must be a full date such as"),
        ({"start": 20240101}, "`start` must be a full date such as"),
        ({"start": None}, "`start` must be a day .* without a time; got None"),
        ({"start": "2024-01-01 12:30"}, "`start` must be a day .* without a time"),
        ({"start": "2024-01-01T00:00+09:00"}, "`start` must be a day .* without a time"),
        ({"start": "1950-01-01"}, "must lie in the years 1970 to 2099; got 104 weeks from 1950"),
        ({"weeks": 50_000}, "must lie in the years 1970 to 2099; got 50000 weeks"),
        ({"weeks": 25}, "`weeks` must be .*at least 26; got 25"),
        ({"weeks": 52.0}, "`weeks` must be a whole number"),
        ({"n_branches": 0}, "`n_branches` must be .*at least 1; got 0"),
        ({"seasonality": 11}, r"`seasonality` must be in \[0, 10\]; got 11. It counts on the log"),
        ({"complements": 3}, r"`complements` must be in \[0, 1.5\]; got 3. No baskets have"),
        ({"purchase_shape": 0}, "`purchase_shape` must be .*above 0; got 0"),
        ({"spend_gamma": False}, "`spend_gamma` must be .*above 0; got 0"),
        ({"spend_q": 1}, "`spend_q` must be .*above 1; got 1. Otherwise the mean spend"),
        ({"pupils_per_instructor": 0.5}, "`pupils_per_instructor` must be .*at least 1; got 0.5"),
        ({"resolving_days": 0.5}, "`resolving_days` must be .*at least 1; got 0.5"),
        ({"purchase_scale": 1e-6}, "`purchase_shape` / `purchase_scale` must be at most 100"),
        (
            {"basic_share": 0.7, "premium_share": 0.6},
            r"`basic_share` and `premium_share` must add up to at most 1; got 1\.3\. "
            "The rest is the share of the standard plan",
        ),
        (
            {"camp_persuadable": 0.9, "camp_sure_thing": 0.2},
            "`camp_persuadable`, `camp_sure_thing` and `camp_sleeping_dog` must add up to at most "
            "1; got 1.14. The rest is the share of the lost causes",
        ),
        ({"books_sure_thing": 1}, "`books_sleeping_dog` must add up to at most 1; got 1.14"),
        ({"in_system": (0, 0, 0)}, "`in_system` must not be 0 in all three source systems"),
        ({"ordered_in": (0.0, 0.0, 0.0)}, "`ordered_in` must not be 0 in all three"),
        ({"name_spaced": 0.5}, "`name_spaced` must be a tuple of three numbers, for branch, web"),
        ({"name_spaced": (0.1, 0.2, 1.2)}, r"`name_spaced\[2\]` must be in \[0, 1\]; got 1.2"),
    ],
    ids=lambda value: (
        "-".join(map(str, [*value, *value.values()])) if isinstance(value, dict) else ""
    ),
)
def test_impossible_settings_are_refused_with_rule_and_remedy(changes, message):
    with pytest.raises(InputError, match=message):
        CompanySettings(**changes)


@pytest.mark.slow
def test_shares_that_exceed_one_by_rounding_only_are_accepted():
    shares = {"camp_persuadable": 0.7, "camp_sure_thing": 0.2, "camp_sleeping_dog": 0.1 + 1e-12}
    effects = simulate_company(100, **shares).truth.effects
    assert set(effects["type"]) > {"persuadable", "sure thing"}


def test_a_kind_of_change_can_be_switched_off_in_all_sources():
    for name in set(PER_SOURCE) - {"in_system", "ordered_in"}:
        assert CompanySettings(**{name: (0, 0, 0)})


def test_the_window_has_a_first_and_a_last_day():
    settings = CompanySettings(start="2024-01-01", weeks=104)
    assert settings.n_days == 728
    assert (settings.first_day, settings.last_day) == (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2025-12-28"),
    )
