"""A small book of orders, what it comes to, and how each shop would export it.

Money is in whole cents. A writer returns rows of text under the headers of its shop.
"""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

PAID, PARTLY, BACK = "paid", "partly refunded", "refunded"
CANCELLED, PENDING, TEST = "cancelled", "pending", "test"
ALL = (PAID, PAID, PAID, PARTLY, BACK, CANCELLED, PENDING)
REASONS = {
    CANCELLED: "not counted: cancelled",
    PENDING: "not counted: pending",
    TEST: "test order",
}


@dataclass
class Order:
    number: int
    customer: str
    moment: dt.datetime
    state: str
    currency: str
    lines: list[tuple[str, int, int]]  # item, pieces, price of a piece
    discount: int
    shipping: int

    @property
    def listed(self):
        return sum(pieces * price for _, pieces, price in self.lines)

    @property
    def goods(self):
        return self.listed - self.discount

    @property
    def refunded(self):
        return {BACK: self.goods, PARTLY: self.lines[0][2] - self.discount}.get(self.state, 0)

    @property
    def day_after(self):
        return self.moment + dt.timedelta(days=1)


@dataclass
class Shop:
    """What the export of a shop can say, and its writer."""

    write: object
    states: tuple[str, ...] = ALL
    currencies: tuple[str, ...] = ("USD",)
    guests: bool = False
    shipping: bool = True
    discounts: bool = True
    most_lines: int = 3
    unpriced: tuple[str, ...] = ()  # states of which the export has no price
    style: dict = field(default_factory=dict)


def make_book(shop, seed, n_orders=28, newcomer=False):
    """Orders of a shop; a newcomer places the last one, and no other."""
    rng = random.Random(seed)
    moment, orders = dt.datetime(2024, 1, 3, 10), []
    for at in range(n_orders):
        moment += dt.timedelta(days=rng.randint(2, 9), minutes=rng.randint(0, 600))
        # Every state comes up; amounts are whole hundreds, which won have too.
        state = shop.states[at] if at < len(shop.states) else rng.choice(shop.states)
        lines = [
            (f"item {rng.randint(1, 9)}", rng.randint(2, 4), 100 * rng.randint(10, 9_000))
            for _ in range(rng.randint(1, shop.most_lines))
        ]
        guest = shop.guests and at % 7 == 6
        discount = 100 * rng.randint(1, 9) if shop.discounts and rng.random() < 0.4 else 0
        shipping = 100 * rng.randint(1, 9) if shop.shipping and rng.random() < 0.5 else 0
        customer = "" if guest else f"c{rng.randint(1, 8)}"
        currency = rng.choice(shop.currencies)
        orders.append(
            Order(1001 + at, customer, moment, state, currency, lines, discount, shipping)
        )
    if newcomer:
        last = orders[-1]
        last.customer, last.state, last.currency = "c9", PAID, shop.currencies[0]
    return orders


def count_truth(shop, orders):
    """By currency what counts, and by reason and currency the orders and money that do not."""
    counted, left_out = defaultdict(list), defaultdict(list)
    for order in orders:
        reason = REASONS.get(order.state) or ("" if order.customer else "no customer")
        if not reason:
            counted[order.currency].append(order)
        else:
            unpriced = order.state in shop.unpriced
            left_out[reason, "" if unpriced else order.currency].append(order)
    money = {
        currency: {
            "customers": len({order.customer for order in kept}),
            "buyers": len({order.customer for order in kept if order.state != BACK}),
            "orders": len(kept),
            "purchases": sum(order.state != BACK for order in kept),
            "gross": sum(order.goods for order in kept) / 100,
            "refunded": sum(order.refunded for order in kept) / 100,
            "first_day": min(order.moment for order in kept).date(),
            "last_day": max(order.moment for order in kept).date(),
        }
        for currency, kept in counted.items()
    }
    out = {
        key: (
            len(orders),
            0.0 if key[1] == "" else sum(order.goods for order in orders) / 100,
        )
        for key, orders in left_out.items()
    }
    return money, out


def money(cents):
    return f"{cents / 100:.2f}"


def won(cents):
    return f"{cents // 100}"


