"""Plans keep every limit, are as good as an exact solver's, and say when limits cannot be kept."""

import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from crmlab import InputError, InputTypeError
from crmlab.campaigns import Allocation, allocate_contacts, drop_withdrawn

CHANNELS = ["email", "phone", "post"]
COST = {"email": 1.0, "phone": 2.0, "post": 6.0}


def table(n, *, offers=5, channels=3, seed=0, decimals=None):
    rng = np.random.default_rng(seed)
    columns = pd.MultiIndex.from_product(
        [[f"offer {i}" for i in range(offers)], CHANNELS[:channels]]
    )
    drawn = rng.gamma(2, 5, (n, len(columns)))
    drawn = drawn if decimals is None else drawn.round(decimals)
    index = pd.Index([f"c{i:05}" for i in range(n)], name="customer_id")
    return pd.DataFrame(drawn, columns=columns, index=index)


def nine_limits(n):
    return {
        "cost": COST,
        "budget": 1.2 * n,
        "channel_capacity": {"email": 3 * n // 10, "phone": 2 * n // 10, "post": n // 10},
        "offer_max": {f"offer {i}": 12 * n // 100 for i in range(5)},
    }


# --- counted again, and solved again, by code that shares nothing ---------------------------------


def costs_of(value, cost):
    if isinstance(cost, pd.DataFrame):
        return cost.to_numpy()
    return np.tile([cost[channel] for _, channel in value.columns], (len(value), 1))


def recount(found, value, given):
    """Every limit, from the rows of the plan alone."""
    plan, cost = found.plan, pd.DataFrame(costs_of(value, given["cost"]), value.index)
    cost.columns = value.columns
    seen = set()
    spent, people, offers, channels = 0.0, Counter(), Counter(), Counter()
    for row in plan.itertuples():
        assert (row.customer_id, row.offer) not in seen, "an offer twice"
        seen.add((row.customer_id, row.offer))
        assert row.value == value.loc[row.customer_id, (row.offer, row.channel)]
        assert row.cost == cost.loc[row.customer_id, (row.offer, row.channel)]
        if "eligible" in given:
            assert given["eligible"].loc[row.customer_id, (row.offer, row.channel)]
        spent += row.cost
        people[row.customer_id] += 1
        offers[row.offer] += 1
        channels[row.channel] += 1
    assert spent <= given.get("budget", np.inf) * (1 + 1e-9)
    assert max(people.values(), default=0) <= given.get("contacts_per_customer", 1)
    for name, counted in (("channel_capacity", channels), ("offer_max", offers)):
        for label, most in given.get(name, {}).items():
            assert counted[label] <= most, (name, label)
    for label, least in given.get("offer_min", {}).items():
        assert offers[label] >= least, label
    for group in given.get("exclusive", []):
        for person in people:
            assert sum((person, offer) in seen for offer in set(group)) <= 1
    # The bound holds, and the sums are those of the rows.
    assert_allclose(found.profit, (plan["value"] - plan["cost"]).sum(), atol=1e-9)
    assert found.profit <= found.bound + 1e-9 * abs(found.bound)
    used = found.duals.set_index(["limit", "of"])["used"]
    for (limit, label), number in used.items():
        whole = {"budget": spent, "channel_capacity": channels[label]}.get(limit, offers[label])
        assert_allclose(number, whole, rtol=1e-9)


def best_by_milp(value, given):
    """Highest profit by the whole-number solver of scipy, or None where limits cannot be kept."""
    n, pairs = len(value), list(value.columns)
    cost = costs_of(value, given["cost"])
    offer, channel = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    rows, low, high = [], [], []

    def add(mask, least, most):
        rows.append(np.broadcast_to(mask, (n, len(pairs))).ravel().astype(float))
        low.append(least)
        high.append(most)

    add(cost, -np.inf, given.get("budget", np.inf))
    for label, most in given.get("channel_capacity", {}).items():
        add(channel == label, -np.inf, most)
    for label, most in given.get("offer_max", {}).items():
        add(offer == label, -np.inf, most)
    for label, least in given.get("offer_min", {}).items():
        add(offer == label, least, np.inf)
    for i in range(n):
        one = (np.arange(n) == i)[:, None]
        add(one, -np.inf, given.get("contacts_per_customer", 1))
        for label in set(offer):
            add(one & (offer == label), -np.inf, 1)
        for group in given.get("exclusive", []):
            add(one & np.isin(offer, group), -np.inf, 1)
    may = given["eligible"].to_numpy() if "eligible" in given else np.ones(value.shape)
    done = milp(
        -(value.to_numpy() - cost).ravel(), integrality=np.ones(value.size),
        constraints=LinearConstraint(np.array(rows), low, high),
        bounds=Bounds(0, may.ravel().astype(float)),
    )  # fmt: skip
    return None if done.status == 2 else -done.fun


@st.composite
def problems(draw):
    n, offers = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    channels = draw(st.integers(1, 3))
    value = table(n, offers=offers, channels=channels, seed=draw(st.integers(0, 10**6)),
                  decimals=draw(st.sampled_from([0, 2])))  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    own = pd.DataFrame(rng.integers(0, 7, value.shape) * 1.0, value.index, value.columns)
    names = sorted({offer for offer, _ in value.columns})
    counts = st.dictionaries(st.sampled_from(names), st.integers(0, n))
    given = {"cost": draw(st.sampled_from([COST, own])),
             "contacts_per_customer": draw(st.integers(1, 3))}  # fmt: skip
    options = {
        "budget": st.integers(0, 4 * n).map(float),
        "channel_capacity": st.dictionaries(
            st.sampled_from(CHANNELS[:channels]), st.integers(0, n)
        ),
        "offer_max": counts,
        "offer_min": st.dictionaries(st.sampled_from(names), st.integers(0, n // 2)),
        "exclusive": st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=3), max_size=2),
        "eligible": st.just(
            pd.DataFrame(rng.random(value.shape) < 0.8, value.index, value.columns)
        ),
    }
    for name, values in options.items():
        if draw(st.booleans()):
            given[name] = draw(values)
    return value, given


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(problems())
def test_small_plans_are_the_best_there_are(problem):
    value, given = problem
    best = best_by_milp(value, given)
    try:
        found = allocate_contacts(value, **given)
    except InputError as refusal:
        told = re.search("nobody may get|must not exceed `offer_max`", str(refusal))
        if best is None or told:
            return
        raise
    recount(found, value, given)
    assert best is not None
    assert_allclose(found.profit, best, atol=1e-6)
    assert found.bound >= best - 1e-6  # where many plans are alike, branching ends above it


@pytest.mark.slow
@pytest.mark.parametrize("contacts", [1, 2])
def test_the_bound_is_that_of_the_linear_program(contacts):
    n = 250
    value, given = table(n), nine_limits(n) | {"contacts_per_customer": contacts}
    given["offer_min"] = {"offer 3": 27}
    found = allocate_contacts(value, **given)
    offer, channel = (value.columns.get_level_values(i) for i in (0, 1))
    cost = np.array([COST[name] for name in channel])
    shared = [cost, *(channel == c for c in CHANNELS), *(offer == f"offer {i}" for i in range(5)),
              -1.0 * (offer == "offer 3")]  # fmt: skip
    most = [given["budget"], *given["channel_capacity"].values(), *given["offer_max"].values(), -27]
    own = [np.ones(15), *(offer == f"offer {i}" for i in range(5))]
    matrix = sp.vstack(
        [
            sp.kron(np.ones((1, n)), np.array(shared, float)),
            sp.kron(sp.eye(n), np.array(own, float)),
        ]
    )
    heads = np.tile([contacts, 1, 1, 1, 1, 1], n)
    done = linprog(-(value.to_numpy() - cost).ravel(), A_ub=matrix.tocsc(),
                   b_ub=np.r_[most, heads], method="highs")  # fmt: skip
    assert_allclose(found.bound, -done.fun, rtol=1e-6)
    recount(found, value, given)


CASES = {
    "nine limits": {},
    "two contacts": {"contacts_per_customer": 2},
    "minimums": {"offer_min": {"offer 3": 330, "offer 4": 300}},
    "minimums, two": {"offer_min": {"offer 0": 350}, "contacts_per_customer": 2},
    "excluding": {"contacts_per_customer": 2, "exclusive": [["offer 0", "offer 1"]]},
    "excluding, overlapping": {
        "contacts_per_customer": 3,
        "exclusive": [["offer 0", "offer 1"], ["offer 1", "offer 2"]],
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("decimals", [None, 0], ids=["all apart", "many alike"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_three_thousand_customers_lack_little(case, decimals):
    n = 3000
    value, given = table(n, decimals=decimals), nine_limits(n) | case
    found = allocate_contacts(value, **given)
    recount(found, value, given)
    assert found.gap < 3e-4  # a contact or two of 1,750


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda v, rng: v.iloc[rng.integers(0, 8, len(v))], id="eight kinds"),
        pytest.param(lambda v, rng: v * 0 + 20.0, id="all alike"),
        pytest.param(lambda v, rng: v * (rng.random(v.shape) < 0.1), id="mostly nothing"),
        pytest.param(
            lambda v, rng: v.mul(0).add(1.0).mul(rng.lognormal(2, 1.2, len(v)), axis=0),
            id="channels alike",
        ),
        pytest.param(lambda v, rng: v.pow(6), id="long tails"),
    ],
)
def test_bases_of_other_kinds_lack_little(make):
    n = 1000
    value = table(n)
    other = pd.DataFrame(
        make(value, np.random.default_rng(1)).to_numpy(), value.index, value.columns
    )
    given = nine_limits(n) | {"offer_min": {"offer 3": 90}}
    found = allocate_contacts(other, **given)
    recount(found, other, given)
    assert found.gap < 1e-3


@pytest.mark.slow
def test_a_large_base_is_sought_on_a_part_first():
    n = 40_000
    value, given = table(n, offers=3), nine_limits(n)
    given["offer_max"] = {"offer 0": 6000}
    own = pd.DataFrame(
        np.random.default_rng(1).uniform(0.5, 4, value.shape), value.index, value.columns
    )
    found = allocate_contacts(value, **given | {"cost": own})
    assert found.gap < 1e-4
    assert found.cost <= given["budget"] * (1 + 1e-9)
    counts = found.plan["channel"].value_counts()
    assert all(counts[name] <= most for name, most in given["channel_capacity"].items())
    assert found.plan["customer_id"].is_unique


# --- what must not matter -------------------------------------------------------------------------


SMALL = table(40)
GIVEN = nine_limits(40)


def test_currency_and_the_order_of_customers_change_nothing():
    found = allocate_contacts(SMALL, **GIVEN)
    won = allocate_contacts(
        SMALL.iloc[::-1] * 1300, **GIVEN | {"cost": {k: 1300 * c for k, c in COST.items()},
                                            "budget": 1300 * GIVEN["budget"]}
    )  # fmt: skip
    assert_allclose(won.profit, 1300 * found.profit, rtol=1e-9)
    assert_allclose(won.bound, 1300 * found.bound, rtol=1e-6)


def test_the_table_of_values_is_left_as_it_was():
    before = SMALL.copy()
    allocate_contacts(SMALL, **GIVEN)
    assert_frame_equal(SMALL, before)


def test_a_tidy_table_gives_the_same_plan():
    tidy = SMALL.reset_index(names="customer_id", col_level=0).melt(
        id_vars=[("customer_id", "")], var_name=["offer", "channel"]
    )
    tidy = tidy.set_axis(["customer_id", "offer", "channel", "value"], axis=1)
    tidy = tidy.sort_values(["customer_id", "offer", "channel"])
    tidy["cost"] = tidy["channel"].map(COST)
    wide = allocate_contacts(SMALL, **GIVEN)
    found = allocate_contacts(tidy, **GIVEN | {"cost": None})
    assert_frame_equal(found.plan, wide.plan)
    few = tidy[tidy["channel"] == "email"]
    assert set(allocate_contacts(few, **GIVEN | {"cost": None, "channel_capacity": None})
               .plan["channel"]) == {"email"}  # fmt: skip


def test_costs_are_told_in_several_ways():
    each = pd.DataFrame(costs_of(SMALL, COST), SMALL.index, SMALL.columns)
    ways = [COST, {(o, c): COST[c] for o, c in SMALL.columns}, each, each.iloc[::-1].reset_index()]
    profits = [allocate_contacts(SMALL, **GIVEN | {"cost": cost}).profit for cost in ways]
    assert_allclose(profits, profits[0])


def test_without_limits_everybody_gets_what_is_best_for_them():
    value = pd.DataFrame({"camp": [5.0, 1.0, 3.0], "books": [2.0, 2.0, 7.0]}, index=list("abc"))
    found = allocate_contacts(value, cost=2)
    assert found.plan["offer"].tolist() == ["camp", "books"]
    assert found.plan["customer_id"].tolist() == ["a", "c"]  # books earn b nothing
    assert (found.profit, found.bound, found.gap, len(found.duals)) == (8.0, 8.0, 0.0, 0)


def test_nothing_is_worth_its_cost():
    found = allocate_contacts(SMALL, cost=1e6, budget=1e9)
    assert (len(found.plan), found.profit, found.gap) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("limit", "of", "more"), [("channel_capacity", "email", 10), ("budget", "", 25.0)]
)
def test_a_price_is_what_one_more_would_bring(limit, of, more):
    value, given = table(400), nine_limits(400)
    found = allocate_contacts(value, **given)
    raised = given[limit] | {of: given[limit][of] + more} if of else given[limit] + more
    wider = allocate_contacts(value, **given | {limit: raised})
    before, after = (
        each.duals.set_index(["limit", "of"])["price"][limit, of] for each in (found, wider)
    )
    # The bound is concave in a limit: what is gained lies between its slopes at both ends.
    gained = wider.bound - found.bound
    assert more * after - 1e-6 <= gained <= more * before + 1e-6
    assert before > 0


def test_a_minimum_costs_what_it_asks_for():
    value = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [9.0, 9.0, 9.0]}, index=range(3))
    free = allocate_contacts(value, cost=0)
    told = allocate_contacts(value, cost=0, offer_min={"a": 2})
    assert free.profit - told.profit == 7.0
    assert 7.0 <= told.duals["price"].item() <= 8.0  # one fewer saves 7, one more costs 8


