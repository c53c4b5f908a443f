"""The explorer of the budget split: what the sliders say is what the table says."""

from io import BytesIO

import matplotlib.pyplot as plt
import pytest
from matplotlib.image import imread

from crmlab.acquisition import ResponseCurve, budget_split
from crmlab.widgets import split_explorer, split_view

WIN = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
KEEP = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.5)
TERMS = {"budget": 30_000, "n_prospects": 2_000, "n_customers": 500, "value_won": 200}


@pytest.mark.slow
def test_the_explorer_follows_its_sliders():
    split, money, words, picture = split_explorer(WIN, KEEP, currency="<won>", **TERMS).children
    assert "&lt;won&gt;" in words.value
    before = picture.value
    split.value, money.value = 0.2, 2.0
    terms = {**TERMS, "budget": 60_000}
    row = budget_split(WIN, KEEP, shares=[0.2], **terms).iloc[0]
    assert f"{row['n_won']:,.0f} new customers, {row['n_kept']:,.0f} kept" in words.value
    lost = split_view(WIN, KEEP, share=row["best"], **terms).equity - row["equity"]
    assert f"earns {lost:,.0f} &lt;won&gt; more" in words.value
    assert picture.value != before
    money.value = 0.0
    assert "0 new customers, 250 kept" in words.value
    assert imread(BytesIO(picture.value)).std() > 0
    assert not plt.get_fignums()  # nothing of pyplot is left open


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"`share` must be in \[0, 1\]"):
        split_view(WIN, KEEP, share=2, **TERMS)
    with pytest.raises(TypeError, match="`currency` must be text"):
        split_explorer(WIN, KEEP, currency=5, **TERMS)
    with pytest.raises(TypeError, match="`retention` must be a ResponseCurve"):
        split_explorer(WIN, 0.5, **TERMS)
