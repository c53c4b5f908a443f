"""The orders of a report: what is refused before a kernel starts, and what the message says."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from crmlab._parameters import Parameter
from crmlab.contracts import ContractError
from crmlab.loaders import audit_transactions
from crmlab.reports import list_reports, name_currency, read_orders
from crmlab.reports._orders import LeftOut, check_orders

DATA = Parameter("data", "str", "cdnow", "file, pattern or set; the orders")
CURRENCY = Parameter("currency", "str | None", None, "currency code; the one that is kept")
NAME = Parameter("currency", "str | None", None, "name; beside amounts")
WHERE = Parameter("where", "dict[str, list[str]] | None", None, "column=value|value; kept")
# A fault of each kind: the reason, and what stands in customer_id, date, amount.
FAULTS = {
    "customer_id missing": (None, "2024-01-05", "5"),
    "date unreadable": ("a", "soon", "5"),
    "amount unreadable": ("a", "2024-01-05", "?"),
}


def faulty(counts, n_good=0):
    rows = [row for reason, n in counts.items() for row in [FAULTS[reason]] * n]
    rows += [("a", "2024-01-05", "5")] * n_good
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_orders_of_which_none_counts_are_refused_with_every_reason_and_its_count(seed):
    counts = dict(zip(FAULTS, np.random.default_rng(seed).integers(0, 4, 3) + 1, strict=True))
    orders = faulty(counts)
    with pytest.raises(ContractError) as error:
        check_orders([DATA], {"data": "x.csv"}, orders)
    message = str(error.value)
    assert message.startswith(f"No order is left to report on, of {len(orders)} rows read:")
    for reason, n in counts.items():
        assert re.search(rf"- {reason}: {n} rows?; \w", message), message
    assert ".." not in message


@pytest.mark.slow
def test_what_a_rule_leaves_out_is_a_reason_too():
    orders = faulty({}, n_good=3).assign(status="cancelled")
    with pytest.raises(ContractError, match="- not counted: cancelled: 3 rows"):
        check_orders([DATA], {"data": "x.csv"}, orders)


@pytest.mark.slow
def test_faults_of_a_report_that_is_made_are_counted_by_reason():
    found = check_orders([DATA], {"data": "x.csv"}, faulty({"date unreadable": 2}, n_good=1))
    assert found == LeftOut(2, "date unreadable 2")


@pytest.mark.slow
def test_several_currencies_are_refused_with_their_sums_where_one_is_asked_for():
    orders = faulty({}, n_good=4).assign(currency=["USD", "EUR", "EUR", "EUR"])
    message = r"EUR 15.00 in \d orders, USD 5.00 in 1 orders. Keep one with currency="
    given = {"data": "x.csv"}
    with pytest.raises(ContractError, match=message):
        check_orders([DATA, CURRENCY], given, orders)
    assert check_orders([DATA, CURRENCY], given | {"currency": "EUR"}, orders) == LeftOut()
    # There a name, for letters: the report takes any orders.
    assert check_orders([DATA, NAME], given | {"currency": "won"}, orders) == LeftOut()


@pytest.mark.slow
def test_options_are_tried_on_a_bundled_set_before_a_run():
    with pytest.raises(ValueError, match="`where` must name columns of the table; got 'nowhere'"):
        check_orders([DATA, WHERE], {"where": {"nowhere": ["x"]}}, None)


def test_every_report_of_orders_takes_all_options_of_reading_but_the_last_day():
    options = set(inspect.signature(audit_transactions).parameters) - {"source", "not_after"}
    of_orders = (
        list_reports().groupby("report").filter(lambda rows: "data" in set(rows["parameter"]))
    )
    assert set(list_reports()["report"]) - set(of_orders["report"]) == {"readiness"}
    for name, rows in of_orders.groupby("report"):
        assert options <= set(rows["parameter"]), name


@pytest.mark.slow
def test_the_currency_kept_is_the_name_of_the_money(tmp_path):
    path = tmp_path / "orders.csv"
    faulty({}, n_good=3).assign(currency=["usd", "EUR", "USD"]).to_csv(path, index=False)
    audit = read_orders(str(path), currency="usd")
    assert audit.revenue == 10
    assert name_currency(audit, str(path), "usd") == "USD"
    faulty({}, n_good=3).to_csv(path, index=False)
    assert name_currency(read_orders(str(path)), str(path), None) == ""
    faulty({"date unreadable": 2}).to_csv(path, index=False)
    with pytest.raises(ContractError, match="No order is left to report on, of 2 rows read"):
        read_orders(str(path))


@pytest.mark.slow
def test_a_bundled_set_has_its_currency_and_takes_another_name():
    audit = read_orders("cdnow", currency="$")
    assert name_currency(audit, "cdnow", "$") == "$"
    assert name_currency(audit, "cdnow", None) == "USD"
