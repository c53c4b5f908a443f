"""Itemsets and rules against published tables, slow counting and planted truth."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import comb, inf, isinf, isnan

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import InputError, InputTypeError
from crmlab.cross_sell import _baskets as reading
from crmlab.cross_sell import _mining as mining
from crmlab.cross_sell import association_rules, itemsets, sequential_rules
from crmlab.datasets import load_company

# The example of mlxtend's pages on frequent itemsets and association rules.
FIVE = [
    ["Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Milk", "Apple", "Kidney Beans", "Eggs"],
    ["Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"],
    ["Corn", "Onion", "Onion", "Kidney Beans", "Ice cream", "Eggs"],
]


def lines(baskets):
    """One row for each item of each basket; baskets that hold nothing have no line."""
    rows = [(number, item) for number, basket in enumerate(baskets) for item in basket]
    return pd.DataFrame(rows, columns=["order_id", "product_id"])


def draw(n=400, n_items=12, *, seed=0):
    """Baskets in which items 0 and 1 go together, all others by chance."""
    rng = np.random.default_rng(seed)
    holds = rng.random((n, n_items)) < np.linspace(0.5, 0.1, n_items)
    holds[:, 1] = np.where(rng.random(n) < 0.6, holds[:, 0], holds[:, 1])
    holds[:, 2] |= ~holds.any(axis=1)
    return [[f"item {k:02}" for k in np.flatnonzero(row)] for row in holds]


def count_slowly(baskets, need, max_len):
    """Every subset of every basket."""
    counts = Counter()
    for basket in map(set, baskets):
        for k in range(1, min(max_len, len(basket)) + 1):
            counts.update(combinations(sorted(basket), k))
    return {key: n for key, n in counts.items() if n >= need}


def as_counts(table):
    return dict(zip(table["items"], table["n_together"], strict=True))


def find(rules, antecedent, consequent):
    mask = (rules["antecedent"] == antecedent) & (rules["consequent"] == consequent)
    assert mask.sum() == 1
    return rules[mask].iloc[0]


# --- itemsets -------------------------------------------------------------------------------------


def test_five_baskets_of_mlxtend():
    table = itemsets(lines(FIVE), min_support=0.6)
    expected = {
        ("Kidney Beans",): 1.0, ("Eggs",): 0.8, ("Milk",): 0.6, ("Onion",): 0.6, ("Yogurt",): 0.6,
        ("Eggs", "Kidney Beans"): 0.8, ("Eggs", "Onion"): 0.6, ("Kidney Beans", "Milk"): 0.6,
        ("Kidney Beans", "Onion"): 0.6, ("Kidney Beans", "Yogurt"): 0.6,
        ("Eggs", "Kidney Beans", "Onion"): 0.6,
    }  # fmt: skip
    assert dict(zip(table["items"], table["support"], strict=True)) == pytest.approx(expected)
    assert table["n_baskets"].eq(5).all()
    assert table["n_together"].is_monotonic_decreasing


@pytest.mark.parametrize("max_len", [1, 2, 3, 12])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_sets_equal_counting_every_subset(share, max_len):
    baskets = draw()
    table = itemsets(lines(baskets), min_support=share, max_len=max_len)
    assert as_counts(table) == count_slowly(baskets, share * len(baskets), max_len)


def test_small_pieces_give_the_same_sets(monkeypatch):
    baskets = draw(n=300)
    monkeypatch.setattr(reading, "_PIECE", 7)
    monkeypatch.setattr(mining, "_WORDS", 8)  # families and rows are cut everywhere
    monkeypatch.setattr(mining, "_LINES", 7)
    table = itemsets(lines(baskets), min_support=0.02)
    assert as_counts(table) == count_slowly(baskets, 6, 12)


@pytest.mark.parametrize("cost", [0, 1e9], ids=["by baskets", "by bits"])
def test_pairs_are_the_same_either_way(monkeypatch, cost):
    baskets = draw(n=300)
    monkeypatch.setattr(mining, "_STEP", cost)
    monkeypatch.setattr(mining, "_CELLS", 25)
    table = lines([*baskets, baskets[0] * 2])
    expected = count_slowly([*baskets, baskets[0]], 7, 12)
    assert as_counts(itemsets(table, min_support=0.02)) == expected


@settings(max_examples=20)
@given(st.lists(st.sets(st.sampled_from("abcdefg"), min_size=1), min_size=2), st.randoms())
def test_order_and_repeated_lines_do_not_matter(baskets, random):
    table = lines(baskets)
    if table["product_id"].nunique() < 2:
        return
    asked = {"min_support": 0.3}
    expected = itemsets(table, **asked)
    rows = list(range(len(table))) + random.choices(range(len(table)), k=5)
    random.shuffle(rows)
    pd.testing.assert_frame_equal(itemsets(table.iloc[rows], **asked), expected)
    need = -(-3 * len(baskets) // 10)
    assert as_counts(expected) == count_slowly(baskets, need, 7)
    for items, n in as_counts(expected).items():  # no part of a set is rarer than the set
        assert all(as_counts(expected)[part] >= n for part in combinations(items, len(items) - 1)
                   if part)  # fmt: skip


@pytest.mark.parametrize("hundredths", range(1, 100))
def test_sets_exactly_at_the_threshold_are_in(hundredths):
    # 0.07 * 100 is 7.000000000000001, and 7 / 100 < 0.07 + tiny
    table = lines([["a", "b"]] * hundredths + [["c"]] * (100 - hundredths))
    found = itemsets(table, min_support=hundredths / 100)
    assert ("a", "b") in set(found["items"])
    above = itemsets(table, min_support=hundredths / 100 + 1e-6)
    assert ("a", "b") not in set(above["items"])


@pytest.mark.parametrize("back", [{"amount": -1.0}, {"quantity": -1}, {"is_return": True}])
def test_returns_are_no_purchases_and_their_orders_no_baskets(back):
    name = next(iter(back))
    table = lines([["a", "b"], ["a", "b"], ["a"]])
    table[name] = {"amount": 1.0, "quantity": 1, "is_return": False}[name]
    back = pd.DataFrame({"order_id": [0, 9], "product_id": ["a", "b"], **back})
    table = pd.concat([table, back])
    found = itemsets(table, min_support=0.5)
    assert as_counts(found) == {("a",): 3, ("b",): 2, ("a", "b"): 2}
    assert found["n_baskets"].eq(3).all()
    on_engine = itemsets(ibis.memtable(table), min_support=0.5)
    pd.testing.assert_frame_equal(on_engine, found)


def test_what_a_column_says_of_returns_goes_before_signs():
    table = lines([["a", "b"], ["a", "b"]]).assign(
        amount=[1.0, -1, 1, 1], is_return=pd.array([None, False, False, False], dtype="boolean")
    )
    for given_table in (table, ibis.memtable(table)):
        assert ("a", "b") in set(itemsets(given_table, min_support=1)["items"])


PRODUCTS = pd.DataFrame(
    {"product_id": [f"item {k:02}" for k in range(12)], "category": list("aabbccddeeff"),
     "department": ["x"] * 6 + ["y"] * 6}
)  # fmt: skip


@pytest.mark.parametrize("level", ["category", "department"])
def test_any_level_of_the_hierarchy(level):
    group = PRODUCTS.set_index("product_id")[level]
    baskets = draw()
    table = itemsets(lines(baskets), min_support=0.05, products=PRODUCTS, level=level)
    expected = count_slowly([{group[item] for item in basket} for basket in baskets], 20, 12)
    assert as_counts(table) == expected


def test_categories_that_no_line_has_are_no_baskets():
    table = lines([["a", "b"], ["a", "b"], ["c"]]).astype("category")
    table = table[table["product_id"] != "c"]
    found = itemsets(table, min_support=0.5)
    assert found["n_baskets"].eq(2).all()
    assert found["items"].tolist() == [("a",), ("b",), ("a", "b")]


def test_numbers_as_items_stay_numbers():
    found = itemsets(lines([[10, 9], [9, 10], [9]]), min_support=0.5)
    assert as_counts(found) == {(9,): 3, (10,): 2, (9, 10): 2}


def test_an_engine_finds_what_pandas_finds():
    table = lines(draw())
    asked = {"min_support": 0.03, "max_len": 3}
    con = ibis.duckdb.connect()
    pd.testing.assert_frame_equal(
        itemsets(con.create_table("lines", table), **asked), itemsets(table, **asked)
    )
    grouped = {"products": PRODUCTS, "level": "category"}
    pd.testing.assert_frame_equal(
        itemsets(con.table("lines"), **asked, **grouped), itemsets(table, **asked, **grouped)
    )
    both = {"products": con.create_table("products", PRODUCTS), "level": "category"}
    pd.testing.assert_frame_equal(
        itemsets(con.table("lines"), **asked, **both), itemsets(table, **asked, **grouped)
    )
    pd.testing.assert_frame_equal(
        itemsets(table, **asked, **both), itemsets(table, **asked, **grouped)
    )


@pytest.mark.spark
def test_spark_counts_what_duckdb_counts(spark):
    table = lines(draw())
    company = load_company()
    here = ibis.pyspark.connect(spark)
    on_spark = here.create_table("lines_of_rules", table, overwrite=True)
    asked = {"min_support": 0.03, "products": PRODUCTS, "level": "category"}
    pd.testing.assert_frame_equal(itemsets(on_spark, **asked), itemsets(table, **asked))
    orders = company.transactions.head(4000)[["customer_id", "date", "amount", "product_id"]]
    on_spark = here.create_table("orders_of_rules", orders, overwrite=True)
    asked = {"horizon": 20, "products": company.products, "level": "category", "min_customers": 5}
    pd.testing.assert_frame_equal(
        sequential_rules(on_spark, **asked), sequential_rules(orders, **asked)
    )


def test_nothing_often_enough_is_an_empty_table():
    table = lines([["a"], ["b"], ["c"]])
    for given_table in (table, ibis.memtable(table)):
        found = itemsets(given_table, min_support=0.9)
        assert found.empty
        assert list(found) == ["items", "n_items", "n_together", "n_baskets", "support"]
        rules = association_rules(given_table, min_support=0.3, min_confidence=0)
        assert rules.empty
        assert rules["antecedent"].dtype == object
        assert len(rules.columns) == 14


# --- rules ----------------------------------------------------------------------------------------


def test_rule_of_mlxtend():
    rules = association_rules(lines(FIVE), min_support=0.6, min_confidence=0.7)
    assert len(rules) == 12
    rule = find(rules, ("Onion",), ("Eggs",))
    measures = ["support", "confidence", "lift", "leverage", "conviction", "zhang"]
    assert rule[measures].tolist() == pytest.approx([0.6, 1, 1.25, 0.12, inf, 0.5])
    back = find(rules, ("Eggs",), ("Onion",))
    assert back[measures].tolist() == pytest.approx([0.6, 0.75, 1.25, 0.12, 1.6, 1])


def chance_of_more(a, b, both, n):
    """Fisher's exact test in whole numbers."""
    ways = sum(comb(a, k) * comb(n - a, b - k) for k in range(both, min(a, b) + 1))
    return Fraction(ways, comb(n, b))


