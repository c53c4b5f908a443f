"""What a line is worth: statuses, refunds, totals of orders, currencies, rows that are no line."""

import functools

import numpy as np
import pandas as pd
import pytest
from conftest import few_engines
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cases import audited

from crmlab import audit_transactions, read_transactions
from crmlab.contracts import STATUSES, TRANSACTIONS, ContractError
from crmlab.customer_base import customer_flows, rfm_summary

PLAIN = ["customer_id", "date", "amount"]


def table(*rows, names=()):
    """Lines of (customer, day of January, amount, ...) with further columns."""
    frame = pd.DataFrame(rows, columns=[*PLAIN, *names])
    return frame.assign(date="2024-01-" + frame["date"].astype(str).str.zfill(2))


def money(report):
    """Orders, purchases, gross and refunded of a report in one currency."""
    found = report.by_currency
    assert len(found) == 1
    return tuple(found[["orders", "purchases", "gross", "refunded"]].iloc[0])


def left_out(report):
    """Reason -> rows, gross and refunded."""
    rows = report.left_out[["reason", "n_rows", "gross", "refunded"]].itertuples(index=False)
    return {reason: tuple(rest) for reason, *rest in rows}


# --- statuses -----------------------------------------------------------------------------------

COUNTS = {"paid", "partly refunded", "refunded"}


@pytest.mark.slow
@pytest.mark.parametrize("word", STATUSES)
def test_a_status_decides_whether_an_order_counts(word):
    report = audited(table(("a", 5, 50, word), ("b", 6, 7, "paid"), names=["status"]))
    if word in COUNTS:
        assert report.left_out.empty
        assert report.revenue == 7 + (0 if word == "refunded" else 50)
    else:
        assert left_out(report) == {f"not counted: {word}": (1, 50, 0)}
        assert report.revenue == 7


@pytest.mark.slow
@pytest.mark.parametrize("word", ["pending", "partly paid"])
def test_what_is_still_to_be_paid_counts_where_the_shop_says_so(word):
    frame = table(("a", 5, 50, word), ("b", 6, 7, "paid"), names=["status"])
    lines = read_transactions(frame, count=[word])
    assert rfm_summary(lines)["total_spend"].to_dict() == {"a": 50, "b": 7}
    # The decision is in the lines, and not lost on the way through pandas.
    assert rfm_summary(lines.to_pandas())["total_spend"].to_dict() == {"a": 50, "b": 7}


@pytest.mark.slow
def test_a_word_of_status_that_means_nothing_is_asked_for():
    frame = table(("a", 5, 50, "storniert"), ("b", 6, 7, "abgeholt"), names=["status"])
    with pytest.raises(ContractError) as caught:
        read_transactions(frame)
    assert "statuses={'abgeholt': 'paid', 'storniert': 'paid'}" in str(caught.value)
    told = {"abgeholt": "paid", "STORNIERT": "cancelled"}
    assert audited(frame, statuses=told).revenue == 7


def test_a_column_of_many_words_is_no_status():
    frame = table(*[(f"c{i}", 5, 1, f"note {i}") for i in range(300)], names=["status"])
    with pytest.raises(ContractError, match="`status` must hold a few words"):
        read_transactions(frame)


@pytest.mark.slow
def test_lines_without_a_status_take_that_of_their_order():
    names = ["order_id", "status"]
    rows = [("a", 5, 50, "o1", "cancelled"), ("a", 5, 9, "o1", None), ("b", 5, 7, "o2", None)]
    report = audited(table(*rows, names=names))
    assert (report.revenue, left_out(report)["not counted: cancelled"]) == (7, (2, 59, 0))


