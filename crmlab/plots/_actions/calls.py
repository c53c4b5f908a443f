"""Pictures of a call centre: how long callers wait, how many agents, and who is served first."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmlab._checks import check_column, check_fraction
from crmlab.plots._canvas import (
    BLUE,
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
    "plot_routing",
    "plot_service_level",
    "plot_staffing",
]


def plot_service_level(table: pd.DataFrame, *, target: float = 0.8, ax: Axes | None = None) -> Axes:
    """Draw the share of calls answered in time by the number of agents, and their occupancy.

    Parameters
    ----------
    table : DataFrame
        As `erlang_c` or `erlang_a` returns it for several numbers of agents: `agents`,
        `service_level`, `occupancy`.
    target : float, default=0.8
        Share to answer in time, in [0, 1].
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows or `target` is outside [0, 1].

    Examples
    --------
    >>> from crmlab.contact import erlang_c
    >>> plot_service_level(erlang_c(100, 1800, 180, agents=[12, 13, 14, 15])).get_title()
    '14 agents answer 89% in time, one fewer 80%'
    """
    check_table("table", table, ["agents", "service_level", "occupancy"])
    goal = check_fraction("target", target)
    agents, met, busy = (
        check_column(table.sort_values("agents"), name, what="`table`")
        for name in ("agents", "service_level", "occupancy")
    )
    ax = make_axes(ax)
    ax.axhline(goal, color=INK, linestyle="--", linewidth=1, label=f"target {percent(goal)}")
    ax.plot(agents, met, color=BLUE, marker="o", linewidth=2.5, label="answered in time")
    ax.plot(agents, busy, color=RED, marker=".", linewidth=1.5, label="agents on calls")
    ax.set_ylim(0, 1.03)
    ax.legend(fontsize=9, frameon=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    format_percent(ax.yaxis)
    enough = np.flatnonzero(met >= goal)
    if not len(enough):
        title = f"{agents[-1]:.0f} agents answer {percent(met[-1])} in time: too few"
    else:
        at = int(enough[0])
        title = f"{agents[at]:.0f} agents answer {percent(met[at])} in time"
        title += (
            f", one fewer {percent(met[at - 1])}" if at and agents[at - 1] == agents[at] - 1 else ""
        )
    return finish(ax, title=title, x="agents at work (number)", y="share of calls, of time (%)")


def plot_staffing(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the agents needed in each interval of a day above the work itself.

    Parameters
    ----------
    table : DataFrame
        As `staffing` returns it: `calls`, `load`, `agents`, one row per interval in order. The
        index, where it is not 0, 1, 2, ..., names the intervals; its name is written on the axis.
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
    >>> from crmlab.contact import staffing
    >>> plot_staffing(staffing([40, 100, 60], 1800, 180)).get_title()
    'From 7 to 14 agents: 30 in all, for work that fills 20'
    """
    check_table("table", table, ["calls", "load", "agents"])
    check_column(table, "calls", what="`table`")
    load, agents = (check_column(table, name, what="`table`") for name in ("load", "agents"))
    ax = make_axes(ax)
    x = np.arange(1, len(table) + 1)
    ax.bar(x, agents, color=SKY, label="agents at work")
    ax.bar(x, load, color=BLUE, label="of these busy on average")
    named = not isinstance(table.index, pd.RangeIndex)
    if named:
        every = -(-len(table) // _LABELS)
        ax.set_xticks(x[::every], [str(each) for each in table.index[::every]])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(fontsize=9, frameon=False)
    ax.set_ylim(0, 1.25 * max(float(agents.max()), 1))
    title = (
        f"From {agents.min():.0f} to {agents.max():.0f} agents: {agents.sum():,.0f} in all, "
        f"for work that fills {load.sum():,.0f}"
    )
    label = str(table.index.name or "interval") if named else "interval (number)"
    return finish(ax, title=title, x=label, y="agents (number)")


_LABELS = 12  # intervals named on the axis at most, so that their names do not overlap


def plot_routing(
    table: pd.DataFrame, *, unit: str = "units of time", ax: Axes | None = None
) -> Axes:
    """Draw what each class of callers waits, by rank and in order of arrival.

    Parameters
    ----------
    table : DataFrame
        As `route_by_value` returns it: `rank`, `share`, `wait_routed`, `wait_in_turn`; the index
        names the classes.
    unit : str, default="units of time"
        Unit of the waits, written on the axis.
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
    >>> from crmlab.contact import route_by_value
    >>> members = pd.DataFrame({"calls": [10, 90], "loss": [5.0, 1.0]}, index=["best", "others"])
    >>> plot_routing(route_by_value(members, 1800, 180, agents=12), unit="seconds").get_title()
    'The first 10% wait 7.35 instead of 40.4 seconds, the last 90% 44.1'
    """
    columns = ["rank", "share", "wait_routed", "wait_in_turn"]
    check_table("table", table, columns)
    time = check_label("unit", unit)
    table = table.sort_values("rank")
    _, share, routed, turn = (check_column(table, name, what="`table`") for name in columns)
    ax = make_axes(ax)
    x = np.arange(len(table))
    ax.bar(x - 0.2, turn, width=0.38, color=SKY, label="in order of arrival")
    ax.bar(x + 0.2, routed, width=0.38, color=BLUE, label="by rank")
    ax.set_xticks(x, [f"{place}: {each}" for place, each in enumerate(table.index, start=1)])
    ax.legend(fontsize=9, frameon=False)
    ax.set_ylim(0, 1.25 * max(float(routed.max()), float(turn.max())) or 1)
    format_money(ax.yaxis)
    title = (
        f"The first {percent(share[0])} wait {money(routed[0])} instead of {money(turn[0])} {time}"
    )
    if len(table) > 1:
        title += f", the last {percent(share[-1])} {money(routed[-1])}"
    return finish(
        ax, title=title, x="class of callers (1 = put through first)", y=f"mean wait ({time})"
    )
