"""Departments that mail the same people: against the binomial, sums, and tables counted by hand."""

import dataclasses
from math import comb, exp, log

import numpy as np
import pandas as pd
import pytest
from priced_cases import company

from crmlab import InputError, InputTypeError
from crmlab.readiness import overlap_signal, simulate_overlap

pytestmark = pytest.mark.xdist_group("priced companies")  # each is made once

MARGIN = 60_000


def unequal():
    """A company whose customers all have different numbers of orders; and their effects."""
    one = company()
    effects = one.truth.effects.query("campaign_id == 'K06'").set_index("customer_id")
    effects = effects.sample(frac=1, random_state=3)
    n = len(effects)
    orders = pd.DataFrame({"customer_id": np.repeat(effects.index, np.arange(n, 0, -1))})
    orders = orders.assign(order_id=np.arange(len(orders)), date=pd.Timestamp("2025-01-01"))
    return dataclasses.replace(one, transactions=orders), effects


@pytest.mark.parametrize(("departments", "fatigue"), [(2, -0.4), (3, -0.4), (4, -1.0), (3, 0.0)])
def test_orders_lost_are_those_to_be_expected(departments, fatigue):
    """Who is left out and how many letters come is binomial, whatever the lots."""
    one, effects = unequal()
    size = -(-len(effects) // departments)  # effects stand in the order of the numbers of orders
    first, others = effects["effect"].iloc[:size], effects["effect"].iloc[size:]
    overlap = 0.6
    priced = simulate_overlap(one, overlap=overlap, departments=departments, fatigue=fatigue)
    got = priced.detail.iloc[0]
    rate = effects["outcome_treated"].mean()

    def stays(extra):
        odds = log(rate / (1 - rate)) + fatigue * extra
        return 1 / (1 + exp(-odds)) / rate

    more = departments - 1
    chance = [comb(more, k) * overlap**k * (1 - overlap) ** (more - k) for k in range(more + 1)]
    tired = sum(p * (1 - stays(k)) for k, p in enumerate(chance))
    # 200 lots: the standard error is about a quarter of an order.
    assert got["orders_missed"] == pytest.approx(overlap * others.sum(), abs=1)
    persuaded = first.clip(lower=0).sum()
    assert got["orders_tired"] == pytest.approx(tired * persuaded, abs=0.3 * (fatigue < 0) + 1e-9)
    assert got["left_out"] == pytest.approx(overlap * len(others), abs=departments)


def test_full_overlap_leaves_out_all_lists_but_the_first():
    detail = simulate_overlap(company(), overlap=1).detail.iloc[0]
    people = len(company().truth.effects.query("campaign_id == 'K06'"))
    assert detail["letters"] == people
    assert people * 2 / 3 - 2 < detail["left_out"] == detail["repeated"]
    assert detail["spent_twice"] == 1_500 * detail["repeated"]


def test_as_many_letters_are_sent_so_that_the_loss_is_in_orders():
    priced = simulate_overlap(company(), cost_per_contact=40_000)
    lost = priced.detail["orders_missed"] + priced.detail["orders_tired"]
    assert priced.table["cost"].to_numpy() == pytest.approx(MARGIN * lost.to_numpy())
    assert priced.detail["letters"].to_numpy() == pytest.approx(464)
    assert priced.detail["repeated"].to_numpy() == pytest.approx(priced.detail["left_out"])


@pytest.mark.parametrize(
    ("name", "values"), [("fatigue", [0, -0.4, -2]), ("departments", [2, 3, 6])]
)
def test_more_fatigue_and_more_departments_cost_more(name, values):
    costs = [simulate_overlap(company(), overlap=0.5, **{name: each}) for each in values]
    assert np.all(np.diff([priced.table["cost"].iloc[0] for priced in costs]) > 0)


def test_the_remedy_brings_back_what_less_overlap_saves():
    priced = simulate_overlap(company(), overlap=[0.25, 1], remedy_share=0.75, remedy_cost=9)
    low, high = priced.table["cost"]
    assert priced.table["remedy"].iloc[1] == pytest.approx(high - low - 9)


def test_departments_need_somebody_each():
    with pytest.raises(InputError, match="`departments` must be at most 464, one for each person"):
        simulate_overlap(company(), departments=465)
    with pytest.raises(InputError, match="`departments`"):
        simulate_overlap(company(), departments=1)
    with pytest.raises(
        InputError, match=r"`fatigue` must be .* It is 0 where contacts do not tire"
    ):
        simulate_overlap(company(), fatigue=0.4)


# --- the signal -----------------------------------------------------------------------------------


def mailed(overlap, n=300, departments=3):
    """Lists of equal size; the later ones share so many people with the first."""
    same = round(overlap * n)
    rows = [(f"a{at}", 0) for at in range(n)] + [
        (f"a{at}" if at < same else f"{department}-{at}", department)
        for department in range(1, departments)
        for at in range(n)
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "team"])
    return table.assign(date=pd.Timestamp("2024-03-01") + pd.to_timedelta(table["team"], unit="D"))