# --- what was given back ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "rows", "expected", "excess"),
    [
        pytest.param(["refunded"], [("a", 5, 50, 20)], (1, 1, 50, 20), 0, id="of-a-line"),
        pytest.param(["refunded"], [("a", 5, 50, -20)], (1, 1, 50, 20), 0, id="written-below-0"),
        pytest.param(["refunded"], [("a", 5, 50, 50)], (1, 0, 50, 50), 0, id="whole"),
        pytest.param(["refunded"], [("a", 5, 0, 0)], (1, 1, 0, 0), 0, id="a-gift"),
        pytest.param(["refunded"], [("a", 5, 50, 54)], (1, 0, 50, 50), 4, id="with-shipping"),
        pytest.param(
            ["order_id", "order_refunded"], [("a", 5, 30, "o", 9), ("a", 5, 60, "o", 9)],
            (1, 1, 90, 9), 0, id="of-an-order-on-each-line",
        ),
        pytest.param(
            ["order_id", "order_refunded"], [("a", 5, 30, "o", None), ("a", 5, 60, "o", 90)],
            (1, 0, 90, 90), 0, id="of-an-order-on-one-line",
        ),
        pytest.param(
            ["order_id", "order_refunded", "order_paid"], [("a", 5, 30, "o", 33, 33)],
            (1, 0, 30, 30), 3, id="no-more-than-was-paid",
        ),
        pytest.param(
            ["order_id", "order_refunded"], [("a", 5, 0, "o", 4)], (1, 1, 0, 0), 4, id="of-a-gift"
        ),
        pytest.param(
            ["status", "refunded"], [("a", 5, 50, "refunded", 20)], (1, 1, 50, 20), 0,
            id="an-amount-says-more-than-a-word",
        ),
        pytest.param(
            ["order_id", "status"],
            [("a", 5, 50, "o", "refunded"), ("a", 9, -50, "o", "refunded")],
            (1, 0, 50, 50), 0, id="a-line-and-a-word-count-once",
        ),
    ],
)  # fmt: skip
def test_what_was_given_back_is_taken_off_once(names, rows, expected, excess):
    report = audited(table(*rows, names=names))
    assert money(report) == pytest.approx(expected)
    found = left_out(report).get("refund above the goods", (0, 0, 0))
    assert found[-1] == pytest.approx(excess)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "rows", "rule"),
    [
        pytest.param(
            ["order_refunded", "order_paid"], [("a", 5, 50, 56, 54)],
            "refunded more than was paid", id="more-than-paid",
        ),
        pytest.param(
            ["order_id"], [("a", 9, 50, "o"), ("a", 5, -50, "o")], "refund before its order",
            id="early",
        ),
        pytest.param([], [("a", 9, 50), ("a", 5, -50)], "refund without purchase", id="loose"),
        pytest.param(
            ["status"], [("a", 5, 50, "partly refunded")], "partly refunded without an amount",
            id="silent",
        ),
        pytest.param(
            ["order_id", "currency"], [("a", 5, 50, "o", "USD"), ("a", 5, 50, "o", "eur")],
            "order in several currencies", id="two-currencies",
        ),
        pytest.param(
            ["currency"], [("a", 5, 50, "USD"), ("a", 6, 50, None)], "currency missing", id="blank"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_named(names, rows, rule):
    report = audited(table(*rows, names=names))
    assert rule in report.by_rule.query("n_rows > 0")["rule"].tolist()


@pytest.mark.slow
def test_what_options_say_of_refunds():
    frame = table(("a", 5, 50, 20), ("a", 9, -10, 0), names=["refunded"])
    revenue = {how: audited(frame, returns=how).revenue for how in ("net", "drop", "keep")}
    assert revenue == {"net": 20, "drop": 50, "keep": 40}


@pytest.mark.slow
@pytest.mark.parametrize("word", ["cancelled", "pending"])
def test_the_refund_of_an_order_that_does_not_count_is_left_out_with_it(word):
    names = ["order_id", "status"]
    rows = [("a", 5, 100, "1", "paid"), ("a", 6, 80, "2", word), ("a", 7, -80, "2", "paid")]
    report = audited(table(*rows, names=names))
    assert report.revenue == 100
    assert left_out(report) == {f"not counted: {word}": (2, 80, 80)}


@pytest.mark.slow
@pytest.mark.parametrize(("returns", "revenue"), [("drop", 150), ("keep", 150), ("net", 140)])
def test_the_summary_agrees_whatever_returns_say(returns, revenue):
    frame = table(("a", 5, 100, 10), ("b", 6, 50, 0), names=["refunded"])
    assert audited(frame, returns=returns).revenue == revenue
    lines = read_transactions(frame, returns=returns)
    assert rfm_summary(lines)["total_spend"].sum() == revenue


@pytest.mark.slow
def test_what_was_given_back_of_an_order_is_one_amount():
    names = ["order_id", "order_refunded"]
    report = audited(table(("a", 5, 30, "o", 20), ("a", 5, 60, "o", 10), names=names))
    assert set(report.quarantined["reason"]) == {"order_refunded differs within an order"}
    same = audited(table(("a", 5, 30, "o", 20), ("a", 5, 60, "o", 0), names=names))
    assert same.revenue == 70


@pytest.mark.slow
def test_a_return_with_a_refund_beside_it_counts_once():
    report = audited(table(("a", 5, 100, 0), ("a", 6, -60, 60), names=["refunded"]))
    assert (report.revenue, len(report.left_out)) == (40, 0)


# --- totals of orders -----------------------------------------------------------------------------


@pytest.mark.slow
def test_totals_count_once_wherever_they_stand():
    rows = [("a", 5, "o1", 90), ("a", 5, "o1", 90), ("b", 5, "o2", None), ("b", 5, "o2", 40)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "order_id", "order_total"])
    report = audited(frame.assign(date="2024-01-05"))
    assert money(report) == (2, 2, 130, 0)
    assert left_out(report) == {"further line of an order": (2, 0, 0)}


@pytest.mark.slow
def test_lines_and_totals_that_differ_are_refused_with_both_sums():
    names = ["order_id", "order_total"]
    same = table(("a", 5, 30, "o", 90), ("a", 5, 60, "o", 90), names=names)
    assert money(audited(same)) == (1, 1, 90, 0)
    with pytest.raises(ContractError, match=r"`amount` adds up to 90\.00 and `order_total` to 81"):
        read_transactions(same.assign(order_total=81))


@pytest.mark.slow
def test_an_order_has_one_total():
    rows = [("a", 5, "o", 90), ("a", 5, "o", 81)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "order_id", "order_total"])
    report = audited(frame.assign(date="2024-01-05"))
    assert "order_total differs within an order" in report.quarantined["reason"].tolist()


