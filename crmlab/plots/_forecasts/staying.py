"""Pictures of what winning and keeping customers costs and brings."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column, check_fraction
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.plots._canvas import (
    BLUE,
    CLEAR,
    GREEN,
    INK,
    RED,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    note,
)

__all__ = [
    "plot_budget_split",
    "plot_cost_ratio",
    "plot_elasticity",
    "plot_half_life",
    "plot_margin_by_tenure",
    "plot_spend_curve",
]

_DRIVERS = {
    "retention": "retention",
    "margin": "margin",
    "discount_rate": "discount rate",
    "acquisition_cost": "cost of winning",
}


def plot_half_life(table: pd.DataFrame, *, unit: str = "years", ax: Axes | None = None) -> Axes:
    """Draw how a base shrinks at one retention rate, and mark where half have left.

    Parameters
    ----------
    table : DataFrame
        As `constant_survival` returns it: `t`, `survival`, in [0, 1], and `half_life`.
    unit : str, default="years"
        What periods are called.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `table` has no rows.

    Examples
    --------
    >>> from crmlab.retention import constant_survival
    >>> plot_half_life(constant_survival(0.5 ** (1 / 5))).get_title()
    'Half of the customers have left after 5.0 years'
    """
    check_table("table", table, ["t", "survival", "half_life"])
    table = table.sort_values("t")
    t, share = (check_column(table, name, what="`table`") for name in ("t", "survival"))
    half = float(table["half_life"].iloc[0])
    ax = make_axes(ax)
    ax.plot(t, share, color=BLUE, linewidth=2.5, marker="o", markersize=4)
    if half <= t[-1]:
        ax.plot([half, half, 0], [0, 0.5, 0.5], color=RED, linestyle="--", linewidth=1)
    ax.set(xlim=(0, t[-1]), ylim=(0, 1.02))
    format_percent(ax.yaxis)
    title = f"Half of the customers have left after {half:.1f} {unit}"
    return finish(
        ax,
        title=title if np.isfinite(half) else "Nobody leaves",
        x=f"periods ({unit})",
        y="still a customer (% of the base)",
    )


def plot_elasticity(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw by how much a percent of each driver moves a customer's value.

    Parameters
    ----------
    table : DataFrame
        As `retention_elasticity` returns it: `driver` and `elasticity`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `table` has no rows.

    Examples
    --------
    >>> from crmlab.retention import retention_elasticity
    >>> table = retention_elasticity(margin=100, retention=0.8, discount_rate=0.12)
    >>> plot_elasticity(table).get_title()
    '1% better retention is worth 3.5% more value, 1% better discount rate 0.37%'
    """
    check_table("table", table, ["driver", "elasticity"])
    effect = check_column(table, "elasticity", what="`table`", negative=True)
    names = [_DRIVERS.get(name, str(name)) for name in table["driver"]]
    order = np.argsort(effect, kind="stable")
    ax = make_axes(ax)
    bars = ax.barh(np.arange(len(names)), effect[order], color=BLUE)
    ax.set_yticks(np.arange(len(names)), [names[at] for at in order])
    ax.bar_label(bars, [f"{each:.2g}%" for each in effect[order]], padding=3, fontsize=9)
    ax.margins(x=0.12)
    best = order[-1]
    other = names.index("discount rate") if "discount rate" in names else order[0]
    return finish(
        ax,
        title=f"1% better {names[best]} is worth {effect[best]:.2g}% more value, 1% better "
        f"{names[other]} {effect[other]:.2g}%",
        x="rise of a customer's value as a driver gets 1% better (%)",
        y="driver",
        grid=False,
    )


def plot_margin_by_tenure(
    table: pd.DataFrame, *, unit: str = "year", ax: Axes | None = None
) -> Axes:
    """Draw margin as a share of revenue by tenure, with its limits.

    Parameters
    ----------
    table : DataFrame
        As `margin_by_tenure` returns it: `tenure`, `estimate`, `lower`, `upper`.
    unit : str, default="year"
        What a tenure counts.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or no tenure has a margin.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"tenure": [1, 2, 3], "estimate": [-0.03, 0.04, 0.07], "lower": [-0.05, 0.02, 0.04],
    ...      "upper": [-0.01, 0.06, 0.1]}
    ... )
    >>> plot_margin_by_tenure(table).get_title()
    'Margin goes from -3.0% of revenue in year 1 to 7.0% in year 3'
    """
    check_table("table", table, ["tenure", "estimate", "lower", "upper"])
    known = table[table["estimate"].notna()]
    if known.empty:
        raise InputError("`table` must have a tenure with revenue; no margin is known.")
    tenure, share = known["tenure"].to_numpy(), known["estimate"].to_numpy(dtype=float)
    limits = [np.nan_to_num(share - known["lower"]), np.nan_to_num(known["upper"] - share)]
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.errorbar(tenure, share, limits, color=BLUE, marker="o", linewidth=2, capsize=3)
    ax.set_xticks(tenure)
    format_percent(ax.yaxis)
    return finish(
        ax,
        title=f"Margin goes from {share[0]:.1%} of revenue in {unit} {tenure[0]} to "
        f"{share[-1]:.1%} in {unit} {tenure[-1]}",
        x=f"{unit} since the customer came (number)",
        y="margin (% of revenue)",
    )


