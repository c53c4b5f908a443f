"""Agents, waits and routing: against published numbers, chains of states and simulated calls."""

import heapq
import math
from collections import deque

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import InputError
from crmlab.contact import erlang_a, erlang_c, route_by_value, staffing

MEMBERS = pd.DataFrame({"calls": [10, 90], "loss": [5.0, 1.0]}, index=["best", "others"])


# --- oracles --------------------------------------------------------------------------------------


def chain(rate, service, n, giving_up, n_states=8000):
    """Erlang A from the probabilities of 0, 1, 2 ... callers, one balance equation each."""
    log = [0.0]
    for k in range(1, n_states):
        leaving = min(k, n) * service + max(k - n, 0) * giving_up
        log.append(log[-1] + math.log(rate / leaving))
    weight = np.exp(np.array(log) - max(log))
    weight /= weight.sum()
    callers = np.arange(n_states)
    queue = float(weight @ np.maximum(callers - n, 0))
    return {
        "wait_probability": weight[callers >= n].sum(),
        "abandoned": giving_up * queue / rate,
        "mean_wait": queue / rate,
        "occupancy": float(weight @ np.minimum(callers, n)) / n,
    }


def simulate(calls, handling, n, *, patience=math.inf, classes=None, n_calls=150_000, seed=1):
    """Calls one by one; returns what each waited, whether it was answered, and its class."""
    rng = np.random.default_rng(seed)
    shares = np.array([1.0] if classes is None else classes) / np.sum(classes or [1.0])
    came = np.cumsum(rng.exponential(1 / calls, n_calls))
    rank = rng.choice(len(shares), p=shares, size=n_calls)
    talk = rng.exponential(handling, n_calls)
    hangs = came + (rng.exponential(patience, n_calls) if patience < math.inf else math.inf)
    waited, answered = np.zeros(n_calls), np.ones(n_calls, dtype=bool)
    lines = [deque() for _ in shares]
    busy, at = [], 0
    while at < n_calls or busy:
        if busy and (at == n_calls or busy[0] <= came[at]):
            now = heapq.heappop(busy)
            call = next_call(lines, now, hangs, came, waited, answered)
            if call is not None:
                waited[call] = now - came[call]
                heapq.heappush(busy, now + talk[call])
        else:
            if len(busy) < n:
                heapq.heappush(busy, came[at] + talk[at])
            else:
                lines[rank[at]].append(at)
            at += 1
    kept = slice(2000, None)  # the system starts empty
    return waited[kept], answered[kept], rank[kept]


def next_call(lines, now, hangs, came, waited, answered):
    for line in lines:
        while line:
            call = line.popleft()
            if hangs[call] > now:
                return call
            waited[call], answered[call] = hangs[call] - came[call], False
    return None


# --- published numbers ----------------------------------------------------------------------------


def test_textbook_half_hour_of_a_hundred_calls():
    # 10 erlangs, 80 % in 20 seconds: a common worked example, recomputed by hand.
    table = erlang_c(100, 1800, 180, agents=[13, 14])
    assert table["wait_probability"].round(4).tolist() == [0.2853, 0.1741]
    assert table["service_level"].round(4).tolist() == [0.7956, 0.8884]
    assert table["mean_wait"].iloc[1] == pytest.approx(7.8, abs=0.05)  # printed with one decimal
    assert table["occupancy"].round(3).tolist() == [0.769, 0.714]
    assert staffing(100, 1800, 180)["agents"].tolist() == [14]


def test_mitans_example_of_360_calls_in_half_an_hour():
    # "The Erlang-C formula", Mitan Ltd: 48 erlangs, 55 agents, target 15 seconds. Printed there:
    # probability of waiting .239, mean wait 8.2 s, service level 84.6 %.
    row = erlang_c(360, 1800, 240, agents=55, within=15).iloc[0]
    assert row["wait_probability"] == pytest.approx(0.239, abs=5e-4)
    assert row["mean_wait"] == pytest.approx(8.2, abs=0.05)
    assert row["service_level"] == pytest.approx(0.846, abs=5e-4)


