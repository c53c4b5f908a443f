"""What a reader says about a header that is not ours, and what an explicit mapping may do."""

import ast
import re

import ibis
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from loader_cases import audited, orders, read

from crmlab.contracts import CONTRACTS, ContractError
from crmlab.customer_base import rfm_summary
from crmlab.loaders import read_table, read_transactions
from crmlab.loaders._header import layouts, suggest
from crmlab.loaders._header.words import list_words
from crmlab.loaders._sources import expressions

DAYS = ["2024-01-05", "2024-01-06", "2024-02-07", "2024-02-08"]
IDS = ["c7", "c9", "c7", "c8"]
NUMBERS = ["#1001", "#1001", "#1002", "#1003"]
MONEY = ["30.50", "1,046.00", "166.25", "99.90"]
WON = ["107,600원", "178,400원", "101,200원", "11,100원"]
PIECES = [2, 1, 1, 3]
NOTHING = [None] * 4


@pytest.fixture(autouse=True)
def _without_layouts(monkeypatch):
    """Headers of shops are unknown here, as those of other shops are."""
    monkeypatch.setattr(layouts, "list_layouts", lambda: ())


def message(source, table="transactions", **options):
    """What a reader says about a header, which is at most five lines."""
    if table != "transactions":
        options["name"] = table
    with pytest.raises(ContractError) as caught:
        (read_transactions if table == "transactions" else read_table)(source, **options)
    said = str(caught.value)
    assert len(said.splitlines()) <= 5
    return said


def suggested(source, table="transactions", **options):
    """The mapping that a message suggests, as Python reads it."""
    found = re.search(r"Did you mean columns=(.*)\?$", message(source, table, **options), re.M)
    return ast.literal_eval(found[1]) if found else {}


def ours(mapping, *names):
    """Our names -> theirs, of the given names only."""
    return {name: theirs for theirs, name in mapping.items() if name in names}


# --- files of shops ---------------------------------------------------------------------------

