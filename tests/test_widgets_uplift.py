"""The explorer of uplift: the numbers without a browser, and a thin skin over them."""

from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from crmlab.uplift import profit_curve, uplift_curve
from crmlab.widgets import uplift_explorer, uplift_view

CURVE = pd.DataFrame(
    {"customer_share": [0, 0.5, 1], "n_customers": [0, 50, 100], "gain": [0, 10, 12]}
)
MONEY = {"value": 30, "cost": 2}


def test_view_is_the_profit_curve_at_a_share():
    rng = np.random.default_rng(1)
    data = rng.random(400) < 0.3, rng.random(400) < 0.5, rng.normal(size=400)
    curve = uplift_curve(*data, assignment="random")
    profit = profit_curve(*data, **MONEY, n_points=4, n_resamples=40, assignment="random")
    for at, share in enumerate(profit["customer_share"]):
        view = uplift_view(curve, share=share, **MONEY)
        assert view.profit == pytest.approx(profit["estimate"].iloc[at])
        assert view.n_customers == pytest.approx(profit["n_customers"].iloc[at])


def test_view_finds_the_peak_and_what_everybody_earns():
    view = uplift_view(CURVE, share=0.25, **MONEY)
    assert (view.best_share, view.best_profit, view.profit_all) == (0.5, 200, 160)
    assert (view.gain, view.spent, view.profit) == (5, 50, 100)
    assert 0.25 in view.curve["customer_share"].to_numpy()


@pytest.mark.slow
def test_sliders_change_words_and_picture_and_leave_no_figure(capsys):
    before = plt.get_fignums()
    treated, price, words, picture = uplift_explorer(CURVE, **MONEY, currency="<b>&").children
    first = picture.value
    assert imread(BytesIO(first), format="png").shape[:2] == (480, 768)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one
    treated.value = 0.5
    assert "earns <b>200 &lt;b&gt;&amp;</b>" in words.value
    price.value = 6
    assert "earns <b>0 " in words.value
    assert picture.value != first
    assert isinstance(words, ipywidgets.HTML)
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uplift_view(CURVE, share=1.2, **MONEY), r"`share` must be in \[0, 1\]; got 1.2"),
        (lambda: uplift_view(CURVE.drop(columns="gain"), **MONEY), "`curve` lacks 'gain'"),
        (lambda: uplift_view(CURVE.iloc[1:], **MONEY), "`curve` must go from nobody to everybody"),
        (lambda: uplift_view([1], **MONEY), "`curve` must be a DataFrame; got list"),
        (lambda: uplift_view(CURVE, value=1, cost=-1), "`cost` must be finite and at least 0"),
        (lambda: uplift_explorer(CURVE, value=1, cost=0), "`cost` must be finite and above 0"),
        (lambda: uplift_explorer(CURVE, **MONEY, currency=1), "`currency` must be text; got int"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
