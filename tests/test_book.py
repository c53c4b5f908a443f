"""A page of the book: folded parts, contents, answers and terms, from a small made notebook."""

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from form_cases import EXERCISES, TABLE, code, prose, shown, sound_notebook, stream

from crmlab._notebooks import PAPERMILL_ERROR
from crmlab.exercises._items import CodeExercise, WrongCode
from crmlab.reports._book._chapter import Chapter
from crmlab.reports._book._pages import write_pages
from crmlab.reports._book._shape import shape_page
from crmlab.reports._book._terms import Terms, glossary_body
from crmlab.reports._html import cells_html, page

GLOSSARY = pd.DataFrame(
    [
        ["churn & rate", "이탈률", "Who <leaves>.", "07"],
        ["decile", "십분위", "One of ten.", "02"],
    ],
    columns=["term", "korean", "meaning", "taught"],
)


def total(sales):
    """Add up the sales."""
    return sum(sales) if sales is not None else "<none>"


IN_CODE = CodeExercise(
    "02.1", 1, "Add up.", "def total(sales):\n    ...", total, lambda rng: [([1],)],
    (WrongCode(max, "Largest."),), "a number", "Yes.", "add <them>.",
)  # fmt: skip


def as_node(*cells):
    notebook = sound_notebook() | {"cells": [dict(cell) for cell in cells]}
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"c{number}"
    return nbformat.from_dict(notebook)


def shape(*cells, exercises=(IN_CODE, *EXERCISES[1:])):
    """Soup of a page of these cells, and of its contents."""
    notebook = as_node(*cells)
    body = cells_html(notebook, folder=None, code=True)
    shaped = shape_page(body, notebook, exercises)
    return [BeautifulSoup(text, "html.parser") for text in (shaped.body, shaped.contents)]


@pytest.fixture(scope="module")
def sound():
    return shape(*sound_notebook()["cells"])


pytestmark = pytest.mark.slow


def test_layout_code_is_folded_and_the_output_is_not(sound):
    (folded,) = [d for d in sound[0].select("details") if "Layout" in d.summary.get_text()]
    assert folded.summary.get_text() == "Layout code (3 lines)"
    assert "pd.DataFrame()" in folded.select_one(".code").get_text()
    assert not folded.has_attr("open")
    assert folded.find("table") is None
    assert folded.find_next_sibling(class_="output").find("table")


def test_an_extra_section_is_folded_below_its_heading(sound):
    (extra,) = sound[0].select("details.extra")
    assert extra.summary.h2.get_text() == "More money (extra)"
    assert extra.summary.get_text().endswith("about 1 minute")
    assert "Long." in extra.get_text()
    assert "print(until)" in extra.get_text()
    assert "Explore" not in extra.get_text()


def test_what_stands_inside_an_extra_section_is_folded_with_it():
    body, contents = shape(
        prose("# 02 · T"),
        prose("## A"),
        prose("### B (extra)", "extra"),
        prose("#### C (extra)\n\nDeep.", "extra"),
        prose("### Exercise 02.1"),
        prose("## D (extra)", "extra"),
        prose("### E\n\nInside."),
        prose("## F (extra)", "extra"),
    )
    assert [d.summary.find(["h2", "h3"]).get_text() for d in body.select("details.extra")] == [
        "B (extra)", "D (extra)", "F (extra)",
    ]  # fmt: skip
    assert "Inside." in body.select("details.extra")[1].get_text()
    marked = {
        item.get_text(): item["class"][1:] for item in contents.select_one(".wide").select("li")
    }
    assert marked == {
        "A": [], "B (extra)": ["extra"], "Exercise 02.1": ["exercise"], "D (extra)": ["extra"],
        "E": ["extra"], "F (extra)": ["extra"],
    }  # fmt: skip


def test_contents_lead_to_every_section_folded_and_unfolded(sound):
    body, contents = sound
    for listed in (contents.select_one("details.narrow"), contents.select_one(".wide")):
        links = [link["href"] for link in listed.select("a")]
        assert links == [f"#{heading['id']}" for heading in body.select("h2, h3")]
    assert len({heading["id"] for heading in body.select("h1, h2, h3")}) == 16
    assert contents.select(".exercise a")[0].get_text() == "Exercise 02.1"
    assert not contents.select_one("details.narrow").has_attr("open")


def test_headings_of_one_name_have_an_address_each():
    body, _ = shape(prose("# 02 · T"), prose("## Why"), prose("## Why"))
    assert len({heading["id"] for heading in body.select("h2")}) == 2


