"""What each customer brought in and cost, against a slow loop over lines, days and contacts."""

from collections import defaultdict

import ibis
import numpy as np
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from refund_cases import settle_slowly

from crmlab.concentration import whale_curve
from crmlab.contracts import ContractError
from crmlab.customer_base import customer_profit
from crmlab.loaders import read_transactions

END = pd.Timestamp("2024-12-31")
COLUMNS = ["sales", "margin", "fees", "service_cost", "contact_cost", "profit"]


def days(rng, n, first="2023-01-01", last="2025-03-31"):
    span = (pd.Timestamp(last) - pd.Timestamp(first)).days
    return pd.Timestamp(first) + pd.to_timedelta(rng.integers(0, span + 1, n), unit="D")


def made(n=200, seed=5):
    """Orders, subscriptions and contacts of customers of whom many are in one table only."""
    rng = np.random.default_rng(seed)
    who = np.array([f"c{i:03d}" for i in range(90)])
    amount = rng.normal(30, 20, n).round(2)
    orders = pd.DataFrame(
        {
            "customer_id": rng.choice(who[:60], n),
            "date": days(rng, n),
            "amount": amount,
            "cost": (amount * rng.uniform(0.2, 1.1, n)).round(2),
        }
    )
    start = days(rng, n).to_series(index=range(n))
    end = start + pd.to_timedelta(rng.integers(0, 500, n), unit="D")
    subscriptions = pd.DataFrame(
        {
            "customer_id": rng.choice(who[30:80], n),
            "start": start,
            "end": end.where(rng.random(n) < 0.6),
            "plan": "basic",
            "monthly_fee": rng.integers(20, 60, n),
            "monthly_cost": rng.uniform(5, 70, n).round(2),
        }
    )
    contacts = pd.DataFrame(
        {
            "customer_id": rng.choice(who[50:], n),
            "campaign_id": "k",
            "date": days(rng, n),
            "channel": "phone",
            "treated": True,
            "outcome": "answered",
            "cost": rng.uniform(0, 3, n).round(2),
        }
    )
    return orders, subscriptions, contacts


def slow(orders, subscriptions, contacts, end):
    """The same sums one by one; a month is paid on each anniversary before the end."""
    table = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
    seen = orders[orders["date"] <= end]
    cents = (seen["amount"] * 100).round().astype(int)
    _, left, _ = settle_slowly(
        [
            (c, d, n, "")
            for c, d, n in zip(seen["customer_id"], seen["date"].dt.date, cents, strict=True)
        ]
    )
    for (customer, _, _), n in left.items():
        table[customer]["sales"] += n / 100
        table[customer]["margin"] += n / 100
    for row in seen.itertuples():
        table[row.customer_id]["margin"] -= row.cost
    for row in subscriptions.itertuples():
        if row.start > end:
            continue
        customer, k = table[row.customer_id], 0
        while True:
            due = row.start + relativedelta(months=k)
            if due > end or (pd.notna(row.end) and due >= row.end):
                break
            customer["fees"] += row.monthly_fee
            customer["service_cost"] += row.monthly_cost
            k += 1
    for row in contacts.itertuples():
        if row.date <= end:
            table[row.customer_id]["contact_cost"] += row.cost
    for row in table.values():
        row["profit"] = row["margin"] + row["fees"] - row["service_cost"] - row["contact_cost"]
    return pd.DataFrame.from_dict(table, orient="index").sort_index().rename_axis("customer_id")


def assert_equal(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_index_type=False)


def subscribed(start, end, fee=30.0, cost=10.0):
    dates = pd.to_datetime(pd.Series([start, end]), format="ISO8601")
    return pd.DataFrame(
        {
            "customer_id": ["b"], "start": dates[:1], "end": [dates[1]], "plan": "basic",
            "monthly_fee": fee, "monthly_cost": cost,
        }
    )  # fmt: skip


