"""Pictures of value, of being alive and of levers show their table and say their finding."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from numpy.testing import assert_allclose
from plot_ltv_cases import alive, four_intervals, levers, payments

from crmlab.plots import (
    _canvas,
    plot_intervals,
    plot_levers,
    plot_present_value,
    plot_probability_alive,
)


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


@pytest.fixture(autouse=True)
def _no_show(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show itself"))


def test_payments_are_drawn_behind_each_other():
    ax = plot_present_value(payments())
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    assert_allclose(heights, payments()[["margin", "expected", "present_value"]].to_numpy().T)
    assert ax.get_title() == "Of 400 promised, 295 can be expected; today it is worth 259"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "if the customer stays",
        "expected: times the chance to stay",
        "worth today: discounted as well",
    ]


def test_heat_map_shows_each_cell_with_its_number():
    ax = plot_probability_alive(alive())
    assert_allclose(ax.images[0].get_array(), [[0.5, 0.7], [0.1, 0.9]])
    assert [text.get_text() for text in ax.texts] == ["50", "70", "10", "90"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["10", "30"]
    assert ax.get_title().startswith("From 10% to 90%: ")
    assert ax.get_xlabel() == "recency: first to last purchase (weeks)"


def test_heat_map_leaves_impossible_cells_empty():
    table = alive().iloc[1:]
    ax = plot_probability_alive(table, unit="days")
    assert np.isnan(np.ma.filled(ax.images[0].get_array(), np.nan)[0, 0])
    assert len(ax.texts) == 3
    assert "(days)" in ax.get_xlabel()


def test_large_heat_map_has_no_numbers():
    cells = [(x, t, 0.5) for x in range(20) for t in range(20)]
    table = pd.DataFrame(cells, columns=["frequency", "recency", "probability_alive"])
    assert not plot_probability_alive(table).texts


def test_doubled_cells_are_named():
    table = pd.concat([alive(), alive().iloc[:1]])
    with pytest.raises(ValueError, match="one row for each frequency and recency; 1 are doubled"):
        plot_probability_alive(table)


def test_intervals_are_drawn_from_the_top_in_the_order_of_the_table():
    ax = plot_intervals(four_intervals(), of="purchases (number)")
    segments = ax.collections[0].get_segments()
    assert_allclose(segments[0], [[0, 3], [2, 3]])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list("ABCD")
    assert (ax.get_title(), ax.get_xlabel()) == ("90% intervals", "purchases (number)")
    assert ax.get_ylabel() == "customer"


def test_actual_values_are_coloured_by_whether_they_were_held():
    actual = pd.Series([2.0, 0.0, 3.0, 9.0], index=four_intervals().index)
    ax = plot_intervals(four_intervals(), actual=actual)
    marks = {line.get_label(): line for line in ax.lines}
    assert marks["happened"].get_xdata().tolist() == [2, 3]
    assert marks["happened"].get_ydata().tolist() == [3, 1]
    assert marks["happened, outside"].get_xdata().tolist() == [0, 9]
    assert to_rgba(marks["happened, outside"].get_color()) == to_rgba(_canvas.RED)
    assert ax.get_title() == "2 of 4 intervals hold what happened (50%; 90% promised)"


def test_many_intervals_have_no_names():
    table = pd.concat([four_intervals()] * 20, ignore_index=True)
    assert not plot_intervals(table).get_yticklabels()


def test_large_amounts_have_no_offset_and_small_ones_their_decimals():
    ax = plot_intervals(four_intervals()[["estimate", "lower", "upper"]].mul(1e7).assign(level=0.9))
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert not ax.xaxis.get_offset_text().get_text()
    assert any(label.endswith("M") for label in labels)
    small = plot_intervals(four_intervals())
    small.figure.canvas.draw()
    assert not any(label.get_text().endswith(("k", "M")) for label in small.get_xticklabels())


def test_actual_of_other_customers_is_an_error():
    with pytest.raises(ValueError, match=r"`actual` must have the index of `table`. Use actual"):
        plot_intervals(four_intervals(), actual=pd.Series([1.0, 2, 3, 4]))


def test_levers_are_sorted_and_the_best_are_green():
    ax = plot_levers(levers())
    widths = [bar.get_width() for bar in ax.patches]
    assert_allclose(widths, sorted(levers()["gain_total"]))
    green = [to_rgba(bar.get_facecolor()) == to_rgba(_canvas.GREEN) for bar in ax.patches]
    assert green == [False, False, False, True, True, True]
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["service cost", "acquisition cost", "tenure", "margin", "price", "frequency"]
    assert ax.get_title() == "10% better: frequency, price and margin bring most (21k each)"


def test_single_best_lever_is_named_alone():
    ax = plot_levers(levers(acquisition_cost=900, change=0.2))
    assert ax.get_title() == "20% better: acquisition cost brings most (180k)"


def test_change_for_the_worse_names_the_largest_loss():
    ax = plot_levers(levers(change=-0.2))
    assert ax.get_title() == "20% worse: frequency, price and margin lose most (42k each)"
    red = [to_rgba(bar.get_facecolor()) == to_rgba(_canvas.RED) for bar in ax.patches]
    assert red == [True, True, True, False, False, False]


def test_the_change_is_read_from_the_levers_that_nothing_stops():
    table = levers(change=0.25)
    title = plot_levers(table).get_title()
    assert title.startswith("25% better: ")
    shown = table[["lever", "gain_total"]]  # as read from a file with these two columns
    assert plot_levers(shown, change=0.25).get_title() == title


def test_levers_that_do_not_tell_their_change_are_an_error():
    table = levers()
    with pytest.raises(ValueError, match="`levers` lacks 'base', 'changed'; it has 'lever'"):
        plot_levers(table[["lever", "gain_total"]])
    with pytest.raises(ValueError, match="`change` must be given where no frequency or price"):
        plot_levers(table[table["lever"] == "margin"])


@pytest.mark.parametrize(
    ("function", "name", "table"),
    [
        pytest.param(plot_present_value, "payments", payments(), id="present-value"),
        pytest.param(plot_probability_alive, "table", alive(), id="alive"),
        pytest.param(plot_intervals, "table", four_intervals(), id="intervals"),
        pytest.param(plot_levers, "levers", levers(), id="levers"),
    ],
)
def test_tables_are_checked_and_axes_returned(function, name, table):
    before = table.copy()
    _, own = plt.subplots()
    assert function(table, ax=own) is own
    pd.testing.assert_frame_equal(table, before)
    with pytest.raises(ValueError, match=f"`{name}` lacks '{table.columns[0]}'"):
        function(table.drop(columns=table.columns[0]))
    with pytest.raises(ValueError, match=f"`{name}` must have at least one row"):
        function(table.iloc[:0])
    with pytest.raises(TypeError, match=f"`{name}` must be a DataFrame; got list"):
        function([1, 2])


def test_missing_amounts_are_named():
    table = payments()
    table.loc[1, "expected"] = np.nan
    with pytest.raises(ValueError, match="`expected` must be finite and not missing; 1 of 4"):
        plot_present_value(table)
