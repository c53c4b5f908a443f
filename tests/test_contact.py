"""Contacts: response, fatigue, frequency, channels, hours, signals; by hand and with the truth."""

import functools

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from crmlab import InputError, InputTypeError
from crmlab.contact import (
    best_hour,
    channel_mix,
    contact_fatigue,
    contact_frequency,
    contact_response,
    dissatisfaction_signals,
    signal_lift,
)
from crmlab.datasets import load_company


def made(*rows, cost=1.0):
    """Contacts from rows of customer, campaign, day, channel, outcome; a control has none."""
    table = pd.DataFrame(rows, columns=["customer_id", "campaign_id", "date", "channel", "outcome"])
    treated = table["outcome"] != "not_contacted"
    return table.assign(date=pd.to_datetime(table["date"]), treated=treated, cost=cost * treated)


def came(*rows):
    """Responses from rows of customer, campaign, day, kind."""
    table = pd.DataFrame(rows, columns=["customer_id", "campaign_id", "date", "kind"])
    return table.assign(date=pd.to_datetime(table["date"]), amount=9.0)


SENT = made(
    ("a", "K1", "2024-03-01", "email", "delivered"),
    ("a", "K2", "2024-03-20", "email", "delivered"),
    ("a", "K3", "2024-06-30", "email", "delivered"),
    ("b", "K1", "2024-03-01", "email", "bounced"),
    ("b", "K2", "2024-03-20", "email", "delivered"),
    ("c", "K1", "2024-03-01", "email", "not_contacted"),
    ("c", "K2", "2024-03-20", "email", "delivered"),
)
OPENED = came(("a", "K1", "2024-03-02", "open"), ("a", "K1", "2024-03-05", "open"),
              ("c", "K2", "2024-03-20", "open"), ("c", "K9", "2024-03-21", "open"),
              ("a", "K3", "2024-06-29", "open"), ("b", "K2", "2024-03-22", "click"))  # fmt: skip
CALLED = made(
    ("a", "K4", "2024-05-01", "phone", "no_answer"),
    ("a", "K4", "2024-05-08", "phone", "answered"),
    ("b", "K4", "2024-05-01", "phone", "refused"),
    ("c", "K4", "2024-05-01", "phone", "do_not_call"),
)
ORDERED = came(("a", "K4", "2024-05-08", "order"), ("b", "K4", "2024-05-04", "order"))


@functools.cache
def company():
    return load_company()


def rates(table):
    return {
        (row.channel, row.earlier): (row.n_responses, row.n_contacts) for row in table.itertuples()
    }


# --- response by earlier contacts -----------------------------------------------------------------


def test_earlier_contacts_are_those_made_in_the_days_before():
    # b's bounced e-mail was a contact, and is out of the base; c was a control and is rested;
    # what a opened the day before belongs to no contact.
    table = contact_response(SENT, OPENED, response="open")
    assert rates(table) == {("email", 0): (2, 3), ("email", 1): (0, 2)}


@pytest.mark.parametrize(("within", "earlier"), [(18, 0), (19, 1), (400, 2)])
def test_the_window_before_ends_where_it_says(within, earlier):
    table = contact_response(SENT, OPENED, response="open", within=within)
    assert table["earlier"].max() == earlier


def test_the_last_group_holds_as_many_and_more():
    table = contact_response(SENT, OPENED, response="open", within=400, most=1)
    assert rates(table) == {("email", 0): (2, 2), ("email", 1): (0, 3)}


def test_contacts_before_the_start_only_count_as_earlier_ones():
    table = contact_response(SENT, OPENED, response="open", start="2024-03-20")
    assert rates(table) == {("email", 0): (1, 2), ("email", 1): (0, 2)}


def test_a_response_belongs_to_the_last_contact_before_it():
    assert rates(contact_response(CALLED, ORDERED)) == {("phone", 0): (1, 3), ("phone", 1): (1, 1)}
    table = contact_response(CALLED, ORDERED, window=3)  # b's order came on the fourth day
    assert rates(table) == {("phone", 0): (0, 3), ("phone", 1): (1, 1)}


