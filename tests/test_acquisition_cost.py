"""Cost of a new customer, payback and partner lists against counts made by hand."""

import math

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from crmlab.acquisition import (
    acquisition_cost,
    margin_panel,
    partner_list_value,
    payback_curve,
    payback_period,
)
from crmlab.customer_base import customer_profit


def months(*texts):
    return pd.to_datetime([f"{text}-01" for text in texts])


SPEND = pd.DataFrame(
    {
        "date": months("2025-01", "2025-01", "2025-01", "2025-02", "2025-02", "2025-03", "2025-01"),
        "channel": ["tv", "web", "agency", "tv", "web", "web", "tv"],
        "amount": [600.0, 200, 100, 300, 100, 50, 999],
        "purpose": ["acquire"] * 6 + ["keep"],
    }
)
PEOPLE = pd.DataFrame(
    {
        "customer_id": list("abcdefgh"),
        "joined": pd.to_datetime(["2025-01-31", "2025-01-01", "2025-01-09", "2025-02-01",
                                  "2025-02-28", "2025-03-03", "2025-03-04", "2025-03-31"]),
        "channel": ["tv", "web", "web", "tv", "web", "web", "word", "web"],
    }
)  # fmt: skip


def cost(**options):
    table = acquisition_cost(SPEND, PEOPLE, **{"overheads": ["agency"]} | options)
    return table.set_index([name for name in ("channel", "cohort") if name in table])


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_everything_that_was_spent_is_on_some_channel():
    table = cost(welcome_cost=5)
    assert table["n_customers"].to_dict() == {"tv": 2, "web": 5, "word": 1}
    assert table["direct"].to_dict() == {"tv": 900, "web": 350, "word": 0}
    assert table["overhead"].to_dict() == {"tv": 75, "web": 25, "word": 0}  # 600 : 200
    assert table["welcome"].tolist() == [10, 25, 5]
    assert table["estimate"].to_dict() == {"tv": 985 / 2, "web": 400 / 5, "word": 5}
    assert table["spend"].sum() == SPEND.query("purpose == 'acquire'")["amount"].sum() + 8 * 5


def test_overheads_by_customers_go_where_customers_came():
    table = cost(spread="customers")
    assert table["overhead"].round(9).to_dict() == pytest.approx(
        {"tv": 100 / 3, "web": 200 / 3, "word": 0}
    )


def test_a_month_without_a_base_takes_that_of_the_whole_time():
    later = SPEND.assign(
        date=SPEND["date"].where(SPEND["channel"] != "agency", months("2025-06")[0])
    )
    table = acquisition_cost(later, PEOPLE, overheads=["agency"]).set_index("channel")
    assert table["overhead"].to_dict() == pytest.approx({"tv": 72, "web": 28, "word": 0})


@pytest.mark.slow
def test_cohorts_add_up_to_the_whole_and_nobody_came_is_infinite():
    by_month = cost(cohort="M")
    assert by_month.loc[("tv", "2025-01-01"), "direct"] == 600
    assert ("tv", "2025-03-01") not in by_month.index  # neither money nor people
    whole = cost()
    for name in ("n_customers", "direct", "overhead"):
        assert by_month[name].groupby("channel").sum().to_dict() == whole[name].to_dict()
    nobody = acquisition_cost(SPEND, PEOPLE[PEOPLE["channel"] == "tv"], overheads=["agency"])
    row = nobody.set_index("channel").loc["web"]
    assert row["estimate"] == row["upper"] == math.inf
    assert row["lower"] == pytest.approx(375 / -math.log(0.025))  # of a Poisson count of 0
    assert cost(cohort="Y").index.get_level_values("cohort").unique().tolist() == [
        pd.Timestamp("2025-01-01")
    ]


@pytest.mark.slow
def test_a_lag_moves_money_to_the_month_in_which_it_works():
    late = cost(lag=1, cohort="M")
    assert late.loc[("tv", "2025-02-01"), "direct"] == 600  # of January
    assert "2025-01-01" not in late.index.get_level_values("cohort")  # December is not known
    half = cost(lag=[0.5, 0.5], cohort="M")
    assert half.loc[("tv", "2025-02-01"), "direct"] == 450
    assert half.loc[("tv", "2025-03-01"), "direct"] == 150
    assert half.loc[("web", "2025-03-01"), "direct"] == 75


