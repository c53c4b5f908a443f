"""Pictures of lifetime models show the numbers of their table and say their finding."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plot_ltv_cases import by_frequency, calibration, deciles, survival, tracking

from crmlab.customer_base import calibration_holdout
from crmlab.ltv import (
    BetaGeoNBD,
    ShiftedBetaGeometric,
    frequency_calibration,
    holdout_by_frequency,
    holdout_deciles,
    tracking_table,
)
from crmlab.plots import (
    plot_frequency_calibration,
    plot_holdout_by_frequency,
    plot_holdout_deciles,
    plot_retention,
    plot_survival,
    plot_tracking,
)


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


def lines(ax):
    """The numbers of each line by its label."""
    return {line.get_label(): line.get_ydata() for line in ax.lines}


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


# --- plot_tracking --------------------------------------------------------------------------------


def test_tracking_draws_the_running_totals_and_marks_the_cut():
    table = tracking()
    ax = plot_tracking(table)
    assert_allclose(lines(ax)["actual"], table["cumulative_actual"])
    assert_allclose(lines(ax)["expected"], table["cumulative_expected"])
    assert ax.lines[2].get_xdata()[0] == mdates.datestr2num("2024-02-29")
    assert [text.get_text() for text in ax.texts] == ["holdout →"]
    assert ax.get_title() == "Holdout: 50 repeat purchases, 45 expected (10% too few)"
    assert ax.get_ylabel() == "repeat purchases since the start (number)"


def test_tracking_draws_whole_periods_by_themselves():
    ax = plot_tracking(tracking(), incremental=True)
    assert lines(ax)["actual"].tolist() == [50, 40]
    assert lines(ax)["expected"].tolist() == [46, 36]
    assert ax.get_ylabel() == "repeat purchases per month (number)"
    # The title counts the whole holdout all the same.
    assert ax.get_title() == "Holdout: 50 repeat purchases, 45 expected (10% too few)"


def test_tracking_without_a_holdout_tells_of_calibration():
    table = tracking().assign(holdout=False, expected=[50.0, 46, 36, 9])
    ax = plot_tracking(table)
    assert ax.get_title() == "Calibration: 130 repeat purchases, 141 expected (8% too many)"
    assert len(ax.lines) == 2


@pytest.mark.parametrize(
    ("actual", "expected", "title"),
    [
        pytest.param(0, 2.0, "Holdout: 0 repeat purchases, 4 expected", id="none-came"),
        pytest.param(50, 50.0, "Holdout: 100 repeat purchases, 100 expected", id="exact"),
        pytest.param(
            1000,
            1001.0,
            "Holdout: 2,000 repeat purchases, 2,002 expected (0.1% too many)",
            id="near",
        ),
    ],
)
def test_tracking_says_how_far_off_it_was(actual, expected, title):
    assert plot_tracking(tracking().assign(actual=actual, expected=expected)).get_title() == title


def test_tracking_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="`table` must have a whole month to be drawn"):
        plot_tracking(tracking().assign(complete=False), incremental=True, period="M")
    with pytest.raises(ValueError, match="`period` must be given for this `table`"):
        plot_tracking(tracking().assign(complete=[True, False, True, False]))
    with pytest.raises(ValueError, match="`period` must be one of 'W'"):
        plot_tracking(tracking(), period="D")


# --- plot_frequency_calibration, plot_holdout_by_frequency ----------------------------------------


def test_calibration_draws_two_bars_a_class():
    ax = plot_frequency_calibration(calibration())
    actual, expected = ([bar.get_height() for bar in group] for group in ax.containers)
    assert actual == [60, 25, 15]
    assert expected == [57, 30, 13]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "1", "2+"]
    assert legend(ax) == ["actual", "expected"]
    # 57 + 25 + 13 of 100
    assert ax.get_title() == "95% of 100 customers are where the model expects them"


def test_calibration_of_nobody_is_refused():
    with pytest.raises(ValueError, match="must count at least one customer"):
        plot_frequency_calibration(calibration().assign(actual=0))


def test_holdout_by_frequency_draws_both_and_adds_up_customers():
    ax = plot_holdout_by_frequency(by_frequency())
    assert lines(ax)["actual"].tolist() == [0.2, 0.8, 2.0]
    assert lines(ax)["expected"].tolist() == [0.25, 1.0, 1.9]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [
        "0\n(1,200)",
        "1\n(25)",
        "2+\n(15)",
    ]
    # 240 + 20 + 30 and 300 + 25 + 28.5
    assert ax.get_title() == "Holdout: 290 purchases, 354 expected (22% too many)"


# --- plot_holdout_deciles -------------------------------------------------------------------------


def test_holdout_deciles_draws_bars_and_points():
    ax = plot_holdout_deciles(deciles())
    assert [bar.get_height() for bar in ax.patches] == [6, 1, 2, 1]
    assert lines(ax)["expected"].tolist() == [5, 2, 1, 0.5]
    assert legend(ax) == ["actual", "expected"]
    assert ax.get_title() == "The 25% of customers ranked highest brought 60% of purchases"
    assert ax.get_ylabel() == "purchases per customer (number)"


def test_holdout_deciles_in_money_name_the_currency():
    ax = plot_holdout_deciles(deciles(), currency="US$")
    assert ax.get_title().endswith("60% of spend")
    assert ax.get_ylabel() == "spend per customer (US$)"


# --- plot_survival, plot_retention ----------------------------------------------------------------


def test_survival_draws_curve_band_and_what_was_seen():
    ax = plot_survival(survival())
    assert lines(ax)["expected"].tolist() == survival()["estimate"].tolist()
    assert_allclose(lines(ax)["actual"], survival()["actual"])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band} >= {(1, 0.60), (1, 0.66), (3, 0.35), (3, 0.41)}
    assert legend(ax) == ["90% interval", "expected", "actual"]
    # The last renewal that is known, not the last one drawn.
    assert ax.get_title() == "47.0% are still customers after 2 renewals, 46.8% in fact"


@pytest.mark.slow
def test_survival_needs_neither_band_nor_observation():
    ax = plot_survival(survival()[["t", "estimate"]])
    assert legend(ax) == ["expected"]
    assert not ax.collections
    assert ax.get_title() == "38.0% are still customers after 3 renewals"
    assert plot_survival(survival().iloc[:2][["t", "estimate"]]).get_title().endswith("1 renewal")
    unknown = plot_survival(survival().assign(actual=np.nan))
    assert legend(unknown) == ["90% interval", "expected"]


def test_retention_tells_its_first_and_last_rate():
    ax = plot_retention(survival().iloc[1:])
    assert ax.get_title() == "Retention goes from 63.0% at renewal 1 to 38.0% at renewal 3"
    assert ax.get_ylabel() == "renew (% of those who come up)"


@pytest.mark.parametrize("plot", [plot_survival, plot_retention])
def test_curves_ignore_the_order_of_rows(plot):
    ax, turned = plot(survival()), plot(survival().iloc[::-1])
    assert lines(turned)["expected"].tolist() == lines(ax)["expected"].tolist()
    assert turned.get_title() == ax.get_title()


@pytest.mark.parametrize("column", ["estimate", "actual", "upper"])
def test_survival_refuses_numbers_of_customers(column):
    with pytest.raises(ValueError, match=rf"`{column}` must be shares in \[0, 1\]; the largest is"):
        plot_survival(survival().assign(**{column: [1000, 631, 468, 382]}))


# --- from the models themselves -------------------------------------------------------------------


@pytest.mark.slow
def test_tables_as_they_come_are_drawn(cdnow_sample):
    split = calibration_holdout(cdnow_sample, calibration_end="1997-09-30", unit="W")
    model = BetaGeoNBD().fit(split)
    track = tracking_table(model, cdnow_sample, calibration_end="1997-09-30")
    expected = model.expected_purchases(split, 39)
    titles = [
        plot_tracking(track).get_title(),
        plot_frequency_calibration(frequency_calibration(model, split)).get_title(),
        plot_holdout_by_frequency(holdout_by_frequency(model, split)).get_title(),
        plot_holdout_deciles(holdout_deciles(expected, split["frequency_holdout"])).get_title(),
    ]
    assert titles == [
        "Holdout: 1,882 repeat purchases, 1,667 expected (11% too few)",
        "99% of 2,357 customers are where the model expects them",
        "Holdout: 1,882 purchases, 1,653 expected (12% too few)",
        "The 10% of customers ranked highest brought 47% of purchases",
    ]


def test_survival_as_it_comes_is_drawn():
    # Fader and Hardie (2007), Table 1, Regular: 17.3 % after 12 years, 17.0 % projected.
    percent = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
    model = ShiftedBetaGeometric().fit([10 * share for share in percent[:8]])
    table = model.survival(range(13), level=0.95).reset_index()
    ax = plot_survival(table.assign(actual=[share / 100 for share in percent]))
    assert ax.get_title() == "17.0% are still customers after 12 renewals, 17.3% in fact"
