"""Pictures of leaving: how long customers stay, who is found, and what finding them earns."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    SKY,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    note,
    percent,
)

__all__ = ["plot_gains", "plot_incidence", "plot_kaplan_meier", "plot_retention_profit"]

_COLOURS = (BLUE, RED, GREEN, SKY, INK)


def plot_kaplan_meier(curve: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Draw the share of customers still there after each time, with its limits.

    Parameters
    ----------
    curve : DataFrame
        As `churn.kaplan_meier` returns it: `time`, `survival`, `lower`, `upper`; perhaps `group`,
        for several curves one below the other, five at most.
    unit : str, default=""
        Unit of time, as the axis calls it, such as "months".
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `curve` has no rows, or there are too many groups.

    Examples
    --------
    >>> from crmlab.churn import kaplan_meier
    >>> ax = plot_kaplan_meier(kaplan_meier([2, 3, 3, 5], [1, 1, 0, 1]), unit="months")
    >>> ax.get_title()
    'Half of the customers have left after 3 months'
    """
    check_table("curve", curve, ["time", "survival", "lower", "upper"])
    parts = _split(curve, "group", "curve")
    ax = make_axes(ax)
    for colour, (name, part) in zip(_COLOURS, parts, strict=False):
        ax.step(part["time"], part["survival"], where="post", color=colour, linewidth=2,
                label=name)  # fmt: skip
        ax.fill_between(
            part["time"], part["lower"], part["upper"], step="post", color=colour, alpha=0.15,
            linewidth=0,
        )  # fmt: skip
    if len(parts) > 1:
        ax.legend(frameon=False)
        title = _compare_halves(parts, unit)
    else:
        ax.axhline(0.5, color=INK, linestyle="--", linewidth=0.8)
        title = _tell_half(curve, unit)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=float(curve["time"].min()))
    format_percent(ax.yaxis)
    x = f"time as a customer ({unit or 'units of time'})"
    return finish(ax, title=title, x=x, y="still a customer (%)")


def _split(table: pd.DataFrame, by: str, name: str) -> list[tuple[str, pd.DataFrame]]:
    if by not in table:
        return [("all customers", table)]
    parts = [(str(each), part) for each, part in table.groupby(by, sort=False)]
    if len(parts) > len(_COLOURS):
        raise InputError(
            f"`{name}` must have at most {len(_COLOURS)} in {by!r}; got {len(parts)}. Draw fewer."
        )
    return parts


def _half(curve: pd.DataFrame) -> float:
    below = (curve["survival"] <= 0.5 + 1e-12).to_numpy()
    return float(curve["time"].iloc[below.argmax()]) if below.any() else np.inf


def _tell_half(curve: pd.DataFrame, unit: str) -> str:
    half = _half(curve)
    if np.isfinite(half):
        return f"Half of the customers have left after {half:.3g} {unit}".rstrip()
    last = curve.iloc[-1]
    after = f"{last['time']:.3g} {unit}".rstrip()
    return f"{percent(last['survival'])} of the customers are still there after {after}"


def _compare_halves(parts: list[tuple[str, pd.DataFrame]], unit: str) -> str:
    at = min(float(part["time"].max()) for _, part in parts)
    left = {name: float(part.loc[part["time"] <= at, "survival"].iloc[-1]) for name, part in parts}
    best, worst = max(left, key=lambda n: left[n]), min(left, key=lambda n: left[n])
    after = f"{at:.3g} {unit}".rstrip()
    return (
        f"After {after}: {best} {percent(left[best])}, {worst} {percent(left[worst])} still there"
    )


