"""Small tables of each kind that the pictures of linking and of split identities draw."""

import pandas as pd

from crmlab.plots import (
    plot_field_quality,
    plot_link_thresholds,
    plot_match_weights,
    plot_split_identities,
)


def split_grid():
    """Three measures at no, some and many people split; no limits for the model's."""
    rows = [
        (share, measure, truth, slope * share, truth * (slope * share - 0.01), high)
        for share in (0.0, 0.1, 0.4)
        for measure, truth, slope, high in (
            ("customers", 1000.0, 1.0, 1000 * share + 10),
            ("mean_frequency", 2.0, -0.5, -share + 0.02),
            ("buyers_alive", 600.0, 0.4, float("nan")),
        )
    ]
    columns = ["share", "measure", "truth", "relative_bias", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


def split_views():
    """Two views; the model of the first has no answer, which leaves its bias missing."""
    nan = float("nan")
    rows = [
        ("separate", "customers", 1000.0, 0.4, 350.0, 450.0),
        ("separate", "mean_frequency", 2.0, -0.25, -0.6, -0.4),
        ("separate", "buyers_alive", 600.0, nan, nan, nan),
        ("separate", "revenue", 9000.0, 0.0, 0.0, 0.0),
        ("linked", "customers", 1000.0, 0.004, 1.0, 7.0),
        ("linked", "mean_frequency", 2.0, -0.01, -0.03, -0.01),
        ("linked", "buyers_alive", 600.0, 0.02, nan, nan),
    ]
    return pd.DataFrame(
        rows, columns=["view", "measure", "truth", "relative_bias", "lower", "upper"]
    )


def thresholds():
    return pd.DataFrame(
        {
            "threshold": [0.9, 0.5, 0.99],
            "precision": [0.98, 0.9, 0.995],
            "recall": [0.95, 0.97, 0.8],
            "f1": [0.965, 0.934, 0.887],
        }
    )


def explained():
    return pd.DataFrame(
        {
            "comparison": ["before", "name", "birth date", "phone"],
            "match_weight": [-10.0, 7.0, 8.0, -3.0],
        }
    )


def field_counts():
    rows = [
        ("branch", "phone", 400, 4, 390, 20, 9),
        ("branch", "birth_date", 400, 20, 370, 2, 0),
        ("web", "phone", 200, 30, 160, 10, 3),
        ("web", "birth_date", 200, 20, 170, 0, 0),
    ]
    columns = ["source", "field", "n_records", "missing", "compared", "differs", "written"]
    return pd.DataFrame(rows, columns=columns)


IDENTITY_TABLES = {
    plot_field_quality: field_counts,
    plot_split_identities: split_grid,
    plot_link_thresholds: thresholds,
    plot_match_weights: explained,
}
