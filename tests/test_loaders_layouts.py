"""Exports of shops, found by their headers and read to the cent; layouts that are wrong."""

import re

import pandas as pd
import pytest
from layout_cases import SHOPS, count_truth, export_frame, store_export

from crmlab import InputError
from crmlab.contracts import TRANSACTIONS, ContractError
from crmlab.customer_base import rfm_summary
from crmlab.loaders import audit_transactions, list_layouts, read_transactions
from crmlab.loaders._header.layouts import list_layouts as load_layouts


def assert_agrees(audit, money, left_out):
    assert audit.rows_quarantined == 0
    found = audit.by_currency.set_index("currency")
    assert set(found.index) == set(money)
    for currency, truth in money.items():
        days = {key: str(found.loc[currency, key])[:10] for key in ("first_day", "last_day")}
        sums = {key: found.loc[currency, key] for key in truth if key not in days}
        assert sums == pytest.approx({key: truth[key] for key in sums}, abs=1e-6)
        assert days == {key: str(truth[key]) for key in days}
    # Rows without an order of their own, and shipping given back, are no part of the book.
    reasons = {reason for reason, _ in left_out}
    table = audit.left_out[audit.left_out["reason"].isin(reasons)]
    table = table.set_index(["reason", "currency"])[["n_orders", "gross"]]
    found = {key: tuple(sums) for key, sums in table.T.items()}
    assert found == {key: pytest.approx(sums, abs=1e-6) for key, sums in left_out.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOPS)
def test_an_export_is_found_by_its_headers_and_read_to_the_cent(name, tmp_path):
    path, money, left_out = store_export(name, tmp_path)
    audit = audit_transactions(path)
    assert audit.readings["layout"].startswith(f"{name}, ")
    assert_agrees(audit, money, left_out)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SHOPS if len(SHOPS[name].currencies) > 1])
def test_an_export_that_is_named_gives_the_summary_the_same_revenue(name, tmp_path):
    path, money, _ = store_export(name, tmp_path, seed=2)
    currency, truth = max(money.items(), key=lambda each: each[1]["purchases"])
    lines = read_transactions(path, layout=name, currency=currency)
    summary = rfm_summary(lines)
    assert summary["total_spend"].sum() == pytest.approx(truth["gross"] - truth["refunded"])
    assert len(summary) == truth["buyers"]
    assert summary["n_orders"].sum() == truth["purchases"]


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.parametrize("name", ["shopify", "sap"])
def test_an_export_in_spark_is_read_to_the_cent(name, spark):
    frame, book, shop = export_frame(name)
    audit = audit_transactions(spark.createDataFrame(frame))
    assert_agrees(audit, *count_truth(shop, book))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "column"), [("shopify", "Refunded Amount"), ("woocommerce", "refunded_total")]
)
def test_more_given_back_than_was_paid_is_a_fault(name, column):
    frame, *_ = export_frame(name)
    frame.loc[0, column] = "999999.00"
    audit = audit_transactions(frame)
    assert set(audit.quarantined["reason"]) == {"refunded more than was paid"}


@pytest.mark.slow
@pytest.mark.parametrize(("names", "left"), [("1", "2024-03-08"), ("", "2024-03-01")])
def test_a_return_of_sap_gives_back_the_order_that_it_names(names, left):
    orders = pd.DataFrame(
        {
            "VBELN": ["1", "2", "3"], "KUNNR": "7", "AUDAT": ["20240301", "20240308", "20240320"],
            "NETWR": ["50,00", "50,00", "50,00-"], "WAERK": "EUR", "AUART": ["TA", "TA", "RE"],
            "VGBEL": ["", "", names],
        }
    )  # fmt: skip
    lines = read_transactions(orders)
    days = rfm_summary(lines)["first_purchase"].dt.strftime("%Y-%m-%d")
    assert days.tolist() == [left]


# --- which one a header is -------------------------------------------------------------------


def headers_of(layout):
    """Headers that the layout requires, for each choice among alternatives one list."""
    most = max(len(names) for names in layout.required)
    return [[names[min(at, len(names) - 1)] for names in layout.required] for at in range(most)]


@pytest.mark.parametrize("layout", load_layouts(), ids=lambda layout: layout.name)
def test_the_headers_a_layout_requires_fit_no_other(layout):
    for headers in headers_of(layout):
        assert [one.name for one in load_layouts() if one.fits(headers)] == [layout.name]