def measure_slowly(a, b, both, n):
    a, b, ab = (Fraction(k, n) for k in (a, b, both))
    confidence = ab / a
    scale = max(ab * (1 - a), a * (b - ab))
    conviction = 1 if b == 1 else inf if confidence == 1 else (1 - b) / (1 - confidence)
    return {
        "support": ab, "confidence": confidence, "lift": confidence / b, "leverage": ab - a * b,
        "conviction": conviction, "zhang": (ab - a * b) / scale if scale else 0,
    }  # fmt: skip


@pytest.mark.parametrize("max_len", [2, None])
def test_measures_and_chances_equal_their_definitions(max_len):
    baskets = [*draw(n=60, n_items=6), *[["item 00", "item 01", "item 05"]] * 4]
    rules = association_rules(lines(baskets), min_support=0.06, min_confidence=0, max_len=max_len)
    counts = count_slowly(baskets, 4, max_len or 6)
    splits = [(part, tuple(i for i in items if i not in part))
              for items in counts for k in range(1, len(items))
              for part in combinations(items, k)]  # fmt: skip
    assert set(zip(rules["antecedent"], rules["consequent"], strict=True)) == set(splits)
    for rule in rules.itertuples():
        both = counts[tuple(sorted(rule.antecedent + rule.consequent))]
        given_counts = (counts[rule.antecedent], counts[rule.consequent], both, len(baskets))
        assert given_counts == (rule.n_antecedent, rule.n_consequent, rule.n_together, 64)
        for name, value in measure_slowly(*given_counts).items():
            assert getattr(rule, name) == pytest.approx(float(value)), name
        assert rule.p_value == pytest.approx(float(chance_of_more(*given_counts)))


