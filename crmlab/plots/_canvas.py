"""What every picture shares: colours, axes, units on the axes, and how numbers are written."""

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ticker import FuncFormatter, MaxNLocator

from crmlab._checks import check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab._optional import need

__all__ = [
    "BLUE",
    "CLEAR",
    "GREEN",
    "INK",
    "RED",
    "SKY",
    "check_label",
    "check_table",
    "finish",
    "format_money",
    "format_numbers",
    "format_percent",
    "make_axes",
    "money",
    "note",
    "percent",
    "write_hangul",
]

# From seaborn's palette "colorblind"; importing seaborn for them would take two seconds.
BLUE = "#0173b2"
GREEN = "#029e73"
RED = "#d55e00"
SKY = "#56b4e9"
INK = "0.35"  # dark grey, for guide lines and notes
CLEAR = {
    "facecolor": "white",
    "edgecolor": "none",
    "pad": 1,
}  # box of a note that may lie on a line


def check_label(name: str, value: str) -> str:
    """Return a word that is to stand on an axis, or refuse it."""
    if not isinstance(value, str):
        raise InputTypeError(f"`{name}` must be text; got {type(value).__name__}.")
    return value


def check_table(name: str, table: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise unless `table` is a DataFrame with these columns and at least one row."""
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(f"`{name}` must be a DataFrame; got {type(table).__name__}.")
    check_columns(table.columns, columns, what=f"`{name}`")
    if table.empty:
        raise InputError(f"`{name}` must have at least one row; got none.")


def make_axes(ax: Axes | None) -> Axes:
    """Return `ax`, or axes of a new figure in which labels do not overlap."""
    return plt.subplots(figsize=(6.4, 4.0), layout="constrained")[1] if ax is None else ax


def finish(ax: Axes, *, title: str, x: str, y: str, grid: bool = True) -> Axes:
    """Write title and axis labels, and take away the frame."""
    ax.set_title(title, fontsize=11, wrap=True)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)
    if grid:
        ax.set_axisbelow(True)
        ax.grid(axis="y", alpha=0.3)
    write_hangul(ax)
    return ax


def write_hangul(ax: Axes) -> None:
    """Let everything written on the axes fall back to a Hangul font where its own lacks a letter.

    The reader's own font stays the first choice, and settings stay as they are.
    """
    hangul = _load_hangul_font()
    legend = ax.get_legend()
    keys = [*legend.get_texts(), legend.get_title()] if legend else []
    titles = [ax.title, ax.xaxis.label, ax.yaxis.label]
    beside = [axis.get_offset_text() for axis in (ax.xaxis, ax.yaxis)]  # such as the year of dates
    for text in (*titles, *beside, *ax.texts, *keys):
        family = text.get_fontfamily()
        if hangul not in family:
            text.set_fontfamily([*family, hangul])
    # Labels of ticks come into being when the figure is drawn.
    ax.tick_params(which="both", labelfontfamily=[*mpl.rcParams["font.family"], hangul])


@functools.cache
def _load_hangul_font() -> str:
    """Make the Hangul font known to matplotlib, at the first picture, and return its name."""
    sans_path = need("pylopdf_fonts_ko", extra="plots").sans_path
    fontManager.addfont(sans_path())
    regular = next(entry for entry in fontManager.ttflist if entry.fname == str(sans_path()))
    # The file holds one weight; where bold is asked for, matplotlib would complain on stderr.
    fontManager.ttflist.append(dataclasses.replace(regular, weight=700))
    return FontProperties(fname=sans_path()).get_name()


def note(
    ax: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **style: Any
) -> None:
    """Write `text` next to a point of the data, shifted by points right and up."""
    looks: dict[str, Any] = {"ha": "center", "color": INK, "fontsize": 9} | style
    ax.annotate(text, at, xytext=shift, textcoords="offset points", **looks)


def format_percent(*axes: Axis) -> None:
    """Show fractions as percentages, with the decimals that a tick needs: 0%, 2.5%, 100%."""
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda fraction, _: f"{100 * fraction:.6g}%"))


def format_numbers(axis: Axis) -> None:
    """Show whole numbers with a thousands separator, and without a sign below zero."""
    axis.set_major_locator(MaxNLocator(7, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda number, _: f"{abs(number):,.0f}"))


def format_money(axis: Axis) -> None:
    """Show amounts in thousands, millions or billions."""
    axis.set_major_formatter(FuncFormatter(lambda amount, _: money(amount)))


def percent(fraction: float) -> str:
    """Write a fraction as a whole percentage; with a decimal where that would say 0 or 100."""
    fraction = round(fraction, 9)
    whole = f"{fraction:.0%}"
    return f"{fraction:.1%}" if whole in ("0%", "100%") and fraction not in (0, 1) else whole


def money(amount: float) -> str:
    """Write an amount in three digits, in k, M or bn where it is large."""
    sizes = [(1e9, "bn"), (1e6, "M"), (1e3, "k")]
    size, letter = next((pair for pair in sizes if abs(amount) >= pair[0]), (1, ""))
    shown = amount / size
    decimals = 0 if abs(shown) >= 100 else 1 if abs(shown) >= 10 else 2
    shown = round(shown, decimals) + 0.0  # adding zero turns -0.0 into 0.0
    text = f"{shown:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if decimals else text) + letter
