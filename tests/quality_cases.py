"""Orders and records of people that the tests of data quality share."""

import numpy as np
import pandas as pd

PERSONAL = ["name", "phone", "email", "address", "birth_date"]


def orders():
    return pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c2", None],
            "date": pd.to_datetime(["2024-01-05", "2024-03-05", "2024-02-01", "2024-02-02"]),
            "amount": [10.0, 20.0, 5.0, 5.0],
        }
    )


def records(n_people=60, *, seed=1):
    """Two systems that know the same people; every third is only in the first."""
    rng = np.random.default_rng(seed)
    family, first = list("김이박최정강조윤장임"), list("민서지하도예준우현아")
    rows = []
    for i in range(n_people):
        name = rng.choice(family) + rng.choice(first) + rng.choice(first)
        phone = f"010-{rng.integers(1000, 9999)}-{rng.integers(1000, 9999)}"
        mail = f"person{i:03d}@example.com"
        born = pd.Timestamp("2008-01-01") + pd.Timedelta(days=int(rng.integers(0, 3000)))
        place = f"서울특별시 노원구 중앙로{i + 1}길 {rng.integers(1, 90)}"
        row = [name, phone, mail, place, f"{born:%Y-%m-%d}"]
        rows.append(["shop", f"s{i:03d}", *row, "2023-01-31"])
        if i % 3:
            row[1] = phone.replace("-", "")
            rows.append(["web", f"w{i:03d}", *row, "2024-02-28"])
    return pd.DataFrame(rows, columns=["source", "source_id", *PERSONAL, "updated"])
