"""The explorer of the reward: what the sliders say is what the table says."""

from io import BytesIO

import matplotlib.pyplot as plt
import pytest
from matplotlib.image import imread

from crmlab.acquisition import ResponseCurve, reward_curve
from crmlab.widgets import referral_explorer, referral_view

ASKED = ResponseCurve(ceiling=0.5, slope=0.05, floor=0.2)
TERMS = {
    "told": 5, "conversion": 0.1, "value": 100, "saved_cost": 20, "n_start": 1000, "market": 9000,
}  # fmt: skip


@pytest.mark.slow
def test_the_explorer_follows_its_sliders():
    box = referral_explorer(ASKED, anyway=0.3, highest=60, currency="<won>", **TERMS)
    paid, chance, words, picture = box.children
    assert "&lt;won&gt;" in words.value
    before = picture.value
    paid.value, chance.value = 30, 0.5
    row = reward_curve([30], recommending=ASKED, anyway=0.5, **TERMS).iloc[0]
    assert f"{row['n_brought']:,.0f} new customers" in words.value
    assert f"add {row['gain']:,.0f} &lt;won&gt;" in words.value
    assert picture.value != before
    chance.value = 1.0
    assert "The reward loses" in words.value
    assert imread(BytesIO(picture.value)).std() > 0
    assert not plt.get_fignums()  # nothing of pyplot is left open


def test_the_view_is_a_row_of_the_curve_beside_the_best():
    view = referral_view(ASKED, reward=10, anyway=0.3, **TERMS)
    table = reward_curve([10, view.best_reward], recommending=ASKED, anyway=0.3, **TERMS)
    assert (view.gain, view.best_gain) == pytest.approx(tuple(table["gain"]))
    assert view.extra == pytest.approx(table["extra"][0])
    assert view.best_gain > view.gain
    low = referral_view(ASKED, reward=1, anyway=0.3, highest=5, **TERMS)
    assert low.best_reward == pytest.approx(5, abs=1e-3)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="`reward` must be finite and at least 0"):
        referral_view(ASKED, reward=-1, anyway=0.3, **TERMS)
    with pytest.raises(ValueError, match="`highest` must be finite and at least 9; got 5"):
        referral_view(ASKED, reward=9, anyway=0.3, highest=5, **TERMS)
    with pytest.raises(TypeError, match="`currency` must be text"):
        referral_explorer(ASKED, anyway=0.3, highest=5, currency=5, **TERMS)
    with pytest.raises(TypeError, match="`recommending` must be a ResponseCurve"):
        referral_view(0.5, anyway=0.3, **TERMS)
