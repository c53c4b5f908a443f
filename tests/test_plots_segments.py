"""Pictures of segments and of revenue show the numbers of their table."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from plot_segment_cases import change, moves, profile, rankings, selection

from crmlab import InputError
from crmlab.plots import (
    plot_migration,
    plot_rankings,
    plot_revenue_change,
    plot_segment_counts,
    plot_segments,
)


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


def test_the_waterfall_stands_on_what_the_steps_before_it_left():
    ax = plot_revenue_change(change())
    assert [bar.get_height() for bar in ax.patches] == change()["amount"].tolist()
    assert [bar.get_y() for bar in ax.patches] == [0, 1000, 700, 820, 860, 0]
    assert ax.get_title() == "Revenue fell by 150 (15%); lost customers weigh most: -300"
    assert [text.get_text() for text in ax.texts][:3] == ["1k", "-300", "+120"]


def test_a_waterfall_below_zero_and_one_that_grows_say_so():
    grown = pd.DataFrame(
        {"step": ["last period", "won", "price", "this period"],
         "amount": [0.0, 50.0, -5.0, 45.0], "running": [0.0, 50.0, 45.0, 45.0]}
    )  # fmt: skip
    assert plot_revenue_change(grown).get_title() == (
        "Revenue grew by 45; new customers weigh most: +50"
    )
    with pytest.raises(InputError, match="`change` must begin with 'last period' and end with"):
        plot_revenue_change(grown.iloc[:-1])


def test_moves_are_shared_out_by_row():
    ax = plot_migration(moves())
    # Of 10 customers of a: 6, 1, 3; of 10 of b: 2, 0, 8; of 5 won: 4, 1.
    shown = [text.get_text() for text in ax.texts]
    assert shown == ["60", "10", "30", "20", "0", "80", "80", "20"]
    assert ax.get_title() == (
        "55% of the earlier customers bought no more, 30% stayed in their segment"
    )
    by_money = plot_migration(moves(), of="revenue_before")
    assert [text.get_text() for text in by_money.texts][:3] == ["67", "11", "22"]
    assert len(by_money.get_yticks()) == 2  # those who were won had no revenue before
    with pytest.raises(InputError, match="`of` must be one of"):
        plot_migration(moves(), of="revenue")
    nothing = moves().assign(n_customers=0)
    with pytest.raises(InputError, match="`moves` must hold something above zero"):
        plot_migration(nothing)


def test_titles_say_the_finding():
    assert plot_segments(profile()).get_title() == "loyal: 20% of customers, 70% of value"
    assert plot_segment_counts(selection()).get_title() == (
        "3 segments: silhouette 0.45, stability 0.95"
    )
    none = selection().assign(chosen=False)
    assert plot_segment_counts(none).get_title() == "No number of segments was chosen"
    assert plot_rankings(rankings(), currency="won").get_title() == (
        "Choosing by loyalty misses 110 of 200 in lifetime value"
    )
    same = rankings().assign(missed=0.0)
    assert plot_rankings(same).get_title() == "Every ranking finds the same money"


def test_bars_are_the_shares_and_the_amounts():
    ax = plot_segments(profile())
    assert [bar.get_width() for bar in ax.patches] == [0.2, 0.5, 0.3, 0.7, 0.25, 0.05]
    ax = plot_rankings(rankings())
    assert [bar.get_height() for bar in ax.patches] == [100, 40, 120, 90]
