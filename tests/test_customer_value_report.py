"""The customer-value report on bases as people have them."""

import numpy as np
import pandas as pd
import pytest
from report_cases import text_of

from crmlab.customer_base import rfm_summary
from crmlab.datasets import load_cdnow
from crmlab.ltv import BetaGeoNBD, GammaGamma, customer_lifetime_value
from crmlab.reports import ReportError, run_report

pytestmark = pytest.mark.pages


def base(n_customers=200, *, seed=1, stay=0.8, slope=0.0, days=400):
    """Customers who buy at rates of their own, may leave after each purchase, and spend."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n_customers):
        day, often = rng.integers(0, days // 4), rng.gamma(1.5, 30.0) + 3
        own, n = rng.gamma(4.0, 10.0) + 2, 0
        while day < days:
            n += 1
            rows.append((f"c{i:03d}", day, own * rng.gamma(5.0, 0.2) + slope / often))
            if n > 1 and rng.random() > stay:
                break
            day += 1 + int(rng.exponential(often))
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return frame.assign(date=pd.Timestamp("2023-01-01") + pd.to_timedelta(frame["date"], unit="D"))


def test_the_key_figure_is_the_value_computed_directly(tmp_path):
    orders = load_cdnow(sample=True)
    terms = {"margin": 0.4, "horizon": 52, "discount_rate": 0.15, "level": 0.8}
    text = text_of(
        run_report(
            "customer_value", data=orders, out=tmp_path, observation_end="1998-03-31",
            model="bg_nbd", currency="dollars", **terms,
        )
    )  # fmt: skip
    summary = rfm_summary(orders, observation_end="1998-03-31", unit="W")
    value = customer_lifetime_value(
        BetaGeoNBD().fit(summary), GammaGamma(nonpositive="exclude").fit(summary), summary,
        total=True, **terms,
    ).iloc[0]  # fmt: skip
    assert f"dollars {value['estimate']:,.0f} today (80% interval {value['lower']:,.0f}" in text
    assert "52 weeks after 31 March 1998" in text
    assert "These intervals hold only if the model does" in text
    assert "Model: BG/NBD." in text


def test_a_korean_export_with_new_and_returned_goods_is_valued(tmp_path):
    orders = base()
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
    text = text_of(
        run_report(
            "customer_value", data=path, out=tmp_path / "out",
            columns={"고객": "customer_id", "일자": "date", "금액": "amount"},
        )
    )  # fmt: skip
    assert f"{len(table):,} rows read = {len(table):,} valid" in text
    assert "KRW" in text
    assert "first bought on the last day, valued but left out of the fit: 2." in text
    assert "spent nothing on average, left out of the fit of spending: 1." in text


def test_spending_that_follows_frequency_is_adjusted_and_said(tmp_path):
    orders = base(slope=2000.0, seed=3)
    summary = rfm_summary(orders, unit="W")
    with pytest.raises(ValueError, match="must be unrelated"):
        GammaGamma(nonpositive="exclude").fit(summary[summary["T"] > 0])
    text = text_of(run_report("customer_value", data=orders, out=tmp_path))
    assert "Spending was let depend on how often somebody buys." in text


def test_a_base_nobody_leaves_is_valued_by_nbd_and_said(tmp_path):
    orders = base(stay=1.0, seed=2)
    text = text_of(run_report("customer_value", data=orders, out=tmp_path))
    assert "BG/NBD sees nobody leave in these data, so the page uses NBD." in text
    assert "Nobody's chance to be a customer is between 20% and 80%." in text


def test_a_base_that_does_not_determine_the_model_is_held_and_said(tmp_path):
    orders = base(stay=0.0)  # everyone leaves after the first repeat purchase
    text = text_of(run_report("customer_value", data=orders, out=tmp_path))
    assert "These data alone do not determine BG/NBD." in text
    assert "Model: BG/NBD, held." in text


def test_a_short_and_small_history_is_valued_untested(tmp_path):
    orders = base(40, days=100)
    text = text_of(run_report("customer_value", data=orders, out=tmp_path))
    assert "it is not tested here" in text
    assert "Fewer than 100 customers bought again." in text


def test_a_model_that_was_asked_for_is_not_replaced(tmp_path):
    with pytest.raises(ReportError, match="no dropout is visible"):
        run_report("customer_value", data=base(stay=1.0, seed=2), out=tmp_path, model="bg_nbd")


def test_too_few_repeat_buyers_make_no_page(tmp_path):
    with pytest.raises(ReportError, match="at least 10; 0 of 5 did"):
        run_report("customer_value", data=base(200).drop_duplicates("customer_id").head(5),
                   out=tmp_path)  # fmt: skip
    assert not (tmp_path / "index.html").exists()


def test_names_that_are_code_stay_text(tmp_path):
    orders = base()
    orders["customer_id"] = "<script>alert(1)</script>" + orders["customer_id"]
    html = run_report(
        "customer_value", data=orders, out=tmp_path, currency="<script>x</script>"
    ).read_text(encoding="utf-8")
    assert "<script>alert(1)" not in html
    assert "<script>x" not in html
    assert "&lt;script&gt;alert(1)" in html


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
