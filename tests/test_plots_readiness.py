"""The pictures of the readiness check: bars are the table, titles the finding."""

import matplotlib.pyplot as plt
import pytest
from plot_readiness_cases import assessed_areas, ranked_factors

from crmlab import InputError, InputTypeError
from crmlab.plots import plot_assessment, plot_ranked_factors


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


def labels(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_factors_are_drawn_the_dearest_first_with_limits_and_doubt():
    ax = plot_ranked_factors(ranked_factors(), currency="EUR")
    assert widths(ax) == [90e6, 4e6, 2e6]
    assert [label[:2] for label in labels(ax)] == ["no", "pr", "sp"]
    dark, pale, _ = (bar.get_facecolor() for bar in ax.patches)
    assert dark != pale
    assert [text.get_text() for text in ax.texts] == ["in 100%", "in 70%", "in 70%"]
    assert ax.get_title() == (
        "No common strategy costs most: 90M EUR a year; 1 of 3 ranks hold in 90% of the firms"
    )
    segments = ax.collections[0].get_segments()
    assert [tuple(each[:, 0]) for each in segments] == [(80e6, 95e6), (-1e6, 9e6), (1e6, 8e6)]


def test_without_cost_the_title_says_so():
    free = ranked_factors().assign(cost=0.0, lower=0.0, upper=0.0)
    assert plot_ranked_factors(free).get_title() == "No factor costs anything at these strengths"


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "Least ready: organisation, 40%; missing answers could change 2 of 3"),
        ({"score": float("nan")}, "No score can be told; missing answers could change 2 of 3"),
        ({"score": 1.0, "lower": 1.0, "upper": 1.0}, "3 of 3 are the least ready, 100%; all ans"),
        (
            {"score": [0.0, 0.0, 1.0], "lower": 0.0, "upper": 0.0},
            "Least ready: organisation and process, 0%; all answered",
        ),
    ],
)
def test_the_title_names_the_weakest_and_what_is_open(changed, title):
    assert plot_assessment(assessed_areas().assign(**changed)).get_title().startswith(title)


def test_areas_are_drawn_with_what_is_open():
    ax = plot_assessment(assessed_areas())
    assert widths(ax) == [0.4, 0.0, 0.8]
    assert [text.get_text() for text in ax.texts] == ["40%", "no answer", "80%"]
    assert tuple(ax.collections[0].get_segments()[1][:, 0]) == (0, 1)
    assert labels(ax) == ["organisation", "process", "IT"]


def test_bad_tables_are_named():
    with pytest.raises(InputError, match="`table` lacks 'stable'"):
        plot_ranked_factors(ranked_factors().drop(columns="stable"))
    with pytest.raises(InputError, match="`lower` must be finite"):
        plot_assessment(assessed_areas().assign(lower=float("nan")))
    with pytest.raises(InputTypeError, match="`currency` must be text"):
        plot_ranked_factors(ranked_factors(), currency=5)
