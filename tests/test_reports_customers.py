"""The list of customers beside a page: who is in it, the random half, what is masked."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import code, text_of, write

from crmlab.reports import mask_ids, save_calls, save_customers, split_at_random
from crmlab.reports._customers import PAGE_FOLDER
from crmlab.reports._report import make_report

IDS = ["kim@example.com", "=1+1", "0502-1234-0016", "C-17"]
LISTED = pd.DataFrame(
    {"why": "quiet", "what_to_do": "write", "tested": [True, True, True, False], "spent": 1.5},
    index=pd.Index(IDS, name="customer_id"),
)


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr("IPython.display.display", lambda each: found.append(each.data))
    return found


@given(st.lists(st.text(), unique=True), st.randoms(use_true_random=False))
def test_half_are_a_control_whatever_their_order(ids, shuffle):
    group = dict(zip(ids, split_at_random(pd.Index(ids, dtype=object)), strict=True))
    assert list(group.values()).count("control") == len(ids) // 2
    shuffle.shuffle(ids)
    again = split_at_random(pd.Index(ids, dtype=object))
    assert dict(zip(ids, again, strict=True)) == group


def test_the_half_is_drawn_by_the_seed_and_has_nothing_to_do_with_the_order_of_ids():
    ids = pd.Index([f"{i:05d}" for i in range(1000)])
    group = split_at_random(ids)
    drawn = [hashlib.sha256(f"1:{one}".encode()).hexdigest() for one in ids]
    assert set(np.array(drawn)[group == "control"]) == set(sorted(drawn)[:500])
    assert 200 < (group[:500] == "control").sum() < 300


@pytest.mark.parametrize("seed", range(5))
def test_who_stays_in_the_list_stays_in_the_half_with_few_exceptions(seed):
    ids = pd.Index([f"c{i}" for i in range(200)])
    stay = np.random.default_rng(seed).permutation(ids)[:180]
    before = pd.Series(split_at_random(ids), index=ids)[stay]
    assert (before == split_at_random(pd.Index(stay))).mean() > 0.9


def test_a_list_is_written_for_a_spreadsheet_and_said(shown, tmp_path, monkeypatch):
    monkeypatch.setenv(PAGE_FOLDER, str(tmp_path))
    save_customers(LISTED)
    path = tmp_path / "customers.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path, keep_default_na=False)
    assert list(table) == ["customer_id", "why", "what_to_do", "group", "spent"]
    assert table["customer_id"].tolist() == ["k***@example.com", "'=1+1", "0502-****-0016", "C-17"]
    assert sorted(table["group"]) == ["", "control", "treat", "treat"]
    assert "has 4 customers" in shown[0]
    assert "1 of them are marked *control*" in shown[0]
    assert "show_personal=true" in shown[0]


def test_calls_are_written_with_hangul_beside_the_page_on_fair_use(shown, tmp_path, monkeypatch):
    monkeypatch.setenv(PAGE_FOLDER, str(tmp_path))
    calls = LISTED.assign(group=["treat", "control", "treat", "treat"], segment="충성")
    save_calls(calls)
    path = tmp_path / "calls.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path)
    assert table["customer_id"].tolist() == ["k***@example.com", "'=1+1", "0502-****-0016", "C-17"]
    assert set(table["segment"]) == {"충성"}
    assert (tmp_path / "fair_use.md").read_text(encoding="utf-8").startswith("# Lawful and fair")
    assert "has 4 rows, 1 of them marked *control*" in shown[0]
    assert "show_personal=true" in shown[0]
    with pytest.raises(ValueError, match="lacks 'group'"):
        save_calls(LISTED)


def test_what_is_asked_for_is_not_masked_and_not_said_to_be(shown, tmp_path, monkeypatch):
    monkeypatch.setenv(PAGE_FOLDER, str(tmp_path))
    save_customers(LISTED.tail(1), show_personal=True)
    save_customers(LISTED, show_personal=True)
    table = pd.read_csv(tmp_path / "customers.csv")
    assert table["customer_id"].tolist() == ["kim@example.com", "'=1+1", *IDS[2:]]
    assert "masked" not in shown[1]
    assert "has 1 customer:" in shown[0]


def test_nobody_makes_a_list_without_rows_and_by_hand_nothing_is_written(
    shown, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(PAGE_FOLDER, raising=False)
    save_customers(LISTED.head(0))
    assert "has no rows" in shown[0]
    assert list(tmp_path.iterdir()) == []


def test_a_list_without_a_reason_is_refused():
    with pytest.raises(ValueError, match="lacks 'why'"):
        save_customers(LISTED.drop(columns="why"))


def test_ids_that_a_layout_calls_personal_are_masked_whatever_they_look_like():
    ids = pd.Index(["김민준", "010-1234-5678"], name="customer_id")
    masked = mask_ids(ids, personal=["customer_id"], show_personal=False)
    assert masked.tolist() == ["김*준", "010-****-5678"]
    assert masked.name == "customer_id"
    assert mask_ids(ids, show_personal=False)[0] == "김민준"
    assert mask_ids(pd.Index([7, 8]), show_personal=False).tolist() == [7, 8]


@pytest.mark.pages
def test_the_list_is_published_beside_the_page_and_replaced_with_it(tmp_path):
    source = (
        "import pandas as pd\n"
        "from crmlab import reports\n"
        "ids = pd.Index(range(n), name='customer_id')\n"
        "table = pd.DataFrame({'why': 'w', 'what_to_do': 'd', 'tested': True}, index=ids)\n"
        "reports.save_customers(table)"
    )
    cells = [code("n: int = 4  # customers; on the list", "parameters"), code(source)]
    write(tmp_path / "templates", "listed", *cells)
    out = tmp_path / "to $HOME"
    for n in (4, 0):
        page = make_report("listed", {"n": n}, out=out, templates=tmp_path / "templates").page
        assert len(pd.read_csv(out / "customers.csv")) == n
    assert "customers.csv" in text_of(page)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
