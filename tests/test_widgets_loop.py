"""The explorer of the loop: the numbers without a browser, and a thin skin over them."""

from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from matplotlib.image import imread

from crmlab.closed_loop import run_loop
from crmlab.datasets import load_company
from crmlab.widgets import loop_explorer, loop_view


@pytest.fixture(scope="module")
def company():
    return load_company()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"periods": 3}, id="all-parts"),
        pytest.param({"periods": 5, "analytical": False, "test": 0.3, "seed": 4}, id="one-off"),
    ],
)
def test_view_is_the_closed_loop_beside_the_open_one(company, options):
    view = loop_view(company, **options)
    closed, once = (run_loop(company, closed=flag, **options) for flag in (True, False))
    assert (view.profit, view.open_profit) == pytest.approx((closed.profit, once.profit))
    assert view.gain == pytest.approx(closed.profit - once.profit)
    assert view.possible == pytest.approx(closed.table["possible"].sum())


def test_paid_back_is_the_period_from_which_no_sum_is_behind(company):
    found = set()
    for seed in range(6):
        view = loop_view(company, seed=seed, change=0.3)
        ahead, behind = 0.0, []
        for period, (one, other) in enumerate(
            zip(view.table["profit"], view.beside["profit"], strict=True), start=1
        ):
            ahead += one - other
            behind += [(ahead, period)] if ahead < 0 else []
        last = behind[-1][1] if behind else 0
        assert view.paid_back == (0 if last == 8 else last + 1)
        assert view.deepest == pytest.approx(min(behind)[0] if behind else 0)
        found.add(view.paid_back > 0)
    assert found == {True, False}, "the seeds must show both"


def test_a_firm_without_any_part_has_one_loop(company):
    off = dict.fromkeys(("operational", "analytical", "collaborative"), False)
    view = loop_view(company, periods=3, **off)
    assert (view.gain, view.deepest, view.paid_back) == (0, 0, 1)


@pytest.mark.slow
def test_switches_and_sliders_change_words_and_picture_and_leave_no_figure(company, capsys):
    before = plt.get_fignums()
    box = loop_explorer(company, periods=3, currency="<b>&")
    operational, analytical, collaborative, often, tested, words, picture = box.children
    assert imread(BytesIO(picture.value), format="png").shape[:2] == (480, 768)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one
    assert "&lt;b&gt;&amp;" in words.value
    for each, value in (
        (operational, False), (analytical, False), (collaborative, False), (often, 2),
    ):  # fmt: skip
        said, drawn = words.value, picture.value
        each.value = value
        assert (words.value != said, picture.value != drawn) == (True, True), each.description
    assert "<b>as much as</b> the open one" in words.value
    operational.value = analytical.value = True
    often.value = 4
    with_test = words.value
    tested.value = 0.4
    assert words.value != with_test
    assert isinstance(words, ipywidgets.HTML)
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"periods": 25}, "`periods` must be at most 24 for its slider; got 25"),
        ({"periods": 0}, "`periods` must be at least 1; got 0"),
        ({"test": 0.5}, "`test` must be at most `capacity`, 0.4"),
        ({"capacity": 1.2}, r"`capacity` must be in \[0, 1\]; got 1.2"),
        ({"currency": 1}, "`currency` must be text; got int"),
    ],
)
def test_bad_options_are_refused(company, options, message):
    with pytest.raises(ValueError, match=message):
        loop_explorer(company, **options)
