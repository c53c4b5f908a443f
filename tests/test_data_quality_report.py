"""The data-quality report on what firms have: everything, a few files, or orders alone."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from quality_cases import orders, records

from crmlab.datasets import load_company
from crmlab.identity import field_agreement
from crmlab.privacy import consent_status
from crmlab.reports import ReportError, list_reports, run_report


def text_of(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)


def cells_of(page):
    """What stands in the cells of tables, and in the halves of those that hold two records."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    whole = [cell.get_text(strip=True) for cell in soup.select("td, th")]
    return {part for text in whole for part in [text, *text.split(" / ")]}


def outputs_of(page):
    notebook = nbformat.read(page.with_name("report.ipynb"), as_version=4)
    return "".join(str(cell.get("outputs", "")) for cell in notebook.cells)


@pytest.fixture(scope="module")
def company_page(tmp_path_factory):
    return run_report("data_quality", out=tmp_path_factory.mktemp("company"))


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_the_company_is_the_default_and_its_figures_are_those_computed_directly(
    company_page, linked_company
):
    text, company = text_of(company_page), load_company()
    clusters = linked_company.clusters
    n_records, n_people = len(clusters), clusters["person_id"].nunique()
    assert f"{n_records:,} records of 3 systems belong to about {n_people:,} people" in text
    assert f"{n_records - n_people:,} letters of every mailing" in text
    assert f"that is KRW {(n_records - n_people) * 1500 * 4:,} a year" in text
    status = consent_status(
        company.customers, company.consents, channel="post", purpose="marketing"
    )["status"]
    assert f"{(status == 'granted').mean():.0%} by post" in text
    worst = field_agreement(linked_company, company.identities).query(
        "source == 'call_centre' and field == 'birth_date'"
    )
    share = (worst["missing"] / worst["n_records"]).iloc[0]
    assert f"call_centre birth date {worst['n_records'].iloc[0]:,} {share:.1%}" in text
    assert "tables of the company that keep every rule of their contract: 16 of 16" in text
    assert f"{len(company.transactions):,} rows read" in text


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_no_personal_value_of_the_company_is_on_the_page(company_page):
    html, cells = company_page.read_text(encoding="utf-8"), cells_of(company_page)
    stored, table = outputs_of(company_page), load_company().identities
    for column in ("phone", "email", "address"):
        for value in table[column].dropna().unique():
            assert value not in html
            assert value not in stored
    assert not cells & set(table["birth_date"].dropna().dt.strftime("%Y-%m-%d"))
    assert not cells & set(table["name"])


@pytest.mark.slow
def test_orders_alone_make_a_page_that_says_what_is_missing(tmp_path):
    text = text_of(run_report("data_quality", data=orders(), out=tmp_path))
    assert "4 rows read: 3 count, 0 left out, 1 at fault" in text
    assert "customer_id missing" in text
    assert "The orders name 2 customer ids." in text
    assert "There is no identities and no consents and no customers file." in text
    assert text.count("Not checked") == 6


@pytest.mark.slow
def test_korean_headers_are_mapped_in_every_file(tmp_path):
    sold = orders().dropna().set_axis(["고객", "일자", "금액"], axis="columns")
    sold["금액"] = "￦" + sold["금액"].astype(int).astype(str)
    people = records().rename(columns={"source": "시스템", "source_id": "계정", "name": "이름"})
    agreed = pd.DataFrame(
        {
            "고객": ["c1", "c1", "c2"], "매체": ["post", "post", "phone"],
            "purpose": "marketing", "granted": ["Y", "N", "Y"],
            "일자": ["2024-01-05", "2024-02-05", "2024-01-07"],
        }
    )  # fmt: skip
    for name, table in {"orders": sold, "people": people, "agreed": agreed}.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False, encoding="cp949")
    text = text_of(
        run_report(
            "data_quality", data=tmp_path / "orders.csv", out=tmp_path / "out",
            identities=str(tmp_path / "people.csv"), consents=str(tmp_path / "agreed.csv"),
            columns={"고객": "customer_id", "일자": "date", "금액": "amount", "시스템": "source",
                     "계정": "source_id", "이름": "name", "매체": "channel"},
        )
    )  # fmt: skip
    assert "100 records of 2 systems belong to about 60 people" in text
    assert "that is KRW 240,000 a year" in text
    assert "0% by email, 50% by phone, 0% by post" in text
    assert "Changed their mind at least once: 1 customer" in text


@pytest.mark.slow
def test_hostile_text_stays_text_and_ids_that_tell_are_masked(tmp_path):
    bad = "<script>alert(1)</script>"
    table = records()
    table["source"] = table["source"].replace("web", f"{bad}$x$")
    table["name"] = bad + table["name"]
    table["source_id"] = np.where(table["source"] == "shop", table["email"], table["phone"])
    table.to_csv(tmp_path / "records.csv", index=False)
    sold = orders().assign(customer_id=bad)
    page = run_report(
        "data_quality", data=sold, out=tmp_path / "out", currency=bad, show_personal=False,
        identities=str(tmp_path / "records.csv"),
    )  # fmt: skip
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    for column in ("email", "phone"):
        assert not [value for value in table[column] if value in html]


@pytest.mark.slow
def test_broken_records_are_a_clear_error_and_no_page(tmp_path):
    records().drop(columns="source_id").to_csv(tmp_path / "records.csv", index=False)
    with pytest.raises(ReportError, match="lacks 'source_id'") as error:
        run_report(
            "data_quality", data=orders(), out=tmp_path / "out",
            identities=str(tmp_path / "records.csv"),
        )  # fmt: skip
    assert not (tmp_path / "out" / "index.html").exists()
    assert not [value for value in records()["email"] if value in str(error.value)]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param({"identities": "no.csv"}, "`identities` must be a file", id="file"),
        pytest.param({"consents": " "}, "`consents` must be a file that exists", id="blank"),
        pytest.param({"threshold": 1.0}, "`threshold` must be", id="threshold"),
        pytest.param({"cost_per_mailing": -1.0}, "`cost_per_mailing` must be", id="cost"),
        pytest.param({"minimum": 1}, "`minimum` must be", id="minimum"),
    ],
)
def test_a_wrong_value_is_refused_before_anything_runs(tmp_path, parameters, message):
    with pytest.raises(ValueError, match=message):
        run_report("data_quality", out=tmp_path / "out", **parameters)
    assert not (tmp_path / "out").exists()


def test_the_list_of_reports_says_what_it_reads_by_default():
    rows = list_reports().set_index(["report", "parameter"])
    assert rows.loc[("data_quality", "data"), "default"] == "'company'"
    assert rows.loc[("customer_base", "data"), "default"] == "'cdnow'"
