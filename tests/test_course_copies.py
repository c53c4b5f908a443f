"""Learners' copies: never older without a word, never overwritten, never lost."""

import json
import os

import pytest

from crmlab import InputError
from crmlab._paths import notebooks_dir
from crmlab.course import copies_folder, copy_notebooks, reset_notebook

ANSWERED = 'answer = 0.72\nexercises.check("02.1", answer)'


def page(source="answer = ...", **metadata):
    cell = {
        "cell_type": "code", "id": "a", "execution_count": 3, "source": source,
        "metadata": {"tags": ["hide-input"], "execution": {"shell.execute_reply": "now"}},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "0.72"}],
    }  # fmt: skip
    metadata = {"widgets": {"state": {}}, "crmlab": {"concepts": ["A4"]}, **metadata}
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def source(tmp_path):
    """A small book."""
    folder = tmp_path / "book"
    for name in ("00_start", "02_pareto", "reports/customer_base"):
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(page()), encoding="utf-8")
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "crmlab-notebooks"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def answer(path, source=ANSWERED):
    """Answer as JupyterLab saves it: another source, other outputs, the metadata as they were."""
    notebook = read(path)
    notebook["cells"][0]["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_copies_have_all_notebooks_and_templates_and_the_originals_stay(source, mine):
    before = contents(source)
    copies = copy_notebooks(mine, source=source)
    assert copies.made == ("00_start.ipynb", "02_pareto.ipynb", "reports/customer_base.ipynb")
    assert copies.blanked == copies.outdated == copies.broken == ()
    assert read(mine / "02_pareto.ipynb")["cells"] == page()["cells"]
    assert contents(source) == before


def test_a_second_start_leaves_a_learners_work_alone(source, mine):
    copy_notebooks(mine, source=source)
    answer(mine / "02_pareto.ipynb")
    before = contents(mine)
    copies = copy_notebooks(mine, source=source, blank=True)
    assert (copies.made, copies.blanked, copies.outdated) == ((), (), ())
    assert contents(mine) == before


def test_blank_clears_outputs_of_new_copies_only(source, mine):
    mine.mkdir()
    (mine / "00_start.ipynb").write_text(json.dumps(page(ANSWERED)))
    copies = copy_notebooks(mine, source=source, blank=True)
    assert "00_start.ipynb" not in copies.blanked
    assert read(mine / "00_start.ipynb")["cells"][0]["outputs"]
    cell = read(mine / "02_pareto.ipynb")["cells"][0]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert cell["metadata"] == {"tags": ["hide-input"]}
    assert "widgets" not in read(mine / "02_pareto.ipynb")["metadata"]


def test_blank_all_clears_every_copy_and_keeps_every_answer(source, mine):
    copy_notebooks(mine, source=source)
    answer(mine / "02_pareto.ipynb")
    copies = copy_notebooks(mine, source=source, blank_all=True)
    assert len(copies.blanked) == 3
    cell = read(mine / "02_pareto.ipynb")["cells"][0]
    assert (cell["source"], cell["outputs"]) == (ANSWERED, [])
    assert copy_notebooks(mine, source=source).outdated == ()  # the edition is still known


def test_a_copy_of_an_earlier_edition_is_said_and_kept(source, mine):
    copy_notebooks(mine, source=source)
    answer(mine / "02_pareto.ipynb")  # newer than the book, by its date
    (source / "02_pareto.ipynb").write_text(json.dumps(page("answer = 1")))
    before = contents(mine)
    assert copy_notebooks(mine, source=source).outdated == ("02_pareto.ipynb",)
    assert contents(mine) == before


def test_new_outputs_alone_make_no_new_edition(source, mine):
    copy_notebooks(mine, source=source)
    again = page()
    again["cells"][0]["outputs"] = []
    (source / "02_pareto.ipynb").write_text(json.dumps(again))
    assert copy_notebooks(mine, source=source).outdated == ()


def test_a_copy_made_by_hand_is_judged_by_its_date(source, mine):
    mine.mkdir()
    (mine / "02_pareto.ipynb").write_text(json.dumps(page()))
    assert copy_notebooks(mine, source=source).outdated == ()
    os.utime(mine / "02_pareto.ipynb", (0, 0))
    assert copy_notebooks(mine, source=source).outdated == ("02_pareto.ipynb",)


def test_a_broken_copy_is_said_and_left_as_it_is(source, mine):
    mine.mkdir()
    (mine / "02_pareto.ipynb").write_text("{half of it")
    copies = copy_notebooks(mine, source=source, blank_all=True)
    assert copies.broken == ("02_pareto.ipynb",)
    assert (mine / "02_pareto.ipynb").read_text() == "{half of it"


@pytest.mark.parametrize("number", ["02", "2", "02_pareto", "02_pareto.ipynb"])
def test_reset_gives_a_new_copy_and_keeps_the_old_one(source, mine, number):
    copy_notebooks(mine, source=source)
    answer(mine / "02_pareto.ipynb")
    old = (mine / "02_pareto.ipynb").read_bytes()
    new, kept = reset_notebook(number, mine, source=source)
    assert (new.name, kept.name) == ("02_pareto.ipynb", "02_pareto.before-reset.ipynb")
    assert kept.read_bytes() == old
    assert read(new)["cells"] == page()["cells"]


def test_every_reset_keeps_one_more(source, mine):
    copy_notebooks(mine, source=source)
    said = []
    for turn in range(3):
        answer(mine / "02_pareto.ipynb", f"answer = {turn}")
        said.append(reset_notebook("02", mine, source=source)[1])
    assert [path.name for path in said] == [
        "02_pareto.before-reset.ipynb",
        "02_pareto.before-reset-2.ipynb",
        "02_pareto.before-reset-3.ipynb",
    ]
    kept = [read(path)["cells"][0]["source"] for path in said]
    assert kept == ["answer = 0", "answer = 1", "answer = 2"]
    assert len(copy_notebooks(mine, source=source).made) == 0


def test_reset_can_be_blank_and_takes_a_template_and_a_broken_copy(source, mine):
    copy_notebooks(mine, source=source)
    (mine / "reports" / "customer_base.ipynb").write_text("{half of it")
    new, kept = reset_notebook("reports/customer_base", mine, blank=True, source=source)
    assert kept.read_text() == "{half of it"
    assert read(new)["cells"][0]["outputs"] == []


@pytest.mark.parametrize(
    ("number", "message"),
    [
        pytest.param("07", "there is no notebook '07'; there are 00_start, 02_pareto", id="none"),
        pytest.param("", "there is no notebook ''", id="empty"),
        pytest.param("../02", "there is no notebook", id="outside"),
        pytest.param("02", "there is no copy of 02_pareto in .*same working directory", id="copy"),
    ],
)
def test_reset_refuses_what_is_not_there(source, mine, number, message):
    with pytest.raises(InputError, match=message):
        reset_notebook(number, mine, source=source)


def test_the_folder_is_the_same_from_inside(tmp_path):
    assert copies_folder(tmp_path) == tmp_path / "crmlab-notebooks"
    assert copies_folder(tmp_path / "crmlab-notebooks") == tmp_path / "crmlab-notebooks"


@pytest.mark.slow
def test_the_book_itself_can_be_copied_and_read_again(mine):
    import nbformat

    copies = copy_notebooks(mine, blank=True)
    assert set(copies.made) == {
        path.relative_to(notebooks_dir()).as_posix() for path in notebooks_dir().rglob("*.ipynb")
    }
    for name in copies.made:
        nbformat.validate(nbformat.read(mine / name, as_version=4))