def dollars(cents):
    return f"-${-cents / 100:,.2f}" if cents < 0 else f"${cents / 100:,.2f}"


def share_discount(order):
    """Each line with its price after the discount, which is on the first."""
    for at, (item, pieces, price) in enumerate(order.lines):
        yield item, pieces, pieces * price - (order.discount if at == 0 else 0)


# --- the writers -----------------------------------------------------------------------------


def write_shopify(order):
    words = {
        PARTLY: "partially_refunded", BACK: "refunded", CANCELLED: "voided", PENDING: "authorized",
    }  # fmt: skip
    back = order.refunded + (order.shipping if order.state == BACK else 0)
    for at, (item, pieces, price) in enumerate(order.lines):
        once = {
            "Financial Status": words.get(order.state, "paid"), "Currency": order.currency,
            "Subtotal": money(order.goods), "Shipping": money(order.shipping),
            "Total": money(order.goods + order.shipping), "Refunded Amount": money(back),
        }  # fmt: skip
        yield {
            "Name": f"#{order.number}",
            "Email": order.customer and f"{order.customer}@example.com",
            **(once if at == 0 else dict.fromkeys(once, "")),
            "Created at": f"{order.moment:%Y-%m-%d %H:%M:%S} -0{4 + order.number % 2}00",
            "Lineitem quantity": str(pieces),
            "Lineitem name": item,
            "Lineitem price": money(price),
        }


def write_stripe(order):
    words = {
        PARTLY: "Partial Refund", BACK: "Refunded", CANCELLED: "Failed", PENDING: "Uncaptured",
    }  # fmt: skip
    yield {
        "id": f"ch_{order.number}",
        "Created date (UTC)": f"{order.moment:%Y-%m-%d %H:%M:%S}",
        "Amount": money(order.goods),
        "Amount Refunded": money(order.refunded),
        "Currency": order.currency.lower(),
        "Mode": "Test" if order.state == TEST else "Live",
        "Status": words.get(order.state, "Paid"),
        "Customer ID": order.customer and f"cus_{order.customer}",
        "Customer Email": "",
    }


def write_etsy(order):
    total = order.goods + order.shipping
    yield {
        "Sale Date": f"{order.moment:%m/%d/%y}",
        "Order ID": str(order.number),
        "Buyer User ID": "",
        "Currency": order.currency,
        "Order Value": money(order.listed),
        "Discount Amount": money(order.discount),
        "Shipping": money(order.shipping),
        "Order Total": money(total),
        "Status": "Canceled" if order.state == CANCELLED else "",
        "Adjusted Order Total": money(total - order.refunded if order.refunded else 0),
        "Buyer": order.customer,
    }


def write_woocommerce(order):
    words = {PAID: "processing", BACK: "refunded", CANCELLED: "failed", PENDING: "on-hold"}
    back = order.refunded + (order.shipping if order.state == BACK else 0)
    yield {
        "order_id": str(order.number),
        "order_date": f"{order.moment:%Y-%m-%d %H:%M:%S}",
        "status": words.get(order.state, "completed"),
        "shipping_total": money(order.shipping),
        "order_total": money(order.goods + order.shipping),
        "refunded_total": money(back),
        "order_currency": order.currency,
        "customer_id": order.customer[1:] or "0",
    }


def write_amazon(order):
    words = {BACK: "Shipped - Returned to Seller", CANCELLED: "Cancelled", PENDING: "Pending"}
    for at, (item, pieces, price) in enumerate(order.lines):
        priced = order.state not in (CANCELLED, PENDING)
        yield {
            "amazon-order-id": f"112-{order.number}",
            "purchase-date": f"{order.moment:%Y-%m-%dT%H:%M:%S}+00:00",
            "order-status": words.get(order.state, "Shipped"),
            "sku": item,
            "quantity": str(pieces if priced else 0),
            "currency": order.currency if priced else "",
            "item-price": money(pieces * price) if priced else "",
            "item-promotion-discount": money(order.discount) if at == 0 else "",
            "buyer-email": f"{order.customer}@example.com",
        }