SHOPS = {
    "shopify": (
        {
            "Name": NUMBERS, "Email": ["a@x.example", "a@x.example", "b@x.example", "c@x.example"],
            "Paid at": [DAYS[0], None, *DAYS[2:]], "Subtotal": ["30.50", None, "5.00", "9.90"],
            "Shipping": ["4.90", None, "0.00", "0.00"], "Total": ["35.40", None, "5.00", "9.90"],
            "Discount Amount": ["1.50", None, "0.00", "0.00"], "Created at": DAYS,
            "Lineitem quantity": PIECES, "Lineitem price": MONEY, "Cancelled at": NOTHING,
            "Refunded Amount": ["0.00", None, "0.00", "1.20"], "Id": ["51", None, "52", "53"],
        },
        ["Email", "Created at", "Subtotal"],
    ),
    "stripe": (
        {
            "id": ["ch_1", "ch_2", "ch_3", "ch_4"], "Created date (UTC)": DAYS, "Amount": MONEY,
            "Amount Refunded": MONEY, "Converted Amount": NOTHING, "Fee": MONEY,
            "Refunded date (UTC)": DAYS, "Customer ID": IDS, "Customer Email": NOTHING,
        },
        ["Customer ID", "Created date (UTC)", "Amount"],
    ),
    "etsy": (
        {
            "Sale Date": ["02/21/2024"] * 4, "Order ID": ["31", "32", "33", "34"],
            "Buyer User ID": [None, "u6", "u1", "u6"], "Number of Items": PIECES,
            "Date Shipped": NOTHING, "Order Value": MONEY, "Shipping": MONEY, "Sales Tax": MONEY,
            "Buyer": ["u2", "u6", "u1", "u6"],
        },
        ["Buyer User ID", "Sale Date", "Order Value"],
    ),
    "woocommerce": (
        {
            "order_id": [1, 2, 3, 4], "order_date": DAYS, "order_net": MONEY, "Total": MONEY,
            "refunded_total": MONEY, "Customer": ["9", "0", "9", "7"],
        },
        ["Customer", "order_date", "Total"],
    ),
    "amazon": (
        {
            "amazon-order-id": ["112-01-00", "112-02-00", "112-02-00", "112-03-00"],
            "purchase-date": ["2024-02-22T20:28:00+00:00"] * 4, "last-updated-date": DAYS,
            "item-price": MONEY, "shipping-price": MONEY, "buyer-email": IDS,
        },
        ["buyer-email", "purchase-date", "item-price"],
    ),
    "square": (
        {
            "Date": DAYS, "Time": ["22:45:00"] * 4, "Item": ["Tea"] * 4, "Qty": [1.0] * 4,
            "Net Sales": ["$112.80", "$5.00", "($5.00)", "$9.10"], "Customer ID": IDS,
        },
        ["Customer ID", "Date", "Net Sales"],
    ),
    "ebay": (
        {
            "Sales Record Number": ["1004", "1006", "1007", "1008"], "Buyer Username": IDS,
            "Sale Date": ["Feb-23-24", "Feb-26-24", "Feb-27-24", "Mar-01-24"],
            "Total Price": ["$320.94", "$193.74", "$268.68", "$1.00"],
        },
        ["Buyer Username", "Sale Date", "Total Price"],
    ),
    "xero": (
        {
            "*ContactName": IDS, "*InvoiceNumber": ["INV-1001", "INV-1002", "INV-1003", "INV-4"],
            "*InvoiceDate": ["22 Feb 2024"] * 4, "DueDate": ["22 Mar 2024"] * 4, "Total": MONEY,
        },
        ["*ContactName", "*InvoiceDate", "Total"],
    ),
    "quickbooks": (
        {
            "Customer": IDS, "Date": ["01/05/2024"] * 4, "Num": ["1", "2", "3", "4"],
            "Qty": PIECES, "Amount": MONEY, "Balance": MONEY,
        },
        ["Customer", "Date", "Amount"],
    ),
    "sap": (
        {
            "VBELN": ["0001", "0002", "0003", "0004"], "KUNNR": ["0006", "0000", "0006", "0012"],
            "AUDAT": ["20240220", "20240221", "20240228", "20240302"],
            "NETWR": ["59,32", "106,56", "63,40", "84,39"], "AUART": ["TA"] * 4,
        },
        ["KUNNR", "AUDAT", "NETWR"],
    ),
    "cafe24": (
        {
            "주문번호": ["20240220-01", "20240221-02", "20240221-03", "20240222-04"],
            "주문자 아이디": IDS, "주문일시": DAYS, "배송비": WON, "총 실결제금액": WON,
            "할인금액": WON,
        },
        ["주문자 아이디", "주문일시", "총 실결제금액"],
    ),
    "coupang": (
        {
            "번호": [1, 2, 3, 4], "주문번호": NUMBERS, "주문일": DAYS, "구매수(수량)": PIECES,
            "결제액": ["42,700", "45,600", "275,400", "5,000"],
            "구매자전화번호": ["0502-1234-0012", "0502-1234-0016", "0502-1234-0012", "0502-1-1"],
        },
        ["구매자전화번호", "주문일", "결제액"],
    ),
    "naver": (
        {
            "상품주문번호": ["11", "12", "13", "14"], "주문번호": NUMBERS, "구매자ID": IDS,
            "결제일": [None, *DAYS[1:]], "주문일시": DAYS, "수량": PIECES,
            "상품가격": [75200, 24600, 83900, 36300],
            "상품별 총 주문금액": [150400, 24600, 83900, 108900], "배송비 합계": [3000] * 4,
        },
        ["구매자ID", "주문일시", "상품별 총 주문금액"],
    ),
    "ta-feng": (
        {
            "TRANSACTION_DT": ["11/1/2000"] * 4, "CUSTOMER_ID": ["01104905", "00418683"] * 2,
            "PIN_CODE": ["115"] * 4, "PRODUCT_ID": ["4710199010372"] * 4, "AMOUNT": PIECES,
            "ASSET": [24, 48, 142, 71], "SALES_PRICE": [30, 46, 166, 99],
        },
        ["CUSTOMER_ID", "TRANSACTION_DT", "SALES_PRICE"],
    ),
    "superstore": (
        {
            "Row ID": [1, 2, 3, 4], "Order ID": NUMBERS, "Order Date": ["11/8/2016"] * 4,
            "Ship Date": ["11/11/2016"] * 4, "Customer ID": IDS, "Customer Name": IDS,
            "Sales": [261.96, 731.94, 14.62, 957.5], "Quantity": PIECES,
            "Discount": [0, 0, 0.2, 0.45], "Profit": [41.9, 219.5, 6.8, -383.0],
        },
        ["Customer ID", "Order Date", "Sales"],
    ),
    "olist": (
        {
            "order_id": ["e4", "53", "47", "94"], "customer_unique_id": IDS,
            "order_purchase_timestamp": DAYS, "order_approved_at": DAYS,
            "order_estimated_delivery_date": DAYS, "payment_value": MONEY,
        },
        ["customer_unique_id", "order_purchase_timestamp", "payment_value"],
    ),
    "german": (
        {"Kunde": IDS, "Datum": ["05.01.2024"] * 4, "Betrag (€)": ["1.200,50"] * 4},
        ["Kunde", "Datum", "Betrag (€)"],
    ),
    "old-sales-sample": (
        {
            "ORDERNUMBER": [10107, 10121, 10121, 10134], "QUANTITYORDERED": [30, 34, 41, 45],
            "PRICEEACH": [95.7, 81.35, 94.74, 83.26], "SALES": [2871.0, 2765.9, 3884.34, 3746.7],
            "ORDERDATE": ["2/24/2003 0:00"] * 4, "CUSTOMERNAME": IDS,
        },
        ["CUSTOMERNAME", "ORDERDATE", "SALES"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shop", SHOPS)
def test_the_columns_of_shops_are_found(shop):
    frame, expected = SHOPS[shop]
    found = suggested(pd.DataFrame(frame))
    assert list(ours(found, "customer_id", "date", "amount").values()) == expected


@pytest.mark.parametrize("price", ["UnitPrice", "Price", "PRICEEACH", "단가", "Stückpreis"])
def test_a_quantity_and_the_price_of_one_are_offered_together(price):
    sold = {"InvoiceNo": NUMBERS, "StockCode": ["85123A", "71053", "D", "D"], "Quantity": PIECES}
    sold |= {"InvoiceDate": ["12/1/2010 8:26"] * 4, price: [2.55, 3.39, 2.75, 27.5]}
    frame = pd.DataFrame(sold | {"CustomerID": [17850.0, 17850.0, None, 13047.0]})
    assert suggested(frame) == {
        "CustomerID": "customer_id", "InvoiceDate": "date", "InvoiceNo": "order_id",
        "StockCode": "product_id", "Quantity": "quantity", price: "unit_price",
    }  # fmt: skip
    alone = frame.drop(columns="Quantity")
    assert not ours(suggested(alone), "unit_price")
    assert repr(price) in message(alone).replace("it has", "").partition("Did")[2]


@pytest.mark.slow
@pytest.mark.parametrize("shop", ["superstore", "sap", "ta-feng"])
def test_what_is_suggested_can_be_typed(shop):
    frame = pd.DataFrame(SHOPS[shop][0])
    report = audited(frame, columns=suggested(frame), dayfirst=None if shop == "sap" else False)
    money = pd.Series(SHOPS[shop][0][SHOPS[shop][1][2]]).astype(str).str.replace(",", ".")
    assert report.revenue == pytest.approx(money.astype(float).sum())


def test_what_the_owner_mapped_stays_in_the_suggestion():
    frame = pd.DataFrame(SHOPS["ta-feng"][0])
    found = suggested(frame, columns={"ASSET": "amount"})
    assert next(iter(found.items())) == ("ASSET", "amount")
    assert ours(found, "customer_id", "date").keys() == {"customer_id", "date"}
    assert "SALES_PRICE" not in found


# --- names ------------------------------------------------------------------------------------

CELLS = {"id": IDS, "time": DAYS, "number": MONEY, "text": ["a", "b", "a", "c"], "flag": ["Y"] * 4}
WRITINGS = [str.upper, str.title, "_".join, "-".join, " ".join, "*{} ".format, "{} (x)".format]


def squashed(word):
    return re.sub(r"[\W_]", "", word.casefold())


def write(word, writing):
    """A word as exports write names."""
    return writing(word.split(" ")) if "join" in repr(writing) else writing(word)


@pytest.mark.slow
@pytest.mark.parametrize("table", CONTRACTS)
@settings(max_examples=15)
@given(data=st.data())
def test_each_required_column_is_known_by_each_of_its_words(table, data):
    contract = CONTRACTS[table]
    words = {c.name: set(map(squashed, list_words(contract, c.name))) for c in contract.columns}
    names = {}
    for column in contract.columns:
        if not column.required:
            continue
        word = data.draw(st.sampled_from(list_words(contract, column.name)))
        assume(sum(squashed(word) in known for known in words.values()) == 1)
        names[write(word, data.draw(st.sampled_from(WRITINGS)))] = column
    assume(len(set(map(str.casefold, names))) == len(contract.names(required=True)))
    lacking = {name: column.name for name, column in names.items() if name != column.name}
    assume(lacking)
    frame = pd.DataFrame({name: CELLS[column.kind] for name, column in names.items()})
    found = suggested(frame, table)
    assert {theirs: found.get(theirs) for theirs in lacking} == lacking


@pytest.mark.parametrize("table", CONTRACTS)
def test_every_column_has_words_in_english_and_korean(table):
    for column in CONTRACTS[table].columns:
        words = list_words(CONTRACTS[table], column.name)
        assert any(word.isascii() for word in words)
        assert any(re.search("[가-힣]", word) for word in words)


@pytest.mark.parametrize("name", ["Custmer_ID", "customerid", "CUSTOMER ID ", "customer-id"])
def test_a_name_that_differs_in_case_or_spelling_is_suggested(name):
    assert suggested(orders().rename(columns={"customer_id": name})) == {name: "customer_id"}


@pytest.mark.parametrize(
    "name",
    ["Discount Amount", "Shipping total", "배송비 합계", "할인금액", "refunded total", "tax"],
)
def test_other_money_is_not_the_amount(name):
    frame = orders().rename(columns={"amount": name})
    assert "amount" not in suggested(frame.assign(date=DAYS[:2])).values()


# --- contents ---------------------------------------------------------------------------------

small = st.lists(st.integers(1, 5), min_size=5, max_size=9)


@pytest.mark.slow
@settings(max_examples=15)
@given(pieces=small, cents=st.integers(600, 10**6), first=st.booleans(), data=st.data())
def test_pieces_are_not_money_where_money_stands_beside(pieces, cents, first, data):
    money = [cents * n / 100 for n in range(1, len(pieces) + 1)]
    other = data.draw(st.sampled_from(["Sales", "SALES_PRICE", "Total", "매출액", "Umsatz"]))
    columns = {"AMOUNT": pieces, other: money}
    columns = columns if first else dict(reversed(columns.items()))
    frame = pd.DataFrame({"customer_id": "a", "date": DAYS[0]} | columns)
    assert suggested(frame) == {other: "amount", "AMOUNT": "quantity"}
    assert suggested(frame.drop(columns=other)) == {"AMOUNT": "amount"}


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        pytest.param(DAYS, "amount", id="dates-as-amount"),
        pytest.param(IDS, "amount", id="ids-as-amount"),
        pytest.param(NOTHING, "amount", id="nothing-as-amount"),
        pytest.param(MONEY, "date", id="money-as-date"),
        pytest.param(["soon", "later", "never", "once"], "date", id="words-as-date"),
        pytest.param(DAYS, "customer_id", id="dates-as-id"),
        pytest.param(MONEY, "customer_id", id="money-as-id"),
    ],
)
def test_a_name_does_not_count_where_the_cells_are_something_else(cells, wrong):
    right = {"customer_id": IDS, "date": DAYS, "amount": MONEY}
    known = {"customer_id": "Customer", "date": "Order Date", "amount": "Total"}[wrong]
    others = {name: column for name, column in right.items() if name != wrong}
    assert suggested(pd.DataFrame(others | {known: right[wrong]})) == {known: wrong}
    assert wrong not in suggested(pd.DataFrame(others | {known: cells})).values()


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "text"])
def test_a_column_of_dates_is_found_whatever_it_is_called(typed):
    days = pd.to_datetime(DAYS) if typed else DAYS
    frame = pd.DataFrame({"aa": IDS, "bb": days, "cc": MONEY, "dd": "x", "ee": PIECES})
    assert suggested(frame) == {"bb": "date"}
    assert "By the values, 'customer_id' may be 'aa'; 'amount' may be 'cc'." in message(frame)
    assert "date" not in suggested(frame.assign(ff=days)).values()
    assert "'date' may be 'bb' or 'ff'" in message(frame.assign(ff=days))


