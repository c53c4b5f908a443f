"""Each rule of the form of a notebook finds what it is for, and nothing in a sound notebook."""

import copy
import json
import re

import pytest
from form_cases import (
    ASSUMPTIONS,
    EXERCISES,
    MEMO,
    OPENING,
    PARAMETERS,
    TERMS,
    changed,
    code,
    find,
    prose,
    shown,
    sound_notebook,
    stream,
    subject,
)

from crmlab.course._form import (
    RULES,
    Term,
    core_minutes,
    describe_minutes,
    list_claims,
    list_faults,
    split_sections,
)
from crmlab.course._form.__main__ import main


def with_metadata(**course):
    notebook = sound_notebook()
    notebook["metadata"]["crmlab"] |= course
    return notebook


def with_cells(before, *cells):
    """The sound notebook with cells put in before the one that begins so."""
    notebook = sound_notebook()
    at = find(notebook, before)
    notebook["cells"][at:at] = [copy.deepcopy(cell) for cell in cells]
    return notebook


def without(start):
    notebook = sound_notebook()
    del notebook["cells"][find(notebook, start)]
    return notebook


def table(*headers, cell="1"):
    row = "".join(f"<td>{cell}</td>" for _ in headers)
    head = "".join(f"<th>{header}</th>" for header in headers)
    return f"<table><tr><th></th>{head}</tr><tr><th>a</th>{row}</tr></table>"


def without_kernel():
    notebook = sound_notebook()
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R"}
    return notebook


def without_state():
    notebook = sound_notebook()
    notebook["metadata"]["widgets"] = {}
    return notebook


def not_in_order():
    notebook = sound_notebook()
    notebook["cells"][1]["execution_count"] = 7
    return notebook


LEVEL = PARAMETERS.replace("in [0.05, 0.25]", "in (0, 1)")
LONG = "\n".join(f"x{i} = {i}" for i in range(16))
FOLDED = {"tags": ["hide-input"], "jupyter": {"source_hidden": False}}
ANSWER = 'answer = "..."'

