"""Pictures of whom it pays to approach."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
from crmlab._types import Floats
from crmlab.plots._canvas import (
    BLUE,
    INK,
    RED,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    note,
    percent,
)

__all__ = ["plot_balance", "plot_profit_curve", "plot_qini", "plot_uplift_deciles"]

_MUCH = 0.1  # standard deviations


def plot_qini(curve: pd.DataFrame, *, unit: str = "responses", ax: Axes | None = None) -> Axes:
    """Draw a Qini or uplift curve against the line of a random order.

    Parameters
    ----------
    curve : DataFrame
        As `qini_curve`, `uplift_curve` (`customer_share`, in [0, 1], and `gain`) or `qini_band`
        (`estimate`, and limits drawn as a band) return it.
    unit : str, default="responses"
        What the outcome is counted in, written on the axis.
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
    >>> from crmlab.uplift import qini_curve
    >>> ax = plot_qini(qini_curve([1, 0, 1, 0], [1, 0, 0, 1], [4, 3, 2, 1], assignment="random"))
    >>> ax.get_title()
    'Treating the best 25% gains 1 responses more than treating as many at random'
    """
    named = "estimate" if "estimate" in getattr(curve, "columns", []) else "gain"
    check_table("curve", curve, ["customer_share", named])
    share = check_column(curve, "customer_share", what="`curve`")
    gain = check_column(curve, named, what="`curve`", negative=True)
    ax = make_axes(ax)
    _draw_band(ax, curve, share)
    ax.plot([0, 1], [0, gain[-1]], color=INK, linestyle="--", linewidth=1, label="random order")
    ax.plot(share, gain, color=BLUE, linewidth=2.5, label="by score")
    above = gain - share * gain[-1]
    best = int(above.argmax())
    ax.legend(fontsize=9, frameon=False, loc="best")
    ax.set_xlim(0, 1)
    format_percent(ax.xaxis)
    format_money(ax.yaxis)
    title = "No share treated by score gains more than a random one"
    if above[best] > 0:
        title = (
            f"Treating the best {percent(share[best])} gains {money(above[best])} {unit} more "
            "than treating as many at random"
        )
    return finish(
        ax,
        title=title,
        x="share of customers treated, highest score first (%)",
        y=f"gained ({unit})",
    )


def _draw_band(ax: Axes, table: pd.DataFrame, x: Floats) -> None:
    """Draw the limits where the table has them."""
    if {"lower", "upper"} <= set(table.columns):
        level = f"{table['level'].iloc[0]:.0%} " if "level" in table else ""
        ax.fill_between(
            x, table["lower"], table["upper"], color=BLUE, alpha=0.2, lw=0,
            label=f"{level}interval at each share",
        )  # fmt: skip


def plot_uplift_deciles(
    table: pd.DataFrame, *, unit: str = "", truth: pd.Series | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the effect observed in each group by score, with its limits.

    Parameters
    ----------
    table : DataFrame
        As `uplift_by_decile` returns it: `decile`, `estimate`, `lower`, `upper`.
    unit : str, default=""
        Unit of the outcome; without one, effects are shown as percentages.
    truth : Series, optional
        True mean effect of each group, where it is known; one number per row.
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
    >>> from crmlab.uplift import uplift_by_decile
    >>> table = uplift_by_decile(
    ...     [1, 0] * 20 + [0, 0] * 20, [1, 0] * 40, range(80, 0, -1), n_groups=2,
    ...     assignment="random",
    ... )
    >>> plot_uplift_deciles(table).get_title()
    'Effect of +100 points in the first group, +0 points in the last'
    """
    columns = ["decile", "estimate", "lower", "upper"]
    check_table("table", table, columns)
    decile, effect, lower, upper = (table[name].to_numpy(dtype=float) for name in columns)
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.bar(decile, effect, color=np.where(effect < 0, RED, BLUE))
    ax.errorbar(decile, effect, [effect - lower, upper - effect], fmt="none", ecolor=INK, capsize=3)
    if truth is not None:
        ax.plot(decile, np.asarray(truth), "o", color="black", markersize=5, label="truth")
        ax.legend(fontsize=9, frameon=False)
    if len(table) <= 20:
        ax.set_xticks(decile)
    if unit:
        format_money(ax.yaxis)
    else:
        format_percent(ax.yaxis)
    ends = [f"{money(each)} {unit}" if unit else _points(each) for each in effect[[0, -1]]]
    return finish(
        ax,
        title=f"Effect of {ends[0]} in the first group, {ends[1]} in the last",
        x="group of customers (1 = highest score)",
        y=f"effect of the treatment ({unit or '%, treated less controls'})",
    )