def test_outcomes_count_out_of_what_they_could_come_from():
    answered = contact_response(CALLED, response="answered")
    assert rates(answered) == {("phone", 0): (2, 3), ("phone", 1): (1, 1)}
    refused = contact_response(CALLED, response="refused")
    assert rates(refused) == {("phone", 0): (2, 2), ("phone", 1): (0, 1)}
    stopped = contact_response(CALLED, response="stopped")
    assert rates(stopped) == {("phone", 0): (1, 3), ("phone", 1): (0, 1)}


def test_engine_and_row_order_do_not_matter():
    expected = contact_response(SENT, OPENED, response="open")
    mixed = contact_response(SENT.iloc[::-1], OPENED.iloc[::-1], response="open")
    pd.testing.assert_frame_equal(mixed, expected)
    asked = contact_response(ibis.memtable(SENT), ibis.memtable(OPENED), response="open")
    pd.testing.assert_frame_equal(asked, expected)


def test_inputs_stay_as_they_are():
    before = SENT.copy(), OPENED.copy()
    contact_response(SENT, OPENED, response="open")
    pd.testing.assert_frame_equal(SENT, before[0])
    pd.testing.assert_frame_equal(OPENED, before[1])


def test_limits_are_wilsons_where_each_customer_stands_once():
    # Wilson, 8 of 20 at 95 %: 0.2188, 0.6134 (recomputed with z = 1.959964).
    rows = [(f"c{i}", "K", "2024-01-05", "phone", "answered" if i < 8 else "no_answer")
            for i in range(20)]  # fmt: skip
    row = contact_response(made(*rows), response="answered").iloc[0]
    assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [0.4, 0.218807, 0.613421], abs=1e-5
    )


@pytest.mark.slow
def test_limits_cover_where_customers_differ_and_stand_in_many_rows():
    rng = np.random.default_rng(4)
    dates = pd.date_range("2024-01-01", periods=10, freq="90D")
    inside, width = [], []
    for _ in range(30):
        chance = rng.beta(1, 2, 180)  # each customer has a probability of its own
        shown = rng.random((180, 10)) < chance[:, None]
        frame = pd.DataFrame(
            {"customer_id": np.repeat([f"c{i}" for i in range(180)], 10), "campaign_id": "K",
             "date": np.tile(dates, 180), "treated": True, "cost": 1.0,
             "channel": np.repeat(["email", "phone", "post"], 600),
             "outcome": np.where(shown.ravel(), "answered", "no_answer")}
        )  # fmt: skip
        table = contact_response(frame, response="answered")
        inside += list((table["lower"] <= 1 / 3) & (table["upper"] >= 1 / 3))
        width += list(table["upper"] - table["lower"])
    assert np.mean(inside) >= 0.89  # 90 limits at 95 %: a standard error of 2.3 points
    # Rows of a customer correlate at 1 / (1 + 2 + 1): limits are wider by sqrt(1 + 9 / 4) = 1.8.
    plain = np.ptp(wilson_by_hand(200, 600))
    assert np.mean(width) / plain == pytest.approx(1.8, abs=0.15)


# --- fatigue --------------------------------------------------------------------------------------


def planted(slope, rng, n=5000):
    """A lot in May, a routine campaign in June, an e-mail in July whose opening tires."""
    lot, routine = rng.random(n) < 0.5, rng.random(n) < 0.4
    ids = np.array([f"c{i}" for i in range(n)])
    opened = rng.random(n) < expit(-0.5 + slope * (lot.astype(float) + routine))
    parts = [
        pd.DataFrame({"customer_id": ids, "campaign_id": "LOT", "date": "2024-05-20",
                      "treated": lot, "outcome": np.where(lot, "delivered", "not_contacted")}),
        pd.DataFrame({"customer_id": ids[routine], "campaign_id": "R", "date": "2024-06-10",
                      "treated": True, "outcome": "delivered"}),
        pd.DataFrame({"customer_id": ids, "campaign_id": "E", "date": "2024-07-01",
                      "treated": True, "outcome": "delivered"}),
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).assign(channel="email", cost=1.0)
    rows["date"] = pd.to_datetime(rows["date"])
    rows.loc[rows["campaign_id"] != "E", "channel"] = "post"
    return rows, came(*((who, "E", "2024-07-02", "open") for who in ids[opened]))


