"""Small tables of the kind that pictures of failure factors draw."""

import pandas as pd

from crmlab.plots import plot_priced


def by_strength():
    return pd.DataFrame(
        {"strength": [0, 0.25, 0.5, 1], "cost": [0, 2e6, 5e6, 9e6], "lower": [0, 1e6, 3e6, 7e6],
         "upper": [0, 3e6, 7e6, 11e6], "remedy_cost": 1e6, "remedy": [-1e6, -2e5, 2e6, 6e6],
         "remedy_lower": [-1e6, -4e5, 1e6, 5e6], "remedy_upper": [-1e6, 1e5, 3e6, 7e6],
         "level": 0.95}
    )  # fmt: skip


FAILURE_TABLES = {plot_priced: by_strength}
