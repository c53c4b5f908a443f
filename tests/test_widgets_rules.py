"""The explorer of rules: the numbers without a browser, and a thin skin over them."""

from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.image import imread

from crmlab.cross_sell import association_rules
from crmlab.widgets import rule_explorer, rule_view

BASKETS = pd.DataFrame(
    [(f"o{i}", each) for i in range(60) for each in (["tent", "gas"] if i % 3 else ["tent", "pen"])]
    + [(f"p{i}", "pen") for i in range(40)],
    columns=["order_id", "product_id"],
)
RULES = association_rules(BASKETS, min_support=0.05, min_confidence=0.0)
MARGIN = {"tent": 50.0, "gas": 5.0, "pen": 1.0}


def test_view_counts_rules_prompts_and_money():
    """By hand: of 100 baskets 60 hold a tent, 40 gas; 40 hold both."""
    view = rule_view(RULES, MARGIN, min_support=0.3, min_confidence=0.5, accept=0.1, cost=0.2)
    # tent -> gas (40 of 60) and gas -> tent (40 of 40)
    assert (view.n_rules, view.n_clear, view.n_all) == (2, 2, 4)
    assert view.n_prompts == 20
    assert view.gain == pytest.approx(20 * (0.1 * 5 - 0.2))


def test_a_lift_below_one_is_not_clear_however_small_its_chance():
    less = association_rules(BASKETS, min_support=0.05, min_confidence=0.0, alternative="less")
    view = rule_view(less, MARGIN, min_support=0, min_confidence=0)
    assert (less["q_value"] <= 0.05).any()
    assert view.n_clear == 0


def test_thresholds_only_take_rules_away():
    numbers = [rule_view(RULES, MARGIN, min_support=s).n_rules for s in (0.0, 0.2, 0.4, 0.41)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 0


@pytest.mark.slow
def test_sliders_change_words_and_picture_and_leave_no_figure(capsys):
    before = plt.get_fignums()
    box = rule_explorer(RULES, MARGIN, accept=0.1, currency="<b>&")
    often, sure, takes, words, picture = box.children
    first = picture.value
    assert imread(BytesIO(first), format="png").shape[:2] == (480, 768)
    assert picture.tooltip is None  # in ipywidgets 8 a browser fails on an Image that has one
    sure.value = 0.99
    assert "<b>1</b> of 4 rules" in words.value
    assert "&lt;b&gt;&amp;" in words.value
    assert picture.value != first
    often.value = 0.2
    takes.value = 0.2
    assert "bring <b>0 " in words.value  # gas is always with a tent: nothing is left to offer
    assert isinstance(words, ipywidgets.HTML)
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rule_view(RULES, MARGIN, min_support=1.2), r"`min_support` must be in \[0, 1\]"),
        (lambda: rule_view(RULES.drop(columns="lift"), MARGIN), "`rules` lacks 'lift'"),
        (lambda: rule_view([1], MARGIN), "`rules` must be a DataFrame; got list"),
        (lambda: rule_view(RULES, [1.0]), "`margin` must be a mapping or a Series by item"),
        (lambda: rule_view(RULES, {"tent": 1.0, "pen": 1.0}), "'gas' is not"),
        (lambda: rule_explorer(RULES.head(0), MARGIN), "`rules` must hold at least one rule"),
        (lambda: rule_explorer(RULES, MARGIN, currency=1), "`currency` must be text; got int"),
    ],
)
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
