"""Whom to call this week: the numbers behind the list, and why there is none for a small shop."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from report_cases import text_of
from review_cases import base, lines

from crmlab.reports import run_report
from crmlab.reviews import review_churn_watchlist
from crmlab.reviews._watch_calls import Costs, foretell_gain, measure_power, size_of_pool

TERMS = {
    "as_of": "2024-01-20", "capacity": 20, "control": 0.25, "accept_rate": 0.4, "offer_cost": 1.0,
    "contact_cost": 0.5, "currency": "USD",
}  # fmt: skip
ORDERS = base(300)
IDS = sorted(ORDERS["customer_id"].unique())


def answers(ids):
    return pd.DataFrame(
        {"customer_id": ids, "channel": "phone", "purpose": "marketing", "granted": True,
         "date": pd.Timestamp("2023-01-01")}
    )  # fmt: skip


@pytest.fixture(scope="module")
def listed():
    return review_churn_watchlist(ORDERS, consents=answers(IDS[::2]), **TERMS)


@pytest.mark.slow
def test_everybody_is_counted_once_and_who_refused_is_not_called(listed):
    assert listed.problem == ""
    assert listed.counts["n_customers"].sum() == len(listed.summary)
    assert set(listed.calls.index) <= set(IDS[::2])
    assert listed.counts.loc["has not agreed to be contacted", "n_customers"] > 0
    assert (listed.calls["expected_gain"] > 0).all()
    assert listed.calls["expected_gain"].is_monotonic_decreasing
    assert (listed.calls["consent"] == "given").all()


@pytest.mark.slow
def test_the_list_fills_the_capacity_beside_its_control_group(listed):
    n_control = (listed.calls["group"] == "control").sum()
    assert (len(listed.called), n_control) == (20, 7)
    done = listed.calls["what_to_do"].groupby(listed.calls["group"]).first()
    assert done.to_dict() == {"treat": "call", "control": "leave alone: control group"}
    assert {"r_score", "f_score", "m_score", "rfm", "segment"} <= set(listed.calls)
    assert listed.calls["segment"].notna().all()
    promised = listed.called["expected_gain"].sum()
    assert listed.scenarios.loc["as assumed", "gain"] == pytest.approx(promised, abs=0.2)


@pytest.mark.slow
def test_nothing_after_the_day_moves_the_list(listed):
    until = ORDERS[ORDERS["date"] <= TERMS["as_of"]]
    again = review_churn_watchlist(until, consents=answers(IDS[::2]), **TERMS)
    pd.testing.assert_frame_equal(again.calls, listed.calls)
    pd.testing.assert_frame_equal(again.judged, listed.judged)


@pytest.mark.slow
def test_what_costs_more_than_it_brings_is_left_out_and_counted():
    found = review_churn_watchlist(ORDERS, serving_cost=60.0, **TERMS)
    n = found.counts.loc["costs more than it brings", "n_customers"]
    assert n > 0
    assert f"{n:,} customers who cost more than they bring are left out" in found.findings()[0]
    assert (found.calls["value"] + found.calls["lost_value"] > 0).all()
    assert set(found.calls["consent"]) == {"not known: ask first"}
    assert "Call nobody by this list before you know" in found.findings()[2]


@pytest.mark.slow
def test_where_no_call_pays_nobody_is_listed(listed):
    decided = listed.decided.assign(decision="no gain", group="")
    nobody = dataclasses.replace(listed, decided=decided)
    assert nobody.calls.empty
    assert "Nobody: no call should bring more than it costs" in nobody.findings()[0]
    found = foretell_gain(decided.head(0), Costs(5.0, 1.0, False), accept=0.0, level=0.9)
    assert found == {"gain": 0, "lower": 0, "upper": 0}


def test_the_range_of_the_gain_is_that_of_many_draws():
    rng = np.random.default_rng(3)
    called = pd.DataFrame({"probability": rng.random(40), "value": 100 * rng.random(40)})
    called["lost_value"] = np.where(np.arange(40) % 4, 0.0, 30.0)
    found = foretell_gain(called, Costs(5.0, 1.0, False), accept=0.3, level=0.9)
    p, value, lost = (called[name].to_numpy() for name in called)
    leaves, accepts = rng.random((20_000, 40)) < p, rng.random((20_000, 40)) < 0.3
    each = accepts * (leaves * (value - 5.0) + lost) - ~leaves * 5.0 - 1.0
    drawn = each.sum(axis=1)
    assert found["gain"] == pytest.approx(drawn.mean(), abs=1.5)
    low, high = np.quantile(drawn, [0.05, 0.95])
    assert [found["lower"], found["upper"]] == pytest.approx([low, high], abs=5)


def test_the_power_is_that_of_the_usual_formula():
    group = pd.Series(["treat"] * 300 + ["control"] * 100)
    power = measure_power(pd.DataFrame({"group": group, "probability": 0.5}), 0.2)
    assert power.detectable == pytest.approx(2.8016 * 0.5 * np.sqrt(1 / 300 + 1 / 100), rel=1e-4)
    assert (power.expected, power.n_lists) == (pytest.approx(0.1), 3)


@pytest.mark.parametrize("capacity", [1, 2, 7, 100])
@pytest.mark.parametrize("control", [0.05, 0.2, 0.5])
def test_one_customer_more_on_the_list_would_be_beyond_the_capacity(capacity, control):
    size = size_of_pool(capacity, control)
    assert size - round(control * size) <= capacity < size + 1 - round(control * (size + 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("orders", "options", "reason"),
    [
        pytest.param(ORDERS.drop_duplicates("customer_id"), {}, "0 bought on more", id="once"),
        pytest.param(lines(20, 30), {}, "The orders cover 30 days", id="short"),
        pytest.param(lines(20, 90), {}, "0 of 20 customers at risk left", id="one-class"),
        pytest.param(ORDERS, {"horizon": 300}, "A horizon of 300 days asks for", id="horizon"),
    ],
)
def test_a_base_from_which_nothing_can_be_learnt_says_why(orders, options, reason):
    found = review_churn_watchlist(orders, **options)
    assert reason in found.problem
    assert found.calls.empty
    assert found.findings() == [f"**No list can be made.** {found.problem}"]
    assert found.key_figures() == {"customers on the list": "0"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"as_of": "2030-01-01"}, "`as_of` must lie within the data", id="as-of"),
        pytest.param({"capacity": 0}, "`capacity` must be at least 1", id="capacity"),
        pytest.param({"contact_cost": -1.0}, "`contact_cost` must be", id="cost"),
        pytest.param({"control": 1.0}, "`control` must be in", id="control"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        review_churn_watchlist(lines(3, 2), **options)


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.pages
def test_a_korean_file_becomes_a_list_of_calls_that_excel_opens(tmp_path):
    name = ORDERS["customer_id"].str.replace("c", "고객")
    ORDERS.assign(customer_id=name).to_csv(tmp_path / "주문.csv", index=False)
    who = [one.replace("c", "고객") for one in IDS[::2]]
    answers(who).to_csv(tmp_path / "동의.csv", index=False)
    page = run_report(
        "churn_watchlist", data=tmp_path / "주문.csv", out=tmp_path / "out",
        consents=str(tmp_path / "동의.csv"), **TERMS,
    )  # fmt: skip
    path = page.with_name("calls.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    calls = pd.read_csv(path)
    assert len(calls) == 27
    assert set(calls["customer_id"]) <= set(who)
    assert {"group", "expected_gain", "rfm", "segment"} <= set(calls)
    assert page.with_name("fair_use.md").exists()
    assert not page.with_name("customers.csv").exists()
    assert 'href="fair_use.md"' in page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.pages
def test_a_small_shop_gets_a_page_that_says_why_there_is_no_list(tmp_path):
    page = run_report("churn_watchlist", data=lines(3, 2), out=tmp_path)
    assert "No list can be made. Of 3 customers, 3 bought on more than one day" in text_of(page)
    assert pd.read_csv(page.with_name("calls.csv")).empty
