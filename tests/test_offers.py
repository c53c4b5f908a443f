"""Offers, their validation, moves up, resupply, wallets: slow formulas, and what is the same."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offer_cases import PRODUCTS, campers, orders
from scipy.stats import binomtest

from crmlab import InputError
from crmlab.cross_sell import (
    next_best_offer,
    resupply,
    share_of_wallet,
    upsell_paths,
    validate_offers,
)
from crmlab.cross_sell._chances import Moment, learn_chances, shrink
from crmlab.cross_sell._upsell import clustered_share
from crmlab.datasets import load_company

BASE = campers()
OFFERS = {"as_of": "2024-08-31", "horizon": 120}


@pytest.fixture(scope="module")
def offered():
    return next_best_offer(BASE, PRODUCTS, **OFFERS)


# --- next best offer ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_planted_pair_is_found_and_named(offered):
    offers = offered.set_index("customer_id")
    tents = BASE.loc[BASE["product_id"] == "t1", "customer_id"]
    with_barbecue = offers[offers["item"] == "barbecue"]
    found = with_barbecue.groupby(with_barbecue.index.isin(tents))
    chance = found["probability"].mean()
    assert chance[True] > 2.5 * chance[False]
    why = with_barbecue.loc[with_barbecue.index.isin(tents), "because"]
    assert (why == "tent").mean() > 0.8


@pytest.mark.slow
def test_without_evidence_the_most_popular_item_is_offered():
    table = campers(lift=1.0)
    offers = next_best_offer(table, PRODUCTS, **OFFERS)
    assert set(offers["because"].dropna()) == {"popular"}


@pytest.mark.slow
def test_evidence_is_counted_as_by_hand(offered):
    offers = offered
    row = offers[(offers["item"] == "barbecue") & (offers["because"] == "tent")].iloc[0]
    start = pd.Timestamp("2024-08-31") - pd.Timedelta(days=120)
    merged = BASE.merge(PRODUCTS, on="product_id")
    before = merged[merged["date"] <= start].groupby("category")["customer_id"].unique()
    later = merged[(merged["date"] > start) & (merged["date"] <= "2024-08-31")]
    later = later.groupby("category")["customer_id"].unique()
    alike = set(before["tent"]) - set(before.get("barbecue", []))
    assert row["n_alike"] == len(alike)
    assert row["n_bought"] == len(alike & set(later["barbecue"]))


@pytest.mark.slow
def test_probability_lies_between_the_counts_and_popularity(offered):
    offers = offered
    row = offers[(offers["item"] == "barbecue") & (offers["because"] == "tent")].iloc[0]
    assert 0.05 < row["probability"] <= row["n_bought"] / row["n_alike"] * 1.5
    assert row["lower"] < row["probability"] < row["upper"]
    assert row["expected_margin"] == pytest.approx(row["probability"] * row["margin"])
    assert row["margin"] == pytest.approx(10.0)  # of 40, at 25 %


@pytest.mark.slow
def test_what_is_owned_is_left_out_except_consumables():
    owned = BASE[BASE["date"] <= "2024-08-31"].merge(PRODUCTS, on="product_id")
    pairs = set(zip(owned["customer_id"], owned["category"], strict=True))
    offers = next_best_offer(BASE, PRODUCTS, n_offers=3, **OFFERS).dropna(subset=["item"])
    assert not pairs & set(zip(offers["customer_id"], offers["item"], strict=True))
    again = next_best_offer(BASE, PRODUCTS, n_offers=3, consumables=["gas"], **OFFERS)
    again = again.dropna(subset=["item"])
    met = pairs & set(zip(again["customer_id"], again["item"], strict=True))
    assert {item for _, item in met} == {"gas"}
    assert set(again.loc[again["because"] == "bought before", "item"]) == {"gas"}


@pytest.mark.slow
def test_nobody_is_left_out_in_silence():
    consents = pd.DataFrame(
        {"customer_id": [f"c{i:03d}" for i in range(50)], "channel": "email",
         "purpose": "marketing", "granted": True, "date": pd.Timestamp("2024-01-01")}
    )  # fmt: skip
    offers = next_best_offer(
        BASE, PRODUCTS, consents=consents, channel="email", min_margin=1.0, **OFFERS
    )
    known = BASE.loc[BASE["date"] <= "2024-08-31", "customer_id"].unique()
    assert sorted(offers["customer_id"]) == sorted(known)
    reason = offers.set_index("customer_id")["decision"]
    assert (reason[~reason.index.isin(consents["customer_id"])] == "no consent").all()
    assert set(reason) >= {"offer", "no consent", "too little margin"}
    made = offers[offers["decision"] == "offer"]
    assert (made["expected_margin"] >= 1.0).all()
    assert offers.loc[offers["decision"] != "offer", "item"].isna().all()


@pytest.mark.slow
def test_a_customer_who_has_everything_is_told():
    everything = orders([("all", "2024-02-01", each, 10) for each in ("t1", "b1", "g1")])
    offers = next_best_offer(pd.concat([BASE, everything]), PRODUCTS, **OFFERS)
    assert offers.set_index("customer_id").loc["all", "decision"] == "nothing left"


@pytest.mark.slow
def test_a_later_order_changes_no_offer(offered):
    known = BASE[BASE["date"] <= "2024-08-31"]
    last = orders([("c000", "2024-08-31", "g1", 5)])
    one = offered
    two = next_best_offer(pd.concat([known, last]), PRODUCTS, **OFFERS)
    first = next_best_offer(pd.concat([BASE, last]), PRODUCTS, **OFFERS)
    pd.testing.assert_frame_equal(two, first)
    assert one["customer_id"].tolist() == two["customer_id"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_row_order_and_currency_do_not_matter(offered, scale):
    one = offered
    other = next_best_offer(
        BASE.sample(frac=1, random_state=1).assign(amount=lambda t: t["amount"] * scale),
        PRODUCTS.sample(frac=1, random_state=1), **OFFERS,
    )  # fmt: skip
    names = ["margin", "expected_margin"]
    pd.testing.assert_frame_equal(one.drop(columns=names), other.drop(columns=names))
    np.testing.assert_allclose(
        other[names].to_numpy(float), one[names].to_numpy(float) * scale, rtol=1e-3
    )


counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=20)


@given(counts, st.floats(0.01, 0.99))
def test_a_shrunk_share_lies_between_what_was_counted_and_expected(pairs, mean):
    n = np.array([a + b for a, b in pairs], dtype=float)
    k = np.array([a for a, _ in pairs], dtype=float)
    found, weight = shrink(k, n, np.full(len(n), mean))
    counted = np.divide(k, n, out=np.full(len(n), mean), where=n > 0)
    assert (found >= np.minimum(counted, mean) - 1e-12).all()
    assert (found <= np.maximum(counted, mean) + 1e-12).all()
    assert (weight > n).all()
    back, _ = shrink(k[::-1], n[::-1], np.full(len(n), mean))
    np.testing.assert_allclose(back[::-1], found)


@pytest.mark.slow
def test_ids_and_items_that_nobody_knows():
    table = pd.concat([BASE, orders([("c001", "2024-03-01", "unknown", 50)])])
    offers = next_best_offer(table, PRODUCTS, **OFFERS)
    assert set(offers["item"].dropna()) <= {"tent", "barbecue", "gas"}


@pytest.mark.slow
def test_an_engine_says_the_same(offered):
    table = ibis.duckdb.connect().create_table("orders", BASE)
    pd.testing.assert_frame_equal(next_best_offer(table, PRODUCTS, **OFFERS), offered)


def test_shares_shrink_as_far_as_the_counts_ask():
    """Alike groups are pooled, unlike ones are not; between them by the beta-binomial."""
    rng = np.random.default_rng(1)
    n = np.full(200, 100.0)
    alike, _ = shrink(rng.binomial(100, 0.2, 200).astype(float), n, np.full(200, 0.2))
    assert alike.std() < 0.01
    truth = rng.beta(2, 8, 200)
    bought = rng.binomial(100, truth).astype(float)
    found, weight = shrink(bought, n, np.full(200, 0.2))
    assert 6 <= weight[0] - 100 <= 16  # 10 customers are planted
    assert np.abs(found - truth).mean() < np.abs(bought / 100 - truth).mean()


def moment(chance, *, n=400, seed=0):
    """Customers who own nothing yet of items that they buy with these chances."""
    rng = np.random.default_rng(seed)
    state = np.zeros((n, len(chance)), dtype=int)
    bought = rng.random(state.shape) < chance
    active, known = rng.integers(0, 5, n), np.ones(n, dtype=bool)
    return Moment(state, active, known, bought, bought * 1.0, state)


def test_limits_of_probabilities_cover_what_was_planted():
    """95 % limits, 200 bases of 400 customers and three items: each item judged."""
    planted = np.array([0.03, 0.1, 0.3])
    held = []
    for seed in range(200):
        before = moment(planted, seed=seed)
        chance, behind, variance = learn_chances(before, n_bands=1).of(before)
        half = 1.96 * np.sqrt(variance[0])
        hazard = np.log(-np.log1p(-planted)) - np.log(-np.log1p(-chance[0]))
        held.append(np.abs(hazard) <= half)
        assert (behind == -1).all()
    assert (np.abs(np.mean(held, axis=0) - 0.95) < 0.04).all()


# --- validation -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged():
    return validate_offers(BASE, PRODUCTS, as_of="2024-08-31", horizon=120)


@pytest.mark.slow
def test_hits_and_margin_are_those_of_the_purchases_afterwards(judged, offered):
    """Each method's offers, made and looked up one by one."""
    offers = offered
    end = pd.Timestamp("2024-08-31") + pd.Timedelta(days=120)
    later = BASE[(BASE["date"] > "2024-08-31") & (BASE["date"] <= end)].merge(
        PRODUCTS, on="product_id"
    )
    later["margin"] = later["amount"] * (1 - later["cost"] / later["price"])
    earned = later.groupby(["customer_id", "category"])["margin"].sum().to_dict()
    found = [earned.get((row.customer_id, row.item), 0.0) for row in offers.itertuples()]
    table = judged.query("split == 'time-ordered' and method == 'next best offer'")
    table = table.set_index("measure")
    assert table.loc["margin", "estimate"] == pytest.approx(np.mean(found))
    assert table.loc["hit rate", "estimate"] == pytest.approx(np.mean(np.array(found) > 0))
    assert (table["n_customers"] == offers["customer_id"].nunique()).all()
    half = 1.959964 * np.std(found, ddof=1) / np.sqrt(len(found))
    assert table.loc["margin", "upper"] == pytest.approx(np.mean(found) + half)


