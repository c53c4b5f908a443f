"""The tables that the pictures of leaving are drawn from."""

from churn_cases import gehan

from crmlab.churn import cumulative_incidence, gains_table, kaplan_meier, retention_profit_curve
from crmlab.plots import plot_gains, plot_incidence, plot_kaplan_meier, plot_retention_profit


def survival():
    treated = gehan().query("group == '6-MP'")
    return kaplan_meier(treated["duration"], treated["event"])


CHURN_TABLES = {
    plot_kaplan_meier: survival,
    plot_incidence: lambda: cumulative_incidence([1, 2, 3, 4], ["price", "move", "price", None]),
    plot_gains: lambda: gains_table([1, 1, 0, 1, 0, 0], [9, 8, 7, 3, 2, 1], n_groups=3)[
        ["cumulative_customer_share", "gain"]  # what the picture reads
    ],
    plot_retention_profit: lambda: retention_profit_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])[
        ["fraction", "profit"]
    ],
}
