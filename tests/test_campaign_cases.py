"""Published cases in numbers: each profit by hand, each value that turns a decision."""

import pytest

from crmlab import InputError, InputTypeError
from crmlab.campaigns import (
    campaign_profit,
    case_campaign,
    case_flips,
    coupon_economics,
    published_cases,
)

CASES = published_cases()
NAMES = CASES["case"].unique().tolist()


def profit_of(case, **changes):
    money = campaign_profit(case_campaign(case, **changes))
    return money.set_index("measure")["estimate"]["profit"]


# By hand, from the numbers in the table.
BY_HAND = {
    "spice newsletter": 200_000 * (0.3 * 2 * 2.98 * 0.3 - 4 * 0.6),
    "infant programme": 100_000 * (0.24 * (0.5 * 87 * 0.4 - 2) - 3),
    "usual coupon": 100_000 * (0.045 * (0.5 * 87 * 0.4 - 2) - 0.1),
    "diet club": 3e6 * ((0.12 - 0.045) * 0.5 * 24 - 0.6),
    "children's club": 4e6 * ((0.11 - 0.045) * 0.5 * 24 - 0.6),
    "club for the rest": 18e6 * ((0.05 - 0.045) * 0.5 * 24 - 0.6),
}


@pytest.mark.parametrize("case", NAMES)
def test_each_case_earns_what_its_numbers_say(case):
    assert profit_of(case) == pytest.approx(BY_HAND[case])


def test_what_was_published_is_marked_as_quoted():
    quoted = CASES[CASES["kind"] == "quoted"].set_index(["case", "assumption"])["value"]
    assert quoted["spice newsletter", "households"] == 200_000
    assert quoted["infant programme", "redeeming"] == 0.24
    assert quoted["children's club", "households"] == 4_000_000
    usual = CASES.query("case == 'usual coupon' and assumption == 'redeeming'").iloc[0]
    assert (usual["low"], usual["high"]) == (0.04, 0.05)
    assert not CASES.isna().any().any()
    assert CASES["value"].between(CASES["low"], CASES["high"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("case", NAMES)
def test_at_the_value_that_flips_it_the_profit_is_zero(case):
    flips = case_flips(case)
    scale = flips[["profit_low", "profit_high"]].abs().max().max()
    for name, row in flips[flips["flips_at"].notna()].iterrows():
        if name in ("responding", "contribution", "club_rate") and row["flips_at"] > 1:
            continue  # a share cannot be set there
        assert profit_of(case, **{name: row["flips_at"]}) == pytest.approx(0, abs=1e-9 * scale)
    crossing = flips["profit_low"] * flips["profit_high"] < 0
    assert (crossing == flips["in_range"]).all()


def test_other_values_stay_while_one_moves():
    moved = case_flips("infant programme", anyway=0.2)
    assert moved.loc["anyway", "value"] == 0.2
    assert moved.loc["spend", "profit_high"] == pytest.approx(
        profit_of("infant programme", anyway=0.2, spend=237)
    )


def test_a_coupon_case_agrees_with_the_coupon_function():
    found = coupon_economics(
        n_coupons=100_000, face_value=2, redemption_rate=0.24, baseline_rate=0.12,
        margin=87 * 0.4, cost_per_coupon=3,
    ).set_index("measure")["estimate"]  # fmt: skip
    assert found["profit"] == pytest.approx(profit_of("infant programme"))
    at = case_flips("infant programme").loc["anyway", "flips_at"]
    assert found["break_even_share"] == pytest.approx(at)


def test_money_scales_with_the_households():
    assert profit_of("usual coupon", households=200_000) == pytest.approx(
        2 * profit_of("usual coupon")
    )
    assert case_flips("usual coupon")["flips_at"].isna()["households"]


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match=r"`case` must be one of .* Did you mean 'diet club'"):
        case_campaign("diet clubs")
    with pytest.raises(InputError, match="`assumption` must be one of 'households'"):
        case_campaign("diet club", spice=1)
    with pytest.raises(InputError, match=r"`anyway` must be in \[0, 1\]; got 1.2"):
        case_flips("usual coupon", anyway=1.2)
    with pytest.raises(InputTypeError, match="`spend` must be a number"):
        case_campaign("usual coupon", spend="much")
    with pytest.raises(InputError, match="`n_contacted` must be"):
        case_campaign("usual coupon", households=0)


@pytest.mark.slow
def test_measured_assumptions_are_those_of_complete_journey():
    from crmlab.datasets import load_complete_journey

    products = load_complete_journey("products")[["product_id", "product_category"]]
    lines = load_complete_journey("transactions").merge(products, on="product_id")
    spice = lines[lines["product_category"] == "SPICES & EXTRACTS"]
    trips = spice.groupby("customer_id")["order_id"].nunique()
    assert trips.mean() == pytest.approx(3.3, abs=0.05)
    assert spice["amount"].sum() / trips.sum() == pytest.approx(2.98, abs=0.005)
    formula = lines[lines["product_category"] == "INFANT FORMULA"]
    spent = formula.groupby("customer_id")["amount"].sum()
    found = [spent.mean(), spent.median(), spent.quantile(0.9)]
    assert found == pytest.approx([87, 26, 237], abs=0.6)