@pytest.mark.slow
def test_popularity_gains_nothing_over_itself(judged):
    usual = judged[judged["method"] == "popularity"]
    assert (usual[["gain", "gain_lower", "gain_upper"]] == 0).all(axis=None)
    assert usual["foretold"].isna().all()
    assert judged["estimate"].between(judged["lower"], judged["upper"]).all()


@pytest.mark.slow
def test_personal_offers_beat_popularity_where_a_pair_is_planted():
    table = validate_offers(
        campers(1500, lift=8.0), PRODUCTS, as_of="2024-08-31", horizon=120, n_bands=1
    )
    best = table.query("split == 'time-ordered' and measure == 'hit rate'").set_index("method")
    assert best.loc["most probable", "gain"] >= 0
    assert best.loc["most probable", "foretold"] == pytest.approx(
        best.loc["most probable", "estimate"], rel=0.5
    )


@pytest.mark.slow
def test_the_company_pays_for_products_chosen_by_margin():
    company = load_company()
    table = validate_offers(
        company.transactions, company.products, as_of="2025-06-30", horizon=180, level="product_id"
    )
    found = table.query("split == 'time-ordered'").set_index(["method", "measure"])
    assert found.loc[("next best offer", "margin"), "gain_lower"] > 0
    assert found.loc[("next best offer", "hit rate"), "gain_upper"] < 0
    said, came = (found.loc[("next best offer", "margin"), name] for name in ("foretold", "upper"))
    assert said < came


