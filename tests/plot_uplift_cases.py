"""Small tables of each kind that the pictures of uplift, staying and winning draw."""

import numpy as np
import pandas as pd

from crmlab.acquisition import ResponseCurve, budget_split, spend_curve
from crmlab.plots import (
    plot_balance,
    plot_budget_split,
    plot_cost_ratio,
    plot_elasticity,
    plot_half_life,
    plot_margin_by_tenure,
    plot_profit_curve,
    plot_qini,
    plot_spend_curve,
    plot_uplift_deciles,
)
from crmlab.retention import constant_survival, retention_elasticity
from crmlab.uplift import balance_table, profit_curve, qini_curve, uplift_by_decile

TRIAL = [1, 0] * 20 + [0, 0, 1, 0] * 10, [1, 0] * 40, range(80, 0, -1)
LOT = {"assignment": "random"}


def profit():
    return profit_curve(*TRIAL, value=10, cost=3, n_points=8, n_resamples=40, **LOT)


def tenures():
    return pd.DataFrame(
        {"tenure": [1, 2, 3], "estimate": [-0.03, 0.04, 0.07], "lower": [-0.05, 0.02, np.nan],
         "upper": [-0.01, 0.06, np.nan]}
    )  # fmt: skip


def balance():
    known = pd.DataFrame({"age": np.arange(80) % 7, "plan": ["a", "b", "b", "a"] * 20})
    return balance_table(known, TRIAL[1])


def spending():
    curves = ResponseCurve(0.3, 0.02), ResponseCurve(0.9, 0.05)
    money = np.arange(0, 120, 5.0)
    return spend_curve(*curves, money, on="acquisition", margin=100, discount_rate=0.1)


def split():
    curves = ResponseCurve(0.3, 0.02), ResponseCurve(0.9, 0.05, 0.5)
    return budget_split(*curves, budget=9e3, n_prospects=500, n_customers=200, value_won=200)


UPLIFT_TABLES = {
    plot_qini: lambda: qini_curve(*TRIAL, **LOT),
    plot_uplift_deciles: lambda: uplift_by_decile(*TRIAL, n_groups=4, **LOT),
    plot_profit_curve: profit,
    plot_balance: balance,
    plot_half_life: lambda: constant_survival(0.8),
    plot_elasticity: lambda: retention_elasticity(margin=100, retention=0.8, discount_rate=0.12),
    plot_margin_by_tenure: tenures,
    plot_cost_ratio: lambda: pd.DataFrame({"cost_to_win": [40.0], "cost_to_keep": [10.0]}),
    plot_spend_curve: spending,
    plot_budget_split: split,
}
