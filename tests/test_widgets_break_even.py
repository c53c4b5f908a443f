"""The explorer of the break-even: what the sliders say is what the campaign says."""

from io import BytesIO

import ipywidgets
import numpy as np
import pytest
from matplotlib.image import imread

from crmlab import InputError, InputTypeError
from crmlab.campaigns import break_even_response_rate
from crmlab.widgets import break_even_explorer, break_even_view

TERMS = {
    "n_contacted": 20_000, "margin_per_response": 50.0, "cost_per_contact": 0.8,
    "fixed_cost": 4_000.0, "cost_per_response": 5.0,
}  # fmt: skip


def test_the_view_is_the_campaign_counted_by_hand():
    view = break_even_view(**TERMS, response_rate=0.04, anyway=0.25)
    assert view.responses == 800
    assert view.incremental == 600
    assert view.margin == pytest.approx(600 * 50)
    assert view.cost == pytest.approx(20_000 * 0.8 + 4_000 + 800 * 5)
    assert view.profit == pytest.approx(view.margin - view.cost)
    assert view.break_even_rate == pytest.approx((0.8 + 0.2) / (0.75 * 50 - 5))


def test_at_the_break_even_the_profit_is_zero_and_the_line_goes_through_the_view():
    even = break_even_view(**TERMS, response_rate=0.04, anyway=0.25).break_even_rate
    there = break_even_view(**TERMS, response_rate=even, anyway=0.25)
    assert there.profit == pytest.approx(0, abs=1e-6)
    line = there.curve
    assert np.interp(even, line["response_rate"], line["profit"]) == pytest.approx(0, abs=1e-6)
    assert line["response_rate"].iloc[-1] > even


def test_without_those_who_come_anyway_it_is_the_break_even_of_the_room():
    view = break_even_view(**TERMS, response_rate=0.1)
    assert view.break_even_rate == pytest.approx(break_even_response_rate(**TERMS))


@pytest.mark.slow
def test_where_nothing_pays_the_words_say_so():
    none = break_even_view(**TERMS, response_rate=0.5, anyway=0.9)
    assert none.break_even_rate == np.inf
    beyond = break_even_view(**TERMS | {"cost_per_contact": 60}, response_rate=0.5)
    assert beyond.break_even_rate > 1
    box = break_even_explorer(**TERMS, response_rate=0.5, anyway=0.9)
    assert "No response pays" in box.children[3].value
    box = break_even_explorer(**TERMS | {"cost_per_contact": 60}, response_rate=0.5)
    assert "even if everybody responded" in box.children[3].value


@pytest.mark.slow
def test_the_explorer_follows_its_sliders():
    box = break_even_explorer(**TERMS, response_rate=0.03, currency="<won>")
    response, anyway, cost, words, picture = box.children
    before = picture.value
    assert "&lt;won&gt;" in words.value
    assert (response.max, cost.max) == (0.12, pytest.approx(2.4))
    response.value, anyway.value, cost.value = 0.09, 0.5, 0.4
    moved = {"response_rate": 0.09, "anyway": 0.5, "cost_per_contact": cost.value}
    view = break_even_view(**TERMS | moved)
    assert f"<b>{view.profit:,.0f}" in words.value
    assert f"at a response of <b>{view.break_even_rate:.2%}</b>" in words.value
    anyway.value = 0.9
    assert "loses <b>" in words.value
    assert picture.value != before
    assert imread(BytesIO(picture.value)).shape[1] > 600
    assert isinstance(picture, ipywidgets.Image)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match=r"`anyway` must be in \[0, 1\]"):
        break_even_view(**TERMS, response_rate=0.1, anyway=2)
    with pytest.raises(InputError, match="`cost_per_contact` must be"):
        break_even_explorer(**TERMS | {"cost_per_contact": 0}, response_rate=0.1)
    with pytest.raises(InputTypeError, match="`currency` must be text"):
        break_even_explorer(**TERMS, response_rate=0.1, currency=5)
