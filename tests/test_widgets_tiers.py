"""The tier explorer: who is best by each ranking, and what choosing by one misses."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from crmlab.widgets import tier_explorer, tier_view

CUSTOMERS = pd.DataFrame(
    {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
)


@pytest.mark.parametrize(
    ("ranked_by", "top", "missed"),
    [
        ("profit", 0.25, {"profit": 0, "lifetime_value": 6}),
        ("loyalty", 0.5, {"profit": 14 - 6, "lifetime_value": 0}),
        ("lifetime_value", 1.0, {"profit": 0, "lifetime_value": 0}),
    ],
)
def test_view_says_what_a_ranking_misses(ranked_by, top, missed):
    view = tier_view(CUSTOMERS, ranked_by=ranked_by, top=top)
    assert view.missed == missed
    assert view.n_customers == 4 * top
    assert view.shared[ranked_by if ranked_by != "loyalty" else "lifetime_value"] == 4 * top


@pytest.mark.slow
def test_explorer_follows_both_controls():
    rng = np.random.default_rng(1)
    base = pd.DataFrame(rng.lognormal(size=(200, 3)), columns=CUSTOMERS.columns)
    choice, slider, words, picture = tier_explorer(base, currency="<b>EUR").children
    assert "40 customers" in words.value
    assert "&lt;b&gt;EUR" in words.value
    before = picture.value, words.value
    choice.value = "loyalty"
    slider.value = 0.5
    assert "100 customers" in words.value
    assert "by loyalty" in words.value
    assert (picture.value, words.value) != before
    assert imread(BytesIO(picture.value)).std() > 0
    assert not plt.get_fignums()  # nothing of pyplot is left open


def test_wrong_options_are_named():
    with pytest.raises(ValueError, match="`ranked_by` must be one of"):
        tier_view(CUSTOMERS, ranked_by="age")
    with pytest.raises(ValueError, match="`customers` lacks 'loyalty'"):
        tier_view(CUSTOMERS.drop(columns="loyalty"))
    with pytest.raises(TypeError, match="`currency` must be text"):
        tier_explorer(CUSTOMERS, currency=5)
    with pytest.raises(ValueError, match="at least two customers"):
        tier_explorer(CUSTOMERS.head(1))