def count_tests(baskets, need, longest):
    """All pairs of frequent sets without an item in common, whether found together or not."""
    sets = list(count_slowly(baskets, need, longest))
    return sum(not set(a) & set(b) and len(a) + len(b) <= longest
               for a, b in combinations(sets, 2))  # fmt: skip


@pytest.mark.parametrize("max_len", [2, 3])
def test_false_discoveries_are_counted_over_all_that_was_tested(max_len):
    baskets = draw(n=200, n_items=8)
    rules = association_rules(lines(baskets), min_support=0.1, min_confidence=0, max_len=max_len)
    n_tests = count_tests(baskets, 20, max_len)
    assert rules.attrs["n_tests"] == n_tests > len(rules) / 2
    p_value = rules["p_value"][::1]
    tests = sorted(
        {
            frozenset([a, b]): p
            for a, b, p in zip(rules["antecedent"], rules["consequent"], p_value, strict=True)
        }.values()
    )
    for rule in rules.itertuples():
        expected = min(p * n_tests / sum(q <= p for q in tests)
                       for p in tests if p >= rule.p_value)  # fmt: skip
        assert rule.q_value == pytest.approx(min(1, expected))
    # A threshold of confidence shows fewer rules, and leaves what is said of them alone.
    sure = association_rules(lines(baskets), min_support=0.1, min_confidence=0.5, max_len=max_len)
    kept = rules[rules["confidence"] >= 0.5].reset_index(drop=True)
    pd.testing.assert_frame_equal(sure, kept)


