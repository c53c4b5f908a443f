"""Small tables of each kind that the pictures of campaigns draw."""

import pandas as pd

from crmlab.campaigns import allocate_contacts, compare_targeting
from crmlab.plots import (
    plot_allocation,
    plot_sourcing,
    plot_targeting,
    plot_targeting_profit,
)


def limits():
    value = pd.DataFrame({"camp": [9.0, 7, 4, 2], "books": [3.0, 6, 5, 1]})
    return allocate_contacts(value, cost=1, budget=3, offer_max={"camp": 2}).duals


def ways():
    return compare_targeting(
        [9, 8, 1, 0] * 25, cost=2, budget=100, segments=["a", "b"] * 50,
        true_value=[10, 6, 2, 0] * 25,
    )  # fmt: skip


def profits():
    return pd.DataFrame(
        {"policy": ["mass", "segment", "one-to-one"] * 2, "cost_per_contact": [1.0] * 3 + [4.0] * 3,
         "estimate": [9.0, 7, 6, -3, 1, 2], "lower": [8.0, 6, 5, -4, 0, 1],
         "upper": [10.0, 8, 7, -2, 2, 3], "level": 0.95}
    )  # fmt: skip


def sourcing():
    """Building is behind for two years; the ranges overlap at the end."""
    rows = [
        (option, year, value, value - 20.0 - 5 * year, value + 20.0 + 5 * year, 0.9)
        for option, values in {"build": (-90, -40, 10, 60), "outsource": (-5, 10, 24, 37)}.items()
        for year, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["option", "year", "value", "lower", "upper", "level"])


CAMPAIGN_TABLES = {
    plot_allocation: limits,
    plot_sourcing: sourcing,
    plot_targeting: ways,
    plot_targeting_profit: profits,
}