def test_dates_among_other_cells_are_still_dates():
    mixed = [pd.Timestamp("2024-01-05"), "2024-01-06", pd.Timestamp("2024-01-07"), DAYS[3]]
    frame = pd.DataFrame({"customer_id": IDS, "x": pd.Series(mixed, dtype=object), "amount": 1.5})
    assert suggested(frame) == {"x": "date"}


def test_of_two_ids_the_one_that_repeats_is_the_customer():
    frame = pd.DataFrame({"Client": list("abcd"), "Member": IDS, "date": DAYS, "amount": MONEY})
    assert suggested(frame) == {"Member": "customer_id"}
    assert suggested(frame.assign(Client=IDS, Member=list("abcd"))) == {"Client": "customer_id"}


def test_what_else_may_be_money_is_said():
    frame = pd.DataFrame(SHOPS["shopify"][0])
    assert "Also possible: 'Paid at' as 'date', 'Total' as 'amount'." in message(frame)


def test_what_nothing_looks_like_is_said():
    frame = pd.DataFrame({"Kunde": IDS, "Datum": DAYS, "Farbe": ["rot", "blau", "rot", "gelb"]})
    assert message(frame).endswith("\nNothing looks like 'amount'.")


@pytest.mark.parametrize("n_columns", [9, 79, pytest.param(700, marks=pytest.mark.slow)])
def test_a_wide_header_is_not_listed(n_columns):
    frame = pd.DataFrame({f"a column of its own {n}": [n] for n in range(n_columns)})
    said = message(frame.rename(columns={"a column of its own 0": "x" * 300}))
    assert f"it has {n_columns} columns: '{'x' * 37}...', 'a column of its own 1'" in said
    assert f" and {n_columns - 3} more." in said
    assert len(said) < 350
    assert len(message(frame, columns={"no": "amount"})) < 250


