"""Pictures of contacts and calls name what they show in words, not by the columns of a table."""

import numpy as np
import pandas as pd
import pytest
from plot_contact_cases import found, routed

from crmlab.contact import staffing
from crmlab.plots import plot_routing, plot_signal_lift, plot_staffing


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_signals_are_named_in_words():
    ax = plot_signal_lift(found())
    assert ticks(ax.yaxis)[-1] == "ended e-mails\nor calls\n(74 customers)"
    assert ax.get_title().startswith("Ended e-mails or calls: 15% dissatisfied")
    own = plot_signal_lift(found().replace({"signal": {"stopped": "late bills"}}))
    assert ticks(own.yaxis)[-1].startswith("late bills")


def test_intervals_are_named_where_the_table_names_them():
    times = pd.Index(["09:00", "09:30", "10:00"], name="half hour from")
    ax = plot_staffing(staffing(pd.Series([40, 100, 60], index=times), 1800, 180))
    assert ticks(ax.xaxis) == list(times)
    assert ax.get_xlabel() == "half hour from"
    assert plot_staffing(staffing([40, 100], 1800, 180)).get_xlabel() == "interval (number)"


@pytest.mark.parametrize("n", [12, 13, 48])
def test_names_of_many_intervals_do_not_overlap(n):
    calls = pd.Series(50, index=[f"t{at}" for at in range(n)])
    shown = ticks(plot_staffing(staffing(calls, 1800, 180)).xaxis)
    assert len(shown) <= 12
    assert shown[0] == "t0"


def test_classes_are_numbered_by_rank_whatever_the_order_of_the_rows():
    ax = plot_routing(routed().iloc[::-1])
    assert ticks(ax.xaxis) == ["1: best", "2: others"]
    heights = [bar.get_height() for bar in ax.patches[2:]]
    assert np.allclose(heights, routed()["wait_routed"])