@pytest.mark.slow
def test_one_row_for_all_and_a_window_of_months():
    row = acquisition_cost(SPEND, PEOPLE, by="all", overheads=["agency"]).iloc[0]
    assert row[["n_customers", "spend"]].tolist() == [8, 1350]
    assert "all" not in row.index
    some = cost(start="2025-02-15", end="2025-02-20")
    assert some["direct"].to_dict() == {"tv": 300, "web": 100}
    assert some["n_customers"].to_dict() == {"tv": 1, "web": 1}


@pytest.mark.parametrize("n", [1, 4, 30])
def test_limits_are_those_at_which_the_count_would_be_extreme(n):
    people = pd.DataFrame({"customer_id": range(n), "joined": pd.Timestamp("2025-01-05"),
                           "channel": "tv"})  # fmt: skip
    row = acquisition_cost(SPEND[:1], people, level=0.9).iloc[0]
    # 600 / cost customers expected: seeing n or more, or n or fewer, then has probability .05.
    assert poisson.sf(n - 1, 600 / row["upper"]) == pytest.approx(0.05)
    assert poisson.cdf(n, 600 / row["lower"]) == pytest.approx(0.05)


@pytest.mark.slow
def test_limits_hold_the_true_cost_as_often_as_they_say():
    n = np.random.default_rng(3).poisson(12, size=2_000)  # of so many channels
    spent = SPEND[:1].merge(pd.Series(range(len(n)), name="channel").astype(str), how="cross")
    spent = spent.drop(columns="channel_x").rename(columns={"channel_y": "channel"})
    people = pd.DataFrame({"joined": pd.Timestamp("2025-01-05"),
                           "channel": np.repeat(spent["channel"], n)})  # fmt: skip
    table = acquisition_cost(spent, people.assign(customer_id=range(len(people))))
    held = (table["lower"] <= 600 / 12) & (table["upper"] >= 600 / 12)
    assert len(table) == 2_000
    assert 0.94 <= held.mean() <= 0.98  # exact limits hold 95 % or more: counts are whole


@pytest.mark.slow
def test_an_engine_gives_what_a_frame_gives():
    held = acquisition_cost(ibis.memtable(SPEND), ibis.memtable(PEOPLE), overheads=["agency"])
    pd.testing.assert_frame_equal(held, acquisition_cost(SPEND, PEOPLE, overheads=["agency"]))


@pytest.mark.slow
def test_order_of_rows_and_currency_do_not_matter():
    turned = acquisition_cost(
        SPEND[::-1].assign(amount=SPEND["amount"] * 1300), PEOPLE[::-1], overheads=["agency"]
    )
    plain = cost().reset_index()
    np.testing.assert_allclose(turned["estimate"], plain["estimate"] * 1300)
    assert turned["n_customers"].tolist() == plain["n_customers"].tolist()


# --- payback --------------------------------------------------------------------------------------

ORDERS = pd.DataFrame(
    {"customer_id": ["a", "a", "a", "b", "c"],
     "date": pd.to_datetime(["2025-01-31", "2025-02-27", "2025-02-28", "2025-03-01", "2025-04-29"]),
     "amount": [100.0, 10, 20, 70, 9], "cost": [60.0, 4, 5, 20, 1]}
)  # fmt: skip
SPELLS = pd.DataFrame(
    {"customer_id": ["a", "d"], "start": pd.to_datetime(["2025-03-01", "2025-02-01"]),
     "end": pd.to_datetime(["2025-05-01", None]), "plan": "basic", "monthly_fee": 30.0,
     "monthly_cost": 10.0}
)  # fmt: skip