@pytest.mark.slow
def test_chance_alone_is_seldom_called_a_rule():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(100):
        holds = rng.random((300, 8)) < np.linspace(0.4, 0.1, 8)
        table = lines([np.flatnonzero(row) for row in holds])
        rules = association_rules(table, min_support=0.02, min_confidence=0, max_len=3)
        found += bool((rules["q_value"] < 0.2).any())
    # With no true rule every discovery is false; at most .2 of the runs, four standard errors up.
    assert found / 100 < 0.2 + 4 * (0.2 * 0.8 / 100) ** 0.5


def test_planted_pairs_of_the_company_and_no_others():
    company = load_company()
    asked = {"min_support": 0.001, "min_confidence": 0, "max_len": 2,
             "products": company.products, "level": "category"}  # fmt: skip
    pairs = company.truth.pairs
    for kind, alternative in (("complement", "more"), ("substitute", "less")):
        rules = association_rules(company.transactions, alternative=alternative, **asked)
        sure = rules[rules["q_value"] < 0.05]
        found = {frozenset(a + b) for a, b in
                 zip(sure["antecedent"], sure["consequent"], strict=True)}  # fmt: skip
        planted = pairs[pairs["kind"] == kind]
        assert found == set(map(frozenset, planted[["category_a", "category_b"]].to_numpy()))
        for pair in planted.itertuples():
            rule = find(rules, (pair.category_a,), (pair.category_b,))
            assert rule["lift"] == pytest.approx(pair.lift, rel=0.15)  # 21,000 orders


def test_confidence_exactly_at_the_threshold_is_in():
    table = lines([["a", "b"]] * 3 + [["a"]] * 7 + [["c"]])
    rules = association_rules(table, min_support=0.1, min_confidence=0.3)
    assert ("a",) in set(rules["antecedent"])
    assert rules["confidence"].min() == 0.3


