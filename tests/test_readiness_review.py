"""The review of a firm: its answers and tables in, the dearest gaps and first steps out."""

import pandas as pd
import pytest
from readiness_cases import FACTORS, REMEDY, stand_in

from crmlab import InputError, InputTypeError
from crmlab.readiness import failure_factors, readiness_questions, review_readiness

CONTACTS = pd.DataFrame(
    {"customer_id": ["a", "a", "b", "c"], "campaign_id": ["cars", "vans", "cars", "vans"],
     "date": pd.to_datetime(["2024-03-01", "2024-03-09", "2024-03-01", "2024-03-05"])}
)  # fmt: skip
VISITS = pd.DataFrame(
    {"customer_id": list("abcd"), "instructor_id": list("iijj"), "planned": [4, 4, 4, 4],
     "held": [4, 3, 1, 2], "month": pd.Timestamp("2024-03-01")}
)  # fmt: skip
PEOPLE = pd.DataFrame(
    {"source": ["shop", "web", "web"], "phone": ["1", "1", "2"], "email": ["a@x.kr", None, None]}
)
RANKINGS = pd.DataFrame({"profit": [9, 5, 1, -2, 0], "loyalty": [1, 4, 3, 2, 0]})
SCORES = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))
WORDS = readiness_questions()["text"].index
NO = dict.fromkeys(WORDS, "no")


@pytest.fixture(autouse=True)
def known_prices(monkeypatch):
    prices = {factor: (stand_in(factor), "strength") for factor in FACTORS}
    monkeypatch.setattr("crmlab.readiness._rank._PRICES", prices)
    monkeypatch.setattr("crmlab.readiness._rank.simulate_company", lambda *_, **__: None)


def test_the_three_dearest_gaps_come_with_money_and_first_step():
    review = review_readiness(NO | {"P7.1": "yes", "P7.3": "partly"}, currency="KRW")
    assert review.top.index.tolist() == ["P3", "P7", "P1"]
    assert review.table.loc["P7", ["gap", "cost"]].tolist() == [0.5, 500.0]
    steps = failure_factors()["first_step"]
    for factor, finding in zip(["P3", "P7", "P1"], review.findings()[1:4], strict=True):
        assert finding.endswith(steps[factor][1:])
        assert f"({factor}): about KRW" in finding
    assert review.findings()[1].startswith("**What costs most.** Profit, loyalty or value")
    assert "about KRW 600 a year (600 to 600), at a gap of 100%" in review.findings()[1]
    labels = list(review.key_figures())
    assert len(labels) == 5
    assert labels[2] == "a year for profit, loyalty or value not decided, in KRW (600 to 600)"


def test_missing_answers_widen_the_range_of_what_a_gap_costs():
    known = review_readiness(NO).table
    open_ = review_readiness(NO | {"P3.1": None, "P3.3": None}).table
    assert known.loc["P3", ["lower", "cost", "upper"]].tolist() == [600, 600, 600]
    assert open_.loc["P3", ["lower", "cost", "upper"]].tolist() == pytest.approx([200, 600, 600])
    assert open_.loc["P3", "n_missing"] == 2
    blank = review_readiness(dict.fromkeys(WORDS[:3], "no")).table  # nothing on P3 is answered
    assert blank.loc["P3", ["lower", "cost", "upper"]].tolist() == [0, 300, 600]


def test_a_firm_that_is_ready_has_no_gap():
    review = review_readiness(dict.fromkeys(WORDS, "yes"), budget=1_000)
    assert review.top.empty
    assert "No gap costs anything." in review.findings()[1]
    assert review.choice.chosen == []
    assert "No remedy within the budget" in review.findings()[-1]


def test_money_of_another_currency_is_converted():
    won = review_readiness(NO, budget=100.0, margin=5.0, remedy_costs={"P1": 20.0})
    other = review_readiness(NO, won=10.0, budget=10.0, margin=0.5, remedy_costs={"P1": 2.0})
    money = ["cost", "lower", "upper", "remedy_cost", "remedy"]
    assert other.table[money].to_numpy() * 10 == pytest.approx(won.table[money].to_numpy())
    assert other.choice.chosen == won.choice.chosen
    assert other.ranked.assumptions.loc["P1", "value"] == 5.0  # in won
    assert won.table.loc["P1", "remedy_cost"] == 20.0
    assert won.table.loc["P1", "remedy"] == pytest.approx(won.table.loc["P1", "cost"] / 2 - 20)
    assert won.table.loc["P2", "remedy_cost"] == REMEDY["P2"]


def test_the_firms_own_tables_are_read_by_factor():
    tables = {"contacts": CONTACTS, "visits": VISITS, "identities": PEOPLE}
    review = review_readiness(NO, **tables, rankings=RANKINGS, scores=SCORES.to_frame())
    found = review.signals.groupby("factor")["source"].first()
    assert found.to_dict() == {
        "P1": "contacts", "P2": "visits", "P3": "rankings", "P5": "scores", "P7": "identities",
    }  # fmt: skip
    assert review.not_seen == ["P4", "P6"]
    assert "No table given can show P4 and P6." in review.findings()[-1]
    entries = review.signals.query("factor == 'P2' and signal == 'entries made'")
    assert entries["value"].tolist() == [10 / 16]
    nothing = review_readiness(NO)
    assert nothing.signals.empty
    assert "no table was given" in nothing.findings()[-1]


def test_what_is_shown_is_the_table_in_three_digits():
    shown = review_readiness(NO, n_customers=61_728).shown
    assert shown.loc["processes not changed", "cost"] == "1,480"  # 1,481.47
    assert shown.loc["customer data not integrated", "gap"] == "100%"
    assert list(shown.index[:2]) == failure_factors()["name"][["P7", "P3"]].tolist()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"scores": SCORES}, InputError, "`scores` needs `contacts`"),
        ({"won": 0.0}, InputError, "`won` must be finite and above 0"),
        ({"margin": "much"}, InputTypeError, "`margin` must be a number"),
        ({"budget": -1.0}, InputError, "`budget` must be finite and at least 0"),
        ({"remedy_costs": {"P9": 1.0}}, InputError, "`remedy_costs` must be one of 'P1'"),
        ({"remedy_costs": {"P1": -1.0}}, InputError, "`remedy_costs` must be finite and at least"),
        ({"remedy_costs": 5}, InputTypeError, "`remedy_costs` must be a mapping"),
        ({"currency": None}, InputTypeError, "`currency` must be text"),
        ({"weights": {"IT": 1.0}}, InputError, "`weights` must name"),
        ({"visits": VISITS.drop(columns="held")}, InputError, "lacks 'held'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(options, error, message):
    with pytest.raises(error, match=message):
        review_readiness(NO, **options)
