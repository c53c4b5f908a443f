"""Cost of winning and keeping, and the best spending, against numbers found by search."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from crmlab.acquisition import (
    ResponseCurve,
    budget_split,
    cost_ratio,
    optimal_spend,
    spend_curve,
)

WIN = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
KEEP = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9)
MONEY = {"margin": 100.0, "discount_rate": 0.1}
SPEND = pd.DataFrame(
    {"date": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-02-01"]), "channel": "tv",
     "amount": [400.0, 200.0, 90.0], "purpose": ["acquire", "acquire", "keep"]}
)  # fmt: skip


def equity(win, keep, spent_win, spent_keep, margin, rate):
    """Blattberg and Deighton (1996): a m - A + a (m - R / r) r' / (1 - r'), r' = r / (1 + d)."""
    a = win.ceiling * (1 - math.exp(-win.slope * spent_win))
    r = keep.ceiling * (1 - math.exp(-keep.slope * spent_keep))
    later = r / (1 + rate)
    kept = (margin - spent_keep / r) * later / (1 - later) if r else 0.0
    return a * (margin + kept) - spent_win


ceilings, slopes = st.floats(0.05, 0.99), st.floats(0.005, 0.5)


@pytest.mark.slow
@given(ceilings, slopes, ceilings, slopes, st.floats(1, 1000), st.floats(0.02, 0.5))
def test_closed_form_is_the_numeric_optimum(c1, k1, c2, k2, margin, rate):
    win, keep = ResponseCurve(c1, k1), ResponseCurve(c2, k2)
    best = optimal_spend(win, keep, margin=margin, discount_rate=rate).loc["optimal"]
    at = best["acquisition_spend"], best["retention_spend"]
    assert best["equity"] == pytest.approx(equity(win, keep, *at, margin, rate), abs=1e-6 * margin)
    most = {"bounds": (1e-9, 2 * margin + 50), "method": "bounded", "options": {"xatol": 1e-9}}
    found_keep = minimize_scalar(lambda R: -equity(win, keep, 1 / k1, R, margin, rate), **most)
    found_win = minimize_scalar(lambda A: -equity(win, keep, A, at[1], margin, rate), **most)
    value = -found_keep.fun
    assert equity(win, keep, 1 / k1, at[1], margin, rate) >= value - 1e-7 * (1 + abs(value))
    assert best["equity"] >= -found_win.fun - 1e-7 * margin


@pytest.mark.slow
@given(ceilings, slopes, ceilings, slopes, st.floats(1, 1000), st.floats(0.02, 0.5))
def test_the_next_customer_won_or_kept_costs_what_a_customer_is_worth(c1, k1, c2, k2, m, d):
    """Pfeifer (2005): marginal costs equal the customer's value wherever anything is spent."""
    best = optimal_spend(
        ResponseCurve(c1, k1), ResponseCurve(c2, k2), margin=m, discount_rate=d
    ).loc["optimal"]
    for what, spend in (("win", "acquisition_spend"), ("keep", "retention_spend")):
        marginal = best[f"marginal_cost_to_{what}"]
        if best[spend] > 1e-6:
            assert marginal == pytest.approx(best["customer_value"], rel=1e-6)
        else:
            assert marginal >= best["customer_value"] * (1 - 1e-6)


def test_with_a_floor_the_closed_form_is_still_the_numeric_optimum():
    keep = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.5)
    assert keep.rate(0.0) == 0.5
    assert keep.rate(20.0) == pytest.approx(0.6)
    money = np.linspace(0, 200, 200_001)
    kept = 0.9 - 0.4 * np.exp(-keep.slope * money)
    value = 100 + (kept * 100 - money) / (1.1 - kept)
    plan = optimal_spend(WIN, keep, **MONEY, current=(10, 20))
    best = plan.loc["optimal"]
    assert best["retention_spend"] == pytest.approx(money[value.argmax()], abs=2e-3)
    assert best["customer_value"] == pytest.approx(value.max())
    assert best["marginal_cost_to_keep"] == pytest.approx(best["customer_value"])
    # Who stays anyway is no reason to spend less or more than the slope says.
    assert plan.loc["current", "cost_to_keep"] == pytest.approx(20 / 0.6)


SPLIT = {"n_prospects": 2_000, "n_customers": 500, "value_won": 200, "value_kept": 300}


@pytest.mark.parametrize("budget", [1.0, 3_000.0, 30_000.0, 500_000.0])
@pytest.mark.parametrize("floor", [0.0, 0.5])
def test_the_best_split_is_the_one_found_by_search(budget, floor):
    keep = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=floor)
    table = budget_split(WIN, keep, budget=budget, shares=np.linspace(0, 1, 10_001), **SPLIT)
    assert table["best"].iloc[0] == pytest.approx(
        table["share"][table["equity"].argmax()], abs=1e-4
    )
    by_hand = budget * 0.3
    row = table.iloc[3_000]
    won = 2_000 * WIN.ceiling * (1 - math.exp(-WIN.slope * (budget - by_hand) / 2_000))
    kept = 500 * (0.9 - (0.9 - floor) * math.exp(-keep.slope * by_hand / 500))
    assert row["equity"] == pytest.approx(won * 200 + kept * 300 - budget)
    # The next unit of money, by a small difference of both tables.
    more = budget_split(
        WIN, keep, budget=budget * 1.0001, shares=[by_hand / (budget * 1.0001)], **SPLIT
    ).iloc[0]
    gain = (more["n_won"] - row["n_won"]) * 200 / (budget * 0.0001)
    assert gain == pytest.approx(row["next_won"], rel=1e-3)


