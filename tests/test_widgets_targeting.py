"""The explorer of targeting: what the sliders say is what the ways earn."""

from io import BytesIO

import ipywidgets
import pandas as pd
import pytest
from matplotlib.image import imread

from crmlab import InputError, InputTypeError
from crmlab.widgets import targeting_explorer, targeting_view

BASES = pd.DataFrame(
    {"seed": [0] * 4 + [1] * 4, "customer_id": list("abcd") * 2, "learned": 1.0,
     "score": [0.9, 0.8, 0.1, 0.0] * 2, "segment": list("xyxy") * 2,
     "effect": [1, 1, 0, 0, 1, 1, 0, 0]}
)  # fmt: skip
MONEY = {"margin": 9.0, "cost_per_contact": 3.0, "cost_of_knowing": 2.0, "campaigns": 1}


@pytest.mark.parametrize(
    ("change", "best", "worth"),
    [
        # By hand: mass and both segments 2 * 9 - 4 * 3 = 6, one-to-one 2 * 9 - 2 * 3 = 12.
        pytest.param({}, "one-to-one", 6.0, id="choosing saves two letters"),
        pytest.param({"cost_of_knowing": 7.0}, "mass", 6.0, id="knowing costs more"),
        pytest.param({"cost_per_contact": 9.0}, "nobody", 0.0, id="no order pays for a letter"),
    ],
)
def test_the_view_says_which_way_wins_and_what_knowing_may_cost(change, best, worth):
    view = targeting_view(BASES, **MONEY | change)
    assert view.best == best
    assert view.worth == pytest.approx(worth)


def test_a_lead_in_the_limits_of_chance_is_not_sure():
    noisy = BASES.assign(effect=[1, 1, 0, 0, 0, 0, 1, 0])
    assert targeting_view(BASES, **MONEY).sure
    assert not targeting_view(noisy, **MONEY | {"cost_of_knowing": 0.5}).sure


@pytest.mark.slow
def test_the_explorer_follows_its_sliders():
    box = targeting_explorer(BASES, **MONEY, currency="<won>")
    contact, margin, knowing, words, picture = box.children
    before = picture.value
    assert "&lt;won&gt;" in words.value
    assert "<b>One-to-one</b> earns most." in words.value
    assert "up to <b>6" in words.value
    assert (contact.max, margin.max, knowing.max) == (9.0, 27.0, 6.0)
    margin.value, contact.value = 18.0, 4.5
    view = targeting_view(BASES, **MONEY | {"margin": 18.0, "cost_per_contact": 4.5})
    assert f"one-to-one {view.table.loc['one-to-one', 'estimate']:,.0f}" in words.value
    contact.value, margin.value = 9.0, 9.0
    assert "Contacting <b>nobody</b>" in words.value
    assert "even for nothing" in words.value
    assert picture.value != before
    assert imread(BytesIO(picture.value)).shape[1] > 600
    assert isinstance(picture, ipywidgets.Image)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="`cost_per_contact` must be"):
        targeting_explorer(BASES, **MONEY | {"cost_per_contact": 0})
    with pytest.raises(InputError, match="`margin` must be"):
        targeting_view(BASES, **MONEY | {"margin": -1})
    with pytest.raises(InputTypeError, match="`currency` must be text"):
        targeting_explorer(BASES, **MONEY, currency=5)
