"""Pictures of the customer base: how often customers buy, who stays, who comes and goes."""

from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_vector
from crmlab._words import count_words
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    SKY,
    check_table,
    finish,
    format_numbers,
    format_percent,
    make_axes,
    percent,
)
from crmlab.plots._periods import PERIOD_WORDS, find_period, name_periods

__all__ = ["plot_cohorts", "plot_flows", "plot_frequency"]

# Stacked upwards from zero in this order; lapsed customers hang below it.
_FLOWS = {"active": BLUE, "reactivated": SKY, "new": GREEN, "lapsed": RED}
_HATCH = "////"  # a period that is not over
_MOST_REPEATS = 7  # customers with more share one bar
_MOST_ROW_NAMES = 24  # fit one above the other
_MOST_LETTERS = 50  # of the names of periods fit side by side
_MOST_NUMBERS = 20  # cells in a row or a column that have room for a number


def plot_frequency(summary: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers made 0, 1, 2, ... and 7 or more repeat purchases.

    Parameters
    ----------
    summary : DataFrame
        As `rfm_summary` returns it; read are `frequency` (repeat purchases) and, where there is
        one, `n_customers` (customers that a row stands for).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If `frequency` is absent, or negative or missing for a customer, or there are no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> ax = plot_frequency(pd.DataFrame({"frequency": [0, 0, 0, 2, 9]}))
    >>> ax.get_title()
    '60% of customers have bought only once'
    """
    check_table("summary", summary, ["frequency"])
    repeats = np.minimum(check_vector("frequency", summary["frequency"]), _MOST_REPEATS)
    weights = (
        check_vector("n_customers", summary["n_customers"]) if "n_customers" in summary else None
    )
    customers = np.bincount(repeats.astype(int), weights=weights, minlength=_MOST_REPEATS + 1)
    names = [*map(str, range(_MOST_REPEATS)), f"{_MOST_REPEATS}+"]
    ax = make_axes(ax)
    bars = ax.bar(names, customers, color=[RED] + [BLUE] * _MOST_REPEATS)
    ax.bar_label(bars, [f"{number:,.0f}" for number in customers], padding=2, fontsize=9)
    ax.margins(y=0.1)
    format_numbers(ax.yaxis)
    return finish(
        ax,
        title=f"{percent(customers[0] / customers.sum())} of customers have bought only once",
        x="repeat purchases (number after the first)",
        y="customers (number)",
    )


def plot_cohorts(
    cohorts: pd.DataFrame, *, period: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw which part of each cohort buys again, period by period, as a heat map.

    The period of the first purchase is left out: by definition everyone bought in it.

    Parameters
    ----------
    cohorts : DataFrame
        As `cohort_retention` returns it: `cohort` (start of the first period), `age` (periods
        since), `n_customers`, `n_active`, `retention` (in [0, 1]) and `complete`. A cell that is
        not complete is hatched and has no colour.
    period : {"W", "M", "Q", "Y"}, optional
        The period of the table. Default: as the dates and ages of its cohorts tell it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `cohorts` has no rows, or one cohort only and no `period`.

    Examples
    --------
    >>> import pandas as pd
    >>> cohorts = pd.DataFrame(
    ...     {
    ...         "cohort": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
    ...         "age": [0, 1, 0],
    ...         "n_customers": [200, 200, 150],
    ...         "n_active": [200, 30, 150],
    ...         "retention": [1, 0.15, 1],
    ...         "complete": True,
    ...     }
    ... )
    >>> ax = plot_cohorts(cohorts)
    >>> ax.get_title()
    '15% of new customers buy again in the next month'
    """
    columns = ["cohort", "age", "n_customers", "n_active", "retention", "complete"]
    check_table("cohorts", cohorts, columns)
    period = find_period(period, "cohorts", _days_apart(cohorts))
    size = cohorts.groupby("cohort")["n_customers"].max()
    later = cohorts[cohorts["age"] >= 1]
    is_whole = later["complete"].astype(bool)
    whole, cut_off = later[is_whole], later[~is_whole]
    ages = range(1, max(1, cohorts["age"].max()) + 1)
    retention = whole.pivot_table(index="cohort", columns="age", values="retention")
    ax = make_axes(ax)
    _draw_heat_map(ax, retention.reindex(index=size.index, columns=ages).to_numpy(dtype=float))
    _hatch(ax, cut_off["age"].to_numpy(), size.index.get_indexer(pd.Index(cut_off["cohort"])))
    starts = name_periods(size.index, period)
    names = [f"{start} ({number:,})" for start, number in zip(starts, size, strict=True)]
    step = ceil(len(names) / _MOST_ROW_NAMES)
    ax.set_yticks(range(0, len(names), step), names[::step], fontsize=8)
    word = PERIOD_WORDS[period]
    hatched = "" if cut_off.empty else f"\nhatched: {word} cut off by the end of the data"
    return finish(
        ax,
        title=_cohort_title(whole[whole["age"] == 1], word),
        x=f"{word}s since the first purchase (number){hatched}",
        y=f"{word} of first purchase (customers)",
        grid=False,
    )


def _draw_heat_map(ax: Axes, retention: NDArray[np.float64]) -> None:
    """Colour the cells, one row per cohort from age 1 on; nan stays blank."""
    n_rows, n_ages = retention.shape
    mesh = ax.pcolormesh(
        np.arange(n_ages + 1) + 0.5,
        np.arange(n_rows + 1) - 0.5,
        np.ma.masked_invalid(retention),
        cmap="Blues",
        vmin=0,
        vmax=_highest(retention) or 1,
        edgecolors="white",
        linewidth=0.5 if n_ages <= 2 * _MOST_NUMBERS else 0,
    )
    ax.invert_yaxis()  # the oldest cohort on top
    ax.set_xticks(range(1, n_ages + 1, ceil(n_ages / _MOST_NUMBERS)))
    colours = ax.figure.colorbar(mesh, ax=ax, label="buying again (% of cohort)")
    format_percent(colours.ax.yaxis)
    if max(n_rows, n_ages) <= _MOST_NUMBERS:
        _write_numbers(ax, retention)


def _highest(retention: NDArray[np.float64]) -> float:
    return float(retention[~np.isnan(retention)].max(initial=0))


def _write_numbers(ax: Axes, retention: NDArray[np.float64]) -> None:
    """Write each cell's retention in percent, readable on its colour."""
    dark = retention > 0.7 * _highest(retention)
    for row, column in np.argwhere(~np.isnan(retention)):
        ax.text(
            column + 1,
            row,
            f"{100 * retention[row, column]:.0f}",
            color="white" if dark[row, column] else "black",
            ha="center",
            va="center",
            fontsize=7,
        )


def _hatch(ax: Axes, ages: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Hatch the cells of periods that are not over."""
    if ages.size:
        ax.bar(ages, 1, width=1, bottom=rows - 0.5, color="none", edgecolor=INK, hatch=_HATCH, lw=0)


def _cohort_title(next_period: pd.DataFrame, word: str) -> str:
    """Say what the cohorts together did in the period after the first."""
    if next_period.empty:
        return f"No cohort has a whole {word} after its first yet"
    back = next_period["n_active"].sum() / next_period["n_customers"].sum()
    return f"{percent(back)} of new customers buy again in the next {word}"


def _days_apart(cohorts: pd.DataFrame) -> float:
    """Days from one cohort to the next; each period makes a cohort a period older."""
    oldest = cohorts.groupby("cohort")["age"].max()
    n_periods = oldest.iloc[0] - oldest.iloc[-1]
    start, end = pd.DatetimeIndex(oldest.index[[0, -1]])
    return (end - start).days / n_periods if n_periods else np.nan


def plot_flows(flows: pd.DataFrame, *, period: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw who bought in each period above zero, and who no longer did below.

    Parameters
    ----------
    flows : DataFrame
        As `customer_flows` returns it: `period` (its first day), `flow`, `n_customers` and
        `complete`. A flow is "new", "active" (bought now and in the window before),
        "reactivated" (bought now after a longer break), "lapsed" (no longer bought) or
        "returns", which is about money and not drawn. A period that is not complete is pale and
        hatched.
    period : {"W", "M", "Q", "Y"}, optional
        The period of the table. Default: as its dates tell it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, a flow is unknown, `flows` has no rows, or one period only and no
        `period` is given.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame(
    ...     {
    ...         "period": pd.Timestamp("2024-02-01"),
    ...         "flow": ["new", "active", "reactivated", "lapsed"],
    ...         "n_customers": [120, 300, 45, 80],
    ...         "complete": True,
    ...     }
    ... )
    >>> ax = plot_flows(flows, period="M")
    >>> ax.get_title()
    '2024-02: 120 new customers, 45 reactivated, 80 lapsed'
    """
    check_table("flows", flows, ["period", "flow", "n_customers", "complete"])
    for flow in flows["flow"].unique():
        check_choice("flow", flow, [*_FLOWS, "returns"])
    counts = flows.pivot_table(index="period", columns="flow", values="n_customers", aggfunc="sum")
    counts = counts.reindex(columns=list(_FLOWS)).fillna(0)
    whole = flows.groupby("period")["complete"].all().to_numpy()
    gaps = pd.DatetimeIndex(counts.index).diff().days[1:]
    period = find_period(period, "flows", gaps.min() if len(gaps) else np.nan)
    names = name_periods(counts.index, period)
    weekly = period == "W"
    ax = make_axes(ax)
    _stack(ax, counts, whole)
    step = ceil(len(names) * len(names[0]) / _MOST_LETTERS)
    ax.set_xticks(range(0, len(names), step), names[::step])
    format_numbers(ax.yaxis)
    return finish(
        ax,
        title=_flow_title(counts, whole, names, "Week of " if weekly else ""),
        x="week (first day)" if weekly else PERIOD_WORDS[period],
        y="customers (number; lapsed below zero)",
    )


def _flow_title(
    counts: pd.DataFrame, whole: NDArray[np.bool_], names: list[str], before: str
) -> str:
    """Say who came and went in the last whole period, or in the last one if none is whole."""
    last = np.flatnonzero(whole if whole.any() else ~whole)[-1]
    so_far = "" if whole.any() else " so far"
    new, back, lapsed = counts[["new", "reactivated", "lapsed"]].to_numpy()[last]
    return (
        f"{before}{names[last]}{so_far}: {count_words(int(new), 'new customer')}, "
        f"{back:,.0f} reactivated, {lapsed:,.0f} lapsed"
    )


def _stack(ax: Axes, counts: pd.DataFrame, whole: NDArray[np.bool_]) -> None:
    """Stack the flows of each period from zero up, lapsed ones from zero down."""
    positions, height = np.arange(len(counts)), np.zeros(len(counts))
    for flow, colour in _FLOWS.items():
        number = counts[flow].to_numpy()
        below = flow == "lapsed"
        bars = ax.bar(
            positions,
            -number if below else number,
            bottom=0 if below else height,
            color=colour,
        )
        for position in np.flatnonzero(~whole):
            bars[position].set(hatch=_HATCH, edgecolor="white", alpha=0.6)
        height += 0 if below else number
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.use_sticky_edges = False  # bars of no height would hold the margin back
    ax.margins(y=0.15)  # room for the legend
    keys = [Patch(color=colour, label=flow) for flow, colour in _FLOWS.items()]
    if not whole.all():
        keys.append(Patch(facecolor="0.7", edgecolor="white", hatch=_HATCH, label="not over"))
    ax.legend(handles=keys, loc="upper center", ncols=len(keys), fontsize=8, frameon=False)