@pytest.mark.slow
def test_a_planted_slope_is_found_as_observed_and_by_lot():
    found = [
        contact_fatigue(*planted(-0.4, np.random.default_rng(seed)), lot="LOT") for seed in range(8)
    ]
    errors = np.array([table["estimate"].to_numpy() + 0.4 for table in found])
    inside = [((t["lower"] <= -0.4) & (t["upper"] >= -0.4)).to_numpy() for t in found]
    # Each error has a standard deviation of about 0.06, their mean one of 0.02.
    assert np.abs(errors.mean(axis=0)).max() < 0.06
    assert np.sum(inside, axis=0).min() >= 7
    assert found[0]["basis"].tolist() == ["as observed", "by lot"]


def test_the_lot_alone_is_two_by_two():
    rows, opened = planted(-0.4, np.random.default_rng(1), n=800)
    row = contact_fatigue(rows, opened, lot="LOT").iloc[1]
    arm = rows[rows["campaign_id"] == "LOT"].set_index("customer_id")["treated"]
    hit = arm.index.isin(opened["customer_id"])
    a, b = hit[arm].sum(), (~hit[arm]).sum()
    c, d = hit[~arm].sum(), (~hit[~arm]).sum()
    assert row["estimate"] == pytest.approx(np.log(a * d / (b * c)))
    assert row["base"] == pytest.approx(c / (c + d))
    # Woolf's error of a log odds ratio; robust errors of 800 rows come close.
    half = 1.959964 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert row["upper"] - row["estimate"] == pytest.approx(half, rel=5e-3)


def test_the_companys_fatigue_is_recovered():
    found = contact_fatigue(company().contacts, company().responses, lot="K06")
    truth = -company().truth.settings.contact_fatigue
    assert ((found["lower"] <= truth) & (truth <= found["upper"])).all()
    assert (found["upper"] < 0).all()


def test_campaigns_that_tell_nothing_are_left_out():
    calls = company().contacts
    found = contact_fatigue(calls, response="answered")
    # Of the book set, only calls that were answered are recorded.
    assert found["n_contacts"].iloc[0] == len(calls[calls["campaign_id"].isin(["K02", "K04"])])


# --- frequency ------------------------------------------------------------------------------------


def test_frequency_by_hand():
    table = contact_frequency(
        0.3, fatigue=-0.5, margin=10, cost=1, stop_rate=0.1, consent_value=4, fatigue_days=60,
        horizon=100, most=2,
    )  # fmt: skip
    tired = expit(logit(0.3) - 0.5)  # fifty days after the first
    assert table["made"].tolist() == pytest.approx([0, 1, 1.9])
    assert table["responses"].tolist() == pytest.approx([0, 0.3, 0.3 + 0.9 * tired])
    assert table["stopped"].tolist() == pytest.approx([0, 0.1, 0.19])
    profit = [0, 3 - 1 - 0.4, 10 * (0.3 + 0.9 * tired) - 1.9 - 4 * 0.19]
    assert table["profit"].tolist() == pytest.approx(profit)
    assert table["gain"].tolist() == pytest.approx([0, *np.diff(profit)])
    assert table["response_rate"].tolist() == pytest.approx([0.3, 0.3, (0.3 + 0.9 * tired) / 1.9])


@given(st.floats(0.01, 0.9), st.floats(-2, 0), st.floats(0, 0.3), st.floats(0, 200))
@settings(max_examples=50)
def test_money_scales_and_fatigue_never_helps(rate, slope, stop, days):
    options = {"stop_rate": stop, "fatigue_days": days, "most": 9}
    table = contact_frequency(rate, fatigue=slope, margin=10, cost=2, **options)
    dear = contact_frequency(rate, fatigue=slope, margin=30, cost=6, **options)
    assert dear["profit"].tolist() == pytest.approx((3 * table["profit"]).tolist())
    rested = contact_frequency(rate, fatigue=0, margin=10, cost=2, **options)
    assert (rested["profit"] >= table["profit"] - 1e-9).all()
    assert (table["responses"].diff().iloc[1:] >= -rate * 9).all()


# --- channels -------------------------------------------------------------------------------------


CAMPAIGNS = pd.DataFrame(
    {"campaign_id": ["P", "T"], "channel": ["post", "phone"], "design": ["randomised", "routine"],
     "start": pd.Timestamp("2024-01-01"), "margin": [50.0, 20.0]}
)  # fmt: skip


