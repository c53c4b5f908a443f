from fractions import Fraction
from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from crmlab.concentration import lorenz_curve, top_share
from crmlab.plots import plot_lorenz
from crmlab.widgets import ParetoView, pareto_explorer, pareto_view
from crmlab.widgets._pareto import _thin_curve

SPENT = [90, 0, 480, 0, 70, 0, 240, 0, 120, 0]

spend = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any)
percent = st.integers(1, 100)


def slowly(value, hundredths):
    """The top group counted customer by customer, in exact fractions."""
    cut = Fraction(hundredths * len(value), 100)
    money = Fraction(0)
    inside = []
    for rank, spent in enumerate(sorted(value, reverse=True)):
        part = min(Fraction(1), cut - rank)
        if part <= 0:
            break
        money += part * spent
        inside.append(spent)
    return len(inside), float(money), min(inside)


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        pytest.param(0.2, (2, 0.72, 720, 240), id="whole-customers"),
        pytest.param(0.25, (3, 0.78, 780, 120), id="cut-inside-a-customer"),
        pytest.param(0.01, (1, 0.048, 48, 480), id="part-of-the-best"),
        pytest.param(1, (10, 1.0, 1000, 0), id="everybody"),
        pytest.param(1e-9, (1, 4.8e-9, 4.8e-6, 480), id="next-to-nobody"),
    ],
)
def test_pareto_view_known_values(top, expected):
    view = pareto_view(SPENT, top=top)
    assert (view.n_customers, view.share, view.money, view.threshold) == pytest.approx(expected)
    assert (view.n_base, view.total, view.top) == (10, 1000, top)


@given(spend, percent)
def test_pareto_view_equals_counting_customer_by_customer(value, hundredths):
    view = pareto_view(value, top=hundredths / 100)
    n_customers, money, threshold = slowly(value, hundredths)
    assert view.n_customers == n_customers
    assert view.money == pytest.approx(money, abs=1e-6)  # sums up to 6e7
    assert view.threshold == threshold


@given(spend, percent)
def test_share_is_the_top_share_of_the_measures(value, hundredths):
    share = pareto_view(value, top=hundredths / 100).share
    assert share == pytest.approx(top_share(value, top=hundredths / 100), abs=1e-12)


@given(spend, percent)
def test_share_ignores_currency_and_row_order(value, hundredths):
    view = pareto_view(value, top=hundredths / 100)
    rescaled = pareto_view([3 * spent for spent in reversed(value)], top=hundredths / 100)
    assert rescaled.share == pytest.approx(view.share)
    assert rescaled.money == pytest.approx(3 * view.money)
    assert rescaled.n_customers == view.n_customers


@pytest.mark.parametrize("hundredths", [7, 14, 28, 29, 55, 56, 57, 58])
def test_binary_fractions_add_no_customer(hundredths):
    assert pareto_view(np.ones(100), top=hundredths / 100).n_customers == hundredths


def test_pareto_view_takes_a_series_and_leaves_it_alone():
    value = pd.Series(SPENT, index=[f"customer {i}" for i in range(10)])
    before = value.copy()
    assert pareto_view(value) == pareto_view(SPENT)
    pd.testing.assert_series_equal(value, before)


def test_pareto_view_cannot_be_changed():
    view = pareto_view(SPENT)
    assert isinstance(view, ParetoView)
    with pytest.raises(AttributeError, match="cannot assign"):
        view.share = 1.0


@pytest.mark.parametrize("function", [pareto_view, pareto_explorer])
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        pytest.param([], ValueError, "`value` must hold at least one number", id="empty"),
        pytest.param([0, 0], ValueError, "`value` must have a positive total", id="all-zero"),
        pytest.param([1, -1], ValueError, "`value` must not be negative", id="negative"),
        pytest.param([1, np.nan], ValueError, "`value` must be finite and not miss", id="missing"),
        pytest.param(["a"], TypeError, "`value` must hold numbers", id="text"),
    ],
)
def test_bad_values_are_named(function, value, error, message):
    with pytest.raises(error, match=message):
        function(value)


@pytest.mark.parametrize("function", [pareto_view, pareto_explorer])
@pytest.mark.parametrize("top", [-0.1, 1.4, np.nan])
def test_top_outside_its_range_is_an_error(function, top):
    with pytest.raises(ValueError, match=r"`top` must be in \[0, 1\]; got"):
        function(SPENT, top=top)


@pytest.mark.parametrize("function", [pareto_view, pareto_explorer])
def test_top_that_is_no_number_is_an_error(function):
    with pytest.raises(TypeError, match="`top` must be a number; got '20 %'"):
        function(SPENT, top="20 %")


def test_an_empty_top_group_is_an_error():
    with pytest.raises(ValueError, match=r"`top` must be above 0; got 0\. An empty group"):
        pareto_view(SPENT, top=0)


def test_explorer_starts_where_its_slider_can():
    with pytest.raises(ValueError, match=r"`top` must be at least 0\.01, where .*; got 0\.001\."):
        pareto_explorer(SPENT, top=0.001)


def test_currency_that_is_no_text_is_an_error():
    with pytest.raises(TypeError, match="`currency` must be text; got NoneType"):
        pareto_explorer(SPENT, currency=None)


