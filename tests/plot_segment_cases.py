"""Small tables of each kind that the pictures of segments and of revenue draw."""

import pandas as pd

from crmlab.plots import (
    plot_migration,
    plot_rankings,
    plot_revenue_change,
    plot_segment_counts,
    plot_segments,
)


def profile():
    return pd.DataFrame(
        {
            "segment": ["loyal", "others", "gone"],
            "customer_share": [0.2, 0.5, 0.3],
            "value_share": [0.7, 0.25, 0.05],
        }
    )


def moves():
    rows = [
        ("a", "a", 6, 60.0, 70.0),
        ("a", "b", 1, 10.0, 5.0),
        ("a", "(lost)", 3, 20.0, 0.0),
        ("b", "a", 2, 5.0, 30.0),
        ("b", "b", 0, 0.0, 0.0),
        ("b", "(lost)", 8, 9.0, 0.0),
        ("(won)", "a", 4, 0.0, 40.0),
        ("(won)", "b", 1, 0.0, 2.0),
    ]
    columns = ["before", "after", "n_customers", "revenue_before", "revenue_after"]
    return pd.DataFrame(rows, columns=columns)


def selection():
    return pd.DataFrame(
        {
            "n_segments": [2, 3, 4],
            "silhouette": [0.3, 0.45, 0.4],
            "stability": [0.7, 0.95, 0.6],
            "chosen": [False, True, False],
        }
    )


def rankings():
    rows = [
        ("profit", "profit", 100.0, 100.0, 0.0),
        ("profit", "lifetime_value", 120.0, 200.0, 80.0),
        ("loyalty", "profit", 40.0, 100.0, 60.0),
        ("loyalty", "lifetime_value", 90.0, 200.0, 110.0),
    ]
    return pd.DataFrame(rows, columns=["ranked_by", "money", "amount", "best", "missed"])


def change():
    return pd.DataFrame(
        {
            "step": ["last period", "lost", "won", "frequency", "order size", "this period"],
            "amount": [1000.0, -300.0, 120.0, 40.0, -10.0, 850.0],
            "running": [1000.0, 700.0, 820.0, 860.0, 850.0, 850.0],
        }
    )


SEGMENT_TABLES = {
    plot_segments: profile,
    plot_migration: moves,
    plot_segment_counts: selection,
    plot_rankings: rankings,
    plot_revenue_change: change,
}