def test_without_a_budget_no_split_is_best():
    table = budget_split(WIN, KEEP, budget=0, **SPLIT)
    assert table["best"].isna().all()
    assert table["equity"].eq(0).all()


def test_large_margins_do_not_overflow():
    best = optimal_spend(WIN, KEEP, margin=1e8, discount_rate=0.1).loc["optimal"]
    assert np.isfinite(best.to_numpy()).all()
    assert best["retention_rate"] == pytest.approx(0.9)


def test_current_spending_is_described_beside_the_best():
    plan = optimal_spend(WIN, KEEP, **MONEY, current=(10, 20))
    now = plan.loc["current"]
    assert now["equity"] == pytest.approx(equity(WIN, KEEP, 10, 20, 100, 0.1))
    assert (now["cost_to_win"], now["cost_to_keep"]) == pytest.approx((200, 20 / 0.6))
    assert plan.loc["optimal", "equity"] > now["equity"]


@pytest.mark.parametrize("on", ["acquisition", "retention"])
def test_a_curve_of_equity_peaks_at_the_best_spending(on):
    money = np.linspace(0, 120, 1201)
    curve = spend_curve(WIN, KEEP, money, on=on, **MONEY)
    best = curve["optimal"].iloc[0]
    assert money[curve["equity"].argmax()] == pytest.approx(best, abs=0.05)
    plan = optimal_spend(WIN, KEEP, **MONEY).loc["optimal"]
    assert curve["equity"].max() == pytest.approx(plan["equity"], abs=1e-4)


@given(st.floats(0.05, 1), st.floats(0.002, 0.2), st.floats(1, 20), st.floats(1.2, 5))
def test_two_points_give_back_their_curve(ceiling, slope, spend, steps):
    curve = ResponseCurve(ceiling, slope)
    points = [(each, curve.rate(each)) for each in (spend, spend * steps)]
    if points[0][1] > 0.999 * points[1][1] or slope * spend < 0.01:
        return  # at the ceiling already, or a straight line: two points do not tell
    found = ResponseCurve.from_points(*points)
    assert found.ceiling == pytest.approx(ceiling, rel=1e-4)
    assert found.slope == pytest.approx(slope, rel=1e-3)


def test_a_ceiling_and_a_point_give_the_curve():
    assert WIN.rate(10) == pytest.approx(0.05)
    np.testing.assert_allclose(WIN.rate([0, 10, 1e9]), [0, 0.05, 0.3])


def test_costs_are_averages_of_the_time_asked_for():
    row = cost_ratio(SPEND, n_won=6, n_kept=9).iloc[0]
    assert row[["cost_to_win", "cost_to_keep", "ratio"]].tolist() == [100, 10, 10]
    later = cost_ratio(SPEND, n_won=2, n_kept=9, start="2025-01-15").iloc[0]
    assert later["cost_to_win"] == 100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ResponseCurve(1.2, 1), r"`ceiling` must be in \(0, 1\]; got 1.2"),
        (lambda: ResponseCurve(0.5, 0), "`slope` must be finite and above 0; got 0"),
        (lambda: ResponseCurve.from_ceiling((10, 0.4), ceiling=0.3),
         "`ceiling` must be above the rate seen already, 0.4; got 0.3"),
        (lambda: ResponseCurve.from_ceiling(10, ceiling=0.3), "`point` must be a pair"),
        (lambda: ResponseCurve.from_points((10, 0.05), (20, 0.11)),
         "`high` must spend more than `low` and achieve more, but less in proportion"),
        (lambda: ResponseCurve.from_points((10, 0.4), (20, 0.79)),
         "`high` must imply a ceiling of at most 1"),
        (lambda: WIN.rate(-1), "`spend` must be finite and at least 0"),
        (lambda: optimal_spend(0.3, KEEP, **MONEY), "`acquisition` must be a ResponseCurve"),
        (lambda: optimal_spend(WIN, KEEP, margin=-1, discount_rate=0.1), "`margin` must be finite"),
        (lambda: optimal_spend(WIN, KEEP, margin=1, discount_rate=0), "`discount_rate` must be f"),
        (lambda: optimal_spend(WIN, KEEP, **MONEY, current=(1, -2)), "`current` must not be neg"),
        (lambda: optimal_spend(WIN, KEEP, **MONEY, current=[1]), "`current` must be two numbers"),
        (lambda: spend_curve(WIN, KEEP, [1, -1], on="retention", **MONEY), "`spend` must not be"),
        (lambda: budget_split(WIN, KEEP, budget=1, shares=[1.2], **SPLIT), "`shares` must be in"),
        (lambda: budget_split(WIN, KEEP, budget=-1, **SPLIT), "`budget` must be"),
        (lambda: ResponseCurve(0.5, 0.1, floor=0.5), "`floor` must be in"),
        (
            lambda: ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.6),
            "`floor` must be below the rate",
        ),
        (lambda: spend_curve(WIN, KEEP, [1], on="both", **MONEY), "`on` must be one of 'acqui"),
        (lambda: cost_ratio(SPEND, n_won=0, n_kept=9), "`n_won` must be at least 1; got 0"),
        (lambda: cost_ratio(SPEND.assign(amount=-1.0), n_won=1, n_kept=9), "amount"),
        (lambda: cost_ratio(SPEND.head(2), n_won=1, n_kept=9), "`spend` must hold money spent to"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
