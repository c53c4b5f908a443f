"""Concentration measures against published numbers, slow formulas and invariants."""

from math import exp, lgamma, pi, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from crmlab.concentration import (
    decile_table,
    gini,
    gini_interval,
    lorenz_curve,
    share_needed,
    top_share,
    top_share_interval,
    whale_curve,
)

# 100 buyers of one to five units, 205 units in all.
TOY = np.repeat([1, 2, 3, 4, 5], [45, 25, 15, 10, 5])

spend = st.lists(st.floats(0, 1e6), min_size=1).filter(lambda v: sum(v) > 1e-6)
# Few distinct amounts, so that ties and zeros are common.
tied_spend = st.lists(st.integers(0, 5), min_size=1).filter(any)
fraction = st.floats(0, 1)
profits = st.lists(st.floats(-1e6, 1e6), min_size=1)

SHARE_MEASURES = [gini, top_share, share_needed]
INTERVALS = [top_share_interval, gini_interval]
VALUE_FUNCTIONS = [lorenz_curve, decile_table, *SHARE_MEASURES, *INTERVALS]


def slow_gini(value):
    """Half the mean absolute difference of all pairs, by the mean."""
    value = np.asarray(value, dtype=float)
    return np.abs(value[:, None] - value[None, :]).mean() / 2 / value.mean()


def slow_top_share(value, top):
    """Count down the customers one by one, the last one in part."""
    left, held = top * len(value), 0.0
    for amount in sorted(value, reverse=True):
        held += amount * min(1, max(0, left))
        left -= 1
    return held / sum(value)


# --- lorenz_curve -------------------------------------------------------------------------------


def test_lorenz_curve_of_the_toy():
    # Fewest units first: the shares of buyers and of units printed for this example.
    expected = pd.DataFrame(
        {
            "customer_share": [0, 0.45, 0.70, 0.85, 0.95, 1],
            "value_share": [0, 0.2195, 0.4634, 0.6829, 0.8780, 1],
        }
    )
    # Four printed decimals.
    assert_frame_equal(lorenz_curve(TOY), expected, check_exact=False, atol=5e-5, rtol=0)


@pytest.mark.slow
@given(spend)
def test_lorenz_curve_runs_from_corner_to_corner_below_the_diagonal(value):
    curve = lorenz_curve(value)
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]
    assert (curve["customer_share"].diff().dropna() > 0).all()
    assert (curve["value_share"].diff().dropna() >= 0).all()
    assert (curve["value_share"] <= curve["customer_share"] + 1e-12).all()


@given(tied_spend)
def test_lorenz_curve_keeps_one_point_per_distinct_value_without_error(value):
    curve = lorenz_curve(value)
    assert len(curve) == len(set(value)) + 1
    one_by_one = np.concatenate([[0], np.cumsum(sorted(value))]) / sum(value)
    at_each_customer = np.linspace(0, 1, len(value) + 1)
    interpolated = np.interp(at_each_customer, curve["customer_share"], curve["value_share"])
    assert_allclose(interpolated, one_by_one, atol=1e-12)


# --- gini ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([5], 0, id="one-customer"),
        pytest.param([0.1] * 7, 0, id="all-equal"),
        pytest.param([0, 0, 0, 8], 3 / 4, id="one-holds-everything"),
        pytest.param([1, 3], 1 / 4, id="two-customers"),
        pytest.param([1, 2, 3, 4, 5], 4 / 15, id="one-to-five"),  # (n - 1) / (3 n)
    ],
)
def test_gini_known_values(value, expected):
    assert gini(value) == pytest.approx(expected, abs=1e-15)


@given(spend)
def test_gini_equals_half_the_relative_mean_difference(value):
    assert gini(value) == pytest.approx(slow_gini(value), abs=1e-12)


@given(spend)
def test_gini_is_one_minus_twice_the_area_under_the_lorenz_curve(value):
    curve = lorenz_curve(value)
    area = np.trapezoid(curve["value_share"], curve["customer_share"])
    assert gini(value) == pytest.approx(1 - 2 * area, abs=1e-12)


@given(spend)
def test_gini_stays_within_its_bounds(value):
    n_customers = len(value)
    assert 0 <= gini(value) <= (n_customers - 1) / n_customers + 1e-12


def test_gini_is_uncorrected_so_a_doubled_base_has_the_same():
    assert gini([1, 2, 5] * 2) == pytest.approx(gini([1, 2, 5]))


