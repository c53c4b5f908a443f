"""Data of the shops, cut small, for the inputs on which learners' functions are tried."""

from functools import cache

import numpy as np
import pandas as pd

from crmlab.datasets import load_cdnow, load_complete_journey

__all__ = ["cd_orders", "cut", "receipts"]


@cache
def cd_orders() -> pd.DataFrame:
    """The orders of some hundred customers of the CD shop."""
    orders = load_cdnow()
    return orders[orders["customer_id"].str.endswith("37")].reset_index(drop=True)


@cache
def receipts() -> pd.DataFrame:
    """Some weeks of some households of the grocery, with the time of day."""
    lines = load_complete_journey("transactions")
    few = lines["customer_id"].isin(sorted(lines["customer_id"].unique())[::25])
    columns = ["customer_id", "product_id", "date", "amount"]
    return lines.loc[few & (lines["week"] <= 6), columns].reset_index(drop=True)


def cut(table: pd.DataFrame, rng: np.random.Generator, n_customers: int) -> pd.DataFrame:
    """Take the rows of some customers, in an order that says nothing."""
    ids = rng.choice(table["customer_id"].unique(), n_customers, replace=False)
    return table[table["customer_id"].isin(ids)].sample(frac=1, random_state=rng)
