"""The summer camp of the simulated company: its test, and what was known the day before."""

import numpy as np
import pandas as pd

from crmlab.customer_base import rfm_summary
from crmlab.uplift import experiment_table


def camp_test(company):
    """The test, one row per customer, and features known the day before it began."""
    test = experiment_table(company.contacts, company.responses, campaign_id="K06")
    start = company.campaigns.set_index("campaign_id").loc["K06", "start"]
    eve = start - pd.Timedelta(days=1)
    before = company.transactions[company.transactions["date"] < start]
    summary = rfm_summary(before, observation_end=eve).reindex(test.index)
    year = before[before["date"] >= start - pd.Timedelta(days=365)]
    orders = year.groupby("customer_id")["date"].nunique().reindex(test.index).fillna(0)
    born = company.customers.set_index("customer_id")["birth_year"].reindex(test.index)
    terms = company.subscriptions
    running = (terms["start"] < start) & ~(terms["end"] <= start)
    features = pd.DataFrame(
        {
            "age": start.year - born,
            "orders_last_year": np.log1p(orders),
            "orders": np.log1p(summary["n_orders"].fillna(0)),
            "days_since_last": np.log1p(summary["days_since_last"].fillna(999)),
            "subscriber": test.index.isin(terms.loc[running, "customer_id"]),
        },
        index=test.index,
    )
    return test, features.astype(float)
