"""Pictures of linking records: where to draw the line, and why two records are one person."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_vector
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    check_table,
    finish,
    format_percent,
    make_axes,
    percent,
)

__all__ = ["plot_link_thresholds", "plot_match_weights"]

_MOST_STEPS = 12  # thresholds that have room for their number
_SURE = 60.0  # bits; beyond it the odds no longer matter, and would overflow


def plot_link_thresholds(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw precision, recall and F1 of linked pairs against the threshold of a match.

    Parameters
    ----------
    table : DataFrame
        One row per threshold, as `identity.threshold_table` returns it: `threshold` (index or
        column; a probability, or a match weight in bits where one lies outside [0, 1]),
        `precision`, `recall` and `f1` (in [0, 1]; missing where nothing was linked). Up to twelve
        thresholds are drawn at even steps, since those worth trying lie close to 1.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or no `f1` is known.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"threshold": [0.5, 0.9], "precision": [0.9, 0.98], "recall": [0.97, 0.95],
    ...      "f1": [0.934, 0.965]}
    ... )
    >>> plot_link_thresholds(table).get_title()
    'Threshold 0.9 gives the best F1, 0.965: precision 98%, recall 95%'
    """
    table = _with_column(table, "threshold")
    columns = ["threshold", "precision", "recall", "f1"]
    check_table("table", table, columns)
    if not table["f1"].notna().any():
        raise InputError("`f1` must be known at one threshold at least; all are missing.")
    rows = table[columns].sort_values("threshold", ignore_index=True)
    threshold = check_vector("threshold", rows["threshold"], negative=True)
    looks = {"precision": (BLUE, "--"), "recall": (GREEN, "-."), "f1": (RED, "-")}
    ax = make_axes(ax)
    few = len(rows) <= _MOST_STEPS
    place = np.arange(len(rows)) if few else threshold
    if few:
        ax.set_xticks(place, [f"{each:g}" for each in threshold])
    for name, (colour, style) in looks.items():
        label = "F1" if name == "f1" else name
        ax.plot(place, rows[name], style, color=colour, marker=".", label=label)
    at = int(np.nanargmax(rows["f1"].to_numpy()))
    best = rows.iloc[at].astype("float64")
    ax.plot([place[at]], [best["f1"]], "o", color=RED, markersize=8)
    ax.margins(y=0.12)
    ax.legend(frameon=False, fontsize=9, loc="best")
    is_probability = threshold.min() >= 0 and threshold.max() <= 1
    format_percent(ax.yaxis)
    return finish(
        ax,
        title=f"Threshold {best['threshold']:g} gives the best F1, {best['f1']:.3f}: precision "
        f"{percent(best['precision'])}, recall {percent(best['recall'])}",
        x=f"threshold of a match ({'probability' if is_probability else 'bits'})",
        y="of linked or true pairs (%)",
    )


def plot_match_weights(explanation: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how each comparison of two records raises or lowers the odds of one person.

    Parameters
    ----------
    explanation : DataFrame
        One row per step, as `explain` of linked customers returns it: first the odds before any
        comparison, then each `comparison` (index or column) with its `match_weight` (in bits:
        each doubles the odds). The weights add up; a row ``total`` is left out, and drawn anew.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
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
    explanation = _with_column(explanation, "comparison")
    check_table("explanation", explanation, ["comparison", "match_weight"])
    explanation = explanation[explanation["comparison"] != "total"]
    weight = check_vector("match_weight", explanation["match_weight"], negative=True)
    total = float(weight.sum())
    start = np.concatenate([np.cumsum(weight) - weight, [0.0]])
    width = np.append(weight, total)
    names = [str(name).replace("_", " ") for name in [*explanation["comparison"], "together"]]
    colours = [*np.where(weight < 0, RED, BLUE), INK]
    ax = make_axes(ax)
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


def _with_column(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with its index as a column, where the index has that name."""
    is_index = isinstance(table, pd.DataFrame) and table.index.name == name
    return table.reset_index() if is_index else table


def _match_title(names: list[str], weight: np.ndarray, total: float) -> str:
    probability = 1 / (1 + 2.0 ** -np.clip(total, -_SURE, _SURE))
    title = f"One person with probability {_write_probability(probability)}"
    # The first row is what holds before any comparison.
    compared = range(1, len(weight))
    if any(weight[at] > 0 for at in compared):
        title += f"; most for it: {names[max(compared, key=lambda at: weight[at])]}"
    if any(weight[at] < 0 for at in compared):
        title += f"; most against: {names[min(compared, key=lambda at: weight[at])]}"
    return title


def _write_probability(probability: float) -> str:
    """A percentage that says 0 or 100 only where it is next to it."""
    if 1 - probability < 0.0005:
        return "above 99.9%"
    if probability < 0.0005:
        return "below 0.1%"
    return percent(probability)