# --- rows that are no line ------------------------------------------------------------------------

TOTALS = ["Total", "GRAND TOTAL", "Subtotal:", "합계", "총 계", "소계", "Summe", "Gesamtsumme"]


@pytest.mark.slow
@pytest.mark.parametrize("dated", [True, False])
def test_rows_with_sums_are_left_out_with_or_without_a_day(dated):
    rows = [("kim", 5, 10), ("lee", 6, 5)]
    total = pd.DataFrame({"customer_id": TOTALS, "date": "2024-01-06" if dated else None})
    report = audited(pd.concat([table(*rows), total.assign(amount=15)], ignore_index=True))
    assert (report.revenue, report.n_customers) == (15, 2)
    assert left_out(report) == {"total row": (len(TOTALS), 0, 0)}


@pytest.mark.slow
def test_a_name_with_total_in_it_is_a_customer():
    assert audited(table(("Total Energies", 5, 10), ("Subtotalia", 6, 5))).n_customers == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Gift card", "e-gift cards", "Gift Card - $50", "팁", "배송비", "Tip"]
)
def test_what_is_no_goods_is_left_out_and_named(name):
    frame = table(("a", 5, 50, name), ("a", 5, 7, "Gift card holder"), names=["product_id"])
    report = audited(frame)
    assert report.revenue == 7
    assert left_out(report) == {"gift card, tip or shipping": (1, 50, 0)}