def plot_incidence(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Draw the share of customers who have left for each cause, and for none.

    Parameters
    ----------
    table : DataFrame
        As `churn.cumulative_incidence` returns it: `cause`, `time`, `incidence`; five causes at
        most.
    unit : str, default=""
        Unit of time, as the axis calls it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or there are too many causes.

    Examples
    --------
    >>> from crmlab.churn import cumulative_incidence
    >>> left = cumulative_incidence([1, 2, 3, 4], ["price", "moved", "price", None])
    >>> plot_incidence(left, unit="months").get_title()
    'After 4 months, 50% have left for price, the most frequent cause'
    """
    check_table("table", table, ["cause", "time", "incidence"])
    parts = _split(table, "cause", "table")
    ax = make_axes(ax)
    for colour, (name, part) in zip(_COLOURS, parts, strict=False):
        ax.step(part["time"], part["incidence"], where="post", color=colour, linewidth=2,
                label=name)  # fmt: skip
    ax.legend(frameon=False, title="cause")
    last = {name: float(part["incidence"].iloc[-1]) for name, part in parts}
    most = max(last, key=lambda name: last[name])
    after = f"{table['time'].max():.3g} {unit}".rstrip()
    ax.set_ylim(0, min(1.02, 1.15 * max(last.values())))
    ax.set_xlim(left=float(table["time"].min()))
    format_percent(ax.yaxis)
    x = f"time as a customer ({unit or 'units of time'})"
    title = f"After {after}, {percent(last[most])} have left for {most}, the most frequent cause"
    return finish(ax, title=title, x=x, y="have left (% of customers)")


def plot_gains(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many of those who left are among the customers with the highest scores.

    Parameters
    ----------
    table : DataFrame
        As `churn.gains_table` returns it: `cumulative_customer_share` and `gain`, in [0, 1].
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
    >>> from crmlab.churn import gains_table
    >>> ax = plot_gains(gains_table([1, 1, 0, 1, 0, 0], [9, 8, 7, 3, 2, 1], n_groups=3))
    >>> ax.get_title()
    'The 33% with the highest scores hold 67% of those who left'
    """
    check_table("table", table, ["cumulative_customer_share", "gain"])
    share = np.concatenate([[0.0], table["cumulative_customer_share"]])
    gain = np.concatenate([[0.0], table["gain"]])
    ax = make_axes(ax)
    ax.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1)
    note(ax, "drawn at random", (0.75, 0.75), (6, -6), ha="left", va="top")
    ax.plot(share, gain, color=BLUE, linewidth=2.5, marker="o" if len(table) <= 20 else None)
    ax.plot(share[1], gain[1], color=RED, marker="o", markersize=7)
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    format_percent(ax.xaxis, ax.yaxis)
    top, held = percent(share[1]), percent(gain[1])
    return finish(
        ax,
        title=f"The {top} with the highest scores hold {held} of those who left",
        x="customers, highest scores first (%)",
        y="share of those who left (%)",
    )


def plot_retention_profit(
    curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what a campaign earns by how many customers it contacts, and mark the best.

    Parameters
    ----------
    curve : DataFrame
        As `churn.retention_profit_curve` returns it: `fraction` in [0, 1], `profit` in currency.
    currency : str, default=""
        Name of the currency, as the axis calls it.
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
    >>> from crmlab.churn import retention_profit_curve
    >>> curve = retention_profit_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], accept_rate=0.5)
    >>> plot_retention_profit(curve, currency="won").get_title()
    'Contacting 75% of the customers earns most: 177 won'
    """
    check_table("curve", curve, ["fraction", "profit"])
    fraction, profit = curve["fraction"].to_numpy(), curve["profit"].to_numpy()
    best = int(profit.argmax())
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.plot(fraction, profit, color=BLUE, linewidth=2.5)
    ax.plot(fraction[best], profit[best], color=RED, marker="o", markersize=7)
    ax.set_xlim(0, 1)
    ax.margins(y=0.12)
    format_percent(ax.xaxis)
    format_money(ax.yaxis)
    earned = f"{money(profit[best])} {currency}".rstrip()
    title = f"Contacting {percent(fraction[best])} of the customers earns most: {earned}"
    if profit[best] <= 0:
        title = "No campaign pays: contacting nobody loses least"
    unit = f" ({currency})" if currency else " (currency)"
    x = "customers contacted, highest scores first (%)"
    return finish(ax, title=title, x=x, y=f"profit of the campaign{unit}")