# --- consent --------------------------------------------------------------------------------------

CONSENTS = pd.DataFrame(
    {"customer_id": ["a", "a", "b"], "channel": ["email", "phone", "email"],
     "purpose": "marketing", "granted": True, "date": pd.Timestamp("2024-01-05")}
)  # fmt: skip
TWO = pd.DataFrame(
    {("camp", "email"): [5.0, 5.0, 5.0], ("camp", "phone"): [9.0, 9.0, 9.0]}, index=list("abc")
)


def test_nobody_is_contacted_without_consent():
    found = allocate_contacts(TWO, cost=1, consents=CONSENTS)
    assert found.plan[["customer_id", "channel"]].to_numpy().tolist() == [
        ["a", "phone"],
        ["b", "email"],
    ]
    early = allocate_contacts(TWO[[("camp", "email")]], cost=1, consents=CONSENTS, on="2024-01-05")
    assert early.plan["customer_id"].tolist() == ["a", "b"]


def test_consent_withdrawn_after_the_plan_is_counted():
    found = allocate_contacts(TWO, cost=1, consents=CONSENTS)
    later = pd.concat(
        [CONSENTS, CONSENTS.iloc[1:2].assign(granted=False, date=pd.Timestamp("2024-06-30"))]
    )
    sent = drop_withdrawn(found, later, on="2024-07-01")
    assert (sent.n_withdrawn, sent.value, sent.cost) == (1, 5.0, 1.0)
    assert sent.plan["customer_id"].tolist() == ["b"]
    assert sent.withdrawn[["customer_id", "status"]].to_numpy().tolist() == [["a", "refused"]]
    assert drop_withdrawn(found, later, on="2024-06-01").n_withdrawn == 0
    with pytest.raises(InputError, match="1 of 2 have none on the day of sending, such as 'a' by"):
        drop_withdrawn(found.plan, later, on="2024-07-01", withdrawn="raise")
    with pytest.raises(InputError, match="consents are given; got 'fax'"):
        drop_withdrawn(found.plan.assign(channel="fax"), later)
    with pytest.raises(InputTypeError, match="`plan` must be an Allocation or a DataFrame"):
        drop_withdrawn([1], later)
    assert drop_withdrawn(found.plan.iloc[:0], later).n_withdrawn == 0