# Rule, the spoilt notebook, what is said.
SPOILT = [
    ("opens_as_planned", changed("# 02", source=OPENING.replace("# 02 ·", "# 02:")), "begin"),
    ("opens_as_planned", changed("# 02", source=OPENING.replace("**Time:** ", "")), "Time"),
    ("opens_as_planned", changed("# 02", source=OPENING.replace("- decide.", "")), "got 2"),
    ("metadata_agree", with_metadata(concepts=["ZZ9"]), "ZZ9"),
    ("metadata_agree", with_metadata(objectives=[]), "list 3 or 4"),
    ("metadata_agree", with_metadata(time="an hour"), "must read '5 minutes'"),
    ("metadata_agree", with_metadata(question="Who?"), "must hold 'Who\\?'"),
    ("has_one_kernel", without_kernel(), "python3"),
    ("parameters_state_both_ends", changed("top:", source=LEVEL), "`top` does not state its two"),
    ("parameters_state_both_ends", changed("top:", source=PARAMETERS + "\nn = 1"), "must read"),
    ("parameters_state_both_ends", changed("top:", metadata={}), "got 0"),
    (
        "headings_begin_their_cells",
        changed("## The money", source="## The money\n\n### Why"),
        "cell of its own: 'Why'",
    ),
    ("ends_as_planned", without("## References"), "must end with"),
    ("memo_says_what_to_do", changed("## Decision", source=MEMO.replace("Risk", "X")), "Risk"),
    ("assumptions_are_a_table", changed("## Assum", source=ASSUMPTIONS[:-10]), "two rows"),
    ("core_takes_an_hour", changed("## Explore", source="## Explore\n\n" + "a " * 8000), "at most"),
    ("core_takes_an_hour", with_metadata(minutes=55, time="55 minutes"), "is 55; the core takes"),
    ("extra_is_tagged_and_said", changed("## More", metadata={}), "no tag `extra`"),
    ("extra_is_tagged_and_said", changed("## Explore", metadata={"tags": ["extra"]}), "end in"),
    ("extra_is_tagged_and_said", changed("print(top)", metadata={"tags": ["extra"]}), "without a"),
    ("folded_code_is_hidden_in_jupyter", changed("table =", metadata=FOLDED), "or neither"),
    ("shown_code_is_short", changed("print(top)", source=LONG), "16 lines"),
    ("headings_name_the_exercises", changed("### Exercise 02.1", source="### 02.1"), "'02.1'"),
    ("headings_name_the_exercises", without("### Exercise 02.2"), "expected"),
    ("headings_name_the_exercises", without(ANSWER), r"check \[\], expected"),
    ("answers_wait", changed(ANSWER, source='answer = ...\n\nexercises.check("02.2", answer)'),
     r'must read: answer = "\.\.\."'),
    ("answers_wait", changed(ANSWER, outputs=[stream("02.2: right!")]), "not attempted"),
    ("sections_end_in_an_exercise", with_cells("## Explore", prose("## New"), code("1 + 1")),
     "'New' has code and no exercise"),
    ("sections_end_in_an_exercise", with_cells("## More", prose("### Afterwards")), "must end it"),
    ("every_objective_is_practised", with_metadata(objectives=["a", "b", "c", "fourth"]), "fourth"),
    ("every_objective_is_practised", with_metadata(objectives=["a", "b"]), r"not there: \[3\]"),
    ("bold_terms_are_in_the_glossary", changed("## Explore", source="## Explore\n\n**Uplift**"),
     "Uplift"),
    ("taught_terms_are_bold", changed("## The money", source="## The money"), "nowhere bold"),
    ("taught_terms_are_bold", changed("## The money", source="## The money\n\n**Deciles**."),
     "followed by"),
    ("every_parameter_is_used", changed("print(top)", source="print()"), "`top` is used nowhere"),
    ("imports_stand_in_one_cell", changed("print(top)", source="import os"), "stand in 2"),
    ("no_algorithm_is_defined", changed("print(top)", source="f = lambda: top"), "lambda"),
    ("needs_nothing_from_outside", changed("print(top)", source="pd.read_csv('a.csv')"), "outside"),
    ("asserts_teach", changed("print(top)", source="assert top"), "no message: 'assert top'"),
    ("cells_end_without_a_semicolon", changed("print(top)", source="top;"), "semicolon"),
    ("is_run_from_top_to_bottom", not_in_order(), "restart"),
    ("no_cell_failed_or_warned", changed("print(top)", outputs=[stream("!", "stderr")]), "warning"),
    ("outputs_are_rounded", changed("print(top)", outputs=[stream("0.12345678")]), "0.1234567"),
    ("has_one_explorer", without("exercises"), "got 0"),
    ("has_one_explorer", without_state(), "state is not stored"),
    ("tables_fit_a_telephone", changed("table =", outputs=[shown(html=table(*"abcdef"))]), "has 6"),
    ("tables_fit_a_telephone", changed("table =", outputs=[shown(html=table("x" * 60))]), "px of"),
    ("tables_fit_a_telephone", changed("table =", outputs=[
        shown(html=table(*"abcd", cell="12,345,678.90"))]), "12,345,678.90"),
]  # fmt: skip


def test_a_sound_notebook_has_no_fault():
    assert list_faults(subject()) == []


@pytest.mark.parametrize(("rule", "notebook", "said"), SPOILT)
def test_a_rule_finds_what_it_is_for(rule, notebook, said):
    faults = list(RULES[rule](subject(notebook)))
    assert re.search(said, "\n".join(faults))


def test_half_of_the_exercises_are_code():
    by_hand = EXERCISES[1]
    spoilt = subject(exercises=[EXERCISES[0], by_hand, by_hand])
    faults = list(RULES["half_is_code"](spoilt))
    assert faults == ["1 of 3 exercises are code; at least half must be",
                      "it has 3 exercises; at least 8"]  # fmt: skip


def test_every_rule_is_seen_to_fail():
    assert {rule for rule, *_ in SPOILT} | {"half_is_code"} == set(RULES)


# ---------------------------------------------------------------------------------------------
# Minutes


def test_minutes_count_core_prose_told_text_and_shown_code():
    words = " ".join(["word"] * 128)
    notebook = {
        "cells": [
            prose(f"## {words[:4]}\n\n{words[5:]} [two words](https://a.b)"),  # 130 words
            code("a = 1\n\n" * 10),
            code("b = 1\n" * 30, tags=["hide-input"]),
            code("c", shown(markdown=" ".join(["told"] * 65)), tags=["hide-input"]),
            prose(f"### More (extra)\n\n{words}", "extra"),
            prose(f"#### Deeper\n\n{words}"),
            prose("### Core again"),
        ]
    }
    sections = split_sections(notebook)
    assert [section.extra for section in sections] == [False, True, True, False]
    assert core_minutes(sections) == pytest.approx((130 + 65 + 2) / 130 + 1)