def test_no_value_is_shown():
    frame = pd.DataFrame({"누구": ["김민지", "이서준"] * 2, "e-mail": ["kim@secret.example"] * 4})
    for table in ("transactions", "identities"):
        assert not re.search("김민지|secret", message(frame, table))


@pytest.mark.slow
def test_a_good_header_costs_no_look(monkeypatch):
    def look(*_):
        raise AssertionError("the rows were looked into")

    monkeypatch.setattr(suggest, "look_into", look)
    assert len(read(orders())) == 2


def test_a_look_takes_one_query_of_few_rows(monkeypatch):
    queries, execute = [], expressions.execute
    monkeypatch.setattr(
        expressions, "execute", lambda query: queries.append(query) or execute(query)
    )
    frame = pd.DataFrame(SHOPS["shopify"][0]).dropna(axis=1, how="all")
    suggested(ibis.duckdb.connect().create_table("orders", frame))
    assert len(queries) == 1
    assert "LIMIT" in str(ibis.to_sql(queries[0]))


def test_names_are_enough_where_rows_cannot_be_read():
    torn = ibis.duckdb.connect().sql("SELECT error('torn') AS Kunde, '1' AS Datum, 2 AS Betrag")
    expected = {"Kunde": "customer_id", "Datum": "date", "Betrag": "amount"}
    assert suggested(torn) == expected


