"""The explorer of a retention campaign: what the sliders say is what the curve says."""

from io import BytesIO

import ipywidgets
import numpy as np
import pytest
from matplotlib.image import imread

from crmlab import InputError, InputTypeError
from crmlab.churn import maximum_profit
from crmlab.widgets import churn_explorer, churn_view

RNG = np.random.default_rng(2)
LEFT = RNG.random(300) < 0.3
SCORE = RNG.normal(size=300) + LEFT


def test_the_view_is_the_campaign_counted_by_hand():
    view = churn_view(LEFT, SCORE, fraction=0.25)
    called = np.sort(SCORE)[-75] <= SCORE
    earned = (LEFT & called).sum() * (0.3 * 190 - 1) - (~LEFT & called).sum() * 11
    assert view.n_contacted == 75
    assert view.n_base == 300
    assert view.fraction == 0.25
    assert view.profit == pytest.approx(earned)
    lowest = np.sort(SCORE)[-75]
    assert view.threshold == lowest
    best = maximum_profit(LEFT, SCORE).iloc[0]
    assert view.best_profit == pytest.approx(best["profit"] * 300)
    assert view.best_fraction == best["fraction"]


def test_the_explorer_starts_at_the_best_and_follows_its_sliders():
    contacted, accept, sentence, picture = churn_explorer(LEFT, SCORE, currency="<won>").children
    assert contacted.value == round(churn_view(LEFT, SCORE).best_fraction, 2)
    assert "&lt;won&gt;" in sentence.value
    before = picture.value
    accept.value, contacted.value = 0.1, 1.0
    view = churn_view(LEFT, SCORE, fraction=1.0, accept_rate=0.1)
    said = f"who would leave accept, loses <b>{-view.profit:,.0f}"
    assert "Contacting 300 of 300 customers, of whom 10 % of those" in sentence.value
    assert said in sentence.value
    assert f"The lowest score among them is {view.threshold:.3g}." in sentence.value
    assert picture.value != before
    assert imread(BytesIO(picture.value)).shape[1] > 600
    assert isinstance(picture, ipywidgets.Image)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match=r"`fraction` must be in \[0, 1\]"):
        churn_view(LEFT, SCORE, fraction=2)
    with pytest.raises(InputTypeError, match="`currency` must be text"):
        churn_explorer(LEFT, SCORE, currency=5)
