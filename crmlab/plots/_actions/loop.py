"""Pictures of loops: what periods earn, what parts add, what a choice loses, where data flow."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
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
    format_numbers,
    make_axes,
    money,
    write_hangul,
)

__all__ = ["plot_contributions", "plot_data_flow", "plot_loop", "plot_regret"]

LINES = (BLUE, RED, GREEN, SKY)
KIND = {"operational": BLUE, "collaborative": GREEN, "analytical": RED}


def plot_loop(
    table: pd.DataFrame, *, beside: pd.DataFrame | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what a loop earns in each period, below what was possible; perhaps beside another.

    Parameters
    ----------
    table : DataFrame
        `table` of `run_loop`: `period`, and `profit` and `possible` (currency).
    beside : DataFrame, optional
        The same of a loop to compare with, such as the open one.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or a table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> closed = pd.DataFrame({"period": [1, 2], "profit": [2.0, 6.0], "possible": [8.0, 8.0]})
    >>> plot_loop(closed).get_title()
    'The loop earns 8 of the 16 that were possible'
    """
    columns = ["period", "profit", "possible"]
    check_table("table", table, columns)
    ax = make_axes(ax)
    earned = check_column(table, "profit", what="`table`", negative=True)
    possible = check_column(table, "possible", what="`table`", negative=True)
    period = table["period"]
    ax.plot(period, possible, color=INK, linestyle="--", linewidth=1, label="possible")
    ax.plot(period, earned, color=BLUE, marker="o", linewidth=2.5, label="this loop")
    title = (
        f"The loop earns {money(earned.sum())} of the {money(possible.sum())} that were possible"
    )
    if beside is not None:
        check_table("beside", beside, columns)
        other = check_column(beside, "profit", what="`beside`", negative=True)
        ax.plot(beside["period"], other, color=RED, marker="s", linewidth=1.5, label="beside")
        more = earned.sum() - other.sum()
        word = "more" if more >= 0 else "less"
        title = f"The loop earns {money(abs(more))} {word} than the one beside it"
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    format_numbers(ax.xaxis)
    format_money(ax.yaxis)
    ax.legend(fontsize=9, frameon=False, loc="best")
    return finish(ax, title=title, x="period (number)", y="profit of a period (currency)")