def posted(n=200, hits=(40, 20)):
    """A letter by lot to half of 2n customers, and calls to 100."""
    rows = [(f"p{i}", "P", "2024-01-05", "post", "delivered" if i < n else "not_contacted")
            for i in range(2 * n)]  # fmt: skip
    rows += [(f"t{i}", "T", "2024-01-05", "phone", "answered") for i in range(100)]
    orders = [(f"p{i}", "P", "2024-01-09", "order") for i in range(hits[0])]
    orders += [(f"p{n + i}", "P", "2024-01-09", "order") for i in range(hits[1])]
    orders += [(f"t{i}", "T", "2024-01-09", "order") for i in range(10)]
    return made(*rows, cost=2.0), came(*orders)


def measures(table, channel):
    return table[table["channel"] == channel].set_index("measure")


def test_costs_per_response_and_per_response_caused_by_hand():
    table = channel_mix(*posted(), CAMPAIGNS)
    post, phone = measures(table, "post"), measures(table, "phone")
    assert post["estimate"].to_dict() == pytest.approx(
        {"responses per contact": 0.2, "cost per response": 10.0, "profit per contact": 8.0,
         "responses caused per customer": 0.1, "cost per response caused": 20.0,
         "profit caused per customer": 3.0}
    )  # fmt: skip
    # Newcombe's limits of 40/200 - 20/200: square-and-add of Wilson's (recomputed apart).
    caused = post.loc["responses caused per customer"]
    (l1, u1), (l2, u2) = wilson_by_hand(40, 200), wilson_by_hand(20, 200)
    assert caused["lower"] == pytest.approx(0.1 - np.hypot(0.2 - l1, u2 - 0.1))
    assert caused["upper"] == pytest.approx(0.1 + np.hypot(u1 - 0.2, 0.1 - l2))
    assert post.loc["cost per response caused", "upper"] == pytest.approx(2 / caused["lower"])
    assert phone["estimate"].to_dict() == pytest.approx(
        {"responses per contact": 0.1, "cost per response": 20.0, "profit per contact": 0.0}
    )


def wilson_by_hand(x, n, z=1.959963984540054):
    """Roots of (p - share)^2 = z^2 p (1 - p) / n."""
    a, b, c = 1 + z * z / n, -(2 * x / n + z * z / n), (x / n) ** 2
    return sorted(np.roots([a, b, c]).real)


def test_where_perhaps_nothing_was_caused_the_cost_has_no_limit():
    post = measures(channel_mix(*posted(hits=(22, 20)), CAMPAIGNS), "post")
    assert post.loc["cost per response caused", "upper"] == np.inf
    none = measures(channel_mix(*posted(hits=(20, 22)), CAMPAIGNS), "post")
    assert none.loc["cost per response caused", "estimate"] == np.inf


def test_without_margins_there_is_no_profit():
    table = channel_mix(*posted(), CAMPAIGNS.drop(columns="margin"))
    assert not table["measure"].str.startswith("profit").any()


def test_the_companys_lot_says_what_was_caused():
    data = company()
    table = channel_mix(data.contacts, data.responses, data.campaigns)
    caused = measures(table, "post").loc["responses caused per customer"]
    truth = data.truth.effects.query("campaign_id == 'K06'")["effect"].mean()
    assert caused["lower"] <= truth <= caused["upper"]
    assert (table.loc[table["basis"] == "by lot", "channel"] == "post").all()


# --- hours ----------------------------------------------------------------------------------------


def by_hour(hits, n):
    rows = [
        (f"c{hour}-{i}", "K", f"2024-03-04 {hour:02}:30", "phone",
         "answered" if i < hit else "no_answer")
        for hour, (hit, many) in enumerate(zip(hits, n, strict=True), 9) for i in range(many)
    ]  # fmt: skip
    return made(*rows)


@pytest.mark.slow
def test_few_contacts_are_drawn_further_towards_the_others():
    table = best_hour(by_hour([30, 28, 3, 33], [100, 100, 3, 100])).set_index("hour")
    assert table.loc[11, "share"] == 1
    assert 0.3 < table.loc[11, "estimate"] < 0.6
    assert table["best_probability"].sum() == pytest.approx(1)
    assert (table["lower"] < table["estimate"]).all()
    assert (table["estimate"] < table["upper"]).all()


