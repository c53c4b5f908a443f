"""Pictures of how unevenly value and profit are spread over customers."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from crmlab._checks import check_fraction
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

__all__ = ["plot_deciles", "plot_lorenz", "plot_whale"]

Writer = Callable[[float], str]

_MOST_BARS_NAMED = 20  # more names would touch each other


def plot_lorenz(
    curve: pd.DataFrame,
    *,
    top: float | None = 0.2,
    of: str = "value",
    ax: Axes | None = None,
) -> Axes:
    """Draw a Lorenz curve against the diagonal of equal customers.

    Parameters
    ----------
    curve : DataFrame
        As `lorenz_curve` returns it: `customer_share` and `value_share`, in [0, 1].
    top : float or None, default=0.2
        Fraction of customers, in [0, 1], whose share of value is marked and told in the title;
        with None nothing is marked and the title tells the Gini coefficient.
    of : str, default="value"
        What is shared out, as the words beside the picture call it, such as "money".
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `curve` has no rows, or `top` is outside [0, 1].

    Examples
    --------
    >>> from crmlab.concentration import lorenz_curve
    >>> ax = plot_lorenz(lorenz_curve([80, 10, 5, 3, 2]))
    >>> ax.get_title()
    'The top 20% of customers bring 80% of value'
    """
    check_table("curve", curve, ["customer_share", "value_share"])
    customers, held = curve["customer_share"].to_numpy(), curve["value_share"].to_numpy()
    ax = make_axes(ax)
    ax.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1)
    ax.text(
        0.25,
        0.27,
        "all customers equal",
        color=INK,
        fontsize=9,
        rotation=45,
        rotation_mode="anchor",
        transform_rotates_text=True,
    )
    ax.plot(customers, held, color=BLUE, linewidth=2.5)
    if top is None:
        title = f"Gini coefficient of {of}: {1 - 2 * np.trapezoid(held, customers):.2f}"
    else:
        cut = 1 - check_fraction("top", top)
        below = float(np.interp(cut, customers, held))
        _mark_top(ax, cut, below, of)
        title = _top_title(top, 1 - below, of)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    format_percent(ax.xaxis, ax.yaxis)
    x = "share of customers, least valuable first (%)"
    return finish(ax, title=title, x=x, y=f"share of {of} (%)")


def _mark_top(ax: Axes, cut: float, below: float, of: str) -> None:
    """Mark what the customers right of `cut` hold: the height above the curve."""
    ax.plot([cut, cut], [below, 1], color=RED, linewidth=2.5, marker="o", markevery=[0])
    side, ha = (-0.015, "right") if cut > 0.5 else (0.015, "left")
    # Above the diagonal, where the curve never is.
    label = f"{percent(1 - below)} of {of}"
    ax.text(cut + side, 0.97, label, color=RED, ha=ha, va="top", fontweight="bold")


def _top_title(top: float, share: float, of: str) -> str:
    return f"The top {percent(top)} of customers bring {percent(share)} of {of}"


def plot_deciles(table: pd.DataFrame, *, of: str = "value", ax: Axes | None = None) -> Axes:
    """Draw each group's share of value as a bar, and the running total as a line.

    Parameters
    ----------
    table : DataFrame
        As `decile_table` returns it: `decile` and, in [0, 1], `share`,
        `cumulative_customer_share` and `cumulative_share`.
    of : str, default="value"
        What is shared out, as the words beside the picture call it, such as "money".
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
    >>> from crmlab.concentration import decile_table
    >>> ax = plot_deciles(decile_table([80, 10, 5, 3, 2], n_groups=5))
    >>> ax.get_title()
    'The top 20% of customers bring 80% of value'
    """
    columns = ["decile", "share", "cumulative_customer_share", "cumulative_share"]
    check_table("table", table, columns)
    decile, share, customers, running = (table[column].to_numpy() for column in columns)
    ax = make_axes(ax)
    bars = ax.bar(decile, share, color=BLUE)
    few = len(table) <= _MOST_BARS_NAMED
    ax.plot(decile, running, color=RED, marker="o" if few else None, markersize=4)
    if few:
        ax.set_xticks(decile)
        labels = ax.bar_label(bars, [percent(part) for part in share], padding=2, fontsize=9)
        # The running total starts on top of the first bar, so that its label goes inside.
        labels[0].set(color="white", va="top", y=-5)
    middle = (len(table) - 1) // 2
    at = decile[middle], running[middle]
    note(ax, "running total", at, (6, -5), ha="left", va="top", color=RED)
    ax.set(xlim=(decile[0] - 0.6, decile[-1] + 0.6), ylim=(0, 1.05))
    format_percent(ax.yaxis)
    group = (
        "decile of customers (" if len(table) == 10 else f"group of customers (1 to {len(table)}; "
    )
    return finish(
        ax,
        title=_top_title(customers[0], share[0], of),
        x=f"{group}1 = most valuable)",
        y=f"share of {of} (%)",
    )


def plot_whale(curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw profit summed up from the most profitable customer down, and mark its peak.

    Parameters
    ----------
    curve : DataFrame
        As `whale_curve` returns it: `customer_share`, in [0, 1], `cumulative_profit`, in
        currency, and perhaps `profit_share`, which is then drawn.
    currency : str, default=""
        Name of the currency, written where the axis is money.
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
    >>> from crmlab.concentration import whale_curve
    >>> ax = plot_whale(whale_curve([90, 30, -20]))
    >>> ax.get_title()
    'The best 67% of customers earn 120% of profit, the others lose 20%'
    """
    check_table("curve", curve, ["customer_share", "cumulative_profit"])
    in_shares = "profit_share" in curve
    customers = curve["customer_share"].to_numpy()
    earned = curve["profit_share" if in_shares else "cumulative_profit"].to_numpy()
    write = percent if in_shares else partial(_with_currency, currency=currency)
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axhline(earned[-1], color=INK, linestyle="--", linewidth=1)
    ax.plot(customers, earned, color=BLUE, linewidth=2.5)
    _mark_peak(ax, customers, earned, write)
    ax.set_xlim(0, 1)
    ax.margins(y=0.12)
    format_percent(ax.xaxis)
    if in_shares:
        format_percent(ax.yaxis)
    else:
        format_money(ax.yaxis)
    unit = "% of total profit" if in_shares else currency or "currency"
    return finish(
        ax,
        title=_whale_title(customers, earned, write, of=" of profit" if in_shares else ""),
        x="share of customers, most profitable first (%)",
        y=f"cumulative profit ({unit})",
    )


