"""The waterfall from the revenue of one period to that of the next."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

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

__all__ = ["plot_revenue_change"]

_ENDS = ("last period", "this period")


def plot_revenue_change(
    change: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the steps from last period's revenue to this one's as a waterfall.

    Parameters
    ----------
    change : DataFrame
        As `revenue_change` returns it: `step`, `amount` and `running` (currency), the revenue of
        the two periods in the first and the last row.
    currency : str, default=""
        Written on the axis of amounts.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, an amount is missing, or the table does not begin with the last
        period and end with this one.

    Examples
    --------
    >>> change = pd.DataFrame({
    ...     "step": ["last period", "lost", "won", "this period"],
    ...     "amount": [100.0, -30.0, 10.0, 80.0], "running": [100.0, 70.0, 80.0, 80.0],
    ... })
    >>> plot_revenue_change(change).get_title()
    'Revenue fell by 20 (20%); lost customers weigh most: -30'
    """
    check_table("change", change, ["step", "amount", "running"])
    steps = change["step"].tolist()
    if len(steps) < 3 or (steps[0], steps[-1]) != _ENDS:
        raise InputError(
            "`change` must begin with 'last period' and end with 'this period', with steps "
            f"between; got {', '.join(map(repr, steps))}."
        )
    amount = check_column(change, "amount", negative=True)
    running = check_column(change, "running", negative=True)
    ax = make_axes(ax)
    bottom = [0.0, *(running[:-2]), 0.0]
    colours = [BLUE, *(GREEN if one >= 0 else RED for one in amount[1:-1]), BLUE]
    bars = ax.bar(range(len(steps)), amount, bottom=bottom, color=colours, width=0.7)
    for at in range(len(steps) - 1):
        ax.plot([at - 0.35, at + 1.35], [running[at]] * 2, color=INK, linewidth=0.7)
    labels = [money(amount[0]), *(_signed(one) for one in amount[1:-1]), money(amount[-1])]
    ax.bar_label(bars, labels, padding=2, fontsize=8)
    ax.set_xticks(range(len(steps)), [step.replace(" ", "\n", 1) for step in steps], fontsize=8)
    ax.axhline(0, color=INK, linewidth=0.8)
    format_money(ax.yaxis)
    ax.use_sticky_edges = False  # the last bar would hold the margin back
    ax.margins(y=0.12)
    ax.set_ylim(bottom=min(0.0, *bottom, *running) * 1.12)
    unit = f"revenue ({currency})" if currency else "revenue (currency)"
    return finish(ax, title=_title(steps, amount), x="step", y=unit)


def _signed(amount: float) -> str:
    text = money(amount)
    return f"+{text}" if amount > 0 and text != "0" else text


def _title(steps: list[str], amount: NDArray[np.float64]) -> str:
    """Say by how much revenue changed, and which step weighs most."""
    values = amount.tolist()
    before, after = values[0], values[-1]
    weights = dict(zip(steps[1:-1], values[1:-1], strict=True))
    largest = max(weights, key=lambda step: abs(weights[step]))
    word = {"lost": "lost customers weigh", "won": "new customers weigh"}.get(
        largest, f"{largest} weighs"
    )
    verb = "grew" if after >= before else "fell"
    part = f" ({percent(abs(after - before) / before)})" if before > 0 else ""
    return (
        f"Revenue {verb} by {money(abs(after - before))}{part}; {word} most: "
        f"{_signed(weights[largest])}"
    )
