import importlib
import inspect
import itertools
import math
import re
import typing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from crmlab import InputError, InputTypeError
from crmlab.closed_loop import (
    compare_loops,
    compare_teams,
    data_flow,
    explore,
    run_loop,
    thompson_chances,
)
from crmlab.contracts import CONTRACTS
from crmlab.datasets import load_company
from crmlab.simulate import simulate_company
from crmlab.typing import Table, TableSource

COMPANY = load_company()
NO_PART = {"operational": False, "analytical": False, "collaborative": False}
LETTERS = {"plain": 0.05, "camp": 0.15, "books": 0.08}


# --- one loop -------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.fixed_dictionaries(
        {"closed": st.booleans(), "operational": st.booleans(), "analytical": st.booleans(),
         "collaborative": st.booleans(), "capacity": st.floats(0.2, 1), "test": st.floats(0, 0.2),
         "change": st.floats(0, 1), "channel_spread": st.floats(0, 1), "memory": st.floats(0, 1),
         "prior": st.floats(0, 99), "carried_out": st.floats(0, 1), "recorded": st.floats(0, 1),
         "periods": st.integers(1, 5), "seed": st.integers(0, 99)}
    )
)  # fmt: skip
@pytest.mark.slow
def test_contacts_orders_and_money_add_up(options):
    result = run_loop(COMPANY, **options)
    table, by_group = result.table.set_index("period"), result.by_group
    everybody = result.groups["customers"].sum()
    assert (by_group.groupby("period")["customers"].sum() == everybody).all()
    assert (by_group["customers"] >= 0).all()
    assert (by_group["orders"] <= by_group["customers"]).all()
    contacted = by_group[by_group["channel"] != "none"]
    assert table["contacts"].equals(
        contacted.groupby("period")["customers"].sum().rename("contacts")
    )
    # Those who are tested are shared out in whole customers, group by group.
    assert (table["contacts"] <= options["capacity"] * everybody + 3 * len(result.groups)).all()
    for name in ("orders", "margin", "cost", "profit"):
        np.testing.assert_allclose(by_group.groupby("period")[name].sum(), table[name], atol=1e-6)
    money = result.assumptions.set_index("name")["value"]
    paid = by_group["channel"].map({"none": 0.0} | {
        channel: money[f"cost of {channel}"] for channel in ("post", "phone", "email")
    })  # fmt: skip
    np.testing.assert_allclose(by_group["cost"], by_group["customers"] * paid)
    np.testing.assert_allclose(table["profit"], table["margin"] - table["cost"], atol=1e-6)
    np.testing.assert_allclose(table["margin"], table["added"] * money["margin"], atol=1e-6)
    if options["test"] == 0 and options["capacity"] * everybody >= 1:
        assert (table["profit"] <= table["possible"] + 1e-6).all()
    assert result.profit == pytest.approx(table["profit"].sum())


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"test": 0.0}, id="nothing-measured"),
        pytest.param({"periods": 1}, id="one-period"),
        pytest.param({"periods": 2, "collaborative": False}, id="answers-come-too-late"),
        pytest.param({"analytical": False, "collaborative": False}, id="nothing-decided"),
        pytest.param(NO_PART, id="no-part"),
    ],
)
def test_where_nothing_can_be_learned_closed_equals_open(options):
    closed, still = (run_loop(COMPANY, closed=flag, **options) for flag in (True, False))
    assert_frame_equal(closed.by_group, still.by_group)
    assert_frame_equal(closed.table, still.table)


def test_elsewhere_they_differ_but_not_in_the_first_period():
    closed, still = run_loop(COMPANY).table, run_loop(COMPANY, closed=False).table
    assert_frame_equal(closed.head(1), still.head(1))
    assert not closed.equals(still)


def test_the_truth_of_the_groups_is_that_of_the_company():
    """By hand, customer by customer."""
    plan = COMPANY.campaigns.set_index("campaign_id").loc["K06"]
    eve = plan["start"] - pd.Timedelta(days=1)
    born = dict(zip(COMPANY.customers["customer_id"], COMPANY.customers["birth_year"], strict=True))
    orders = COMPANY.transactions[COMPANY.transactions["date"] <= eve]
    last = orders.groupby("customer_id")["date"].max().to_dict()
    held = {
        row.customer_id
        for row in COMPANY.subscriptions.itertuples()
        if row.start <= eve and (pd.isna(row.end) or row.end > eve)
    }
    found = {}
    effects = COMPANY.truth.effects
    for row in effects[effects["campaign_id"] == "K06"].itertuples():
        who = row.customer_id
        words = ["younger" if eve.year - born[who] <= 11 else "older"]
        words.append("active" if who in last and (eve - last[who]).days <= 90 else "quiet")
        words.append("subscriber" if who in held else "buyer")
        found.setdefault(" ".join(words), []).append((row.outcome_untreated, row.outcome_treated))
    groups = run_loop(COMPANY, periods=1).groups
    assert groups["customers"].to_dict() == {name: len(rows) for name, rows in found.items()}
    for at, column in enumerate(["untreated", "treated"]):
        for name, rows in found.items():
            assert groups.loc[name, column] == pytest.approx(sum(r[at] for r in rows) / len(rows))