def test_explorer_is_a_slider_a_sentence_and_a_picture():
    explorer = pareto_explorer(SPENT)
    slider, sentence, picture = explorer.children
    assert isinstance(explorer, ipywidgets.VBox)
    assert (slider.min, slider.max, slider.value) == (0.01, 1.0, 0.2)
    assert (slider.description, slider.readout_format) == ("Top customers", ".0%")
    assert isinstance(sentence, ipywidgets.HTML)
    assert isinstance(picture, ipywidgets.Image)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one


def test_sentence_says_what_the_view_holds():
    _, sentence, _ = pareto_explorer(SPENT, currency="EUR").children
    assert sentence.value == (
        "<p>The top <b>20 %</b> are 2 of 10 customers. They hold <b>72.0 %</b> of the money: "
        "720 of 1,000 EUR. The smallest of them brings 240.00 EUR.</p>"
    )


def test_small_amounts_are_written_to_the_cent():
    _, sentence, _ = pareto_explorer([0.5, 2, 7.25], top=1).children
    assert "money: 9.75 of 9.75 USD. The smallest of them brings 0.50 USD." in sentence.value


@pytest.mark.slow
def test_moving_the_slider_changes_sentence_and_picture():
    slider, sentence, picture = pareto_explorer(SPENT).children
    first = picture.value
    slider.value = 0.25
    assert "<b>25 %</b> are 3 of 10 customers (the last one in part)" in sentence.value
    assert "<b>78.0 %</b>" in sentence.value
    assert picture.value != first
    slider.value = 0.2
    assert "<b>72.0 %</b>" in sentence.value
    slider.value = 0.25
    slider.value = 0.2
    assert "2 of 10 customers. " in sentence.value


@pytest.mark.slow
def test_same_cut_gives_the_same_picture():
    slider, _, picture = pareto_explorer(SPENT).children
    slider.value = 0.5
    first = picture.value
    slider.value = 0.9
    slider.value = 0.5
    assert picture.value == first


def test_currency_is_shown_as_plain_text():
    _, sentence, _ = pareto_explorer(SPENT, currency="<script>alert(1)</script> & ₩").children
    assert "<script>" not in sentence.value
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ₩" in sentence.value


@pytest.mark.slow
def test_picture_marks_the_cut_that_the_sentence_tells(monkeypatch):
    drawings = []

    def recorded(curve, *, top, of, ax):
        assert of == "money"  # as the sentence beside it
        drawings.append((curve, top))
        return plot_lorenz(curve, top=top, of=of, ax=ax)

    monkeypatch.setattr("crmlab.widgets._pareto.plot_lorenz", recorded)
    value = np.random.default_rng(1).lognormal(3, 2.5, 100_000)
    slider, *_ = pareto_explorer(value, top=0.3).children
    slider.value = 0.07
    for top, (curve, drawn_top) in zip([0.3, 0.07], drawings, strict=True):
        below = np.interp(1 - top, curve["customer_share"], curve["value_share"])
        assert drawn_top == top
        assert 1 - below == pytest.approx(top_share(value, top=top))
        assert curve["value_share"].is_monotonic_increasing
        assert curve["customer_share"].is_monotonic_increasing


def test_picture_is_a_png_that_fits_a_notebook():
    *_, picture = pareto_explorer(SPENT).children
    assert imread(BytesIO(picture.value), format="png").shape[:2] == (480, 768)


@pytest.mark.slow
def test_explorer_leaves_no_figure_open_and_prints_nothing(capsys):
    before = plt.get_fignums()
    slider, *_ = pareto_explorer(SPENT).children
    slider.value = 0.5
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_representation_is_the_same_for_every_explorer_and_starts_with_the_slider():
    shown = [pareto_explorer(SPENT)._repr_mimebundle_()["text/plain"] for _ in range(2)]
    assert shown[0] == shown[1]
    assert shown[0].startswith("VBox(children=(FloatSlider(value=0.2, description='Top customers'")
    assert " at 0x" not in repr(pareto_explorer(SPENT))
    assert len(repr(pareto_explorer(SPENT))) < 1_000


@pytest.mark.slow
@given(spend)
def test_thin_curve_curve_keeps_both_ends_and_every_point_of_a_small_base(value):
    curve = lorenz_curve(value)
    assert len(_thin_curve(curve)) <= 1_000
    assert _thin_curve(curve).iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
    pd.testing.assert_frame_equal(_thin_curve(curve), curve)


@pytest.mark.slow
def test_base_is_sorted_once_and_drawn_from_few_points(monkeypatch):
    calls = []

    def counted(value):
        calls.append(len(value))
        return lorenz_curve(value)

    monkeypatch.setattr("crmlab.widgets._pareto.lorenz_curve", counted)
    value = np.random.default_rng(1).lognormal(3, 1.5, 100_000)
    slider, sentence, _ = pareto_explorer(value).children
    for hundredths in (30, 35, 39):
        slider.value = hundredths / 100
    assert "are 39,000 of 100,000 customers" in sentence.value
    assert calls == [100_000]
    assert len(_thin_curve(lorenz_curve(value))) <= 1_000


def test_thin_curve_curve_stays_within_a_pixel_of_the_curve():
    curve = lorenz_curve(np.random.default_rng(1).lognormal(3, 2.5, 100_000))
    drawn = _thin_curve(curve)
    gap = curve["value_share"] - np.interp(
        curve["customer_share"], drawn["customer_share"], drawn["value_share"]
    )
    assert gap.abs().max() < 1 / 480  # the picture is 480 pixels high