@pytest.mark.slow
def test_every_engine_suggests_the_same(engine):
    frame = pd.DataFrame(SHOPS["superstore"][0])
    assert suggested(engine(frame)) == suggested(frame)


# --- an explicit mapping wins -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["AMOUNT", "amount"])
def test_an_explicit_mapping_wins_over_a_name(engine, name):
    frame = orders(SALES=[50.0, 60.0], amount_in_source=[1, 2]).rename(columns={"amount": name})
    table = read_transactions(engine(frame), columns={"SALES": "amount"})
    kept = f"{name}_in_source_in_source"
    lines = table.to_pandas().sort_values("amount")
    assert lines["amount"].tolist() == [50.0, 60.0]
    assert lines[kept].tolist() == [5.0, 7.5]
    assert lines["amount_in_source"].tolist() == [1, 2]
    assert rfm_summary(table)["total_spend"].sum() == 110.0


@pytest.mark.slow
def test_an_explicit_mapping_wins_over_an_optional_name():
    lines = read(orders(x=[3, 4], Quantity=[7, 8]), columns={"x": "quantity"})
    assert (lines["quantity"].tolist(), lines["Quantity_in_source"].tolist()) == ([3, 4], [7, 8])


@pytest.mark.slow
def test_an_explicit_mapping_wins_in_other_tables():
    answers = pd.DataFrame(
        {"customer_id": [1], "CHANNEL": ["x"], "way": ["post"], "purpose": ["service"],
         "granted": ["Y"], "date": ["2024-01-05"]}
    )  # fmt: skip
    table = read_table(answers, "consents", columns={"way": "channel"})
    assert (table["channel"].item(), table["CHANNEL_in_source"].item()) == ("post", "x")