def believed_by_hand(result, period, *, memory, prior):
    """What was seen in the periods before, one group and channel after the other."""
    seen = {}
    for row in result.by_group.itertuples():
        if row.period < period:
            weight = memory ** (period - 1 - row.period)
            n, orders = seen.get((row.group, row.channel), (0.0, 0.0))
            seen[row.group, row.channel] = (
                n + weight * row.customers,
                orders + weight * row.orders,
            )
    groups = sorted({group for group, _ in seen})
    rate = {}
    for channel in ("none", "post", "phone", "email"):
        n = sum(seen[group, channel][0] for group in groups)
        orders = sum(seen[group, channel][1] for group in groups)
        for group in groups:
            own, own_orders = seen[group, channel]
            rate[group, channel] = (own_orders + prior * orders / n) / (own + prior)
    return {
        (group, channel): rate[group, channel] - rate[group, "none"]
        for group in groups
        for channel in ("post", "phone", "email")
    }


@pytest.mark.parametrize("period", [2, 5])
def test_what_is_believed_follows_from_what_was_seen(period):
    result = run_loop(COMPANY, memory=0.6, prior=30, seed=3)
    rows = result.by_group[result.by_group["period"] == period]
    expected = believed_by_hand(result, period, memory=0.6, prior=30)
    for row in rows[rows["channel"] != "none"].itertuples():
        assert row.believed == pytest.approx(expected[row.group, row.channel])


def test_open_loops_believe_for_ever_what_the_first_period_told():
    rows = run_loop(COMPANY, closed=False).by_group
    told = rows.pivot_table(index=["group", "channel"], columns="period", values="believed")
    assert told.columns.tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert (told.max(axis=1) == told.min(axis=1)).all()


@pytest.mark.parametrize(("capacity", "cost"), [(0.3, 1_500.0), (1.0, 4_500.0)])
def test_the_plan_contacts_what_is_believed_to_earn_most(capacity, cost):
    result = run_loop(
        COMPANY, test=0.0, capacity=capacity, cost_per_contact=cost, collaborative=False, periods=3
    )
    rows = result.by_group[result.by_group["period"] == 3].set_index("group")
    post = rows[rows["channel"] == "post"].sort_values("believed", ascending=False)
    room = math.floor(capacity * result.groups["customers"].sum())
    for name, row in post.iterrows():  # the best group first, whole groups until there is no room
        wanted = min(room, result.groups.loc[name, "customers"])
        assert row["customers"] == (wanted if row["believed"] * 60_000 > cost else 0)
        room -= row["customers"]
    assert (room == 0) == (capacity < 1)
    assert (rows[~rows["channel"].isin(["none", "post"])]["customers"] == 0).all()


def test_a_large_firm_learns_the_truth_of_a_market_that_does_not_change():
    table = run_loop(COMPANY, change=0, test=0.02, memory=1, n_customers=50_000_000).table
    assert table["error"].iloc[-1] < 0.002
    assert table["profit"].iloc[-1] > 0.97 * table["possible"].iloc[-1]
    small = run_loop(COMPANY, change=0, test=0.02, memory=1).table
    assert small["error"].iloc[-1] > 0.01


def test_without_the_operational_part_less_is_done_and_seen():
    full = run_loop(COMPANY)
    undone = run_loop(COMPANY, operational=False, recorded=1.0).table["contacts"]
    assert undone.iloc[0] == pytest.approx(0.7 * full.table["contacts"].iloc[0], abs=12)
    unseen = run_loop(COMPANY, operational=False, carried_out=1.0, recorded=0.5)
    believed = [each.by_group.query("period == 2")["believed"].mean() for each in (full, unseen)]
    assert 0.3 < believed[1] / believed[0] < 0.7  # half of the orders are seen, in all groups


