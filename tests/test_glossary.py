"""The glossary: what the file must hold, how a term is found and printed."""

import re
import subprocess
import sys

import pandas as pd
import pytest

import crmlab.glossary
from crmlab._paths import notebooks_dir
from crmlab._terms import bold_texts, same_term
from crmlab.glossary import find_terms, load_glossary

ROWS = [
    ["churn rate", "이탈률", "Share of customers who leave in a period.", "07"],
    ["decile", "십분위", "One of ten groups of equal size.", "02"],
    ["rate", "", "A share a period.", "02"],
]


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A glossary of three terms."""
    path = tmp_path / "glossary.csv"
    pd.DataFrame(ROWS, columns=["term", "korean", "meaning", "taught"]).to_csv(path, index=False)
    monkeypatch.setattr(crmlab.glossary, "_GLOSSARY", path)


def faults(glossary):
    """What is wrong with a table of terms."""
    terms = glossary["term"].tolist()
    if list(glossary.columns) != ["term", "korean", "meaning", "taught"]:
        yield "columns"
    if terms != sorted(terms, key=str.casefold):
        yield "order"
    if glossary["term"].map(same_term).duplicated().any():
        yield "a term twice"
    notebooks = {path.name[:2] for path in notebooks_dir().glob("[0-9][0-9]_*.ipynb")}
    for row in glossary.itertuples():
        if row.korean and not re.search("[가-힣]", row.korean):
            yield f"{row.term}: Korean"
        if not re.fullmatch(r"[A-Z0-9][^\n]{8,160}\.", row.meaning):
            yield f"{row.term}: meaning"
        if row.taught not in notebooks:
            yield f"{row.term}: taught"


def test_every_row_is_sound():
    assert list(faults(load_glossary())) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["a", "", "The first of the terms.", "02"], "order"),
        (["Rates", "", "The same term as above.", "02"], "a term twice"),
        (["wait", "wait", "Said in Korean, which it is not.", "02"], "wait: Korean"),
        (["wait", "", "no sentence", "02"], "wait: meaning"),
        (["wait", "", "Taught in a notebook that is not there.", "99"], "wait: taught"),
    ],
)
def test_a_fault_is_found(row, fault):
    table = pd.DataFrame([*ROWS[1:], row], columns=["term", "korean", "meaning", "taught"])
    assert list(faults(table)) == [fault]


@pytest.mark.parametrize(
    ("text", "found"),
    [("Deciles", ["decile"]), ("rate", ["rate"]), ("chur", ["churn rate"]),
     ("이탈", ["churn rate"]), ("십분위", ["decile"]), ("e", ["churn rate", "decile", "rate"])],
)  # fmt: skip
def test_find_terms(small, text, found):
    assert find_terms(text)["term"].tolist() == found


@pytest.mark.parametrize(
    ("text", "message"),
    [("decyle", "Did you mean decile?"), ("xyz", "Leave it out to see all"), (" ", "Leave it out")],
)
def test_an_unknown_term_is_refused_with_what_is_alike(small, text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        find_terms(text)


def test_a_number_is_no_term(small):
    with pytest.raises(TypeError, match="`text` must be part of a term"):
        find_terms(5)


def test_the_command_prints_terms_and_refuses_unknown_ones(small, capsys):
    from crmlab.cli import main

    with pytest.raises(SystemExit) as stop:
        main(["glossary", "decile"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert printed == "decile (십분위) [notebook 02]\n  One of ten groups of equal size.\n"
    with pytest.raises(SystemExit) as stop:
        main(["glossary"])
    assert capsys.readouterr().out.splitlines()[::2] == [
        "churn rate (이탈률) [notebook 07]", "decile (십분위) [notebook 02]", "rate [notebook 02]",
    ]  # fmt: skip
    with pytest.raises(SystemExit) as stop:
        main(["glossary", "decyle"])
    assert stop.value.code == 2
    assert "Did you mean decile?" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_answers_in_a_console_without_korean():
    command = [sys.executable, "-m", "crmlab", "glossary"]
    done = subprocess.run(command, capture_output=True, env={"PYTHONIOENCODING": "ascii",
                          "PYTHONPATH": ":".join(sys.path)}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("one", "other"),
    [("Confidence\nintervals", "confidence interval"), ("churn loss", "Churn losses"),
     ("`days_since_last`", "days since last"), ("currency", "currencies"), ("box", "boxes")],
)  # fmt: skip
def test_terms_are_the_same_however_written(one, other):
    assert same_term(one) == same_term(other)


@pytest.mark.parametrize(("one", "other"), [("loss", "los"), ("rate", "ratio"), ("mean", "median")])
def test_other_terms_are_other_terms(one, other):
    assert same_term(one) != same_term(other)


def test_bold_is_found_across_lines_and_not_in_code():
    text = "A **two\nline** term (둘).\n\n~~~\n**no**\n~~~\n`**no**` and **x**y ** no ** end"
    assert list(bold_texts(text)) == [("two line", " term (둘)."), ("x", "y ** no ** end")]