def test_patience_as_in_garnett_mandelbaum_and_reiman():
    # Manufacturing & Service Operations Management 4(3), 2002, table 1: 50 agents, 48 calls a
    # minute of a minute, patience two minutes. Without patience: wait 20.8 s, its 90th percentile
    # 58.1 s, occupancy 96 %; with it 3.1 % give up, wait 3.7 s, percentile 12.5 s, 93 %.
    without = erlang_c(48, 60, 60, agents=50, within=58.1).iloc[0]
    assert without["mean_wait"] == pytest.approx(20.8, abs=0.05)
    assert without["still_waiting"] == pytest.approx(0.1, abs=5e-4)
    assert without["occupancy"] == pytest.approx(0.96, abs=5e-3)
    patient = erlang_a(48, 60, 60, agents=50, patience=120, within=12.5).iloc[0]
    assert patient["abandoned"] == pytest.approx(0.031, abs=5e-4)
    assert patient["mean_wait"] == pytest.approx(3.7, abs=0.05)
    assert patient["still_waiting"] == pytest.approx(0.1, abs=2e-3)  # the percentile is rounded
    assert patient["occupancy"] == pytest.approx(0.93, abs=5e-3)


def test_priorities_of_a_repair_shop():
    # Stevenson, Operations Management, example 8: six servers, one job an hour each, classes of
    # 2, 2 and 1 an hour: "a waiting time of .147 hour for tools in the first class".
    shop = pd.DataFrame({"calls": [2, 2, 1]})
    table = route_by_value(shop, 1, 1, agents=6, order="given")
    assert table["wait_routed"].iloc[0] == pytest.approx(0.147, abs=5e-4)


# --- Erlang C and A -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "service", "n", "giving_up"),
    [
        pytest.param(48, 1, 50, 0.5, id="a call centre"),
        pytest.param(60, 1, 50, 0.5, id="more work than agents"),
        pytest.param(3, 0.2, 10, 0.1, id="far more"),
        pytest.param(1, 1, 1, 10, id="one agent, no patience"),
        pytest.param(5000, 1, 5050, 2.0, id="thousands of agents"),
        pytest.param(100, 1, 130, 3.0, id="hardly a wait"),
    ],
)
def test_erlang_a_is_the_chain_of_states(rate, service, n, giving_up):
    row = erlang_a(rate, 1, 1 / service, agents=n, patience=1 / giving_up).iloc[0]
    for name, expected in chain(rate, service, n, giving_up).items():
        assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_without_end_of_patience_erlang_a_is_erlang_c():
    endless = erlang_a(100, 1800, 180, agents=[11, 14], patience=1e12)
    pd.testing.assert_frame_equal(endless, erlang_c(100, 1800, 180, agents=[11, 14]), atol=1e-6)


@pytest.mark.slow
def test_simulated_calls_wait_and_hang_up_as_erlang_a_says():
    within, patience = 15.0, 60.0
    waited, answered, _ = simulate(100 / 1800, 180, 10, patience=patience)
    row = erlang_a(100, 1800, 180, agents=10, patience=patience, within=within).iloc[0]
    # Four standard errors of 150,000 calls whose waits resemble their neighbours'.
    assert row["abandoned"] == pytest.approx(1 - answered.mean(), abs=0.006)
    assert row["service_level"] == pytest.approx((answered & (waited <= within)).mean(), abs=0.008)
    assert row["still_waiting"] == pytest.approx((waited > within).mean(), abs=0.008)
    assert row["mean_wait"] == pytest.approx(waited.mean(), rel=0.03)
    assert row["mean_wait_answered"] == pytest.approx(waited[answered].mean(), rel=0.03)


@pytest.mark.slow
def test_simulated_calls_wait_as_erlang_c_says():
    waited, _, _ = simulate(100 / 1800, 180, 14, seed=0)
    row = erlang_c(100, 1800, 180, agents=14).iloc[0]
    assert row["wait_probability"] == pytest.approx((waited > 0).mean(), abs=0.015)
    assert row["service_level"] == pytest.approx((waited <= 20).mean(), abs=0.015)
    # Long waits come in runs: the means of ten seeds differ by 7 % (standard deviation).
    assert row["mean_wait"] == pytest.approx(waited.mean(), rel=0.1)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.floats(0.1, 300), st.floats(0.1, 50), st.integers(1, 80), st.floats(0.05, 50),
    st.floats(0, 20),
)  # fmt: skip
def test_shares_add_up_and_stay_in_bounds(calls, handling, n, patience, within):
    row = erlang_a(calls, 10, handling, agents=n, patience=patience, within=within).iloc[0]
    shares = ["wait_probability", "service_level", "still_waiting", "abandoned", "occupancy"]
    assert row[shares].between(0, 1 + 1e-12).all()
    assert row["service_level"] + row["still_waiting"] <= 1 + 1e-9
    assert row["service_level"] <= 1 - row["abandoned"] + 1e-9
    # Little's law: the queue loses as many as hang up.
    assert row["abandoned"] == pytest.approx(row["mean_wait"] / patience, abs=1e-9)
    more = erlang_a(calls, 10, handling, agents=n + 1, patience=patience, within=within).iloc[0]
    assert more["service_level"] >= row["service_level"] - 1e-9


