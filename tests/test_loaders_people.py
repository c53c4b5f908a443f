"""Who a customer is: ids that stand for nobody, for many, for an order, or for one person twice."""

import functools

import ibis
import numpy as np
import pandas as pd
import pytest
from conftest import few_engines
from loader_cases import audited, broken_rules

import crmlab
from crmlab.loaders import audit_transactions
from crmlab.loaders._rules.people import PLACEHOLDERS, is_placeholder

NOBODY, CROWD = "customer_id may be nobody", "customer_id of many people"
ORDER, ALIKE = "customer_id new with every order", "customer_id alike but for case or blanks"
DOUBTS = {NOBODY, CROWD, ORDER, ALIKE}


def doubts(frame, **options):
    found = broken_rules(audited(frame, not_after="2027-01-01", **options))
    return {rule: n for rule, n in found.items() if rule in DOUBTS}


def remedy(frame, rule):
    by_rule = audit_transactions(frame, not_after="2027-01-01").by_rule
    return by_rule.set_index("rule").loc[rule, "remedy"]


def shop(n=150, *, seed=0, days=365, mean=3.0, name=str):
    """Lines of customers who buy at random days, some a lot more often than others."""
    rng = np.random.default_rng(seed)
    n_lines = 1 + rng.poisson(rng.gamma(1.0, mean, n))
    ids = np.repeat([name(number) for number in range(n)], n_lines)
    dates = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, days, len(ids)), "D")
    return pd.DataFrame({"customer_id": ids, "date": dates, "amount": 1.0})


def beside(frame, name, n, *, days=365, seed=1):
    """The lines of a shop, and `n` lines of one id beside them."""
    other = shop(1, days=days).iloc[[0] * n].assign(customer_id=name)
    other["date"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(
        np.random.default_rng(seed).integers(0, days, n), "D"
    )
    return pd.concat([frame, other], ignore_index=True)


def placeholders(values):
    table = ibis.memtable({"id": values})
    return table.select(found=is_placeholder(table.id)).to_pandas()["found"].tolist()


# --- shops without a doubt -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "name", [int, str, "{:04d}".format, "김민수{}".format, lambda n: 9990 + n, lambda n: n - 2]
)
def test_customers_are_not_suspected(name, seed):
    assert doubts(shop(seed=seed, name=name)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 5, 19])
def test_a_few_customers_are_not_suspected(n):
    frame = beside(shop(n, mean=1.0), "0", 300)
    assert doubts(frame) == {}


@pytest.mark.slow
def test_real_and_simulated_shops_are_not_suspected(cdnow):
    assert doubts(cdnow) == {}
    assert doubts(crmlab.load_company().transactions) == {}


# --- nobody ----------------------------------------------------------------------------------


def test_a_placeholder_is_one_in_any_spelling():
    rng = np.random.default_rng(0)
    words = sorted(PLACEHOLDERS)
    spelled = [str.upper, str.title, "({})".format, "<{}>".format, "[{}]".format, "-{}-".format]
    values = [spelled[rng.integers(len(spelled))](word) for word in words]
    values += [" ".join(word) for word in words] + ["Walk-in Customer", "알 수 없음", "(not set)"]
    assert [
        value for value, found in zip(values, placeholders(values), strict=True) if not found
    ] == []


def test_signs_alone_name_nobody():
    assert all(placeholders(["-", "--", "?", "...", "n.a.", "—", "*****", "( )", "#"]))
    assert all(placeholders(["00000000-0000-0000-0000-000000000000"]))


def test_names_and_numbers_are_not_placeholders():
    people = [
        "Na",
        "Cash",
        "Tester",
        "Blank",
        "0",
        "9999",
        "guest1",
        "고객1",
        "a",
        "-1",
        "♥",
        "C-0",
    ]
    assert not any(placeholders([*people, None]))
    assert not any(placeholders([0, -1, 9999]))


@pytest.mark.slow
def test_guests_are_left_out_with_their_money():
    frame = beside(beside(shop(10), "Guest", 7), "비회원", 5)
    found = audited(frame).left_out
    assert found[["reason", "n_rows"]].to_numpy().tolist() == [["no customer", 12]]
    assert doubts(frame) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "number"), [(int, 0), (int, -1), (str, "0"), (str, "000"), (str, "9999")]
)
def test_a_number_of_nobody_is_one_that_buys_too_much(name, number):
    people = shop(60, name=lambda n: name(n + 1))
    busiest = int(people["customer_id"].value_counts().iloc[0])
    assert doubts(beside(people, number, 3 * busiest)) == {NOBODY: 3 * busiest}
    assert doubts(beside(people, number, busiest)) == {}


@pytest.mark.slow
def test_a_number_that_buys_much_at_once_is_a_customer():
    people = shop(60, name=lambda n: n + 1)
    assert NOBODY not in doubts(beside(people, 0, 100, days=4))