# --- limits that cannot be kept -------------------------------------------------------------------

BASE = table(200)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(
            {"budget": 50, "offer_min": {"offer 0": 60}},
            "`budget` must be at least 60 for `offer_min` 60 of 'offer 0'; got 50.", id="budget",
        ),
        pytest.param(
            {"budget": 50, "offer_min": {"offer 0": 60}, "contacts_per_customer": 2},
            "`budget` must be at least 60 for `offer_min` 60 of 'offer 0'; got 50.", id="two",
        ),
        pytest.param(
            {"channel_capacity": {"email": 30, "phone": 30, "post": 30},
             "offer_min": {"offer 0": 60, "offer 1": 40}},
            "`offer_min` 60 of 'offer 0' and 40 of 'offer 1' cannot be kept within "
            "`channel_capacity` 30 of 'email', `channel_capacity` 30 of 'phone' and "
            "`channel_capacity` 30 of 'post'.", id="channels",
        ),
        pytest.param(
            {"offer_min": {"offer 0": 201}},
            "`offer_min` asks for more than the customers who may get it: 201 of 'offer 0'.",
            id="customers",
        ),
        pytest.param(
            {"offer_min": {"offer 0": 5}, "offer_max": {"offer 0": 4}},
            "`offer_min` must not exceed `offer_max`; of 'offer 0' they are 5 and 4.", id="both",
        ),
        pytest.param(
            {"budget": 90, "channel_capacity": {"email": 20}, "offer_min": {"offer 2": 60}},
            "`budget` must be at least 100 for `offer_min` 60 of 'offer 2'; got 90.",
            id="budget, when the cheap channel is full",
        ),
        pytest.param(
            {"offer_min": {"offer 0": 120, "offer 1": 120}, "contacts_per_customer": 2,
             "exclusive": [["offer 0", "offer 1"]]},
            "`offer_min` asks for more than the customers who may get it", id="exclusive",
        ),
        pytest.param(
            {"offer_min": {"offer 0": 120, "offer 1": 120}, "contacts_per_customer": 2,
             "exclusive": [["offer 0", "offer 1"], ["offer 1", "offer 2"]]},
            "`offer_min` asks for more than the customers who may get it", id="overlapping",
        ),
    ],
)  # fmt: skip
def test_limits_that_cannot_be_kept_are_named(given, words):
    with pytest.raises(InputError, match=re.escape(words)):
        allocate_contacts(BASE, **{"cost": COST} | given)


