"""The lines of orders: their columns, what each must keep, and what leaves one out."""

from crmlab.contracts._contract import Column, Contract
from crmlab.contracts._faults import infinitely_large, left_out, uncounted
from crmlab.contracts._rules import Rule
from crmlab.contracts._words import STATUSES

__all__ = ["TRANSACTIONS"]

TRANSACTIONS = Contract(
    name="transactions",
    columns=(
        Column("customer_id", "id", "who bought; text or whole number", required=True),
        Column("date", "time", "when; local time of the shop", required=True),
        Column(
            "amount",
            "number",
            "price of the line, in currency; negative is a return",
            required=True,
            product_of=("quantity", "unit_price"),
            total="order_total",
            money=True,
        ),
        Column("order_id", "id", "the order or basket the line belongs to"),
        Column("status", "word", "what became of the order", words=STATUSES),
        Column(
            "refunded",
            "number",
            "given back of the line, in currency, whatever its sign",
            money=True,
        ),
        Column(
            "order_refunded",
            "number",
            "given back of the order, in currency; on any of its lines, counted once",
            money=True,
        ),
        Column(
            "order_total",
            "number",
            "price of the goods of the order after discounts, in currency; on any of its lines, "
            "counted once; read where `amount` is absent",
            money=True,
        ),
        Column(
            "order_paid",
            "number",
            "what the customer paid for the order, shipping and tax included; nothing more can be "
            "given back",
            money=True,
        ),
        Column("currency", "word", "code of the currency, such as KRW"),
        Column("is_test", "flag", "whether the order is a test"),
        Column("product_id", "id", "what was bought"),
        Column("quantity", "number", "units on the line; negative is a return"),
        Column(
            "unit_price",
            "number",
            "price of one unit, in currency; read where `amount` is absent",
            money=True,
        ),
        Column("cost", "number", "cost of the line, in currency", money=True),
        Column("channel", "text", "where it was sold, such as web or branch"),
        Column("source", "text", "system the line was booked in"),
        Column("source_id", "text", "account of the customer in that system"),
        Column("is_return", "flag", "whether the line gives money back; derived where absent"),
    ),
    rules=(
        left_out("customer_id", "find who bought, or leave the line out"),
        left_out("date", "fill in the day of the order"),
        left_out("amount", "fill in the price of the line"),
        infinitely_large("amount", "correct the price of the line"),
    ),
    exclusions=(
        *(uncounted(word) for word in ("cancelled", "pending", "partly paid")),
        Rule(
            "test order",
            "it is none of the shop's money",
            lambda t: t["is_test"].fill_null(False),
            "is_test",
        ),
    ),
    reader="read_transactions",
)