# --- many people -----------------------------------------------------------------------------


@pytest.mark.slow
def test_an_id_with_a_share_that_no_person_has_is_pointed_out():
    people = shop()
    n = len(people) // 2
    frame = beside(people, "Webshop", n)
    assert doubts(frame) == {CROWD: n}
    assert remedy(frame, CROWD).startswith("'Webshop': ")
    assert doubts(beside(frame, "Store 1", n + 1, seed=2)) == {CROWD: 2 * n + 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "lines", "days"),
    [
        pytest.param(30, 400, 365, id="few-customers"),
        pytest.param(150, 300, 5, id="on-few-days"),
        pytest.param(150, 40, 365, id="twice-the-next"),
        pytest.param(1500, 250, 365, id="small-share"),
    ],
)
def test_a_large_customer_is_not_many_people(n, lines, days):
    assert doubts(beside(shop(n, days=days), "ACME", lines, days=days)) == {}


# --- an order --------------------------------------------------------------------------------


def single_orders(n, days):
    dates = pd.date_range("2025-01-01", periods=days).to_numpy()[np.arange(n) % days]
    return pd.DataFrame({"customer_id": [f"A{k}" for k in range(n)], "date": dates, "amount": 1.0})


@pytest.mark.slow
def test_an_id_for_each_order_is_pointed_out():
    frame = single_orders(120, 60)
    twice = pd.concat([frame, frame.assign(amount=2.0)])
    assert doubts(frame) == {ORDER: 120}
    assert doubts(twice) == {ORDER: 240}
    assert doubts(twice.assign(order_id=twice["customer_id"])) == {ORDER: 240}


@pytest.mark.slow
def test_customers_who_may_come_back_are_not_orders():
    frame = single_orders(120, 60)
    back = frame.iloc[[0]].assign(date="2025-03-30")
    many = single_orders(1000, 60)
    same_day = pd.concat([frame, frame.iloc[[0]]]).assign(order_id=range(121))
    assert doubts(single_orders(99, 60)) == {}
    assert doubts(single_orders(120, 28)) == {}
    assert doubts(single_orders(120, 29)) == {ORDER: 120}
    assert doubts(pd.concat([frame, back.astype(frame.dtypes)])) == {}
    assert doubts(pd.concat([many, back.astype(frame.dtypes)])) == {ORDER: 1001}
    assert doubts(same_day) == {}


# --- one person twice ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_ids_that_differ_in_case_or_blanks_are_counted_and_kept_apart(seed):
    rng = np.random.default_rng(seed)
    respell = [str, str.upper, str.lower, str.swapcase, lambda one: one.replace(" ", "\u00a0")]
    respell += [lambda one: one.replace(" ", "  "), lambda one: one.replace(" ", "")]
    ids = [f"Kim {n}b" for n in rng.integers(0, 60, 80)]
    ids = [respell[rng.integers(len(respell))](one) for one in ids]
    spellings = {}
    for one in ids:
        spellings.setdefault("".join(one.lower().split()), set()).add(one)
    alike = [one for one in ids if len(spellings["".join(one.lower().split())]) > 1]
    frame = pd.DataFrame({"customer_id": ids, "date": "2025-01-05", "amount": 1.0})
    report = audited(frame)
    assert broken_rules(report)[ALIKE] == len(alike) > 0
    assert report.n_customers == len(set(ids))
    said = report.by_rule.set_index("rule").loc[ALIKE, "remedy"]
    assert said.startswith(f"{len(set(alike))} ids such as '")


@pytest.mark.slow
def test_a_no_break_blank_is_shown():
    frame = pd.DataFrame({"customer_id": ["A 1", "A\u00a01"], "date": "2025-01-05", "amount": 1.0})
    assert r"'A 1' and 'A\xa01'" in remedy(frame, ALIKE)


# --- everywhere ------------------------------------------------------------------------------


@functools.cache
def doubtful_orders():
    """Orders with ids of every kind of doubt, and their audit."""
    people = shop(name="Kim{}".format)
    frame = beside(beside(beside(people, "0", 300), "Shop", 140), "guest", 4)
    frame.loc[frame["customer_id"] == "Kim3", "customer_id"] = "kim4"
    frame["date"] = frame["date"].dt.strftime("%Y-%m-%d")
    frame["order_id"] = [f"o{n}" for n in range(len(frame))]
    return frame, audited(frame)


@pytest.mark.slow
@few_engines
def test_doubts_are_the_same_on_every_engine(engine):
    frame, expected = doubtful_orders()
    report = audited(engine(frame))
    assert report.by_rule.equals(expected.by_rule)
    assert set(broken_rules(expected)) >= {NOBODY, CROWD, ALIKE}
