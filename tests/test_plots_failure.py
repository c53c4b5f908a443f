"""The picture of a priced factor shows its numbers and says when the remedy pays."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from plot_failure_cases import by_strength
from priced_cases import company

from crmlab import InputError
from crmlab.plots import plot_priced
from crmlab.readiness import simulate_wrong_ranking


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def moved(by, **columns):
    """The table with all that the remedy earns moved by so much, and other columns set."""
    names = ["remedy", "remedy_lower", "remedy_upper"]
    table = by_strength()
    table[names] = table[names] + by
    return table.assign(**columns)


@pytest.mark.parametrize(
    ("table", "title"),
    [
        pytest.param(by_strength(), "pays from 50%", id="from a strength on"),
        pytest.param(moved(-9e6), "the remedy does not pay", id="never"),
        pytest.param(moved(-5.5e6), "its remedy may not pay", id="limits hold 0"),
        pytest.param(moved(9e6), "the remedy pays throughout", id="always"),
        pytest.param(
            moved(0, remedy_lower=[-1, 2, -1, 2]), "pays at some strengths", id="here and there"
        ),
        pytest.param(by_strength().tail(1), "the remedy earns 6M", id="one strength"),
        pytest.param(by_strength().head(1), "the remedy loses 1M", id="no factor"),
    ],
)
def test_the_title_says_what_it_costs_and_when_the_remedy_pays(table, title):
    cost = (
        "0 a year at 0%" if len(table) == 1 and table["cost"].iloc[0] == 0 else "9M a year at 100%"
    )
    shown = plot_priced(table.sample(frac=1, random_state=1), factor="P1").get_title()
    assert shown.startswith(f"P1 costs {cost}; ")
    assert shown.endswith(title)


def test_both_lines_and_their_limits_are_those_of_the_table():
    ax = plot_priced(by_strength())
    cost, remedy = ax.get_lines()[1:]
    np.testing.assert_array_equal(cost.get_ydata(), by_strength()["cost"])
    np.testing.assert_array_equal(remedy.get_ydata(), by_strength()["remedy"])
    band = ax.collections[1].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (-1e6, 7e6)
    assert ax.get_xlabel() == "strength of the factor (%)"


def test_a_priced_factor_names_what_its_strength_is():
    ax = plot_priced(simulate_wrong_ranking(company()), currency="won")
    assert ax.get_xlabel() == "places filled by the wrong ranking (%)"
    assert ax.get_ylabel() == "money a year (won)"
    assert ax.get_title().startswith("P3 costs")


@pytest.mark.parametrize(
    ("table", "options", "match"),
    [
        pytest.param(by_strength(), {"factor": "P8"}, "`factor` must be one of 'P1'", id="factor"),
        pytest.param(by_strength().assign(cost=np.nan), {}, "`cost` must be finite", id="missing"),
    ],
)
def test_bad_input_is_named(table, options, match):
    with pytest.raises(InputError, match=match):
        plot_priced(table, **options)
