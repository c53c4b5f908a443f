"""Pictures show the numbers of their table, say their finding and leave everything else alone."""

import functools
import io
import re
import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.text import Text
from numpy.testing import assert_allclose
from plot_acquisition_cases import ACQUISITION_TABLES
from plot_campaign_cases import CAMPAIGN_TABLES
from plot_churn_cases import CHURN_TABLES
from plot_contact_cases import CONTACT_TABLES
from plot_failure_cases import FAILURE_TABLES
from plot_identity_cases import IDENTITY_TABLES
from plot_loop_cases import LOOP_TABLES
from plot_ltv_cases import LTV_TABLES, four_intervals
from plot_offer_cases import OFFER_TABLES
from plot_readiness_cases import READINESS_TABLES
from plot_rule_cases import RULE_TABLES
from plot_segment_cases import SEGMENT_TABLES
from plot_uplift_cases import UPLIFT_TABLES

from crmlab import plots
from crmlab.concentration import decile_table, gini, lorenz_curve, top_share, whale_curve
from crmlab.plots import (
    _canvas,
    plot_cohorts,
    plot_deciles,
    plot_flows,
    plot_frequency,
    plot_intervals,
    plot_lorenz,
    plot_whale,
)

SPEND = np.random.default_rng(1).lognormal(3, 1.2, size=400).round(2)
PROFIT = np.array([90.0, 40, 30, 0, -20, -40])


@pytest.fixture(autouse=True)
def _no_window():
    plt.switch_backend("agg")


