"""The bootstrap over distinct values is the bootstrap over customers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from crmlab._intervals import bootstrap_interval, interval_row


def mean(values, counts):
    return float(values @ counts / counts.sum())


def naive_replicates(value, statistic_of_customers, n_resamples, rng):
    """The same bootstrap, drawing customers one by one."""
    draws = rng.integers(0, len(value), size=(n_resamples, len(value)))
    return np.array([statistic_of_customers(value[draw]) for draw in draws])


def test_interval_row_has_the_shared_columns():
    row = interval_row(2, 1, 3, level=0.9)
    assert list(row.columns) == ["estimate", "lower", "upper", "level"]
    assert row.to_numpy().tolist() == [[2, 1, 3, 0.9]]
    assert row.dtypes.eq("float64").all()


def test_bootstrap_equals_resampling_customers():
    rng = np.random.default_rng(7)
    value = rng.poisson(2, size=60).astype(float)  # many ties
    level = 0.8
    ours = bootstrap_interval(value, mean, level=level, n_resamples=4000, seed=1).iloc[0]
    naive = naive_replicates(value, np.mean, 4000, rng)
    lower, upper = np.quantile(naive, [0.1, 0.9])
    # A decile of 4,000 normal replicates has a standard error of 1.71 * sd / sqrt(4000); two such
    # errors differ by less than 0.2 sd in all but one in a million cases.
    tolerance = 0.2 * naive.std()
    assert ours["lower"] == pytest.approx(lower, abs=tolerance)
    assert ours["upper"] == pytest.approx(upper, abs=tolerance)


def test_bootstrap_of_a_mean_has_the_textbook_standard_error():
    value = np.random.default_rng(0).normal(10, 3, size=400)
    row = bootstrap_interval(value, mean, n_resamples=4000).iloc[0]
    # Central limit theorem: mean -+ 1.96 sd / sqrt(n); 5 % is Monte-Carlo error of the limits.
    assert row["upper"] - row["lower"] == pytest.approx(2 * 1.96 * value.std() / 20, rel=0.05)
    assert row["estimate"] == pytest.approx(value.mean())


def test_limits_repeat_with_the_seed_and_change_with_another():
    value = np.random.default_rng(0).normal(size=50)
    first = bootstrap_interval(value, mean, seed=3)
    assert first.equals(bootstrap_interval(value, mean, seed=3))
    assert not first.equals(bootstrap_interval(value, mean, seed=4))


def test_limits_widen_with_the_level():
    value = np.random.default_rng(0).normal(size=50)
    narrow = bootstrap_interval(value, mean, level=0.5).iloc[0]
    wide = bootstrap_interval(value, mean, level=0.99).iloc[0]
    assert wide["lower"] < narrow["lower"] < narrow["upper"] < wide["upper"]


@given(st.floats(-1e6, 1e6), st.integers(2, 50))
def test_equal_customers_give_a_single_point(value, n_customers):
    row = bootstrap_interval(np.full(n_customers, value), mean, n_resamples=40).iloc[0]
    assert_allclose(row[["lower", "upper"]], row["estimate"])


def test_row_order_does_not_matter():
    value = np.random.default_rng(0).normal(size=50)
    assert bootstrap_interval(value, mean).equals(bootstrap_interval(value[::-1], mean))


def test_the_input_is_left_alone():
    value = np.array([3.0, 1.0, 2.0])
    value.flags.writeable = False
    bootstrap_interval(value, mean, n_resamples=40)
    assert value.tolist() == [3, 1, 2]


def test_a_resample_without_the_measure_is_drawn_again():
    def share_of_first(values, counts):
        held = values @ counts
        return float(values[-1] * counts[-1] / held) if held else float("nan")

    # (2/3) ** 3 = 30 % of resamples miss the only buyer.
    row = bootstrap_interval(np.array([0.0, 0.0, 5.0]), share_of_first, n_resamples=200).iloc[0]
    assert row.tolist() == [1, 1, 1, 0.95]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"level": 0}, ValueError, r"`level` must be in \(0, 1\); got 0", id="level-0"),
        pytest.param({"level": 1}, ValueError, r"`level` must be in \(0, 1\); got 1", id="level-1"),
        pytest.param(
            {"level": 95}, ValueError, r"`level` must be in \(0, 1\); got 95", id="level-percent"
        ),
        pytest.param({"level": "95%"}, TypeError, "`level` must be a number", id="level-text"),
        pytest.param(
            {"n_resamples": 39},
            ValueError,
            "`n_resamples` must be at least 40 for level 0.95; got 39. Ask for more",
            id="too-few-resamples",
        ),
        pytest.param(
            {"n_resamples": 1000, "level": 0.999},
            ValueError,
            "at least 2,000 for level 0.999; got 1,000",
            id="too-few-for-the-level",
        ),
        pytest.param(
            {"n_resamples": 1e3}, TypeError, "`n_resamples` must be a whole number", id="float"
        ),
        pytest.param({"seed": None}, TypeError, "`seed` must be a whole number", id="seed-none"),
        pytest.param({"seed": -1}, ValueError, "`seed` must be at least 0; got -1", id="seed-neg"),
    ],
)
def test_options_out_of_range_are_named(options, error, message):
    with pytest.raises(error, match=message):
        bootstrap_interval(np.array([1.0, 2.0]), mean, **options)


def test_twenty_resamples_are_enough_for_level_090():
    # 2 / (1 - 0.9) is 20.000000000000004 in floating point.
    bootstrap_interval(np.array([1.0, 2.0]), mean, level=0.9, n_resamples=20)
    with pytest.raises(ValueError, match="at least 20"):
        bootstrap_interval(np.array([1.0, 2.0]), mean, level=0.9, n_resamples=19)


def test_one_customer_gives_no_interval():
    with pytest.raises(ValueError, match=r"at least two customers for an interval; got 1\. One"):
        bootstrap_interval(np.array([5.0]), mean)


def test_a_measure_that_never_exists_ends_with_an_error():
    with pytest.raises(ValueError, match=r"most resamples; got 0 of 400\. Pass more customers"):
        bootstrap_interval(np.array([1.0, 2.0]), lambda *_: float("nan"), n_resamples=40)