# --- what parts add -------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_part_costs_more_than_it_brings_over_20_seeds():
    compared = compare_loops(COMPANY, seeds=20)
    table, by_seed = compared.table.set_index("part"), compared.by_seed
    assert (table["gain"] > 0).all()
    assert (table.drop(index="closing the loop")["lower"] > 0).all()
    for part in table.index:  # limits by hand
        gain = (by_seed["full"] - by_seed[part]).to_numpy()
        half = 2.093 * gain.std(ddof=1) / math.sqrt(20)  # Student's t, 19 degrees of freedom
        assert table.loc[part, "upper"] == pytest.approx(gain.mean() + half, rel=1e-3)
    assert (by_seed["possible"] > by_seed["full"]).all()


@pytest.mark.slow
def test_what_a_loop_is_worth_depends_on_what_there_is_to_learn():
    """The docstring says so: where all may be contacted and most pay, tests cost more."""
    closing = [
        compare_loops(COMPANY, seeds=20, **options).table.loc[0, "gain"]
        for options in ({"capacity": 1.0}, {}, {"periods": 24})
    ]
    assert closing[0] < 0 < closing[1] < closing[2]


@pytest.mark.slow
def test_each_seed_has_a_company_of_its_own_unless_some_are_given():
    new = compare_loops(seeds=2, periods=2).by_seed
    made = [simulate_company(5_000, seed=seed) for seed in (0, 1)]
    assert_frame_equal(new, compare_loops(made, seeds=2, periods=2).by_seed)
    played = run_loop(made[1], periods=2, seed=1)
    assert new.loc[1, "full"] == pytest.approx(played.profit)


# --- strategy and facts ---------------------------------------------------------------------------


def test_top_down_reaches_its_kind_of_customer_first():
    groups = run_loop(COMPANY, periods=1).groups
    room = math.floor(0.3 * groups["customers"].sum())
    profit = 0.0
    for row in groups.sort_values("spend", ascending=False).itertuples():
        n = min(room, row.customers)
        profit += n * ((row.treated - row.untreated) * 60_000 - 1_500)
        room -= n
    by_seed = compare_teams(COMPANY, seeds=2, capacity=0.3).by_seed
    assert by_seed["top-down"].tolist() == pytest.approx([profit, profit])


@pytest.mark.slow
def test_linked_earns_most_in_a_firm_large_enough_to_see_it():
    large = compare_teams(COMPANY, seeds=20, n_customers=200_000, capacity=1.0).table
    assert large.set_index("team").drop(index="linked")["short_lower"].min() > 0
    small = compare_teams(COMPANY, seeds=20).table.set_index("team")
    assert small.loc["bottom-up", "short_lower"] < 0 < small.loc["neither", "short_lower"]


@pytest.mark.parametrize("belief", ["spend", "youth", "subscription"])
def test_no_team_earns_more_than_is_possible(belief):
    by_seed = compare_teams(COMPANY, seeds=3, belief=belief).by_seed.drop(columns="seed")
    assert (by_seed.max(axis=1) <= by_seed["possible"] + 1e-6).all()


# --- explore and exploit --------------------------------------------------------------------------


def better_of_two(a, b, c, d):
    """Probability that Beta(c, d) is above Beta(a, b), for whole numbers (Miller 2015)."""

    def beta(x, y):
        return math.gamma(x) * math.gamma(y) / math.gamma(x + y)

    return sum(beta(a + i, b + d) / ((d + i) * beta(1 + i, d) * beta(a, b)) for i in range(c))


@pytest.mark.parametrize(
    ("orders", "contacts"),
    [([0, 0], [0, 0]), ([3, 5], [20, 20]), ([0, 9], [30, 12]), ([7, 1], [9, 40])],
)
def test_choice_between_two_has_a_closed_form(orders, contacts):
    (a, c), (n, m) = orders, contacts
    second = better_of_two(1 + a, 1 + n - a, 1 + c, 1 + m - c)
    assert thompson_chances(orders, contacts).tolist() == pytest.approx(
        [1 - second, second], abs=1e-7
    )


@pytest.mark.slow
def test_choice_among_three_that_cost_differently_as_drawn_one_by_one():
    orders, contacts, cost = [3, 6, 2], [40, 60, 15], [0.0, 1_000.0, 2_500.0]
    rng = np.random.default_rng(1)
    wins = [0, 0, 0]
    for _ in range(20_000):
        earned = [
            rng.beta(1 + k, 1 + n - k) * 60_000 - c
            for k, n, c in zip(orders, contacts, cost, strict=True)
        ]
        wins[earned.index(max(earned))] += 1
    named = pd.Series(orders, index=["mail", "letter", "call"])
    chances = thompson_chances(named, contacts, margin=60_000, cost=cost)
    assert chances.index.tolist() == ["mail", "letter", "call"]
    # Four standard errors of 20,000 draws.
    assert chances.tolist() == pytest.approx([w / 20_000 for w in wins], abs=0.014)
    assert chances.sum() == pytest.approx(1)