def plot_contributions(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what the loop and each part of CRM add, with limits.

    Parameters
    ----------
    table : DataFrame
        `table` of `compare_loops`: `part`, and `gain`, `lower`, `upper` (currency).
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
    >>> import pandas as pd
    >>> gains = {"part": ["analytical"], "gain": [5.0], "lower": [2.0], "upper": [8.0]}
    >>> plot_contributions(pd.DataFrame(gains)).get_title()
    'analytical: adds 5 (2 to 8)'
    """
    columns = ["part", "gain", "lower", "upper"]
    check_table("table", table, columns)
    gain, lower, upper = (
        check_column(table, name, what="`table`", negative=True) for name in columns[1:]
    )
    ax = make_axes(ax)
    at = np.arange(len(table))[::-1]
    sure = (lower > 0) | (upper < 0)
    ax.barh(at, gain, color=np.where(gain < 0, RED, np.where(sure, BLUE, SKY)), height=0.6)
    ax.errorbar(
        gain, at, xerr=[gain - lower, upper - gain], fmt="none", ecolor=INK, capsize=3, linewidth=1
    )
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(at, table["part"].astype(str))
    format_money(ax.xaxis)
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5))
    first = f"{money(lower[0])} to {money(upper[0])}"
    verb = "adds" if gain[0] >= 0 else "costs"
    doubt = "" if sure[0] else "; the limits hold 0"
    finish(
        ax,
        title=f"{table['part'].iloc[0]}: {verb} {money(abs(gain[0]))} ({first}{doubt})",
        x="gain over all periods (currency)",
        y="part",
        grid=False,
    )
    ax.grid(axis="x", alpha=0.3)
    return ax


def plot_regret(path: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how regret adds up while customers are contacted, one line for each policy.

    Parameters
    ----------
    path : DataFrame
        `path` of `explore`: `policy`, `customers`, and `regret`, `lower`, `upper` (currency).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `path` has no rows.

    Examples
    --------
    >>> from crmlab.closed_loop import explore
    >>> explored = explore({"plain": 0.0, "camp": 1.0}, n_customers=100, batches=4, runs=9)
    >>> plot_regret(explored.path).get_ylabel()
    'regret so far (currency)'
    """
    columns = ["policy", "customers", "regret", "lower", "upper"]
    check_table("path", path, columns)
    for name in columns[1:]:
        check_column(path, name, what="`path`", negative=True)
    ax = make_axes(ax)
    last = {}
    for at, (policy, rows) in enumerate(path.groupby("policy", sort=False)):
        color = LINES[at % len(LINES)]
        customers = np.r_[0, rows["customers"]]
        ax.plot(customers, np.r_[0.0, rows["regret"]], color=color, linewidth=2, label=str(policy))
        ax.fill_between(
            customers, np.r_[0.0, rows["lower"]], np.r_[0.0, rows["upper"]], color=color,
            alpha=0.2, lw=0,
        )  # fmt: skip
        last[str(policy)] = float(rows["regret"].iloc[-1])
    worst = max(last, key=lambda policy: last[policy])
    tried = {policy: lost for policy, lost in last.items() if policy != "best fixed"}
    least = min(tried or last, key=lambda policy: last[policy])
    title = f"{least}: regret of {money(last[least])}; {worst}: {money(last[worst])}"
    ax.legend(fontsize=9, frameon=False, loc="upper left")
    format_numbers(ax.xaxis)
    format_money(ax.yaxis)
    return finish(ax, title=title, x="contacted so far (customers)", y="regret so far (currency)")


def plot_data_flow(flow: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the parts of the system: tables, the rooms that read them, and what goes back.

    Tables stand on the left, rooms on the right. A line says that functions of the room take the
    table; the more, the thicker. A dashed line goes back to the table that is written when a firm
    acts on a result. Which room builds on which is left to the table.

    Parameters
    ----------
    flow : DataFrame
        As `data_flow` returns it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, or no table is read.

    Examples
    --------
    >>> from crmlab.closed_loop import data_flow
    >>> ax = plot_data_flow(data_flow())
    >>> ax.get_title().split(":")[0]
    'transactions'
    """
    columns = ["source", "source_part", "kind", "target", "target_part", "how", "functions"]
    check_table("flow", flow, columns)
    reads = flow[(flow["source_part"] == "table") & (flow["target_part"] == "room")]
    back = flow[(flow["source_part"] == "room") & (flow["target_part"] == "table")]
    if reads.empty:
        raise InputError("`flow` must hold a table that a room reads; it has none.")
    ax = make_axes(ax)
    tables = _order(reads, "source", "functions")
    rooms = _order(reads, "target", "functions")
    kind = reads.groupby("source")["kind"].first()
    left, right = _places(tables), _places(rooms)
    for source, target, word, n in reads[["source", "target", "kind", "functions"]].to_numpy():
        ax.plot(
            [0, 1], [left[source], right[target]], color=KIND.get(word, INK),
            linewidth=0.6 + 0.35 * min(n, 8), alpha=0.55, solid_capstyle="round",
        )  # fmt: skip
    for source, target in back[["source", "target"]].to_numpy():
        if source in right and target in left:
            ax.plot([1, 0], [right[source], left[target]], color="black", linestyle="--", lw=1.1)
    for name in tables:
        ax.text(-0.03, left[name], name, ha="right", va="center", color=KIND.get(kind[name], INK),
                fontsize=9)  # fmt: skip
    acting = set(back["source"])
    for name in rooms:
        ax.text(1.03, right[name], name, ha="left", va="center", fontsize=9,
                weight="bold" if name in acting else "normal")  # fmt: skip
    for word in kind.unique():
        ax.plot([], [], color=KIND.get(word, INK), linewidth=2, label=f"{word} table")
    if len(back):
        ax.plot([], [], color="black", linestyle="--", linewidth=1.1, label="acted on")
    feeds = reads[reads["source"] == tables[0]]["target"].nunique()
    title = f"{tables[0]}: taken by {feeds} of {len(rooms)} rooms; results of {len(acting)} go back"
    finish(ax, title=title, x="table to room", y="part", grid=False)
    ax.set_xlim(-0.45, 1.45)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3)
    write_hangul(ax)
    return ax


def _order(reads: pd.DataFrame, by: str, size: str) -> list[str]:
    """Names with most functions first."""
    total = reads.groupby(by)[size].sum().sort_index()
    return total.sort_values(ascending=False, kind="stable").index.tolist()


def _places(names: list[str]) -> dict[str, float]:
    """Heights from 1 at the top to 0."""
    heights = np.linspace(1, 0, len(names)) if len(names) > 1 else [0.5]
    return dict(zip(names, map(float, heights), strict=True))