def write_square(order):
    def row(moment, item, pieces, cents, number, event):
        return {
            "Date": f"{moment:%Y-%m-%d}", "Time": f"{moment:%H:%M:%S}",
            "Time Zone": "Eastern Time (US & Canada)", "Item": item, "Qty": f"{pieces}.0",
            "Net Sales": dollars(cents), "Transaction ID": number, "Event Type": event,
            "Customer ID": order.customer.upper(),
        }  # fmt: skip

    for item, pieces, cents in share_discount(order):
        yield row(order.moment, item, pieces, cents, f"tx{order.number}", "Payment")
    if order.refunded:
        yield row(order.day_after, "refund", -1, -order.refunded, f"rf{order.number}", "Refund")


def write_ebay(order):
    whole = {
        "Shipping And Handling": dollars(order.shipping),
        "Total Price": dollars(order.goods + order.shipping),
    }

    def row(item, pieces, cents, totals):
        return {
            "Sales Record Number": str(order.number), "Order Number": f"01-{order.number}",
            "Buyer Username": order.customer, "Item Number": item, "Quantity": str(pieces),
            "Sold For": dollars(cents), **totals, "Sale Date": f"{order.moment:%b-%d-%y}",
        }  # fmt: skip

    lines = list(share_discount(order))
    if len(lines) == 1:
        yield row(*lines[0], whole)
        return
    yield row("", sum(pieces for _, pieces, _ in lines), order.goods, whole)
    for item, pieces, cents in lines:
        yield row(item, pieces, cents, dict.fromkeys(whole, ""))


def write_xero(order):
    words = {CANCELLED: "Voided", PENDING: "Awaiting Payment"}

    def row(number, moment, total, item, pieces, cents, kind):
        return {
            "ContactName": order.customer, "InvoiceNumber": number,
            "InvoiceDate": f"{moment:%d/%m/%Y}", "Total": f"{total / 100:.4f}",
            "InventoryItemCode": item, "Quantity": f"{pieces}.0000",
            "LineAmount": f"{cents / 100:.4f}", "Currency": order.currency, "Type": kind,
            "Status": words.get(order.state, "Paid"),
        }  # fmt: skip

    for item, pieces, cents in share_discount(order):
        number = f"INV-{order.number}"
        yield row(number, order.moment, order.goods, item, pieces, cents, "Sales invoice")
    if order.refunded:
        back, number = order.refunded, f"CN-{order.number}"
        yield row(number, order.day_after, back, "", 1, back, "Sales credit note")


def write_quickbooks(order):
    def row(kind, number, moment, item, pieces, cents):
        return {
            "": "", "Date": f"{moment:%m/%d/%Y}", "Transaction Type": kind, "Num": number,
            "Product/Service": item, "Qty": str(pieces), "Amount": money(cents), "Balance": "",
        }  # fmt: skip

    yield dict.fromkeys(row("", "", order.moment, "", 0, 0), "") | {"": order.customer}
    for item, pieces, cents in share_discount(order):
        yield row("Invoice", str(order.number), order.moment, item, pieces, cents)
    if order.refunded:
        number = f"{order.number}CM"
        yield row("Credit Memo", number, order.day_after, "", -1, -order.refunded)
    heading = f"Total for {order.customer}"
    total = {"": heading, "Amount": dollars(order.goods - order.refunded)}
    yield dict.fromkeys(row("", "", order.moment, "", 0, 0), "") | total


def write_sap(order):
    def row(number, moment, cents, kind, other):
        text = f"{abs(cents) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
        return {
            "VBELN": number, "KUNNR": f"{order.customer[1:]:0>10}", "AUDAT": f"{moment:%Y%m%d}",
            "NETWR": text + ("-" if cents < 0 else ""), "WAERK": order.currency, "AUART": kind,
            "VGBEL": other,
        }  # fmt: skip

    number = f"{order.number:010}"
    yield row(number, order.moment, order.goods, "TA", "")
    if order.refunded:
        yield row(f"6{number[1:]}", order.day_after, -order.refunded, "RE", number)