@pytest.mark.slow
def test_margins_stand_in_the_month_since_the_customer_came():
    panel = margin_panel(ORDERS, observation_end="2025-04-30")
    assert panel.columns.tolist() == [1, 2, 3]
    assert panel.loc["a"].tolist() == [46, 15, 0]  # 28 February begins the second month
    assert panel.loc["b"].fillna(-1).tolist() == [50, 0, -1]  # whole: the last day is over
    assert panel.loc["c"].isna().all()
    more = margin_panel(ORDERS, subscriptions=SPELLS, observation_end="2025-04-30")
    assert more.loc["a"].tolist() == [46, 35, 20]
    assert more.loc["d"].tolist() == [20, 20, 20]


@pytest.mark.slow
def test_margins_of_whole_periods_add_up_to_the_profit():
    end = "2026-01-31"  # a year or less after each came, on the day on which their month ends
    only = ORDERS[ORDERS["customer_id"] == "a"]
    panel = margin_panel(only, subscriptions=SPELLS[:1], observation_end="2026-01-30")
    profit = customer_profit(only, subscriptions=SPELLS[:1], observation_end=end)
    assert panel.sum().sum() == profit["profit"].sum()


def slow_payback(rows, paid, rate=0.0):
    """Month by month, as one would on paper."""
    so_far = 0.0
    for at in range(max(len(row) for row in rows)):
        known = [row[at] for row in rows if len(row) > at]
        mean = sum(known) / len(known) / (1 + rate) ** ((at + 1) / 12)
        if so_far + mean >= paid and mean > 0:
            return at + (paid - so_far) / mean
        so_far += mean
    return None


rows = st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=6), min_size=2, max_size=6)


@pytest.mark.slow
@settings(max_examples=50)
@given(rows, st.integers(1, 120), st.sampled_from([0.0, 0.1, 0.5]))
def test_payback_is_that_of_a_table_on_paper(rows, paid, rate):
    margins = pd.DataFrame([row + [None] * (6 - len(row)) for row in rows], dtype=float)
    found = payback_period(margins, paid, discount_rate=rate, n_resamples=40).iloc[0]
    expected = slow_payback(rows, paid, rate)
    if expected is None:
        assert math.isnan(found["estimate"])
        assert found["brought"] < paid
    else:
        assert found["estimate"] == pytest.approx(expected)
    assert found["n_periods"] == max(len(row) for row in rows)


def test_payback_of_a_steady_margin_is_cost_by_margin():
    steady = pd.DataFrame(np.full((5, 12), 20.0))
    row = payback_period(steady, 50).iloc[0]
    assert row[["estimate", "lower", "upper", "share_paid_back"]].tolist() == [2.5, 2.5, 2.5, 1]
    assert payback_period(steady, 0).iloc[0]["estimate"] == 0
    # 20 a year at 10 %: 18.18 + 16.53 after two years, and 15.29 of 15.03 in the third.
    discounted = payback_period(steady, 50, discount_rate=0.1, period="Y").iloc[0]
    assert discounted["estimate"] == pytest.approx(3 + (50 - 49.737039) / 13.660269, abs=1e-6)


def test_never_is_missing_and_said():
    row = payback_period(pd.DataFrame(np.full((5, 12), 20.0)), 241).iloc[0]
    assert row[["estimate", "lower", "upper"]].isna().all()
    assert row["share_paid_back"] == 0
    assert row["brought"] == pytest.approx(240)


def test_groups_have_costs_of_their_own_and_a_curve_crosses_them():
    margins = pd.DataFrame(np.full((6, 4), 10.0), index=list("abcdef"))
    group = pd.Series(["tv"] * 2 + ["web"] * 4, index=list("abcdef"))[::-1]
    table = payback_period(margins, pd.Series({"tv": 35.0, "web": 50.0}), by=group)
    assert table["group"].tolist() == ["tv", "web"]
    assert table["n_customers"].tolist() == [2, 4]
    assert table["estimate"].fillna(-1).tolist() == [3.5, -1]
    curve = payback_curve(margins, {"tv": 35, "web": 50}, by=group)
    assert curve[curve["group"] == "tv"]["estimate"].tolist() == [0, 10, 20, 30, 40]
    assert (curve["lower"] == curve["upper"]).all()
    assert curve["cost"].unique().tolist() == [35, 50]


