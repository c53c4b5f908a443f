"""Pictures of leaving show their table and say their finding."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from churn_cases import gehan
from numpy.testing import assert_allclose

from crmlab import InputError, InputTypeError
from crmlab.churn import cumulative_incidence, gains_table, kaplan_meier, retention_profit_curve
from crmlab.plots import plot_gains, plot_incidence, plot_kaplan_meier, plot_retention_profit


@pytest.fixture(autouse=True)
def _no_window(monkeypatch):
    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show itself"))


def curves():
    return pd.concat(
        [
            kaplan_meier(part["duration"], part["event"]).assign(group=name)
            for name, part in gehan().groupby("group")
        ]
    )


def test_the_curve_is_drawn_and_its_half_is_told():
    curve = curves().query("group == '6-MP'").drop(columns="group")
    ax = plot_kaplan_meier(curve, unit="weeks")
    assert ax.get_title() == "Half of the customers have left after 23 weeks"
    assert_allclose(ax.lines[0].get_ydata(), curve["survival"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "time as a customer (weeks)",
        "still a customer (%)",
    )
    unfinished = plot_kaplan_meier(kaplan_meier([1, 2, 3], [1, 0, 0]))
    assert unfinished.get_title() == "67% of the customers are still there after 3"


def test_groups_are_compared_where_both_were_watched():
    ax = plot_kaplan_meier(curves(), unit="weeks")
    assert ax.get_title() == "After 23 weeks: 6-MP 45%, placebo 0% still there"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["6-MP", "placebo"]


def test_too_many_groups_are_refused():
    curve = kaplan_meier([1, 2], [1, 0])
    many = pd.concat([curve.assign(group=i) for i in range(6)])
    with pytest.raises(InputError, match="`curve` must have at most 5 in 'group'; got 6"):
        plot_kaplan_meier(many)


def test_causes_are_drawn_one_by_one():
    table = cumulative_incidence([1, 2, 3, 4], ["가격", "이사", "가격", None])
    ax = plot_incidence(table, unit="months")
    assert ax.get_title() == "After 4 months, 50% have left for 가격, the most frequent cause"
    assert_allclose(ax.lines[0].get_ydata(), table.query("cause == '가격'")["incidence"])


def test_gains_start_at_nobody():
    ax = plot_gains(gains_table([1, 1, 0, 1, 0, 0], [9, 8, 7, 3, 2, 1], n_groups=3))
    assert_allclose(ax.lines[1].get_xydata(), [[0, 0], [1 / 3, 2 / 3], [2 / 3, 1], [1, 1]])
    assert ax.get_title() == "The 33% with the highest scores hold 67% of those who left"


def test_the_best_campaign_is_marked():
    curve = retention_profit_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], accept_rate=0.5)
    ax = plot_retention_profit(curve, currency="won")
    assert ax.get_title() == "Contacting 75% of the customers earns most: 177 won"
    assert ax.lines[-1].get_xydata().tolist() == [[0.75, 177.0]]
    assert ax.get_ylabel() == "profit of the campaign (won)"
    poor = curve.assign(profit=-np.arange(len(curve), dtype=float))
    assert (
        plot_retention_profit(poor).get_title() == "No campaign pays: contacting nobody loses least"
    )


@pytest.mark.parametrize(
    "plot", [plot_kaplan_meier, plot_incidence, plot_gains, plot_retention_profit]
)
def test_pictures_check_their_table_and_use_the_axes_given(plot):
    with pytest.raises(InputTypeError, match="must be a DataFrame"):
        plot([1])
    with pytest.raises(InputError, match="lacks"):
        plot(pd.DataFrame({"x": [1]}))
    given = plt.subplots()[1]
    tables = {
        plot_kaplan_meier: curves(),
        plot_incidence: cumulative_incidence([1, 2], ["a", None]),
        plot_gains: gains_table([1, 0], [2, 1], n_groups=2),
        plot_retention_profit: retention_profit_curve([1, 0], [2, 1]),
    }
    assert plot(tables[plot], ax=given) is given
