"""The pages as a browser lays them out, wide and narrow."""

import json
import re
import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup
from conftest import need
from report_cases import stored_outputs

from crmlab.reports import run_report, run_workbook

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

# A frame of the asked width; what its page measures is written into the title.
HARNESS = """<!doctype html><title></title>
<iframe src="{page}" style="width:{width}px;height:900px;border:0"></iframe>
<script>
document.querySelector("iframe").onload = (event) => {{
  const page = event.target.contentDocument, root = page.documentElement;
  const loose = [...page.querySelectorAll("img, table, pre, p, h1, h2, dl")].filter(
    (e) => e.getBoundingClientRect().right > {width} + 1 && !e.closest(".scroll, .code, pre"));
  document.title = JSON.stringify({{
    width: root.scrollWidth,
    loose: loose.map((e) => e.tagName + ": " + e.textContent.slice(0, 60)),
    broken: [...page.images].filter((i) => !i.complete || !i.naturalWidth).length,
    images: page.images.length,
  }});
}};
</script>"""


def measured(page, width, folder):
    """What Chromium makes of a page in a window of this width."""
    harness = folder / f"harness-{page.stem}-{width}.html"
    harness.write_text(HARNESS.format(page=page.as_uri(), width=width), encoding="utf-8")
    done = subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--allow-file-access-from-files", "--virtual-time-budget=8000",
            f"--user-data-dir={folder / 'profile'}", "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(BeautifulSoup(done.stdout, "html.parser").title.string)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    need(shutil.which("chromium") is not None, "pages need Chromium, which is not on the path")
    folder = tmp_path_factory.mktemp("pages")
    with stored_outputs():
        report = run_report("customer_base", out=folder / "report")
        index = run_workbook(out=folder / "workbook", progress=False)
    return [report, *sorted(index.parent.glob("*.html"))]


@pytest.mark.parametrize("width", [1100, 400])
def test_nothing_overflows_and_every_picture_shows(pages, width, tmp_path):
    assert len(pages) >= 4
    for page in pages:
        found = measured(page, width, tmp_path)
        assert found["width"] <= width, (page.name, found)
        assert found["loose"] == [], page.name
        assert found["broken"] == 0, page.name
        if page.name != "index.html" or "report" in page.parts[-2]:
            assert found["images"] >= 1, page.name


def test_pages_show_no_raw_objects_and_load_nothing_from_elsewhere(pages):
    for page in pages:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for code in soup.select(".code"):
            code.decompose()
        assert not re.search(r"object at 0x|<Axes|Figure\(|VBox\(", soup.get_text()), page.name
        loaded = [e.get("src") or e.get("href") for e in soup.select("script, link, img, iframe")]
        assert all(str(address).startswith("data:") for address in loaded), page.name
