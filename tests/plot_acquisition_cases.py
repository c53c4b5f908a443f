"""Small tables of each kind that the pictures of winning customers draw."""

import numpy as np
import pandas as pd

from crmlab.acquisition import ResponseCurve, payback_curve, reward_curve, simulate_referrals
from crmlab.plots import (
    plot_acquisition_cost,
    plot_payback,
    plot_referral_growth,
    plot_referral_value,
    plot_reward,
)


def costs():
    return pd.DataFrame(
        {"channel": ["tv", "web", "flyer"], "n_customers": [10, 20, 0],
         "direct": [900.0, 600, 50], "overhead": [100.0, 60, 5], "welcome": [20.0, 40, 0],
         "estimate": [102.0, 35, np.inf], "lower": [60.0, 25, 15], "upper": [180.0, 52, np.inf]}
    )  # fmt: skip


def paybacks():
    margins = pd.DataFrame(np.tile([30.0, 20, 20, 10], (6, 1)))
    return payback_curve(margins, {"tv": 90, "web": 40}, by=pd.Series(["tv", "web"] * 3))


def rewards():
    return reward_curve(
        np.arange(0, 80, 5.0), recommending=ResponseCurve(0.5, 0.05, floor=0.2), told=5,
        conversion=0.1, value=100, anyway=0.3, n_start=1000,
    )  # fmt: skip


ACQUISITION_TABLES = {
    plot_acquisition_cost: costs,
    plot_payback: paybacks,
    plot_referral_value: lambda: pd.DataFrame(
        {"own": [9.0, 7, 3, -1], "referral_value": [0.0, 2, 5, 1]}
    ),
    plot_referral_growth: lambda: simulate_referrals(
        100, recommending=0.5, told=5, conversion=0.1, n_runs=50
    ),
    plot_reward: rewards,
}
