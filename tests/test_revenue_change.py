"""The change of revenue adds up to the cent, and each step is what its definition says."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from conftest import few_engines
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab.customer_base import customer_flows, revenue_change
from crmlab.datasets import load_company
from crmlab.loaders import read_transactions

STEPS = ["frequency", "order size", "price", "mix"]
CENT = 0.005
DATES = {"start": "2024-01-01", "cut": "2024-01-31", "observation_end": "2024-02-29"}

# customer, period, day, product, units, price in cents
lines_of = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from([1, 2]), st.integers(1, 28),
        st.sampled_from(["tea", "pot", "cup"]), st.integers(1, 9), st.integers(0, 5_000),
    ),
    min_size=2, max_size=40,
).filter(lambda rows: {row[1] for row in rows} == {1, 2})  # fmt: skip


def table_of(rows):
    frame = pd.DataFrame(
        rows, columns=["customer_id", "period", "day", "product_id", "quantity", "cents"]
    )
    date = [f"2024-{p:02}-{d:02}" for p, d in zip(frame["period"], frame["day"], strict=True)]
    frame["date"] = pd.to_datetime(date)
    frame["amount"] = frame["quantity"] * frame["cents"] / 100
    return frame.drop(columns=["period", "day", "cents"])


def steps_of(table, **options):
    return revenue_change(table, **(DATES | options)).set_index("step")["amount"]


def explain_slowly(rows):
    """The definition with dictionaries, one customer and product at a time."""
    found = dict.fromkeys(["lost", "won", *STEPS], 0.0)
    money, units = defaultdict(float), defaultdict(float)
    days, all_money, all_units = defaultdict(set), defaultdict(float), defaultdict(float)
    for customer, period, day, product, quantity, cents in rows:
        money[customer, period, product] += quantity * cents / 100
        units[customer, period, product] += quantity
        all_money[period, product] += quantity * cents / 100
        all_units[period, product] += quantity
        days[customer, period].add(day)
    for customer in {row[0] for row in rows}:
        n = [len(days[customer, period]) for period in (1, 2)]
        mine = sorted({product for c, _, product in money if c == customer})
        spent = [sum(money[customer, period, p] for p in mine) for period in (1, 2)]
        if not n[1]:
            found["lost"] -= spent[0]
        elif not n[0]:
            found["won"] += spent[1]
        else:
            one = [{p: units[customer, period, p] for p in mine} for period in (1, 2)]
            all_of = [sum(each.values()) for each in one]
            share = [{p: each[p] / q for p in mine} for each, q in zip(one, all_of, strict=True)]
            price = {}
            for product in mine:
                pair = [
                    money[customer, period, product] / units[customer, period, product]
                    if units[customer, period, product]
                    else all_money[period, product] / all_units[period, product]
                    if all_units[period, product]
                    else None
                    for period in (1, 2)
                ]
                price[product] = [each if each is not None else pair[1 - at]
                                  for at, each in enumerate(pair)]  # fmt: skip
            middle = {p: sum(price[p]) / 2 for p in mine}
            unit = sum((share[0][p] + share[1][p]) / 2 * middle[p] for p in mine)
            size = [q / k for q, k in zip(all_of, n, strict=True)]
            found["frequency"] += (n[1] - n[0]) * sum(size) / 2 * unit
            found["order size"] += (size[1] - size[0]) * sum(n) / 2 * unit
            for p in mine:
                found["price"] += (price[p][1] - price[p][0]) * (one[0][p] + one[1][p]) / 2
                found["mix"] += sum(all_of) / 2 * (share[1][p] - share[0][p]) * middle[p]
    return found


@pytest.mark.slow
@settings(max_examples=12)
@given(lines_of)
def test_steps_are_what_the_definition_says_and_add_up(rows):
    change = revenue_change(table_of(rows), **DATES)
    amount = change.set_index("step")["amount"]
    expected = explain_slowly(rows)
    for step, value in expected.items():
        assert amount[step] == pytest.approx(value, abs=1e-6), step
    ends = [sum(r[4] * r[5] for r in rows if r[1] == period) / 100 for period in (1, 2)]
    assert amount["last period"] == pytest.approx(ends[0], abs=1e-6)
    assert amount["this period"] == pytest.approx(ends[1], abs=1e-6)
    assert abs(amount.iloc[:-1].sum() - ends[1]) < CENT
    assert abs(change["running"].iloc[-2] - change["running"].iloc[-1]) < CENT


@pytest.mark.slow
@settings(max_examples=10)
@given(lines_of, st.sampled_from([[], ["product_id"], ["quantity"], ["product_id", "quantity"]]))
def test_without_products_or_quantities_there_are_fewer_steps_and_the_same_sum(rows, missing):
    table = table_of(rows)
    amount = steps_of(table.drop(columns=missing))
    inner = amount.index[3:-1].tolist()
    if "quantity" in missing:
        assert inner == STEPS[:2]
    else:
        assert inner == ([*STEPS[:2], "price and mix"] if missing else STEPS)
    assert abs(amount.iloc[:-1].sum() - amount["this period"]) < CENT


@pytest.mark.slow
@settings(max_examples=6)
@given(lines_of)
def test_periods_that_change_places_turn_every_sign(rows):
    there = steps_of(table_of(rows))
    # Both periods have 28 days here, so that each day has a partner.
    back = steps_of(table_of([(row[0], 3 - row[1], *row[2:]) for row in rows]))
    assert there["lost"] == pytest.approx(-back["won"], abs=1e-6)
    for step in STEPS:
        assert there[step] == pytest.approx(-back[step], abs=1e-6)


BASE = [("a", 1, 3, "tea", 2, 500), ("a", 1, 9, "pot", 1, 3_000), ("b", 1, 5, "tea", 4, 500)]


@pytest.mark.parametrize(
    ("later", "step", "amount"),
    [
        pytest.param(BASE, None, 0.0, id="the same again"),
        pytest.param(
            [(*row[:5], row[5] * 110 // 100) for row in BASE], "price", 6.0, id="dearer"
        ),
        pytest.param(
            [(*row[:4], row[4] * 3, row[5]) for row in BASE], "order size", 120.0, id="larger"
        ),
        pytest.param(
            [*BASE, *((*row[:2], row[2] + 10, *row[3:]) for row in BASE)],
            "frequency", 60.0, id="twice as often",
        ),
        pytest.param(
            # 2 tea and 1 pot become 1 tea and 2 pots: 25 more for the same number of units
            [("a", 1, 3, "tea", 1, 500), ("a", 1, 9, "pot", 2, 3_000), BASE[2]],
            "mix", 25.0, id="dearer goods",
        ),
        pytest.param([*BASE, ("c", 1, 4, "cup", 1, 700)], "won", 7.0, id="one more customer"),
        pytest.param(BASE[:2], "lost", -20.0, id="one customer less"),
    ],
)  # fmt: skip
def test_one_cause_alone_moves_one_step_alone(later, step, amount):
    rows = BASE + [(row[0], 2, *row[2:]) for row in later]
    found = steps_of(table_of(rows))
    for name in ["lost", "won", *STEPS]:
        assert found[name] == pytest.approx(amount if name == step else 0, abs=1e-9), name


def test_a_customer_whose_lines_lack_a_quantity_is_taken_apart_by_spend():
    rows = [*BASE, ("a", 2, 4, "tea", 3, 500), ("b", 2, 4, "tea", 6, 600)]
    table = table_of(rows)
    table["quantity"] = table["quantity"].astype(float)
    table.loc[3, "quantity"] = np.nan
    change = revenue_change(table, **DATES).set_index("step")
    assert change.loc[STEPS, "n_customers"].tolist() == [2, 2, 1, 1]
    # a: from 2 purchases of 20 to one of 15; b: as before
    expected = explain_slowly([row for row in rows if row[0] == "b"])
    assert change.loc["frequency", "amount"] == pytest.approx((1 - 2) * (20 + 15) / 2)
    assert change.loc["order size", "amount"] == pytest.approx(
        (15 - 20) * (2 + 1) / 2 + expected["order size"]
    )
    assert change.loc["price", "amount"] == pytest.approx(expected["price"])


def test_what_is_given_back_leaves_prices_as_they_were():
    rows = BASE + [(row[0], 2, *row[2:]) for row in BASE]
    table = table_of(rows).assign(order_id=[f"o{at}" for at in range(6)])
    back = table.iloc[[4]].assign(amount=-30.0, quantity=-1, date=pd.Timestamp("2024-02-20"))
    part = table.iloc[[5]].assign(amount=-10.0, quantity=-2, date=pd.Timestamp("2024-02-20"))
    found = steps_of(pd.concat([table, back, part], ignore_index=True))
    assert found["this period"] == pytest.approx(60 - 40)
    assert found["price"] == pytest.approx(0, abs=1e-9)
    assert found.iloc[:-1].sum() == pytest.approx(found["this period"])


@pytest.mark.slow
def test_the_company_never_changed_a_price_and_the_steps_say_so():
    company = load_company()
    change = revenue_change(company.transactions, cut="2024-12-31", start="2024-01-01")
    amount = change.set_index("step")["amount"]
    assert amount["price"] == pytest.approx(0, abs=0.01)  # of 580 million won
    assert abs(amount["mix"]) > 1e6
    flows = customer_flows(company.transactions, period="Y").groupby("period")["revenue"].sum()
    assert amount[["last period", "this period"]].tolist() == pytest.approx(flows.tolist())
    dearer = company.transactions.copy()
    later = dearer["date"] > "2024-12-31"
    dearer["amount"] = dearer["amount"].astype(float)
    dearer["unit_price"] = dearer["unit_price"].astype(float)
    dearer.loc[later, ["amount", "unit_price"]] *= 1.05
    found = revenue_change(dearer, cut="2024-12-31", start="2024-01-01").set_index("step")["amount"]
    assert found["price"] > 0.02 * found["last period"]
    assert found.iloc[:-1].sum() == pytest.approx(found["this period"])


@pytest.mark.slow
@few_engines
def test_every_engine_takes_revenue_apart_alike(engine):
    lines = load_company().transactions
    few = lines["customer_id"].drop_duplicates().head(300)
    columns = ["customer_id", "date", "amount", "order_id", "product_id", "quantity", "is_return"]
    lines = lines.loc[lines["customer_id"].isin(few), columns].reset_index(drop=True)
    options = {"cut": "2024-12-31", "start": "2024-01-01"}
    expected = revenue_change(lines, **options)
    table = engine(lines)
    table = table if isinstance(table, pd.DataFrame) else read_transactions(table)
    pd.testing.assert_frame_equal(revenue_change(table, **options), expected)


def test_both_periods_are_as_long_unless_said_otherwise(cdnow_sample):
    change = revenue_change(cdnow_sample, cut="1997-12-31")
    assert change.attrs == {
        "start": "1997-07-04", "cut": "1997-12-31", "observation_end": "1998-06-30"
    }  # fmt: skip
    inside = cdnow_sample["date"].between("1997-07-04", "1997-12-31")
    assert change["amount"].iloc[0] == pytest.approx(cdnow_sample.loc[inside, "amount"].sum())