@pytest.mark.slow
def test_pooled_shares_are_those_of_a_slow_grid():
    hits, n = np.array([2.0, 9, 5]), np.array([20.0, 30, 10])
    # The posterior mean of each share, on a plain grid of a and b.
    a, b = np.meshgrid(np.geomspace(0.01, 4000, 500), np.geomspace(0.01, 8000, 500))
    from scipy.special import betaln

    log = -2.5 * np.log(a + b) + np.log(a) + np.log(b)
    log += sum(betaln(a + x, b + m - x) - betaln(a, b) for x, m in zip(hits, n, strict=True))
    weight = np.exp(log - log.max())
    expected = [(weight * (a + x) / (a + b + m)).sum() / weight.sum()
                for x, m in zip(hits, n, strict=True)]  # fmt: skip
    table = best_hour(by_hour(hits.astype(int), n.astype(int)), seed=3)
    # 4,000 draws of shares whose standard deviation is about 0.08.
    assert table["estimate"].tolist() == pytest.approx(expected, abs=0.005)


@pytest.mark.slow
def test_limits_cover_hours_that_differ_much_or_not_at_all():
    rng = np.random.default_rng(5)
    inside = []
    for size in [3, 3000] * 4:
        share = rng.beta(0.4 * size, 0.6 * size, 6)
        n = rng.integers(10, 120, 6)
        table = best_hour(by_hour(rng.binomial(n, share), n))
        inside += list((table["lower"] <= share) & (share <= table["upper"]))
    assert np.mean(inside) >= 0.89  # 48 shares: a standard error of 3 points


@pytest.mark.slow
def test_weekdays_of_the_company_are_alike():
    calls = company().contacts.query("campaign_id in ['K02', 'K04']")
    table = best_hour(calls, by="weekday")
    assert table["weekday"].tolist()[::6] == ["Monday", "Sunday"]
    # None differs in truth: the widest gap shrinks by half at least.
    assert np.ptp(table["estimate"]) < np.ptp(table["share"]) / 2


# --- signals --------------------------------------------------------------------------------------


DAY = "2024-06-30"
VISITS = pd.DataFrame(
    {"customer_id": ["a", "b", "c"], "instructor_id": "I", "month": pd.Timestamp("2024-05-01"),
     "planned": 5, "held": [5, 4, 3]}
)  # fmt: skip
SPELLS = pd.DataFrame(
    {"customer_id": ["a", "b", "c"], "start": pd.Timestamp("2024-01-01"), "plan": "basic",
     "end": pd.to_datetime(["2024-06-01", "2024-07-15", None]), "monthly_fee": 9.0}
)  # fmt: skip
GRIEF = pd.DataFrame(
    {"customer_id": ["a", "b", "c", "d"], "kind": "billing",
     "date": pd.to_datetime(["2024-06-01", "2024-06-20", "2024-05-01", "2024-07-05"]),
     "resolved_days": [20.0, np.nan, 5.0, 2.0]}
)  # fmt: skip
EQUAL = {"as_of": DAY, "weights": "equal"}


def test_signals_by_hand():
    calls = made(
        ("a", "K", "2024-06-10", "phone", "refused"), ("b", "K", "2024-06-10", "phone", "answered"),
        ("c", "K", "2024-06-10", "phone", "do_not_call"),
        ("d", "K", "2023-06-10", "phone", "refused"),
        ("d", "K", "2024-07-10", "phone", "refused"),
    )  # fmt: skip
    table = dissatisfaction_signals(
        list("abcd"), contacts=calls, visits=VISITS, subscriptions=SPELLS, complaints=GRIEF, **EQUAL
    ).sort_index()
    assert table["refused"].tolist() == [True, False, False, False]
    assert table["stopped"].tolist() == [False, False, True, False]
    assert table["visits_missed"].tolist() == [False, True, True, False]  # one in five counts
    assert table["ended"].tolist() == [True, False, False, False]  # b's end is not known yet
    # a waited twenty days; b's is open, and ten days old.
    assert table["complaint_open"].tolist() == [True, False, False, False]
    assert table["complained"].tolist() == [True, True, True, False]
    assert table["n_signals"].tolist() == table["score"].tolist() == [3, 1, 2, 0]
    assert table["why"].tolist()[2:] == ["ended e-mails or calls; visits did not take place", ""]