def bought(**changed):
    row = {"customer_id": ["a"], "date": [pd.Timestamp("2024-01-05")], "amount": [10.0]}
    return pd.DataFrame(row | {"cost": [4.0]} | changed)


@pytest.mark.slow
def test_it_is_the_slow_sum_on_every_engine(engine):
    orders, subscriptions, contacts = made()
    found = customer_profit(
        engine(orders), subscriptions=subscriptions, contacts=contacts, observation_end=END
    )
    assert_equal(found, slow(orders, subscriptions, contacts, END))
    assert found.attrs == {"observation_end": "2024-12-31"}
    assert (found["sales"] == 0).any()
    assert (found["fees"] == 0).any()


@pytest.mark.slow
def test_every_table_may_be_an_ibis_table():
    orders, subscriptions, contacts = made(seed=6)
    connection = ibis.duckdb.connect()
    tables = {
        name: connection.create_table(name, frame)
        for name, frame in (("o", orders), ("s", subscriptions), ("c", contacts))
    }
    found = customer_profit(
        tables["o"], subscriptions=tables["s"], contacts=tables["c"], observation_end="2024-12-31"
    )
    assert_equal(found, slow(orders, subscriptions, contacts, END))


@pytest.mark.slow
@pytest.mark.parametrize("left_out", ["subscriptions", "contacts"])
def test_a_table_that_is_not_given_counts_nothing(left_out):
    tables = dict(zip(["orders", "subscriptions", "contacts"], made(), strict=True))
    given_ = {name: table for name, table in tables.items() if name not in ("orders", left_out)}
    found = customer_profit(tables["orders"], observation_end=END, **given_)
    tables[left_out] = tables[left_out].head(0)
    assert_equal(found, slow(*tables.values(), END))


@pytest.mark.slow
def test_the_end_is_the_last_order_where_none_is_given():
    orders, subscriptions, contacts = made()
    found = customer_profit(orders, subscriptions=subscriptions, contacts=contacts)
    assert_equal(found, slow(orders, subscriptions, contacts, orders["date"].max()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "end", "n_months"),
    [
        pytest.param("2024-01-31", "2024-02-29", 1, id="ends-on-the-short-anniversary"),
        pytest.param("2024-01-31", "2024-03-01", 2, id="ends-the-day-after-it"),
        pytest.param("2024-01-15", "2024-02-15", 1, id="ends-at-the-first-renewal"),
        pytest.param("2024-01-15", "2024-01-15", 0, id="ends-as-it-starts"),
        pytest.param("2024-01-15", "2024-01-16", 1, id="lasts-a-day"),
        pytest.param("2024-12-31", None, 1, id="starts-on-the-last-day"),
        pytest.param("2024-11-30", None, 2, id="renews-on-the-day-before-the-last"),
        pytest.param("2024-11-15", "2026-01-01", 2, id="ends-after-the-last-day"),
    ],
)
def test_a_month_is_paid_when_it_starts(start, end, n_months):
    found = customer_profit(
        bought(), subscriptions=subscribed(start, end), observation_end=END
    ).loc["b"]
    assert found[["fees", "service_cost", "profit"]].tolist() == [
        n_months * 30.0,
        n_months * 10.0,
        n_months * 20.0,
    ]


@pytest.mark.slow
def test_what_starts_after_the_end_makes_no_customer():
    late = subscribed("2025-01-01", None)
    assert customer_profit(bought(), subscriptions=late, observation_end=END).index.tolist() == [
        "a"
    ]


@pytest.mark.slow
def test_a_return_takes_back_its_amount_and_its_cost():
    lines = pd.concat([bought(), bought(amount=[-10.0], cost=[-3.0])])
    found = customer_profit(lines)
    assert found.loc["a", ["sales", "margin", "profit"]].tolist() == [0.0, -1.0, -1.0]


