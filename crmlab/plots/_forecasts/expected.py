"""Pictures of what a model of purchases expected, beside what came."""

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from crmlab._checks import check_vector
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    INK,
    RED,
    check_table,
    finish,
    format_numbers,
    make_axes,
    percent,
)
from crmlab.plots._periods import PERIOD_WORDS, find_period

__all__ = [
    "plot_frequency_calibration",
    "plot_holdout_by_frequency",
    "plot_holdout_deciles",
    "plot_tracking",
]

# Told apart by shape and line as well as by colour.
_ACTUAL: dict[str, Any] = {"color": BLUE, "linewidth": 2, "label": "actual"}
_EXPECTED: dict[str, Any] = {"color": RED, "linewidth": 2, "linestyle": "--", "label": "expected"}
_MOST_MARKERS = 30  # more would hide the line
_BAR = 0.4  # width of one of two bars side by side


def plot_tracking(
    table: pd.DataFrame,
    *,
    incremental: bool = False,
    period: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw actual and expected repeat purchases through calibration and holdout.

    Parameters
    ----------
    table : DataFrame
        As `tracking_table` returns it.
    incremental : bool, default=False
        Whether to draw each period by itself, whole periods only, and not the running total.
    period : {"W", "M", "Q", "Y"}, optional
        The period of the table. Default: as the ends of two whole periods in a row tell it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, with `incremental` no whole period, or without
        `period` no two in a row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "end": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31"]),
    ...         "actual": [30, 50, 40],
    ...         "expected": [33.0, 46.0, 36.0],
    ...         "cumulative_actual": [30, 80, 120],
    ...         "cumulative_expected": [33.0, 79.0, 115.0],
    ...         "holdout": [False, False, True],
    ...         "complete": True,
    ...     }
    ... )
    >>> ax = plot_tracking(table)
    >>> ax.get_title()
    'Holdout: 40 repeat purchases, 36 expected (10% too few)'
    """
    start = "" if incremental else "cumulative_"
    columns = ["end", "actual", "expected", "cumulative_actual", "cumulative_expected", "holdout"]
    check_table("table", table, [*columns, "complete"])
    word = PERIOD_WORDS[find_period(period, "table", _days_apart(table))]
    held_out = table["holdout"].to_numpy(dtype=bool)
    drawn = table[table["complete"].to_numpy(dtype=bool)] if incremental else table
    if drawn.empty:
        raise InputError(
            f"`table` must have a whole {word} to be drawn incrementally; all are cut off. "
            "Use a shorter period, or draw the running total."
        )
    ax = make_axes(ax)
    end = drawn["end"].to_numpy(dtype="datetime64[s]")
    _draw_two_lines(ax, end, drawn[f"{start}actual"], drawn[f"{start}expected"])
    if held_out.any() and not held_out.all():
        _mark_cut(ax, table["end"].to_numpy(dtype="datetime64[s]")[~held_out][-1])
    locator = mdates.AutoDateLocator(maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    ax.set_ylim(bottom=0)
    format_numbers(ax.yaxis)
    part = table[held_out] if held_out.any() else table
    name = "Holdout" if held_out.any() else "Calibration"
    each = f"per {word}" if incremental else "since the start"
    return finish(
        ax,
        title=_totals_title(f"{name}: ", part["actual"].sum(), part["expected"].sum(), "repeat "),
        x=f"end of {word} (date)",
        y=f"repeat purchases {each} (number)",
    )


def _days_apart(table: pd.DataFrame) -> float:
    """Days between the ends of two whole periods in a row; missing without any."""
    whole = table["complete"].astype(bool)
    gaps = pd.to_datetime(table["end"]).diff().dt.days
    return float(gaps[whole & whole.shift(fill_value=False)].max())


def _draw_two_lines(ax: Axes, x: Any, actual: pd.Series, expected: pd.Series) -> None:
    """Draw what came as a line and what was expected as a broken one, with a legend."""
    few = len(x) <= _MOST_MARKERS
    for values, style, marker in ((actual, _ACTUAL, "o"), (expected, _EXPECTED, "s")):
        y = check_vector(str(values.name), values)
        ax.plot(x, y, **style, marker=marker if few else None, markersize=4)
    ax.legend(loc="best", fontsize=9, frameon=False)


def _mark_cut(ax: Axes, day: NDArray[np.datetime64]) -> None:
    """Mark where calibration ends and the holdout starts."""
    at = float(mdates.date2num(day))
    ax.axvline(at, color=INK, linestyle=":", linewidth=1.2)
    ax.annotate(
        "holdout →",
        (at, 0),
        xycoords=("data", "axes fraction"),
        xytext=(4, 4),
        textcoords="offset points",
        color=INK,
        fontsize=9,
    )


def _totals_title(before: str, actual: float, expected: float, kind: str = "") -> str:
    """Say how many purchases came, how many were expected, and how far that is off."""
    told = f"{before}{actual:,.0f} {kind}purchases, {expected:,.0f} expected"
    if actual == 0:
        return told
    error = expected / actual - 1
    off = percent(abs(error))
    return f"{told} ({off} too {'many' if error > 0 else 'few'})" if off != "0%" else told


def plot_frequency_calibration(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers bought 0, 1, 2, … times again, beside what the model expects.

    Parameters
    ----------
    table : DataFrame
        As `frequency_calibration` returns it: `purchases` (text), `actual` and `expected`
        (customers).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or counts nobody.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"purchases": ["0", "1", "2+"], "actual": [60, 25, 15], "expected": [57, 30, 13]}
    ... )
    >>> ax = plot_frequency_calibration(table)
    >>> ax.get_title()
    '95% of 100 customers are where the model expects them'
    """
    check_table("table", table, ["purchases", "actual", "expected"])
    actual, expected = _check_two_columns(table)
    if not actual.any():
        raise InputError("`table` must count at least one customer; `actual` is 0 everywhere.")
    ax = make_axes(ax)
    at = np.arange(len(table))
    ax.bar(at - _BAR / 2, actual, _BAR, color=BLUE, label="actual")
    ax.bar(at + _BAR / 2, expected, _BAR, color=RED, hatch="///", edgecolor="white", lw=0,
           label="expected")  # fmt: skip
    ax.set_xticks(at, list(table["purchases"].astype(str)))
    ax.legend(fontsize=9, frameon=False)
    format_numbers(ax.yaxis)
    placed = np.minimum(actual, expected).sum() / actual.sum()
    return finish(
        ax,
        title=f"{percent(placed)} of {actual.sum():,.0f} customers are where the model "
        "expects them",
        x="repeat purchases in calibration (number)",
        y="customers (number)",
    )