def _with_currency(amount: float, *, currency: str) -> str:
    return f"{money(amount)} {currency}".strip()


def _mark_peak(
    ax: Axes, customers: NDArray[np.float64], earned: NDArray[np.float64], write: Writer
) -> None:
    """Mark the highest point, and write the total where the curve ends."""
    peak, total = earned.argmax(), earned[-1]
    falls = earned[peak] > total
    if falls and peak > 0:
        at = customers[peak], earned[peak]
        ax.plot(*at, color=RED, marker="o", markersize=7)
        note(ax, f"peak {write(earned[peak])}", at, (0, 8), color=RED)
    # On the side of the dashed line that the curve does not come from.
    up, va = (-4, "top") if falls else (4, "bottom")
    note(ax, f"total {write(total)}", (0.99, total), (0, up), ha="right", va=va)


def _whale_title(
    customers: NDArray[np.float64], earned: NDArray[np.float64], write: Writer, *, of: str
) -> str:
    """Say what the best earn and the others lose; `of` is what the first number is a share of."""
    peak, total = earned.argmax(), earned[-1]
    if peak == 0:
        return f"No customer earns a profit, the total is {write(total)}"
    if earned[peak] <= total:
        return "No customer loses money"
    best, lost = percent(customers[peak]), write(earned[peak] - total)
    return f"The best {best} of customers earn {write(earned[peak])}{of}, the others lose {lost}"
