"""Ways of targeting over companies made by chance: counted by hand, and true at their limits."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import ttest_1samp

from crmlab import InputError, InputTypeError
from crmlab._stake import read_stake
from crmlab.closed_loop import price_targeting, simulate_targeting
from crmlab.plots import plot_targeting_profit
from crmlab.simulate import simulate_company

FREE = {"campaigns": 1, "cost_of_knowing": 0, "cost_of_segments": 0}


def base(n=400, seeds=4):
    """Companies whose scores are half knowledge, half noise."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=n * seeds)
    return pd.DataFrame(
        {"seed": np.repeat(np.arange(seeds), n), "customer_id": np.tile(np.arange(n), seeds),
         "learned": 1.0, "score": 0.1 + 0.1 * hidden + 0.1 * rng.normal(size=n * seeds),
         "segment": np.where(hidden > 0, "a", "b"),
         "effect": rng.binomial(1, np.clip(0.1 + 0.1 * hidden, 0, 1))}
    )  # fmt: skip


@pytest.fixture(scope="module")
def simulated():
    return simulate_targeting(n_customers=2_000, seeds=3, learned=[0.5, 1.0], budget=600_000)


# --- counted by hand ------------------------------------------------------------------------------


def by_hand(rows, margin, cost, budget):
    """Profit of one campaign in one company, customer by customer."""
    n_most = int(budget // cost)
    mass = (rows["effect"].mean() * margin - cost) * min(n_most, len(rows))
    best = rows.sort_values("score", ascending=False, kind="stable").head(n_most)
    best = best[best["score"] * margin > cost]
    segment, left = 0.0, float(n_most)
    groups = rows.groupby("segment").agg(score=("score", "mean"), n=("score", "size"),
                                         effect=("effect", "mean"))  # fmt: skip
    for _, group in groups.sort_values("score", ascending=False).iterrows():
        if group["score"] * margin > cost:
            taken = min(left, group["n"])
            segment, left = segment + taken * (group["effect"] * margin - cost), left - taken
    return {"mass": mass, "segment": segment, "one-to-one": (best["effect"] * margin - cost).sum()}


@pytest.mark.parametrize(("cost", "budget"), [(3.0, 300.0), (3.0, 9e9), (9.0, 900.0)])
def test_profits_are_those_counted_by_hand_with_limits_of_student(cost, budget):
    bases, knowing = base(), {"mass": 0.0, "segment": 20.0, "one-to-one": 50.0}
    found = price_targeting(
        bases, margin=40, cost_per_contact=cost, budget=budget, campaigns=2,
        cost_of_knowing=50, cost_of_segments=20, level=0.9,
    )  # fmt: skip
    each = pd.DataFrame([by_hand(rows, 40, cost, budget) for _, rows in bases.groupby("seed")])
    profit = 2 * each - pd.Series(knowing)
    table = found.table.set_index("policy")
    assert_allclose(table["estimate"], profit.mean())
    for policy in ("segment", "one-to-one"):
        over = profit[policy] - profit["mass"]
        limits = ttest_1samp(over, 0).confidence_interval(0.9)
        row = table.loc[policy]
        assert_allclose(row[["over_lower", "over_upper"]].astype(float), limits)
        assert row["ahead"] == (over > 0).mean()
        # What knowing may cost: as much as makes the profit that of "mass".
        assert_allclose(row["worth"], over.mean() + knowing[policy])


@pytest.mark.parametrize("against", ["mass", "segment"])
def test_at_the_break_even_cost_of_knowing_both_ways_earn_the_same(against):
    money = {"margin": 40, "cost_per_contact": 3, "budget": 300, "cost_of_segments": 7}
    bases = base().assign(segment="all")
    first = price_targeting(bases, **money, cost_of_knowing=1, against=against).table
    worth = float(first["worth"].iloc[2])
    again = price_targeting(bases, **money, cost_of_knowing=worth, against=against).table
    assert_allclose(again["over"].iloc[2], 0, atol=1e-6)


@pytest.mark.slow
@given(st.floats(0.5, 30), st.floats(0, 5000), st.floats(0, 1e4))
@settings(max_examples=15, deadline=None)
def test_money_moves_as_it_must(cost, budget, knowing):
    money = {"margin": 40, "budget": budget}
    free = price_targeting(base(100, 2), cost_per_contact=cost, **money, **FREE)
    paid = price_targeting(
        base(100, 2).sample(frac=1, random_state=1),
        cost_per_contact=cost,
        **money,
        **(FREE | {"cost_of_knowing": knowing, "campaigns": 3}),
    )
    a, b = (each.table.set_index("policy") for each in (free, paid))
    assert (a["cost"] <= budget + 1e-6).all()
    assert (a["n_contacted"] <= 100).all()
    assert_allclose(b.loc["mass", "estimate"], 3 * a.loc["mass", "estimate"], atol=1e-6)
    assert_allclose(
        b.loc["one-to-one", "estimate"], 3 * a.loc["one-to-one", "estimate"] - knowing, atol=1e-6
    )
    assert (a["lower"] <= a["estimate"]).all()
    assert (a["estimate"] <= a["upper"]).all()


def test_without_budget_nobody_is_contacted_and_knowing_is_all_that_is_paid():
    table = price_targeting(base(), margin=40, cost_per_contact=3, budget=0).table
    assert table["n_contacted"].tolist() == [0, 0, 0]
    assert table["estimate"].tolist() == [0, -1e6, -4e6]


# --- the simulated company ------------------------------------------------------------------------


@pytest.mark.slow
def test_companies_joined_are_read_as_each_alone(simulated):
    bases = simulated.bases
    company = simulate_company(2_000, seed=2)
    stake = read_stake(company)
    own = bases[(bases["seed"] == 2) & (bases["learned"] == 1.0)].set_index("customer_id")
    assert own.index.sort_values().equals(stake.people.index.sort_values().astype(own.index.dtype))
    assert_allclose(own["effect"], stake.people["effect"].loc[own.index])
    assert_allclose(own["score"], stake.scores(seed=2).loc[own.index])
    lately = stake.people["days_since_last"].loc[own.index] <= 90
    assert own["segment"].str.contains("ordered lately").equals(lately)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table_and_knowledge_is_nobodys_own(simulated):
    again = simulate_targeting(n_customers=2_000, seeds=3, learned=[0.5, 1.0], budget=600_000)
    pd.testing.assert_frame_equal(again.table, simulated.table)
    assert simulated.table["learned"].tolist() == [0.5] * 3 + [1.0] * 3
    few = simulated.bases.query("learned == 0.5")["score"]
    assert not np.allclose(few, simulated.bases.query("learned == 1.0")["score"])


@pytest.mark.slow
def test_a_tight_budget_makes_knowing_worth_something(simulated):
    table = simulated.table.query("learned == 1.0").set_index("policy")
    assert table.loc["segment", "worth_lower"] > 0
    assert (table["cost"] <= 4 * 600_000 + 1e-6).all()
    # Letters to all that cost little leave no room for choosing.
    wide = price_targeting(simulated.bases, margin=60_000, cost_per_contact=500).table
    assert wide["worth"].max() < table["worth"].max() / 3


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_customers": 900}, "`n_customers` must be at least 1000"),
        ({"seeds": 1}, "`seeds` must be at least 2"),
        ({"n_customers": 1_000_000}, "`n_customers` times `seeds` must be at most 2,000,000"),
        ({"n_customers": 2_000, "learned": 0.2}, "`learned` must be at least 0.5"),
        ({"learned": 1.2}, "`learned` must be in (0, 1]"),
        ({"learned": []}, "`learned` must hold at least one number"),
        ({"campaigns": 0}, "`campaigns` must be at least 1"),
        ({"against": "nobody"}, "`against` must be one of"),
        ({"cost_of_knowing": -1}, "`cost_of_knowing` must be finite and at least 0"),
    ],
)
def test_a_company_that_cannot_be_simulated_is_refused(options, said):
    with pytest.raises(InputError, match=re.escape(said)):
        simulate_targeting(**options)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda rows: rows.drop(columns="effect"), InputError, "effect"),
        (lambda rows: rows[rows["seed"] == 0], InputError, "two companies"),
        (lambda rows: rows.assign(score=np.nan), InputError, "score"),
        (lambda rows: rows.to_dict(), InputTypeError, "`bases` must be a DataFrame"),
    ],
)
def test_a_base_that_cannot_be_priced_is_refused(change, error, said):
    with pytest.raises(error, match=re.escape(said)):
        price_targeting(change(base()), margin=40, cost_per_contact=3)


@pytest.mark.parametrize("cost", [0, [], [1, -1]])
def test_a_contact_costs_something(cost):
    with pytest.raises(InputError, match="`cost_per_contact` must"):
        price_targeting(base(), margin=40, cost_per_contact=cost)


# --- the picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costs", "title"),
    [
        ([3.0], "Segment earns most where a contact costs 3"),
        ([0.1, 3, 4], "Earns most, by the cost of a contact: mass at 0.1, segment from 3"),
        ([90.0, 95], "Contacting nobody earns most at each cost of a contact shown"),
    ],
)
def test_the_title_says_which_way_earns_most(costs, title):
    table = price_targeting(base(), margin=40, cost_per_contact=costs, **FREE).table
    ax = plot_targeting_profit(table)
    assert ax.get_title() == title
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "mass", "segment", "one-to-one",
    ]  # fmt: skip


@pytest.mark.slow
def test_two_rows_at_one_cost_are_refused(simulated):
    with pytest.raises(InputError, match="one row per way and cost"):
        plot_targeting_profit(simulated.table)
