"""Small tables of each kind that the pictures of offers draw."""

import numpy as np
import pandas as pd

from crmlab.plots import (
    plot_offer_validation,
    plot_offers,
    plot_resupply,
    plot_share_of_wallet,
    plot_upsell_paths,
)


def offers():
    return pd.DataFrame(
        {"decision": ["offer", "offer", "no consent"], "item": ["tent", "gas", None],
         "expected_margin": [9.0, 3.0, np.nan]}
    )  # fmt: skip


def validation():
    rows = pd.DataFrame(
        {"method": ["next best offer", "popularity"], "measure": "margin", "estimate": [9.0, 6.0],
         "lower": [8.0, 5.0], "upper": [10.0, 7.0], "gain_lower": [1.0, 0.0],
         "gain_upper": [5.0, 0.0]}
    )  # fmt: skip
    splits = [rows.assign(split="time-ordered"), rows.assign(split="random customers")]
    return pd.concat(splits, ignore_index=True)


def moves():
    return pd.DataFrame(
        {"tier": ["basic", "basic", "premium"], "next_tier": ["premium", "(none)", "basic"],
         "move": ["up", "none", "down"], "n_purchases": 10, "n_moves": [3, 7, 2],
         "probability": [0.3, 0.7, 0.2], "lower": [0.1, 0.4, 0.1], "upper": [0.6, 0.9, 0.5],
         "if_unrelated": [0.25, 0.75, 0.2]}
    )  # fmt: skip


def moments():
    return pd.DataFrame(
        {"status": ["due", "not yet", "overdue"], "days_since_last": [30, 5, 300],
         "median_days": 30.0}
    )  # fmt: skip


def wallet():
    return pd.DataFrame({"item": ["tent", "gas"], "spent": [60.0, 30.0], "open": [40.0, 10.0]})


OFFER_TABLES = {
    plot_offers: offers,
    plot_offer_validation: validation,
    plot_upsell_paths: moves,
    plot_resupply: moments,
    plot_share_of_wallet: wallet,
}
