"""Pictures of contracts: who stays how long, and who renews."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from crmlab._checks import check_vector
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    RED,
    check_table,
    finish,
    format_numbers,
    format_percent,
    make_axes,
)

__all__ = ["plot_retention", "plot_survival"]


def plot_survival(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of a cohort that is still there after each renewal.

    Parameters
    ----------
    table : DataFrame
        As ``model.survival(t, level=...).reset_index()`` returns it: `t` (renewals) and
        `estimate`, in [0, 1]; perhaps `lower` and `upper`, drawn as a band; perhaps `actual`, the
        share observed, missing where it is not known yet.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or a share is outside [0, 1].

    Examples
    --------
    >>> from crmlab.ltv import ShiftedBetaGeometric
    >>> alive = [1000, 869, 743, 653, 593, 551, 517, 491]  # Fader and Hardie (2007), High End
    >>> table = ShiftedBetaGeometric().fit(alive).survival(range(13), level=0.95).reset_index()
    >>> ax = plot_survival(table)
    >>> ax.get_title()
    '37.8% are still customers after 12 renewals'
    """
    ax, t, share, actual = _draw_curve(table, ax)
    last = -1
    seen = np.flatnonzero(~np.isnan(actual))
    told = ""
    if seen.size:
        last = int(seen[-1])
        told = f", {actual[last]:.1%} in fact"
    after = f"{t[last]:,.0f} renewal{'' if t[last] == 1 else 's'}"
    return finish(
        ax,
        title=f"{share[last]:.1%} are still customers after {after}{told}",
        x="renewals (number)",
        y="still a customer (% of the cohort)",
    )


def plot_retention(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of those who come up for each renewal that renew.

    Parameters
    ----------
    table : DataFrame
        As ``model.retention_rate(t, level=...).reset_index()`` returns it; columns as for
        `plot_survival`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or a share is outside [0, 1].

    Examples
    --------
    >>> from crmlab.ltv import ShiftedBetaGeometric
    >>> model = ShiftedBetaGeometric.from_params(alpha=0.668, beta=3.806)
    >>> table = model.retention_rate(range(1, 13)).rename("estimate").reset_index()
    >>> ax = plot_retention(table)
    >>> ax.get_title()
    'Retention goes from 85.1% at renewal 1 to 95.7% at renewal 12'
    """
    ax, t, share, _ = _draw_curve(table, ax)
    return finish(
        ax,
        title=f"Retention goes from {share[0]:.1%} at renewal {t[0]:,.0f} to {share[-1]:.1%} "
        f"at renewal {t[-1]:,.0f}",
        x="renewal (number)",
        y="renew (% of those who come up)",
    )


def _draw_curve(table: pd.DataFrame, ax: Axes | None) -> tuple[Axes, Any, Any, Any]:
    """Draw a share by renewal with its band and what was observed; return what was drawn."""
    check_table("table", table, ["t", "estimate"])
    table = table.sort_values("t")
    t = check_vector("t", table["t"])
    band = ["lower", "upper"] if {"lower", "upper"} <= set(table.columns) else []
    shares = {name: _check_share(name, table[name]) for name in ["estimate", *band]}
    actual = np.full(len(t), np.nan)
    if "actual" in table and table["actual"].notna().any():
        known = table["actual"].notna().to_numpy()
        actual[known] = _check_share("actual", table["actual"][known])
    ax = make_axes(ax)
    if band:
        level = f"{table['level'].iloc[0]:.0%} " if "level" in table else ""
        ax.fill_between(t, shares["lower"], shares["upper"], color=RED, alpha=0.2, lw=0,
                        label=f"{level}interval")  # fmt: skip
    ax.plot(t, shares["estimate"], color=RED, linewidth=2, linestyle="--", label="expected")
    if not np.isnan(actual).all():
        ax.plot(t, actual, color=BLUE, marker="o", linestyle="", label="actual")
    ax.legend(fontsize=9, frameon=False)
    ax.set_ylim(0, 1.02)
    format_percent(ax.yaxis)
    format_numbers(ax.xaxis)
    return ax, t, shares["estimate"], actual


def _check_share(name: str, values: pd.Series) -> NDArray[np.float64]:
    array = check_vector(name, values)
    if (array > 1).any():
        raise InputError(
            f"`{name}` must be shares in [0, 1]; the largest is {array.max():g}. "
            "Divide survivors by the size of the cohort."
        )
    return array
