"""The pages for people: links that lead somewhere, versions that agree, findings in one form."""

import doctest
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from layout_cases import SHOPS, store_export

import crmlab
from crmlab.contracts import ContractError

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


# --- the analyst's path of the README, on the exports of shops --------------------------------

PLAIN = {
    "columns": {
        "Receipt": "order_id", "Client": "customer_id", "Bought on": "date", "State": "status",
        "Sum": "amount",
    },
    "statuses": {"handed over": "paid", "called off": "cancelled"},
}  # fmt: skip
SAMPLES = {"shopify": {"currency": "USD"}, "naver": {}, "plain": PLAIN}


def follow_readme(**options):
    """Run the README's lines on `orders.csv`, each reading with these options; what they made."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python shop\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    code = "\n".join(blocks)
    assert code.count('("orders.csv")') == 2
    made = {"options": options}
    exec(code.replace('("orders.csv")', '("orders.csv", **options)'), made)
    return made


def assert_led_to_values(made):
    audit, summary, value = made["audit"], made["summary"], made["value"]
    assert summary["total_spend"].sum() == pytest.approx(audit.revenue)
    assert len(summary) == audit.n_buyers
    assert value.index.equals(summary.index)
    money = value[["lower", "estimate", "upper"]]
    assert np.isfinite(money).all(axis=None)
    assert (money.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert value["estimate"].sum() > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_the_path_of_the_readme_runs_on_every_sample(name, tmp_path, monkeypatch, capsys):
    shutil.copy(crmlab.datasets.sample_path(name), tmp_path / "orders.csv")
    monkeypatch.chdir(tmp_path)
    assert_led_to_values(follow_readme(**SAMPLES[name]))
    assert "revenue" in capsys.readouterr().out


def read_blocks(path):
    """Blocks of Python on a page, each with the words behind the name of the language."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(r"^```python *(.*?)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def linking_once(linked_company, monkeypatch):
    """The people of the company are linked in `conftest`, with the same call."""

    def link_customers(identities):
        pd.testing.assert_frame_equal(identities, crmlab.load_company().identities)
        return linked_company

    monkeypatch.setattr(crmlab, "link_customers", link_customers)


@pytest.mark.slow
@pytest.mark.xdist_group("company")
@pytest.mark.usefixtures("linking_once")
def test_every_other_line_of_python_in_the_readme_runs_in_turn_on_shipped_data(capsys):
    blocks = [code for kind, code in read_blocks("README.md") if kind != "shop"]
    assert len(blocks) == 7
    exercise, *others = blocks
    model, _ = (code for _, code in read_blocks("docs/your_own_model.md"))
    made = {}
    exec(f"from crmlab import exercises\n{exercise}", made)
    assert "02.1" in capsys.readouterr().out
    exec(model, made)
    large = "simulate_company(100_000"
    assert sum(code.count(large) for code in others) == 1
    for code in others:
        exec(code.replace(large, "simulate_company(500"), made)
    # What the comments say.
    assert round(crmlab.top_share(made["spent"], top=0.2), 2) == 0.66
    assert len(made["company"].identities) == 9_257
    assert made["linked"].clusters["person_id"].nunique() == pytest.approx(5_000, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["coupang", "sap", "woocommerce"])
def test_the_path_of_the_readme_runs_with_a_buyer_on_the_last_day(name, tmp_path, monkeypatch):
    path, money, _ = store_export(name, tmp_path, n_orders=80, newcomer=True)
    path.rename(tmp_path / "orders.csv")
    monkeypatch.chdir(tmp_path)
    several = len(money) > 1
    made = follow_readme(**({"currency": SHOPS[name].currencies[0]} if several else {}))
    assert_led_to_values(made)
    assert (made["summary"]["T"] == 0).sum() == 1


@pytest.mark.slow
def test_the_path_of_the_readme_refuses_to_add_up_currencies(tmp_path, monkeypatch):
    shutil.copy(crmlab.datasets.sample_path("shopify"), tmp_path / "orders.csv")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContractError, match=r"several currencies.*currency="):
        follow_readme()
