"""The trainer's pack: plans that fit, keys that are right, pages that need nothing else."""

import re
from itertools import pairwise

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab._paths import notebooks_dir
from crmlab.course import write_pack
from crmlab.course._pack._paths import LENGTHS, plan_notebook, plan_series
from crmlab.course._pack._slides import slides_body, split_long
from crmlab.course._pack._steps import DOING, Step, list_steps
from crmlab.exercises.rooms import load_blocks, vary

KINDS = ["section", *DOING]
PICTURE = (  # one white dot
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

steps_strategy = st.lists(
    st.builds(
        Step,
        notebook=st.just("02"),
        chapter=st.sampled_from(["one", "two", "three"]),
        title=st.uuids().map(str),
        kind=st.sampled_from(KINDS),
        minutes=st.floats(0.1, 50),
        extra=st.booleans(),
        marked=st.booleans(),
    ),
    max_size=40,
)


def read(number):
    path = next(notebooks_dir().glob(f"{number}_*.ipynb"))
    return path, nbformat.read(path, as_version=4)


# ---------------------------------------------------------------------------------------------
# Paths


@pytest.mark.slow
@given(steps_strategy, st.sampled_from(LENGTHS))
def test_a_plan_keeps_its_time_and_loses_no_step(steps, length):
    plan = plan_notebook(steps, length)
    assert plan.minutes <= length.work + 1e-6
    home = sum(step.minutes for step in plan.home)
    assert plan.minutes + home == pytest.approx(sum(step.minutes for step in steps))
    for entry in plan.entries:
        assert 1 <= entry.day <= length.days


@pytest.mark.slow
@given(steps_strategy, st.sampled_from(LENGTHS))
def test_lines_follow_each_other_without_a_gap_and_no_break_ends_a_day(steps, length):
    entries = plan_notebook(steps, length).entries
    for before, after in pairwise(entries):
        if before.day == after.day:
            assert after.start == pytest.approx(before.start + before.minutes)
            assert before.notebook or after.notebook  # never two breaks
        else:
            assert (after.day, after.start) == (before.day + 1, 0)
            assert before.notebook
    assert not entries or (entries[0].notebook and entries[-1].notebook)


def section(title, minutes, **options):
    return Step("02", title, title, options.pop("kind", "section"), minutes, **options)


def test_a_break_comes_before_the_spell_is_over():
    plan = plan_notebook([section(f"part {n}", 20.0) for n in range(4)], LENGTHS[0])
    assert [entry.title for entry in plan.entries] == [
        "part 0", "part 1", "Break", "part 2", "part 3",
    ]  # fmt: skip
    assert [entry.start for entry in plan.entries] == [0, 20, 40, 45, 65]


def test_the_short_path_and_the_memo_come_first_and_extra_last():
    steps = [
        section("core", 30.0),
        section("short", 30.0, marked=True),
        section("more", 30.0, extra=True),
        section("memo", 10.0, kind="memo"),
    ]
    plan = plan_notebook(steps, LENGTHS[0])
    assert [e.title for e in plan.entries if e.notebook] == ["core", "short", "Decision memo"]
    assert [step.title for step in plan.home] == ["more"]


def test_a_series_shares_its_time_and_leaves_what_would_get_too_little():
    notebooks = [
        [Step(f"{n:02d}", f"{n} {part}", f"{n} {part}", "section", 10.0) for part in range(9)]
        for n in range(10)
    ]
    short = plan_series(notebooks, LENGTHS[0])
    assert {entry.notebook for entry in short.entries if entry.notebook} == {"00", "01"}
    long = plan_series(notebooks, LENGTHS[2])
    assert {entry.notebook for entry in long.entries if entry.day == 2} >= {"09"}


@pytest.mark.slow
def test_the_short_path_of_notebook_02_is_the_one_its_reviewer_taught():
    path, notebook = read("02")
    steps = list_steps(path.stem, notebook, load_blocks()["02"])
    plan = plan_notebook(steps, LENGTHS[0])
    titles = [entry.title for entry in plan.entries]
    for title in ["Three claims", "The money first", "Who counts", "How long", "Are they the same",
                  "Decision memo"]:  # fmt: skip
        assert any(one.startswith(title) for one in titles), title
    marked = [step.title for step in steps if step.marked]
    assert not any("Revenue is not profit" in title for title in marked)
    assert plan.minutes <= 90


# ---------------------------------------------------------------------------------------------
# Slides


def cell(source, kind=None, cell_type="markdown", **more):
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    return {"cell_type": cell_type, "metadata": metadata, "source": source, **more}


def slides_of(*cells, folder):
    first = cell("# 02 · Title\n\n> Which question?")
    notebook = {"cells": [first, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    body = slides_body(nbformat.from_dict(notebook), folder)
    return re.findall(r'<section class="slide".*?</section>', body, re.DOTALL)


@pytest.mark.slow
def test_cells_become_slides_as_their_metadata_say(tmp_path):
    figure = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PICTURE}}
    code = {"cell_type": "code", "outputs": [figure], "execution_count": 1}
    slides = slides_of(
        cell("## Not shown"),
        cell("## First", "slide"),
        cell("A point.", "fragment"),
        cell("For the teacher.", "notes"),
        cell("left out", "skip"),
        cell("plot(secret)", "subslide", **code),
        cell("not marked"),
        folder=tmp_path,
    )
    assert len(slides) == 4  # title, two slides, licence
    title, first, second, licence = slides
    assert "Which question?" in title
    assert "First" in first
    assert "A point." in first
    assert re.search(r"<details><summary>Notes</summary>.*For the teacher", first, re.DOTALL)
    assert "data:image/png" in second
    assert "<h3>First</h3>" in second  # the section that the figure stands in
    assert "MIT" in licence
    everything = "".join(slides)
    for hidden in ("Not shown", "left out", "plot(secret)", "not marked"):
        assert hidden not in everything


def test_a_notebook_without_marks_says_so(tmp_path):
    assert "marked for slides yet" in "".join(slides_of(cell("## A"), folder=tmp_path))


def test_a_long_paragraph_goes_on_in_the_notes():
    text = "## Head\n\n" + "Five words are in here. " * 20 + "\n\nThe end."
    shown, rest = split_long(text)
    assert shown.count("Five words") == 12
    assert rest.count("Five words") == 8
    assert rest.endswith("The end.")
    assert split_long("## Head\n\nshort") == ("## Head\n\nshort", "")


# ---------------------------------------------------------------------------------------------
# Pages


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainer")
    index = write_pack(out=folder)
    return {path.name: path.read_text(encoding="utf-8") for path in index.parent.iterdir()}


@pytest.mark.slow
def test_every_notebook_has_its_pages_and_the_index_links_them(pack):
    numbers = [path.name[:2] for path in notebooks_dir().glob("[0-9][0-9]_*.ipynb")]
    expected = {f"{kind}_{number}.html" for kind in ("answers", "slides") for number in numbers}
    assert set(pack) == expected | {"index.html", "minutes.html", "paths.html"}
    links = set(re.findall(r'href="([^"#]+)"', pack["index.html"]))
    assert links >= expected | {"minutes.html", "paths.html"}


@pytest.mark.slow
def test_pages_load_nothing_and_run_nothing(pack):
    for name, text in pack.items():
        assert "<script" not in text, name
        assert not re.findall(r'(?:src|href)="(?!data:|#|[\w]+\.html)(?!https?:)', text), name
        assert not re.findall(r'src="https?:', text), name
        assert "@font-face" not in text, name
        assert "MIT licence" in text, name


@pytest.mark.slow
def test_the_key_has_every_answer_and_every_reason(pack):
    import html

    for number, block in load_blocks().items():
        text = pack[f"answers_{number}.html"]
        for item in block.exercises:
            exercise = vary(item, None)
            assert f"<h3>{exercise.key}</h3>" in text
            wrong = getattr(exercise, "misconceptions", None) or exercise.mistakes
            assert all(html.escape(one.why) in text for one in wrong)
        for item in block.quiz:
            assert all(html.escape(why) in text for _, why in item.options)
        if block.memo:
            assert all(html.escape(what) in text for what, *_ in block.memo.rubric)