def test_consequents_may_be_kept_short():
    everything = association_rules(lines(FIVE), min_support=0.6, min_confidence=0.7)
    short = association_rules(lines(FIVE), min_support=0.6, min_confidence=0.7, max_consequent=1)
    kept = everything[everything["consequent"].map(len) == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(short, kept)
    assert 0 < len(short) < len(everything)


# --- what follows what ----------------------------------------------------------------------------


def shop(n=300, *, seed=0, follow=0.0, items="abcde"):
    """Customers who buy some items on days of one year, and e soon after a if it is to follow."""
    rng, n_items = np.random.default_rng(seed), len(items)
    rows = []
    for customer in range(n):
        drawn = zip(items, rng.integers(0, 365, n_items).tolist(), strict=True)
        days = {item: day for item, day in drawn if rng.random() < 0.5}
        if "a" in days and rng.random() < follow:
            days["e"] = days["a"] + int(rng.integers(1, 30))
        rows += [(f"c{customer:03}", date(2024, 1, 1) + timedelta(day), 5.0, item)
                 for item, day in days.items()]  # fmt: skip
        if rng.random() < 0.3 and days:  # and something again
            item, day = next(iter(days.items()))
            rows.append((f"c{customer:03}", date(2024, 1, 1) + timedelta(day + 9), 5.0, item))
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount", "product_id"])


def follow_slowly(orders, horizon, end):
    """One customer and pair of items after another."""
    first = defaultdict(dict)
    for row in orders.sort_values("date", ascending=False).itertuples():
        first[row.customer_id][row.product_id] = row.date
    lags, at_risk, customers = defaultdict(list), Counter(), set()
    items = set(orders["product_id"])
    for customer, days in first.items():
        for a, day in days.items():
            if day + timedelta(horizon) > end:
                continue
            customers.add(customer)
            for b in items - {a}:
                if b not in days or days[b] > day:
                    at_risk[a, b] += 1
                    if b in days and days[b] <= day + timedelta(horizon):
                        lags[a, b].append((days[b] - day).days)
    return lags, at_risk, len(customers)


def test_followers_equal_a_slow_count():
    orders = shop()
    end = orders["date"].max()
    lags, at_risk, n_customers = follow_slowly(orders, 60, end)
    rules = sequential_rules(orders, horizon=60, min_customers=1)
    assert set(zip(rules["antecedent"], rules["consequent"], strict=True)) == set(lags)
    for rule in rules.itertuples():
        pair = rule.antecedent, rule.consequent
        n, later = at_risk[pair], len(lags[pair])
        assert (rule.n_at_risk, rule.n_later, rule.n_customers) == (n, later, n_customers)
        assert rule.confidence == pytest.approx(later / n)
        assert rule.support == pytest.approx(later / n_customers)
        others = [(a, rule.consequent) for a in "abcde" if a not in pair]
        base = sum(len(lags[o]) for o in others) / sum(at_risk[o] for o in others)
        assert rule.base_rate == pytest.approx(base)
        assert rule.lift == pytest.approx(later / n / base)
        quartiles = [rule.lag_lower, rule.lag_median, rule.lag_upper]
        assert quartiles == pytest.approx(np.quantile(lags[pair], [0.25, 0.5, 0.75]))
    assert rules.attrs == {"n_tests": 20, "horizon": 60, "observation_end": end.isoformat()}


def test_what_was_planted_to_follow_is_found_alone():
    rules = sequential_rules(shop(600, seed=1, follow=0.4), horizon=30)
    sure = rules[rules["q_value"] < 0.05]
    assert sure[["antecedent", "consequent"]].to_numpy().tolist() == [["a", "e"]]
    assert 10 <= sure["lag_median"].iloc[0] <= 20
    assert sure["lower"].iloc[0] < sure["confidence"].iloc[0] < sure["upper"].iloc[0]


@pytest.mark.slow
def test_chances_of_sequences_are_no_smaller_than_they_say():
    orders = shop(2000, items="abcdefghijkl")
    rules = sequential_rules(orders, horizon=60)
    assert rules.attrs["n_tests"] == len(rules) == 132
    # A customer counts once in the base rate, so that fewer than one in ten may be expected.
    assert 0.02 < (rules["p_value"] < 0.1).mean() < 0.15
    assert rules["q_value"].min() > 0.2


def test_recent_buyers_are_not_counted_as_lost():
    orders = pd.DataFrame(
        {"customer_id": ["x", "x", "y", "z"], "amount": 1.0, "product_id": ["a", "b", "a", "b"],
         "date": ["2024-01-01", "2024-01-20", "2024-03-01", "2024-03-10"]}
    )  # fmt: skip
    rules = sequential_rules(orders, horizon=30, min_customers=1)
    assert rules[["antecedent", "n_at_risk", "n_later"]].to_numpy().tolist() == [["a", 1, 1]]
    assert isnan(rules["lift"].iloc[0])  # nothing else came before b
    assert rules["p_value"].iloc[0] == 1
    later = sequential_rules(orders, horizon=30, min_customers=1, observation_end="2024-03-31")
    assert later["n_at_risk"].iloc[0] == 2


def test_one_day_is_no_sequence_and_few_customers_no_rule():
    orders = pd.DataFrame(
        {"customer_id": ["x", "x", "y"], "amount": 1.0, "product_id": ["a", "b", "b"],
         "date": ["2024-01-01", "2024-01-01", "2024-06-01"]}
    )  # fmt: skip
    assert sequential_rules(orders, horizon=30, min_customers=1).empty
    assert sequential_rules(shop(), horizon=30, min_customers=10_000).empty


def test_lift_is_infinite_where_nothing_else_leads_there():
    days = ["2024-01-01", "2024-01-09", "2024-01-01", "2024-06-01"]
    orders = pd.DataFrame({"customer_id": ["x", "x", "y", "z"], "amount": 1.0, "date": days,
                           "product_id": ["a", "b", "c", "c"]})  # fmt: skip
    rules = sequential_rules(orders, horizon=30, min_customers=1)
    assert isinf(rules["lift"].iloc[0])


# --- what cannot be asked -------------------------------------------------------------------------

PAIR = lines([["a", "b"], ["a"]])
FIRST = PRODUCTS.assign(product_id=list("abcdefghijkl"))
GROUPED = {"products": FIRST, "level": "category"}


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (PAIR, {"min_support": 0}, r"`min_support` must be in \(0, 1\]; got 0\. It is a share"),
        (PAIR, {"min_support": 1.2}, r"`min_support` must be in \(0, 1\]; got 1\.2"),
        (PAIR, {"max_len": 0}, "`max_len` must be .*at least 1; got 0"),
        (PAIR[:0], {}, "`baskets` must hold at least one line that is not a return; got none"),
        (PAIR.assign(amount=-1.0), {}, "at least one line that is not a return; got none"),
        (PAIR.assign(product_id="a"), {}, "`product_id` must hold at least two .*got 'a' only"),
        (PAIR.assign(product_id=["a", None, "b"]), {}, "`product_id` must not be missing; 1 of 3"),
        (PAIR.assign(order_id=[1, 1, None]), {}, "`order_id` must not be missing; 1 of 3 are"),
        (PAIR.drop(columns="order_id"), {}, "`baskets` lacks 'order_id'; it has 'product_id'"),
        (PAIR, {"level": "category"}, "`products` and `level` must be given together"),
        (PAIR, GROUPED | {"level": "brand"}, "`level` must be one of 'category', 'department'"),
        (PAIR, GROUPED | {"products": FIRST[1:]}, "the 'category' of every item; 2 of 3 lines"),
        (PAIR, GROUPED, "`category` must hold at least two different items; got 'a' only"),
        (PAIR, GROUPED | {"products": pd.concat([FIRST, FIRST])}, "each `product_id` once"),
        (PAIR, GROUPED | {"products": FIRST[["category"]]}, "`products` lacks 'product_id'"),
        (lines(FIVE), {"min_support": 0.2, "max_sets": 9}, "leave at most 9 itemsets; got more"),
    ],
)  # fmt: skip
def test_what_baskets_cannot_be(table, options, message):
    options = {"min_support": 0.5} | options
    with pytest.raises(InputError, match=message):
        itemsets(table, **options)
    with pytest.raises(InputError, match=message):
        association_rules(table, min_confidence=0.5, **options)
    if len(table) and isinstance(table, pd.DataFrame):
        with pytest.raises(InputError, match=message):
            itemsets(ibis.memtable(table), **options)


