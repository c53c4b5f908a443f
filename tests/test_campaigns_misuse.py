"""Campaigns and baskets as they arrive by mistake: rows that do not fit, ids of two kinds."""

import numpy as np
import pandas as pd
import pytest

from crmlab import InputError, InputTypeError
from crmlab._engine import in_memory
from crmlab.campaigns import (
    Campaign,
    ab_test,
    ab_tests,
    allocate_contacts,
    compare_targeting,
    drop_withdrawn,
    duplicated_spend,
    internal_rate_of_return,
)
from crmlab.cross_sell import association_rules

VALUE = pd.DataFrame(
    {"camp": [30.0, 8, 12, 3], "books": [10.0, 9, 11, 2]},
    index=pd.Index(list("abcd"), name="customer_id"),
)
TIDY = pd.DataFrame(
    {"customer_id": list("aabb"), "offer": ["camp", "books"] * 2, "value": [30.0, 10, 8, 9]}
)


@pytest.mark.parametrize("unit", [1e-200, 1e-9, 1e140])
def test_a_plan_is_the_same_in_every_unit_of_money(unit):
    options = {"contacts_per_customer": 2}
    plain = allocate_contacts(VALUE, cost=1.0, budget=3.0, **options)
    other = allocate_contacts(VALUE * unit, cost=unit, budget=3 * unit, **options)
    columns = ["customer_id", "offer", "channel"]
    pd.testing.assert_frame_equal(other.plan[columns], plain.plan[columns])
    assert other.bound / unit == pytest.approx(plain.bound)
    assert other.gap == pytest.approx(plain.gap, abs=1e-9)


def test_currencies_of_a_table_are_looked_at_whatever_is_said_beside():
    mixed = TIDY.assign(currency=["EUR", "EUR", "EUR", "KRW"])
    with pytest.raises(InputError, match="`value` must be in one currency"):
        allocate_contacts(mixed, cost=1, currency="EUR")
    with pytest.raises(InputError, match="`currency` must be that of `value`, 'EUR'; got 'KRW'"):
        allocate_contacts(TIDY.assign(currency="EUR"), cost=1, currency="KRW")
    with pytest.raises(InputError, match="`value` must name the `currency` of each row; 1 of 4"):
        allocate_contacts(TIDY.assign(currency=["EUR", "EUR", "EUR", None]), cost=1)
    fine = allocate_contacts(TIDY.assign(currency="EUR"), cost=1, currency="EUR")
    assert fine.profit == 37.0


def test_costs_too_large_and_groups_in_groups_are_refused():
    with pytest.raises(InputError, match="`cost` must hold numbers of at most"):
        allocate_contacts(VALUE, cost=VALUE * 1e200)
    with pytest.raises(InputError, match=r"`exclusive` must name offers .*; got \['camp'\]"):
        allocate_contacts(VALUE, cost=1, exclusive=[[["camp"]]])


def _plan():
    return pd.DataFrame(
        {"customer_id": ["b", "a", "c"], "offer": "camp", "channel": ["phone", "email", "email"],
         "value": 9.0, "cost": 1.0}
    )  # fmt: skip


CONSENTS = pd.DataFrame(
    {"customer_id": ["a"], "channel": "email", "purpose": "marketing", "granted": True,
     "date": pd.to_datetime(["2024-01-05"])}
)  # fmt: skip


@pytest.mark.parametrize("index", [[0, 0, 0], [0, 1, 0], [2, 1, 0]])
def test_whoever_withdrew_is_found_whatever_the_index_of_the_plan(index):
    found = drop_withdrawn(_plan().set_axis(index), CONSENTS)
    assert found.plan["customer_id"].tolist() == ["a"]
    assert found.withdrawn["customer_id"].tolist() == ["b", "c"]


def test_two_offers_by_one_channel_are_looked_at_alike():
    plan = pd.concat([_plan(), _plan().assign(offer="books")])
    found = drop_withdrawn(plan, CONSENTS)
    assert found.plan["offer"].tolist() == ["camp", "books"]
    assert (found.n_withdrawn, found.value) == (4, 18.0)


@pytest.mark.parametrize("name", ["customer_id", "channel", "value", "cost"])
def test_a_plan_with_an_empty_cell_is_not_sent(name):
    plan = _plan()
    plan.loc[1, name] = None
    with pytest.raises(InputError, match=f"`{name}`.* must .*not .*missing; 1 of 3"):
        drop_withdrawn(plan, CONSENTS)


def test_columns_in_another_order_of_customers_are_refused():
    value = pd.Series([9.0, 1.0, 5.0])
    with pytest.raises(InputError, match="`true_value` must have the index of `value`"):
        compare_targeting(value, cost=1, true_value=value[::-1])
    with pytest.raises(InputError, match="`segments` must be one column; got int"):
        compare_targeting(value, cost=1, true_value=value, segments=3)
    outcome, arm = pd.Series([0, 1, 0, 1]), pd.Series([0, 1, 1, 0])
    with pytest.raises(InputError, match="`campaign` must have the index of `outcome`"):
        ab_tests(outcome, arm, pd.Series(list("xxyy"), index=[3, 2, 1, 0]))


