"""Ways of targeting are judged by what they earn, and duplicated spend is counted as by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from crmlab import InputError, InputTypeError
from crmlab.campaigns import compare_targeting, duplicated_spend

LOT = {"assignment": "random"}


def base(n=4000, seed=0):
    """Customers whose true value is known, an estimate of it, and their segment."""
    rng = np.random.default_rng(seed)
    true = rng.gamma(1.0, 4.0, n)
    estimate = true * rng.lognormal(0, 0.5, n)
    return true, estimate, pd.cut(estimate, [-1, 2, 5, 10, np.inf], labels=list("dcba")).astype(str)


# --- one base, one budget -------------------------------------------------------------------------


def test_everybody_the_best_segments_the_best_customers():
    true, estimate, segment = base()
    found = compare_targeting(
        estimate, cost=3, budget=3000, segments=segment, true_value=true
    ).set_index("policy")
    assert (found["cost"] <= 3000 + 1e-6).all()
    assert found["n_contacted"].tolist() == [1000.0, 1000.0, 1000.0]
    # By hand: a lot of 1,000; those of segment a, and then a lot of b; the highest estimates.
    assert_allclose(found.loc["mass", "estimate"], 1000 * (true.mean() - 3))
    a, b = segment == "a", segment == "b"
    rest = (1000 - a.sum()) / b.sum()
    assert_allclose(
        found.loc["segment", "estimate"], (true[a] - 3).sum() + rest * (true[b] - 3).sum()
    )
    best = np.argsort(-estimate, kind="stable")[:1000]
    assert_allclose(found.loc["one-to-one", "estimate"], (true[best] - 3).sum())
    assert found["estimate"].is_monotonic_increasing
    assert_allclose(found["over_mass"], found["estimate"] - found.loc["mass", "estimate"])


def test_nobody_who_costs_more_than_they_bring_is_contacted():
    found = compare_targeting(
        [5.0, 5, 1, 1, 0, 0], cost=2, segments=list("aabbcc"), true_value=[4.0, 4, 3, 1, 0, 0]
    )
    assert found["n_contacted"].tolist() == [6.0, 2.0, 2.0]
    assert found["estimate"].tolist() == [0.0, 4.0, 4.0]


def test_costs_may_differ_between_customers():
    found = compare_targeting(
        [6.0, 10, 4], cost=[1.0, 5, 1], budget=2, true_value=[6.0, 10, 4]
    ).set_index("policy")
    assert found.loc["one-to-one", ["n_contacted", "cost", "estimate"]].tolist() == [2, 2, 8]
    assert_allclose(found.loc["mass", "estimate"], 2 / 7 * 13)


# --- truth and trial ------------------------------------------------------------------------------


def simulate(rng, n=3000):
    """A trial in which the inclined were contacted more often; contacting adds the estimate."""
    estimate = rng.gamma(1.0, 4.0, n)
    chance = np.where(estimate > 4, 0.7, 0.3)
    treated = rng.random(n) < chance
    outcome = 2 * estimate + treated * estimate + rng.normal(0, 5, n)
    return estimate, chance, treated, outcome


@pytest.mark.slow
def test_limits_of_a_trial_hold_the_truth():
    held, naive = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        estimate, chance, treated, outcome = simulate(rng)
        given = {"cost": 3, "budget": 2700, "outcome": outcome, "treated": treated}
        found = compare_targeting(estimate, **given, propensity=chance)
        wrong = compare_targeting(estimate, **given, assignment="random")
        truth = compare_targeting(estimate, cost=3, budget=2700, true_value=estimate)["estimate"]
        held.append((found["lower"] <= truth) & (truth <= found["upper"]))
        naive.append((wrong["lower"] <= truth) & (truth <= wrong["upper"]))
    # 300 simulations: a rate of 95 % is told to within 2.5 points.
    assert (np.mean(held, axis=0) >= 0.92).all()
    assert np.mean(naive, axis=0)[0] < 0.5, "who was chosen by habit is not compared like with like"


@pytest.mark.slow
def test_limits_by_truth_hold_for_another_base():
    rng = np.random.default_rng(1)
    expected = 250 * (4.0 - 3)
    held = 0
    for _ in range(400):
        true = rng.gamma(1.0, 4.0, 1000)
        row = compare_targeting(true, cost=3, budget=750, true_value=true).iloc[0]
        held += row["lower"] <= expected <= row["upper"]
    assert 0.92 <= held / 400 <= 0.98


def test_a_trial_by_hand():
    # Contacted: the first four. Of them the treated brought 9 and 5, the others 1 and 1.
    found = compare_targeting(
        [9.0, 9, 9, 9, 0, 0], cost=2, outcome=[9.0, 5, 1, 1, 4, 0], treated=[1, 1, 0, 0, 1, 0],
        propensity=0.5,
    ).set_index("policy")  # fmt: skip
    assert_allclose(found.loc["one-to-one", "estimate"], 4 * (7 - 1) - 8)
    # Standard error of the mean of the treated: 2; of the others 0; of a difference times four: 8.
    assert_allclose(found.loc["one-to-one", "upper"], 16 + 1.959964 * 8, rtol=1e-6)
    assert_allclose(found.loc["mass", "estimate"], 6 * (6 - 2 / 3) - 12)


@given(st.floats(0.01, 100), st.integers(0, 100))
def test_currency_and_order_do_not_matter(rate, seed):
    true, estimate, segment = base(60, seed)
    order = np.random.default_rng(seed).permutation(60)
    one = compare_targeting(estimate, cost=3, budget=60, segments=segment, true_value=true)
    other = compare_targeting(
        rate * estimate[order], cost=3 * rate, budget=60 * rate, segments=segment[order],
        true_value=rate * true[order],
    )  # fmt: skip
    money = ["cost", "estimate", "lower", "upper", "over_mass", "over_mass_upper"]
    assert_allclose(other[money], rate * one[money], rtol=1e-9, atol=1e-9 * rate)


def test_a_budget_of_nothing():
    true, estimate, _ = base(50)
    found = compare_targeting(
        estimate, cost=3, budget=0, outcome=true, treated=[True, False] * 25, **LOT
    )
    assert (found[["n_contacted", "cost", "estimate", "lower", "upper"]] == 0).all(axis=None)


N = 6
JUDGED = {"value": [3.0] * N, "cost": 1, "true_value": [2.0] * N}
TRIED = {"value": [3.0] * N, "cost": 1, "outcome": [1, 0, 1, 0, 1, 0],
         "treated": [1, 1, 1, 0, 0, 0], **LOT}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"true_value": None}, "got neither. An estimate cannot be judged by itself"),
        (TRIED, "got both"),
        (TRIED | {"true_value": None, "treated": None}, "`treated` must be given"),
        (TRIED | {"true_value": None, "outcome": None}, "`outcome` must be given"),
        (TRIED | {"true_value": None, "assignment": None}, "must tell how the trial chose"),
        (TRIED | {"true_value": None, "propensity": 0.5}, "must tell how the trial chose, one of"),
        (TRIED | {"true_value": None, "assignment": "habit"}, "`assignment` must be one of"),
        (TRIED | {"true_value": None, "treated": [1] * N}, "all 6 customers are treated"),
        (TRIED | {"true_value": None, "treated": [0] * N}, "all 6 customers are controls"),
        (TRIED | {"true_value": None, "treated": [2] * N}, "must be true or false"),
        (TRIED | {"true_value": None, "outcome": [1] * N}, "`outcome` must differ"),
        (TRIED | {"true_value": None, "treated": [1, 0]}, "`treated` must have one row per"),
        (TRIED | {"true_value": None, "assignment": None, "propensity": [0.5, 0, 1] * 2},
         "`propensity` must be in (0, 1); 4 of 6"),
        (TRIED | {"true_value": None, "assignment": None, "propensity": 1.5}, "`propensity` must"),
        (TRIED | {"true_value": None, "budget": 2, "value": [3, 2, 1, 0, 0, 0]},
         "at least two customers of each arm among those whom a way contacts; got 0"),
        ({"cost": 0}, "`cost` must be finite and above 0"),
        ({"cost": [1, 1, 1, 1, 1, 0]}, "`cost` must be above 0; 1 of 6"),
        ({"cost": [1, 1]}, "`cost` must have one row per customer"),
        ({"budget": -1}, "`budget`"),
        ({"segments": ["a"]}, "`segments` must have one row per customer, 6; got 1"),
        ({"segments": ["a", None] * 3}, "`segments` must not be missing; 3 are"),
        ({"true_value": [1.0]}, "`true_value` must have one row"),
        ({"value": []}, "`value` must hold at least one number"),
        ({"level": 1}, "`level`"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(given, words):
    with pytest.raises(InputError, match=re.escape(words)):
        compare_targeting(**JUDGED | given)


# --- spent twice ----------------------------------------------------------------------------------


def contacts(rows, **more):
    table = pd.DataFrame(rows, columns=["customer_id", "campaign_id", "date", "cost"])
    return table.assign(date=pd.to_datetime(table["date"]), **more)


def by_hand(table, days, person=None):
    """Contact by contact: kept, or repeating the last that was kept."""
    ordered = table.reset_index().sort_values(["date", "campaign_id", "cost"], kind="stable")
    last, found = {}, {}
    for row in ordered.itertuples():
        who = row.customer_id if person is None else person.get(row.customer_id, row.customer_id)
        before = last.get(who)
        near = before is not None and (row.date - before.date).days <= days
        if near and before.campaign_id != row.campaign_id:
            found[row.index] = before.index
        else:
            last[who] = row
    return found


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("XYZ"), st.integers(0, 60)),
                min_size=1, max_size=30), st.integers(0, 40), st.booleans())  # fmt: skip
def test_contacts_are_found_one_by_one(rows, days, linked):
    table = contacts(
        [(c, d, f"2024-{1 + t // 28:02}-{1 + t % 28:02}", 2.0) for c, d, t in dict.fromkeys(rows)]
    )
    person = {"a": "p", "b": "p"} if linked else None
    found = duplicated_spend(table, within=days, clusters=pd.Series(person) if linked else None)
    expected = by_hand(table, days, person)
    assert found.n_repeated == len(expected)
    assert found.n_repeated_unlinked == len(by_hand(table, days))
    assert found.contacts["date"].tolist() == table.loc[sorted(expected), "date"].tolist()
    first = table.loc[[expected[i] for i in sorted(expected)]]
    assert found.contacts["first_department"].tolist() == first["campaign_id"].tolist()
    assert_allclose(found.interval["estimate"].item(), 2.0 * len(expected))
    assert found.pairs["n_contacts"].sum() == len(expected)


CARS = contacts(
    [("a", "cars", "2024-03-01", 2.0), ("a", "vans", "2024-03-09", 3.0),
     ("a", "vans", "2024-03-20", 3.0), ("b", "cars", "2024-03-01", 2.0),
     ("b", "vans", "2024-05-01", 3.0)]
)  # fmt: skip


def test_stopping_them_earns_their_cost_less_the_margin_lost():
    found = duplicated_spend(CARS, margin_lost=1.0)
    assert (found.n_contacts, found.n_repeated, found.break_even_margin) == (5, 2, 3.0)
    # Persons saved 4 and 0: standard deviation 2, times the root of two persons.
    assert_allclose(found.interval.iloc[0, :3], [4.0, 4 - 1.959964 * 8**0.5, 4 + 1.959964 * 8**0.5],
                    rtol=1e-6)  # fmt: skip
    assert duplicated_spend(CARS, margin_lost=5).interval["estimate"].item() == -4.0
    never = duplicated_spend(CARS, within=0)
    assert (never.n_repeated, never.pairs.empty) == (0, True)
    assert np.isnan(never.break_even_margin)


def test_controls_were_not_contacted():
    table = CARS.assign(treated=[True, False, True, True, True])
    found = duplicated_spend(table)
    assert (found.n_contacts, found.n_repeated) == (4, 1)
    with pytest.raises(InputError, match="at least one contact that was made"):
        duplicated_spend(CARS.assign(treated=False))


def test_identities_that_are_one_person():
    clusters = pd.DataFrame({"customer_id": ["a", "b"], "cluster_id": [7, 7]})
    found = duplicated_spend(CARS, clusters=clusters)
    # Of one day the contact listed first is kept, and all later ones are measured from it.
    assert (found.n_repeated, found.n_repeated_unlinked) == (2, 2)
    assert found.contacts["person"].unique().tolist() == ["7"]
    other = CARS.assign(campaign_id=["cars", "vans", "vans", "buses", "vans"])
    assert duplicated_spend(other, clusters=clusters).n_repeated == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"contacts": CARS.drop(columns="cost")}, "`contacts` lacks 'cost'"),
        ({"contacts": CARS.assign(cost=-1.0)}, "A cost is written positive"),
        ({"contacts": CARS.assign(campaign_id=None)}, "`campaign_id` must not be missing; 5 of 5"),
        ({"contacts": CARS.assign(date=pd.NaT)}, "`date` must not be missing"),
        ({"department": "team"}, "`contacts` lacks 'team'"),
        ({"within": "soon"}, "`within` must be a length of time"),
        ({"within": "-3D"}, "`within` must be a length of time"),
        ({"within": -3}, "`within` must be at least 0; got -3"),
        ({"margin_lost": -1}, "`margin_lost`"),
        ({"clusters": pd.Series(["p", "q"], index=["a", "a"])}, "'a' is there twice"),
        ({"clusters": CARS}, "`clusters` lacks 'cluster_id'"),
    ],
)
def test_what_is_no_list_of_contacts_is_refused(given, words):
    with pytest.raises(InputError, match=re.escape(words)):
        duplicated_spend(**{"contacts": CARS} | given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"contacts": [1]}, "`contacts` must be a DataFrame"),
        ({"contacts": CARS.assign(date="2024-03-01")}, "`date` must hold dates"),
        ({"department": 5}, "`department` must name a column"),
        ({"clusters": ["p"]}, "`clusters` must be a Series"),
    ],
)
def test_what_is_of_another_type_is_refused(given, words):
    with pytest.raises(InputTypeError, match=re.escape(words)):
        duplicated_spend(**{"contacts": CARS} | given)
