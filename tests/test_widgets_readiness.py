"""The explorer of the readiness check: what the answers say is what the words say."""

from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.image import imread

from crmlab import InputError, InputTypeError
from crmlab.readiness import assess, readiness_questions
from crmlab.widgets import readiness_explorer, readiness_view

PRICES = pd.DataFrame(
    {"factor": ["P1", "P1", "P1", "P7", "P7"], "strength": [1.0, 0.0, 0.5, 0.0, 1.0],
     "cost": [40.0, 0.0, 10.0, 0.0, 30.0]}
)  # fmt: skip


def test_a_gap_costs_what_the_line_between_two_prices_says():
    answers = {"P1.1": "no", "P1.2": "partly", "P7.1": "partly", "P3.1": "no"}
    view = readiness_view(answers, prices=PRICES)
    assert view.costs.loc[["P1", "P7"], "cost"].tolist() == [25.0, 15.0]
    assert view.costs.index[:3].tolist() == ["P1", "P7", "P3"]  # the dearest, then the widest
    assert view.costs["cost"].isna().sum() == 5
    assert readiness_view(answers).costs["cost"].isna().all()
    ready = readiness_view(dict.fromkeys(readiness_questions().index, "yes"), prices=PRICES)
    assert ready.costs["cost"].sum() == 0


@pytest.mark.slow
def test_the_explorer_follows_its_answers_and_weights():
    questions, _, words, picture = readiness_explorer(prices=PRICES, currency="<won>").children
    assert len(questions.children) == 7
    assert questions.titles[6] == "P7 customer data not integrated"
    assert "not ready" in words.value
    assert "<b>30 &lt;won&gt;</b>" in words.value
    before = picture.value
    ready = dict.fromkeys(readiness_questions().index, "yes")
    questions, areas, words, picture = readiness_explorer(ready, prices=PRICES).children
    boxes = [each for fold in questions.children for each in fold.children[1::2]]
    assert "<b>ready</b>, 100 % of all yes" in words.value
    assert "What costs most" not in words.value
    assert picture.value != before
    boxes[5].value = None
    assert "Without an answer: 1; they change nothing" in words.value
    boxes[2].value = "no"  # P1.3, which P1.2 presupposes
    assert "P1.2 is yes and P1.3 is no" in words.value
    boxes[1].value = "no"
    for slider, value in zip(areas.children, (0, 0, 2), strict=True):
        slider.value = value
    given = {
        name: each.value for name, each in zip(readiness_questions().index, boxes, strict=True)
    }
    alone = assess(given, weights={"organisation": 0, "process": 0, "IT": 1})
    assert f"{alone.score:.0%} of all yes".replace("%", " %") in words.value
    areas.children[2].value = 0
    assert "At least one area must count" in words.value
    assert imread(BytesIO(picture.value)).std() > 0
    assert not plt.get_fignums()  # nothing of pyplot is left open


def test_what_cannot_be_is_refused():
    with pytest.raises(InputTypeError, match="`currency` must be text"):
        readiness_explorer(currency=5)
    with pytest.raises(InputTypeError, match="`prices` must be a DataFrame"):
        readiness_view({"P1.1": "no"}, prices=[1])
    with pytest.raises(InputError, match="`prices` lacks 'cost'"):
        readiness_view({"P1.1": "no"}, prices=PRICES.drop(columns="cost"))
    with pytest.raises(InputError, match="none is answered"):
        readiness_explorer({})
