"""Pictures of how often, by which channel and when to contact, and of who waits for an agent."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmlab._checks import check_column
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    SKY,
    check_label,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    percent,
)

__all__ = [
    "plot_best_hour",
    "plot_channel_mix",
    "plot_contact_frequency",
    "plot_contact_response",
    "plot_signal_lift",
]

_LIMITS = ["estimate", "lower", "upper"]
_LINES = (BLUE, RED, GREEN, SKY)


def plot_contact_response(
    table: pd.DataFrame, *, of: str = "responded", ax: Axes | None = None
) -> Axes:
    """Draw the share of responses by how many contacts came shortly before, a line per channel.

    Parameters
    ----------
    table : DataFrame
        As `contact_response` returns it: `channel`, `earlier`, `n_contacts`, `estimate`, `lower`,
        `upper`.
    of : str, default="responded"
        What is counted, written on the axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes
        The title is about the channel with most contacts.

    Raises
    ------
    InputError
        If a column is missing or `table` has no rows.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"channel": "email", "earlier": [0, 1], "n_contacts": 90, "estimate": [0.35, 0.27],
    ...      "lower": [0.33, 0.24], "upper": [0.37, 0.29]}
    ... )
    >>> plot_contact_response(table, of="opened").get_title()
    'email: 35% opened without a contact shortly before, 27% after 1'
    """
    check_table("table", table, ["channel", "earlier", "n_contacts", *_LIMITS])
    counted = check_label("of", of)
    ax = make_axes(ax)
    channels = [str(each) for each in pd.unique(table["channel"])]
    for at, channel in enumerate(channels):
        rows = table[table["channel"].astype("str") == channel].sort_values("earlier")
        x = check_column(rows, "earlier", what="`table`") + (at - (len(channels) - 1) / 2) * 0.06
        mid, low, high = (check_column(rows, name, what="`table`") for name in _LIMITS)
        ax.errorbar(
            x,
            mid,
            [mid - low, high - mid],
            label=channel,
            color=_LINES[at % len(_LINES)],
            marker="o",
            capsize=3,
            linewidth=2,
        )
    if len(channels) > 1:
        ax.legend(fontsize=9, frameon=False)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    format_percent(ax.yaxis)
    heads = table.groupby(table["channel"].astype("str"))["n_contacts"].sum()
    shown = table[table["channel"].astype("str") == heads.idxmax()].sort_values("earlier")
    first, last = shown.iloc[0], shown.iloc[-1]
    title = (
        f"{heads.idxmax()}: {percent(first['estimate'])} {counted} without a contact shortly "
        f"before, {percent(last['estimate'])} after {int(last['earlier'])}"
    )
    return finish(
        ax, title=title, x="contacts shortly before (number)", y=f"{counted}, of contacts (%)"
    )


def plot_contact_frequency(
    table: pd.DataFrame, *, currency: str = "currency", ax: Axes | None = None
) -> Axes:
    """Draw the profit of a customer by the number of contacts, and mark the highest.

    Parameters
    ----------
    table : DataFrame
        As `contact_frequency` returns it: `contacts`, `profit`.
    currency : str, default="currency"
        Unit of the profit, written on the axis.
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
    >>> from crmlab.contact import contact_frequency
    >>> table = contact_frequency(0.3, fatigue=-0.5, margin=10, cost=2)
    >>> plot_contact_frequency(table, currency="EUR").get_title()
    '6 contacts earn most: 6 EUR a customer'
    """
    check_table("table", table, ["contacts", "profit"])
    unit = check_label("currency", currency)
    contacts = check_column(table, "contacts", what="`table`")
    profit = check_column(table, "profit", what="`table`", negative=True)
    ax = make_axes(ax)
    best = int(profit.argmax())
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.plot(contacts, profit, color=BLUE, marker="o", markersize=4, linewidth=2)
    ax.plot(contacts[best], profit[best], marker="o", markersize=10, color=RED)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    format_money(ax.yaxis)
    title = (
        f"{contacts[best]:.0f} contacts earn most: {money(profit[best])} {unit} a customer"
        if contacts[best] > 0
        else "No number of contacts earns anything"
    )
    return finish(ax, title=title, x="contacts (number)", y=f"profit per customer ({unit})")


def plot_channel_mix(
    table: pd.DataFrame, *, currency: str = "currency", ax: Axes | None = None
) -> Axes:
    """Draw what a response costs by channel, and what one costs that a contact caused.

    Parameters
    ----------
    table : DataFrame
        As `channel_mix` returns it: `channel`, `measure`, `estimate`, `lower`, `upper`. Drawn are
        the costs; one without an upper limit goes to the edge.
    currency : str, default="currency"
        Unit of the cost, written on the axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, or `table` has no finite cost.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"channel": "post", "measure": ["cost per response", "cost per response caused"],
    ...      "estimate": [10, 20.0], "lower": [9, 15.0], "upper": [11, 31.0]}
    ... )
    >>> plot_channel_mix(table, currency="EUR").get_title()
    'post: 10 EUR per response, 20 EUR per response caused'
    """
    check_table("table", table, ["channel", "measure", *_LIMITS])
    unit = check_label("currency", currency)
    costs = table[table["measure"].isin(_COSTS) & np.isfinite(table["estimate"])]
    if costs.empty:
        raise InputError("`table` must have a cost that is finite; got none.")
    channels = [str(each) for each in pd.unique(costs["channel"])][::-1]
    ax = make_axes(ax)
    top = float(costs[_LIMITS].replace(np.inf, np.nan).max(axis=None)) * 1.1
    for (measure, label), color, shift in zip(
        _COSTS.items(), (SKY, BLUE), (0.12, -0.12), strict=True
    ):
        rows = costs[costs["measure"] == measure]
        y = np.array([channels.index(str(each)) for each in rows["channel"]]) + shift
        mid, low, high = (rows[name].to_numpy(dtype=float).clip(max=2 * top) for name in _LIMITS)
        if len(rows):
            ax.errorbar(
                mid, y, xerr=[mid - low, high - mid], fmt="o", color=color, capsize=3, label=label
            )
    ax.set_yticks(range(len(channels)), channels)
    ax.set_ylim(-0.6, len(channels) - 0.4)
    ax.set_xlim(0, top)
    ax.legend(fontsize=9, frameon=False)
    format_money(ax.xaxis)
    both = costs["channel"].astype("str").value_counts()
    shown = costs[costs["channel"].astype("str") == both.idxmax()]
    said = ", ".join(
        f"{money(row.estimate)} {unit} {row.measure.removeprefix('cost ')}"
        for row in shown.itertuples()
    )
    return finish(ax, title=f"{both.idxmax()}: {said}", x=f"cost ({unit})", y="channel", grid=False)


_COSTS = {"cost per response": "per response", "cost per response caused": "per response caused"}


def plot_best_hour(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share answered by hour or weekday, as observed and drawn towards all others.

    Parameters
    ----------
    table : DataFrame
        As `best_hour` returns it: `hour` or `weekday`, `share`, `estimate`, `lower`, `upper`,
        `best_probability`.
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
    >>> table = pd.DataFrame(
    ...     {"hour": [10, 19], "share": [0.2, 0.5], "estimate": [0.3, 0.4], "lower": [0.2, 0.3],
    ...      "upper": [0.4, 0.5], "best_probability": [0.1, 0.9]}
    ... )
    >>> plot_best_hour(table).get_title()
    '19 is best with a probability of 90%'
    """
    named = "weekday" if "weekday" in getattr(table, "columns", []) else "hour"
    check_table("table", table, [named, "share", *_LIMITS, "best_probability"])
    share, mid, low, high, best = (
        check_column(table, name, what="`table`")
        for name in ("share", *_LIMITS, "best_probability")
    )
    ax = make_axes(ax)
    x = np.arange(len(table))
    ax.plot(x, share, "o", color=INK, fillstyle="none", label="observed")
    ax.errorbar(
        x, mid, [mid - low, high - mid], fmt="o", color=BLUE, capsize=3, label="drawn together"
    )
    ax.set_xticks(x, [str(each)[:3] for each in table[named]])
    ax.legend(fontsize=9, frameon=False)
    format_percent(ax.yaxis)
    at = int(best.argmax())
    return finish(
        ax,
        title=f"{table[named].iloc[at]} is best with a probability of {percent(best[at])}",
        x=f"{named} of contact (date)",
        y="answered, of contacts (%)",
    )


