"""Tables of orders and products as they arrive by mistake: the same numbers, or a named error."""

import ibis
import numpy as np
import pandas as pd
import pytest
from offer_cases import PRODUCTS, campers, orders

from crmlab import InputError, InputTypeError
from crmlab.cross_sell import (
    _pairs,
    next_best_offer,
    resupply,
    sequential_rules,
    share_of_wallet,
    upsell_paths,
    validate_offers,
)

BASE = campers(60)
AT = {"as_of": "2024-08-31", "horizon": 120}
CALLS = {
    "next_best_offer": lambda lines, products: next_best_offer(lines, products, **AT),
    "validate_offers": lambda lines, products: validate_offers(lines, products, **AT),
    "resupply": lambda lines, products: resupply(
        lines, products, as_of="2024-08-31", min_gaps=2
    ),
    "share_of_wallet": share_of_wallet,
    "upsell_paths": lambda lines, products: upsell_paths(
        lines, products, tier="level", horizon=100
    ),
    "sequential_rules": lambda lines, products: sequential_rules(
        lines.assign(order_id="o"), horizon=120, min_customers=2, products=products,
        level="category",
    ),
}  # fmt: skip
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
REWRITTEN = {
    "shuffled, one label, categories": lambda t: (
        t.sample(frac=1, random_state=3)
        .set_index(np.zeros(len(t)))
        .astype({"product_id": "category"})
    ),
    "single precision, arrow": lambda t: t.astype(
        dict.fromkeys(t.select_dtypes("float64"), "float32")
    ).convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.mark.slow
@each_call
def test_what_a_table_is_held_in_moves_no_number(call):
    plain = call(BASE, PRODUCTS)
    for way in REWRITTEN.values():
        pd.testing.assert_frame_equal(call(way(BASE), way(PRODUCTS)), plain, check_dtype=False)


@pytest.mark.slow
@pytest.mark.parametrize("unit", [1e-12, 1e140])
def test_offers_and_wallets_are_the_same_in_every_unit_of_money(unit):
    other = BASE.assign(amount=BASE["amount"] * unit)
    for call, money in ((CALLS["next_best_offer"], "margin"), (share_of_wallet, "open")):
        plain, scaled = call(BASE, PRODUCTS), call(other, PRODUCTS)
        kept = plain.columns.difference(["margin", "expected_margin", "spent", "wallet", "open"])
        pd.testing.assert_frame_equal(scaled[kept], plain[kept])
        assert (scaled[money] / unit).to_numpy() == pytest.approx(
            plain[money].to_numpy(), nan_ok=True
        )


@pytest.mark.parametrize(
    ("lines", "products", "error", "match"),
    [
        pytest.param(BASE, pd.concat([PRODUCTS, PRODUCTS["category"]], axis=1), InputError,
                     "must name each column once; 'category'", id="two columns of one name"),
        pytest.param(BASE, PRODUCTS.to_dict("list"), InputTypeError,
                     "`products` must be a pandas frame or an Ibis table; got dict", id="dict"),
        pytest.param(BASE, PRODUCTS.to_numpy(), InputTypeError, "got ndarray of numpy", id="array"),
    ],
)  # fmt: skip
@each_call
def test_what_is_no_catalogue_is_refused(call, lines, products, error, match):
    with pytest.raises(error, match=match):
        call(lines, products)


@pytest.mark.parametrize(
    ("call", "lines", "products", "match"),
    [
        ("share_of_wallet", BASE.assign(amount=1e300), PRODUCTS, "`amount` must .* of at most 1e"),
        ("validate_offers", BASE.assign(customer_id="c"), PRODUCTS, "two customers at least"),
        ("next_best_offer", BASE, PRODUCTS.assign(price=pd.array([100, None] * 3, "Int64")),
         "must have a `price` above 0"),
    ],
)  # fmt: skip
def test_what_offers_cannot_be_made_of_is_refused(call, lines, products, match):
    with pytest.raises(InputError, match=match):
        CALLS[call](lines, products)


@pytest.mark.slow
def test_one_half_is_never_empty():
    two = orders([("a", "2024-02-01", "t1", 9), ("b", "2024-02-01", "g1", 9),
                  ("a", "2024-12-31", "b1", 9)])  # fmt: skip
    for seed in range(4):
        found = validate_offers(two, PRODUCTS, as_of="2024-06-30", random_state=seed)
        assert (found["n_customers"] == 2).all()


def test_products_of_another_engine_are_brought_to_the_lines():
    lines = BASE.assign(order_id="o")
    there = ibis.duckdb.connect().create_table("products", PRODUCTS[["product_id", "category"]])
    asked = {"horizon": 120, "min_customers": 2, "level": "category"}
    pd.testing.assert_frame_equal(
        sequential_rules(lines, products=there, **asked),
        sequential_rules(lines, products=PRODUCTS, **asked),
    )


@pytest.mark.parametrize(("sparse", "piece"), [(0, 2**22), (10**9, 2**22), (8, 1)])
def test_pairs_are_counted_alike_in_tables_and_by_sorting(monkeypatch, sparse, piece):
    lines = BASE.assign(order_id="o")
    plain = sequential_rules(lines, horizon=150, min_customers=1)
    monkeypatch.setattr(_pairs, "_SPARSE", sparse)
    monkeypatch.setattr(_pairs, "_PIECE", piece)
    pd.testing.assert_frame_equal(sequential_rules(lines, horizon=150, min_customers=1), plain)


def test_plans_that_start_on_one_day_are_one_start():
    day = pd.to_datetime(["2024-01-05", "2024-03-01", "2024-03-01", "2025-06-30"])
    plans = pd.DataFrame(
        {"customer_id": list("aaab"), "start": day, "end": pd.NaT,
         "plan": ["basic", "premium", "basic", "premium"], "monthly_fee": [30.0, 60, 30, 60],
         "monthly_cost": [20.0, 35, 20, 35]}
    )  # fmt: skip
    found = upsell_paths(plans)
    assert found.set_index(["tier", "next_tier"])["n_moves"].to_dict() == {
        ("basic", "premium"): 1, ("basic", "(none)"): 0, ("premium", "premium"): 0,
        ("premium", "(none)"): 1,
    }  # fmt: skip
    for other in (plans[::-1], pd.concat([plans, plans])):
        pd.testing.assert_frame_equal(upsell_paths(other), found)
