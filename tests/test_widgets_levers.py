"""The lever explorer: what moved levers do to customer equity."""

import re
from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from crmlab.ltv import ltv_levers
from crmlab.plots import plot_levers
from crmlab.widgets import LeverView, lever_explorer, lever_view

SHOP = {
    "price": 50.0,
    "frequency": 4.0,
    "margin": 0.3,
    "retention": 0.8,
    "service_cost": 10.0,
    "acquisition_cost": 60.0,
    "discount_rate": 0.12,
    "n_customers": 100,
}
LEVERS = ["frequency", "price", "tenure", "margin", "service_cost", "acquisition_cost"]

rise = st.floats(-0.5, 1.0)
moves = st.dictionaries(st.sampled_from(LEVERS), rise)


def slowly(rises):
    """Customer equity of the shop after these rises: 3,000 payments, one after the other."""
    lever = {name: 1 + rises.get(name, 0.0) for name in LEVERS}
    margin = min(0.3 * lever["margin"], 1.0)
    retention = 1 - 1 / max(5 * lever["tenure"], 1.0)
    paid = 50 * lever["price"] * 4 * lever["frequency"] * margin - 10 * lever["service_cost"]
    value = sum(paid * (retention / 1.12) ** year for year in range(3_000))
    return 100 * (value - 60 * lever["acquisition_cost"])


@pytest.mark.slow
@given(moves)
def test_equity_equals_payment_by_payment(rises):
    view = lever_view(rises, **SHOP)
    assert view.equity_before == pytest.approx(slowly({}))
    assert view.equity_after == pytest.approx(slowly(rises))
    assert view.gain == pytest.approx(view.equity_after - view.equity_before, abs=1e-6)


@pytest.mark.slow
@given(moves)
def test_gain_alone_moves_one_lever_and_holds_the_others(rises):
    alone = lever_view(rises, **SHOP).table.set_index("lever")["gain_alone"]
    for name in LEVERS:
        expected = slowly({name: rises.get(name, 0.0)}) - slowly({})
        assert alone[name] == pytest.approx(expected, abs=1e-6)


def test_nothing_moved_gains_nothing():
    view = lever_view(**SHOP)
    assert view.gain == 0
    assert view.table["gain_alone"].eq(0).all()
    assert view.table["before"].tolist() == view.table["after"].tolist()


def test_levers_help_each_other():
    view = lever_view({"price": 0.1, "tenure": 0.1}, **SHOP)
    assert view.gain > view.table["gain_alone"].sum()


def test_table_tells_levers_before_and_after():
    view = lever_view({"price": 0.1, "service_cost": -0.2}, **SHOP)
    assert isinstance(view, LeverView)
    table = view.table.set_index("lever")
    assert list(table.index) == LEVERS
    assert table["before"].tolist() == pytest.approx([4, 50, 5, 0.3, 10, 60])
    assert table["after"].tolist() == pytest.approx([4, 55, 5, 0.3, 8, 60])


def test_margin_stops_at_one_and_tenure_at_one_period():
    view = lever_view({"margin": 9.0, "tenure": -0.9}, **SHOP)
    table = view.table.set_index("lever")["after"]
    assert table[["margin", "tenure"]].tolist() == [1.0, 1.0]


def test_ahead_is_the_lever_table_at_the_new_position():
    view = lever_view({"price": 0.1, "tenure": 0.2}, **SHOP)
    moved = SHOP | {"price": 50 * 1.1, "retention": 1 - 1 / 6}
    pd.testing.assert_frame_equal(view.ahead, ltv_levers(**moved))


@pytest.mark.parametrize(
    ("changed", "best"),
    [
        pytest.param({}, ("frequency", "price", "margin"), id="multiplied-levers-tie"),
        pytest.param({"retention": 0.99, "discount_rate": 0.0, "service_cost": 0.0}, None, id="d0"),
        pytest.param({"acquisition_cost": 900.0}, ("acquisition_cost",), id="dear-to-win"),
    ],
)
def test_best_lever_of_the_next_step(changed, best):
    view = lever_view(**SHOP | changed)
    gains = view.ahead.set_index("lever")["gain"]
    assert gains[list(view.best)].min() == pytest.approx(gains.max())
    assert best is None or view.best == best


def test_units_and_payment_reach_the_value():
    monthly = SHOP | {"period": "M", "payment": "renewal", "per": "Y"}
    first = ltv_levers(**monthly).iloc[0]
    worth = first["value"] - first["gain"]
    assert lever_view(**monthly).equity_before == pytest.approx(100 * worth)