@pytest.mark.parametrize("layout", load_layouts(), ids=lambda layout: layout.name)
def test_what_a_layout_requires_is_enough_to_read_orders(layout):
    for headers in headers_of(layout):
        found = set(layout.origins(headers))
        assert {"customer_id", "date", "order_id", layout.worth} - found == (
            {"customer_id"} if layout.name == "amazon" else set()
        )


def test_the_report_of_amazon_without_a_buyer_says_what_it_lacks():
    frame = export_frame("amazon")[0].drop(columns="buyer-email")
    with pytest.raises(ContractError, match=r"table lacks 'customer_id'; it has"):
        read_transactions(frame)


@pytest.mark.parametrize("name", SHOPS)
def test_case_and_blanks_of_headers_do_not_matter(name):
    frame, *_ = export_frame(name)
    layout = next(one for one in load_layouts() if one.name == name)
    present = [header or "column 1" for header in frame.columns]
    assert layout.fits(f"  {header.upper()} " for header in present)


# Headers as exports have them, shortened where columns of one kind follow each other.
DOCUMENTED = {
    "etsy-sold-orders": (
        "etsy",
        "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,"
        "Payment Method,Date Posted,Street 1,Delivery City,Currency,Order Value,Coupon Code,"
        "Coupon Details,Discount Amount,Delivery Discount,Delivery,Sales tax,Order Total,Status,"
        "Card Processing Fees,Order Net,Adjusted Order Total,Adjusted Net Order Amount,Buyer,"
        "Order Type,Payment Type,InPerson Discount,InPerson Location",
    ),
    "ebay-all-orders": (
        "ebay",
        "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Item Number,"
        "Item Title,Custom Label,Quantity,Sold For,Shipping And Handling,Seller Collected Tax,"
        "eBay Collected Tax,Total Price,Payment Method,Sale Date,Paid On Date,Shipped On Date,"
        "Transaction ID,Variation Details",
    ),
    "xero-invoices": (
        "xero",
        "ContactName,EmailAddress,POAddressLine1,POCity,POCountry,InvoiceNumber,Reference,"
        "InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,"
        "InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,"
        "TaxType,TaxAmount,TrackingName1,TrackingOption1,Currency,Type,Sent,Status",
    ),
    "square-items": (
        "square",
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
        "Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,"
        "Location,Dining Option,Customer ID,Customer Name,Customer Reference ID",
    ),
    "square-transactions": (
        "square",
        "Date,Time,Time Zone,Gross Sales,Discounts,Net Sales,Gift Card Sales,Tax,Tip,"
        "Partial Refunds,Total Collected,Source,Card,Cash,Fees,Net Total,Transaction ID,Payment ID,"
        "Description,Event Type,Location,Customer ID,Customer Name,Customer Reference ID",
    ),
    "stripe-without-ids": (
        "stripe",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Fee,Status,Description,"
        "Customer Email,Invoice ID,Transfer",
    ),
    "amazon-all-orders": (
        "amazon",
        "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,"
        "fulfillment-channel,sales-channel,product-name,sku,asin,item-status,quantity,currency,"
        "item-price,item-tax,shipping-price,item-promotion-discount,ship-country,promotion-ids",
    ),
    "cafe24-lines": (
        "cafe24",
        "주문번호,품목별 주문번호,주문일시,결제일시(입금확인일),주문자명,주문자ID,상품명(DOMESTIC),"
        "수량,판매가,쿠폰 할인금액,총 실결제금액(최초정보) (KRW),실제 환불금액,취소유형,주문경로",
    ),
    "coupang-delivery": (
        "coupang",
        "번호,묶음배송번호,주문번호,택배사,운송장번호,분리배송 Y/N,주문일,등록상품명,등록옵션명,"
        "노출상품명(옵션명),옵션ID,업체상품코드,결제액,배송비구분,배송비,구매수(수량),"
        "옵션판매가(판매단가),구매자,구매자전화번호,수취인이름,수취인전화번호,우편번호,수취인 주소",
    ),
    "naver-new-orders": (
        "naver",
        "상품주문번호,주문번호,배송속성,판매채널,구매자명,구매자ID,수취인명,주문상태,주문세부상태,결제일,"
        "상품번호,상품명,수량,상품가격,최종 상품별 할인액,최종 상품별 총 주문금액,"
        "최초 상품별 총 주문금액,배송비 합계,정산예정금액,주문일시",
    ),
    "naver-confirmed": (
        "naver",
        "상품주문번호,주문번호,구매확정일,판매채널,주문상태,구매자명,구매자ID,상품번호,상품명,수량,"
        "최초 상품별 총 주문금액,최종 상품별 총 주문금액,배송비 합계,결제일,결제수단",
    ),
    "quickbooks-newer": (
        "quickbooks",
        "column 1,Transaction date,Transaction type,Num,Product/Service full name,"
        "Memo/Description,Quantity,Sales price,Amount,Balance",
    ),
    "sap-billing": ("sap", "VBELN,FKART,FKDAT,KUNAG,NETWR,WAERK,MWSBK,SFAKN,FKSTO"),
}


