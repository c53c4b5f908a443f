"""The canonical tables: columns with meaning and unit, and what every row must keep.

A required column is one without which a row says nothing; `end` of a subscription and `amount` of
a response are required, yet may be empty in a row.
"""

from collections.abc import Iterable

from crmlab.contracts._contract import Column, Contract
from crmlab.contracts._faults import (
    early,
    infinitely_large,
    left_out,
    negative,
    outside,
    repeated,
    unknown,
)
from crmlab.contracts._rules import Rule
from crmlab.contracts._transactions import TRANSACTIONS
from crmlab.contracts._words import (
    CHANNELS,
    DESIGNS,
    PURPOSES,
    RESPONSE_KINDS,
    SPEND_PURPOSES,
)

__all__ = [
    "BRANCHES",
    "CAMPAIGNS",
    "COMPLAINTS",
    "CONSENTS",
    "CONTACTS",
    "CONTRACTS",
    "COUPONS",
    "CUSTOMERS",
    "IDENTITIES",
    "INSTRUCTORS",
    "PRODUCTS",
    "REFERRALS",
    "RESPONSES",
    "SPEND",
    "SUBSCRIPTIONS",
    "TRANSACTIONS",
    "VISITS",
]


def _make_contract(
    name: str, columns: tuple[Column, ...], *rules: Rule, may_be_empty: Iterable[str] = ()
) -> Contract:
    """A contract that also wants required cells filled and numbers finite."""
    filled = [
        left_out(column.name)
        for column in columns
        if column.required and column.name not in may_be_empty
    ]
    finite = [infinitely_large(column.name) for column in columns if column.kind == "number"]
    return Contract(name, columns, (*filled, *finite, *rules))


_LONGITUDE = outside("longitude", -180, 180, "give degrees, east positive")
_LATITUDE = outside("latitude", -90, 90, "give degrees, north positive")
_PLACE = (
    Column("longitude", "number", "degrees east, WGS 84"),
    Column("latitude", "number", "degrees north, WGS 84"),
)

# --- what was sold ----------------------------------------------------------------------------

PRODUCTS = _make_contract(
    "products",
    (
        Column("product_id", "id", "the product", required=True),
        Column("department", "text", "widest group of products", required=True),
        Column("category", "text", "group of products within a department", required=True),
        Column("product_name", "text", "what it is called"),
        Column("price", "number", "list price of one unit, in currency", required=True),
        Column("cost", "number", "cost of one unit, in currency", required=True),
    ),
    negative("price"),
    negative("cost"),
    repeated("product_id"),
)

SUBSCRIPTIONS = _make_contract(
    "subscriptions",
    (
        Column("customer_id", "id", "who subscribes", required=True),
        Column("start", "time", "first day", required=True),
        Column("end", "time", "day it ended; empty while active", required=True),
        Column("plan", "text", "what is subscribed to", required=True),
        Column("monthly_fee", "number", "price of a month, in currency", required=True),
        Column("monthly_cost", "number", "cost of serving a month, in currency"),
        Column("instructor_id", "id", "first instructor"),
    ),
    negative("monthly_fee"),
    negative("monthly_cost"),
    early("end", "start"),
    may_be_empty=["end"],
)

# --- who the customers are --------------------------------------------------------------------

CUSTOMERS = _make_contract(
    "customers",
    (
        Column("customer_id", "id", "the customer", required=True),
        Column("joined", "time", "day the customer joined"),
        Column("channel", "text", "what brought the customer, such as search or referral"),
        Column("region", "text", "province of residence"),
        Column("district", "text", "district of residence"),
        Column("birth_year", "number", "calendar year of birth"),
        Column("sex", "text", "F or M"),
        Column("household_id", "id", "the household; the same for those who live together"),
        *_PLACE,
    ),
    outside("birth_year", 1900, 2100, "give the year in four digits"),
    _LONGITUDE,
    _LATITUDE,
    repeated("customer_id"),
)

IDENTITIES = _make_contract(
    "identities",
    (
        Column("source", "text", "system that holds the record", required=True),
        Column("source_id", "id", "the record's id in that system", required=True),
        Column("name", "text", "full name", personal=True),
        Column("phone", "text", "telephone number", personal=True),
        Column("email", "text", "e-mail address", personal=True),
        Column("address", "text", "postal address", personal=True),
        Column("birth_date", "time", "day of birth", personal=True),
        Column("updated", "time", "day the record was last changed"),
    ),
    repeated("source", "source_id"),
)

CONSENTS = _make_contract(
    "consents",
    (
        Column("customer_id", "id", "who answered", required=True),
        Column("channel", "text", "by what: email, phone or post", required=True),
        Column("purpose", "text", "for what: marketing, service or partner", required=True),
        Column("granted", "flag", "allowed or refused", required=True),
        Column("date", "time", "when; the last answer counts", required=True),
    ),
    unknown("channel", CHANNELS),
    unknown("purpose", PURPOSES),
    repeated("customer_id", "channel", "purpose", "date"),
)

REFERRALS = _make_contract(
    "referrals",
    (
        Column("referrer_id", "id", "customer who recommended", required=True),
        Column("customer_id", "id", "customer who came", required=True),
        Column("date", "time", "day the new customer joined", required=True),
    ),
    Rule(
        "referrer is the customer",
        "find who referred the customer",
        lambda t: (t.referrer_id.cast("string") == t.customer_id.cast("string")).fill_null(False),
        "customer_id",
        ("referrer_id",),
    ),
    repeated("customer_id"),
)

