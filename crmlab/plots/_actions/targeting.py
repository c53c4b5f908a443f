"""Pictures of what targeting earns, over companies made by chance."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    check_table,
    finish,
    format_money,
    make_axes,
    money,
    percent,
)

__all__ = ["plot_targeting_profit"]

_STYLES = {"mass": (RED, "s"), "segment": (BLUE, "o"), "one-to-one": (GREEN, "^")}


def plot_targeting_profit(
    table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the yearly profit of mass, segment and one-to-one targeting by the cost of a contact.

    Parameters
    ----------
    table : DataFrame
        `simulate_targeting(...).table`, of one share learned from: `policy`, `cost_per_contact`,
        `estimate`, `lower`, `upper`, `level`.
    currency : str, default=""
        Written on the axes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or a way has two rows at one cost.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"policy": ["mass", "one-to-one"] * 2, "cost_per_contact": [1.0, 1, 2, 2],
    ...      "estimate": [9.0, 7, 1, 3], "lower": [8.0, 6, 0, 2], "upper": [10.0, 8, 2, 4],
    ...      "level": 0.95}
    ... )
    >>> plot_targeting_profit(table).get_title()
    'Earns most, by the cost of a contact: mass at 1, one-to-one at 2'
    """
    columns = ["cost_per_contact", "estimate", "lower", "upper", "level"]
    check_table("table", table, ["policy", *columns])
    numbers = pd.DataFrame(
        {name: check_column(table, name, what="`table`", negative=True) for name in columns}
    )
    numbers["policy"] = table["policy"].astype("str").to_numpy()
    if numbers.duplicated(["policy", "cost_per_contact"]).any():
        raise InputError(
            "`table` must have one row per way and cost of a contact; one has more. Pick one "
            "share learned from."
        )
    ax = make_axes(ax)
    for name, rows in numbers.sort_values("cost_per_contact").groupby("policy", sort=False):
        colour, marker = _STYLES.get(str(name), (INK, "D"))
        error = [rows["estimate"] - rows["lower"], rows["upper"] - rows["estimate"]]
        ax.errorbar(
            rows["cost_per_contact"], rows["estimate"], yerr=np.array(error), color=colour,
            marker=marker, markersize=5, capsize=3, linewidth=1.6, label=str(name),
        )  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)
    format_money(ax.yaxis)
    format_money(ax.xaxis)
    ax.legend(frameon=False)
    unit = currency or "currency"
    return finish(
        ax,
        title=_say_best(numbers),
        x=f"cost of a contact ({unit})",
        y=f"profit of a year ({unit}; {percent(numbers['level'].iloc[0])} limits)",
    )


def _say_best(numbers: pd.DataFrame) -> str:
    """Name the way that earns most, from the lowest cost of a contact to the highest."""
    best = numbers.loc[numbers.groupby("cost_per_contact")["estimate"].idxmax()]
    names = best["policy"].where(best["estimate"] > 0, "contacting nobody")
    costs = [money(cost) for cost in best["cost_per_contact"]]
    if len(best) == 1:
        return f"{names.iloc[0].capitalize()} earns most where a contact costs {costs[0]}"
    runs = (names != names.shift()).cumsum()
    if runs.iloc[-1] == 1:
        return f"{names.iloc[0].capitalize()} earns most at each cost of a contact shown"
    said = []
    for _, at in names.groupby(runs.to_numpy()).indices.items():
        low, high = costs[at[0]], costs[at[-1]]
        said.append(f"{names.iloc[at[0]]} {'at' if low == high else 'from'} {low}")
    return f"Earns most, by the cost of a contact: {', '.join(said)}"