# --- top_share and share_needed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "top", "expected"),
    [
        pytest.param([80, 10, 5, 3, 2], 0.2, 0.80, id="textbook-80/20"),
        pytest.param([6, 2], 0.25, 0.375, id="cut-inside-a-customer"),
        pytest.param([5], 0.2, 0.2, id="one-customer"),
        pytest.param([1, 1, 0, 0], 0.25, 0.5, id="cut-inside-a-tie"),
        pytest.param([3, 1], 0, 0, id="nobody"),
        pytest.param([3, 1], 1, 1, id="everybody"),
        # From the printed Lorenz shares: the best 5, 15, 30 and 55 of 100 buyers.
        pytest.param(TOY, 0.05, 1 - 180 / 205, id="toy-5%"),
        pytest.param(TOY, 0.15, 1 - 140 / 205, id="toy-15%"),
        pytest.param(TOY, 0.30, 1 - 95 / 205, id="toy-30%"),
        pytest.param(TOY, 0.55, 1 - 45 / 205, id="toy-55%"),
    ],
)
def test_top_share_known_values(value, top, expected):
    assert top_share(value, top=top) == pytest.approx(expected)


@given(spend, fraction)
def test_top_share_equals_counting_customers_one_by_one(value, top):
    assert top_share(value, top=top) == pytest.approx(slow_top_share(value, top), abs=1e-9)


@given(spend, fraction, fraction)
def test_top_share_grows_with_top_and_is_at_least_top(value, one, other):
    low, high = sorted([one, other])
    assert top_share(value, top=low) <= top_share(value, top=high) + 1e-12
    assert low - 1e-12 <= top_share(value, top=low) <= 1


@given(spend, fraction)
def test_top_share_is_read_off_the_lorenz_curve(value, top):
    curve = lorenz_curve(value)
    rest = np.interp(1 - top, curve["customer_share"], curve["value_share"])
    # 1 - top loses digits that matter where one customer holds almost everything.
    assert top_share(value, top=top) == pytest.approx(1 - rest, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "share", "expected"),
    [
        pytest.param([80, 10, 5, 3, 2], 0.8, 0.2, id="textbook-80/20"),
        pytest.param([6, 2], 0.375, 0.25, id="cut-inside-a-customer"),
        pytest.param([5, 5, 0, 0], 1, 0.5, id="zeros-are-not-needed"),
        pytest.param([5, 0], 0, 0, id="nothing"),
        pytest.param(TOY, 1 - 140 / 205, 0.15, id="toy"),
    ],
)
def test_share_needed_known_values(value, share, expected):
    assert share_needed(value, share=share) == pytest.approx(expected)


@given(spend, fraction)
def test_top_share_of_share_needed_is_the_share(value, share):
    assert top_share(value, top=share_needed(value, share=share)) == pytest.approx(share, abs=1e-9)


@given(tied_spend, fraction)
def test_share_needed_is_the_smallest_fraction(value, top):
    # The same share may be held by fewer customers only where those left out have zero.
    assert share_needed(value, share=top_share(value, top=top)) <= top + 1e-9


def test_defaults_are_the_80_20_question():
    assert top_share(TOY) == top_share(TOY, top=0.2)
    assert share_needed(TOY) == share_needed(TOY, share=0.8)


# --- what all measures of share have in common --------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("measure", SHARE_MEASURES)
@given(value=spend, scale=st.sampled_from([1e-9, 0.01, 3, 1300, 1e9]))
def test_shares_ignore_currency_and_row_order(measure, value, scale):
    rescaled = [amount * scale for amount in reversed(value)]
    assert measure(rescaled) == pytest.approx(measure(value), abs=1e-9)


@pytest.mark.parametrize("measure", SHARE_MEASURES)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param([1e308, 1e308, 0], id="overflow"),
        pytest.param([5e-324, 5e-324, 0], id="underflow"),
    ],
)
def test_shares_survive_extreme_currency_units(measure, value):
    assert measure(value) == pytest.approx(measure([1, 1, 0]))


@pytest.mark.parametrize("function", VALUE_FUNCTIONS)
def test_a_series_with_any_index_is_read_by_value(function):
    value = [80.0, 10.0, 5.0, 3.0, 2.0, 60.0, 4.0, 4.0, 1.0, 1.0]
    series = pd.Series(value, index=list("jihgfedcba"), name="spend", dtype="Float64")
    expected, found = function(value), function(series)
    if isinstance(expected, pd.DataFrame):
        assert_frame_equal(found, expected)
    else:
        assert found == expected
        assert type(found) is float


@pytest.mark.parametrize("function", [*VALUE_FUNCTIONS, whale_curve])
def test_the_input_is_left_alone(function):
    value = np.arange(20.0)[::-1]
    value.flags.writeable = False
    function(value)
    assert value.tolist() == list(range(19, -1, -1))