@pytest.mark.slow
@settings(max_examples=30)
@given(st.floats(0.5, 200), st.sampled_from([60.0, 1 / 60, 3600.0]))
def test_the_unit_of_time_does_not_matter(calls, unit):
    first = staffing(calls, 1800, 180, within=20, patience=90).iloc[0]
    other = staffing(calls, 1800 * unit, 180 * unit, within=20 * unit, patience=90 * unit).iloc[0]
    assert other["agents"] == first["agents"]
    assert other["mean_wait"] == pytest.approx(first["mean_wait"] * unit, rel=1e-6)


@pytest.mark.parametrize("agents", [1, 99_000, 101_000])
def test_a_hundred_thousand_agents_overflow_nothing(agents):
    row = erlang_a(1e5, 1800, 1800, agents=agents, patience=1e9).iloc[0]
    assert np.isfinite(row.to_numpy(dtype=float)).all()
    # What is more than all can do is given up.
    assert row["abandoned"] == pytest.approx(max(1 - agents / 1e5, 0), abs=1e-6)


# --- staffing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [None, 45.0])
@pytest.mark.parametrize("calls", [0.3, 7, 100, 900, 12_000])
def test_one_agent_fewer_misses_the_target(calls, patience):
    limits = {"patience": patience, "max_occupancy": 0.95}
    row = staffing(calls, 1800, 180, **limits).iloc[0]
    assert row["service_level"] >= 0.8
    assert row["occupancy"] <= 0.95 + 1e-9
    fewer = int(row["agents"]) - 1
    if patience is None and fewer <= row["load"]:
        return
    if fewer:
        options = {"agents": fewer} | ({"patience": patience} if patience else {})
        less = (erlang_a if patience else erlang_c)(calls, 1800, 180, **options).iloc[0]
        assert less["service_level"] < 0.8 or less["occupancy"] > 0.95


def test_a_limit_on_hanging_up_asks_for_more():
    loose = staffing(200, 1800, 180, target=0.5, patience=60)["agents"].iloc[0]
    strict = staffing(200, 1800, 180, target=0.5, patience=60, max_abandoned=0.01).iloc[0]
    assert strict["agents"] > loose
    assert strict["abandoned"] <= 0.01


def test_a_day_keeps_its_index_and_an_empty_interval_needs_nobody():
    day = pd.Series([0, 100], index=pd.Index(["night", "noon"], name="time"))
    table = staffing(day, 1800, 180, shrinkage=0.3)
    assert table.index.equals(day.index)
    assert table["agents"].tolist() == [0, 14]
    assert table["on_roster"].tolist() == [0, 20]
    assert table.loc["night", "service_level"] == 1
    # As floats, 21 / (1 - 0.3) is 30.000000000000004: nobody is hired for that.
    many = staffing(170, 1800, 180, shrinkage=0.3)
    assert many[["agents", "on_roster"]].to_numpy().tolist() == [[21, 30]]


# --- routing --------------------------------------------------------------------------------------


def test_what_one_class_gains_others_lose():
    table = route_by_value(MEMBERS, 1800, 180, agents=12)
    assert table["calls"] @ table["wait_routed"] == pytest.approx(
        table["calls"] @ table["wait_in_turn"]
    )
    alone = erlang_c(100, 1800, 180, agents=12).iloc[0]
    assert table["wait_in_turn"].tolist() == pytest.approx([alone["mean_wait"]] * 2)
    assert table["service_in_turn"].tolist() == pytest.approx([alone["service_level"]] * 2)
    # Cobham's formula by hand: W = C h / (n (1 - s) (1 - s of higher classes)).
    first = alone["wait_probability"] * 180 / (12 * (1 - 1 / 12))
    assert table["wait_routed"].tolist() == pytest.approx([first, first / (1 - 10 / 12)])
    assert table["saved"].sum() == pytest.approx(
        10 * 5 * (alone["mean_wait"] - first) + 90 * (alone["mean_wait"] - first / (1 - 10 / 12))
    )


