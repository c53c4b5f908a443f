"""What the orders of a page come to, and what is left out of that."""

import numpy as np
import pandas as pd
import pytest

from crmlab.loaders import audit_transactions
from crmlab.reports import left_out_table, orders_table


def sold(n, *, seed, currency=None):
    """Orders, some of them cancelled, some with a part or all of it given back."""
    rng = np.random.default_rng(seed)
    amount = rng.integers(5, 500, n) * 1.0
    status = rng.choice(["paid", "cancelled"], n, p=[0.8, 0.2])
    back = np.where(rng.random(n) < 0.3, amount, np.where(rng.random(n) < 0.3, amount / 2, 0))
    table = pd.DataFrame(
        {
            "customer_id": rng.integers(1, 9, n),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, n), "D"),
            "amount": amount,
            "order_id": [f"o{i}" for i in range(n)],
            "refunded": back,
            "status": status,
        }
    )
    return table if currency is None else table.assign(currency=currency)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_tables_hold_the_sums_of_the_orders(seed):
    orders = sold(60, seed=seed, currency="USD")
    paid, out = orders[orders["status"] == "paid"], orders[orders["status"] != "paid"]
    audit = audit_transactions(orders)
    lines = orders_table(audit, "USD")["USD"]
    assert lines["orders"] == f"{len(paid):,}"
    assert lines["given back whole"] == f"{(paid['amount'] == paid['refunded']).sum():,}"
    assert lines["gross"] == f"{paid['amount'].sum():,.2f}"
    assert lines["given back"] == f"{paid['refunded'].sum():,.2f}"
    assert lines["revenue"] == f"{(paid['amount'] - paid['refunded']).sum():,.2f}"
    left = left_out_table(audit, "USD").loc["not counted: cancelled"]
    worth = (out["amount"] - out["refunded"]).sum()
    whole = worth + (paid["amount"] - paid["refunded"]).sum()
    assert left["gross, USD"] == f"{out['amount'].sum():,.2f}"
    assert left["of all money"] == f"{worth / whole:.1%}"


@pytest.mark.slow
def test_lines_with_nothing_to_say_are_left_out():
    orders = sold(20, seed=1).assign(status="paid", refunded=0.0).drop(columns="order_id")
    audit = audit_transactions(orders)
    lines = orders_table(audit, "")
    assert list(lines) == ["in the file's currency"]
    assert lines.index.tolist() == [
        "customers", "customer-days", "revenue", "first day", "last day"
    ]  # fmt: skip
    assert left_out_table(audit, "").empty


@pytest.mark.slow
def test_each_currency_has_a_column_and_rows_of_its_own():
    orders = pd.concat([sold(30, seed=1, currency="USD"), sold(30, seed=2, currency="EUR")])
    orders["order_id"] += orders["currency"]
    audit = audit_transactions(orders)
    assert list(orders_table(audit, "")) == ["EUR", "USD"]
    assert sorted(left_out_table(audit, "")["currency"]) == ["EUR", "USD"]


@pytest.mark.slow
def test_rows_without_money_of_their_own_show_none():
    lines = pd.DataFrame(
        {
            "customer_id": 1, "date": "2024-01-05", "order_id": ["o1", "o1"],
            "order_total": [9.0, None],
        }
    )  # fmt: skip
    left = left_out_table(audit_transactions(lines), "USD").loc["further line of an order"]
    assert left.tolist() == ["1", "", "", ""]
