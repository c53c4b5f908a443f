"""Building against outsourcing: net present value against slow arithmetic, and its picture."""

import functools
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab._errors import InputError, InputTypeError
from crmlab.plots import plot_sourcing
from crmlab.readiness import build_or_outsource, outsourced_share

FIRM = {
    "users": 40, "benefit": 60e6, "build_cost": 100e6, "build_months": 9, "run_cost": 15e6,
    "setup_cost": 5e6, "setup_months": 3, "fee": 60_000, "fee_growth": 0.05, "fit": 0.8,
    "exit_cost": 12e6, "exit_chance": 0.0, "years": 5, "discount_rate": 0.1, "n_draws": 100,
}  # fmt: skip
RANGES = FIRM | {
    "build_cost": (80e6, 100e6, 200e6), "benefit": (40e6, 80e6), "exit_chance": 0.1,
    "n_draws": 4_000,
}  # fmt: skip


def slow_values(firm, leaving=()):
    """Both present values, month by month; payments of a month count at the end of its year."""
    build, rent = -firm["build_cost"], -firm["setup_cost"]
    paths = {"build": [build], "outsource": [rent]}
    for year in range(1, firm["years"] + 1):
        earned = {"build": 0.0, "outsource": 0.0}
        for month in range(12 * (year - 1), 12 * year):
            if month >= firm["build_months"]:
                earned["build"] += (firm["benefit"] - firm["run_cost"]) / 12
            if month >= firm["setup_months"]:
                fee = firm["users"] * firm["fee"] * (1 + firm["fee_growth"]) ** (year - 1)
                worth = firm["benefit"] * firm["fit"] / 12
                part = 1 - firm["setup_months"] / 12 if year in leaving else 1
                earned["outsource"] += (worth - fee) * part
        if year in leaving:
            earned["outsource"] -= firm["exit_cost"] + firm["setup_cost"]
        for option, flow in earned.items():
            paths[option].append(paths[option][-1] + flow / (1 + firm["discount_rate"]) ** year)
    return paths