@pytest.fixture(autouse=True)
def _no_show(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show itself"))


def frequency_summary():
    # 5 + 3 + 0 + 1 + 0 + 0 + 0 + 2 customers
    return pd.DataFrame({"frequency": [0] * 5 + [1] * 3 + [3, 7, 12]})


def cohort_table():
    """Three monthly cohorts; June is cut off: only April has a whole month after its first."""
    table = pd.DataFrame(
        [
            ("2024-04-01", 0, 200, 200, True),
            ("2024-04-01", 1, 200, 30, True),
            ("2024-04-01", 2, 200, 5, False),
            ("2024-05-01", 0, 100, 100, True),
            ("2024-05-01", 1, 100, 4, False),
            ("2024-06-01", 0, 40, 40, False),
        ],
        columns=["cohort", "age", "n_customers", "n_active", "complete"],
    )
    table["cohort"] = pd.to_datetime(table["cohort"])
    table["retention"] = table["n_active"] / table["n_customers"]
    table["revenue"] = 10.0 * table["n_active"]
    return table


def flow_table():
    """Three months, the last one cut off; returns are about money only."""
    counts = {
        "2024-04-01": {"new": 1200, "active": 0, "reactivated": 0, "lapsed": 0, "returns": 9},
        "2024-05-01": {"new": 300, "active": 500, "reactivated": 40, "lapsed": 650, "returns": 9},
        "2024-06-01": {"new": 50, "active": 70, "reactivated": 10, "lapsed": 600, "returns": 0},
    }
    rows = [
        (pd.Timestamp(period), flow, number, number, 10.0 * number, period != "2024-06-01")
        for period, flows in counts.items()
        for flow, number in flows.items()
    ]
    columns = ["period", "flow", "n_customers", "n_purchases", "revenue", "complete"]
    return pd.DataFrame(rows, columns=columns)


TABLES = {
    plot_lorenz: lambda: lorenz_curve(SPEND),
    plot_deciles: lambda: decile_table(SPEND),
    plot_whale: lambda: whale_curve(PROFIT),
    plot_frequency: frequency_summary,
    plot_cohorts: cohort_table,
    plot_flows: flow_table,
    **LTV_TABLES,
    **RULE_TABLES,
    **IDENTITY_TABLES,
    **SEGMENT_TABLES,
    **CHURN_TABLES,
    **CONTACT_TABLES,
    **UPLIFT_TABLES,
    **ACQUISITION_TABLES,
    **OFFER_TABLES,
    **CAMPAIGN_TABLES,
    **READINESS_TABLES,
    **LOOP_TABLES,
    **FAILURE_TABLES,
}
every_plot = pytest.mark.parametrize("plot", TABLES, ids=[plot.__name__ for plot in TABLES])


@functools.cache
def made(plot):
    return TABLES[plot]()


def table_of(plot):
    """The table of a plot, made once; each test has a copy that a plot could change."""
    return made(plot).copy()


@functools.cache
def drawn(plot):
    """A picture that several tests look at, and what was there before it and after."""
    table, settings = table_of(plot), dict(mpl.rcParams)
    ax = plot(table)
    later, numbers, number = dict(mpl.rcParams), plt.get_fignums(), ax.figure.number
    ax.figure.draw_without_rendering()
    return SimpleNamespace(
        ax=ax, table=table, settings=settings, later=later, numbers=numbers, number=number
    )


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def texts(ax):
    return [text.get_text() for text in ax.texts]


# --- what all pictures have in common -----------------------------------------------------------


def test_every_public_plot_is_tested_here():
    assert sorted(plots.__all__) == sorted(plot.__name__ for plot in TABLES)


@every_plot
def test_given_axes_are_drawn_on_and_returned(plot):
    figure, (left, right) = plt.subplots(1, 2)
    assert plot(table_of(plot), ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]


@pytest.mark.slow
@every_plot
def test_without_axes_a_figure_of_page_width_is_made(plot):
    assert drawn(plot).ax.figure.get_size_inches().tolist() == [6.4, 4.0]
    assert drawn(plot).numbers == [drawn(plot).number]


@pytest.mark.slow
@every_plot
def test_title_and_labels_are_written_with_units(plot):
    ax = drawn(plot).ax
    assert ax.get_title()
    unit = (
        r"\((number|.*%|customers|date|1 = |currency|weeks|units of time|probability|bits|years"
        "|responses|standard deviations)"
    )
    assert re.search(
        unit + "|^(month|action|step|channel|best customers chosen by|policy|table to room)$",
        ax.get_xlabel(),
    )
    assert re.search(
        unit + "|^(channel|signal|customer|item|lever|limit|driver|feature|comparison|move|rule"
        "|way to choose|part|field · system|(failure|area or) factor|segment.*)$",
        ax.get_ylabel(),
    )  # a row each has no unit


def test_colours_are_those_of_the_colour_blind_safe_palette():
    used = {_canvas.BLUE, _canvas.GREEN, _canvas.RED, _canvas.SKY}
    assert len(used) == 4
    assert used <= set(sns.color_palette("colorblind").as_hex())


@pytest.mark.slow
@every_plot
def test_nothing_is_cut_off(plot):
    figure = drawn(plot).ax.figure
    inside, needed = figure.bbox, figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    assert inside.x0 <= needed.x0
    assert inside.y0 <= needed.y0
    assert needed.x1 <= inside.x1
    assert needed.y1 <= inside.y1


@pytest.mark.slow
@every_plot
def test_global_settings_and_the_table_are_left_alone(plot):
    assert drawn(plot).later == drawn(plot).settings
    pd.testing.assert_frame_equal(drawn(plot).table, made(plot))


@pytest.mark.slow
@every_plot
def test_row_labels_and_extra_columns_do_not_matter(plot):
    table = table_of(plot)
    relabelled = table.set_axis(range(1000, 1000 + len(table))).assign(note="x")
    assert plot(relabelled).get_title() == drawn(plot).ax.get_title()


@every_plot
def test_a_table_without_a_column_or_rows_and_no_table_are_refused_by_name(plot):
    table = table_of(plot)
    with pytest.raises(ValueError, match=rf"lacks '{table.columns[0]}'"):
        plot(table.drop(columns=table.columns[0]))
    with pytest.raises(ValueError, match="must have at least one row; got none"):
        plot(table.iloc[:0])
    with pytest.raises(TypeError, match="must be a DataFrame; got list"):
        plot([1, 2, 3])


# --- Hangul -------------------------------------------------------------------------------------


@pytest.mark.slow
@every_plot
def test_whatever_is_written_may_be_hangul(plot):
    ax = plot(table_of(plot))
    ax.set_xlim(ax.get_xlim()[0] - 1, ax.get_xlim()[1] + 1)  # so that ticks are made anew
    ax.figure.draw_without_rendering()
    written = [text for text in ax.findobj(Text) if text.get_text()]
    assert written
    for text in written:
        assert text.get_fontfamily() == [*mpl.rcParams["font.family"], "Noto Sans KR"]


@pytest.mark.slow
def test_hangul_is_drawn_with_the_hangul_font_and_no_warning():
    table = four_intervals().set_axis(pd.Index(["김하늘", "이서연", "박", "A"], name="고객"))
    figure = plot_intervals(table, of="가치 (원)").figure
    figure.canvas.draw()  # a glyph that is missing warns, and warnings are errors here
    page = io.BytesIO()
    with mpl.rc_context({"pdf.compression": 0}):
        figure.savefig(page, format="pdf")
    used = set(re.findall(rb"/BaseFont /[A-Z]+\+(\S+)", page.getvalue()))
    assert used == {b"DejaVuSans", b"NotoSansKR-Regular"}


@pytest.mark.slow
def test_bold_text_beside_hangul_says_nothing_on_stderr():
    code = """
import matplotlib
matplotlib.use("agg")
from crmlab.concentration import lorenz_curve
from crmlab.plots import plot_lorenz
ax = plot_lorenz(lorenz_curve([1, 2, 9]))
assert "bold" in [text.get_fontweight() for text in ax.texts]
ax.figure.canvas.draw()
"""
    # A process of its own: matplotlib remembers the fonts it found, and complains once.
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_without_the_hangul_font_a_glyph_would_be_missing():
    figure, ax = plt.subplots()
    ax.set_title("고객")
    with pytest.warns(UserWarning, match="Glyph"):
        figure.canvas.draw()


def test_the_font_of_the_reader_stays_the_first_choice():
    with mpl.rc_context({"font.family": ["monospace"]}):
        ax = plot_lorenz(lorenz_curve(SPEND))
    plot_lorenz(lorenz_curve(SPEND), ax=ax)  # drawing again adds no second fallback
    assert ax.title.get_fontfamily() == ["monospace", "Noto Sans KR"]


@pytest.mark.slow
def test_import_changes_no_setting_and_measures_need_no_matplotlib():
    code = """
import sys
import crmlab.concentration
assert "matplotlib" not in sys.modules
import matplotlib.font_manager, pandas, warnings
state = lambda: (
    dict(matplotlib.rcParams), list(warnings.filters), pandas.options.display.width,
    len(matplotlib.font_manager.fontManager.ttflist),
)
before = state()
import crmlab.plots
assert state() == before
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# --- plot_lorenz --------------------------------------------------------------------------------


def test_lorenz_draws_the_curve_and_the_diagonal():
    curve = lorenz_curve(SPEND)
    ax = plot_lorenz(curve)
    diagonal, drawn, mark = ax.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert_allclose(drawn.get_xydata(), curve)
    # The mark is as high as the share of the top 20 %.
    low, high = mark.get_ydata()
    assert high - low == pytest.approx(top_share(SPEND))
    assert ax.get_title() == f"The top 20% of customers bring {top_share(SPEND):.0%} of value"


def test_lorenz_marks_another_top():
    ax = plot_lorenz(lorenz_curve(SPEND), top=0.6)
    assert_allclose(ax.lines[-1].get_xdata(), 0.4)
    assert (
        ax.get_title() == f"The top 60% of customers bring {top_share(SPEND, top=0.6):.0%} of value"
    )


def test_lorenz_without_a_top_tells_the_gini():
    ax = plot_lorenz(lorenz_curve(SPEND), top=None)
    assert len(ax.lines) == 2
    assert ax.get_title() == f"Gini coefficient of value: {gini(SPEND):.2f}"


def test_lorenz_and_deciles_call_what_is_shared_out_as_the_text_does():
    lorenz = plot_lorenz(lorenz_curve(SPEND), of="money")
    deciles = plot_deciles(decile_table(SPEND), of="units")
    words = [lorenz.get_title(), lorenz.get_ylabel(), *texts(lorenz)]
    assert [text.endswith("of money") or text == "share of money (%)" for text in words].count(
        True
    ) == 3
    assert deciles.get_title().endswith("of units")
    assert deciles.get_ylabel() == "share of units (%)"
    assert (
        plot_lorenz(lorenz_curve(SPEND), top=None, of="money")
        .get_title()
        .startswith("Gini coefficient of money: ")
    )


def test_lorenz_refuses_a_top_outside_its_range():
    with pytest.raises(ValueError, match=r"`top` must be in \[0, 1\]; got 20"):
        plot_lorenz(lorenz_curve(SPEND), top=20)


def test_almost_everything_is_not_called_everything():
    curve = lorenz_curve([0.1] * 99 + [2000])
    assert plot_lorenz(curve).get_title() == "The top 20% of customers bring 99.6% of value"
    assert plot_lorenz(lorenz_curve([0, 0, 0, 0, 5])).get_title().endswith("bring 100% of value")


# --- plot_deciles -------------------------------------------------------------------------------


def test_deciles_are_bars_with_a_running_total():
    table = decile_table(SPEND)
    ax = plot_deciles(table)
    assert_allclose(heights(ax), table["share"])
    assert_allclose(ax.lines[0].get_ydata(), table["cumulative_share"])
    assert texts(ax)[:10] == [f"{share:.0%}" for share in table["share"]]
    share = table["share"].iloc[0]
    assert ax.get_title() == f"The top 10% of customers bring {share:.0%} of value"
    assert ax.get_xlabel() == "decile of customers (1 = most valuable)"


def test_many_groups_have_bars_without_labels():
    ax = plot_deciles(decile_table(SPEND, n_groups=100))
    assert len(ax.patches) == 100
    assert texts(ax) == ["running total"]
    assert ax.get_xlabel() == "group of customers (1 to 100; 1 = most valuable)"


# --- plot_whale ---------------------------------------------------------------------------------


def test_whale_draws_the_share_and_marks_the_peak():
    curve = whale_curve(PROFIT)
    ax = plot_whale(curve)
    _zero, total, drawn, peak = ax.lines
    assert_allclose(drawn.get_xydata(), curve[["customer_share", "profit_share"]])
    assert_allclose(total.get_ydata(), 1)
    assert peak.get_xydata().tolist() == [[0.5, 1.6]]
    assert texts(ax) == ["peak 160%", "total 100%"]
    assert ax.get_title() == "The best 50% of customers earn 160% of profit, the others lose 60%"


def test_whale_in_currency_puts_money_on_the_axis():
    curve = whale_curve(PROFIT * 1000 - 30_000, scale="currency")
    ax = plot_whale(curve, currency="USD")
    assert_allclose(ax.lines[2].get_ydata(), curve["cumulative_profit"])
    assert ax.get_ylabel() == "cumulative profit (USD)"
    assert texts(ax) == ["peak 70k USD", "total -80k USD"]
    assert ax.get_title() == "The best 33% of customers earn 70k USD, the others lose 150k USD"
    ax.figure.canvas.draw()
    assert {"50k", "0", "-50k"} <= {label.get_text() for label in ax.get_yticklabels()}


def test_whale_in_an_unnamed_currency_says_so():
    ax = plot_whale(whale_curve(PROFIT, scale="currency"))
    assert ax.get_ylabel() == "cumulative profit (currency)"
    assert texts(ax) == ["peak 160", "total 100"]


@pytest.mark.parametrize(
    ("profit", "title"),
    [
        pytest.param([5, 3, 0], "No customer loses money", id="no-loss"),
        pytest.param([-5, -3, 0], "No customer earns a profit, the total is -8", id="no-profit"),
    ],
)
def test_whale_without_a_hump_has_no_peak(profit, title):
    ax = plot_whale(whale_curve(profit, scale="currency"))
    assert ax.get_title() == title
    assert not any("peak" in text for text in texts(ax))


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        pytest.param(0.004, "0", id="nothing"),
        pytest.param(-0.004, "0", id="nothing-negative"),
        pytest.param(1.5, "1.5", id="unit"),
        pytest.param(999.4, "999", id="below-thousand"),
        pytest.param(12_345, "12.3k", id="thousand"),
        pytest.param(-2_500_000, "-2.5M", id="million"),
        pytest.param(3e9, "3bn", id="billion"),
        pytest.param(2.5e13, "25,000bn", id="won"),
    ],
)
def test_money_is_written_in_three_digits(amount, written):
    curve = pd.DataFrame({"customer_share": [0, 1], "cumulative_profit": [0, amount]})
    assert texts(plot_whale(curve))[-1] == f"total {written}"


# --- plot_frequency -----------------------------------------------------------------------------


def test_frequency_counts_customers_by_repeat_purchases():
    ax = plot_frequency(frequency_summary())
    assert heights(ax) == [5, 3, 0, 1, 0, 0, 0, 2]
    assert [label.get_text() for label in ax.get_xticklabels()] == [*"0123456", "7+"]
    assert texts(ax) == [*"53010002"]
    assert ax.get_title() == "45% of customers have bought only once"


def test_frequency_takes_a_grouped_summary():
    grouped = pd.DataFrame({"frequency": [0, 0, 2], "n_customers": [30, 20, 1000]})
    ax = plot_frequency(grouped)
    assert heights(ax) == [50, 0, 1000, 0, 0, 0, 0, 0]
    assert texts(ax)[2] == "1,000"
    assert ax.get_title() == "5% of customers have bought only once"


def test_frequency_must_be_known():
    with pytest.raises(ValueError, match="`frequency` must be finite and not missing; 1 of 2"):
        plot_frequency(pd.DataFrame({"frequency": [1, None]}))


# --- plot_cohorts -------------------------------------------------------------------------------


def test_cohorts_colour_whole_periods_after_the_first():
    ax = plot_cohorts(cohort_table())
    (mesh,) = ax.collections
    colours = mesh.get_array()
    assert colours.shape == (3, 2)
    assert mesh.get_coordinates()[0, :, 0].tolist() == [0.5, 1.5, 2.5]  # around ages 1 and 2
    assert colours[0, 0] == pytest.approx(0.15)
    assert colours.mask.tolist() == [[False, True], [True, True], [True, True]]
    assert texts(ax) == ["15"]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["2024-04 (200)", "2024-05 (100)", "2024-06 (40)"]
    assert ax.yaxis_inverted()
    scale = next(other for other in ax.figure.axes if other is not ax)
    assert scale.get_ylabel() == "buying again (% of cohort)"
    ax.figure.canvas.draw()
    assert {"0%", "10%"} <= {label.get_text() for label in scale.get_yticklabels()}
    assert ax.get_title() == "15% of new customers buy again in the next month"


def test_cohorts_hatch_the_period_cut_off_and_say_so():
    ax = plot_cohorts(cohort_table())
    # (age, row) of the centre: June is age 2 of April's cohort and age 1 of May's.
    centres = [(bar.get_x() + 0.5, bar.get_y() + 0.5) for bar in ax.patches]
    assert centres == [(2, 0), (1, 1)]
    assert all(bar.get_hatch() for bar in ax.patches)
    assert "hatched: month cut off by the end of the data" in ax.get_xlabel()


def test_cohorts_without_a_period_cut_off_mention_no_hatching():
    table = cohort_table().assign(complete=True)
    ax = plot_cohorts(table)
    assert ax.get_xlabel() == "months since the first purchase (number)"
    assert not ax.patches
    # (30 + 4) of (200 + 100)
    assert ax.get_title() == "11% of new customers buy again in the next month"


def test_cohorts_of_a_single_period_are_blank_and_say_why():
    table = cohort_table().query("age == 0")
    ax = plot_cohorts(table, period="M")
    assert ax.collections[0].get_array().mask.all()
    assert ax.get_title() == "No cohort has a whole month after its first yet"


@pytest.mark.parametrize(
    ("period", "name", "word"),
    [
        pytest.param("W", "2024-04-01 (200)", "week", id="week"),
        pytest.param("M", "2024-04 (200)", "month", id="month"),
        pytest.param("Q", "2024-Q2 (200)", "quarter", id="quarter"),
        pytest.param("Y", "2024 (200)", "year", id="year"),
    ],
)
def test_cohorts_are_named_by_their_period(period, name, word):
    ax = plot_cohorts(cohort_table(), period=period)
    assert ax.get_yticklabels()[0].get_text() == name
    assert ax.get_xlabel().startswith(f"{word}s since the first purchase")
    assert ax.get_ylabel() == f"{word} of first purchase (customers)"


def test_many_cohorts_are_named_in_part_and_not_numbered():
    starts = pd.date_range("2019-01-01", periods=60, freq="MS")
    rows = [(start, age) for n, start in enumerate(starts) for age in range(60 - n)]
    table = pd.DataFrame(rows, columns=["cohort", "age"])
    table = table.assign(n_customers=10, n_active=3, retention=0.3, complete=True)
    ax = plot_cohorts(table)
    assert len(ax.get_yticklabels()) == 20
    assert len(ax.get_xticks()) == 20
    assert not texts(ax)


@pytest.mark.slow
@pytest.mark.parametrize("period", ["W", "M", "Q", "Y"])
def test_the_period_is_told_by_the_dates(period):
    """With empty periods in between, and whatever became of `attrs`."""
    days = pd.period_range("2019-01-01", periods=5, freq=period).start_time
    rows = [(days[n], age) for n in (0, 1, 4) for age in range(5 - n)]
    cohorts = pd.DataFrame(rows, columns=["cohort", "age"])
    cohorts = cohorts.assign(n_customers=10, n_active=3, retention=0.3, complete=True)
    flows = pd.DataFrame({"period": days, "flow": "new", "n_customers": 1, "complete": True})
    for plot, table in [(plot_cohorts, cohorts), (plot_flows, flows)]:
        assert labels(plot(table)) == labels(plot(table, period=period))
    other = "M" if period != "M" else "W"
    assert labels(plot_flows(flows)) != labels(plot_flows(flows, period=other))


def labels(ax):
    ticks = [tick.get_text() for tick in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), ticks


@pytest.mark.parametrize(
    ("plot", "make_table", "name"),
    [
        pytest.param(plot_cohorts, cohort_table, "cohorts", id="cohorts"),
        pytest.param(plot_flows, flow_table, "flows", id="flows"),
    ],
)
def test_a_period_that_nothing_tells_must_be_given(plot, make_table, name):
    table = make_table()
    single = table[table.iloc[:, 0] == table.iloc[0, 0]]
    with pytest.raises(ValueError, match=f"`period` must be given for this `{name}`"):
        plot(single)
    plot(single, period="Q")
    with pytest.raises(ValueError, match="`period` must be one of 'W', 'M', 'Q', 'Y'; got 'D'"):
        plot(table, period="D")


# --- plot_flows ---------------------------------------------------------------------------------


def test_flows_stack_buyers_above_zero_and_the_lapsed_below():
    ax = plot_flows(flow_table())
    active, reactivated, new, lapsed = (
        [(bar.get_y(), bar.get_height()) for bar in bars] for bars in ax.containers
    )
    assert active == [(0, 0), (0, 500), (0, 70)]
    assert reactivated == [(0, 0), (500, 40), (70, 10)]
    assert new == [(0, 1200), (540, 300), (80, 50)]
    assert lapsed == [(0, 0), (0, -650), (0, -600)]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024-04", "2024-05", "2024-06"]
    keys = [text.get_text() for text in ax.get_legend().get_texts()]
    assert keys == ["active", "reactivated", "new", "lapsed", "not over"]


def test_flows_tell_of_the_last_whole_period():
    ax = plot_flows(flow_table())
    assert ax.get_title() == "2024-05: 300 new customers, 40 reactivated, 650 lapsed"


def test_flows_without_a_whole_period_say_so_far():
    table = flow_table().assign(complete=False)
    assert plot_flows(table).get_title().startswith("2024-06 so far: 50 new customers")


def test_flows_hatch_the_period_that_is_not_over():
    ax = plot_flows(flow_table())
    for bars in ax.containers:
        assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True]
    whole = plot_flows(flow_table().query("complete"))
    assert not any(bar.get_hatch() for bar in whole.patches)
    assert len(whole.get_legend().get_texts()) == 4


def test_flows_do_not_depend_on_row_order_or_absent_flows():
    table = flow_table()
    shuffled = table.sample(frac=1, random_state=0)
    assert heights(plot_flows(shuffled)) == heights(plot_flows(table))
    only_new = table[table["flow"] == "new"]
    assert sum(heights(plot_flows(only_new))) == 1550


def test_flows_below_zero_are_counted_without_a_sign():
    ax = plot_flows(flow_table())
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels.count("400") == 2
    assert "1,200" in labels


def test_weekly_flows_are_named_by_their_first_day():
    ax = plot_flows(flow_table(), period="W")
    assert ax.get_xlabel() == "week (first day)"
    assert ax.get_title().startswith("Week of 2024-05-01: ")


def test_an_unknown_flow_is_refused():
    table = flow_table()
    table.loc[0, "flow"] = "fresh"
    with pytest.raises(ValueError, match=r"`flow` must be one of 'active'.*; got 'fresh'"):
        plot_flows(table)