@pytest.mark.slow
def test_limits_of_payback_hold_the_true_time():
    """Margins of a month are 30 with probability .4: 12 a month on average, 60 after five."""
    rng = np.random.default_rng(5)
    held = []
    for seed in range(200):
        margins = pd.DataFrame(30.0 * (rng.random((60, 10)) < 0.4))
        row = payback_period(margins, 54, n_resamples=200, seed=seed).iloc[0]
        held.append(row["lower"] <= 4.5 <= row["upper"])
    assert 0.9 <= np.mean(held) <= 0.99  # 95 %, less the noise of 200 draws


# --- partner lists --------------------------------------------------------------------------------

DEAL = {
    "value": 90, "consent": 0.6, "overlap": 0.1, "cost_per_contact": 0.4, "gift": 10,
    "fee_per_name": 0.5, "fee_per_customer": 3, "fixed_cost": 1000,
}  # fmt: skip


@pytest.mark.parametrize("removed", [False, True])
def test_a_list_is_counted_name_by_name(removed):
    row = partner_list_value(1000, response=0.05, overlap_removed=removed, **DEAL).iloc[0]
    profit = -1000.0
    for name in range(600):
        ours = name < 60
        if ours and removed:
            continue
        profit -= 0.9
        profit += 0.05 * (-10 if ours else 90 - 3 - 10)
    assert row["estimate"] == pytest.approx(profit)
    assert row["n_won"] == pytest.approx(27)
    assert row["estimate"] == pytest.approx(27 * 90 - row["cost"])
    assert row["cost_per_customer"] == pytest.approx(row["cost"] / 27)
    assert row["n_contacted"] == (540 if removed else 600)