def test_minutes_are_shown_by_section(capsys, tmp_path):
    lines = describe_minutes(subject()).splitlines()
    assert any(line.split()[1:] == ["extra", "More", "money", "(extra)"] for line in lines)
    assert lines[-1].endswith("core: 5 minutes, rounded up to 5")


def test_the_command_prints_minutes_and_faults(capsys, tmp_path):
    path = tmp_path / "99_small.ipynb"
    path.write_text(json.dumps(sound_notebook()), encoding="utf-8")
    assert main([str(path)]) == 1  # it has no exercises in crmlab
    said = capsys.readouterr().out
    assert "core: 5 minutes" in said
    assert "half_is_code: 0 of 0" in said


# ---------------------------------------------------------------------------------------------
# Terms


@pytest.mark.parametrize("written", ["decile", "Deciles", "DECILES"])
def test_a_term_is_one_in_plural_and_capitals(written):
    notebook = changed("## The money", source=f"## The money\n\n**{written}** (십분위)")
    assert not list(RULES["bold_terms_are_in_the_glossary"](subject(notebook)))
    assert not list(RULES["taught_terms_are_bold"](subject(notebook)))


@pytest.mark.parametrize("text", ["**Do.**", "**Why?**", "**20:80**", "**−4.1 %**", "`2**3**2`",
                                  "```\n**no term**\n```", "**9,000 won**"])  # fmt: skip
def test_labels_numbers_and_code_are_no_terms(text):
    notebook = changed("## Explore", source=f"## Explore\n\n{text}")
    assert not list(RULES["bold_terms_are_in_the_glossary"](subject(notebook)))


def test_a_term_may_be_told_by_code():
    notebook = changed("## The money", source="## The money")
    cell = notebook["cells"][find(notebook, "print(top)")]
    cell["outputs"] = [shown(markdown="A **decile** (십분위, of ten).")]
    assert not list(RULES["taught_terms_are_bold"](subject(notebook)))


def test_a_term_of_another_notebook_needs_no_korean():
    notebook = changed("## Explore", source="## Explore\n\n**Churn** is later.")
    terms = [*TERMS, Term("Uplift", "", "09")]
    assert list_faults(subject(notebook, terms=terms)) == []


# ---------------------------------------------------------------------------------------------
# Prose that a parameter may turn


def claiming(number):
    """A notebook whose first output is this number."""
    return {
        "cells": [
            prose("## Money\n\nBefore any output, most of it."),
            code("print(top)", stream(f"{number}")),
            prose("It holds more than half."),
            prose("### Why\n\nA plain sentence.", holds="by definition"),
            prose("Twice as much.", holds="a ratio of two fixed numbers"),
            prose("As notebook 02 and section 3 say, look at the table above."),
            prose("### Exercise 02.1\n\nThree customers spent 10 each."),
            prose("## Next\n\nFewer."),
            code("1", stream("1")),
            prose("Larger than all."),
            prose("## Decision memo\n\nPay the top third."),
        ]
    }


def test_claims_are_the_prose_below_a_changed_output():
    claims = list_claims(claiming(1), claiming(1), claiming(2))
    assert [(claim.position, claim.section, claim.words) for claim in claims] == [
        (2, "Money", ("more", "half")),
        (10, "Decision memo", ("third",)),
    ]


def test_nothing_is_claimed_where_nothing_changed():
    assert list_claims(claiming(1), claiming(1)) == []


def test_the_cell_of_papermill_does_not_shift_the_others():
    run = claiming(2)
    run["cells"].insert(0, code("top = 2", tags=["injected-parameters"]))
    assert [claim.position for claim in list_claims(claiming(1), run)] == [2, 10]


def test_a_picture_counts_where_runs_differ_not_where_the_stored_one_does():
    def drawn(picture):
        notebook = claiming(1)
        notebook["cells"][1]["outputs"] = [shown(**{"image/png": picture})]
        return notebook

    assert list_claims(drawn("stored"), drawn("a"), drawn("a")) == []
    assert len(list_claims(drawn("stored"), drawn("a"), drawn("b"))) == 2