def _check_two_columns(table: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return check_vector("actual", table["actual"]), check_vector("expected", table["expected"])


def plot_holdout_by_frequency(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw holdout purchases, actual and expected, by purchases in calibration.

    Parameters
    ----------
    table : DataFrame
        As `holdout_by_frequency` returns it: `purchases` (text), `n_customers`, and `actual` and
        `expected` (purchases per customer).
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
    >>> table = pd.DataFrame(
    ...     {
    ...         "purchases": ["0", "1+"],
    ...         "n_customers": [70, 30],
    ...         "actual": [0.2, 1.2],
    ...         "expected": [0.2, 1.1],
    ...     }
    ... )
    >>> ax = plot_holdout_by_frequency(table)
    >>> ax.get_title()
    'Holdout: 50 purchases, 47 expected (6% too few)'
    """
    check_table("table", table, ["purchases", "n_customers", "actual", "expected"])
    actual, expected = _check_two_columns(table)
    customers = check_vector("n_customers", table["n_customers"])
    ax = make_axes(ax)
    at = np.arange(len(table))
    _draw_two_lines(ax, at, table["actual"], table["expected"])
    names = [
        f"{name}\n({number:,.0f})"
        for name, number in zip(table["purchases"], customers, strict=True)
    ]
    ax.set_xticks(at, names)
    ax.set_ylim(bottom=0)
    return finish(
        ax,
        title=_totals_title("Holdout: ", float(customers @ actual), float(customers @ expected)),
        x="repeat purchases in calibration (number; customers below)",
        y="holdout purchases per customer (number)",
    )


def plot_holdout_deciles(
    table: pd.DataFrame, *, currency: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what customers did in the holdout, ranked by what was expected of them.

    Parameters
    ----------
    table : DataFrame
        As `holdout_deciles` returns it: `decile`, `expected`, `actual`, `cumulative_share` and
        `cumulative_customer_share`.
    currency : str, optional
        Name of the currency, if the table is about money and not about purchases.
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
    >>> from crmlab.ltv import holdout_deciles
    >>> ax = plot_holdout_deciles(holdout_deciles([4, 3, 1, 1], [6, 1, 2, 0], n_bins=2))
    >>> ax.get_title()
    'The 50% of customers ranked highest brought 78% of purchases'
    """
    columns = ["decile", "expected", "actual", "cumulative_share", "cumulative_customer_share"]
    check_table("table", table, columns)
    actual = check_vector("actual", table["actual"])
    expected = check_vector("expected", table["expected"], negative=True)
    decile, held, customers = (table[columns[i]].to_numpy() for i in (0, 3, 4))
    ax = make_axes(ax)
    bars = ax.bar(decile, actual, color=BLUE, label="actual")
    points = ax.plot(decile, expected, color=RED, marker="D", linestyle="", label="expected")
    if len(table) <= _MOST_MARKERS:
        ax.set_xticks(decile)
    ax.legend(handles=[bars, *points], fontsize=9, frameon=False)
    what = "purchases" if currency is None else "spend"
    return finish(
        ax,
        title=f"The {percent(customers[0])} of customers ranked highest brought "
        f"{percent(held[0])} of {what}",
        x="group of customers (1 = most expected)",
        y=f"{what} per customer ({'number' if currency is None else currency})",
    )