@pytest.mark.slow
def test_simulated_classes_wait_as_said():
    calls = [2.0, 2.0, 1.0]
    waited, _, rank = simulate(5.0, 1.0, 6, classes=calls, n_calls=250_000, seed=3)
    shop = pd.DataFrame({"calls": calls})
    table = route_by_value(shop, 1, 1, agents=6, order="given", within=0.5)
    for at in range(3):
        mine = waited[rank == at]
        # The waits of the last class come in long runs.
        assert table["wait_routed"].iloc[at] == pytest.approx(mine.mean(), rel=0.1)
        assert table["service_routed"].iloc[at] == pytest.approx((mine <= 0.5).mean(), abs=0.015)


def test_one_class_waits_as_in_a_plain_queue():
    for within in (0.0, 1.0, 20.0, 400.0):
        one = route_by_value(pd.DataFrame({"calls": [100], "loss": 1.0}), 1800, 180, agents=12,
                             within=within).iloc[0]  # fmt: skip
        # The inversion is exact to about 1e-8.
        assert one["service_routed"] == pytest.approx(one["service_in_turn"], abs=1e-7)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.floats(0, 9), min_size=2, max_size=5), st.randoms())
def test_no_order_loses_less_than_by_loss(losses, random):
    classes = pd.DataFrame({"calls": range(1, len(losses) + 1), "loss": losses})
    shuffled = classes.sample(frac=1, random_state=random.randrange(99))
    best = route_by_value(classes, 60, 30, agents=9)["loss_routed"].sum()
    other = route_by_value(shuffled, 60, 30, agents=9, order="given")["loss_routed"].sum()
    assert best <= other + 1e-9
    assert route_by_value(shuffled, 60, 30, agents=9)["loss_routed"].sum() == pytest.approx(best)


def test_without_losses_there_is_no_money():
    table = route_by_value(MEMBERS[["calls"]], 1800, 180, agents=12, order="given")
    assert "saved" not in table


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_c(100, 1800, 180, agents=10), "`agents` must be above the load, 10 erlang"),
        (lambda: erlang_c(100, 1800, 180, agents=[14, 3]), "got 3. The queue would grow without"),
        (lambda: erlang_c(100, 1800, 180, agents=[]), "`agents` must hold at least one number"),
        (lambda: erlang_c(100, 1800, 180, agents=2.5), "`agents` must be a whole number; got 2.5"),
        (lambda: erlang_c(-1, 1800, 180, agents=2), "`calls` must be finite and at least 0; got"),
        (lambda: erlang_c(1, 0, 180, agents=2), "`interval` must be finite and above 0; got 0"),
        (lambda: erlang_c(1e9, 1, 9, agents=2), "`calls` must make a load of at most 1,000,000"),
        (lambda: erlang_a(1, 1, 1, agents=2, patience=0), "`patience` must be finite and above 0"),
        (lambda: staffing([], 1, 1), "`calls` must hold at least one number; got none"),
        (lambda: staffing([1, np.nan], 1, 1), "`calls` must be finite and not missing; 1 of 2"),
        (lambda: staffing(1, 1, 1, target=1), r"`target` must be in \(0, 1\); got 1"),
        (lambda: staffing(1, 1, 1, max_abandoned=0.1), "`max_abandoned` needs `patience`"),
        (lambda: staffing(1, 1, 1, max_occupancy=0), r"`max_occupancy` must be in \(0, 1\]; got 0"),
        (lambda: staffing(1, 1, 1, shrinkage=1), r"`shrinkage` must be in \[0, 1\); got 1"),
        (lambda: route_by_value(MEMBERS, 1800, 180, agents=10), "`agents` must be above the load"),
        (lambda: route_by_value(MEMBERS[["calls"]], 1, 1, agents=99), "`classes` lacks 'loss'"),
        (lambda: route_by_value([1], 1, 1, agents=1), "`classes` must be a DataFrame; got list"),
        (lambda: route_by_value(MEMBERS * 0, 1, 1, agents=1), "`calls` must be above 0 in one"),
        (lambda: route_by_value(-MEMBERS, 1, 1, agents=1), "`calls` must not be negative; 2 of 2"),
        (lambda: route_by_value(MEMBERS, 1, 1, agents=999, order="x"), "`order` must be one of"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
