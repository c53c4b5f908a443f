"""The factors by cost, how stable the order is, and remedies under a budget."""

import itertools
from types import SimpleNamespace

import pandas as pd
import pytest
from readiness_cases import FACTORS, stand_in

from crmlab import InputError, InputTypeError
from crmlab.readiness import choose_remedies, rank_factors

PLANS = pd.DataFrame(
    {"channel": ["email", "phone", "phone"], "cost_per_contact": [10.0, 100.0, 200.0]}
)


@pytest.fixture(autouse=True)
def known_prices(request, monkeypatch):
    if "real" in request.node.name:
        return
    prices = {factor: (stand_in(factor), "strength") for factor in FACTORS}
    monkeypatch.setattr("crmlab.readiness._rank._PRICES", prices)
    company = SimpleNamespace(campaigns=PLANS)
    monkeypatch.setattr("crmlab.readiness._rank.simulate_company", lambda *_, **__: company)


def test_the_order_is_that_of_the_costs_and_its_doubt_that_of_the_seeds():
    ranked = rank_factors(seeds=20, strengths=1.0)
    table = ranked.table
    assert table.index[[0, 1, 4, 5, 6]].tolist() == ["P7", "P3", "P5", "P4", "P6"]
    assert table.loc["P7", ["cost", "lower", "upper"]].tolist() == [1000, 1000, 1000]
    # Slow: who is third in each seed.
    wide = ranked.by_seed.pivot(index="seed", columns="factor", values="cost")
    third = [sorted(row, key=row.get, reverse=True)[2] for row in wide.to_dict("records")]
    at = table.index[2]
    assert set(third) == {"P1", "P2"}
    assert table.loc[at, "share_of_seeds"] == third.count(at) / 20
    assert table.loc[at, "mean_rank"] == pytest.approx(3 + 1 - third.count(at) / 20)
    assert table["stable"].to_dict() == {each: each not in ("P1", "P2") for each in FACTORS}
    assert not ranked.stable
    assert rank_factors(seeds=2, strengths={**dict.fromkeys(FACTORS, 1), "P1": 0, "P2": 0}).stable


def test_a_firm_of_ones_own_changes_the_money():
    base = rank_factors(seeds=2).table["cost"]
    assert rank_factors(seeds=2, n_customers=10_000).table["cost"].to_dict() == pytest.approx(
        (2 * base).to_dict()
    )
    mixed = rank_factors(seeds=2, channels={"email": 0.5, "phone": 0.5}).table["cost"]
    assert mixed.to_dict() == pytest.approx((80 * base).to_dict())  # of 10 and of 150
    strong = rank_factors(seeds=2, strengths={"P3": 0.5}).table
    assert strong.loc["P3", "cost"] == pytest.approx(2 * base["P3"])
    assert strong.loc["P7", "strength"] == 0.25
    assumed = rank_factors(seeds=2, margin=7.0).assumptions
    assert assumed.loc["P1", "value"] == 7.0


def test_no_factor_costs_nothing_and_all_share_a_rank():
    table = rank_factors(seeds=3, strengths=0).table
    assert (table[["cost", "lower", "upper"]] == 0).all(axis=None)
    assert set(table["rank"]) == {1}
    assert table["stable"].all()


@pytest.mark.parametrize("budget", [0, 4, 5, 61, 70, 100, 1e9])
def test_the_remedies_are_the_best_of_all_sets(budget):
    ranked = rank_factors(seeds=4, strengths=1.0)
    found = choose_remedies(ranked, budget=budget)
    worth, cost = (ranked.table[name].to_dict() for name in ("remedy", "remedy_cost"))
    best, dearest = 0.0, 0.0
    for size in range(8):
        for each in itertools.combinations(FACTORS, size):
            spent = sum(cost[name] for name in each)
            if spent <= budget:
                best = max(best, sum(worth[name] for name in each))
            dearest = max(dearest, spent)
    assert found.worth == pytest.approx(best)
    assert found.cost == sum(cost[name] for name in found.chosen) <= budget
    assert found.lower <= found.worth <= found.upper
    assert len(found.sets) == 128
    assert found.sets["cost"].max() == dearest
    assert "P6" not in found.chosen  # it costs something and brings nothing


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seeds": 1}, InputError, "`seeds` must be finite|`seeds` must be at least 2"),
        ({"strengths": {"P9": 0.5}}, InputError, "`strengths` must be by factor, 'P1'.*got 'P9'"),
        ({"strengths": {"P1": 2}}, InputError, r"`strengths` must be in \[0, 1\]"),
        ({"strengths": "all"}, InputTypeError, "`strengths` must be a number"),
        ({"channels": {"fax": 1.0}}, InputError, "`channels` must be of 'email', 'phone'.*'fax'"),
        ({"channels": {"email": 0.5}}, InputError, "`channels` must sum to 1; got 0.5"),
        ({"channels": "email"}, InputTypeError, "`channels` must be a mapping"),
        (
            {"channels": {"email": 1.0}, "cost_per_contact": 5.0}, InputError,
            "`channels` and `cost_per_contact` exclude each other",
        ),
        ({"level": 1.0}, InputError, "`level` must be in"),
    ],
)  # fmt: skip
def test_bad_firms_are_named(options, error, message):
    with pytest.raises(error, match=message):
        rank_factors(**{"seeds": 2} | options)


def test_bad_budgets_are_named():
    ranked = rank_factors(seeds=2)
    with pytest.raises(InputError, match="`budget` must be finite and at least 0"):
        choose_remedies(ranked, budget=-1)
    with pytest.raises(InputTypeError, match="`ranked` must be what rank_factors returns"):
        choose_remedies(ranked.table, budget=1)


@pytest.mark.slow
def test_real_prices_are_nothing_without_the_factor_and_something_with_it():
    none = rank_factors(seeds=2, strengths=0).table
    assert (none[["cost", "lower", "upper"]] == 0).all(axis=None)
    assert none["remedy"].to_numpy() == pytest.approx(-none["remedy_cost"].to_numpy())
    some = rank_factors(seeds=2, strengths=0.5)
    assert sorted(some.table.index) == FACTORS
    assert (some.table["lower"] > 0).all()
    assert (some.by_seed.groupby("seed")["rank"].max() == 7).all()
    assert rank_factors(seeds=2, strengths=0.5).by_seed.equals(some.by_seed)
