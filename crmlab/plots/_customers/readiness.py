"""Pictures of what goes wrong when the ground is not ready."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crmlab._checks import check_choice
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    SKY,
    check_table,
    finish,
    format_percent,
    make_axes,
    percent,
)

__all__ = ["plot_split_identities"]

# Measures with a bias in per cent that says something; the mailing costs as much more as there are
# customers more, so one line stands for both.
_DRAWN = {
    "customers": "customers and mailing cost",
    "buyers_alive": "buyers said to be alive",
    "one_purchase_share": "share with one purchase",
    "top_share": "share of the best in revenue",
    "spend_per_buyer": "revenue per buyer",
    "mean_frequency": "repeat purchases per buyer",
}
_LOOKS = [(RED, "o"), (BLUE, "s"), (SKY, "D"), (INK, "v"), (GREEN, "^"), ("0.65", "P")]
_MOST_VIEWS = 4


def plot_split_identities(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw by how much split identities bias what a firm believes about its customers.

    A grid of shares is drawn as one line per measure; views, or one share, as one bar per measure
    and view. Limits of a bias are drawn where the table has them.

    Parameters
    ----------
    table : DataFrame
        As `readiness.simulate_split_identities` or `readiness.identity_bias` returns it: `share`
        or `view`, `measure`, `truth`, `relative_bias`, `lower` and `upper`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, none of the measures is one that is drawn, or
        there are more than four views.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"view": "separate", "measure": ["customers", "mean_frequency"], "truth": [100, 2.0],
    ...      "relative_bias": [0.4, -0.25], "lower": [35, -0.6], "upper": [45, -0.4]}
    ... )
    >>> plot_split_identities(table).get_title()
    'separate: customers and mailing cost +40%, repeat purchases per buyer -25%'
    """
    by = "view" if isinstance(table, pd.DataFrame) and "view" in table else "share"
    columns = ["measure", "truth", "relative_bias", "lower", "upper"]
    check_table("table", table, [by, *columns])
    drawn = table[table["measure"].isin(_DRAWN)]
    if drawn.empty:
        check_choice("measure", str(table["measure"].iloc[0]), _DRAWN)
    ax = make_axes(ax)
    if by == "share" and len(set(drawn["share"])) > 1:
        return _draw_lines(ax, drawn)
    names = drawn[by].map(lambda share: f"{percent(share)} split") if by == "share" else drawn[by]
    return _draw_bars(ax, drawn.assign(view=names))


def _draw_lines(ax: Axes, table: pd.DataFrame) -> Axes:
    ax.axhline(0, color=INK, linewidth=1)
    ends: list[tuple[float, Line2D]] = []
    for (measure, label), (colour, marker) in zip(_DRAWN.items(), _LOOKS, strict=True):
        rows = table[table["measure"] == measure].sort_values("share")
        if rows.empty:
            continue
        share, bias = (rows[name].to_numpy("float64") for name in ("share", "relative_bias"))
        (line,) = ax.plot(share, bias, color=colour, marker=marker, markersize=4, label=label)
        low, high = _limits(rows)
        ax.fill_between(share, low, high, color=colour, alpha=0.2, linewidth=0)
        ends.append((float(np.nan_to_num(bias[-1])), line))
    # The lines as they end, from the top down.
    lines = [line for _, line in sorted(ends, key=lambda end: -end[0])]
    ax.legend(handles=lines, frameon=False, fontsize=8, loc="upper left")
    format_percent(ax.xaxis, ax.yaxis)
    highest = table[table["share"] == table["share"].max()]
    return finish(
        ax,
        title=f"{percent(highest['share'].iloc[0])} of people split: {_finding(highest)}",
        x="customers with several accounts (% of people)",
        y="bias relative to the truth (%)",
    )


def _limits(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the bias as fractions of the truth."""
    low, high = ((rows[name] / rows["truth"]).to_numpy("float64") for name in ("lower", "upper"))
    return low, high


def _draw_bars(ax: Axes, table: pd.DataFrame) -> Axes:
    views = list(dict.fromkeys(table["view"]))
    if len(views) > _MOST_VIEWS:
        raise InputError(
            f"`table` must have at most {_MOST_VIEWS} views to be drawn; got {len(views)}. "
            "Choose some of them."
        )
    measures = [measure for measure in _DRAWN if (table["measure"] == measure).any()]
    height = 0.8 / len(views)
    for at, (view, colour) in enumerate(zip(views, [RED, BLUE, GREEN, SKY], strict=False)):
        rows = table[table["view"] == view].set_index("measure").reindex(measures)
        place = np.arange(len(measures)) + height * (at - (len(views) - 1) / 2)
        bias = rows["relative_bias"].to_numpy(dtype="float64")
        ax.barh(place, bias, height=height, color=colour, label=str(view))
        low, high = _limits(rows)
        ax.hlines(place, low, high, color="black", linewidth=1)
        for y, each, left, right in zip(place, bias, low, high, strict=True):
            _write_bias(ax, y, each, np.nanmin([each, left, 0]), np.nanmax([each, right, 0]))
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(range(len(measures)), [_DRAWN[measure] for measure in measures])
    ax.invert_yaxis()
    ax.margins(x=0.18)
    if len(views) > 1:
        ax.legend(frameon=False, fontsize=9, loc="best")
    format_percent(ax.xaxis)
    return finish(
        ax,
        title=_compare_views(table, views),
        x="bias relative to the truth (%)",
        y="measure",
        grid=False,
    )


def _compare_views(table: pd.DataFrame, views: list[str]) -> str:
    """What one view gets wrong, or what all make of the number of customers."""
    if len(views) == 1:
        return f"{views[0]}: {_finding(table)}"
    measure = "customers" if (table["measure"] == "customers").any() else table["measure"].iloc[0]
    bias = table[table["measure"] == measure].set_index("view")["relative_bias"].dropna()
    parts = [f"{view} {_write_signed(float(bias[view]))}" for view in views if view in bias]
    return f"{_DRAWN[measure].capitalize()}: {', '.join(parts) or 'no answer'}"


def _write_bias(ax: Axes, y: float, bias: float, low: float, high: float) -> None:
    """Write a bias beyond the end of its bar and limits."""
    at, shift, ha = (low, -3, "right") if bias < 0 else (high, 3, "left")
    text = "no answer" if np.isnan(bias) else _write_signed(bias)
    ax.annotate(
        text, (at, y), xytext=(shift, 0), textcoords="offset points", ha=ha, va="center",
        fontsize=8, color=INK,
    )  # fmt: skip


def _finding(rows: pd.DataFrame) -> str:
    """The measure that is most too high, and the one that is most too low."""
    known = rows.dropna(subset="relative_bias")
    bias = dict(zip(known["measure"], known["relative_bias"].astype("float64"), strict=True))
    if not bias:
        return "no answer"
    told = dict.fromkeys([max(bias, key=bias.__getitem__), min(bias, key=bias.__getitem__)])
    return ", ".join(f"{_DRAWN[name]} {_write_signed(bias[name])}" for name in told)


def _write_signed(fraction: float) -> str:
    """A fraction as a percentage with its sign: +40%, -0.3%, 0%."""
    text = f"{fraction:+.0%}" if abs(fraction) >= 0.0995 else f"{fraction:+.1%}"
    return "0%" if float(text.rstrip("%")) == 0 else text