@pytest.mark.parametrize(("name", "header"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_header_as_documented_fits_its_layout_only(name, header):
    present = header.split(",")
    assert [one.name for one in load_layouts() if one.fits(present)] == [name]


def test_every_layout_has_a_case_and_is_listed():
    listed = list_layouts()
    assert listed["name"].tolist() == sorted(SHOPS) == [one.name for one in load_layouts()]
    assert listed["title"].str.len().gt(4).all()


def test_a_layout_without_one_of_its_headers_is_not_found():
    frame, *_ = export_frame("shopify")
    with pytest.raises(ContractError, match=r"lacks 'customer_id', 'date', 'amount'"):
        read_transactions(frame.drop(columns="Subtotal"))


@pytest.mark.slow
def test_columns_that_are_mapped_switch_the_search_off():
    frame, *_ = export_frame("stripe")
    mapped = {"Customer Email": "customer_id", "Created date (UTC)": "date", "Amount": "amount"}
    audit = audit_transactions(frame.assign(**{"Customer Email": "a@example.com"}), columns=mapped)
    assert "layout" not in audit.readings
    assert audit.by_currency["orders"].sum() == frame["id"].nunique()


# --- what is refused -------------------------------------------------------------------------


def test_a_layout_that_the_file_does_not_have_is_refused():
    frame, *_ = export_frame("stripe")
    message = r"The layout 'shopify' needs the columns 'Name', 'Email', .* Leave `layout` out"
    with pytest.raises(ContractError, match=message):
        read_transactions(frame, layout="shopify")


def test_two_layouts_that_fit_are_both_named():
    both = pd.concat([export_frame("stripe")[0], export_frame("sap")[0]], axis=1)
    with pytest.raises(ContractError, match="The layouts 'sap' and 'stripe' both fit: say which"):
        read_transactions(both)


def test_an_unknown_layout_is_refused_with_a_suggestion():
    frame, *_ = export_frame("stripe")
    with pytest.raises(InputError, match=r"`layout` must be one of .* Did you mean 'shopify'\?"):
        read_transactions(frame, layout="shopfy")


def test_a_layout_file_that_does_not_exist_is_named(tmp_path):
    frame, *_ = export_frame("stripe")
    path = tmp_path / "mine.toml"
    with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
        read_transactions(frame, layout=path)


GOOD = {
    "required": '["who", "when", "paid"]',
    "columns": '{ customer_id = "who", date = "when", amount = "paid" }',
}


def read_with(folder, **keys):
    """Read two orders with a layout file that has these keys besides the good ones."""
    path = folder / "mine.toml"
    text = "\n".join(f"{key} = {value}" for key, value in (GOOD | keys).items() if value)
    path.write_text(text, encoding="utf-8")
    orders = pd.DataFrame(
        {"who": ["a", "nobody"], "when": "05/01/2024", "paid": ["5", "7"], "state": "done"}
    )
    return audit_transactions(orders, layout=path)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"required": ""}, "must name its `required`"),
        ({"columns": ""}, "must name its `columns`"),
        ({"colour": '"red"'}, "must use the keys columns, currency, .*; got 'colour'"),
        ({"title": "5"}, "`title` must be text; got 5"),
        ({"required": '"who"'}, "`required` must list headers, or lists of alternatives"),
        ({"required": "[]"}, "`required` must list headers"),
        ({"required": '["who", []]'}, "`required` must list headers"),
        ({"columns": '["who"]'}, "`columns` must say where our columns come from"),
        ({"columns": '{ colour = "who" }'}, "columns are customer_id, .*; got 'colour'"),
        ({"columns": "{ date = 5 }"}, "'date' must name a header, list alternatives, or be made"),
        ({"columns": '{ date = { of = "when" } }'}, "made by first; joined; .*; got {'of'"),
        ({"columns": '{ date = { first = "when" } }'}, "'date' must name a header"),
        ({"columns": '{ date = { of = "a", among = "b" } }'}, "'date' must name a header"),
        ({"worth": '"total"'}, "`worth` must be 'amount' or 'order_total'; got 'total'"),
        ({"statuses": '["done"]'}, "`statuses` must list their words for our statuses"),
        ({"statuses": '{ done = "done" }'}, "statuses are paid, .*; got 'done'"),
        ({"statuses": "{ paid = 5 }"}, "'paid' must list words of status; got 5"),
        ({"guests": '"nobody"'}, "`guests` must list ids that stand for nobody; got 'nobody'"),
        ({"currency": '"won"'}, "`currency` must be a code of three capitals"),
        ({"offsets": '"utc"'}, "`offsets` must be 'as written'"),
        ({"date_format": "5"}, "`date_format` must be a format such as"),
        ({"date_format": '["%d/%m/%Y", "%d"]'}, "`date_format` must name year, month and day"),
        ({"dayfirst": '"yes"'}, "`dayfirst` must be true or false; got 'yes'"),
        ({"decimal": '";"'}, "`decimal` must be '.' or ','; got ';'"),
        ({"timezone": '"Mars"'}, "`timezone` must be .*'Mars'"),
        ({"notes": '"look"'}, "`notes` must list sentences"),
        ({"personal": '["colour"]'}, "`personal` must list columns of ours"),
        ({"title": "mine"}, "The layout mine.toml is not a TOML file"),
    ],
    ids=lambda value: (
        " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_a_layout_file_with_one_key_wrong_says_which(keys, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_with(tmp_path, **keys)


@pytest.mark.slow
def test_a_layout_file_may_have_every_key(tmp_path):
    found = read_with(
        tmp_path,
        title='"Mine"',
        worth='"amount"',
        guests='["nobody"]',
        currency='"KRW"',
        date_format='["%Y-%m-%d", "%d/%m/%Y"]',
        decimal='"."',
        notes='["look twice"]',
        personal='["customer_id"]',
        statuses='{ cancelled = "gone" }',
    )
    assert found.readings["layout"] == "mine, Mine; look twice"
    assert found.by_currency[["currency", "orders", "gross"]].to_numpy().tolist() == [["KRW", 1, 5]]
    assert str(found.first_date.date()) == "2024-01-05"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("formats", "day"),
    [("%d/%m/%Y", "2024-01-05"), ("%m/%d/%Y", "2024-05-01")],
)
def test_what_the_caller_says_comes_before_the_layout(formats, day, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'required = ["who"]\ndate_format = "%Y"\n'.replace("%Y", "%m/%d/%Y")
        + '[columns]\ncustomer_id = "who"\ndate = "when"\namount = "paid"\n'
    )
    orders = pd.DataFrame({"who": ["a"], "when": ["05/01/2024"], "paid": ["5"]})
    found = audit_transactions(orders, layout=path, date_format=formats)
    assert str(found.first_date.date()) == day