def test_regret_of_the_best_is_zero_and_of_thompson_less_than_of_a_lot():
    explored = explore(LETTERS)
    table = explored.table.set_index("policy")
    assert table.loc["best fixed", ["regret", "lower", "upper"]].tolist() == [0, 0, 0]
    assert table.loc["Thompson", "upper"] < table.loc["random", "lower"]
    assert table.loc["best fixed", "profit"] == pytest.approx(2_440 * (0.15 * 60_000 - 1_500))
    assert (table["profit"] + table["regret"]).tolist() == pytest.approx([18.3e6] * 4)
    lot = 2_440 * (0.15 - (0.05 + 0.15 + 0.08) / 3) * 60_000
    assert table.loc["random", "lower"] < lot < table.loc["random", "upper"]
    steps = explored.path.groupby("policy")["regret"].diff().fillna(0)
    assert (steps >= -1e-6).all()
    assert (explored.path.groupby("policy")["customers"].last() == 2_440).all()


@pytest.mark.slow
def test_the_test_with_roll_out_loses_what_enumeration_says():
    """Two letters, ten customers with each in the test, one hundred after it."""
    chance = (0.1, 0.4)
    wrong = 0.0
    for k, m in itertools.product(range(11), repeat=2):
        likely = math.prod(
            math.comb(10, n) * p**n * (1 - p) ** (10 - n)
            for n, p in zip((k, m), chance, strict=True)
        )
        wrong += likely * (1.0 if k > m else 0.5 if k == m else 0.0)
    expected = 0.3 * 60_000 * (10 + 100 * wrong)
    explored = explore(chance, n_customers=120, batches=6, test=1 / 6, runs=4_000, level=0.999)
    row = explored.table.set_index("policy").loc["test, then roll out"]
    assert row["lower"] < expected < row["upper"]
    assert row["upper"] - row["lower"] < 0.2 * expected


@pytest.mark.parametrize(
    ("chance", "options", "regret"),
    [
        pytest.param([0.2, 0.2], {}, [0, 0, 0, 0], id="letters-alike"),
        pytest.param(
            [0.1, 0.2], {"cost": [0.0, 6_000.0]}, [0, 0, 0, 0], id="as-much-better-as-dearer"
        ),
        pytest.param(
            [0.1, 0.3], {"test": 1.0}, [0, None, 100 * 12_000.0, None], id="a-test-without-end"
        ),
    ],
)
def test_regret_that_is_known(chance, options, regret):
    table = explore(chance, n_customers=200, batches=10, runs=5, **options).table
    for found, expected in zip(table["regret"], regret, strict=True):
        assert expected is None or found == pytest.approx(expected, abs=1e-6)


def test_a_dearer_letter_that_does_as_much_is_given_up():
    table = explore([0.2, 0.2], cost=[0.0, 9_000.0], runs=20).table.set_index("policy")
    assert table.loc[["Thompson", "test, then roll out"], "best_share"].min() > 0.8


def test_the_same_seed_gives_the_same_runs():
    few = {"n_customers": 100, "batches": 4, "runs": 3}
    assert_frame_equal(explore(LETTERS, **few).path, explore(LETTERS, **few).path)
    assert not explore(LETTERS, **few).path.equals(explore(LETTERS, seed=1, **few).path)


# --- the flow of data -----------------------------------------------------------------------------


def taken(function):
    """Tables that a function takes, by the types of its parameters and not by its text."""
    found = set()
    for name, parameter in inspect.signature(function).parameters.items():
        name = {"orders": "transactions", "tables": "identities"}.get(name, name)
        if name in CONTRACTS:
            kinds = set(typing.get_args(parameter.annotation)) or {parameter.annotation}
            kinds -= {type(None)}
            alone = kinds in (set(typing.get_args(Table)), set(typing.get_args(TableSource)))
            if pd.DataFrame in kinds and (name != "customers" or alone):
                found.add(name)
    return found


