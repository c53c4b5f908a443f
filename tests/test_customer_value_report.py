"""The customer-value report on bases as people have them."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from review_cases import base

from crmlab.reports import ReportError, run_report


def text_of(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)


@pytest.mark.slow
def test_a_korean_export_with_new_and_returned_goods_is_valued(tmp_path):
    orders = base()
    orders["customer_id"] = "<script>alert(1)</script>" + orders["customer_id"]
    last = orders["date"].max()
    first_day = pd.DataFrame({"customer_id": ["n1", "n2"], "date": last, "amount": 5.0})
    free = pd.DataFrame(
        {"customer_id": "z1", "date": [last - pd.Timedelta(days=90), last], "amount": 0.0}
    )
    table = pd.concat([orders, first_day, free], ignore_index=True)
    table.columns = ["고객", "일자", "금액"]
    table["일자"] = table["일자"].dt.strftime("%Y-%m-%d")
    table["금액"] = "￦" + table["금액"].round().astype(int).astype(str)
    path = tmp_path / "주문.csv"
    table.to_csv(path, index=False, encoding="cp949")
    page = run_report(
        "customer_value", data=path, out=tmp_path / "out",
        columns={"고객": "customer_id", "일자": "date", "금액": "amount"},
    )  # fmt: skip
    html, text = page.read_text(encoding="utf-8"), text_of(page)
    assert f"{len(table):,} rows read: {len(table):,} count" in text
    assert "KRW" in text
    assert "first bought on the last day, valued but left out of the fit: 2." in text
    assert "spent nothing on average, left out of the fit of spending: 1." in text
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.slow
def test_a_short_and_small_history_is_valued_untested(tmp_path):
    orders = base(40, days=100)
    page = run_report("customer_value", data=orders, out=tmp_path, currency="<script>x</script>")
    text = text_of(page)
    assert "it is not tested here" in text
    assert "Fewer than 100 customers bought again." in text
    assert "<script>x" not in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_too_few_repeat_buyers_make_no_page(tmp_path):
    with pytest.raises(ReportError, match="at least 10; 0 of 5 did"):
        run_report("customer_value", data=base(200).drop_duplicates("customer_id").head(5),
                   out=tmp_path)  # fmt: skip
    assert not (tmp_path / "index.html").exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param({"margin": 1.5}, "`margin` must be in", id="margin"),
        pytest.param({"margin": 0.0}, "`margin` must be in", id="no-margin"),
        pytest.param({"level": 1.0}, "`level` must be in", id="level"),
        pytest.param({"model": "arima"}, "`model` must be one of", id="model"),
    ],
)
def test_a_value_out_of_range_is_refused_before_anything_runs(tmp_path, parameters, message):
    with pytest.raises(ValueError, match=message):
        run_report("customer_value", out=tmp_path / "out", **parameters)
    assert not (tmp_path / "out").exists()
