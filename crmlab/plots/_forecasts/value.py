"""Pictures of what customers are worth, who is still one, and what would raise it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmlab._checks import check_columns, check_number, check_vector
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
    percent,
)

__all__ = ["plot_intervals", "plot_levers", "plot_present_value", "plot_probability_alive"]

_MOST_NUMBERS = 160  # cells that have room for a number
_LONG = 10_000  # numbers from which on an axis writes k, M or bn
_MOST_NAMES = 25  # rows that have room for a name


def plot_present_value(payments: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how the payment of each period shrinks: customers leave, and money comes late.

    Parameters
    ----------
    payments : DataFrame
        One row per period: `period` (a number), `margin` (currency, if the customer stays),
        `expected` (times the probability of staying) and `present_value` (discounted to today).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or an amount is missing.

    Examples
    --------
    >>> payments = pd.DataFrame({"period": [0, 1], "margin": 100.0})
    >>> payments["expected"] = [100.0, 80.0]
    >>> payments["present_value"] = [100.0, 71.4]
    >>> plot_present_value(payments).get_title()
    'Of 200 promised, 180 can be expected; today it is worth 171'
    """
    check_table("payments", payments, ["period", "margin", "expected", "present_value"])
    period = payments["period"]
    bars = {
        "if the customer stays": ("margin", "0.88"),
        "expected: times the chance to stay": ("expected", SKY),
        "worth today: discounted as well": ("present_value", BLUE),
    }
    ax = make_axes(ax)
    for label, (column, colour) in bars.items():
        ax.bar(
            period, check_vector(column, payments[column], negative=True), color=colour, label=label
        )
    ax.legend(frameon=False, fontsize=9, loc="upper right")
    ax.set_ylim(0, 1.45 * payments["margin"].max() or 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    format_money(ax.yaxis)
    totals = [money(payments[column].sum()) for column, _ in bars.values()]
    return finish(
        ax,
        title=f"Of {totals[0]} promised, {totals[1]} can be expected; "
        f"today it is worth {totals[2]}",
        x="period of payment (number from today)",
        y="margin (currency)",
    )


def plot_probability_alive(
    table: pd.DataFrame, *, unit: str = "weeks", ax: Axes | None = None
) -> Axes:
    """Draw the probability of being alive over frequency and recency, as a heat map.

    Parameters
    ----------
    table : DataFrame
        One row per cell: `frequency` (repeat purchases), `recency` (time from the first to the
        last purchase) and `probability_alive` (in [0, 1]). Cells without a row stay empty.
    unit : str, default="weeks"
        What recency is measured in, for the label.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or a cell has two rows.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"frequency": [1, 5], "recency": [10, 10], "probability_alive": [0.6, 0.2]}
    ... )
    >>> plot_probability_alive(table).get_title()
    'From 20% to 60%: the same silence means more where purchases were frequent'
    """
    columns = ["frequency", "recency", "probability_alive"]
    check_table("table", table, columns)
    if table.duplicated(columns[:2]).any():
        raise InputError(
            "`table` must have one row for each frequency and recency; "
            f"{table.duplicated(columns[:2]).sum():,} are doubled."
        )
    grid = table.pivot(index="frequency", columns="recency", values="probability_alive")
    ax = make_axes(ax)
    image = ax.imshow(grid, cmap="viridis", vmin=0, vmax=1, aspect="auto", origin="lower")
    ax.set_xticks(range(grid.shape[1]), [f"{value:g}" for value in grid.columns])
    ax.set_yticks(range(grid.shape[0]), [f"{value:g}" for value in grid.index])
    if grid.size <= _MOST_NUMBERS:
        _write_cells(ax, grid)
    bar = ax.figure.colorbar(image, ax=ax)
    bar.set_label("probability of being alive")
    format_percent(bar.ax.yaxis)
    low, high = table["probability_alive"].min(), table["probability_alive"].max()
    return finish(
        ax,
        title=f"From {low:.0%} to {high:.0%}: the same silence means more "
        "where purchases were frequent",
        x=f"recency: first to last purchase ({unit})",
        y="repeat purchases (number)",
        grid=False,
    )


def _write_cells(ax: Axes, grid: pd.DataFrame) -> None:
    for (row, column), alive in np.ndenumerate(grid.to_numpy()):
        if not np.isnan(alive):
            ax.text(
                column, row, f"{100 * alive:.0f}", ha="center", va="center", fontsize=8,
                color="black" if alive > 0.6 else "white",
            )  # fmt: skip


def plot_intervals(
    table: pd.DataFrame,
    *,
    actual: pd.Series | None = None,
    of: str = "value (currency)",
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with their intervals, one line per row, and what really happened.

    Parameters
    ----------
    table : DataFrame
        One row per line, named by the index: `estimate`, `lower`, `upper` and `level`, as every
        interval of crmlab.
    actual : Series, optional
        The true value of each row, with the same index; those inside their interval are green,
        the others red.
    of : str, default="value (currency)"
        What is estimated, with its unit, for the label.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or `actual` has another index.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"estimate": [2.0, 5.0], "lower": [1.0, 4.0], "upper": [4.0, 7.0], "level": 0.9},
    ...     index=["A", "B"],
    ... )
    >>> plot_intervals(table, actual=pd.Series([3.0, 9.0], index=["A", "B"])).get_title()
    '1 of 2 intervals hold what happened (50%; 90% promised)'
    """
    check_table("table", table, ["estimate", "lower", "upper", "level"])
    if actual is not None and not table.index.equals(actual.index):
        raise InputError("`actual` must have the index of `table`. Use actual.loc[table.index].")
    ax = make_axes(ax)
    at = np.arange(len(table))[::-1]
    ax.hlines(at, table["lower"], table["upper"], color=SKY, linewidth=3)
    ax.plot(table["estimate"], at, "o", color=BLUE, markersize=4, label="estimate")
    level = percent(float(table["level"].iloc[0]))
    title = f"{level} intervals"
    if actual is not None:
        title = _mark_actual(ax, table, actual, at) + f" {level} promised)"
        ax.set_ylim(-1, len(table) * 1.12 + 0.5)  # room for the legend above the first row
        ax.legend(frameon=False, fontsize=9, ncols=3, loc="upper center")
    else:
        ax.set_ylim(-0.6, len(table) - 0.4)
    if float(np.abs(table[["lower", "upper"]].to_numpy(dtype=float)).max()) >= _LONG:
        format_money(ax.xaxis)
    if len(table) <= _MOST_NAMES:
        ax.set_yticks(at, [str(name) for name in table.index])
    else:
        ax.set_yticks([])
    finish(ax, title=title, x=of, y=str(table.index.name or "").replace("_", " "), grid=False)
    ax.set_axisbelow(True)
    ax.grid(axis="x", alpha=0.3)
    return ax


def _mark_actual(ax: Axes, table: pd.DataFrame, actual: pd.Series, at: np.ndarray) -> str:
    """Mark what happened, and say how much of it the intervals hold."""
    inside = ((table["lower"] <= actual) & (actual <= table["upper"])).to_numpy()
    for held, colour, label in ((inside, GREEN, "happened"), (~inside, RED, "happened, outside")):
        if held.any():
            ax.plot(actual[held], at[held], "D", color=colour, markersize=4, label=label)
    share = percent(inside.mean())
    return f"{inside.sum():,} of {len(table):,} intervals hold what happened ({share};"


def plot_levers(
    levers: pd.DataFrame, *, change: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what each lever of lifetime value brings when it moves by the same fraction.

    Parameters
    ----------
    levers : DataFrame
        As `ltv_levers` returns it: `lever` and `gain_total`, and `base` and `changed` unless
        `change` is given.
    change : float, optional
        Fraction by which each lever moved, in (-1, 1]. Default: as frequency or price did,
        which nothing stops.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, no row tells the fraction, or `change`
        is out of range.

    Examples
    --------
    >>> from crmlab.ltv import ltv_levers
    >>> levers = ltv_levers(price=50, frequency=4, margin=0.3, retention=0.9, discount_rate=0.1)
    >>> plot_levers(levers).get_title()
    '10% better: frequency, price and margin bring most (33 each)'
    """
    check_table("levers", levers, ["lever", "gain_total"])
    if change is None:
        change = _find_change(levers)
    else:
        change = check_number("change", change, low=-1, high=1, open_low=True)
    gain = check_vector("gain_total", levers["gain_total"], negative=True)
    # From the bottom upwards; levers that differ by rounding only keep the order of the table.
    order = np.lexsort((-np.arange(len(gain)), np.round(gain / (abs(gain).max() or 1.0), 9)))
    ordered, gain = levers.iloc[order], gain[order]
    extreme = gain[-1] if change >= 0 else gain[0]
    is_first = np.isclose(gain, extreme)
    ax = make_axes(ax)
    colours = np.where(is_first, GREEN if change >= 0 else RED, BLUE)
    bars = ax.barh(_name_levers(ordered["lever"]), gain, color=list(colours))
    ax.bar_label(bars, [money(amount) for amount in gain], padding=3, fontsize=9)
    ax.margins(x=0.12)
    ax.axvline(0, color=INK, linewidth=1)
    format_money(ax.xaxis)
    first = _name_levers(levers["lever"][np.isclose(levers["gain_total"], extreme)])
    finish(
        ax,
        title=_lever_title(first, change, extreme),
        x="gain of all customers together (currency)",
        y="lever",
        grid=False,
    )
    ax.set_axisbelow(True)
    ax.grid(axis="x", alpha=0.3)
    return ax


def _find_change(levers: pd.DataFrame) -> float:
    """The fraction by which a lever moved that neither stops nor falls."""
    check_columns(levers.columns, ["base", "changed"], what="`levers`")
    free = levers[levers["lever"].isin(["frequency", "price"]) & (levers["base"] > 0)]
    if free.empty:
        raise InputError("`change` must be given where no frequency or price in `levers` tells it.")
    return float(free["changed"].iloc[0] / free["base"].iloc[0] - 1)


def _name_levers(names: pd.Series) -> list[str]:
    return list(names.str.replace("_", " "))


def _lever_title(first: list[str], change: float, amount: float) -> str:
    """Name the levers that move most, and by how much."""
    several = len(first) > 1
    named = f"{', '.join(first[:-1])} and {first[-1]}" if several else first[0]
    does = ("better", "bring") if change >= 0 else ("worse", "lose")
    verb = does[1] + ("" if several else "s")
    each = " each" if several else ""
    return f"{percent(abs(change))} {does[0]}: {named} {verb} most ({money(abs(amount))}{each})"