def plot_cost_ratio(table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw the cost of winning a customer beside that of keeping one.

    Parameters
    ----------
    table : DataFrame
        As `cost_ratio` returns it: `cost_to_win` and `cost_to_keep`, in currency; first row.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `table` has no rows.

    Examples
    --------
    >>> table = pd.DataFrame({"cost_to_win": [40.0], "cost_to_keep": [10.0]})
    >>> plot_cost_ratio(table).get_title()
    'Winning a customer costs 4.0 times keeping one'
    """
    check_table("table", table, ["cost_to_win", "cost_to_keep"])
    costs = table[["cost_to_win", "cost_to_keep"]].iloc[0].to_numpy(dtype=float)
    ax = make_axes(ax)
    bars = ax.bar(["win", "keep"], costs, color=[RED, BLUE], width=0.6)
    ax.bar_label(bars, [money(each) for each in costs], padding=2)
    format_money(ax.yaxis)
    return finish(
        ax,
        title=f"Winning a customer costs {costs[0] / costs[1]:.1f} times keeping one",
        x="action",
        y=f"average cost per customer ({currency or 'currency'})",
    )


def plot_spend_curve(curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw customer equity by the spending on winning or keeping, and mark the best.

    Parameters
    ----------
    curve : DataFrame
        As `spend_curve` returns it: `on`, `spend`, `equity` and `optimal`.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `curve` has no rows.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"on": "retention", "spend": [0.0, 20, 40], "equity": [0.0, 1, 2], "optimal": 31.4}
    ... )
    >>> plot_spend_curve(curve, currency="EUR").get_title()
    'Best spending on keeping: 31.4 EUR per customer and period'
    """
    check_table("curve", curve, ["on", "spend", "equity", "optimal"])
    spend = check_column(curve, "spend", what="`curve`")
    equity = check_column(curve, "equity", what="`curve`", negative=True)
    best = float(curve["optimal"].iloc[0])
    winning = curve["on"].iloc[0] == "acquisition"
    what, each = ("winning", "prospect") if winning else ("keeping", "customer and period")
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.plot(spend, equity, color=BLUE, linewidth=2.5)
    ax.axvline(best, color=GREEN, linestyle="--", linewidth=1.5)
    amount = f"{money(best)} {currency}".strip()
    note(ax, f"best {amount}", (best, float(equity.min())), (4, 2), ha="left", color=GREEN)
    format_money(ax.xaxis)
    format_money(ax.yaxis)
    return finish(
        ax,
        title=f"Best spending on {what}: {amount} per {each}",
        x=f"spending on {what} ({currency or 'currency'} per {each})",
        y=f"customer equity per prospect ({currency or 'currency'})",
    )


def plot_budget_split(
    table: pd.DataFrame, *, chosen: float | None = None, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what each way to split a budget between winning and keeping earns; mark the best.

    Parameters
    ----------
    table : DataFrame
        As `budget_split` returns it: `share`, `equity` and `best`.
    chosen : float, optional
        Share for keeping to be marked as well, in [0, 1].
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or `chosen` is outside [0, 1].

    Examples
    --------
    >>> table = pd.DataFrame({"share": [0, 0.5, 1], "equity": [48.0, 50, 44], "best": 0.29})
    >>> plot_budget_split(table, currency="EUR").get_title()
    'Best split: 29% of the budget for keeping'
    """
    check_table("table", table, ["share", "equity", "best"])
    table = table.sort_values("share")
    share = check_column(table, "share", what="`table`")
    equity = check_column(table, "equity", what="`table`", negative=True)
    best = float(table["best"].iloc[0])
    ax = make_axes(ax)
    ax.plot(share, equity, color=BLUE, linewidth=2.5)
    if np.isfinite(best):
        ax.axvline(best, color=GREEN, linestyle="--", linewidth=1.5)
        _name_share(ax, f"best {best:.0%}", best, equity, 2, GREEN)
    if chosen is not None:
        at = check_fraction("chosen", chosen)
        ax.axvline(at, color=RED, linestyle=":", linewidth=2)
        _name_share(ax, f"chosen {at:.0%}", at, equity, 16, RED)
    ax.set_xlim(-0.02, 1.02)
    format_percent(ax.xaxis)
    format_money(ax.yaxis)
    known = f"Best split: {best:.0%} of the budget for keeping"
    return finish(
        ax,
        title=known if np.isfinite(best) else "Without a budget there is nothing to split",
        x="share for keeping, the rest for winning (% of the budget)",
        y=f"customer equity less the budget ({currency or 'currency'})",
    )


def _name_share(ax: Axes, text: str, share: float, equity: Floats, up: float, color: str) -> None:
    """Write beside a line at a share what it is, on the side that has room."""
    side, shift = ("right", -4) if share > 0.75 else ("left", 4)
    style = {"ha": side, "color": color, "bbox": CLEAR}
    note(ax, text, (share, float(equity.min())), (shift, up), **style)
