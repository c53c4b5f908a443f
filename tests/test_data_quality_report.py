"""The data-quality report on what firms have: everything, a few files, or orders alone."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from report_cases import stored_outputs, text_of

from crmlab.datasets import load_company
from crmlab.identity import field_agreement, link_customers
from crmlab.privacy import consent_status
from crmlab.reports import ReportError, list_reports, run_report

pytestmark = pytest.mark.pages

PERSONAL = ["name", "phone", "email", "address", "birth_date"]


def cells_of(page):
    """What stands in the cells of tables, and in the halves of those that hold two records."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    whole = [cell.get_text(strip=True) for cell in soup.select("td, th")]
    return {part for text in whole for part in [text, *text.split(" / ")]}


def outputs_of(page):
    notebook = nbformat.read(page.with_name("report.ipynb"), as_version=4)
    return "".join(str(cell.get("outputs", "")) for cell in notebook.cells)


def orders():
    return pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", None],
            "date": pd.to_datetime(["2024-01-05", "2024-03-05", "2024-02-01", "2024-02-02"]),
            "amount": [10.0, 20.0, 5.0, 5.0],
        }
    )


def records(n_people=60, *, seed=1):
    """Two systems that know the same people; every third is only in the first."""
    rng = np.random.default_rng(seed)
    family, first = list("김이박최정강조윤장임"), list("민서지하도예준우현아")
    rows = []
    for i in range(n_people):
        name = rng.choice(family) + rng.choice(first) + rng.choice(first)
        phone = f"010-{rng.integers(1000, 9999)}-{rng.integers(1000, 9999)}"
        mail = f"person{i:03d}@example.com"
        born = pd.Timestamp("2008-01-01") + pd.Timedelta(days=int(rng.integers(0, 3000)))
        place = f"서울특별시 노원구 중앙로{i + 1}길 {rng.integers(1, 90)}"
        row = [name, phone, mail, place, f"{born:%Y-%m-%d}"]
        rows.append(["shop", f"s{i:03d}", *row, "2023-01-31"])
        if i % 3:
            row[1] = phone.replace("-", "")
            rows.append(["web", f"w{i:03d}", *row, "2024-02-28"])
    return pd.DataFrame(rows, columns=["source", "source_id", *PERSONAL, "updated"])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    records().to_csv(folder / "records.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def company_page(tmp_path_factory):
    with stored_outputs():
        return run_report("data_quality", out=tmp_path_factory.mktemp("company"))


def test_the_company_is_the_default_and_its_figures_are_those_computed_directly(company_page):
    text, company = text_of(company_page), load_company()
    linkage = link_customers(company.identities)
    n_records, n_people = len(linkage.clusters), linkage.clusters["person_id"].nunique()
    assert f"{n_records:,} records of 3 systems belong to about {n_people:,} people" in text
    assert f"{n_records - n_people:,} letters of every mailing" in text
    assert f"that is KRW {(n_records - n_people) * 1500 * 4:,} a year" in text
    status = consent_status(
        company.customers, company.consents, channel="post", purpose="marketing"
    )["status"]
    assert f"{(status == 'granted').mean():.0%} by post" in text
    worst = field_agreement(linkage, company.identities).query(
        "source == 'call_centre' and field == 'birth_date'"
    )
    share = (worst["missing"] / worst["n_records"]).iloc[0]
    assert f"call_centre birth date {worst['n_records'].iloc[0]:,} {share:.1%}" in text
    assert "tables of the company that keep every rule of their contract: 16 of 16" in text
    assert f"{len(company.transactions):,} rows read" in text


def test_no_personal_value_of_the_company_is_on_the_page(company_page):
    html, cells = company_page.read_text(encoding="utf-8"), cells_of(company_page)
    stored, table = outputs_of(company_page), load_company().identities
    for column in ("phone", "email", "address"):
        for value in table[column].dropna().unique():
            assert value not in html
            assert value not in stored
    assert not cells & set(table["birth_date"].dropna().dt.strftime("%Y-%m-%d"))
    assert not cells & set(table["name"])


def test_names_and_phones_are_shown_where_asked_for(tmp_path, written):
    page = run_report(
        "data_quality", data=orders(), out=tmp_path, identities=str(written / "records.csv"),
        show_personal=True,
    )  # fmt: skip
    cells = cells_of(page)
    assert cells & set(records()["name"])
    assert cells & set(records()["phone"])


def test_orders_alone_make_a_page_that_says_what_is_missing(tmp_path):
    text = text_of(run_report("data_quality", data=orders(), out=tmp_path))
    assert "4 rows read = 3 valid + 1 left out" in text
    assert "customer_id missing" in text
    assert "The orders name 2 customer ids." in text
    assert "There is no identities and no consents and no customers file." in text
    assert text.count("Not checked") == 6


@pytest.mark.parametrize("data", ["cdnow"])
def test_another_bundled_set_makes_a_page(tmp_path, data):
    text = text_of(run_report("data_quality", data=data, out=tmp_path))
    assert "69,659 rows read = 69,659 valid" in text
    assert "USD" in text


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
    assert "Changed their mind at least once: 1 customers" in text


def test_cost_mailings_threshold_and_age_are_used(tmp_path, written):
    text = text_of(
        run_report(
            "data_quality", data=orders(), out=tmp_path, identities=str(written / "records.csv"),
            cost_per_mailing=2, mailings=12, threshold=0.95, old_after=100, currency="francs",
        )
    )  # fmt: skip
    assert "At francs 2 a letter and 12 mailings that is francs 960 a year" in text
    assert "0.95, used here" in text
    assert "of records not updated for 100 days 60%" in text


def test_answers_under_accounts_are_joined_to_people(tmp_path, written):
    answers = pd.DataFrame(
        {
            "customer_id": ["s001", "w001", "s002", "s003"], "channel": "post",
            "purpose": "marketing", "granted": [True, False, True, True],
            "date": pd.Timestamp("2024-01-05"),
        }
    )  # fmt: skip
    answers.to_parquet(tmp_path / "answers.parquet")
    text = text_of(
        run_report(
            "data_quality", data=orders(), out=tmp_path / "out",
            identities=str(written / "records.csv"), consents=str(tmp_path / "answers.parquet"),
        )
    )  # fmt: skip
    assert "Of 60 (everybody found in the systems)" in text
    assert "Answers of 1 contradict each other." in text
    assert "were joined to the people found" in text
    # s001 and w001 are one person, and the refusal counts.
    assert "marketing post 2 1 57 3%" in text


def test_a_single_system_without_dates_or_addresses_is_enough(tmp_path):
    table = records().query("source == 'shop'").drop(columns=["updated", "address"])
    table = pd.concat([table, table.head(5).assign(source_id=list("abcde"))])
    table.assign(email=None).to_csv(tmp_path / "shop.csv", index=False)
    customers = pd.DataFrame({"customer_id": ["c1", "c2"], "birth_year": [1990, 1991], "sex": "F"})
    customers.to_csv(tmp_path / "customers.csv", index=False)
    text = text_of(
        run_report(
            "data_quality", data=orders(), out=tmp_path / "out",
            identities=str(tmp_path / "shop.csv"), customers=str(tmp_path / "customers.csv"),
        )
    )  # fmt: skip
    assert "65 records of 1 systems belong to about 60 people" in text
    assert "empty in every record, and left out: email" in text
    assert "do not say when a record was" in text
    assert "birth year, sex 2 2 2 100.0%" in text


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda table: table.drop(columns="source_id"), "lacks 'source_id'", id="no-id"
        ),
        pytest.param(
            lambda table: table.assign(source_id="7"), "must be unique within a system", id="twice"
        ),
        pytest.param(
            lambda table: table.assign(updated="yesterday"), "`updated` of identities cannot be",
            id="date",
        ),
    ],
)  # fmt: skip
def test_broken_records_are_a_clear_error_and_no_page(tmp_path, change, message):
    change(records()).to_csv(tmp_path / "records.csv", index=False)
    with pytest.raises(ReportError, match=message) as error:
        run_report(
            "data_quality", data=orders(), out=tmp_path / "out",
            identities=str(tmp_path / "records.csv"),
        )  # fmt: skip
    assert not (tmp_path / "out" / "index.html").exists()
    assert not [value for value in records()["email"] if value in str(error.value)]


def test_a_header_that_no_file_has_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"`columns` names 'Kunde', which no file has"):
        run_report("data_quality", data=orders(), out=tmp_path, columns={"Kunde": "customer_id"})


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