@pytest.mark.parametrize(
    ("rises", "error", "message"),
    [
        pytest.param({"prize": 0.1}, ValueError, "`moves` must be one of .*prize", id="unknown"),
        pytest.param({"price": -1}, ValueError, r"`moves\['price'\]` must .* above -1", id="-1"),
        pytest.param({"price": float("nan")}, ValueError, r"\['price'\]` must be finite", id="nan"),
        pytest.param({"price": "10 %"}, TypeError, "must be a number; got '10 %'", id="text"),
        pytest.param({"price": True}, TypeError, "must be a number; got True", id="bool"),
    ],
)
def test_bad_moves_are_named(rises, error, message):
    with pytest.raises(error, match=message):
        lever_view(rises, **SHOP)


@pytest.mark.parametrize("function", [lever_view, lever_explorer])
def test_bad_economics_are_named(function):
    with pytest.raises(ValueError, match=r"`retention` must be in \[0, 1\); got 80"):
        function(**SHOP | {"retention": 80})
    with pytest.raises(TypeError, match="price"):
        function(**{name: value for name, value in SHOP.items() if name != "price"})


def test_explorer_refuses_a_negative_rate():
    with pytest.raises(ValueError, match=r"`discount_rate` must not be negative here.*got -0\.1"):
        lever_explorer(**SHOP | {"discount_rate": -0.1})


def test_currency_that_is_no_text_is_an_error():
    with pytest.raises(TypeError, match="`currency` must be text; got NoneType"):
        lever_explorer(currency=None, **SHOP)


def test_explorer_is_a_slider_for_each_lever_words_and_a_picture():
    *sliders, words, picture = lever_explorer(**SHOP).children
    assert [slider.description for slider in sliders] == [
        "Frequency", "Price", "Tenure", "Margin", "Service cost", "Acquisition cost",
    ]  # fmt: skip
    assert {(slider.value, slider.min, slider.max) for slider in sliders} == {(0.0, -0.5, 1.0)}
    assert isinstance(words, ipywidgets.HTML)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one
    assert imread(BytesIO(picture.value), format="png").shape[:2] == (408, 768)


@pytest.mark.slow
def test_cost_of_zero_has_no_slider():
    *sliders, words, _ = lever_explorer(**SHOP | {"service_cost": 0.0}).children
    assert "Service cost" not in [slider.description for slider in sliders]
    assert "Service cost" not in words.value


@pytest.mark.slow
def test_moving_a_slider_changes_words_and_picture_and_back():
    *sliders, words, picture = lever_explorer(**SHOP).children
    first = words.value, picture.value
    assert "11,500 USD before, 11,500 USD after, <b>+0 USD</b>" in words.value
    sliders[1].value = 0.1
    assert "11,500 USD before, 13,600 USD after, <b>+2,100 USD</b>" in words.value
    row = re.search(r"Price</th>(.+?)</tr>", words.value)[1]
    assert re.findall(r">([^<]+)<", row) == ["50.00", "55.00", "USD", "+2,100"]
    assert picture.value != first[1]
    sliders[1].value = 0.0
    assert (words.value, picture.value) == first


@pytest.mark.slow
def test_words_name_the_best_next_step():
    *_, words, _ = lever_explorer(**SHOP).children
    assert "10 % more <b>frequency, price or margin</b> brings most: +2,100 USD" in words.value
    *_, words, _ = lever_explorer(**SHOP | {"acquisition_cost": 900.0}).children
    assert "10 % less <b>acquisition cost</b> brings most: +9,000 USD" in words.value


@pytest.mark.slow
def test_picture_draws_the_next_step(monkeypatch):
    drawn = []

    def recorded(levers, *, ax):
        drawn.append(levers)
        return plot_levers(levers, ax=ax)

    monkeypatch.setattr("crmlab.widgets._levers.plot_levers", recorded)
    *sliders, _, _ = lever_explorer(**SHOP).children
    sliders[2].value = 0.5
    pd.testing.assert_frame_equal(drawn[-1], lever_view({"tenure": 0.5}, **SHOP).ahead)


def test_currency_and_period_are_shown_as_plain_text():
    *_, words, _ = lever_explorer(currency="<b>₩ & co", **SHOP | {"period": "M"}).children
    assert "&lt;b&gt;₩ &amp; co" in words.value
    assert "<b>₩" not in words.value
    assert "months" in words.value


@pytest.mark.slow
def test_explorer_leaves_no_figure_open_and_prints_nothing(capsys):
    before = plt.get_fignums()
    *sliders, _, _ = lever_explorer(**SHOP).children
    sliders[1].value = 0.5
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_representation_is_the_same_for_every_explorer():
    shown = [lever_explorer(**SHOP)._repr_mimebundle_()["text/plain"] for _ in range(2)]
    assert shown[0] == shown[1]
    assert " at 0x" not in repr(lever_explorer(**SHOP))