def test_hint_and_solution_stand_where_no_answer_can_be_given(sound):
    body = sound[0]
    assert "not attempted" not in body.get_text()
    hint, solution, *_ = body.select(".answers details")
    assert hint.get_text() == "Hint for 02.1Add <them>."
    assert solution.summary.get_text() == "Solution of 02.1"
    assert 'else "<none>"' in solution.select_one(".code").get_text()
    choice = body.select(".answers")[1]
    assert choice.select("details")[1].p.get_text() == "It is a."
    assert all(not details.has_attr("open") for details in body.select(".answers details"))


def test_the_output_of_an_answer_that_was_given_stays():
    cells = [prose("### Exercise 02.1"), code("exercises.check('02.1', x)", stream("02.1: right."))]
    body, _ = shape(*cells)
    assert "02.1: right." in body.get_text()
    assert not body.select(".answers")


def test_cells_of_papermill_do_not_shift_the_others():
    body, _ = shape(
        prose("# Error", PAPERMILL_ERROR),
        prose("## A"),
        code("x", shown(html=TABLE), tags=["hide-input"]),
    )
    assert len(body.select("details")) == 1
    assert "Error" not in body.get_text()


def test_no_page_holds_a_script_or_an_opened_door(sound):
    text = page("T", str(sound[0]), aside=str(sound[1]))
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not BeautifulSoup(text, "html.parser").select("[onclick], [data-cell], input")


# ---------------------------------------------------------------------------------------------
# Terms


def linked(terms, *texts, number="02"):
    body = "".join(f'<div class="prose">{text}</div>' for text in texts)
    return BeautifulSoup(terms.link(body, page="02_x.html", number=number), "html.parser")


def test_bold_terms_lead_to_the_glossary_and_the_first_is_the_place():
    terms = Terms(GLOSSARY)
    soup = linked(terms, "<p><strong>Deciles</strong> and <strong>decile</strong>,</p>",
                  "<p><strong>other</strong>, <strong>churn &amp; rate</strong></p>",
                  "<h2><strong>decile</strong></h2>")  # fmt: skip
    links = soup.select("a.term")
    assert [link["href"] for link in links] == [
        "glossary.html#decile", "glossary.html#decile", "glossary.html#churn-rate",
    ]  # fmt: skip
    assert [link.get("id") for link in links] == ["term-decile", None, None]
    assert terms.places == {"decile": "02_x.html#term-decile"}


def test_a_term_that_is_taught_elsewhere_has_its_place_there():
    terms = Terms(GLOSSARY)
    linked(terms, "<strong>decile</strong>", number="00")
    assert terms.places == {}


def test_the_glossary_page_holds_every_term_and_where_it_is_taught(tmp_path):
    terms = Terms(GLOSSARY)
    linked(terms, "<strong>decile</strong>")
    chapter = Chapter(tmp_path / "02_x.ipynb", as_node(prose("# 02 · Who & why")), None)
    soup = BeautifulSoup(glossary_body(terms, [chapter]), "html.parser")
    churn, decile = soup.select(".glossary > div")
    assert churn["id"] == "churn-rate"
    assert churn.dt.get_text() == "churn & rate 이탈률"
    assert churn.dd.get_text() == "Who <leaves>. notebook 07"
    assert decile.dd.a["href"] == "02_x.html#term-decile"
    assert decile.dd.a.get_text() == "02 Who & why"
    assert decile.find(lang="ko").get_text() == "십분위"


def test_pages_are_published_with_the_glossary_before_the_index(tmp_path):
    notebook = as_node(*sound_notebook()["cells"])
    notebook.metadata["papermill"] = {"duration": 1.0}
    chapters = [Chapter(tmp_path / f"{n}_x.ipynb", notebook, notebook) for n in ("02", "03")]
    names = write_pages(chapters, tmp_path, tmp_path)
    assert names == ["02_x.html", "03_x.html", "glossary.html", "index.html"]
    first = BeautifulSoup((tmp_path / "02_x.html").read_text("utf-8"), "html.parser")
    assert [link["href"] for link in first.header.select("a")] == [
        "index.html", "glossary.html", "03_x.html",
    ]  # fmt: skip
    assert first.select_one(".beside > nav.toc + main")
    index = BeautifulSoup((tmp_path / "index.html").read_text("utf-8"), "html.parser")
    assert index.select_one("a[href='glossary.html']")
    assert not index.select(".toc")