@pytest.mark.parametrize("function", VALUE_FUNCTIONS)
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        pytest.param([], ValueError, "`value` must hold at least one number", id="empty"),
        pytest.param([3, -1], ValueError, "must not be negative; 1 of 2 are.*whale", id="negative"),
        pytest.param([3, None], ValueError, "finite and not missing; 1 of 2 are not", id="missing"),
        pytest.param([3, np.inf], ValueError, "finite and not missing; 1 of 2", id="infinite"),
        pytest.param([[1, 2]], ValueError, "must have one dimension; got 2", id="matrix"),
        pytest.param(["a", "b"], TypeError, "`value` must hold numbers", id="text"),
        pytest.param(
            [0, 0], ValueError, "positive total; all 2 customers have zero. Choose", id="all-zero"
        ),
    ],
)
def test_bad_values_are_refused_by_name(function, value, error, message):
    with pytest.raises(error, match=message):
        function(value)


@pytest.mark.parametrize(
    ("function", "option"),
    [
        pytest.param(top_share, "top", id="top_share"),
        pytest.param(top_share_interval, "top", id="top_share_interval"),
        pytest.param(share_needed, "share", id="share_needed"),
    ],
)
@pytest.mark.parametrize("value", [-0.1, 1.4, 20, float("nan")])
def test_fractions_outside_0_to_1_are_refused(function, option, value):
    with pytest.raises(ValueError, match=rf"`{option}` must be in \[0, 1\]; got {value}"):
        function([1, 2, 3], **{option: value})


@pytest.mark.parametrize(
    ("function", "option"),
    [
        pytest.param(top_share, "top", id="top_share"),
        pytest.param(share_needed, "share", id="share_needed"),
    ],
)
def test_a_fraction_that_is_text_is_refused(function, option):
    with pytest.raises(TypeError, match=f"`{option}` must be a number; got '20%'"):
        function([1, 2, 3], **{option: "20%"})


# --- intervals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "measure"),
    [
        pytest.param(top_share_interval, top_share, id="top_share"),
        pytest.param(gini_interval, gini, id="gini"),
    ],
)
def test_interval_has_one_row_around_the_estimate(interval, measure):
    value = np.random.default_rng(5).gamma(0.7, 50, size=500)
    table = interval(value, level=0.9)
    assert list(table.columns) == ["estimate", "lower", "upper", "level"]
    (row,) = table.to_dict("records")
    assert row["estimate"] == pytest.approx(measure(value))
    assert 0 < row["lower"] < row["estimate"] < row["upper"] < 1
    assert row["level"] == 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("interval", "slow"),
    [
        pytest.param(top_share_interval, lambda v: slow_top_share(v, 0.2), id="top_share"),
        pytest.param(gini_interval, slow_gini, id="gini"),
    ],
)
def test_interval_equals_resampling_customers_with_slow_formulas(interval, slow):
    rng = np.random.default_rng(11)
    value = rng.gamma(0.7, 50, size=40).round(-1) + 1  # ties
    naive = [slow(rng.choice(value, size=40)) for _ in range(2000)]
    row = interval(value, n_resamples=4000, level=0.8).iloc[0]
    # A decile of n replicates has a standard error of about 1.71 sd / sqrt(n): 0.047 sd for the
    # two samples together; five of them.
    tolerance = 5 * 0.047 * np.std(naive)
    assert_allclose(row[["lower", "upper"]], np.quantile(naive, [0.1, 0.9]), atol=tolerance, rtol=0)


@pytest.mark.parametrize("interval", INTERVALS)
def test_interval_ignores_currency_and_row_order(interval):
    value = np.random.default_rng(5).gamma(0.7, 50, size=100)
    assert_frame_equal(interval(value, seed=2), interval(value[::-1] * 1300, seed=2))


@pytest.mark.parametrize("interval", INTERVALS)
def test_interval_passes_its_options_on(interval):
    value = np.random.default_rng(5).gamma(0.7, 50, size=100)
    default = interval(value)
    assert not default.equals(interval(value, seed=1))
    assert not default.equals(interval(value, n_resamples=500))
    with pytest.raises(ValueError, match="`level` must be in"):
        interval(value, level=95)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        pytest.param(top_share_interval, 0.2, id="top_share"),
        pytest.param(gini_interval, 0.0, id="gini"),
    ],
)
def test_equal_customers_give_an_interval_of_no_width(interval, expected):
    row = interval([25.0] * 40).iloc[0]
    assert row.tolist() == pytest.approx([expected, expected, expected, 0.95])