@pytest.mark.slow
def test_the_quarantine_keeps_the_names_of_the_owner():
    frame = orders(SALES=["?", "60"]).rename(columns={"amount": "AMOUNT"})
    report = audited(frame, columns={"SALES": "amount"})
    assert list(report.quarantined) == [*frame, "reason"]


# --- the price of one unit --------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("price", "quantity"),
    [
        ("UnitPrice", "Quantity"), ("Price", "quantity"), ("price per unit", "Qty"),
        ("단가", "수량"), ("Einzelpreis", "Menge"),
    ],
)  # fmt: skip
def test_a_price_of_one_unit_as_amount_is_pointed_out(price, quantity):
    frame = orders(**{quantity: [2, 3]}).rename(columns={"amount": price})
    reading = audited(frame, columns={price: "amount"}).readings["amount of a line"]
    assert reading.endswith(f"map {price!r} to unit_price and {quantity!r} to quantity")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("price", "quantity"),
    [("Sales", "Quantity"), ("SALES_PRICE", "Qty"), ("UnitPrice", "Country"), ("결제액", "수량")],
)
def test_other_amounts_are_not_doubted(price, quantity):
    frame = orders(**{quantity: [2, 3]}).rename(columns={"amount": price})
    assert "amount of a line" not in audited(frame, columns={price: "amount"}).readings