def test_money_too_large_for_the_fourth_power_is_compared():
    money, arm = np.array([1.0, 2, 4, 3, 5, 9]), [0, 0, 0, 1, 1, 1]
    plain, huge = ab_test(money, arm), ab_test(money * 1e148, arm)
    assert huge["p_value"].item() == pytest.approx(plain["p_value"].item())


def test_a_rate_of_return_does_not_depend_on_the_currency():
    assert internal_rate_of_return([-1e-200, 2e-200]) == pytest.approx(1.0)


def test_a_count_beyond_all_numbers_is_refused():
    with pytest.raises(InputError, match=r"`n_contacted` must be at most 1e\+150"):
        Campaign(n_contacted=10**400, n_responses=5, margin_per_response=1.0, cost_per_contact=1.0)


CONTACTS = pd.DataFrame(
    {"customer_id": "7", "date": pd.to_datetime(["2024-03-01"] * 2), "campaign_id": ["x", "y"],
     "cost": [1.0, 5.0]}
)  # fmt: skip


def test_contacts_of_one_day_are_told_apart_whatever_the_order_of_rows():
    one, other = duplicated_spend(CONTACTS), duplicated_spend(CONTACTS[::-1])
    pd.testing.assert_frame_equal(one.contacts, other.contacts)
    assert one.interval["estimate"].item() == 5.0


def test_contacts_on_a_clock_with_a_zone():
    zoned = CONTACTS.assign(date=CONTACTS["date"].dt.tz_localize("Asia/Seoul"))
    pd.testing.assert_frame_equal(
        duplicated_spend(zoned).contacts, duplicated_spend(CONTACTS).contacts
    )


def test_a_contact_that_is_listed_twice_is_not_counted_twice():
    with pytest.raises(InputError, match="each contact once; 2 of 4 rows repeat another"):
        duplicated_spend(pd.concat([CONTACTS, CONTACTS]))
    numbered = pd.concat([CONTACTS, CONTACTS]).assign(number=range(4))
    assert duplicated_spend(numbered).n_repeated == 2


def test_a_cost_is_told_once():
    with pytest.raises(InputError, match="`cost` must be told once"):
        allocate_contacts(TIDY.assign(cost=1.0), cost=2.0)


@pytest.mark.parametrize("budget", [5.0, 17.5, 40.0, None])
def test_ways_do_not_depend_on_the_order_of_equals(budget):
    rng = np.random.default_rng(0)
    given = pd.DataFrame(
        {"value": rng.integers(0, 6, 60) / 10, "cost": rng.choice([0.1, 0.2], 60),
         "segments": rng.choice(list("xyz"), 60), "true_value": rng.normal(0.3, 0.1, 60)}
    )  # fmt: skip
    budget = None if budget is None else budget / 10
    one, other = (
        compare_targeting(rows.pop("value"), budget=budget, **dict(rows.items()))
        for rows in (given.copy(), given.sample(frac=1, random_state=1).reset_index(drop=True))
    )
    pd.testing.assert_frame_equal(one, other)


def test_equals_at_the_edge_share_the_places():
    found = compare_targeting(
        [5.0, 1, 1, 1, 1], cost=0.5, budget=1.7, true_value=[5.0, 4, 0, 0, 0]
    ).set_index("policy")
    assert found.loc["one-to-one", "n_contacted"] == 3  # the first, and two of four by lot
    assert found.loc["one-to-one", "estimate"] == pytest.approx(5 + 4 / 2 - 3 * 0.5)


def test_persons_that_name_no_customer_are_refused():
    with pytest.raises(InputError, match="`customer_id` must be alike in `contacts`"):
        duplicated_spend(CONTACTS, clusters=pd.Series({7: "p"}))


LINES = pd.DataFrame({"order_id": [1, 1, 2, 2], "product_id": ["pen", "ink"] * 2})
PRODUCTS = pd.DataFrame({"product_id": ["pen", "ink"], "kind": ["write", "fill"]})


def _rules(lines, **options):
    return association_rules(lines, min_support=0.5, min_confidence=0.5, **options)


@pytest.mark.parametrize("engine", [lambda frame: frame, in_memory])
def test_what_tells_no_return_is_refused(engine):
    with pytest.raises(InputTypeError, match="`is_return` must hold true and false; got string"):
        _rules(engine(LINES.assign(is_return="no")))
    with pytest.raises(InputTypeError, match="`amount` must hold numbers; got string"):
        _rules(engine(LINES.assign(amount="1.50")))
    counted = _rules(engine(LINES.assign(is_return=[0, 0, 0, 1])))
    assert counted["n_together"].tolist() == [1, 1]


@pytest.mark.parametrize("engine", [lambda frame: frame, in_memory])
def test_items_must_be_of_one_kind_in_both_tables(engine):
    with pytest.raises(InputError, match=r"`product_id` must be alike .*text in the lines and num"):
        _rules(engine(LINES), products=PRODUCTS.assign(product_id=[1, 2]), level="kind")
    twice = pd.concat([PRODUCTS, PRODUCTS.iloc[:1].assign(kind=None)])
    with pytest.raises(InputError, match="`products` must name each `product_id` once"):
        _rules(engine(LINES), products=twice, level="kind")