def test_costs_of_their_own_are_weighed_before_a_budget_is_refused():
    rng = np.random.default_rng(3)
    cost = pd.DataFrame(rng.uniform(0.5, 4, BASE.shape), BASE.index, BASE.columns)
    mine = cost["offer 0"].min(axis=1).nsmallest(100).sum()  # the cheapest way of all
    given = {"cost": cost, "offer_min": {"offer 0": 100}}
    assert len(allocate_contacts(BASE, **given, budget=mine * 1.02).plan) >= 100
    with pytest.raises(InputError, match=r"`offer_min` 100 of 'offer 0' cannot .* `budget`"):
        allocate_contacts(BASE, **given, budget=mine * 0.98)
    with pytest.raises(InputError, match=r"`budget` must be at least .* for `offer_min` 100"):
        allocate_contacts(BASE, **given, budget=10)


def test_whole_contacts_may_not_fit_where_shares_would():
    pairs = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    value = pd.DataFrame(np.ones((2, 4)), columns=pd.MultiIndex.from_tuples(pairs))
    may = pd.DataFrame([[1, 0, 0, 1], [0, 1, 1, 0]], columns=value.columns, dtype=bool)
    # Half of each contact keeps every limit; of the four whole plans each breaks one.
    given = {"channel_capacity": {"x": 1, "y": 1}, "offer_min": {"a": 1, "b": 1}}
    assert best_by_milp(value, given | {"cost": {"x": 0, "y": 0}, "eligible": may}) is None
    with pytest.raises(InputError, match=r"`offer_min` of 'a', 'b' must leave some room: no plan"):
        allocate_contacts(value, cost=0, eligible=may, **given)