@pytest.mark.slow
def test_test_orders_and_rows_that_are_not_asked_for_are_left_out():
    frame = table(
        ("a", 5, 1, "yes", "web"), ("b", 5, 20, "no", "web"), ("c", 5, 300, "no", "shop"),
        names=["is_test", "channel"],
    )  # fmt: skip
    report = audited(frame, where={"channel": ["web"]})
    assert report.revenue == 20
    assert left_out(report) == {"left out by where": (1, 300, 0), "test order": (1, 1, 0)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "revenue"),
    [
        ({"vip": [True]}, 5),
        ({"date": ["2024-01-06"]}, 2),
        ({"channel": [None]}, 4),
        ({"channel": ["web", None]}, 5),
        ({"amount": [2]}, 2),
    ],
)
def test_a_condition_takes_cells_as_they_are_meant(where, revenue):
    rows = [("a", 5, 1, "web", True), ("b", 6, 2, "shop", False), ("c", 7, 4, None, True)]
    assert audited(table(*rows, names=["channel", "vip"]), where=where).revenue == revenue


@pytest.mark.slow
@pytest.mark.parametrize("where", [{"chanel": ["web"]}, {"channel": "web"}, {"channel": []}])
def test_a_condition_that_cannot_be_meant_is_refused(where):
    with pytest.raises(ValueError, match="`where` must"):
        read_transactions(table(("a", 5, 1, "web"), names=["channel"]), where=where)


@pytest.mark.slow
def test_a_file_of_which_nothing_counts_says_why():
    frame = table(("a", 5, 50, "cancelled"), ("guest", 6, 7, "paid"), names=["status"])
    with pytest.raises(ContractError, match="1 not counted: cancelled") as caught:
        read_transactions(frame)
    assert "1 no customer" in str(caught.value)


# --- currencies -----------------------------------------------------------------------------------

RATES = {"EUR": 1.25, "KRW": 0.001}


def three_currencies():
    rng = np.random.default_rng(3)
    code = rng.choice(["usd", "EUR", "krw"], 60)
    frame = pd.DataFrame({"customer_id": rng.choice(list("abcdef"), 60), "currency": code})
    return frame.assign(date="2024-01-05", amount=rng.integers(1, 99, 60).astype(float))


@pytest.mark.slow
def test_currencies_are_never_added_up():
    frame = three_currencies()
    report = audited(frame)
    expected = frame.groupby(frame["currency"].str.upper())["amount"].sum()
    assert report.by_currency.set_index("currency")["revenue"].to_dict() == expected.to_dict()
    assert np.isnan(report.revenue)
    with pytest.raises(ContractError, match="several currencies") as caught:
        read_transactions(frame)
    assert all(f"{code} {total:,.2f}" in str(caught.value) for code, total in expected.items())


@pytest.mark.slow
@pytest.mark.parametrize("code", ["USD", "eur", "KRW"])
def test_one_currency_is_kept(code):
    frame = three_currencies()
    report = audited(frame, currency=code)
    kept = frame[frame["currency"].str.upper() == code.upper()]
    assert (report.currency, report.revenue) == (code.upper(), kept["amount"].sum())


@pytest.mark.slow
def test_currencies_are_converted_at_a_rate():
    frame = three_currencies()
    report = audited(frame, rates=RATES)
    worth = frame["amount"] * frame["currency"].str.upper().map(RATES).fillna(1.0)
    assert report.currency == "USD"
    assert report.revenue == pytest.approx(worth.sum())
    in_won = audited(frame, currency="KRW", rates={"EUR": 1250, "USD": 1000, "KRW": 7})
    assert in_won.revenue == pytest.approx(worth.sum() * 1000)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::crmlab.loaders.QuarantineWarning")
