"""Pictures of winning customers show their table and say their finding."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from plot_acquisition_cases import costs, paybacks, rewards

from crmlab.acquisition import payback_curve, simulate_referrals
from crmlab.plots import (
    plot_acquisition_cost,
    plot_budget_split,
    plot_payback,
    plot_referral_growth,
    plot_referral_value,
    plot_reward,
)


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


def test_the_parts_of_a_cost_stand_on_each_other():
    ax = plot_acquisition_cost(costs(), currency="EUR")
    tops = {name: bars[1].get_y() + bars[1].get_height() for name, bars in zip(
        ["direct", "overhead", "welcome"], ax.containers[:3], strict=True)}  # fmt: skip
    assert tops == pytest.approx({"direct": 90, "overhead": 100, "welcome": 102})  # of tv, dearer
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["web", "tv"]
    assert ax.get_title() == (
        "A new customer costs from 35 EUR (web) to 102 EUR (tv); nobody came through flyer"
    )


def test_lines_cross_zero_where_the_cost_is_back():
    ax = plot_payback(paybacks())
    tv = ax.lines[1]
    assert_allclose(tv.get_ydata(), [-90, -60, -40, -20, -10])
    assert ax.get_title() == (
        "The cost is back first for web, after 1.5 months, and last for tv, not within 4 months"
    )
    alone = plot_payback(payback_curve(pd.DataFrame([[20.0] * 4] * 3), 81), unit="years")
    assert alone.get_title() == "What winning a customer cost is back not within 4 years"
    assert plot_payback(payback_curve(pd.DataFrame([[20.0] * 4] * 3), 0)).get_title().endswith(
        "after 0.0 months"
    )  # fmt: skip


def test_groups_by_own_value_show_what_recommendations_add():
    table = pd.DataFrame({"own": [9.0, 7, 3, 1], "referral_value": [0.0, 2, 5, 1]})
    ax = plot_referral_value(table[::-1], n_groups=2)
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    assert heights == [[8, 2], [1, 3]]
    none = plot_referral_value(table.assign(referral_value=0.0))
    assert "bring nothing" in none.get_title()


def test_the_band_is_the_range_of_futures():
    table = simulate_referrals(100, recommending=0.5, told=5, conversion=0.1, n_runs=50)
    ax = plot_referral_growth(table)
    assert_allclose(ax.lines[0].get_ydata(), table["n_total"])
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == table["upper"].max()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["95% of futures", "mean"]


def test_the_best_reward_and_the_chosen_one_are_marked():
    table = rewards()
    ax = plot_reward(table, chosen=5, currency="EUR")
    assert ax.lines[2].get_xdata() == pytest.approx([table["best"][0]] * 2)
    assert list(ax.lines[3].get_xdata()) == [5, 5]
    assert [text.get_text() for text in ax.texts][1] == "chosen 5 EUR"
    none = plot_reward(table.assign(best=0.0))
    assert none.get_title().startswith("No reward pays")


def test_the_best_split_and_the_chosen_one_are_named_inside_the_axes():
    table = pd.DataFrame({"share": [0, 0.5, 1], "equity": [44.0, 48, 50], "best": 0.97})
    best, chosen = plot_budget_split(table, chosen=0.1).texts
    assert (best.get_text(), best.get_ha()) == ("best 97%", "right")
    assert (chosen.get_text(), chosen.get_ha()) == ("chosen 10%", "left")
    assert not plot_budget_split(table.assign(best=np.nan)).texts


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_acquisition_cost(pd.concat([costs()] * 2)), "one row for each channel"),
        (lambda: plot_acquisition_cost(costs().iloc[2:]), "through which somebody came"),
        (lambda: plot_payback(pd.concat([paybacks().assign(group=str(n)) for n in range(6)])),
         "at most five groups; got 6"),
        (lambda: plot_reward(rewards(), chosen=-1), "`chosen` must be finite and at least 0"),
        (lambda: plot_referral_value(pd.DataFrame({"own": [1.0], "referral_value": 1.0}),
                                     n_groups=1), "`n_groups` must be at least 2"),
        (lambda: plot_referral_value(pd.DataFrame({"own": [1.0], "referral_value": 1.0})),
         "`table` must have a customer for each"),
        (lambda: plot_referral_growth(pd.DataFrame({"generation": [np.nan]})), "lacks"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