def test_three_offers_that_exclude_each_other_in_pairs():
    value = pd.DataFrame(np.ones((200, 3)), columns=["a", "b", "c"])
    given = {"cost": 0, "contacts_per_customer": 3, "exclusive": ["ab", "bc", "ac"]}
    given["exclusive"] = [list(pair) for pair in given["exclusive"]]
    assert len(allocate_contacts(value, **given, offer_min={"a": 90, "b": 90}).plan) == 200
    with pytest.raises(InputError, match="asks for more than the customers who may get it"):
        allocate_contacts(value, **given, offer_min={"a": 90, "b": 90, "c": 90})


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": SMALL.iloc[:0]}, "at least one customer and one offer"),
        ({"value": SMALL.iloc[:, :0]}, "at least one customer and one offer"),
        ({"value": SMALL.iloc[[0, 0]]}, "'c00000' is there more than once"),
        ({"value": SMALL.where(SMALL < 15)}, "finite and not missing"),
        ({"value": SMALL.set_axis([None, *SMALL.index[1:]])}, "`customer_id` must not be missing"),
        ({"value": SMALL * 1e155}, "at most 1e+150"),
        ({"cost": -1}, "A cost is written positive"),
        ({"cost": {"email": 1, "phone": 2}}, "must name every channel"),
        ({"cost": {"email": 1, "phone": 2, "post": -6}}, "cost['post']"),
        ({"cost": SMALL.iloc[1:]}, "1 of 40 are not there"),
        ({"cost": SMALL.iloc[[0, *range(40)]]}, "`cost` must have one row per customer"),
        ({"cost": -SMALL}, "must not be negative"),
        ({"cost": SMALL["offer 0"][["email"]]}, "`cost` must have the columns of `value`"),
        ({"channel_capacity": {"fax": 3}}, "got 'fax', which `value` does not have"),
        ({"channel_capacity": {"email": -1}}, "channel_capacity['email']"),
        ({"offer_max": {"offer 9": 3}}, "got 'offer 9'"),
        ({"offer_min": {"offer 1": 2.5}}, "must be a whole number"),
        ({"exclusive": [["offer 0", "offer 9"]]}, "got 'offer 9'"),
        ({"currency": {f"offer {i}": "KRW" for i in range(4)}}, "`currency` must name every offer"),
        ({"currency": dict(zip([f"offer {i}" for i in range(5)], ["KRW", *["USD"] * 4],
                               strict=True))}, "offers are in 'KRW', 'USD'"),
        ({"eligible": SMALL > 1e9}, "nobody may get 'offer 0'"),
        ({"eligible": SMALL}, "must hold true and false only"),
        ({"eligible": pd.DataFrame({"email": [True]}, index=["x"])}, "40 of 40 are not there"),
        ({"value": SMALL.rename(columns={"email": "fax"}), "consents": CONSENTS,
          "cost": 1, "channel_capacity": None}, "`consents` are given by channel"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(given, words):
    with pytest.raises(InputError, match=re.escape(words)):
        allocate_contacts(**{"value": SMALL} | GIVEN | given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": [1, 2]}, "`value` must be a DataFrame"),
        ({"cost": None}, "Give 0 where contacts cost nothing"),
        ({"offer_max": 3}, "`offer_max` must be a mapping of offers"),
        ({"channel_capacity": 3}, "`channel_capacity` must be a mapping of channels"),
        ({"exclusive": "offer 0"}, "`exclusive` must be a list of groups"),
        ({"exclusive": ["offer 0"]}, "got 'offer 0' as a group"),
        ({"eligible": [True]}, "`eligible` must be a DataFrame"),
        ({"currency": 5}, "`currency` must be a code"),
    ],
)
def test_other_types_are_refused(given, words):
    with pytest.raises(InputTypeError, match=re.escape(words)):
        allocate_contacts(**{"value": SMALL} | GIVEN | given)


