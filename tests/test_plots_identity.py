"""Pictures of linking and of split identities show their table and say their finding."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from numpy.testing import assert_allclose
from plot_identity_cases import explained, field_counts, split_grid, split_views, thresholds

from crmlab.plots import (
    _canvas,
    plot_field_quality,
    plot_link_thresholds,
    plot_match_weights,
    plot_split_identities,
)


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def keys(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# --- plot_split_identities ------------------------------------------------------------------------


def test_a_grid_is_a_line_per_measure_named_from_the_top_down():
    table = split_grid().sample(frac=1, random_state=1)
    ax = plot_split_identities(table)
    _zero, customers, alive, frequency = ax.lines
    assert_allclose(customers.get_xydata(), [[0, 0], [0.1, 0.1], [0.4, 0.4]])
    assert_allclose(alive.get_xydata(), [[0, 0], [0.1, 0.04], [0.4, 0.16]])
    assert_allclose(frequency.get_xydata(), [[0, 0], [0.1, -0.05], [0.4, -0.2]])
    assert keys(ax) == [
        "customers and mailing cost",
        "buyers said to be alive",
        "repeat purchases per buyer",
    ]
    assert ax.get_title() == (
        "40% of people split: customers and mailing cost +40%, repeat purchases per buyer -20%"
    )


def test_limits_are_bands_as_wide_as_the_table_says():
    ax = plot_split_identities(split_grid())
    band = ax.collections[0].get_paths()[0].vertices
    at_most = band[np.isclose(band[:, 0], 0.4), 1]
    assert (at_most.min(), at_most.max()) == pytest.approx((0.39, 0.41))


def test_views_are_bars_side_by_side():
    ax = plot_split_identities(split_views())
    separate, linked = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert_allclose(separate, [0.4, np.nan, -0.25])
    assert_allclose(linked, [0.004, 0.02, -0.01])
    assert texts(ax) == ["+40%", "no answer", "-25%", "+0.4%", "+2.0%", "-1.0%"]
    assert ax.get_title() == "Customers and mailing cost: separate +40%, linked +0.4%"
    assert keys(ax) == ["separate", "linked"]


def test_one_share_is_drawn_as_bars():
    table = split_grid()
    ax = plot_split_identities(table[table["share"] == 0.1])
    assert ax.get_title() == (
        "10% split: customers and mailing cost +10%, repeat purchases per buyer -5.0%"
    )
    assert ax.get_legend() is None


def test_a_single_view_without_any_answer_says_so():
    table = split_views()
    table = table[(table["view"] == "separate") & (table["measure"] == "buyers_alive")]
    assert plot_split_identities(table).get_title() == "separate: no answer"


def test_measures_that_are_not_drawn_are_named():
    table = split_views().query("measure == 'revenue'")
    with pytest.raises(ValueError, match=r"`measure` must be one of 'customers'.*got 'revenue'"):
        plot_split_identities(table)


def test_too_many_views_are_refused():
    table = pd.concat([split_views().assign(view=name) for name in "abcde"])
    with pytest.raises(ValueError, match=r"at most 4 views to be drawn; got 5"):
        plot_split_identities(table)


# --- plot_link_thresholds -------------------------------------------------------------------------


def test_thresholds_are_drawn_in_order_with_the_best_marked():
    ax = plot_link_thresholds(thresholds())
    precision, recall, f1, best = ax.lines
    assert_allclose(precision.get_xydata(), [[0, 0.9], [1, 0.98], [2, 0.995]])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.5", "0.9", "0.99"]
    assert_allclose(recall.get_ydata(), [0.97, 0.95, 0.8])
    assert_allclose(f1.get_ydata(), [0.934, 0.965, 0.887])
    assert_allclose(best.get_xydata(), [[1, 0.965]])
    assert keys(ax) == ["precision", "recall", "F1"]
    assert ax.get_xlabel() == "threshold of a match (probability)"


def test_thresholds_beyond_a_probability_are_bits():
    ax = plot_link_thresholds(thresholds().assign(threshold=[5, -2, 10]))
    assert ax.get_xlabel() == "threshold of a match (bits)"
    assert ax.get_title().startswith("Threshold 5 gives the best F1, 0.965: ")


def test_a_threshold_without_links_has_no_point():
    table = thresholds()
    table.loc[2, ["precision", "f1"]] = np.nan
    assert plot_link_thresholds(table).get_title().startswith("Threshold 0.9 gives the best F1")
    with pytest.raises(ValueError, match=r"`f1` must be known at one threshold at least"):
        plot_link_thresholds(table.assign(f1=np.nan))


def test_many_thresholds_are_drawn_to_scale():
    table = pd.DataFrame({"threshold": np.linspace(0, 1, 21), "precision": 0.9, "recall": 0.8})
    ax = plot_link_thresholds(table.assign(f1=np.linspace(0.5, 0.9, 21)))
    assert_allclose(ax.lines[0].get_xdata(), table["threshold"])
    assert_allclose(ax.lines[-1].get_xydata(), [[1, 0.9]])


def test_tables_may_carry_their_name_in_the_index():
    by_index = plot_link_thresholds(thresholds().set_index("threshold"))
    assert by_index.get_title() == plot_link_thresholds(thresholds()).get_title()
    table = explained().replace("birth date", "birth_date").set_index("comparison")
    table.loc["total"] = 2.0  # a sum that is there already is not added once more
    by_index = plot_match_weights(table)
    assert len(by_index.patches) == 5
    assert by_index.get_title() == plot_match_weights(explained()).get_title()


# --- plot_match_weights ---------------------------------------------------------------------------


def test_weights_hang_on_each_other_and_end_in_their_sum():
    ax = plot_match_weights(explained())
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars == [(0, -10), (-10, -3), (-3, 5), (5, 2), (0, 2)]
    assert texts(ax) == ["-10.0", "+7.0", "+8.0", "-3.0", "+2.0"]
    colours = [bar.get_facecolor() for bar in ax.patches]
    red, blue = to_rgba(_canvas.RED), to_rgba(_canvas.BLUE)
    assert colours[:4] == [red, blue, blue, red]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "before", "name", "birth date", "phone", "together"
    ]  # fmt: skip
    # Odds of 2^2 = 4 to 1.
    assert ax.get_title().startswith("One person with probability 80%; ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("weights", "title"),
    [
        pytest.param([0.0], "One person with probability 50%", id="nothing-known"),
        pytest.param(
            [0.0, 40.0], "One person with probability above 99.9%; most for it: b", id="sure"
        ),
        pytest.param(
            [0.0, -2000.0], "One person with probability below 0.1%; most against: b", id="not"
        ),
    ],
)
def test_weights_say_how_sure_they_make(weights, title):
    table = pd.DataFrame({"comparison": list("ab")[: len(weights)], "match_weight": weights})
    assert plot_match_weights(table).get_title() == title


def test_missing_weights_are_refused():
    with pytest.raises(ValueError, match=r"`match_weight` must be finite and not missing"):
        plot_match_weights(explained().assign(match_weight=np.nan))


# --- plot_field_quality ---------------------------------------------------------------------------


def rows_of(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_fields_are_drawn_worst_first_as_shares_of_their_systems_records():
    ax = plot_field_quality(field_counts())
    assert rows_of(ax) == [
        "phone · web",
        "birth_date · web",
        "phone · branch",
        "birth_date · branch",
    ]
    missing, differs = ax.containers
    assert_allclose([bar.get_width() for bar in missing], [0.15, 0.1, 0.01, 0.05])
    assert_allclose([bar.get_width() for bar in differs], [0.05, 0.0, 0.05, 0.005])
    assert_allclose([bar.get_x() for bar in differs], [0.15, 0.1, 0.01, 0.05])
    assert keys(ax) == ["missing", "differs"]
    assert ax.get_title() == "Worst is phone in web: 15% missing, 5% differ"


def test_only_the_worst_twelve_fields_are_drawn():
    table = pd.concat([field_counts().assign(source=f"system {n}") for n in range(9)])
    assert len(rows_of(plot_field_quality(table))) == 12


def test_a_system_named_like_a_formula_stays_text():
    ax = plot_field_quality(field_counts().assign(source=r"$\frac{a}$, and more than fits"))
    ax.figure.canvas.draw()
    assert rows_of(ax)[0] == r"phone · \$\frac{a}\$, and more th…"