def test_the_latest_rate_by_the_day_counts():
    frame = table(("a", 5, 10, "EUR"), ("a", 9, 10, "EUR"), ("b", 1, 10, "EUR"), ("b", 1, 1, "USD"),
                  names=["currency"])  # fmt: skip
    days = pd.to_datetime(["2024-01-03", "2024-01-08"])
    rates = pd.DataFrame({"currency": "eur", "date": days.tz_localize("UTC"), "rate": [2.0, 3.0]})
    report = audited(frame, rates=rates)
    assert len(read_transactions(frame, rates=rates, on_invalid="quarantine").to_pandas()) == 3
    assert report.revenue == 10 * 2 + 10 * 3 + 1
    assert report.quarantined["reason"].tolist() == ["rate missing"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"EUR": 1.1}, "no rate for KRW, USD"),
        ({"EUR": 1.1, "KRW": 1, "USD": 1}, "a rate for every currency"),
        ({"EUR": -1}, "must be positive"),
        ({"EUR": "1.1"}, "must be positive"),
        ([1.1], "must map a currency"),
        (pd.DataFrame({"currency": ["EUR"], "rate": [1.0]}), "lacks 'date'"),
    ],
)
def test_rates_that_cannot_be_meant_are_refused(rates, message):
    with pytest.raises(ValueError, match=message):
        read_transactions(three_currencies(), rates=rates)


@pytest.mark.slow
def test_a_sign_says_the_currency_and_may_be_another_dollar():
    frame = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": ["$5.50"]})
    assert audited(frame).currency == "USD"
    assert audited(frame, currency="cad").currency == "CAD"
    with pytest.raises(ContractError, match="carry the sign of USD"):
        read_transactions(frame, currency="EUR")


@pytest.mark.slow
def test_a_blank_currency_where_nothing_counts_is_no_second_one():
    frame = table(("a", 5, 5, "USD", "paid"), ("b", 5, None, None, "cancelled"),
                  names=["currency", "status"])  # fmt: skip
    report = audited(frame)
    assert (report.currency, report.rows_quarantined) == ("USD", 0)


# --- everywhere -----------------------------------------------------------------------------------

some_orders = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "guest"]),
        st.integers(1, 9),
        st.sampled_from([0.0, 4.5, 10.0, 99.9]),
        st.sampled_from(["o1", "o2", "o3", "o4"]),
        st.sampled_from([*STATUSES, None]),
        st.sampled_from([0.0, 2.25, 10.0, None]),
    ),
    min_size=1,
    max_size=10,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=5)
@given(some_orders)
def test_no_row_and_no_money_is_lost(rows):
    frame = table(*rows, names=["order_id", "status", "refunded"])
    report = audited(frame)
    gross = report.by_currency["gross"].sum() + report.left_out["gross"].sum()
    assert gross == pytest.approx(frame["amount"].sum())
    assert report.left_out.query("treatment == 'left out'")["n_rows"].sum() == report.rows_left_out
    if report.n_buyers:
        lines = read_transactions(frame)
        assert rfm_summary(lines)["total_spend"].sum() == pytest.approx(report.revenue)
        assert customer_flows(lines)["revenue"].sum() == pytest.approx(report.revenue)


@functools.cache
def mixed_orders():
    """Orders of every status, some given back, and their audit."""
    rng = np.random.default_rng(11)
    n = 80
    frame = pd.DataFrame(
        {
            "customer_id": rng.choice(["a", "b", "c", "d"], n),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 40, n), unit="D"),
            "amount": rng.choice([0.0, 10.0, 25.5, -10.0], n),
            "order_id": rng.choice([f"o{i}" for i in range(40)], n),
            "status": rng.choice(STATUSES, n),
            "order_refunded": rng.choice([0.0, 5.0], n),
        }
    )
    return frame, audit_transactions(frame)


@pytest.mark.slow
@few_engines
def test_the_rules_hold_on_every_engine(engine):
    frame, expected = mixed_orders()
    found = audit_transactions(engine(frame))
    pd.testing.assert_frame_equal(found.by_currency, expected.by_currency)
    pd.testing.assert_frame_equal(found.left_out, expected.left_out)


@pytest.mark.slow
def test_the_rules_hold_without_a_reader():
    import ibis

    frame, expected = mixed_orders()
    direct = rfm_summary(ibis.memtable(frame))
    assert direct["total_spend"].sum() == pytest.approx(expected.revenue)


def test_the_contract_checks_words_of_status():
    frame = table(("a", 5, 50, "paied"), names=["status"]).astype({"date": "datetime64[us]"})
    found = TRANSACTIONS.check(frame).set_index("rule")["n_rows"]
    assert found["status unknown"] == 1
