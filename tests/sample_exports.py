"""Made-up exports that ship with crmlab, and what is planted in them.

`python tests/sample_exports.py` writes the files to `datasets/samples`; each has its own seed, and
`random()` of Python gives the same numbers everywhere. Money is in whole cents here.
"""

import csv
import datetime as dt
import io
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "datasets" / "samples"


@dataclass
class Order:
    """An order: its customer ("" for a guest), what became of it, and its money in cents."""

    number: str
    customer: str
    moment: dt.datetime
    state: str
    currency: str
    lines: list[tuple[str, int, int]]  # item, pieces, price of a piece
    discount: int = 0
    shipping: int = 0
    refunded: int = 0  # of the goods

    @property
    def goods(self):
        return sum(pieces * price for _, pieces, price in self.lines) - self.discount


class Dice:
    """Draws that rest on `random()` alone, which never changes."""

    def __init__(self, seed):
        self._next = random.Random(seed).random

    def chance(self, share):
        return self._next() < share

    def pick(self, options):
        return options[int(self._next() * len(options))]

    def whole(self, low, high):
        return low + int(self._next() * (high - low + 1))


def draw_orders(dice, n_orders, *, states, items, currencies, n_customers=18, guests=0.08):
    """Orders of a year; a third of the customers place most of them."""
    moment = dt.datetime(2024, 1, 3, 9, 0)
    orders = []
    for at in range(n_orders):
        moment += dt.timedelta(hours=dice.whole(20, 210), minutes=dice.whole(0, 59))
        loyal = dice.chance(0.6)
        number = dice.whole(1, n_customers // 3 if loyal else n_customers)
        lines = [
            (item, dice.whole(1, 3), price)
            for item, price in (dice.pick(items) for _ in range(dice.pick((1, 1, 2, 3))))
        ]
        customer = "" if dice.chance(guests) else f"customer{number:02d}"
        currency = currencies[0] if number % 4 else currencies[-1]
        # The first orders show every state once.
        state = states[at % len(states)] if at < len(states) else dice.pick(states)
        orders.append(Order(f"{1001 + at}", customer, moment, state, currency, lines))
    return orders


def plant(orders, *, counted, returned_whole):
    """What the orders come to by currency, in plain arithmetic."""
    truth = defaultdict(lambda: {"customers": set(), "orders": 0, "gross": 0, "refunded": 0})
    truth_purchases = defaultdict(int)
    for order in orders:
        if order.state in counted and order.customer:
            sums = truth[order.currency]
            sums["customers"].add(order.customer)
            sums["orders"] += 1
            sums["gross"] += order.goods
            sums["refunded"] += order.refunded
            truth_purchases[order.currency] += order.state not in returned_whole
    return {
        currency: {
            "customers": len(sums["customers"]),
            "orders": sums["orders"],
            "purchases": truth_purchases[currency],
            "gross": sums["gross"] / 100,
            "refunded": sums["refunded"] / 100,
        }
        for currency, sums in sorted(truth.items())
    }


def as_csv(rows, **style):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n", **style)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def money(cents):
    return f"{cents / 100:.2f}"


# --- a shop of the kind of Shopify -----------------------------------------------------------

SHOPIFY_COUNTED = ("paid", "partially_refunded", "refunded")
SHOPIFY_STATES = (*SHOPIFY_COUNTED, "voided", "pending", "paid", "paid", "paid", "paid", "paid")
SHOPIFY_ITEMS = (("Tea", 850), ("Teapot", 4900), ("Cup", 1250), ("Tin", 690), ("Sampler", 2450))


def make_shopify():
    dice = Dice(20240101)
    orders = draw_orders(
        dice, 62, states=SHOPIFY_STATES, items=SHOPIFY_ITEMS, currencies=("USD", "EUR")
    )
    for order in orders:
        order.shipping = dice.pick((0, 490))
        if dice.chance(0.3):
            order.discount = order.goods // 10
        if order.state == "partially_refunded":
            order.refunded = order.goods // 3
        if order.state == "refunded":
            order.refunded = order.goods
    free = next(order for order in reversed(orders) if order.state == "paid" and order.customer)
    free.discount += free.goods  # a code for everything: a purchase of 0
    rows = [row for order in orders for row in _shopify_rows(order)]
    truth = plant(orders, counted=SHOPIFY_COUNTED, returned_whole=("refunded",))
    return as_csv(rows).encode(), truth


def _shopify_rows(order):
    """The first row of an order has its totals, further ones only the item."""
    back = order.refunded + (order.shipping if order.state == "refunded" else 0)
    email = f"{order.customer}@example.com" if order.customer else ""
    offset = (
        "-0400" if dt.date(2024, 3, 10) <= order.moment.date() < dt.date(2024, 11, 3) else "-0500"
    )
    for at, (item, pieces, price) in enumerate(order.lines):
        whole = {
            "Financial Status": order.state,
            "Fulfillment Status": "fulfilled",
            "Currency": order.currency,
            "Subtotal": money(order.goods),
            "Shipping": money(order.shipping),
            "Taxes": "0.00",
            "Total": money(order.goods + order.shipping),
            "Discount Code": "HELLO" if order.discount else "",
            "Discount Amount": money(order.discount),
        }
        last = {
            "Billing Name": (order.customer or "guest").title(),
            "Billing City": "Sampletown",
            "Refunded Amount": money(back),
            "Source": "web",
        }
        yield {
            "Name": f"#{order.number}",
            "Email": email,
            **(whole if at == 0 else dict.fromkeys(whole, "")),
            "Created at": f"{order.moment:%Y-%m-%d %H:%M:00} {offset}",
            "Lineitem quantity": pieces,
            "Lineitem name": item,
            "Lineitem price": money(price),
            **(last if at == 0 else dict.fromkeys(last, "")),
        }


# --- a shop of the kind of Naver Smart Store -------------------------------------------------

NAVER_COUNTED = ("구매확정", "배송완료", "배송중", "교환", "반품")
NAVER_STATES = (*NAVER_COUNTED, "취소", "미결제취소", "결제대기", *["구매확정"] * 8)
NAVER_ITEMS = (
    ("녹차", 1_200_000), ("찻잔", 1_850_000), ("주전자", 4_900_000), ("다식", 650_000),
)  # fmt: skip


def make_naver():
    dice = Dice(20240102)
    orders = draw_orders(
        dice, 56, states=NAVER_STATES, items=NAVER_ITEMS, currencies=("KRW",), guests=0.0
    )
    rows, at = [], 0
    for order in orders:
        # Part of the pieces of the first line was given back.
        piece = order.lines[0][2]
        part = order.state == "구매확정" and order.lines[0][1] > 1 and dice.chance(0.3)
        order.refunded = order.goods if order.state == "반품" else piece if part else 0
        order.shipping = dice.pick((0, 300_000))
        for line, (item, pieces, price) in enumerate(order.lines):
            at += 1
            first = pieces * price
            left = 0 if order.state == "반품" else first - (piece if part and line == 0 else 0)
            rows.append(_naver_row(order, at, item, pieces, price, first, left))
    truth = plant(orders, counted=NAVER_COUNTED, returned_whole=("반품",))
    return as_csv(rows).encode("cp949"), truth


def _naver_row(order, at, item, pieces, price, first, left):
    return {
        "상품주문번호": f"{order.moment:%Y%m%d}{at:06d}",
        "주문번호": f"{order.moment:%Y%m%d}{order.number}",
        "판매채널": "스마트스토어",
        "구매자명": f"가상{order.customer[-2:]}",
        "구매자ID": order.customer,
        "주문상태": order.state,
        "결제일": f"{order.moment + dt.timedelta(minutes=2):%Y-%m-%d %H:%M}",
        "상품명": item,
        "수량": pieces,
        "상품가격": price // 100,
        "최종 상품별 총 주문금액": left // 100,
        "최초 상품별 총 주문금액": first // 100,
        "배송비 합계": order.shipping // 100,
        "주문일시": f"{order.moment:%Y-%m-%d %H:%M}",
    }


# --- a list that no layout knows -------------------------------------------------------------

PLAIN_COLUMNS = {
    "Receipt": "order_id",
    "Client": "customer_id",
    "Bought on": "date",
    "State": "status",
    "Sum": "amount",
}
PLAIN_STATUSES = {"handed over": "paid", "called off": "cancelled"}


def make_plain():
    dice = Dice(20240103)
    orders = draw_orders(
        dice, 58, states=("handed over", "called off", *["handed over"] * 8), items=SHOPIFY_ITEMS,
        currencies=("EUR",), guests=0.05,
    )  # fmt: skip
    lines = []
    for order in orders:
        lines.append((order.moment, order, order.goods))
        if order.state == "handed over" and order.customer and dice.chance(0.12):
            order.refunded = order.goods if dice.chance(0.4) else order.goods // 2
            lines.append(
                (order.moment + dt.timedelta(days=dice.whole(2, 6)), order, -order.refunded)
            )
    lines.sort(key=lambda line: line[0])
    rows = [
        {
            "Receipt": order.number,
            "Client": order.customer or "guest",
            "Bought on": f"{moment:%d.%m.%Y}",
            "State": order.state,
            "Pieces": sum(pieces for _, pieces, _ in order.lines) * (1 if cents > 0 else -1),
            "Sum": european(cents),
        }
        for moment, order, cents in lines
    ]
    total = dict.fromkeys(rows[0], "") | {
        "Receipt": "Total",
        "Sum": european(sum(cents for _, _, cents in lines)),
    }
    for order in orders:
        if order.refunded == order.goods:
            order.state = "given back"
    counted = ("handed over", "given back")
    truth = plant(orders, counted=counted, returned_whole=("given back",))
    return as_csv([*rows, total], delimiter=";").encode(), truth


def european(cents):
    """Money as in 1.234,50 €."""
    return f"{cents / 100:,.2f} €".translate(str.maketrans(",.", ".,"))


SAMPLES = {"naver": make_naver, "plain": make_plain, "shopify": make_shopify}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in SAMPLES.items():
        data, truth = make()
        (FOLDER / f"{name}.csv").write_bytes(data)
        print(name, len(data.splitlines()) - 1, truth)