def _points(effect: float) -> str:
    return f"{100 * effect:+.3g} points" if np.isfinite(effect) else "an unknown size"


def plot_profit_curve(curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw profit by the share of customers treated, with its band, and mark the peak.

    Parameters
    ----------
    curve : DataFrame
        As `profit_curve` returns it: `customer_share`, in [0, 1], and `estimate`, in currency;
        perhaps `lower` and `upper`.
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
    >>> from crmlab.uplift import profit_curve
    >>> curve = profit_curve(
    ...     [1, 0] * 20 + [0, 0] * 20, [1, 0] * 40, range(80, 0, -1), value=10, cost=3,
    ...     n_points=4, assignment="random",
    ... )
    >>> plot_profit_curve(curve, currency="EUR").get_title()
    'Profit is highest with the best 50% treated: 280 EUR, with all 160 EUR'
    """
    check_table("curve", curve, ["customer_share", "estimate"])
    share = check_column(curve, "customer_share", what="`curve`")
    earned = check_column(curve, "estimate", what="`curve`", negative=True)
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    _draw_band(ax, curve, share)
    ax.plot(share, earned, color=BLUE, linewidth=2.5)
    peak = int(earned.argmax())
    amounts = [f"{money(each)} {currency}".strip() for each in earned[[peak, -1]]]
    title = "No share of customers is worth treating"
    if peak:
        ax.plot(share[peak], earned[peak], color=RED, marker="o", markersize=7)
        note(ax, amounts[0], (share[peak], earned[peak]), (0, 8), color=RED)
        title = (
            f"Profit is highest with the best {percent(share[peak])} treated: {amounts[0]}, "
            f"with all {amounts[1]}"
        )
    ax.set_xlim(0, 1)
    ax.margins(y=0.12)
    format_percent(ax.xaxis)
    format_money(ax.yaxis)
    return finish(
        ax,
        title=title,
        x="share of customers treated, highest score first (%)",
        y=f"profit over treating nobody ({currency or 'currency'})",
    )


def plot_balance(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how far the arms lie apart in each feature known before.

    Parameters
    ----------
    table : DataFrame
        As `balance_table` returns it: `feature` and `standardised_difference`.
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
    >>> from crmlab.uplift import balance_table
    >>> known = pd.DataFrame({"age": [31, 42, 30, 41], "plan": ["a", "b", "b", "a"]})
    >>> plot_balance(balance_table(known, [1, 1, 0, 0])).get_title()
    'The arms differ most in age: by 0.16 standard deviations'
    """
    check_table("table", table, ["feature", "standardised_difference"])
    away = check_column(table, "standardised_difference", what="`table`", negative=True)
    names = table["feature"].astype("str").to_numpy()
    order = np.argsort(np.abs(away), kind="stable")
    ax = make_axes(ax)
    ax.axvspan(-_MUCH, _MUCH, color=INK, alpha=0.12, lw=0)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.plot(away[order], np.arange(len(away)), "o", color=BLUE)
    ax.set_yticks(np.arange(len(away)), names[order])
    ax.locator_params(axis="x", nbins=5)
    most, size = names[order[-1]], abs(away[order[-1]])
    return finish(
        ax,
        title=f"The arms differ most in {most}: by {size:.2f} standard deviations",
        x="treated less controls (standard deviations; grey: small)",
        y="feature",
    )