# --- moves up -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_moves_are_counted_as_by_hand():
    table = orders(
        [
            ("a", "2023-01-01", "t1", 100), ("a", "2023-03-01", "t2", 200),
            ("a", "2023-03-01", "t1", 100),  # the highest of a day counts
            ("b", "2023-01-01", "t1", 100), ("b", "2024-12-01", "t2", 200),  # too late
            ("c", "2023-02-01", "t2", 200), ("c", "2023-02-11", "t1", 100),
            ("c", "2023-02-05", "b1", 40),  # of another item
            ("d", "2024-12-01", "t1", 100),  # not followed
        ]
    )  # fmt: skip
    paths = upsell_paths(table, PRODUCTS, tier="level", horizon=365)
    counted = paths.set_index(["tier", "next_tier"])
    assert counted["n_moves"].to_dict() == {
        ("basic", "basic"): 0, ("basic", "premium"): 1, ("basic", "(none)"): 3,
        ("premium", "basic"): 1, ("premium", "premium"): 0, ("premium", "(none)"): 1,
    }  # fmt: skip
    up = counted.loc[("basic", "premium")]
    # 4 basic purchases followed: a, b and both of c.
    assert (up["n_customers"], up["n_purchases"], up["median_days"]) == (3, 4, 59.0)
    # From 40 margin of a tent to 100 + 40 on the day both were bought: the premium one alone.
    assert up["value"] == pytest.approx(60.0)
    assert up["expected_value"] == pytest.approx(0.25 * 60)
    assert up["move"] == "up"
    assert counted.loc[("premium", "basic"), "move"] == "down"
    assert up["if_unrelated"] == pytest.approx(0.25 * 1 / 2)


