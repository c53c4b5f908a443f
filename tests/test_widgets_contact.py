"""The explorer of contact frequency: the numbers without a browser, and a thin skin over them."""

from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from matplotlib.image import imread

from crmlab.contact import contact_frequency
from crmlab.widgets import contact_explorer, contact_view

MAIL = {"margin": 180, "cost": 30, "consent_value": 900}
TIRED = MAIL | {"fatigue": -0.8, "stop_rate": 0.02}


def test_view_is_the_table_at_a_number_of_contacts():
    table = contact_frequency(0.35, most=24, **TIRED)
    for planned in (0, 5, 24):
        view = contact_view(0.35, contacts=planned, **TIRED)
        row = table.iloc[planned]
        assert (view.profit, view.stopped) == (row["profit"], row["stopped"])
        assert (view.responses, view.response_rate) == (row["responses"], row["response_rate"])
    assert view.best_profit == table["profit"].max()
    assert view.table["contacts"].tolist() == list(range(25))


def test_a_plan_without_fatigue_promises_more():
    view = contact_view(0.35, contacts=12, **TIRED)
    assert view.untired_profit > view.best_profit
    assert view.untired_contacts >= view.best_contacts
    rested = contact_view(0.35, contacts=12, **MAIL, fatigue=0.0)
    assert rested.untired_profit == rested.best_profit


@pytest.mark.slow
def test_sliders_change_words_and_picture_and_leave_no_figure(capsys):
    before = plt.get_fignums()
    often, tires, ends, words, picture = contact_explorer(0.35, **TIRED, currency="<b>&").children
    first = picture.value
    assert imread(BytesIO(first), format="png").shape[:2] == (480, 768)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one
    often.value = 0
    assert "a customer earns <b>0 &lt;b&gt;&amp;</b>" in words.value
    often.value = 12
    tired = words.value
    tires.value = 0
    assert words.value != tired
    ends.value = 0
    assert "0% of customers have ended contact" in words.value
    assert picture.value != first
    assert isinstance(words, ipywidgets.HTML)
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contact_view(0.35, contacts=25, **TIRED), "`contacts` must be at most `most`, 24"),
        (lambda: contact_view(0.35, contacts=-1, **TIRED), "`contacts` must be at least 0; got -1"),
        (lambda: contact_view(1.2, **TIRED), r"`base_rate` must be in \(0, 1\); got 1.2"),
        (lambda: contact_explorer(0.3, **TIRED, currency=1), "`currency` must be text; got int"),
        (lambda: contact_explorer(0.3, **MAIL, fatigue=-3), r"`fatigue` must be in \[-2, 0\] for"),
        (lambda: contact_explorer(0.3, **MAIL, fatigue=0, stop_rate=0.5), "`stop_rate` must be in"),
    ],
)
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
