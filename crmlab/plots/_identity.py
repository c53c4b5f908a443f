"""Pictures of linking records: where to draw the line, and why two records are one person."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_vector
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    check_table,
    finish,
    in_percent,
    new_axes,
    percent,
)

__all__ = ["plot_link_thresholds", "plot_match_weights"]

_SURE = 60.0  # bits; beyond it the odds no longer matter, and would overflow


def plot_link_thresholds(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw precision, recall and F1 of linked pairs against the threshold of a match.

    Parameters
    ----------
    table : DataFrame
        One row per threshold: `threshold` (a probability, or a match weight in bits where one
        lies outside [0, 1]), `precision`, `recall` and `f1` (in [0, 1]; missing where nothing was
        linked).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If a column is missing, there are no rows, or no `f1` is known.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"threshold": [0.5, 0.9], "precision": [0.9, 0.98], "recall": [0.97, 0.95],
    ...      "f1": [0.934, 0.965]}
    ... )
    >>> plot_link_thresholds(table).get_title()
    'F1 is best at threshold 0.9, 0.965: precision 98%, recall 95%'
    """
    columns = ["threshold", "precision", "recall", "f1"]
    check_table("table", table, columns)
    if not table["f1"].notna().any():
        raise ValueError("`f1` must be known at one threshold at least; all are missing.")
    rows = table[columns].sort_values("threshold", ignore_index=True)
    threshold = check_vector("threshold", rows["threshold"], negative=True)
    looks = {"precision": (BLUE, "--"), "recall": (GREEN, "-."), "f1": (RED, "-")}
    ax = new_axes(ax)
    for name, (colour, style) in looks.items():
        label = "F1" if name == "f1" else name
        ax.plot(threshold, rows[name], style, color=colour, marker=".", label=label)
    best = rows.iloc[int(np.nanargmax(rows["f1"].to_numpy()))].astype("float64")
    ax.plot([best["threshold"]], [best["f1"]], "o", color=RED, markersize=8)
    ax.margins(y=0.12)
    ax.legend(frameon=False, fontsize=9, loc="best")
    is_chance = threshold.min() >= 0 and threshold.max() <= 1
    in_percent(ax.yaxis)
    return finish(
        ax,
        title=f"F1 is best at threshold {best['threshold']:g}, {best['f1']:.3f}: precision "
        f"{percent(best['precision'])}, recall {percent(best['recall'])}",
        x=f"threshold of a match ({'probability' if is_chance else 'bits'})",
        y="of linked or true pairs (%)",
    )


def plot_match_weights(explanation: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how each comparison of two records raises or lowers the odds of one person.

    Parameters
    ----------
    explanation : DataFrame
        One row per step: first the odds before any comparison, then each `comparison` (its name,
        or what was found) with its `match_weight` (in bits: each doubles the odds). The weights
        add up.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If a column is missing, there are no rows, or a weight is missing or infinite.

    Examples
    --------
    >>> explanation = pd.DataFrame(
    ...     {"comparison": ["before", "name", "birth date", "phone"],
    ...      "match_weight": [-10.0, 7.0, 8.0, -3.0]}
    ... )
    >>> plot_match_weights(explanation).get_title()
    'One person with probability 80%; most for it: birth date; most against: phone'
    """
    check_table("explanation", explanation, ["comparison", "match_weight"])
    weight = check_vector("match_weight", explanation["match_weight"], negative=True)
    total = float(weight.sum())
    start = np.concatenate([np.cumsum(weight) - weight, [0.0]])
    width = np.append(weight, total)
    names = [*explanation["comparison"].astype(str), "together"]
    colours = [*np.where(weight < 0, RED, BLUE), INK]
    ax = new_axes(ax)
    rows = np.arange(len(names))
    ax.barh(rows, width, left=start, height=0.7, color=colours)
    ends = start + width
    ax.vlines(ends[:-1], rows[:-1], rows[1:], color=INK, linewidth=0.8)
    for row, (end, each) in enumerate(zip(ends, width, strict=True)):
        ax.annotate(
            f"{each:+.1f}", (end, row), xytext=(-4 if each < 0 else 4, 0),
            textcoords="offset points", ha="right" if each < 0 else "left", va="center",
            fontsize=8, color=INK,
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    low, high = min(0.0, ends.min()), max(0.0, ends.max())
    room = 0.12 * (high - low) or 1.0
    ax.set_xlim(low - room, high + room)
    return finish(
        ax,
        title=_match_title(names, weight, total),
        x="match weight (bits: each doubles the odds)",
        y="comparison",
        grid=False,
    )


def _match_title(names: list[str], weight: np.ndarray, total: float) -> str:
    chance = 1 / (1 + 2.0 ** -np.clip(total, -_SURE, _SURE))
    title = f"One person with probability {_probability(chance)}"
    # The first row is what holds before any comparison.
    compared = range(1, len(weight))
    if any(weight[at] > 0 for at in compared):
        title += f"; most for it: {names[max(compared, key=lambda at: weight[at])]}"
    if any(weight[at] < 0 for at in compared):
        title += f"; most against: {names[min(compared, key=lambda at: weight[at])]}"
    return title


def _probability(chance: float) -> str:
    """A percentage that says 0 or 100 only where it is next to it."""
    if 1 - chance < 0.0005:
        return "above 99.9%"
    if chance < 0.0005:
        return "below 0.1%"
    return percent(chance)
