"""Orders that the tests of the reviews and of their pages share."""

import numpy as np
import pandas as pd


def lines(n_customers, n_days):
    """Each customer buys on every day, for 1, 2, 3 ... units of money."""
    days = pd.date_range("2024-01-01", periods=n_days)
    rows = [(f"c{i}", day, float(i + 1)) for i in range(n_customers) for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


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
