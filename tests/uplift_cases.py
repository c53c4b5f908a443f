"""The summer camp of the simulated company: its test, and what was known the day before."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from crmlab.churn import ChurnModel, churn_features, churn_panel, label_churn
from crmlab.customer_base import rfm_summary
from crmlab.simulate import simulate_company
from crmlab.uplift import TwoModelUplift, experiment_table


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


def policy_money(n_customers, seed, share, *, policies=("uplift", "response", "risk")):
    """True profit, in won, of treating a share of one half by what the other half taught.

    By uplift; by the probability of ordering, whoever is treated; and by churn risk, as a
    `ChurnModel` tells it on the eve.
    """
    company = simulate_company(n_customers, seed=seed)
    test, features = camp_test(company)
    effects = company.truth.effects.query("campaign_id == 'K06'").set_index("customer_id")
    camp = company.campaigns.set_index("campaign_id").loc["K06"]
    learn = np.random.default_rng(seed).random(len(test)) < 0.5
    known, held = features[learn], features[~learn]
    lot = {"treatment": test["treated"][learn], "assignment": "random"}
    outcome, eve = test["outcome"][learn], camp["start"] - pd.Timedelta(days=1)
    by = {
        "uplift": lambda: TwoModelUplift().fit(known, outcome, **lot).predict(held),
        "response": lambda: logistic(known, outcome, held),
        "risk": lambda: churn_risk(company, eve).reindex(held.index),
    }
    scores = {name: by[name]() for name in policies}
    gain = camp["margin"] * effects["effect"].reindex(held.index) - camp["cost_per_contact"]
    n = round(share * len(held))
    return {
        name: float(gain.to_numpy()[np.argsort(-np.asarray(score), kind="stable")[:n]].sum())
        for name, score in scores.items()
    }


def logistic(known, outcome, held):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return model.fit(known, outcome).predict_proba(held)[:, 1]


def churn_risk(company, eve, *, horizon=180):
    """Probability of leaving, calibrated, from days of which the outcome was known on the eve.

    Who has left already, or has never bought, comes last: nothing is to be lost there.
    """
    orders = company.transactions
    days = [eve - pd.Timedelta(days=horizon + more) for more in (90, 0)]
    panel = churn_panel(orders, as_of=days, horizon=horizon)
    X, left = panel.drop(columns=["as_of", "churned"]), panel["churned"]
    model = ChurnModel().fit(X, left, time=panel["as_of"])
    now = churn_features(orders, as_of=eve)
    risk = pd.Series(model.predict_proba(now)[:, 1], index=now.index)
    status = label_churn(orders, as_of=eve, horizon=horizon)["status"]
    ids = company.customers["customer_id"]
    return risk.where(status == "at risk").reindex(ids).fillna(-1.0)