def test_tidy_tables_are_looked_through():
    tidy = pd.DataFrame({"customer_id": ["a", "b"], "offer": "x", "value": [1.0, 2.0], "cost": 1.0})
    assert allocate_contacts(tidy).plan["channel"].tolist() == ["any"]
    with pytest.raises(InputError, match="1 of 2 rows repeat another"):
        allocate_contacts(tidy.assign(customer_id="a"))
    with pytest.raises(InputError, match="name customer, offer and channel in each row; 2 of 2"):
        allocate_contacts(tidy.assign(customer_id=None))
    with pytest.raises(InputError, match="offers are in 'KRW', 'USD'"):
        allocate_contacts(tidy.assign(currency=["KRW", "USD"]))
    with pytest.raises(InputError, match="`value` must name a column once; 'x' is there twice"):
        allocate_contacts(pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]), cost=1)


def test_many_sets_of_overlapping_offers_are_refused():
    value = pd.DataFrame(np.ones((1, 30)), columns=[f"o{i}" for i in range(30)])
    with pytest.raises(InputError, match="more than 4,000 sets of offers go together"):
        allocate_contacts(
            value, cost=0, contacts_per_customer=5, exclusive=[["o0", "o1"], ["o1", "o2"]]
        )


def test_it_says_what_it_is_and_prints_nothing(capfd):
    found = allocate_contacts(SMALL, **GIVEN)
    assert isinstance(found, Allocation)
    assert capfd.readouterr() == ("", "")
    assert repr(found).startswith(f"Allocation({len(found.plan)} contacts, profit ")
