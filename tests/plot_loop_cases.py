"""Small tables of each kind that the pictures of loops draw."""

import pandas as pd

from crmlab.closed_loop import data_flow, explore
from crmlab.plots import plot_contributions, plot_data_flow, plot_loop, plot_regret


def periods():
    return pd.DataFrame(
        {"period": [1, 2, 3], "profit": [2e6, -1e6, 7e6], "possible": [8e6, 8e6, 9e6]}
    )


def parts():
    return pd.DataFrame(
        {"part": ["closing the loop", "operational"], "gain": [-2e6, 5e6], "lower": [-5e6, 3e6],
         "upper": [1e6, 7e6]}
    )  # fmt: skip


def regrets():
    return explore([0.1, 0.3], n_customers=60, batches=3, runs=5).path


LOOP_TABLES = {
    plot_contributions: parts,
    plot_data_flow: data_flow,
    plot_loop: periods,
    plot_regret: regrets,
}
