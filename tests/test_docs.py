"""The pages for people: links that lead somewhere, versions that agree, findings in one form."""

import doctest
import re
from pathlib import Path

import pytest

import crmlab

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("findings/*.md")])
FINDINGS = sorted(ROOT.glob("findings/*.sh"))


def in_folder(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=in_folder)
def test_links_to_files_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    files = [link for link in links if not link.startswith("https:")]
    assert [link for link in files if not (page.parent / link).exists()] == []


def test_every_page_of_docs_is_in_its_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in ROOT.glob("docs/*.md")} - {"README.md"}
    assert {name for name in pages if f"]({name})" not in index} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["orders", "layouts"])
def test_every_example_of_a_page_gives_what_it_shows(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # examples may write files
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, name, None, 0)
    assert len(examples.examples) > len(blocks) > 2
    said: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    doctest.DocTestRunner(optionflags=flags).run(examples, out=said.append)
    assert said == []


def test_the_citation_names_this_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {crmlab.__version__}\n" in citation


@pytest.mark.parametrize("script", FINDINGS, ids=in_folder)
def test_a_finding_pins_its_packages_cleans_up_and_runs_without_crmlab(script):
    text = script.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert "trap 'rm -rf \"$folder\"' EXIT" in lines
    assert re.search(r"pip\" install .*\\\n  \S+==", text)
    assert all(f"# {word}: " in text for word in ("Versions", "Seen", "Guess", "Source"))
    assert "import crmlab" not in text
    assert lines[-1].startswith('echo "')