@pytest.mark.slow
def test_probabilities_of_a_tier_add_up_to_one():
    company = load_company()
    paths = upsell_paths(company.transactions, company.products, horizon=90)
    by = paths.groupby("tier")
    np.testing.assert_allclose(by["probability"].sum(), 1.0)
    np.testing.assert_allclose(by["if_unrelated"].sum(), 1.0)
    assert (by["n_moves"].sum() == by["n_purchases"].first()).all()
    assert paths["probability"].between(paths["lower"], paths["upper"]).all()


def test_limits_are_wilsons_where_each_customer_counts_once():
    hit = np.array([1] * 7 + [0] * 33)
    found = clustered_share(hit, np.arange(40), 0.95)
    exact = binomtest(7, 40).proportion_ci(method="wilson")
    # The effective size is n - 1, from the unbiased variance.
    assert found[1:] == pytest.approx((exact.low, exact.high), abs=0.004)


def test_limits_widen_where_one_customer_buys_often():
    rng = np.random.default_rng(0)
    habit = rng.random(50) < 0.3
    hit = np.repeat(habit, 20)
    p, lower, upper = clustered_share(hit, np.repeat(np.arange(50), 20), 0.95)
    assert upper - lower == pytest.approx(2 * 1.96 * np.sqrt(p * (1 - p) / 50), rel=0.1)


@pytest.mark.slow
def test_tiers_by_price_are_made_within_an_item():
    table = orders([("a", "2023-01-01", "g1", 5), ("a", "2023-02-01", "g2", 10),
                    ("b", "2024-06-01", "t1", 100)])  # fmt: skip
    paths = upsell_paths(table, PRODUCTS, n_tiers=2, horizon=90)
    assert paths.loc[paths["n_moves"] > 0, ["tier", "next_tier"]].to_numpy().tolist() == [
        ["1 of 2", "2 of 2"], ["2 of 2", "(none)"]]  # fmt: skip


# --- resupply -------------------------------------------------------------------------------------


