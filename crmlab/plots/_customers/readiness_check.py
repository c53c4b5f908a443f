"""Pictures of how ready a firm is, and of what each failure factor costs it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
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

__all__ = ["plot_assessment", "plot_ranked_factors"]

_READY, _NOT_READY = 0.75, 0.5  # of the total, as `readiness.assess` judges it


def plot_ranked_factors(
    table: pd.DataFrame, *, currency: str = "currency", ax: Axes | None = None
) -> Axes:
    """Draw what each failure factor costs, with limits; a rank that chance decides is pale.

    Beside each bar stands the share of simulated firms in which the factor has just this rank.

    Parameters
    ----------
    table : DataFrame
        As `table` of `readiness.rank_factors`: index `factor`; `name`, `cost`, `lower`, `upper`,
        `rank`, `share_of_seeds`, `stable`.
    currency : str, default="currency"
        Written on the axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or a cost is not finite.
    InputTypeError
        If `currency` is not text.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"name": ["no common strategy", "processes not changed"], "cost": [9e6, 4e6],
    ...      "lower": [8e6, 3e6], "upper": [9.5e6, 6e6], "rank": [1, 2],
    ...      "share_of_seeds": [1.0, 0.8], "stable": [True, False]}, index=["P1", "P5"]
    ... )
    >>> plot_ranked_factors(table, currency="won").get_title()
    'No common strategy costs most: 9M won a year; 1 of 2 ranks hold in 90% of the firms'
    """
    check_table(
        "table", table, ["name", "cost", "lower", "upper", "rank", "share_of_seeds", "stable"]
    )
    check_label("currency", currency)
    table = table.sort_values("cost", ascending=False, kind="stable")
    cost, low, high = (
        check_column(table, name, what="`table`", negative=True)
        for name in ("cost", "lower", "upper")
    )
    stable = table["stable"].astype(bool).to_numpy()
    ax = make_axes(ax)
    place = np.arange(len(table))
    ax.barh(place, cost, height=0.65, color=np.where(stable, BLUE, SKY))
    ax.hlines(place, low, high, color="black", linewidth=1.2)
    ax.axvline(0, color=INK, linewidth=1)
    rows = zip(place, np.fmax(high, cost), table["share_of_seeds"], strict=True)
    for y, end, share in rows:
        ax.annotate(
            f"in {percent(float(share))}", (max(end, 0), y), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=8, color=INK,
        )  # fmt: skip
    ax.set_yticks(place, [_fold(str(each)) for each in table["name"]], fontsize=8)
    ax.invert_yaxis()
    ax.margins(x=0.25)
    format_money(ax.xaxis)
    return finish(
        ax,
        title=_say_dearest(table, stable, currency),
        x=f"cost a year ({currency})",
        y="failure factor",
        grid=False,
    )


def plot_assessment(areas: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how ready each area, or factor, is, with what missing answers leave open.

    Dotted lines are the scores at which the verdict on all areas together changes.

    Parameters
    ----------
    areas : DataFrame
        As `areas` or `factors` of `readiness.assess`: `name`; `score` (missing where nothing was
        answered), `lower`, `upper`, in [0, 1].
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `areas` has no rows, or a limit is missing.

    Examples
    --------
    >>> areas = pd.DataFrame(
    ...     {"name": ["process", "IT"], "score": [0.4, 0.8], "lower": [0.4, 0.6],
    ...      "upper": [0.4, 0.9]}
    ... )
    >>> plot_assessment(areas).get_title()
    'Least ready: process, 40%; missing answers could change 1 of 2'
    """
    check_table("areas", areas, ["name", "score", "lower", "upper"])
    score = check_column(areas, "score", what="`areas`", missing=True)
    low, high = (check_column(areas, name, what="`areas`") for name in ("lower", "upper"))
    names = areas["name"].astype(str).tolist()
    ax = make_axes(ax)
    place = np.arange(len(areas))
    ax.barh(place, np.nan_to_num(score), height=0.6, color=np.where(score < 0.5, RED, BLUE))
    ax.hlines(place, low, high, color="black", linewidth=1.5)
    for y, each, end in zip(place, score, np.fmax(high, np.nan_to_num(score)), strict=True):
        text = "no answer" if np.isnan(each) else percent(float(each))
        ax.annotate(
            text, (end, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9,
            color=INK,
        )  # fmt: skip
    for at in (_NOT_READY, _READY):
        ax.axvline(at, color=INK, linewidth=1, linestyle=":")
    ax.set_yticks(place, [_fold(name) for name in names], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.15)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    format_percent(ax.xaxis)
    return finish(
        ax,
        title=_say_weakest(names, score, high - low),
        x="ready (% of all yes)",
        y="area or factor",
        grid=False,
    )


def _say_dearest(table: pd.DataFrame, stable: np.ndarray, currency: str) -> str:
    first = table.iloc[0]
    if first["cost"] <= 0:
        return "No factor costs anything at these strengths"
    name = str(first["name"])
    held = f"{stable.sum()} of {len(table)} ranks hold in 90% of the firms"
    cost = f"{money(float(first['cost']))} {currency}".strip()
    return f"{name[:1].upper()}{name[1:]} costs most: {cost} a year; {held}"


def _say_weakest(names: list[str], score: np.ndarray, width: np.ndarray) -> str:
    n_open = int((width > 1e-9).sum())
    rest = f"missing answers could change {n_open} of {len(names)}" if n_open else "all answered"
    if np.isnan(score).all():
        return f"No score can be told; {rest}"
    lowest = float(np.nanmin(score))
    weakest = [name for name, each in zip(names, score, strict=True) if each == lowest]
    if len(weakest) > 2:
        return f"{len(weakest)} of {len(names)} are the least ready, {percent(lowest)}; {rest}"
    return f"Least ready: {' and '.join(weakest)}, {percent(lowest)}; {rest}"


def _fold(name: str) -> str:
    """A long name on two lines, so that bars keep their room on a narrow screen."""
    if len(name) <= 22:
        return name
    cut = name.rfind(" ", 0, len(name) // 2 + 4)
    return name if cut < 0 else f"{name[:cut]}\n{name[cut + 1 :]}"