def test_no_table_is_refused():
    with pytest.raises(InputTypeError, match="`baskets` must be a pandas frame or an Ibis table"):
        itemsets([["a", "b"]], min_support=0.5)
    with pytest.raises(InputTypeError, match="`products` must be a pandas frame or an Ibis table"):
        itemsets(PAIR, min_support=0.5, products=["a"], level="x")
    with pytest.raises(InputError, match="`product_id` must hold one kind of value"):
        itemsets(PAIR.assign(product_id=["a", 1, b"c"]), min_support=0.5)


ORDERS = shop(40)


@pytest.mark.parametrize(
    ("orders", "options", "message"),
    [
        (ORDERS, {"horizon": 0}, "`horizon` must be .*at least 1; got 0"),
        (ORDERS, {"horizon": 800}, "`horizon` must leave customers who can be followed; nobody"),
        (ORDERS.assign(product_id="a"), {}, "`product_id` must hold at least two .* got 'a' only"),
        (ORDERS.drop(columns="product_id"), {}, "`orders` lacks 'product_id'"),
        (ORDERS.assign(product_id=None), {}, "`product_id` must not be missing"),
        (ORDERS, GROUPED | {"products": FIRST[1:]}, "the 'category' of every item"),
    ],
)
def test_what_sequences_cannot_be(orders, options, message):
    with pytest.raises(InputError, match=message):
        sequential_rules(orders, **{"horizon": 30} | options)
