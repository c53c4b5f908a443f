"""Small tables that the pictures of the readiness check draw."""

import pandas as pd

from crmlab.plots import plot_assessment, plot_ranked_factors


def ranked_factors():
    return pd.DataFrame(
        {
            "name": ["profit, loyalty or value not decided", "no common strategy", "split"],
            "cost": [4e6, 90e6, 2e6],
            "lower": [-1e6, 80e6, 1e6],
            "upper": [9e6, 95e6, 8e6],
            "rank": [2, 1, 3],
            "share_of_seeds": [0.7, 1.0, 0.7],
            "stable": [False, True, False],
        },
        index=pd.Index(["P3", "P1", "P7"], name="factor"),
    )


def assessed_areas():
    return pd.DataFrame(
        {
            "name": ["organisation", "process", "IT"],
            "score": [0.4, float("nan"), 0.8],
            "lower": [0.4, 0.0, 0.6],
            "upper": [0.4, 1.0, 0.9],
            "n_answered": [7, 0, 5],
            "n_questions": 7,
        },
    )


READINESS_TABLES = {plot_ranked_factors: ranked_factors, plot_assessment: assessed_areas}