COMPLAINTS = _make_contract(
    "complaints",
    (
        Column("customer_id", "id", "who complained", required=True),
        Column("date", "time", "when", required=True),
        Column("kind", "text", "about what", required=True),
        Column("resolved_days", "number", "days until it was settled; empty while open"),
    ),
    negative("resolved_days"),
)

# --- marketing --------------------------------------------------------------------------------

CAMPAIGNS = _make_contract(
    "campaigns",
    (
        Column("campaign_id", "id", "the campaign", required=True),
        Column("name", "text", "what it is called"),
        Column("channel", "text", "by what: email, phone or post", required=True),
        Column("start", "time", "first day", required=True),
        Column("window_days", "number", "days from the start in which responses count"),
        Column("design", "text", "how the treated were chosen: randomised, biased or routine"),
        Column("offer", "text", "what was offered"),
        Column("price", "number", "price of the offer, in currency"),
        Column("margin", "number", "margin of an order of the offer, in currency"),
        Column("cost_per_contact", "number", "cost of one contact, in currency"),
    ),
    unknown("channel", CHANNELS),
    unknown("design", DESIGNS),
    negative("window_days"),
    negative("price"),
    negative("cost_per_contact"),
    repeated("campaign_id"),
)

CONTACTS = _make_contract(
    "contacts",
    (
        Column("customer_id", "id", "who was chosen", required=True),
        Column("campaign_id", "id", "for which campaign", required=True),
        Column("date", "time", "day of the contact", required=True),
        Column("channel", "text", "by what: email, phone or post", required=True),
        Column("treated", "flag", "contacted, or kept back as a control", required=True),
        Column("outcome", "text", "what came of it; not_contacted for a control", required=True),
        Column("cost", "number", "cost of the contact, in currency", required=True),
        Column("currency", "word", "code of the currency, such as KRW"),
    ),
    unknown("channel", CHANNELS),
    negative("cost"),
)

RESPONSES = _make_contract(
    "responses",
    (
        Column("customer_id", "id", "who responded", required=True),
        Column("campaign_id", "id", "to which campaign", required=True),
        Column("date", "time", "when", required=True),
        Column("kind", "text", "open, click, redeem or order", required=True),
        Column("amount", "number", "of an order, in currency; else empty or 0", required=True),
        Column("currency", "word", "code of the currency, such as KRW"),
    ),
    unknown("kind", RESPONSE_KINDS),
    negative("amount"),
    may_be_empty=["amount"],
)

COUPONS = _make_contract(
    "coupons",
    (
        Column("coupon_id", "id", "the coupon", required=True),
        Column("customer_id", "id", "who got it", required=True),
        Column("campaign_id", "id", "with which campaign", required=True),
        Column("issued", "time", "day it was given out", required=True),
        Column("expires", "time", "last day it is taken"),
        Column("face_value", "number", "what it is worth, in currency"),
        Column("redeemed", "time", "day it was used; empty if it was not"),
    ),
    negative("face_value"),
    early("expires", "issued"),
    early("redeemed", "issued"),
    repeated("coupon_id"),
)

SPEND = _make_contract(
    "spend",
    (
        Column("date", "time", "first day of what was paid for", required=True),
        Column("channel", "text", "on what, such as tv or search", required=True),
        Column("amount", "number", "what was paid, in currency", required=True),
        Column("purpose", "text", "acquire or keep", required=True),
    ),
    negative("amount"),
    unknown("purpose", SPEND_PURPOSES),
)

# --- service ----------------------------------------------------------------------------------

INSTRUCTORS = _make_contract(
    "instructors",
    (
        Column("instructor_id", "id", "the instructor", required=True),
        Column("branch_id", "id", "branch the instructor works from"),
        Column("joined", "time", "first day at work"),
        Column("left", "time", "last day at work; empty while there"),
    ),
    early("left", "joined"),
    repeated("instructor_id"),
)

VISITS = _make_contract(
    "visits",
    (
        Column("customer_id", "id", "who is visited", required=True),
        Column("instructor_id", "id", "by whom", required=True),
        Column("month", "time", "first day of the month", required=True),
        Column("planned", "number", "visits agreed for the month", required=True),
        Column("held", "number", "visits that took place", required=True),
    ),
    negative("planned"),
    negative("held"),
    repeated("customer_id", "instructor_id", "month"),
)

BRANCHES = _make_contract(
    "branches",
    (
        Column("branch_id", "id", "the branch", required=True),
        Column("name", "text", "what it is called"),
        Column("region", "text", "province it lies in"),
        Column("district", "text", "district it lies in"),
        *_PLACE,
        Column("opened", "time", "first day"),
    ),
    _LONGITUDE,
    _LATITUDE,
    repeated("branch_id"),
)

CONTRACTS = {
    contract.name: contract
    for contract in (
        TRANSACTIONS,
        PRODUCTS,
        CUSTOMERS,
        IDENTITIES,
        CONSENTS,
        CAMPAIGNS,
        CONTACTS,
        RESPONSES,
        COUPONS,
        REFERRALS,
        COMPLAINTS,
        SPEND,
        SUBSCRIPTIONS,
        INSTRUCTORS,
        VISITS,
        BRANCHES,
    )
}
