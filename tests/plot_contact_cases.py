"""Small tables of each kind that the pictures of contact draw."""

import numpy as np
import pandas as pd

from crmlab.contact import contact_frequency, erlang_c, route_by_value, staffing
from crmlab.plots import (
    plot_best_hour,
    plot_channel_mix,
    plot_contact_frequency,
    plot_contact_response,
    plot_routing,
    plot_service_level,
    plot_signal_lift,
    plot_staffing,
)


def tired():
    return pd.DataFrame(
        {"channel": ["email"] * 3 + ["phone"] * 2, "earlier": [0, 1, 2, 0, 1],
         "n_contacts": [900, 120, 18, 200, 90], "estimate": [0.35, 0.27, 0.18, 0.5, 0.4],
         "lower": [0.32, 0.2, 0.05, 0.43, 0.3], "upper": [0.38, 0.35, 0.4, 0.57, 0.5]}
    )  # fmt: skip


def costs():
    return pd.DataFrame(
        {"channel": ["email", "post", "post", "post"],
         "measure": ["cost per response", "responses per contact", "cost per response",
                     "cost per response caused"],
         "estimate": [3500.0, 0.1, 9500, 19_900], "lower": [2900.0, 0.08, 8500, 14_600],
         "upper": [4400.0, 0.12, 10_700, np.inf]}
    )  # fmt: skip


def hours():
    return pd.DataFrame(
        {"hour": [10, 19], "share": [0.4, 0.3], "estimate": [0.38, 0.33],
         "lower": [0.3, 0.25], "upper": [0.45, 0.4], "best_probability": [0.8, 0.2]}
    )  # fmt: skip


def found():
    return pd.DataFrame(
        {"signal": ["refused", "stopped", "none"], "n_customers": [150, 74, 4193],
         "estimate": [0.08, 0.15, 0.036], "lower": [0.05, 0.09, 0.03],
         "upper": [0.13, 0.25, 0.04], "lift": [2.0, 3.75, 0.9]}
    )  # fmt: skip


def routed():
    classes = pd.DataFrame({"calls": [10, 90], "loss": [5.0, 1.0]}, index=["best", "others"])
    return route_by_value(classes, 1800, 180, agents=12)


CONTACT_TABLES = {
    plot_contact_response: tired,
    plot_contact_frequency: lambda: contact_frequency(0.3, fatigue=-0.5, margin=10, cost=2),
    plot_channel_mix: costs,
    plot_best_hour: hours,
    plot_service_level: lambda: erlang_c(100, 1800, 180, agents=[12, 13, 14, 15]),
    plot_staffing: lambda: staffing([40, 100, 60], 1800, 180),
    plot_routing: routed,
    plot_signal_lift: found,
}
