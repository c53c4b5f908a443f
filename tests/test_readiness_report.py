"""The readiness report: what a firm answers and has, on a page, and the form beside it."""

import pandas as pd
import pytest
from report_cases import text_of

from crmlab import InputError, InputTypeError
from crmlab.contracts import ContractError
from crmlab.readiness import assess, readiness_questions, review_readiness
from crmlab.reports import ReportError, read_answers, read_firm, read_scores, run_report
from crmlab.reports import save_answers as save
from crmlab.reports._customers import PAGE_FOLDER

EXAMPLE = readiness_questions()["example"]


@pytest.mark.pages
def test_a_firms_answers_come_back_as_the_review_says(tmp_path):
    form = readiness_questions().reset_index()[["question", "text"]]
    form["답"] = EXAMPLE.to_list()
    form.to_csv(tmp_path / "ours.csv", index=False, encoding="cp949")
    page = run_report(
        "readiness", out=tmp_path / "out", answers=str(tmp_path / "ours.csv"), seeds=2,
        columns={"답": "answer"}, n_customers=900, currency="<EUR>", won=1_500.0,
    )  # fmt: skip
    review = review_readiness(EXAMPLE, seeds=2, n_customers=900, won=1_500.0, currency="<EUR>")
    text = text_of(page)
    for label, figure in review.key_figures().items():
        assert f"{label} {figure}" in text
    for name, step in review.top[["name", "first_step"]].to_numpy():
        assert f"a year for {name}, in <EUR> (" in text
        assert step in text
    assert "No table was given." in text
    again = read_answers(str(page.with_name("answers.csv")))
    pd.testing.assert_series_equal(assess(again).answers, assess(EXAMPLE).answers)


@pytest.mark.pages
def test_answers_that_contradict_each_other_end_the_report_by_name(tmp_path):
    (tmp_path / "a.csv").write_text("question,answer\nP1.2,yes\nP1.3,no\n")
    with pytest.raises(ReportError, match=r"P1\.2 is yes and P1\.3 is no"):
        run_report("readiness", out=tmp_path / "out", answers=str(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("answers", "message"),
    [("no-such.csv", "`answers` must be a file that exists"), (5, "`answers` must be")],
)
def test_a_report_without_its_file_starts_nothing(tmp_path, answers, message):
    with pytest.raises((InputError, InputTypeError), match=message):
        run_report("readiness", out=tmp_path / "out", answers=answers)
    assert list(tmp_path.iterdir()) == []


def test_answers_are_read_from_text_and_from_excel(tmp_path):
    table = pd.DataFrame({"question": [" P1.1", "P2.1"], "answer": ["Yes", None]})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_excel(tmp_path / "a.xlsx", index=False)
    for name in ("a.csv", "a.xlsx"):
        found = read_answers(str(tmp_path / name))
        assert found["P1.1"] == "Yes"
        assert assess(found).areas["n_answered"].tolist() == [1, 0, 0]
    assert read_answers(None).to_dict() == EXAMPLE.to_dict()


def test_scores_and_rankings_are_numbers_by_customer(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("고객,score\n007,1.5\n8,\n", encoding="utf-8")
    found = read_scores(str(path), columns={"고객": "customer_id"})
    assert found.index.tolist() == ["007", "8"]
    assert found["score"].tolist() == pytest.approx([1.5, float("nan")], nan_ok=True)
    assert read_scores(None) is None
    path.write_text("customer_id,score\na,high\n")
    with pytest.raises(InputError, match="must hold numbers beside the ids"):
        read_scores(str(path))


def test_tables_of_the_example_are_the_companys_and_of_others_their_own(tmp_path):
    nothing = {"contacts": None, "visits": None}
    company = read_firm(None, columns={}, **nothing)
    assert {name: len(table) > 0 for name, table in company.items()} == {
        "contacts": True, "visits": True,
    }  # fmt: skip
    assert read_firm("ours.csv", columns={}, **nothing) == nothing
    (tmp_path / "v.csv").write_text("customer_id,month\na,2024-01-01\n")
    with pytest.raises(ContractError, match="planned"):
        read_firm("ours.csv", columns={}, visits=str(tmp_path / "v.csv"))


@pytest.mark.parametrize(
    ("content", "options", "error", "message"),
    [
        (b"question\nP1.1\n", {}, InputError, "`a.csv` lacks 'answer'"),
        (b"", {}, InputError, "`a.csv` must be a table"),
        (b"question,answer\n\xff\xff,yes\n", {}, InputError, "is not text in utf-8-sig or cp949"),
        (b"question,answer\n", {"encoding": "no-such"}, InputError, "`encoding` must be"),
        (b"question,answer\n", {"columns": 5}, InputTypeError, "`columns` must be a mapping"),
    ],
)
def test_files_that_hold_no_answers_are_named(tmp_path, content, options, error, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(error, match=message):
        read_answers(str(tmp_path / "a.csv"), **options)


def test_the_form_beside_the_page_holds_every_question(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(PAGE_FOLDER, str(tmp_path))
    save(pd.Series({"P1.1": "yes"}))
    form = pd.read_csv(tmp_path / "answers.csv", keep_default_na=False, index_col="question")
    assert form["answer"].to_dict() == dict.fromkeys(EXAMPLE.index, "") | {"P1.1": "yes"}
    assert form["text"].equals(readiness_questions()["text"])