def test_nothing_later_than_the_day_is_used():
    data = company()
    dates = {"contacts": "date", "subscriptions": "start", "complaints": "date", "visits": "month"}
    tables = {name: (getattr(data, name), column) for name, column in dates.items()}
    day = pd.Timestamp("2025-06-30")
    known = {name: rows[rows[column] <= day] for name, (rows, column) in tables.items()}
    known["subscriptions"] = known["subscriptions"].assign(
        end=lambda t: t["end"].where(t["end"] <= day)
    )
    late = known["complaints"]["date"] + pd.to_timedelta(known["complaints"]["resolved_days"], "D")
    known["complaints"] = known["complaints"].assign(
        resolved_days=lambda t: t["resolved_days"].where(late <= day)
    )
    full = {name: rows for name, (rows, _) in tables.items()}
    one, other = (
        dissatisfaction_signals(data.customers, as_of=day, **each) for each in (full, known)
    )
    pd.testing.assert_frame_equal(one, other)


def crowd(rng, n=20_000):
    """A tenth is dissatisfied; a third of these complains; both refuse calls more often."""
    unhappy = rng.random(n) < 0.1
    spoke = rng.random(n) < np.where(unhappy, 0.35, 0.01)
    refuses = rng.random(n) < np.where(unhappy, 0.5, 0.1)
    ended = rng.random(n) < 0.1  # says nothing
    ids = np.array([f"c{i}" for i in range(n)])
    said = np.where(refuses, "refused", "answered")
    calls = made(*((who, "K", "2024-06-01", "phone", what)
                   for who, what in zip(ids, said, strict=True)))  # fmt: skip
    spells = pd.DataFrame(
        {
            "customer_id": ids[ended],
            "start": pd.Timestamp("2024-01-01"),
            "plan": "x",
            "monthly_fee": 9.0,
            "end": pd.Timestamp("2024-05-01"),
        }
    )
    grief = pd.DataFrame({"customer_id": ids[spoke], "date": pd.Timestamp("2024-06-02"),
                          "kind": "x", "resolved_days": 1.0})  # fmt: skip
    return ids, pd.Series(unhappy, index=ids), calls, spells, grief