@pytest.mark.parametrize("interval", INTERVALS)
def test_one_customer_gives_no_interval(interval):
    with pytest.raises(ValueError, match="at least two customers for an interval; got 1"):
        interval([12.0])


@pytest.mark.parametrize("interval", INTERVALS)
def test_an_almost_idle_base_still_has_an_interval(interval):
    # A third of resamples hold no buyer at all and are drawn again.
    row = interval([0] * 50 + [7.0]).iloc[0]
    assert 0 <= row["lower"] <= row["upper"] <= 1


def coverage(draw, truth, interval, *, n_bases=150):
    """Fractions of simulated bases whose limits hold, lie above and lie below the truth."""
    rng = np.random.default_rng(3)
    limits = pd.concat([interval(draw(rng), n_resamples=200, seed=seed) for seed in range(n_bases)])
    too_low, too_high = (limits["upper"] < truth).mean(), (limits["lower"] > truth).mean()
    return 1 - too_low - too_high, too_low, too_high


@pytest.mark.slow
def test_interval_covers_a_light_tailed_population():
    shape = 2.0
    truth = exp(lgamma(shape + 0.5) - lgamma(shape + 1)) / sqrt(pi)  # Gini of a gamma population
    held, _, _ = coverage(lambda rng: rng.gamma(shape, size=300), truth, gini_interval)
    # 150 bases: standard error 0.018 around 0.95; four of them.
    assert held == pytest.approx(0.95, abs=0.072)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("interval", "truth", "documented"),
    [
        pytest.param(
            top_share_interval,
            1 - NormalDist().cdf(NormalDist().inv_cdf(0.8) - 1.5),
            0.85,
            id="top_share",
        ),
        pytest.param(gini_interval, 2 * NormalDist().cdf(1.5 / sqrt(2)) - 1, 0.80, id="gini"),
    ],
)
def test_interval_of_few_heavy_tailed_customers_is_too_low_as_documented(
    interval, truth, documented
):
    held, too_low, too_high = coverage(lambda rng: rng.lognormal(0, 1.5, 200), truth, interval)
    # 150 bases: standard error 0.033 at most; three of them.
    assert held == pytest.approx(documented, abs=0.1)
    assert too_low > 5 * too_high


# --- decile_table -------------------------------------------------------------------------------


def test_decile_table_of_the_toy():
    table = decile_table(TOY)
    # Ten buyers a group, most units first: 5x5 + 4x5, 4x5 + 3x5, 3x10, 2x10, 2x10, 2x5 + 1x5, 1x10
    assert table["value"].tolist() == [45, 35, 30, 20, 20, 15, 10, 10, 10, 10]
    assert table["decile"].tolist() == list(range(1, 11))
    assert table["n_customers"].tolist() == [10] * 10
    assert table["highest_value"].tolist() == [5, 4, 3, 2, 2, 2, 1, 1, 1, 1]
    assert table["lowest_value"].tolist() == [4, 3, 3, 2, 2, 1, 1, 1, 1, 1]
    assert table.loc[2, "cumulative_share"] == pytest.approx(1 - 95 / 205)
    assert table.loc[2, "mean_value"] == 3
    assert list(table.columns) == [
        "decile",
        "n_customers",
        "value",
        "mean_value",
        "share",
        "cumulative_customer_share",
        "cumulative_share",
        "lowest_value",
        "highest_value",
    ]


@pytest.mark.slow
@given(tied_spend.filter(lambda v: len(v) >= 3), st.data())
def test_decile_table_accounts_for_everyone_whatever_the_row_order(value, data):
    n_groups = data.draw(st.integers(1, len(value)))
    table = decile_table(value, n_groups=n_groups)
    assert table["n_customers"].sum() == len(value)
    assert table["n_customers"].max() - table["n_customers"].min() <= 1
    assert table["value"].sum() == pytest.approx(sum(value))
    assert table["share"].sum() == pytest.approx(1)
    assert table[["cumulative_customer_share", "cumulative_share"]].iloc[-1].tolist() == [1, 1]
    assert_allclose(table["mean_value"] * table["n_customers"], table["value"])
    # Groups do not overlap: nobody is worth more than anyone in the group above.
    assert (table["highest_value"].to_numpy()[1:] <= table["lowest_value"].to_numpy()[:-1]).all()
    shuffled = data.draw(st.permutations(value))
    assert_frame_equal(decile_table(shuffled, n_groups=n_groups), table)


@given(spend.filter(lambda v: len(v) >= 4))
def test_decile_table_agrees_with_top_share(value):
    table = decile_table(value, n_groups=4)
    for customers, held in zip(
        table["cumulative_customer_share"], table["cumulative_share"], strict=True
    ):
        assert top_share(value, top=customers) == pytest.approx(held, abs=1e-9)