@given(
    years=st.integers(1, 8),
    build_months=st.integers(0, 40),
    setup_months=st.integers(0, 12),
    rate=st.floats(0, 0.5),
    growth=st.floats(0, 0.2),
    leaves=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_present_values_are_those_of_slow_arithmetic(
    years, build_months, setup_months, rate, growth, leaves
):
    firm = FIRM | {
        "years": years, "build_months": build_months, "setup_months": setup_months,
        "discount_rate": rate, "fee_growth": growth, "exit_chance": float(leaves),
    }  # fmt: skip
    found = build_or_outsource(**firm)
    paths = slow_values(firm, leaving=range(1, years + 1) if leaves else ())
    for option, path in paths.items():
        rows = found.by_year[found.by_year["option"] == option]
        assert rows["value"].tolist() == pytest.approx(path, abs=1)
        row = found.table.set_index("option").loc[option]
        assert row["net_present_value"] == pytest.approx(path[-1], abs=1)
        assert row["lower"] == pytest.approx(row["upper"])
    gap = paths["build"][-1] - paths["outsource"][-1]
    assert found.table["net_present_value"].iloc[2] == pytest.approx(gap, abs=1)
    assert found.table["better"].tolist()[:2] == [float(gap > 0), float(gap < 0)]


def test_what_leaving_costs_is_the_difference_it_makes():
    stays = build_or_outsource(**FIRM)
    leaves = build_or_outsource(**FIRM | {"exit_chance": 1})
    assert leaves.exits["probability"].item() == 1
    value = [each.table["net_present_value"].iloc[1] for each in (stays, leaves)]
    assert leaves.exits["cost"].item() == pytest.approx(value[0] - value[1])
    assert math.isnan(stays.exits["cost_if_left"].item())
    some = build_or_outsource(**RANGES).exits.iloc[0]
    # 4,000 draws: four standard errors of a share of 41 %.
    assert some["probability"] == pytest.approx(1 - 0.9**5, abs=0.031)
    assert some["cost"] == pytest.approx(some["probability"] * some["cost_if_left"])


def test_ranges_have_the_averages_of_their_shapes():
    found = build_or_outsource(**RANGES | {"exit_chance": 0, "n_draws": 40_000})
    middle = FIRM | {"build_cost": (80e6 + 100e6 + 200e6) / 3, "benefit": 60e6}
    path = slow_values(middle)
    value = found.table.set_index("option")["net_present_value"]
    for option in ("build", "outsource"):
        # Standard error of 40,000 draws: about 50e6 / 200.
        assert value[option] == pytest.approx(path[option][-1], abs=1e6)
    first = found.by_year.query("option == 'build' and year == 0").iloc[0]
    # Quantiles of the triangle: 5 % of the area lies beyond each.
    high = 200e6 - math.sqrt(0.05 * 120e6 * 100e6)
    low = 80e6 + math.sqrt(0.05 * 120e6 * 20e6)
    assert (-first["lower"], -first["upper"]) == pytest.approx((high, low), rel=0.01)


@functools.cache
def found():
    return build_or_outsource(**RANGES)


def test_both_are_worth_the_same_at_the_break_even():
    points = found().break_even.set_index("measure")["value"]
    for name in ("fee", "users"):
        gap = build_or_outsource(**RANGES | {name: points[name]}).table.iloc[2]
        assert gap["net_present_value"] == pytest.approx(0, abs=1), name
    longer = build_or_outsource(**FIRM | {"years": 20})
    year = longer.break_even.set_index("measure")["value"]["year"]
    path = slow_values(FIRM | {"years": 20})
    ahead = [b > r for b, r in zip(path["build"], path["outsource"], strict=True)]
    assert ahead[int(year) :] == [True] * (21 - int(year))
    assert not ahead[int(year) - 1]
    never = build_or_outsource(**FIRM | {"benefit": 0.0, "run_cost": 0.0, "fee": 0.0})
    assert never.break_even["value"].isna().all()
    assert never.break_even["reading"].str.contains("never|no fee|no number").all()


@pytest.mark.parametrize(
    ("change", "option", "sign"),
    [
        pytest.param({"build_cost": 150e6}, "build", -1, id="dearer-to-build"),
        pytest.param({"build_months": 20}, "build", -1, id="late"),
        pytest.param({"fee_growth": 0.2}, "outsource", -1, id="fees-rise"),
        pytest.param({"fit": 1}, "outsource", 1, id="fits"),
        pytest.param({"exit_chance": 0.3}, "outsource", -1, id="provider-gives-up"),
        pytest.param({"users": 80}, "outsource", -1, id="more-users"),
    ],
)
def test_each_assumption_moves_its_option_and_leaves_the_other(change, option, sign):
    before, after = (
        build_or_outsource(**firm).table.set_index("option")["net_present_value"]
        for firm in (FIRM, FIRM | change)
    )
    other = {"build": "outsource", "outsource": "build"}[option]
    assert np.sign(after[option] - before[option]) == sign
    assert after[other] == before[other]


def test_every_number_that_went_in_is_listed():
    names = set(found().assumptions["name"])
    assert names == set(RANGES) - {"n_draws"}
    row = found().assumptions.set_index("name").loc["benefit"]
    assert (row["low"], row["likely"], row["high"]) == (40e6, 60e6, 80e6)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"fee": (3, 2)}, InputError, "`fee` must go from the least", id="order"),
        pytest.param({"fee": (1, 2, 3, 4)}, InputError, "`fee` must be a number, (", id="four"),
        pytest.param({"fee": ()}, InputError, "`fee` must be a number, (", id="none"),
        pytest.param({"fit": (0.5, 1.2)}, InputError, "`fit` must be in [0, 1]", id="fit"),
        pytest.param({"users": 0}, InputError, "`users` must be", id="nobody"),
        pytest.param({"years": 0}, InputError, "`years` must be", id="no-year"),
        pytest.param({"years": 51}, InputError, "`years` must be", id="too-long"),
        pytest.param({"fee": "60"}, InputTypeError, "`fee` must be a number", id="text"),
        pytest.param({"n_draws": 5}, InputError, "`n_draws` must be", id="few-draws"),
    ],
)
def test_a_number_that_cannot_be_is_named(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        build_or_outsource(**FIRM | options)


# --- the quoted 64 % ------------------------------------------------------------------------------


def test_a_share_of_providers_is_no_share_of_crm():
    table = outsourced_share(outsourced_market=[1e9, 9e9], market=3.6e9)
    assert table["share_of_crm"].tolist() == pytest.approx([0.64 / 3.6, 5.76 / 3.6])
    assert "contradict" in table["reading"][1]
    half = outsourced_share(outsourced_market=table["half_at"][0], market=3.6e9)
    assert half["share_of_crm"].item() == pytest.approx(0.5)
    # The default market is what the texts' own growth rates leave for 1999.
    assert pytest.approx(3.6e9, rel=0.01) == 6.2e9 / (1 - 0.108) / 1.041 / 1.842


@pytest.mark.parametrize("options", [{"outsourced_market": []}, {"market": 0}])
def test_a_market_that_cannot_be_is_refused(options):
    with pytest.raises(InputError, match=f"`{next(iter(options))}`"):
        outsourced_share(**options)


# --- picture --------------------------------------------------------------------------------------


def ending(build, rent, wide=10.0):
    return pd.DataFrame(
        [
            (option, year, value * year, value * year - wide, value * year + wide, 0.9)
            for option, value in (("build", build), ("outsource", rent))
            for year in (0, 1)
        ],
        columns=["option", "year", "value", "lower", "upper", "level"],
    )


@pytest.mark.parametrize(
    ("table", "title"),
    [
        pytest.param(ending(60, 15), "building is worth more: 60 against 15; the ranges do not",
                     id="build"),
        pytest.param(ending(-60, 15, 99), "outsourcing is worth more: 15 against -60; the ranges "
                     "overlap", id="rent"),
        pytest.param(ending(5, 5), "both are worth the same: 5", id="same"),
    ],
)  # fmt: skip
def test_title_says_which_is_worth_more_and_how_sure_that_is(table, title):
    plt.switch_backend("agg")
    assert title in plot_sourcing(table).get_title()
    assert plot_sourcing(table.iloc[::-1]).get_title() == plot_sourcing(table).get_title()


def test_a_picture_of_one_option_is_refused():
    with pytest.raises(InputError, match="must have the options 'build' and 'outsource'"):
        plot_sourcing(ending(1, 2).query("option == 'build'"))
