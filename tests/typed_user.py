"""What an analyst writes in an annotated script; `test_install.py` shows it to mypy --strict."""

from pathlib import Path

import pandas as pd

import crmlab
from crmlab import identity, ltv, plots, readiness
from crmlab.typing import Day, Table


def worth(orders: Table, *, until: Day) -> pd.DataFrame:
    """The base over time, and what each customer will still be worth."""
    summary = crmlab.rfm_summary(orders, observation_end=until, unit="W")
    cohorts = crmlab.cohort_retention(orders)
    share: float = crmlab.top_share(summary["monetary_value"], top=0.2)
    model = ltv.BetaGeoNBD().fit(summary)
    spend = ltv.GammaGamma(nonpositive="exclude").fit(summary)
    purchases = model.expected_purchases(summary, 52)
    value = ltv.customer_lifetime_value(
        model, spend, summary, margin=0.3, horizon=52, discount_rate=0.1
    )
    chosen = ltv.backtest(orders, horizon=13)
    intervals = ltv.predictive_intervals(model, summary, 52, total=True)
    plots.plot_cohorts(cohorts).set_title(f"{share:.0%} {chosen.columns}")
    plots.plot_lorenz(crmlab.lorenz_curve(summary["total_spend"])).set_title("Lorenz")
    new = model.expected_purchases_new(52) * model.expected_purchases_new([13, 26]).sum()
    worth = model.discounted_expected_purchases(summary, discount_rate=0.1).sum() + new
    return value.assign(purchases=purchases, n=len(intervals), worth=worth)


company = crmlab.load_company()
table = worth(company.transactions, until="2025-12-28")
linked = crmlab.link_customers(company.identities)
people = identity.golden_records(linked, company.identities)
found = crmlab.evaluate_links(linked, company.truth.links)
split = readiness.simulate_split_identities(company.transactions, share=0.2, cost_per_mailing=2.0)
larger = crmlab.simulate_company(100_000, seed=7, seasonality=False)
audit = crmlab.audit_transactions(Path("orders.csv"), columns={"고객": "customer_id"})
print(audit.rows_read, found.round(2), split.columns, people.index, larger.transactions.size)
again = worth(crmlab.read_transactions("orders.csv"), until="2025-12-28")
page: Path = crmlab.run_report("customer_base", data="orders.csv", top=0.1)
crmlab.rfm_summary(company.transactions, unit="X")  # type: ignore[arg-type]
crmlab.top_share([3, 1], top="half")  # type: ignore[arg-type]
