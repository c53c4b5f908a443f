"""Small bases of orders with what they were bought of."""

import numpy as np
import pandas as pd

PRODUCTS = pd.DataFrame(
    {
        "product_id": ["t1", "t2", "b1", "b2", "g1", "g2"],
        "category": ["tent", "tent", "barbecue", "barbecue", "gas", "gas"],
        "level": ["basic", "premium"] * 3,
        "price": [100.0, 200, 40, 80, 5, 10],
        "cost": [60.0, 100, 30, 50, 4, 7],
    }
)


def orders(rows):
    """Lines from (customer, day, product, amount)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "product_id", "amount"])
    return table.assign(date=pd.to_datetime(table["date"]), amount=table["amount"].astype(float))


def campers(n=400, *, seed=0, lift=6.0):
    """A year in which buyers of a tent buy a barbecue later, `lift` times as often as others."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        tent = rng.random() < 0.5
        for half in (0, 1):
            first = pd.Timestamp("2024-01-05") + pd.Timedelta(days=180 * half)
            if half == 0:
                rows.append((f"c{i:03d}", first, "t1" if tent else "g1", 100 if tent else 5))
            if rng.random() < 0.08 * (lift if tent else 1.0):
                rows.append((f"c{i:03d}", first + pd.Timedelta(days=120), "b1", 40))
            if rng.random() < 0.3:
                rows.append((f"c{i:03d}", first + pd.Timedelta(days=130), "g2", 10))
    rows.append(("c000", "2024-12-31", "g1", 5))
    return orders(rows)
