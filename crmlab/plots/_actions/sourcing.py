"""Picture of building against outsourcing: what both are worth as the years go by."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    INK,
    RED,
    check_label,
    check_table,
    finish,
    format_money,
    make_axes,
    money,
    note,
    percent,
)

__all__ = ["plot_sourcing"]

_LOOKS = {"build": (BLUE, "-"), "outsource": (RED, "--")}


def plot_sourcing(by_year: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw what building and outsourcing have paid and earned until each year.

    Parameters
    ----------
    by_year : DataFrame
        As in `Sourcing`: `option` ("build" or "outsource"), `year`, `value`, `lower`, `upper`,
        `level`.
    currency : str, default=""
        Written on the axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `by_year` has no rows, or an option is neither of the two or absent.

    Examples
    --------
    >>> from crmlab.readiness import build_or_outsource
    >>> found = build_or_outsource(
    ...     users=40, benefit=60e6, build_cost=(80e6, 200e6), run_cost=15e6, fee=60_000
    ... )
    >>> plot_sourcing(found.by_year).get_title()
    'After 5 years outsourcing is worth more: ... against ...; the ranges overlap'
    """
    check_table("by_year", by_year, ["option", "year", "value", "lower", "upper", "level"])
    check_label("currency", currency)
    for name in ("year", "value", "lower", "upper", "level"):
        check_column(by_year, name, what="`by_year`", negative=True)
    found = set(by_year["option"])
    if found != set(_LOOKS):
        raise InputError(
            "`by_year` must have the options 'build' and 'outsource'; "
            f"it has {', '.join(sorted(map(repr, found)))}."
        )
    ax = make_axes(ax)
    last = {}
    for option, (colour, line) in _LOOKS.items():
        each = by_year[by_year["option"] == option].sort_values("year")
        year = each["year"].to_numpy()
        ax.fill_between(year, each["lower"], each["upper"], color=colour, alpha=0.18, linewidth=0)
        ax.plot(year, each["value"], line, color=colour, marker="o", markersize=3)
        last[option] = each.iloc[-1]
    higher = max(last, key=lambda option: last[option]["value"])
    for option, row in last.items():
        shift = (4, 6) if option == higher else (4, -6)
        style = {"ha": "left", "va": "center", "color": _LOOKS[option][0]}
        note(ax, _NAMES[option], (row["year"], row["value"]), shift, **style)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.margins(x=0.2)
    low = float(by_year["year"].min())
    ax.set_xlim(left=low - 0.05 * max(float(by_year["year"].max()) - low, 1.0))
    years = np.unique(by_year["year"])
    ax.set_xticks(years[:: math.ceil(len(years) / 8)])
    format_money(ax.yaxis)
    return finish(
        ax,
        title=_say(last),
        x="time from the start (years)",
        y=f"present value ({currency or 'currency'}; "
        f"{percent(float(by_year['level'].iloc[0]))} range)",
    )


_NAMES = {"build": "building", "outsource": "outsourcing"}


def _say(last: dict[str, pd.Series]) -> str:
    build, rent = last["build"], last["outsource"]
    first, second = (build, rent) if build["value"] >= rent["value"] else (rent, build)
    after = f"After {build['year']:.6g} years "
    if np.isclose(build["value"], rent["value"]):
        return f"{after}both are worth the same: {money(build['value'])}"
    overlap = first["lower"] <= second["upper"] and second["lower"] <= first["upper"]
    return (
        f"{after}{_NAMES[first['option']]} is worth more: {money(first['value'])} against "
        f"{money(second['value'])}; the ranges {'overlap' if overlap else 'do not overlap'}"
    )