@pytest.mark.slow
def test_complaints_teach_what_to_look_for_in_the_silent():
    ids, unhappy, calls, spells, grief = crowd(np.random.default_rng(6))
    table = dissatisfaction_signals(
        ids, as_of=DAY, contacts=calls, subscriptions=spells, complaints=grief
    )
    weight = {
        name: table.loc[table["why"] == words, "score"].iloc[0]
        for name, words in (("refused", "refused a call"), ("ended", "ended a subscription"))
    }
    # Complainers are 80 % unhappy, the others 7 %: .42 against .13, log 1.2.
    assert weight["refused"] == pytest.approx(1.2, abs=0.15)
    assert weight["ended"] < 0.2
    silent = table[~table["complained"]]
    lift = signal_lift(silent, unhappy).set_index("signal")
    assert lift.loc["refused", "lower"] > 2 * unhappy[silent.index].mean()
    assert lift.loc["ended", "lower"] < unhappy[silent.index].mean() < lift.loc["ended", "upper"]
    best = unhappy[silent.index[: len(silent) // 10]].mean()
    assert best > 3 * unhappy[silent.index].mean()


def test_lift_by_hand():
    shown = pd.DataFrame(
        {"refused": [True, True, False, False], "stopped": [False] * 4, "complained": [True] * 4},
        index=list("abcd"),
    )
    table = signal_lift(shown, pd.Series([True, False, False, True, True], index=list("abcde")))
    assert table["signal"].tolist() == ["refused", "none"]  # nobody stopped
    assert table["estimate"].tolist() == [0.5, 0.5]
    assert table["found"].tolist() == [0.5, 0.5]
    assert table["lift"].tolist() == [1.0, 1.0]


# --- what is refused ------------------------------------------------------------------------------


HALF = [False, True]
FLAGS = pd.DataFrame({"refused": HALF}, index=["a", "b"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contact_response(SENT), "`responses` must be given to count 'order'; got None"),
        (lambda: contact_response(SENT, OPENED, response="seen"), "`response` must be one of"),
        (lambda: contact_response(SENT, response="answered"), "from which 'answered' could come"),
        (lambda: contact_response(SENT.tail(2).head(1), OPENED), "a contact that was made; got no"),
        (lambda: contact_response(SENT.assign(outcome="ok"), OPENED), "known words .* got 'ok'. K"),
        (lambda: contact_response(SENT, OPENED, within=0), "`within` must be at least 1; got 0"),
        (lambda: contact_response(SENT, OPENED, most=0), "`most` must be at least 1; got 0"),
        (lambda: contact_response(SENT, OPENED, window=0), "`window` must be at least 1; got 0"),
        (lambda: contact_response(SENT, OPENED, start="2031-01-01"), "`start` must not come after"),
        (lambda: contact_response(SENT, OPENED, level=1), r"`level` must be in \(0, 1\); got 1"),
        (lambda: contact_fatigue(SENT, OPENED, within=1), "must differ in earlier contacts"),
        (lambda: contact_fatigue(SENT, OPENED, lot="K9"), "`lot` must be .* 'K9' has no contacts"),
        (lambda: contact_fatigue(SENT, OPENED, lot="K2"), "`lot` must be .* 'K2' has one arm only"),
        (lambda: contact_fatigue(SENT, OPENED, lot="K1", within=3), "followed by a contact with"),
        (lambda: contact_frequency(1, fatigue=0, margin=1, cost=1), r"`base_rate` must be in \(0"),
        (lambda: contact_frequency(0.5, fatigue=1, margin=1, cost=1), "`fatigue` must be .* at mo"),
        (lambda: contact_frequency(0.5, fatigue=0, margin=1, cost=-1), "`cost` must be finite and"),
        (lambda: channel_mix(*posted(), CAMPAIGNS.head(1)), "every campaign .* 'T' is not there"),
        (lambda: channel_mix(*posted(), CAMPAIGNS.drop(columns="design")), "the column `design`"),
        (lambda: best_hour(CALLED), "`contacts` must hold the time of day in `date`; all are at"),
        (lambda: best_hour(CALLED.head(1), by="weekday"), "of two slots at least; all are of one"),
        (lambda: best_hour(CALLED, by="month"), "`by` must be one of 'hour', 'weekday'"),
        (lambda: dissatisfaction_signals(["a"], as_of=DAY), "One of contacts, visits, subscripti"),
        (lambda: dissatisfaction_signals("a", visits=VISITS, **EQUAL), "`customers` must be a tab"),
        (lambda: dissatisfaction_signals(["a", "a"], visits=VISITS, **EQUAL), "each id once"),
        (lambda: dissatisfaction_signals(VISITS[["held"]], visits=VISITS, **EQUAL), "as a col"),
        (lambda: dissatisfaction_signals(["a"], visits=VISITS, as_of="2031-01-01"), "`as_of` must"),
        (lambda: dissatisfaction_signals(["a"], visits=VISITS, as_of=None), "`as_of` must be a da"),
        (lambda: dissatisfaction_signals(["a"], visits=VISITS, as_of="2024-05-31"), "`weights`"),
        (lambda: dissatisfaction_signals(["a"], complaints=GRIEF, as_of=DAY), "fewer than 20 cust"),
        (lambda: signal_lift(FLAGS, [True, False]), "`event` must be a Series by customer; got li"),
        (lambda: signal_lift([1], pd.Series(HALF)), "`signals` must be a DataFrame; got list"),
        (lambda: signal_lift(FLAGS, pd.Series(HALF)), "`event` must hold every customer .* 2 are"),
        (lambda: signal_lift(FLAGS * 1.0, pd.Series(HALF, ["a", "b"])), "must have a bool column"),
        (lambda: signal_lift(FLAGS, pd.Series([0, 0], ["a", "b"])), "`event` must have happened"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_ids_alone_are_no_table():
    with pytest.raises(InputTypeError, match="A single id goes into a list"):
        dissatisfaction_signals("a", visits=VISITS, **EQUAL)