def write_cafe24(order):
    words = {BACK: "반품완료", CANCELLED: "입금전취소", PENDING: "입금전"}
    for at, (item, pieces, _) in enumerate(order.lines):
        yield {
            "주문번호": f"{order.moment:%Y%m%d}-{order.number:07}",
            "품목별 주문번호": f"{order.moment:%Y%m%d}-{order.number:07}-{at + 1:02}",
            "주문자ID": order.customer,
            "주문일시": f"{order.moment:%Y-%m-%d %H:%M:%S}",
            "총 실결제금액(최초정보) (KRW)": won(order.goods),
            "실제 환불금액": won(order.refunded),
            "주문상태": words.get(order.state, "배송완료"),
            "상품번호": item,
            "수량": str(pieces),
        }


def write_coupang(order):
    words = {BACK: "반품", CANCELLED: "취소완료", PENDING: "결제대기"}
    for item, pieces, cents in share_discount(order):
        yield {
            "번호": "1",
            "묶음배송번호": str(90_000 + order.number),
            "주문번호": str(order.number),
            "주문일": f"{order.moment:%Y-%m-%d %H:%M:%S}",
            "등록상품명": item,
            "결제액": f"{cents // 100:,}",
            "구매수(수량)": str(pieces),
            "구매자전화번호": f"0502-{order.customer[1:]:0>4}-0000",
            "배송상태": words.get(order.state, "배송지시"),
        }


def write_naver(order):
    words = {BACK: "반품", CANCELLED: "미결제취소", PENDING: "결제대기"}
    for at, (item, pieces, cents) in enumerate(share_discount(order)):
        back = order.refunded if order.state == PARTLY and at == 0 else 0
        left = 0 if order.state == BACK else cents - back
        yield {
            "상품주문번호": f"{order.number}{at}",
            "주문번호": str(order.number),
            "구매자ID": order.customer,
            "주문상태": words.get(order.state, "배송중"),
            "결제일": f"{order.moment:%Y-%m-%d %H:%M}",
            "상품명": item,
            "수량": str(pieces),
            "최종 상품별 총 주문금액": won(left),
            "최초 상품별 총 주문금액": won(cents),
            "배송비 합계": won(order.shipping),
        }


WON = {"currencies": ("KRW",)}
NO_STATUS = (PAID, PAID, PARTLY, BACK)
SHOPS = {
    "amazon": Shop(
        write_amazon, (PAID, PAID, BACK, CANCELLED, PENDING), ("USD", "EUR"),
        shipping=False, unpriced=(CANCELLED, PENDING), style={"sep": "\t"},
    ),
    "cafe24": Shop(write_cafe24, **WON, guests=True, shipping=False, style={"encoding": "cp949"}),
    "coupang": Shop(write_coupang, (PAID, PAID, BACK, CANCELLED, PENDING), **WON),
    "ebay": Shop(write_ebay, (PAID,)),
    "etsy": Shop(write_etsy, (PAID, PAID, PARTLY, CANCELLED), ("USD", "EUR")),
    "naver": Shop(write_naver, **WON),
    "quickbooks": Shop(write_quickbooks, NO_STATUS, shipping=False),
    "sap": Shop(write_sap, NO_STATUS, ("EUR", "USD"), shipping=False, style={"sep": ";"}),
    "shopify": Shop(write_shopify, currencies=("USD", "EUR"), guests=True),
    "square": Shop(write_square, NO_STATUS, guests=True, shipping=False),
    "stripe": Shop(write_stripe, (*ALL, TEST), ("USD", "EUR", "MXN"), guests=True, shipping=False),
    "woocommerce": Shop(write_woocommerce, currencies=("EUR", "GBP"), guests=True),
    "xero": Shop(write_xero, currencies=("GBP", "USD"), shipping=False),
}  # fmt: skip


def export_frame(name, seed=1, **more):
    """The export of a shop as text, its book of orders, and the shop."""
    shop = SHOPS[name]
    book = make_book(shop, seed, **more)
    rows = [row for order in book for row in shop.write(order)]
    return pd.DataFrame(rows, dtype="str"), book, shop


def store_export(name, folder, seed=1, **more):
    """The path of an export, and what it comes to."""
    frame, book, shop = export_frame(name, seed, **more)
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False, **shop.style)
    return path, *count_truth(shop, book)
