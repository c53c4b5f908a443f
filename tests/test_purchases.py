import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refund_cases import is_purchase, settle_slowly

from crmlab import audit_transactions, read_transactions
from crmlab._engine import in_memory
from crmlab._revenue.purchases import find_purchases, purchase_days
from crmlab._revenue.refunds import is_return
from crmlab.customer_base import (
    calibration_holdout,
    cohort_retention,
    customer_flows,
    customer_profit,
    rfm_summary,
)


def lines(*rows, **columns):
    """Lines from (customer, day of January, amount), with further columns."""
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    days = pd.to_datetime("2024-01-" + frame["date"].astype(str).str.zfill(2))
    return ibis.memtable(frame.assign(date=days, amount=frame["amount"].astype(float), **columns))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param({}, [False, False, True], id="by-amount"),
        pytest.param({"quantity": [-1, None, 1]}, [True, False, True], id="by-quantity"),
        pytest.param({"is_return": [True, False, False]}, [True, False, False], id="as-marked"),
        pytest.param(
            {"is_return": pd.array([True, None, None], dtype="boolean")},
            [True, False, True],
            id="marked-in-part",
        ),
    ],
)
def test_a_return_is_marked_or_negative(columns, expected):
    table = lines(("a", 1, 5), ("a", 2, 0), ("a", 3, -5), **columns)
    found = table.select("date", back=is_return(table)).to_pandas().sort_values("date")
    assert found["back"].tolist() == expected


def days_of(*rows):
    frame = purchase_days(lines(*rows)).to_pandas().sort_values(["customer_id", "day"])
    return list(zip(frame["spent"].round(9), frame["bought"], frame["n_lines"], strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("a", 1, 5)], [(5.0, True, 1)], id="one-line"),
        pytest.param([("a", 1, 5), ("a", 1, 7)], [(12.0, True, 2)], id="lines-of-a-day"),
        pytest.param([("a", 1, 5), ("a", 2, 7)], [(5.0, True, 1), (7.0, True, 1)], id="two-days"),
        pytest.param([("a", 1, 5), ("b", 1, 7)], [(5.0, True, 1), (7.0, True, 1)], id="two-people"),
        pytest.param([("a", 1, 0)], [(0.0, True, 1)], id="zero-is-a-purchase"),
        pytest.param([("a", 1, 5), ("a", 1, -2)], [(3.0, True, 1)], id="part-returned"),
        pytest.param([("a", 1, 5), ("a", 1, -5)], [(0.0, False, 1)], id="all-returned"),
        pytest.param([("a", 1, 5), ("a", 1, -7)], [(0.0, False, 1)], id="more-returned"),
        pytest.param([("a", 1, 5), ("a", 3, -2)], [(3.0, True, 1)], id="returned-later"),
        pytest.param([("a", 2, 5), ("a", 1, -2)], [(5.0, True, 1)], id="returned-before"),
        pytest.param([("a", 1, -5)], [], id="only-returned"),
        pytest.param(
            [("a", 1, 5), ("a", 2, 9), ("a", 3, -5)], [(0.0, False, 1), (9.0, True, 1)],
            id="as-much-as-was-paid-comes-before-the-latest",
        ),
        pytest.param(
            [("a", 1, 9), ("a", 2, 8), ("a", 3, 2), ("a", 4, -3)],
            [(9.0, True, 1), (5.0, True, 1), (2.0, True, 1)],
            id="the-latest-with-enough-left",
        ),
        pytest.param(
            [("a", 1, 4), ("a", 2, 3), ("a", 3, -6)], [(1.0, True, 1), (0.0, False, 1)],
            id="spread-backwards",
        ),
        pytest.param(
            [("a", 1, 0.1), ("a", 1, 0.2), ("a", 1, -0.3)], [(0.0, False, 2)], id="rounding-up"
        ),
        pytest.param(
            [("a", 1, 0.3), ("a", 1, -0.1), ("a", 1, -0.2)], [(0.0, False, 1)], id="rounding-down"
        ),
    ],
)  # fmt: skip
def test_a_day_is_a_purchase_unless_all_of_it_was_given_back(rows, expected):
    assert days_of(*rows) == expected


