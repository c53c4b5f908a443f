import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab._revenue.purchases import is_return, purchase_days


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
        pytest.param([("a", 1, 5), ("a", 1, -2)], [(3.0, True, 2)], id="part-returned"),
        pytest.param([("a", 1, 5), ("a", 1, -5)], [(0.0, True, 2)], id="all-returned"),
        pytest.param([("a", 1, 5), ("a", 1, -7)], [(-2.0, False, 2)], id="more-returned"),
        pytest.param([("a", 1, -5)], [(-5.0, False, 1)], id="only-returned"),
        pytest.param(
            [("a", 1, 0.1), ("a", 1, 0.2), ("a", 1, -0.3)], [(0.0, True, 3)], id="rounding-up"
        ),
        pytest.param(
            [("a", 1, 0.3), ("a", 1, -0.1), ("a", 1, -0.2)], [(0.0, True, 3)], id="rounding-down"
        ),
    ],
)
def test_a_day_is_a_purchase_unless_it_gives_more_back(rows, expected):
    assert days_of(*rows) == expected


def test_the_time_of_day_does_not_matter():
    table = lines(("a", 1, 5), ("a", 1, 7))
    late = table.mutate(date=table.date + ibis.interval(hours=23))
    assert purchase_days(table.union(late)).count().to_pyarrow().as_py() == 1


some_lines = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.integers(1, 3), st.integers(-900, 900).map(lambda c: c / 100)
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(some_lines)
def test_money_and_lines_of_all_days_are_those_of_all_lines(rows):
    days = purchase_days(lines(*rows)).to_pandas()
    assert days["spent"].sum() == pytest.approx(sum(amount for *_, amount in rows), abs=1e-5)
    assert days["n_lines"].sum() == len(rows)
    assert (days.loc[days["bought"], "spent"] >= 0).all()
