"""The customer-base report on files as people have them."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from review_cases import lines

from crmlab.contracts import ContractError
from crmlab.reports import run_report


def text_of(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)


@pytest.mark.slow
def test_a_korean_export_is_read_and_its_faults_are_shown(tmp_path):
    orders = tmp_path / "주문.csv"
    orders.write_text(
        "고객,일자,금액\n"
        + "".join(f'{i % 12:03d},2024-{i % 9 + 1:02d}-05,"￦{i + 1},000"\n' for i in range(60))
        + '007,2024-02-30,"￦1,000"\n',
        encoding="cp949",
    )
    page = run_report(
        "customer_base",
        data=orders,
        out=tmp_path / "out",
        columns={"고객": "customer_id", "일자": "date", "금액": "amount"},
    )
    text = text_of(page)
    assert "61 rows read: 60 count, 0 left out, 1 at fault" in text
    assert "date unreadable" in text
    assert "revenue in KRW, less what was given back" in text
    assert "1,830,000" in text  # 1,000 + 2,000 + ... + 60,000


@pytest.mark.slow
def test_a_base_of_one_customer_and_one_day_makes_a_page(tmp_path):
    text = text_of(run_report("customer_base", data=lines(1, 1), out=tmp_path))
    assert "customer who bought" in text
    assert "1 of the ten customers needed for groups are there." in text


@pytest.mark.slow
def test_names_that_are_code_stay_text_and_returns_reconcile(tmp_path):
    orders = pd.concat([lines(20, 3), lines(20, 1).assign(amount=-0.5)], ignore_index=True)
    orders.loc[orders["customer_id"] == "c19", "customer_id"] = "<script>alert(1)</script>"
    orders.loc[orders["customer_id"] == "c18", "customer_id"] = '=HYPERLINK("http://x","y")'
    page = run_report(
        "customer_base", data=orders, out=tmp_path, observation_end="2025-01-01",
        show_customers=True,
    )  # fmt: skip
    html, text = page.read_text(encoding="utf-8"), text_of(page)
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert BeautifulSoup(html, "html.parser").find("a", string="y") is None
    assert "return line" in text
    assert f"{orders['amount'].sum():,.0f}" in text


def test_a_file_without_the_columns_fails_with_its_header_named(tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("who,when,how_much\na,2024-01-01,5\n")
    with pytest.raises(ContractError, match="lacks 'customer_id', 'date', 'amount'; it has 'who'"):
        run_report("customer_base", data=orders, out=tmp_path / "out")
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.slow
def test_a_second_sheet_some_statuses_and_ids_that_are_addresses(tmp_path):
    days = pd.date_range("2024-01-01", periods=4).strftime("%Y-%m-%d").tolist()
    rows = [
        (f"kim{i}@shop.kr", day, i + 1, "done" if day < "2024-01-04" else "void")
        for i in range(20)
        for day in days
    ]
    orders = pd.DataFrame(rows, columns=["고객", "일자", "금액", "state"])
    with pd.ExcelWriter(tmp_path / "orders.xlsx") as book:
        pd.DataFrame({"notes": ["cover"]}).to_excel(book, sheet_name="cover", index=False)
        orders.to_excel(book, sheet_name="orders", index=False)
    options = {
        "data": tmp_path / "orders.xlsx",
        "columns": {"고객": "customer_id", "일자": "date", "금액": "amount"},
        "sheet": "1", "where": {"state": ["done"]}, "observation_end": "2024-12-31",
        "quiet_after": 30, "currency": "KRW", "show_customers": True,
    }  # fmt: skip
    page = run_report("customer_base", out=tmp_path / "out", **options)
    html, text = page.read_text(encoding="utf-8"), text_of(page)
    assert "left out by where 20" in text
    assert "630 revenue in KRW" in text or "revenue in KRW, less what was given back 630" in text
    assert 'href="customers.csv"' in html
    listed = pd.read_csv(page.with_name("customers.csv"))
    assert listed["customer_id"].tolist() == ["k***@shop.kr"] * 4
    assert listed["spent"].tolist() == [60, 57, 54, 51]
    assert sorted(listed["group"]) == ["control", "control", "treat", "treat"]
    assert "has 4 customers" in text
    for file in (html, page.with_name("report.ipynb").read_text(encoding="utf-8")):
        assert "kim19@" not in file
