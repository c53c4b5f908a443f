"""Care for the best by a ranking that looks back: against places filled one at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced_cases import company

from crmlab import InputError, InputTypeError
from crmlab.readiness import ranking_signal, rankings, simulate_wrong_ranking
from crmlab.segmentation import compare_rankings

pytestmark = pytest.mark.xdist_group("priced companies")  # each is made once


def measures(one):
    """Profit, loyalty and value of each customer, added up line by line."""
    people = {
        who: {"profit": 0.0, "last": None, "joined": joined}
        for who, joined in zip(one.customers["customer_id"], one.customers["joined"], strict=True)
    }
    columns = ["customer_id", "date", "amount", "cost"]
    for who, date, amount, cost in one.transactions[columns].itertuples(index=False):
        people[who]["profit"] += amount - cost
        people[who]["last"] = max(date, people[who]["last"] or date)
    for who, treated, cost in one.contacts[["customer_id", "treated", "cost"]].itertuples(
        index=False
    ):
        people[who]["profit"] -= cost if treated else 0
    value = one.truth.people["expected_next_year_margin"]
    return pd.DataFrame(
        {
            who: {
                "profit": each["profit"],
                "loyalty": (each["last"] - each["joined"]).days if each["last"] else 0,
                "value": value[who],
            }
            for who, each in people.items()
        }
    ).T


def slow_cost(table, wrong, ranking, *, n_places, saved, contact):
    """Fill the places one by one."""
    gain = (saved * table["value"] - contact).to_dict()

    def care(n_other):
        best = table["value"].sort_values(ascending=False).index
        chosen = list(best[: n_places - n_other])
        waiting = [who for who in table[ranking].sort_values(ascending=False).index
                   if who not in chosen]  # fmt: skip
        return sum(max(gain[who], 0) for who in chosen) + sum(
            gain[who] for who in waiting[:n_other]
        )

    return care(0) - care(round(wrong * n_places))


@pytest.mark.slow
@pytest.mark.parametrize("ranking", ["profit", "loyalty"])
@pytest.mark.parametrize("wrong", [0.3, 1.0])
def test_cost_is_that_of_places_filled_one_by_one(ranking, wrong):
    one = company(3)
    got = simulate_wrong_ranking(
        one, wrong=wrong, ranking=ranking, top=0.1, saved=0.08, cost_per_contact=3_000
    )
    slow = slow_cost(measures(one), wrong, ranking, n_places=100, saved=0.08, contact=3_000)
    # Equal customers at the border are taken by lot.
    assert got.table["cost"].iloc[0] == pytest.approx(
        slow, rel=1e-9 if ranking == "profit" else 0.02
    )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99), st.sampled_from([0, 1_500, 9_000]))
@settings(max_examples=20, deadline=None)
def test_more_places_by_the_wrong_ranking_never_cost_less(one, other, top, contact):
    grid = sorted([0, one, other, 1])
    for ranking in ("profit", "loyalty"):
        cost = simulate_wrong_ranking(
            company(), wrong=grid, ranking=ranking, top=top, cost_per_contact=contact
        ).table["cost"]
        assert cost.iloc[0] == 0
        assert (cost.diff().dropna() >= -1e-6).all()


def test_detail_is_what_compare_rankings_finds():
    """At full strength the best by profit are cared for: their value, counted by another room."""
    table = measures(company())
    found = compare_rankings(table, by=["profit"], money=["value"], top=0.2).iloc[0]
    detail = simulate_wrong_ranking(company(), wrong=1).detail.iloc[0]
    assert detail["value_held"] == pytest.approx(found["amount"])
    assert detail["value_best"] == pytest.approx(found["best"])
    assert detail["best_reached"] == pytest.approx(
        found["n_shared"] / found["n_customers"], abs=0.2
    )


def test_the_remedy_puts_a_share_of_the_misled_places_right():
    priced = simulate_wrong_ranking(company(), wrong=[0.25, 1], remedy_share=0.75, remedy_cost=9)
    low, high = priced.table["cost"]
    assert priced.table["remedy"].iloc[1] == pytest.approx(high - low - 9)


def test_care_that_pays_for_nobody_is_regretted_only_where_nobody_looks():
    priced = simulate_wrong_ranking(company(), wrong=[0, 1], saved=0, cost_per_contact=10)
    assert priced.table["cost"].tolist() == [0, 2_000]
    assert priced.detail["regretted"].tolist() == [0, 200]
    assert priced.detail["best_reached"].isna().all()


@pytest.mark.parametrize(
    "options",
    [{"ranking": "value"}, {"top": 0}, {"saved": 2}, {"remedy_share": -1}, {"remedy_cost": -1}],
    ids=lambda options: next(iter(options)),
)
def test_bad_options_are_named(options):
    with pytest.raises(InputError, match=f"`{next(iter(options))}`"):
        simulate_wrong_ranking(company(), **options)


# --- rankings -------------------------------------------------------------------------------------


def test_rankings_share_and_hold_what_compare_rankings_says():
    table = measures(company())
    brought = company().truth.people["next_year_margin"].reindex(table.index)
    names = ["profit", "loyalty", "value"]
    slow = compare_rankings(table, by=names, money=["profit", "value"]).set_index(
        ["ranked_by", "money"]
    )
    found = rankings(company()).set_index("ranking")
    assert found.index.tolist() == names
    for name in names:
        for money in ("profit", "value"):
            shared = slow.loc[(name, money), "n_shared"] / 200
            assert found.loc[name, f"also_{money}"] == pytest.approx(shared, abs=0.01)
        assert found.loc[name, f"also_{name}"] == 1
    best = table["profit"].nlargest(200).index
    assert found.loc["profit", "next_year"] == pytest.approx(brought[best].sum())
    assert found.loc["profit", "share"] == pytest.approx(brought[best].sum() / brought.sum())
    assert found.loc["value", "missed"] == 0
    assert (found.loc[["profit", "loyalty"], "missed"] > 0).all()


@pytest.mark.parametrize("top", [0, 1, 1.5])
def test_a_share_that_is_nobody_or_all_is_refused(top):
    with pytest.raises(InputError, match="`top`"):
        rankings(company(), top=top)


# --- the signal -----------------------------------------------------------------------------------

RNG = np.random.default_rng(3)
ALONE = pd.DataFrame(RNG.normal(size=(3_000, 3)), columns=["profit", "loyalty", "value"])


def test_rankings_with_nothing_in_common_share_what_chance_gives():
    found = ranking_signal(ALONE, top=0.2)
    assert found["signal"].tolist() == [
        "best by profit and loyalty", "best by profit and value", "best by loyalty and value",
        "best by all",
    ]  # fmt: skip
    assert found["value"].to_numpy() == pytest.approx([0.2, 0.2, 0.2, 0.04], abs=0.04)
    assert (
        found["reading"].iloc[:3].str.contains("drawn by lot would share about as many").sum() > 1
    )
    assert (found["n"] == 600).all()


def test_rankings_that_agree_share_all_and_missing_numbers_are_never_best():
    table = pd.DataFrame({"a": [5, 4, None, 2, 1, 0], "b": [50, 40, 99, None, None, 0]})
    found = ranking_signal(table, top=1 / 3).iloc[0]
    assert found["value"] == 0.5  # a: rows 0 and 1; b: rows 2 and 0
    same = ranking_signal(table.assign(b=table["a"]), top=1 / 3).iloc[0]
    assert (same["value"], same["upper"]) == (1, 1)
    assert same["reading"].startswith("Of the best by a, 100% are best by b")


def test_the_order_of_rows_decides_nothing_where_customers_differ():
    again = ALONE.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(ranking_signal(again), ranking_signal(ALONE))


def test_ids_are_not_a_ranking():
    named = ALONE.assign(customer_id=[f"c{at}" for at in range(len(ALONE))])
    pd.testing.assert_frame_equal(ranking_signal(named), ranking_signal(ALONE))


@pytest.mark.parametrize(
    ("table", "error", "match"),
    [
        pytest.param([1], InputTypeError, "`table` must be a DataFrame; got list", id="list"),
        pytest.param(ALONE[["profit"]], InputError, "at least two rankings", id="one"),
        pytest.param(ALONE.head(1), InputError, "at least .* two customers", id="alone"),
        pytest.param(ALONE.assign(value=np.inf), InputError, "`value` must be finite", id="inf"),
        pytest.param(ALONE.assign(value=1), InputError, "`value` must put some", id="alike"),
        pytest.param(ALONE.assign(value=np.nan), InputError, "`value` must put some", id="gaps"),
        pytest.param(ALONE.assign(value="x"), InputTypeError, "`value`", id="text"),
    ],
)
def test_bad_tables_are_named(table, error, match):
    with pytest.raises(error, match=match):
        ranking_signal(table)