def test_at_the_break_even_nothing_is_earned():
    row = partner_list_value(9000, response=0.05, **DEAL).iloc[0]
    fee = partner_list_value(9000, response=0.05, **DEAL | {"fee_per_name": row["break_even_fee"]})
    share = partner_list_value(9000, response=row["break_even_response"], **DEAL)
    assert fee["estimate"].iloc[0] == pytest.approx(0, abs=1e-9)
    assert share["estimate"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_a_test_gives_the_profit_its_limits():
    row = partner_list_value(1000, response=(6, 200), **DEAL).iloc[0]
    at = [partner_list_value(1000, response=share, **DEAL)["estimate"].iloc[0] for share in (0, 1)]
    low, high = ((row[name] - at[0]) / (at[1] - at[0]) for name in ("lower", "upper"))
    assert binom.sf(5, 200, low) == pytest.approx(0.025)
    assert binom.cdf(6, 200, high) == pytest.approx(0.025)
    assert partner_list_value(1000, response=0.03, **DEAL)["lower"].isna().all()


@pytest.mark.parametrize(("hits", "lower", "upper"), [(0, 0.0, 0.168434), (20, 0.831566, 1.0)])
def test_nobody_and_everybody_in_a_test_have_limits(hits, lower, upper):
    """Clopper and Pearson for 0 of 20: 1 - .025^(1/20)."""
    row = partner_list_value(100, response=(hits, 20), value=1).iloc[0]
    assert row[["lower", "upper"]].tolist() == pytest.approx([100 * lower, 100 * upper], abs=1e-4)


def test_a_list_that_cannot_pay_says_so():
    row = partner_list_value(100, response=0.5, value=5, gift=9, fee_per_name=1).iloc[0]
    assert row["break_even_fee"] < 0
    assert math.isnan(row["break_even_response"])
    none = partner_list_value(100, response=0.5, value=5, consent=0.0).iloc[0]
    assert none[["break_even_fee", "cost_per_customer"]].isna().all()


# --- refusals -------------------------------------------------------------------------------------

STEADY = pd.DataFrame(np.full((3, 4), 10.0))
UNKNOWN = PEOPLE.assign(channel=PEOPLE["channel"].where(PEOPLE.index > 0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cost(lag=[0.5, 0.4]), "`lag` must hold shares that add up to 1; got a sum of 0.9"),
        (lambda: cost(lag=-1), "`lag` must be finite and at least 0|`lag` must be at least 0"),
        (lambda: cost(lag=[1.2, -0.2]), "`lag` must not be negative"),
        (lambda: cost(lag=9), "There must be a month of joining"),
        (lambda: cost(lag=1, start="2025-01-01"), "`start` must be 2025-02-01 or later"),
        (lambda: cost(end="2024-01-01"), "There must be a month of joining"),
        (lambda: cost(overheads="agency"), "`overheads` must be a list of channels; got 'agency'"),
        (lambda: cost(overheads=["rent"]), "`overheads` must name channels of `spend`.*got 'rent'"),
        (lambda: cost(overheads=["tv"]), "`overheads` must bring nobody.*'tv'"),
        (lambda: acquisition_cost(SPEND[6:], PEOPLE), "`spend` must hold money spent to acquire"),
        (lambda: acquisition_cost(SPEND, PEOPLE[:0]), "`customers` must hold at least one"),
        (lambda: acquisition_cost(SPEND, UNKNOWN), "`channel` must not be missing; 1 customers"),
        (lambda: acquisition_cost(SPEND, PEOPLE[["customer_id", "joined"]]), "lacks 'channel'"),
        (lambda: acquisition_cost(SPEND.assign(amount=-1.0), PEOPLE), "amount negative"),
        (lambda: acquisition_cost(SPEND[2:3], PEOPLE.assign(channel="agency"),
                                  overheads=["agency"]), "`overheads` must bring nobody"),
        (lambda: margin_panel(ORDERS, period="Y"), "`transactions` must show a customer through"),
        (lambda: margin_panel(ORDERS.drop(columns="cost")), "lack 'cost'"),
        (lambda: payback_period([1.0], 5), "`margins` must be a DataFrame"),
        (lambda: payback_period(STEADY[:0], 5), "`margins` must have a customer and a period"),
        (lambda: payback_period(STEADY[:1], 5), "`margins` must hold two customers.*'all' has 1"),
        (lambda: payback_period(STEADY.assign(a="x"), 5), "`margins` must hold numbers"),
        (lambda: payback_period(STEADY.replace(10, np.inf), 5), "`margins` must be finite"),
        (lambda: payback_period(STEADY, -5), "`cost` must be finite and at least 0; got -5"),
        (lambda: payback_period(STEADY, 5, by=["a", "b", "c"]), "`by` must be a Series"),
        (lambda: payback_period(STEADY, 5, by=pd.Series(["a"] * 2)), "`by` must have a group for"),
        (lambda: payback_period(STEADY, 5, by=pd.Series(["a", None, "a"])), "`by` must not be mis"),
        (lambda: payback_period(STEADY, 5, by=pd.Series(["a"] * 3, index=[0, 0, 1])),
         "`by` must have one group"),
        (lambda: payback_period(STEADY, {"b": 5}, by=pd.Series(["a"] * 3)), "`cost` lacks 'a'"),
        (lambda: payback_curve(STEADY, 5, discount_rate=-0.1), "`discount_rate` must be finite"),
        (lambda: partner_list_value(0, response=0.1, value=1), "`n_listed` must be at least 1"),
        (lambda: partner_list_value(9, response=1.1, value=1), r"`response` must be in \[0, 1\]"),
        (lambda: partner_list_value(9, response=(3, 2), value=1), "`response` must have at most"),
        (lambda: partner_list_value(9, response=(3, 2, 1), value=1), "`response` must be a share"),
        (lambda: partner_list_value(9, response=0.1, value=1, consent=2), r"`consent` must be in"),
        (lambda: partner_list_value(9, response=0.1, value=1, overlap_removed="no"),
         "`overlap_removed` must be true or false; got 'no'"),
        (lambda: partner_list_value(9, response=0.1, value=-1), "`value` must be finite"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_a_gap_in_the_margins_is_named():
    gap = STEADY.copy()
    gap.loc[1, 1] = np.nan
    with pytest.raises(ValueError, match=r"known up to some period.*; 1 lacks one in between"):
        payback_period(gap, 5)
