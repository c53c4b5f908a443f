"""Small tables of each kind that the pictures of lifetime models draw."""

import numpy as np
import pandas as pd

from crmlab.ltv import ltv_levers
from crmlab.plots import (
    plot_frequency_calibration,
    plot_holdout_by_frequency,
    plot_holdout_deciles,
    plot_intervals,
    plot_levers,
    plot_present_value,
    plot_probability_alive,
    plot_retention,
    plot_survival,
    plot_tracking,
)


def tracking():
    """Four months, the last two held out, the first and the last cut off."""
    table = pd.DataFrame(
        {
            "end": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-10"]),
            "actual": [30, 50, 40, 10],
            "expected": [33.0, 46.0, 36.0, 9.0],
        }
    )
    table["cumulative_actual"] = table["actual"].cumsum()
    table["cumulative_expected"] = table["expected"].cumsum()
    table["holdout"] = [False, False, True, True]
    table["complete"] = [False, True, True, False]
    return table


def calibration():
    return pd.DataFrame(
        {"purchases": ["0", "1", "2+"], "actual": [60, 25, 15], "expected": [57.0, 30.0, 13.0]}
    )


def by_frequency():
    return pd.DataFrame(
        {
            "purchases": ["0", "1", "2+"],
            "n_customers": [1200, 25, 15],
            "actual": [0.2, 0.8, 2.0],
            "expected": [0.25, 1.0, 1.9],
        }
    )


def deciles():
    return pd.DataFrame(
        {
            "decile": [1, 2, 3, 4],
            "expected": [5.0, 2.0, 1.0, 0.5],
            "actual": [6.0, 1.0, 2.0, 1.0],
            "cumulative_share": [0.6, 0.7, 0.9, 1.0],
            "cumulative_customer_share": [0.25, 0.5, 0.75, 1.0],
        }
    )


def survival():
    return pd.DataFrame(
        {
            "t": [0, 1, 2, 3],
            "estimate": [1.0, 0.63, 0.47, 0.38],
            "lower": [1.0, 0.60, 0.45, 0.35],
            "upper": [1.0, 0.66, 0.49, 0.41],
            "level": 0.9,
            "actual": [1.0, 0.631, 0.468, float("nan")],
        }
    )


def payments(n=4):
    period = np.arange(n)
    table = pd.DataFrame({"period": period, "margin": 100.0})
    table["expected"] = 100 * 0.8**period
    table["present_value"] = 100 * (0.8 / 1.12) ** period
    return table


def alive():
    cells = [(1, 10, 0.5), (1, 30, 0.7), (5, 10, 0.1), (5, 30, 0.9)]
    return pd.DataFrame(cells, columns=["frequency", "recency", "probability_alive"])


def four_intervals():
    return pd.DataFrame(
        {
            "estimate": [1.0, 2, 3, 4],
            "lower": [0.0, 1, 2, 3],
            "upper": [2.0, 3, 4, 5],
            "level": 0.9,
        },
        index=pd.Index(list("ABCD"), name="customer"),
    )


def levers(**changed):
    shop = {"price": 50, "frequency": 4, "margin": 0.3, "retention": 0.8, "service_cost": 10,
            "acquisition_cost": 60, "discount_rate": 0.12, "n_customers": 1000}  # fmt: skip
    return ltv_levers(**shop | changed)


LTV_TABLES = {
    plot_tracking: tracking,
    plot_frequency_calibration: calibration,
    plot_holdout_by_frequency: by_frequency,
    plot_holdout_deciles: deciles,
    plot_survival: survival,
    plot_retention: lambda: survival().iloc[1:],
    plot_present_value: payments,
    plot_probability_alive: alive,
    plot_intervals: four_intervals,
    plot_levers: levers,
}