def test_customers_of_whole_numbers_stay_whole_numbers():
    begun = subscribed("2024-01-15", None).assign(customer_id=3)
    found = customer_profit(bought(customer_id=[7]), subscriptions=begun, observation_end=END)
    assert found.index.tolist() == [3, 7]
    assert pd.api.types.is_integer_dtype(found.index)


@pytest.mark.slow
def test_it_feeds_the_whale_curve():
    orders, subscriptions, _ = made()
    profit = customer_profit(orders, subscriptions=subscriptions)["profit"]
    assert len(whale_curve(profit)) > 0


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_totals_are_those_of_the_tables_in_any_row_order(seed):
    orders, subscriptions, contacts = made(n=40, seed=seed)
    tables = {"subscriptions": subscriptions, "contacts": contacts}
    found = customer_profit(orders, observation_end="2030-01-01", **tables)
    expected = slow(orders, subscriptions, contacts, pd.Timestamp("2030-01-01"))
    assert found["sales"].sum() == pytest.approx(expected["sales"].sum())
    assert found["margin"].sum() == pytest.approx(expected["margin"].sum())
    assert found["contact_cost"].sum() == pytest.approx(contacts["cost"].sum())
    mixed = {name: table.sample(frac=1, random_state=1) for name, table in tables.items()}
    again = customer_profit(
        orders.sample(frac=1, random_state=1), observation_end="2030-01-01", **mixed
    )
    pd.testing.assert_frame_equal(again, found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param(
            {"transactions": bought().drop(columns="cost")},
            ContractError,
            "The transactions lack 'cost', what the goods on the line cost, so profit cannot be "
            "known; they have 'customer_id', 'date', 'amount'. Add it, or measure sales instead.",
            id="no-cost",
        ),
        pytest.param(
            {"transactions": read_transactions(bought(cost=[np.nan]))},
            ContractError,
            "`cost` must be known to know the profit; it is missing or infinite in 1 lines of the "
            "transactions. Fill it in",
            id="cost-missing",
        ),
        pytest.param(
            {"transactions": ibis.memtable(bought(cost=[np.inf]))},
            ContractError,
            "`cost` must be known .* missing or infinite in 1 lines",
            id="cost-infinite",
        ),
        pytest.param(
            {"subscriptions": subscribed("2024-01-15", None).drop(columns="monthly_cost")},
            ContractError,
            "The subscriptions lack 'monthly_cost', what serving a month costs, so profit cannot",
            id="no-monthly-cost",
        ),
        pytest.param(
            {"subscriptions": subscribed("2024-01-15", None, cost=np.nan)},
            ContractError,
            "`monthly_cost` must be known .* in 1 subscriptions",
            id="monthly-cost-missing",
        ),
        pytest.param(
            {"subscriptions": subscribed("2024-01-15", "2024-01-14")},
            ContractError,
            "break the contract of subscriptions:\n- end before start",
            id="ends-before-it-starts",
        ),
        pytest.param(
            {"contacts": made()[2].drop(columns="cost")},
            ContractError,
            "The contacts table lacks 'cost'",
            id="contact-cost",
        ),
        pytest.param(
            {"contacts": [1]}, TypeError, "must be a pandas frame or an Ibis table", id="list"
        ),
        pytest.param(
            {"subscriptions": subscribed("2024-01-01", None).assign(customer_id=7)},
            ContractError,
            "`customer_id` must be of one type in all tables; it holds text in transactions, whole "
            "numbers in subscriptions. Convert the numbers to text.",
            id="ids",
        ),
        pytest.param(
            {"observation_end": "2020-01-01"},
            ValueError,
            "There is nothing to add up by 2020-01-01, the end of observation",
            id="nothing",
        ),
        pytest.param({"observation_end": 5}, ValueError, "`observation_end` must be a", id="end"),
        pytest.param(
            {"transactions": bought().head(0)}, ContractError, "no rows", id="no-transactions"
        ),
    ],
)
def test_what_leaves_the_profit_unknown_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        customer_profit(**{"transactions": bought()} | arguments)