@pytest.mark.slow
def test_a_mapped_column_comes_before_the_layout():
    frame, *_ = export_frame("stripe")
    frame["Customer Email"] = "one@example.com"
    found = audit_transactions(frame, layout="stripe", columns={"Customer Email": "customer_id"})
    assert found.n_customers == 1


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wrong"), [("shopify", "amount"), ("stripe", "order_total")])
def test_a_mapping_to_the_other_kind_of_money_is_refused_with_the_one_to_type(name, wrong):
    frame, *_ = export_frame(name)
    right = {"amount": "order_total", "order_total": "amount"}[wrong]
    money = next(own for own in frame.columns if own in {"Total", "Amount"})
    with pytest.raises(InputError, match=f"Map it to '{right}'"):
        audit_transactions(frame, layout=name, columns={money: wrong})
    found = audit_transactions(frame, layout=name, columns={money: right})
    counts = ["currency", "customers", "orders"]
    assert found.by_currency[counts].equals(audit_transactions(frame).by_currency[counts])


@pytest.mark.slow
def test_a_header_that_a_layout_requires_may_have_another_name_where_it_is_mapped():
    frame, *_ = export_frame("stripe")
    renamed = frame.rename(columns={"Status": "Outcome", "Amount": "Paid"})
    columns = {"Outcome": "status", "Paid": "amount"}
    found = audit_transactions(renamed, layout="stripe", columns=columns)
    assert found.by_currency.equals(audit_transactions(frame).by_currency)
    with pytest.raises(ContractError, match="needs the columns 'Amount', which"):
        audit_transactions(renamed, layout="stripe", columns={"Outcome": "status"})


def test_the_columns_a_layout_reads_are_those_of_the_contract():
    assert all(set(layout.columns) <= set(TRANSACTIONS.names()) for layout in load_layouts())