def steady(n=60, *, every=30, spread=0.2, seed=0):
    """Customers who buy gas in intervals of their own around `every` days."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        own = every * np.exp(rng.normal(0, 0.5))
        day = pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(rng.integers(0, 60)))
        while day < pd.Timestamp("2024-12-31"):
            rows.append((f"c{i}", day, "g1", 5))
            day += pd.Timedelta(days=max(round(own * np.exp(rng.normal(0, spread))), 1))
    return orders(rows)


@pytest.mark.slow
def test_intervals_of_a_customer_with_many_are_its_own():
    table = steady()
    found = resupply(table, PRODUCTS, as_of="2024-12-30").set_index("customer_id")
    gaps = table.sort_values("date").groupby("customer_id")["date"].diff().dt.days
    own = np.exp(np.log(gaps.dropna()).groupby(table["customer_id"]).mean())
    often = found.index[found["n_gaps"] > 15]
    np.testing.assert_allclose(found.loc[often, "median_days"], own[often], rtol=0.1)
    # Between the limits lies half of the next intervals.
    assert np.log(found["upper"] / found["lower"]).median() == pytest.approx(
        2 * 0.6745 * 0.2, rel=0.25
    )


@pytest.mark.slow
def test_a_customer_with_one_purchase_has_the_interval_of_all():
    table = pd.concat([steady(), orders([("new", "2024-12-20", "g1", 5)])])
    found = resupply(table, PRODUCTS, as_of="2024-12-30").set_index("customer_id")
    new = found.loc["new"]
    assert (new["n_gaps"], new["status"], new["days_since_last"]) == (0, "not yet", 10)
    assert found["median_days"].min() < new["median_days"] < found["median_days"].max()
    assert new["due"] == pd.Timestamp("2024-12-20") + pd.Timedelta(days=round(new["median_days"]))


@pytest.mark.slow
def test_who_is_due_buys_more_often_soon_than_who_is_not():
    table = steady(300)
    found = resupply(table, PRODUCTS, as_of="2024-06-30").set_index("customer_id")
    soon = table[(table["date"] > "2024-06-30") & (table["date"] <= "2024-07-07")]
    came = found.index.isin(soon["customer_id"])
    rate = pd.Series(came, index=found["status"].to_numpy()).groupby(level=0).mean()
    assert rate["due"] > 2 * rate["not yet"]


# --- wallet ---------------------------------------------------------------------------------------

WALLET = orders(
    [("a", "2024-01-01", "t1", 100), ("a", "2024-02-01", "g1", 10),
     ("b", "2024-01-01", "t1", 60), ("c", "2024-01-01", "g1", 20), ("d", "2024-01-01", "b1", 40)]
)  # fmt: skip
ALIKE = pd.Series("all", index=["a", "b", "c", "d"])


@pytest.mark.slow
def test_a_wallet_is_the_high_quantile_of_similar_customers_or_the_own_spend():
    found = share_of_wallet(WALLET, PRODUCTS, segment=ALIKE, quantile=0.75)
    tent, gas, barbecue = 70.0, 12.5, 10.0  # numpy quantiles of 100 60 0 0; 10 0 20 0; 0 0 0 40
    wallets = [100 + gas + barbecue, tent + gas + barbecue, tent + 20 + barbecue, tent + gas + 40]
    np.testing.assert_allclose(found["wallet"], wallets)
    np.testing.assert_allclose(found["estimate"], found["spent"] / wallets)
    assert found["next_item"].tolist() == ["barbecue", "gas", "tent", "tent"]
    assert found["n_owned"].tolist() == [2, 1, 1, 1]
    items = share_of_wallet(WALLET, PRODUCTS, segment=ALIKE, quantile=0.75, by="item")
    assert items["wallet"].sum() == pytest.approx(sum(wallets))
    assert items["spent"].sum() == pytest.approx(WALLET["amount"].sum())
    assert items["item"].iloc[0] == "tent"


@pytest.mark.slow
def test_limits_are_those_of_a_plain_bootstrap():
    rng = np.random.default_rng(3)
    rows = [(f"c{i}", "2024-01-01", "g1", a) for i, a in enumerate(rng.gamma(2, 10, 40))]
    rows.append(("c40", "2024-01-01", "t1", 1.0))
    table = orders(rows)
    alike = pd.Series("all", index=table["customer_id"].unique())
    found = share_of_wallet(table, PRODUCTS, segment=alike, n_resamples=2000)
    gas = np.array([*table["amount"][:-1], 0.0])
    draws = np.array([
        1.0 / (1.0 + np.quantile(rng.choice(gas, len(gas)), 0.8)) for _ in range(2000)
    ])  # fmt: skip
    limits = np.quantile(draws, [0.025, 0.975])
    np.testing.assert_allclose(found.loc["c40", ["lower", "upper"]].astype(float), limits, rtol=0.1)


@pytest.mark.slow
def test_a_customer_with_all_the_wallet_has_a_share_of_one():
    found = share_of_wallet(WALLET, PRODUCTS, quantile=0.01, segment=ALIKE)
    np.testing.assert_allclose(found["estimate"], 1.0)
    assert found["next_item"].isna().all()
    assert (found["open"] == 0).all()


@pytest.mark.slow
def test_bands_hold_customers_who_come_equally_often():
    found = share_of_wallet(BASE, PRODUCTS, n_bands=2)
    days = BASE.groupby("customer_id")["date"].nunique()
    assert days[found["segment"] == "1"].max() < days[found["segment"] == "2"].min()


# --- what is refused ------------------------------------------------------------------------------

ORDERS_ONLY = BASE.drop(columns="product_id")
REFUSED = {
    "no history": (
        lambda: next_best_offer(BASE, PRODUCTS, as_of="2024-03-01"),
        "`horizon` must leave purchases before it to learn from; 90 days before 2024-03-01 is",
    ),
    "no future": (
        lambda: validate_offers(BASE, PRODUCTS, as_of="2024-12-30"),
        "`horizon` must end within the data, by 2024-12-31",
    ),
    "no products in the orders": (
        lambda: next_best_offer(ORDERS_ONLY, PRODUCTS, **OFFERS),
        "`transactions` lacks 'product_id'",
    ),
    "no cost": (
        lambda: next_best_offer(BASE, PRODUCTS.drop(columns="cost"), **OFFERS),
        "`products` lacks 'cost', without which no margin is known. Give `margin`",
    ),
    "a price of nothing": (
        lambda: next_best_offer(BASE, PRODUCTS.assign(price=0.0), **OFFERS),
        "`products` must have a `price` above 0 and a `cost` of at least 0; 6 of 6",
    ),
    "no such level": (
        lambda: next_best_offer(BASE, PRODUCTS, level="brand", **OFFERS),
        "`products` lacks 'brand'",
    ),
    "a level that is empty": (
        lambda: next_best_offer(BASE, PRODUCTS.assign(category=None), **OFFERS),
        "`products` must name a category for some product",
    ),
    "a product twice": (
        lambda: next_best_offer(BASE, pd.concat([PRODUCTS, PRODUCTS]), **OFFERS),
        "`products` must have one row per `product_id`",
    ),
    "other products": (
        lambda: next_best_offer(BASE, PRODUCTS.assign(product_id=list("uvwxyz")), **OFFERS),
        "`products` must describe what was bought",
    ),
    "ids of another kind": (
        lambda: next_best_offer(BASE, PRODUCTS.assign(product_id=range(6)), **OFFERS),
        "`product_id` must be alike in `transactions` and `products`",
    ),
    "an unknown consumable": (
        lambda: next_best_offer(BASE, PRODUCTS, consumables=["petrol"], **OFFERS),
        "`consumables` must name items of `products`; 'petrol' is not one",
    ),
    "consent without a channel": (
        lambda: next_best_offer(BASE, PRODUCTS, channel="email", **OFFERS),
        "`consents` and `channel` must be given together",
    ),
    "several currencies": (
        lambda: next_best_offer(
            BASE.assign(currency=["KRW", "USD"] * (len(BASE) // 2) + ["KRW"] * (len(BASE) % 2)),
            PRODUCTS, **OFFERS,
        ),
        "in several currencies, which do not add up",
    ),
    "too many items": (
        lambda: next_best_offer(
            BASE,
            pd.concat([PRODUCTS, pd.DataFrame({"product_id": [f"x{i}" for i in range(2001)],
                                               "category": [f"x{i}" for i in range(2001)],
                                               "price": 1.0, "cost": 0.5})]),
            **OFFERS,
        ),
        "`level` must have at most 2,000 different values; got 2,004",
    ),
    "moves without products": (
        lambda: upsell_paths(BASE), "`products` must be given with transactions"
    ),
    "one tier": (
        lambda: upsell_paths(BASE, PRODUCTS.assign(level="basic"), tier="level"),
        "`products` must have two tiers at least within an item",
    ),
    "moves not followed": (
        lambda: upsell_paths(BASE, PRODUCTS, n_tiers=2, horizon=4000),
        "`horizon` must leave purchases that were followed so long",
    ),
    "plans without a cost": (
        lambda: upsell_paths(
            pd.DataFrame({"customer_id": ["a"], "start": pd.Timestamp("2024-01-01"),
                          "end": pd.NaT, "plan": "basic", "monthly_fee": 3.0})
        ),
        "The subscriptions lack 'monthly_cost'",
    ),
    "few intervals": (
        lambda: resupply(BASE, PRODUCTS, as_of="2024-12-31", min_gaps=9999),
        "`min_gaps` must be reached by some item",
    ),
    "nobody after the start": (
        lambda: share_of_wallet(BASE, PRODUCTS, start="2025-01-01"),
        "`start` must leave purchases after it",
    ),
    "a period backwards": (
        lambda: share_of_wallet(BASE, PRODUCTS, start="2024-06-01", observation_end="2024-03-01"),
        "`start` must not be after `observation_end`",
    ),
    "somebody without a segment": (
        lambda: share_of_wallet(WALLET, PRODUCTS, segment=ALIKE.drop("b")),
        "`segment` must hold every customer who bought; 1 of 4 have none, such as 'b'",
    ),
    "somebody with two": (
        lambda: share_of_wallet(WALLET, PRODUCTS, segment=pd.concat([ALIKE, ALIKE])),
        "`segment` must have one label per customer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_answered_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
