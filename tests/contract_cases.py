"""A row of each canonical table that keeps its contract, and ways to change it."""

import pandas as pd

DAY, LATER = pd.Timestamp("2024-03-01"), pd.Timestamp("2024-06-30")
# One row of each table that keeps its contract, in every column.
GOOD = {
    "transactions": {
        "customer_id": "a", "date": DAY, "amount": 9.0, "order_id": "o1", "status": "paid",
        "refunded": 1.0, "order_refunded": 0.0, "order_total": 9.0, "order_paid": 12.0,
        "currency": "KRW", "is_test": False, "product_id": "p1", "quantity": 1,
        "unit_price": 9.0, "cost": 4.0, "channel": "web", "source": "web", "source_id": "w1",
        "is_return": False,
    },
    "products": {
        "product_id": "p1", "department": "books", "category": "maths", "product_name": "1A",
        "price": 9.0, "cost": 4.0,
    },
    "customers": {
        "customer_id": "a", "joined": DAY, "channel": "search", "region": "Seoul",
        "district": "Nowon", "birth_year": 2015, "sex": "F", "household_id": "h1",
        "longitude": 127.0, "latitude": 37.6,
    },
    "identities": {
        "source": "web", "source_id": "w1", "name": "김하늘", "phone": "010-1234-5678",
        "email": "a@b.kr", "address": "서울", "birth_date": DAY, "updated": LATER,
    },
    "consents": {
        "customer_id": "a", "channel": "email", "purpose": "marketing", "granted": True,
        "date": DAY,
    },
    "campaigns": {
        "campaign_id": "k1", "name": "camp", "channel": "post", "start": DAY, "window_days": 28,
        "design": "randomised", "offer": "camp", "price": 90.0, "margin": -2.0,
        "cost_per_contact": 0.5,
    },
    "contacts": {
        "customer_id": "a", "campaign_id": "k1", "date": DAY, "channel": "phone",
        "treated": True, "outcome": "answered", "cost": 0.0, "currency": "KRW",
    },
    "responses": {
        "customer_id": "a", "campaign_id": "k1", "date": DAY, "kind": "order", "amount": 0.0,
        "currency": "KRW",
    },
    "coupons": {
        "coupon_id": "u1", "customer_id": "a", "campaign_id": "k1", "issued": DAY,
        "expires": DAY, "face_value": 0.0, "redeemed": DAY,
    },
    "referrals": {"referrer_id": "a", "customer_id": "b", "date": DAY},
    "complaints": {"customer_id": "a", "date": DAY, "kind": "late", "resolved_days": 0.0},
    "spend": {"date": DAY, "channel": "tv", "amount": 0.0, "purpose": "acquire"},
    "subscriptions": {
        "customer_id": "a", "start": DAY, "end": DAY, "plan": "basic", "monthly_fee": 0.0,
        "monthly_cost": 0.0, "instructor_id": "i1",
    },
    "instructors": {"instructor_id": "i1", "branch_id": "b1", "joined": DAY, "left": DAY},
    "visits": {
        "customer_id": "a", "instructor_id": "i1", "month": DAY, "planned": 0.0, "held": 0.0,
    },
    "branches": {
        "branch_id": "b1", "name": "Nowon", "region": "Seoul", "district": "Nowon",
        "longitude": -180.0, "latitude": 90.0, "opened": DAY,
    },
}  # fmt: skip
KEYS = {
    "products": ["product_id"],
    "customers": ["customer_id"],
    "identities": ["source", "source_id"],
    "consents": ["customer_id", "channel", "purpose", "date"],
    "campaigns": ["campaign_id"],
    "coupons": ["coupon_id"],
    "referrals": ["customer_id"],
    "instructors": ["instructor_id"],
    "visits": ["customer_id", "instructor_id", "month"],
    "branches": ["branch_id"],
}


def rows(name, *changes):
    """A good row for each change, changed, its keys set apart by a number unless changed."""
    made = []
    for i, change in enumerate(changes):
        row = dict(GOOD[name])
        for key in KEYS.get(name, []):
            if isinstance(row[key], str) and key not in ("source", "channel", "purpose"):
                row[key] += str(i)
        made.append(row | change)
    return pd.DataFrame(made, columns=list(GOOD[name]))
