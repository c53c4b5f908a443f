"""Concepts that are really taught: a section and a question for each id that is claimed."""

import json

import pytest

from crmlab._notebooks import read_notebook
from crmlab._paths import notebooks_dir
from crmlab.course import concept_faults, concept_homes
from crmlab.exercises._items import Block, Drawn, Exercise, Misconception, QuizItem
from crmlab.exercises.rooms import load_blocks


def exercise(key, *concepts):
    return Exercise(
        key=key, objective=1, question="?", answer=1.0, tolerance=0.1, unit="one", right="Yes.",
        misconceptions=(Misconception(2.0, "No."), Misconception(3.0, "No.")),
        hint="count.", solution="1", concepts=concepts,
    )  # fmt: skip


def quiz(*concepts):
    return QuizItem("?", (("yes", "So it is."), ("no", "It is.")), concepts=concepts)


def page(*sections, claims=("A4", "E1")):
    cells = [
        {
            "cell_type": "markdown",
            "metadata": {"crmlab": {"concepts": [concept]}},
            "source": f"## About {concept}",
        }
        for concept in sections
    ]
    return {"cells": cells, "metadata": {"crmlab": {"concepts": list(claims)}}}


BLOCK = Block(
    exercises=(exercise("02.1", "A4"), exercise("02.2"), exercise("02.3", "A4")),
    quiz=(quiz("E1"), quiz("A4", "E1")),
)


def test_what_is_marked_and_asked_has_no_fault():
    assert concept_faults(page("A4", "E1"), "02_pareto", BLOCK) == []


@pytest.mark.parametrize(
    ("notebook", "block", "expected"),
    [
        pytest.param(
            page("A4"), BLOCK, ["claims E1, but no cell marks a section with it"], id="no-section"
        ),
        pytest.param(
            page("A4", "E1"), Block(exercises=(exercise("02.1", "A4"),)),
            ["claims E1, but no exercise and no quiz item has it"], id="no-question",
        ),
        pytest.param(
            page("A4", "E1", claims=("A4",)), BLOCK,
            ["marks a section with E1, but does not claim", "asks for E1 in quiz 1, quiz 2, but"],
            id="not-claimed",
        ),
        pytest.param(
            page("Z9", claims=("Z9",)), Block(exercises=(exercise("02.1", "Z9"),)),
            ["claims Z9, which does not exist"], id="unknown",
        ),
    ],
)  # fmt: skip
def test_what_is_only_mentioned_is_a_fault(notebook, block, expected):
    faults = concept_faults(notebook, "02_pareto", block)
    assert len(faults) == len(expected)
    for fault, words in zip(faults, expected, strict=True):
        assert fault.startswith("02_pareto ")
        assert words in fault


def test_a_drawn_exercise_counts_as_that_of_the_book():
    drawn = Drawn(lambda: exercise("02.1", "A4", "E1"), lambda rng: {})
    assert concept_faults(page("A4", "E1"), "02_pareto", Block(exercises=(drawn,))) == []


def test_homes_list_exercises_and_quiz_items_of_the_notebook_that_claims(tmp_path):
    (tmp_path / "02_pareto.ipynb").write_text(json.dumps(page("A4", "E1")), encoding="utf-8")
    (tmp_path / "06_value.ipynb").write_text(json.dumps(page("A4", claims=["A4"])))
    blocks = {"02": BLOCK, "06": Block(exercises=(exercise("06.1", "A4"),))}
    homes = concept_homes(tmp_path, blocks=blocks)
    columns = ["id", "kind", "title", "notebook", "section", "exercise"]
    assert homes.columns.to_list() == columns
    rows = homes[homes["notebook"] != ""][["id", "notebook", "exercise"]].to_numpy().tolist()
    assert rows == [
        ["A4", "02_pareto", "02.1, 02.3, quiz 2"],
        ["A4", "06_value", "06.1"],
        ["E1", "02_pareto", "quiz 1, quiz 2"],
    ]
    assert (homes.loc[homes["notebook"] == "", "exercise"] == "").all()


@pytest.mark.parametrize("path", sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb")), ids=str)
def test_every_concept_that_a_notebook_claims_is_really_taught(path):
    faults = concept_faults(read_notebook(path), path.stem, load_blocks()[path.stem[:2]])
    assert not faults, "\n".join(faults)
