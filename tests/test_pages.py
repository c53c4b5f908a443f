"""The pages as a browser lays them out, wide and narrow."""

import functools
import json
import re
import shutil
import subprocess
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from conftest import need
from report_cases import stored_outputs

from crmlab.reports import run_report, run_workbook
from crmlab.reports._html import page as html_page

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

# For each page a frame of the asked width; what they measure is written into the title.
HARNESS = """<!doctype html><title></title><body></body>
<script>
const found = {{}}, addresses = {addresses};
function measure(page) {{
  const root = page.documentElement;
  if ({opened}) page.querySelectorAll("details").forEach((each) => (each.open = true));
  const loose = [...page.querySelectorAll("img, table, pre, p, h1, h2, dl")].filter(
    (e) => e.getBoundingClientRect().right > {width} + 1 && !e.closest(".scroll, .code, pre"));
  return {{
    width: root.scrollWidth,
    wide: [...page.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth + 1)
      .map((e) => `${{e.firstChild.offsetWidth}} px: ${{e.textContent.trim().slice(0, 60)}}`),
    shown: [...page.querySelectorAll(".toc .narrow > ol, .toc .wide, .fold > p")]
      .map((e) => e.checkVisibility()),
    reached: [...page.querySelectorAll("summary")].every((e) => e.tabIndex === 0),
    loose: loose.map((e) => e.tagName + ": " + e.textContent.slice(0, 60)),
    broken: [...page.images].filter((i) => !i.complete || !i.naturalWidth).length,
    images: page.images.length,
  }};
}}
for (const address of addresses) {{
  const frame = document.createElement("iframe");
  frame.style = "position:absolute;top:0;left:0;width:{width}px;height:900px;border:0";
  frame.onload = () => {{
    found[address] = measure(frame.contentDocument);
    const all = addresses.map((each) => found[each]);
    if (all.every((each) => each)) document.title = JSON.stringify(all);
  }};
  frame.src = address;
  document.body.append(frame);
}}
</script>"""


def measured(pages, width, folder, *, opened=False):
    """What Chromium makes of pages in a window of this width, their folded parts shut or opened."""
    harness = folder / f"harness-{width}-{opened}.html"
    addresses = json.dumps([page.as_uri() for page in pages])
    script = HARNESS.format(addresses=addresses, width=width, opened=str(opened).lower())
    harness.write_text(script, encoding="utf-8")
    done = subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--allow-file-access-from-files", "--virtual-time-budget=8000",
            f"--user-data-dir={folder / 'profile'}", "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(BeautifulSoup(done.stdout, "html.parser").title.string)
    return dict(zip(pages, found, strict=True))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    need(shutil.which("chromium") is not None, "pages need Chromium, which is not on the path")
    folder = tmp_path_factory.mktemp("pages")
    with stored_outputs():
        report = run_report("customer_base", out=folder / "report")
        index = run_workbook(out=folder / "workbook", progress=False)
    return [report, *sorted(index.parent.glob("*.html"))]


@pytest.fixture(scope="module")
def look(pages, tmp_path_factory):
    """Measure all pages in windows of one width; once, whoever asks."""
    folder = tmp_path_factory.mktemp("windows")
    return functools.cache(lambda width, opened: measured(pages, width, folder, opened=opened))


def chapters(pages):
    return [page for page in pages if page.name[:2].isdigit()]


@pytest.mark.parametrize("width", [1200, 400])
@pytest.mark.parametrize("opened", [False, True])
def test_nothing_overflows_and_every_picture_shows(pages, look, width, opened):
    assert len(pages) >= 4
    for page, found in look(width, opened).items():
        assert found["width"] <= width, (page.name, found)
        assert found["loose"] == [], page.name
        assert found["reached"], page.name  # every folded part, by the keyboard
        assert found["broken"] == 0, page.name
        if page in chapters(pages) or "report" in page.parts[-2]:
            assert found["images"] >= 1, page.name


def test_every_table_of_the_book_fits_a_telephone(pages, look):
    found = look(400, True)
    assert not {page.name: wide for page in chapters(pages) if (wide := found[page]["wide"])}


@pytest.mark.parametrize(("width", "shown"), [(1200, [False, True]), (400, [False, False])])
def test_contents_stand_beside_a_wide_page_and_folded_above_a_narrow_one(pages, look, width, shown):
    for page in chapters(pages):
        assert look(width, False)[page]["shown"][:2] == shown, page.name


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_folded_parts_are_shut_on_a_screen_and_printed_on_paper(medium, tmp_path):
    need(shutil.which("chromium") is not None, "pages need Chromium, which is not on the path")
    folded = '<details class="fold"><summary>Hint for 02.1</summary><p>Sort them.</p></details>'
    text = html_page("T", folded)
    if medium == "print":
        text = text.replace("@media print", "@media all")
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    assert measured([path], 1200, tmp_path)[path]["shown"] == [medium == "print"]


def test_every_link_inside_the_book_arrives(pages):
    book = {page.name: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
            for page in pages if "workbook" in page.parts[-2]}  # fmt: skip
    anchors = {name: {each["id"] for each in soup.find_all(id=True)} for name, soup in book.items()}
    for name, soup in book.items():
        for link in soup.find_all("a", href=True):
            target, _, anchor = link["href"].partition("#")
            if ":" not in target:
                there = anchors[target or name]
                assert not anchor or unquote(anchor) in there, (name, link["href"])


def test_pages_show_no_raw_objects_and_load_nothing_from_elsewhere(pages):
    for page in pages:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for code in soup.select(".code"):
            code.decompose()
        assert not re.search(r"object at 0x|<Axes|Figure\(|VBox\(", soup.get_text()), page.name
        loaded = [e.get("src") or e.get("href") for e in soup.select("script, link, img, iframe")]
        assert all(str(address).startswith("data:") for address in loaded), page.name