def plot_signal_lift(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share who are dissatisfied among those who show each signal.

    Parameters
    ----------
    table : DataFrame
        As `signal_lift` returns it: `signal`, `n_customers`, `estimate`, `lower`, `upper`,
        `lift`. Signals of `dissatisfaction_signals` are written in words.
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
    >>> table = pd.DataFrame(
    ...     {"signal": ["refused", "none"], "n_customers": [20, 900], "estimate": [0.1, 0.04],
    ...      "lower": [0.03, 0.03], "upper": [0.3, 0.05], "lift": [2.4, 0.97]}
    ... )
    >>> plot_signal_lift(table).get_title()
    'Refused a call: 10% dissatisfied, 2.4 times as many as among all'
    """
    check_table("table", table, ["signal", "n_customers", *_LIMITS, "lift"])
    rows = table.sort_values("estimate", kind="stable")
    mid, low, high, lift = (check_column(rows, name, what="`table`") for name in (*_LIMITS, "lift"))
    ax = make_axes(ax)
    y = np.arange(len(rows))
    ax.errorbar(mid, y, xerr=[mid - low, high - mid], fmt="o", color=BLUE, capsize=3)
    if lift[-1] > 0:
        ax.axvline(mid[-1] / lift[-1], color=INK, linestyle="--", linewidth=1)
    names = [_SIGNALS.get(str(name), str(name)) for name in rows["signal"]]
    heads = zip(names, rows["n_customers"], strict=True)
    ax.set_yticks(y, [f"{name}\n({n:,.0f} customers)" for name, n in heads])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlim(left=0)
    format_percent(ax.xaxis)
    best = names[-1].replace("\n", " ")
    title = (
        f"{best[:1].upper()}{best[1:]}: {percent(mid[-1])} dissatisfied, "
        f"{lift[-1]:.1f} times as many as among all"
    )
    return finish(ax, title=title, x="dissatisfied (%); dashed: among all", y="signal", grid=False)


_SIGNALS = {
    "refused": "refused a call",
    "stopped": "ended e-mails\nor calls",
    "visits_missed": "missed visits",
    "ended": "ended a\nsubscription",
    "complaint_open": "complaint\nleft open",
    "none": "no signal",
}