def test_the_first_groups_take_the_remainder():
    assert decile_table(range(1, 9), n_groups=3)["n_customers"].tolist() == [3, 3, 2]


def test_fewer_customers_than_groups_are_refused():
    message = r"`n_groups` must be at most the number of customers, 4; got 10\. Ask for fewer"
    with pytest.raises(ValueError, match=message):
        decile_table([1, 2, 3, 4])


@pytest.mark.parametrize(
    ("n_groups", "error", "message"),
    [
        pytest.param(0, ValueError, "`n_groups` must be at least 1; got 0", id="zero"),
        pytest.param(2.5, TypeError, "`n_groups` must be a whole number; got 2.5", id="float"),
    ],
)
def test_n_groups_must_be_a_positive_whole_number(n_groups, error, message):
    with pytest.raises(error, match=message):
        decile_table([1, 2, 3], n_groups=n_groups)


# --- whale_curve --------------------------------------------------------------------------------


def test_whale_curve_rises_above_the_total_and_falls_back():
    curve = whale_curve([-20, 90, 30, 0])
    expected = pd.DataFrame(
        {
            "customer_share": [0, 0.25, 0.5, 0.75, 1],
            "cumulative_profit": [0.0, 90, 120, 120, 100],
            "profit_share": [0, 0.9, 1.2, 1.2, 1],
        }
    )
    assert_frame_equal(curve, expected)


@given(profits, st.data())
def test_whale_curve_sums_profit_from_the_best_customer_down(profit, data):
    shuffled = data.draw(st.permutations(profit))
    curve = whale_curve(shuffled, scale="currency")
    assert list(curve.columns) == ["customer_share", "cumulative_profit"]
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve["customer_share"].iloc[-1] == 1
    one_by_one = np.concatenate([[0], np.cumsum(sorted(profit, reverse=True))])
    interpolated = np.interp(
        np.linspace(0, 1, len(profit) + 1), curve["customer_share"], curve["cumulative_profit"]
    )
    assert_allclose(interpolated, one_by_one, atol=1e-6)  # sums of numbers up to a million


@pytest.mark.slow
@given(profits.filter(lambda p: sum(p) > 1))
def test_profit_share_ends_at_one_and_peaks_above_it_only_where_money_is_lost(profit):
    share = whale_curve(profit)["profit_share"]
    assert share.iloc[-1] == 1
    if min(profit) >= 0:
        assert share.max() == 1
    else:
        assert share.max() > 1 or sum(p for p in profit if p < 0) > -1e-6


@pytest.mark.slow
@given(tied_spend)
def test_whale_curve_without_losses_mirrors_the_lorenz_curve(value):
    whale, lorenz = whale_curve(value), lorenz_curve(value)
    assert_allclose(whale["customer_share"], 1 - lorenz["customer_share"][::-1], atol=1e-12)
    assert_allclose(whale["profit_share"], 1 - lorenz["value_share"][::-1], atol=1e-12)


@pytest.mark.parametrize(
    ("profit", "total"),
    [
        pytest.param([1000, -2500], "-1,500.00", id="loss"),
        pytest.param([5, -5], "0.00", id="zero"),
        pytest.param([0.1, 0.2, -0.3], "0.00", id="zero-but-for-rounding"),
    ],
)
def test_a_share_of_no_profit_is_refused_with_the_remedy(profit, total):
    with pytest.raises(ValueError, match=rf"positive total .*got {total}\. Use scale='currency'"):
        whale_curve(profit)
    assert "profit_share" not in whale_curve(profit, scale="currency")


@pytest.mark.parametrize(
    ("profit", "options", "error", "message"),
    [
        pytest.param([], {}, ValueError, "`profit` must hold at least one number", id="empty"),
        pytest.param([1, np.nan], {}, ValueError, "`profit` must be finite", id="missing"),
        pytest.param(["a"], {}, TypeError, "`profit` must hold numbers", id="text"),
        pytest.param([1], {"scale": "share"}, ValueError, "'total', 'currency'; got", id="scale"),
        pytest.param(
            [1e308, 1e308], {}, ValueError, "`profit` must have a finite total", id="overflow"
        ),
    ],
)
def test_bad_profit_is_refused_by_name(profit, options, error, message):
    with pytest.raises(error, match=message):
        whale_curve(profit, **options)


def test_decile_table_refuses_a_total_that_overflows():
    with pytest.raises(ValueError, match=r"`value` must have a finite total.*larger unit"):
        decile_table([1e308, 1e308], n_groups=2)