def test_the_time_of_day_does_not_matter():
    table = lines(("a", 1, 5), ("a", 1, 7))
    late = table.mutate(date=table.date + ibis.interval(hours=23))
    assert purchase_days(table.union(late)).count().to_pyarrow().as_py() == 1


# Few people, days, orders and prices, so that refunds compete for the same purchases.
some_rows = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(1, 6),
        st.sampled_from([0, 100, 250, 300, 999, -100, -250, -300, -999, -1250]),
        st.sampled_from(["", "", "o1", "o2"]),
    ),
    min_size=1,
    max_size=14,
)


def table_of(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "cents", "order_id"])
    days = pd.to_datetime("2024-01-" + frame["day"].astype(str).str.zfill(2))
    order = frame["order_id"].where(frame["order_id"] != "", None)
    plain = {"customer_id": frame["customer_id"], "date": days, "amount": frame["cents"] / 100}
    return pd.DataFrame(plain | {"order_id": order})


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(some_rows)
def test_refunds_are_matched_as_one_after_the_other(rows):
    gross, left, loose = settle_slowly(rows)
    found = find_purchases(in_memory(pa.Table.from_pandas(table_of(rows))))
    orders = found.orders.to_pandas()
    keys = zip(
        orders["customer_id"], orders["order"], orders["day"].map(lambda d: d.day), strict=True
    )
    spent = dict(zip(keys, (orders["spent"] * 100).round(6), strict=True))
    assert spent == {key: pytest.approx(cents, abs=1e-4) for key, cents in left.items()}
    bought = dict(zip(spent, orders["bought"], strict=True))
    assert bought == {key: is_purchase(gross, left, key) for key in left}
    unmatched = found.refunds.left["amount"].sum() if found.returned else 0.0
    assert unmatched * 100 == pytest.approx(loose, abs=1e-4)


@pytest.mark.slow
@settings(deadline=None, max_examples=5)
@given(some_rows)
def test_all_functions_agree_on_one_revenue(rows):
    gross, left, _ = settle_slowly(rows)
    frame = table_of(rows)
    revenue = pytest.approx(sum(left.values()) / 100, abs=1e-4)
    assert audit_transactions(frame).revenue == revenue
    if any(is_purchase(gross, left, key) for key in gross):
        assert rfm_summary(frame)["total_spend"].sum() == revenue
        assert cohort_retention(frame)["revenue"].sum() == revenue
        assert customer_flows(frame, period="W")["revenue"].sum() == revenue
        profit = customer_profit(frame.assign(cost=0.0))
        assert profit["sales"].sum() == revenue


@pytest.mark.slow
def test_refunds_are_matched_on_every_engine(engine):
    rng = np.random.default_rng(5)
    rows = [
        (rng.choice(["a", "b", "c"]), int(rng.integers(1, 9)), int(rng.integers(-9, 15)) * 50,
         str(rng.choice(["", "o1", "o2", "o3"])))
        for _ in range(60)
    ]  # fmt: skip
    _, left, _ = settle_slowly(rows)
    lines = read_transactions(engine(table_of(rows)))
    assert rfm_summary(lines)["total_spend"].sum() * 100 == pytest.approx(sum(left.values()))


@pytest.mark.slow
def test_what_was_given_back_after_the_end_is_not_known_yet():
    frame = table_of([("a", 1, 500, ""), ("a", 2, 300, ""), ("a", 5, -300, "")])
    early = rfm_summary(frame, observation_end="2024-01-03")
    assert (early["frequency"].item(), early["total_spend"].item()) == (1, 8.0)
    late = rfm_summary(frame, observation_end="2024-01-05")
    assert (late["frequency"].item(), late["total_spend"].item()) == (0, 5.0)


@pytest.mark.slow
def test_a_calibration_does_not_know_what_the_holdout_gives_back():
    rows = [("a", 1, 500, ""), ("a", 2, 300, ""), ("a", 4, 700, ""), ("a", 5, -300, "")]
    split = calibration_holdout(table_of(rows), calibration_end="2024-01-03")
    known = rfm_summary(table_of(rows), observation_end="2024-01-03")
    assert split[known.columns].equals(known)
    assert split["monetary_value_holdout"].item() == 7.0
