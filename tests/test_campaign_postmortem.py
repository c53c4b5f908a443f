"""A campaign that is over: what it added, whether that can be told, and who is next."""

import numpy as np
import pandas as pd
import pytest
from report_cases import text_of

from crmlab import InputError
from crmlab.campaigns import incremental_result
from crmlab.datasets import load_company
from crmlab.reports import read_beside, run_report, save_next_wave
from crmlab.reports._customers import PAGE_FOLDER
from crmlab.reviews import review_campaign_postmortem


def make_campaign(n=1200, *, lift=0.1, cost=2.0, seed=0):
    """Orders, and a campaign by lot to which customers of large orders respond."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{i:04d}" for i in range(n)])
    large = rng.random(n) < 0.5
    orders = pd.DataFrame(
        {
            "customer_id": np.repeat(ids, 2),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 80, 2 * n), "D"),
            "amount": np.repeat(np.where(large, 90.0, 20.0), 2) * rng.gamma(9, 1 / 9, 2 * n),
        }
    )
    treated = rng.random(n) < 0.5
    came = rng.random(n) < 0.1 + 2 * lift * treated * large
    contacts = pd.DataFrame(
        {"customer_id": ids, "campaign_id": "K1", "date": pd.Timestamp("2024-04-01"),
         "channel": "email", "treated": treated, "outcome": "delivered",
         "cost": np.where(treated, cost, 0.0)}
    )  # fmt: skip
    responses = pd.DataFrame(
        {"customer_id": ids[came], "campaign_id": "K1", "date": pd.Timestamp("2024-04-05"),
         "kind": "order", "amount": 50.0}
    )  # fmt: skip
    return {"contacts": contacts, "responses": responses, "orders": orders}


def answers(ids):
    return pd.DataFrame(
        {"customer_id": ids, "channel": "email", "purpose": "marketing", "granted": True,
         "date": pd.Timestamp("2023-01-01")}
    )  # fmt: skip


LOT = {"assignment": "random", "margin": 0.5}


@pytest.fixture(scope="module")
def over():
    tables = make_campaign(lift=0.2)
    agreed = answers(tables["contacts"]["customer_id"][::2])
    return review_campaign_postmortem(**tables, consents=agreed, capacity=100, **LOT)


@pytest.mark.slow
def test_the_result_is_that_of_the_test_and_the_next_wave_follows(over):
    assert (over.problem, over.campaign_id, over.decision) == ("", "K1", "repeat")
    tables = make_campaign(lift=0.2)
    found = incremental_result(tables["contacts"], tables["responses"], campaign_id="K1", **LOT)
    pd.testing.assert_frame_equal(over.result, found.set_index("measure"))
    assert over.chance_of_lot > 0.001
    assert "Send the next wave." in over.findings()[3]
    assert over.key_figures()["in the next wave"] == "125"


@pytest.mark.slow
def test_the_next_wave_fills_the_capacity_beside_its_control_and_asks_who_agreed(over):
    groups = over.wave["group"].value_counts()
    assert (groups["treat"], groups["control"]) == (100, 25)
    assert over.counts["n_customers"].sum() == 1200
    assert over.counts.loc["has not agreed to be contacted", "n_customers"] == 600
    assert all(int(one[1:]) % 2 == 0 for one in over.wave.index)
    assert over.wave["expected_gain"].is_monotonic_decreasing
    assert (over.wave["expected_gain"] > 0).all()
    assert set(over.wave["consent"]) == {"given"}
    assert over.wave["place"].tolist() == list(range(1, 126))


@pytest.mark.slow
def test_who_responds_is_found_and_chosen(over):
    # Only customers of large orders respond.
    assert over.way in ("segment", "one-to-one")
    assert over.ways.loc["one-to-one", "over_mass_lower"] > 0
    spent = make_campaign(lift=0.2)["orders"].groupby("customer_id")["amount"].mean()
    assert (spent[over.wave.index] > 40).mean() > 0.9
    assert "chance may have made" not in over.findings()[4]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "decision", "words"),
    [
        ({"lift": 0.08, "cost": 1.0}, "test", "Half of the next wave is left alone"),
        ({"lift": 0.0, "cost": 1.0}, "test", "no contact should bring its cost"),
        ({"lift": 0.0, "cost": 9.0}, "stop", "there is no next wave"),
    ],
)
def test_what_chance_leaves_open_is_tested_again_and_a_loss_ends(options, decision, words):
    review = review_campaign_postmortem(**make_campaign(600, **options), **LOT)
    assert review.decision == decision
    assert words in review.findings()[3]
    assert review.wave.empty == ("Half" not in words)
    if not review.wave.empty:
        assert abs((review.wave["group"] == "control").mean() - 0.5) < 0.01
    assert "Contact nobody by this list before you know" in review.findings()[6]


@pytest.mark.slow
def test_few_responders_tell_no_customer_from_another():
    review = review_campaign_postmortem(**make_campaign(300), **LOT)
    assert review.ways.empty
    assert review.way == "mass"
    assert "drawn by lot" in review.wave["why"].iloc[0]
    assert "Too few responded" in review.findings()[4]


@pytest.mark.slow
def test_where_nobody_was_known_before_the_page_says_so():
    tables = make_campaign(200)
    tables["orders"]["date"] += pd.Timedelta(days=365)
    review = review_campaign_postmortem(**tables, **LOT)
    assert np.isnan(review.chance_of_lot)
    assert "Nothing was known of the customers before" in review.findings()[5]


def no_controls(contacts):
    return contacts[contacts["treated"]]


def by_size(contacts):
    """Staff chose whom to contact: the first in the list."""
    first = np.arange(len(contacts)) < len(contacts) / 2
    return contacts.assign(treated=first, cost=np.where(first, 2.0, 0.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "design", "reason"),
    [
        (no_controls, None, "nobody was left alone to compare with"),
        (lambda c: c.assign(treated=False), None, "No customer of K1 was contacted"),
        (lambda c: c, "biased", "The design of K1 is 'biased': no lot drew those"),
        (by_size, None, "no lot drew them, whatever was said"),
    ],
)
def test_where_no_effect_can_be_told_the_reason_is(change, design, reason):
    tables = make_campaign(400)
    tables["orders"] = tables["orders"].sort_values("customer_id")
    tables["orders"]["amount"] += np.linspace(500, 0, 800)
    tables["contacts"] = change(tables["contacts"])
    plan = pd.DataFrame(
        {"campaign_id": ["K1"], "channel": "email", "start": pd.Timestamp("2024-04-01"),
         "design": design or "randomised", "price": 50.0, "margin": 25.0}
    )  # fmt: skip
    told = {} if design else {"assignment": "random"}
    review = review_campaign_postmortem(**tables, campaigns=plan, campaign_id="K1", **told)
    assert reason in review.problem
    assert review.wave.empty
    assert review.findings()[0] == f"**No effect can be told.** {review.problem}"
    assert list(review.key_figures()) == ["contacted", "of them ordered, whatever the reason"]
    assert len(review.notes()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"campaign_id": "K7"}, "`campaign_id` must have contacts; 'K7' has none. Known are 'K1'"),
        ({"assignment": None}, "`campaign_id` must be told; no campaign is known to have controls"),
        ({"capacity": 0}, "`capacity` must be at least 1"),
        ({"control": 1.0}, "`control` must be in"),
        ({"channel": "pigeon"}, "`channel` must be one of"),
        ({"margin": 1.5}, "`margin` must be in"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        review_campaign_postmortem(**make_campaign(20), **LOT | options)


# --- the page -----------------------------------------------------------------------------------


def test_tables_beside_the_orders_are_read_by_their_own_headers(tmp_path):
    answers(["1", "2"]).rename(columns={"customer_id": "고객"}).to_csv(
        tmp_path / "a.csv", index=False
    )
    found = read_beside(
        "orders.csv", columns={"고객": "customer_id", "금액": "amount"}, contacts=None,
        consents=str(tmp_path / "a.csv"),
    )  # fmt: skip
    assert found["contacts"] is None
    assert found["consents"]["customer_id"].tolist() == ["1", "2"]
    company = read_beside("company", columns={}, contacts=None)
    assert len(company["contacts"]) == len(load_company().contacts)


def test_a_wave_is_written_beside_the_page_on_fair_use(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda each: shown.append(each.data))
    monkeypatch.setenv(PAGE_FOLDER, str(tmp_path))
    wave = pd.DataFrame(
        {"what_to_do": "contact", "group": ["treat", "control"], "segment": "충성"},
        index=pd.Index(["kim@example.com", "C-17"], name="customer_id"),
    )
    save_next_wave(wave)
    assert (tmp_path / "next_wave.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(tmp_path / "next_wave.csv")["customer_id"][0] == "k***@example.com"
    assert (tmp_path / "fair_use.md").exists()
    assert "has 2 rows, 1 of them marked *control*" in shown[0]
    with pytest.raises(ValueError, match="lacks 'group'"):
        save_next_wave(wave[["what_to_do"]])


@pytest.mark.slow
@pytest.mark.pages
def test_korean_files_become_a_page_and_a_next_wave_that_excel_opens(tmp_path):
    tables = make_campaign(800, lift=0.2)
    files = {}
    for name, table in tables.items():
        named = table.assign(customer_id=table["customer_id"].str.replace("c", "고객"))
        files[name] = tmp_path / f"{name}.csv"
        named.to_csv(files[name], index=False)
    page = run_report(
        "campaign_postmortem", data=files.pop("orders"), out=tmp_path / "out", capacity=40,
        **{name: str(path) for name, path in files.items()}, **LOT,
    )  # fmt: skip
    path = page.with_name("next_wave.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    wave = pd.read_csv(path)
    assert len(wave) == 50
    assert wave["customer_id"].str.startswith("고객").all()
    assert page.with_name("fair_use.md").exists()
    assert "Applause is not profit." in text_of(page)


@pytest.mark.slow
@pytest.mark.pages
def test_a_campaign_without_controls_gets_a_page_that_says_so(tmp_path):
    page = run_report("campaign_postmortem", data="company", out=tmp_path, campaign_id="K01")
    assert "No effect can be told. All customers of K01 were contacted" in text_of(page)
    assert pd.read_csv(page.with_name("next_wave.csv")).empty


def test_rows_that_repeat_others_are_told():
    tables = make_campaign(300, lift=0.2)
    twice = {name: pd.concat([t, t]) for name, t in tables.items() if name != "orders"}
    review = review_campaign_postmortem(**tables | twice, **LOT)
    n_orders = len(tables["responses"])
    assert (review.n_repeated, review.n_repeated_orders) == (300, n_orders)
    told = [note for note in review.notes() if "repeat another row" in note]
    assert [told[0].split()[2], told[1].split()[2], len(told)] == ["300", f"{n_orders}", 2]


def test_without_an_order_nothing_is_told():
    tables = make_campaign(100)
    review = review_campaign_postmortem(
        **tables | {"responses": tables["responses"].assign(kind="open", amount=0.0)}, **LOT
    )
    assert "No order to K1 is known" in review.problem
    assert review.decision == ""
    assert review.wave.empty


@pytest.mark.parametrize(
    ("name", "column", "value", "match"),
    [
        ("orders", "customer_id", "z", "some customers of the campaign; none is there"),
        ("contacts", "currency", ["EUR", "KRW"], "in one currency; those of 'K1' are in 'EUR', 'K"),
        ("responses", "amount", 1e300, "`amount` must hold numbers of at most"),
    ],
)
def test_tables_that_do_not_fit_are_refused(name, column, value, match):
    tables = make_campaign(100)
    value = np.resize(value, len(tables[name]))
    with pytest.raises(InputError, match=match):
        review_campaign_postmortem(**tables | {name: tables[name].assign(**{column: value})}, **LOT)