@pytest.mark.parametrize("overlap", [0.0, 0.2, 1.0])
def test_the_signal_finds_the_overlap_that_was_planted(overlap):
    found = overlap_signal(mailed(overlap), department="team").set_index("signal")
    row = found.loc["repeated contacts"]
    assert row["value"] == pytest.approx(overlap * 2 / 3)
    assert row["lower"] <= row["value"] <= row["upper"]
    assert row["n"] == 900
    people = 300 + 600 * (1 - overlap)
    assert found.loc["people contacted twice", "value"] == pytest.approx(300 * overlap / people)
    assert "spent on repeats" not in found.index


def test_limits_allow_for_the_likeness_of_a_persons_contacts():
    """Against a bootstrap of people."""
    table = mailed(0.4, n=150)
    row = overlap_signal(table, department="team").iloc[0]
    again = table["customer_id"].duplicated().groupby(table["customer_id"]).sum().to_numpy()
    made = table.groupby("customer_id").size().to_numpy()
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(made), size=(4_000, len(made)))
    shares = again[drawn].sum(axis=1) / made[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    assert (row["lower"], row["upper"]) == pytest.approx((low, high), abs=0.005)


def test_contacts_of_controls_and_of_long_ago_do_not_count():
    table = mailed(1.0).assign(treated=lambda rows: rows["team"] < 2, cost=2.0)
    found = overlap_signal(table, department="team").set_index("signal")
    assert found.loc["repeated contacts", "value"] == 0.5
    assert found.loc["spent on repeats", "value"] == 600
    apart = overlap_signal(table, department="team", within=0)
    assert apart["value"].tolist() == [0, 0, 0]
    assert (apart["upper"] > 0).all()  # none is seen, which does not make it certain
    assert apart["reading"].iloc[0] == "No contact comes within 0 days of another department's."


def test_linking_shows_repeats_that_no_single_system_can():
    table = mailed(0.5)
    linked = pd.Series({f"1-{at}": f"a{at}" for at in range(150, 300)})
    linked = pd.concat([linked, pd.Series({f"a{at}": f"a{at}" for at in range(150, 300)})])
    found = overlap_signal(table, department="team", clusters=linked).set_index("signal")
    assert found.loc["repeated contacts", "value"] == pytest.approx(450 / 900)
    assert found.loc["repeats found by linking", "value"] == pytest.approx(150 / 450)
    frame = linked.rename("cluster_id").rename_axis("customer_id").reset_index()
    again = overlap_signal(table, department="team", clusters=frame)
    pd.testing.assert_frame_equal(again, found.reset_index())


def test_one_department_cannot_tell():
    found = overlap_signal(mailed(0).query("team == 0"), department="team")
    assert found[["value", "lower", "upper"]].isna().all(axis=None)
    assert found["reading"].str.contains("of one department, so the table cannot tell").all()


@pytest.mark.parametrize(
    ("table", "options", "error", "match"),
    [
        pytest.param([1], {}, InputTypeError, "`contacts` must be a DataFrame", id="list"),
        pytest.param(mailed(0), {}, InputError, "campaign_id", id="department"),
        pytest.param(
            mailed(0).drop(columns="date"), {"department": "team"}, InputError, "date", id="date"
        ),
        pytest.param(
            mailed(0).iloc[:0], {"department": "team"}, InputError, "at least one", id="nobody"
        ),
        pytest.param(
            mailed(0).iloc[:0].assign(treated=True),
            {"department": "team"},
            InputError,
            "at least one contact",
            id="nobody treated",
        ),
        pytest.param(
            mailed(0).assign(customer_id=lambda rows: [7, "7"] * (len(rows) // 2)),
            {"department": "team"},
            InputError,
            "`customer_id` must be alike",
            id="ids",
        ),
        pytest.param(
            mailed(0).assign(cost=1e200),
            {"department": "team"},
            InputError,
            "`cost` must hold numbers of at most",
            id="size",
        ),
    ],
)
def test_bad_tables_are_named(table, options, error, match):
    with pytest.raises(error, match=match):
        overlap_signal(table, **options)