@pytest.mark.slow
def test_the_flow_is_that_of_the_signatures():
    flow = data_flow()
    drawn = flow[flow["how"] == "signature"]
    for room in sorted({*drawn["target"]}):
        module = importlib.import_module(f"crmlab.{room}")
        expected = {}
        for name in module.__all__:
            thing = getattr(module, name)
            function = getattr(thing, "fit", None) if inspect.isclass(thing) else thing
            if inspect.isfunction(function) and thing.__module__.startswith("crmlab"):
                for table in taken(function):
                    expected.setdefault(table, []).append(name)
        rows = drawn[(drawn["target"] == room) & (drawn["source_part"] == "table")]
        found = dict(zip(rows["source"], rows["functions"], strict=True))
        described = {
            "churn",
            "cross_sell",
            "readiness",
            "retention",
        }  # a parameter `table`, told by its text
        if room not in described:
            assert found == {table: len(names) for table, names in expected.items()}, room
        assert found.keys() >= expected.keys(), room


def test_what_the_flow_names_exists():
    flow = data_flow()
    for row in flow.itertuples():
        room, name = row.example.split(".")
        assert callable(getattr(importlib.import_module(f"crmlab.{room}"), name))
        for end, part in ((row.source, row.source_part), (row.target, row.target_part)):
            assert end in CONTRACTS if part == "table" else importlib.import_module(f"crmlab.{end}")
    assert set(flow["kind"]) <= {"operational", "analytical", "collaborative"}
    assert not flow.duplicated(["source", "source_part", "target", "how"]).any()
    back = flow[flow["how"] == "action"]  # the loop closes: what is decided becomes contacts
    assert set(back["target"]) == {"contacts"}
    assert set(back["source"]) & set(flow[flow["source"] == "contacts"]["target"])


def test_rooms_build_on_what_their_lines_import():
    flow = data_flow()
    drawn = flow[flow["how"] == "import"]
    package = Path(inspect.getfile(CONTRACTS["contacts"].__class__)).parents[1]
    for room in ("churn", "readiness", "reviews", "segmentation"):
        text = "\n".join(path.read_text("utf-8") for path in (package / room).rglob("*.py"))
        lines = set(re.findall(r"^\s*from crmlab\.([a-z]\w*) import", text, re.MULTILINE))
        expected = (lines & {*flow.query("source_part == 'room'")["source"]}) - {room}
        assert set(drawn[drawn["target"] == room]["source"]) == expected


# --- bad input ------------------------------------------------------------------------------------

EMPTY = simulate_company(100, seed=1)
TABLES = {**EMPTY.tables, "campaigns": EMPTY.campaigns.iloc[:0]}
NO_CAMPAIGNS = type(EMPTY)(**TABLES, truth=EMPTY.truth)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: run_loop(COMPANY, periods=0), InputError, "`periods` must be .*at least 1; got"),
        (lambda: run_loop(COMPANY, periods=1_001), InputError, r"`periods` must be in \[1, 1000\]"),
        (lambda: run_loop(NO_CAMPAIGNS), InputError, "it has no campaigns"),
        (lambda: compare_loops(NO_CAMPAIGNS), InputError, "it has no campaigns"),
        (lambda: run_loop(COMPANY, campaign_id="K09"), InputError, "`campaign_id` must be one of"),
        (lambda: run_loop(COMPANY.contacts), InputTypeError, "`company` must be a simulated"),
        (lambda: run_loop(COMPANY, test=0.5), InputError, "`test` must be at most `capacity`, 0.4"),
        (lambda: run_loop(COMPANY, n_customers=10**10), InputError, "`n_customers` must be at"),
        (lambda: compare_loops([]), InputError, "`companies` must hold at least one company"),
        (lambda: compare_loops("a"), InputTypeError, "`companies` must be a simulated company"),
        (lambda: compare_loops(COMPANY, seeds=1), InputError, "`seeds` must be .*at least 2; got"),
        (lambda: compare_teams(COMPANY, belief="age"), InputError, "`belief` must be one of"),
        (lambda: compare_teams(COMPANY, trial=1.0), InputError, r"`trial` must be in \(0, 1\)"),
        (lambda: explore([0.1]), InputError, "at least two letters"),
        (lambda: explore([0.1, 1.2]), InputError, r"`chance` must be in \[0, 1\]; got 1.2"),
        (lambda: explore([0.1, 0.2], batches=0), InputError, "`batches` must be .*at least 1"),
        (lambda: explore([0.1, 0.2], n_customers=5, batches=9), InputError, "`batches` must be in"),
        (lambda: explore([0.1, 0.2], cost=[1.0]), InputError, "`cost` must be one number, or one"),
        (lambda: explore([0.1, 0.2], margin=0), InputError, "`margin` must be .*above 0"),
        (lambda: thompson_chances([3], [2]), InputError, "`orders` must be at most `contacts`"),
        (lambda: thompson_chances([3], [4, 4]), InputError, "`contacts` must have a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
