"""Pictures of what a failure factor costs, and what its remedy brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_choice, check_column
from crmlab.plots._canvas import (
    GREEN,
    INK,
    RED,
    check_label,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    percent,
)

if TYPE_CHECKING:  # readiness is heavy, and a picture needs no more than its table
    from crmlab.readiness import Priced

__all__ = ["plot_priced"]

# What the strength of each factor is a share of.
_STRENGTHS = {
    "P1": "overlap of the departments' lists",
    "P2": "customers without an entry",
    "P3": "places filled by the wrong ranking",
    "P4": "checklist not asked",
    "P5": "staff who work as before",
    "P6": "questions put to the wrong solution",
    "P7": "customers with several accounts",
}
_LINES = [
    ("cost", "lower", "upper", RED, "o", "cost of the factor"),
    ("remedy", "remedy_lower", "remedy_upper", GREEN, "s", "remedy, less its cost"),
]
_COLUMNS = ["strength", *(name for line in _LINES for name in line[:3])]


def plot_priced(
    priced: Priced | pd.DataFrame,
    *,
    factor: str | None = None,
    currency: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw what a failure factor costs by its strength, and what its remedy brings back.

    Parameters
    ----------
    priced : Priced or DataFrame
        As a simulation of `readiness` returns it, or its table: `strength`; `cost`, `lower`,
        `upper`; `remedy`, `remedy_lower`, `remedy_upper`.
    factor : str, optional
        "P1" to "P7", where a table does not say. Default: as `priced` says.
    currency : str, default=""
        Written on the axis.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes
        The title says what the factor costs where it is strongest, and from which of the strengths
        drawn the remedy pays: it does where both limits of what it earns are above 0.

    Raises
    ------
    InputError
        If a column is missing or not finite, there are no rows, or `factor` is not one of them.
    InputTypeError
        If `priced` is neither, or an option has the wrong type.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"strength": [0, 0.5, 1], "cost": [0, 4e6, 9e6], "lower": [0, 3e6, 7e6],
    ...      "upper": [0, 5e6, 11e6], "remedy": [-1e6, 2e6, 6e6], "remedy_lower": [-1e6, 1e6, 5e6],
    ...      "remedy_upper": [-1e6, 3e6, 7e6]}
    ... )
    >>> plot_priced(table, factor="P1").get_title()
    'P1 costs 9M a year at 100%; the remedy pays from 50%'
    """
    check_label("currency", currency)
    table, factor = _open(priced, factor)
    if factor is not None:
        check_choice("factor", factor, _STRENGTHS)
    check_table("priced", table, _COLUMNS)
    rows = pd.DataFrame(
        {name: check_column(table, name, negative=True, what="`priced`") for name in _COLUMNS}
    ).sort_values("strength")
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=1)
    for name, low, high, colour, marker, label in _LINES:
        ax.plot(rows["strength"], rows[name], color=colour, marker=marker, label=label)
        ax.fill_between(rows["strength"], rows[low], rows[high], color=colour, alpha=0.2, lw=0)
        if len(rows) == 1:
            ax.vlines(rows["strength"], rows[low], rows[high], color=colour)
    ax.legend(frameon=False, fontsize=9, loc="upper left")
    ax.margins(y=0.18)
    format_percent(ax.xaxis)
    format_money(ax.yaxis)
    what = _STRENGTHS.get(factor or "", "strength of the factor")
    return finish(
        ax,
        title=_say(rows, factor or "The factor"),
        x=f"{what} (%)",
        y=f"money a year ({currency or 'currency'})",
    )


def _open(priced: Any, factor: str | None) -> tuple[Any, str | None]:
    """The table, and the factor that it is of where that is known."""
    if isinstance(priced, pd.DataFrame) or not hasattr(priced, "table"):
        return priced, factor
    return priced.table, factor or priced.factor


def _say(rows: pd.DataFrame, factor: str) -> str:
    """What it costs at the greatest strength, and where the remedy pays."""
    last = rows.iloc[-1]
    strength, pays = rows["strength"].to_numpy(), (rows["remedy_lower"] > 0).to_numpy()
    costs = f"{factor} costs {money(last['cost'])} a year at {percent(last['strength'])}"
    if len(rows) == 1:
        words = "earns" if last["remedy"] > 0 else "loses"
        return f"{costs}; the remedy {words} {money(abs(last['remedy']))}"
    if not pays.any():
        never = (rows["remedy_upper"] <= 0).all()
        return f"{costs}; " + ("the remedy does not pay" if never else "its remedy may not pay")
    first = strength[pays.argmax()]
    if pays.all():
        return f"{costs}; the remedy pays throughout"
    if pays[strength >= first].all():
        return f"{costs}; the remedy pays from {percent(first)}"
    return f"{costs}; the remedy pays at some strengths"
