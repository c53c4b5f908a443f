"""The linkage explorer: what a threshold merges, what it leaves apart, and what both cost."""

from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from crmlab.widgets import linkage_explorer, linkage_view

TABLE = pd.DataFrame(
    {
        "n_records": 200,
        "n_people": [96, 101, 120],
        "n_true_people": 100,
        "n_reached": [95, 100, 100],
        "precision": [0.9, 0.99, 1.0],
        "recall": [0.99, 0.98, 0.8],
        "f1": [0.943, 0.985, 0.889],
    },
    index=pd.Index([0.5, 0.9, 0.999], name="threshold"),
)


@pytest.mark.parametrize(
    ("threshold", "wasted", "missed"), [(0.5, 4, 5), (0.9, 4, 0), (0.999, 80, 0)]
)
def test_view_counts_copies_and_people_without_a_catalogue(threshold, wasted, missed):
    view = linkage_view(TABLE, threshold, cost_per_mailing=1_500, mailings=4)
    assert (view.wasted_mailings, view.people_missed) == (wasted, missed)
    assert view.wasted_money == 1_500 * wasted
    assert view.n_people == TABLE.loc[threshold, "n_people"]


@pytest.mark.slow
@given(st.floats(0, 1e6), st.integers(1, 60))
def test_waste_is_proportional_to_mailings_and_their_cost(cost, mailings):
    once = linkage_view(TABLE, 0.999, cost_per_mailing=1, mailings=1).wasted_money
    view = linkage_view(TABLE, 0.999, cost_per_mailing=cost, mailings=mailings)
    assert view.wasted_money == pytest.approx(once * cost * mailings)


@pytest.mark.slow
def test_explorer_starts_near_the_usual_threshold_and_follows_the_slider():
    explorer = linkage_explorer(TABLE, cost_per_mailing=1_500, mailings=4)
    slider, words, picture = explorer.children
    assert isinstance(slider, ipywidgets.SelectionSlider)
    assert slider.value == 0.9
    assert "6,000 won" in words.value
    before = picture.value
    slider.value = 0.999
    assert "120,000 won" in words.value
    assert "recall" in words.value
    assert picture.value != before
    slider.value = 0.5
    assert "5 people" in words.value
    assert imread(BytesIO(picture.value)).std() > 0
    assert not plt.get_fignums()  # nothing of pyplot is left open


def test_currency_is_text_and_not_markup():
    words = linkage_explorer(TABLE, cost_per_mailing=1, currency="<b>EUR").children[1]
    assert "&lt;b&gt;EUR" in words.value


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param({"threshold": 0.7}, ValueError, "`threshold` must be one of", id="unknown"),
        pytest.param({"cost_per_mailing": -1}, ValueError, "`cost_per_mailing` must", id="cost"),
        pytest.param({"mailings": 0}, ValueError, "`mailings` must be at least 1", id="mailings"),
        pytest.param(
            {"table": TABLE.drop(columns="recall")}, ValueError, "lacks 'recall'", id="column"
        ),
    ],
)
def test_wrong_options_are_named(change, error, message):
    given_ = {"table": TABLE, "threshold": 0.9, "cost_per_mailing": 1.0, "mailings": 1} | change
    with pytest.raises(error, match=message):
        linkage_view(given_.pop("table"), given_.pop("threshold"), **given_)
    with pytest.raises(TypeError, match="`currency` must be text"):
        linkage_explorer(TABLE, cost_per_mailing=1.0, currency=5)
