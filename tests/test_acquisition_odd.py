"""Odd input to acquisition: named errors, and the same answer however it is written."""

import numpy as np
import pandas as pd
import pytest

from crmlab import InputError, InputTypeError
from crmlab.acquisition import (
    ResponseCurve,
    acquisition_cost,
    partner_list_value,
    payback_period,
    referral_value,
    reward_curve,
    simulate_referrals,
)

SPEND = pd.DataFrame(
    {
        "date": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01"]),
        "channel": ["tv", "agency", "tv"],
        "amount": [600.0, 200, 600],
        "purpose": "acquire",
    }
)
PEOPLE = pd.DataFrame(
    {
        "customer_id": range(6),
        "channel": "tv",
        "joined": pd.to_datetime(["2025-01-20"] * 2 + ["2025-02-10"] * 4),
    }
)
MARGINS = pd.DataFrame(
    [[60.0, 20, 20, 20], [20, 20, 20, 20], [10, 0, 0, None], [0, 90, 5, 5]], index=list("abcd")
)


def links(pairs: str, days: list[str]) -> pd.DataFrame:
    who = [pair.split(">") for pair in pairs.split()]
    return pd.DataFrame(
        {
            "referrer_id": [one for one, _ in who],
            "customer_id": [two for _, two in who],
            "date": pd.to_datetime(days),
        }
    )


def test_an_overhead_named_twice_is_spent_once():
    found = acquisition_cost(SPEND, PEOPLE, overheads=["agency", "agency"])
    assert found["spend"].tolist() == [1400.0]


def test_a_lag_of_ages_is_refused():
    with pytest.raises(InputError, match=r"`lag` must be in \[0, 1200\]; got 1000000000"):
        acquisition_cost(SPEND, PEOPLE, lag=10**9)


def test_money_beyond_all_numbers_is_refused():
    with pytest.raises(InputError, match="`amount` must hold numbers of at most"):
        acquisition_cost(SPEND.assign(amount=1e308), PEOPLE)


def test_channels_of_two_kinds_are_refused():
    with pytest.raises(InputError, match="`channel` must be text in both tables"):
        acquisition_cost(SPEND.assign(channel=[1, 2, 1]), PEOPLE)


def test_payback_does_not_depend_on_the_order_of_rows():
    found = payback_period(MARGINS, 50)
    pd.testing.assert_frame_equal(found, payback_period(MARGINS.iloc[::-1], 50))


@pytest.mark.parametrize(
    ("margins", "cost", "by", "error", "message"),
    [
        (MARGINS.astype(str), 50, None, InputTypeError, "`margins` must hold numbers"),
        (MARGINS > 10, 50, None, InputTypeError, "`margins` must hold numbers"),
        (pd.concat([MARGINS, MARGINS]), 50, None, InputError, "one row for each customer"),
        (MARGINS * 1e200, 50, None, InputError, "`margins` must hold numbers of at most"),
        (MARGINS, {"1": 50}, [1, 1, 1, 1], InputError, "`cost` lacks 1; it has '1'"),
        (MARGINS, {1: 50}, ["1"] * 4, InputError, "`cost` lacks '1'; it has 1"),
        (MARGINS, 50, [1, 1, "x", "x"], InputError, "`by` must hold groups of one kind"),
        (MARGINS, pd.Series([1, 2], index=["x", "x"]), ["x"] * 4, InputError, "has several"),
    ],
)
def test_payback_names_what_is_wrong(margins, cost, by, error, message):
    group = None if by is None else pd.Series(by, index=MARGINS.index)
    with pytest.raises(error, match=message):
        payback_period(margins, cost, by=group)


def test_whom_a_referrer_brought_before_being_brought_is_refused():
    worth = pd.Series(100.0, index=list("ABC"))
    early = links("A>B B>C", ["2025-02-01", "2025-01-01"])
    with pytest.raises(InputError, match=r"before the referrer was brought; 1 of 2 do, .* 'C' by"):
        referral_value(early, worth, anyway=0.5)
    same_day = links("A>B B>C", ["2025-02-01 18:00", "2025-02-01 09:00"])
    assert referral_value(same_day, worth, anyway=0.5)["n_indirect"].tolist() == [1, 0, 0]


def test_two_probabilities_of_one_customer_are_refused():
    chain = links("A>B", ["2025-02-01"])
    twice = pd.Series([0.5, 0.6], index=["B", "B"])
    with pytest.raises(InputError, match="`anyway` must have one probability"):
        referral_value(chain, pd.Series(1.0, index=["A", "B"]), anyway=twice)


def test_nobody_recommended_needs_no_probability():
    none = links("A>B", ["2025-02-01"]).head(0)
    found = referral_value(none, pd.Series(1.0, index=["A"]), anyway=pd.Series({"A": 0.5}))
    assert found["credited"].tolist() == [1.0]


def test_a_long_chain_is_added_up_from_its_end():
    n, anyway = 3000, 0.25
    ids = pd.Index(range(n))
    chain = pd.DataFrame(
        {"referrer_id": ids[:-1], "customer_id": ids[1:], "date": pd.Timestamp("2025-01-01")}
    )
    found = referral_value(chain, pd.Series(8.0, index=ids), anyway=anyway, reward=1.0)
    expected = np.zeros(n)
    for at in range(n - 2, -1, -1):
        expected[at] = (1 - anyway) * 8 - 1 + (1 - anyway) * expected[at + 1]
    np.testing.assert_allclose(found["referral_value"], expected, rtol=1e-12)
    assert found["n_indirect"].iloc[0] == n - 2


def test_an_immense_market_is_as_good_as_none():
    asked = ResponseCurve(ceiling=0.5, slope=0.05, floor=0.2)
    given = {"recommending": asked, "told": 5, "conversion": 0.1, "value": 100, "anyway": 0.3}
    endless = reward_curve([0, 10, 40], **given)
    for market in (1e12, 1e15, 1e18):
        found = reward_curve([0, 10, 40], market=market, **given)
        np.testing.assert_allclose(found["n_brought"], endless["n_brought"], rtol=1e-9)


def test_more_people_than_can_be_counted_are_refused():
    given = {"recommending": 0.5, "told": 5, "conversion": 0.1}
    with pytest.raises(InputError, match=r"`n_start` must be (finite and )?at most 1e"):
        simulate_referrals(2**70, **given)
    with pytest.raises(InputError, match=r"`market` must be (finite and )?at most 1e"):
        simulate_referrals(10, market=10**20, **given)
    with pytest.raises(InputError, match="`n_listed` must be at most 1e"):
        partner_list_value(10**400, response=0.1, value=1)
    with pytest.raises(InputError, match=r"`response\[1\]` must be at most 1e"):
        partner_list_value(10, response=(1, 10**400), value=1)
